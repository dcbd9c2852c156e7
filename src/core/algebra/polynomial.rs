//! Polynomials in several variables over any ring; themselves a ring, so that a label map can be evaluated on them.

use std::cmp::Ordering;

use rug::Rational;
use smallvec::{SmallVec, smallvec};

use super::monomial::{Monomial, Monomials};
use crate::control::Control;
use crate::number::Ring;

/// A monomial and its coefficient.
pub type Term<E> = (Monomial, E);

/// A polynomial: its terms from the largest monomial down, no coefficient zero.
///
/// One that outgrew the limits of its ring has *no known terms* and stays so in whatever is computed from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Polynomial<E> {
    terms: SmallVec<[Term<E>; 2]>,
    outgrown: bool,
}

impl<E> Polynomial<E> {
    /// The terms, from the largest monomial down; nothing if the polynomial outgrew its ring.
    pub fn terms(&self) -> Option<&[Term<E>]> {
        (!self.outgrown).then_some(&self.terms)
    }

    /// The polynomial of these terms.
    fn of(terms: SmallVec<[Term<E>; 2]>) -> Self {
        Polynomial { terms, outgrown: false }
    }

    fn outgrown() -> Self {
        Polynomial { terms: SmallVec::new(), outgrown: true }
    }
}

/// The ring of polynomials in some variables, each with a bounded number of terms.
#[derive(Clone, Debug)]
pub struct Polynomials<'a, R> {
    coefficients: R,
    monomials: Monomials,
    most_terms: usize,
    control: Control<'a>,
}

/// Whether to stop is looked at before multiplications of so many terms.
const MANY: usize = 256;

impl<'a, R: Ring> Polynomials<'a, R> {
    /// Polynomials with at most so many terms.
    pub fn new(coefficients: R, monomials: Monomials, most_terms: usize) -> Self {
        Polynomials { coefficients, monomials, most_terms, control: Control::unlimited() }
    }

    /// The same, where long products count as outgrown once something says stop; whoever multiplies asks it why.
    #[must_use]
    pub fn under(self, control: &Control<'a>) -> Self {
        Polynomials { control: *control, ..self }
    }

    /// The ring of the coefficients.
    pub fn coefficients(&self) -> &R {
        &self.coefficients
    }

    /// The monomials.
    pub fn monomials(&self) -> &Monomials {
        &self.monomials
    }

    /// A constant.
    pub fn constant(&self, value: R::Element) -> Polynomial<R::Element> {
        if self.coefficients.is_zero(&value) {
            return self.zero();
        }
        Polynomial::of(smallvec![(Monomial::ONE, value)])
    }

    /// A variable.
    ///
    /// # Panics
    /// If there is no such variable.
    pub fn variable(&self, index: usize) -> Polynomial<R::Element> {
        Polynomial::of(smallvec![(self.monomials.variable(index), self.coefficients.one())])
    }

    /// The polynomial of some terms: any order, repeated monomials added up.
    pub fn collect(&self, terms: impl IntoIterator<Item = Term<R::Element>>) -> Polynomial<R::Element> {
        let mut terms: Vec<Term<R::Element>> = terms.into_iter().collect();
        terms.sort_by(|a, b| self.monomials.compare(b.0, a.0));
        let mut sum: SmallVec<[Term<R::Element>; 2]> = SmallVec::new();
        for (m, c) in terms {
            match sum.last_mut() {
                Some(last) if last.0 == m => last.1 = self.coefficients.add(&last.1, &c),
                _ => sum.push((m, c)),
            }
        }
        sum.retain(|t| !self.coefficients.is_zero(&t.1));
        self.bounded(sum)
    }

    /// `a` times one term.
    pub fn times_term(&self, a: &Polynomial<R::Element>, term: &Term<R::Element>) -> Polynomial<R::Element> {
        if a.outgrown {
            return Polynomial::outgrown();
        }
        let mut product = SmallVec::with_capacity(a.terms.len());
        for (m, c) in &a.terms {
            let Some(m) = self.monomials.product(*m, term.0) else {
                return Polynomial::outgrown();
            };
            let c = self.coefficients.mul(c, &term.1);
            if !self.coefficients.is_zero(&c) {
                product.push((m, c));
            }
        }
        Polynomial::of(product)
    }

    fn bounded(&self, terms: SmallVec<[Term<R::Element>; 2]>) -> Polynomial<R::Element> {
        if terms.len() > self.most_terms { Polynomial::outgrown() } else { Polynomial::of(terms) }
    }

