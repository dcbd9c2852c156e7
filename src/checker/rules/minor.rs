//! At least k: the columns of an allocation have a k × k minor that is not zero at an integer point.
//!
//! A minor of the Jacobian is a polynomial with integer coefficients in weights and inputs. If its value at an integer point is
//! not zero modulo a prime, its value is not zero, so it is not the zero polynomial, and the generic rank is at least k. For
//! m samples there are at most m inputs. Functional dimensions are at least those on any inputs, so there any inputs will do.
//!
//! With kinks, the dimension is the largest over activation patterns of the rank of the map with that pattern's gates, which is
//! polynomial. The point's pattern is decided by exact signs; none is 0, so the pattern holds on an open set around the point.
//!
//! With exponentials and logarithms the point has numbers for them, one for all inputs where they depend on none. Minors are
//! rational functions of weights, inputs, and these; nothing is divided by zero at the point. Where a step says that all of them are
//! algebraically independent on so many inputs, a minor that is not zero there is not the zero function ([`independent`](super::independent)).

use super::super::budget::hold;
use super::super::network::Network;
use super::super::number::{Modular, rank};
use super::super::proof::{Fact, Fault, Proof, ensure, fixed, is_subset, limit, modular};

pub(super) fn point(
    proof: &mut Proof,
    step: u64,
    (weights, inputs): (&[i64], &[Vec<i64>]),
    functions: &[Vec<i64>],
) -> Result<(), Fault> {
    let network = proof.network()?;
    ensure(weights.len() == network.weights, "the point has not as many weights as the network")?;
    let size = network.input_size();
    ensure(inputs.iter().all(|x| x.len() == size), "an input of the point has not the network's size")?;
    let few = proof.samples.is_none_or(|m| inputs.len() as u64 <= m);
    ensure(few, "the point has more inputs than there are samples")?;
    let mut gates = Vec::new();
    if network.has_kinks() {
        limit(network.operations().saturating_mul(inputs.len()))?;
        for x in inputs {
            let signs = network.signs(weights, x);
            let signs = signs.ok_or_else(|| Fault::Limit("a pre-activation of more than 127 bits".to_owned()))?;
            ensure(signs.iter().all(|s| *s != 0), "a pre-activation is 0: the point is on the border of its pattern")?;
            gates.push(signs.iter().map(|s| *s > 0).collect());
        }
    }
    let (weights, inputs) = (modular(weights), inputs.iter().map(|x| modular(x)).collect::<Vec<_>>());
    if network.is_analytic() {
        limit(network.operations().saturating_mul(2 * inputs.len()))?;
    }
    let _held = hold((8 * network.program.functions().len()).saturating_mul(inputs.len()) as u64)?;
    let functions = numbers(network, functions, inputs.len())?;
    if network.is_analytic() {
        for (x, numbers) in inputs.iter().zip(&functions) {
            let defined = network.with_functions(&fixed(&weights), &fixed(x), numbers, |_| {}).is_some();
            ensure(defined, "something is divided by zero at the point, or a logarithm taken of zero")?;
        }
    }
    proof.state(step, Fact::Point { weights, inputs, gates, functions }, "a point".to_owned())
}

/// For each input the numbers of all exponentials and logarithms in their order, from a list for those that depend on no input,
/// and one for each input.
fn numbers(network: &Network, lists: &[Vec<i64>], inputs: usize) -> Result<Vec<Vec<Modular>>, Fault> {
    if !network.is_analytic() || network.program.functions().is_empty() {
        ensure(lists.is_empty(), "the network has no exponentials or logarithms")?;
        return Ok(vec![Vec::new(); if network.is_analytic() { inputs } else { 0 }]);
    }
    let sees = network.program.functions();
    let own = sees.iter().filter(|sees| **sees).count();
    let lengths = std::iter::once(sees.len() - own).chain(std::iter::repeat_n(own, inputs));
    let fits = lists.iter().map(Vec::len).eq(lengths);
    ensure(fits, "the point has not a number for each exponential and logarithm")?;
    let lists: Vec<Vec<Modular>> = lists.iter().map(|list| modular(list)).collect();
    let zero = lists.iter().flatten().any(|number| number.is_zero());
    ensure(!zero, "a number that stands for an exponential or a logarithm is zero")?;
    let Some((shared, each)) = lists.split_first() else { return Ok(Vec::new()) };
    let in_order = |list: &Vec<Modular>| {
        let (mut shared, mut list) = (shared.iter(), list.iter());
        sees.iter().filter_map(|sees| if *sees { list.next() } else { shared.next() }).copied().collect()
    };
    Ok(each.iter().map(in_order).collect())
}

pub(super) fn minor(
    proof: &mut Proof,
    step: u64,
    (of, at_least): (&str, usize),
    (point, independent): (u64, Option<u64>),
    rows: &[usize],
    columns: &str,
) -> Result<(), Fault> {
    proof.ensure_independent(independent, proof.point(point)?.1.len())?;
    let set = proof.allocation(of)?;
    let columns = proof.allocation(columns)?;
    ensure(is_subset(&columns, &set), "a column of the minor is not in the allocation")?;
    ensure(columns.len() == at_least && rows.len() == at_least, "the minor has not so many rows and columns")?;
    let labels = proof.labels_at(point)?;
    ensure(rows.iter().all(|r| *r < labels), "a row of the minor is not a label")?;
    limit(at_least.saturating_pow(3))?;
    let jacobian = proof.columns(point, &columns)?;
    let minor = jacobian.iter().map(|column| rows.iter().map(|r| column[*r]).collect()).collect();
    ensure(rank(minor) == at_least, "the minor is zero")?;
    proof.state(step, Fact::AtLeast(set, at_least), format!("the dimension of {of} is at least {at_least}"))
}
