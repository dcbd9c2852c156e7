//! A condition, evaluated from proved dimensions: for the present network, or for all allocations inside some weights.
//!
//! The dimensions of all allocations are known as in `table`: from below by ranks at points, from above by all bounds before; or,
//! without points, single ones from steps before. What is asked for and is not proved makes the step a fault, so the condition has a
//! value everywhere or nothing is said.
//!
//! The language is that of the format; numbers are whole. `net` and `a` have the attributes of the claim language that are
//! below, with the same meaning.

use std::collections::HashMap;
use std::rc::Rc;

use allocert_format::expression::{Expression, parse};
use allocert_format::{Rule, condition_in_words};

use super::super::budget::pay;
use super::super::network::{Family, Network, Tensor};
use super::super::proof::{Evaluated, Fact, Fault, Proof, ensure, is_subset};
use super::table::{Dimensions, MOST_WEIGHTS};

/// The longest list.
const MOST_ENTRIES: usize = 10_000;
/// Operations for a part of an expression.
const PART: u64 = 32;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Number(i64),
    Truth(bool),
    Nothing,
    Text(String),
    List(Vec<Value>),
    Network,
    Allocation(Vec<usize>),
}

fn unknown<T>(reason: &str) -> Result<T, Fault> {
    Err(Fault::Unknown(reason.to_owned()))
}

fn number(value: usize) -> Value {
    i64::try_from(value).map_or(Value::Nothing, Value::Number)
}

fn numbers(values: impl IntoIterator<Item = usize>) -> Value {
    Value::List(values.into_iter().map(number).collect())
}

/// What is known where a condition is evaluated.
struct Scope<'a> {
    network: &'a Network,
    samples: Option<u64>,
    dimensions: Dimensions,
    allocation: Option<Vec<usize>>,
    variables: HashMap<String, Value>,
}

/// What cannot be evaluated is a hole: the step then states nothing that is proved. What is false is a fault.
pub(super) fn condition(proof: &mut Proof, step: u64, rule: &Rule) -> Result<(), Fault> {
    let Rule::Condition { within, given, holds, fails, .. } = rule else { return Ok(()) };
    let instances = match evaluate(proof, rule) {
        Err(Fault::Unknown(reason)) => {
            proof.hole(step, "condition", format!("the condition is not evaluated: {reason}"), None)?;
            None
        }
        instances => Some(instances?),
    };
    let fails = fails.as_deref().map(|fails| proof.allocation(fails)).transpose()?;
    let evaluated = Evaluated { texts: (within.clone(), given.clone(), holds.clone()), fails, instances };
    proof.state(step, Fact::Condition(Rc::new(evaluated)), condition_in_words(rule).unwrap_or_default())
}

/// For how many allocations the hypothesis is true; a fault if the condition is not what the rule says for them.
fn evaluate(proof: &mut Proof, rule: &Rule) -> Result<u64, Fault> {
    let Rule::Condition { within, points, given, holds, fails } = rule else { return Ok(0) };
    let inside = within.as_deref().map(|within| proof.allocation(within)).transpose()?;
    let failing = fails.as_deref().map(|fails| proof.allocation(fails)).transpose()?;
    let hypothesis = given.as_deref().map(parse).transpose()?;
    let claimed = parse(holds)?;
    let over = inside.clone().unwrap_or_default();
    ensure(failing.as_ref().is_none_or(|set| is_subset(set, &over)), "it fails for an allocation of others")?;
    if failing.is_none() && over.len() > MOST_WEIGHTS {
        return unknown(&format!("over the limit of {MOST_WEIGHTS} weights"));
    }
    let dimensions = Dimensions::new(proof, points)?;
    proof.rest_on(dimensions.hole);
    let (network, samples) = (proof.network()?, proof.samples);
    let mut scope = Scope { network, samples, dimensions, allocation: None, variables: HashMap::new() };
    let subset = |mask: usize| (0..over.len()).filter(|i| mask >> i & 1 == 1).map(|i| over[i]).collect();
    let sets: Box<dyn Iterator<Item = Vec<usize>>> = match failing {
        Some(set) => Box::new(std::iter::once(set)),
        None => Box::new((0..1usize << over.len()).map(subset)),
    };
    let mut instances = 0;
    for set in sets {
        scope.allocation = inside.is_some().then_some(set);
        if hypothesis.as_ref().map_or(Ok(true), |h| scope.truth(h))? {
            instances += 1;
            ensure(scope.truth(&claimed)? == fails.is_none(), "the condition is not what it is said to be")?;
        }
    }
    ensure(fails.is_none() || instances > 0, "the hypothesis is false for this allocation")?;
    Ok(instances)
}

