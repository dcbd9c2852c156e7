//! Training, held against what is possible.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use allocert_core::matching::{Limits, MatchError, Matcher};
use allocert_core::reach::Settings;
use allocert_train::{Exact, Experiment, Training};

/// Decides what so many trials can find, then runs them. The two calls of `progress` are told (done, all) of either, from any
/// thread; `stop` ends both early.
pub fn train(
    training: &Training,
    trials: u64,
    settings: Settings,
    stop: &Arc<AtomicBool>,
    [deciding, fitting]: [&(dyn Fn(u64, u64) + Sync); 2],
) -> (Result<Exact, MatchError>, Experiment) {
    let matcher = Matcher::new(training.network(), training.samples(), settings, Limits::default());
    let exact = matcher.and_then(|matcher| Exact::with(&matcher.stopped_by(stop), training, trials, stop, deciding));
    let experiment = Experiment::run(training, exact.as_ref().ok(), trials, stop, fitting);
    (exact, experiment)
}
