//! Every long call looks at its `Control`: a flag that is set after a moment ends it soon, with what it has or with the reason.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use allocert::allocation::{Allocation, parse, subsets};
use allocert::claims::{CheckOptions, Outcome, check, read};
use allocert::control::{Control, Stopped};
use allocert::matching::{Halt, Limits, MatchOptions, Matcher, Matching, NoDegree, Reason, Theorem, Trials, choose};
use allocert::network::{Network, Samples};
use allocert::reach::{
    Complete, DesignOptions, Group, LawOptions, Orbits, Patterns, ReachError, ScanOptions, Settings, design, law, rank,
    scan,
};
use allocert::record::Train;
use allocert::training::{Exact, Experiment, Training, TrialOptions};

const SETTINGS: Settings = Settings { seed: 1, error_log2: -100 };
const FUNCTIONAL: Samples = Samples::Functional;
/// A fraction of a second where the machine has time; it may have none.
const LATEST: Duration = Duration::from_secs(20);

fn network(text: &str) -> Network {
    text.parse().unwrap()
}

/// The answer to a question that is stopped after a moment.
fn stopped<T>(what: &str, ask: impl FnOnce(&Control<'_>) -> T) -> T {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            sleep(Duration::from_millis(50));
            stop.store(true, Ordering::Relaxed);
        });
        let start = Instant::now();
        let answer = ask(&Control::unlimited().stopped_by(&stop));
        let time = start.elapsed();
        assert!(stop.load(Ordering::Relaxed), "{what} took no time: {time:?}");
        assert!(time < LATEST, "{what} went on for {time:?}");
        answer
    })
}

fn is_asked<T>(what: &str, answer: Result<T, ReachError>) {
    let error = answer.err().unwrap_or_else(|| panic!("{what} was answered"));
    assert_eq!((error.stopped(), error.is_limit()), (Some(Stopped::Asked), true), "{what}: {error}");
    assert!(error.to_string().starts_with("interrupted"), "{what}: {error}");
}

#[test]
fn counts_laws_and_orbits_stop() {
    let large = network("lffn([4, 4, 4])");
    let found = stopped("a scan", |c| scan(&large, FUNCTIONAL, &ScanOptions::default(), SETTINGS, c));
    is_asked("a scan", found);
    let law = stopped("a law", |c| law(&large, FUNCTIONAL, &LawOptions::default(), SETTINGS, c).unwrap());
    assert_eq!(law.complete(), Complete::Open(Stopped::Asked));
    assert_eq!(law.complete().limit().as_deref(), Some("an interruption"));
    let group = Group::acting_on(&Allocation::all(32), &large.symmetries(FUNCTIONAL)).unwrap();
    let listed = stopped("orbits", |c| {
        let mut orbits = Orbits::new(group.clone());
        (0..32).try_for_each(|_| orbits.advance(c))
    });
    is_asked("orbits", listed);
}

#[test]
fn ranks_stop() {
    // Rows of a network that is not written down: passes back through it, then an elimination in blocks.
    let wide = network("lffn([70, 70, 70])");
    let half = Allocation::of(wide.weights(), 0..4_900);
    is_asked("a wide rank", stopped("a wide rank", |c| rank(&wide, &half, FUNCTIONAL, SETTINGS, c)));
    // The whole Jacobian, row by row.
    let whole = network("pnn([16, 60, 16], degree = 3)");
    let all = Allocation::all(whole.weights());
    is_asked("a rank", stopped("a rank", |c| rank(&whole, &all, Samples::Count(120), SETTINGS, c)));
    let kinks = network("relu([6, 12, 6])");
    let drawn = stopped("patterns", |c| Patterns::draw(&kinks, Samples::Count(8), 1, 1_000, c));
    is_asked("patterns", drawn);
}

