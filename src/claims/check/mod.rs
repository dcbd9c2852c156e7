//! Checking a claim: every network, every allocation, smallest first; the first counterexample is a smallest one.

mod judge;
mod range;
mod run;
mod sample;

pub(crate) use judge::{explored, with_evaluator};
pub(crate) use range::Range;
pub use sample::{Sampled, sample};

use run::Run;

use std::time::{Duration, Instant};

use super::counterexample;
use super::error::ClaimError;
use super::file::Claim;
use super::globals::Expect;
use super::outcome::{Checked, Outcome, Unsettled};
use super::session::Session;
use super::unknown::{Reading, Truth};
use allocert_core::allocation::Allocation;
use allocert_core::control::Control;
use allocert_core::matching::Trend;
use allocert_core::network::Samples;
use allocert_core::reach::{Evidence, Settings};

/// Limits and bounds of a check.
#[derive(Clone, Copy, Debug)]
pub struct CheckOptions {
    /// The seed, and the error allowed for one claim.
    pub settings: Settings,
    /// The longest time for one claim.
    pub time_limit: Duration,
    /// The most allocations that one claim may range over.
    pub max_allocations: u64,
}

/// Checks one claim; its progress is told in instances. Where it is stopped, the claim is open: it is asked between evaluations
/// whether something says so.
pub fn check(claim: &Claim, options: &CheckOptions, control: &Control<'_>) -> Checked {
    let _span = tracing::info_span!("claim").entered();
    let start = Instant::now();
    if let Some(slip) = &claim.slip {
        return blank(claim, Err(slip.clone()));
    }
    let fresh = || claim.loading.after(matroid_settings(options), Some(options.time_limit));
    let mut run = Run::new(claim, options, fresh(), control);
    let mut found = run.find();
    if matches!(found, Err(Stop::Tied)) {
        // Places show in what it compares, so no allocation speaks for another.
        run.session.close();
        run = Run { one_by_one: true, ..Run::new(claim, options, fresh(), control) };
        found = run.find();
    }
    let samples = claim.reading() == Reading::Samples || run.session.is_sampled() || claim.loading.is_sampled();
    let trend = (claim.is_trend && found.is_ok() && run.instances > 0).then(|| Trend::of(&run.cases));
    let (outcome, unsettled, counterexample) = match found {
        Ok(None) if run.undecided.is_some() => (Ok(Outcome::Open), run.unsettled(), None),
        Ok(None) if run.instances + run.skipped == 0 => (Ok(Outcome::Open), Some(Unsettled::Empty), None),
        Ok(None) if run.instances == 0 => (Ok(Outcome::Open), Some(Unsettled::Vacuous), None),
        Ok(None) if trend.as_ref().is_some_and(Trend::is_supported) => (Ok(Outcome::Supported), None, None),
        Ok(None) if trend.as_ref().is_some_and(Trend::is_contradicted) => (Ok(Outcome::Contradicted), None, None),
        Ok(None) if trend.is_some() => (Ok(Outcome::Open), Some(Unsettled::NoTrend), None),
        Ok(None) if claim.expect == Expect::Open => (Ok(Outcome::Open), Some(Unsettled::Conjecture), None),
        Ok(None) if samples => (Ok(Outcome::Supported), None, None),
        Ok(None) => (Ok(Outcome::Verified), None, None),
        Ok(Some(instance)) => match counterexample::describe(claim, &instance, &left(options, start), control) {
            Ok((counterexample, is_sampled)) => {
                let outcome = if is_sampled { Outcome::Contradicted } else { Outcome::Refuted };
                (Ok(outcome), None, Some(Box::new(counterexample)))
            }
            Err(error) => match Stop::from(error) {
                Stop::Unsettled(why) => (Ok(Outcome::Open), Some(why), None),
                Stop::Error(error) => (Err(error), None, None),
                Stop::Tied => (Err(tied_alone(claim)), None, None),
            },
        },
        Err(Stop::Unsettled(why)) => (Ok(Outcome::Open), Some(why), None),
        Err(Stop::Tied) => (Err(tied_alone(claim)), None, None),
        Err(Stop::Error(error)) => (Err(with_parameters(claim, error)), None, None),
    };
    // That a counterexample is in the range, and the smallest, rests on what was asked on the way to it.
    let own = counterexample.as_ref().map(|c| c.evidence);
    // What a limit cut short, or left undecided, is known in no way.
    let whole = matches!(unsettled, None | Some(Unsettled::Conjecture | Unsettled::NoTrend));
    let settled = outcome.is_ok() && run.instances > 0 && whole;
    let parts = [run.session.evidence(), claim.loading.evidence()].into_iter().chain(own);
    let evidence = settled.then(|| Evidence::all(parts));
    // Nothing is settled by what has no bound on its error.
    let (outcome, unsettled, counterexample) = match (outcome, evidence) {
        (Ok(Outcome::Verified | Outcome::Refuted), Some(Evidence::Open)) => {
            (Ok(Outcome::Open), Some(Unsettled::NoBound), None)
        }
        // What rests on random draws is shown by them, and other draws may show otherwise.
        (Ok(Outcome::Verified), Some(Evidence::Statistical)) => (Ok(Outcome::Supported), unsettled, counterexample),
        (Ok(Outcome::Refuted), Some(Evidence::Statistical)) => (Ok(Outcome::Contradicted), unsettled, counterexample),
        (outcome, _) => (outcome, unsettled, counterexample),
    };
    let subjects = run.session.subjects();
    let rules = if evidence.is_some() {
        run.session.rules().union(&claim.loading.rules()).cloned().collect()
    } else {
        Vec::new()
    };
    let only_dimensions = !claim.is_trend && run.session.asked_only_dimensions() && claim.loading.subjects().is_empty();
    run.session.close();
    Checked {
        subjects,
        visited: std::mem::take(&mut run.visited),
        only_dimensions,
        unsettled,
        networks: run.networks,
        instances: run.instances,
        skipped: run.skipped,
        undecided: run.undecided.as_ref().map_or(0, |u| u.instances),
        orbits: run.by_orbits.then_some(run.evaluated),
        evidence,
        rules,
        counterexample,
        trend,
        time: start.elapsed(),
        ..blank(claim, outcome)
    }
}

