//! `allocert rank`: the reachable dimension of one allocation.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use allocert::allocation::picture;
use allocert::certificate::of_rank;
use allocert::reach::{Answer, DRAWS, Dimension, Distribution, Evidence, rank_drawn};
use allocert::record;

use super::certificate::save;
use super::failure::Failure;
use super::output::{json, line, plural, thousands};
use super::{Common, Subject, error_bound, parse_allocation, settings};

const EXAMPLES: &str = "Examples:
  allocert rank 'lffn([2, 3, 3, 2])' 'W2[0,0] W2[0,1] W2[1,2] W2[2,2]'
  allocert rank 'lrnn(inputs=1, hidden=2, outputs=1, steps=5)' 'W' --samples 3 --json";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// The learnable weights, such as 'W1[0,:] b1[1]', 'all' or 'none'.
    #[arg(value_name = "ALLOC")]
    allocation: String,
    /// Where the answer is not proved, it is wrong with a probability of at most 2^K.
    #[arg(long, value_name = "K", default_value = "-100", allow_negative_numbers = true, value_parser = error_bound)]
    error_log2: i64,
    /// Write a proof of the answer that `allocert check` confirms.
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// A network with kinks (relu): the number of random activation patterns to look at.
    #[arg(long, value_name = "N", default_value_t = DRAWS, value_parser = clap::value_parser!(u64).range(1..))]
    draws: u64,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let network = arguments.subject.network(common)?;
    let allocation = parse_allocation(&network, &arguments.allocation)?;
    let (samples, settings) = (arguments.subject.samples(), settings(common, arguments.error_log2));
    let answer = rank_drawn(&network, &allocation, samples, settings, arguments.draws)?;
    if let Some(path) = &arguments.certificate {
        save(path, &of_rank(&answer).map_err(|error| Failure::request(error.to_string()))?)?;
    }
    if common.json {
        json(&record::Rank::of(&answer))?;
    } else {
        line(&text(&answer))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn text(answer: &Answer) -> String {
    let known = |d: &Dimension| match d.evidence {
        Evidence::Proved => format!("{:<6} proved: {}", d.value, d.reason),
        evidence => format!("{:<6} {evidence}: {}", d.value, d.reason),
    };
    let verdict = if answer.spans() { "spans" } else { "does not span" };
    let (size, weights) = (answer.allocation.size(), answer.network.weights());
    let mut text = format!("{}, {}: {size} of {weights} weights may learn\n\n", answer.network, answer.samples);
    if weights <= 400 {
        for line in picture(answer.network.layout(), &answer.allocation).lines() {
            text.push_str(&format!("  {line}\n"));
        }
        text.push('\n');
    }
    text.push_str(&format!("reachable dimension  {}\n", known(&answer.dim)));
    text.push_str(&format!("teacher dimension    {}\n", known(&answer.teacher)));
    if let Some(distribution) = &answer.distribution {
        text.push_str(&drawn(distribution));
    }
    text.push_str(&format!("the allocation {verdict} ({} labels; seed {})", answer.labels, answer.settings.seed));
    text
}

/// How often activation patterns have which dimension.
fn drawn(distribution: &Distribution) -> String {
    let (draws, patterns) = (thousands(distribution.draws), plural(distribution.patterns as u64, "pattern"));
    let mut text =
        format!("\nthese are the largest over {draws} random draws ({patterns}); how often each occurs:\n\n");
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
