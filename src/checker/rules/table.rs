//! The dimensions of all allocations inside some weights, one by one. Networks with kinks need it: their dimensions are the
//! largest of several rank functions, so that `count` does not hold for them.
//!
//! From below: the ranks of all sets of columns at the points given. From above: ρ(A) ≤ ρ(F) + |A ∖ F| for every set F that an
//! earlier step bounds, and for all that exchanges of units, and transposition, make of it. Where both agree, the dimension is known. All 2^n
//! allocations are looked at, so the numbers of each size add up to the binomials, which is checked besides.

use std::collections::{BTreeMap, HashMap};

use super::super::budget::hold;
use super::super::number::{Modular, Number};
use super::super::proof::{Counts, Fact, Fault, Proof, ensure, limit};
use super::transport::images;

/// The most weights.
pub(super) const MOST_WEIGHTS: usize = 20;

pub(super) fn table(
    proof: &mut Proof,
    step: u64,
    (within, points): (&str, &[u64]),
    counts: &Counts,
    (unproved, error_log2): (u64, Option<i64>),
) -> Result<(), Fault> {
    let inside = proof.allocation(within)?;
    let n = inside.len();
    let (least, most) = bounds(proof, &inside, points)?;
    let mut found: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    let mut open = 0;
    for (mask, (low, high)) in least.iter().zip(&most).enumerate() {
        open += u64::from(low < high);
        *found.entry((mask.count_ones() as usize, usize::from(*low))).or_insert(0) += 1;
    }
    let found: Vec<(usize, usize, u64)> = found.into_iter().map(|((size, dim), number)| (size, dim, number)).collect();
    ensure(binomials(counts, n), "the numbers do not add up to the binomials")?;
    ensure(found == counts, "the numbers of allocations are others")?;
    ensure(open == unproved, &format!("{open} dimensions are not proved, not {unproved}"))?;
    if open > 0 {
        ensure(error_log2.is_none_or(|e| e <= 0), "an error is at most 2^0")?;
        let reason = format!("{open} of {} dimensions inside {within} are only probable", 1u64 << n);
        proof.hole(step, "table", reason, error_log2)?;
    }
    census(proof, step, (within, inside), counts)
}

/// Lower and upper bounds of the dimensions of all sets of weights, as bits.
fn bounds(proof: &mut Proof, inside: &[usize], points: &[u64]) -> Result<(Vec<u8>, Vec<u8>), Fault> {
    let n = inside.len();
    if n > MOST_WEIGHTS {
        return Err(Fault::Limit(format!("all dimensions inside over the limit of {MOST_WEIGHTS} weights")));
    }
    limit((2 * n) << n)?;
    let mut least = vec![0u8; 1 << n];
    for point in points {
        let entries = proof.labels_at(*point)?.saturating_mul(n);
        limit(entries.saturating_mul(1 << n))?;
        let _held = hold(entries.saturating_mul(16) as u64)?;
        let columns = proof.columns(*point, inside)?;
        ranks(&columns, 0, 0, &mut Vec::new(), &mut least);
    }
    let most = upper(proof, inside)?;
    ensure(least.iter().zip(&most).all(|(low, high)| low <= high), "a lower bound is above an upper bound")?;
    Ok((least, most))
}

/// Dimensions that are proved: of all allocations, by points; without points, those of steps before.
pub(super) struct Dimensions {
    all: Option<(Vec<u8>, Vec<u8>)>,
    listed: HashMap<Vec<usize>, usize>,
    /// The first hole that they rest on.
    pub(super) hole: Option<u64>,
}

impl Dimensions {
    pub(super) fn new(proof: &mut Proof, points: &[u64]) -> Result<Self, Fault> {
        let everything: Vec<usize> = (0..proof.network()?.weights).collect();
        let few = everything.len() <= MOST_WEIGHTS && !points.is_empty();
        let all = if few { Some(bounds(proof, &everything, points)?) } else { None };
        let listed = proof.dimensions().map(|(set, dim)| (set.to_vec(), dim)).collect();
        let hole = proof.upper_bounds().filter_map(|(step, _, _)| proof.hole_of(step)).min();
        Ok(Dimensions { all, listed, hole })
    }

