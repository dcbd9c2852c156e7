//! What all trainers have in common: their options, where a run starts and how it may end.

use std::str::FromStr;

use allocert_core::text::{nearest, quote};

use super::adam::Adam;
use super::gradient_descent::GradientDescent;
use super::levenberg_marquardt::{IMPATIENT, LevenbergMarquardt, PATIENT};
use super::objective::Objective;

/// A way to minimise an [`Objective`], started from given weights. No trainer has randomness of its own.
pub trait Trainer: Sync {
    /// Moves the weights to where it ends.
    fn train(&self, objective: &mut Objective<'_>, weights: &mut [f64]) -> Run;
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum End {
    /// The loss is below the tolerance: a candidate for a match.
    Candidate,
    /// No step makes the loss smaller: a local minimum, or a singular Jacobian.
    Stationary,
    /// No step makes the loss smaller, with learnable weights that move no label because hidden units are inactive at every
    /// input.
    DeadUnits,
    /// No step makes the loss smaller, at the kink of a hidden unit.
    Kink,
    /// So many iterations were not enough.
    Iterations,
    /// Weights beyond 10^12, with a loss that is not small.
    Diverged,
    /// The loss is no finite number.
    NotFinite,
}

impl End {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            End::Candidate => "candidate",
            End::Stationary => "stationary",
            End::DeadUnits => "dead-units",
            End::Kink => "kink",
            End::Iterations => "iterations",
            End::Diverged => "diverged",
            End::NotFinite => "not-finite",
        }
    }
}

/// Weights of this size are taken for diverging.
pub(super) const HUGE: f64 = 1e12;

/// A run of a trainer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// How it ended.
    pub end: End,
    /// Σ r² there.
    pub loss: f64,
    /// The steps tried.
    pub iterations: u64,
}

/// A trainer by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Method {
    /// Damped Gauss-Newton steps: the strongest on small problems.
    #[default]
    LevenbergMarquardt,
    /// Steps against the gradient.
    GradientDescent,
    /// Steps against the gradient, scaled by its own history.
    Adam,
}

impl Method {
    /// All, the strongest first.
    pub const ALL: [Method; 3] = [Method::LevenbergMarquardt, Method::Adam, Method::GradientDescent];

    /// The name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Method::LevenbergMarquardt => "levenberg-marquardt",
            Method::GradientDescent => "gradient-descent",
            Method::Adam => "adam",
        }
    }

    /// The trainer with these options.
    pub fn trainer(self, options: &TrainerOptions) -> Box<dyn Trainer> {
        self.with_patience(options, IMPATIENT)
    }

    /// The trainer that gives up later on a run that hardly gets better, where it can give up at all.
    pub fn patient(self, options: &TrainerOptions) -> Box<dyn Trainer> {
        self.with_patience(options, PATIENT)
    }

    fn with_patience(self, options: &TrainerOptions, patience: u64) -> Box<dyn Trainer> {
        let TrainerOptions { tolerance, .. } = *options;
        let iterations = options.iterations.unwrap_or(self.iterations());
        let rate = options.learning_rate.unwrap_or(self.learning_rate());
        match self {
            Method::LevenbergMarquardt => Box::new(LevenbergMarquardt { iterations, tolerance, patience }),
            Method::GradientDescent => Box::new(GradientDescent { iterations, tolerance, rate }),
            Method::Adam => Box::new(Adam { iterations, tolerance, rate }),
        }
    }

    /// The most iterations of a run, unless told otherwise.
    pub fn iterations(self) -> u64 {
        match self {
            Method::LevenbergMarquardt => 200,
            Method::GradientDescent | Method::Adam => 5_000,
        }
    }

    /// The learning rate, unless told otherwise; Levenberg-Marquardt has none.
    pub fn learning_rate(self) -> f64 {
        match self {
            Method::LevenbergMarquardt => 0.0,
            Method::GradientDescent => 0.1,
            Method::Adam => 0.05,
        }
    }
}

impl std::fmt::Display for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Method {
    type Err = UnknownMethod;

    fn from_str(text: &str) -> Result<Self, UnknownMethod> {
        let found = Method::ALL.into_iter().find(|m| m.name() == text);
        found.ok_or_else(|| UnknownMethod(text.to_owned()))
    }
}

/// A name of no trainer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no trainer {}{}\n  choose levenberg-marquardt, adam or gradient-descent", quote(.0), meant(.0))]
pub struct UnknownMethod(String);

fn meant(text: &str) -> String {
    let names = Method::ALL.map(Method::name);
    nearest(text, &names).map(|n| format!("; did you mean {n}?")).unwrap_or_default()
}

/// How far a trainer goes, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainerOptions {
    /// Steps against the gradient of the mean square of the residuals are scaled by this, above 0; nothing for the trainer's
    /// own default.
    pub learning_rate: Option<f64>,
    /// The most iterations of one run, at least 1; nothing for the trainer's own default.
    pub iterations: Option<u64>,
    /// A run is a candidate for a match when Σ r² is at most (tolerance)² (1 + Σ y²), y the teacher's labels. Above 0, below 1.
    pub tolerance: f64,
}

impl Default for TrainerOptions {
    fn default() -> Self {
        TrainerOptions { learning_rate: None, iterations: None, tolerance: 1e-6 }
    }
}
