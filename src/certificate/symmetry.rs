//! Exchanges of neighbouring units of a layer, as permutations of weights.

use crate::network::Network;

/// The permutations that exchange two neighbouring units: where each weight goes.
pub(super) fn exchanges(network: &Network) -> Vec<Vec<usize>> {
    let shapes = network.shapes();
    // For each kind of unit: how many, the tensors whose rows belong to them, and those whose columns do.
    let name = |kind: &str, layer: usize| format!("{kind}{layer}");
    let kinds: Vec<(usize, Vec<String>, Vec<String>)> = match (&shapes.widths, shapes.hidden) {
        (Some(widths), _) => {
            let kind = |(l, d): (usize, &usize)| (*d, vec![name("W", l), name("b", l)], vec![name("W", l + 1)]);
            widths.iter().enumerate().map(kind).collect()
        }
        (None, Some(hidden)) => {
            let names = |list: &[&str]| list.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
            vec![
                (shapes.inputs, names(&[]), names(&["B"])),
                (hidden, names(&["B", "W"]), names(&["D", "W"])),
                (shapes.outputs, names(&["D"]), names(&[])),
            ]
        }
        _ => Vec::new(),
    };
    let pairs = kinds.iter().flat_map(|(count, rows, columns)| (1..*count).map(move |i| (i, rows, columns)));
    pairs.map(|(i, rows, columns)| exchange(network, i, rows, columns)).collect()
}

/// Where each weight goes when units i − 1 and i are exchanged.
fn exchange(network: &Network, i: usize, rows: &[String], columns: &[String]) -> Vec<usize> {
    let other = |unit: usize| {
        if unit == i {
            i - 1
        } else if unit + 1 == i {
            i
        } else {
            unit
        }
    };
    let image = |w: usize| {
        let weight = network.layout().weight(w);
        let row = if rows.contains(&weight.tensor.name) { other(weight.row) } else { weight.row };
        let moved = columns.contains(&weight.tensor.name);
        weight.tensor.position(row, if moved { other(weight.column) } else { weight.column })
    };
    (0..network.weights()).map(image).collect()
}

/// All sets that permutations make of a set, as bits.
pub(super) fn orbit(set: u32, permutations: &[Vec<usize>]) -> Vec<u32> {
    let mut found = std::collections::BTreeSet::from([set]);
    let mut open = vec![set];
    while let Some(set) = open.pop() {
        for permutation in permutations {
            let bits = (0..32).filter(|w| set >> w & 1 == 1);
            let image = bits.fold(0, |image, w| image | 1 << permutation[w]);
            if found.insert(image) {
                open.push(image);
            }
        }
    }
    found.into_iter().collect()
}
