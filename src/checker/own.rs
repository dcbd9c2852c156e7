//! Networks that are no family: their tensors and their program are carried by the certificate as text. Nothing is known of them
//! but what they compute, so no rule applies to them that names a family.
//!
//! ```text
//! tensor U[2,1] w0 w1
//! tensor V[1,2] w2 1/2
//! program with 3 weights and 2 inputs
//! s0 = w2 * x0
//! s1 = 1/2 * x1
//! s2 = s0 + s1
//! s3 = w0 * s2
//! s4 = w1 * s2
//! outputs s3 s4
//! ```
//!
//! A tensor lists its entries: weights, numbered by where they stand first, or numbers that are pinned there. An operand is a
//! weight, an entry of the input, a rational number, or an earlier step. Other steps are `s0 - s1`, `s0 / s1`, `relu(s0)`, `exp(s0)` and
//! `log(s0)`.

use super::network::{Network, Tensor, digits};
use super::number::Modular;
use super::program::{Function, Operand, Program, Step};
use super::proof::{Fault, ensure};
use super::univariate::rational;
use allocert_format::is_tensor_name;

/// More entries of tensors are not read.
const MOST_PLACES: usize = 1 << 14;
/// Bytes for a tensor and the lists and maps that it is in,
const TENSOR: usize = 320;
/// and for an entry.
const ENTRY: usize = 48;
/// Longer constants are not read.
const MOST_DIGITS: usize = 10_000;

fn wrong(line: &str) -> Fault {
    Fault::Wrong(format!("`{}` is not a line of a program", line.chars().take(60).collect::<String>()))
}

/// Reads a network from its text.
pub(super) fn parse(text: &str) -> Result<Network, Fault> {
    let mut lines = text.split('\n').peekable();
    let (mut tensors, mut entries, mut standing) = (Vec::new(), Vec::new(), 0);
    while let Some(line) = lines.next_if(|line| line.starts_with("tensor ")) {
        tensors.push(tensor(line, &mut entries, &mut standing)?);
    }
    let head = lines.next().unwrap_or_default();
    let counts = head.strip_prefix("program with ").and_then(|rest| rest.strip_suffix(" inputs"));
    let counts = counts.and_then(|rest| rest.split_once(" weights and "));
    let counts = counts.and_then(|(weights, inputs)| digits(weights).zip(digits(inputs)));
    let (weights, inputs) = counts.ok_or_else(|| wrong(head))?;
    ensure(weights == standing && weights > 0, "the program has not as many weights as its tensors")?;
    let mut program = Program::new(weights, inputs);
    let names: usize = tensors.iter().map(|tensor: &Tensor| tensor.name.len()).sum();
    program.grow((TENSOR * tensors.len() + 2 * names + ENTRY * entries.len()) as u64)?;
    let outputs = loop {
        let line = lines.next().ok_or_else(|| Fault::Wrong("the program ends without outputs".to_owned()))?;
        if let Some(outputs) = line.strip_prefix("outputs ") {
            break outputs.split(' ').map(|name| operand(&mut program, name)).collect::<Result<Vec<_>, _>>()?;
        }
        let (name, term) = line.split_once(" = ").ok_or_else(|| wrong(line))?;
        ensure(name == format!("s{}", program.len()), "the steps of the program are not in order")?;
        let step = step(&mut program, term)?;
        program.push(step)?;
    };
    ensure(lines.next().is_none(), "the program has lines after its outputs")?;
    let program = program.finish(outputs);
    ensure(program.gates() == 0 || !program.is_analytic(), "kinks beside quotients or exponentials have no rules")?;
    ensure(program.has_real_logarithms(), "a logarithm is taken of what is not seen to be positive")?;
    Network::own(tensors, entries, program)
}

/// Reads `tensor U[2,1] w0 w1`, and appends its entries; `known` weights stood before.
fn tensor(line: &str, entries: &mut Vec<Option<usize>>, known: &mut usize) -> Result<Tensor, Fault> {
    let mut words = line.split(' ').skip(1);
    let head = words.next().unwrap_or_default();
    let (name, axes) = match head.strip_suffix(']').and_then(|head| head.split_once('[')) {
        None => (head, Vec::new()),
        Some((name, axes)) => {
            let axes = axes.split(',').map(|axis| digits(axis).filter(|length| *length > 0));
            (name, axes.collect::<Option<Vec<usize>>>().ok_or_else(|| wrong(line))?)
        }
    };
    ensure(is_tensor_name(name), "that is not a name of a tensor")?;
    let size = axes.iter().try_fold(1usize, |size, axis| size.checked_mul(*axis)).unwrap_or(usize::MAX);
    let start = entries.len();
    if size > MOST_PLACES || start + size > MOST_PLACES {
        return Err(Fault::Limit(format!("over the limit of {MOST_PLACES} entries of tensors")));
    }
    for word in words {
        entries.push(match word.strip_prefix('w').map(digits) {
            Some(Some(weight)) if weight <= *known => {
                *known = (weight + 1).max(*known);
                Some(weight)
            }
            Some(_) => return Err(Fault::Wrong("weights are not numbered by where they stand first".to_owned())),
            None => {
                number(word)?;
                None
            }
        });
    }
    ensure(entries.len() - start == size, "a tensor has not as many entries as its axes say")?;
    Ok(Tensor::new(name.to_owned(), axes, start))
}

fn number(text: &str) -> Result<num_rational::BigRational, Fault> {
    if text.len() > MOST_DIGITS {
        return Err(Fault::Limit(format!("over the limit of {MOST_DIGITS} digits of a constant")));
    }
    let value = rational(text)?;
    ensure(!Modular::of(value.denom()).is_zero(), "2^61 - 1 divides a denominator")?;
    Ok(value)
}

/// Reads `w0 * x1`, `s0 / s1` or `relu(s3)`.
fn step(program: &mut Program, term: &str) -> Result<Step, Fault> {
    if let Some((name, inside)) = term.strip_suffix(')').and_then(|call| call.split_once('(')) {
        let function = match name {
            "relu" => Function::Relu,
            "exp" => Function::Exp,
            "log" => Function::Log,
            "sqrt" => return Err(Fault::Wrong("square roots have no rules".to_owned())),
            _ => return Err(wrong(term)),
        };
        return Ok(Step::Of(function, operand(program, inside)?));
    }
    let parts: Vec<&str> = term.split(' ').collect();
    let [a, sign, b] = parts[..] else { return Err(wrong(term)) };
    let (a, b) = (operand(program, a)?, operand(program, b)?);
    match sign {
        "+" => Ok(Step::Sum(a, b)),
        "-" => Ok(Step::Difference(a, b)),
        "*" => Ok(Step::Product(a, b)),
        "/" => Ok(Step::Quotient(a, b)),
        _ => Err(wrong(term)),
    }
}

fn operand(program: &mut Program, name: &str) -> Result<Operand, Fault> {
    let among = |rest: &str, count: usize| digits(rest).filter(|index| *index < count).map(|index| index as u32);
    let found = match (name.chars().next(), name.get(1..)) {
        (Some('w'), Some(rest)) => among(rest, program.weights).map(Operand::Weight),
        (Some('x'), Some(rest)) => among(rest, program.inputs).map(Operand::Input),
        (Some('s'), Some(rest)) => among(rest, program.len()).map(Operand::Step),
        _ => Some(program.constant(number(name)?)?),
    };
    found.ok_or_else(|| wrong(name))
}
