//! Directions in weight space along which no label changes, by name: J · v ≡ 0 as identities of polynomials.
//!
//! | name | family | first-order change |
//! |---|---|---|
//! | `G2[i,k]` | `lffn` | W_2 += ε E_ik W_2, b_2 += ε E_ik b_2, W_3 −= ε W_3 E_ik: hidden units of layer 2 are mixed |
//! | `G2[i,i]` | `pnn`, `relu` | unit i of layer 2 is scaled by 1 + ε, its outgoing weights by 1 − degree · ε |
//! | `c2[i]` | `lffn` with biases | b_2\[i\] += ε, b_3 −= ε W_3\[:,i\] |
//! | `G[i,k]` | `lrnn` | W += ε (E_ik W − W E_ik), B += ε E_ik B, D −= ε D E_ik |
//! | `R1[i,k]` | `pnn` with squares, one output, the last hidden layer, here 1 | W_1\[i,:\] += ε w_k W_1\[k,:\], W_1\[k,:\] −= ε w_i W_1\[i,:\], b_1 likewise, w = W_2\[0,:\] |
//! | `x[i;0,1,2]` | `lffn`, `pnn`, `relu` with 2 samples | W_1\[i,\[0,1,2\]\] += ε v with v · x = 0 for both inputs x, by Cramer's rule |
//!
//! In the last row there is one column more than samples; with biases, column d_0 stands for b_1, on which every input is 1.
//! `R` keeps Σ w_i z_i², since w_i z_i · w_k z_k − w_k z_k · w_i z_i = 0. The others are derivatives of exact symmetries of the label map, except the last, which changes no W_1 x + b_1.
//! With kinks, they hold on every activation pattern: scaling commutes with any gate.

use num_bigint::BigInt;

use super::network::{Family, Network, digits};
use super::number::Number;
use super::polynomial::Polynomial;

/// Larger determinants of inputs are not expanded.
const MOST_COLUMNS: usize = 8;

/// The entries of a direction.
///
/// # Errors
/// A name that the network does not have.
pub(super) fn direction(
    network: &Network,
    samples: Option<u64>,
    name: &str,
) -> Result<Vec<(usize, Polynomial)>, String> {
    let unknown = || format!("`{}` is not a gauge direction of the network", name.chars().take(40).collect::<String>());
    let (head, index) = name.strip_suffix(']').and_then(|n| n.split_once('[')).ok_or_else(unknown)?;
    let found = match (&network.family, head) {
        (Family::Layers { .. }, "x") => unseen(network, samples, index),
        (Family::Layers { widths, bias, linear: true, .. }, _) if head.starts_with('c') && *bias => {
            let layer = hidden_layer(head, widths);
            layer.zip(digits(index)).filter(|(l, i)| *i < widths[*l]).map(|(l, i)| shift(network, widths, l, i))
        }
        (Family::Layers { widths, bias, degree, linear, .. }, _) if head.starts_with('G') => {
            let units = hidden_layer(head, widths).zip(pair(index));
            let units = units.filter(|(l, (i, k))| *i < widths[*l] && *k < widths[*l] && (*linear || i == k));
            units.map(|(l, (i, k))| mix(network, widths, *bias, l, (i, k), *degree))
        }
        (Family::Layers { widths, bias, degree: 2, linear: false, .. }, _) if head.starts_with('R') => {
            let last = widths.len() - 2;
            let units = hidden_layer(head, widths).filter(|l| *l == last && widths[last + 1] == 1).zip(pair(index));
            let units = units.filter(|(_, (i, k))| i != k && *i < widths[last] && *k < widths[last]);
            units.map(|(l, units)| rotate(network, widths, *bias, l, units))
        }
        (Family::Recurrent { inputs, hidden, outputs, .. }, "G") => {
            let units = pair(index).filter(|(i, k)| *i < *hidden && *k < *hidden);
            units.map(|units| similarity(network, (*inputs, *hidden, *outputs), units))
        }
        _ => None,
    };
    found.ok_or_else(unknown)
}

fn hidden_layer(head: &str, widths: &[usize]) -> Option<usize> {
    digits(head.get(1..)?).filter(|layer| (1..widths.len() - 1).contains(layer))
}

fn pair(index: &str) -> Option<(usize, usize)> {
    let (i, k) = index.split_once(',')?;
    digits(i).zip(digits(k))
}

