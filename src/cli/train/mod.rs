//! `allocert train`: fits students to teachers, and holds what training finds against what is possible.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args};

use allocert::allocation::Allocation;
use allocert::ask;
use allocert::control::Control;
use allocert::matching::Ensemble;
use allocert::network::{Network, Samples};
use allocert::record;
use allocert::report::Results;
use allocert::training::{Method, TrainerOptions, Training, TrialOptions};

use super::dataset::Reading;
use super::failure::Failure;
use super::file::write_whole;
use super::output::{bar, json, line, written};
use super::teacher::Teaching;
use super::{Common, Pins, error_bound, interrupt, parse_allocation, report, settings};

mod data;
mod replay;
mod terminal;

pub(super) use data::Fitting;

const EXAMPLES: &str = "Examples:
  allocert train 'lffn([2, 2, 2])' 'W1[0,0] W1[1,1] W2[0,0] W2[1,1]'
  allocert train 'lrnn(1, 2, 1, 4)' 'D W[0,0] W[1,1]' --trainer adam --trials 20
  allocert train 'lffn([2, 2, 2])' W1 --samples 2 --trials 100 --json

A match has to survive refinement to 256 bits. The result is inconsistent if one
is found where the match probability is 0, or for an instance that is decided to
have none: then the exit status is 1, and the instance is saved for --replay. A
success rate below the match probability is a gap.";

/// What has no meaning where data are given.
const OF_TEACHERS: [&str; 11] = [
    "samples",
    "replay",
    "trials",
    "ensemble",
    "teacher",
    "restarts",
    "iterations",
    "tolerance",
    "error_log2",
    "save",
    "report",
];

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The network, such as 'lffn([2, 2, 2])'.
    #[arg(value_name = "NET", required_unless_present = "replay")]
    network: Option<String>,
    #[command(flatten)]
    pins: Pins,
    /// The learnable weights, such as 'W1[0,:] b1[1]', 'all' or 'none'.
    #[arg(value_name = "ALLOC", required_unless_present = "replay")]
    allocation: Option<String>,
    /// The number of generic inputs; without it, so many that more add nothing (functional).
    #[arg(long, value_name = "M", value_parser = crate::cli::at_least_one)]
    samples: Option<u64>,
    /// How many students and teachers to draw.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    trials: u64,
    #[command(flatten)]
    how: How,
    /// Fit to these inputs and labels in place of teachers: *.csv, *.npz with the arrays inputs and labels, or inputs in IDX with
    /// --labels.
    #[arg(long, value_name = "FILE", conflicts_with_all = OF_TEACHERS)]
    data: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    fitting: Fitting,
    #[command(flatten)]
    teaching: Teaching,
    /// Dimensions, and all decisions together, are wrong with a probability of at most 2^K where they are not proved.
    #[arg(long, value_name = "K", default_value = "-100", allow_negative_numbers = true, value_parser = error_bound)]
    error_log2: i64,
    /// Where to save an inconsistent instance.
    #[arg(long, value_name = "DIR", default_value = ".")]
    save: PathBuf,
    /// Look again at an instance that was saved.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["network", "allocation", "samples"])]
    replay: Option<PathBuf>,
    /// Also write a report into this folder.
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
}

/// How students are trained.
#[derive(Args, Clone, Debug)]
pub(super) struct How {
    /// levenberg-marquardt, adam or gradient-descent [default: levenberg-marquardt; with --data adam].
    #[arg(long, value_name = "NAME")]
    pub trainer: Option<Method>,
    /// After the student's own draw, try so many fresh draws of the learnable weights (0 to 100000).
    #[arg(long, value_name = "N", default_value_t = 63, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub restarts: u32,
    /// The standard deviation of fresh draws (above 0, up to 1000); of every four, one is 4, one 16 and one 64 times as wide.
    #[arg(long, value_name = "S", default_value_t = 1.0, value_parser = |t: &str| between(t, 0.0, 1000.0))]
    pub initial_scale: f64,
    /// The learning rate (above 0, up to 100) [default: 0.05 for adam, 0.1 for gradient-descent; with --data a tenth, and half, of that].
    #[arg(long, value_name = "ETA", value_parser = |t: &str| between(t, 0.0, 100.0))]
    pub learning_rate: Option<f64>,
    /// The most iterations of one start [default: 200 for levenberg-marquardt, otherwise 5000].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub iterations: Option<u64>,
    /// A candidate has residuals of at most this against 1 + labels, in norm (above 0, up to 0.1).
    #[arg(long, value_name = "T", default_value_t = 1e-6, value_parser = |t: &str| between(t, 0.0, 0.1))]
    pub tolerance: f64,
}

