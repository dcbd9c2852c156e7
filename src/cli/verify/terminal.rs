//! What `allocert verify` shows on a terminal: a table, and what was not expected in full.

use std::time::Duration;

use allocert::allocation::{describe, picture, print};
use allocert::claims::{Checked, Counterexample, Outcome, evidence_of_all};
use allocert::matching::Trend;
use allocert::reach::Evidence;
use allocert::record::{Unmatched, commands};

use crate::cli::failure::unsettled;
use crate::cli::output::{Colour, harmless, paint, plural, seconds, thousands, wrapped, wrapped_paragraph};

/// A line of the table, 80 characters wide; a long name gets a line of its own.
pub(super) fn columns([outcome, name, networks, instances, evidence, time]: [&str; 6]) -> String {
    // Long evidence takes from the name's place.
    let further = evidence.chars().count().saturating_sub(6);
    let (room, under) = (31 - further, 46 - further);
    let name = if name.chars().count() > room { format!("{name}\n{:under$}", "") } else { format!("{name:<room$}") };
    format!("{outcome:<14} {name} {networks:>7} {instances:>11} {evidence:<6} {time:>6}")
}

fn outcome_name(checked: &Checked) -> &'static str {
    match &checked.outcome {
        Ok(outcome) => outcome.name(),
        Err(_) => "error",
    }
}

