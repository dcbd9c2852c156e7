//! Bounds of the theory, each under the name that certificates give it.

mod powers;
mod systems;

use std::collections::BTreeSet;

use super::own;
use allocert_core::allocation::Allocation;
use allocert_core::network::{Network, Samples};
use allocert_core::number::binomial;

/// The smallest bound that a name stands for, and the name.
pub(super) fn named(network: &Network, samples: Samples, set: &Allocation) -> Option<(&'static str, usize)> {
    let known = if own::is_family(network) { all(network, samples, set) } else { Vec::new() };
    known.into_iter().min_by_key(|(_, bound)| *bound)
}

/// All bounds that the network has, with their names.
fn all(network: &Network, samples: Samples, set: &Allocation) -> Vec<(&'static str, usize)> {
    let bounds = [
        ("outputs", outputs(network, samples, set)),
        ("low rank", low_rank(network, samples)),
        ("split", split(network, set)),
    ];
    let bounds = bounds.into_iter().filter_map(|(name, bound)| Some((name, bound?)));
    bounds.chain(systems::bounds(network, samples, set)).chain(powers::bounds(network, set)).collect()
}

/// What a bound says of a set, in words.
pub(super) fn reason(network: &Network, set: &Allocation, name: &str) -> String {
    let text = match name {
        "outputs" => "few states are seen through frozen outgoing weights",
        "low rank" => "the labels are a matrix of low rank",
        "split" => "the first units matter only up to scaling",
        "poles" => return systems::frozen(network, set),
        "realization" => "systems with so many hidden units fill no more dimensions",
        "blocks" => "a block of W and rows of D and columns of B are frozen",
        "surplus" => "more outputs than hidden units follow from the states",
        "observer" => "outputs follow from a few of them and the inputs",
        "signals" => "each output moves in a span of few states and inputs",
        "unit" => "moving the states along one vector changes no label",
        "hypersurface" => "a form vanishes at all units",
        "curve" => "a rational curve runs through all units",
        "skew" => "a Pfaffian of the squares' matrices vanishes",
        other => other,
    };
    text.to_owned()
}

/// Coordinates of the network's function that depend on the set: where it lies in columns of the first layer, only the
/// monomials with one of these inputs.
pub(super) fn coordinates(network: &Network, set: &Allocation) -> Option<u64> {
    let all = network.labels_at(Samples::Functional)?;
    let shapes = network.shapes();
    let (Some(degree), Some(bias)) = (shapes.degree, shapes.bias) else {
        return Some(all);
    };
    let (mut columns, inputs) = (BTreeSet::new(), shapes.inputs + usize::from(bias));
    for weight in set.iter().map(|w| network.layout().weight(w)) {
        if weight.tensor.layer != 1 || weight.tensor.is_vector() {
            return Some(all);
        }
        columns.insert(weight.column);
    }
    let unseen = match inputs - columns.len() {
        0 => 0,
        variables => {
            let degree = (degree as usize).checked_pow(network.layout().layers() as u32 - 1)?;
            binomial(degree.checked_add(variables - 1)?, variables - 1).to_u64()?
        }
    };
    all.checked_sub(unseen.checked_mul(shapes.outputs as u64)?)
}

