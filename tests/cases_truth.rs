//! Claims that someone who tried to make the program say false things found, and more of their kinds, each with its right answer.

#[path = "common/asked.rs"]
mod asked;
#[path = "common/program.rs"]
mod program;

use asked::{all_are, check, outcomes, refused};
use program::{allocert, file, objects, verify};
use serde_json::Value;

/// A fractional allocation of `lffn([2, 2, 2])`: what instances show of it is a frequency.
const FRACTION: &str = "networks = [lffn([2, 2, 2])], allocations = [\"W1[0,0] W1[1,1] W2[0,0] W2[1,1]\"]";

/// Layers count entries, and a symmetry maps weights: a tied weight is several entries.
#[test]
fn what_is_counted_by_layers_speaks_for_no_image_where_weights_are_tied() {
    let tied = "networks = [lffn([3, 3, 3]).pin({\"W2[:,0]\": 0}).tie(\"W1[0,0] W1[1,0]\")]";
    // The first is checked up to symmetries as far as that is sound; in the second the text of the allocation is read.
    all_are(
        "refuted",
        "",
        tied,
        &[
            "not (a.size == 3 and a.layer_counts == [2, 1] and a.dim == 3)",
            "a.text == '' or not (a.size == 3 and a.layer_counts == [2, 1] and a.dim == 3)",
        ],
    );
    let emptier = "all([b.dim >= a.dim for b in a.moves_to_emptier_layers()])";
    let orbits = outcomes("", tied, &[emptier]);
    assert_eq!(orbits, outcomes("", tied, &[&format!("a.text == '?' or {emptier}")]));
}

/// The language's own shifts, ranges and counters keep 32 bits.
#[test]
fn integers_of_any_size_are_shifted_and_counted() {
    let about = "networks = [lffn([1, 31])], allocations = [\"none\"]";
    all_are(
        "verified",
        "",
        about,
        &[
            "1 << net.weights == 2147483648 and (3 << 30) == 3221225472 and (7 << 31) == 15032385536",
            "sum([c for s, d, c in net.counts()]) == 1 << net.weights",
            "(-7) << 31 == -15032385536 and (5 << 30) >> 29 == 10 and -5 >> 1 == -3 and (1 << 100) >> 100 == 1",
            "len(range(-1000, 1000, 3)) == 667 and [i for i, _ in enumerate([0, 0], 5)] == [5, 6]",
        ],
    );
    for (condition, says) in [
        ("1 << -1 == 0", "a shift is by 0 to 65536 places"),
        ("1 << 1000000 == 0", "a shift is by 0 to 65536 places"),
        ("len(range(-2147483648, 2147483647, 1073741824)) == 4", "must add up to less than"),
        ("list(enumerate([0], 2147483647)) != []", "start must be below"),
    ] {
        let said =
            refused(&format!("claim(name = \"t\", statement = \"s\", {about}, holds = lambda net, a: {condition})\n"));
        assert!(said.contains(says), "{condition}: {said}");
    }
    let claim = format!("claim(name = \"t\", statement = \"s\", {about}, holds = lambda net: f() > 0)\n");
    let said = refused(&format!("def f():\n    x = 1\n    x <<= 31\n    return x\n{claim}"));
    assert!(said.contains("write x = x << y"), "{said}");
}

/// Keys and texts of decimals are the language's own, which round.
#[test]
fn decimals_are_no_keys_and_no_texts_where_these_round() {
    let about = "networks = [lffn([1, 1])], allocations = [\"none\"]";
    for condition in [
        "len({(9007199254740992.0,): 1} | {(9007199254740993,): 2}) == 1",
        "len(f()) == 1",
        "str(12345678.0) == str(12345679.0)",
        "f\"{12345678901234.5}\" == f\"{12345678901234.0}\"",
        "\"%s\" % 12345678.0 == \"%s\" % 12345679.0",
        "\"{}\".format(12345678.0) == \"{}\".format(12345679.0)",
    ] {
        let keys = "def f():\n    d = {(9007199254740992.0,): 1}\n    d |= {(9007199254740993,): 1}\n    return d\n";
        let keys = if condition.contains("f()") { keys } else { "" };
        let claim =
            format!("{keys}claim(name = \"t\", statement = \"s\", {about}, holds = lambda net, a: {condition})\n");
        let said = refused(&claim);
        assert!(said.contains("decimals"), "{condition}: {said}");
    }
    all_are("verified", "", about, &["str(0.25) == \"0.25\" and {0.5: 1}[0.5] == 1"]);
}

