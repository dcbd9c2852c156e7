//! Ctrl-C: the partial result is marked as such, and no file is left half-written.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

#[path = "common/program.rs"]
mod program;

use program::file;

/// SIGINT among the signals of a set as the kernel writes it: bit 1.
const INTERRUPT: u64 = 1 << 1;

/// Waits for something, as long as a very slow machine may need.
fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(120), "{what} took too long");
        sleep(Duration::from_millis(20));
    }
}

/// Whether a process handles SIGINT by now.
fn handles_interrupts(process: u32) -> Option<()> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"))?;
    let caught = u64::from_str_radix(caught.trim(), 16).ok()?;
    (caught & INTERRUPT != 0).then_some(())
}

/// Starts a command with an endless question, sends it SIGINT as soon as it listens, and returns its exit status and objects.
fn interrupted(arguments: &[&str]) -> (i32, Vec<Value>) {
    let (status, objects, _) = interrupted_saying(arguments);
    (status, objects)
}

/// The same, with what it said on standard error.
fn interrupted_saying(arguments: &[&str]) -> (i32, Vec<Value>, String) {
    let output = file("output.jsonl", "");
    let errors = output.with_file_name("errors.txt");
    let mut child: Child = Command::new(env!("CARGO_BIN_EXE_allocert"))
        .args(arguments)
        .args(["--json", "--threads", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .stdout(fs::File::create(&output).unwrap())
        .stderr(fs::File::create(&errors).unwrap())
        .spawn()
        .unwrap();
    let process = child.id();
    wait_for("the handler", || handles_interrupts(process));
    // Into the work, if that goes fast; the result has to be right in any case.
    sleep(Duration::from_millis(300));
    let sent = Command::new("sh").args(["-c", &format!("kill -INT {process}")]).status().unwrap();
    assert!(sent.success());
    let status = wait_for("the end", || child.try_wait().unwrap());
    let text = fs::read_to_string(&output).unwrap();
    let objects = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (status.code().unwrap_or(-1), objects, fs::read_to_string(&errors).unwrap())
}

#[test]
fn training_ends_with_the_trials_that_are_finished() {
    // By a law, so that training starts at once; and with instances to decide first.
    for allocation in ["W1", "W1[0,0] W1[1,1] W2[0,0] W2[1,1]"] {
        let (status, answers) = interrupted(&["train", "lffn([2, 2, 2])", allocation, "--trials", "10000000"]);
        let [answer] = answers.as_slice() else { panic!("{answers:?}") };
        let trials = answer["trials"].as_u64().unwrap();
        // Where no trial was finished, there is nothing to be consistent.
        let consistent = if trials > 0 { true.into() } else { Value::Null };
        assert_eq!((status, &answer["partial"], &answer["consistent"]), (130, &true.into(), &consistent), "{answer}");
        assert!(trials < 10_000_000 && answer["trials_asked"] == 10_000_000, "{answer}");
        assert_eq!(answer["runs"].as_array().unwrap().len() as u64, trials);
        assert!(answer["successes"].as_u64().unwrap() <= trials);
    }
}

/// A question with no partial answer; --resume is named by a command that has it, and only there.
#[test]
fn the_exit_status_is_that_of_an_interruption_and_says_how_to_go_on() {
    let large = "pnn([70, 70, 40], 2)";
    for arguments in [&["rank", large, "all"][..], &["design", large, "--size", "6000"]] {
        let (status, answers, said) = interrupted_saying(arguments);
        assert_eq!((status, answers.len()), (130, 0), "{arguments:?}: {said}");
        assert_eq!(said, "error: interrupted before there was an answer\n  ask again, or about fewer weights\n");
    }
    let trials = ["--trials", "1000000"];
    for (arguments, resumes) in [
        (&["survey", "lffn([2, 2, 2])", "--sizes", "1..8"][..], true),
        (&["match", "lffn([2, 2, 2])", "W1[0,0] W1[1,1] W2[0,0] W2[1,1]"], true),
        (&["train", "lffn([2, 2, 2])", "W1"], false),
    ] {
        let (status, _, said) = interrupted_saying(&[arguments, &trials[..]].concat());
        assert_eq!(status, 130, "{arguments:?}: {said}");
        assert!(said.contains("interrupted"), "{arguments:?}: {said}");
        assert_eq!(said.contains("--resume DIR"), resumes, "{arguments:?}: {said}");
    }
}

/// Match probabilities end with what is known by then, and the exit status of an interruption.
#[test]
fn matches_end_with_the_instances_that_are_decided() {
    let diagonals = "W1[0,0] W1[1,1] W2[0,0] W2[1,1]";
    let many = ["--trials", "100000000"];
    let (status, answers) = interrupted(&[&["match", "lffn([2, 2, 2])", diagonals], &many[..]].concat());
    let [answer] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!((status, &answer["stopped"]), (130, &"an interruption".into()), "{answer}");
    assert!(answer["trials"].as_u64().unwrap() < 100_000_000 && answer["verdict"] == "fractional", "{answer}");

    let (status, answers) = interrupted(&["classify", "lrnn(1, 3, 1, 6)", "--trials", "1000000"]);
    let [answer] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!((status, &answer["stopped"]), (130, &true.into()), "{answer}");
    let open: u64 = answer["counts"].as_array().unwrap().iter().map(|row| row[3].as_u64().unwrap()).sum();
    assert!(open > 0);

    let row = format!("\"lffn([2, 2, 2])\",\"{diagonals}\",,100,90\n");
    let rows = format!("network,allocation,samples,trials,successes\n\"lffn([2, 2, 2])\",W1,,9,9\n{row}{row}");
    let rows = file("rows.csv", &rows);
    let (status, answers) = interrupted(&[&["compare", rows.to_str().unwrap()], &many[..]].concat());
    let [answer] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!(status, 130, "{answer}");
    let judged = answer["rows"].as_array().unwrap().len();
    assert_eq!(answer["stopped"], format!("interrupted after {judged} of 3 rows"));
    assert!(judged < 3);
}

#[test]
fn verification_ends_with_the_claims_that_are_finished() {
    let claim = |name: &str, network: &str| {
        format!(
            "claim(name = \"{name}\", statement = \"s\", networks = [{network}], holds = lambda net, a: \
             len([w for w in range(1000)]) > 0 and a.dim <= a.size)\n"
        )
    };
    let text = [claim("a/short", "lffn([1, 1])"), claim("a/long", "lrnn(1, 4, 1, 9)"), claim("a/last", "lffn([1, 1])")];
    let claims = file("claims.star", &text.concat());
    let (status, answers) = interrupted(&["verify", claims.to_str().unwrap()]);
    // On a slow machine the first may not be finished.
    assert!(status == 130 && answers.len() <= 1, "{status}: {answers:?}");
    for answer in answers {
        assert_eq!((&answer["claim"], &answer["outcome"]), (&"a/short".into(), &"verified".into()));
    }
}

#[test]
fn fitting_ends_with_the_epochs_that_are_finished() {
    let data = file("data.csv", &"1,2,3\n-1,1,0\n2,-1,1\n".repeat(20));
    let data = data.to_str().unwrap();
    let (status, answers) = interrupted(&["train", "lffn([2, 2, 1])", "all", "--data", data, "--epochs", "1000000"]);
    let [answer] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!((status, &answer["partial"]), (130, &true.into()), "{answer}");
    assert!(answer["epochs"].as_u64().unwrap() < 1_000_000, "{answer}");
}

/// Tables and drawings of what is finished: whole, or not there.
#[test]
fn files_of_stopped_work_are_whole() {
    let data = file("data.csv", &"1,2,3\n-1,1,0\n2,-1,1\n".repeat(20));
    let (data, folder) = (data.to_str().unwrap(), data.parent().unwrap().to_owned());
    let out = |name: &str| -> PathBuf {
        let out = folder.join(name);
        fs::create_dir(&out).unwrap();
        out
    };
    let [survey, curve] = [out("survey"), out("curve")];
    let [into_survey, into_curve] = [&survey, &curve].map(|path| path.to_str().unwrap());
    let trials = ["--trials", "1000000", "--out", into_survey];
    let (status, rows) = interrupted(&[&["survey", "lffn([2, 2, 2])", "--sizes", "1..8"], &trials[..]].concat());
    assert_eq!((status, rows.len()), (130, whole_files(&survey)));
    let epochs = ["--sizes", "1,2,3,4,5,6", "--epochs", "1000000", "--out", into_curve];
    let (status, rows) = interrupted(&[&["curve", "lffn([2, 2, 1])", "--data", data], &epochs[..]].concat());
    assert_eq!((status, rows.len()), (130, whole_files(&curve)));
}

/// The rows of the table in a folder; its drawings end as SVG does, and nothing else is there.
fn whole_files(folder: &Path) -> usize {
    let mut rows = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        match path.extension().and_then(|e| e.to_str()) {
            Some("csv") => rows = csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap).count(),
            Some("svg") => assert!(text.trim_end().ends_with("</svg>"), "{}", path.display()),
            _ => panic!("{}", path.display()),
        }
    }
    rows
}

/// Solving for 2,500 weights at once does not look at the flag.
#[test]
fn a_long_step_ends_after_a_while() {
    let (status, answers, said) = interrupted_saying(&["train", "lffn([50, 50, 50])", "W1", "--trials", "3"]);
    assert_eq!((status, answers.len()), (130, 0), "{said}");
    assert!(said.contains("no partial result within 10 seconds"), "{said}");
}
