//! A recorder as a ring, so that whatever is written over any ring can be recorded.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rug::Rational;

use super::{Function, Operation, Program, ProgramError, Recorder, Step};
use crate::number::Ring;

/// A ring that records what is computed in it. Errors come when the recording [ends](Recording::finish).
#[derive(Clone, Debug)]
pub struct Recording(Arc<Mutex<Tape>>);

#[derive(Debug)]
struct Tape {
    recorder: Recorder,
    zero: Step,
    one: Step,
    failed: Option<ProgramError>,
}

impl Recording {
    /// With nothing recorded yet.
    ///
    /// # Errors
    /// None in practice: there is room for two steps.
    pub fn new() -> Result<Self, ProgramError> {
        let mut recorder = Recorder::new();
        let (zero, one) = (recorder.constant(Rational::new())?, recorder.constant(Rational::from(1))?);
        Ok(Recording(Arc::new(Mutex::new(Tape { recorder, zero, one, failed: None }))))
    }

    fn tape(&self) -> MutexGuard<'_, Tape> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A step; after a failure, zero.
    fn record(&self, step: impl FnOnce(&mut Recorder) -> Result<Step, ProgramError>) -> Step {
        let mut tape = self.tape();
        if tape.failed.is_some() {
            return tape.zero;
        }
        match step(&mut tape.recorder) {
            Ok(step) => step,
            Err(error) => {
                tape.failed = Some(error);
                tape.zero
            }
        }
    }

    /// The steps of so many weights.
    pub fn weights(&self, count: usize) -> Vec<Step> {
        (0..count).map(|i| self.record(|r| r.weight(i))).collect()
    }

    /// The steps of so many entries of an input.
    pub fn inputs(&self, count: usize) -> Vec<Step> {
        (0..count).map(|i| self.record(|r| r.input(i))).collect()
    }

    /// The program with these outputs.
    ///
    /// # Errors
    /// As [`Recorder::finish`]; also the first failure of the recording.
    pub fn finish(self, outputs: Vec<Step>, inputs: usize, weights: usize) -> Result<Program, ProgramError> {
        let mut tape = self.tape();
        match tape.failed.take() {
            Some(error) => Err(error),
            None => std::mem::take(&mut tape.recorder).finish(outputs, inputs, weights),
        }
    }
}

impl Ring for Recording {
    type Element = Step;

    fn zero(&self) -> Step {
        self.tape().zero
    }
    fn one(&self) -> Step {
        self.tape().one
    }
    fn integer(&self, value: i64) -> Step {
        self.record(|r| r.constant(Rational::from(value)))
    }
    fn rational(&self, value: &Rational) -> Option<Step> {
        Some(self.record(|r| r.constant(value.clone())))
    }
    fn add(&self, a: &Step, b: &Step) -> Step {
        self.record(|r| r.add(*a, *b))
    }
    fn sub(&self, a: &Step, b: &Step) -> Step {
        self.record(|r| r.sub(*a, *b))
    }
    fn mul(&self, a: &Step, b: &Step) -> Step {
        self.record(|r| r.mul(*a, *b))
    }
    fn is_zero(&self, a: &Step) -> bool {
        let tape = self.tape();
        matches!(tape.recorder.operation(*a), Operation::Constant(value) if value.is_zero())
    }
    fn reciprocal(&self, a: &Step) -> Option<Step> {
        let one = self.one();
        Some(self.record(|r| r.div(one, *a)))
    }
    /// The slope is not recorded.
    fn apply(&self, function: Function, a: &Step) -> Option<(Step, Step)> {
        Some((self.record(|r| r.apply(function, *a)), self.zero()))
    }
    /// A recording has no order, but it can put the question off; the slope is not recorded.
    fn rectify(&self, a: &Step) -> Option<(Step, Step)> {
        Some((self.record(|r| r.relu(*a)), self.zero()))
    }
}
