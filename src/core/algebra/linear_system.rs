//! Linear equations and inequalities, decided exactly: a point that satisfies them, or a combination that contradicts itself.
//!
//! Equations are eliminated first, over the integers without fractions (Bareiss 1968); where they leave one point or a line,
//! the inequalities are read off. The rest is a simplex over the rationals in its general form (Dutertre and de Moura
//! 2006): every constraint is a variable with bounds, a strict inequality has a bound that is infinitely little higher, and
//! Bland's rule, the smallest index first, makes it end.

use rug::{Integer, Rational};

/// What a linear form has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// 0.
    Zero,
    /// At least 0.
    NonNegative,
    /// Above 0.
    Positive,
}

/// A condition on a linear form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    /// One coefficient a variable.
    pub coefficients: Vec<Integer>,
    /// What is added.
    pub constant: Integer,
    /// What the sum has to be.
    pub sign: Sign,
}

/// Conditions on real variables.
#[derive(Clone, Debug, Default)]
pub struct LinearSystem {
    /// The number of variables; every constraint has as many coefficients.
    pub variables: usize,
    /// The conditions.
    pub constraints: Vec<Constraint>,
}

/// What is known of a system, with a proof that [`LinearSystem::proves`] checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feasibility {
    /// A point that satisfies every constraint.
    Point(Vec<Rational>),
    /// A multiplier for each constraint, not negative for inequalities. Their combination is a constant: below 0, or 0 with
    /// a strict inequality in it (Farkas, Motzkin).
    Contradiction(Vec<Rational>),
}

impl LinearSystem {
    /// Whether some point satisfies every constraint. Faster than [`LinearSystem::solve`] where equations leave little.
    pub fn is_feasible(&self) -> bool {
        let Some(Eliminated { free, inequalities }) = eliminate(self) else {
            return false;
        };
        match free {
            0 => inequalities.iter().all(|c| holds(c.sign, &c.constant)),
            1 => line_is_feasible(&inequalities),
            _ => {
                let reduced = LinearSystem { variables: free, constraints: inequalities };
                matches!(reduced.solve(), Feasibility::Point(_))
            }
        }
    }

    /// Whether every system near this one is feasible: a point satisfies all inequalities strictly, and the equations are
    /// independent.
    pub fn is_openly_feasible(&self) -> bool {
        let mut strict = self.clone();
        for constraint in strict.constraints.iter_mut().filter(|c| c.sign == Sign::NonNegative) {
            constraint.sign = Sign::Positive;
        }
        let equations = self.constraints.iter().filter(|c| c.sign == Sign::Zero).count();
        eliminate(&strict).is_some_and(|e| self.variables - e.free == equations) && strict.is_feasible()
    }

    /// A point, or a proof that there is none.
    pub fn solve(&self) -> Feasibility {
        Tableau::of(self).run()
    }

    /// Whether a proof is one, by substitution.
    pub fn proves(&self, proof: &Feasibility) -> bool {
        match proof {
            Feasibility::Point(point) => {
                let value = |c: &Constraint| {
                    let terms = c.coefficients.iter().zip(point);
                    terms.fold(Rational::from(&c.constant), |sum, (a, x)| sum + Rational::from(x * a))
                };
                point.len() == self.variables && self.constraints.iter().all(|c| holds_at(c.sign, &value(c)))
            }
            Feasibility::Contradiction(multipliers) => {
                let signs = self.constraints.iter().zip(multipliers);
                let allowed = signs.clone().all(|(c, m)| c.sign == Sign::Zero || !m.is_negative());
                let strict = signs.clone().any(|(c, m)| c.sign == Sign::Positive && m.is_positive());
                let sum = |entry: &dyn Fn(&Constraint) -> Integer| {
                    signs.clone().fold(Rational::new(), |sum, (c, m)| sum + Rational::from(m * entry(c)))
                };
                let constant = sum(&|c| c.constant.clone());
                let vanishes = (0..self.variables).all(|j| sum(&|c| c.coefficients[j].clone()).is_zero());
                let absurd = constant.is_negative() || (constant.is_zero() && strict);
                multipliers.len() == self.constraints.len() && allowed && vanishes && absurd
            }
        }
    }
}

