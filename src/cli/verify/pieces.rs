//! `verify --resume DIR`: each finished claim is a piece, kept as its JSON record; what is shown comes from the records.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use allocert::claims::{CheckOptions, Claim, find};
use allocert::record::{Request, Run, Verify};

use crate::cli::Common;
use crate::cli::failure::Failure;
use crate::cli::output::{bar, harmless, line, plural, thousands};
use crate::cli::resume::{Folder, checksum};
use crate::cli::scan::shard_text;

use super::terminal::columns;
use super::{Arguments, checked, files};

/// Checks the claims of a folder that are not finished.
pub(super) fn run(
    common: &Common,
    arguments: &Arguments,
    claims: &[Claim],
    options: &CheckOptions,
    folder: &Path,
    before: Option<Vec<Verify>>,
) -> Result<ExitCode, Failure> {
    let mut texts = Vec::new();
    for path in find(&arguments.paths)? {
        texts.push((path.display().to_string(), checksum(&fs::read_to_string(&path)?)));
    }
    let request = Request::Verify {
        files: texts,
        claims: claims.iter().map(|claim| claim.name.clone()).collect(),
        error_log2: arguments.error_log2,
        time_limit: arguments.time_limit,
        max_allocations: arguments.max_allocations,
        seed: common.seed,
    };
    let shard = arguments.shard.unwrap_or((1, 1));
    let run = Run { version: env!("CARGO_PKG_VERSION").to_owned(), request, pieces: claims.len(), shard };
    let folder = Folder::open(folder, run)?;
    let bar = bar("{prefix}{msg} {bar:24} {percent}%, {eta} left");
    let mut kept = Vec::new();
    for piece in folder.run().own() {
        let text = match folder.read_or_say(piece) {
            Some(text) => text,
            None => {
                let checked = checked(&claims[piece], options, &bar, &format!("[{}/{}] ", piece + 1, claims.len()));
                let text = serde_json::to_string(&Verify::of(&checked)).map_err(std::io::Error::other)?;
                folder.write(piece, &text)?;
                text
            }
        };
        kept.push(text);
    }
    bar.finish_and_clear();
    if shard.1 > 1 {
        return shard_text(common, folder.run(), folder.path());
    }
    let records = records(&kept)?;
    show(common, &kept, &records)?;
    let status = status(&records);
    let changes = files::after(arguments, before, records, common.json)?;
    let worse = status == 0 && changes.is_some_and(|c| c.has_regressions());
    Ok(ExitCode::from(if worse { 1 } else { status }))
}

/// Shows the claims of all shards.
pub(in crate::cli) fn merged(common: &Common, texts: &[String]) -> Result<ExitCode, Failure> {
    let records = records(texts)?;
    show(common, texts, &records)?;
    Ok(ExitCode::from(status(&records)))
}

fn records(texts: &[String]) -> Result<Vec<Verify>, Failure> {
    let read = |text: &String| {
        serde_json::from_str(text).map_err(|e| Failure::request(format!("a record of a claim is damaged: {e}")))
    };
    texts.iter().map(read).collect()
}

/// With `--json` the records as they were written; otherwise a line each.
fn show(common: &Common, texts: &[String], records: &[Verify]) -> Result<(), Failure> {
    if common.json {
        texts.iter().try_for_each(|text| line(text))?;
        return Ok(());
    }
    line(&columns(["outcome", "claim", "nets", "allocations", "error", "time"]))?;
    let mut file = "";
    for record in records {
        if file != record.file {
            line(&harmless(&record.file))?;
            file = &record.file;
        }
        line(&row(record))?;
    }
    let unexpected = records.iter().filter(|r| !r.as_expected).count();
    let verdict = if unexpected == 0 { "all as expected".to_owned() } else { format!("{unexpected} not as expected") };
    line(&format!("\n{}; {verdict}; seed {}", plural(records.len() as u64, "claim"), common.seed))?;
    Ok(())
}

fn row(record: &Verify) -> String {
    let outcome = if record.failed { "error" } else { &record.outcome };
    let mark = if record.as_expected { " " } else { "!" };
    let evidence = match (record.error_log2, record.evidence.as_deref()) {
        (Some(k), _) => format!("2^{k}"),
        (None, Some("proved")) => "proved".to_owned(),
        (None, Some(_)) => "likely".to_owned(),
        (None, None) => "-".to_owned(),
    };
    let (networks, allocations) = (thousands(record.networks as u64), thousands(record.allocations));
    let time = crate::cli::output::seconds(std::time::Duration::try_from_secs_f64(record.seconds).unwrap_or_default());
    let mut row =
        columns([&format!("{outcome:<8} {mark}"), &harmless(&record.claim), &networks, &allocations, &evidence, &time]);
    if let Some(c) = &record.counterexample {
        let at = c.allocation.as_ref().map(|a| format!(": {a}")).unwrap_or_default();
        row.push_str(&format!("\n          smallest counterexample: {}{}", harmless(&c.network), harmless(&at)));
    } else if let Some(reason) = record.reason.as_ref().filter(|_| !record.as_expected) {
        row.push_str(&format!("\n          {}", harmless(reason).trim_end()));
    }
    row
}

/// As without a folder: 2 a claim could not be evaluated, 1 not as expected, 3 a limit stopped a claim.
fn status(records: &[Verify]) -> u8 {
    if records.iter().any(|r| r.failed && !r.stopped) {
        2
    } else if records.iter().any(|r| !r.as_expected && !r.stopped) {
        1
    } else if records.iter().any(|r| r.stopped) {
        3
    } else {
        0
    }
}
