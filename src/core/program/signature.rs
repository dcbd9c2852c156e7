//! What a forward pass takes: its input and its weights, by their shapes.

use super::{Program, ProgramError, Recorder, Step, Tensor, TensorError, shape_text};
use crate::allocation::Layout;
use crate::text::quote;

/// The most weights, or entries of an input, of a network that is recorded.
pub const MOST_DECLARED: usize = 1 << 20;

/// The input and the weights of a forward pass, by their shapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    input: Vec<usize>,
    weights: Vec<(String, Vec<usize>)>,
}

/// Why a forward pass is no network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// No weights.
    #[error(
        "a network has at least one tensor of weights\n  name them with their shapes, as in weights = {{\"W\": (2, 3)}}"
    )]
    NoWeights,
    /// A name that allocations cannot be written with.
    #[error(
        "{} cannot be the name of a tensor\n  a name is letters, digits and _, with dots between its parts and a letter somewhere, at most 200; all and none are taken",
        quote(name)
    )]
    Name {
        /// What was given.
        name: String,
    },
    /// Two tensors with one name.
    #[error("two tensors of weights are called {name}\n  give each a name of its own")]
    Twice {
        /// The name.
        name: String,
    },
    /// A shape with an empty axis.
    #[error("{what} has shape {}\n  every length is at least 1", shape_text(shape))]
    Empty {
        /// `the input`, or the name of a tensor.
        what: String,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// More numbers than are taken.
    #[error("{what} has more than {limit} entries\n  take a smaller network", limit = MOST_DECLARED)]
    TooLarge {
        /// `the input`, or `the weights`.
        what: String,
    },
    /// A step that cannot be recorded.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// A tensor that cannot be made.
    #[error(transparent)]
    Tensor(#[from] TensorError),
}

/// The symbolic tensors that a forward pass begins with.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// Takes down the steps.
    pub recorder: Recorder,
    /// The input.
    pub input: Tensor,
    /// The weights, in the order in which they were declared.
    pub weights: Vec<Tensor>,
}

impl Signature {
    /// Shapes of the input and of every tensor of weights, in canonical order.
    ///
    /// # Errors
    /// No weights, a name that cannot be written or that comes twice, an empty axis, or more than [`MOST_DECLARED`] entries.
    pub fn new(input: Vec<usize>, weights: Vec<(String, Vec<usize>)>) -> Result<Self, SignatureError> {
        if weights.is_empty() {
            return Err(SignatureError::NoWeights);
        }
        for (i, (name, _)) in weights.iter().enumerate() {
            if !is_name(name) {
                return Err(SignatureError::Name { name: name.clone() });
            }
            if weights[..i].iter().any(|(before, _)| before == name) {
                return Err(SignatureError::Twice { name: name.clone() });
            }
        }
        let all =
            std::iter::once(("the input", &input)).chain(weights.iter().map(|(name, shape)| (name.as_str(), shape)));
        for (what, shape) in all {
            if shape.contains(&0) {
                return Err(SignatureError::Empty { what: what.to_owned(), shape: shape.clone() });
            }
        }
        let sizes = weights.iter().map(|(_, shape)| size(shape));
        let total = sizes.fold(0usize, usize::saturating_add);
        for (what, entries) in [("the input", size(&input)), ("the weights", total)] {
            if entries > MOST_DECLARED {
                return Err(SignatureError::TooLarge { what: what.to_owned() });
            }
        }
        Ok(Signature { input, weights })
    }

    /// The shape of the input.
    pub fn input(&self) -> &[usize] {
        &self.input
    }

    /// The tensors of weights; each is a layer of its own.
    pub fn layout(&self) -> Layout {
        let tensors = self.weights.iter().zip(1..);
        tensors.fold(Layout::default(), |layout, ((name, axes), layer)| layout.with(name, axes, layer))
    }

    /// The tensors to call the forward pass with.
    ///
    /// # Errors
    /// A step that cannot be recorded.
    pub fn begin(&self) -> Result<Beginning, SignatureError> {
        let mut recorder = Recorder::new();
        let entries = (0..size(&self.input)).map(|i| recorder.input(i)).collect::<Result<_, _>>()?;
        let input = Tensor::new(self.input.clone(), entries)?;
        let mut next = 0..;
        let mut weights = Vec::with_capacity(self.weights.len());
        for (_, shape) in &self.weights {
            let own = next.by_ref().take(size(shape));
            let entries = own.map(|i| recorder.weight(i)).collect::<Result<Vec<Step>, _>>()?;
            weights.push(Tensor::new(shape.clone(), entries)?);
        }
        Ok(Beginning { recorder, input, weights })
    }

    /// The program whose labels are the entries of `output`.
    ///
    /// # Errors
    /// A program over a limit.
    pub fn finish(&self, recorder: Recorder, output: &Tensor) -> Result<Program, SignatureError> {
        let weights = self.weights.iter().map(|(_, shape)| size(shape)).sum();
        Ok(recorder.finish(output.entries().to_vec(), size(&self.input), weights)?)
    }
}

/// The entries of a shape, saturating.
fn size(shape: &[usize]) -> usize {
    shape.iter().fold(1, |size, length| size.saturating_mul(*length))
}

/// The most characters of a name.
const LONGEST_NAME: usize = 200;

/// A name as other programs write them, too: `W1`, `layers.0.weight`.
fn is_name(name: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let letter = name.bytes().any(|b| b.is_ascii_alphabetic());
    letter && name.split('.').all(plain) && name.len() <= LONGEST_NAME && !["all", "none"].contains(&name)
}
