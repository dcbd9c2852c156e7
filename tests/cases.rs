//! Small claims that the program once got wrong, each with its right answer, and more of their kinds.

#[path = "common/program.rs"]
mod program;

use program::{allocert, objects, verify};
use serde_json::Value;

/// The outcomes of the claims of a file of cases, by name, and the exit status.
fn outcomes(file: &str, more: &[&str]) -> (Vec<(String, Value)>, i32) {
    let path = format!("tests/data/cases/{file}");
    let mut arguments = vec!["verify", &path, "--json"];
    arguments.extend(more);
    let run = allocert(&arguments);
    let all = objects(&run).into_iter().map(|r| (r["claim"].as_str().unwrap().to_owned(), r)).collect();
    (all, run.status)
}

fn claim(arguments: &str) -> String {
    format!("claim(name = \"t\", statement = \"s\", {arguments})\n")
}

/// The record of a single claim.
fn check(before: &str, arguments: &str) -> Value {
    let run = verify(&(before.to_owned() + &claim(arguments)), &["--json"]);
    let mut all = objects(&run);
    assert_eq!(all.len(), 1, "{arguments}\n{}", run.err);
    all.remove(0)
}

/// A fractional allocation of `lffn([2, 2, 2])`.
const FRACTION: &str = "networks = [lffn([2, 2, 2])], allocations = [\"W1[0,0] W1[1,1] W2[0,0] W2[1,1]\"]";

#[test]
fn what_is_not_decided_does_not_count() {
    for seed in ["1", "2", "3"] {
        let (all, _) = outcomes("undecided.star", &["--seed", seed]);
        for (name, record) in &all {
            let right: &[&str] = match name.as_str() {
                "undecided/high" | "undecided/not-fractional" => &["refuted", "open"],
                "undecided/few-instances" => &["open"],
                "undecided/verdict-of-three" => &["open"],
                "undecided/degree" => &["verified"],
                _ => panic!("{name}"),
            };
            assert!(right.contains(&record["outcome"].as_str().unwrap()), "seed {seed}: {record}");
            // That the probability is 3/8 is a theorem, and so is the teacher's dimension: what they refute is proved.
            let by_theorem = name.ends_with("/high") || name.ends_with("/not-fractional");
            assert!(record["evidence"] != "proved" || by_theorem && record["outcome"] == "refuted", "{record}");
        }
        assert_eq!(all.len(), 5);
    }
}

#[test]
fn a_limit_is_not_a_value() {
    let (all, status) = outcomes("limits.star", &[]);
    for (_, record) in &all {
        assert!(["open", "refuted"].contains(&record["outcome"].as_str().unwrap()), "{record}");
    }
    assert_eq!(all.len(), 3);
    assert!(status == 1 || status == 3);
}

#[test]
fn no_allocation_speaks_for_another_where_ties_show() {
    let (all, status) = outcomes("ties.star", &[]);
    assert_eq!(status, 0);
    for (name, record) in &all {
        assert_eq!(record["outcome"], "refuted", "{name}");
        let harmless = "or a.text == \"\"";
        assert!(record["orbits"].is_null(), "{name}: without symmetry, as with {harmless}");
    }
}

#[test]
fn affinity_looks_at_all_labels() {
    let (all, _) = outcomes("affine.star", &[]);
    assert_eq!(all[0].1["outcome"], "refuted");
    assert_eq!(all[0].1["counterexample"]["network"], "lrnn(inputs=1, hidden=1, outputs=1, steps=3)");
    assert_eq!(all[1].1["outcome"], "verified");
}

