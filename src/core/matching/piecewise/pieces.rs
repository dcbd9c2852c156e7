//! What one hidden unit can add to the labels: a union of pieces, each affine in variables that satisfy linear inequalities.
//!
//! Let the pre-activation of a unit at input i be z_i = q_i + ξ_i·u, with u its learnable incoming weights. On a closed cell
//! of the arrangement {z_i = 0}, its activation is z_i where the cell is active and 0 elsewhere. To an output with a frozen
//! weight a it adds a·z_i. To an output with a learnable weight a ≠ 0 it adds ±(α q_i + ξ_i·U) with α = |a| > 0 and
//! U = α u, under the conditions α q_i + ξ_i·U ≥ 0 or ≤ 0: linear in (α, U), and every such (α, U) is one (a, u). If all
//! q_i are 0, α plays no part.

use rug::Integer;

use crate::algebra::{AffineForm, Constraint, Sign, cells};
use crate::number::{Dyadic, Dyadics, Ring};

/// The most cells of one unit.
pub(super) const MOST_CELLS: usize = 4_096;

/// Labels that are affine in some variables, and the conditions on these.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// For each variable, its coefficient in each label.
    pub columns: Vec<Vec<Dyadic>>,
    /// What is added to each label.
    pub constant: Vec<Dyadic>,
    /// Conditions on the variables.
    pub sides: Vec<Constraint>,
}

impl Piece {
    /// Nothing, for so many labels.
    pub(super) fn zero(labels: usize) -> Self {
        Piece { columns: Vec::new(), constant: vec![Dyadics.zero(); labels], sides: Vec::new() }
    }

    /// The variables of both, side by side.
    fn beside(mut self, other: Piece) -> Self {
        let (before, after) = (self.columns.len(), other.columns.len());
        let zeros = |n| std::iter::repeat_n(Integer::new(), n);
        for side in &mut self.sides {
            side.coefficients.extend(zeros(after));
        }
        for mut side in other.sides {
            side.coefficients = zeros(before).chain(side.coefficients).collect();
            self.sides.push(side);
        }
        self.columns.extend(other.columns);
        for (sum, more) in self.constant.iter_mut().zip(&other.constant) {
            *sum = Dyadics.add(sum, more);
        }
        self
    }
}

/// A unit with learnable incoming weights: its pre-activation at each input.
#[derive(Clone, Debug)]
pub(super) struct Hidden {
    /// ξ: the coefficients of the learnable weights.
    pub slopes: Vec<Vec<Dyadic>>,
    /// q.
    pub offsets: Vec<Dyadic>,
    /// The weight to each output, or nothing if it learns.
    pub outgoing: Vec<Option<Dyadic>>,
}

/// How a learnable outgoing weight is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// Exactly: only for a unit whose one outgoing weight learns.
    Exact,
    /// Every output sees incoming weights of its own, and limits are included: a superset of what the unit can add.
    Relaxed,
}

impl Hidden {
    /// All pieces; nothing if there are too many cells.
    pub(super) fn pieces(&self, scale: Scale) -> Option<Vec<Piece>> {
        let variables = self.slopes.first().map_or(0, Vec::len);
        let forms: Vec<AffineForm> = self.slopes.iter().zip(&self.offsets).map(|(s, q)| form(s, q)).collect();
        let learnable: Vec<usize> = (0..self.outgoing.len()).filter(|k| self.outgoing[*k].is_none()).collect();
        // One piece for each choice of their signs.
        if learnable.len() > MOST_CELLS.ilog2() as usize {
            return None;
        }
        let labels = self.slopes.len() * self.outgoing.len();
        let mut pieces = Vec::new();
        let cells = cells(variables, &forms, MOST_CELLS)?;
        // Inactive everywhere, or with nothing but outgoing weights of 0.
        if learnable.len() == self.outgoing.len() || cells.iter().any(|cell| cell.iter().all(|on| !on)) {
            pieces.push(Piece::zero(labels));
        }
        for cell in cells.iter().filter(|cell| cell.iter().any(|on| *on)) {
            let frozen = learnable.len() < self.outgoing.len();
            for signs in 0..1u64 << learnable.len() {
                let mut piece = Piece::zero(labels);
                if frozen {
                    piece = piece.beside(self.frozen(&forms, cell));
                }
                for (bit, output) in learnable.iter().enumerate() {
                    piece = piece.beside(self.scaled(&forms, cell, *output, signs >> bit & 1 == 1, scale));
                }
                pieces.push(piece);
                if pieces.len() > MOST_CELLS {
                    return None;
                }
            }
        }
        Some(pieces)
    }

    /// On a cell, to all outputs with frozen weights.
    fn frozen(&self, forms: &[AffineForm], cell: &[bool]) -> Piece {
        let factors: Vec<Dyadic> = self.outgoing.iter().map(|a| a.clone().unwrap_or_default()).collect();
        let (columns, constant) = self.labels(cell, &factors);
        let sides = forms.iter().zip(cell).map(|(form, on)| form.side(*on, Sign::NonNegative)).collect();
        Piece { columns, constant, sides }
    }

    /// On a cell, to one output with a learnable weight of this sign.
    fn scaled(&self, forms: &[AffineForm], cell: &[bool], output: usize, positive: bool, scale: Scale) -> Piece {
        let mut factors = vec![Dyadics.zero(); self.outgoing.len()];
        factors[output] = Dyadics.integer(if positive { 1 } else { -1 });
        let (mut columns, constant) = self.labels(cell, &factors);
        let mut sides: Vec<Constraint> =
            forms.iter().zip(cell).map(|(form, on)| form.side(*on, Sign::NonNegative)).collect();
        let zero = Piece::zero(constant.len()).constant;
        if self.offsets.iter().all(|q| Dyadics.is_zero(q)) {
            return Piece { columns, constant: zero, sides };
        }
        // The constants become coefficients of α, the last variable.
        columns.push(constant);
        for side in &mut sides {
            side.coefficients.push(std::mem::take(&mut side.constant));
        }
        let mut coefficients = vec![Integer::new(); columns.len()];
        if let Some(last) = coefficients.last_mut() {
            *last += 1;
        }
        let sign = if scale == Scale::Exact { Sign::Positive } else { Sign::NonNegative };
        sides.push(Constraint { coefficients, constant: Integer::new(), sign });
        Piece { columns, constant: zero, sides }
    }

    /// Coefficients and constants of all labels (outputs of the first input, of the second, …) for these outgoing weights.
    fn labels(&self, cell: &[bool], factors: &[Dyadic]) -> (Vec<Vec<Dyadic>>, Vec<Dyadic>) {
        let entry = |number: &dyn Fn(usize) -> Dyadic| {
            let inputs = cell.iter().enumerate();
            let each = inputs.flat_map(|(i, on)| {
                let z = if *on { number(i) } else { Dyadics.zero() };
                factors.iter().map(move |a| Dyadics.mul(a, &z))
            });
            each.collect::<Vec<Dyadic>>()
        };
        let variables = self.slopes.first().map_or(0, Vec::len);
        let columns = (0..variables).map(|v| entry(&|i| self.slopes[i][v].clone())).collect();
        (columns, entry(&|i| self.offsets[i].clone()))
    }
}

/// An affine form times its common denominator.
pub(super) fn form(slopes: &[Dyadic], offset: &Dyadic) -> AffineForm {
    let exponent = slopes.iter().chain([offset]).map(|x| x.exponent).max().unwrap_or(0);
    let coefficients = slopes.iter().map(|x| x.over(exponent)).collect();
    AffineForm { coefficients, constant: offset.over(exponent) }
}
