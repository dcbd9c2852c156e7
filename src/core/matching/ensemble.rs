//! How students, teachers and inputs are drawn: exactly, as dyadic rationals, the same on every machine.

use std::str::FromStr;

use crate::algebra::Matrix;
use crate::allocation::Layout;
use crate::network::{Network, Probe, Samples};
use crate::number::{Dyadic, Dyadics, Ring, gaussian, uniform};
use crate::text::quote;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::RngCore;

/// A distribution of students, teachers and inputs; entries are independent but for a teacher of low rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Ensemble {
    /// Everything standard normal.
    #[default]
    Gaussian,
    /// Everything uniform between −1 and 1.
    Uniform,
    /// Standard normal, but so many percent of the weights of student and teacher, at random, are 0. No density: what
    /// holds almost surely for the others need not hold here.
    Sparse {
        /// From 0 to 100.
        percent: u32,
    },
    /// Standard normal, but every matrix of the teacher is a product of two standard normal ones with this inner size. A
    /// distribution on special teachers: what holds for almost every teacher need not hold here.
    LowRank {
        /// At least 1.
        rank: u32,
    },
    /// Everything a uniform integer up to this in absolute value. No density.
    Integer {
        /// At least 1.
        bound: u32,
    },
    /// Standard normal, but every matrix of the teacher has orthonormal rows, or columns if it has more rows than columns:
    /// exactly, in rational numbers (products of reflections, Stewart 1980). A distribution on special teachers.
    Orthogonal,
    /// Students and inputs standard normal, and no teacher: labels standard normal, one for each output on each sample. The laws
    /// about teachers say nothing about them; some are about all labels.
    Labels,
}

/// A name of no ensemble.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", unknown(.0))]
pub struct UnknownEnsemble(String);

/// What is wrong with a name of no ensemble: its number, or all of it.
fn unknown(text: &str) -> String {
    let range = match text.split(':').next().unwrap_or_default() {
        "sparse" => "a percentage from 0 to 100, such as sparse:50",
        "low-rank" => "a rank of at least 1, such as low-rank:2",
        "integer" => "a bound of at least 1, such as integer:9",
        _ => {
            return format!(
                "there is no ensemble {}\n  choose gaussian, uniform, orthogonal, labels, sparse:PERCENT (0 to 100), low-rank:RANK or integer:BOUND (at least 1)",
                quote(text)
            );
        }
    };
    format!("the number is wrong, or missing\n  give {range}")
}

impl Ensemble {
    /// Whether the laws about almost every student and teacher apply to its draws.
    pub fn is_generic(self) -> bool {
        matches!(self, Ensemble::Gaussian | Ensemble::Uniform)
    }

    /// The inputs to take for so many samples. Where so many generic inputs see everything, others that do may stand for
    /// them; inputs that are not generic are drawn, all of them.
    pub fn probe(self, network: &Network, samples: Samples) -> Probe {
        self.drawn_inputs(samples).map_or_else(|| network.probe(samples), Probe::Generic)
    }

    /// The number of inputs of [`Ensemble::probe`].
    pub fn probe_inputs(self, network: &Network, samples: Samples) -> usize {
        self.drawn_inputs(samples).unwrap_or_else(|| network.probe_inputs(samples))
    }

    /// So many inputs are drawn, none of them generic; nothing if they are generic.
    fn drawn_inputs(self, samples: Samples) -> Option<usize> {
        match self {
            // Labels of other inputs than those that were asked for would be dependent, or fewer.
            Ensemble::Integer { .. } | Ensemble::Labels => {
                samples.count().map(|count| usize::try_from(count).unwrap_or(usize::MAX))
            }
            _ => None,
        }
    }

    /// How inputs are drawn: where they stand for all inputs there are, they must be generic.
    pub(super) fn of_inputs(self, samples: Samples) -> Self {
        match (self, samples) {
            (Ensemble::Integer { .. }, Samples::Functional) => Ensemble::Gaussian,
            _ => self,
        }
    }

    /// A student's weights.
    pub(super) fn student(self, layout: &Layout, random: &mut ChaCha12Rng) -> Vec<Dyadic> {
        (0..layout.weights()).map(|_| self.weight(random)).collect()
    }

    /// A teacher's weights, where they are dyadic numbers. Where they are drawn tensor by tensor, each is that of its first entry.
    pub(super) fn teacher(self, layout: &Layout, random: &mut ChaCha12Rng) -> Vec<Dyadic> {
        let Ensemble::LowRank { rank } = self else {
            return self.student(layout, random);
        };
        let mut entries = Vec::new();
        for tensor in layout.tensors() {
            if tensor.axes.len() < 2 {
                entries.extend((0..tensor.rows).map(|_| gaussian(random)));
            } else {
                entries.extend(low_rank(tensor.rows, tensor.columns, rank as usize, random));
            }
        }
        (0..layout.weights()).map(|weight| entries[layout.place(weight)].clone()).collect()
    }

