//! What `allocert train` shows on a terminal.

use std::path::Path;

use allocert::allocation::{Allocation, picture};
use allocert::network::Network;
use allocert::record::{Replay, Train, TrialRun};

use crate::cli::output::{harmless, heading, learnable, outward, plural, thousands, wrapped_paragraph};

/// A result.
pub(super) fn text(answer: &Train, network: &Network, allocation: &Allocation) -> String {
    let samples = answer.samples.map_or("functional".to_owned(), |m| plural(m, "sample"));
    let (size, weights) = (answer.size, network.weights());
    let mut text = heading(&format!("{}, {samples}", answer.network), &learnable(size, weights)) + "\n\n";
    if weights <= 400 {
        for line in picture(network.layout(), allocation).lines() {
            text.push_str(&format!("  {line}\n"));
        }
        text.push('\n');
    }
    text.push_str(&trained(answer));
    text.push_str(&compared(answer));
    text.push_str(&format!("\nseed {}", answer.seed));
    text
}

fn trained(answer: &Train) -> String {
    let partial =
        if answer.partial { format!(" of {}: PARTIAL", thousands(answer.trials_asked)) } else { String::new() };
    let [low, high] = answer.ci95;
    let rate = answer.success_rate.map_or("unknown".to_owned(), |r| format!("{r:.4}"));
    let mut text = format!(
        "trainer      {}, {} after the student's own start\n",
        answer.trainer,
        plural(u64::from(answer.restarts), "restart")
    );
    text.push_str(&format!("trials       {}{partial} ({})\n", thousands(answer.trials), answer.ensemble));
    if let Some(teacher) = &answer.teacher {
        let teacher = wrapped_paragraph(teacher, 64).replace('\n', "\n             ");
        text.push_str(&format!("teacher      {teacher}\n"));
    }
    text.push_str(&format!("success      {rate}, 95 % interval {low:.4} to {high:.4}\n\n"));
    text.push_str("  outcome           trials     median loss  median norm  bits\n");
    for (outcome, count) in &answer.outcomes {
        let runs: Vec<&TrialRun> = answer.runs.iter().filter(|r| r.outcome == *outcome).collect();
        let [loss, norm] = [median(runs.iter().map(|r| r.loss)), median(runs.iter().map(|r| r.norm))];
        let bits = runs.iter().map(|r| r.precision).max().unwrap_or(0);
        text.push_str(&format!("  {outcome:<16} {:>7}  {loss:>14}  {norm:>11}  {bits:>4}\n", thousands(count)));
    }
    text
}

/// The middle value, briefly; what is no number counts as largest.
fn median(values: impl Iterator<Item = Option<f64>>) -> String {
    let mut values: Vec<f64> = values.map(|v| v.unwrap_or(f64::INFINITY)).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).map_or("-".to_owned(), |v| format!("{v:.2e}"))
}

fn compared(answer: &Train) -> String {
    let Some(verdict) = &answer.verdict_exact else {
        let why = answer.not_compared.as_deref().unwrap_or("not asked");
        return format!("\nnot compared with theory: {}\n", harmless(why));
    };
    let evidence = match answer.error_log2 {
        Some(bound) => format!("error ≤ 2^{bound}"),
        None => answer.evidence.clone().unwrap_or_else(|| "unknown".to_owned()),
    };
    let mut text = format!("\nverdict      {verdict} ({evidence})\n");
    let probability = match (answer.probability_exact, answer.enclosure_exact, answer.ci95_exact) {
        (Some(p), _, None) => format!("{p}, {}", evidence.replace("unknown", "open")),
        (None, Some(ends), None) => format!("{}, {evidence}", outward(ends)),
        (Some(p), _, Some([low, high])) => format!("{p:.4}, 95 % interval {low:.4} to {high:.4}, statistical"),
        (None, Some(_), Some([low, high])) => {
            format!("between {low:.4} and {high:.4} (95 %), statistical, within a theorem's bounds")
        }
        (None, None, Some([low, high])) => {
            format!("between {low:.4} and {high:.4} (95 %), statistical: instances are undecided")
        }
        (None, None, None) => "not known".to_owned(),
    };
    text.push_str(&format!("match prob.  {probability}\n"));
    if let Some(gap) = answer.gap {
        let same = answer.gap_to.as_deref() == Some("instances");
        let to = if same { "the matched share of the same instances" } else { "the match probability" };
        text.push_str(&format!("gap          {gap:.4} below {to}\n"));
    }
    if let Some(halt) = &answer.stopped_exact {
        let halt = wrapped_paragraph(halt, 64).replace('\n', "\n             ");
        text.push_str(&format!("stopped      by {halt}\n"));
    }
    if answer.matched_exact + answer.unmatched_exact + answer.undecided_exact > 0 {
        let [m, u, n] = [answer.matched_exact, answer.unmatched_exact, answer.undecided_exact].map(thousands);
        text.push_str(&format!("instances    the same: {m} matched, {u} unmatched, {n} undecided\n"));
    }
    if answer.missed > 0 {
        let first: Vec<String> = answer.missed_trials.iter().take(8).map(u64::to_string).collect();
        let more = if answer.missed > 8 { ", …" } else { "" };
        text.push_str(&format!(
            "missed       {} with a match: trials {}{more}\n",
            thousands(answer.missed),
            first.join(", ")
        ));
    }
    let consistent = match answer.consistent {
        Some(true) => "yes",
        Some(false) => "NO",
        None => "not known: no trial was finished",
    };
    text.push_str(&format!("consistent   {consistent}\n"));
    text
}

/// An instance that contradicts theory, whole.
pub(super) fn inconsistency(replay: &Replay, path: &Path) -> String {
    let row = |name: &str, numbers: &[String]| format!("  {name:<8} {}\n", numbers.join(" "));
    let mut text = format!(
        "INCONSISTENT: trial {} of {} with {}: a match was found, the verdict is {}\n",
        replay.trial, replay.network, replay.allocation, replay.verdict_exact
    );
    text.push_str(&row("student", &replay.student));
    text.push_str(&row("teacher", &replay.teacher));
    replay.inputs.iter().for_each(|input| text.push_str(&row("input", input)));
    text.push_str(&row("found", &replay.found));
    let (loss, norm) = (replay.run.loss.unwrap_or(f64::NAN), replay.run.norm.unwrap_or(f64::NAN));
    text.push_str(&format!("  loss {loss:.3e}, norm {norm:.3e}, {} bits\n", replay.run.precision));
    text.push_str(&format!("look again with:\n  allocert train --replay '{}'", path.display()));
    harmless(&text)
}
