//! Laws about few units that are tied to each other, of match probabilities below 1 and of 1; for those below 1 the allocation spans, and what [`super::inertia`] says holds of
//! them: for almost all frozen weights in an open set and almost all inputs in one, the teachers of an open set are not matched.
//!
//! `seminorms`: no biases, d ≥ 2 inputs, h ≥ 2 units with an even power g in the first hidden layer, one unit in the second one; no weight between the two learns. n is the lesser one of M and d + 1 (d + 1 for the function), at least 2; S_i are the
//! incoming weights of unit i that learn. n = d + 1; or all |S_i| < n, and one |S_i| < n − 1. Let the c_i between the layers be positive, q(x) = Σ c_i (w_i·x)^g; labels are C q^G, so at a match |q(x_j)| = μ |q\*(x_j)|, μ > 0. Times a
//! common factor the (w_i) are in a linear space V: that of what is frozen, and all that learns. They are determined by w_i·x_j at n − 1 samples: for n = d + 1 these span all inputs; else, if all are 0, then at the unit with |S_i| < n − 1 the
//! |S_i| columns and what comes from its frozen weights are independent, so the common factor is 0, and so are the other units' weights, as |S_i| ≤ n − 1 columns are independent. So q(x_n) ≤ K max_(j<n) q(x_j), with K the same for all that learns. A teacher with
//! c\* of two signs has two units u, v with (u·x_j)^g = (v·x_j)^g at n − 1 ≤ d samples and not at x_n: q\* as near to 0 as wanted at these, and not there.
//!
//! `complex poles`: recurrent, two hidden units, T ≥ 4, or T ≥ 3 and two inputs or outputs; labels determine D Wᵗ B, t < T, as for `two poles`. Teachers are minimal, so matches are W = G W\* G⁻¹, B = G B\*, D G = D\* (Ho and Kalman).
//! For units j ≠ l, an output k and an input m, these are frozen: D_kj, B_jm, and W_jj or W_ll; or D_kj, B_lm, W_lj; or, transposed, B_jm, D_kl, W_jl. Let g, g' be the rows of G for j and l, r that of D\* for k, d = D_kj, J a quarter of a turn and Q(g) = g W\* J gᵀ. As D_kl g' = r − d g, column l of
//! G⁻¹ is J gᵀ and column j is J g'ᵀ, over g' J gᵀ and g J g'ᵀ, W_jj = e says d Q(g) = g (W\* − e) J rᵀ, and W_ll = e says d Q(g) = r (W\* − e) J gᵀ, with g·B\*_m = B_jm; W_lj = e says d Q(g') = e r J g'ᵀ, with g'·B\*_m = B_lm. Let the teacher's poles not be real: Q is definite, so |g|, or |g'|, is at most
//! a multiple of |r|, and at least |B_jm|/|B\*_m|, or |B_lm|/|B\*_m|. There is none for small r.
//!
//! `one label fewer`: recurrent, two hidden units, q = 1 and T ≥ 4, or q ≥ 2 and T ≥ 3; M ≥ Tq − 1 samples, or the function; both entries of W on the diagonal are frozen, or both beside it. Take Tq − 1 of the samples, one output, and two inputs if there are more than one: labels
//! at the last step leave a line H(s) = H\* + sN of (H_0, …, H_3), or of (H_0, H_1, H_2) in the plane, with generic N; and teachers are almost all of these. With the student's trace τ and determinant Δ, H_(t+2) = τ H_(t+1) − Δ H_t at a match. *Diagonal:* τ is given. f = H_1 (H_2 − τ H_1) − H_0 (H_3 − τ H_2), or the area of H_2 − τ H_1 and H_0,
//! is 0: a quadratic form with two squares of either sign. Let f(N) > 0, f(H\*) > 0, and N and H\* be about orthogonal for f. *Beside it:* τ² − 4Δ ≥ 4 W_01 W_10. Let p = H_1² − H_0 H_2, or the area of H_1 and H_0, have one sign on the plane of H\* and N: so τ and Δ, which are quotients of quadratic forms by p, are bounded on the line. Let W_01 W_10 be larger.
//!
//! `largest quotient`: one hidden layer, power g ≥ 2, D ≥ 2 inputs (a bias is one more), M ≥ D + 1 samples, or the function. Of what output k depends on only weights into one unit f learn, its bias among them, and c_e, of another unit. Let c_f > 0. Take D + 1 inputs, Σ n_j x_j = 0, a_j = n_j w_e·x_j: Σ a_j = 0. Let a_2, … have one
//! sign: so w_e is in an open set. The label less what is frozen is z_j (w_e·x_j)^g; at a match n_j w_f·x_j = ± a_j ((z_j − c_e)/c_f)^(1/g), all signs being + for odd g and no root of a negative number taken for even g, and Σ n_j w_f·x_j = 0. If z_1 is larger than all others that cannot be: |a_1| is the sum of the others. Such z has, for even g, a teacher with a
//! negative unit v, v·x_j = ± w_e·x_j for j > 1 with both signs, so that |v·x_1| < |w_e·x_1|; for odd g, one with a unit v and a negative unit v', v·x_j = (σ + ε_j) w_e·x_j, v'·x_j = (τ + η_j) w_e·x_j, with small ε_j, ε_1 = 0 and Σ a_j ε_j = 0, η_j = (σ/τ)^(g−1) ε_j, σ < 0 and τ = −2σ: so z_j is a number and a negative one times ε_j², but
//! for smaller terms. What else there is is small beside it.
//!
//! `two cubes`: g = 3, one hidden layer, D = 2 inputs (a bias is one more), M ≥ 4 samples, or the function. Of what output k depends on only weights into two units learn, or from them, and there are three units, or two and biases. The label less what is frozen is p³ + q³ for real forms p and q in two variables: a form with three different real zeros is no such sum, as it is one of
//! the cubes of complex conjugate forms, in no other way. A teacher's is any form: with a bias, which adds a multiple of the cube of the last variable, or a third unit.
//!
//! `terms`: no biases, one hidden layer of h ≥ 2 units with an even power g, h ≤ d inputs, o outputs, g ≥ 4 or o ≥ 2; the function is to be matched, or as many samples as there are monomials of degree g. A weight c_ki into an output k is frozen. Let it be positive, and all of the teacher's into k negative. If g ≥ 4 take the
//! label k alone, and for g = 2 another one with it: Σ_i c_i ⊗ w_i^g, as a tensor in c ⊗ w ⊗ w, or in w ⊗ w ⊗ w^(g−2), is a sum of h terms in one way only, as h generic w_i are independent, and generic c_i, or the w_i^(g−2), pairwise so (Kruskal: h + h + 2 ≥ 2h + 2). The student's terms are h at most, so they are the teacher's; w_i = λ w\*_j, and c_ki = λ^−g c\*_kj < 0.
//!
//! `two units, two outputs`: match probability 1. One hidden layer of two units, two outputs, no biases, odd g ≥ 3, 2 ≤ M ≤ d samples. C is the matrix of the outputs, c_i its column of unit i, D = \[c_0, c_1\] the area, Y_j ∈ ℝ² the teacher's labels, any vectors. What comes into unit i is u with u_j^g = γ_i·Y_j, with γ_0 = −J c_1/D, γ_1 = J c_0/D the rows of C⁻¹ up to a sign. As
//! M ≤ d, u is to fulfil r_i = max(0, M − |S_i|) affine conditions n·u = β, β generic as r_i > 0 means frozen weights. With N(γ) = Σ n_j (γ·Y_j)^(1/g), continuous and N(λγ) = λ^(1/g) N(γ) for all real λ, they are N(γ_i) = β. It is enough that D ≠ 0. What is not named is held. {r_0, r_1} is
//! - {0, 0}. {0, 1}, r_1 = 1, an entry of C learns: N(J c_0) = β D^(1/g). An entry of c_1 makes D any number. With t in c_0, N(J c_0)/D^(1/g) has a pole with a change of sign where D = 0, and one limit L for t → ±∞: it takes all values but L, which does not depend on β.
//! - {1, 1}, a column c_0 learns: D = (−N_0(J c_1)/β_0)^g is known, so c_0 is on a line of direction c_1, along which N_1(J c_0) goes from −∞ to ∞. *Or an output learns and S_0 ≠ S_1:* s in c_0, t in c_1. D is a function of t, about a multiple of t far away; it says what s is, about a multiple of t, too. N_1(J c_0)/β_1 + N_0(J c_1)/β_0 is about a multiple of
//!   t^(1/g), generically not 0, so it has a zero. If D were 0 there, J c_0 would be parallel to J c_1, and a zero of N_0 and of N_1; two different n have none in common for generic Y.
//! - {0, 2}, r_1 = 2, an entry of each column learns: β_b N_a(γ) − β_a N_b(γ) is odd in γ, so 0 in some direction, in which N_a and N_b are not both 0; some multiple γ_1 has N_a = β_a, N_b = β_b. So c_0 has a given direction, which one entry can give; and \[c_0, c_1\] is to be a number, linear in an entry of c_1.
//! - {1, 2}, three entries learn: likewise c_0 = μc with c given, \[c, c_1\] = 1, D = μ. If an entry of c_0 is frozen, μ is known, and c_1 on a line of direction c, along which N_0(J c_1) goes from −∞ to ∞ (N_0(J c) is not 0: also where n_0 is in the span of n_a and n_b, as then it is this combination of β_a and β_b). If one of c_1 is, c_1 is known, and
//!   N_0(J c_1) = −β_0 μ^(1/g) says what μ is. {2, 2}, all of C learns: γ_0 and γ_1 are found, each for itself.

