//! Training, held against what is possible.

use allocert_core::control::Control;
use allocert_core::matching::MatchError;
use allocert_core::reach::Settings;
use allocert_train::{Exact, Experiment, Training};

/// Decides what so many trials can find, then runs them.
pub fn train(
    training: &Training,
    trials: u64,
    settings: Settings,
    [deciding, fitting]: [&Control<'_>; 2],
) -> (Result<Exact, MatchError>, Experiment) {
    let exact = Exact::new(training, trials, settings, deciding);
    let experiment = Experiment::run(training, exact.as_ref().ok(), trials, fitting);
    (exact, experiment)
}
