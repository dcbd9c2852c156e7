//! Laws of signs of feedforward networks of powers, or linear ones: layers z = W a + b, hidden activations a = z^g.
//!
//! `signs`: MP < 1 (and above 0, as the allocation spans). An input is *steady*; a hidden unit is for even g, or if its sum is; the sum of a unit is if all weights into it,
//! its bias too, are frozen and come from steady units. Let the sum of an output be steady. If all inputs of the first sample are positive, and all
//! frozen weights that this rests on, then the output is not negative there, whatever the student learns, as sums of products of numbers that are not negative; of a teacher
//! whose weights at these places are positive but for those into the output, which are negative, it is not positive, and almost
//! surely not 0. Of all draws these have a positive probability, for densities that are positive in each orthant.
//!
//! `orthants`: MP = 1 on M ≥ 2 samples, one hidden layer, one output. A unit f has at least M learnable incoming weights (a bias counts); or M − 1, a frozen one, and its
//! outgoing weight learns. And: g is odd; or the output's bias learns; or the outgoing weight of another unit; or that of f, and an
//! incoming one of another unit. *Proof.* All weights but these stay where they are. M incoming ones give f any sums on generic inputs, and so any
//! activations, for even g any that are not negative. With M − 1, the sums are an affine space of M − 1 dimensions beside 0, which meets all lines through 0 but
//! those in some hyperplane: with the outgoing weight, f adds all labels but those whose roots lie there. M − 1 and the outgoing weight have
//! rank M, so teachers' labels, less what other units add, are generic in M dimensions, and do not lie there. For odd g that is all. For even g what f adds has one sign on all samples, that of its outgoing weight,
//! which may have any if it learns. Teacher's labels less what the others add have one sign, too, if enough of the output's bias is added, of either sign; or enough of the activations of another unit,
//! positive almost surely; or if an incoming weight of another unit grows, whose activations then do so on all samples, so that their sign
//! is that of its outgoing weight: f takes the opposite one.

use super::super::network::{Chain, Family, Network};

/// The widths of such a network, whether it has biases, and of each hidden layer whether its power is even; nothing for other networks.
fn layers(network: &Network) -> Option<(&[usize], bool, Vec<bool>)> {
    match (&network.chain, &network.family) {
        (Some(Chain { widths, degrees }), _) => {
            Some((widths, false, degrees.iter().map(|degree| degree.is_multiple_of(2)).collect()))
        }
        (None, Family::Layers { widths, bias, degree, linear, kinks: false }) => {
            Some((widths, *bias, vec![!linear && degree.is_multiple_of(2); widths.len() - 2]))
        }
        _ => None,
    }
}

/// The weights into a unit, its bias last.
fn into(network: &Network, (widths, bias): (&[usize], bool), layer: usize, unit: usize) -> Vec<usize> {
    let incoming = (0..widths[layer - 1]).map(|column| network.at(&format!("W{layer}"), unit, column));
    incoming.chain(bias.then(|| network.at(&format!("b{layer}"), unit, 0))).collect()
}

/// Whether no learnable weight can make some output negative, where frozen ones are positive.
pub(super) fn has_steady_output(network: &Network, set: &[usize]) -> bool {
    let Some((widths, bias, even)) = layers(network) else { return false };
    let frozen = |w: &usize| set.binary_search(w).is_err();
    let mut steady = vec![true; widths[0]];
    for layer in 1..widths.len() {
        let hidden = layer + 1 < widths.len();
        let below = steady.iter().all(|steady| *steady);
        let sum = |unit: usize| below && into(network, (widths, bias), layer, unit).iter().all(frozen);
        steady = (0..widths[layer]).map(|unit| hidden && even[layer - 1] || sum(unit)).collect();
    }
    steady.contains(&true)
}

/// Whether a unit takes any activations on so many samples, and any sign is at hand.
pub(super) fn fills_orthants(network: &Network, set: &[usize], samples: Option<u64>) -> bool {
    let (Some((widths, bias, even)), Some(samples @ 2..)) = (layers(network), samples) else { return false };
    let &[_, units, 1] = widths else { return false };
    let learns = |w: usize| set.binary_search(&w).is_ok();
    let incoming = |unit: usize| into(network, (widths, bias), 1, unit);
    let free = |unit: usize| incoming(unit).into_iter().filter(|w| learns(*w)).count();
    let factor = |unit: usize| learns(network.at("W2", 0, unit));
    let takes_any = |f: usize| {
        let count = free(f) as u64;
        count >= samples || count + 1 == samples && free(f) < incoming(f).len() && factor(f)
    };
    let other = |f: usize| (0..units).any(|unit| unit != f && (factor(unit) || factor(f) && free(unit) > 0));
    let signed = |f: usize| !even[0] || bias && learns(network.at("b2", 0, 0)) || other(f);
    (0..units).any(|f| takes_any(f) && signed(f))
}
