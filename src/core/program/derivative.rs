//! Derivatives of programs: forwards along a direction, in reverse from a combination of labels, and whole Jacobians.

use super::{Operation, Program, Step, Values};
use crate::algebra::Matrix;
use crate::number::Ring;

impl Program {
    /// The derivatives of all steps along a direction in weights and inputs, from their values. Two products a step.
    ///
    /// # Panics
    /// If the directions have not as many entries as there are weights and inputs, or the values are not this program's.
    pub fn forwards<R: Ring>(
        &self,
        ring: &R,
        values: &Values<R::Element>,
        weights: &[R::Element],
        inputs: &[R::Element],
    ) -> Vec<R::Element> {
        assert_eq!((weights.len(), inputs.len()), (self.weights, self.inputs), "the directions");
        let mut slopes = values.slopes.iter();
        let mut derivatives: Vec<R::Element> = Vec::with_capacity(self.operations.len());
        derivatives.extend(weights.iter().chain(inputs).cloned());
        for operation in &self.operations[derivatives.len()..] {
            let d = |step: &Step| &derivatives[step.index()];
            let next = match operation {
                Operation::Add(a, b) => ring.add(d(a), d(b)),
                Operation::Sub(a, b) => ring.sub(d(a), d(b)),
                Operation::Mul(a, b) => {
                    let mut sum = ring.mul(d(a), values.of(*b));
                    ring.add_product(&mut sum, values.of(*a), d(b));
                    sum
                }
                // d(a / b) = (da − a / b · db) / b.
                Operation::Div(a, b) => slopes.next().map_or_else(
                    || ring.zero(),
                    |inverse| {
                        let moved = ring.mul(&values.values[derivatives.len()], d(b));
                        ring.mul(inverse, &ring.sub(d(a), &moved))
                    },
                ),
                Operation::Relu(a) | Operation::Apply(_, a) => {
                    slopes.next().map_or_else(|| ring.zero(), |slope| ring.mul(slope, d(a)))
                }
                Operation::Constant(_) | Operation::Weight(_) | Operation::Input(_) => ring.zero(),
            };
            derivatives.push(next);
        }
        derivatives
    }

    /// The derivatives of Σ seed · step by every step, the first of them by the weights and then the inputs. `relevant` says
    /// which steps matter: those that depend on what one differentiates by. Two products a step.
    ///
    /// # Panics
    /// If the values, or `relevant`, are not this program's.
    pub fn backwards<R: Ring>(
        &self,
        ring: &R,
        values: &Values<R::Element>,
        seeds: &[(Step, R::Element)],
        relevant: &[bool],
    ) -> Vec<R::Element> {
        let mut adjoints = vec![ring.zero(); self.operations.len()];
        for (step, seed) in seeds {
            adjoints[step.index()] = ring.add(&adjoints[step.index()], seed);
        }
        let last = seeds.iter().map(|(step, _)| step.index()).max();
        self.sweep(ring, values, &mut adjoints, last.map_or(0, |last| last + 1), relevant);
        adjoints
    }

    /// Passes adjoints on from the steps before `end` to the weights and inputs.
    fn sweep<R: Ring>(
        &self,
        ring: &R,
        values: &Values<R::Element>,
        adjoints: &mut [R::Element],
        end: usize,
        relevant: &[bool],
    ) {
        let mut slope = self.operations[..end].iter().filter(|o| o.has_slope()).count();
        for at in (self.weights + self.inputs..end).rev() {
            let operation = &self.operations[at];
            slope -= usize::from(operation.has_slope());
            if ring.is_zero(&adjoints[at]) {
                continue;
            }
            let seed = adjoints[at].clone();
            let mut pass = |to: &Step, factor: &R::Element| {
                if relevant[to.index()] {
                    ring.add_product(&mut adjoints[to.index()], &seed, factor);
                }
            };
            match operation {
                Operation::Mul(a, b) => {
                    pass(a, values.of(*b));
                    pass(b, values.of(*a));
                }
                Operation::Div(a, b) => {
                    let inverse = &values.slopes[slope];
                    pass(a, inverse);
                    pass(b, &ring.neg(&ring.mul(&values.values[at], inverse)));
                }
                Operation::Relu(a) | Operation::Apply(_, a) => pass(a, &values.slopes[slope]),
                Operation::Add(a, b) => {
                    for to in [a, b].into_iter().filter(|to| relevant[to.index()]) {
                        adjoints[to.index()] = ring.add(&adjoints[to.index()], &seed);
                    }
                }
                Operation::Sub(a, b) => {
                    for (to, positive) in [(a, true), (b, false)].into_iter().filter(|(to, _)| relevant[to.index()]) {
                        let sum = &adjoints[to.index()];
                        adjoints[to.index()] = if positive { ring.add(sum, &seed) } else { ring.sub(sum, &seed) };
                    }
                }
                Operation::Constant(_) | Operation::Weight(_) | Operation::Input(_) => {}
            }
        }
    }

    /// The derivatives of the outputs by every weight, one row an output: in reverse, or forwards where there are fewer weights
    /// than outputs.
    ///
    /// # Panics
    /// If the values are not this program's.
    pub fn jacobian<R: Ring>(&self, ring: &R, values: &Values<R::Element>) -> Matrix<R::Element> {
        if self.weights < self.outputs.len() {
            return self.jacobian_forwards(ring, values);
        }
        let moving = self.moving();
        let mut adjoints = vec![ring.zero(); self.operations.len()];
        let rows = self.outputs.iter().map(|output| {
            adjoints[..=output.index()].fill(ring.zero());
            adjoints[output.index()] = ring.one();
            self.sweep(ring, values, &mut adjoints, output.index() + 1, &moving);
            let mut row = adjoints[..self.weights].to_vec();
            // Where the output is a constant or an input, its own adjoint is no derivative by a weight.
            if output.index() < self.weights {
                row.iter_mut().enumerate().filter(|(w, _)| *w != output.index()).for_each(|(_, e)| *e = ring.zero());
            }
            row
        });
        Matrix::from_rows(self.weights, rows.collect::<Vec<_>>())
    }

    fn jacobian_forwards<R: Ring>(&self, ring: &R, values: &Values<R::Element>) -> Matrix<R::Element> {
        let mut jacobian = Matrix::filled(self.outputs.len(), self.weights, ring.zero());
        let inputs = vec![ring.zero(); self.inputs];
        let mut direction = vec![ring.zero(); self.weights];
        for weight in 0..self.weights {
            direction[weight] = ring.one();
            let derivatives = self.forwards(ring, values, &direction, &inputs);
            for (row, output) in self.outputs.iter().enumerate() {
                jacobian[(row, weight)] = derivatives[output.index()].clone();
            }
            direction[weight] = ring.zero();
        }
        jacobian
    }
}
