//! A claim's condition, as a step that the checker evaluates: where it is written in the part of the claim language that
//! certificates have.

use allocert_claims::{Checked, Outcome};
use allocert_core::allocation::{Allocation, parse, print};
use allocert_core::network::{Network, Samples};

use super::table::MOST_WEIGHTS;
use allocert_format::Rule;
use allocert_format::expression::{self, Expression};

/// The most parts of expressions evaluated for a claim.
const MOST_PARTS: u64 = 1 << 25;

const FUNCTIONS: [&str; 8] = ["min", "max", "sum", "len", "all", "any", "sorted", "range"];
const ATTRIBUTES: [&str; 16] = [
    "weights",
    "samples",
    "teacher_dim",
    "widths",
    "bias",
    "degree",
    "layers",
    "inputs",
    "outputs",
    "hidden",
    "steps",
    "size",
    "dim",
    "free",
    "spans",
    "tensor_counts",
];
const METHODS: [&str; 9] = [
    "dim",
    "row_counts",
    "column_counts",
    "tensor_count",
    "inside",
    "extensions",
    "deletions",
    "moves",
    "moves_within_tensors",
];

/// What a claim asks, for steps of [`Rule::Condition`].
pub(super) struct Asked {
    given: Option<String>,
    holds: String,
    /// All allocations inside these weights, as written; nothing for a claim about networks.
    within: Option<String>,
    /// The parts of both expressions.
    parts: u64,
}

impl Asked {
    /// What a claim asks; nothing if the checker cannot evaluate it.
    pub(super) fn of(checked: &Checked) -> Option<Self> {
        let settled = match checked.outcome.as_ref().ok()? {
            Outcome::Verified => checked.unsettled.is_none() && checked.undecided == 0,
            Outcome::Refuted => checked.counterexample.is_some(),
            _ => false,
        };
        let written = &checked.written;
        if !settled || !written.plain {
            return None;
        }
        let (parameters, holds) = lambda(written.holds.as_deref()?)?;
        let given = written.given.as_deref().map(|given| lambda(given).filter(|(p, _)| *p == parameters));
        let given = match given {
            None => None,
            Some(given) => Some(given?.1),
        };
        let within = match (parameters.as_str(), written.allocations.as_deref()) {
            ("net", None) => None,
            ("net, a", None) => Some("all".to_owned()),
            ("net, a", Some(text)) => {
                let inside = text.trim().strip_prefix("within(\"")?.strip_suffix("\")")?;
                Some(inside.to_owned()).filter(|inside| !inside.contains('"'))
            }
            _ => return None,
        };
        let parts = [Some(&holds), given.as_ref()].into_iter().flatten();
        let parts = parts.map(|text| parts_of(&expression::parse(text).ok()?, &mut Vec::new())).sum::<Option<u64>>()?;
        let asked = Asked { given, holds, within, parts };
        let all: u64 = checked.subjects.iter().map(|s| asked.work(&s.network)).fold(0, u64::saturating_add);
        (all <= MOST_PARTS).then_some(asked)
    }

    fn work(&self, network: &Network) -> u64 {
        let sets = self.inside(network).map_or(1, |inside| 1u64.checked_shl(inside.size() as u32).unwrap_or(u64::MAX));
        sets.saturating_mul(self.parts)
    }

    fn inside(&self, network: &Network) -> Option<Allocation> {
        parse(network.layout(), self.within.as_deref()?).ok()
    }

