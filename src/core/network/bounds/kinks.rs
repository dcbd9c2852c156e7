//! Bounds for two kinds of ReLU networks, which hold on every activation pattern. Their proofs stand in the checker.

use std::collections::BTreeSet;

use super::Subject;

/// More units are not put on sides in every way.
const MOST_SIDES: usize = 8;

/// One input, one hidden layer, no biases: each unit is active on one side of 0. There, learnable incoming weights move labels along
/// outgoing weights, and outgoing ones along their outputs; the largest over all sides of units.
pub(super) fn signs(subject: &Subject<'_>) -> Option<usize> {
    let (shapes, samples) = (&subject.known.shapes, subject.known.samples);
    let widths = shapes.widths.as_ref().filter(|_| subject.known.has_kinks && shapes.bias == Some(false))?;
    let &[1, hidden, outputs] = widths.as_slice() else { return None };
    let places: Vec<_> = subject.places().collect();
    let side = |units: usize| {
        let moved = places.iter().filter(|w| w.layer == 1 && units >> w.row & 1 == 1).count();
        let led: BTreeSet<usize> =
            places.iter().filter(|w| w.layer == 2 && units >> w.column & 1 == 1).map(|w| w.row).collect();
        (moved + led.len()).min(outputs)
    };
    let both = |units: usize| match (side(units), side(!units)) {
        (a, b) if samples.count() == Some(1) => a.max(b),
        (a, b) => a + b,
    };
    (hidden <= MOST_SIDES).then(|| (0..1 << hidden).map(both).max()).flatten()
}

/// All widths 1, biases: slope, intercept, and two constants hold all labels; the largest, over the layers that the constants
/// begin above, of the rank that the pattern of their derivatives allows.
pub(super) fn chain(subject: &Subject<'_>) -> Option<usize> {
    let shapes = &subject.known.shapes;
    let widths = shapes.widths.as_ref().filter(|_| subject.known.has_kinks && shapes.bias == Some(true))?;
    let top = widths.iter().all(|d| *d == 1).then(|| widths.len() - 1)?;
    let places: Vec<_> = subject.places().map(|w| (w.layer, w.is_vector)).collect();
    let rank = |(a, b): (usize, usize)| {
        let constant = |(layer, vector): (usize, bool), above: usize| layer > above + usize::from(!vector);
        let moves = |p: &(usize, bool)| [!p.1, constant(*p, 0), constant(*p, a), constant(*p, b)];
        let moved: Vec<[bool; 4]> = places.iter().map(moves).collect();
        let outside = |t: u32| moved.iter().filter(|m| (0..4).any(|c| m[c] && t >> c & 1 == 0)).count();
        (0..16u32).map(|t| t.count_ones() as usize + outside(t)).min()
    };
    (1..top).flat_map(|b| (1..=b).map(move |a| (a, b))).filter_map(rank).max()
}
