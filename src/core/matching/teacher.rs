//! A teacher of another architecture: on which inputs a student can match it, and when it cannot.

use crate::network::{Network, Probe, Samples};

/// Why a network is no teacher of another one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TeacherError {
    /// Other inputs or outputs.
    #[error(
        "{teacher} has inputs of {teacher_inputs} entries and {teacher_labels} labels for each, {network} has {inputs} and {labels}\n  take a teacher of the same inputs and outputs"
    )]
    Shape {
        /// The student's network.
        network: String,
        /// The entries of its inputs,
        inputs: usize,
        /// and how many labels each gives.
        labels: usize,
        /// The teacher.
        teacher: String,
        /// The entries of its inputs,
        teacher_inputs: usize,
        /// and how many labels each gives.
        teacher_labels: usize,
    },
    /// Exponentials, quotients or roots: labels that are no rational numbers.
    #[error(
        "{0} takes exponentials, quotients or roots: its labels are no rational numbers\n  take a polynomial teacher, or a ReLU network"
    )]
    Analytic(String),
}

/// So many generic inputs show whether a generic student and a teacher of another network agree: those asked for; on all inputs, as many as
/// there are entries and a constant where labels are affine in them; otherwise one more than there are weights of both, since each of so
/// many inputs takes a dimension from the pairs that differ. With kinks there is no such number: four inputs for each weight stand for it, as
/// everywhere.
///
/// # Errors
/// See [`TeacherError`].
pub fn taught_on(network: &Network, teacher: &Network, samples: Samples) -> Result<Samples, TeacherError> {
    let shape = |n: &Network| (n.input_size(), n.labels_per_input());
    let ((inputs, labels), (teacher_inputs, teacher_labels)) = (shape(network), shape(teacher));
    let names = (network.to_string(), teacher.to_string());
    if (inputs, labels) != (teacher_inputs, teacher_labels) {
        let (network, teacher) = names;
        return Err(TeacherError::Shape { network, inputs, labels, teacher, teacher_inputs, teacher_labels });
    }
    if teacher.is_analytic() {
        return Err(TeacherError::Analytic(names.1));
    }
    let affine = |n: &Network| matches!(n.functional(), Probe::Fixed(_));
    Ok(match samples {
        Samples::Count(_) => samples,
        Samples::Functional if affine(network) && affine(teacher) => Samples::Count(inputs as u64 + 1),
        Samples::Functional if network.has_one_matroid() && teacher.has_one_matroid() => {
            Samples::Count((network.weights() + teacher.weights() + 1) as u64)
        }
        Samples::Functional => {
            let of = |n: &Network| n.matched_on(samples).count().unwrap_or(0);
            Samples::Count(of(network).max(of(teacher)))
        }
    })
}
