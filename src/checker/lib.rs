//! The checker of certificates: it knows the format, has its own arithmetic, label maps and linear algebra, and uses nothing
//! of the engine. `docs/certificate-format.md` is its specification.
//!
//! A certificate is read line by line; each step states something and is checked at once against the steps before it. What a
//! proof rests on without checking are the identities in `gauge` and the arguments that head each file of `rules`.

mod budget;
mod changed;
mod form;
mod gauge;
mod identity;
mod ledger;
mod lines;
mod network;
mod number;
mod own;
mod polynomial;
mod program;
mod proof;
mod report;
mod rules;
mod support;
mod univariate;

use std::io::BufRead;

use allocert_format::{FORMAT, Header, Rule, Step, VERSION};
pub use budget::Limits;
use budget::pay;
use lines::Line;
use proof::{Fault, Proof};

/// Operations for a byte that is read.
const READ: u64 = 32;

/// What certificates are about.
const ABOUT: [&str; 4] = ["rank", "match", "scan", "claim"];

/// The theorem that lower bounds of networks with exponentials rest on.
pub const AX: &str = "Ax's theorem (On Schanuel's conjectures, 1971): exponentials of functions, each algebraic over the variables and the exponentials before it, that are linearly independent over the rationals modulo constants are algebraically independent over the variables";

/// How a certificate fares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Every step follows, and nothing is left open.
    Valid,
    /// Every step follows, but some rest on random points, or state that something is not proved.
    Holey,
    /// A step does not follow, or the file is not whole.
    #[default]
    Invalid,
    /// It is not a certificate of this version, or over a limit: nothing is said about it.
    Refused {
        /// Whether a limit is the reason.
        limit: bool,
    },
}

impl Verdict {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Valid => "valid",
            Verdict::Holey => "holey",
            Verdict::Invalid => "invalid",
            Verdict::Refused { .. } => "refused",
        }
    }

    /// 0 valid; 1 holey or invalid; 2 not a certificate of this version; 3 over a limit.
    pub fn status(self) -> u8 {
        match self {
            Verdict::Valid => 0,
            Verdict::Holey | Verdict::Invalid => 1,
            Verdict::Refused { limit: false } => 2,
            Verdict::Refused { limit: true } => 3,
        }
    }
}

/// A step that states something without a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    /// The step.
    pub step: u64,
    /// Its rule.
    pub rule: &'static str,
    /// What is missing.
    pub reason: String,
    /// It is wrong with a probability of at most 2 to this power; nothing if there is no bound.
    pub error_log2: Option<i64>,
}

/// What a certificate says of the claim that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its condition was evaluated here, from proved dimensions: the outcome follows.
    Follows,
    /// Its condition was not evaluated: only the dimensions that it is about are proved.
    NotEvaluated,
}

impl Standing {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Follows => "follows",
            Standing::NotEvaluated => "not evaluated",
        }
    }
}

/// What a statement is about and rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The network and the samples, in words; nothing for that of a claim.
    pub network: String,
    /// The first step with a hole that it rests on; nothing if it is proved.
    pub hole: Option<u64>,
}

/// A network that is no family: what its name means in the certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Its name.
    pub network: String,
    /// Its tensors and its program.
    pub text: String,
    /// The SHA-256 of this text.
    pub sha256: String,
}

/// The result of checking a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The verdict.
    pub verdict: Verdict,
    /// The step that is at fault, or the first hole; the header is step 0.
    pub step: Option<u64>,
    /// Its rule.
    pub rule: Option<&'static str>,
    /// Why.
    pub reason: Option<String>,
    /// All holes.
    pub holes: Vec<Hole>,
    /// The network and samples that the statements are about, if there is only one.
    pub about: String,
    /// What is stated in answer to the question; nothing unless the certificate is valid or holey.
    pub statements: Vec<String>,
    /// What each of these is about and rests on.
    pub contexts: Vec<Context>,
    /// What it says of the claim, if it is about one.
    pub claim: Option<Standing>,
    /// The networks that are no families, with their programs; nothing unless the certificate is valid or holey.
    pub programs: Vec<Carried>,
    /// What was asked to be shown besides.
    pub shown: Vec<String>,
    /// Theorems that the statements rest on, and that are not proved in the checker's own text.
    pub theorems: Vec<&'static str>,
}

impl Report {
    /// Whether all that the certificate states is proved, but for what the condition of a claim makes of it.
    pub fn is_whole(&self) -> bool {
        let of_condition = |hole: &Hole| hole.rule == "condition";
        matches!(self.verdict, Verdict::Valid | Verdict::Holey) && self.holes.iter().all(of_condition)
    }
}

/// How to check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// What a certificate may take.
    pub limits: Limits,
    /// Derives all branches of large counts, instead of a sample, in any number of operations.
    pub full: bool,
    /// Shows the instances that statements are about, with all their numbers.
    pub instances: bool,
    /// Shows the dimension of each allocation that a statement counts.
    pub allocations: bool,
}

/// Checks a certificate: every step of it. Of the branches of counts that take more than some seconds a sample is derived
/// again, and what was not is a hole.
pub fn check(reader: impl BufRead) -> Report {
    check_with(reader, Options::default())
}