#[test]
fn designs_stop() {
    for (text, size, per_row) in [
        ("lffn([40, 40, 40])", 1_500, None),
        ("lffn([24, 24, 24])", 500, Some(11)),
        ("lffn([150, 150, 150])", 3_000, None),
        ("lffn([150, 150, 150])", 2_000, Some(7)),
    ] {
        let (network, what) = (network(text), format!("{size} weights of {text}, {per_row:?} per row"));
        let options = DesignOptions { per_row, alternatives: 40, ..DesignOptions::default() };
        is_asked(&what, stopped(&what, |c| design(&network, FUNCTIONAL, size, &options, SETTINGS, c)));
    }
}

#[test]
fn matches_stop_inside() {
    let network = network("pnn([2, 3, 1], degree = 30)");
    let allocation = parse(network.layout(), "W1[0,0] W1[1,1] W2[0,0]").unwrap();
    let matcher = Matcher::new(&network, Samples::Count(3), SETTINGS, Limits::default()).unwrap();
    let options = MatchOptions { trials: Trials::Fixed(1_000), ..MatchOptions::default() };
    let degree = stopped("a degree", |c| matcher.degree(&allocation, c));
    assert_eq!(degree, Err(NoDegree::Stopped(Stopped::Asked)));
    let answer = stopped("a match", |c| matcher.decide(&allocation, &options, c).unwrap());
    assert_eq!(answer.estimate.unwrap().stopped, Some(Halt::Request));
    let estimate = stopped("an estimate", |c| matcher.estimate(&allocation, &options, c));
    assert_eq!((estimate.stopped, estimate.trials), (Some(Halt::Request), 0));
    let classified = stopped("a classification", |c| matcher.classify(&options, c).unwrap());
    assert!(classified.late && classified.open_allocations() > 0);
    for open in &classified.open {
        assert!(!open.why.to_string().contains("time"), "nobody spoke of time: {}", open.why);
    }
}

/// Parts of a network are asked under the clock of who asks.
#[test]
fn bottlenecks_stop() {
    let network = network("pnn([3, 4, 1, 2], degree = 3)");
    let text = "W1[0,1] W1[0,2] W1[1,0] W1[1,1] W1[1,2] W1[2,0] W1[2,1] W1[3,0] W1[3,1] W1[3,2] W2[0,1] W3";
    let allocation = parse(network.layout(), text).unwrap();
    let matcher = Matcher::new(&network, FUNCTIONAL, SETTINGS, Limits::default()).unwrap();
    let options = MatchOptions { trials: Trials::Fixed(2), ..MatchOptions::default() };
    let answer = stopped("a layer of one unit", |c| matcher.decide(&allocation, &options, c).unwrap());
    assert_eq!(answer.estimate.unwrap().stopped, Some(Halt::Request));
}

/// What was stopped is not remembered: asked again, it is answered as if it had been asked for the first time.
#[test]
fn stopped_bottlenecks_are_asked_again() {
    let network = network("pnn([1, 2, 1, 1], degree = [2, 3])");
    let fresh = || Matcher::new(&network, FUNCTIONAL, SETTINGS, Limits::default()).unwrap();
    let options = MatchOptions { trials: Trials::Fixed(1), ..MatchOptions::default() };
    let (free, asked, mut seen) = (Control::unlimited(), AtomicBool::new(true), 0);
    let everything = Allocation::all(network.weights());
    for allocation in (1..network.weights()).flat_map(|size| subsets(&everything, size)) {
        let expected = fresh().decide(&allocation, &options, &free).unwrap();
        if expected.reason != Reason::Exact(Theorem::Bottleneck) {
            continue;
        }
        let matcher = fresh();
        let stopped = matcher.decide(&allocation, &options, &Control::unlimited().stopped_by(&asked)).unwrap();
        assert_ne!(stopped.reason, expected.reason, "{allocation:?}: the stop came late");
        let again = matcher.decide(&allocation, &options, &free).unwrap();
        assert_eq!((again.verdict, again.reason, again.exact), (expected.verdict, expected.reason, expected.exact));
        seen += 1;
    }
    assert!(seen > 3, "{seen}");
}

