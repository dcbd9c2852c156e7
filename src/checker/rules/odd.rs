//! A match probability of 1, since equations have an odd number of complex solutions.
//!
//! Some learnable weights move, r of them; other learnable ones are given polynomials in these with integer coefficients, or stay where they
//! are, like those that are frozen. What stays, the teacher, and the inputs are the parameters ξ. The equations say that the labels of
//! student and teacher agree: on some number of inputs, no fewer than there are samples, or, coefficient by coefficient, as polynomials in an input. Some
//! are left out: for these, q(y) y_e = p(y) is computed, an identity of polynomials in all weights, where y are the coefficients that the
//! equations taken are about, and q(y) is not zero at the teacher; so they hold where the others do, for almost all teachers. Of those taken, f_1, …, f_r, there are as
//! many as weights that move.
//!
//! *Limits.* With powers a_w let learnable weights be ε^(a_w) c_w, those that move as well, where c_w stays if w does not move. An equation, divided by the least power of ε that a term of it can have, is a polynomial in ε
//! and the c_w that move; f_j are then these at ε = 0: the terms of that order. If they have an odd number of complex solutions, counted with multiplicity, so have the equations for small ε > 0 near these,
//! as they are as many as unknowns; and for real ξ conjugation maps these solutions to each other. One is real: a match.
//!
//! *Exact* polynomials: Σ c_j f_j with multipliers c_j that are polynomials in all weights, entries of inputs, and what the teacher's labels
//! are (y); it is computed with all of these as variables, so that what cancels for all ξ is seen to.
//!
//! *Steps.* Let R be the rational functions of ξ that have a value modulo the prime at an integer point: a regular local ring, of some dimension d. All that is
//! computed are values, at the point modulo the prime, of polynomials in the r weights over R. What monomials each can have, whatever cancels, is
//! known, too: those of labels (`Support`), those of exact ones, and what follows. A step takes k multiples of polynomials so far by monomials, and k monomials. If the k × k matrix of
//! coefficients there is invertible at the point, it is so over R; so one combination has the coefficients 1, 0, …, 0 there, and else
//! only monomials that some of the multiples can have. It is in the ideal of f_1, …, f_r.
//!
//! *No more than b.* Let B be b monomials with 1 among them, each other one a weight times one of them, and let a step have given, for each weight x and m in B
//! with x·m outside of B, x·m plus a combination of B. So A = R\[x\]/(f_1, …, f_r) is spanned by B as a module over R.
//!
//! *No fewer.* At the point this makes matrices M_x, by which each x acts on combinations of B. They are seen to commute, and f_j(M) 1 = 0. So g ↦ g(M) 1 is a map
//! of A modulo the maximal ideal onto b dimensions. A is finite over R, so its maximal ideals lie over that of R; R\[x\] is regular of dimension d + r there, so that
//! A has dimension d at least at each of its finitely many maximal ideals, and is Cohen-Macaulay there, being given by r equations; so its depth over R is d, and it is
//! free over R (Auslander and Buchsbaum), of rank b.
//!
//! *So* for all real ξ where finitely many polynomials, none of them zero, have other values than 0, the real algebra of the equations has b dimensions. It is a
//! product of local algebras, those with a non-real residue field of even dimension. If b is odd one has the residue field ℝ: a real solution, and a match.

use std::collections::{BTreeMap, BTreeSet};

use num_bigint::BigInt;
use num_traits::One;

use allocert_format::{Combination, Rule};

use super::super::budget::{Held, exceeded, hold, pay};
use super::super::network::Network;
use super::super::number::{Field, Modular, Number, reduced};
use super::super::polynomial::{Monomial, Polynomial, product};
use super::super::proof::{Fact, Fault, Proof, ensure, is_subset, limit, modular};
use super::super::support::Support;

/// A polynomial: what monomials it can have, and their coefficients at the point.
pub(super) type Row<N = Modular> = BTreeMap<Monomial, N>;
/// An equation, and what its label is for the teacher.
pub(super) type Equation<N = Modular> = (Row<N>, N);
/// Operations for a term,
const TERM: usize = 64;
/// and what it takes in memory.
const BYTES: u64 = 200;

