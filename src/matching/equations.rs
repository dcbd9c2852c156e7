//! The equations of a match, F(θ_A, θ_F) = F(θ*), as polynomials in the learnable weights.

use crate::algebra::{Limits, Monomials, Polynomial, Polynomials, Stopped};
use crate::allocation::Allocation;
use crate::network::Network;
use crate::number::{Degrees, Ring};

/// The ring that the equations of an allocation live in: one variable for each learnable weight.
///
/// # Errors
/// More learnable weights than the limit, or too large a degree.
pub(super) fn equation_ring<R: Ring>(
    ring: R,
    network: &Network,
    allocation: &Allocation,
    limits: &Limits,
) -> Result<Polynomials<R>, Stopped> {
    let degree = network.degree();
    if degree > limits.degree {
        return Err(Stopped::Degree { degree, limit: limits.degree });
    }
    let variables = allocation.size();
    let limit = limits.variables.min(Monomials::MOST_VARIABLES);
    let monomials = Monomials::new(variables).filter(|_| variables <= limit);
    let monomials = monomials.ok_or(Stopped::Variables { variables, limit })?;
    Ok(Polynomials::new(ring, monomials, limits.terms))
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
    let mut weights: Vec<_> = Vec::with_capacity(student.len());
    let mut learnable = 0;
    for (w, value) in student.iter().enumerate() {
        if allocation.contains(w) {
            weights.push(ring.variable(learnable));
            learnable += 1;
        } else {
            weights.push(ring.constant(value.clone()));
        }
    }
    let enter = |input: &Vec<R::Element>| input.iter().map(|x| ring.constant(x.clone())).collect();
    let inputs: Vec<Vec<_>> = inputs.iter().map(enter).collect();
    let predicted = network.labels(ring, &weights, &inputs);
    predicted.iter().zip(labels).map(|(f, y)| ring.sub(f, &ring.constant(y.clone()))).collect()
}

/// The degree of every label in the learnable weights: exact, since a label map has no negative coefficients, for
/// non-negative inputs or generic ones.
pub(super) fn label_degrees(network: &Network, allocation: &Allocation, inputs: &[Vec<Option<u64>>]) -> Vec<u64> {
    let weights: Vec<_> = (0..network.weights()).map(|w| Some(u64::from(allocation.contains(w)))).collect();
    let degrees = network.labels(&Degrees, &weights, inputs);
    degrees.into_iter().map(|d| d.unwrap_or(0)).collect()
}