    /// The step for a network, after the steps that prove its dimensions; nothing if it has too many weights.
    pub(super) fn step(&self, checked: &Checked, network: &Network, samples: Samples, points: &[u64]) -> Option<Rule> {
        let inside = self.inside(network);
        if self.within.is_some() != inside.is_some() || inside.as_ref().is_some_and(|i| i.size() > MOST_WEIGHTS) {
            return None;
        }
        let text = |set: &Allocation| match set.size() {
            0 => "none".to_owned(),
            size if size == network.weights() => "all".to_owned(),
            _ => print(network.layout(), set),
        };
        let counterexample = checked.counterexample.as_ref().filter(|c| c.network == *network && c.samples == samples);
        let fails = counterexample.map(|c| c.allocation.as_ref().map_or("none".to_owned(), text));
        if fails.is_none() && checked.counterexample.is_some() {
            return None;
        }
        let points = if network.weights() <= MOST_WEIGHTS { points.to_vec() } else { Vec::new() };
        // One text for all networks, so that they are seen to be asked the same.
        let within = match &inside {
            Some(inside) if !self.is_plain(network, inside) && checked.subjects.len() > 1 => return None,
            Some(inside) if !self.is_plain(network, inside) => Some(text(inside)),
            _ => self.within.clone(),
        };
        let (given, holds) = (self.given.clone(), self.holds.clone());
        Some(Rule::Condition { within, points, given, holds, fails })
    }
}

impl Asked {
    /// Whether the weights are written as certificates write them: names of tensors and of weights, none of them twice.
    fn is_plain(&self, network: &Network, inside: &Allocation) -> bool {
        let Some(text) = &self.within else { return true };
        let index = |c: char| c.is_ascii_digit() || c == ',';
        let plain = |item: &str| match item.split_once('[') {
            Some((_, indices)) => indices.strip_suffix(']').is_some_and(|i| !i.is_empty() && i.chars().all(index)),
            None => !item.is_empty() && item != "none",
        };
        let size = |item: &str| parse(network.layout(), item).map_or(0, |set| set.size());
        text == "none" || text.split(' ').all(plain) && text.split(' ').map(size).sum::<usize>() == inside.size()
    }
}

/// The parameters and the body of a lambda, on one line.
fn lambda(text: &str) -> Option<(String, String)> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (parameters, body) = line.strip_prefix("lambda ")?.split_once(':')?;
    Some((parameters.trim().to_owned(), body.trim().to_owned()))
}

/// How many parts an expression has; nothing if it uses what certificates do not know.
fn parts_of(expression: &Expression, variables: &mut Vec<String>) -> Option<u64> {
    let all = |list: &[&Expression], variables: &mut Vec<String>| -> Option<u64> {
        list.iter().map(|e| parts_of(e, variables)).sum::<Option<u64>>()
    };
    let inner = match expression {
        Expression::Number(_) | Expression::Truth(_) | Expression::Nothing | Expression::Text(_) => 0,
        Expression::Name(name) => (["net", "a"].contains(&name.as_str()) || variables.contains(name)).then_some(0)?,
        Expression::List(list) => all(&list.iter().collect::<Vec<_>>(), variables)?,
        Expression::Each(each, variable, list, condition) => {
            let first = all(&[list], variables)?;
            variables.push(variable.clone());
            let rest: Vec<&Expression> = [Some(each.as_ref()), condition.as_deref()].into_iter().flatten().collect();
            let rest = all(&rest, variables);
            variables.pop();
            first + 8 * rest?
        }
        Expression::Attribute(of, name) => {
            ATTRIBUTES.contains(&name.as_str()).then_some(())?;
            all(&[of], variables)?
        }
        Expression::Index(of, at) => all(&[of, at], variables)?,
        Expression::Call(function, arguments) => {
            let arguments = all(&arguments.iter().collect::<Vec<_>>(), variables)?;
            match function.as_ref() {
                Expression::Name(name) if FUNCTIONS.contains(&name.as_str()) => arguments,
                Expression::Attribute(of, name) if METHODS.contains(&name.as_str()) => {
                    arguments + all(&[of], variables)?
                }
                _ => return None,
            }
        }
        Expression::Minus(e) | Expression::Not(e) => all(&[e], variables)?,
        Expression::Operation(left, _, right) => all(&[left, right], variables)?,
        Expression::Choice(condition, then, otherwise) => all(&[condition, then, otherwise], variables)?,
    };
    Some(inner + 1)
}
