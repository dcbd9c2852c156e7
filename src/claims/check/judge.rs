//! A claim evaluated on one instance: in all ways that what is not known could be.

use std::sync::Arc;

use starlark::environment::Module;
use starlark::eval::Evaluator;
use starlark::values::{OwnedFrozenValue, Value};

use super::run::Run;
use crate::error::{ClaimError, caught, language, stopped_or};
use crate::file::Claim;
use crate::globals::Host;
use crate::limits::{MOST_TICKS, limit, nesting};
use crate::session::{Lens, Session};
use crate::unknown::{Doubt, Reading, Truth, blind, explore, once};
use crate::values::{AllocationValue, NetworkValue, TRIALS, UnknownNumber, failure, not_known};
use allocert_core::allocation::{Allocation, print};
use allocert_core::matching::Case;

/// What an evaluation came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Judged {
    /// `given` is false.
    Skipped,
    Held,
    Failed,
    /// It depends on what is not known.
    Unknown(Doubt),
    /// Of a trend: what is compared.
    Case(Case),
}

impl Run<'_> {
    /// Evaluates the claim on one instance.
    pub(super) fn judge(
        &self,
        eval: &mut Evaluator<'_, '_, '_>,
        lens: &Lens,
        allocation: Option<&Allocation>,
    ) -> starlark::Result<Judged> {
        let reading = self.claim.reading();
        if let Some(given) = &self.claim.given {
            match explored("given", given, reading, (eval, lens, allocation), &self.session)? {
                Truth::Known(true) => {}
                Truth::Known(false) => return Ok(Judged::Skipped),
                Truth::Unknown(doubt) => return Ok(Judged::Unknown(doubt)),
            }
        }
        if let (true, Some(allocation)) = (self.claim.is_trend, allocation) {
            let (number, doubt) = once(reading, || apply(eval, &self.claim.holds, lens, Some(allocation)));
            return match doubt {
                Some(doubt) => Ok(Judged::Unknown(doubt)),
                None => case(lens, allocation, number?),
            };
        }
        Ok(match explored("holds", &self.claim.holds, reading, (eval, lens, allocation), &self.session)? {
            Truth::Known(true) => Judged::Held,
            Truth::Known(false) => Judged::Failed,
            Truth::Unknown(doubt) => Judged::Unknown(doubt),
        })
    }
}

/// Runs something with a fresh evaluator that has the limits on; errors come back with their place.
pub(crate) fn with_evaluator<T>(
    claim: &Claim,
    session: &Arc<Session>,
    run: impl for<'v> FnOnce(&mut Evaluator<'v, '_, '_>) -> starlark::Result<T>,
) -> Result<T, ClaimError> {
    let place = format!("{}: claim {}", claim.file.display(), claim.name);
    let host = Host::new(Arc::clone(session));
    let _entered = session.enter();
    caught(&place, || {
        Module::with_temp_heap(|module| {
            let mut eval = Evaluator::new(&module);
            eval.extra = Some(&host);
            let limits = (MOST_TICKS, session.control());
            limit(&mut eval, limits.0, limits.1).map_err(language)?;
            let done = blind(claim.is_blind, || run(&mut eval));
            done.map_err(|e| stopped_or(&eval, limits, session, &place, e))
        })
    })
}

/// A condition, in all ways that what is not known could be.
pub(crate) fn explored<'v>(
    argument: &str,
    function: &OwnedFrozenValue,
    reading: Reading,
    (eval, lens, allocation): (&mut Evaluator<'v, '_, '_>, &Lens, Option<&Allocation>),
    session: &Session,
) -> starlark::Result<Truth> {
    let run = |eval: &mut Evaluator<'v, '_, '_>| truth(argument, apply(eval, function, lens, allocation)?);
    let is_limit = |eval: &Evaluator<'v, '_, '_>, error: &starlark::Error| {
        let late = session.control().stopped().is_some();
        session.stopped().is_some() || eval.get_total_tick_count() >= MOST_TICKS || late || nesting(error).is_some()
    };
    explore(reading, eval, run, is_limit)
}

/// A value that must be known, such as a range.
pub(super) fn known<T>(run: impl FnOnce() -> starlark::Result<T>) -> starlark::Result<T> {
    let (done, doubt) = once(Reading::Strict, run);
    match doubt {
        Some(doubt) => Err(not_known(&doubt)),
        None => done,
    }
}

/// Calls a kept lambda with the network, and the allocation if there is one.
pub(crate) fn apply<'v>(
    eval: &mut Evaluator<'v, '_, '_>,
    function: &OwnedFrozenValue,
    lens: &Lens,
    allocation: Option<&Allocation>,
) -> starlark::Result<Value<'v>> {
    let heap = eval.heap();
    let function = heap.access_owned_frozen_value(function);
    let network = heap.alloc(NetworkValue::new(lens.clone()));
    match allocation {
        None => eval.eval_function(function, &[network], &[]),
        Some(allocation) => {
            let allocation = heap.alloc(AllocationValue::new(lens.clone(), allocation.clone()));
            eval.eval_function(function, &[network, allocation], &[])
        }
    }
}

/// An argument's value, or, if it is a function of the network, what it returns.
pub(super) fn called<'v>(
    eval: &mut Evaluator<'v, '_, '_>,
    argument: &OwnedFrozenValue,
    lens: &Lens,
) -> starlark::Result<Value<'v>> {
    let value = eval.heap().access_owned_frozen_value(argument);
    if value.parameters_spec().is_some() { apply(eval, argument, lens, None) } else { Ok(value) }
}

/// An allocation's number, and what is known of its match probability.
fn case(lens: &Lens, allocation: &Allocation, number: Value<'_>) -> starlark::Result<Judged> {
    if let Some(unknown) = UnknownNumber::from_value(number) {
        return Ok(Judged::Unknown(unknown.doubt().clone()));
    }
    let Some(predictor) = number.unpack_i32().map(i64::from) else {
        let kind = number.get_type();
        return Err(failure(format!("trend returned {number} ({kind}): it must return an integer")));
    };
    let answer = lens.matching(allocation, TRIALS).map_err(failure)?;
    lens.rests_on_value(&answer);
    let interval = answer.range();
    let allocation = print(lens.network().layout(), allocation);
    Ok(Judged::Case(Case { group: 0, allocation, predictor, interval }))
}

/// True or false, and nothing else.
pub(crate) fn truth(argument: &str, value: Value<'_>) -> starlark::Result<bool> {
    value.unpack_bool().ok_or_else(|| {
        let kind = value.get_type();
        failure(format!("{argument} returned {value} ({kind}): it must return True or False"))
    })
}
