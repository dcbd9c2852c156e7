//! Instances without a match that stay so nearby: a proof that MP < 1, see "Absence" in `docs/relu.md`.
//!
//! Around an instance whose arrangements have as many cells as arrangements of so many hyperplanes can have, the cells are
//! the same. On each combination of closed cells, with several outputs each seeing incoming weights of its own, a match is a
//! system of linear equations and inequalities. Activations are variables of their own, so that an entry of its matrix is 0
//! everywhere nearby or nowhere. A combination of rows that contradicts itself does so nearby if, of the rows that take part, the
//! columns that are not 0 are independent: then combinations of these rows that vanish depend continuously on the instance.

use rug::Integer;

use crate::algebra::{AffineForm, Constraint, Feasibility, LinearSystem, RowSpace, Sign, cells};
use crate::allocation::Allocation;
use crate::control::Control;
use crate::matching::instance::Instance;
use crate::matching::shallow::Shallow;
use crate::number::{Dyadic, Dyadics, PrimeField, Ring};

use super::decision::Question;
use super::pieces::{Hidden, MOST_CELLS, Piece, form};

/// The most combinations of pieces for one instance.
const MOST_COMBINATIONS: usize = 1 << 12;

impl Shallow {
    /// Whether it is proved that this instance and all near it have no match, before something says stop.
    pub(in crate::matching) fn stays_unmatched(
        &self,
        allocation: &Allocation,
        instance: &Instance,
        control: &Control<'_>,
    ) -> bool {
        if instance.given.is_some() || self.accept(allocation).is_err() || !self.is_off_all_borders(instance) {
            return false;
        }
        let question = self.question(instance, control);
        question.is_stably_unmatched(allocation, &instance.student).unwrap_or(false)
    }

    /// Whether no weight, input or pre-activation of the student is 0 by chance.
    fn is_off_all_borders(&self, instance: &Instance) -> bool {
        let some = |numbers: &[Dyadic]| numbers.iter().all(|x| !Dyadics.is_zero(x));
        let gates = |x: &Vec<Dyadic>| self.network.pattern(&Dyadics, &instance.student, x).is_some();
        some(&instance.student) && instance.inputs.iter().all(|x| some(x) && gates(x))
    }
}

/// What a unit can add on a closed cell, with activations as variables.
struct Lifted {
    variables: usize,
    /// For each label, variables and their factors.
    labels: Vec<Vec<(usize, Dyadic)>>,
    conditions: Vec<Constraint>,
}