    /// The dimension of a set of weights.
    pub(super) fn of(&self, set: &[usize]) -> Result<usize, Fault> {
        let known = self.all.as_ref().and_then(|(least, most)| {
            let mask: usize = set.iter().map(|w| 1 << w).sum();
            (least[mask] == most[mask]).then(|| usize::from(least[mask]))
        });
        let known = known.or_else(|| self.listed.get(set).copied());
        known.ok_or_else(|| Fault::Unknown("a dimension that it asks for is not proved".to_owned()))
    }
}

/// Shows the dimension of each allocation inside some weights, from all points and bounds before.
fn list(proof: &mut Proof, inside: &[usize]) -> Result<(), Fault> {
    let (least, most) = bounds(proof, inside, &proof.points())?;
    let proved = proof.upper_bounds().all(|(step, _, _)| proof.hole_of(step).is_none());
    for mask in 0..least.len() {
        let network = proof.network()?;
        let names = (0..inside.len()).filter(|i| mask >> i & 1 == 1).map(|i| network.name(inside[i]));
        let set = Some(names.collect::<Vec<_>>().join(" ")).filter(|s| !s.is_empty()).unwrap_or("none".to_owned());
        let known = if proved && least[mask] == most[mask] { "is" } else { "is probably" };
        let dim = least[mask];
        proof.show(format!("the dimension of {set} {known} {dim}"))?;
    }
    Ok(())
}

/// States how many allocations have each size and dimension.
pub(super) fn census(
    proof: &mut Proof,
    step: u64,
    (within, inside): (&str, Vec<usize>),
    counts: &Counts,
) -> Result<(), Fault> {
    if proof.options.allocations {
        list(proof, &inside)?;
    }
    let list: Vec<String> = counts.iter().map(|(size, dim, n)| format!("{n} of size {size} with {dim}")).collect();
    let statement = format!("dimensions of all allocations inside {within}: {}", list.join(", "));
    proof.state(step, Fact::Table(inside, counts.into()), statement)
}

/// Whether the numbers of each size add up to the number of sets of that size.
pub(super) fn binomials(counts: &Counts, n: usize) -> bool {
    let mut binomial = 1u128;
    (0..=n).all(|size| {
        let sum: u128 = counts.iter().filter(|(s, _, _)| *s == size).map(|(_, _, number)| u128::from(*number)).sum();
        let fits = sum == binomial;
        binomial = binomial * (n - size) as u128 / (size as u128 + 1);
        fits
    }) && counts.iter().all(|(size, _, _)| *size <= n)
}

/// The rank of every set of columns, from an echelon form that grows and shrinks by one column.
fn ranks(
    columns: &[Vec<Modular>],
    next: usize,
    mask: usize,
    echelon: &mut Vec<(usize, Vec<Modular>)>,
    least: &mut [u8],
) {
    if next == columns.len() {
        least[mask] = least[mask].max(echelon.len() as u8);
        return;
    }
    ranks(columns, next + 1, mask, echelon, least);
    let mut column = columns[next].clone();
    for (pivot, row) in echelon.iter() {
        let factor = column[*pivot].scaled(-1);
        if !factor.is_zero() {
            column.iter_mut().zip(row).for_each(|(entry, r)| *entry = entry.plus(&factor.times(r)));
        }
    }
    let pivot = column.iter().position(|entry| !entry.is_zero());
    if let Some(pivot) = pivot {
        let inverse = column[pivot].inverse();
        column.iter_mut().for_each(|entry| *entry = entry.times(&inverse));
        echelon.push((pivot, column));
    }
    ranks(columns, next + 1, mask | 1 << next, echelon, least);
    if pivot.is_some() {
        echelon.pop();
    }
}

/// The smallest upper bound of every set.
fn upper(proof: &mut Proof, inside: &[usize]) -> Result<Vec<u8>, Fault> {
    let n = inside.len();
    let mut most: Vec<u8> = (0..1usize << n).map(|mask| mask.count_ones() as u8).collect();
    for (set, bound) in images(proof, inside)?.iter() {
        most[*set as usize] = most[*set as usize].min(*bound as u8);
    }
    // A subset has no larger dimension; a weight more adds at most 1.
    for mask in (0..1usize << n).rev() {
        for i in (0..n).filter(|i| mask >> i & 1 == 1) {
            most[mask & !(1 << i)] = most[mask & !(1 << i)].min(most[mask]);
        }
    }
    for mask in 0..1usize << n {
        for i in (0..n).filter(|i| mask >> i & 1 == 0) {
            most[mask | 1 << i] = most[mask | 1 << i].min(most[mask] + 1);
        }
    }
    Ok(most)
}
