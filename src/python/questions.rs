//! Questions. Each gives the JSON of its record, or of a list of them.

use std::time::Duration;

use allocert::allocation::{Allocation, print};
use allocert::ask;
use allocert::checker::{Limits as CheckLimits, Options};
use allocert::control::Control;
use allocert::matching::{Asked, Ensemble, Limits, MatchOptions, Matcher, OrbitMatcher, Trials, choose, maximal};
use allocert::network::{Network, Samples};
use allocert::reach::{
    self, Answer, DesignOptions, LawOptions, OrbitCount, Ranks, ReachError, ScanOptions, Settings, design as designed,
    scan as counted,
};
use allocert::record;
use allocert::training::{Method, TrainerOptions, Training, TrialOptions};
use pyo3::prelude::*;
use rayon::prelude::*;
use serde::Serialize;

use crate::allocation::{PyAllocation, fits};
use crate::errors::Refusal;
use crate::network::PyNetwork;
use crate::work::run;

/// What every question has.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct Common {
    samples: Option<u64>,
    seed: u64,
    error_log2: i64,
    progress: Option<Py<PyAny>>,
}

impl Common {
    fn samples(&self) -> Samples {
        self.samples.map_or(Samples::Functional, Samples::Count)
    }

    fn settings(&self) -> Result<Settings, Refusal> {
        if !(-4000..0).contains(&self.error_log2) {
            return Err(Refusal::request(format!(
                "error_log2 is {}\n  give a negative integer from -4000 on, such as -100 for 2^-100",
                self.error_log2
            )));
        }
        Ok(Settings { seed: self.seed, error_log2: self.error_log2 })
    }
}

fn json(record: &impl Serialize) -> Result<String, Refusal> {
    serde_json::to_string(record).map_err(Refusal::request)
}

fn within(network: &Network, allocation: Option<PyRef<'_, PyAllocation>>) -> Result<Option<Allocation>, Refusal> {
    allocation.map(|inside| fits(network, &inside).map(|()| inside.set.clone())).transpose()
}

