//! That no label changes along a vector, for programs with quotients, exponentials and logarithms.
//!
//! Every step is a variable, and so is the inverse of what is divided by. The derivative of each step is a polynomial in weights,
//! inputs and these variables: of a·b, a′·b + a·b′; of a/b, (a′ − (a/b)·b′)·(1/b); of exp(a), exp(a)·a′; of log(a), a′·(1/a). It is zero
//! if steps, written out one after the other, the latest first, leave nothing; 1/b is taken out by multiplying with powers of b. Nothing is assumed of
//! exponentials and logarithms, so what is shown holds at all weights and inputs where the labels are defined, whatever depends on what.
//!
//! What is worth while is seen at one point modulo the prime: that a derivative vanishes, or is a multiple of some variable, as that of
//! a query that is moved by another is that other query. Nothing rests on that: both are shown by writing steps out.

use std::collections::{BTreeMap, HashMap};

use num_traits::Zero;

use super::budget::{exceeded, hold, pay};
use super::number::{Dual, Modular, Number};
use super::polynomial::{Coefficient, Polynomial};
use super::program::{Function, Operand, Program, Step, scattered};
use super::proof::{Fault, ensure, fixed, limit};

/// Operations for a term that is looked at.
const TERM: u64 = 64;
/// Operations for a step modulo the prime.
const STEP: usize = 8;
/// Multiples of variables that are looked for.
const FACTORS: [i64; 8] = [1, -1, 2, -2, 3, -3, 4, -4];

/// The variables of one run on one input, after those of weights and all inputs.
struct Run<'a, C> {
    program: &'a Program,
    /// The variable of the first entry of the input.
    input: usize,
    /// The variable of the first step.
    first: usize,
    /// The derivatives of steps; nothing for zero.
    slopes: Vec<Option<Polynomial<C>>>,
    moved: &'a BTreeMap<usize, Polynomial>,
}

/// A fault if a label of an input changes along a vector. The entries of the input are variables from `input` on, and `variables` are
/// taken by weights and inputs.
pub(super) fn changes_no_label<C: Coefficient>(
    program: &Program,
    moved: &BTreeMap<usize, Polynomial>,
    (input, variables): (usize, usize),
) -> Result<(), Fault> {
    limit(program.operations().saturating_mul(STEP))?;
    let _held = hold(128 * (variables + program.len()) as u64)?;
    let factors = FACTORS.map(|factor| (factor, Modular::one().scaled(factor).inverse()));
    let (known, seen, labels) = at_a_point(program, moved, (input, variables));
    const CHANGES: &str = "a vector is not in the kernel: a label changes along it";
    ensure(labels.iter().all(|label| label.is_zero()), CHANGES)?;
    let mut run = Run::<C> { program, input, first: variables, slopes: Vec::new(), moved };
    for (at, step) in program.steps().iter().enumerate() {
        pay(TERM)?;
        let mut slope = run.slope(at, step)?;
        if let Some(long) = &slope
            && long.terms().ok_or_else(exceeded)?.len() != 1
        {
            let short = short(seen[at], &factors, &known);
            if run.vanishes(long.plus(&short.scaled(-1)))? {
                slope = Some(short);
            }
        }
        run.slopes.push(slope.filter(|slope| slope.is_zero() != Some(true)));
    }
    for output in program.outputs() {
        ensure(run.slope_of(output).is_none(), CHANGES)?;
    }
    Ok(())
}

/// Zero, or a multiple of a variable, that has this value at the point; zero if there is none. Factors have their inverses beside them.
fn short<C: Coefficient>(value: Modular, factors: &[(i64, Modular)], known: &HashMap<Modular, usize>) -> Polynomial<C> {
    let multiple = |(factor, inverse): &(i64, Modular)| Some((*factor, *known.get(&value.times(inverse))?));
    let found = if value.is_zero() { None } else { factors.iter().find_map(multiple) };
    found.map_or_else(Polynomial::zero, |(factor, variable)| Polynomial::variable(variable).scaled(factor))
}

