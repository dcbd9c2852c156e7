//! Whether a program with logarithms or square roots exists anywhere over the real numbers.
//!
//! Points modulo primes know no signs: there √(-1 - x²) and log(x) beside log(-1 - x) are as good as others, but no real weights and
//! inputs give them a value, so there is no network to speak of. Its dimension is known only if there is one real point at which every
//! radicand and every argument of a logarithm is positive, and nothing is divided by zero. Then all that exists nearby, too, on any
//! number of inputs. Without logarithms and roots there always is such a point, as an analytic function that is not zero somewhere
//! is not zero almost everywhere.
//!
//! The point is rational and the values are enclosed between multiples of 2^-48: what is positive here is positive.

use rand_chacha::rand_core::RngCore;
use rug::{Integer, Rational};

use super::Obscure;
use crate::number::{Function, Ring, Stream, generator};
use crate::program::{Operation, Program};

/// Digits behind the binary point.
const DIGITS: u32 = 48;
const ONE: i128 = 1 << DIGITS;
/// Larger numbers are not enclosed.
const LARGEST: i128 = ONE << 15;
/// Digits of the exponential function.
const MORE_DIGITS: u32 = 160;
/// The argument of the exponential function is halved so often, and its series is cut off at so many terms.
const HALVINGS: u32 = 10;
const TERMS: u32 = 24;
/// The error of the series, in its last digit: each term is rounded twice, and the rest is smaller than a digit.
const SERIES_ERROR: u32 = 128;
/// So many points are tried,
const MOST_POINTS: u64 = 96;
/// or fewer of long programs: so many steps in all.
const MOST_STEPS: u64 = 1 << 27;
const FEWEST_POINTS: u64 = 8;

/// Looks for a real point at which everything exists; always at the same points.
///
/// # Errors
/// [`Obscure::NoRealPoint`] if none was found.
pub(super) fn exists_somewhere(program: &Program) -> Result<(), Obscure> {
    let limited = |op: &Operation| matches!(op, Operation::Apply(Function::Log | Function::Sqrt, _));
    if !program.operations().iter().any(limited) {
        return Ok(());
    }
    let points = (MOST_STEPS / program.operations().len().max(1) as u64).clamp(FEWEST_POINTS, MOST_POINTS);
    match (0..points).any(|point| exists_at(program, point)) {
        true => Ok(()),
        false => Err(Obscure::NoRealPoint { points }),
    }
}

/// Whether everything exists at one of the points: small fractions of one scale, of both signs or of one.
fn exists_at(program: &Program, point: u64) -> bool {
    // In 128ths: 1, 1/8, 1/64, 8, 64.
    const SCALES: [i128; 5] = [ONE, ONE >> 3, ONE >> 6, ONE << 3, ONE << 6];
    let mut random = generator(0, Stream::Arguments, u64::MAX - point);
    let scale = SCALES[(point % 5) as usize];
    let mut vector = |length: usize, signs: u64| -> Vec<Interval> {
        let entry = |_| {
            let size = i128::from(random.next_u32() % 128 + 1);
            let negative = match signs {
                0 | 1 => random.next_u32() & 1 == 1,
                2 => false,
                _ => true,
            };
            Interval::exact((if negative { -size } else { size }) * (scale >> 7))
        };
        (0..length).map(entry).collect()
    };
    let signs = point / 5;
    let (weights, input) = (vector(program.weights(), signs % 3), vector(program.inputs(), signs / 3 % 4));
    let function = |_, operation: &Operation, argument: &Interval| match operation {
        Operation::Apply(function, _) => argument.under(*function).map(|value| (value, Interval::WHOLE)),
        _ => None,
    };
    program.evaluate_with(&Intervals, &weights, &input, function).is_some()
}

/// The numbers between two, ends included, in units of 2^-48.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Interval {
    low: i128,
    high: i128,
}

impl Interval {
    /// All numbers.
    const WHOLE: Interval = Interval { low: i128::MIN, high: i128::MAX };

    fn exact(units: i128) -> Self {
        Interval::between(units, units)
    }

    fn between(low: i128, high: i128) -> Self {
        if low <= -LARGEST || high >= LARGEST { Interval::WHOLE } else { Interval { low, high } }
    }

    fn is_whole(&self) -> bool {
        *self == Interval::WHOLE
    }

    fn is_positive(&self) -> bool {
        self.low > 0
    }

