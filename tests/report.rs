//! Reports as people and CI systems read them: hostile text, sizes, other formats, and what changed since a baseline.

#[path = "common/program.rs"]
mod program;

use std::fs;
use std::path::PathBuf;

use allocert::record::Verify;
use allocert::report::{Change, Results, compare, html, junit, latex, markdown, parse};
use program::{Run, allocert, file, verify};

const CLAIMS: &str = r#"
claim(
    name = "good",
    statement = "Every allocation has at most $|A|$ dimensions: $\\rho(A) \\le |A|$.",
    networks = [lffn([1, 2, 1])],
    holds = lambda net, a: a.dim <= a.size,
    proof = "The rank of $|A|$ columns is at most $|A|$.",
)
claim(
    name = "bad",
    statement = "Every allocation is independent.",
    networks = [lffn([1, 1, 1]), lrnn(1, 2, 1, 4)],
    expect = "refuted",
    holds = lambda net, a: a.dim == a.size,
)
"#;

fn records(run: &Run) -> Vec<Verify> {
    run.out.lines().map(|line| serde_json::from_str(line).expect("a record")).collect()
}

fn checked() -> Vec<Verify> {
    records(&verify(CLAIMS, &["--json"]))
}

fn of(claims: Vec<Verify>) -> Results {
    Results { claims, ..Results::default() }
}

/// A fresh place for a report.
fn place() -> PathBuf {
    file("anything.txt", "").with_file_name("report")
}

fn path(place: &std::path::Path) -> &str {
    place.to_str().expect("a plain path")
}

#[test]
fn a_report_shows_claims_counterexamples_and_mathematics() {
    let out = place();
    let run = verify(CLAIMS, &["--report", path(&out)]);
    assert_eq!(run.status, 0, "{}", run.err);
    let page = fs::read_to_string(out.join("index.html")).unwrap();
    for part in [
        "<!doctype html>",
        "<math",
        "class=\"layers\"",
        "Learnable: W1[0,0] W2[0,0]. All other weights are frozen.",
        "<td class=\"on\">",
        "The rank of <math",
        "--only bad",
        "is false",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("src=") && !page.contains("http:") && !page.contains("https:"), "it asks no network");
    assert!(fs::read_to_string(out.join("report.md")).unwrap().contains("**2 claims, all as expected.**"));
    let table = fs::read_to_string(out.join("claims.tex")).unwrap();
    assert!(table.contains("\\toprule") && table.contains("\\texttt{good} & verified & 1 & 16 &"), "{table}");
    // What the folder holds gives the same page again, and nothing half-written stays.
    let again = place();
    let run = allocert(&["report", path(&out), "--out", path(&again)]);
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(fs::read_to_string(again.join("index.html")).unwrap(), page);
    assert_eq!(fs::read_dir(&again).unwrap().count(), 4);
}

#[test]
fn scans_matches_and_trainings_are_drawn() {
    let out = place();
    let scan = allocert(&["scan", "lffn([2,2,1])", "--report", path(&out)]);
    assert_eq!(scan.status, 0, "{}", scan.err);
    let page = fs::read_to_string(out.join("index.html")).unwrap();
    assert!(page.contains("Dimension against size") && page.contains("<desc>"));
    let of = |samples| allocert(&["match", "lrnn(1,1,1,3)", "W", "--samples", samples, "--trials", "50", "--json"]).out;
    let training = r#"{"network":"lrnn(inputs=1, hidden=1, outputs=1, steps=3)","allocation":"W[0,0]","samples":1,
        "trials":10,"successes":6,"success_rate":0.6,"ci95":[0.3,0.8]}"#;
    let results = file("results.jsonl", &[of("1"), of("2"), training.to_owned()].join("\n"));
    let run = allocert(&["report", path(&results), "--out", path(&out)]);
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(run.out.trim_end().rsplit("html: ").next(), Some("2 match probabilities, 1 training"));
    let page = fs::read_to_string(out.join("index.html")).unwrap();
    assert!(page.contains("Match probability against samples") && page.contains("Training success against"));
}

