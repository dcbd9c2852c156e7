//! What the program says to the outside: no number that looks known, one vocabulary of evidence, counterexamples that can be seen
//! again, and files that are read or refused with a reason.

#[path = "common/program.rs"]
mod program;
#[path = "common/results.rs"]
mod results;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use parquet::basic::Compression;
use serde_json::Value;

use program::{Run, allocert, file, objects, verify};
use results::parquet;

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name)
}

fn one(arguments: &[&str]) -> (Value, Run) {
    let run = allocert(&[arguments, &["--json"]].concat());
    let mut all = objects(&run);
    assert_eq!(all.len(), 1, "{arguments:?}: {}{}", run.out, run.err);
    (all.remove(0), run)
}

fn within(answer: &Value, field: &str, value: f64) -> bool {
    answer[field][0].as_f64().unwrap() <= value && value <= answer[field][1].as_f64().unwrap()
}

/// Squares with frozen signs match teachers of the same signature: C(2k, k) / 4^k, where it is below one for all k.
const SQUARES: [(&str, &str, f64); 4] = [
    ("pnn([3, 2, 1], 2)", "3/8", 3.0 / 8.0),
    ("pnn([2, 2, 1], degree=2)", "3/8", 3.0 / 8.0),
    ("pnn([4, 2, 1], 2)", "3/8", 3.0 / 8.0),
    ("pnn([3, 3, 1], 2)", "5/16", 5.0 / 16.0),
];

/// Many instances of it stay undecided.
const UNDECIDED: (&str, &str) = ("pnn([3, 2, 1], 2)", "W1[0,:] W1[1,0:2] W2[0,0]");

#[test]
fn the_probabilities_of_squares_are_numbers() {
    for (network, number, value) in SQUARES {
        let start = Instant::now();
        let (answer, run) = one(&["match", network, "W1", "--trials", "400"]);
        assert!(start.elapsed() < Duration::from_secs(20), "{network}: {:?}", start.elapsed());
        assert_eq!((run.status, &answer["verdict"], &answer["evidence"]), (0, &"fractional".into(), &"proved".into()));
        assert_eq!((&answer["probability_exact"], &answer["probability"]), (&number.into(), &value.into()));
        assert_eq!(answer["undecided"], 0, "{answer}");
        let (matched, trials) = (answer["matched"].as_f64().unwrap(), answer["trials"].as_f64().unwrap());
        // Four standard deviations.
        assert!((matched / trials - value).abs() < 4.0 * (value * (1.0 - value) / trials).sqrt(), "{answer}");
    }
    // No closed form, but two numbers that it is proved to lie between, whatever instances show.
    let (answer, _) = one(&["match", "pnn([2, 3, 1], 2)", "W1", "--trials", "400"]);
    assert!(within(&answer, "enclosure", 0.630_538), "{answer}");
    let [low, high] = [0, 1].map(|end| answer["enclosure"][end].as_f64().unwrap());
    assert!(high - low < 2e-4 && answer["evidence"] == "proved", "{answer}");
}

#[test]
fn what_is_undecided_has_an_interval_and_no_number() {
    let (network, text) = UNDECIDED;
    let (answer, run) = one(&["match", network, text, "--trials", "400"]);
    assert_ne!(answer["undecided"], 0, "{answer}");
    assert_eq!(answer.get("probability"), None, "{answer}");
    assert!(answer["stopped"].as_str().unwrap().contains("undecided"), "{answer}");
    assert_eq!((run.status, &answer["verdict"]), (3, &"undecided".into()));
    let shown = allocert(&["match", network, text]).out;
    assert!(shown.contains("probability  between ") && shown.contains("undecided instances"), "{shown}");
}

#[test]
fn training_shows_no_gap_below_what_is_not_known() {
    let (network, text) = UNDECIDED;
    let (answer, _) = one(&["train", network, text, "--trials", "24", "--restarts", "2"]);
    assert_ne!(answer["undecided_exact"], 0, "{answer}");
    assert_eq!((answer.get("gap"), answer.get("probability_exact")), (None, None), "{answer}");
    let shown = allocert(&["train", network, text, "--trials", "24", "--restarts", "2"]).out;
    assert!(!shown.contains("gap ") && shown.contains("match prob.  between"), "{shown}");
    let (answer, _) = one(&["train", "lffn([2, 2])", "W1", "--trials", "4"]);
    assert_eq!((answer.get("ci95_exact"), answer["probability_exact"].as_f64()), (None, Some(1.0)));
}