fn plus(weight: usize) -> Polynomial {
    Polynomial::variable(weight)
}

fn minus(weight: usize, factor: u32) -> Polynomial {
    Polynomial::variable(weight).scaled(-i64::from(factor))
}

fn mix(
    network: &Network,
    widths: &[usize],
    bias: bool,
    layer: usize,
    (i, k): (usize, usize),
    degree: u32,
) -> Vec<(usize, Polynomial)> {
    let at = |kind: &str, layer: usize, row, column| network.at(&format!("{kind}{layer}"), row, column);
    let rows = (0..widths[layer - 1]).map(|j| (at("W", layer, i, j), plus(at("W", layer, k, j))));
    let biases = bias.then(|| (at("b", layer, i, 0), plus(at("b", layer, k, 0))));
    let next = (0..widths[layer + 1]).map(|o| (at("W", layer + 1, o, k), minus(at("W", layer + 1, o, i), degree)));
    rows.chain(biases).chain(next).collect()
}

fn rotate(
    network: &Network,
    widths: &[usize],
    bias: bool,
    layer: usize,
    (i, k): (usize, usize),
) -> Vec<(usize, Polynomial)> {
    let at = |kind: &str, row, column| network.at(&format!("{kind}{layer}"), row, column);
    let out = |unit| Polynomial::variable(network.at(&format!("W{}", layer + 1), 0, unit));
    let incoming = |unit| {
        let biases = bias.then(|| at("b", unit, 0));
        (0..widths[layer - 1]).map(move |j| at("W", unit, j)).chain(biases)
    };
    let moved = incoming(i).zip(incoming(k));
    moved.flat_map(|(a, b)| [(a, out(k).times(&plus(b))), (b, out(i).times(&minus(a, 1)))]).collect()
}

fn shift(network: &Network, widths: &[usize], layer: usize, i: usize) -> Vec<(usize, Polynomial)> {
    let at = |kind: &str, layer: usize, row, column| network.at(&format!("{kind}{layer}"), row, column);
    let next = (0..widths[layer + 1]).map(|o| (at("b", layer + 1, o, 0), minus(at("W", layer + 1, o, i), 1)));
    std::iter::once((at("b", layer, i, 0), Polynomial::one())).chain(next).collect()
}

fn similarity(network: &Network, (q, n, p): (usize, usize, usize), (i, k): (usize, usize)) -> Vec<(usize, Polynomial)> {
    let rows = (0..n).map(|j| (network.at("W", i, j), plus(network.at("W", k, j))));
    let columns = (0..n).map(|j| (network.at("W", j, k), minus(network.at("W", j, i), 1)));
    let into = (0..q).map(|j| (network.at("B", i, j), plus(network.at("B", k, j))));
    let out = (0..p).map(|o| (network.at("D", o, k), minus(network.at("D", o, i), 1)));
    rows.chain(columns).chain(into).chain(out).collect()
}

/// v_j = (−1)^j det X without column j, for so many columns as there are samples and one more.
fn unseen(network: &Network, samples: Option<u64>, index: &str) -> Option<Vec<(usize, Polynomial)>> {
    let Family::Layers { widths, bias, .. } = &network.family else {
        return None;
    };
    let (unit, columns) = index.split_once(';')?;
    let unit = digits(unit).filter(|u| *u < widths[1])?;
    let columns: Vec<usize> = columns.split(',').map(digits).collect::<Option<_>>()?;
    let rising = columns.windows(2).all(|c| c[0] < c[1]) && columns.last()? < &(widths[0] + usize::from(*bias));
    if !rising || columns.len() > MOST_COLUMNS || samples != Some(columns.len() as u64 - 1) {
        return None;
    }
    let entry = |sample: usize, column: usize| {
        let variable = network.weights + sample * widths[0] + column;
        if column == widths[0] { Polynomial::one() } else { Polynomial::variable(variable) }
    };
    let moved = |(place, column): (usize, &usize)| {
        let left: Vec<usize> = columns.iter().copied().filter(|c| c != column).collect();
        let sign = if place % 2 == 0 { 1 } else { -1 };
        let weight = if *column == widths[0] { network.at("b1", unit, 0) } else { network.at("W1", unit, *column) };
        (weight, determinant(0, &left, &entry).scaled(sign))
    };
    Some(columns.iter().enumerate().map(moved).collect())
}

