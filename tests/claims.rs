//! The claim language as the author of a claim meets it.

#[path = "common/program.rs"]
mod program;

use program::{Run, objects, verify};

/// A claim file with one claim.
fn claim(arguments: &str) -> String {
    format!("claim(name = \"t\", statement = \"s\", {arguments})\n")
}

fn check(arguments: &str) -> serde_json::Value {
    let run = verify(&claim(arguments), &["--json"]);
    let mut objects = objects(&run);
    assert_eq!(objects.len(), 1, "{}", run.err);
    objects.remove(0)
}

fn fails(text: &str, parts: &[&str]) -> Run {
    let run = verify(text, &[]);
    let shown = format!("{}{}", run.out, run.err);
    assert_eq!(run.status, 2, "{text}\n{shown}");
    for part in parts {
        assert!(shown.contains(part), "should say {part:?}:\n{shown}");
    }
    run
}

/// True for every allocation of `lffn([2,2,2])`: each attribute says what it should.
fn holds(condition: &str) {
    let result = check(&format!("networks = [lffn([2,2,2])], holds = lambda net, a: {condition}"));
    assert_eq!(result["outcome"], "verified", "{condition}: {result}");
    assert_eq!(result["allocations"], 256);
}

#[test]
fn attributes_of_allocations() {
    for condition in [
        "len(a) == a.size and a.size == len(a.weights) and bool(a) == (a.size > 0)",
        "a.free == (a.dim == a.size) and a.spans == (a.dim == net.teacher_dim)",
        "a.dim == net.dim(a) and a.dim == net.dim(a.text) and a.dim == net.dim(a.weights)",
        "net.allocation(a.text) == a and net.allocation([w.text for w in a.weights]) == a",
        "sum(a.row_counts(\"W1\")) == a.tensor_count(\"W1\") and sum(a.column_counts(\"W2\")) == a.tensor_count(\"W2\")",
        "a.tensor_counts == a.layer_counts and a.tensors == [t.name for t in net.tensors if a.tensor_count(t.name)]",
        "a.closure.dim == a.dim and a.inside(a.closure) and a.closure.closure == a.closure",
        "(a.circuit == None) == a.free and (a.free or all([d.free for d in a.circuit.deletions()]))",
        "a.basis.free and a.basis.dim == a.dim and a.basis.inside(a)",
        "(a | a.complement) == net.everything and (a & a.complement) == net.nothing and (a - a) == net.nothing",
        "len(a.extensions()) == 8 - a.size and len(a.deletions()) == a.size and len(a.moves()) == a.size * (8 - a.size)",
        "all([m.layer_counts == a.layer_counts for m in a.moves_within_tensors()])",
        "all([majorises(a.row_counts(\"W1\"), m.row_counts(\"W1\")) for m in a.moves_to_emptier_rows()])",
        "all([max(m.layer_counts) <= max(a.layer_counts) for m in a.moves_to_emptier_layers()])",
        "a.at(1).dim <= a.at(2).dim and a.at(2).dim <= a.at(None).dim and net.at(1).samples == 1",
        "(net.diagonal(\"W1\") | net.offdiagonal(\"W1\")) == net.allocation(\"W1\")",
        "a.components(\"W1\") >= 1 and net.nothing.components(\"W1\") == 4 and net.everything.components(\"W1\") == 1",
        "net.count(a.size, a.dim) >= 1 and a.dim <= net.max_dim(a.size) and a.dim >= net.min_dim(a.size)",
    ] {
        holds(condition);
    }
}

#[test]
fn attributes_of_networks() {
    let result = check(
        "networks = [lrnn(2, 3, 1, 4, readout = \"all\")], holds = lambda net: (net.kind == \"lrnn\" and net.inputs == 2
            and net.hidden == 3 and net.outputs == 1 and net.steps == 4 and net.readout == \"all\" and net.widths == None
            and net.weights == 18 and net.layers == 3 and [t.name for t in net.tensors] == [\"D\", \"B\", \"W\"]
            and net.text == \"lrnn(inputs=2, hidden=3, outputs=1, steps=4, readout=\\\"all\\\")\" and net.labels == 8)",
    );
    assert_eq!(result["outcome"], "verified", "{result}");
    let result = check(
        "networks = [pnn([2, 3, 1], 2, bias = True)], samples = 7, holds = lambda net: (net.degree == 2 and net.bias
            and net.widths == [2, 3, 1] and net.layers == 2 and net.samples == 7 and net.labels == 7)",
    );
    assert_eq!((&result["outcome"], &result["networks"]), (&"verified".into(), &1.into()), "{result}");
}

