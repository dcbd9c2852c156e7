//! The axioms of cyclic flats (Bonin and de Mier, *The lattice of cyclic flats of a matroid*, 2008), as a check of a list.
//!
//! Sets Z with numbers r are the cyclic flats of a matroid and their ranks if and only if
//! - under inclusion they are a lattice, and r is 0 at the bottom;
//! - 0 < r(Y) − r(X) < |Y ∖ X| for X ⊂ Y;
//! - r(X) + r(Y) ≥ r(X ∨ Y) + r(X ∧ Y) + |(X ∩ Y) ∖ (X ∧ Y)|.

use crate::reach::symmetry::Set;

/// Whether a list of sets with their ranks, each set once, satisfies the axioms. Costs flats³ steps.
pub(super) fn hold(flats: &[(Set, usize)]) -> bool {
    let size = |set: Set| set.count_ones() as usize;
    let inside = |a: Set, b: Set| a & !b == 0;
    let least = |sets: &mut dyn Iterator<Item = (Set, usize)>| {
        let all: Vec<(Set, usize)> = sets.collect();
        let least = all.iter().copied().min_by_key(|(z, _)| z.count_ones())?;
        all.iter().all(|(z, _)| inside(least.0, *z)).then_some(least)
    };
    let greatest = |sets: &mut dyn Iterator<Item = (Set, usize)>| {
        let all: Vec<(Set, usize)> = sets.collect();
        let greatest = all.iter().copied().max_by_key(|(z, _)| z.count_ones())?;
        all.iter().all(|(z, _)| inside(*z, greatest.0)).then_some(greatest)
    };
    let Some((_, 0)) = least(&mut flats.iter().copied()) else {
        return false;
    };
    flats.iter().enumerate().all(|(i, (x, r))| {
        flats[..i].iter().all(|(y, s)| {
            let join = least(&mut flats.iter().copied().filter(|(z, _)| inside(*x | *y, *z)));
            let meet = greatest(&mut flats.iter().copied().filter(|(z, _)| inside(*z, *x & *y)));
            let (Some((_, join)), Some((meet_set, meet))) = (join, meet) else {
                return false;
            };
            let ((low, lower), (high, higher)) =
                if size(*x) < size(*y) { ((*x, *r), (*y, *s)) } else { ((*y, *s), (*x, *r)) };
            let steps = !inside(low, high) || low != high && lower < higher && higher - lower < size(high & !low);
            steps && r + s >= join + meet + size(*x & *y & !meet_set)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_only_counts_bases_right_is_refused() {
        // a, b loops; c, d, e generic of rank 2.
        let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(crate::reach::symmetry::bit);
        let all = a | b | c | d | e;
        assert!(hold(&[(a | b, 0), (all, 2)]));
        assert!(!hold(&[(0, 0), (a | b | c, 1), (a | b | d, 1), (a | b | e, 1), (all, 2)]));
        assert!(!hold(&[(0, 0), (a | b, 0), (all, 2)]));
        assert!(!hold(&[(0, 0), (c | d, 2), (all, 3)]));
        assert!(hold(&[(0, 0), (c | d, 1), (c | d | e | a, 2)]));
        assert!(!hold(&[(0, 0), (c | d, 1), (a | b, 1)]));
    }
}
