//! Fitting the learnable weights to data, in mini-batches: the mean square of the residuals, by Adam or gradient descent.
//!
//! Several rows are evaluated at once, one a lane of the tape of the labels of one input; the gradient comes from running it
//! backwards, so that a step costs a few evaluations of the label map, however many weights learn.

use allocert_core::allocation::Allocation;
use allocert_core::control::Control;
use allocert_core::network::Network;
use allocert_core::number::{Stream, generator};

use super::TrainingError;
use super::adam::Moments;
use super::data::{Dataset, shuffle};
use super::tape::{MOST_NODES, Recorder, Tape};
use super::trainer::Method;
use super::trial::normal;

/// Rows evaluated at once.
const LANES: usize = 16;

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
    let mut place = model.place(&weights);
    let learnable: Vec<usize> = allocation.iter().collect();
    let start = [model.score(&mut place, &weights, train), model.score(&mut place, &weights, test)];
    let mut own: Vec<f64> = learnable.iter().map(|w| weights[*w]).collect();
    let (mut gradient, mut moments) = (vec![0.0; own.len()], Moments::new(own.len()));
    let mut order: Vec<usize> = (0..train.rows()).collect();
    let mut random = generator(options.seed, Stream::Fits, 1);
    let (mut done, mut diverged) = (0, false);
    let batch = options.batch.clamp(1, train.rows());
    // The mean over rows and outputs, differentiated.
    let scale = 2.0 / (batch * train.labels[0].len()) as f64;
    while done < options.epochs && !own.is_empty() && !diverged && control.stopped().is_none() {
        shuffle(&mut order, &mut random);
        let left = 1.0 - done as f64 / options.epochs as f64;
        let rate = options.learning_rate * (2.0 * left).min(1.0);
        for rows in order.chunks(batch) {
            gradient.fill(0.0);
            model.tape.set(&mut place.slots, &own);
            rows.chunks(LANES).for_each(|rows| model.add_gradient(&mut place, train, rows, &mut gradient));
            match options.method {
                Method::Adam => moments.step(rate, scale, &mut own, &gradient),
                _ => own.iter_mut().zip(&gradient).for_each(|(w, g)| *w -= rate * scale * g),
            }
        }
        diverged = own.iter().any(|w| !w.is_finite() || w.abs() > 1e12);
        done += 1;
        control.advanced(done, options.epochs);
    }
    learnable.iter().zip(&own).for_each(|(w, value)| weights[*w] = *value);
    let end = [model.score(&mut place, &weights, train), model.score(&mut place, &weights, test)];
    Ok(Fit { weights, start, end, epochs: done, diverged })
}

/// The labels of one input as a tape.
struct Model {
    tape: Tape,
    weights: usize,
    learnable: Vec<usize>,
}

struct Place {
    slots: Vec<[f64; LANES]>,
    adjoints: Vec<[f64; LANES]>,
    seeds: Vec<[f64; LANES]>,
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
        let too_large = || TrainingError::TooLarge { network: network.to_string(), limit: MOST_NODES };
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
        Ok(Model { tape, weights, learnable })
    }

    fn place(&self, weights: &[f64]) -> Place {
        let (mut slots, adjoints) = (self.tape.slots(), self.tape.slots());
        slots[..self.weights].iter_mut().zip(weights).for_each(|(slot, w): (&mut [f64; LANES], _)| *slot = [*w; LANES]);
        Place { slots, adjoints, seeds: vec![[0.0; LANES]; self.tape.labels()] }
    }

    /// Evaluates up to [`LANES`] rows; the seeds become their residuals, 0 in lanes without a row.
    fn evaluate(&self, place: &mut Place, data: &Dataset, rows: &[usize]) {
        for (lane, row) in rows.iter().enumerate() {
            let slots = place.slots[self.weights..].iter_mut();
            slots.zip(&data.inputs[*row]).for_each(|(slot, x)| slot[lane] = *x);
        }
        self.tape.freeze(&mut place.slots);
        self.tape.evaluate(&mut place.slots);
        for (label, seed) in place.seeds.iter_mut().enumerate() {
            let found = self.tape.label(&place.slots, label);
            *seed = std::array::from_fn(|lane| match rows.get(lane) {
                Some(row) => found[lane] - data.labels[*row][label],
                None => 0.0,
            });
        }
    }

    fn add_gradient(&self, place: &mut Place, data: &Dataset, rows: &[usize], gradient: &mut [f64]) {
        self.evaluate(place, data, rows);
        self.tape.add_gradient(&place.slots, &place.seeds, &mut place.adjoints, gradient);
    }

    fn score(&self, place: &mut Place, weights: &[f64], data: &Dataset) -> Score {
        let own: Vec<f64> = self.learnable.iter().map(|w| weights[*w]).collect();
        self.tape.set(&mut place.slots, &own);
        let (mut sum, mut right) = (0.0, 0u64);
        let all: Vec<usize> = (0..data.rows()).collect();
        for rows in all.chunks(LANES) {
            self.evaluate(place, data, rows);
            sum += place.seeds.iter().flatten().map(|r| r * r).sum::<f64>();
            for (lane, row) in rows.iter().enumerate() {
                let output = |label: &usize| self.tape.label(&place.slots, *label)[lane];
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
}
