//! `allocert scan`: how many of all allocations of each size have each reachable dimension.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use rug::Integer;

use allocert::allocation::print;
use allocert::certificate::{Elementary, of_table, of_table_by};
use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::reach::{
    DRAWS, Drawn, MOST_ELEMENTS, OrbitCount, Partial, ReachError, Scan, ScanOptions, Settings, scan,
};
use allocert::record;
use allocert::report::Results;

use super::certificate::save;
use super::failure::Failure;
use super::orbits::{self, With};
use super::output::{bar, hanging, harmless, json, line, plural, thousands, written};
use super::scan_pieces::{self, Done};
use super::{Common, Subject, error_bound, estimate, interrupt, parse_allocation, report, settings};

const EXAMPLES: &str = "Examples:
  allocert scan 'lffn([2, 3, 2])'
  allocert scan 'lrnn(1, 5, 1, 11)' --within W --json
  allocert scan 'pnn([3, 4, 2], degree=2)' --samples 4 --sizes 3..5";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// Only allocations inside these weights, such as 'W' or 'W1[0,:] b1'.
    #[arg(long, value_name = "ALLOC")]
    within: Option<String>,
    /// Only allocations of these sizes, both ends included: 4, 3..5, ..5 or 3..
    #[arg(long, value_name = "SIZES", value_parser = sizes)]
    sizes: Option<RangeInclusive<usize>>,
    /// The whole table is wrong with a probability of at most 2^K (unless it is proved).
    #[arg(long, value_name = "K", default_value = "-20", allow_negative_numbers = true, value_parser = error_bound)]
    error_log2: i64,
    /// Also list every allocation up to symmetry, one row an orbit, in this file: .parquet, .csv or .jsonl.
    #[arg(long, value_name = "FILE")]
    orbits: Option<PathBuf>,
    /// Columns that --orbits has besides: degree (the matching degree of bases), verdict (on the match probability).
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', requires = "orbits")]
    with: Vec<With>,
    /// With the column verdict: how many random instances of a basis that no law settles are decided, in search of one without
    /// a match.
    #[arg(long, value_name = "N", default_value_t = 20, requires = "orbits")]
    trials: u64,
    /// Stop the count, or the listing, with exit status 3 after so many seconds; a run that is estimated to take much longer
    /// does not start.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, allow_negative_numbers = true, value_parser = crate::cli::whole_number)]
    time_limit: u64,
    /// Keep finished pieces in this folder, and go on from there if the run was stopped.
    #[arg(long, value_name = "DIR")]
    resume: Option<PathBuf>,
    /// Count only the I-th of N parts of similar cost; `allocert merge` joins their folders.
    #[arg(long, value_name = "I/N", value_parser = super::resume::shard, requires = "resume",
          conflicts_with_all = ["orbits", "report", "certificate"])]
    shard: Option<(usize, usize)>,
    /// Also write a report into this folder.
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// A network with kinks (relu): the number of random activation patterns to look at.
    #[arg(long, value_name = "N", default_value_t = DRAWS, value_parser = super::at_least_one)]
    draws: u64,
    /// Write a certificate of the dimensions of all allocations: of a polynomial network as long as its
    /// independent sets are at most 2^27, of a ReLU network of at most 15 weights.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["within", "sizes"])]
    certificate: Option<PathBuf>,
    /// In it, prove upper bounds by kernel vectors, not by theorems with a name: `allocert coq` takes these.
    #[arg(long, requires = "certificate")]
    elementary: bool,
}

/// `4`, `3..5`, `..5`, `3..`, both ends included.
pub(super) fn sizes(text: &str) -> Result<RangeInclusive<usize>, String> {
    let number = |t: &str| t.parse::<usize>().map_err(|_| "write 4, 3..5, ..5 or 3..".to_owned());
    let (start, end) = match text.split_once("..") {
        None => (number(text)?, number(text)?),
        Some((start, end)) => {
            let start = if start.is_empty() { 0 } else { number(start)? };
            let end = end.strip_prefix('=').unwrap_or(end);
            (start, if end.is_empty() { usize::MAX } else { number(end)? })
        }
    };
    if start > end {
        return Err(format!("the first size, {start}, is larger than the last, {end}"));
    }
    Ok(start..=end)
}

