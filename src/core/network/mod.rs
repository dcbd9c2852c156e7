//! Networks: a parameter vector and a label map that is polynomial in it, or, for ReLU, polynomial on each activation
//! pattern, or, for networks of one's own, analytic. One file a family; gauge directions, sign changes and permutations of networks of
//! one's own are found in their programs (`gauge`, `signs`, `symmetry`).
//!
//! Each family writes its label map and its Jacobian once, over any [`Ring`]; everything else about it that the rest of
//! the program needs (shapes, degrees, heights, gauge directions) stands beside them in the same file.

mod bounds;
mod change;
mod diagram;
mod family;
mod gauge;
mod layered;
mod lffn;
mod lrnn;
mod parts;
mod pnn;
mod probe;
mod program;
mod pullback;
mod relu;
mod shape;
mod signs;
mod symmetry;
mod text;

pub use bounds::{Bound, NamedBounds};
pub use change::ChangeError;
pub use diagram::{Diagram, Group};
use family::Family;
pub use gauge::AffineField;
pub use probe::{Probe, Row, Samples};
pub use program::ProgramNetworkError;
pub use pullback::Pullback;
pub use shape::{MOST_WEIGHTS, ShapeError, ShapeValue, Shapes};
pub use symmetry::Symmetry;
pub use text::NetworkTextError;

use std::sync::Arc;

use rug::Integer;

use crate::algebra::Matrix;
use crate::allocation::{Allocation, Layout};
use crate::number::Ring;
use crate::program::{Program, ProgramError};

/// The one place that tells families apart.
macro_rules! on_family {
    ($network:expr, $family:ident => $answer:expr) => {
        match &$network.kind {
            Kind::Lffn($family) => $answer,
            Kind::Lrnn($family) => $answer,
            Kind::Pnn($family) => $answer,
            Kind::Relu($family) => $answer,
            Kind::Program($family) => $answer,
        }
    };
}

// After the macro, which it uses.
mod kernel;

pub use kernel::KernelField;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Lffn(lffn::Lffn),
    Lrnn(lrnn::Lrnn),
    Pnn(pnn::Pnn),
    Relu(relu::Relu),
    Program(Arc<program::ProgramNetwork>),
}

impl Kind {
    fn of_program(network: program::ProgramNetwork) -> Self {
        Kind::Program(Arc::new(network))
    }
}

/// Where the weights of a linear recurrent network with one input and one output stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrence {
    /// The diagonal of the recurrent matrix,
    pub diagonal: Vec<usize>,
    /// and its other entries.
    pub others: Vec<usize>,
    /// What leads in.
    pub encoder: Vec<usize>,
    /// What leads out.
    pub decoder: Vec<usize>,
}

/// Where the weights of a linear recurrent network with one input or one output stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleEnded {
    /// The recurrent matrix.
    pub matrix: Vec<usize>,
    /// What leads out, where there is one input.
    pub decoder: Option<Vec<usize>>,
    /// What leads in, where there is one output.
    pub encoder: Option<Vec<usize>>,
}

/// A network: its family, its shape, and the layout of its weights.
#[derive(Clone, Debug)]
pub struct Network {
    kind: Kind,
    layout: Layout,
    text: String,
}

