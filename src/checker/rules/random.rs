//! At most k because no larger rank was found at random points: not a proof. The step leaves a hole.

use super::super::proof::{Fault, Proof, ensure};

pub(super) fn random(
    proof: &mut Proof,
    step: u64,
    (of, k): (&str, usize),
    error_log2: Option<i64>,
    missing: &str,
) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    ensure(error_log2.is_none_or(|e| e <= 0), "an error is at most 2^0")?;
    let missing: String = missing.chars().take(80).collect();
    proof.hole(
        step,
        "random",
        format!("that the dimension of {of} is at most {k} is probable ({missing})"),
        error_log2,
    )?;
    for point in proof.points() {
        proof.refute_at(point, &set, k)?;
    }
    proof.bounded(step, (of, set, k))
}
