//! The certificate of a claim's outcome: the dimensions of all allocations of the networks it asked about, and those of its
//! counterexample.

use allocert_claims::{Checked, Subject};
use allocert_core::allocation::Allocation;
use allocert_core::network::{Network, Samples};
use allocert_core::reach::Settings;

use super::CannotCertify;
use super::condition::Asked;
use super::count::MOST_VISITED_IN_CLAIM;
use super::engine::{Engine, Sound};
use super::ground::Ground;
use super::section::Section;
use super::table::{Holes, MOST_WEIGHTS, all_dimensions};
use super::writer::Writer;
use super::{own, patterns};
use allocert_format::{Counterexample, FORMAT, Header, Rule, VERSION, is_name};

/// The most allocations of networks without tables.
const MOST_LISTED: usize = 20_000;

/// A claim's certificate, and what it leaves open.
#[derive(Clone, Debug)]
pub struct OfClaim {
    /// The certificate.
    pub text: String,
    /// Networks with tables.
    pub tables: usize,
    /// Dimensions of single allocations of larger networks.
    pub listed: usize,
    /// What the tables leave unproved: the network, and the holes.
    pub holes: Vec<(String, Holes)>,
    /// Networks without tables, and why.
    pub missing: Vec<(String, String)>,
}

impl OfClaim {
    /// Whether every dimension that the claim rests on is proved.
    pub fn is_whole(&self) -> bool {
        self.holes.is_empty() && self.missing.is_empty() && self.tables + self.listed > 0
    }
}

/// Writes the certificate of what came of a claim.
pub fn of_claim(checked: &Checked, settings: Settings) -> OfClaim {
    of_claim_by(&Sound, checked, settings)
}

/// The same, from what another engine says.
pub fn of_claim_by(engine: &impl Engine, checked: &Checked, settings: Settings) -> OfClaim {
    let header = Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        about: "claim".to_owned(),
        network: None,
        samples: None,
        allocation: None,
        ensemble: None,
        seed: settings.seed,
    };
    let mut writer = Writer::new(header);
    let (asked_for, mut conditions) = (Asked::of(checked), Vec::new());
    let (mut tables, mut listed, mut holes, mut missing, mut answer) = (0, 0, Vec::new(), Vec::new(), Vec::new());
    for Subject { network, samples, dimensions } in &all_subjects(checked) {
        let name = format!("{network}, {samples}");
        let kept = writer.steps();
        // Where few were asked for, those; otherwise all, of which no rule knows where there are exponentials.
        let large = network.weights() > MOST_WEIGHTS || network.is_analytic();
        let asked = dimensions.as_ref().filter(|asked| large && listed + asked.len() <= MOST_LISTED);
        let done = if let Some(asked) = asked {
            let mut asked = asked.clone();
            let done = prove(&mut writer, engine, network, *samples, &mut asked, settings);
            listed += done.as_ref().map_or(0, |(steps, _)| steps.len());
            done
        } else {
            all_dimensions(&mut writer, engine, network, *samples, settings, MOST_VISITED_IN_CLAIM).map(
                |(step, open)| {
                    tables += 1;
                    (vec![step], open)
                },
            )
        };
        match done {
            Ok((steps, open)) => {
                let points = if network.is_analytic() { &[][..] } else { writer.points() };
                let condition = asked_for.as_ref().and_then(|a| a.step(checked, network, *samples, points));
                if let Some(condition) = condition {
                    conditions.push(writer.step(condition));
                }
                // The largest of them speaks for all, or the last line would be very long.
                answer.extend(steps.first());
                if open.dimensions > 0 {
                    holes.push((name, open));
                }
            }
            Err(error) => {
                writer.back_to(kept);
                let reason = error.to_string();
                missing.push((name, reason.lines().next().unwrap_or_default().to_owned()));
            }
        }
    }
    let outcome = checked.outcome.as_ref().map_or("open", |o| o.name()).to_owned();
    // Whatever is not asked about a network of one's own, its program says which it is. What samples contradict is not refuted.
    let named = checked.counterexample.as_ref().filter(|_| outcome == "refuted").filter(|c| {
        let kept = writer.steps();
        let known =
            !writer.is_new(&c.network) || !c.observations.is_empty() || writer.open(&c.network, c.samples).is_ok();
        if !known {
            writer.back_to(kept);
        }
        known
    });
    let counterexample = named.map(|c| {
        let dimensions = observations(&mut writer, engine, c, settings);
        answer.extend(&dimensions);
        Counterexample {
            network: c.network.to_string(),
            samples: c.samples.count(),
            allocation: c.allocation.as_ref().map(|a| allocert_core::allocation::print(c.network.layout(), a)),
            dimensions,
            claimed: c.claimed.clone(),
            sides: c.sides.clone().map(|(left, sign, right)| (left, sign.to_owned(), right)),
        }
    });
    // A name that is none in the format, with spaces for instance, is written with other characters.
    let part = |c: char| if is_name(&c.to_string()) { c } else { '_' };
    let subjects = all_subjects(checked);
    let (name, statement) = (checked.claim.chars().map(part).take(50).collect(), checked.statement.clone());
    let mut networks: Vec<(String, Option<u64>)> =
        subjects.iter().map(|s| (s.network.to_string(), s.samples.count())).collect();
    networks.dedup();
    // Evaluated for each network, or for the counterexample, or not at all; and samples settle nothing.
    let enough = if counterexample.is_some() { 1 } else { subjects.len() };
    let settled = outcome == "verified" || counterexample.is_some();
    if conditions.len() < enough || !missing.is_empty() || !settled {
        conditions.clear();
    }
    answer.extend(&conditions);
    answer.sort_unstable();
    answer.dedup();
    let missing_here = missing.clone();
    let claim = Rule::Claim {
        name,
        statement,
        outcome,
        counterexample,
        missing: missing_here,
        networks,
        conditions,
        seal: None,
    };
    answer.push(writer.step(sealed(claim)));
    OfClaim { text: writer.end(answer), tables, listed, holes, missing }
}

