//! A number that is not known: a frequency, or a count that a limit stopped.

use std::cmp::Ordering;

use allocative::Allocative;
use rug::Rational;
use starlark::starlark_simple_value;
use starlark::values::{Heap, NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, Value};
use starlark_derive::starlark_value;

use super::rational::meant;
use crate::unknown::{Doubt, choose, lose, lost, meet};

/// A number between two others that is not known.
#[derive(Debug, Clone, ProvidesStaticType, NoSerialize, StarlarkPagablePanic, Allocative)]
pub(crate) struct UnknownNumber {
    /// What it is, so that two of them can be told to be the same.
    key: String,
    #[allocative(skip)]
    doubt: Doubt,
    /// It is not below this, and not above that.
    #[allocative(skip)]
    low: Option<Rational>,
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
        let (low, high) = (Some(Rational::new()), Some(Rational::from(1)));
        UnknownNumber { key, doubt, low, high, ends, whole: false }
    }

    /// Why it is not known.
    pub(crate) fn doubt(&self) -> &Doubt {
        &self.doubt
    }

    /// As a value of the language.
    pub(crate) fn alloc<'v>(self, heap: Heap<'v>) -> Value<'v> {
        meet(&self.doubt);
        heap.alloc(self)
    }

    /// What could be the order of this number and another one: one of the orders that what is known of both leaves.
    ///
    /// # Errors
    /// If the other is no number.
    pub(crate) fn order<'v>(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Ordering> {
        meet(&self.doubt);
        let Some(unknown) = UnknownNumber::from_value(other) else {
            let Some(number) = meant(other)? else {
                // The language's error for what is no number.
                return heap.alloc(0).compare(other);
            };
            return Ok(self.choose(&number.to_string(), &self.possible_against(&number)));
        };
        if unknown.key == self.key {
            return Ok(Ordering::Equal);
        }
        let mut all = [Ordering::Less, Ordering::Equal, Ordering::Greater];
        if unknown.key < self.key {
            all.reverse();
            return Ok(all[choose(&format!("{} ? {}", unknown.key, self.key), 3, || self.doubt.clone())]);
        }
        Ok(self.choose(&unknown.key, &all))
    }

    fn choose(&self, other: &str, possible: &[Ordering]) -> Ordering {
        let way = choose(&format!("{} ? {other}", self.key), possible.len(), || self.doubt.clone());
        possible.get(way).copied().unwrap_or(Ordering::Equal)
    }

    fn possible_against(&self, number: &Rational) -> Vec<Ordering> {
        let against = |end: &Option<Rational>| end.as_ref().map(|end| end.cmp(number));
        let possible = self.possible(against(&self.low), against(&self.high));
        let differs = self.whole && *number.denom() != 1;
        possible.into_iter().filter(|order| !differs || order.is_ne()).collect()
    }

    /// The orders of this number and another one that the orders of its ends and the other leave.
    fn possible(&self, low: Option<Ordering>, high: Option<Ordering>) -> Vec<Ordering> {
        use Ordering::{Equal, Greater, Less};
        let above = |o: &Ordering| match low {
            None | Some(Less) => true,
            Some(Equal) => *o == Greater || *o == Equal && self.ends.0,
            Some(Greater) => *o == Greater,
        };
        let below = |o: &Ordering| match high {
            None | Some(Greater) => true,
            Some(Equal) => *o == Less || *o == Equal && self.ends.1,
            Some(Less) => *o == Less,
        };
        [Less, Equal, Greater].into_iter().filter(|o| above(o) && below(o)).collect()
    }

    /// A sum, a product and the like; with the other number on the left if `turned`.
    ///
    /// # Errors
    /// If the other is no number, or was rounded: the run is lost.
    pub(crate) fn with<'v>(
        &self,
        sign: &str,
        other: Value<'v>,
        turned: bool,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        let (text, number, whole) = match UnknownNumber::from_value(other) {
            Some(other) => (other.key.clone(), None, other.whole),
            None => match meant(other)? {
                Some(number) => (number.to_string(), Some(number.clone()), *number.denom() == 1),
                None => return Err(lost(self.doubt.clone())),
            },
        };
        let key =
            if turned { format!("({text} {sign} {})", self.key) } else { format!("({} {sign} {text})", self.key) };
        let whole = match sign {
            "+" | "-" | "*" | "%" => self.whole && whole,
            "//" => true,
            _ => false,
        };
        let unbounded = UnknownNumber { low: None, high: None, ends: (true, true), ..self.clone() };
        let Some(number) = number else {
            return Ok(UnknownNumber { key, whole, ..unbounded }.alloc(heap));
        };
        let shifted = |by: &Rational| {
            let end = |end: &Option<Rational>| end.as_ref().map(|end| Rational::from(end + by));
            UnknownNumber { low: end(&self.low), high: end(&self.high), ..self.clone() }
        };
        let ranged = match (sign, turned) {
            ("+", _) => shifted(&number),
            ("-", false) => shifted(&-number),
            // What is whole leaves the remainders 0, …, m - 1; anything else what is below m.
            ("%", false) if number > 0 => {
                let high = if whole { number - 1 } else { number };
                UnknownNumber { low: Some(Rational::new()), high: Some(high), ends: (true, whole), ..self.clone() }
            }
            _ => unbounded,
        };
        Ok(UnknownNumber { key, whole, ..ranged }.alloc(heap))
    }
}

#[starlark_value(type = "number that is not known")]
impl<'v> StarlarkValue<'v> for UnknownNumber {
    fn to_bool(&self) -> bool {
        self.choose("0", &self.possible_against(&Rational::new())) != Ordering::Equal
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
        let (low, high) = (self.high.clone().map(|h| -h), self.low.clone().map(|l| -l));
        let ends = (self.ends.1, self.ends.0);
        Ok(UnknownNumber { key: format!("-{}", self.key), low, high, ends, ..self.clone() }.alloc(heap))
    }

    fn add(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        Some(self.with("+", other, false, heap))
    }

    fn radd(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        Some(self.with("+", other, true, heap))
    }

    fn sub(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.with("-", other, false, heap)
    }

    fn mul(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        Some(self.with("*", other, false, heap))
    }

    fn rmul(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        Some(self.with("*", other, true, heap))
    }

    fn div(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.with("/", other, false, heap)
    }

    fn floor_div(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.with("//", other, false, heap)
    }

    fn percent(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.with("%", other, false, heap)
    }
}
