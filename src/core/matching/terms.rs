//! One hidden layer of powers, whose units have at most one frozen weight each (and whose outputs have no frozen bias): each unit
//! can be any unit of the teacher, rescaled.
//!
//! A unit adds the term c (w·x + b)^g, the same for λ(w, b) and λ^−g c. A frozen incoming weight (or bias) says what λ is; a frozen
//! c_k asks for λ^g = c_k* / c_k, which is possible if g is odd or the signs agree. So for odd g, and where no outgoing
//! weight is frozen, there is a match. For even g signs have to agree with those of different units of the teacher,
//! if no other terms add up to the same: a sum of at most h ≤ d terms c_i ⊗ ℓ_i^g is one in one way only, for
//! independent ℓ_i, if g ≥ 3, or if the c_i are pairwise independent vectors of at least two entries (Kruskal 1977).

use itertools::Itertools;
use rug::{Integer, Rational};

use crate::allocation::Allocation;

use super::exact::{Exact, Theorem, coins};
use super::powers::determine_terms;
use super::shallow::{Shallow, Unit};

/// Choices of signs are enumerated up to 2 to this power.
const MOST_SIGNS: usize = 18;

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
        return Some(Exact::of(
            Theorem::Rescaling,
            Rational::from(1),
            "each unit is one of the teacher's, rescaled".to_owned(),
        ));
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
    let signs = n + outputs.len() * h;
    if signs > MOST_SIGNS {
        return None;
    }
    let row = |k: usize| outputs.iter().position(|o| *o == k).unwrap_or(0);
    let fits = |all: &u32| {
        let sign = |place: usize| all >> place & 1;
        let agree = |unit: usize, term: usize| sign(unit) == sign(n + row(bound[unit]) * h + term);
        (0..h).permutations(n).any(|terms| terms.iter().enumerate().all(|(unit, term)| agree(unit, *term)))
    };
    let ways = (0..1u32 << signs).filter(fits).count();
    let formula = format!("signs of {n} frozen output weights, to {} outputs, among those of {h} units", outputs.len());
    Some((Rational::from((Integer::from(ways), Integer::from(1) << signs as u32)), formula))
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
}
