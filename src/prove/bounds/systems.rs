//! Bounds for recurrent networks from the theory of linear systems. Their proofs stand in the checker and in
//! `docs/certificate-format.md`.

use std::collections::BTreeSet;

use allocert_core::allocation::Allocation;
use allocert_core::network::{Network, Samples, Shapes};

/// Every bound of this kind, with its name.
pub(super) fn bounds(network: &Network, samples: Samples, set: &Allocation) -> Vec<(&'static str, usize)> {
    let shapes = network.shapes();
    match (shapes.hidden, shapes.steps) {
        (Some(n), Some(t)) => of_system(network, samples, set, &shapes, (n, t)),
        _ => Vec::new(),
    }
}

/// What of a linear system is frozen with these weights learnable, in words.
pub(super) fn frozen(network: &Network, set: &Allocation) -> String {
    let [d, b, w] = ["D", "B", "W"].map(|name| places(network, set, name));
    let poles = if w.count == 0 { Some("the poles") } else { None };
    let trace = (w.count > 0 && !w.diagonal).then_some("the trace of W");
    let first = (d.count + b.count == 0).then_some("the first label D B");
    let frozen: Vec<&str> = [poles, trace, first].into_iter().flatten().collect();
    if frozen.is_empty() {
        return "a minimal system has no more parameters".to_owned();
    }
    let verb = if frozen.len() == 1 && poles.is_none() { "is" } else { "are" };
    format!("{} {verb} frozen", frozen.join(" and "))
}

/// Some weights of a tensor: the numbers of rows and of columns that they lie in, and how many there are.
struct Places {
    rows: BTreeSet<usize>,
    columns: BTreeSet<usize>,
    count: usize,
    diagonal: bool,
}

fn places(network: &Network, set: &Allocation, tensor: &str) -> Places {
    let inside: Vec<_> = set.iter().map(|w| network.layout().weight(w)).filter(|w| w.tensor.name == tensor).collect();
    Places {
        rows: inside.iter().map(|w| w.row).collect(),
        columns: inside.iter().map(|w| w.column).collect(),
        count: inside.len(),
        diagonal: inside.iter().any(|w| w.row == w.column),
    }
}

fn of_system(
    network: &Network,
    samples: Samples,
    set: &Allocation,
    shapes: &Shapes,
    (n, t): (usize, usize),
) -> Vec<(&'static str, usize)> {
    let [d, b, w] = ["D", "B", "W"].map(|name| places(network, set, name));
    // What is frozen shows no more than n outputs or inputs.
    let p = if d.count == 0 { n.min(shapes.outputs) } else { shapes.outputs };
    let q = if b.count == 0 { n.min(shapes.inputs) } else { shapes.inputs };
    // With W alone the first Markov parameter does not move.
    let first = if d.count + b.count == 0 { p * q } else { 0 };
    let moved = w.count.min(if w.diagonal { n } else { n - 1 });
    let poles = |p: usize| n * (p + q) - n + moved - first;
    let realization =
        |p: usize| balanced(n, p).flat_map(|a| balanced(n, q).map(move |b| t.min(a + b))).sum::<usize>() - first;
    let mut bounds = vec![("poles", poles(p)), ("realization", realization(p)), ("blocks", blocks(network, set, n))];
    let labels = |m: u64| usize::try_from(m).ok()?.checked_mul(if shapes.readout == Some("all") { t } else { 1 });
    let shown = samples.count().map_or(Some(usize::MAX), labels).unwrap_or(usize::MAX);
    if p > n {
        let states = d.columns.len().min(t * q).min(shown);
        let first_rows = n.saturating_mul(shown).min(poles(n)).min(realization(n));
        bounds.push(("surplus", first_rows + (p - n) * states));
    }
    if shapes.readout == Some("all") && samples.count().is_some() {
        let one = shown.min(n + q * (n / p));
        bounds.push(("observer", (n % p).saturating_mul(shown).saturating_add((p - n % p) * one)));
    }
    if let Some(m) = samples.count() {
        bounds.push(("signals", signals(network, set, shapes, m)));
        bounds.extend(unit(network, set, shapes, m).map(|bound| ("unit", bound)));
    }
    bounds
}

