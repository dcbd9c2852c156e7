//! `allocert-check FILE…`: checks certificates, without the engine that wrote them.

use std::fs::File;
use std::io::{BufReader, Write, stderr, stdout};
use std::process::ExitCode;

use allocert_checker::{check, check_in_full};

const HELP: &str = "Checks certificates of allocert with its own arithmetic.

Usage: allocert-check [--json] [--full] FILE…

  --json     one JSON object for each file: file, verdict, step, rule, reason, holes, statements
  --full     derive all branches of large counts again, not a sample of them; may take long
  --help     print this
  --version  print the version

Verdicts: valid, holey (every step follows, but some rest on random points), invalid.
Exit status: 0 all valid; 1 one is invalid or holey; 2 one cannot be read or is no certificate of
             this version; 3 one is over a stated limit.";

fn main() -> ExitCode {
    let (mut files, mut json, mut full) = (Vec::new(), false, false);
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--json" => json = true,
            "--full" => full = true,
            "--help" | "-h" => return say(HELP, 0),
            "--version" | "-V" => return say(concat!("allocert-check ", env!("CARGO_PKG_VERSION")), 0),
            other if other.starts_with('-') && other.len() > 1 => {
                return complain(&format!("there is no option {other}\n  allocert-check --help shows them"));
            }
            _ => files.push(argument),
        }
    }
    if files.is_empty() {
        return complain("no certificate is given\n  allocert-check FILE…");
    }
    let mut status = 0;
    for name in files {
        let one = match File::open(&name) {
            Ok(file) => {
                let reader = BufReader::new(file);
                let report = if full { check_in_full(reader) } else { check(reader) };
                let text = if json { report.json(&name) } else { report.text(&name) };
                if writeln!(stdout(), "{text}").is_err() {
                    return ExitCode::from(3);
                }
                report.verdict.status()
            }
            Err(error) => {
                complain(&format!("{name}: {error}"));
                2
            }
        };
        status = worse(status, one);
    }
    ExitCode::from(status)
}

/// A wrong request weighs more than a rejected certificate, and that more than a limit.
fn worse(a: u8, b: u8) -> u8 {
    let weight = |s: u8| [0, 2, 3, 1][usize::from(s.min(3))];
    if weight(a) >= weight(b) { a } else { b }
}

fn say(text: &str, status: u8) -> ExitCode {
    let written = writeln!(stdout(), "{text}");
    ExitCode::from(if written.is_ok() { status } else { 3 })
}

fn complain(text: &str) -> ExitCode {
    let _ = writeln!(stderr(), "error: {text}");
    ExitCode::from(2)
}
