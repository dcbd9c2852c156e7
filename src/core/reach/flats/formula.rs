//! The sum of a formula's values over all sets, without visiting the sets.
//!
//! The formula is f(A) = min over its terms of (k + |A ∖ Z|). Points that are in the same sets Z are alike: an *atom* of p
//! points has binom(p, j) subsets of size j, which give the same values. Atoms are decided one after the other; a term
//! that can never be the smallest any more is dropped. What is left small is gone through with all terms side by side.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::control::Control;
use crate::number::binomial;
use crate::reach::symmetry::{Set, bit};

use super::ground::points;

/// So many steps (each of up to 16 terms) a sum may cost: some seconds.
const MOST_STEPS: u64 = 1 << 32;

/// Terms (Z, k) of a minimum of k + |A ∖ Z|.
#[derive(Clone, Debug, Default)]
pub(super) struct Formula {
    pub terms: Vec<(Set, usize)>,
}

/// Why a sum was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMuch;

impl Formula {
    /// The value of a set.
    #[cfg(test)]
    fn value(&self, set: Set) -> usize {
        let values = self.terms.iter().map(|(z, k)| k + (set & !z).count_ones() as usize);
        values.min().unwrap_or(0)
    }

    /// The sum of the values of all sets that consist of `taken` and some of `rest`.
    pub(super) fn sum(&self, taken: Set, rest: Set, control: &Control<'_>) -> Result<u128, TooMuch> {
        let terms = self.terms.iter().map(|(z, k)| (z & rest, k + (taken & !z).count_ones() as usize)).collect();
        Summation { control, left: AtomicU64::new(MOST_STEPS) }.of(terms, rest)
    }
}

/// A sum under way.
struct Summation<'a> {
    control: &'a Control<'a>,
    left: AtomicU64,
}

/// Points that are in the same sets, and which of the terms have them.
struct Atom {
    points: Set,
    inside: Vec<bool>,
}

impl Summation<'_> {
    fn pay(&self, steps: u64) -> Result<(), TooMuch> {
        let paid = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(steps));
        if paid.is_err() || steps > 1 << 12 && self.control.stopped().is_some() { Err(TooMuch) } else { Ok(()) }
    }

    /// The sum over all subsets of `rest`; the sets of the terms are inside it.
    fn of(&self, terms: Vec<(Set, usize)>, rest: Set) -> Result<u128, TooMuch> {
        self.pay((terms.len() * terms.len() / 16) as u64 + 1)?;
        let terms = undominated(terms);
        let mut atoms = atoms(&terms, rest);
        let mut free = 0;
        let mut silent = 0;
        // In all of the sets a point adds nothing, in none of them 1, whatever the rest.
        atoms.retain(|atom| {
            let size = atom.points.count_ones();
            let (none, all) = (!atom.inside.contains(&true), !atom.inside.contains(&false));
            free += if none { size } else { 0 };
            silent += if all && !none { size } else { 0 };
            !none && !all
        });
        let inner = rest.count_ones() - free - silent;
        let sum = if atoms.is_empty() {
            terms.iter().map(|(_, k)| *k as u128).min().unwrap_or(0)
        } else {
            self.over(&terms, atoms)?
        };
        let halves = if free > 0 { u128::from(free) << (free - 1 + inner) } else { 0 };
        Ok(((sum << free) + halves) << silent)
    }

    fn over(&self, terms: &[(Set, usize)], mut atoms: Vec<Atom>) -> Result<u128, TooMuch> {
        let cells = atoms.iter().fold(1u64, |all, atom| all.saturating_mul(u64::from(atom.points.count_ones()) + 1));
        let chunks = terms.len().div_ceil(16) as u64;
        if cells <= 64 * terms.len() as u64 {
            self.pay(cells * chunks)?;
            return Ok(Walk::new(terms, &atoms).sum(0));
        }
        // The atom that tells most terms apart goes first.
        let apart = |atom: &Atom| {
            let inside = atom.inside.iter().filter(|i| **i).count();
            inside.min(terms.len() - inside) * 64 + atom.points.count_ones() as usize
        };
        let first = (0..atoms.len()).max_by_key(|i| apart(&atoms[*i])).unwrap_or(0);
        let atom = atoms.swap_remove(first);
        let rest = atoms.iter().fold(0, |set, other| set | other.points);
        let size = atom.points.count_ones() as usize;
        let mut sum = 0;
        for chosen in 0..=size {
            let moved =
                terms.iter().zip(&atom.inside).map(|((z, k), inside)| (z & rest, k + if *inside { 0 } else { chosen }));
            sum += self.of(moved.collect(), rest)? * ways(size, chosen);
        }
        Ok(sum)
    }
}

