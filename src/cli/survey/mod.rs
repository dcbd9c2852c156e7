//! `allocert survey`: every orbit of allocations of chosen sizes, trained and held against theory: a table, and drawings of it.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use allocert::algebra::Limits;
use allocert::control::Control;
use allocert::matching::Matcher;
use allocert::network::{Network, Samples};
use allocert::plot::PlotError;
use allocert::reach::ReachError;
use allocert::record::{Request, SurveyRow};
use allocert::training::{Exact, Experiment, Method, Orbit, Training, TrialOptions, orbits};

use super::failure::Failure;
use super::file::{make_folder, write_whole};
use super::output::{bar, json, line, plural};
use super::pieces::Keeping;
use super::scan::sizes;
use super::scan_pieces::fingerprint;
use super::{Common, Pins, error_bound, interrupt, settings};

mod drawing;

const EXAMPLES: &str = "Examples:
  allocert survey 'lffn([1, 2, 1])' --sizes 1..2 --trials 50 --json
  allocert survey 'lrnn(1, 1, 1, 3)' --sizes 1..2 --samples 1..2 --trials 50

With --out DIR, it writes survey.csv (which allocert compare reads),
success-against-match.svg, for several numbers of samples
success-against-samples.svg, and for several sizes success-against-weights.svg.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The network, such as 'lffn([2, 2, 2])'.
    #[arg(value_name = "NET")]
    network: String,
    #[command(flatten)]
    pins: Pins,
    /// The sizes of the allocations, such as 4 or 3..5.
    #[arg(long, value_name = "SIZES", value_parser = sizes)]
    sizes: RangeInclusive<usize>,
    /// The numbers of generic inputs, such as 2 or 1..4; without it, functional.
    #[arg(long, value_name = "M", value_parser = sizes)]
    samples: Option<RangeInclusive<usize>>,
    /// Students and teachers for each orbit.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    trials: u64,
    /// Only this trainer, in place of all three.
    #[arg(long, value_name = "NAME")]
    only: Option<Method>,
    /// Restarts of Levenberg-Marquardt.
    #[arg(long, value_name = "N", default_value_t = 63, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    restarts: u32,
    /// Restarts of adam and gradient-descent, which take many more steps each.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    gradient_restarts: u32,
    /// Dimensions, and all decisions about an orbit, are wrong with a probability of at most 2^K where they are not proved.
    #[arg(long, value_name = "K", default_value = "-100", allow_negative_numbers = true, value_parser = error_bound)]
    error_log2: i64,
    /// The folder to write to; made if it is not there.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    keeping: Keeping,
}

impl Arguments {
    /// Whether --resume would keep what is finished, and was not given.
    pub(super) fn would_resume(&self) -> bool {
        self.keeping.resume.is_none()
    }
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let network: Network = common.pinned(&arguments.network, &arguments.pins)?;
    let all = orbits(&network, arguments.sizes.clone()).map_err(|error| match error {
        // Its mend would be an option that there is not here.
        ReachError::TooManyWeights { .. } | ReachError::TooManyOrbits { .. } => Failure::limit(format!(
            "{network}: too many allocations to group by symmetry\n  take fewer sizes or a smaller network"
        )),
        error => error.into(),
    })?;
    if all.is_empty() {
        let weights = network.weights();
        return Err(Failure::request(format!(
            "{network} has {weights} weights: there is no allocation of these sizes"
        )));
    }
    arguments.out.as_deref().map_or(Ok(()), make_folder)?;
    let stop = interrupt::flag();
    let control = Control::unlimited().stopped_by(&stop);
    let samples: Vec<Samples> = match &arguments.samples {
        None => vec![Samples::Functional],
        Some(range) if *range.start() == 0 || *range.end() > 1_000_000 => {
            return Err(Failure::request("--samples: give numbers from 1 to 1000000, such as 1..4"));
        }
        Some(range) => range.clone().map(|m| Samples::Count(m as u64)).collect(),
    };
    let methods: Vec<Method> = arguments.only.map_or(Method::ALL.to_vec(), |only| vec![only]);
    let bar = bar("surveying {bar:30} {pos}/{len}, {eta} left");
    let pieces = all.len() * samples.len();
    bar.set_length((pieces * methods.len()) as u64);
    let mut matchers: Vec<(Samples, Matcher)> = Vec::new();
    // The rows of an orbit at a number of samples; those that were finished before the work was stopped.
    let mut of_piece = |piece: usize| -> Result<Vec<SurveyRow>, Failure> {
        let (samples, orbit) = (samples[piece / all.len()], &all[piece % all.len()]);
        if matchers.last().is_none_or(|(known, _)| *known != samples) {
            let settings = settings(common, arguments.error_log2);
            matchers = vec![(samples, Matcher::new(&network, samples, settings, Limits::default())?)];
        }
        let (mut exact, mut rows): (Option<Exact>, _) = (None, Vec::new());
        for method in &methods {
            if control.stopped().is_none() {
                let asked = (&network, samples, orbit, *method);
                rows.extend(row(common, arguments, &matchers[0].1, asked, &mut exact, &control)?);
            }
            if arguments.keeping.resume.is_none() {
                bar.inc(1);
            }
        }
        Ok(rows)
    };
    let mut rows = Vec::new();
    if let Some(path) = &arguments.keeping.resume {
        let request = (request(common, arguments, &network, (&samples, &methods)), pieces);
        let done = arguments.keeping.run(common, path, request, &bar, |piece| {
            let rows = of_piece(piece)?;
            (rows.len() == methods.len()).then(|| kept(&rows)).transpose()
        });
        let Some(texts) = done? else {
            return Ok(ExitCode::SUCCESS);
        };
        return merged(common, (samples.len(), common.seed), &texts, arguments.out.as_deref());
    }
    for piece in 0..pieces {
        let more = of_piece(piece)?;
        if common.json {
            more.iter().try_for_each(json)?;
        }
        rows.extend(more);
    }
    bar.finish_and_clear();
    let partial = control.stopped().is_some();
    finish(common, rows, (all.len(), samples.len(), partial), (common.seed, arguments.out.as_deref()))
}

