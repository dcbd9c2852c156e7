//! `allocert verify`: checks claims, a line each as it finishes; what was not expected comes last and whole.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::ProgressBar;

use allocert::certificate::{Elementary, of_claim, of_claim_by};
use allocert::claims::{CheckOptions, Checked, Claim, find};
use allocert::reach::Settings;
use allocert::record;
use allocert::text::{nearest, quote};

use super::failure::Failure;
use super::output::{Colour, bar, hanging, harmless, json, line, paint, plural};
use super::{Common, error_bound, settings};

mod certified;
mod contained;
mod files;
mod pieces;
mod terminal;
mod trained;
mod watched;

pub(super) use pieces::merged;

use certified::{Certified, Certifier};
use contained::{Finished, Journal, is_asked, supervise};
use terminal::{columns, row, summary, whole};
use watched::{checked, loaded};

const EXAMPLES: &str = "Examples:
  allocert verify
  allocert verify proofs/lffn.star --json
  allocert verify --only 'spreading/*'

A claim is as expected when its outcome is what its `expect` says. With
--only, counterexamples are shown whole.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Claim files (*.star), or folders of them.
    #[arg(value_name = "PATH", default_value = "proofs")]
    paths: Vec<PathBuf>,
    /// Only claims of this name; * stands for anything.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// For each claim: the chance that a dimension it rests on is wrong is at most 2^K.
    #[arg(long, value_name = "K", default_value = "-20", allow_negative_numbers = true, value_parser = error_bound)]
    error_log2: i64,
    /// Leave a claim open after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, allow_negative_numbers = true, value_parser = crate::cli::whole_number)]
    time_limit: u64,
    /// Leave a claim open that ranges over more allocations than this.
    #[arg(long, value_name = "N", default_value_t = 1 << 26)]
    max_allocations: u64,
    /// Also write a report into this folder.
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// Say what changed since earlier results (written by --json, or results.jsonl of a report);
    /// a change for the worse is exit status 1.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Also write the outcomes as JUnit XML, which CI systems show.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// For each claim that speaks about matches: run the trainers on a sample of its allocations.
    #[arg(long)]
    train: bool,
    /// Keep finished claims in this folder, and go on from there if the run was stopped.
    #[arg(long, value_name = "DIR")]
    resume: Option<PathBuf>,
    /// Check only the I-th of N parts of the claims; `allocert merge` joins their folders.
    #[arg(long, value_name = "I/N", value_parser = super::resume::shard, requires = "resume",
          conflicts_with_all = ["baseline", "junit", "report"])]
    shard: Option<(usize, usize)>,
    /// Write a certificate of each claim's dimensions into this folder.
    #[arg(long, value_name = "DIR")]
    certificate: Option<PathBuf>,
    /// Check these certificates as they are written; only what they confirm is called proved.
    #[arg(long, requires = "certificate")]
    check: bool,
    /// Write them with upper bounds by vectors along which no label changes instead of by named theorems: what Coq accepts
    /// (`allocert coq`).
    #[arg(long, requires = "certificate", conflicts_with = "resume")]
    elementary: bool,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let Some(journal) = Journal::of_this_process()? else {
        return supervise(Duration::from_secs(arguments.time_limit));
    };
    let claims = claims(common, arguments, settings(common, arguments.error_log2 - 10))?;
    let before = files::before(arguments)?;
    let options = CheckOptions {
        settings: settings(common, arguments.error_log2),
        time_limit: Duration::from_secs(arguments.time_limit),
        max_allocations: arguments.max_allocations,
    };
    if let Some(folder) = &arguments.resume {
        return pieces::run(common, arguments, (&claims, &options, &journal), folder, before);
    }
    let start = Instant::now();
    let bar = bar("{prefix}{msg} {bar:24} {percent}%, {eta} left");
    let mut show = Show {
        json: common.json,
        seed: common.seed,
        bar: &bar,
        whole: arguments.only.is_some(),
        results: Vec::new(),
        records: journal.finished.iter().map(|f| f.record.clone()).collect(),
        details: journal.finished.iter().filter_map(|f| f.detail.clone()).collect(),
        hollow: Vec::new(),
        journal: &journal,
    };
    let within = Settings { error_log2: arguments.error_log2 - 10, ..options.settings };
    let elementary = arguments.elementary;
    let of_claim = move |checked: &Checked| match elementary {
        true => of_claim_by(&Elementary, checked, within),
        false => of_claim(checked, within),
    };
    let certifier = Certifier::start(arguments.certificate.clone(), arguments.check, of_claim)?;
    if !common.json && !journal.is_begun {
        let head = columns(["outcome", "claim", "nets", "allocations", "known", "time"]);
        line(&paint(&head, Colour::Dim, false))?;
    }
    if !journal.is_begun {
        let mut warnings: Vec<&String> = claims.iter().flat_map(Claim::warnings).collect();
        warnings.dedup();
        warnings.iter().for_each(|warning| eprintln!("warning: {}", harmless(warning)));
    }
    let mut late = None;
    for (number, claim) in claims.iter().enumerate() {
        if number < journal.finished.len() {
            certifier.skip(&claim.name);
            continue;
        }
        let checked = match journal.begin(number)? {
            Some(lost) => Ok(lost.of(claim)),
            None => checked(claim, &options, &bar, (number, number, claims.len())),
        };
        let checked = match checked {
            Ok(checked) => checked,
            Err(failure) => {
                late = Some(failure);
                break;
            }
        };
        journal.idle()?;
        let trained = if arguments.train { trained::train(claim, &options)? } else { None };
        certifier.put(checked, trained);
        certifier.take().try_for_each(|done| show.result(done?))?;
    }
    certifier.finish().into_iter().try_for_each(|done| show.result(done?))?;
    let Show { results, records, details, hollow, .. } = show;
    bar.finish_and_clear();
    if !common.json {
        details.iter().try_for_each(|detail| line(detail.trim_end()))?;
    }
    if let Some(late) = late {
        if is_asked() && !common.json {
            line(&summary(&results, start.elapsed(), common.seed))?;
        }
        return Err(late);
    }
    let summary = if journal.finished.is_empty() {
        summary(&results, start.elapsed(), common.seed)
    } else {
        pieces::summary(&records, common.seed)
    };
    if !common.json {
        line(&summary)?;
    }
    say_hollow(&hollow);
    let status = pieces::status(&records);
    let changes = files::after(arguments, before, records, common.json)?;
    let worse = status != 2 && changes.is_some_and(|c| c.has_regressions());
    Ok(ExitCode::from(if worse { 1 } else { status }))
}