/// An error of a claim whose only parameter is not called like a network: perhaps it was meant to be an allocation.
fn with_parameters(claim: &Claim, error: ClaimError) -> ClaimError {
    let alone = claim.text.as_ref().filter(|text| !claim.about_allocations && !text.parameters.starts_with('n'));
    match (error, alone) {
        (ClaimError::Language { message }, Some(text)) => ClaimError::Language {
            message: format!(
                "{message}\n  {} is the network, the only parameter: for a claim about allocations write lambda net, a: …",
                text.parameters
            ),
        },
        (error, _) => error,
    }
}

/// What is left of the time, for a closer look at a counterexample; a second at least.
fn left(options: &CheckOptions, start: Instant) -> CheckOptions {
    let time_limit = options.time_limit.saturating_sub(start.elapsed()).max(Duration::from_secs(1));
    CheckOptions { time_limit, ..*options }
}

/// The error of a claim that was checked one by one and still reports that one allocation spoke for others.
fn tied_alone(claim: &Claim) -> ClaimError {
    let message = format!(
        "{}: {}: an allocation that speaks for itself alone was compared by its place\n  this is a defect of the program; please report it",
        claim.file.display(),
        claim.name
    );
    ClaimError::Language { message }
}

/// What is left of a claim that could not be evaluated where it was tried, because of this limit.
pub fn lost(claim: &Claim, reason: &str, time: Duration) -> Checked {
    Checked { unsettled: Some(Unsettled::Limit(reason.to_owned())), time, ..blank(claim, Ok(Outcome::Open)) }
}

/// The result of a claim of which nothing but the outcome is known.
fn blank(claim: &Claim, outcome: Result<Outcome, ClaimError>) -> Checked {
    Checked {
        subjects: Vec::new(),
        visited: Vec::new(),
        only_dimensions: false,
        claim: claim.name.clone(),
        file: claim.file.clone(),
        used: claim.used.clone(),
        line: claim.line,
        statement: claim.statement.clone(),
        source: claim.source.clone(),
        proof: claim.proof.clone(),
        range: claim.range(),
        written: claim.written().clone(),
        ranges_over: claim.networks(),
        expect: claim.expect,
        outcome,
        unsettled: None,
        networks: 0,
        instances: 0,
        skipped: 0,
        undecided: 0,
        warnings: claim.warnings().to_vec(),
        orbits: None,
        evidence: None,
        rules: Vec::new(),
        counterexample: None,
        trend: None,
        time: Duration::ZERO,
    }
}

/// The error for one matroid, so that all of a claim's matroids (up to 2^10) stay within the claim's.
fn matroid_settings(options: &CheckOptions) -> Settings {
    Settings { error_log2: options.settings.error_log2.saturating_sub(10), ..options.settings }
}

/// A network at a number of samples, with an allocation if the claim is about allocations.
#[derive(Clone, Debug)]
pub(super) struct Instance {
    pub network: allocert_core::network::Network,
    pub samples: Samples,
    pub allocation: Option<Allocation>,
}

enum Stop {
    /// One allocation was to speak for others, and the evaluation compared values for which places show.
    Tied,
    Unsettled(Unsettled),
    Error(ClaimError),
}

impl From<ClaimError> for Stop {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::TooLong { .. }
            | ClaimError::TooSlow { .. }
            | ClaimError::Nested { .. }
            | ClaimError::NotKnown { .. }
            | ClaimError::Limit { .. } => Stop::Unsettled(Unsettled::Limit(error.to_string())),
            _ => Stop::Error(error),
        }
    }
}

/// How everything that was asked is known, for all claims of a run together.
pub fn evidence_of_all<'a>(checked: impl IntoIterator<Item = &'a Checked>) -> Evidence {
    Evidence::all(checked.into_iter().filter_map(|c| c.evidence))
}
