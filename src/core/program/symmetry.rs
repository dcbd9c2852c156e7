//! Symmetries of programs: permutations of weights, inputs and outputs that map the program to itself.
//!
//! The program is read as a graph in which sums and products have any number of operands, in no order; an automorphism of
//! the graph maps labels to labels exactly. They are found by colour refinement, individualisation and backtracking along a
//! chain of stabilisers, which gives generators; every one is checked edge by edge. Where the work stated runs out, those
//! found so far are given: a smaller group, but none that is wrong.

use std::collections::{BTreeMap, HashMap};

use rug::Rational;

use super::{Operation, Program, Step};
use crate::number::mixed;

/// Graphs of more edges are not looked at.
const MOST_EDGES: usize = 200_000;
/// So many edges are looked at in all refinements together.
const MOST_WORK: u64 = 60_000_000;
/// More branches than this for one image are not tried.
const MOST_BRANCHES: usize = 4_000;

/// A permutation of the weights and the inputs of a program that maps its outputs to its outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Automorphism {
    /// Where each weight goes.
    pub weights: Vec<usize>,
    /// Where each entry of the input goes.
    pub inputs: Vec<usize>,
    /// Where each output goes.
    pub outputs: Vec<usize>,
}

impl Program {
    /// Generators of a group of automorphisms that move weights, found within stated work.
    pub fn automorphisms(&self) -> Vec<Automorphism> {
        let graph = Graph::of(self);
        if graph.edges() > MOST_EDGES {
            return Vec::new();
        }
        Search { graph: &graph, work: 0 }.generators(self)
    }
}

/// The kind of a node, or of an edge, as a number; equal numbers are equal kinds.
type Colour = u64;

/// Sums and products in no order.
struct Graph {
    /// The kind of each node.
    kinds: Vec<Colour>,
    /// Operands with the kind of the edge.
    below: Vec<Vec<(Colour, usize)>>,
    /// The nodes that each is an operand of.
    above: Vec<Vec<(Colour, usize)>>,
    /// The nodes of the outputs.
    outputs: Vec<usize>,
}

/// What a step is read as.
enum Node {
    Leaf(Colour),
    Sum(Vec<(Rational, usize)>, Rational),
    Product(Vec<usize>),
    /// A function of operands that each have their place.
    Call(Colour, Vec<(Colour, usize)>),
}

const WEIGHT: Colour = 1;
const INPUT: Colour = 2;
const OUTPUT: Colour = 3;
const CONSTANT: Colour = 4;
const SUM: Colour = 5;
const PRODUCT: Colour = 6;
const RELU: Colour = 7;
const PLAIN: Colour = 8;
const NOWHERE: Colour = 9;
const APPLY: Colour = 10;
const QUOTIENT: Colour = 11;
const DENOMINATOR: Colour = 12;

impl Graph {
    fn of(program: &Program) -> Self {
        let operations = program.operations();
        let mut uses = vec![0usize; operations.len()];
        let looked_at = operations.iter().flat_map(Operation::operands);
        looked_at.chain(program.outputs().iter().copied()).for_each(|step| uses[step.index()] += 1);
        let mut nodes: Vec<Node> = Vec::with_capacity(operations.len());
        // A step that is used once, inside one of its kind, is written out there.
        let mut inlined = vec![false; operations.len()];
        for operation in operations {
            let node = read(program, operation, &nodes, &uses, &mut inlined);
            nodes.push(node);
        }
        Graph::link(program, nodes, &inlined)
    }

    fn link(program: &Program, nodes: Vec<Node>, inlined: &[bool]) -> Self {
        let mut numbers: HashMap<Rational, Colour> = HashMap::new();
        let mut number = |value: &Rational| {
            let next = 100 + numbers.len() as Colour;
            *numbers.entry(value.clone()).or_insert(next)
        };
        let mut graph = Graph { kinds: Vec::new(), below: Vec::new(), above: Vec::new(), outputs: Vec::new() };
        for (index, node) in nodes.into_iter().enumerate() {
            let (kind, below) = match node {
                // Nobody looks at it any more: it stays where it is.
                _ if inlined[index] => (mix(NOWHERE, index as Colour), Vec::new()),
                Node::Leaf(kind) => (kind, Vec::new()),
                Node::Sum(terms, constant) => {
                    let below = terms.iter().map(|(factor, step)| (number(factor), *step)).collect();
                    (mix(SUM, number(&constant)), below)
                }
                Node::Product(factors) => (PRODUCT, factors.into_iter().map(|step| (PLAIN, step)).collect()),
                Node::Call(kind, operands) => (kind, operands),
            };
            let kind = match program.operation(Step::at(index)) {
                Operation::Constant(value) => mix(CONSTANT, number(value)),
                _ => kind,
            };
            graph.kinds.push(kind);
            graph.below.push(below);
        }
        for output in program.outputs() {
            graph.outputs.push(graph.kinds.len());
            graph.kinds.push(OUTPUT);
            graph.below.push(vec![(PLAIN, output.index())]);
        }
        graph.above = vec![Vec::new(); graph.kinds.len()];
        for node in 0..graph.kinds.len() {
            graph.below[node].sort_unstable();
            for (kind, step) in graph.below[node].clone() {
                graph.above[step].push((kind, node));
            }
        }
        graph
    }

