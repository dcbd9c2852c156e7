//! Bounds for recurrent networks from the theory of linear systems. n hidden units, q inputs, p outputs, T steps; labels of any
//! inputs are linear in the Markov parameters H_k = D W^k B, k < T, so that what bounds these bounds all. A is the allocation.
//! Where D is frozen and p > n, its first n rows determine all labels, and p = n is used; likewise q = n where B is.
//!
//! If A lies in W, H_0 = DB does not move along A. In a set F that contains A, D and B the labels H_0 have pq dimensions (here
//! p, q ≤ n), so ρ(A) ≤ ρ(F) − pq: the columns of A lie in the kernel of a map of rank pq on those of F.
//!
//! - `poles`: ρ(A) ≤ n(p + q) − n + s, s = min(|A ∩ W|, n), and at most n − 1 where A avoids the diagonal, as the trace is frozen.
//!   With a characteristic polynomial χ that has distinct roots, W = P C P⁻¹ with the companion matrix C, so the labels are
//!   D' C^k B': n(p + q) weights, on which the group of the matrices that commute with C acts with orbits of n dimensions. While A
//!   moves, χ moves in at most s dimensions.
//! - `realization`: ρ(A) ≤ Σ min(T, ν_a + μ_b), ν and μ the balanced partitions of n into p and q parts: H_k(a,b) with k < ν_a + μ_b
//!   determine the others. Rows (a,i), i < ν_a, and columns (b,j), j < μ_b, of the Hankel matrix (H_{i+j}(a,b)) of rank n have a
//!   minor that is not zero. For k = ν_a + μ_b + s its border by row (a, ν_a) and column (b, μ_b + s) vanishes, which gives H_k(a,b)
//!   from H_i(a',b') with i < ν_a' + μ_b', and, in the column, from H_i(a',b), i < ν_a' + μ_b + s: known by induction on s. All these
//!   i are at most k < T, since the parts differ by at most 1.
//! - `surplus`: p > n. The first n rows Y of the labels determine the states X = D_1⁻¹ Y; along A the other p − n rows are moved by
//!   what moves Y, and each by a combination of v rows of X, those whose columns of D learn. So ρ(A) ≤ y + (p − n) min(v, n, L, Tq)
//!   where L is the number of labels of an output, and y bounds Y: nL, or `poles` or `realization` with p = n.
//! - `observer`: readout all. Let z be the shift in time. The rows D_a W^i, i < ν_a, are a basis, in which
//!   D_a W^{ν_a} has n coordinates for an output a with the smaller ν_a. So its next label is a combination with n + q ν_a
//!   coefficients of labels so far (of outputs with the larger ν, at the same time too) and of inputs: these determine
//!   its sequences from those of the outputs with the larger ν, and it adds at most n + q ν_a dimensions.
//! - `signals`: m samples, X_t and H_t the inputs and states at step t as matrices of m columns. Along A, output k at step t
//!   moves in the span of: the r rows of H_t that row k of D learns to read; the c rows of X_t for columns of B that learn; and for
//!   each s < t, the u rows of H_s that columns of W learn to read and c rows of X_s, all of which lie in the rows of X_1, …, X_s, so
//!   that s adds at most min(q, u + c). This is at most r + c + (t − 1) min(q, u + c), and at most m. Where D is frozen, hidden
//!   units i may stand for outputs: r = 0, c is what row i of B learns, and for s = t − 1 u is what row i of W does.
//! - `unit`: m samples, n, T > 1. Let u be a unit vector e_i, or one with D_k u = 0 for all rows D_k with frozen weights, fewer than n
//!   and p, and generic otherwise. The direction δB = uβ, δW = uω − (Wu)φ, δD = −(Du)g moves the states h_t by u(φ·h_t) for t < T if
//!   φ·h_t = β·x_t + ω·h_{t−1} (h_0 = 0), by induction, and with g·h_T = β·x_T + ω·h_{T−1} no label read out last; with readout all, g = φ. It
//!   is zero only if (g, φ, ω, β) is, as Wu and u are independent and Du is not 0. These are mT linear equations, and m(T − 1)
//!   for φ = β = 0; what is frozen adds: u_i β_j = 0 in B; u_i ω_j = (Wu)_i φ_j in W, at most two for each j; (D_k u) g_j = 0 in D,
//!   nothing where D_k u = 0. ρ(A) ≤ |A| less the unknowns that are left over.
//! - `blocks`: what is frozen lies in p' rows of D, q' columns of B and a block of k rows R and c columns C of W. Matrices G
//!   with D'G = 0, GB' = 0, \[G,W\]_RC = 0 give the directions (−DG, GB, \[G,W\]) inside A, along which no label changes; none is
//!   zero, since (W, B) is controllable. So ρ(A) ≤ |A| − dim{G}. G = KML with K spanning the kernel of D', L that of B', M of size
//!   a × b, a = n − p', b = n − q': M solves A_1 M P_1 = A_2 M P_2 with k × a and b × c pencils. The number of solutions is least for
//!   generic pencils. These have ab − kc at least; and where k < a and c > b, they are sums of blocks ε × (ε + 1) and η × (η + 1),
//!   ε in the balanced partition of k into a − k parts, η in that of b into c − b parts, each pair with (ε + 1)η unknowns and
//!   ε(η + 1) equations: η − ε solutions at least. Likewise transposed. If only all of W is frozen, the n powers of W are G.

