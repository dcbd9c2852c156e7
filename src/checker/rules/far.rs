//! Laws of match probability 1 that are read off the shape and what learns. Match probabilities do not fall where samples are left out, or weights added.
//!
//! `far away`: y(x) = Σ_i c_i (w_i·x)^g, d ≥ 2 inputs, h ≥ 2 units, one output, no biases, g ≥ 2. A unit is *free* if all of its incoming weights learn, or all but one and c_i. For the second,
//! let that weight learn, too, and c_i not: almost every teacher's labels are no critical value of the label map, nor of it where the weight is 0 (Sard), so if there are matches, some have another weight than 0 there;
//! and a unit is not changed by a factor of w_i with its inverse power of c_i: this takes the weight to the given one, and c_i to some number, for even g of the same sign, which may be chosen before. One of the following, with M the samples.
//! N are the numbers with Σ_j N_j x_j = 0 of d + 1 generic inputs: numbers u_j are w·x_j for some w exactly if Σ N_j u_j = 0. Let 0 be a free unit.
//! - M ≤ d + 1, g odd, h = 2, and v = c_1^(1/g) w_1 goes to infinity in two dimensions: two learnable incoming weights of unit 1, or one and c_1 (and a frozen one; v keeps the sign along that). There is a match exactly if
//!   f(v) = Σ N_j \[(y_j − s_j^g)^(1/g) + s_j\] = 0, s_j = v·x_j, which is continuous. Let v go to infinity with s_j fixed for one j: the other terms go to 0, so f has the sign of N_j y_j. Teachers have two units, so y_j has the sign of
//!   (v\*_0 + v\*_1)·x_j, and Σ N_j (v\*_0 + v\*_1)·x_j = 0: both signs occur.
//! - M ≤ d + 1, g odd, two units other than 0 learn the weight from the same input k. With b and c these weights (and roots of c_i taken in), B_j and C_j what comes from the other inputs, f = Σ N_j (y_j − … − (b x_jk + B_j)^g − (c x_jk + C_j)^g)^(1/g) is, far out,
//!   −(g−1)/2 (bc)^(g−2) (b^g + c^g)^(1/g − 2) Σ N_j (cB_j − bC_j)² / x_jk and smaller terms, odd under (b, c) → (−b, −c); the sum is generically not 0, as (cB − bC)² / x_k is no linear form. f is continuous on the plane, so it has a zero.
//! - M ≤ d + 1, g even, d odd, another unit 1 has two learnable incoming weights, or one and c_1; c_0 or c_1 learns. Take c_0 and c_1 of different signs; z_j are labels less those of other units, z' = z / c_1. Unit 0 has to add a positive multiple of
//!   c_0 (s_j^g − z'_j), s_j = v·x_j. Where all s_j are large, let its roots have the signs of s_j: Σ N_j of these is −1/g Σ N_j z'_j / s_j^(g−1) and smaller terms. In a plane of directions θ of v that is, times Π s_j^(g−1), a form of the odd degree (g−1) d:
//!   it changes its sign at some line; generically at none where an s_j is 0, nor at that where only the learnable weight moves, so if v keeps the sign along its frozen part (c_1 learning, c_1 = ± κ^g), one half of that line will do.
//! - M ≤ 3 ≤ d, two units whose c learn, both with a frozen weight from one input at most. D = det(z, (w_0·x)^g, (w_1·x)^g) is 0 where w_0 = λ w_1, which there are. Its derivative there by a learnable w_0k is g det(z, (w_0·x)^(g−1) x_k, (w_1·x)^g), not 0 for
//!   generic z. So D = 0 is a manifold of one dimension less around such a point; the two columns are dependent only where (w_0·x_j) and (w_1·x_j) are, two conditions at least, since from d − 1 inputs one of the weights learns. Elsewhere z is a combination.
//! - g = d = 2, any samples: a unit with all incoming weights learning, and two others whose c learn. The forms z − t v² − t' v'² are a plane, where the determinant is [v, v']² (t − a)(t' − b) and a constant. It vanishes as t goes to ∞ or −∞, t' to b, where the form, −t v² nearly, is the
//!   square of a form with either sign.
//!
//! `squares`: g = 2, one hidden layer, one output, no biases, any samples: as many units as inputs learn all their weights. Every quadratic form is a sum of so many squares with factors.
//!
//! `plane`: g = 2, one hidden layer of h units, one output, no biases, d ≥ 2, h = 2 or d = 2, any samples: the outgoing weights of two units u and v learn; at most one weight into u is frozen, and at most two into v. What the two are to add, a teacher's form less what other units add, is a form y in a plane E of linear forms, not degenerate: that of the teacher's two
//! units, or all for d = 2. In E there is a v with its frozen entries; hold it. For generic v there is a number c_v such that y − c_v v² has rank 1 (linear, as its determinant in E is): c u² with u in E. A factor gives u its frozen entry, which is not 0, and c_u takes the inverse square.
//!
//! `odd norm`: g = 2, one hidden layer, h ≥ 2, one output, no biases, d ≥ 2, M ≤ d + 1: c_u and c_v of two units learn, and all weights into u but one at most. Let M = d + 1, and hold v and all other units. As before a factor makes up for a frozen weight; let all learn. z_j = y_j − c_v p_j, p_j = (v·x_j)², y_j being labels less what is held, is to be c_u (w_u·x_j)²: so, with
//! Σ n_j x_j = 0, Σ ±n_j z_j^(1/2) = 0 for some signs. The product R of these over all 2^(M−1) choices of signs, up to a common one, is a polynomial in c_v. For large c_v all factors are about (−c_v)^(1/2) Σ ±n_j v·x_j, not 0, but for one, for which the sum is 0: that one is about a multiple of (−c_v)^(−1/2), Σ n_j y_j/(v·x_j), not 0. So R has the
//! odd degree 2^(M−2) − 1, and a real root. There all z_j have one sign: of numbers with two signs a factor is 0 only if its real and its imaginary part are, which one number c_v does not do for generic y (M numbers, as h, d ≥ 2). c_u has that sign.
//!
//! `two conics`: g = 2, d = 3, one hidden layer, one output, no biases, M ≤ 4: the outgoing weights of two units u and v learn, and weights into them from two different inputs, say from input 1 into u and from input 0 into v. Let M = 4, and hold all else. y is to be c_u P(s) + c_v Q(t), P(s) = ((u·x_j)²)_j, s = u_1, and Q(t) = A + B t + C t², t = v_0. For
//! given s it is so if y is on the conic of Q in ℝ⁴ modulo P(s): β² = αγ with α = det(P, y, B, C), β = det(P, A, y, C), γ = det(P, A, B, y). That is of degree 4 in s, since for s → ∞, where P is that of x_j1², y is on no conic, A, B, C and P being independent. At the s\* where u and v are parallel (d = 3: u_2 : v_2 says their quotient) P = κ⁻¹ Q(t\*), so β = t\* α, γ = t\*² α, a zero; it is
//! simple, as the derivative is α times a linear form of y with the value 2 κ t\* det(P', P, B, C) at y = B. So there is another real zero; there t is real, being β/α, as the conic is the curve.
//!
//! `cubes`: g = 3, d = 2, h ≥ 3, one output, no biases, any samples: a unit p is free, another one has a learnable weight from input k, and a third one such a weight from the other input, or a learnable outgoing one. Let roots of factors be taken in: p is any vector; what is held is subtracted from y, which is any cubic form. The second unit q is on a line, λ(q) = 1, which does not
//! go through 0, λ being a multiple of the other entry than k, and the third one is r(t) = r_1 + t r_2, or t r_2, with λ(r_2) ≠ 0. y(t) = y − r(t)³ is p³ + q³ for one pair of real forms, in either order, where its discriminant says that it has one real zero, and for one of complex conjugates where it has three. Where it has a double zero both go to infinity, p about −q. On each interval of t of the first kind there are two continuous
//! branches, then, whose λ go to ∞ and −∞ at an end that is finite. For t → ±∞ one of them is about −r(t), and λ goes to ∞ at one end and to −∞ at the other one; the other branch goes to the q with the same q³ modulo r_2² as y, and λ to a number l, the same for both. So the values of λ on both branches together are all numbers but l: let the first interval begin at λ = ∞ and l; if
//! it ends with the branch from ∞ at −∞, that one takes all; otherwise the one from l takes all below l, and on the last interval, if no branch takes all, the one that goes to l takes all above. If there is but one interval, its branches go from ∞ and l to −∞ and l, in either order. λ = 1 is not l, as y and r do not know of λ.
//!
//! `growing`: even g, M ≥ 2 samples, one hidden layer, one output, no biases: c_u of a unit u and its weight from input k learn, and at least M − 1 weights into another unit v from other inputs than k. Hold all else. What comes into v on the samples is to fulfil n·(v·x_j) = β, where n vanishes on the M − 1 columns, not on x_jk. Let c_u go to infinity with the other sign than c_v:
//! with K = |c_u/c_v|^(1/g), v·x_j is to be ± K |u·x_j| (1 + O(K^−g)); take the signs of u·x_j. n·(v·x_j) is K Σ n_j u·x_j and something that goes to 0; the sum is affine in u_k, and not constant: it has a zero, near which n·(v·x_j) − β has both signs for large K.
//!
//! `coordinates`: `lrnn` of one input, one output, n hidden units; all of W learns. If a weight of D or B learns, it makes D B what it is for the teacher, generically; then there is an invertible G with G B\* = B, D G = D\*, which takes a complement of B\* that D\* vanishes on to such a one of B and D; and W = G W\* G⁻¹ is a match,
//! on any samples. Otherwise labels are those of the last step, on M samples: combinations of H_t = D W^t B, t < T, with generic coefficients, and H_0 is given.
//! - M < T ≤ 2n: some H_1, …, H_{T−1} have the teacher's labels, and with H_0 they are generic. With generic further ones up to H_{2n−1} the n × n Hankel matrix is invertible, so they are those of n units (Ho and Kalman) of some D', B', W' with D' B' = D B: the coordinates are changed as before.
//! - n even, T = 2n + 1, M < 2n: take M = 2n − 1. The H_1, …, H_2n with the teacher's labels are a line. Along it the (n+1) × (n+1) Hankel determinant has the odd degree n + 1: its leading coefficient is that of the direction, generic but for H_0 = 0. Where it vanishes, and the n × n one does not, the numbers are those of n units. The line
//!   is a generic one through a plane through H\*, which meets the zeros of both, of two dimensions less, in finitely many points.
//!
//! `two units`: `lrnn` of one input, one output, two hidden units, any samples: W_00 and W_11 learn, W_01 or W_10, and D_i and B_i of one unit, say of unit 0 (or as said below). τ and Δ are the teacher's trace and determinant, f = D_1 B_1. For u = W_00 let W_11 = τ − u, W_01 W_10 = u (τ − u) − Δ (one of the two is given), D_0 = z, B_0 = c / z, c = H_0\* − f. So
//! W has the teacher's characteristic polynomial, and D B is H_0\*; D W B = H_1\* says B_1 W_01 z² + (cu + f (τ − u) − H_1\*) z + D_1 W_10 c = 0. Its discriminant is (c + f)² u² and smaller terms: for large u it has a real root z, not 0. All H_t are the teacher's. *Or D_i, B_j and W_ij learn, i ≠ j, beside W_00 and W_11*, say D_1, B_0 and W_10: W_10 = (u (τ − u) − Δ)/W_01, D_1 = z, B_0 = (H_0\* − z B_1)/D_0, and D W B = H_1\* says
//! −(W_10 B_1/D_0) z² + (W_10 H_0\*/D_0 + (τ − 2u) B_1) z + u H_0\* + D_0 W_01 B_1 − H_1\* = 0, with the discriminant (H_0\*/(W_01 D_0))² u⁴ and smaller terms.

