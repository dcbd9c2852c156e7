//! A match probability that a law settles; the laws are in section 2 of the theory.
//!
//! `not spanning`: MP = 0 exactly if the allocation does not span. `affine`: MP = 1 if it spans and all labels are affine in the
//! learnable weights, which is computed, as if nothing cancelled in their degree. `odd
//! degree`: MP = 1 for a basis whose matching degree is odd; that degree is counted by the engine modulo primes, so this
//! leaves a hole. What holds for a basis holds for all that contains it. `copying`: MP = 1 if all weights learn. `rescaled
//! teacher`: MP = 1 if, modulo 2, the powers of the scales of hidden units in the frozen weights are independent, as the teacher's
//! hidden units can be given scales that make its frozen weights the student's. That a unit has a scale is what its gauge
//! direction says: labels that do not change along it do not for positive scales, and as polynomials for no others. `signs` and
//! `orthants`: see [`super::signs`]. `far away`, `squares`, `plane`, `odd norm`, `two conics`, `cubes`, `growing`, `coordinates` and `two units`: see [`super::far`]; `ends`, `diagonal`, `given poles` and `cubic`: [`super::ends`]; other laws of
//! probabilities below 1: [`super::inertia`] and [`super::tied`], which has `two units, two outputs`, too.

use std::collections::BTreeSet;

use num_rational::BigRational;
use num_traits::Zero;

use super::super::gauge::direction;

use super::super::network::{Chain, Family, Network};
use super::super::number::Number;
use super::super::proof::{Fact, Fault, Proof, ensure, is_subset, limit};
use super::ends::{has_cubic, has_diagonal, has_ends, has_given_poles};
use super::far::{
    has_conics, has_coordinates, has_cubes, has_odd_norm, has_plane, has_squares, has_two_units, is_far, is_growing,
};
use super::inertia::Asked;
use super::signs::{fills_orthants, has_steady_output};
use super::tied::pairs_match;

pub(super) fn matching(
    proof: &mut Proof,
    step: u64,
    (of, verdict, law): (&str, &str, &str),
    from: u64,
    basis: Option<&str>,
    degree: Option<u64>,
) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    let core = basis.map_or_else(|| Ok(set.clone()), |basis| proof.allocation(basis))?;
    ensure(is_subset(&core, &set), "the basis is not inside the allocation")?;
    let spans = match proof.fact(from)? {
        Fact::Spans(about, spans) if *about == core => *spans,
        _ => return Err(Fault::Wrong(format!("step {from} does not say whether it spans"))),
    };
    let shown: String = law.chars().take(80).collect();
    match (verdict, law) {
        ("zero", "not spanning") => ensure(!spans && core == set, "it spans")?,
        ("one", "affine") => {
            ensure(spans, "it does not span")?;
            ensure(is_affine(proof.network()?, &core)?, "a label is not affine in the learnable weights")?;
        }
        ("one", "copying") => ensure(core.len() == proof.network()?.weights, "a weight is frozen")?,
        ("one", "rescaled teacher") => {
            ensure(
                is_rescaled(proof.network()?, &core)?,
                "the frozen weights are not shown to be the teacher's, rescaled",
            )?;
        }
        ("one", "orthants") => {
            let fills = fills_orthants(proof.network()?, &core, proof.samples);
            ensure(fills, "no unit takes any activations on so many samples, with any sign")?;
        }
        ("one", "far away") => {
            let far = is_far(proof.network()?, &core, proof.samples)?;
            ensure(far, "no unit is free where others go far, nor are two parallel")?;
        }
        ("one", "squares") => {
            ensure(
                has_squares(proof.network()?, &core),
                "fewer units than inputs learn all their weights, or not of squares",
            )?;
        }
        ("one", "coordinates") => {
            let fits = has_coordinates(proof.network()?, &core, proof.samples);
            ensure(fits, "the hidden units have no coordinates that fit encoder and decoder")?;
        }
        ("one", "two units") => {
            ensure(has_two_units(proof.network()?, &core), "a weight of the two units is missing")?;
        }
        ("one", "ends") => {
            let ends = has_ends(proof.network()?, &core, proof.samples);
            ensure(ends, "no row or column of two units learns, or there are more than two labels")?;
        }
        ("one", "diagonal") => {
            let fits = has_diagonal(proof.network()?, &core, proof.samples);
            ensure(fits, "the diagonal of two units does not learn with a unit's ends, or it is not for this number")?;
        }
        ("one", "given poles") => {
            ensure(has_given_poles(proof.network()?, &core), "poles or ends of the two units are not free")?;
        }
        ("one", "cubic") => {
            ensure(has_cubic(proof.network()?, &core, proof.samples), "there is no such cubic for the two units")?;
        }
        ("one", "plane") => {
            ensure(has_plane(proof.network()?, &core), "no two squares are free enough for a plane")?;
        }
        ("one", "two conics") => {
            ensure(
                has_conics(proof.network()?, &core, proof.samples),
                "no two squares have free weights of their own",
            )?;
        }
        ("one", "cubes") => {
            ensure(has_cubes(proof.network()?, &core), "no three cubes are free enough")?;
        }
        ("one", "growing") => {
            ensure(is_growing(proof.network()?, &core, proof.samples), "no unit grows where another one follows")?;
        }
        ("one", "odd norm") => {
            ensure(has_odd_norm(proof.network()?, &core, proof.samples), "no square is free beside another factor")?;
        }
        ("one", "two units, two outputs") => {
            let fits = pairs_match(proof.network()?, &core, proof.samples);
            ensure(fits, "weights of the two units, or of the two outputs, are missing")?;
        }
        ("fractional", "signs") => {
            ensure(spans && core == set, "it does not span")?;
            ensure(has_steady_output(proof.network()?, &set), "a learnable weight may make each output negative")?;
        }
        ("fractional", law) => {
            ensure(spans && core == set, "it does not span")?;
            let asked = Asked { network: proof.network()?, set: &set, samples: proof.samples };
            match asked.is_below_one(law) {
                Some(below) => ensure(below, &format!("the law `{law}` does not apply"))?,
                None => return Err(Fault::Wrong("there is no such law for this verdict".to_owned())),
            }
        }
        ("one", "odd degree") => {
            ensure(spans, "it does not span")?;
            ensure(degree.is_some_and(|d| d % 2 == 1), "the degree is not odd")?;
            let reason = format!(
                "that the matching degree of {of} or a basis inside is odd was counted modulo primes, not proved"
            );
            proof.hole(step, "match", reason, None)?;
        }
        ("open", _) => {
            ensure(spans, "it does not span, so a law applies")?;
            proof.lack(step, "match", format!("no law settles the match probability of {of} ({shown})"), None)?;
        }
        _ => return Err(Fault::Wrong("there is no such law for this verdict".to_owned())),
    }
    let (value, low, high) = match verdict {
        "zero" => ("0", 0, 0),
        "one" => ("1", 2, 2),
        "fractional" => ("above 0 and below 1", 1, 1),
        _ => ("above 0", 1, 2),
    };
    proof.state(step, Fact::Match(set, low, high), format!("the match probability of {of} is {value}"))
}

