//! Networks cut at hidden layers of one unit: which part decides, and what follows from both.

use std::sync::Arc;

use rug::Rational;

use super::super::answer::Reduction;
use super::super::ensemble::Ensemble;
use super::super::exact::{Exact, Theorem, coins};
use super::super::matcher::Matcher;
use super::{Bound, Chain, Parts};
use crate::allocation::Allocation;
use crate::control::Control;
use crate::network::{Network, Samples};
use crate::number::binomial;
use crate::reach::{Evidence, Settings};

/// A question about a part of a network.
pub(in super::super) struct Reduced {
    /// The part.
    pub matcher: Arc<Matcher>,
    /// What may learn there.
    pub allocation: Allocation,
    /// How it is known that the answer is the same.
    pub evidence: Evidence,
    /// Whether the two match probabilities are equal; otherwise they are 0 together, and 1 together.
    pub equal: bool,
    /// Which part it is.
    pub law: Reduction,
}

/// A part of a network, at how many samples, and what may learn there.
type Asked = (Chain, Samples, Vec<usize>);

/// A network with hidden layers of one unit, and an allocation, cut at one of these.
struct Cut<'a> {
    chain: &'a Chain,
    layer: usize,
    below: Vec<usize>,
    above: Vec<usize>,
    samples: Samples,
    ask: &'a dyn Fn(Chain, Samples, Vec<usize>) -> Bound,
}

impl Cut<'_> {
    fn split(&self) -> usize {
        self.chain.weights(self.layer)
    }

    /// Places of weights above, after so many others.
    fn shifted(&self, by: usize) -> Vec<usize> {
        self.above.iter().map(|w| w - self.split() + by).collect()
    }

    /// The parts, each with the samples and what may learn there.
    fn upper(&self) -> Asked {
        (self.chain.upper(self.layer), Samples::Count(1), self.shifted(0))
    }

    fn scaled_upper(&self) -> Asked {
        let learnable = std::iter::once(0).chain(self.shifted(1)).collect();
        (self.chain.scaled_upper(self.layer), Samples::Count(1), learnable)
    }

    fn lower(&self) -> Asked {
        (self.chain.lower(self.layer), self.samples, self.below.clone())
    }

    fn scaled_lower(&self) -> Asked {
        let learnable = self.below.iter().copied().chain([self.split()]).collect();
        (self.chain.scaled_lower(self.layer), self.samples, learnable)
    }

    fn squared_lower(&self) -> Asked {
        let (_, samples, learnable) = self.scaled_lower();
        (self.chain.squared_lower(self.layer), samples, learnable)
    }

    fn bound(&self, (chain, samples, learnable): Asked) -> Bound {
        (self.ask)(chain, samples, learnable)
    }

    fn is_certain(&self, part: Asked) -> Option<Evidence> {
        match self.bound(part) {
            Bound::One(evidence) => Some(evidence),
            _ => None,
        }
    }

    /// Whether the product of the powers from the layer on is odd.
    fn is_odd(&self) -> bool {
        self.chain.exponents[self.layer - 1..].iter().all(|g| g % 2 == 1)
    }

    /// Whether what comes into the unit is the teacher's but for a factor.
    fn is_whole(&self) -> bool {
        self.is_odd() || matches!(self.samples, Samples::Functional | Samples::Count(1))
    }

    /// Whether C = λ^−G C\* has one solution for odd G.
    fn has_one_scale(&self) -> bool {
        let all = self.chain.weights(self.chain.widths.len() - 1) - self.split();
        let single = self.chain.widths[self.layer..].iter().all(|width| *width == 1);
        let last = self.layer + 2 == self.chain.widths.len();
        single && self.above.is_empty() || last && self.above.len() + 1 == all
    }

    /// Weights into a unit of the layer.
    fn into(&self, layer: usize, unit: usize) -> std::ops::Range<usize> {
        let width = self.chain.widths[layer - 1];
        let start = self.chain.weights(layer - 1) + unit * width;
        start..start + width
    }

    /// How many weights into a unit learn.
    fn learning(&self, layer: usize, unit: usize) -> usize {
        self.into(layer, unit).filter(|w| self.below.contains(w)).count()
    }

    /// Whether p may be the teacher's but for a factor and signs that may be chosen for each sample.
    fn takes_some_signs(&self) -> bool {
        let Samples::Count(samples) = self.samples else {
            return false;
        };
        let each = |enough: usize| (0..self.chain.widths[1]).map(move |unit| self.learning(1, unit) >= enough);
        // Behind another layer of one unit all that comes into the unit is a multiple of one function.
        let varied = self.chain.widths[1..self.layer].iter().all(|width| *width >= 2);
        let one_weight = self.learning(self.layer, 0) > 0 && varied;
        let quotients = samples == 2 && (one_weight || self.layer == 2 && each(1).all(|yes| yes));
        let large = self.layer == 2 && usize::try_from(samples).is_ok_and(|samples| each(samples).any(|yes| yes));
        quotients || large || self.two_units_take_some_signs(samples)
    }

    /// The same for two units with an even power below: see [`super`], *Signs of a pencil* and *Signs on curves*.
    fn two_units_take_some_signs(&self, samples: u64) -> bool {
        let (&[inputs, 2], Ok(samples)) = (&self.chain.widths[..self.layer], usize::try_from(samples)) else {
            return false;
        };
        let power = self.chain.exponents[0];
        let even = power.is_multiple_of(2) && inputs >= 2 && samples >= 2;
        let [first, second] = [self.learning(1, 0), self.learning(1, 1)];
        let apart = inputs >= 3 || power == 2;
        let pencil = samples <= 3 && apart && self.learning(2, 0) > 0 && first + second > 0;
        let curves = samples <= inputs && first.min(second) + 1 >= samples;
        even && (pencil || curves)
    }

    /// The part that decides alone, if one does, how that is known, and whether the probabilities are equal.
    fn decides(&self) -> Option<(Asked, Evidence, bool, Reduction)> {
        let below = Reduction::Below { layer: self.layer };
        if self.is_whole()
            && let Some(evidence) = self.is_certain(self.upper())
        {
            let absorbs = self.learning(self.layer, 0) == self.into(self.layer, 0).len();
            let part = if absorbs { self.lower() } else { self.scaled_lower() };
            return Some((part, evidence, true, below));
        }
        if let Some(evidence) = self.is_certain(self.lower()) {
            return Some((self.scaled_upper(), evidence, true, Reduction::Above { layer: self.layer }));
        }
        // Signs of each sample may be chosen: a square with a factor has the same matches.
        if !self.is_whole()
            && self.chain != &self.chain.squared_lower(self.layer)
            && let Some(evidence) = self.is_certain(self.upper())
        {
            return Some((self.squared_lower(), evidence, true, below));
        }
        (self.is_odd() && self.has_one_scale()).then(|| (self.lower(), Evidence::Proved, false, below))
    }
}