use super::super::network::{Family, Network};

pub(super) fn bound(name: &str, network: &Network, set: &[usize], samples: Option<u64>) -> Option<u128> {
    let Family::Recurrent { inputs, hidden, outputs, steps, every } = &network.family else {
        return None;
    };
    let places = |name: &str, learnable: bool| -> Vec<(usize, usize)> {
        let inside = |t: &super::super::network::Tensor| {
            let all = (t.start..t.start + t.rows * t.columns).filter(|w| set.binary_search(w).is_ok() == learnable);
            all.map(|w| ((w - t.start) / t.columns, (w - t.start) % t.columns)).collect()
        };
        network.tensor(name).map_or_else(Vec::new, inside)
    };
    let [d, b, w] = ["D", "B", "W"].map(|name| places(name, true));
    let (n, t) = (*hidden, *steps);
    let p = if d.is_empty() { n.min(*outputs) } else { *outputs };
    let q = if b.is_empty() { n.min(*inputs) } else { *inputs };
    let first = if d.is_empty() && b.is_empty() { p * q } else { 0 };
    let diagonal = w.iter().any(|(row, column)| row == column);
    let poles = |p: usize| n * (p + q) - n + w.len().min(if diagonal { n } else { n - 1 }) - first;
    let realization = |p: usize| {
        let terms = balanced(n, p).flat_map(|a| balanced(n, q).map(move |b| t.min(a + b)));
        terms.sum::<usize>() - first
    };
    let long = |labels: u64| u128::from(labels) * if *every { t as u128 } else { 1 };
    let shown = samples.map_or(u128::MAX >> 32, long);
    let wide = |n: usize| n as u128;
    match name {
        "poles" => Some(wide(poles(p))),
        "realization" => Some(wide(realization(p))),
        "surplus" if p > n => {
            let states = wide(distinct(d.iter().map(|place| place.1)).min(t * q)).min(shown);
            Some((wide(n) * shown).min(wide(poles(n).min(realization(n)))) + wide(p - n) * states)
        }
        "observer" if *every && samples.is_some() => {
            let one = shown.min(wide(n + q * (n / p)));
            Some(wide(n % p) * shown + wide(p - n % p) * one)
        }
        "signals" => {
            let m = samples? as u128;
            let count = |of: &[(usize, usize)], row: usize| of.iter().filter(|place| place.0 == row).count();
            let [c, u] = [&b, &w].map(|of| distinct(of.iter().map(|place| place.1)));
            let total = |states: bool| {
                let rows = (0..if states { n } else { p }).map(|k| {
                    let (own, near) = if states { (count(&b, k), count(&w, k)) } else { (c, u) };
                    let far = |s: usize| s.saturating_sub(2) * (*inputs).min(u + c);
                    let at = |s: usize| own + if s > 1 { (*inputs).min(near + c) + far(s) } else { 0 };
                    let times = if *every { 1..t + 1 } else { t..t + 1 };
                    times.map(|s| m.min(wide(count(&d, k) + at(s)))).sum::<u128>()
                });
                rows.sum::<u128>()
            };
            Some(if d.is_empty() { total(true).min(total(false)) } else { total(false) })
        }
        "unit" if t > 1 && n > 1 => {
            let frozen = ["D", "B", "W"].map(|name| places(name, false));
            let m = usize::try_from(samples?).ok()?.min(set.len());
            let lost = unit(&frozen, (n, *inputs, *outputs), (m * t, m * (t - 1)), *every);
            set.len().checked_sub(lost).map(wide)
        }
        "blocks" => {
            let [d, b, w] = ["D", "B", "W"].map(|name| places(name, false));
            let a = n.saturating_sub(distinct(d.iter().map(|place| place.0)));
            let b = n.saturating_sub(distinct(b.iter().map(|place| place.1)));
            let (k, c) = (distinct(w.iter().map(|place| place.0)), distinct(w.iter().map(|place| place.1)));
            let commuting = if (a, b, k, c) == (n, n, n, n) { n } else { 0 };
            set.len().checked_sub(directions(k, a, b, c).max(commuting)).map(wide)
        }
        _ => None,
    }
}