pub(super) fn odd(proof: &mut Proof, step: u64, rule: &Rule) -> Result<(), Fault> {
    let Rule::Odd { of, samples, moving, rest, powers, student, teacher, inputs, dependent, exact, steps, basis } =
        rule
    else {
        return Ok(());
    };
    let (set, moving) = (proof.allocation(of)?, proof.allocation(moving)?);
    let network = proof.network()?;
    ensure(is_subset(&moving, &set), "a weight that moves is not learnable")?;
    let enough = match (proof.samples, samples) {
        (_, None) => inputs.is_empty(),
        (Some(m), Some(k)) => *k >= m && inputs.len() as u64 == *k,
        (None, Some(_)) => false,
    };
    ensure(enough, "there are not as many inputs as samples, or fewer samples than asked for")?;
    let whole = [student, teacher].iter().all(|values| values.len() == network.weights);
    ensure(whole, "student or teacher have not as many weights as the network")?;
    ensure(inputs.iter().all(|x| x.len() == network.input_size()), "an input has not the network's size")?;
    let mut given = BTreeMap::new();
    for (name, text) in rest {
        let weight = network.weight(name).filter(|w| set.binary_search(w).is_ok() && moving.binary_search(w).is_err());
        let weight = weight.ok_or_else(|| Fault::Wrong(format!("{name} is not learnable, or moves")))?;
        ensure(given.insert(weight, read(network, &moving, text)?).is_none(), "a weight is given twice")?;
    }
    let mut goes = BTreeMap::new();
    for (name, power) in powers {
        let weight = network.weight(name).filter(|w| set.binary_search(w).is_ok());
        let weight = weight.ok_or_else(|| Fault::Wrong(format!("{name} goes to a limit and is not learnable")))?;
        ensure(goes.insert(weight, *power).is_none(), "a weight goes to a limit twice")?;
    }
    ensure(given.is_empty() || goes.is_empty(), "weights are given, and go to a limit")?;
    let all = equations(network, (&moving, &given, &goes), (student, teacher, inputs))?;
    let left: BTreeSet<usize> = dependent.iter().map(|(k, _, _)| *k).collect();
    ensure(dependent.is_empty() || samples.is_none(), "equations on samples cannot be left out")?;
    let (keys, all): (Vec<Key>, Vec<Equation>) = all.into_iter().unzip();
    let (all, labels): (Vec<Row>, Vec<Modular>) = all.into_iter().unzip();
    let orders: Vec<Option<i64>> = all.iter().map(|row| row.keys().map(|m| order(&goes, m)).min()).collect();
    let at_limit = all.into_iter().zip(&orders).map(|(row, least)| limit_of(row, (&moving, &goes, *least), student));
    let all = at_limit.collect::<Result<Vec<Row>, Fault>>()?;
    follow(network, &keys, &left, dependent, &modular(teacher))?;
    let taken = all.into_iter().enumerate().filter(|(k, _)| !left.contains(k));
    let taken: Vec<Row> = taken.map(|(_, row)| row).collect();
    ensure(taken.len() == moving.len(), "there are not as many equations as weights that move")?;
    let mut known = taken.clone();
    let parameters = Parameters {
        network,
        moving: &moving,
        given: &given,
        limit: (&goes, &orders),
        keys: &keys,
        left: &left,
        samples: inputs.len(),
    };
    known.extend(parameters.exact(exact, (student, inputs, &labels))?);
    let mut held = Held::default();
    let found = take_steps(network, &moving, (&mut known, &mut held), steps)?;
    let basis = basis.iter().map(|text| monomial(network, &moving, text)).collect::<Result<Vec<_>, Fault>>()?;
    ensure(basis.len() % 2 == 1, "the number of monomials is even")?;
    let actions = actions(&moving, &basis, (&known, &found))?;
    ensure(has_all(&actions, &moving, &basis, &taken)?, "the equations have fewer solutions at the point")?;
    proof.state(step, Fact::Match(set, 2, 2), format!("the match probability of {of} is 1"))
}

