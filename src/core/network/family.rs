//! What a family of networks says of itself.

use crate::algebra::Matrix;
use crate::allocation::{Allocation, Layout};
use crate::number::{Field, Ring};
use crate::program::{Program, ProgramError, Recording};

use super::{Diagram, Probe, Row, Samples, Symmetry};

/// What a family of networks says of itself. All maps are polynomial with integer coefficients in the weights and the
/// inputs (with kinks: on each activation pattern); the degree and height bounds rely on it. A network of
/// one's own may be analytic instead; then these two bound nothing.
pub(super) trait Family {
    /// The tensors, in canonical order.
    fn layout(&self) -> Layout;
    /// How it is drawn.
    fn diagram(&self) -> Diagram {
        Diagram::layered(&self.layout())
    }
    /// The entries of one input.
    fn input_size(&self) -> usize;
    /// The labels that one input gives.
    fn labels_per_input(&self) -> usize;
    /// Inputs that see everything: more add no rank to any allocation.
    fn functional(&self) -> Probe;
    /// How many inputs [`Family::functional`] has.
    fn functional_inputs(&self) -> usize {
        self.enough()
    }
    /// About how many products the Jacobian at one input costs, saturating.
    fn jacobian_products(&self) -> u64 {
        (self.layout().weights() as u64).saturating_mul(self.labels_per_input() as u64)
    }
    /// So many generic inputs see everything, too. (As many as there are weights always do: ranks are concave in the
    /// number of inputs.)
    fn enough(&self) -> usize;
    /// The number of coordinates of the function that the network computes.
    fn functional_labels(&self) -> u64 {
        (self.enough() as u64).saturating_mul(self.labels_per_input() as u64)
    }
    /// Of inputs with the same gates, more than so many generic ones see no more; for a network with kinks.
    fn inputs_of_one_pattern(&self) -> usize {
        self.input_size() + 1
    }
    /// Whether the closure of all label vectors is known to be a normal variety, for every number of inputs.
    fn normal(&self) -> bool {
        false
    }
    /// The hidden units with a kink; none for a polynomial label map.
    fn gates(&self) -> usize {
        0
    }
    /// Which units with a kink are active at one input; nothing at a kink.
    fn pattern<R: Ring>(&self, _ring: &R, _weights: &[R::Element], _input: &[R::Element]) -> Option<Vec<bool>> {
        Some(Vec::new())
    }
    /// What a layer gets as its input, in a network of layers with kinks.
    fn features<R: Ring>(
        &self,
        _ring: &R,
        _weights: &[R::Element],
        input: &[R::Element],
        _layer: usize,
    ) -> Vec<R::Element> {
        input.to_vec()
    }
    /// The Jacobian at one input with the units with a kink held active or inactive: polynomial, over any ring.
    fn gated_jacobian<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        input: &[R::Element],
        _gates: &[bool],
    ) -> Matrix<R::Element> {
        self.jacobian(ring, weights, input)
    }
    /// The labels of one input, at the given weights.
    fn labels<R: Ring>(&self, ring: &R, weights: &[R::Element], input: &[R::Element]) -> Vec<R::Element>;
    /// The label map of one input as a program: what is recorded while [`Family::labels`] runs.
    fn to_program(&self) -> Result<Program, ProgramError> {
        let ring = Recording::new()?;
        let (count, size) = (self.layout().weights(), self.input_size());
        let (weights, inputs) = (ring.weights(count), ring.inputs(size));
        let labels = self.labels(&ring, &weights, &inputs);
        ring.finish(labels, size, count)
    }
    /// The derivatives of the labels of one input by every weight: one row a label.
    fn jacobian<R: Ring>(&self, ring: &R, weights: &[R::Element], input: &[R::Element]) -> Matrix<R::Element>;
    /// The derivatives of a combination of labels by some weights, given in ascending order.
    fn reverse<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        row: &Row<'_, R::Element>,
        columns: &[usize],
    ) -> Vec<R::Element>;
    /// The total degree of a label in weights and inputs, saturating.
    fn degree(&self) -> u64;
    /// An upper bound on log₂ of the sum of the absolute values of a label's coefficients, saturating.
    fn height_bits(&self) -> u64;
    /// Directions v(θ) in weight space, polynomial in θ, along which no label changes: J · v ≡ 0 as an identity.
    fn gauge<R: Ring>(&self, ring: &R, weights: &[R::Element]) -> Vec<Vec<R::Element>>;
    /// Gauge directions that move some weights only, as weights and entries: none, or those that a family finds without
    /// writing down all.
    fn gauge_inside<R: Ring>(
        &self,
        _ring: &R,
        _weights: &[R::Element],
        _allocation: &Allocation,
    ) -> Vec<Vec<(usize, R::Element)>> {
        Vec::new()
    }
    /// The teacher's dimension by a theorem that holds for all shapes.
    fn teacher_dimension(&self, _samples: Samples) -> Option<usize> {
        None
    }
    /// An upper bound of all dimensions by theorems on the family.
    fn dimension_bound(&self) -> Option<u64> {
        None
    }
    /// About how many products one pass back costs, saturating.
    fn reverse_products(&self) -> u64 {
        (self.layout().weights() as u64).saturating_mul(2)
    }
    /// How many gauge directions there are, saturating.
    fn gauge_count(&self) -> u64;
    /// The names of the directions of [`Family::gauge`] in certificates, in the same order.
    fn gauge_names(&self) -> Vec<String>;
    /// More directions for certificates, by name: what few generic inputs (none for functional dimensions) cannot see, and
    /// symmetries of special shapes.
    fn more_by_name<R: Ring>(
        &self,
        _: &R,
        _weights: &[R::Element],
        _inputs: &[Vec<R::Element>],
    ) -> Vec<(String, Vec<R::Element>)> {
        Vec::new()
    }
    /// For few inputs: directions v(θ, X) with J · v ≡ 0 because the inputs do not span.
    fn unseen<F: Field>(&self, field: &F, inputs: &[Vec<F::Element>]) -> Vec<Vec<F::Element>>;
    /// Generators of the permutations of weights that change no dimension and no match probability.
    fn symmetries(&self) -> Vec<Symmetry>;
}
