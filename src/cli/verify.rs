//! `allocert verify`: checks claims, a line each as it finishes; what was not expected comes last and whole.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::ProgressBar;
use serde::Serialize;

use allocert::allocation::{picture, print};
use allocert::claims::{
    CheckOptions, Checked, Claim, Counterexample, Expect, Outcome, check, evidence_of_all, find, load,
};
use allocert::matching::{Case, Trend};
use allocert::reach::{Evidence, Settings};
use allocert::text::{nearest, quote};

use super::failure::Failure;
use super::output::{Colour, bar, harmless, json, line, paint, plural, seconds, thousands, wrapped};
use super::{Common, error_bound, settings};

const EXAMPLES: &str = "Examples:
  allocert verify
  allocert verify proofs/lffn.star --json
  allocert verify --only 'spreading/*'

A claim is as expected when its outcome is what its `expect` says. With --only, counterexamples
are shown whole.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Claim files (*.star), or folders of them.
    #[arg(value_name = "PATH", default_value = "proofs")]
    paths: Vec<PathBuf>,
    /// Only claims of this name; * stands for anything.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// For each claim: the chance that a dimension it rests on is wrong is at most 2^K.
    #[arg(long, value_name = "K", default_value = "-20", allow_negative_numbers = true, value_parser = error_bound)]
    error_log2: i64,
    /// Leave a claim open after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    time_limit: u64,
    /// Leave a claim open that ranges over more allocations than this.
    #[arg(long, value_name = "N", default_value_t = 1 << 26)]
    max_allocations: u64,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let claims = claims(arguments, settings(common, arguments.error_log2 - 10))?;
    let options = CheckOptions {
        settings: settings(common, arguments.error_log2),
        time_limit: Duration::from_secs(arguments.time_limit),
        max_allocations: arguments.max_allocations,
    };
    let start = Instant::now();
    let bar = bar("{prefix}{msg} {bar:24} {percent}%, {eta} left");
    let mut results: Vec<Checked> = Vec::new();
    let mut file: Option<&PathBuf> = None;
    if !common.json {
        let head = columns(["outcome", "claim", "nets", "allocations", "error", "time"]);
        line(&paint(&head, Colour::Dim, false))?;
    }
    for (number, claim) in claims.iter().enumerate() {
        if !common.json && file != Some(&claim.file) {
            bar.suspend(|| line(&paint(&harmless(&claim.file.display().to_string()), Colour::Bold, false)))?;
            file = Some(&claim.file);
        }
        let checked = checked(claim, &options, &bar, &format!("[{}/{}] ", number + 1, claims.len()));
        bar.suspend(|| if common.json { json(&view(&checked)) } else { line(&row(&checked, arguments)) })?;
        results.push(checked);
    }
    bar.finish_and_clear();
    if !common.json {
        for checked in &results {
            if !checked.is_expected() || arguments.only.is_some() {
                line(whole(checked).trim_end())?;
            }
        }
        line(&summary(&results, start.elapsed(), common.seed))?;
    }
    Ok(ExitCode::from(status(&results)))
}

/// The claims asked for, all files read before the first is checked.
fn claims(arguments: &Arguments, settings: Settings) -> Result<Vec<Claim>, Failure> {
    let mut claims = Vec::new();
    for path in find(&arguments.paths)? {
        claims.extend(load(&path, settings)?);
    }
    let Some(only) = &arguments.only else {
        if claims.is_empty() {
            return Err(Failure::request("there is no claim in these files\n  write one: docs/claims.md shows how"));
        }
        return Ok(claims);
    };
    let names: Vec<String> = claims.iter().map(|c| c.name.clone()).collect();
    claims.retain(|c| matches(only, &c.name));
    if claims.is_empty() {
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        let near = nearest(only, &known).map(|n| format!("; did you mean {}?", quote(n))).unwrap_or_default();
        let message =
            format!("no claim is named {}{near}\n  there are {} claims in these files", quote(only), names.len());
        return Err(Failure::request(message));
    }
    Ok(claims)
}

/// Whether a name fits a pattern in which * stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    let parts: Vec<&str> = pattern.split('*').collect();
    let [first, middle @ .., last] = parts.as_slice() else {
        return pattern == name;
    };
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn checked(claim: &Claim, options: &CheckOptions, bar: &ProgressBar, prefix: &str) -> Checked {
    bar.reset();
    bar.set_prefix(prefix.to_owned());
    bar.set_message(claim.name.clone());
    check(claim, options, &|done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })
}

/// 2: a claim could not be evaluated; 1: an outcome is not the expected one; 3: a limit stopped a claim.
fn status(results: &[Checked]) -> u8 {
    let broken = |c: &Checked| c.outcome.is_err() && !c.is_stopped();
    if results.iter().any(broken) {
        2
    } else if results.iter().any(|c| !c.is_expected() && !c.is_stopped()) {
        1
    } else if results.iter().any(Checked::is_stopped) {
        3
    } else {
        0
    }
}

