//! Certificates that the engine writes are valid, and whatever is changed in them is found out.

#[path = "common/mod.rs"]
mod common;
#[path = "common/program.rs"]
mod program;

use allocert::allocation::{Allocation, print};
use allocert::certificate::{CannotCertify, of_match, of_rank, of_table};
use allocert::checker::{Verdict, check};
use allocert::control::Control;
use allocert::matching::{MatchOptions, Trials, decide};
use allocert::network::{Network, Samples};
use allocert::reach::{Answer, ScanOptions, Settings, rank, scan};
use proptest::prelude::*;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

const SETTINGS: Settings = Settings { seed: 1, error_log2: -100 };

fn network(text: &str) -> Network {
    text.parse().unwrap()
}

fn allocation(network: &Network, text: &str) -> Allocation {
    allocert::allocation::parse(network.layout(), text).unwrap()
}

fn rank_certificate(net: &str, of: &str, samples: Samples) -> String {
    let net = network(net);
    let answer = rank(&net, &allocation(&net, of), samples, SETTINGS, &Control::unlimited()).unwrap();
    of_rank(&answer).unwrap()
}

/// The smallest fault of a report, for messages.
fn fault(text: &str) -> Option<String> {
    let report = check(text.as_bytes());
    (report.verdict != Verdict::Valid).then(|| report.text("certificate"))
}

/// A certificate states the dimension of an answer; if `whole`, without holes.
fn states_the_dimension(text: &str, answer: &Answer, whole: bool) -> Result<(), TestCaseError> {
    let report = check(text.as_bytes());
    let allowed = report.verdict == Verdict::Valid || (!whole && report.verdict == Verdict::Holey);
    prop_assert!(allowed, "{}\n{text}", report.text(""));
    let (layout, set) = (answer.network.layout(), &answer.allocation);
    let of = if set.size() == set.weights() { "all".to_owned() } else { print(layout, set) };
    let stated = format!("the dimension of {of} is {}", answer.dim.value);
    prop_assert!(report.statements.contains(&stated), "{:?}", report.statements);
    prop_assert!(text.len() < 100_000);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_the_engine_writes_is_valid(net in common::network(), samples in common::samples(), bits in any::<u64>()) {
        let set = common::allocation(&net, bits);
        let answer = rank(&net, &set, samples, SETTINGS, &Control::unlimited()).unwrap();
        let text = of_rank(&answer).unwrap();
        // Polynomial networks with two hidden layers, and few samples of several outputs, may leave holes; nothing else does,
        // and nothing is ever invalid.
        let simple = samples == Samples::Functional && net.weights() <= 15 && net.family() != "pnn";
        states_the_dimension(&text, &answer, simple)?;
    }
}

/// All dimensions of networks are proved, each by a certificate of less than so many bytes.
fn are_proved(networks: &[(&str, Option<u64>)], most: usize) {
    for (net, samples) in networks {
        let samples = samples.map_or(Samples::Functional, Samples::Count);
        let (text, holes) = of_table(&network(net), samples, SETTINGS).unwrap();
        assert_eq!(holes.dimensions, 0, "{net}, {samples}");
        assert_eq!(fault(&text), None, "{net}, {samples}");
        assert!(text.len() < most, "{net}: {} bytes", text.len());
    }
}

#[test]
fn tables_are_proved_without_holes() {
    let networks = [
        ("lffn([2, 2, 2])", None),
        ("lffn([2, 3, 2])", Some(1)),
        ("lffn([3, 3, 2])", Some(2)),
        ("lffn([1, 2, 2, 1], bias=True)", Some(2)),
        ("lrnn(1, 3, 1, 7)", None),
        ("lrnn(2, 2, 2, 4)", Some(3)),
        ("lrnn(1, 3, 1, 3)", None),
        ("pnn([3, 2, 1], degree=2)", None),
        ("pnn([2, 3, 2], degree=3)", None),
        ("pnn([3, 3, 2], degree=2)", Some(3)),
        ("pnn([3, 3, 3], degree=2)", None),
        ("lffn([2, 2, 2, 2, 2])", None),
        ("lrnn(2, 2, 2, 2)", Some(3)),
        ("lrnn(3, 2, 1, 3, readout=\"all\")", Some(2)),
        ("lrnn(2, 2, 3, 3, readout=\"all\")", Some(1)),
        ("pnn([2, 2, 3, 1], degree=3)", None),
        ("pnn([2, 5, 1], degree=4)", None),
    ];
    are_proved(&networks, 100_000);
}