#[test]
fn where_a_law_settles_the_value_there_is_no_interval() {
    for (network, allocation, value) in
        [("lffn([2, 2, 2])", "W1", 1.0), ("lffn([2, 2, 2])", "W1[0,0]", 0.0), ("relu([1, 1, 1])", "all", 1.0)]
    {
        let (answer, run) = one(&["match", network, allocation]);
        assert_eq!((answer["probability"].as_f64(), answer.get("ci95")), (Some(value), None), "{answer}");
        assert_eq!(run.status, 0);
    }
    let results = "network,allocation,trials,successes\n\"lffn([2, 2, 2])\",W1,10,10\n\"pnn([3, 2, 1], 2)\",W1,10,4\n";
    let path = file("results.csv", results);
    let (answer, _) = one(&["compare", path.to_str().unwrap()]);
    let rows = answer["rows"].as_array().unwrap();
    assert_eq!((rows[0]["probability"].as_f64(), rows[0].get("interval")), (Some(1.0), None));
    // A theorem is such a law.
    assert_eq!((rows[1]["probability"].as_f64(), rows[1].get("interval")), (Some(3.0 / 8.0), None));
    assert_eq!((rows[1].get("enclosure"), &rows[1]["finding"]), (None, &"consistent".into()));
    let survey = allocert(&["survey", "lffn([1, 2, 1])", "--sizes", "1..2", "--trials", "5", "--json"]);
    for row in objects(&survey) {
        let settled = row["verdict"] == "zero" || row["verdict"] == "one";
        assert_eq!(row["probability_low"].is_null(), settled, "{row}");
    }
}

/// A theorem encloses its probability; no number is known.
const ENCLOSED: (&str, &str) = ("lffn([2,2,2])", "W1[0,0] W1[1,1] W2[0,0] W2[1,1]");

#[test]
fn what_a_theorem_says_is_not_replaced_by_what_instances_show() {
    let (network, text) = ENCLOSED;
    let (enclosed, run) = one(&["match", network, text, "--trials", "50"]);
    assert_eq!(
        (enclosed.get("probability"), enclosed.get("ci95"), &enclosed["evidence"]),
        (None, None, &"proved".into())
    );
    assert!(within(&enclosed, "enclosure", 0.8956), "{enclosed}");
    let share = enclosed["matched"].as_f64().unwrap() / 50.0;
    assert_eq!(enclosed["sampled"]["probability"].as_f64(), Some(share), "{enclosed}");
    assert!(within(&enclosed["sampled"], "ci95", share), "{enclosed}");
    let (exact, other) = one(&["match", "pnn([2,2,1],2)", "W1", "--samples", "3", "--trials", "50"]);
    assert_eq!((exact["probability"].as_f64(), exact.get("ci95")), (Some(0.375), None), "{exact}");
    assert!(exact["sampled"]["ci95"].is_array(), "{exact}");
    // Where no theorem speaks, the sample is all there is.
    let (sampled, _) = one(&["match", "lrnn(1, 2, 1, 5)", "W[0,0]", "--samples", "1", "--trials", "50"]);
    assert!(sampled["ci95"].is_array() && sampled.get("sampled").is_none(), "{sampled}");
    let path = file("matches.jsonl", &[run.out, other.out].concat());
    let folder = path.with_file_name("page");
    let report = allocert(&["report", path.to_str().unwrap(), "--out", folder.to_str().unwrap()]);
    assert_eq!(report.status, 0, "{}", report.err);
    let page = std::fs::read_to_string(folder.join("index.html")).unwrap();
    let markdown = std::fs::read_to_string(folder.join("report.md")).unwrap();
    assert!(markdown.contains("| 3/8 (0.3750) | proved |") && markdown.contains("| 0.8955"), "{markdown}");
    assert!(
        page.contains("(0.3750)</td>") && !page.contains("from 50 instances") && !markdown.contains("95 %"),
        "{markdown}"
    );
}

