//! Looking closely at a counterexample: again at other random points with a far smaller error, and with all that was asked
//! written down.

use std::sync::Arc;
use std::time::Duration;

use starlark::environment::Module;
use starlark::eval::Evaluator;
use starlark::values::Value;

use super::check::{CheckOptions, Instance, explored, with_evaluator};
use super::error::ClaimError;
use super::file::{Claim, parse};
use super::globals::{Host, globals};
use super::limits::{MOST_TICKS, limit, on_deep_stack};
use super::outcome::Counterexample;
use super::session::{Observation, Session};
use super::source::dedent;
use super::unknown::{Reading, Truth, once};
use super::values::{AllocationValue, NetworkValue};
use allocert_core::allocation::Allocation;
use allocert_core::control::Control;
use allocert_core::reach::{Evidence, IntegerPoint, JacobianMatroid, Settings, rank};

/// Every matroid behind a counterexample may err with at most this probability.
const ERROR_LOG2: i64 = -110;
/// Of larger networks no basis is looked for.
const MOST_WEIGHTS_OF_BASES: usize = 256;
/// Bases of no more allocations are looked for.
const MOST_BASES: usize = 3;

/// Describes a counterexample; and whether it is one of samples: with others, the claim may hold there.
///
/// # Errors
/// An evaluation that fails, or a claim that holds after all when looked at closely.
pub(super) fn describe(
    claim: &Claim,
    instance: &Instance,
    options: &CheckOptions,
    control: &Control<'_>,
) -> Result<(Counterexample, bool), ClaimError> {
    // Other random points show the same, other samples need not.
    let first = if claim.reading() == Reading::Samples { 0 } else { 1 };
    let mut looked = look(claim, instance, options, first)?;
    if looked.truth == Look::Unknown || looked.session.is_sampled() {
        // A search that came to an end there, such as for an instance without a match, need not elsewhere; and other instances
        // are drawn there.
        looked = look(claim, instance, options, 0)?;
    }
    let Looked { settings, session, truth } = looked;
    if truth != Look::Fails {
        let (points, mend) = if instance.network.is_polynomial() {
            ("random points", "this is a defect of the program; please report it")
        } else {
            ("random activation patterns", "a rare pattern decides it: claim it for fewer samples or a smaller network")
        };
        let message = format!(
            "{}: {} fails at one set of {points} and holds at another for {}\n  {mend}",
            claim.file.display(),
            claim.name,
            instance.network
        );
        return Err(ClaimError::Language { message });
    }
    let (observations, questions) = (session.observations(), session.questions());
    let evidence = Evidence::all([session.evidence(), claim.loading.evidence()]);
    let is_sampled = claim.reading() == Reading::Samples || session.is_sampled() || claim.loading.is_sampled();
    session.close();
    let in_time = control.within(options.time_limit);
    let asked = |a: &Allocation| rank(&instance.network, a, instance.samples, settings, &in_time).ok();
    let answer = instance.allocation.as_ref().and_then(asked);
    let point = answer.as_ref().and_then(|answer| {
        let (network, allocation, dim) = (&answer.network, &answer.allocation, answer.dim.value);
        IntegerPoint::find(network, answer.samples, allocation, dim, settings.seed)
    });
    let bases = match instance.allocation {
        None => bases(instance, &observations, settings, &in_time).unwrap_or_default(),
        Some(_) => Bases::default(),
    };
    let counterexample = Counterexample {
        basis: bases.whole,
        bases: bases.others,
        network: instance.network.clone(),
        samples: instance.samples,
        allocation: instance.allocation.clone(),
        claimed: claim.text.as_ref().map(|t| dedent(&t.body)),
        sides: sides(claim, instance, (settings, options.time_limit)),
        answer,
        point,
        observations,
        questions,
        evidence,
    };
    Ok((counterexample, is_sampled))
}

/// Largest independent sets.
#[derive(Debug, Default)]
struct Bases {
    /// Of all weights.
    whole: Option<Allocation>,
    /// Of other allocations, each with its own.
    others: Vec<(Allocation, Allocation)>,
}

