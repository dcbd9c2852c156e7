//! What people would rather look at than read: dimensions of a scan, match probabilities over samples, training beside
//! them.

use std::collections::BTreeMap;

use crate::plot::{Axis, Cloud, Frame, Line, Mark, Point, Square, heat_map, lines, scatter};
use allocert_core::text::thousands;
use allocert_record::{Match, Scan};

use super::read::Training;
use super::{drawn, samples};

/// Larger tables are not drawn.
const MOST_SQUARES: usize = 4_000;
/// More lines than this in one drawing cannot be told apart.
const MOST_LINES: usize = 10;
/// More drawings than this would fill the page.
const MOST_DRAWINGS: usize = 12;
/// Allocations are named by so many characters.
const LONGEST_NAME: usize = 60;

/// Dimension against size over all allocations; nothing for an empty or a very large table.
pub(super) fn scan(scan: &Scan) -> Option<String> {
    if scan.counts.len() > MOST_SQUARES {
        return None;
    }
    let share = |(size, dim, number): &(usize, usize, String)| {
        let logarithm = number.parse::<f64>().ok().filter(|n| *n >= 1.0)?.log10();
        Some((u32::try_from(*size).ok()?, u32::try_from(*dim).ok()?, logarithm))
    };
    let counts: Vec<(u32, u32, f64)> = scan.counts.iter().map(share).collect::<Option<_>>()?;
    let most = counts.iter().map(|c| c.2).fold(0.0, f64::max);
    let squares: Vec<Square> = counts
        .iter()
        .map(|(x, y, log)| Square { x: *x, y: *y, shade: if most > 0.0 { log / most } else { 1.0 } })
        .collect();
    let largest = scan.counts.iter().max_by_key(|c| (c.2.len(), c.2.clone()))?;
    let frame = Frame {
        title: format!("Dimension against size: {}", scan.network),
        description: format!(
            "A square for each size and dimension that occurs, the darker the more allocations, on a logarithmic scale. \
             Most of them, {}, have size {} and dimension {}. The numbers are in the table below.",
            thousands(&largest.2),
            largest.0,
            largest.1
        ),
        x: Axis::counting("learnable weights"),
        y: Axis::counting("reachable dimension"),
    };
    heat_map(&frame, &squares).ok()
}

/// The points of each allocation, with their numbers of samples.
type Allocations<'a> = BTreeMap<&'a str, Vec<(u64, Point)>>;

/// For each network with an allocation at several numbers of samples: match probability against samples.
pub(super) fn matches(matches: &[Match]) -> Vec<String> {
    let mut networks: BTreeMap<&str, Allocations<'_>> = BTreeMap::new();
    for m in matches {
        // Without a number of samples, or a value, there is no place for a point.
        let Some((count, (y, ends))) = m.samples.zip(value(m)) else {
            continue;
        };
        let point = Point { x: count as f64, y, band: ends.or(Some([y, y])) };
        networks.entry(&m.network).or_default().entry(&m.allocation).or_default().push((count, point));
    }
    let drawn = networks.into_iter().filter_map(|(network, allocations)| {
        let line = |(allocation, mut points): (&str, Vec<(u64, Point)>)| {
            points.sort_by_key(|p| p.0);
            Line { name: named(allocation), points: points.into_iter().map(|p| p.1).collect() }
        };
        let several = allocations.into_iter().filter(|(_, points)| points.len() > 1);
        let all: Vec<Line> = several.map(line).take(MOST_LINES).collect();
        let frame = Frame {
            title: format!("Match probability against samples: {network}"),
            description:
                "A line for each allocation, with a band of the 95 % intervals where no theorem gives the value. The \
                      numbers are in the table below."
                    .to_owned(),
            x: Axis::counting("samples M"),
            y: Axis::probability("match probability"),
        };
        lines(&frame, &all).ok()
    });
    drawn.take(MOST_DRAWINGS).collect()
}

/// Success of training against match probability, where both are known for the same question.
pub(super) fn trainings(trainings: &[Training], matches: &[Match]) -> Option<String> {
    let mut clouds: BTreeMap<String, Vec<Mark>> = BTreeMap::new();
    for t in trainings {
        let same = |m: &&Match| (&m.network, &m.allocation, m.samples) == (&t.network, &t.allocation, t.samples);
        let found = matches.iter().find(same).and_then(value);
        let exact = drawn(t.verdict_exact.as_deref(), t.enclosure_exact, t.probability_exact, t.ci95_exact);
        if let (Some((x, interval)), Some(y)) = (found.or(exact), t.success_rate) {
            let mark = Mark { x, x_interval: interval, y, y_interval: Some(t.ci95) };
            clouds.entry(format!("{}, {}", t.network, samples(t.samples))).or_default().push(mark);
        }
    }
    let clouds: Vec<Cloud> = clouds.into_iter().map(|(name, marks)| Cloud { name, marks }).take(MOST_LINES).collect();
    let frame = Frame {
        title: "Training success against match probability".to_owned(),
        description:
            "A mark for each allocation, with 95 % intervals of what was sampled. Training cannot succeed more often than a match \
                      exists: marks lie on the diagonal or below it, up to chance. The numbers are in the table below."
                .to_owned(),
        x: Axis::probability("match probability"),
        y: Axis::probability("share of successful runs"),
    };
    scatter(&frame, &clouds).ok()
}

/// The match probability: by a law or a theorem, or as estimated from instances that are all decided.
fn value(m: &Match) -> Option<(f64, Option<[f64; 2]>)> {
    drawn(Some(&m.verdict), m.enclosure, m.probability, m.ci95)
}

/// An allocation's text, cut to what fits a legend.
fn named(allocation: &str) -> String {
    if allocation.chars().count() <= LONGEST_NAME {
        return if allocation.is_empty() { "none".to_owned() } else { allocation.to_owned() };
    }
    let start: String = allocation.chars().take(LONGEST_NAME - 16).collect();
    let whole = start.rsplit_once(' ').map_or(start.as_str(), |(whole, _)| whole);
    format!("{whole} … ({} weights)", allocation.split(' ').count())
}
