//! Polynomials: from the text of certificates to terms of Coq.

use std::collections::BTreeMap;

use super::form::Form;
use super::network::{Network, digits};

/// A variable: a weight, or an entry of the input of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Variable {
    Weight(usize),
    Input { sample: usize, entry: usize },
}

/// Coefficients with their sign, as written, and variables, each as often as its exponent says.
#[derive(Clone, Debug)]
pub(super) struct Polynomial(Vec<(String, Vec<Variable>)>);

/// Higher exponents are not written.
const MOST_EXPONENT: usize = 256;

impl Polynomial {
    pub(super) fn zero() -> Self {
        Polynomial(Vec::new())
    }

    /// Reads `2*W1[0,0]*D[0,1]^2 - x0[1]`.
    pub(super) fn parse(network: &Network, text: &str) -> Option<Self> {
        let mut terms = Vec::new();
        let signed = text.replace(" - ", " + -");
        for term in signed.split(" + ").filter(|term| *term != "0") {
            let (sign, term) = term.strip_prefix('-').map_or(("", term), |term| ("-", term));
            let (mut number, mut variables) = ("1", Vec::new());
            for (place, factor) in term.split('*').enumerate() {
                if place == 0 && factor.bytes().all(|b| b.is_ascii_digit()) && !factor.is_empty() {
                    number = factor;
                    continue;
                }
                let (name, exponent) = match factor.split_once('^') {
                    Some((name, exponent)) => (name, digits(exponent).filter(|e| *e <= MOST_EXPONENT)?),
                    None => (factor, 1),
                };
                variables.extend(std::iter::repeat_n(variable(network, name)?, exponent));
            }
            terms.push((format!("{sign}{number}"), variables));
        }
        Some(Polynomial(terms))
    }

    /// Whether it has no entries of inputs.
    pub(super) fn of_weights(&self) -> bool {
        self.0.iter().all(|(_, m)| m.iter().all(|v| matches!(v, Variable::Weight(_))))
    }

    /// With other weights in the place of its own.
    pub(super) fn renamed(&self, images: &[usize]) -> Self {
        let place = |v: &Variable| match v {
            Variable::Weight(w) => Variable::Weight(images[*w]),
            input => *input,
        };
        Polynomial(self.0.iter().map(|(c, m)| (c.clone(), m.iter().map(place).collect())).collect())
    }

    /// Its term, in the order of `Polynomials.v`: lexicographic, the largest first. `samples` is the number that variables of
    /// inputs are numbered with.
    pub(super) fn term(&self, form: Form, samples: usize) -> String {
        let number = |v: &Variable| match v {
            Variable::Weight(w) => 2 * w,
            Variable::Input { sample, entry } => 2 * (entry * samples + sample) + 1,
        };
        // A smaller variable, and a longer list, is larger: exponents of variables in rising order decide.
        let mut sorted: BTreeMap<Vec<i64>, (&str, Vec<Variable>)> = BTreeMap::new();
        for (c, m) in &self.0 {
            let mut m = m.clone();
            m.sort_by_key(number);
            let key = m.iter().map(|v| number(v) as i64).chain([i64::MAX]).collect();
            sorted.insert(key, (c, m));
        }
        let variable = |v: &Variable| match (form, v) {
            (Form::Plain, v) => number(v).to_string(),
            (Form::Coq, Variable::Weight(w)) => format!("w {w}"),
            (Form::Coq, Variable::Input { sample, entry }) => format!("x {samples} {sample} {entry}"),
        };
        let terms = sorted.into_values().map(|(c, m)| form.tuple(&[c.to_owned(), form.list(m.iter().map(variable))]));
        form.scoped(form.list(terms), "ZZ")
    }
}

fn variable(network: &Network, name: &str) -> Option<Variable> {
    if let Some(weight) = network.weight(name) {
        return Some(Variable::Weight(weight));
    }
    let (sample, entry) = name.strip_prefix('x')?.strip_suffix(']')?.split_once('[')?;
    let (sample, entry) = (digits(sample)?, digits(entry)?);
    (entry < network.input_size() && sample < 1 << 16).then_some(Variable::Input { sample, entry })
}
