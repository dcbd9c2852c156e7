//! Instances with a proof that they have a real match, or that they have none: what a certificate needs.

use rug::Integer;

use crate::algebra::{Monomial, Parametrization, Polynomial, Polynomials, Refutation, Solver};
use crate::allocation::Allocation;
use crate::network::Network;
use crate::number::{Dyadics, Integers};

use super::equations::{equation_ring, equations};
use super::instance::{Instance, clear_denominators};

/// What was found out about an instance, so that others can check it.
#[derive(Clone, Debug)]
pub enum Proof {
    /// Learnable weights, in canonical order, that match.
    Match(Parametrization),
    /// A combination of the equations, each times its least common denominator, that has no real zero; the variables are
    /// the learnable weights in canonical order.
    NoMatch(Refutation, Polynomials<'static, Integers>),
}

impl Instance {
    /// A proof of a real match where only the weights of a basis inside the allocation move, if there is one.
    pub(super) fn prove_match(
        &self,
        network: &Network,
        allocation: &Allocation,
        basis: &Allocation,
        solver: &Solver,
    ) -> Option<Proof> {
        let (ring, system) = self.integral(network, basis, solver)?;
        let mut found = solver.parametrize(&ring, &system)?;
        let mut moved = std::mem::take(&mut found.values).into_iter();
        let fixed = |w: usize| vec![self.student[w].rational()];
        let value = |w: usize| if basis.contains(w) { moved.next() } else { Some(fixed(w)) };
        found.values = allocation.iter().map(value).collect::<Option<_>>()?;
        Some(Proof::Match(found))
    }

    /// A proof that there is no real match, if one is found.
    pub(super) fn prove_absence(&self, network: &Network, allocation: &Allocation, solver: &Solver) -> Option<Proof> {
        let (ring, system) = self.integral(network, allocation, solver)?;
        let generic = generic_monomials(&ring, network, allocation, self.inputs.len());
        let refutation = solver.refute(&ring, &system, &generic?)?;
        Some(Proof::NoMatch(refutation, ring))
    }

    /// The equations, each times the least common denominator of its coefficients.
    fn integral(
        &self,
        network: &Network,
        allocation: &Allocation,
        solver: &Solver,
    ) -> Option<(Polynomials<'static, Integers>, Vec<Polynomial<Integer>>)> {
        if self.given.is_some() {
            return None; // certificates speak of teachers of the network
        }
        let limits = solver.limits();
        let ring = equation_ring(Dyadics, network, allocation.size(), limits).ok()?;
        let labels = network.labels(&Dyadics, &self.teacher, &self.inputs);
        let system = equations(&ring, network, allocation, &self.student, &self.inputs, &labels);
        let integral = Polynomials::new(Integers, *ring.monomials(), limits.terms);
        let system: Option<Vec<_>> = system.iter().map(|p| clear_denominators(&integral, p)).collect();
        Some((integral, system?))
    }
}

/// The monomials of each equation for generic weights and inputs: label maps have no negative coefficients, so that none is
/// lost where all are 1.
fn generic_monomials(
    ring: &Polynomials<Integers>,
    network: &Network,
    allocation: &Allocation,
    inputs: usize,
) -> Option<Vec<Vec<Monomial>>> {
    let ones = vec![Integer::from(1); network.weights()];
    let input = vec![vec![Integer::from(1); network.input_size()]];
    let labels = vec![Integer::from(-1); network.labels_per_input()];
    let of_input = equations(ring, network, allocation, &ones, &input, &labels);
    let monomials = |p: &Polynomial<Integer>| Some(p.terms()?.iter().map(|(m, _)| *m).collect::<Vec<_>>());
    let of_input: Vec<_> = of_input.iter().map(monomials).collect::<Option<_>>()?;
    Some((0..inputs).flat_map(|_| of_input.clone()).collect())
}