/// Transposition holds functionally, but not on few samples: there the ranks at the points would exceed what it makes of bounds.
#[test]
fn tables_of_networks_that_read_the_same_backwards() {
    let networks = ["lffn([2, 1, 2])", "lffn([2, 2, 2])", "lffn([3, 1, 3])", "lrnn(1, 2, 1, 4)", "lrnn(2, 1, 2, 3)"];
    let every =
        ["lrnn(1, 2, 1, 3, readout=\"all\")", "lrnn(2, 1, 2, 2, readout=\"all\")", "lffn([1, 2, 2, 1], bias=True)"];
    for net in networks.into_iter().chain(every) {
        for samples in (1..5).map(Samples::Count).chain([Samples::Functional]) {
            let (text, holes) = of_table(&network(net), samples, SETTINGS).unwrap();
            let verdict = if holes.dimensions == 0 { Verdict::Valid } else { Verdict::Holey };
            assert_eq!(check(text.as_bytes()).verdict, verdict, "{net}, {samples}: {:?}", fault(&text));
        }
    }
}

#[test]
fn match_certificates_say_what_is_not_proved() {
    let verdict = |net: &str, of: &str, samples: u64| {
        let net = network(net);
        let options = MatchOptions { trials: Trials::Fixed(1), ..MatchOptions::default() };
        let samples = Samples::Count(samples);
        let answer = decide(&net, &allocation(&net, of), samples, &options, SETTINGS, &Control::unlimited()).unwrap();
        let report = check(of_match(&answer, SETTINGS).unwrap().as_bytes());
        (report.verdict, report.statements.last().unwrap().clone())
    };
    let (zero, said) = verdict("lffn([2, 2, 2])", "W1[0,0]", 2);
    assert_eq!((zero, said.as_str()), (Verdict::Valid, "the match probability of W1[0,0] is 0"));
    let (one, said) = verdict("lffn([2, 2, 2])", "W1", 2);
    assert_eq!(one, Verdict::Valid);
    assert!(said.ends_with("is 1"));
    // Two solutions each: no law applies, and an instance without a match has none nearby.
    let (less, said) = verdict("lffn([2, 2, 2])", "W1[0,0] W1[1,1] W2[0,0] W2[1,1]", 2);
    assert!(less == Verdict::Valid && said.ends_with("is above 0 and below 1"), "{said}");
    // Below 1 by a theorem that the checker has a rule for; and by instances, for which none are seen not to have a match nearby.
    let (poles, said) = verdict("lrnn(1, 2, 1, 4)", "D[0,1] W[0,0] W[0,1] W[1,1] B[0,0]", 4);
    assert!(poles == Verdict::Valid && said.ends_with("is above 0 and below 1"), "{said}");
    let (open, said) = verdict("pnn([2, 1, 1], degree=3, bias=True)", "b1[0] W2[0,0] b2[0]", 3);
    assert!(open == Verdict::Holey && said.ends_with("is above 0"), "{said}");
    // At the first integer point the two inputs are in proportion, and a direction that moves a bias elsewhere does not there.
    let net = network("lffn([2, 2, 2, 3], bias=True)");
    let of = allocation(&net, "W1[0,0] W1[0,1] W3[0,0] W3[0,1] b3[1] b3[2]");
    let answer = rank(&net, &of, Samples::Count(2), SETTINGS, &Control::unlimited()).unwrap();
    assert_ne!(check(of_rank(&answer).unwrap().as_bytes()).verdict, Verdict::Invalid);
}

