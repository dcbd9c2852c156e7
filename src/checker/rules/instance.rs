//! Single instances: a student, a teacher and inputs, all given, and whether some real learnable weights give the student all
//! labels of the teacher. The differences of labels, as polynomials in the learnable weights, are computed here.
//!
//! `solution`: the learnable weights are polynomials g(t), and all differences at g(t) are divisible by a polynomial f(t), which is
//! computed. f changes its sign, so it has a real root t; there all differences vanish, and g(t) is real. With f = t the weights
//! are rational numbers. Where the instance does not have as many inputs as there are samples, the same is computed for an input
//! with variables as entries, so for all inputs.
//!
//! `absence`: Σ c_j · (difference j) = f(ℓ) is computed, for polynomials c_j and ℓ in the learnable weights; f has no real
//! root, by Sturm's theorem. At a real match the left side would be 0. A linear system without a solution is the case f = 1;
//! differences in one weight have a multiple of their greatest common divisor for f.
//!
//! `nearby`: then no instance near it has a match. Let V be the monomials of all products of one of c_j and one of difference j
//! as it is for a generic instance, and of the powers of ℓ up to that of f's degree δ. If the products of differences with
//! monomials that stay inside V, with the powers of ℓ below δ, span V, then near the instance ℓ^δ is a combination of them
//! whose coefficients are near: f stays near, with the same leading coefficient, and has no real root either.
//!
//! `fractional`: MP > 0, as the allocation spans, and MP < 1, as the instances near one without a match have none: for every
//! distribution with a density that is positive there.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::super::budget::{exceeded, hold, pay};
use super::super::network::Network;
use super::super::number::{Modular, Number, rank};
use super::super::polynomial::{Monomial, Polynomial, product};
use super::super::proof::{Fact, Fault, Instance, Proof, ensure, limit};
use super::super::support::Support;
use super::super::univariate::{count_real_roots, polynomial, rational, rationals, remainder, value};

type Rational = Polynomial<BigRational>;

/// Powers of t, each with its coefficient.
type Powers<'a> = Vec<(usize, &'a BigRational)>;

/// The most monomials in the argument for instances nearby.
const MOST_MONOMIALS: usize = 1_000;
/// Operations for one with polynomials.
const OPERATION: usize = 64;

pub(super) fn instance(
    proof: &mut Proof,
    step: u64,
    of: &str,
    (student, teacher, inputs): (&[String], &[String], &[Vec<String>]),
) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    let network = proof.network()?;
    let whole = student.len() == network.weights && teacher.len() == network.weights;
    ensure(whole, "student or teacher have not as many weights as the network")?;
    let size = network.input_size();
    ensure(inputs.iter().all(|x| x.len() == size), "an input has not the network's size")?;
    let few = proof.samples.is_none_or(|m| inputs.len() as u64 <= m);
    ensure(few, "the instance has more inputs than there are samples")?;
    let inputs = inputs.iter().map(|x| rationals(x)).collect::<Result<_, Fault>>()?;
    let instance = Instance { student: rationals(student)?, teacher: rationals(teacher)?, inputs };
    proof.state(step, Fact::Instance(set, Rc::new(instance)), format!("an instance for {of}"))
}

pub(super) fn solution(
    proof: &mut Proof,
    step: u64,
    (of, at): (&str, u64),
    (f, between): (&[String], &(String, String)),
    values: &[Vec<String>],
) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    let (network, instance) = (proof.network()?, Rc::clone(proof.instance(at, &set)?));
    let f = polynomial(f)?;
    let (low, high) = (rational(&between.0)?, rational(&between.1)?);
    let changes = !(value(&f, &low)?.signum() * value(&f, &high)?.signum()).is_positive();
    ensure(low <= high && changes, "the polynomial does not change its sign between the two numbers")?;
    ensure(values.len() == set.len(), "there are not as many values as learnable weights")?;
    let mut weights = constants(&instance.student);
    for (w, coefficients) in set.iter().zip(values) {
        let mut g = Rational::zero();
        for (k, c) in rationals(coefficients)?.into_iter().enumerate() {
            let k = u16::try_from(k).map_err(|_| exceeded())?;
            g.add_term(if k == 0 { Vec::new() } else { vec![(0, k)] }, c);
        }
        weights[*w] = g;
    }
    let everywhere = proof.samples != Some(instance.inputs.len() as u64);
    let inputs: Vec<Vec<Rational>> = if !everywhere {
        instance.inputs.iter().map(|x| constants(x)).collect()
    } else {
        vec![(0..network.input_size()).map(|i| Rational::variable(1 + i)).collect()]
    };
    for difference in differences(network, &instance.teacher, &weights, &inputs)? {
        // What stands before each monomial in the inputs is a polynomial in t.
        let mut parts: BTreeMap<&[(u16, u16)], Powers<'_>> = BTreeMap::new();
        for (monomial, c) in difference.terms().ok_or_else(exceeded)? {
            let (k, rest) = match monomial.as_slice() {
                [(0, k), rest @ ..] => (usize::from(*k), rest),
                rest => (0, rest),
            };
            parts.entry(rest).or_default().push((k, c));
        }
        for terms in parts.into_values() {
            let length = terms.iter().map(|(k, _)| k + 1).max().unwrap_or(0);
            pay(1 << 8 | length as u64)?;
            let mut part = vec![BigRational::zero(); length];
            terms.into_iter().for_each(|(k, c)| part[k] += c);
            ensure(remainder(part, &f)?.is_empty(), "a label differs from the teacher's")?;
        }
    }
    show(proof, of, at, &instance)?;
    let statement = format!("the instance of step {at} has a real match with {of}");
    proof.state(step, Fact::Solved(set, instance, everywhere), statement)
}