/// Takes the steps; what each adds to the polynomials that are known, by its first monomial.
pub(super) fn take_steps<N: Field>(
    network: &Network,
    moving: &[usize],
    (known, held): (&mut Vec<Row<N>>, &mut Held),
    steps: &[Combination],
) -> Result<BTreeMap<Monomial, usize>, Fault> {
    known.iter().try_for_each(|row| keep(held, row))?;
    let mut found: BTreeMap<Monomial, usize> = BTreeMap::new();
    for (rows, pivots) in steps {
        let pivots = pivots.iter().map(|text| monomial(network, moving, text)).collect::<Result<Vec<_>, Fault>>()?;
        let read = |(k, by): &(usize, String)| Ok((*k, monomial(network, moving, by)?));
        let rows = rows.iter().map(read).collect::<Result<Vec<_>, Fault>>()?;
        found.insert(pivots.first().cloned().unwrap_or_default(), known.len());
        let row = combination(known, &rows, &pivots)?;
        keep(held, &row)?;
        known.push(row);
    }
    Ok(found)
}

/// Accounts for the memory of a polynomial.
pub(super) fn keep<N: Field>(held: &mut Held, row: &Row<N>) -> Result<(), Fault> {
    let bytes = row.values().map(|c| BYTES + c.bytes()).sum();
    if held.grow(bytes) { Ok(()) } else { Err(exceeded()) }
}

/// A polynomial in the weights that move.
pub(super) fn read(network: &Network, moving: &[usize], text: &str) -> Result<Polynomial, Fault> {
    pay(16 * text.len() as u64)?;
    Polynomial::parse(text, |name| network.weight(name).filter(|w| moving.binary_search(w).is_ok()))
        .map_err(Fault::Wrong)
}

pub(super) fn monomial(network: &Network, moving: &[usize], text: &str) -> Result<Monomial, Fault> {
    let polynomial = read(network, moving, text)?;
    let terms: Vec<_> = polynomial.terms().ok_or_else(exceeded)?.iter().collect();
    match terms[..] {
        [(m, c)] if c.is_one() => Ok(m.clone()),
        _ => Err(Fault::Wrong(format!("`{}` is not a monomial", text.chars().take(40).collect::<String>()))),
    }
}

/// The power of ε that goes with a monomial.
fn order(goes: &BTreeMap<usize, i32>, m: &Monomial) -> i64 {
    let of = |(v, e): &(u16, u16)| i64::from(goes.get(&usize::from(*v)).copied().unwrap_or(0)) * i64::from(*e);
    m.iter().map(of).sum()
}

/// What is left of an equation in the limit, in the weights that move: its terms of least order.
fn limit_of(
    row: Row,
    (moving, goes, least): (&[usize], &BTreeMap<usize, i32>, Option<i64>),
    student: &[i64],
) -> Result<Row, Fault> {
    if goes.is_empty() {
        return Ok(row);
    }
    limit(row.len().saturating_mul(TERM))?;
    let mut left = Row::new();
    for (m, c) in row.into_iter().filter(|(m, _)| Some(order(goes, m)) == least) {
        let moves = |(v, _): &(u16, u16)| moving.binary_search(&usize::from(*v)).is_ok();
        let (m, stays): (Monomial, Monomial) = m.into_iter().partition(moves);
        let value = |c: Modular, (v, e): &(u16, u16)| {
            let weight = Modular::of(&student[usize::from(*v)].into());
            c.times(&weight.power((*e).into()))
        };
        let entry = left.entry(m).or_insert_with(Modular::zero);
        *entry = entry.plus(&stays.iter().fold(c, value));
    }
    Ok(left)
}

/// An input's number and a label's, and a monomial in the entries of an input.
pub(super) type Key = (usize, usize, Monomial);

