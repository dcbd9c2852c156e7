//! Adam (Kingma and Ba 2015), with a learning rate that falls to 0 over the second half of a run.

use super::gradient_descent::descend;
use super::objective::Objective;
use super::trainer::{Run, Trainer};

/// The trainer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// The most steps of a run.
    pub iterations: u64,
    /// See [`super::TrainerOptions::tolerance`].
    pub tolerance: f64,
    /// The learning rate of the first half, above 0.
    pub rate: f64,
}

impl Trainer for Adam {
    fn train(&self, objective: &mut Objective<'_>, weights: &mut [f64]) -> Run {
        let scale = 1.0 / objective.residuals().len().max(1) as f64;
        let mut moments = Moments::new(weights.len());
        descend(self.iterations, self.tolerance, objective, weights, |iteration, weights, gradient| {
            let left = 1.0 - iteration as f64 / self.iterations as f64;
            moments.step(self.rate * (2.0 * left).min(1.0), scale, weights, gradient);
        })
    }
}

/// Running means of a gradient and of its square.
#[derive(Clone, Debug)]
pub(super) struct Moments {
    means: [Vec<f64>; 2],
    /// What is missing to means of weight 1.
    missing: [f64; 2],
}

const DECAY: [f64; 2] = [0.9, 0.999];

impl Moments {
    pub(super) fn new(size: usize) -> Self {
        Moments { means: [vec![0.0; size], vec![0.0; size]], missing: [1.0; 2] }
    }

    /// One step with `scale` times the gradient.
    pub(super) fn step(&mut self, rate: f64, scale: f64, weights: &mut [f64], gradient: &[f64]) {
        (0..2).for_each(|k| self.missing[k] *= DECAY[k]);
        let (first, second) = (1.0 - self.missing[0], 1.0 - self.missing[1]);
        let [means, squares] = &mut self.means;
        let entries = means.iter_mut().zip(squares).zip(weights.iter_mut().zip(gradient));
        for ((mean, square), (weight, gradient)) in entries {
            let g = scale * gradient;
            *mean += (1.0 - DECAY[0]) * (g - *mean);
            *square += (1.0 - DECAY[1]) * (g * g - *square);
            *weight -= rate * (*mean / first) / ((*square / second).sqrt() + 1e-8);
        }
    }
}
