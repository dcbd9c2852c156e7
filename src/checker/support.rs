//! Which labels, and which coordinates of a network's function, depend on some weights: an upper bound, read off the program.

use std::collections::BTreeMap;

use num_rational::BigRational;
use num_traits::Zero;

use super::budget::{Held, exceeded, spend};
use super::number::Number;
use super::polynomial::{Monomial, product};
use super::program::Program;
use super::proof::{Fault, limit};

/// More monomials are not looked at.
const MOST_MONOMIALS: usize = 1 << 13;
/// Operations for a monomial.
const MONOMIAL: u64 = 256;
/// What a monomial takes in memory, without its powers.
const BYTES: u64 = 96;

/// The monomials that a value may have in some variables, whatever cancels, and whether what stands before each may depend on
/// chosen weights; nothing once there were too many.
#[derive(Clone, Debug)]
pub(super) struct Support(Option<BTreeMap<Monomial, bool>>, Held);

impl Support {
    /// A value without the variables, that depends on the chosen weights or not.
    fn number(moved: bool) -> Self {
        Support(Some(BTreeMap::from([(Vec::new(), moved)])), Held::default())
    }

    pub(super) fn variable(index: usize) -> Self {
        let monomial = u16::try_from(index).ok().map(|index| BTreeMap::from([(vec![(index, 1)], false)]));
        Support(monomial, Held::default())
    }

    /// The monomials; nothing if there were too many.
    pub(super) fn monomials(&self) -> Option<Vec<Monomial>> {
        self.0.as_ref().map(|monomials| monomials.keys().cloned().collect())
    }

    fn unknown() -> Self {
        Support(None, Held::default())
    }

    fn of(monomials: impl Iterator<Item = (Monomial, bool)>) -> Self {
        let (mut all, mut support) = (BTreeMap::new(), Support::zero());
        for (monomial, moved) in monomials {
            let fits = spend(MONOMIAL) && support.1.grow(BYTES + 4 * monomial.len() as u64);
            *all.entry(monomial).or_insert(false) |= moved;
            if !fits || all.len() > MOST_MONOMIALS {
                return Support::unknown();
            }
        }
        support.0 = Some(all);
        support
    }

    /// How many coordinates of the function that a program computes may depend on these weights, or of its labels on so many
    /// inputs if they are fewer. Of a kink, and of any other function, nothing is known but what goes in.
    pub(super) fn labels_of(program: &Program, allocation: &[usize], samples: Option<u64>) -> Result<u128, Fault> {
        limit(program.operations())?;
        let chosen = |w: usize| Support::number(allocation.binary_search(&w).is_ok());
        let weights: Vec<Support> = (0..program.weights).map(chosen).collect();
        // Which labels depend on them at all: inputs are numbers.
        let dependent = |support: &Support| support.0.as_ref().is_none_or(|m| m.values().any(|moved| *moved));
        let gate = |_, z: Support| Support::number(dependent(&z));
        let labels = program.run(&weights, &vec![Support::number(false); program.inputs], gate);
        let count = labels.iter().filter(|label| dependent(label)).count() as u128;
        let labels = samples.map_or(u128::MAX, |m| count * u128::from(m));
        let coordinates = if program.gates() > 0 || program.is_analytic() {
            None
        } else {
            let input: Vec<Support> = (0..program.inputs).map(Support::variable).collect();
            let functions = program.run(&weights, &input, |_, z| z);
            let moved = |f: &Support| f.0.as_ref().map(|m| m.values().filter(|moved| **moved).count() as u128);
            functions.iter().map(moved).sum::<Option<u128>>()
        };
        if !spend(0) { Err(exceeded()) } else { Ok(labels.min(coordinates.unwrap_or(u128::MAX))) }
    }
}

impl Number for Support {
    fn zero() -> Self {
        Support(Some(BTreeMap::new()), Held::default())
    }
    fn one() -> Self {
        Support::number(false)
    }
    fn fraction(value: &BigRational) -> Self {
        if value.is_zero() { Support::zero() } else { Support::one() }
    }
    fn plus(&self, other: &Self) -> Self {
        let (Some(a), Some(b)) = (&self.0, &other.0) else { return Support::unknown() };
        Support::of(a.iter().chain(b).map(|(m, moved)| (m.clone(), *moved)))
    }
    fn times(&self, other: &Self) -> Self {
        let (Some(a), Some(b)) = (&self.0, &other.0) else { return Support::unknown() };
        let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (a, b)));
        let mut fits = true;
        let products = pairs.map_while(|((m, x), (n, y))| {
            let monomial = product(m, n);
            fits &= monomial.is_some();
            Some((monomial?, *x || *y))
        });
        let support = Support::of(products);
        if fits { support } else { Support::unknown() }
    }
    fn scaled(&self, factor: i64) -> Self {
        if factor == 0 { Support::zero() } else { self.clone() }
    }
}
