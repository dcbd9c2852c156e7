//! What the engine refuses, as the exceptions of `allocert.errors`.

use allocert::allocation::TextError;
use allocert::claims::{ChangeTextError, ClaimError};
use allocert::matching::MatchError;
use allocert::network::{ChangeError, ProgramNetworkError};
use allocert::program::{SignatureError, TensorError};
use allocert::reach::ReachError;
use allocert::record;
use allocert::training::TrainingError;
use pyo3::prelude::*;
use pyo3::types::PyString;

/// An exception of the family, before there is a Python to raise it in.
#[derive(Debug)]
pub(crate) struct Refusal {
    class: &'static str,
    message: String,
    /// What was found before a limit, as JSON.
    partial: Option<String>,
}

impl Refusal {
    fn new(class: &'static str, message: impl ToString) -> Self {
        Refusal { class, message: in_python(&message.to_string()), partial: None }
    }

    pub(crate) fn request(message: impl ToString) -> Self {
        Refusal::new("AllocertError", message)
    }

    pub(crate) fn shape(message: impl ToString) -> Self {
        Refusal::new("ShapeError", message)
    }

    pub(crate) fn mask(message: impl ToString) -> Self {
        Refusal::new("MaskError", message)
    }

    pub(crate) fn unsupported(message: impl ToString) -> Self {
        Refusal::new("NotSupported", message)
    }

    pub(crate) fn limit(message: impl ToString) -> Self {
        Refusal::new("LimitReached", message)
    }

    pub(crate) fn with_partial(mut self, partial: Option<String>) -> Self {
        self.partial = partial;
        self
    }

    fn raised(self, py: Python<'_>) -> PyResult<PyErr> {
        let class = py.import("allocert.errors")?.getattr(self.class)?;
        let message = PyString::new(py, &self.message);
        let value = match self.partial {
            Some(partial) => class.call1((message, partial))?,
            None => class.call1((message,))?,
        };
        Ok(PyErr::from_value(value))
    }
}

impl From<Refusal> for PyErr {
    fn from(refusal: Refusal) -> Self {
        Python::attach(|py| refusal.raised(py).unwrap_or_else(|error| error))
    }
}

/// Messages speak of options as the command line writes them; Python writes `--time-limit` as `time_limit=`.
fn in_python(message: &str) -> String {
    let mut parts = message.split("--");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(part.len());
        let (name, rest) = part.split_at(end);
        match name.is_empty() {
            true => text.push_str("--"),
            false => text.push_str(&format!("{}=", name.replace('-', "_"))),
        }
        text.push_str(rest.strip_prefix(' ').filter(|_| !name.is_empty()).unwrap_or(rest));
    }
    text
}

impl From<TextError> for Refusal {
    fn from(error: TextError) -> Self {
        Refusal::mask(error)
    }
}

impl From<ReachError> for Refusal {
    fn from(error: ReachError) -> Self {
        let partial = match &error {
            ReachError::StoppedCount { counted: Some(counted), .. } => {
                serde_json::to_string(&record::Scan::of_partial(counted)).ok()
            }
            _ => None,
        };
        match &error {
            error if error.is_limit() => Refusal::limit(error).with_partial(partial),
            ReachError::NotOneMatroid { .. } | ReachError::Obscure { .. } | ReachError::OnlyPolynomial { .. } => {
                Refusal::unsupported(error)
            }
            _ => Refusal::request(error),
        }
    }
}

impl From<MatchError> for Refusal {
    fn from(error: MatchError) -> Self {
        match error {
            MatchError::Reach(error) => error.into(),
            MatchError::TooManyWeights { .. } | MatchError::TooManyPatterns { .. } => Refusal::limit(error),
            MatchError::OtherNetwork { .. } => Refusal::mask(error),
            _ => Refusal::unsupported(error),
        }
    }
}

impl From<TrainingError> for Refusal {
    fn from(error: TrainingError) -> Self {
        if error.is_limit() { Refusal::limit(error) } else { Refusal::unsupported(error) }
    }
}

impl From<ClaimError> for Refusal {
    fn from(error: ClaimError) -> Self {
        let text = error.to_string();
        // The language starts its own messages with "error: ".
        let text = text.strip_prefix("error: ").unwrap_or(&text);
        match &error {
            error if error.is_limit() => Refusal::limit(text),
            // What the language says is of an expression, or of a file, that is read and gives no network.
            ClaimError::Language { .. } => Refusal::shape(text),
            _ => Refusal::request(text),
        }
    }
}

impl From<ChangeTextError> for Refusal {
    fn from(error: ChangeTextError) -> Self {
        Refusal::mask(error)
    }
}

impl From<ChangeError> for Refusal {
    fn from(error: ChangeError) -> Self {
        Refusal::mask(error)
    }
}

impl From<TensorError> for Refusal {
    fn from(error: TensorError) -> Self {
        Refusal::shape(error)
    }
}

impl From<SignatureError> for Refusal {
    fn from(error: SignatureError) -> Self {
        Refusal::shape(error)
    }
}

impl From<ProgramNetworkError> for Refusal {
    fn from(error: ProgramNetworkError) -> Self {
        match error {
            ProgramNetworkError::KinksAndFunctions { .. } => Refusal::unsupported(error),
            _ => Refusal::shape(error),
        }
    }
}
