//! Fitting the learnable weights to data, in mini-batches: the mean square of the residuals, by Adam or gradient descent.
//!
//! Several rows are evaluated at once, one a lane of the tape of the labels of one input; the gradient comes from running it
//! backwards, so that a step costs a few evaluations of the label map, however many weights learn.

use allocert_core::allocation::Allocation;
use allocert_core::control::Control;
use allocert_core::network::Network;
use allocert_core::number::{Stream, generator};
use rayon::prelude::*;

use super::TrainingError;
use super::adam::Moments;
use super::data::{Dataset, shuffle};
use super::recorder::{MOST_NODES, Recorder};
use super::tape::{Batched, Place, Tape};
use super::trainer::Method;
use super::trial::normal;

/// Rows evaluated at once.
const LANES: usize = 16;

/// The most parts of a batch, each with a gradient of its own: what threads can share.
const MOST_PARTS: usize = 8;

/// The multiplications of a batch from which threads share it.
const WORTH_THREADS: usize = 1 << 18;

/// How to fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FitOptions {
    /// Adam or gradient descent.
    pub method: Method,
    /// Above 0.
    pub learning_rate: f64,
    /// How often each row is learned from, at least 1.
    pub epochs: u64,
    /// The rows of a step, at least 1.
    pub batch: usize,
    /// Weights are drawn normal with variance scale² / (the columns of their tensor), above 0.
    pub initial_scale: f64,
    /// All randomness follows from it.
    pub seed: u64,
}

/// Mean square and accuracy of a network's answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The mean over rows and outputs of the squared residuals.
    pub loss: f64,
    /// The share of rows whose largest output is at the class; nothing where labels are no classes.
    pub accuracy: Option<f64>,
}

/// What fitting came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// All weights.
    pub weights: Vec<f64>,
    /// Before the first step.
    pub start: [Score; 2],
    /// At the end: on the rows learned from, and on those to test on.
    pub end: [Score; 2],
    /// The epochs that were finished.
    pub epochs: u64,
    /// The loss grew beyond all bounds.
    pub diverged: bool,
}

/// Fits the learnable weights of a randomly drawn network, epoch after epoch, until something says stop.
///
/// # Errors
/// A label map over the limit; a trainer that is not made for data.
pub fn fit(
    network: &Network,
    allocation: &Allocation,
    (train, test): (&Dataset, &Dataset),
    options: &FitOptions,
    control: &Control<'_>,
) -> Result<Fit, TrainingError> {
    let model = Model::new(network, allocation)?;
    let mut weights = draw(network, options);
    let learnable: Vec<usize> = allocation.iter().collect();
    let batch = options.batch.clamp(1, train.rows());
    let mut parts: Vec<Part> = (0..batch.div_ceil(LANES).min(MOST_PARTS)).map(|_| model.part()).collect();
    let start = [train, test].map(|data| model.score(&mut parts[0], &weights, data));
    let mut own: Vec<f64> = learnable.iter().map(|w| weights[*w]).collect();
    let (mut gradient, mut moments) = (vec![0.0; own.len()], Moments::new(own.len()));
    let mut order: Vec<usize> = (0..train.rows()).collect();
    let mut random = generator(options.seed, Stream::Fits, 1);
    let (mut done, mut diverged) = (0, false);
    // The mean over rows and outputs, differentiated.
    let scale = 2.0 / (batch * train.labels[0].len()) as f64;
    while done < options.epochs && !own.is_empty() && !diverged && control.stopped().is_none() {
        shuffle(&mut order, &mut random);
        let left = 1.0 - done as f64 / options.epochs as f64;
        let rate = options.learning_rate * (2.0 * left).min(1.0);
        for rows in order.chunks(batch) {
            model.gradient(&mut parts, &weights, train, rows);
            let all = &parts[0].gradient;
            gradient.iter_mut().zip(&learnable).for_each(|(slope, w)| *slope = all[*w]);
            match options.method {
                Method::Adam => moments.step(rate, scale, &mut own, &gradient),
                _ => own.iter_mut().zip(&gradient).for_each(|(w, g)| *w -= rate * scale * g),
            }
            learnable.iter().zip(&own).for_each(|(w, value)| weights[*w] = *value);
        }
        diverged = own.iter().any(|w| !w.is_finite() || w.abs() > 1e12);
        done += 1;
        control.advanced(done, options.epochs);
    }
    let end = [train, test].map(|data| model.score(&mut parts[0], &weights, data));
    Ok(Fit { weights, start, end, epochs: done, diverged })
}

/// The labels of one input as a tape.
struct Model {
    tape: Batched,
    weights: usize,
}

