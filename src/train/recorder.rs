//! A ring that records: what a label map computes, as a graph of expressions.
//!
//! A [`Recorder`] is a ring whose elements are nodes of an expression graph: equal expressions are one node, and sums with 0 and
//! products with 0 or 1 vanish.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use allocert_core::number::{Function, Ring};
use rug::{Integer, Rational};

/// The most nodes of a recording.
pub const MOST_NODES: usize = 1 << 22;

/// An element of a [`Recorder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node(pub(super) u32);

pub(super) const ZERO: Node = Node(0);
const ONE: Node = Node(1);

/// How a node is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    Constant(i64),
    /// A floating-point number, by its bits.
    Real(u64),
    Variable(u32),
    Add(Node, Node),
    Subtract(Node, Node),
    Multiply(Node, Node),
    /// max(z, 0).
    Rectify(Node),
    /// 1 where z is above 0, otherwise 0.
    Step(Node),
    /// 1 / z.
    Invert(Node),
    Apply(Function, Node),
}

impl Operation {
    pub(super) fn operands(self) -> [Option<Node>; 2] {
        match self {
            Operation::Constant(_) | Operation::Real(_) | Operation::Variable(_) => [None, None],
            Operation::Rectify(a) | Operation::Step(a) | Operation::Invert(a) | Operation::Apply(_, a) => {
                [Some(a), None]
            }
            Operation::Add(a, b) | Operation::Subtract(a, b) | Operation::Multiply(a, b) => [Some(a), Some(b)],
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) operations: Vec<Operation>,
    known: HashMap<Operation, Node>,
    full: bool,
}

impl Graph {
    fn node(&mut self, operation: Operation) -> Node {
        if let Some(node) = self.known.get(&operation) {
            return *node;
        }
        if self.operations.len() >= MOST_NODES {
            self.full = true;
            return ZERO;
        }
        let node = Node(self.operations.len() as u32);
        self.operations.push(operation);
        self.known.insert(operation, node);
        node
    }

    fn constant(&self, node: Node) -> Option<i64> {
        match self.operations[node.0 as usize] {
            Operation::Constant(value) => Some(value),
            _ => None,
        }
    }
}

/// A ring that records what is computed in it.
#[derive(Clone, Debug)]
pub struct Recorder(Arc<Mutex<Graph>>);

impl Default for Recorder {
    fn default() -> Self {
        let mut graph = Graph::default();
        graph.node(Operation::Constant(0));
        graph.node(Operation::Constant(1));
        Recorder(Arc::new(Mutex::new(graph)))
    }
}

impl Recorder {
    pub(super) fn graph(&self) -> MutexGuard<'_, Graph> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A variable.
    pub fn variable(&self, index: usize) -> Node {
        self.graph().node(Operation::Variable(index as u32))
    }

    /// A node divided by a positive integer, which is not 0: what labels without fractions are multiples by.
    pub fn divided(&self, node: &Node, by: &Integer) -> Node {
        if *by == 1 || *node == ZERO {
            return *node;
        }
        let mut graph = self.graph();
        let factor = graph.node(Operation::Real(by.to_f64().recip().to_bits()));
        graph.node(Operation::Multiply(*node.min(&factor), *node.max(&factor)))
    }

    /// Whether more than [`MOST_NODES`] were needed, so that what was recorded is worthless.
    pub fn is_full(&self) -> bool {
        self.graph().full
    }
}

impl Ring for Recorder {
    type Element = Node;

    fn zero(&self) -> Node {
        ZERO
    }
    fn one(&self) -> Node {
        ONE
    }
    fn integer(&self, value: i64) -> Node {
        self.graph().node(Operation::Constant(value))
    }
    fn rational(&self, value: &Rational) -> Option<Node> {
        let whole = if *value.denom() == 1 { value.numer().to_i64() } else { None };
        let operation = whole.map_or_else(|| Operation::Real(value.to_f64().to_bits()), Operation::Constant);
        Some(self.graph().node(operation))
    }
    fn reciprocal(&self, a: &Node) -> Option<Node> {
        let mut graph = self.graph();
        match graph.constant(*a) {
            Some(0) => None,
            Some(1) => Some(ONE),
            _ => Some(graph.node(Operation::Invert(*a))),
        }
    }
    fn apply(&self, function: Function, a: &Node) -> Option<(Node, Node)> {
        let value = self.graph().node(Operation::Apply(function, *a));
        let slope = match function {
            Function::Exp => value,
            Function::Log => self.reciprocal(a)?,
            Function::Sqrt => self.reciprocal(&self.add(&value, &value))?,
        };
        Some((value, slope))
    }
    fn add(&self, a: &Node, b: &Node) -> Node {
        let mut graph = self.graph();
        match (graph.constant(*a), graph.constant(*b)) {
            (Some(0), _) => *b,
            (_, Some(0)) => *a,
            (Some(x), Some(y)) if x.checked_add(y).is_some() => graph.node(Operation::Constant(x + y)),
            _ => graph.node(Operation::Add(*a.min(b), *a.max(b))),
        }
    }
    fn sub(&self, a: &Node, b: &Node) -> Node {
        let mut graph = self.graph();
        match (graph.constant(*a), graph.constant(*b)) {
            (_, Some(0)) => *a,
            (Some(x), Some(y)) if x.checked_sub(y).is_some() => graph.node(Operation::Constant(x - y)),
            _ => graph.node(Operation::Subtract(*a, *b)),
        }
    }
    fn mul(&self, a: &Node, b: &Node) -> Node {
        let mut graph = self.graph();
        match (graph.constant(*a), graph.constant(*b)) {
            (Some(0), _) | (_, Some(0)) => ZERO,
            (Some(1), _) => *b,
            (_, Some(1)) => *a,
            (Some(x), Some(y)) if x.checked_mul(y).is_some() => graph.node(Operation::Constant(x * y)),
            _ => graph.node(Operation::Multiply(*a.min(b), *a.max(b))),
        }
    }
    fn is_zero(&self, a: &Node) -> bool {
        *a == ZERO
    }
    /// A recording has no order, but it can put the question off.
    fn rectify(&self, z: &Node) -> Option<(Node, Node)> {
        let mut graph = self.graph();
        Some(match graph.constant(*z) {
            Some(value) if value > 0 => (*z, ONE),
            Some(_) => (ZERO, ZERO),
            None => (graph.node(Operation::Rectify(*z)), graph.node(Operation::Step(*z))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trivial_operations_vanish_and_equal_ones_are_one() {
        let ring = Recorder::default();
        let (x, y) = (ring.variable(0), ring.variable(1));
        assert_eq!(ring.mul(&x, &ring.one()), x);
        assert_eq!(ring.add(&ring.zero(), &y), y);
        assert!(ring.is_zero(&ring.mul(&ring.zero(), &y)));
        assert_eq!(ring.mul(&x, &y), ring.mul(&y, &x));
        assert_eq!(ring.integer(6), ring.mul(&ring.integer(2), &ring.integer(3)));
        let huge = ring.integer(i64::MAX);
        assert_ne!(ring.mul(&huge, &huge), huge);
    }
}
