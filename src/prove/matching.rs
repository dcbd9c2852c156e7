//! The certificate of a match probability: the rank, and the law that follows from it, or instances.

use allocert_core::algebra::Limits;
use allocert_core::allocation::Allocation;
use allocert_core::control::{Control, Stopped};
use allocert_core::matching::{DegreeCounter, Ensemble, MatchAnswer, Matcher, Reason, Theorem, Verdict};
use allocert_core::network::Network;
use allocert_core::reach::{Settings, rank};

use super::CannotCertify;
use super::engine::{Engine, Sound};
use super::instance::Instances;
use super::laws::below_one;
use super::odd::Question;
use super::part::by_parts;
use super::rank::written;
use super::section::Section;
use super::tied::certain as one_by_shape;
use allocert_format::Rule;

/// Parts of parts are not looked at more often.
const MOST_PARTS: usize = 3;
/// Why a match probability stays open.
const NOT_BELOW_ONE: &str = "not proved to be below 1: no instance that lacks a match with all near it";

/// Writes the certificate of an answer. Verdicts that rest on instances, or on a degree that was only counted, leave holes.
///
/// # Errors
/// Random labels, a ReLU network, one with exponentials of which an allocation spans, or no integer point that shows the ranks.
pub fn of_match(answer: &MatchAnswer, settings: Settings) -> Result<String, CannotCertify> {
    of_match_within(answer, settings, &Control::unlimited())
}

/// The same, looking for proofs no longer than this allows: what is not found by then is a hole, which says so.
///
/// # Errors
/// As [`of_match`].
pub fn of_match_within(
    answer: &MatchAnswer,
    settings: Settings,
    control: &Control<'_>,
) -> Result<String, CannotCertify> {
    of_part(answer, settings, &control.narrowed(None), 0)
}

/// The same of a network that is so often a part of another one.
pub(super) fn of_part(
    answer: &MatchAnswer,
    settings: Settings,
    control: &Control<'_>,
    depth: usize,
) -> Result<String, CannotCertify> {
    let (network, samples) = (&answer.network, answer.samples);
    if answer.ensemble == Ensemble::Labels || answer.taught_by.is_some() {
        return Err(CannotCertify::OtherTeacher);
    }
    if network.is_analytic() && answer.reason != Reason::NotSpanning {
        return Err(CannotCertify::Analytic);
    }
    let rank = rank(network, &answer.allocation, samples, settings, &Control::unlimited())
        .map_err(|_| CannotCertify::Jacobian)?;
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
        if answer.verdict == Verdict::Fractional
            && answer.reason != Reason::SpecialEnsemble
            && let Some(law) = below_one(network, samples, &answer.allocation)
        {
            let rule = rule("fractional", law, spans, None, section);
            return instances(answer, (settings, control), section, spans, Some(rule));
        }
        let known = matches!(answer.reason, Reason::Affine | Reason::AffineBasis(_))
            || matches!(
                answer.reason,
                Reason::Exact(
                    Theorem::Copying | Theorem::Rescaling | Theorem::Orthants | Theorem::Pairs | Theorem::Ends
                )
            );
        let certain = answer.verdict == Verdict::One;
        if certain
            && !known
            && answer.reason != Reason::SpecialEnsemble
            && let Some(law) = one_by_shape(network, samples, &answer.allocation)
        {
            let rule = rule("one", law, spans, None, section);
            return Ok(vec![section.step(rule)]);
        }
        if certain
            && !known
            && let Some(rule) = by_parts_or_odd(answer, settings, control, depth)
        {
            return Ok(vec![section.step(rule)]);
        }
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
            Reason::OddBasis(basis) => {
                let from = spanning(section, basis, whole)?;
                match DegreeCounter::new(network, samples, settings.seed, Limits::default()).degree(basis) {
                    Ok(degree) => {
                        let rule = rule("one", "odd degree", from, Some(basis), section);
                        with_degree(rule, degree.value as u64)
                    }
                    Err(_) => rule("open", "odd degree", spans, None, section),
                }
            }
            Reason::Exact(Theorem::Copying) => rule("one", "copying", spans, None, section),
            Reason::Exact(Theorem::Rescaling) => rule("one", "rescaled teacher", spans, None, section),
            Reason::Exact(Theorem::Orthants) => rule("one", "orthants", spans, None, section),
            Reason::Exact(Theorem::FarAway) if certain && has_one_layer(network) => {
                rule("one", "far away", spans, None, section)
            }
            Reason::Exact(Theorem::Coordinates) if certain => rule("one", "coordinates", spans, None, section),
            Reason::Exact(Theorem::TwoUnits) if certain => {
                let pair = ["W[0,1]", "W[1,0]"].iter().any(|name| learns(network, &answer.allocation, name));
                rule("one", if pair { "two units" } else { "diagonal" }, spans, None, section)
            }
            Reason::Exact(Theorem::Ends) if certain => rule("one", "ends", spans, None, section),
            Reason::Exact(Theorem::Pairs) if certain => rule("one", "two units, two outputs", spans, None, section),
            Reason::Exact(Theorem::Inertia) if certain && has_squares(network, &answer.allocation) => {
                rule("one", "squares", spans, None, section)
            }
            Reason::Exact(Theorem::Signs) => rule("fractional", "signs", spans, None, section),
            // Of even powers, and an output without a learnable weight of its own.
            Reason::Exact(Theorem::Cone) if answer.verdict == Verdict::Fractional => {
                rule("fractional", "signs", spans, None, section)
            }
            reason if certain => {
                let why = stopped(control).unwrap_or_else(|| "no rule of the checker".to_owned());
                rule("open", &format!("{reason}: {why}"), spans, None, section)
            }
            _ => return instances(answer, (settings, control), section, spans, None),
        };
        Ok(vec![section.step(step)])
    })
}