/// What `run.json` says of a survey.
fn request(
    common: &Common,
    arguments: &Arguments,
    network: &Network,
    (samples, methods): (&[Samples], &[Method]),
) -> Request {
    Request::Survey {
        network: network.to_string(),
        program: fingerprint(network),
        sizes: (*arguments.sizes.start(), (*arguments.sizes.end()).min(network.weights())),
        samples: samples.iter().map(|samples| samples.count()).collect(),
        trials: arguments.trials,
        trainers: methods.iter().map(|method| method.name().to_owned()).collect(),
        restarts: (arguments.restarts, arguments.gradient_restarts),
        error_log2: arguments.error_log2,
        seed: common.seed,
    }
}

/// The rows of a piece as they are kept: the table's text, in which numbers come back as they were.
fn kept(rows: &[SurveyRow]) -> Result<String, Failure> {
    Ok(serde_json::to_string(&table(rows)?).map_err(std::io::Error::other)?)
}

/// Prints and writes the rows of all pieces.
pub(super) fn merged(
    common: &Common,
    (samples, seed): (usize, u64),
    texts: &[String],
    out: Option<&Path>,
) -> Result<ExitCode, Failure> {
    let mut rows: Vec<SurveyRow> = Vec::new();
    for text in texts {
        let damaged = || Failure::request("a piece is damaged\n  run its shard's command again");
        let table: String = serde_json::from_str(text).map_err(|_| damaged())?;
        for row in csv::Reader::from_reader(table.as_bytes()).deserialize() {
            rows.push(row.map_err(|_| damaged())?);
        }
    }
    out.map_or(Ok(()), make_folder)?;
    if common.json {
        rows.iter().try_for_each(json)?;
    }
    finish(common, rows, (texts.len() / samples.max(1), samples, false), (seed, out))
}

/// Writes the table and its drawings, says what they come to.
fn finish(
    common: &Common,
    rows: Vec<SurveyRow>,
    (orbits, samples, partial): (usize, usize, bool),
    (seed, out): (u64, Option<&Path>),
) -> Result<ExitCode, Failure> {
    if let Some(folder) = out {
        write_whole(&folder.join("survey.csv"), table(&rows)?.as_bytes())?;
        let named = |name: &str| folder.join(name);
        draw(&named("success-against-match.svg"), drawing::against_match(&rows))?;
        if samples > 1 {
            draw(&named("success-against-samples.svg"), drawing::against_samples(&rows))?;
        }
        if rows.iter().any(|row| row.size != rows[0].size) {
            draw(&named("success-against-weights.svg"), drawing::against_weights(&rows))?;
        }
    }
    let inconsistent: u64 = rows.iter().map(|r| r.inconsistent).sum();
    if !common.json {
        line(&summary(&rows, orbits, inconsistent, partial, seed))?;
    }
    Ok(ExitCode::from(match (inconsistent, partial) {
        (1.., _) => 1,
        (0, true) => 3,
        (0, false) => 0,
    }))
}

