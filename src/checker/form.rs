//! Values of programs in a normal form: sums of products of weights, entries of inputs, kinks, exponentials, logarithms, inverses, and
//! sums that are factors. Values of the same form are the same function of weights and inputs, by laws of commutative rings alone.
//! Nothing is multiplied out, so that others may be the same, too.
//!
//! A kink, another function of a value, or a sum that is a factor (divided by its first coefficient), is a variable of its own: the
//! same one wherever the same stands inside. The kink of a number is a number, and that of a kink is this kink; the inverse of a
//! number is a number.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use num_rational::BigRational;
use num_traits::{One, Signed};

use super::budget::{Held, spend};
use super::number::Number;
use super::polynomial::{Coefficient, Monomial, Polynomial};
use super::program::Function;

/// Operations for a term that is looked up.
const TERM: u64 = 256;

type Sum = Polynomial<BigRational>;

/// A function, or nothing, of a sum of terms.
type Key = (Option<Function>, Vec<(Monomial, BigRational)>);

/// The variables that stand for functions and sums, after so many others.
#[derive(Default)]
struct Table {
    first: usize,
    known: HashMap<Key, usize>,
    kinks: BTreeSet<usize>,
    held: Held,
}

/// A value; numbers have no table.
#[derive(Clone)]
pub(super) struct Form(Sum, Option<Rc<RefCell<Table>>>);

impl Form {
    /// So many variables with a common table.
    pub(super) fn variables(count: usize) -> Vec<Form> {
        let table = Rc::new(RefCell::new(Table { first: count, ..Table::default() }));
        (0..count).map(|index| Form(Sum::variable(index), Some(Rc::clone(&table)))).collect()
    }

    /// Whether two values have the same form; nothing if one became too large.
    pub(super) fn is(&self, other: &Form) -> Option<bool> {
        Some(self.0.terms()? == other.0.terms()?)
    }

    /// The value, which may be a number, with the table of another one.
    pub(super) fn beside(self, other: &Form) -> Form {
        let table = self.1.or_else(|| other.1.clone());
        Form(self.0, table)
    }

    /// A function of the value.
    pub(super) fn of(function: Function, value: Form) -> Form {
        let number = value.0.terms().filter(|_| value.0.variables() == 0).map(|terms| terms.values().next());
        match (function, number) {
            (Function::Exp, Some(None)) => Form::one(),
            (Function::Log, Some(Some(c))) if c.is_one() => Form::zero(),
            (Function::Relu, _) => value.relu(),
            (Function::Inverse, Some(Some(c))) => Form(Sum::constant(c.recip()), None),
            (Function::Inverse, Some(None)) => Form(Sum::too_large(), None),
            _ => Form(value.named(Some(function)), value.1),
        }
    }

    /// max(a, 0).
    fn relu(self) -> Form {
        let kink = |table: &Rc<RefCell<Table>>| {
            let terms = self.0.terms().filter(|terms| terms.len() == 1)?;
            let (monomial, c) = terms.first_key_value()?;
            let known = matches!(monomial[..], [(v, 1)] if table.borrow().kinks.contains(&usize::from(v)));
            (known && c.is_one()).then_some(())
        };
        if self.0.variables() == 0 {
            let negative = self.0.terms().is_some_and(|terms| terms.values().any(Signed::is_negative));
            return if negative { Form::zero() } else { self };
        }
        if self.1.as_ref().and_then(kink).is_some() { self } else { Form(self.named(Some(Function::Relu)), self.1) }
    }

    /// The variable that stands for a function of this value, or for this sum.
    fn named(&self, function: Option<Function>) -> Sum {
        let (Some(table), Some(terms)) = (&self.1, self.0.terms()) else { return Sum::too_large() };
        let mut table = table.borrow_mut();
        let bytes = |(m, c): (&Monomial, &BigRational)| 2 * c.bytes() + 8 * m.len() as u64;
        if !spend(TERM * terms.len() as u64) || !table.held.grow(64 + terms.iter().map(bytes).sum::<u64>()) {
            return Sum::too_large();
        }
        let new = table.first + table.known.len();
        let key = (function, terms.iter().map(|(m, c)| (m.clone(), c.clone())).collect());
        let index = *table.known.entry(key).or_insert(new);
        if function == Some(Function::Relu) {
            table.kinks.insert(index);
        }
        Sum::variable(index)
    }