fn ways(size: usize, chosen: usize) -> u128 {
    // There are at most 64 points.
    binomial(size, chosen).to_u128().unwrap_or(0)
}

/// Only the terms that are the smallest somewhere, or nearly so: (Z, k) never is if k ≥ k′ + |Z ∖ Z′|.
fn undominated(mut terms: Vec<(Set, usize)>) -> Vec<(Set, usize)> {
    terms.sort_unstable_by_key(|(z, k)| (*k, std::cmp::Reverse(z.count_ones()), *z));
    let mut kept: Vec<(Set, usize)> = Vec::with_capacity(terms.len());
    for (z, k) in terms {
        if !kept.iter().any(|(other, bound)| bound + (z & !other).count_ones() as usize <= k) {
            kept.push((z, k));
        }
    }
    kept
}

fn atoms(terms: &[(Set, usize)], rest: Set) -> Vec<Atom> {
    let mut places: HashMap<Vec<bool>, usize> = HashMap::new();
    let mut atoms: Vec<Atom> = Vec::new();
    for point in points(rest) {
        let inside: Vec<bool> = terms.iter().map(|(z, _)| z & bit(point) != 0).collect();
        let place = *places.entry(inside.clone()).or_insert(atoms.len());
        if place == atoms.len() {
            atoms.push(Atom { points: 0, inside });
        }
        atoms[place].points |= bit(point);
    }
    atoms
}

/// A walk through all choices from some atoms.
struct Walk {
    /// For each atom what one more of its points adds to each term.
    steps: Vec<Vec<u8>>,
    ways: Vec<Vec<u128>>,
    values: Vec<u8>,
}

impl Walk {
    fn new(terms: &[(Set, usize)], atoms: &[Atom]) -> Self {
        let size = |atom: &Atom| atom.points.count_ones() as usize;
        Walk {
            steps: atoms.iter().map(|a| a.inside.iter().map(|i| u8::from(!i)).collect()).collect(),
            ways: atoms.iter().map(|a| (0..=size(a)).map(|j| ways(size(a), j)).collect()).collect(),
            // Ranks and sizes are at most 64 each.
            values: terms.iter().map(|(_, k)| *k as u8).collect(),
        }
    }

    /// The sum over all choices from the atoms from this one on.
    fn sum(&mut self, atom: usize) -> u128 {
        if atom == self.steps.len() {
            return self.values.iter().copied().min().unwrap_or(0).into();
        }
        let (mut sum, choices) = (0, self.ways[atom].len());
        for chosen in 0..choices {
            sum += self.sum(atom + 1) * self.ways[atom][chosen];
            if chosen + 1 < choices {
                self.values.iter_mut().zip(&self.steps[atom]).for_each(|(value, step)| *value += step);
            }
        }
        let more = (choices - 1) as u8;
        self.values.iter_mut().zip(&self.steps[atom]).for_each(|(value, step)| *value -= more * step);
        sum
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sums_are_those_of_all_values(
            n in 1usize..11, taken in 0u64..1 << 10, sets in proptest::collection::vec((0u64..1 << 10, 0usize..6), 1..14)
        ) {
            let all = !(u64::MAX >> n);
            let terms: Vec<(Set, usize)> = sets.iter().map(|(bits, k)| (bits << 54 & all, *k)).collect();
            let formula = Formula { terms };
            let taken = taken << 54 & all;
            let rest = all & !taken;
            let values = (0..1u64 << n).map(|bits| bits << (64 - n)).filter(|a| a & taken == taken);
            let expected: usize = values.map(|a| formula.value(a)).sum();
            prop_assert_eq!(formula.sum(taken, rest, &Control::unlimited()), Ok(expected as u128));
        }
    }
}
