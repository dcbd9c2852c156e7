//! The same entries in another order or shape: nothing is recorded.

use super::{Tensor, TensorError, entries_of, shape_text, strides, walk};
use crate::allocation::Selection;
use crate::text::quote;

/// One part of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// A place or a slice of an axis.
    Axis(Selection),
    /// A new axis of length 1 (`None`).
    New,
    /// As many whole axes as are left (`...`).
    Rest,
}

impl Index {
    /// Reads what stands between the brackets in NumPy: `0, :, 1:`, `..., -1`, `:, None`.
    ///
    /// # Errors
    /// Text that is not an index.
    pub fn read(text: &str) -> Result<Vec<Self>, TensorError> {
        let part = |part: &str| match part.trim() {
            "None" => Ok(Index::New),
            "..." => Ok(Index::Rest),
            part => Selection::read(part).map(Index::Axis).ok_or_else(|| {
                let problem = format!("{} cannot be read as an index", quote(part));
                let mend = "write integers, slices such as 1:3, ... or None, separated by commas";
                TensorError::argument("an index", problem, mend)
            }),
        };
        text.split(',').map(part).collect()
    }
}

impl Tensor {
    /// `.T`: the axes in reverse order.
    pub fn transpose(&self) -> Tensor {
        let reversed = |list: &[usize]| list.iter().rev().copied().collect::<Vec<usize>>();
        let (shape, along) = (reversed(&self.shape), reversed(&strides(&self.shape)));
        let entries = walk(&shape, &along).map(|at| self.entries[at]).collect();
        Tensor { shape, entries }
    }

    /// The same entries in another shape; one length may be −1, which means what is left.
    ///
    /// # Errors
    /// A shape with another number of entries.
    pub fn reshape(&self, lengths: &[i64]) -> Result<Tensor, TensorError> {
        let wanted = lengths.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let fail = |problem: String, mend: &str| TensorError::shape("reshape", &self.shape, problem, mend);
        let free = lengths.iter().filter(|length| **length == -1).count();
        if free > 1 || lengths.iter().any(|length| *length < 1 && *length != -1) {
            let mend = "lengths are at least 1; one of them may be -1, which means what is left";
            return Err(fail(format!("({wanted}) is not a shape"), mend));
        }
        let known = lengths.iter().filter(|l| **l > 0).try_fold(1usize, |size, l| size.checked_mul(*l as usize));
        let size = self.entries.len();
        let fits = known.filter(|known| if free == 1 { size.is_multiple_of(*known) } else { size == *known });
        let Some(known) = fits else {
            let problem = format!("its {size} entries do not make ({wanted})");
            return Err(fail(problem, "the product of the lengths must be the number of entries"));
        };
        let shape = lengths.iter().map(|l| if *l == -1 { size / known } else { *l as usize }).collect();
        Ok(Tensor { shape, entries: self.entries.clone() })
    }

    /// What an index selects: axes with one place are gone, axes that are not named are whole.
    ///
    /// # Errors
    /// More parts than axes, a place out of range, or a slice that selects nothing.
    pub fn index(&self, parts: &[Index]) -> Result<Tensor, TensorError> {
        let fail = |problem: String, mend: String| TensorError::shape("an index", &self.shape, problem, mend);
        let named = parts.iter().filter(|p| matches!(p, Index::Axis(_))).count();
        let rests = parts.iter().filter(|p| matches!(p, Index::Rest)).count();
        if named > self.axes() || rests > 1 {
            let axes = self.axes();
            let problem = format!("{named} indices for {axes} axes");
            return Err(fail(problem, "give at most one index an axis, and ... at most once".to_owned()));
        }
        let all = strides(&self.shape);
        let left = self.axes() - named;
        let (mut axis, mut starts) = (0, vec![0]);
        let mut shape = Vec::new();
        let trailing = if rests == 0 { vec![Index::Rest] } else { Vec::new() };
        for part in parts.iter().chain(&trailing) {
            let (selections, keeps) = match part {
                Index::New => {
                    shape.push(1);
                    continue;
                }
                Index::Axis(selection) => (vec![*selection], matches!(selection, Selection::Slice { .. })),
                Index::Rest => (vec![Selection::ALL; left], true),
            };
            for selection in selections {
                let places = self.places(axis, selection)?;
                if keeps {
                    shape.push(places.len());
                }
                let size = entries_of("an index", &[starts.len(), places.len()])?;
                let mut next = Vec::with_capacity(size);
                starts.iter().for_each(|start| next.extend(places.iter().map(|p| start + p * all[axis])));
                (axis, starts) = (axis + 1, next);
            }
        }
        let entries = starts.into_iter().map(|at| self.entries[at]).collect();
        Ok(Tensor { shape, entries })
    }

