//! What fitting to given data says.

use serde::{Deserialize, Serialize};

use allocert_core::allocation::{Allocation, print};
use allocert_core::network::Network;
use allocert_train::{Fit, FitOptions};

/// A network fitted to data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataFit {
    /// The network, as it is written.
    pub network: String,
    /// How the allocation was chosen; nothing if it was given.
    pub strategy: Option<String>,
    /// The allocation; nothing if it was chosen.
    pub allocation: Option<String>,
    /// The learnable weights, |A|.
    pub size: usize,
    /// All weights.
    pub weights: usize,
    /// The reachable dimension of the allocation on generic inputs, so many that more add nothing; absent where it was not looked at, or
    /// takes long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dim: Option<usize>,
    /// That of all weights, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher_dim: Option<usize>,
    /// The number of labels on these inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<u64>,
    /// How the dimension is known: `proved`, `bounded`, `statistical` or `open`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dim_evidence: Option<String>,
    /// The trainer.
    pub trainer: String,
    /// The learning rate.
    pub learning_rate: f64,
    /// The rows of a step.
    pub batch: usize,
    /// The epochs that were finished.
    pub epochs: u64,
    /// Whether it was stopped before the end.
    pub partial: bool,
    /// Whether weights grew beyond all bounds.
    pub diverged: bool,
    /// The rows learned from.
    pub train_rows: usize,
    /// The rows to test on.
    pub test_rows: usize,
    /// The mean square of the residuals at the start, on the rows learned from.
    pub start_loss: Option<f64>,
    /// The same at the end.
    pub train_loss: Option<f64>,
    /// The same at the end, on the rows to test on.
    pub test_loss: Option<f64>,
    /// The share of rows of the right class, of those learned from; nothing where labels are no classes.
    pub train_accuracy: Option<f64>,
    /// The same, of those to test on.
    pub test_accuracy: Option<f64>,
    /// The seed of all randomness.
    pub seed: u64,
}

impl DataFit {
    /// Of a fit on so many rows to learn from and to test on.
    pub fn of(
        network: &Network,
        allocation: &Allocation,
        strategy: Option<&str>,
        [train_rows, test_rows]: [usize; 2],
        options: &FitOptions,
        fit: &Fit,
    ) -> Self {
        let finite = |x: f64| x.is_finite().then_some(x);
        let size = allocation.size();
        DataFit {
            network: network.to_string(),
            strategy: strategy.map(str::to_owned),
            allocation: strategy.is_none().then(|| print(network.layout(), allocation)),
            size,
            weights: network.weights(),
            dim: None,
            teacher_dim: None,
            labels: None,
            dim_evidence: None,
            trainer: options.method.name().to_owned(),
            learning_rate: options.learning_rate,
            batch: options.batch,
            epochs: fit.epochs,
            partial: fit.epochs < options.epochs && size > 0 && !fit.diverged,
            diverged: fit.diverged,
            train_rows,
            test_rows,
            start_loss: finite(fit.start[0].loss),
            train_loss: finite(fit.end[0].loss),
            test_loss: finite(fit.end[1].loss),
            train_accuracy: fit.end[0].accuracy,
            test_accuracy: fit.end[1].accuracy,
            seed: options.seed,
        }
    }
}
