//! Certificates composed of random steps.

use std::collections::HashMap;

use allocert_checker::{Report, Verdict, check};
use allocert_core::allocation::{Allocation, parse, print};
use allocert_core::network::Network;
use allocert_format::{FORMAT, Header, Rule, Step, VERSION, network_in_words};
use allocert_prove::statement;

use super::programs::{own_networks, program};
use super::random::Random;
use super::truth::{CONDITIONS, Said, Subject, Truth, contradict, said};

/// Networks that share names of weights, and two pairs with the same label map.
const NETWORKS: [&str; 9] = [
    "lffn([2, 2, 2])",
    "lffn([1, 1, 2])",
    "pnn([1, 1, 2], degree=1)",
    "lffn([2, 1, 1], bias=True)",
    "pnn([2, 2, 1], degree=2)",
    "lrnn(inputs=1, hidden=1, outputs=1, steps=3)",
    "lrnn(inputs=1, hidden=2, outputs=1, steps=2, readout=\"all\")",
    "relu([1, 2, 1])",
    "relu([1, 1, 1], bias=True)",
];

/// Steps that the checker accepts, each with the network that it is about.
pub struct Composed {
    /// The hashes of networks that are no families.
    hashes: HashMap<String, String>,
    header: Header,
    steps: Vec<(Subject, Rule)>,
}

impl Composed {
    pub fn new() -> Self {
        let header = Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            about: "rank".to_owned(),
            network: None,
            samples: None,
            allocation: None,
            ensemble: None,
            seed: 1,
        };
        Composed { hashes: HashMap::new(), header, steps: Vec::new() }
    }

    /// The certificate, whose answer is everything that is stated; nothing if that is nothing.
    pub fn text(&self) -> Option<(String, Vec<(Subject, String)>)> {
        let stated =
            (1u64..).zip(&self.steps).filter_map(|(step, (subject, rule))| Some((step, subject, statement(rule)?)));
        let (mut answer, mut statements, mut all) = (Vec::new(), Vec::new(), Vec::new());
        for (step, subject, statement) in stated {
            let hash = self.hashes.get(&subject.0).map(String::as_str);
            answer.push(step);
            statements.push(format!("{}: {statement}", network_in_words(&subject.0, hash, subject.1)));
            all.push((subject.clone(), statement));
        }
        let end = Rule::End { steps: self.steps.len() as u64 + 1, header: self.header.clone(), answer, statements };
        let rules = self.steps.iter().map(|(_, rule)| rule).chain([&end]);
        let lines = (1..).zip(rules).map(|(step, by)| serde_json::to_string(&Step { step, by: by.clone() }).unwrap());
        let head = serde_json::to_string(&self.header).unwrap();
        let text = std::iter::once(head).chain(lines).map(|line| line + "\n").collect();
        (!all.is_empty()).then_some((text, all))
    }

    /// Adds a step if the checker follows it.
    pub fn add(&mut self, subject: &Subject, rule: Rule) {
        self.steps.push((subject.clone(), rule));
        let step = self.steps.len() as u64;
        let report = self.text().map(|(text, _)| check(text.as_bytes()));
        if report.is_some_and(|report| !accepted(&report) && report.step.is_some_and(|at| at <= step)) {
            self.steps.pop();
        }
    }
}

pub fn accepted(report: &Report) -> bool {
    matches!(report.verdict, Verdict::Valid | Verdict::Holey)
}

