//! The commands as a script and a user see them: JSON fields, exit statuses, and what bad requests get.

#[path = "common/program.rs"]
mod program;

use std::path::Path;

use program::{allocert, allocert_in, file, objects};

#[test]
fn rank_has_the_fields_of_the_interface() {
    let run = allocert(&["rank", "lffn([2,3,3,2])", "W2[2,2] W2[0,0:2] W2[1,2] W2[0,0]", "--json"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let answer = &objects(&run)[0];
    assert_eq!(answer["network"], "lffn([2, 3, 3, 2])");
    assert_eq!(answer["allocation"], "W2[0,0] W2[0,1] W2[1,2] W2[2,2]");
    assert_eq!(answer["samples"], serde_json::Value::Null);
    assert_eq!((&answer["size"], &answer["dim"], &answer["teacher_dim"]), (&4.into(), &3.into(), &4.into()));
    assert_eq!((&answer["labels"], &answer["spans"]), (&4.into(), &false.into()));
    // Its certificate is valid, so it is proved.
    assert_eq!((&answer["evidence"], &answer["error_log2"]), (&"proved".into(), &serde_json::Value::Null));
    assert_eq!(answer["seed"], 1);
}

/// Whatever a command says of a match probability, a number lies within the two that a theorem proves it to lie between.
#[test]
fn probabilities_lie_within_what_is_proved() {
    let rows = "network,allocation,samples,trials,successes\n\"pnn([1, 1, 1, 2], degree=2)\",\"W1 W2 W3[0,0]\",,9,2\n";
    let rows = file("rows.csv", rows);
    let rows = rows.to_str().unwrap();
    let (mut numbers, mut enclosures) = (0, 0);
    for (network, allocation) in [
        ("pnn([1, 1, 1, 2], degree=2)", "W1 W2 W3[0,0]"),
        ("pnn([1, 2, 1], degree=2)", "W1"),
        ("lffn([2, 2, 2])", "W1[0,0] W1[1,1] W2[0,0] W2[1,1]"),
        ("lffn([2, 2, 2])", "W1"),
        ("lrnn(1, 1, 1, 3)", "W"),
    ] {
        for seed in ["2", "3"] {
            for command in [
                &["match", network, allocation, "--trials", "10"][..],
                &["train", network, allocation, "--trials", "10", "--restarts", "2"],
                &["survey", network, "--sizes", "3", "--trials", "4", "--restarts", "1"],
                &["compare", rows, "--trials", "10"],
            ] {
                let run = allocert(&[command, &["--json", "--seed", seed]].concat());
                let shown = format!("{command:?}: {}{}", run.out, run.err);
                assert!(!run.out.is_empty(), "{shown}");
                for object in objects(&run) {
                    let rows = object["rows"].as_array().cloned();
                    for row in rows.unwrap_or_else(|| vec![object]) {
                        let number = ["probability", "probability_exact"].iter().find_map(|key| row[key].as_f64());
                        let pair = |value: &serde_json::Value| Some([value[0].as_f64()?, value[1].as_f64()?]);
                        let keys = ["enclosure", "enclosure_exact", "ci95", "ci95_exact", "interval"];
                        let survey = row["probability_low"].as_f64().zip(row["probability_high"].as_f64());
                        let ends = keys.iter().filter_map(|key| pair(&row[*key])).chain(survey.map(|(a, b)| [a, b]));
                        for [low, high] in ends.filter(|_| command[0] != "compare" || !row["finding"].is_null()) {
                            enclosures += 1;
                            if let Some(p) = number {
                                assert!(low <= p && p <= high, "{shown}");
                                numbers += 1;
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(numbers > 5 && enclosures > 2 * numbers, "{numbers} numbers, {enclosures} pairs of ends");
}

#[test]
fn what_is_proved_is_said_to_be_proved_and_only_that() {
    let evidence = |arguments: &[&str]| {
        let run = allocert(&[&["rank"], arguments, &["--json"]].concat());
        let answer = objects(&run).remove(0);
        (answer["evidence"].as_str().unwrap().to_owned(), answer["dim"].as_u64().unwrap())
    };
    let proved = |dim| ("proved".to_owned(), dim);
    // By size, by labels, by gauge directions, by the teacher's dimension.
    assert_eq!(evidence(&["lffn([2,2,2])", "W1[0,0]"]), proved(1));
    assert_eq!(evidence(&["lffn([2,2,2])", "all"]), proved(4));
    assert_eq!(evidence(&["lffn([4,2,4])", "all"]), proved(12));
    assert_eq!(evidence(&["lrnn(1,2,1,5)", "all"]), proved(4));
    assert_eq!(evidence(&["lffn([2,2,2])", "W1 W2[0,0]", "--samples", "1"]), proved(2));
    // A defective polynomial network: its dimension is below every bound that symmetry gives, and its certificate proves it.
    assert_eq!(evidence(&["pnn([3,2,1], degree=2)", "all"]), proved(5));
    // The poles are frozen.
    assert_eq!(evidence(&["lrnn(1,2,1,5)", "D B"]), proved(2));
}

#[test]
fn a_smaller_error_is_reached_on_request() {
    // Larger than what is certified on the way.
    let run = allocert(&["rank", "pnn([3,3,3,1],2,bias=True)", "all", "--json", "--error-log2", "-300"]);
    assert!(objects(&run)[0]["error_log2"].as_i64().unwrap() <= -300);
    let run = allocert(&["scan", "pnn([2,2,1,1],2,bias=True)", "--json", "--error-log2", "-100"]);
    assert!(objects(&run)[0]["error_log2"].as_i64().unwrap() <= -100);
}

#[test]
fn scan_has_the_fields_of_the_interface() {
    let run = allocert(&["scan", "lffn([2,2,2])", "--json", "--sizes", "3..4"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let answer = &objects(&run)[0];
    assert_eq!(answer["counts"], serde_json::json!([[3, 3, "56"], [4, 3, "8"], [4, 4, "62"]]));
    assert_eq!((&answer["weights"], &answer["teacher_dim"]), (&8.into(), &4.into()));
    assert_eq!(answer["evidence"], "bounded");
    assert!(answer["error_log2"].as_i64().unwrap() <= -20);
    assert!(answer.as_object().unwrap().contains_key("orbits"));
    let run = allocert(&["scan", "lrnn(1,5,1,11)", "--within", "D", "--json"]);
    assert_eq!(objects(&run)[0]["counts"].as_array().unwrap().len(), 6);
}

#[test]
fn the_same_request_gives_the_same_bytes() {
    for arguments in [&["scan", "lrnn(1,3,1,7)", "--json"][..], &["rank", "pnn([3,2,1], degree=2)", "all", "--json"]] {
        let one = allocert(&[arguments, &["--threads", "1"]].concat());
        let four = allocert(&[arguments, &["--threads", "4"]].concat());
        assert_eq!((one.status, &one.out), (0, &four.out));
    }
}

#[test]
fn wrong_requests_say_what_where_and_how_to_mend() {
    let wrong: [(&[&str], &[&str]); 24] = [
        (&["rank", "lffn([-1,2])", "all"], &["widths[0] is -1", "at least 1", "lffn([-1,2])\n"]),
        (&["rank", "lffn([2])", "all"], &["widths has 1 of at least 2 entries", "lffn([2, 2, 2])"]),
        (&["rank", "lfnn([2,2])", "all"], &["no network family is called `lfnn`; did you mean lffn?", "lrnn"]),
        (&["rank", "lffn([2,2", "all"], &["Parse error", "<network>:1:10"]),
        (&["rank", "lrnn(1,2,1)", "all"], &["Missing parameter `steps`"]),
        (&["rank", "lrnn(1,2,1,3,readout=\"first\")", "all"], &["readout is `first`", "\"last\" or \"all\""]),
        (&["rank", "pnn([2,2], degree=0)", "all"], &["degree is 0", "at least 1"]),
        (&["rank", "3", "all"], &["`3` is not a network", "lffn([2, 2, 2])"]),
        (&["rank", "lffn([2,2,2])", "W1[2,0]"], &["character 1", "row 2 is out of range", "from 0 to 1"]),
        (&["rank", "lffn([2,2,2])", "W1 W3"], &["character 4", "no tensor `W3`; did you mean W1?", "W2 (2, 2)"]),
        (&["rank", "lffn(2,2,2)", "W1"], &["the widths as a list, as in lffn([2, 2, 2])"]),
        (&["rank", "lffn([10**9, 2])", "W1"], &["has no powers"]),
        (&["rank", "lffn([2,2,2])", "W1[0,0],W1[1,1]"], &["commas between weights", "put spaces there"]),
        (&["rank", "lffn([2,2,2])", "W1[0][0]"], &["two pairs of brackets", "W1[0,1]"]),
        (&["rank", "lffn([2,2,2])", "W1", "--samples", "0"], &["--samples", "give a whole number, at least 1"]),
        (&["rank", "lffn([2,2,2])"], &["no allocation is given", "all for every weight"]),
        (&["law", "relu([2,2,1])"], &["do not form one matroid", "use rank, scan or match"]),
        (&["rank", "lffn([2,2,2])", "W1", "--samples", "-1"], &["invalid value '-1' for '--samples <M>'"]),
        (&["check", "docs"], &["docs is a folder", "docs/*.cert"]),
        (&["rank", "lffn([2,2,2])", "W1", "--error-log2", "3"], &["from -4000 to -1"]),
        (&["scan", "lffn([2,2,2])", "--sizes", "5..3"], &["5, is larger than the last, 3"]),
        (&["scan", "lffn([2,2,2])", "--within", "b1"], &["no tensor `b1`"]),
        (&["verify", "nowhere.star"], &["nowhere.star", "claim file"]),
        (&["verify", "benches"], &["no claim file (*.star)"]),
    ];
    for (arguments, parts) in wrong {
        let run = allocert(arguments);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}: {}", run.err);
        for part in parts {
            assert!(run.err.contains(part), "{arguments:?} should say {part:?}:\n{}", run.err);
        }
    }
}

#[test]
fn what_is_too_large_is_refused() {
    let large: [(&[&str], i32, &str); 19] = [
        (&["rank", "lffn([1000,1000])", "W1[0,0]"], 0, ""),
        (&["rank", "lffn([100000,100000,100000])", "all"], 2, "number of weights"),
        (&["rank", "pnn([100,100,100],2)", "all"], 3, "over the limit of"),
        (&["rank", "lffn([9223372036854775807,9223372036854775807])", "all"], 2, "number of weights"),
        (&["rank", "lffn([99999999999999999999,2])", "all"], 2, "error"),
        (&["rank", "lrnn(1,2,1,1000000000)", "all"], 2, "steps is 1000000000, over the limit"),
        (&["rank", "pnn([2,2,2], degree=1000001)", "all"], 2, "degree is 1000001, over the limit"),
        (&["rank", "lffn([2,2])", "all", "--samples", "18446744073709551615"], 2, "does not fit 64 bits"),
        (&["scan", "lffn([100,100])", "--time-limit", "5"], 3, "over the limit"),
        (&["scan", "lffn([60000,1])", "--sizes", "0..1"], 3, "60000 inputs of 60000 entries"),
        (&["rank", "lffn([60000,1])", "W1[0,0]"], 0, ""),
        (&["rank", "lrnn(1,1,1,steps=1000000,readout=\"all\")", "W"], 3, "products, over the limit"),
        (&["rank", "lffn([1]*100000)", "W1"], 0, ""),
        (&["scan", "lffn([2,1000])", "--samples", "1", "--sizes", "0..2"], 0, ""),
        (&["scan", "lffn([2,2])", "--time-limit", "18446744073709551615"], 0, ""),
        (&["scan", "lffn([2,2])", "--sizes", "9.."], 2, "no allocation of 9 weights or more"),
        (&["rank", "lffn([2,2]).at(1)", "all"], 2, "leave out at()"),
        (&["scan", "pnn([6,6,6], degree=2)"], 2, "no bound can: ask about fewer allocations"),
        (&["scan", "lrnn(1,5,1,11)", "--time-limit", "0"], 3, "stopped by the time limit of 0 s, after"),
    ];
    for (arguments, status, part) in large {
        let run = allocert(arguments);
        assert_eq!(run.status, status, "{arguments:?}: {}", run.err);
        assert!(run.err.contains(part), "{arguments:?} should say {part:?}:\n{}", run.err);
    }
}

#[test]
fn large_sample_numbers_are_the_functional_case() {
    let dim = |more: &[&str]| {
        let run = allocert(&[&["rank", "lffn([3,2,2])", "W1", "--json"], more].concat());
        objects(&run)[0]["dim"].as_u64()
    };
    assert_eq!(dim(&["--samples", "1000000000000"]), dim(&[]));
}

#[test]
fn a_high_power_says_what_error_it_cannot_reach() {
    // The coefficients are so high that no prime of a word tells much.
    let run = allocert(&["scan", "pnn([2,1,1,1,1,1,2], degree=100000)"]);
    assert_eq!(run.status, 2, "{}", run.out);
    assert!(run.err.contains("cannot be reached"), "{}", run.err);
}

#[test]
fn too_many_allocations_are_said_to_be_too_many() {
    let run = allocert(&["scan", "lffn([20,20,20])"]);
    assert_eq!(run.status, 2, "{}", run.out);
    for part in ["all 2^800 allocations together", "--within, --sizes"] {
        assert!(run.err.contains(part), "should say {part:?}:\n{}", run.err);
    }
}

#[test]
fn only_what_names_a_folder_makes_folders() {
    let folder = std::env::temp_dir().join(format!("allocert-no-folder-{}", std::process::id()));
    let file = folder.join("x");
    let file = file.to_str().unwrap();
    for request in [
        &["verify", "proofs/lffn.star", "--only", "*", "--junit", file][..],
        &["rank", "lffn([2,2])", "W1", "--certificate", file],
    ] {
        let run = allocert(request);
        assert_eq!(run.status, 2, "{}", run.out);
        assert!(run.err.contains("name a place that you may write to"), "{}", run.err);
        assert!(!folder.exists(), "{request:?}");
    }
}

/// What is no regular file is written, and stays what it is; so does a link, and a file's mode.
#[cfg(unix)]
#[test]
fn devices_pipes_and_links_stay_what_they_are() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::Command;

    let folder = program::file("there.json", "old").parent().unwrap().to_owned();
    let place = |name: &str| folder.join(name);
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let certificate = |path: &std::path::Path| allocert(&["rank", "lffn([2,2])", "W1", "--certificate", &text(path)]);
    // A link to a file, whose mode is kept; and one to no file yet.
    std::fs::set_permissions(place("there.json"), PermissionsExt::from_mode(0o640)).unwrap();
    symlink("there.json", place("link")).unwrap();
    symlink("new.json", place("to-new")).unwrap();
    for (link, end) in [("link", "there.json"), ("to-new", "new.json")] {
        assert_eq!(certificate(&place(link)).status, 0);
        assert!(place(link).is_symlink() && !place(end).is_symlink(), "{link}");
        assert!(std::fs::read_to_string(place(end)).unwrap().contains("lffn"), "{link}");
    }
    assert_eq!(place("there.json").metadata().unwrap().permissions().mode() & 0o777, 0o640);
    // A pipe: with a certificate, and with a table.
    assert!(Command::new("mkfifo").arg(place("pipe.csv")).status().unwrap().success());
    for request in [&["rank", "lffn([2,2])", "W1", "--certificate"][..], &["scan", "lffn([2,2])", "--orbits"]] {
        let pipe = place("pipe.csv");
        let reader = std::thread::spawn(move || std::fs::read_to_string(pipe).unwrap());
        let run = allocert(&[request, &[&text(&place("pipe.csv"))]].concat());
        assert_eq!(run.status, 0, "{}", run.err);
        assert!(
            reader.join().unwrap().contains("lffn") && !place("pipe.csv").metadata().unwrap().is_file(),
            "{request:?}"
        );
    }
    // A device that is full, through a link, so that a mistake would harm the link alone.
    symlink("/dev/full", place("full")).unwrap();
    let run = certificate(&place("full"));
    assert!(run.status == 3 && run.err.contains("make room"), "{} {}", run.status, run.err);
    assert!(place("full").is_symlink());
    // Our own output, a pipe and a file.
    let program = env!("CARGO_BIN_EXE_allocert");
    let own = |out: std::process::Stdio| {
        let mut command = Command::new(program);
        command.args(["rank", "lffn([2,2])", "W1", "--json", "--certificate", "/dev/stdout"]).stdout(out);
        command.output().unwrap()
    };
    let out = String::from_utf8(own(std::process::Stdio::piped()).stdout).unwrap();
    assert!(out.lines().count() > 2 && out.lines().last().unwrap().contains("\"teacher_dim\""), "{out}");
    own(std::fs::File::create(place("out")).unwrap().into());
    assert_eq!(std::fs::read_to_string(place("out")).unwrap(), out);
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().ends_with(".part")), "{left:?}");
}

const COMMANDS: [&str; 20] = [
    "rank",
    "scan",
    "law",
    "match",
    "design",
    "train",
    "classify",
    "symmetries",
    "survey",
    "curve",
    "compare",
    "verify",
    "report",
    "families",
    "new",
    "merge",
    "check",
    "coq",
    "completions",
    "man",
];

#[test]
fn completions_and_help_name_every_command() {
    let help = allocert(&["--help"]);
    let script = allocert(&["completions", "bash"]);
    assert_eq!((help.status, script.status), (0, 0));
    for command in COMMANDS {
        assert!(help.out.contains(command) && script.out.contains(command), "{command}");
    }
}

#[test]
fn the_examples_in_the_help_work() {
    // In a folder of their own, since some write files.
    let folder = program::file("claims.star", "");
    let folder = folder.parent().unwrap();
    for name in ["proofs", "docs"] {
        std::os::unix::fs::symlink(Path::new(env!("CARGO_MANIFEST_DIR")).join(name), folder.join(name)).unwrap();
    }
    for command in ["", "rank", "scan", "match", "design", "train", "survey", "curve", "compare", "verify"] {
        let arguments: Vec<&str> = [command, "--help"].into_iter().filter(|a| !a.is_empty()).collect();
        let help = allocert(&arguments).out;
        let examples: Vec<&str> = help.lines().filter_map(|l| l.strip_prefix("  allocert ")).collect();
        assert!(examples.len() >= 2, "{command}: {help}");
        // tests/library.rs runs the whole library, which takes more than a minute.
        for example in examples.into_iter().filter(|example| !["verify", "verify proofs/"].contains(example)) {
            let run = allocert_in(folder, &split(example).iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(run.status, 0, "{example}: {}", run.err);
        }
    }
}

/// Splits at spaces outside single quotes.
fn split(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_a_closed_pipe_is_quiet() {
    use std::process::{Command, Stdio};
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let program = env!("CARGO_BIN_EXE_allocert");
    let run = Command::new(program).args(["rank", "lffn([2,2])", "all"]).stdout(full).output().unwrap();
    assert_eq!(run.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&run.stderr).contains("cannot write the result"));
    let mut child = Command::new(program)
        .args(["scan", "lrnn(1,3,1,7)"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let run = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&run.stderr), "");
}

/// Lines that are longer than a terminal is wide.
fn wide(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.chars().count() > 80).collect()
}

#[test]
fn help_fits_in_80_columns_and_breaks_no_example() {
    for command in COMMANDS.iter().map(|command| vec![*command, "--help"]).chain([vec!["--help"]]) {
        let help = allocert(&command).out;
        assert_eq!(wide(&help), Vec::<&str>::new(), "{command:?}");
        let examples = help.split("Examples:\n").nth(1).unwrap_or_default();
        let broken = examples.lines().take_while(|l| !l.is_empty()).find(|l| !l.starts_with("  allocert "));
        assert_eq!(broken, None, "{command:?}");
    }
}

#[test]
fn answers_fit_in_80_columns() {
    let long = r#"rnn(inputs=1, hidden=2, outputs=1, steps=3, activation="linear", readout="last")"#;
    for arguments in [
        &["rank", long, "W"][..],
        &["rank", long, "W", "--all-samples"],
        &["match", long, "D"],
        &["law", long],
        &["law", "lrnn(1, 3, 2, 6)"],
        &["law", "feedback(2, 1, 1)"],
        &["scan", long],
        &["design", long, "--size", "3"],
        &["symmetries", "lrnn(1, 2, 1, 5)"],
        &["symmetries", long],
        &["classify", long, "--trials", "5", "--samples", "1"],
    ] {
        let run = allocert(arguments);
        assert_eq!(run.status, 0, "{arguments:?}: {}", run.err);
        assert_eq!(wide(&run.out), Vec::<&str>::new(), "{arguments:?}");
    }
}

#[test]
fn no_letter_of_a_law_is_a_tensor() {
    // Its tensors are called A, B and C.
    let run = allocert(&["law", "feedback(2, 1, 1)"]);
    assert!(run.out.contains("For every allocation S\n") && run.out.contains("ρ(S)"), "{}", run.out);
    assert!(!run.out.contains("|A|"), "{}", run.out);
}

#[test]
fn slips_are_said_first_and_in_words() {
    let slip =
        program::file("slip.star", "claim(name = \"x\", statment = \"s\", networks = [lffn([2, 2])], holds = True)\n");
    let slip = slip.to_str().unwrap();
    let deep = program::file("deep.star", "def g(x):\n    return 1 // x\n\ny = g(0)\n");
    let deep = deep.to_str().unwrap();
    let folder = std::path::Path::new(deep).parent().unwrap().to_str().unwrap();
    let net = "lffn([2, 2])";
    for (arguments, said) in [
        (&["verify", slip][..], "error: claim has no argument `statment`\n  did you mean statement?"),
        (&["verify", deep], "error: Floor division by zero: 1 // 0"),
        (&["rank", "--use", folder, net, "W1"], "it is a folder\n  give a file (*.star) that defines networks"),
        (&["rank", net, "W1", "--seed", "x"], "'--seed <N>': give a whole number, at least 0"),
        (&["rank", net, "W1", "--threads", "0"], "'--threads <N>': give a number of threads, from 1 to 256"),
        (&["rank", net, "W1", "--memory", "3"], "'--memory <MIB>': give a number of MiB, from 64 to"),
        (&["match", net, "W1", "--time-limit", "-1"], "'--time-limit <SECONDS>': give a whole number, at least 0"),
        (&["design", net, "--size", "-1"], "'--size <R>': give a whole number of weights, at least 0"),
        (&["report", folder], "no *.json and no *.jsonl is in this folder\n  write results with --json"),
    ] {
        let run = allocert(arguments);
        assert_eq!(run.status, 2, "{arguments:?}: {}", run.err);
        assert!(run.err.contains(said), "{arguments:?}: {}", run.err);
        assert!(!run.err.contains("Traceback"), "{}", run.err);
    }
    let calls = allocert(&["verify", deep]).err;
    assert!(calls.contains("called in this order\n") && calls.contains("y = g(0)"), "{calls}");
}

#[test]
fn symmetries_of_a_large_network_are_refused() {
    let run = allocert(&["symmetries", "lffn([2000, 2000])"]);
    assert_eq!(run.status, 3, "{}", run.out);
    assert!(
        run.err.contains("4,000,000 weights are over the limit of 4,096\n  ask of a smaller network"),
        "{}",
        run.err
    );
}

#[test]
fn certificates_that_prove_nothing_are_said_to() {
    let claim =
        "claim(name = \"n\", statement = \"s\", networks = [lffn([2, 2])], holds = lambda net: net.weights == 4)\n";
    let path = program::file("nothing.star", claim);
    let folder = path.with_file_name("certificates");
    let run = allocert(&["verify", path.to_str().unwrap(), "--certificate", folder.to_str().unwrap()]);
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(run.err, "the certificate of n proves no dimension: no dimension was asked for\n");
}

#[test]
fn the_dimension_alone_has_its_evidence() {
    let record = objects(&allocert(&["rank", "lffn([2, 2, 2])", "W1", "--json"])).remove(0);
    assert_eq!((&record["dim_evidence"], &record["dim_error_log2"]), (&"proved".into(), &serde_json::Value::Null));
}
