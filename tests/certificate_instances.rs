//! Single instances in certificates: texts with known verdicts, and what the engine decides about random instances.

#[path = "common/mod.rs"]
mod common;
#[path = "common/written.rs"]
mod written;

use allocert::algebra::{Limits, Primes, Solver};
use allocert::allocation::Allocation;
use allocert::certificate::format::{Rule, Step};
use allocert::certificate::of_match;
use allocert::checker::{Report, Verdict, check};
use allocert::control::Control;
use allocert::matching::{Cut, Decision, Ensemble, Instance, MatchOptions, Matcher, Trials, decide};
use allocert::network::{Network, Samples};
use allocert::number::{Dyadic, Dyadics, Ring};
use allocert::reach::Settings;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use written::certificate;

const SETTINGS: Settings = Settings { seed: 1, error_log2: -100 };

/// `valid`, or `invalid at 3: …`.
fn outcome(report: &Report) -> String {
    match report.verdict {
        Verdict::Valid | Verdict::Holey => report.verdict.name().to_owned(),
        _ => format!("{} at {}: {}", report.verdict.name(), report.step.unwrap(), report.reason.as_ref().unwrap()),
    }
}

/// What happened to each rule in the cases: valid ones, and others.
fn run(text: &str) -> std::collections::BTreeMap<String, (usize, usize)> {
    let mut seen = std::collections::BTreeMap::new();
    for case in text.split("\n== ").skip(1) {
        let (name, body) = case.split_once('\n').unwrap();
        let field = |key: &str| body.lines().find_map(|l| l.strip_prefix(key)).unwrap().trim().to_owned();
        let steps = body.lines().filter_map(|l| l.strip_prefix("step: "));
        let steps: Vec<Rule> =
            steps.map(|s| serde_json::from_str(s).unwrap_or_else(|e| panic!("{name}: {e}"))).collect();
        let samples = field("samples:").parse().ok();
        let report = check(certificate("match", &field("network:"), samples, steps, &field("states:")).as_bytes());
        assert_eq!(outcome(&report), field("verdict:"), "{name}");
        let count: &mut (usize, usize) = seen.entry(name.split(':').next().unwrap().to_owned()).or_default();
        if report.verdict == Verdict::Valid { count.0 += 1 } else { count.1 += 1 }
    }
    seen
}

#[test]
fn texts_have_the_verdicts_that_they_say() {
    let seen = run(include_str!("texts/instance.txt"));
    for rule in ["instance", "solution", "absence", "fractional"] {
        let (valid, other) = seen[rule];
        assert!(valid >= 1 && other >= 2, "{rule}: {valid} valid, {other} others");
    }
}

/// The instances of a certificate: trial, and whether it is said to have a match.
fn instances(text: &str) -> Vec<(u64, bool)> {
    let mut trial = None;
    let mut found = Vec::new();
    for line in text.lines().skip(1) {
        match serde_json::from_str::<Step>(line).unwrap().by {
            Rule::Instance { trial: of, .. } => trial = Some(of),
            Rule::Solution { .. } => found.push((trial.unwrap(), true)),
            Rule::Absence { .. } => found.push((trial.unwrap(), false)),
            _ => {}
        }
    }
    found
}

/// The certificate of a match probability from so many instances, and the engine's verdict.
fn ask(
    net: &Network,
    set: &Allocation,
    samples: Samples,
    (ensemble, seed): (Ensemble, u64),
    trials: u64,
) -> (String, &'static str) {
    let options = MatchOptions { ensemble, trials: Trials::Fixed(trials), ..MatchOptions::default() };
    let settings = Settings { seed, ..SETTINGS };
    let answer = decide(net, set, samples, &options, settings, &Control::unlimited()).unwrap();
    (of_match(&answer, settings).unwrap(), answer.verdict.name())
}

