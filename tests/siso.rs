//! The lemmas behind the complete law of one input and one output (docs/theory.md, 4.4), each against small cases.

use allocert::algebra::{Matrix, RowSpace, rank};
use allocert::allocation::Allocation;
use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::number::{PrimeField, Ring, Stream, generator};
use allocert::reach::JacobianMatroid;
use proptest::prelude::*;

/// Square matrices modulo a prime.
struct Generic {
    field: PrimeField,
    n: usize,
    /// The eigenvectors of a generic matrix, as columns, and the inverse.
    v: Vec<Vec<u64>>,
    inverse: Vec<Vec<u64>>,
}

impl Generic {
    fn new(n: usize, seed: u64) -> Self {
        let field = PrimeField::new(PrimeField::MERSENNE_61).unwrap();
        let mut random = generator(seed, Stream::Shown, 0);
        let v: Vec<Vec<u64>> = (0..n).map(|_| (0..n).map(|_| field.random(&mut random)).collect()).collect();
        // [V | 1] reduces to [1 | V^-1], its rows in the order of their pivots.
        let mut space = RowSpace::new(field, 2 * n);
        for (i, row) in v.iter().enumerate() {
            space.insert(row.iter().copied().chain((0..n).map(|j| field.integer(i64::from(i == j)))).collect());
        }
        let mut rows: Vec<_> = space.pivots().iter().zip(space.rows()).collect();
        rows.sort();
        let inverse = rows.into_iter().map(|(_, row)| row[n..].to_vec()).collect();
        Generic { field, n, v, inverse }
    }

    fn product(&self, a: &[Vec<u64>], b: &[Vec<u64>]) -> Vec<Vec<u64>> {
        let entry = |i: usize, j: usize| {
            let mut sum = self.field.zero();
            (0..self.n).for_each(|k| self.field.add_product(&mut sum, &a[i][k], &b[k][j]));
            sum
        };
        (0..self.n).map(|i| (0..self.n).map(|j| entry(i, j)).collect()).collect()
    }

    /// V^-1 φ V.
    fn in_eigenbasis(&self, phi: &[Vec<u64>]) -> Vec<Vec<u64>> {
        self.product(&self.product(&self.inverse, phi), &self.v)
    }

    /// The matrix with a 1 in one place.
    fn unit(&self, row: usize, column: usize) -> Vec<Vec<u64>> {
        let entry = |i, j| self.field.integer(i64::from((i, j) == (row, column)));
        (0..self.n).map(|i| (0..self.n).map(|j| entry(i, j)).collect()).collect()
    }

    /// A basis of the combinations of matrices whose entries in these places vanish, each in the eigenbasis of W.
    fn vanishing(&self, basis: &[Vec<Vec<u64>>], places: &[(usize, usize)]) -> Vec<Vec<Vec<u64>>> {
        let mut space = RowSpace::new(self.field, basis.len());
        for (i, j) in places {
            space.insert(basis.iter().map(|phi| phi[*i][*j]).collect());
        }
        let combination = |factors: Vec<u64>| {
            let mut sum = vec![vec![self.field.zero(); self.n]; self.n];
            for (factor, phi) in factors.iter().zip(basis) {
                for (i, row) in phi.iter().enumerate() {
                    row.iter().enumerate().for_each(|(j, e)| self.field.add_product(&mut sum[i][j], factor, e));
                }
            }
            sum
        };
        space.kernel().into_iter().map(combination).collect()
    }

    fn diagonal(&self) -> Vec<(usize, usize)> {
        (0..self.n).map(|i| (i, i)).collect()
    }

    /// The span of the E_ji for cells (i, j), in the eigenbasis.
    fn cells(&self, cells: &[(usize, usize)]) -> Vec<Vec<Vec<u64>>> {
        cells.iter().map(|(i, j)| self.in_eigenbasis(&self.unit(*j, *i))).collect()
    }
}

