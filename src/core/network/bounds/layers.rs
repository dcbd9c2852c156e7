//! Bounds for networks of layers, and how many labels depend on a set. `outputs` holds for recurrent networks, too.

use std::collections::BTreeSet;

use super::{NamedBounds, Subject};
use crate::allocation::Allocation;
use crate::number::binomial;

impl NamedBounds {
    /// How many labels depend on a set, where that is less than all or is known on every activation pattern: no more dimensions are
    /// reached. Of a polynomial network these are coordinates of the function that it computes, whatever the samples.
    pub fn labels(&self, set: &Allocation) -> Option<usize> {
        let labels = if self.has_kinks { self.labels_on_patterns(set) } else { self.coordinates(set) };
        labels.and_then(|labels| usize::try_from(labels).ok())
    }

    /// Coordinates of the network's function that depend on the set: where it lies in columns of the first layer, only the
    /// monomials with one of these inputs.
    fn coordinates(&self, set: &Allocation) -> Option<u64> {
        let (all, shapes) = (self.labels[1]?, &self.shapes);
        let (Some(degree), Some(bias)) = (shapes.degree, shapes.bias) else {
            return Some(all);
        };
        let (mut columns, inputs) = (BTreeSet::new(), shapes.inputs + usize::from(bias));
        for place in set.iter().map(|w| self.places[w]) {
            if place.layer != 1 || place.is_vector {
                return Some(all);
            }
            columns.insert(place.column);
        }
        let unseen = match inputs - columns.len() {
            0 => 0,
            variables => {
                let degree = (degree as usize).checked_pow(self.layers as u32 - 1)?;
                binomial(degree.checked_add(variables - 1)?, variables - 1).to_u64()?
            }
        };
        all.checked_sub(unseen.checked_mul(shapes.outputs as u64)?)
    }

    /// For each output that depends on the set, one a sample, or the values at 1 and −1 that determine a function of one input
    /// without biases.
    fn labels_on_patterns(&self, set: &Allocation) -> Option<u64> {
        let narrow = self.has_theorems && self.input_size == 1 && self.shapes.bias == Some(false);
        let few = self.samples.count();
        let each = if narrow { few.unwrap_or(2).min(2) } else { few? };
        if !self.has_theorems {
            return each.checked_mul(self.labels_per_input as u64);
        }
        let reads =
            |output: usize| set.iter().map(|w| self.places[w]).any(|w| w.layer < self.layers || w.row == output);
        each.checked_mul((0..self.labels_per_input).filter(|output| reads(*output)).count() as u64)
    }
}

/// m states of the last hidden units (at most as many as their functions have coordinates) are mapped to p outputs each by one
/// matrix: if the allocation moves u hidden units and learns outgoing weights of v, tangent vectors lie in a space of at most
/// u·m + (p − u)·v dimensions.
pub(super) fn outputs(subject: &Subject<'_>) -> Option<usize> {
    let known = subject.known;
    let (shapes, layers) = (&known.shapes, known.layers);
    let [labels, coordinates] = known.labels.map(|labels| labels.and_then(|labels| usize::try_from(labels).ok()));
    let m = labels?.min(coordinates?) / shapes.outputs;
    let recurrent = shapes.hidden.is_some();
    let hidden = match (&shapes.widths, shapes.hidden) {
        (Some(widths), _) if layers > 1 => widths[layers - 1],
        (None, Some(hidden)) => hidden,
        _ => return None,
    };
    let (mut moved, mut read, mut constant) = (vec![false; hidden], vec![false; hidden], 0);
    for place in subject.places() {
        match (place.layer, place.is_vector) {
            (layer, true) if layer == layers => constant = 1,
            (layer, false) if layer == layers => read[place.column] = true,
            // In two steps, a row of the recurrent matrix moves its own unit only.
            (layer, _) if layer + 1 == layers && (!recurrent || shapes.steps <= Some(2)) => moved[place.row] = true,
            _ => moved.fill(true),
        }
    }
    let count = |units: &[bool]| units.iter().filter(|u| **u).count();
    let (u, v) = (count(&moved).min(shapes.outputs), (count(&read) + constant).min(m));
    u.checked_mul(m)?.checked_add((shapes.outputs - u) * v)
}

/// Labels of a linear network are matrices of a rank that no layer exceeds.
pub(super) fn low_rank(subject: &Subject<'_>) -> Option<usize> {
    let (shapes, samples) = (&subject.known.shapes, subject.known.samples);
    let widths = shapes.widths.as_ref().filter(|_| shapes.bias == Some(false) && subject.known.linear)?;
    let columns = samples.count().map_or(widths[0], |m| widths[0].min(usize::try_from(m).unwrap_or(usize::MAX)));
    let rank = widths.iter().copied().min()?.min(columns);
    rank.checked_mul(columns + shapes.outputs - rank)
}

/// Labels of a network with a hidden layer of one unit are C_k f^G: the form f that comes into it has so many coefficients, or values on few
/// samples, and with the numbers C_k it shares a factor.
pub(super) fn neck(subject: &Subject<'_>) -> Option<usize> {
    let (shapes, samples) = (&subject.known.shapes, subject.known.samples);
    let widths = shapes.widths.as_ref().filter(|_| shapes.bias == Some(false))?;
    let power = if subject.known.linear { 1 } else { shapes.degree? as usize };
    let numbers = |layer: usize| {
        let degree = power.checked_pow(u32::try_from(layer - 1).ok()?)?;
        let forms = binomial(degree.checked_add(widths[0] - 1)?, widths[0] - 1);
        let few = samples.count().map_or(forms.clone(), |count| forms.min(count.into()));
        few.to_usize()?.checked_add(shapes.outputs - 1)
    };
    (1..widths.len() - 1).filter(|layer| widths[*layer] == 1).filter_map(numbers).min()
}

/// A polynomial network is a form of the powers of its first units: they move only as the form does not follow by scaling them.
pub(super) fn split(subject: &Subject<'_>) -> Option<usize> {
    let shapes = &subject.known.shapes;
    let widths = shapes.widths.as_ref().filter(|widths| widths.len() > 2 && shapes.bias == Some(false))?;
    let degree = (shapes.degree? as usize).checked_pow(subject.known.layers as u32 - 2)?;
    let form = binomial(degree.checked_add(widths[1] - 1)?, degree).to_usize()?.checked_mul(shapes.outputs)?;
    let mut rows = vec![0; widths[1]];
    subject.places().filter(|place| place.layer == 1).for_each(|place| rows[place.row] += 1);
    (rows.iter().sum::<usize>() < subject.set.size())
        .then(|| rows.iter().fold(form, |sum, row| sum.saturating_add(widths[0].min(row + 1) - 1)))
}
