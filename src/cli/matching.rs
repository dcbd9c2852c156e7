//! `allocert match`: with what probability a random student can match a random teacher.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use allocert::allocation::{picture, print};
use allocert::ask::trained_beside;
use allocert::certificate::of_match_within;
use allocert::control::{Control, Stopped};
use allocert::matching::{
    Ensemble, Estimate, Exact, Hypothesis, Limits, MatchAnswer, MatchOptions, Matcher, Reason, Trials, Verdict,
};
use allocert::reach::Evidence;
use allocert::record;
use allocert::report::Results;

use super::certificate::save;
use super::failure::Failure;
use super::matching_pieces::Question;
use super::output::{
    bar, beside, heading, json, learnable, line, outward, plural, thousands, wrapped_paragraph, written,
};
use super::pieces::Keeping;
use super::teacher::Teaching;
use super::{AllocationFiles, Common, Subject, batch, error_bound, interrupt, report, settings};

const EXAMPLES: &str = "Examples:
  allocert match 'lffn([2, 2, 2])' 'W1[0,0] W1[1,1] W2[0,0] W2[1,1]'
  allocert match 'lrnn(1, 1, 1, 3)' W --samples 1 --precision 0.05
  allocert match 'lrnn(1, 2, 1, 4)' 'D[0,0] W[0,0]' --samples 2 --json";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// The learnable weights, such as 'W1[0,:] b1[1]', 'all' or 'none'.
    #[arg(value_name = "ALLOC")]
    allocation: Option<String>,
    /// Answer each line of this file (- for standard input), an allocation or an object with allocation and samples, by an
    /// object a line. The time limit holds for each line.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["allocation", "allocation_file", "mask", "report", "certificate"])]
    batch: Option<PathBuf>,
    #[command(flatten)]
    keeping: Keeping,
    #[command(flatten)]
    files: AllocationFiles,
    /// Where no law settles the value: how many random instances to decide (with --precision, at most).
    #[arg(long, value_name = "N", value_parser = super::at_least_one)]
    trials: Option<u64>,
    /// Go on until the 95 % interval is no wider than this.
    #[arg(long, value_name = "WIDTH", value_parser = width)]
    precision: Option<f64>,
    #[command(flatten)]
    teaching: Teaching,
    /// Dimensions, and all decisions together, are wrong with a probability of at most 2^K where they are not proved.
    #[arg(long, value_name = "K", default_value = "-100", allow_negative_numbers = true, value_parser = error_bound)]
    error_log2: i64,
    /// Stop deciding instances after so many seconds, and looking for proofs of a certificate after as many more.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, allow_negative_numbers = true, value_parser = crate::cli::whole_number)]
    time_limit: u64,
    /// Also write a report into this folder.
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// Write a certificate of the dimensions and of the law that settles the value, or of instances.
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
}

/// So many students are trained at the most where nothing else is known.
const MOST_TRAINED: u64 = 50;

fn width(text: &str) -> Result<f64, String> {
    let width: f64 = text.parse().map_err(|_| "give a number such as 0.005".to_owned())?;
    if width > 0.0 && width <= 1.0 { Ok(width) } else { Err("give a number above 0, up to 1".to_owned()) }
}

