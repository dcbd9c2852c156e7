//! `--orbits FILE`: one row an orbit, as Parquet, CSV or JSON lines, in the order of the enumeration.

use std::borrow::Cow;
use std::path::Path;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use rug::Integer;

use allocert::allocation::print;
use allocert::control::{Control, Stopped};
use allocert::matching::{Asked, Limits, Matched, Matcher, OrbitMatcher, Ruled, Verdict};
use allocert::network::{Network, Samples};
use allocert::reach::{JacobianMatroid, OrbitCount, Row, Scan, ScanOptions, Settings, list};

use super::estimate;
use super::failure::Failure;
use super::output::{bar, thousands};
use super::table::{Cell, Column, Format, Kind, TableFile};

/// A column that is written where it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum With {
    /// The matching degree of bases.
    Degree,
    /// The verdict on the match probability.
    Verdict,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub(super) struct Request<'a> {
    pub path: &'a Path,
    pub with: &'a [With],
    /// Instances of each basis that no law settles.
    pub trials: u64,
}

const COLUMNS: [Column; 7] = [
    Column { name: "network", kind: Kind::Text, optional: false },
    Column { name: "samples", kind: Kind::Number, optional: true },
    Column { name: "representative", kind: Kind::Text, optional: false },
    Column { name: "size", kind: Kind::Number, optional: false },
    Column { name: "orbit_size", kind: Kind::Number, optional: false },
    Column { name: "dim", kind: Kind::Number, optional: false },
    Column { name: "spans", kind: Kind::Truth, optional: false },
];

const DEGREE: [Column; 3] = [
    Column { name: "degree", kind: Kind::Number, optional: true },
    Column { name: "degree_evidence", kind: Kind::Text, optional: true },
    Column { name: "degree_missing", kind: Kind::Text, optional: true },
];

const VERDICT: [Column; 4] = [
    Column { name: "verdict", kind: Kind::Text, optional: false },
    Column { name: "verdict_reason", kind: Kind::Text, optional: false },
    Column { name: "verdict_evidence", kind: Kind::Text, optional: true },
    Column { name: "verdict_error_log2", kind: Kind::Number, optional: true },
];

/// What can be said before anything is counted: the kind of the file, and whether the orbits can be listed in time.
pub(super) fn accept(
    (network, samples): (&Network, Samples),
    options: &ScanOptions,
    settings: Settings,
    (request, limit, control): (&Request<'_>, Duration, &Control<'_>),
) -> Result<OrbitCount, Failure> {
    Format::of(request.path)?;
    if !network.has_one_matroid() {
        let mend = "leave out --orbits; the table of sizes and dimensions is answered";
        let message = format!("{network}: the orbits of a network with kinks are not listed\n  {mend}");
        return Err(Failure::request(message));
    }
    let count = OrbitCount::of(network, samples, options)?;
    count.accept()?;
    let teacher = JacobianMatroid::new(network, samples, settings.seed, control)?.teacher_rank();
    estimate::listing((network, teacher), &count, limit)?;
    Ok(count)
}

/// Writes the orbits of a scan; how many there are. The file appears when it is complete.
pub(super) fn write(
    scan: &Scan,
    count: &OrbitCount,
    request: &Request<'_>,
    control: &Control<'_>,
) -> Result<u64, Failure> {
    let has = |with| request.with.contains(&with);
    let asked = Asked { degree: has(With::Degree), verdict: has(With::Verdict), trials: request.trials };
    let matcher = if request.with.is_empty() { None } else { Some(matcher(scan)?) };
    let mut matching = match &matcher {
        Some(matcher) => Some(OrbitMatcher::new(matcher, count.group(), asked)?),
        None => None,
    };
    let columns = COLUMNS.into_iter().chain(DEGREE.into_iter().filter(|_| asked.degree));
    let columns = columns.chain(VERDICT.into_iter().filter(|_| asked.verdict)).collect();
    let mut file = TableFile::create(request.path, columns)?;
    let network = scan.network.to_string();
    let bar = bar("listing {bar:30} {pos}/{len} orbits, {eta} left");
    let least = matching.as_ref().map_or(usize::MAX, OrbitMatcher::least_size);
    let shown = count.shown(least);
    bar.set_length(shown.to_u64().unwrap_or(u64::MAX));
    let (mut orbits, mut bases) = (0, Bases::default());
    let listed = list(scan, count, least, &control.narrowed(None), |size, rows| {
        let asked_for = scan.sizes.contains(&size);
        for part in rows.chunks(if matching.is_some() { 512 } else { rows.len() }) {
            if control.stopped().is_some() {
                return Err(stopped());
            }
            let answers = matching.as_mut().map(|m| m.answer(size, part, control)).transpose()?;
            if answers.is_some() && size == scan.teacher.value {
                bases.answered(part.len(), &count.number(size), request, control)?;
            }
            if asked_for {
                let answers = answers.as_ref();
                let row = |(i, row)| cells(scan, &network, row, answers.map(|all| &all[i]));
                file.write(&part.iter().enumerate().map(row).collect::<Vec<_>>())?;
                orbits += part.len() as u64;
            }
            bar.inc(part.len() as u64);
        }
        Ok(())
    });
    bar.finish_and_clear();
    if let (Err(_), Some(stopped)) = (&listed, control.stopped()) {
        let why = why(stopped, control);
        return Err(Failure::limit(format!(
            "{why} after {} of {} orbits; {} is not written\n  give more time with --time-limit, or list fewer with --sizes or --within",
            thousands(bar.position()),
            thousands(shown),
            request.path.display()
        )));
    }
    listed?;
    file.finish()?;
    Ok(orbits)
}