/// The equations in the weights that move or go to a limit, in the order of inputs, labels, and monomials in the input; each with what it is for
/// the teacher.
pub(super) fn equations<N: Field>(
    network: &Network,
    (moving, given, goes): (&[usize], &BTreeMap<usize, Polynomial>, &BTreeMap<usize, i32>),
    (student, teacher, inputs): (&[i64], &[i64], &[Vec<i64>]),
) -> Result<Vec<(Key, Equation<N>)>, Fault> {
    let numbers = |values: &[i64]| values.iter().map(|v| Polynomial::constant((*v).into())).collect::<Vec<_>>();
    let (mut values, mut support) = (numbers(student), vec![Support::one(); network.weights]);
    for w in moving.iter().chain(goes.keys()) {
        (values[*w], support[*w]) = (Polynomial::variable(*w), Support::variable(*w));
    }
    for (w, polynomial) in given {
        let power = |(v, e): &(u16, u16)| Support::variable((*v).into()).power((*e).into());
        let product = |m: &Monomial| m.iter().map(power).fold(Support::one(), |a, b| a.times(&b));
        support[*w] = Support::sum(polynomial.terms().ok_or_else(exceeded)?.keys().map(product));
        values[*w] = polynomial.clone();
    }
    let (generic, teacher) = (vec![Support::one(); network.weights], numbers(teacher));
    let entries = network.weights..network.weights + network.input_size();
    let open = inputs.is_empty();
    let points: Vec<Vec<Polynomial>> = match open {
        true => vec![entries.clone().map(Polynomial::variable).collect()],
        false => inputs.iter().map(|x| numbers(x)).collect(),
    };
    let input: Vec<Support> = entries.map(|x| if open { Support::variable(x) } else { Support::one() }).collect();
    let mut all: BTreeMap<Key, Equation<N>> = BTreeMap::new();
    for (at, point) in points.iter().enumerate() {
        limit(network.operations().saturating_mul(4 * TERM))?;
        let mut seen = |label: usize, m: &Monomial, (c, sign): (N, i64)| {
            let (x, rest) = split(network.weights, m);
            let (row, value) = all.entry((at, label, x)).or_insert_with(|| (Row::new(), N::zero()));
            let entry = row.entry(rest).or_insert_with(N::zero);
            *entry = entry.plus(&c.scaled(sign));
            if sign < 0 {
                *value = value.plus(&c);
            }
        };
        for labels in [network.labels(&support, &input), network.labels(&generic, &input)] {
            for (label, support) in labels.iter().enumerate() {
                support.monomials().ok_or_else(exceeded)?.iter().for_each(|m| seen(label, m, (N::zero(), 1)));
            }
        }
        for (labels, sign) in [(network.labels(&values, point), 1), (network.labels(&teacher, point), -1)] {
            for (label, polynomial) in labels.iter().enumerate() {
                let terms = polynomial.terms().ok_or_else(exceeded)?;
                terms.iter().for_each(|(m, c)| seen(label, m, (N::integer(c), sign)));
            }
        }
    }
    Ok(all.into_iter().collect())
}

/// What a monomial has of the entries of an input, and the rest.
fn split(weights: usize, m: &Monomial) -> (Monomial, Monomial) {
    m.iter().copied().partition(|(v, _)| usize::from(*v) >= weights)
}

/// What the equations are about, with all parameters as variables: weights, then entries of inputs, then the teacher's labels.
pub(super) struct Parameters<'a> {
    pub(super) network: &'a Network,
    pub(super) moving: &'a [usize],
    pub(super) given: &'a BTreeMap<usize, Polynomial>,
    /// How weights go to a limit, and the least order of each equation's terms.
    pub(super) limit: (&'a BTreeMap<usize, i32>, &'a [Option<i64>]),
    pub(super) keys: &'a [Key],
    pub(super) left: &'a BTreeSet<usize>,
    /// How many inputs; none for all.
    pub(super) samples: usize,
}