    fn places(&self, axis: usize, selection: Selection) -> Result<Vec<usize>, TensorError> {
        let length = self.shape[axis];
        let places = selection.places(length).unwrap_or_default();
        if !places.is_empty() {
            return Ok(places);
        }
        let (problem, mend) = match selection {
            Selection::At(place) => {
                (format!("{place} is out of range on axis {axis}"), format!("its places run from 0 to {}", length - 1))
            }
            Selection::Slice { .. } => {
                (format!("the slice of axis {axis} selects nothing"), format!("the axis has {length} entries"))
            }
        };
        Err(TensorError::shape("an index", &self.shape, problem, mend))
    }

    /// The parts along the first axis, in order.
    ///
    /// # Errors
    /// A tensor without axes.
    pub fn parts(&self) -> Result<Vec<Tensor>, TensorError> {
        let size = self.entries.len() / self.length()?;
        let shape = &self.shape[1..];
        Ok(self.entries.chunks(size).map(|part| Tensor { shape: shape.to_vec(), entries: part.to_vec() }).collect())
    }

    /// Tensors one after the other along an axis that they have.
    ///
    /// # Errors
    /// No tensors, or shapes that differ on another axis.
    pub fn concat(tensors: &[Tensor], axis: i64) -> Result<Tensor, TensorError> {
        let Some(first) = tensors.first() else {
            return Err(TensorError::argument("concat", "no tensors are given", "give a list of at least one tensor"));
        };
        let axis = first.axis("concat", axis)?;
        for other in &tensors[1..] {
            let fits = other.axes() == first.axes()
                && (0..first.axes()).all(|a| a == axis || other.shape[a] == first.shape[a]);
            if !fits {
                let problem = format!("they differ beside axis {axis}");
                let mend = "all axes but that one must be equal; stack makes a new axis";
                return Err(TensorError::pair("concat", (&first.shape, &other.shape), problem, mend));
            }
        }
        let mut shape = first.shape.clone();
        shape[axis] = tensors.iter().map(|t| t.shape[axis]).sum();
        entries_of("concat", &shape)?;
        let before: usize = shape[..axis].iter().product();
        let runs = (0..before).flat_map(|run| tensors.iter().map(move |t| (run, t)));
        let entries = runs.flat_map(|(run, t)| {
            let size = t.entries.len() / before;
            t.entries[run * size..(run + 1) * size].iter().copied()
        });
        let entries = entries.collect();
        Ok(Tensor { shape, entries })
    }

    /// Tensors of one shape side by side along a new axis.
    ///
    /// # Errors
    /// No tensors, or shapes that differ.
    pub fn stack(tensors: &[Tensor], axis: i64) -> Result<Tensor, TensorError> {
        let Some(first) = tensors.first() else {
            return Err(TensorError::argument("stack", "no tensors are given", "give a list of at least one tensor"));
        };
        if let Some(other) = tensors.iter().find(|t| t.shape != first.shape) {
            let mend = "stack takes tensors of one shape; concat joins along an axis that there is";
            return Err(TensorError::pair("stack", (&first.shape, &other.shape), "they differ", mend));
        }
        let axes = first.axes() as i64;
        let place = if axis < 0 { axis.saturating_add(axes + 1) } else { axis };
        if !(0..=axes).contains(&place) {
            let (shape, mend) = (shape_text(&first.shape), format!("the new axis is 0 to {axes}"));
            return Err(TensorError::argument("stack", format!("no axis {axis} can be made in shape {shape}"), mend));
        }
        let thick = |t: &Tensor| {
            let mut shape = t.shape.clone();
            shape.insert(place as usize, 1);
            Tensor { shape, entries: t.entries.clone() }
        };
        Tensor::concat(&tensors.iter().map(thick).collect::<Vec<_>>(), place)
    }
}