/// After so long the time for all bases is estimated from those answered.
const PROBE: Duration = Duration::from_secs(10);

/// The orbits of as many weights as the teacher has dimensions: nearly all the time for degrees and verdicts goes there.
#[derive(Default)]
struct Bases {
    start: Option<Instant>,
    answered: usize,
}

impl Bases {
    /// Counts some more; refuses to go on if all will take more than twice the time limit.
    fn answered(
        &mut self,
        orbits: usize,
        all: &Integer,
        request: &Request<'_>,
        control: &Control<'_>,
    ) -> Result<(), Failure> {
        let Some(start) = self.start else {
            // The first portion is in the clock's blind spot: it was answered before.
            self.start = Some(Instant::now());
            return Ok(());
        };
        self.answered += orbits;
        let (elapsed, limit) = (start.elapsed(), control.time_limit().unwrap_or(Duration::MAX));
        let expected = Integer::from(elapsed.as_nanos()) * all / self.answered;
        if elapsed < PROBE || expected <= Integer::from(limit.as_nanos()) * 2 {
            return Ok(());
        }
        let (size, answered) = (thousands(all), thousands(self.answered as u64));
        Err(Failure::limit(format!(
            "degrees and verdicts of {size} orbits will take about {}, by the first {answered}, over the limit of {} s\n  give more time with --time-limit, or ask with --within fewer weights, or without --with; {} is not written",
            estimate::duration(&expected),
            limit.as_secs(),
            request.path.display()
        )))
    }
}

/// What stopped the work, as it is said.
pub(super) fn why(stopped: Stopped, control: &Control<'_>) -> String {
    match stopped {
        Stopped::Asked => "interrupted".to_owned(),
        _ => format!("stopped by the time limit of {} s", control.time_limit().unwrap_or_default().as_secs()),
    }
}

fn stopped() -> Failure {
    Failure::limit("stopped")
}

/// What answers about degrees and matches, with the error of a single answer as `match` has it by default.
fn matcher(scan: &Scan) -> Result<Matcher, Failure> {
    let settings = Settings { error_log2: scan.settings.error_log2.min(MATCH_ERROR_LOG2), ..scan.settings };
    let samples: Samples = scan.samples;
    Ok(Matcher::new(&scan.network, samples, settings, Limits::default())?)
}

const MATCH_ERROR_LOG2: i64 = -100;

fn cells<'a>(scan: &Scan, network: &'a str, row: &Row, matched: Option<&Matched>) -> Vec<Cell<'a>> {
    let mut cells = vec![
        Cell::Text(Cow::Borrowed(network)),
        Cell::number(scan.samples.count().map(|m| m as i64)),
        Cell::Text(Cow::Owned(print(scan.network.layout(), &row.representative))),
        Cell::Number(row.representative.size() as i64),
        Cell::Number(row.length as i64),
        Cell::Number(row.dim as i64),
        Cell::Truth(row.dim == scan.teacher.value),
    ];
    if let Some(degree) = matched.and_then(|m| m.degree) {
        let known = degree.ok();
        let evidence = known.map(|d| d.evidence.name());
        cells.push(Cell::number(known.map(|d| d.value as i64)));
        cells.push(Cell::text(evidence));
        cells.push(Cell::text(degree.err().map(|reason| reason.to_string())));
    }
    if let Some(Ruled { verdict, law, evidence }) = matched.and_then(|m| m.ruled) {
        let decided = Some(evidence).filter(|_| verdict != Verdict::Undecided);
        cells.push(Cell::Text(Cow::Borrowed(verdict.name())));
        cells.push(Cell::Text(Cow::Owned(law.to_string())));
        cells.push(Cell::text(decided.map(|e| e.name())));
        cells.push(Cell::number(decided.and_then(|e| e.error_log2())));
    }
    cells
}