fn holds(sign: Sign, value: &Integer) -> bool {
    match sign {
        Sign::Zero => value.is_zero(),
        Sign::NonNegative => !value.is_negative(),
        Sign::Positive => value.is_positive(),
    }
}

fn holds_at(sign: Sign, value: &Rational) -> bool {
    holds(sign, value.numer())
}

/// The inequalities in the variables that the equations leave free.
struct Eliminated {
    free: usize,
    inequalities: Vec<Constraint>,
}

/// Solves the equations for as many variables as possible; nothing if they contradict one another.
fn eliminate(system: &LinearSystem) -> Option<Eliminated> {
    let n = system.variables;
    let (equations, inequalities): (Vec<&Constraint>, Vec<&Constraint>) =
        system.constraints.iter().partition(|c| c.sign == Sign::Zero);
    let row = |c: &Constraint| {
        let mut row = c.coefficients.clone();
        row.push(c.constant.clone());
        row
    };
    let mut rows: Vec<Vec<Integer>> = equations.into_iter().map(row).collect();
    let (mut pivots, mut last): (Vec<usize>, Integer) = (Vec::new(), Integer::from(1));
    for column in 0..n {
        let done = pivots.len();
        let Some(found) = (done..rows.len()).find(|r| !rows[*r][column].is_zero()) else {
            continue;
        };
        rows.swap(done, found);
        let pivot_row = std::mem::take(&mut rows[done]);
        let pivot = pivot_row[column].clone();
        for other in rows.iter_mut().filter(|r| !r.is_empty()) {
            let factor = other[column].clone();
            for (entry, p) in other.iter_mut().zip(&pivot_row) {
                *entry *= &pivot;
                *entry -= &factor * p;
                entry.div_exact_mut(&last);
            }
        }
        rows[done] = pivot_row;
        pivots.push(column);
        last = pivot;
    }
    if rows[pivots.len()..].iter().any(|row| !row[n].is_zero()) {
        return None;
    }
    // Every pivot is `last` now: x[pivot] = −(row's other entries) / last.
    let free: Vec<usize> = (0..n).filter(|j| !pivots.contains(j)).collect();
    let positive = last.is_positive();
    let reduce = |c: &Constraint| {
        let entry = |j: usize, own: &Integer| {
            let mut value = Integer::from(own * &last);
            for (row, pivot) in rows.iter().zip(&pivots) {
                value -= &c.coefficients[*pivot] * &row[j];
            }
            if positive { value } else { -value }
        };
        let coefficients = free.iter().map(|j| entry(*j, &c.coefficients[*j])).collect();
        Constraint { coefficients, constant: entry(n, &c.constant), sign: c.sign }
    };
    Some(Eliminated { free: free.len(), inequalities: inequalities.into_iter().map(reduce).collect() })
}

/// Inequalities in one variable.
fn line_is_feasible(inequalities: &[Constraint]) -> bool {
    /// A bound, and whether it is strict.
    type Bound = Option<(Rational, bool)>;
    let (mut low, mut high): (Bound, Bound) = (None, None);
    for c in inequalities {
        let (a, strict) = (&c.coefficients[0], c.sign == Sign::Positive);
        if a.is_zero() {
            if !holds(c.sign, &c.constant) {
                return false;
            }
            continue;
        }
        let bound = (-Rational::from((&c.constant, a)), strict);
        if a.is_positive() {
            let higher = |l: &(Rational, bool)| bound > *l;
            if low.as_ref().is_none_or(higher) {
                low = Some(bound);
            }
        } else {
            let lower = |h: &(Rational, bool)| bound.0 < h.0 || (bound.0 == h.0 && strict);
            if high.as_ref().is_none_or(lower) {
                high = Some(bound);
            }
        }
    }
    match (low, high) {
        (Some((low, a)), Some((high, b))) => low < high || (low == high && !a && !b),
        _ => true,
    }
}

