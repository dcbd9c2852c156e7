//! Directions in weight space of which combinations may change nothing.

use crate::allocation::{Layout, Tensor};

use super::Terms;

/// At most so many unknowns.
pub(super) const MOST_UNKNOWNS: usize = 700;
/// Axes are mixed by one matrix up to this length,
const MOST_MIXED: usize = 40;
/// two of them by unrelated matrices up to this,
const MOST_UNRELATED: usize = 16;
/// and at most so many pairs of axes.
const MOST_PAIRS: usize = 200;

/// One axis of a tensor.
type Axis<'a> = (&'a Tensor, usize);

/// Unknowns, each the coefficient of some directions: what is looked for are coefficients with which, for all g at once,
/// Σ coefficient · (Σ g_k · the k-th direction of the unknown) changes nothing.
#[derive(Clone, Debug)]
pub(super) struct Ansatz {
    /// For each unknown as many directions as there are entries of g.
    pub(super) unknowns: Vec<Vec<Terms>>,
}

impl Ansatz {
    /// Unknowns with a direction each.
    fn free(mut candidates: Vec<Terms>) -> Self {
        candidates.retain(|candidate| !candidate.is_empty());
        Ansatz { unknowns: candidates.into_iter().map(|candidate| vec![candidate]).collect() }
    }
}

/// What is looked for one after the other, the cheapest first: multiples of the places of axes, and shifts; one matrix that mixes the
/// places of several axes of one length, as it is, transposed and negated, or antisymmetric; shifts by other tensors; unrelated matrices
/// on two axes; everything.
pub(super) fn by_and_by(layout: &Layout) -> impl Iterator<Item = Ansatz> + '_ {
    let axes: Vec<Axis<'_>> =
        layout.tensors().iter().flat_map(|tensor| (0..tensor.axes.len()).map(move |axis| (tensor, axis))).collect();
    let mut lengths: Vec<usize> = axes.iter().map(|(tensor, axis)| tensor.axes[*axis]).filter(|l| *l > 1).collect();
    lengths.sort_unstable();
    lengths.dedup();
    let of_length =
        |length: usize| -> Vec<Axis<'_>> { axes.iter().copied().filter(|(t, axis)| t.axes[*axis] == length).collect() };
    let classes: Vec<(usize, Vec<Axis<'_>>)> = lengths.iter().map(|l| (*l, of_length(*l))).collect();
    let pairs = classes.iter().filter(|(length, _)| *length <= MOST_UNRELATED).flat_map(|(_, axes)| {
        let pairs = (0..axes.len()).flat_map(move |i| (i..axes.len()).map(move |j| (i, j)));
        pairs.map(move |(i, j)| if i == j { vec![axes[i]] } else { vec![axes[i], axes[j]] })
    });
    let pairs: Vec<Vec<Axis<'_>>> = pairs.take(MOST_PAIRS).collect();
    let matrices = classes.into_iter().filter(|(length, _)| *length <= MOST_MIXED);
    let matrices = matrices
        .flat_map(move |(length, axes)| [one_matrix(layout, &axes, length), one_rotation(layout, &axes, length)]);
    let shifts = move || Ansatz::free(simple(layout).into_iter().chain(contractions(layout)).collect());
    std::iter::once_with(move || Ansatz::free(simple(layout)))
        .chain(matrices)
        .chain(std::iter::once_with(shifts))
        .chain(pairs.into_iter().map(move |axes| unrelated_matrices(layout, &axes)))
        .chain(std::iter::once_with(move || everything(layout)).flatten())
}

/// Multiples of each place of each axis, and shifts of single weights of vectors.
fn simple(layout: &Layout) -> Vec<Terms> {
    let mut candidates = Vec::new();
    for tensor in layout.tensors() {
        for (axis, length) in tensor.axes.iter().enumerate() {
            candidates.extend((0..*length).map(|place| mixing(layout, tensor, axis, (place, place))));
        }
        let weights = layout.weights_in(tensor);
        if tensor.axes.is_empty() {
            candidates.extend(weights.iter().map(|w| vec![(*w, Some(*w), 1)]));
        }
        if tensor.axes.len() < 2 {
            candidates.extend(weights.into_iter().map(|w| vec![(w, None, 1)]));
        }
    }
    candidates
}

/// Each place of each axis added to each tensor that lacks the axis.
fn contractions(layout: &Layout) -> Vec<Terms> {
    let mut candidates = Vec::new();
    for tensor in layout.tensors() {
        for axis in 0..tensor.axes.len() {
            let rest = without(&tensor.axes, axis);
            for other in layout.tensors().iter().filter(|other| other.axes == rest) {
                let places = 0..tensor.axes[axis];
                candidates.extend(places.map(|from| contraction(layout, tensor, axis, from, other.start)));
            }
        }
    }
    candidates
}

