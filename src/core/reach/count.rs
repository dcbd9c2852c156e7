//! Counting all subsets of a represented matroid by size and rank, without visiting them one by one.
//!
//! The columns of \[1 | N\] over a prime field are the matroid: a *minor* is its r × c matrix N, whose r rows stand for a
//! basis and whose c columns for the other elements. For a basis element e, the subsets with e are those of the
//! contraction (N without row e), the subsets without e those of the deletion (pivot e out of the basis, drop its column).
//! Rows and columns may be scaled freely, so a pivot needs no division. A zero column is a loop, a zero row a coloop; both
//! are taken out at once as factors. Minors of rank or corank at most 2 are counted by their parallel classes:
//! the recursion stops there, and only tallies which small minors it met, how often.
//!
//! With symmetry the recursion starts from *folds*: of the subsets of some elements that the symmetries keep as a whole,
//! one an orbit is contracted and the rest of these elements deleted, and what is found counts as often as the orbit is long.

mod cost;
mod leaf;
mod minor;
mod table;
mod work;

use std::sync::atomic::{AtomicU64, Ordering};

use itertools::Itertools;
use rayon::prelude::*;

use crate::algebra::Matrix;
use crate::control::Control;
use crate::number::PrimeField;

use leaf::{Leaf, Shape, Tally, tabulate};
use minor::Minor;

pub(super) use cost::cost;
pub use table::Table;
pub(super) use work::Work;

/// Which sizes a count is for, and where it begins.
#[derive(Clone, Debug)]
pub(super) struct CountOptions {
    pub sizes: std::ops::RangeInclusive<usize>,
    /// Where the recursion starts; if empty, from the whole matroid.
    pub folds: Vec<Fold>,
}

/// A part of all subsets, and how many parts are like it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fold {
    /// Columns that every subset here contains.
    pub taken: Vec<usize>,
    /// Columns that none contains.
    pub dropped: Vec<usize>,
    /// The parts that are like this one, this one included.
    pub times: u64,
}

/// A count that was stopped.
#[derive(Clone, Debug)]
pub(super) struct Stopped {
    /// How much was done, of [`PROGRESS`].
    pub done: usize,
    /// The subsets counted by then; nothing if the matroid is a direct sum.
    pub table: Option<Table>,
}

/// All of a count.
pub(super) const PROGRESS: usize = 1 << 20;

/// Counts all of them, without limits.
pub fn count_all(field: PrimeField, matrix: &Matrix<u64>) -> Table {
    let options = CountOptions { sizes: 0..=matrix.columns(), folds: Vec::new() };
    // Nothing stops it.
    count(field, matrix, &options, &Control::unlimited()).unwrap_or_else(|_| Table::one())
}

/// Counts the subsets of the columns of a matrix by size and rank. Its progress is told of [`PROGRESS`], in proportion to the
/// expected work.
pub(super) fn count(
    field: PrimeField,
    matrix: &Matrix<u64>,
    options: &CountOptions,
    control: &Control<'_>,
) -> Result<Table, Stopped> {
    let _span = tracing::info_span!("count").entered();
    // Sizes add up over the components, so only one component can be cut off at a smallest size.
    let components = Minor::of(field, matrix).components();
    let (most, parts) = (*options.sizes.end(), components.len());
    let least = if parts == 1 { *options.sizes.start() } else { 0 };
    let run = Run { field, sizes: least..=most, control };
    let mut table = if parts == 1 {
        let (n, r) = (matrix.columns(), components[0].r + components[0].coloops);
        let folded = options.folds.iter().map(|fold| Minor::folded(field, matrix, fold));
        let minors = if options.folds.is_empty() { components } else { folded.collect() };
        run.count((n, r), minors)?
    } else {
        let sum: u64 = components.iter().map(Minor::weight).fold(0, u64::saturating_add);
        let mut before = 0;
        let mut table = Table::one();
        for component in components {
            let share = (u128::from(component.weight()) * PROGRESS as u128 / u128::from(sum)) as usize;
            let (n, r) = (component.size(), component.r + component.coloops);
            let inside =
                |done: u64, all: u64| control.advanced(before as u64 + done * share as u64 / all, PROGRESS as u64);
            let part = control.watched_by(&inside);
            let other = Run { control: &part, ..run.clone() }.count((n, r), vec![component]);
            let other =
                other.map_err(|Stopped { done, .. }| Stopped { done: before + done * share / PROGRESS, table: None });
            table = table.product(&other?, most);
            before += share;
        }
        table
    };
    table.keep(options.sizes.clone());
    Ok(table)
}

