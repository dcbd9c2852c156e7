//! Proofs that a program does not change along a direction in weight space: J(θ, X) · v(θ) ≡ 0 as an identity.
//!
//! Every step is a variable, and has its derivative along the direction as a polynomial in these variables, kept short by what the
//! steps are: a·b is written as the step that multiplies them, where there is one, a + b likewise, (a / b)·b as a, √a·√a as a. So
//! the derivative of a query that is moved by another is that other query, and it meets its counterpart among the keys as it is. 1/b is
//! a variable of its own, and so is the slope of a kink.
//!
//! Which derivatives vanish is seen at a point modulo a prime. Each of them has to be shown to be zero: where short writing does not
//! show it, steps are written out, the latest first, until it does. Nothing is assumed of exponentials, logarithms and slopes, so what is
//! shown holds at all weights and inputs, whatever exponentials depend on each other.

use std::collections::{BTreeMap, HashMap};

use rug::Rational;

use super::AffineField;
use crate::number::{Function, PrimeField, Ring};
use crate::program::{Operation, Program, Step, Values};

/// No derivative that is kept has more terms than this,
const MOST_KEPT: usize = 120;
/// and no polynomial that is written out.
const MOST_TERMS: usize = 4_000;

/// Variables in order, each as often as its exponent says.
type Monomial = Vec<u32>;

/// A polynomial with rational coefficients, none of them zero.
#[derive(Clone, Debug, Default, PartialEq)]
struct Polynomial(BTreeMap<Monomial, Rational>);

impl Polynomial {
    fn term(coefficient: Rational, mut monomial: Monomial) -> Self {
        monomial.sort_unstable();
        let mut polynomial = Polynomial::default();
        polynomial.add_term(monomial, coefficient);
        polynomial
    }

    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// Variables have to be in order.
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

    fn add(&mut self, factor: &Rational, other: &Polynomial) {
        other.0.iter().for_each(|(m, c)| self.add_term(m.clone(), Rational::from(c * factor)));
    }

    /// Times a term.
    fn times(&self, (factor, by): &Term) -> Self {
        let mut product = Polynomial::default();
        for (monomial, coefficient) in &self.0 {
            let mut monomial = [monomial.as_slice(), by].concat();
            monomial.sort_unstable();
            product.add_term(monomial, Rational::from(coefficient * factor));
        }
        product
    }

    /// Times a polynomial; nothing over the limit.
    fn product(&self, other: &Polynomial) -> Option<Self> {
        let mut product = Polynomial::default();
        for (monomial, coefficient) in &other.0 {
            product.add(&Rational::from(1), &self.times(&(coefficient.clone(), monomial.clone())));
            if product.0.len() > MOST_TERMS {
                return None;
            }
        }
        Some(product)
    }

    /// The coefficients of the powers of one variable, by exponent.
    fn by_powers_of(self, variable: u32) -> BTreeMap<usize, Polynomial> {
        let mut parts: BTreeMap<usize, Polynomial> = BTreeMap::new();
        for (mut monomial, coefficient) in self.0 {
            let before = monomial.len();
            monomial.retain(|v| *v != variable);
            parts.entry(before - monomial.len()).or_default().add_term(monomial, coefficient);
        }
        parts
    }
}

/// A number times variables.
type Term = (Rational, Monomial);

/// A step as a number times at most one variable: multiples of a step are no variables of their own.
#[derive(Clone, Debug)]
struct Alias(Rational, Option<u32>);

impl Alias {
    fn term(&self) -> Term {
        (self.0.clone(), self.1.into_iter().collect())
    }
}

fn pair(a: u32, b: u32) -> (u32, u32) {
    (a.min(b), a.max(b))
}

/// α u + β v is the variable of a step: (α, β, step).
type Sum = (Rational, Rational, u32);

/// What is known of the steps of a program, for any number of directions.
pub(super) struct Identities<'a> {
    program: &'a Program,
    field: PrimeField,
    values: &'a Values<u64>,
    weights: &'a [u64],
    aliases: Vec<Alias>,
    /// Products of two variables that are a multiple of one, or a number.
    products: HashMap<(u32, u32), Alias>,
    /// Sums of multiples of two variables that are one.
    sums: HashMap<(u32, u32), Vec<Sum>>,
}

