//! What a derivative by some weights looks at: in a large program often a small part.

use super::{Operation, Program, ProgramError, Recorder, Step};
use crate::number::Ring;

/// The part of a program that the derivatives of its outputs by some weights look at, as a program of its own.
///
/// Where a sum has a term that does not depend on these weights, and nothing looks at its value, the term is left out: with
/// adapters of low rank beside a frozen matrix, nearly everything is.
#[derive(Clone, Debug)]
pub struct Part {
    /// Nothing if no output depends on the weights.
    program: Option<Program>,
    /// Its weights, by their place in the whole program,
    weights: Vec<usize>,
    /// its outputs,
    outputs: Vec<usize>,
    /// and its `relu` steps.
    gates: Vec<usize>,
    /// For every step, whether it depends on the weights that one differentiates by.
    moving: Vec<bool>,
    /// Where these are among the part's weights; nothing for one that no output depends on.
    columns: Vec<Option<usize>>,
}

/// What a derivative needs of a step.
#[derive(Clone, Copy, Default)]
struct Need {
    /// Its derivative.
    slope: bool,
    /// Its value.
    value: bool,
}

impl Program {
    /// The part that derivatives by these weights look at.
    ///
    /// # Errors
    /// As [`Recorder`].
    pub fn part(&self, columns: &[usize]) -> Result<Part, ProgramError> {
        let mut wanted = vec![false; self.weights];
        columns.iter().for_each(|weight| wanted[*weight] = true);
        let moves = self.depending(|operation| matches!(operation, Operation::Weight(w) if wanted[*w as usize]));
        let needs = self.needs(&moves);
        let weights: Vec<usize> = (0..self.weights).filter(|w| needs[*w].slope || needs[*w].value).collect();
        let outputs: Vec<usize> = (0..self.outputs.len()).filter(|o| needs[self.outputs[*o].index()].slope).collect();
        let place = |weight: &usize| weights.binary_search(weight).ok();
        let columns = columns.iter().map(place).collect();
        let mut part = Part { program: None, weights, outputs, gates: Vec::new(), moving: Vec::new(), columns };
        if part.outputs.is_empty() {
            return Ok(part);
        }
        let program = self.recorded(&moves, &needs, &mut part)?;
        let wanted = |w: u32| wanted[part.weights[w as usize]];
        part.moving = program.depending(|operation| matches!(operation, Operation::Weight(w) if wanted(*w)));
        part.program = Some(program);
        Ok(part)
    }

    fn needs(&self, moves: &[bool]) -> Vec<Need> {
        let mut needs = vec![Need::default(); self.operations.len()];
        let outputs = self.outputs.iter().map(|o| o.index());
        outputs.filter(|o| moves[*o]).for_each(|o| needs[o].slope = true);
        for at in (0..self.operations.len()).rev() {
            let operation = &self.operations[at];
            if needs[at].slope {
                operation.operands().filter(|o| moves[o.index()]).for_each(|o| needs[o.index()].slope = true);
                match operation {
                    // Each factor that moves is multiplied by the value of the other.
                    Operation::Mul(a, b) => {
                        needs[b.index()].value |= moves[a.index()];
                        needs[a.index()].value |= moves[b.index()];
                    }
                    Operation::Add(..) | Operation::Sub(..) => {}
                    _ => needs[at].value = true,
                }
            }
            if needs[at].value {
                operation.operands().for_each(|o| needs[o.index()].value = true);
            }
        }
        needs
    }

    fn recorded(&self, moves: &[bool], needs: &[Need], part: &mut Part) -> Result<Program, ProgramError> {
        let mut recorder = Recorder::new();
        let nothing = recorder.constant(0.into())?;
        let mut images = vec![nothing; self.operations.len()];
        let (mut next_weight, mut next_gate) = (0, 0);
        for (at, operation) in self.operations.iter().enumerate() {
            let gate = next_gate;
            next_gate += usize::from(matches!(operation, Operation::Relu(_)));
            if !needs[at].slope && !needs[at].value {
                continue;
            }
            let is_sum = matches!(operation, Operation::Add(..) | Operation::Sub(..));
            let left_out = |step: Step| is_sum && !needs[at].value && !moves[step.index()];
            let before = recorder.steps();
            images[at] = match operation {
                Operation::Weight(_) => {
                    next_weight += 1;
                    recorder.weight(next_weight - 1)?
                }
                other => {
                    recorder.record(other.on(|step| if left_out(step) { nothing } else { images[step.index()] }))?
                }
            };
            if matches!(operation, Operation::Relu(_)) && recorder.steps() > before {
                part.gates.push(gate);
            }
        }
        let outputs = part.outputs.iter().map(|o| images[self.outputs[*o].index()]).collect();
        recorder.finish(outputs, self.inputs, part.weights.len())
    }
}

impl Part {
    /// The number of steps.
    pub fn steps(&self) -> usize {
        self.program.as_ref().map_or(0, |program| program.operations.len())
    }

    /// The derivatives of a combination of the outputs of the whole program by the weights of the part: one pass back. Nothing if
    /// the ring lacks a constant or a function.
    ///
    /// # Panics
    /// If there are fewer weights, inputs, gates or factors than the whole program has.
    pub fn reverse<R: Ring>(
        &self,
        ring: &R,
        weights: &[R::Element],
        input: &[R::Element],
        gates: &[bool],
        combination: &[R::Element],
    ) -> Option<Vec<R::Element>> {
        let Some(program) = &self.program else {
            return Some(vec![ring.zero(); self.columns.len()]);
        };
        let weights: Vec<R::Element> = self.weights.iter().map(|w| weights[*w].clone()).collect();
        let gate = |unit: usize, z: &R::Element| {
            Some(if gates[self.gates[unit]] { (z.clone(), ring.one()) } else { (ring.zero(), ring.zero()) })
        };
        let values = program.evaluate_gated(ring, &weights, input, gate)?;
        let factors = self.outputs.iter().map(|output| combination[*output].clone());
        let seeds: Vec<(Step, R::Element)> = program.outputs.iter().copied().zip(factors).collect();
        let adjoints = program.backwards(ring, &values, &seeds, &self.moving);
        let entry = |column: &Option<usize>| column.map_or_else(|| ring.zero(), |column| adjoints[column].clone());
        Some(self.columns.iter().map(entry).collect())
    }
}
