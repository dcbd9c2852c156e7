//! A tape for data: many rows at once, sums of weights times values as products of matrices.
//!
//! Sums Σ_k w_k z_k, some of them over the same values z, are one product of a matrix of weights, the same for every row, and a
//! matrix of values with a column for each row of data. Dense layers, convolutions and projections become that, whatever the
//! network is called. The weights are then not copied into lanes, and a layer runs at the speed of a matrix product. Everything
//! else stays an instruction.

use std::collections::{BTreeMap, HashMap};

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use super::{Code, Instruction, Tape, add, backwards, run};

/// The fewest terms of a sum, and the fewest weights of a matrix, for which a product is worth its calls.
const FEWEST_TERMS: usize = 4;
const FEWEST_WEIGHTS: usize = 64;

/// A tape of labels, with products of matrices in it. Slots are those of the tape, and some more.
#[derive(Clone, Debug)]
pub(in super::super) struct Batched {
    slots: usize,
    constants: Vec<(u32, f64)>,
    stages: Vec<Stage>,
    outputs: Vec<u32>,
    moving: Vec<bool>,
    /// The weights that instructions read, so that they are copied into lanes.
    in_lanes: Vec<u32>,
    /// The slots whose adjoints are used.
    adjoint: Vec<u32>,
}

/// What runs without a look at the rest.
#[derive(Clone, Debug)]
enum Stage {
    /// Instructions, and whether their results move.
    Steps(Vec<Instruction>, bool),
    Product(Product),
}

/// `outputs` = weights · `inputs`, one output a row of the matrix of weights, row after row.
#[derive(Clone, Debug)]
struct Product {
    inputs: Vec<u32>,
    outputs: Vec<u32>,
    weights: Vec<u32>,
    /// Whether the weights stand one after the other in the network's own order, and the inputs in that of the slots.
    in_order: [bool; 2],
    /// Whether some weight is learnable, and some input moves.
    moves: [bool; 2],
}

/// Where a tape for data is evaluated, by one thread.
#[derive(Clone, Debug)]
pub(in super::super) struct Place<const LANES: usize> {
    /// The values; rows of data are entered here.
    pub(in super::super) slots: Vec<[f64; LANES]>,
    adjoints: Vec<[f64; LANES]>,
    weights: Vec<f64>,
    inputs: Vec<f64>,
    outputs: Vec<f64>,
}

impl Batched {
    /// Finds the products in a tape whose first so many variables are weights, the same in every row.
    pub(in super::super) fn new(tape: Tape, weights: usize) -> Self {
        // Rows of data change what frozen weights come to, too, so that all of it runs for every batch.
        let list = [tape.frozen, tape.labels].concat();
        let mut uses = vec![0u32; tape.slots];
        let read = || list.iter().flat_map(Instruction::operands).chain(tape.outputs.iter().copied());
        read().for_each(|at| uses[at as usize] += 1);
        let mut moving = tape.moving;
        let stages = arranged(&list, &uses, weights as u32, &mut moving);
        let read = |stage: &Stage| match stage {
            Stage::Steps(steps, _) => steps.iter().flat_map(Instruction::operands).collect(),
            Stage::Product(_) => Vec::new(),
        };
        let read = stages.iter().flat_map(read).chain(tape.outputs.iter().copied());
        let mut in_lanes: Vec<u32> = read.filter(|at| (*at as usize) < weights).collect();
        in_lanes.sort_unstable();
        in_lanes.dedup();
        let touched = |stage: &Stage| match stage {
            Stage::Steps(steps, _) => steps.iter().flat_map(|step| step.operands().chain([step.out])).collect(),
            Stage::Product(product) => [&product.inputs[..], &product.outputs].concat(),
        };
        let mut adjoint: Vec<u32> = stages.iter().flat_map(touched).chain(tape.outputs.iter().copied()).collect();
        adjoint.sort_unstable();
        adjoint.dedup();
        let (constants, outputs) = (tape.constants, tape.outputs);
        Batched { slots: moving.len(), constants, stages, outputs, moving, in_lanes, adjoint }
    }

