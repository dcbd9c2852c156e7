//! Match probabilities below 1, as signs of labels are tied to one another: of two outputs, and of the samples of one recurrent unit. The book's theory, section 6,
//! says the same.

use rug::Rational;

use crate::allocation::Allocation;
use crate::network::{Network, Samples, SingleEnded};

use super::exact::{Exact, Theorem};

/// A last hidden layer of two units u, v with an even power, two outputs with a frozen weight each, and no layer of one unit below: below 1, on two
/// samples or more. Let outputs k and l have frozen weights.
///
/// - To the same unit, c_kv and c_lv: c_lv y_k − c_kv y_l is a number times the activation of u, and has one sign on all samples.
/// - To two, c_kv > 0 and c_lu > 0: y_k and y_l do not both have the signs +, − on two samples, nor both −, +. For let them be +, −. As y_k is
///   negative on the second one, c_ku < 0, and u/v is larger there, and smaller on the first, than c_kv/|c_ku|. In the same way c_lv < 0, and v/u is larger
///   on the second than on the first.
///
/// The teacher's activations are not in proportion on two samples, so that with numbers of either sign between their quotients in its last layer its labels
/// have the wanted signs, on an open set.
pub(super) fn two_outputs((network, samples): (&Network, Samples), allocation: &Allocation) -> Option<Exact> {
    let (exponents, shapes) = (network.exponents()?, network.shapes());
    let widths = shapes.widths.filter(|_| shapes.bias == Some(false))?;
    let [below @ .., 2, outputs] = widths.as_slice() else {
        return None;
    };
    let even = exponents.last().is_some_and(|g| g.is_multiple_of(2));
    if !even || below.iter().any(|width| *width < 2) || network.probe_inputs(samples) < 2 {
        return None;
    }
    let first = network.weights() - 2 * outputs;
    let is_frozen = |k: &usize| (0..2).any(|unit| !allocation.contains(first + 2 * k + unit));
    let formula = "two outputs whose signs on two samples are tied".to_owned();
    let tied = (0..*outputs).filter(is_frozen).count() >= 2;
    tied.then(|| Exact::between(Theorem::TwoOutputs, Rational::new(), Rational::from(1), formula))
}

/// Without biases, units with an even power g below a single unit, two or more of each layer's inputs and units, and no factor c_i of these units learns: below 1 on M samples, if all |S_i| < n and
/// one |S_i| < n − 1, or n = d + 1, where n is the lesser one of M and d + 1, at least 2; S_i are the incoming weights that learn.
///
/// Let the c_i be positive, what comes into the single unit q(x) = Σ c_i |w_i·x|^g. Up to a common factor, which may learn above, labels are q^G, and (w_i) is in a linear space V. Values on n − 1 samples
/// determine an element of V: for n = d + 1 as these span all inputs; otherwise at the unit with |S_i| < n − 1 the columns of its S_i at these samples and what comes from its frozen weights are
/// independent, so that the common factor is 0 if all its values are, and then the columns of the other units' S_i are independent. So all of V, and q(x_n), is bounded by q at these samples, q(x_n)^(1/g) ≤ C max q(x_j)^(1/g),
/// with C the same for all that learns. A teacher with factors of two signs has an arbitrarily small |q| at n − 1 ≤ d samples and not at another one.
pub(super) fn seminorms((network, samples): (&Network, Samples), allocation: &Allocation) -> Option<Exact> {
    let (exponents, shapes) = (network.exponents()?, network.shapes());
    let widths = shapes.widths.filter(|_| shapes.bias == Some(false))?;
    let (&[d, h, 1, _, ..], [first, ..]) = (widths.as_slice(), exponents.as_slice()) else {
        return None;
    };
    let enough = network.probe_inputs(samples).min(d + 1);
    let factors = d * h..d * h + h;
    if d < 2 || h < 2 || !first.is_multiple_of(2) || enough < 2 || factors.into_iter().any(|w| allocation.contains(w)) {
        return None;
    }
    let learning = |unit: usize| (unit * d..unit * d + d).filter(|w| allocation.contains(*w)).count();
    let fits = (0..h).all(|unit| learning(unit) < enough) && (0..h).any(|unit| learning(unit) + 1 < enough);
    let formula = format!("a seminorm at one of {enough} samples is bounded by those at the others");
    let below = || Exact::between(Theorem::Seminorms, Rational::new(), Rational::from(1), formula);
    (fits || enough == d + 1).then(below)
}

