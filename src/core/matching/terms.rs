//! One hidden layer of powers, whose units have at most one frozen weight each (and whose outputs have no frozen bias): each unit
//! can be any unit of the teacher, rescaled.
//!
//! A unit adds the term c (w·x + b)^g, the same for λ(w, b) and λ^−g c. A frozen incoming weight (or bias) says what λ is; a frozen
//! c_k asks for λ^g = c_k* / c_k, which is possible if g is odd or the signs agree. So for odd g, and where no outgoing
//! weight is frozen, there is a match. For even g signs have to agree with those of different units of the teacher,
//! if no other terms add up to the same: a sum of at most h ≤ d terms c_i ⊗ ℓ_i^g is one in one way only, for
//! independent ℓ_i, if g ≥ 3, or if the c_i are pairwise independent vectors of at least two entries (Kruskal 1977).

use std::collections::HashMap;

use itertools::Itertools;
use rug::{Integer, Rational};

use crate::allocation::Allocation;

use super::exact::{Exact, Theorem, coins};
use super::powers::determine_terms;
use super::shallow::{Shallow, Unit};

/// Units of different outputs are assigned to teachers up to this number of their units,
const MOST_UNITS: usize = 6;
/// and for so many outputs.
const MOST_OUTPUTS: usize = 3;

/// The match probability, on so many generic inputs.
pub(super) fn by_terms(shallow: &Shallow, degree: u32, allocation: &Allocation, inputs: usize) -> Option<Exact> {
    let free_biases = (0..shallow.outputs()).all(|k| shallow.biases.is_none() || shallow.bias_learns(k, allocation));
    if !free_biases {
        return None;
    }
    let frozen = |unit: &Unit| frozen_output(unit, allocation);
    let bound: Vec<Option<usize>> = shallow.units.iter().map(frozen).collect::<Option<_>>()?;
    let bound: Vec<usize> = bound.into_iter().flatten().collect();
    if degree % 2 == 1 || bound.is_empty() {
        return None; // the teacher, rescaled: see `exact`
    }
    let (h, d) = (shallow.units.len(), shallow.units.first()?.incoming.len());
    let unique = h <= d && (degree > 2 || shallow.outputs() > 1) && shallow.biases.is_none();
    if !unique || !determine_terms(shallow, degree, inputs) {
        return None;
    }
    let (value, formula) = signs_agree(&bound, h)?;
    Some(Exact::of(Theorem::UniqueTerms, value, formula))
}

/// The output to which the weight is frozen, or none; nothing if more weights are frozen.
fn frozen_output(unit: &Unit, allocation: &Allocation) -> Option<Option<usize>> {
    let incoming = unit.incoming.len() + usize::from(unit.bias.is_some()) - unit.learns(allocation).len();
    let outgoing: Vec<usize> = (0..unit.outgoing.len()).filter(|k| !allocation.contains(unit.outgoing[*k])).collect();
    (incoming + outgoing.len() <= 1).then(|| outgoing.first().copied())
}

/// The probability that units whose weights to these outputs are frozen have the signs of different ones of the teacher's h.
fn signs_agree(bound: &[usize], h: usize) -> Option<(Rational, String)> {
    let n = bound.len();
    if bound.iter().all_equal() {
        let formula = match n == h {
            true => format!("binom({}, {h}) / 4^{h}", 2 * h),
            false => format!("P({n} <= Bin({}, 1/2) <= {h})", n + h),
        };
        return Some((coins(n + h, n as i64..=h as i64), formula));
    }
    let outputs: Vec<usize> = bound.iter().copied().sorted().dedup().collect();
    if h > MOST_UNITS || outputs.len() > MOST_OUTPUTS {
        return None;
    }
    let place = |output: &usize| outputs.iter().position(|o| o == output).unwrap_or(0);
    let places: Vec<usize> = bound.iter().map(place).collect();
    let mut ways = Integer::new();
    for (columns, number) in teachers(outputs.len(), h) {
        ways += number * students_that_fit(&places, &columns);
    }
    let signs = (n + outputs.len() * h) as u32;
    let formula = format!("signs of {n} frozen output weights, to {} outputs, among those of {h} units", outputs.len());
    Some((Rational::from((ways, Integer::from(1) << signs)), formula))
}