impl<'a> Identities<'a> {
    /// With the values of all steps at a random point, to see which derivatives vanish.
    pub(super) fn of(program: &'a Program, field: PrimeField, weights: &'a [u64], values: &'a Values<u64>) -> Self {
        let (aliases, products, sums) = (Vec::new(), HashMap::new(), HashMap::new());
        let mut known = Identities { program, field, values, weights, aliases, products, sums };
        for (at, operation) in program.operations().iter().enumerate() {
            let alias = known.learn(at as u32, operation);
            known.aliases.push(alias);
        }
        known
    }

    fn alias(&self, step: &Step) -> &Alias {
        &self.aliases[step.index()]
    }

    /// The variable 1/v.
    fn inverse(&self, variable: u32) -> u32 {
        self.program.operations().len() as u32 + variable
    }

    /// The slope of a kink.
    fn slope(&self, step: u32) -> u32 {
        2 * self.program.operations().len() as u32 + step
    }

    /// 1 over a step.
    fn reciprocal(&self, step: &Step) -> Option<Alias> {
        let Alias(factor, variable) = self.alias(step);
        let inverse = (!factor.is_zero()).then(|| Rational::from(factor.recip_ref()))?;
        Some(Alias(inverse, variable.map(|v| self.inverse(v))))
    }

    /// u · v = what a step is, from what two of the three are.
    fn learn_product(&mut self, (x, u): (&Rational, u32), (y, v): (&Rational, u32), is: Alias) {
        let scale = Rational::from(x * y);
        if !scale.is_zero() {
            self.products.entry(pair(u, v)).or_insert(Alias(is.0 / scale, is.1));
        }
    }

    /// Notes what a step says of others; what it is.
    fn learn(&mut self, at: u32, operation: &Operation) -> Alias {
        let one = Rational::from(1);
        let own = Alias(one.clone(), Some(at));
        match operation {
            Operation::Constant(value) => return Alias(value.clone(), None),
            Operation::Mul(a, b) => match (self.alias(a).clone(), self.alias(b).clone()) {
                (Alias(x, None), Alias(y, v)) | (Alias(y, v), Alias(x, None)) => return Alias(x * y, v),
                (Alias(x, Some(u)), Alias(y, Some(v))) => self.learn_product((&x, u), (&y, v), own.clone()),
            },
            Operation::Div(a, b) => {
                let (Alias(x, u), Some(Alias(y, Some(inverse)))) = (self.alias(a).clone(), self.reciprocal(b)) else {
                    return own;
                };
                let Some(u) = u else { return Alias(x * y, Some(inverse)) };
                let Alias(below, Some(v)) = self.alias(b).clone() else { return own };
                self.learn_product((&x, u), (&y, inverse), own.clone());
                self.learn_product((&one, at), (&below, v), Alias(x, Some(u)));
                self.learn_product((&one, v), (&one, inverse), Alias(one.clone(), None));
            }
            Operation::Add(a, b) => self.learn_sum(a, b, &one, at),
            Operation::Sub(a, b) => self.learn_sum(a, b, &Rational::from(-1), at),
            Operation::Apply(Function::Sqrt, a) => {
                if let Alias(x, Some(u)) = self.alias(a).clone() {
                    let inverse = self.inverse(at);
                    self.learn_product((&one, at), (&one, at), Alias(x.clone(), Some(u)));
                    self.learn_product((&x, u), (&one, inverse), own.clone());
                    self.learn_product((&one, at), (&one, inverse), Alias(one.clone(), None));
                }
            }
            Operation::Relu(a) => {
                if let Alias(x, Some(u)) = self.alias(a).clone() {
                    let slope = self.slope(at);
                    self.learn_product((&x, u), (&one, slope), own.clone());
                }
            }
            Operation::Weight(_) | Operation::Input(_) | Operation::Apply(..) => {}
        }
        own
    }

    fn learn_sum(&mut self, a: &Step, b: &Step, sign: &Rational, at: u32) {
        if let (Alias(x, Some(u)), Alias(y, Some(v))) = (self.alias(a).clone(), self.alias(b).clone()) {
            let y = y * sign;
            let (x, y) = if u < v { (x, y) } else { (y, x) };
            if u != v && !x.is_zero() && !y.is_zero() {
                self.sums.entry(pair(u, v)).or_default().push((x, y, at));
            }
        }
    }

