//! What a trainer works on: the labels of a student against those of a teacher, with exact derivatives.

use allocert_core::algebra::Matrix;
use allocert_core::allocation::Allocation;
use allocert_core::matching::Ensemble;
use allocert_core::network::{Network, Probe, Samples};
use allocert_core::number::Ring;

use super::TrainingError;
use super::recorder::{MOST_NODES, Node, Recorder};
use super::tape::Tape;

/// The label map of a network at so many samples, compiled for one allocation. Shared by all instances and threads.
#[derive(Clone, Debug)]
pub struct Program {
    tape: Tape,
    /// All weights of the network.
    weights: usize,
    learnable: Vec<usize>,
    /// The entries of all generic inputs; 0 where inputs are fixed.
    inputs: usize,
}

impl Program {
    /// Compiles the label map and its Jacobian.
    ///
    /// # Errors
    /// An allocation of another network; more than [`MOST_NODES`] operations.
    pub fn new(network: &Network, samples: Samples, allocation: &Allocation) -> Result<Self, TrainingError> {
        Program::on_draws(network, samples, allocation, Ensemble::Gaussian)
    }

    /// The same, for the inputs of instances of this ensemble.
    ///
    /// # Errors
    /// As [`Program::new`].
    pub fn on_draws(
        network: &Network,
        samples: Samples,
        allocation: &Allocation,
        ensemble: Ensemble,
    ) -> Result<Self, TrainingError> {
        let (given, weights) = (allocation.weights(), network.weights());
        if given != weights {
            return Err(TrainingError::OtherNetwork { given, weights });
        }
        if !network.is_defined_everywhere() {
            return Err(TrainingError::Undefined { network: network.to_string() });
        }
        let too_large =
            || TrainingError::TooLarge { network: network.to_string(), samples: Some(samples), limit: MOST_NODES };
        let inputs = ensemble.probe_inputs(network, samples);
        let products = network.jacobian_products().saturating_mul(inputs as u64);
        let entries = (inputs as u64).saturating_mul(network.input_size() as u64);
        if products.max(entries) > MOST_NODES as u64 * 4 {
            return Err(too_large());
        }
        let recorder = Recorder::default();
        let variables: Vec<_> = (0..weights).map(|w| recorder.variable(w)).collect();
        let size = network.input_size();
        let (count, inputs): (usize, Vec<Vec<_>>) = match ensemble.probe(network, samples) {
            Probe::Generic(count) => {
                let input = |i| (0..size).map(|j| recorder.variable(weights + i * size + j)).collect();
                (count * size, (0..count).map(input).collect())
            }
            Probe::Fixed(inputs) => {
                let enter = |input: &Vec<i64>| input.iter().map(|x| recorder.integer(*x)).collect();
                (0, inputs.iter().map(enter).collect())
            }
        };
        let scales = network.label_scales();
        let row = |(entry, at): (&Node, usize)| recorder.divided(entry, &scales[at % scales.len()]);
        let labels = network.labels(&recorder, &variables, &inputs);
        let labels: Vec<Node> = labels.iter().zip(0..).map(row).collect();
        let jacobian = network.jacobian(&recorder, &variables, &inputs);
        let rows = (0..jacobian.rows()).map(|at| jacobian.row(at).iter().map(|entry| row((entry, at))).collect());
        let jacobian = Matrix::from_rows(weights, rows.collect::<Vec<Vec<Node>>>());
        if recorder.is_full() {
            return Err(too_large());
        }
        let learnable: Vec<usize> = allocation.iter().collect();
        let tape = Tape::new(&recorder, weights + count, &learnable, &labels, Some(&jacobian));
        Ok(Program { tape, weights, learnable, inputs: count })
    }

    /// A place to evaluate at, for one thread; empty until [`Objective::load`].
    pub fn objective(&self) -> Objective<'_> {
        let (labels, learnable) = (self.tape.labels(), self.tape.learnable());
        Objective {
            program: self,
            slots: self.tape.slots(),
            adjoints: self.tape.slots(),
            targets: vec![0.0; labels],
            residuals: vec![0.0; labels],
            seeds: vec![[0.0]; labels],
            jacobian: vec![0.0; labels * learnable],
            scale: 1.0,
        }
    }

    /// The number of labels.
    pub fn labels(&self) -> usize {
        self.tape.labels()
    }

    /// The positions of the learnable weights.
    pub fn learnable(&self) -> &[usize] {
        &self.learnable
    }
}

