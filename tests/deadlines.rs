//! Whatever takes long stops at its limit. How late is not measured: these machines are slow at times.

#[path = "common/program.rs"]
mod program;

use std::time::Duration;

use allocert::allocation::{Allocation, parse};
use allocert::control::{Control, Stopped};
use allocert::matching::{Estimate, Halt, Limits, MatchOptions, Matcher, NoDegree, Trials, Verdict};
use allocert::network::{Network, Samples};
use allocert::reach::Settings;

use program::{allocert, file, objects, verify};

/// An allocation, and a matcher that is asked about it.
fn matcher(network: &str, allocation: &str, samples: u64) -> (Allocation, Matcher) {
    let network: Network = network.parse().unwrap();
    let allocation = parse(network.layout(), allocation).unwrap();
    let settings = Settings { seed: 1, error_log2: -100 };
    (allocation, Matcher::new(&network, Samples::Count(samples), settings, Limits::default()).unwrap())
}

fn options(trials: u64) -> MatchOptions {
    MatchOptions { trials: Trials::Fixed(trials), ..MatchOptions::default() }
}

fn limited(limit: Duration) -> Control<'static> {
    Control::unlimited().within(limit)
}

/// Degree 30 in three weights: a matching degree, or an instance, takes half a minute.
const SLOW: (&str, &str, u64) = ("pnn([2, 3, 1], degree = 30)", "W1[0,0] W1[1,1] W2[0,0]", 3);

#[test]
fn a_matching_degree_and_an_instance_stop_inside() {
    let (allocation, matcher) = matcher(SLOW.0, SLOW.1, SLOW.2);
    for limit in [Duration::ZERO, Duration::from_millis(50)] {
        let answer = matcher.decide(&allocation, &options(1_000), &limited(limit)).unwrap();
        assert_eq!(answer.degree, Some(Err(NoDegree::Stopped(Stopped::Time))));
        let estimate = answer.estimate.unwrap();
        assert_eq!(estimate.stopped, Some(Halt::TimeLimit(limit)), "the limit that was asked for");
        assert_eq!((answer.verdict, estimate.trials, estimate.undecided), (Verdict::Undecided, 1, 1));
        let one = matcher.estimate(&allocation, &options(1), &limited(limit));
        assert_eq!((one.stopped, one.undecided), (Some(Halt::TimeLimit(limit)), 1));
    }
}

#[test]
fn combinations_of_pieces_stop_inside() {
    let (allocation, matcher) = matcher("relu([2, 3, 1], bias = True)", "W1[:,0] W2[0,0]", 4);
    let estimate = |control: Control<'_>| -> Estimate { matcher.estimate(&allocation, &options(20), &control) };
    let stopped = estimate(limited(Duration::ZERO));
    assert_eq!((stopped.stopped, stopped.trials), (Some(Halt::TimeLimit(Duration::ZERO)), 1));
    assert_eq!((stopped.matched, stopped.unmatched), (0, 0));
    let whole = estimate(Control::unlimited());
    assert_eq!((whole.stopped, whole.trials, whole.undecided), (None, 20, 0));
}

#[test]
fn a_far_deadline_changes_nothing() {
    for (network, allocation, samples) in [
        ("lffn([2, 2, 2])", "W1[0,0] W1[1,1] W2[0,0] W2[1,1]", 4),
        ("lffn([2, 2, 2])", "W1[0,0] W1[1,1] W2", 2),
        ("pnn([2, 2, 1], degree = 3)", "W1[0,0] W1[1,1]", 2),
        ("relu([2, 2, 1])", "W1[0,0] W1[1,1]", 3),
    ] {
        let (allocation, matcher) = matcher(network, allocation, samples);
        let ask = |control: Control<'_>| matcher.decide(&allocation, &options(40), &control).unwrap();
        let (never, far) = (ask(Control::unlimited()), ask(limited(Duration::from_secs(100_000))));
        assert_eq!(never.estimate, far.estimate, "{network}");
        assert_eq!((never.verdict, never.degree), (far.verdict, far.degree), "{network}");
        assert_eq!((never.reason, never.evidence), (far.reason, far.evidence), "{network}");
    }
}

#[test]
fn match_says_the_limit_asked_for() {
    let run = allocert(&["match", SLOW.0, SLOW.1, "--samples", "3", "--time-limit", "2"]);
    assert_eq!(run.status, 3, "{}{}", run.out, run.err);
    assert!(run.out.contains("stopped      by the time limit of 2 s"), "{}", run.out);
    assert!(run.out.contains("degree       unknown: the time was up"), "{}", run.out);
}

#[test]
fn a_claim_that_time_cuts_short_is_open_and_not_refuted() {
    let claim = |condition: &str| {
        format!(
            "claim(name = \"t\", statement = \"s\", samples = 3, networks = [{}], allocations = [\"{}\"],\n
            holds = lambda net, a: {condition})\n",
            SLOW.0, SLOW.1
        )
    };
    for condition in ["a.match.verdict == \"one\"", "a.learning_degree == 1", "a.decided(3).undecided == 0"] {
        let run = verify(&claim(condition), &["--time-limit", "1", "--json"]);
        assert_eq!(run.status, 3, "{condition}: {}{}", run.out, run.err);
        assert_eq!(objects(&run)[0]["outcome"], "open", "{condition}: {}", run.out);
    }
}

/// The first claim is quick; the second multiplies a number by itself, which is one instruction.
const ENDLESS: &str = "
def power():
    x = 3
    for _ in range(60):
        x = x * x
    return x

claim(name = \"quick\", statement = \"s\", networks = [lffn([2, 2])], holds = lambda net, a: a.dim <= a.size)
claim(name = \"endless\", statement = \"s\", networks = [lffn([2, 2])], holds = lambda net: power() > 0)
claim(name = \"later\", statement = \"s\", networks = [lffn([2, 2])], holds = lambda net, a: a.dim <= a.size)
";

#[test]
fn a_claim_that_does_not_come_back_is_open_and_takes_no_other_along() {
    let path = file("endless.star", ENDLESS);
    let folder = path.with_file_name("pieces");
    let (path, folder) = (path.to_str().unwrap(), folder.to_str().unwrap());
    let run = allocert(&["verify", path, "--time-limit", "1", "--json"]);
    assert_eq!(run.status, 3, "{}{}", run.out, run.err);
    let records = objects(&run);
    let outcomes: Vec<(&str, &str)> =
        records.iter().map(|r| (r["claim"].as_str().unwrap(), r["outcome"].as_str().unwrap())).collect();
    assert_eq!(outcomes, [("quick", "verified"), ("endless", "open"), ("later", "verified")], "{}", run.err);
    let reason = records[1]["reason"].as_str().unwrap();
    for part in ["stopped by a limit: --time-limit 1 s", "a single instruction"] {
        assert!(reason.contains(part), "should say {part:?}: {reason}");
    }
    let kept = allocert(&["verify", path, "--time-limit", "1", "--resume", folder]);
    assert_eq!(kept.status, 3, "{}{}", kept.out, kept.err);
    for piece in ["piece-00000", "piece-00001", "piece-00002"] {
        assert!(std::path::Path::new(folder).join(piece).exists(), "{piece}: {}", kept.err);
    }
}
