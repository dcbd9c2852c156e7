//! Label maps as programs: lists of sums, differences, products, kinks, quotients, exponentials and logarithms over weights, inputs and
//! rational constants. There is one evaluator, [`Program::run`], over any [`Number`]; derivatives come from dual numbers, so there
//! is no Jacobian to get wrong.
//!
//! Programs of families are built in `network`; those of other networks are read, in `own`.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::budget::{Held, exceeded, pay};
use super::number::{Modular, Number};
use super::proof::Fault;

/// Longer programs are not run.
const MOST_STEPS: usize = 1 << 20;
/// Operations for a step that is read or built.
const STEP: u64 = 64;

/// What a step looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    Weight(u32),
    Input(u32),
    /// An earlier step.
    Step(u32),
    Constant(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Sum(Operand, Operand),
    Difference(Operand, Operand),
    Product(Operand, Operand),
    Quotient(Operand, Operand),
    /// A function of one number.
    Of(Function, Operand),
}

/// What numbers of a ring need not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Function {
    /// max(a, 0).
    Relu,
    Exp,
    Log,
    /// 1 / a: a quotient is a product with it.
    Inverse,
}

impl Step {
    pub(super) fn operands(&self) -> [Operand; 2] {
        match self {
            Step::Sum(a, b) | Step::Difference(a, b) | Step::Product(a, b) | Step::Quotient(a, b) => [*a, *b],
            Step::Of(_, a) => [*a, *a],
        }
    }

    /// Whether it takes an exponential or a logarithm.
    fn is_function(&self) -> bool {
        matches!(self, Step::Of(Function::Exp | Function::Log, _))
    }
}

/// The label map of one input.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) weights: usize,
    pub(super) inputs: usize,
    steps: Vec<Step>,
    /// For each step, which of its operands no later step looks at.
    ends: Vec<[bool; 2]>,
    outputs: Vec<Operand>,
    constants: Vec<BigRational>,
    gates: usize,
    quotients: usize,
    /// For each exponential and logarithm, in order, whether it depends on an input.
    functions: Vec<bool>,
    held: Held,
}

impl Program {
    pub(super) fn new(weights: usize, inputs: usize) -> Self {
        let (steps, ends, outputs, constants) = Default::default();
        let (gates, quotients, functions, held) = Default::default();
        Program { weights, inputs, steps, ends, outputs, constants, gates, quotients, functions, held }
    }

    /// Appends a step, whose operands are there already.
    pub(super) fn push(&mut self, step: Step) -> Result<Operand, Fault> {
        pay(STEP)?;
        if self.steps.len() >= MOST_STEPS {
            return Err(Fault::Limit(format!("over the limit of {MOST_STEPS} steps of a program")));
        }
        self.grow(std::mem::size_of::<(Step, [bool; 2])>() as u64)?;
        self.gates += usize::from(matches!(step, Step::Of(Function::Relu, _)));
        self.quotients += usize::from(matches!(step, Step::Quotient(..)));
        self.steps.push(step);
        Ok(Operand::Step(self.steps.len() as u32 - 1))
    }

    pub(super) fn constant(&mut self, value: BigRational) -> Result<Operand, Fault> {
        self.grow(128 + (value.numer().bits() + value.denom().bits()) / 8)?;
        self.constants.push(value);
        Ok(Operand::Constant(self.constants.len() as u32 - 1))
    }

    pub(super) fn grow(&mut self, bytes: u64) -> Result<(), Fault> {
        if self.held.grow(bytes) { Ok(()) } else { Err(exceeded()) }
    }

    /// Σ a·b over pairs, and what is added to it; zero if there is nothing.
    pub(super) fn dot(
        &mut self,
        pairs: impl IntoIterator<Item = (Operand, Operand)>,
        more: Option<Operand>,
    ) -> Result<Operand, Fault> {
        let mut sum = None;
        for (a, b) in pairs {
            let term = self.push(Step::Product(a, b))?;
            sum = Some(sum.map_or(Ok(term), |sum| self.push(Step::Sum(sum, term)))?);
        }
        match (sum, more) {
            (Some(sum), Some(more)) => self.push(Step::Sum(sum, more)),
            (None, None) => self.constant(BigRational::from_integer(BigInt::from(0))),
            (one, other) => Ok(one.or(other).unwrap_or(Operand::Constant(0))),
        }
    }

