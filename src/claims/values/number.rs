//! A number that is not known, or not as one of the language's: a frequency, a count that a limit stopped, a probability that a
//! theorem gives as a fraction, or encloses.
//!
//! It lies between two fractions, and comparisons are exact: integers, fractions and decimals are what is written. Where the ends
//! decide an order, it is known.

use std::cmp::Ordering;

use allocative::Allocative;
use rug::Rational;
use starlark::starlark_simple_value;
use starlark::values::{Heap, NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, Value};
use starlark_derive::starlark_value;

use super::failure;
use super::rational::{Sign, meant};
use crate::unknown::{Doubt, choose, lose, lost, meet};

/// The ends that a number lies between, where there are any.
type Ends = [Option<Rational>; 2];

/// A number between two others that is not known.
#[derive(Debug, Clone, ProvidesStaticType, NoSerialize, StarlarkPagablePanic, Allocative)]
pub(crate) struct UnknownNumber {
    /// What it is, so that two of them can be told to be the same.
    key: String,
    #[allocative(skip)]
    doubt: Doubt,
    /// It is not below this,
    #[allocative(skip)]
    low: Option<Rational>,
    /// and not above this.
    #[allocative(skip)]
    high: Option<Rational>,
    /// Whether it may be the end itself.
    ends: (bool, bool),
    /// Whether it is known to be an integer.
    whole: bool,
}

starlark_simple_value!(UnknownNumber);

impl std::fmt::Display for UnknownNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(value) = self.value() {
            return write!(f, "{value}");
        }
        // As text it would have to be known.
        lose(self.doubt.clone());
        f.write_str("(not known)")
    }
}

impl UnknownNumber {
    /// An integer between two others, ends included.
    pub(crate) fn between(key: String, doubt: Doubt, low: Option<i64>, high: Option<i64>) -> Self {
        let (low, high) = (low.map(Rational::from), high.map(Rational::from));
        UnknownNumber { key, doubt, low, high, ends: (true, true), whole: true }
    }

    /// A probability; whether it may be 0, and 1.
    pub(crate) fn probability(key: String, doubt: Doubt, ends: (bool, bool)) -> Self {
        UnknownNumber { ends, whole: false, ..UnknownNumber::between(key, doubt, Some(0), Some(1)) }
    }

    /// What is proved to lie between two fractions, which are the same where it is known; whether it may be these.
    pub(crate) fn enclosed(key: String, doubt: Doubt, [low, high]: [Rational; 2], ends: (bool, bool)) -> Self {
        UnknownNumber { key, doubt, low: Some(low), high: Some(high), ends, whole: false }
    }

    /// The number, if it is known.
    fn value(&self) -> Option<&Rational> {
        self.low.as_ref().filter(|low| Some(*low) == self.high.as_ref())
    }

    /// Why it is not known.
    pub(crate) fn doubt(&self) -> &Doubt {
        &self.doubt
    }

    /// Another one that was computed from this one, and the ends that it has.
    fn derived(&self, key: String, [low, high]: Ends, ends: (bool, bool)) -> Self {
        UnknownNumber { key, doubt: self.doubt.clone(), low, high, ends, whole: false }
    }