/// A largest independent set of the weights of a network, and those of the allocations of it that were asked for and are not
/// independent; nothing if it is large, has kinks, or time ran out.
fn bases(instance: &Instance, asked: &[Observation], settings: Settings, control: &Control<'_>) -> Option<Bases> {
    let weights = instance.network.weights();
    if weights > MOST_WEIGHTS_OF_BASES {
        return None;
    }
    let matroid = JacobianMatroid::new(&instance.network, instance.samples, settings.seed, control).ok()?;
    let here = |o: &&Observation| o.network == instance.network && o.samples == instance.samples;
    let dependent = |o: &&Observation| o.dim < o.allocation.size() && o.allocation.size() < weights;
    let asked = asked.iter().filter(here).filter(dependent).take(MOST_BASES);
    let bases = asked.map(|o| (o.allocation.clone(), matroid.basis(&o.allocation))).collect();
    Some(Bases { whole: Some(matroid.basis(&Allocation::all(weights))), others: bases })
}

/// What a second look at a counterexample came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Fails,
    Holds,
    Unknown,
}

struct Looked {
    settings: Settings,
    session: Arc<Session>,
    truth: Look,
}

/// Evaluates the claim once more, with so much added to the seed and a far smaller error.
fn look(claim: &Claim, instance: &Instance, options: &CheckOptions, further: u64) -> Result<Looked, ClaimError> {
    let settings = Settings { seed: options.settings.seed.wrapping_add(further), error_log2: ERROR_LOG2 };
    let session = Session::observing(settings, Some(options.time_limit));
    let lens = session.lens(&instance.network, instance.samples);
    let (reading, allocation) = (claim.reading(), instance.allocation.as_ref());
    let truth = with_evaluator(claim, &session, |eval| {
        if let Some(given) = &claim.given {
            match explored("given", given, reading, (&mut *eval, &lens, allocation), &session)? {
                Truth::Known(true) => {}
                Truth::Known(false) => return Ok(Look::Holds),
                Truth::Unknown(_) => return Ok(Look::Unknown),
            }
        }
        Ok(match explored("holds", &claim.holds, reading, (eval, &lens, allocation), &session)? {
            Truth::Known(true) => Look::Holds,
            Truth::Known(false) => Look::Fails,
            Truth::Unknown(_) => Look::Unknown,
        })
    })?;
    Ok(Looked { settings, session, truth })
}

/// The values of both sides of a comparison, computed with the names of the claim's file.
fn sides(claim: &Claim, instance: &Instance, asked: (Settings, Duration)) -> Option<(String, &'static str, String)> {
    let text = claim.text.as_ref()?;
    let (left, sign, right) = text.sides.as_ref()?;
    let value = |side: &str| on_deep_stack(|| side_value(claim, instance, asked, &text.parameters, side)).ok()?.ok()?;
    Some((value(left)?, sign, value(right)?))
}

/// The value of an expression for an instance, as the language writes it.
fn side_value(
    claim: &Claim,
    instance: &Instance,
    (settings, time_limit): (Settings, Duration),
    parameters: &str,
    side: &str,
) -> Option<String> {
    let source = format!("(lambda {parameters}: ({side}\n))");
    let ast = parse("<counterexample>", source).ok()?;
    let session = Session::new(settings, Some(time_limit));
    let lens = session.lens(&instance.network, instance.samples);
    let _entered = session.enter();
    let host = Host::new(session);
    Module::with_temp_heap(|module| {
        module.import_public_symbols(&claim.module);
        let mut eval = Evaluator::new(&module);
        eval.extra = Some(&host);
        limit(&mut eval, MOST_TICKS, host.session.control()).ok()?;
        let function = eval.eval_module(ast, &globals()).ok()?;
        let heap = module.heap();
        let mut arguments: Vec<Value<'_>> = vec![heap.alloc(NetworkValue::new(lens.clone()))];
        if let Some(allocation) = &instance.allocation {
            arguments.push(heap.alloc(AllocationValue::new(lens.clone(), allocation.clone())));
        }
        let (value, doubt) = once(claim.reading(), || eval.eval_function(function, &arguments, &[]));
        if doubt.is_some() {
            return None;
        }
        Some(value.ok()?.to_repr())
    })
}