/// Cells of W from the bits of a number, at most so many.
fn cells_of(n: usize, bits: u64, most: usize) -> Vec<(usize, usize)> {
    (0..n * n).filter(|c| bits >> c & 1 == 1).map(|c| (c / n, c % n)).take(most).collect()
}

fn gamma(cells: &[(usize, usize)]) -> usize {
    usize::from(cells.iter().all(|(i, j)| i != j))
}

/// All partitions, as the number of the block of each element.
fn partitions(n: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..n {
        all = all
            .into_iter()
            .flat_map(|p: Vec<usize>| {
                let blocks = p.iter().max().map_or(0, |b| b + 1);
                (0..=blocks).map(move |b| p.iter().copied().chain([b]).collect())
            })
            .collect();
    }
    all
}

/// A forest from one number a vertex: its parent among those before it, or none.
fn forest(n: usize, draws: &[usize], edges: usize) -> Vec<(usize, usize)> {
    (1..n).map(|child| (draws[child] % child, child)).take(edges).collect()
}

impl Generic {
    /// The rank of cells (i, j), that is of the entries (j, i) of X, on V S_G V^-1.
    fn rank_on_forest(&self, cells: &[(usize, usize)], forest: &[(usize, usize)]) -> usize {
        let loops = (0..self.n).map(|i| vec![(i, i)]);
        let edges = forest.iter().map(|(k, l)| vec![(*k, *l), (*l, *k)]);
        let rows = loops.chain(edges).map(|places| {
            let entry = |(i, j): &(usize, usize)| {
                // Entry (j, i) of V (sum of E_kl) V^-1.
                let mut sum = self.field.zero();
                places
                    .iter()
                    .for_each(|(k, l)| self.field.add_product(&mut sum, &self.v[*j][*k], &self.inverse[*l][*i]));
                sum
            };
            cells.iter().map(entry).collect::<Vec<u64>>()
        });
        rank(&self.field, &Matrix::from_rows(cells.len(), rows.collect::<Vec<_>>()))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    /// Lemma 3: on a space Φ the powers of a generic matrix have rank min(dim Φ, n), or n − 1 inside sl_n.
    #[test]
    fn generic_restriction(
        n in 2usize..6, seed in 0u64..1 << 40, kind in 0usize..4, size in 1usize..12, draws in proptest::collection::vec(0usize..36, 12)
    ) {
        let generic = Generic::new(n, seed);
        let field = &generic.field;
        let unit = |d: usize| generic.unit(d / n % n, d % n);
        // Units, differences of units, traceless ones, and units of one row and one column.
        let phi = |(place, d): (usize, &usize)| {
            let mut a = unit(*d);
            let other = unit(draws[(place + 1) % draws.len()]);
            match kind {
                1 => a.iter_mut().zip(&other).for_each(|(r, s)| r.iter_mut().zip(s).for_each(|(x, y)| *x = field.sub(x, y))),
                2 => (0..n).for_each(|i| a[i][i] = field.zero()),
                3 => a = if d % 2 == 0 { generic.unit(0, d % n) } else { generic.unit(d % n, 0) },
                _ => {}
            }
            a
        };
        let space: Vec<_> = draws.iter().take(size).enumerate().map(phi).collect();
        let flat: Vec<Vec<u64>> = space.iter().map(|a| a.concat()).collect();
        let dim = rank(field, &Matrix::from_rows(n * n, flat));
        let traceless = space.iter().all(|a| field.is_zero(&(0..n).fold(field.zero(), |sum, i| field.add(&sum, &a[i][i]))));
        let diagonals = space.iter().map(|a| {
            let a = generic.in_eigenbasis(a);
            (0..n).map(|i| a[i][i]).collect::<Vec<u64>>()
        });
        let found = rank(field, &Matrix::from_rows(n, diagonals.collect::<Vec<_>>()));
        prop_assert_eq!(found, dim.min(n - usize::from(traceless)));
    }

    /// The inequality (∗) for every partition.
    #[test]
    fn blocks_take_few_dimensions(n in 3usize..6, seed in 0u64..1 << 40, bits: u64) {
        let generic = Generic::new(n, seed);
        let cells = cells_of(n, bits | bits >> 31, 2 * n);
        let cells = &cells[..cells.len().min(2 * n - 1 - gamma(&cells))];
        let gamma = gamma(cells);
        prop_assume!(cells.len() >= n - gamma && cells.len() < 2 * n - gamma);
        let phi = generic.vanishing(&generic.cells(cells), &generic.diagonal());
        prop_assert_eq!(phi.len(), cells.len() + gamma - n);
        for partition in partitions(n) {
            let blocks = partition.iter().max().unwrap() + 1;
            let between = (0..n * n).map(|c| (c / n, c % n)).filter(|(i, j)| partition[*i] != partition[*j]);
            let inside = generic.vanishing(&phi, &between.collect::<Vec<_>>());
            prop_assert!(inside.len() <= n - blocks, "{cells:?} {partition:?}");
        }
    }

    /// Lemma 4: the rank on a forest and as many markers as components are reached together; and Proposition A: some forest
    /// gives full rank.
    #[test]
    fn forests_degenerate(
        n in 2usize..5, seed in 0u64..1 << 40, bits: u64, draws in proptest::collection::vec(0usize..24, 8), edges in 0usize..4, ends: u32
    ) {
        let generic = Generic::new(n, seed);
        let cells = cells_of(n, bits, 2 * n);
        let forest_drawn = forest(n, &draws, edges.min(n - 1));
        let reached = generic.rank_on_forest(&cells, &forest_drawn);
        let markers: Vec<usize> = (0..2 * n).filter(|e| ends >> e & 1 == 1).take(n - forest_drawn.len()).collect();
        prop_assume!(markers.len() == n - forest_drawn.len());
        let network = Network::lrnn(1, n as i64, 1, 2 * n as i64, false).unwrap();
        let positions = markers.into_iter().chain(cells.iter().map(|(i, j)| 2 * n + i * n + j));
        let allocation = Allocation::of(network.weights(), positions);
        let matroid = JacobianMatroid::new(&network, Samples::Functional, seed, &Control::unlimited()).unwrap();
        prop_assert!(matroid.rank(&allocation) >= reached + n - forest_drawn.len());
        let gamma = gamma(&cells);
        if cells.len() >= n - gamma && cells.len() < 2 * n - gamma {
            let edges = cells.len() + gamma - n;
            let labels = (0..n).map(|i| 0..i.max(1)).fold(vec![Vec::new()], |all: Vec<Vec<usize>>, choices| {
                all.into_iter().flat_map(|p| choices.clone().map(move |c| p.iter().copied().chain([c]).collect())).collect()
            });
            // Every labelling of the vertices, every parent, every choice of edges.
            let found = orders(n).into_iter().any(|order| {
                labels.iter().any(|parents| {
                    let tree = forest(n, parents, n - 1).into_iter().map(|(k, l)| (order[k], order[l])).collect::<Vec<_>>();
                    (0..1 << (n - 1)).filter(|chosen: &u32| chosen.count_ones() as usize == edges).any(|chosen| {
                        let forest = tree.iter().enumerate().filter(|(e, _)| chosen >> e & 1 == 1).map(|(_, e)| *e).collect::<Vec<_>>();
                        generic.rank_on_forest(&cells, &forest) == cells.len()
                    })
                })
            });
            prop_assert!(found, "{cells:?}");
        }
    }
}

/// All orders of the vertices.
fn orders(n: usize) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for next in 0..n {
        all = all
            .into_iter()
            .flat_map(|order| {
                (0..=order.len()).map(move |at| {
                    let mut longer = order.clone();
                    longer.insert(at, next);
                    longer
                })
            })
            .collect();
    }
    all
}
