//! Exact numbers in the claim language: integers, fractions such as `1 / 3`, and decimals, which mean what is written.
//!
//! What conditions compute is exact: `/` of integers is a fraction, and a decimal such as `0.1` is 1/10 in sums, products and
//! comparisons. The language computes by itself, and rounds, only in `x += 0.1` and its like: these are refused where there are
//! decimals.

use allocative::Allocative;
use num_bigint::BigInt;
use rug::{Integer, Rational};
use starlark::starlark_simple_value;
use starlark::values::float::UnpackFloat;
use starlark::values::{
    Heap, NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, UnpackValue, Value,
};
use starlark_derive::starlark_value;

use super::failure;
use super::number::UnknownNumber;
use allocert_core::number::shortest;

/// An exact fraction that is no integer.
#[derive(Debug, Clone, ProvidesStaticType, NoSerialize, StarlarkPagablePanic, Allocative)]
pub(crate) struct RationalValue(#[allocative(skip)] Rational);

starlark_simple_value!(RationalValue);

impl std::fmt::Display for RationalValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A number as a value of the language: an integer if it is one.
pub(crate) fn exact_value<'v>(number: Rational, heap: Heap<'v>) -> Value<'v> {
    if *number.denom() == 1 { heap.alloc(big(number.numer())) } else { heap.alloc(RationalValue(number)) }
}

/// An integer as the language has it.
pub(super) fn big(number: &Integer) -> BigInt {
    let digits = number.to_digits::<u8>(rug::integer::Order::Lsf);
    let sign = if *number < 0 { num_bigint::Sign::Minus } else { num_bigint::Sign::Plus };
    BigInt::from_bytes_le(sign, &digits)
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

/// The number that an integer, a fraction or a decimal means; nothing for another value. Numbers in floating point are decimals
/// as they were written: nothing computes with them but the functions of `operators`, which are exact, and a file in which the
/// language would (`x += 0.1`) is refused.
///
/// # Errors
/// What is not finite.
pub(crate) fn meant(value: Value<'_>) -> starlark::Result<Option<Rational>> {
    match UnpackFloat::unpack_value_opt(value).filter(|_| value.get_type() == "float") {
        Some(UnpackFloat(number)) => shortest(number).map(Some).ok_or_else(|| inexact(value)),
        None => Ok(exact_number(value)),
    }
}

/// Both numbers, if both are.
///
/// # Errors
/// As for [`meant`].
pub(crate) fn both(a: Value<'_>, b: Value<'_>) -> starlark::Result<Option<(Rational, Rational)>> {
    Ok(meant(a)?.zip(meant(b)?))
}

/// Why a value is not an exact number, and the mend.
pub(crate) fn inexact(value: Value<'_>) -> starlark::Error {
    match value.get_type() {
        "float" => failure(format!("{value} is a float, which is not exact\n  write 1/3 as rational(1, 3)")),
        "bool" => failure(format!("{value} is a truth value, not a number\n  write 1 or 0")),
        other => failure(format!("a {other} is not a number\n  write an integer, or a fraction as rational(1, 3)")),
    }
}

/// The signs of arithmetic that are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Plus,
    Minus,
    Times,
    Over,
    FloorOver,
    Modulo,
}

impl Sign {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Sign::Plus => "+",
            Sign::Minus => "-",
            Sign::Times => "*",
            Sign::Over => "/",
            Sign::FloorOver => "//",
            Sign::Modulo => "%",
        }
    }

    fn of(self, a: Rational, b: Rational) -> starlark::Result<Rational> {
        if b == 0 && matches!(self, Sign::Over | Sign::FloorOver | Sign::Modulo) {
            return Err(failure(format!("{a} {} 0: division by 0", self.text())));
        }
        Ok(match self {
            Sign::Plus => a + b,
            Sign::Minus => a - b,
            Sign::Times => a * b,
            Sign::Over => a / b,
            Sign::FloorOver => (a / b).floor(),
            Sign::Modulo => {
                let times = Rational::from(&a / &b).floor();
                a - times * b
            }
        })
    }
}

/// A sum, a product and the like of numbers, exact; nothing if one of the values is no number.
pub(crate) fn computed<'v>(
    sign: Sign,
    a: Value<'v>,
    b: Value<'v>,
    heap: Heap<'v>,
) -> Option<starlark::Result<Value<'v>>> {
    // The language computes with integers exactly.
    let whole = a.get_type() == "int" && b.get_type() == "int";
    if whole && sign != Sign::Over {
        return None;
    }
    for (unknown, other, turned) in [(a, b, false), (b, a, true)] {
        let text = other.unpack_str().is_some();
        if let Some(unknown) = UnknownNumber::from_value(unknown).filter(|_| !text) {
            return Some(unknown.with(sign, other, turned, heap));
        }
    }
    match both(a, b) {
        Ok(None) => None,
        Ok(Some((a, b))) => Some(sign.of(a, b).map(|number| exact_value(number, heap))),
        Err(error) => Some(Err(error)),
    }
}

#[starlark_value(type = "rational")]
impl<'v> StarlarkValue<'v> for RationalValue {
    fn equals(&self, other: Value<'v>) -> starlark::Result<bool> {
        Ok(meant(other)?.is_some_and(|o| o == self.0))
    }

    fn compare(&self, other: Value<'v>) -> starlark::Result<std::cmp::Ordering> {
        meant(other)?.map(|o| self.0.cmp(&o)).ok_or_else(|| inexact(other))
    }

    fn minus(&self, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(exact_value((-&self.0).into(), heap))
    }

    fn plus(&self, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(heap.alloc(self.clone()))
    }

    fn add(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        self.with(Sign::Plus, other, heap)
    }

    fn radd(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        self.with(Sign::Plus, other, heap)
    }

    fn mul(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        self.with(Sign::Times, other, heap)
    }

    fn rmul(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        self.with(Sign::Times, other, heap)
    }

    fn sub(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.with(Sign::Minus, other, heap).unwrap_or_else(|| Err(inexact(other)))
    }

    fn div(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.with(Sign::Over, other, heap).unwrap_or_else(|| Err(inexact(other)))
    }

    fn floor_div(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.with(Sign::FloorOver, other, heap).unwrap_or_else(|| Err(inexact(other)))
    }

    fn percent(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.with(Sign::Modulo, other, heap).unwrap_or_else(|| Err(inexact(other)))
    }
}

impl RationalValue {
    /// With another number on the right; sums and products are the same the other way round.
    fn with<'v>(&self, sign: Sign, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        match meant(other) {
            Ok(other) => other.map(|other| Ok(exact_value(sign.of(self.0.clone(), other)?, heap))),
            Err(error) => Some(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remainders_have_the_sign_of_the_divisor() {
        let of = |sign: Sign, a: (i32, i32), b: (i32, i32)| sign.of(a.into(), b.into()).unwrap().to_string();
        assert_eq!(of(Sign::Modulo, (7, 2), (1, 1)), "1/2");
        assert_eq!(of(Sign::Modulo, (-7, 2), (1, 1)), "1/2");
        assert_eq!(of(Sign::Modulo, (7, 2), (-2, 1)), "-1/2");
        assert_eq!(of(Sign::FloorOver, (-7, 2), (1, 1)), "-4");
        assert!(Sign::Over.of(1.into(), 0.into()).is_err());
    }
}
