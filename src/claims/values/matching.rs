//! `a.match`: what is known of a match probability.

use std::sync::Arc;

use allocative::Allocative;
use rug::Rational;
use starlark::environment::{Methods, MethodsBuilder};
use starlark::values::{
    FrozenStringValue, Heap, NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, Value,
};
use starlark::{const_frozen_string, starlark_simple_value};
use starlark_derive::{starlark_module, starlark_value};

use super::failure;
use super::number::UnknownNumber;
use super::rational::exact_value;
use crate::session::Lens;
use crate::unknown::{Doubt, Reading, choose, explores, lose, lost, reading};
use allocert_core::allocation::Allocation;
use allocert_core::matching::{Estimate, Exact, MatchAnswer, NoDegree, Verdict};
use allocert_core::number::shortest;

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
        if !self.is_settled() {
            lose(self.doubt());
        }
        write!(f, "match({})", self.answer.verdict.name())
    }
}

impl MatchValue {
    pub(super) fn new(lens: Lens, answer: Arc<MatchAnswer>) -> Self {
        MatchValue { lens, answer }
    }

    /// Whether a law gives the probability.
    fn is_settled(&self) -> bool {
        self.answer.is_settled()
    }

    /// What is asked about, as a name of it.
    fn about(&self, what: &str) -> String {
        self.lens.about(&self.answer.allocation, what)
    }

    /// What is asked about of the instances drawn: of other instances it is something else.
    fn about_sample(&self, what: &str) -> String {
        let drawn = self.answer.estimate.as_ref().map(|e| (e.trials, e.matched, e.unmatched));
        self.about(&format!("{what} of {drawn:?}"))
    }

    /// Why the verdict, or the probability, is not known.
    fn doubt(&self) -> Doubt {
        let allocation = self.lens.in_words(&self.answer.allocation);
        let stopped = self.answer.estimate.as_ref().and_then(|e| e.stopped);
        let by = stopped.map(|halt| format!(" ({halt})"));
        let trials = self.answer.estimate.as_ref().map_or(0, |e| e.trials);
        let text = if self.answer.verdict == Verdict::Undecided {
            let by = by.clone().unwrap_or_default();
            format!("the verdict on {allocation} is undecided after {trials} instances{by}")
        } else {
            match &self.answer.exact {
                Some(exact) => self.enclosed(exact),
                None => format!(
                    "the match probability of {allocation} is known by the frequency in {trials} instances only"
                ),
            }
        };
        Doubt { text, is_limit: by.is_some() }
    }

    /// Where a theorem says that it is.
    fn enclosed(&self, exact: &Exact) -> String {
        let ([low, high], allocation) = (exact.enclosure(), self.lens.in_words(&self.answer.allocation));
        format!(
            "it depends on where between {low:.6} and {high:.6} the match probability of {allocation} is (proved: {})",
            exact.formula
        )
    }

    /// Why a number of the sample is no fact about the allocation.
    fn frequency(&self, what: &str) -> Doubt {
        let trials = self.answer.estimate.as_ref().map_or(0, |e| e.trials);
        let allocation = self.lens.in_words(&self.answer.allocation);
        Doubt { text: format!("{what} of {allocation} is a frequency in {trials} instances"), is_limit: false }
    }

    /// Why samples show nothing: it depends on where in its interval the probability is.
    fn straddles(&self, low: impl std::fmt::Display, high: impl std::fmt::Display) -> Doubt {
        let trials = self.answer.estimate.as_ref().map_or(0, |e| e.trials);
        let allocation = self.lens.in_words(&self.answer.allocation);
        let text = format!(
            "it depends on where between {low:.6} and {high:.6} the match probability of {allocation} is (95 %, {trials} instances)"
        );
        Doubt { text, is_limit: false }
    }

    /// Notes that frequencies are read as the samples show them; whether they are.
    fn reads_samples(&self) -> bool {
        let samples = reading() == Reading::Samples;
        if samples {
            self.lens.rests_on_frequency();
        }
        samples
    }

