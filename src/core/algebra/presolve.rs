//! What plain elimination makes of a system of equations with integer coefficients: every step keeps the real solutions.
//!
//! The polynomials are brought to echelon form as vectors of coefficients, which brings forth linear equations hidden in their
//! combinations; a linear equation is solved for one of its variables, which is put into the others; and so on.

use rug::Integer;

use super::elimination::RowSpace;
use super::limits::Limits;
use super::monomial::Monomial;
use super::polynomial::{Polynomial, Polynomials};
use super::real_roots::{greatest_common_divisor, has_simple_real_root, squarefree_part};
use crate::control::Stopped;
use crate::number::{Integers, PrimeField, Ring};

/// What is left of a system.
#[derive(Clone, Debug)]
pub(super) enum Presolved {
    /// Decided: whether there is a real solution, and the number of complex ones if it is finite.
    Decided { real: bool, complex: Option<usize> },
    /// Equations in these variables; the others are determined or free.
    Left { system: Vec<Polynomial<Integer>>, variables: Vec<usize> },
}

/// Elimination gives up after so many terms: long polynomials are better left to modular methods.
const MOST_TERMS: usize = 1 << 18;

/// Eliminates as long as there are linear equations; decides what comes down to polynomials in one variable each.
///
/// # Errors
/// A polynomial that outgrew its ring before, or has too large a degree in its only variable.
pub(super) fn presolve(
    ring: &Polynomials<Integers>,
    system: &[Polynomial<Integer>],
    limits: &Limits,
) -> Result<Presolved, Stopped> {
    if system.iter().any(|p| p.terms().is_none()) {
        return Err(Stopped::Terms { terms: limits.terms, degree: ring.monomials().most_degree() });
    }
    if let Some(decided) = by_ranks(ring, system) {
        return Ok(decided);
    }
    let Some((eliminated, solved)) = eliminate(ring, system.to_vec()) else {
        let (variables, _) = occurring(ring, system);
        return Ok(Presolved::Left { system: system.to_vec(), variables });
    };
    // In echelon form a constant comes last.
    if eliminated.last().is_some_and(|p| degree(ring, p) == 0) {
        return Ok(Presolved::Decided { real: false, complex: Some(0) });
    }
    separate(ring, eliminated, solved, limits)
}

/// Decides linear equations where their ranks modulo a prime are as large as they can be: integer rows that are independent
/// modulo a prime are independent. Nothing of others.
fn by_ranks(ring: &Polynomials<Integers>, system: &[Polynomial<Integer>]) -> Option<Presolved> {
    if system.iter().any(|p| degree(ring, p) > 1) {
        return None;
    }
    let (field, n) = (PrimeField::mersenne_61(), ring.monomials().variables());
    let row = |p: &Polynomial<Integer>| {
        let mut row = vec![0; n + 1];
        for (m, c) in p.terms().unwrap_or_default() {
            row[ring.monomials().pure_power(*m).map_or(n, |(variable, _)| variable)] = field.big_integer(c);
        }
        row
    };
    let rows: Vec<Vec<u64>> = system.iter().map(row).collect();
    let rank = |columns: usize| {
        let mut space = RowSpace::new(field, columns);
        rows.iter().filter(|row| space.insert(row[..columns].to_vec())).count()
    };
    match rank(n) {
        full if full == rows.len() => Some(Presolved::Decided { real: true, complex: (full == n).then_some(1) }),
        // The constant is independent of the coefficients.
        full if full == n && rank(n + 1) == n + 1 => Some(Presolved::Decided { real: false, complex: Some(0) }),
        _ => None,
    }
}

/// The system after all linear equations are used up, in echelon form, and the number of variables solved for; nothing if
/// that takes too much.
fn eliminate(
    ring: &Polynomials<Integers>,
    mut system: Vec<Polynomial<Integer>>,
) -> Option<(Vec<Polynomial<Integer>>, usize)> {
    let (mut solved, mut budget) = (0, MOST_TERMS);
    loop {
        system = echelon(ring, system, &mut budget)?;
        let line = system.iter().position(|p| degree(ring, p) == 1);
        let Some(at) = line.filter(|_| system.last().is_some_and(|p| degree(ring, p) > 0)) else {
            return Some((system, solved));
        };
        let line = system.swap_remove(at);
        solved += 1;
        system = system.iter().map(|p| substitute(ring, p, &line)).collect::<Option<_>>()?;
        budget = budget.checked_sub(system.iter().map(length).sum())?;
    }
}