/// The signs of h units of a teacher at so many outputs, one word a unit: each multiset with the number of its orders.
fn teachers(outputs: usize, h: usize) -> Vec<(Vec<u32>, Integer)> {
    let factorial = |k: usize| Integer::from(Integer::factorial(k as u32));
    let of = |columns: Vec<u32>| {
        let alike = columns.iter().counts().into_values().map(factorial);
        let number = alike.fold(factorial(h), |orders, same| orders / same);
        (columns, number)
    };
    (0..1u32 << outputs).combinations_with_replacement(h).map(of).collect()
}

/// How many choices of signs of the student's units, bound to these outputs, agree with those of different units of the teacher.
fn students_that_fit(places: &[usize], columns: &[u32]) -> u32 {
    // Of the choices for the first units: which sets of the teacher's units they can be assigned to.
    let mut sets: HashMap<Vec<u32>, u32> = HashMap::from([(vec![0], 1)]);
    for place in places {
        let mut next = HashMap::new();
        for ((before, number), sign) in sets.iter().cartesian_product([0, 1]) {
            let free = |set: u32| (0..columns.len()).filter(move |term| set >> term & 1 == 0);
            let agree = |term: &usize| columns[*term] >> place & 1 == sign;
            let after = before.iter().flat_map(|set| free(*set).filter(agree).map(move |term| set | 1 << term));
            let after: Vec<u32> = after.sorted().dedup().collect();
            if !after.is_empty() {
                *next.entry(after).or_insert(0) += number;
            }
        }
        sets = next;
    }
    sets.into_values().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_several_outputs() {
        let value = |bound: &[usize], h| signs_agree(bound, h).unwrap().0;
        assert_eq!(value(&[0], 1), Rational::from((1, 2)));
        assert_eq!(value(&[1, 1], 2), Rational::from((3, 8)));
        assert_eq!(value(&[0], 2), Rational::from((3, 4)));
        // One order fits with probability 1/4, the other, too, and both with 1/16.
        assert_eq!(value(&[0, 1], 2), Rational::from((7, 16)));
    }

    /// Against all signs and all orders, one by one.
    #[test]
    fn counting_by_sets_is_counting_by_orders() {
        let by_orders = |bound: &[usize], outputs: usize, h: usize| {
            let signs = bound.len() + outputs * h;
            let fits = |all: &u32| {
                let sign = |place: usize| all >> place & 1;
                let agree = |unit: usize, term: usize| sign(unit) == sign(bound.len() + bound[unit] * h + term);
                (0..h)
                    .permutations(bound.len())
                    .any(|terms| terms.iter().enumerate().all(|(unit, term)| agree(unit, *term)))
            };
            Rational::from(((0..1u32 << signs).filter(fits).count(), 1u32 << signs))
        };
        for (bound, outputs, h) in
            [(vec![0, 1], 2, 2), (vec![0, 1, 1], 2, 3), (vec![0, 1, 2], 3, 3), (vec![0, 0, 1], 2, 4)]
        {
            assert_eq!(signs_agree(&bound, h).unwrap().0, by_orders(&bound, outputs, h), "{bound:?} {h}");
        }
    }

    /// What would take 2^24 signs times 6! orders.
    #[test]
    fn many_units_are_counted_soon() {
        let start = std::time::Instant::now();
        let (value, _) = signs_agree(&[0, 0, 1, 1, 2, 2], 6).unwrap();
        assert!(value > 0 && value < 1);
        assert!(start.elapsed().as_secs() < 20);
    }
}
