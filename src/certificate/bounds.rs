//! Bounds of the theory, each under the name that certificates give it.

use crate::allocation::Allocation;
use crate::network::{Network, Samples};

/// The smallest bound that a name stands for, and the name.
pub(super) fn named(network: &Network, samples: Samples, set: &Allocation) -> Option<(&'static str, usize)> {
    let bounds = [("outputs", outputs(network, samples, set)), ("low rank", low_rank(network, samples))];
    bounds.into_iter().filter_map(|(name, bound)| Some((name, bound?))).min_by_key(|(_, bound)| *bound)
}

/// m states of the last hidden units are mapped to p outputs each by one matrix: if the allocation moves u hidden units and learns
/// outgoing weights of v, tangent vectors lie in a space of at most u·m + (p − u)·v dimensions.
pub(super) fn outputs(network: &Network, samples: Samples, set: &Allocation) -> Option<usize> {
    let shapes = network.shapes();
    let layers = network.layout().layers();
    let m = usize::try_from(samples.count()?).ok()?;
    let m = if shapes.readout == Some("all") { m.checked_mul(shapes.steps?)? } else { m };
    let recurrent = shapes.hidden.is_some();
    let hidden = match (&shapes.widths, shapes.hidden) {
        (Some(widths), _) if layers > 1 => widths[layers - 1],
        (None, Some(hidden)) => hidden,
        _ => return None,
    };
    let (mut moved, mut read, mut constant) = (vec![false; hidden], vec![false; hidden], 0);
    for weight in set.iter().map(|w| network.layout().weight(w)) {
        match (weight.tensor.layer, weight.tensor.vector) {
            (layer, true) if layer == layers => constant = 1,
            (layer, false) if layer == layers => read[weight.column] = true,
            (layer, _) if layer + 1 == layers && !recurrent => moved[weight.row] = true,
            _ => moved.fill(true),
        }
    }
    let count = |units: &[bool]| units.iter().filter(|u| **u).count();
    let (u, v) = (count(&moved).min(shapes.outputs), (count(&read) + constant).min(m));
    u.checked_mul(m)?.checked_add((shapes.outputs - u) * v)
}

/// Labels of a linear network are matrices of a rank that no layer exceeds.
fn low_rank(network: &Network, samples: Samples) -> Option<usize> {
    let shapes = network.shapes();
    let widths = shapes
        .widths
        .filter(|_| shapes.bias == Some(false) && shapes.degree.is_none() && network.family() == "lffn")?;
    let columns = samples.count().map_or(widths[0], |m| widths[0].min(usize::try_from(m).unwrap_or(usize::MAX)));
    let rank = widths.iter().copied().min()?.min(columns);
    rank.checked_mul(columns + shapes.outputs - rank)
}
