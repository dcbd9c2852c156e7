//! `allocert classify`: every allocation of a small network by the verdict on its match probability.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;

use allocert::allocation::print;
use allocert::control::{Control, Stopped};
use allocert::matching::{
    Classification, Limits, MatchError, MatchOptions, Matcher, MaximalTable, Orbit, Trials, maximal,
};
use allocert::reach::ReachError;
use allocert::record;

use super::classify_pieces::Question;
use super::failure::Failure;
use super::output::{bar, hanging, json, line, plural, thousands, wrapped_paragraph};
use super::pieces::Keeping;
use super::{Common, Subject, batch, error_bound, interrupt, settings};

const EXAMPLES: &str = "Examples:
  allocert classify 'lffn([2, 2, 2])'
  allocert classify 'lrnn(inputs=1, hidden=2, outputs=1, steps=4)' --samples 2
  allocert classify 'lrnn(inputs=1, hidden=2, outputs=1, steps=4)' --maximal
  allocert classify 'lffn([2, 2, 2])' --until-decided";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// Instead: how many allocations of each size r are maximal (match probability 1 for every number of samples M whose
    /// teacher dimension is at most r), and how many minimal (no allocation of r weights reaches less, for any M).
    #[arg(long, conflicts_with = "samples")]
    maximal: bool,
    /// Only the allocations in the lines of this file (- for standard input), each an allocation or an object with allocation
    /// and samples: an object a line, as of `match`. The time limit holds for each line.
    #[arg(long, value_name = "FILE", conflicts_with = "maximal")]
    batch: Option<PathBuf>,
    #[command(flatten)]
    keeping: Keeping,
    /// Where no law settles a verdict: how many random instances to decide, in search of one without a match.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = super::at_least_one)]
    trials: u64,
    /// Go on with growing budgets, four times as many instances and subsets and twice as many slices each time, until nothing is
    /// undecided or the time is up.
    #[arg(long, conflicts_with_all = ["maximal", "batch"])]
    until_decided: bool,
    /// Dimensions, and all decisions together, are wrong with a probability of at most 2^K where they are not proved.
    #[arg(long, value_name = "K", default_value = "-100", allow_negative_numbers = true, value_parser = error_bound)]
    error_log2: i64,
    /// Leave what no law has settled by then undecided after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, allow_negative_numbers = true, value_parser = crate::cli::whole_number)]
    time_limit: u64,
}