    /// `a + b` or `a − b`, by merging; the terms that only one has are moved, and those of `b` go through `alone`.
    fn merge(
        &self,
        a: Polynomial<R::Element>,
        b: Polynomial<R::Element>,
        with: impl Fn(&R::Element, &R::Element) -> R::Element,
        alone: impl Fn(R::Element) -> R::Element,
    ) -> Polynomial<R::Element> {
        if a.outgrown || b.outgrown {
            return Polynomial::outgrown();
        }
        let mut sum = SmallVec::with_capacity(a.terms.len() + b.terms.len());
        let (mut left, mut right) = (a.terms.into_iter().peekable(), b.terms.into_iter().peekable());
        while let (Some(x), Some(y)) = (left.peek(), right.peek()) {
            match self.monomials.compare(x.0, y.0) {
                Ordering::Greater => sum.extend(left.next()),
                Ordering::Less => sum.extend(right.next().map(|(m, c)| (m, alone(c)))),
                Ordering::Equal => {
                    let c = with(&x.1, &y.1);
                    if !self.coefficients.is_zero(&c) {
                        sum.push((x.0, c));
                    }
                    left.next();
                    right.next();
                }
            }
        }
        sum.extend(left);
        sum.extend(right.map(|(m, c)| (m, alone(c))));
        self.bounded(sum)
    }

    /// `sum += factor · terms` where the sum has all of these monomials already; whether it has.
    fn add_in_place(
        &self,
        sum: &mut Polynomial<R::Element>,
        factor: &Term<R::Element>,
        terms: &[Term<R::Element>],
    ) -> bool {
        // Both are sorted from the largest monomial down.
        let mut known = sum.terms.iter();
        let is_known = |(m, _): &Term<R::Element>| {
            self.monomials.product(*m, factor.0).is_some_and(|m| known.any(|(other, _)| *other == m))
        };
        if !terms.iter().all(is_known) {
            return false;
        }
        let (mut known, mut vanished) = (sum.terms.iter_mut(), false);
        for (m, c) in terms {
            let m = self.monomials.product(*m, factor.0);
            if let Some((_, value)) = known.find(|(other, _)| Some(*other) == m) {
                self.coefficients.add_product(value, &factor.1, c);
                vanished |= self.coefficients.is_zero(value);
            }
        }
        if vanished {
            sum.terms.retain(|(_, value)| !self.coefficients.is_zero(value));
        }
        true
    }

    /// The sum of two polynomials that nothing else needs.
    fn join(&self, a: Polynomial<R::Element>, b: Polynomial<R::Element>) -> Polynomial<R::Element> {
        self.merge(a, b, |x, y| self.coefficients.add(x, y), |y| y)
    }
}