/// Whether the powers of scales in the weights outside of a set are independent modulo 2.
fn is_rescaled(network: &Network, set: &[usize]) -> Result<bool, Fault> {
    let units: Vec<String> = match &network.family {
        Family::Other if network.chain.is_some() => Vec::new(),
        Family::Layers { widths, kinks: false, .. } => {
            let of_layer = |layer: usize| (0..widths[layer]).map(move |i| format!("G{layer}[{i},{i}]"));
            (1..widths.len() - 1).flat_map(of_layer).collect()
        }
        Family::Recurrent { hidden, .. } => (0..*hidden).map(|i| format!("G[{i},{i}]")).collect(),
        _ => return Ok(false),
    };
    // For each weight, the units whose scale it has an odd power of.
    let mut odd = vec![BTreeSet::new(); network.weights];
    for (unit, name) in units.iter().enumerate() {
        limit(network.weights)?;
        for (weight, change) in direction(network, None, name).map_err(Fault::Wrong)? {
            for _ in change.terms().into_iter().flatten().filter(|(_, power)| power.bit(0)) {
                if !odd[weight].remove(&unit) {
                    odd[weight].insert(unit);
                }
            }
        }
    }
    if let Some(Chain { widths, degrees }) = network.chain.as_ref().filter(|_| units.is_empty()) {
        limit(network.weights)?;
        scales(widths, degrees, &mut odd);
    }
    let mut rows: Vec<BTreeSet<usize>> = Vec::new();
    for weight in (0..network.weights).filter(|w| set.binary_search(w).is_err()) {
        let mut row = std::mem::take(&mut odd[weight]);
        // Each row before has a first unit that the later ones are free of.
        for other in &rows {
            if other.first().is_some_and(|first| row.contains(first)) {
                row = row.symmetric_difference(other).copied().collect();
            }
        }
        if row.is_empty() {
            return Ok(false);
        }
        rows.push(row);
    }
    Ok(true)
}

/// Notes for each weight of layers with their own degrees the hidden units whose scale it has an odd power of: the scale comes into the unit, its power to the degree goes out.
fn scales(widths: &[usize], degrees: &[u32], odd: &mut [BTreeSet<usize>]) {
    let (mut start, mut units) = (0, 0);
    for (layer, pair) in widths.windows(2).enumerate() {
        let &[below, above] = pair else { continue };
        let weight = |row: usize, column: usize| start + row * below + column;
        for (row, column) in (0..above).flat_map(|row| (0..below).map(move |column| (row, column))) {
            if layer > 0 && degrees[layer - 1] % 2 == 1 {
                odd[weight(row, column)].insert(units + column);
            }
            if layer + 2 < widths.len() {
                odd[weight(row, column)].insert(units + if layer > 0 { below } else { 0 } + row);
            }
        }
        (start, units) = (start + below * above, units + if layer > 0 { below } else { 0 });
    }
}

/// The degree of a polynomial in which nothing cancels, of others a bound; nothing for zero.
#[derive(Clone, Copy)]
struct Degree(Option<u64>);

impl Number for Degree {
    fn zero() -> Self {
        Degree(None)
    }
    fn one() -> Self {
        Degree(Some(0))
    }
    fn fraction(value: &BigRational) -> Self {
        if value.is_zero() { Degree::zero() } else { Degree::one() }
    }
    fn plus(&self, other: &Self) -> Self {
        Degree(self.0.max(other.0))
    }
    fn times(&self, other: &Self) -> Self {
        Degree(self.0.zip(other.0).map(|(a, b)| a.saturating_add(b)))
    }
    fn scaled(&self, factor: i64) -> Self {
        if factor == 0 { Degree(None) } else { *self }
    }
}

/// Whether all labels of a generic input are affine in these weights.
fn is_affine(network: &Network, set: &[usize]) -> Result<bool, Fault> {
    limit(network.operations())?;
    let degree = |w: usize| Degree(Some(u64::from(set.binary_search(&w).is_ok())));
    let weights: Vec<Degree> = (0..network.weights).map(degree).collect();
    let input = vec![Degree(Some(0)); network.input_size()];
    Ok(network.labels(&weights, &input).iter().all(|label| label.0.is_none_or(|d| d <= 1)))
}