impl Parameters<'_> {
    /// What variable a name means.
    fn variable(&self, text: &str) -> Option<usize> {
        let (n, size) = (self.network.weights, self.network.input_size());
        if let Some(weight) = self.network.weight(text) {
            return (!self.given.contains_key(&weight)).then_some(weight);
        }
        let entry = |at: usize| (0..size).find(|i| text == format!("x{at}[{i}]")).map(|i| n + at * size + i);
        let label = |k: &usize| text == format!("y{k}");
        let labels = n + size * self.samples.max(1);
        (0..self.samples).find_map(entry).or_else(|| (0..self.keys.len()).find(label).map(|k| labels + k))
    }

    /// The equations.
    fn equations(&self) -> Result<BTreeMap<&Key, Polynomial>, Fault> {
        let (n, size) = (self.network.weights, self.network.input_size());
        let value = |w: usize| self.given.get(&w).cloned().unwrap_or_else(|| Polynomial::variable(w));
        let weights: Vec<Polynomial> = (0..n).map(value).collect();
        let labels = n + size * self.samples.max(1);
        let label = |(k, key): (usize, _)| (key, Polynomial::variable(labels + k).scaled(-1));
        let mut all: BTreeMap<&Key, Polynomial> = self.keys.iter().enumerate().map(label).collect();
        for at in 0..self.samples.max(1) {
            limit(self.network.operations().saturating_mul(4 * TERM))?;
            let input: Vec<Polynomial> = (0..size).map(|i| Polynomial::variable(n + at * size + i)).collect();
            for (label, polynomial) in self.network.labels(&weights, &input).iter().enumerate() {
                for (m, c) in polynomial.terms().ok_or_else(exceeded)? {
                    let (x, rest) = if self.samples == 0 { split(n, m) } else { (Monomial::new(), m.clone()) };
                    let equation = all.get_mut(&(at, label, x));
                    equation
                        .ok_or_else(|| Fault::Wrong("a label has no equation".to_owned()))?
                        .add_term(rest, c.clone());
                }
            }
        }
        Ok(all)
    }

    /// What is left of an equation in the limit.
    fn at_limit(&self, k: usize, equation: Polynomial) -> Result<Polynomial, Fault> {
        let (goes, orders) = self.limit;
        if goes.is_empty() {
            return Ok(equation);
        }
        let mut left = Polynomial::zero();
        for (m, c) in equation.terms().ok_or_else(exceeded)? {
            if orders.get(k).copied().flatten() == Some(order(goes, m)) {
                left.add_term(m.clone(), c.clone());
            }
        }
        Ok(left)
    }

    /// Combinations of equations that are taken, and their values at a point.
    pub(super) fn exact<N: Field>(
        &self,
        combinations: &[Vec<(usize, String)>],
        (student, inputs, labels): (&[i64], &[Vec<i64>], &[N]),
    ) -> Result<Vec<Row<N>>, Fault> {
        if combinations.is_empty() {
            return Ok(Vec::new());
        }
        let equations = self.equations()?;
        let taken = equations.into_values().enumerate().filter(|(k, _)| !self.left.contains(k));
        let taken =
            taken.map(|(k, equation)| self.at_limit(k, equation)).collect::<Result<Vec<Polynomial>, Fault>>()?;
        let integers = |values: &[i64]| values.iter().map(|v| N::integer(&BigInt::from(*v))).collect::<Vec<_>>();
        let open = vec![N::zero(); if inputs.is_empty() { self.network.input_size() } else { 0 }];
        let entries = integers(&inputs.concat());
        let values = [integers(student), open, entries, labels.to_vec()].concat();
        let combination = |multipliers: &Vec<(usize, String)>| {
            let mut sum = Polynomial::zero();
            for (k, text) in multipliers {
                pay(16 * text.len() as u64)?;
                let multiplier = Polynomial::parse(text, |name| self.variable(name)).map_err(Fault::Wrong)?;
                let equation = taken.get(*k).ok_or_else(|| Fault::Wrong("there is no such equation".to_owned()))?;
                sum = sum.plus(&multiplier.times(equation));
            }
            let mut parts: BTreeMap<Monomial, Polynomial> = BTreeMap::new();
            for (m, c) in sum.terms().ok_or_else(exceeded)? {
                let moves = |(v, _): &(u16, u16)| self.moving.binary_search(&usize::from(*v)).is_ok();
                let (m, rest) = m.iter().copied().partition(moves);
                parts.entry(m).or_insert_with(Polynomial::zero).add_term(rest, c.clone());
            }
            let value = |(m, part): (Monomial, Polynomial)| part.terms().is_some().then(|| (m, part.at(&values)));
            parts.into_iter().map(value).collect::<Option<_>>().ok_or_else(exceeded)
        };
        combinations.iter().map(combination).collect()
    }
}

