//! A number that is not known: a frequency, or a count that a limit stopped.

use std::cmp::Ordering;

use allocative::Allocative;
use starlark::starlark_simple_value;
use starlark::values::{Heap, NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, Value};
use starlark_derive::starlark_value;

use crate::unknown::{Doubt, choose, lose, lost, meet};

/// A number between two others that is not known.
#[derive(Debug, Clone, ProvidesStaticType, NoSerialize, StarlarkPagablePanic, Allocative)]
pub(crate) struct UnknownNumber {
    /// What it is, so that two of them can be told to be the same.
    key: String,
    #[allocative(skip)]
    doubt: Doubt,
    /// It is not below this, and equal to it only if `least` says so.
    low: Option<i64>,
    high: Option<i64>,
    /// Whether it may be the end itself.
    ends: (bool, bool),
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
    /// Between two numbers, ends included.
    pub(crate) fn between(key: String, doubt: Doubt, low: Option<i64>, high: Option<i64>) -> Self {
        UnknownNumber { key, doubt, low, high, ends: (true, true) }
    }

    /// A probability; whether it may be 0, and 1.
    pub(crate) fn probability(key: String, doubt: Doubt, ends: (bool, bool)) -> Self {
        UnknownNumber { key, doubt, low: Some(0), high: Some(1), ends }
    }

    /// Why it is not known.
    pub(crate) fn doubt(&self) -> &Doubt {
        &self.doubt
    }

    fn derived(&self, key: String, low: Option<i64>, high: Option<i64>) -> Self {
        UnknownNumber { key, doubt: self.doubt.clone(), low, high, ends: (true, true) }
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
            // That it is a number at all.
            heap.alloc(0).compare(other)?;
            let against = |end: Option<i64>| end.map(|end| heap.alloc(end).compare(other)).transpose();
            let possible = self.possible(against(self.low)?, against(self.high)?);
            return Ok(self.choose(&other.to_repr(), &possible));
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

    fn with<'v>(&self, sign: &str, other: Value<'v>, turned: bool, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let text = match UnknownNumber::from_value(other) {
            Some(other) => other.key.clone(),
            None if ["int", "float"].contains(&other.get_type()) => other.to_repr(),
            None => return Err(lost(self.doubt.clone())),
        };
        let key =
            if turned { format!("({text} {sign} {})", self.key) } else { format!("({} {sign} {text})", self.key) };
        let remainder = other.unpack_i32().filter(|m| sign == "%" && !turned && *m > 0 && self.low >= Some(0));
        let (low, high) = match (sign, other.unpack_i32().map(i64::from)) {
            _ if remainder.is_some() => (Some(0), remainder.map(|m| i64::from(m) - 1)),
            ("+", Some(k)) if self.ends == (true, true) => {
                (self.low.and_then(|l| l.checked_add(k)), self.high.and_then(|h| h.checked_add(k)))
            }
            ("-", Some(k)) if self.ends == (true, true) && !turned => {
                (self.low.and_then(|l| l.checked_sub(k)), self.high.and_then(|h| h.checked_sub(k)))
            }
            _ => (None, None),
        };
        Ok(self.derived(key, low, high).alloc(heap))
    }
}

#[starlark_value(type = "number that is not known")]
impl<'v> StarlarkValue<'v> for UnknownNumber {
    fn to_bool(&self) -> bool {
        let against = |end: Option<i64>| end.map(|end| end.cmp(&0));
        self.choose("0", &self.possible(against(self.low), against(self.high))) != Ordering::Equal
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
        Ok(self.derived(format!("-{}", self.key), None, None).alloc(heap))
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
