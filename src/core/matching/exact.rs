//! Match probabilities that a theorem gives: as a number, or between two rational numbers.
//!
//! They hold for independent entries whose densities are positive near 0 and symmetric about it, as `gaussian` and `uniform`
//! ones; the two poles need normal ones. Proofs: the book's page on match probabilities.

use std::collections::BTreeSet;

use rug::{Integer, Rational};

use crate::allocation::Allocation;
use crate::network::{Network, Probe, Recurrence, Samples, SingleEnded};
use crate::number::binomial;
use crate::reach::Evidence;

use super::answer::Verdict;
use super::deep::deep_sums;
use super::directions::by_scaled_directions;
use super::ensemble::Ensemble;
use super::pairs::pairs;
use super::planes::{complex_poles, definite, planes};
use super::powers::Powers;
use super::quartics::quartics;
use super::signs::by_signs;
use super::tied::{odd_steps, seminorms, two_outputs};

/// Bits of the square roots in enclosures.
const BITS: u32 = 60;

/// The match probability of two diagonals of `lffn([2, 2, 2])` lies between these two numbers over [`DIAGONAL_UNIT`]: the
/// outcome of the exact arithmetic in `diagonals`, which the tests do anew.
pub(super) const DIAGONAL_SHARE: [u64; 2] = [984_702_561_868, 984_743_161_528];
/// 2 to the power 40.
pub(super) const DIAGONAL_UNIT: u64 = 1 << 40;

/// The theorem behind an exact match probability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theorem {
    /// Every weight learns.
    Copying,
    /// Each unit can be any one of the teacher's, rescaled.
    Rescaling,
    /// Odd powers take every real value.
    OddPowers,
    /// A sum of squares reaches the forms of no larger inertia (Sylvester), and these only.
    Inertia,
    /// A sum of powers of independent linear forms, but of plain squares, is one in one way only, so the signs must agree.
    UniqueTerms,
    /// The cone of random vectors contains a random vector (Wendel).
    Cone,
    /// The recurrent matrix is the teacher's in other coordinates, which fit any encoder and decoder whose product is the teacher's.
    Coordinates,
    /// Two units, of one of which encoder and decoder learn: far along the diagonal a quadratic equation has real roots.
    TwoUnits,
    /// Two units: a curve far away, on whose ends a function has signs that do not cancel.
    Ends,
    /// Two units, entries that are tied to a definite form where the teacher's poles are not real.
    ComplexPoles,
    /// Two poles are real exactly if a discriminant is not negative.
    TwoPoles,
    /// The mean number of solutions is the area of random convex bodies (Kac and Rice, Vitale).
    Zonoids,
    /// An output that no learnable weight can make negative, where the signs of frozen ones are as unlucky as they can be.
    Signs,
    /// One unit takes any activations, and another one adds large ones of any sign.
    Orthants,
    /// Two units of an odd power and two outputs: their matrix is inverted, and odd roots take every real value.
    Pairs,
    /// A sum of two odd powers has the sign of the sum.
    OddSums,
    /// Far away a continuous function has both signs.
    FarAway,
    /// The same of even powers, in three directions.
    ThreeDirections,
    /// The same of two layers of odd powers.
    DeepSums,
    /// Two layers of squares: how a binary quartic form splits.
    Quartics,
    /// One unit with an even power adds numbers of one sign.
    OneUnit,
    /// Two units with even powers, and two outputs that each have a frozen weight.
    TwoOutputs,
    /// Even powers with factors of one sign: roots of the activation of one unit above them are a seminorm of the input.
    Seminorms,
    /// One unit and an odd number of steps: on some inputs, its state is what comes in times a positive number.
    OddSteps,
    /// What is below and what is above a layer of one unit match up to a scale.
    Bottleneck,
}