impl Arguments {
    /// Whether --resume would keep what is finished, and was not given.
    pub(super) fn would_resume(&self) -> bool {
        // Of networks with relu nothing is kept.
        let kinks = self.subject.network.trim_start().starts_with("relu(");
        self.keeping.resume.is_none() && !self.maximal && !self.until_decided && !kinks
    }
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let network = arguments.subject.network(common)?;
    let options = MatchOptions { trials: Trials::Fixed(arguments.trials), ..MatchOptions::default() };
    let limit = Duration::from_secs(arguments.time_limit);
    if let Some(path) = &arguments.batch {
        let settings = settings(common, arguments.error_log2);
        let (subject, kept) = ((&network, arguments.subject.samples()), (path.as_path(), &arguments.keeping));
        return batch::matches(common, subject, kept, settings, (&options, limit));
    }
    if arguments.keeping.resume.is_some() && (arguments.maximal || arguments.until_decided) {
        let message =
            "--resume keeps what is found out about one network's bases\n  leave out --maximal and --until-decided";
        return Err(Failure::request(message));
    }
    if arguments.keeping.resume.is_some() && network.gates() > 0 {
        return Err(said(MatchError::NotPolynomial { network: network.to_string(), what: "--resume" }));
    }
    let bar = bar("classifying {bar:30} {pos}/{len}, {eta} left");
    let progress = |done: u64, all: u64| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let (samples, settings) = (arguments.subject.samples(), settings(common, arguments.error_log2));
    let (begun, stop) = (Instant::now(), interrupt::flag());
    let control = Control::unlimited().within(limit).stopped_by(&stop).watched_by(&progress);
    let of = |late: bool, kinks: bool| match control.stopped() {
        _ if kinks && !late => String::new(),
        Some(Stopped::Time) if kinks => {
            let limit = plural(arguments.time_limit, "second");
            format!("stopped by the time limit of {limit}: what is undecided is open\n")
        }
        Some(Stopped::Asked) => "stopped: interrupted; what is undecided is open\n".to_owned(),
        _ => stopped(late, begun.elapsed(), arguments.time_limit),
    };
    let late = if arguments.maximal {
        let table = maximal(&network, &options, settings, &control);
        bar.finish_and_clear();
        let table = table.map_err(|error| interrupt::failure(&stop, said(error)))?;
        if common.json {
            json(&record::ClassifyMaximal::of(&network, &table, &options, settings))?;
        } else {
            let late = of(table.late, false);
            let (rows, evidence, seed) = (maximal_text(&table), table.evidence, common.seed);
            line(&format!("{network}\n\n{rows}\n{late}{evidence} for this table; seed {seed}"))?;
        }
        table.late
    } else {
        let matcher = if let Some(folder) = &arguments.keeping.resume {
            let (time_limit, trials) = (arguments.time_limit, arguments.trials);
            let question = Question { network, samples, options, trials, settings, time_limit };
            let free = Control::unlimited().stopped_by(&stop);
            match question.looked(common, (&arguments.keeping, folder), &free)? {
                Some(matcher) => matcher,
                None => return Ok(ExitCode::SUCCESS),
            }
        } else {
            let limits = Limits::default().under(&control.untimed());
            Matcher::new(&network, samples, settings, limits).map_err(|error| interrupt::failure(&stop, said(error)))?
        };
        // What was kept took time of its own.
        let control = Control::unlimited().within(limit).stopped_by(&stop).watched_by(&progress);
        let answer = match arguments.until_decided {
            true => matcher.classify_until_decided(&options, &control),
            false => matcher.classify(&options, &control),
        };
        bar.finish_and_clear();
        let answer = answer.map_err(|error| interrupt::failure(&stop, said(error)))?;
        if common.json {
            json(&record::Classify::of(&answer, &options))?;
        } else {
            line(&text(&answer, &of(answer.late, answer.orbits.is_some())))?;
        }
        answer.late
    };
    Ok(interrupt::status(&stop, if late { 3 } else { 0 }))
}

/// Why a network is not classified; what answers questions about it, where it is not polynomial.
fn said(error: MatchError) -> Failure {
    match error {
        MatchError::NotPolynomial { network, .. } => Failure::request(format!(
            "{network}: with relu there are no bases, which --maximal and --resume speak of\n  leave these options out"
        )),
        MatchError::Reach(ReachError::OnlyPolynomial { network, .. }) => Failure::request(format!(
            "{network}: a network with exponentials, quotients or roots is not classified\n  match, rank, scan and survey answer about it"
        )),
        other => other.into(),
    }
}

/// Says what the shards of a run come to.
pub(super) fn merged(common: &Common, run: &record::Run, texts: &[String]) -> Result<ExitCode, Failure> {
    let (question, matcher) = Question::of(common, run, texts)?;
    let (begun, stop) = (Instant::now(), interrupt::flag());
    let control = Control::unlimited().within(Duration::from_secs(question.time_limit)).stopped_by(&stop);
    let answer = matcher.classify(&question.options, &control);
    let answer = answer.map_err(|error| interrupt::failure(&stop, error))?;
    if common.json {
        json(&record::Classify::of(&answer, &question.options))?;
    } else {
        line(&text(&answer, &stopped(answer.late, begun.elapsed(), question.time_limit)))?;
    }
    Ok(interrupt::status(&stop, if answer.late { 3 } else { 0 }))
}

/// So many orbits without a verdict are printed.
const MOST_OPEN: usize = 12;

/// Which limit left something undecided, after this time, and what that means. Half of the time limit is for degrees: what
/// ends earlier was not stopped by it.
fn stopped(late: bool, time: Duration, limit: u64) -> String {
    if !late {
        return String::new();
    }
    let degree = "the limit of counting one matching degree";
    let by = if time < Duration::from_secs(limit) / 2 {
        degree.to_owned()
    } else {
        format!("the time limit of {}, or {degree}", plural(limit, "second"))
    };
    let open = "what is undecided is open, and counted in no other column";
    format!("{}\n", super::output::wrapped(&format!("stopped by {by}: {open}")))
}

const HEAD: [&str; 4] = ["zero", "one", "fractional", "undecided"];

fn cell(number: u64) -> String {
    if number == 0 { "·".to_owned() } else { thousands(number) }
}

