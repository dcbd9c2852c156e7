//! Polynomials with integer or rational coefficients in any number of variables, and their text: `2*W1[0,0]*D[0,1]^2 - x0[1]`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::AddAssign;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Num;

use super::budget::{Held, effort, spend};
use super::network::digits;
use super::number::{Field, Number};

/// A product of powers: variables in rising order, each with its exponent.
pub(super) type Monomial = Vec<(u16, u16)>;

/// Integers, or rational numbers.
pub(super) trait Coefficient: Clone + Num + AddAssign + From<BigInt> {
    /// What a product of terms costs at least, in machine operations.
    const COST: u64;
    /// What it takes in memory beside its digits.
    const BYTES: u64;
    fn bits(&self) -> u64;
    /// A rational number, if it is one of these.
    fn fraction(value: &BigRational) -> Option<Self>;
    /// What it takes in memory.
    fn bytes(&self) -> u64 {
        Self::BYTES + self.bits() / 8
    }
    fn product(&self, other: &Self) -> Self;
}

impl Coefficient for BigInt {
    const COST: u64 = 256;
    const BYTES: u64 = 64;
    fn product(&self, other: &Self) -> Self {
        self * other
    }
    fn bits(&self) -> u64 {
        BigInt::bits(self)
    }
    fn fraction(value: &BigRational) -> Option<Self> {
        value.is_integer().then(|| value.to_integer())
    }
}

impl Coefficient for BigRational {
    const COST: u64 = 2_048;
    const BYTES: u64 = 128;
    fn product(&self, other: &Self) -> Self {
        self * other
    }
    fn bits(&self) -> u64 {
        self.numer().bits() + self.denom().bits()
    }
    fn fraction(value: &BigRational) -> Option<Self> {
        Some(value.clone())
    }
}

/// More terms, or a higher exponent, are not computed with.
const MOST_TERMS: usize = 200_000;
const MOST_EXPONENT: u16 = 10_000;
/// What a term takes in memory: its place in a tree that is half full, and its monomial without powers.
const TERM_BYTES: u64 = 160;
/// Operations for a term that is looked up, copied or added.
const TERM: u64 = 64;
/// Longer numbers are not read.
pub(super) const MOST_DIGITS: usize = 10_000;

/// A polynomial; one that became too large is not known any more, and neither is anything computed from it.
#[derive(Clone, Debug)]
pub(super) struct Polynomial<C = BigInt> {
    terms: BTreeMap<Monomial, C>,
    too_large: bool,
    /// The memory of its terms.
    held: Held,
}

impl<C: Coefficient> Polynomial<C> {
    pub(super) fn constant(value: C) -> Self {
        let mut polynomial = Polynomial::zero();
        polynomial.add_term(Vec::new(), value);
        polynomial
    }

    pub(super) fn variable(index: usize) -> Self {
        let mut polynomial = Polynomial::zero();
        match u16::try_from(index) {
            Ok(index) => polynomial.add_term(vec![(index, 1)], C::one()),
            Err(_) => polynomial.too_large = true,
        }
        polynomial
    }

    /// Its terms; nothing if the polynomial became too large.
    pub(super) fn terms(&self) -> Option<&BTreeMap<Monomial, C>> {
        (!self.too_large).then_some(&self.terms)
    }

    /// Whether all coefficients are zero; nothing if the polynomial became too large.
    pub(super) fn is_zero(&self) -> Option<bool> {
        (!self.too_large).then_some(self.terms.is_empty())
    }

    /// One more than the last variable in it.
    pub(super) fn variables(&self) -> usize {
        let last = |m: &Monomial| m.last().map_or(0, |(v, _)| usize::from(*v) + 1);
        self.terms.keys().map(last).max().unwrap_or(0)
    }

    /// Adds a term; the polynomial is too large from then on if a limit of terms, exponents or memory is exceeded.
    pub(super) fn add_term(&mut self, monomial: Monomial, coefficient: C) {
        self.too_large |= self.terms.len() > MOST_TERMS || monomial.iter().any(|(_, e)| *e > MOST_EXPONENT);
        if coefficient.is_zero() || self.too_large {
            return;
        }
        let mut bytes = coefficient.bytes();
        match self.terms.entry(monomial) {
            Entry::Vacant(place) => {
                bytes += TERM_BYTES + 4 * place.key().len() as u64;
                place.insert(coefficient);
            }
            Entry::Occupied(mut place) => {
                *place.get_mut() += coefficient;
                if place.get().is_zero() {
                    place.remove();
                }
            }
        }
        self.too_large |= !self.held.grow(bytes);
    }

    pub(super) fn too_large() -> Self {
        Polynomial { too_large: true, ..Polynomial::zero() }
    }

    /// The bits of the largest coefficient.
    fn bits(&self) -> u64 {
        self.terms.values().map(C::bits).max().unwrap_or(0)
    }
}

