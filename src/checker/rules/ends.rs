//! Match probability 1 of recurrent networks with two hidden units and labels at the last of T steps: curves that go far away, on whose ends a function has given signs. Match probabilities do not
//! fall where samples are left out, or weights added.
//!
//! W = ((a, b), (c, e)), τ is its trace, δ its determinant, h_k = τ h_(k−1) − δ h_(k−2), h_0 = 1, h_(−1) = 0; W^k = h_(k−1) W − δ h_(k−2). With τ counted 1 and δ 2, h_k has degree k: it is δ^(k/2) sin((k+1)θ)/sin θ at τ = 2 √δ cos θ, so it vanishes simply at
//! θ_j = jπ/(k+1), j = 1, …, k, and for odd k, with τ, also where δ goes to −∞. A polynomial whose terms of highest degree vanish simply at some directions vanishes far away on one branch for each, the *ends*. *If Θ goes to ±∞ on each end of f, and the sum over the ends, in
//! cyclic order, of (−1)^i times the sign of Θ on the i-th is not 0, then f and Θ have a common real zero:* f changes its sign at each end, so (f, Θ) makes as many half turns around 0 along large circles.
//!
//! `ends`, T ≥ 3, q inputs, p outputs, M samples:
//! - *A row of W learns, q = 1, M p ≤ 2*, say two labels, and a, b. μ = e + c B_0/B_1 is frozen, (W − μ) B = η e_0 with η = (a − μ) B_0 + b B_1, and D W^k B = D B μ^k + η Σ_(i<k) μ^(k−1−i) D W^i e_0, W^i e_0 = (h_i − e h_(i−1), c h_(i−1)). So combinations of both labels (with the inverse of D, if p = 2) say
//!   η ψ = ρ and η φ = ρ', generic ρ and ρ', ψ being a multiple of h_(T−2) and combinations of lower h_i, φ the same with h_(T−3). (a, b) ↦ (τ, δ) is affine and invertible; η is −(B_1/c) δ and something affine in τ. Let f = ρ' ψ − ρ φ, Θ = η φ − ρ'. At θ_j = jπ/(T−1), δ h_(T−3) has the sign −(−1)^j, and for δ → −∞ and odd T the sign −1,
//!   at the index T − 1: all terms of the sum are the same, T − 2, or T − 1 for odd T. Where f and Θ are 0, φ is not, so η ψ = ρ.
//! - *A column, p = 1, M ≤ 2, any q*, say a, c: the same with D (W − μ) = η e_0ᵀ, μ = e + D_0 b/D_1, and labels η Σ e_0ᵀ W^i v with generic v ∈ ℝ², or all in the direction of B and with generic lengths.
//! - *A column, q = 1, p = 2, M = 1*, say a, c. With the inverse of D it is P(W) B = ζ, P = Σ x_k t^k, ζ generic. P(W) = Q W + R, Q = Σ x_k h_(k−1), R = x_0 − δ Σ x_k h_(k−2). (u, v) = W B, κ = B_1 u − B_0 v = (B_0²/b) δ and something affine in τ: f = Q κ − t = 0, t = B_1 ζ_0 − B_0 ζ_1, and Θ = Q v + R B_1 − ζ_1 = 0. Let
//!   x_(T−1) B_1 > 0. Ends of f are those of h_(T−2), on which Q v = t v/κ is bounded and Θ is about −x_(T−1) B_1 δ h_(T−3), of the sign (−1)^j, and + for δ → −∞; and the two of δ = 0, near the line κ = 0. There W B = λ B + (κ/B_1) e_0 with λ = v/B_1, τ plus a number, so P(W) B is P(λ) B and a multiple κ/B_1 = t/(Q B_1) of
//!   something of the degree of Q: Θ has the sign of λ^(T−1). From the right end on, the terms are 1, T − 2 times 1, 1, and −1 for odd T.
//!
//! `diagonal`, p = q = 1, odd T ≥ 5, M ≤ 3, a and e learn, and D_0 and B_0 (or those of unit 1): let M = 3, labels y = Σ x_k H_k, x_k ∈ ℝ³, H_k = H_0 h_k + J h_(k−1). There are such H_0 and J if Σ_(l<k) det(y, x_k, x_l) δ^l h_(k−l−1) = 0 (unless y is the only one independent). Its terms of highest degree, δ counted 1 here, are
//! Σ_l det(y, x_(T−1), x_l) δ^l τ^(T−2−l), generic but for Σ_l H\*_l det(y, x_(T−1), x_l) = 0, without a common zero as the H\*_l are no powers; so there is a simple real zero δ = sτ, T − 2 being odd, and the curve has an end there. On it one eigenvalue goes to s, the other one is τ less that, y is h Σ x_k s^k + ω x_(T−1) in the limit, H_0 goes to h ≠ 0, and J is
//! −hτ and something bounded. For large τ, a + e = τ and a e = δ + b c have a real solution, e near s. With k = D_1 B_1, z = D_0, B_0 = P/z, P = H_0 − k, what is left is B_1 b z² − S z + P D_1 c = 0, S = J + P e + k a = −(h − k) τ and something bounded: its discriminant is positive, and z is not 0.
//!
//! `given poles`, any T, samples and readout: q = 1 and all of D learns, or p = 1 and all of B does; so do an entry of W on the diagonal and one beside it. Let it be D. The entry on the diagonal makes τ the teacher's, then the one beside it δ, a linear equation for it as the other one is not 0. Generically B and W B are
//! independent, δ being generic, so D B = H\*_0 and D W B = H\*_1 have a solution D. All H_t are the teacher's (Cayley and Hamilton). For B the same, transposed.
//!
//! `cubic`, p = q = 1, T = 4, M ≤ 3; for units i ≠ j W_ij, W_jj and B_i learn, or, transposed, W_ji, W_jj and D_i. Let i = 0, j = 1, M = 3, and all but W_01, W_11 and B_0 stay where it is: labels leave a line H(s) = H\* + sN, N generic. Where n = H_1² − H_0 H_2 is not 0 there are τ = (H_1 H_2 − H_0 H_3)/n and δ = (H_2² − H_1 H_3)/n with
//! H_2 = τ H_1 − δ H_0 and H_3 = τ H_2 − δ H_1. W_11 = τ − W_00, W_01 = (W_00 W_11 − δ)/W_10 and B_0 = (H_0 − f)/D_0, f = D_1 B_1, have these poles and D B = H_0. What is left is D W B = H_1, which times n is H_1 n − W_00 (H_0 − f) n − D_0 B_1 W_01 n − (D_1 W_10/D_0)(H_0 − f) n − f W_11 n = 0, where τ n and δ n are quadratic in s: a cubic with the
//! leading coefficient (N_1² − N_0 N_2)(N_1 − W_00 N_0 − (D_1 W_10/D_0) N_0), not 0. At its real root n is not 0: where it is, what is left are τ n and δ n with coefficients of the student's that do not cancel.

