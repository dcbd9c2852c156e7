//! Networks made from others: weights pinned at numbers or tied to one another, only some of the labels observed.
//!
//! A pinned weight is no weight any more, and tied ones are one: the network is another one, and so is the teacher. (A
//! *frozen* weight, in contrast, is drawn at random and belongs to the teacher as well.)

use std::fmt::Write;

use rug::Rational;

use super::program::{ProgramNetwork, ProgramNetworkError};
use super::{Kind, Network};
use crate::allocation::{Entry, Layout};
use crate::program::{Program, ProgramError, Recorder, Step};

/// Why weights cannot be pinned or tied so, or labels not be observed so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// A position that no weight has.
    #[error("weight {weight} of {network}, which has {weights}")]
    NoSuchWeight {
        /// The network.
        network: String,
        /// The position asked for.
        weight: usize,
        /// The number of weights.
        weights: usize,
    },
    /// One weight pinned at two numbers.
    #[error("{network}: {weight} is pinned at {first} and at {second}\n  pin it once")]
    PinnedTwice {
        /// The network.
        network: String,
        /// The weight.
        weight: String,
        /// A number,
        first: Rational,
        /// and another.
        second: Rational,
    },
    /// A label that there is not.
    #[error("label {label} of {network}, which has {labels} for each input, counted from 0")]
    NoSuchLabel {
        /// The network.
        network: String,
        /// The label asked for.
        label: usize,
        /// How many there are.
        labels: usize,
    },
    /// The forward pass is too long.
    #[error("{network}: {error}")]
    Program {
        /// The network.
        network: String,
        /// The limit.
        error: ProgramError,
    },
    /// What comes out is not a network.
    #[error(transparent)]
    Network(#[from] ProgramNetworkError),
}

impl Network {
    /// The network in which some weights are fixed numbers: no longer weights, but with their places in the tensors. Weights
    /// that no label depends on any more stay weights, which no allocation gains by.
    ///
    /// # Errors
    /// A position that no weight has, a weight at two numbers, no weight left, or a forward pass over the limit.
    pub fn pin(&self, pins: &[(usize, Rational)]) -> Result<Network, ChangeError> {
        let mut pinned: Vec<Option<Rational>> = vec![None; self.weights()];
        for (weight, value) in pins {
            let slot = pinned.get_mut(*weight).ok_or_else(|| self.no_such_weight(*weight))?;
            match slot.replace(value.clone()) {
                Some(first) if first != *value => {
                    let weight = self.layout().weight(*weight).to_string();
                    let (network, second) = (self.to_string(), value.clone());
                    return Err(ChangeError::PinnedTwice { network, weight, first, second });
                }
                _ => {}
            }
        }
        let mut list = String::new();
        for (weight, value) in pinned.iter().enumerate().filter_map(|(w, v)| Some((w, v.as_ref()?))) {
            let separator = if list.is_empty() { "" } else { ", " };
            let number = if *value.denom() == 1 { value.to_string() } else { format!("\"{value}\"") };
            // Writing to a string does not fail.
            let _ = write!(list, "{separator}\"{}\": {number}", self.layout().weight(weight));
        }
        let entry = |weight: usize| pinned[weight].clone().map_or(Entry::Weight(weight), Entry::Pinned);
        self.with_entries(entry, "pin", &format!("{{{list}}}"))
    }

    /// The network in which the weights of each group are one weight.
    ///
    /// # Errors
    /// A position that no weight has, or a forward pass over the limit.
    pub fn tie(&self, groups: &[Vec<usize>]) -> Result<Network, ChangeError> {
        let mut first: Vec<usize> = (0..self.weights()).collect();
        for group in groups {
            if let Some(weight) = group.iter().find(|w| **w >= self.weights()) {
                return Err(self.no_such_weight(*weight));
            }
            // Groups that share a weight are one group.
            let together: Vec<usize> = group.iter().map(|w| first[*w]).collect();
            let least = together.iter().copied().min().unwrap_or(0);
            first.iter_mut().filter(|f| together.contains(f)).for_each(|f| *f = least);
        }
        let layout = self.layout();
        let text = |group: &Vec<usize>| {
            let names: Vec<String> = group.iter().map(|w| layout.weight(*w).to_string()).collect();
            format!("\"{}\"", names.join(" "))
        };
        let arguments: Vec<String> = groups.iter().map(text).collect();
        self.with_entries(|weight| Entry::Weight(first[weight]), "tie", &arguments.join(", "))
    }

    /// The network that shows only some of its labels, by their places among the labels of one input.
    ///
    /// # Errors
    /// A label that there is not, no label, or a forward pass over the limit.
    pub fn observe(&self, labels: &[usize]) -> Result<Network, ChangeError> {
        let program = self.recorded()?;
        let output = |label: &usize| {
            let known = program.outputs().get(*label).copied();
            let (network, labels) = (self.to_string(), program.outputs().len());
            known.ok_or(ChangeError::NoSuchLabel { network, label: *label, labels })
        };
        let outputs = labels.iter().map(output).collect::<Result<Vec<Step>, _>>()?;
        let program = program.observed(outputs).map_err(|error| self.over_a_limit(error))?;
        let text = format!("{self}.observe({labels:?})");
        self.changed("observe", text, self.layout().clone(), program)
    }

    fn with_entries(
        &self,
        image: impl Fn(usize) -> Entry,
        change: &str,
        arguments: &str,
    ) -> Result<Network, ChangeError> {
        let program = self.recorded()?;
        let (layout, positions) = self.layout().with_entries(&image);
        let mut recorder = Recorder::new();
        let mut weight = |weight: usize| match (image(weight), positions[weight]) {
            (Entry::Pinned(value), _) => recorder.constant(value),
            (Entry::Weight(_), position) => recorder.weight(position.unwrap_or(0)),
        };
        let steps = (0..self.weights()).map(&mut weight).collect::<Result<Vec<Step>, _>>();
        let record = |steps: Vec<Step>| {
            let inputs = (0..program.inputs()).map(|i| recorder.input(i)).collect::<Result<Vec<Step>, _>>()?;
            let outputs = recorder.call(&program, &steps, &inputs)?;
            recorder.finish(outputs, program.inputs(), layout.weights())
        };
        let program = steps.and_then(record).map_err(|error| self.over_a_limit(error))?;
        self.changed(change, format!("{self}.{change}({arguments})"), layout, program)
    }

    fn changed(&self, change: &str, text: String, layout: Layout, program: Program) -> Result<Network, ChangeError> {
        let name = format!("{}.{change}", self.family());
        let network = ProgramNetwork::of(&name, text, layout, program, self.input_shape(), self.shapes().named)?;
        Ok(Network::new(Kind::of_program(network)))
    }

    fn recorded(&self) -> Result<Program, ChangeError> {
        self.to_program().map_err(|error| self.over_a_limit(error))
    }

    fn over_a_limit(&self, error: ProgramError) -> ChangeError {
        ChangeError::Program { network: self.to_string(), error }
    }

    fn no_such_weight(&self, weight: usize) -> ChangeError {
        ChangeError::NoSuchWeight { network: self.to_string(), weight, weights: self.weights() }
    }
}