    /// A count of the instances drawn. Where a law settles the probability, none are.
    fn count<'v>(&self, what: &str, of: fn(&Estimate) -> u64, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let Some(estimate) = &self.answer.estimate else {
            let message = format!("{what}: a law settles this match probability, so no instances were drawn");
            return Err(failure(format!("{message}\n  ask for the verdict, or for a.decided(…).{what}")));
        };
        if self.reads_samples() {
            return Ok(heap.alloc(of(estimate)));
        }
        let most = i64::try_from(estimate.trials).ok();
        let (key, doubt) = (self.about_sample(what), self.frequency(&format!("{what}: the match")));
        Ok(UnknownNumber::between(key, doubt, Some(0), most).alloc(heap))
    }

    /// An end of the interval.
    fn end<'v>(&self, what: &str, place: usize, heap: Heap<'v>) -> Value<'v> {
        let sharp = self.answer.is_given() && !self.is_settled();
        if let Some(exact) = self.answer.exact.as_ref().filter(|_| sharp) {
            return exact_value([&exact.low, &exact.high][place].clone(), heap);
        }
        if self.answer.is_given() || self.reads_samples() {
            return measured(shortest(self.answer.range()[place]), heap);
        }
        let doubt = self.frequency(&format!("{what}: the match probability"));
        UnknownNumber::probability(self.about_sample(what), doubt, (true, true)).alloc(heap)
    }
}

/// A number that was measured, as the decimal that it is printed as; none if it is not finite.
fn measured<'v>(decimal: Option<Rational>, heap: Heap<'v>) -> Value<'v> {
    decimal.map_or_else(Value::new_none, |decimal| exact_value(decimal, heap))
}

/// The verdicts as text that can be told from other text: those that are known, and those that an undecided verdict may be.
fn verdicts() -> [[FrozenStringValue; 3]; 2] {
    [
        [const_frozen_string!("zero"), const_frozen_string!("one"), const_frozen_string!("fractional")],
        [const_frozen_string!("zero"), const_frozen_string!("one"), const_frozen_string!("fractional")],
    ]
}

fn verdict_text<'v>(verdict: Verdict, known: bool) -> Value<'v> {
    let place = match verdict {
        Verdict::Zero => 0,
        Verdict::One => 1,
        Verdict::Fractional | Verdict::Undecided => 2,
    };
    verdicts()[usize::from(!known)][place].to_value()
}

/// Whether a value is a verdict that was read off an answer.
pub(crate) fn is_verdict(value: Value<'_>) -> bool {
    verdicts().iter().flatten().any(|verdict| verdict.to_value().ptr_eq(value))
}

