//! Certificates with random changes.

use allocert_checker::check;
use allocert_core::allocation::{Allocation, parse};
use allocert_core::control::Control;
use allocert_core::matching::{MatchOptions, Trials, decide};
use allocert_core::network::{Network, Samples};
use allocert_core::reach::rank;
use allocert_format::{Rule, Step, sha256};
use allocert_prove::{of_match, of_rank, of_table};

use super::SETTINGS;
use super::compose::accepted;
use super::programs::{analytic_networks, of_program, own_networks};
use super::random::Random;
use super::truth::Truth;

/// Originals for mutants, with what is true of them.
pub fn originals() -> Vec<String> {
    let mut texts = Vec::new();
    let net = |text: &str| -> Network { text.parse().unwrap() };
    for (text, of, samples) in [
        ("lffn([2, 2, 2])", "W1[0,:] W2[:,0]", Samples::Functional),
        ("lffn([2, 1, 2])", "all", Samples::Count(2)),
        ("lrnn(1, 2, 1, 3)", "W D", Samples::Functional),
        ("pnn([2, 2, 1], 2)", "W1 W2[0,0]", Samples::Functional),
        ("relu([1, 2, 1])", "W1[0,0] W2", Samples::Functional),
    ] {
        let net = net(text);
        let answer = rank(&net, &parse(net.layout(), of).unwrap(), samples, SETTINGS, &Control::unlimited()).unwrap();
        texts.push(of_rank(&answer).unwrap());
    }
    for net in own_networks() {
        let odd = Allocation::of(net.weights(), (1..net.weights()).step_by(2));
        for (set, samples) in [(Allocation::all(net.weights()), Samples::Functional), (odd, Samples::Count(1))] {
            texts.push(of_rank(&rank(&net, &set, samples, SETTINGS, &Control::unlimited()).unwrap()).unwrap());
        }
    }
    for net in analytic_networks() {
        let odd = Allocation::of(net.weights(), (1..net.weights()).step_by(2));
        for (set, samples) in [(Allocation::all(net.weights()), Samples::Functional), (odd, Samples::Count(2))] {
            texts.push(of_rank(&rank(&net, &set, samples, SETTINGS, &Control::unlimited()).unwrap()).unwrap());
        }
    }
    for text in ["lffn([1, 2, 1])", "lffn([2, 1, 1])", "relu([1, 1, 1])"] {
        let net = net(text);
        texts.push(of_table(&net, Samples::Functional, SETTINGS).unwrap().0);
    }
    for (text, of) in [("lrnn(1, 1, 1, 3)", "W"), ("lffn([1, 1, 1])", "W1")] {
        let net = net(text);
        let options = MatchOptions { trials: Trials::Fixed(20), ..MatchOptions::default() };
        let set = parse(net.layout(), of).unwrap();
        let answer = decide(&net, &set, Samples::Count(1), &options, SETTINGS, &Control::unlimited()).unwrap();
        texts.push(of_match(&answer, SETTINGS).unwrap());
    }
    texts
}

/// A text with one to three random changes, in one place or wherever the same stands.
pub fn mutant(original: &str, random: &mut Random) -> String {
    let mut text = original.to_owned();
    for _ in 0..1 + random.below(3) {
        let tokens: Vec<(usize, usize)> = spans(&text);
        let (from, to) = *random.of(&tokens);
        let old = text[from..to].to_owned();
        let new = match random.below(6) {
            0 | 1 if old.bytes().all(|b| b.is_ascii_digit()) => random.below(10).to_string(),
            2 => {
                let (a, b) = *random.of(&tokens);
                text[a..b].to_owned()
            }
            3 => old.parse::<i64>().map_or(old.clone(), |n| (n - 1).to_string()),
            _ => old.parse::<i64>().map_or(old.clone(), |n| (n + 1).to_string()),
        };
        match random.below(8) {
            0 => text = text.replace(&old, &new),
            1 => {
                let mut lines: Vec<&str> = text.lines().collect();
                let (a, b) = (random.below(lines.len()), random.below(lines.len()));
                lines.swap(a, b);
                text = lines.join("\n") + "\n";
            }
            2 => text = text.replace("true", "false"),
            _ => text.replace_range(from..to, &new),
        }
    }
    // Steps in order again, and hashes that fit, also where a statement names them, so that more is looked at than that.
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut hashes = Vec::new();
    for (number, line) in lines.iter_mut().enumerate().skip(1) {
        if let Some(rest) = line.strip_prefix("{\"step\":").and_then(|l| l.split_once(',')) {
            *line = format!("{{\"step\":{number},{}", rest.1);
        }
        if let Ok(Step { step, by: Rule::Program { name, text, sha256: old } }) = serde_json::from_str(line) {
            let text = if random.chance(4) { unseen(&text, random) } else { text };
            let new = sha256(text.as_bytes());
            hashes.push((old, new.clone()));
            *line = serde_json::to_string(&Step { step, by: Rule::Program { name, text, sha256: new } }).unwrap();
        }
    }
    for (old, new) in hashes.iter().filter(|(old, _)| old.len() == 64 && old.is_ascii()) {
        lines.iter_mut().for_each(|line| *line = line.replace(&old[..16], &new[..16]));
    }
    lines.join("\n") + "\n"
}

