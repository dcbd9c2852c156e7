//! The odd-limit law: where weights in surplus go to 0 or to infinity, an odd number of complex students is left.
//!
//! Let there be as many labels as the teacher has dimensions D, let D of the learnable weights *adapt*, and let each learnable weight
//! be θ_i = ε^(a_i) c_i with whole a_i, where the c_i of those that do not adapt are generic real numbers. Each equation of a match,
//! divided by the lowest power of ε in it, is a polynomial in ε and c; at ε = 0 its terms of lowest order are left. *If these equations
//! have an odd number of complex solutions, all simple, or an odd number of simple solutions with some c_v = 0, then MP = 1.* Proof. The
//! coefficients are real, so non-real solutions come in pairs, on c_v = 0 as well: one is real. It is simple, and equations are as many
//! as unknowns, so by implicit functions it goes on to real solutions c(ε) for small ε > 0, and there θ is a match. ∎ With a = 0 for
//! what adapts and 1 for the others it is the odd-slice law.
//!
//! Which terms are of lowest order is the same for generic students, teachers and inputs, and so is the number of solutions: it is
//! counted, and known, as a matching degree is.

use itertools::Itertools;

use crate::algebra::{Polynomial, Polynomials};
use crate::allocation::{Allocation, subsets};
use crate::number::Ring;

/// At most so many weights go to 0 or to infinity.
const MOST_MOVING: usize = 6;

/// How learnable weights go to a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Degeneration {
    /// The weights that adapt, as many as the teacher has dimensions.
    pub adapting: Allocation,
    /// The power of ε of each learnable weight.
    pub powers: Vec<i32>,
    /// The place among the adapting weights of one whose c is 0.
    pub zero: Option<usize>,
}

/// The limits of an allocation with surplus weights in which one of these moves, by powers −1 and 1; few moving weights come first.
pub(super) fn degenerations(allocation: &Allocation, dimension: usize) -> impl Iterator<Item = Degeneration> + '_ {
    let size = allocation.size();
    let moving = (1..=size.min(MOST_MOVING)).flat_map(move |count| (0..size).combinations(count));
    let powers = moving.flat_map(move |places| {
        (0..1u32 << places.len()).map(move |signs| {
            let mut powers = vec![0; size];
            places.iter().enumerate().for_each(|(k, place)| powers[*place] = if signs >> k & 1 == 0 { -1 } else { 1 });
            powers
        })
    });
    powers.flat_map(move |powers| {
        let with = move |adapting: Allocation| {
            let moves = allocation.iter().zip(&powers).any(|(weight, a)| *a != 0 && !adapting.contains(weight));
            moves.then(|| Degeneration { adapting, powers: powers.clone(), zero: None })
        };
        subsets(allocation, dimension).filter_map(with)
    })
}

/// The equations at ε = 0 in the adapting weights, of those in all learnable ones; `values` are the c of the learnable weights, of which
/// those of the adapting ones are not looked at. Nothing if one outgrew its ring, or has no solution.
pub(super) fn equations_at_the_limit<R: Ring>(
    (all, adapting): (&Polynomials<R>, &Polynomials<R>),
    equations: &[Polynomial<R::Element>],
    (allocation, limit): (&Allocation, &Degeneration),
    values: &[R::Element],
) -> Option<Vec<Polynomial<R::Element>>> {
    let mut variables = 0..adapting.monomials().variables();
    let factors: Vec<Polynomial<R::Element>> = allocation
        .iter()
        .zip(values)
        .map(|(weight, value)| match limit.adapting.contains(weight) {
            true => variables.next().map(|variable| adapting.variable(variable)),
            false => Some(adapting.constant(value.clone())),
        })
        .collect::<Option<_>>()?;
    let at_the_limit = |equation: &Polynomial<R::Element>| {
        let terms = equation.terms()?;
        let exponents = |monomial| (0..factors.len()).map(move |v| all.monomials().exponent(monomial, v));
        let order = |monomial| -> i64 {
            exponents(monomial).zip(&limit.powers).map(|(exponent, a)| i64::from(exponent) * i64::from(*a)).sum()
        };
        let lowest = terms.iter().map(|(monomial, _)| order(*monomial)).min();
        let left = terms.iter().filter(|(monomial, _)| Some(order(*monomial)) == lowest);
        let sum = left.fold(adapting.zero(), |sum, (monomial, coefficient)| {
            let start = adapting.constant(coefficient.clone());
            let power = |product, (factor, exponent): (&Polynomial<R::Element>, u32)| {
                (0..exponent).fold(product, |product, _| adapting.mul(&product, factor))
            };
            adapting.add(&sum, &factors.iter().zip(exponents(*monomial)).fold(start, power))
        });
        let solvable = sum.terms()?.first().is_none_or(|(lead, _)| adapting.monomials().degree(*lead) > 0);
        solvable.then_some(sum)
    };
    let mut system: Vec<_> = equations.iter().map(at_the_limit).collect::<Option<_>>()?;
    system.extend(limit.zero.map(|place| adapting.variable(place)));
    Some(system)
}
