//! Where a program is defined, and in which weights it is affine: read off its steps.

use super::{Operation, Program};
use crate::allocation::Allocation;
use crate::number::Function;

/// Affine sets are looked for in programs with at most so many pairs of a step and a weight.
const MOST_ENTRIES: u64 = 1 << 26;

/// What is known of the sign of a step, at all real weights and inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sign {
    Any,
    NonNegative,
    Positive,
}

impl Program {
    /// Whether some step takes this function.
    pub fn takes(&self, function: Function) -> bool {
        self.operations.iter().any(|operation| matches!(operation, Operation::Apply(f, _) if *f == function))
    }

    /// Whether it is seen to be defined at all real weights and inputs: everything that is divided by, or that a logarithm or a root is
    /// taken of, is positive, as sums of squares, exponentials and positive numbers are.
    pub fn is_defined_everywhere(&self) -> bool {
        let mut signs: Vec<Sign> = Vec::with_capacity(self.operations.len());
        for operation in &self.operations {
            let of = |step: &super::Step| signs[step.index()];
            let sign = match operation {
                Operation::Weight(_) | Operation::Input(_) | Operation::Sub(..) => Sign::Any,
                Operation::Constant(c) if c.is_positive() => Sign::Positive,
                Operation::Constant(c) if c.is_zero() => Sign::NonNegative,
                Operation::Constant(_) => Sign::Any,
                Operation::Add(a, b) if of(a).min(of(b)) == Sign::Any => Sign::Any,
                Operation::Add(a, b) => of(a).max(of(b)),
                Operation::Mul(a, b) if a == b => of(a).max(Sign::NonNegative),
                Operation::Mul(a, b) => of(a).min(of(b)),
                Operation::Div(_, b) | Operation::Apply(Function::Log | Function::Sqrt, b)
                    if of(b) != Sign::Positive =>
                {
                    return false;
                }
                Operation::Div(a, _) => of(a),
                Operation::Apply(Function::Log, _) => Sign::Any,
                Operation::Apply(Function::Exp | Function::Sqrt, _) => Sign::Positive,
                Operation::Relu(_) => Sign::NonNegative,
            };
            signs.push(sign);
        }
        true
    }

    /// Whether the outputs are seen to be affine in some weights, for all others and all inputs: no product of two steps with one of these,
    /// and no divisor or function of one.
    pub fn is_affine_in(&self, weights: &Allocation) -> bool {
        let mut moves: Vec<bool> = Vec::with_capacity(self.operations.len());
        for operation in &self.operations {
            let of = |step: &super::Step| moves[step.index()];
            let moving = match operation {
                Operation::Weight(w) => weights.contains(*w as usize),
                Operation::Input(_) | Operation::Constant(_) => false,
                Operation::Add(a, b) | Operation::Sub(a, b) => of(a) || of(b),
                Operation::Mul(a, b) if of(a) && of(b) => return false,
                Operation::Mul(a, b) => of(a) || of(b),
                Operation::Div(_, b) | Operation::Relu(b) | Operation::Apply(_, b) if of(b) => return false,
                Operation::Div(a, _) => of(a),
                Operation::Relu(_) | Operation::Apply(..) => false,
            };
            moves.push(moving);
        }
        true
    }

    /// Largest sets inside some weights in each of which [`Program::is_affine_in`] holds: for each weight one that it is in, as far as
    /// there are others than those found, and at most `most`. None is found where looking takes too many operations.
    pub fn affine_sets(&self, weights: &Allocation, most: usize) -> Vec<Allocation> {
        let entries = (self.operations.len() as u64).saturating_mul(weights.weights() as u64);
        if entries > MOST_ENTRIES {
            return Vec::new();
        }
        let excluded = self.exclusions(weights);
        let alone: Vec<usize> = weights.iter().filter(|w| !excluded[*w].contains(*w)).collect();
        let mut sets: Vec<Allocation> = Vec::new();
        // Readouts come last.
        for first in alone.iter().rev() {
            if sets.len() == most {
                break;
            }
            if sets.iter().any(|set| set.contains(*first)) {
                continue;
            }
            let mut set = Allocation::of(weights.weights(), [*first]);
            for other in alone.iter().rev().filter(|other| *other != first) {
                if excluded[*other].intersection(&set).is_empty() {
                    set.insert(*other);
                }
            }
            sets.push(set);
        }
        sets
    }

