//! Levenberg-Marquardt: Gauss-Newton steps with a damping that shrinks while they work.
//!
//! A step δ solves (JᵀJ + λD) δ = −Jᵀr, with D the diagonal of JᵀJ (Marquardt 1963), so that the scale of a weight does not
//! matter. The damping λ goes down while the loss falls as predicted, and up, faster each time, when it does not (Nielsen 1999).
//! A run that hardly gets better ends early: a restart is a better use of the time.

use super::least_squares::Normal;
use super::objective::Objective;
use super::trainer::{End, HUGE, Run, Trainer};

/// The trainer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevenbergMarquardt {
    /// The most steps of a run.
    pub iterations: u64,
    /// See [`super::TrainerOptions::tolerance`].
    pub tolerance: f64,
    /// After every so many steps the loss has to have fallen by a fifth, or the run ends.
    pub patience: u64,
}

/// For a start among many.
pub(super) const IMPATIENT: u64 = 8;
/// For a start that is followed further.
pub(super) const PATIENT: u64 = 40;

/// The damping at the start.
const FIRST: f64 = 0.1;
/// The damping goes down by this at most.
const DOWN: f64 = 0.3;
/// Beyond this damping, no step is long enough to matter.
const MOST: f64 = 1e16;
/// The cosine between r and every column of J below which a point is stationary.
const COSINE: f64 = 1e-9;
/// What the loss has to be below, against what it was.
const FALLEN: f64 = 0.8;

impl Trainer for LevenbergMarquardt {
    fn train(&self, objective: &mut Objective<'_>, weights: &mut [f64]) -> Run {
        let goal = self.tolerance * self.tolerance * objective.scale();
        let mut loss = objective.evaluate(weights);
        let done = |end, loss, iterations| Run { end, loss, iterations };
        if !loss.is_finite() {
            return done(End::NotFinite, loss, 0);
        }
        let mut normal = Normal::new(weights.len());
        let mut mark = loss;
        let mut trial = vec![0.0; weights.len()];
        let (mut damping, mut growth, mut fresh) = (FIRST, 2.0, true);
        for iteration in 0..self.iterations {
            if loss <= goal {
                return done(End::Candidate, loss, iteration);
            }
            let due = (iteration + 1).is_multiple_of(self.patience);
            if due && loss > FALLEN * std::mem::replace(&mut mark, loss) {
                return done(End::Stationary, loss, iteration);
            }
            if fresh {
                let (residuals, jacobian) = objective.linearised();
                normal.form(residuals, jacobian);
                if normal.cosine(loss) < COSINE {
                    return done(End::Stationary, loss, iteration);
                }
            }
            let solved = normal.step(damping);
            let step = normal.solution();
            trial.iter_mut().zip(weights.iter().zip(step)).for_each(|(t, (w, d))| *t = w + d);
            let found = if solved { objective.evaluate(&trial) } else { f64::INFINITY };
            let predicted = normal.predicted(damping);
            fresh = found < loss;
            if fresh {
                let gain = (loss - found) / predicted;
                weights.copy_from_slice(&trial);
                loss = found;
                damping = (damping * (1.0 - (2.0 * gain - 1.0).powi(3)).max(DOWN)).max(1e-14);
                growth = 2.0;
                if weights.iter().any(|w| w.abs() > HUGE) && loss > goal {
                    return done(End::Diverged, loss, iteration + 1);
                }
            } else {
                damping *= growth;
                growth *= 2.0;
                if damping > MOST {
                    return done(End::Stationary, loss, iteration + 1);
                }
            }
        }
        let end = if loss <= goal { End::Candidate } else { End::Iterations };
        done(end, loss, self.iterations)
    }
}
