//! Rows put in one after the other, each written over those before it where it depends on them; and relations between rows that
//! grow.

use crate::number::{Field, PrimeField, Ring};

/// A growing set of independent rows modulo a prime, with the way in which each reduced row came about.
pub(super) struct Echelon {
    field: PrimeField,
    /// Pivot, reduced row, and its coefficients over the rows that were put in.
    rows: Vec<(usize, Vec<u64>, Vec<u64>)>,
}

impl Echelon {
    pub(super) fn new(field: PrimeField) -> Self {
        Echelon { field, rows: Vec::new() }
    }

    /// Puts a row in. If it depends on the rows before it, nothing changes, and its coefficients over them come back.
    pub(super) fn insert(&mut self, mut row: Vec<u64>) -> Option<Vec<u64>> {
        let field = self.field;
        let mut over = vec![0; self.rows.len()];
        for (pivot, reduced, combination) in &self.rows {
            if row[*pivot] == 0 {
                continue;
            }
            let factor = field.neg(&row[*pivot]);
            add_multiple(field, &mut row, factor, reduced);
            add_multiple(field, &mut over, factor, combination);
        }
        // Now row = given + Σ over · rows.
        let Some((pivot, inverse)) = row.iter().enumerate().find_map(|(at, entry)| Some((at, field.inverse(entry)?)))
        else {
            return Some(over.iter().map(|c| field.neg(c)).collect());
        };
        over.push(field.one());
        row.iter_mut().chain(&mut over).for_each(|entry| *entry = field.mul(entry, &inverse));
        self.rows.iter_mut().for_each(|(_, _, combination)| combination.push(0));
        self.rows.push((pivot, row, over));
        None
    }
}

fn add_multiple(field: PrimeField, target: &mut [u64], factor: u64, row: &[u64]) {
    target.iter_mut().zip(row).for_each(|(sum, entry)| field.add_product(sum, &factor, entry));
}

/// The linear relations Σ c_i · row_i = 0 between rows of which ever more entries are seen.
///
/// If entries are those of functions at random points, one point after the other, and a point takes no relation away, then what
/// is left annihilates the functions at almost every point, and no further point is likely to take any away.
pub(super) struct Relations {
    field: PrimeField,
    /// A basis.
    basis: Vec<Vec<u64>>,
}

impl Relations {
    /// Between so many rows of which nothing has been seen.
    pub(super) fn between(field: PrimeField, rows: usize) -> Self {
        let unit = |row: usize| (0..rows).map(|i| if i == row { field.one() } else { 0 }).collect();
        Relations { field, basis: (0..rows).map(unit).collect() }
    }

    /// Whether there is none.
    pub(super) fn is_none(&self) -> bool {
        self.basis.is_empty()
    }

    /// Sees more entries of every row. Whether there are fewer relations than before.
    pub(super) fn see(&mut self, rows: &[Vec<u64>]) -> bool {
        let field = self.field;
        let length = rows.first().map_or(0, Vec::len);
        let combination = |relation: &[u64], length: usize, vectors: &[Vec<u64>]| {
            let mut sum = vec![0; length];
            relation
                .iter()
                .zip(vectors)
                .filter(|(c, _)| **c != 0)
                .for_each(|(c, v)| add_multiple(field, &mut sum, *c, v));
            sum
        };
        let mut echelon = Echelon::new(field);
        let (mut kept, mut left): (Vec<Vec<u64>>, Vec<Vec<u64>>) = (Vec::new(), Vec::new());
        for relation in std::mem::take(&mut self.basis) {
            match echelon.insert(combination(&relation, length, rows)) {
                None => kept.push(relation),
                Some(over) => {
                    // This one less what it is over those kept annihilates the new entries.
                    let mut rest = relation;
                    over.iter().zip(&kept).for_each(|(c, other)| add_multiple(field, &mut rest, field.neg(c), other));
                    left.push(rest);
                }
            }
        }
        self.basis = left;
        !kept.is_empty()
    }
}
