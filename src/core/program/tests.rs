use proptest::prelude::*;
use rug::{Integer, Rational};

use super::*;
use crate::algebra::{Monomial, Monomials, Polynomials};
use crate::number::{Duals, Integers, PrimeField, Rationals, Ring};

const WEIGHTS: usize = 3;
const INPUTS: usize = 2;

/// A random program: each step is an operation on earlier ones.
fn random(steps: &[(u8, usize, usize)], fractions: bool, kinks: bool) -> Program {
    let mut recorder = Recorder::new();
    let mut known: Vec<Step> = (0..WEIGHTS).map(|i| recorder.weight(i).unwrap()).collect();
    known.extend((0..INPUTS).map(|i| recorder.input(i).unwrap()));
    let denominator = if fractions { 6 } else { 1 };
    known.extend([-3, 2, 5].map(|n| recorder.constant(Rational::from((n, denominator))).unwrap()));
    for (kind, a, b) in steps {
        // Recent steps more often, so that programs are deep.
        let pick = |i: usize| known[known.len() - 1 - i % known.len().min(8)];
        let (a, b) = (pick(*a), pick(*b));
        let step = match kind % 4 {
            0 => recorder.add(a, b),
            1 => recorder.sub(a, b),
            2 if kinks => recorder.relu(a),
            _ => recorder.mul(a, b),
        };
        known.push(step.unwrap());
    }
    let outputs = known[known.len() - 4..].to_vec();
    recorder.finish(outputs, INPUTS, WEIGHTS).unwrap()
}

fn steps() -> impl Strategy<Value = Vec<(u8, usize, usize)>> {
    proptest::collection::vec((any::<u8>(), 0usize..64, 0usize..64), 4..16)
}

fn numbers(values: &[i64]) -> Vec<Rational> {
    values.iter().map(|v| Rational::from((*v, 7))).collect()
}

