//! More laws of match probabilities below 1; others are in [`super::tied`]. In all of them the allocation spans, so MP > 0; and for almost all frozen weights, or those in some open set, and almost
//! all inputs, the teachers of an open set are not matched: MP < 1 for distributions with a density that is positive there.
//!
//! `inertia`: squares, one hidden layer of h units, D inputs (a bias is one more), an output k; the function is to be matched, or M ≥ D(D + 1)/2 samples. Labels are z ↦ zᵀSz,
//! z being the input (with 1 below it, if there are biases), and S = Σ_i c_ki w_i w_iᵀ, with b_k e eᵀ; so many generic inputs determine S.
//! Let β of the weights into output k learn (its bias is one), and the others be positive. Then S has at most β negative eigenvalues, whatever is learned: it is a sum of β terms of rank 1
//! and a form without negative ones. A teacher all of whose weights into the output are negative has min(n, D) of them almost surely, n = h (one more with biases), if the teacher's other weights are generic.
//! So there is no match if β < min(n, D). *Deeper:* no biases, the function is to be matched, layer 2 has one unit and hidden layers have even powers; let f be what comes into that unit, a form zᵀSz, β of
//! whose weights learn. The function is C f^G, where C is 0 for at most a null set of teachers, so a match has f = μ f* with a real μ ≠ 0 (the quotient of the polynomials f and f* has a constant power).
//! With the other weights positive, S has at most β negative eigenvalues; let f* have more than β of them, and more than β positive ones: so has μ f*. There are such teachers if min(h, D) ≥ 2β + 2: so many
//! weights of either sign, the others being small. *With odd powers and frozen weights from the unit of layer 2 on*, also on M ≥ D(D + 1)/2 samples: G is odd, so f = μ f* on the samples, and as forms, with a μ that what learns has no part in; let it be positive. As in one layer, there is no match if β < min(h, D).
//!
//! `one unit`: even powers, one hidden layer of at least two units, or of one with biases, D ≥ 2, M ≥ 2 samples or the function; of all weights that output k depends on only those of one unit learn: into it, its bias, and from it to
//! k. The student's label less what is frozen is c z^g: of one sign on all samples. A teacher has a unit that is 0 on the second input and not on the first, with a positive weight to k, and one that is 0 on the first and not on the
//! second, with a negative one; scaled (or the frozen ones being small) so that label less what is frozen is positive on the first and negative on the second. This is open. With one unit and biases: it is 0 on one of them, and the teacher's output bias less the student's, which is frozen, has the other sign than its weight to k.
//!
//! `two poles`: recurrent, two hidden units, T ≥ 4 steps, both entries of W off the diagonal frozen; the function is to be matched, or M ≥ Tq samples (q entries of an input at a step), so
//! that the labels at the last step determine H_t = D Wᵗ B, t < T; or M ≥ q, with labels at each step, of which the first one determines H_0, the next one H_1, and so on. Let the frozen entries have the same sign: the student's W has (W_00 − W_11)² + 4 W_01 W_10 > 0, real poles, whatever is learned. A teacher with h_t, one entry of
//! its H_t, has h_2 = τh_1 − Δh_0, h_3 = τh_2 − Δh_1, and h_1² ≠ h_0h_2 almost surely: these say what τ and Δ are, the trace and determinant of W, for the student, too (Cayley and Hamilton). Let the teacher's poles not be real: τ² < 4Δ.
//!
//! `two outputs`: even powers, one hidden layer of two units u, v, no biases, D ≥ 2, M ≥ 2 samples or the function; outputs k and l have a frozen weight each. On two samples a teacher's labels y_k, y_l are any four
//! numbers, as activations of its units are not in proportion there. If weights c_kv and c_lv from the same unit are frozen, c_lv y_k − c_kv y_l is a multiple of the activation of u: of one sign on both
//! samples. If c_kv and c_lu are, let both be positive: then y_k and y_l are not both positive on the first sample and negative on the second. For y_k < 0 says c_ku < 0, and the quotient u : v is above c_kv : |c_ku| on
//! the second sample and below on the first; in the same way v : u is larger on the second one.
//!
//! `odd steps`: recurrent, one hidden unit, one output, T ≥ 3 odd, labels at the last step; s of the q entries of B learn. On inputs that are z_j at the first and the last step and 0 else labels are ρ DB·z_j, ρ = 1 + W^(T−1) ≥ 1. *If D is
//! frozen*, s < q and M > s: DB is in an affine space of s dimensions that does not contain 0; so on s + 1 samples (DB·z_j)_j has φ·y = κ > 0, and ρ times it φ·y ≥ κ. Let φ·y* < 0. *If D learns*, s + 1 < q and M > s + 1: DB is
//! in a linear space of s + 1 dimensions; on s + 2 samples φ·y = 0 for some φ ≠ 0, and the teacher's is not. On inputs nearer than ε labels change by at most C ε ρ |DB|, as |W|^k ≤ ρ for k < T; and at a match ρ |DB| ≤ C |y*|, as the samples see the linear
//! space that DB is in. So φ·y* differs from a number ≥ κ, or from 0, by at most C ε |y*|: there is no match for small ε.
//!
//! `odd sums`: odd g ≥ 3, no biases, d inputs, h units in the first hidden layer and one in each hidden layer above; of several outputs one is looked at, as a match is one of it, and what else learns is left out: y = (κ Σ_i c_i (w_i·x)^g)^G, with an odd G and a product κ of roots of the weights above, which is any number if one of them learns, and
//! otherwise may be taken for 1, being multiplied into the c_i of student and teacher. Odd powers have real roots: let y be the sum. Two units, 0 and 1, have all learnable weights of the first two layers; if κ learns, there are no others. S_i are the
//! learnable incoming ones of unit i, F_i the frozen ones; v_i = (κ c_i)^{1/g} w_i. u^g + v^g has the sign of u + v, so the label less what other units add has on each input the sign of s·x, s = v_0 + v_1.
//!
//! If κ learns and c_0 or c_1 does, both do, without κ; if F_0 is empty, v_0 is any vector anyway, and κ c_1 any number: so c_1 learns, without κ; likewise for F_1. Where κ is not left, s lies in an affine space of at most e dimensions,
//! e = |S_0 ∪ S_1| + min(|F_0 ∩ F_1|, how many of c_0, c_1 learn): entries in S_0 ∪ S_1 count once each, and beside them v_i is fixed, or a multiple of the vector of the entries in F_i, of which those outside F_0 ∩ F_1 are
//! counted. Where κ is left, (v_0, v_1) lies in a linear space of |S_0| + |S_1| + 1 dimensions, and s in one of e = |S_0 ∪ S_1| + min(|F_0 ∩ F_1|, 1).
//!
//! *e < d, or more units.* On e + 1 inputs (s·x_j)_j lies in a hyperplane, φ·z = κ' with κ' ≥ 0 and φ ≠ 0: there is none with the sign of −φ_j at each j with φ_j ≠ 0. Let M > e, or the function be to be matched. *Two units, e < d*: the teacher's
//! s* is any vector, and e + 1 generic inputs are independent, so its labels have these signs in an open set. *h > e, and forms of degree g in d variables of more than e dimensions, κ frozen:* vectors ((w·x_j)^g)_j span e + 1 dimensions, so the teacher's labels
//! are any numbers, such as large ones of these signs, beside which what other units add does not count.
//!
//! *Small labels: two units, e = d.* The directions in which v_0 − v_1 goes to infinity while s is bounded have at most q dimensions: those in which both v_i do, rec_0 + rec_1 − d, with rec_i = |S_i|, and one more if c_i learns and F_i is not
//! empty; or, with κ, |S_0| + |S_1| + 1 − d. Let q ≥ 1 be that (or 1), q < d, and M ≥ d + q, or the function be to be matched. Then there are teachers such that none near them is matched: proof in `docs/theory.md`, section 6, *Small labels*.