/// Where a part of a batch is evaluated.
struct Part {
    place: Place<LANES>,
    seeds: Vec<[f64; LANES]>,
    /// By all weights.
    gradient: Vec<f64>,
}

impl Model {
    fn new(network: &Network, allocation: &Allocation) -> Result<Self, TrainingError> {
        let (given, weights) = (allocation.weights(), network.weights());
        if given != weights {
            return Err(TrainingError::OtherNetwork { given, weights });
        }
        if !network.is_defined_everywhere() {
            return Err(TrainingError::Undefined { network: network.to_string() });
        }
        let too_large = || TrainingError::TooLarge { network: network.to_string(), samples: None, limit: MOST_NODES };
        if weights > MOST_NODES / 4 || network.input_size() > MOST_NODES / 4 {
            return Err(too_large());
        }
        let recorder = Recorder::default();
        let variable = |w| recorder.variable(w);
        let all: Vec<_> = (0..weights).map(variable).collect();
        let input: Vec<_> = (weights..weights + network.input_size()).map(variable).collect();
        let scales = network.label_scales();
        let labels = network.labels(&recorder, &all, &[input]);
        let labels: Vec<_> = labels.iter().zip(&scales).map(|(label, scale)| recorder.divided(label, scale)).collect();
        if recorder.is_full() {
            return Err(too_large());
        }
        let learnable: Vec<usize> = allocation.iter().collect();
        let tape = Tape::new(&recorder, weights + network.input_size(), &learnable, &labels, None);
        Ok(Model { tape: Batched::new(tape, weights), weights })
    }

    fn part(&self) -> Part {
        let seeds = vec![[0.0; LANES]; self.tape.labels()];
        Part { place: self.tape.place(), seeds, gradient: vec![0.0; self.weights] }
    }

    /// Evaluates up to [`LANES`] rows; the seeds become their residuals, 0 in lanes without a row.
    fn evaluate(&self, part: &mut Part, weights: &[f64], data: &Dataset, rows: &[usize]) {
        for (lane, row) in rows.iter().enumerate() {
            let slots = part.place.slots[self.weights..].iter_mut();
            slots.zip(&data.inputs[*row]).for_each(|(slot, x)| slot[lane] = *x);
        }
        self.tape.evaluate(&mut part.place, weights);
        for (label, seed) in part.seeds.iter_mut().enumerate() {
            let found = self.tape.label(&part.place, label);
            *seed = std::array::from_fn(|lane| match rows.get(lane) {
                Some(row) => found[lane] - data.labels[*row][label],
                None => 0.0,
            });
        }
    }

    /// The gradient of the squares of the residuals of these rows, halved, in the gradient of the first part. Rows go to the parts by
    /// their number alone and what the parts find is added in order, so that threads change nothing.
    fn gradient(&self, parts: &mut [Part], weights: &[f64], data: &Dataset, rows: &[usize]) {
        let share = rows.len().div_ceil(LANES).div_ceil(parts.len()) * LANES;
        let own = |(part, rows): (&mut Part, &[usize])| {
            self.tape.set(&mut part.place, weights);
            part.gradient.fill(0.0);
            for rows in rows.chunks(LANES) {
                self.evaluate(part, weights, data, rows);
                self.tape.add_gradient(&mut part.place, weights, &part.seeds, &mut part.gradient);
            }
        };
        let shares = rows.chunks(share);
        let count = shares.len();
        if count > 1 && self.tape.cost() * rows.len() >= WORTH_THREADS {
            let shares: Vec<&[usize]> = shares.collect();
            parts.par_iter_mut().zip(shares).for_each(own);
        } else {
            parts.iter_mut().zip(shares).for_each(own);
        }
        if let Some((first, others)) = parts[..count].split_first_mut() {
            for other in others {
                first.gradient.iter_mut().zip(&other.gradient).for_each(|(sum, slope)| *sum += slope);
            }
        }
    }

    fn score(&self, part: &mut Part, weights: &[f64], data: &Dataset) -> Score {
        self.tape.set(&mut part.place, weights);
        let (mut sum, mut right) = (0.0, 0u64);
        let all: Vec<usize> = (0..data.rows()).collect();
        for rows in all.chunks(LANES) {
            self.evaluate(part, weights, data, rows);
            sum += part.seeds.iter().flatten().map(|r| r * r).sum::<f64>();
            for (lane, row) in rows.iter().enumerate() {
                let output = |label: &usize| self.tape.label(&part.place, *label)[lane];
                let largest = (0..self.tape.labels()).max_by(|a, b| output(a).total_cmp(&output(b)));
                right += u64::from(largest.is_some_and(|label| data.labels[*row][label] == 1.0));
            }
        }
        let rows = data.rows() as f64;
        let accuracy = data.classes.then(|| right as f64 / rows);
        Score { loss: sum / (rows * self.tape.labels() as f64), accuracy }
    }
}