#[test]
fn slips_are_errors() {
    let run = allocert(&["verify", "tests/data/cases/slips.star"]);
    assert_eq!(run.status, 2, "{}{}", run.out, run.err);
    let shown = run.out + &run.err;
    for part in ["slips.star:", "fraction", "did you mean \"fractional\"?"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let slips = [
        ("net.dim != 4", &["the method dim, not called, is compared with a number", "call it: write dim(…)"][..]),
        ("4 == net.dim", &["the method dim, not called"]),
        ("a.moves == []", &["the method moves, not called"]),
        ("a.match != \"one\"", &["all that is known of a match probability", ".verdict"]),
        ("\"one\" == a.match", &[".verdict"]),
        ("a.match in [\"one\"]", &[".verdict"]),
        ("a.match.verdict != \"fraction\"", &["there is no verdict `fraction`", "did you mean \"fractional\"?"]),
        ("\"many\" == a.match.verdict", &["there is no verdict `many`"]),
        ("a.match.verdict in [\"one\", \"zer\"]", &["did you mean \"zero\"?"]),
        ("(lambda v: v == \"ones\")(a.match.verdict)", &["did you mean \"one\"?"]),
        ("a == \"W1\"", &["an allocation is compared with text", "a.text"]),
        ("a == 3", &["an allocation is compared with a number"]),
        ("net == \"lffn([2, 2, 2])\"", &["a network is compared with text", "net.text"]),
        ("net == a", &["a network is compared with an allocation"]),
        ("net in [1, 2]", &["a network is compared with a number"]),
        ("net == None", &["a network is compared with None"]),
        ("a.size == \"3\"", &["without quotes"]),
        ("a.free == 1", &["True is not 1 here"]),
        ("net.widths == (2, 2, 2)", &["a list is compared with a tuple"]),
        ("(lambda x: x) == 3", &["a function is compared with a number"]),
        ("a <= net.everything", &["a.inside(b)"]),
        ("all([w.tensor != \"W9\" for w in a.weights])", &["there is no tensor `W9`"]),
        ("\"w1\" not in a.tensors", &["there is no tensor `w1`; did you mean \"W1\"?"]),
        ("net.kind != \"lfnn\"", &["there is no family `lfnn`; did you mean \"lffn\"?"]),
        ("a.moves and True", &["moves is a method that is not called"]),
        ("not a.inside", &["inside is a method that is not called"]),
        ("1 if a.extensions else 2", &["extensions is a method that is not called"]),
        ("len([1 for _ in [1] if a.deletions]) == 1", &["deletions is a method that is not called"]),
    ];
    for (condition, parts) in slips {
        let run = verify(&claim(&format!("{FRACTION}, holds = lambda net, a: {condition}")), &[]);
        let shown = run.out + &run.err;
        assert_eq!(run.status, 2, "{condition}\n{shown}");
        for part in parts.iter().chain(&["claims.star:1:"]) {
            assert!(shown.contains(part), "{condition} should say {part:?}:\n{shown}");
        }
    }
    for fine in [
        "net.samples == None and a.circuit == None and a != net.everything",
        "a.match.verdict in [\"zero\", \"one\", \"fractional\"] and \"W1\" in a.tensors",
        "[1, \"a\"] != [1, 2] and (a.size, None) != (a.size, 3) and a in [a, net.nothing]",
        "net.bias != None and 1.0 == 1 and {\"x\": [1]} == {\"x\": [1]} and struct(x = 1) != struct(x = 2)",
    ] {
        let record = check("", &format!("{FRACTION}, holds = lambda net, a: {fine}"));
        assert_eq!(record["outcome"], "verified", "{fine}: {record}");
    }
}

#[test]
fn what_people_type_gets_a_hint() {
    let typed = [
        ("holds = lambda net, a: all(b.free for b in a.moves())", "in brackets"),
        ("holds = lambda net, a: a.size in {1, 2}", "no set literals"),
        ("holds = lambda net, a: print(a) == None", "claims print nothing"),
        ("holds = lambda net, a: len(set([1])) == 1", "no sets"),
        ("holds = lambda a: a.dim <= a.size", "lambda net, a: …"),
        ("holds = lambda net, a: True, allocations = every(sizes = 3)", "write a list: sizes = [3]"),
        ("holds = lambda net, a: a.inside(\"W1[0,0], W1[1,1]\")", "put spaces there"),
        ("holds = lambda net, a: a.inside(\"W1[5:9,0]\")", "selects no row"),
    ];
    for (arguments, part) in typed {
        let run = verify(&claim(&format!("networks = [lffn([2, 2, 2])], {arguments}")), &[]);
        let shown = run.out + &run.err;
        assert_eq!(run.status, 2, "{arguments}\n{shown}");
        assert!(shown.contains(part), "{arguments} should say {part:?}:\n{shown}");
    }
}

#[test]
fn the_unknown_goes_through_everything() {
    let outcome = |condition: &str| {
        let record =
            check("def f(x, y = 1):\n    return x\n", &format!("{FRACTION}, holds = lambda net, a: {condition}"));
        record["outcome"].as_str().unwrap().to_owned()
    };
    for unknown in [
        "a.decided(3).unmatched == 0",
        "0 == a.decided(3).unmatched",
        "a.decided(3).matched + 0 == 3",
        "3 - a.decided(3).matched == 0",
        "not a.decided(3).unmatched",
        "bool(a.decided(3).matched)",
        "max([a.decided(3).matched, 1]) == 3",
        "min(a.decided(3).matched, 2) == 2",
        "sorted([a.decided(3).matched, 2])[0] == 2",
        "sum([a.decided(3).matched, a.decided(4).matched]) > 2",
        "[a.decided(3).matched] == [3]",
        "(1, a.decided(3).matched) == (1, 3)",
        "{\"k\": a.decided(3).matched} == {\"k\": 3}",
        "3 in [a.decided(3).matched]",
        "a.decided(3).matched in [3]",
        "a.decided(3).matched in {3: 1}",
        "{3: True, 2: True}.get(a.decided(3).matched, False)",
        "str(a.decided(3).matched) == \"3\"",
        "\"%s\" % a.decided(3).matched == \"3\"",
        "\"{}\".format(a.decided(3).matched) == \"3\"",
        "f\"{a.match_in(3).probability}\" != \"\"",
        "struct(x = a.decided(3).matched).x == 3",
        "f(a.decided(3).matched) == 3",
        "(lambda x = a.decided(3).matched: x == 3)()",
        "any([m == 3 for m in [a.decided(3).matched]])",
        "all([a.decided(3).matched == 3])",
        "len([1 for _ in range(3) if a.decided(3).matched == 3]) == 3",
        "(1 if a.decided(3).matched == 3 else 2) == 1",
        "len(range(a.decided(3).matched)) == 3",
        // Between 0.89558 and 0.89562 by a theorem.
        "a.match_in(3).probability == 0.8956",
        "a.match_in(3).probability > rational(8956, 10000)",
        "a.match_in(3).probability * 2 < 1.7912",
        "a.match_in(3).matched == 3",
        "a.decided(3) == a.decided(4)",
        "[0, 1, 2, 3][a.decided(3).matched] == 3",
        "a.decided(3).matched == 3 or a.decided(3).matched == 2",
    ] {
        assert_eq!(outcome(unknown), "open", "{unknown}");
    }
    for known in [
        "a.decided(3).matched <= 3 and a.decided(3).matched >= 0",
        "a.decided(3).matched == 3 or a.decided(3).matched != 3",
        "True or a.decided(3).matched == 3",
        "a.decided(3).matched == 3 or True",
        "not (a.decided(3).matched == 3 and False)",
        "a.match.verdict != \"zero\" and a.match.probability > 0 and a.match.probability < 1",
        "a.match_in(0).verdict != \"zero\"",
        "a.match_in(0).verdict == \"one\" or a.match_in(0).verdict == \"fractional\"",
        "{\"one\": 1, \"fractional\": 1}[a.match_in(0).verdict] == 1",
        "\"ff\" in net.kind",
        "len([a.decided(3).matched]) == 1",
        "a.matching_degree == 2 and a.match.degree == 2",
    ] {
        assert_eq!(outcome(known), "verified", "{known}");
    }
    // A theorem encloses this probability strictly between 0 and 1.
    assert_eq!(outcome("a.match_in(3).probability == 1.0"), "refuted");
    for decided in ["== 0.5", "> 0.9", "> rational(9, 10)", ">= 0.8957", "< 0.895"] {
        assert_eq!(outcome(&format!("a.match_in(3).probability {decided}")), "refuted", "{decided}");
        assert_eq!(outcome(&format!("not a.match_in(3).probability {decided}")), "verified", "{decided}");
    }
    for decided in
        ["a.match_in(3).low > 0.8955", "a.match_in(3).high < 0.8957", "a.match_in(3).probability + 1 > 1.8955"]
    {
        assert_eq!(outcome(decided), "verified", "{decided}");
    }
    // How many were not decided may be asked for, and depends on what was drawn.
    assert_eq!(outcome("a.decided(3).undecided == 0"), "supported");
    assert_eq!(outcome("a.match_in(3).undecided == 1"), "contradicted");
    assert_eq!(outcome("a.dim == 3 and a.decided(3).undecided == 0"), "refuted");
    assert_eq!(outcome("a.match.verdict == \"one\""), "refuted");
    assert_eq!(outcome("a.decided(3).matched > 3"), "refuted");
}

#[test]
fn samples_support_or_contradict_what_is_claimed_to_be_so() {
    // No theorem says what this probability is.
    let frequency = "networks = [lrnn(1, 1, 1, 3)], samples = [1], allocations = [\"W\"]";
    let on = |condition: &str, expect: &str| {
        check("", &format!("{frequency}, holds = lambda net, a: {condition}, expect = \"{expect}\""))
    };
    let supported = on("a.match.low > 0.55", "supported");
    assert_eq!((&supported["outcome"], &supported["as_expected"]), (&"supported".into(), &true.into()));
    assert!(supported["evidence"] != "proved" && supported["error_log2"].is_null(), "{supported}");
    let contradicted = on("a.match.probability > 0.75", "contradicted");
    assert_eq!((&contradicted["outcome"], &contradicted["as_expected"]), (&"contradicted".into(), &true.into()));
    assert_eq!(on("a.match.low > 0.55", "verified")["outcome"], "open");
    // The probability is 0.6181: no 1,000 instances tell on which side of 0.62 it is.
    for seed in ["1", "2", "3"] {
        let claims = "networks = [lrnn(1, 1, 1, 3)], samples = [1], allocations = [\"W\"],
            holds = lambda net, a: a.match.probability > 0.62, expect = \"supported\"";
        let record = objects(&verify(&claim(claims), &["--json", "--seed", seed])).remove(0);
        assert_eq!(record["outcome"], "open", "{record}");
        assert!(record["reason"].as_str().unwrap().contains("95 %"), "{record}");
    }
}

#[test]
fn a_probability_that_a_theorem_gives_is_compared_exactly() {
    let on = |condition: &str| {
        let squares = "networks = [pnn([2, 2, 1], 2)], samples = [3], allocations = [\"W1\"]";
        check("", &format!("{squares}, holds = lambda net, a: {condition}"))
    };
    for known in [
        "a.match_in(50).probability == 0.375",
        "a.match_in(50).probability == rational(3, 8)",
        "8 * a.match_in(50).probability == 3",
        "a.match_in(50).probability - 0.375 == 0",
        "0.375 <= a.match_in(50).probability and a.match_in(50).probability < 0.3750001",
        "a.match_in(50).low == 0.375 and a.match_in(50).high == 0.375",
        "str(a.match_in(50).probability) == \"3/8\"",
    ] {
        let record = on(known);
        assert_eq!(
            (&record["outcome"], &record["evidence"]),
            (&"verified".into(), &"proved".into()),
            "{known} {record}"
        );
    }
    for wrong in ["== 0.4", "> 0.375", "!= rational(3, 8)"] {
        assert_eq!(on(&format!("a.match_in(50).probability {wrong}"))["outcome"], "refuted", "{wrong}");
    }
}

#[test]
fn an_unknown_hypothesis_leaves_the_instance_undecided() {
    let record = check(
        "",
        &format!("{FRACTION}, given = lambda net, a: a.decided(3).matched == 3, holds = lambda net, a: False"),
    );
    assert_eq!(record["outcome"], "open", "{record}");
    assert!(record["reason"].as_str().unwrap().contains("is a frequency"), "{record}");
    // What comes later and is known is found all the same.
    let record = check(
        "",
        "networks = [lffn([2, 2, 2])], expect = \"refuted\",
        holds = lambda net, a: a.size < 5 and (not a.spans or a.decided(3).unmatched == 0)",
    );
    assert_eq!(record["outcome"], "refuted", "{record}");
}

#[test]
fn what_aborts_takes_nothing_along() {
    let (all, status) = outcomes("deep.star", &[]);
    assert_eq!(status, 3);
    assert_eq!((all.len(), &all[0].1["outcome"]), (2, &"verified".into()));
    assert_eq!(all[1].1["outcome"], "open");
    assert!(all[1].1["reason"].as_str().unwrap().contains("limit"), "{}", all[1].1);
    let claims = "
def nested(wrap, depth):
    x = wrap(0)
    for _ in range(depth):
        x = wrap(x)
    return x

def huge():
    x = \"a\" * 1000000
    for _ in range(30):
        x = x + x
    return x

def power():
    x = 3
    for _ in range(60):
        x = x * x
    return x

N = [lffn([2, 2])]
claim(name = \"first\", statement = \"s\", networks = N, holds = lambda net, a: a.dim <= a.size)
claim(name = \"text\", statement = \"s\", networks = N, holds = lambda net: str(nested(lambda x: [x], 300000)) != \"\")
claim(name = \"equal\", statement = \"s\", networks = N,
    holds = lambda net: nested(lambda x: (x,), 300000) == nested(lambda x: (x,), 300000))
claim(name = \"memory\", statement = \"s\", networks = N, holds = lambda net: len(huge()) > 0)
claim(name = \"power\", statement = \"s\", networks = N, holds = lambda net: power() > 0)
claim(name = \"last\", statement = \"s\", networks = N, holds = lambda net, a: a.dim < a.size)
";
    let run = verify(claims, &["--json", "--time-limit", "4", "--memory", "512"]);
    let all = objects(&run);
    let got: Vec<(&str, &str)> =
        all.iter().map(|r| (r["claim"].as_str().unwrap(), r["outcome"].as_str().unwrap())).collect();
    // The first of them is true, and a machine with a large stack comes to its end.
    let text = got[1].1;
    assert!(["open", "verified"].contains(&text), "{text}");
    let right = [
        ("first", "verified"),
        ("text", text),
        ("equal", "open"),
        ("memory", "open"),
        ("power", "open"),
        ("last", "refuted"),
    ];
    assert_eq!(got, right, "{}", run.err);
    assert!(all[2..5].iter().all(|r| r["reason"].as_str().unwrap().contains("limit")), "{}", run.out);
    assert_eq!(run.status, 1, "the last one is not as expected");
}

#[test]
fn outcomes_do_not_depend_on_the_seed() {
    let outcomes = |seed: &str| {
        let only = ["proofs/matching.star", "--only", "match/*law*"];
        let mut arguments = vec!["verify", "--json", "--seed", seed];
        arguments.extend(only);
        let run = allocert(&arguments);
        objects(&run).into_iter().map(|r| (r["claim"].clone(), r["outcome"].clone())).collect::<Vec<_>>()
    };
    let first = outcomes("1");
    assert!(first.len() >= 3, "{first:?}");
    for seed in ["2", "3", "4", "5"] {
        assert_eq!(outcomes(seed), first, "seed {seed}");
    }
}

/// What depends on the instances drawn is neither verified nor refuted, and no defect of the program.
#[test]
fn the_seed_changes_nothing_that_is_called_known() {
    let network = "networks = [pnn([3, 2, 1], 2)], ";
    for condition in [
        "net.allocation(\"W1\").decided(3).undecided == 3",
        "net.allocation(\"W1\").match_in(2).undecided > 1",
        "net.allocation(\"W1\").decided(3).matched + net.allocation(\"W1\").decided(3).undecided == 3",
        "net.allocation(\"W1\").decided(3).matched <= 2",
        "net.allocation(\"W1\").dim == net.teacher_dim",
        "net.allocation(\"W1\").match.verdict != \"zero\"",
    ] {
        let outcomes: Vec<String> = ["1", "2", "3", "4", "5"]
            .iter()
            .map(|seed| {
                let run =
                    verify(&claim(&format!("{network} holds = lambda net: {condition}")), &["--json", "--seed", seed]);
                assert!(!(run.out.clone() + &run.err).contains("defect"), "{condition}: {}{}", run.out, run.err);
                objects(&run)[0]["outcome"].as_str().unwrap().to_owned()
            })
            .collect();
        let known = |outcome: &String| outcome == "verified" || outcome == "refuted";
        assert!(outcomes.iter().all(|o| !known(o) || *o == outcomes[0]), "{condition}: {outcomes:?}");
    }
}

#[test]
fn other_instances_are_another_unknown() {
    let on = "networks = [lrnn(1, 1, 1, 3)], samples = [1], allocations = [\"W\"]";
    for condition in [
        "a.match_in(10).matched == a.match_in(100).matched",
        "a.match_in(10).matched != a.match_in(100).matched",
        "a.match_in(10).low == a.match_in(100).low",
        "not a.match_in(10).high > a.match_in(100).high",
        "a.match_in(10).unmatched < a.match_in(100).unmatched",
        "a.match_in(20).unmatched <= 10 or a.match_in(100).unmatched > 10",
    ] {
        assert_eq!(check("", &format!("{on}, holds = lambda net, a: {condition}"))["outcome"], "open", "{condition}");
    }
    let same = "a.match_in(10).probability == a.match_in(100).probability";
    assert_eq!(check("", &format!("{on}, holds = lambda net, a: {same}"))["outcome"], "verified");
}

#[test]
fn networks_of_one_name_are_two() {
    let before = "
def fA(x, d, b, w): return d*(w*w*b*x[0] + w*b*x[1] + b*x[2])
def fB(x, d, b, w): return d*w*w*x[0] + b*x[0] + 0*x[1]
A = network(\"net\", fA, inputs=3, weights={\"d\":(),\"b\":(),\"w\":()})
B = network(\"net\", fB, inputs=3, weights={\"d\":(),\"b\":(),\"w\":()})
";
    let condition = "a.match_in(20).probability == B.at(1).allocation(\"w\").match_in(20).probability";
    let arguments = format!("networks = [A], samples = [1], allocations = [\"w\"], holds = lambda net, a: {condition}");
    assert_eq!(check(before, &arguments)["outcome"], "open");
}

#[test]
fn labels_whose_curved_terms_cancel_are_not_called_curved() {
    let before = "
def g(x, u, v): return x*((u+v)*(u+v) - u*u - 2*u*v - v*v + u) + x*x*v
G = network(\"g\", g, inputs=(), weights={\"u\":(),\"v\":()})
H = lffn([2, 2, 2, 1]).pin({\"W3[0,0]\": 1, \"W3[0,1]\": -1}).tie(\"W2[0,0] W2[1,0]\")
";
    for on in ["networks = [G], allocations = [\"u v\"]", "networks = [H], allocations = [\"W1[0,0] W2[0,0]\"]"] {
        for condition in ["a.affine", "not a.affine"] {
            let record = check(before, &format!("{on}, holds = lambda net, a: {condition}"));
            assert_eq!(record["outcome"], "open", "{condition}: {record}");
        }
    }
}

#[test]
fn definitions_leave_the_language_its_names() {
    let folder = std::env::temp_dir().join(format!("allocert-cases-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, definition) in [("max", "def max(l): return 5"), ("lffn", "lffn = 3"), ("within", "within = None")] {
        let file = folder.join(format!("{name}.star"));
        std::fs::write(&file, format!("{definition}\n")).unwrap();
        let run = allocert(&["rank", "lrnn(1, 1, 1, 3)", "all", "--use", file.to_str().unwrap()]);
        assert_eq!(run.status, 2, "{}{}", run.out, run.err);
        assert!(run.err.contains(&format!("`{name}` is a name of the language")), "{}", run.err);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