    fn edges(&self) -> usize {
        self.below.iter().map(Vec::len).sum()
    }

    /// Whether a map of nodes is an automorphism.
    fn is_kept_by(&self, images: &[usize]) -> bool {
        let kept = |node: usize| {
            let image = images[node];
            let mut below: Vec<(Colour, usize)> =
                self.below[node].iter().map(|(k, step)| (*k, images[*step])).collect();
            below.sort_unstable();
            self.kinds[node] == self.kinds[image] && below == self.below[image]
        };
        let mut hit = vec![false; images.len()];
        images.iter().for_each(|image| hit[*image] = true);
        hit.into_iter().all(|hit| hit) && (0..images.len()).all(kept)
    }
}

/// Reads a step, with operands of the same kind that nothing else uses written out.
fn read(program: &Program, operation: &Operation, nodes: &[Node], uses: &[usize], inlined: &mut [bool]) -> Node {
    let constant = |step: &Step| match program.operation(*step) {
        Operation::Constant(value) => Some(value.clone()),
        _ => None,
    };
    let mut add = |into: &mut (Vec<(Rational, usize)>, Rational), step: &Step, factor: Rational| {
        if let Some(value) = constant(step) {
            into.1 += value * factor;
            return;
        }
        match &nodes[step.index()] {
            Node::Sum(terms, constant) if uses[step.index()] == 1 => {
                inlined[step.index()] = true;
                into.0.extend(terms.iter().map(|(f, s)| (Rational::from(f * &factor), *s)));
                into.1 += Rational::from(constant * &factor);
            }
            _ => into.0.push((factor, step.index())),
        }
    };
    let mut sum = (Vec::new(), Rational::new());
    match operation {
        Operation::Weight(_) => Node::Leaf(WEIGHT),
        Operation::Input(_) => Node::Leaf(INPUT),
        Operation::Constant(_) => Node::Leaf(CONSTANT),
        Operation::Add(a, b) | Operation::Sub(a, b) => {
            let sign = if matches!(operation, Operation::Add(..)) { 1 } else { -1 };
            add(&mut sum, a, Rational::from(1));
            add(&mut sum, b, Rational::from(sign));
            Node::Sum(sum.0, sum.1)
        }
        Operation::Mul(a, b) => match (constant(a), constant(b)) {
            (Some(factor), _) => {
                add(&mut sum, b, factor);
                Node::Sum(sum.0, sum.1)
            }
            (_, Some(factor)) => {
                add(&mut sum, a, factor);
                Node::Sum(sum.0, sum.1)
            }
            (None, None) => {
                let mut factors = Vec::new();
                for step in [a, b] {
                    match &nodes[step.index()] {
                        Node::Product(inner) if uses[step.index()] == 1 => {
                            inlined[step.index()] = true;
                            factors.extend(inner.iter().copied());
                        }
                        _ => factors.push(step.index()),
                    }
                }
                Node::Product(factors)
            }
        },
        Operation::Relu(a) => Node::Call(RELU, vec![(PLAIN, a.index())]),
        Operation::Apply(function, a) => Node::Call(mix(APPLY, *function as Colour), vec![(PLAIN, a.index())]),
        Operation::Div(a, b) => Node::Call(QUOTIENT, vec![(PLAIN, a.index()), (DENOMINATOR, b.index())]),
    }
}

