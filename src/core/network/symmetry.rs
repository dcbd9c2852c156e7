//! Permutations of a network's weights that change nothing generic.
//!
//! A symmetry σ permutes positions. For every allocation A the reachable dimensions, and with exchangeable draws (such as
//! independent standard Gaussians) the match probabilities, of A and σ(A) are equal: after renaming weights, inputs or
//! labels, the label map at the permuted weights is the label map. Renaming inputs does no harm because they are generic.

use itertools::Itertools;

use super::Samples;
use crate::allocation::{Layout, Tensor};
use crate::program::Program;

/// A permutation of weights under which reachable dimensions and match probabilities do not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symmetry {
    /// What it does, in words.
    pub name: String,
    /// It holds for at least so many samples, and functionally; 1 means always.
    pub least: u64,
    /// Where each weight goes.
    pub images: Vec<usize>,
}

impl Symmetry {
    /// Exchanges pairs of weights and leaves the others.
    pub(super) fn swapping(name: String, weights: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut images: Vec<usize> = (0..weights).collect();
        for (a, b) in pairs {
            images[a] = b;
            images[b] = a;
        }
        Symmetry { name, least: 1, images }
    }

    /// The same, for at least so many samples.
    pub(super) fn from(self, least: u64) -> Self {
        Symmetry { least, ..self }
    }

    /// Whether it holds for so many samples.
    pub fn holds(&self, samples: Samples) -> bool {
        samples.count().is_none_or(|count| count >= self.least)
    }
}

/// The automorphisms of a program that were found, as permutations of its weights, in words.
pub(super) fn found_symmetries(program: &Program, layout: &Layout) -> Vec<Symmetry> {
    let named = |images: Vec<usize>| Symmetry { name: words(layout, &images), least: 1, images };
    program.automorphisms().into_iter().map(|automorphism| named(automorphism.weights)).collect()
}

/// Which weights go where: whole rows and columns where that says it all.
fn words(layout: &Layout, images: &[usize]) -> String {
    const MOST: usize = 6;
    let moves = |tensor: &&Tensor| layout.weights_in(tensor).iter().any(|w| images[*w] != *w);
    let by_axes: Option<Vec<String>> =
        layout.tensors().iter().filter(moves).map(|tensor| axes_exchanged(layout, tensor, images)).collect();
    let parts = by_axes.unwrap_or_else(|| {
        let moved: Vec<usize> = (0..images.len()).filter(|w| images[*w] != *w).collect();
        let one = |w: &usize| match images[images[*w]] == *w {
            true if images[*w] < *w => None,
            true => Some(format!("{} and {}", layout.weight(*w), layout.weight(images[*w]))),
            false => Some(format!("{} to {}", layout.weight(*w), layout.weight(images[*w]))),
        };
        moved.iter().filter_map(one).collect()
    });
    let more = if parts.len() > MOST { format!(", and {} more", parts.len() - MOST) } else { String::new() };
    format!("{}{more}", parts.iter().take(MOST).join(", "))
}

/// A tensor's part of a permutation, if it exchanges places along axes of this tensor.
fn axes_exchanged(layout: &Layout, tensor: &Tensor, images: &[usize]) -> Option<String> {
    let indices = |inside: usize| {
        let mut left = inside;
        let digits = tensor.axes.iter().rev().map(|length| {
            let digit = left % length;
            left /= length;
            digit
        });
        let mut digits: Vec<usize> = digits.collect();
        digits.reverse();
        digits
    };
    let mut along: Vec<Vec<Option<usize>>> = tensor.axes.iter().map(|length| vec![None; *length]).collect();
    for place in tensor.positions() {
        let image = layout.place(images[layout.weight_at(place)?]);
        if layout.place(layout.weight_at(place)?) != place || !tensor.positions().contains(&image) {
            return None;
        }
        let (from, to) = (indices(place - tensor.start), indices(image - tensor.start));
        for (axis, (from, to)) in from.into_iter().zip(to).enumerate() {
            if *along[axis][from].get_or_insert(to) != to {
                return None;
            }
        }
    }
    let line = |axis: usize, at: usize| {
        let entries = (0..tensor.axes.len()).map(|a| if a == axis { at.to_string() } else { ":".to_owned() });
        format!("{}[{}]", tensor.name, entries.collect::<Vec<_>>().join(","))
    };
    let mut parts = Vec::new();
    for (axis, images) in along.iter().enumerate() {
        for (from, to) in images.iter().enumerate().filter_map(|(from, to)| Some((from, (*to)?))) {
            match images[to] == Some(from) {
                true if from < to => parts.push(format!("{} and {}", line(axis, from), line(axis, to))),
                false => parts.push(format!("{} to {}", line(axis, from), line(axis, to))),
                true => {}
            }
        }
    }
    Some(parts.join(", "))
}