use super::super::network::{Family, Network};

/// Whether all of the decoder or the encoder learns, and what gives two units any poles.
pub(super) fn has_given_poles(network: &Network, set: &[usize]) -> bool {
    let &Family::Recurrent { inputs, hidden: 2, outputs, .. } = &network.family else { return false };
    let learns = |name: &str, i: usize, k: usize| set.binary_search(&network.at(name, i, k)).is_ok();
    let decoder = || inputs == 1 && (0..outputs).all(|k| learns("D", k, 0) && learns("D", k, 1));
    let encoder = || outputs == 1 && (0..inputs).all(|m| learns("B", 0, m) && learns("B", 1, m));
    let poles = (learns("W", 0, 0) || learns("W", 1, 1)) && (learns("W", 0, 1) || learns("W", 1, 0));
    poles && (decoder() || encoder())
}

/// Whether a line of systems of two units has one that fits, by a cubic equation.
pub(super) fn has_cubic(network: &Network, set: &[usize], samples: Option<u64>) -> bool {
    let &Family::Recurrent { inputs: 1, hidden: 2, outputs: 1, steps: 4, every: false } = &network.family else {
        return false;
    };
    let learns = |name: &str, i: usize, k: usize| set.binary_search(&network.at(name, i, k)).is_ok();
    let fits = |i: usize, j: usize| {
        learns("W", j, j) && (learns("W", i, j) && learns("B", i, 0) || learns("W", j, i) && learns("D", 0, i))
    };
    samples.is_some_and(|m| m <= 3) && (fits(0, 1) || fits(1, 0))
}

/// Whether a row or a column of the matrix learns, for two labels.
pub(super) fn has_ends(network: &Network, set: &[usize], samples: Option<u64>) -> bool {
    let &Family::Recurrent { inputs, hidden: 2, outputs, steps, every: false } = &network.family else { return false };
    let learns = |i: usize, k: usize| set.binary_search(&network.at("W", i, k)).is_ok();
    let labels = samples.and_then(|m| usize::try_from(m).ok()).and_then(|m| m.checked_mul(outputs));
    let few = labels.is_some_and(|labels| labels <= 2) && steps >= 3;
    let row = inputs == 1 && (0..2).any(|i| learns(i, 0) && learns(i, 1));
    let column = (inputs == 1 || outputs == 1) && (0..2).any(|k| learns(0, k) && learns(1, k));
    few && (row || column)
}

/// Whether the diagonal of the matrix learns, and what leads into one unit and out of it.
pub(super) fn has_diagonal(network: &Network, set: &[usize], samples: Option<u64>) -> bool {
    let &Family::Recurrent { inputs: 1, hidden: 2, outputs: 1, steps, every: false } = &network.family else {
        return false;
    };
    let learns = |name: &str, i: usize, k: usize| set.binary_search(&network.at(name, i, k)).is_ok();
    let unit = (0..2).any(|i| learns("D", 0, i) && learns("B", i, 0));
    let few = samples.is_some_and(|m| m <= 3) && steps >= 5 && steps % 2 == 1;
    few && unit && learns("W", 0, 0) && learns("W", 1, 1)
}
