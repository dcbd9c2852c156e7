//! Proofs that a set has at most a dimension: the simplest rule that gives it.

use crate::algebra::RowSpace;
use crate::allocation::Allocation;
use crate::number::Ring;

use super::format::Rule;
use super::ground::Ground;
use super::kernel::{Entry, Integral, kernel};

/// Larger matrices of polynomials are not eliminated.
const MOST_ENTRIES: usize = 4_000;
/// Vectors that are longer as text are not written.
const MOST_TEXT: usize = 60_000;

/// A step that states that a set has at most `k` dimensions; nothing if no rule is found. `point` is the step of the ground's point.
pub(super) fn upper(ground: &Ground, set: &Allocation, k: usize, point: u64) -> Option<Rule> {
    let of = ground.text(set);
    if set.size() <= k {
        return Some(Rule::Size { of, at_most: k });
    }
    if ground.labels(set).is_some_and(|labels| labels <= k) {
        return Some(Rule::Labels { of, at_most: k });
    }
    let ring = ground.ring()?;
    let missing = set.size() - k;
    if let Some(vectors) = by_gauge(ground, &ring, set, missing) {
        return Some(Rule::Gauge { of, at_most: k, point, vectors });
    }
    let vectors = by_labels(ground, &ring, set, missing)?;
    Some(Rule::Kernel { of, at_most: k, point, vectors })
}

type Vectors = Vec<Vec<(String, String)>>;

/// Combinations of gauge directions that move only these weights.
fn by_gauge(ground: &Ground, ring: &Integral, set: &Allocation, missing: usize) -> Option<Vectors> {
    let field = &ground.field;
    let n = set.weights();
    let outside: Vec<usize> = set.complement().iter().collect();
    // Directions that are independent at the point, those with few weights outside the set first.
    let mut order: Vec<usize> = (0..ground.gauge.len()).collect();
    let weight = |g: &usize| outside.iter().filter(|w| !field.is_zero(&ground.gauge[*g].1[**w])).count();
    order.sort_by_key(weight);
    let mut space = RowSpace::new(*field, n);
    order.retain(|g| space.insert(ground.gauge[*g].1.clone()));
    let mut restricted = RowSpace::new(*field, order.len());
    let mut rows: Vec<usize> = outside;
    let filled = |w: &usize| order.iter().filter(|g| !field.is_zero(&ground.gauge[**g].1[*w])).count();
    rows.sort_by_key(filled);
    rows.retain(|w| restricted.insert(order.iter().map(|g| ground.gauge[*g].1[*w]).collect()));
    if order.len() - rows.len() < missing || order.len() * rows.len() > MOST_ENTRIES {
        return None;
    }
    let inputs = if ground.has_generic_inputs() { ground.symbolic_inputs(ring) } else { Vec::new() };
    let directions = ground.network.kernel_fields_by_name(ring, &ground.variables(ring), &inputs);
    let matrix = rows.iter().map(|w| order.iter().map(|g| directions[*g].1[*w].clone()).collect()).collect();
    let vectors = kernel(ring, matrix, order.len())?;
    let names: Vec<&str> = order.iter().map(|g| directions[*g].0.as_str()).collect();
    written(ground, ring, &vectors, &names, missing)
}

/// Vectors along which no label changes.
fn by_labels(ground: &Ground, ring: &Integral, set: &Allocation, missing: usize) -> Option<Vectors> {
    let columns: Vec<usize> = set.iter().collect();
    let (inputs, variables) = (ground.symbolic_inputs(ring), ground.variables(ring));
    let jacobian = ground.network.jacobian(ring, &variables, &inputs);
    let (rows, _) = ground.minor(set);
    if rows.len() * columns.len() > MOST_ENTRIES {
        return None;
    }
    let row = |r: &usize| columns.iter().map(|c| jacobian[(*r, *c)].clone()).collect();
    let vectors = kernel(ring, rows.iter().map(row).collect(), columns.len())?;
    let names: Vec<String> = columns.iter().map(|c| ground.network.layout().weight(*c).to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    written(ground, ring, &vectors, &names, missing)
}

/// The shortest vectors as text.
fn written(ground: &Ground, ring: &Integral, vectors: &[Vec<Entry>], names: &[&str], count: usize) -> Option<Vectors> {
    let text = |vector: &Vec<Entry>| {
        let entries = names.iter().zip(vector).filter(|(_, e)| !ring.is_zero(e));
        entries.map(|(name, e)| Some(((*name).to_owned(), ground.polynomial(ring, e)?))).collect::<Option<Vec<_>>>()
    };
    let length = |vector: &[(String, String)]| vector.iter().map(|(_, e)| e.len()).sum::<usize>();
    let mut texts: Vec<(usize, Vec<(String, String)>)> =
        vectors.iter().map(text).collect::<Option<Vec<_>>>()?.into_iter().enumerate().collect();
    texts.sort_by_key(|(_, t)| length(t));
    // At the point, too, they have to be independent.
    let mut space = RowSpace::new(ground.field, names.len());
    texts.retain(|(v, _)| space.insert(vectors[*v].iter().map(|e| ground.value(ring, e)).collect()));
    let vectors: Vectors = texts.into_iter().take(count).map(|(_, text)| text).collect();
    let all: usize = vectors.iter().map(|v| length(v)).sum();
    (vectors.len() == count && all <= MOST_TEXT).then_some(vectors)
}
