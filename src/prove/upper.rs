//! Proofs that a set has at most a dimension: the simplest rule that gives it.

use std::collections::BTreeMap;

use allocert_core::algebra::RowSpace;
use allocert_core::allocation::Allocation;
use allocert_core::number::Ring;

use super::MOST_WEIGHTS;
use super::engine::Engine;
use super::ground::Ground;
use super::kernel::kernel;
use super::polynomial::{Integral, Monomial, Polynomial};
use allocert_format::Rule;

/// Larger matrices of polynomials are not eliminated.
const MOST_ENTRIES: usize = 4_000;
/// Nor are Jacobians of more entries written down.
const MOST_SYMBOLIC: usize = 20_000;
/// Nor are more terms written in one search, and fewer for networks of which there are no tables.
const MOST_TERMS: [u64; 2] = [1 << 27, 1 << 20];
/// Vectors that are longer as text are not written.
const MOST_TEXT: usize = 60_000;

/// A step that states that a set has at most `k` dimensions; nothing if no rule is found. `point` is the step of the ground's point.
pub(super) fn upper<E: Engine>(ground: &Ground<'_, E>, set: &Allocation, k: usize, point: u64) -> Option<Rule> {
    let of = ground.text(set);
    if set.size() <= k {
        return Some(Rule::Size { of, at_most: k });
    }
    let few = |labels: usize| labels <= k;
    let coordinates = if ground.network.is_analytic() { None } else { ground.named().labels(set) };
    let labels = coordinates.is_some_and(few) || ground.labels(set).is_some_and(few);
    // Where every step is read out, labels share coordinates: that needs theory, which vectors do without.
    let shared = ground.engine.elementary() && ground.network.shapes().readout == Some("all");
    if labels && !shared {
        return Some(Rule::Labels { of, at_most: k });
    }
    // Directions of a network that is no family have no names.
    let elementary = ground.engine.elementary() || !ground.network.has_family_theorems();
    let bound = || Some(ground.named().least(set).filter(|bound| bound.value <= k)?.name.to_owned());
    if !elementary && let Some(name) = bound() {
        return Some(Rule::Bound { of, at_most: k, name });
    }
    let missing = set.size() - k;
    let begin = || Integral::begin(MOST_TERMS[usize::from(set.weights() > MOST_WEIGHTS)]);
    begin();
    // First what holds on any inputs, then what depends on the generic ones.
    let all = (0..ground.gauge.len()).collect();
    let gauge = by_gauge(ground, set, missing, all, elementary);
    if let Some(vectors) = gauge {
        let (of, at_most) = (of, k);
        return Some(match elementary {
            true => Rule::Kernel { of, at_most, point, vectors },
            false => Rule::Gauge { of, at_most, point, vectors },
        });
    }
    if ground.network.is_analytic() {
        return None; // the Jacobian is no matrix of polynomials
    }
    begin();
    let by_labels = || {
        begin();
        by_labels(ground, set, missing)
    };
    match by_function(ground, set, missing).or_else(by_labels) {
        Some(vectors) => Some(Rule::Kernel { of, at_most: k, point, vectors }),
        None if labels => Some(Rule::Labels { of, at_most: k }),
        None if elementary => Some(Rule::Bound { of, at_most: k, name: bound()? }),
        None => None,
    }
}

type Vectors = Vec<Vec<(String, String)>>;
/// Terms in no order yet.
type Terms = Vec<(Monomial, rug::Integer)>;

