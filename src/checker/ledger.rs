//! All that a certificate has stated, of whatever network. A statement that contradicts an earlier one is refused.
//!
//! Proved statements never contradict each other; what rests on a hole may, and so would what a faulty rule lets through.
//! ρ_m(A) ≤ ρ_m(B) + |A ∖ B|, and it never falls as samples are added. MP_m(A) never falls as weights are added, and never rises
//! as samples are. Networks with the same label map are the same network here, whatever their names: what they give at one point
//! tells.

use std::rc::Rc;

use super::budget::{Held, exceeded, pay};
use super::network::Network;
use super::number::Modular;
use super::proof::{Counts, Fact, Fault, Instance};

/// A set of weights as bits.
type Bits = Box<[u64]>;

/// What is stated about a set of weights.
#[derive(Debug)]
enum Entry {
    AtLeast(usize),
    AtMost(usize),
    /// The match probability is one of these: 0, 1 for anything between 0 and 1, or 2 for 1.
    Match(u8, u8),
    /// All allocations inside.
    Table(Rc<Counts>),
    /// A match of an instance; on all inputs, or on its own.
    Solved(Rc<Instance>, bool),
    /// None.
    Unsolved(Rc<Instance>),
}

/// An entry, its place, and who is meant.
#[derive(Debug)]
struct Line {
    step: u64,
    network: usize,
    /// The largest number when functional.
    samples: u64,
    set: Bits,
    entry: Entry,
}

/// The entries so far.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// The weights and the inputs of a network, what tells its label map, and whether it has kinks.
    networks: Vec<(usize, usize, Vec<Modular>, bool)>,
    lines: Vec<Line>,
    held: Held,
}

impl Ledger {
    /// Adds what a step states.
    pub(super) fn add(
        &mut self,
        step: u64,
        (network, samples): (&Network, Option<u64>),
        fact: &Fact,
    ) -> Result<(), Fault> {
        let (set, entries) = match fact {
            Fact::AtLeast(set, k) => (set, vec![Entry::AtLeast(*k)]),
            Fact::AtMost(set, k) => (set, vec![Entry::AtMost(*k)]),
            Fact::Dimension(set, k) => (set, vec![Entry::AtLeast(*k), Entry::AtMost(*k)]),
            Fact::Spans(set, true) => (set, vec![Entry::Match(1, 2)]),
            Fact::Spans(set, false) => (set, vec![Entry::Match(0, 0)]),
            Fact::Match(set, low, high) => (set, vec![Entry::Match(*low, *high)]),
            Fact::Solved(set, instance, everywhere) => (set, vec![Entry::Solved(Rc::clone(instance), *everywhere)]),
            Fact::Unsolved(set, instance, false) => (set, vec![Entry::Unsolved(Rc::clone(instance))]),
            Fact::Unsolved(set, instance, true) => {
                (set, vec![Entry::Unsolved(Rc::clone(instance)), Entry::Match(0, 1)])
            }
            Fact::Table(set, counts) => {
                let whole = counts.iter().find(|(size, _, _)| *size == set.len()).map_or(0, |(_, dim, _)| *dim);
                (set, vec![Entry::AtLeast(whole), Entry::AtMost(whole), Entry::Table(Rc::clone(counts))])
            }
            _ => return Ok(()),
        };
        let place = self.place(network)?;
        let mut bits = vec![0u64; network.weights.div_ceil(64)];
        set.iter().for_each(|w| bits[w / 64] |= 1 << (w % 64));
        pay((self.lines.len() * entries.len() * (2 + bits.len())) as u64)?;
        for entry in entries {
            let samples = samples.unwrap_or(u64::MAX);
            let line = Line { step, network: place, samples, set: bits.clone().into(), entry };
            let same = self.lines.iter().filter(|other| other.network == place);
            for other in same {
                if self.contradict(&line, other)? || self.contradict(other, &line)? {
                    return Err(Fault::Wrong(format!("it contradicts step {}", other.step)));
                }
            }
            if !self.held.grow(96 + 8 * bits.len() as u64) {
                return Err(exceeded());
            }
            self.lines.push(line);
        }
        Ok(())
    }

