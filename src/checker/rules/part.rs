//! A match probability of 1 of a feedforward network of powers, or a linear one, without biases, since parts of it have match probability 1: these
//! are networks themselves, and the steps about each are checked as if they stood in a certificate of its own, in which nothing may be left open.
//!
//! A match probability is 1 if almost all real students, teachers and inputs have a match. No rule says so of less, whatever the draws are.
//!
//! `bottleneck`: the network is cut at a hidden layer of one unit. f is what comes into the unit, G the product of the degrees from that layer on, C what is above it,
//! at activation 1: y = C f^G. The *lower* part is the network with the output f, on the same samples; the *upper* part has the unit's activation as its input, on one
//! sample. The *scaled* lower part is κ f, the *scaled* upper part κ^G C, with one more weight κ, which learns. As labels of the upper part are those at
//! activation 1 times a power of its input, it matches at an input if and only if it does at 1.
//! - Scaled lower part, and upper part. For almost all lower parts and inputs there are κ f = κ\* f\*, so f = μ f\* with μ ≠ 0 (f\* is not 0). The upper part matches almost every teacher; so, for each number s ≠ 0, almost every teacher's
//!   outputs times s, which are those of a teacher with another last layer. μ does not depend on the upper parts. So C = μ^−G C\*, almost surely (Fubini), and y = C f^G = y\*.
//! - Lower part, and scaled upper part: κ^G C = κ\*^G C\* is C = μ^−G C\* with μ = κ/κ\* ≠ 0, which does not depend on the lower parts; and f matches μ f\* almost surely, the output of a
//!   teacher with another last layer.
//! - Lower part, and upper part: with κ held anywhere, the lower part matches κ\*/κ f\*, as before. So the scaled lower part has match probability 1.
//!
//! `samples`: the same cut at the second hidden layer, on M ≥ 2 samples, G even, the upper part with match probability 1. Then it is enough that f(x_j) = ±μ f\*(x_j) at each sample, with any signs and a number μ > 0. One of:
//! - some unit i of the first layer has M learnable incoming weights. So w_i·x_j are any M numbers, as x_j are independent (there are no more samples than inputs), and its activations are any numbers of one sign at least. f is its outgoing weight, not
//!   0, times these, and something that stays. Choose signs such that ±f\*(x_j) has that of the outgoing weight, and μ large.
//! - M = 2, and each unit of the first layer has a learnable incoming weight t_i. With one input, all f have the quotient of f\*. Otherwise f(x_j) = Σ_i a_i (t_i x_jk + b_ij)^g. Where all activations at x_1 are 0, f(x_1) : f(x_2) is 0, and there is such a place
//!   for ∞. As polynomials in the t_i the two have no common factor for generic numbers: sums of powers of independent variables about different centres, irreducible for three units and more, products of planes through the centre for two; and for
//!   one, powers. So they are both 0 on a set of two dimensions less, if at all, around which there is a way from one place to the other; on it the quotient takes all positive values or all negative ones, so f\*'s or the negative of that.
//!
//! `output`: one hidden layer, M samples, at least two outputs. Weights into output `at` from M units learn, and forms of the hidden degree in the inputs have M dimensions at least, so that activations of M generic units are independent
//! on M generic inputs. The part without this output has match probability 1. *Then there are matches of it where the activations of these M units are independent:* those students where they are not are a proper algebraic subset Z of what is learnable, for generic frozen weights. Almost every
//! teacher's labels are no critical value of the label map into the variety of all labels, nor of it on any manifold of a stratification of Z (Sard); so the students that have them are a manifold, of more dimensions than its part in Z. There, the output
//! is matched by linear equations.

//! `row`: `lrnn` with one hidden unit and several outputs, all of whose decoder's weights learn but at most that of output `at`. Labels are D h, h the unit's states. The part `row` has this output alone. A match of it is D_at h = D\*_at h\*, so h = μ h\*
//! with μ ≠ 0 (D\*_at and h\* are not 0), and the others learn: D_k = D\*_k / μ.

use allocert_format::{Header, Rule};