#[test]
fn limits_are_told_as_they_are() {
    assert_eq!(Halt::TimeLimit(Duration::from_millis(500)).to_string(), "the time limit of 0.5 s");
    assert_eq!(Halt::TimeLimit(Duration::from_secs(3)).to_string(), "the time limit of 3 s");
    // Designs of which only the first was looked at.
    let (network, free) = (network("pnn([2, 2, 1], degree = 2)"), Control::unlimited());
    let options = DesignOptions { alternatives: 5, ..DesignOptions::default() };
    let found = design(&network, FUNCTIONAL, 3, &options, SETTINGS, &free).unwrap();
    let stopped = |time: Duration, control: &Control<'_>| match choose(&found, SETTINGS, time, control).unwrap() {
        Matching::Known { others, stopped, .. } => (others.len(), stopped),
        other => panic!("{other:?}"),
    };
    assert_eq!(stopped(Duration::ZERO, &free), (0, Some(Halt::TimeLimit(Duration::ZERO))));
    let (others, none) = stopped(Duration::from_secs(600), &free);
    assert!(others > 0 && none.is_none());
}

#[test]
fn training_and_claims_stop() {
    let net = network("lffn([2, 2, 2])");
    let allocation = parse(net.layout(), "W1").unwrap();
    let training = Training::new(&net, FUNCTIONAL, &allocation, TrialOptions::default()).unwrap();
    let done = stopped("training", |c| Experiment::run(&training, None, 1_000_000, c));
    assert!(done.is_partial() && done.count() < 1_000_000);
    // Before the first trial nothing is consistent with anything.
    let asked = AtomicBool::new(true);
    let exact = Exact::new(&training, 10, SETTINGS, &Control::unlimited()).unwrap();
    let none = Experiment::run(&training, Some(&exact), 10, &Control::unlimited().stopped_by(&asked));
    assert_eq!((none.count(), Train::of(&training, &none, Ok(&exact)).consistent), (0, None));

    let text = "claim(name = \"c\", statement = \"s\", networks = [lrnn(1, 4, 1, 9)], holds = lambda net, a: \
        len([w for w in range(1000)]) > 0 and a.dim <= a.size)";
    let claims = read(Path::new("mine.star"), text.to_owned(), SETTINGS).unwrap();
    let options = CheckOptions { settings: SETTINGS, time_limit: Duration::from_secs(600), max_allocations: 1 << 26 };
    let checked = stopped("a claim", |c| check(&claims[0], &options, c));
    assert_eq!(checked.outcome, Ok(Outcome::Open));
    let why = checked.unsettled.unwrap().to_string();
    // Between evaluations, or in the list of orbits.
    let words = ["a request to stop", "interrupted"].map(|words| format!("stopped by a limit: {words}"));
    assert!(words.contains(&why), "{why}");
}

/// Before the first allocation of its size is evaluated, orbits are listed, which takes longer than anyone may want to wait.
#[test]
fn claims_stop_in_the_list_of_orbits() {
    let text = "claim(name = \"c\", statement = \"s\", networks = [lrnn(1, 5, 1, 11)], allocations = every(sizes = [10]), \
        holds = lambda net, a: a.size == 10)";
    let claims = read(Path::new("mine.star"), text.to_owned(), SETTINGS).unwrap();
    let options = CheckOptions { settings: SETTINGS, time_limit: Duration::from_secs(600), max_allocations: 1 << 28 };
    let checked = stopped("a list of orbits", |c| check(&claims[0], &options, c));
    assert_eq!((checked.outcome, checked.instances), (Ok(Outcome::Open), 0));
    let why = checked.unsettled.unwrap().to_string();
    assert!(why.starts_with("stopped by a limit: interrupted"), "{why}");
}