/// The first label is affine in these weights, and the others are not: the affine law is about all labels.
#[test]
fn the_affine_law_looks_at_all_labels() {
    let net = network("lffn([2, 2, 2])");
    for of in ["W1[0,:] W2[1,:]", "W1[0,0] W1[1,1] W2[0,0] W2[1,1]"] {
        let options = MatchOptions { trials: Trials::Fixed(1), ..MatchOptions::default() };
        let learnable = allocation(&net, of);
        let answer = decide(&net, &learnable, Samples::Functional, &options, SETTINGS, &Control::unlimited()).unwrap();
        let text = of_match(&answer, SETTINGS).unwrap();
        let of = print(net.layout(), &learnable);
        let step = text.lines().position(|line| line.contains(&format!("{{\"spans\":{{\"of\":\"{of}\""))).unwrap();
        let upto: Vec<&str> = text.lines().take(step + 1).collect();
        let said = format!("the match probability of {of} is 1");
        let header = upto[0];
        let matching = format!(
            "{{\"step\":{},\"by\":{{\"match\":{{\"of\":\"{of}\",\"verdict\":\"one\",\"law\":\"affine\",\"from\":{step},\"basis\":null,\"degree\":null}}}}}}",
            step + 1
        );
        let end = format!(
            "{{\"step\":{0},\"by\":{{\"end\":{{\"steps\":{0},\"header\":{header},\"answer\":[{1}],\"statements\":[\"{said}\"]}}}}}}",
            step + 2,
            step + 1
        );
        let report = check(format!("{}\n{matching}\n{end}\n", upto.join("\n")).as_bytes());
        assert!(!matches!(report.verdict, Verdict::Valid | Verdict::Holey), "{}", report.text("affine"));
        let reason = report.reason.unwrap();
        assert!(reason.contains("not affine"), "{reason}");
    }
}

/// What is stated beside the answer, such as the teacher's dimension, does not make a certificate one of another allocation.
#[test]
fn a_header_names_the_allocation_of_the_answer() {
    let net = network("lffn([2, 2, 2])");
    for of in ["W1", "W1[0,0]", "W1[0,0] W1[1,1] W2[0,0] W2[1,1]"] {
        let options = MatchOptions { trials: Trials::Fixed(1), ..MatchOptions::default() };
        let learnable = allocation(&net, of);
        let answer = decide(&net, &learnable, Samples::Functional, &options, SETTINGS, &Control::unlimited()).unwrap();
        let text = of_match(&answer, SETTINGS).unwrap();
        let own = format!("\"allocation\":\"{}\"", print(net.layout(), &learnable));
        assert_eq!(text.matches(&own).count(), 2, "{text}");
        for other in ["all", "none", "W1[1,1] W2[0,0] W2[1,1]"] {
            let report = check(text.replace(&own, &format!("\"allocation\":\"{other}\"")).as_bytes());
            assert!(!matches!(report.verdict, Verdict::Valid | Verdict::Holey), "{of} as {other}");
        }
    }
}

/// A change of a certificate: of a number, a letter, or whole lines.
fn mutant(lines: &[&str], random: &mut ChaCha12Rng) -> String {
    let mut below = |n: usize| (random.next_u64() % n as u64) as usize;
    let mut lines: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
    let at = below(lines.len());
    match below(8) {
        // A number becomes another.
        0..=3 => {
            let digits: Vec<usize> =
                lines[at].char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(i, _)| i).collect();
            if !digits.is_empty() {
                let place = digits[below(digits.len())];
                let digit = char::from(b'0' + below(10) as u8);
                lines[at].replace_range(place..=place, &digit.to_string());
            }
        }
        4 => {
            lines.remove(at);
        }
        5 => {
            let other = below(lines.len());
            lines.swap(at, other);
        }
        6 => {
            let line = lines[at].clone();
            lines.insert(at, line);
        }
        _ => {
            let line = &mut lines[at];
            line.truncate(below(line.len() + 1));
            lines.truncate(at + 1);
            return lines.join("\n");
        }
    }
    lines.join("\n") + "\n"
}

/// What a certificate states, with the question that it answers: what must not change.
fn meaning(text: &str) -> Option<(String, Vec<String>)> {
    let report = check(text.as_bytes());
    (report.verdict == Verdict::Valid).then_some((report.about, report.statements))
}

