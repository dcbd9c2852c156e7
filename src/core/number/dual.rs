//! Dual numbers a + b·ε with ε² = 0 over any ring: a label map evaluated on them yields a directional derivative.

use rug::Rational;

use super::{Function, Ring};

/// `value + slope · ε`.
#[derive(Clone, Debug, PartialEq)]
pub struct Dual<E> {
    /// The number itself.
    pub value: E,
    /// Its derivative in the chosen direction.
    pub slope: E,
}

/// The ring of dual numbers over a ring.
#[derive(Clone, Debug)]
pub struct Duals<R>(pub R);

impl<R: Ring> Duals<R> {
    /// `value + ε`: the variable to differentiate by.
    pub fn variable(&self, value: R::Element) -> Dual<R::Element> {
        let slope = self.0.one();
        Dual { value, slope }
    }

    /// `value + 0·ε`: a constant.
    pub fn constant(&self, value: R::Element) -> Dual<R::Element> {
        let slope = self.0.zero();
        Dual { value, slope }
    }
}

impl<R: Ring> Ring for Duals<R> {
    type Element = Dual<R::Element>;

    fn zero(&self) -> Self::Element {
        self.constant(self.0.zero())
    }
    fn one(&self) -> Self::Element {
        self.constant(self.0.one())
    }
    fn integer(&self, value: i64) -> Self::Element {
        self.constant(self.0.integer(value))
    }
    fn rational(&self, value: &Rational) -> Option<Self::Element> {
        Some(self.constant(self.0.rational(value)?))
    }
    fn add(&self, a: &Self::Element, b: &Self::Element) -> Self::Element {
        Dual { value: self.0.add(&a.value, &b.value), slope: self.0.add(&a.slope, &b.slope) }
    }
    fn sub(&self, a: &Self::Element, b: &Self::Element) -> Self::Element {
        Dual { value: self.0.sub(&a.value, &b.value), slope: self.0.sub(&a.slope, &b.slope) }
    }
    fn mul(&self, a: &Self::Element, b: &Self::Element) -> Self::Element {
        let mut slope = self.0.mul(&a.value, &b.slope);
        self.0.add_product(&mut slope, &a.slope, &b.value);
        Dual { value: self.0.mul(&a.value, &b.value), slope }
    }
    fn is_zero(&self, a: &Self::Element) -> bool {
        self.0.is_zero(&a.value) && self.0.is_zero(&a.slope)
    }
    fn reciprocal(&self, a: &Self::Element) -> Option<Self::Element> {
        let value = self.0.reciprocal(&a.value)?;
        let slope = self.0.neg(&self.0.mul(&a.slope, &self.0.mul(&value, &value)));
        Some(Dual { value, slope })
    }
    /// The slope of the slope is not computed: it is taken for constant.
    fn apply(&self, function: Function, a: &Self::Element) -> Option<(Self::Element, Self::Element)> {
        let (value, slope) = self.0.apply(function, &a.value)?;
        let moved = self.0.mul(&slope, &a.slope);
        Some((Dual { value, slope: moved }, self.constant(slope)))
    }
    /// That of the number itself, wherever it goes.
    fn is_positive(&self, a: &Self::Element) -> Option<bool> {
        self.0.is_positive(&a.value)
    }
}
