//! `allocert coq`: a certificate as a file of Coq.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Args;
use serde::Serialize;

use allocert::ask;
use allocert::checker::{Options, Verdict};
use allocert::coq::{Export, Kind, LeftOut, export};

use super::Common;
use super::failure::Failure;
use super::file::write_whole;
use super::output::{json, line, plural};

const EXAMPLES: &str = "Examples:
  allocert rank 'lffn([2, 2, 2])' 'W1[0,:]' --certificate rank.cert --elementary
  allocert coq rank.cert
  allocert coq rank.cert --into coq --run

The file imports a checker that is proved correct (written beside it by --into),
states what the certificate states, and ends by printing what was assumed. Coq
8.16 with MathComp is needed to run it:
apt-get install coq libcoq-mathcomp-algebra

Of the certificate of a claim the dimensions are proved; its condition is left to
`allocert check`, and so is the name of a network that says what was pinned, tied
or observed. A certificate that is not valid there is refused.

Exit status: 0 all answers of the certificate are in the file and, with --run,
             accepted; of a claim, all dimensions; 1 not; 2 the request is
             wrong; 3 Coq is not there.";

/// The name of the certificate's file.
const NAME: &str = "Answer.v";
/// What Coq says of a theorem that assumes nothing.
const CLOSED: &str = "Closed under the global context";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// A certificate.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write the file as Answer.v into this folder, with the theory that it imports; without it, print it.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// Print it in the form that the checker extracted to OCaml reads (make -C proofs/coq extracted).
    #[arg(long, conflicts_with = "into")]
    plain: bool,
    /// Compile it with coqc.
    #[arg(long, requires = "into")]
    run: bool,
}

/// What came of it.
#[derive(Serialize)]
struct Record {
    file: String,
    proved: Vec<String>,
    left_out: Vec<Left>,
    accepted: Option<bool>,
}

#[derive(Serialize)]
struct Left {
    step: u64,
    why: String,
    kind: &'static str,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let name = arguments.file.display().to_string();
    let text = std::fs::read_to_string(&arguments.file)
        .map_err(|error| Failure::request(format!("{name}: {error}\n  give a certificate that exists")))?;
    follows(&name, &text)?;
    let export = export(&text).map_err(|error| Failure::request(format!("{name}: {error}")))?;
    let accepted = match &arguments.into {
        Some(folder) => {
            write(folder, &export)?;
            if arguments.run { Some(accepts(folder, &export)?) } else { None }
        }
        None => None,
    };
    let whole = export.is_whole() && accepted != Some(false);
    if common.json {
        json(&record(name, export, accepted))?;
    } else if arguments.into.is_none() {
        line(if arguments.plain { &export.plain } else { &export.file })?;
        left_out(&export.left_out).iter().for_each(|text| eprintln!("{text}"));
    } else {
        line(&summary(&name, &export, accepted))?;
    }
    Ok(ExitCode::from(u8::from(!whole)))
}

/// A fault unless the checker in Rust read all steps and found none wrong: what a network's name means, and the condition of a claim,
/// are left to it.
fn follows(name: &str, text: &str) -> Result<(), Failure> {
    let report = ask::check(text.as_bytes(), Options::default());
    let step = report.step.map_or_else(String::new, |step| format!("step {step}: "));
    let why = report.reason.unwrap_or_default();
    match report.verdict {
        Verdict::Valid | Verdict::Holey => Ok(()),
        Verdict::Refused { limit: true } => Err(Failure::limit(format!(
            "{name}: not checked by `allocert check`, to which names of networks are left: {step}{why}"
        ))),
        Verdict::Invalid | Verdict::Refused { limit: false } => {
            Err(Failure::request(format!("{name}: not valid, {step}{why}\n  `allocert check {name}` says more")))
        }
    }
}