#[test]
fn no_mutant_that_changes_the_meaning_is_accepted() {
    let certificates = [
        rank_certificate("lffn([2, 2, 2])", "W1[0,0] W1[0,1] W2[0,0] W2[1,0]", Samples::Functional),
        rank_certificate("lffn([2, 3, 3, 2])", "W2[0,0] W2[0,1] W2[1,2] W2[2,2]", Samples::Functional),
        rank_certificate("lrnn(1, 2, 1, 5)", "D B", Samples::Functional),
        rank_certificate("lrnn(1, 2, 1, 5)", "W", Samples::Count(3)),
        rank_certificate("lrnn(2, 3, 2, 3)", "W", Samples::Functional),
        rank_certificate("lrnn(1, 2, 2, 5)", "W[0,1] B[0,0] D[:,1] W[0,0] W[1,1]", Samples::Functional),
        rank_certificate("pnn([3, 2, 1], degree=2)", "W1", Samples::Count(4)),
        of_table(&network("lffn([2, 2, 2])"), Samples::Functional, SETTINGS).unwrap().0,
        rank_certificate("relu([2, 2, 1], bias=True)", "W1[0,0] W1[0,1] b1[0] W2 b2", Samples::Functional),
        of_table(&network("relu([1, 3, 2])"), Samples::Count(3), SETTINGS).unwrap().0,
    ];
    let mut random = ChaCha12Rng::seed_from_u64(7);
    let (mut changed, mut same) = (0, 0);
    for round in 0..102_000 {
        let original = &certificates[round % certificates.len()];
        let lines: Vec<&str> = original.lines().collect();
        let mutant = mutant(&lines, &mut random);
        if mutant == *original {
            continue;
        }
        match meaning(&mutant) {
            None => changed += 1,
            // Another point or another minor proves the same.
            Some(meant) => {
                assert_eq!(Some(meant), meaning(original), "accepted: {mutant}");
                same += 1;
            }
        }
    }
    // Most refused mutants change a proof, not only a seed.
    assert!(changed > 80_000 && same > 0, "{changed} refused, {same} with the same meaning");
}

#[test]
fn forged_statements_are_refused() {
    let text = rank_certificate("lffn([2, 2, 2])", "W1[0,0] W1[0,1] W2[0,0] W2[1,0]", Samples::Functional);
    assert_eq!(fault(&text), None);
    let forge = |from: &str, to: &str| check(text.replace(from, to).as_bytes());
    // A wrong network, everywhere.
    assert_eq!(forge("lffn([2, 2, 2])", "lffn([2, 2, 2], bias=True)").verdict, Verdict::Invalid);
    assert_eq!(forge("lffn([2, 2, 2])", "pnn([2, 2, 2], degree=2)").verdict, Verdict::Invalid);
    // A rule that is not known, and one that does not apply.
    assert_eq!(forge("\"bound\"", "\"oracle\"").verdict, Verdict::Invalid);
    assert_eq!(forge("\"size\"", "\"labels\"").verdict, Verdict::Valid);
    // A later version, and another format.
    assert_eq!(forge("\"version\":1", "\"version\":2").verdict, Verdict::Refused { limit: false });
    assert_eq!(check(&b"{}\n"[..]).verdict, Verdict::Refused { limit: false });
    // A field that is not known.
    assert_eq!(forge("\"point\":{", "\"point\":{\"unknown\":1,").verdict, Verdict::Invalid);
}