/// One instance: minimise Σ r², with residuals r = F(θ_A, θ_F) − F(θ*), over the learnable weights θ_A.
#[derive(Clone, Debug)]
pub struct Objective<'a> {
    program: &'a Program,
    slots: Vec<[f64; 1]>,
    adjoints: Vec<[f64; 1]>,
    targets: Vec<f64>,
    residuals: Vec<f64>,
    seeds: Vec<[f64; 1]>,
    jacobian: Vec<f64>,
    scale: f64,
}

impl Objective<'_> {
    /// Takes another instance: all weights of the student, all entries of the inputs one after the other (not looked at where
    /// inputs are fixed), and the labels to match.
    ///
    /// # Panics
    /// If there are too few of any.
    pub fn load(&mut self, student: &[f64], inputs: &[f64], targets: &[f64]) {
        let Program { tape, weights, inputs: count, .. } = self.program;
        self.slots[..*weights].iter_mut().zip(&student[..*weights]).for_each(|(slot, w)| *slot = [*w]);
        self.slots[*weights..weights + count].iter_mut().zip(&inputs[..*count]).for_each(|(slot, x)| *slot = [*x]);
        let labels = self.targets.len();
        self.targets.copy_from_slice(&targets[..labels]);
        self.scale = 1.0 + targets.iter().map(|y| y * y).sum::<f64>();
        tape.freeze(&mut self.slots);
        tape.frozen_slopes(&self.slots, &mut self.jacobian);
    }

    /// The number of learnable weights.
    pub fn weights(&self) -> usize {
        self.program.tape.learnable()
    }

    /// 1 + the sum of the squares of the labels to match: what a loss is small against.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// Σ r² at these learnable weights; what follows is about this point.
    pub fn evaluate(&mut self, weights: &[f64]) -> f64 {
        let tape = &self.program.tape;
        tape.set(&mut self.slots, weights);
        tape.evaluate(&mut self.slots);
        let mut sum = 0.0;
        for (label, (residual, target)) in self.residuals.iter_mut().zip(&self.targets).enumerate() {
            *residual = tape.label(&self.slots, label)[0] - target;
            sum += *residual * *residual;
        }
        sum
    }

    /// r at the point evaluated last.
    pub fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    /// ∂r/∂θ_A at the point evaluated last, column by column.
    pub fn jacobian(&mut self) -> &[f64] {
        self.program.tape.slopes(&mut self.slots, &mut self.jacobian);
        &self.jacobian
    }

    /// r and ∂r/∂θ_A at the point evaluated last.
    pub fn linearised(&mut self) -> (&[f64], &[f64]) {
        self.program.tape.slopes(&mut self.slots, &mut self.jacobian);
        (&self.residuals, &self.jacobian)
    }

    /// Whether some learnable weight moves no label at the point evaluated last: its column of the Jacobian is 0.
    pub fn has_still_weight(&mut self) -> bool {
        let labels = self.residuals.len().max(1);
        self.jacobian().chunks(labels).any(|column| column.iter().all(|entry| *entry == 0.0))
    }

    /// See [`Tape::nearest_kink`]; at the point evaluated last.
    pub fn nearest_kink(&self) -> f64 {
        self.program.tape.nearest_kink(&self.slots)
    }

    /// All weights of a student, with these in place of the learnable ones.
    pub fn all_weights(&self, student: &[f64], weights: &[f64]) -> Vec<f64> {
        let mut all = student.to_vec();
        self.program.learnable.iter().zip(weights).for_each(|(w, value)| all[*w] = *value);
        all
    }

    /// The gradient of Σ r² at the point evaluated last.
    pub fn gradient(&mut self, gradient: &mut [f64]) {
        gradient.fill(0.0);
        self.seeds.iter_mut().zip(&self.residuals).for_each(|(seed, r)| *seed = [2.0 * r]);
        self.program.tape.add_gradient(&self.slots, &self.seeds, &mut self.adjoints, gradient);
    }
}
