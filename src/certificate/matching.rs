//! The certificate of a match probability: the rank, and the law that follows from it.

use crate::allocation::Allocation;
use crate::matching::{MatchAnswer, Reason};
use crate::reach::{Settings, rank};

use super::CannotCertify;
use super::engine::Sound;
use super::format::Rule;
use super::rank::written;
use super::section::Section;

/// Writes the certificate of an answer. Verdicts that rest on instances, or on a degree that was only counted, leave holes.
///
/// # Errors
/// A ReLU network, or no integer point that shows the ranks.
pub fn of_match(answer: &MatchAnswer, settings: Settings) -> Result<String, CannotCertify> {
    let (network, samples) = (&answer.network, answer.samples);
    let rank = rank(network, &answer.allocation, samples, settings).map_err(|_| CannotCertify::Jacobian)?;
    written(&Sound, "match", &rank, |section, whole, spans| {
        let of = section.text(&answer.allocation);
        let rule = |verdict: &str, law: &str, from: u64, basis: Option<&Allocation>, section: &Section<'_, Sound>| {
            Rule::Match {
                of: of.clone(),
                verdict: verdict.to_owned(),
                law: law.to_owned(),
                from,
                basis: basis.map(|b| section.text(b)),
                degree: None,
            }
        };
        let step = match &answer.reason {
            Reason::NotSpanning => rule("zero", "not spanning", spans, None, section),
            Reason::Affine => rule("one", "affine", spans, None, section),
            Reason::AffineBasis(basis) => {
                let from = spanning(section, basis, whole)?;
                rule("one", "affine", from, Some(basis), section)
            }
            Reason::OddDegree => match answer.degree {
                Some(Ok(degree)) => with_degree(rule("one", "odd degree", spans, None, section), degree.value as u64),
                _ => rule("open", "odd degree", spans, None, section),
            },
            _ => rule("open", "it rests on a counted degree, or on instances", spans, None, section),
        };
        Ok(Some(section.step(step)))
    })
}

/// States that a basis spans; the step.
fn spanning(section: &mut Section<'_, Sound>, basis: &Allocation, whole: u64) -> Result<u64, CannotCertify> {
    let dim = section.dimension(basis, basis.size())?;
    let of = section.text(basis);
    Ok(section.step(Rule::Spans { of, spans: true, from: (dim, whole) }))
}

fn with_degree(rule: Rule, value: u64) -> Rule {
    match rule {
        Rule::Match { of, verdict, law, from, basis, .. } => {
            Rule::Match { of, verdict, law, from, basis, degree: Some(value) }
        }
        other => other,
    }
}