/// The engine decides instances modulo primes, the checker follows a proof over the rationals: they never disagree.
#[test]
fn the_checker_confirms_what_the_engine_decides() {
    let networks = [
        ("lffn([2, 2, 2])", 0),
        ("lffn([2, 2, 2])", 1),
        ("lffn([1, 2, 2])", 1),
        ("lffn([2, 1, 2], bias=True)", 2),
        ("lrnn(1, 1, 1, 3)", 1),
        ("lrnn(1, 1, 1, 5)", 2),
        ("lrnn(1, 2, 1, 4)", 2),
        ("lrnn(1, 2, 1, 4)", 0),
        ("lrnn(1, 1, 2, 3)", 1),
        ("pnn([2, 1, 1], degree=2)", 2),
        ("pnn([1, 2, 1], degree=2, bias=True)", 2),
        ("pnn([2, 2, 1], degree=2)", 3),
    ];
    let mut random = ChaCha12Rng::seed_from_u64(3);
    let (mut matched, mut unmatched, mut fractional) = (0, 0, 0);
    for round in 0..240 {
        let (net, samples) = networks[round % networks.len()];
        let net: Network = net.parse().unwrap();
        let samples = if samples == 0 { Samples::Functional } else { Samples::Count(samples) };
        let teacher = Matcher::new(&net, samples, SETTINGS, Limits::default()).unwrap().teacher().value;
        let mut draw = || common::allocation(&net, random.next_u64() & random.next_u64());
        // Mostly bases: other sets of weights are settled by a law.
        let set = (0..300).map(|_| draw()).find(|set| round % 4 == 0 || set.size() == teacher).unwrap_or_else(draw);
        let ensemble = if round % 5 == 4 { Ensemble::Integer { bound: 3 } } else { Ensemble::Gaussian };
        let seed = random.next_u64() % 100;
        let (text, verdict) = ask(&net, &set, samples, (ensemble, seed), 8);
        let report = check(text.as_bytes());
        let fine = matches!(report.verdict, Verdict::Valid | Verdict::Holey);
        assert!(fine, "{net}, {samples}, {ensemble}: {}\n{text}", report.text(""));
        let said_fractional = report.statements.iter().any(|s| s.ends_with("is above 0 and below 1"));
        assert!(!said_fractional || ["fractional", "undecided"].contains(&verdict), "{net}: {verdict}\n{text}");
        fractional += usize::from(said_fractional);
        let matcher = Matcher::new(&net, samples, Settings { seed, ..SETTINGS }, Limits::default()).unwrap();
        let options = MatchOptions { ensemble, ..MatchOptions::default() };
        for (trial, real) in instances(&text) {
            let Decision::Decided(finding) = matcher.instance(&set, &options, trial, &Control::unlimited()) else {
                panic!("{trial}")
            };
            assert_eq!(finding.real, real, "{net}, trial {trial}");
            *(if real { &mut matched } else { &mut unmatched }) += 1;
        }
    }
    println!("{matched} matched, {unmatched} unmatched, {fractional} fractional");
    assert!(matched >= 30 && unmatched >= 20 && fractional >= 10, "{matched} {unmatched} {fractional}");
}

fn example(net: &str, set: &str, samples: Samples) -> String {
    let net: Network = net.parse().unwrap();
    let set = allocert::allocation::parse(net.layout(), set).unwrap();
    ask(&net, &set, samples, (Ensemble::Gaussian, 1), 40).0
}

/// Where it is proved that no instance nearby has a match, the engine finds none either.
#[test]
fn instances_near_one_without_a_match_have_none() {
    let net: Network = "lffn([2, 2, 2])".parse().unwrap();
    let set = allocert::allocation::parse(net.layout(), "W1[0,0] W1[1,1] W2[0,0] W2[1,1]").unwrap();
    let text = example("lffn([2, 2, 2])", "W1[0,0] W1[1,1] W2[0,0] W2[1,1]", Samples::Count(2));
    assert_eq!(check(text.as_bytes()).verdict, Verdict::Valid);
    let (trial, _) = *instances(&text).iter().find(|(_, real)| !real).unwrap();
    let draw = || Instance::draw(&net, Samples::Count(2), Ensemble::Gaussian, 1, trial);
    let solver = Solver::new(Primes::new(1, 0, 400), Limits::default(), -100);
    let cut = Cut { dimension: set.size(), bases: Vec::new(), slices: 1 };
    let mut random = ChaCha12Rng::seed_from_u64(5);
    for _ in 0..40 {
        let mut instance = draw();
        let mut moved = |value: &mut Dyadic| {
            let by = Dyadic { mantissa: (random.next_u64() % 2001).into(), exponent: 40 };
            *value = Dyadics.add(value, &Dyadics.sub(&by, &Dyadic { mantissa: 1000.into(), exponent: 40 }));
        };
        instance.student.iter_mut().for_each(&mut moved);
        instance.teacher.iter_mut().for_each(&mut moved);
        instance.inputs.iter_mut().flatten().for_each(&mut moved);
        let Decision::Decided(finding) = instance.decide(&net, &set, &cut, &solver) else { panic!("undecided") };
        assert!(!finding.real);
    }
}

