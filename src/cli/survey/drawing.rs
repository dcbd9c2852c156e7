//! The drawings of a survey: success against match probability, against samples, and against learnable weights.

use std::collections::BTreeMap;

use allocert::plot::{Axis, Cloud, Frame, Line, Mark, PlotError, Point, lines, scatter};
use allocert::record::SurveyRow;
use allocert::text::plural;
use allocert::training::Method;

/// Where a row is drawn: at the match probability, its estimate, or else in the middle of its interval.
fn probability(row: &SurveyRow) -> f64 {
    let [low, high] = row.interval();
    row.probability.unwrap_or(0.5 * (low + high))
}

/// A mark for each row, a cloud for each trainer.
pub(super) fn against_match(rows: &[SurveyRow]) -> Result<String, PlotError> {
    let cloud = |method: Method| {
        let of = rows.iter().filter(|r| r.trainer == method.name());
        let mark = |r: &SurveyRow| Mark {
            x: probability(r),
            x_interval: Some(r.interval()),
            y: r.rate,
            y_interval: Some([r.rate_low, r.rate_high]),
        };
        Cloud { name: method.name().to_owned(), marks: of.map(mark).collect() }
    };
    let clouds: Vec<Cloud> = Method::ALL.map(cloud).into_iter().filter(|c| !c.marks.is_empty()).collect();
    let network = rows.first().map_or("", |r| r.network.as_str());
    let frame = Frame {
        title: format!("{network}: success against match probability"),
        description: format!(
            "Each mark is one orbit of allocations of {network} at one number of samples, trained by one trainer. To the \
             right its match probability, upwards the share of students that training brought to a match, each with a \
             95 % interval where it was sampled; where the probability is only known to lie between two numbers, the mark \
             is in their middle. Marks below the diagonal are optimisation gaps, up to chance."
        ),
        x: Axis::probability("match probability"),
        y: Axis::probability("success rate"),
    };
    scatter(&frame, &clouds)
}

/// Success of the strongest trainer and match probability, for the most and the least widespread allocations of the sizes
/// surveyed.
pub(super) fn against_samples(rows: &[SurveyRow]) -> Result<String, PlotError> {
    let (trainer, rows) = of_first_trainer(rows);
    let network = rows.first().map_or("", |r| r.network.as_str());
    let frame = Frame {
        title: format!("{network}: success against samples"),
        description: format!(
            "For {network}, the mean success rate of {trainer} and the mean match probability over the allocations of each \
             size whose learnable weights lead to the fewest units (concentrated) and to the most (widespread), a mean over \
             sizes, against the number of samples. Bands are means of 95 % intervals."
        ),
        x: Axis::fitting("samples"),
        y: Axis::probability("mean over allocations"),
    };
    lines(&frame, &by_spread(&rows, |row| row.samples.unwrap_or(0)))
}

/// The same against the number of learnable weights, at the largest number of samples.
pub(super) fn against_weights(rows: &[SurveyRow]) -> Result<String, PlotError> {
    let (trainer, rows) = of_first_trainer(rows);
    let most = |row: &SurveyRow| row.samples.unwrap_or(u64::MAX);
    let last = rows.iter().map(|row| most(row)).max();
    let rows: Vec<&SurveyRow> = rows.into_iter().filter(|row| Some(most(row)) == last).collect();
    let network = rows.first().map_or("", |r| r.network.as_str());
    let samples = match rows.first().and_then(|row| row.samples) {
        Some(samples) => plural(samples, "sample"),
        None => "functional".to_owned(),
    };
    let frame = Frame {
        title: format!("{network}: success against learnable weights"),
        description: format!(
            "For {network} ({samples}), the mean success rate of {trainer} and the mean match probability over the \
             allocations of each size whose learnable weights lead to the fewest units (concentrated) and to the most \
             (widespread), against the size. Bands are means of 95 % intervals."
        ),
        x: Axis::fitting("learnable weights"),
        y: Axis::probability("mean over allocations"),
    };
    lines(&frame, &by_spread(&rows, |row| row.size as u64))
}

/// The name of the first trainer, and its rows.
fn of_first_trainer(rows: &[SurveyRow]) -> (String, Vec<&SurveyRow>) {
    let first = rows.first().map(|r| r.trainer.clone()).unwrap_or_default();
    let rows = rows.iter().filter(|r| r.trainer == first).collect();
    (first, rows)
}

/// Success and match probability of the least and the most widespread allocations of each size, against a number.
fn by_spread(rows: &[&SurveyRow], x: impl Fn(&SurveyRow) -> u64) -> Vec<Line> {
    let mut ends: BTreeMap<usize, [usize; 2]> = BTreeMap::new();
    for row in rows {
        let [least, most] = ends.entry(row.size).or_insert([row.rows; 2]);
        (*least, *most) = ((*least).min(row.rows), (*most).max(row.rows));
    }
    let mut all = Vec::new();
    for (name, end) in [("concentrated", 0), ("widespread", 1)] {
        let class: Vec<&SurveyRow> = rows.iter().copied().filter(|r| ends[&r.size][end] == r.rows).collect();
        let success = |r: &SurveyRow| (r.rate, [r.rate_low, r.rate_high]);
        let chance = |r: &SurveyRow| (probability(r), r.interval());
        all.push(line(&format!("{name}: success"), &class, &x, success));
        all.push(line(&format!("{name}: match probability"), &class, &x, chance));
    }
    all
}

/// The means over allocations at each x: over those of each size, then over sizes, which have different numbers of them.
fn line(
    name: &str,
    rows: &[&SurveyRow],
    x: impl Fn(&SurveyRow) -> u64,
    of: impl Fn(&SurveyRow) -> (f64, [f64; 2]),
) -> Line {
    let mut totals: BTreeMap<(u64, usize), f64> = BTreeMap::new();
    let at = |row: &SurveyRow| (x(row), row.size);
    rows.iter().for_each(|row| *totals.entry(at(row)).or_insert(0.0) += row.orbit as f64);
    let mut sums: BTreeMap<u64, [f64; 4]> = BTreeMap::new();
    for row in rows {
        let (value, [low, high]) = of(row);
        let weight = row.orbit as f64 / totals[&at(row)];
        let sum = sums.entry(at(row).0).or_insert([0.0; 4]);
        [weight, weight * value, weight * low, weight * high].iter().zip(sum).for_each(|(x, sum)| *sum += x);
    }
    let point = |(x, [weight, value, low, high]): (u64, [f64; 4])| Point {
        x: x as f64,
        y: value / weight,
        band: Some([low / weight, high / weight]),
    };
    Line { name: name.to_owned(), points: sums.into_iter().map(point).collect() }
}
