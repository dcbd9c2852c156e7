//! Upper bounds with their reasons, as `Checker.v` has them, and what symmetries make of them.

use std::collections::{BTreeMap, VecDeque};

use super::form::Form;
use super::network::Symmetry;
use super::polynomial::Polynomial;

/// Why a set has at most so many dimensions. Other bounds are named by their position.
#[derive(Clone, Debug)]
pub(super) enum Reason {
    Size,
    Coordinates,
    /// Vectors with an entry for each weight of the set.
    Kernel(Vec<Vec<Polynomial>>),
    Inclusion(usize),
    Submodular(usize, usize, Vec<usize>),
    /// A bound, and a symmetry by its position.
    Image(usize, usize),
}

/// A set of weights, in rising order, and what its dimension is at most.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub(super) set: Vec<usize>,
    pub(super) at_most: usize,
    pub(super) reason: Reason,
}

/// More bounds than this are not written.
const MOST_BOUNDS: usize = 20_000;

/// All bounds about a network.
#[derive(Default)]
pub(super) struct Bounds {
    pub(super) known: Vec<Bound>,
}

impl Bounds {
    pub(super) fn push(&mut self, set: Vec<usize>, at_most: usize, reason: Reason) -> usize {
        self.known.push(Bound { set, at_most, reason });
        self.known.len() - 1
    }

    /// Whether a set has at most so many dimensions, by its size or a bound of another set and the weights outside it.
    pub(super) fn imply(&self, set: &[usize], k: usize) -> bool {
        let outside = |bound: &Bound| set.iter().filter(|w| bound.set.binary_search(w).is_err()).count();
        set.len() <= k || self.known.iter().any(|bound| bound.at_most + outside(bound) <= k)
    }

    /// The bounds of all images of sets that are bounded below their sizes. Where a symmetry keeps labels, `Checker.v` knows that images
    /// have the same bounds; elsewhere the reason itself is moved. Stops at a limit, which leaves some out.
    pub(super) fn close(&mut self, symmetries: &[Symmetry]) {
        let identity: Vec<usize> = symmetries.first().map_or(0..0, |s| 0..s.images.len()).collect();
        let mut best: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        let mut open = VecDeque::new();
        for (at, bound) in self.known.iter().enumerate().filter(|(_, b)| b.at_most < b.set.len()) {
            best.entry(bound.set.clone()).and_modify(|b| *b = bound.at_most.min(*b)).or_insert(bound.at_most);
            open.push_back((at, at, identity.clone()));
        }
        // A bound, the one that it is an image of, and by what.
        while let Some((at, root, by)) = open.pop_front() {
            for (place, symmetry) in symmetries.iter().enumerate() {
                let mut set: Vec<usize> = self.known[at].set.iter().map(|w| symmetry.images[*w]).collect();
                set.sort_unstable();
                let at_most = self.known[at].at_most;
                if best.get(&set).is_some_and(|known| *known <= at_most) || self.known.len() >= MOST_BOUNDS {
                    continue;
                }
                let by: Vec<usize> = by.iter().map(|w| symmetry.images[*w]).collect();
                let found = match symmetry.labels {
                    Some(_) => Some(self.push(set.clone(), at_most, Reason::Image(at, place))),
                    None => self.moved(root, &by),
                };
                if let Some(found) = found {
                    best.insert(set, at_most);
                    open.push_back((found, root, by));
                }
            }
        }
    }

    /// A bound with its reason, all weights moved.
    fn moved(&mut self, at: usize, by: &[usize]) -> Option<usize> {
        let Bound { set, at_most, reason } = self.known[at].clone();
        let mut order: Vec<(usize, usize)> = set.iter().enumerate().map(|(place, w)| (by[*w], place)).collect();
        order.sort_unstable();
        let reason = match reason {
            Reason::Size | Reason::Coordinates => reason,
            Reason::Kernel(vectors) if vectors.iter().flatten().all(Polynomial::of_weights) => {
                let vector = |v: &Vec<Polynomial>| order.iter().map(|(_, place)| v[*place].renamed(by)).collect();
                Reason::Kernel(vectors.iter().map(vector).collect())
            }
            Reason::Inclusion(from) => Reason::Inclusion(self.moved(from, by)?),
            Reason::Submodular(f, g, common) => {
                let common = common.iter().map(|w| by[*w]).collect();
                Reason::Submodular(self.moved(f, by)?, self.moved(g, by)?, common)
            }
            Reason::Kernel(_) | Reason::Image(..) => return None,
        };
        Some(self.push(order.into_iter().map(|(w, _)| w).collect(), at_most, reason))
    }

    /// All of them, a bound a line, as `Checker.v` has them, or for functions as `FunctionsChecker.v` has them.
    pub(super) fn term(&self, form: Form, samples: usize, functions: bool) -> String {
        form.list(self.known.iter().map(|bound| {
            let reason = bound.reason.term(form, samples, functions);
            format!("\n  {}", form.tuple(&[form.numbers(&bound.set), bound.at_most.to_string(), reason]))
        }))
    }
}

impl Reason {
    fn term(&self, form: Form, samples: usize, functions: bool) -> String {
        let (coq, plain) = match self {
            Reason::Size => ("Size", "size"),
            Reason::Coordinates if functions => ("Labels", "labels"),
            Reason::Coordinates => ("Coordinates", "coordinates"),
            Reason::Kernel(_) => ("Kernel", "kernel"),
            Reason::Inclusion(_) => ("Inclusion", "inclusion"),
            Reason::Submodular(..) => ("Submodular", "submodular"),
            Reason::Image(..) => ("Image", "image"),
        };
        let name = format!("{}{}", if functions { form.word("F", "") } else { "" }, form.word(coq, plain));
        match self {
            Reason::Size | Reason::Coordinates => name,
            Reason::Kernel(vectors) => {
                let vector = |v: &Vec<Polynomial>| form.list(v.iter().map(|p| p.term(form, samples)));
                format!("{name} {}", form.list(vectors.iter().map(vector)))
            }
            Reason::Inclusion(from) => format!("{name} {from}"),
            Reason::Submodular(f, g, common) => format!("{name} {f} {g} {}", form.numbers(common)),
            Reason::Image(from, symmetry) => format!("{name} {from} {symmetry}"),
        }
    }
}
