//! The checker that is extracted from Coq and the one in Rust, on all certificates of `tests/certificates` and on mutants of them: for
//! rules that both know, both accept, or both refuse.
//!
//! `make coq` builds the extracted checker. Where it is missing this test says SKIPPED; in CI (`CI=true`) it fails instead.

#[path = "../../checker/tests/cases/mod.rs"]
mod cases;

use std::path::{Path, PathBuf};
use std::process::Command;

use allocert_checker::{Verdict, check};
use allocert_coq::{Export, Kind, NotExported, export};
use cases::{cases, files};

fn extracted() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proofs/coq/extracted/allocert-extracted");
    let there = path.is_file();
    assert!(there || std::env::var_os("CI").is_none_or(|ci| ci != "true"), "the extracted checker is not there");
    if !there {
        println!("SKIPPED: the extracted checker is not there (make coq)");
    }
    there.then_some(path)
}

/// A checker, and a place for what it reads.
struct Extracted {
    program: PathBuf,
    file: PathBuf,
}

impl Extracted {
    fn accepts(&self, plain: &str) -> bool {
        std::fs::write(&self.file, plain).unwrap();
        let run = Command::new(&self.program).arg(&self.file).output().unwrap();
        let said = String::from_utf8_lossy(&run.stdout);
        // What is too large for its stack is not decided, and not accepted.
        assert!(matches!(run.status.code(), Some(0 | 1 | 3)), "{said}");
        run.status.success()
    }
}

/// What Coq states, if it knows all rules of the certificate.
fn known(text: &str) -> Option<Export> {
    let written = export(text).ok()?;
    let all = written.theorems > 0 && written.left_out.iter().all(|l| l.kind == Kind::Claim);
    all.then_some(written)
}

/// The certificate with the last step that quotes what the answer states.
fn quoted(text: &str) -> String {
    let Err(NotExported::Statement { stated, said, .. }) = export(text) else { return text.to_owned() };
    let json = |statement: String| serde_json::to_string(&statement).unwrap();
    text.replace(&json(stated), &json(said))
}

/// The certificate with one number more or less by one: each number of each step but the last, in turn.
fn mutants(text: &str) -> Vec<String> {
    let (mut at, end) = (text.find('\n').unwrap(), text.trim_end().rfind('\n').unwrap());
    let mut found = Vec::new();
    while at < end {
        let length = text.as_bytes()[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        if (1..18).contains(&length) {
            let number: u64 = text[at..at + length].parse().unwrap();
            for changed in [Some(number + 1), number.checked_sub(1)].into_iter().flatten() {
                found.push(quoted(&format!("{}{changed}{}", &text[..at], &text[at + length..])));
            }
        }
        at += length.max(1);
    }
    found
}

/// Whether each statement follows from the one in its place before: it is the same, or the same upper bound with a greater number.
fn follows(statements: &[String], before: &[String]) -> bool {
    let parts = |statement: &str| {
        let (of, bound) = statement.rsplit_once(" is at most ")?;
        Some((of.to_owned(), bound.parse::<u64>().ok()?))
    };
    statements.len() == before.len()
        && statements.iter().zip(before).all(|(now, before)| {
            now == before
                || parts(now)
                    .zip(parts(before))
                    .is_some_and(|((of, bound), (same, least))| of == same && bound >= least)
        })
}

/// Mutants of one certificate that are looked at.
const MUTANTS: usize = 40;

#[test]
fn both_checkers_agree() {
    let Some(program) = extracted() else { return };
    let folder = std::env::temp_dir().join(format!("allocert-agreement-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let extracted = Extracted { program, file: folder.join("plain") };
    let (mut accepted, mut refused, mut apart) = (0, 0, Vec::new());
    for case in files().iter().flat_map(|path| cases(path)) {
        assert!(case.expected.contains(check(case.text.as_bytes()).verdict.name()), "{}", case.name);
        let text = quoted(&case.text);
        let original = known(&text).map_or(Vec::new(), |written| written.proved);
        let all = mutants(&text);
        // Evenly over the certificate; the whole of it first.
        let step = all.len().div_ceil(MUTANTS).max(1);
        for text in [&text].into_iter().chain(all.iter().step_by(step)) {
            let rust = check(text.as_bytes());
            let Some(written) = known(text) else { continue };
            match (rust.verdict == Verdict::Valid, extracted.accepts(&written.plain)) {
                (true, true) => accepted += 1,
                (false, false) => refused += 1,
                // A reason is wrong that Coq does without, or a bound is greater than what its step proves, which Rust refuses and Coq
                // takes: what Coq states follows from what the certificate stated before.
                (false, true) if follows(&written.proved, &original) => {}
                (valid, _) => apart.push(format!(
                    "{}: Rust says {} ({:?}), Coq the opposite of {valid}\n{text}{:?}",
                    case.name,
                    rust.verdict.name(),
                    rust.reason,
                    written.proved
                )),
            }
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(apart.is_empty(), "{} differences\n{}", apart.len(), apart.join("\n\n"));
    assert!(accepted >= 20 && refused >= 100, "{accepted} accepted, {refused} refused");
}
