//! Integer polynomials in any number of variables: inputs are variables, too, and there are more of them than the packed
//! monomials of `algebra` hold.

use std::cell::Cell;
use std::cmp::Ordering;

use rug::Integer;
use smallvec::SmallVec;

use allocert_core::number::Ring;

/// A product of powers: variables in rising order, each with its exponent.
pub(super) type Monomial = SmallVec<[(u16, u16); 6]>;

/// Terms in falling lexicographic order; nothing if there were too many.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Polynomial(Option<Vec<(Monomial, Integer)>>);

/// More terms than this are not worked with.
const MOST_TERMS: usize = 5_000;
/// Nor are more products of terms.
const MOST_PRODUCTS: usize = 200_000;

thread_local! {
    /// How many terms may still be written before all becomes too much.
    static LEFT: Cell<u64> = const { Cell::new(0) };
}

/// Takes so many terms from what is left; false if there are not so many.
fn spend(terms: usize) -> bool {
    let left = LEFT.get().checked_sub(terms as u64);
    LEFT.set(left.unwrap_or(0));
    left.is_some()
}

impl Polynomial {
    pub(super) fn terms(&self) -> Option<&[(Monomial, Integer)]> {
        self.0.as_deref()
    }

    pub(super) fn variable(index: usize) -> Self {
        let monomial = SmallVec::from_slice(&[(index as u16, 1)]);
        Polynomial(Some(vec![(monomial, Integer::from(1))]))
    }

    /// The polynomial of some terms, in any order.
    pub(super) fn collect(mut terms: Vec<(Monomial, Integer)>) -> Self {
        terms.sort_by(|a, b| compare(&b.0, &a.0));
        let mut sum: Vec<(Monomial, Integer)> = Vec::with_capacity(terms.len());
        for (m, c) in terms {
            match sum.last_mut() {
                Some(last) if last.0 == m => last.1 += c,
                _ => sum.push((m, c)),
            }
        }
        sum.retain(|(_, c)| !c.is_zero());
        Polynomial((sum.len() <= MOST_TERMS).then_some(sum))
    }

    pub(super) fn times_term(&self, term: &(Monomial, Integer)) -> Self {
        let times = |(m, c): &(Monomial, Integer)| (product(m, &term.0), Integer::from(c * &term.1));
        // The order is kept by multiplication.
        Polynomial(self.0.as_ref().map(|terms| terms.iter().map(times).collect()))
    }
}

/// Lexicographic order: the first variable counts most.
pub(super) fn compare(a: &Monomial, b: &Monomial) -> Ordering {
    for (x, y) in a.iter().zip(b) {
        let order = y.0.cmp(&x.0).then(x.1.cmp(&y.1));
        if order != Ordering::Equal {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

pub(super) fn product(a: &Monomial, b: &Monomial) -> Monomial {
    let mut product = Monomial::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        match x.0.cmp(&y.0) {
            Ordering::Less => (product.push(*x), i += 1).1,
            Ordering::Greater => (product.push(*y), j += 1).1,
            Ordering::Equal => {
                product.push((x.0, x.1 + y.1));
                (i, j) = (i + 1, j + 1);
            }
        }
    }
    product.extend_from_slice(&a[i..]);
    product.extend_from_slice(&b[j..]);
    product
}

/// `b / a`, if `a` divides it.
pub(super) fn quotient(b: &Monomial, a: &Monomial) -> Option<Monomial> {
    let mut quotient = Monomial::new();
    let mut divisors = a.iter().peekable();
    for (variable, exponent) in b {
        match divisors.peek() {
            Some((v, e)) if v == variable => {
                let left = exponent.checked_sub(*e)?;
                if left > 0 {
                    quotient.push((*variable, left));
                }
                divisors.next();
            }
            _ => quotient.push((*variable, *exponent)),
        }
    }
    divisors.next().is_none().then_some(quotient)
}

/// The largest monomial that divides both.
pub(super) fn shared(a: &Monomial, b: &Monomial) -> Monomial {
    let of = |v: u16| b.iter().find(|(w, _)| *w == v).map(|(_, e)| *e);
    a.iter().filter_map(|(v, e)| of(*v).map(|f| (*v, f.min(*e)))).collect()
}

/// The ring of these polynomials.
#[derive(Clone, Copy, Debug)]
pub(super) struct Integral;

impl Integral {
    /// A new computation begins, of at most so many terms in all; what is beyond is nothing. So the work is bounded, and by the
    /// same bound on every machine.
    pub(super) fn begin(terms: u64) {
        LEFT.set(terms);
    }

    fn merge(a: &Polynomial, b: &Polynomial, sign: i32) -> Polynomial {
        let (Some(a), Some(b)) = (&a.0, &b.0) else {
            return Polynomial(None);
        };
        if !spend(a.len() + b.len()) {
            return Polynomial(None);
        }
        let mut sum = Vec::with_capacity(a.len() + b.len());
        let (mut i, mut j) = (0, 0);
        while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
            match compare(&x.0, &y.0) {
                Ordering::Greater => (sum.push(x.clone()), i += 1).1,
                Ordering::Less => (sum.push((y.0.clone(), Integer::from(&y.1 * sign))), j += 1).1,
                Ordering::Equal => {
                    let c = Integer::from(&x.1 + &Integer::from(&y.1 * sign));
                    if !c.is_zero() {
                        sum.push((x.0.clone(), c));
                    }
                    (i, j) = (i + 1, j + 1);
                }
            }
        }
        sum.extend(a[i..].iter().cloned());
        sum.extend(b[j..].iter().map(|(m, c)| (m.clone(), Integer::from(c * sign))));
        Polynomial((sum.len() <= MOST_TERMS).then_some(sum))
    }
}

impl Ring for Integral {
    type Element = Polynomial;

    fn zero(&self) -> Polynomial {
        Polynomial(Some(Vec::new()))
    }
    fn one(&self) -> Polynomial {
        self.integer(1)
    }
    fn integer(&self, value: i64) -> Polynomial {
        Polynomial::collect(vec![(Monomial::new(), Integer::from(value))])
    }
    fn add(&self, a: &Polynomial, b: &Polynomial) -> Polynomial {
        Integral::merge(a, b, 1)
    }
    fn sub(&self, a: &Polynomial, b: &Polynomial) -> Polynomial {
        Integral::merge(a, b, -1)
    }
    fn mul(&self, a: &Polynomial, b: &Polynomial) -> Polynomial {
        let (Some(left), Some(right)) = (&a.0, &b.0) else {
            return Polynomial(None);
        };
        let products = left.len().saturating_mul(right.len());
        if products > MOST_PRODUCTS || !spend(products) {
            return Polynomial(None);
        }
        match (left.as_slice(), right.as_slice()) {
            ([term], _) => b.times_term(term),
            (_, [term]) => a.times_term(term),
            _ => {
                let times = |x: &(Monomial, Integer)| b.times_term(x).0.unwrap_or_default();
                Polynomial::collect(left.iter().flat_map(times).collect())
            }
        }
    }
    fn is_zero(&self, a: &Polynomial) -> bool {
        a.0.as_ref().is_some_and(Vec::is_empty)
    }
}
