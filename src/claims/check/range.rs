//! What a claim ranges over: numbers of samples, and allocations.

use itertools::Itertools;
use rug::Integer;
use starlark::values::Value;

use super::judge::{called, known, with_evaluator};
use super::run::Run;
use crate::error::ClaimError;
use crate::globals::RangeValue;
use crate::session::Lens;
use crate::values::{AllocationValue, allocation_of, failure, samples_of};
use allocert_core::allocation::{Allocation, subsets};
use allocert_core::network::Samples;

/// The allocations that a claim ranges over on one network.
#[derive(Debug)]
pub(crate) enum Range {
    Inside {
        within: Allocation,
        sizes: Vec<usize>,
    },
    Listed(Vec<Allocation>),
    /// The claim is about the network alone.
    Network,
}

impl Range {
    /// Everything inside some weights up to a size.
    pub(crate) fn up_to(within: &Allocation, size: usize) -> Self {
        Range::Inside { within: within.clone(), sizes: (0..=size).collect() }
    }

    /// Whether there may be instances of this size.
    pub(crate) fn has_size(&self, size: usize) -> bool {
        match self {
            Range::Inside { sizes, .. } => sizes.binary_search(&size).is_ok(),
            Range::Listed(_) => true,
            Range::Network => size == 0,
        }
    }

    /// How many instances there are; counting stops when there are more than `most`.
    pub(crate) fn number(&self, most: u64) -> Integer {
        match self {
            Range::Inside { within, sizes } if sizes.len() == within.size() + 1 => {
                Integer::from(1) << within.size() as u32
            }
            Range::Inside { within, sizes } => {
                let mut number = Integer::new();
                for size in sizes {
                    if number > most {
                        break;
                    }
                    number += Integer::from(within.size()).binomial(*size as u32);
                }
                number
            }
            Range::Listed(list) => Integer::from(list.len()),
            Range::Network => Integer::from(1),
        }
    }

    /// The instances of one size, in canonical order.
    pub(crate) fn of_size(&self, size: usize) -> Box<dyn Iterator<Item = Option<Allocation>> + '_> {
        match self {
            Range::Inside { within, sizes } if sizes.contains(&size) => Box::new(subsets(within, size).map(Some)),
            Range::Listed(list) => Box::new(list.iter().filter(move |a| a.size() == size).cloned().map(Some)),
            Range::Network if size == 0 => Box::new(std::iter::once(None)),
            _ => Box::new(std::iter::empty()),
        }
    }
}

impl Run<'_> {
    pub(super) fn samples(&self, lens: &Lens) -> Result<Vec<Samples>, ClaimError> {
        let Some(samples) = &self.claim.samples else {
            return Ok(vec![Samples::Functional]);
        };
        with_evaluator(self.claim, &self.session, |eval| {
            let value = known(|| called(eval, samples, lens))?;
            if value.is_none() || value.unpack_i32().is_some() {
                return Ok(vec![samples_of(value)?]);
            }
            let all = value.iterate(eval.heap()).map_err(|_| not_samples(value))?;
            let all: Vec<Samples> = all.map(samples_of).collect::<Result<_, _>>()?;
            Ok(all.into_iter().unique().collect())
        })
    }

    pub(super) fn range(&self, lens: &Lens) -> Result<Range, ClaimError> {
        if !self.claim.about_allocations {
            return Ok(Range::Network);
        }
        let all = Allocation::all(lens.network().weights());
        let Some(allocations) = &self.claim.allocations else {
            let sizes = (0..=all.size()).collect();
            return Ok(Range::Inside { within: all, sizes });
        };
        with_evaluator(self.claim, &self.session, |eval| {
            let value = known(|| called(eval, allocations, lens))?;
            let Some(range) = RangeValue::from_value(value) else {
                let heap = eval.heap();
                let listed = value.iterate(heap).map_err(|_| not_allocations(value))?;
                let listed = listed.map(|v| on_these_samples(lens, v).and_then(|()| allocation_of(lens, v, heap)));
                let mut listed: Vec<Allocation> = listed.collect::<Result<_, _>>()?;
                listed.sort();
                listed.dedup();
                return Ok(Range::Listed(listed));
            };
            let within = match &range.within {
                Some(text) => allocation_of(lens, eval.heap().alloc(text.as_str()), eval.heap())?,
                None => all,
            };
            let mut sizes = range.sizes.clone().unwrap_or_else(|| (0..=within.size()).collect());
            sizes.retain(|size| *size <= within.size());
            sizes.sort_unstable();
            sizes.dedup();
            Ok(Range::Inside { within, sizes })
        })
    }
}

/// Refuses an allocation at another number of samples than the claim is about: it would be taken for one at these.
fn on_these_samples(lens: &Lens, value: Value<'_>) -> starlark::Result<()> {
    let other = AllocationValue::from_value(value).map(|a| a.lens().samples()).filter(|s| *s != lens.samples());
    other.map_or(Ok(()), |other| {
        let message = "give the numbers of samples by samples = […], not by at()";
        Err(failure(format!(
            "allocations holds {value} at {other}, and the claim is about {}\n  {message}",
            lens.samples()
        )))
    })
}

fn not_allocations(value: Value<'_>) -> starlark::Error {
    let kind = value.get_type();
    failure(format!("allocations is {value} ({kind}): write within(\"W1\"), every(sizes = [2, 3]) or a list"))
}

fn not_samples(value: Value<'_>) -> starlark::Error {
    let kind = value.get_type();
    failure(format!("samples is {value} ({kind}): write an integer, None, or a list of these"))
}