#[test]
fn hostile_certificates_are_refused_soon() {
    let header = |net: &str| {
        format!(
            "{{\"format\":\"allocert-certificate\",\"version\":1,\"about\":\"rank\",\"network\":\"{net}\",\"samples\":null,\"allocation\":null,\"ensemble\":null,\"seed\":1}}\n"
        )
    };
    let open = |net: &str| {
        let step = format!("{{\"step\":1,\"by\":{{\"network\":{{\"network\":\"{net}\",\"samples\":null}}}}}}\n");
        header(net) + &step
    };
    let refused = |text: String| {
        let verdict = check(text.as_bytes()).verdict;
        assert!(!matches!(verdict, Verdict::Valid | Verdict::Holey), "{verdict:?}");
        verdict
    };
    // A terabyte of weights, inputs or steps.
    for net in [
        "lffn([1000000, 1000000])",
        "lffn([99999999999999999999, 1])",
        "lrnn(inputs=4096, hidden=1, outputs=1, steps=4096)",
        "pnn([2, 2, 1], degree=4000000000)",
        "lrnn(inputs=0, hidden=1, outputs=1, steps=1)",
    ] {
        refused(open(net));
    }
    // Brackets without end, a line without end, numbers without end.
    assert_eq!(refused("[".repeat(2_000_000)), Verdict::Refused { limit: true });
    assert_eq!(refused(header("lffn([1, 1])") + &"[".repeat(100_000) + "\n"), Verdict::Refused { limit: true });
    assert_eq!(refused(header("lffn([1, 1])") + &" ".repeat(3_000_000)), Verdict::Refused { limit: true });
    let vector = |entry: &str| {
        let point = "{\"step\":2,\"by\":{\"point\":{\"weights\":[1,2,3,4],\"inputs\":[[1,0],[0,1]]}}}\n";
        let kernel = format!(
            "{{\"step\":3,\"by\":{{\"kernel\":{{\"of\":\"all\",\"at_most\":3,\"point\":2,\"vectors\":[[[\"W1[0,0]\",\"{entry}\"]]]}}}}}}\n"
        );
        open("lffn([2, 1, 2])") + point + &kernel
    };
    refused(vector(&"9".repeat(500_000)));
    refused(vector("W1[0,0]^60000"));
    refused(vector("W1[0,0]^10000*W1[0,1]^10000"));
    refused(vector(&["W1[0,0]"; 1000].join("*")));
    refused(vector("W9[0,0]"));
    refused(vector(""));
    refused(vector("1 +  - "));
    // A power of a sum with very many terms.
    let deep = "pnn([3, 3, 3, 1], degree=100)";
    let zeros = vec!["1"; 21].join(",");
    let point = format!("{{\"step\":2,\"by\":{{\"point\":{{\"weights\":[{zeros}],\"inputs\":[[1,1,1]]}}}}}}\n");
    let kernel = "{\"step\":3,\"by\":{\"kernel\":{\"of\":\"all\",\"at_most\":20,\"point\":2,\"vectors\":[[[\"W1[0,0]\",\"W1[0,0]\"]]]}}}\n";
    assert_eq!(refused(open(deep) + &point + kernel), Verdict::Refused { limit: true });
}

/// ReLU networks of one or two hidden layers.
fn relu_network() -> impl Strategy<Value = Network> {
    let widths = proptest::collection::vec(1i64..=3, 3..=4);
    let net = (widths, any::<bool>()).prop_map(|(widths, bias)| Network::relu(&widths, bias).unwrap());
    net.prop_filter("at most 15 weights", |net| net.weights() <= 15)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn dimensions_of_relu_networks_are_proved(
        net in relu_network(),
        samples in common::samples(),
        bits in any::<u64>(),
        seed in 1u64..5,
    ) {
        let set = common::allocation(&net, bits);
        let settings = Settings { seed, ..SETTINGS };
        let answer = rank(&net, &set, samples, settings, &Control::unlimited()).unwrap();
        let widths = net.shapes().widths.unwrap();
        let shallow = widths.len() == 3 && (samples == Samples::Functional || widths[2] == 1);
        let text = match of_rank(&answer) {
            Ok(text) => text,
            // Patterns of tiny probability, of deep networks, may be missed by either.
            Err(error) => {
                prop_assert!(widths.len() > 3, "{net}, {samples}: {error}");
                return Ok(());
            }
        };
        states_the_dimension(&text, &answer, shallow)?;
    }
}

