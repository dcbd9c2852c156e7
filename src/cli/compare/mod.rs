//! `allocert compare`: other people's training results, held against the theory.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::Args;

use allocert::allocation::parse;
use allocert::claims::Definitions;
use allocert::control::Control;
use allocert::matching::{Ensemble, MatchOptions, Trials};
use allocert::network::{Network, Samples};
use allocert::record::{Compare, CompareRow};
use allocert::training::{Audit, Reported};

use super::failure::Failure;
use super::output::{Colour, bar, harmless, json, line, outward, paint, plural};
use super::{Common, error_bound, interrupt, settings};

mod rows;

use rows::{COLUMNS, Cells, read};

const EXAMPLES: &str = "Examples:
  allocert compare docs/data/pytorch.csv
  allocert compare docs/data/pytorch.csv --trials 2000 --json

Columns: network, allocation, samples (empty: functional), trials, successes;
others are left alone.
The file is *.csv (with these names in its first line), *.jsonl or *.parquet.

Exit status: 1 if a row contradicts the theory, otherwise 2 if a row is
malformed, otherwise 0.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The file with the results.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where no law settles a match probability: how many random instances to decide.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = crate::cli::at_least_one)]
    trials: u64,
    /// How student, teacher and inputs were drawn: gaussian, uniform, orthogonal, labels, sparse:PERCENT, low-rank:RANK or
    /// integer:BOUND.
    #[arg(long, value_name = "ENSEMBLE", default_value_t = Ensemble::Gaussian)]
    ensemble: Ensemble,
    /// The chance that any row is called a contradiction or a gap by accident (above 0, below 1), shared among the rows.
    #[arg(long, value_name = "ALPHA", default_value_t = 0.001, value_parser = level)]
    level: f64,
    /// Dimensions, and all decisions of a row, are wrong with a probability of at most 2^K where they are not proved.
    #[arg(long, value_name = "K", default_value = "-100", allow_negative_numbers = true, value_parser = error_bound)]
    error_log2: i64,
    /// Stop deciding instances of one row after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, allow_negative_numbers = true, value_parser = crate::cli::whole_number)]
    time_limit: u64,
}

fn level(text: &str) -> Result<f64, String> {
    let level: f64 = text.parse().map_err(|_| "give a number such as 0.001".to_owned())?;
    if level > 0.0 && level < 1.0 { Ok(level) } else { Err("give a number above 0, below 1".to_owned()) }
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let (rows, definitions) = (read(&arguments.file)?, common.definitions()?);
    let trials = Trials::UpTo(arguments.trials);
    let options = MatchOptions { ensemble: arguments.ensemble, trials, ..MatchOptions::default() };
    let limit = Duration::from_secs(arguments.time_limit);
    let each = arguments.level / rows.len().max(1) as f64;
    let mut audit = Audit::new(options, settings(common, arguments.error_log2), each);
    let bar = bar("comparing {bar:30} {pos}/{len} rows, {eta} left");
    bar.set_length(rows.len() as u64);
    let (mut judged, stop) = (Vec::with_capacity(rows.len()), interrupt::flag());
    for (number, cells) in (1..).zip(&rows) {
        let row = judge(&mut audit, &definitions, number, cells, &Control::unlimited().within(limit).stopped_by(&stop));
        if stop.load(Ordering::Relaxed) {
            break;
        }
        judged.push(row);
        bar.inc(1);
    }
    let of = rows.len();
    let stopped = (judged.len() < of).then(|| format!("interrupted after {} of {}", judged.len(), plural(of, "row")));
    bar.finish_and_clear();
    let count = |finding| Compare::count(&judged, finding);
    let answer = Compare {
        file: arguments.file.display().to_string(),
        level: arguments.level,
        interval_error: 0.5 * each,
        contradictions: count("contradiction"),
        gaps: count("gap"),
        consistent: count("consistent"),
        malformed: count("malformed"),
        stopped,
        seed: common.seed,
        rows: judged,
    };
    if common.json {
        json(&answer)?;
    } else {
        line(&text(&answer))?;
    }
    let status = match (answer.contradictions, answer.malformed) {
        (1.., _) => 1,
        (0, 1..) => 2,
        (0, 0) => 0,
    };
    Ok(interrupt::status(&stop, status))
}

fn judge(audit: &mut Audit, definitions: &Definitions, row: u64, cells: &Cells, control: &Control<'_>) -> CompareRow {
    match reported(definitions, cells) {
        Err((column, reason)) => CompareRow::malformed(row, column, &reason),
        Ok(reported) => match audit.judge(&reported, control) {
            Ok(judged) => CompareRow::of(row, &reported, &judged),
            Err(error) => CompareRow::malformed(row, "network", &error.to_string()),
        },
    }
}