use super::super::network::{Chain, Family, Network};
use super::inertia::{Asked, Powers};

impl Asked<'_> {
    pub(super) fn seminorms(&self) -> Option<bool> {
        let Chain { widths, degrees } = self.network.chain.as_ref()?;
        let (&[d, h, 1, _, ..], &[degree, ..]) = (widths.as_slice(), degrees.as_slice()) else { return None };
        let n = self.samples.map_or(d + 1, |m| usize::try_from(m).map_or(d + 1, |m| m.min(d + 1)));
        let held = (d * h..d * h + h).all(|w| !self.learns(w));
        let learning = |unit: usize| (unit * d..unit * d + d).filter(|w| self.learns(*w)).count();
        let fits = (0..h).all(|unit| learning(unit) < n) && (0..h).any(|unit| learning(unit) + 1 < n);
        let shape = d > 1 && h > 1 && degree > 1 && degree.is_multiple_of(2) && n > 1;
        Some(shape && held && (fits || n == d + 1))
    }

    pub(super) fn terms(&self) -> Option<bool> {
        let Chain { widths, degrees } = self.network.chain.as_ref()?;
        let (&[d, h, o], &[degree]) = (widths.as_slice(), degrees.as_slice()) else { return None };
        let unique = degree.is_multiple_of(2) && h >= 2 && h <= d && (degree >= 4 || degree == 2 && o >= 2);
        let seen = self.samples.is_none_or(|m| has_monomials(usize::try_from(m).unwrap_or(usize::MAX), d, degree));
        Some(unique && seen && (d * h..d * h + h * o).any(|w| !self.learns(w)))
    }

    pub(super) fn complex_poles(&self) -> Option<bool> {
        let &Family::Recurrent { inputs, hidden: 2, outputs, steps, .. } = &self.network.family else { return None };
        let enough = self.is_determined() && (steps >= 4 || steps == 3 && (inputs > 1 || outputs > 1));
        let frozen = |name: &str, i: usize, k: usize| !self.learns(self.network.at(name, i, k));
        let leads_out = |unit: usize| (0..outputs).any(|k| frozen("D", k, unit));
        let leads_in = |unit: usize| (0..inputs).any(|m| frozen("B", unit, m));
        let tied = |j: usize| {
            let l = 1 - j;
            let diagonal = leads_out(j) && leads_in(j) && (frozen("W", j, j) || frozen("W", l, l));
            let beside = leads_out(j) && leads_in(l) && frozen("W", l, j);
            diagonal || beside || leads_in(j) && leads_out(l) && frozen("W", j, l)
        };
        Some(enough && (0..2).any(tied))
    }

    pub(super) fn one_label_fewer(&self) -> Option<bool> {
        let &Family::Recurrent { inputs, hidden: 2, steps, .. } = &self.network.family else { return None };
        let enough = steps >= 4 || steps == 3 && inputs > 1;
        let frozen = |i: usize, k: usize| !self.learns(self.network.at("W", i, k));
        let held = frozen(0, 0) && frozen(1, 1) || frozen(0, 1) && frozen(1, 0);
        Some(enough && self.at_least(steps.saturating_mul(inputs) - 1) && held)
    }

    /// For an output of one hidden layer without a learnable bias: the units into which weights learn, and those whose weight to it learns.
    fn moved(&self, powers: &Powers<'_>, output: usize) -> Option<(Vec<usize>, Vec<usize>)> {
        let bias = powers.bias && self.learns(self.network.at("b2", output, 0));
        let units = || 0..powers.widths[1];
        let moved = units().filter(|unit| !self.into(powers, 1, *unit).is_empty()).collect();
        let factors = units().filter(|unit| self.learns(self.network.at("W2", output, *unit))).collect();
        (!bias).then_some((moved, factors))
    }

    pub(super) fn largest_quotient(&self) -> Option<bool> {
        let powers = self.powers()?;
        let &[inputs, _, outputs] = powers.widths else { return None };
        let size = inputs + usize::from(powers.bias);
        let one = |k: usize| match self.moved(&powers, k) {
            Some((moved, factors)) => moved.len() == 1 && factors.len() == 1 && moved != factors,
            None => false,
        };
        Some(size > 1 && self.at_least(size + 1) && (0..outputs).any(one))
    }

    pub(super) fn two_cubes(&self) -> Option<bool> {
        let powers = self.powers()?;
        let &[inputs, units, outputs] = powers.widths else { return None };
        let two = |k: usize| {
            self.moved(&powers, k).is_some_and(|(moved, factors)| {
                moved.iter().chain(&factors).collect::<std::collections::BTreeSet<_>>().len() <= 2
            })
        };
        let shape =
            powers.degree == 3 && inputs + usize::from(powers.bias) == 2 && units + usize::from(powers.bias) > 2;
        Some(shape && self.at_least(4) && (0..outputs).any(two))
    }
}

