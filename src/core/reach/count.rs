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
mod work;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use itertools::Itertools;
use rayon::prelude::*;
use rug::{Complete, Integer};

use crate::algebra::{Matrix, RowSpace};
use crate::number::PrimeField;

pub(super) use cost::cost;
pub(super) use work::Work;

/// How many subsets there are of each size and rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// `counts[size][rank]`.
    counts: Vec<Vec<Integer>>,
}

impl Table {
    pub(super) fn zero(elements: usize, rank: usize) -> Self {
        Table { counts: vec![vec![Integer::new(); rank + 1]; elements + 1] }
    }

    /// The table of the empty matroid.
    fn one() -> Self {
        let mut table = Table::zero(0, 0);
        table.counts[0][0] += 1;
        table
    }

    /// The non-zero entries as (size, rank, number), by size, then rank.
    pub fn entries(&self) -> impl Iterator<Item = (usize, usize, &Integer)> {
        self.counts.iter().enumerate().flat_map(|(size, row)| {
            let filled = row.iter().enumerate().filter(|(_, number)| !number.is_zero());
            filled.map(move |(rank, number)| (size, rank, number))
        })
    }

    /// The number of subsets of this size and rank.
    pub fn number(&self, size: usize, rank: usize) -> Integer {
        let entry = self.counts.get(size).and_then(|row| row.get(rank));
        entry.cloned().unwrap_or_default()
    }

    /// The ranks that subsets of this size have, smallest first.
    pub fn ranks(&self, size: usize) -> impl Iterator<Item = usize> + '_ {
        let row = self.counts.get(size).map_or(&[][..], Vec::as_slice);
        row.iter().enumerate().filter(|(_, n)| !n.is_zero()).map(|(rank, _)| rank)
    }

    /// The sum of rank times number: of two tables of the same matroid, one of which may have missed minors, the
    /// larger is nearer the truth.
    pub(super) fn weight(&self) -> Integer {
        self.entries().map(|(_, rank, number)| (number * rank).complete()).sum()
    }

    /// So many subsets more; size and rank must be inside the table.
    pub(super) fn add(&mut self, size: usize, rank: usize, number: &Integer) {
        self.counts[size][rank] += number;
    }

    /// Only the sizes in a range: smaller ones become zero, larger ones are cut off.
    pub(super) fn keep(&mut self, sizes: std::ops::RangeInclusive<usize>) {
        self.counts.truncate(sizes.end().saturating_add(1));
        for (size, row) in self.counts.iter_mut().enumerate() {
            if !sizes.contains(&size) {
                row.iter_mut().for_each(|n| *n = Integer::new());
            }
        }
    }

    /// The table of a direct sum, up to a size.
    fn product(&self, other: &Self, most: usize) -> Self {
        let (n, r) = (self.counts.len() + other.counts.len() - 2, self.counts[0].len() + other.counts[0].len() - 2);
        let mut table = Table::zero(n.min(most), r);
        let others = other.entries().collect_vec();
        for ((s, a, x), (t, b, y)) in self.entries().cartesian_product(others) {
            if s + t <= most {
                table.counts[s + t][a + b] += x * y;
            }
        }
        table
    }
}

