//! What commands write with `--json` is what `docs/schema/` says.

#[path = "common/program.rs"]
mod program;
#[path = "common/schema.rs"]
mod schema;

use std::path::{Path, PathBuf};

use program::{Run, allocert, file, objects};
use schema::{folder, misfit, schema};
use serde_json::json;

/// What writes results of every kind that a schema has a word for.
struct Case {
    schema: &'static str,
    /// Commands that write the files that the others read.
    before: &'static [&'static [&'static str]],
    commands: &'static [&'static [&'static str]],
}

/// `TMP` is a fresh folder for each, with a file `lines` of which the second cannot be answered.
const CASES: &[Case] = &[
    Case {
        schema: "rank",
        before: &[],
        commands: &[
            &["rank", "lffn([2, 2, 2])", "W1[0,:] W2[:,0]"],
            &["rank", "lrnn(1, 2, 1, 5)", "W", "--samples", "3"],
            &["rank", "relu([2, 2, 1], bias=True)", "W1", "--draws", "50"],
            &["rank", "mlp([1, 1, 1], \"tanh\")", "all"],
            &["rank", "lffn([2, 2, 2])", "W1", "--pin", "W2[0,0]=0"],
        ],
    },
    Case {
        schema: "scan",
        before: &[],
        commands: &[
            &["scan", "lffn([2, 2, 2])"],
            &["scan", "lrnn(1, 2, 1, 5)", "--sizes", "2..3", "--samples", "2"],
            &["scan", "lffn([2, 2, 2])", "--within", "W1"],
        ],
    },
    Case {
        schema: "law",
        before: &[],
        commands: &[
            &["law", "lffn([2, 2, 2])"],
            &["law", "lrnn(1, 2, 1, 5)", "--samples", "2"],
            &["law", "mlp([1, 2, 1], 2)"],
        ],
    },
    Case {
        schema: "match",
        before: &[],
        commands: &[
            &["match", "lffn([2, 2, 2])", "W1 W2[0,:]", "--samples", "2"],
            &["match", "lrnn(1, 2, 1, 4)", "W[0,0] D B", "--samples", "4", "--trials", "40"],
            &["match", "relu([1, 1, 1])", "W1", "--samples", "1", "--trials", "40"],
            &["match", "lffn([2, 2, 2])", "W1[0,0]", "--samples", "2"],
            &["match", "lffn([2, 2, 2])", "W1", "--teacher", "lffn([2, 1, 2])", "--trials", "10"],
            &["match", "lffn([2, 2, 2])", "W1", "--samples", "1", "--teacher", "labels"],
        ],
    },
    Case {
        schema: "design",
        before: &[],
        commands: &[
            &["design", "lffn([2, 2, 2])", "--size", "4"],
            &["design", "lrnn(1, 2, 1, 5)", "--size", "3", "--samples", "3"],
        ],
    },
    Case {
        schema: "train",
        before: &[],
        commands: &[
            &["train", "lrnn(1, 1, 1, 3)", "W D", "--samples", "2", "--trials", "4"],
            &["train", "lffn([2, 1, 1])", "W1", "--samples", "2", "--trials", "4"],
            &["train", "lffn([2, 2, 1])", "W1", "--teacher", "lffn([2, 1, 1])", "--trials", "4"],
        ],
    },
    Case {
        schema: "classify",
        before: &[],
        commands: &[
            &["classify", "lffn([2, 1, 1])", "--samples", "2"],
            &["classify", "lrnn(1, 1, 1, 3)", "--samples", "3"],
            &["classify", "relu([1, 2, 1], bias=True)", "--samples", "3", "--trials", "20"],
        ],
    },
    Case {
        schema: "symmetries",
        before: &[],
        commands: &[&["symmetries", "lffn([2, 2, 2])"], &["symmetries", "lrnn(1, 2, 1, 5)"]],
    },
    Case {
        schema: "verify",
        before: &[],
        commands: &[
            &["verify", "proofs/lffn.star"],
            &["verify", "proofs/siso.star", "--only", "*markers*"],
            &["verify", "proofs/published/relu-dimension.star", "--only", "*narrow*"],
            &["verify", "proofs/heuristics.star", "--only", "*layers*"],
        ],
    },
    Case { schema: "families", before: &[], commands: &[&["families"]] },
    Case {
        schema: "survey",
        before: &[],
        commands: &[&["survey", "lrnn(1, 1, 1, 3)", "--sizes", "1..2", "--samples", "2", "--trials", "2"]],
    },
    Case { schema: "compare", before: &[], commands: &[&["compare", "docs/data/pytorch.csv"]] },
    Case { schema: "classify-maximal", before: &[], commands: &[&["classify", "lffn([2, 2, 1])", "--maximal"]] },
    Case {
        schema: "law-family",
        before: &[],
        commands: &[
            &["law", "lffn([n, 2, 2])", "--over", "n=1..3"],
            &["law", "lffn([n, 1, k])", "--over", "n=1..3", "--over", "k=1..2"],
        ],
    },
    Case {
        schema: "curve",
        before: &[],
        commands: &[
            &[
                "curve",
                "lffn([64, 4, 10])",
                "--data",
                "docs/data/digits.npz",
                "--sizes",
                "20",
                "--repeats",
                "1",
                "--epochs",
                "1",
            ],
            &[
                "train",
                "lffn([64, 4, 10])",
                "W1[0,:]",
                "--data",
                "docs/data/digits.npz",
                "--trainer",
                "adam",
                "--epochs",
                "1",
            ],
        ],
    },
    Case {
        schema: "report",
        before: &[],
        commands: &[
            &["report", "TMP/results.jsonl", "--out", "TMP/report"],
            &["report", "TMP/results.jsonl", "--paper", "TMP/paper"],
        ],
    },
    Case {
        schema: "check",
        before: &[
            &["rank", "lffn([2, 2, 2])", "W1[0,:] W2[:,0]", "--certificate", "TMP/rank.cert"],
            &["rank", "mlp([1, 1, 1], 2)", "W1", "--certificate", "TMP/program.cert"],
            &["rank", "lrnn(1, 3, 1, 6, readout=\"all\")", "all", "--certificate", "TMP/holey.cert"],
            &["verify", "proofs/lffn.star", "--only", "lffn/naive-formula", "--certificate", "TMP/claims"],
        ],
        commands: &[
            &["check", "TMP/rank.cert", "TMP/program.cert", "TMP/holey.cert", "--instances", "--allocations"],
            &["check", "TMP/claims/lffn_naive-formula.cert"],
            &["check", "TMP/lines"],
        ],
    },
    Case {
        schema: "coq",
        before: &[&["rank", "lffn([2, 2, 2])", "W1[0,:] W2[:,0]", "--certificate", "TMP/rank.cert"]],
        commands: &[&["coq", "TMP/rank.cert"], &["coq", "TMP/rank.cert", "--into", "TMP/coq"]],
    },
    Case { schema: "new", before: &[], commands: &[&["new", "mine", "--folder", "TMP"]] },
    Case {
        schema: "batch",
        before: &[],
        commands: &[
            &["rank", "lffn([2, 2, 2])", "--batch", "TMP/lines"],
            &["match", "lffn([2, 2, 2])", "--batch", "TMP/lines", "--samples", "2"],
            &["classify", "lffn([2, 2, 2])", "--batch", "TMP/lines", "--samples", "2"],
        ],
    },
    Case {
        schema: "shard",
        before: &[],
        commands: &[
            &["scan", "lffn([2, 2, 2])", "--resume", "TMP/scan", "--shard", "1/2"],
            &["verify", "proofs/siso.star", "--only", "*markers*", "--resume", "TMP/verify", "--shard", "1/2"],
            &["rank", "lffn([2, 2, 2])", "--batch", "TMP/lines", "--resume", "TMP/batch", "--shard", "1/2"],
        ],
    },
    Case {
        schema: "merge",
        before: &[
            &["scan", "lffn([2, 2, 2])", "--resume", "TMP/scan"],
            &["verify", "proofs/siso.star", "--only", "*markers*", "--resume", "TMP/verify"],
            &["rank", "lffn([2, 2, 2])", "--batch", "TMP/lines", "--resume", "TMP/batch"],
        ],
        commands: &[&["merge", "TMP/scan"], &["merge", "TMP/verify"], &["merge", "TMP/batch"]],
    },
];

/// Tried elsewhere: only an inconsistent instance is saved, which training_results.rs makes by hand.
const TRIED_ELSEWHERE: [&str; 1] = ["train-replay"];

/// Commands that write no records: a script for a shell, a page for `man`.
const WITHOUT_RECORDS: [&str; 3] = ["completions", "man", "help"];

/// A case's command, with its folder's path.
fn with_folder(command: &[&str], folder: &Path) -> Vec<String> {
    let folder = folder.to_str().expect("a plain path");
    command.iter().map(|word| word.replace("TMP", folder)).collect()
}

/// Runs a command with `--json`.
fn run(command: &[String]) -> Run {
    allocert(&command.iter().map(String::as_str).chain(["--json"]).collect::<Vec<_>>())
}

/// A fresh folder, with lines for a batch and results for a report.
fn prepared() -> PathBuf {
    let lines = file("lines", "W1\nW9\n");
    let folder = lines.parent().expect("a folder").to_owned();
    let results = allocert(&["rank", "lffn([2, 2, 2])", "W1", "--json"]).out
        + &allocert(&["verify", "proofs/siso.star", "--only", "*markers*", "--json"]).out;
    std::fs::write(folder.join("results.jsonl"), results).expect("a file");
    folder
}

#[test]
fn every_command_writes_what_its_schema_says() {
    for case in CASES {
        let (schema, folder) = (schema(case.schema), prepared());
        assert_eq!(schema["$id"], format!("allocert/1/{}", case.schema));
        for command in case.before {
            let run = run(&with_folder(command, &folder));
            assert!([0, 1, 2].contains(&run.status), "{command:?}: {}", run.err);
        }
        for command in case.commands {
            let run = run(&with_folder(command, &folder));
            let results = objects(&run);
            assert!(!results.is_empty(), "{command:?}: {}", run.err);
            for result in results {
                assert_eq!(misfit(&result, &schema, case.schema), None, "{command:?}");
            }
        }
    }
}

#[test]
fn every_schema_is_tried() {
    let files = std::fs::read_dir(folder()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = files.filter_map(|f| f.strip_suffix(".json").map(str::to_owned)).collect();
    names.sort_unstable();
    let mut tried: Vec<&str> = CASES.iter().map(|case| case.schema).chain(TRIED_ELSEWHERE).collect();
    tried.sort_unstable();
    assert_eq!(names, tried);
}

/// The commands that the program lists.
fn listed_commands() -> Vec<String> {
    let help = allocert(&["--help"]).out;
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let named = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    named.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect()
}

#[test]
fn every_command_has_a_schema() {
    let commands = listed_commands();
    assert!(commands.len() > 20, "{commands:?}");
    for command in &commands {
        let described = folder().join(format!("{command}.json")).is_file();
        assert_ne!(described, WITHOUT_RECORDS.contains(&command.as_str()), "{command}");
    }
}

#[test]
fn what_does_not_fit_is_found() {
    let schema = json!({"type": "object", "required": ["a"], "properties": {
        "a": {"type": ["integer", "null"]}, "b": {"type": "array", "items": {"type": "string", "enum": ["x"]}}}});
    for good in [json!({"a": 1}), json!({"a": null, "b": ["x"]})] {
        assert_eq!(misfit(&good, &schema, "v"), None);
    }
    for bad in [
        json!({}),
        json!({"a": 1.5}),
        json!({"a": "1"}),
        json!({"a": 1, "b": ["y"]}),
        json!({"a": 1, "b": [1]}),
        json!([]),
        json!({"a": 1, "new": 1}),
    ] {
        assert!(misfit(&bad, &schema, "v").is_some(), "{bad}");
    }
}
