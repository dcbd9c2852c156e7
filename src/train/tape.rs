//! A label map as a straight-line program: the generic label map and Jacobian, evaluated once over a ring that records.
//!
//! A [`Tape`] is the part of what a [`Recorder`] recorded that some labels and derivatives need, in order, cut in two: what depends
//! on frozen numbers only is computed once an instance, the rest at every step. Several points are evaluated at once, one a
//! *lane*. Gradients come from running a tape backwards. For data of many rows, [`Batched`] is the tape to take.

mod products;

use allocert_core::algebra::Matrix;
use allocert_core::number::Function;

use super::recorder::{Graph, Node, Operation, Recorder, ZERO};

pub(super) use products::{Batched, Place};

/// One instruction: `slots[out] = a ∘ b`.
#[derive(Clone, Copy, Debug)]
struct Instruction {
    code: Code,
    out: u32,
    a: u32,
    b: u32,
}

#[derive(Clone, Copy, Debug)]
enum Code {
    Add,
    Subtract,
    Multiply,
    Rectify,
    Step,
    Invert,
    Apply(Function),
}

/// An entry of the Jacobian: where it stands in a buffer, column by column, and the slot that holds it.
type Entry = (u32, u32);

/// Labels, and the columns of the Jacobian for the learnable weights, as instructions on numbered *slots*. The first slots
/// are the variables.
#[derive(Clone, Debug)]
pub struct Tape {
    slots: usize,
    constants: Vec<(u32, f64)>,
    frozen: Vec<Instruction>,
    labels: Vec<Instruction>,
    slopes: Vec<Instruction>,
    outputs: Vec<u32>,
    learnable: Vec<u32>,
    frozen_entries: Vec<Entry>,
    moving_entries: Vec<Entry>,
    moving: Vec<bool>,
}

impl Tape {
    /// The tape for `labels` and, if given, their derivatives, of which the columns of the `learnable` variables are kept. `variables`
    /// is the number of all variables.
    pub fn new(
        recorder: &Recorder,
        variables: usize,
        learnable: &[usize],
        labels: &[Node],
        jacobian: Option<&Matrix<Node>>,
    ) -> Self {
        let graph = recorder.graph();
        let entries: Vec<(u32, Node)> = jacobian.map_or(Vec::new(), |jacobian| {
            let rows = jacobian.rows();
            let all = learnable.iter().enumerate().flat_map(|(c, w)| (0..rows).map(move |r| (c * rows + r, r, *w)));
            let entry = |(place, r, w)| (place as u32, jacobian[(r, w)]);
            all.map(entry).filter(|(_, node)| *node != ZERO).collect()
        });
        let for_labels = needed(&graph, labels.iter().copied());
        let for_slopes = needed(&graph, entries.iter().map(|e| e.1));
        let mut tape = Tape {
            slots: variables,
            constants: Vec::new(),
            frozen: Vec::new(),
            labels: Vec::new(),
            slopes: Vec::new(),
            outputs: Vec::new(),
            learnable: learnable.iter().map(|w| *w as u32).collect(),
            frozen_entries: Vec::new(),
            moving_entries: Vec::new(),
            moving: vec![false; variables],
        };
        learnable.iter().for_each(|w| tape.moving[*w] = true);
        let mut slot = vec![u32::MAX; graph.operations.len()];
        for (node, operation) in graph.operations.iter().enumerate() {
            if for_labels[node] || for_slopes[node] {
                slot[node] = tape.record(*operation, &slot, for_labels[node]);
            }
        }
        tape.outputs = labels.iter().map(|node| slot[node.0 as usize]).collect();
        for (place, node) in entries {
            let at = slot[node.0 as usize];
            let entries = if tape.moving[at as usize] { &mut tape.moving_entries } else { &mut tape.frozen_entries };
            entries.push((place, at));
        }
        tape
    }

    /// Gives a node a slot, and the instruction that fills it a place.
    fn record(&mut self, operation: Operation, slot: &[u32], for_labels: bool) -> u32 {
        let code = match operation {
            Operation::Variable(index) => return index,
            Operation::Constant(value) => {
                self.constants.push((self.slots as u32, value as f64));
                return self.new_slot(false);
            }
            Operation::Real(bits) => {
                self.constants.push((self.slots as u32, f64::from_bits(bits)));
                return self.new_slot(false);
            }
            Operation::Add(..) => Code::Add,
            Operation::Subtract(..) => Code::Subtract,
            Operation::Multiply(..) => Code::Multiply,
            Operation::Rectify(_) => Code::Rectify,
            Operation::Step(_) => Code::Step,
            Operation::Invert(_) => Code::Invert,
            Operation::Apply(function, _) => Code::Apply(function),
        };
        let [a, b] = operation.operands().map(|node| node.map_or(0, |node| slot[node.0 as usize]));
        let binary = operation.operands()[1].is_some();
        let moves = self.moving[a as usize] || binary && self.moving[b as usize];
        let out = self.new_slot(moves);
        let instruction = Instruction { code, out, a, b };
        match (moves, for_labels) {
            (false, _) => self.frozen.push(instruction),
            (true, true) => self.labels.push(instruction),
            (true, false) => self.slopes.push(instruction),
        }
        out
    }

