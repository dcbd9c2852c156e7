//! The certificate of a rank: both dimensions, and whether the allocation spans.

use allocert_core::allocation::Allocation;
use allocert_core::reach::Answer;

use super::engine::{Engine, Sound};
use super::ground::{Ground, text};
use super::writer::Writer;
use super::{CannotCertify, Section};
use super::{own, patterns};
use allocert_format::{FORMAT, Header, Rule, VERSION};

/// Writes the certificate of an answer.
///
/// # Errors
/// No integer point that shows the ranks, square roots, or exponentials that are not shown to be independent.
pub fn of_rank(answer: &Answer) -> Result<String, CannotCertify> {
    of_rank_by(&Sound, answer)
}

/// The same, from what another engine says.
///
/// # Errors
/// As [`of_rank`]; and what that engine says may not fit together.
pub fn of_rank_by(engine: &impl Engine, answer: &Answer) -> Result<String, CannotCertify> {
    if answer.teacher_dim().is_none() {
        return Err(CannotCertify::Jacobian);
    }
    if answer.network.gates() > 0 {
        return patterns::of_rank(engine, answer);
    }
    written(engine, "rank", answer, |_, _, _| Ok(Vec::new()))
}

/// A certificate of both dimensions and what `more` adds, which gets the steps of the teacher's dimension and of `spans`.
pub(super) fn written<E: Engine>(
    engine: &E,
    about: &str,
    answer: &Answer,
    more: impl Fn(&mut Section<'_, E>, u64, u64) -> Result<Vec<u64>, CannotCertify>,
) -> Result<String, CannotCertify> {
    let network = &answer.network;
    own::has_rules(network)?;
    if network.gates() > 0 {
        return Err(CannotCertify::Piecewise);
    }
    let all = Allocation::all(network.weights());
    let sets = [(answer.allocation.clone(), answer.dim.value), (all.clone(), answer.teacher.value)];
    let matroid =
        engine.matroid(network, answer.samples, answer.settings.seed, None).map_err(|_| CannotCertify::Jacobian)?;
    let ground =
        Ground::find(engine, network, answer.samples, &sets, answer.settings.seed, 0).ok_or(CannotCertify::Point)?;
    let error_log2 = answer.evidence().error_log2().unwrap_or_else(|| matroid.error_for_one());
    let mut writer = Writer::new(header(about, answer));
    let mut section = Section::open(&mut writer, &ground, &matroid, error_log2)?;
    let whole = section.dimension(&all, answer.teacher.value)?;
    let one = if answer.allocation == all { whole } else { section.dimension(&answer.allocation, answer.dim.value)? };
    let spans = answer.spans();
    let of = ground.text(&answer.allocation);
    let spans = section.step(Rule::Spans { of, spans, from: (one, whole) });
    let mut steps = vec![whole, one, spans];
    steps.dedup();
    steps.extend(more(&mut section, whole, spans)?);
    Ok(writer.end(steps))
}

/// The header of a certificate of an answer.
pub(super) fn header(about: &str, answer: &Answer) -> Header {
    let (network, set) = (&answer.network, &answer.allocation);
    Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        about: about.to_owned(),
        network: Some(network.to_string()),
        samples: answer.samples.count(),
        allocation: Some(text(network, set)),
        ensemble: None,
        seed: answer.settings.seed,
    }
}