#[test]
fn helpers_count() {
    let result = check(
        "networks = [lffn([1, 1])], holds = lambda net: (binomial(6, 2) == 15 and binomial(3, 5) == 0 and binomial(100, 50) > 1 << 90
            and balanced(5, 3) == [2, 2, 1] and sum([]) == 0 and majorises([3, 0], [2, 1]) and not majorises([2, 1], [3])
            and not majorises([3], [2]))",
    );
    assert_eq!(result["outcome"], "verified", "{result}");
}

#[test]
fn the_first_counterexample_is_a_smallest_one() {
    // Fails for large networks first in the list, for many sizes, and late in the order of names.
    let result = check(
        "networks = [lffn([3, 3]), lffn([2, 2]), lffn([1, 4])], expect = \"refuted\",
            holds = lambda net, a: not (a.size >= 2 and a.tensor_count(\"W1\") == 2 and a.row_counts(\"W1\")[-1] == 1)",
    );
    assert_eq!((&result["outcome"], &result["as_expected"]), (&"refuted".into(), &true.into()));
    let counterexample = &result["counterexample"];
    // lffn([2, 2]) and lffn([1, 4]) have four weights; the one given first wins at equal size.
    assert_eq!(counterexample["network"], "lffn([2, 2])");
    assert_eq!(counterexample["allocation"], "W1[0,0] W1[1,0]");
}

#[test]
fn a_counterexample_is_told_whole() {
    let text = "def bound(a):
    return min(a.size, sum([min(c, 2) for c in a.row_counts(\"W2\")]), sum([min(c, 2) for c in a.column_counts(\"W2\")]))

claim(name = \"naive\", statement = \"The interior layer is as simple as its margins.\", expect = \"refuted\",
    networks = [lffn([2, 3, 3, 2])], allocations = within(\"W2\"), holds = lambda net, a: a.dim == bound(a))
";
    let run = verify(text, &["--only", "naive"]);
    assert_eq!(run.status, 0, "{}", run.err);
    for part in [
        "The interior layer is as simple as its margins.",
        "counterexample: lffn([2, 3, 3, 2]), functional",
        "W2[0,0] W2[0,1] W2[1,2] W2[2,2]",
        "· ·   ■ ■ ·   · · ·",
        "claimed  a.dim == bound(a)",
        "here     3 == 4 is false",
        "reachable dimension 3 (error ≤ 2^-",
        "rank 3",
        "W3 = [[",
        "allocert rank 'lffn([2, 3, 3, 2])' 'W2[0,0] W2[0,1] W2[1,2] W2[2,2]'",
    ] {
        assert!(run.out.contains(part), "should show {part:?}:\n{}", run.out);
    }
    let wide: Vec<&str> = run.out.lines().filter(|l| l.chars().count() > 80 && !l.contains("allocert rank")).collect();
    assert!(wide.is_empty(), "wider than a terminal: {wide:#?}");
    let run = verify(text, &["--json"]);
    let counterexample = &objects(&run)[0]["counterexample"];
    assert_eq!(
        (&counterexample["left"], &counterexample["sign"], &counterexample["right"]),
        (&"3".into(), &"==".into(), &"4".into())
    );
    assert_eq!((&counterexample["dim"], &counterexample["point"]["rank"]), (&3.into(), &3.into()));
    assert!(counterexample["error_log2"].as_i64().unwrap() <= -100);
}

#[test]
fn outcomes_and_exit_statuses() {
    let run = |claim_text: &str| verify(&claim(claim_text), &["--json"]);
    let on = "networks = [lffn([2, 2])], holds = lambda net, a: ";
    let outcome = |run: &Run| objects(run)[0]["outcome"].as_str().unwrap().to_owned();
    for (claim_text, expected, status) in [
        (format!("{on} True"), "verified", 0),
        (format!("{on} a.size < 3"), "refuted", 1),
        (format!("{on} a.size < 3, expect = \"refuted\""), "refuted", 0),
        (format!("{on} True, expect = \"refuted\""), "verified", 1),
        (format!("{on} True, expect = \"open\""), "open", 0),
        (format!("{on} a.size < 3, expect = \"open\""), "refuted", 1),
        (format!("{on} True, given = lambda net, a: a.size > 9"), "open", 1),
    ] {
        let run = run(&claim_text);
        assert_eq!((outcome(&run).as_str(), run.status), (expected, status), "{claim_text}");
    }
    let stopped = verify(
        &claim("networks = [lffn([6, 6])], holds = lambda net, a: True"),
        &["--json", "--max-allocations", "1000"],
    );
    assert_eq!((outcome(&stopped).as_str(), stopped.status), ("open", 3));
    assert!(
        objects(&stopped)[0]["reason"]
            .as_str()
            .unwrap()
            .contains("68719476736 allocations are more than --max-allocations 1000")
    );
}

#[test]
fn ranges_and_hypotheses_choose_the_instances() {
    let count = |arguments: &str| {
        let result = check(&format!("networks = [lffn([2, 2, 2])], holds = lambda net, a: True, {arguments}"));
        (
            result["allocations"].as_u64().unwrap(),
            result["hypothesis_false"].as_u64().unwrap(),
            result["networks"].as_u64().unwrap(),
        )
    };
    assert_eq!(count("allocations = within(\"W1\")"), (16, 0, 1));
    assert_eq!(count("allocations = every(sizes = [2, 3])"), (28 + 56, 0, 1));
    assert_eq!(count("allocations = within(\"W1 W2[0,:]\", sizes = range(2))"), (7, 0, 1));
    assert_eq!(count("allocations = [\"W1\", \"W2\", \"W1[:,:]\"]"), (2, 0, 1));
    assert_eq!(count("allocations = lambda net: [net.everything, net.diagonal(\"W1\")]"), (2, 0, 1));
    assert_eq!(count("given = lambda net, a: a.size == 4"), (70, 186, 1));
    assert_eq!(count("samples = [1, 2, None, 2]"), (3 * 256, 0, 3));
    assert_eq!(count("samples = lambda net: range(1, net.inputs + 1)"), (2 * 256, 0, 2));
}

#[test]
fn errors_point_into_the_file() {
    fails("claim(name = \"x\",\n  expect = )\n", &["claims.star:2:12", "Parse error"]);
    fails("x = lfn([2, 2])\n", &["claims.star:1:5", "^^^"]);
    fails(
        &claim("networks = [lffn([2, 2])], holds = lambda net, a: a.dmi == 1"),
        &["claims.star:1:", "`dmi`", "did you mean `dim`?"],
    );
    fails(&claim("networks = [lffn([2, 2])], holds = lambda net, a: a.dim"), &["holds returned", "True or False"]);
    fails(&claim("networks = [lffn([2, 2])], holds = lambda net, a, b: True"), &["holds takes 3 parameters"]);
    fails(&claim("networks = [lffn([2, 2])], holds = True"), &["not a function"]);
    fails(&claim("networks = [3], holds = lambda net, a: True"), &["networks"]);
    fails(&claim("networks = [lffn([2, 2])], hold = lambda net, a: True"), &["hold"]);
    fails(
        &claim("networks = [lffn([2, 2])], holds = lambda net, a: True, expect = \"refted\""),
        &["did you mean \"refuted\"?"],
    );
    fails(
        &claim("networks = [lffn([2, 2])], allocations = within(\"W9\"), holds = lambda net, a: True"),
        &["no tensor `W9`"],
    );
    fails(
        &claim("networks = [lffn([2, 2])], samples = [0], holds = lambda net, a: True"),
        &["samples is 0", "at least 1"],
    );
    fails(&claim("networks = [lffn([2, 2])], holds = lambda net, a: 1 // 0 == 1"), &["ivision by zero", "1 // 0"]);
    fails(&claim("networks = [lffn([0, 2])], holds = lambda net, a: True"), &["widths[0] is 0"]);
    let twice = claim("networks = [lffn([2, 2])], holds = lambda net, a: True");
    fails(&format!("{twice}{twice}"), &["two claims named `t`"]);
    fails("load(\"other.star\", \"x\")\n", &["load"]);
}

#[test]
fn hostile_files_are_stopped_by_limits() {
    let stopped = |text: &str, more: &[&str], part: &str| {
        let start = std::time::Instant::now();
        let run = verify(text, more);
        let shown = format!("{}{}", run.out, run.err);
        assert!(run.status == 3 || run.status == 2, "{}: {shown}", run.status);
        assert!(shown.contains(part), "should say {part:?}:\n{}", &shown[..shown.len().min(3000)]);
        assert!(!shown.contains("panicked"), "{shown}");
        assert!(start.elapsed().as_secs() < 60);
    };
    let endless = "def f():\n    x = 0\n    for i in range(1000000000):\n        x += 1\n    return x\n";
    stopped(&format!("{endless}f()\n"), &[], "stopped after");
    stopped(
        &format!("{endless}{}", claim("networks = [lffn([2, 2])], holds = lambda net, a: f() == 1")),
        &[],
        "stopped",
    );
    stopped("def f(n):\n    return f(n + 1)\nf(0)\n", &[], "overflow");
    let memory = ["--memory", "512"];
    stopped("def f():\n    l = [1]\n    for i in range(60):\n        l = l + l\nf()\n", &memory, "memory");
    let growing = "def f():\n    l = []\n    for i in range(200000000):\n        l.append([i])\n    return l\n";
    stopped(&format!("{growing}f()\n"), &memory, "stopped after 1000000 calls");
    stopped(
        &format!("{growing}{}", claim("networks = [lffn([2, 2])], holds = lambda net, a: len(f()) == 1")),
        &memory,
        "memory",
    );
    // A million functions, each holding the one before.
    let chain = "def g():\n    f = lambda: 0\n    for i in range(1000000):\n        f = (lambda h: (lambda: h))(f)\n    return f\nX = g()\n";
    stopped(chain, &[], "stopped after");
    stopped("x = \"a\" * 100000000000\n", &memory, "");
    stopped(
        &format!("x = {}1{}\n", "(".repeat(100_000), ")".repeat(100_000)),
        &[],
        "the nesting of brackets, 100000 deep, is over the limit",
    );
    stopped(&format!("x = {}1\n", "-".repeat(1_000_000)), &[], "a statement of");
    for deep in ["-", "not ", "1 + ", "1 if 1 else ", "1 or ", "~"] {
        // As deep as the limits allow: parsed without harm.
        let text = format!("x = {}1\n", deep.repeat((100 << 10) / deep.len()));
        assert_eq!(verify(&text, &[]).err.lines().next(), Some("error: there is no claim in these files"));
    }
    stopped(&format!("x = {}1\n", "lambda: ".repeat(10_000)), &[], "lambdas");
    stopped(&"x = 1\n".repeat(2_000_000), &[], "over the limit");
    stopped("\u{0}\u{1b}[31m", &[], "error");
}

#[test]
fn a_million_lines_are_read() {
    let text =
        format!("{}{}", "x = 1\n".repeat(1_000_000), claim("networks = [lffn([1, 1])], holds = lambda net, a: True"));
    let run = verify(&text, &["--json"]);
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(objects(&run)[0]["line"], 1_000_001);
}

#[test]
fn names_with_control_characters_do_not_reach_the_terminal() {
    let on = "networks = [lffn([1, 1])]";
    for (text, status) in [
        (format!("claim(name = \"a\\x1b[31m\\nb\", statement = \"s\", {on}, holds = lambda net, a: False)\n"), 2),
        (format!("claim(name = \"\", statement = \"s\", {on}, holds = lambda net, a: False)\n"), 2),
        (format!("claim(name = \"a\", statement = \"\\x1b[2J\\u202e\", {on}, holds = lambda net, a: False)\n"), 1),
        (format!("claim(name = \"a\", statement = \"s\", {on}, holds = lambda net, a: fail(\"\\x1b[2J\\r\"))\n"), 2),
        ("fail(\"\\x1b[2J\\r\")\n".to_owned(), 2),
    ] {
        let run = verify(&text, &[]);
        assert_eq!(run.status, status, "{}{}", run.out, run.err);
        let shown = format!("{}{}", run.out, run.err);
        assert!(!shown.contains(['\u{1b}', '\r', '\u{202e}']), "{shown:?}");
    }
}

#[test]
fn results_do_not_depend_on_threads() {
    let text = claim(
        "networks = [lrnn(1, 2, 1, 5), lffn([2, 2, 2])], expect = \"refuted\", holds = lambda net, a: a.dim == min(a.size, net.teacher_dim)",
    );
    let result = |threads: &str| {
        let mut object = objects(&verify(&text, &["--json", "--threads", threads])).remove(0);
        for field in ["seconds", "file", "command"] {
            object[field] = serde_json::Value::Null;
        }
        object["counterexample"]["command"] = serde_json::Value::Null;
        object
    };
    let one = result("1");
    assert_eq!(one, result("3"));
    assert_eq!(one["counterexample"]["network"], "lrnn(inputs=1, hidden=2, outputs=1, steps=5)");
}

#[test]
fn evidence_counts_everything_that_a_claim_rests_on() {
    // The dimension 7 of the network with biases below is less than every bound with an algebraic reason.
    let evidence = |prefix: &str, condition: &str| {
        let text =
            format!("{prefix}\n{}", claim(&format!("networks = [lrnn(1, 2, 1, 5)], holds = lambda net: {condition}")));
        let result = objects(&verify(&text, &["--json"])).remove(0);
        assert_eq!(result["outcome"], "verified", "{result}");
        result["evidence"].as_str().unwrap().to_owned()
    };
    assert_eq!(evidence("", "net.weights == 8"), "proved");
    assert_eq!(evidence("", "net.teacher_dim == 4"), "proved");
    let defective = "O = pnn([2, 2, 1, 1], degree = 2, bias = True)";
    assert_eq!(evidence("", "pnn([2, 2, 1, 1], degree = 2, bias = True).teacher_dim == 7"), "bounded");
    assert_eq!(evidence(defective, "O.teacher_dim == 7"), "bounded");
    assert_eq!(evidence(defective, "O.everything.dim == 7"), "bounded");
    assert_eq!(evidence(&format!("{defective}\nD = O.teacher_dim"), "D == 7"), "bounded");
    for condition in [
        "net.allocation(\"D B\").circuit != None",
        "net.allocation(\"D B\").basis.size == 2",
        "not net.allocation(\"D B\").free",
    ] {
        assert_eq!(evidence("", condition), "proved", "{condition}");
    }
    for condition in ["O.everything.circuit != None", "O.everything.basis.size == 7", "not O.everything.free"] {
        assert_eq!(evidence(defective, condition), "bounded", "{condition}");
    }
    // Nothing checked, nothing known.
    let empty = objects(&verify(&claim("networks = [], holds = lambda net, a: True"), &["--json"])).remove(0);
    assert_eq!((&empty["outcome"], &empty["evidence"]), (&"open".into(), &serde_json::Value::Null));
}

#[test]
fn limits_of_dimensions_leave_a_claim_open() {
    let late = verify(
        &claim("networks = [lffn([4, 5, 4])], holds = lambda net: net.count(9, 9) == 0"),
        &["--time-limit", "1"],
    );
    assert_eq!(late.status, 3, "{}", late.out);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&late.out).contains("stopped by the time limit of 1 s"), "{}", late.out);
    let large = verify(
        &claim("networks = [lffn([200, 200])], allocations = [\"W1[0,0]\"], holds = lambda net, a: a.free"),
        &[],
    );
    assert_eq!(large.status, 3, "{}", large.out);
    // Many allocations, of which one is asked about.
    let one = verify(
        &claim("networks = [lffn([20, 20, 20])], allocations = [\"W1[0,:]\"], holds = lambda net, a: a.free"),
        &[],
    );
    assert_eq!(one.status, 0, "{}", one.out);
}

#[test]
fn a_counterexample_is_not_proved_when_the_way_to_it_is_not() {
    // That the dimension is below the size, the hypothesis, is known except with a small chance where no bound is met; a row of a
    // layer meets one.
    let unknown = "pnn([2, 2, 1, 1], degree = 2, bias = True)";
    for (network, range, known) in [
        (
            "lffn([2, 3, 3, 2])",
            "within(\"W2\", sizes = [4]), given = lambda net, a: a.dim < a.size, holds = lambda net, a: a.size != 4",
            "proved",
        ),
        (
            "lffn([2, 3, 3, 2])",
            "lambda net: [a for a in net.allocation(\"W2[0,:] W2[1:,2]\").deletions() if a.dim < 4], holds = lambda net, a: False",
            "bounded",
        ),
        (
            "lffn([2, 3, 3, 2])",
            "within(\"W2\", sizes = [3, 4, 5]), holds = lambda net, a: a.dim < 4 or a.text != \"W2[0,0] W2[0,1] W2[1,2] W2[2,1]\"",
            "bounded",
        ),
        (unknown, "[\"all\"], given = lambda net, a: a.dim < a.size, holds = lambda net, a: a.size != 11", "bounded"),
        (unknown, "lambda net: [a for a in [net.everything] if a.dim < 8], holds = lambda net, a: False", "bounded"),
        (unknown, "[\"W1\", \"all\"], holds = lambda net, a: a.dim < 7 or a.size < 11", "bounded"),
    ] {
        let result = check(&format!("networks = [{network}], expect = \"refuted\", allocations = {range}"));
        assert_eq!((&result["outcome"], &result["evidence"]), (&"refuted".into(), &known.into()), "{result}");
    }
}

#[test]
fn samples_are_given_in_one_way() {
    fails(
        &claim("networks = [lffn([3, 3, 2]).at(2)], holds = lambda net: net.teacher_dim == 6"),
        &["at 2 samples", "samples = ["],
    );
}

#[test]
fn many_threads_neither_wait_for_each_other_nor_change_what_is_known() {
    let text = claim(
        "networks = [lffn([2, 3, 2]), lrnn(1, 3, 1, 6)], allocations = every(sizes = [3, 4]),
            given = lambda net, a: hash(a.text) % 8 == 7, holds = lambda net, a: net.max_dim(a.size) >= a.dim",
    );
    let result = |threads: &str| {
        let run = verify(&text, &["--json", "--threads", threads, "--error-log2", "-200"]);
        let mut object = objects(&run).remove(0);
        object["seconds"] = serde_json::Value::Null;
        object["file"] = serde_json::Value::Null;
        object["command"] = serde_json::Value::Null;
        object
    };
    let one = result("1");
    for threads in ["2", "16", "32"] {
        assert_eq!(one, result(threads), "{threads}");
    }
}

#[test]
fn time_limits_are_kept_inside_a_claim() {
    let slow = "networks = [lffn([2, 3, 2])], holds = lambda net, a: len([i for i in range(3000000)]) > 0";
    let start = std::time::Instant::now();
    let run = verify(&claim(slow), &["--time-limit", "1"]);
    assert_eq!(run.status, 3, "{}", run.out);
    assert!(start.elapsed().as_secs() < 20);
    let many = "networks = [lffn([200, 300])], holds = lambda net, a: True";
    let run = verify(&claim(many), &[]);
    assert_eq!(run.status, 3, "{}", run.out);
}

#[test]
fn trends_are_supported_contradicted_or_open() {
    let trend = |arguments: &str| {
        check(&format!("networks = [lffn([2, 2, 2])], allocations = every(sizes = [4]), {arguments}"))
    };
    let up = trend("trend = lambda net, a: 1 if a.spans else 0");
    assert_eq!((&up["outcome"], &up["as_expected"]), (&"supported".into(), &true.into()), "{up}");
    // 62 spanning allocations against 8 others.
    assert_eq!((&up["trend"]["concordant"], &up["trend"]["cases"]), (&(62 * 8).into(), &70.into()));
    assert_eq!(up["trend"]["gamma"], serde_json::json!([1.0, 1.0]));
    assert_eq!(up["trend"]["means"][0], serde_json::json!([0, 8, [0.0, 0.0]]));
    let down = trend("trend = lambda net, a: 0 if a.spans else 1");
    assert_eq!((&down["outcome"], &down["as_expected"]), (&"contradicted".into(), &false.into()), "{down}");
    assert_eq!(down["trend"]["exceptions"].as_array().unwrap().len(), 10);
    let flat = trend("trend = lambda net, a: 7, expect = \"open\"");
    assert_eq!((&flat["outcome"], &flat["as_expected"]), (&"open".into(), &true.into()), "{flat}");
    let on = "networks = [lffn([2, 2])]";
    fails(&claim(&format!("{on}, trend = lambda net, a: True")), &["trend returned True", "an integer"]);
    fails(
        &claim(&format!("{on}, trend = lambda net, a: 1, holds = lambda net, a: True")),
        &["either holds", "or trend"],
    );
    fails(&claim(on), &["either holds", "or trend"]);
    fails(
        &claim(&format!("{on}, trend = lambda net, a: 1, expect = \"verified\"")),
        &["\"supported\", \"contradicted\", \"open\""],
    );
}
