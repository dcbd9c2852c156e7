//! What `allocert symmetries` says.

use serde::{Deserialize, Serialize};

use allocert_core::allocation::{Allocation, print};
use allocert_core::network::{Network, Samples};
use allocert_core::program::ProgramError;
use allocert_core::text::{plural, thousands};

/// The permutations of weights and the gauge directions of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Symmetries {
    /// The network, as it is written.
    pub network: String,
    /// The number of all weights.
    pub weights: usize,
    /// Generators of the permutations that change no dimension and no match probability.
    pub permutations: Vec<Permutation>,
    /// Directions along which no label changes, affine in the weights: those found; there may be more.
    pub gauge: Vec<Direction>,
    /// Weights that may all change their sign while no label does: generators.
    #[serde(default)]
    pub sign_changes: Vec<SignChange>,
}

/// A change of sign, which the signs of all steps of the program prove.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignChange {
    /// The weights that change their sign, as an allocation.
    pub change: String,
    /// The same, by position in canonical order.
    pub weights: Vec<usize>,
}

/// A permutation of weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Permutation {
    /// In words.
    pub name: String,
    /// It holds for at least so many samples, and functionally.
    pub least_samples: u64,
    /// Where each weight goes, by position in canonical order.
    pub images: Vec<usize>,
    /// `declared` by the family, or `found` in the program.
    pub origin: String,
}

/// A gauge direction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Direction {
    /// Which weights change, by what.
    pub change: String,
    /// The coefficients: (weight, other weight or nothing, factor): the weight changes by factor times the other weight, or by the
    /// factor.
    pub terms: Vec<(usize, Option<usize>, i64)>,
    /// `proved`: the identity is proved by polynomial arithmetic; `open`: it held at random points.
    pub evidence: String,
}

/// The symmetries of larger networks are not looked for.
pub const MOST_WEIGHTS: usize = 4_096;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SymmetriesError {
    /// Too large.
    #[error(
        "{} are over the limit of {}\n  ask of a smaller network of the family: larger ones have symmetries of the same kinds",
        plural(*weights, "weight"),
        thousands(MOST_WEIGHTS)
    )]
    TooManyWeights {
        /// How many weights it has.
        weights: usize,
    },
    /// Its forward pass cannot be used.
    #[error(transparent)]
    Program(#[from] ProgramError),
}

impl Symmetries {
    /// Of a network. Costs more than the square of its weights.
    ///
    /// # Errors
    /// More weights than are looked at; a forward pass over the limit.
    pub fn of(network: &Network) -> Result<Self, SymmetriesError> {
        if network.weights() > MOST_WEIGHTS {
            return Err(SymmetriesError::TooManyWeights { weights: network.weights() });
        }
        let declared = if network.is_built_in() { network.symmetries(Samples::Functional) } else { Vec::new() };
        let mut permutations: Vec<Permutation> = Vec::new();
        for (symmetries, origin) in [(declared, "declared"), (network.found_symmetries()?, "found")] {
            for symmetry in symmetries {
                if !permutations.iter().any(|p| p.images == symmetry.images) {
                    let (name, images, origin) = (symmetry.name, symmetry.images, origin.to_owned());
                    permutations.push(Permutation { name, least_samples: symmetry.least, images, origin });
                }
            }
        }
        let gauge = network.affine_gauge()?.into_iter().map(|field| Direction {
            change: field.text(network.layout()),
            evidence: if field.proved { "proved" } else { "open" }.to_owned(),
            terms: field.terms,
        });
        let (text, weights) = (network.to_string(), network.weights());
        let sign_change = |changed: Vec<usize>| {
            let change = print(network.layout(), &Allocation::of(weights, changed.iter().copied()));
            SignChange { change, weights: changed }
        };
        let sign_changes = network.sign_changes()?.into_iter().map(sign_change).collect();
        Ok(Symmetries { network: text, weights, permutations, gauge: gauge.collect(), sign_changes })
    }
}
