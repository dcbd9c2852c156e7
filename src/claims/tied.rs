//! Whether an evaluation compared values for `max`, `min` or `sorted` that may be equal and yet differ.
//!
//! Of equal numbers it does not matter which one is taken. Of equal lists it does (one may be changed later), and of equal
//! structs (their fields may be written in another order), so with these the order of a list shows in what comes out. Where
//! one allocation is to speak for its images, whose lists are ordered in another way, no evaluation may do that.

use std::cell::Cell;

use starlark::values::Value;

use super::slips::Kind;

thread_local! {
    static TIES: Cell<bool> = const { Cell::new(false) };
}

/// Notes a comparison of these values, perhaps by a key.
pub(super) fn compared(items: &[Value<'_>], by_key: bool) {
    let plain = |kind: &Kind| matches!(kind, Kind::Bool | Kind::Text);
    let whole = |v: &Value<'_>| v.get_type() == "int";
    let kind = items.first().map(|v| Kind::of(*v));
    let alike = items.iter().all(whole) || kind.is_some_and(|k| plain(&k) && items.iter().all(|v| Kind::of(*v) == k));
    if items.len() > 1 && (by_key || !alike) {
        TIES.set(true);
    }
}

/// Whether there was such a comparison since the last call.
pub(super) fn taken() -> bool {
    TIES.replace(false)
}
