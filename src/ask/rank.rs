//! The reachable dimension of one allocation.

use allocert_checker::{Verdict, check};
use allocert_core::allocation::Allocation;
use allocert_core::control::Control;
use allocert_core::network::{Network, Samples};
use allocert_core::reach::{Answer, Dimension, Evidence, Ranks, ReachError, Reason, Settings};
use allocert_prove::of_rank;
use allocert_record as record;

/// Larger networks are not searched for a proof: it might take long.
pub const MOST_PROVED: usize = 24;

/// The reachable dimension of one allocation, with all that is known of it; `draws` as for [`Ranks`].
///
/// # Errors
/// See [`ReachError`].
pub fn rank(
    network: &Network,
    allocation: &Allocation,
    samples: Samples,
    settings: Settings,
    draws: u64,
    control: &Control<'_>,
) -> Result<record::Rank, ReachError> {
    let answer = Ranks::new(network, settings, draws).answer(allocation, samples, control)?;
    Ok(rank_record(&settled(answer)))
}

/// The record of a settled answer.
pub fn rank_record(answer: &Answer) -> record::Rank {
    let [reason, teacher_reason] = [reason(&answer.dim), reason(&answer.teacher)];
    record::Rank { reason, teacher_reason, ..record::Rank::of(answer) }
}

/// The answer, with both dimensions called proved where no simpler reason proves them, but the certificate of both is valid.
pub fn settled(mut answer: Answer) -> Answer {
    let open = answer.evidence() != Evidence::Proved && answer.network.weights() <= MOST_PROVED;
    let certificate = if open { of_rank(&answer).ok() } else { None };
    if certificate.is_some_and(|text| check(text.as_bytes()).verdict == Verdict::Valid) {
        (answer.dim.evidence, answer.teacher.evidence) = (Evidence::Proved, Evidence::Proved);
    }
    answer
}

/// Why a dimension of an answer is not larger. That it is at least 0 needs no minor.
pub fn reason(dimension: &Dimension) -> String {
    let words = match (dimension.evidence, dimension.reason) {
        (Evidence::Proved, Reason::RandomPoints | Reason::Draws) => {
            "a non-zero minor; a proof that the checker confirms".to_owned()
        }
        _ => dimension.reason.to_string(),
    };
    if dimension.value == 0 { words.replace("a non-zero minor; ", "") } else { words }
}