#[test]
fn training_is_held_against_a_theorem_and_its_gap_against_the_same_instances() {
    let results = "network,allocation,samples,trials,successes
\"lffn([2,2,2])\",\"W1[0,0] W1[1,1] W2[0,0] W2[1,1]\",,100000,91500
\"lffn([2,2,2])\",\"W1[0,0] W1[1,1] W2[0,0] W2[1,1]\",,100000,89560
\"pnn([2,2,1],2)\",W1,3,10000,4200
\"pnn([2,2,1],2)\",W1,3,10000,3700
\"pnn([2,2,1],2)\",W1,3,10000,3300
";
    let path = file("results.csv", results);
    let (answer, run) = one(&["compare", path.to_str().unwrap(), "--trials", "50"]);
    let rows = answer["rows"].as_array().unwrap();
    let findings: Vec<&str> = rows.iter().map(|row| row["finding"].as_str().unwrap()).collect();
    assert_eq!(findings, ["contradiction", "consistent", "contradiction", "consistent", "gap"], "{answer}");
    assert!(run.status == 1 && within(&rows[0], "enclosure", 0.8956) && rows[0].get("interval").is_none(), "{answer}");
    let arguments = ["train", "pnn([2,2,1],2)", "W1", "--samples", "3", "--trials", "20"];
    let (answer, _) = one(&arguments);
    let [successes, matched] = ["successes", "matched_exact"].map(|name| answer[name].as_f64().unwrap());
    assert_eq!((answer["probability_exact"].as_f64(), answer.get("ci95_exact")), (Some(0.375), None), "{answer}");
    assert_eq!((answer["gap"].as_f64(), &answer["gap_to"]), (Some((matched - successes) / 20.0), &"instances".into()));
    assert!(successes > 0.375 * 20.0, "otherwise this shows nothing: {answer}");
    let shown = allocert(&arguments).out;
    assert!(shown.contains("match prob.  0.375, proved\n") && shown.contains("of the same instances\n"), "{shown}");
    // Where no instances are drawn the gap is to the value of the law.
    let (answer, _) = one(&["train", "lffn([2, 2])", "W1", "--trials", "4"]);
    assert_eq!(answer["gap_to"], "probability", "{answer}");
}

#[test]
fn counterexamples_about_networks_of_the_file_are_seen_again() {
    let before = r#"
def lora(d, r):
    def forward(x, W0, U, V):
        return dot(W0 + dot(U, V), x)
    return network("lora2", forward, inputs = d, weights = {"W0": (d, d), "U": (d, r), "V": (r, d)}, shape = {"d": d, "r": r})
lora2 = lora
def toy(d, k):
    return network("toy", lambda x, w: power(w, k) * x + w, inputs = (), weights = {"w": (d,)}, shape = {"d": d})
"#;
    let claim = |networks: &str| {
        let arguments = "holds = lambda net, a: a.dim == 3)";
        refuted(&format!("{before}claim(name = \"own\", statement = \"S.\", networks = [{networks}], {arguments}"))
    };
    let whole = claim("lora(2, 1)");
    let command = whole["counterexample"]["command"].as_str().unwrap();
    assert!(command.starts_with("allocert rank --use ") && command.contains("claims.star"), "{command}");
    assert!(again(&whole).contains("reachable dimension"), "{whole}");
    // Its text lacks an argument: there is no other way to it than through the claim.
    let partly = claim("toy(2, 2)");
    let commands = partly["counterexample"]["commands"].as_array().unwrap();
    let [command] = commands.as_slice() else { panic!("{partly}") };
    assert!(command.as_str().unwrap().starts_with("allocert verify "), "{command}");
    // What another file defines is named, too.
    let other = file("other.star", before);
    let text = "claim(name = \"own\", statement = \"S.\", networks = [lora(2, 1)], holds = lambda net, a: a.dim == 3)";
    let run = verify(text, &["--json", "--use", other.to_str().unwrap()]);
    let claim = objects(&run).remove(0);
    let uses = format!("--use {}", other.display());
    for command in [&claim["command"], &claim["counterexample"]["command"]] {
        assert!(command.as_str().unwrap().contains(&uses), "{command}");
    }
    assert!(again(&claim).contains("reachable dimension"), "{claim}");
}