impl PartialEq for Network {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Network {}

impl std::hash::Hash for Network {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.kind.hash(state);
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Network {
    /// A linear feedforward network y = W_L ⋯ W_1 x of widths d_0, …, d_L (with `bias`, affine layers).
    ///
    /// # Errors
    /// Fewer than two widths, a width below 1, or more than [`MOST_WEIGHTS`] weights.
    pub fn lffn(widths: &[i64], bias: bool) -> Result<Self, ShapeError> {
        lffn::Lffn::new(widths, bias).map(|f| Network::new(Kind::Lffn(f)))
    }

    /// A linear recurrent network h_t = W h_{t−1} + B x_t, h_0 = 0, read out by D at the last step (or, with `every`,
    /// at every step).
    ///
    /// # Errors
    /// A size below 1, or more weights or labels than a network may have.
    pub fn lrnn(inputs: i64, hidden: i64, outputs: i64, steps: i64, every: bool) -> Result<Self, ShapeError> {
        lrnn::Lrnn::new(inputs, hidden, outputs, steps, every).map(|f| Network::new(Kind::Lrnn(f)))
    }

    /// A network with hidden activation z ↦ z^degree and linear output.
    ///
    /// # Errors
    /// As for [`Network::lffn`]; also a degree below 1 or too large.
    pub fn pnn(widths: &[i64], degree: i64, bias: bool) -> Result<Self, ShapeError> {
        pnn::Pnn::new(widths, degree, bias).map(|f| Network::new(Kind::Pnn(f)))
    }

    /// The same with a degree for each hidden layer.
    ///
    /// # Errors
    /// As for [`Network::pnn`]; also another number of degrees than of hidden layers.
    pub fn pnn_by_layer(widths: &[i64], degrees: &[i64], bias: bool) -> Result<Self, ShapeError> {
        pnn::Pnn::by_layer(widths, degrees, bias).map(|f| Network::new(Kind::Pnn(f)))
    }

    /// A network with hidden activation z ↦ max(z, 0) and linear output. Its label map is not polynomial: what holds for
    /// the other families need not hold for it, see [`Network::is_polynomial`].
    ///
    /// # Errors
    /// As for [`Network::lffn`].
    pub fn relu(widths: &[i64], bias: bool) -> Result<Self, ShapeError> {
        relu::Relu::new(widths, bias).map(|f| Network::new(Kind::Relu(f)))
    }

    /// A network of one's own: a forward pass as a program. `name` is the family's, `text` the whole call; `layout` has the
    /// tensors of the program's weights, `input_shape` the axes of one input, `shape` the numbers that describe it.
    ///
    /// # Errors
    /// A weight that no output depends on, an output that is a number, a program for other numbers of weights or inputs, more
    /// weights than a network may have.
    pub fn program(
        name: &str,
        text: String,
        layout: Layout,
        program: Program,
        input_shape: Vec<usize>,
        shape: Vec<(String, ShapeValue)>,
    ) -> Result<Self, ProgramNetworkError> {
        let network = program::ProgramNetwork::new(name, text, layout, program, input_shape, shape)?;
        Ok(Network::new(Kind::of_program(network)))
    }

    fn new(kind: Kind) -> Self {
        let (layout, text) = match &kind {
            Kind::Lffn(f) => (f.layout(), f.to_string()),
            Kind::Lrnn(f) => (f.layout(), f.to_string()),
            Kind::Pnn(f) => (f.layout(), f.to_string()),
            Kind::Relu(f) => (f.layout(), f.to_string()),
            Kind::Program(f) => (f.layout(), f.to_string()),
        };
        Network { kind, layout, text }
    }

    /// The families, as expressions call them.
    pub const FAMILIES: [&'static str; 4] = ["lffn", "lrnn", "pnn", "relu"];

    /// One of [`FAMILIES`](Network::FAMILIES), or the name that a network of one's own was given.
    pub fn family(&self) -> &str {
        match &self.kind {
            Kind::Lffn(_) => "lffn",
            Kind::Lrnn(_) => "lrnn",
            Kind::Pnn(_) => "pnn",
            Kind::Relu(_) => "relu",
            Kind::Program(f) => f.name(),
        }
    }

    /// Whether it is one of the built-in families, so that theorems about these apply.
    pub fn is_built_in(&self) -> bool {
        !matches!(self.kind, Kind::Program(_))
    }

    /// Whether the theorems about built-in families hold for it: those about `pnn` are about one degree.
    pub fn has_family_theorems(&self) -> bool {
        let shapes = self.shapes();
        let mixed = shapes.degrees.is_some_and(|degrees| shapes.degree.is_none() && !degrees.is_empty());
        self.is_built_in() && !mixed
    }

    /// The power that hidden units take, if there is one hidden layer of them: each output is Σ c (w·x + b)^g + a bias.
    pub fn hidden_power(&self) -> Option<u32> {
        match &self.kind {
            Kind::Pnn(pnn) => pnn.hidden_power(),
            _ => None,
        }
    }

    /// The powers that the hidden layers take, of a feedforward network of powers or a linear one, whose powers are 1.
    pub fn exponents(&self) -> Option<Vec<u32>> {
        match &self.kind {
            Kind::Lffn(lffn) => Some(lffn.exponents()),
            Kind::Pnn(pnn) => Some(pnn.exponents()),
            _ => None,
        }
    }

    /// The weights of a linear recurrent network with one input and one output and at least 2n steps: on enough samples, as many as
    /// determine the transfer function.
    pub fn single_recurrence(&self) -> Option<Recurrence> {
        match &self.kind {
            Kind::Lrnn(lrnn) => lrnn.single_recurrence(),
            _ => None,
        }
    }

    /// A simpler network with the same weights, if there is one, that a generic student matches a generic teacher of exactly where it does
    /// here, on so many samples there as determine the function: with labels at the last step alone of a linear recurrent network with labels at
    /// every step. On inputs that span, either has the Markov parameters D Wᵗ B, t < T, as combinations of its labels, of which
    /// the first 2n of a minimal system of n units determine the others of every other such system (B. Ho and R. Kalman 1966).
    pub fn stand_in(&self, samples: Samples) -> Option<Self> {
        match (&self.kind, self.probe(samples)) {
            (Kind::Lrnn(lrnn), Probe::Fixed(_)) => lrnn.read_out_last().map(|last| Network::new(Kind::Lrnn(last))),
            _ => None,
        }
    }

    /// The weights of a linear recurrent network with one input or one output.
    pub fn single_ended(&self) -> Option<SingleEnded> {
        match &self.kind {
            Kind::Lrnn(lrnn) => lrnn.single_ended(),
            _ => None,
        }
    }

    /// Of a linear recurrent network with one hidden unit and several outputs, whose decoder's entries are the first weights: the same with one
    /// output.
    pub fn single_output(&self) -> Option<Self> {
        match &self.kind {
            Kind::Lrnn(lrnn) => lrnn.single_output().map(|one| Network::new(Kind::Lrnn(one))),
            _ => None,
        }
    }

    /// The weights of a linear network without biases whose two layers are two by two: by layer, row and column.
    pub fn two_by_two(&self) -> Option<[[[usize; 2]; 2]; 2]> {
        match &self.kind {
            Kind::Lffn(lffn) => lffn.two_by_two(),
            _ => None,
        }
    }

    /// For each weight, the hidden units and integers e such that, for all numbers λ ≠ 0 of the units, the labels of any inputs stay
    /// as they are if each weight is multiplied with the product of its λ^e; where such numbers are known.
    pub fn scales(&self) -> Option<Vec<Vec<(usize, i64)>>> {
        match &self.kind {
            Kind::Lffn(f) => Some(f.scales()),
            Kind::Pnn(f) => Some(f.scales()),
            Kind::Lrnn(f) => Some(f.scales()),
            _ => None,
        }
    }

    /// The label map of one input as a program; of a network of one's own, as it was recorded.
    ///
    /// # Errors
    /// More steps than a program may have.
    pub fn to_program(&self) -> Result<Program, ProgramError> {
        on_family!(self, f => f.to_program())
    }

    /// The axes of one input.
    pub fn input_shape(&self) -> Vec<usize> {
        match &self.kind {
            Kind::Program(f) => f.input_shape().to_vec(),
            _ => vec![self.input_size()],
        }
    }

    /// The program of a network of one's own, as it was recorded.
    pub fn own_program(&self) -> Option<&Program> {
        match &self.kind {
            Kind::Program(f) => Some(f.program()),
            _ => None,
        }
    }

    /// The program of a network of one's own without fractions: labels are those of [`Network::labels`].
    pub fn integral_program(&self) -> Option<&Program> {
        match &self.kind {
            Kind::Program(f) => Some(f.integral()),
            _ => None,
        }
    }

    /// What the labels of one input are multiplied by so that they have integer coefficients: positive integers.
    pub fn label_scales(&self) -> Vec<Integer> {
        match &self.kind {
            Kind::Program(f) => f.scales().to_vec(),
            _ => vec![Integer::from(1); self.labels_per_input()],
        }
    }

    /// Whether the label map is polynomial in weights and inputs. If not, it is on each activation pattern only: there is no
    /// one Jacobian matroid, and the laws for polynomial networks say nothing.
    pub fn is_polynomial(&self) -> bool {
        self.gates() == 0 && !self.is_analytic()
    }

    /// Whether the label map divides or takes exponentials, logarithms or square roots: analytic, not polynomial.
    pub fn is_analytic(&self) -> bool {
        matches!(&self.kind, Kind::Program(f) if f.is_analytic())
    }

    /// Whether reachable dimensions are the ranks of one matroid: there are no kinks.
    pub fn has_one_matroid(&self) -> bool {
        self.gates() == 0
    }

    /// Whether the label map is seen to be defined at all real weights and inputs: only quotients, logarithms and roots may not be.
    pub fn is_defined_everywhere(&self) -> bool {
        match &self.kind {
            Kind::Program(f) => f.program().is_defined_everywhere(),
            _ => true,
        }
    }

    /// The hidden units with a kink, in all layers together.
    pub fn gates(&self) -> usize {
        on_family!(self, f => f.gates())
    }

    /// The numbers that describe the shape.
    pub fn shapes(&self) -> Shapes {
        on_family!(self, f => f.shapes())
    }

    /// The tensors and the canonical order of the weights.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// How it is drawn: groups of units, and the tensors between them.
    pub fn diagram(&self) -> Diagram {
        on_family!(self, f => f.diagram())
    }

    /// The number of weights, n.
    pub fn weights(&self) -> usize {
        self.layout.weights()
    }

    /// The entries of one input (for a recurrent network, of one input sequence).
    pub fn input_size(&self) -> usize {
        on_family!(self, f => f.input_size())
    }

    /// The number of scalar labels at so many samples; functional: of coordinates of the function that the network
    /// computes. Nothing if it does not fit a machine word.
    pub fn labels_at(&self, samples: Samples) -> Option<u64> {
        match samples {
            Samples::Count(count) => count.checked_mul(self.labels_per_input() as u64),
            Samples::Functional => Some(on_family!(self, f => f.functional_labels())),
        }
    }

    /// The labels that one input gives.
    pub fn labels_per_input(&self) -> usize {
        on_family!(self, f => f.labels_per_input())
    }

    /// Inputs on which more add no rank to any allocation.
    pub fn functional(&self) -> Probe {
        on_family!(self, f => f.functional())
    }

    /// So many generic inputs see everything; for a network with kinks, there is no such number.
    fn enough(&self) -> u64 {
        if self.has_one_matroid() { on_family!(self, f => f.enough()).min(self.weights()) as u64 } else { u64::MAX }
    }

    /// The inputs to take for so many samples: the functional ones where so many see everything.
    pub fn probe(&self, samples: Samples) -> Probe {
        match samples {
            Samples::Count(count) if count < self.enough() => Probe::Generic(count as usize),
            _ => self.functional(),
        }
    }

    /// The samples that students are matched with teachers on. With kinks no number of inputs shows the whole function: in place of
    /// *functional* there are four inputs for each weight.
    pub fn matched_on(&self, samples: Samples) -> Samples {
        match samples {
            Samples::Functional if !self.has_one_matroid() => Samples::Count(self.probe_inputs(samples) as u64),
            samples => samples,
        }
    }

    /// The number of inputs of [`Network::probe`].
    pub fn probe_inputs(&self, samples: Samples) -> usize {
        match samples {
            Samples::Count(count) if count < self.enough() => count as usize,
            _ => on_family!(self, f => f.functional_inputs()),
        }
    }

    /// About how many products the Jacobian at one input costs, saturating.
    pub fn jacobian_products(&self) -> u64 {
        on_family!(self, f => f.jacobian_products())
    }

    /// The label map F_X(θ): the labels of the inputs one after the other. At a kink the activation is 0.
    ///
    /// # Panics
    /// If there are not `weights()` weights, or an input has not `input_size()` entries; if the network has kinks and the
    /// ring has no order.
    pub fn labels<R: Ring>(&self, ring: &R, weights: &[R::Element], inputs: &[Vec<R::Element>]) -> Vec<R::Element> {
        assert_eq!(weights.len(), self.weights(), "the weights");
        let each = |input: &Vec<R::Element>| on_family!(self, f => f.labels(ring, weights, input));
        inputs.iter().flat_map(each).collect()
    }

    /// The Jacobian ∂F_X/∂θ: a row for each label, a column for each weight. At a kink the slope is 0.
    ///
    /// # Panics
    /// As [`Network::labels`].
    pub fn jacobian<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        inputs: &[Vec<R::Element>],
    ) -> Matrix<R::Element> {
        let rows = inputs.iter().flat_map(|input| {
            let part = self.jacobian_at(ring, weights, input);
            (0..part.rows()).map(move |r| part.row(r).to_vec()).collect::<Vec<_>>()
        });
        Matrix::from_rows(self.weights(), rows)
    }

    /// The rows of the Jacobian that belong to one input.
    ///
    /// # Panics
    /// As [`Network::labels`].
    pub fn jacobian_at<R: Ring>(&self, ring: &R, weights: &[R::Element], input: &[R::Element]) -> Matrix<R::Element> {
        assert_eq!(weights.len(), self.weights(), "the weights");
        assert_eq!(input.len(), self.input_size(), "the input");
        on_family!(self, f => f.jacobian(ring, weights, input))
    }

    /// Which hidden units with a kink are active at one input, layer by layer; nothing if a unit is at its kink although
    /// something comes in, so that the point is on the border between patterns.
    ///
    /// # Panics
    /// As [`Network::labels`].
    pub fn pattern<R: Ring>(&self, ring: &R, weights: &[R::Element], input: &[R::Element]) -> Option<Vec<bool>> {
        assert_eq!(weights.len(), self.weights(), "the weights");
        on_family!(self, f => f.pattern(ring, weights, input))
    }

    /// What layer ℓ, from 1, of a network with kinks gets as its input: the activations of layer ℓ − 1.
    ///
    /// # Panics
    /// As [`Network::labels`].
    pub fn features<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        input: &[R::Element],
        layer: usize,
    ) -> Vec<R::Element> {
        on_family!(self, f => f.features(ring, weights, input, layer))
    }

