//! Certificates in Coq: what is written states what the certificate states, Coq accepts it, and rejects what is not so.
//!
//! Where Coq and MathComp are missing these tests say SKIPPED; in CI (`CI=true`) they fail instead.

#[path = "common/program.rs"]
mod program;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use allocert::coq::{Export, Kind, THEORY, export};
use program::{allocert, file};

/// Whether Coq with MathComp is there.
fn has_coq() -> bool {
    let place = Command::new("coqc").arg("-where").output();
    let place = place.map(|out| PathBuf::from(String::from_utf8_lossy(&out.stdout).trim().to_owned()));
    let there = place.is_ok_and(|place| place.join("user-contrib/mathcomp/algebra").is_dir());
    assert!(there || std::env::var_os("CI").is_none_or(|ci| ci != "true"), "Coq with MathComp is not there");
    if !there {
        println!("SKIPPED: Coq with MathComp is not there (apt-get install coq libcoq-mathcomp-algebra)");
    }
    there
}

/// A certificate of a rank or a scan.
fn certificate(name: &str, arguments: &[&str]) -> String {
    let path = file(&format!("{name}.cert"), "");
    let place = path.display().to_string();
    let run = allocert(&[arguments, &["--certificate", &place]].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_file_states_what_the_certificate_states() {
    let text = certificate("rank", &["rank", "lffn([2, 2, 2])", "W1[0,:] W2[:,0]", "--elementary"]);
    let written = export(&text).unwrap();
    assert!(written.is_whole(), "{:?}", written.left_out);
    let proved = "lffn([2, 2, 2]), functional: the dimension of W1[0,0] W1[0,1] W2[0,0] W2[1,0] is 3".to_owned();
    assert!(written.proved.contains(&proved), "{:?}", written.proved);
    let theorem = ": dimension (lffn [:: 2; 2; 2] false) Functional [:: 0; 1; 4; 6] 3.";
    assert!(written.file.contains(theorem), "{}", written.file);
    assert!(written.file.contains(": ~ spans (lffn [:: 2; 2; 2] false) Functional 8 [:: 0; 1; 4; 6]."));
    assert!(written.file.trim_end().lines().last().unwrap().starts_with("Print Assumptions answer_"));
}

#[test]
fn named_bounds_are_left_out_and_named() {
    let text = certificate("named", &["rank", "lrnn(1, 2, 1, 5)", "W"]);
    let written = export(&text).unwrap();
    assert!(!written.is_whole());
    assert!(
        written.left_out.iter().any(|l| l.why == "the bound `poles` has no proof in Coq"),
        "{:?}",
        written.left_out
    );
    assert_eq!(written.theorems, 0);
}

#[test]
fn a_last_step_that_misquotes_is_refused() {
    let text = certificate("quoted", &["rank", "lffn([2, 2, 2])", "W1[0,:] W2[:,0]", "--elementary"]);
    let wrong = text.replace("\"the dimension of all is 4\"", "\"the dimension of all is 5\"");
    assert_ne!(text, wrong);
    assert!(export(&wrong).unwrap_err().to_string().contains("is 5"));
    assert!(export(&text.lines().take(4).collect::<Vec<_>>().join("\n")).is_err());
}

/// A pinned network: its name is no family's, and its program has a rational constant.
const PINNED: &str = r#"lffn([2, 1, 1]).pin({"W1[0,1]": "1/2"})"#;

#[test]
fn a_program_is_written_line_by_line_under_a_name_that_is_free_for_it() {
    let text = certificate("pinned", &["rank", PINNED, "all"]);
    let written = export(&text).unwrap();
    assert!(written.is_whole(), "{:?}", written.left_out);
    assert!(written.left_out.iter().map(|l| l.kind).eq([Kind::Name]), "{:?}", written.left_out);
    assert!(written.file.contains("Product (X 1) (Q (1) 2); (* s1 = x1 × 1/2 *)"), "{}", written.file);
    assert!(written.file.contains(": dimension (recorded network_1) Functional [:: 0; 1] 2."), "{}", written.file);
    assert!(written.proved.iter().all(|said| said.contains("(program ")), "{:?}", written.proved);
    let name = serde_json::to_string(PINNED).unwrap();
    for (right, wrong) in [
        // What the family's name means is not for the certificate to say.
        (name.as_str(), "\"lffn([2, 1, 1])\""),
        // Another program under the same hash.
        ("s1 = x1 * 1/2", "s1 = x1 * 1/3"),
    ] {
        let changed = text.replace(right, wrong);
        assert!(changed != text && export(&changed).is_err(), "{wrong}");
    }
}

#[test]
fn a_program_under_the_name_of_another_network_is_refused() {
    let text = certificate("renamed", &["rank", PINNED, "all"]);
    let renamed = text.replace(r#"\"1/2\"})"#, r#"\"1/3\"})"#);
    assert_ne!(text, renamed);
    let path = file("renamed-network.cert", &renamed);
    let run = allocert(&["coq", path.to_str().unwrap()]);
    assert_eq!(run.status, 2, "{}", run.out);
    assert!(run.err.contains("not those that its name says"), "{}", run.err);
}

#[test]
fn what_is_over_the_limits_of_the_checker_is_not_written() {
    // A network that the checker does not build comes first, so that it does not look at the names after it.
    let text = certificate("over", &["rank", PINNED, "all"]);
    let lines: Vec<&str> = text.lines().collect();
    let large = r#"{"step":1,"by":{"network":{"network":"lffn([100, 100])","samples":null}}}"#;
    let moved =
        |line: &str, step: usize| line.replacen(&format!("\"step\":{step},"), &format!("\"step\":{},", step + 1), 1);
    let rest = lines[1..].iter().enumerate().map(|(at, line)| moved(line, at + 1));
    let text = [lines[0].to_owned(), large.to_owned()].into_iter().chain(rest).collect::<Vec<_>>().join("\n");
    let path = file("over-the-limit.cert", &text);
    let run = allocert(&["coq", path.to_str().unwrap()]);
    assert!(matches!(run.status, 2 | 3), "{}", run.out);
    assert!(!run.out.contains("Theorem"), "{}", run.out);
}

#[test]
fn of_a_claim_all_dimensions_count_and_its_condition_is_left_to_the_checker() {
    let folder = file("claims-in-coq", "").with_extension("certificates");
    let claim = "claim(name = 'c', statement = 'Of one unit.', networks = [lffn([1, 1, 1])], holds = lambda net, a: a.dim == min(a.size, 1))\n";
    let run = program::verify(claim, &["--certificate", folder.to_str().unwrap(), "--elementary"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let text = std::fs::read_to_string(folder.join("c.cert")).unwrap();
    let written = export(&text).unwrap();
    assert!(written.is_whole() && written.theorems == 1, "{:?}", written.left_out);
    let left: Vec<Kind> = written.left_out.iter().map(|l| l.kind).collect();
    assert_eq!(left, [Kind::Claim, Kind::Claim]);
    assert!(written.left_out.iter().all(|l| l.why.ends_with("is left to `allocert check`")));
}

fn coqc(folder: &Path, name: &str) -> (bool, String) {
    let run = Command::new("coqc")
        .current_dir(folder)
        .args(["-q", "-w", "none", "-Q", ".", "Allocert", name])
        .output()
        .unwrap();
    (run.status.success(), String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr))
}

/// What is accepted, of the file or of what `change` makes of it.
fn accepted(folder: &Path, name: &str, file: &str, theorems: usize) -> bool {
    std::fs::write(folder.join(name), file).unwrap();
    let (done, said) = coqc(folder, name);
    done && said.lines().filter(|l| *l == "Closed under the global context").count() == theorems
}

/// Files of Coq in which one number of a statement, of the point, or of a reason is another.
fn mutants(written: &Export) -> Vec<String> {
    let file = &written.file;
    let mut found = Vec::new();
    for (place, _) in file.match_indices("Theorem answer_") {
        let end = place + file[place..].find(".\n").unwrap();
        let statement = &file[place..end];
        let Some((head, last)) = statement.rsplit_once(' ') else { continue };
        let Ok(k) = last.parse::<usize>() else { continue };
        // The statement and the computation together, as someone would who wants to be believed.
        for wrong in [k + 1, k.wrapping_sub(1)] {
            let of = head.split_once(": dimension (").unwrap().1.split_once("Functional ").unwrap().1;
            let stated = file.replace(&format!("{of} {k}"), &format!("{of} {wrong}"));
            found.push(stated.replace(&format!("({of}, {k})"), &format!("({of}, {wrong})")));
        }
    }
    found.retain(|m| m != file && !m.contains(&usize::MAX.to_string()));
    // Coefficients of kernel vectors.
    for (place, _) in file.match_indices("(1, [:: w").take(3) {
        found.push(format!("{}(2{}", &file[..place], &file[place + 2..]));
    }
    found
}

/// Commands of Coq that state other tables than the one that is proved, one number of it changed, and say that Coq has to reject each.
fn wrong_tables(written: &Export) -> (String, usize) {
    let lemma = written.file.lines().find(|line| line.contains(" : count_ok ")).unwrap();
    let (head, rest) = lemma.split_once(" [:: ").unwrap();
    let table = rest.split_once("%num").unwrap().0;
    let pieces: Vec<&str> = table.split_inclusive(|c: char| !c.is_ascii_digit()).collect();
    let (mut text, mut count) = (String::new(), 0);
    for place in 0..pieces.len() {
        let digits = pieces[place].trim_end_matches(|c: char| !c.is_ascii_digit());
        let Ok(number) = digits.parse::<u64>() else { continue };
        for wrong in [number + 1, number + 2, number.saturating_sub(1)].into_iter().filter(|wrong| *wrong != number) {
            let mut changed: Vec<String> = pieces.iter().map(|p| (*p).to_owned()).collect();
            changed[place] = format!("{wrong}{}", &pieces[place][digits.len()..]);
            let statement = format!("{} [:: {}%num = true", head.split_once(" : ").unwrap().1, changed.concat());
            text.push_str(&format!("Lemma wrong_{count} : {statement}. Proof. computed. Fail Qed. Abort.\n"));
            count += 1;
        }
    }
    (text, count)
}

/// Instances with and without a match are accepted, and refused with another weight of the teacher.
fn instances(folder: &Path) {
    let one = ["match", "lrnn(1, 1, 1, 3)", "W[0,0]", "--samples", "1", "--trials", "50"];
    let any = ["match", "lffn([2, 2, 2])", "W1[0,0] W1[1,1] W2[0,0] W2[1,1]", "--trials", "50"];
    for (arguments, matched) in [(&one[..], "matched"), (&any[..], "matched_everywhere")] {
        let written = export(&certificate("match", arguments)).unwrap();
        // That no instance near one without a match has one, and what follows, is not stated.
        assert!(!written.is_whole());
        for states in [matched, "unmatched"] {
            assert!(written.file.contains(&format!(": {states} (l")), "{states}: {}", written.file);
        }
        assert!(accepted(folder, "Match.v", &written.file, written.theorems));
        for (place, head) in written.file.match_indices("]\n  [:: r (") {
            let (before, weight) = written.file.split_at(place + head.len());
            let wrong =
                weight.strip_prefix('-').map_or(format!("{before}-{weight}"), |weight| before.to_owned() + weight);
            assert!(!accepted(folder, "Other.v", &wrong, written.theorems), "{wrong}");
        }
    }
}

/// The folder with the theory, compiled once.
fn theory() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = file("theory", "").parent().unwrap().to_owned();
        for (name, text) in THEORY {
            std::fs::write(folder.join(name), text).unwrap();
            let (done, said) = coqc(&folder, name);
            assert!(done, "{name}: {said}");
        }
        folder
    });
    folder.clone()
}

#[test]
fn coq_accepts_certificates_and_rejects_mutants() {
    if !has_coq() {
        return;
    }
    let folder = theory();
    let scan = export(&certificate("scan", &["scan", "lffn([1, 2, 1])", "--elementary"])).unwrap();
    assert!(scan.is_whole(), "{:?}", scan.left_out);
    assert!(accepted(&folder, "Scan.v", &scan.file, scan.theorems));
    let squares = export(&certificate("squares", &["scan", "pnn([2, 2, 1], 2)", "--elementary"])).unwrap();
    let mut rejected = 0;
    let recurrent = export(&certificate("recurrent", &["scan", "lrnn(1, 2, 1, 4)", "--elementary"])).unwrap();
    for (name, table) in [("WrongScan.v", &scan), ("WrongSquares.v", &squares), ("WrongRecurrent.v", &recurrent)] {
        let (wrong, count) = wrong_tables(table);
        std::fs::write(folder.join(name), format!("{}{wrong}", table.file)).unwrap();
        // Were one of them accepted, `Fail` would fail.
        let (done, said) = coqc(&folder, name);
        assert!(done, "{name}: {said}");
        rejected += count;
    }
    assert!(rejected >= 100, "{rejected}");
    let right = "Lemma right : (1 == 1) = true. Proof. computed. Fail Qed. Abort.\n";
    assert!(!accepted(&folder, "Right.v", &format!("{}{right}", scan.file), scan.theorems));
    let samples =
        export(&certificate("samples", &["rank", "lffn([2, 1, 2])", "all", "--samples", "1", "--elementary"])).unwrap();
    assert!(samples.is_whole(), "{:?}", samples.left_out);
    assert!(accepted(&folder, "Samples.v", &samples.file, samples.theorems));
    instances(&folder);
    let pinned = export(&certificate("carried", &["scan", PINNED])).unwrap();
    assert!(pinned.is_whole(), "{:?}", pinned.left_out);
    assert!(accepted(&folder, "Pinned.v", &pinned.file, pinned.theorems));
    let degrees = export(&certificate("degrees", &["scan", "pnn([1, 1, 1, 1], degree = [2, 3])"])).unwrap();
    assert!(degrees.is_whole() && degrees.file.contains("pnn_degrees [:: 1; 1; 1; 1] [:: 2; 3] false"));
    assert!(accepted(&folder, "Degrees.v", &degrees.file, degrees.theorems));
    let rank = export(&certificate("both", &["rank", "lffn([2, 2, 2])", "W1[0,:] W2[:,0]", "--elementary"])).unwrap();
    assert!(accepted(&folder, "Rank.v", &rank.file, rank.theorems));
    let mutants = mutants(&rank);
    assert!(mutants.len() >= 6, "{}", mutants.len());
    for mutant in mutants {
        assert!(!accepted(&folder, "Mutant.v", &mutant, rank.theorems), "{mutant}");
    }
}

/// A certificate of all weights of a network with exponentials, in Coq.
fn of_functions(network: &str, allocation: &str) -> Export {
    let written = export(&certificate("functions", &["rank", network, allocation, "--elementary"])).unwrap();
    assert!(written.is_whole() && written.theorems > 1, "{network}: {:?}", written.left_out);
    written
}

/// Commands of Coq that state other dimensions than those that are proved, with the same reasons and by another computation, and say that Coq has
/// to reject each.
fn wrong_dimensions(written: &Export) -> (String, usize) {
    let (mut text, mut count) = (String::new(), 0);
    let mut wrong = |lemma: String| {
        text.push_str(&format!("Lemma wrong_{count} : {lemma} Abort.\n"));
        count += 1;
    };
    for lemma in written.file.lines().filter(|line| line.contains(" : fdimension_ok ")) {
        let (name, check) = lemma.strip_prefix("Lemma ").unwrap().split_once(" : ").unwrap();
        let (head, k) = check.split_once(" = true").unwrap().0.rsplit_once(' ').unwrap();
        let (at, set) = head.strip_prefix("fdimension_ok C_").unwrap().split_once(' ').unwrap();
        let theorem =
            written.file.lines().find(|l| l.contains(" : fdimension ") && l.contains(&format!(" {set} {k}."))).unwrap();
        let about = theorem.split_once(" : ").unwrap().1.split_once(&format!(" {set} ")).unwrap().0;
        let k: usize = k.parse().unwrap();
        for other in [k + 1, k + 2, k - 1] {
            wrong(format!("fdimension_ok C_{at} {set} {other} = true. Proof. computed. Fail Qed."));
            wrong(format!("{about} {set} {other}. Proof. Fail exact (fdimension_checked checked_{at} {name})."));
        }
    }
    (text, count)
}

#[test]
fn coq_accepts_networks_with_exponentials_and_rejects_mutants() {
    let tanh = of_functions(r#"mlp([1, 1, 1], "tanh", bias = True)"#, "all");
    assert!(tanh.file.contains("Quotient (Line 4) (Line 5); (* s6 = s4 / s5 *)"), "{}", tanh.file);
    assert!(
        tanh.file.contains("Theorem answer_8 : fdimension network_1 Functional [:: 0; 1; 2; 3] 4."),
        "{}",
        tanh.file
    );
    if !has_coq() {
        return;
    }
    let folder = theory();
    let mut rejected = 0;
    let mut wrong_of = |name: &str, written: &Export| {
        let (wrong, count) = wrong_dimensions(written);
        // Were one of them accepted, `Fail` would fail; and all that is true is proved without an assumption.
        assert!(accepted(&folder, name, &format!("{}{wrong}", written.file), written.theorems), "{name}: {wrong}");
        rejected += count;
    };
    let attention = of_functions(r#"attention(2, 1, 1, tokens = 2, kind = "softmax")"#, "Q K");
    wrong_of("Tanh.v", &tanh);
    wrong_of("Softmax.v", &attention);
    wrong_of("Softplus.v", &of_functions(r#"mlp([1, 1, 1], "softplus", bias = True)"#, "all"));
    wrong_of("Sigmoid.v", &of_functions(r#"mlp([2, 2, 1], "sigmoid")"#, "W1"));
    assert!(rejected >= 20, "{rejected}");
    let kernel = attention.file.find("(-1, [:: w 0])").unwrap();
    for (name, file) in [
        // A weight that is not used; an argument that is constant, so that no theorem makes its exponential a variable; and a vector along which
        // scores change.
        ("Unused.v", tanh.file.replace("Basic (Product (W 2) (Line 6))", "Basic (Product (W 0) (Line 6))")),
        ("Constant.v", tanh.file.replace("Exp (Line 2)", "Exp (Q (1) 2)")),
        ("Kernel.v", format!("{}(-2{}", &attention.file[..kernel], &attention.file[kernel + 3..])),
    ] {
        assert!(file != tanh.file && file != attention.file && !accepted(&folder, name, &file, 0), "{file}");
    }
}

#[test]
fn what_has_no_proof_of_networks_with_exponentials_is_named() {
    let text = certificate("head", &["rank", r#"attention(2, 1, 1, tokens = 2, kind = "softmax")"#, "Q K"]);
    assert!(export(&text).unwrap().is_whole());
    let kernel = text.lines().find(|line| line.contains(r#""kernel""#)).unwrap();
    let step = kernel.split_once(",\"by\"").unwrap().0;
    let of = kernel.split_once("\"at_most\"").unwrap().0.split_once("{\"kernel\":").unwrap().1;
    let symmetry = format!("{step},\"by\":{{\"symmetry\":{of}\"at_most\":3,\"from\":1,\"swaps\":[]}}}}}}");
    let written = export(&text.replace(kernel, &symmetry)).unwrap();
    assert!(!written.is_whole() && written.theorems == 0, "{:?}", written.proved);
    let why = "a symmetry of a network with quotients or exponentials has no proof in Coq";
    assert!(written.left_out.iter().any(|l| l.why == why), "{:?}", written.left_out);
}
