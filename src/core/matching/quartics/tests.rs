use super::*;
use crate::allocation::parse;
use crate::matching::asked::asked;
use crate::matching::{Ensemble, Instance, Limits, MatchOptions, Matcher, Verdict};
use crate::number::{Dyadic, Dyadics, Ring};
use crate::reach::Settings;

const SETTINGS: Settings = Settings { seed: 41, error_log2: -60 };
const SQUARES: &str = "pnn([2, 2, 2, 1], degree=2)";

fn number(x: &Dyadic) -> f64 {
    x.rational().to_f64()
}

fn dyadic(x: f64) -> Dyadic {
    Dyadics.rational(&Rational::from_f64(x).unwrap()).unwrap()
}

/// Times 2 to this power.
fn stretched(x: &Dyadic, power: i32) -> Dyadic {
    let mantissa = x.mantissa.clone() << power.max(0) as u32;
    Dyadic { mantissa, exponent: x.exponent + (-power).max(0) as u32 }
}

/// A network, samples, and what decides their instances by elimination.
struct Trier {
    network: Network,
    samples: Samples,
    matcher: Matcher,
}

impl Trier {
    fn new(samples: u64) -> Self {
        let (network, samples): (Network, _) = (SQUARES.parse().unwrap(), Samples::Count(samples));
        let matcher = Matcher::new(&network, samples, SETTINGS, Limits::default()).unwrap();
        Trier { network, samples, matcher }
    }

    fn allocation(&self, learns: &str) -> Allocation {
        parse(self.network.layout(), learns).unwrap()
    }

    fn verdict(&self, learns: &str) -> Option<Verdict> {
        quartics((&self.network, self.samples), &self.allocation(learns)).map(|exact| exact.verdict())
    }

    fn draw(&self, trial: u64) -> Instance {
        Instance::draw(&self.network, self.samples, Ensemble::Gaussian, SETTINGS.seed, trial)
    }

    fn eliminates(&self, learns: &str, drawn: &Instance) -> Option<bool> {
        self.matcher.eliminates(&self.allocation(learns), drawn, &MatchOptions::default())
    }

    fn labels(&self, drawn: &Instance) -> Vec<f64> {
        self.network.labels(&Dyadics, &drawn.teacher, &drawn.inputs).iter().map(number).collect()
    }

    /// How many of the instances that this makes of the trials have a match, and how many have none.
    fn count(&self, learns: &str, most: usize, make: impl Fn(u64, &mut Instance) -> bool) -> [usize; 2] {
        let mut found = [0, 0];
        let made = (0..200_000).filter_map(|trial| {
            let mut drawn = self.draw(trial);
            make(trial, &mut drawn).then_some(drawn)
        });
        for drawn in made.take(most) {
            if let Some(real) = self.eliminates(learns, &drawn) {
                found[usize::from(!real)] += 1;
            }
        }
        found
    }
}

/// Whether the labels have alternating signs as the line through 0 and the sample turns.
fn alternate(drawn: &Instance, labels: &[f64]) -> bool {
    let slope = |x: &[Dyadic]| number(&x[1]) / number(&x[0]);
    let mut turned: Vec<(f64, bool)> = drawn.inputs.iter().zip(labels).map(|(x, y)| (slope(x), *y > 0.0)).collect();
    turned.sort_by(|a, b| a.0.total_cmp(&b.0));
    turned.windows(2).all(|pair| pair[0].1 != pair[1].1)
}

fn product_sign(drawn: &Instance, places: [usize; 2]) -> bool {
    number(&drawn.student[places[0]]) * number(&drawn.student[places[1]]) > 0.0
}

