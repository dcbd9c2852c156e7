//! Two inputs, two hidden layers of two units with odd powers g, k ≥ 3, one output, no biases, on at most three samples: probability 1 where a function has both signs far away.
//! The book's theory, section 6, says the same.
//!
//! Let M = 3, N with Σ N_j x_j = 0, [x, y] the area of two vectors. What comes into the units of the first layer is a_j, b_j, into those of the second p_j = d a_j^g + d' b_j^g and
//! q_j = e a_j^g + f b_j^g, and y_j = c p_j^k + c' q_j^k. A sum of two odd powers has the sign of the sum, u^k + v^k = (u + v) φ(u, v) with φ > 0, a form: so for fixed a label has the sign of s·x_j for some s ∈ ℝ², layer by layer. So the N_j y_j of a
//! teacher do not all have the same sign. Learnable weights that are not named are held.
//!
//! - *A free unit of the second layer*: d and d' learn, or one of both and c (almost the same: see [`super::directions`]); and two more of a_·, b_· (the first layer), e, f, c'. The vectors (a_j^g, b_j^g) have the relation Ñ, Ñ_j = [x_k, x_l] Σ_i (a_k b_l)^i (a_l b_k)^(g−1−i), for
//!   cyclic (j, k, l), of which a factor [a, b] is left out; the sum is at least 0. There is a match where [a, b] ≠ 0 and F = Σ Ñ_j ((y_j − c' q_j^k)/c)^(1/k) is 0. As Σ Ñ_j q_j = 0, F is c^(−1/k) Σ Ñ_j ψ_j, where ψ_j = (y_j − c' q_j^k)^(1/k) + c'^(1/k) q_j has the sign of y_j, and goes to 0 as c'^(1/k) q_j goes to
//!   infinity. If it does but for one j, at which it is 0, and Ñ_j is as large as the other ones, F has the sign of N_j y_j/c. It does: let q_j = 0 by one of both weights, while the other one goes to infinity. e and f; e and c'; f and c': plain. With a weight a_0 into the first unit, which makes a_j the
//!   number −(f/e)^(1/g) b_j, and e: a_j → 0, the other a_i do not; f: a_0 ~ f^(1/g), q_i is about f times a number that is not 0, as x_i and x_j are not parallel; c': q_i is a number, not 0; a_1: a_i^g is large; b_0: (a + κ b)·x_i is a number, not 0, and the other factor of q_i = e (a_i^g + (κ b_i)^g) is about
//!   a_0^(g−1); b_1: (a + κ b)·x_i is about a_0 times a number. In each, the Ñ are numbers, or of the same size. So F has both signs. Were all its zeros where [a, b] = 0, it would be 0 on a piece of that hypersurface; but there it is no constant in y, but on a set of a lower dimension.
//! - *A free unit of the first layer*: a_0 and a_1 learn, and b_0 and b_1, or one of both and one of d', f, c, c'. t_j = a_j^g is to solve c (d t + d' B_j)^k + c' (e t + f B_j)^k = y_j, B_j = b_j^g, and F = Σ N_j t_j^(1/g) to be 0. The left-hand side is δ (t − τ B_j) φ, δ = c^(1/k) d + c'^(1/k) e, φ > 0 as above; so
//!   t_j − τ B_j has the sign of δ y_j for each real solution, and F = Σ N_j (t_j^(1/g) − (τ B_j)^(1/g)). Let b_j = 0 by b_0. As b_i → ∞, i ≠ j, by b_1, or as d' or f does, φ → ∞ at the other samples, so that t_i − τ B_i → 0, and t_j stays. As c → ∞, t_j^(1/g) ~ c^(−1/(kg)), the other terms ~ c^(−1/k). So F has the sign
//!   of δ N_j y_j, whichever solutions are taken. From one end to another one b_0 alone moves, or b, and δ stays: as the equations for t_j have an odd degree, with a leading coefficient that stays, their solutions have a connected component that reaches both ends (Leray and Schauder), and F is 0 somewhere on it.

use rug::Rational;

use crate::allocation::Allocation;
use crate::network::{Network, Samples};

use super::exact::{Exact, Theorem};

/// Probability 1 by what is said above.
pub(super) fn deep_sums((network, samples): (&Network, Samples), allocation: &Allocation) -> Option<Exact> {
    let (exponents, shapes) = (network.exponents()?, network.shapes());
    let widths = shapes.widths.filter(|_| shapes.bias == Some(false))?;
    let (&[2, 2, 2, 1], &[first, second]) = (widths.as_slice(), exponents.as_slice()) else {
        return None;
    };
    let odd = |power: u32| power >= 3 && !power.is_multiple_of(2);
    if !odd(first) || !odd(second) || network.probe_inputs(samples) > 3 {
        return None;
    }
    // Weights 2i and 2i + 1 lead into unit i of the first layer, 4 + 2k and 5 + 2k into unit k of the second, 8 + k out of it.
    let learns = |w: usize| allocation.contains(w);
    let above = |unit: usize| {
        let (row, factor) = ([4 + 2 * unit, 5 + 2 * unit], 8 + unit);
        let from = row.into_iter().filter(|w| learns(*w)).count();
        let own = from + usize::from(learns(factor));
        (from == 2 || from == 1 && learns(factor)) && allocation.size() >= own + 2
    };
    let below = |unit: usize| {
        let other = 1 - unit;
        let into = [2 * other, 2 * other + 1].into_iter().filter(|w| learns(*w)).count();
        let further = [4 + other, 6 + other, 8, 9].into_iter().any(learns);
        learns(2 * unit) && learns(2 * unit + 1) && (into == 2 || into == 1 && further)
    };
    let formula = "sums of odd powers of sums of odd powers: a function has both signs far away".to_owned();
    let certain = (0..2).any(above) || (0..2).any(below);
    certain.then(|| Exact::of(Theorem::DeepSums, Rational::from(1), formula))
}

#[cfg(test)]
mod tests;
