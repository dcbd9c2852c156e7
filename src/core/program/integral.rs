//! Programs without fractions.

use rug::{Integer, Rational};

use super::{Operation, Program, ProgramError, Recorder, Step};

impl Program {
    /// Whether all constants are integers.
    pub fn is_integral(&self) -> bool {
        let fraction = |o: &Operation| matches!(o, Operation::Constant(value) if *value.denom() != 1);
        !self.operations.iter().any(fraction)
    }

    /// The program whose outputs are these ones times positive integers, so that all constants are integers; and those integers.
    /// (A multiplier passes through max(·, 0).)
    ///
    /// # Errors
    /// More steps or larger constants than a program may have; a program that is not polynomial.
    pub fn integral(&self) -> Result<(Program, Vec<Integer>), ProgramError> {
        if self.is_integral() {
            return Ok((self.clone(), vec![Integer::from(1); self.outputs.len()]));
        }
        let mut recorder = Recorder::new();
        let mut scaled: Vec<(Step, Integer)> = Vec::with_capacity(self.operations.len());
        for operation in &self.operations {
            let of = |step: &Step| &scaled[step.index()];
            let next = match operation {
                Operation::Weight(i) => (recorder.weight(*i as usize)?, Integer::from(1)),
                Operation::Input(i) => (recorder.input(*i as usize)?, Integer::from(1)),
                Operation::Constant(value) => {
                    (recorder.constant(Rational::from(value.numer()))?, value.denom().clone())
                }
                Operation::Add(a, b) | Operation::Sub(a, b) => {
                    let ((a, b), scale) = aligned(&mut recorder, of(a), of(b))?;
                    let sum =
                        if matches!(operation, Operation::Add(..)) { recorder.add(a, b) } else { recorder.sub(a, b) };
                    (sum?, scale)
                }
                Operation::Mul(a, b) => {
                    let ((a, x), (b, y)) = (of(a), of(b));
                    (recorder.mul(*a, *b)?, Integer::from(x * y))
                }
                Operation::Div(..) | Operation::Apply(..) => return Err(ProgramError::NotPolynomial),
                Operation::Relu(a) => (recorder.relu(of(a).0)?, of(a).1.clone()),
            };
            scaled.push(next);
        }
        let (outputs, scales) = self.outputs.iter().map(|o| scaled[o.index()].clone()).unzip();
        Ok((recorder.finish(outputs, self.inputs, self.weights)?, scales))
    }
}

/// Two steps over the least common multiple of their multipliers.
fn aligned(
    recorder: &mut Recorder,
    (a, x): &(Step, Integer),
    (b, y): &(Step, Integer),
) -> Result<((Step, Step), Integer), ProgramError> {
    let scale = Integer::from(x.lcm_ref(y));
    let mut times = |step: Step, by: &Integer| {
        let factor = recorder.constant(Rational::from(Integer::from(&scale / by)))?;
        recorder.mul(factor, step)
    };
    let pair = (times(*a, x)?, times(*b, y)?);
    Ok((pair, scale))
}
