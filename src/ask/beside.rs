//! Training beside a match probability of which nothing else is known.

use allocert_core::control::Control;
use allocert_core::matching::{Ensemble, MatchAnswer, Verdict};
use allocert_record::TrainedStudents;
use allocert_train::{Experiment, Training, TrialOptions};

/// What training comes to in at most so many trials where no law settles a match probability and no instance can be decided: networks
/// with exponentials, quotients or roots, if they are defined everywhere. Nothing elsewhere. Once something says stop no trial begins.
pub fn trained_beside(
    answer: &MatchAnswer,
    ensemble: Ensemble,
    trials: u64,
    control: &Control<'_>,
) -> Option<TrainedStudents> {
    if !answer.network.is_analytic() || answer.verdict != Verdict::Undecided {
        return None;
    }
    let options = TrialOptions { ensemble, seed: answer.settings.seed, ..TrialOptions::default() };
    let training = Training::new(&answer.network, answer.samples, &answer.allocation, options).ok()?;
    let experiment = Experiment::run(&training, None, trials, control);
    (experiment.count() > 0).then(|| TrainedStudents {
        trials: experiment.count(),
        successes: experiment.successes(),
        ci95: experiment.ci95(),
    })
}
