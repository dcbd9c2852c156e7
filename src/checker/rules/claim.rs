//! What came of a claim.
//!
//! The claim's words are not understood here, and the step does not state them. If its condition has been evaluated for each of its
//! networks, in steps before, the outcome follows: `verified` if it holds everywhere, `refuted` if it fails for the
//! counterexample. Otherwise the step states what the engine reported, and what is proved are the dimensions in the steps before
//! it: the certificate is then never called valid.
//!
//! The claim's networks are those whose dimensions stand before it, or are said to be missing; a counterexample cites dimensions
//! of its own network; its seal repeats all texts, so that one that was changed is noticed.

use std::collections::BTreeSet;

use allocert_format::{Counterexample, Rule, claim_in_words, is_name};

use super::super::Standing;
use super::super::proof::{Evaluated, Fact, Fault, Proof, Subject, ensure};

const OUTCOMES: [&str; 5] = ["verified", "refuted", "supported", "contradicted", "open"];

/// Texts that are shown without a check are short and of one line.
fn is_plain(text: &str) -> bool {
    text.len() <= 20_000 && !text.chars().any(char::is_control)
}

pub(super) fn claim(proof: &mut Proof, step: u64, rule: &Rule) -> Result<(), Fault> {
    let Rule::Claim { name, outcome, counterexample, missing, networks, conditions, seal, .. } = rule else {
        return Ok(());
    };
    ensure(proof.header.about == "claim" && proof.claim.is_none(), "the certificate is not about this claim")?;
    ensure(OUTCOMES.contains(&outcome.as_str()), "there is no such outcome")?;
    ensure(is_name(name), "the name of a claim consists of letters, digits and -_./+:")?;
    ensure((outcome == "refuted") == counterexample.is_some(), "a counterexample belongs to what is refuted")?;
    ensure(seal.is_none() || *seal == rule.seal(), "the seal is of another claim: a text was changed")?;
    if let Some(counterexample) = counterexample {
        self::counterexample(proof, counterexample)?;
    }
    for (network, reason) in missing {
        ensure(is_plain(network) && is_plain(reason), "a reason has control characters, or is too long")?;
        proof.lack(step, "claim", format!("no dimensions of {network}: {reason}"), None)?;
    }
    let known = |subject: &Subject| {
        let text = allocert_format::networks_in_words(std::slice::from_ref(subject), |_| None);
        proof.subjects().any(|s| s == subject) || missing.iter().any(|(m, _)| *m == text)
    };
    ensure(networks.iter().collect::<BTreeSet<_>>().len() == networks.len(), "a network is listed twice")?;
    ensure(networks.iter().all(known), "nothing stands before the claim about one of its networks")?;
    let mut evaluated = false;
    if !conditions.is_empty() {
        ensure(
            seal.is_some() && missing.is_empty(),
            "conditions belong to a claim with a seal, of which nothing is missing",
        )?;
        evaluated = follows(proof, (outcome, counterexample.as_ref()), networks, conditions)?;
    } else if proof.subjects().next().is_none() {
        proof.lack(step, "claim", "no dimensions are proved before it".to_owned(), None)?;
    }
    let mut cited = Vec::with_capacity(conditions.len());
    for condition in conditions {
        cited.push(proof.stated(*condition)?.text.clone());
    }
    let text = claim_in_words(rule, &cited, |network| proof.hash(network)).unwrap_or_default();
    proof.claim = Some((step, if evaluated { Standing::Follows } else { Standing::NotEvaluated }));
    proof.leave();
    proof.state(step, Fact::Other, text)
}

/// A counterexample is an allocation of its network, and cites dimensions of that network on as many samples.
fn counterexample(proof: &Proof, c: &Counterexample) -> Result<(), Fault> {
    let network = proof.find(&c.network)?;
    if let Some(allocation) = &c.allocation {
        network.allocation(allocation)?;
    }
    let mut own = c.dimensions.is_empty();
    for dimension in &c.dimensions {
        let stated = proof.stated(*dimension)?;
        ensure(stated.dimensions, &format!("step {dimension} is not about a dimension"))?;
        own |= stated.subject.as_ref().is_some_and(|subject| (&subject.0, &subject.1) == (&c.network, &c.samples));
    }
    ensure(own, "the counterexample cites no dimension of its network")
}

/// Whether all conditions have been evaluated, and are proved; a fault if the outcome is not theirs. For `verified` there is one for
/// each network, for `refuted` that of the counterexample.
fn follows(
    proof: &Proof,
    (outcome, counterexample): (&str, Option<&Counterexample>),
    networks: &[Subject],
    conditions: &[u64],
) -> Result<bool, Fault> {
    let mut found = Vec::new();
    for condition in conditions {
        let stated = proof.stated(*condition)?;
        let evaluated = stated.condition.as_ref().zip(stated.subject.as_deref());
        found.push(evaluated.ok_or_else(|| Fault::Wrong(format!("step {condition} is no condition on a network")))?);
    }
    let alike = found.windows(2).all(|two| two[0].0.texts == two[1].0.texts);
    ensure(alike, "the conditions of the networks are different ones, or inside different weights")?;
    ensure(found.iter().all(|(_, subject)| networks.contains(subject)), "a condition is on another network")?;
    match (outcome, counterexample) {
        ("verified", _) => {
            let all = networks.iter().all(|network| found.iter().any(|(_, subject)| *subject == network));
            ensure(all, "a network of the claim has no condition")?;
            let fails = found.iter().any(|(condition, _)| condition.fails.is_some());
            ensure(!fails, "the condition fails, so the claim is not verified")?;
        }
        ("refuted", Some(c)) => {
            let allocation = proof.find(&c.network)?.allocation(c.allocation.as_deref().unwrap_or("none"))?;
            let this = |(condition, (network, samples)): &(&_, &Subject)| {
                let condition: &Evaluated = condition;
                (network, samples) == (&c.network, &c.samples) && condition.fails.as_ref() == Some(&allocation)
            };
            ensure(
                found.iter().any(|(condition, subject)| this(&(condition.as_ref(), *subject))),
                "the condition does not fail for the counterexample",
            )?;
        }
        _ => return Err(Fault::Wrong("conditions settle a claim: it is verified or refuted".to_owned())),
    }
    let known = found.iter().all(|(condition, _)| condition.instances.is_some());
    ensure(!known || found.iter().any(|(condition, _)| condition.instances > Some(0)), "the claim is about nothing")?;
    Ok(known && conditions.iter().all(|step| proof.hole_of(*step).is_none()))
}