/// Shows results as they come.
struct Show<'a> {
    json: bool,
    seed: u64,
    bar: &'a ProgressBar,
    /// Counterexamples are shown whole at the end, so not in the rows.
    whole: bool,
    results: Vec<Checked>,
    records: Vec<record::Verify>,
    /// What is shown at the end.
    details: Vec<String>,
    /// Claims whose certificates prove no dimension, and why.
    hollow: Vec<(String, String)>,
    journal: &'a Journal,
}

impl Show<'_> {
    fn result(&mut self, done: Certified) -> Result<(), Failure> {
        let record = done.record(self.seed);
        self.hollow.extend(done.proves_nothing.map(|why| (record.claim.clone(), why)));
        let checked = done.checked;
        self.bar.suspend(|| {
            if self.json {
                return json(&record);
            }
            if self.records.last().is_none_or(|last| last.file != record.file) {
                line(&paint(&harmless(&checked.file.display().to_string()), Colour::Bold, false))?;
            }
            line(&(row(&checked, self.whole) + &trained::text(record.trained.as_ref())))
        })?;
        let detail = (!checked.is_expected() || self.whole).then(|| whole(&checked));
        let finished = Finished { record, detail };
        self.journal.done(&finished)?;
        self.results.push(checked);
        self.records.push(finished.record);
        self.details.extend(finished.detail);
        Ok(())
    }
}

/// Says on standard error which certificates prove no dimension: a file that is there may look like a proof.
fn say_hollow(hollow: &[(String, String)]) {
    for (claim, why) in hollow.iter().take(MOST_NAMED) {
        eprintln!("{}", hanging(&harmless(&format!("the certificate of {claim} proves no dimension: {why}"))));
    }
    if hollow.len() > MOST_NAMED {
        let more = plural((hollow.len() - MOST_NAMED) as u64, "more certificate");
        eprintln!("{more} that {}", if hollow.len() - MOST_NAMED == 1 { "proves none" } else { "prove none" });
    }
}

/// More certificates that prove nothing are only counted.
const MOST_NAMED: usize = 12;

/// The claims asked for, all files read before the first is checked.
fn claims(common: &Common, arguments: &Arguments, settings: Settings) -> Result<Vec<Claim>, Failure> {
    let (mut claims, definitions) = (Vec::new(), common.definitions()?);
    for path in find(&arguments.paths)? {
        claims.extend(loaded(&definitions, &path, settings)?);
    }
    let Some(only) = &arguments.only else {
        if claims.is_empty() {
            return Err(Failure::request("there is no claim in these files\n  write one: docs/claims.md shows how"));
        }
        return Ok(claims);
    };
    let names: Vec<String> = claims.iter().map(|c| c.name.clone()).collect();
    claims.retain(|c| matches(only, &c.name));
    if claims.is_empty() {
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        let message = format!(
            "no claim is named {}{}\n  these files hold {}",
            quote(only),
            hint(only, &known),
            plural(names.len() as u64, "claim")
        );
        return Err(Failure::request(message));
    }
    Ok(claims)
}

/// What a name that fits no claim may have meant: part of names, for which a pattern needs stars, or a name that is near.
fn hint(only: &str, known: &[&str]) -> String {
    let word = only.trim_matches('*').trim_end_matches('/');
    let with_stars = [format!("{word}/*"), format!("*/{word}"), format!("*{word}*")].into_iter();
    let mut fitting = with_stars.map(|p| (known.iter().filter(|name| matches(&p, name)).count(), p));
    if let Some((number, pattern)) = fitting.find(|(number, _)| *number > 0).filter(|_| !word.is_empty()) {
        let s = if number == 1 { "s" } else { "" };
        return format!("; --only '{pattern}' fit{s} {}", plural(number as u64, "claim"));
    }
    nearest(only, known).map(|n| format!("; did you mean {}?", quote(n))).unwrap_or_default()
}

/// Whether a name fits a pattern in which * stands for anything.
fn matches(pattern: &str, name: &str) -> bool {
    let parts: Vec<&str> = pattern.split('*').collect();
    let [first, middle @ .., last] = parts.as_slice() else {
        return pattern == name;
    };
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}
