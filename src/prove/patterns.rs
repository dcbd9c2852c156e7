//! Certificates of dimensions of networks with kinks: the largest rank over activation patterns.
//!
//! From below: integer points, each of which shows the ranks on its own pattern. From above: bounds that hold on every
//! pattern. Where these do not meet, the dimension is the largest that was seen, and a hole without a bound on its error.

use std::collections::BTreeMap;

use allocert_core::algebra::Matrix;
use allocert_core::allocation::Allocation;
use allocert_core::network::{Network, Samples};
use allocert_core::number::{Field, PrimeField, Ring};
use allocert_core::reach::{Answer, Settings};

use super::CannotCertify;
use super::engine::Engine;
use super::ground::{Ground, text};
use super::pattern_bounds::{bound, candidates};
use super::rank::header;
use super::symmetry::orbit;
use super::table::{Holes, MOST_WEIGHTS};
use super::writer::Writer;
use allocert_format::Rule;

/// Points that show nothing new are given up after so many,
const MOST_ATTEMPTS: u64 = 2_000;
/// and more points than this are not written.
const MOST_POINTS: usize = 16;
/// What is missing where a bound is.
const MISSING: &str = "the largest over the activation patterns drawn; no bound that holds on every pattern";

/// Certifies both dimensions and whether the allocation spans.
pub(super) fn of_rank<E: Engine>(engine: &E, answer: &Answer) -> Result<String, CannotCertify> {
    let all = Allocation::all(answer.network.weights());
    let mut writer = Writer::new(header("rank", answer));
    let mut asked = vec![(all.clone(), answer.teacher.value), (answer.allocation.clone(), answer.dim.value)];
    asked.dedup();
    let (network, samples) = (&answer.network, answer.samples);
    let (mut steps, _) = dimensions(&mut writer, engine, network, samples, &mut asked, answer.settings)?;
    let from = (steps[steps.len() - 1], steps[0]);
    let of = text(network, &answer.allocation);
    steps.push(writer.step(Rule::Spans { of, spans: answer.spans(), from }));
    Ok(writer.end(steps))
}

/// States these dimensions, larger sets first, each with its two bounds; the steps, and what they leave unproved.
pub(super) fn dimensions<E: Engine>(
    writer: &mut Writer,
    engine: &E,
    network: &Network,
    samples: Samples,
    asked: &mut [(Allocation, usize)],
    settings: Settings,
) -> Result<(Vec<u64>, Holes), CannotCertify> {
    if network.is_analytic() {
        return Err(CannotCertify::Analytic);
    }
    asked.sort_by_key(|(set, _)| std::cmp::Reverse(set.size()));
    // Each point with the sets whose largest rank it is the first to show.
    let mut points: Vec<Ground<'_, E>> = Vec::new();
    let mut shown: Vec<(usize, usize)> = vec![(0, 0); asked.len()];
    for attempt in 0..MOST_ATTEMPTS {
        let ground = candidate(engine, network, samples, settings, attempt)?;
        let ranks: Vec<usize> = asked.iter().map(|(set, _)| ground.rank(set)).collect();
        if points.is_empty() || ranks.iter().zip(&shown).any(|(rank, (known, _))| rank > known) {
            for (rank, best) in ranks.into_iter().zip(&mut shown).filter(|(rank, best)| *rank > best.0) {
                *best = (rank, points.len());
            }
            points.push(ground);
        }
        if asked.iter().zip(&shown).all(|((_, dim), (rank, _))| rank >= dim) || points.len() == MOST_POINTS {
            break;
        }
    }
    writer.open(network, samples)?;
    let used: Vec<bool> = (0..points.len()).map(|p| p == 0 || shown.iter().any(|(_, point)| *point == p)).collect();
    let steps: Vec<u64> =
        points.iter().zip(used).map(|(p, used)| if used { writer.step(p.rule()) } else { 0 }).collect();
    let (mut stated, mut open) = (Vec::new(), Holes { of: asked.len() as u64, ..Holes::default() });
    let mut whole: Option<(u64, usize)> = None;
    for ((set, dim), (rank, point)) in asked.iter().zip(shown) {
        if rank != *dim {
            return Err(if rank > *dim { CannotCertify::Draws } else { CannotCertify::Point });
        }
        let (dim, of) = (*dim, text(network, set));
        let (rows, columns) = points[point].minor(set);
        let columns = text(network, &columns);
        let least = writer.step(Rule::Minor {
            of: of.clone(),
            at_least: dim,
            point: steps[point],
            rows,
            columns,
            independent: None,
        });
        let most = match (bound(&points[0], set, steps[0]), whole) {
            ((k, rule), _) if k == dim => writer.step(rule),
            (_, Some((from, k))) if k == dim => writer.step(Rule::Inclusion { of: of.clone(), at_most: dim, from }),
            _ => match by_inclusion(&points[0], set, dim, steps[0]) {
                Some(rule) => {
                    let from = writer.step(rule);
                    writer.step(Rule::Inclusion { of: of.clone(), at_most: dim, from })
                }
                None => {
                    (open.dimensions, open.sets) = (open.dimensions + 1, [open.sets, vec![of.clone()]].concat());
                    writer.step(Rule::Random {
                        of: of.clone(),
                        at_most: dim,
                        error_log2: None,
                        missing: MISSING.to_owned(),
                    })
                }
            },
        };
        if set.size() == set.weights() {
            whole = Some((most, dim));
        }
        stated.push(writer.step(Rule::Dimension { of, dim, least, most }));
    }
    Ok((stated, open))
}