/// Whether there is one hidden layer, without biases.
fn has_one_layer(network: &Network) -> bool {
    let shapes = network.shapes();
    shapes.bias == Some(false) && shapes.widths.is_some_and(|widths| widths.len() == 3)
}

/// Whether a weight learns, by its name.
fn learns(network: &Network, allocation: &Allocation, name: &str) -> bool {
    allocation.iter().any(|w| network.layout().weight(w).to_string() == name)
}

/// Whether as many units as inputs learn all their weights, of one hidden layer of squares with one output.
fn has_squares(network: &Network, allocation: &Allocation) -> bool {
    let Some(&[d, h, 1]) = network.shapes().widths.as_deref() else { return false };
    let learns = |w: usize| allocation.contains(w);
    let whole = |i: &usize| (i * d..(i + 1) * d).chain([h * d + i]).all(learns);
    has_one_layer(network) && network.exponents().is_some_and(|g| g == [2]) && (0..h).filter(whole).count() >= d
}

/// The step that says so by parts, or by an odd number of students. Parts are quickly looked at, but have parts of their own.
fn by_parts_or_odd(answer: &MatchAnswer, settings: Settings, control: &Control<'_>, depth: usize) -> Option<Rule> {
    let parts = || by_parts(answer, settings, control, depth);
    let odd = || odd(answer, settings, control).prove();
    match depth {
        0 => parts().or_else(odd),
        1..MOST_PARTS => odd().or_else(parts),
        _ => odd(),
    }
}

/// Whether an odd number of students match, of an answer with probability 1.
fn odd<'a>(answer: &'a MatchAnswer, settings: Settings, control: &Control<'a>) -> Question<'a> {
    let basis = match &answer.reason {
        Reason::OddBasis(basis) => Some(basis),
        _ => None,
    };
    let limit = match &answer.reason {
        Reason::OddLimit { powers, .. } => Some(powers.as_slice()),
        _ => None,
    };
    let (network, samples, allocation) = (&answer.network, answer.samples, &answer.allocation);
    Question { network, samples, allocation, basis, limit, seed: settings.seed, control: *control }
}

/// That something stopped the search for a proof, if it did.
fn stopped(control: &Control<'_>) -> Option<String> {
    let seconds = control.time_limit().map(|limit| limit.as_secs());
    let why = match (control.stopped()?, seconds) {
        (Stopped::Time, Some(seconds)) => format!("stopped by the time limit of {seconds} s"),
        _ => "stopped before its end".to_owned(),
    };
    Some(why)
}

/// What instances show, and that the value is below 1 if one of them, or a law that the checker reads off the shape, says so.
fn instances(
    answer: &MatchAnswer,
    (settings, control): (Settings, &Control<'_>),
    section: &mut Section<'_, impl Engine>,
    spans: u64,
    law: Option<Rule>,
) -> Result<Vec<u64>, CannotCertify> {
    let of = section.text(&answer.allocation);
    let found = answer.estimate.as_ref().map(|estimate| {
        let matcher = Matcher::new(&answer.network, answer.samples, settings, Limits::default().under(control));
        matcher.map(|matcher| Instances::prove(section, &matcher, (&answer.allocation, estimate), control))
    });
    let found = match found.transpose() {
        Ok(found) => found.unwrap_or_default(),
        Err(_) if control.stopped().is_some() => Instances::default(),
        Err(_) => return Err(CannotCertify::Jacobian),
    };
    if answer.reason == Reason::SpecialEnsemble {
        // No law speaks about such an ensemble, not even that the value is above 0.
        return Ok(found.stated);
    }
    let steps = || {
        law.or_else(|| (answer.verdict == Verdict::Fractional).then(|| odd(answer, settings, control).refute(spans))?)
    };
    let last = match (found.nearby, found.nearby.map_or_else(steps, |_| None)) {
        (Some(absence), _) => Rule::Fractional { of, spans, absence },
        (None, Some(step)) => step,
        (None, None) => {
            let law = stopped(control).map_or_else(|| NOT_BELOW_ONE.to_owned(), |why| format!("not below 1: {why}"));
            let verdict = "open".to_owned();
            Rule::Match { of, verdict, law, from: spans, basis: None, degree: None }
        }
    };
    let last = section.step(last);
    Ok(found.stated.into_iter().chain([last]).collect())
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
