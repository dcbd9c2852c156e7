//! The sets that permutations of weights make of one.

/// All sets that permutations make of a set, as bits.
pub(super) fn orbit(set: u64, permutations: &[Vec<usize>]) -> Vec<u64> {
    let mut found = std::collections::BTreeSet::from([set]);
    let mut open = vec![set];
    while let Some(set) = open.pop() {
        for permutation in permutations {
            let bits = (0..64).filter(|w| set >> w & 1 == 1);
            let image = bits.fold(0, |image, w| image | 1 << permutation[w]);
            if found.insert(image) {
                open.push(image);
            }
        }
    }
    found.into_iter().collect()
}