/// The same, in the way that is asked for.
pub fn check_with(mut reader: impl BufRead, options: Options) -> Report {
    let operations = if options.full { u64::MAX } else { options.limits.operations };
    budget::begin(Limits { operations, ..options.limits });
    let mut proof = match header(&mut reader) {
        Ok(header) => Proof::new(header, options),
        Err(fault) => return failed(0, None, fault),
    };
    let mut number = 0;
    let mut done = false;
    let mut bytes = 0;
    let fault = loop {
        number += 1;
        if number > lines::MOST_STEPS {
            break Fault::Limit(format!("over the limit of {} steps", lines::MOST_STEPS));
        }
        let text = match lines::next(&mut reader) {
            Line::Text(_) if done => break Fault::Wrong("there are lines after the end".to_owned()),
            Line::Text(text) => text,
            Line::End if done => return finished(proof),
            Line::End => break Fault::Wrong("the end is missing: the file is cut off".to_owned()),
            line => break unreadable(line),
        };
        bytes += text.len() as u64;
        if bytes > lines::MOST_BYTES_IN_ALL {
            break Fault::Limit(format!("over the limit of {} bytes", lines::MOST_BYTES_IN_ALL));
        }
        let step: Step = match pay(READ * text.len() as u64).and_then(|()| parse(&text)) {
            Ok(step) => step,
            Err(fault) => break fault,
        };
        if step.step != number {
            break Fault::Wrong(format!("step {} stands where step {number} is expected", step.step));
        }
        done = matches!(step.by, Rule::End { .. });
        let rule = step.by.name();
        proof.begin();
        if let Err(fault) = rules::apply(&mut proof, number, step.by) {
            return failed(number, Some(rule), fault);
        }
    };
    failed(number, None, fault)
}

fn header(reader: &mut impl BufRead) -> Result<Header, Fault> {
    let text = match lines::next(reader) {
        Line::Text(text) => text,
        Line::TooLong => return Err(unreadable(Line::TooLong)),
        _ => return Err(Fault::NotACertificate("the first line is not a header".to_owned())),
    };
    // The version first: a later one may have a different header.
    let any: serde_json::Value = if lines::too_deep(&text) { serde_json::Value::Null } else { parse_any(&text)? };
    if any.get("format").and_then(|f| f.as_str()) != Some(FORMAT) {
        return Err(Fault::NotACertificate(format!("the first line is not the header of an {FORMAT}")));
    }
    match any.get("version").and_then(serde_json::Value::as_u64) {
        Some(version) if version == u64::from(VERSION) => {
            let header: Header = parse(&text)?;
            proof::ensure(ABOUT.contains(&header.about.as_str()), "the header is about nothing known")?;
            // Every statement is about teachers, students and inputs of any distribution with a density.
            proof::ensure(header.ensemble.is_none(), "no rule is about an ensemble of its own")?;
            Ok(header)
        }
        version => {
            let version = version.map_or("unknown".to_owned(), |v| v.to_string());
            Err(Fault::NotACertificate(format!("format version {version}; this program reads version {VERSION}")))
        }
    }
}

fn parse_any(text: &str) -> Result<serde_json::Value, Fault> {
    serde_json::from_str(text).map_err(|_| Fault::NotACertificate("the first line is not JSON".to_owned()))
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Fault> {
    if lines::too_deep(text) {
        return Err(Fault::Limit("brackets nest too deeply".to_owned()));
    }
    serde_json::from_str(text).map_err(|error| {
        let shown: String = error.to_string().chars().take(200).collect();
        Fault::Wrong(format!("the line is not a step of this format: {shown}"))
    })
}

fn unreadable(line: Line) -> Fault {
    match line {
        Line::TooLong => Fault::Limit(format!("over the limit of {} bytes a line", lines::MOST_BYTES)),
        Line::Broken(reason) => Fault::Wrong(reason),
        Line::Text(_) | Line::End => Fault::Wrong("a line is missing".to_owned()),
    }
}

fn failed(step: u64, rule: Option<&'static str>, fault: Fault) -> Report {
    let (verdict, reason) = match fault {
        Fault::Wrong(reason) | Fault::Unknown(reason) => (Verdict::Invalid, reason),
        Fault::NotACertificate(reason) => (Verdict::Refused { limit: false }, reason),
        Fault::Limit(reason) => (Verdict::Refused { limit: true }, reason),
    };
    Report { verdict, step: Some(step), rule, reason: Some(reason), ..Report::default() }
}

fn finished(proof: Proof) -> Report {
    let (statements, contexts): (_, Vec<Context>) = proof.answer.iter().map(|step| proof.answered(*step)).unzip();
    let about = contexts.first().filter(|first| contexts.iter().all(|other| other.network == first.network));
    let evaluated = proof.claim.is_none_or(|(_, standing)| standing == Standing::Follows);
    let verdict = if proof.holes.is_empty() && evaluated { Verdict::Valid } else { Verdict::Holey };
    let hole = proof.holes.first().map(|h| (h.step, h.rule, h.reason.clone()));
    let first = hole.or_else(|| {
        let reason = "the condition of the claim is not evaluated: what is proved are the dimensions".to_owned();
        proof.claim.filter(|_| !evaluated).map(|(step, _)| (step, "claim", reason))
    });
    Report {
        verdict,
        step: first.as_ref().map(|(step, _, _)| *step),
        rule: first.as_ref().map(|(_, rule, _)| *rule),
        reason: first.map(|(_, _, reason)| reason),
        about: about.map_or_else(String::new, |first| first.network.clone()),
        programs: proof.all_carried(),
        statements,
        contexts,
        holes: proof.holes,
        claim: proof.claim.map(|(_, standing)| standing),
        shown: proof.shown,
        theorems: if proof.rests_on_ax { vec![AX] } else { Vec::new() },
    }
}
