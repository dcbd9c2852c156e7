//! Bounds put together: a dimension is known when both bounds agree; an allocation spans exactly if its dimension is the
//! teacher's, that of all weights.

use super::super::proof::{Fact, Fault, Proof, ensure};

pub(super) fn dimension(
    proof: &mut Proof,
    step: u64,
    (of, dim): (&str, usize),
    least: u64,
    most: u64,
) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    ensure(proof.at_least(least)? == (set.as_slice(), dim), "the lower bound is another one")?;
    ensure(proof.at_most(most)? == (set.as_slice(), dim), "the upper bound is another one")?;
    proof.state(step, Fact::Dimension(set, dim), format!("the dimension of {of} is {dim}"))
}

pub(super) fn spans(proof: &mut Proof, step: u64, (of, spans): (&str, bool), from: (u64, u64)) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    let all: Vec<usize> = (0..proof.network()?.weights).collect();
    let (this, teacher) = if spans {
        (proof.at_least(from.0)?, proof.at_most(from.1)?)
    } else {
        (proof.at_most(from.0)?, proof.at_least(from.1)?)
    };
    ensure(this.0 == set && teacher.0 == all, "the bounds are about other sets")?;
    let follows = if spans { this.1 >= teacher.1 } else { this.1 < teacher.1 };
    ensure(follows, "it does not follow from the two dimensions")?;
    let verb = if spans { "spans" } else { "does not span" };
    proof.state(step, Fact::Spans(set, spans), format!("{of} {verb}"))
}
