//! A match probability above 0 and below 1: an instance without a match, such that those near it have none either.
//!
//! All learnable weights x move. The parameters ξ are the student's frozen weights, the teacher, and the inputs; ξ₀ is an integer point. The equations say that the labels of
//! student and teacher agree on some number of inputs, no more than there are samples; or, coefficient by coefficient, as polynomials in an input. The latter follows
//! from a match if it is to be one of the function; and on samples, for almost all inputs, if there are at least as many of them as monomials in the input that a label can
//! have: these are independent functions, and generic values of a polynomial with so many terms determine it.
//!
//! *Steps* are those of [`super::odd`], but at ξ₀ itself, in rational numbers: R is the local ring of ξ₀ among the rational functions of ξ. A matrix that is invertible at ξ₀ is so
//! over R, and what monomials polynomials can have is known whatever ξ is, so each step gives a combination of the equations with multipliers in R\[x\]
//! and coefficients in R.
//!
//! *Bounded.* Let B be b monomials with 1 among them, each other one a weight times one of them, and let a step have given, for each weight and m in B
//! with x·m outside of B, x·m plus a combination of B. So modulo the equations each form ℓ of the weights acts on B by a matrix M over R: ℓ·m = Σ M m' (it need
//! not be unique). Let 1, ℓ, …, ℓ^(b−1) have independent rows in terms of B at ξ₀. They are a basis over R then of what B spans freely, and ℓ^b is a
//! combination of them with coefficients in R: a polynomial f = t^b − … over R with f(ℓ) in the ideal of the equations.
//!
//! *So* for ξ near ξ₀ the coefficients of f are near those at ξ₀, and at a match f(ℓ) = 0. If f has no real root at ξ₀, which Sturm's theorem says, then it has none near ξ₀, as it
//! is monic: there is no real match. Such ξ (and almost all inputs) are drawn with a positive probability from any distribution with a density that is positive near ξ₀. MP > 0
//! as the allocation spans.

use std::collections::{BTreeMap, BTreeSet};

use num_rational::BigRational;
use num_traits::One;

use allocert_format::Rule;

use super::super::budget::{Held, exceeded, hold, pay};
use super::super::network::Network;
use super::super::number::{Field, Number, Ratio, reduced};
use super::super::polynomial::Monomial;
use super::super::proof::{Fact, Fault, Proof, ensure, limit};
use super::super::univariate::count_real_roots;
use super::odd::{Key, Parameters, Row, actions, equations, monomial, read, take_steps};

/// The largest number of monomials.
const MOST_BASIS: usize = 64;

pub(super) fn unmatched(proof: &mut Proof, step: u64, rule: &Rule) -> Result<(), Fault> {
    let Rule::Unmatched { of, spans, samples, student, teacher, inputs, exact, steps, basis, form } = rule else {
        return Ok(());
    };
    let set = proof.allocation(of)?;
    let known = matches!(proof.fact(*spans)?, Fact::Spans(about, true) if *about == set);
    ensure(known, &format!("step {spans} does not say that it spans"))?;
    let network = proof.network()?;
    let whole = [student, teacher].iter().all(|values| values.len() == network.weights);
    ensure(whole, "student or teacher have not as many weights as the network")?;
    ensure(inputs.iter().all(|x| x.len() == network.input_size()), "an input has not the network's size")?;
    let (none, stays) = (BTreeMap::new(), BTreeMap::new());
    let all = equations::<Ratio>(network, (&set, &none, &stays), (student, teacher, inputs))?;
    let (keys, all): (Vec<Key>, Vec<_>) = all.into_iter().unzip();
    let follow = match (proof.samples, samples) {
        (None, None) => inputs.is_empty(),
        (Some(m), None) => inputs.is_empty() && most_monomials(&keys) as u64 <= m,
        (asked, Some(k)) => inputs.len() as u64 == *k && *k > 0 && asked.is_none_or(|m| *k <= m),
    };
    ensure(follow, "a match need not solve these equations: more inputs than samples, or too few for the function")?;
    let (mut known, labels): (Vec<Row<Ratio>>, Vec<Ratio>) = all.into_iter().unzip();
    let left = BTreeSet::new();
    let limit = (&stays, [].as_slice());
    let parameters =
        Parameters { network, moving: &set, given: &none, limit, keys: &keys, left: &left, samples: inputs.len() };
    known.extend(parameters.exact(exact, (student, inputs, &labels))?);
    let mut held = Held::default();
    let found = take_steps(network, &set, (&mut known, &mut held), steps)?;
    let basis = basis.iter().map(|text| monomial(network, &set, text)).collect::<Result<Vec<Monomial>, Fault>>()?;
    ensure(basis.len() <= MOST_BASIS, "over the limit of monomials that others are reduced to")?;
    let actions = actions(&set, &basis, (&known, &found))?;
    let f = polynomial(&actions, &linear(network, &set, form)?)?;
    ensure(count_real_roots(&f)? == 0, "the form's polynomial has a real root")?;
    let statement = format!("the match probability of {of} is above 0 and below 1");
    proof.state(step, Fact::Match(set, 1, 1), statement)
}