    fn new_slot(&mut self, moves: bool) -> u32 {
        self.moving.push(moves);
        self.slots += 1;
        self.slots as u32 - 1
    }

    /// The number of labels.
    pub fn labels(&self) -> usize {
        self.outputs.len()
    }

    /// The number of learnable variables.
    pub fn learnable(&self) -> usize {
        self.learnable.len()
    }

    /// Slots for so many lanes, with the constants in place.
    pub fn slots<const LANES: usize>(&self) -> Vec<[f64; LANES]> {
        let mut slots = vec![[0.0; LANES]; self.slots];
        self.constants.iter().for_each(|(slot, value)| slots[*slot as usize] = [*value; LANES]);
        slots
    }

    /// Computes what depends on frozen variables only, after these changed.
    pub fn freeze<const LANES: usize>(&self, slots: &mut [[f64; LANES]]) {
        run(&self.frozen, slots);
    }

    /// Puts the learnable variables in their slots, the same in every lane.
    pub fn set<const LANES: usize>(&self, slots: &mut [[f64; LANES]], weights: &[f64]) {
        for (slot, weight) in self.learnable.iter().zip(weights) {
            slots[*slot as usize] = [*weight; LANES];
        }
    }

    /// Computes the labels.
    pub fn evaluate<const LANES: usize>(&self, slots: &mut [[f64; LANES]]) {
        run(&self.labels, slots);
    }

    /// One label, after [`Tape::evaluate`].
    #[inline]
    pub fn label<const LANES: usize>(&self, slots: &[[f64; LANES]], label: usize) -> [f64; LANES] {
        slots[self.outputs[label] as usize]
    }

    /// How near a unit that moves is to its kink: the smallest |z| against 1 or the largest, after [`Tape::evaluate`]; ∞ if no
    /// unit moves.
    pub fn nearest_kink(&self, slots: &[[f64; 1]]) -> f64 {
        let units = self.labels.iter().filter(|step| matches!(step.code, Code::Rectify));
        let sizes = || units.clone().map(|step| slots[step.a as usize][0].abs());
        let (smallest, largest) = (sizes().fold(f64::INFINITY, f64::min), sizes().fold(0.0, f64::max));
        smallest / largest.max(1.0)
    }

    /// Writes those derivatives that do not depend on learnable variables, after [`Tape::freeze`].
    pub fn frozen_slopes(&self, slots: &[[f64; 1]], jacobian: &mut [f64]) {
        self.frozen_entries.iter().for_each(|(place, slot)| jacobian[*place as usize] = slots[*slot as usize][0]);
    }

    /// Computes and writes the other derivatives, after [`Tape::evaluate`].
    pub fn slopes(&self, slots: &mut [[f64; 1]], jacobian: &mut [f64]) {
        run(&self.slopes, slots);
        self.moving_entries.iter().for_each(|(place, slot)| jacobian[*place as usize] = slots[*slot as usize][0]);
    }

    /// Σ seeds · labels differentiated by the learnable variables, summed over the lanes and added to `gradient`, after
    /// [`Tape::evaluate`]. `adjoints` has as many entries as there are slots.
    pub fn add_gradient<const LANES: usize>(
        &self,
        slots: &[[f64; LANES]],
        seeds: &[[f64; LANES]],
        adjoints: &mut [[f64; LANES]],
        gradient: &mut [f64],
    ) {
        adjoints.fill([0.0; LANES]);
        for (output, seed) in self.outputs.iter().zip(seeds) {
            add(&mut adjoints[*output as usize], seed);
        }
        backwards(&self.labels, slots, adjoints, &self.moving);
        for (sum, slot) in gradient.iter_mut().zip(&self.learnable) {
            *sum += adjoints[*slot as usize].iter().sum::<f64>();
        }
    }
}

/// The nodes that some nodes rest on, these included.
fn needed(graph: &Graph, wanted: impl Iterator<Item = Node>) -> Vec<bool> {
    let mut needed = vec![false; graph.operations.len()];
    wanted.for_each(|node| needed[node.0 as usize] = true);
    for node in (0..needed.len()).rev().collect::<Vec<_>>() {
        if needed[node] {
            let operands = graph.operations[node].operands();
            operands.into_iter().flatten().for_each(|operand| needed[operand.0 as usize] = true);
        }
    }
    needed
}