/// Each output, or hidden unit if D is frozen, moves in a span of rows of states and inputs, at each step that is read out.
fn signals(network: &Network, set: &Allocation, shapes: &Shapes, samples: u64) -> usize {
    let (m, steps, q) = (usize::try_from(samples).unwrap_or(usize::MAX), shapes.steps.unwrap_or(0), shapes.inputs);
    let inside =
        |tensor: &'static str| set.iter().map(|w| network.layout().weight(w)).filter(move |w| w.tensor.name == tensor);
    let in_row = |tensor, row| inside(tensor).filter(|w| w.row == row).count();
    let columns = |tensor| inside(tensor).map(|w| w.column).collect::<BTreeSet<_>>().len();
    let (c, u) = (columns("B"), columns("W"));
    let first = if shapes.readout == Some("all") { 1 } else { steps };
    let span = |states: bool, row: usize, step: usize| {
        let (own, near) = if states { (in_row("B", row), in_row("W", row)) } else { (c, u) };
        let before = if step > 1 { q.min(near + c) + (step - 2) * q.min(u + c) } else { 0 };
        m.min(in_row("D", row) + own + before)
    };
    let total = |states, rows: usize| -> usize {
        (0..rows).map(|row| (first..=steps).map(|step| span(states, row, step)).sum::<usize>()).sum()
    };
    let outputs = total(false, shapes.outputs);
    if inside("D").next().is_none() { outputs.min(total(true, shapes.hidden.unwrap_or(0))) } else { outputs }
}

/// Directions that move the states along one vector only: along a unit, or where all outputs with frozen weights do not see it.
fn unit(network: &Network, set: &Allocation, shapes: &Shapes, samples: u64) -> Option<usize> {
    let (n, t) = (shapes.hidden.filter(|n| *n > 1)?, shapes.steps.filter(|t| *t > 1)?);
    let m = usize::try_from(samples).unwrap_or(usize::MAX).min(set.size());
    let all = shapes.readout == Some("all");
    let complement = set.complement();
    let [d, b, w] = ["D", "B", "W"].map(|tensor| {
        let weights = complement.iter().map(|w| network.layout().weight(w));
        weights.filter(|w| w.tensor.name == tensor).map(|w| (w.row, w.column)).collect::<BTreeSet<_>>()
    });
    let beyond = |unknowns: [usize; 2]| unknowns[0].saturating_sub(m * t).max(unknowns[1].saturating_sub(m * (t - 1)));
    // Unknowns of a column of W and D: of all of them, and of those that leave the states before the last as they are.
    let along = |i: usize| {
        let mut unknowns = [(0..shapes.inputs).filter(|j| !b.contains(&(i, *j))).count(), 0];
        for j in 0..n {
            let (own, seen) = (w.contains(&(i, j)), d.iter().any(|place| place.1 == j));
            let others = w.iter().any(|place| place.1 == j && place.0 != i) || all && seen;
            let read = usize::from(!all && !seen);
            unknowns[0] += read + 2 - usize::from(own) - usize::from(others);
            unknowns[1] += read + 1 - usize::from(own);
        }
        beyond(unknowns)
    };
    let mut most = (0..n).map(along).max()?;
    if d.iter().map(|place| place.0).collect::<BTreeSet<_>>().len() < n.min(shapes.outputs) {
        let free = (0..shapes.inputs).filter(|j| b.iter().all(|place| place.1 != *j)).count();
        let frozen = (0..n).map(|j| w.iter().filter(|place| place.1 == j).count());
        let read = if all { 0 } else { n };
        let unknowns = frozen.fold([free + read, read], |[moving, still], f| {
            [moving + 2usize.saturating_sub(f), still + usize::from(f == 0)]
        });
        most = most.max(beyond(unknowns));
    }
    Some(set.size() - most)
}

/// All but rows of D, columns of B and a block of W.
fn blocks(network: &Network, set: &Allocation, n: usize) -> usize {
    let frozen = set.complement();
    let [d, b, w] = ["D", "B", "W"].map(|name| places(network, &frozen, name));
    let (a, b) = (n.saturating_sub(d.rows.len()), n.saturating_sub(b.columns.len()));
    let (k, c) = (w.rows.len(), w.columns.len());
    let commuting = if [a, b, k, c] == [n; 4] { n } else { 0 };
    set.size() - directions((k, a), (b, c)).max(commuting)
}

/// The number of solutions M of A_1 M P_1 = A_2 M P_2 with generic k × a and b × c pencils.
fn directions((k, a): (usize, usize), (b, c): (usize, usize)) -> usize {
    let pairs = |low: (usize, usize), high: (usize, usize)| -> usize {
        balanced(low.0, low.1).flat_map(|e| balanced(high.0, high.1).map(move |h| h.saturating_sub(e))).sum()
    };
    if a == 0 || b == 0 {
        0
    } else if k < a && c > b {
        pairs((k, a - k), (b, c - b))
    } else if k > a && c < b {
        pairs((c, b - c), (a, k - a))
    } else {
        (a * b).saturating_sub(k * c)
    }
}

/// The balanced partition of a number.
fn balanced(number: usize, parts: usize) -> impl Iterator<Item = usize> {
    (0..parts).map(move |part| number / parts + usize::from(part < number % parts))
}