    /// One weight.
    pub(super) fn weight(self, random: &mut ChaCha12Rng) -> Dyadic {
        match self {
            Ensemble::Sparse { percent } if below(100, random) < u64::from(percent) => Dyadics.zero(),
            _ => self.number(random),
        }
    }

    /// One entry of an input.
    pub(super) fn number(self, random: &mut ChaCha12Rng) -> Dyadic {
        match self {
            Ensemble::Gaussian
            | Ensemble::Sparse { .. }
            | Ensemble::LowRank { .. }
            | Ensemble::Orthogonal
            | Ensemble::Labels => gaussian(random),
            Ensemble::Uniform => uniform(random),
            Ensemble::Integer { bound } => {
                Dyadics.integer(below(2 * u64::from(bound) + 1, random) as i64 - i64::from(bound))
            }
        }
    }
}

impl std::fmt::Display for Ensemble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Ensemble::Gaussian => write!(f, "gaussian"),
            Ensemble::Uniform => write!(f, "uniform"),
            Ensemble::Sparse { percent } => write!(f, "sparse:{percent}"),
            Ensemble::LowRank { rank } => write!(f, "low-rank:{rank}"),
            Ensemble::Integer { bound } => write!(f, "integer:{bound}"),
            Ensemble::Orthogonal => write!(f, "orthogonal"),
            Ensemble::Labels => write!(f, "labels"),
        }
    }
}

impl FromStr for Ensemble {
    type Err = UnknownEnsemble;

    fn from_str(text: &str) -> Result<Self, UnknownEnsemble> {
        let (name, number) = text.split_once(':').map_or((text, None), |(n, k)| (n, k.parse::<u32>().ok()));
        match (name, number, text.contains(':')) {
            ("gaussian", None, false) => Ok(Ensemble::Gaussian),
            ("uniform", None, false) => Ok(Ensemble::Uniform),
            ("orthogonal", None, false) => Ok(Ensemble::Orthogonal),
            ("labels", None, false) => Ok(Ensemble::Labels),
            ("sparse", Some(percent @ 0..=100), _) => Ok(Ensemble::Sparse { percent }),
            ("low-rank", Some(rank @ 1..), _) => Ok(Ensemble::LowRank { rank }),
            ("integer", Some(bound @ 1..), _) => Ok(Ensemble::Integer { bound }),
            _ => Err(UnknownEnsemble(text.to_owned())),
        }
    }
}

/// A product of two standard normal matrices, row by row.
fn low_rank(rows: usize, columns: usize, rank: usize, random: &mut ChaCha12Rng) -> Vec<Dyadic> {
    let mut draw = |rows, columns| {
        let row = |_| (0..columns).map(|_| gaussian(random)).collect();
        Matrix::from_rows(columns, (0..rows).map(row).collect::<Vec<_>>())
    };
    let (left, right) = (draw(rows, rank), draw(rank, columns));
    let mut product = Vec::with_capacity(rows * columns);
    for i in 0..rows {
        let mut row = vec![Dyadics.zero(); columns];
        let right: Vec<Vec<Dyadic>> = (0..rank).map(|k| right.row(k).to_vec()).collect();
        Dyadics.add_combination(&mut row, left.row(i), &right);
        product.extend(row);
    }
    product
}

/// A uniform number in `0 .. bound`, by rejection.
fn below(bound: u64, random: &mut ChaCha12Rng) -> u64 {
    let most = u64::MAX - u64::MAX % bound;
    loop {
        let value = random.next_u64();
        if value < most {
            return value % bound;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{Stream, generator};
    use rug::Rational;

    #[test]
    fn names_are_read_back() {
        let all = [
            Ensemble::Gaussian,
            Ensemble::Uniform,
            Ensemble::Sparse { percent: 30 },
            Ensemble::LowRank { rank: 1 },
            Ensemble::Integer { bound: 9 },
            Ensemble::Orthogonal,
            Ensemble::Labels,
        ];
        for ensemble in all {
            assert_eq!(ensemble.to_string().parse(), Ok(ensemble));
        }
        for wrong in
            ["", "gauss", "sparse", "sparse:101", "low-rank:0", "integer:-1", "gaussian:1", "uniform:x", "labels:2"]
        {
            assert!(wrong.parse::<Ensemble>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn teachers_of_low_rank_have_a_weight_for_each_of_the_network() {
        let network = Network::lffn(&[2, 2, 2], false).unwrap();
        let draw = |network: &Network| {
            let mut random = generator(1, Stream::Instances, 0);
            Ensemble::LowRank { rank: 1 }.teacher(network.layout(), &mut random)
        };
        let whole = draw(&network);
        // Pinned entries are left out; of those that are tied the first counts.
        let pinned = network.pin(&[(1, Rational::from(2))]).unwrap();
        assert_eq!(draw(&pinned), [&whole[..1], &whole[2..]].concat());
        let tied = network.tie(&[vec![0, 3]]).unwrap();
        assert_eq!(draw(&tied), [&whole[..3], &whole[4..]].concat());
    }
}