/// Calls `each` with the network cut at each hidden layer of one unit, until it gives something.
fn at_cuts<T>(
    (network, samples): (&Network, Samples),
    parts: &Parts,
    allocation: &Allocation,
    (ensemble, settings): (Ensemble, Settings),
    control: &Control<'_>,
    mut each: impl FnMut(&Cut<'_>) -> Option<T>,
) -> Option<T> {
    let chain = Chain::of(network)?;
    let ask = |part: Chain, samples: Samples, learnable: Vec<usize>| match part == chain {
        true => Bound::Open,
        false => parts.bound((part, samples), learnable, ensemble, settings, control),
    };
    (1..chain.widths.len() - 1).filter(|layer| chain.widths[*layer] == 1).find_map(|layer| {
        let (below, above): (Vec<usize>, Vec<usize>) = allocation.iter().partition(|w| *w < chain.weights(layer));
        each(&Cut { chain: &chain, layer, below, above, samples, ask: &ask })
    })
}

/// A question about a part of a network that has the same answer for an allocation that spans, where there is a hidden layer of one unit
/// and what is above it, or below it, takes any scale; nothing where it is stopped before that is known.
pub(in super::super) fn reduce(
    (network, samples): (&Network, Samples),
    parts: &Parts,
    allocation: &Allocation,
    (ensemble, settings): (Ensemble, Settings),
    control: &Control<'_>,
) -> Option<Reduced> {
    if ensemble != Ensemble::Gaussian {
        return None;
    }
    if let Some(one) = network.single_output() {
        let outputs = network.weights() + 1 - one.weights();
        let mut frozen = (0..outputs).filter(|w| !allocation.contains(*w));
        let (row, more) = (frozen.next(), frozen.next());
        if more.is_some() {
            return None; // it does not span
        }
        let others = allocation.iter().filter(|w| *w >= outputs).map(|w| w - outputs + 1);
        let learnable: Vec<usize> = row.is_none().then_some(0).into_iter().chain(others).collect();
        let matcher = parts.matcher(one, samples, settings, control)?;
        let allocation = Allocation::of(matcher.network().weights(), learnable);
        let law = Reduction::State { row: row.unwrap_or(0) };
        return Some(Reduced { matcher, allocation, evidence: Evidence::Proved, equal: true, law });
    }
    if let Some((chain, learnable, output)) = without_output((network, samples), allocation) {
        let matcher = parts.matcher(chain.network()?, samples, settings, control)?;
        let allocation = Allocation::of(matcher.network().weights(), learnable);
        let law = Reduction::Output { output };
        return Some(Reduced { matcher, allocation, evidence: Evidence::Proved, equal: true, law });
    }
    at_cuts((network, samples), parts, allocation, (ensemble, settings), control, |cut| {
        let ((chain, samples, learnable), evidence, equal, law) = cut.decides()?;
        if chain == *cut.chain {
            return None;
        }
        let matcher = parts.matcher(chain.network()?, samples, settings, control)?;
        let allocation = Allocation::of(matcher.network().weights(), learnable);
        Some(Reduced { matcher, allocation, evidence, equal, law })
    })
}

/// The network without an output as many of whose weights learn as there are samples, of one hidden layer without biases; what learns there, and which
/// output that is.
///
/// If the others are matched, and the activations of the units that these weights come from are independent on the samples, the output is matched by
/// linear equations. Let there be forms of as many dimensions as there are samples, so that activations of generic units are independent: the
/// other students are a proper algebraic subset Z of all. Almost every labels y of the other outputs are no critical value of the label map, nor of it on any
/// manifold of a stratification of Z (Sard). So if some student has them, those that have them form a manifold, of more
/// dimensions than its part in Z.
fn without_output(
    (network, samples): (&Network, Samples),
    allocation: &Allocation,
) -> Option<(Chain, Vec<usize>, usize)> {
    let chain = Chain::of(network)?;
    let (&[d, h, outputs], &[power], Samples::Count(samples)) =
        (chain.widths.as_slice(), chain.exponents.as_slice(), samples)
    else {
        return None;
    };
    let (samples, power) = (usize::try_from(samples).ok()?, power as usize);
    if outputs < 2 || binomial(d + power - 1, power) < samples {
        return None;
    }
    let first = |output: usize| d * h + output * h;
    let learning = |output: usize| (0..h).filter(|unit| allocation.contains(first(output) + unit)).count();
    let output = (0..outputs).find(|output| learning(*output) >= samples)?;
    let row = first(output)..first(output + 1);
    let others = allocation.iter().filter(|w| !row.contains(w)).map(|w| if w < row.start { w } else { w - h });
    Some((Chain { widths: vec![d, h, outputs - 1], ..chain.clone() }, others.collect(), output))
}

/// What follows for an allocation that spans from the parts below and above each hidden layer of one unit; nothing of the parts that
/// it is stopped before.
pub(in super::super) fn by_parts(
    (network, samples): (&Network, Samples),
    parts: &Parts,
    allocation: &Allocation,
    ensemble: Ensemble,
    settings: Settings,
    control: &Control<'_>,
) -> Option<Exact> {
    let mut most: Option<(Rational, Evidence)> = None;
    let one = |evidence: Evidence, formula: String| {
        Some(Exact { evidence, ..Exact::of(Theorem::Bottleneck, Rational::from(1), formula) })
    };
    let certain = at_cuts((network, samples), parts, allocation, (ensemble, settings), control, |cut| {
        let layer = cut.layer;
        let (scaled_upper, scaled_lower) = (cut.bound(cut.scaled_upper()), cut.bound(cut.scaled_lower()));
        let both = |scaled: &Bound, other: &dyn Fn() -> Option<Evidence>| match scaled {
            Bound::One(first) => other().map(|second| Evidence::all([*first, second])),
            _ => None,
        };
        let lower = || cut.is_certain(cut.lower());
        let upper = || cut.is_certain(cut.upper());
        if let Some(evidence) = both(&scaled_lower, &upper).or_else(|| both(&scaled_upper, &lower)) {
            let formula = format!("below and above layer {layer} there is a match up to a scale, and for any scale");
            return one(evidence, formula);
        }
        if !cut.is_whole()
            && cut.takes_some_signs()
            && let Some(evidence) = upper()
        {
            let formula =
                format!("below layer {layer} there is a match up to a scale and signs, and above it for any scale");
            return one(evidence, formula);
        }
        for bound in [Some(scaled_upper), cut.is_whole().then_some(scaled_lower)].into_iter().flatten() {
            if let Bound::AtMost(high, evidence) = bound
                && high > 0
                && most.as_ref().is_none_or(|(least, _)| high < *least)
            {
                most = Some((high, evidence));
            }
        }
        None
    });
    if certain.is_some() {
        return certain;
    }
    let (high, evidence) = most?;
    let formula = "at most the value of what is below, or above, a layer of one unit".to_owned();
    Some(Exact { evidence, ..Exact::between(Theorem::Bottleneck, Rational::new(), high, formula) })
}

/// The signed forms of one layer of squares whose output has a learnable factor, all of whose incoming weights learn: a factor of either
/// sign turns all signs round. As many units as inputs, at most, so that a form has the signs of the units (see [`super::super::powers`]): a
/// match exactly if as many of the student's h coins are heads as of the teacher's, or as many as tails.
pub(in super::super) fn of_either_sign(
    (network, samples): (&Network, Samples),
    allocation: &Allocation,
) -> Option<Exact> {
    let chain = Chain::of(network)?;
    let (&[d, h, 1, 1], &[2, 1]) = (chain.widths.as_slice(), chain.exponents.as_slice()) else {
        return None;
    };
    let incoming = chain.weights(1);
    let learns = allocation.iter().eq((0..incoming).chain([incoming + h]));
    if !learns || h > d || samples != Samples::Functional {
        return None;
    }
    let heads = |k: usize| coins(h, k as i64..=k as i64);
    let fits = |k: usize| if 2 * k == h { heads(k) } else { heads(k) + heads(h - k) };
    let value: Rational = (0..=h).map(|k| heads(k) * fits(k)).sum();
    let formula = format!("P(a = b or a + b = {h}), a and b the heads of {h} coins each");
    Some(Exact::of(Theorem::Inertia, value, formula))
}
