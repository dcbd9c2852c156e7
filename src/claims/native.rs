//! Functions of the language that look at numbers, as they must be where numbers are exact and some are not known.

use std::sync::LazyLock;

use rug::Rational;
use starlark::environment::{Globals, GlobalsBuilder};
use starlark::eval::Evaluator;
use starlark::values::{Heap, Value};
use starlark_derive::starlark_module;

use super::unknown::lost;
use super::values::{UnknownNumber, exact_value, failure, meant};
use allocert_core::number::decimal;
use allocert_core::text::quote;

/// The language counts with integers below this.
const MOST_COUNTED: u32 = 1 << 31;

/// The language's own function of that name.
fn own<'v>(name: &str, arguments: &[Value<'v>], eval: &mut Evaluator<'v, '_, '_>) -> starlark::Result<Value<'v>> {
    static OWN: LazyLock<Globals> = LazyLock::new(Globals::standard);
    let function = OWN.iter().find(|(known, _)| *known == name).map(|(_, function)| function.to_value());
    let function = function.ok_or_else(|| failure(format!("{name} is not available here")))?;
    eval.eval_function(function, arguments, &[])
}

/// The number, if it is one.
///
/// # Errors
/// If it is not known.
fn number(value: Value<'_>) -> starlark::Result<Option<Rational>> {
    match UnknownNumber::from_value(value) {
        Some(unknown) => Err(lost(unknown.doubt().clone())),
        None => meant(value),
    }
}

#[starlark_module]
pub(super) fn natives(builder: &mut GlobalsBuilder) {
    /// The absolute value of a number, exact.
    fn abs<'v>(
        #[starlark(require = pos)] x: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        match number(x)? {
            Some(number) => Ok(exact_value(number.abs(), eval.heap())),
            None => own("abs", &[x], eval),
        }
    }

    /// The integer part of a number, of True or False, or of text that is an integer.
    fn int<'v>(
        #[starlark(require = pos)] x: Option<Value<'v>>,
        base: Option<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let x = x.unwrap_or_else(|| eval.heap().alloc(0));
        match (number(x)?, base) {
            (Some(number), None) => Ok(exact_value(number.trunc(), eval.heap())),
            (_, Some(base)) => own("int", &[x, base], eval),
            (None, None) => own("int", &[x], eval),
        }
    }

    /// The number itself, exact; of True or False 1 or 0; of text the decimal that it is.
    fn float<'v>(#[starlark(require = pos)] x: Option<Value<'v>>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let Some(x) = x else { return Ok(heap.alloc(0)) };
        if let Some(truth) = x.unpack_bool() {
            return Ok(heap.alloc(i32::from(truth)));
        }
        let read = match x.unpack_str() {
            Some(text) => decimal(text),
            None => number(x)?,
        };
        let wrong = || failure(format!("float: {} is not a number", quote(&x.to_str())));
        Ok(exact_value(read.ok_or_else(wrong)?, heap))
    }

    /// The integers from one number to another, the last left out.
    fn range<'v>(
        #[starlark(require = pos)] a: Value<'v>,
        #[starlark(require = pos)] b: Option<Value<'v>>,
        #[starlark(require = pos)] step: Option<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let given: Vec<Value<'v>> = [Some(a), b, step].into_iter().flatten().collect();
        // The language counts with 32 bits: the ends, their distance and a step more have to fit.
        let mut reach = Rational::new();
        for value in &given {
            reach += number(*value)?.unwrap_or_default().abs();
        }
        if reach >= MOST_COUNTED {
            return Err(failure(format!("range: its numbers must add up to less than {MOST_COUNTED}")));
        }
        own("range", &given, eval)
    }

    /// Pairs of a number, counted from `start`, and what stands there in a list.
    fn enumerate<'v>(
        #[starlark(require = pos)] of: Value<'v>,
        start: Option<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let Some(start) = start else { return own("enumerate", &[of], eval) };
        if number(start)?.is_some_and(|start| start.abs() >= MOST_COUNTED / 2) {
            return Err(failure(format!("enumerate: start must be below {}", MOST_COUNTED / 2)));
        }
        own("enumerate", &[of, start], eval)
    }

    /// The name of a value's type.
    fn r#type<'v>(
        #[starlark(require = pos)] x: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        known(x)?;
        own("type", &[x], eval)
    }

    /// The names of a value's attributes.
    fn dir<'v>(
        #[starlark(require = pos)] x: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        known(x)?;
        own("dir", &[x], eval)
    }

    /// Whether a value has an attribute of that name.
    fn hasattr<'v>(
        #[starlark(require = pos)] x: Value<'v>,
        #[starlark(require = pos)] name: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        known(x)?;
        own("hasattr", &[x, name], eval)
    }

    /// The attribute of that name, or the last value if there is none.
    fn getattr<'v>(
        #[starlark(require = pos)] x: Value<'v>,
        #[starlark(require = pos)] name: &str,
        #[starlark(require = pos)] otherwise: Option<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        known(x)?;
        if NATIVE_METHODS.contains(&name) {
            return Err(failure(format!("getattr: write x.{name}(…)")));
        }
        let name = eval.heap().alloc(name);
        match otherwise {
            Some(otherwise) => own("getattr", &[x, name, otherwise], eval),
            None => own("getattr", &[x, name], eval),
        }
    }
}

/// The methods of lists that compare, by the language's own rules: they know nothing of what is not known.
pub(super) const NATIVE_METHODS: [&str; 2] = ["index", "remove"];

/// Refuses what is not known: its type and its attributes would show that.
fn known(value: Value<'_>) -> starlark::Result<()> {
    match UnknownNumber::from_value(value) {
        Some(unknown) => Err(lost(unknown.doubt().clone())),
        None => Ok(()),
    }
}
