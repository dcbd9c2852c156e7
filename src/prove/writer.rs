//! Writing steps one after the other.

use std::collections::HashMap;

use allocert_core::network::{Network, Samples};

use super::{CannotCertify, own};
use allocert_format::{Header, Rule, Step, claim_in_words, condition_in_words, network_in_words};

/// A certificate being written: its header, and its steps so far as lines of JSON.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    header: Header,
    lines: Vec<String>,
    statements: Vec<String>,
    /// The network of the present steps, where there are several.
    subject: String,
    /// The points of the present steps.
    points: Vec<u64>,
    /// The networks that are no families so far: by name, the step and the hash.
    programs: HashMap<String, (u64, String)>,
    /// What conditions state, by step.
    conditions: HashMap<u64, String>,
}

impl Writer {
    pub(super) fn new(header: Header) -> Self {
        let lines = vec![json(&header)];
        let (statements, subject, points) = (Vec::new(), String::new(), Vec::new());
        let (programs, conditions) = (HashMap::new(), HashMap::new());
        Writer { header, lines, statements, subject, points, programs, conditions }
    }

    /// From here on steps are about this network, whose program is carried if it is no family and stands here first.
    ///
    /// # Errors
    /// A network that no certificate carries, or another one of the same name.
    pub(super) fn open(&mut self, network: &Network, samples: Samples) -> Result<(), CannotCertify> {
        if let Some(Rule::Program { name, text, sha256 }) = own::program(network)? {
            match self.programs.get(&name) {
                Some((_, known)) if *known != sha256 => return Err(CannotCertify::TwoPrograms),
                Some(_) => {}
                None => {
                    self.programs.insert(name.clone(), (self.next(), sha256.clone()));
                    self.step(Rule::Program { name, text, sha256 });
                }
            }
        }
        self.step(Rule::Network { network: network.to_string(), samples: samples.count() });
        Ok(())
    }

    /// Whether the program of a network would be written when it is opened.
    pub(super) fn is_new(&self, network: &Network) -> bool {
        !network.is_built_in() && !self.programs.contains_key(&network.to_string())
    }

    /// Writes a step; its number.
    pub(super) fn step(&mut self, by: Rule) -> u64 {
        let step = self.lines.len() as u64;
        match &by {
            Rule::Point { .. } => self.points.push(step),
            Rule::Network { .. } => self.points.clear(),
            _ => {}
        }
        match &by {
            Rule::Network { network, samples } if self.header.network.is_none() => {
                let hash = self.programs.get(network).map(|(_, hash)| hash.as_str());
                self.subject = network_in_words(network, hash, *samples) + ": ";
            }
            Rule::Claim { .. } => self.subject.clear(),
            _ => {}
        }
        let stated = match &by {
            Rule::Claim { conditions, .. } => self.claim(&by, conditions),
            _ => statement(&by),
        };
        self.statements.push(format!("{}{}", self.subject, stated.unwrap_or_default()));
        if let Rule::Condition { .. } = &by {
            self.conditions.insert(step, statement(&by).unwrap_or_default());
        }
        self.lines.push(json(&Step { step, by }));
        step
    }

    /// What a claim states that cites these conditions.
    fn claim(&self, claim: &Rule, cited: &[u64]) -> Option<String> {
        let cited: Vec<String> = cited.iter().filter_map(|step| self.conditions.get(step).cloned()).collect();
        claim_in_words(claim, &cited, |network| self.programs.get(network).map(|(_, hash)| hash.as_str()))
    }

    /// The points of the present network.
    pub(super) fn points(&self) -> &[u64] {
        &self.points
    }

    /// The number of steps so far.
    pub(super) fn steps(&self) -> usize {
        self.statements.len()
    }

    /// The number of the next step.
    pub(super) fn next(&self) -> u64 {
        self.lines.len() as u64
    }

    /// Takes back all steps after so many.
    pub(super) fn back_to(&mut self, steps: usize) {
        self.lines.truncate(steps + 1);
        self.statements.truncate(steps);
        self.programs.retain(|_, (step, _)| *step <= steps as u64);
    }

    /// Writes the end; the whole certificate.
    pub(super) fn end(mut self, answer: Vec<u64>) -> String {
        let steps = self.lines.len() as u64;
        let statements = answer.iter().map(|step| self.statements[*step as usize - 1].clone()).collect();
        let header = self.header.clone();
        self.step(Rule::End { steps, header, answer, statements });
        self.lines.push(String::new());
        self.lines.join("\n")
    }
}

fn json(value: &impl serde::Serialize) -> String {
    // Text, numbers and lists always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}

/// What a step states, in the words of the format; nothing if it states nothing.
pub fn statement(rule: &Rule) -> Option<String> {
    Some(match rule {
        Rule::Minor { of, at_least: k, .. } => format!("the dimension of {of} is at least {k}"),
        Rule::Size { of, at_most: k }
        | Rule::Labels { of, at_most: k }
        | Rule::Gauge { of, at_most: k, .. }
        | Rule::Kernel { of, at_most: k, .. }
        | Rule::Bound { of, at_most: k, .. }
        | Rule::Inclusion { of, at_most: k, .. }
        | Rule::Submodular { of, at_most: k, .. }
        | Rule::Symmetry { of, at_most: k, .. }
        | Rule::Random { of, at_most: k, .. } => format!("the dimension of {of} is at most {k}"),
        Rule::Dimension { of, dim, .. } => format!("the dimension of {of} is {dim}"),
        Rule::Spans { of, spans: true, .. } => format!("{of} spans"),
        Rule::Spans { of, spans: false, .. } => format!("{of} does not span"),
        Rule::Table { within, counts, .. } | Rule::Count { within, counts, .. } => {
            let list: Vec<String> = counts.iter().map(|(s, d, n)| format!("{n} of size {s} with {d}")).collect();
            format!("dimensions of all allocations inside {within}: {}", list.join(", "))
        }
        Rule::Match { of, verdict, .. } => {
            let value = match verdict.as_str() {
                "zero" => "0",
                "one" => "1",
                "fractional" => "above 0 and below 1",
                _ => "above 0",
            };
            format!("the match probability of {of} is {value}")
        }
        Rule::Solution { of, instance, .. } => format!("the instance of step {instance} has a real match with {of}"),
        Rule::Absence { of, instance, nearby: false, .. } => {
            format!("the instance of step {instance} has no real match with {of}")
        }
        Rule::Absence { of, instance, nearby: true, .. } => {
            format!("neither the instance of step {instance} nor any near it has a real match with {of}")
        }
        Rule::Odd { of, .. } | Rule::Part { of, .. } => format!("the match probability of {of} is 1"),
        Rule::Fractional { of, .. } | Rule::Unmatched { of, .. } => {
            format!("the match probability of {of} is above 0 and below 1")
        }
        Rule::Condition { .. } => return condition_in_words(rule),
        _ => return None,
    })
}