/// The determinant of the rows from `row` on and some columns, along its first row.
fn determinant(row: usize, columns: &[usize], entry: &dyn Fn(usize, usize) -> Polynomial) -> Polynomial {
    let Some(_) = columns.first() else {
        return Polynomial::constant(BigInt::from(1));
    };
    Polynomial::sum(columns.iter().enumerate().map(|(place, column)| {
        let left: Vec<usize> = columns.iter().copied().filter(|c| c != column).collect();
        let minor = determinant(row + 1, &left, entry);
        entry(row, *column).times(&minor).scaled(if place % 2 == 0 { 1 } else { -1 })
    }))
}

#[cfg(test)]
mod tests {
    use super::super::number::Dual;
    use super::*;

    /// Every name that has a direction.
    fn names(network: &Network, samples: Option<u64>) -> Vec<String> {
        let pairs = || (0..5).flat_map(|i| (0..5).map(move |k| (i, k)));
        let heads = (0..5).flat_map(|l| ["G", "R"].map(|kind| format!("{kind}{l}"))).chain(["G".to_owned()]);
        let mut names: Vec<String> =
            heads.flat_map(|head| pairs().map(move |(i, k)| format!("{head}[{i},{k}]"))).collect();
        names.extend((0..5).flat_map(|l| (0..5).map(move |i| format!("c{l}[{i}]"))));
        for columns in 0..1usize << 5 {
            let list: Vec<String> = (0..5).filter(|c| columns >> c & 1 == 1).map(|c| c.to_string()).collect();
            names.extend((0..5).map(|i| format!("x[{i};{}]", list.join(","))));
        }
        names.retain(|name| direction(network, samples, name).is_ok());
        names
    }

    #[test]
    fn no_label_changes_along_any_direction() {
        let widths = ["2, 2", "1, 2, 1", "2, 2, 2", "2, 3, 1", "3, 2, 2", "1, 2, 2, 1", "2, 2, 2, 2", "2, 1, 2, 1, 2"];
        let layers = |w: &str| {
            let kinds = ["lffn([W])", "lffn([W], bias=True)", "pnn([W], degree=1)", "pnn([W], degree=2)"];
            let more = ["pnn([W], degree=2, bias=True)", "pnn([W], degree=3)", "pnn([W], degree=3, bias=True)"];
            // Powers of powers have too many terms in the deepest.
            let few = if w.len() > 10 { 4 } else { 7 };
            kinds.into_iter().chain(more).take(few).map(|kind| kind.replace('W', w)).collect::<Vec<_>>()
        };
        let recurrent = ["1, 1, 1, 3", "1, 2, 1, 4", "2, 2, 1, 3", "1, 2, 2, 3", "2, 3, 2, 2"].map(|n| {
            let [q, n, p, t] = n.split(", ").collect::<Vec<_>>().try_into().unwrap();
            [", readout=\"all\"", ""].map(|r| format!("lrnn(inputs={q}, hidden={n}, outputs={p}, steps={t}{r})"))
        });
        let mut seen = 0;
        for text in widths.iter().flat_map(|w| layers(w)).chain(recurrent.into_iter().flatten()) {
            let network = Network::parse(&text).unwrap();
            for samples in [None, Some(1), Some(2), Some(3)] {
                super::super::budget::begin(super::super::budget::Limits::STANDARD);
                let (n, size) = (network.weights, network.input_size());
                for name in names(&network, samples) {
                    let mut along: Vec<_> = (0..n).map(|w| Dual(Polynomial::variable(w), Polynomial::zero())).collect();
                    for (weight, entry) in direction(&network, samples, &name).unwrap() {
                        along[weight].1 = along[weight].1.plus(&entry);
                    }
                    assert!(along.iter().any(|w| w.1.is_zero() == Some(false)), "{text}: {name} is zero");
                    for sample in 0..samples.unwrap_or(1) as usize {
                        let entry = |i| Dual(Polynomial::variable(n + sample * size + i), Polynomial::zero());
                        let input: Vec<_> = (0..size).map(entry).collect();
                        for label in network.labels(&along, &input) {
                            assert_eq!(label.1.is_zero(), Some(true), "{text}, {samples:?}: {name}");
                        }
                    }
                    seen += 1;
                }
            }
        }
        assert!(seen > 500, "{seen}");
    }
}