#[test]
fn what_users_write_is_text_everywhere() {
    let evil =
        "\"><script>alert(1)</script><img src=x onerror=alert(2)>\u{0}\u{1b}[31m\u{202e}\u{ffff}' ]]> & | ` \\input{x}";
    let mut claims = checked();
    let hostile = &mut claims[1];
    for text in
        [&mut hostile.claim, &mut hostile.file, &mut hostile.statement, &mut hostile.expect, &mut hostile.command]
    {
        *text = evil.to_owned();
    }
    hostile.as_expected = false;
    for text in [&mut hostile.source, &mut hostile.reason, &mut hostile.certificate] {
        *text = Some(evil.to_owned());
    }
    hostile.proof = Some(format!("{evil}\n\n[x](javascript:alert(1)) ![](http://example.org/x.png)\n\n<iframe src=x>"));
    let counterexample = hostile.counterexample.as_mut().unwrap();
    counterexample.network = evil.to_owned();
    counterexample.allocation = Some(evil.to_owned());
    counterexample.claimed = Some(evil.to_owned());
    let diagram = counterexample.diagram.as_mut().unwrap();
    diagram.groups[0].name = evil.to_owned();
    diagram.tensors[0].name = evil.to_owned();
    let results = of(claims.clone());
    let page = html(&results);
    assert_eq!(
        (page.matches("<script").count(), page.matches("<img").count(), page.matches("<iframe").count()),
        (1, 0, 0)
    );
    assert!(!page.contains("href=\"javascript") && page.contains("\\u{1b}[31m\\u{202e}"));
    let xml = junit(&claims).unwrap();
    for text in [&page, &xml, &markdown(&results), &latex(&results)] {
        assert!(!text.contains(['\u{0}', '\u{1b}', '\u{202e}', '\u{ffff}']));
    }
    assert!(!latex(&results).contains("\\input"));
    let mut reader = quick_xml::Reader::from_str(&xml);
    let mut failures = 0;
    loop {
        match reader.read_event().expect("well-formed XML") {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(e) if e.name().as_ref() == "failure" => failures += 1,
            _ => {}
        }
    }
    assert_eq!(failures, 1);
}

#[test]
fn diagrams_from_a_file_are_not_trusted() {
    let mut claims = checked();
    let diagram = claims[1].counterexample.as_mut().unwrap().diagram.as_mut().unwrap();
    let (good, mut bad) = (diagram.clone(), Vec::new());
    for spoil in 0..5 {
        let mut d = good.clone();
        match spoil {
            0 => d.tensors[0].to = 99,
            1 => d.tensors[0].columns = 0,
            2 => d.groups[0].column = usize::MAX,
            3 => d.groups[0].units = usize::MAX,
            _ => d.learnable = vec![usize::MAX, 0],
        }
        bad.push(d);
    }
    for d in bad {
        claims[1].counterexample.as_mut().unwrap().diagram = Some(d);
        assert!(html(&of(claims.clone())).contains("Smallest counterexample"));
    }
}

#[test]
fn a_thousand_claims_fit_a_page() {
    let two = checked();
    let many = (0..1_000).map(|i| {
        let mut claim = two[usize::from(i % 10 == 0)].clone();
        claim.claim = format!("{}-{i}", claim.claim);
        claim.proof = Some("$\\sum_i \\min(a_i, t) \\le \\frac{1}{2}$ ".repeat(10));
        claim
    });
    let page = html(&of(many.collect()));
    assert!(page.len() < 2_000_000, "{}", page.len());
    assert_eq!(page.matches("<article").count(), 1_000);
    assert!(page.contains("This page is full"));
}

#[test]
fn files_that_are_no_results_are_refused() {
    let wrong = [
        ("nonsense", "result 1 is not JSON"),
        ("{\"claim\": \"x\"}", "result 1 is not a result"),
        ("{}", "none of the fields"),
        ("", "there is no result"),
    ];
    for (text, part) in wrong {
        let run = allocert(&["report", path(&file("results.json", text)), "--out", path(&place())]);
        assert_eq!(run.status, 2);
        assert!(run.err.contains(part), "{}", run.err);
    }
    let run = allocert(&["report", "nowhere"]);
    assert!(run.status == 2 && run.err.contains("nowhere"), "{}", run.err);
    assert!(parse("x", "[1]", &mut Results::default()).is_err());
    let deep = "[".repeat(1_000_000);
    assert!(parse("x", &deep, &mut Results::default()).is_err());
}

#[test]
fn changes_since_a_baseline_are_named() {
    let before = checked();
    assert_eq!(compare(&before, &before).same, 2);
    let change = |f: fn(&mut Vec<Verify>)| {
        let mut now = before.clone();
        f(&mut now);
        let changes = compare(&before, &now);
        let first = changes.list.first().map(|c| c.0);
        (first.expect("a change"), changes.has_regressions())
    };
    let refute = |now: &mut Vec<Verify>| {
        now[0].outcome = "refuted".to_owned();
        now[0].as_expected = false;
    };
    assert_eq!(change(refute), (Change::NewlyRefuted, true));
    assert_eq!(change(|now| now[1].outcome = "verified".to_owned()), (Change::NewlyVerified, false));
    assert_eq!(change(|now| now[0].as_expected = false), (Change::Worse, true));
    assert_eq!(change(|now| now.truncate(1)), (Change::Missing, true));
    assert_eq!(change(|now| now[0].seconds += 100.0), (Change::Slower, false));
    assert_eq!(change(|now| now[0].networks = 0), (Change::CoversLess, true));
    assert_eq!(
        change(|now| (now[0].evidence, now[0].error_log2) = (Some("bounded".to_owned()), Some(-5))),
        (Change::EvidenceWeakened, true)
    );
    assert_eq!(change(|now| now[0].claim = "other".to_owned()).0, Change::Missing);
    let mut moved = before.clone();
    moved.iter_mut().for_each(|c| c.file = format!("elsewhere/{}", c.file.rsplit('/').next().unwrap()));
    assert_eq!(compare(&before, &moved).same, 2);
    assert_eq!(compare(&[], &before).list.len(), 2);
}