    /// The rows of the Jacobian that belong to one input, on an activation pattern: polynomial in weights and inputs, so
    /// that any ring will do.
    ///
    /// # Panics
    /// If there are not `weights()` weights or `gates()` gates.
    pub fn gated_jacobian_at<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        input: &[R::Element],
        gates: &[bool],
    ) -> Matrix<R::Element> {
        assert_eq!((weights.len(), gates.len()), (self.weights(), self.gates()), "the weights and gates");
        on_family!(self, f => f.gated_jacobian(ring, weights, input, gates))
    }

    /// Of inputs with the same gates, more than so many see no more, in a network with kinks.
    pub fn inputs_of_one_pattern(&self) -> usize {
        on_family!(self, f => f.inputs_of_one_pattern())
    }

    /// One pass back through the network by some weights, in ascending order: what all such passes share is prepared once.
    ///
    /// # Panics
    /// If there are not that many weights.
    pub fn pullback(&self, columns: &[usize]) -> Pullback<'_> {
        assert!(columns.iter().all(|weight| *weight < self.weights()), "the weights");
        let part = match &self.kind {
            Kind::Program(f) => f.integral().part(columns).ok(),
            _ => None,
        };
        Pullback { network: self, columns: columns.to_vec(), part }
    }

    /// The derivatives of a combination of the labels of one input by some weights, in ascending order.
    fn reverse<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        row: &Row<'_, R::Element>,
        columns: &[usize],
    ) -> Vec<R::Element> {
        on_family!(self, f => f.reverse(ring, weights, row, columns))
    }

    /// About how many products one pass back costs, saturating.
    pub fn reverse_products(&self) -> u64 {
        on_family!(self, f => f.reverse_products())
    }

    /// The teacher's dimension D_m, where a theorem on the family gives it for all shapes.
    pub fn teacher_dimension(&self, samples: Samples) -> Option<usize> {
        on_family!(self, f => f.teacher_dimension(samples))
    }

    /// An upper bound of all dimensions by theorems on the family, where there is one beside the numbers of weights and labels
    /// and the gauge directions.
    pub fn dimension_bound(&self) -> Option<u64> {
        on_family!(self, f => f.dimension_bound())
    }

    /// Directions v(θ) with J · v ≡ 0 that move weights of an allocation only, as weights and entries; those of large networks
    /// that can be found without writing down all. They need not be independent.
    pub fn gauge_inside<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        allocation: &Allocation,
    ) -> Vec<Vec<(usize, R::Element)>> {
        on_family!(self, f => f.gauge_inside(ring, weights, allocation))
    }

    /// Whether the closure of all label vectors is known to be a normal variety, for every number of inputs.
    pub fn is_normal(&self) -> bool {
        on_family!(self, f => f.normal())
    }

    /// The total degree of a label in weights and inputs, saturating.
    pub fn degree(&self) -> u64 {
        on_family!(self, f => f.degree())
    }

    /// An upper bound on log₂ of the sum of the absolute values of a label's coefficients (all integers), saturating.
    pub fn height_bits(&self) -> u64 {
        on_family!(self, f => f.height_bits())
    }

    /// Generators of the group of permutations of weights under which, on so many samples, no reachable dimension and no
    /// match probability changes: renaming hidden units, inputs and outputs, and transposition where it holds. Costs n for
    /// each unit.
    pub fn symmetries(&self, samples: Samples) -> Vec<Symmetry> {
        let all = on_family!(self, f => f.symmetries());
        all.into_iter().filter(|symmetry| symmetry.holds(samples)).collect()
    }

    /// Gauge directions that are affine in the weights, found by linear algebra: those proved as identities, and likely ones.
    /// For a network of one's own they are found once.
    ///
    /// # Errors
    /// More steps than a program may have.
    pub fn affine_gauge(&self) -> Result<Vec<AffineField>, ProgramError> {
        match &self.kind {
            Kind::Program(f) => Ok(f.fields().to_vec()),
            _ => Ok(gauge::affine_fields(&self.to_program()?, &self.layout)),
        }
    }

    /// Sets of weights that may all change their sign while no label does: generators of the group that the program shows, by the
    /// signs that its steps have.
    ///
    /// # Errors
    /// More steps than a program may have.
    pub fn sign_changes(&self) -> Result<Vec<Vec<usize>>, ProgramError> {
        match &self.kind {
            Kind::Program(f) => Ok(signs::sign_changes(f.program())),
            _ => Ok(signs::sign_changes(&self.to_program()?)),
        }
    }

    /// Permutations of weights that are automorphisms of the program: found, not declared.
    ///
    /// # Errors
    /// More steps than a program may have.
    pub fn found_symmetries(&self) -> Result<Vec<Symmetry>, ProgramError> {
        match &self.kind {
            Kind::Program(f) => Ok(f.symmetries()),
            _ => Ok(symmetry::found_symmetries(&self.to_program()?, &self.layout)),
        }
    }
}
