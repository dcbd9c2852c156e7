//! `scan --resume DIR`: counting the pieces of a scan that are not finished yet.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::ProgressBar;
use rayon::prelude::*;

use allocert::control::Control;
use allocert::network::Samples;
use allocert::reach::{PieceResult, Pieces, Scan, ScanOptions, Settings};
use allocert::record::{Request, Run};
use allocert::{allocation::parse, network::Network};

use super::Common;
use super::failure::Failure;
use super::orbits::why;
use super::resume::{Folder, checksum};

/// What became of a scan in pieces.
pub(super) enum Done {
    /// All pieces are joined.
    Whole(Box<Scan>),
    /// This shard is finished.
    Shard(Box<Run>),
}

/// Counts what is missing in a folder.
pub(super) fn run(
    (network, samples): (&Network, Samples),
    request: Request,
    options: &ScanOptions,
    settings: Settings,
    (folder, shard): (&Path, (usize, usize)),
    (control, bar): (&Control<'_>, &ProgressBar),
) -> Result<Done, Failure> {
    if !network.has_one_matroid() {
        let message =
            format!("{network}: the scan of a network with kinks is not cut into pieces\n  leave out --resume");
        return Err(Failure::request(message));
    }
    let pieces = Pieces::new(network, samples, options, settings, &Control::unlimited())?;
    let run = Run { version: env!("CARGO_PKG_VERSION").to_owned(), request, pieces: pieces.number(), shard };
    let folder = Folder::open(folder, run)?;
    let own: Vec<usize> = folder.run().own().collect();
    let missing: Vec<usize> = own.iter().copied().filter(|p| read(&folder, *p).is_none()).collect();
    bar.set_length(own.len() as u64);
    bar.set_position((own.len() - missing.len()) as u64);
    let (failed, failure) = (AtomicBool::new(false), Mutex::<Option<Failure>>::new(None));
    let counting = control.also_stopped_by(&failed);
    missing.par_iter().for_each(|piece| {
        let result = counting.check().ok().and_then(|()| pieces.count(*piece, &counting));
        match result.map(|result| write(&folder, *piece, &result)) {
            None => {}
            Some(Ok(())) => bar.inc(1),
            Some(Err(error)) => {
                failed.store(true, Ordering::Relaxed);
                if let Ok(mut failure) = failure.lock() {
                    failure.get_or_insert(error);
                }
            }
        }
    });
    bar.finish_and_clear();
    if let Some(failure) = failure.into_inner().ok().flatten() {
        return Err(failure);
    }
    let results: Vec<PieceResult> = own.iter().filter_map(|piece| kept(&folder, *piece)).collect();
    if results.len() < own.len() {
        let why = control.stopped().map(|stopped| why(stopped, control));
        let why = why.unwrap_or_else(|| "something else changed the folder".to_owned());
        return Err(Failure::limit(format!(
            "{why} after {} of {} pieces, which are kept in {}\n  the same command goes on from there",
            results.len(),
            own.len(),
            folder.path().display()
        )));
    }
    if shard.1 > 1 {
        return Ok(Done::Shard(Box::new(folder.run().clone())));
    }
    Ok(Done::Whole(Box::new(pieces.join(&results, control)?)))
}

/// A piece's result from its file; nothing if it must be counted.
fn kept(folder: &Folder, piece: usize) -> Option<PieceResult> {
    entries(&folder.read(piece).ok()??)
}

/// A piece's result from its file; nothing if it must be counted (a damaged file is said).
fn read(folder: &Folder, piece: usize) -> Option<PieceResult> {
    entries(&folder.read_or_say(piece)?)
}

/// A piece's result from its text.
pub(super) fn entries(text: &str) -> Option<PieceResult> {
    let rows: Vec<(usize, usize, usize, String)> = serde_json::from_str(text).ok()?;
    rows.into_iter().map(|(c, s, r, n)| Some((c, s, r, n.parse().ok()?))).collect()
}

fn write(folder: &Folder, piece: usize, result: &PieceResult) -> Result<(), Failure> {
    let rows: Vec<(usize, usize, usize, String)> =
        result.iter().map(|(c, s, r, n)| (*c, *s, *r, n.to_string())).collect();
    folder.write(piece, &serde_json::to_string(&rows).map_err(std::io::Error::other)?)
}

/// A checksum of the forward pass of a network that is not built in.
pub(super) fn fingerprint(network: &Network) -> Option<String> {
    network.own_program().map(|program| checksum(&program.to_string()))
}

/// The network of a run, if it is still the same.
pub(super) fn known_network(common: &Common, network: &str, program: Option<&str>) -> Result<Network, Failure> {
    let network: Network = common.network(network)?;
    if fingerprint(&network).as_deref() == program {
        return Ok(network);
    }
    let mend = "give the file that defined it then, with --use";
    Err(Failure::request(format!("{network} is not the network that these pieces are of\n  {mend}")))
}

/// The request of `run.json`, cut into pieces again.
pub(super) fn pieces(common: &Common, run: &Run) -> Result<Pieces, Failure> {
    let Request::Scan { network, program, samples, within, sizes, error_log2, seed } = &run.request else {
        return Err(Failure::request("these are pieces of claims, not of a scan"));
    };
    let network = known_network(common, network, program.as_deref())?;
    let within = within.as_ref().map(|text| parse(network.layout(), text)).transpose()?;
    let options = ScanOptions { within, sizes: sizes.map(|(a, b)| a..=b), ..ScanOptions::default() };
    let settings = Settings { seed: *seed, error_log2: *error_log2 };
    let samples = samples.map_or(Samples::Functional, Samples::Count);
    Ok(Pieces::new(&network, samples, &options, settings, &Control::unlimited())?)
}