impl Scope<'_> {
    fn truth(&mut self, expression: &Expression) -> Result<bool, Fault> {
        match self.value(expression)? {
            Value::Truth(truth) => Ok(truth),
            _ => unknown("what should be true or false is something else"),
        }
    }

    fn number(&mut self, expression: &Expression) -> Result<i64, Fault> {
        match self.value(expression)? {
            Value::Number(number) => Ok(number),
            _ => unknown("what should be a number is something else"),
        }
    }

    fn list(&mut self, expression: &Expression) -> Result<Vec<Value>, Fault> {
        match self.value(expression)? {
            Value::List(list) => Ok(list),
            _ => unknown("what should be a list is something else"),
        }
    }

    fn value(&mut self, expression: &Expression) -> Result<Value, Fault> {
        pay(PART)?;
        Ok(match expression {
            Expression::Number(n) => Value::Number(*n),
            Expression::Truth(truth) => Value::Truth(*truth),
            Expression::Nothing => Value::Nothing,
            Expression::Text(text) => Value::Text(text.clone()),
            Expression::Name(name) => self.named(name)?,
            Expression::List(list) => Value::List(list.iter().map(|e| self.value(e)).collect::<Result<_, _>>()?),
            Expression::Each(each, variable, list, condition) => {
                self.each(each, variable, list, condition.as_deref())?
            }
            Expression::Attribute(of, name) => self.attribute(of, name)?,
            Expression::Index(of, at) => {
                let (list, at) = (self.list(of)?, self.number(at)?);
                let place = if at < 0 { at + list.len() as i64 } else { at };
                let entry = usize::try_from(place).ok().and_then(|place| list.get(place).cloned());
                entry.map_or_else(|| unknown("there is no such entry"), Ok)?
            }
            Expression::Call(function, arguments) => self.call(function, arguments)?,
            Expression::Minus(e) => self
                .number(e)?
                .checked_neg()
                .map_or_else(|| unknown("a number is too large"), |n| Ok(Value::Number(n)))?,
            Expression::Not(e) => Value::Truth(!self.truth(e)?),
            Expression::Operation(left, sign, right) => self.operation(left, sign, right)?,
            Expression::Choice(condition, then, otherwise) => {
                let chosen = if self.truth(condition)? { then } else { otherwise };
                self.value(chosen)?
            }
        })
    }

    fn allocation(&self, text: &str) -> Result<Vec<usize>, Fault> {
        self.network.allocation(text).or_else(|reason| unknown(&reason))
    }

    fn named(&self, name: &str) -> Result<Value, Fault> {
        match (name, &self.allocation) {
            ("net", _) => Ok(Value::Network),
            ("a", Some(set)) => Ok(Value::Allocation(set.clone())),
            _ => self.variables.get(name).cloned().map_or_else(|| unknown("a name is not known"), Ok),
        }
    }

    fn each(
        &mut self,
        each: &Expression,
        variable: &str,
        list: &Expression,
        condition: Option<&Expression>,
    ) -> Result<Value, Fault> {
        let mut values = Vec::new();
        let before = self.variables.get(variable).cloned();
        if ["net", "a"].contains(&variable) {
            return unknown("a variable has the name of the network or the allocation");
        }
        for entry in self.list(list)? {
            self.variables.insert(variable.to_owned(), entry);
            if condition.map_or(Ok(true), |c| self.truth(c))? {
                values.push(self.value(each)?);
            }
        }
        match before {
            Some(value) => self.variables.insert(variable.to_owned(), value),
            None => self.variables.remove(variable),
        };
        Ok(Value::List(values))
    }

    fn operation(&mut self, left: &Expression, sign: &str, right: &Expression) -> Result<Value, Fault> {
        // What decides is not asked for more.
        match sign {
            "and" => return Ok(Value::Truth(self.truth(left)? && self.truth(right)?)),
            "or" => return Ok(Value::Truth(self.truth(left)? || self.truth(right)?)),
            _ => {}
        }
        let (a, b) = (self.value(left)?, self.value(right)?);
        if let ("+", Value::List(a), Value::List(b)) = (sign, &a, &b) {
            if a.len() + b.len() > MOST_ENTRIES {
                return unknown("a list is too long");
            }
            return Ok(Value::List([a.as_slice(), b].concat()));
        }
        match (sign, &a, &b) {
            ("in", _, Value::List(list)) if list.iter().all(|b| comparable(&a, b)) => {
                return Ok(Value::Truth(list.contains(&a)));
            }
            ("==", ..) if comparable(&a, &b) => return Ok(Value::Truth(a == b)),
            ("!=", ..) if comparable(&a, &b) => return Ok(Value::Truth(a != b)),
            _ => {}
        }
        let (Value::Number(a), Value::Number(b)) = (a, b) else { return unknown("two values have no such operation") };
        let result = match sign {
            "<" => return Ok(Value::Truth(a < b)),
            "<=" => return Ok(Value::Truth(a <= b)),
            ">" => return Ok(Value::Truth(a > b)),
            ">=" => return Ok(Value::Truth(a >= b)),
            "+" => a.checked_add(b),
            "-" => a.checked_sub(b),
            "*" => a.checked_mul(b),
            // Rounded down, also below 0, and with the sign of the divisor, as in Python.
            "//" if b > 0 => Some(a.div_euclid(b)),
            "%" if b > 0 => Some(a.rem_euclid(b)),
            _ => None,
        };
        result.map_or_else(|| unknown("a number is too large, or a divisor not positive"), |n| Ok(Value::Number(n)))
    }

    fn attribute(&mut self, of: &Expression, name: &str) -> Result<Value, Fault> {
        match self.value(of)? {
            Value::Network => self.of_network(name),
            Value::Allocation(set) => self.of_allocation(&set, name),
            _ => unknown("a value has no such attribute"),
        }
    }

    fn of_network(&mut self, name: &str) -> Result<Value, Fault> {
        let network = self.network;
        Ok(match (name, &network.family) {
            ("weights", _) => number(network.weights),
            ("samples", _) => match self.samples.map(i64::try_from) {
                None => Value::Nothing,
                Some(Ok(m)) => Value::Number(m),
                Some(Err(_)) => return unknown("a number is too large"),
            },
            ("teacher_dim", _) => number(self.dimensions.of(&(0..network.weights).collect::<Vec<_>>())?),
            ("widths", Family::Layers { widths, .. }) => numbers(widths.iter().copied()),
            ("bias", Family::Layers { bias, .. }) => Value::Truth(*bias),
            ("degree", Family::Layers { widths, degree, linear: false, kinks: false, .. }) if widths.len() > 2 => {
                number(*degree as usize)
            }
            ("layers", Family::Layers { widths, .. }) => number(widths.len() - 1),
            ("inputs", Family::Layers { widths, .. }) => number(widths[0]),
            ("outputs", Family::Layers { widths, .. }) => number(widths[widths.len() - 1]),
            ("layers", Family::Recurrent { .. }) => number(3),
            ("inputs", Family::Recurrent { inputs, .. }) => number(*inputs),
            ("outputs", Family::Recurrent { outputs, .. }) => number(*outputs),
            ("hidden", Family::Recurrent { hidden, .. }) => number(*hidden),
            ("steps", Family::Recurrent { steps, .. }) => number(*steps),
            _ => return unknown("the network has no such attribute here"),
        })
    }

    fn of_allocation(&mut self, set: &[usize], name: &str) -> Result<Value, Fault> {
        Ok(match name {
            "size" => number(set.len()),
            "dim" => number(self.dimensions.of(set)?),
            "free" => Value::Truth(self.dimensions.of(set)? == set.len()),
            "spans" => {
                let all: Vec<usize> = (0..self.network.weights).collect();
                Value::Truth(self.dimensions.of(set)? == self.dimensions.of(&all)?)
            }
            "tensor_counts" => {
                self.each_its_own()?;
                numbers(self.network.tensors.iter().map(|t| places(t, set).count()))
            }
            _ => return unknown("an allocation has no such attribute here"),
        })
    }

    fn call(&mut self, function: &Expression, arguments: &[Expression]) -> Result<Value, Fault> {
        if let Expression::Attribute(of, name) = function {
            if arguments.is_empty() {
                let Value::Allocation(set) = self.value(of)? else { return unknown("a value has no such method here") };
                return self.moved(&set, name);
            }
            let [argument] = arguments else { return unknown("a method takes one argument here") };
            let (of, argument) = (self.value(of)?, self.value(argument)?);
            return self.method(&of, name, &argument);
        }
        let Expression::Name(name) = function else { return unknown("only functions with a name are called") };
        let several = arguments.len() > 1 && ["min", "max"].contains(&name.as_str());
        let list = match arguments {
            _ if several => arguments.iter().map(|e| self.value(e)).collect::<Result<Vec<_>, _>>()?,
            _ if name == "range" => arguments.iter().map(|e| self.value(e)).collect::<Result<Vec<_>, _>>()?,
            [one] => match (name.as_str(), self.value(one)?) {
                ("len", Value::Allocation(set)) => return Ok(number(set.len())),
                (_, Value::List(list)) => list,
                _ => return unknown("a function is called with something that is no list"),
            },
            _ => return unknown("a function has another number of arguments"),
        };
        match name.as_str() {
            "len" => Ok(number(list.len())),
            "all" | "any" => {
                let truth =
                    |v: &Value| if let Value::Truth(t) = v { Ok(*t) } else { unknown("a list holds other things") };
                let truths = list.iter().map(truth).collect::<Result<Vec<bool>, Fault>>()?;
                Ok(Value::Truth(if name == "all" { truths.iter().all(|t| *t) } else { truths.iter().any(|t| *t) }))
            }
            _ => {
                let number =
                    |v: &Value| if let Value::Number(n) = v { Ok(*n) } else { unknown("a list holds other things") };
                of_numbers(name, list.iter().map(number).collect::<Result<Vec<i64>, Fault>>()?)
            }
        }
    }

    /// The allocations with a weight more, less, or moved.
    fn moved(&self, set: &[usize], name: &str) -> Result<Value, Fault> {
        let network = self.network;
        let with = |from: Option<usize>, to: Option<usize>| {
            let mut other: Vec<usize> = set.iter().copied().filter(|w| Some(*w) != from).chain(to).collect();
            other.sort_unstable();
            Value::Allocation(other)
        };
        let frozen: Vec<usize> = (0..network.weights).filter(|w| set.binary_search(w).is_err()).collect();
        let within = match name {
            "extensions" => return Ok(Value::List(frozen.iter().map(|w| with(None, Some(*w))).collect())),
            "deletions" => return Ok(Value::List(set.iter().map(|w| with(Some(*w), None)).collect())),
            "moves" => false,
            "moves_within_tensors" => true,
            _ => return unknown("an allocation has no such method here"),
        };
        pay(PART * (set.len() * frozen.len()) as u64)?;
        if within {
            self.each_its_own()?;
        }
        let of = |w: usize| network.tensors.iter().rposition(|t| t.start <= w);
        let pairs = set.iter().flat_map(|from| frozen.iter().map(move |to| (*from, *to)));
        let allowed = pairs.filter(|(from, to)| !within || of(*from) == of(*to));
        Ok(Value::List(allowed.map(|(from, to)| with(Some(from), Some(to))).collect()))
    }

    /// Where weights are pinned or tied, it is not said here how many there are in a tensor.
    fn each_its_own(&self) -> Result<(), Fault> {
        if self.network.entries.is_none() { Ok(()) } else { unknown("weights are pinned or tied") }
    }

    fn method(&mut self, of: &Value, name: &str, argument: &Value) -> Result<Value, Fault> {
        let tensor = |text: &str| {
            self.each_its_own()?;
            self.network.tensor(text).map_or_else(|| unknown("there is no such tensor"), Ok)
        };
        let matrix = |text: &str| {
            let flat = tensor(text)?;
            if flat.axes.len() <= 2 { Ok(flat) } else { unknown("a tensor has more than two axes") }
        };
        Ok(match (of, name, argument) {
            (Value::Network, "dim", Value::Text(text)) => {
                let set = self.allocation(text)?;
                number(self.dimensions.of(&set)?)
            }
            (Value::Allocation(set), "row_counts", Value::Text(text)) => {
                let tensor = matrix(text)?;
                numbers((0..tensor.rows).map(|row| places(tensor, set).filter(|(r, _)| *r == row).count()))
            }
            (Value::Allocation(set), "column_counts", Value::Text(text)) => {
                let tensor = matrix(text)?;
                numbers((0..tensor.columns).map(|column| places(tensor, set).filter(|(_, c)| *c == column).count()))
            }
            (Value::Allocation(set), "tensor_count", Value::Text(text)) => number(places(tensor(text)?, set).count()),
            (Value::Allocation(set), "inside", Value::Text(text)) => {
                let other = self.allocation(text)?;
                Value::Truth(set.iter().all(|w| other.contains(w)))
            }
            _ => return unknown("a value has no such method here"),
        })
    }
}

