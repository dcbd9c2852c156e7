//! `allocert train NET ALLOC --data FILE`, and the options of fitting that `allocert curve` shares.

use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use clap::Args;

use allocert::allocation::Allocation;
use allocert::ask;
use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::reach::DRAWS;
use allocert::record::{DataFit, Rank};
use allocert::training::{FitOptions, Method, fit};

use crate::cli::dataset::Reading;
use crate::cli::failure::Failure;
use crate::cli::output::{bar, json, learnable, line, plural, thousands};
use crate::cli::{Common, interrupt, settings};

use super::{How, between};

/// The dimension that stands beside is wrong with at most this probability, as a power of 2, where it is not proved.
const ERROR_LOG2: i64 = -100;

/// How to fit to data.
#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct Fitting {
    /// With --data: how often each row is learned from.
    #[arg(long, value_name = "N", requires = "data", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub epochs: u64,
    /// With --data: the rows of a step.
    #[arg(long, value_name = "N", requires = "data", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub batch: u32,
    /// With --data: the share of rows to test on (above 0, below 1).
    #[arg(long, value_name = "SHARE", requires = "data", default_value_t = 0.2, value_parser = |t: &str| between(t, 0.0, 0.99))]
    pub test_share: f64,
}

impl Fitting {
    pub(in crate::cli) fn options(&self, method: Method, rate: Option<f64>, scale: f64, seed: u64) -> FitOptions {
        // Mini-batches of real data want smaller steps than a few equations.
        let usual = if method == Method::Adam { 0.005 } else { 0.05 };
        FitOptions {
            method,
            learning_rate: rate.unwrap_or(usual),
            epochs: self.epochs,
            batch: self.batch as usize,
            initial_scale: scale,
            seed,
        }
    }
}

pub(super) fn run(
    common: &Common,
    how: &How,
    fitting: &Fitting,
    network: &Network,
    (allocation, asked): (&Allocation, &str),
    (file, reading): (&Path, &Reading),
) -> Result<ExitCode, Failure> {
    // The Jacobian of Levenberg-Marquardt has a row for each label of each row.
    let method = how.trainer.unwrap_or(Method::Adam);
    if method == Method::LevenbergMarquardt {
        return Err(Failure::request(
            "levenberg-marquardt does not fit data: it takes all rows at once\n  take --trainer adam or --trainer gradient-descent",
        ));
    }
    let options = fitting.options(method, how.learning_rate, how.initial_scale, common.seed);
    let data = reading.read(file, network)?;
    let (train, test) = data
        .split(fitting.test_share, common.seed)
        .map_err(|e| Failure::request(format!("{}: {e}", file.display())))?;
    let stop = interrupt::flag();
    let dimension = Dimension::in_time(common, network, allocation, &stop);
    let bar = bar("fitting {bar:30} {pos}/{len} epochs, {eta} left");
    let progress = |done: u64, all: u64| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let done = fit(
        network,
        allocation,
        (&train, &test),
        &options,
        &Control::unlimited().stopped_by(&stop).watched_by(&progress),
    )?;
    bar.finish_and_clear();
    let answer = DataFit::of(network, allocation, None, [train.rows(), test.rows()], &options, &done);
    let answer = dimension.entered(answer);
    if common.json {
        json(&answer)?;
    } else {
        line(&text(&answer, asked))?;
    }
    Ok(ExitCode::from(if answer.partial { 3 } else { 0 }))
}

/// The reachable dimension of the allocation on generic inputs; nothing where it takes long or is not known.
struct Dimension(Option<Rank>);

impl Dimension {
    /// Of an allocation, if a second is enough.
    fn in_time(common: &Common, network: &Network, allocation: &Allocation, stop: &AtomicBool) -> Self {
        let control = Control::unlimited().stopped_by(stop).within(Duration::from_secs(1));
        let settings = settings(common, ERROR_LOG2);
        Dimension(ask::rank(network, allocation, Samples::Functional, settings, DRAWS, &control).ok())
    }

    fn entered(self, answer: DataFit) -> DataFit {
        let Some(rank) = self.0 else {
            return answer;
        };
        let (dim, labels, dim_evidence) = (Some(rank.dim), Some(rank.labels), Some(rank.dim_evidence));
        DataFit { dim, teacher_dim: rank.teacher_dim, labels, dim_evidence, ..answer }
    }
}

/// The line about the dimension, or the bound that is always known, and the command that looks longer.
fn dimension(answer: &DataFit, asked: &str) -> String {
    match (answer.dim, answer.dim_evidence.as_deref()) {
        (Some(dim), Some(evidence)) => {
            let least = if matches!(evidence, "proved" | "bounded") { "" } else { "at least " };
            let whole = answer
                .teacher_dim
                .map_or(String::new(), |whole| format!(" of the network's {}", thousands(whole as u64)));
            format!("dimension    {least}{}{whole} on generic inputs ({evidence})\n", thousands(dim as u64))
        }
        _ => {
            let (most, network) = (plural(answer.size, "learnable weight"), &answer.network);
            format!(
                "dimension    at most its {most}; not found in a second:\n             allocert rank '{network}' '{asked}'\n"
            )
        }
    }
}

fn text(answer: &DataFit, asked: &str) -> String {
    let number = |x: Option<f64>| match x {
        None => "none".to_owned(),
        Some(x) if x >= 1e6 => format!("{x:.5e}"),
        Some(x) => format!("{x:.5}"),
    };
    let [train, test] = [answer.train_rows, answer.test_rows].map(|rows| plural(rows, "row"));
    let state = if answer.partial {
        ", PARTIAL"
    } else if answer.diverged {
        ", DIVERGED"
    } else {
        ""
    };
    let mut text = format!("{}: {}\n\n", answer.network, learnable(answer.size, answer.weights));
    text.push_str(&format!(
        "trainer      {}, learning rate {}, batches of {}\nepochs       {}{state}\n",
        answer.trainer, answer.learning_rate, answer.batch, answer.epochs
    ));
    text.push_str("loss         the mean squared error, over rows and outputs\n");
    text.push_str(&dimension(answer, asked));
    text.push('\n');
    text.push_str(&format!("              train ({train})   test ({test})\n"));
    text.push_str(&format!("loss         {:>18}   {:>16}\n", number(answer.train_loss), number(answer.test_loss)));
    if answer.train_accuracy.is_some() {
        let [train, test] = [answer.train_accuracy, answer.test_accuracy].map(number);
        text.push_str(&format!("accuracy     {train:>18}   {test:>16}\n"));
    }
    text.push_str(&format!("\nloss at the start {}; seed {}", number(answer.start_loss), answer.seed));
    text
}
