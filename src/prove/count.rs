//! The dimensions of all allocations, proved by branches.
//!
//! The independent sets of the Jacobian at a point are visited by contraction and deletion, as the checker does again. Wherever
//! a weight adds no rank there, a bound must show why: that of the connected flat of its circuit, with all that symmetries make
//! of it. A bound is looked for when it is missed for the first time. The order of the visit is that of the checker, so that both
//! need the same bounds.

use std::collections::{BTreeMap, BTreeSet};

use allocert_core::algebra::RowSpace;
use allocert_core::allocation::Allocation;
use allocert_core::network::{Network, Samples};
use allocert_core::number::PrimeField;
use allocert_core::reach::{JacobianMatroid, Settings};

use super::CannotCertify;
use super::engine::Engine;
use super::ground::Ground;
use super::section::Section;
use super::symmetry::orbit;
use super::table::Holes;
use super::writer::Writer;
use allocert_format::Rule;

/// The most weights.
const MOST_WEIGHTS: usize = 48;
/// Networks of more weights than this are counted in several branches.
const WHOLE: usize = 18;
/// The first so many weights tell the branches apart.
const SPLIT: usize = 8;
/// After so many bounds that were not found none is looked for.
const MOST_UNPROVED: usize = 24;
/// More points than this are not looked for.
const MOST_POINTS: u64 = 4;
/// Independent sets beyond this are not visited: some minutes.
pub(super) const MOST_VISITED: u64 = 1 << 27;
/// The same for each of the networks of a claim: some seconds.
pub(super) const MOST_VISITED_IN_CLAIM: u64 = 1 << 22;

type Counts = Vec<(usize, usize, u64)>;

/// Writes the steps that prove the dimensions of all allocations; the last one's number.
pub(super) fn all_dimensions(
    writer: &mut Writer,
    engine: &impl Engine,
    network: &Network,
    samples: Samples,
    settings: Settings,
    limit: u64,
) -> Result<(u64, Holes), CannotCertify> {
    let n = network.weights();
    if n > MOST_WEIGHTS {
        return Err(CannotCertify::TooManyWeights { weights: n, limit: MOST_WEIGHTS });
    }
    let matroid = engine.matroid(network, samples, settings.seed, Some(settings.error_log2));
    let matroid = matroid.map_err(|_| CannotCertify::Jacobian)?;
    let mut expected: Option<Counts> = None;
    for attempt in 0..MOST_POINTS {
        let kept = writer.steps();
        let ground = Ground::wide(engine, network, samples, settings.seed, attempt).ok_or(CannotCertify::Point)?;
        let (step, counts, holes) = at_point(writer, &ground, &matroid, limit)?;
        for trial in matroid.trials().iter().filter(|_| attempt == 0) {
            let table = allocert_core::reach::count_all(trial.field, &trial.rows);
            let table = table.entries().map(|(s, d, number)| (s, d, number.to_u64().unwrap_or(0))).collect();
            // Whoever looked at one trial only has to have seen the same.
            if *expected.get_or_insert_with(|| Counts::clone(&table)) != table {
                return Err(CannotCertify::Trials);
            }
        }
        if expected.as_ref() == Some(&counts) {
            return Ok((step, holes));
        }
        writer.back_to(kept);
    }
    Err(CannotCertify::Point)
}

/// The steps at one point: the last one's number, the numbers of allocations, and what is not proved.
fn at_point<E: Engine>(
    writer: &mut Writer,
    ground: &Ground<'_, E>,
    matroid: &JacobianMatroid,
    limit: u64,
) -> Result<(u64, Counts, Holes), CannotCertify> {
    let (network, samples) = (&ground.network, ground.samples);
    let n = network.weights();
    let error_log2 = matroid.error_for_all();
    let mut section = Section::open(writer, ground, matroid, error_log2)?;
    let bounds = Bounds::of_teacher(&mut section, matroid, ground.engine.symmetries(network, samples));
    let mut search = Search { field: ground.field, section: &mut section, matroid, bounds, left: limit, limit };
    let prefixes = prefixes(n);
    let mut branches = search.branches(ground, &prefixes)?;
    let sets = std::mem::take(&mut search.bounds.unproved);
    if !sets.is_empty() {
        // What is open depends on all bounds, those found late as well.
        search.bounds.given_up = true;
        branches = search.branches(ground, &prefixes)?;
    }
    let mut steps = Vec::new();
    let (mut counts, mut open) = (BTreeMap::new(), 0u64);
    for ((contained, avoided), (found, unproved)) in prefixes.into_iter().zip(branches) {
        let text = |mask| ground.text(&Allocation::of_low_bits(n, mask));
        found.iter().for_each(|(size, dim, number)| *counts.entry((*size, *dim)).or_insert(0) += number);
        open += unproved;
        let (contains, avoids) = (text(contained), text(avoided));
        let (within, point) = ("all".to_owned(), section.point);
        steps.push(section.step(Rule::Branch { within, contains, avoids, point, counts: found }));
    }
    let counts: Counts = counts.into_iter().map(|((size, dim), number)| (size, dim, number)).collect();
    let (within, error_log2) = ("all".to_owned(), (open > 0).then_some(error_log2));
    let step =
        section.step(Rule::Count { within, branches: steps, counts: counts.clone(), unproved: open, error_log2 });
    Ok((step, counts, Holes { dimensions: open, of: 1 << n, sets }))
}