/// Whether two values can be equal at all: what never can is a slip, and has no value.
fn comparable(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Nothing, Value::Number(_)) | (Value::Number(_), Value::Nothing) => true,
        (Value::List(a), Value::List(b)) => a.iter().zip(b).all(|(a, b)| comparable(a, b)),
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

/// The rows and columns of the weights of a tensor.
fn places<'a>(tensor: &'a Tensor, set: &'a [usize]) -> impl Iterator<Item = (usize, usize)> + 'a {
    let inside = set.iter().filter(|w| (tensor.start..tensor.start + tensor.rows * tensor.columns).contains(w));
    inside.map(|w| ((w - tensor.start) / tensor.columns, (w - tensor.start) % tensor.columns))
}

/// A function of numbers.
fn of_numbers(name: &str, list: Vec<i64>) -> Result<Value, Fault> {
    let result = match (name, list.as_slice()) {
        ("sum", _) => list.iter().try_fold(0i64, |sum, n| sum.checked_add(*n)),
        ("min", _) => list.iter().copied().min(),
        ("max", _) => list.iter().copied().max(),
        ("sorted", _) => {
            let mut sorted = list;
            sorted.sort_unstable();
            return Ok(Value::List(sorted.into_iter().map(Value::Number).collect()));
        }
        ("range", [_] | [_, _]) => {
            let (from, to) = if let [from, to] = list[..] { (from, to) } else { (0, list[0]) };
            if to.saturating_sub(from) > MOST_ENTRIES as i64 {
                return unknown("a list is too long");
            }
            return Ok(Value::List((from..to).map(Value::Number).collect()));
        }
        _ => return unknown("a function is not known here"),
    };
    result.map_or_else(|| unknown("a number is too large, or there is none"), |n| Ok(Value::Number(n)))
}