fn sets(network: &Network, allocations: &[PyRef<'_, PyAllocation>]) -> Result<Vec<Allocation>, Refusal> {
    allocations.iter().map(|one| fits(network, one).map(|()| one.set.clone())).collect()
}

fn ensemble(text: &str) -> Result<Ensemble, Refusal> {
    text.parse().map_err(Refusal::request)
}

/// So many ranks are asked for at a time.
const PART: usize = 64;

/// The reachable dimensions of some allocations.
#[pyfunction]
fn rank(
    py: Python<'_>,
    network: &PyNetwork,
    allocations: Vec<PyRef<'_, PyAllocation>>,
    common: Common,
    draws: u64,
) -> PyResult<String> {
    let (network, sets) = (network.0.clone(), sets(&network.0, &allocations)?);
    let (samples, settings) = (common.samples(), common.settings()?);
    run(py, common.progress, move |control| {
        let mut ranks = Ranks::new(&network, settings, draws);
        let (mut answers, all) = (Vec::with_capacity(sets.len()), sets.len() as u64);
        for part in sets.chunks(PART) {
            let asked: Vec<_> = part.iter().map(|set| (set.clone(), samples)).collect();
            let known = |answer: Result<Answer, ReachError>| Ok(ask::rank_record(&ask::settled(answer?)));
            answers.extend(
                ranks
                    .answers(&asked, &control.narrowed(None))
                    .into_par_iter()
                    .map(known)
                    .collect::<Result<Vec<_>, Refusal>>()?,
            );
            control.advanced(answers.len() as u64, all);
        }
        json(&answers)
    })
}

/// How many allocations of each size have each dimension.
#[pyfunction]
fn scan(
    py: Python<'_>,
    network: &PyNetwork,
    common: Common,
    inside: Option<PyRef<'_, PyAllocation>>,
    sizes: Option<(usize, usize)>,
    time_limit: f64,
    draws: u64,
) -> PyResult<String> {
    let network = network.0.clone();
    let options =
        ScanOptions { within: within(&network, inside)?, sizes: sizes.map(|(first, last)| first..=last), draws };
    let (samples, settings, limit) = (common.samples(), common.settings()?, seconds(time_limit)?);
    run(py, common.progress, move |control| {
        let scan = counted(&network, samples, &options, settings, &control.within(limit))?;
        json(&record::Scan::of(&scan))
    })
}

/// A row for each orbit of allocations.
#[derive(Serialize)]
struct OrbitRow {
    allocation: String,
    size: usize,
    orbit: u64,
    dim: usize,
    spans: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    degree: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    law: Option<String>,
}

/// Every allocation up to symmetry: the scan, and its rows.
#[derive(Serialize)]
struct Orbits {
    #[serde(flatten)]
    scan: record::Scan,
    rows: Vec<OrbitRow>,
}

/// Every allocation up to symmetry, with its dimension; with degrees and verdicts if `trials` is given.
#[pyfunction]
fn orbits(
    py: Python<'_>,
    network: &PyNetwork,
    common: Common,
    inside: Option<PyRef<'_, PyAllocation>>,
    sizes: Option<(usize, usize)>,
    time_limit: f64,
    trials: Option<u64>,
) -> PyResult<String> {
    let network = network.0.clone();
    let options = ScanOptions {
        within: within(&network, inside)?,
        sizes: sizes.map(|(first, last)| first..=last),
        ..ScanOptions::default()
    };
    let (samples, settings, limit) = (common.samples(), common.settings()?, seconds(time_limit)?);
    if !network.has_one_matroid() {
        return Err(
            Refusal::unsupported(format!("{network}: the orbits of a network with kinks are not listed")).into()
        );
    }
    run(py, common.progress, move |control| {
        let count = OrbitCount::of(&network, samples, &options)?;
        count.accept()?;
        let scan = counted(&network, samples, &options, settings, &control.within(limit))?;
        let rows = listed(&scan, &count, trials, control)?;
        json(&Orbits { scan: record::Scan::of(&scan), rows })
    })
}

/// More rows than this would fill the memory of a notebook.
const MOST_ROWS: usize = 5_000_000;

fn listed(
    scan: &reach::Scan,
    count: &OrbitCount,
    trials: Option<u64>,
    control: &Control<'_>,
) -> Result<Vec<OrbitRow>, Refusal> {
    let matcher = match trials {
        Some(_) => Some(Matcher::new(&scan.network, scan.samples, scan.settings, Limits::default())?),
        None => None,
    };
    let asked = Asked { degree: true, verdict: true, trials: trials.unwrap_or(0) };
    let mut matching = match &matcher {
        Some(matcher) => Some(OrbitMatcher::new(matcher, count.group(), asked)?),
        None => None,
    };
    let least = matching.as_ref().map_or(usize::MAX, OrbitMatcher::least_size);
    let all = count.shown(least);
    if all > MOST_ROWS {
        return Err(Refusal::limit(format!(
            "{all} orbits, over the limit of {MOST_ROWS} rows\n  list fewer with sizes= or within=, or write a file with the command scan"
        )));
    }
    let (mut rows, all) = (Vec::new(), all.to_u64().unwrap_or(u64::MAX));
    let part = control.narrowed(None);
    reach::list(scan, count, least, &part, |size, portion| {
        for part in portion.chunks(512) {
            let answers = matching.as_mut().map(|m| m.answer(size, part, control)).transpose()?;
            let asked_for = part.iter().enumerate().filter(|_| scan.sizes.contains(&size));
            rows.extend(asked_for.map(|(place, row)| {
                let matched = answers.as_ref().map(|all| &all[place]);
                let ruled = matched.and_then(|m| m.ruled);
                OrbitRow {
                    allocation: print(scan.network.layout(), &row.representative),
                    size,
                    orbit: row.length,
                    dim: row.dim,
                    spans: row.dim == scan.teacher.value,
                    degree: matched.and_then(|m| m.degree).and_then(Result::ok).map(|degree| degree.value),
                    verdict: ruled.map(|r| r.verdict.name()),
                    law: ruled.map(|r| r.law.to_string()),
                }
            }));
            control.advanced(rows.len() as u64, all);
        }
        Ok::<(), Refusal>(())
    })?;
    Ok(rows)
}

/// The law of a network.
#[pyfunction]
fn law(
    py: Python<'_>,
    network: &PyNetwork,
    common: Common,
    inside: Option<PyRef<'_, PyAllocation>>,
    time_limit: f64,
    most_flats: usize,
) -> PyResult<String> {
    let (network, limit) = (network.0.clone(), seconds(time_limit)?);
    let options = LawOptions { within: within(&network, inside)?, most_flats };
    let (samples, settings) = (common.samples(), common.settings()?);
    run(py, common.progress, move |control| {
        let mut law = reach::law(&network, samples, &options, settings, &control.within(limit))?;
        json(&ask::law(&mut law, limit, control))
    })
}

/// How instances are drawn and decided.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct Instances {
    trials: u64,
    precision: Option<f64>,
    ensemble: String,
    time_limit: f64,
}

