//! `allocert curve`: how well given data is fitted as more weights may learn, for several ways to choose them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use rayon::prelude::*;

use allocert::control::Control;
use allocert::network::Network;
use allocert::plot::{Axis, Frame, Line, PlotError, Point, lines};
use allocert::record::DataFit;
use allocert::training::{Method, Strategy, fit};

use super::dataset::Reading;
use super::failure::Failure;
use super::file::{make_folder, write_whole};
use super::output::{bar, json, line};
use super::train::{Fitting, positive};
use super::{Common, Pins, interrupt};

const EXAMPLES: &str = "Examples:
  allocert curve 'lffn([64,9,10])' --data docs/data/digits.npz --sizes 9,99
  allocert curve 'lffn([64,9,10])' --data docs/data/digits.npz --sizes 9 --json

With --out DIR, it writes curve.csv, loss.svg and, for classes, accuracy.svg.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The network, such as 'lffn([64, 32, 10])'.
    #[arg(value_name = "NET")]
    network: String,
    #[command(flatten)]
    pins: Pins,
    /// Inputs and labels: *.csv, *.npz with the arrays inputs and labels, or inputs in IDX with --labels.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    #[command(flatten)]
    reading: Reading,
    /// The numbers of learnable weights, such as 50,100,200.
    #[arg(long, value_name = "SIZES", value_delimiter = ',', required = true)]
    sizes: Vec<usize>,
    /// The ways to choose them: even, random, units, first-layers, last-layers [default: all].
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    strategies: Vec<Strategy>,
    /// Draws of network, allocation and split for each size and strategy.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    repeats: u64,
    /// adam or gradient-descent.
    #[arg(long, value_name = "NAME", default_value_t = Method::Adam)]
    trainer: Method,
    /// The learning rate (above 0, up to 100) [default: 0.005 for adam, 0.05 for gradient-descent].
    #[arg(long, value_name = "ETA", value_parser = positive)]
    learning_rate: Option<f64>,
    #[command(flatten)]
    fitting: Fitting,
    /// The folder to write to; made if it is not there.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let network: Network = common.pinned(&arguments.network, &arguments.pins)?;
    if arguments.trainer == Method::LevenbergMarquardt {
        return Err(Failure::request(
            "--trainer: levenberg-marquardt is made for few equations\n  choose adam or gradient-descent",
        ));
    }
    if let Some(size) = arguments.sizes.iter().find(|s| **s > network.weights()) {
        let weights = network.weights();
        return Err(Failure::request(format!("--sizes: {size} is more than the {weights} weights of {network}")));
    }
    let data = arguments.reading.read(&arguments.data, &network)?;
    arguments.out.as_deref().map_or(Ok(()), make_folder)?;
    let strategies =
        if arguments.strategies.is_empty() { Strategy::ALL.to_vec() } else { arguments.strategies.clone() };
    let mut plan = Vec::new();
    for strategy in strategies {
        for size in &arguments.sizes {
            plan.extend((0..arguments.repeats).map(|repeat| (strategy, *size, common.seed.wrapping_add(repeat))));
        }
    }
    let stop = interrupt::flag();
    let control = Control::unlimited().stopped_by(&stop);
    let bar = bar("fitting {bar:30} {pos}/{len}, {eta} left");
    bar.set_length(plan.len() as u64);
    let one = |(strategy, size, seed): &(Strategy, usize, u64)| {
        if control.stopped().is_some() {
            return Ok(None);
        }
        let allocation = strategy.choose(&network, *size, *seed);
        let options = arguments.fitting.options(arguments.trainer, arguments.learning_rate, 1.0, *seed);
        let parts = data.split(arguments.fitting.test_share, *seed).map_err(|e| Failure::request(e.to_string()))?;
        let (train, test) = parts;
        let done = fit(&network, &allocation, (&train, &test), &options, &control)?;
        bar.inc(1);
        let rows = [train.rows(), test.rows()];
        let row = DataFit::of(&network, &allocation, Some(strategy.name()), rows, &options, &done);
        Ok((!row.partial).then_some(row))
    };
    let rows: Vec<Option<DataFit>> = plan.par_iter().map(one).collect::<Result<_, Failure>>()?;
    bar.finish_and_clear();
    let partial = rows.iter().any(Option::is_none);
    let rows: Vec<DataFit> = rows.into_iter().flatten().collect();
    if let Some(folder) = &arguments.out {
        write_out(folder, &rows)?;
    }
    if common.json {
        rows.iter().try_for_each(json)?;
    } else {
        line(&text(&network, &rows, partial, common.seed))?;
    }
    Ok(ExitCode::from(if partial { 3 } else { 0 }))
}

