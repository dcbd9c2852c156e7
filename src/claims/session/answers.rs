//! Match probabilities that some claim of a file asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use allocert_core::allocation::Allocation;
use allocert_core::matching::MatchAnswer;
use allocert_core::network::{Network, Samples};

use super::lock;

/// So many are kept.
const MOST_ANSWERS: usize = 1 << 16;

/// All that an answer depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub network: Network,
    pub samples: Samples,
    pub allocation: Allocation,
    pub trials: u64,
    pub seed: u64,
    pub error_log2: i64,
}

/// Answers for other claims of a file about the same allocations, such as trends in another number, so that the same instances
/// are not decided again. What a claim rests on is still counted claim by claim.
#[derive(Debug, Default)]
pub(super) struct Answers(Mutex<HashMap<Question, Arc<MatchAnswer>>>);

impl Answers {
    /// The answer that is known, or the one that is found now. One that a limit of time or a search's budget cut short is kept by
    /// nobody else.
    pub(super) fn get_or_find<E>(
        &self,
        question: Question,
        find: impl FnOnce() -> Result<MatchAnswer, E>,
    ) -> Result<Arc<MatchAnswer>, E> {
        if let Some(known) = lock(&self.0).get(&question) {
            return Ok(Arc::clone(known));
        }
        let answer = Arc::new(find()?);
        let is_whole = answer.estimate.as_ref().is_none_or(|e| e.stopped.is_none());
        let mut answers = lock(&self.0);
        if is_whole && answers.len() < MOST_ANSWERS {
            answers.insert(question, Arc::clone(&answer));
        }
        Ok(answer)
    }
}
