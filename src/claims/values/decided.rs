//! `a.decided(…)`: what became of random instances.

use allocative::Allocative;
use starlark::environment::{Methods, MethodsBuilder};
use starlark::starlark_simple_value;
use starlark::values::{Heap, NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, Value};
use starlark_derive::{starlark_module, starlark_value};

use super::number::UnknownNumber;
use crate::session::Lens;
use crate::unknown::{Doubt, Reading, lose, lost, reading};
use allocert_core::allocation::Allocation;
use allocert_core::matching::{Estimate, Verdict};

/// Instances that were decided, and who asked.
#[derive(Debug, Clone, ProvidesStaticType, NoSerialize, StarlarkPagablePanic, Allocative)]
pub(super) struct DecidedValue {
    #[allocative(skip)]
    lens: Lens,
    #[allocative(skip)]
    allocation: Allocation,
    #[allocative(skip)]
    estimate: Estimate,
    /// The verdict of a law, if one gives the probability 0 or 1. Then there are no instances of one kind, and of the other one
    /// as many as were decided.
    #[allocative(skip)]
    settled: Option<Verdict>,
}

starlark_simple_value!(DecidedValue);

impl std::fmt::Display for DecidedValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Estimate { matched, unmatched, undecided, .. } = self.estimate;
        if !self.is_certain() {
            lose(self.doubt());
        }
        write!(f, "decided(matched={matched}, unmatched={unmatched}, undecided={undecided})")
    }
}

impl DecidedValue {
    pub(super) fn new(lens: Lens, allocation: Allocation, estimate: Estimate, settled: Option<Verdict>) -> Self {
        DecidedValue { lens, allocation, estimate, settled }
    }

    /// Whether the counts may be read as they are: they follow from a law, or frequencies are what is claimed. No law says how many
    /// instances are not decided.
    fn is_certain(&self) -> bool {
        let samples = reading() == Reading::Samples;
        if samples {
            self.lens.rests_on_frequency();
        }
        samples || self.settled.is_some() && self.estimate.undecided == 0
    }

    fn doubt(&self) -> Doubt {
        let (trials, allocation) = (self.estimate.trials, self.lens.in_words(&self.allocation));
        Doubt { text: format!("how many of {trials} instances of {allocation} match is a frequency"), is_limit: false }
    }

    /// So many instances of a kind, of which there are none at this verdict.
    fn count<'v>(&self, what: &str, count: u64, none_at: Verdict, heap: Heap<'v>) -> Value<'v> {
        if self.settled == Some(none_at) || self.is_certain() {
            return heap.alloc(count);
        }
        let trials = self.estimate.trials;
        let about = self.lens.about(&self.allocation, &format!("{what} of {trials}"));
        UnknownNumber::between(about, self.doubt(), Some(0), i64::try_from(trials).ok()).alloc(heap)
    }
}

starlark::methods_static!(DECIDED_METHODS = decided_methods);

#[starlark_value(type = "decided")]
impl<'v> StarlarkValue<'v> for DecidedValue {
    fn get_methods() -> Option<&'static Methods> {
        Some(DECIDED_METHODS.methods())
    }

    fn equals(&self, other: Value<'v>) -> starlark::Result<bool> {
        match DecidedValue::from_value(other) {
            Some(other) if self.is_certain() && other.is_certain() => {
                let counts = |e: &Estimate| (e.matched, e.unmatched, e.undecided);
                Ok(counts(&self.estimate) == counts(&other.estimate))
            }
            Some(_) => Err(lost(self.doubt())),
            None => Ok(false),
        }
    }
}

/// The attributes of `a.decided(…)`.
#[starlark_module]
fn decided_methods(builder: &mut MethodsBuilder) {
    /// Instances with a real match: a frequency, and so not known where no law gives the probability.
    #[starlark(attribute)]
    fn matched<'v>(this: &DecidedValue, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(this.count("matched", this.estimate.matched, Verdict::Zero, heap))
    }

    /// Instances without one: likewise.
    #[starlark(attribute)]
    fn unmatched<'v>(this: &DecidedValue, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(this.count("unmatched", this.estimate.unmatched, Verdict::One, heap))
    }

    /// Instances that were not decided. It is read as it is; what is claimed of it where no law gives the probability, or some were not, is
    /// supported or contradicted, because it depends on what is drawn.
    #[starlark(attribute)]
    fn undecided(this: &DecidedValue) -> starlark::Result<u64> {
        if this.estimate.trials > 0 && (this.settled.is_none() || this.estimate.undecided > 0) {
            this.lens.rests_on_draw();
        }
        Ok(this.estimate.undecided)
    }
}
