//! Runs in pieces: killed and continued, cut into shards and merged, they print what an undisturbed run prints.

#[path = "common/program.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use program::{allocert, file};
use proptest::prelude::*;

/// A folder that is not there yet.
fn fresh() -> PathBuf {
    file("nothing", "").with_file_name("run")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

fn pieces(folder: &Path) -> Vec<PathBuf> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut pieces: Vec<PathBuf> = names.filter(|p| text(p).contains("/piece-")).collect();
    pieces.sort();
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn shards_merge_to_the_whole(shards in 1usize..12, network in 0usize..3, json: bool) {
        let request: &[&str] = [
            &["lrnn(1,3,1,7)"][..],
            &["pnn([2,3,2], degree=2)", "--sizes", "3..6"],
            &["lffn([2,2,2,2])", "--within", "W1 W3[0,:]", "--samples", "2", "--seed", "7"],
        ][network];
        let json = if json { &["--json"][..] } else { &[] };
        let whole = allocert(&[&["scan"], request, json].concat());
        let folders: Vec<PathBuf> = (0..shards).map(|_| fresh()).collect();
        for (i, folder) in folders.iter().enumerate() {
            let shard = format!("{}/{shards}", i + 1);
            let run = allocert(&[&["scan"], request, &["--resume", text(folder), "--shard", &shard]].concat());
            prop_assert_eq!(run.status, 0, "{}", run.err);
        }
        let names: Vec<&str> = folders.iter().rev().map(|f| text(f)).collect();
        let merged = allocert(&[&["merge"], &names[..], json].concat());
        prop_assert_eq!((merged.status, merged.out, merged.err), (whole.status, whole.out, whole.err));
    }
}

#[test]
fn a_killed_scan_goes_on() {
    let request = ["scan", "lrnn(1,5,1,11)", "--error-log2", "-170", "--json"];
    let whole = allocert(&request);
    let folder = fresh();
    for milliseconds in [5, 60, 120, 200] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_allocert"))
            .args(request)
            .args(["--resume", text(&folder)])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let run = allocert(&[&request[..], &["--resume", text(&folder)]].concat());
    assert_eq!((run.status, run.out), (0, whole.out.clone()), "{}", run.err);
    // Nothing is counted again, and one folder that holds all pieces merges, too.
    let merged = allocert(&["merge", text(&folder), "--json"]);
    assert_eq!(merged.out, whole.out);
}

#[test]
fn a_damaged_piece_is_said_and_done_again() {
    let folder = fresh();
    let request = ["scan", "lrnn(1,3,1,7)", "--resume", text(&folder)];
    let whole = allocert(&request);
    assert_eq!(whole.status, 0, "{}", whole.err);
    let all = pieces(&folder);
    fs::write(&all[0], fs::read_to_string(&all[0]).unwrap().replacen(",1", ",2", 1) + " ").unwrap();
    fs::copy(&all[2], &all[1]).unwrap();
    fs::write(&all[3], "").unwrap();
    fs::remove_file(&all[4]).unwrap();
    let merged = allocert(&["merge", text(&folder)]);
    assert_eq!(merged.status, 2);
    assert!(merged.err.contains("piece-00000: damaged"), "{}", merged.err);
    let again = allocert(&request);
    assert_eq!((again.status, &again.out), (0, &whole.out));
    assert_eq!(again.err.matches("damaged").count(), 3, "{}", again.err);
}

