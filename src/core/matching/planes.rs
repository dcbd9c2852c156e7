//! Linear recurrent networks of two hidden units. Probability 1: a row or a column of W for two labels, and the diagonal with what leads into
//! one unit and out of it for three.
//!
//! W = ((a, b), (c, e)), τ its trace, δ its determinant, h_k the sum of all products of k eigenvalues, of degree k with τ counted 1 and δ 2: h_0 = 1,
//! h_1 = τ, h_k = τ h_(k−1) − δ h_(k−2). On the parabolas τ = 2 √δ cos θ it is δ^(k/2) sin((k+1)θ)/sin θ, so that its zeros far away are on k branches, θ_j = jπ/(k+1), and
//! for odd k, on which τ is 0 on the middle one, also on one where δ goes to −∞. A label is a sum over k < T of D W^k B, times numbers. M samples, p outputs, q inputs.
//!
//! *Ends.* Let a polynomial f on the plane vanish far away on simple branches only, the ends, and let another one, Θ, go to ±∞ on each. If the sum over the ends in
//! cyclic order of (−1)^i times the sign of Θ on the i-th is not 0, then f and Θ have a common real zero: else (f, Θ) would not turn around 0 along
//! large circles; f changes its sign at each end, and there are twice as many half turns as that sum says.
//!
//! *A row, q = 1, M p ≤ 2.* Row 0 learns. Let μ = e + c B_0/B_1, which is frozen. (W − μ) B = η e_0 with η affine in a and b, and
//! D W^k B = D B μ^k + η Σ_(i<k) μ^(k−1−i) D W^i e_0. So both labels say η Φ = ρ with Φ a sum of such, that are combinations of h_i, i ≤ T − 2; linear combinations of
//! them are η φ = ρ' and η ψ = ρ, where ψ has the highest term h_(T−2), φ the one h_(T−3). (Two outputs, one sample: D has an inverse, and the entries of W^i e_0 are
//! h_i − e h_(i−1) and c h_(i−1).) c ≠ 0 makes (a, b) ↦ (τ, δ) affine and invertible, and η is −(B_1/c) δ and a multiple of τ and a number. Ends of
//! f = ρ' ψ − ρ φ are those of h_(T−2), Θ = η φ − ρ' has alternate signs there: sin((T−2) θ_j) has for θ_j = jπ/(T−1), and below, δ → −∞, η has the other sign. So there is a zero,
//! where η φ = ρ' is not 0, so that η ψ = ρ.
//!
//! *A column, p = 1, M ≤ 2.* The same: D (W − μ) = η e_0ᵀ, and for samples x the labels are η Σ e_0ᵀ W^i v_i, v_i ∈ ℝ² generic, where e_0ᵀ W^i is (h_i − e h_(i−1), b h_(i−1)).
//!
//! *A column, q = 1, p = 2, M = 1.* D has an inverse, and p(W) B = ζ is to hold, for a polynomial p of degree T − 1 and any ζ ∈ ℝ². p(W) = Q W + P with Q = Σ x_k h_(k−1),
//! P = x_0 − δ Σ x_k h_(k−2). With W B = (u, v), affine in δ and τ, κ = B_1 u − B_0 v = (B_0²/b) δ + …, it says Q κ = t and Q v + P B_1 = ζ_1, t = B_1 ζ_0 − B_0 ζ_1. Ends of f = Q κ − t
//! are those of h_(T−2), where Q is near 0, Q v bounded, and Θ as B_1 P, −x_(T−1) B_1 δ h_(T−3): signs (−1)^j, and + below; and both of the line κ = 0, on which
//! v/B_1 = λ is τ and a number, p(W) B is p(λ) B up to something bounded, so that Θ has the signs of λ^(T−1), if x_(T−1) B_1 > 0. From the right end of the line on, all terms of the sum of *ends* are 1 but that of
//! the end below, if T is odd: T, or T − 1.
//!
//! *The diagonal, D_i and B_i, p = q = 1, M ≤ 3, T odd.* Let i = 0; let M = 3, k = D_1 B_1, the numbers h, ω below those of this proof. Labels are Σ x_k H_k, x_k ∈ ℝ³, H_k = H_0 h_k + J h_(k−1). The teacher's are such exactly if
//! Σ_(l<k) det(y, x_k, x_l) δ^l h_(k−l−1) = 0, whose terms of highest degree, T − 2, are a generic form in τ and δ but for a linear relation: it has a real simple zero δ = sτ, since T − 2 is odd, and the curve an end there. On it one eigenvalue
//! is about τ, the other goes to s, y = h Σ x_k s^k + ω x_(T−1), H_0 → h ≠ 0, J = −hτ + a bounded number. a + e = τ, a e = δ + b c has the real solution a ≈ τ, e ≈ s. Then P = D_0 B_0 = H_0 − k, and
//! z = D_0 is to solve B_1 b z² − S z + P D_1 c = 0, with S = J + P e + k a, which is about −(h − k) τ: for large τ its discriminant is positive.
//!
//! *Complex poles.* Below 1 where labels determine the Markov parameters, T ≥ 4, or T ≥ 3 and p or q at least 2, if for a unit j, l being the other one, the weight d = D_kj of some output k is frozen, and one of these pairs: B_jm and W_jj,
//! B_jm and W_ll, B_lm and W_lj, for some input m. Or the same with D and B, and rows and columns of W, exchanged. A match is W = G W* G⁻¹, B = G B*, D G = D*. Let g, g' be the rows of G for j and l, r that of D* for k, and q(g) = g W* J gᵀ, J
//! a quarter of a turn. Of G⁻¹ the column of l is a multiple of J gᵀ, that of j one of J g'ᵀ. With the row D_kl g' = r − d g, W_jj = e is d q(g) = g (W* − e) J rᵀ, and W_ll = e is d q(g) = r (W* − e) J gᵀ, both with g·B*_m = B_jm; W_lj = e
//! is d q(g') = e r J g'ᵀ, up to signs, with g'·B*_m = B_lm. If the teacher's poles are not real, q is definite, |q(g)| ≥ c |g|², and |g| is at least |B_jm|/|B*_m|: for small r there is none.
//!
//! *More labels than two given poles have numbers.* Below 1 with p = 1, q ≥ 2, T ≥ 3, at least 2q + 1 samples, q or T even, if the diagonal of W is frozen, or what is beside it. Of 2q + 1 samples, labels at the last step are y = Σ_k x_k H_k, H_k ∈ ℝ^q, and x_k is a matrix of 2q + 1 rows.
//! At a match H_k = h_(k−1) H_1 − δ h_(k−2) H_0 (H_0 for k = 0) with the student's τ and δ. So y is in the span of 2q columns, and f = det(columns, y) is 0. By Cauchy and Binet f is a sum of numbers times products of q minors of the two rows of factors, and these minors are ± δ^k h_(l−k−1), k < l < T:
//! f has at most the degree q(T − 2) in each of two poles λ and μ, and at most that degree in δ for a given τ. It is ± det(P(λ), P(μ), y)/(λ − μ)^q, P(λ) = Σ λ^k x_k. For even q let the first 2q rows of P be q/2 blocks ℂ² = ℝ⁴, each with columns v and iv for two inputs, v = (λ − i)^(T−2) (1, λ); for even T
//! q blocks ℝ² with the column (λ² + 1)^((T−2)/2) (1, λ). Let the teacher have the poles ± i, and H_k be the two parts of i^k for the two inputs of a block: all labels but the last are 0. Then f is a number, not 0 for a suitable last sample, times ((λ² + 1)(μ² + 1))^(q(T−2)/2), which is ((δ − 1)² + τ²)^(q(T−2)/2).
//! *Diagonal:* τ is given, and not 0. f has no real zero δ, and has the largest degree that it can have; so it is for all teachers, inputs and τ near these. *Beside it:* let W_01 W_10 be positive, so that the student's poles are real. f has no zero on the product of two real projective lines; so it is near these. For small draws, W* may be multiplied by a small ρ and x_k by ρ^(−k), and then all x_k, D* and B* by small numbers.