    /// The number of labels.
    pub(in super::super) fn labels(&self) -> usize {
        self.outputs.len()
    }

    /// The multiplications of one row, there and back, or some more.
    pub(in super::super) fn cost(&self) -> usize {
        let cost = |stage: &Stage| match stage {
            Stage::Steps(steps, _) => steps.len(),
            Stage::Product(product) => product.weights.len(),
        };
        3 * self.stages.iter().map(cost).sum::<usize>()
    }

    /// A place for as many rows as there are lanes.
    pub(in super::super) fn place<const LANES: usize>(&self) -> Place<LANES> {
        let mut slots = vec![[0.0; LANES]; self.slots];
        self.constants.iter().for_each(|(slot, value)| slots[*slot as usize] = [*value; LANES]);
        let adjoints = vec![[0.0; LANES]; self.slots];
        Place { slots, adjoints, weights: Vec::new(), inputs: Vec::new(), outputs: Vec::new() }
    }

    /// Takes all weights of the network over, after they changed.
    pub(in super::super) fn set<const LANES: usize>(&self, place: &mut Place<LANES>, weights: &[f64]) {
        self.in_lanes.iter().for_each(|at| place.slots[*at as usize] = [weights[*at as usize]; LANES]);
    }

    /// Computes the labels of the rows in the lanes, with the weights of the last [`Batched::set`].
    pub(in super::super) fn evaluate<const LANES: usize>(&self, place: &mut Place<LANES>, weights: &[f64]) {
        for stage in &self.stages {
            match stage {
                Stage::Steps(steps, _) => run(steps, &mut place.slots),
                Stage::Product(product) => product.run(place, weights),
            }
        }
    }

    /// One label, after [`Batched::evaluate`].
    pub(in super::super) fn label<const LANES: usize>(&self, place: &Place<LANES>, label: usize) -> [f64; LANES] {
        place.slots[self.outputs[label] as usize]
    }

    /// Σ seeds · labels differentiated by all weights, summed over the lanes and added to `gradient`, after [`Batched::evaluate`]. Entries
    /// of weights that are frozen are of no meaning.
    pub(in super::super) fn add_gradient<const LANES: usize>(
        &self,
        place: &mut Place<LANES>,
        weights: &[f64],
        seeds: &[[f64; LANES]],
        gradient: &mut [f64],
    ) {
        self.adjoint.iter().for_each(|slot| place.adjoints[*slot as usize] = [0.0; LANES]);
        for (output, seed) in self.outputs.iter().zip(seeds) {
            add(&mut place.adjoints[*output as usize], seed);
        }
        for stage in self.stages.iter().rev() {
            match stage {
                Stage::Steps(_, false) => {}
                Stage::Steps(steps, true) => backwards(steps, &place.slots, &mut place.adjoints, &self.moving),
                Stage::Product(product) => product.backwards(place, weights, gradient, &self.moving),
            }
        }
        let own = self.in_lanes.iter().filter(|at| self.moving[**at as usize]);
        own.for_each(|at| gradient[*at as usize] += place.adjoints[*at as usize].iter().sum::<f64>());
    }
}

impl Product {
    fn shape(&self) -> (usize, usize) {
        (self.outputs.len(), self.inputs.len())
    }

    /// The matrix of weights, gathered if it does not stand as it is.
    fn left<'a>(&self, weights: &'a [f64], buffer: &'a mut Vec<f64>) -> MatRef<'a, f64> {
        let (rows, columns) = self.shape();
        let entries = if self.in_order[0] {
            &weights[self.weights[0] as usize..][..rows * columns]
        } else {
            buffer.clear();
            buffer.extend(self.weights.iter().map(|at| weights[*at as usize]));
            buffer
        };
        MatRef::from_row_major_slice(entries, rows, columns)
    }