impl Question<'_> {
    /// Nothing where the hypotheses of the law do not hold, or something says stop.
    fn is_stably_unmatched(&self, allocation: &Allocation, student: &[Dyadic]) -> Option<bool> {
        let mut base = self.base(allocation, student);
        for (sum, label) in base.constant.iter_mut().zip(&self.labels) {
            *sum = Dyadics.sub(sum, label);
        }
        let mut unions: Vec<Vec<Lifted>> = Vec::new();
        for unit in &self.shallow.units {
            let learns = unit.learns(allocation);
            if learns.is_empty() {
                continue;
            }
            let hidden = self.hidden(unit, &learns, allocation, student);
            // Where frozen weights take part, their sum must not vanish by chance.
            for (x, offset) in self.entries(unit).zip(&hidden.offsets) {
                let frozen = x.iter().enumerate().filter(|(place, _)| !learns.contains(place));
                let vanishes = frozen.into_iter().all(|(_, entry)| Dyadics.is_zero(entry));
                if Dyadics.is_zero(offset) != vanishes {
                    return None;
                }
            }
            unions.push(hidden.lifted()?);
        }
        let all = unions.iter().try_fold(1usize, |n, pieces| n.checked_mul(pieces.len()));
        all.filter(|n| *n <= MOST_COMBINATIONS)?;
        let mut choice = vec![0; unions.len()];
        loop {
            self.control.check().ok()?;
            let pieces: Vec<&Lifted> = unions.iter().zip(&choice).map(|(union, c)| &union[*c]).collect();
            if !contradicts_itself_nearby(&system(&base, &pieces)) {
                return Some(false);
            }
            let Some(turn) = (0..choice.len()).find(|u| choice[*u] + 1 < unions[*u].len()) else {
                return Some(true);
            };
            choice[turn] += 1;
            choice[..turn].fill(0);
        }
    }
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
    /// All pieces; nothing if they are too many, or the cells might be others nearby.
    fn lifted(&self) -> Option<Vec<Lifted>> {
        let variables = self.slopes.first().map_or(0, Vec::len);
        let forms: Vec<AffineForm> = self.slopes.iter().zip(&self.offsets).map(|(s, q)| form(s, q)).collect();
        let planes = forms.iter().filter(|f| f.coefficients.iter().any(|c| !c.is_zero())).count();
        let central = self.offsets.iter().all(|q| Dyadics.is_zero(q));
        let cells = cells(variables, &forms, MOST_CELLS)?;
        let learnable: Vec<usize> = (0..self.outgoing.len()).filter(|k| self.outgoing[*k].is_none()).collect();
        if cells.len() != most_cells(variables, planes, central) || learnable.len() > MOST_CELLS.ilog2() as usize {
            return None;
        }
        let outputs = self.outgoing.len();
        let labels = self.slopes.len() * outputs;
        let nothing = || Lifted { variables: 0, labels: vec![Vec::new(); labels], conditions: Vec::new() };
        let mut pieces = vec![nothing()];
        for cell in cells.iter().filter(|cell| cell.iter().any(|on| *on)) {
            for signs in 0..1u64 << learnable.len() {
                let mut piece = nothing();
                if learnable.len() < outputs {
                    let factors: Vec<Dyadic> = self.outgoing.iter().map(|a| a.clone().unwrap_or_default()).collect();
                    self.lift(&mut piece, cell, &factors, false);
                }
                for (bit, output) in learnable.iter().enumerate() {
                    let mut factors = vec![Dyadics.zero(); outputs];
                    factors[*output] = Dyadics.integer(if signs >> bit & 1 == 1 { 1 } else { -1 });
                    self.lift(&mut piece, cell, &factors, !central);
                }
                pieces.push(piece);
                if pieces.len() > MOST_CELLS {
                    return None;
                }
            }
        }
        Some(pieces)
    }

    /// Adds what one choice of incoming weights adds to the outputs with these factors; with a scale as a variable of its own, or
    /// with the scale 1.
    fn lift(&self, piece: &mut Lifted, cell: &[bool], factors: &[Dyadic], scaled: bool) {
        let first = piece.variables;
        let scale = first + self.slopes.first().map_or(0, Vec::len);
        let activations = scale + usize::from(scaled);
        piece.variables = activations + cell.iter().filter(|on| **on).count();
        let mut next = activations;
        for (i, on) in cell.iter().enumerate() {
            let mut row = vec![Dyadics.zero(); piece.variables];
            row[first..scale].clone_from_slice(&self.slopes[i]);
            let mut constant = self.offsets[i].clone();
            if scaled {
                row[scale] = std::mem::take(&mut constant);
            }
            if *on {
                row[next] = Dyadics.integer(-1);
                piece.conditions.push(constraint(&row, &constant, Sign::Zero));
                piece.conditions.push(at_least_zero(piece.variables, next));
                for (k, factor) in factors.iter().enumerate().filter(|(_, a)| !Dyadics.is_zero(a)) {
                    piece.labels[i * factors.len() + k].push((next, factor.clone()));
                }
                next += 1;
            } else {
                let negative: Vec<Dyadic> = row.iter().map(|x| Dyadics.neg(x)).collect();
                piece.conditions.push(constraint(&negative, &Dyadics.neg(&constant), Sign::NonNegative));
            }
        }
        if scaled {
            piece.conditions.push(at_least_zero(piece.variables, scale));
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
fn system(base: &Piece, pieces: &[&Lifted]) -> LinearSystem {
    let own = base.columns.len();
    let variables = own + pieces.iter().map(|p| p.variables).sum::<usize>();
    let mut constraints = Vec::new();
    for (label, constant) in base.constant.iter().enumerate() {
        let mut row = vec![Dyadics.zero(); variables];
        base.columns.iter().zip(&mut row).for_each(|(column, entry)| entry.clone_from(&column[label]));
        let mut before = own;
        for piece in pieces {
            piece.labels[label].iter().for_each(|(v, factor)| row[before + v].clone_from(factor));
            before += piece.variables;
        }
        constraints.push(constraint(&row, constant, Sign::Zero));
    }
    let mut before = own;
    for piece in pieces {
        for condition in &piece.conditions {
            let mut coefficients = vec![Integer::new(); variables];
            coefficients[before..][..condition.coefficients.len()].clone_from_slice(&condition.coefficients);
            constraints.push(Constraint { coefficients, constant: condition.constant.clone(), sign: condition.sign });
        }
        before += piece.variables;
    }
    LinearSystem { variables, constraints }
}

/// Whether rows contradict one another whose columns are 0 or independent. No inequality is strict.
fn contradicts_itself_nearby(system: &LinearSystem) -> bool {
    let found = system.solve();
    let Feasibility::Contradiction(multipliers) = &found else {
        return false;
    };
    let rows: Vec<&Constraint> =
        system.constraints.iter().zip(multipliers).filter(|(_, m)| **m != 0).map(|(c, _)| c).collect();
    let field = PrimeField::mersenne_61();
    let mut space = RowSpace::new(field, rows.len());
    // Columns that are independent modulo a prime are so.
    let independent = (0..system.variables).all(|v| {
        let column: Vec<&Integer> = rows.iter().map(|row| &row.coefficients[v]).collect();
        column.iter().all(|x| x.is_zero()) || space.insert(column.into_iter().map(|x| field.big_integer(x)).collect())
    });
    independent && system.proves(&found)
}
