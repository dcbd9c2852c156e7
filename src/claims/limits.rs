//! What a claim file may cost before it is stopped. The files may come from strangers.

use starlark::ErrorKind;
use starlark::eval::Evaluator;
use starlark::values::none::NoneType;

use super::values::failure;
use allocert_core::control::Control;

/// The longest claim file, in bytes.
pub(super) const MOST_BYTES: u64 = 8 << 20;
/// The most calls and loop turns while a file is loaded.
pub(super) const MOST_LOADING_TICKS: u64 = 1_000_000;
/// The most calls and loop turns in one batch of evaluations of a claim.
pub(super) const MOST_TICKS: u64 = 200_000_000;
/// The deepest nesting of calls.
pub(super) const DEEPEST: usize = 200;
/// The deepest nesting of brackets in a file.
pub(super) const DEEPEST_BRACKETS: usize = 200;
/// The longest statement in a file, in bytes, from one line that starts without a blank to the next. What nests without
/// brackets (`- - - 1`) is at most so deep.
pub(super) const LONGEST_STATEMENT: usize = 128 << 10;
/// The most lambdas in one statement: nesting them costs time and memory that grow with the square of their number.
const MOST_LAMBDAS: usize = 500;
/// The stack on which text is parsed and compiled: enough for the deepest expression that the other limits allow. It
/// is reserved, not used.
const STACK: usize = 1 << 30;

/// Puts the limits on an evaluator: so many calls and loop turns, and, looked at now and then between them, what says stop.
pub(super) fn limit(
    eval: &mut Evaluator<'_, '_, '_>,
    ticks: u64,
    control: Control<'static>,
) -> starlark::Result<NoneType> {
    eval.set_max_tick_count(ticks).map_err(failure)?;
    eval.set_check_cancelled(Box::new(move || control.stopped().is_some()));
    eval.set_max_callstack_size(DEEPEST).map_err(failure)?;
    Ok(NoneType)
}

/// A value that is nested too deeply to be looked into.
#[derive(Debug, thiserror::Error)]
#[error("a value is nested more than {0} deep\n  build flatter lists and tuples")]
struct TooNested(usize);

/// The error of a value that is nested too deeply.
pub(super) fn too_nested(most: usize) -> starlark::Error {
    starlark::Error::new_other(TooNested(most))
}

/// Whether values that are nested too deeply are the reason, and how deep they may be.
pub(super) fn nesting(error: &starlark::Error) -> Option<String> {
    let (ErrorKind::Other(inner) | ErrorKind::Native(inner) | ErrorKind::Value(inner)) = error.kind() else {
        return None;
    };
    // The language has a limit of its own where it compares.
    let own = inner.to_string().contains("Too many recursion levels");
    (own || inner.downcast_ref::<TooNested>().is_some()).then(|| "a value that is nested too deeply".to_owned())
}

/// Refuses text that could exhaust even the stack of [`on_deep_stack`]: what is wrong, and the limit.
pub(super) fn too_deep(text: &str) -> Option<(String, usize)> {
    let depth = bracket_depth(text);
    if depth > DEEPEST_BRACKETS {
        return Some((format!("the nesting of brackets, {depth} deep,"), DEEPEST_BRACKETS));
    }
    for statement in statements(text) {
        let (bytes, lambdas) = (statement.len(), statement.matches("lambda").count());
        if bytes > LONGEST_STATEMENT {
            return Some((format!("a statement of {bytes} bytes"), LONGEST_STATEMENT));
        }
        if lambdas > MOST_LAMBDAS {
            return Some((format!("a statement with {lambdas} lambdas"), MOST_LAMBDAS));
        }
    }
    None
}

/// Runs something on a stack that is deep enough for every text that [`too_deep`] lets through.
pub(super) fn on_deep_stack<T: Send>(run: impl FnOnce() -> T + Send) -> std::io::Result<std::thread::Result<T>> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run)?;
        Ok(thread.join())
    })
}

/// How deep the brackets of a text nest; those in strings and comments count, too, which does no harm.
fn bracket_depth(text: &str) -> usize {
    let mut depth = 0usize;
    let mut deepest = 0;
    for c in text.bytes() {
        match c {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// The stretches between lines that start with a letter or an underscore; `elif` and `else` go on with a statement.
fn statements(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut length = 0;
        for line in rest.split_inclusive('\n') {
            let starts = line.starts_with(|c: char| c.is_alphabetic() || c == '_');
            if length > 0 && starts && !line.starts_with("elif") && !line.starts_with("else") {
                break;
            }
            length += line.len();
        }
        let (statement, after) = rest.split_at(length);
        rest = after;
        Some(statement)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_depth_and_length() {
        assert_eq!(bracket_depth("f([1, (2)], {})"), 3);
        let split: Vec<&str> = statements("x = (\n  1)\ny = 2\nif y:\n  z\nelse:\n  z\n").collect();
        assert_eq!(split, ["x = (\n  1)\n", "y = 2\n", "if y:\n  z\nelse:\n  z\n"]);
        assert_eq!(too_deep(&"x = 1\n".repeat(100_000)), None);
        assert!(too_deep(&"-".repeat(LONGEST_STATEMENT + 1)).is_some());
        assert!(too_deep(&"lambda: ".repeat(MOST_LAMBDAS + 1)).is_some());
        assert!(too_deep(&format!("if x:\n  y\n{}", "elif x:\n  y\n".repeat(LONGEST_STATEMENT / 10))).is_some());
        assert!(too_deep(&"[".repeat(DEEPEST_BRACKETS + 1)).is_some());
    }
}