/// A fault unless the equations that are left out follow from the others, for almost all teachers.
fn follow(
    network: &Network,
    keys: &[Key],
    left: &BTreeSet<usize>,
    dependent: &[(usize, String, String)],
    teacher: &[Modular],
) -> Result<(), Fault> {
    if dependent.is_empty() {
        return Ok(());
    }
    limit(network.operations().saturating_mul(4 * TERM))?;
    let variables =
        |from: usize, count: usize| (from..from + count).map(Polynomial::variable).collect::<Vec<Polynomial>>();
    let labels = network.labels(&variables(0, network.weights), &variables(network.weights, network.input_size()));
    let mut parts: BTreeMap<Key, Polynomial> = keys.iter().map(|key| (key.clone(), Polynomial::zero())).collect();
    for (label, polynomial) in labels.iter().enumerate() {
        for (m, c) in polynomial.terms().ok_or_else(exceeded)? {
            let (x, rest) = split(network.weights, m);
            parts.entry((0, label, x)).or_insert_with(Polynomial::zero).add_term(rest, c.clone());
        }
    }
    ensure(parts.len() == keys.len(), "a coefficient of the teacher has no equation")?;
    let parts: Vec<Polynomial> = parts.into_values().collect();
    let values: Vec<Modular> = parts.iter().map(|part| part.at(teacher)).collect();
    let name = |text: &str| {
        let place = text.strip_prefix('y')?.parse().ok()?;
        (text == format!("y{place}") && place < parts.len() && !left.contains(&place)).then_some(place)
    };
    for (place, q, p) in dependent {
        let part = parts.get(*place).ok_or_else(|| Fault::Wrong("there is no such equation".to_owned()))?;
        pay(16 * (q.len() + p.len()) as u64)?;
        let [q, p] = [q, p].map(|text| Polynomial::parse(text, name).map_err(Fault::Wrong));
        let (q, p) = (q?, p?);
        ensure(!q.at(&values).is_zero(), "what the label is divided by is zero at the teacher")?;
        let difference = at(&q, &parts)?.times(part).plus(&at(&p, &parts)?.scaled(-1));
        ensure(difference.is_zero().ok_or_else(exceeded)?, "an equation that is left out does not follow")?;
    }
    Ok(())
}

/// The value of a polynomial at polynomials.
fn at(polynomial: &Polynomial, values: &[Polynomial]) -> Result<Polynomial, Fault> {
    let term = |(m, c): (&Monomial, &BigInt)| {
        let powers = m.iter().map(|(v, e)| values[usize::from(*v)].power((*e).into()));
        powers.fold(Polynomial::constant(c.clone()), |a, b| a.times(&b))
    };
    Ok(Polynomial::sum(polynomial.terms().ok_or_else(exceeded)?.iter().map(term)))
}

/// Bounds the elimination of so many rows with so many monomials.
fn limit_elimination(rows: usize, monomials: usize) -> Result<(), Fault> {
    limit(rows.saturating_mul(rows).saturating_mul(monomials).saturating_mul(4))
}

/// The combination of multiples that has the coefficient 1 at the first of some monomials and 0 at the others, as many as there are
/// multiples.
pub(super) fn combination<N: Field>(
    known: &[Row<N>],
    rows: &[(usize, Monomial)],
    pivots: &[Monomial],
) -> Result<Row<N>, Fault> {
    let k = pivots.len();
    let distinct = pivots.iter().collect::<BTreeSet<_>>().len() == k;
    ensure(k > 0 && rows.len() == k && distinct, "there are not as many different monomials as rows")?;
    let mut places: BTreeMap<Monomial, usize> = pivots.iter().cloned().enumerate().map(|(c, m)| (m, c)).collect();
    let (mut entries, mut held) = (Vec::new(), hold(BYTES * k as u64)?);
    for (row, by) in rows {
        let row = known.get(*row).ok_or_else(|| Fault::Wrong("there is no such polynomial yet".to_owned()))?;
        limit(row.len().saturating_mul(TERM))?;
        keep(&mut held, row)?;
        limit_elimination(k, places.len())?;
        let mut entry = Vec::new();
        for (m, c) in row {
            let (next, m) = (places.len(), product(m, by).ok_or_else(exceeded)?);
            entry.push((*places.entry(m).or_insert(next), c.clone()));
        }
        entries.push(entry);
    }
    limit_elimination(k, places.len())?;
    let _dense = hold(N::BYTES.saturating_mul(k.saturating_mul(places.len()) as u64))?;
    let dense = |entry: Vec<(usize, N)>| {
        let mut row = vec![N::zero(); places.len()];
        entry.into_iter().for_each(|(place, c)| row[place] = c);
        row
    };
    let echelon = reduced(entries.into_iter().map(dense).collect(), k);
    ensure(echelon.len() == k, "the matrix at these monomials is not invertible")?;
    let first = echelon.into_iter().find(|(column, _)| *column == 0).map(|(_, row)| row).unwrap_or_default();
    Ok(places
        .into_iter()
        .filter(|(_, place)| *place == 0 || *place >= k)
        .map(|(m, place)| (m, first[place].clone()))
        .collect())
}