/// Combinations of gauge directions that move only these weights; how they move them, if `moved`.
fn by_gauge<E: Engine>(
    ground: &Ground<'_, E>,
    set: &Allocation,
    missing: usize,
    mut order: Vec<usize>,
    moved: bool,
) -> Option<Vectors> {
    let field = &ground.field;
    let n = set.weights();
    let mut rows: Vec<usize> = set.complement().iter().collect();
    // Directions that are independent at the point, those with few weights outside the set first.
    let weight = |g: &usize| rows.iter().filter(|w| !field.is_zero(&ground.gauge[*g].1[**w])).count();
    order.sort_by_key(weight);
    let mut space = RowSpace::new(*field, n);
    order.retain(|g| space.insert(ground.gauge[*g].1.clone()));
    let mut restricted = RowSpace::new(*field, order.len());
    let filled = |w: &usize| order.iter().filter(|g| !field.is_zero(&ground.gauge[**g].1[*w])).count();
    rows.sort_by_key(filled);
    rows.retain(|w| restricted.insert(order.iter().map(|g| ground.gauge[*g].1[*w]).collect()));
    if order.len() - rows.len() < missing || order.len() * rows.len() > MOST_ENTRIES {
        return None;
    }
    // Those that move nothing outside by themselves, if they are enough.
    let alone = |g: &&usize| rows.iter().all(|w| field.is_zero(&ground.gauge[**g].1[*w]));
    let alone: Vec<&usize> = order.iter().filter(alone).collect();
    if alone.len() >= missing && !moved {
        let single = |g: &&usize| vec![(ground.gauge[**g].0.clone(), "1".to_owned())];
        return Some(alone.iter().take(missing).map(single).collect());
    }
    if alone.len() >= missing && ground.network.is_analytic() {
        let chosen: Vec<usize> = alone.into_iter().take(missing).copied().collect();
        return as_vectors(ground, &chosen);
    }
    let inputs = ground.symbolic_inputs(if ground.generic { ground.inputs() } else { 0 });
    let directions = ground.engine.directions(&ground.network, &Integral, &ground.variables(), &inputs);
    let matrix = rows.iter().map(|w| order.iter().map(|g| directions[*g].1[*w].clone()).collect()).collect();
    let vectors = kernel(&Integral, matrix, order.len())?;
    if !moved {
        let names: Vec<&str> = order.iter().map(|g| directions[*g].0.as_str()).collect();
        return written(ground, &vectors, &names, missing);
    }
    let columns: Vec<usize> = set.iter().collect();
    let along = |vector: &Vec<Polynomial>, w: usize| {
        let direction: Vec<Polynomial> = order.iter().map(|g| directions[*g].1[w].clone()).collect();
        Integral.dot(vector, &direction)
    };
    let vectors: Vec<Vec<Polynomial>> =
        vectors.iter().map(|vector| columns.iter().map(|w| along(vector, *w)).collect()).collect();
    let names: Vec<String> = columns.iter().map(|c| ground.network.layout().weight(*c).to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    written(ground, &vectors, &names, missing)
}

/// Some directions, each as the weights that it moves, with polynomials.
pub(super) fn as_vectors<E: Engine>(ground: &Ground<'_, E>, chosen: &[usize]) -> Option<Vectors> {
    let inputs = ground.symbolic_inputs(if ground.generic { ground.inputs() } else { 0 });
    Integral::begin(MOST_TERMS[0]);
    let directions = ground.engine.directions(&ground.network, &Integral, &ground.variables(), &inputs);
    let name = |w: usize| ground.network.layout().weight(w).to_string();
    let vector = |g: &usize| {
        let entries = directions.get(*g)?.1.iter().enumerate().filter(|(_, entry)| !Integral.is_zero(entry));
        entries.map(|(w, entry)| Some((name(w), ground.polynomial(entry)?))).collect::<Option<Vec<_>>>()
    };
    chosen.iter().map(vector).collect()
}

/// Vectors along which the network's function does not change: no coefficient of a monomial in the inputs does.
fn by_function<E: Engine>(ground: &Ground<'_, E>, set: &Allocation, missing: usize) -> Option<Vectors> {
    let network = &ground.network;
    let columns: Vec<usize> = set.iter().collect();
    if network.labels_per_input() * columns.len() > MOST_SYMBOLIC {
        return None;
    }
    let n = network.weights();
    let jacobian = ground.engine.jacobian(network, &Integral, &ground.variables(), &ground.symbolic_inputs(1));
    let mut rows: BTreeMap<(usize, Monomial), Vec<Terms>> = BTreeMap::new();
    for label in 0..jacobian.rows() {
        for (place, column) in columns.iter().enumerate() {
            for (m, c) in jacobian[(label, *column)].terms()? {
                let (weights, inputs) = m.iter().copied().partition(|(v, _)| usize::from(*v) < n);
                let row = rows.entry((label, inputs)).or_insert_with(|| vec![Vec::new(); columns.len()]);
                row[place].push((weights, c.clone()));
            }
        }
    }
    let rows = rows.into_values().map(|row| row.into_iter().map(Polynomial::collect).collect()).collect();
    from_rows(ground, rows, &columns, missing)
}

/// Vectors along which no label on generic inputs changes.
fn by_labels<E: Engine>(ground: &Ground<'_, E>, set: &Allocation, missing: usize) -> Option<Vectors> {
    let columns: Vec<usize> = set.iter().collect();
    let labels = ground.inputs() * ground.network.labels_per_input();
    if !ground.generic || labels * columns.len() > MOST_SYMBOLIC {
        return None;
    }
    let inputs = ground.symbolic_inputs(ground.inputs());
    let jacobian = ground.engine.jacobian(&ground.network, &Integral, &ground.variables(), &inputs);
    let row = |r: usize| columns.iter().map(|c| jacobian[(r, *c)].clone()).collect();
    from_rows(ground, (0..jacobian.rows()).map(row).collect(), &columns, missing)
}

/// The kernel of rows, of which as many as the rank at the point are used, those with few terms first.
fn from_rows<E: Engine>(
    ground: &Ground<'_, E>,
    mut rows: Vec<Vec<Polynomial>>,
    columns: &[usize],
    missing: usize,
) -> Option<Vectors> {
    let terms = |row: &Vec<Polynomial>| row.iter().map(|e| e.terms().map_or(0, <[_]>::len)).sum::<usize>();
    rows.sort_by_key(terms);
    let mut space = RowSpace::new(ground.field, columns.len());
    rows.retain(|row| space.insert(row.iter().map(|e| ground.value(e)).collect()));
    if columns.len() - rows.len() < missing || rows.len() * columns.len() > MOST_ENTRIES {
        return None;
    }
    let vectors = kernel(&Integral, rows, columns.len())?;
    let names: Vec<String> = columns.iter().map(|c| ground.network.layout().weight(*c).to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    written(ground, &vectors, &names, missing)
}

/// The shortest vectors as text.
fn written<E: Engine>(
    ground: &Ground<'_, E>,
    vectors: &[Vec<Polynomial>],
    names: &[&str],
    count: usize,
) -> Option<Vectors> {
    let text = |vector: &Vec<Polynomial>| {
        let entries = names.iter().zip(vector).filter(|(_, e)| !Integral.is_zero(e));
        entries.map(|(name, e)| Some(((*name).to_owned(), ground.polynomial(e)?))).collect::<Option<Vec<_>>>()
    };
    let length = |vector: &[(String, String)]| vector.iter().map(|(_, e)| e.len()).sum::<usize>();
    let texts = vectors.iter().map(text).collect::<Option<Vec<_>>>()?;
    let mut texts: Vec<(usize, Vec<(String, String)>)> = texts.into_iter().enumerate().collect();
    texts.sort_by_key(|(_, t)| length(t));
    // At the point, too, they have to be independent.
    let mut space = RowSpace::new(ground.field, names.len());
    texts.retain(|(v, _)| space.insert(vectors[*v].iter().map(|e| ground.value(e)).collect()));
    let vectors: Vectors = texts.into_iter().take(count).map(|(_, text)| text).collect();
    let all: usize = vectors.iter().map(|v| length(v)).sum();
    // There is nothing else to be found where there are exponentials.
    let most = if ground.network.is_analytic() { 8 * MOST_TEXT } else { MOST_TEXT };
    (vectors.len() == count && all <= most).then_some(vectors)
}