    /// a to a positive power, by squaring.
    pub(super) fn power(&mut self, a: Operand, exponent: u32) -> Result<Operand, Fault> {
        let (mut result, mut square, mut left) = (None, a, exponent);
        while left > 0 {
            if left & 1 == 1 {
                result = Some(result.map_or(Ok(square), |r| self.push(Step::Product(r, square)))?);
            }
            left >>= 1;
            if left > 0 {
                square = self.push(Step::Product(square, square))?;
            }
        }
        Ok(result.unwrap_or(a))
    }

    /// The program is complete: these are its outputs.
    pub(super) fn finish(mut self, outputs: Vec<Operand>) -> Self {
        let mut used = vec![false; self.steps.len()];
        let mut last = |operand: &Operand| match operand {
            Operand::Step(step) => !std::mem::replace(&mut used[*step as usize], true),
            _ => false,
        };
        outputs.iter().for_each(|output| {
            last(output);
        });
        self.ends = self.steps.iter().rev().map(|step| step.operands().map(|operand| last(&operand))).collect();
        self.ends.reverse();
        self.outputs = outputs;
        let mut sees: Vec<bool> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let seen = step.operands().iter().any(|operand| match operand {
                Operand::Input(_) => true,
                Operand::Step(s) => sees[*s as usize],
                Operand::Weight(_) | Operand::Constant(_) => false,
            });
            sees.push(seen);
        }
        self.functions = self.steps.iter().zip(&sees).filter(|(s, _)| s.is_function()).map(|(_, sees)| *sees).collect();
        self
    }

    /// Whether all that logarithms are taken of is seen to be positive, as sums of squares, exponentials and positive numbers are. Then
    /// the labels are defined wherever nothing is divided by zero.
    pub(super) fn has_real_logarithms(&self) -> bool {
        // 2: positive; 1: not negative; 0: anything.
        let mut signs: Vec<u8> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let operands = step.operands();
            let [a, b] = operands.map(|operand| match operand {
                Operand::Step(s) => signs[s as usize],
                Operand::Constant(c) if self.constants[c as usize].is_zero() => 1,
                Operand::Constant(c) => 2 * u8::from(self.constants[c as usize].is_positive()),
                Operand::Weight(_) | Operand::Input(_) => 0,
            });
            signs.push(match step {
                Step::Sum(..) if a.min(b) > 0 => a.max(b),
                Step::Product(..) if operands[0] == operands[1] => a.max(1),
                Step::Product(..) => a.min(b),
                Step::Quotient(..) if b == 2 => a,
                Step::Of(Function::Log, _) if a < 2 => return false,
                Step::Of(Function::Exp, _) => 2,
                _ => 0,
            });
        }
        true
    }

    /// The number of steps, which operands of later steps and outputs may name.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// The labels of one input.
    pub(super) fn labels(&self) -> usize {
        self.outputs.len()
    }

    /// How many operations the labels of one input take, about.
    pub(super) fn operations(&self) -> usize {
        self.steps.len()
            + self.outputs.len()
            + 64 * self.constants.len()
            + 128 * (self.quotients + self.functions.len())
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub(super) fn outputs(&self) -> &[Operand] {
        &self.outputs
    }

    pub(super) fn constant_at(&self, index: u32) -> &BigRational {
        &self.constants[index as usize]
    }

    /// Whether a constant is divided by, or a logarithm taken of it.
    pub(super) fn divides_by_numbers(&self) -> bool {
        let number = |operand: &Operand| matches!(operand, Operand::Constant(_));
        self.steps.iter().any(|s| matches!(s, Step::Quotient(_, b) | Step::Of(Function::Log, b) if number(b)))
    }

    /// For each exponential and logarithm, in order, whether it depends on an input. One that does not is the same on all.
    pub(super) fn functions(&self) -> &[bool] {
        &self.functions
    }

    /// Whether it divides, or takes exponentials or logarithms.
    pub(super) fn is_analytic(&self) -> bool {
        self.quotients + self.functions.len() > 0
    }

    /// The number of kinks.
    pub(super) fn gates(&self) -> usize {
        self.gates
    }

    /// Whether all constants are integers.
    pub(super) fn is_integral(&self) -> bool {
        self.constants.iter().all(BigRational::is_integer)
    }

    /// The labels of one input; `of` is what becomes of a value by a function.
    pub(super) fn run<N: Number>(&self, weights: &[N], input: &[N], of: impl FnMut(Function, N) -> N) -> Vec<N> {
        self.trace(weights, input, of, |_| {})
    }

    /// The same; `seen` gets the value of each step.
    pub(super) fn trace<N: Number>(
        &self,
        weights: &[N],
        input: &[N],
        mut of: impl FnMut(Function, N) -> N,
        mut seen: impl FnMut(&N),
    ) -> Vec<N> {
        let mut held = Held::default();
        // If there is not so much memory, the budget remembers that, and the certificate is over the limit.
        held.grow((self.steps.len() * std::mem::size_of::<Option<N>>()) as u64);
        let constants: Vec<N> = self.constants.iter().map(N::fraction).collect();
        let mut values: Vec<Option<N>> = Vec::with_capacity(self.steps.len());
        for (step, ends) in self.steps.iter().zip(&self.ends) {
            let value = {
                let at = |operand: &Operand| value(operand, weights, input, &constants, &values);
                match step {
                    Step::Sum(a, b) => at(a).plus(at(b)),
                    Step::Difference(a, b) => at(a).plus(&at(b).scaled(-1)),
                    Step::Product(a, b) => at(a).times(at(b)),
                    Step::Quotient(a, b) => at(a).times(&of(Function::Inverse, at(b).clone())),
                    Step::Of(function, a) => of(*function, at(a).clone()),
                }
            };
            seen(&value);
            for (operand, ends) in step.operands().iter().zip(ends) {
                if let (Operand::Step(step), true) = (operand, ends) {
                    values[*step as usize] = None;
                }
            }
            values.push(Some(value));
        }
        self.outputs.iter().map(|output| value(output, weights, input, &constants, &values).clone()).collect()
    }

    /// The labels at one fixed point modulo the prime, where a kink cuts off the upper half of the residues, and exponentials and
    /// logarithms scatter them. Programs with the same label map that differ by laws of rings have the same; others do not, except
    /// for those made so on purpose.
    pub(super) fn fingerprint(&self) -> Result<Vec<Modular>, Fault> {
        pay(STEP * self.operations() as u64)?;
        let mut draw = scattered();
        let weights: Vec<Modular> = (0..self.weights).map(|_| draw()).collect();
        let input: Vec<Modular> = (0..self.inputs).map(|_| draw()).collect();
        let (exp, log) = (draw(), draw());
        let of = |function, z: Modular| match function {
            Function::Relu => z.lower_half(),
            Function::Exp => z.plus(&exp).power(65_537),
            Function::Log => z.plus(&log).power(257),
            Function::Inverse => z.inverse(),
        };
        Ok(self.run(&weights, &input, of))
    }
}

/// Numbers modulo the prime without a pattern, the same every time.
pub(super) fn scattered() -> impl FnMut() -> Modular {
    let mut next = Modular::of(&BigInt::from(0x9e37_79b9_7f4a_7c15u64));
    move || {
        next = next.times(&next).plus(&Modular::one());
        next
    }
}

/// What an operand stands for. A step's value is kept as long as something looks at it.
fn value<'a, N>(
    operand: &Operand,
    weights: &'a [N],
    input: &'a [N],
    constants: &'a [N],
    values: &'a [Option<N>],
) -> &'a N {
    match operand {
        Operand::Weight(w) => &weights[*w as usize],
        Operand::Input(x) => &input[*x as usize],
        Operand::Constant(c) => &constants[*c as usize],
        Operand::Step(s) => values[*s as usize].as_ref().expect("a value is kept until its last use"),
    }
}