/// At some point modulo the prime, with numbers for exponentials and logarithms: which variable has a value, and how each step, and each
/// label, changes.
fn at_a_point(
    program: &Program,
    moved: &BTreeMap<usize, Polynomial>,
    (input, variables): (usize, usize),
) -> (HashMap<Modular, usize>, Vec<Modular>, Vec<Modular>) {
    let mut draw = scattered();
    let point: Vec<Modular> = (0..variables).map(|_| draw()).collect();
    let slope = |w: usize| moved.get(&w).map_or(Modular::zero(), |entry| entry.at(&point));
    let weights: Vec<Dual<Modular>> = (0..program.weights).map(|w| Dual(point[w], slope(w))).collect();
    let inputs = fixed(&point[input..input + program.inputs]);
    let mut known: HashMap<Modular, usize> = point.iter().enumerate().map(|(at, value)| (*value, at)).collect();
    let mut slopes = Vec::with_capacity(program.len());
    let of = |function, Dual(value, slope): Dual<Modular>| {
        let (number, inverse) = (draw(), value.inverse());
        match function {
            Function::Exp => Dual(number, number.times(&slope)),
            Function::Log => Dual(number, inverse.times(&slope)),
            Function::Inverse => Dual(inverse, inverse.times(&inverse).times(&slope).scaled(-1)),
            Function::Relu => Dual(value, slope),
        }
    };
    let labels = program.trace(&weights, &inputs, of, |Dual(value, slope)| {
        known.entry(*value).or_insert(variables + slopes.len());
        slopes.push(*slope);
    });
    (known, slopes, labels.into_iter().map(|label| label.1).collect())
}