proptest! {
    #[test]
    fn derivatives_are_those_of_dual_numbers(
        steps in steps(), kinks: bool, at in proptest::collection::vec(-20i64..21, WEIGHTS + INPUTS)
    ) {
        let program = random(&steps, true, kinks);
        let (weights, inputs) = (numbers(&at[..WEIGHTS]), numbers(&at[WEIGHTS..]));
        let ring = Duals(Rationals);
        let values = program.evaluate(&Rationals, &weights, &inputs).unwrap();
        let jacobian = program.jacobian(&Rationals, &values);
        let everything = vec![true; program.operations().len()];
        for direction in 0..WEIGHTS + INPUTS {
            let dual = |(i, v): (usize, &Rational)| {
                if i == direction { ring.variable(v.clone()) } else { ring.constant(v.clone()) }
            };
            let all: Vec<_> = weights.iter().chain(&inputs).enumerate().map(dual).collect();
            let labels = program.labels(&ring, &all[..WEIGHTS], &all[WEIGHTS..]).unwrap();
            let unit: Vec<Rational> = (0..WEIGHTS + INPUTS).map(|i| Rational::from(i == direction)).collect();
            let forwards = program.forwards(&Rationals, &values, &unit[..WEIGHTS], &unit[WEIGHTS..]);
            for (row, (label, output)) in labels.iter().zip(program.outputs()).enumerate() {
                prop_assert_eq!(&label.value, values.of(*output));
                prop_assert_eq!(&label.slope, &forwards[output.index()]);
                if direction < WEIGHTS {
                    prop_assert_eq!(&label.slope, &jacobian[(row, direction)]);
                }
                let backwards =
                    program.backwards(&Rationals, &values, &[(*output, Rational::from(1))], &everything);
                prop_assert_eq!(&label.slope, &backwards[direction]);
            }
        }
    }

    /// The part that some weights move has their derivatives, whatever is left out.
    #[test]
    fn parts_have_the_derivatives_of_the_whole(
        steps in steps(), kinks: bool, at in proptest::collection::vec(-20i64..21, WEIGHTS + INPUTS + 4), some in 0usize..8,
        open in proptest::collection::vec(any::<bool>(), 16)
    ) {
        let program = random(&steps, true, kinks);
        let (weights, rest) = (numbers(&at[..WEIGHTS]), numbers(&at[WEIGHTS..]));
        let (inputs, combination) = rest.split_at(INPUTS);
        let columns: Vec<usize> = (0..WEIGHTS).filter(|w| some >> w & 1 == 1).collect();
        let gate = |unit: usize, z: &Rational| {
            Some(if open[unit] { (z.clone(), Rational::from(1)) } else { (Rational::new(), Rational::new()) })
        };
        let values = program.evaluate_gated(&Rationals, &weights, inputs, gate).unwrap();
        let seeds: Vec<_> = program.outputs().iter().copied().zip(combination.iter().cloned()).collect();
        let whole = program.backwards(&Rationals, &values, &seeds, &program.moving());
        let part = program.part(&columns).unwrap();
        prop_assert!(part.steps() <= program.operations().len() + 1);
        let derivatives = part.reverse(&Rationals, &weights, inputs, &open, combination).unwrap();
        prop_assert_eq!(derivatives, columns.iter().map(|c| whole[*c].clone()).collect::<Vec<_>>());
    }

    #[test]
    fn text_reads_back(steps in steps(), fractions: bool, kinks: bool) {
        let program = random(&steps, fractions, kinks);
        let text = program.to_string();
        let again: Program = text.parse().unwrap();
        prop_assert_eq!(&again, &program);
        prop_assert_eq!(again.to_string(), text);
    }

    #[test]
    fn integral_programs_are_multiples(
        steps in steps(), kinks: bool, at in proptest::collection::vec(-20i64..21, WEIGHTS + INPUTS)
    ) {
        let program = random(&steps, true, kinks);
        let (integral, scales) = program.integral().unwrap();
        prop_assert!(integral.is_integral());
        let (weights, inputs) = (numbers(&at[..WEIGHTS]), numbers(&at[WEIGHTS..]));
        let labels = program.labels(&Rationals, &weights, &inputs).unwrap();
        let multiples = integral.labels(&Rationals, &weights, &inputs).unwrap();
        for ((label, multiple), scale) in labels.into_iter().zip(multiples).zip(scales) {
            prop_assert!(scale > 0);
            prop_assert_eq!(label * scale, multiple);
        }
    }

    #[test]
    fn degrees_and_heights_are_bounds(steps in steps()) {
        let program = random(&steps, false, false);
        prop_assume!(program.degree() < 12);
        let ring = Polynomials::new(Integers, Monomials::new(WEIGHTS + INPUTS).unwrap(), 1 << 14);
        let variables: Vec<_> = (0..WEIGHTS + INPUTS).map(|i| ring.variable(i)).collect();
        let labels = program.labels(&ring, &variables[..WEIGHTS], &variables[WEIGHTS..]).unwrap();
        for label in &labels {
            let Some(terms) = label.terms() else { continue };
            let sum = terms.iter().fold(Integer::new(), |sum, (_, c)| sum + Integer::from(c.abs_ref()));
            prop_assert!(sum <= Integer::from(1) << program.height_bits() as u32);
            let degree = |m: &Monomial| (0..WEIGHTS + INPUTS).map(|v| u64::from(ring.monomials().exponent(*m, v))).sum::<u64>();
            prop_assert!(terms.iter().all(|(m, _)| degree(m) <= program.degree()));
        }
    }

    #[test]
    fn rings_agree_on_rational_constants(n in any::<i128>(), d in 1u64..1 << 40) {
        let value = Rational::from((n, d));
        let field = PrimeField::new(PrimeField::MERSENNE_61).unwrap();
        let image = field.rational(&value).unwrap();
        prop_assert_eq!(field.mul(&image, &field.rational(&Rational::from(d)).unwrap()), field.rational(&Rational::from(n)).unwrap());
        prop_assert_eq!(Integers.rational(&Rational::from(n)), Some(Integer::from(n)));
    }
}

