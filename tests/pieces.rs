//! Runs in pieces: killed and continued, cut into shards and merged, they print what an undisturbed run prints.

#[path = "common/program.rs"]
mod program;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use program::{Run, allocert, file};
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

/// Kills a command at random moments of an undisturbed run's time, three times in each of three folders; what it says in the
/// end. `fresh_request` makes the command for a folder.
fn killed(command: impl Fn(&Path) -> Vec<String>, check: impl Fn(&Path, Run)) {
    let arguments = |folder: &Path| command(folder);
    let run = |folder: &Path| {
        let all = arguments(folder);
        allocert(&all.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let start = Instant::now();
    let undisturbed = fresh();
    check(&undisturbed, run(&undisturbed));
    let time = start.elapsed();
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    // Shown if the test fails.
    println!("kills with the seed {seed}, within {time:?}");
    let mut state = seed;
    for _ in 0..3 {
        let folder = fresh();
        for _ in 0..3 {
            let mut child = Command::new(env!("CARGO_BIN_EXE_allocert"))
                .args(arguments(&folder))
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            std::thread::sleep(time.mul_f64((state >> 40) as f64 / (1u64 << 24) as f64));
            // It may have ended.
            let _ = child.kill();
            child.wait().unwrap();
        }
        check(&folder, run(&folder));
    }
}

#[test]
fn a_killed_scan_goes_on() {
    let request = ["scan", "lrnn(1,5,1,11)", "--error-log2", "-90", "--json"];
    let whole = allocert(&request);
    killed(
        |folder| [&request[..], &["--resume", text(folder)]].concat().into_iter().map(str::to_owned).collect(),
        |folder, run| {
            assert_eq!((run.status, &run.out), (0, &whole.out), "{}", run.err);
            // One folder that holds all pieces merges, too.
            assert_eq!(allocert(&["merge", text(folder), "--json"]).out, whole.out);
        },
    );
}

#[test]
fn a_killed_listing_goes_on() {
    let request = ["scan", "lrnn(1,3,1,7)", "--json"];
    let listed = fresh().with_file_name("orbits.csv");
    let whole = allocert(&[&request[..], &["--orbits", text(&listed)]].concat());
    killed(
        |folder| {
            let orbits = folder.with_file_name("orbits.csv");
            let more = ["--resume", text(folder), "--orbits", text(&orbits)];
            [&request[..], &more].concat().into_iter().map(str::to_owned).collect()
        },
        |folder, run| {
            assert_eq!((run.status, &run.out), (0, &whole.out), "{}", run.err);
            let orbits = folder.with_file_name("orbits.csv");
            assert!(fs::read(orbits).unwrap() == fs::read(&listed).unwrap());
        },
    );
}

/// Claims, two of them refuted, one about matches; two names that differ only in what file names cannot hold.
fn claims() -> PathBuf {
    let text = "[claim(name = \"c/%d\" % i, statement = \"s\", networks = [lffn([2, 2 + i % 2, 2])], holds = lambda net, a: a.dim <= a.size) for i in range(14)]
claim(name = \"d\", statement = \"s\", networks = [lffn([2, 2, 2])], expect = \"refuted\", holds = lambda net, a: a.dim == a.size)
claim(name = \"c_0\", statement = \"s\", networks = [lffn([2, 2])], samples = 2, expect = \"refuted\", holds = lambda net, a: a.match.verdict == \"one\")
";
    file("claims.star", text)
}

/// The records of a run, without the time that each took, and without where certificates are.
fn timeless(run: &Run) -> Vec<serde_json::Value> {
    let mut records = program::objects(run);
    for record in &mut records {
        record["seconds"] = 0.into();
        record["certificate"] = record["certificate"].as_str().map(|p| p.rsplit('/').next().unwrap().to_owned()).into();
    }
    records
}

#[test]
fn a_killed_verification_goes_on() {
    let claims = claims();
    let folder = fresh();
    let whole = allocert(&["verify", text(&claims), "--json", "--check", "--certificate", text(&folder)]);
    let certificates = |folder: &Path| {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut all: Vec<_> = names
            .filter(|p| !text(p).ends_with(".part"))
            .map(|p| (p.file_name().unwrap().to_owned(), fs::read(&p).unwrap()))
            .collect();
        all.sort();
        all
    };
    let expected = certificates(&folder);
    assert_eq!(expected.len(), 16);
    killed(
        |folder| {
            let beside = folder.with_file_name("certificates");
            let request = ["verify", text(&claims), "--json", "--check", "--certificate", text(&beside)];
            [&request[..], &["--resume", text(folder)]].concat().into_iter().map(str::to_owned).collect()
        },
        |folder, run| {
            assert_eq!((run.status, timeless(&run)), (whole.status, timeless(&whole)), "{}", run.err);
            assert!(certificates(&folder.with_file_name("certificates")) == expected);
        },
    );
}

#[test]
fn claims_with_certificates_and_trainers_merge_to_the_whole() {
    let claims = claims();
    let place = fresh();
    let certificates = ["--certificate", text(&place), "--check"];
    let request = [&["verify", text(&claims), "--train", "--seed", "7"], &certificates[..]].concat();
    let whole = allocert(&[&request[..], &["--json"]].concat());
    let folders = [fresh(), fresh(), fresh()];
    for (folder, shard) in folders.iter().zip(["1/3", "2/3", "3/3"]) {
        let run = allocert(&[&request[..], &["--resume", text(folder), "--shard", shard]].concat());
        assert_eq!(run.status, 0, "{}", run.err);
    }
    let names = folders.each_ref().map(|f| text(f));
    let merge = |more: &[&str]| allocert(&[&["merge"], &names[..], more].concat());
    let merged = merge(&["--json"]);
    assert_eq!((merged.status, timeless(&merged)), (whole.status, timeless(&whole)), "{}", merged.err);
    assert!(timeless(&whole).iter().any(|record| !record["trained"].is_null()));
    // The seed is the run's, whatever merge is given.
    assert!(merge(&["--seed", "3"]).out.ends_with("seed 7\n"));
    // A certificate that is gone is made again.
    fs::remove_file(place.join("c_1.cert")).unwrap();
    let again = allocert(&[&request[..], &["--resume", text(&folders[1]), "--shard", "2/3"]].concat());
    assert!(again.status == 0 && again.err.contains("c_1.cert: not there"), "{}", again.err);
    assert!(place.join("c_1.cert").exists());
    // Without it, it is another run.
    let run = allocert(&["verify", text(&claims), "--train", "--seed", "7", "--resume", names[0], "--shard", "1/3"]);
    assert!(
        run.status == 2 && run.err.contains("certificate") && run.err.contains("check true, not false"),
        "{}",
        run.err
    );
}

#[test]
fn one_process_works_in_a_folder() {
    let folder = fresh();
    let request = ["scan", "lrnn(1,6,1,13)", "--threads", "1", "--resume", text(&folder)];
    let mut first = Command::new(env!("CARGO_BIN_EXE_allocert")).args(request).stdout(Stdio::null()).spawn().unwrap();
    while !folder.join("run.json").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let second = allocert(&request);
    let other = allocert(&["scan", "lrnn(1,2,1,5)", "--resume", text(&folder)]);
    first.kill().unwrap();
    first.wait().unwrap();
    for run in [second, other] {
        assert!(run.status == 2 && run.err.contains("another process works in this folder"), "{}", run.err);
    }
    // Its lock went with it.
    fs::write(folder.join(".piece-00000.1-2-3.part"), "half").unwrap();
    let third = allocert(&[&request[..], &["--time-limit", "0"]].concat());
    assert_eq!(third.status, 3, "{}", third.err);
    let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().ends_with(".part")));
}

#[test]
fn a_damaged_piece_is_not_finished() {
    let folder = fresh();
    let request = ["scan", "lrnn(1,6,1,13)", "--sizes", "5", "--resume", text(&folder), "--shard", "1/40"];
    let run = allocert(&request);
    assert_eq!(run.status, 0, "{}", run.err);
    let all = pieces(&folder);
    fs::write(&all[0], "[]\n").unwrap();
    // A pipe would keep a reader waiting for its other end.
    fs::remove_file(&all[1]).unwrap();
    assert!(Command::new("mkfifo").arg(&all[1]).status().unwrap().success());
    let run = allocert(&[&request[..], &["--time-limit", "0"]].concat());
    let said = format!("after {} of {} pieces", all.len() - 2, all.len());
    assert!(run.status == 3 && run.err.contains(&said), "{}", run.err);
    let run = allocert(&request);
    assert!(run.status == 0 && run.err.matches("damaged").count() == 2, "{}", run.err);
}

#[test]
fn more_shards_than_pieces() {
    let request = ["scan", "lffn([1,2,1])"];
    let whole = allocert(&request);
    let folders: Vec<PathBuf> = (0..9).map(|_| fresh()).collect();
    for (i, folder) in folders.iter().enumerate() {
        let shard = format!("{}/9", i + 1);
        let run = allocert(&[&request[..], &["--resume", text(folder), "--shard", &shard]].concat());
        assert_eq!(run.status, 0, "{}", run.err);
    }
    let names: Vec<&str> = folders.iter().map(|f| text(f)).collect();
    assert_eq!(allocert(&[&["merge"], &names[..]].concat()).out, whole.out);
    let folder = fresh();
    let most = format!("{0}/{0}", usize::MAX);
    let run = allocert(&[&request[..], &["--resume", text(&folder), "--shard", &most]].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    let run = allocert(&["merge", text(&folder)]);
    assert!(run.status == 2 && run.err.contains("18446744073709551614 of"), "{}", run.err);
    for wrong in ["0/3", "4/3", "3", "1/0", "1/18446744073709551616", "-1/3", "1/2/3"] {
        let run = allocert(&[&request[..], &["--resume", text(&folder), &format!("--shard={wrong}")]].concat());
        assert_eq!(run.status, 2, "{wrong}: {}", run.err);
    }
}

/// A file system of so many KiB, in memory; nothing if this machine does not let us make one.
struct Small(PathBuf);

impl Small {
    fn new(kibibytes: u32) -> Option<Small> {
        let place = fresh();
        fs::create_dir_all(&place).unwrap();
        let size = format!("size={kibibytes}k");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs", text(&place)])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !mounted {
            let why = "a small file system cannot be mounted here (it needs root)";
            let _ = writeln!(std::io::stderr(), "SKIPPED: a test of a full disk: {why}");
        }
        mounted.then_some(Small(place))
    }

    fn grow(&self) {
        let done = Command::new("mount").args(["-o", "remount,size=64m", text(&self.0)]).status();
        assert!(done.is_ok_and(|status| status.success()));
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["--lazy", text(&self.0)]).status();
    }
}

#[test]
fn a_full_disk_loses_nothing() {
    let Some(disk) = Small::new(256) else {
        return;
    };
    let folder = disk.0.join("run");
    let request = ["scan", "lrnn(1,5,1,11)", "--json"];
    let whole = allocert(&request);
    let resumed = [&request[..], &["--resume", text(&folder)]].concat();
    let run = allocert(&resumed);
    assert!(run.status == 3 && run.out.is_empty(), "{}", run.out);
    assert!(run.err.contains("cannot write") && run.err.contains("make room there"), "{}", run.err);
    let kept = pieces(&folder).len();
    assert!(kept > 10);
    disk.grow();
    let run = allocert(&resumed);
    assert_eq!((run.status, &run.out), (0, &whole.out), "{}", run.err);
    assert!(pieces(&folder).len() > kept && !run.err.contains("damaged"));
}

#[test]
fn output_to_a_full_disk() {
    let Some(disk) = Small::new(64) else {
        return;
    };
    let orbits = disk.0.join("orbits.csv");
    let request = ["scan", "lrnn(1,3,1,7)", "--orbits", text(&orbits)];
    let run = allocert(&request);
    assert!(run.status == 3 && run.err.contains("No space left"), "{}", run.err);
    assert_eq!(fs::read_dir(&disk.0).unwrap().count(), 0);
    disk.grow();
    assert_eq!(allocert(&request).status, 0);
    assert!(orbits.exists());

    let Some(disk) = Small::new(16) else {
        return;
    };
    let (claims, folder, certificates) = (claims(), fresh(), disk.0.join("certificates"));
    let request = ["verify", text(&claims), "--resume", text(&folder), "--certificate", text(&certificates), "--json"];
    let run = allocert(&request);
    assert!(run.status == 3 && run.err.contains("make room there"), "{}{}", run.status, run.err);
    disk.grow();
    let run = allocert(&request);
    assert_eq!((run.status, timeless(&run).len()), (0, 16), "{}", run.err);
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

/// Instances of one match, killed and continued, and in shards: what one run says. Where a law settles the value, nothing is decided.
#[test]
fn instances_are_pieces_of_a_match() {
    let question = |allocation: &'static str| ["match", "lrnn(1,2,1,4)", allocation, "--trials", "1500"];
    let request = [&question("D W[0,0] B[0,0]")[..], &["--samples", "3", "--seed", "5"]].concat();
    let whole = allocert(&request);
    assert!(whole.out.contains("instances    1,500"), "{}{}", whole.out, whole.err);
    killed(
        |folder| [&request[..], &["--resume", text(folder)]].concat().into_iter().map(str::to_owned).collect(),
        |folder, run| {
            assert_eq!((run.status, &run.out), (whole.status, &whole.out), "{}", run.err);
            assert_eq!(pieces(folder).len(), 6);
            assert_eq!(allocert(&["merge", text(folder)]).out, whole.out);
        },
    );
    let folders = [fresh(), fresh()];
    for (folder, shard) in folders.iter().zip(["1/2", "2/2"]) {
        let run = allocert(&[&request[..], &["--resume", text(folder), "--shard", shard]].concat());
        assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    }
    let json = allocert(&[&request[..], &["--json"]].concat());
    assert_eq!(allocert(&["merge", text(&folders[1]), text(&folders[0]), "--json"]).out, json.out);

    let settled = fresh();
    let request = [&question("D")[..], &["--resume", text(&settled)]].concat();
    assert_eq!(allocert(&request).out, allocert(&question("D")).out);
    let empty = pieces(&settled).iter().all(|piece| fs::read_to_string(piece).unwrap().starts_with("[]\n"));
    assert!(empty && pieces(&settled).len() == 6);
    let run = allocert(&[&request[..], &["--precision", "0.1"]].concat());
    assert!(run.status == 2 && run.err.contains("give --trials"), "{}", run.err);
}

/// What is found out about bases, killed and continued, and in shards: the classification of one run.
#[test]
fn bases_are_pieces_of_a_classification() {
    let request = ["classify", "lrnn(1,3,1,4)", "--trials", "20", "--json"];
    let whole = allocert(&request);
    killed(
        |folder| [&request[..], &["--resume", text(folder)]].concat().into_iter().map(str::to_owned).collect(),
        |folder, run| {
            assert_eq!((run.status, &run.out), (whole.status, &whole.out), "{}", run.err);
            assert!(pieces(folder).len() > 4);
        },
    );
    let folders = [fresh(), fresh(), fresh()];
    for (folder, shard) in folders.iter().zip(["1/3", "2/3", "3/3"]) {
        let run = allocert(&[&request[..4], &["--resume", text(folder), "--shard", shard]].concat());
        assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    }
    let names: Vec<&str> = folders.iter().map(|folder| text(folder)).collect();
    assert_eq!(allocert(&[&["merge"], &names[..], &["--json"]].concat()).out, whole.out);
    let run = allocert(&[&request[..], &["--maximal", "--resume", text(&folders[0])]].concat());
    assert!(run.status == 2 && run.err.contains("--maximal"), "{}", run.err);
}

#[test]
fn claims_are_pieces_of_a_verification() {
    let claims = file(
        "claims.star",
        "def less(k):\n    return lambda net, a: a.dim <= a.size - k\n[claim(name = \"c%d\" % i, statement = \"s\", networks = [lffn([2, 2, 2])], expect = \"verified\" if i else \"refuted\",\n  holds = less(0 if i else 1)) for i in range(1)]\nclaim(name = \"d\", statement = \"s\", networks = [lffn([2, 2, 2])], holds = lambda net, a: a.dim <= a.size)\n",
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
