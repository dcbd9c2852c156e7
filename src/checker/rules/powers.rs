//! Bounds for `pnn` with one hidden layer from the geometry of powers of linear forms. d inputs (a bias is one more), o outputs,
//! degree g; k hidden units with learnable weights; N monomials of degree g. Unit i with weights w_i and outgoing weights a_i has
//! the tangent vectors a_i ⊗ w_i^{g−1} x and y ⊗ w_i^g, at most d + o − 1 dimensions; output biases, which only add a constant,
//! are counted by themselves. Tangent vectors of one unit do not depend on the others, and functional dimensions bound all.
//!
//! - `hypersurface`: forms F_c of degree g, one an output, annihilate all tangent vectors (by apolarity) if F_c(w_i) = 0 and Σ_c a_ic ∇F_c(w_i) = 0.
//!   This holds for F_c = Q L_c with Q of degree h that vanishes at all w_i and forms L_c with Σ_c a_ic L_c(w_i) = 0: spaces of
//!   s ≥ M_h − k and s' ≥ o M_{g−h} − k dimensions, M_h the number of monomials of degree h. If both are positive, the products
//!   span s + s' − 1 dimensions at least (Hopf: no product of two is zero), which oN loses.
//! - `curve`: k ≤ d + 2 points, or any for d = 2, lie on a rational normal curve w(t) of degree d − 1, at generic t_i. If k > o(k − δ − 1) there
//!   is a curve f(t) of degree δ with f(t_i) = λ_i a_i: k numbers λ_i with o(k − δ − 1) linear conditions, whose coefficients are
//!   alike for all i, so that no λ_i has to be zero. At t_i the curve f ⊗ w^g and its derivative are two independent tangent
//!   vectors of unit i; all 2k lie in a space of δ + g(d − 1) + 1 dimensions, so k(d + o − 1) loses 2k less this.
//! - `skew`: squares, three outputs or more. For the symmetric d × d matrices S_c of three outputs let Z be the skew matrix of blocks
//!   (0, S_3, −S_2; −S_3, 0, S_1; S_2, −S_1, 0). One unit gives \[a\]_× ⊗ w wᵀ, of rank 2, so k units at most 2k; but Z has rank
//!   3d for even d and 3d − 1 for odd d in general (blocks with d = 2 and w = (1,0), (0,1), (1,1); with d = 1). If 2k is less, some
//!   Pfaffian that is not zero vanishes on all that k units reach, which has at most oN − 1 dimensions.

use super::super::network::{Family, Network, monomials};

pub(super) fn bound(name: &str, network: &Network, set: &[usize]) -> Option<u128> {
    let Family::Layers { widths, bias, degree, linear: false, kinks: false } = &network.family else {
        return None;
    };
    let [d, _, o] = widths[..] else { return None };
    let (d, o, g) = ((d + usize::from(*bias)) as u128, o as u128, u128::from(*degree));
    let (mut units, mut constants) = (std::collections::BTreeSet::new(), 0);
    for weight in set {
        let tensor = network.tensors.iter().rfind(|t| t.start <= *weight)?;
        let place = weight - tensor.start;
        match tensor.name.as_str() {
            "W2" => units.extend([place % tensor.columns]),
            "b2" => constants += 1,
            _ => units.extend([place / tensor.columns]),
        }
    }
    let k = units.len() as u128;
    let forms = |h: u128| Some(monomials(d as usize, 1, h as u32)).filter(|forms| *forms < 1 << 40);
    let all = o * forms(g)?;
    let bound = match name {
        "hypersurface" if g <= 64 => {
            let lost = |h: u128| {
                let (s, other) = (forms(h)?.checked_sub(k)?, (o * forms(g - h)?).checked_sub(k)?);
                (s > 0 && other > 0).then(|| s + other - 1)
            };
            all.checked_sub((1..g).filter_map(lost).max()?)?
        }
        "curve" if d >= 2 && k >= 1 && (k <= d + 2 || d == 2) => {
            let degree = k - 1 - (k - 1) / o + g * (d - 1);
            k * (d + o - 1) - (2 * k).saturating_sub(degree + 1)
        }
        "skew" if g == 2 && o >= 3 && 2 * k < 3 * d - d % 2 => all - 1,
        _ => return None,
    };
    Some(bound + constants)
}
