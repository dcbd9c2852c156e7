//! Entry by entry, with broadcasting; sums along axes; natural powers.

use super::{MOST_ENTRIES, Tensor, TensorError, entries_of, smooth, strides, walk};
use crate::program::{Recorder, Step};

/// An operation between entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elementwise {
    /// `a + b`.
    Add,
    /// `a - b`.
    Sub,
    /// `a * b`.
    Mul,
    /// `a / b`.
    Div,
}

impl Elementwise {
    fn name(self) -> &'static str {
        match self {
            Elementwise::Add => "a + b",
            Elementwise::Sub => "a - b",
            Elementwise::Mul => "a * b",
            Elementwise::Div => "a / b",
        }
    }

    fn record(self, recorder: &mut Recorder, a: Step, b: Step) -> Result<Step, TensorError> {
        Ok(match self {
            Elementwise::Add => recorder.add(a, b)?,
            Elementwise::Sub => recorder.sub(a, b)?,
            Elementwise::Mul => recorder.mul(a, b)?,
            Elementwise::Div => smooth::quotient(recorder, a, b)?,
        })
    }
}

/// The largest power.
const MOST_POWER: i64 = 1_000_000;

impl Tensor {
    /// Entry by entry, each shape stretched as NumPy does it: axes are matched from the last, an axis of length 1 or a missing
    /// one goes with any length.
    ///
    /// # Errors
    /// Shapes that do not fit, a result that is too large, or a step that cannot be recorded.
    pub fn elementwise(
        recorder: &mut Recorder,
        operation: Elementwise,
        a: &Tensor,
        b: &Tensor,
    ) -> Result<Tensor, TensorError> {
        let shape = broadcast(operation.name(), a, b)?;
        let (of_a, of_b) = (a.stretched(&shape), b.stretched(&shape));
        let pairs = walk(&shape, &of_a).zip(walk(&shape, &of_b));
        let entry = |(i, j): (usize, usize)| operation.record(recorder, a.entries[i], b.entries[j]);
        let entries = pairs.map(entry).collect::<Result<_, _>>()?;
        Ok(Tensor { shape, entries })
    }

    /// `-a`.
    ///
    /// # Errors
    /// A step that cannot be recorded.
    pub fn negative(&self, recorder: &mut Recorder) -> Result<Tensor, TensorError> {
        let zero = recorder.constant(0.into())?;
        self.each(|entry| Ok(recorder.sub(zero, entry)?))
    }

    /// max(a, 0), entry by entry.
    ///
    /// # Errors
    /// A step that cannot be recorded.
    pub fn relu(&self, recorder: &mut Recorder) -> Result<Tensor, TensorError> {
        self.each(|entry| Ok(recorder.relu(entry)?))
    }

    /// Natural powers, entry by entry.
    ///
    /// # Errors
    /// A negative or very large exponent, or a step that cannot be recorded.
    pub fn power(&self, recorder: &mut Recorder, exponent: i64) -> Result<Tensor, TensorError> {
        if !(0..=MOST_POWER).contains(&exponent) {
            let mend = match exponent {
                ..0 => format!("write 1 / power(a, {})", exponent.unsigned_abs()),
                _ => format!("the exponent is at most {MOST_POWER}"),
            };
            let problem = format!("the exponent is {exponent}");
            return Err(TensorError::argument("power", problem, mend));
        }
        self.each(|entry| natural_power(recorder, entry, exponent))
    }

    /// Sums along some axes, which are gone; along all if none are given.
    ///
    /// # Errors
    /// An axis that there is not, or that is given twice.
    pub fn sum(&self, recorder: &mut Recorder, axes: Option<&[i64]>) -> Result<Tensor, TensorError> {
        let mut gone = vec![axes.is_none(); self.shape.len()];
        for axis in axes.unwrap_or_default() {
            if std::mem::replace(&mut gone[self.axis("sum", *axis)?], true) {
                let problem = format!("axis {axis} is given twice");
                return Err(TensorError::argument("sum", problem, "name each axis once"));
            }
        }
        let all = strides(&self.shape);
        let part = |wanted: bool| {
            let axes = (0..self.shape.len()).filter(|a| gone[*a] == wanted);
            axes.map(|a| (self.shape[a], all[a])).unzip::<usize, usize, Vec<_>, Vec<_>>()
        };
        let ((kept, along), (summed, over)) = (part(false), part(true));
        let total = |at: usize| add_up(recorder, walk(&summed, &over).map(|o| self.entries[at + o]));
        let entries = walk(&kept, &along).map(total).collect::<Result<_, _>>()?;
        Ok(Tensor { shape: kept, entries })
    }

