//! Two units of an odd power g between d inputs and two outputs, without biases, on M ≤ d samples: probability 1 where one-dimensional functions have both signs. The book's theory,
//! section 6, says the same.
//!
//! C is the matrix of the two outputs, c_i its column of unit i, Y_j ∈ ℝ² the teacher's labels at sample j, any vectors; [x, y] is the area of two vectors, J y = (−y_1, y_0). What comes into unit i is u ∈ ℝ^M with u_j^g = γ_i·Y_j, where γ_0 = −J c_1 / D,
//! γ_1 = J c_0 / D are the rows of C⁻¹, up to the sign of D = [c_0, c_1]. Let r_i = M − |S_i|, S_i the incoming weights that learn, at least 0: as M ≤ d, u is to fulfil r_i affine conditions n·u = β, with generic numbers β ≠ 0. With
//! N(γ) = Σ n_j (γ·Y_j)^(1/g), which is continuous, N(λγ) = λ^(1/g) N(γ) for all real λ, they say N(γ_i) = β. Other weights than those named are held.
//!
//! - *r = (0, 1).* N(±J c_0) = β D^(1/g). If an entry of c_1 learns, D takes all values. If one of c_0 does, t, then N(J c_0)/D^(1/g) has a pole with a change of sign where D = 0, and one limit for t → ±∞: it takes all values but perhaps that.
//! - *r = (1, 1), c_0 learns.* D = (N_0(J c_1)/β_0)^g is known, so c_0 is on a line with the direction of c_1, along which N_1(J c_0) goes from −∞ to ∞. So if c_1 does.
//! - *r = (1, 1), S_0 ≠ S_1, an output learns.* Let s, t be its weights. D = (N_0(J c_1)/β_0)^g is a function of t, about a multiple of t for large t, and says what s is, about a multiple of t. Then N_1(J c_0)/β_1 − N_0(J c_1)/β_0 is about a multiple of t^(1/g), generically not 0: it has both signs.
//!   Where it is 0, D is not: otherwise c_0 and c_1 are parallel and N_0 and N_1 both 0 there, which different S_i exclude.
//! - *r = (0, 2), an entry of each column learns.* β_b N_a(γ) − β_a N_b(γ) is odd, so it is 0 in some direction of γ, and there is γ_1 = γ with N_a(γ) = β_a, N_b(γ) = β_b. It says which direction c_0 has, which one entry can give, and that [c_0/|c_0|, c_1] is a given number, one linear equation for an entry of c_1.
//! - *r = (1, 2), three entries learn.* The same; c_0 = μ c with a given c, [c, c_1] = 1, D = μ. If an entry of c_0 is frozen, μ is known, c_1 is on a line of the direction of c, along which N_0(J c_1) goes from −∞ to ∞. If one of c_1 is, c_1 is known, and N_0(J c_1) = β_0 μ^(1/g) says what μ is.
//! - *r = (2, 2), all of C learns.* γ_0 and γ_1 are found as in (0, 2), each for itself.

use rug::Rational;

use crate::allocation::Allocation;
use crate::network::{Network, Samples};

use super::exact::{Exact, Theorem};

