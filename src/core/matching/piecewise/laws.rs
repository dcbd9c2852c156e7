//! What is proved of match probabilities of networks with kinks; the proofs are in `docs/relu.md`. Everything here is about
//! draws with a density that does not vanish near 0, and about learnable weights in the last two layers.
//!
//! - *Memorising.* One hidden layer, units with at least two incoming weights: MP = 1 for m ≤ k, where k units have all outgoing
//!   and at least one incoming weight learnable; for m ≤ k + 1 if all output biases learn, too.
//! - *Stray bias.* MP = 0 if an output with a frozen bias sees no learnable weight.
//! - *Counting.* One hidden layer: MP = 0 if on no pair of activation patterns the teacher's labels lie in the span of what
//!   the student can reach, see [`super::count`].
//! - *Silence.* MP > 0 without biases, and if all output biases learn.
//! - *Cone.* Let no hidden unit have both a learnable weight to output k and a learnable incoming weight. Then MP < 1 if that
//!   output has no learnable bias; if it has one, for m ≥ 2 where no incoming weights learn at all, and for m ≥ d + 2
//!   where there is one hidden layer.

use crate::allocation::Allocation;
use crate::matching::answer::{Reason, Verdict};
use crate::network::Samples;

use super::count::never_enough;
use crate::matching::shallow::Shallow;

/// A verdict, where a law gives one.
pub(in crate::matching) fn ruling(
    shallow: &Shallow,
    allocation: &Allocation,
    samples: Samples,
) -> Option<(Verdict, Reason)> {
    let m = shallow.network.probe_inputs(samples);
    if m <= memorised(shallow, allocation) {
        return Some((Verdict::One, Reason::Memorising));
    }
    if has_stray_bias(shallow, allocation) {
        return Some((Verdict::Zero, Reason::StrayBias));
    }
    if may_be_silent(shallow, allocation) {
        let below = may_be_a_cone(shallow, allocation, m);
        return below.then_some((Verdict::Fractional, Reason::SilenceAndCone));
    }
    never_enough(shallow, allocation, m).then_some((Verdict::Zero, Reason::Counting))
}

/// Whether MP < 1 by the cone law.
pub(in crate::matching) fn is_below_one(shallow: &Shallow, allocation: &Allocation, samples: Samples) -> bool {
    may_be_a_cone(shallow, allocation, shallow.network.probe_inputs(samples))
}

/// So many samples are matched whatever the labels are.
pub(in crate::matching) fn memorised(shallow: &Shallow, allocation: &Allocation) -> usize {
    let incoming = shallow.units.first().map_or(0, |u| u.incoming.len() + usize::from(u.bias.is_some()));
    if shallow.layer != 1 || incoming < 2 {
        return 0;
    }
    let all = |weights: &[usize]| weights.iter().all(|w| allocation.contains(*w));
    let free = shallow.units.iter().filter(|u| all(&u.outgoing) && !u.learns(allocation).is_empty()).count();
    free + usize::from(shallow.biases.as_ref().is_some_and(|b| all(b)))
}

fn has_stray_bias(shallow: &Shallow, allocation: &Allocation) -> bool {
    shallow.biases.is_some()
        && shallow.units.iter().all(|u| u.learns(allocation).is_empty())
        && (0..shallow.outputs()).any(|k| {
            let reaches = |u: &crate::matching::shallow::Unit| allocation.contains(u.outgoing[k]);
            !shallow.bias_learns(k, allocation) && !shallow.units.iter().any(reaches)
        })
}

fn may_be_silent(shallow: &Shallow, allocation: &Allocation) -> bool {
    (0..shallow.outputs()).all(|k| shallow.biases.is_none() || shallow.bias_learns(k, allocation))
}

fn may_be_a_cone(shallow: &Shallow, allocation: &Allocation, m: usize) -> bool {
    let fixed = shallow.units.iter().all(|u| u.learns(allocation).is_empty());
    let enough = match (shallow.layer, fixed) {
        (_, true) => 2,
        (1, false) => shallow.network.input_size() + 2,
        _ => usize::MAX,
    };
    (0..shallow.outputs())
        .any(|k| shallow.is_single(k, allocation) && (m >= enough || !shallow.bias_learns(k, allocation)))
}