/// One row; nothing if the work was stopped before it was finished.
fn row(
    common: &Common,
    arguments: &Arguments,
    matcher: &Matcher,
    (network, samples, orbit, method): (&Network, Samples, &Orbit, Method),
    exact: &mut Option<Exact>,
    control: &Control<'_>,
) -> Result<Option<SurveyRow>, Failure> {
    let restarts = if method == Method::LevenbergMarquardt { arguments.restarts } else { arguments.gradient_restarts };
    let options = TrialOptions { method, restarts, seed: common.seed, ..TrialOptions::default() };
    let training = Training::new(network, samples, &orbit.representative, options)?;
    let exact = match exact {
        Some(exact) => exact,
        None => exact.insert(Exact::with(matcher, &training, arguments.trials, control)?),
    };
    let experiment = Experiment::run(&training, Some(exact), arguments.trials, control);
    Ok((!experiment.is_partial()).then(|| SurveyRow::of(&training, orbit, exact, &experiment)))
}

fn table(rows: &[SurveyRow]) -> Result<String, Failure> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    let wrong = |e: &dyn std::fmt::Display| Failure::limit(format!("cannot write the table: {e}"));
    for row in rows {
        writer.serialize(row).map_err(|e| wrong(&e))?;
    }
    let bytes = writer.into_inner().map_err(|e| wrong(&e))?;
    String::from_utf8(bytes).map_err(|e| wrong(&e))
}

fn draw(path: &std::path::Path, drawing: Result<String, PlotError>) -> Result<(), Failure> {
    match drawing {
        Ok(svg) => write_whole(path, svg.as_bytes()),
        // Stopped before the first row: nothing to draw is no failure.
        Err(PlotError::Nothing) => Ok(()),
        Err(error) => Err(Failure::limit(error.to_string())),
    }
}

/// How verdicts, match probabilities and rates are known.
fn known(rows: &[SurveyRow]) -> String {
    let counted = |of: &dyn Fn(&SurveyRow) -> &str| {
        let each = ["proved", "bounded", "statistical", "open"].map(|name| {
            let number = rows.iter().filter(|row| of(row) == name).count();
            (number > 0).then(|| format!("{name} in {}", plural(number as u64, "row")))
        });
        each.into_iter().flatten().collect::<Vec<_>>().join(", ")
    };
    let worst = rows.iter().filter_map(|row| row.error_log2).max();
    let bound = worst.map_or_else(String::new, |bound| format!(" (each error ≤ 2^{bound})"));
    format!(
        "verdicts: {}{bound}\nmatch: {}\nsuccess: statistical, 95 % intervals with --json or --out\n",
        counted(&|row| &row.evidence),
        counted(&|row| &row.probability_evidence),
    )
}

fn summary(rows: &[SurveyRow], orbits: usize, inconsistent: u64, partial: bool, seed: u64) -> String {
    let mut text = format!(
        "{:<22} {:<11} {:>6} {:>10} {:>10} {:>7} {:>7}\n",
        "trainer", "verdict", "orbits", "match", "success", "missed", "approx."
    );
    for method in Method::ALL {
        for verdict in ["zero", "fractional", "undecided", "one"] {
            let these: Vec<&SurveyRow> =
                rows.iter().filter(|r| r.trainer == method.name() && r.verdict == verdict).collect();
            if these.is_empty() {
                continue;
            }
            let mean = |of: fn(&SurveyRow) -> f64| {
                let weight: u64 = these.iter().map(|r| r.orbit).sum();
                these.iter().map(|r| of(r) * r.orbit as f64).sum::<f64>() / weight as f64
            };
            let (missed, approximate) =
                (these.iter().map(|r| r.missed).sum::<u64>(), these.iter().map(|r| r.approximate).sum::<u64>());
            let matched = if these.iter().all(|r| r.probability.is_some()) {
                // A frequency of instances is near to the probability, and may be 0 or 1 where that is not.
                let near = if these.iter().any(|r| r.probability_evidence == "statistical") { "≈" } else { "" };
                format!("{near}{:.4}", mean(|r| r.probability.unwrap_or(f64::NAN)))
            } else {
                // Between these, where some instances are not decided.
                let [low, high] = [mean(|r| r.interval()[0]), mean(|r| r.interval()[1])].map(|x| format!("{x:.2}"));
                if low == high { format!("≈{low}") } else { format!("{low}..{high}") }
            };
            text.push_str(&format!(
                "{:<22} {verdict:<11} {:>6} {matched:>10} {:>10.4} {missed:>7} {approximate:>7}\n",
                method.name(),
                these.len(),
                mean(|r| r.rate),
            ));
        }
    }
    text.push('\n');
    text.push_str(&known(rows));
    let state = if partial { " PARTIAL;" } else { "" };
    text.push_str(&format!(
        "\n{}, {}; {inconsistent} inconsistent;{state} seed {seed}\nmatch and success are means over allocations",
        plural(orbits as u64, "orbit"),
        plural(rows.len() as u64, "row")
    ));
    text
}