fn step_of(z: f64) -> f64 {
    if z > 0.0 { 1.0 } else { 0.0 }
}

#[inline(always)]
fn add<const LANES: usize>(sum: &mut [f64; LANES], x: &[f64; LANES]) {
    sum.iter_mut().zip(x).for_each(|(sum, x)| *sum += x);
}

#[inline(always)]
fn product<const LANES: usize>(x: &[f64; LANES], y: &[f64; LANES]) -> [f64; LANES] {
    std::array::from_fn(|lane| x[lane] * y[lane])
}

fn run<const LANES: usize>(instructions: &[Instruction], slots: &mut [[f64; LANES]]) {
    for step in instructions {
        let (x, y) = (slots[step.a as usize], slots[step.b as usize]);
        slots[step.out as usize] = match step.code {
            Code::Add => std::array::from_fn(|lane| x[lane] + y[lane]),
            Code::Subtract => std::array::from_fn(|lane| x[lane] - y[lane]),
            Code::Multiply => product(&x, &y),
            Code::Rectify => x.map(|z| z.max(0.0)),
            Code::Step => x.map(step_of),
            Code::Invert => x.map(f64::recip),
            Code::Apply(Function::Exp) => x.map(f64::exp),
            Code::Apply(Function::Log) => x.map(f64::ln),
            Code::Apply(Function::Sqrt) => x.map(f64::sqrt),
        };
    }
}

/// Takes instructions back from the last to the first: the adjoint of a result goes to those of its operands that move, times the slope.
fn backwards<const LANES: usize>(
    instructions: &[Instruction],
    slots: &[[f64; LANES]],
    adjoints: &mut [[f64; LANES]],
    moving: &[bool],
) {
    let pass = |adjoints: &mut [[f64; LANES]], to: usize, seed: &[f64; LANES]| {
        if moving[to] {
            add(&mut adjoints[to], seed);
        }
    };
    for step in instructions.iter().rev() {
        let (seed, a, b) = (adjoints[step.out as usize], step.a as usize, step.b as usize);
        let (x, y) = (slots[a], slots[b]);
        match step.code {
            Code::Add => {
                pass(adjoints, a, &seed);
                pass(adjoints, b, &seed);
            }
            Code::Subtract => {
                pass(adjoints, a, &seed);
                pass(adjoints, b, &seed.map(|s| -s));
            }
            Code::Multiply => {
                pass(adjoints, a, &product(&seed, &y));
                pass(adjoints, b, &product(&seed, &x));
            }
            Code::Rectify => pass(adjoints, a, &product(&seed, &x.map(step_of))),
            Code::Step => {}
            Code::Invert => {
                let own = slots[step.out as usize];
                pass(adjoints, a, &product(&seed, &product(&own, &own).map(|square| -square)));
            }
            Code::Apply(function) => {
                let own = slots[step.out as usize];
                let slope = std::array::from_fn(|lane| match function {
                    Function::Exp => own[lane],
                    Function::Log => x[lane].recip(),
                    Function::Sqrt => 0.5 / own[lane],
                });
                pass(adjoints, a, &product(&seed, &slope));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use allocert_core::number::Ring;

    #[test]
    fn a_rectifier_has_its_slope_forwards_and_backwards() {
        let ring = Recorder::default();
        let (w, x) = (ring.variable(0), ring.variable(1));
        let (positive, slope) = ring.rectify(&ring.mul(&w, &x)).unwrap();
        let jacobian = Matrix::from_rows(2, [vec![ring.mul(&slope, &x), ring.zero()]]);
        let tape = Tape::new(&ring, 2, &[0], &[positive], Some(&jacobian));
        for (weight, input, label, derivative) in [(2.0, 3.0, 6.0, 3.0), (-2.0, 3.0, 0.0, 0.0), (0.0, 3.0, 0.0, 0.0)] {
            let mut slots = tape.slots::<1>();
            slots[1] = [input];
            tape.freeze(&mut slots);
            tape.set(&mut slots, &[weight]);
            tape.evaluate(&mut slots);
            assert_eq!(tape.label(&slots, 0), [label]);
            let (mut forwards, mut backwards) = ([0.0], [0.0]);
            tape.slopes(&mut slots, &mut forwards);
            tape.add_gradient(&slots, &[[1.0]], &mut tape.slots::<1>(), &mut backwards);
            assert_eq!((forwards, backwards), ([derivative], [derivative]));
        }
    }
}