/// Every `evidence` anywhere in an answer is one of the four words, with a bound exactly where it is bounded.
fn audit(value: &Value, words: &mut Vec<String>) {
    if let Value::Array(values) = value {
        values.iter().for_each(|v| audit(v, words));
    }
    let Value::Object(fields) = value else { return };
    for (name, value) in fields {
        audit(value, words);
        if name.ends_with("evidence") && !value.is_null() {
            let word = value.as_str().unwrap();
            assert!(["proved", "bounded", "statistical", "open"].contains(&word), "{name}: {word}");
            words.push(word.to_owned());
            if name == "evidence"
                && let Some(bound) = fields.get("error_log2")
            {
                assert_eq!(word == "bounded", bound.is_i64(), "{fields:?}");
                assert!(bound.as_i64().is_none_or(|bound| bound < 0));
            }
        }
    }
}

#[test]
fn one_vocabulary_of_evidence() {
    let claims = file(
        "claims.star",
        "claim(name = \"a\", statement = \"S.\", networks = [lffn([2, 2, 2])], holds = lambda net, a: a.dim <= a.size)
claim(name = \"b\", statement = \"S.\", networks = [lrnn(1, 1, 1, 3)], samples = [1],
      holds = lambda net, a: a.match_in(20).probability == 1)\n",
    );
    let claims = claims.to_str().unwrap();
    let mut words = Vec::new();
    for command in [
        &["rank", "lffn([2, 3, 3, 2])", "W2[0,0] W2[0,1] W2[1,2] W2[2,2]"][..],
        &["rank", "relu([2, 2, 2, 1])", "W1 W2[0,0]"],
        &["scan", "lrnn(1, 2, 1, 4)"],
        &["scan", "relu([1, 2, 1])"],
        &["match", "lffn([2, 2, 2])", "W1[0,0] W1[1,1] W2[0,0] W2[1,1]", "--trials", "50"],
        &["match", "lffn([2, 2, 2])", "W1[0,0] W1[0,1] W1[1,0] W2[1,1]"],
        &["match", "pnn([3, 2, 1], 2)", "W1", "--trials", "30"],
        &["match", "lffn([2, 2, 2])", "W1", "--ensemble", "sparse:40", "--trials", "20"],
        &["classify", "lffn([1, 2, 1])"],
        &["classify", "lrnn(1, 1, 1, 3)", "--maximal"],
        &["design", "lffn([2, 2, 2])", "--size", "4"],
        &["train", "lrnn(1, 1, 1, 3)", "W", "--samples", "1", "--trials", "5"],
        &["verify", claims],
    ] {
        let run = allocert(&[command, &["--json"]].concat());
        for answer in objects(&run) {
            audit(&answer, &mut words);
        }
        let shown = allocert(command);
        for old in ["probabilistic", "likely", "without a bound"] {
            assert!(!shown.out.contains(old) && !run.out.contains(old), "{command:?}: {old}");
        }
    }
    for word in ["proved", "bounded", "statistical"] {
        assert!(words.iter().any(|w| w == word), "{word}");
    }
}

#[test]
fn counted_degrees_have_a_bound() {
    let diagonals = "W1[0,0] W1[1,1] W2[0,0] W2[1,1] W2[2,:]";
    let (answer, _) = one(&["match", "lffn([2, 2, 3])", diagonals, "--trials", "200"]);
    assert_eq!((&answer["verdict"], &answer["evidence"]), (&"fractional".into(), &"bounded".into()), "{answer}");
    assert!(answer["error_log2"].as_i64().unwrap() < -40, "{answer}");
    let (answer, _) = one(&["match", "lffn([2, 2, 2])", "W1[0,0] W1[0,1] W1[1,0] W2[1,1]"]);
    assert_eq!((&answer["verdict"], &answer["evidence"]), (&"one".into(), &"bounded".into()), "{answer}");
}

