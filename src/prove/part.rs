//! That parts of a network have match probability 1, and so the whole: parts below and above a hidden layer of one unit, or without an output.

use std::time::{Duration, Instant};

use rug::Integer;

use allocert_core::algebra::Limits;
use allocert_core::allocation::Allocation;
use allocert_core::control::Control;
use allocert_core::matching::{MatchAnswer, MatchOptions, Matcher, Trials, Verdict};
use allocert_core::network::{Network, Samples};
use allocert_core::reach::Settings;
use allocert_format::{Rule, Step};

use super::matching::of_part;

/// So long all parts of a network are looked at, at most.
const MOST_TIME: Duration = Duration::from_secs(12);
/// Longer steps are not written: lines have a limit.
const MOST_BYTES: usize = 1 << 19;

/// A feedforward network without biases and what learns, on some samples.
struct Whole<'a> {
    widths: &'a [usize],
    degrees: &'a [u32],
    samples: Samples,
    learnable: &'a Allocation,
    settings: Settings,
    control: Control<'a>,
    /// How often the network is a part of another one.
    depth: usize,
}

/// Parts by name, with the steps that prove them.
type Proved = Vec<(String, Vec<Rule>)>;

/// Widths, degrees, samples and learnable weights of a part.
type Asked = (Vec<usize>, Vec<u32>, Samples, Vec<usize>);

/// The step, if the parts of some cut are proved.
pub(super) fn by_parts(answer: &MatchAnswer, settings: Settings, control: &Control<'_>, depth: usize) -> Option<Rule> {
    let control = control.narrowed(Instant::now().checked_add(MOST_TIME));
    let shapes = answer.network.shapes();
    if shapes.hidden == Some(1) && shapes.outputs > 1 {
        return of_row(answer, settings, &control, depth);
    }
    let degrees = answer.network.exponents()?;
    let widths = shapes.widths.filter(|_| shapes.bias == Some(false))?;
    let whole = Whole {
        widths: &widths,
        degrees: &degrees,
        samples: answer.samples,
        learnable: &answer.allocation,
        settings,
        control,
        depth,
    };
    let layers = (1..widths.len() - 1).filter(|layer| widths[*layer] == 1);
    let (law, at, parts) = layers
        .filter_map(|layer| whole.at_bottleneck(layer).map(|(law, parts)| (law, layer, parts)))
        .next()
        .or_else(|| whole.without_output().map(|(at, parts)| ("output", at, parts)))?;
    let of = super::ground::text(&answer.network, &answer.allocation);
    let rule = Rule::Part { of, law: law.to_owned(), at, parts };
    serde_json::to_string(&rule).is_ok_and(|text| text.len() <= MOST_BYTES).then_some(rule)
}

/// The step for one output of a recurrent network with one hidden unit, if the others learn and that is proved.
fn of_row(answer: &MatchAnswer, settings: Settings, control: &Control<'_>, depth: usize) -> Option<Rule> {
    let (one, allocation) = (answer.network.single_output()?, &answer.allocation);
    let outputs = answer.network.weights() + 1 - one.weights();
    let frozen: Vec<usize> = (0..outputs).filter(|w| !allocation.contains(*w)).collect();
    if frozen.len() > 1 {
        return None;
    }
    let others = allocation.iter().filter(|w| *w >= outputs).map(|w| w - outputs + 1);
    let learnable = frozen.is_empty().then_some(0).into_iter().chain(others).collect();
    let steps = certain(&one, answer.samples, learnable, (settings, control, depth))?;
    let of = super::ground::text(&answer.network, allocation);
    let at = frozen.first().copied().unwrap_or(0);
    Some(Rule::Part { of, law: "row".to_owned(), at, parts: vec![("row".to_owned(), steps)] })
}