use super::super::Options;
use super::super::network::{Chain, Family, monomials};
use super::super::proof::{Fact, Fault, Proof, ensure};

pub(super) fn part(
    proof: &mut Proof,
    step: u64,
    (of, law, at): (&str, &str, usize),
    parts: Vec<(String, Vec<Rule>)>,
) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    if law == "row" {
        let names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
        ensure(names == ["row"], "the law is about other parts")?;
        let (network, learnable) = row(&proof.network()?.family, &set, at).ok_or_else(|| {
            Fault::Wrong("there is more than one hidden unit, or another output is frozen".to_owned())
        })?;
        let samples = proof.samples;
        for (name, steps) in parts {
            certain(&name, (&network, samples), &learnable, steps)?;
        }
        return proof.state(step, Fact::Match(set, 2, 2), format!("the match probability of {of} is 1"));
    }
    let chain = proof.network()?.chain.clone();
    let chain = chain.ok_or_else(|| Fault::Wrong("the network has no such parts".to_owned()))?;
    let cut = Cut { chain, at, set, samples: proof.samples };
    let names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
    let enough = match (law, names.as_slice()) {
        ("bottleneck", ["lower" | "scaled lower", "upper"] | ["lower", "scaled upper"]) => cut.is_bottleneck(),
        ("samples", ["upper"]) => cut.is_bottleneck() && cut.takes_signs(),
        ("output", ["others"]) => cut.takes_labels(),
        _ => return Err(Fault::Wrong("there is no such law, or it is about other parts".to_owned())),
    };
    ensure(enough, "the law does not hold of this layer, or output")?;
    for (name, steps) in parts {
        let (chain, samples, learnable) = cut.named(&name);
        certain(&name, (&chain.name(), samples), &learnable, steps)?;
    }
    proof.state(step, Fact::Match(cut.set, 2, 2), format!("the match probability of {of} is 1"))
}

/// A network cut at a layer, or without an output, and what learns.
struct Cut {
    chain: Chain,
    at: usize,
    set: Vec<usize>,
    samples: Option<u64>,
}

impl Cut {
    fn is_bottleneck(&self) -> bool {
        let hidden = 1..self.chain.widths.len() - 1;
        hidden.contains(&self.at) && self.chain.widths[self.at] == 1
    }

    /// So many weights have the first layers.
    fn weights(&self, layers: usize) -> usize {
        self.chain.widths.windows(2).take(layers).map(|pair| pair[0] * pair[1]).sum()
    }

    /// How many of these weights learn.
    fn learning(&self, range: std::ops::Range<usize>) -> u64 {
        self.set.iter().filter(|w| range.contains(w)).count() as u64
    }

    /// Whether what comes into the unit may be the teacher's but for a factor, and signs of each sample that do not matter.
    fn takes_signs(&self) -> bool {
        let (Some(samples), 2) = (self.samples, self.at) else { return false };
        let (inputs, units) = (self.chain.widths[0], self.chain.widths[1]);
        let even = self.chain.degrees[self.at - 1..].iter().any(|degree| degree.is_multiple_of(2));
        let each = || (0..units).map(|unit| self.learning(unit * inputs..(unit + 1) * inputs));
        let any = each().any(|count| count >= samples);
        even && samples >= 2 && (any || samples == 2 && each().all(|count| count >= 1))
    }

    /// Where the weights into the output begin, and end.
    fn output(&self) -> std::ops::Range<usize> {
        let (from, units) = (self.weights(1), self.chain.widths[1]);
        from + self.at * units..from + (self.at + 1) * units
    }

    /// Whether the output takes any labels.
    fn takes_labels(&self) -> bool {
        let (&[inputs, _, outputs], Some(samples)) = (self.chain.widths.as_slice(), self.samples) else {
            return false;
        };
        let forms = monomials(inputs, 1, self.chain.degrees[0]);
        outputs >= 2 && self.at < outputs && self.learning(self.output()) >= samples && forms >= u128::from(samples)
    }