/// Runs what a claim's counterexample names; all that was written.
fn again(claim: &Value) -> String {
    let commands = claim["counterexample"]["commands"].as_array().unwrap();
    let mut shown = String::new();
    for command in commands {
        let words: Vec<String> = words_of(command.as_str().unwrap());
        assert_eq!(words[0], "allocert");
        let run = allocert(&words[1..].iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(run.err, "", "{command}");
        shown.push_str(&run.out);
    }
    shown
}

/// The words of a shell's line, single quotes taken away.
fn words_of(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words
}

/// With a seed that is not the one by default.
fn refuted(text: &str) -> Value {
    let run = verify(text, &["--json", "--seed", "7"]);
    let claim = objects(&run).remove(0);
    assert_eq!(claim["outcome"], "refuted", "{}{}", run.out, run.err);
    claim
}

#[test]
fn a_counterexample_about_samples_is_seen_again() {
    let claim = refuted(
        "claim(name = \"s\", statement = \"S.\", networks = [lffn([2, 2])], allocations = [\"W1\"],
        holds = lambda net, a: a.at(1).dim == 4)",
    );
    assert!(claim["counterexample"]["command"].as_str().unwrap().contains("--samples 1"), "{claim}");
    assert!(again(&claim).contains("reachable dimension  2"), "{claim}");
}

#[test]
fn a_counterexample_about_matches_is_seen_again_with_its_teacher() {
    let claim = refuted(
        "claim(name = \"m\", statement = \"S.\", networks = [lffn([2, 2, 3])],
        allocations = [\"W1[0,0] W1[1,1] W2[0,0] W2[1,1] W2[2,:]\"], holds = lambda net, a: a.match_in(60).verdict == \"one\")",
    );
    let command = claim["counterexample"]["command"].as_str().unwrap();
    assert!(command.starts_with("allocert match "), "{command}");
    // The seed is that of the look that is told of, not the one by default.
    assert!(!command.contains("--seed 1 ") && !command.ends_with("--seed 1"), "{command}");
    let unmatched = &claim["counterexample"]["unmatched"];
    assert_eq!(unmatched["teacher"].as_array().unwrap().len(), 10);
    assert!(unmatched["teacher"][0].as_str().unwrap().contains("/2^"));
    let shown = again(&claim);
    assert!(shown.contains("fractional") && !shown.contains(" 0 unmatched"), "{shown}");
    assert!(shown.contains(&format!("trial {}", unmatched["trial"])), "{shown}");
}

#[test]
fn a_counterexample_about_an_extreme_is_seen_again_with_its_witness() {
    let claim = refuted(
        "claim(name = \"x\", statement = \"S.\", networks = [lffn([2, 2, 2])], allocations = [\"W1[0,0]\"],
        holds = lambda net, a: net.max_dim(3) == 2)",
    );
    assert!(again(&claim).contains("reachable dimension  3"), "{claim}");
}

#[test]
fn what_was_checked_is_said_everywhere() {
    let text = "def small(net, a):
    return a.size <= 2

claim(name = \"w\", statement = \"S.\", networks = [lffn([2, 2, 1]), lffn([1, 2, 2])], given = small,
    holds = lambda net, a: a.dim <= 2)
";
    let folder = file("anything", "").with_file_name("report");
    let run = verify(text, &["--json", "--report", folder.to_str().unwrap()]);
    let claim = objects(&run).remove(0);
    assert_eq!(claim["networks_listed"], serde_json::json!(["lffn([2, 2, 1])", "lffn([1, 2, 2])"]), "{claim}");
    assert_eq!(claim["networks_written"], "[lffn([2, 2, 1]), lffn([1, 2, 2])]");
    assert_eq!(claim["given"], "def small(net, a):\n    return a.size <= 2");
    assert_eq!(claim["holds"], "lambda net, a: a.dim <= 2");
    // 1 + 6 + 15 of each.
    assert_eq!((claim["hypothesis_true"].as_u64(), claim["allocations"].as_u64()), (Some(44), Some(44)));
    let whole = verify(text, &["--only", "w"]).out;
    let page = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    for (name, shown) in [
        ("terminal", whole),
        ("index.html", page("index.html")),
        ("report.md", page("report.md")),
        ("claims.tex", page("claims.tex")),
    ] {
        for part in ["lffn([2, 2, 1])", "lffn([1, 2, 2])", "return a.size", "a.dim ", "44"] {
            assert!(shown.contains(part), "{name}: {part}\n{shown}");
        }
    }
}