/// Decides a system of polynomials in one variable each, in which so many further variables have been solved for.
fn separate(
    ring: &Polynomials<Integers>,
    system: Vec<Polynomial<Integer>>,
    solved: usize,
    limits: &Limits,
) -> Result<Presolved, Stopped> {
    let (variables, each) = occurring(ring, &system);
    if each.iter().any(|v| v.len() != 1) {
        return Ok(Presolved::Left { system, variables });
    }
    let of = |v: usize| system.iter().zip(&each).filter(move |(_, own)| **own == [v]).map(move |(p, _)| (p, v));
    let list = |(p, v)| coefficients(ring, p, v);
    let go_on = || limits.control.check();
    let mut common: Vec<Vec<Integer>> = Vec::new();
    for v in &variables {
        let mut own = of(*v).map(list);
        if let Some(first) = own.next() {
            common.push(own.try_fold(first, |a, b| greatest_common_divisor(a, b, &go_on))?);
        }
    }
    if common.iter().any(|f| f.len() > limits.dimension) {
        return Err(Stopped::Dimension { limit: limits.dimension });
    }
    let common: Vec<Vec<Integer>> =
        common.iter().map(|f| squarefree_part(f, &go_on)).collect::<Result<_, Stopped>>()?;
    let free = solved + variables.len() < ring.monomials().variables();
    let complex = common.iter().map(|f| f.len() - 1).product();
    let mut real = true;
    for f in common {
        real = real && has_simple_real_root(f, limits)?;
    }
    Ok(Presolved::Decided { real, complex: (complex == 0 || !free).then_some(complex) })
}

/// The variables that occur, and those of each polynomial.
fn occurring(ring: &Polynomials<Integers>, system: &[Polynomial<Integer>]) -> (Vec<usize>, Vec<Vec<usize>>) {
    let of = |p: &Polynomial<Integer>| {
        let terms = p.terms().unwrap_or_default();
        let occurs = |i: &usize| terms.iter().any(|(m, _)| ring.monomials().exponent(*m, *i) > 0);
        (0..ring.monomials().variables()).filter(occurs).collect::<Vec<usize>>()
    };
    let each: Vec<Vec<usize>> = system.iter().map(of).collect();
    let mut all = each.concat();
    all.sort();
    all.dedup();
    (all, each)
}

/// The rows in echelon form by leading monomial, primitive, from the largest down; without zeros. Nothing if one
/// outgrew, or the budget of terms is used up.
fn echelon(
    ring: &Polynomials<Integers>,
    system: Vec<Polynomial<Integer>>,
    budget: &mut usize,
) -> Option<Vec<Polynomial<Integer>>> {
    let lead = |p: &Polynomial<Integer>| p.terms().and_then(|t| t.first()).map(|t| t.0);
    let mut done: Vec<Polynomial<Integer>> = Vec::new();
    let mut left: Vec<Polynomial<Integer>> = Vec::new();
    for p in system {
        p.terms()?;
        left.push(primitive(ring, p));
    }
    loop {
        left.retain(|p| !ring.is_zero(p));
        let compare = |a: &Monomial, b: &Monomial| ring.monomials().compare(*a, *b);
        let Some(top) = left.iter().filter_map(lead).max_by(compare) else {
            return Some(done);
        };
        let shortest = (0..left.len()).filter(|i| lead(&left[*i]) == Some(top)).min_by_key(|i| length(&left[*i]))?;
        let pivot = left.swap_remove(shortest);
        let factor = ring.constant(pivot.terms()?.first()?.1.clone());
        for p in &mut left {
            if lead(p) == Some(top) {
                *budget = budget.checked_sub(length(p) + length(&pivot))?;
                let own = ring.constant(p.terms()?.first()?.1.clone());
                *p = ring.sub(&ring.mul(p, &factor), &ring.mul(&pivot, &own));
                p.terms()?;
                *p = primitive(ring, std::mem::replace(p, ring.zero()));
            }
        }
        done.push(pivot);
    }
}

