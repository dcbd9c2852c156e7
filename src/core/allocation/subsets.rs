//! Enumeration of allocations: smallest first, then in canonical order.

use itertools::Itertools;

use super::Allocation;

/// Every subset of `within` that has `size` weights, in lexicographic order of its weights.
pub fn subsets(within: &Allocation, size: usize) -> impl Iterator<Item = Allocation> + use<> {
    let weights = within.weights();
    within
        .iter()
        .collect::<Vec<_>>()
        .into_iter()
        .combinations(size)
        .map(move |positions| Allocation::of(weights, positions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_every_subset_once_in_order() {
        let within = Allocation::of(70, [0, 3, 5, 64, 69]);
        let all: Vec<Allocation> = (0..=5).flat_map(|r| subsets(&within, r)).collect();
        assert_eq!(all.len(), 32);
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(all.iter().all(|a| a.is_subset(&within)));
    }
}
