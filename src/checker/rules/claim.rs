//! What came of a claim about dimensions.
//!
//! Its formula is written in a language that is not known here, so the step states only what the engine reported. What is proved
//! are the dimensions in the steps before it: those of all allocations of the networks asked about, and those that the
//! counterexample rests on. Networks without a table leave holes.

use super::super::proof::{Fact, Fault, Proof, ensure};
use allocert_format::Counterexample;

const OUTCOMES: [&str; 5] = ["verified", "refuted", "supported", "contradicted", "open"];

/// Texts that are stated without a check are short and of one line.
fn is_plain(text: &str) -> bool {
    text.len() <= 1_000 && !text.chars().any(char::is_control)
}

pub(super) fn claim(
    proof: &mut Proof,
    step: u64,
    (name, outcome): (&str, &str),
    counterexample: Option<&Counterexample>,
    missing: &[(String, String)],
) -> Result<(), Fault> {
    ensure(OUTCOMES.contains(&outcome), "there is no such outcome")?;
    ensure(
        (outcome == "refuted") == counterexample.is_some(),
        "a counterexample belongs to what is refuted, and only to that",
    )?;
    ensure(is_plain(name), "the name of the claim has control characters, or is too long")?;
    if !proof.has_dimensions() {
        proof.hole(step, "claim", "no dimensions are proved before it".to_owned(), None);
    }
    let mut because = String::new();
    if let Some(c) = counterexample {
        for dimension in &c.dimensions {
            let stated = proof.statement(*dimension)?;
            ensure(stated.contains(": the dimension of "), &format!("step {dimension} is not about a dimension"))?;
        }
        let texts = [Some(&c.network), c.allocation.as_ref()];
        let plain = texts.into_iter().flatten().all(|text| is_plain(text));
        ensure(plain, "the counterexample has control characters, or is too long")?;
        let of = c.allocation.as_deref().map_or(String::new(), |a| format!(", {a}"));
        let sides = c.sides.as_ref().map_or(String::new(), |(l, sign, r)| format!(": {l} {sign} {r} is false"));
        because = format!(" by {}{of}{sides}", c.network);
    }
    for (network, reason) in missing {
        let short = |text: &str| text.chars().take(120).collect::<String>();
        proof.hole(step, "claim", format!("no dimensions of {}: {}", short(network), short(reason)), None);
    }
    proof.leave();
    let statement = format!("claim {name} is reported {outcome}{because} (its formula is not evaluated here)");
    proof.state(step, Fact::Other, statement)
}
