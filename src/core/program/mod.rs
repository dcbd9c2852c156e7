//! Programs: finite lists of steps over inputs, weights and rational constants. A network is one.
//!
//! A [`Recorder`] takes down a forward pass, one step at a time, and shares what is computed twice; what it
//! [finishes](Recorder::finish) is a [`Program`], which is evaluated over any [ring](crate::number::Ring), differentiated
//! forwards and in reverse, bounded in degree and height, and written as text that reads back.

mod bounds;
mod derivative;
mod domain;
mod integral;
mod part;
mod recorder;
mod recording;
mod run;
mod signature;
mod symmetry;
mod tensor;
mod text;

pub use part::Part;
pub use recorder::{MOST_CONSTANT_BITS, MOST_STEPS, Recorder};
pub use recording::Recording;
pub use run::Values;
pub use signature::{Beginning, MOST_DECLARED, Signature, SignatureError};
pub use symmetry::Automorphism;
pub use tensor::{Elementwise, Index, MOST_ENTRIES, Smooth, Tensor, TensorError, shape_text};
pub use text::ProgramTextError;

use rug::Rational;

pub use crate::number::Function;

/// A position in the list of steps.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Step(u32);

impl Step {
    /// The position, from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    fn at(index: usize) -> Self {
        Step(index as u32)
    }
}

/// What one step computes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Operation {
    /// An entry of the input.
    Input(u32),
    /// A weight, by its position in canonical order.
    Weight(u32),
    /// A rational number.
    Constant(Rational),
    /// a + b.
    Add(Step, Step),
    /// a − b.
    Sub(Step, Step),
    /// a · b.
    Mul(Step, Step),
    /// a / b.
    Div(Step, Step),
    /// max(a, 0); at 0 its slope is 0.
    Relu(Step),
    /// exp, log or square root of a.
    Apply(Function, Step),
}

impl Operation {
    /// The steps that it looks at: none, one or two.
    pub fn operands(&self) -> impl Iterator<Item = Step> + use<> {
        let (a, b) = match self {
            Operation::Input(_) | Operation::Weight(_) | Operation::Constant(_) => (None, None),
            Operation::Relu(a) | Operation::Apply(_, a) => (Some(*a), None),
            Operation::Add(a, b) | Operation::Sub(a, b) | Operation::Mul(a, b) | Operation::Div(a, b) => {
                (Some(*a), Some(*b))
            }
        };
        a.into_iter().chain(b)
    }

    /// The same operation on other steps.
    fn on(&self, mut image: impl FnMut(Step) -> Step) -> Self {
        match self {
            Operation::Input(_) | Operation::Weight(_) | Operation::Constant(_) => self.clone(),
            Operation::Relu(a) => Operation::Relu(image(*a)),
            Operation::Apply(function, a) => Operation::Apply(*function, image(*a)),
            Operation::Div(a, b) => Operation::Div(image(*a), image(*b)),
            Operation::Add(a, b) => Operation::Add(image(*a), image(*b)).in_order(),
            Operation::Sub(a, b) => Operation::Sub(image(*a), image(*b)),
            Operation::Mul(a, b) => Operation::Mul(image(*a), image(*b)).in_order(),
        }
    }

    /// Whether its derivative needs more than the values of its operands: a slope of its own.
    fn has_slope(&self) -> bool {
        matches!(self, Operation::Relu(_) | Operation::Apply(..) | Operation::Div(..))
    }

    /// With the operands of a commutative operation in order.
    fn in_order(self) -> Self {
        match self {
            Operation::Add(a, b) if b < a => Operation::Add(b, a),
            Operation::Mul(a, b) if b < a => Operation::Mul(b, a),
            other => other,
        }
    }
}

