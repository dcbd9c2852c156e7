//! The systems of closed cells with activations as variables of their own, and what each row and variable stands for: an entry of
//! the matrix is 0 everywhere near an instance or nowhere.

use rug::Integer;

use crate::algebra::{AffineForm, Constraint, LinearSystem, Sign, cells};
use crate::number::{Dyadic, Dyadics, Ring};

use super::pieces::{Hidden, MOST_CELLS, form};

/// What a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// A label of this output is the one wanted.
    Label { input: usize, output: usize },
    /// This variable is an activation of a copy of a unit.
    Activation { copy: usize, variable: usize, input: usize },
    /// A bound on what comes into a copy.
    Bound { copy: usize },
    /// A scale is not negative.
    Scale { copy: usize },
}

/// What a variable is.
#[derive(Clone, Debug)]
pub(super) enum Variable {
    /// A bias of an output.
    Bias,
    /// An outgoing weight of a unit with these incoming ones, that do not learn.
    Outgoing { unit: Vec<Dyadic> },
    /// An incoming weight of a copy, at this place.
    Incoming { copy: usize, place: usize },
    /// The scale of a copy, whose other incoming weights are these.
    Scale { copy: usize, frozen: Vec<Dyadic> },
    /// An activation.
    Activation,
}

/// What a unit can add on a closed cell: one copy of its incoming weights for all frozen outgoing ones, and one for each of the others.
pub(super) struct Lifted {
    pub variables: Vec<Variable>,
    pub copies: usize,
    /// For each label, variables and their factors.
    pub labels: Vec<Vec<(usize, Dyadic)>>,
    pub conditions: Vec<(Constraint, Row)>,
    /// What is added to labels of outputs with frozen weights: where it is active, its frozen incoming weights act.
    pub fixed: Vec<Row>,
    pub frozen: Vec<Dyadic>,
}

/// A system, and what its rows and variables are.
pub(super) struct Tagged {
    pub system: LinearSystem,
    pub rows: Vec<Row>,
    pub variables: Vec<Variable>,
}

/// What does not depend on cells: a column of labels for each of these variables.
pub(super) struct Base {
    pub columns: Vec<(Vec<Dyadic>, Variable)>,
    /// Labels less those that are wanted.
    pub constant: Vec<Dyadic>,
    pub outputs: usize,
}

/// The most cells of so many hyperplanes in so many dimensions; through the origin all, if they are central.
fn most_cells(dimensions: usize, planes: usize, central: bool) -> usize {
    let binomial = |n: usize, k: usize| (0..k).fold(1usize, |b, i| b.saturating_mul(n.saturating_sub(i)) / (i + 1));
    match (planes, central) {
        (0, _) => 1,
        (_, true) => (0..dimensions).map(|i| binomial(planes - 1, i)).sum::<usize>().saturating_mul(2),
        (_, false) => (0..=dimensions).map(|i| binomial(planes, i)).sum(),
    }
}

impl Hidden {
    /// All pieces; nothing if they are too many, or the cells might be others nearby. `learns` are the places of the learnable weights,
    /// `frozen` the others, 0 where they learn.
    pub(super) fn lifted(&self, learns: &[usize], frozen: &[Dyadic]) -> Option<Vec<Lifted>> {
        let variables = learns.len();
        let forms: Vec<AffineForm> = self.slopes.iter().zip(&self.offsets).map(|(s, q)| form(s, q)).collect();
        let planes = forms.iter().filter(|f| f.coefficients.iter().any(|c| !c.is_zero())).count();
        let central = self.is_central();
        let cells = cells(variables, &forms, MOST_CELLS)?;
        let learnable: Vec<usize> = (0..self.outgoing.len()).filter(|k| self.outgoing[*k].is_none()).collect();
        if cells.len() != most_cells(variables, planes, central) || learnable.len() > MOST_CELLS.ilog2() as usize {
            return None;
        }
        let outputs = self.outgoing.len();
        let nothing = || Lifted {
            variables: Vec::new(),
            copies: 0,
            labels: vec![Vec::new(); self.slopes.len() * outputs],
            conditions: Vec::new(),
            fixed: Vec::new(),
            frozen: frozen.to_vec(),
        };
        let mut pieces = Vec::new();
        // Inactive everywhere, or with nothing but outgoing weights of 0.
        if learnable.len() == outputs || cells.iter().any(|cell| cell.iter().all(|on| !on)) {
            pieces.push(nothing());
        }
        for cell in cells.iter().filter(|cell| cell.iter().any(|on| *on)) {
            for signs in 0..1u64 << learnable.len() {
                let mut piece = nothing();
                if learnable.len() < outputs {
                    let factors: Vec<Dyadic> = self.outgoing.iter().map(|a| a.clone().unwrap_or_default()).collect();
                    self.lift(&mut piece, cell, &factors, learns, None);
                    let on = cell.iter().enumerate().filter(|(_, on)| **on && !central);
                    let outputs = (0..outputs).filter(|k| self.outgoing[*k].is_some());
                    piece.fixed = on
                        .flat_map(|(input, _)| outputs.clone().map(move |output| Row::Label { input, output }))
                        .collect();
                }
                for (bit, output) in learnable.iter().enumerate() {
                    let mut factors = vec![Dyadics.zero(); outputs];
                    factors[*output] = Dyadics.integer(if signs >> bit & 1 == 1 { 1 } else { -1 });
                    self.lift(&mut piece, cell, &factors, learns, (!central).then_some(frozen));
                }
                pieces.push(piece);
                if pieces.len() > MOST_CELLS {
                    return None;
                }
            }
        }
        Some(pieces)
    }

