//! Taking down a forward pass.

use rug::{Integer, Rational};
use rustc_hash::FxHashMap;

use super::{Function, Operation, Program, ProgramError, Step};

/// The most steps that a program may have.
pub const MOST_STEPS: usize = 1 << 22;
/// The most bits of a numerator or a denominator of a constant.
pub const MOST_CONSTANT_BITS: u32 = 1 << 14;

/// Records the steps of a forward pass.
///
/// Equal steps are one step (operands of + and · in either order), constants are computed, and x + 0, x − 0, x − x, 0 · x,
/// 1 · x and relu(relu(x)) are no new steps. Square roots of numbers are written with those of primes.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    operations: Vec<Operation>,
    known: FxHashMap<Operation, Step>,
}

impl Recorder {
    /// With nothing recorded yet.
    pub fn new() -> Self {
        Recorder::default()
    }

    /// Entry i of the input.
    ///
    /// # Errors
    /// More steps than [`MOST_STEPS`].
    pub fn input(&mut self, i: usize) -> Result<Step, ProgramError> {
        self.step(Operation::Input(small("input", i)?))
    }

    /// Weight i in canonical order.
    ///
    /// # Errors
    /// More steps than [`MOST_STEPS`].
    pub fn weight(&mut self, i: usize) -> Result<Step, ProgramError> {
        self.step(Operation::Weight(small("weight", i)?))
    }

    /// A rational number.
    ///
    /// # Errors
    /// More steps than [`MOST_STEPS`], or a number of more than [`MOST_CONSTANT_BITS`] bits.
    pub fn constant(&mut self, value: Rational) -> Result<Step, ProgramError> {
        if value.numer().significant_bits().max(value.denom().significant_bits()) > MOST_CONSTANT_BITS {
            return Err(ProgramError::ConstantTooLarge { limit: MOST_CONSTANT_BITS });
        }
        self.step(Operation::Constant(value))
    }

    /// a + b.
    ///
    /// # Errors
    /// As [`Recorder::constant`]; also a step of another recorder, if it is beyond the steps of this one.
    pub fn add(&mut self, a: Step, b: Step) -> Result<Step, ProgramError> {
        match (self.known_value(a)?, self.known_value(b)?) {
            (Some(x), _) if x.is_zero() => Ok(b),
            (_, Some(y)) if y.is_zero() => Ok(a),
            (Some(x), Some(y)) => self.constant(Rational::from(x + y)),
            _ => self.step(Operation::Add(a, b).in_order()),
        }
    }

    /// a − b.
    ///
    /// # Errors
    /// As [`Recorder::add`].
    pub fn sub(&mut self, a: Step, b: Step) -> Result<Step, ProgramError> {
        match (self.known_value(a)?, self.known_value(b)?) {
            (_, Some(y)) if y.is_zero() => Ok(a),
            (Some(x), Some(y)) => self.constant(Rational::from(x - y)),
            _ if a == b => self.constant(Rational::new()),
            _ => self.step(Operation::Sub(a, b)),
        }
    }

    /// a · b.
    ///
    /// # Errors
    /// As [`Recorder::add`].
    pub fn mul(&mut self, a: Step, b: Step) -> Result<Step, ProgramError> {
        match (self.known_value(a)?, self.known_value(b)?) {
            (Some(x), _) if x.is_zero() || *x == 1 => Ok(if x.is_zero() { a } else { b }),
            (_, Some(y)) if y.is_zero() || *y == 1 => Ok(if y.is_zero() { b } else { a }),
            (Some(x), Some(y)) => self.constant(Rational::from(x * y)),
            _ => self.step(Operation::Mul(a, b).in_order()),
        }
    }

    /// max(a, 0).
    ///
    /// # Errors
    /// As [`Recorder::add`].
    pub fn relu(&mut self, a: Step) -> Result<Step, ProgramError> {
        match (self.known_value(a)?, &self.operations[a.index()]) {
            (Some(x), _) if x.is_positive() => Ok(a),
            (Some(_), _) => self.constant(Rational::new()),
            (None, Operation::Relu(_)) => Ok(a),
            (None, _) => self.step(Operation::Relu(a)),
        }
    }

    /// a / b.
    ///
    /// # Errors
    /// As [`Recorder::add`]; also a division by the constant 0.
    pub fn div(&mut self, a: Step, b: Step) -> Result<Step, ProgramError> {
        match (self.known_value(a)?, self.known_value(b)?) {
            (_, Some(y)) if y.is_zero() => Err(ProgramError::OutsideDomain { what: "division", value: "0".to_owned() }),
            (_, Some(y)) => {
                let inverse = Rational::from(y.recip_ref());
                let inverse = self.constant(inverse)?;
                self.mul(inverse, a)
            }
            (Some(x), None) if x.is_zero() => Ok(a),
            _ => self.step(Operation::Div(a, b)),
        }
    }