impl std::fmt::Display for Theorem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Theorem::Copying => "every weight may learn: the student can copy the teacher",
            Theorem::Rescaling => "each unit can be one of the teacher's, rescaled",
            Theorem::OddPowers => "odd powers take every real value",
            Theorem::Inertia => "law of inertia: the signs of the squares decide (Sylvester)",
            Theorem::UniqueTerms => "terms are unique: the signs of the powers decide (Kruskal)",
            Theorem::Cone => "cone law: even powers reach a cone of random vectors (Wendel)",
            Theorem::Coordinates => "the recurrent matrix is the teacher's in coordinates that fit encoder and decoder",
            Theorem::TwoUnits => "two units: far along the diagonal a quadratic equation has real roots",
            Theorem::Ends => "two units: a curve on whose ends a function has signs that do not cancel",
            Theorem::ComplexPoles => "two units: teachers with complex poles, to whom a definite form is small",
            Theorem::TwoPoles => "two poles: the discriminant of a characteristic polynomial",
            Theorem::Zonoids => "mean number of solutions as an area (Kac and Rice, Vitale)",
            Theorem::Signs => "sign law: no learnable weight can make an output negative",
            Theorem::Orthants => "orthant law: one unit takes any activations, and another one any sign",
            Theorem::Pairs => "two units of an odd power and two outputs: functions of one number with both signs",
            Theorem::OddSums => "law of odd sums: a sum of two odd powers has the sign of the sum",
            Theorem::FarAway => "far away a continuous function has both signs",
            Theorem::ThreeDirections => "even powers: in three directions far away a function has both signs",
            Theorem::DeepSums => "two layers of odd powers: far away a function has both signs",
            Theorem::Quartics => "two layers of squares: how a quartic form splits into two quadratic ones",
            Theorem::OneUnit => "one unit of an even power adds numbers of one sign",
            Theorem::TwoOutputs => "two units of even powers, and two outputs with a frozen weight each",
            Theorem::Seminorms => {
                "seminorms: even powers with factors of one sign bound a label by those at other samples"
            }
            Theorem::OddSteps => "odd steps: on some inputs one unit's state has the sign of what comes in",
            Theorem::Bottleneck => "bottleneck law: below and above a layer of one unit, up to a scale",
        })
    }
}

/// A match probability that a theorem gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exact {
    /// The theorem.
    pub theorem: Theorem,
    /// It is at least this,
    pub low: Rational,
    /// and at most this.
    pub high: Rational,
    /// A number, such as `3/8` or `1 - sqrt(2)/4`, if there is a closed one.
    pub number: Option<String>,
    /// Where it comes from, such as `binom(4, 2) / 4^2`.
    pub formula: String,
    /// How it is known: proved, but where the theorem is asked about matching degrees.
    pub evidence: Evidence,
}

impl Exact {
    /// A rational number.
    pub(super) fn of(theorem: Theorem, value: Rational, formula: String) -> Self {
        let number = Some(value.to_string());
        Exact { theorem, low: value.clone(), number, high: value, formula, evidence: Evidence::Proved }
    }

    /// Something between two numbers.
    pub(super) fn between(theorem: Theorem, low: Rational, high: Rational, formula: String) -> Self {
        if low == high {
            return Exact::of(theorem, low, formula);
        }
        Exact { theorem, low, high, number: None, formula, evidence: Evidence::Proved }
    }

    /// What follows for the match probability.
    pub fn verdict(&self) -> Verdict {
        if self.low == 1 {
            Verdict::One
        } else if self.high == 0 {
            Verdict::Zero
        } else {
            Verdict::Fractional
        }
    }

    /// Two floating-point numbers that it lies between, equal where it is such a number.
    pub fn enclosure(&self) -> [f64; 2] {
        let (low, high) = (self.low.to_f64(), self.high.to_f64());
        [if low > self.low { low.next_down() } else { low }, if high < self.high { high.next_up() } else { high }]
    }

    /// Whether it says the value, as a number or to three digits; otherwise it is a bound, within which instances say more.
    pub fn is_sharp(&self) -> bool {
        self.number.is_some() || Rational::from(&self.high - &self.low) * 1_000 <= 1
    }

    /// The number, up to rounding, if it is known that closely.
    pub fn value(&self) -> Option<f64> {
        self.number.as_ref().map(|_| self.low.to_f64())
    }
}