/// Puts the solution of a linear equation for its leading variable into a polynomial, without denominators.
fn substitute(
    ring: &Polynomials<Integers>,
    p: &Polynomial<Integer>,
    line: &Polynomial<Integer>,
) -> Option<Polynomial<Integer>> {
    let monomials = ring.monomials();
    let (lead, a) = line.terms()?.first()?;
    let (variable, _) = monomials.pure_power(*lead)?;
    let rest = ring.collect(line.terms()?[1..].iter().map(|(m, c)| (*m, Integer::from(-c))));
    let mut parts: Vec<Vec<_>> = Vec::new();
    for (m, c) in p.terms()? {
        let exponent = monomials.exponent(*m, variable) as usize;
        let power = (0..exponent).fold(Monomial::ONE, |x, _| monomials.shift(x, *lead));
        if parts.len() <= exponent {
            parts.resize(exponent + 1, Vec::new());
        }
        parts[exponent].push((monomials.quotient(*m, power), c.clone()));
    }
    // Horner's scheme for Σ parts[k] · rest^k · a^(top − k).
    let (mut sum, mut scale) = (ring.zero(), Integer::from(1));
    for part in parts.into_iter().rev() {
        let part = ring.mul(&ring.collect(part), &ring.constant(scale.clone()));
        sum = ring.add(&ring.mul(&sum, &rest), &part);
        scale *= a;
    }
    sum.terms()?;
    Some(primitive(ring, sum))
}

/// The coefficients of a polynomial in one variable, the constant first.
fn coefficients(ring: &Polynomials<Integers>, p: &Polynomial<Integer>, variable: usize) -> Vec<Integer> {
    let mut list = Vec::new();
    for (m, c) in p.terms().unwrap_or_default() {
        let exponent = ring.monomials().exponent(*m, variable) as usize;
        if list.len() <= exponent {
            list.resize(exponent + 1, Integer::new());
        }
        list[exponent] += c;
    }
    list
}

/// Divides by the greatest common divisor of the coefficients.
fn primitive(ring: &Polynomials<Integers>, p: Polynomial<Integer>) -> Polynomial<Integer> {
    let Some(terms) = p.terms() else {
        return p;
    };
    let mut content = Integer::new();
    for (_, c) in terms {
        content.gcd_mut(c);
        if content == 1 {
            return p;
        }
    }
    if content.is_zero() {
        return p;
    }
    ring.collect(terms.iter().map(|(m, c)| (*m, Integer::from(c.div_exact_ref(&content)))))
}

fn degree(ring: &Polynomials<Integers>, p: &Polynomial<Integer>) -> u32 {
    p.terms().and_then(|t| t.first()).map_or(0, |t| ring.monomials().degree(t.0))
}

fn length(p: &Polynomial<Integer>) -> usize {
    p.terms().map_or(0, <[_]>::len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algebra::{Constraint, LinearSystem, Monomials, Sign};
    use proptest::prelude::*;

    proptest! {
        /// What ranks say of linear equations is what elimination over the integers says.
        #[test]
        fn ranks_decide_as_elimination_does(
            variables in 1usize..4, rows in proptest::collection::vec(proptest::collection::vec(-3i64..4, 4), 1..6)
        ) {
            let ring = Polynomials::new(Integers, Monomials::new(variables).unwrap(), 100);
            let equation = |row: &Vec<i64>| {
                let terms = (0..variables).map(|v| ring.mul(&ring.variable(v), &ring.integer(row[v])));
                terms.fold(ring.integer(row[3]), |sum, term| ring.add(&sum, &term))
            };
            let system: Vec<_> = rows.iter().map(equation).collect();
            let constraint = |row: &Vec<i64>| Constraint {
                coefficients: row[..variables].iter().map(|c| Integer::from(*c)).collect(),
                constant: row[3].into(),
                sign: Sign::Zero,
            };
            let feasible = LinearSystem { variables, constraints: rows.iter().map(constraint).collect() }.is_feasible();
            if let Some(Presolved::Decided { real, complex }) = by_ranks(&ring, &system) {
                prop_assert_eq!(real, feasible);
                let slow = match eliminate(&ring, system.clone()) {
                    Some((left, solved)) if left.is_empty() => (solved == variables).then_some(1),
                    _ => Some(0),
                };
                prop_assert_eq!(complex, slow);
            }
            // As many independent rows as there can be are decided.
            let generic = by_ranks(&ring, &system[..1]);
            prop_assert_eq!(generic.is_some(), rows[0][..variables].iter().any(|c| *c != 0));
        }
    }
}