fn write_out(folder: &Path, rows: &[DataFit]) -> Result<(), Failure> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    let wrong = |e: &dyn std::fmt::Display| Failure::limit(format!("cannot write the table: {e}"));
    rows.iter().try_for_each(|row| writer.serialize(row)).map_err(|e| wrong(&e))?;
    write_whole(&folder.join("curve.csv"), &writer.into_inner().map_err(|e| wrong(&e))?)?;
    let drawings: [(&str, &str, Of); 2] =
        [("loss.svg", "test loss", |r| r.test_loss), ("accuracy.svg", "test accuracy", |r| r.test_accuracy)];
    for (file, what, of) in drawings {
        match draw(rows, what, of) {
            Ok(svg) => write_whole(&folder.join(file), svg.as_bytes())?,
            Err(PlotError::Nothing) => {}
            Err(error) => return Err(Failure::limit(error.to_string())),
        }
    }
    Ok(())
}

type Of = fn(&DataFit) -> Option<f64>;

/// Mean, least and largest of what the repeats came to, by size, for each strategy in its order.
fn groups(rows: &[DataFit], of: Of) -> Vec<(String, BTreeMap<usize, [f64; 3]>)> {
    let groups = Strategy::ALL.into_iter().map(|strategy| {
        let mut values: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for row in rows.iter().filter(|r| r.strategy.as_deref() == Some(strategy.name())) {
            values.entry(row.size).or_default().extend(of(row));
        }
        let summary = |v: &Vec<f64>| {
            let fold = |start, with: fn(f64, f64) -> f64| v.iter().copied().fold(start, with);
            [v.iter().sum::<f64>() / v.len() as f64, fold(f64::INFINITY, f64::min), fold(f64::NEG_INFINITY, f64::max)]
        };
        let filled = values.iter().filter(|(_, v)| !v.is_empty());
        (strategy.name().to_owned(), filled.map(|(size, v)| (*size, summary(v))).collect())
    });
    groups.filter(|(_, by_size): &(_, BTreeMap<_, _>)| !by_size.is_empty()).collect()
}

fn draw(rows: &[DataFit], what: &str, of: Of) -> Result<String, PlotError> {
    let point =
        |(size, [mean, low, high]): (usize, [f64; 3])| Point { x: size as f64, y: mean, band: Some([low, high]) };
    let all = groups(rows, of).into_iter();
    let all: Vec<Line> =
        all.map(|(name, by_size)| Line { name, points: by_size.into_iter().map(point).collect() }).collect();
    let network = rows.first().map_or("", |r| r.network.as_str());
    let frame = Frame {
        title: format!("{network}: {what} against learnable weights"),
        description: format!(
            "The {what} of {network} on given data against the number of learnable weights, a line for each way to \
             choose them. Bands reach from the least to the largest of the repeats."
        ),
        x: Axis::fitting("learnable weights"),
        y: Axis::fitting(what),
    };
    lines(&frame, &all)
}

fn text(network: &Network, rows: &[DataFit], partial: bool, seed: u64) -> String {
    let mut text = format!(
        "{network}, means of the repeats\n\n{:<14}{:>8}{:>12}{:>12}{:>12}{:>12}\n",
        "strategy", "size", "train loss", "test loss", "train acc.", "test acc."
    );
    let columns: [Of; 4] = [|r| r.train_loss, |r| r.test_loss, |r| r.train_accuracy, |r| r.test_accuracy];
    let tables = columns.map(|of| groups(rows, of));
    for (at, (strategy, sizes)) in tables[0].iter().enumerate() {
        for size in sizes.keys() {
            let cell = |table: &Vec<(String, BTreeMap<usize, [f64; 3]>)>| {
                let value = table.get(at).and_then(|(_, by_size)| by_size.get(size));
                value.map_or("-".to_owned(), |v| format!("{:.4}", v[0]))
            };
            let [a, b, c, d] = [cell(&tables[0]), cell(&tables[1]), cell(&tables[2]), cell(&tables[3])];
            text.push_str(&format!("{strategy:<14}{size:>8}{a:>12}{b:>12}{c:>12}{d:>12}\n"));
        }
    }
    let state = if partial { "PARTIAL; " } else { "" };
    text.push_str(&format!("\n{} fits; {state}seeds from {seed}", rows.len()));
    text
}
