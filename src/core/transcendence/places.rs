//! Where a program takes exponentials, logarithms and square roots, on all samples together.

use crate::number::Function;
use crate::program::{Operation, Program, Step};

/// One step that takes an exponential, a logarithm or a square root.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) step: Step,
    pub(super) operand: Step,
    pub(super) function: Function,
    /// Whether it depends on no input: then it is the same on all samples.
    pub(super) shared: bool,
    /// The number of its place on the first sample, among exponentials and logarithms, or among roots.
    start: usize,
}

/// All of them, numbered: a *place* is a step on a sample, or a shared step.
#[derive(Clone, Debug)]
pub(super) struct Places {
    slots: Vec<Slot>,
    /// The slot of each step.
    of_step: Vec<Option<usize>>,
    pub(super) samples: usize,
    /// How many places exponentials and logarithms have.
    count: usize,
    /// How many places roots have.
    roots: usize,
}

impl Places {
    pub(super) fn new(program: &Program, samples: usize) -> Self {
        let seeing = program.seeing();
        let mut of_step = vec![None; program.operations().len()];
        let (mut slots, mut count, mut roots) = (Vec::new(), 0, 0);
        for (at, operation) in program.operations().iter().enumerate() {
            let Operation::Apply(function, operand) = operation else { continue };
            let shared = !seeing[at];
            let root = *function == Function::Sqrt;
            let start = if root { roots } else { count };
            of_step[at] = Some(slots.len());
            slots.push(Slot { step: program.step(at), operand: *operand, function: *function, shared, start });
            let places = if shared { samples.min(1) } else { samples };
            *(if root { &mut roots } else { &mut count }) += places;
        }
        Places { slots, of_step, samples, count, roots }
    }

    /// The number of exponentials and logarithms.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The number of square roots.
    pub(super) fn roots(&self) -> usize {
        self.roots
    }

    /// The slot of a step.
    pub(super) fn slot(&self, step: Step) -> Option<&Slot> {
        self.of_step[step.index()].map(|slot| &self.slots[slot])
    }

    /// The steps that take exponentials and logarithms, in program order.
    pub(super) fn arguments(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| slot.function != Function::Sqrt)
    }

    /// The steps that take square roots, in program order.
    pub(super) fn radicands(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| slot.function == Function::Sqrt)
    }
}

impl Slot {
    /// The number of its place on a sample.
    pub(super) fn place(&self, sample: usize) -> usize {
        if self.shared { self.start } else { self.start + sample }
    }

    /// The samples on which it is to be looked at: the first where it is shared.
    pub(super) fn samples(&self, all: usize) -> std::ops::Range<usize> {
        if self.shared { 0..all.min(1) } else { 0..all }
    }
}
