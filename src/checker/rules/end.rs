//! The end: it repeats the number of steps, the header and what is stated in answer to the question, so that a file that was
//! cut, doubled or put together from others does not pass.

use super::super::proof::{Fault, Proof, ensure};
use allocert_format::Header;

pub(super) fn end(
    proof: &mut Proof,
    step: u64,
    steps: u64,
    header: &Header,
    answer: &[u64],
    statements: Vec<String>,
) -> Result<(), Fault> {
    ensure(steps == step, "the number of steps is another one")?;
    ensure(*header == proof.header, "the header is repeated differently")?;
    ensure(!answer.is_empty() && answer.windows(2).all(|a| a[0] < a[1]), "the answer is not a rising list of steps")?;
    ensure(answer.len() == statements.len(), "there are not as many statements as steps in the answer")?;
    for (step, statement) in answer.iter().zip(&statements) {
        ensure(proof.statement(*step)? == *statement, &format!("step {step} states something else"))?;
    }
    let claimed = proof.claim.is_none_or(|(claim, _)| answer.contains(&claim));
    let about_claim = proof.claim.is_some() == (proof.header.about == "claim");
    ensure(claimed && about_claim, "the answer is not about the claim")?;
    if let (Some(network), Some(of)) = (&proof.header.network, &proof.header.allocation) {
        proof.find(network)?.allocation(of)?;
    }
    if let Some(of) = &proof.header.allocation {
        // A match is one of the allocation that the header names, not of another whose dimension is stated beside it.
        let spans = [format!("{of} spans"), format!("{of} does not span")];
        let what = if proof.header.about == "match" { "the match probability" } else { "" };
        let about = statements.iter().any(|s| s.contains(&format!("{what} of {of} is ")) || spans.contains(s));
        ensure(about, "no statement is about the allocation of the header")?;
    }
    proof.answer = answer.to_vec();
    Ok(())
}