use super::super::network::{Chain, Family, Network};
use super::super::proof::{Fault, limit};

/// What of a unit learns: incoming weights, and the outgoing one.
struct Unit {
    incoming: Vec<bool>,
    factor: bool,
}

impl Unit {
    fn count(&self) -> usize {
        self.incoming.iter().filter(|learns| **learns).count()
    }

    fn frozen(&self) -> usize {
        self.incoming.len() - self.count()
    }

    fn is_free(&self) -> bool {
        self.frozen() == 0 || self.frozen() == 1 && self.factor
    }

    /// From how many inputs the weights of both are frozen.
    fn both_frozen(&self, other: &Unit) -> usize {
        self.incoming.iter().zip(&other.incoming).filter(|(a, b)| !**a && !**b).count()
    }
}

/// The units of one hidden layer with one output, and the degree.
fn units(network: &Network, set: &[usize]) -> Option<(Vec<Unit>, u32)> {
    let Chain { widths, degrees } = network.chain.as_ref()?;
    let (&[d, h, 1], &[degree]) = (widths.as_slice(), degrees.as_slice()) else { return None };
    let learns = |w: usize| set.binary_search(&w).is_ok();
    let unit = |i: usize| Unit { incoming: (i * d..(i + 1) * d).map(learns).collect(), factor: learns(h * d + i) };
    Some(((0..h).map(unit).collect(), degree))
}

