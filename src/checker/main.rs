//! `allocert-check FILE…`: checks certificates, without the engine that wrote them.

use std::fs::File;
use std::io::{BufReader, Write, stderr, stdout};
use std::path::Path;
use std::process::ExitCode;

use allocert_checker::{Limits, Options, check_with};

const HELP: &str = "Checks certificates of allocert with its own arithmetic.

Usage: allocert-check [--json] [--full] FILE…

  --json         one JSON object for each file: file, verdict, step, rule, reason, holes, statements, …
  --full         derive all branches of large counts again, not a sample of them; may take long
  --instances    show the students, teachers and inputs that statements are about, in full
  --allocations  show the dimension of each allocation that a statement counts
  --memory MIB   the most memory for a certificate, 256 unless given
  --seconds S    the most time for a certificate, 60 unless given (with --full any)
  --help         print this
  --version      print the version

Verdicts: valid, holey (every step follows, but something is left open: what rests on random points,
          or a claim whose condition is not evaluated), invalid.
Exit status: 0 all valid; 1 one is invalid or holey; 2 one cannot be read or is no certificate of
             this version; 3 one is over a stated limit.
Who trusts neither program lets Coq decide: allocert coq FILE --into DIR --run";

fn main() -> ExitCode {
    let (mut files, mut json, mut options) = (Vec::new(), false, Options::default());
    let mut seconds = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number =
            || arguments.next().and_then(|text| text.parse::<u32>().ok()).filter(|n| *n > 0).map(u64::from);
        match argument.as_str() {
            "--json" => json = true,
            "--full" => options.full = true,
            "--instances" => options.instances = true,
            "--allocations" => options.allocations = true,
            "--memory" => match number() {
                Some(mebibytes) => options.limits.bytes = mebibytes << 20,
                None => return complain("--memory needs a number of MiB\n  --memory 1024"),
            },
            "--seconds" => match number() {
                Some(given) => seconds = Some(given),
                None => return complain("--seconds needs a number of seconds\n  --seconds 600"),
            },
            "--coq" => {
                return complain(
                    "files for Coq are written by the other program\n  allocert coq FILE --into DIR --run",
                );
            }
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
    options.limits.seconds = seconds.or(if options.full { None } else { Limits::STANDARD.seconds });
    let mut status = 0;
    for name in files {
        let one = match File::open(&name) {
            Ok(_) if Path::new(&name).is_dir() => {
                complain(&format!("{name} is a folder\n  name the certificates in it, such as {name}/*.cert"));
                2
            }
            Ok(file) => {
                let report = check_with(BufReader::new(file), options);
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
