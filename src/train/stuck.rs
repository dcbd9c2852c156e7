//! Why a run stands still in a network with kinks: units that are dead, or at their kink.
//!
//! A unit is *dead* if it is inactive at every input. While it is, the learnable weights that reach the labels through dead
//! units only move nothing: their columns of the Jacobian are 0, and no step brings the unit back. At a *kink* the slope on
//! one side leads down to it, and that on the other side, too: no gradient is 0, and still no step makes the loss smaller.

use allocert_core::network::Network;
use allocert_core::number::Floats;

use super::objective::Objective;
use super::trainer::End;

/// A pre-activation is at its kink below this, against 1 or the largest one that learnable weights move.
const NEAR: f64 = 1e-6;

/// The end of a run that stands at `weights`, the learnable ones; `all` are those of the student. A run that did not stand still, and
/// any of a network without kinks, ends as it did.
pub(super) fn reason(
    end: End,
    (network, inputs): (&Network, &[Vec<f64>]),
    objective: &mut Objective<'_>,
    all: &[f64],
    weights: &[f64],
) -> End {
    if network.is_polynomial() || !matches!(end, End::Stationary | End::Iterations) {
        return end;
    }
    objective.evaluate(weights);
    if objective.has_still_weight() && has_dead_unit(network, inputs, &objective.all_weights(all, weights)) {
        End::DeadUnits
    } else if objective.nearest_kink() < NEAR {
        End::Kink
    } else {
        end
    }
}

/// Whether a hidden unit is inactive at all inputs. An input at whose border a unit stands says nothing.
fn has_dead_unit(network: &Network, inputs: &[Vec<f64>], weights: &[f64]) -> bool {
    let mut active = vec![false; network.gates()];
    for input in inputs {
        if let Some(pattern) = network.pattern(&Floats, weights, input) {
            active.iter_mut().zip(pattern).for_each(|(active, on)| *active |= on);
        }
    }
    active.contains(&false)
}