/// Whether there are at least so many samples as monomials of a degree in so many variables.
fn has_monomials(samples: usize, variables: usize, degree: u32) -> bool {
    // C(variables − 1 + degree, degree), factor by factor, each of which is at least 1.
    let mut count = 1usize;
    for k in 1..=degree as usize {
        count = count.saturating_mul(variables - 1 + k) / k;
        if count > samples {
            return false;
        }
    }
    true
}

/// Whether the matrix of two outputs of two units of an odd power can be inverted such that both units have what comes in.
pub(super) fn pairs_match(network: &Network, set: &[usize], samples: Option<u64>) -> bool {
    let Some(Chain { widths, degrees }) = network.chain.as_ref() else { return false };
    let (&[d, 2, 2], &[degree]) = (widths.as_slice(), degrees.as_slice()) else { return false };
    let Some(m) = samples.and_then(|m| usize::try_from(m).ok()).filter(|m| (2..=d).contains(m)) else { return false };
    if degree < 3 || degree.is_multiple_of(2) {
        return false;
    }
    let learns = |w: usize| set.binary_search(&w).is_ok();
    let incoming = |unit: usize, k: usize| learns(unit * d + k);
    let left = |unit: usize| m.saturating_sub((0..d).filter(|k| incoming(unit, *k)).count());
    let entry = |output: usize, unit: usize| learns(2 * d + 2 * output + unit);
    let all = (0..4).filter(|place| entry(place / 2, place % 2)).count();
    let both = |unit: usize| entry(0, unit) && entry(1, unit);
    let some = |unit: usize| entry(0, unit) || entry(1, unit);
    match (left(0).min(left(1)), left(0).max(left(1))) {
        (0, 0) => true,
        (0, 1) => all >= 1,
        (1, 1) => {
            let differ = (0..d).any(|k| incoming(0, k) != incoming(1, k));
            both(0) || both(1) || differ && (0..2).any(|output| entry(output, 0) && entry(output, 1))
        }
        (0, 2) => some(0) && some(1),
        (1, 2) => all >= 3,
        (2, 2) => all == 4,
        _ => false,
    }
}