impl Arguments {
    /// Whether --resume would keep what is finished, and was not given.
    pub(super) fn would_resume(&self) -> bool {
        self.keeping.resume.is_none() && self.precision.is_none() && self.batch.is_none()
    }
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let network = arguments.subject.network(common)?;
    let trials = match arguments.precision {
        Some(width) => Trials::Precision { width, most: arguments.trials.unwrap_or(100_000_000) },
        None => Trials::UpTo(arguments.trials.unwrap_or(10_000)),
    };
    let (ensemble, teacher) = arguments.teaching.read(common)?;
    if teacher.is_some() && (arguments.batch.is_some() || arguments.keeping.resume.is_some()) {
        let message =
            "--batch and --resume know teachers of the same network only\n  ask for one allocation, without them";
        return Err(Failure::request(message));
    }
    let options = MatchOptions { ensemble, trials, ..MatchOptions::default() };
    let limit = Duration::from_secs(arguments.time_limit);
    let (samples, settings) = (arguments.subject.samples(), settings(common, arguments.error_log2));
    if let Some(path) = &arguments.batch {
        let kept = (path.as_path(), &arguments.keeping);
        return batch::matches(common, (&network, samples), kept, settings, (&options, limit));
    }
    let allocation = arguments.files.allocation(&network, arguments.allocation.as_deref())?;
    let bar = bar("deciding {bar:30} {pos}/{len} instances, {eta} left");
    let progress = |done: u64, all: u64| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let stop = interrupt::flag();
    let control = Control::unlimited().within(limit).stopped_by(&stop).watched_by(&progress);
    let answer = if let Some(folder) = &arguments.keeping.resume {
        let trials = match arguments.precision {
            Some(_) => {
                let message =
                    "--resume keeps the pieces of a fixed number of instances\n  give --trials in place of --precision";
                return Err(Failure::request(message));
            }
            None => Trials::Fixed(arguments.trials.unwrap_or(10_000)),
        };
        let (options, time_limit) = (MatchOptions { trials, ..options }, arguments.time_limit);
        let question = Question { network, allocation, samples, options, settings, time_limit };
        bar.finish_and_clear();
        let free = Control::unlimited().stopped_by(&stop);
        let decided = question.decided(common, (&arguments.keeping, folder), (&free, &control));
        let Some(matcher) = decided? else {
            return Ok(ExitCode::SUCCESS);
        };
        matcher.decide(&question.allocation, &options, &control)
    } else {
        let limits = Limits::default().under(&control.untimed());
        let matcher = Matcher::taught(&network, teacher.as_ref(), samples, settings, limits);
        matcher.and_then(|matcher| matcher.decide(&allocation, &options, &control))
    };
    bar.finish_and_clear();
    let answer = answer.map_err(|error| interrupt::failure(&stop, error))?;
    let trained = || {
        let trials = arguments.trials.unwrap_or(MOST_TRAINED).min(MOST_TRAINED);
        trained_beside(&answer, options.ensemble, trials, &Control::unlimited().within(limit).stopped_by(&stop))
    };
    // Training beside it is of teachers of the same network.
    let training = answer.taught_by.is_none().then(trained).flatten();
    let record = || record::Match { training: training.clone(), ..record::Match::of(&answer, options.ensemble) };
    let files = control.stopped() != Some(Stopped::Asked);
    if let Some(folder) = arguments.report.as_ref().filter(|_| files) {
        let matches = vec![record()];
        report::write(folder, &Results { matches, ..Results::default() })?;
        written(common.json, folder);
    }
    if let Some(path) = arguments.certificate.as_ref().filter(|_| files) {
        // The search for proofs has as much time of its own.
        let again = Control::unlimited().within(limit).stopped_by(&stop);
        let certificate = of_match_within(&answer, settings, &again);
        save(path, &certificate.map_err(|error| Failure::request(error.to_string()))?)?;
        written(common.json, path);
    }
    if common.json {
        json(&record())?;
    } else {
        line(&text(&answer, training.as_ref()))?;
    }
    let stopped = answer.exact.is_none() && answer.estimate.as_ref().is_some_and(|e| e.stopped.is_some());
    Ok(interrupt::status(&stop, if stopped { 3 } else { 0 }))
}

/// Says what the shards of a run come to.
pub(super) fn merged(common: &Common, run: &record::Run, texts: &[String]) -> Result<ExitCode, Failure> {
    let (question, matcher) = Question::of(common, run, texts)?;
    let stop = interrupt::flag();
    let control = Control::unlimited().within(Duration::from_secs(question.time_limit)).stopped_by(&stop);
    let answer = matcher.decide(&question.allocation, &question.options, &control);
    let answer = answer.map_err(|error| interrupt::failure(&stop, error))?;
    let Trials::Fixed(trials) = question.options.trials else {
        return Err(Failure::request("run.json is damaged: no number of instances\n  run it again"));
    };
    let training = trained_beside(&answer, question.options.ensemble, trials.min(MOST_TRAINED), &control);
    if common.json {
        json(&record::Match { training, ..record::Match::of(&answer, question.options.ensemble) })?;
    } else {
        line(&text(&answer, training.as_ref()))?;
    }
    Ok(interrupt::status(&stop, 0))
}

/// The share of matched instances with its interval, or the interval alone where some are undecided.
fn value(estimate: &Estimate) -> String {
    let [low, high] = estimate.ci95;
    match estimate.probability {
        Some(p) => format!("{p:.4}, 95 % interval {low:.4} to {high:.4}"),
        None if estimate.ci95 == [0.0, 1.0] => "not known".to_owned(),
        None => format!("between {low:.4} and {high:.4} (95 %), whatever the undecided are"),
    }
}

/// The number that a theorem gives, or the bounds that it gives. That a probability is not 0 is the verdict's.
fn exact_value(exact: &Exact, verdict: Verdict) -> String {
    match &exact.number {
        Some(number) if number == "1" => "1".to_owned(),
        Some(number) => format!("{number} ({:.6}), {}", exact.enclosure()[0], exact.evidence),
        None => {
            let (bounds, evidence) = (outward(exact.enclosure()), exact.evidence);
            match bounds.split_once(" to ") {
                _ if verdict == Verdict::Fractional && exact.enclosure() == [0.0, 1.0] => {
                    format!("strictly between 0 and 1, {evidence}")
                }
                Some((_, high)) if exact.enclosure()[0] <= 0.0 => {
                    let above = if verdict == Verdict::Fractional { "above 0, " } else { "" };
                    format!("{above}at most {high}, {evidence}")
                }
                _ => format!("between {}, {evidence}", bounds.replace(" to ", " and ")),
            }
        }
    }
}

/// How many students match what they are asked to.
fn students(degree: usize, what: &str) -> String {
    if degree == 1 {
        format!("1: one complex student matches {what}")
    } else {
        format!("{degree} complex students match {what}")
    }
}