/// Why something is not a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// Over the limit.
    #[error(
        "the forward pass takes more than {limit} steps\n  take a smaller network; where a product is thin, multiply with it from the right, as in dot(U, dot(V, x))"
    )]
    TooManySteps {
        /// The most steps that a program may have.
        limit: usize,
    },
    /// A constant that has grown over the limit.
    #[error("a constant in the forward pass has more than {limit} bits\n  write it with smaller numbers")]
    ConstantTooLarge {
        /// The most bits that a numerator or a denominator may have.
        limit: u32,
    },
    /// A constant divided by zero, or a logarithm or square root of a constant that has none.
    #[error("{what} of a constant: {value} is not in its domain")]
    OutsideDomain {
        /// The operation.
        what: &'static str,
        /// What it is taken of.
        value: String,
    },
    /// Only polynomial programs can do this.
    #[error("the program divides or takes exponentials, logarithms or square roots: it is not polynomial")]
    NotPolynomial,
    /// No outputs.
    #[error("the forward pass returns no outputs\n  return at least one")]
    NoOutputs,
    /// An input or a weight beyond those that there are.
    #[error("{what} {index} is asked for, and there are {count} (counted from 0)")]
    OutOfRange {
        /// `input`, `weight` or `step`.
        what: &'static str,
        /// Which.
        index: usize,
        /// How many there are.
        count: usize,
    },
}

/// A finished list of steps, which only contains what the outputs need. It cannot be changed.
///
/// Its first steps are the weights, all of them, then the inputs, all of them, then the constants; the computed steps follow,
/// each after its operands and different from every other.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Program {
    weights: usize,
    inputs: usize,
    operations: Vec<Operation>,
    outputs: Vec<Step>,
}

impl Program {
    /// The number of weights, whether they are used or not.
    pub fn weights(&self) -> usize {
        self.weights
    }

    /// The entries of one input.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// What every step computes.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// What a step computes.
    ///
    /// # Panics
    /// If the step is not one of this program.
    pub fn operation(&self, step: Step) -> &Operation {
        &self.operations[step.index()]
    }

    /// The steps whose values are the labels.
    pub fn outputs(&self) -> &[Step] {
        &self.outputs
    }

    /// The number of `relu` steps.
    pub fn gates(&self) -> usize {
        self.operations.iter().filter(|o| matches!(o, Operation::Relu(_))).count()
    }

    /// Whether all steps are sums, differences and products, or kinks: the labels are polynomials on each activation pattern.
    pub fn is_polynomial(&self) -> bool {
        !self.operations.iter().any(|o| matches!(o, Operation::Div(..) | Operation::Apply(..)))
    }

    /// The step at a position.
    ///
    /// # Panics
    /// If there is no such step.
    pub fn step(&self, position: usize) -> Step {
        assert!(position < self.operations.len(), "a step of the program");
        Step::at(position)
    }

    /// The step of a weight.
    pub fn weight(&self, weight: usize) -> Step {
        Step::at(weight)
    }

    /// The step of an entry of the input.
    pub fn input(&self, input: usize) -> Step {
        Step::at(self.weights + input)
    }

    /// For every step, whether it depends on one of the steps for which `on` holds, itself included.
    fn depending(&self, on: impl Fn(&Operation) -> bool) -> Vec<bool> {
        let mut depends: Vec<bool> = Vec::with_capacity(self.operations.len());
        for operation in &self.operations {
            let inherited = operation.operands().any(|o| depends[o.index()]);
            depends.push(inherited || on(operation));
        }
        depends
    }

    /// For every step, whether it depends on an input.
    pub fn seeing(&self) -> Vec<bool> {
        self.depending(|operation| matches!(operation, Operation::Input(_)))
    }

    /// For every step, whether it depends on a weight.
    pub fn moving(&self) -> Vec<bool> {
        self.depending(|operation| matches!(operation, Operation::Weight(_)))
    }

    /// The weights that no output looks at.
    pub fn unused_weights(&self) -> Vec<usize> {
        let mut used = vec![false; self.weights];
        let looked_at = self.operations.iter().flat_map(Operation::operands).chain(self.outputs.iter().copied());
        looked_at.filter(|s| s.index() < self.weights).for_each(|s| used[s.index()] = true);
        (0..self.weights).filter(|w| !used[*w]).collect()
    }

    /// The outputs that look at no weight.
    pub fn constant_outputs(&self) -> Vec<usize> {
        let moving = self.moving();
        (0..self.outputs.len()).filter(|o| !moving[self.outputs[*o].index()]).collect()
    }
}

#[cfg(test)]
mod tests;