use super::super::network::{Chain, Family, Network};

/// What can be asked of a match probability.
pub(super) struct Asked<'a> {
    pub(super) network: &'a Network,
    pub(super) set: &'a [usize],
    pub(super) samples: Option<u64>,
}

/// A feedforward network of powers.
pub(super) struct Powers<'a> {
    pub(super) widths: &'a [usize],
    pub(super) bias: bool,
    pub(super) degree: u32,
}

impl Asked<'_> {
    /// Whether a law by its name says that the probability is below 1; nothing if there is no such law.
    pub(super) fn is_below_one(&self, law: &str) -> Option<bool> {
        match law {
            "inertia" => Some(self.inertia() == Some(true)),
            "one unit" => Some(self.one_unit() == Some(true)),
            "two poles" => Some(self.two_poles() == Some(true)),
            "two outputs" => Some(self.two_outputs() == Some(true)),
            "odd steps" => Some(self.odd_steps() == Some(true)),
            "odd sums" => Some(self.odd_sums() == Some(true)),
            "terms" => Some(self.terms() == Some(true)),
            "seminorms" => Some(self.seminorms() == Some(true)),
            "complex poles" => Some(self.complex_poles() == Some(true)),
            "one label fewer" => Some(self.one_label_fewer() == Some(true)),
            "largest quotient" => Some(self.largest_quotient() == Some(true)),
            "two cubes" => Some(self.two_cubes() == Some(true)),
            _ => None,
        }
    }

    pub(super) fn learns(&self, w: usize) -> bool {
        self.set.binary_search(&w).is_ok()
    }

    /// Whether so many samples are asked for, or all.
    pub(super) fn at_least(&self, samples: usize) -> bool {
        self.samples.is_none_or(|m| m >= samples as u64)
    }

    /// Whether the labels of a recurrent network determine D Wᵗ B for each t < T: those at the last step on Tq samples, q entries of an input at a step, or those at all steps, one after the other, on q.
    pub(super) fn is_determined(&self) -> bool {
        match &self.network.family {
            Family::Recurrent { inputs, every: true, .. } => self.at_least(*inputs),
            Family::Recurrent { inputs, steps, .. } => self.at_least(steps.saturating_mul(*inputs)),
            _ => false,
        }
    }

    pub(super) fn powers(&self) -> Option<Powers<'_>> {
        match &self.network.family {
            Family::Layers { widths, bias, degree, linear: false, kinks: false } if *degree > 1 => {
                Some(Powers { widths, bias: *bias, degree: *degree })
            }
            _ => None,
        }
    }

    /// The learnable weights into a unit of a layer, its bias among them.
    pub(super) fn into(&self, powers: &Powers<'_>, layer: usize, unit: usize) -> Vec<usize> {
        let incoming = (0..powers.widths[layer - 1]).map(|c| self.network.at(&format!("W{layer}"), unit, c));
        let bias = powers.bias.then(|| self.network.at(&format!("b{layer}"), unit, 0));
        incoming.chain(bias).filter(|w| self.learns(*w)).collect()
    }

    fn inertia(&self) -> Option<bool> {
        if self.inertia_below() == Some(true) {
            return Some(true);
        }
        let powers = self.powers()?;
        let (&[inputs, units, outputs], deeper) = powers.widths.split_first_chunk::<3>()?;
        let (more, size) = (usize::from(powers.bias), inputs + usize::from(powers.bias));
        let rank = (units + more).min(size);
        let learnable = |output: usize| self.into(&powers, 2, output).len();
        Some(match (powers.degree, deeper) {
            (2, []) => self.at_least(size * (size + 1) / 2) && (0..outputs).any(|k| learnable(k) < rank),
            (2, _) => self.samples.is_none() && !powers.bias && outputs == 1 && 2 * learnable(0) + 2 <= rank,
            _ => false,
        })
    }

    /// Inertia of squares below a layer of one unit, with odd powers and frozen weights from there on.
    fn inertia_below(&self) -> Option<bool> {
        let Chain { widths, degrees } = self.network.chain.as_ref()?;
        let (&[d, h, 1, _, ..], &[2, _, ..]) = (widths.as_slice(), degrees.as_slice()) else { return None };
        let learnable = (d * h..d * h + h).filter(|w| self.learns(*w)).count();
        let above =
            degrees[1..].iter().all(|g| g % 2 == 1) && (d * h + h..self.network.weights).all(|w| !self.learns(w));
        Some(above && self.at_least(d * (d + 1) / 2) && learnable < h.min(d))
    }

    fn one_unit(&self) -> Option<bool> {
        let powers = self.powers()?;
        let &[inputs, units, outputs] = powers.widths else { return None };
        let wide = (units > 1 || powers.bias) && inputs + usize::from(powers.bias) > 1;
        let moved: Vec<usize> = (0..units).filter(|unit| !self.into(&powers, 1, *unit).is_empty()).collect();
        let own = |k: usize, w: usize| moved.iter().all(|f| w == self.network.at("W2", k, *f));
        let one = |k: usize| {
            let outgoing = self.into(&powers, 2, k);
            let bias = powers.bias && self.learns(self.network.at("b2", k, 0));
            moved.len() <= 1 && !bias && outgoing.len() <= 1 && outgoing.iter().all(|w| own(k, *w))
        };
        Some(powers.degree.is_multiple_of(2) && wide && self.at_least(2) && (0..outputs).any(one))
    }

    fn two_poles(&self) -> Option<bool> {
        let Family::Recurrent { hidden: 2, steps, .. } = &self.network.family else { return None };
        let frozen = |i, k| !self.learns(self.network.at("W", i, k));
        Some(*steps >= 4 && self.is_determined() && frozen(0, 1) && frozen(1, 0))
    }

    fn two_outputs(&self) -> Option<bool> {
        let powers = self.powers()?;
        let &[inputs, 2, outputs] = powers.widths else { return None };
        let frozen = |k: &usize| (0..2).any(|unit| !self.learns(self.network.at("W2", *k, unit)));
        let tied = (0..outputs).filter(frozen).count() >= 2;
        Some(powers.degree.is_multiple_of(2) && !powers.bias && inputs > 1 && self.at_least(2) && tied)
    }

    fn odd_steps(&self) -> Option<bool> {
        let &Family::Recurrent { inputs, hidden: 1, outputs: 1, steps, every: false } = &self.network.family else {
            return None;
        };
        let learn = (0..inputs).filter(|k| self.learns(self.network.at("B", 0, *k))).count();
        let seen = learn + usize::from(self.learns(self.network.at("D", 0, 0)));
        Some(steps >= 3 && steps % 2 == 1 && seen < inputs && self.at_least(seen + 1))
    }

    fn odd_sums(&self) -> Option<bool> {
        let outputs = *self.powers()?.widths.last()?;
        Some((0..outputs).any(|output| self.odd_sums_at(output) == Some(true)))
    }

    /// The same of one output.
    fn odd_sums_at(&self, output: usize) -> Option<bool> {
        let powers = self.powers()?;
        let &[inputs, units, ref above @ .., _] = powers.widths else { return None };
        if powers.bias || powers.degree.is_multiple_of(2) || above.iter().any(|width| *width != 1) {
            return None;
        }
        let last = above.len() + 2;
        let row = |layer: usize| if layer == last { output } else { 0 };
        let mut factor = (3..=last).any(|layer| self.learns(self.network.at(&format!("W{layer}"), row(layer), 0)));
        let incoming = |unit: usize, k: usize| self.learns(self.network.at("W1", unit, k));
        let outgoing = |unit: usize| self.learns(self.network.at("W2", row(2), unit));
        let moved = |unit: &usize| outgoing(*unit) || (0..inputs).any(|k| incoming(*unit, k));
        let still = (0..units).filter(|unit| !moved(unit));
        let pair: Vec<usize> = (0..units).filter(moved).chain(still).take(2).collect();
        let &[a, b] = pair.as_slice() else { return None };
        if (0..units).any(|unit| unit != a && unit != b && (factor || moved(&unit))) {
            return Some(false);
        }
        let alone = !factor;
        let learn = [a, b].map(|unit| (0..inputs).filter(|k| incoming(unit, *k)).count());
        let mut free = [a, b].map(outgoing);
        if factor && free.contains(&true) {
            (free, factor) = ([true; 2], false);
        } else if factor && learn.contains(&inputs) {
            (free, factor) = ([learn[0] != inputs, learn[0] == inputs], false);
        }
        let joint = (0..inputs).filter(|k| incoming(a, *k) || incoming(b, *k)).count();
        let scales = if factor { 1 } else { free.iter().filter(|c| **c).count() };
        let e = joint + (inputs - joint).min(scales);
        let far = |i: usize| learn[i] + usize::from(free[i] && learn[i] < inputs);
        let far = if factor { learn[0] + learn[1] + 1 } else { far(0) + far(1) };
        let q = far.saturating_sub(inputs).max(1);
        let any = alone && units > e && self.more_forms(inputs, powers.degree as usize, e);
        let signs = self.at_least(e + 1) && (units == 2 && e < inputs || any);
        let small = units == 2 && e == inputs && q < inputs && self.at_least(inputs + q);
        Some(signs || small)
    }

    /// Whether forms of a degree in so many variables have more than so many dimensions.
    fn more_forms(&self, variables: usize, degree: usize, than: usize) -> bool {
        // C(variables − 1 + degree, degree), factor by factor; it grows by 1 at least with each, except for one variable.
        let times = |count: usize, k: usize| if count > than { count } else { count * (variables - 1 + k) / k };
        (1..=degree.min(than)).fold(1, times) > than
    }
}