    /// Nothing where the function has no value, or none is known.
    fn under(&self, function: Function) -> Option<Interval> {
        match function {
            Function::Exp if self.is_whole() => Some(Interval::WHOLE),
            Function::Exp => Some(self.exponential()),
            _ if !self.is_positive() || self.is_whole() => None,
            Function::Sqrt => {
                let root = |units: i128| (units.unsigned_abs() << DIGITS).isqrt() as i128;
                Some(Interval::between(root(self.low), root(self.high) + 1))
            }
            Function::Log => Some(self.logarithm()),
        }
    }

    fn exponential(&self) -> Interval {
        if self.high >= 10 * ONE {
            return Interval::WHOLE;
        }
        let unit = |value: Integer| (value >> (MORE_DIGITS - DIGITS)).to_i128().unwrap_or(LARGEST);
        let low = if self.low < -40 * ONE { 0 } else { unit(exponential(self.low).0) };
        let high = if self.high < -40 * ONE { 1 } else { unit(exponential(self.high).1) + 1 };
        Interval::between(low, high)
    }

    /// Of positive numbers: by halving, in steps of 2^-20.
    fn logarithm(&self) -> Interval {
        const STEP: i128 = ONE >> 20;
        let wide = |units: i128| Integer::from(units) << (MORE_DIGITS - DIGITS);
        let (low, high) = (wide(self.low), wide(self.high));
        // The exponential of -40 is less than a unit, that of 12 more than the largest number.
        let ends = (-(40 << 20), 12 << 20);
        let last = |holds: &dyn Fn(i128) -> bool| {
            let (mut yes, mut no): (i128, i128) = ends;
            while no - yes > 1 {
                let middle = (yes + no) / 2;
                (yes, no) = if holds(middle) { (middle, no) } else { (yes, middle) };
            }
            (yes * STEP, no * STEP)
        };
        let below = last(&|y| exponential(y * STEP).1 <= low).0;
        let above = last(&|y| exponential(y * STEP).0 < high).1;
        Interval::between(below, above)
    }
}

/// Bounds of e to so many units, from -40 to 12 ones, in units of 2^-160.
fn exponential(units: i128) -> (Integer, Integer) {
    let argument = Integer::from(units) << (MORE_DIGITS - DIGITS - HALVINGS);
    let one = Integer::from(1) << MORE_DIGITS;
    let (mut sum, mut term) = (one.clone(), one);
    for k in 1..=TERMS {
        term = (term * &argument) >> MORE_DIGITS;
        term /= k;
        sum += &term;
    }
    let (mut low, mut high) = (Integer::from(&sum - SERIES_ERROR), sum + SERIES_ERROR);
    for _ in 0..HALVINGS {
        low = low.square() >> MORE_DIGITS;
        high = (high.square() >> MORE_DIGITS) + 1;
    }
    (low, high)
}

/// Interval arithmetic. It is no ring, but every value of a program is in the interval that comes out.
#[derive(Clone, Copy, Debug)]
struct Intervals;

impl Ring for Intervals {
    type Element = Interval;

