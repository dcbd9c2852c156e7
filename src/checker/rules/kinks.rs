//! At most k, on every activation pattern of two kinds of ReLU networks.
//!
//! `signs`: one input, one hidden layer, no biases. A unit is active at the inputs of one sign only, that of its incoming weight. On
//! either side, the derivatives of the p labels lie in the span of the units' outgoing weights, for each learnable incoming
//! weight there, and of one coordinate vector for each output that a learnable outgoing weight there leads to. The bound is the
//! largest over all ways to put units on sides; of one sample only one side is seen.
//!
//! `chain`: all widths 1, biases. Take a generic θ with the pattern. After each layer the line falls into an interval on which all
//! gates are open so far, and at most two outside it with constant activations; for, a layer closes its gate on one end of
//! the interval (or all of it), and, by continuity, on what lies outside that end. So inputs have open gates only, or one of at
//! most two layers as the last with a closed gate. The former see slope and intercept, the latter the value g_ℓ of the layers
//! above ℓ at 0. Four functions of θ hold all labels, and the rank is at most that of the pattern of their derivatives: the
//! smallest |T| + number of weights that move another of them than T, over sets T of them.

use super::super::network::{Family, Network};
use super::super::proof::{Fault, limit};

/// Units are put on sides in so many ways at most.
const MOST_UNITS: usize = 12;

pub(super) fn bound(network: &Network, set: &[usize], samples: Option<u64>, name: &str) -> Result<Option<u128>, Fault> {
    let Family::Layers { widths, bias, kinks: true, .. } = &network.family else {
        return Ok(None);
    };
    match (name, widths.as_slice(), bias) {
        ("signs", [1, h, p], false) if *h <= MOST_UNITS => {
            limit((set.len() + h * p) << (h + 1))?;
            let side = |units: usize| {
                let on = |j: usize| units >> j & 1 == 1;
                let learns = |w: usize| set.binary_search(&w).is_ok();
                let moved = (0..*h).filter(|j| on(*j) && learns(*j)).count();
                let led = (1..=*p).filter(|k| (0..*h).any(|j| on(j) && learns(k * h + j))).count();
                (moved + led).min(*p) as u128
            };
            let both = |units: usize| match (side(units), side(!units)) {
                (a, b) if samples == Some(1) => a.max(b),
                (a, b) => a + b,
            };
            Ok((0..1 << h).map(both).max())
        }
        ("chain", [..], true) if widths.iter().all(|d| *d == 1) => {
            let top = widths.len() - 1;
            limit(top.saturating_mul(top).saturating_mul(16 * (set.len() + 1)))?;
            // Weights alternate: W1, b1, W2, b2, …
            let moves = |w: usize, (a, b): (usize, usize)| {
                let (layer, vector) = (w / 2 + 1, w % 2 == 1);
                let constant = |l: usize| layer > l + usize::from(!vector);
                [!vector, constant(0), constant(a), constant(b)].iter().rev().fold(0, |m, on| m << 1 | u32::from(*on))
            };
            let rank = |last: (usize, usize)| {
                let moved: Vec<u32> = set.iter().map(|w| moves(*w, last)).collect();
                let outside = |t: u32| t.count_ones() as usize + moved.iter().filter(|m| **m & !t != 0).count();
                (0..16).map(outside).min().unwrap_or(0) as u128
            };
            Ok((1..top).flat_map(|b| (1..=b).map(move |a| (a, b))).map(rank).max())
        }
        _ => Ok(None),
    }
}
