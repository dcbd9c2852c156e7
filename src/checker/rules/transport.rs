//! At most k, from other sets.
//!
//! ρ is the rank function of a matroid: it is monotone, rises by at most 1 with each weight, and is submodular. Exchanging two
//! units of one layer with all their weights (or two inputs, or two outputs) maps generic networks to generic networks and
//! permutes labels, so it keeps ρ.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::super::budget::{Held, exceeded, pay, spend};
use super::super::network::{Family, Network, digits};
use super::super::proof::{Bounds, Fault, Proof, ensure, is_subset, limit};

/// The most sets that bounds and exchanges may make.
const MOST_SETS: usize = 1 << 20;
/// Larger bounds say nothing of so few weights.
const MOST_BOUND: usize = 255;

/// What an exchange counts for, in operations for each weight.
const EXCHANGED: usize = 8;

/// ρ(A) ≤ ρ(F) + |A ∖ F|.
pub(super) fn inclusion(proof: &mut Proof, step: u64, (of, k): (&str, usize), from: u64) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    let (other, bound) = proof.at_most(from)?;
    let outside = set.iter().filter(|w| other.binary_search(w).is_err()).count();
    ensure(bound + outside <= k, "the other set's bound and the weights outside it are more")?;
    proof.bounded(step, (of, set, k))
}

/// ρ(F ∪ G) ≤ ρ(F) + ρ(G) − ρ(F ∩ G).
pub(super) fn submodular(
    proof: &mut Proof,
    step: u64,
    (of, k): (&str, usize),
    from: (u64, u64),
    meet: Option<u64>,
) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    let (first, second) = (proof.at_most(from.0)?, proof.at_most(from.1)?);
    let covered = set.iter().all(|w| first.0.binary_search(w).is_ok() || second.0.binary_search(w).is_ok());
    ensure(covered, "the allocation is not inside the union of the two sets")?;
    let shared = match meet {
        None => 0,
        Some(meet) => {
            let (inside, bound) = proof.at_least(meet)?;
            ensure(
                is_subset(inside, first.0) && is_subset(inside, second.0),
                "the set bounded from below is not in both",
            )?;
            bound
        }
    };
    ensure(first.1 + second.1 <= k.saturating_add(shared), "the two bounds are more")?;
    proof.bounded(step, (of, set, k))
}

/// ρ(σ(F)) = ρ(F).
pub(super) fn symmetry(
    proof: &mut Proof,
    step: u64,
    (of, k): (&str, usize),
    from: u64,
    swaps: &[(String, usize, usize)],
) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    let (other, bound) = proof.at_most(from)?;
    let mut image = other.to_vec();
    limit(swaps.len().saturating_mul(EXCHANGED * proof.network()?.weights))?;
    for (units, i, k) in swaps {
        let image_of = swap(proof.network()?, units, *i, *k);
        let image_of = image_of.ok_or_else(|| Fault::Wrong("these units cannot be exchanged".to_owned()))?;
        image.iter_mut().for_each(|w| *w = image_of[*w]);
    }
    image.sort_unstable();
    ensure(image == set, "the exchanges do not lead from the other set to the allocation")?;
    ensure(bound <= k, "the other set's bound is more")?;
    proof.bounded(step, (of, set, k))
}

/// Where each weight goes when two units are exchanged: `units` is `inputs`, `outputs`, `hidden` or, with layers, `layer 1`, ….
pub(super) fn swap(network: &Network, units: &str, i: usize, k: usize) -> Option<Vec<usize>> {
    // The tensors whose rows, and those whose columns, belong to these units.
    let (count, rows, columns): (usize, Vec<String>, Vec<String>) = match &network.family {
        Family::Layers { widths, .. } => {
            let last = widths.len() - 1;
            let layer = match units {
                "inputs" => 0,
                "outputs" => last,
                _ => digits(units.strip_prefix("layer ")?).filter(|l| (1..last).contains(l))?,
            };
            let rows = [format!("W{layer}"), format!("b{layer}")];
            (widths[layer], rows.to_vec(), vec![format!("W{}", layer + 1)])
        }
        Family::Recurrent { inputs, hidden, outputs, .. } => match units {
            "inputs" => (*inputs, vec![], vec!["B".to_owned()]),
            "outputs" => (*outputs, vec!["D".to_owned()], vec![]),
            "hidden" => (*hidden, vec!["B".to_owned(), "W".to_owned()], vec!["D".to_owned(), "W".to_owned()]),
            _ => return None,
        },
        Family::Other => return None,
    };
    if i >= count || k >= count {
        return None;
    }
    let exchanged = |unit: usize| {
        if unit == i {
            k
        } else if unit == k {
            i
        } else {
            unit
        }
    };
    let mut image: Vec<usize> = (0..network.weights).collect();
    for tensor in &network.tensors {
        for (row, column) in (0..tensor.rows).flat_map(|r| (0..tensor.columns).map(move |c| (r, c))) {
            let to_row = if rows.contains(&tensor.name) { exchanged(row) } else { row };
            let to_column = if columns.contains(&tensor.name) { exchanged(column) } else { column };
            image[tensor.start + row * tensor.columns + column] = tensor.start + to_row * tensor.columns + to_column;
        }
    }
    Some(image)
}

