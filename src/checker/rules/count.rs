//! How many allocations have each dimension, counted by branches: a branch is all allocations that contain some weights and avoid
//! others. Branches that do not meet, and whose sizes add up to 2^n, are all allocations.
//!
//! The columns of the Jacobian at a point are a matroid whose ranks are lower bounds; contraction and deletion visit its
//! independent sets. Let I be one of them, so ρ(I) = |I|, and e a weight that adds no rank to it at the point. If a bounded set
//! F contains e and its bound is |I ∩ F|, then ρ(I ∪ e) ≤ ρ(F) + |I ∖ F| = |I|, so e lies in the closure of I, and ρ(I ∪ e ∪ S)
//! = ρ(I ∪ S) for all S. So all weights that add nothing may be there or not, and of those that add nothing beside one that
//! does, any may stand for it. A weight that adds a rank to whatever else is left does so whatever is taken. Every rank counted is then
//! the dimension; where no F is found, all allocations below are *open*.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::budget::{exceeded, hold, spend};
use super::super::number::{Modular, Number, rank, reduced};
use super::super::proof::{Branch, Counts, Fact, Fault, Proof, ensure, is_subset, limit};
use super::table::{binomials, census};
use super::transport::images;

/// The most weights.
const MOST_WEIGHTS: usize = 48;
/// The most branches of a count.
const MOST_BRANCHES: usize = 1 << 12;
/// Operations after which only some branches are derived again, unless all are asked for: some seconds.
const SAMPLED_AFTER: u64 = 1 << 31;
/// Then it is one of so many.
const ONE_OF: u64 = 16;

/// What a visit counts for besides, in operations of the certificate.
const VISIT: u64 = 16;

pub(super) fn branch(
    proof: &mut Proof,
    step: u64,
    (within, contains, avoids): (&str, &str, &str),
    point: u64,
    counts: &Counts,
) -> Result<(), Fault> {
    let inside = proof.allocation(within)?;
    if inside.len() > MOST_WEIGHTS {
        return Err(Fault::Limit(format!("a count over the limit of {MOST_WEIGHTS} weights")));
    }
    let (contains, avoids) = (proof.allocation(contains)?, proof.allocation(avoids)?);
    ensure(is_subset(&contains, &inside) && is_subset(&avoids, &inside), "a branch leaves the weights counted")?;
    let mask = |set: &[usize]| (0..inside.len()).filter(|i| set.contains(&inside[*i])).fold(0u64, |m, i| m | 1 << i);
    let (contained, avoided) = (mask(&contains), mask(&avoids));
    ensure(contained & avoided == 0, "a branch contains what it avoids")?;
    let free = inside.len() - contains.len() - avoids.len();
    let shifted: Option<Vec<(usize, usize, u64)>> =
        counts.iter().map(|(size, dim, number)| Some((size.checked_sub(contains.len())?, *dim, *number))).collect();
    ensure(shifted.is_some_and(|counts| binomials(&counts, free)), "the numbers do not add up to the binomials")?;
    // A hash of the whole branch says whether it is among those derived again.
    let derived = proof.options.full || proof.branching < SAMPLED_AFTER || {
        let text = format!("{step} {contained} {avoided} {counts:?}");
        text.bytes().fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)) >> 32
            & (ONE_OF - 1)
            == 0
    };
    let (mut open, mut work) = (0, 0);
    if derived {
        let labels = proof.labels_at(point)?;
        limit(labels.saturating_mul(inside.len().pow(2)))?;
        let _held = hold(16 * (labels.saturating_mul(inside.len())) as u64)?;
        let columns = proof.columns(point, &inside)?;
        refute(proof, point, &inside, &columns)?;
        let bounds = images(proof, &inside)?;
        let mut counter = Counter { bounds: &bounds, found: BTreeMap::new(), open: 0, work: 0, spent: 0 };
        let (minor, weights) = counter.begin(columns, contained, avoided);
        counter.visit(minor, weights, 0)?;
        ensure(counter.counts() == counts, "the numbers of allocations are others")?;
        (open, work) = (counter.open, counter.work);
    }
    proof.branching += work;
    let branch = Branch { within: inside, contained, avoided, counts: counts.to_vec(), open, derived };
    proof.state(step, Fact::Branch(Rc::new(branch)), String::new())
}

/// An upper bound that rests on a hole may be false: it is refused if the point shows more.
fn refute(proof: &Proof, point: u64, inside: &[usize], columns: &[Vec<Modular>]) -> Result<(), Fault> {
    for (_, set, k) in proof.upper_bounds().filter(|(step, _, _)| proof.hole_of(*step).is_some()) {
        let shared: Vec<_> = (0..inside.len()).filter(|i| set.contains(&inside[*i])).collect();
        let labels = columns.first().map_or(0, Vec::len);
        limit(shared.len().pow(2).saturating_mul(labels))?;
        let shown = rank(shared.iter().map(|i| columns[*i].clone()).collect());
        ensure(shown <= k, &format!("the point of step {point} shows a larger dimension than a bound before"))?;
    }
    Ok(())
}