impl Whole<'_> {
    fn weights(&self, layers: usize) -> usize {
        self.widths.windows(2).take(layers).map(|pair| pair[0] * pair[1]).sum()
    }

    fn at_bottleneck(&self, layer: usize) -> Option<(&'static str, Proved)> {
        let split = self.weights(layer);
        let below = || self.learnable.iter().filter(|w| *w < split);
        let above = |by: usize| self.learnable.iter().filter(move |w| *w >= split).map(move |w| w - split + by);
        let (widths, degrees) = (self.widths, self.degrees);
        let lower = || (widths[..=layer].to_vec(), degrees[..layer - 1].to_vec(), self.samples, below().collect());
        let scaled_lower = || {
            let (widths, degrees) = ([&widths[..=layer], &[1]].concat(), [&degrees[..layer - 1], &[1]].concat());
            (widths, degrees, self.samples, below().chain([split]).collect())
        };
        let upper = || (widths[layer..].to_vec(), degrees[layer..].to_vec(), Samples::Count(1), above(0).collect());
        let scaled_upper = || {
            let widths = [&[1], &widths[layer..]].concat();
            (widths, degrees[layer - 1..].to_vec(), Samples::Count(1), std::iter::once(0).chain(above(1)).collect())
        };
        let proved = |name: &str, part: Asked| self.proved(part).map(|steps| (name.to_owned(), steps));
        let below = proved("lower", lower());
        let scaled_below = || proved("scaled lower", scaled_lower());
        if let Some(upper) = proved("upper", upper()) {
            if let Some(below) = below.or_else(scaled_below) {
                return Some(("bottleneck", vec![below, upper]));
            }
            return self.takes_signs(layer).then(|| ("samples", vec![upper]));
        }
        below.and_then(|below| Some(("bottleneck", vec![below, proved("scaled upper", scaled_upper())?])))
    }

    /// Whether what comes into the unit of the second hidden layer takes some signs of all samples, of which an even power follows.
    fn takes_signs(&self, layer: usize) -> bool {
        let Samples::Count(samples) = self.samples else { return false };
        let even = self.degrees[layer - 1..].iter().any(|degree| degree % 2 == 0);
        let each = || {
            (0..self.widths[1]).map(|unit| {
                let into = unit * self.widths[0]..(unit + 1) * self.widths[0];
                into.filter(|w| self.learnable.contains(*w)).count() as u64
            })
        };
        let all = || samples == 2 && each().all(|count| count > 0);
        layer == 2 && even && samples > 1 && (each().any(|count| count >= samples) || all())
    }

    fn without_output(&self) -> Option<(usize, Proved)> {
        let (&[inputs, units, outputs], Samples::Count(samples)) = (self.widths, self.samples) else { return None };
        // Activations of generic units have to be independent.
        let &[degree] = self.degrees else { return None };
        if Integer::from(inputs + degree as usize - 1).binomial(degree) < samples {
            return None;
        }
        let row = |output: usize| (inputs + output) * units..(inputs + output + 1) * units;
        let learning = |output: usize| row(output).filter(|w| self.learnable.contains(*w)).count() as u64;
        let at = (0..outputs).find(|output| learning(*output) >= samples).filter(|_| outputs > 1)?;
        let others = self.learnable.iter().filter(|w| !row(at).contains(w));
        let others = others.map(|w| if w < row(at).start { w } else { w - units }).collect();
        let steps = self.proved((vec![inputs, units, outputs - 1], self.degrees.to_vec(), self.samples, others))?;
        Some((at, vec![("others".to_owned(), steps)]))
    }

    fn proved(&self, (widths, degrees, samples, learnable): Asked) -> Option<Vec<Rule>> {
        certain(&network(&widths, &degrees)?, samples, learnable, (self.settings, &self.control, self.depth))
    }
}

/// The steps that show that a part has match probability 1.
fn certain(
    network: &Network,
    samples: Samples,
    learnable: Vec<usize>,
    (settings, control, depth): (Settings, &Control<'_>, usize),
) -> Option<Vec<Rule>> {
    let limits = Limits::default().under(control);
    let matcher = Matcher::new(network, samples, settings, limits).ok()?;
    let learnable = Allocation::of(network.weights(), learnable);
    let options = MatchOptions { trials: Trials::Fixed(1), ..MatchOptions::default() };
    let answer = matcher.decide(&learnable, &options, control).ok()?;
    if answer.verdict != Verdict::One {
        return None;
    }
    let text = of_part(&answer, settings, control, depth + 1).ok()?;
    let steps = text.lines().skip(2).map(|line| serde_json::from_str::<Step>(line).map(|step| step.by));
    let mut steps: Vec<Rule> = steps.collect::<Result<_, _>>().ok()?;
    steps.pop();
    let proved = match steps.last()? {
        Rule::Match { verdict, law, .. } => verdict == "one" && law != "odd degree",
        Rule::Odd { .. } | Rule::Part { .. } => true,
        _ => false,
    };
    proved.then_some(steps)
}

/// The feedforward network of these widths and degrees.
fn network(widths: &[usize], degrees: &[u32]) -> Option<Network> {
    let widths: Vec<i64> = widths.iter().map(|d| *d as i64).collect();
    let degrees: Vec<i64> = degrees.iter().map(|g| i64::from(*g)).collect();
    match degrees.iter().all(|g| *g == 1) {
        true => Network::lffn(&widths, false).ok(),
        false => Network::pnn_by_layer(&widths, &degrees, false).ok(),
    }
}
