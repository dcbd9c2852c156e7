//! What can be wrong with an operation on tensors: both shapes, and the mend.

use crate::program::ProgramError;

/// Why an operation on tensors cannot be recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TensorError {
    /// Two shapes that do not go together.
    #[error("{operation}: shapes {} and {} do not fit: {problem}\n  {mend}", shape_text(left), shape_text(right))]
    Pair {
        /// What was asked.
        operation: &'static str,
        /// The shape of the first.
        left: Vec<usize>,
        /// The shape of the second.
        right: Vec<usize>,
        /// Why they do not fit.
        problem: String,
        /// What would.
        mend: String,
    },
    /// A shape that does not allow an operation.
    #[error("{operation}, shape {}: {problem}\n  {mend}", shape_text(shape))]
    One {
        /// What was asked.
        operation: &'static str,
        /// The shape.
        shape: Vec<usize>,
        /// What is wrong.
        problem: String,
        /// What would be right.
        mend: String,
    },
    /// An argument that an operation does not take.
    #[error("{operation}: {problem}\n  {mend}")]
    Argument {
        /// What was asked.
        operation: &'static str,
        /// What is wrong.
        problem: String,
        /// What would be right.
        mend: String,
    },
    /// More entries than a tensor may have.
    #[error(
        "{operation}: a tensor of shape {} is over the limit of {} entries\n  take smaller tensors",
        shape_text(shape),
        super::MOST_ENTRIES
    )]
    TooLarge {
        /// What was asked.
        operation: &'static str,
        /// The shape that it would have.
        shape: Vec<usize>,
    },
    /// A step that cannot be recorded.
    #[error(transparent)]
    Program(#[from] ProgramError),
}

impl TensorError {
    pub(super) fn pair(
        operation: &'static str,
        (left, right): (&[usize], &[usize]),
        problem: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        let (left, right) = (left.to_vec(), right.to_vec());
        TensorError::Pair { operation, left, right, problem: problem.into(), mend: mend.into() }
    }

    pub(super) fn shape(
        operation: &'static str,
        shape: &[usize],
        problem: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        TensorError::One { operation, shape: shape.to_vec(), problem: problem.into(), mend: mend.into() }
    }

    pub(super) fn argument(operation: &'static str, problem: impl Into<String>, mend: impl Into<String>) -> Self {
        TensorError::Argument { operation, problem: problem.into(), mend: mend.into() }
    }
}

/// A shape as NumPy writes it: `()`, `(3,)`, `(2, 3)`.
pub fn shape_text(shape: &[usize]) -> String {
    match shape {
        [one] => format!("({one},)"),
        _ => format!("({})", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
    }
}
