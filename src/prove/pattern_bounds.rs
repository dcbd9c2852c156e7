//! Upper bounds of dimensions of networks with kinks: those that hold on every activation pattern.
//!
//! On a pattern the labels are those of a linear network with some units cut out. So there are no more dimensions than weights
//! or labels; scaling a hidden unit changes no label; neither does what too few inputs cannot see; and outputs are still one
//! matrix times the states of the last hidden units. A set F bounded by k bounds every set A by k + |A ∖ F|. Nothing that
//! only one matroid has is used.

use std::collections::BTreeSet;

use allocert_core::algebra::RowSpace;
use allocert_core::allocation::Allocation;
use allocert_core::network::{Network, Samples};

use super::bounds::outputs;
use super::engine::Engine;
use super::ground::Ground;
use super::own;
use super::upper::as_vectors;
use allocert_format::Rule;

/// More unions of directions' supports are not looked at.
const MOST_UNIONS: usize = 2_048;
/// Nor are sets of more hidden units.
const MOST_UNITS: usize = 5;
/// Nor are more units put on sides in every way.
const MOST_SIDES: usize = 8;

/// The smallest bound of a set that one rule gives, and the step.
pub(super) fn bound<E: Engine>(ground: &Ground<'_, E>, set: &Allocation, point: u64) -> (usize, Rule) {
    let of = ground.text(set);
    let size = set.size();
    let mut best = (size, Rule::Size { of: of.clone(), at_most: size });
    if let Some(k) = labels(&ground.network, ground.samples, set).filter(|k| *k < best.0) {
        best = (k, Rule::Labels { of: of.clone(), at_most: k });
    }
    let (chosen, free) = directions(ground, set);
    if free < best.0 {
        let (of, at_most) = (of.clone(), free);
        if own::is_family(&ground.network) {
            let vectors = chosen.iter().map(|g| vec![(ground.gauge[*g].0.clone(), "1".to_owned())]).collect();
            best = (free, Rule::Gauge { of, at_most, point, vectors });
        } else if let Some(vectors) = as_vectors(ground, &chosen) {
            best = (free, Rule::Kernel { of, at_most, point, vectors });
        }
    }
    let named = [
        ("outputs", outputs(&ground.network, ground.samples, set)),
        ("signs", signs(&ground.network, ground.samples, set)),
        ("chain", chain(&ground.network, set)),
    ];
    for (name, k) in named {
        if let Some(k) = k.filter(|k| *k < best.0) {
            best = (k, Rule::Bound { of: of.clone(), at_most: k, name: name.to_owned() });
        }
    }
    best
}

/// Whether some bound is not that of a few sets with the weights outside them, so that every set is a candidate.
pub(super) fn is_special(network: &Network) -> bool {
    let all = Allocation::all(network.weights());
    signs(network, Samples::Functional, &all).is_some() || chain(network, &all).is_some()
}

/// One input, one hidden layer, no biases: each unit is active on one side of 0. There, learnable incoming weights move labels along
/// outgoing weights, and outgoing ones along their outputs; the largest over all sides of units.
fn signs(network: &Network, samples: Samples, set: &Allocation) -> Option<usize> {
    let shapes = network.shapes();
    let widths = shapes.widths.filter(|_| shapes.bias == Some(false))?;
    let &[1, hidden, outputs] = widths.as_slice() else { return None };
    let places: Vec<_> =
        set.iter().map(|w| network.layout().weight(w)).map(|w| (w.tensor.layer, w.row, w.column)).collect();
    let side = |units: usize| {
        let moved = places.iter().filter(|(layer, row, _)| *layer == 1 && units >> row & 1 == 1).count();
        let led: BTreeSet<usize> =
            places.iter().filter(|(layer, _, j)| *layer == 2 && units >> j & 1 == 1).map(|p| p.1).collect();
        (moved + led.len()).min(outputs)
    };
    let both = |units: usize| match (side(units), side(!units)) {
        (a, b) if samples.count() == Some(1) => a.max(b),
        (a, b) => a + b,
    };
    (hidden <= MOST_SIDES).then(|| (0..1 << hidden).map(both).max()).flatten()
}

/// All widths 1, biases: slope, intercept, and two constants hold all labels; the largest, over the layers that the constants
/// begin above, of the rank that the pattern of their derivatives allows.
fn chain(network: &Network, set: &Allocation) -> Option<usize> {
    let shapes = network.shapes();
    let widths = shapes.widths.filter(|widths| shapes.bias == Some(true) && widths.iter().all(|d| *d == 1))?;
    let top = widths.len() - 1;
    let places: Vec<_> =
        set.iter().map(|w| network.layout().weight(w).tensor).map(|t| (t.layer, t.is_vector())).collect();
    let rank = |(a, b): (usize, usize)| {
        let constant = |(layer, vector): (usize, bool), above: usize| layer > above + usize::from(!vector);
        let moves = |p: &(usize, bool)| [!p.1, constant(*p, 0), constant(*p, a), constant(*p, b)];
        let moved: Vec<[bool; 4]> = places.iter().map(moves).collect();
        let outside = |t: u32| moved.iter().filter(|m| (0..4).any(|c| m[c] && t >> c & 1 == 0)).count();
        (0..16u32).map(|t| t.count_ones() as usize + outside(t)).min()
    };
    (1..top).flat_map(|b| (1..=b).map(move |a| (a, b))).filter_map(rank).max()
}

