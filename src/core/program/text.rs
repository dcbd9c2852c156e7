//! Programs as text, a computed step a line:
//!
//! ```text
//! program with 4 weights and 2 inputs
//! s0 = w0 * x0
//! s1 = w1 * x1
//! s2 = s0 + s1
//! s3 = relu(s2)
//! s4 = 1/2 * s3
//! outputs s4 s2
//! ```
//!
//! Other steps are `s0 / s1`, `exp(s0)`, `log(s0)` and `sqrt(s0)`. An operand is a weight, an input, a rational number, or an earlier step. What is written reads back to the same program.

use rug::Rational;

use super::{Function, Operation, Program, Recorder, Step};
use crate::text::quote;

/// Why a text is not a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the program: {problem}")]
pub struct ProgramTextError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl std::fmt::Display for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "program with {} weights and {} inputs", self.weights, self.inputs)?;
        let first = self.operations.iter().take_while(|o| o.operands().next().is_none()).count();
        let name = |step: &Step| match &self.operations[step.index()] {
            Operation::Weight(i) => format!("w{i}"),
            Operation::Input(i) => format!("x{i}"),
            Operation::Constant(value) => value.to_string(),
            _ => format!("s{}", step.index() - first),
        };
        for (at, operation) in self.operations.iter().enumerate().skip(first) {
            let term = match operation {
                Operation::Add(a, b) => format!("{} + {}", name(a), name(b)),
                Operation::Sub(a, b) => format!("{} - {}", name(a), name(b)),
                Operation::Mul(a, b) => format!("{} * {}", name(a), name(b)),
                Operation::Div(a, b) => format!("{} / {}", name(a), name(b)),
                Operation::Relu(a) => format!("relu({})", name(a)),
                Operation::Apply(function, a) => format!("{function}({})", name(a)),
                Operation::Weight(_) | Operation::Input(_) | Operation::Constant(_) => name(&Step::at(at)),
            };
            writeln!(f, "s{} = {term}", at - first)?;
        }
        let outputs: Vec<String> = self.outputs.iter().map(name).collect();
        write!(f, "outputs {}", outputs.join(" "))
    }
}

/// Reads what is written; equal steps become one.
impl std::str::FromStr for Program {
    type Err = ProgramTextError;

    fn from_str(text: &str) -> Result<Self, ProgramTextError> {
        let mut reader = Reader::default();
        let mut outputs = None;
        let mut counts = None;
        let mut last = 1;
        for (at, line) in text.lines().enumerate() {
            last = at + 1;
            let fail = |problem: String| ProgramTextError { line: at + 1, problem };
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            match (words.as_slice(), counts, &outputs) {
                ([], ..) => {}
                (["program", "with", weights, "weights", "and", inputs, "inputs"], None, None) => {
                    counts = Some((count(weights).map_err(fail)?, count(inputs).map_err(fail)?));
                }
                (_, None, _) => {
                    return Err(fail(format!("{}; it begins with `program with 4 weights and 2 inputs`", quote(line))));
                }
                (["outputs", names @ ..], Some(counts), None) => {
                    let steps: Result<Vec<Step>, String> =
                        names.iter().map(|name| reader.operand(name, counts)).collect();
                    outputs = Some(steps.map_err(fail)?);
                }
                ([name, "=", term @ ..], Some(counts), None) => reader.line(name, term, counts).map_err(fail)?,
                (_, _, Some(_)) => return Err(fail("the outputs are the last line".to_owned())),
                _ => return Err(fail(format!("{} is not a step such as `s0 = w0 * x0`", quote(line)))),
            }
        }
        let end = |problem: String| ProgramTextError { line: last, problem };
        let (Some((weights, inputs)), Some(outputs)) = (counts, outputs) else {
            return Err(end("there are no outputs; the last line is such as `outputs s4 s2`".to_owned()));
        };
        reader.recorder.finish(outputs, inputs, weights).map_err(|error| end(error.to_string()))
    }
}

#[derive(Default)]
struct Reader {
    recorder: Recorder,
    steps: Vec<Step>,
}

impl Reader {
    fn line(&mut self, name: &str, term: &[&str], counts: (usize, usize)) -> Result<(), String> {
        let expected = format!("s{}", self.steps.len());
        if name != expected {
            return Err(format!("{} where {expected} comes next", quote(name)));
        }
        let step = match term {
            [a, sign @ ("+" | "-" | "*" | "/"), b] => {
                let (a, b) = (self.operand(a, counts)?, self.operand(b, counts)?);
                match *sign {
                    "+" => self.recorder.add(a, b),
                    "-" => self.recorder.sub(a, b),
                    "/" => self.recorder.div(a, b),
                    _ => self.recorder.mul(a, b),
                }
            }
            [call] => {
                let parts = call.strip_suffix(')').and_then(|call| call.split_once('('));
                let (name, inside) = parts.ok_or_else(|| format!("{} is not a step", quote(call)))?;
                let inside = self.operand(inside, counts)?;
                match (name, Function::of_name(name)) {
                    ("relu", _) => self.recorder.relu(inside),
                    (_, Some(function)) => self.recorder.apply(function, inside),
                    _ => return Err(format!("{} is not a step", quote(call))),
                }
            }
            _ => return Err(format!("{} is not a step", quote(&term.join(" ")))),
        };
        self.steps.push(step.map_err(|error| error.to_string())?);
        Ok(())
    }

    fn operand(&mut self, name: &str, (weights, inputs): (usize, usize)) -> Result<Step, String> {
        let among = |kind: &str, digits: &str, count: usize| {
            let index = digits.parse::<usize>().ok().filter(|index| *index < count);
            index.ok_or_else(|| format!("there is no {} (there are {count} {kind}, counted from 0)", quote(name)))
        };
        let step = if let Some(digits) = name.strip_prefix('w') {
            self.recorder.weight(among("weights", digits, weights)?)
        } else if let Some(digits) = name.strip_prefix('x') {
            self.recorder.input(among("inputs", digits, inputs)?)
        } else if let Some(digits) = name.strip_prefix('s') {
            return Ok(self.steps[among("steps so far", digits, self.steps.len())?]);
        } else {
            self.recorder.constant(number(name).ok_or_else(|| format!("{} is not an operand", quote(name)))?)
        };
        step.map_err(|error| error.to_string())
    }
}

fn count(text: &str) -> Result<usize, String> {
    let number = text.parse::<usize>().ok().filter(|number| *number <= super::MOST_STEPS);
    number.ok_or_else(|| format!("{} is not a number up to {}", quote(text), super::MOST_STEPS))
}

/// `3`, `-3`, `3/2`.
fn number(text: &str) -> Option<Rational> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
    let fits = digits(numerator.strip_prefix('-').unwrap_or(numerator)) && digits(denominator);
    let rational = fits.then(|| text.parse::<Rational>().ok());
    // GMP would divide by zero.
    (!denominator.bytes().all(|b| b == b'0')).then_some(rational).flatten().flatten()
}