pub(super) fn count(
    proof: &mut Proof,
    step: u64,
    within: &str,
    steps: &[u64],
    counts: &Counts,
    (unproved, error_log2): (u64, Option<i64>),
) -> Result<(), Fault> {
    let inside = proof.allocation(within)?;
    if steps.len() > MOST_BRANCHES {
        return Err(Fault::Limit(format!("a count over the limit of {MOST_BRANCHES} branches")));
    }
    limit(steps.len().pow(2))?;
    let branches = steps.iter().map(|s| proof.branch(*s)).collect::<Result<Vec<&Branch>, _>>()?;
    ensure(branches.iter().all(|b| b.within == inside), "a branch is of a count inside other weights")?;
    let apart = |a: &Branch, b: &Branch| a.contained & b.avoided != 0 || a.avoided & b.contained != 0;
    let disjoint = branches.iter().enumerate().all(|(i, a)| branches[..i].iter().all(|b| apart(a, b)));
    ensure(disjoint, "two branches have allocations in common")?;
    let size = |b: &&Branch| 1u64 << (inside.len() as u32 - (b.contained | b.avoided).count_ones());
    ensure(branches.iter().map(size).sum::<u64>() == 1 << inside.len(), "the branches leave allocations out")?;
    let mut sum: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    branches.iter().flat_map(|b| &b.counts).for_each(|(size, dim, n)| *sum.entry((*size, *dim)).or_insert(0) += n);
    let sum: Vec<(usize, usize, u64)> = sum.into_iter().map(|((size, dim), n)| (size, dim, n)).collect();
    ensure(sum == counts && binomials(counts, inside.len()), "the branches add up to other numbers")?;
    let open = branches.iter().map(|b| b.open).fold(0u64, u64::saturating_add);
    let sampled = branches.iter().filter(|b| !b.derived).count();
    ensure(
        open == unproved || (sampled > 0 && open < unproved),
        &format!("{open} dimensions are not proved, not {unproved}"),
    )?;
    if open > 0 {
        ensure(error_log2.is_none_or(|e| e <= 0), "an error is at most 2^0")?;
        let reason = format!("at most {open} of {} dimensions inside {within} are only probable", 1u64 << inside.len());
        proof.hole(step, "count", reason, error_log2)?;
    }
    if sampled > 0 {
        let reason = format!("{sampled} of {} branches were not derived again (--full does)", steps.len());
        proof.hole(step, "count", reason, None)?;
    }
    census(proof, step, (within, inside), counts)
}

/// What is left when some weights are taken and some avoided: the columns of [1 | N], up to scaling of rows and columns.
struct Minor {
    /// The weights taken that add a rank.
    taken: u64,
    /// The weights of the unit columns, one for each row of N.
    basis: Vec<usize>,
    /// The weights of the columns of N.
    others: Vec<usize>,
    rows: Vec<Vec<Modular>>,
}

impl Minor {
    /// Keeps these columns of N only; the weights of the rest.
    fn keep(&mut self, kept: &[bool]) -> u64 {
        let gone = self.others.iter().zip(kept).filter(|(_, kept)| !**kept).fold(0, |mask, (w, _)| mask | 1 << w);
        if gone != 0 {
            retain(&mut self.others, kept);
            self.rows.iter_mut().for_each(|row| retain(row, kept));
        }
        gone
    }

    /// Takes out the weights that add no rank.
    fn loops(&mut self) -> u64 {
        let used: Vec<bool> = (0..self.others.len()).map(|c| self.rows.iter().any(|r| !r[c].is_zero())).collect();
        self.keep(&used)
    }

    /// Takes out the weights that add a rank to whatever else is left; how many there are.
    fn coloops(&mut self) -> usize {
        let before = self.rows.len();
        let used: Vec<bool> = self.rows.iter().map(|row| row.iter().any(|e| !e.is_zero())).collect();
        retain(&mut self.basis, &used);
        retain(&mut self.rows, &used);
        before - self.rows.len()
    }

    /// Takes the first weight of the basis.
    fn contracted(&self) -> Minor {
        let (basis, rows) = (self.basis[1..].to_vec(), self.rows[1..].to_vec());
        Minor { taken: self.taken | 1 << self.basis[0], basis, others: self.others.clone(), rows }
    }