/// A line of the table, 80 characters wide; a long name gets a line of its own.
fn columns([outcome, name, networks, instances, evidence, time]: [&str; 6]) -> String {
    // A long outcome takes from the name's place.
    let room = 45 - outcome.len().max(10);
    let name = if name.chars().count() > room { format!("{name}\n{:46}", "") } else { format!("{name:<room$}") };
    format!("{outcome:<10} {name} {networks:>7} {instances:>11} {evidence:<6} {time:>6}")
}

fn outcome_name(checked: &Checked) -> &'static str {
    match &checked.outcome {
        Ok(outcome) => outcome.name(),
        Err(_) => "error",
    }
}

fn row(checked: &Checked, arguments: &Arguments) -> String {
    let colour = match (&checked.outcome, checked.is_expected()) {
        (Ok(Outcome::Open), _) => Colour::Yellow,
        (_, true) => Colour::Green,
        (_, false) => Colour::Red,
    };
    let mark = if checked.is_expected() { " " } else { "!" };
    let outcome = format!("{:<8} {mark}", outcome_name(checked));
    let evidence = match checked.evidence {
        None => "-".to_owned(),
        Some(Evidence::Proved) => "proved".to_owned(),
        Some(Evidence::Probabilistic { error_log2 }) => format!("2^{error_log2}"),
        Some(Evidence::Unbounded) => "likely".to_owned(),
    };
    let (networks, instances) = (thousands(checked.networks as u64), thousands(checked.instances));
    let (name, time) = (harmless(&checked.claim), seconds(checked.time));
    let row = columns([&outcome, &name, &networks, &instances, &evidence, &time]);
    let mut row = row.replacen(&outcome, &paint(&outcome, colour, false), 1);
    if let Some(trend) = &checked.trend {
        row.push_str(&format!("\n          {}", paint(&brief_trend(trend), Colour::Dim, false)));
    }
    if let Some(counterexample) = &checked.counterexample
        && checked.is_expected()
        && arguments.only.is_none()
    {
        row.push_str(&format!("\n          {}", paint(&brief(counterexample), Colour::Dim, false)));
    }
    row
}

/// A trend in two lines.
fn brief_trend(trend: &Trend) -> String {
    let gamma =
        trend.gamma.map_or("no pair can be compared".to_owned(), |[low, high]| format!("γ from {low:.3} to {high:.3}"));
    let [c, d, u, t] = [trend.concordant, trend.discordant, trend.unclear, trend.tied].map(thousands);
    format!("{gamma}\n          pairs: {c} concordant, {d} discordant, {u} unclear, {t} tied")
}

/// A trend in full.
fn detailed_trend(trend: &Trend) -> String {
    let mut text =
        format!("\n{}\n\n  number  allocations  mean probability\n", brief_trend(trend).replace("          ", ""));
    for (number, cases, [low, high]) in &trend.means {
        text.push_str(&format!("  {number:>6}  {:>11}  {low:.3} to {high:.3}\n", thousands(cases)));
    }
    if !trend.exceptions.is_empty() {
        text.push_str("\nexceptions (the smaller number has the larger probability)\n");
    }
    for (small, large) in &trend.exceptions {
        for case in [small, large] {
            let [low, high] = case.interval;
            text.push_str(&format!(
                "  {:>4}  {low:.3} to {high:.3}  {}\n",
                case.predictor,
                shortened(&case.allocation)
            ));
        }
        text.push('\n');
    }
    text
}

/// A counterexample in a line or two.
fn brief(counterexample: &Counterexample) -> String {
    let mut text = format!("smallest counterexample: {}", counterexample.network);
    if let Some(samples) = counterexample.samples.count() {
        text.push_str(&format!(", {samples} sample{}", if samples == 1 { "" } else { "s" }));
    }
    if let Some(allocation) = &counterexample.allocation {
        let text_of = print(counterexample.network.layout(), allocation);
        text.push_str(&format!("\n          {}", shortened(&text_of)));
    }
    if let Some((left, sign, right)) = &counterexample.sides
        && left.len() + right.len() < 50
    {
        text.push_str(&format!("\n          claimed {} {sign} {}", harmless(left), harmless(right)));
    }
    text
}