/// Sets whose bounds may be below what their subsets' give: everything, rows of outputs, unions of the weights that directions
/// move, and last hidden units moved and read.
pub(super) fn candidates<E: Engine>(ground: &Ground<'_, E>) -> Vec<Allocation> {
    let n = ground.network.weights();
    let all = Allocation::all(n);
    let mut sets = unions(supports(ground).into_iter().map(|(_, set)| set).collect());
    sets.extend(unions(rows_of_outputs(&ground.network)));
    if ground.samples.count().is_some() {
        sets.extend(moved_and_read(&ground.network));
    }
    sets.sort_by_key(|set| std::cmp::Reverse(set.size()));
    let mut seen = BTreeSet::new();
    std::iter::once(all).chain(sets).filter(|set| seen.insert(set.iter().collect::<Vec<_>>())).collect()
}

/// How many labels depend on a set: for each output, one a sample, or the values at 1 and −1 that determine a function
/// of one input without biases.
fn labels(network: &Network, samples: Samples, set: &Allocation) -> Option<usize> {
    let narrow = network.input_size() == 1 && network.shapes().bias == Some(false);
    let few = samples.count().map(|m| usize::try_from(m).unwrap_or(usize::MAX));
    let each = if narrow { few.unwrap_or(2).min(2) } else { few? };
    if !own::is_family(network) {
        return each.checked_mul(network.labels_per_input());
    }
    let layers = network.layout().layers();
    let read = |w: usize, output: usize| {
        let weight = network.layout().weight(w);
        weight.tensor.layer < layers || weight.row == output
    };
    let seen = (0..network.labels_per_input()).filter(|output| set.iter().any(|w| read(w, *output))).count();
    each.checked_mul(seen)
}

/// Independent directions that move only these weights, and how many dimensions they leave.
fn directions<E: Engine>(ground: &Ground<'_, E>, set: &Allocation) -> (Vec<usize>, usize) {
    let mut space = RowSpace::new(ground.field, set.weights());
    let inside = supports(ground).into_iter().filter(|(_, support)| support.is_subset(set));
    let chosen = inside.filter(|(index, _)| space.insert(ground.gauge[*index].1.clone()));
    let chosen: Vec<usize> = chosen.map(|(index, _)| index).collect();
    let free = set.size() - chosen.len();
    (chosen, free)
}

/// The weights that each direction moves.
fn supports<E: Engine>(ground: &Ground<'_, E>) -> Vec<(usize, Allocation)> {
    let n = ground.network.weights();
    let moved = |direction: &[u64]| Allocation::of(n, (0..n).filter(|w| direction[*w] != 0));
    ground.gauge.iter().enumerate().map(|(index, (_, direction))| (index, moved(direction))).collect()
}

/// All unions of some sets, up to a limit.
fn unions(sets: Vec<Allocation>) -> Vec<Allocation> {
    let mut found: Vec<Allocation> = Vec::new();
    for set in sets {
        let more: Vec<Allocation> = found.iter().map(|other| other.union(&set)).chain([set.clone()]).collect();
        let new: Vec<Allocation> = more.into_iter().filter(|m| !found.contains(m)).collect();
        found.extend(new);
        if found.len() > MOST_UNIONS {
            break;
        }
    }
    found
}

fn rows_of_outputs(network: &Network) -> Vec<Allocation> {
    let (n, last) = (network.weights(), network.layout().layers());
    let row = |output: usize| {
        let of_row = |w: &usize| {
            let weight = network.layout().weight(*w);
            weight.tensor.layer == last && weight.row == output
        };
        Allocation::of(n, (0..n).filter(of_row))
    };
    (0..network.labels_per_input()).map(row).collect()
}

/// All incoming weights of some last hidden units with all outgoing weights of some, output biases with and without.
fn moved_and_read(network: &Network) -> Vec<Allocation> {
    let (n, last) = (network.weights(), network.layout().layers());
    let hidden = network.shapes().widths.map_or(0, |widths| widths[last - 1]);
    if hidden > MOST_UNITS {
        return Vec::new();
    }
    let pick = |moved: usize, read: usize, biases: bool| {
        let inside = |w: &usize| {
            let weight = network.layout().weight(*w);
            match (weight.tensor.layer, weight.tensor.is_vector()) {
                (layer, true) if layer == last => biases,
                (layer, false) if layer == last => read >> weight.column & 1 == 1,
                (layer, _) => layer + 1 == last && moved >> weight.row & 1 == 1,
            }
        };
        Allocation::of(n, (0..n).filter(inside))
    };
    let units = 0..1usize << hidden;
    units
        .clone()
        .flat_map(|u| units.clone().flat_map(move |v| [(u, v, false), (u, v, true)]))
        .map(|(u, v, b)| pick(u, v, b))
        .collect()
}