    /// Avoids it.
    fn delete(&mut self) {
        let Some(j) = self.rows[0].iter().position(|e| !e.is_zero()) else {
            self.rows.remove(0);
            self.basis.remove(0);
            return;
        };
        self.basis[0] = self.others.swap_remove(j);
        let pivot = self.rows[0].swap_remove(j);
        let (first, rest) = self.rows.split_at_mut(1);
        for row in rest {
            let factor = row.swap_remove(j).scaled(-1);
            for (entry, above) in row.iter_mut().zip(&first[0]) {
                *entry = entry.times(&pivot).plus(&factor.times(above));
            }
        }
    }
}

/// Keeps what is marked.
fn retain<T>(list: &mut Vec<T>, kept: &[bool]) {
    let mut mark = kept.iter();
    list.retain(|_| *mark.next().unwrap_or(&true));
}

struct Counter<'a> {
    /// Bounded sets, and their bounds.
    bounds: &'a [(u64, u32)],
    /// By rank and number of weights that may be added with a rank each: how many there are of each size.
    found: BTreeMap<(usize, usize), Vec<u64>>,
    open: u64,
    /// Operations, and those of them that are taken from the certificate's.
    work: u64,
    spent: u64,
}

impl Counter<'_> {
    /// The minor of a branch, and the sizes of what is there already.
    fn begin(&mut self, columns: Vec<Vec<Modular>>, contained: u64, avoided: u64) -> (Minor, Vec<u64>) {
        let n = columns.len();
        let (first, last): (Vec<usize>, Vec<usize>) =
            (0..n).filter(|w| avoided >> w & 1 == 0).partition(|w| contained >> w & 1 == 1);
        let order: Vec<usize> = first.iter().chain(&last).copied().collect();
        let labels = columns.first().map_or(0, Vec::len);
        let rows = (0..labels).map(|l| order.iter().map(|w| columns[*w][l]).collect()).collect();
        let mut echelon = reduced(rows, order.len());
        echelon.sort_by_key(|(pivot, _)| *pivot);
        let pivots: Vec<usize> = echelon.iter().map(|(pivot, _)| *pivot).collect();
        let others: Vec<usize> = (first.len()..order.len()).filter(|c| !pivots.contains(c)).collect();
        let (taken, left): (Vec<_>, Vec<_>) = echelon.into_iter().partition(|(pivot, _)| *pivot < first.len());
        let taken = taken.iter().fold(0, |mask, (pivot, _)| mask | 1 << order[*pivot]);
        let minor = Minor {
            taken,
            basis: left.iter().map(|(pivot, _)| order[*pivot]).collect(),
            others: others.iter().map(|c| order[*c]).collect(),
            rows: left.iter().map(|(_, row)| others.iter().map(|c| row[*c]).collect()).collect(),
        };
        // Weights that have to be there and add nothing.
        if !self.is_closed(taken, contained & !taken) {
            self.open = 1 << (order.len() - first.len());
        }
        let mut sizes = vec![0; n + 1];
        sizes[first.len()] = 1;
        (minor, sizes)
    }

    /// Whether bounds show that these weights lie in the closure of those taken.
    fn is_closed(&mut self, taken: u64, mut weights: u64) -> bool {
        let mut looked = 0;
        for (set, bound) in self.bounds {
            if weights == 0 {
                break;
            }
            looked += 1;
            if set & weights != 0 && (set & taken).count_ones() == *bound {
                weights &= !set;
            }
        }
        self.work += looked;
        weights == 0
    }

    fn visit(&mut self, mut minor: Minor, mut sizes: Vec<u64>, mut coloops: usize) -> Result<(), Fault> {
        let loops = minor.loops();
        self.free(minor.taken, loops, &mut sizes, minor.basis.len() + minor.others.len());
        loop {
            coloops += minor.coloops();
            let entries = 1 + (minor.basis.len() * minor.others.len()) as u64;
            self.work += entries;
            // An entry takes longer than a bounded set that is looked at, and a visit takes time of its own.
            let new = self.work - self.spent + entries + VISIT;
            self.spent = self.work;
            if !spend(new) {
                return Err(exceeded());
            }
            let rank = minor.taken.count_ones() as usize;
            if minor.basis.len() <= 1 {
                if let Some(weight) = minor.basis.first() {
                    // All that is left is alike.
                    let alike = minor.others.iter().fold(0, |mask, w| mask | 1 << w);
                    let some = self.some(minor.taken | 1 << weight, alike, &sizes, 1 + coloops);
                    self.add((rank + 1, coloops), &some);
                }
                self.add((rank, coloops), &sizes);
                return Ok(());
            }
            // With the first weight of the basis taken, those that only it made independent add nothing.
            let mut child = minor.contracted();
            let alike = child.loops();
            // Without it any of them may stand for it, so that as many allocations again rest on this.
            let some = self.some(child.taken, alike, &sizes, 1 + child.basis.len() + child.others.len() + coloops);
            self.visit(child, some, coloops)?;
            let kept: Vec<bool> = minor.others.iter().map(|w| alike >> w & 1 == 0).collect();
            minor.keep(&kept);
            minor.delete();
        }
    }

    /// Of a weight that was taken and those alike some are there: (1 + x)^(k + 1) − 1.
    fn some(&mut self, taken: u64, alike: u64, sizes: &[u64], left: usize) -> Vec<u64> {
        let mut some = sizes.to_vec();
        self.free(taken, alike, &mut some, left);
        for size in (0..some.len()).rev() {
            some[size] += if size > 0 { some[size - 1] } else { 0 };
            some[size] -= sizes[size];
        }
        some
    }

    fn add(&mut self, place: (usize, usize), sizes: &[u64]) {
        let found = self.found.entry(place).or_insert_with(|| vec![0; sizes.len()]);
        found.iter_mut().zip(sizes).for_each(|(sum, number)| *sum += number);
    }

    /// Weights that add nothing may be there or not; if no bound shows that they add nothing, what is below is open.
    fn free(&mut self, taken: u64, weights: u64, sizes: &mut [u64], left: usize) {
        if !self.is_closed(taken, weights) {
            let sets = (u128::from(sizes.iter().sum::<u64>()) << left) * ((1 << weights.count_ones()) - 1);
            self.open = self.open.saturating_add(u64::try_from(sets).unwrap_or(u64::MAX));
        }
        for _ in 0..weights.count_ones() {
            for size in (1..sizes.len()).rev() {
                sizes[size] += sizes[size - 1];
            }
        }
    }

    /// The numbers of allocations of each size and dimension.
    fn counts(&self) -> Vec<(usize, usize, u64)> {
        let mut counts: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        for ((rank, coloops), sizes) in &self.found {
            let mut binomial = 1u64;
            for more in 0..=*coloops {
                for (size, number) in sizes.iter().enumerate().filter(|(_, number)| **number > 0) {
                    *counts.entry((size + more, rank + more)).or_insert(0) += number * binomial;
                }
                binomial = (u128::from(binomial) * (coloops - more) as u128 / (more as u128 + 1)) as u64;
            }
        }
        counts.into_iter().map(|((size, dim), number)| (size, dim, number)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::apply;
    use super::*;
    use crate::Options;
    use allocert_format::{FORMAT, Header, Rule, VERSION};

    /// A count in two branches, after the operations that all are derived within; they lie if told to.
    fn holes(full: bool, lie: bool) -> Result<Vec<String>, Fault> {
        let header = Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            about: "scan".to_owned(),
            network: None,
            samples: None,
            allocation: None,
            ensemble: None,
            seed: 1,
        };
        let mut proof = Proof::new(header, Options { full, ..Options::default() });
        proof.branching = SAMPLED_AFTER;
        let within = || "all".to_owned();
        let dim = |size: usize| if lie { size } else { size.min(1) };
        let branch = |contains: &str, avoids: &str, size: usize| Rule::Branch {
            within: within(),
            contains: contains.to_owned(),
            avoids: avoids.to_owned(),
            point: 2,
            counts: vec![(size, dim(size), 1), (size + 1, dim(size + 1), 1)],
        };
        let mut counts = vec![(0, 0, 1), (1, 1, 2), (2, dim(2), 1)];
        counts.dedup();
        let steps = vec![
            Rule::Network { network: "lffn([1, 1, 1])".to_owned(), samples: None },
            Rule::Point { weights: vec![3, 5], inputs: vec![vec![1]], functions: vec![] },
            // A bound of all weights would contradict the lie.
            Rule::Labels { of: if lie { "none".to_owned() } else { within() }, at_most: usize::from(!lie) },
            branch("W1", "none", 1),
            branch("none", "W1", 0),
            Rule::Count { within: within(), branches: vec![4, 5], counts, unproved: 0, error_log2: None },
        ];
        for (step, rule) in (1..).zip(steps) {
            apply(&mut proof, step, rule)?;
        }
        Ok(proof.holes.into_iter().map(|hole| hole.reason).collect())
    }

    #[test]
    fn what_is_not_derived_again_is_a_hole() {
        assert_eq!(holes(true, false).unwrap(), Vec::<String>::new());
        assert!(holes(true, true).is_err());
        let skipped = "2 of 2 branches were not derived again (--full does)";
        assert_eq!(holes(false, false).unwrap(), [skipped]);
        // This is why.
        assert_eq!(holes(false, true).unwrap(), [skipped]);
    }
}