impl Instances {
    fn options(&self) -> Result<MatchOptions, Refusal> {
        let trials = match self.precision {
            Some(width) if width > 0.0 && width <= 1.0 => Trials::Precision { width, most: self.trials },
            Some(_) => return Err(Refusal::request("precision is a number above 0, up to 1")),
            None => Trials::UpTo(self.trials),
        };
        Ok(MatchOptions { ensemble: ensemble(&self.ensemble)?, trials, ..MatchOptions::default() })
    }
}

/// The match probabilities of some allocations.
#[pyfunction]
fn match_(
    py: Python<'_>,
    network: &PyNetwork,
    teacher: Option<PyRef<'_, PyNetwork>>,
    allocations: Vec<PyRef<'_, PyAllocation>>,
    common: Common,
    instances: Instances,
) -> PyResult<String> {
    let (network, sets) = (network.0.clone(), sets(&network.0, &allocations)?);
    let (samples, settings, options) = (common.samples(), common.settings()?, instances.options()?);
    let (limit, teacher) = (seconds(instances.time_limit)?, teacher.map(|other| other.0.clone()));
    run(py, common.progress, move |control| {
        let matcher = Matcher::taught(&network, teacher.as_ref(), samples, settings, Limits::default().under(control))?;
        let mut answers = Vec::with_capacity(sets.len());
        for (number, set) in (0..).zip(&sets) {
            let many = sets.len() as u64;
            let progress = |done: u64, all: u64| control.advanced(number * all + done, many * all);
            let own = control.within(limit).watched_by(&progress);
            answers.push(record::Match::of(&matcher.decide(set, &options, &own)?, options.ensemble));
            if control.stopped().is_some() {
                return Err(Refusal::limit("interrupted"));
            }
        }
        json(&answers)
    })
}

/// Every allocation of a small network by its verdict.
#[pyfunction]
fn classify(
    py: Python<'_>,
    network: &PyNetwork,
    common: Common,
    trials: u64,
    time_limit: f64,
    only_maximal: bool,
) -> PyResult<String> {
    let (network, samples, settings) = (network.0.clone(), common.samples(), common.settings()?);
    let limit = seconds(time_limit)?;
    let options = MatchOptions { trials: Trials::Fixed(trials), ..MatchOptions::default() };
    run(py, common.progress, move |control| {
        let control = &control.within(limit);
        if only_maximal {
            let table = maximal(&network, &options, settings, control)?;
            return json(&record::ClassifyMaximal::of(&network, &table, &options, settings));
        }
        let matcher = Matcher::new(&network, samples, settings, Limits::default().under(control))?;
        json(&record::Classify::of(&matcher.classify(&options, control)?, &options))
    })
}