/// A number plus an infinitely small multiple of one; they compare in this order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Near(Rational, Rational);

impl Near {
    fn add_multiple(&mut self, factor: &Rational, other: &Near) {
        self.0 += Rational::from(factor * &other.0);
        self.1 += Rational::from(factor * &other.1);
    }

    fn minus(&self, other: &Near) -> Near {
        Near(Rational::from(&self.0 - &other.0), Rational::from(&self.1 - &other.1))
    }
}

/// The simplex: basic variables as combinations of the others. Variable j < n is the system's, n + i is the form of
/// constraint i without its constant.
struct Tableau {
    n: usize,
    basic: Vec<usize>,
    others: Vec<usize>,
    /// basic × others.
    rows: Vec<Vec<Rational>>,
    values: Vec<Near>,
    lower: Vec<Option<Near>>,
    upper: Vec<Option<Near>>,
}

impl Tableau {
    fn of(system: &LinearSystem) -> Self {
        let (n, m) = (system.variables, system.constraints.len());
        let bound = |c: &Constraint| {
            let strict = Rational::from(u8::from(c.sign == Sign::Positive));
            Near(-Rational::from(&c.constant), strict)
        };
        let free = || std::iter::repeat_n(None, n);
        Tableau {
            n,
            basic: (n..n + m).collect(),
            others: (0..n).collect(),
            rows: system.constraints.iter().map(|c| c.coefficients.iter().map(Rational::from).collect()).collect(),
            values: vec![Near::default(); n + m],
            lower: free().chain(system.constraints.iter().map(|c| Some(bound(c)))).collect(),
            upper: free().chain(system.constraints.iter().map(|c| (c.sign == Sign::Zero).then(|| bound(c)))).collect(),
        }
    }

    fn run(mut self) -> Feasibility {
        while let Some((row, rises, target)) = self.violated() {
            let Some(column) = self.entering(row, rises) else {
                return Feasibility::Contradiction(self.multipliers(row, rises));
            };
            self.pivot(row, column, target);
        }
        Feasibility::Point(self.point())
    }

    /// The basic variable of the smallest index outside its bounds: its row, whether it has to rise, and to where.
    fn violated(&self) -> Option<(usize, bool, Near)> {
        let outside = self.basic.iter().enumerate().filter_map(|(row, v)| {
            let value = &self.values[*v];
            if let Some(low) = self.lower[*v].as_ref().filter(|low| value < *low) {
                return Some((*v, row, true, low));
            }
            let high = self.upper[*v].as_ref().filter(|high| value > *high)?;
            Some((*v, row, false, high))
        });
        outside.min_by_key(|(v, ..)| *v).map(|(_, row, rises, target)| (row, rises, target.clone()))
    }

    /// The other variable of the smallest index that can move the row's in the wanted direction.
    fn entering(&self, row: usize, rises: bool) -> Option<usize> {
        let movable = self.others.iter().enumerate().filter(|(column, v)| {
            let coefficient = &self.rows[row][*column];
            if coefficient.is_zero() {
                return false;
            }
            let value = &self.values[**v];
            if coefficient.is_positive() == rises {
                self.upper[**v].as_ref().is_none_or(|high| value < high)
            } else {
                self.lower[**v].as_ref().is_none_or(|low| value > low)
            }
        });
        movable.min_by_key(|(_, v)| **v).map(|(column, _)| column)
    }

