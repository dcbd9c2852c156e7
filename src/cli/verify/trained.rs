//! `allocert verify --train`: trainers on a stratified sample of a claim's allocations, held against the theory.

use allocert::allocation::print;
use allocert::claims::{CheckOptions, Claim, sample};
use allocert::control::Control;
use allocert::record::Trained;
use allocert::training::{Exact, Experiment, Method, Training, TrialOptions};

use crate::cli::failure::Failure;
use crate::cli::output::{Colour, paint, plural, thousands};

/// Allocations of each network and size, and of a claim.
const SAMPLE: [usize; 2] = [1, 40];
/// Students of each allocation and trainer.
const TRIALS: u64 = 10;
/// Restarts of Levenberg-Marquardt, and of the others.
const RESTARTS: [u32; 2] = [7, 1];

/// Trains a sample of a claim's allocations; nothing for a claim that does not speak about matches.
pub(super) fn train(claim: &Claim, options: &CheckOptions) -> Result<Option<Trained>, Failure> {
    if !claim.speaks_of_matches() {
        return Ok(None);
    }
    let mut all = Trained {
        allocations: 0,
        skipped: 0,
        trials: 0,
        successes: 0,
        missed: 0,
        inconsistent: 0,
        first_inconsistent: None,
        consistent: true,
    };
    let free = Control::unlimited();
    // A claim whose own expressions fail has no sample; its row says why.
    for sampled in sample(claim, options, SAMPLE[0], SAMPLE[1]).unwrap_or_default() {
        all.allocations += 1;
        let mut exact: Option<Exact> = None;
        for method in Method::ALL {
            let restarts = RESTARTS[usize::from(method != Method::LevenbergMarquardt)];
            let trial = TrialOptions { method, restarts, seed: options.settings.seed, ..TrialOptions::default() };
            let Ok(training) = Training::new(&sampled.network, sampled.samples, &sampled.allocation, trial) else {
                all.skipped += 1;
                break;
            };
            if exact.is_none() {
                exact = Exact::new(&training, TRIALS, options.settings, &free).ok();
            }
            let Some(exact) = &exact else {
                all.skipped += 1;
                break;
            };
            let done = Experiment::run(&training, Some(exact), TRIALS, &free);
            all.trials += done.count();
            all.successes += done.successes();
            all.missed += done.missed().count() as u64;
            let inconsistent = done.inconsistent().count() as u64;
            if inconsistent > 0 && all.first_inconsistent.is_none() {
                let allocation = print(sampled.network.layout(), &sampled.allocation);
                all.first_inconsistent = Some(format!("{}, {}: {allocation}", sampled.network, sampled.samples));
            }
            all.inconsistent += inconsistent;
        }
    }
    all.consistent = all.inconsistent == 0;
    Ok(Some(all))
}

/// A line below a claim's.
pub(super) fn text(trained: Option<&Trained>) -> String {
    let Some(t) = trained else {
        return String::new();
    };
    let [allocations, trials] = [plural(t.allocations, "allocation"), plural(t.trials, "trial")];
    let [successes, missed] = [t.successes, t.missed].map(thousands);
    let matches = if t.successes == 1 { "match" } else { "matches" };
    let shown = format!(
        "trained: {allocations}, {trials}, {successes} {matches}, {missed} missed, {} inconsistent",
        t.inconsistent
    );
    let colour = if t.consistent { Colour::Dim } else { Colour::Red };
    let first = t.first_inconsistent.as_ref().map(|f| format!("\n          {f}")).unwrap_or_default();
    format!("\n          {}{first}", paint(&shown, colour, false))
}