/// How many monomials in the input a label can have, the largest number.
fn most_monomials(keys: &[Key]) -> usize {
    let mut counts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    keys.iter().for_each(|(at, label, _)| *counts.entry((*at, *label)).or_insert(0) += 1);
    counts.into_values().max().unwrap_or(0)
}

/// The coefficients of a linear form, weight by weight.
fn linear(network: &Network, set: &[usize], text: &str) -> Result<Vec<Ratio>, Fault> {
    let form = read(network, set, text)?;
    let terms = form.terms().ok_or_else(exceeded)?;
    let is_linear = terms.keys().all(|m| matches!(m.as_slice(), [(_, 1)]));
    ensure(is_linear, "the form is not linear in the weights")?;
    let coefficient = |w: &usize| {
        let of_weight = terms.iter().find(|(m, _)| m.iter().all(|(v, _)| usize::from(*v) == *w));
        of_weight.map_or_else(Ratio::zero, |(_, c)| Ratio::integer(c))
    };
    Ok(set.iter().map(coefficient).collect())
}

/// The monic polynomial, of as high a degree as there are monomials, that a form is a root of.
fn polynomial(actions: &[Vec<Vec<Ratio>>], form: &[Ratio]) -> Result<Vec<BigRational>, Fault> {
    let b = actions.first().map_or(0, Vec::len);
    limit(b.saturating_pow(3).saturating_mul(8 + actions.len()))?;
    let _held = hold(4 * Ratio::BYTES * (b * b) as u64)?;
    let image = |k: usize| -> Vec<Ratio> {
        let entry = |i: usize| Ratio::sum(actions.iter().zip(form).map(|(action, c)| action[k][i].times(c)));
        (0..b).map(entry).collect()
    };
    let matrix: Vec<Vec<Ratio>> = (0..b).map(image).collect();
    let mut powers = vec![(0..b).map(|k| if k == 0 { Ratio::one() } else { Ratio::zero() }).collect::<Vec<_>>()];
    for k in 0..b {
        let entry = |i: usize| Ratio::sum(matrix.iter().zip(&powers[k]).map(|(image, c)| image[i].times(c)));
        let next = (0..b).map(entry).collect();
        powers.push(next);
        pay(0)?;
    }
    // One equation for each monomial: the coordinates of the last power are a combination of those of the others.
    let rows = (0..b).map(|i| powers.iter().map(|power| power[i].clone()).collect()).collect();
    let echelon = reduced(rows, b);
    pay(0)?;
    ensure(b > 0 && echelon.len() == b, "powers of the form depend on each other")?;
    let mut f = vec![BigRational::one(); b + 1];
    for (k, row) in echelon {
        f[k] = -row[b].0.clone().ok_or_else(exceeded)?;
    }
    Ok(f)
}