/// A random step; a bound is half of the time the true one.
pub fn step(random: &mut Random, truth: &mut Truth, subject: &Subject, steps: usize) -> Rule {
    let net = &truth.network(&subject.0);
    let n = net.weights();
    let any = |random: &mut Random| {
        let bits = match random.below(4) {
            0 => u64::MAX,
            1 => random.word() & random.word(),
            _ => random.word(),
        };
        let set = Allocation::of(n, (0..n).filter(|w| bits >> w & 1 == 1));
        if set.size() == n { "all".to_owned() } else { print(net.layout(), &set) }
    };
    let of = any(random);
    let earlier = |random: &mut Random| 1 + random.below(steps.max(1)) as u64;
    let mut at_most = random.below(n + 1);
    if random.chance(2) {
        let set = truth.set(subject, &of);
        at_most = truth.dim(subject, &set);
    }
    let weight = |random: &mut Random| print(net.layout(), &Allocation::of(n, [random.below(n)]));
    let entry = |random: &mut Random| match random.below(5) {
        0 => "1".to_owned(),
        1 => "-1".to_owned(),
        2 => format!("-{}", weight(random)),
        3 => format!("{} - {}", weight(random), weight(random)),
        _ => weight(random),
    };
    let numbers = |random: &mut Random, count: usize| {
        (0..count).map(|_| (*random.of(&["-1", "0", "1", "1", "2", "1/2"])).to_owned()).collect::<Vec<_>>()
    };
    let size = net.input_size();
    match random.below(23) {
        0 | 1 => {
            let number = |random: &mut Random| random.below(9) as i64 - 4;
            let inputs = (0..1 + random.below(3)).map(|_| (0..size).map(|_| number(random)).collect()).collect();
            Rule::Point { weights: (0..n).map(|_| number(random)).collect(), inputs, functions: vec![] }
        }
        2 | 3 => {
            let k = random.below(3);
            let rows = (0..k).map(|_| random.below(4)).collect();
            let columns = Allocation::of(n, (0..k).map(|_| random.below(n)));
            Rule::Minor {
                of,
                at_least: k,
                point: earlier(random),
                rows,
                columns: print(net.layout(), &columns),
                independent: None,
            }
        }
        4 => Rule::Size { of, at_most },
        5 => Rule::Labels { of, at_most },
        6 => {
            let name = *random.of(&[
                "outputs",
                "low rank",
                "split",
                "poles",
                "realization",
                "signals",
                "unit",
                "blocks",
                "hypersurface",
                "curve",
                "skew",
                "signs",
                "chain",
                "observer",
                "surplus",
            ]);
            Rule::Bound { of, at_most, name: name.to_owned() }
        }
        7 => {
            let name = *random
                .of(&["G1[0,0]", "G1[0,1]", "G1[1,0]", "c1[0]", "G[0,0]", "G[0,1]", "R1[0,1]", "x[0;0,1]", "x[0;0]"]);
            let vectors = vec![vec![(name.to_owned(), entry(random))]];
            Rule::Gauge { of, at_most, point: earlier(random), vectors }
        }
        8 => {
            let vector = (0..1 + random.below(4)).map(|_| (weight(random), entry(random))).collect();
            Rule::Kernel { of, at_most, point: earlier(random), vectors: vec![vector] }
        }
        9 => Rule::Inclusion { of, at_most, from: earlier(random) },
        10 => {
            let meet = random.chance(2).then(|| earlier(random));
            Rule::Submodular { of, at_most, from: (earlier(random), earlier(random)), meet }
        }
        11 => {
            let units = *random.of(&["inputs", "outputs", "hidden", "layer 1"]);
            let swaps = vec![(units.to_owned(), random.below(2), random.below(2))];
            Rule::Symmetry { of, at_most, from: earlier(random), swaps }
        }
        12 => Rule::Random { of, at_most, error_log2: Some(-60), missing: "a proof".to_owned() },
        13 => Rule::Dimension { of, dim: at_most, least: earlier(random), most: earlier(random) },
        14 => Rule::Spans { of, spans: random.chance(2), from: (earlier(random), earlier(random)) },
        15 => {
            let (verdict, law) =
                *random.of(&[("zero", "not spanning"), ("one", "affine"), ("one", "odd degree"), ("open", "x")]);
            let (verdict, law) = (verdict.to_owned(), law.to_owned());
            Rule::Match { of, verdict, law, from: earlier(random), basis: None, degree: Some(1) }
        }
        16 => {
            let count = random.below(2);
            let inputs = (0..count).map(|_| numbers(random, size)).collect();
            Rule::Instance { of, trial: 0, student: numbers(random, n), teacher: numbers(random, n), inputs }
        }
        17 => {
            let learned = parse(net.layout(), &of).unwrap().size();
            let values = (0..learned).map(|_| numbers(random, 1)).collect();
            let (polynomial, between) = (vec!["0".to_owned(), "1".to_owned()], ("-1".to_owned(), "1".to_owned()));
            Rule::Solution { of, instance: earlier(random), polynomial, between, values }
        }
        18 => {
            let count = random.below(3);
            let multipliers = (0..count).map(|_| entry(random)).collect();
            let form = if random.chance(2) { "1".to_owned() } else { weight(random) };
            let polynomial = *random.of(&["1", "-1", "2", "1 0 1"]);
            let polynomial = polynomial.split(' ').map(str::to_owned).collect();
            Rule::Absence { of, instance: earlier(random), multipliers, form, polynomial, nearby: random.chance(2) }
        }
        19 => Rule::Fractional { of, spans: earlier(random), absence: earlier(random) },
        20 | 21 => {
            let text = |random: &mut Random| random.of(&CONDITIONS).0.to_owned();
            let inside = few(random, n);
            let fails = random.chance(2).then(|| within(net, &part(random, &inside)));
            let (holds, given) = (text(random), random.chance(3).then(|| text(random)));
            Rule::Condition { within: Some(within(net, &inside)), points: vec![earlier(random)], given, holds, fails }
        }
        _ => {
            let inside = few(random, n);
            let counts = told(random, truth.counts(subject, &inside, |_| true));
            let points = vec![earlier(random), earlier(random)];
            let unproved = random.below(4) as u64 / 3;
            Rule::Table { within: within(net, &inside), points, counts, unproved, error_log2: Some(-60) }
        }
    }
}