#[test]
fn other_runs_are_refused() {
    let folder = fresh();
    let request = |more: &[&str]| allocert(&[&["scan", "lrnn(1,2,1,5)", "--resume", text(&folder)], more].concat());
    assert_eq!(request(&[]).status, 0);
    for (more, reason) in [
        (&["--seed", "2"][..], "seed 1, not 2"),
        (&["--sizes", "2..3"], "sizes null, not [2,3]"),
        (&["--error-log2", "-90"], "error_log2 -20, not -90"),
        (&["--samples", "1"], "samples null, not 1"),
        (&["--shard", "1/2"], "shard [1,1], not [1,2]"),
    ] {
        let run = request(more);
        assert_eq!(run.status, 2);
        assert!(run.err.contains(reason), "{}", run.err);
    }
    let run = allocert(&["scan", "lffn([2,2,2])", "--resume", text(&folder)]);
    assert!(run.status == 2 && run.err.contains("network"), "{}", run.err);
    let name = folder.join("run.json");
    let old = fs::read_to_string(&name).unwrap().replace(env!("CARGO_PKG_VERSION"), "0.0.9");
    fs::write(&name, old).unwrap();
    for run in [request(&[]), allocert(&["merge", text(&folder)])] {
        assert!(run.status == 2 && run.err.contains("0.0.9"), "{}", run.err);
    }
    let other = file("thesis.tex", "");
    let run = allocert(&["scan", "lrnn(1,2,1,5)", "--resume", text(other.parent().unwrap())]);
    assert!(run.status == 2 && run.err.contains("holds thesis.tex"), "{}", run.err);
    let run = allocert(&["scan", "relu([2,2,2])", "--resume", text(&fresh())]);
    assert!(run.status == 2 && run.err.contains("kinks"), "{}", run.err);
}

#[test]
fn gaps_overlaps_and_mixtures_are_refused() {
    let shard = |network: &str, shard: &str| {
        let folder = fresh();
        let run = allocert(&["scan", network, "--resume", text(&folder), "--shard", shard]);
        assert_eq!(run.status, 0, "{}", run.err);
        folder
    };
    let [one, two, same] = ["1/2", "2/2", "1/2"].map(|s| shard("lrnn(1,3,1,7)", s));
    let other = shard("lrnn(1,2,1,5)", "2/2");
    let third = shard("lrnn(1,3,1,7)", "2/3");
    for (folders, reason) in [
        (&[&one][..], "1 of 2 shards are missing: 2/2"),
        (&[&one, &two, &same], "are both shard 1/2"),
        (&[&one, &other], "not of the same run"),
        (&[&one, &third], "not of the same run"),
    ] {
        let names: Vec<&str> = folders.iter().map(|f| text(f)).collect();
        let run = allocert(&[&["merge"], &names[..]].concat());
        assert_eq!(run.status, 2);
        assert!(run.err.contains(reason), "{}", run.err);
    }
    fs::remove_file(&pieces(&two)[0]).unwrap();
    let run = allocert(&["merge", text(&one), text(&two)]);
    assert!(run.status == 2 && run.err.contains("shard 2/2 lacks 1 of its"), "{}", run.err);
}

#[test]
fn claims_are_pieces_of_a_verification() {
    let claims = file(
        "claims.star",
        "[claim(name = \"c%d\" % i, statement = \"s\", networks = [lffn([2, 2, 2])], expect = \"verified\" if i else \"refuted\",\n  holds = lambda net, a: a.dim <= a.size - (0 if i else 1)) for i in range(1)]\nclaim(name = \"d\", statement = \"s\", networks = [lffn([2, 2, 2])], holds = lambda net, a: a.dim <= a.size)\n",
    );
    let folders = [fresh(), fresh()];
    for (folder, shard) in folders.iter().zip(["1/2", "2/2"]) {
        let run = allocert(&["verify", text(&claims), "--resume", text(folder), "--shard", shard]);
        assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    }
    let merged = allocert(&["merge", text(&folders[0]), text(&folders[1]), "--json"]);
    assert_eq!(merged.status, 0, "{}", merged.err);
    let kept: String = folders
        .iter()
        .flat_map(|f| pieces(f))
        .map(|p| fs::read_to_string(p).unwrap().lines().next().unwrap().to_owned() + "\n")
        .collect();
    assert_eq!(merged.out, kept);
    let whole = fresh();
    let request = ["verify", text(&claims), "--resume", text(&whole)];
    let first = allocert(&request);
    assert!(first.out.contains("2 claims; all as expected"), "{}{}", first.out, first.err);
    assert_eq!(allocert(&request).out, first.out);
    fs::write(&claims, fs::read_to_string(&claims).unwrap() + "# changed\n").unwrap();
    let run = allocert(&request);
    assert!(run.status == 2 && run.err.contains("files"), "{}", run.err);
}
