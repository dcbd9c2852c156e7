//! What a claim sees: networks and allocations as values of the claim language. Attributes are computed when asked for.

mod allocation;
mod decided;
mod matching;
mod network;
mod number;
mod rational;
mod tensor;

pub(super) use allocation::AllocationValue;
pub(super) use matching::{is_undecided_verdict, is_verdict};
pub(super) use network::NetworkValue;
pub(super) use number::UnknownNumber;
pub(super) use rational::{Sign, both, computed, exact_number, exact_value, inexact, meant};
pub(super) use tensor::{Recording, TensorValue, elementwise, recording_of, tensor_of};

use starlark::ErrorKind;
use starlark::values::{Heap, Value};

use super::session::Lens;
use super::unknown::Doubt;
use allocert_core::allocation::{Allocation, TextError};
use allocert_core::network::Samples;

/// Where no law settles a match probability, so many instances are decided for `match` and for trends.
pub(super) const TRIALS: u64 = 1_000;

/// An allocation given as text, as a value of the same network, or as a list of weights, texts and allocations.
pub(super) fn allocation_of<'v>(lens: &Lens, given: Value<'v>, heap: Heap<'v>) -> starlark::Result<Allocation> {
    if let Some(allocation) = part_of(lens, given, heap)? {
        return Ok(allocation);
    }
    let wrong = |value: Value<'_>| {
        let kind = value.get_type();
        failure(format!("an allocation is text such as \"W1[0,0]\", an allocation or a list of weights, not a {kind}"))
    };
    let mut allocation = Allocation::none(lens.network().weights());
    for part in given.iterate(heap).map_err(|_| wrong(given))? {
        let part = part_of(lens, part, heap)?.ok_or_else(|| wrong(part))?;
        allocation = allocation.union(&part);
    }
    Ok(allocation)
}

/// Text, an allocation, or a weight; nothing if it is something else.
fn part_of<'v>(lens: &Lens, given: Value<'v>, heap: Heap<'v>) -> starlark::Result<Option<Allocation>> {
    if let Some(value) = AllocationValue::from_value(given) {
        if value.lens().network() != lens.network() {
            let (theirs, ours) = (value.lens().network().clone(), lens.network());
            return Err(failure(format!("an allocation of {theirs} is not one of {ours}")));
        }
        return Ok(Some(value.allocation().clone()));
    }
    let weight = if given.get_type() == "struct" { given.get_attr("text", heap)? } else { None };
    let Some(text) = weight.unwrap_or(given).unpack_str() else {
        return Ok(None);
    };
    let parsed = allocert_core::allocation::parse(lens.network().layout(), text);
    parsed.map(Some).map_err(|e: TextError| failure(format!("{}: {e}", lens.network())))
}

/// A number of samples given as an integer or `None`.
pub(super) fn samples_of(given: Value<'_>) -> starlark::Result<Samples> {
    if given.is_none() {
        return Ok(Samples::Functional);
    }
    match given.unpack_i32() {
        Some(count) if count >= 1 => Ok(Samples::Count(count as u64)),
        _ => Err(failure(format!("samples is {given}: give an integer of at least 1, or None for functional"))),
    }
}

/// An integer that fits a machine word.
pub(super) fn whole(value: Value<'_>) -> Option<i64> {
    if value.get_type() != "int" {
        return None;
    }
    value.unpack_i32().map(i64::from).or_else(|| value.to_str().parse().ok())
}

/// An error that Starlark reports at the place in the claim file that caused it.
pub(super) fn failure(message: impl std::fmt::Display) -> starlark::Error {
    starlark::Error::new_other(Message(message.to_string()))
}

/// The error of a value that must be known and is not.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NotKnown(String);

/// The error of a value that must be known, and why it is not.
pub(super) fn not_known(doubt: &Doubt) -> starlark::Error {
    starlark::Error::new_other(NotKnown(doubt.text.clone()))
}

/// What is not known, if that is what an error says.
pub(super) fn unknown_thing(error: &starlark::Error) -> Option<String> {
    match error.kind() {
        ErrorKind::Other(inner) => inner.downcast_ref::<NotKnown>().map(|n| n.0.clone()),
        _ => None,
    }
}

/// Whether an error is one of ours, rather than the language's.
pub(super) fn is_ours(error: &starlark::Error) -> bool {
    match error.kind() {
        ErrorKind::Other(inner) | ErrorKind::Native(inner) => inner.downcast_ref::<Message>().is_some(),
        _ => false,
    }
}

/// A plain message as an error value.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Message(String);
