//! `allocert rank`: the reachable dimension of one allocation.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use allocert::allocation::{Allocation, picture};
use allocert::ask::{rank_record, reason, settled};
use allocert::certificate::{Elementary, of_rank, of_rank_by};
use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::reach::{Answer, DRAWS, Dimension, Distribution, Evidence, Ranks, Reason, Settings, theorems};
use allocert::record;

use super::certificate::save;
use super::failure::Failure;
use super::interrupt;
use super::obstruction::obstructions;
use super::output::{beside, hanging, heading, json, learnable, line, plural, thousands, written};
use super::pieces::Keeping;
use super::{AllocationFiles, Common, Pins, batch, error_bound, settings};

const EXAMPLES: &str = "Examples:
  allocert rank 'lffn([2, 3, 3, 2])' 'W2[0,0] W2[0,1] W2[1,2] W2[2,2]'
  allocert rank 'lrnn(1, 2, 1, 5)' W --samples 3 --json";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The network, such as 'lffn([2, 2, 2])'.
    #[arg(value_name = "NET", required_unless_present = "networks")]
    network: Option<String>,
    /// The learnable weights, such as 'W1[0,:] b1[1]', 'all' or 'none'.
    #[arg(value_name = "ALLOC")]
    allocation: Option<String>,
    /// The number of generic inputs; without it, so many that more add nothing (functional).
    #[arg(long, value_name = "M", allow_negative_numbers = true, value_parser = super::at_least_one)]
    samples: Option<u64>,
    #[command(flatten)]
    pins: Pins,
    /// Answer each line of this file (- for standard input), an allocation or an object with allocation and samples, by an
    /// object a line.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["allocation", "allocation_file", "mask", "certificate"])]
    batch: Option<PathBuf>,
    #[command(flatten)]
    keeping: Keeping,
    /// Answer for each network in the lines of this file, all weights or an object with network, allocation and samples.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["network", "allocation", "batch", "allocation_file", "mask", "pin", "certificate"])]
    networks: Option<PathBuf>,
    #[command(flatten)]
    files: AllocationFiles,
    /// Where the answer is not proved, it is wrong with a probability of at most 2^K.
    #[arg(long, value_name = "K", default_value = "-100", allow_negative_numbers = true, value_parser = error_bound)]
    error_log2: i64,
    /// Write a proof of the answer that `allocert check` confirms.
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// In it, prove upper bounds by kernel vectors, not by theorems with a name: `allocert coq` takes these.
    #[arg(long, requires = "certificate")]
    elementary: bool,
    /// The dimension at every number of samples, until more add nothing.
    #[arg(long, conflicts_with_all = ["samples", "certificate", "batch", "networks"])]
    all_samples: bool,
    /// A network with kinks (relu): the number of random activation patterns to look at.
    #[arg(long, value_name = "N", default_value_t = DRAWS, value_parser = super::at_least_one)]
    draws: u64,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let (settings, draws) = (settings(common, arguments.error_log2), arguments.draws);
    let samples = arguments.samples.map_or(Samples::Functional, Samples::Count);
    if let Some(path) = &arguments.networks {
        return batch::networks(common, samples, (path, &arguments.keeping), (settings, draws));
    }
    let Some(name) = &arguments.network else {
        return Err(Failure::request("no network is named\n  name one, such as 'lffn([2, 2, 2])'"));
    };
    let network = common.pinned(name, &arguments.pins)?;
    if let Some(path) = &arguments.batch {
        let kept = (path.as_path(), &arguments.keeping);
        return batch::ranks(common, (&network, samples), kept, (settings, draws));
    }
    arguments.keeping.refuse("--batch or --networks")?;
    let allocation = arguments.files.allocation(&network, arguments.allocation.as_deref())?;
    if arguments.all_samples {
        let answers = at_all_samples(&network, &allocation, settings)?;
        if common.json {
            answers.iter().try_for_each(|answer| json(&record::Rank::of(answer)))?;
        } else {
            line(&over_samples(&answers))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let stop = interrupt::flag();
    let control = Control::unlimited().stopped_by(&stop);
    let answer = Ranks::new(&network, settings, draws).answer(&allocation, samples, &control)?;
    if let Some(path) = &arguments.certificate {
        let text = if arguments.elementary { of_rank_by(&Elementary, &answer) } else { of_rank(&answer) };
        save(path, &text.map_err(|error| Failure::request(error.to_string()))?)?;
        written(common.json, path);
    }
    let answer = settled(answer);
    if common.json {
        json(&rank_record(&answer))?;
    } else {
        line(&text(&answer))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The answers at 1, 2, … samples, up to the first number at which both dimensions are the functional ones: ranks are
/// concave in the number of samples, so they stay so.
fn at_all_samples(network: &Network, allocation: &Allocation, settings: Settings) -> Result<Vec<Answer>, Failure> {
    if !network.has_one_matroid() {
        let mend = "ask for one number of samples with --samples";
        return Err(Failure::request(format!(
            "{network} has kinks: no number of samples is known to be enough\n  {mend}"
        )));
    }
    let mut ranks = Ranks::new(network, settings, DRAWS);
    let mut at = |samples| ranks.answer(allocation, samples, &Control::unlimited());
    let last = at(Samples::Functional)?;
    if last.teacher.reason == Reason::AtLeast {
        let mend = "ask for one number of samples with --samples";
        return Err(Failure::limit(format!("{network}: too large for the dimension of all weights\n  {mend}")));
    }
    let mut answers = Vec::new();
    for count in 1.. {
        let answer = at(Samples::Count(count))?;
        let done = (answer.dim.value, answer.teacher.value) == (last.dim.value, last.teacher.value);
        answers.push(answer);
        // The dimension of all weights is reached at as many samples.
        if done || count > last.teacher.value as u64 {
            break;
        }
    }
    Ok(answers)
}

/// A line for each number of samples, and what they say together.
fn over_samples(answers: &[Answer]) -> String {
    let Some(last) = answers.last() else {
        return String::new();
    };
    let size = last.allocation.size();
    let mut text = heading(&last.network.to_string(), &learnable(size, last.network.weights())) + "\n\n";
    text.push_str("  samples  dimension  all weights  evidence\n");
    for answer in answers {
        let (count, dim, all) = (answer.samples.count().unwrap_or_default(), answer.dim.value, answer.teacher.value);
        let free = if dim == size { "free" } else { "" };
        let spans = if answer.spans_if_known() == Some(true) { "spans" } else { "" };
        let evidence = answer.evidence().to_string();
        let row = format!("  {count:>7}  {dim:>9}  {all:>11}  {evidence:<14}  {free} {spans}");
        text.push_str(&format!("{}\n", row.trim_end()));
    }
    let first = |of: &dyn Fn(&Answer) -> bool| {
        answers.iter().find(|answer| of(answer)).and_then(|answer| answer.samples.count())
    };
    let with = |count| plural(count, "sample");
    let free = match first(&|answer| answer.dim.value == size) {
        Some(count) => format!("free (as many dimensions as weights) from {} on", with(count)),
        None => "never free: some weights are redundant on any number of samples".to_owned(),
    };
    let spans = match first(&|answer| !answer.spans()) {
        Some(1) => "it spans on no number of samples".to_owned(),
        Some(count) => format!("it spans up to {}, and no longer at {count}", with(count - 1)),
        None => "it spans on every number of samples".to_owned(),
    };
    let last = with(last.samples.count().unwrap_or_default());
    let evidence = Evidence::all(answers.iter().map(Answer::evidence));
    let seed = answers[0].settings.seed;
    text.push_str(&format!(
        "\n{free}\n{spans}\non more than {last} nothing changes\n{evidence} for the whole table; seed {seed}"
    ));
    text
}

fn text(answer: &Answer) -> String {
    let known = |d: &Dimension| match d.reason {
        Reason::AtLeast => beside(21, &format!("at least {} proved: {}", d.value, d.reason)),
        _ if d.evidence == Evidence::Open => {
            beside(21, &format!("at least {}, as far as known: {}", d.value, reason(d)))
        }
        _ => format!("{:<6} {}", d.value, beside(28, &format!("{}: {}", d.evidence, reason(d)))),
    };
    let verdict = match answer.spans_if_known() {
        Some(true) => "spans",
        Some(false) => "does not span",
        None if answer.spans() => "may span or not: the teacher's dimension is not known",
        None => "may span or not: its dimension is not known",
    };
    let (size, weights) = (answer.allocation.size(), answer.network.weights());
    let subject = format!("{}, {}", answer.network, answer.samples);
    let mut text = heading(&subject, &learnable(size, weights)) + "\n\n";
    if weights <= 400 {
        for line in picture(answer.network.layout(), &answer.allocation).lines() {
            text.push_str(&format!("  {line}\n"));
        }
        text.push('\n');
    }
    text.push_str(&format!("reachable dimension  {}\n", known(&answer.dim)));
    text.push_str(&format!("teacher dimension    {}\n", known(&answer.teacher)));
    for theorem in theorems(&answer.network) {
        text.push_str(&format!("{:<20} {}\n", "rests on", beside(21, theorem)));
    }
    text.push_str(&explained(&record::Rank::of(answer)));
    if let Some(distribution) = &answer.distribution {
        text.push_str(&drawn(distribution));
    }
    let labels = plural(answer.labels, "label");
    // Which of two dimensions is larger rests on both.
    let drawn = [&answer.dim, &answer.teacher].iter().any(|d| d.evidence == Evidence::Statistical);
    let far = if drawn { "as far as the draws show, " } else { "" };
    text.push_str(&format!("{far}the allocation {verdict} ({labels}; seed {})", answer.settings.seed));
    text
}

/// Which weights are redundant and why, and the exchange that mends it.
fn explained(answer: &record::Rank) -> String {
    let mut text = obstructions(&answer.obstructions, answer.size, 21);
    if let Some(exchange) = &answer.exchange {
        text.push_str(&format!(
            "{:<20} swap {} for {}: dimension {}\n",
            "better", exchange.out, exchange.new, exchange.dim
        ));
    }
    text
}

/// How often activation patterns have which dimension.
fn drawn(distribution: &Distribution) -> String {
    let (draws, patterns) = (plural(distribution.draws, "random draw"), plural(distribution.patterns, "pattern"));
    let head = hanging(&format!("these are the largest over {draws} ({patterns}); how often each occurs:"));
    let mut text = format!("\n{head}\n\n");
    text.push_str("  dimension  allocation  all weights\n");
    let number = |dims: &[(usize, u64)], dim| dims.iter().find(|(d, _)| *d == dim).map_or(0, |(_, n)| *n);
    let (dims, all) = (&distribution.dims, &distribution.teacher_dims);
    let largest = dims.iter().chain(all).map(|(d, _)| *d).max().unwrap_or(0);
    for dim in (0..=largest).filter(|d| number(dims, *d) + number(all, *d) > 0) {
        let [one, every] = [number(dims, dim), number(all, dim)].map(thousands);
        text.push_str(&format!("  {dim:>9}  {one:>10}  {every:>11}\n"));
    }
    text.push('\n');
    text
}