/// What a claim asked about, and where it asks for dimensions at all, also the networks that it looked at without: each of them has
/// its place in the certificate. Of a refuted claim only the counterexample's counts.
fn all_subjects(checked: &Checked) -> Vec<Subject> {
    let mut subjects = checked.subjects.clone();
    if subjects.is_empty() {
        return subjects;
    }
    let refuting = checked.counterexample.as_ref().map(|c| (c.network.clone(), c.samples));
    let looked_at = match &refuting {
        Some(one) => std::slice::from_ref(one),
        None => checked.visited.as_slice(),
    };
    for (network, samples) in looked_at {
        if !subjects.iter().any(|s| (&s.network, s.samples) == (network, *samples)) {
            // Of a large one no dimension is wanted; that of no weights gives it its place.
            let none = || vec![(Allocation::none(network.weights()), 0)];
            let dimensions = (network.weights() > MOST_WEIGHTS).then(none);
            subjects.push(Subject { network: network.clone(), samples: *samples, dimensions });
        }
    }
    subjects
}

/// The claim with its seal.
fn sealed(mut claim: Rule) -> Rule {
    let of = claim.seal();
    if let Rule::Claim { seal, .. } = &mut claim {
        *seal = of;
    }
    claim
}

/// The steps that prove the dimensions that a counterexample rests on.
fn observations(
    writer: &mut Writer,
    engine: &impl Engine,
    c: &allocert_claims::Counterexample,
    settings: Settings,
) -> Vec<u64> {
    let mut steps = Vec::new();
    let mut subjects: Vec<(&Network, Samples)> = Vec::new();
    for o in &c.observations {
        if !subjects.contains(&(&o.network, o.samples)) {
            subjects.push((&o.network, o.samples));
        }
    }
    for (network, samples) in subjects {
        let asked = c.observations.iter().filter(|o| o.network == *network && o.samples == samples);
        let mut asked: Vec<_> = asked.map(|o| (o.allocation.clone(), o.dim)).collect();
        let kept = writer.steps();
        match prove(writer, engine, network, samples, &mut asked, settings) {
            Ok((proved, _)) => steps.extend(proved),
            Err(_) => writer.back_to(kept),
        }
    }
    steps
}

/// The steps that state these dimensions, and what they leave unproved.
fn prove(
    writer: &mut Writer,
    engine: &impl Engine,
    network: &Network,
    samples: Samples,
    asked: &mut [(Allocation, usize)],
    settings: Settings,
) -> Result<(Vec<u64>, Holes), CannotCertify> {
    if network.gates() > 0 {
        return patterns::dimensions(writer, engine, network, samples, asked, settings);
    }
    own::has_rules(network)?;
    // The whole first: it bounds the others. Then large sets, whose bounds are bounds of smaller ones.
    asked.sort_by_key(|(set, _)| std::cmp::Reverse(set.size()));
    let matroid = engine.matroid(network, samples, settings.seed, None).map_err(|_| CannotCertify::Jacobian)?;
    let ground = Ground::find(engine, network, samples, asked, settings.seed, 0).ok_or(CannotCertify::Point)?;
    let mut section = Section::open(writer, &ground, &matroid, matroid.error_for_one())?;
    let steps = asked.iter().map(|(set, dim)| section.dimension(set, *dim)).collect::<Result<Vec<u64>, _>>()?;
    let (dimensions, of) = (section.unproved.len() as u64, asked.len() as u64);
    Ok((steps, Holes { dimensions, of, sets: section.unproved }))
}