/// The match probability of an allocation that spans, if a theorem gives it.
pub(super) fn exact(
    network: &Network,
    powers: Option<&Powers>,
    allocation: &Allocation,
    samples: Samples,
    ensemble: Ensemble,
) -> Option<Exact> {
    if allocation.size() == allocation.weights() {
        return Some(Exact::of(Theorem::Copying, Rational::from(1), "the student is the teacher".to_owned()));
    }
    if is_rescaled_teacher(network, allocation) {
        let formula = "the student is the teacher with its hidden units rescaled".to_owned();
        return Some(Exact::of(Theorem::Rescaling, Rational::from(1), formula));
    }
    let normal = ensemble == Ensemble::Gaussian;
    let by_powers = powers.and_then(|powers| powers.law(allocation, network.probe_inputs(samples), normal));
    if let Some(exact) = by_powers.or_else(|| by_signs(network, allocation)) {
        return Some(exact);
    }
    let inputs = network.probe_inputs(samples);
    let by_directions = powers.and_then(|powers| powers.by_directions(allocation, inputs));
    let by_directions = by_directions.or_else(|| by_scaled_directions(network, allocation, inputs));
    let (two, odd) = (|| two_outputs((network, samples), allocation), || odd_steps((network, samples), allocation));
    let bounded = || seminorms((network, samples), allocation);
    let by_pairs = || pairs((network, samples), allocation).or_else(|| deep_sums((network, samples), allocation));
    let split = || quartics((network, samples), allocation);
    if let Some(exact) = by_directions.or_else(two).or_else(odd).or_else(bounded).or_else(by_pairs).or_else(split) {
        return Some(exact);
    }
    if let Some(layers) = network.two_by_two() {
        let applies = normal && network.probe_inputs(samples) > 1;
        return applies.then(|| diagonals(&layers, allocation)).flatten();
    }
    let coordinates = coordinates((network, samples), allocation);
    if let Some(exact) = coordinates.or_else(|| planes((network, samples), allocation)) {
        return Some(exact);
    }
    let determined = matches!(network.probe(samples), Probe::Fixed(_));
    let recurrence = network.single_recurrence().filter(|_| determined);
    let far = recurrence.as_ref().and_then(|recurrence| two_units(recurrence, allocation));
    let poles = || recurrence.filter(|_| normal).and_then(|recurrence| two_poles(&recurrence, allocation));
    let complex = || complex_poles((network, samples), allocation);
    far.or_else(poles).or_else(complex).or_else(|| definite((network, samples), allocation))
}

/// Whether the teacher's hidden units can be given scales that make its frozen weights the student's, whatever the two are: the
/// powers of the scales are independent modulo 2. Then they are so over the rational numbers, too, and any absolute
/// values and any signs of all the quotients of frozen weights are products of powers of scales.
fn is_rescaled_teacher(network: &Network, allocation: &Allocation) -> bool {
    let frozen = allocation.weights() - allocation.size();
    let Some(scales) = network.scales() else {
        return false;
    };
    let units = scales.iter().flatten().map(|(unit, _)| unit + 1).max().unwrap_or(0);
    // Echelon form: by the least unit of each row.
    let mut rows: Vec<Option<BTreeSet<usize>>> = vec![None; units];
    frozen <= units
        && (0..scales.len()).filter(|w| !allocation.contains(*w)).all(|weight| {
            let odd = scales[weight].iter().filter(|(_, power)| power % 2 != 0);
            let mut row: BTreeSet<usize> = odd.map(|(unit, _)| *unit).collect();
            while let Some(first) = row.first().copied() {
                let Some(other) = &rows[first] else {
                    rows[first] = Some(row);
                    return true;
                };
                row = row.symmetric_difference(other).copied().collect();
            }
            false
        })
}

/// P(a ≤ the heads of so many fair coins ≤ b).
pub(super) fn coins(count: usize, heads: std::ops::RangeInclusive<i64>) -> Rational {
    let from = (*heads.start()).max(0) as usize;
    let until = (*heads.end()).min(count as i64);
    let ways: Integer = (from as i64..=until).map(|k| binomial(count, k as usize)).sum();
    Rational::from((ways, Integer::from(1) << count as u32))
}