/// A bound of another set that bounds this one by `k`.
fn by_inclusion<E: Engine>(ground: &Ground<'_, E>, set: &Allocation, k: usize, point: u64) -> Option<Rule> {
    let enough = |other: Allocation| {
        let (bound, rule) = bound(ground, &other, point);
        (bound + set.difference(&other).size() <= k).then_some(rule)
    };
    candidates(ground).into_iter().find_map(enough)
}

/// Writes the steps that prove the dimensions of all allocations; the last one's number.
pub(super) fn all_dimensions<E: Engine>(
    writer: &mut Writer,
    engine: &E,
    network: &Network,
    samples: Samples,
    settings: Settings,
) -> Result<(u64, Holes), CannotCertify> {
    if network.is_analytic() {
        return Err(CannotCertify::Analytic);
    }
    let n = network.weights();
    if n > MOST_WEIGHTS {
        return Err(CannotCertify::TooManyWeights { weights: n, limit: MOST_WEIGHTS });
    }
    let first = candidate(engine, network, samples, settings, 0)?;
    // The network is the next step, perhaps after its program, and the point the one after it.
    let at = writer.next() + 1 + u64::from(writer.is_new(network));
    let (most, rules) = bounds_of_all(&first, at, &engine.symmetries(network, samples));
    let mut shown = vec![0u8; 1 << n];
    let mut points = vec![first];
    raise(&mut shown, &points[0].field, &points[0].echelon());
    let mut open = open_sets(&shown, &most);
    for attempt in 1..MOST_ATTEMPTS {
        if open.is_empty() || points.len() == MOST_POINTS {
            break;
        }
        let ground = candidate(engine, network, samples, settings, attempt)?;
        if open.iter().any(|mask| ground.rank(&of_bits(n, *mask)) > usize::from(shown[*mask])) {
            raise(&mut shown, &ground.field, &ground.echelon());
            points.push(ground);
            open = open_sets(&shown, &most);
        }
    }
    // What is proved needs no comparison. Of the rest the engine reports what it saw.
    if !open.is_empty() {
        let patterns = engine.patterns(network, samples, settings.seed).map_err(|_| CannotCertify::Jacobian)?;
        for mask in &open {
            match patterns.rank(&of_bits(n, *mask)).cmp(&usize::from(shown[*mask])) {
                std::cmp::Ordering::Less => return Err(CannotCertify::Draws),
                std::cmp::Ordering::Equal => {}
                std::cmp::Ordering::Greater => return Err(CannotCertify::Point),
            }
        }
    }
    writer.open(network, samples)?;
    let points: Vec<u64> = points.iter().map(|ground| writer.step(ground.rule())).collect();
    rules.into_iter().for_each(|rule| _ = writer.step(rule));
    let mut counts: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for (mask, dim) in shown.iter().enumerate() {
        *counts.entry((mask.count_ones() as usize, usize::from(*dim))).or_insert(0) += 1;
    }
    let counts = counts.into_iter().map(|((size, dim), number)| (size, dim, number)).collect();
    let unproved = open.len() as u64;
    let within = "all".to_owned();
    let step = writer.step(Rule::Table { within, points, counts, unproved, error_log2: None });
    // The largest of them stand for all.
    open.sort_by_key(|mask| std::cmp::Reverse(mask.count_ones()));
    let sets = open.iter().take(3).map(|mask| text(network, &of_bits(n, *mask))).collect();
    Ok((step, Holes { dimensions: unproved, of: 1 << n, sets }))
}