use rug::Rational;

use crate::allocation::Allocation;
use crate::network::{Network, Probe, Samples};

use super::exact::{Exact, Theorem};

/// Probability 1 by what is said above, on a number of samples that do not determine the function.
pub(super) fn planes((network, samples): (&Network, Samples), allocation: &Allocation) -> Option<Exact> {
    let (ends, shapes) = (network.single_ended()?, network.shapes());
    let Probe::Generic(samples) = network.probe(samples) else {
        return None;
    };
    let steps = shapes.steps?;
    if shapes.hidden? != 2 || shapes.readout != Some("last") || steps < 3 {
        return None;
    }
    let learns = |w: usize| allocation.contains(w);
    let &[a, b, c, e] = ends.matrix.as_slice() else {
        return None;
    };
    let row = learns(a) && learns(b) || learns(c) && learns(e);
    let column = learns(a) && learns(c) || learns(b) && learns(e);
    // One label is settled without this.
    let labels = samples.checked_mul(shapes.outputs)?;
    let by_row = row && ends.decoder.is_some() && labels == 2;
    let by_column = column && labels == 2 && (shapes.outputs == 1 || ends.decoder.is_some());
    if by_row || by_column {
        let formula = "a curve far away, on whose ends a function has signs that do not cancel".to_owned();
        return Some(Exact::of(Theorem::Ends, Rational::from(1), formula));
    }
    let (decoder, encoder) = (ends.decoder?, ends.encoder?);
    let unit = (0..2).any(|i| learns(decoder[i]) && learns(encoder[i]));
    let diagonal = learns(a) && learns(e) && unit && samples <= 3 && steps >= 5 && steps % 2 == 1;
    let formula = "a discriminant with the leading term (h - D B)^2 t^2, t on the diagonal".to_owned();
    diagonal.then(|| Exact::of(Theorem::TwoUnits, Rational::from(1), formula))
}