/// All of the recurrent matrix learns, of a network with one input and one output. If something of the encoder or the decoder does,
/// that makes their product the teacher's, and then coordinates of the hidden units take both to the teacher's.
///
/// If nothing of them does, let there be T ≤ 2n steps and fewer than T samples, with labels at the last step. Then labels are fewer than
/// the numbers H_t = D Wᵗ B, t < T, that they are combinations of: other numbers than the teacher's have the same labels, and some of these
/// have H_0 = D B, the student's. They are generic otherwise, as the teacher's are any T numbers, so with any further ones up to H_{2n−1}
/// their n × n Hankel matrix is invertible, and they are those of a system of n units (Ho and Kalman), whose encoder and decoder have
/// the student's product, which is not 0. Coordinates take both to the student's.
///
/// For even n, T = 2n + 1 and at most 2n − 1 samples: labels are linear in H_1, …, H_2n, and leave a line of these, along which the determinant of the
/// (n + 1) × (n + 1) Hankel matrix has the odd degree n + 1, as its leading coefficient is that of the line's direction, generic but for H_0 = 0. Where it
/// vanishes, and the n × n one does not, these are the numbers of a system of n units.
fn coordinates((network, samples): (&Network, Samples), allocation: &Allocation) -> Option<Exact> {
    let SingleEnded { matrix, decoder: Some(decoder), encoder: Some(encoder) } = network.single_ended()? else {
        return None;
    };
    let learns = |w: &usize| allocation.contains(*w);
    if !matrix.iter().all(learns) {
        return None;
    }
    if encoder.iter().chain(&decoder).any(learns) {
        let formula = "W = G W* G⁻¹ is a student that matches, where G B* = B and D G = D*".to_owned();
        return Some(Exact::of(Theorem::Coordinates, Rational::from(1), formula));
    }
    let (shapes, fewer) = (network.shapes(), matches!(network.probe(samples), Probe::Generic(_)));
    let short = shapes.steps? <= shapes.hidden?.saturating_mul(2);
    let formula = "W of a system in coordinates where its encoder is B and its decoder D".to_owned();
    let (steps, hidden) = (shapes.steps?, shapes.hidden?);
    let odd = hidden % 2 == 0 && steps == 2 * hidden + 1 && network.probe_inputs(samples) < 2 * hidden;
    (fewer && (short || odd)).then(|| Exact::of(Theorem::Coordinates, Rational::from(1), formula))
}

/// Two hidden units with one input and one output, of which the whole diagonal learns, one entry beside it, and the decoder's and the encoder's
/// weight of one unit: 1. Let that be unit 0, W[0,1] learn, and W[1,0] = w; h_k are the teacher's numbers D W^k B, τ and δ its trace and
/// determinant. A match has W[1,1] = τ − u and W[0,1] = (u (τ − u) − δ) / w for u = W[0,0], and D[0] = x, B[0] = k / x for k = h_0 − D[1] B[1];
/// then the characteristic polynomial and h_0 are the teacher's, and what is left is h_1, times x
///
///   B[1] W[0,1] x² + (k u + D[1] B[1] (τ − u) − h_1) x + D[1] w k = 0.
///
/// Its discriminant is a polynomial in u with the leading term ((k − D[1] B[1])² + 4 k D[1] B[1]) u² = h_0² u²: positive for all large u, and
/// then there is a real x, not 0 as the constant term is not. With W[1,0] learning in place of W[0,1] the outer coefficients have the
/// same product, and transposing the network and renaming its units give the others. More weights match more.
fn two_units(recurrence: &Recurrence, allocation: &Allocation) -> Option<Exact> {
    let Recurrence { diagonal, others, encoder, decoder } = recurrence;
    let learns = |w: &usize| allocation.contains(*w);
    let unit = (0..diagonal.len()).any(|i| learns(&encoder[i]) && learns(&decoder[i]));
    let enough = diagonal.len() == 2 && diagonal.iter().all(learns) && others.iter().any(learns) && unit;
    let formula = "a discriminant with the leading term (D* B*)^2 u^2, u on the diagonal".to_owned();
    enough.then(|| Exact::of(Theorem::TwoUnits, Rational::from(1), formula))
}

