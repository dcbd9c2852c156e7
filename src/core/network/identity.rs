//! Proofs that a program does not change along a direction in weight space: J(θ, X) · v(θ) ≡ 0 as an identity.
//!
//! Every step has its derivative along the direction, both as polynomials with rational coefficients. A step whose derivative is
//! zero is a variable that stays the same; how it came about no longer matters. So only the few steps between the weights that
//! change and where their changes cancel are ever written out. An exponential is a variable y with y' = y·a'; a divisor b that
//! changes has a variable r with r·b = 1 and r' = −r²·b'; a root y has y² = a and y' = a'/(2y). A derivative vanishes if it is the
//! zero polynomial once these relations are used. Nothing is assumed of the variables, so an identity that is shown holds at all
//! weights and inputs, whatever exponentials depend on each other.

use std::collections::{BTreeMap, HashMap};

use rug::Rational;

use super::gauge::AffineField;
use crate::number::Function;
use crate::program::{Operation, Program, Step};

/// No polynomial has more terms than this.
const MOST_TERMS: usize = 4_000;

/// Variables with their exponents, in order.
type Monomial = Vec<(u32, u32)>;

/// A polynomial with rational coefficients, none of them zero.
#[derive(Clone, Debug, Default, PartialEq)]
struct Polynomial(BTreeMap<Monomial, Rational>);

impl Polynomial {
    fn number(value: Rational) -> Self {
        let mut polynomial = Polynomial::default();
        polynomial.add_term(Vec::new(), value);
        polynomial
    }

    fn variable(index: u32) -> Self {
        Polynomial(BTreeMap::from([(vec![(index, 1)], Rational::from(1))]))
    }

    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    fn add_term(&mut self, monomial: Monomial, coefficient: Rational) {
        if coefficient.is_zero() {
            return;
        }
        match self.0.entry(monomial) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(coefficient);
            }
            std::collections::btree_map::Entry::Occupied(mut place) => {
                *place.get_mut() += coefficient;
                if place.get().is_zero() {
                    place.remove();
                }
            }
        }
    }

    /// The sum with a multiple of another; nothing over the limit.
    fn plus(mut self, factor: i64, other: &Polynomial) -> Option<Self> {
        other.0.iter().for_each(|(m, c)| self.add_term(m.clone(), c.clone() * factor));
        (self.0.len() <= MOST_TERMS).then_some(self)
    }

    fn times(&self, other: &Polynomial) -> Option<Self> {
        if self.0.len().saturating_mul(other.0.len()) > 4 * MOST_TERMS {
            return None;
        }
        let mut product = Polynomial::default();
        for (m, c) in &self.0 {
            other.0.iter().for_each(|(n, d)| product.add_term(merged(m, n), Rational::from(c * d)));
        }
        (product.0.len() <= MOST_TERMS).then_some(product)
    }

    fn power(&self, exponent: u32) -> Option<Self> {
        (0..exponent).try_fold(Polynomial::number(Rational::from(1)), |power, _| power.times(self))
    }

    /// The coefficients of the powers of one variable, by exponent.
    fn by_powers_of(&self, variable: u32) -> BTreeMap<u32, Polynomial> {
        let mut parts: BTreeMap<u32, Polynomial> = BTreeMap::new();
        for (monomial, coefficient) in &self.0 {
            let exponent = monomial.iter().find(|(v, _)| *v == variable).map_or(0, |(_, e)| *e);
            let rest = monomial.iter().filter(|(v, _)| *v != variable).copied().collect();
            parts.entry(exponent).or_default().add_term(rest, coefficient.clone());
        }
        parts
    }
}

/// The product of two monomials.
fn merged(a: &Monomial, b: &Monomial) -> Monomial {
    let mut product = Vec::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    loop {
        let next = match (a.peek(), b.peek()) {
            (Some(x), Some(y)) if x.0 == y.0 => (x.0, x.1 + y.1),
            (Some(x), Some(y)) if x.0 < y.0 => *x,
            (Some(x), None) => *x,
            (_, Some(y)) => *y,
            (None, None) => return product,
        };
        a.next_if(|x| x.0 == next.0);
        b.next_if(|y| y.0 == next.0);
        product.push(next);
    }
}

/// What a variable that changes with others is.
#[derive(Clone, Debug)]
enum Relation {
    /// 1 over this.
    Inverse(Polynomial),
    /// A square root of this.
    Root(Polynomial),
}

