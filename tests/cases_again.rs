//! Old faults that no other test noticed when they were planted again, each with its right answer.

#[path = "common/asked.rs"]
mod asked;
#[path = "common/program.rs"]
mod program;

use asked::{all_are, check, refused};
use program::{allocert, file, objects, verify};
use serde_json::Value;

/// What can never be equal is a slip inside of lists, tuples, dictionaries and structs, too, where it would be silently unequal.
#[test]
fn slips_inside_of_values_are_errors() {
    for (condition, said) in [
        ("[net.dim] != [4]", "the method dim, not called, is compared with a number"),
        ("(1, a.moves) != (1, 4)", "the method moves, not called"),
        ("[a.match] != [\"one\"]", "all that is known of a match probability is compared with text"),
        ("{1: net} != {1: 4}", "a network is compared with a number"),
        ("struct(x = a) != struct(x = \"W1\")", "an allocation is compared with text"),
        ("[[net]] not in [[[4]], [[5]]]", "a number is compared with a network"),
    ] {
        let claim = format!(
            "claim(name = \"t\", statement = \"s\", networks = [lffn([2, 2, 2])], allocations = [\"W1\"], holds = lambda net, a: {condition})\n"
        );
        let shown = refused(&claim);
        assert!(shown.contains(said) && shown.contains("these are never equal"), "{condition}: {shown}");
    }
}

/// The degree of W1 is 1000, which a limit keeps from being counted: what is true of it is not refuted.
#[test]
fn a_limit_refutes_nothing_that_is_true() {
    let about = "networks = [pnn([1, 1, 1], degree = 1000)], allocations = [\"W1\"]";
    all_are("open", "", about, &["a.matching_degree == 1000", "a.match.degree == 1000", "a.match.degree % 2 == 0"]);
}

/// One instance, or two of a kind, show of a verdict what it is not, and not what it is.
#[test]
fn few_instances_settle_no_verdict() {
    // The probability is about 0.73, and no theorem says so; the first six instances of seed 1 match.
    let about = "networks = [lrnn(1, 2, 1, 5)], samples = [1], allocations = [\"W[1,0]\"]";
    all_are("open", "", about, &["a.match_in(1).verdict != \"fractional\"", "a.match_in(1).verdict == \"fractional\""]);
}

/// Dimensions of networks with kinks are those of the patterns that were drawn, also where the author expects more than support.
#[test]
fn no_pattern_that_is_drawn_verifies_a_claim() {
    for (condition, outcome) in [("net.teacher_dim == 0", "supported"), ("net.teacher_dim == 5", "contradicted")] {
        for expect in ["verified", "refuted"] {
            let arguments =
                format!("networks = [relu([1] * 18)], expect = \"{expect}\", holds = lambda net: {condition}");
            let said = check("", &arguments);
            assert_eq!((&said["outcome"], &said["evidence"]), (&outcome.into(), &"statistical".into()), "{said}");
            assert_eq!(said["as_expected"], false, "{said}");
        }
    }
}

/// A law that rests on relations without a bound on their error settles no claim, whichever way it is asked.
#[test]
fn what_has_no_bound_settles_no_claim() {
    let own = include_str!("common/relation.star");
    for condition in ["net.flats == []", "net.flats != []"] {
        let said = check(own, &format!("networks = [m(4)], holds = lambda net: {condition}"));
        assert_eq!((&said["outcome"], &said["evidence"]), (&"open".into(), &"open".into()), "{condition}: {said}");
        assert!(said["counterexample"].is_null(), "{condition}: {said}");
    }
}

/// However surely each instance holds, an open claim is open.
#[test]
fn an_open_claim_has_open_evidence() {
    let said = check("", "networks = [lffn([1, 1, 1])], expect = \"open\", holds = lambda net, a: a.dim <= a.size");
    assert_eq!((&said["outcome"], &said["evidence"]), (&"open".into(), &"open".into()), "{said}");
}

/// The networks of a claim are all named where what is written does not name them.
#[test]
fn reports_name_each_network_of_a_list_that_is_computed() {
    let text = "claim(name = \"w\", statement = \"S.\", networks = [lffn([k, 3, 1]) for k in (2, 4, 5)],
    holds = lambda net, a: a.dim <= a.size, allocations = [\"W1\"])\n";
    let folder = file("anything", "").with_file_name("again");
    let run = verify(text, &["--json", "--report", folder.to_str().unwrap()]);
    let networks = ["lffn([2, 3, 1])", "lffn([4, 3, 1])", "lffn([5, 3, 1])"];
    assert_eq!(objects(&run)[0]["networks_listed"], Value::from(networks.as_slice()), "{}", run.err);
    for name in ["index.html", "report.md"] {
        let shown = std::fs::read_to_string(folder.join(name)).unwrap();
        for network in networks {
            assert!(shown.contains(network), "{name}: {network}");
        }
    }
}

/// An answer may know much, such as a frequency, and no verdict: then a row's verdict is known in no way.
#[test]
fn a_survey_says_of_no_open_verdict_that_it_is_known() {
    let run = allocert(&[
        "survey",
        "lrnn(1, 3, 1, 6)",
        "--samples",
        "2",
        "--sizes",
        "1..2",
        "--trials",
        "4",
        "--only",
        "levenberg-marquardt",
        "--json",
    ]);
    let rows = objects(&run);
    let undecided = rows.iter().filter(|row| row["verdict"] == "undecided");
    let known: Vec<_> = undecided.map(|row| (&row["evidence"], &row["error_log2"])).collect();
    assert!(
        !known.is_empty() && known.iter().all(|(evidence, error)| **evidence == "open" && error.is_null()),
        "{known:?}"
    );
    assert!(rows.iter().any(|row| row["verdict"] == "zero" && row["evidence"] == "proved"));
}
