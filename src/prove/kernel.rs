//! Kernels of matrices of polynomials, as polynomial vectors.
//!
//! Elimination without fractions: a pivot with few terms, a single one if there is any, is multiplied into the rows below; then
//! each row is freed of what divides it as a whole: a number, a monomial, an earlier pivot. What is found is checked by
//! whoever uses it; here only its size matters.

use rug::Integer;

use allocert_core::number::Ring;

use super::polynomial::{Integral, Monomial, Polynomial, quotient, shared};

type Entry = Polynomial;

/// A row of the echelon form: its pivot's column, and its entries.
type Pivot = (usize, Vec<Entry>);

/// Vectors that span the kernel of a matrix, over rational functions; nothing if polynomials outgrow the ring.
pub(super) fn kernel(ring: &Integral, mut rows: Vec<Vec<Entry>>, columns: usize) -> Option<Vec<Vec<Entry>>> {
    let mut pivots: Vec<Pivot> = Vec::new();
    let mut factors: Vec<Entry> = Vec::new();
    for row in &mut rows {
        primitive(ring, row, &factors)?;
    }
    loop {
        rows.retain(|row| row.iter().any(|e| !ring.is_zero(e)));
        let Some((at, column)) = best_pivot(ring, &rows) else {
            break;
        };
        let row = rows.swap_remove(at);
        for other in rows.iter_mut().filter(|r| !ring.is_zero(&r[column])) {
            let (up, down) = without_common(ring, &row[column], &other[column])?;
            for (entry, pivot) in other.iter_mut().zip(&row) {
                *entry = ring.sub(&ring.mul(&up, entry), &ring.mul(&down, pivot));
                entry.terms()?;
            }
            primitive(ring, other, &factors)?;
        }
        if row[column].terms()?.len() > 1 {
            factors.push(row[column].clone());
        }
        pivots.push((column, row));
    }
    let free = (0..columns).filter(|c| pivots.iter().all(|(column, _)| column != c));
    free.map(|column| solve(ring, &pivots, &factors, column, columns)).collect()
}

/// The kernel vector with a one (before denominators are cleared) at a free column.
fn solve(ring: &Integral, pivots: &[Pivot], factors: &[Entry], free: usize, columns: usize) -> Option<Vec<Entry>> {
    let mut vector = vec![ring.zero(); columns];
    vector[free] = ring.one();
    for (column, row) in pivots.iter().rev() {
        let sum = ring.dot(row, &vector);
        sum.terms()?;
        if ring.is_zero(&sum) {
            continue;
        }
        let (up, down) = match divide(ring, &sum, &row[*column]) {
            Some(quotient) => (ring.one(), quotient),
            None => without_common(ring, &row[*column], &sum)?,
        };
        for entry in &mut vector {
            *entry = ring.mul(entry, &up);
            entry.terms()?;
        }
        vector[*column] = ring.neg(&down);
        primitive(ring, &mut vector, factors)?;
    }
    Some(vector)
}

/// The place of an entry with few terms in a row and a column with few others.
fn best_pivot(ring: &Integral, rows: &[Vec<Entry>]) -> Option<(usize, usize)> {
    let count = |entry: &Entry| entry.terms().map_or(usize::MAX, <[_]>::len);
    let mut best = None;
    for (r, row) in rows.iter().enumerate() {
        let filled = row.iter().filter(|e| !ring.is_zero(e)).count();
        for (c, entry) in row.iter().enumerate().filter(|(_, e)| !ring.is_zero(e)) {
            let others = rows.iter().filter(|other| !ring.is_zero(&other[c])).count();
            let cost = (count(entry), (filled - 1) * (others - 1), count(entry));
            if best.is_none_or(|(known, _)| cost < known) {
                best = Some((cost, (r, c)));
            }
        }
    }
    best.map(|(_, place)| place)
}

/// Two polynomials without their common number and monomial.
fn without_common(ring: &Integral, a: &Entry, b: &Entry) -> Option<(Entry, Entry)> {
    let mut pair = [a.clone(), b.clone()];
    primitive(ring, &mut pair, &[])?;
    let [a, b] = pair;
    Some((a, b))
}

/// Divides a vector by what divides all of it: a number, a monomial, some known factors.
fn primitive(ring: &Integral, vector: &mut [Entry], factors: &[Entry]) -> Option<()> {
    let mut number = Integer::new();
    let mut common: Option<Monomial> = None;
    for (m, c) in vector.iter().map(Entry::terms).collect::<Option<Vec<_>>>()?.into_iter().flatten() {
        number.gcd_mut(c);
        common = Some(common.map_or_else(|| m.clone(), |known| shared(&known, m)));
    }
    let Some(common) = common else {
        return Some(());
    };
    if !common.is_empty() || number != 1 {
        for entry in vector.iter_mut() {
            let divided = |(m, c): &(Monomial, Integer)| Some((quotient(m, &common)?, Integer::from(c / &number)));
            *entry = Polynomial::collect(entry.terms()?.iter().map(divided).collect::<Option<_>>()?);
        }
    }
    for factor in factors {
        while let Some(divided) = vector.iter().map(|e| divide(ring, e, factor)).collect::<Option<Vec<_>>>() {
            vector.clone_from_slice(&divided);
        }
    }
    Some(())
}

/// The quotient of two polynomials, if there is no remainder.
fn divide(ring: &Integral, a: &Entry, by: &Entry) -> Option<Entry> {
    let (lead, coefficient) = by.terms()?.first()?;
    let mut left = a.clone();
    let mut terms = Vec::new();
    while let Some((m, c)) = left.terms()?.first() {
        if !c.is_divisible(coefficient) {
            return None;
        }
        let term = (quotient(m, lead)?, Integer::from(c / coefficient));
        left = ring.sub(&left, &by.times_term(&term));
        terms.push(term);
    }
    Some(Polynomial::collect(terms))
}
