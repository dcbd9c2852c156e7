//! The equations of a match, F(θ_A, θ_F) = F(θ*), as polynomials in the learnable weights.

use crate::algebra::{Limits, Monomials, Polynomial, Polynomials};
use crate::allocation::Allocation;
use crate::control::Stopped;
use crate::network::Network;
use crate::number::{Degrees, Ring};

/// The ring that equations live in, such as one variable for each learnable weight.
///
/// # Errors
/// More variables than the limit, or too large a degree.
pub(super) fn equation_ring<'a, R: Ring>(
    ring: R,
    network: &Network,
    variables: usize,
    limits: &Limits<'a>,
) -> Result<Polynomials<'a, R>, Stopped> {
    let degree = network.degree();
    if degree > limits.degree {
        return Err(Stopped::Degree { degree, limit: limits.degree });
    }
    let limit = limits.variables.min(Monomials::MOST_VARIABLES);
    let monomials = Monomials::new(variables).filter(|_| variables <= limit);
    let monomials = monomials.ok_or(Stopped::Variables { variables, limit })?;
    Ok(Polynomials::new(ring, monomials, limits.terms).under(&limits.control))
}

/// Label by label, F(θ_A, θ_F) − (the teacher's label): one evaluation of the label map over polynomials.
pub(super) fn equations<R: Ring>(
    ring: &Polynomials<R>,
    network: &Network,
    allocation: &Allocation,
    student: &[R::Element],
    inputs: &[Vec<R::Element>],
    labels: &[R::Element],
) -> Vec<Polynomial<R::Element>> {
    let variables = (0..allocation.size()).map(|v| ring.variable(v));
    equations_on(ring, network, &weights(ring, allocation, student, variables), inputs, labels)
}

/// A student's weights, with these polynomials for the learnable ones.
pub(super) fn weights<R: Ring>(
    ring: &Polynomials<R>,
    allocation: &Allocation,
    student: &[R::Element],
    learnable: impl IntoIterator<Item = Polynomial<R::Element>>,
) -> Vec<Polynomial<R::Element>> {
    let mut weights: Vec<_> = student.iter().map(|value| ring.constant(value.clone())).collect();
    allocation.iter().zip(learnable).for_each(|(w, value)| weights[w] = value);
    weights
}

/// The same equations for weights that are polynomials in the ring's variables.
pub(super) fn equations_on<R: Ring>(
    ring: &Polynomials<R>,
    network: &Network,
    weights: &[Polynomial<R::Element>],
    inputs: &[Vec<R::Element>],
    labels: &[R::Element],
) -> Vec<Polynomial<R::Element>> {
    let predicted = network.labels(ring, weights, &constants(ring, inputs));
    predicted.iter().zip(labels).map(|(f, y)| ring.sub(f, &ring.constant(y.clone()))).collect()
}

/// The same as [`equations`] where it is `over` times the student's labels that are to be these.
pub(super) fn equations_over<R: Ring>(
    ring: &Polynomials<R>,
    network: &Network,
    allocation: &Allocation,
    student: &[R::Element],
    inputs: &[Vec<R::Element>],
    (labels, over): (&[R::Element], &R::Element),
) -> Vec<Polynomial<R::Element>> {
    let variables = (0..allocation.size()).map(|v| ring.variable(v));
    let weights = weights(ring, allocation, student, variables);
    let (predicted, over) = (network.labels(ring, &weights, &constants(ring, inputs)), ring.constant(over.clone()));
    let difference = |(f, y): (&_, &R::Element)| ring.sub(&ring.mul(&over, f), &ring.constant(y.clone()));
    predicted.iter().zip(labels).map(difference).collect()
}

/// Inputs as constant polynomials.
pub(super) fn constants<R: Ring>(
    ring: &Polynomials<R>,
    inputs: &[Vec<R::Element>],
) -> Vec<Vec<Polynomial<R::Element>>> {
    inputs.iter().map(|input| input.iter().map(|x| ring.constant(x.clone())).collect()).collect()
}

/// An upper bound of the degree of every label in the learnable weights: exact where a label map has no negative
/// coefficients, as in the families, for non-negative inputs or generic ones.
pub(super) fn label_degrees(network: &Network, allocation: &Allocation, inputs: &[Vec<Option<u64>>]) -> Vec<u64> {
    let weights: Vec<_> = (0..network.weights()).map(|w| Some(u64::from(allocation.contains(w)))).collect();
    let degrees = network.labels(&Degrees, &weights, inputs);
    degrees.into_iter().map(|d| d.unwrap_or(0)).collect()
}
