//! What claim files that are checked later than they are read could say falsely: names that change, names that are replaced, what
//! is kept from loading. Someone who tried found most of them.

#[path = "common/asked.rs"]
mod asked;
#[path = "common/program.rs"]
mod program;

use asked::{all_are, check, outcomes, refused};
use program::{file, objects, verify};

/// What a file that is used works out while it is loaded is counted, too.
#[test]
fn what_used_files_work_out_is_as_sure_as_it_is_there() {
    let bounded = "def forward(x, w):\n    f = w[0] + power(w[1], 3) + w[0] * w[1]\n    return stack([f * f * x[0], f * x[0] + power(f, 3) * x[0]])\n";
    let used = format!(
        "{bounded}D = network(\"n\", forward, inputs = 1, weights = {{\"w\": (2,)}}).teacher_dim\n\
         U = lffn([2, 2, 2]).allocation(\"W1[0,0] W1[1,1] W2[0,0] W2[1,1]\").match_in(3).undecided\n"
    );
    let path = program::file("used.star", &used);
    for condition in ["D == 1", "U == 0"] {
        let claim = format!(
            "claim(name = \"t\", statement = \"s\", networks = [lffn([1, 1])], holds = lambda net, a: {condition})\n"
        );
        let run = verify(&claim, &["--use", path.to_str().unwrap(), "--json"]);
        let said = &objects(&run)[0];
        let (outcome, evidence) = (said["outcome"].as_str(), said["evidence"].as_str());
        assert!(
            evidence != Some("proved") && (condition == "D == 1" || outcome != Some("verified")),
            "{condition}: {said}"
        );
    }
    let network = "lffn([2, 2 if lffn([2, 2, 2]).allocation(\"W1[0,0] W1[1,1] W2[0,0] W2[1,1]\").match_in(5).probability > 0.8956 else 3])";
    let run = program::allocert(&["rank", network, "all"]);
    assert_eq!(run.status, 2, "{}{}", run.out, run.err);
}

/// Functions read names when they are called, which is after the file was read.
#[test]
fn conditions_read_no_names_that_change_before_they_are_checked() {
    let claim = "claim(name = \"t%d\" % k, statement = \"No dimension is above k.\", networks = [lffn([1, 2])], holds = lambda net, a: a.dim <= k)";
    for file in [
        format!("for k in [1, 2]:\n    {claim}\n"),
        format!("[{claim} for k in [1, 2]]\n"),
        format!("def f():\n    for k in [1, 2]:\n        {claim}\nf()\n"),
        format!("k = 1\n{claim}\nk = 2\n"),
        format!("k = 1\n{claim}\nk += 1\n"),
        format!(
            "def k():\n    return 1\n{}\ndef k():\n    return 2\n",
            claim.replace("% k", "% 1").replace("<= k)", "<= k())")
        ),
    ] {
        let said = refused(&file);
        assert!(said.contains("another value"), "{file}: {said}");
    }
    let made = "def holds(k):\n    return lambda net, a: a.dim <= k\nfor k in [1, 2]:\n    claim(name = \"t%d\" % k, statement = \"s\", networks = [lffn([1, 2])], holds = holds(k))\n";
    let run = verify(made, &["--json"]);
    let outcomes: Vec<String> = objects(&run).iter().map(|o| o["outcome"].as_str().unwrap().to_owned()).collect();
    assert_eq!(outcomes, ["refuted", "verified"], "{}", run.err);
}

/// What a file keeps for a claim has no name that a file can write.
#[test]
fn a_file_cannot_replace_what_a_claim_asks() {
    let run = verify(
        "claim(name = \"h\", statement = \"s\", networks = [lffn([2, 2])], holds = lambda net, a: a.dim == 0)\n\
         _claim_0_holds = lambda net, a: True\n_claim_0_allocations = [\"none\"]\n_claim_0_samples = 3\n",
        &["--json"],
    );
    let record = &objects(&run)[0];
    assert_eq!(record["outcome"], "refuted", "{record}");
    assert_eq!(record["counterexample"]["allocation"], "W1[0,0]", "{record}");
}