pub(super) fn absence(
    proof: &mut Proof,
    step: u64,
    (of, at): (&str, u64),
    (multipliers, form, f): (&[String], &str, &[String]),
    nearby: bool,
) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    let (network, instance) = (&Rc::clone(proof.known()?), Rc::clone(proof.instance(at, &set)?));
    let f = polynomial(f)?;
    ensure(f.iter().all(BigRational::is_integer), "the polynomial's coefficients are not integers")?;
    let mut weights = constants(&instance.student);
    set.iter().for_each(|w| weights[*w] = Rational::variable(*w));
    let inputs: Vec<_> = instance.inputs.iter().map(|x| constants(x)).collect();
    let equations = differences(network, &instance.teacher, &weights, &inputs)?;
    let equations = equations.iter().map(integral).collect::<Result<Vec<_>, Fault>>()?;
    let read = |text: &str| {
        let learnable = |name: &str| network.weight(name).filter(|w| set.binary_search(w).is_ok());
        Polynomial::parse(text, learnable).map_err(Fault::Wrong)
    };
    ensure(multipliers.len() == equations.len(), "there are not as many multipliers as labels")?;
    let multipliers = multipliers.iter().map(|c| read(c)).collect::<Result<Vec<_>, Fault>>()?;
    let form = read(form)?;
    let horner = |sum: Polynomial, c: &BigRational| sum.times(&form).plus(&Polynomial::constant(c.to_integer()));
    let negative = f.iter().rev().fold(Polynomial::zero(), horner).scaled(-1);
    let terms = multipliers.iter().zip(&equations).map(|(c, e)| c.times(e));
    let zero = Polynomial::sum(terms).plus(&negative).is_zero().ok_or_else(exceeded)?;
    ensure(zero, "the combination of the equations is another polynomial")?;
    ensure(count_real_roots(&f)? == 0, "the polynomial has a real root")?;
    show(proof, of, at, &instance)?;
    if !nearby {
        let statement = format!("the instance of step {at} has no real match with {of}");
        return proof.state(step, Fact::Unsolved(set, instance, false), statement);
    }
    let persists = persists(network, &set, (&equations, inputs.len()), &multipliers, (&form, f.len() - 1))?;
    ensure(persists, "it does not follow that no instance nearby has a match")?;
    let statement = format!("neither the instance of step {at} nor any near it has a real match with {of}");
    proof.state(step, Fact::Unsolved(set, instance, true), statement)
}

/// Shows an instance with all its numbers, if that was asked for.
fn show(proof: &mut Proof, of: &str, at: u64, instance: &Instance) -> Result<(), Fault> {
    if !proof.options.instances {
        return Ok(());
    }
    let network = proof.network()?;
    let weights = |values: &[BigRational], learned: &[usize]| {
        let value = |(w, v): (usize, &BigRational)| {
            let value = if learned.contains(&w) { "learnable".to_owned() } else { v.to_string() };
            format!("{} = {value}", network.name(w))
        };
        values.iter().enumerate().map(value).collect::<Vec<_>>().join(", ")
    };
    let input =
        |x: &Vec<BigRational>| format!("({})", x.iter().map(BigRational::to_string).collect::<Vec<_>>().join(", "));
    let inputs: Vec<String> = instance.inputs.iter().map(input).collect();
    let set = network.allocation(of)?;
    let (student, teacher) = (weights(&instance.student, &set), weights(&instance.teacher, &[]));
    proof.show(format!("the instance of step {at}: student {student}; teacher {teacher}; inputs {}", inputs.join(" ")))
}

pub(super) fn fractional(proof: &mut Proof, step: u64, of: &str, (spans, absence): (u64, u64)) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    let known = matches!(proof.fact(spans)?, Fact::Spans(about, true) if *about == set);
    ensure(known, &format!("step {spans} does not say that it spans"))?;
    let absent = matches!(proof.fact(absence)?, Fact::Unsolved(about, _, true) if *about == set);
    ensure(absent, &format!("step {absence} does not say that instances near another have no match"))?;
    let statement = format!("the match probability of {of} is above 0 and below 1");
    proof.state(step, Fact::Match(set, 1, 1), statement)
}