/// Probability below 1 by complex poles, where labels determine the function.
pub(super) fn complex_poles((network, samples): (&Network, Samples), allocation: &Allocation) -> Option<Exact> {
    let (ends, shapes) = (network.single_ended()?, network.shapes());
    let (steps, inputs, outputs) = (shapes.steps?, shapes.inputs, shapes.outputs);
    let determined = matches!(network.probe(samples), Probe::Fixed(_));
    if shapes.hidden? != 2 || !determined || steps < 3 || steps < 4 && inputs < 2 && outputs < 2 {
        return None;
    }
    // One of both is given, and what is left is the other one.
    let given = ends.decoder.as_ref().or(ends.encoder.as_ref())?;
    let left = (0..network.weights()).filter(|w| !given.contains(w) && !ends.matrix.contains(w)).collect();
    let (decoder, encoder) = if ends.decoder.is_some() { (given, &left) } else { (&left, given) };
    let frozen = |w: usize| !allocation.contains(w);
    let leads_out = |unit: usize| (0..outputs).any(|k| frozen(decoder[2 * k + unit]));
    let leads_in = |unit: usize| (0..inputs).any(|m| frozen(encoder[inputs * unit + m]));
    let entry = |row: usize, column: usize| frozen(ends.matrix[2 * row + column]);
    let tied = |j: usize| {
        let l = 1 - j;
        let diagonal = leads_out(j) && leads_in(j) && (entry(j, j) || entry(l, l));
        diagonal || leads_out(j) && leads_in(l) && entry(l, j)
    };
    // The same with both exchanged, and the matrix transposed.
    let transposed = |j: usize| leads_in(j) && leads_out(1 - j) && entry(j, 1 - j);
    let formula = "teachers with complex poles and a small row of the decoder, or column of the encoder".to_owned();
    let below = || Exact::between(Theorem::ComplexPoles, Rational::new(), Rational::from(1), formula);
    (0..2).any(|j| tied(j) || transposed(j)).then(below)
}