/// How minors are counted.
#[derive(Clone)]
struct Run<'a> {
    field: PrimeField,
    sizes: std::ops::RangeInclusive<usize>,
    control: &'a Control<'a>,
}

impl Run<'_> {
    /// Counts the subsets of some minors of a matroid of n elements and rank r, each as often as it says.
    fn count(&self, (n, r): (usize, usize), minors: Vec<Minor>) -> Result<Table, Stopped> {
        let counter = || Counter::new(self.field, self.sizes.clone(), self.control);
        let mut first = counter();
        let parts = first.split(minors, PARTS);
        let weights = self.weights(&parts);
        let all: u64 = weights.iter().sum();
        let units = |done: u64| (u128::from(done) * PROGRESS as u128 / u128::from(all.max(1))) as usize;
        let done = AtomicU64::new(0);
        let tallies: Vec<Option<Tally>> = parts
            .into_par_iter()
            .zip(weights)
            .map(|(part, weight)| {
                let mut counter = counter();
                if counter.is_late() {
                    return None;
                }
                counter.run(part);
                (!counter.late).then(|| {
                    let done = units(done.fetch_add(weight, Ordering::Relaxed) + weight);
                    self.control.advanced(done as u64, PROGRESS as u64);
                    counter.tally
                })
            })
            .collect();
        let whole = tallies.iter().all(Option::is_some);
        let mut tally = first.tally;
        for (leaf, times) in tallies.into_iter().flatten().flatten() {
            *tally.entry(leaf).or_insert(0) += times;
        }
        let mut table = tabulate(n, r, &tally);
        if whole {
            return Ok(table);
        }
        table.keep(self.sizes.clone());
        Err(Stopped { done: units(done.into_inner()), table: Some(table) })
    }
}

/// So many independent parts are cut off the recursion to be shared among threads.
const PARTS: usize = 512;

/// One thread's recursion.
struct Counter<'a> {
    field: PrimeField,
    sizes: std::ops::RangeInclusive<usize>,
    control: &'a Control<'a>,
    steps: u32,
    /// Whether something said stop, so that the recursion unwinds.
    late: bool,
    tally: Tally,
    /// Buffers for the recursion, one a depth.
    spare: Vec<Minor>,
    /// A buffer for the parallel classes of a small minor, and their sizes.
    classes: Vec<((u64, u64), u16)>,
}

impl<'a> Counter<'a> {
    fn new(field: PrimeField, sizes: std::ops::RangeInclusive<usize>, control: &'a Control<'a>) -> Self {
        let (tally, spare, classes) = (Tally::default(), Vec::new(), Vec::new());
        Counter { field, sizes, control, steps: 0, late: false, tally, spare, classes }
    }

    /// Cuts the recursion into about `parts` minors, the largest first to be cut; leaves met on the way are tallied.
    fn split(&mut self, open: Vec<Minor>, parts: usize) -> Vec<Minor> {
        // Weights are costly, so each is computed once.
        let weighed = |minor: Minor| (minor.weight(), minor);
        let mut open: Vec<(u64, Minor)> = open.into_iter().map(weighed).collect();
        while open.len() < parts {
            let Some(at) = open.iter().position_max_by_key(|(weight, _)| *weight) else {
                break;
            };
            if open[at].1.r.min(open[at].1.c) <= 3 {
                break;
            }
            let (_, mut minor) = open.swap_remove(at);
            if self.is_leaf(&mut minor) {
                continue;
            }
            let row = minor.next_row();
            let mut contracted = Minor::default();
            minor.contract(row, &mut contracted);
            minor.delete(&self.field, row);
            open.extend([contracted, minor].map(weighed));
        }
        open.into_iter().map(|(_, minor)| minor).collect()
    }

