//! Rows put in one after the other, each written over those before it where it depends on them.

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