    /// The matrix of values.
    fn right<'a, const LANES: usize>(&self, slots: &'a [[f64; LANES]], buffer: &'a mut Vec<f64>) -> MatRef<'a, f64> {
        let entries = if self.in_order[1] {
            slots[self.inputs[0] as usize..][..self.inputs.len()].as_flattened()
        } else {
            gather(&self.inputs, slots, buffer);
            buffer
        };
        MatRef::from_row_major_slice(entries, self.inputs.len(), LANES)
    }

    fn run<const LANES: usize>(&self, place: &mut Place<LANES>, weights: &[f64]) {
        let Place { slots, weights: left, inputs, outputs, .. } = place;
        outputs.resize(self.outputs.len() * LANES, 0.0);
        let (left, right) = (self.left(weights, left), self.right(slots, inputs));
        let target = MatMut::from_row_major_slice_mut(outputs, self.outputs.len(), LANES);
        matmul(target, Accum::Replace, left, right, 1.0, Par::Seq);
        for (slot, row) in self.outputs.iter().zip(outputs.chunks_exact(LANES)) {
            slots[*slot as usize].copy_from_slice(row);
        }
    }

    fn backwards<const LANES: usize>(
        &self,
        place: &mut Place<LANES>,
        weights: &[f64],
        gradient: &mut [f64],
        moving: &[bool],
    ) {
        if self.moves == [false; 2] {
            return;
        }
        let (rows, columns) = self.shape();
        let Place { slots, adjoints, weights: buffer, inputs, outputs } = place;
        gather(&self.outputs, adjoints, outputs);
        let seeds = MatRef::from_row_major_slice(outputs, rows, LANES);
        if self.moves[0] {
            let right = self.right(slots, inputs).transpose();
            if self.in_order[0] {
                let own = &mut gradient[self.weights[0] as usize..][..rows * columns];
                let target = MatMut::from_row_major_slice_mut(own, rows, columns);
                matmul(target, Accum::Add, seeds, right, 1.0, Par::Seq);
            } else {
                buffer.resize(rows * columns, 0.0);
                let target = MatMut::from_row_major_slice_mut(buffer, rows, columns);
                matmul(target, Accum::Replace, seeds, right, 1.0, Par::Seq);
                self.weights.iter().zip(&*buffer).for_each(|(at, slope)| gradient[*at as usize] += slope);
            }
        }
        if self.moves[1] {
            let left = self.left(weights, buffer).transpose();
            inputs.resize(columns * LANES, 0.0);
            let target = MatMut::from_row_major_slice_mut(inputs, columns, LANES);
            matmul(target, Accum::Replace, left, seeds, 1.0, Par::Seq);
            for (slot, row) in self.inputs.iter().zip(inputs.as_chunks().0) {
                if moving[*slot as usize] {
                    add(&mut adjoints[*slot as usize], row);
                }
            }
        }
    }
}

fn gather<const LANES: usize>(from: &[u32], slots: &[[f64; LANES]], to: &mut Vec<f64>) {
    to.clear();
    from.iter().for_each(|slot| to.extend_from_slice(&slots[*slot as usize]));
}

impl Instruction {
    fn operands(&self) -> impl Iterator<Item = u32> + use<> {
        let second = matches!(self.code, Code::Add | Code::Subtract | Code::Multiply).then_some(self.b);
        [self.a].into_iter().chain(second)
    }
}

/// A sum of at least [`FEWEST_TERMS`] weights times values, and of what else is added.
struct Sum {
    /// The last addition, whose result is the sum.
    root: usize,
    /// (value, weight), by value.
    terms: Vec<(u32, u32)>,
    others: Vec<u32>,
    /// The instructions that it stands for, the last addition included.
    instead_of: Vec<usize>,
}