/// What the branches contain and avoid.
fn prefixes(n: usize) -> Vec<(u64, u64)> {
    let split = if n > WHOLE { SPLIT } else { 0 };
    (0..1 << split).map(|contained: u64| (contained, ((1 << split) - 1) & !contained)).collect()
}

/// Sets, as bits, and their bounds.
#[derive(Default)]
struct Bounds {
    known: Vec<(u64, u32)>,
    /// Sets that were tried, and all equivalent ones.
    tried: BTreeSet<u64>,
    unproved: Vec<String>,
    symmetries: Vec<Vec<usize>>,
    /// Whether no bound is looked for any more.
    given_up: bool,
}

impl Bounds {
    /// The teacher's dimension, if it is proved.
    fn of_teacher(
        section: &mut Section<'_, impl Engine>,
        matroid: &JacobianMatroid,
        symmetries: Vec<Vec<usize>>,
    ) -> Self {
        let all = Allocation::all(matroid.network().weights());
        let (n, dim) = (all.size(), matroid.teacher_rank());
        let mut bounds = Bounds { symmetries, ..Bounds::default() };
        if dim < n && section.proved_at_most(&all, dim).is_some() {
            bounds.known.push((u64::MAX >> (64 - n), dim as u32));
        }
        bounds
    }

    /// What is left of these weights when all in the closure of those taken are gone, as far as bounds show it.
    fn left(&self, taken: u64, mut weights: u64) -> u64 {
        for (set, bound) in &self.known {
            if weights == 0 {
                break;
            }
            if set & weights != 0 && (set & taken).count_ones() == *bound {
                weights &= !set;
            }
        }
        weights
    }
}

/// What is left when some weights are taken and some avoided: the columns of [1 | N].
struct Minor {
    taken: u64,
    basis: Vec<usize>,
    others: Vec<usize>,
    rows: Vec<Vec<u64>>,
}

struct Search<'s, 'a, E> {
    field: PrimeField,
    section: &'s mut Section<'a, E>,
    matroid: &'s JacobianMatroid,
    bounds: Bounds,
    /// Independent sets that may still be visited.
    left: u64,
    limit: u64,
}

/// What is counted in a branch.
#[derive(Default)]
struct Tally {
    /// By rank and number of coloops: how many sets there are of each size.
    found: BTreeMap<(usize, usize), Vec<u64>>,
    open: u64,
}

impl Tally {
    fn add(&mut self, place: (usize, usize), sizes: &[u64]) {
        let found = self.found.entry(place).or_insert_with(|| vec![0; sizes.len()]);
        found.iter_mut().zip(sizes).for_each(|(sum, number)| *sum += number);
    }
}

impl<E: Engine> Search<'_, '_, E> {
    /// The numbers in each branch, and how many of them no bound proves.
    fn branches(
        &mut self,
        ground: &Ground<'_, E>,
        prefixes: &[(u64, u64)],
    ) -> Result<Vec<(Counts, u64)>, CannotCertify> {
        let branch = |(contained, avoided): &(u64, u64)| {
            let mut tally = Tally::default();
            let (minor, sizes) = self.begin(ground, *contained, *avoided, &mut tally);
            self.visit(minor, sizes, 0, &mut tally)?;
            Ok((counts(&tally), tally.open))
        };
        prefixes.iter().map(branch).collect()
    }

