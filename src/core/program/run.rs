//! Programs evaluated over any ring.

use super::{Operation, Program, Step};
use crate::number::Ring;

/// The values of all steps at one point.
#[derive(Clone, Debug)]
pub struct Values<E> {
    pub(super) values: Vec<E>,
    /// The slopes of the steps that [have one](Operation::has_slope), in their order; of a / b, 1 / b.
    pub(super) slopes: Vec<E>,
}

impl<E> Values<E> {
    /// The value of a step.
    ///
    /// # Panics
    /// If the step is not one of the program.
    pub fn of(&self, step: Step) -> &E {
        &self.values[step.index()]
    }
}

impl Program {
    /// The values of all steps. `relu` gives the activation of the pre-activation of a `relu` step, counted from 0 in order, and
    /// the slope. Nothing if the ring does not have one of the constants, a quotient or a function, or `relu` has no answer.
    ///
    /// # Panics
    /// If there are not as many weights or inputs as the program has.
    pub fn evaluate_gated<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        inputs: &[R::Element],
        mut relu: impl FnMut(usize, &R::Element) -> Option<(R::Element, R::Element)>,
    ) -> Option<Values<R::Element>> {
        let mut gates = 0..;
        self.evaluate_with(ring, weights, inputs, |_, operation, z| match operation {
            Operation::Apply(function, _) => ring.apply(*function, z),
            _ => relu(gates.next()?, z),
        })
    }

    /// The values of all steps. `branch` gives the value and the slope of `relu` steps and of functions, from the step and the
    /// value of its operand. Nothing if the ring does not have one of the constants or quotients, or `branch` has no answer.
    ///
    /// # Panics
    /// If there are not as many weights or inputs as the program has.
    pub fn evaluate_with<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        inputs: &[R::Element],
        mut branch: impl FnMut(Step, &Operation, &R::Element) -> Option<(R::Element, R::Element)>,
    ) -> Option<Values<R::Element>> {
        assert_eq!((weights.len(), inputs.len()), (self.weights, self.inputs), "the weights and inputs");
        let mut values: Vec<R::Element> = Vec::with_capacity(self.operations.len());
        let mut slopes = Vec::new();
        values.extend(weights.iter().chain(inputs).cloned());
        for operation in &self.operations[values.len()..] {
            let value = |step: &Step| &values[step.index()];
            let next = match operation {
                Operation::Constant(constant) => ring.rational(constant)?,
                Operation::Add(a, b) => ring.add(value(a), value(b)),
                Operation::Sub(a, b) => ring.sub(value(a), value(b)),
                Operation::Mul(a, b) => ring.mul(value(a), value(b)),
                Operation::Div(a, b) => {
                    let inverse = ring.reciprocal(value(b))?;
                    let quotient = ring.mul(value(a), &inverse);
                    slopes.push(inverse);
                    quotient
                }
                Operation::Relu(a) | Operation::Apply(_, a) => {
                    let (result, slope) = branch(Step::at(values.len()), operation, value(a))?;
                    slopes.push(slope);
                    result
                }
                // All weights and inputs come first.
                Operation::Weight(_) | Operation::Input(_) => return None,
            };
            values.push(next);
        }
        Some(Values { values, slopes })
    }

    /// The values of all steps; nothing if the ring does not have one of the constants, or has no order and there are kinks.
    ///
    /// # Panics
    /// If there are not as many weights or inputs as the program has.
    pub fn evaluate<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        inputs: &[R::Element],
    ) -> Option<Values<R::Element>> {
        self.evaluate_gated(ring, weights, inputs, |_, z| ring.rectify(z))
    }

    /// The values of the outputs, as [`Program::evaluate`].
    ///
    /// # Panics
    /// If there are not as many weights or inputs as the program has.
    pub fn labels<R: Ring>(&self, ring: &R, weights: &[R::Element], inputs: &[R::Element]) -> Option<Vec<R::Element>> {
        let values = self.evaluate(ring, weights, inputs)?;
        Some(self.outputs.iter().map(|o| values.of(*o).clone()).collect())
    }

    /// Which `relu` steps are active, in their order; nothing if one is at its kink, unless it is 0 all around the point.
    ///
    /// # Panics
    /// If there are not as many weights or inputs as the program has.
    pub fn pattern<R: Ring>(&self, ring: &R, weights: &[R::Element], inputs: &[R::Element]) -> Option<Vec<bool>> {
        let mut gates = Vec::new();
        // Values, and whether a value is 0 all around the point.
        let mut values: Vec<R::Element> = weights.iter().chain(inputs).cloned().collect();
        let mut silent = vec![false; values.len()];
        for operation in &self.operations[values.len()..] {
            let value = |step: &Step| &values[step.index()];
            let nothing = |step: &Step| silent[step.index()];
            let (next, zero) = match operation {
                Operation::Constant(constant) => (ring.rational(constant)?, constant.is_zero()),
                Operation::Add(a, b) => (ring.add(value(a), value(b)), nothing(a) && nothing(b)),
                Operation::Sub(a, b) => (ring.sub(value(a), value(b)), nothing(a) && nothing(b)),
                Operation::Mul(a, b) => (ring.mul(value(a), value(b)), nothing(a) || nothing(b)),
                Operation::Div(a, b) => (ring.mul(value(a), &ring.reciprocal(value(b))?), nothing(a)),
                Operation::Apply(function, a) => (ring.apply(*function, value(a))?.0, false),
                Operation::Relu(a) if nothing(a) => {
                    gates.push(false);
                    (ring.zero(), true)
                }
                Operation::Relu(a) => {
                    let z = value(a);
                    if ring.is_zero(z) {
                        return None;
                    }
                    let active = ring.is_positive(z)?;
                    gates.push(active);
                    if active { (z.clone(), false) } else { (ring.zero(), true) }
                }
                Operation::Weight(_) | Operation::Input(_) => return None,
            };
            values.push(next);
            silent.push(zero);
        }
        Some(gates)
    }
}