impl How {
    /// For the trials of this seed.
    pub(super) fn options(&self, seed: u64, ensemble: Ensemble) -> TrialOptions {
        let How { learning_rate, iterations, tolerance, .. } = *self;
        TrialOptions {
            ensemble,
            seed,
            method: self.trainer.unwrap_or(Method::LevenbergMarquardt),
            trainer: TrainerOptions { learning_rate, iterations, tolerance },
            restarts: self.restarts,
            initial_scale: self.initial_scale,
        }
    }
}

pub(super) fn between(text: &str, above: f64, most: f64) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| format!("give a number above {above}, up to {most}"))?;
    if value > above && value <= most { Ok(value) } else { Err(format!("give a number above {above}, up to {most}")) }
}

/// A number above 0, up to 100.
pub(super) fn positive(text: &str) -> Result<f64, String> {
    between(text, 0.0, 100.0)
}

/// What is wrong where an option that is about given data stands without data. Clap says so itself but beside an option that data
/// would exclude.
pub(super) fn without_data(matches: &ArgMatches) -> Option<String> {
    let given = |id: &&str| matches.value_source(id) == Some(ValueSource::CommandLine);
    let ids = ["epochs", "batch", "test_share", "labels", "scale"];
    let option = ids.into_iter().find(given).filter(|_| !given(&"data"))?.replace('_', "-");
    Some(format!("--{option} is about given data: give --data <FILE>, or leave it out"))
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    if let Some(file) = &arguments.replay {
        return replay::run(common, file);
    }
    let missing = || Failure::request("a network and an allocation are needed\n  see allocert train --help");
    let network: Network = common.pinned(arguments.network.as_ref().ok_or_else(missing)?, &arguments.pins)?;
    let asked = arguments.allocation.as_ref().ok_or_else(missing)?;
    let allocation = parse_allocation(&network, asked)?;
    if let Some(file) = &arguments.data {
        let given = (file.as_path(), &arguments.reading);
        return data::run(common, &arguments.how, &arguments.fitting, &network, (&allocation, asked), given);
    }
    let samples = arguments.samples.map_or(Samples::Functional, Samples::Count);
    teach(common, arguments, &network, samples, &allocation)
}

/// Students against teachers.
fn teach(
    common: &Common,
    arguments: &Arguments,
    network: &Network,
    samples: Samples,
    allocation: &Allocation,
) -> Result<ExitCode, Failure> {
    let (ensemble, teacher) = arguments.teaching.read(common)?;
    let options = arguments.how.options(common.seed, ensemble);
    let training = Training::taught(network, teacher.as_ref(), samples, allocation, options)?;
    let stop = interrupt::flag();
    let bar = bar("{msg} {bar:30} {pos}/{len}, {eta} left");
    let progress = |done: u64, all: u64| {
        bar.set_length(all);
        bar.set_position(done);
    };
    bar.set_message("deciding");
    let settings = settings(common, arguments.error_log2);
    let begin_training = |done: u64, all: u64| {
        bar.set_message("training");
        progress(done, all);
    };
    let control = Control::unlimited().stopped_by(&stop);
    let (deciding, fitting) = (control.watched_by(&progress), control.watched_by(&begin_training));
    let (exact, experiment) = ask::train(&training, arguments.trials, settings, [&deciding, &fitting]);
    bar.finish_and_clear();
    let verdict = exact.as_ref().map_or("", |e| e.answer.verdict.name());
    for compared in experiment.inconsistent() {
        let name = format!("inconsistent-{}-{}.json", common.seed, compared.trial.trial);
        let path = arguments.save.join(name);
        let replay = record::Replay::of(&training, compared, verdict);
        write_whole(&path, &serde_json::to_vec_pretty(&replay).map_err(std::io::Error::other)?)?;
        // If standard error cannot be written, the exit status and the file have to do.
        let _ = writeln!(std::io::stderr(), "{}", terminal::inconsistency(&replay, &path));
    }
    let answer = record::Train::of(&training, &experiment, exact.as_ref().map_err(ToString::to_string));
    if let Some(folder) = &arguments.report {
        report::write(folder, &Results { trainings: vec![(&answer).into()], ..Results::default() })?;
        written(common.json, folder);
    }
    if common.json {
        json(&answer)?;
    } else {
        line(&terminal::text(&answer, network, allocation))?;
    }
    Ok(ExitCode::from(match (answer.consistent, answer.partial) {
        (Some(false), _) => 1,
        (_, true) => 3,
        _ => 0,
    }))
}