/// Whether, far away, a function has both signs, or near parallel units.
pub(super) fn is_far(network: &Network, set: &[usize], samples: Option<u64>) -> Result<bool, Fault> {
    let Some((units, degree)) = units(network, set) else { return Ok(false) };
    let (h, d) = (units.len(), units[0].incoming.len());
    if h < 2 || d < 2 || degree < 2 {
        return Ok(false);
    }
    limit(h.saturating_mul(h).saturating_mul(4 * d))?;
    let few = |most: usize| samples.is_some_and(|m| m <= most as u64);
    let others = |i: usize| units.iter().enumerate().filter(move |(k, _)| *k != i).map(|(_, unit)| unit);
    let parallel = |i: usize| {
        let fits = |other: &Unit| other.factor && units[i].both_frozen(other) <= 1;
        units[i].factor && others(i).any(fits)
    };
    let plane = |i: usize| units[i].frozen() == 0 && others(i).filter(|unit| unit.factor).count() >= 2;
    let far = |i: usize| {
        let two = |o: &Unit| h == 2 && o.count() + usize::from(o.factor && o.frozen() > 0) >= 2;
        let same = || (0..d).any(|k| others(i).filter(|unit| unit.incoming[k]).count() >= 2);
        let even = |o: &Unit| (o.count() >= 2 || o.count() == 1 && o.factor) && (o.factor || units[i].factor);
        let moves = match degree % 2 {
            1 => others(i).any(two) || same(),
            _ => d % 2 == 1 && others(i).any(even),
        };
        units[i].is_free() && moves
    };
    let places = 0..h;
    Ok(few(3) && d >= 3 && places.clone().any(parallel)
        || degree == 2 && d == 2 && places.clone().any(plane)
        || few(d + 1) && places.clone().any(far))
}

