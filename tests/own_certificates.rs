//! Certificates of networks that are no built-in family: they carry the program, the checker runs it, and what is changed in it
//! is found out.

#[path = "common/program.rs"]
mod program;

use allocert::allocation::Allocation;
use allocert::certificate::{CannotCertify, of_law, of_match, of_rank, of_table};
use allocert::checker::{Report, Verdict, check};
use allocert::claims::network;
use allocert::control::Control;
use allocert::matching::{MatchOptions, Trials, decide};
use allocert::network::{Network, Samples};
use allocert::reach::{LawOptions, Settings, law, rank};
use program::{allocert, file, objects};
use rug::Rational;

const SETTINGS: Settings = Settings { seed: 1, error_log2: -100 };

fn net(text: &str) -> Network {
    network(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn certificate(network: &Network, set: &Allocation, samples: Samples) -> String {
    let answer = rank(network, set, samples, SETTINGS, &Control::unlimited()).unwrap();
    of_rank(&answer).unwrap_or_else(|error| panic!("{network}: {error}"))
}

fn checked(text: &str) -> Report {
    let report = check(text.as_bytes());
    assert!(report.verdict != Verdict::Invalid, "{}\n{text}", report.text(""));
    report
}

/// Pinned, tied, observed; the library's families; rational constants and differences.
fn networks() -> Vec<Network> {
    let lffn = net("lffn([2, 2, 2])");
    let pnn = net("pnn([2, 2, 1], 2)");
    let third = Rational::from((1, 3));
    let mut networks = vec![
        lffn.pin(&[(0, third.clone())]).unwrap(),
        lffn.pin(&[(1, Rational::from(0)), (6, Rational::from(-2))]).unwrap(),
        lffn.tie(&[vec![0, 4], vec![1, 6]]).unwrap(),
        pnn.pin(&[(1, Rational::from(-2))]).unwrap(),
        pnn.tie(&[vec![0, 3]]).unwrap().pin(&[(1, third)]).unwrap(),
        net("lrnn(1, 2, 2, 4)").observe(&[1]).unwrap(),
    ];
    networks.extend(
        [
            "lora(2, 1)",
            "conv([2, 2])",
            "conv([3, 2], strides = [2, 1])",
            "attention(2, 1)",
            "residual(2, 1)",
            "lowrank_rnn(1, 2, 1, 1, 3)",
            "tied_autoencoder(3, 1)",
            "compartments(3, [(0, 1), (1, 2), (1, 0), (2, 1)], leaks = [0])",
            "mlp([2, 2, 2], 2, bias = True)",
            "pnn([1, 2, 1, 1], degree = [2, 3])",
        ]
        .map(net),
    );
    networks
}

#[test]
fn dimensions_of_every_kind_of_network_are_certified() {
    let (mut valid, mut all) = (0, 0);
    for network in networks() {
        for samples in [Samples::Functional, Samples::Count(2)] {
            let n = network.weights();
            for set in [Allocation::all(n), Allocation::of(n, (0..n).step_by(2))] {
                let text = certificate(&network, &set, samples);
                let report = checked(&text);
                all += 1;
                valid += usize::from(report.verdict == Verdict::Valid);
                println!("{network}, {samples}, {}: {}", set.size(), report.verdict.name());
                let carried: Vec<&str> = report.programs.iter().map(|p| p.network.as_str()).collect();
                let expected = if network.is_built_in() { vec![] } else { vec![network.to_string()] };
                assert_eq!(carried, expected);
            }
        }
    }
    println!("{valid} of {all} valid");
    assert!(valid * 10 >= all * 9, "{valid} of {all}");
}

#[test]
fn tables_and_laws_of_ones_own_networks_are_certified() {
    let pinned = "lffn([2, 2, 2]).pin({\"W1[0,1]\": 0})";
    for text in ["lffn([2, 2, 2])", "lora(2, 1)", "conv([2, 2])", "tied_autoencoder(3, 1)", pinned] {
        let network = net(text);
        let (table, holes) = of_table(&network, Samples::Functional, SETTINGS).unwrap();
        assert_eq!(holes.dimensions, 0, "{text}");
        assert_eq!(checked(&table).verdict, Verdict::Valid, "{text}");
        let law = law(&network, Samples::Functional, &LawOptions::default(), SETTINGS, &Control::unlimited()).unwrap();
        let (law, _) = of_law(&law).unwrap();
        assert_eq!(checked(&law).verdict, Verdict::Valid, "{text}");
        // The program is written once, though two parts are about it.
        assert_eq!(law.matches("{\"program\":").count(), usize::from(!network.is_built_in()), "{text}");
    }
}

#[test]
fn kinks_of_ones_own_are_certified() {
    for text in [
        "mlp([2, 2, 1], \"relu\")",
        "relu([1, 2, 1], bias = True).pin({\"b2[0]\": 0})",
        "relu([2, 2, 2]).tie(\"W1[0,0] W2[0,0]\")",
    ] {
        let network = net(text);
        for samples in [Samples::Functional, Samples::Count(2)] {
            let report = checked(&certificate(&network, &Allocation::all(network.weights()), samples));
            println!("{network}, {samples}: {}", report.verdict.name());
            let (table, _) = of_table(&network, samples, SETTINGS).unwrap();
            checked(&table);
        }
    }
    // Two hidden units and their scales.
    let network = net("mlp([2, 2, 1], \"relu\")");
    let report = checked(&certificate(&network, &Allocation::all(6), Samples::Count(9)));
    assert_eq!(report.verdict, Verdict::Valid, "{}", report.text(""));
    assert!(report.statements[0].contains("is 4"), "{:?}", report.statements);
}

#[test]
fn match_probabilities_of_ones_own_networks_are_certified() {
    let options = MatchOptions { trials: Trials::Fixed(40), ..MatchOptions::default() };
    let half = Rational::from((1, 2));
    let networks = [
        (net("tied_autoencoder(2, 1)"), "all", Samples::Functional),
        (net("lora(2, 1)"), "W0", Samples::Functional),
        (net("lora(2, 1)"), "U V", Samples::Functional),
        (net("lrnn(1, 1, 1, 3)").pin(&[(0, Rational::from(1))]).unwrap(), "W", Samples::Count(1)),
        (net("lrnn(1, 1, 1, 3)").pin(&[(0, half)]).unwrap(), "W", Samples::Count(1)),
    ];
    for (network, of, samples) in networks {
        let set = allocert::allocation::parse(network.layout(), of).unwrap();
        let answer = decide(&network, &set, samples, &options, SETTINGS, &Control::unlimited()).unwrap();
        let report = checked(&of_match(&answer, SETTINGS).unwrap());
        println!("{network}, {of}: {} {:?}", report.verdict.name(), report.statements);
    }
}

/// A text with the program changed and its hash made right again: what forges a certificate on purpose.
fn forged(text: &str, from: &str, to: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut step: serde_json::Value = serde_json::from_str(&lines[1]).unwrap();
    let program = &mut step["by"]["program"];
    let changed = program["text"].as_str().unwrap().replace(from, to);
    program["sha256"] = serde_json::Value::from(allocert::certificate::format::sha256(changed.as_bytes()));
    program["text"] = serde_json::Value::from(changed);
    lines[1] = step.to_string();
    lines.join("\n") + "\n"
}

#[test]
fn a_changed_program_is_another_network() {
    let network = net("lora(2, 1)");
    let text = certificate(&network, &Allocation::all(8), Samples::Functional);
    assert_eq!(checked(&text).verdict, Verdict::Valid);
    let program = checked(&text).programs[0].text.clone();
    // One step is changed, and nothing else: the hash tells.
    let torn = text.replacen("w6 * x0", "w5 * x0", 1);
    assert!(torn != text && check(torn.as_bytes()).verdict == Verdict::Invalid);
    // With the right hash, the certificate is about another network, whose hash is shown; it stands only where it is true there.
    let mut refuted = 0;
    for (at, line) in program.lines().enumerate().filter(|(_, line)| line.contains(" = ")) {
        let (name, term) = line.split_once(" = ").unwrap();
        for new in [term.replace('*', "+"), term.replace('+', "-"), "w0 * w0".to_owned(), "0 * w0".to_owned()] {
            let changed = forged(&text, &format!("{name} = {term}\n"), &format!("{name} = {new}\n"));
            let report = check(changed.as_bytes());
            if report.verdict == Verdict::Valid {
                assert_ne!(report.programs[0].text, program.clone() + "x");
                assert!(
                    report.programs[0].text == program
                        || report.programs[0].sha256 != allocert::certificate::format::sha256(program.as_bytes())
                );
                // True of that network, too: with - for +, and with x for its own double.
                assert!(at > 0 && report.statements[0] == "the dimension of all is 4", "{changed}");
            } else {
                refuted += 1;
            }
        }
    }
    assert!(refuted > 10, "{refuted}");
}

#[test]
fn a_pinned_lffn_is_no_lffn() {
    // All rules about `lffn`: an upper bound that holds for lffn([2, 1, 2]) is not one of what is made of it.
    let pinned = net("lffn([2, 1, 2])").pin(&[(0, Rational::from(1))]).unwrap();
    let text = certificate(&pinned, &Allocation::all(3), Samples::Functional);
    for rule in ["\"bound\"", "\"gauge\"", "\"symmetry\""] {
        assert!(!text.contains(rule), "{text}");
    }
    // Under the family's own name it is refused.
    let renamed = text.replace("lffn([2, 1, 2]).pin({\\\"W1[0,0]\\\": 1})", "lffn([2, 1, 2])");
    let report = check(renamed.as_bytes());
    assert!(renamed != text && report.verdict == Verdict::Invalid && report.step == Some(1), "{}", report.text(""));
}

#[test]
fn two_programs_under_one_name_are_refused() {
    let text = r#"
def f(k):
    def forward(x, a, b):
        return a * b * x if k == 1 else a * x + b
    return network("f", forward, inputs = (), weights = {"a": (), "b": ()})

claim(
    name = "two",
    statement = "Two networks with one name.",
    networks = [f(1), f(2)],
    holds = lambda net: net.teacher_dim <= 2,
)
"#;
    let path = file("two.star", text);
    let folder = path.with_file_name("certificates");
    let arguments = ["verify", path.to_str().unwrap(), "--certificate", folder.to_str().unwrap(), "--json"];
    let run = allocert(&arguments);
    for entry in std::fs::read_dir(&folder).into_iter().flatten() {
        let report = check(std::fs::read(entry.unwrap().path()).unwrap().as_slice());
        assert!(report.verdict == Verdict::Holey, "{}\n{}", report.text(""), run.err);
        assert!(report.programs.len() == 1 && report.holes.iter().any(|h| h.reason.contains("one name")));
    }
}

#[test]
fn the_library_of_programs_is_certified_by_the_command_line() {
    let adapters = file(
        "adapters.star",
        "def adapter(d, r):\n    def forward(x, W, U, V):\n        return dot(W + dot(U, V), x)\n    return network(\"adapter\", forward, inputs = d, weights = {\"W\": (d, d), \"U\": (d, r), \"V\": (r, d)}, shape = {\"d\": d, \"r\": r})\n",
    );
    let (used, path) = (adapters.to_str().unwrap(), adapters.with_file_name("c.cert"));
    let path = path.to_str().unwrap();
    for command in [
        &["rank", "adapter(4,1)", "U V"][..],
        &["scan", "adapter(2,1)"],
        &["law", "adapter(2,1)"],
        &["match", "adapter(2,1)", "U V", "--trials", "20"],
    ] {
        let run = allocert(&[command, &["--use", used, "--certificate", path]].concat());
        assert_eq!(run.status, 0, "{}", run.err);
        let run = allocert(&["check", path, "--json"]);
        let report = &objects(&run)[0];
        assert_eq!(report["verdict"], "valid", "{command:?}: {}", run.out);
        let name = format!("adapter(d={}, r=1)", if command[0] == "rank" { 4 } else { 2 });
        assert!(report["programs"][0]["network"] == name.as_str(), "{}", run.out);
        let run = allocert(&["check", path]);
        assert!(run.out.contains(" here is this program, SHA-256 ") && run.out.contains("tensor U["), "{}", run.out);
    }
}

#[test]
fn a_shipped_family_means_its_program() {
    let path = file("attention.cert", "");
    let path = path.to_str().unwrap();
    assert_eq!(allocert(&["rank", "attention(2,1)", "all", "--certificate", path]).status, 0);
    assert_eq!(allocert(&["check", path]).status, 0);
    let text = std::fs::read_to_string(path).unwrap();
    for another in ["attention(d=2, a=2", "attention(d=3, a=1"] {
        let renamed = text.replace("attention(d=2, a=1", another);
        assert_ne!(text, renamed);
        std::fs::write(path, renamed).unwrap();
        let run = allocert(&["check", path]);
        assert!(run.status == 1 && run.out.contains("is not that of the family attention"), "{}", run.out);
    }
}

#[test]
fn what_no_certificate_carries_is_said() {
    let all = |network: &Network| Allocation::all(network.weights());
    let certify = |network: &Network, samples| {
        of_rank(&rank(network, &all(network), samples, SETTINGS, &Control::unlimited()).unwrap())
    };
    let half = net("relu([1, 2, 1])").pin(&[(0, Rational::from((1, 2)))]).unwrap();
    assert_eq!(certify(&half, Samples::Count(1)), Err(CannotCertify::FractionsAndKinks));
    let with =
        "def forward(x, w):\n    return w * x\nN = network(\"toy\", forward, inputs = 1, weights = {\"with\": ()})\n";
    let path = file("with.star", with);
    let place = path.with_file_name("with.cert");
    let run =
        allocert(&["rank", "N", "all", "--use", path.to_str().unwrap(), "--certificate", place.to_str().unwrap()]);
    assert!(run.status == 2 && run.err.contains("word of statements"), "{}{}", run.out, run.err);
    let tanh = net("mlp([1, 1, 1], \"tanh\")");
    assert_eq!(of_table(&tanh, Samples::Count(1), SETTINGS).map(|_| ()), Err(CannotCertify::Analytic));
}