fn text(answer: &Classification, late: &str) -> String {
    let mut text = hanging(&format!("{}, {}", answer.network, answer.samples)) + "\n";
    text.push_str(&format!("teacher dimension {}\n\n  size", answer.teacher.value));
    HEAD.iter().for_each(|name| text.push_str(&format!("  {name:>10}")));
    text.push('\n');
    for (size, counts) in answer.counts().iter().enumerate() {
        text.push_str(&format!("  {size:>4}"));
        counts.iter().for_each(|number| text.push_str(&format!("  {:>10}", cell(*number))));
        text.push('\n');
    }
    if let Some(orbits) = &answer.orbits {
        text.push_str(&orbits_text(answer, orbits));
        text.push_str(&open_text(answer));
        text.push_str(&format!(
            "\n{late}{} for the verdicts; intervals are statistical; seed {}",
            answer.evidence, answer.settings.seed
        ));
        return text;
    }
    let degrees = answer.degrees.iter().map(|(degree, number)| {
        let degree = degree.map_or("unknown".to_owned(), |d| d.to_string());
        format!("{degree} × {}", thousands(*number))
    });
    let degrees: Vec<String> = degrees.collect();
    text.push_str(&format!(
        "\nmatching degrees of the bases (degree × bases):\n{}\n",
        super::output::wrapped(&degrees.join(", "))
    ));
    text.push_str(&open_text(answer));
    text.push_str(&format!("\n{late}{} for what is decided; seed {}", answer.evidence, answer.settings.seed));
    text
}

/// So many orbits are printed.
const MOST_ORBITS: usize = 40;

/// Each orbit of a network with kinks.
fn orbits_text(answer: &Classification, orbits: &[Orbit]) -> String {
    let all = plural(orbits.len() as u64, "orbit");
    let mut text = format!(
        "\n{all} under the network's symmetries (how many allocations): verdict,\n95 % interval or value of the probability, why\n"
    );
    for orbit in orbits.iter().take(MOST_ORBITS) {
        let (allocation, images) = (print(answer.network.layout(), &orbit.allocation), orbit.images);
        let [low, high] = orbit.range;
        let range = if low == high { format!("{low}") } else { format!("{low:.3} to {high:.3}") };
        let said = format!("{allocation} ({images}): {}, {range}; {}", orbit.verdict.name(), orbit.reason);
        text.push_str(&format!("  {}\n", wrapped_paragraph(&said, 76).replace('\n', "\n    ")));
    }
    if orbits.len() > MOST_ORBITS {
        let more = plural((orbits.len() - MOST_ORBITS) as u64, "orbit");
        text.push_str(&format!("  and {more} more (all with --json)\n"));
    }
    text
}

/// What has no verdict, and why.
fn open_text(answer: &Classification) -> String {
    let mut text = String::new();
    if answer.open.is_empty() {
        return text;
    }
    let orbits = answer.open.len();
    let (all, of) = (plural(answer.open_allocations(), "allocation"), plural(orbits as u64, "orbit"));
    text.push_str(&format!("\nopen: {all} in {of} under the network's symmetries\n"));
    for open in answer.open.iter().take(MOST_OPEN) {
        let (allocation, images) = (print(answer.network.layout(), &open.allocation), open.images);
        let said = wrapped_paragraph(&format!("{allocation} ({images}): {}", open.why), 76);
        text.push_str(&format!("  {}\n", said.replace('\n', "\n    ")));
    }
    if orbits > MOST_OPEN {
        text.push_str(&format!("  and {} more (all with --json)\n", plural((orbits - MOST_OPEN) as u64, "orbit")));
    }
    text
}

fn maximal_text(table: &MaximalTable) -> String {
    let mut text = "  size  at samples      maximal  fractional        zero   undecided     minimal\n".to_owned();
    for row in &table.rows {
        let samples = row.samples.map_or("none".to_owned(), |s| s.to_string());
        let [zero, one, fractional, undecided] = row.counts.map(cell);
        text.push_str(&format!(
            "  {:>4}  {samples:<12}  {one:>9}  {fractional:>10}  {zero:>10}  {undecided:>10}  {:>10}\n",
            row.size,
            cell(row.minimal)
        ));
    }
    text.push_str("\nmaximal: match probability 1 at the samples beside; minimal: of the smallest\ndimension that its size has, at every number of samples\n");
    text
}
