//! Networks of one's own: a forward pass as a program, with nothing known of it by theorem.
//!
//! Everything is read off the program: labels and Jacobian by running and differentiating it, degree and height by
//! propagation, inputs that see everything from its degree in the inputs. Rational constants are cleared first, label by
//! label: all labels here are those of the program times positive integers, which changes no dimension and no match
//! probability, and leaves polynomials with integer coefficients.

use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use rug::Integer;

use super::diagram::{Diagram, Group};
use super::gauge::{AffineField, affine_fields};
use super::shape::{MOST_WEIGHTS, ShapeValue, Shapes};
use super::symmetry::found_symmetries;
use super::text::{is_own_call, is_own_name};
use super::{Family, Probe, Row, Symmetry};
use crate::algebra::Matrix;
use crate::allocation::Layout;
use crate::number::{Field, Ring};
use crate::program::{Program, ProgramError, Values};
use crate::text::quote;

/// So many generic inputs for each weight stand for "functional" where there are kinks.
const INPUTS_PER_WEIGHT: usize = 4;
/// So many names are given in an error at the most.
const MOST_NAMES: usize = 8;

/// Why a program is not a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramNetworkError {
    /// Weights that no output looks at.
    #[error("{network}: no output depends on {}\n  use {} in the forward pass, or leave {} out", names(.weights), them(.weights), them(.weights))]
    UnusedWeights {
        /// The network.
        network: String,
        /// The first of them.
        weights: Vec<String>,
    },
    /// Outputs that are numbers.
    #[error("{network}: {} on no weight and no input\n  return what the network computes", depending(.outputs))]
    ConstantOutputs {
        /// The network.
        network: String,
        /// The first of them, counted from 0.
        outputs: Vec<usize>,
    },
    /// The name of a built-in family, or a text that is no call of the network's name.
    #[error(
        "{}: a network of one's own cannot be called so\n  a name has letters, digits and _, and is not lffn, lrnn, pnn or relu; what describes its shape has such names, too, and integers, True, False, plain strings or lists of these",
        quote(.network)
    )]
    Name {
        /// The network.
        network: String,
        /// Its name.
        name: String,
    },
    /// A program for other numbers of weights or inputs.
    #[error("{network}: its tensors have {tensors} {what}, and its program {program}")]
    Mismatch {
        /// The network.
        network: String,
        /// `weights` or `inputs`.
        what: &'static str,
        /// In the tensors.
        tensors: usize,
        /// In the program.
        program: usize,
    },
    /// No weights, or more than a network may have.
    #[error("{network}: it has {weights} weights; a network has between 1 and {limit}")]
    Weights {
        /// The network.
        network: String,
        /// How many it has.
        weights: usize,
        /// The most.
        limit: u64,
    },
    /// Kinks beside exponentials, quotients or roots.
    #[error(
        "{network}: relu stands beside exponentials, quotients or roots: such networks are not supported yet\n  take one or the other"
    )]
    KinksAndFunctions {
        /// The network.
        network: String,
    },
    /// Without its fractions, the program is over a limit.
    #[error("{network}: {error}")]
    Program {
        /// The network.
        network: String,
        /// The limit.
        error: ProgramError,
    },
}

fn names(weights: &[String]) -> String {
    let more = if weights.len() > MOST_NAMES { " and more" } else { "" };
    format!("{}{more}", weights[..weights.len().min(MOST_NAMES)].join(", "))
}

fn them(weights: &[String]) -> &'static str {
    if weights.len() == 1 { "it" } else { "them" }
}

fn depending(outputs: &[usize]) -> String {
    match outputs {
        [one] => format!("output {one} (counted from 0) depends"),
        _ => {
            let numbers: Vec<String> = outputs.iter().take(MOST_NAMES).map(usize::to_string).collect();
            let more = if outputs.len() > MOST_NAMES { " and more" } else { "" };
            format!("outputs {}{more} (counted from 0) depend", numbers.join(", "))
        }
    }
}