/// A best allocation of so many weights.
#[pyfunction]
#[expect(clippy::too_many_arguments)]
fn design(
    py: Python<'_>,
    network: &PyNetwork,
    common: Common,
    size: usize,
    inside: Option<PyRef<'_, PyAllocation>>,
    avoid: Option<PyRef<'_, PyAllocation>>,
    per_row: Option<usize>,
    alternatives: usize,
    time_limit: f64,
) -> PyResult<String> {
    let (network, limit) = (network.0.clone(), seconds(time_limit)?);
    let (within, avoid) = (within(&network, inside)?, within(&network, avoid)?);
    let options = DesignOptions { within, avoid, per_row, alternatives };
    let (samples, settings) = (common.samples(), common.settings()?);
    run(py, common.progress, move |control| {
        let found = designed(&network, samples, size, &options, settings, control)?;
        json(&record::Design::of(&found, &options, &choose(&found, settings, limit, control)?))
    })
}

/// How students are trained.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
struct Drill {
    trials: u64,
    trainer: String,
    restarts: u32,
    initial_scale: f64,
    learning_rate: Option<f64>,
    iterations: Option<u64>,
    tolerance: f64,
    ensemble: String,
}

/// Fits students to teachers.
#[pyfunction]
fn train(
    py: Python<'_>,
    network: &PyNetwork,
    teacher: Option<PyRef<'_, PyNetwork>>,
    allocation: PyRef<'_, PyAllocation>,
    common: Common,
    how: Drill,
) -> PyResult<String> {
    fits(&network.0, &allocation)?;
    let (network, set) = (network.0.clone(), allocation.set.clone());
    let (samples, settings, teacher) = (common.samples(), common.settings()?, teacher.map(|other| other.0.clone()));
    let method: Method = how.trainer.parse().map_err(Refusal::request)?;
    let options = TrialOptions {
        ensemble: ensemble(&how.ensemble)?,
        seed: common.seed,
        method,
        trainer: TrainerOptions {
            learning_rate: how.learning_rate,
            iterations: how.iterations,
            tolerance: how.tolerance,
        },
        restarts: how.restarts,
        initial_scale: how.initial_scale,
    };
    run(py, common.progress, move |control| {
        let training = Training::taught(&network, teacher.as_ref(), samples, &set, options)?;
        let (exact, experiment) = ask::train(&training, how.trials, settings, [control, control]);
        json(&record::Train::of(&training, &experiment, exact.as_ref().map_err(ToString::to_string)))
    })
}

/// Checks certificates, each a text.
#[pyfunction]
fn check(
    py: Python<'_>,
    certificates: Vec<(String, Vec<u8>)>,
    full: bool,
    time_limit: Option<u64>,
) -> PyResult<String> {
    run(py, None, move |_| {
        let mut options = Options::default();
        options.full = full;
        options.limits.seconds = time_limit.or(if full { None } else { CheckLimits::STANDARD.seconds });
        let report = |(name, text): &(String, Vec<u8>)| ask::check(text.as_slice(), options).json(name);
        Ok(format!("[{}]", certificates.par_iter().map(report).collect::<Vec<String>>().join(",")))
    })
}

/// What leaves a network as it is.
#[pyfunction]
fn symmetries(py: Python<'_>, network: &PyNetwork) -> PyResult<String> {
    let network = network.0.clone();
    run(py, None, move |_| json(&record::Symmetries::of(&network).map_err(Refusal::limit)?))
}

fn seconds(time: f64) -> Result<Duration, Refusal> {
    Duration::try_from_secs_f64(time).map_err(|_| Refusal::request(format!("time_limit is {time}\n  give seconds")))
}

pub(crate) fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(rank, module)?)?;
    module.add_function(wrap_pyfunction!(scan, module)?)?;
    module.add_function(wrap_pyfunction!(orbits, module)?)?;
    module.add_function(wrap_pyfunction!(law, module)?)?;
    module.add_function(wrap_pyfunction!(match_, module)?)?;
    module.add_function(wrap_pyfunction!(classify, module)?)?;
    module.add_function(wrap_pyfunction!(design, module)?)?;
    module.add_function(wrap_pyfunction!(train, module)?)?;
    module.add_function(wrap_pyfunction!(check, module)?)?;
    module.add_function(wrap_pyfunction!(symmetries, module)?)
}