/// Every matrix of the network's function is transposed when W_ℓ becomes the transpose of W_{L+1−ℓ}, and D that of B while W is
/// transposed; so the functional dimensions are kept, and those on so many inputs that labels determine the function: d_0 for
/// `lffn`, an input at every step for all steps, or all entries of a sequence, for `lrnn`. One input and one output: the function is
/// the same, on any inputs.
fn transposition(network: &Network, samples: Option<u64>) -> Option<Vec<usize>> {
    let (pairs, enough) = match &network.family {
        Family::Layers { widths, bias: false, linear: true, .. } if widths.iter().eq(widths.iter().rev()) => {
            ((0..widths.len() - 1).map(|l| (l, widths.len() - 2 - l)).collect(), widths[0])
        }
        Family::Recurrent { inputs, outputs, every, .. } if inputs == outputs => {
            let enough = if *every { *inputs } else { network.input_size() };
            (vec![(0, 1), (1, 0), (2, 2)], if *inputs == 1 { 1 } else { enough })
        }
        _ => return None,
    };
    let mut image: Vec<usize> = (0..network.weights).collect();
    for (a, b) in pairs.into_iter().map(|(a, b): (usize, usize)| (&network.tensors[a], &network.tensors[b])) {
        for (row, column) in (0..a.rows).flat_map(|r| (0..a.columns).map(move |c| (r, c))) {
            image[a.start + row * a.columns + column] = b.start + column * b.columns + row;
        }
    }
    samples.is_none_or(|m| m >= enough as u64).then_some(image)
}

/// The exchanges of neighbouring units, which generate all permutations of them, and transposition where it holds.
fn generators(network: &Network, samples: Option<u64>, held: &mut Held) -> Result<Vec<Vec<usize>>, Fault> {
    let names = match &network.family {
        Family::Layers { widths, .. } => (1..widths.len() - 1).map(|l| format!("layer {l}")).collect(),
        Family::Recurrent { .. } => vec!["hidden".to_owned()],
        Family::Other => Vec::new(),
    };
    let mut generators = Vec::new();
    for units in names.into_iter().chain(["inputs".to_owned(), "outputs".to_owned()]) {
        for i in 0.. {
            pay(EXCHANGED as u64 * network.weights as u64)?;
            let Some(image_of) = swap(network, &units, i, i + 1) else { break };
            if !held.grow(24 + 8 * network.weights as u64) {
                return Err(exceeded());
            }
            generators.push(image_of);
        }
    }
    generators.extend(transposition(network, samples));
    Ok(generators)
}

/// The sets inside some weights, as bits, that earlier steps bound, and all that exchanges of units and transposition make of
/// them; with the smallest bound of each.
pub(super) fn images(proof: &mut Proof, inside: &[usize]) -> Result<Bounds, Fault> {
    if let Some((_, known, hole)) = proof.images.as_ref().filter(|(of, _, _)| of == inside) {
        proof.rest_on(*hole);
        return Ok(Rc::clone(known));
    }
    let hole = proof.upper_bounds().filter_map(|(step, _, _)| proof.hole_of(step)).min();
    proof.rest_on(hole);
    let network = proof.network()?;
    let mut held = Held::default();
    let generators = generators(network, proof.samples, &mut held)?;
    let mut seen: HashMap<Vec<u16>, usize> = HashMap::new();
    let mut open: Vec<(Vec<u16>, usize)> = Vec::new();
    // A set that is new, or has a smaller bound than before.
    let mut add = |set: Vec<u16>, bound: usize, open: &mut Vec<(Vec<u16>, usize)>| {
        if seen.get(&set).is_some_and(|known| *known <= bound) {
            return Ok(());
        }
        if seen.len() >= MOST_SETS {
            return Err(Fault::Limit(format!("over the limit of {MOST_SETS} bounded sets")));
        }
        open.push((set.clone(), bound));
        // A set is held here and there.
        let bytes = 2 * (64 + 2 * set.len() as u64);
        seen.insert(set, bound);
        if held.grow(bytes) { Ok(()) } else { Err(exceeded()) }
    };
    for (_, set, bound) in proof.upper_bounds() {
        add(set.iter().map(|w| *w as u16).collect(), bound, &mut open)?;
    }
    while let Some((set, bound)) = open.pop() {
        // An image is a new list, put in order and looked up.
        let each = EXCHANGED * (set.len() + EXCHANGED);
        if !spend(generators.len() as u64 * each as u64) {
            return Err(exceeded());
        }
        for image_of in &generators {
            let mut image: Vec<u16> = set.iter().map(|w| image_of[usize::from(*w)] as u16).collect();
            image.sort_unstable();
            add(image, bound, &mut open)?;
        }
    }
    let mut bounds: BTreeMap<u64, u32> = BTreeMap::new();
    for (set, bound) in seen {
        let has = |i: &usize| set.binary_search(&(inside[*i] as u16)).is_ok();
        let mask = (0..inside.len()).filter(has).fold(0, |m, i| m | 1 << i);
        let bound = bound.min(MOST_BOUND) as u32;
        bounds.entry(mask).and_modify(|known| *known = bound.min(*known)).or_insert(bound);
    }
    // Large bounds first: they settle most.
    let mut bounds: Vec<(u64, u32)> = bounds.into_iter().collect();
    bounds.sort_by_key(|(set, bound)| (Reverse(*bound), *set));
    let bounds = Rc::new(bounds);
    proof.images = Some((inside.to_vec(), Rc::clone(&bounds), hole));
    Ok(bounds)
}