/// Every instance that elimination decides has a match, also where weights differ by many orders of magnitude.
#[test]
fn products_of_two_forms_are_found() {
    for (samples, learns, least) in [
        (5, "W1[0,0] W1[1,0] W2[0,0] W2[1,0] W3[0,0]", 8),
        (5, "W1[0,0] W1[1,1] W2[0,1] W2[1,0] W3[0,1]", 8),
        (5, "W1[0,1] W1[1,0] W2[:,1] W3[0,0]", 8),
        (5, "W1[0,0] W1[1,0] W2[0,0] W3", 8),
        (5, "W1[0,1] W1[1,0] W2[1,1] W3", 8),
        (5, "W1 W2[0,0] W3[0,0]", 1),
        (4, "W1[0,:] W1[1,0] W2[0,0] W3[0,0]", 2),
        (4, "W1[0,:] W1[1,1] W2[0,1] W3[0,0]", 2),
        (4, "W1[0,:] W1[1,0] W2[1,1] W3[0,0]", 2),
        (4, "W1[0,0] W1[1,0] W2[1,:] W3[0,0]", 2),
    ] {
        let trier = Trier::new(samples);
        assert_eq!(trier.verdict(learns), Some(Verdict::One), "{learns}");
        let stretch = |trial: u64, drawn: &mut Instance| {
            // Every other instance as drawn.
            let power =
                |w: usize| if trial.is_multiple_of(2) { 0 } else { ((trial as usize * 37 + w * 101) % 33) as i32 - 16 };
            drawn.student.iter_mut().enumerate().for_each(|(w, x)| *x = stretched(x, power(w)));
            true
        };
        let [matched, none] = trier.count(learns, 2 * least, stretch);
        assert!(none == 0 && matched >= least, "{learns}: {matched}, {none}");
    }
}

/// Both rows of the second layer have one sign each, and labels alternate: elimination never finds a match.
#[test]
fn definite_sums_have_no_four_roots() {
    let trier = Trier::new(4);
    for (learns, most) in [("W1[0,:] W1[1,0] W3[0,0]", 10), ("W1[0,0] W1[1,0] W3", 15)] {
        assert_eq!(trier.verdict(learns), Some(Verdict::Fractional), "{learns}");
        let make = |definite: bool| {
            let trier = &trier;
            move |_, drawn: &mut Instance| {
                let fits = product_sign(drawn, [4, 5]) && product_sign(drawn, [6, 7]);
                fits == definite && alternate(drawn, &trier.labels(drawn))
            }
        };
        let [matched, none] = trier.count(learns, most, make(true));
        assert!(matched == 0 && 2 * none >= most, "{learns}: {matched}, {none}");
        let [matched, _] = trier.count(learns, most, make(false));
        assert!(matched > 0, "{learns}");
    }
}

/// A unit of the first layer that does not learn: labels near a definite form that only a definite one has, and a positive factor that does not learn.
#[test]
fn even_polynomials_of_an_affine_function_are_few() {
    let trier = Trier::new(4);
    for learns in ["W1[0,:] W2[0,0] W3[0,0]", "W1[0,0] W2[0,:] W2[1,0]", "W1[0,0] W2[0,0] W2[1,:]"] {
        let make = |positive: bool| {
            move |trial: u64, drawn: &mut Instance| {
                let noise: Vec<f64> = drawn.teacher.iter().map(|x| number(x) * 1e-6).collect();
                let [u, v] = [2, 3].map(|w| drawn.student[w].clone());
                let samples = [1.0, 2.0, 20.0, -20.0 / 31.0];
                for ((x, sample), noise) in drawn.inputs.iter_mut().zip(samples).zip(&noise) {
                    let at = dyadic(sample * (1.0 + noise));
                    *x = vec![Dyadics.mul(&at, &v), Dyadics.sub(&Dyadics.one(), &Dyadics.mul(&u, &at))];
                }
                let exact = [1.0, 0.0, number(&u), number(&v), 1.0, 0.0, 0.0, 1e3, -1.0, -1.0];
                drawn.teacher = exact.iter().zip(&noise).map(|(x, noise)| dyadic(x + noise)).collect();
                drawn.student[9] = if positive { dyadic(0.1 + trial as f64) } else { dyadic(-0.1 - trial as f64) };
                number(&v).abs() > 0.1
            }
        };
        assert_eq!(trier.verdict(learns), Some(Verdict::Fractional), "{learns}");
        let [matched, none] = trier.count(learns, 15, make(true));
        assert!(matched == 0 && none >= 10, "{learns}: {matched}, {none}");
        let [matched, _] = trier.count(learns, 5, make(false));
        assert!(matched > 0, "{learns}");
    }
}

