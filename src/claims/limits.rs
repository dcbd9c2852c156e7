//! What a claim file may cost before it is stopped. The files may come from strangers.

use starlark::eval::Evaluator;
use starlark::values::none::NoneType;

use super::values::failure;

/// The longest claim file, in bytes.
pub(super) const MOST_BYTES: u64 = 8 << 20;
/// The most calls and loop turns while a file is loaded, and in one batch of evaluations of a claim.
pub(super) const MOST_TICKS: u64 = 200_000_000;
/// The deepest nesting of calls.
pub(super) const DEEPEST: usize = 200;
/// The deepest nesting of brackets in a file; deeper ones would exhaust the parser's stack.
pub(super) const DEEPEST_BRACKETS: usize = 200;

/// Puts the limits on an evaluator.
pub(super) fn limit(eval: &mut Evaluator<'_, '_, '_>) -> starlark::Result<NoneType> {
    eval.set_max_tick_count(MOST_TICKS).map_err(failure)?;
    eval.set_max_callstack_size(DEEPEST).map_err(failure)?;
    Ok(NoneType)
}

/// How deep the brackets of a text nest; those in strings and comments count, too, which does no harm.
pub(super) fn bracket_depth(text: &str) -> usize {
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
