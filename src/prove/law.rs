//! Why the flats of a law have no more dimensions than they have: the simplest rule that proves each.

use allocert_core::allocation::Allocation;
use allocert_core::control::Control;
use allocert_core::network::{Network, Samples};
use allocert_core::reach::{Evidence, Law};
use allocert_core::text::{plural, plural_noun};
use allocert_format::{FORMAT, Header, Rule, VERSION};

use super::CannotCertify;
use super::count::MOST_VISITED;
use super::engine::{Engine, Sound};
use super::ground::Ground;
use super::section::Section;
use super::table::{Holes, all_dimensions};
use super::upper::upper;
use super::writer::Writer;

/// The reasons of the flats of a law, in their order; nothing where no rule proves the dimension. The dimensions that are
/// proved become so in the law. Where it is stopped, the others have none.
pub fn reasons_of_law(law: &mut Law, control: &Control<'_>) -> Vec<Option<String>> {
    let sets: Vec<(Allocation, usize)> = law.flats.iter().map(|flat| (flat.weights.clone(), flat.dim.value)).collect();
    if !law.network.is_polynomial() {
        return vec![None; sets.len()];
    }
    let bottom = (law.loops.clone(), 0);
    let all: Vec<(Allocation, usize)> = sets.iter().cloned().chain([bottom.clone()]).collect();
    let Some(ground) = Ground::find(&Sound, &law.network, law.samples, &all, law.settings.seed, 0) else {
        return vec![None; sets.len()];
    };
    let rule = |(set, dim): &(Allocation, usize)| {
        control.check().ok()?;
        upper(&ground, set, *dim, 0)
    };
    if rule(&bottom).is_some() {
        law.bottom.evidence = Evidence::Proved;
    }
    let rules: Vec<Option<Rule>> = sets.iter().map(rule).collect();
    for (flat, _) in law.flats.iter_mut().zip(&rules).filter(|(_, rule)| rule.is_some()) {
        flat.dim.evidence = Evidence::Proved;
    }
    let sets = sets.iter().zip(rules);
    sets.map(|((set, _), rule)| Some(reason(&ground, set, &rule?))).collect()
}

/// What is known by theorem of the law of a network's family, for every size.
pub fn theorem_of_law(network: &Network, samples: Samples) -> Option<&'static str> {
    let shapes = network.shapes();
    let (hidden, steps) = (shapes.hidden?, shapes.steps?);
    let single = shapes.inputs == 1 && shapes.outputs == 1 && samples == Samples::Functional;
    match steps >= 2 * hidden {
        _ if !single => None,
        true => Some("one input and one output, T ≥ 2n: this is the law for every n (docs/theory.md, 4.4)"),
        false => {
            Some("one input and one output, T < 2n: whether it is the law for every n is open (docs/theory.md, 4.4)")
        }
    }
}

/// Writes the certificate of a law: the dimensions of all allocations, proved from bounds of flats, and the dimension of one flat of
/// each orbit.
///
/// # Errors
/// As for the dimensions of all allocations, see [`of_table`](super::of_table).
pub fn of_law(law: &Law) -> Result<(String, Holes), CannotCertify> {
    let (network, samples, settings) = (&law.network, law.samples, law.settings);
    let header = Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        about: "scan".to_owned(),
        network: Some(network.to_string()),
        samples: samples.count(),
        allocation: None,
        ensemble: None,
        seed: settings.seed,
    };
    let mut writer = Writer::new(header);
    let (table, mut holes) = all_dimensions(&mut writer, &Sound, network, samples, settings, MOST_VISITED)?;
    let sets: Vec<(Allocation, usize)> = law.flats.iter().map(|flat| (flat.weights.clone(), flat.dim.value)).collect();
    let ground = Ground::find(&Sound, network, samples, &sets, settings.seed, 0).ok_or(CannotCertify::Point)?;
    let matroid = Sound.matroid(network, samples, settings.seed, None).map_err(|_| CannotCertify::Jacobian)?;
    let mut section = Section::open(&mut writer, &ground, &matroid, matroid.error_for_one())?;
    let flats = sets.iter().map(|(set, dim)| section.dimension(set, *dim)).collect::<Result<Vec<u64>, _>>()?;
    holes.sets.append(&mut section.unproved);
    let answer = [table].into_iter().chain(flats).collect();
    Ok((writer.end(answer), holes))
}

/// What a rule says, in words.
fn reason(ground: &Ground<'_, Sound>, set: &Allocation, rule: &Rule) -> String {
    let directions = |vectors: &[Vec<(String, String)>]| -> Option<String> {
        let names: Option<Vec<&str>> =
            vectors.iter().map(|v| if let [(name, _)] = v.as_slice() { Some(name.as_str()) } else { None }).collect();
        names.filter(|names| names.len() <= MOST_NAMED).map(|names| names.join(", "))
    };
    match rule {
        Rule::Size { .. } => "there are no more weights".to_owned(),
        Rule::Labels { at_most: 1, .. } => "only 1 label depends on these weights".to_owned(),
        Rule::Labels { at_most, .. } => format!("only {at_most} labels depend on these weights"),
        Rule::Bound { name, .. } => {
            ground.named().named(set, name).map_or(name.as_str(), |bound| bound.words).to_owned()
        }
        Rule::Gauge { vectors, .. } => {
            let number = vectors.len();
            match directions(vectors) {
                Some(names) => format!("{} inside these weights: {names}", plural_noun(number, "gauge direction")),
                None => format!("{} of gauge directions inside these weights", plural(number, "combination")),
            }
        }
        Rule::Kernel { vectors, .. } => {
            format!("{} along which no label changes", plural(vectors.len(), "polynomial direction"))
        }
        _ => "a bound of a larger set".to_owned(),
    }
}

/// More gauge directions are not named.
const MOST_NAMED: usize = 4;
