//! At least k: the columns of an allocation have a k × k minor that is not zero at an integer point.
//!
//! A minor of the Jacobian is a polynomial with integer coefficients in weights and inputs. If its value at an integer point is
//! not zero modulo a prime, its value is not zero, so it is not the zero polynomial, and the generic rank is at least k. For
//! m samples there are at most m inputs. Functional dimensions are at least those on any inputs, so there any inputs will do.
//!
//! With kinks, the dimension is the largest over activation patterns of the rank of the map with that pattern's gates, which is
//! polynomial. The point's pattern is decided by exact signs; none is 0, so the pattern holds on an open set around the point.

use super::super::number::rank;
use super::super::proof::{Fact, Fault, Proof, ensure, is_subset, limit, modular};

pub(super) fn point(proof: &mut Proof, step: u64, weights: &[i64], inputs: &[Vec<i64>]) -> Result<(), Fault> {
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
    let inputs = inputs.iter().map(|x| modular(x)).collect();
    proof.state(step, Fact::Point { weights: modular(weights), inputs, gates }, "a point".to_owned())
}

pub(super) fn minor(
    proof: &mut Proof,
    step: u64,
    (of, at_least): (&str, usize),
    point: u64,
    rows: &[usize],
    columns: &str,
) -> Result<(), Fault> {
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