/// A program with something more in its first output: what is zero for all residues modulo the prime of the checker, or a kink
/// near zero, which random residues do not meet; or what cancels, so that it is the same.
fn unseen(text: &str, random: &mut Random) -> String {
    let Some((head, outputs)) = text.rsplit_once("\noutputs ") else { return text.to_owned() };
    let (first, rest) = outputs.split_once(' ').unwrap_or((outputs, ""));
    let next = head.lines().filter(|line| line.starts_with('s')).count();
    let mut steps: Vec<String> = Vec::new();
    match random.below(4) {
        0 => steps.extend(["2305843009213693951 * w0".to_owned(), format!("{first} + s{next}")]),
        1 => {
            steps.extend(["w0 * w0".to_owned()]);
            steps.extend((0..60).map(|k| format!("s{0} * s{0}", next + k)));
            steps.extend([format!("s{} - s{next}", next + 60), format!("{first} + s{}", next + 61)]);
        }
        2 => {
            let kink = |at: usize| [format!("relu(s{at})"), format!("{first} + s{}", at + 1)];
            steps.extend(["0 - w0".to_owned(), format!("s{next} * w0"), format!("s{} + 9", next + 1)]);
            steps.extend(kink(next + 2));
        }
        _ => steps.extend([format!("{first} + w0"), format!("s{next} - w0")]),
    }
    let last = next + steps.len() - 1;
    let lines: String = steps.iter().enumerate().map(|(at, step)| format!("\ns{} = {step}", next + at)).collect();
    format!("{head}{lines}\noutputs s{last} {rest}").trim_end().to_owned()
}

/// The words and numbers of a text.
pub fn spans(text: &str) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        match (c.is_ascii_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                spans.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    spans
}

/// Looks at mutants; how many there were, and how many were accepted.
pub fn mutate(seed: u64, goes_on: impl Fn(usize) -> bool) -> (usize, usize) {
    let originals = originals();
    let instances: Vec<String> = originals.iter().flat_map(|o| check(o.as_bytes()).statements).collect();
    let mut random = Random::from(seed);
    let mut truth = Truth::default();
    truth.networks.extend(own_networks().into_iter().map(|network| (network.to_string(), network)));
    let (mut rounds, mut same, mut carried_seen) = (0, 0, 0);
    while goes_on(rounds) {
        rounds += 1;
        let original = random.of(&originals).clone();
        let text = mutant(&original, &mut random);
        let report = check(text.as_bytes());
        if !accepted(&report) {
            continue;
        }
        same += 1;
        for (statement, context) in report.statements.iter().zip(&report.contexts) {
            if context.hole.is_some() {
                continue;
            }
            let (network, samples) = context.network.rsplit_once(", ").unwrap();
            let samples = samples.split_once(' ').map(|(m, _)| m.parse().unwrap());
            let carried = report.programs.iter().find(|p| network.starts_with(&format!("{} (program ", p.network)));
            let true_ = match carried {
                // What is said of a family that was changed is true of that network, not only of the program.
                Some(p) if truth.networks.contains_key(&p.network) => {
                    let of_name = truth.of(&(p.network.clone(), samples), statement);
                    assert_ne!(of_name, Some(false), "seed {seed}: false: {} {statement}\n{text}", context.network);
                    of_program(&p.text, samples, statement)
                }
                Some(p) => of_program(&p.text, samples, statement),
                None => truth.of(&(network.to_owned(), samples), statement),
            };
            carried_seen += usize::from(carried.is_some() && true_.is_some());
            if carried.is_some_and(|p| p.text.contains("relu(")) {
                continue; // the largest over activation patterns is not told here
            }
            let known = true_ == Some(true) || true_.is_none() && instances.contains(statement);
            // The number of the step of an instance may be another.
            let moved = true_.is_none() && statement.contains("instance of step");
            assert!(known || moved, "seed {seed}: false: {} {statement}\n{text}", context.network);
        }
    }
    assert!(carried_seen * 100 > same, "{carried_seen} statements about programs in {same} mutants");
    (rounds, same)
}