/// m states of the last hidden units (at most as many as their functions have coordinates) are mapped to p outputs each by one matrix: if the allocation moves u hidden units and learns
/// outgoing weights of v, tangent vectors lie in a space of at most u·m + (p − u)·v dimensions.
pub(super) fn outputs(network: &Network, samples: Samples, set: &Allocation) -> Option<usize> {
    let shapes = network.shapes();
    let layers = network.layout().layers();
    let labels = |samples| network.labels_at(samples).and_then(|labels| usize::try_from(labels).ok());
    let m = labels(Samples::Functional)?.min(labels(samples)?) / shapes.outputs;
    let recurrent = shapes.hidden.is_some();
    let hidden = match (&shapes.widths, shapes.hidden) {
        (Some(widths), _) if layers > 1 => widths[layers - 1],
        (None, Some(hidden)) => hidden,
        _ => return None,
    };
    let (mut moved, mut read, mut constant) = (vec![false; hidden], vec![false; hidden], 0);
    for weight in set.iter().map(|w| network.layout().weight(w)) {
        match (weight.tensor.layer, weight.tensor.is_vector()) {
            (layer, true) if layer == layers => constant = 1,
            (layer, false) if layer == layers => read[weight.column] = true,
            (layer, _) if layer + 1 == layers && !recurrent => moved[weight.row] = true,
            _ if weight.tensor.name == "W" && shapes.steps <= Some(2) => moved[weight.row] = true,
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

/// A polynomial network is a form of the powers of its first units: they move only as the form does not follow by scaling them.
fn split(network: &Network, set: &Allocation) -> Option<usize> {
    let shapes = network.shapes();
    let widths = shapes.widths.filter(|widths| widths.len() > 2 && shapes.bias == Some(false))?;
    let degree = (shapes.degree? as usize).checked_pow(network.layout().layers() as u32 - 2)?;
    let form = binomial(degree.checked_add(widths[1] - 1)?, degree).to_usize()?.checked_mul(shapes.outputs)?;
    let mut rows = vec![0; widths[1]];
    let first = set.iter().map(|w| network.layout().weight(w)).filter(|w| w.tensor.layer == 1);
    first.for_each(|w| rows[w.row] += 1);
    (rows.iter().sum::<usize>() < set.size())
        .then(|| rows.iter().fold(form, |sum, row| sum.saturating_add(widths[0].min(row + 1) - 1)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rand_chacha::ChaCha12Rng;
    use rand_chacha::rand_core::{RngCore, SeedableRng};

    use super::*;
    use allocert_core::control::Control;
    use allocert_core::reach::JacobianMatroid;

    /// Random networks of every family, on which no bound may be below the rank.
    fn network(draw: &mut impl FnMut(usize) -> usize) -> Network {
        let text = match draw(4) {
            0 | 1 => {
                let (q, n, p, t) = (1 + draw(3), 1 + draw(4), 1 + draw(4), 1 + draw(7));
                format!("lrnn({q}, {n}, {p}, {t}{})", ["", ", \"all\""][draw(2)])
            }
            2 => {
                let (d, k, o, g) = (1 + draw(4), 1 + draw(6), 1 + draw(4), 2 + draw(3));
                format!("pnn([{d}, {k}, {o}], degree={g}{})", ["", ", bias=True"][draw(2)])
            }
            _ => {
                let widths: Vec<String> = (0..3 + draw(2)).map(|_| (1 + draw(3)).to_string()).collect();
                let kind = [("lffn", ""), ("lffn", ", bias=True"), ("pnn", ", degree=2")][draw(3)];
                format!("{}([{}]{})", kind.0, widths.join(", "), kind.1)
            }
        };
        text.parse().unwrap()
    }

    /// Single weights, rows, columns and whole tensors are in or out.
    fn allocation(network: &Network, draw: &mut impl FnMut(usize) -> usize) -> Allocation {
        let mut inside = Vec::new();
        for tensor in network.layout().tensors() {
            let (kind, rows, columns) = (draw(7), 1 + draw(tensor.rows), 1 + draw(tensor.columns));
            for position in tensor.positions() {
                let place = ((position - tensor.start) / tensor.columns, (position - tensor.start) % tensor.columns);
                let learnable = match kind {
                    0 => false,
                    1 | 2 => true,
                    3 => place.0 != place.1,
                    4 => place.0 >= rows || place.1 >= columns,
                    5 => place.0 < rows,
                    _ => draw(4) > 0,
                };
                inside.extend(learnable.then_some(position));
            }
        }
        Allocation::of(network.weights(), inside)
    }

    #[test]
    fn no_bound_is_below_the_rank() {
        let mut random = ChaCha12Rng::seed_from_u64(5);
        let mut draw = |below: usize| (random.next_u64() % below as u64) as usize;
        let mut attained: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
        for _ in 0..4_000 {
            let network = network(&mut draw);
            let count = Samples::Count(1 + draw(8) as u64);
            for samples in [Samples::Functional, count] {
                let matroid = JacobianMatroid::new(&network, samples, 1, &Control::unlimited()).unwrap();
                for _ in 0..8 {
                    let set = allocation(&network, &mut draw);
                    let rank = matroid.rank(&set);
                    for (name, bound) in all(&network, samples, &set) {
                        assert!(rank <= bound, "{network}, {samples}: {name} gives {bound}, not {rank}, for {set:?}");
                        let counts = attained.entry(name).or_default();
                        counts[0] += 1;
                        counts[1] += u64::from(bound < set.size());
                        counts[2] += u64::from(bound == rank && bound < set.size());
                    }
                }
            }
        }
        // Each is attained where counting weights does not give the rank.
        for (name, [applied, told, attained]) in &attained {
            println!("{name}: {applied} times, {told} below the size, {attained} of these attained");
            assert!(*attained > 10, "{name}");
        }
        assert_eq!(attained.len(), 13);
    }
}