    /// The strides with which this tensor is read as one of a larger shape.
    pub(super) fn stretched(&self, shape: &[usize]) -> Vec<usize> {
        let missing = shape.len() - self.shape.len();
        let own = strides(&self.shape).into_iter().zip(&self.shape);
        let own = own.map(|(stride, length)| if *length == 1 { 0 } else { stride });
        std::iter::repeat_n(0, missing).chain(own).collect()
    }
}

/// x^k by squaring.
fn natural_power(recorder: &mut Recorder, mut x: Step, mut k: i64) -> Result<Step, TensorError> {
    let mut power = None;
    while k > 0 {
        if k & 1 == 1 {
            power = Some(match power {
                Some(power) => recorder.mul(power, x)?,
                None => x,
            });
        }
        k >>= 1;
        if k > 0 {
            x = recorder.mul(x, x)?;
        }
    }
    Ok(power.map_or_else(|| recorder.constant(1.into()), Ok)?)
}

/// The sum of steps; 0 of none.
pub(super) fn add_up(recorder: &mut Recorder, steps: impl IntoIterator<Item = Step>) -> Result<Step, TensorError> {
    let mut steps = steps.into_iter();
    let Some(mut sum) = steps.next() else {
        return Ok(recorder.constant(0.into())?);
    };
    for step in steps {
        sum = recorder.add(sum, step)?;
    }
    Ok(sum)
}

/// The shape of both together.
pub(super) fn broadcast(operation: &'static str, a: &Tensor, b: &Tensor) -> Result<Vec<usize>, TensorError> {
    let shape = joined(&a.shape, &b.shape).ok_or_else(|| unfit(operation, a, b))?;
    entries_of(operation, &shape)?;
    Ok(shape)
}

/// NumPy's rule for two shapes, if they fit.
pub(super) fn joined(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let axes = a.len().max(b.len());
    let length = |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(axes).map_or(1, |i| shape[i]);
    (0..axes)
        .map(|axis| match (length(a, axis), length(b, axis)) {
            (x, y) if x == y => Some(x),
            (1, other) | (other, 1) => Some(other),
            _ => None,
        })
        .collect()
}

fn unfit(operation: &'static str, a: &Tensor, b: &Tensor) -> TensorError {
    let reversed = |shape: &[usize]| shape.iter().rev().copied().collect::<Vec<usize>>();
    let column = |vector: &Tensor| [vector.shape[0], 1];
    let fits = |x: &[usize], y: &[usize]| joined(x, y).is_some();
    let mend = if b.axes() == 1 && fits(&a.shape, &column(b)) {
        let rows = b.shape[0];
        format!("for one number a row, make the second a column: reshape(b, ({rows}, 1))")
    } else if a.axes() == 1 && fits(&column(a), &b.shape) {
        let rows = a.shape[0];
        format!("for one number a row, make the first a column: reshape(a, ({rows}, 1))")
    } else if b.axes() > 1 && fits(&a.shape, &reversed(&b.shape)) {
        "the transpose of the second, b.T, fits".to_owned()
    } else if a.axes() > 1 && fits(&reversed(&a.shape), &b.shape) {
        "the transpose of the first, a.T, fits".to_owned()
    } else {
        "axes are matched from the last one: their lengths must be equal, or one of them 1 (a product of matrices is dot(a, b))"
            .to_owned()
    };
    let axes = a.axes().max(b.axes());
    let from_end = (1..=axes).find(|back| {
        let length = |t: &Tensor| t.shape.len().checked_sub(*back).map_or(1, |i| t.shape[i]);
        let (x, y) = (length(a), length(b));
        x != y && x != 1 && y != 1
    });
    let lengths = from_end.map_or_else(String::new, |back| {
        let (x, y) = (a.shape[a.axes() - back], b.shape[b.axes() - back]);
        format!("{x} against {y} along the {} axis", ordinal_from_end(back))
    });
    debug_assert!(a.entries.len().max(b.entries.len()) <= MOST_ENTRIES);
    TensorError::pair(operation, (&a.shape, &b.shape), lengths, mend)
}

fn ordinal_from_end(back: usize) -> String {
    match back {
        1 => "last".to_owned(),
        2 => "last but one".to_owned(),
        3 => "3rd from last".to_owned(),
        _ => format!("{back}th from last"),
    }
}