    /// Whether it is shown that no output changes along a direction. Nothing is said otherwise.
    pub(super) fn annihilates(&self, direction: &AffineField) -> bool {
        self.run(direction).is_some_and(|derivatives| {
            self.program.outputs().iter().all(|output| !derivatives.contains_key(&output.index()))
        })
    }

    /// The derivatives of all steps that change.
    fn run(&self, direction: &AffineField) -> Option<HashMap<usize, Polynomial>> {
        let start = direction.at(&self.field, self.weights);
        let inputs = vec![self.field.zero(); self.program.inputs()];
        let seen = self.program.forwards(&self.field, self.values, &start, &inputs);
        let mut derivatives: HashMap<usize, Polynomial> = HashMap::new();
        for (weight, from, factor) in &direction.terms {
            let change = from.map_or_else(Vec::new, |from| vec![from as u32]);
            derivatives.entry(*weight).or_default().add_term(change, Rational::from(*factor));
        }
        derivatives.retain(|_, derivative| !derivative.is_zero());
        for (at, operation) in self.program.operations().iter().enumerate() {
            if !operation.operands().any(|operand| derivatives.contains_key(&operand.index())) {
                continue;
            }
            let derivative = self.folded(self.derivative(at as u32, operation, &derivatives)?);
            if self.field.is_zero(&seen[at]) {
                if !self.vanishes(derivative)? {
                    return None;
                }
            } else {
                if derivative.0.len() > MOST_KEPT {
                    return None;
                }
                derivatives.insert(at, derivative);
            }
        }
        Some(derivatives)
    }

    /// The derivative of a step from those of its operands.
    fn derivative(&self, at: u32, operation: &Operation, known: &HashMap<usize, Polynomial>) -> Option<Polynomial> {
        let (one, mut sum) = (Rational::from(1), Polynomial::default());
        let of = |step: &Step| known.get(&step.index());
        let mut add = |operand: &Step, factor: &Term| {
            if let Some(derivative) = of(operand) {
                sum.add(&one, &derivative.times(factor));
            }
        };
        let number = |value: i32| (Rational::from(value), Vec::new());
        let variable = |v: u32| (Rational::from(1), vec![v]);
        match operation {
            Operation::Add(a, b) => {
                add(a, &number(1));
                add(b, &number(1));
            }
            Operation::Sub(a, b) => {
                add(a, &number(1));
                add(b, &number(-1));
            }
            Operation::Mul(a, b) => {
                add(a, &self.alias(b).term());
                add(b, &self.alias(a).term());
            }
            Operation::Div(a, b) => {
                let (inverse, own) = (self.reciprocal(b)?.term(), self.aliases[at as usize].term());
                add(a, &inverse);
                add(b, &(-inverse.0 * own.0, [inverse.1, own.1].concat()));
            }
            Operation::Relu(a) => add(a, &variable(self.slope(at))),
            Operation::Apply(Function::Exp, a) => add(a, &variable(at)),
            Operation::Apply(Function::Log, a) => add(a, &self.reciprocal(a)?.term()),
            Operation::Apply(Function::Sqrt, a) => add(a, &(Rational::from((1, 2)), vec![self.inverse(at)])),
            Operation::Weight(_) | Operation::Input(_) | Operation::Constant(_) => {}
        }
        Some(sum)
    }

    /// The same polynomial, with products and sums that are steps written as these.
    fn folded(&self, polynomial: Polynomial) -> Polynomial {
        let mut folded = Polynomial::default();
        for (monomial, coefficient) in polynomial.0 {
            let (coefficient, monomial) = self.with_products(coefficient, monomial);
            folded.add_term(monomial, coefficient);
        }
        while folded.0.len() > 1 && folded.0.len() <= MOST_KEPT {
            let Some((first, second, sum)) = self.some_sum(&folded) else { break };
            folded.0.remove(&first);
            folded.0.remove(&second);
            let (coefficient, monomial) = self.with_products(sum.0, sum.1);
            folded.add_term(monomial, coefficient);
        }
        folded
    }