impl<R: Ring> Ring for Polynomials<'_, R> {
    type Element = Polynomial<R::Element>;

    fn zero(&self) -> Self::Element {
        Polynomial::of(SmallVec::new())
    }
    fn one(&self) -> Self::Element {
        self.constant(self.coefficients.one())
    }
    fn integer(&self, value: i64) -> Self::Element {
        self.constant(self.coefficients.integer(value))
    }
    fn rational(&self, value: &Rational) -> Option<Self::Element> {
        Some(self.constant(self.coefficients.rational(value)?))
    }
    fn add(&self, a: &Self::Element, b: &Self::Element) -> Self::Element {
        self.join(a.clone(), b.clone())
    }
    fn sub(&self, a: &Self::Element, b: &Self::Element) -> Self::Element {
        let zero = self.coefficients.zero();
        let negate = |y| self.coefficients.sub(&zero, &y);
        self.merge(a.clone(), b.clone(), |x, y| self.coefficients.sub(x, y), negate)
    }
    fn mul(&self, a: &Self::Element, b: &Self::Element) -> Self::Element {
        if a.outgrown || b.outgrown {
            return Polynomial::outgrown();
        }
        let (short, long) = if a.terms.len() <= b.terms.len() { (a, b) } else { (b, a) };
        let Some((first, rest)) = short.terms.split_first() else {
            return self.zero();
        };
        // More products than this are not worth adding up: the ring's own bound would hardly hold them.
        let products = short.terms.len().saturating_mul(long.terms.len());
        if products > self.most_terms.saturating_mul(64) {
            return Polynomial::outgrown();
        }
        if products >= MANY && self.control.stopped().is_some() {
            return Polynomial::outgrown();
        }
        let start = self.times_term(long, first);
        rest.iter().fold(start, |sum, term| self.join(sum, self.times_term(long, term)))
    }
    fn is_zero(&self, a: &Self::Element) -> bool {
        !a.outgrown && a.terms.is_empty()
    }
    fn add_product(&self, sum: &mut Self::Element, a: &Self::Element, b: &Self::Element) {
        // Most products in a label map are of constants; they need no memory of their own.
        if let ([factor], terms) | (terms, [factor]) = (&a.terms[..], &b.terms[..])
            && !a.outgrown
            && !b.outgrown
            && !sum.outgrown
            && self.add_in_place(sum, factor, terms)
        {
            return;
        }
        let product = self.mul(a, b);
        *sum = if self.is_zero(sum) { product } else { self.join(std::mem::replace(sum, self.zero()), product) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{Integers, PrimeField};
    use proptest::prelude::*;
    use rug::Integer;

    fn ring() -> Polynomials<'static, Integers> {
        Polynomials::new(Integers, Monomials::new(3).unwrap(), 1000)
    }

    /// Up to six terms with exponents at most 3 and small coefficients.
    fn polynomials() -> impl Strategy<Value = Polynomial<Integer>> {
        proptest::collection::vec((proptest::collection::vec(0u32..4, 3), -9i64..10), 0..6).prop_map(|terms| {
            let ring = ring();
            let term = |(exponents, c): &(Vec<u32>, i64)| {
                let powers = exponents.iter().enumerate().map(|(i, e)| ring.power(&ring.variable(i), u64::from(*e)));
                powers.fold(ring.integer(*c), |p, q| ring.mul(&p, &q))
            };
            terms.iter().fold(ring.zero(), |sum, t| ring.add(&sum, &term(t)))
        })
    }

    fn at(p: &Polynomial<Integer>, point: &[i64; 3]) -> Integer {
        let monomials = *ring().monomials();
        let value = |m: Monomial| {
            (0..3).fold(Integer::from(1), |v, i| v * Integer::from(point[i]).pow_mod_free(monomials.exponent(m, i)))
        };
        p.terms().unwrap().iter().map(|(m, c)| value(*m) * c).sum()
    }

    trait PowModFree {
        fn pow_mod_free(self, e: u32) -> Self;
    }
    impl PowModFree for Integer {
        fn pow_mod_free(self, e: u32) -> Integer {
            rug::ops::Pow::pow(self, e)
        }
    }

    proptest! {
        #[test]
        fn is_a_ring(a in polynomials(), b in polynomials(), c in polynomials()) {
            let ring = ring();
            prop_assert_eq!(ring.mul(&a, &b), ring.mul(&b, &a));
            prop_assert_eq!(ring.mul(&ring.mul(&a, &b), &c), ring.mul(&a, &ring.mul(&b, &c)));
            prop_assert_eq!(ring.mul(&a, &ring.add(&b, &c)), ring.add(&ring.mul(&a, &b), &ring.mul(&a, &c)));
            prop_assert_eq!(ring.sub(&ring.add(&a, &b), &b), a.clone());
            let mut sum = c.clone();
            ring.add_product(&mut sum, &a, &b);
            prop_assert_eq!(sum, ring.add(&c, &ring.mul(&a, &b)));
        }

        #[test]
        fn evaluation_respects_the_operations(a in polynomials(), b in polynomials(), x in -5i64..6, y in -5i64..6, z in -5i64..6) {
            let (ring, point) = (ring(), [x, y, z]);
            prop_assert_eq!(at(&ring.add(&a, &b), &point), at(&a, &point) + at(&b, &point));
            prop_assert_eq!(at(&ring.mul(&a, &b), &point), at(&a, &point) * at(&b, &point));
        }
    }

    #[test]
    fn terms_that_cancel_in_place_are_gone() {
        let ring = ring();
        let (x, y) = (ring.variable(0), ring.variable(1));
        let mut sum = ring.add(&ring.mul(&x, &x), &ring.mul(&x, &y));
        ring.add_product(&mut sum, &ring.integer(-1), &ring.mul(&x, &x));
        assert_eq!(sum, ring.mul(&x, &y));
        ring.add_product(&mut sum, &ring.sub(&ring.zero(), &x), &y);
        assert!(ring.is_zero(&sum) && sum == ring.zero());
    }

    #[test]
    fn what_outgrew_the_ring_stays_outgrown() {
        let field = PrimeField::new(101).unwrap();
        let ring = Polynomials::new(field, Monomials::new(2).unwrap(), 3);
        let sum = ring.add(&ring.add(&ring.variable(0), &ring.variable(1)), &ring.one());
        assert!(sum.terms().is_some());
        let square = ring.mul(&sum, &sum);
        assert_eq!(square.terms(), None);
        assert_eq!(ring.sub(&square, &square).terms(), None);
        assert!(!ring.is_zero(&ring.mul(&square, &ring.one())));
    }
}