    /// A part: its shape, the samples, and what learns.
    fn named(&self, name: &str) -> (Chain, Option<u64>, Vec<usize>) {
        let Chain { widths, degrees } = &self.chain;
        let (at, split) = (self.at, self.weights(self.at));
        let below = || self.set.iter().copied().filter(|w| *w < split);
        let above = || self.set.iter().filter(|w| **w >= split).map(|w| w - split);
        match name {
            "lower" => {
                let chain = Chain { widths: widths[..=at].to_vec(), degrees: degrees[..at - 1].to_vec() };
                (chain, self.samples, below().collect())
            }
            "scaled lower" => {
                let widths = [&widths[..=at], &[1]].concat();
                let degrees = [&degrees[..at - 1], &[1]].concat();
                (Chain { widths, degrees }, self.samples, below().chain([split]).collect())
            }
            "upper" => {
                let chain = Chain { widths: widths[at..].to_vec(), degrees: degrees[at..].to_vec() };
                (chain, Some(1), above().collect())
            }
            "scaled upper" => {
                let widths = [&[1], &widths[at..]].concat();
                let chain = Chain { widths, degrees: degrees[at - 1..].to_vec() };
                (chain, Some(1), std::iter::once(0).chain(above().map(|w| w + 1)).collect())
            }
            _ => {
                let (row, units) = (self.output(), widths[1]);
                let others = self.set.iter().copied().filter(|w| !row.contains(w));
                let others = others.map(|w| if w < row.start { w } else { w - units }).collect();
                let chain = Chain { widths: vec![widths[0], units, widths[2] - 1], degrees: degrees.clone() };
                (chain, self.samples, others)
            }
        }
    }
}

/// A recurrent network with one hidden unit, with only one of its outputs, and what learns of that, if all of the others do.
fn row(family: &Family, set: &[usize], at: usize) -> Option<(String, Vec<usize>)> {
    let &Family::Recurrent { inputs, hidden: 1, outputs, steps, every } = family else { return None };
    let free = (0..outputs).all(|output| output == at || set.binary_search(&output).is_ok());
    if at >= outputs || !free {
        return None;
    }
    let readout = if every { ", readout=\"all\"" } else { "" };
    let decoder = set.binary_search(&at).is_ok().then_some(0);
    let others = set.iter().filter(|w| **w >= outputs).map(|w| w - outputs + 1);
    let network = format!("lrnn(inputs={inputs}, hidden=1, outputs=1, steps={steps}{readout})");
    Some((network, decoder.into_iter().chain(others).collect()))
}

/// A fault unless the steps show that a part has match probability 1.
fn certain(
    name: &str,
    (network, samples): (&str, Option<u64>),
    learnable: &[usize],
    steps: Vec<Rule>,
) -> Result<(), Fault> {
    let mut proof = Proof::new(Header::default(), Options::default());
    proof.enter(network, samples)?;
    let mut last = 1;
    for rule in steps {
        last += 1;
        let of_parts = !["program", "network", "condition", "claim", "end"].contains(&rule.name());
        ensure(of_parts, "a step of this kind cannot be about a part")?;
        proof.begin();
        super::apply(&mut proof, last, rule).map_err(|fault| match fault {
            Fault::Wrong(reason) => Fault::Wrong(format!("{name} part, step {last}: {reason}")),
            other => other,
        })?;
    }
    ensure(proof.holes.is_empty(), &format!("{name} part: something is left open"))?;
    let certain = matches!(proof.fact(last)?, Fact::Match(set, 2, 2) if *set == learnable);
    ensure(certain, &format!("{name} part: the last step does not say that the match probability is 1"))
}

impl Chain {
    /// As networks are written.
    fn name(&self) -> String {
        let first = self.degrees.first();
        if self.degrees.iter().all(|degree| *degree == 1) {
            format!("lffn({:?})", self.widths)
        } else if let Some(degree) = first.filter(|first| self.degrees.iter().all(|degree| degree == *first)) {
            format!("pnn({:?}, degree={degree})", self.widths)
        } else {
            format!("pnn({:?}, degree={:?})", self.widths, self.degrees)
        }
    }
}