/// A result in full.
fn whole(checked: &Checked) -> String {
    let place = format!("{}:{}", checked.file.display(), checked.line);
    let title = format!("{} ({}, expected {})", harmless(&checked.claim), outcome_name(checked), checked.expect.name());
    let mut text = format!("\n{}\n  {place}\n", paint(&title, Colour::Bold, false));
    text.push_str(&indented(&format!("\n{}\n", wrapped(&harmless(&checked.statement)))));
    if let Err(error) = &checked.outcome {
        text.push_str(&indented(&format!("\n{}\n", harmless(error.to_string().trim_end()))));
    }
    if let Some(why) = &checked.unsettled {
        text.push_str(&indented(&format!("\n{why}\n")));
    }
    if let Some(trend) = &checked.trend {
        text.push_str(&indented(&detailed_trend(trend)));
    }
    if let Some(counterexample) = &checked.counterexample {
        text.push_str(&indented(&detailed(counterexample)));
    }
    text
}

fn detailed(c: &Counterexample) -> String {
    let layout = c.network.layout();
    let mut text = format!("\ncounterexample: {}, {}\n", c.network, c.samples);
    if let Some(allocation) = &c.allocation {
        text.push_str(&format!("{}\n\n", print(layout, allocation)));
        text.push_str(&indented(&picture(layout, allocation)));
    }
    if let Some(claimed) = &c.claimed {
        text.push_str(&format!("\nclaimed  {}\n", harmless(claimed).replace('\n', "\n         ")));
    }
    if let Some((left, sign, right)) = &c.sides {
        text.push_str(&format!("here     {} {sign} {} is false\n", harmless(left), harmless(right)));
    }
    if let Some(answer) = &c.answer {
        let dim = |name: &str, d: &allocert::reach::Dimension| {
            let evidence = d.evidence;
            format!("{name} {} ({evidence}; {})\n", d.value, d.reason)
        };
        text.push_str("\ntrue\n");
        text.push_str(&format!("  {}", dim("reachable dimension", &answer.dim)));
        text.push_str(&format!("  {}", dim("teacher dimension", &answer.teacher)));
    }
    let others: Vec<_> = c.observations.iter().filter(|o| !o.is_of(c)).collect();
    if !others.is_empty() {
        text.push_str("\ndimensions that were asked for\n");
        for o in others.iter().take(MOST_SHOWN) {
            let samples = o.samples.count().map(|m| format!(" at {m}")).unwrap_or_default();
            text.push_str(&format!("  {:>3}  {}{samples}\n", o.dim, shortened(&o.text)));
        }
        if others.len() > MOST_SHOWN {
            text.push_str(&format!("  and {} more\n", others.len() - MOST_SHOWN));
        }
    }
    if let Some(point) = &c.point {
        text.push_str(&format!("\na point at which these columns of the Jacobian have rank {}\n", point.rank));
        for (name, value) in point.tensors(layout) {
            text.push_str(&format!("  {name} = {value}\n"));
        }
        if !point.inputs.is_empty() {
            text.push_str(&format!("  inputs = {:?}\n", point.inputs));
        }
    }
    text.push_str(&format!(
        "\nevidence: {} for the dimensions named here\nshow it again:\n  {}\n",
        c.evidence,
        harmless(&c.command)
    ));
    text
}

/// An allocation's text cut to a line.
fn shortened(text: &str) -> String {
    if text.chars().count() <= 70 {
        return text.to_owned();
    }
    let start: String = text.chars().take(56).collect();
    let whole_weights = start.rsplit_once(' ').map_or(start.as_str(), |(whole, _)| whole);
    format!("{whole_weights} … ({} weights)", text.split(' ').count())
}

/// More observed dimensions than this are only counted.
const MOST_SHOWN: usize = 12;

fn indented(text: &str) -> String {
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") };
    text.lines().map(line).collect()
}

fn summary(results: &[Checked], time: Duration, seed: u64) -> String {
    let count = |outcome: Outcome| results.iter().filter(|c| matches!(&c.outcome, Ok(o) if *o == outcome)).count();
    let unexpected = results.iter().filter(|c| !c.is_expected()).count();
    let instances: u64 = results.iter().map(|c| c.instances).sum();
    let parts = [
        (count(Outcome::Verified), "verified"),
        (count(Outcome::Refuted), "refuted"),
        (count(Outcome::Supported), "supported"),
        (count(Outcome::Contradicted), "contradicted"),
        (count(Outcome::Open), "open"),
        (results.iter().filter(|c| c.outcome.is_err()).count(), "in error"),
    ];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let verdict = if unexpected == 0 {
        paint("all as expected", Colour::Green, false)
    } else {
        paint(&format!("{unexpected} not as expected"), Colour::Red, false)
    };
    let known = if results.iter().any(|c| c.evidence.is_some()) {
        format!("{} for all of them together; ", evidence_of_all(results))
    } else {
        String::new()
    };
    format!(
        "\n{}: {}; {verdict}\n{} in {}; {}seed {seed}",
        plural(results.len() as u64, "claim"),
        parts.join(", "),
        plural(instances, "instance"),
        seconds(time),
        known,
    )
}