/// The instructions in stages, sums over the same values as products. Slots that become necessary are added.
fn arranged(list: &[Instruction], uses: &[u32], weights: u32, moving: &mut Vec<bool>) -> Vec<Stage> {
    let mut together: BTreeMap<Vec<u32>, Vec<Sum>> = BTreeMap::new();
    for sum in sums(list, uses, weights) {
        together.entry(sum.terms.iter().map(|term| term.0).collect()).or_default().push(sum);
    }
    together.retain(|values, sums| values.len() * sums.len() >= FEWEST_WEIGHTS);
    let mut replaced = vec![false; list.len()];
    together.values().flatten().flat_map(|sum| &sum.instead_of).for_each(|at| replaced[*at] = true);
    let roots: HashMap<usize, &Sum> = together.values().flatten().map(|sum| (sum.root, sum)).collect();

    // An instruction's level is above those of all that it reads, so that what is of one level runs in any order.
    let mut level: HashMap<u32, usize> = HashMap::new();
    let mut levels: BTreeMap<usize, (Vec<Product>, [Vec<Instruction>; 2])> = BTreeMap::new();
    let mut dots: HashMap<u32, u32> = HashMap::new();
    for (at, step) in list.iter().enumerate() {
        let above = |level: &HashMap<u32, usize>, slots: &mut dyn Iterator<Item = u32>| {
            1 + slots.map(|slot| level.get(&slot).copied().unwrap_or(0)).max().unwrap_or(0)
        };
        if let Some(sum) = roots.get(&at) {
            let mut before = step.out;
            if !sum.others.is_empty() {
                before = new_slot(moving, sum.terms.iter().flat_map(|(value, weight)| [*value, *weight]));
            }
            dots.insert(step.out, before);
            level.insert(before, above(&level, &mut sum.terms.iter().map(|term| term.0)));
            for (place, other) in sum.others.iter().enumerate() {
                let last = place + 1 == sum.others.len();
                let out = if last { step.out } else { new_slot(moving, [before, *other].into_iter()) };
                let own = above(&level, &mut [before, *other].into_iter());
                level.insert(out, own);
                let add = Instruction { code: Code::Add, out, a: before, b: *other };
                levels.entry(own).or_default().1[usize::from(moving[out as usize])].push(add);
                before = out;
            }
        } else if !replaced[at] {
            let own = above(&level, &mut step.operands());
            level.insert(step.out, own);
            levels.entry(own).or_default().1[usize::from(moving[step.out as usize])].push(*step);
        }
    }
    for (inputs, sums) in &together {
        let outputs: Vec<u32> = sums.iter().map(|sum| dots[&list[sum.root].out]).collect();
        let weights: Vec<u32> = sums.iter().flat_map(|sum| sum.terms.iter().map(|term| term.1)).collect();
        let consecutive = |list: &[u32]| list.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        let in_order = [consecutive(&weights), consecutive(inputs)];
        let moves = [&weights, inputs].map(|list| list.iter().any(|slot| moving[*slot as usize]));
        let own = level[&outputs[0]];
        let product = Product { inputs: inputs.clone(), outputs, weights, in_order, moves };
        levels.entry(own).or_default().0.push(product);
    }
    let mut stages: Vec<Stage> = Vec::new();
    for (products, steps) in levels.into_values() {
        stages.extend(products.into_iter().map(Stage::Product));
        for (steps, moves) in steps.into_iter().zip([false, true]) {
            match stages.last_mut() {
                Some(Stage::Steps(before, same)) if *same == moves => before.extend(steps),
                _ if steps.is_empty() => {}
                _ => stages.push(Stage::Steps(steps, moves)),
            }
        }
    }
    stages
}

/// One more slot, that moves if one of these does.
fn new_slot(moving: &mut Vec<bool>, mut of: impl Iterator<Item = u32>) -> u32 {
    let moves = of.any(|slot| moving[slot as usize]);
    moving.push(moves);
    moving.len() as u32 - 1
}