    fn begin(&mut self, ground: &Ground<'_, E>, contained: u64, avoided: u64, tally: &mut Tally) -> (Minor, Vec<u64>) {
        let jacobian = ground.jacobian();
        let n = jacobian.columns();
        let (first, last): (Vec<usize>, Vec<usize>) =
            (0..n).filter(|w| avoided >> w & 1 == 0).partition(|w| contained >> w & 1 == 1);
        let order: Vec<usize> = first.iter().chain(&last).copied().collect();
        let space = RowSpace::of(self.field, &jacobian.select_columns(&order));
        let others: Vec<usize> = (first.len()..order.len()).filter(|c| !space.pivots().contains(c)).collect();
        let (mut taken, mut basis, mut rows) = (0, Vec::new(), Vec::new());
        let mut echelon: Vec<_> = space.rows().iter().zip(space.pivots()).collect();
        echelon.sort_by_key(|(_, pivot)| **pivot);
        for (row, pivot) in echelon {
            if *pivot < first.len() {
                taken |= 1 << order[*pivot];
            } else {
                basis.push(order[*pivot]);
                rows.push(others.iter().map(|c| row[*c]).collect());
            }
        }
        if !self.is_closed(taken, contained & !taken) {
            tally.open = 1 << last.len();
        }
        let mut sizes = vec![0; n + 1];
        sizes[first.len()] = 1;
        (Minor { taken, basis, others: others.iter().map(|c| order[*c]).collect(), rows }, sizes)
    }

    fn visit(
        &mut self,
        mut minor: Minor,
        mut sizes: Vec<u64>,
        mut coloops: usize,
        tally: &mut Tally,
    ) -> Result<(), CannotCertify> {
        let (weights, limit) = (self.matroid.network().weights(), self.limit);
        self.left = self.left.checked_sub(1).ok_or(CannotCertify::TooManySets { weights, limit })?;
        let loops = minor.loops();
        self.free(minor.taken, loops, &mut sizes, minor.basis.len() + minor.others.len(), tally);
        loop {
            coloops += minor.coloops();
            let rank = minor.taken.count_ones() as usize;
            if minor.basis.len() <= 1 {
                if let Some(weight) = minor.basis.first() {
                    // All that is left is alike.
                    let alike = minor.others.iter().fold(0, |mask, w| mask | 1 << w);
                    let with = self.some(minor.taken | 1 << weight, alike, &sizes, 1 + coloops, tally);
                    tally.add((rank + 1, coloops), &with);
                }
                tally.add((rank, coloops), &sizes);
                return Ok(());
            }
            let mut child = minor.contracted();
            let alike = child.loops();
            // Without the first any of them may stand for it: as many allocations again rest on this.
            let left = 1 + child.basis.len() + child.others.len() + coloops;
            let with = self.some(child.taken, alike, &sizes, left, tally);
            self.visit(child, with, coloops, tally)?;
            minor.keep(|w| alike >> w & 1 == 0);
            minor.delete(&self.field);
        }
    }

    /// Of a weight that was taken and those alike, which add nothing beside it, some are there: (1 + x)^(k + 1) − 1.
    fn some(&mut self, taken: u64, alike: u64, sizes: &[u64], left: usize, tally: &mut Tally) -> Vec<u64> {
        let mut with = sizes.to_vec();
        self.free(taken, alike, &mut with, left, tally);
        for size in (0..with.len()).rev() {
            with[size] += if size > 0 { with[size - 1] } else { 0 };
            with[size] -= sizes[size];
        }
        with
    }

    /// Weights that add no rank may be there or not.
    fn free(&mut self, taken: u64, weights: u64, sizes: &mut [u64], left: usize, tally: &mut Tally) {
        if !self.is_closed(taken, weights) {
            tally.open += (sizes.iter().sum::<u64>() << left) * ((1 << weights.count_ones()) - 1);
        }
        for _ in 0..weights.count_ones() {
            for size in (1..sizes.len()).rev() {
                sizes[size] += sizes[size - 1];
            }
        }
    }

    /// Whether bounds show that these weights, which depend on those taken, do so everywhere; new ones are looked for.
    fn is_closed(&mut self, taken: u64, weights: u64) -> bool {
        let mut left = self.bounds.left(taken, weights);
        let mut closed = true;
        while left != 0 {
            let weight = left.trailing_zeros() as usize;
            if !self.bounds.given_up {
                self.bound(taken, weight);
            }
            closed &= self.bounds.left(taken, 1 << weight) == 0;
            left = self.bounds.left(taken, left & (left - 1));
        }
        closed
    }