/// 2^24 allocations in 256 branches: the statement is the table of a scan, which knows nothing of certificates.
#[test]
fn large_counts_are_proved_by_branches() {
    let net = network("lrnn(1, 4, 1, 8)");
    let (text, holes) = of_table(&net, Samples::Functional, SETTINGS).unwrap();
    assert_eq!((holes.dimensions, fault(&text)), (0, None));
    let options = ScanOptions::default();
    let table =
        scan(&net, Samples::Functional, &options, Settings { error_log2: -20, ..SETTINGS }, &Control::unlimited())
            .unwrap()
            .table;
    let numbers: Vec<String> = table.entries().map(|(size, dim, n)| format!("{n} of size {size} with {dim}")).collect();
    let stated = format!("dimensions of all allocations inside all: {}", numbers.join(", "));
    assert_eq!(check(text.as_bytes()).statements, [stated]);
}

#[test]
fn tables_of_relu_networks_are_proved_without_holes() {
    let networks = [
        ("relu([2, 2, 1])", None),
        ("relu([1, 2, 1], bias=True)", None),
        ("relu([2, 2, 2])", None),
        ("relu([3, 2, 1], bias=True)", None),
        ("relu([1, 2, 2], bias=True)", None),
        ("relu([2, 3, 1])", Some(1)),
        ("relu([2, 2, 1], bias=True)", Some(4)),
        ("relu([1, 3, 2])", None),
        ("relu([1, 3, 2])", Some(1)),
        ("relu([1, 1, 1, 1])", None),
        ("relu([1, 1, 1, 1, 1], bias=True)", None),
        ("relu([1, 1, 1, 1, 1], bias=True)", Some(3)),
        ("relu([1, 2, 1, 1], bias=True)", None),
    ];
    are_proved(&networks, 20_000);
}

/// The laws of matches of ReLU networks have no rules.
#[test]
fn matches_of_relu_networks_get_no_certificate() {
    let net = network("relu([1, 1, 1], bias=False)");
    let options = MatchOptions { trials: Trials::Fixed(10), ..MatchOptions::default() };
    let set = allocation(&net, "W1");
    let answer = decide(&net, &set, Samples::Count(1), &options, SETTINGS, &Control::unlimited()).unwrap();
    assert_eq!(of_match(&answer, SETTINGS), Err(CannotCertify::Piecewise));
}

/// The dimensions of a claim may be proved where the claim is about more: then it is not.
#[test]
fn claims_about_more_than_dimensions_are_not_called_proved() {
    let claims = [
        ("holds = lambda net, a: a.dim <= 2", true),
        ("holds = lambda net, a: a.spans or a.match.verdict == \"zero\"", false),
        ("holds = lambda net, a: a.size != 1 or a.learning_degree == 1", false),
        ("holds = lambda net, a: a.dim <= 2 and (a.affine or a.size > 1)", false),
        ("holds = lambda net, a: a.dim <= 2 and a.subsystems >= 0", false),
        ("trend = lambda net, a: a.dim, expect = \"open\"", false),
        ("holds = lambda net, a: a.dim == 0 or a.decided(20).unmatched > 0, expect = \"contradicted\"", false),
    ];
    for (claim, proved) in claims {
        let text =
            format!("claim(name = \"t\", statement = \"s\", networks = [lffn([1, 2, 1])], samples = 1, {claim})\n");
        let folder = program::file("certificates", "").with_file_name("folder");
        let run = program::verify(&text, &["--json", "--certificate", folder.to_str().unwrap(), "--check"]);
        let result = program::objects(&run).remove(0);
        // Valid only where the checker evaluates the condition itself.
        let verdict = if proved { "valid" } else { "holey" };
        assert_eq!(result["certificate_verdict"], verdict, "{claim}: {result}");
        assert_eq!(result["evidence"] == "proved", proved, "{claim}: {result}");
    }
}

/// A claim may range over a large network and ask for dimensions at other samples only.
#[test]
fn a_large_network_without_a_dimension_has_its_place_in_the_certificate() {
    let text = "claim(name = \"t\", statement = \"s\", networks = [lffn([3, 3, 3])], allocations = [\"W1[0,0]\"],
    holds = lambda net, a: a.at(1).dim <= a.size)\n";
    let folder = program::file("certificates", "").with_file_name("folder");
    let run = program::verify(text, &["--json", "--certificate", folder.to_str().unwrap(), "--check"]);
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(program::objects(&run)[0]["outcome"], "verified");
}