    /// The value as a factor: one term.
    fn factor(&self) -> Sum {
        let terms = self.0.terms().filter(|terms| terms.len() > 1);
        let Some(first) = terms.and_then(|terms| terms.values().next()) else { return self.0.clone() };
        let monic = self.0.times(&Sum::constant(first.recip()));
        Form(monic, self.1.clone()).named(None).times(&Sum::constant(first.clone()))
    }

    fn with(&self, other: &Form, sum: Sum) -> Form {
        Form(sum, self.1.as_ref().or(other.1.as_ref()).cloned())
    }
}

impl Number for Form {
    fn zero() -> Self {
        Form(Sum::zero(), None)
    }
    fn one() -> Self {
        Form(Sum::one(), None)
    }
    fn fraction(value: &BigRational) -> Self {
        Form(Sum::constant(value.clone()), None)
    }
    fn plus(&self, other: &Self) -> Self {
        self.with(other, self.0.plus(&other.0))
    }
    fn times(&self, other: &Self) -> Self {
        let number = self.0.variables() == 0 || other.0.variables() == 0;
        let product = if number { self.0.times(&other.0) } else { self.factor().times(&other.factor()) };
        self.with(other, product)
    }
    fn scaled(&self, factor: i64) -> Self {
        Form(self.0.scaled(factor), self.1.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::{Limits, begin};
    use super::*;

    #[test]
    fn the_same_by_laws_of_rings_is_the_same() {
        begin(Limits::STANDARD);
        let number = |n: i32, d: i32| Form::fraction(&BigRational::new(n.into(), d.into()));
        let [a, b, c]: [Form; 3] = Form::variables(3).try_into().ok().unwrap();
        let minus = |x: &Form, y: &Form| x.plus(&y.scaled(-1));
        let sum = a.plus(&b);
        let of = |function: Function, x: &Form| Form::of(function, x.clone());
        let (exp, log, over) = (Function::Exp, Function::Log, Function::Inverse);
        let same = [
            (a.plus(&b).plus(&c), c.plus(&a.plus(&b))),
            (sum.times(&c).times(&a), a.times(&b.plus(&a)).times(&c)),
            (minus(&sum, &b), a.clone()),
            (minus(&sum, &sum).relu(), Form::zero()),
            (number(2, 1).times(&sum).times(&c), c.times(&number(1, 2)).times(&sum).times(&number(4, 1))),
            (sum.clone().relu().relu(), b.plus(&a).relu()),
            (number(-3, 2).relu(), Form::zero()),
            (number(3, 2).relu(), number(3, 2)),
            (sum.power(5), sum.times(&sum).times(&sum.power(3))),
            (Form::zero().times(&sum).plus(&Form::one().times(&c)), c.clone()),
            (of(exp, &sum), of(exp, &b.plus(&a))),
            (c.times(&of(over, &sum)), of(over, &b.plus(&a)).times(&c)),
            (of(over, &number(3, 2)), number(2, 3)),
            (of(exp, &minus(&sum, &sum)), Form::one()),
            (of(log, &number(2, 2)), Form::zero()),
            (of(exp, &number(1, 2).beside(&a)), of(exp, &number(2, 4).beside(&b))),
        ];
        for (at, (x, y)) in same.iter().enumerate() {
            assert_eq!(x.is(y), Some(true), "{at}");
        }
        let different = [
            (a.power(3), a.clone()),
            (sum.clone().relu(), sum.clone()),
            (sum.clone().relu(), sum.scaled(2).relu()),
            (sum.times(&c), minus(&a, &b).times(&c)),
            (a.clone().relu(), b.clone().relu()),
            (a.times(&sum.clone().relu()), b.times(&sum.clone().relu())),
            // Sums that are factors are no kinks of them.
            (sum.times(&c), sum.clone().relu().times(&c)),
            (of(exp, &a), of(exp, &b)),
            (of(exp, &a), of(log, &a)),
            (of(over, &a), a.clone()),
            (of(exp, &a).times(&of(exp, &b)), of(exp, &sum)),
        ];
        for (at, (x, y)) in different.iter().enumerate() {
            assert_eq!(x.is(y), Some(false), "{at}");
        }
        assert_eq!(a.power(20_000).is(&a), None);
    }
}
