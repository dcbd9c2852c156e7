//! Degrees and heights of rational functions: a program evaluated on bounds says how large the numerators of its derivatives
//! can be.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rug::{Integer, Rational};

use crate::number::{Function, Norm, Norms, Ring};
use crate::program::{Operation, Program};

/// A bound of a rational function N / Π D_j^e_j: of the degree and the sum of absolute coefficients of N, and the exponents. The
/// D_j are numerators of what was divided by.
#[derive(Clone, Debug)]
pub(super) struct Fraction {
    /// Nothing for zero.
    degree: Option<u64>,
    norm: Norm,
    below: BTreeMap<u32, u64>,
    /// Equal for copies only.
    identity: u64,
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}

#[derive(Debug, Default)]
struct Known {
    identities: u64,
    /// Degree and norm of each D_j.
    factors: Vec<(u64, Norm)>,
    /// The factors that are denominators of constants.
    denominators: HashMap<Integer, u32>,
    /// 1 / a, by the identity of a.
    reciprocals: HashMap<u64, Fraction>,
}

/// The "ring" of such bounds: differences count as sums.
#[derive(Clone, Debug, Default)]
struct Fractions(Arc<Mutex<Known>>);

impl Fractions {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn make(&self, degree: Option<u64>, norm: Norm, below: BTreeMap<u32, u64>) -> Fraction {
        let mut known = self.known();
        known.identities += 1;
        Fraction { degree, norm, below, identity: known.identities }
    }

    /// Π D_j^e_j.
    fn product(&self, exponents: impl Iterator<Item = (u32, u64)>) -> (u64, Norm) {
        let known = self.known();
        exponents.fold((0u64, Norms.one()), |(degree, norm), (factor, exponent)| {
            let (d, n) = known.factors[factor as usize];
            let power = Norms.power(&n, exponent);
            (degree.saturating_add(d.saturating_mul(exponent)), Norms.mul(&norm, &power))
        })
    }

    /// The numerator over a common denominator.
    fn raised(&self, a: &Fraction, common: &BTreeMap<u32, u64>) -> (Option<u64>, Norm) {
        let missing =
            common.iter().map(|(f, e)| (*f, e - a.below.get(f).copied().unwrap_or(0))).filter(|(_, e)| *e > 0);
        let (degree, norm) = self.product(missing);
        (a.degree.map(|d| d.saturating_add(degree)), Norms.mul(&a.norm, &norm))
    }
}

impl Ring for Fractions {
    type Element = Fraction;

    fn zero(&self) -> Fraction {
        self.make(None, Norms.zero(), BTreeMap::new())
    }
    fn one(&self) -> Fraction {
        self.make(Some(0), Norms.one(), BTreeMap::new())
    }
    fn integer(&self, value: i64) -> Fraction {
        self.make((value != 0).then_some(0), Norms.integer(value), BTreeMap::new())
    }
    fn rational(&self, value: &Rational) -> Option<Fraction> {
        let size = |n: &Integer| Norms.rational(&Rational::from(n));
        let mut below = BTreeMap::new();
        if *value.denom() != 1 {
            let norm = size(value.denom())?;
            let mut known = self.known();
            let next = known.factors.len() as u32;
            let factor = *known.denominators.entry(value.denom().clone()).or_insert(next);
            if factor == next {
                known.factors.push((0, norm));
            }
            below.insert(factor, 1);
        }
        Some(self.make((!value.is_zero()).then_some(0), size(value.numer())?, below))
    }
    fn add(&self, a: &Fraction, b: &Fraction) -> Fraction {
        match (a.degree, b.degree) {
            (None, _) => return b.clone(),
            (_, None) => return a.clone(),
            _ => {}
        }
        let mut common = a.below.clone();
        for (factor, exponent) in &b.below {
            let entry = common.entry(*factor).or_default();
            *entry = (*entry).max(*exponent);
        }
        let ((d, n), (e, k)) = (self.raised(a, &common), self.raised(b, &common));
        self.make(d.max(e), Norms.add(&n, &k), common)
    }
    fn sub(&self, a: &Fraction, b: &Fraction) -> Fraction {
        self.add(a, b)
    }
    fn mul(&self, a: &Fraction, b: &Fraction) -> Fraction {
        let (Some(d), Some(e)) = (a.degree, b.degree) else { return self.zero() };
        let mut below = a.below.clone();
        b.below.iter().for_each(|(factor, exponent)| *below.entry(*factor).or_default() += exponent);
        self.make(Some(d.saturating_add(e)), Norms.mul(&a.norm, &b.norm), below)
    }
    fn is_zero(&self, a: &Fraction) -> bool {
        a.degree.is_none()
    }
    fn reciprocal(&self, a: &Fraction) -> Option<Fraction> {
        let degree = a.degree?;
        let found = self.known().reciprocals.get(&a.identity).cloned();
        if found.is_some() {
            return found;
        }
        let (above, norm) = self.product(a.below.iter().map(|(f, e)| (*f, *e)));
        let factor = {
            let mut known = self.known();
            known.factors.push((degree, a.norm));
            known.factors.len() as u32 - 1
        };
        let reciprocal = self.make(Some(above), norm, BTreeMap::from([(factor, 1)]));
        self.known().reciprocals.insert(a.identity, reciprocal.clone());
        Some(reciprocal)
    }
}

