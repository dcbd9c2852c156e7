//! What statements of certificates say, and whether it is so: by the engine, at random points.

use std::collections::{BTreeMap, HashMap};

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

    /// How many allocations inside some weights, of those that are kept, have each size and dimension, in rising order.
    pub fn counts(
        &mut self,
        subject: &Subject,
        within: &Allocation,
        keeps: impl Fn(&Allocation) -> bool,
    ) -> Vec<(usize, usize, u64)> {
        let mut counts: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        for set in subsets(within).into_iter().filter(keeps) {
            *counts.entry((set.size(), self.dim(subject, &set))).or_default() += 1;
        }
        counts.into_iter().map(|((size, dim), number)| (size, dim, number)).collect()
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
                let within = self.set(subject, &within);
                self.counts(subject, &within, |_| true) == list
            }
            Said::Condition { over, holds, given, fails } => {
                let over = self.set(subject, &over);
                let sets = if fails { vec![over] } else { subsets(&over) };
                let all = self.all(subject);
                let mut value = |set: &Allocation, text: &str| {
                    let dim = self.dim(subject, set);
                    CONDITIONS.iter().find(|(known, _)| *known == text).map(|(_, of)| of(set.size(), dim, all))
                };
                let mut asked = true;
                for set in &sets {
                    if given.as_ref().map_or(Some(true), |given| value(set, given))? {
                        asked &= value(set, &holds)? != fails;
                    } else {
                        asked &= !fails;
                    }
                }
                asked
            }
        })
    }
}

fn subsets(within: &Allocation) -> Vec<Allocation> {
    let inside: Vec<usize> = within.iter().collect();
    let cells =
        |mask: u64| (0..inside.len()).filter(move |i| mask >> i & 1 == 1).map(|i| inside[i]).collect::<Vec<_>>();
    (0..1u64 << inside.len()).map(|mask| Allocation::of(within.weights(), cells(mask))).collect()
}

/// A condition's value for an allocation of this size and dimension, where all weights have a third number of dimensions.
type Condition = fn(usize, usize, usize) -> bool;

/// Conditions, and what they say.
pub const CONDITIONS: [(&str, Condition); 10] =
    [
        ("a.free", |size, dim, _| dim == size),
        ("a.spans", |_, dim, all| dim == all),
        ("a.dim <= a.size", |size, dim, _| dim <= size),
        ("a.dim == min(a.size, net.teacher_dim)", |size, dim, all| dim == size.min(all)),
        ("a.dim == min([a.size, 2])", |size, dim, _| dim == size.min(2)),
        ("not a.dim in [1, 3]", |_, dim, _| dim != 1 && dim != 3),
        ("a.dim > 1 or not a.spans", |_, dim, all| dim > 1 || dim != all),
        ("(a.size - a.dim) % 2 == 0 if a.size > 1 else a.free", |size, dim, _| {
            if size > 1 { (size - dim) % 2 == 0 } else { dim == size }
        }),
        ("2 * a.dim - 3 < a.size and not not a.dim >= 0", |size, dim, _| 2 * dim < size + 3),
        ("len([k for k in range(a.size) if k < a.dim]) == a.dim // 1", |size, dim, _| dim.min(size) == dim),
    ];

pub type Subject = (String, Option<u64>);

/// What a statement says, read from its words.
#[derive(Clone, Debug)]
pub enum Said {
    Bounds(String, usize, usize),
    /// Between 0 and 1 in three steps, as in the statement.
    Match(String, u8, u8),
    Table(String, Vec<(usize, usize, u64)>),
    /// For all allocations inside, or that it fails for this one.
    Condition {
        over: String,
        holds: String,
        given: Option<String>,
        fails: bool,
    },
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
    let every = statement.strip_prefix("for all allocations a inside ").map(|rest| (rest, false));
    if let Some((rest, fails)) = every.or_else(|| statement.strip_prefix("not for a = ").map(|rest| (rest, true))) {
        let (over, holds) = rest.split_once(": ")?;
        let (over, given) = over.split_once(" with ").map_or((over, None), |(over, given)| (over, Some(given)));
        let (over, holds, given) = (over.to_owned(), holds.to_owned(), given.map(str::to_owned));
        return Some(Said::Condition { over, holds, given, fails });
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
