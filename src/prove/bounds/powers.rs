//! Bounds for polynomial networks with one hidden layer from the geometry of powers of linear forms. Their proofs stand in
//! the checker and in `docs/certificate-format.md`.

use std::collections::BTreeSet;

use allocert_core::allocation::Allocation;
use allocert_core::network::Network;

/// Every bound of this kind, with its name.
pub(super) fn bounds(network: &Network, set: &Allocation) -> Vec<(&'static str, usize)> {
    let shapes = network.shapes();
    let (Some([d, _, o]), Some(degree)) = (shapes.widths.as_deref(), shapes.degree) else {
        return Vec::new();
    };
    let (d, o, g) = (d + usize::from(shapes.bias == Some(true)), *o, degree as usize);
    let (mut units, mut constants) = (BTreeSet::new(), 0);
    for weight in set.iter().map(|w| network.layout().weight(w)) {
        match (weight.tensor.layer, weight.tensor.is_vector()) {
            (2, true) => constants += 1,
            (2, false) => drop(units.insert(weight.column)),
            _ => drop(units.insert(weight.row)),
        }
    }
    let k = units.len();
    let named = [("hypersurface", hypersurface(d, o, g, k)), ("curve", curve(d, o, g, k)), ("skew", skew(d, o, g, k))];
    named.into_iter().filter_map(|(name, bound)| Some((name, bound? + constants))).collect()
}

/// Forms of degree g in d variables.
fn forms(d: usize, g: usize) -> Option<usize> {
    let mut count: u64 = 1;
    for i in 1..d as u64 {
        count = count.checked_mul(g as u64 + i)? / i;
        if count >= 1 << 40 {
            return None;
        }
    }
    usize::try_from(count).ok()
}

/// Products of a form that vanishes at all points and one whose values there are annihilated by the outgoing weights.
fn hypersurface(d: usize, o: usize, g: usize, k: usize) -> Option<usize> {
    let lost = |h: usize| {
        let (s, other) = (forms(d, h)?.checked_sub(k)?, (o * forms(d, g - h)?).checked_sub(k)?);
        (s > 0 && other > 0).then(|| s + other - 1)
    };
    (o * forms(d, g)?).checked_sub((1..g.min(65)).filter_map(lost).max()?).filter(|_| g <= 64)
}

/// A rational curve through all units meets every tangent space in two dimensions.
fn curve(d: usize, o: usize, g: usize, k: usize) -> Option<usize> {
    (d >= 2 && k >= 1 && (k <= d + 2 || d == 2)).then(|| {
        let degree = k - 1 - (k - 1) / o + g * (d - 1);
        k * (d + o - 1) - (2 * k).saturating_sub(degree + 1)
    })
}

/// A Pfaffian of the squares' matrices of three outputs vanishes.
fn skew(d: usize, o: usize, g: usize, k: usize) -> Option<usize> {
    (g == 2 && o >= 3 && 2 * k < 3 * d - d % 2).then(|| Some(o * forms(d, 2)? - 1)).flatten()
}