    /// A monomial with products that are steps written as these.
    fn with_products(&self, mut coefficient: Rational, mut monomial: Monomial) -> Term {
        let find = |monomial: &Monomial| {
            (0..monomial.len()).find_map(|i| {
                let with = |j: usize| self.products.get(&pair(monomial[i], monomial[j])).map(|known| (i, j, known));
                (i + 1..monomial.len()).find_map(with)
            })
        };
        while let Some((i, j, Alias(factor, variable))) = find(&monomial) {
            monomial.remove(j);
            monomial.remove(i);
            monomial.extend(variable);
            monomial.sort_unstable();
            coefficient *= factor;
        }
        (coefficient, monomial)
    }

    /// Two terms that are one step times a term, and that.
    fn some_sum(&self, polynomial: &Polynomial) -> Option<(Monomial, Monomial, Term)> {
        let mut groups: HashMap<Monomial, Vec<(u32, &Rational)>> = HashMap::new();
        for (monomial, coefficient) in &polynomial.0 {
            for (at, variable) in monomial.iter().enumerate() {
                if at > 0 && monomial[at - 1] == *variable {
                    continue;
                }
                let mut rest = monomial.clone();
                rest.remove(at);
                let group = groups.entry(rest).or_default();
                for (other, factor) in group.iter() {
                    let Some(sums) = self.sums.get(&pair(*variable, *other)) else { continue };
                    let (c, d) = if variable < other { (coefficient, *factor) } else { (*factor, coefficient) };
                    let fits = |(a, b, _): &&Sum| Rational::from(c * b) == Rational::from(d * a);
                    if let Some((a, _, sum)) = sums.iter().find(fits) {
                        let with = |v: u32| {
                            let mut monomial = monomial.clone();
                            monomial[at] = v;
                            monomial.sort_unstable();
                            monomial
                        };
                        return Some((monomial.clone(), with(*other), (Rational::from(c / a), with(*sum))));
                    }
                }
                group.push((*variable, coefficient));
            }
        }
        None
    }

    /// Whether a polynomial is zero once steps are written out, the latest first; nothing if it grows over the limit.
    fn vanishes(&self, mut polynomial: Polynomial) -> Option<bool> {
        loop {
            if polynomial.is_zero() {
                return Some(true);
            }
            if polynomial.0.len() > MOST_TERMS {
                return None;
            }
            let variables = polynomial.0.keys().flatten();
            let Some(latest) = variables.copied().filter(|v| self.can_be_written_out(*v)).max_by_key(|v| self.age(*v))
            else {
                return Some(false);
            };
            let mut parts = self.written_out(polynomial, latest)?;
            polynomial = parts.pop()?;
            for part in parts {
                if !self.vanishes(part)? {
                    return Some(false);
                }
            }
        }
    }

    /// When a variable comes about: 1/v right after v.
    fn age(&self, variable: u32) -> (u32, bool) {
        let steps = self.program.operations().len() as u32;
        if variable < steps { (variable, false) } else { (variable - steps, true) }
    }

    fn can_be_written_out(&self, variable: u32) -> bool {
        let operations = self.program.operations();
        match operations.get(variable as usize) {
            None => (variable as usize) < 2 * operations.len(),
            Some(operation) => !matches!(
                operation,
                Operation::Weight(_) | Operation::Input(_) | Operation::Apply(Function::Exp | Function::Log, _)
            ),
        }
    }