#[test]
fn no_network_of_ones_own_is_called_like_a_built_in_one() {
    for name in [
        "lffn([2, 2, 2])",
        "lffn ([2, 2, 2])",
        "lffn",
        "LFFN",
        "LFFN([2, 2, 2])",
        "lffn([2, 2, 2]).pin({})",
        "toy.pin({})",
        "x, functional; lffn([2, 2, 2])",
        "is proved",
        "l\u{17f}ffn",
        "toy(d=4)",
    ] {
        let said = refused(&format!(
            "N = network({name:?}, lambda x, w, v: w*v*x, inputs = 1, weights = {{\"w\": (), \"v\": ()}})\n\
             claim(name = \"t\", statement = \"s\", networks = [N], holds = lambda net: net.teacher_dim == 1)\n"
        ));
        assert!(said.contains("cannot be called so"), "{name}: {said}");
    }
    for shape in ["{\"x, functional; lffn\": 1}", "{\"kind\": \"a\\\"), functional; lffn([2, 2, 2]\"}"] {
        let said = refused(&format!(
            "N = network(\"toy\", lambda x, w: w*x, inputs = 1, weights = {{\"w\": ()}}, shape = {shape})\n\
             claim(name = \"t\", statement = \"s\", networks = [N], holds = lambda net: True)\n"
        ));
        assert!(said.contains("cannot be called so"), "{shape}: {said}");
    }
    let fine = "N = network(\"toy\", lambda x, w, v: w*v*x, inputs = 1, weights = {\"w\": (), \"v\": ()},
        shape = {\"kind\": \"tanh\", \"widths\": [1, [2]], \"bias\": True})";
    let record = check(fine, "networks = [N, N.pin({\"w\": 1})], holds = lambda net: net.teacher_dim == 1");
    assert_eq!(record["outcome"], "verified", "{record}");
}

#[test]
fn membership_compares_like_the_signs() {
    all_are(
        "verified",
        "",
        FRACTION,
        &[
            "rational(2) in range(3)",
            "2.0 in range(3)",
            "rational(1, 2) not in range(3)",
            "rational(1, 2) in [0.5]",
            "0.5 in (rational(1, 2),)",
            "rational(2) in {2: 1}",
            "2 in {2.0: 1}",
            "9007199254740993 not in {9007199254740992.0: 1}",
            "\"W\" in \"W1\"",
        ],
    );
    // That it is in range(4) would take what three comparisons say together.
    let open =
        ["a.decided(3).matched in range(4)", "a.decided(3).matched in range(3)", "a.decided(3).matched in {3: 1}"];
    all_are("open", "", FRACTION, &open);
}

#[test]
fn remainders_of_what_is_not_known_are_whole_only_if_it_is() {
    all_are(
        "open",
        "",
        FRACTION,
        &["a.match_in(3).probability % 1 == 0", "a.decided(3).matched % 2 == 0", "(a.decided(3).matched / 2) % 1 == 0"],
    );
    // The theorem's lower end is no integer.
    all_are("refuted", "", FRACTION, &["(a.match_in(3).low + 1) % 1 == 0"]);
    all_are(
        "verified",
        "",
        FRACTION,
        &[
            "a.decided(3).matched % 1 == 0",
            "(a.decided(3).matched + 7) % 2 <= 1",
            "(2 - a.decided(3).matched) % 1 == 0",
            "a.match_in(3).probability % 2 < 2",
            "a.decided(3).matched != rational(1, 2)",
        ],
    );
}

#[test]
fn numbers_are_exact() {
    all_are(
        "verified",
        "",
        "networks = [lffn([7, 7])], allocations = [\"none\"]",
        &[
            "net.weights * (1 / net.weights) == 1",
            "sum([1 / 10 for _ in range(10)]) == 1",
            "sum([0.1 for _ in range(10)]) == 1",
            "int((1 / 49) * 49) == 1",
            "0.1 + 0.2 == 0.3",
            "1 - 0.9 == 0.1",
            "rational(1, 2) == 0.5",
            "rational(1, 10) == 0.1",
            "0.5 == rational(1, 2)",
            "0.3 > rational(3, 10) - 1 / 1000000000000000000000",
            "(9007199254740993 / 1) == 9007199254740993 and int(9007199254740993 / 1) == 9007199254740993",
            "(2 / 3) // (1 / 3) == 2 and (7 / 2) % 1 == 1 / 2",
            "abs(-1 / 2) == 0.5 and float(\"0.1\") == 1 / 10 and float(3) == 3 and int(7 / 2) == 3 and int(-7 / 2) == -3",
            "str(1 / 2) == \"1/2\" and str(4 / 2) == \"2\" and max([1 / 3, 0.3]) == 1 / 3",
            "sorted([0.5, 1 / 3, 1]) == [1 / 3, 1 / 2, 1]",
            "[10, 20, 30][4 / 2] == 30",
            "2 in range(1000000000) and 2.5 not in range(10) and rational(4, 2) in range(3)",
        ],
    );
    let half = "networks = [lffn([2, 2, 2])], allocations = [\"W1\"]";
    // In a file of their own: beside decimals this large nothing is looked up by index.
    let large = ["9007199254740993 != 9007199254740992.0", "9007199254740993 > 9007199254740992.0"];
    all_are("verified", "", half, &large);
    all_are(
        "verified",
        "",
        half,
        &[
            "a.match.probability == rational(1)",
            "a.match.probability == 1 and 1 == a.match.probability",
            "a.size / net.weights == rational(1, 2)",
        ],
    );
    all_are("refuted", "", half, &["a.size / net.weights != rational(1, 2)", "9007199254740993 == 9007199254740992.0"]);
    // Where the language itself would round, a file is refused.
    let claim = format!("claim(name = \"t\", statement = \"s\", {half}, holds = lambda net, a: f() == 1)\n");
    for (body, says) in [
        ("x = 1.0\n    x += 1e-17", "write x = x + y"),
        ("x = 0.1\n    x *= 3", "write x = x * y"),
        ("x = 9007199254740993\n    x /= 1", "write x = x / y"),
        ("x = [0.5].index(1 / 2)", "list.index"),
    ] {
        let said = refused(&format!("def f():\n    {body}\n    return x\n{claim}"));
        assert!(said.contains(says), "{body}: {said}");
    }
    let added = "def f():\n    x = 1\n    l = [0.5]\n    l += [1.5]\n    return x + 0 * len(l)\n";
    all_are("verified", added, half, &["f() == 1", "-0.1 < 0", "7.5 % -2 == -0.5", "3 - -0.5 == 3.5"]);
    // Also where one file has the decimals, and another one computes.
    let used = program::file("used.star", "P = 10000000000000000.0\ndef add(x):\n    x += 1\n    return x\n");
    let text = "claim(name = \"t\", statement = \"s\", networks = [lffn([2, 2])], holds = lambda net: P + 1 == P)\n";
    let run = verify(text, &["--use", used.to_str().unwrap()]);
    assert!(run.status == 2 && (run.out + &run.err).contains("write x = x + y"));
    let plain = program::file("plain.star", "P = 10000000000000000.0\n");
    let run = verify(text, &["--use", plain.to_str().unwrap(), "--json"]);
    assert_eq!(objects(&run)[0]["outcome"], "refuted", "{}", run.err);
    let said = refused(
        "claim(name = \"t\", statement = \"s\", networks = [lffn([2, 2])], holds = lambda net: 0.10000000000000000001 == 0.1)",
    );
    assert!(said.contains("more digits than are kept"), "{said}");
}

#[test]
fn lists_do_not_compare_behind_the_back_of_what_is_not_known() {
    let before = "
def rm(a):
    l = [3, a.decided(3).matched]
    l.remove(a.decided(3).matched)
    return l

def at(a):
    return [3, a.decided(3).matched].index(a.decided(3).matched)
";
    all_are("open", before, FRACTION, &["rm(a) == [3]", "at(a) == 1"]);
    let plain = "def at():\n    return [1, 2, 3].index(2)\n";
    all_are("verified", plain, FRACTION, &["at() == 1"]);
    all_are(
        "open",
        "",
        FRACTION,
        &[
            "type(a.decided(3).matched) == \"number that is not known\"",
            "type(a.decided(3).matched) != \"int\"",
            "dir(a.decided(3).matched) == []",
            "hasattr(a.decided(3).matched, \"real\")",
            "repr(a.decided(3).matched) == \"(not known)\"",
            "int(a.decided(3).matched) == 3",
            "abs(a.decided(3).matched) == 3",
        ],
    );
}

#[test]
fn a_degree_that_is_not_computed_is_not_none() {
    let before = "
W = {\"w\": (), \"v\": ()}
def div():
    return network(\"div\", lambda x, w, v: w*x/(1+v*v*x), inputs = 1, weights = W)
def ex():
    return network(\"ex\", lambda x, w, v: w*exp(v*x), inputs = 1, weights = W)
";
    let about = "networks = [div(), ex()], allocations = [\"all\"]";
    all_are("refuted", before, about, &["a.matching_degree == None"]);
    all_are("open", before, about, &["a.matching_degree == 2", "a.match.degree == 2"]);
    let kinks = "networks = [relu([1, 1, 1])], allocations = [\"W1\"]";
    assert_eq!(outcomes("", kinks, &["a.match.degree == 3"]), ["open"]);
}

#[test]
fn terms_that_cancel_join_no_equations() {
    let before = "
def canc():
    return network(\"canc\", lambda x, w, v: stack([w*x + v*(x+1) - v*x - v, v*x]), inputs = 1, weights = {\"w\": (), \"v\": ()})
";
    let about = "networks = [canc()], allocations = [\"all\"]";
    // Two parts, if one sees that v is not in the first label.
    let said = outcomes(before, about, &["a.subsystems == 1", "a.subsystems == 2"]);
    assert!(said[0] != "verified" && said[1] != "refuted", "{said:?}");
    all_are(
        "verified",
        "",
        "networks = [lffn([2, 2, 2])], allocations = [\"W1\", \"W1[:,0]\"]",
        &["a.subsystems == (2 if a.size == 4 else 1)"],
    );
}

#[test]
fn sums_do_not_saturate() {
    all_are(
        "refuted",
        "",
        FRACTION,
        &["majorises([9223372036854775807, 9223372036854775807], [9223372036854775807, 1])"],
    );
    all_are("verified", "", FRACTION, &["majorises([3, 1], [2, 2]) and not majorises([2, 2], [3, 1])"]);
}

#[test]
fn allocations_at_other_numbers_of_samples_are_refused() {
    let said = refused(
        "claim(name = \"t\", statement = \"s\", networks = [lffn([2, 2, 2])],
            allocations = lambda net: [net.at(1).allocation(\"W1\")], holds = lambda net, a: a.dim == 2)",
    );
    assert!(said.contains("give the numbers of samples by samples"), "{said}");
    let record = check(
        "",
        "networks = [lffn([2, 2, 2])], samples = [1], allocations = lambda net: [net.allocation(\"W1\")],
            holds = lambda net, a: a.dim == 2",
    );
    assert_eq!(record["outcome"], "verified", "{record}");
}

#[test]
fn tied_weights_count_wherever_they_stand() {
    let about = "networks = [lffn([2, 2, 2]).tie(\"W1[0,0] W1[1,1]\", \"W1[0,1] W2[0,0]\")], allocations = [\"W1[0,0]\", \"W1\"]";
    all_are(
        "verified",
        "",
        about,
        &[
            "a.size > 1 or a.row_counts(\"W1\") == [1, 1]",
            "a.size > 1 or a.column_counts(\"W1\") == [1, 1]",
            "a.size > 1 or a.components(\"W1\") == 2",
            "a.size > 1 or (a.tensor_count(\"W1\") == 2 and a.tensor_counts == [2, 0] and a.layer_counts == [2, 0])",
            "a.size == 1 or (a.tensor_counts == [4, 1] and a.layer_counts == [4, 1] and a.row_counts(\"W2\") == [1, 0])",
        ],
    );
}

#[test]
fn networks_that_exist_nowhere_have_no_dimension() {
    let one = |body: &str| {
        format!("N = network(\"n\", lambda x, w, v: {body}, inputs = 1, weights = {{\"w\": (), \"v\": ()}})")
    };
    for body in [
        "w*sqrt(-1 - x*x) + v*x",
        "w*sqrt(x) + v*sqrt(-1 - x)",
        "w*log(x) + v*log(-1 - x)",
        "w*log(-1 - x*x)*x + v",
        "w*log(x) + v*log(-x)",
    ] {
        let record = check(&one(body), "networks = [N], holds = lambda net, a: a.dim <= 2");
        assert_eq!(record["outcome"], "open", "{body}: {record}");
        assert!(record["reason"].as_str().unwrap().contains("no real weights and inputs"), "{record}");
    }
    for body in ["w*sqrt(1 + x*x) + v*x", "w*sqrt(x) + v*x", "w*log(x) + v*log(x + 1)", "w*log(-x) + v*sqrt(-1 - x)"] {
        let record = check(&one(body), "networks = [N], holds = lambda net, a: a.dim == a.size");
        assert_eq!(
            (&record["outcome"], &record["evidence"]),
            (&"verified".into(), &"proved".into()),
            "{body}: {record}"
        );
    }
}

#[test]
fn what_is_open_spans_nothing() {
    // A dependence of the logarithms is seen at random points, and of so high a degree that this is no bound on the error.
    let text = "def f():
    def forward(x, w, v):
        return w*log(sqrt(power(x, 1024) + 1)) + v*log(power(x, 1024) + 1)
    return network(\"f\", forward, inputs = 1, weights = {\"w\": (), \"v\": ()})\n";
    let path = program::file("f.star", text);
    let path = path.to_str().unwrap();
    let run = program::allocert(&["rank", "f()", "w", "--use", path, "--json"]);
    let answer = objects(&run).remove(0);
    assert_eq!((&answer["evidence"], answer.get("spans")), (&"open".into(), None), "{answer}");
    assert_eq!((answer.get("teacher_dim"), answer["teacher_at_least"].as_u64()), (None, Some(1)), "{answer}");
    let shown = program::allocert(&["rank", "f()", "w", "--use", path]).out;
    assert!(!shown.contains("the allocation spans") && shown.contains("as far as known"), "{shown}");
}

/// A law gives the probability, and instances that were not decided are not among the counts.
#[test]
fn counts_leave_out_what_was_not_decided() {
    let own = "N = network(\"n\", lambda x, w: [w[0] * tanh(x[0]) + w[1]], inputs = 1, weights = {\"w\": (2,)})";
    let about = "networks = [N], allocations = [\"w\"], samples = 2";
    all_are("open", own, about, &["a.decided(20).matched == 0", "a.decided(20).matched == 20"]);
    // There are none of the other kind, decided or not.
    all_are("verified", own, about, &["a.decided(20).unmatched == 0"]);
}

/// Keys that hold numbers are compared exactly.
#[test]
fn keys_do_not_round() {
    let conditions = [
        "(9007199254740993,) in {(9007199254740992.0,): 1}",
        "{(9007199254740993, 1): 1} == {(9007199254740992.0, 1): 1}",
        "{9007199254740993: 1} == {9007199254740992.0: 1}",
    ];
    all_are("refuted", "", "networks = [lffn([1, 1])]", &conditions);
    all_are("verified", "", "networks = [lffn([1, 1])]", &["{(1, \"a\"): 1, 2: 3} == {2.0: 3, (1.0, \"a\"): 1.0}"]);
}

/// Where the language looks for keys by itself, it compares rounded numbers: it is not asked beside decimals that integers are
/// rounded to.
#[test]
fn keys_are_not_looked_up_beside_large_decimals() {
    for condition in [
        "{(9007199254740992.0,): 1}.get((9007199254740993,), 0) == 1",
        "{(9007199254740992.0,): 1}[(9007199254740993,)] == 1",
        "len({(9007199254740992.0,): 1, (9007199254740993,): 2}) == 1",
        "len({k: 1 for k in [(9007199254740992.0,), (9007199254740993,)]}) == 1",
        "len(dict([((9007199254740992.0,), 1), ((9007199254740993,), 2)])) == 1",
    ] {
        let claim = format!(
            "claim(name = \"t\", statement = \"s\", networks = [lffn([1, 1])], holds = lambda net: {condition})\n"
        );
        assert!(refused(&claim).contains("decimals from 2^53 on"), "{condition}");
    }
    all_are(
        "verified",
        "",
        "networks = [lffn([1, 1])]",
        &["{(9007199254740991.0,): 1}.get((9007199254740991,), 0) == 1"],
    );
}

/// Where relations between exponentials have no bound on their error, nothing that rests on them is proved.
#[test]
fn what_rests_on_an_open_relation_is_open() {
    let own = file("min.star", include_str!("common/relation.star"));
    let run = |arguments: &[&str]| allocert(&[arguments, &["--use", own.to_str().unwrap()]].concat());
    let law = run(&["law", "m(4)"]).out;
    assert!(law.contains("open: ") && !law.contains("proved: "), "{law}");
    let design = &objects(&run(&["design", "m(4)", "--size", "1", "--json"]))[0];
    assert_eq!(
        (design["evidence"].as_str(), design["verdict"].as_str()),
        (Some("open"), Some("undecided")),
        "{design}"
    );
    assert_eq!((&design["verdict_evidence"], &design["teacher_dim"]), (&Value::Null, &Value::Null), "{design}");
}

/// Dimensions of networks with kinks are those of the patterns that were drawn: where no bound meets them, samples support a claim.
#[test]
fn what_rests_on_drawn_patterns_is_supported_and_not_verified() {
    for (condition, outcome) in [("net.teacher_dim == 0", "supported"), ("net.teacher_dim == 5", "contradicted")] {
        let claim = format!(
            "claim(name = \"t\", statement = \"s\", networks = [relu([1] * 18)], expect = \"{outcome}\", holds = lambda net: {condition})\n"
        );
        let said = &objects(&verify(&claim, &["--json"]))[0];
        assert_eq!((&said["outcome"], &said["evidence"]), (&outcome.into(), &"statistical".into()), "{said}");
    }
}

/// With something that is always 0 under relu no draw shows a pattern, and nothing is known.
#[test]
fn no_dimension_is_read_off_no_draws() {
    let own = "def f(x, u, v):\n    y = stack([u * x[0], v * x[0] * x[0]])\n    m = y - (y[0] + y[1]) / 2\n    return u * x[0] + v * x[0] * x[0] + relu(m[0] + m[1])\ndef n():\n    return network(\"n\", f, inputs = 1, weights = {\"u\": (), \"v\": ()})\n";
    let path = program::file("border.star", own);
    let run = program::allocert(&["rank", "n()", "all", "--use", path.to_str().unwrap()]);
    assert!(run.status != 0 && run.err.contains("under relu is always 0"), "{}{}", run.out, run.err);
}

#[test]
fn allocations_of_two_networks_are_not_compared() {
    for other in ["pnn([2, 2, 2], 2).allocation(\"W1\")", "net.pin({\"W2[0,0]\": 1}).allocation(\"W1\")"] {
        let claim = format!(
            "claim(name = \"t\", statement = \"s\", networks = [lffn([2, 2, 2])], holds = lambda net, a: a != {other})\n"
        );
        let run = verify(&claim, &[]);
        assert!(run.out.contains("never equal"), "{}{}", run.out, run.err);
    }
}

/// A certificate names every network that its claim looked at, also those of which it asked nothing.
#[test]
fn certificates_leave_out_no_network() {
    let cases = [
        (
            "networks = [lffn([1, 1]), lffn([2, 2, 2])], holds = lambda net, a: net.weights > 3 or a.dim == a.size",
            "lffn([2, 2, 2])",
        ),
        (
            "networks = [lffn([1, 1]), lffn([2, 2, 2])], expect = \"refuted\", holds = lambda net, a: net.weights < 3 and a.dim <= 9",
            "lffn([2, 2, 2])",
        ),
        (
            "networks = [lffn([2, 1, 1])], samples = [1, None], holds = lambda net, a: (net.samples == 1) or a.dim <= 2",
            "1 sample",
        ),
        (
            "networks = [lffn([1, 1, 1]).pin({\"W1[0,0]\": 1})], expect = \"refuted\", holds = lambda net, a: a.size == 0",
            "pin",
        ),
    ];
    for (arguments, named) in cases {
        let folder = std::env::temp_dir().join(format!("allocert-certificates-{}", std::process::id()));
        let claim = format!("claim(name = \"t\", statement = \"s\", {arguments})\n");
        let place = folder.to_str().unwrap();
        let run = verify(&claim, &["--certificate", place, "--check"]);
        assert_eq!(run.status, 0, "{arguments}: {}{}", run.out, run.err);
        let check = program::allocert(&["check", folder.join("t.cert").to_str().unwrap()]);
        let said = check.out.lines().find(|line| line.contains("claim t")).unwrap_or_default().to_owned();
        assert!(check.out.contains(named), "{arguments}: {}", check.out);
        assert!(!check.out.contains("invalid"), "{said}");
        let _ = std::fs::remove_dir_all(folder);
    }
}

/// With kinks no number of inputs shows the whole function: whatever matches students with teachers says on how many it did.
#[test]
fn matches_with_kinks_are_on_a_stated_number_of_inputs() {
    let reported = program::file("reported.csv", "network,allocation,trials,successes\n\"relu([1, 1, 1])\",W1,20,9\n");
    let reported = reported.to_str().unwrap();
    for command in [
        &["match", "relu([1, 1, 1])", "W1", "--trials", "20"][..],
        &["train", "relu([1, 1, 1])", "W1", "--trials", "2"],
        &["survey", "relu([1, 1, 1])", "--sizes", "1..1", "--trials", "2"],
        &["compare", reported],
    ] {
        let run = program::allocert(&[command, &["--json"]].concat());
        assert!(run.out.contains("\"samples\":8"), "{command:?}: {}{}", run.out, run.err);
    }
    let claim = "claim(name = \"t\", statement = \"s\", networks = [relu([1, 1, 1])], holds = lambda net, a: a.match.verdict != \"one\")\n";
    let run = verify(claim, &[]);
    assert!(run.out.contains("no number of inputs shows the whole function"), "{}{}", run.out, run.err);
}