/// Up to four weights.
fn few(random: &mut Random, n: usize) -> Allocation {
    let count = 1 + random.below(4);
    Allocation::of(n, (0..count).map(|_| random.below(n)).collect::<Vec<_>>())
}

fn part(random: &mut Random, of: &Allocation) -> Allocation {
    let bits = random.word();
    Allocation::of(of.weights(), of.iter().filter(|w| bits >> w & 1 == 1).collect::<Vec<_>>())
}

fn within(net: &Network, set: &Allocation) -> String {
    if set.size() == 0 { "none".to_owned() } else { print(net.layout(), set) }
}

/// The numbers, or, half of the time, others.
fn told(random: &mut Random, mut counts: Vec<(usize, usize, u64)>) -> Vec<(usize, usize, u64)> {
    if random.chance(2) {
        let place = random.below(counts.len());
        counts[place].1 = (counts[place].1 + random.below(3)).saturating_sub(1);
    }
    counts
}

/// Adds a point where nothing is special, bounds of some sets, and the branches of a count by one weight, with the count.
fn count(random: &mut Random, truth: &mut Truth, composed: &mut Composed, subject: &Subject) {
    let net = truth.network(&subject.0);
    let (n, size) = (net.weights(), net.input_size());
    let number = |random: &mut Random| random.below(199) as i64 - 99;
    let inputs = subject.1.map_or(6, |m| m as usize);
    let inputs = (0..inputs).map(|_| (0..size).map(|_| number(random)).collect()).collect();
    composed.add(subject, Rule::Point { weights: (0..n).map(|_| number(random)).collect(), inputs, functions: vec![] });
    let point = composed.steps.len() as u64;
    let inside = few(random, n);
    for _ in 0..random.below(4) {
        let set = part(random, &inside);
        let (of, at_most) = (within(&net, &set), truth.dim(subject, &set));
        composed.add(subject, Rule::Labels { of, at_most });
    }
    let weights: Vec<usize> = inside.iter().collect();
    let weight = *random.of(&weights);
    let (name, one) = (within(&net, &inside), within(&net, &Allocation::of(n, [weight])));
    let before = composed.steps.len() as u64;
    for there in [true, false] {
        let counts = told(random, truth.counts(subject, &inside, |set| set.contains(weight) == there));
        let none = "none".to_owned();
        let (contains, avoids) = if there { (one.clone(), none) } else { (none, one.clone()) };
        composed.add(subject, Rule::Branch { within: name.clone(), contains, avoids, point, counts });
    }
    let counts = told(random, truth.counts(subject, &inside, |_| true));
    let unproved = random.below(6) as u64 / 3;
    let branches = vec![before + 1, before + 2];
    composed.add(subject, Rule::Count { within: name, branches, counts, unproved, error_log2: Some(-60) });
}