#[test]
fn trivial_operations_vanish_and_equal_ones_are_one() {
    let mut r = Recorder::new();
    let (x, w) = (r.input(0).unwrap(), r.weight(0).unwrap());
    let (zero, one) = (r.constant(Rational::new()).unwrap(), r.constant(Rational::from(1)).unwrap());
    let before = r.steps();
    assert_eq!(r.add(x, zero), Ok(x));
    assert_eq!(r.sub(x, zero), Ok(x));
    assert_eq!(r.sub(x, x), Ok(zero));
    assert_eq!(r.mul(x, zero), Ok(zero));
    assert_eq!(r.mul(one, x), Ok(x));
    assert_eq!(r.steps(), before);
    let product = r.mul(x, w).unwrap();
    assert_eq!(r.mul(w, x), Ok(product));
    let half = r.constant(Rational::from((1, 2))).unwrap();
    assert_eq!(r.add(half, half), Ok(one));
    let gate = r.relu(product).unwrap();
    assert_eq!(r.relu(gate), Ok(gate));
    let negative = r.constant(Rational::from(-1)).unwrap();
    assert_eq!(r.relu(negative), Ok(zero));
}

#[test]
fn limits_are_said() {
    let mut r = Recorder::new();
    let mut x = r.constant(Rational::from(3)).unwrap();
    let error = loop {
        match r.mul(x, x) {
            Ok(next) => x = next,
            Err(error) => break error,
        }
    };
    assert_eq!(error, ProgramError::ConstantTooLarge { limit: MOST_CONSTANT_BITS });
    assert_eq!(Recorder::new().finish(Vec::new(), 1, 1), Err(ProgramError::NoOutputs));
    let mut r = Recorder::new();
    let w = r.weight(5).unwrap();
    assert_eq!(r.finish(vec![w], 0, 5), Err(ProgramError::OutOfRange { what: "weight", index: 5, count: 5 }));
}

#[test]
fn only_what_outputs_need_is_kept() {
    let mut r = Recorder::new();
    let (w, v, x) = (r.weight(0).unwrap(), r.weight(1).unwrap(), r.input(0).unwrap());
    let unused = r.mul(v, x).unwrap();
    r.mul(unused, unused).unwrap();
    let label = r.mul(w, x).unwrap();
    let constant = r.constant(Rational::from((-2, 3))).unwrap();
    let program = r.finish(vec![label, constant, x], 1, 2).unwrap();
    assert_eq!(program.to_string(), "program with 2 weights and 1 inputs\ns0 = w0 * x0\noutputs s0 -2/3 x0");
    assert_eq!((program.unused_weights(), program.constant_outputs()), (vec![1], vec![1, 2]));
    assert_eq!(program.to_string().parse(), Ok(program));
}

#[test]
fn bad_texts_are_refused_with_their_line() {
    let start = "program with 1 weights and 1 inputs\n";
    for (text, line, said) in [
        ("", 1, "there are no outputs"),
        ("x", 1, "it begins with"),
        ("program with 99999999999 weights and 1 inputs", 1, "not a number up to"),
        ("s0 = w1 * x0\noutputs s0", 2, "there is no `w1`"),
        ("s1 = w0 * x0\noutputs s1", 2, "where s0 comes next"),
        ("s0 = w0 % x0\noutputs s0", 2, "is not a step"),
        ("s0 = w0 * 1/0\noutputs s0", 2, "`1/0` is not an operand"),
        ("s0 = w0 * s0\noutputs s0", 2, "there is no `s0`"),
        ("outputs w0\noutputs w0", 3, "the outputs are the last line"),
        ("outputs", 2, "returns no outputs"),
    ] {
        let text = if line == 1 { text.to_owned() } else { format!("{start}{text}") };
        let error = text.parse::<Program>().expect_err(&text);
        assert!(error.line == line && error.problem.contains(said), "{text}: {error}");
    }
}