    /// For each weight, those with which no affine set can have it: it is multiplied by them somewhere; itself if it is under a function or
    /// in a divisor.
    fn exclusions(&self, weights: &Allocation) -> Vec<Allocation> {
        let none = || Allocation::none(weights.weights());
        let mut excluded = vec![none(); weights.weights()];
        let mut inside: Vec<Allocation> = Vec::with_capacity(self.operations.len());
        for operation in &self.operations {
            let of = |step: &super::Step| &inside[step.index()];
            let mut exclude = |some: &Allocation, others: &Allocation| {
                some.iter().for_each(|w| excluded[w] = excluded[w].union(others));
            };
            if let Operation::Mul(a, b) = operation {
                exclude(of(a), of(b));
                exclude(of(b), of(a));
            }
            if let Operation::Div(_, b) | Operation::Relu(b) | Operation::Apply(_, b) = operation {
                exclude(of(b), of(b));
            }
            let those = match operation {
                Operation::Weight(w) if weights.contains(*w as usize) => none().with(*w as usize),
                Operation::Weight(_) | Operation::Input(_) | Operation::Constant(_) => none(),
                Operation::Add(a, b) | Operation::Sub(a, b) | Operation::Mul(a, b) => of(a).union(of(b)),
                Operation::Div(a, _) => of(a).clone(),
                // What is under a function is in no affine set at all.
                Operation::Relu(_) | Operation::Apply(..) => none(),
            };
            inside.push(those);
        }
        excluded
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::{Recorder, Step};

    fn with(function: impl Fn(&mut Recorder, Step, Step) -> Step) -> Program {
        let mut r = Recorder::new();
        let (w, x) = (r.weight(0).unwrap(), r.input(0).unwrap());
        let z = r.mul(w, x).unwrap();
        let output = function(&mut r, z, x);
        let v = r.weight(1).unwrap();
        let output = r.mul(v, output).unwrap();
        r.finish(vec![output], 1, 2).unwrap()
    }

    #[test]
    fn poles_and_branch_points_are_seen() {
        let one = |r: &mut Recorder| r.constant(1.into()).unwrap();
        let logistic = with(|r, z, _| {
            let (e, one) = (r.apply(Function::Exp, z).unwrap(), one(r));
            let below = r.add(e, one).unwrap();
            r.div(e, below).unwrap()
        });
        assert!(logistic.is_defined_everywhere());
        let normed = |epsilon: i64| {
            with(move |r, z, _| {
                let (square, epsilon) = (r.mul(z, z).unwrap(), r.constant(epsilon.into()).unwrap());
                let under = r.add(square, epsilon).unwrap();
                let root = r.apply(Function::Sqrt, under).unwrap();
                r.div(z, root).unwrap()
            })
        };
        assert!(normed(1).is_defined_everywhere());
        assert!(!normed(0).is_defined_everywhere() && !normed(-1).is_defined_everywhere());
        assert!(!with(|r, z, x| r.div(x, z).unwrap()).is_defined_everywhere());
        assert!(!with(|r, z, _| r.apply(Function::Log, z).unwrap()).is_defined_everywhere());
    }

    #[test]
    fn readouts_are_affine_and_hidden_weights_are_not() {
        let program = with(|r, z, _| r.apply(Function::Exp, z).unwrap());
        let affine = |weights: &[usize]| program.is_affine_in(&Allocation::of(2, weights.iter().copied()));
        assert!(affine(&[1]) && affine(&[]));
        assert!(!affine(&[0]) && !affine(&[0, 1]));
        let product = with(|_, z, _| z);
        assert!(product.is_affine_in(&Allocation::of(2, [0])));
        assert!(!product.is_affine_in(&Allocation::all(2)));
    }

    /// Against [`Program::is_affine_in`] on every set: those found are affine, and no weight can be added; every weight that is affine
    /// alone is in one.
    #[test]
    fn affine_sets_are_largest_ones() {
        let program = |function: fn(&mut Recorder, [Step; 4]) -> Step| {
            let mut r = Recorder::new();
            let w = [0, 1, 2, 3].map(|weight| r.weight(weight).unwrap());
            let output = function(&mut r, w);
            r.finish(vec![output], 0, 4).unwrap()
        };
        let programs = [
            program(|r, [a, b, c, d]| {
                let (ab, cd) = (r.mul(a, b).unwrap(), r.mul(c, d).unwrap());
                r.add(ab, cd).unwrap()
            }),
            program(|r, [a, b, c, d]| {
                let (e, bc) = (r.apply(Function::Exp, a).unwrap(), r.add(b, c).unwrap());
                let product = r.mul(e, bc).unwrap();
                r.div(product, d).unwrap()
            }),
            program(|r, [a, b, c, d]| {
                let (square, sum) = (r.mul(a, a).unwrap(), r.add(b, c).unwrap());
                let (product, rest) = (r.mul(sum, d).unwrap(), r.sub(square, b).unwrap());
                r.add(product, rest).unwrap()
            }),
        ];
        let mut found = Vec::new();
        for program in programs {
            for bits in 0..16 {
                let inside = Allocation::of_low_bits(4, bits);
                let sets = program.affine_sets(&inside, 9);
                for set in &sets {
                    assert!(set.is_subset(&inside) && program.is_affine_in(set), "{set:?}");
                    let larger = |w: &usize| !set.contains(*w) && program.is_affine_in(&set.clone().with(*w));
                    assert_eq!(inside.iter().find(larger), None, "{set:?}");
                }
                for w in inside.iter().filter(|w| program.is_affine_in(&Allocation::of(4, [*w]))) {
                    assert!(sets.iter().any(|set| set.contains(w)), "{w} of {sets:?}");
                }
                assert!(program.affine_sets(&inside, 0).is_empty());
            }
            found.push(program.affine_sets(&Allocation::all(4), 9).len());
        }
        // Of a b + c d: with d, with c, and with a.
        assert_eq!(found, [3, 1, 2]);
    }
}
