//! `a.match`: what is known of a match probability.

use std::sync::Arc;

use allocative::Allocative;
use starlark::environment::{Methods, MethodsBuilder};
use starlark::starlark_simple_value;
use starlark::values::none::NoneOr;
use starlark::values::{Heap, NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, Value};
use starlark_derive::{starlark_module, starlark_value};

use crate::session::Lens;
use allocert_core::matching::{Estimate, MatchAnswer};

/// An answer, and who asked. What rests on frequencies is noted when it is asked for.
#[derive(Debug, Clone, ProvidesStaticType, NoSerialize, StarlarkPagablePanic, Allocative)]
pub(super) struct MatchValue {
    #[allocative(skip)]
    lens: Lens,
    #[allocative(skip)]
    answer: Arc<MatchAnswer>,
}

starlark_simple_value!(MatchValue);

impl std::fmt::Display for MatchValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [low, high] = self.answer.ci95();
        write!(f, "match({}, {low} to {high})", self.answer.verdict.name())
    }
}

impl MatchValue {
    pub(super) fn new(lens: Lens, answer: Arc<MatchAnswer>) -> Self {
        MatchValue { lens, answer }
    }

    fn count(&self, of: fn(&Estimate) -> u64) -> u64 {
        self.answer.estimate.as_ref().map_or(0, of)
    }
}

starlark::methods_static!(MATCH_METHODS = match_methods);

#[starlark_value(type = "match")]
impl<'v> StarlarkValue<'v> for MatchValue {
    fn get_methods() -> Option<&'static Methods> {
        Some(MATCH_METHODS.methods())
    }
}

/// The attributes of `a.match`.
#[starlark_module]
fn match_methods(builder: &mut MethodsBuilder) {
    /// `"zero"`, `"one"`, `"fractional"` or `"undecided"`.
    #[starlark(attribute)]
    fn verdict(this: &MatchValue) -> starlark::Result<&'static str> {
        Ok(this.answer.verdict.name())
    }

    /// The law, in words.
    #[starlark(attribute)]
    fn reason(this: &MatchValue) -> starlark::Result<String> {
        Ok(this.answer.reason.to_string())
    }

    /// The matching degree of a basis, or `None`.
    #[starlark(attribute)]
    fn degree(this: &MatchValue) -> starlark::Result<NoneOr<usize>> {
        Ok(NoneOr::from_option(this.answer.degree.and_then(Result::ok).map(|d| d.value)))
    }

    /// The probability or its estimate, or `None`.
    #[starlark(attribute)]
    fn probability<'v>(this: &MatchValue, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        this.lens.rests_on_value(&this.answer);
        Ok(heap.alloc(NoneOr::from_option(this.answer.probability())))
    }

    /// The lower end of a 95 % interval.
    #[starlark(attribute)]
    fn low<'v>(this: &MatchValue, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        this.lens.rests_on_value(&this.answer);
        Ok(heap.alloc(this.answer.ci95()[0]))
    }

    /// The upper end.
    #[starlark(attribute)]
    fn high<'v>(this: &MatchValue, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        this.lens.rests_on_value(&this.answer);
        Ok(heap.alloc(this.answer.ci95()[1]))
    }

    /// The instances drawn.
    #[starlark(attribute)]
    fn trials(this: &MatchValue) -> starlark::Result<u64> {
        Ok(this.count(|e| e.trials))
    }

    /// Those with a real match.
    #[starlark(attribute)]
    fn matched(this: &MatchValue) -> starlark::Result<u64> {
        Ok(this.count(|e| e.matched))
    }

    /// Those without one.
    #[starlark(attribute)]
    fn unmatched(this: &MatchValue) -> starlark::Result<u64> {
        Ok(this.count(|e| e.unmatched))
    }

    /// The others.
    #[starlark(attribute)]
    fn undecided(this: &MatchValue) -> starlark::Result<u64> {
        Ok(this.count(|e| e.undecided))
    }
}