/// A linear recurrent network with one hidden unit, one output, labels at the last of an odd number of steps: below 1 on M samples, if s of the
/// encoder's weights learn, the others do not, and either D does not learn, some weight of the encoder does not, and M > s; or D learns, two or more of the
/// encoder do not, and M > s + 1.
///
/// A label is D Σ_t w^(T−1−t) B·x_t. On inputs that are z at the first and the last step, and 0 else, it is ρ D B·z with ρ = 1 + w^(T−1) ≥ 1. If D learns,
/// D B is in a space of s + 1 dimensions of the n that the teacher has, which s + 2 samples see. If not, it is in one of s + 1 dimensions, on
/// one side of one of s, and s + 1 samples see the teacher on the other side. So the labels of a match would miss the teacher's by a fixed part
/// of their size |y|. Inputs nearer than ε change labels by O(ε) ρ |D B|, whatever w is, and at a match ρ |D B| is at most C |y|, as generic samples see all of the
/// space that D B is in: that is less.
pub(super) fn odd_steps((network, samples): (&Network, Samples), allocation: &Allocation) -> Option<Exact> {
    let SingleEnded { matrix, encoder: Some(encoder), .. } = network.single_ended()? else {
        return None;
    };
    let shapes = network.shapes();
    let odd = shapes.steps? % 2 == 1 && shapes.readout == Some("last");
    if shapes.hidden? != 1 || !odd || !matrix.iter().all(|w| allocation.contains(*w)) {
        return None;
    }
    let Samples::Count(samples) = samples else {
        return None;
    };
    let learns = encoder.iter().filter(|w| allocation.contains(**w)).count();
    let frozen = encoder.len() - learns;
    let decoder = (0..network.weights()).find(|w| !encoder.contains(w) && !matrix.contains(w))?;
    let scaled = usize::from(allocation.contains(decoder));
    let below = frozen > scaled && usize::try_from(samples).is_ok_and(|samples| samples > learns + scaled);
    let formula = "signs on inputs that make the state a positive multiple".to_owned();
    below.then(|| Exact::between(Theorem::OddSteps, Rational::new(), Rational::from(1), formula))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::parse;
    use crate::matching::asked::asked;
    use crate::matching::{Ensemble, Instance, Limits, MatchOptions, Matcher, Verdict};
    use crate::number::{Dyadic, Dyadics, Ring};
    use crate::reach::Settings;

    /// Signs of outputs on two samples that the law forbids: elimination, which knows nothing of it, never finds a match there.
    #[test]
    fn two_outputs_tie_their_signs() {
        let network: Network = "pnn([2, 2, 2], degree=2)".parse().unwrap();
        let samples = Samples::Count(2);
        let settings = Settings { seed: 11, error_log2: -60 };
        let matcher = Matcher::new(&network, samples, settings, Limits::default()).unwrap();
        let options = MatchOptions::default();
        let (mut allowed, mut forbidden) = (0, 0);
        // W2 is [[w4, w5], [w6, w7]]: an output in a row.
        for (learns, same) in [("W1[:,0] W2[0,0] W2[1,0]", true), ("W1[:,0] W2[0,0] W2[1,1]", false)] {
            let allocation = parse(network.layout(), learns).unwrap();
            let below = two_outputs((&network, samples), &allocation);
            assert_eq!(below.unwrap().verdict(), Verdict::Fractional);
            for trial in 0..1_000 {
                let drawn = Instance::draw(&network, samples, Ensemble::Gaussian, settings.seed, trial);
                let Some(real) = matcher.eliminates(&allocation, &drawn, &options) else { continue };
                let y = network.labels(&Dyadics, &drawn.teacher, &drawn.inputs);
                let sign = |x: &Dyadic| i32::from(x.mantissa.is_positive()) - i32::from(x.mantissa.is_negative());
                let w = |place: usize| &drawn.student[place];
                let is_forbidden = if same {
                    let of = |j: usize| {
                        let (first, second) = (Dyadics.mul(w(7), &y[2 * j]), Dyadics.mul(w(5), &y[2 * j + 1]));
                        sign(&Dyadics.sub(&first, &second))
                    };
                    of(0) != of(1)
                } else {
                    let of = |j: usize| [sign(&y[2 * j]) * sign(w(5)), sign(&y[2 * j + 1]) * sign(w(6))];
                    [of(0), of(1)] == [[1, 1], [-1, -1]] || [of(0), of(1)] == [[-1, -1], [1, 1]]
                };
                assert!(!real || !is_forbidden, "{learns}, {trial}");
                forbidden += u32::from(is_forbidden);
                allowed += u32::from(real);
            }
        }
        assert!(allowed > 100 && forbidden > 100, "{allowed} with a match, {forbidden} that the law forbids");
        for (text, learns, is_so) in [
            ("pnn([2, 2, 2], degree=2)", "W1 W2[0,:]", false),
            ("pnn([2, 2, 2], degree=3)", "W1[:,0] W2[:,0]", false),
            ("pnn([1, 2, 2], degree=2)", "W1[:,0] W2[0,0]", false),
            ("pnn([2, 1, 2, 2], degree=2)", "W1 W3[:,0]", false),
            ("pnn([2, 2, 2, 3], degree=[3, 2])", "W1 W3[0,:] W3[1:3,0]", true),
            ("pnn([2, 3, 2], degree=2)", "W1", false),
        ] {
            let network: Network = text.parse().unwrap();
            let allocation = parse(network.layout(), learns).unwrap();
            assert_eq!(two_outputs((&network, samples), &allocation).is_some(), is_so, "{text} {learns}");
        }
    }

    /// Three samples of two inputs, factors of one sign: a root of a label that is larger than those of the others allow has no match that elimination finds.
    #[test]
    fn seminorms_bound_a_label_by_the_others() {
        let network: Network = "pnn([2, 2, 1, 1], degree=2)".parse().unwrap();
        let samples = Samples::Count(3);
        let settings = Settings { seed: 17, error_log2: -60 };
        let matcher = Matcher::new(&network, samples, settings, Limits::default()).unwrap();
        let (mut allowed, mut forbidden) = (0, 0);
        for learns in ["W1[0,0] W1[1,1] W3", "W1[0,0] W1[1,0] W3", "W1[0,:] W3"] {
            let allocation = parse(network.layout(), learns).unwrap();
            assert!(seminorms((&network, samples), &allocation).is_some());
            for trial in 0..300 {
                let drawn = Instance::draw(&network, samples, Ensemble::Gaussian, settings.seed, trial);
                let Some(real) = matcher.eliminates(&allocation, &drawn, &MatchOptions::default()) else { continue };
                let number = |x: &Dyadic| x.rational().to_f64();
                let labels = network.labels(&Dyadics, &drawn.teacher, &drawn.inputs);
                let roots: Vec<f64> = labels.iter().map(|y| number(y).abs().powf(0.25)).collect();
                let x: Vec<[f64; 2]> = drawn.inputs.iter().map(|x| [number(&x[0]), number(&x[1])]).collect();
                // Sides of a triangle: the relation between three inputs, times the roots.
                let minor = |i: usize, k: usize| (x[i][0] * x[k][1] - x[i][1] * x[k][0]).abs();
                let sides = [minor(1, 2) * roots[0], minor(2, 0) * roots[1], minor(0, 1) * roots[2]];
                let longest = sides.iter().copied().fold(0.0, f64::max);
                let too_long = 2.0 * longest > sides.iter().sum::<f64>() * (1.0 + 1e-9);
                let is_forbidden = too_long && number(&drawn.student[4]) * number(&drawn.student[5]) > 0.0;
                assert!(!real || !is_forbidden, "{learns}, {trial}");
                forbidden += u32::from(is_forbidden);
                allowed += u32::from(real);
            }
        }
        assert!(allowed > 100 && forbidden > 100, "{allowed} with a match, {forbidden} that the law forbids");
    }

    /// Of every allocation: the law speaks exactly where the values on all samples but one determine the student, as ranks modulo a prime say.
    #[test]
    fn seminorms_speak_where_values_determine_the_student() {
        use crate::algebra::RowSpace;
        use crate::number::{Stream, generator, random_prime};
        let mut random = generator(18, Stream::Points, 0);
        let field = random_prime(&mut random);
        for (d, samples) in [(2, 2), (2, 3), (3, 2), (3, 3), (3, 4)] {
            let network: Network = format!("pnn([{d}, 2, 1, 1], degree=2)").parse().unwrap();
            let mut matrix = |rows: usize| -> Vec<Vec<u64>> {
                (0..rows).map(|_| (0..d).map(|_| field.random(&mut random)).collect()).collect()
            };
            let (inputs, weights) = (matrix(samples - 1), matrix(2));
            for bits in 0u32..1 << (2 * d) {
                let learns = |w: usize| bits >> w & 1 == 1;
                // The values of each unit for each direction of the student: a weight that learns, and all frozen ones.
                let mut directions: Vec<Vec<u64>> = Vec::new();
                let mut frozen = vec![0; 2 * inputs.len()];
                for (unit, k) in (0..2).flat_map(|unit| (0..d).map(move |k| (unit, k))) {
                    let mut direction = vec![0; 2 * inputs.len()];
                    for (j, x) in inputs.iter().enumerate() {
                        let place = unit * inputs.len() + j;
                        direction[place] = x[k];
                        if !learns(unit * d + k) {
                            frozen[place] = field.add(&frozen[place], &field.mul(&weights[unit][k], &x[k]));
                        }
                    }
                    if learns(unit * d + k) {
                        directions.push(direction);
                    }
                }
                if bits.count_ones() < 2 * d as u32 {
                    directions.push(frozen);
                }
                let mut space = RowSpace::new(field, 2 * inputs.len());
                let count = directions.len();
                let determined = directions.into_iter().filter(|row| space.insert(row.clone())).count() == count;
                let learning = (0..2 * d).filter(|w| learns(*w)).chain([2 * d + 2]);
                let allocation = Allocation::of(network.weights(), learning);
                let found = seminorms((&network, Samples::Count(samples as u64)), &allocation).is_some();
                assert_eq!(found, determined, "{d} inputs, {samples} samples, {allocation:?}");
            }
        }
        for (text, learns, samples) in [
            ("pnn([3, 2, 1, 1], degree=3)", "W1[0,:] W3", 4),
            ("pnn([3, 2, 1, 1], degree=2)", "W1[0,:] W2[0,0] W3", 4),
            ("pnn([3, 1, 1, 1], degree=2)", "W1 W3", 4),
            ("pnn([3, 2, 1], degree=2)", "W1", 4),
            ("pnn([3, 2, 2, 1], degree=2)", "W1 W3", 4),
            ("pnn([3, 2, 1, 1], degree=2)", "W1[0,:] W3", 1),
        ] {
            let network: Network = text.parse().unwrap();
            let allocation = parse(network.layout(), learns).unwrap();
            assert_eq!(seminorms((&network, Samples::Count(samples)), &allocation), None, "{text} {learns}");
        }
    }

    /// On inputs that are the same at the first and the last step, and 0 between: a match is a multiple that is at least 1, as elimination finds.
    #[test]
    fn odd_steps_make_a_positive_multiple() {
        let network: Network = "lrnn(2, 1, 1, 3)".parse().unwrap();
        let samples = Samples::Count(2);
        let settings = Settings { seed: 13, error_log2: -60 };
        let matcher = Matcher::new(&network, samples, settings, Limits::default()).unwrap();
        let allocation = parse(network.layout(), "B[0,0] W").unwrap();
        let (mut matched, mut others) = (0, 0);
        for trial in 0..1_000 {
            let mut drawn = Instance::draw(&network, samples, Ensemble::Gaussian, settings.seed, trial);
            for input in &mut drawn.inputs {
                let zero = Dyadics.zero();
                (input[2], input[3]) = (zero.clone(), zero);
                (input[4], input[5]) = (input[0].clone(), input[1].clone());
            }
            let Some(real) = matcher.eliminates(&allocation, &drawn, &MatchOptions::default()) else { continue };
            // D is weight 0, then B, then W: the second entry of ρ D B is given, with ρ ≥ 1.
            let of = |w: &[Dyadic]| w[0].rational() * w[2].rational();
            let rho = Rational::from(1) + drawn.teacher[3].rational().square();
            let fits = of(&drawn.teacher) * rho / of(&drawn.student) >= 1;
            assert_eq!(real, fits, "{trial}");
            matched += u32::from(real);
            others += u32::from(!real);
        }
        assert!(matched > 200 && others > 200, "{matched} with a match, {others} without");
        for (text, learns, samples, is_so) in [
            ("lrnn(2, 1, 1, 3)", "B[0,0] W", 2, true),
            ("lrnn(2, 1, 1, 4)", "B[0,0] W", 2, false),
            ("lrnn(2, 1, 1, 3, readout=\"all\")", "B[0,0] W", 2, false),
            ("lrnn(2, 1, 1, 3)", "D B[0,0] W", 2, false),
            ("lrnn(3, 1, 1, 3)", "D B[0,0] W", 3, true),
            ("lrnn(3, 1, 1, 3)", "D B[0,0] W", 2, false),
            ("lrnn(3, 1, 1, 3)", "B[0,0] B[0,1] W", 2, false),
            ("lrnn(2, 1, 1, 3)", "B W", 3, false),
            ("lrnn(1, 2, 1, 3)", "W", 1, false),
        ] {
            let found = asked(odd_steps, (text, learns, samples));
            assert_eq!(found.is_some(), is_so, "{text} {learns}, {samples}");
        }
    }
}