    /// exp, log or square root of a. Those of constants that are rational are computed.
    ///
    /// # Errors
    /// As [`Recorder::add`]; also the logarithm of a constant that is not positive, the square root of a negative one.
    pub fn apply(&mut self, function: Function, a: Step) -> Result<Step, ProgramError> {
        let Some(value) = self.known_value(a)?.cloned() else {
            return self.step(Operation::Apply(function, a));
        };
        let outside = || ProgramError::OutsideDomain { what: function.name(), value: value.to_string() };
        let known = match function {
            Function::Exp => value.is_zero().then(|| Rational::from(1)),
            Function::Log if !value.is_positive() => return Err(outside()),
            Function::Log => (value == 1).then(Rational::new),
            Function::Sqrt if value.is_negative() => return Err(outside()),
            Function::Sqrt => return self.root_of_number(a, &value),
        };
        match known {
            Some(known) => self.constant(known),
            None => self.step(Operation::Apply(function, a)),
        }
    }

    /// The square root of a number as a product of a rational number and roots of different small primes, and of what has no
    /// small prime factor: so √8 is 2 √2, and √6 is √2 √3.
    fn root_of_number(&mut self, step: Step, value: &Rational) -> Result<Step, ProgramError> {
        if value.numer().significant_bits() + value.denom().significant_bits() > MOST_CONSTANT_BITS {
            return self.step(Operation::Apply(Function::Sqrt, step));
        }
        let (rational, radicands) = split_root(value);
        let mut product = self.constant(rational)?;
        for radicand in radicands {
            let radicand = self.constant(Rational::from(radicand))?;
            let root = self.step(Operation::Apply(Function::Sqrt, radicand))?;
            product = self.mul(product, root)?;
        }
        Ok(product)
    }

    /// What a step computes.
    ///
    /// # Panics
    /// If the step is not one of this recorder.
    pub fn operation(&self, step: Step) -> &Operation {
        &self.operations[step.index()]
    }

    /// The number of steps so far.
    pub fn steps(&self) -> usize {
        self.operations.len()
    }

    /// An operation on steps of this recorder.
    ///
    /// # Errors
    /// As [`Recorder::add`].
    pub(super) fn record(&mut self, operation: Operation) -> Result<Step, ProgramError> {
        match operation {
            Operation::Weight(i) => self.weight(i as usize),
            Operation::Input(i) => self.input(i as usize),
            Operation::Constant(value) => self.constant(value),
            Operation::Add(a, b) => self.add(a, b),
            Operation::Sub(a, b) => self.sub(a, b),
            Operation::Mul(a, b) => self.mul(a, b),
            Operation::Div(a, b) => self.div(a, b),
            Operation::Relu(a) => self.relu(a),
            Operation::Apply(function, a) => self.apply(function, a),
        }
    }

    /// Another program, done with these weights and inputs: the steps of its outputs.
    ///
    /// # Errors
    /// As [`Recorder::add`]; also if there are not as many weights and inputs as the program has.
    pub fn call(&mut self, program: &Program, weights: &[Step], inputs: &[Step]) -> Result<Vec<Step>, ProgramError> {
        let mut images: Vec<Step> = Vec::with_capacity(program.operations.len());
        for operation in &program.operations {
            let step = match operation {
                Operation::Weight(i) => among("weight", weights, *i),
                Operation::Input(i) => among("input", inputs, *i),
                computed => self.record(computed.on(|step| images[step.index()])),
            };
            images.push(step?);
        }
        Ok(program.outputs.iter().map(|o| images[o.index()]).collect())
    }

    /// The program with these outputs: only the steps that they need.
    ///
    /// # Errors
    /// No outputs, or an input or a weight that is not below the numbers given.
    pub fn finish(self, outputs: Vec<Step>, inputs: usize, weights: usize) -> Result<Program, ProgramError> {
        if outputs.is_empty() {
            return Err(ProgramError::NoOutputs);
        }
        for output in &outputs {
            self.within(*output)?;
        }
        let needed = self.needed(&outputs);
        let mut images = vec![NOWHERE; self.operations.len()];
        let mut operations: Vec<Operation> = Vec::with_capacity(inputs + weights + self.operations.len());
        operations.extend((0..weights).map(|i| Operation::Weight(i as u32)));
        operations.extend((0..inputs).map(|i| Operation::Input(i as u32)));
        let computed: Vec<usize> =
            (0..needed.len()).filter(|at| needed[*at] && self.operations[*at].operands().next().is_some()).collect();
        // Leaves come in the order in which they are first looked at.
        let looked_at = computed.iter().flat_map(|at| self.operations[*at].operands()).chain(outputs.iter().copied());
        for step in looked_at {
            if images[step.index()] != NOWHERE {
                continue;
            }
            images[step.index()] = match &self.operations[step.index()] {
                Operation::Weight(i) => leaf("weight", *i, weights, 0)?,
                Operation::Input(i) => leaf("input", *i, inputs, weights)?,
                constant @ Operation::Constant(_) => push(&mut operations, constant.clone()),
                _ => NOWHERE,
            };
        }
        for at in computed {
            let moved = self.operations[at].on(|step| images[step.index()]);
            images[at] = push(&mut operations, moved);
        }
        if operations.len() > MOST_STEPS {
            return Err(ProgramError::TooManySteps { limit: MOST_STEPS });
        }
        operations.shrink_to_fit();
        let outputs = outputs.into_iter().map(|o| images[o.index()]).collect();
        Ok(Program { weights, inputs, operations, outputs })
    }