    /// Exchanges two variables; the one that was basic takes the value `target`.
    fn pivot(&mut self, row: usize, column: usize, target: Near) {
        let (leaving, entering) = (self.basic[row], self.others[column]);
        let inverse = Rational::from(self.rows[row][column].recip_ref());
        let step = target.minus(&self.values[leaving]);
        let mut by = Near::default();
        by.add_multiple(&inverse, &step);
        self.values[leaving] = target;
        self.values[entering].add_multiple(&Rational::from(1), &by);
        for (r, entries) in self.rows.iter().enumerate().filter(|(r, _)| *r != row) {
            self.values[self.basic[r]].add_multiple(&entries[column], &by);
        }
        let mut pivot_row = std::mem::take(&mut self.rows[row]);
        for (c, entry) in pivot_row.iter_mut().enumerate() {
            if c == column {
                entry.clone_from(&inverse);
            } else {
                *entry *= Rational::from(-&inverse);
            }
        }
        for entries in self.rows.iter_mut().filter(|r| !r.is_empty()) {
            let factor = std::mem::take(&mut entries[column]);
            if !factor.is_zero() {
                for (entry, p) in entries.iter_mut().zip(&pivot_row) {
                    *entry += Rational::from(&factor * p);
                }
            }
        }
        self.rows[row] = pivot_row;
        (self.basic[row], self.others[column]) = (entering, leaving);
    }

    /// The combination that a row which cannot move shows.
    fn multipliers(&self, row: usize, rises: bool) -> Vec<Rational> {
        let mut multipliers = vec![Rational::new(); self.values.len() - self.n];
        let mut set = |variable: usize, value: Rational| {
            if variable >= self.n {
                multipliers[variable - self.n] = value;
            }
        };
        set(self.basic[row], Rational::from(if rises { 1 } else { -1 }));
        for (column, variable) in self.others.iter().enumerate() {
            let coefficient = &self.rows[row][column];
            set(*variable, if rises { Rational::from(-coefficient) } else { coefficient.clone() });
        }
        multipliers
    }

    /// The values, with the infinitely small made so small that every bound still holds.
    fn point(&self) -> Vec<Rational> {
        let mut small = Rational::from(1);
        for (value, low) in self.values.iter().zip(&self.lower) {
            let Some(low) = low else { continue };
            let (room, short) = (Rational::from(&value.0 - &low.0), Rational::from(&low.1 - &value.1));
            if room.is_positive() && short.is_positive() {
                small = small.min(room / short);
            }
        }
        self.values[..self.n].iter().map(|v| Rational::from(&v.1 * &small) + &v.0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn system(variables: usize, rows: &[(Vec<i64>, i64, u8)]) -> LinearSystem {
        let sign = |s: u8| [Sign::Zero, Sign::NonNegative, Sign::Positive][usize::from(s % 3)];
        let constraint = |(a, c, s): &(Vec<i64>, i64, u8)| Constraint {
            coefficients: a.iter().take(variables).map(|x| Integer::from(*x)).collect(),
            constant: Integer::from(*c),
            sign: sign(*s),
        };
        LinearSystem { variables, constraints: rows.iter().map(constraint).collect() }
    }

    #[test]
    fn strict_inequalities_are_strict() {
        let above = (vec![1], 0, 2);
        let below = (vec![-1], 0, 1);
        assert!(!system(1, &[above.clone(), below.clone()]).is_feasible());
        assert!(system(1, &[above, (vec![-1], 1, 2)]).is_feasible());
        assert!(system(1, &[below, (vec![1], 0, 1)]).is_feasible());
        assert!(!system(0, &[(vec![], 0, 2)]).is_feasible());
        assert!(system(2, &[]).is_feasible());
        // x = 0 and x ≥ 0; x + y = 0 and x ≥ 0; twice the same equation.
        let (zero, half) = ((vec![1, 0], 0, 0), (vec![1, 0], 0, 1));
        assert!(!system(2, &[zero.clone(), half.clone()]).is_openly_feasible());
        assert!(system(2, &[(vec![1, 1], 0, 0), half]).is_openly_feasible());
        assert!(!system(2, &[zero.clone(), zero]).is_openly_feasible());
    }

    proptest! {
        #[test]
        fn answers_carry_their_proof(
            variables in 0usize..4,
            rows in proptest::collection::vec((proptest::collection::vec(-3i64..4, 4), -3i64..4, 0u8..3), 0..7),
        ) {
            let system = system(variables, &rows);
            let solved = system.solve();
            prop_assert!(system.proves(&solved), "{:?} of {:?}", solved, system);
            prop_assert_eq!(system.is_feasible(), matches!(solved, Feasibility::Point(_)));
        }
    }
}