/// A number, a sign, a line or two weights' values become others.
fn mutant(original: &str, random: &mut ChaCha12Rng) -> String {
    let mut below = |n: usize| (random.next_u64() % n as u64) as usize;
    let mut lines: Vec<String> = original.lines().map(str::to_owned).collect();
    let at = below(lines.len());
    let line = &mut lines[at];
    match below(8) {
        0..=4 => {
            let digits: Vec<usize> = line.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(i, _)| i).collect();
            if !digits.is_empty() {
                let place = digits[below(digits.len())];
                line.replace_range(place..=place, &char::from(b'0' + below(10) as u8).to_string());
            }
        }
        5 => {
            let quotes: Vec<usize> = line.match_indices('"').map(|(i, _)| i).collect();
            if !quotes.is_empty() {
                line.insert(quotes[below(quotes.len())] + 1, '-');
            }
        }
        6 => {
            *line = if line.contains("\"nearby\":true") {
                line.replace("\"nearby\":true", "\"nearby\":false")
            } else {
                line.replace("false", "true")
            };
        }
        _ => {
            lines.remove(at);
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn no_mutant_is_accepted_with_another_meaning() {
    let originals = [
        example("lrnn(1, 1, 1, 3)", "W", Samples::Count(1)),
        example("lffn([2, 2, 2])", "W1[0,0] W1[1,1] W2[0,0] W2[1,1]", Samples::Count(2)),
        example("pnn([2, 1, 1], degree=2)", "W1", Samples::Count(2)),
    ];
    let meaning = |text: &str| {
        let report = check(text.as_bytes());
        (report.verdict == Verdict::Valid).then_some((report.about, report.statements))
    };
    let meanings: Vec<_> = originals.iter().map(|o| meaning(o)).collect();
    assert!(meanings.iter().all(Option::is_some));
    let mut random = ChaCha12Rng::seed_from_u64(11);
    let (mut refused, mut same) = (0, 0);
    for round in 0..30_000 {
        let of = round % originals.len();
        let mutant = mutant(&originals[of], &mut random);
        if mutant == originals[of] {
            continue;
        }
        match meaning(&mutant) {
            None => refused += 1,
            Some(meant) => {
                assert_eq!(Some(&meant), meanings[of].as_ref(), "accepted: {mutant}");
                same += 1;
            }
        }
    }
    // Student weights that learn, trials and ends of intervals may be others.
    assert!(refused > 20_000 && same > 0, "{refused} refused, {same} with the same meaning");
}

#[test]
fn hostile_instances_are_refused() {
    let lrnn = "lrnn(inputs=1, hidden=1, outputs=1, steps=3)";
    let numbers = |list: &[&str]| list.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    let refused = |network: &str, steps: Vec<Rule>| {
        let report = check(certificate("match", network, Some(1), steps, "anything").as_bytes());
        assert!(!matches!(report.verdict, Verdict::Valid | Verdict::Holey), "{}", report.text(""));
        assert!(!report.reason.as_ref().unwrap().contains("states something else"), "{}", report.text(""));
        report.verdict
    };
    let of = || "W[0,0]".to_owned();
    let instance = |student: &[&str]| Rule::Instance {
        of: of(),
        trial: 0,
        student: numbers(student),
        teacher: numbers(&["1", "3", "0"]),
        inputs: vec![numbers(&["1", "0", "1"])],
    };
    let solution = |polynomial: Vec<String>, value: Vec<String>| Rule::Solution {
        of: of(),
        instance: 2,
        polynomial,
        between: ("-1".to_owned(), "1".to_owned()),
        values: vec![value],
    };
    let absence = |multiplier: &str, form: &str, polynomial: Vec<String>| Rule::Absence {
        of: of(),
        instance: 2,
        multipliers: numbers(&[multiplier]),
        form: form.to_owned(),
        polynomial,
        nearby: true,
    };
    let honest = || instance(&["1", "1", "0"]);
    let long = "9".repeat(900_000);
    refused(lrnn, vec![instance(&[&long, "1", "0"])]);
    refused(lrnn, vec![instance(&["1", &format!("1/{}", "7".repeat(30_000)), "0"])]);
    for wrong in ["", "-", "--1", "1/", "/2", "1 ", "0x10", "1e9", "nan", "١"] {
        assert_eq!(refused(lrnn, vec![instance(&[wrong, "1", "0"])]), Verdict::Invalid, "{wrong}");
    }
    // Polynomials of a high degree, with long numbers, powers of powers.
    refused(lrnn, vec![honest(), solution(vec!["1".to_owned(); 100_000], numbers(&["0", "1"]))]);
    refused(lrnn, vec![honest(), solution(numbers(&["0", "1"]), vec!["1".to_owned(); 60_000])]);
    let digits = |k: usize| format!("{}/{}", "7".repeat(8_000), "3".repeat(7_000 + k));
    refused(lrnn, vec![honest(), solution((0..60).map(digits).collect(), (0..60).map(digits).collect())]);
    refused(lrnn, vec![honest(), absence("W[0,0]^9999", "W[0,0]^9999", numbers(&["1", "0", "1"]))]);
    refused(lrnn, vec![honest(), absence("1", "W[0,0]", vec!["1".to_owned(); 200_000])]);
    let integers = |k: usize| format!("{}{k}", "7".repeat(3_900));
    refused(lrnn, vec![honest(), absence("1", "W[0,0]", (0..200).map(integers).collect())]);
    // A power of a power of a sum.
    let deep = "pnn([3, 3, 3, 1], degree=100)";
    let ones = vec!["3/7".to_owned(); 21];
    let all = |inputs| Rule::Instance {
        of: "all".to_owned(),
        trial: 0,
        student: ones.clone(),
        teacher: ones.clone(),
        inputs,
    };
    let inputs = vec![numbers(&["1/3", "2", "5"])];
    let multipliers = numbers(&["1"]);
    let (form, polynomial) = ("W1[0,0]".to_owned(), numbers(&["1"]));
    let absence = Rule::Absence { of: "all".to_owned(), instance: 2, multipliers, form, polynomial, nearby: true };
    assert_eq!(refused(deep, vec![all(inputs), absence]), Verdict::Refused { limit: true });
    let power = "pnn([1, 1, 1], degree=900000000)";
    let of_power = |of: &str| Rule::Instance {
        of: of.to_owned(),
        trial: 0,
        student: numbers(&["3/7", "1"]),
        teacher: numbers(&["5/7", "1"]),
        inputs: vec![numbers(&["1"])],
    };
    let solution = Rule::Solution {
        of: "W2".to_owned(),
        instance: 2,
        polynomial: numbers(&["0", "1"]),
        between: ("0".to_owned(), "0".to_owned()),
        values: vec![numbers(&["1"])],
    };
    assert_eq!(refused(power, vec![of_power("W2"), solution]), Verdict::Refused { limit: true });
}

/// Certificates of verdicts by copying and by rescaling are valid; the same laws said of allocations that they do not fit are not.
#[test]
fn rescaled_teachers_are_checked() {
    let written = |network: &str, allocation: &str, samples: Samples| {
        let network: Network = network.parse().unwrap();
        let allocation = allocert::allocation::parse(network.layout(), allocation).unwrap();
        let options = MatchOptions { trials: Trials::Fixed(2), ..MatchOptions::default() };
        let answer = decide(&network, &allocation, samples, &options, SETTINGS, &Control::unlimited()).unwrap();
        of_match(&answer, SETTINGS).unwrap()
    };
    let verdict = |text: &str| check(text.as_bytes()).verdict;
    let functional = Samples::Functional;
    for (network, allocation, samples) in [
        ("lffn([2, 1, 2])", "W1[0,0] W2", functional),
        ("lffn([2, 2, 2], bias=True)", "W1[0,1] W1[1,:] b1 W2[:,0] W2[0,1] b2", functional),
        ("lffn([2, 2, 2])", "all", Samples::Count(1)),
        ("pnn([2, 2, 1], degree=2)", "W1[0,1] W1[1,0] W2", functional),
        ("pnn([2, 2, 1], degree=3)", "W1[0,0] W1[1,:] W2[0,0]", Samples::Count(2)),
        ("lrnn(1, 2, 1, 4)", "D B[0,0] W[0,0] W[1,0] W[1,1]", functional),
    ] {
        let text = written(network, allocation, samples);
        assert!(text.contains("rescaled teacher") || text.contains("copying"), "{network} {allocation}: {text}");
        assert_eq!(verdict(&text), Verdict::Valid, "{network} {allocation}");
        // Some weight is frozen, or all learn: the other law says nothing.
        assert_eq!(verdict(&text.replace("rescaled teacher", "copying")) == Verdict::Valid, text.contains("copying"));
        // Of other samples nothing changes, of no verdict but 1 is it a law.
        assert_eq!(verdict(&text.replace("\"verdict\":\"one\"", "\"verdict\":\"zero\"")), Verdict::Invalid);
    }
    // Two weights of one unit, an even power of a scale, the diagonal of a recurrent matrix, and gates that see signs.
    for (network, allocation, samples) in [
        ("lffn([2, 2, 2])", "W1[0,0] W1[1,1] W2[0,0] W2[1,0]", functional),
        ("lffn([1, 2, 1])", "W1[0,0] W2[0,0]", functional),
        ("lrnn(1, 2, 1, 4)", "D B[0,0] W[0,0] W[0,1] W[1,0]", functional),
        ("pnn([1, 2, 1], degree=3)", "W1[0,0]", functional),
        ("pnn([1, 2, 1], degree=3)", "W1", functional),
    ] {
        let text = written(network, allocation, samples);
        let laws = ["affine", "odd degree", "rescaled teacher"].map(|law| format!("\"law\":\"{law}\""));
        for law in ["rescaled teacher", "copying"] {
            let false_one = laws.iter().fold(text.clone(), |t, known| t.replace(known, &format!("\"law\":\"{law}\"")));
            if false_one != text {
                assert_eq!(verdict(&false_one), Verdict::Invalid, "{network} {allocation} {law}");
            }
        }
    }
}