#[derive(Serialize)]
struct Json {
    claim: String,
    file: String,
    line: usize,
    statement: String,
    source: Option<String>,
    expect: &'static str,
    outcome: &'static str,
    as_expected: bool,
    reason: Option<String>,
    networks: usize,
    allocations: u64,
    hypothesis_false: u64,
    /// Allocations are not yet grouped by symmetry.
    orbits: Option<u64>,
    evidence: Option<&'static str>,
    error_log2: Option<i64>,
    counterexample: Option<JsonCounterexample>,
    trend: Option<JsonTrend>,
    seconds: f64,
}

#[derive(Serialize)]
struct JsonTrend {
    cases: u64,
    concordant: u64,
    discordant: u64,
    unclear: u64,
    tied: u64,
    gamma: Option<[f64; 2]>,
    /// (number, allocations, [least, largest mean probability])
    means: Vec<(i64, u64, [f64; 2])>,
    /// Pairs of (allocation, number, interval).
    exceptions: Vec<[(String, i64, [f64; 2]); 2]>,
}

fn trend_view(trend: &Trend) -> JsonTrend {
    let case = |c: &Case| (c.allocation.clone(), c.predictor, c.interval);
    JsonTrend {
        cases: trend.cases,
        concordant: trend.concordant,
        discordant: trend.discordant,
        unclear: trend.unclear,
        tied: trend.tied,
        gamma: trend.gamma,
        means: trend.means.clone(),
        exceptions: trend.exceptions.iter().map(|(small, large)| [case(small), case(large)]).collect(),
    }
}

#[derive(Serialize)]
struct JsonCounterexample {
    network: String,
    samples: Option<u64>,
    allocation: Option<String>,
    size: Option<usize>,
    dim: Option<usize>,
    teacher_dim: Option<usize>,
    spans: Option<bool>,
    claimed: Option<String>,
    left: Option<String>,
    sign: Option<&'static str>,
    right: Option<String>,
    dimensions: Vec<JsonObservation>,
    point: Option<JsonPoint>,
    evidence: &'static str,
    error_log2: Option<i64>,
    command: String,
}

#[derive(Serialize)]
struct JsonObservation {
    network: String,
    samples: Option<u64>,
    allocation: String,
    dim: usize,
}

#[derive(Serialize)]
struct JsonPoint {
    weights: Vec<i64>,
    inputs: Vec<Vec<i64>>,
    rank: usize,
}

fn view(checked: &Checked) -> Json {
    let reason = match &checked.outcome {
        Err(error) => Some(error.to_string()),
        Ok(_) => checked.unsettled.as_ref().map(ToString::to_string),
    };
    Json {
        claim: checked.claim.clone(),
        file: checked.file.display().to_string(),
        line: checked.line,
        statement: checked.statement.clone(),
        source: checked.source.clone(),
        expect: checked.expect.name(),
        outcome: match &checked.outcome {
            Ok(outcome) => outcome.name(),
            Err(_) => Expect::Open.name(),
        },
        as_expected: checked.is_expected(),
        reason,
        networks: checked.networks,
        allocations: checked.instances,
        hypothesis_false: checked.skipped,
        orbits: None,
        evidence: checked.evidence.map(Evidence::name),
        error_log2: checked.evidence.and_then(Evidence::error_log2),
        counterexample: checked.counterexample.as_deref().map(counterexample_view),
        trend: checked.trend.as_ref().map(trend_view),
        seconds: checked.time.as_secs_f64(),
    }
}

fn counterexample_view(c: &Counterexample) -> JsonCounterexample {
    let sides = c.sides.clone();
    let (left, sign, right) = sides.map_or((None, None, None), |(l, s, r)| (Some(l), Some(s), Some(r)));
    JsonCounterexample {
        network: c.network.to_string(),
        samples: c.samples.count(),
        allocation: c.allocation.as_ref().map(|a| print(c.network.layout(), a)),
        size: c.allocation.as_ref().map(|a| a.size()),
        dim: c.answer.as_ref().map(|a| a.dim.value),
        teacher_dim: c.answer.as_ref().map(|a| a.teacher.value),
        spans: c.answer.as_ref().map(|a| a.spans()),
        claimed: c.claimed.clone(),
        left,
        sign,
        right,
        dimensions: c
            .observations
            .iter()
            .map(|o| JsonObservation {
                network: o.network.clone(),
                samples: o.samples.count(),
                allocation: o.text.clone(),
                dim: o.dim,
            })
            .collect(),
        point: c.point.as_ref().map(|p| JsonPoint {
            weights: p.weights.clone(),
            inputs: p.inputs.clone(),
            rank: p.rank,
        }),
        evidence: c.evidence.name(),
        error_log2: c.evidence.error_log2(),
        command: c.command.clone(),
    }
}