/// Whether two squares can be any form in a plane.
pub(super) fn has_plane(network: &Network, set: &[usize]) -> bool {
    units(network, set).is_some_and(|(units, degree)| {
        let (h, d) = (units.len(), units[0].incoming.len());
        let fits = |u: usize, v: usize| {
            let few = units[u].frozen() <= 1 && units[v].frozen() <= 2;
            u != v && few && units[u].factor && units[v].factor
        };
        degree == 2 && d > 1 && (h == 2 || d == 2) && (0..h).any(|u| (0..h).any(|v| fits(u, v)))
    })
}

/// Whether one square can be any of a line, whose norm has an odd degree.
pub(super) fn has_odd_norm(network: &Network, set: &[usize], samples: Option<u64>) -> bool {
    units(network, set).is_some_and(|(units, degree)| {
        let d = units[0].incoming.len();
        let factors = units.iter().filter(|unit| unit.factor).count();
        let free = units.iter().any(|unit| unit.factor && unit.frozen() <= 1);
        degree == 2 && d > 1 && factors > 1 && free && samples.is_some_and(|m| m <= d as u64 + 1)
    })
}

/// Whether labels are on a line through two conics, one of whose common points is known.
pub(super) fn has_conics(network: &Network, set: &[usize], samples: Option<u64>) -> bool {
    units(network, set).is_some_and(|(units, degree)| {
        let shape = degree == 2 && units[0].incoming.len() == 3 && samples.is_some_and(|m| m <= 4);
        let from = |unit: &Unit, k: usize| unit.factor && unit.incoming[k];
        let apart = |u: &Unit, v: &Unit| (0..3).any(|k| (0..3).any(|l| k != l && from(u, k) && from(v, l)));
        shape && units.iter().enumerate().any(|(i, u)| units[..i].iter().any(|v| apart(u, v)))
    })
}

