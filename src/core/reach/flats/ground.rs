//! The matroid that a trial shows on at most 64 weights: closures, random bases, minors.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::RngCore;

use crate::algebra::{Matrix, RowSpace};
use crate::control::Control;
use crate::number::{PrimeField, Ring};
use crate::reach::count::{CountOptions, Fold, Table, count};
use crate::reach::symmetry::{Set, bit};

/// A matrix whose columns are the points of a matroid; sets of them are words, the first column highest.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    field: PrimeField,
    rows: Matrix<u64>,
}

/// The points of a set, in order.
pub(super) fn points(set: Set) -> impl Iterator<Item = usize> {
    let mut left = set;
    std::iter::from_fn(move || {
        (left != 0).then(|| {
            let point = left.leading_zeros() as usize;
            left &= !bit(point);
            point
        })
    })
}

/// The set of some points.
pub(super) fn set_of(points: impl IntoIterator<Item = usize>) -> Set {
    points.into_iter().fold(0, |set, point| set | bit(point))
}

impl Ground {
    /// The columns of a matrix, at most 64 of them.
    pub(super) fn new(field: PrimeField, matrix: &Matrix<u64>) -> Self {
        let space = RowSpace::of(field, matrix);
        Ground { field, rows: Matrix::from_rows(matrix.columns(), space.rows().iter().cloned()) }
    }

    /// Every point.
    pub(super) fn all(&self) -> Set {
        set_of(0..self.rows.columns())
    }

    /// The row space in echelon form with the columns in this order, and its pivots as places in the order.
    fn echelon(&self, order: &[usize]) -> RowSpace<PrimeField> {
        RowSpace::of(self.field, &self.rows.select_columns(order))
    }

    /// The rank of a set. Costs rank² × size products.
    pub(super) fn rank(&self, set: Set) -> usize {
        let order: Vec<usize> = points(set).collect();
        self.echelon(&order).rank()
    }

    /// Everything that depends on a set, and its rank. Costs rank² × points products.
    pub(super) fn closure(&self, set: Set) -> (Set, usize) {
        let order: Vec<usize> = points(set).chain(points(self.all() & !set)).collect();
        let size = set.count_ones() as usize;
        // In reduced echelon form a column depends on the first ones if the rows with later pivots are 0 there.
        let space = self.echelon(&order);
        let later: Vec<&Vec<u64>> =
            space.rows().iter().zip(space.pivots()).filter(|(_, pivot)| **pivot >= size).map(|(row, _)| row).collect();
        let inside = (0..order.len()).filter(|c| later.iter().all(|row| self.field.is_zero(&row[*c])));
        (set_of(inside.map(|c| order[c])), space.rank() - later.len())
    }

    /// The union of all circuits inside a set.
    pub(super) fn cyclic_part(&self, set: Set) -> Set {
        let order: Vec<usize> = points(set).collect();
        let space = self.echelon(&order);
        // A pivot is a coloop if its row is 0 elsewhere.
        let alone = |row: &[u64]| row.iter().filter(|e| !self.field.is_zero(e)).count() == 1;
        let coloops = space.rows().iter().zip(space.pivots()).filter(|(row, _)| alone(row));
        set & !set_of(coloops.map(|(_, pivot)| order[*pivot]))
    }

    /// The connected components, in order of their first points; loops and coloops are components of one point.
    pub(super) fn components(&self) -> Vec<Set> {
        let n = self.rows.columns();
        let mut block: Vec<usize> = (0..n).collect();
        let space = self.echelon(&(0..n).collect::<Vec<_>>());
        for (row, pivot) in space.rows().iter().zip(space.pivots()) {
            for column in (0..n).filter(|c| !self.field.is_zero(&row[*c])) {
                let (a, b) = (block[*pivot], block[column]);
                block.iter_mut().filter(|x| **x == b).for_each(|x| *x = a);
            }
        }
        let names: Vec<usize> =
            block.iter().enumerate().filter(|(i, b)| !block[..*i].contains(*b)).map(|(_, b)| *b).collect();
        names.iter().map(|name| set_of((0..n).filter(|i| block[*i] == *name))).collect()
    }

    /// A random basis of a set, with the circuits that it makes.
    pub(super) fn random_basis(&self, set: Set, random: &mut ChaCha12Rng) -> Basis {
        let mut order: Vec<usize> = points(set).collect();
        for last in (1..order.len()).rev() {
            order.swap(last, (random.next_u64() % (last as u64 + 1)) as usize);
        }
        let space = self.echelon(&order);
        let others = (0..order.len()).filter(|c| !space.pivots().contains(c));
        let support = |c: usize| {
            let rows = space.rows().iter().enumerate().filter(|(_, row)| !self.field.is_zero(&row[c]));
            rows.fold(0, |mask, (i, _)| mask | bit(i))
        };
        Basis {
            points: space.pivots().iter().map(|p| order[*p]).collect(),
            others: others.map(|c| (order[c], support(c))).collect(),
        }
    }

    /// The rank of `taken`, and the matrix of `rest` with `taken` contracted.
    fn minor(&self, taken: Set, rest: Set) -> (usize, Matrix<u64>) {
        let order: Vec<usize> = points(taken).chain(points(rest)).collect();
        let size = taken.count_ones() as usize;
        let space = self.echelon(&order);
        let later = space.rows().iter().zip(space.pivots()).filter(|(_, pivot)| **pivot >= size);
        let left = Matrix::from_rows(order.len() - size, later.map(|(row, _)| row[size..].to_vec()));
        (space.rank() - left.rows(), left)
    }

    /// The sum of the ranks of all sets that consist of `taken` and some of `rest`; nothing if something says stop.
    pub(super) fn rank_sum(&self, taken: Set, rest: Set, control: &Control<'_>) -> Option<u128> {
        let (rank, matrix) = self.minor(taken, rest);
        let options = CountOptions { sizes: 0..=matrix.columns(), folds: Vec::new() };
        let table = count(self.field, &matrix, &options, &control.narrowed(None)).ok()?;
        Some(((rank as u128) << matrix.columns()) + table.weight().to_u128()?)
    }

    /// All sets by size and rank; nothing if something says stop.
    pub(super) fn table(&self, folds: Vec<Fold>, control: &Control<'_>) -> Option<Table> {
        let options = CountOptions { sizes: 0..=self.rows.columns(), folds };
        count(self.field, &self.rows, &options, &control.narrowed(None)).ok()
    }
}

/// A basis of a set; sets of its places are words, too.
pub(super) struct Basis {
    points: Vec<usize>,
    /// The other points, each with the places of the basis that its circuit runs through.
    others: Vec<(usize, Set)>,
}

impl Basis {
    /// The places of the circuits.
    pub(super) fn circuits(&self) -> impl Iterator<Item = Set> + '_ {
        self.others.iter().map(|(_, places)| *places)
    }

    /// All points of the set that depend on these places, and the rank.
    pub(super) fn closure(&self, places: Set) -> (Set, usize) {
        let basis = self::points(places).map(|place| self.points[place]);
        let others = self.others.iter().filter(|(_, circuit)| circuit & !places == 0).map(|(point, _)| *point);
        (set_of(basis.chain(others)), places.count_ones() as usize)
    }
}