/// d and d' of one sign, a small f, a sample where the frozen weight into unit 1 stands alone, and labels that alternate, with the sign that c' does not have there.
#[test]
fn a_square_is_bounded_where_the_other_is_zero() {
    let trier = Trier::new(4);
    for learns in ["W1[0,0] W1[1,0] W2[1,0] W3[0,0]", "W1[0,:] W1[1,0] W3[0,0]"] {
        assert_eq!(trier.verdict(learns), Some(Verdict::Fractional), "{learns}");
        let make = |small: bool| {
            let trier = &trier;
            move |_, drawn: &mut Instance| {
                drawn.inputs[1] = vec![stretched(&drawn.inputs[1][0], -20), Dyadics.one()];
                if small {
                    drawn.student[7] = stretched(&drawn.student[7], -60);
                }
                let labels = trier.labels(drawn);
                let opposite = labels[1] * number(&drawn.student[9]) < 0.0;
                opposite && product_sign(drawn, [4, 5]) && alternate(drawn, &labels)
            }
        };
        let [matched, none] = trier.count(learns, 10, make(true));
        assert!(matched == 0 && none >= 6, "{learns}: {matched}, {none}");
        let [matched, _] = trier.count(learns, 5, make(false));
        assert!(matched > 0, "{learns}");
    }
}

/// Five samples: a sum that is 0 somewhere, and a definite form with the other sign there.
#[test]
fn a_definite_form_keeps_the_sign_of_a_factor() {
    let trier = Trier::new(5);
    for learns in ["W1[0,0] W1[1,0] W2[1,:] W3[0,0]", "W1[0,:] W1[1,0] W2[1,0] W3[0,0]"] {
        assert_eq!(trier.verdict(learns), Some(Verdict::Fractional), "{learns}");
        let make = |opposite: bool| {
            move |_, drawn: &mut Instance| {
                let sign = |x: &Dyadic| number(x) > 0.0;
                let [c, d] = [sign(&drawn.teacher[8]), sign(&drawn.teacher[9])];
                let fits = c == d && c != sign(&drawn.student[9]);
                fits && product_sign(drawn, [4, 5]) != opposite
            }
        };
        let [matched, none] = trier.count(learns, 15, make(true));
        assert!(matched == 0 && none >= 10, "{learns}: {matched}, {none}");
        let [matched, _] = trier.count(learns, 5, make(false));
        assert!(matched > 0, "{learns}");
    }
}

/// Five samples: e and f of one sign, a large f, and four real roots.
#[test]
fn four_roots_bound_a_frozen_square() {
    let trier = Trier::new(5);
    for learns in ["W1[0,:] W1[1,0] W2[0,0] W3[0,0]", "W1[0,:] W1[1,1] W2[0,1] W3[0,0]"] {
        assert_eq!(trier.verdict(learns), Some(Verdict::Fractional), "{learns}");
        let make = |large: bool| {
            let trier = &trier;
            move |_, drawn: &mut Instance| {
                if large {
                    drawn.student[7] = stretched(&drawn.student[7], 60);
                }
                let teacher: Vec<f64> = drawn.teacher.iter().map(number).collect();
                let turned = |k: usize| std::f64::consts::PI * (k as f64 + 0.5) / 500.0;
                let at = |k: usize| vec![dyadic(turned(k).cos()), dyadic(turned(k).sin())];
                let indefinite = teacher[8] * teacher[9] < 0.0;
                let fits = indefinite && product_sign(drawn, [6, 7]);
                fits && {
                    let grid: Vec<Vec<Dyadic>> = (0..500).map(at).collect();
                    let labels = trier.network.labels(&Dyadics, &drawn.teacher, &grid);
                    let signs: Vec<bool> = labels.iter().map(|y| y.mantissa.is_positive()).collect();
                    signs.iter().zip(signs.iter().skip(1)).filter(|(a, b)| a != b).count() == 4
                }
            }
        };
        let [matched, none] = trier.count(learns, 10, make(true));
        assert!(matched == 0 && none >= 6, "{learns}: {matched}, {none}");
        let [matched, _] = trier.count(learns, 5, make(false));
        assert!(matched > 0, "{learns}");
    }
}

