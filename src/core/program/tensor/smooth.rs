//! Quotients, exponentials, logarithms and roots, and what is made of them.
//!
//! The four functions at the end are the only place that knows how these are recorded.

use rug::Rational;

use super::{Elementwise, Tensor, TensorError};
use crate::number::Function;
use crate::program::{Recorder, Step};

/// A function of one number, applied entry by entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Smooth {
    /// e^z.
    Exp,
    /// The natural logarithm.
    Log,
    /// The square root.
    Sqrt,
    /// 1 − 2 / (1 + e^{2z}).
    Tanh,
    /// 1 / (1 + e^{−z}).
    Sigmoid,
    /// z / (1 + e^{−z}).
    Silu,
    /// log(1 + e^z).
    Softplus,
}

impl Smooth {
    fn record(self, r: &mut Recorder, z: Step) -> Result<Step, TensorError> {
        match self {
            Smooth::Exp => exponential(r, z),
            Smooth::Log => logarithm(r, z),
            Smooth::Sqrt => root(r, z),
            Smooth::Tanh => {
                let (one, two) = (r.constant(1.into())?, r.constant(2.into())?);
                let twice = r.mul(two, z)?;
                let e = exponential(r, twice)?;
                let (above, below) = (r.sub(e, one)?, r.add(e, one)?);
                quotient(r, above, below)
            }
            Smooth::Sigmoid => {
                let one = r.constant(1.into())?;
                let e = exponential(r, z)?;
                let below = r.add(e, one)?;
                quotient(r, e, below)
            }
            Smooth::Silu => {
                let gate = Smooth::Sigmoid.record(r, z)?;
                Ok(r.mul(z, gate)?)
            }
            Smooth::Softplus => {
                let one = r.constant(1.into())?;
                let e = exponential(r, z)?;
                let sum = r.add(e, one)?;
                logarithm(r, sum)
            }
        }
    }
}

impl Tensor {
    /// A function of one number, entry by entry.
    ///
    /// # Errors
    /// A step that cannot be recorded.
    pub fn smooth(&self, recorder: &mut Recorder, function: Smooth) -> Result<Tensor, TensorError> {
        self.each(|entry| function.record(recorder, entry))
    }

    /// e^{x_i} / Σ e^{x_j} along an axis.
    ///
    /// # Errors
    /// An axis that there is not, or a step that cannot be recorded.
    pub fn softmax(&self, recorder: &mut Recorder, axis: i64) -> Result<Tensor, TensorError> {
        let axis = self.axis("softmax", axis)?;
        let e = self.smooth(recorder, Smooth::Exp)?;
        let total = e.total_along(recorder, axis)?;
        Tensor::elementwise(recorder, Elementwise::Div, &e, &total)
    }

    /// x / sqrt(mean(x²) + ε) along an axis.
    ///
    /// # Errors
    /// As [`Tensor::softmax`].
    pub fn rms_norm(&self, recorder: &mut Recorder, axis: i64, epsilon: &Rational) -> Result<Tensor, TensorError> {
        let axis = self.axis("rmsnorm", axis)?;
        self.over_its_length(recorder, axis, epsilon)
    }

    /// (x − mean(x)) / sqrt(variance(x) + ε) along an axis.
    ///
    /// # Errors
    /// As [`Tensor::softmax`].
    pub fn layer_norm(&self, recorder: &mut Recorder, axis: i64, epsilon: &Rational) -> Result<Tensor, TensorError> {
        let axis = self.axis("layernorm", axis)?;
        let mean = self.mean_along(recorder, axis)?;
        let centred = Tensor::elementwise(recorder, Elementwise::Sub, self, &mean)?;
        centred.over_its_length(recorder, axis, epsilon)
    }

    /// x / sqrt(mean(x²) + ε).
    fn over_its_length(&self, recorder: &mut Recorder, axis: usize, epsilon: &Rational) -> Result<Tensor, TensorError> {
        let squares = self.power(recorder, 2)?;
        let mean = squares.mean_along(recorder, axis)?;
        let epsilon = Tensor::scalar(recorder.constant(epsilon.clone())?);
        let under = Tensor::elementwise(recorder, Elementwise::Add, &mean, &epsilon)?;
        let length = under.smooth(recorder, Smooth::Sqrt)?;
        Tensor::elementwise(recorder, Elementwise::Div, self, &length)
    }

    /// The sum along an axis, which stays with length 1.
    fn total_along(&self, recorder: &mut Recorder, axis: usize) -> Result<Tensor, TensorError> {
        let sum = self.sum(recorder, Some(&[axis as i64]))?;
        let mut shape = self.shape.clone();
        shape[axis] = 1;
        Tensor::new(shape, sum.entries)
    }

    fn mean_along(&self, recorder: &mut Recorder, axis: usize) -> Result<Tensor, TensorError> {
        let total = self.total_along(recorder, axis)?;
        let share = Rational::from((1, self.shape[axis] as u64));
        let share = Tensor::scalar(recorder.constant(share)?);
        Tensor::elementwise(recorder, Elementwise::Mul, &total, &share)
    }
}

/// `a / b`.
pub(super) fn quotient(recorder: &mut Recorder, a: Step, b: Step) -> Result<Step, TensorError> {
    Ok(recorder.div(a, b)?)
}

fn exponential(recorder: &mut Recorder, z: Step) -> Result<Step, TensorError> {
    Ok(recorder.apply(Function::Exp, z)?)
}

fn logarithm(recorder: &mut Recorder, z: Step) -> Result<Step, TensorError> {
    Ok(recorder.apply(Function::Log, z)?)
}

fn root(recorder: &mut Recorder, z: Step) -> Result<Step, TensorError> {
    Ok(recorder.apply(Function::Sqrt, z)?)
}
