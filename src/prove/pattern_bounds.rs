//! Upper bounds of dimensions of networks with kinks: those that hold on every activation pattern.
//!
//! On a pattern the labels are those of a linear network with some units cut out. So there are no more dimensions than weights
//! or labels; scaling a hidden unit changes no label; neither does what too few inputs cannot see; and outputs are still one
//! matrix times the states of the last hidden units. A set F bounded by k bounds every set A by k + |A ∖ F|. Nothing that
//! only one matroid has is used.

use std::collections::BTreeSet;

use allocert_core::algebra::RowSpace;
use allocert_core::allocation::Allocation;
use allocert_core::network::Network;

use super::engine::Engine;
use super::ground::Ground;
use super::upper::as_vectors;
use allocert_format::Rule;

/// More unions of directions' supports are not looked at.
const MOST_UNIONS: usize = 2_048;
/// Nor are sets of more hidden units.
const MOST_UNITS: usize = 5;

/// The smallest bound of a set that one rule gives, and the step.
pub(super) fn bound<E: Engine>(ground: &Ground<'_, E>, set: &Allocation, point: u64) -> (usize, Rule) {
    let of = ground.text(set);
    let size = set.size();
    let mut best = (size, Rule::Size { of: of.clone(), at_most: size });
    if let Some(k) = ground.named().labels(set).filter(|k| *k < best.0) {
        best = (k, Rule::Labels { of: of.clone(), at_most: k });
    }
    let (chosen, free) = directions(ground, set);
    if free < best.0 {
        let (of, at_most) = (of.clone(), free);
        if ground.network.has_family_theorems() {
            let vectors = chosen.iter().map(|g| vec![(ground.gauge[*g].0.clone(), "1".to_owned())]).collect();
            best = (free, Rule::Gauge { of, at_most, point, vectors });
        } else if let Some(vectors) = as_vectors(ground, &chosen) {
            best = (free, Rule::Kernel { of, at_most, point, vectors });
        }
    }
    if let Some(bound) = ground.named().least(set).filter(|bound| bound.value < best.0) {
        best = (bound.value, Rule::Bound { of, at_most: bound.value, name: bound.name.to_owned() });
    }
    best
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