    fn zero(&self) -> Interval {
        Interval::exact(0)
    }
    fn one(&self) -> Interval {
        Interval::exact(ONE)
    }
    fn integer(&self, value: i64) -> Interval {
        i128::from(value).checked_mul(ONE).map_or(Interval::WHOLE, Interval::exact)
    }
    fn rational(&self, value: &Rational) -> Option<Interval> {
        let (floor, rest) = Integer::from(value.numer() << DIGITS).div_rem_floor(value.denom().clone());
        Some(floor.to_i128().map_or(Interval::WHOLE, |floor| {
            if floor.unsigned_abs() >= LARGEST.unsigned_abs() {
                return Interval::WHOLE;
            }
            Interval::between(floor, floor + i128::from(rest != 0))
        }))
    }
    fn add(&self, a: &Interval, b: &Interval) -> Interval {
        if a.is_whole() || b.is_whole() {
            return Interval::WHOLE;
        }
        Interval::between(a.low + b.low, a.high + b.high)
    }
    fn sub(&self, a: &Interval, b: &Interval) -> Interval {
        if a.is_whole() || b.is_whole() {
            return Interval::WHOLE;
        }
        Interval::between(a.low - b.high, a.high - b.low)
    }
    fn mul(&self, a: &Interval, b: &Interval) -> Interval {
        if a.is_whole() || b.is_whole() {
            return Interval::WHOLE;
        }
        // All below 2^63 in size, so products fit.
        let products = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
        let (mut low, mut high) = (products[0], products[0]);
        for product in &products[1..] {
            (low, high) = (low.min(*product), high.max(*product));
        }
        Interval::between(low >> DIGITS, (high >> DIGITS) + 1)
    }
    fn is_zero(&self, a: &Interval) -> bool {
        (a.low, a.high) == (0, 0)
    }
    fn reciprocal(&self, a: &Interval) -> Option<Interval> {
        if a.low <= 0 && a.high >= 0 {
            return None;
        }
        let over = |units: i128| (1i128 << (2 * DIGITS)).div_euclid(units);
        let (one, other) = (over(a.high), over(a.low));
        Some(Interval::between(one.min(other) - 1, one.max(other) + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::{Recorder, Step};

    fn contains(interval: Interval, value: f64) {
        let (low, high) = (interval.low as f64 / ONE as f64, interval.high as f64 / ONE as f64);
        assert!(low <= value + 1e-12 && value - 1e-12 <= high, "{value} in {low}..{high}");
        assert!(high - low < 1e-5 * value.abs().max(1.0), "{low}..{high} is wide");
    }

    #[test]
    fn functions_are_enclosed() {
        for x in [-30.0, -3.25, -0.5, 0.0, 0.125, 1.0, 2.5, 9.75] {
            let interval = Interval::exact((x * ONE as f64) as i128);
            contains(interval.under(Function::Exp).unwrap(), f64::exp(x));
            if x > 0.0 {
                contains(interval.under(Function::Log).unwrap(), f64::ln(x));
                contains(interval.under(Function::Sqrt).unwrap(), f64::sqrt(x));
                contains(Intervals.reciprocal(&interval).unwrap(), 1.0 / x);
            } else {
                assert_eq!((interval.under(Function::Log), interval.under(Function::Sqrt)), (None, None));
            }
            contains(Intervals.mul(&interval, &interval), x * x);
            contains(Intervals.sub(&interval, &Intervals.one()), x - 1.0);
        }
        let third = Intervals.rational(&Rational::from((-1, 3))).unwrap();
        contains(third, -1.0 / 3.0);
        assert!(third.low < third.high);
        assert_eq!(Intervals.reciprocal(&Interval::between(-1, 1)), None);
    }

    /// A program of one weight and one input.
    fn program(body: impl FnOnce(&mut Recorder, Step, Step) -> Step) -> Program {
        let mut recorder = Recorder::new();
        let (w, x) = (recorder.weight(0).unwrap(), recorder.input(0).unwrap());
        let output = body(&mut recorder, w, x);
        recorder.finish(vec![output], 1, 1).unwrap()
    }

    #[test]
    fn networks_that_exist_nowhere_are_told_from_others() {
        let minus_one = |r: &mut Recorder| r.constant(Rational::from(-1)).unwrap();
        let nowhere = [
            program(|r, w, x| {
                let (one, square) = (minus_one(r), r.mul(x, x).unwrap());
                let radicand = r.sub(one, square).unwrap();
                let root = r.apply(Function::Sqrt, radicand).unwrap();
                r.mul(w, root).unwrap()
            }),
            program(|r, w, x| {
                let one = minus_one(r);
                let other = r.sub(one, x).unwrap();
                let (a, b) = (r.apply(Function::Log, x).unwrap(), r.apply(Function::Log, other).unwrap());
                let a = r.mul(w, a).unwrap();
                r.add(a, b).unwrap()
            }),
        ];
        for program in &nowhere {
            assert!(matches!(exists_somewhere(program), Err(Obscure::NoRealPoint { .. })), "{program}");
        }
        let somewhere = [
            program(|r, w, x| {
                let (a, b) = (r.apply(Function::Log, x).unwrap(), r.apply(Function::Sqrt, w).unwrap());
                r.mul(a, b).unwrap()
            }),
            program(|r, w, x| {
                let one = minus_one(r);
                let other = r.sub(one, x).unwrap();
                let root = r.apply(Function::Sqrt, other).unwrap();
                r.mul(w, root).unwrap()
            }),
        ];
        for program in &somewhere {
            assert_eq!(exists_somewhere(program), Ok(()), "{program}");
        }
    }
}