fn constants(values: &[BigRational]) -> Vec<Rational> {
    values.iter().cloned().map(Rational::constant).collect()
}

/// Label by label, input by input: the student's minus the teacher's.
fn differences(
    network: &Network,
    teacher: &[BigRational],
    student: &[Rational],
    inputs: &[Vec<Rational>],
) -> Result<Vec<Rational>, Fault> {
    limit(network.operations().saturating_mul(2 * OPERATION * inputs.len()))?;
    let teacher = constants(teacher);
    let of_input = |x: &Vec<Rational>| {
        let pairs = network.labels(student, x).into_iter().zip(network.labels(&teacher, x));
        pairs.map(|(y, target)| y.plus(&target.scaled(-1))).collect::<Vec<_>>()
    };
    Ok(inputs.iter().flat_map(of_input).collect())
}

/// A polynomial times the least common denominator of its coefficients.
fn integral(p: &Rational) -> Result<Polynomial, Fault> {
    let terms = p.terms().ok_or_else(exceeded)?;
    let multiple = |known: BigInt, c: &BigRational| BigRational::new(known, c.denom().clone()).numer() * c.denom();
    let common = BigRational::from_integer(terms.values().fold(BigInt::one(), multiple));
    let mut cleared = Polynomial::zero();
    terms.iter().for_each(|(m, c)| cleared.add_term(m.clone(), (c * &common).to_integer()));
    Ok(cleared)
}

/// Whether the argument for instances nearby applies; see the head of this file.
fn persists(
    network: &Network,
    set: &[usize],
    (equations, inputs): (&[Polynomial], usize),
    multipliers: &[Polynomial],
    (form, degree): (&Polynomial, usize),
) -> Result<bool, Fault> {
    // The monomials that labels can have, whatever cancels: more of them only ask for more.
    let one = |w: usize| if set.binary_search(&w).is_ok() { Support::variable(w) } else { Support::one() };
    let weights: Vec<Support> = (0..network.weights).map(one).collect();
    let labels = network.labels(&weights, &vec![Support::one(); network.input_size()]);
    let monomials = |p: &Polynomial| p.terms().map(|t| t.keys().cloned().collect::<Vec<_>>()).ok_or_else(exceeded);
    // The teacher's label is a constant.
    let generic = |y: &Support| y.plus(&Support::one()).monomials().ok_or_else(exceeded);
    let generic = labels.iter().map(generic).collect::<Result<Vec<_>, Fault>>()?;
    let generic = || (0..inputs).flat_map(|_| &generic);
    let powers: Vec<Polynomial> = (0..=degree).map(|k| form.power(k as u32)).collect();
    let mut inside: BTreeSet<Monomial> = BTreeSet::new();
    for power in &powers {
        inside.extend(monomials(power)?);
    }
    for (c, generic) in multipliers.iter().zip(generic()) {
        for m in monomials(c)? {
            limit(256 * generic.len())?;
            for g in generic {
                inside.insert(product(&m, g).ok_or_else(exceeded)?);
            }
            if inside.len() > MOST_MONOMIALS {
                return Err(Fault::Limit(format!("over the limit of {MOST_MONOMIALS} monomials near an instance")));
            }
        }
    }
    limit(inside.len().saturating_pow(3).saturating_mul(equations.len() + 1))?;
    let _held = hold((8 * inside.len() * inside.len()).saturating_mul(equations.len() + 1) as u64)?;
    let place: BTreeMap<&Monomial, usize> = inside.iter().enumerate().map(|(k, m)| (m, k)).collect();
    let row = |p: &Polynomial, by: &Monomial| {
        let mut row = vec![Modular::zero(); inside.len()];
        for (m, c) in p.terms()? {
            row[*place.get(&product(m, by)?)?] = Modular::of(c);
        }
        Some(row)
    };
    let mut rows: Vec<_> = powers[..degree].iter().filter_map(|power| row(power, &Vec::new())).collect();
    for (e, generic) in equations.iter().zip(generic()) {
        for by in inside.iter().filter_map(|m| quotient(m, &generic[0])) {
            let stays = generic.iter().all(|g| product(g, &by).is_some_and(|m| inside.contains(&m)));
            rows.extend(if stays { row(e, &by) } else { None });
        }
    }
    Ok(rank(rows) == inside.len())
}

/// m / by, if it is a monomial.
fn quotient(m: &Monomial, by: &Monomial) -> Option<Monomial> {
    let mut powers: BTreeMap<u16, u16> = m.iter().copied().collect();
    for (variable, exponent) in by {
        let left = powers.get_mut(variable)?;
        *left = left.checked_sub(*exponent)?;
    }
    Some(powers.into_iter().filter(|(_, e)| *e > 0).collect())
}
