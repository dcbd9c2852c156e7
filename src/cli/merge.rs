//! `allocert merge`: joins the shards of a run, and refuses gaps, overlaps, mixtures and damaged files.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use allocert::control::Control;
use allocert::reach::PieceResult;
use allocert::record::{self, Request, Run};

use super::Common;
use super::failure::Failure;
use super::output::{json, line};
use super::resume::{Damaged, Folder, difference};
use super::{scan, scan_pieces, survey};

const EXAMPLES: &str = "Examples:
  allocert merge shard-*
  allocert merge shard-1 shard-2 shard-3 --json";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The folders that --resume filled, one a shard.
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// Shards of a survey: write its table and drawings into this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let folders = arguments.folders.iter().map(|path| Folder::existing(path)).collect::<Result<Vec<_>, _>>()?;
    let run = one_run(&folders)?;
    let texts = texts(&folders, &run)?;
    if arguments.out.is_some() && !matches!(run.request, Request::Survey { .. }) {
        return Err(Failure::request("--out is for the table and the drawings of a survey\n  leave it out"));
    }
    match &run.request {
        Request::Scan { .. } => merge_scan(common, &run, &texts),
        Request::Batch { .. } | Request::Networks { .. } | Request::Matches { .. } => super::batch::merged(&texts),
        Request::Survey { samples, .. } => {
            survey::merged(common, (samples.len(), run.seed()), &texts, arguments.out.as_deref())
        }
        Request::Classify { .. } => super::classify::merged(common, &run, &texts),
        Request::Match { .. } => super::matching::merged(common, &run, &texts),
        Request::Verify { .. } => super::verify::merged(common, &run, &texts),
    }
}

/// The run that all folders belong to, as a whole.
fn one_run(folders: &[Folder]) -> Result<Run, Failure> {
    let whole = |folder: &Folder| Run { shard: (1, folder.run().shard.1), ..folder.run().clone() };
    let Some((first, others)) = folders.split_first() else {
        return Err(Failure::request("no folder is named"));
    };
    let run = whole(first);
    let version = env!("CARGO_PKG_VERSION");
    if run.version != version {
        let (path, other) = (first.path().display(), &run.version);
        return Err(Failure::request(format!(
            "{path}: of version {other}, not {version}\n  merge with the same version"
        )));
    }
    for other in others {
        if whole(other) != run {
            let (a, b) = (first.path().display(), other.path().display());
            let how = difference(&whole(other), &run);
            return Err(Failure::request(format!(
                "{b}: not of the same run as {a}: {how}\n  name the shards of one run"
            )));
        }
    }
    Ok(run)
}

/// The results of all pieces, in order.
fn texts(folders: &[Folder], run: &Run) -> Result<Vec<String>, Failure> {
    let of = run.shard.1;
    for (number, folder) in folders.iter().enumerate() {
        let same = |other: &&Folder| other.run().shard == folder.run().shard;
        if let Some(other) = folders[..number].iter().find(same) {
            let (a, b, shard) = (other.path().display(), folder.path().display(), folder.run().shard.0);
            return Err(Failure::request(format!("{a} and {b} are both shard {shard}/{of}\n  name each shard once")));
        }
    }
    if folders.len() < of {
        let missing = (1..=of).filter(|i| folders.iter().all(|f| f.run().shard.0 != *i));
        let first: Vec<String> = missing.take(8).map(|i| format!("{i}/{of}")).collect();
        let (count, first) = (of - folders.len(), first.join(", "));
        return Err(Failure::request(format!(
            "{count} of {of} shards are missing: {first}\n  name every shard's folder"
        )));
    }
    let mut texts = Vec::new();
    for piece in 0..run.pieces {
        let Some(folder) = folders.iter().find(|folder| folder.run().has(piece)) else {
            return Err(Failure::request(format!("no folder has piece {piece}\n  name every shard's folder")));
        };
        let again = "run this shard's command again";
        let text = folder.read(piece).map_err(|Damaged(name)| {
            Failure::request(format!("{}: damaged\n  {again}, which replaces it", name.display()))
        })?;
        texts.push(text.ok_or_else(|| {
            let (path, open) = (folder.path().display(), folder.open_pieces().len());
            let (i, all) = (folder.run().shard.0, folder.run().own().count());
            Failure::request(format!("{path}: shard {i}/{of} lacks {open} of its {all} pieces\n  {again}"))
        })?);
    }
    Ok(texts)
}

fn merge_scan(common: &Common, run: &Run, texts: &[String]) -> Result<ExitCode, Failure> {
    let pieces = scan_pieces::pieces(common, run)?;
    if pieces.number() != run.pieces {
        return Err(Failure::request("run.json is damaged: its request has another number of pieces\n  run it again"));
    }
    let results: Option<Vec<PieceResult>> = texts.iter().map(|text| scan_pieces::entries(text)).collect();
    let results = results.ok_or(allocert::reach::ReachError::PiecesDoNotFit)?;
    let answer = pieces.join(&results, &Control::unlimited())?;
    if common.json {
        json(&record::Scan::of(&answer))?
    } else {
        line(&scan::text(&answer))?
    }
    Ok(ExitCode::SUCCESS)
}