/// Whether a cubic form is a sum of three cubes, one of which is any, and two have a free number each.
pub(super) fn has_cubes(network: &Network, set: &[usize]) -> bool {
    units(network, set).is_some_and(|(units, degree)| {
        // A weight from input k into q, and another direction for r.
        let apart =
            |q: usize, r: usize| (0..2).any(|k| units[q].incoming[k] && (units[r].incoming[1 - k] || units[r].factor));
        let fits = |p: usize, q: usize| {
            p != q && units[p].is_free() && (0..units.len()).any(|r| r != p && r != q && apart(q, r))
        };
        let places = 0..units.len();
        let shape = degree == 3 && units[0].incoming.len() == 2;
        shape && places.clone().any(|p| places.clone().any(|q| fits(p, q)))
    })
}

/// Whether a unit can grow with any sign while another one has all that is left but one condition.
pub(super) fn is_growing(network: &Network, set: &[usize], samples: Option<u64>) -> bool {
    let (Some((units, degree)), Some(m @ 2..)) = (units(network, set), samples) else { return false };
    let (h, d) = (units.len(), units[0].incoming.len());
    let others = |v: usize, k: usize| (0..d).filter(|i| *i != k && units[v].incoming[*i]).count() as u64;
    let fits =
        |u: usize, k: usize| units[u].factor && units[u].incoming[k] && (0..h).any(|v| v != u && others(v, k) + 1 >= m);
    degree > 0 && degree.is_multiple_of(2) && (0..h).any(|u| (0..d).any(|k| fits(u, k)))
}

/// Whether as many units as inputs learn all their weights, of squares.
pub(super) fn has_squares(network: &Network, set: &[usize]) -> bool {
    units(network, set).is_some_and(|(units, degree)| {
        let whole = units.iter().filter(|unit| unit.frozen() == 0 && unit.factor).count();
        degree == 2 && whole >= units[0].incoming.len()
    })
}

/// Whether coordinates of the hidden units take encoder and decoder to the given ones.
pub(super) fn has_coordinates(network: &Network, set: &[usize], samples: Option<u64>) -> bool {
    let Family::Recurrent { inputs: 1, hidden: n, outputs: 1, steps, every } = network.family else { return false };
    let learns = |w: usize| set.binary_search(&w).is_ok();
    let ends = |name: &str| {
        (0..n).map(|i| if name == "D" { network.at("D", 0, i) } else { network.at("B", i, 0) }).any(learns)
    };
    let whole = (0..n * n).all(|k| learns(network.at("W", k / n, k % n)));
    let fewer = samples.filter(|_| !every).is_some_and(|m| {
        let (m, odd) = (m as usize, n % 2 == 0 && steps == 2 * n + 1);
        steps <= 2 * n && m < steps || odd && m < 2 * n
    });
    whole && (ends("D") || ends("B") || fewer)
}

/// Whether two hidden units are enough to take any poles and two more numbers.
pub(super) fn has_two_units(network: &Network, set: &[usize]) -> bool {
    let Family::Recurrent { inputs: 1, hidden: 2, outputs: 1, .. } = network.family else { return false };
    let learns = |name: &str, row: usize, column: usize| set.binary_search(&network.at(name, row, column)).is_ok();
    let ends = |i: usize, j: usize| learns("D", 0, i) && learns("B", j, 0);
    let beside = learns("W", 0, 1) || learns("W", 1, 0);
    let apart = |i: usize, j: usize| i != j && ends(i, j) && learns("W", i, j);
    let fits = (0..2).any(|i| beside && ends(i, i) || (0..2).any(|j| apart(i, j)));
    fits && learns("W", 0, 0) && learns("W", 1, 1)
}
