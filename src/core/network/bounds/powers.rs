//! Bounds for polynomial networks with one hidden layer from the geometry of powers of linear forms. Their proofs stand in
//! the checker and in `docs/certificate-format.md`.

use std::collections::BTreeSet;

use super::Subject;

/// A sum of powers of linear forms: d inputs, a constant one with biases among them, o outputs, powers g of k units that some
/// learnable weight leads to or from.
struct Powers {
    d: usize,
    o: usize,
    g: usize,
    k: usize,
    /// How many output biases learn.
    constants: usize,
}

/// The bound that a theorem gives for the powers, with a dimension more for each output bias.
fn bound(subject: &Subject<'_>, theorem: impl Fn(&Powers) -> Option<usize>) -> Option<usize> {
    let shapes = &subject.known.shapes;
    let (Some([d, _, o]), Some(degree)) = (shapes.widths.as_deref(), shapes.degree) else {
        return None;
    };
    let (mut units, mut constants) = (BTreeSet::new(), 0);
    for place in subject.places() {
        match (place.layer, place.is_vector) {
            (2, true) => constants += 1,
            (2, false) => drop(units.insert(place.column)),
            _ => drop(units.insert(place.row)),
        }
    }
    let d = d + usize::from(shapes.bias == Some(true));
    let powers = Powers { d, o: *o, g: degree as usize, k: units.len(), constants };
    Some(theorem(&powers)? + powers.constants)
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
pub(super) fn hypersurface(subject: &Subject<'_>) -> Option<usize> {
    bound(subject, |&Powers { d, o, g, k, .. }| {
        let lost = |h: usize| {
            let (s, other) = (forms(d, h)?.checked_sub(k)?, (o * forms(d, g - h)?).checked_sub(k)?);
            (s > 0 && other > 0).then(|| s + other - 1)
        };
        (o * forms(d, g)?).checked_sub((1..g.min(65)).filter_map(lost).max()?).filter(|_| g <= 64)
    })
}

/// A rational curve through all units meets every tangent space in two dimensions.
pub(super) fn curve(subject: &Subject<'_>) -> Option<usize> {
    bound(subject, |&Powers { d, o, g, k, .. }| {
        (d >= 2 && k >= 1 && (k <= d + 2 || d == 2)).then(|| {
            let degree = k - 1 - (k - 1) / o + g * (d - 1);
            k * (d + o - 1) - (2 * k).saturating_sub(degree + 1)
        })
    })
}

/// A Pfaffian of the squares' matrices of three outputs vanishes.
pub(super) fn skew(subject: &Subject<'_>) -> Option<usize> {
    bound(subject, |&Powers { d, o, g, k, .. }| {
        (g == 2 && o >= 3 && 2 * k < 3 * d - d % 2).then(|| Some(o * forms(d, 2)? - 1)).flatten()
    })
}
