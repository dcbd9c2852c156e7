//! Sign changes: sets of weights that may all change their sign, and no label does.
//!
//! A sign of −1 for some weights passes through a program: products and quotients multiply signs, tanh is odd, and terms of a sum
//! must have the same sign, as must 1 and whatever an exponential, a logarithm, a root or a kink is taken of. These are linear
//! equations over the field of two elements; every solution is a sign change, which they prove.

use crate::number::Function;
use crate::program::{Operation, Program, Step};

/// A set of weights, a bit each.
type Bits = Vec<u64>;

/// Linear equations over the field of two elements, each with its pivot, in reduced echelon form.
#[derive(Default)]
struct Equations(Vec<(usize, Bits)>);

impl Equations {
    /// Requires that a set of weights has an even number of signs.
    fn require(&mut self, mut even: Bits) {
        for (pivot, row) in &self.0 {
            if has(&even, *pivot) {
                add(&mut even, row);
            }
        }
        let Some(pivot) = (0..even.len() * 64).find(|bit| has(&even, *bit)) else { return };
        self.0.iter_mut().filter(|(_, row)| has(row, pivot)).for_each(|(_, row)| add(row, &even));
        self.0.push((pivot, even));
    }

    /// A basis of the solutions in so many unknowns.
    fn solutions(&self, unknowns: usize) -> Vec<Vec<usize>> {
        let free = (0..unknowns).filter(|at| self.0.iter().all(|(pivot, _)| pivot != at));
        let solution = |free: usize| {
            let bound = self.0.iter().filter(|(_, row)| has(row, free)).map(|(pivot, _)| *pivot);
            let mut set: Vec<usize> = bound.chain([free]).collect();
            set.sort_unstable();
            set
        };
        free.map(solution).collect()
    }
}

fn has(bits: &Bits, bit: usize) -> bool {
    bits[bit / 64] >> (bit % 64) & 1 == 1
}

fn add(bits: &mut Bits, other: &Bits) {
    bits.iter_mut().zip(other).for_each(|(word, other)| *word ^= other);
}

/// Generators of the group of sign changes.
pub(super) fn sign_changes(program: &Program) -> Vec<Vec<usize>> {
    let n = program.weights();
    let none: Bits = vec![0; n.div_ceil(64)];
    let odd = odd_functions(program);
    let mut equations = Equations::default();
    let mut signs: Vec<Bits> = Vec::with_capacity(program.operations().len());
    for (at, operation) in program.operations().iter().enumerate() {
        let of = |step: &Step| signs[step.index()].clone();
        let sum = |a: &Step, b: &Step| {
            let mut both = of(a);
            add(&mut both, &signs[b.index()]);
            both
        };
        let sign = match (operation, odd[at]) {
            (Operation::Div(..), Some(argument)) => of(&argument),
            // A part of an odd function.
            (_, Some(_)) | (Operation::Input(_) | Operation::Constant(_), None) => none.clone(),
            (Operation::Weight(_), None) => {
                let mut own = none.clone();
                own[at / 64] |= 1 << (at % 64);
                own
            }
            (Operation::Mul(a, b) | Operation::Div(a, b), None) => sum(a, b),
            (Operation::Add(a, b) | Operation::Sub(a, b), None) => {
                let differ = sum(a, b);
                if differ != none {
                    equations.require(differ);
                }
                of(a)
            }
            (Operation::Relu(a) | Operation::Apply(_, a), None) => {
                equations.require(of(a));
                none.clone()
            }
        };
        signs.push(sign);
    }
    program.outputs().iter().for_each(|output| equations.require(signs[output.index()].clone()));
    equations.solutions(n)
}

/// For the steps that make up (E − 1) / (E + 1) with E = exp(z), and are used for nothing else: z.
fn odd_functions(program: &Program) -> Vec<Option<Step>> {
    let operations = program.operations();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); operations.len()];
    for (at, operation) in operations.iter().enumerate() {
        operation.operands().for_each(|operand| users[operand.index()].push(at));
    }
    program.outputs().iter().for_each(|output| users[output.index()].push(operations.len()));
    let one = |step: &Step| matches!(program.operation(*step), Operation::Constant(c) if *c == 1);
    let mut odd = vec![None; operations.len()];
    for (at, operation) in operations.iter().enumerate() {
        let (Operation::Apply(Function::Exp, z), [i, j]) = (operation, users[at].as_slice()) else { continue };
        for (above, below) in [(*i, *j), (*j, *i)] {
            let is_above = matches!(operations.get(above), Some(Operation::Sub(e, c)) if e.index() == at && one(c));
            let is_below = match operations.get(below) {
                Some(Operation::Add(a, b)) => (a.index() == at && one(b)) || (b.index() == at && one(a)),
                _ => false,
            };
            let (true, true, [quotient], [same]) = (is_above, is_below, &users[above][..], &users[below][..]) else {
                continue;
            };
            let divides = matches!(operations.get(*quotient), Some(Operation::Div(a, b)) if a.index() == above && b.index() == below);
            if quotient == same && divides {
                [at, above, below, *quotient].into_iter().for_each(|step| odd[step] = Some(*z));
            }
        }
    }
    odd
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Recorder;

    /// v f(w x + b) + c w for several f.
    fn unit(function: impl Fn(&mut Recorder, Step) -> Step, with_c: bool) -> Vec<Vec<usize>> {
        let mut r = Recorder::new();
        let [v, w, b, c] = [0, 1, 2, 3].map(|i| r.weight(i).unwrap());
        let x = r.input(0).unwrap();
        let wx = r.mul(w, x).unwrap();
        let z = r.add(wx, b).unwrap();
        let f = function(&mut r, z);
        let vf = r.mul(v, f).unwrap();
        let last = if with_c { r.mul(c, w).unwrap() } else { c };
        let output = r.add(vf, last).unwrap();
        sign_changes(&r.finish(vec![output], 1, 4).unwrap())
    }

    fn tanh(r: &mut Recorder, z: Step) -> Step {
        let one = r.constant(1.into()).unwrap();
        let e = r.apply(Function::Exp, z).unwrap();
        let (above, below) = (r.sub(e, one).unwrap(), r.add(e, one).unwrap());
        r.div(above, below).unwrap()
    }

    #[test]
    fn odd_units_may_change_their_sign() {
        assert_eq!(unit(tanh, false), [vec![0, 1, 2]]);
        assert_eq!(unit(tanh, true), [vec![0, 1, 2, 3]]);
        let cube = |r: &mut Recorder, z: Step| {
            let square = r.mul(z, z).unwrap();
            r.mul(square, z).unwrap()
        };
        assert_eq!(unit(cube, false), [vec![0, 1, 2]]);
    }

    #[test]
    fn others_may_not() {
        let none: [Vec<usize>; 0] = [];
        assert_eq!(unit(|r, z| r.apply(Function::Exp, z).unwrap(), false), none);
        // tanh beside its exponential, and (E − 1) / (E − 1 + 2 E).
        let beside = |r: &mut Recorder, z: Step| {
            let t = tanh(r, z);
            let e = r.apply(Function::Exp, z).unwrap();
            r.add(t, e).unwrap()
        };
        assert_eq!(unit(beside, false), none);
        // A square is even: only the incoming weights change.
        assert_eq!(unit(|r, z| r.mul(z, z).unwrap(), false), [vec![1, 2]]);
    }
}