/// Probability below 1, where labels are more than the numbers that two given poles leave free, and what learns of the matrix cannot move the poles at will.
pub(super) fn definite((network, samples): (&Network, Samples), allocation: &Allocation) -> Option<Exact> {
    let (ends, shapes) = (network.single_ended()?, network.shapes());
    let (steps, inputs) = (shapes.steps?, shapes.inputs);
    let enough = match network.probe(samples) {
        Probe::Generic(samples) => samples > inputs.checked_mul(2)?,
        Probe::Fixed(_) => true,
    };
    let even = inputs % 2 == 0 || steps % 2 == 0;
    if shapes.hidden? != 2 || shapes.outputs != 1 || inputs < 2 || steps < 3 || !even || !enough {
        return None;
    }
    let frozen = |places: [usize; 2]| places.iter().all(|place| !allocation.contains(ends.matrix[*place]));
    let formula = "labels for which a determinant has no zero at poles of a given sum, or at real poles".to_owned();
    let below = || Exact::between(Theorem::ComplexPoles, Rational::new(), Rational::from(1), formula);
    (frozen([0, 3]) || frozen([1, 2])).then(below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::parse;
    use crate::control::Control;
    use crate::matching::asked::asked;
    use crate::matching::{Ensemble, Instance, Limits, MatchOptions, Matcher, Trials};
    use crate::number::{Dyadic, Dyadics, Ring};
    use crate::reach::Settings;

    /// Every instance that elimination decides has a match.
    #[test]
    fn instances_of_two_units_all_match() {
        let settings = Settings { seed: 21, error_log2: -60 };
        for (text, learns, samples, trials) in [
            ("lrnn(1, 2, 1, 4)", "W[0,0] W[0,1]", 2, 300),
            ("lrnn(1, 2, 1, 5)", "W[0,0] W[0,1]", 2, 400),
            ("lrnn(1, 2, 1, 5)", "W[0,1] W[1,1]", 2, 400),
            ("lrnn(2, 2, 1, 4)", "W[0,1] W[1,1]", 2, 300),
            ("lrnn(1, 2, 2, 3)", "W[1,0] W[1,1]", 1, 300),
            ("lrnn(1, 2, 2, 4)", "W[0,0] W[0,1]", 1, 300),
            ("lrnn(1, 2, 2, 4)", "W[0,0] W[1,0]", 1, 400),
            ("lrnn(1, 2, 2, 5)", "W[0,0] W[0,1]", 1, 300),
            ("lrnn(1, 2, 2, 5)", "W[0,1] W[1,1]", 1, 300),
            ("lrnn(1, 2, 1, 5)", "D[0,0] B[0,0] W[0,0] W[1,1]", 3, 400),
            ("lrnn(1, 2, 1, 5)", "D[0,1] B[1,0] W[0,0] W[1,1]", 3, 300),
        ] {
            let network: Network = text.parse().unwrap();
            let allocation = parse(network.layout(), learns).unwrap();
            let samples = Samples::Count(samples);
            assert_eq!(
                planes((&network, samples), &allocation).map(|exact| exact.low),
                Some(1.into()),
                "{text} {learns}"
            );
            let matcher = Matcher::new(&network, samples, settings, Limits::default()).unwrap();
            let options = MatchOptions { trials: Trials::Fixed(trials), ..MatchOptions::default() };
            let estimate = matcher.estimate(&allocation, &options, &Control::unlimited());
            assert_eq!(estimate.unmatched, 0, "{text} {learns}");
            assert!(estimate.matched * 10 > trials * 9, "{text} {learns}: {} decided", estimate.matched);
        }
    }

    /// A quadratic equation in one unknown, whose discriminant is negative for some teachers: elimination finds no match there. Written for one input, with r = D*_1,
    /// D_11 = d, and a line of rows g, g·B* = β.
    #[test]
    fn complex_poles_leave_some_without_a_match() {
        let network: Network = "lrnn(1, 2, 2, 3)".parse().unwrap();
        let settings = Settings { seed: 22, error_log2: -60 };
        let matcher = Matcher::new(&network, Samples::Functional, settings, Limits::default()).unwrap();
        let (mut with, mut without) = (0, 0);
        for (learns, kind) in [
            ("D[0,:] D[1,0] B[0,0] W[0,:] W[1,0]", 0),
            ("D[0,:] D[1,0] B[0,0] W[0,1] W[1,:]", 1),
            ("D[0,:] D[1,0] B[1,0] W[0,0] W[1,:]", 2),
        ] {
            let allocation = parse(network.layout(), learns).unwrap();
            assert!(complex_poles((&network, Samples::Functional), &allocation).is_some(), "{learns}");
            for trial in 0..500 {
                let drawn = Instance::draw(&network, Samples::Functional, Ensemble::Gaussian, settings.seed, trial);
                let numbers = |all: &[Dyadic]| all.iter().map(|x| x.rational().to_f64()).collect::<Vec<f64>>();
                let (student, teacher) = (numbers(&drawn.student), numbers(&drawn.teacher));
                // D is weights 0 to 3, B 4 and 5, W 6 to 9.
                let (r, b) = ([teacher[2], teacher[3]], [teacher[4], teacher[5]]);
                let times =
                    |g: [f64; 2]| [g[0] * teacher[6] + g[1] * teacher[8], g[0] * teacher[7] + g[1] * teacher[9]];
                // x J yᵀ, with J yᵀ = (−y_1, y_0).
                let area = |x: [f64; 2], y: [f64; 2]| x[1] * y[0] - x[0] * y[1];
                let d = student[3];
                let beta = if kind == 2 { student[4] } else { student[5] };
                let size = b[0] * b[0] + b[1] * b[1];
                let equation = |s: f64| {
                    let g = [beta * b[0] / size - s * b[1], beta * b[1] / size + s * b[0]];
                    let square = d * area(times(g), g);
                    match kind {
                        0 => area(times(g), r) - student[9] * area(g, r) - square,
                        1 => area(times(r), g) - student[6] * area(r, g) - square,
                        // W_01 (g'' J g) = g W* J g with d g'' = r − D_10 g.
                        _ => student[7] * area(r, g) - square,
                    }
                };
                let (at, up, down) = (equation(0.0), equation(1.0), equation(-1.0));
                let (a, b) = ((up + down) / 2.0 - at, (up - down) / 2.0);
                let real = b * b - 4.0 * a * at > 0.0;
                let found = matcher.eliminates(&allocation, &drawn, &MatchOptions::default());
                assert!(real || found != Some(true), "{learns}, {trial}");
                with += u32::from(real && found == Some(true));
                without += u32::from(!real);
            }
        }
        assert!(with > 900 && without > 60, "{with} with a match, {without} without");
    }

    /// Five labels, six Markov parameters: elimination finds a match only where the quadratic in s has a real zero, and it has none for some teachers.
    #[test]
    fn five_labels_of_three_steps_leave_some_without_a_match() {
        let network: Network = "lrnn(2, 2, 1, 3)".parse().unwrap();
        let (samples, settings) = (Samples::Count(5), Settings { seed: 23, error_log2: -60 });
        let matcher = Matcher::new(&network, samples, settings, Limits::default()).unwrap();
        let allocation = parse(network.layout(), "B W[0,1] W[1,0]").unwrap();
        assert!(definite((&network, samples), &allocation).is_some());
        let (mut with, mut without) = (0, 0);
        for trial in 0..600 {
            let drawn = Instance::draw(&network, samples, Ensemble::Gaussian, settings.seed, trial);
            let numbers = |all: &[Dyadic]| all.iter().map(|x| x.rational().to_f64()).collect::<Vec<f64>>();
            let (student, teacher) = (numbers(&drawn.student), numbers(&drawn.teacher));
            // D is weights 0 and 1, B 2 to 5, W 6 to 9; an input has its two entries of each of three steps.
            let mut row = [teacher[0], teacher[1]];
            let mut star = Vec::new();
            for _ in 0..3 {
                star.push([row[0] * teacher[2] + row[1] * teacher[4], row[0] * teacher[3] + row[1] * teacher[5]]);
                row = [row[0] * teacher[6] + row[1] * teacher[8], row[0] * teacher[7] + row[1] * teacher[9]];
            }
            let inputs: Vec<Vec<f64>> = drawn.inputs.iter().map(|x| numbers(x)).collect();
            // H_0 meets the last step, H_2 the first one.
            let line = kernel(inputs.iter().map(|x| vec![x[4], x[5], x[2], x[3], x[0], x[1]]).collect());
            let trace = student[6] + student[9];
            let equation = |s: f64| {
                let h = |k: usize| [0, 1].map(|m| star[k][m] + s * line[2 * k + m]);
                let (x, y) = (h(2).iter().zip(h(1)).map(|(a, b)| a - trace * b).collect::<Vec<f64>>(), h(0));
                x[0] * y[1] - x[1] * y[0]
            };
            let (at, up, down) = (equation(0.0), equation(1.0), equation(-1.0));
            let (a, b) = ((up + down) / 2.0 - at, (up - down) / 2.0);
            let real = b * b - 4.0 * a * at > 0.0;
            let found = matcher.eliminates(&allocation, &drawn, &MatchOptions::default());
            assert!(real || found != Some(true), "{trial}");
            with += u32::from(real && found == Some(true));
            without += u32::from(!real);
        }
        assert!(with > 300 && without > 40, "{with} with a match, {without} without");
    }

    /// With B and one entry of W, which moves the determinant or both it and the trace, there is a match exactly where the determinant f has a real zero: elimination,
    /// which knows nothing of it, agrees. Near the inputs and the teacher of the proof there is none.
    #[test]
    fn elimination_finds_a_match_where_the_determinant_has_a_zero() {
        let settings = Settings { seed: 24, error_log2: -60 };
        let (mut with, mut without, mut near) = (0, 0, 0);
        for steps in [4, 5] {
            let network: Network = format!("lrnn(2, 2, 1, {steps})").parse().unwrap();
            let samples = Samples::Count(5);
            let matcher = Matcher::new(&network, samples, settings, Limits::default()).unwrap();
            let eliminates = |allocation: &Allocation, drawn: &Instance| {
                matcher.eliminates(allocation, drawn, &MatchOptions::default())
            };
            for (learns, moved) in [("B W[0,1]", 7), ("B W[1,0]", 8), ("B W[0,0]", 6), ("B W[1,1]", 9)] {
                let allocation = parse(network.layout(), learns).unwrap();
                assert!(definite((&network, samples), &allocation).is_some());
                for trial in 0..60 {
                    let mut drawn = Instance::draw(&network, samples, Ensemble::Gaussian, settings.seed, trial);
                    let exact = |all: &[Dyadic]| all.iter().map(Dyadic::rational).collect::<Vec<Rational>>();
                    let labels = network.labels(&Dyadics, &drawn.teacher, &drawn.inputs);
                    let inputs: Vec<Vec<Rational>> = drawn.inputs.iter().map(|x| exact(x)).collect();
                    let f = |value: &Rational| {
                        let mut student = exact(&drawn.student);
                        student[moved] = value.clone();
                        determinant_of_poles(&student[6..], &inputs, &exact(&labels))
                    };
                    // A polynomial of the degree 2(T − 2) in the determinant, so at most twice that in the weight.
                    let points: Vec<Rational> =
                        (0..=4 * (steps - 2)).map(|k| Rational::from(k - 2 * (steps - 2))).collect();
                    let polynomial = through(&points, &points.iter().map(f).collect::<Vec<Rational>>());
                    let real = has_real_root(&polynomial);
                    if let Some(found) = eliminates(&allocation, &drawn) {
                        assert_eq!(found, real, "{network} {learns}, {trial}");
                        with += u32::from(found);
                        without += u32::from(!found);
                    }
                    if trial < 20 {
                        move_near_to_the_proof(&mut drawn, steps as usize);
                        let trace = Dyadics.add(&drawn.student[6], &drawn.student[9]).rational().to_f64();
                        if !(7..=8).contains(&moved) || trace.abs() > 0.5 {
                            assert_ne!(eliminates(&allocation, &drawn), Some(true), "{network} {learns}, {trial}");
                            near += u32::from(eliminates(&allocation, &drawn) == Some(false));
                        }
                    }
                }
            }
        }
        assert!(with > 200 && without > 10 && near > 100, "{with} with a match, {without} without, {near} near");
    }

    /// f for the matrix with these four entries, two inputs.
    fn determinant_of_poles(matrix: &[Rational], inputs: &[Vec<Rational>], labels: &[Rational]) -> Rational {
        let (a, b, c, e) = (&matrix[0], &matrix[1], &matrix[2], &matrix[3]);
        let trace = Rational::from(a + e);
        let determinant = Rational::from(a * e) - Rational::from(b * c);
        let steps = inputs[0].len() / 2;
        // Factors of H_0 and H_1 in H_k.
        let mut factors = vec![[Rational::from(1), Rational::new()], [Rational::new(), Rational::from(1)]];
        for k in 2..steps {
            let next = [0, 1].map(|i| {
                Rational::from(&trace * &factors[k - 1][i]) - Rational::from(&determinant * &factors[k - 2][i])
            });
            factors.push(next);
        }
        let row = |(input, label): (&Vec<Rational>, &Rational)| {
            let entry = |i: usize, m: usize| {
                // H_k meets the step that is k before the last one.
                let term = |k: usize| Rational::from(&factors[k][i] * &input[2 * (steps - 1 - k) + m]);
                (0..steps).map(term).fold(Rational::new(), |sum, x| sum + x)
            };
            vec![entry(0, 0), entry(0, 1), entry(1, 0), entry(1, 1), label.clone()]
        };
        let mut rows: Vec<Vec<Rational>> = inputs.iter().zip(labels).map(row).collect();
        let mut product = Rational::from(1);
        for i in 0..rows.len() {
            let Some(pivot) = (i..rows.len()).find(|r| rows[*r][i] != 0) else {
                return Rational::new();
            };
            if pivot != i {
                rows.swap(i, pivot);
                product = -product;
            }
            product *= &rows[i][i];
            let (upper, lower) = rows.split_at_mut(i + 1);
            for other in lower {
                let factor = Rational::from(&other[i] / &upper[i][i]);
                other.iter_mut().zip(&upper[i]).for_each(|(x, y)| *x -= Rational::from(&factor * y));
            }
        }
        product
    }

    /// The coefficients, of the constant first, of the polynomial with these values at these points (Newton).
    fn through(points: &[Rational], values: &[Rational]) -> Vec<Rational> {
        let mut differences = values.to_vec();
        for k in 1..points.len() {
            for i in (k..points.len()).rev() {
                let rise = Rational::from(&differences[i] - &differences[i - 1]);
                differences[i] = rise / Rational::from(&points[i] - &points[i - k]);
            }
        }
        let mut all = vec![Rational::new(); points.len()];
        for i in (0..points.len()).rev() {
            // all = all · (x − points[i]) + differences[i]
            for k in (0..points.len()).rev() {
                let before = if k > 0 { all[k - 1].clone() } else { Rational::new() };
                all[k] = before - Rational::from(&all[k] * &points[i]);
            }
            all[0] += &differences[i];
        }
        all
    }

    /// By a Sturm sequence.
    fn has_real_root(polynomial: &[Rational]) -> bool {
        let trimmed = |p: &[Rational]| {
            let length = p.iter().rposition(|c| *c != 0).map_or(0, |last| last + 1);
            p[..length].to_vec()
        };
        let first = trimmed(polynomial);
        let slope: Vec<Rational> =
            first.iter().enumerate().skip(1).map(|(k, c)| Rational::from(c * k as u32)).collect();
        let mut all = vec![first, slope];
        while all[all.len() - 1].len() > 1 {
            let (mut rest, by) = (all[all.len() - 2].clone(), &all[all.len() - 1]);
            while rest.len() >= by.len() {
                let factor = Rational::from(&rest[rest.len() - 1] / &by[by.len() - 1]);
                let shift = rest.len() - by.len();
                by.iter().enumerate().for_each(|(k, c)| rest[shift + k] -= Rational::from(&factor * c));
                rest.pop();
                rest = trimmed(&rest);
            }
            if rest.is_empty() {
                break;
            }
            all.push(rest.into_iter().map(|c| -c).collect());
        }
        let changes = |at_minus: bool| {
            let sign = |p: &Vec<Rational>| (p[p.len() - 1] > 0) != (at_minus && p.len().is_multiple_of(2));
            all.windows(2).filter(|pair| sign(&pair[0]) != sign(&pair[1])).count()
        };
        changes(true) > changes(false)
    }

    /// Near the inputs and the teacher of the proof, and with W_01 W_10 positive.
    fn move_near_to_the_proof(drawn: &mut Instance, steps: usize) {
        let small = |x: &Dyadic| Dyadic { mantissa: x.mantissa.clone(), exponent: x.exponent + 12 };
        let near = |whole: i64, x: &Dyadic| Dyadics.add(&Dyadics.integer(whole), &small(x));
        // The teacher's D is (1, 0), its B one and its W a quarter of a turn.
        let whole = [1, 0, 1, 0, 0, 1, 0, 1, -1, 0];
        drawn.teacher.iter_mut().zip(whole).for_each(|(x, at)| *x = near(at, x));
        // (λ − i)^(T−2), the constant first.
        let mut power = vec![(1, 0)];
        for _ in 2..steps {
            let mut next = vec![(0, 0); power.len() + 1];
            for (k, (re, im)) in power.iter().enumerate() {
                next[k].0 += im;
                next[k].1 -= re;
                next[k + 1].0 += re;
                next[k + 1].1 += im;
            }
            power = next;
        }
        for (row, input) in drawn.inputs.iter_mut().enumerate().take(4) {
            for k in 0..steps {
                // The coefficient of λ^k in v_(row / 2), its real part or its imaginary one, and of iv.
                let (re, im) = k.checked_sub(row / 2).and_then(|k| power.get(k)).copied().unwrap_or((0, 0));
                let pair = if row % 2 == 0 { [re, -im] } else { [im, re] };
                for (m, at) in pair.into_iter().enumerate() {
                    let place = 2 * (steps - 1 - k) + m;
                    input[place] = near(at, &input[place]);
                }
            }
        }
        // H_0 = (1, 0) meets the last step: the last label is not near 0.
        let last = &mut drawn.inputs[4];
        (0..2 * steps).for_each(|place| last[place] = near(i64::from(place == 2 * (steps - 1)), &last[place]));
        if (drawn.student[7].mantissa < 0) != (drawn.student[8].mantissa < 0) {
            drawn.student[7].mantissa = -drawn.student[7].mantissa.clone();
        }
    }

    #[test]
    fn the_determinant_is_definite_for_enough_samples_and_an_even_number() {
        for (text, learns, samples, is_so) in [
            ("lrnn(2, 2, 1, 3)", "D B W[0,1] W[1,0]", 5, true),
            ("lrnn(2, 2, 1, 3)", "D B W[0,0] W[1,1]", 5, true),
            ("lrnn(2, 2, 1, 3)", "D B W[0,0] W[1,0]", 5, false),
            ("lrnn(2, 2, 1, 3)", "D B W[0,0] W[1,1]", 4, false),
            ("lrnn(2, 2, 1, 3)", "D B W[0,0] W[1,1]", 6, true),
            ("lrnn(2, 2, 1, 4)", "D B W[0,0] W[1,1]", 5, true),
            ("lrnn(2, 2, 1, 5)", "D B W[0,1] W[1,0]", 5, true),
            ("lrnn(2, 2, 1, 5)", "D B W[0,1] W[1,1]", 5, false),
            ("lrnn(2, 2, 1, 5)", "D B W[0,1] W[1,0]", 4, false),
            ("lrnn(2, 2, 1, 2)", "D B W[0,1] W[1,0]", 5, false),
            ("lrnn(3, 2, 1, 4)", "D B W[0,0] W[1,1]", 7, true),
            ("lrnn(3, 2, 1, 4)", "D B W[0,0] W[1,1]", 6, false),
            ("lrnn(3, 2, 1, 3)", "D B W[0,0] W[1,1]", 7, false),
            ("lrnn(2, 3, 1, 5)", "D B W[0,1] W[1,0]", 7, false),
            ("lrnn(2, 2, 2, 4)", "D B W[0,1] W[1,0]", 5, false),
            ("lrnn(1, 2, 2, 4)", "D B W[0,1] W[1,0]", 5, false),
        ] {
            let found = asked(definite, (text, learns, samples));
            assert_eq!(found.is_some(), is_so, "{text} {learns}, {samples}");
        }
    }

    /// A vector that is orthogonal to these, one fewer than its entries: by elimination with the largest pivot.
    fn kernel(mut rows: Vec<Vec<f64>>) -> Vec<f64> {
        let n = rows[0].len();
        let mut pivots: Vec<usize> = Vec::new();
        for i in 0..rows.len() {
            let columns = (0..n).filter(|k| !pivots.contains(k));
            let pivot = columns.max_by(|a, b| rows[i][*a].abs().total_cmp(&rows[i][*b].abs())).unwrap();
            let row: Vec<f64> = rows[i].iter().map(|x| x / rows[i][pivot]).collect();
            for (other, target) in rows.iter_mut().enumerate() {
                let factor = target[pivot];
                if other != i {
                    target.iter_mut().zip(&row).for_each(|(x, y)| *x -= factor * y);
                }
            }
            rows[i] = row;
            pivots.push(pivot);
        }
        let free = (0..n).find(|k| !pivots.contains(k)).unwrap();
        let entry = |k: usize| match pivots.iter().position(|pivot| *pivot == k) {
            Some(i) => -rows[i][free],
            None => 1.0,
        };
        (0..n).map(entry).collect()
    }

    #[test]
    fn complex_poles_are_asked_where_a_frozen_pair_is_tied() {
        for (text, frozen, samples, is_so) in [
            ("lrnn(1, 2, 2, 3)", "D[1,1] B[1,0] W[1,1]", Samples::Functional, true),
            ("lrnn(1, 2, 2, 3)", "D[1,1] B[1,0] W[0,0]", Samples::Functional, true),
            ("lrnn(1, 2, 2, 3)", "D[1,1] B[0,0] W[0,1]", Samples::Functional, true),
            ("lrnn(1, 2, 2, 3)", "D[1,1] B[1,0] W[0,1]", Samples::Functional, false),
            ("lrnn(1, 2, 2, 3)", "D[1,1] B[1,0] W[1,0]", Samples::Functional, false),
            ("lrnn(1, 2, 2, 3)", "D[1,1] B[0,0] W[1,1]", Samples::Functional, false),
            ("lrnn(1, 2, 2, 3)", "D[1,1] B[1,0] W[1,1]", Samples::Count(2), false),
            ("lrnn(2, 2, 1, 3)", "B[1,1] D[0,1] W[1,1]", Samples::Functional, true),
            ("lrnn(2, 2, 1, 3)", "B[1,1] D[0,0] W[1,0]", Samples::Functional, true),
            ("lrnn(2, 2, 1, 3)", "B[1,1] D[0,0] W[0,0]", Samples::Functional, false),
            ("lrnn(1, 2, 1, 3)", "D[0,1] B[1,0] W[1,1]", Samples::Functional, false),
            ("lrnn(1, 2, 1, 4)", "D[0,1] B[1,0] W[0,0]", Samples::Functional, true),
            ("lrnn(1, 2, 1, 4)", "D[0,1] B[1,0] W[0,1]", Samples::Functional, false),
            ("lrnn(1, 3, 2, 7)", "D[0,1] B[1,0] W[1,1]", Samples::Functional, false),
        ] {
            let network: Network = text.parse().unwrap();
            let learns = Allocation::all(network.weights()).difference(&parse(network.layout(), frozen).unwrap());
            let found = complex_poles((&network, samples), &learns);
            assert_eq!(found.is_some(), is_so, "{text} {frozen}, {samples}");
        }
    }

    #[test]
    fn nothing_is_said_of_others() {
        for (text, learns, samples) in [
            ("lrnn(1, 2, 1, 5)", "W[0,0] W[1,1]", 2),
            ("lrnn(1, 2, 1, 5)", "W[0,0] W[0,1]", 3),
            ("lrnn(1, 2, 1, 5, readout=\"all\")", "W[0,0] W[0,1]", 2),
            ("lrnn(1, 2, 2, 5)", "W[0,0] W[0,1]", 2),
            ("lrnn(1, 2, 3, 5)", "W[0,0] W[0,1]", 1),
            ("lrnn(2, 2, 1, 5)", "W[0,0] W[0,1]", 2),
            ("lrnn(2, 2, 2, 5)", "W[0,0] W[1,0]", 1),
            ("lrnn(1, 3, 1, 7)", "W[0,0] W[0,1]", 2),
            ("lrnn(1, 2, 1, 5)", "D[0,0] B[1,0] W[0,0] W[1,1]", 3),
            ("lrnn(1, 2, 1, 6)", "D[0,0] B[0,0] W[0,0] W[1,1]", 3),
            ("lrnn(1, 2, 1, 5)", "D[0,0] B[0,0] W[0,0] W[1,1]", 4),
            ("lrnn(2, 2, 1, 5)", "D[0,0] B[0,0] W[0,0] W[1,1]", 3),
        ] {
            assert_eq!(asked(planes, (text, learns, samples)), None, "{text} {learns}, {samples}");
        }
    }
}