/// Unknowns (g, φ, ω, β) less equations, where all may be solutions and where φ = β = 0, for the best u: a unit, or none.
fn unit(
    [d, b, w]: &[Vec<(usize, usize)>; 3],
    (n, q, p): (usize, usize, usize),
    (equations, fewer): (usize, usize),
    every: bool,
) -> usize {
    let generic = (distinct(d.iter().map(|place| place.0)) < n.min(p)).then_some(None);
    let lost = |u: Option<usize>| {
        let hidden = |j: usize| u.is_some() && d.iter().any(|place| place.1 == j);
        let own = |row: usize| u.is_none_or(|i| i == row);
        let kept =
            |of: &[(usize, usize)], j: usize| of.iter().filter(|(row, column)| *column == j && own(*row)).count();
        let others = |j: usize| w.iter().any(|(row, column)| *column == j && !own(*row)) || every && hidden(j);
        let g = if every { 0 } else { (0..n).filter(|j| !hidden(*j)).count() };
        let both = |j: usize| 2 - (kept(w, j) + usize::from(others(j))).min(2);
        let moving = (0..n).map(both).sum::<usize>() + (0..q).filter(|j| kept(b, *j) == 0).count();
        let still = (0..n).filter(|j| kept(w, *j) == 0).count();
        (g + moving).saturating_sub(equations).max((g + still).saturating_sub(fewer))
    };
    (0..n).map(Some).chain(generic).map(lost).max().unwrap_or(0)
}

/// Solutions of A_1 M P_1 = A_2 M P_2 with k × a and b × c pencils: at least so many.
fn directions(k: usize, a: usize, b: usize, c: usize) -> usize {
    let pairs = |(low, of): (usize, usize), (high, into): (usize, usize)| {
        balanced(low, of).flat_map(|e| balanced(high, into).map(move |h| h.saturating_sub(e))).sum()
    };
    match (a, b) {
        (0, _) | (_, 0) => 0,
        _ if k < a && c > b => pairs((k, a - k), (b, c - b)),
        _ if k > a && c < b => pairs((c, b - c), (a, k - a)),
        _ => (a * b).saturating_sub(k * c),
    }
}

/// A number as a sum of so many parts that differ by at most 1.
fn balanced(number: usize, parts: usize) -> impl Iterator<Item = usize> {
    (0..parts).map(move |part| number / parts + usize::from(part < number % parts))
}

fn distinct(places: impl Iterator<Item = usize>) -> usize {
    places.collect::<std::collections::BTreeSet<_>>().len()
}