/// The bounds of all sets, and the steps that they follow from; `at` is the step of the point.
fn bounds_of_all<E: Engine>(ground: &Ground<'_, E>, at: u64, permutations: &[Vec<usize>]) -> (Vec<u8>, Vec<Rule>) {
    let n = ground.network.weights();
    let mut most: Vec<u8> = (0..1usize << n).map(|mask| mask.count_ones() as u8).collect();
    let mut rules = Vec::new();
    let mut sets = candidates(ground);
    if ground.named().is_special() {
        sets.extend((0..1 << n).rev().map(|mask| of_bits(n, mask)));
    }
    for set in sets {
        let (k, rule) = bound(ground, &set, at);
        let bits = set.low_bits();
        if k < usize::from(most[bits as usize]) {
            lower(&mut most, n, &orbit(bits, permutations), k as u8);
            rules.push(rule);
        }
    }
    (most, rules)
}

/// The sets whose dimension is not proved.
fn open_sets(shown: &[u8], most: &[u8]) -> Vec<usize> {
    (0..shown.len()).filter(|mask| shown[*mask] < most[*mask]).collect()
}

fn of_bits(n: usize, mask: usize) -> Allocation {
    Allocation::of_low_bits(n, mask as u64)
}

/// One of the points that are tried, none of them on a border between patterns.
fn candidate<'e, E: Engine>(
    engine: &'e E,
    network: &Network,
    samples: Samples,
    settings: Settings,
    attempt: u64,
) -> Result<Ground<'e, E>, CannotCertify> {
    let bound = 9 + 9 * (attempt % 12);
    Ground::on_pattern(engine, network, samples, (settings.seed, attempt), bound).ok_or(CannotCertify::Point)
}

/// Lowers the bounds of all sets by new bounds: a subset has no larger dimension, and a weight more adds at most 1.
fn lower(most: &mut [u8], n: usize, sets: &[u64], dim: u8) {
    for set in sets {
        most[*set as usize] = most[*set as usize].min(dim);
    }
    for mask in (0..most.len()).rev() {
        for w in (0..n).filter(|w| mask >> w & 1 == 1) {
            most[mask & !(1 << w)] = most[mask & !(1 << w)].min(most[mask]);
        }
    }
    for mask in 0..most.len() {
        for w in (0..n).filter(|w| mask >> w & 1 == 0) {
            most[mask | 1 << w] = most[mask | 1 << w].min(most[mask] + 1);
        }
    }
}

/// Raises the ranks of all sets of columns to those of a matrix.
fn raise(ranks: &mut [u8], field: &PrimeField, matrix: &Matrix<u64>) {
    let columns: Vec<Vec<u64>> =
        (0..matrix.columns()).map(|c| (0..matrix.rows()).map(|r| matrix[(r, c)]).collect()).collect();
    visit(field, &columns, 0, 0, &mut Vec::new(), ranks);
}

fn visit(
    field: &PrimeField,
    columns: &[Vec<u64>],
    next: usize,
    mask: usize,
    echelon: &mut Vec<(usize, Vec<u64>)>,
    ranks: &mut [u8],
) {
    let Some(column) = columns.get(next) else {
        ranks[mask] = ranks[mask].max(echelon.len() as u8);
        return;
    };
    visit(field, columns, next + 1, mask, echelon, ranks);
    let mut column = column.clone();
    for (pivot, row) in echelon.iter() {
        let factor = field.neg(&column[*pivot]);
        column.iter_mut().zip(row).for_each(|(entry, r)| field.add_product(entry, &factor, r));
    }
    let pivot = column.iter().position(|entry| !field.is_zero(entry));
    if let Some(pivot) = pivot
        && let Some(inverse) = field.inverse(&column[pivot])
    {
        column.iter_mut().for_each(|entry| *entry = field.mul(entry, &inverse));
        echelon.push((pivot, column));
    }
    visit(field, columns, next + 1, mask | 1 << next, echelon, ranks);
    if pivot.is_some() {
        echelon.pop();
    }
}