#[test]
fn patterns_are_signs_and_borders_are_refused() {
    let text =
        "program with 2 weights and 1 inputs\ns0 = w0 * x0\ns1 = relu(s0)\ns2 = w1 * s1\ns3 = relu(s2)\noutputs s3";
    let program: Program = text.parse().unwrap();
    let pattern =
        |w: i64, v: i64, x: i64| program.pattern(&Integers, &[Integer::from(w), Integer::from(v)], &[Integer::from(x)]);
    assert_eq!(pattern(1, 2, 3), Some(vec![true, true]));
    assert_eq!(pattern(1, -2, 3), Some(vec![true, false]));
    // Nothing reaches the second unit, all around.
    assert_eq!(pattern(-1, 2, 3), Some(vec![false, false]));
    assert_eq!(pattern(0, 2, 3), None);
    assert_eq!(pattern(1, 0, 3), None);
}

#[test]
fn a_recording_is_a_ring() {
    let ring = Recording::new().unwrap();
    let (weights, inputs) = (ring.weights(2), ring.inputs(1));
    let sum = ring.dot(&weights, &[inputs[0], ring.integer(3)]);
    let program = ring.finish(vec![sum], 1, 2).unwrap();
    assert_eq!(
        program.to_string(),
        "program with 2 weights and 1 inputs\ns0 = w0 * x0\ns1 = w1 * 3\ns2 = s0 + s1\noutputs s2"
    );
    let full = Recording::new().unwrap();
    let far = full.weights(MOST_STEPS);
    assert_eq!(full.finish(far[..1].to_vec(), 0, MOST_STEPS), Err(ProgramError::TooManySteps { limit: MOST_STEPS }));
}

/// tanh and the logistic function of w·x + b, a root and a logarithm, all in one program with quotients.
const FUNCTIONS: &str = "program with 3 weights and 2 inputs
s0 = w0 * x0
s1 = w1 + s0
s2 = exp(s1)
s3 = s2 - 1
s4 = 1 + s2
s5 = s3 / s4
s6 = x1 * x1
s7 = 3 + s6
s8 = sqrt(s7)
s9 = log(s4)
s10 = w2 / s8
s11 = s9 * s10
outputs s5 s11 s8";

#[test]
fn functions_read_back_and_have_the_derivatives_of_differences() {
    use crate::number::Floats;
    let program: Program = FUNCTIONS.parse().unwrap();
    assert_eq!(program.to_string(), FUNCTIONS);
    assert!(!program.is_polynomial());
    let (weights, inputs) = ([0.3, -0.7, 1.1], [0.9, -0.4]);
    let values = program.evaluate(&Floats, &weights, &inputs).unwrap();
    let jacobian = program.jacobian(&Floats, &values);
    let duals = Duals(Floats);
    for w in 0..3 {
        let moved = |by: f64| {
            let mut weights = weights;
            weights[w] += by;
            program.labels(&Floats, &weights, &inputs).unwrap()
        };
        let (above, below) = (moved(1e-5), moved(-1e-5));
        let dual: Vec<_> =
            (0..3).map(|i| if i == w { duals.variable(weights[i]) } else { duals.constant(weights[i]) }).collect();
        let labels = program.labels(&duals, &dual, &inputs.map(|x| duals.constant(x))).unwrap();
        for row in 0..3 {
            let difference = (above[row] - below[row]) / 2e-5;
            assert!((difference - jacobian[(row, w)]).abs() < 1e-8, "{row}, {w}");
            assert!((labels[row].slope - jacobian[(row, w)]).abs() < 1e-12, "{row}, {w}");
        }
    }
}

#[test]
fn constants_outside_a_domain_are_refused() {
    let mut recorder = Recorder::new();
    let number = |recorder: &mut Recorder, n: i64, d: i64| recorder.constant(Rational::from((n, d))).unwrap();
    let (zero, two, quarter) = (number(&mut recorder, 0, 1), number(&mut recorder, -2, 1), number(&mut recorder, 9, 4));
    assert!(recorder.div(two, zero).is_err());
    assert!(recorder.apply(Function::Log, zero).is_err());
    assert!(recorder.apply(Function::Sqrt, two).is_err());
    let root = recorder.apply(Function::Sqrt, quarter).unwrap();
    assert_eq!(root, number(&mut recorder, 3, 2));
    let one = recorder.apply(Function::Exp, zero).unwrap();
    assert_eq!(one, number(&mut recorder, 1, 1));
}