/// Composes certificates for so long, or so many; what was stated, and how many statements rest on holes.
pub fn compose(seed: u64, goes_on: impl Fn(usize) -> bool) -> (usize, usize, usize) {
    let mut random = Random::from(seed);
    let mut truth = Truth::default();
    let programs: HashMap<String, Rule> =
        own_networks().iter().map(|network| (network.to_string(), program(network).unwrap())).collect();
    truth.networks.extend(own_networks().into_iter().map(|network| (network.to_string(), network)));
    let mut names: Vec<&str> = programs.keys().map(String::as_str).chain(NETWORKS).collect();
    names.sort_unstable();
    let (mut rounds, mut stated, mut open) = (0, 0, 0);
    while goes_on(rounds) {
        rounds += 1;
        let mut composed = Composed::new();
        let chosen = *random.of(&names);
        for _ in 0..1 + random.below(2) {
            let text = if random.chance(3) { *random.of(&names) } else { chosen };
            let subject = (text.to_owned(), *random.of(&[None, None, Some(1), Some(2)]));
            if let Some(rule @ Rule::Program { sha256, .. }) = programs.get(text)
                && composed.hashes.insert(text.to_owned(), sha256.clone()).is_none()
            {
                composed.steps.push((subject.clone(), rule.clone()));
            }
            composed.steps.push((subject.clone(), Rule::Network { network: subject.0.clone(), samples: subject.1 }));
            for _ in 0..40 {
                if random.chance(20) {
                    count(&mut random, &mut truth, &mut composed, &subject);
                }
                let rule = step(&mut random, &mut truth, &subject, composed.steps.len());
                composed.add(&subject, rule);
            }
        }
        let Some((text, all)) = composed.text() else { continue };
        let report = check(text.as_bytes());
        assert!(accepted(&report), "seed {seed}: {}\n{text}", report.text(""));
        for ((subject, statement), context) in all.iter().zip(&report.contexts) {
            stated += 1;
            open += usize::from(context.hole.is_some());
            let proved = context.hole.is_none();
            let true_ = truth.of(subject, statement);
            assert!(!proved || true_ != Some(false), "seed {seed}: false: {subject:?} {statement}\n{text}");
        }
        let read: Vec<(Subject, Said)> = all.iter().filter_map(|(s, t)| Some((s.clone(), said(t)?))).collect();
        for (i, a) in read.iter().enumerate() {
            for b in &read[..i] {
                let both = contradict(&mut truth, a, b) || contradict(&mut truth, b, a);
                assert!(!both, "seed {seed}: {a:?} contradicts {b:?}\n{text}");
            }
        }
        matches_agree(&composed, seed, &text);
    }
    (rounds, stated, open)
}

/// No instance of a certificate has a match with an allocation, and none.
pub fn matches_agree(composed: &Composed, seed: u64, text: &str) {
    let rule = |step: u64| &composed.steps[step as usize - 1];
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for (subject, step) in &composed.steps {
        match step {
            Rule::Solution { of, instance, .. } => with.push((subject, of, &rule(*instance).1)),
            Rule::Absence { of, instance, .. } => without.push((subject, of, &rule(*instance).1)),
            _ => {}
        }
    }
    let content = |rule: &Rule| match rule {
        Rule::Instance { student, teacher, inputs, .. } => (student.clone(), teacher.clone(), inputs.clone()),
        _ => panic!(),
    };
    for (subject, of, instance) in &with {
        let other = without.iter().find(|(s, o, i)| (s, o) == (subject, of) && content(i) == content(instance));
        assert!(other.is_none(), "seed {seed}: a match, and none\n{text}");
    }
}