impl<C: Coefficient> Run<'_, C> {
    fn variable(&self, operand: &Operand) -> Option<usize> {
        match operand {
            Operand::Weight(w) => Some(*w as usize),
            Operand::Input(x) => Some(self.input + *x as usize),
            Operand::Step(s) => Some(self.first + *s as usize),
            Operand::Constant(_) => None,
        }
    }

    /// How many variables there are but for inverses, which come after them.
    fn variables(&self) -> usize {
        self.first + self.program.len()
    }

    fn atom(&self, operand: &Operand) -> Polynomial<C> {
        match (self.variable(operand), operand) {
            (Some(variable), _) => Polynomial::variable(variable),
            (None, Operand::Constant(c)) => Polynomial::fraction(self.program.constant_at(*c)),
            (None, _) => Polynomial::too_large(),
        }
    }

    fn inverse(&self, operand: &Operand) -> Result<Polynomial<C>, Fault> {
        match (self.variable(operand), operand) {
            (Some(variable), _) => Ok(Polynomial::variable(self.variables() + variable)),
            (None, Operand::Constant(c)) if !self.program.constant_at(*c).is_zero() => {
                Ok(Polynomial::fraction(&self.program.constant_at(*c).recip()))
            }
            (None, _) => Err(Fault::Wrong("something is divided by zero".to_owned())),
        }
    }

    fn slope_of(&self, operand: &Operand) -> Option<Polynomial<C>> {
        match operand {
            Operand::Weight(w) => {
                self.moved.get(&(*w as usize)).map(Polynomial::over).filter(|p| p.is_zero() != Some(true))
            }
            Operand::Step(s) => self.slopes[*s as usize].clone(),
            Operand::Input(_) | Operand::Constant(_) => None,
        }
    }

    /// The derivative of a step, not written out; nothing if no operand changes.
    fn slope(&self, at: usize, step: &Step) -> Result<Option<Polynomial<C>>, Fault> {
        let [x, y] = step.operands();
        let own = || Polynomial::variable(self.first + at);
        let (a, b) = (self.slope_of(&x), self.slope_of(&y));
        if a.is_none() && b.is_none() {
            return Ok(None);
        }
        let times = |slope: Option<Polynomial<C>>, factor: Polynomial<C>| slope.map(|slope| slope.times(&factor));
        let (a, b) = match step {
            Step::Sum(..) => (a, b),
            Step::Difference(..) => (a, b.map(|b| b.scaled(-1))),
            Step::Product(..) => (times(a, self.atom(&y)), times(b, self.atom(&x))),
            Step::Quotient(..) => {
                let inverse = self.inverse(&y)?;
                (times(a, inverse.clone()), times(b, own().times(&inverse).scaled(-1)))
            }
            Step::Of(Function::Exp, _) => (times(a, own()), None),
            Step::Of(Function::Log, _) => (times(a, self.inverse(&x)?), None),
            Step::Of(..) => return Err(Fault::Wrong("kinks have no derivative here".to_owned())),
        };
        Ok(match (a, b) {
            (Some(a), Some(b)) => Some(a.plus(&b)),
            (one, other) => one.or(other),
        })
    }

    /// Whether a polynomial is zero once steps are written out.
    fn vanishes(&self, mut polynomial: Polynomial<C>) -> Result<bool, Fault> {
        loop {
            let terms = polynomial.terms().ok_or_else(exceeded)?;
            pay(TERM * terms.len() as u64)?;
            let all = terms.keys().flatten().map(|(variable, _)| usize::from(*variable));
            let Some(latest) = all.filter(|v| self.can_be_written_out(*v)).max_by_key(|v| self.age(*v)) else {
                return Ok(terms.is_empty());
            };
            polynomial = self.written_out(&polynomial, latest)?;
        }
    }

    /// When a variable comes about: 1/v right after v.
    fn age(&self, variable: usize) -> (usize, bool) {
        let steps = self.variables();
        if variable < steps { (variable, false) } else { (variable - steps, true) }
    }

    fn can_be_written_out(&self, variable: usize) -> bool {
        match variable.checked_sub(self.first).and_then(|at| self.program.steps().get(at)) {
            Some(step) => !matches!(step, Step::Of(..)),
            None => variable >= self.variables(),
        }
    }

    /// A polynomial without a variable, that is zero only if this one is: with what the variable is put in for it, or times the largest
    /// power of what it is the inverse of.
    fn written_out(&self, polynomial: &Polynomial<C>, variable: usize) -> Result<Polynomial<C>, Fault> {
        let mut parts: BTreeMap<u16, Polynomial<C>> = BTreeMap::new();
        for (monomial, coefficient) in polynomial.terms().ok_or_else(exceeded)? {
            pay(TERM)?;
            let (of, rest): (Vec<_>, Vec<_>) = monomial.iter().partition(|(v, _)| usize::from(*v) == variable);
            let exponent = of.first().map_or(0, |(_, e)| *e);
            parts.entry(exponent).or_insert_with(Polynomial::zero).add_term(rest, coefficient.clone());
        }
        let most = parts.keys().next_back().copied().unwrap_or(0);
        let part = |exponent: u16| parts.get(&exponent).cloned().unwrap_or_else(Polynomial::zero);
        // Horner's scheme, from the highest power of what is put in.
        let (value, is_inverse) = match variable.checked_sub(self.variables()) {
            Some(of) => (Polynomial::variable(of), true),
            None => (self.value(&self.program.steps()[variable - self.first])?, false),
        };
        let mut sum = part(if is_inverse { 0 } else { most });
        for exponent in 1..=most {
            sum = sum.times(&value).plus(&part(if is_inverse { exponent } else { most - exponent }));
        }
        Ok(sum)
    }

    /// What a step is.
    fn value(&self, step: &Step) -> Result<Polynomial<C>, Fault> {
        let [a, b] = step.operands();
        Ok(match step {
            Step::Sum(..) => self.atom(&a).plus(&self.atom(&b)),
            Step::Difference(..) => self.atom(&a).plus(&self.atom(&b).scaled(-1)),
            Step::Product(..) => self.atom(&a).times(&self.atom(&b)),
            Step::Quotient(..) => self.atom(&a).times(&self.inverse(&b)?),
            Step::Of(..) => Polynomial::too_large(),
        })
    }
}