impl Polynomial {
    /// The same with other coefficients.
    pub(super) fn over<C: Coefficient>(&self) -> Polynomial<C> {
        let mut polynomial = Polynomial { too_large: self.too_large, ..Polynomial::zero() };
        self.terms.iter().for_each(|(m, c)| polynomial.add_term(m.clone(), C::from(c.clone())));
        polynomial
    }

    /// How many terms it has.
    pub(super) fn len(&self) -> usize {
        self.terms.len()
    }

    /// Its value at a point.
    pub(super) fn at<N: Field>(&self, point: &[N]) -> N {
        let power = |(v, e): &(u16, u16)| point[usize::from(*v)].power(u32::from(*e));
        let term = |(m, c): (&Monomial, &BigInt)| m.iter().map(power).fold(N::integer(c), |a, b| a.times(&b));
        N::sum(self.terms.iter().map(term))
    }

    /// Reads a polynomial; `variable` knows the names.
    ///
    /// # Errors
    /// Text that is not a polynomial in known variables, or is too large.
    pub(super) fn parse(text: &str, variable: impl Fn(&str) -> Option<usize>) -> Result<Self, String> {
        let wrong = |part: &str| {
            format!("`{}` is not a polynomial of the known form", part.chars().take(40).collect::<String>())
        };
        let signed = text.replace(" - ", " + -");
        let mut polynomial = Polynomial::zero();
        for term in signed.split(" + ") {
            let (negative, term) = term.strip_prefix('-').map_or((false, term), |rest| (true, rest));
            let mut coefficient = BigInt::from(if negative { -1 } else { 1 });
            let mut powers: BTreeMap<u16, u16> = BTreeMap::new();
            for factor in term.split('*') {
                if (1..=MOST_DIGITS).contains(&factor.len()) && factor.bytes().all(|b| b.is_ascii_digit()) {
                    coefficient *= factor.parse::<BigInt>().map_err(|_| wrong(factor))?;
                    polynomial.too_large |= !spend(effort(coefficient.bits()));
                    continue;
                }
                let (name, exponent) = factor.split_once('^').unwrap_or((factor, "1"));
                let exponent =
                    digits(exponent).and_then(|e| u16::try_from(e).ok()).filter(|e| (1..=MOST_EXPONENT).contains(e));
                let index = variable(name).and_then(|v| u16::try_from(v).ok());
                let (Some(index), Some(exponent)) = (index, exponent) else {
                    return Err(wrong(factor));
                };
                if powers.insert(index, exponent).is_some() {
                    return Err(wrong(term));
                }
            }
            polynomial.add_term(powers.into_iter().collect(), coefficient);
        }
        Ok(polynomial)
    }
}

/// The product of two monomials; nothing if an exponent is over the limit.
pub(super) fn product(a: &Monomial, b: &Monomial) -> Option<Monomial> {
    let mut powers: BTreeMap<u16, u16> = a.iter().copied().collect();
    for (variable, exponent) in b {
        let power = powers.entry(*variable).or_insert(0);
        *power = power.checked_add(*exponent).filter(|e| *e <= MOST_EXPONENT)?;
    }
    Some(powers.into_iter().collect())
}

impl<C: Coefficient> Number for Polynomial<C> {
    fn zero() -> Self {
        Polynomial { terms: BTreeMap::new(), too_large: false, held: Held::default() }
    }
    fn one() -> Self {
        Polynomial::constant(C::one())
    }
    fn fraction(value: &BigRational) -> Self {
        C::fraction(value).map_or_else(Polynomial::too_large, Polynomial::constant)
    }
    fn plus(&self, other: &Self) -> Self {
        if self.too_large || other.too_large {
            return Polynomial::too_large();
        }
        let (mut sum, less) =
            if self.terms.len() < other.terms.len() { (other.clone(), self) } else { (self.clone(), other) };
        let (copied, added) = (sum.terms.len() as u64, less.terms.len() as u64);
        if !spend(TERM + copied * (TERM / 2) + added.saturating_mul(TERM + effort(sum.bits() + less.bits()))) {
            return Polynomial::too_large();
        }
        less.terms.iter().for_each(|(m, c)| sum.add_term(m.clone(), c.clone()));
        sum
    }
    fn times(&self, other: &Self) -> Self {
        if self.too_large || other.too_large || self.terms.len().saturating_mul(other.terms.len()) > 64 * MOST_TERMS {
            return Polynomial::too_large();
        }
        let each = effort(self.bits() + other.bits()).saturating_add(C::COST);
        let pairs = self.terms.len() as u64 * other.terms.len() as u64;
        if !spend(each.saturating_mul(pairs).saturating_add(TERM)) {
            return Polynomial::too_large();
        }
        let mut result = Polynomial::zero();
        for (m, c) in &self.terms {
            for (n, d) in &other.terms {
                let Some(monomial) = product(m, n) else {
                    return Polynomial::too_large();
                };
                result.add_term(monomial, c.product(d));
            }
        }
        result
    }
    fn scaled(&self, factor: i64) -> Self {
        self.times(&Polynomial::constant(C::from(BigInt::from(factor))))
    }
}
