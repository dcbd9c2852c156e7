//! Small determinants in any commutative ring.

use crate::number::Ring;

/// The minor of the rows from `row` on and as many `columns`, by Laplace's expansion along its first row. k rows take up to k!
/// products; entries that are zero are passed over.
pub fn minor<R: Ring>(
    ring: &R,
    row: usize,
    columns: &[usize],
    entry: &dyn Fn(usize, usize) -> R::Element,
) -> R::Element {
    if columns.is_empty() {
        return ring.one();
    }
    let mut sum = ring.zero();
    for (place, column) in columns.iter().enumerate() {
        let factor = entry(row, *column);
        if ring.is_zero(&factor) {
            continue;
        }
        let others: Vec<usize> = columns.iter().copied().filter(|c| c != column).collect();
        let product = ring.mul(&factor, &minor(ring, row + 1, &others, entry));
        sum = if place.is_multiple_of(2) { ring.add(&sum, &product) } else { ring.sub(&sum, &product) };
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Rationals;
    use rug::Rational;

    #[test]
    fn of_vandermonde() {
        // Π (x_j − x_i) for x = 2, 3, 5, 7.
        let entry = |row: usize, column: usize| Rational::from([2i64, 3, 5, 7][column].pow(row as u32));
        assert_eq!(minor(&Rationals, 0, &[0, 1, 2, 3], &entry), 240);
        assert_eq!(minor(&Rationals, 0, &[1, 0], &entry), -1);
        assert_eq!(minor(&Rationals, 0, &[], &entry), 1);
    }
}
