//! Gradient descent: θ ← θ − η · ∇(Σ r² / M), with the whole gradient at every step.

use super::objective::Objective;
use super::trainer::{End, HUGE, Run, Trainer};

/// The trainer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientDescent {
    /// The most steps of a run.
    pub iterations: u64,
    /// See [`super::TrainerOptions::tolerance`].
    pub tolerance: f64,
    /// η, above 0.
    pub rate: f64,
}

impl Trainer for GradientDescent {
    fn train(&self, objective: &mut Objective<'_>, weights: &mut [f64]) -> Run {
        let rate = self.rate / objective.residuals().len().max(1) as f64;
        descend(self.iterations, self.tolerance, objective, weights, |_, weights, gradient| {
            weights.iter_mut().zip(gradient).for_each(|(w, g)| *w -= rate * g);
        })
    }
}

/// Steps by first derivatives, `update` making one from (iteration, weights, gradient of Σ r²), until the loss is small, is
/// no number, or nothing moves.
pub(super) fn descend(
    iterations: u64,
    tolerance: f64,
    objective: &mut Objective<'_>,
    weights: &mut [f64],
    mut update: impl FnMut(u64, &mut [f64], &[f64]),
) -> Run {
    let goal = tolerance * tolerance * objective.scale();
    let mut gradient = vec![0.0; weights.len()];
    let mut loss = f64::INFINITY;
    for iteration in 0..iterations {
        loss = objective.evaluate(weights);
        let done = |end| Run { end, loss, iterations: iteration };
        if !loss.is_finite() {
            return done(End::NotFinite);
        }
        if loss <= goal {
            return done(End::Candidate);
        }
        objective.gradient(&mut gradient);
        if weights.iter().any(|w| w.abs() > HUGE) {
            return done(End::Diverged);
        }
        if gradient.iter().all(|g| g.abs() <= 1e-14 * (1.0 + loss)) {
            return done(End::Stationary);
        }
        update(iteration, weights, &gradient);
    }
    loss = if iterations == 0 { loss } else { objective.evaluate(weights) };
    let end = if loss <= goal { End::Candidate } else { End::Iterations };
    Run { end: if loss.is_finite() { end } else { End::NotFinite }, loss, iterations }
}