/// The characters before what a line says.
const TITLE: usize = 13;

/// The basis that a law found inside the allocation.
fn basis(answer: &MatchAnswer) -> Option<String> {
    match &answer.reason {
        Reason::AffineBasis(basis) | Reason::OddBasis(basis) => Some(print(answer.network.layout(), basis)),
        _ => None,
    }
}

fn hypotheses(answer: &MatchAnswer) -> Option<(Hypothesis, Hypothesis)> {
    match answer.reason {
        Reason::Fractional { normal, bounded, .. } => Some((normal, bounded)),
        _ => None,
    }
}

fn text(answer: &MatchAnswer, training: Option<&record::TrainedStudents>) -> String {
    let (size, weights) = (answer.allocation.size(), answer.network.weights());
    let subject = format!("{}, {}", answer.network, answer.samples);
    let mut text = heading(&subject, &learnable(size, weights)) + "\n\n";
    if weights <= 400 {
        for line in picture(answer.network.layout(), &answer.allocation).lines() {
            text.push_str(&format!("  {line}\n"));
        }
        text.push('\n');
    }
    let (dim, teacher) = (answer.dim.value, answer.teacher.value);
    text.push_str(&format!("verdict      {}\n", answer.verdict.name()));
    text.push_str(&format!("because      {}\n", reason(answer)));
    let labels = answer.ensemble == Ensemble::Labels;
    text.push_str(&match &answer.taught_by {
        Some(other) => {
            let taught = answer.taught_dim.map_or(String::new(), |taught| format!("; {taught} of its teacher"));
            format!("teacher      {}\ndimension    {dim} of the network's {teacher}{taught}\n", beside(TITLE, other))
        }
        None if labels => format!("dimension    {dim} for {}\n", plural(teacher as u64, "random label")),
        None => format!("dimension    {dim} of the teacher's {teacher}\n"),
    });
    match answer.degree {
        Some(Ok(degree)) => {
            let what = if labels { "the labels" } else { "a teacher" };
            text.push_str(&format!("degree       {} ({})\n", students(degree.value, what), degree.evidence));
        }
        Some(Err(why)) => text.push_str(&format!("degree       {}\n", beside(TITLE, &format!("unknown: {why}")))),
        None => {}
    }
    if let Some(exact) = &answer.exact {
        let formula = wrapped_paragraph(&exact.formula, 64).replace('\n', "\n             ");
        text.push_str(&format!("probability  {}\n             {formula}\n", exact_value(exact, answer.verdict)));
    }
    if let Some(estimate) = &answer.estimate {
        let name = if answer.exact.is_some() { "sampled     " } else { "probability " };
        let value = format!("{} ({})", value(estimate), estimate.ensemble);
        text.push_str(&format!("{name} {}\n", beside(TITLE, &value)));
        let [trials, matched, unmatched, undecided] =
            [estimate.trials, estimate.matched, estimate.unmatched, estimate.undecided].map(thousands);
        text.push_str(&format!(
            "instances    {trials}: {matched} matched, {unmatched} unmatched, {undecided} undecided\n"
        ));
        if let Some(halt) = &estimate.stopped {
            let halt = wrapped_paragraph(&halt.to_string(), 64).replace('\n', "\n             ");
            text.push_str(&format!("stopped      by {halt}\n"));
        }
    } else if answer.exact.is_none() {
        let value = match answer.verdict {
            Verdict::Zero => "0",
            Verdict::One => "1",
            Verdict::Fractional | Verdict::Undecided => "not known",
        };
        text.push_str(&format!("probability  {value}\n"));
    }
    if let Some(record::TrainedStudents { trials, successes, ci95: [low, high] }) = training {
        text.push_str(&format!(
            "training     {successes} of {trials} students matched (95 % interval {low:.3} to {high:.3});\n"
        ));
        text.push_str("             training misses matches: this is no match probability\n");
    }
    let decided = answer.estimate.as_ref().is_some_and(|estimate| estimate.matched + estimate.unmatched > 0);
    let sampled = decided && answer.exact.is_none() && answer.evidence != Evidence::Statistical;
    let of = if sampled { " for the verdict; the probability is a frequency" } else { "" };
    let evidence = format!("{}{of}; seed {}", answer.evidence, answer.settings.seed);
    text.push_str(&format!("evidence     {}", beside(TITLE, &evidence)));
    text
}

/// The reason over several lines where it has parts.
fn reason(answer: &MatchAnswer) -> String {
    let next = "\n             ";
    let said = |text: &str| beside(TITLE, text);
    match (&answer.reason, hypotheses(answer), basis(answer)) {
        (Reason::Fractional { trial, .. }, Some((normal, bounded)), _) => format!(
            "fractional law: the instance of trial {trial} has no real match{next}labels normal: {normal}{next}degree bounded: {bounded}"
        ),
        (reason, _, Some(basis)) => format!("{}{next}{}", said(&format!("{reason}:")), said(&basis)),
        (reason, ..) => said(&reason.to_string()),
    }
}