    /// Which network it is.
    fn place(&mut self, network: &Network) -> Result<usize, Fault> {
        let (size, gates) = (network.input_size(), network.has_kinks());
        let same = |(weights, inputs, labels, kinks): &(usize, usize, Vec<Modular>, bool)| {
            (*weights, *inputs, *kinks) == (network.weights, size, gates) && *labels == network.fingerprint
        };
        pay((self.networks.len() * 8) as u64)?;
        if let Some(place) = self.networks.iter().position(same) {
            return Ok(place);
        }
        if !self.held.grow(64 + 8 * network.fingerprint.len() as u64) {
            return Err(exceeded());
        }
        self.networks.push((network.weights, size, network.fingerprint.clone(), gates));
        Ok(self.networks.len() - 1)
    }

    /// Whether the first, which states much, cannot be while the second, which states little, is.
    fn contradict(&self, much: &Line, little: &Line) -> Result<bool, Fault> {
        let outside = || much.set.iter().zip(&little.set).map(|(a, b)| (a & !b).count_ones() as usize).sum::<usize>();
        let kinks = self.networks[much.network].3;
        Ok(match (&much.entry, &little.entry) {
            (Entry::AtLeast(k), Entry::AtMost(most)) => much.samples <= little.samples && *k > most + outside(),
            (Entry::Match(low, _), Entry::Match(_, high)) => {
                let ordered = if kinks { much.samples == little.samples } else { much.samples >= little.samples };
                low > high && ordered && outside() == 0
            }
            (Entry::AtLeast(k), Entry::Table(counts)) => {
                much.samples <= little.samples
                    && outside() == 0
                    && counts.iter().filter(|(size, _, _)| *size == count(&much.set)).all(|(_, dim, _)| dim < k)
            }
            (Entry::Table(counts), Entry::AtMost(k)) => {
                let inside = little.set.iter().zip(&much.set).all(|(a, b)| a & !b == 0);
                much.samples <= little.samples
                    && inside
                    && counts.iter().filter(|(size, _, _)| *size == count(&little.set)).all(|(_, dim, _)| dim > k)
            }
            (Entry::Table(a), Entry::Table(b)) => much.samples == little.samples && outside() == 0 && exceeds(a, b)?,
            (Entry::Solved(a, everywhere), Entry::Unsolved(b)) => {
                let free = |w: usize| little.set[w / 64] >> (w % 64) & 1 == 1;
                let kept = |w: usize| much.set[w / 64] >> (w % 64) & 1 == 0 && a.student[w] == b.student[w];
                let alike = a.teacher == b.teacher && (0..a.student.len()).all(|w| free(w) || kept(w));
                pay((a.student.len() + b.inputs.len() * (1 + a.inputs.len())) as u64)?;
                alike && (*everywhere || b.inputs.iter().all(|x| a.inputs.contains(x)))
            }
            _ => false,
        })
    }
}

fn count(set: &[u64]) -> usize {
    set.iter().map(|word| word.count_ones() as usize).sum()
}

/// Whether the inner weights have more sets of some size with some dimension at least, or at most, than the outer ones.
fn exceeds(inner: &Counts, outer: &Counts) -> Result<bool, Fault> {
    pay((inner.len() * (inner.len() + outer.len())) as u64)?;
    let number = |counts: &Counts, size: usize, keeps: &dyn Fn(usize) -> bool| -> u128 {
        counts.iter().filter(|(s, dim, _)| *s == size && keeps(*dim)).map(|(_, _, n)| u128::from(*n)).sum()
    };
    Ok(inner.iter().any(|(size, dim, _)| {
        let more = |keeps: &dyn Fn(usize) -> bool| number(inner, *size, keeps) > number(outer, *size, keeps);
        more(&|d| d >= *dim) || more(&|d| d <= *dim)
    }))
}