/// One number from two.
fn mix(a: u64, b: u64) -> u64 {
    mixed(a.rotate_left(23) ^ b.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The work done so far.
struct Search<'a> {
    graph: &'a Graph,
    work: u64,
}

/// Nodes of each colour.
type Cells = BTreeMap<Colour, Vec<usize>>;

impl Search<'_> {
    /// Generators of the pointwise stabilisers of more and more weights, from the smallest up.
    fn generators(&mut self, program: &Program) -> Vec<Automorphism> {
        let mut levels: Vec<(Vec<Colour>, usize)> = Vec::new();
        let mut colours = self.refined(self.graph.kinds.clone());
        // Weights are fixed one after the other until no two of one colour are left.
        while let Some(weight) = first_shared(&colours, program.weights()) {
            levels.push((colours.clone(), weight));
            colours = self.individualised(&colours, weight);
            if self.work > MOST_WORK {
                break;
            }
        }
        let mut found: Vec<Vec<usize>> = Vec::new();
        for (colours, weight) in levels.into_iter().rev() {
            let fixed = self.individualised(&colours, weight);
            let same: Vec<usize> = (weight + 1..program.weights()).filter(|w| colours[*w] == colours[weight]).collect();
            for image in same {
                if self.work > MOST_WORK {
                    break;
                }
                if orbit(weight, &found).contains(&image) {
                    continue;
                }
                let moved = self.individualised(&colours, image);
                let mut branches = 0;
                if let Some(images) = self.extended(&fixed, &moved, &mut branches) {
                    found.push(images);
                }
            }
        }
        let (weights, inputs) = (program.weights(), program.inputs());
        let describe = |images: &Vec<usize>| Automorphism {
            weights: images[..weights].to_vec(),
            inputs: images[weights..weights + inputs].iter().map(|i| i - weights).collect(),
            outputs: self.graph.outputs.iter().map(|o| images[*o] - self.graph.outputs[0]).collect(),
        };
        found.iter().map(describe).collect()
    }

    /// An automorphism that maps one colouring to the other.
    fn extended(&mut self, from: &[Colour], to: &[Colour], branches: &mut usize) -> Option<Vec<usize>> {
        let (left, right) = (cells(from), cells(to));
        let alike =
            left.len() == right.len() && left.iter().zip(&right).all(|((a, x), (b, y))| a == b && x.len() == y.len());
        *branches += 1;
        if !alike || *branches > MOST_BRANCHES || self.work > MOST_WORK {
            return None;
        }
        let open = left.values().filter(|cell| cell.len() > 1).min_by_key(|cell| cell[0]);
        let Some(cell) = open else {
            let mut images = vec![0; from.len()];
            for (a, b) in left.values().zip(right.values()) {
                images[a[0]] = b[0];
            }
            return self.graph.is_kept_by(&images).then_some(images);
        };
        let node = cell[0];
        let mut candidates = right.get(&from[node])?.clone();
        // What stays where it is, first: so that few nodes are moved.
        candidates.sort_by_key(|candidate| *candidate != node);
        let fixed = self.individualised(from, node);
        candidates.into_iter().find_map(|candidate| {
            let moved = self.individualised(to, candidate);
            self.extended(&fixed, &moved, branches)
        })
    }

    fn individualised(&mut self, colours: &[Colour], node: usize) -> Vec<Colour> {
        let mut colours = colours.to_vec();
        colours[node] = mix(colours[node], 0x1d1);
        self.refined(colours)
    }

    /// Colours that tell apart what operands and uses tell apart.
    fn refined(&mut self, mut colours: Vec<Colour>) -> Vec<Colour> {
        let mut count = distinct(&colours);
        loop {
            self.work += self.graph.edges() as u64 * 2;
            let around = |list: &[(Colour, usize)], salt: u64| {
                list.iter().fold(0u64, |sum, (kind, node)| sum.wrapping_add(mix(mix(*kind, salt), colours[*node])))
            };
            let next: Vec<Colour> = (0..colours.len())
                .map(|node| {
                    let below = around(&self.graph.below[node], 11);
                    let above = around(&self.graph.above[node], 13);
                    mix(colours[node], mix(below, above))
                })
                .collect();
            let more = distinct(&next);
            colours = next;
            if more == count || self.work > MOST_WORK {
                return colours;
            }
            count = more;
        }
    }
}

fn distinct(colours: &[Colour]) -> usize {
    let mut sorted = colours.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.len()
}

fn cells(colours: &[Colour]) -> Cells {
    let mut cells = Cells::new();
    colours.iter().enumerate().for_each(|(node, colour)| cells.entry(*colour).or_default().push(node));
    cells
}

/// The first weight whose colour another has.
fn first_shared(colours: &[Colour], weights: usize) -> Option<usize> {
    let cells = cells(&colours[..weights]);
    (0..weights).find(|w| cells[&colours[*w]].len() > 1)
}

/// Where a weight comes to by permutations.
fn orbit(weight: usize, permutations: &[Vec<usize>]) -> Vec<usize> {
    let mut orbit = vec![weight];
    let mut next = 0;
    while let Some(at) = orbit.get(next).copied() {
        next += 1;
        for images in permutations {
            if !orbit.contains(&images[at]) {
                orbit.push(images[at]);
            }
        }
    }
    orbit
}