    /// As a value of the language.
    pub(crate) fn alloc<'v>(self, heap: Heap<'v>) -> Value<'v> {
        self.meet();
        heap.alloc(self)
    }

    fn meet(&self) {
        if self.value().is_none() {
            meet(&self.doubt);
        }
    }

    /// What could be the order of this number and another one: one of the orders that what is known of both leaves.
    ///
    /// # Errors
    /// If the other is no number.
    pub(crate) fn order<'v>(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Ordering> {
        self.meet();
        let known;
        let other = match UnknownNumber::from_value(other) {
            Some(unknown) => unknown,
            None => {
                let Some(number) = meant(other)? else {
                    // The language's error for what is no number.
                    return heap.alloc(0).compare(other);
                };
                known = self.beside(number);
                &known
            }
        };
        if other.key == self.key {
            return Ok(Ordering::Equal);
        }
        // The same question in either direction has the same answer.
        if other.key < self.key { Ok(other.choose(self).reverse()) } else { Ok(self.choose(other)) }
    }

    /// A number that is known, as this one is not.
    fn beside(&self, number: Rational) -> Self {
        let (key, whole) = (number.to_string(), number.is_integer());
        let (low, high) = (Some(number.clone()), Some(number));
        UnknownNumber { key, doubt: self.doubt.clone(), low, high, ends: (true, true), whole }
    }

    /// The orders of this number and another one that the ends of both leave.
    fn possible_to(&self, other: &Self) -> Vec<Ordering> {
        let ends = |a: &Option<Rational>, b: &Option<Rational>| a.as_ref().zip(b.as_ref()).map(|(a, b)| a.cmp(b));
        let (lowest, highest) = (ends(&self.low, &other.high), ends(&self.high, &other.low));
        // Above all that the other may be, or below; where ends touch, unless both numbers may be there.
        let above = lowest.is_some_and(|o| o.is_gt() || o.is_eq() && !(self.ends.0 && other.ends.1));
        let below = highest.is_some_and(|o| o.is_lt() || o.is_eq() && !(self.ends.1 && other.ends.0));
        let mut possible = Vec::with_capacity(3);
        if lowest.is_none_or(Ordering::is_lt) {
            possible.push(Ordering::Less);
        }
        let is_fraction = |of: &Self| of.value().is_some_and(|value| !value.is_integer());
        let apart = above || below || self.whole && is_fraction(other) || other.whole && is_fraction(self);
        if !apart {
            possible.push(Ordering::Equal);
        }
        if highest.is_none_or(Ordering::is_gt) {
            possible.push(Ordering::Greater);
        }
        possible
    }

    fn choose(&self, other: &Self) -> Ordering {
        let possible = self.possible_to(other);
        // What is remembered is a place in this list.
        let about = format!("{} ? {} of {possible:?}", self.key, other.key);
        let way = choose(&about, possible.len(), || self.doubt.clone());
        possible.get(way).copied().unwrap_or(Ordering::Equal)
    }

    fn may_be_zero(&self) -> bool {
        self.possible_to(&self.beside(Rational::new())).contains(&Ordering::Equal)
    }

    /// A sum, a product and the like; with the other number on the left if `turned`.
    ///
    /// # Errors
    /// If the other is no number, or was rounded: the run is lost.
    pub(crate) fn with<'v>(
        &self,
        sign: Sign,
        other: Value<'v>,
        turned: bool,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        let other = match UnknownNumber::from_value(other) {
            Some(other) => other.clone(),
            None => self.beside(meant(other)?.ok_or_else(|| lost(self.doubt.clone()))?),
        };
        let (left, right) = if turned { (&other, self) } else { (self, &other) };
        if matches!(sign, Sign::Over | Sign::FloorOver | Sign::Modulo) && right.may_be_zero() {
            return Err(match right.value() {
                Some(_) => failure(format!("… {} 0: division by 0", sign.text())),
                None => lost(self.doubt.clone()),
            });
        }
        let key = format!("({} {} {})", left.key, sign.text(), right.key);
        let whole = match sign {
            Sign::Plus | Sign::Minus | Sign::Times | Sign::Modulo => self.whole && other.whole,
            Sign::FloorOver => true,
            Sign::Over => false,
        };
        let image = other.value().and_then(|number| self.image(sign, number, turned, whole));
        let (ends, may_be) = image.unwrap_or(([None, None], (true, true)));
        Ok(UnknownNumber { whole, ..self.derived(key, ends, may_be) }.alloc(heap))
    }

    /// The ends of the sum, difference, product, quotient or remainder with a number, and whether it may be them; whether it is
    /// whole is given.
    fn image(&self, sign: Sign, number: &Rational, turned: bool, whole: bool) -> Option<(Ends, (bool, bool))> {
        let map = |of: &dyn Fn(&Rational) -> Rational| [&self.low, &self.high].map(|end| end.as_ref().map(of));
        let turns = |[low, high]: Ends| ([high, low], (self.ends.1, self.ends.0));
        let scaled = |factor: &Rational| match factor.cmp0() {
            Ordering::Greater => Some((map(&|end| Rational::from(end * factor)), self.ends)),
            Ordering::Less => Some(turns(map(&|end| Rational::from(end * factor)))),
            Ordering::Equal => None,
        };
        match (sign, turned) {
            (Sign::Plus, _) => Some((map(&|end| Rational::from(end + number)), self.ends)),
            (Sign::Minus, false) => Some((map(&|end| Rational::from(end - number)), self.ends)),
            (Sign::Minus, true) => Some(turns(map(&|end| Rational::from(number - end)))),
            (Sign::Times, _) => scaled(number),
            (Sign::Over, false) if *number != 0 => scaled(&Rational::from(number.recip_ref())),
            // What is whole leaves the remainders 0, …, m - 1; anything else what is below m.
            (Sign::Modulo, false) if *number > 0 => {
                let high = if whole { Rational::from(number - 1) } else { number.clone() };
                Some(([Some(Rational::new()), Some(high)], (true, whole)))
            }
            _ => None,
        }
    }
}

#[starlark_value(type = "number that is not known")]
impl<'v> StarlarkValue<'v> for UnknownNumber {
    fn to_bool(&self) -> bool {
        self.choose(&self.beside(Rational::new())) != Ordering::Equal
    }

    fn equals(&self, other: Value<'v>) -> starlark::Result<bool> {
        match UnknownNumber::from_value(other) {
            Some(other) if other.key == self.key => Ok(true),
            _ => Err(lost(self.doubt.clone())),
        }
    }

    fn compare(&self, _: Value<'v>) -> starlark::Result<Ordering> {
        Err(lost(self.doubt.clone()))
    }

    fn write_hash(&self, _: &mut starlark::collections::StarlarkHasher) -> starlark::Result<()> {
        Err(lost(self.doubt.clone()))
    }

    fn plus(&self, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(self.clone().alloc(heap))
    }

    fn minus(&self, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let ends = [&self.high, &self.low].map(|end| end.clone().map(|end| -end));
        let negative = self.derived(format!("-{}", self.key), ends, (self.ends.1, self.ends.0));
        Ok(UnknownNumber { whole: self.whole, ..negative }.alloc(heap))
    }

    fn add(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        Some(self.with(Sign::Plus, other, false, heap))
    }

    fn radd(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        Some(self.with(Sign::Plus, other, true, heap))
    }

    fn sub(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.with(Sign::Minus, other, false, heap)
    }

    fn mul(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        Some(self.with(Sign::Times, other, false, heap))
    }

    fn rmul(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        Some(self.with(Sign::Times, other, true, heap))
    }

    fn div(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.with(Sign::Over, other, false, heap)
    }

    fn floor_div(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.with(Sign::FloorOver, other, false, heap)
    }

    fn percent(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.with(Sign::Modulo, other, false, heap)
    }
}