/// A network that is a program.
#[derive(Debug)]
pub(super) struct ProgramNetwork {
    name: String,
    text: String,
    layout: Layout,
    shape: Vec<(String, ShapeValue)>,
    input_shape: Vec<usize>,
    /// As it was recorded.
    program: Program,
    /// Without fractions.
    integral: Program,
    /// What each label of `integral` is multiplied by.
    scales: Vec<Integer>,
    gates: usize,
    degree: u64,
    height: u64,
    reach: Reach,
    /// Found when they are first asked for.
    fields: OnceLock<Vec<AffineField>>,
    symmetries: OnceLock<Vec<Symmetry>>,
}

/// How the labels depend on the inputs.
#[derive(Clone, Copy, Debug)]
enum Reach {
    /// At most linearly, and with `constant` there may be a part without inputs.
    Affine { constant: bool },
    /// Polynomials with at most so many monomials in the inputs, if that fits.
    Polynomial { monomials: Option<usize> },
    /// Analytically: with quotients, exponentials, logarithms or roots.
    Analytic,
    /// Piecewise; on each piece with at most so many monomials.
    Piecewise { monomials: Option<usize> },
}

impl PartialEq for ProgramNetwork {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
            && self.layout == other.layout
            && self.input_shape == other.input_shape
            && self.program == other.program
    }
}

impl Eq for ProgramNetwork {}

impl Hash for ProgramNetwork {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
        self.integral.operations().len().hash(state);
        self.program.outputs().hash(state);
    }
}

impl std::fmt::Display for ProgramNetwork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl ProgramNetwork {
    /// A network of one's own: refuses weights that are never used and outputs that are numbers.
    pub(super) fn new(
        name: &str,
        text: String,
        layout: Layout,
        program: Program,
        input_shape: Vec<usize>,
        shape: Vec<(String, ShapeValue)>,
    ) -> Result<Self, ProgramNetworkError> {
        if !is_own_name(name) || !is_own_call(name, &text) {
            return Err(ProgramNetworkError::Name { network: text, name: name.to_owned() });
        }
        matching_counts(&text, &layout, &program, &input_shape)?;
        let unused: Vec<String> = program.unused_weights().iter().map(|w| layout.weight(*w).to_string()).collect();
        if !unused.is_empty() {
            return Err(ProgramNetworkError::UnusedWeights { network: text, weights: unused });
        }
        let constant = program.constant_outputs();
        if !constant.is_empty() {
            return Err(ProgramNetworkError::ConstantOutputs { network: text, outputs: constant });
        }
        ProgramNetwork::of(name, text, layout, program, input_shape, shape)
    }

