//! Feedforward networks without biases, of powers or linear, with a hidden layer of one unit: what is below it and what is above it
//! match apart from one another, up to a scale (the book's theory, section 6: a layer of one unit).
//!
//! The *scaled lower part* is what comes into the unit with a learnable factor, the *scaled upper part* what is above it with a learnable
//! activation, on one sample. These, and the parts without such a factor, are networks themselves, and asked the same; a part that is
//! the whole network says nothing new. That a part has probability 1 must hold of almost all real students and teachers, whatever their
//! density, as all that is asked of parts does: what is left to it is a teacher's, multiplied with a number.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rug::Rational;

use crate::algebra::Limits;
use crate::allocation::Allocation;
use crate::control::Control;
use crate::network::{Network, Samples};
use crate::reach::{Evidence, Settings};

use super::ensemble::Ensemble;
use super::exact::{Exact, Theorem};
use super::matcher::Matcher;

/// What is known of a match probability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// It is 1.
    One(Evidence),
    /// It is at most this, below 1.
    AtMost(Rational, Evidence),
    /// Nothing.
    Open,
}

/// The shape of a feedforward network without biases: its widths, and the powers of its hidden layers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Chain {
    widths: Vec<usize>,
    exponents: Vec<u32>,
}

impl Chain {
    fn of(network: &Network) -> Option<Self> {
        let (shapes, exponents) = (network.shapes(), network.exponents()?);
        let widths = shapes.widths.filter(|_| shapes.bias == Some(false))?;
        Some(Chain { widths, exponents })
    }

    fn network(&self) -> Option<Network> {
        let widths: Vec<i64> = self.widths.iter().map(|d| *d as i64).collect();
        let degrees: Vec<i64> = self.exponents.iter().map(|g| i64::from(*g)).collect();
        match degrees.iter().all(|g| *g == 1) {
            true => Network::lffn(&widths, false).ok(),
            false => Network::pnn_by_layer(&widths, &degrees, false).ok(),
        }
    }

    /// The weights of the first layers.
    fn weights(&self, layers: usize) -> usize {
        self.widths.windows(2).take(layers).map(|pair| pair[0] * pair[1]).sum()
    }

    fn lower(&self, layer: usize) -> Self {
        Chain { widths: self.widths[..=layer].to_vec(), exponents: self.exponents[..layer - 1].to_vec() }
    }

    fn scaled_lower(&self, layer: usize) -> Self {
        let mut lower = self.lower(layer);
        lower.widths.push(1);
        lower.exponents.push(1);
        lower
    }

    fn upper(&self, layer: usize) -> Self {
        Chain { widths: self.widths[layer..].to_vec(), exponents: self.exponents[layer..].to_vec() }
    }

    fn scaled_upper(&self, layer: usize) -> Self {
        let widths = [&[1], &self.widths[layer..]].concat();
        Chain { widths, exponents: self.exponents[layer - 1..].to_vec() }
    }
}

/// One part of a network, and what is asked of it.
type Part = (Chain, Samples);

/// The parts of a network with hidden layers of one unit, and what is known of them; asked once each.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    matchers: HashMap<Part, Option<Arc<Matcher>>>,
    bounds: HashMap<(Part, Ensemble, Vec<usize>), Bound>,
}

impl Parts {
    /// What is known of the match probability of some weights of a part. What is remembered depends neither on the order of
    /// questions nor on their time: what was stopped is asked again.
    fn bound(
        &self,
        part: Part,
        learnable: Vec<usize>,
        ensemble: Ensemble,
        settings: Settings,
        control: &Control<'_>,
    ) -> Bound {
        let key = (part, ensemble, learnable);
        if let Some(bound) = self.lock().bounds.get(&key) {
            return bound.clone();
        }
        let bound = self.matcher(&key.0, settings, control).map_or(Bound::Open, |matcher| {
            let allocation = Allocation::of(matcher.network().weights(), key.2.iter().copied());
            matcher.bound(&allocation, ensemble, self, control)
        });
        if control.stopped().is_none() {
            self.lock().bounds.insert(key, bound.clone());
        }
        bound
    }

    fn matcher(&self, part: &Part, settings: Settings, control: &Control<'_>) -> Option<Arc<Matcher>> {
        if let Some(known) = self.lock().matchers.get(part) {
            return known.clone();
        }
        let made = part.0.network().and_then(|network| {
            let matcher = Matcher::new(&network, part.1, settings, Limits::default().under(control)).ok()?;
            Some(Arc::new(matcher))
        });
        if made.is_some() || control.stopped().is_none() {
            self.lock().matchers.insert(part.clone(), made.clone());
        }
        made
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What follows for an allocation that spans from the parts below and above each hidden layer of one unit; nothing of the parts that
/// it is stopped before.
pub(super) fn by_parts(
    (network, samples): (&Network, Samples),
    parts: &Parts,
    allocation: &Allocation,
    ensemble: Ensemble,
    settings: Settings,
    control: &Control<'_>,
) -> Option<Exact> {
    let chain = Chain::of(network)?;
    let mut most: Option<(Rational, Evidence)> = None;
    for layer in (1..chain.widths.len() - 1).filter(|layer| chain.widths[*layer] == 1) {
        let split = chain.weights(layer);
        let (below, above): (Vec<usize>, Vec<usize>) = allocation.iter().partition(|w| *w < split);
        let ask = |part: Chain, samples: Samples, learnable: Vec<usize>| match part == chain {
            true => Bound::Open,
            false => parts.bound((part, samples), learnable, ensemble, settings, control),
        };
        let shifted = |by: usize| above.iter().map(|w| w - split + by).collect::<Vec<usize>>();
        let one = Samples::Count(1);
        let scaled_upper = ask(chain.scaled_upper(layer), one, std::iter::once(0).chain(shifted(1)).collect());
        let with_factor = below.iter().copied().chain([split]).collect();
        let scaled_lower = ask(chain.scaled_lower(layer), samples, with_factor);
        let certain = |scaled: &Bound, other: &dyn Fn() -> Bound| match scaled {
            Bound::One(first) => match other() {
                Bound::One(second) => Some(Evidence::all([*first, second])),
                _ => None,
            },
            _ => None,
        };
        let lower = || ask(chain.lower(layer), samples, below.clone());
        let upper = || ask(chain.upper(layer), one, shifted(0));
        let known = certain(&scaled_lower, &upper).or_else(|| certain(&scaled_upper, &lower));
        if let Some(evidence) = known {
            let formula = format!("below and above layer {layer} there is a match up to a scale, and for any scale");
            return Some(Exact { evidence, ..Exact::of(Theorem::Bottleneck, Rational::from(1), formula) });
        }
        let odd = chain.exponents[layer - 1..].iter().all(|g| g % 2 == 1);
        let whole = odd || matches!(samples, Samples::Functional | Samples::Count(1));
        for bound in [Some(scaled_upper), whole.then_some(scaled_lower)].into_iter().flatten() {
            if let Bound::AtMost(high, evidence) = bound
                && high > 0
                && most.as_ref().is_none_or(|(least, _)| high < *least)
            {
                most = Some((high, evidence));
            }
        }
    }
    let (high, evidence) = most?;
    let formula = "at most the value of what is below, or above, a layer of one unit".to_owned();
    Some(Exact { evidence, ..Exact::between(Theorem::Bottleneck, Rational::new(), high, formula) })
}
