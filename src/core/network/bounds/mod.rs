//! Upper bounds of dimensions by theorems on families of networks, each under the name that certificates give it.
//!
//! A bound is a line in [`THEOREMS`] and a function in a file here; whoever knows a dimension from below asks [`NamedBounds`]
//! whether one of them meets it, and whoever writes a certificate names the one that does. Their proofs stand in the checker,
//! which computes them once more, and in `docs/certificate-format.md`.

mod kinks;
mod layers;
mod powers;
mod systems;

use std::cell::OnceCell;

use crate::allocation::Allocation;
use crate::network::{Network, Samples, Shapes};

use systems::System;

/// An upper bound of the dimension of a set of weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// What certificates call it.
    pub name: &'static str,
    /// No reachable dimension of the set is larger.
    pub value: usize,
    /// Whether it holds on every activation pattern of a network with kinks.
    pub on_every_pattern: bool,
    /// Why it holds, in words.
    pub words: &'static str,
}

/// A theorem that bounds dimensions.
#[derive(Debug)]
struct Theorem {
    name: &'static str,
    on_every_pattern: bool,
    /// The bound, if the theorem says anything of such a network and set.
    value: fn(&Subject<'_>) -> Option<usize>,
    words: fn(&Subject<'_>) -> &'static str,
}

/// A theorem on networks without kinks.
const fn smooth(
    name: &'static str,
    value: fn(&Subject<'_>) -> Option<usize>,
    words: fn(&Subject<'_>) -> &'static str,
) -> Theorem {
    Theorem { name, on_every_pattern: false, value, words }
}

/// A theorem on each activation pattern of a network, which may have none.
const fn gated(
    name: &'static str,
    value: fn(&Subject<'_>) -> Option<usize>,
    words: fn(&Subject<'_>) -> &'static str,
) -> Theorem {
    Theorem { name, on_every_pattern: true, value, words }
}

/// All of them. Of equal bounds the first is taken; those that cost more stand behind others of their family.
static THEOREMS: [Theorem; 16] = [
    gated("outputs", layers::outputs, |_| "few states are seen through frozen outgoing weights"),
    smooth("low rank", layers::low_rank, |_| "the labels are a matrix of low rank"),
    smooth("split", layers::split, |_| "the first units matter only up to scaling"),
    smooth("neck", layers::neck, |_| "few numbers come through a layer of one unit"),
    smooth("poles", systems::poles, systems::frozen),
    smooth("realization", systems::realization, |_| "systems with so many hidden units fill no more dimensions"),
    smooth("blocks", systems::blocks, |_| "a block of W and rows of D and columns of B are frozen"),
    smooth("surplus", systems::surplus, |_| "more outputs than hidden units follow from the states"),
    smooth("observer", systems::observer, |_| "outputs follow from a few of them and the inputs"),
    smooth("signals", systems::signals, |_| "each output moves in a span of few states and inputs"),
    smooth("unit", systems::unit, |_| "moving the states along one vector changes no label"),
    smooth("hypersurface", powers::hypersurface, |_| "a form vanishes at all units"),
    smooth("curve", powers::curve, |_| "a rational curve runs through all units"),
    smooth("skew", powers::skew, |_| "a Pfaffian of the squares' matrices vanishes"),
    gated("signs", kinks::signs, |_| "each unit is active on one side of 0"),
    gated("chain", kinks::chain, |_| "four functions hold all labels"),
];

/// The bounds by theorems of one network at a number of samples. What does not depend on a set of weights is computed once.
#[derive(Clone, Debug)]
pub struct NamedBounds {
    shapes: Shapes,
    samples: Samples,
    /// Labels of the network at these samples, and coordinates of its function; nothing if they are more than a word counts.
    labels: [Option<u64>; 2],
    labels_per_input: usize,
    input_size: usize,
    layers: usize,
    linear: bool,
    has_kinks: bool,
    has_theorems: bool,
    places: Vec<Place>,
}

/// Where a weight stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    layer: usize,
    is_vector: bool,
    row: usize,
    column: usize,
}

/// What is asked of a theorem.
#[derive(Debug)]
struct Subject<'a> {
    known: &'a NamedBounds,
    set: &'a Allocation,
    system: OnceCell<Option<System>>,
}

impl Subject<'_> {
    /// The places of the weights of the set.
    fn places(&self) -> impl Iterator<Item = Place> + '_ {
        self.set.iter().map(|w| self.known.places[w])
    }
}

impl NamedBounds {
    /// Looks at the network. Costs a look at every weight.
    pub fn new(network: &Network, samples: Samples) -> Self {
        let layout = network.layout();
        let place = |w: usize| {
            let weight = layout.weight(w);
            let (layer, is_vector) = (weight.tensor.layer, weight.tensor.is_vector());
            Place { layer, is_vector, row: weight.row, column: weight.column }
        };
        NamedBounds {
            shapes: network.shapes(),
            samples,
            labels: [samples, Samples::Functional].map(|samples| network.labels_at(samples)),
            labels_per_input: network.labels_per_input(),
            input_size: network.input_size(),
            layers: layout.layers(),
            linear: network.family() == "lffn",
            has_kinks: network.gates() > 0,
            has_theorems: network.has_family_theorems(),
            places: (0..network.weights()).map(place).collect(),
        }
    }

    fn subject<'a>(&'a self, set: &'a Allocation) -> Subject<'a> {
        Subject { known: self, set, system: OnceCell::new() }
    }

    fn each<'a>(&'a self, subject: &'a Subject<'a>) -> impl Iterator<Item = Bound> + 'a {
        let theorems = if self.has_theorems { &THEOREMS[..] } else { &[] };
        let said = theorems.iter().filter(|theorem| theorem.on_every_pattern || !self.has_kinks);
        said.filter_map(|theorem| {
            let Theorem { name, on_every_pattern, .. } = *theorem;
            let value = (theorem.value)(subject)?;
            Some(Bound { name, value, on_every_pattern, words: (theorem.words)(subject) })
        })
    }

    /// All bounds of a set by theorems.
    pub fn all(&self, set: &Allocation) -> Vec<Bound> {
        self.each(&self.subject(set)).collect()
    }

    /// The smallest of them.
    pub fn least(&self, set: &Allocation) -> Option<Bound> {
        self.each(&self.subject(set)).min_by_key(|bound| bound.value)
    }

    /// The first that shows that a set has no more than `rank` dimensions.
    pub fn at_most(&self, set: &Allocation, rank: usize) -> Option<Bound> {
        self.each(&self.subject(set)).find(|bound| bound.value <= rank)
    }

    /// The bound of this name.
    pub fn named(&self, set: &Allocation, name: &str) -> Option<Bound> {
        self.each(&self.subject(set)).find(|bound| bound.name == name)
    }

    /// Whether the dimension of some set may be bounded by a theorem below what few sets with the weights outside them give.
    pub fn is_special(&self) -> bool {
        let all = Allocation::all(self.places.len());
        self.all(&all).iter().any(|bound| ["signs", "chain"].contains(&bound.name))
    }
}