/// All weights at their start.
fn draw(network: &Network, options: &FitOptions) -> Vec<f64> {
    let mut random = generator(options.seed, Stream::Fits, 0);
    let scale = |w| options.initial_scale / (network.layout().weight(w).tensor.columns as f64).sqrt();
    (0..network.weights()).map(|w| scale(w) * normal(&mut random)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(method: Method, learning_rate: f64) -> FitOptions {
        FitOptions { method, learning_rate, epochs: 200, batch: 7, initial_scale: 1.0, seed: 3 }
    }

    /// A network with fractions is fitted as it is written, not up to a factor.
    #[test]
    fn labels_with_fractions_are_not_multiplied() {
        // y = (w x + 1) / 3.
        let text = "program with 1 weights and 1 inputs\ns0 = w0 * x0\ns1 = s0 + 1\ns2 = 1/3 * s1\noutputs s2";
        let layout = allocert_core::allocation::Layout::default().with("w", &[], 1);
        let network =
            Network::program("third", "third()".to_owned(), layout, text.parse().unwrap(), vec![1], vec![]).unwrap();
        let inputs: Vec<Vec<f64>> = (0..40).map(|i| vec![f64::from(i % 7) - 3.0]).collect();
        let labels = inputs.iter().map(|x| vec![(6.0 * x[0] + 1.0) / 3.0]).collect();
        let (train, test) = Dataset::new(inputs, labels, 1, 1).unwrap().split(0.2, 1).unwrap();
        let options = options(Method::Adam, 0.1);
        let all = Allocation::all(1);
        let done = fit(&network, &all, (&train, &test), &options, &Control::unlimited()).unwrap();
        assert!(done.end[1].loss < 1e-4 && done.start[1].loss > 0.1, "{done:?}");
    }

    /// Labels of a linear function are learned, by both trainers, and a rate that is far too large is told apart.
    #[test]
    fn linear_data_is_learned() {
        let network = Network::lffn(&[2, 3, 1], false).unwrap();
        let inputs: Vec<Vec<f64>> = (0..50).map(|i| vec![f64::from(i % 7) - 3.0, f64::from(i % 5) - 2.0]).collect();
        let labels: Vec<Vec<f64>> = inputs.iter().map(|x| vec![2.0 * x[0] - x[1]]).collect();
        let data = Dataset::new(inputs, labels, 2, 1).unwrap();
        let (train, test) = data.split(0.2, 1).unwrap();
        let run = |allocation: &Allocation, options: &FitOptions| {
            fit(&network, allocation, (&train, &test), options, &Control::unlimited()).unwrap()
        };
        let all = Allocation::all(9);
        for (method, rate) in [(Method::Adam, 0.02), (Method::GradientDescent, 0.01)] {
            let done = run(&all, &options(method, rate));
            assert!(done.end[1].loss < 1e-4 && done.start[1].loss > 0.1, "{method}: {done:?}");
            assert_eq!((done.end[1].accuracy, done.diverged, done.epochs), (None, false, 200));
        }
        assert!(run(&all, &options(Method::GradientDescent, 50.0)).diverged);
        let still = run(&Allocation::none(9), &options(Method::Adam, 0.02));
        assert_eq!((still.start, still.epochs), (still.end, 0));
    }

    /// A batch that threads share is summed in one order, however many threads there are.
    #[test]
    fn threads_change_nothing() {
        let network = Network::relu(&[64, 32, 4], true).unwrap();
        let number = |at: usize| (at * 7919 % 2003) as f64 / 1001.5 - 1.0;
        let rows = |size: usize, salt: usize| -> Vec<Vec<f64>> {
            (0..200).map(|row| (0..size).map(|at| number(row * size + at + salt)).collect()).collect()
        };
        let (train, test) = Dataset::new(rows(64, 0), rows(4, 11), 64, 4).unwrap().split(0.2, 1).unwrap();
        let options = FitOptions { epochs: 3, batch: 96, ..options(Method::Adam, 0.01) };
        let all = Allocation::all(network.weights());
        assert!(Model::new(&network, &all).unwrap().tape.cost() * options.batch >= WORTH_THREADS);
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| fit(&network, &all, (&train, &test), &options, &Control::unlimited()).unwrap())
        };
        assert_eq!(run(1), run(3));
    }
}