/// Two hidden units with one input and one output: the decoder or the encoder adapts to any poles, so the diagonal has to
/// give the recurrent matrix the teacher's, which it can with probability 1 − √2/4.
fn two_poles(recurrence: &Recurrence, allocation: &Allocation) -> Option<Exact> {
    let learns = |weights: &[usize]| weights.iter().all(|w| allocation.contains(*w));
    let frozen = |weights: &[usize]| !weights.iter().any(|w| allocation.contains(*w));
    let poles = recurrence.diagonal.len() == 2 && learns(&recurrence.diagonal) && frozen(&recurrence.others);
    if !poles || !(learns(&recurrence.decoder) || learns(&recurrence.encoder)) {
        return None;
    }
    // ⌊√2 · 2^BITS⌋: the value falls with the root.
    let root = Integer::from(2u32) << (2 * BITS);
    let root = root.sqrt();
    let value = |root: Integer| Rational::from(1) - Rational::from((root, Integer::from(4) << BITS));
    Some(Exact {
        theorem: Theorem::TwoPoles,
        low: value(Integer::from(&root + 1)),
        high: value(root),
        number: Some("1 - sqrt(2)/4".to_owned()),
        formula: "1 - P(Laplace > z^2/2), z standard normal".to_owned(),
        evidence: Evidence::Proved,
    })
}

