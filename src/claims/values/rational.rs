//! Exact fractions in the claim language: `rational(1, 3)`.

use allocative::Allocative;
use rug::Rational;
use starlark::starlark_simple_value;
use starlark::values::{Heap, NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, Value};
use starlark_derive::starlark_value;

use super::failure;

/// An exact fraction.
#[derive(Debug, Clone, ProvidesStaticType, NoSerialize, StarlarkPagablePanic, Allocative)]
pub(crate) struct RationalValue(#[allocative(skip)] pub(crate) Rational);

starlark_simple_value!(RationalValue);

impl std::fmt::Display for RationalValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// An integer or a fraction as a number; nothing for another value.
pub(crate) fn exact_number(value: Value<'_>) -> Option<Rational> {
    if let Some(fraction) = RationalValue::from_value(value) {
        return Some(fraction.0.clone());
    }
    if value.get_type() != "int" {
        return None;
    }
    value.unpack_i32().map(Rational::from).or_else(|| value.to_str().parse().ok())
}

/// Why a value is not an exact number, and the mend.
pub(crate) fn inexact(value: Value<'_>) -> starlark::Error {
    match value.get_type() {
        "float" => failure(format!("{value} is a float, which is not exact\n  write 1/3 as rational(1, 3)")),
        "bool" => failure(format!("{value} is a truth value, not a number\n  write 1 or 0")),
        other => failure(format!("a {other} is not a number\n  write an integer, or a fraction as rational(1, 3)")),
    }
}

#[starlark_value(type = "rational")]
impl<'v> StarlarkValue<'v> for RationalValue {
    fn equals(&self, other: Value<'v>) -> starlark::Result<bool> {
        Ok(exact_number(other).is_some_and(|o| o == self.0))
    }

    fn compare(&self, other: Value<'v>) -> starlark::Result<std::cmp::Ordering> {
        exact_number(other).map(|o| self.0.cmp(&o)).ok_or_else(|| inexact(other))
    }

    fn minus(&self, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(heap.alloc(RationalValue((-&self.0).into())))
    }

    fn plus(&self, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(heap.alloc(self.clone()))
    }

    fn add(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        exact_number(other).map(|o| Ok(heap.alloc(RationalValue(o + &self.0))))
    }

    fn radd(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        self.add(other, heap)
    }

    fn sub(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let other = exact_number(other).ok_or_else(|| inexact(other))?;
        Ok(heap.alloc(RationalValue(&self.0 - other)))
    }

    fn div(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let other = exact_number(other).ok_or_else(|| inexact(other))?;
        Ok(heap.alloc(RationalValue(quotient(self.0.clone(), other)?)))
    }

    fn mul(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        exact_number(other).map(|o| Ok(heap.alloc(RationalValue(o * &self.0))))
    }

    fn rmul(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        self.mul(other, heap)
    }
}

/// `a - b` of exact numbers, if one of them is a fraction.
pub(crate) fn difference(a: Value<'_>, b: Value<'_>) -> Option<Rational> {
    fractions(a, b).map(|(a, b)| a - b)
}

/// `a / b` of exact numbers, if one of them is a fraction.
pub(crate) fn ratio(a: Value<'_>, b: Value<'_>) -> Option<starlark::Result<Rational>> {
    fractions(a, b).map(|(a, b)| quotient(a, b))
}

fn quotient(a: Rational, b: Rational) -> starlark::Result<Rational> {
    if b == 0 { Err(failure("division by 0")) } else { Ok(a / b) }
}

fn fractions(a: Value<'_>, b: Value<'_>) -> Option<(Rational, Rational)> {
    let one_is = RationalValue::from_value(a).is_some() || RationalValue::from_value(b).is_some();
    one_is.then_some(())?;
    Some((exact_number(a)?, exact_number(b)?))
}