/// What the numerators of a program's Jacobian are bounded by, row by row over a common denominator: polynomials in weights,
/// inputs, exponentials, logarithms and square roots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Height {
    /// The degree of an entry, saturating.
    pub degree: u64,
    /// log₂ of the sum of all absolute coefficients in a row, rounded up, saturating.
    pub bits: u64,
    /// The degree of the denominators that must not vanish, saturating.
    pub below: u64,
}

/// Bounds of everything that is asked about at points modulo primes, in weights, inputs, exponentials, logarithms and roots.
#[derive(Clone, Debug)]
pub(super) struct Sizes {
    /// Of the Jacobian.
    pub(super) jacobian: Height,
    /// Of any argument of an exponential or a logarithm: the sum of the degrees, and of log₂ of the sums of absolute coefficients, of
    /// numerator and denominator. At least 1.
    pub(super) argument: (u64, u64),
    /// Of B s² − A for the root s of A / B, by step: its degree, and log₂ of the sum of its absolute coefficients.
    pub(super) radicands: BTreeMap<usize, (u64, u64)>,
}

/// The bounds of a program; nothing where something is divided by zero.
pub(super) fn sizes(program: &Program) -> Option<Sizes> {
    let ring = Fractions::default();
    let variable = || ring.make(Some(1), Norms.one(), BTreeMap::new());
    let weights: Vec<Fraction> = (0..program.weights()).map(|_| variable()).collect();
    let inputs: Vec<Fraction> = (0..program.inputs()).map(|_| variable()).collect();
    let (mut argument, mut radicands) = ((1, 1), BTreeMap::new());
    let values = program.evaluate_with(&ring, &weights, &inputs, |step, operation, operand| {
        let (below, of_below) = ring.product(operand.below.iter().map(|(factor, exponent)| (*factor, *exponent)));
        let above = operand.degree.unwrap_or(0);
        if let Operation::Apply(Function::Exp | Function::Log, _) = operation {
            let bits = operand.norm.log2().saturating_add(of_below.log2());
            argument = (argument.0.max(above.saturating_add(below)), argument.1.max(bits));
        }
        match operation {
            Operation::Apply(Function::Exp, _) => Some((variable(), variable())),
            Operation::Apply(Function::Log, _) => Some((variable(), ring.reciprocal(operand)?)),
            Operation::Apply(Function::Sqrt, _) => {
                let bits = Norms.add(&operand.norm, &of_below).log2();
                radicands.insert(step.index(), (above.max(below.saturating_add(2)), bits));
                let root = variable();
                let slope = ring.reciprocal(&ring.add(&root, &root))?;
                Some((root, slope))
            }
            _ => None,
        }
    })?;
    // Along all weights at once, coefficients of a row add up.
    let direction = vec![ring.one(); program.weights()];
    let still = vec![ring.zero(); program.inputs()];
    let derivatives = program.forwards(&ring, &values, &direction, &still);
    let outputs = program.outputs().iter().map(|o| &derivatives[o.index()]);
    let (degree, bits) = outputs.fold((0, 0), |(degree, bits): (u64, u64), row| {
        (degree.max(row.degree.unwrap_or(0)), bits.max(row.norm.log2()))
    });
    let below = ring.known().factors.iter().fold(0u64, |sum, (degree, _)| sum.saturating_add(*degree));
    Some(Sizes { jacobian: Height { degree, bits, below }, argument, radicands })
}
