//! Tables of orbits, and runs that are refused, stopped or partial: what a script sees.
#![cfg(unix)]

#[path = "common/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use program::{Run, allocert, objects};

fn fresh(name: &str) -> PathBuf {
    program::file("x", "").with_file_name(name)
}

/// The rows of a table in JSON lines.
fn rows(network: &str, more: &[&str]) -> Vec<serde_json::Value> {
    let path = fresh("orbits.jsonl");
    let run = allocert(&[&["scan", network, "--orbits", path.to_str().unwrap()], more].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    let text = std::fs::read_to_string(&path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Starts the program and interrupts it after so long.
fn interrupted(arguments: &[&str], after: Duration) -> Run {
    let program = Command::new(env!("CARGO_BIN_EXE_allocert"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(after);
    Command::new("kill").args(["-INT", &program.id().to_string()]).status().unwrap();
    let output = program.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { status: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn degrees_and_verdicts_of_orbits_are_those_of_all_allocations() {
    for network in ["lrnn(1,2,1,5)", "lffn([2,2,2])", "pnn([2,2,1], degree=2)"] {
        let classified = objects(&allocert(&["classify", network, "--json"])).remove(0);
        let mut counts: BTreeMap<(u64, String), u64> = BTreeMap::new();
        let mut degrees: BTreeMap<u64, u64> = BTreeMap::new();
        for row in rows(network, &["--with", "degree,verdict"]) {
            let (size, orbit) = (row["size"].as_u64().unwrap(), row["orbit_size"].as_u64().unwrap());
            *counts.entry((size, row["verdict"].as_str().unwrap().to_owned())).or_default() += orbit;
            let basis = row["spans"] == true && row["size"] == classified["teacher_dim"];
            assert_eq!(row["degree"].is_u64(), basis, "{network}: {row}");
            assert_eq!(row["degree_missing"].is_null(), basis, "{network}: {row}");
            assert_eq!(row["verdict"] == "zero", row["spans"] == false, "{network}: {row}");
            assert_eq!(row["verdict_evidence"].is_null(), row["verdict"] == "undecided", "{network}: {row}");
            if let Some(degree) = row["degree"].as_u64() {
                *degrees.entry(degree).or_default() += orbit;
            }
        }
        let expected: BTreeMap<u64, u64> =
            serde_json::from_value::<Vec<(u64, u64)>>(classified["degrees"].clone()).unwrap().into_iter().collect();
        assert_eq!(degrees, expected, "{network}");
        for (size, all) in classified["counts"].as_array().unwrap().iter().enumerate() {
            let number = |verdict: &str| counts.get(&(size as u64, verdict.to_owned())).copied().unwrap_or(0);
            let [zero, one, fractional, undecided] = [0, 1, 2, 3].map(|column| all[column].as_u64().unwrap());
            assert_eq!(number("zero"), zero, "{network}");
            // `classify` asks more: slices with surplus weights 0, and instances. The laws alone find most of what has probability 1.
            assert!(4 * number("one") >= 3 * one, "{network} {size}: {} of {one}", number("one"));
            assert!(number("one") <= one && number("fractional") <= fractional, "{network} {size}");
            let others = fractional + undecided + one - number("one");
            assert_eq!(number("fractional") + number("undecided"), others, "{network} {size}");
        }
    }
}

#[test]
fn verdicts_of_larger_sizes_alone_are_the_same() {
    let key = |row: &serde_json::Value| (row["representative"].to_string(), row["verdict"].to_string());
    let all: Vec<_> = rows("lrnn(1,2,1,5)", &["--with", "verdict"]).iter().map(key).collect();
    let some = rows("lrnn(1,2,1,5)", &["--with", "verdict", "--sizes", "6.."]);
    assert!(some.iter().all(|row| row["size"].as_u64().unwrap() >= 6 && row.get("degree").is_none()));
    let some: Vec<_> = some.iter().map(key).collect();
    assert_eq!(some, all[all.len() - some.len()..]);
}

#[test]
fn the_number_of_threads_changes_no_table() {
    let of = |threads: &str| rows("lffn([2,2,2])", &["--with", "degree,verdict", "--threads", threads]);
    assert_eq!(of("1"), of("3"));
}

#[test]
fn csv_holds_the_same_rows() {
    let path = fresh("orbits.csv");
    let run = allocert(&["scan", "lffn([2,2,2])", "--with", "verdict,degree", "--orbits", path.to_str().unwrap()]);
    assert_eq!(run.status, 0, "{}", run.err);
    let mut reader = csv::Reader::from_path(&path).unwrap();
    let head = reader.headers().unwrap().clone();
    let lines = rows("lffn([2,2,2])", &["--with", "degree,verdict"]);
    let mut number = 0;
    for (record, row) in reader.records().zip(&lines) {
        for (name, field) in head.iter().zip(record.unwrap().iter()) {
            let text = match &row[name] {
                serde_json::Value::Null => String::new(),
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            assert_eq!(field, text, "{name}");
        }
        number += 1;
    }
    assert_eq!((number, head.len()), (lines.len(), 14));
}

#[test]
fn the_number_of_orbits_is_always_said() {
    let scan = |arguments: &[&str]| objects(&allocert(&[&["scan"], arguments, &["--json"]].concat())).remove(0);
    assert_eq!(scan(&["lrnn(1,3,1,7)"])["orbits"], 3036);
    let some = scan(&["lrnn(1,3,1,7)", "--sizes", "3..5", "--within", "W D"]);
    let listed = rows("lrnn(1,3,1,7)", &["--sizes", "3..5", "--within", "W D"]);
    assert_eq!(some["orbits"], listed.len());
    assert_eq!(some["symmetry"]["left_out"], serde_json::json!([]));
    let capped = scan(&["lffn([4,4,4,4])", "--sizes", "..2"]);
    assert!(!capped["symmetry"]["left_out"].as_array().unwrap().is_empty());
    let path = fresh("orbits.csv");
    let run = allocert(&["scan", "lffn([4,4,4,4])", "--sizes", "..2", "--orbits", path.to_str().unwrap()]);
    assert!(run.out.contains("all would be more than 32,768"), "{}", run.out);
    assert!(scan(&["relu([2,2,1])"])["orbits"].is_u64());
}

#[test]
fn what_cannot_end_or_cannot_be_written_is_refused_at_once() {
    for (arguments, status, says) in [
        (&["scan", "lrnn(1,6,1,13)", "--orbits", "x.txt"][..], 2, "what kind of file"),
        (&["scan", "relu([2,2,1])", "--orbits", "x.csv"], 2, "kinks are not listed"),
        (&["scan", "lrnn(1,7,1,15)"], 3, "is estimated to take"),
        (&["scan", "lrnn(1,7,1,15)", "--time-limit", "5"], 3, "--sizes .."),
        (&["scan", "lrnn(1,6,1,13)", "--orbits", "x.csv"], 3, "--sizes .."),
        (&["scan", "lrnn(1,5,1,11)", "--orbits", "x.csv", "--time-limit", "60"], 3, "144,721,704 orbits are estimated"),
    ] {
        let run = allocert(arguments);
        assert_eq!(run.status, status, "{arguments:?}: {}", run.err);
        assert!(run.err.contains(says), "{arguments:?}: {}", run.err);
        assert_eq!(run.out, "");
    }
    let folder = fresh("x").parent().unwrap().join("missing/x.csv");
    let run = allocert(&["scan", "lffn([2,2])", "--orbits", folder.to_str().unwrap()]);
    assert_eq!(run.status, 2, "{}", run.err);
}

#[test]
fn an_interrupted_scan_shows_what_it_has_counted() {
    let run = interrupted(&["scan", "lrnn(1,6,1,13)", "--json", "--error-log2", "-60"], Duration::from_secs(3));
    assert_eq!(run.status, 130, "{}{}", run.out, run.err);
    assert!(run.err.contains("interrupted after about"), "{}", run.err);
    let partial = &objects(&run)[0];
    assert_eq!((&partial["partial"], &partial["error_log2"]), (&true.into(), &serde_json::Value::Null));
    let limit = allocert(&["scan", "lrnn(1,5,1,11)", "--time-limit", "0"]);
    assert_eq!(limit.status, 3, "{}", limit.err);
    assert!(limit.out.contains("PARTIAL: "), "{}", limit.out);
}

#[test]
fn an_interrupted_listing_leaves_nothing() {
    let path = fresh("orbits.parquet");
    let arguments = ["scan", "lrnn(1,5,1,11)", "--sizes", "..14", "--orbits", path.to_str().unwrap()];
    let run = interrupted(&arguments, Duration::from_secs(3));
    assert_eq!(run.status, 130, "{}{}", run.out, run.err);
    assert!(run.err.contains("is not written") || run.err.contains("interrupted"), "{}", run.err);
    let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["x"]);
}
