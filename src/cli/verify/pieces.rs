//! `verify --resume DIR`: each finished claim is a piece, kept as its JSON record; what is shown comes from the records.

use std::collections::VecDeque;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use allocert::certificate::of_claim;
use allocert::claims::{CheckOptions, Checked, Claim, find};
use allocert::reach::Settings;
use allocert::record::{Request, Run, Verify};

use crate::cli::Common;
use crate::cli::failure::Failure;
use crate::cli::output::{bar, harmless, line, plural, thousands};
use crate::cli::resume::{Folder, checksum};
use crate::cli::scan::shard_text;

use super::certified::{Certified, Certifier};
use super::contained::Journal;
use super::terminal::columns;
use super::watched::checked;
use super::{Arguments, files, trained};

/// Checks the claims of a folder that are not finished.
pub(super) fn run(
    common: &Common,
    arguments: &Arguments,
    (claims, options, journal): (&[Claim], &CheckOptions, &Journal),
    folder: &Path,
    before: Option<Vec<Verify>>,
) -> Result<ExitCode, Failure> {
    let request = request(common, arguments, claims)?;
    let shard = arguments.shard.unwrap_or((1, 1));
    let run = Run { version: env!("CARGO_PKG_VERSION").to_owned(), request, pieces: claims.len(), shard };
    let folder = Folder::open(folder, run)?;
    finish(arguments, (claims, options, journal), &folder)?;
    let run = folder.run();
    if shard.1 > 1 {
        return shard_text(common, run, folder.path());
    }
    let texts: Option<Vec<String>> = run.own().map(|piece| folder.read(piece).ok()?).collect();
    let texts = texts.ok_or_else(|| Failure::limit("a piece vanished on the way\n  run the same command again"))?;
    let records = records(run, &texts)?;
    show(common, run.seed(), &texts, &records)?;
    let status = status(&records);
    let changes = files::after(arguments, before, records, common.json)?;
    let worse = status == 0 && changes.is_some_and(|c| c.has_regressions());
    Ok(ExitCode::from(if worse { 1 } else { status }))
}

/// The request as `run.json` has it.
fn request(common: &Common, arguments: &Arguments, claims: &[Claim]) -> Result<Request, Failure> {
    let mut texts = Vec::new();
    for path in common.definitions.iter().cloned().chain(find(&arguments.paths)?) {
        texts.push((path.display().to_string(), checksum(&fs::read_to_string(&path)?)));
    }
    Ok(Request::Verify {
        files: texts,
        claims: claims.iter().map(|claim| claim.name.clone()).collect(),
        error_log2: arguments.error_log2,
        time_limit: arguments.time_limit,
        max_allocations: arguments.max_allocations,
        train: arguments.train,
        certificate: arguments.certificate.as_ref().map(|folder| folder.display().to_string()),
        check: arguments.check,
        seed: common.seed,
    })
}

/// Checks what is missing. A piece is kept when its certificate, if one is asked for, is written.
fn finish(
    arguments: &Arguments,
    (claims, options, journal): (&[Claim], &CheckOptions, &Journal),
    folder: &Folder,
) -> Result<(), Failure> {
    let bar = bar("{prefix}{msg} {bar:24} {percent}%, {eta} left");
    let within = Settings { error_log2: arguments.error_log2 - 10, ..options.settings };
    let of_claim = move |checked: &Checked| of_claim(checked, within);
    let certifier = Certifier::start(arguments.certificate.clone(), arguments.check, of_claim)?;
    let mut begun = VecDeque::new();
    let seed = options.settings.seed;
    let keep = |begun: &mut VecDeque<usize>, done: Result<Certified, Failure>| {
        let text = serde_json::to_string(&done?.record(seed)).map_err(std::io::Error::other)?;
        begun.pop_front().map_or(Ok(()), |piece| folder.write(piece, &text))
    };
    let (mut late, mut finished) = (None, 0);
    for (piece, claim) in claims.iter().enumerate() {
        if !folder.run().has(piece) || is_kept(folder, piece, claim) {
            certifier.skip(&claim.name);
            finished += usize::from(folder.run().has(piece));
            continue;
        }
        let checked = match journal.begin(piece)? {
            Some(lost) => Ok(lost.of(claim)),
            None => checked(claim, options, &bar, (piece, finished, claims.len())),
        };
        let checked = match checked {
            Ok(checked) => checked,
            Err(failure) => {
                late = Some(failure);
                break;
            }
        };
        finished += 1;
        journal.idle()?;
        let trained = if arguments.train { trained::train(claim, options)? } else { None };
        begun.push_back(piece);
        certifier.put(checked, trained);
        certifier.take().try_for_each(|done| keep(&mut begun, done))?;
    }
    certifier.finish().into_iter().try_for_each(|done| keep(&mut begun, done))?;
    bar.finish_and_clear();
    late.map_or(Ok(()), Err)
}