    /// The value of a step, if it is a constant.
    fn known_value(&self, step: Step) -> Result<Option<&Rational>, ProgramError> {
        self.within(step)?;
        Ok(match &self.operations[step.index()] {
            Operation::Constant(value) => Some(value),
            _ => None,
        })
    }

    fn within(&self, step: Step) -> Result<(), ProgramError> {
        let (index, count) = (step.index(), self.operations.len());
        if index < count { Ok(()) } else { Err(ProgramError::OutOfRange { what: "step", index, count }) }
    }

    fn step(&mut self, operation: Operation) -> Result<Step, ProgramError> {
        if let Some(step) = self.known.get(&operation) {
            return Ok(*step);
        }
        if self.operations.len() >= MOST_STEPS {
            return Err(ProgramError::TooManySteps { limit: MOST_STEPS });
        }
        let step = push(&mut self.operations, operation.clone());
        self.known.insert(operation, step);
        Ok(step)
    }

    /// The steps that some steps rest on, these included.
    fn needed(&self, outputs: &[Step]) -> Vec<bool> {
        let mut needed = vec![false; self.operations.len()];
        outputs.iter().for_each(|o| needed[o.index()] = true);
        for at in (0..needed.len()).rev() {
            if needed[at] {
                self.operations[at].operands().for_each(|o| needed[o.index()] = true);
            }
        }
        needed
    }
}

/// √(n/d) = √(n d) / d as a rational number and the integers whose roots are its other factors.
fn split_root(value: &Rational) -> (Rational, Vec<Integer>) {
    const LARGEST: u32 = 1000;
    let mut rest = Integer::from(value.numer() * value.denom());
    let mut rational = Rational::from((Integer::from(1), value.denom().clone()));
    let mut radicands = Vec::new();
    if rest.is_zero() {
        return (Rational::new(), radicands);
    }
    // What divides here is a prime: smaller factors are gone.
    for prime in 2..=LARGEST {
        let mut exponent = 0;
        while rest.is_divisible_u(prime) {
            rest.div_exact_u_mut(prime);
            exponent += 1;
        }
        rational *= Integer::from(Integer::u_pow_u(prime, exponent / 2));
        if exponent % 2 == 1 {
            radicands.push(Integer::from(prime));
        }
    }
    if rest.is_perfect_square() {
        rational *= rest.sqrt();
    } else {
        radicands.push(rest);
    }
    (rational, radicands)
}

impl Program {
    /// The program with other outputs, which are steps of this one.
    ///
    /// # Errors
    /// As [`Recorder::finish`].
    pub fn observed(&self, outputs: Vec<Step>) -> Result<Program, ProgramError> {
        let mut recorder = Recorder::new();
        let weights = (0..self.weights).map(|i| recorder.weight(i)).collect::<Result<Vec<Step>, _>>()?;
        let inputs = (0..self.inputs).map(|i| recorder.input(i)).collect::<Result<Vec<Step>, _>>()?;
        let shown = Program { outputs, ..self.clone() };
        let outputs = recorder.call(&shown, &weights, &inputs)?;
        recorder.finish(outputs, self.inputs, self.weights)
    }
}

/// The place of a step that has none yet.
const NOWHERE: Step = Step(u32::MAX);

fn push(operations: &mut Vec<Operation>, operation: Operation) -> Step {
    operations.push(operation);
    Step::at(operations.len() - 1)
}

fn small(what: &'static str, index: usize) -> Result<u32, ProgramError> {
    let count = MOST_STEPS;
    if index < count { Ok(index as u32) } else { Err(ProgramError::OutOfRange { what, index, count }) }
}

fn leaf(what: &'static str, index: u32, count: usize, start: usize) -> Result<Step, ProgramError> {
    let index = index as usize;
    if index < count { Ok(Step::at(start + index)) } else { Err(ProgramError::OutOfRange { what, index, count }) }
}

fn among(what: &'static str, steps: &[Step], index: u32) -> Result<Step, ProgramError> {
    let (index, count) = (index as usize, steps.len());
    steps.get(index).copied().ok_or(ProgramError::OutOfRange { what, index, count })
}