/// Of every allocation and numbers of samples: probability 1 and less are never both said, more weights match more, more samples less.
#[test]
fn what_is_said_does_not_contradict() {
    let network: Network = SQUARES.parse().unwrap();
    let said = |bits: u32, inputs: usize| {
        let allocation = Allocation::of(10, (0..10).filter(|w| bits >> w & 1 == 1));
        let named: Vec<Learns> = (0..4).map(|order| Learns::of(&allocation, order / 2, order % 2)).collect();
        let one = named.iter().any(|learns| learns.is_certain(inputs));
        [one, named.iter().any(|learns| learns.is_below_one(inputs))]
    };
    let mut counts = [[0; 2]; 2];
    for bits in 0..1024 {
        for inputs in [4, 5] {
            let [one, below] = said(bits, inputs);
            assert!(!(one && below), "{bits:#b}, {inputs}");
            counts[inputs - 4][0] += u32::from(one);
            counts[inputs - 4][1] += u32::from(below);
            for w in (0..10).filter(|w| bits >> w & 1 == 0) {
                let [more_one, more_below] = said(bits | 1 << w, inputs);
                assert!(one <= more_one && below >= more_below, "{bits:#b}, {w}");
            }
        }
        let ([one_on_four, below_on_four], [one_on_five, below_on_five]) = (said(bits, 4), said(bits, 5));
        assert!(one_on_four >= one_on_five && below_on_four <= below_on_five, "{bits:#b}");
        assert_eq!(said(bits, 3), [one_on_four, false]);
        let allocation = Allocation::of(10, (0..10).filter(|w| bits >> w & 1 == 1));
        let functional = quartics((&network, Samples::Functional), &allocation).map(|exact| exact.verdict());
        assert_eq!(functional == Some(Verdict::One), one_on_five, "{bits:#b}");
        assert_eq!(functional == Some(Verdict::Fractional), below_on_five, "{bits:#b}");
    }
    assert!(counts.iter().flatten().all(|count| *count > 100), "{counts:?}");
}

#[test]
fn quartics_are_asked_where_hypotheses_hold() {
    let (one, below) = (Some(Verdict::One), Some(Verdict::Fractional));
    for (text, learns, samples, expected) in [
        (SQUARES, "W1 W2[0,0] W3[0,0]", 5, one),
        (SQUARES, "W1 W2[1,0] W3[0,0]", 5, below),
        (SQUARES, "W1 W2[1,0] W3[0,0]", 4, one),
        (SQUARES, "W1[0,:] W1[1,0] W2[1,1] W3[0,0]", 4, one),
        (SQUARES, "W1[0,:] W1[1,0] W2[1,0] W3[0,0]", 4, below),
        (SQUARES, "W1[0,:] W1[1,0] W2[1,0] W3[0,0]", 3, None),
        (SQUARES, "W1[0,0] W1[1,0] W2[0,:] W3[0,0]", 5, below),
        (SQUARES, "W1[0,0] W1[1,0] W2[0,:] W3[0,0]", 4, None),
        (SQUARES, "W1[0,0] W1[1,0] W2 W3[0,0]", 9, one),
        (SQUARES, "W1[0,:] W2 W3[0,0]", 4, below),
        (SQUARES, "W1[0,:] W2 W3", 4, None),
        (SQUARES, "W1[0,:] W2 W3[0,0]", 3, None),
        (SQUARES, "W1 W3", 4, below),
        (SQUARES, "W1 W3", 3, None),
        ("pnn([2, 2, 2, 1], degree=[2, 4])", "W1 W2[0,0] W3", 5, None),
        ("pnn([2, 2, 2, 1], degree=[3, 2])", "W1 W2[0,0] W3", 5, None),
        ("pnn([3, 2, 2, 1], degree=2)", "W1 W2[0,0] W3", 5, None),
        ("pnn([2, 2, 2, 2], degree=2)", "W1 W2[0,0] W3[0,0]", 5, None),
        ("pnn([2, 2, 2, 1], degree=2, bias=True)", "W1 W2[0,0] W3", 5, None),
    ] {
        let found = asked(quartics, (text, learns, samples)).map(|exact| exact.verdict());
        assert_eq!(found, expected, "{text} {learns}, {samples}");
    }
}
