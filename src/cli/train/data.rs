//! `allocert train NET ALLOC --data FILE`, and the options of fitting that `allocert curve` shares.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use allocert::allocation::Allocation;
use allocert::control::Control;
use allocert::network::Network;
use allocert::record::DataFit;
use allocert::training::{FitOptions, Method, fit};

use crate::cli::dataset::read;
use crate::cli::failure::Failure;
use crate::cli::output::{bar, json, learnable, line, plural};
use crate::cli::{Common, interrupt};

use super::{How, between};

/// How to fit to data.
#[derive(Args, Clone, Debug)]
pub(in crate::cli) struct Fitting {
    /// With --data: how often each row is learned from.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub epochs: u64,
    /// With --data: the rows of a step.
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub batch: u32,
    /// With --data: the share of rows to test on (above 0, below 1).
    #[arg(long, value_name = "SHARE", default_value_t = 0.2, value_parser = |t: &str| between(t, 0.0, 0.99))]
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
    allocation: &Allocation,
    file: &Path,
) -> Result<ExitCode, Failure> {
    // The Jacobian of Levenberg-Marquardt has a row for each label of each row.
    let method = how.trainer.unwrap_or(Method::Adam);
    if method == Method::LevenbergMarquardt {
        return Err(Failure::request(
            "levenberg-marquardt does not fit data: it takes all rows at once\n  take --trainer adam or --trainer gradient-descent",
        ));
    }
    let options = fitting.options(method, how.learning_rate, how.initial_scale, common.seed);
    let data = read(file, network)?;
    let (train, test) = data
        .split(fitting.test_share, common.seed)
        .map_err(|e| Failure::request(format!("{}: {e}", file.display())))?;
    let stop = interrupt::flag();
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
    if common.json {
        json(&answer)?;
    } else {
        line(&text(&answer))?;
    }
    Ok(ExitCode::from(if answer.partial { 3 } else { 0 }))
}

fn text(answer: &DataFit) -> String {
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
        "trainer      {}, learning rate {}, batches of {}\nepochs       {}{state}\n\n",
        answer.trainer, answer.learning_rate, answer.batch, answer.epochs
    ));
    text.push_str(&format!("              train ({train})   test ({test})\n"));
    text.push_str(&format!("loss         {:>18}   {:>16}\n", number(answer.train_loss), number(answer.test_loss)));
    if answer.train_accuracy.is_some() {
        let [train, test] = [answer.train_accuracy, answer.test_accuracy].map(number);
        text.push_str(&format!("accuracy     {train:>18}   {test:>16}\n"));
    }
    text.push_str(&format!("\nloss at the start {}; seed {}", number(answer.start_loss), answer.seed));
    text
}