/// How each weight acts on combinations of the basis: for each of its monomials, what the product is.
pub(super) fn actions<N: Field>(
    moving: &[usize],
    basis: &[Monomial],
    (known, found): (&[Row<N>], &BTreeMap<Monomial, usize>),
) -> Result<Vec<Vec<Vec<N>>>, Fault> {
    let places: BTreeMap<&Monomial, usize> = basis.iter().enumerate().map(|(k, m)| (m, k)).collect();
    let apart = places.len() == basis.len() && basis.first().is_some_and(Vec::is_empty);
    ensure(apart, "the basis does not begin with 1, or has a monomial twice")?;
    limit(basis.len().saturating_pow(2).saturating_mul(TERM * moving.len()))?;
    let _held = hold(N::BYTES * (basis.len() * basis.len() * moving.len()) as u64)?;
    let mut reached = BTreeSet::from([0]);
    let mut actions = Vec::new();
    for w in moving {
        let factor = vec![(u16::try_from(*w).map_err(|_| exceeded())?, 1)];
        let mut action = Vec::new();
        for (k, m) in basis.iter().enumerate() {
            let m = product(m, &factor).ok_or_else(exceeded)?;
            let mut image = vec![N::zero(); basis.len()];
            if let Some(place) = places.get(&m) {
                image[*place] = N::one();
                ensure(*place > k, "a monomial of the basis stands before one that divides it")?;
                reached.insert(*place);
            } else {
                let row =
                    found.get(&m).ok_or_else(|| Fault::Wrong("a product with a weight is not reduced".to_owned()))?;
                for (n, c) in known[*row].iter().filter(|(n, _)| **n != m) {
                    let place = places
                        .get(n)
                        .ok_or_else(|| Fault::Wrong("a product is not reduced to the basis".to_owned()))?;
                    image[*place] = c.scaled(-1);
                }
            }
            action.push(image);
        }
        actions.push(action);
    }
    ensure(reached.len() == basis.len(), "a monomial of the basis is no weight times another one")?;
    Ok(actions)
}

/// Whether the actions commute, and the equations act as 0.
fn has_all(
    actions: &[Vec<Vec<Modular>>],
    moving: &[usize],
    basis: &[Monomial],
    equations: &[Row],
) -> Result<bool, Fault> {
    let b = basis.len();
    let apply = |action: &Vec<Vec<Modular>>, to: &[Modular]| -> Vec<Modular> {
        let entry = |k: usize| Modular::sum(action.iter().zip(to).map(|(image, c)| image[k].times(c)));
        (0..b).map(entry).collect()
    };
    limit(actions.len().saturating_pow(2).saturating_mul(b.saturating_pow(3)).saturating_mul(2))?;
    let commute = |x: &Vec<Vec<Modular>>, y: &Vec<Vec<Modular>>| (0..b).all(|k| apply(x, &y[k]) == apply(y, &x[k]));
    let all = actions.iter().enumerate().all(|(i, x)| actions[..i].iter().all(|y| commute(x, y)));
    let mut one = vec![Modular::zero(); b];
    one[0] = Modular::one();
    let mut vanish = true;
    for equation in equations {
        let mut sum = vec![Modular::zero(); b];
        for (m, c) in equation {
            let mut value = one.clone();
            for (w, e) in m {
                let action = moving.binary_search(&usize::from(*w)).map_err(|_| exceeded())?;
                limit(usize::from(*e).saturating_mul(b * b).saturating_mul(4))?;
                (0..*e).for_each(|_| value = apply(&actions[action], &value));
            }
            sum.iter_mut().zip(&value).for_each(|(entry, v)| *entry = entry.plus(&v.times(c)));
        }
        vanish &= sum.iter().all(|entry| entry.is_zero());
    }
    Ok(all && vanish)
}