/// The sums of products in a list of instructions. Nothing but a sum reads what it is made of.
fn sums(list: &[Instruction], uses: &[u32], weights: u32) -> Vec<Sum> {
    let place: HashMap<u32, usize> = list.iter().enumerate().map(|(at, step)| (step.out, at)).collect();
    let once = |slot: u32| if uses[slot as usize] == 1 { place.get(&slot).copied() } else { None };
    let mut part = vec![false; list.len()];
    let mut found = Vec::new();
    for root in (0..list.len()).rev() {
        if part[root] || !matches!(list[root].code, Code::Add) {
            continue;
        }
        let mut sum = Sum { root, terms: Vec::new(), others: Vec::new(), instead_of: vec![root] };
        let mut left = vec![list[root].b, list[root].a];
        while let Some(slot) = left.pop() {
            let inner = once(slot).map(|at| (at, list[at]));
            match inner {
                Some((at, Instruction { code: Code::Add, a, b, .. })) => {
                    sum.instead_of.push(at);
                    left.extend([b, a]);
                }
                Some((at, Instruction { code: Code::Multiply, a, b, .. })) if (a < weights) != (b < weights) => {
                    sum.instead_of.push(at);
                    sum.terms.push(if a < weights { (b, a) } else { (a, b) });
                }
                _ => sum.others.push(slot),
            }
        }
        sum.instead_of.iter().for_each(|at| part[*at] = true);
        if sum.terms.len() >= FEWEST_TERMS {
            sum.terms.sort_unstable();
            found.push(sum);
        }
    }
    // In the order of the network, so that the rows of a layer are, too.
    found.reverse();
    found
}

#[cfg(test)]
mod tests {
    use super::super::super::recorder::Recorder;
    use super::*;
    use allocert_core::network::Network;

    const LANES: usize = 3;

    /// Numbers that look random enough.
    fn number(at: usize) -> f64 {
        ((at * 7919 + 104_729) % 2003) as f64 / 1001.5 - 1.0
    }

    /// Labels and gradient of a tape with products are those of the tape without, and as many weights stand in products as are said.
    fn agrees(network: &Network, learnable: &[usize], in_products: usize) {
        let (weights, inputs) = (network.weights(), network.input_size());
        let recorder = Recorder::default();
        let variables = |range: std::ops::Range<usize>| range.map(|w| recorder.variable(w)).collect::<Vec<_>>();
        let input = variables(weights..weights + inputs);
        let labels = network.labels(&recorder, &variables(0..weights), &[input]);
        let tape = Tape::new(&recorder, weights + inputs, learnable, &labels, None);
        let batched = Batched::new(tape.clone(), weights);
        let found = batched.stages.iter().map(|stage| match stage {
            Stage::Product(product) => product.weights.len(),
            Stage::Steps(..) => 0,
        });
        assert_eq!(found.sum::<usize>(), in_products, "{network}");

        let values: Vec<f64> = (0..weights).map(number).collect();
        let seeds: Vec<[f64; LANES]> =
            (0..labels.len()).map(|l| std::array::from_fn(|lane| number(5 * l + lane))).collect();
        let (mut slots, mut place) = (tape.slots::<LANES>(), batched.place::<LANES>());
        for at in 0..weights + inputs {
            let entry =
                if at < weights { [values[at]; LANES] } else { std::array::from_fn(|lane| number(3 * at + lane)) };
            slots[at] = entry;
            place.slots[at] = if at < weights { [f64::NAN; LANES] } else { entry };
        }
        tape.freeze(&mut slots);
        tape.evaluate(&mut slots);
        batched.set(&mut place, &values);
        batched.evaluate(&mut place, &values);
        let near = |x: f64, y: f64| (x - y).abs() <= 1e-9 * (1.0 + x.abs());
        for label in 0..labels.len() {
            let both = tape.label(&slots, label).into_iter().zip(batched.label(&place, label));
            both.for_each(|(x, y)| assert!(near(x, y), "{network}: {x} and {y}"));
        }
        let (mut one, mut other) = (vec![0.0; learnable.len()], vec![0.0; weights]);
        tape.add_gradient(&slots, &seeds, &mut tape.slots(), &mut one);
        batched.add_gradient(&mut place, &values, &seeds, &mut other);
        for (slope, w) in one.iter().zip(learnable) {
            assert!(near(*slope, other[*w]), "{network}, weight {w}: {slope} and {}", other[*w]);
        }
    }

