//! What statements of certificates say, and whether it is so: by the engine, at random points.

use std::collections::HashMap;

use allocert_core::allocation::{Allocation, parse, print};
use allocert_core::control::Control;
use allocert_core::network::{Network, Samples};
use allocert_core::reach::rank;

use super::SETTINGS;

/// What the engine knows: dimensions, by network, samples and allocation.
#[derive(Default)]
pub struct Truth {
    /// By name; those that are no families to begin with.
    pub networks: HashMap<String, Network>,
    dimensions: HashMap<(String, Option<u64>, String), usize>,
}

impl Truth {
    pub fn network(&mut self, text: &str) -> Network {
        self.networks.entry(text.to_owned()).or_insert_with(|| text.parse().unwrap()).clone()
    }

    pub fn dim(&mut self, subject: &Subject, set: &Allocation) -> usize {
        let net = self.network(&subject.0);
        let key = (subject.0.clone(), subject.1, print(net.layout(), set));
        let samples = subject.1.map_or(Samples::Functional, Samples::Count);
        *self
            .dimensions
            .entry(key)
            .or_insert_with(|| rank(&net, set, samples, SETTINGS, &Control::unlimited()).unwrap().dim.value)
    }

    pub fn set(&mut self, subject: &Subject, text: &str) -> Allocation {
        parse(self.network(&subject.0).layout(), text).unwrap()
    }

    pub fn all(&mut self, subject: &Subject) -> usize {
        let set = self.set(subject, "all");
        self.dim(subject, &set)
    }

    /// Whether a statement is true; nothing if it says nothing that this can tell.
    pub fn of(&mut self, subject: &Subject, statement: &str) -> Option<bool> {
        Some(match said(statement)? {
            Said::Bounds(of, least, most) => {
                let set = self.set(subject, &of);
                (least..=most).contains(&self.dim(subject, &set))
            }
            Said::Match(of, low, high) => {
                let set = self.set(subject, &of);
                let spans = self.dim(subject, &set) == self.all(subject);
                // Only that it is 0 exactly if the allocation does not span is known at once.
                if spans { high > 0 } else { low == 0 }
            }
            Said::Table(within, list) => {
                let inside: Vec<usize> = self.set(subject, &within).iter().collect();
                let weights = self.network(&subject.0).weights();
                let mut counts: HashMap<(usize, usize), u64> = HashMap::new();
                for mask in 0..1u64 << inside.len() {
                    let cells = (0..inside.len()).filter(|i| mask >> i & 1 == 1).map(|i| inside[i]);
                    let set = Allocation::of(weights, cells);
                    *counts.entry((set.size(), self.dim(subject, &set))).or_default() += 1;
                }
                counts.len() == list.len() && list.iter().all(|(s, d, n)| counts.get(&(*s, *d)) == Some(n))
            }
        })
    }
}

pub type Subject = (String, Option<u64>);

/// What a statement says, read from its words.
#[derive(Clone, Debug)]
pub enum Said {
    Bounds(String, usize, usize),
    /// Between 0 and 1 in three steps, as in the statement.
    Match(String, u8, u8),
    Table(String, Vec<(usize, usize, u64)>),
}

pub fn said(statement: &str) -> Option<Said> {
    if let Some(rest) = statement.strip_prefix("the dimension of ") {
        let (of, value) = rest.rsplit_once(" is ")?;
        let bounds = match (value.strip_prefix("at most "), value.strip_prefix("at least ")) {
            (Some(k), _) => (0, k.parse().ok()?),
            (_, Some(k)) => (k.parse().ok()?, usize::MAX),
            _ => (value.parse().ok()?, value.parse().ok()?),
        };
        return Some(Said::Bounds(of.to_owned(), bounds.0, bounds.1));
    }
    if let Some(rest) = statement.strip_prefix("the match probability of ") {
        let (of, value) = rest.split_once(" is ")?;
        let (low, high) = match value {
            "0" => (0, 0),
            "1" => (2, 2),
            "above 0" => (1, 2),
            "above 0 and below 1" => (1, 1),
            _ => panic!("{statement}"),
        };
        return Some(Said::Match(of.to_owned(), low, high));
    }
    if let Some(rest) = statement.strip_prefix("dimensions of all allocations inside ") {
        let (within, list) = rest.split_once(": ")?;
        let entry = |entry: &str| {
            let words: Vec<&str> = entry.split(' ').collect();
            (words[3].parse().unwrap(), words[5].parse().unwrap(), words[0].parse().unwrap())
        };
        return Some(Said::Table(within.to_owned(), list.split(", ").map(entry).collect()));
    }
    if let Some(of) = statement.strip_suffix(" does not span") {
        return Some(Said::Match(of.to_owned(), 0, 0));
    }
    statement.strip_suffix(" spans").map(|of| Said::Match(of.to_owned(), 1, 2))
}

/// Whether two statements about one subject cannot both be true, by what they say alone.
pub fn contradict(truth: &mut Truth, (s, a): &(Subject, Said), (t, b): &(Subject, Said)) -> bool {
    // Two of the networks are one.
    let map = |text: &str| text.replace("pnn([1, 1, 2], degree=1)", "lffn([1, 1, 2])").replace(".pin({})", "");
    let same = map(&s.0) == map(&t.0);
    let (m, l) = (s.1.unwrap_or(u64::MAX), t.1.unwrap_or(u64::MAX));
    let mut sets = |x: &str, y: &str| (truth.set(s, x), truth.set(t, y));
    match (a, b) {
        (Said::Bounds(x, least, _), Said::Bounds(y, _, most)) => {
            let (x, y) = sets(x, y);
            same && m <= l && *most < usize::MAX && *least > most + x.difference(&y).size()
        }
        (Said::Match(x, low, _), Said::Match(y, _, high)) => {
            let (x, y) = sets(x, y);
            let ordered = if s.0.starts_with("relu") { m == l } else { m >= l };
            same && ordered && x.is_subset(&y) && low > high
        }
        (Said::Table(x, a), Said::Table(y, b)) => s == t && x == y && a != b,
        _ => false,
    }
}
