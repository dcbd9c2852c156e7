//! The quotient of a polynomial ring by an ideal with finitely many zeros: its basis, products, minimal polynomials.

use super::groebner::Groebner;
use super::limits::Limits;
use super::matrix::Matrix;
use super::monomial::{Monomial, Monomials};
use crate::control::Stopped;
use crate::number::{Field, PrimeField, Ring};

/// The algebra F_p\[x\] / I, finite-dimensional, with the basis of all monomials that no leading monomial divides.
#[derive(Clone, Debug)]
pub struct QuotientAlgebra {
    field: PrimeField,
    monomials: Monomials,
    /// Increasing.
    basis: Vec<Monomial>,
    /// The normal forms of the monomials just outside the basis, by increasing monomial.
    border: Vec<(Monomial, Vec<u64>)>,
    work: u64,
}

/// What a basis element is multiplied to.
enum Row {
    /// The basis element of this place.
    Basis(usize),
    /// These coordinates.
    Any(Vec<u64>),
}

impl QuotientAlgebra {
    /// The quotient by the ideal of a Gröbner basis; nothing if it has infinite dimension. Costs at most
    /// variables × dimension³ products.
    ///
    /// # Errors
    /// A dimension over the limit, or too much work.
    pub fn of(groebner: &Groebner, limits: &Limits) -> Result<Option<Self>, Stopped> {
        let monomials = groebner.monomials;
        let powers = groebner.leads().filter_map(|m| monomials.pure_power(m).map(|(i, _)| i));
        let mut bounded = vec![groebner.is_everything(); monomials.variables()];
        powers.for_each(|i| bounded[i] = true);
        if bounded.contains(&false) {
            return Ok(None);
        }
        let leads: Vec<Monomial> = groebner.leads().collect();
        let (basis, outside) = staircase(&monomials, &leads, limits)?;
        let mut algebra = QuotientAlgebra { field: groebner.field, monomials, basis, border: Vec::new(), work: 0 };
        algebra.fill_border(groebner, &outside, limits)?;
        Ok(Some(algebra))
    }

    /// The number of solutions, counted with multiplicity.
    pub fn dimension(&self) -> usize {
        self.basis.len()
    }

    /// The basis: monomials, increasing.
    pub fn basis(&self) -> &[Monomial] {
        &self.basis
    }

    /// The number of products that it took, and a minimal polynomial takes, about.
    pub fn work(&self) -> u64 {
        let d = self.dimension() as u64;
        self.work + d * d * d
    }

    /// The matrix of multiplication by Σ `form[i]` · x_i: row k holds the coordinates of that times the k-th basis element.
    pub fn multiplication(&self, form: &[u64]) -> Matrix<u64> {
        let d = self.dimension();
        let mut matrix = Matrix::filled(d, d, 0);
        for (k, b) in self.basis.iter().enumerate() {
            matrix.row_mut(k).copy_from_slice(&self.row(form, *b));
        }
        matrix
    }

    /// The coordinates of Σ `form[i]` · x_i times a basis element.
    fn row(&self, form: &[u64], b: Monomial) -> Vec<u64> {
        let mut row = vec![0; self.dimension()];
        for (i, a) in form.iter().enumerate().filter(|(_, a)| **a != 0) {
            self.add_multiple(&mut row, *a, self.monomials.shift(b, self.monomials.variable(i)));
        }
        row
    }

    /// The place of a monomial in the basis.
    fn place(&self, m: Monomial) -> Option<usize> {
        self.basis.binary_search_by(|b| self.monomials.compare(*b, m)).ok()
    }

    /// The monic minimal polynomial of Σ `form[i]` · x_i, constant coefficient first. Costs dimension³ products.
    ///
    /// # Errors
    /// What says stop.
    pub fn minimal_polynomial(&self, form: &[u64], limits: &Limits) -> Result<Vec<u64>, Stopped> {
        let d = self.dimension();
        if d == 0 {
            return Ok(vec![self.field.one()]);
        }
        let rows = self.rows(form);
        // The powers of the form, each followed by which combination of powers it is, brought to echelon form. What comes after
        // its own place in the combination is 0 in each row, and left out.
        let mut echelon: Vec<(usize, Vec<u64>)> = Vec::with_capacity(d);
        let (mut power, mut sums) = (vec![0; d], Vec::with_capacity(2 * d + 1));
        power[0] = self.field.one();
        loop {
            limits.control.check()?;
            let k = echelon.len();
            sums.clear();
            sums.extend(power.iter().map(|c| PrimeField::spread(*c)));
            sums.resize(d + k, 0);
            sums.push(PrimeField::spread(self.field.one()));
            for (pivot, known) in &echelon {
                // Its entry at the pivot is 1, and those before are 0.
                let factor = self.field.neg(&self.field.gather(sums[*pivot]));
                self.field.accumulate_row(&mut sums[*pivot..], factor, &known[*pivot..]);
            }
            let mut vector: Vec<u64> = sums.iter().map(|sum| self.field.gather(*sum)).collect();
            let Some(pivot) = (0..d).find(|i| vector[*i] != 0) else {
                return Ok(self.monic(&vector[d..=d + k]));
            };
            normalize(&self.field, &mut vector, pivot);
            echelon.push((pivot, vector));
            sums.clear();
            sums.resize(d, 0);
            for (row, c) in rows.iter().zip(&power) {
                match row {
                    Row::Basis(at) => self.field.accumulate(&mut sums[*at], self.field.one(), *c),
                    Row::Any(row) => self.field.accumulate_row(&mut sums, *c, row),
                }
            }
            power.iter_mut().zip(&sums).for_each(|(c, sum)| *c = self.field.gather(*sum));
        }
    }