/// What a count may cost, and which sizes it is for.
#[derive(Clone, Debug)]
pub(super) struct CountOptions {
    pub sizes: std::ops::RangeInclusive<usize>,
    pub deadline: Option<Instant>,
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

/// A count that its deadline, or whoever may stop it, stopped.
#[derive(Clone, Debug)]
pub(super) struct Stopped {
    /// How much was done, of [`PROGRESS`].
    pub done: usize,
    /// The subsets counted by then; nothing if the matroid is a direct sum.
    pub table: Option<Table>,
}

/// All of a count.
pub(super) const PROGRESS: usize = 1 << 20;

/// Counts the subsets of the columns of a matrix by size and rank.
///
/// `progress` is called with (done, [`PROGRESS`]), in proportion to the expected work, from any thread.
pub(super) fn count(
    field: PrimeField,
    matrix: &Matrix<u64>,
    options: &CountOptions,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Table, Stopped> {
    count_until(field, matrix, options, &AtomicBool::new(false), progress)
}

/// Counts all of them, without limits.
pub fn count_all(field: PrimeField, matrix: &Matrix<u64>) -> Table {
    let options = CountOptions { sizes: 0..=matrix.columns(), deadline: None, folds: Vec::new() };
    // Only a deadline stops it.
    count(field, matrix, &options, &|_, _| {}).unwrap_or_else(|_| Table::one())
}

/// The same, until `stop` is set.
pub(super) fn count_until(
    field: PrimeField,
    matrix: &Matrix<u64>,
    options: &CountOptions,
    stop: &AtomicBool,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Table, Stopped> {
    // Sizes add up over the components, so only one component can be cut off at a smallest size.
    let components = Minor::of(field, matrix).components();
    let (most, parts) = (*options.sizes.end(), components.len());
    let least = if parts == 1 { *options.sizes.start() } else { 0 };
    let run = Run { field, sizes: least..=most, deadline: options.deadline, stop };
    let mut table = if parts == 1 {
        let (n, r) = (matrix.columns(), components[0].r + components[0].coloops);
        let folded = options.folds.iter().map(|fold| Minor::folded(field, matrix, fold));
        let minors = if options.folds.is_empty() { components } else { folded.collect() };
        run.count((n, r), minors, progress)?
    } else {
        let sum: u64 = components.iter().map(Minor::weight).fold(0, u64::saturating_add);
        let mut before = 0;
        let mut table = Table::one();
        for component in components {
            let share = (u128::from(component.weight()) * PROGRESS as u128 / u128::from(sum)) as usize;
            let (n, r) = (component.size(), component.r + component.coloops);
            let inside = |done: usize, all: usize| progress(before + done * share / all, PROGRESS);
            let other = run.count((n, r), vec![component], &inside);
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
struct Run<'a> {
    field: PrimeField,
    sizes: std::ops::RangeInclusive<usize>,
    deadline: Option<Instant>,
    stop: &'a AtomicBool,
}

impl Run<'_> {
    /// Counts the subsets of some minors of a matroid of n elements and rank r, each as often as it says.
    fn count(
        &self,
        (n, r): (usize, usize),
        minors: Vec<Minor>,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Table, Stopped> {
        let counter = || Counter::new(self.field, self.sizes.clone(), self.deadline, self.stop);
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
                    progress(units(done.fetch_add(weight, Ordering::Relaxed) + weight), PROGRESS);
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

/// A minor: the matrix N, and what has been split off on the way to it.
#[derive(Clone, Debug)]
struct Minor {
    r: usize,
    c: usize,
    /// N, row by row.
    entries: Vec<u64>,
    /// Elements contracted, all in every subset counted here.
    taken: usize,
    loops: usize,
    coloops: usize,
    /// Elements that are in every subset counted here and add no rank.
    extra: usize,
    /// The number of minors that this one stands for.
    times: u64,
}

impl Default for Minor {
    fn default() -> Self {
        Minor { r: 0, c: 0, entries: Vec::new(), taken: 0, loops: 0, coloops: 0, extra: 0, times: 1 }
    }
}

impl Minor {
    /// The matroid of the columns of a matrix, in standard form.
    fn of(field: PrimeField, matrix: &Matrix<u64>) -> Self {
        let space = RowSpace::of(field, matrix);
        let others: Vec<usize> = (0..matrix.columns()).filter(|c| !space.pivots().contains(c)).collect();
        let rows = space.rows().iter();
        let mut minor = Minor {
            r: space.rank(),
            c: others.len(),
            entries: rows.flat_map(|row| others.iter().map(|c| row[*c])).collect(),
            ..Minor::default()
        };
        minor.strip_loops();
        minor
    }

    /// What remains after some columns are contracted and others deleted.
    fn folded(field: PrimeField, matrix: &Matrix<u64>, fold: &Fold) -> Self {
        let others = (0..matrix.columns()).filter(|c| !fold.taken.contains(c) && !fold.dropped.contains(c));
        let order: Vec<usize> = fold.taken.iter().copied().chain(others).collect();
        // In echelon form, the rows whose pivots are among the columns taken are gone when these are contracted.
        let space = RowSpace::of(field, &matrix.select_columns(&order));
        let taken = fold.taken.len();
        let rank = space.pivots().iter().filter(|pivot| **pivot < taken).count();
        let left = space.rows().iter().zip(space.pivots()).filter(|(_, pivot)| **pivot >= taken);
        let left = Matrix::from_rows(order.len() - taken, left.map(|(row, _)| row[taken..].to_vec()));
        Minor { taken: rank, extra: taken - rank, times: fold.times, ..Minor::of(field, &left) }
    }

    fn row(&self, row: usize) -> &[u64] {
        &self.entries[row * self.c..][..self.c]
    }

    /// Takes out zero columns.
    fn strip_loops(&mut self) {
        let c = self.c;
        let used: Vec<usize> = (0..c).filter(|j| (0..self.r).any(|i| self.entries[i * c + j] != 0)).collect();
        if used.len() == c {
            return;
        }
        self.loops += c - used.len();
        self.entries = (0..self.r).cartesian_product(&used).map(|(i, j)| self.entries[i * c + j]).collect();
        self.c = used.len();
    }

    /// Takes out zero rows.
    fn strip_coloops(&mut self) {
        let used: Vec<usize> = (0..self.r).filter(|i| self.row(*i).iter().any(|e| *e != 0)).collect();
        if used.len() == self.r {
            return;
        }
        self.coloops += self.r - used.len();
        self.entries = used.iter().flat_map(|i| self.row(*i).to_vec()).collect();
        self.r = used.len();
    }

    /// Takes out loops and coloops, looking only as far as needed to see that there are none.
    fn strip(&mut self) {
        if self.entries.contains(&0) || self.c == 0 || self.r == 0 {
            self.strip_loops();
            self.strip_coloops();
        }
    }

    /// The connected components (blocks of N); the loops go with the first.
    fn components(mut self) -> Vec<Minor> {
        self.strip();
        let mut block: Vec<usize> = (0..self.r + self.c).collect();
        for (i, j) in (0..self.r).cartesian_product(0..self.c) {
            if self.entries[i * self.c + j] != 0 {
                let (a, b) = (block[i], block[self.r + j]);
                block.iter_mut().filter(|x| **x == b).for_each(|x| *x = a);
            }
        }
        let mut components: Vec<Minor> = block
            .iter()
            .unique()
            .map(|name| {
                let rows: Vec<usize> = (0..self.r).filter(|i| block[*i] == *name).collect();
                let columns: Vec<usize> = (0..self.c).filter(|j| block[self.r + *j] == *name).collect();
                let entries = rows.iter().cartesian_product(&columns).map(|(i, j)| self.entries[i * self.c + j]);
                Minor { r: rows.len(), c: columns.len(), entries: entries.collect(), ..Minor::default() }
            })
            .collect();
        if components.is_empty() {
            components.push(Minor::default());
        }
        components[0].loops = self.loops;
        components[0].coloops = self.coloops;
        components
    }

    /// The row with the fewest non-zero entries: its element is the next to be decided.
    fn next_row(&self) -> usize {
        if !self.entries.contains(&0) {
            return self.r - 1;
        }
        let filled = |i: &usize| self.row(*i).iter().filter(|e| **e != 0).count();
        (0..self.r).min_by_key(filled).unwrap_or(0)
    }

    /// Writes the contraction of a row's element to `into`.
    fn contract(&self, row: usize, into: &mut Minor) {
        into.r = self.r - 1;
        into.c = self.c;
        into.taken = self.taken + 1;
        into.loops = self.loops;
        into.coloops = self.coloops;
        into.extra = self.extra;
        into.times = self.times;
        into.entries.clear();
        into.entries.extend_from_slice(&self.entries[..row * self.c]);
        into.entries.extend_from_slice(&self.entries[(row + 1) * self.c..]);
    }

    /// Deletes a row's element, which must not be a coloop, in place.
    fn delete(&mut self, field: &PrimeField, row: usize) {
        let c = self.c;
        let pivots = self.row(row).to_vec();
        let Some(j) = pivots.iter().rposition(|e| *e != 0) else {
            return;
        };
        let pivot = pivots[j];
        let mut write = 0;
        for i in 0..self.r {
            let factor = self.entries[i * c + j];
            for l in (0..c).filter(|l| *l != j) {
                let entry = self.entries[i * c + l];
                self.entries[write] =
                    if i == row || factor == 0 { entry } else { field.cross(pivot, entry, factor, pivots[l]) };
                write += 1;
            }
        }
        self.entries.truncate(write);
        self.c -= 1;
    }
}

/// A small minor whose subsets are counted by a formula, with what was split off before it was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Leaf {
    taken: u16,
    loops: u16,
    coloops: u16,
    extra: u16,
    shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Shape {
    /// Every set of at most `rank` of the `elements` is independent.
    Uniform { rank: u16, elements: u16 },
    /// One parallel class of this size in a matroid of rank 2: what it changes against the uniform matroid.
    Class { size: u16 },
    /// The same in the dual, which has rank 2 and so many elements.
    DualClass { size: u16, elements: u16 },
}

type Tally = HashMap<Leaf, u64, BuildHasherDefault<Mixer>>;

/// A hash for small keys: multiply and rotate.
#[derive(Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_u64(u64::from(*b)));
    }
    fn write_u16(&mut self, value: u16) {
        self.write_u64(u64::from(value));
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    fn write_isize(&mut self, value: isize) {
        self.write_u64(value as u64);
    }
}

/// One thread's recursion.
struct Counter<'a> {
    field: PrimeField,
    sizes: std::ops::RangeInclusive<usize>,
    deadline: Option<Instant>,
    stop: &'a AtomicBool,
    steps: u32,
    /// Whether the deadline has passed, so that the recursion unwinds.
    late: bool,
    tally: Tally,
    /// Buffers for the recursion, one a depth.
    spare: Vec<Minor>,
    /// A buffer for the parallel classes of a small minor, and their sizes.
    classes: Vec<((u64, u64), u16)>,
}

impl<'a> Counter<'a> {
    fn new(
        field: PrimeField,
        sizes: std::ops::RangeInclusive<usize>,
        deadline: Option<Instant>,
        stop: &'a AtomicBool,
    ) -> Self {
        let (tally, spare, classes) = (Tally::default(), Vec::new(), Vec::new());
        Counter { field, sizes, deadline, stop, steps: 0, late: false, tally, spare, classes }
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
        self.late = self.stop.load(Ordering::Relaxed) || self.deadline.is_some_and(|d| Instant::now() >= d);
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

/// Adds up the leaves.
fn tabulate(n: usize, r: usize, tally: &Tally) -> Table {
    let mut table = Table::zero(n, r);
    for (leaf, times) in tally {
        for (size, rank, number) in leaf.terms() {
            let number = number * times;
            for (l, k) in (0..=usize::from(leaf.loops)).cartesian_product(0..=usize::from(leaf.coloops)) {
                let ways = binomial(leaf.loops.into(), l) * binomial(leaf.coloops.into(), k);
                let entry = table.counts.get_mut(size + l + k).and_then(|row| row.get_mut(rank + k));
                if let Some(entry) = entry {
                    *entry += &number * ways;
                }
            }
        }
    }
    table
}

impl Leaf {
    /// The subsets of this minor by size and rank, the taken elements included; loops and coloops left out.
    fn terms(&self) -> Vec<(usize, usize, Integer)> {
        let (taken, extra) = (usize::from(self.taken), usize::from(self.extra));
        let shift = |(s, r, x)| (s + taken + extra, r + taken, x);
        match self.shape {
            Shape::Uniform { rank, elements } => {
                let (rank, n) = (usize::from(rank), usize::from(elements));
                (0..=n).map(|s| shift((s, s.min(rank), binomial(n, s)))).collect()
            }
            // Sets of at least two elements of the class have rank 1, not 2.
            Shape::Class { size } => {
                let w = usize::from(size);
                (2..=w).flat_map(|s| [(s, 1, binomial(w, s)), (s, 2, -binomial(w, s))]).map(shift).collect()
            }
            // r(A) = |A| − 2 + r*(E − A): one less where the complement is at least two elements of the class.
            Shape::DualClass { size, elements } => {
                let (w, n) = (usize::from(size), usize::from(elements));
                let terms = (2..=w).flat_map(|s| [(n - s, n - s - 1, binomial(w, s)), (n - s, n - s, -binomial(w, s))]);
                terms.map(shift).collect()
            }
        }
    }
}

/// The binomial coefficient.
pub fn binomial(n: usize, k: usize) -> Integer {
    if k > n {
        return Integer::new();
    }
    Integer::from(n).binomial(k as u32)
}
