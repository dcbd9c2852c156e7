//! What certificates take from the rest of the program, in one place: so that a test can put a fault in here, and see
//! that no certificate made with it is called valid.

use allocert_core::algebra::Matrix;
use allocert_core::control::Control;
use allocert_core::network::{Network, Samples};
use allocert_core::number::{Integers, PrimeField, Ring};
use allocert_core::reach::{DRAWS, JacobianMatroid, Patterns, ReachError};

use super::functions::Place;
use allocert_core::program::Values;

/// Where Jacobians, gauge directions, symmetries and ranks come from. Whoever implements it may be wrong: what it says is put
/// into the certificate, and it is the checker that decides.
pub trait Engine {
    /// The field that points are looked at in.
    fn field(&self) -> Option<PrimeField> {
        Some(PrimeField::mersenne_61())
    }

    /// Whether upper bounds are proved by kernel vectors, which need no theory, before any bound of the theory by its name.
    fn elementary(&self) -> bool {
        false
    }

    /// The Jacobian ∂F_X/∂θ: a row for each label, a column for each weight.
    fn jacobian<R: Ring>(
        &self,
        network: &Network,
        ring: &R,
        weights: &[R::Element],
        inputs: &[Vec<R::Element>],
    ) -> Matrix<R::Element> {
        network.jacobian(ring, weights, inputs)
    }

    /// The rows of the Jacobian that belong to one input of a network with quotients, exponentials or logarithms.
    fn jacobian_of_values(&self, place: &Place<'_>, values: &Values<u64>) -> Matrix<u64> {
        place.program.jacobian(&place.field, values)
    }

    /// The gates of a network with kinks at an input; nothing on the border between patterns, or where nothing comes through
    /// a layer, so that all labels are 0.
    fn gates(&self, network: &Network, weights: &[i64], input: &[i64]) -> Option<Vec<bool>> {
        let exact = |values: &[i64]| values.iter().map(|v| (*v).into()).collect::<Vec<_>>();
        let gates = network.pattern(&Integers, &exact(weights), &exact(input))?;
        let shapes = network.shapes();
        let widths = shapes.widths.unwrap_or_default();
        let mut rest = gates.as_slice();
        let mut silent = false;
        for width in widths.iter().skip(1).take(widths.len().saturating_sub(2)) {
            let (layer, above) = rest.split_at(*width);
            silent |= shapes.bias == Some(false) && !layer.contains(&true);
            rest = above;
        }
        (!silent).then_some(gates)
    }

    /// The rows of the Jacobian that belong to one input of a network with kinks, with these gates.
    fn gated_jacobian(
        &self,
        network: &Network,
        field: &PrimeField,
        weights: &[u64],
        (input, gates): (&[u64], &[bool]),
    ) -> Matrix<u64> {
        network.gated_jacobian_at(field, weights, input, gates)
    }

    /// The activation patterns that dimensions of a network with kinks are the largest over.
    ///
    /// # Errors
    /// See [`Patterns::draw`].
    fn patterns(&self, network: &Network, samples: Samples, seed: u64) -> Result<Patterns, ReachError> {
        Patterns::draw(network, samples, seed, DRAWS, &Control::unlimited())
    }

    /// Directions along which no label changes, with their names; `inputs` are generic ones, or none for functional
    /// dimensions.
    fn directions<R: Ring>(
        &self,
        network: &Network,
        ring: &R,
        weights: &[R::Element],
        inputs: &[Vec<R::Element>],
    ) -> Vec<(String, Vec<R::Element>)> {
        network.kernel_fields_by_name(ring, weights, inputs)
    }

    /// Permutations of weights that keep all dimensions and that the checker knows: where each weight goes.
    fn symmetries(&self, network: &Network, samples: Samples) -> Vec<Vec<usize>> {
        if !network.has_family_theorems() {
            return Vec::new(); // the checker does not look for them
        }
        network.symmetries(samples).into_iter().map(|symmetry| symmetry.images).collect()
    }

    /// The ranks of all allocations, from so many trials that each is right except with probability 2^`error_log2`; with
    /// nothing, from one trial.
    ///
    /// # Errors
    /// A Jacobian over a limit, or an error that no reasonable number of trials reaches.
    fn matroid(
        &self,
        network: &Network,
        samples: Samples,
        seed: u64,
        error_log2: Option<i64>,
    ) -> Result<JacobianMatroid, ReachError> {
        let mut matroid = JacobianMatroid::new(network, samples, seed, &Control::unlimited())?;
        if let Some(error_log2) = error_log2 {
            let trials = matroid.trials_for_all(error_log2)?;
            matroid.extend_to(trials, &Control::unlimited())?;
        }
        Ok(matroid)
    }
}

/// The engine as it is.
#[derive(Clone, Copy, Debug)]
pub struct Sound;

impl Engine for Sound {}

/// The engine as it is, with proofs that need as little theory as possible: what Coq accepts.
#[derive(Clone, Copy, Debug)]
pub struct Elementary;

impl Engine for Elementary {
    fn elementary(&self) -> bool {
        true
    }
}