/// A checked claim's lines in the table; with `detailed`, its counterexample is shown elsewhere.
pub(super) fn row(checked: &Checked, detailed: bool) -> String {
    let colour = match (&checked.outcome, checked.is_expected()) {
        (Ok(Outcome::Open), _) => Colour::Yellow,
        (_, true) => Colour::Green,
        (_, false) => Colour::Red,
    };
    let mark = if checked.is_expected() { " " } else { "!" };
    let outcome = format!("{:<12} {mark}", outcome_name(checked));
    let evidence = match checked.known() {
        None if checked.outcome.is_ok() => "open".to_owned(),
        None => "-".to_owned(),
        Some(Evidence::Bounded { error_log2 }) => format!("2^{error_log2}"),
        Some(other) => other.name().to_owned(),
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
        && !detailed
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
        text.push_str(&format!(", {}", plural(samples, "sample")));
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

/// A statement whose formulas are read as text: without the dollars around them, and with signs for the commonest commands. A text in which
/// dollars do not pair stays as it is.
fn spoken(statement: &str) -> String {
    const SIGNS: [(&str, &str); 9] = [
        ("\\le ", "≤ "),
        ("\\ge ", "≥ "),
        ("\\ne ", "≠ "),
        ("\\times ", "× "),
        ("\\cdot ", "· "),
        ("\\ldots", "…"),
        ("\\sum", "Σ"),
        ("\\min", "min"),
        ("\\max", "max"),
    ];
    if statement.contains("$$") || !statement.matches('$').count().is_multiple_of(2) {
        return statement.to_owned();
    }
    let formula = |text: &str| SIGNS.iter().fold(text.to_owned(), |text, (command, sign)| text.replace(command, sign));
    let part = |(place, text): (usize, &str)| if place % 2 == 0 { text.to_owned() } else { formula(text) };
    statement.split('$').enumerate().map(part).collect()
}

/// A result in full.
pub(super) fn whole(checked: &Checked) -> String {
    let place = format!("{}:{}", checked.file.display(), checked.line);
    let title = format!("{} ({}, expected {})", harmless(&checked.claim), outcome_name(checked), checked.expect.name());
    let mut text = format!("\n{}\n  {place}\n", paint(&title, Colour::Bold, false));
    text.push_str(&indented(&format!("\n{}\n", wrapped(&harmless(&spoken(&checked.statement))))));
    if let Err(error) = &checked.outcome {
        text.push_str(&indented(&format!("\n{}\n", harmless(error.to_string().trim_end()))));
    }
    if let Some(why) = &checked.unsettled {
        let lines: Vec<String> = unsettled(why).lines().map(|line| wrapped_paragraph(line, 78)).collect();
        text.push_str(&indented(&format!("\n{}\n", lines.join("\n"))));
    }
    if let (Ok(Outcome::Open), Some(evidence)) = (&checked.outcome, checked.evidence) {
        text.push_str(&indented(&format!("\nof the instances: {evidence}\n")));
    }
    text.push_str(&indented(&asked(checked)));
    if let Some(orbits) = checked.orbits.filter(|orbits| *orbits < checked.instances) {
        let all = plural(checked.instances, "allocation");
        text.push_str(&indented(&format!("\n{all}, up to symmetry {}\n", thousands(orbits))));
    }
    if let Some(trend) = &checked.trend {
        text.push_str(&indented(&detailed_trend(trend)));
    }
    if let Some(counterexample) = &checked.counterexample {
        text.push_str(&indented(&detailed(checked, counterexample)));
    }
    text
}

/// What the claim ranges over and asks, as written, and of how many instances it is known.
fn asked(checked: &Checked) -> String {
    let mut text = String::new();
    let mut add = |name: &str, what: &str| {
        text.push_str(&format!("{name:<9} {}\n", harmless(what).replace('\n', "\n          ")));
    };
    let written = &checked.written;
    if let Some(networks) = &written.networks {
        add("networks", networks);
    }
    let all = checked.ranges_over.len();
    let listed: Vec<String> = checked.ranges_over.iter().take(MOST_NETWORKS).map(ToString::to_string).collect();
    let more = if all > listed.len() { format!(" … ({all} networks)") } else { String::new() };
    // A network is one word.
    let listed = format!("{}{more}", listed.join(", ")).replace(", ", ",\u{2060}").replace("),\u{2060}", "), ");
    let listed = wrapped_paragraph(&listed, 66).replace('\u{2060}', " ");
    add(if written.networks.is_some() { "namely" } else { "networks" }, &listed);
    if let Some(given) = &written.given {
        add("given", given);
    }
    if let Some(holds) = &written.holds {
        add("asks", holds);
    }
    let satisfy = if written.given.is_some() { " that satisfy the hypothesis" } else { "" };
    let unknown = match checked.undecided {
        0 => String::new(),
        number => format!("; not known for {} more", thousands(number)),
    };
    add("checked", &format!("{}{satisfy}{unknown}", plural(checked.instances, "instance")));
    format!("\n{text}")
}

/// More networks than this are only counted.
const MOST_NETWORKS: usize = 12;

fn detailed(checked: &Checked, c: &Counterexample) -> String {
    let layout = c.network.layout();
    let heading = format!("counterexample: {}, {}", c.network, c.samples);
    let mut text = format!("\n{}\n", wrapped_paragraph(&heading, 78).replace('\n', "\n  "));
    if let Some(allocation) = &c.allocation {
        text.push_str(&format!("{}\n\n", wrapped_paragraph(&print(layout, allocation), 78)));
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
            let at_least = if d.reason == allocert::reach::Reason::AtLeast { "at least " } else { "" };
            let words = format!("{name} {at_least}{} ({evidence}; {})", d.value, d.reason);
            format!("{}\n", wrapped_paragraph(&words, 74).replace('\n', "\n    "))
        };
        text.push_str("\ntrue\n");
        text.push_str(&format!("  {}", dim("reachable dimension", &answer.dim)));
        text.push_str(&format!("  {}", dim("teacher dimension", &answer.teacher)));
        for o in &answer.obstructions {
            let (words, size) = (describe(layout, &o.flat), o.inside.size());
            let inside = format!("{size} of these weights are in {words}, which has dimension {}", o.dim);
            text.push_str(&format!("  {}\n", wrapped_paragraph(&inside, 70).replace('\n', "\n  ")));
        }
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
    if let Some(unmatched) = Unmatched::of(c) {
        let (trial, seed) = (unmatched.trial, unmatched.seed);
        text.push_str(&format!("\nthe teacher of trial {trial} (seed {seed}) has no student that matches; exactly\n"));
        unmatched.lines().iter().for_each(|line| text.push_str(&format!("  {line}\n")));
    }
    text.push_str(&format!("\nevidence: {} for what is named here\nshow it again:\n", c.evidence));
    commands(checked, c).iter().for_each(|command| text.push_str(&format!("  {}\n", harmless(command))));
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

/// How the claims together are known: those that are proved or have a bound on the error by themselves, so that one frequency
/// does not hide what is known of the others.
fn known(results: &[Checked]) -> Option<String> {
    // That no counterexample was met does not settle what is open, however surely each instance holds.
    let is_open = |c: &Checked| matches!(c.outcome, Ok(Outcome::Open));
    let all = results.iter().filter(|c| c.known().is_some() || is_open(c));
    let (sure, others): (Vec<&Checked>, Vec<&Checked>) =
        all.partition(|c| matches!(c.known(), Some(Evidence::Proved | Evidence::Bounded { .. })));
    if others.is_empty() && !sure.is_empty() {
        return Some(format!("{} for all of them together", evidence_of_all(sure)));
    }
    let of = |evidence| others.iter().filter(|c| c.known().unwrap_or(Evidence::Open) == evidence).count() as u64;
    let bounds = (!sure.is_empty()).then(|| evidence_of_all(sure.iter().copied()).to_string());
    let parts = [
        (sure.len() as u64, bounds),
        (of(Evidence::Statistical), Some("statistical".to_owned())),
        (of(Evidence::Open), Some("open".to_owned())),
    ];
    let part =
        |(number, evidence): (u64, Option<String>)| Some(format!("{} for {}", evidence?, plural(number, "claim")));
    let parts: Vec<String> = parts.into_iter().filter(|p| p.0 > 0).filter_map(part).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// The last lines.
pub(super) fn summary(results: &[Checked], time: Duration, seed: u64) -> String {
    let count = |outcome: Outcome| results.iter().filter(|c| matches!(&c.outcome, Ok(o) if *o == outcome)).count();
    let unexpected = results.iter().filter(|c| !c.is_expected()).count();
    let instances: u64 = results.iter().map(|c| c.instances).sum();
    let evaluated: u64 = results.iter().map(|c| c.orbits.unwrap_or(c.instances)).sum();
    let symmetry =
        if evaluated < instances { format!(" ({} up to symmetry)", thousands(evaluated)) } else { String::new() };
    let parts = [
        (count(Outcome::Verified), "verified"),
        (count(Outcome::Refuted), "refuted"),
        (count(Outcome::Supported), "supported"),
        (count(Outcome::Contradicted), "contradicted"),
        (count(Outcome::Open), "open"),
        (results.iter().filter(|c| c.outcome.is_err()).count(), "in error"),
    ];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let outcomes = if parts.is_empty() { String::new() } else { format!("{}; ", parts.join(", ")) };
    let verdict = if unexpected == 0 {
        paint("all as expected", Colour::Green, false)
    } else {
        paint(&format!("{unexpected} not as expected"), Colour::Red, false)
    };
    let known = known(results).map(|text| format!("\n{text}")).unwrap_or_default();
    format!(
        "\n{}: {outcomes}{verdict}\n{}{symmetry} in {}; seed {seed}{}",
        plural(results.len() as u64, "claim"),
        plural(instances, "instance"),
        seconds(time),
        known,
    )
}