    /// Looks for a bound of the flat that the circuit of a weight among those taken spans, or of all that they span.
    fn bound(&mut self, taken: u64, weight: usize) {
        let with = Allocation::of_low_bits(self.matroid.network().weights(), taken | 1 << weight);
        let Some(circuit) = self.matroid.circuit(&with) else {
            return;
        };
        let flat = self.matroid.closure(&circuit);
        if !self.is_bounded(&flat, circuit.size() - 1)
            && !self.is_bounded(&self.matroid.closure(&with), with.size() - 1)
        {
            let (text, unproved) = (self.section.text(&flat), &mut self.bounds.unproved);
            if !unproved.contains(&text) {
                unproved.push(text);
            }
            self.bounds.given_up = unproved.len() == MOST_UNPROVED;
        }
    }

    /// Whether a flat could be bounded that nothing equivalent was tried for.
    fn is_bounded(&mut self, flat: &Allocation, dim: usize) -> bool {
        let mask = flat.low_bits();
        if !self.bounds.tried.insert(mask) {
            return false;
        }
        let orbit = orbit(mask, &self.bounds.symmetries);
        self.bounds.tried.extend(&orbit);
        if self.section.proved_at_most(flat, dim).is_none() {
            return false;
        }
        self.bounds.known.extend(orbit.iter().map(|set| (*set, dim as u32)));
        self.bounds.known.sort_by_key(|(set, bound)| (std::cmp::Reverse(*bound), *set));
        true
    }
}

impl Minor {
    /// Keeps these columns of N only; the weights of the rest.
    fn keep(&mut self, kept: impl Fn(usize) -> bool) -> u64 {
        let columns: Vec<bool> = self.others.iter().map(|w| kept(*w)).collect();
        let gone = self.others.iter().zip(&columns).filter(|(_, kept)| !**kept).fold(0, |mask, (w, _)| mask | 1 << w);
        if gone != 0 {
            retain(&mut self.others, &columns);
            self.rows.iter_mut().for_each(|row| retain(row, &columns));
        }
        gone
    }

    /// Takes out the weights that add no rank.
    fn loops(&mut self) -> u64 {
        let zero = |c: usize| self.rows.iter().all(|row| row[c] == 0);
        let zeros = (0..self.others.len()).filter(|c| zero(*c)).fold(0u64, |mask, c| mask | 1 << self.others[c]);
        if zeros == 0 { 0 } else { self.keep(|w| zeros >> w & 1 == 0) }
    }

    /// Takes out the weights that add a rank to whatever else is left; how many there are.
    fn coloops(&mut self) -> usize {
        let before = self.rows.len();
        let used: Vec<bool> = self.rows.iter().map(|row| row.iter().any(|e| *e != 0)).collect();
        retain(&mut self.rows, &used);
        retain(&mut self.basis, &used);
        before - self.rows.len()
    }

    /// Takes the first weight of the basis.
    fn contracted(&self) -> Minor {
        let (basis, rows) = (self.basis[1..].to_vec(), self.rows[1..].to_vec());
        Minor { taken: self.taken | 1 << self.basis[0], basis, others: self.others.clone(), rows }
    }

    /// Avoids it.
    fn delete(&mut self, field: &PrimeField) {
        let Some(j) = self.rows[0].iter().position(|e| *e != 0) else {
            self.rows.remove(0);
            self.basis.remove(0);
            return;
        };
        self.basis[0] = self.others.swap_remove(j);
        let pivot = self.rows[0].swap_remove(j);
        let (first, rest) = self.rows.split_at_mut(1);
        for row in rest {
            let factor = row.swap_remove(j);
            for (entry, above) in row.iter_mut().zip(&first[0]) {
                *entry = field.cross(*entry, pivot, factor, *above);
            }
        }
    }
}

/// Keeps what is marked, in order.
fn retain<T>(list: &mut Vec<T>, kept: &[bool]) {
    let mut mark = kept.iter();
    list.retain(|_| *mark.next().unwrap_or(&true));
}

/// The numbers of allocations of each size and dimension.
fn counts(tally: &Tally) -> Counts {
    let mut counts: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for ((rank, coloops), sizes) in &tally.found {
        for more in 0..=*coloops {
            let ways = allocert_core::number::binomial(*coloops, more).to_u64().unwrap_or(0);
            for (size, number) in sizes.iter().enumerate().filter(|(_, number)| **number > 0) {
                *counts.entry((size + more, rank + more)).or_insert(0) += number * ways;
            }
        }
    }
    counts.into_iter().map(|((size, dim), number)| (size, dim, number)).collect()
}
