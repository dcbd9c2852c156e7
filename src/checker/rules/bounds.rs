//! At most k, from counting, and by bounds of the theory: four here, others in [`systems`] and [`powers`].

use super::super::network::{Chain, Family, Network, monomials};
use super::super::proof::{Fault, Proof, ensure, limit};
use super::{kinks, powers, systems};

/// Operations for a weight that is looked at.
const LOOK: usize = 16;

/// There are no more weights: no more columns.
pub(super) fn size(proof: &mut Proof, step: u64, of: &str, k: usize) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    ensure(set.len() <= k, "the allocation has more weights")?;
    proof.bounded(step, (of, set, k))
}

/// No more labels depend on the allocation, those of the inputs or the coordinates of the network's function: no more rows.
pub(super) fn labels(proof: &mut Proof, step: u64, of: &str, k: usize) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    limit(LOOK * set.len() * proof.network()?.labels_per_input())?;
    let labels = proof.network()?.labels_of(&set, proof.samples)?;
    ensure(labels <= k as u128, "more labels depend on the allocation")?;
    proof.bounded(step, (of, set, k))
}

/// A bound of the theory: [`outputs`], [`low_rank`], [`split`], [`neck`], or one of [`systems`], [`powers`] and [`kinks`].
pub(super) fn named(proof: &mut Proof, step: u64, (of, k): (&str, usize), name: &str) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    let (network, samples) = (proof.network()?, proof.samples);
    // Loops over pairs of weights, or over units and steps.
    limit(4 * network.weights * (network.weights + network.input_size()))?;
    let bound = match name {
        "outputs" => outputs(network, &set, samples)?,
        "low rank" => low_rank(network, samples),
        "split" => split(network, &set),
        "neck" => neck(network, samples),
        _ => match systems::bound(name, network, &set, samples).or_else(|| powers::bound(name, network, &set)) {
            None => kinks::bound(network, &set, samples, name)?,
            bound => bound,
        },
    };
    let bound = bound.ok_or_else(|| Fault::Wrong("there is no such bound for this network".to_owned()))?;
    ensure(bound <= k as u128, "the bound is more")?;
    proof.bounded(step, (of, set, k))
}

/// m states of the last hidden units (m samples, times the steps that are read out; or, if they are fewer, the coordinates of the
/// functions that these units compute) are mapped to p outputs each by one matrix V.
/// Tangent vectors are V·S + E·H as p × m matrices: S has rows only for the u hidden units that the allocation moves, and E has
/// columns only for the v hidden units whose outgoing weights learn (a bias counts as one more). They lie in U ⊗ R^m + R^p ⊗ C
/// with dim U ≤ min(u, p) and dim C ≤ min(v, m), which has at most u·m + (p − u)·v dimensions.
fn outputs(network: &Network, set: &[usize], samples: Option<u64>) -> Result<Option<u128>, Fault> {
    let of = |name: &str, w: usize| {
        network.tensor(name).is_some_and(|t| (t.start..t.start + t.rows * t.columns).contains(&w))
    };
    let place = |name: &str, w: usize| {
        network.tensor(name).map_or((0, 0), |t| ((w - t.start) / t.columns, (w - t.start) % t.columns))
    };
    let everything: Vec<usize> = (0..network.weights).collect();
    let (p, last, bias, below, hidden) = match &network.family {
        Family::Layers { widths, .. } if widths.len() > 2 => {
            let top = widths.len() - 1;
            let below = [format!("W{}", top - 1), format!("b{}", top - 1)];
            (widths[top], format!("W{top}"), format!("b{top}"), below, widths[top - 1])
        }
        // In two steps, a row of W moves its own unit only.
        Family::Recurrent { hidden, outputs, steps, .. } => {
            let below = if *steps <= 2 { "W" } else { "" };
            (*outputs, "D".to_owned(), String::new(), [below.to_owned(), String::new()], *hidden)
        }
        Family::Layers { .. } | Family::Other => return Ok(None),
    };
    let m = network.labels_of(&everything, samples)? / p as u128;
    let (mut moved, mut read, mut constant) = (vec![false; hidden], vec![false; hidden], 0);
    for w in set {
        if of(&last, *w) {
            read[place(&last, *w).1] = true;
        } else if of(&bias, *w) {
            constant = 1;
        } else {
            match below.iter().find(|name| of(name, *w)) {
                Some(name) => moved[place(name, *w).0] = true,
                None => moved.fill(true),
            }
        }
    }
    let count = |units: &[bool]| units.iter().filter(|u| **u).count() as u128;
    let (u, v) = (count(&moved).min(p as u128), (count(&read) + constant).min(m));
    Ok(u.checked_mul(m).and_then(|first| first.checked_add((p as u128 - u) * v)))
}

/// Labels of `lffn` without biases on m samples are d_L × m matrices W·X with X of rank at most min(m, d_0), so they are given by
/// d_L × min(m, d_0) matrices, of rank at most q, the smallest width; those of rank q form a variety of dimension
/// q (min(m, d_0) + d_L − q), and those of smaller rank one that is not larger.
fn low_rank(network: &Network, samples: Option<u64>) -> Option<u128> {
    let Family::Layers { widths, bias: false, linear: true, .. } = &network.family else {
        return None;
    };
    let wide = |d: usize| d as u128;
    let columns = samples.map_or(wide(widths[0]), |m| u128::from(m).min(wide(widths[0])));
    let rows = wide(widths[widths.len() - 1]);
    let rank = widths.iter().map(|d| wide(*d)).min()?.min(columns);
    Some(rank * (columns + rows - rank))
}

/// `pnn` without biases is Q(u_1^g, …) with a form Q of degree g^(L−2) that the upper layers give, and u_i = row i of W1 times
/// the input. Moving row i along itself does the same as a change of Q. So if all of Q may move, in M dimensions, row i with t
/// learnable weights adds t at most, and d − 1 if it learns all of its d: ρ(A) ≤ M + Σ min(t, d − 1).
fn split(network: &Network, set: &[usize]) -> Option<u128> {
    let Family::Layers { widths, bias: false, linear: false, kinks: false, degree, .. } = &network.family else {
        return None;
    };
    let form = monomials(*widths.get(1)?, widths.len().checked_sub(3)?, *degree);
    let row = |w: usize| w / widths[0];
    let learned = |i: usize| set.iter().filter(|w| **w < widths[0] * widths[1] && row(**w) == i).count();
    let rows = (0..widths[1]).map(|i| learned(i).min(widths[0] - 1) as u128).sum::<u128>();
    form.checked_mul(widths[widths.len() - 1] as u128)?.checked_add(rows)
}

/// `pnn` and `lffn` without biases, a hidden layer of one unit: what comes into it is a form f in the inputs, of N coefficients (or, on fewer than N samples, N values), and the p labels are C_k f^G, G being
/// the product of the degrees from that layer on. C and f have N + p numbers, and C_k G f^(G−1) δf + f^G δC_k is zero for δf = f, δC = −G C: ρ ≤ N + p − 1.
fn neck(network: &Network, samples: Option<u64>) -> Option<u128> {
    let Chain { widths, degrees } = network.chain.as_ref()?;
    let forms = |layer: usize| {
        let degree = degrees[..layer - 1].iter().try_fold(1u32, |all, degree| all.checked_mul(*degree))?;
        let numbers = monomials(widths[0], 1, degree).min(samples.map_or(u128::MAX, u128::from));
        numbers.checked_add(*widths.last()? as u128 - 1)
    };
    (1..widths.len() - 1).filter(|layer| widths[*layer] == 1).filter_map(forms).min()
}
