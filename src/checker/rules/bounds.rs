//! At most k, from counting: a rank exceeds neither the number of columns nor the number of rows that are not zero.

use super::super::proof::{Fact, Fault, Proof, ensure};

fn at_most(proof: &mut Proof, step: u64, (of, set, k): (&str, Vec<usize>, usize)) {
    proof.state(step, Fact::AtMost(set, k), format!("the dimension of {of} is at most {k}"));
}

/// There are no more weights.
pub(super) fn size(proof: &mut Proof, step: u64, of: &str, k: usize) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    ensure(set.len() <= k, "the allocation has more weights")?;
    at_most(proof, step, (of, set, k));
    Ok(())
}

/// No more labels depend on the allocation: those of the inputs, or the coordinates of the network's function.
pub(super) fn labels(proof: &mut Proof, step: u64, of: &str, k: usize) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    ensure(proof.network()?.labels_of(&set, proof.samples) <= k as u128, "more labels depend on the allocation")?;
    at_most(proof, step, (of, set, k));
    Ok(())
}

/// A bound of the theory; none is known to this version besides those with rules of their own.
pub(super) fn named(_: &mut Proof, _: u64, _: (&str, usize), name: &str) -> Result<(), Fault> {
    Err(Fault::Wrong(format!("there is no bound named {}", name.chars().take(40).collect::<String>())))
}
