//! The dimensions of all allocations of a small network, proved by its cyclic flats.
//!
//! In a matroid ρ(A) is the smallest ρ(F) + |A ∖ F| over the cyclic flats F (unions of circuits that contain all that depends on
//! them). So it is enough to bound these from above, one of each orbit, and to show points from below.

use std::collections::{BTreeMap, BTreeSet};

use crate::algebra::Matrix;
use crate::allocation::Allocation;
use crate::network::{Network, Samples};
use crate::number::{Field, PrimeField, Ring};
use crate::reach::Settings;

use super::CannotCertify;
use super::engine::{Engine, Sound};
use super::format::{FORMAT, Header, Rule, VERSION};
use super::ground::Ground;
use super::patterns;
use super::section::Section;
use super::symmetry::orbit;
use super::writer::Writer;

/// The most weights.
pub const MOST_WEIGHTS: usize = 15;
/// More points than this are not looked for.
const MOST_POINTS: usize = 4;

/// What a table leaves unproved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holes {
    /// Dimensions that are known by random points only.
    pub dimensions: u64,
    /// All dimensions.
    pub of: u64,
    /// The sets whose bounds are missing.
    pub sets: Vec<String>,
}

/// Writes the certificate of the dimensions of all allocations of a network of at most [`MOST_WEIGHTS`] weights.
///
/// # Errors
/// A larger network, one whose Jacobian is over a limit, or no integer points that show the ranks.
pub fn of_table(network: &Network, samples: Samples, settings: Settings) -> Result<(String, Holes), CannotCertify> {
    of_table_by(&Sound, network, samples, settings)
}

/// The same, from what another engine says.
///
/// # Errors
/// As [`of_table`]; and what that engine says may not fit together.
pub fn of_table_by(
    engine: &impl Engine,
    network: &Network,
    samples: Samples,
    settings: Settings,
) -> Result<(String, Holes), CannotCertify> {
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
    let (step, holes) = all_dimensions(&mut writer, engine, network, samples, settings)?;
    Ok((writer.end(vec![step]), holes))
}

/// Writes the steps that prove the dimensions of all allocations; the last one's number.
pub(super) fn all_dimensions(
    writer: &mut Writer,
    engine: &impl Engine,
    network: &Network,
    samples: Samples,
    settings: Settings,
) -> Result<(u64, Holes), CannotCertify> {
    let n = network.weights();
    if n > MOST_WEIGHTS {
        return Err(CannotCertify::TooManyWeights { weights: n });
    }
    if !network.is_polynomial() {
        return patterns::all_dimensions(writer, engine, network, samples, settings);
    }
    let matroid = engine.matroid(network, samples, settings.seed, Some(settings.error_log2));
    let matroid = matroid.map_err(|_| CannotCertify::Jacobian)?;
    let mut known = vec![0u8; 1 << n];
    for (number, trial) in matroid.trials().iter().enumerate() {
        let before = known.clone();
        raise(&mut known, &trial.field, &trial.rows);
        // Whoever looked at one trial only has to have seen the same.
        if number > 0 && known != before {
            return Err(CannotCertify::Trials);
        }
    }
    // From below: points until all ranks are shown.
    let all = Allocation::all(n);
    let whole = usize::from(known[(1 << n) - 1]);
    let mut shown = vec![0u8; 1 << n];
    let mut grounds = Vec::new();
    while shown != known {
        if grounds.len() == MOST_POINTS {
            return Err(CannotCertify::Point);
        }
        let first = 100 * grounds.len() as u64;
        let ground = Ground::find(engine, network, samples, &[(all.clone(), whole)], settings.seed, first)
            .ok_or(CannotCertify::Point)?;
        raise(&mut shown, &ground.field, ground.jacobian());
        grounds.push(ground);
    }
    let error_log2 = matroid.error_for_all();
    let mut section = Section::open(writer, &grounds[0], &matroid, error_log2);
    let mut points = vec![section.point];
    for ground in &grounds[1..] {
        points.push(section.point_of(ground));
    }
    let missing = bound_flats(&mut section, &known, whole, &engine.symmetries(network, samples));
    let mut counts: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for (mask, dim) in known.iter().enumerate() {
        *counts.entry((mask.count_ones() as usize, usize::from(*dim))).or_insert(0) += 1;
    }
    let counts = counts.into_iter().map(|((size, dim), number)| (size, dim, number)).collect();
    let unproved = missing.most.iter().zip(&known).filter(|(most, dim)| most > dim).count() as u64;
    let error = (unproved > 0).then_some(error_log2);
    let table = Rule::Table { within: "all".to_owned(), points, counts, unproved, error_log2: error };
    let step = writer.step(table);
    Ok((step, Holes { dimensions: unproved, of: 1 << n, sets: missing.sets }))
}

/// The upper bounds that the steps give, and the cyclic flats without a proof.
struct Bounded {
    most: Vec<u8>,
    sets: Vec<String>,
}

/// Bounds the cyclic flats, one of each orbit, that earlier bounds do not settle.
fn bound_flats(
    section: &mut Section<'_, impl Engine>,
    known: &[u8],
    whole: usize,
    permutations: &[Vec<usize>],
) -> Bounded {
    let n = known.len().trailing_zeros() as usize;
    let mut most: Vec<u8> = (0..known.len()).map(|mask| mask.count_ones() as u8).collect();
    let mut sets = Vec::new();
    let mut seen: BTreeSet<u32> = BTreeSet::new();
    let mut flats: Vec<u32> = (0..known.len() as u32).rev().filter(|mask| is_cyclic_flat(known, n, *mask)).collect();
    // The whole first: what is at most the teacher's dimension is settled by it.
    let last = known.len() as u32 - 1;
    if !flats.contains(&last) {
        flats.insert(0, last);
    }
    flats.sort_by_key(|mask| (*mask != last, std::cmp::Reverse(known[*mask as usize]), mask.count_zeros()));
    for flat in flats {
        if most[flat as usize] <= known[flat as usize] || !seen.insert(flat) {
            continue;
        }
        let dim = if flat == last { whole } else { usize::from(known[flat as usize]) };
        let orbit: Vec<u32> = orbit(u64::from(flat), permutations).into_iter().map(|set| set as u32).collect();
        seen.extend(&orbit);
        let set = Allocation::of(n, (0..n).filter(|w| flat >> w & 1 == 1));
        match section.proved_at_most(&set, dim) {
            Some(_) => lower(&mut most, n, &orbit, dim as u8),
            None => sets.push(section.text(&set)),
        }
    }
    Bounded { most, sets }
}

/// A set without coloops to which nothing can be added without raising the rank.
fn is_cyclic_flat(known: &[u8], n: usize, mask: u32) -> bool {
    (0..n).all(|w| {
        let other = mask ^ 1 << w;
        (mask >> w & 1 == 1) == (known[other as usize] == known[mask as usize])
    })
}

/// Lowers the bounds of all sets by new bounds: a subset has no larger dimension, and a weight more adds at most 1.
pub(super) fn lower(most: &mut [u8], n: usize, sets: &[u32], dim: u8) {
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
pub(super) fn raise(ranks: &mut [u8], field: &PrimeField, matrix: &Matrix<u64>) {
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
