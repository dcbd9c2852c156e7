//! Tensors whose entries are steps of a program that is being recorded, with NumPy's meaning of every operation.
//!
//! Whoever records a forward pass (the claim language, another language's binding) calls these and adds nothing: which shapes
//! fit, and what is said when they do not, stands here. No tensor is empty: every axis has at least one entry.

mod arithmetic;
mod arrange;
mod contract;
mod convolve;
mod error;
mod smooth;

pub use arithmetic::Elementwise;
pub use arrange::Index;
pub use error::{TensorError, shape_text};
pub use smooth::Smooth;

use rug::Rational;

use super::{Recorder, Step};

/// The most entries of one tensor.
pub const MOST_ENTRIES: usize = 1 << 22;

/// A tensor: its shape, and its entries with the last axis running fastest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    shape: Vec<usize>,
    entries: Vec<Step>,
}

impl Tensor {
    /// A tensor of that shape; entries run along the last axis first.
    ///
    /// # Errors
    /// A shape with an empty axis, or one that does not have as many entries.
    pub fn new(shape: Vec<usize>, entries: Vec<Step>) -> Result<Self, TensorError> {
        let size = entries_of("a tensor", &shape)?;
        if size != entries.len() {
            let problem = format!("it has {size} entries, and {} are given", entries.len());
            return Err(TensorError::shape("a tensor", &shape, problem, "give one entry for each place"));
        }
        Ok(Tensor { shape, entries })
    }

    /// A tensor without axes.
    pub fn scalar(entry: Step) -> Self {
        Tensor { shape: Vec::new(), entries: vec![entry] }
    }

    /// A tensor of constants.
    ///
    /// # Errors
    /// As [`Tensor::new`]; also if the recorder refuses a step.
    pub fn constant(recorder: &mut Recorder, shape: Vec<usize>, values: &[Rational]) -> Result<Self, TensorError> {
        let entries = values.iter().map(|v| recorder.constant(v.clone())).collect::<Result<Vec<Step>, _>>()?;
        Tensor::new(shape, entries)
    }

    /// The lengths of its axes.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of its axes.
    pub fn axes(&self) -> usize {
        self.shape.len()
    }

    /// Its entries, the last axis running fastest.
    pub fn entries(&self) -> &[Step] {
        &self.entries
    }

    /// The length of its first axis.
    ///
    /// # Errors
    /// A tensor without axes.
    pub fn length(&self) -> Result<usize, TensorError> {
        self.shape.first().copied().ok_or_else(|| {
            let mend = "a tensor of shape () is one number: use it as it is";
            TensorError::shape("len", &self.shape, "it has no axes", mend)
        })
    }

    /// Every entry replaced.
    fn each(&self, mut f: impl FnMut(Step) -> Result<Step, TensorError>) -> Result<Self, TensorError> {
        let entries = self.entries.iter().map(|e| f(*e)).collect::<Result<_, _>>()?;
        Ok(Tensor { shape: self.shape.clone(), entries })
    }

    /// The axis that a number means, counted from the end if it is negative.
    fn axis(&self, operation: &'static str, axis: i64) -> Result<usize, TensorError> {
        let count = self.shape.len() as i64;
        let found = if axis < 0 { axis.saturating_add(count) } else { axis };
        if (0..count).contains(&found) {
            return Ok(found as usize);
        }
        let mend = match count {
            0 => "it has no axes".to_owned(),
            1 => "its only axis is 0".to_owned(),
            _ => format!("its axes are 0 to {}, or −{count} to −1 from the end", count - 1),
        };
        Err(TensorError::shape(operation, &self.shape, format!("there is no axis {axis}"), mend))
    }
}

/// The number of entries of a shape, if a tensor may have it.
fn entries_of(operation: &'static str, shape: &[usize]) -> Result<usize, TensorError> {
    if let Some(axis) = shape.iter().position(|length| *length == 0) {
        let problem = format!("axis {axis} is empty");
        return Err(TensorError::shape(operation, shape, problem, "every axis has at least one entry"));
    }
    let size = shape.iter().try_fold(1usize, |size, length| size.checked_mul(*length));
    size.filter(|size| *size <= MOST_ENTRIES).ok_or_else(|| TensorError::TooLarge { operation, shape: shape.to_vec() })
}

/// How far apart neighbours along each axis stand.
fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    strides
}

/// Every place of a shape in order, each as the sum of its indices times the strides given.
fn walk<'a>(shape: &'a [usize], strides: &'a [usize]) -> impl Iterator<Item = usize> + 'a {
    let size: usize = shape.iter().product();
    let (mut place, mut at, mut first) = (vec![0; shape.len()], 0, true);
    (0..size).map(move |_| {
        if std::mem::take(&mut first) {
            return at;
        }
        for axis in (0..shape.len()).rev() {
            if place[axis] + 1 < shape[axis] {
                place[axis] += 1;
                at += strides[axis];
                break;
            }
            at -= place[axis] * strides[axis];
            place[axis] = 0;
        }
        at
    })
}

#[cfg(test)]
mod tests;