    #[test]
    fn products_give_the_labels_and_gradients_of_single_instructions() {
        let layered = Network::relu(&[12, 9, 8], true).unwrap();
        let all: Vec<usize> = (0..layered.weights()).collect();
        agrees(&layered, &all, 12 * 9 + 9 * 8);
        // Only the last layer learns, only the first, every third weight, none.
        agrees(&layered, &all[12 * 9..], 12 * 9 + 9 * 8);
        agrees(&layered, &all[..12 * 9], 12 * 9 + 9 * 8);
        agrees(&layered, &all.iter().copied().step_by(3).collect::<Vec<_>>(), 12 * 9 + 9 * 8);
        agrees(&layered, &[], 12 * 9 + 9 * 8);
        // Sums that are too short, or too few, stay as they are.
        let narrow = Network::lffn(&[3, 40, 2], false).unwrap();
        agrees(&narrow, &(0..narrow.weights()).collect::<Vec<_>>(), 40 * 2);
        // Powers of sums, and weights used again and again.
        let powers = Network::pnn(&[8, 9, 8], 3, false).unwrap();
        agrees(&powers, &(0..powers.weights()).collect::<Vec<_>>(), 8 * 9 + 9 * 8);
        // Three times the inputs, twice the state, once the readout.
        let recurrent = Network::lrnn(8, 8, 8, 3, false).unwrap();
        agrees(&recurrent, &(0..recurrent.weights()).collect::<Vec<_>>(), 6 * 64);
    }

    /// Weights that are shared, as a convolution's are, in an order of their own.
    #[test]
    fn a_shared_weight_gathers_what_all_its_places_pass() {
        let (weights, inputs, places) = (64, 24, 3);
        let recorder = Recorder::default();
        use allocert_core::number::Ring;
        let labels: Vec<_> = (0..places)
            .flat_map(|place| (0..8).map(move |channel| (place, channel)))
            .map(|(place, channel)| {
                let term =
                    |k| recorder.mul(&recorder.variable(8 * k + channel), &recorder.variable(weights + 8 * place + k));
                (0..8).map(term).fold(recorder.variable(0), |sum, term| recorder.add(&sum, &term))
            })
            .collect();
        let learnable: Vec<usize> = (0..weights).collect();
        let tape = Tape::new(&recorder, weights + inputs, &learnable, &labels, None);
        let batched = Batched::new(tape.clone(), weights);
        let products = batched.stages.iter().filter(|stage| matches!(stage, Stage::Product(_)));
        assert_eq!(products.count(), places);
        let (mut slots, mut place) = (tape.slots::<1>(), batched.place::<1>());
        let values: Vec<f64> = (0..weights + inputs).map(number).collect();
        values.iter().enumerate().for_each(|(at, value)| (slots[at], place.slots[at]) = ([*value], [*value]));
        tape.evaluate(&mut slots);
        batched.set(&mut place, &values);
        batched.evaluate(&mut place, &values);
        let (mut one, mut other) = (vec![0.0; weights], vec![0.0; weights]);
        let seeds: Vec<[f64; 1]> = (0..labels.len()).map(|at| [number(at)]).collect();
        tape.add_gradient(&slots, &seeds, &mut tape.slots(), &mut one);
        batched.add_gradient(&mut place, &values, &seeds, &mut other);
        one.iter().zip(&other).for_each(|(x, y)| assert!((x - y).abs() < 1e-9, "{x} and {y}"));
    }
}