fn compared(path: &Path) -> (Value, Run) {
    one(&["compare", path.to_str().unwrap()])
}

#[test]
fn a_damaged_file_ends_soon_with_a_reason() {
    for source in [
        case("zstd.parquet"),
        parquet(&file("snappy.parquet", ""), Compression::SNAPPY, None),
        parquet(&file("plain.parquet", ""), Compression::UNCOMPRESSED, None),
    ] {
        let whole = std::fs::read(&source).unwrap();
        let cut = (0..whole.len()).step_by(41).map(|end| whole[..end].to_vec());
        let flipped = (0..whole.len()).step_by(17).map(|at| {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            bytes
        });
        for bytes in cut.chain(flipped) {
            let path = file("damaged.parquet", "");
            std::fs::write(&path, &bytes).unwrap();
            let start = Instant::now();
            let run = allocert(&["compare", path.to_str().unwrap()]);
            assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
            // Damage to text may leave a file that can be read, of other results.
            assert!([0, 1, 2].contains(&run.status), "{}: {}", run.status, run.err);
            assert!(!run.err.contains("panicked") && !run.err.contains("claim"), "{}", run.err);
        }
    }
}

#[test]
fn columns_of_tables_are_told_apart() {
    let run = allocert(&["compare", case("duplicate-column.csv").to_str().unwrap()]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("two columns are named `successes`"), "{}", run.err);
    let twice = r#"{"network": "lffn([2, 2])", "allocation": "W1", "trials": 4, "successes": 4, "successes": 3}"#;
    let (answer, run) = compared(&file("twice.jsonl", twice));
    assert_eq!((run.status, answer["malformed"].as_u64()), (2, Some(1)), "{answer}");
    for missing in ["NaN", "nan", "NA", "None", "null", "<NA>", "", " "] {
        let csv = format!("network,allocation,samples,trials,successes\n\"lffn([2, 2])\",W1,{missing},5,5\n");
        let (answer, run) = compared(&file("results.csv", &csv));
        assert_eq!((run.status, answer["consistent"].as_u64()), (0, Some(1)), "{missing}: {answer}");
    }
    let csv = "network,allocation,samples,trials,successes\n\"lffn([2, 2])\",none,,5,0\n";
    let (answer, run) = compared(&file("results.csv", csv));
    assert_eq!((run.status, answer["consistent"].as_u64()), (0, Some(1)), "the allocation none: {answer}");
    for missing in ["null", "NaN", "\"NaN\"", "\"NA\"", "\"None\""] {
        let line = format!(
            r#"{{"network": "lffn([2, 2])", "note": "NaN \" NaN", "allocation": "W1", "samples": {missing}, "trials": 5, "successes": 5}}"#
        );
        let (answer, run) = compared(&file("results.jsonl", &line));
        assert_eq!((run.status, answer["consistent"].as_u64()), (0, Some(1)), "{missing}: {answer}");
        assert_eq!(answer["rows"][0]["samples"], Value::Null);
    }
}

fn fitted(network: &str, path: &Path, more: &[&str]) -> Run {
    let fixed = ["train", network, "all", "--data", path.to_str().unwrap(), "--epochs", "2"];
    allocert(&[&fixed, more].concat())
}