    /// Whether all hyperplanes pass through the origin.
    fn is_central(&self) -> bool {
        self.offsets.iter().all(|q| Dyadics.is_zero(q))
    }

    /// Adds what one copy of the incoming weights adds to the outputs with these factors; with a scale of the frozen ones as a
    /// variable, or with the scale 1.
    fn lift(&self, piece: &mut Lifted, cell: &[bool], factors: &[Dyadic], learns: &[usize], scaled: Option<&[Dyadic]>) {
        let (first, copy) = (piece.variables.len(), piece.copies);
        piece.copies += 1;
        piece.variables.extend(learns.iter().map(|place| Variable::Incoming { copy, place: *place }));
        let scale = piece.variables.len();
        piece.variables.extend(scaled.map(|frozen| Variable::Scale { copy, frozen: frozen.to_vec() }));
        let mut next = piece.variables.len();
        piece.variables.extend(cell.iter().filter(|on| **on).map(|_| Variable::Activation));
        let variables = piece.variables.len();
        for (i, on) in cell.iter().enumerate() {
            let mut row = vec![Dyadics.zero(); variables];
            row[first..scale].clone_from_slice(&self.slopes[i]);
            let mut constant = self.offsets[i].clone();
            if scaled.is_some() {
                row[scale] = std::mem::take(&mut constant);
            }
            let bound = Row::Bound { copy };
            if *on {
                row[next] = Dyadics.integer(-1);
                let activation = Row::Activation { copy, variable: next, input: i };
                piece.conditions.push((constraint(&row, &constant, Sign::Zero), activation));
                piece.conditions.push((at_least_zero(variables, next), bound));
                for (k, factor) in factors.iter().enumerate().filter(|(_, a)| !Dyadics.is_zero(a)) {
                    piece.labels[i * factors.len() + k].push((next, factor.clone()));
                }
                next += 1;
            } else {
                let negative: Vec<Dyadic> = row.iter().map(|x| Dyadics.neg(x)).collect();
                piece.conditions.push((constraint(&negative, &Dyadics.neg(&constant), Sign::NonNegative), bound));
            }
        }
        if scaled.is_some() {
            piece.conditions.push((at_least_zero(variables, scale), Row::Scale { copy }));
        }
    }
}

fn at_least_zero(variables: usize, variable: usize) -> Constraint {
    let mut row = vec![Dyadics.zero(); variables];
    row[variable] = Dyadics.one();
    constraint(&row, &Dyadics.zero(), Sign::NonNegative)
}

/// A condition times a common denominator.
fn constraint(coefficients: &[Dyadic], constant: &Dyadic, sign: Sign) -> Constraint {
    let AffineForm { coefficients, constant } = form(coefficients, constant);
    Constraint { coefficients, constant, sign }
}

/// The labels of pieces side by side are those wanted, and the variables inside their closed pieces.
pub(super) fn system(base: &Base, pieces: &[&Lifted]) -> Tagged {
    let mut tagged = Tagged {
        system: LinearSystem::default(),
        rows: Vec::new(),
        variables: base.columns.iter().map(|(_, variable)| variable.clone()).collect(),
    };
    let (mut starts, mut copies) = (Vec::new(), 0);
    for piece in pieces {
        starts.push((tagged.variables.len(), copies));
        let shifted = piece.variables.iter().map(|variable| match variable.clone() {
            Variable::Incoming { copy, place } => Variable::Incoming { copy: copy + copies, place },
            Variable::Scale { copy, frozen } => Variable::Scale { copy: copy + copies, frozen },
            other => other,
        });
        tagged.variables.extend(shifted);
        copies += piece.copies;
    }
    let variables = tagged.variables.len();
    tagged.system.variables = variables;
    for (label, constant) in base.constant.iter().enumerate() {
        let mut row = vec![Dyadics.zero(); variables];
        base.columns.iter().zip(&mut row).for_each(|((column, _), entry)| entry.clone_from(&column[label]));
        for (piece, (start, _)) in pieces.iter().zip(&starts) {
            piece.labels[label].iter().for_each(|(v, factor)| row[start + v].clone_from(factor));
        }
        tagged.system.constraints.push(constraint(&row, constant, Sign::Zero));
        tagged.rows.push(Row::Label { input: label / base.outputs, output: label % base.outputs });
    }
    for (piece, (start, copies)) in pieces.iter().zip(&starts) {
        for (condition, row) in &piece.conditions {
            let mut coefficients = vec![Integer::new(); variables];
            coefficients[*start..][..condition.coefficients.len()].clone_from_slice(&condition.coefficients);
            let (constant, sign) = (condition.constant.clone(), condition.sign);
            tagged.system.constraints.push(Constraint { coefficients, constant, sign });
            tagged.rows.push(match *row {
                Row::Activation { copy, variable, input } => {
                    Row::Activation { copy: copy + copies, variable: variable + start, input }
                }
                Row::Bound { copy } => Row::Bound { copy: copy + copies },
                Row::Scale { copy } => Row::Scale { copy: copy + copies },
                label @ Row::Label { .. } => label,
            });
        }
    }
    tagged
}