fn record(file: String, export: Export, accepted: Option<bool>) -> Record {
    let kind = |kind| match kind {
        Kind::Answer => "answer",
        Kind::Claim => "claim",
        Kind::Name => "name",
        Kind::Reason => "reason",
    };
    let left = |l: LeftOut| Left { step: l.step, why: l.why, kind: kind(l.kind) };
    Record { file, proved: export.proved, left_out: export.left_out.into_iter().map(left).collect(), accepted }
}

/// Writes the theory and the file.
fn write(folder: &Path, export: &Export) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| Failure::request(format!("{}: {error}", folder.display())))?;
    for (name, text) in export.theory() {
        let path = folder.join(name);
        // What was compiled before is kept.
        if std::fs::read_to_string(&path).ok().as_deref() != Some(text) {
            write_whole(&path, text.as_bytes())?;
        }
    }
    write_whole(&folder.join(NAME), export.file.as_bytes())
}

/// Whether Coq accepts the file, and each of its theorems without an assumption.
fn accepts(folder: &Path, export: &Export) -> Result<bool, Failure> {
    let mut stale = false;
    for (name, _) in export.theory() {
        let compiled = folder.join(name).with_extension("vo");
        let newer = |path: &Path| path.metadata().and_then(|m| m.modified()).ok();
        // What comes after a file that is compiled anew rests on it.
        stale |= newer(&compiled) <= newer(&folder.join(name));
        if !stale {
            continue;
        }
        let (done, text) = coqc(folder, name)?;
        if !done {
            return Err(Failure::limit(format!(
                "the theory in {} does not compile: {text}\n  install Coq 8.16 with MathComp: apt-get install coq libcoq-mathcomp-algebra",
                folder.display()
            )));
        }
    }
    let (done, text) = coqc(folder, NAME)?;
    let closed = text.lines().filter(|l| *l == CLOSED).count();
    Ok(done && closed == export.theorems && text.lines().all(|l| l == CLOSED || l.is_empty()))
}

/// Runs coqc: whether it succeeds, and what it says.
fn coqc(folder: &Path, name: &str) -> Result<(bool, String), Failure> {
    let run = Command::new("coqc").current_dir(folder).args(["-q", "-w", "none", "-Q", ".", "Allocert", name]).output();
    let run = run.map_err(|error| {
        Failure::limit(format!(
            "coqc: {error}\n  install Coq 8.16 with MathComp: apt-get install coq libcoq-mathcomp-algebra"
        ))
    })?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((run.status.success(), if run.status.success() { text(&run.stdout) } else { text(&run.stderr) }))
}

fn summary(name: &str, export: &Export, accepted: Option<bool>) -> String {
    let verdict = match accepted {
        Some(true) => "accepted by Coq, without assumptions",
        Some(false) => "REJECTED by Coq",
        None => "written; compile each file with coqc -Q . Allocert, in the order of their imports",
    };
    let mut lines = vec![format!("{name}: {}, {verdict}", plural(export.theorems as u64, "theorem"))];
    lines.extend(export.proved.iter().map(|statement| format!("  {statement}")));
    lines.extend(left_out(&export.left_out));
    lines.join("\n")
}

/// What is left out, answers first.
fn left_out(left: &[LeftOut]) -> Vec<String> {
    let mut left: Vec<&LeftOut> = left.iter().collect();
    left.sort_by_key(|l| l.kind);
    let answers = left.iter().filter(|l| l.kind == Kind::Answer).count();
    let text = |l: &&LeftOut| {
        let what = match l.kind {
            Kind::Answer => "not proved in Coq, an answer",
            Kind::Claim | Kind::Name => "not in Coq",
            Kind::Reason => "left out",
        };
        format!("  {what}: step {}: {}", l.step, l.why)
    };
    let mut lines: Vec<String> = left.iter().take(answers + 20).map(text).collect();
    if left.len() > lines.len() {
        lines.push(format!("  and {} more", left.len() - lines.len()));
    }
    if left.iter().any(|l| l.why.starts_with("the bound ") || l.why.starts_with("gauge directions")) {
        lines.push("  write the certificate with --elementary: the bounds it then takes have proofs in Coq".to_owned());
    }
    lines
}
