//! What is proved of match probabilities of networks with kinks; the proofs are in `docs/relu.md`. Everything here is about
//! draws with a density that does not vanish near 0, and about learnable weights in the last two layers.
//!
//! - *Memorising.* One hidden layer, units with at least two incoming weights: MP = 1 for m ≤ k, where k units have all outgoing
//!   and at least one incoming weight learnable; for m ≤ k + 1 if all output biases learn, too.
//!   With all output biases, d + 1 of them for as many units as outputs that have all incoming weights and a bias learnable.
//! - *One sample.* MP = 1 for m = 1 if each output has a learnable bias, or a learnable weight from a unit with a learnable
//!   incoming one.
//! - *Lifting.* MP = 1 if all output biases learn, and as many units as outputs have at least m learnable incoming weights.
//!   With one output also if one unit has so many, and another one its bias and its outgoing weight learnable.
//! - *Monotone.* One input, one output: MP = 1 for m ≤ 3 if the output bias learns, all of one unit, and the slope of another.
//! - *One sign.* One output: MP = 1 if a unit has its outgoing and at least m incoming weights learnable, and another one at
//!   least m − 1, and at least one, of its incoming weights.
//! - *Two sides.* One input, no biases: MP = 1 if two units have all outgoing weights learnable, and one of them its incoming
//!   one.
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
use crate::matching::shallow::{Shallow, Unit};

/// What laws say of a match probability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::matching) enum Bounds {
    /// What it is.
    Settled(Verdict, Reason),
    /// Whether it is above 0 (silence), and whether it is below 1 (cone).
    Between { positive: bool, below_one: bool },
}

/// What the laws say.
pub(in crate::matching) fn bounds(shallow: &Shallow, allocation: &Allocation, samples: Samples) -> Bounds {
    let m = shallow.network.probe_inputs(samples);
    if m <= memorised(shallow, allocation) {
        return Bounds::Settled(Verdict::One, Reason::Memorising);
    }
    if let Some(reason) = certain(shallow, allocation, m) {
        return Bounds::Settled(Verdict::One, reason);
    }
    if has_stray_bias(shallow, allocation) {
        return Bounds::Settled(Verdict::Zero, Reason::StrayBias);
    }
    let (positive, below_one) = (may_be_silent(shallow, allocation), may_be_a_cone(shallow, allocation, m));
    if positive && below_one {
        return Bounds::Settled(Verdict::Fractional, Reason::SilenceAndCone);
    }
    if !positive && never_enough(shallow, allocation, m) {
        return Bounds::Settled(Verdict::Zero, Reason::Counting);
    }
    Bounds::Between { positive, below_one }
}

/// So many samples are matched whatever the labels are.
pub(in crate::matching) fn memorised(shallow: &Shallow, allocation: &Allocation) -> usize {
    let incoming = shallow.units.first().map_or(0, |u| u.incoming.len() + usize::from(u.bias.is_some()));
    if shallow.layer != 1 || incoming < 2 {
        return 0;
    }
    let all = |weights: &[usize]| weights.iter().all(|w| allocation.contains(*w));
    let is_free = |u: &&Unit| all(&u.outgoing) && !u.learns(allocation).is_empty();
    let free = shallow.units.iter().filter(is_free).count();
    if !shallow.biases.as_ref().is_some_and(|b| all(b)) {
        return free;
    }
    // As many units as there are outputs, all of whose incoming weights learn, make any affine functions; better those that
    // are not free for themselves.
    let is_whole = |u: &&Unit| u.bias.is_some() && u.learns(allocation).len() == incoming;
    let (spare, used): (Vec<&Unit>, Vec<&Unit>) = shallow.units.iter().filter(is_whole).partition(|u| !is_free(u));
    let missing = shallow.outputs().saturating_sub(spare.len());
    let affine = (missing <= used.len()).then(|| free - missing + incoming);
    affine.unwrap_or(0).max(free + 1)
}

/// A law by which the probability is 1.
fn certain(shallow: &Shallow, allocation: &Allocation, m: usize) -> Option<Reason> {
    let outputs = shallow.outputs();
    let learns = |u: &Unit| u.learns(allocation).len();
    if shallow.layer != 1 {
        return None;
    }
    let reached = |k: usize| {
        let by = |u: &Unit| allocation.contains(u.outgoing[k]) && learns(u) > 0;
        shallow.bias_learns(k, allocation) || shallow.units.iter().any(by)
    };
    if m == 1 && (0..outputs).all(reached) {
        return Some(Reason::OneSample);
    }
    let takes = |least: usize| shallow.units.iter().filter(move |u| learns(u) >= least);
    if (0..outputs).all(|k| shallow.bias_learns(k, allocation)) && takes(m).count() >= outputs {
        return Some(Reason::Lifting);
    }
    let all = |u: &Unit| u.outgoing.iter().all(|w| allocation.contains(*w));
    let may_lift = |u: &Unit| all(u) && u.bias.is_some_and(|b| allocation.contains(b));
    let lifted = |j: usize| (0..shallow.units.len()).any(|i| i != j && may_lift(&shallow.units[i]));
    if outputs == 1 && (0..shallow.units.len()).any(|j| learns(&shallow.units[j]) >= m && lifted(j)) {
        return Some(Reason::Lifting);
    }
    let sloped = |j: usize| {
        let other = |i: usize| i != j && allocation.contains(shallow.units[i].incoming[0]);
        (0..shallow.units.len()).any(other)
    };
    let is_whole = |u: &Unit| all(u) && u.bias.is_some() && learns(u) == 2;
    let mut whole = (0..shallow.units.len()).filter(|j| is_whole(&shallow.units[*j]));
    let one_to_one = shallow.network.input_size() == 1 && outputs == 1 && shallow.bias_learns(0, allocation);
    if m <= 3 && one_to_one && whole.any(sloped) {
        return Some(Reason::Monotone);
    }
    if outputs == 1 && takes(m).any(all) && takes(m.saturating_sub(1).max(1)).count() >= 2 {
        return Some(Reason::OneSigned);
    }
    let free = shallow.units.iter().filter(|u| all(u));
    let one_input = shallow.network.input_size() == 1 && shallow.biases.is_none();
    let kinds = free.fold((0, 0), |(both, some), u| (both + usize::from(learns(u) > 0), some + 1));
    (one_input && kinds.0 >= 1 && kinds.1 >= 2).then_some(Reason::TwoSides)
}

fn has_stray_bias(shallow: &Shallow, allocation: &Allocation) -> bool {
    shallow.biases.is_some()
        && shallow.units.iter().all(|u| u.learns(allocation).is_empty())
        && (0..shallow.outputs()).any(|k| {
            let reaches = |u: &Unit| allocation.contains(u.outgoing[k]);
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