#[test]
fn tables_of_data_say_where_they_are_wrong() {
    for (name, network, said) in [
        ("index-two-classes.csv", "lffn([2, 2])", "column 1 has no name"),
        ("int-header.csv", "lffn([1, 1])", "the first line counts 0, 1"),
        ("line-number.csv", "lffn([1, 1])", "line 5, column 2"),
    ] {
        let run = fitted(network, &case(name), &[]);
        assert_eq!(run.status, 2, "{name}: {}", run.out);
        assert!(run.err.contains(said), "{name}: {}", run.err);
    }
    for (text, said) in [
        ("Unnamed: 0,a,b\n0,1,2\n1,2,3\n", "column 1 has no name"),
        ("a,a\n1,2\n2,3\n", "two columns are named `a`"),
        ("a,b\n\n\n1,2\n3,4,5\n", "line"),
        ("a,1\n1,2\n2,4\n", "line 1, column 1"),
    ] {
        let run = fitted("lffn([1, 1])", &file("data.csv", text), &[]);
        assert_eq!(run.status, 2, "{text}");
        assert!(run.err.contains(said), "{text}: {}", run.err);
    }
    let named = file("data.csv", "a,b\n0,1\n1,2\n2,4\n3,6\n4,8\n5,10\n");
    assert_eq!(fitted("lffn([1, 1])", &named, &[]).status, 0);
    let marked = file("data.csv", "\u{feff}a,b\n0,1\n1,2\n2,4\n3,6\n4,8\n5,10\n");
    assert_eq!(fitted("lffn([1, 1])", &marked, &[]).status, 0);
}

#[test]
fn a_trainer_that_is_asked_for_runs_or_is_refused() {
    let data = file("data.csv", "a,b\n0,1\n1,2\n2,4\n3,6\n4,8\n5,10\n");
    let run = fitted("lffn([1, 1])", &data, &["--trainer", "levenberg-marquardt"]);
    assert_eq!(run.status, 2, "{}", run.out);
    assert!(run.err.contains("levenberg-marquardt") && run.err.contains("adam"), "{}", run.err);
    for trainer in ["adam", "gradient-descent"] {
        let run = fitted("lffn([1, 1])", &data, &["--trainer", trainer, "--json"]);
        assert_eq!(objects(&run)[0]["trainer"], trainer);
    }
}

#[test]
fn hints_for_what_people_type() {
    for (arguments, said) in [
        (&["rank", "lffn([2, 2])", "W1[0,0], W1[1,1]"][..], "commas between weights"),
        (&["rank", "lffn([2, 2])", "W1[0,0],W1[1,1]"], "commas between weights"),
        (&["rank", "lffn([2, 2, 2])", "W1,W2"], "commas between weights"),
        (&["rank", "lffn([2, 2])", "W1 [0,0]"], "a space before"),
        (&["rank", "lfnn([2, 2])", "W1"], "lffn"),
        (&["rank", "mlp2([2, 2])", "W1"], "lffn, lrnn"),
        (&["verify", "proofs/siso.star", "--only", "siso"], "--only 'siso/*'"),
        (&["verify", "proofs/siso.star", "--only", "complete-law"], "--only '*/complete-law'"),
    ] {
        let run = allocert(arguments);
        assert_eq!(run.status, 2, "{arguments:?}: {}{}", run.out, run.err);
        assert!(run.err.contains(said), "{arguments:?}: {}", run.err);
    }
}

/// What a certificate proves, the answer calls proved.
#[test]
fn what_its_certificate_proves_is_reported_as_proved() {
    let mut bounded = 0;
    for (network, allocation) in [
        ("lrnn(1,2,1,5)", "D[0,0] D[0,1] B[1,0] W[0,1]"),
        ("lrnn(1,2,1,5)", "D B"),
        ("lrnn(1,3,1,7)", "D B W[0,1]"),
        ("lrnn(1,3,1,7)", "W[0,1] W[0,2] W[1,0] W[1,2] W[2,0] W[2,1]"),
        ("lffn([2,3,3,2])", "W2[0,0] W2[0,1] W2[1,2] W2[2,2]"),
        ("pnn([3,2,1],2)", "all"),
        ("pnn([2,3,2],2)", "W1 W2[0,0]"),
    ] {
        let path = file("rank.cert", "");
        let (answer, _) = one(&["rank", network, allocation, "--certificate", path.to_str().unwrap()]);
        let checked = allocert(&["check", path.to_str().unwrap(), "--json"]);
        let valid = objects(&checked)[0]["verdict"] == "valid";
        assert_eq!(answer["evidence"] == "proved", valid, "{network}, {allocation}: {answer}");
        bounded += usize::from(!valid);
    }
    assert_eq!(one(&["rank", "lrnn(1,2,1,5)", "D[0,0] D[0,1] B[1,0] W[0,1]"]).0["evidence"], "proved");
    assert!(bounded < 7);
}
