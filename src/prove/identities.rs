//! Which coefficients of a network's function are quotients of polynomials in the others, on all that the network computes: found modulo a
//! prime, and then written with whole numbers.

use itertools::Itertools;
use rug::{Integer, Rational};

use allocert_core::algebra::{RowSpace, rational_of};
use allocert_core::number::{Field, PrimeField, Ring, Stream, generator};

use super::ground::sum;
use super::polynomial::Polynomial;

/// Quotients of polynomials of a higher degree are not looked for.
const MOST_DEGREE: usize = 2;
/// Nor are combinations of more products.
const MOST_COLUMNS: usize = 400;
/// So many choices of independent coefficients are looked at.
const MOST_CHOICES: usize = 60;
/// Numerators and denominators are at most 2 to this power.
const BITS: u32 = 20;

/// A product of coefficients, by their places, and the number before it.
type Term = (Vec<(usize, u32)>, Integer);

/// q(y) y_place = p(y), with q not zero.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub(super) place: usize,
    q: Vec<Term>,
    p: Vec<Term>,
}

impl Identity {
    /// As certificates write it.
    pub(super) fn text(&self) -> (usize, String, String) {
        let name = |(place, e): &(usize, u32)| (format!("y{place}"), *e);
        let text = |terms: &[Term]| sum(terms.iter().map(|(m, c)| (m.iter().map(name).collect(), c)));
        (self.place, text(&self.q), text(&self.p))
    }
}

/// Those of all coefficients but some that are independent.
#[derive(Clone, Debug, Default)]
pub(super) struct Identities {
    pub(super) all: Vec<Identity>,
}

impl Identities {
    /// Those that make all but as many coefficients as there are dimensions follow; nothing if they are not found.
    pub(super) fn find(field: &PrimeField, parts: &[Polynomial], weights: usize, seed: u64) -> Option<Self> {
        let mut random = generator(seed, Stream::Certificates, 8_000);
        let mut point = || (0..weights).map(|_| field.random(&mut random)).collect::<Vec<_>>();
        let gradients = gradients(field, parts, &point())?;
        let rank = |places: &[usize]| {
            let mut space = RowSpace::new(*field, weights);
            places.iter().for_each(|k| {
                space.insert(gradients[*k].clone());
            });
            space.rank()
        };
        let dimension = rank(&(0..parts.len()).collect::<Vec<_>>());
        if dimension == parts.len() {
            return Some(Identities::default());
        }
        let points: Vec<Vec<u64>> = (0..MOST_COLUMNS + 8).map(|_| point()).collect();
        let values: Vec<Vec<u64>> = points
            .iter()
            .map(|at| parts.iter().map(|part| value_at(field, part, at)).collect())
            .collect::<Option<_>>()?;
        let choices = (0..parts.len()).combinations(dimension).filter(|taken| rank(taken) == dimension);
        choices.take(MOST_CHOICES).find_map(|taken| {
            let left = (0..parts.len()).filter(|k| !taken.contains(k));
            let all = left
                .map(|place| (0..=MOST_DEGREE).find_map(|degree| identity(field, &values, (&taken, place), degree)));
            Some(Identities { all: all.collect::<Option<_>>()? })
        })
    }
}

fn identity(
    field: &PrimeField,
    values: &[Vec<u64>],
    (taken, place): (&[usize], usize),
    degree: usize,
) -> Option<Identity> {
    let products = |most: usize| -> Vec<Vec<usize>> {
        (0..=most).flat_map(|d| taken.iter().copied().combinations_with_replacement(d)).collect()
    };
    let (p, q) = (products(degree + 1), products(degree));
    let columns = p.len() + q.len();
    if columns > MOST_COLUMNS {
        return None;
    }
    let mut space = RowSpace::new(*field, columns);
    for y in &values[..columns + 8] {
        let product = |places: &Vec<usize>| places.iter().fold(field.one(), |product, k| field.mul(&product, &y[*k]));
        let right = q.iter().map(|m| field.mul(&product(m), &y[place]));
        space.insert(p.iter().map(product).chain(right).collect());
    }
    let kernel = space.kernel();
    let about = kernel.into_iter().filter(|vector| vector[p.len()..].iter().any(|c| !field.is_zero(c)));
    let vector = about.min_by_key(|vector| vector.iter().filter(|c| !field.is_zero(c)).count())?;
    let scale = field.inverse(vector.iter().rev().find(|c| !field.is_zero(c))?)?;
    let (modulus, bound) = (Integer::from(field.prime()), Integer::from(1) << BITS);
    let rational = |c: &u64| rational_of(&modulus, field.leave(field.mul(c, &scale)).into(), &bound);
    let numbers: Vec<Rational> = vector.iter().map(rational).collect::<Option<_>>()?;
    let common = numbers.iter().fold(Integer::from(1), |common, c| common.lcm(c.denom()));
    let whole = |c: &Rational, sign: i32| Integer::from(c.numer() * &common) / c.denom() * sign;
    let terms = |products: &[Vec<usize>], numbers: &[Rational], sign: i32| -> Vec<Term> {
        let powers = |m: &Vec<usize>| m.iter().copied().dedup_with_count().map(|(e, k)| (k, e as u32)).collect();
        let terms = products.iter().zip(numbers).filter(|(_, c)| **c != 0);
        terms.map(|(m, c)| (powers(m), whole(c, sign))).collect()
    };
    Some(Identity { place, p: terms(&p, &numbers[..p.len()], -1), q: terms(&q, &numbers[p.len()..], 1) })
}

/// The value of a polynomial modulo the prime.
pub(super) fn value_at(field: &PrimeField, polynomial: &Polynomial, at: &[u64]) -> Option<u64> {
    let power = |v: u16, e: u16| (0..e).fold(field.one(), |product, _| field.mul(&product, &at[usize::from(v)]));
    let sum = polynomial.terms()?.iter().fold(field.zero(), |sum, (m, c)| {
        let product = m.iter().fold(field.big_integer(c), |product, (v, e)| field.mul(&product, &power(*v, *e)));
        field.add(&sum, &product)
    });
    Some(sum)
}

fn gradients(field: &PrimeField, parts: &[Polynomial], at: &[u64]) -> Option<Vec<Vec<u64>>> {
    let slope = |part: &Polynomial, w: usize| {
        let terms = part.terms()?.iter().filter_map(|(m, c)| {
            let place = m.iter().position(|(v, _)| usize::from(*v) == w)?;
            let mut rest = m.clone();
            let c = Integer::from(c * rest[place].1);
            rest[place].1 -= 1;
            rest.retain(|(_, e)| *e > 0);
            Some((rest, c))
        });
        value_at(field, &Polynomial::collect(terms.collect()), at)
    };
    parts.iter().map(|part| (0..at.len()).map(|w| slope(part, w)).collect()).collect()
}