/// The text that is shown, and the symmetries, are those of the function that is asked.
#[test]
fn what_is_shown_is_what_is_asked() {
    let used = file(
        "used.star",
        "def state():\n    claim(name = \"t\", statement = \"s\", networks = [lffn([2, 2])], holds = lambda net, a: True)\n\
         def f(net, a):\n    return True\n",
    );
    let condition = "lambda net, a: a.dim == 99";
    let main = |claims: &str| verify(claims, &["--use", used.to_str().unwrap()]);
    let stated = main(&format!(
        "if False:\n    claim(name = \"t\", statement = \"s\", networks = [], holds = {condition})\nstate()\n"
    ));
    assert_eq!(stated.status, 2, "{}", stated.out);
    assert!(stated.err.contains("call claim in this file"), "{}", stated.err);
    let bound = main(
        "claim(name = \"t\", statement = \"s\", networks = [lffn([2, 2])], holds = f)\n\
         def f(net, a):\n    return a.dim == 99\n",
    );
    assert_eq!(bound.status, 2, "{}", bound.out);
    assert!(bound.err.contains("is a name of a file that is used"), "{}", bound.err);
    for own in ["def every(sizes):\n    return [\"none\"]\n", "lffn = pnn\n", "for within in []:\n    pass\n"] {
        assert!(refused(own).contains("is a name of the language"), "{own}");
    }
}

/// What is not known is not kept for claims, which would not know it.
#[test]
fn what_is_not_known_is_not_kept() {
    let part = "lffn([2, 2, 2]).allocation(\"W1[0,0] W1[1,1] W2[0,0] W2[1,1]\")";
    let about = "networks = [lrnn(1, 2, 1, 5)], allocations = [\"D[0,0] B[1,0] W[0,0] W[1,1]\"]";
    for kept in ["match.probability", "decided(3).matched"] {
        let claim = format!(
            "P = {part}.{kept}\nclaim(name = \"t\", statement = \"s\", {about}, holds = lambda net, a: P == 3)\n"
        );
        assert!(refused(&claim).contains("what is not known can only be asked for in holds and given"), "{kept}");
    }
    // An answer may be kept: it is another one than that of another network.
    all_are("open", &format!("M = {part}.match"), about, &["a.match.probability == M.probability"]);
}

/// What depends on what was drawn is supported or contradicted, wherever it was read.
#[test]
fn what_was_drawn_while_a_file_was_loaded_is_no_proof() {
    let part = "lffn([2, 2, 2]).allocation(\"W1[0,0] W1[1,1] W2[0,0] W2[1,1]\")";
    for (kept, read) in [("decided(3).undecided", "X"), ("decided(3)", "X.undecided"), ("match.undecided", "X")] {
        let (before, about) = (format!("X = {part}.{kept}"), "networks = [lffn([2, 2])], allocations = [\"all\"]");
        let got = outcomes(&before, about, &[&format!("{read} >= 0"), &format!("{read} < 0")]);
        assert_eq!(got, ["supported", "contradicted"], "{kept}");
    }
}

/// A hypothesis with a bracket in a string is one.
#[test]
fn a_hypothesis_is_shown_whatever_is_in_it() {
    let given = "lambda net, a: \"(\" != a.text and a.size == 0";
    let record = check("", &format!("networks = [lffn([2, 2])], given = {given}, holds = lambda net, a: a.dim == 0"));
    assert_eq!((record["given"].as_str(), record["outcome"].as_str()), (Some(given), Some("verified")));
}

/// Values that a claim reads and that are changed in place, under whatever name, by the time it is checked.
#[test]
fn values_that_a_claim_reads_are_those_at_its_statement() {
    let claim = |holds: &str| {
        format!(
            "claim(name = \"t%d\" % k, statement = \"s\", networks = [lffn([1, 2])], holds = lambda net, a: {holds})"
        )
    };
    let loops = "for k in [0, 1, 2]:\n    ";
    for file in [
        format!("K = {{\"k\": [0]}}\n{loops}J = K[\"k\"]\n    J[0] = k\n    {}\n", claim("a.dim <= K[\"k\"][0]")),
        format!("def put(t, k):\n    t[0] = k\nK = [0]\n{loops}put(K, k)\n    {}\n", claim("a.dim <= K[0]")),
        format!(
            "K = [0]\ndef make(t):\n    return lambda net, a: a.dim <= t[0]\nh = make(K)\n{loops}K[0] = k\n    {}\n",
            claim("True").replace("lambda net, a: True", "h")
        ),
        format!("T = struct(k = [])\n{loops}T.k.clear()\n    T.k.append(k)\n    {}\n", claim("a.dim in T.k")),
        format!("def state():\n    {}\nfs = [state]\n{loops}fs[0]()\n", claim("a.dim <= k")),
        format!("d = []\ndef more():\n    d.append(9)\nk = 0\n{}\nmore()\n", claim("a.dim in d")),
    ] {
        let said = refused(&file);
        assert!(said.contains("another value"), "{file}: {said}");
    }
    let before =
        format!("d = []\ndef more():\n    d.append(0)\nmore()\nk = 0\n{}\n", claim("a.size > 0 or a.dim in d"));
    assert_eq!(objects(&verify(&before, &["--json"]))[0]["outcome"], "verified");
}