/// Two layers of two by two, of each of which a diagonal learns, either one: to rename inputs or outputs makes it the main one.
fn diagonals(layers: &[[[usize; 2]; 2]; 2], allocation: &Allocation) -> Option<Exact> {
    let learns = |places: [usize; 2]| places.iter().all(|w| allocation.contains(*w));
    let is_diagonal = |m: &[[usize; 2]; 2]| learns([m[0][0], m[1][1]]) || learns([m[0][1], m[1][0]]);
    if allocation.size() != 4 || !layers.iter().all(is_diagonal) {
        return None;
    }
    let [low, high] = DIAGONAL_SHARE.map(|share| Rational::from((share, DIAGONAL_UNIT)));
    let formula = "2/pi^3 times the mean number of solutions on each slope, over all slopes".to_owned();
    Some(Exact::between(Theorem::Zonoids, low, high, formula))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::parse;
    use crate::control::Control;
    use crate::matching::{Limits, MatchOptions, Matcher, Reason, Trials};
    use crate::number::{Field, Ring, Stream, generator};
    use crate::reach::point::ModularPoint;
    use crate::reach::{Evidence, Settings};

    #[test]
    fn coins_are_fair() {
        assert_eq!(coins(4, 2..=2), Rational::from((3, 8)));
        assert_eq!(coins(3, -2..=9), 1);
        assert_eq!(coins(0, 0..=0), 1);
        assert_eq!(coins(3, 4..=5), 0);
        let (from, to) = (2, 1);
        assert_eq!(coins(3, from..=to), 0);
    }

    /// Scales change no label, at random numbers modulo a prime.
    #[test]
    fn scales_change_no_label() {
        for network in [
            "lffn([2, 3, 2])",
            "lffn([2, 3, 2, 2], bias=True)",
            "pnn([2, 2, 3, 2], degree=[2, 3])",
            "pnn([2, 3, 1], degree=4, bias=True)",
            "lrnn(2, 3, 2, 5)",
            "lrnn(1, 2, 2, steps=4, readout=\"all\")",
        ] {
            let network: Network = network.parse().unwrap();
            let point = ModularPoint::random(&network, Samples::Count(3), &mut generator(4, Stream::Points, 0));
            let field = point.field;
            let scale = |unit: usize| field.integer(unit as i64 + 2);
            let scaled = |(weight, powers): (&u64, Vec<(usize, i64)>)| {
                powers.into_iter().fold(*weight, |value, (unit, power)| {
                    let factor = if power < 0 { field.inverse(&scale(unit)).unwrap() } else { scale(unit) };
                    (0..power.abs()).fold(value, |value, _| field.mul(&value, &factor))
                })
            };
            let weights: Vec<u64> = point.weights.iter().zip(network.scales().unwrap()).map(scaled).collect();
            assert_ne!(weights, point.weights);
            let labels = |weights: &[u64]| network.labels(&point.field, weights, &point.inputs);
            assert_eq!(labels(&weights), labels(&point.weights), "{network}");
        }
    }

    /// Where the frozen weights can be the teacher's, rescaled: that the student finds them is seen in instances; the others are
    /// not claimed.
    #[test]
    fn frozen_weights_that_scales_make_up_for() {
        for (network, frozen, is_so) in [
            ("lffn([2, 2, 2])", "", true),
            ("lffn([2, 2, 2])", "W1[0,0] W2[1,1]", true),
            ("lffn([2, 2, 2])", "W1[0,0] W2[1,0]", false),
            ("lffn([2, 2, 2])", "W1[0,0] W1[0,1]", false),
            ("lffn([2, 2, 2, 2])", "W2[0,0] W2[0,1] W2[1,0] W1[1,0]", true),
            ("lffn([2, 2, 2, 2])", "W2", false),
            ("pnn([2, 2, 1], degree=2)", "W1[0,0] W1[1,1]", true),
            ("pnn([2, 2, 1], degree=2)", "W2[0,0]", false),
            ("pnn([2, 2, 1], degree=3)", "W2[0,0] W1[1,1]", true),
            ("pnn([2, 2, 2, 1], degree=2)", "W1[0,0] W1[1,1] W2[0,0] W2[1,0]", true),
            ("pnn([2, 2, 2, 1], degree=2)", "W1[0,0] W2[0,0] W2[0,1]", false),
            ("lrnn(1, 2, 1, 4)", "W[0,1] B[1,0]", true),
            ("lrnn(1, 2, 1, 4)", "W[0,0]", false),
            ("lrnn(1, 2, 1, 4)", "W[0,1] W[1,0]", false),
        ] {
            let network: Network = network.parse().unwrap();
            let frozen = parse(network.layout(), if frozen.is_empty() { "none" } else { frozen }).unwrap();
            let learnable = Allocation::all(network.weights()).difference(&frozen);
            assert_eq!(is_rescaled_teacher(&network, &learnable), is_so, "{network} {frozen:?}");
        }
    }

    /// Far along the diagonal: every instance that elimination decides has a match.
    #[test]
    fn two_units_match_always() {
        let network: Network = "lrnn(1, 2, 1, 4)".parse().unwrap();
        let settings = Settings { seed: 8, error_log2: -60 };
        let matcher = Matcher::new(&network, Samples::Functional, settings, Limits::default()).unwrap();
        let mut decided = 0;
        for text in [
            "D[0,0] B[0,0] W[0,0] W[0,1] W[1,1]",
            "D[0,0] B[0,0] W[0,0] W[1,0] W[1,1]",
            "D[0,1] B[1,0] W[0,0] W[0,1] W[1,1]",
            "D[0,1] B[1,0] W[0,0] W[1,0] W[1,1]",
        ] {
            let allocation = parse(network.layout(), text).unwrap();
            let options = MatchOptions { trials: Trials::Fixed(300), ..MatchOptions::default() };
            let answer = matcher.decide(&allocation, &options, &Control::unlimited()).unwrap();
            assert_eq!(answer.reason, Reason::Exact(Theorem::TwoUnits), "{text}");
            let estimate = matcher.estimate(&allocation, &options, &Control::unlimited());
            assert_eq!(estimate.unmatched, 0, "{text}");
            decided += estimate.matched;
        }
        assert!(decided > 1_000, "{decided}");
        // Of other weights the theorem says nothing.
        for text in ["D[0,0] B[0,0] W[0,0] W[1,1]", "D[0,0] B[1,0] W[0,0] W[0,1] W[1,1]", "D[0,0] B[0,0] W[0,0] W[0,1]"]
        {
            let allocation = parse(network.layout(), text).unwrap();
            let recurrence = network.single_recurrence().unwrap();
            assert_eq!(two_units(&recurrence, &allocation), None, "{text}");
        }
    }

    /// All of the recurrent matrix, alone on fewer samples than steps, or with a weight beside it: every instance that elimination decides
    /// has a match.
    #[test]
    fn the_whole_recurrent_matrix_matches() {
        let settings = Settings { seed: 9, error_log2: -60 };
        let mut decided = 0;
        for (text, learns, samples, is_so) in [
            ("lrnn(1, 2, 1, 4)", "W", Samples::Count(3), true),
            ("lrnn(1, 2, 1, 4)", "W", Samples::Count(2), true),
            ("lrnn(1, 2, 1, 3)", "W", Samples::Count(2), true),
            ("lrnn(1, 2, 1, 3)", "W D[0,0]", Samples::Functional, true),
            ("lrnn(1, 2, 1, 3)", "W B[0,0]", Samples::Count(2), true),
            ("lrnn(1, 2, 1, 5)", "W", Samples::Count(3), true),
            ("lrnn(1, 2, 1, 6)", "W", Samples::Count(3), false),
            ("lrnn(1, 3, 1, 7)", "W", Samples::Count(4), false),
            ("lrnn(1, 2, 1, 4)", "W[0,:] W[1,0]", Samples::Count(3), false),
            ("lrnn(1, 2, 2, 3)", "W D[0,0]", Samples::Count(1), false),
        ] {
            let network: Network = text.parse().unwrap();
            let allocation = parse(network.layout(), learns).unwrap();
            let found = coordinates((&network, samples), &allocation);
            assert_eq!(found.is_some(), is_so, "{text} {learns}, {samples}");
            if is_so {
                let matcher = Matcher::new(&network, samples, settings, Limits::default()).unwrap();
                let options = MatchOptions { trials: Trials::Fixed(300), ..MatchOptions::default() };
                let estimate = matcher.estimate(&allocation, &options, &Control::unlimited());
                assert_eq!(estimate.unmatched, 0, "{text} {learns}, {samples}");
                decided += estimate.matched;
            }
        }
        assert!(decided > 1_000, "{decided}");
        // Functional labels determine D B.
        let network: Network = "lrnn(1, 2, 1, 4)".parse().unwrap();
        let all = parse(network.layout(), "W").unwrap();
        assert_eq!(coordinates((&network, Samples::Functional), &all), None);
    }

    /// The law of two by two against instances decided by elimination, and against its discriminant in other programs.
    #[test]
    fn diagonals_lie_in_the_interval_of_decided_instances() {
        let network: Network = "lffn([2, 2, 2])".parse().unwrap();
        for text in ["W1[0,0] W1[1,1] W2[0,0] W2[1,1]", "W1[0,1] W1[1,0] W2[0,0] W2[1,1]"] {
            let allocation = parse(network.layout(), text).unwrap();
            let settings = Settings { seed: 3, error_log2: -60 };
            let matcher = Matcher::new(&network, Samples::Functional, settings, Limits::default()).unwrap();
            let options = MatchOptions { trials: Trials::Fixed(2_000), ..MatchOptions::default() };
            let answer = matcher.decide(&allocation, &options, &Control::unlimited()).unwrap();
            assert_eq!((answer.verdict, answer.evidence), (Verdict::Fractional, Evidence::Proved));
            let [low, high] = answer.exact.unwrap().enclosure();
            let [from, until] = matcher.estimate(&allocation, &options, &Control::unlimited()).ci95;
            // Twice the half-width on either side.
            let slack = (until - from) / 2.0;
            assert!(from - slack < low && high < until + slack, "{text}: {low} to {high}, {from} to {until}");
        }
        let one_input = Samples::Count(1);
        let allocation = parse(network.layout(), "W1[0,0] W1[1,1] W2[0,0] W2[1,1]").unwrap();
        assert!(exact(&network, None, &allocation, one_input, Ensemble::Gaussian).is_none());
        assert!(exact(&network, None, &allocation, Samples::Functional, Ensemble::Uniform).is_none());
    }

    #[test]
    fn enclosures_are_rounded_outward() {
        let third = Exact::of(Theorem::Cone, Rational::from((1, 3)), String::new());
        let [low, high] = third.enclosure();
        assert!(
            low < high
                && Rational::from_f64(low).unwrap() < third.low
                && Rational::from_f64(high).unwrap() > third.high
        );
        let half = Exact::of(Theorem::Cone, Rational::from((1, 2)), String::new());
        assert_eq!(half.enclosure(), [0.5, 0.5]);
    }
}