/// A program along a direction. The variable of a step has its number; that of its inverse comes after those of all steps.
struct Along<'a> {
    program: &'a Program,
    /// Values and derivatives of the steps that change.
    changing: HashMap<usize, (Polynomial, Polynomial)>,
    /// In the order in which they came about: each speaks of earlier variables.
    relations: Vec<(u32, Relation)>,
}

/// Whether it is shown that no output changes along a direction. Nothing is said otherwise.
pub(super) fn annihilates(program: &Program, field: &AffineField) -> bool {
    let mut along = Along { program, changing: HashMap::new(), relations: Vec::new() };
    along.run(field).is_some() && program.outputs().iter().all(|output| along.derivative(*output).is_none())
}

impl Along<'_> {
    fn run(&mut self, field: &AffineField) -> Option<()> {
        for (weight, from, factor) in &field.terms {
            let change = from.map_or(Polynomial::number(Rational::from(1)), |from| Polynomial::variable(from as u32));
            let value = Polynomial::variable(*weight as u32);
            let (_, sum) = self.changing.remove(weight).unwrap_or_default();
            self.changing.insert(*weight, (value, sum.plus(*factor, &change)?));
        }
        self.changing.retain(|_, (_, derivative)| !derivative.is_zero());
        for (at, operation) in self.program.operations().iter().enumerate() {
            if !operation.operands().any(|operand| self.derivative(operand).is_some()) {
                continue;
            }
            let (value, derivative) = self.step(at, operation)?;
            if !self.vanishes(&derivative)? {
                self.changing.insert(at, (value, derivative));
            }
        }
        Some(())
    }

    /// Nothing if it is zero.
    fn derivative(&self, step: Step) -> Option<&Polynomial> {
        self.changing.get(&step.index()).map(|(_, derivative)| derivative)
    }

    fn value(&self, step: Step) -> Polynomial {
        match (self.changing.get(&step.index()), self.program.operation(step)) {
            (Some((value, _)), _) => value.clone(),
            (None, Operation::Constant(constant)) => Polynomial::number(constant.clone()),
            (None, _) => Polynomial::variable(step.index() as u32),
        }
    }

    /// The value and the derivative of a step with an operand that changes.
    fn step(&mut self, at: usize, operation: &Operation) -> Option<(Polynomial, Polynomial)> {
        let zero = Polynomial::default();
        let d = |along: &Self, step: &Step| along.derivative(*step).cloned().unwrap_or_default();
        let own = Polynomial::variable(at as u32);
        Some(match operation {
            Operation::Add(a, b) => (self.value(*a).plus(1, &self.value(*b))?, d(self, a).plus(1, &d(self, b))?),
            Operation::Sub(a, b) => (self.value(*a).plus(-1, &self.value(*b))?, d(self, a).plus(-1, &d(self, b))?),
            Operation::Mul(a, b) => {
                let (x, y) = (self.value(*a), self.value(*b));
                (x.times(&y)?, d(self, a).times(&y)?.plus(1, &x.times(&d(self, b))?)?)
            }
            Operation::Div(a, b) => {
                let (x, inverse) = (self.value(*a), self.inverse(*b));
                let quotient = x.times(&inverse)?;
                let moved = quotient.times(&inverse)?.times(&d(self, b))?;
                (quotient, d(self, a).times(&inverse)?.plus(-1, &moved)?)
            }
            // The slope is a variable that stays the same around almost every point.
            Operation::Relu(a) => (self.value(*a).times(&own)?, d(self, a).times(&own)?),
            Operation::Apply(Function::Exp, a) => (own.clone(), d(self, a).times(&own)?),
            Operation::Apply(Function::Log, a) => {
                let inverse = self.inverse(*a);
                (own, d(self, a).times(&inverse)?)
            }
            Operation::Apply(Function::Sqrt, a) => {
                self.relations.push((at as u32, Relation::Root(self.value(*a))));
                let inverse = self.inverse_of(at, own.clone());
                let half = Polynomial::number(Rational::from((1, 2)));
                (own, d(self, a).times(&inverse)?.times(&half)?)
            }
            Operation::Weight(_) | Operation::Input(_) | Operation::Constant(_) => (own, zero),
        })
    }

    /// 1 over a step.
    fn inverse(&mut self, step: Step) -> Polynomial {
        match self.changing.get(&step.index()) {
            Some((value, _)) => self.inverse_of(step.index(), value.clone()),
            None => Polynomial::variable(self.number_of_inverse(step.index())),
        }
    }

    fn inverse_of(&mut self, step: usize, value: Polynomial) -> Polynomial {
        let number = self.number_of_inverse(step);
        if !self.relations.iter().any(|(variable, _)| *variable == number) {
            self.relations.push((number, Relation::Inverse(value)));
        }
        Polynomial::variable(number)
    }

    fn number_of_inverse(&self, step: usize) -> u32 {
        (self.program.operations().len() + step) as u32
    }

    /// Whether a polynomial is zero by the relations; nothing if it grows over the limit.
    fn vanishes(&self, polynomial: &Polynomial) -> Option<bool> {
        self.vanishes_by(polynomial, self.relations.len())
    }

    /// The same by the first relations, beyond which no variable occurs.
    fn vanishes_by(&self, polynomial: &Polynomial, relations: usize) -> Option<bool> {
        if polynomial.is_zero() {
            return Some(true);
        }
        let Some((variable, relation)) = relations.checked_sub(1).map(|last| &self.relations[last]) else {
            return Some(false);
        };
        let parts = polynomial.by_powers_of(*variable);
        let most = parts.keys().next_back().copied().unwrap_or(0);
        if most == 0 {
            return self.vanishes_by(polynomial, relations - 1);
        }
        let mut even_and_odd = [Polynomial::default(), Polynomial::default()];
        for (exponent, part) in parts {
            let (by, odd) = match relation {
                Relation::Inverse(of) => (of.power(most - exponent)?, 0),
                Relation::Root(of) => (of.power(exponent / 2)?, exponent as usize % 2),
            };
            let sum = std::mem::take(&mut even_and_odd[odd]);
            even_and_odd[odd] = sum.plus(1, &part.times(&by)?)?;
        }
        for part in &even_and_odd {
            if !self.vanishes_by(part, relations - 1)? {
                return Some(false);
            }
        }
        Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Recorder;

    fn field(terms: &[(usize, Option<usize>, i64)]) -> AffineField {
        AffineField { terms: terms.to_vec(), proved: false }
    }

    /// Softmax over two scores a + w x and b + v x: a common shift changes nothing, a shift of one score does.
    #[test]
    fn shifts_of_scores_cancel() {
        let mut r = Recorder::new();
        let x = r.input(0).unwrap();
        let exponentials = [0, 1].map(|i| {
            let (shift, w) = (r.weight(2 * i).unwrap(), r.weight(2 * i + 1).unwrap());
            let wx = r.mul(w, x).unwrap();
            let score = r.add(shift, wx).unwrap();
            r.apply(Function::Exp, score).unwrap()
        });
        let total = r.add(exponentials[0], exponentials[1]).unwrap();
        let outputs = exponentials.map(|e| r.div(e, total).unwrap());
        let program = r.finish(outputs.to_vec(), 1, 4).unwrap();
        assert!(annihilates(&program, &field(&[(0, None, 1), (2, None, 1)])));
        assert!(annihilates(&program, &field(&[(0, None, -3), (2, None, -3)])));
        assert!(!annihilates(&program, &field(&[(0, None, 1)])));
        assert!(!annihilates(&program, &field(&[(0, None, 1), (2, None, 2)])));
        assert!(!annihilates(&program, &field(&[(1, Some(1), 1), (3, Some(3), 1)])));
    }

    /// (w, v) x / ‖(w, v) x‖: the length of (w, v) does not matter without an ε, and does with one.
    #[test]
    fn what_is_normed_has_no_length() {
        for epsilon in [0, 1] {
            let mut r = Recorder::new();
            let x = r.input(0).unwrap();
            let h = [0, 1].map(|i| {
                let w = r.weight(i).unwrap();
                r.mul(w, x).unwrap()
            });
            let squares = h.map(|h| r.mul(h, h).unwrap());
            let sum = r.add(squares[0], squares[1]).unwrap();
            let constant = r.constant(Rational::from(epsilon)).unwrap();
            let radicand = r.add(sum, constant).unwrap();
            let root = r.apply(Function::Sqrt, radicand).unwrap();
            let outputs = h.map(|h| r.div(h, root).unwrap());
            let program = r.finish(outputs.to_vec(), 1, 2).unwrap();
            let length = field(&[(0, Some(0), 1), (1, Some(1), 1)]);
            assert_eq!(annihilates(&program, &length), epsilon == 0);
            assert!(!annihilates(&program, &field(&[(0, Some(0), 1)])));
        }
    }
}