/// The result in a row; or the column that is malformed, and why.
fn reported(definitions: &Definitions, cells: &Cells) -> Result<Reported, (&'static str, String)> {
    let cell = |column: &'static str| match cells {
        Ok(cells) => Ok(cells.get(column).map_or("", |text| text.trim())),
        Err(why) => Err((column, why.clone())),
    };
    let needed = |column| match cell(column)? {
        "" => Err((column, "it is empty".to_owned())),
        text => Ok(text),
    };
    let number = |column| {
        let text = needed(column)?;
        // Where a cell of a column is missing, other programs write the numbers of the others as 2.0.
        let whole = text.strip_suffix(".0").unwrap_or(text);
        whole.parse::<u64>().map_err(|_| (column, format!("`{text}` is not a whole number of at least 0")))
    };
    let [network, allocation, samples, trials, successes] = COLUMNS;
    let text = needed(network)?;
    let parsed: Network = definitions.network(text).map_err(|e| (network, e.to_string()))?;
    let learnable = parse(parsed.layout(), needed(allocation)?).map_err(|e| (allocation, e.to_string()))?;
    let samples = match cell(samples)? {
        "" | "functional" => Samples::Functional,
        "0" => return Err((samples, "it is 0: at least 1, or empty for functional".to_owned())),
        _ => Samples::Count(number(samples)?),
    };
    let (all, matched) = (number(trials)?, number(successes)?);
    if all == 0 || all > 1 << 53 {
        return Err((trials, format!("it is {all}: from 1 to 2^53")));
    }
    if matched > all {
        return Err((successes, format!("{matched} is more than the {all} trials")));
    }
    Ok(Reported { network: parsed, allocation: learnable, samples, trials: all, successes: matched })
}

fn text(answer: &Compare) -> String {
    let mut text = format!("{:>5}  {:<13}  {:>7}  {}\n", "row", "finding", "rate", "match probability");
    for row in &answer.rows {
        let colour = match row.finding.as_str() {
            "contradiction" | "malformed" => Colour::Red,
            "gap" => Colour::Yellow,
            _ => Colour::Green,
        };
        let finding = paint(&format!("{:<13}", row.finding), colour, false);
        text.push_str(&format!("{:>5}  {finding}  ", row.row));
        text.push_str(&judged(row).unwrap_or_else(|| malformed(row)));
    }
    let counts = [
        plural(answer.contradictions, "contradiction"),
        plural(answer.gaps, "gap"),
        format!("{} consistent", answer.consistent),
        format!("{} malformed", answer.malformed),
    ];
    if let Some(stopped) = &answer.stopped {
        text.push_str(&format!("\nstopped: {stopped}"));
    }
    text.push_str(&format!(
        "\n{}: {}\nlevel {}, shared among the rows{}; seed {}",
        plural(answer.rows.len(), "row"),
        counts.join(", "),
        answer.level,
        intervals(answer),
        answer.seed
    ));
    text
}

/// How sure the intervals are: each has half of its row's share of the level.
fn intervals(answer: &Compare) -> String {
    if answer.rows.iter().all(|row| row.interval.is_none()) {
        return String::new();
    }
    let wrong = answer.interval_error;
    format!("; an interval is wrong with\nprobability at most {wrong:.1e}")
}

fn judged(row: &CompareRow) -> Option<String> {
    let (trials, successes) = (row.trials?, row.successes?);
    let rate = successes as f64 / trials as f64;
    let probability = match (row.probability, row.enclosure, row.interval) {
        (Some(p), ..) => p.to_string(),
        (None, Some(ends), _) => format!("{}, proved", outward(ends)),
        (None, None, Some([low, high])) => format!("{low:.4} to {high:.4}"),
        (None, None, None) => "not known".to_owned(),
    };
    let (network, allocation) = (row.network.as_deref()?, row.allocation.as_deref()?);
    let samples = row.samples.map_or(String::new(), |m| format!(", {}", plural(m, "sample")));
    let shown: String = allocation.chars().take(55).collect();
    let more = if shown.len() < allocation.len() { "…" } else { "" };
    Some(format!("{rate:>7.4}  {probability}\n{:22}{network}{samples}\n{:22}{shown}{more}\n", "", ""))
}

fn malformed(row: &CompareRow) -> String {
    let (column, reason) = (row.column.as_deref().unwrap_or("?"), row.reason.as_deref().unwrap_or("?"));
    let reason = harmless(reason).replace('\n', "\n                      ");
    format!("column {column}: {}\n", reason.trim_end())
}