    /// The rows of the matrix of multiplication; most of them by a variable are basis elements.
    fn rows(&self, form: &[u64]) -> Vec<Row> {
        let mut used = form.iter().enumerate().filter(|(_, a)| **a != 0);
        let variable = match (used.next(), used.next()) {
            (Some((i, a)), None) if *a == self.field.one() => Some(self.monomials.variable(i)),
            _ => None,
        };
        let row = |b: &Monomial| {
            let found = variable.and_then(|x| self.place(self.monomials.shift(*b, x)));
            found.map_or_else(|| Row::Any(self.row(form, *b)), Row::Basis)
        };
        self.basis.iter().map(row).collect()
    }

    fn monic(&self, coefficients: &[u64]) -> Vec<u64> {
        let lead = coefficients.last().and_then(|c| self.field.inverse(c)).unwrap_or(self.field.one());
        coefficients.iter().map(|c| self.field.mul(c, &lead)).collect()
    }

    /// `target += factor · m` for a monomial of the basis or just outside it.
    fn add_multiple(&self, target: &mut [u64], factor: u64, m: Monomial) {
        match self.place(m) {
            Some(k) => target[k] = self.field.add(&target[k], &factor),
            None => {
                let found = self.border.binary_search_by(|(b, _)| self.monomials.compare(*b, m));
                let form = found.map(|at| &self.border[at].1[..]).unwrap_or_default();
                for (sum, entry) in target.iter_mut().zip(form) {
                    self.field.add_product(sum, &factor, entry);
                }
            }
        }
    }

    /// The normal form of a monomial x_i·t outside the basis: read off the Gröbner basis if it leads there; otherwise t can
    /// be chosen outside the basis too, and x_i is multiplied to its normal form.
    fn fill_border(&mut self, groebner: &Groebner, outside: &[Monomial], limits: &Limits) -> Result<(), Stopped> {
        let d = self.dimension();
        for m in outside {
            let mut form = vec![0; d];
            if let Ok(at) = groebner.elements.binary_search_by(|e| self.monomials.compare(e[0].0, *m)) {
                for (t, c) in &groebner.elements[at][1..] {
                    self.add_multiple(&mut form, self.field.neg(c), *t);
                }
            } else if let Some((variable, at)) = self.smaller(*m) {
                let known = self.border[at].1.clone();
                for (k, c) in known.iter().enumerate().filter(|(_, c)| **c != 0) {
                    self.add_multiple(&mut form, *c, self.monomials.shift(self.basis[k], variable));
                }
                self.work += (d * d) as u64;
            }
            limits.allow(self.work)?;
            self.border.push((*m, form));
        }
        Ok(())
    }

    /// A variable x and the place of m / x in the border so far.
    fn smaller(&self, m: Monomial) -> Option<(Monomial, usize)> {
        let variables = (0..self.monomials.variables()).map(|i| self.monomials.variable(i));
        let mut fitting = variables.filter(|x| self.monomials.divides(*x, m));
        fitting.find_map(|x| {
            let rest = self.monomials.quotient(m, x);
            let found = self.border.binary_search_by(|(b, _)| self.monomials.compare(*b, rest));
            found.ok().map(|at| (x, at))
        })
    }
}

/// The monomials that no leading one divides, and the multiples of these by one variable that are not among them; both
/// increasing.
fn staircase(
    monomials: &Monomials,
    leads: &[Monomial],
    limits: &Limits,
) -> Result<(Vec<Monomial>, Vec<Monomial>), Stopped> {
    let inside = |m: Monomial| !leads.iter().any(|lead| monomials.divides(*lead, m));
    let (mut basis, mut outside) = (Vec::new(), Vec::new());
    let mut layer = vec![Monomial::ONE];
    layer.retain(|m| inside(*m));
    while !layer.is_empty() {
        let all = layer.iter().flat_map(|m| (0..monomials.variables()).map(move |i| (*m, i)));
        let products = all.map(|(m, i)| monomials.product(m, monomials.variable(i)));
        let mut next: Vec<Monomial> = products
            .collect::<Option<_>>()
            .ok_or(Stopped::Terms { terms: limits.terms, degree: monomials.most_degree() })?;
        basis.append(&mut layer);
        if basis.len() > limits.dimension {
            return Err(Stopped::Dimension { limit: limits.dimension });
        }
        next.sort_by(|a, b| monomials.compare(*a, *b));
        next.dedup();
        let (within, beyond): (Vec<_>, Vec<_>) = next.into_iter().partition(|m| inside(*m));
        layer = within;
        outside.extend(beyond);
    }
    basis.sort_by(|a, b| monomials.compare(*a, *b));
    Ok((basis, outside))
}

fn normalize(field: &PrimeField, vector: &mut [u64], pivot: usize) {
    if let Some(inverse) = field.inverse(&vector[pivot]) {
        vector.iter_mut().for_each(|e| *e = field.mul(e, &inverse));
    }
}