    /// The same, where some weights may be without effect, and some outputs may be numbers.
    pub(super) fn of(
        name: &str,
        text: String,
        layout: Layout,
        program: Program,
        input_shape: Vec<usize>,
        shape: Vec<(String, ShapeValue)>,
    ) -> Result<Self, ProgramNetworkError> {
        matching_counts(&text, &layout, &program, &input_shape)?;
        let weights = layout.weights();
        if weights == 0 || weights as u64 > MOST_WEIGHTS {
            return Err(ProgramNetworkError::Weights { network: text, weights, limit: MOST_WEIGHTS });
        }
        let analytic = !program.is_polynomial();
        if analytic && program.gates() > 0 {
            return Err(ProgramNetworkError::KinksAndFunctions { network: text });
        }
        let integral = if analytic {
            Ok((program.clone(), vec![Integer::from(1); program.outputs().len()]))
        } else {
            program.integral()
        };
        let (integral, scales) =
            integral.map_err(|error| ProgramNetworkError::Program { network: text.clone(), error })?;
        let (gates, reach) = (integral.gates(), Reach::of(&integral));
        let (degree, height) =
            if analytic { (u64::MAX, u64::MAX) } else { (integral.degree(), integral.height_bits()) };
        let name = name.to_owned();
        Ok(ProgramNetwork {
            name,
            text,
            layout,
            shape,
            input_shape,
            program,
            integral,
            scales,
            gates,
            degree,
            height,
            reach,
            fields: OnceLock::new(),
            symmetries: OnceLock::new(),
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn program(&self) -> &Program {
        &self.program
    }

    pub(super) fn input_shape(&self) -> &[usize] {
        &self.input_shape
    }

    /// Whether it divides or takes exponentials, logarithms or square roots.
    pub(super) fn is_analytic(&self) -> bool {
        matches!(self.reach, Reach::Analytic)
    }

    pub(super) fn integral(&self) -> &Program {
        &self.integral
    }

    pub(super) fn scales(&self) -> &[Integer] {
        &self.scales
    }

    pub(super) fn shapes(&self) -> Shapes {
        let (inputs, outputs) = (self.input_size(), self.labels_per_input());
        Shapes { inputs, outputs, named: self.shape.clone(), ..Shapes::default() }
    }

    /// Gauge directions that are affine in the weights, proved or likely.
    pub(super) fn fields(&self) -> &[AffineField] {
        self.fields.get_or_init(|| affine_fields(&self.integral, &self.layout))
    }

    fn proved_fields(&self) -> impl Iterator<Item = &AffineField> {
        self.fields().iter().filter(|field| field.proved)
    }

    fn values<R: Ring>(&self, ring: &R, weights: &[R::Element], input: &[R::Element]) -> Values<R::Element> {
        let Some(values) = self.integral.evaluate(ring, weights, input) else {
            panic!("labels of a network with kinks over a ring without an order: take gates");
        };
        values
    }
}

/// Refuses a program for other numbers of weights or inputs than the tensors have.
fn matching_counts(
    text: &str,
    layout: &Layout,
    program: &Program,
    input_shape: &[usize],
) -> Result<(), ProgramNetworkError> {
    let inputs = input_shape.iter().product();
    let counts = [("weights", layout.weights(), program.weights()), ("inputs", inputs, program.inputs())];
    match counts.into_iter().find(|(_, tensors, program)| tensors != program) {
        Some((what, tensors, program)) => {
            Err(ProgramNetworkError::Mismatch { network: text.to_owned(), what, tensors, program })
        }
        None => Ok(()),
    }
}

impl Reach {
    fn of(program: &Program) -> Self {
        if !program.is_polynomial() {
            return Reach::Analytic;
        }
        let degree = program.degree_in_inputs();
        let monomials = monomials(program.inputs(), degree);
        match degree {
            _ if program.gates() > 0 => Reach::Piecewise { monomials },
            0 | 1 => Reach::Affine { constant: degree == 0 || program.has_constant_part() },
            _ => Reach::Polynomial { monomials },
        }
    }
}

/// The monomials in so many variables of at most that degree, binomial(variables + degree, degree), if they fit.
fn monomials(variables: usize, degree: u64) -> Option<usize> {
    let mut count = 1u128;
    for i in 1..=variables as u128 {
        count = count.checked_mul(u128::from(degree) + i)? / i;
        usize::try_from(count).ok()?;
    }
    usize::try_from(count).ok()
}

impl Family for ProgramNetwork {
    fn layout(&self) -> Layout {
        self.layout.clone()
    }

    /// Its tensors one below the other; what leads where is not read off the program.
    fn diagram(&self) -> Diagram {
        let tensors = self.layout.tensors();
        let group = |t: &crate::allocation::Tensor| Group { name: t.name.clone(), units: t.rows, column: 0 };
        Diagram {
            groups: tensors.iter().map(group).collect(),
            wires: (0..tensors.len()).map(|index| (None, index)).collect(),
        }
    }

    fn input_size(&self) -> usize {
        self.program.inputs()
    }

    fn labels_per_input(&self) -> usize {
        self.program.outputs().len()
    }

    /// The unit vectors (and zero) where labels are linear (affine) in the inputs, otherwise generic inputs.
    fn functional(&self) -> Probe {
        match self.reach {
            Reach::Affine { constant } => {
                let d = self.input_size();
                let unit = |i| (0..d).map(|j| i64::from(i == j)).collect();
                Probe::Fixed((0..d + usize::from(constant)).map(unit).collect())
            }
            Reach::Polynomial { .. } | Reach::Piecewise { .. } | Reach::Analytic => Probe::Generic(self.enough()),
        }
    }

    /// As many generic inputs as the labels have monomials in them see all; as many as there are weights suffice, too.
    /// With kinks, more see the largest dimension on more draws.
    fn enough(&self) -> usize {
        let weights = self.layout.weights();
        match self.reach {
            Reach::Affine { constant } => self.input_size() + usize::from(constant),
            Reach::Polynomial { monomials } => monomials.map_or(weights, |monomials| monomials.min(weights)),
            Reach::Analytic if self.input_size() == 0 => 1,
            Reach::Analytic => weights,
            Reach::Piecewise { .. } => weights.saturating_mul(INPUTS_PER_WEIGHT),
        }
    }

    fn inputs_of_one_pattern(&self) -> usize {
        match self.reach {
            Reach::Piecewise { monomials } => monomials.unwrap_or(usize::MAX),
            Reach::Affine { .. } | Reach::Polynomial { .. } | Reach::Analytic => self.enough(),
        }
        .min(self.layout.weights())
    }

    fn jacobian_products(&self) -> u64 {
        let sweeps = self.labels_per_input().min(self.layout.weights()) as u64 + 1;
        sweeps.saturating_mul(self.integral.operations().len() as u64)
    }

    fn gates(&self) -> usize {
        self.gates
    }

    fn pattern<R: Ring>(&self, ring: &R, weights: &[R::Element], input: &[R::Element]) -> Option<Vec<bool>> {
        self.integral.pattern(ring, weights, input)
    }

    fn gated_jacobian<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        input: &[R::Element],
        gates: &[bool],
    ) -> Matrix<R::Element> {
        let gate = |unit: usize, z: &R::Element| {
            Some(if gates[unit] { (z.clone(), ring.one()) } else { (ring.zero(), ring.zero()) })
        };
        let Some(values) = self.integral.evaluate_gated(ring, weights, input, gate) else {
            panic!("a ring without integers");
        };
        self.integral.jacobian(ring, &values)
    }

    fn labels<R: Ring>(&self, ring: &R, weights: &[R::Element], input: &[R::Element]) -> Vec<R::Element> {
        let values = self.values(ring, weights, input);
        self.integral.outputs().iter().map(|o| values.of(*o).clone()).collect()
    }

    fn to_program(&self) -> Result<Program, ProgramError> {
        Ok(self.program.clone())
    }

    fn jacobian<R: Ring>(&self, ring: &R, weights: &[R::Element], input: &[R::Element]) -> Matrix<R::Element> {
        self.integral.jacobian(ring, &self.values(ring, weights, input))
    }

    fn reverse<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        row: &Row<'_, R::Element>,
        columns: &[usize],
    ) -> Vec<R::Element> {
        let gate = |unit: usize, z: &R::Element| {
            Some(if row.gates[unit] { (z.clone(), ring.one()) } else { (ring.zero(), ring.zero()) })
        };
        let Some(values) = self.integral.evaluate_gated(ring, weights, row.input, gate) else {
            panic!("a ring without integers");
        };
        let seeds: Vec<_> = self.integral.outputs().iter().copied().zip(row.combination.iter().cloned()).collect();
        let adjoints = self.integral.backwards(ring, &values, &seeds, &self.integral.moving());
        columns.iter().map(|weight| adjoints[*weight].clone()).collect()
    }

    fn reverse_products(&self) -> u64 {
        (self.integral.operations().len() as u64).saturating_mul(3)
    }

    fn degree(&self) -> u64 {
        self.degree
    }

    fn height_bits(&self) -> u64 {
        self.height
    }

    /// Those found that are proved.
    fn gauge<R: Ring>(&self, ring: &R, weights: &[R::Element]) -> Vec<Vec<R::Element>> {
        self.proved_fields().map(|field| field.at(ring, weights)).collect()
    }

    fn gauge_names(&self) -> Vec<String> {
        self.proved_fields().map(|field| field.text(&self.layout)).collect()
    }

    fn gauge_count(&self) -> u64 {
        self.proved_fields().count() as u64
    }

    fn unseen<F: Field>(&self, _: &F, _: &[Vec<F::Element>]) -> Vec<Vec<F::Element>> {
        Vec::new()
    }

    /// Automorphisms of the program: labels go to labels, so they hold on any inputs.
    fn symmetries(&self) -> Vec<Symmetry> {
        self.symmetries.get_or_init(|| found_symmetries(&self.program, &self.layout)).clone()
    }
}