/// Whether a value is what an undecided verdict may be.
pub(crate) fn is_undecided_verdict(value: Value<'_>) -> bool {
    verdicts()[1].iter().any(|verdict| verdict.to_value().ptr_eq(value))
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
    /// `"zero"`, `"one"` or `"fractional"`. Where it is undecided, a condition is known only if it has the same value for all
    /// verdicts that it may be.
    #[starlark(attribute)]
    fn verdict<'v>(this: &MatchValue) -> starlark::Result<Value<'v>> {
        let possible = this.answer.possible();
        let way = choose(&this.about(&format!("verdict among {possible:?}")), possible.len(), || this.doubt());
        let verdict = possible.get(way).copied().unwrap_or(this.answer.verdict);
        Ok(verdict_text(verdict, possible.len() == 1))
    }

    /// The law, in words; not known where no law gives 0 or 1.
    #[starlark(attribute)]
    fn reason(this: &MatchValue) -> starlark::Result<String> {
        if this.is_settled() { Ok(this.answer.reason.to_string()) } else { Err(lost(this.doubt())) }
    }

    /// The matching degree of a basis, or `None` of other allocations; not known where the network is not polynomial.
    #[starlark(attribute)]
    fn degree<'v>(this: &MatchValue, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let (answer, network) = (&this.answer, this.lens.network());
        let size = answer.allocation.size();
        // The laws for networks that are not polynomial ask for none.
        let is_basis = answer.dim.value == answer.teacher.value && size == answer.teacher.value;
        let missing = if network.is_analytic() { NoDegree::NotPolynomial } else { NoDegree::Kinks };
        let degree = answer
            .degree
            .or_else(|| (is_basis && !network.is_polynomial()).then_some(Err(missing)))
            .map(|known| known.inspect(|degree| this.lens.rests_on(degree.evidence)).map(|degree| degree.value));
        Ok(degree_value(&this.lens, &this.answer.allocation, degree, heap))
    }

    /// The probability where a law gives it, or a theorem, which may enclose it; otherwise a number that is not known.
    #[starlark(attribute)]
    fn probability<'v>(this: &MatchValue, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let possible = this.answer.possible();
        let may_be = (possible.contains(&Verdict::Zero), possible.contains(&Verdict::One));
        // A mere bound says less than samples, where these are asked.
        let bounds = !this.is_settled() && (this.answer.is_given() || reading() == Reading::Strict);
        if let Some(exact) = this.answer.exact.as_ref().filter(|_| bounds) {
            let ends = [exact.low.clone(), exact.high.clone()];
            let may_be = (may_be.0 || exact.low > 0, may_be.1 || exact.high < 1);
            return Ok(UnknownNumber::enclosed(this.about("probability"), this.doubt(), ends, may_be).alloc(heap));
        }
        let whole = this.answer.estimate.as_ref().is_none_or(|e| e.undecided == 0);
        if let Some(probability) = this.answer.probability().or_else(|| this.answer.share())
            && (this.is_settled() || whole && this.reads_samples())
        {
            let [low, high] = this.answer.range();
            // What samples support is so wherever in the interval the probability is.
            let place = if low < high && explores() {
                choose(&this.about_sample("a place in the interval"), 3, || this.straddles(low, high))
            } else {
                0
            };
            return Ok(measured(shortest([probability.clamp(low, high), low, high][place]), heap));
        }
        Ok(UnknownNumber::probability(this.about("probability"), this.doubt(), may_be).alloc(heap))
    }

    /// The lower end of what the probability is known to lie in: a theorem's enclosure, or a 95 % interval.
    #[starlark(attribute)]
    fn low<'v>(this: &MatchValue, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(this.end("low", 0, heap))
    }

    /// The upper end.
    #[starlark(attribute)]
    fn high<'v>(this: &MatchValue, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(this.end("high", 1, heap))
    }

    /// The instances drawn; none where a law settles the probability.
    #[starlark(attribute)]
    fn trials(this: &MatchValue) -> starlark::Result<u64> {
        Ok(this.answer.estimate.as_ref().map_or(0, |e| e.trials))
    }

    /// Those with a real match: a frequency.
    #[starlark(attribute)]
    fn matched<'v>(this: &MatchValue, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        this.count("matched", |e| e.matched, heap)
    }

    /// Those without one: a frequency.
    #[starlark(attribute)]
    fn unmatched<'v>(this: &MatchValue, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        this.count("unmatched", |e| e.unmatched, heap)
    }

    /// The others: none where a law settles the probability; otherwise a frequency, which may be asked for as it is, and what is
    /// claimed of it is supported or contradicted.
    #[starlark(attribute)]
    fn undecided(this: &MatchValue) -> starlark::Result<u64> {
        let Some(estimate) = &this.answer.estimate else {
            return Ok(0);
        };
        if !this.is_settled() && estimate.trials > 0 {
            this.lens.rests_on_draw();
        }
        Ok(estimate.undecided)
    }
}

/// A matching degree: a number, `None` where there is none, or a number that is not known.
pub(super) fn degree_value<'v>(
    lens: &Lens,
    allocation: &Allocation,
    degree: Option<Result<usize, NoDegree>>,
    heap: Heap<'v>,
) -> Value<'v> {
    match degree {
        None => Value::new_none(),
        Some(Ok(degree)) => heap.alloc(degree),
        Some(Err(why)) => {
            let text = format!("the matching degree of {} was not counted: {why}", lens.in_words(allocation));
            let doubt = Doubt { text, is_limit: matches!(why, NoDegree::Stopped(_)) };
            if why == NoDegree::Kinks {
                // Whether there is one is not said by any definition.
                lose(doubt);
                return Value::new_none();
            }
            UnknownNumber::between(lens.about(allocation, "degree"), doubt, Some(1), None).alloc(heap)
        }
    }
}