/// Probability 1 by what is said above.
pub(super) fn pairs((network, samples): (&Network, Samples), allocation: &Allocation) -> Option<Exact> {
    let (exponents, shapes) = (network.exponents()?, network.shapes());
    let widths = shapes.widths.filter(|_| shapes.bias == Some(false))?;
    let (&[d, 2, 2], &[power]) = (widths.as_slice(), exponents.as_slice()) else {
        return None;
    };
    let inputs = network.probe_inputs(samples);
    if power < 3 || power.is_multiple_of(2) || inputs < 2 || inputs > d {
        return None;
    }
    let learning = |unit: usize| (unit * d..unit * d + d).filter(|w| allocation.contains(*w)).count();
    let left = |unit: usize| inputs.saturating_sub(learning(unit));
    let entry = |output: usize, unit: usize| allocation.contains(2 * d + 2 * output + unit);
    let all = (0..4).filter(|place| entry(place / 2, place % 2)).count();
    let both = |unit: usize| entry(0, unit) && entry(1, unit);
    let some = |unit: usize| entry(0, unit) || entry(1, unit);
    let output = (0..2).any(|output| entry(output, 0) && entry(output, 1));
    let incoming = |unit: usize, k: usize| allocation.contains(unit * d + k);
    let differ = (0..d).any(|k| incoming(0, k) != incoming(1, k));
    let certain = match (left(0).min(left(1)), left(0).max(left(1))) {
        (0, 0) => true,
        (0, 1) => all >= 1,
        (1, 1) => both(0) || both(1) || output && differ,
        (0, 2) => some(0) && some(1),
        (1, 2) => all >= 3,
        (2, 2) => all == 4,
        _ => false,
    };
    let formula = "inverting the outputs' matrix leaves functions of one number with both signs".to_owned();
    certain.then(|| Exact::of(Theorem::Pairs, Rational::from(1), formula))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::parse;
    use crate::control::Control;
    use crate::matching::asked::asked;
    use crate::matching::{Limits, MatchOptions, Matcher, Trials};
    use crate::reach::Settings;

    /// Every instance that elimination decides has a match, and of what the law says nothing of some have none.
    #[test]
    fn instances_of_pairs_all_match() {
        let network: Network = "pnn([2, 2, 2], degree=3)".parse().unwrap();
        let (samples, settings) = (Samples::Count(2), Settings { seed: 24, error_log2: -60 });
        let matcher = Matcher::new(&network, samples, settings, Limits::default()).unwrap();
        let options = MatchOptions { trials: Trials::Fixed(300), ..MatchOptions::default() };
        let mut decided = 0;
        for (learns, is_so) in [
            ("W1[0,:] W1[1,0] W2[0,0]", true),
            ("W1[0,:] W1[1,0] W2[0,1]", true),
            ("W1[0,0] W1[1,1] W2[0,:]", true),
            ("W1[:,0] W2[:,0]", true),
            ("W1[0,0] W1[1,1] W2[:,0]", true),
            ("W1[0,:] W2[0,:]", true),
            ("W1[0,:] W2[0,0] W2[1,1]", true),
            ("W1[0,0] W2[0,:] W2[1,0]", true),
            ("W1[1,0] W2[0,:] W2[1,0]", true),
            ("W1[:,0] W2[0,0] W2[1,1]", false),
            ("W1[:,0] W2[0,:]", false),
            ("W1[0,0] W1[1,1] W2[0,1] W2[1,0]", false),
        ] {
            let allocation = parse(network.layout(), learns).unwrap();
            assert_eq!(pairs((&network, samples), &allocation).is_some(), is_so, "{learns}");
            let estimate = matcher.without_powers().estimate(&allocation, &options, &Control::unlimited());
            assert!(estimate.unmatched == 0 || !is_so, "{learns}: {estimate:?}");
            decided += if is_so { estimate.matched } else { 0 };
        }
        assert!(decided > 1_500, "{decided} decided");
    }

    #[test]
    fn pairs_are_asked_where_hypotheses_hold() {
        for (text, learns, samples, is_so) in [
            ("pnn([3, 2, 2], degree=3)", "W1", 3, true),
            ("pnn([3, 2, 2], degree=3)", "W1[0,:] W1[1,0] W1[1,1] W2[0,1]", 3, true),
            ("pnn([3, 2, 2], degree=5)", "W1[0,0] W1[1,1] W2", 3, true),
            ("pnn([3, 2, 2], degree=3)", "W1[0,0] W1[0,1] W1[1,2] W2[0,:] W2[1,0]", 3, true),
            ("pnn([3, 2, 2], degree=3)", "W1[0,0] W1[0,1] W1[1,0] W1[1,1] W2[0,0] W2[1,1]", 3, false),
            ("pnn([3, 2, 2], degree=3)", "W1[0,:] W1[1,0] W2[:,0]", 3, false),
            ("pnn([3, 2, 2], degree=3)", "W1[0,:] W2", 3, false),
            ("pnn([3, 2, 2], degree=2)", "W1", 3, false),
            ("pnn([3, 2, 2], degree=3)", "W1", 4, false),
            ("pnn([3, 2, 1], degree=3)", "W1", 3, false),
            ("pnn([3, 2, 2], degree=3, bias=True)", "W1", 3, false),
        ] {
            let found = asked(pairs, (text, learns, samples));
            assert_eq!(found.is_some(), is_so, "{text} {learns}, {samples}");
        }
    }
}