#[test]
fn a_regression_is_exit_status_1_and_junit_is_written() {
    let earlier = verify(CLAIMS, &["--json"]);
    let baseline = file("earlier.jsonl", &earlier.out);
    let xml = place().with_extension("xml");
    let same = verify(CLAIMS, &["--baseline", path(&baseline), "--junit", path(&xml)]);
    assert_eq!(same.status, 0, "{}", same.err);
    assert!(same.out.contains("since the baseline\n  2 claims the same"), "{}", same.out);
    let written = fs::read_to_string(&xml).unwrap();
    assert!(written.contains("<testsuites tests=\"2\" failures=\"0\" errors=\"0\" skipped=\"0\""), "{written}");
    let gone = CLAIMS.replace("\"good\"", "\"better\"");
    let run = verify(&gone, &["--baseline", path(&baseline)]);
    assert_eq!(run.status, 1);
    assert!(run.out.contains("! missing                  good: was verified"), "{}", run.out);
    assert!(run.out.contains("  new                      better: verified, expected verified"), "{}", run.out);
    let json = verify(&gone, &["--baseline", path(&baseline), "--json"]);
    assert!(json.status == 1 && json.err.contains("missing") && json.out.lines().count() == 2);
    let run = verify(CLAIMS, &["--baseline", "nowhere.json"]);
    assert!(run.status == 2 && run.out.is_empty(), "{}", run.err);
}

#[test]
fn a_new_claim_file_verifies_and_nothing_is_overwritten() {
    let folder = place();
    let new = |name: &str| allocert(&["new", name, "--folder", path(&folder)]);
    let run = new("my-theorem");
    assert_eq!(run.status, 0, "{}", run.err);
    let claims = folder.join("my-theorem.star");
    let checked = allocert(&["verify", path(&claims)]);
    assert!(checked.status == 0 && checked.out.contains("all as expected"), "{}{}", checked.out, checked.err);
    let text = fs::read_to_string(&claims).unwrap();
    let run = new("my-theorem.star");
    assert!(run.status == 2 && run.err.contains("is there already"), "{}", run.err);
    assert_eq!(fs::read_to_string(&claims).unwrap(), text);
    for name in ["../x", "a b", "", "x\u{1b}", "-x"] {
        assert_eq!(allocert(&["new", "--folder", path(&folder), "--", name]).status, 2, "{name:?}");
    }
}

#[test]
fn the_first_minute() {
    let run = allocert(&[]);
    assert_eq!((run.status, run.out.lines().count()), (0, 6), "{}", run.err);
    assert!(run.out.lines().all(|l| l.chars().count() <= 80));
    let run = allocert(&["verfy"]);
    assert!(run.status == 2 && run.err.contains("verify"), "{}", run.err);
    assert!(allocert(&["man"]).out.contains(".TH allocert 1"));
    assert!(allocert(&["man", "scan"]).out.contains("allocert\\-scan"));
    let run = allocert(&["man", "scann"]);
    assert!(run.status == 2 && run.err.contains("did you mean scan?"), "{}", run.err);
}

#[test]
fn tables_of_verdicts_are_reported() {
    let run = allocert(&["classify", "lrnn(1, 2, 1, 4)", "--trials", "5", "--json"]);
    let (input, out) = (file("verdicts.json", &run.out), place());
    let report = allocert(&["report", path(&input), "--out", path(&out)]);
    assert_eq!(report.status, 0, "{}", report.err);
    assert!(report.out.ends_with("index.html: 1 table of verdicts\n"), "{}", report.out);
    let counts = serde_json::from_str::<serde_json::Value>(&run.out).unwrap()["counts"][3].clone();
    let [zero, one] = [0, 1].map(|place| counts[place].as_u64().unwrap());
    let page = fs::read_to_string(out.join("index.html")).unwrap();
    let row = format!("<td class=\"number\">3</td><td class=\"number\">{zero}</td><td class=\"number\">{one}</td>");
    assert!(page.contains("Verdicts of all allocations") && page.contains(&row), "{row}");
    let text = fs::read_to_string(out.join("report.md")).unwrap();
    assert!(text.contains(&format!("| 3 | {zero} | {one} |")), "{text}");
    // What is written beside the page is read again.
    let again = allocert(&["report", path(&out.join("results.jsonl")), "--out", path(&out.join("again"))]);
    assert_eq!(again.status, 0, "{}", again.err);
    // No report is made of what has no place in one.
    let other = file("symmetries.json", &allocert(&["symmetries", "lffn([1, 1, 1])", "--json"]).out);
    let refused = allocert(&["report", path(&other)]);
    assert!(
        refused.status == 2 && refused.err.contains("verify, scan, law, classify, match, train or rank"),
        "{}",
        refused.err
    );
}
