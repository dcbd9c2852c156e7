//! `allocert design`: a best allocation of so many weights, why it cannot be bettered, and what else is as good.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use allocert::allocation::{parse, picture};
use allocert::control::Control;
use allocert::matching::choose;
use allocert::reach::{DesignOptions, Evidence, design};
use allocert::record;

use super::failure::Failure;
use super::interrupt;
use super::obstruction::obstructions;
use super::output::{beside, heading, json, line, plural, wrapped_paragraph};
use super::{Common, Subject, error_bound, parse_allocation, settings};

const EXAMPLES: &str = "Examples:
  allocert design 'lffn([2, 2, 2])' --size 4
  allocert design 'lrnn(1, 3, 1, 7)' --size 6 --avoid W --json
  allocert design 'lffn([3, 4, 3])' --size 8 --per-row 2 --alternatives 2

Best means: the largest reachable dimension; then the verdict `one`; then a
small odd degree.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// The number of learnable weights.
    #[arg(long, value_name = "R", allow_negative_numbers = true, value_parser = weights)]
    size: usize,
    /// Only these weights, such as 'W1' or 'W1[0,:] b1'.
    #[arg(long, value_name = "ALLOC")]
    within: Option<String>,
    /// None of these weights.
    #[arg(long, value_name = "ALLOC")]
    avoid: Option<String>,
    /// At most so many weights in each row of each tensor.
    #[arg(long, value_name = "K")]
    per_row: Option<usize>,
    /// Look for so many other allocations of the same size and dimension.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = alternatives)]
    alternatives: usize,
    /// What is not proved is wrong with a probability of at most 2^K.
    #[arg(long, value_name = "K", default_value = "-100", allow_negative_numbers = true, value_parser = error_bound)]
    error_log2: i64,
    /// Stop looking for a better match probability after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, allow_negative_numbers = true, value_parser = crate::cli::whole_number)]
    time_limit: u64,
}

fn weights(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "give a whole number of weights, at least 0".to_owned())
}

fn alternatives(text: &str) -> Result<usize, String> {
    let number: usize = text.parse().map_err(|_| "give a whole number, such as 5".to_owned())?;
    if number <= 1_000 { Ok(number) } else { Err("give at most 1000".to_owned()) }
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let network = arguments.subject.network(common)?;
    let weights = |text: &Option<String>| text.as_ref().map(|t| parse_allocation(&network, t)).transpose();
    let options = DesignOptions {
        within: weights(&arguments.within)?,
        avoid: weights(&arguments.avoid)?,
        per_row: arguments.per_row,
        alternatives: arguments.alternatives,
    };
    let (samples, settings) = (arguments.subject.samples(), settings(common, arguments.error_log2));
    let stop = interrupt::flag();
    let control = Control::unlimited().stopped_by(&stop);
    let found = design(&network, samples, arguments.size, &options, settings, &control)?;
    let matching = choose(&found, settings, Duration::from_secs(arguments.time_limit), &control)?;
    let answer = record::Design::of(&found, &options, &matching);
    if common.json {
        json(&answer)?;
        return Ok(interrupt::status(&stop, 0));
    }
    let size = answer.size;
    let mut text =
        heading(&format!("{network}, {samples}"), &format!("{size} of {}", plural(network.weights(), "weight")))
            + "\n\n";
    // The text of an allocation is always readable.
    if let Ok(allocation) = parse(network.layout(), &answer.allocation)
        && network.weights() <= MOST_DRAWN
    {
        picture(network.layout(), &allocation).lines().for_each(|l| text.push_str(&format!("  {l}\n")));
        text.push('\n');
    }
    text.push_str(&shown(&answer, found.dim.evidence));
    line(text.trim_end())?;
    Ok(interrupt::status(&stop, 0))
}

/// Larger networks are not drawn.
const MOST_DRAWN: usize = 400;
/// Longer allocations are cut; --json has all of them.
const MOST_NAMED: usize = 12;

/// What is found, the dimension being known by this evidence.
fn shown(answer: &record::Design, dim: Evidence) -> String {
    let mut text = format!("allocation   {}\n", beside_title(&named(&answer.allocation)));
    let teacher = match answer.teacher_dim {
        Some(teacher) => format!("the teacher's {teacher}"),
        None => format!("the teacher's, which is at least {}", answer.teacher_at_least),
    };
    let evidence = match answer.error_log2 {
        Some(bound) => format!("error ≤ 2^{bound}"),
        None if answer.evidence == "proved" => "proved".to_owned(),
        None => "the dimension is proved from below only".to_owned(),
    };
    text.push_str(&format!("dimension    {} of {teacher} ({dim})\n", answer.dim));
    let title = if answer.best { "best because" } else { "best?       " };
    text.push_str(&format!("{title} {}\n", beside_title(&format!("{} ({evidence})", answer.reason))));
    text.push_str(&obstructions(&answer.obstructions, answer.obstructions.iter().map(|o| o.size).sum(), 13));
    let known = answer.verdict_evidence.as_ref().map(|known| format!(" ({known})")).unwrap_or_default();
    text.push_str(&format!(
        "verdict      {}\n",
        beside_title(&format!("{}: {}{known}", answer.verdict, answer.verdict_reason))
    ));
    if let Some(degree) = answer.degree {
        text.push_str(&format!("degree       {degree}\n"));
    }
    if !answer.alternatives.is_empty() {
        text.push_str("\nas large\n");
    }
    for other in &answer.alternatives {
        let degree = other.degree.map(|d| format!(", degree {d}")).unwrap_or_default();
        let verdict = other.verdict.as_ref().map(|v| format!("  ({v}{degree})")).unwrap_or_default();
        text.push_str(&format!("  {}\n", beside(4, &format!("{}{verdict}", named(&other.allocation)))));
    }
    if let Some(halt) = &answer.stopped {
        text.push_str(&format!("stopped      by {}\n", beside_title(halt)));
    }
    text.push_str(&format!("\nseed {}", answer.seed));
    text
}

/// A paragraph to the right of a title of 13 characters.
fn beside_title(text: &str) -> String {
    wrapped_paragraph(text, 66).replace('\n', "\n             ")
}

fn named(allocation: &str) -> String {
    let weights: Vec<&str> = allocation.split(' ').collect();
    if weights.len() <= MOST_NAMED {
        return if allocation.is_empty() { "none".to_owned() } else { allocation.to_owned() };
    }
    format!("{} … (all {} with --json)", weights[..MOST_NAMED / 2].join(" "), weights.len())
}
