//! Combinations of equations in which more cancels than their number makes sure of: found at a point, and then with multipliers that are polynomials in
//! all parameters, so that it is seen to cancel for all of them.

use std::collections::{BTreeMap, BTreeSet};

use itertools::Itertools;
use rug::Integer;

use allocert_core::algebra::RowSpace;
use allocert_core::number::{PrimeField, Ring};

use super::formal::{Formal, Graded};
use super::kernel::kernel;
use super::polynomial::{Integral, Monomial, Polynomial};

/// More multiples of equations are not combined at once,
const MOST_ROWS: usize = 150;
/// and so many in one combination;
const MOST_USED: usize = 9;
/// more combinations are not taken.
const MOST_FOUND: usize = 8;
/// Terms in all multipliers.
const MOST_TERMS: u64 = 1 << 16;

/// An equation with all parameters as variables: by the monomial in the weights that move.
pub(super) type Symbolic = BTreeMap<Graded, Vec<(Monomial, Integer)>>;

/// Multipliers of equations, each a polynomial in the weights that move (by monomial) with coefficients in the parameters; and what the
/// combination is at the point.
#[derive(Clone, Debug)]
pub(super) struct Exact {
    pub(super) multipliers: Vec<(usize, Graded, Polynomial)>,
    pub(super) row: Formal,
}

/// The combinations of multiples of two equations each, which those of all may mix: those of a lower degree than the multiples.
pub(super) fn of_pairs(
    field: &PrimeField,
    (equations, symbolic): (&[Formal], &[Symbolic]),
    size: (usize, usize),
    value: &dyn Fn(&Polynomial) -> Option<u64>,
) -> Option<Vec<Exact>> {
    let mut all = Vec::new();
    for pair in (0..equations.len()).combinations(2) {
        let two = [&equations[pair[0]], &equations[pair[1]]].map(Clone::clone);
        let parts = [&symbolic[pair[0]], &symbolic[pair[1]]].map(Clone::clone);
        let degree = |row: &Formal| row.keys().map(Graded::degree).max();
        for mut exact in combinations(field, (two.as_slice(), parts.as_slice()), size, value)? {
            let multiples = exact.multipliers.iter().map(|(k, by, _)| degree(&two[*k]).map(|d| d + by.degree()));
            if degree(&exact.row) >= multiples.max().flatten() {
                continue;
            }
            exact.multipliers.iter_mut().for_each(|(k, _, _)| *k = pair[*k]);
            all.push(exact);
        }
    }
    Some(all)
}

/// The combinations of multiples by monomials up to a degree; `value` is what a polynomial in the parameters is at the point.
pub(super) fn combinations(
    field: &PrimeField,
    (equations, symbolic): (&[Formal], &[Symbolic]),
    (variables, degree): (usize, usize),
    value: &dyn Fn(&Polynomial) -> Option<u64>,
) -> Option<Vec<Exact>> {
    let mut shifts = vec![Graded(vec![0; variables])];
    for _ in 0..degree {
        let more = |m: &Graded| {
            (0..variables)
                .map(|v| {
                    let mut m = m.clone();
                    m.0[v] += 1;
                    m
                })
                .collect::<Vec<_>>()
        };
        let all: BTreeSet<Graded> = shifts.iter().flat_map(more).chain(shifts.iter().cloned()).collect();
        shifts = all.into_iter().collect();
    }
    let rows: Vec<(usize, &Graded)> = (0..equations.len()).flat_map(|k| shifts.iter().map(move |m| (k, m))).collect();
    if rows.len() > MOST_ROWS {
        return None;
    }
    let multiple =
        |(k, by): (usize, &Graded)| -> Formal { equations[k].iter().map(|(m, c)| (m.times(by), *c)).collect() };
    let multiples: Vec<Formal> = rows.iter().map(|row| multiple(*row)).collect();
    let all: BTreeSet<&Graded> = multiples.iter().flat_map(|f| f.keys()).collect();
    let places: BTreeMap<&Graded, usize> = all.iter().rev().enumerate().map(|(k, m)| (*m, k)).collect();
    let width = places.len();
    let mut space = RowSpace::new(*field, width + rows.len());
    for (k, f) in multiples.iter().enumerate() {
        let mut entries = vec![field.zero(); width + rows.len()];
        f.iter().for_each(|(m, c)| entries[places[m]] = *c);
        entries[width + k] = field.one();
        space.insert(entries);
    }
    let mut found = Vec::new();
    let mut echelon: Vec<(usize, &Vec<u64>)> = space.pivots().iter().copied().zip(space.rows()).collect();
    echelon.retain(|(pivot, _)| *pivot < width);
    echelon.sort_by_key(|(pivot, row)| {
        (row[width..].iter().filter(|c| !field.is_zero(c)).count(), std::cmp::Reverse(*pivot))
    });
    for (_, row) in echelon {
        let used: Vec<usize> = (0..rows.len()).filter(|k| !field.is_zero(&row[width + k])).collect();
        if used.len() < 2 || used.len() > MOST_USED || found.len() == MOST_FOUND {
            continue;
        }
        let mut killed: BTreeSet<&Graded> = used.iter().flat_map(|k| multiples[*k].keys()).collect();
        killed.retain(|m| field.is_zero(&row[places[*m]]));
        if killed.len() < used.len() {
            continue; // as many as are sure to
        }
        Integral::begin(MOST_TERMS);
        let entry = |m: &Graded, k: usize| {
            let (equation, by) = rows[used[k]];
            let part = symbolic[equation].iter().find(|(n, _)| n.times(by) == *m);
            Polynomial::collect(part.map_or_else(Vec::new, |(_, terms)| terms.clone()))
        };
        let matrix = killed.iter().map(|m| (0..used.len()).map(|k| entry(m, k)).collect()).collect();
        let Some([vector]) = kernel(&Integral, matrix, used.len()).and_then(|vectors| <[_; 1]>::try_from(vectors).ok())
        else {
            continue;
        };
        let mut row = Formal::new();
        let mut multipliers = Vec::new();
        for (k, c) in vector.into_iter().enumerate() {
            let at = value(&c)?;
            for (m, entry) in multiples[used[k]].iter().filter(|(m, _)| !killed.contains(m)) {
                let sum = row.entry(m.clone()).or_insert(field.zero());
                *sum = field.add(sum, &field.mul(entry, &at));
            }
            let (equation, by) = rows[used[k]];
            multipliers.push((equation, by.clone(), c));
        }
        if row.values().all(|c| !field.is_zero(c)) {
            found.push(Exact { multipliers, row });
        }
    }
    Some(found)
}
