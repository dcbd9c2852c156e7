//! Certificates' programs of networks that are no families, and what is true of them.

use std::collections::HashMap;

use allocert_core::algebra::Matrix;
use allocert_core::allocation::Allocation;
use allocert_core::control::Control;
use allocert_core::network::{Network, Samples};
use allocert_core::number::PrimeField;
use allocert_core::program::{Program, Values};
use allocert_core::reach::rank;
use allocert_core::transcendence::Plan;
use allocert_format::{Rule, Step};
use allocert_prove::of_rank;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::SETTINGS;
use super::truth::{Said, said};

/// Networks that are no family, of which the first has the label map of one.
pub fn own_networks() -> Vec<Network> {
    let net = |text: &str| -> Network { text.parse().unwrap() };
    let number = |n: i32, d: i32| rug::Rational::from((n, d));
    vec![
        net("lffn([1, 1, 2])").pin(&[]).unwrap(),
        net("lffn([2, 2, 1])").pin(&[(0, number(-1, 2)), (5, number(1, 1))]).unwrap(),
        net("pnn([2, 2, 1], degree=2)").tie(&[vec![0, 3], vec![4, 5]]).unwrap(),
        net("lrnn(1, 1, 1, 3)").observe(&[0]).unwrap(),
        net("relu([1, 1, 1], bias=True)").pin(&[(3, number(0, 1))]).unwrap(),
    ]
}

/// Networks with exponentials, logarithms and quotients.
pub fn analytic_networks() -> Vec<Network> {
    let texts = [
        "mlp([1, 2, 1], \"tanh\")",
        "mlp([1, 1, 1], \"softplus\", bias = True)",
        "attention(2, 1, tokens = 2, kind = \"softmax\")",
    ];
    texts.map(|text| allocert_claims::network(text).unwrap()).into()
}

/// The step with the program of a network that is no family.
pub fn program(network: &Network) -> Option<Rule> {
    let answer =
        rank(network, &Allocation::none(network.weights()), Samples::Count(1), SETTINGS, &Control::unlimited())
            .unwrap();
    let text = of_rank(&answer).unwrap();
    let first: Step = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
    matches!(first.by, Rule::Program { .. }).then_some(first.by)
}

/// The dimension of some weights of a carried program without kinks, at random points modulo a prime; nothing with kinks.
pub fn dimension_of_program(text: &str, samples: Option<u64>, of: &str) -> Option<usize> {
    let start = text.find("program with ").unwrap();
    let program: Program = text[start..].parse().unwrap();
    let program = if program.is_polynomial() { program.integral().unwrap().0 } else { program };
    let mut names: HashMap<String, usize> = HashMap::new();
    let mut tensors: HashMap<String, Vec<usize>> = HashMap::new();
    for line in text[..start].lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let (name, axes) = words[1].strip_suffix(']').and_then(|w| w.split_once('[')).unwrap_or((words[1], ""));
        let axes: Vec<usize> = axes.split(',').filter_map(|axis| axis.parse().ok()).collect();
        for (place, weight) in words[2..].iter().enumerate().filter_map(|(p, w)| Some((p, w.strip_prefix('w')?))) {
            let mut left = place;
            let index = |length: &usize| (left % length, left /= length).0.to_string();
            let mut indices: Vec<String> = axes.iter().rev().map(index).collect();
            indices.reverse();
            let weight: usize = weight.parse().unwrap();
            let index = if axes.is_empty() { String::new() } else { format!("[{}]", indices.join(",")) };
            names.insert(format!("{name}{index}"), weight);
            tensors.entry(name.to_owned()).or_default().push(weight);
        }
    }
    let n = program.weights();
    let item = |item: &str| match item {
        "all" => (0..n).collect(),
        "none" => Vec::new(),
        _ => names.get(item).map(|w| vec![*w]).unwrap_or_else(|| tensors.get(item).cloned().unwrap_or_default()),
    };
    let set = Allocation::of(n, of.split(' ').flat_map(item));
    let few = samples.unwrap_or(n as u64).min(n as u64);
    if !program.is_polynomial() {
        let rows_of = |field: &PrimeField, values: &Values<u64>| {
            let part = program.jacobian(field, values);
            (0..part.rows()).map(|row| set.iter().map(|w| part.row(row)[w]).collect()).collect::<Vec<Vec<u64>>>()
        };
        let plan = Plan::new(&program, few as usize, 5).ok()?;
        let (field, at) = plan.point(&program, &mut ChaCha12Rng::seed_from_u64(11)).ok()?;
        let rows: Vec<Vec<u64>> = at.values.iter().flat_map(|values| rows_of(&field, values)).collect();
        return Some(allocert_core::algebra::rank(&field, &Matrix::from_rows(set.size(), rows)));
    }
    let field = PrimeField::new(PrimeField::MERSENNE_61).unwrap();
    let mut random = ChaCha12Rng::seed_from_u64(7);
    let mut point = |count: usize| (0..count).map(|_| field.enter(random.next_u64() >> 3)).collect::<Vec<u64>>();
    let weights = point(n);
    if program.gates() > 0 {
        return None;
    }
    let mut rows = Vec::new();
    for _ in 0..few {
        let values = program.evaluate(&field, &weights, &point(program.inputs())).unwrap();
        let part = program.jacobian(&field, &values);
        rows.extend((0..part.rows()).map(|row| set.iter().map(|w| part.row(row)[w]).collect::<Vec<u64>>()));
    }
    Some(allocert_core::algebra::rank(&field, &Matrix::from_rows(set.size(), rows)))
}

/// Whether a statement about a carried program is true; nothing if this cannot tell.
pub fn of_program(text: &str, samples: Option<u64>, statement: &str) -> Option<bool> {
    let dim = |of: &str| dimension_of_program(text, samples, of);
    match said(statement)? {
        Said::Bounds(of, least, most) => Some((least..=most).contains(&dim(&of)?)),
        Said::Match(of, low, high) => Some(if dim(&of)? == dim("all")? { high > 0 } else { low == 0 }),
        Said::Table(..) | Said::Condition { .. } => None,
    }
}