/// Whether a claim is finished: its record is there, and so is the certificate that it names.
fn is_kept(folder: &Folder, piece: usize, claim: &Claim) -> bool {
    let record: Option<Verify> = folder.read_or_say(piece).and_then(|text| serde_json::from_str(&text).ok());
    let there = |path: &String| {
        let there = Path::new(path).exists();
        if !there {
            eprintln!("{}: not there, so this claim is checked again", harmless(path));
        }
        there
    };
    record.is_some_and(|record| record.claim == claim.name && record.certificate.as_ref().is_none_or(there))
}

/// Shows the claims of all shards.
pub(in crate::cli) fn merged(common: &Common, run: &Run, texts: &[String]) -> Result<ExitCode, Failure> {
    let records = records(run, texts)?;
    show(common, run.seed(), texts, &records)?;
    Ok(ExitCode::from(status(&records)))
}

/// The records of all claims of a run, in order.
fn records(run: &Run, texts: &[String]) -> Result<Vec<Verify>, Failure> {
    let mend = "name another folder, and run it again";
    let damaged = |why: String| Failure::request(format!("a record of a claim is damaged: {why}\n  {mend}"));
    let read = |text: &String| serde_json::from_str(text).map_err(|error| damaged(error.to_string()));
    let records: Vec<Verify> = texts.iter().map(read).collect::<Result<_, _>>()?;
    let Request::Verify { claims, .. } = &run.request else {
        return Err(damaged("these are pieces of a scan".to_owned()));
    };
    if records.iter().map(|record| &record.claim).ne(claims) {
        return Err(damaged("these are not the claims of the run".to_owned()));
    }
    Ok(records)
}

/// With `--json` the records as they were written; otherwise a line each.
fn show(common: &Common, seed: u64, texts: &[String], records: &[Verify]) -> Result<(), Failure> {
    if common.json {
        texts.iter().try_for_each(|text| line(text))?;
        return Ok(());
    }
    line(&columns(["outcome", "claim", "nets", "allocations", "known", "time"]))?;
    let mut file = "";
    for record in records {
        if file != record.file {
            line(&harmless(&record.file))?;
            file = &record.file;
        }
        line(&row(record))?;
    }
    line(&summary(records, seed))?;
    Ok(())
}

/// The last line.
pub(super) fn summary(records: &[Verify], seed: u64) -> String {
    let unexpected = records.iter().filter(|r| !r.as_expected).count();
    let verdict = if unexpected == 0 { "all as expected".to_owned() } else { format!("{unexpected} not as expected") };
    format!("\n{}; {verdict}; seed {seed}", plural(records.len() as u64, "claim"))
}

fn row(record: &Verify) -> String {
    let outcome = if record.failed { "error" } else { &record.outcome };
    let mark = if record.as_expected { " " } else { "!" };
    let evidence = match (record.error_log2, record.evidence.as_deref()) {
        (Some(k), _) => format!("2^{k}"),
        (None, Some(name)) => harmless(name),
        (None, None) => "-".to_owned(),
    };
    let (networks, allocations) = (thousands(record.networks as u64), thousands(record.allocations));
    let time = crate::cli::output::seconds(std::time::Duration::try_from_secs_f64(record.seconds).unwrap_or_default());
    let mut row = columns([
        &format!("{outcome:<12} {mark}"),
        &harmless(&record.claim),
        &networks,
        &allocations,
        &evidence,
        &time,
    ]);
    if let Some(c) = &record.counterexample {
        let at = c.allocation.as_ref().map(|a| format!(": {a}")).unwrap_or_default();
        // A smaller instance may be one of those that are not decided.
        let which = if record.undecided == 0 { "smallest counterexample" } else { "a counterexample" };
        row.push_str(&format!("\n          {which}: {}{}", harmless(&c.network), harmless(&at)));
    } else if let Some(reason) = record.reason.as_ref().filter(|_| !record.as_expected) {
        row.push_str(&format!("\n          {}", harmless(reason).trim_end()));
    }
    row + &trained::text(record.trained.as_ref())
}

/// As without a folder: 2 a claim could not be evaluated, 1 not as expected or training and theory disagree, 3 a limit stopped a claim.
pub(super) fn status(records: &[Verify]) -> u8 {
    let consistent = |record: &Verify| record.trained.as_ref().is_none_or(|trained| trained.consistent);
    if records.iter().any(|r| r.failed && !r.stopped) {
        2
    } else if records.iter().any(|r| !r.as_expected && !r.stopped || !consistent(r)) {
        1
    } else if records.iter().any(|r| r.stopped) {
        3
    } else {
        0
    }
}