impl Arguments {
    /// Whether --resume would keep what is finished, and was not given.
    pub(super) fn would_resume(&self) -> bool {
        self.resume.is_none() && self.orbits.is_none()
    }
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let network = arguments.subject.network(common)?;
    let within = arguments.within.as_ref().map(|text| parse_allocation(&network, text)).transpose()?;
    let options = ScanOptions { within, sizes: arguments.sizes.clone(), draws: arguments.draws };
    let (samples, settings) = (arguments.subject.samples(), settings(common, arguments.error_log2));
    let limit = Duration::from_secs(arguments.time_limit);
    let listing =
        arguments.orbits.as_ref().map(|path| orbits::Request { path, with: &arguments.with, trials: arguments.trials });
    let bar = bar("counting {bar:30} {percent} %, {eta} left");
    let progress = |done: u64, all: u64| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let stop = interrupt::flag();
    let free = Control::unlimited().stopped_by(&stop);
    let control = free.within(limit).watched_by(&progress);
    let count = match &listing {
        Some(request) => Some(orbits::accept((&network, samples), &options, settings, (request, limit, &free))?),
        None => None,
    };
    let allowed = match &arguments.resume {
        Some(_) => estimate::Allowed::Pieces(arguments.shard.map_or(1, |(_, shards)| shards)),
        None => estimate::Allowed::Time(limit),
    };
    estimate::scan((&network, samples), &options, settings, allowed, &free)?;
    let answer = if let Some(folder) = &arguments.resume {
        let (subject, shard) = ((&network, samples), arguments.shard.unwrap_or((1, 1)));
        let request = request(&network, samples, &options, settings);
        let done = scan_pieces::run(subject, request, &options, settings, (folder, shard), (&control, &bar));
        bar.finish_and_clear();
        match done? {
            Done::Whole(answer) => *answer,
            Done::Shard(run) => return shard_text(common, &run, folder),
        }
    } else {
        let answer = scan(&network, samples, &options, settings, &control);
        bar.finish_and_clear();
        match answer {
            Ok(answer) => answer,
            Err(error) => return Err(interrupt::failure(&stop, partial(common, error)?)),
        }
    };
    if let Some(folder) = &arguments.report {
        report::write(folder, &Results { scans: vec![record::Scan::of(&answer)], ..Results::default() })?;
        written(common.json, folder);
    }
    let listed = match listing.as_ref().zip(count.as_ref()) {
        Some((request, count)) => Some(orbits::write(&answer, count, request, &control)?),
        None => None,
    };
    if let Some(path) = &arguments.certificate {
        let proof = match arguments.elementary {
            true => of_table_by(&Elementary, &network, samples, settings),
            false => of_table(&network, samples, settings),
        };
        let (text, _) = proof.map_err(|error| Failure::request(error.to_string()))?;
        save(path, &text)?;
        written(common.json, path);
    }
    if common.json {
        json(&record::Scan::of(&answer))?;
    } else {
        let listed = listed.zip(arguments.orbits.as_ref()).map(|(orbits, path)| {
            let path = path.display().to_string();
            format!("\n{} listed in {}", plural(orbits, "orbit"), harmless(&path))
        });
        let listed = listed.unwrap_or_default();
        line(&format!("{}{listed}{}", text(&answer), left_out(count.as_ref())))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// That orbits are not those of all symmetries, if they are not.
fn left_out(count: Option<&OrbitCount>) -> String {
    let Some(group) = count.map(OrbitCount::group).filter(|group| !group.left_out().is_empty()) else {
        return String::new();
    };
    let (used, all) = (group.generators().len(), group.generators().len() + group.left_out().len());
    format!(
        "\norbits under {} symmetries that {used} of {all} generate; all would be more than {}",
        thousands(group.order()),
        thousands(MOST_ELEMENTS)
    )
}

/// Shows what a stopped scan had counted; the failure to end with.
fn partial(common: &Common, error: ReachError) -> Result<Failure, Failure> {
    if let ReachError::StoppedCount { counted: Some(counted), .. } = &error {
        if common.json {
            json(&record::Scan::of_partial(counted))?;
        } else {
            line(&partial_text(counted))?;
        }
    }
    Ok(error.into())
}

/// The table of what was counted before a scan was stopped.
fn partial_text(counted: &Partial) -> String {
    let rows: Vec<(usize, usize, String)> = counted.table.entries().map(|(s, d, n)| (s, d, thousands(n))).collect();
    let sum: Integer = counted.table.entries().map(|(.., number)| number).sum();
    let n = counted.within.size();
    let all: Integer = counted.sizes.clone().map(|size| Integer::from(n).binomial(size as u32)).sum();
    format!(
        "{}, {}\nteacher dimension {}\n\nPARTIAL: {} of {} allocations, at one random point: a dimension may be larger\n\n{}",
        counted.network,
        counted.samples,
        counted.teacher.value,
        thousands(sum),
        thousands(all),
        table(&rows).trim_end()
    )
}

/// The request as `run.json` has it.
fn request(network: &Network, samples: Samples, options: &ScanOptions, settings: Settings) -> record::Request {
    record::Request::Scan {
        network: network.to_string(),
        program: scan_pieces::fingerprint(network),
        samples: samples.count(),
        within: options.within.as_ref().map(|within| print(network.layout(), within)),
        sizes: options.sizes.as_ref().map(|sizes| (*sizes.start(), (*sizes.end()).min(network.weights()))),
        error_log2: settings.error_log2,
        seed: settings.seed,
    }
}

/// What is said of a finished shard.
pub(super) fn shard_text(common: &Common, run: &record::Run, folder: &Path) -> Result<ExitCode, Failure> {
    let ((i, n), own, all) = (run.shard, run.own().count(), run.pieces);
    if common.json {
        json(&serde_json::json!({ "shard": i, "of": n, "finished": own, "pieces": all, "folder": folder }))?;
    } else {
        let folder = folder.display();
        line(&format!(
            "shard {i}/{n}: {own} of {all} pieces, all finished, in {folder}\njoin all shards: allocert merge DIR…"
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn text(scan: &Scan) -> String {
    let (inside, weights) = (scan.within.size(), scan.network.weights());
    let chosen =
        if inside == weights { String::new() } else { format!(", inside {inside} of {}", plural(weights, "weight")) };
    let mut text = hanging(&format!("{}, {}{chosen}", scan.network, scan.samples)) + "\n";
    if let Some(drawn) = &scan.drawn {
        text.push_str(&over_patterns(scan, drawn));
        return text;
    }
    let rows: Vec<(usize, usize, String)> = scan.table.entries().map(|(s, d, n)| (s, d, thousands(n))).collect();
    text.push_str(&format!("teacher dimension {}\n\n{}", scan.teacher.value, table(&rows)));
    text.push_str(&format!("\n{} for the whole table; seed {}", scan.evidence, scan.settings.seed));
    text
}

/// Sizes, dimensions and numbers in columns.
fn table(rows: &[(usize, usize, String)]) -> String {
    let width = rows.iter().map(|r| r.2.len()).max().unwrap_or(0).max(11);
    let (mut text, mut before) = ("  size  dim  allocations\n".to_owned(), None);
    for (size, dim, number) in rows {
        let size_text = if before == Some(size) { String::new() } else { size.to_string() };
        before = Some(size);
        text.push_str(&format!("  {size_text:>4}  {dim:>3}  {number:>width$}\n"));
    }
    text
}

/// The table of a network with kinks.
fn over_patterns(scan: &Scan, drawn: &Drawn) -> String {
    let (draws, patterns) = (plural(drawn.draws, "random draw"), plural(drawn.patterns, "pattern"));
    let mut text = format!("largest teacher dimension {}, over {draws} ({patterns})\n\n", scan.teacher.value);
    text.push_str("  size  dim  allocations with    share of all draws\n");
    text.push_str("             this as largest    and allocations\n");
    let mut before = None;
    for (size, dim, pairs) in drawn.pairs.entries() {
        let size_text = if before == Some(size) { String::new() } else { size.to_string() };
        before = Some(size);
        let all: f64 = drawn.pairs.entries().filter(|(s, ..)| *s == size).map(|(_, _, n)| n.to_f64()).sum();
        let share = format!("{:.2} %", 100.0 * pairs.to_f64() / all);
        let number = thousands(scan.table.number(size, dim));
        text.push_str(&format!("  {size_text:>4}  {dim:>3}  {number:>16}    {share:>18}\n"));
    }
    let (evidence, seed) = (scan.evidence, scan.settings.seed);
    text.push_str(&format!("\n{evidence} for the largest dimensions; shares are frequencies; seed {seed}"));
    text
}