    /// Counts a minor: contractions by recursion, deletions in a loop.
    fn run(&mut self, mut minor: Minor) {
        while !self.is_leaf(&mut minor) {
            self.steps = self.steps.wrapping_add(1);
            if self.steps & 0xfff == 0 && self.is_late() {
                return;
            }
            let row = minor.next_row();
            let mut contracted = self.spare.pop().unwrap_or_default();
            minor.contract(row, &mut contracted);
            self.run(contracted);
            if self.late {
                return;
            }
            minor.delete(&self.field, row);
        }
        self.spare.push(minor);
    }

    fn is_late(&mut self) -> bool {
        self.late = self.control.stopped().is_some();
        self.late
    }

    /// Strips loops and coloops; tallies the minor if a formula counts it, or if its subsets are all too large or too small.
    fn is_leaf(&mut self, minor: &mut Minor) -> bool {
        minor.strip();
        let (r, c) = (minor.r, minor.c);
        let chosen = minor.taken + minor.extra;
        let largest = chosen + r + c + minor.loops + minor.coloops;
        let room = self.sizes.end().saturating_sub(chosen);
        if largest < *self.sizes.start() || chosen > *self.sizes.end() {
            return true;
        }
        if room <= 1 {
            // Only the empty set and single elements count; none of these elements is a loop.
            self.uniform(minor, room.min(r), r + c);
            return true;
        }
        match (r, c) {
            (0, _) | (_, 0) | (1, _) | (_, 1) => self.uniform(minor, r, r + c),
            (2, _) => self.plane(minor, false),
            (_, 2) => self.plane(minor, true),
            _ => return false,
        }
        true
    }

    fn add(&mut self, minor: &Minor, shape: Shape) {
        let leaf = Leaf {
            taken: minor.taken as u16,
            loops: minor.loops as u16,
            coloops: minor.coloops as u16,
            extra: minor.extra as u16,
            shape,
        };
        *self.tally.entry(leaf).or_insert(0) += minor.times;
    }

    fn uniform(&mut self, minor: &Minor, rank: usize, elements: usize) {
        let (rank, elements) = (rank as u16, elements as u16);
        self.add(minor, Shape::Uniform { rank, elements });
    }

    /// A minor of rank 2 or (`dual`) corank 2, without loops and coloops: only its parallel (or series) classes matter.
    fn plane(&mut self, minor: &Minor, dual: bool) {
        let n = minor.r + minor.c;
        self.uniform(minor, minor.r, n);
        let point = |k: usize| {
            if dual {
                (minor.entries[2 * k], minor.entries[2 * k + 1])
            } else {
                (minor.entries[k], minor.entries[minor.c + k])
            }
        };
        // The two basis elements are parallel to (1, 0) and (0, 1); others to each other when a·d = b·c.
        let mut classes = std::mem::take(&mut self.classes);
        classes.clear();
        classes.extend([((1, 0), 1), ((0, 1), 1)]);
        for (a, b) in (0..n - 2).map(point) {
            let parallel = |p: &(u64, u64)| match *p {
                (1, 0) => b == 0,
                (0, 1) => a == 0,
                (c, d) => a != 0 && b != 0 && self.field.cross(a, d, b, c) == 0,
            };
            match classes.iter_mut().find(|(p, _)| parallel(p)) {
                Some((_, size)) => *size += 1,
                None => classes.push(((a, b), 1)),
            }
        }
        for &(_, size) in classes.iter().filter(|(_, size)| *size > 1) {
            let shape = if dual { Shape::DualClass { size, elements: n as u16 } } else { Shape::Class { size } };
            self.add(minor, shape);
        }
        self.classes = classes;
    }
}