    /// Polynomials without a variable that all vanish only if this one does.
    fn written_out(&self, polynomial: Polynomial, variable: u32) -> Option<Vec<Polynomial>> {
        let one = Rational::from(1);
        let parts = polynomial.by_powers_of(variable);
        let most = parts.keys().next_back().copied()?;
        let alias = |step: &Step| {
            let (coefficient, monomial) = self.alias(step).term();
            Polynomial::term(coefficient, monomial)
        };
        let steps = self.program.operations().len() as u32;
        let Some(operation) = self.program.operations().get(variable as usize) else {
            // 1/v: everything times the largest power of v.
            let of = variable - steps;
            let mut sum = Polynomial::default();
            for (exponent, part) in parts {
                sum.add(&one, &part.times(&(one.clone(), vec![of; most - exponent])));
            }
            return Some(vec![sum]);
        };
        let (value, every) = match operation {
            Operation::Mul(a, b) => (alias(a).product(&alias(b))?, 1),
            Operation::Add(a, b) | Operation::Sub(a, b) => {
                let sign = if matches!(operation, Operation::Add(..)) { 1 } else { -1 };
                let mut sum = alias(a);
                sum.add(&Rational::from(sign), &alias(b));
                (sum, 1)
            }
            Operation::Div(a, b) => (alias(a).times(&self.reciprocal(b)?.term()), 1),
            Operation::Relu(a) => (alias(a).times(&(one.clone(), vec![self.slope(variable)])), 1),
            Operation::Apply(Function::Sqrt, a) => (alias(a), 2),
            _ => return None,
        };
        // A root may stay to the first power.
        let mut sums = vec![Polynomial::default(); every];
        let (mut power, mut exponent) = (Polynomial::term(one.clone(), Vec::new()), 0);
        for (at, part) in parts {
            while exponent < at / every {
                power = power.product(&value)?;
                exponent += 1;
            }
            sums[at % every].add(&one, &part.product(&power)?);
        }
        Some(sums)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::gauge::search::some_point;
    use crate::number::Function;
    use crate::program::{Recorder, Step};

    type Change = [(usize, Option<usize>, i64)];

    fn annihilates(program: &Program, terms: &Change) -> bool {
        let (field, weights, values) = some_point(program).unwrap();
        Identities::of(program, field, &weights, &values)
            .annihilates(&AffineField { terms: terms.to_vec(), proved: false })
    }

    /// What makes labels of the weights and the input.
    fn program(weights: usize, forward: impl FnOnce(&mut Recorder, &[Step], Step) -> Step) -> Program {
        let mut recorder = Recorder::new();
        let steps: Vec<Step> = (0..weights).map(|w| recorder.weight(w).unwrap()).collect();
        let input = recorder.input(0).unwrap();
        let label = forward(&mut recorder, &steps, input);
        recorder.finish(vec![label], 1, weights).unwrap()
    }

    #[test]
    fn directions_along_which_labels_change_are_not_proved() {
        // e^(a x) in two ways: u v e^(w x), and a share of exponentials whose scores have a common shift.
        let product = program(3, |r, w, x| {
            let (z, uv) = (r.mul(w[2], x).unwrap(), r.mul(w[0], w[1]).unwrap());
            let e = r.apply(Function::Exp, z).unwrap();
            r.mul(uv, e).unwrap()
        });
        let scaling = [(0, Some(0), 1), (1, Some(1), -1)];
        assert!(annihilates(&product, &scaling));
        let share = program(3, |r, w, x| {
            let mut score = |a: Step| {
                let (scaled, sum) = (r.mul(a, x).unwrap(), r.add(w[2], w[2]).unwrap());
                let z = r.add(scaled, sum).unwrap();
                r.apply(Function::Exp, z).unwrap()
            };
            let (e, f) = (score(w[0]), score(w[1]));
            let sum = r.add(e, f).unwrap();
            r.div(e, sum).unwrap()
        });
        assert!(annihilates(&share, &[(2, None, 1)]) && annihilates(&share, &[(0, None, 1), (1, None, 1)]));
        let tanh = program(2, |r, w, x| {
            let z = r.mul(w[0], x).unwrap();
            let e = r.apply(Function::Exp, z).unwrap();
            let one = r.constant(1.into()).unwrap();
            let below = r.add(e, one).unwrap();
            let t = r.div(e, below).unwrap();
            r.mul(w[1], t).unwrap()
        });
        let wrong: [(&Program, &Change); 9] = [
            (&product, &[(0, Some(0), 1)]),
            (&product, &[(0, Some(0), 1), (1, Some(1), 1)]),
            (&product, &[(0, Some(0), 1), (1, Some(1), -2)]),
            (&product, &[(0, None, 1), (1, None, -1)]),
            (&product, &[(2, Some(2), 1)]),
            (&share, &[(0, None, 1)]),
            (&share, &[(0, None, 1), (1, None, -1)]),
            (&tanh, &[(0, Some(0), 1), (1, Some(1), -1)]),
            (&tanh, &[(0, None, 1)]),
        ];
        for (program, terms) in wrong {
            assert!(!annihilates(program, terms), "{terms:?}");
        }
    }
}