/// g on some of these axes, and −gᵀ on others.
fn one_matrix(layout: &Layout, axes: &[Axis<'_>], length: usize) -> Ansatz {
    let entries: Vec<(usize, usize)> = (0..length * length).map(|k| (k / length, k % length)).collect();
    let mut unknowns = Vec::new();
    for (tensor, axis) in axes {
        unknowns.push(entries.iter().map(|(i, j)| mixing(layout, tensor, *axis, (*i, *j))).collect());
        unknowns.push(entries.iter().map(|(i, j)| negated(mixing(layout, tensor, *axis, (*j, *i)))).collect());
    }
    Ansatz { unknowns }
}

/// The same antisymmetric g on some of these axes.
fn one_rotation(layout: &Layout, axes: &[Axis<'_>], length: usize) -> Ansatz {
    let pairs: Vec<(usize, usize)> = (0..length).flat_map(|i| (0..i).map(move |j| (i, j))).collect();
    let rotation = |tensor: &Tensor, axis: usize, (i, j): (usize, usize)| {
        let mut terms = mixing(layout, tensor, axis, (i, j));
        terms.extend(negated(mixing(layout, tensor, axis, (j, i))));
        terms
    };
    let unknown = |(tensor, axis): &Axis<'_>| pairs.iter().map(|pair| rotation(tensor, *axis, *pair)).collect();
    Ansatz { unknowns: axes.iter().map(unknown).collect() }
}

/// A matrix of its own on each of these axes.
fn unrelated_matrices(layout: &Layout, axes: &[Axis<'_>]) -> Ansatz {
    let entries = |(tensor, axis): &Axis<'_>| -> Vec<Terms> {
        let length = tensor.axes[*axis];
        (0..length * length).map(|k| mixing(layout, tensor, *axis, (k / length, k % length))).collect()
    };
    Ansatz::free(axes.iter().flat_map(entries).collect())
}

fn negated(mut terms: Terms) -> Terms {
    terms.iter_mut().for_each(|(_, _, factor)| *factor = -*factor);
    terms
}

/// Everything, where that is not too much.
fn everything(layout: &Layout) -> Option<Ansatz> {
    let n = layout.weights();
    let entry = |w| (0..n).map(move |v| vec![(w, Some(v), 1)]).chain([vec![(w, None, 1)]]);
    (n.saturating_mul(n + 1) <= MOST_UNKNOWNS).then(|| Ansatz::free((0..n).flat_map(entry).collect()))
}

/// Everything, or what acts on the axes of tensors; nothing if that is too much.
pub(super) fn at_once(layout: &Layout) -> Ansatz {
    if let Some(everything) = everything(layout) {
        return everything;
    }
    let mut candidates: Vec<Terms> = Vec::new();
    for tensor in layout.tensors() {
        for axis in 0..tensor.axes.len() {
            let length = tensor.axes[axis];
            for to in 0..length {
                candidates.extend((0..length).map(|from| mixing(layout, tensor, axis, (to, from))));
            }
            for other in layout.tensors() {
                let rest: Vec<usize> = without(&tensor.axes, axis);
                if other.axes == rest {
                    candidates.extend((0..length).map(|from| contraction(layout, tensor, axis, from, other.start)));
                }
            }
        }
        if tensor.axes.len() < 2 {
            let weights = layout.weights_in(tensor);
            candidates.extend(weights.into_iter().map(|w| vec![(w, None, 1)]));
        }
    }
    Ansatz::free(candidates)
}

fn without(axes: &[usize], axis: usize) -> Vec<usize> {
    axes.iter().enumerate().filter(|(a, _)| *a != axis).map(|(_, length)| *length).collect()
}

/// The places of a tensor along an axis: for each place of the other axes, that at 0, and the step from one to the next.
fn lines(tensor: &Tensor, axis: usize) -> (Vec<usize>, usize) {
    let step: usize = tensor.axes[axis + 1..].iter().product();
    let (block, size) = (step * tensor.axes[axis], tensor.size());
    let starts = (0..size / block).flat_map(|outer| (0..step).map(move |inner| outer * block + inner));
    (starts.map(|inside| tensor.start + inside).collect(), step)
}

/// Place `from` of an axis is added to place `to`.
pub(super) fn mixing(layout: &Layout, tensor: &Tensor, axis: usize, (to, from): (usize, usize)) -> Terms {
    let (starts, step) = lines(tensor, axis);
    let pair =
        |start: usize| Some((layout.weight_at(start + to * step)?, Some(layout.weight_at(start + from * step)?), 1));
    starts.into_iter().filter_map(pair).collect()
}

/// Place `from` of an axis is added to a tensor that lacks this axis.
fn contraction(layout: &Layout, tensor: &Tensor, axis: usize, from: usize, other: usize) -> Terms {
    let (starts, step) = lines(tensor, axis);
    let pair = |(inside, start): (usize, usize)| {
        Some((layout.weight_at(other + inside)?, Some(layout.weight_at(start + from * step)?), 1))
    };
    starts.into_iter().enumerate().filter_map(pair).collect()
}
