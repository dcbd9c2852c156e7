//! Given data in place of a teacher: inputs and labels, divided into a part to learn from and a part to test on.

use rand_chacha::rand_core::RngCore;

use allocert_core::number::{Stream, generator};

/// Inputs and labels, a row each.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// The inputs, each as long as the network's.
    pub inputs: Vec<Vec<f64>>,
    /// The labels, each as long as the network's.
    pub labels: Vec<Vec<f64>>,
    /// Whether labels stand for classes: one entry 1, the others 0.
    pub classes: bool,
}

/// Why data cannot be learned from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// Inputs and labels of different numbers.
    #[error("there are {inputs} inputs and {labels} labels\n  give a label for each input")]
    Uneven {
        /// How many inputs there are.
        inputs: usize,
        /// How many labels.
        labels: usize,
    },
    /// A row that does not fit the network.
    #[error("row {row}: {what} of {given} numbers, and the network takes {wanted}\n  take a network of that shape")]
    Shape {
        /// From 1.
        row: usize,
        /// `an input` or `a label`.
        what: &'static str,
        /// Its length.
        given: usize,
        /// The network's.
        wanted: usize,
    },
    /// A class that the network has no output for.
    #[error("row {row}: class {class} is not one of 0 to {most}\n  take a network with an output for each class")]
    Class {
        /// From 1.
        row: usize,
        /// The class, as written.
        class: String,
        /// The largest.
        most: usize,
    },
    /// A number that is not finite.
    #[error("row {row}: {what} has an entry that is no finite number\n  leave such rows out")]
    NotFinite {
        /// From 1.
        row: usize,
        /// `an input` or `a label`.
        what: &'static str,
    },
    /// Nothing to learn from or to test on.
    #[error(
        "{rows} rows with a test share of {share} leave no row to learn from, or none to test on\n  give more data, or another test share"
    )]
    TooFew {
        /// All rows.
        rows: usize,
        /// The share, as written.
        share: String,
    },
}

impl Dataset {
    /// Data for a network with inputs and outputs of these sizes. Labels of one entry, where the network has several outputs,
    /// are classes from 0.
    ///
    /// # Errors
    /// See [`DataError`].
    pub fn new(
        inputs: Vec<Vec<f64>>,
        labels: Vec<Vec<f64>>,
        input_size: usize,
        outputs: usize,
    ) -> Result<Self, DataError> {
        if inputs.len() != labels.len() {
            return Err(DataError::Uneven { inputs: inputs.len(), labels: labels.len() });
        }
        let single = outputs > 1 && labels.iter().all(|label| label.len() == 1);
        let labels = if single { one_hot(&labels, outputs)? } else { labels };
        for (rows, what, wanted) in [(&inputs, "an input", input_size), (&labels, "a label", outputs)] {
            for (row, entries) in (1..).zip(rows) {
                if entries.len() != wanted {
                    return Err(DataError::Shape { row, what, given: entries.len(), wanted });
                }
                if !entries.iter().all(|x| x.is_finite()) {
                    return Err(DataError::NotFinite { row, what });
                }
            }
        }
        let hot = |label: &Vec<f64>| {
            label.iter().all(|x| *x == 0.0 || *x == 1.0) && label.iter().filter(|x| **x == 1.0).count() == 1
        };
        let classes = outputs > 1 && labels.iter().all(hot);
        Ok(Dataset { inputs, labels, classes })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.inputs.len()
    }

    /// A random part to learn from, and a part of this share to test on.
    ///
    /// # Errors
    /// One of the parts is empty.
    pub fn split(&self, share: f64, seed: u64) -> Result<(Dataset, Dataset), DataError> {
        let mut order: Vec<usize> = (0..self.rows()).collect();
        shuffle(&mut order, &mut generator(seed, Stream::Splits, 0));
        let test = (share * self.rows() as f64).round() as usize;
        if test == 0 || test >= self.rows() {
            return Err(DataError::TooFew { rows: self.rows(), share: share.to_string() });
        }
        let (test, train) = order.split_at(test);
        Ok((self.part(train), self.part(test)))
    }

    fn part(&self, rows: &[usize]) -> Dataset {
        let pick = |from: &[Vec<f64>]| rows.iter().map(|r| from[*r].clone()).collect();
        Dataset { inputs: pick(&self.inputs), labels: pick(&self.labels), classes: self.classes }
    }
}

fn one_hot(labels: &[Vec<f64>], outputs: usize) -> Result<Vec<Vec<f64>>, DataError> {
    let hot = |(row, label): (usize, &Vec<f64>)| {
        let class = label[0];
        if class.fract() != 0.0 || !(0.0..outputs as f64).contains(&class) {
            return Err(DataError::Class { row, class: class.to_string(), most: outputs - 1 });
        }
        Ok((0..outputs).map(|k| if k as f64 == class { 1.0 } else { 0.0 }).collect())
    };
    (1..).zip(labels).map(hot).collect()
}

/// A random order (Fisher and Yates).
pub(super) fn shuffle(order: &mut [usize], random: &mut impl RngCore) {
    for i in (1..order.len()).rev() {
        order.swap(i, (random.next_u64() % (i as u64 + 1)) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_wrong_shapes_are_recognised() {
        let inputs = vec![vec![1.0, 2.0], vec![3.0, 4.0]];
        let data = Dataset::new(inputs.clone(), vec![vec![1.0], vec![0.0]], 2, 2).unwrap();
        assert!(data.classes && data.labels == [[0.0, 1.0], [1.0, 0.0]]);
        assert!(!Dataset::new(inputs.clone(), vec![vec![1.0], vec![0.0]], 2, 1).unwrap().classes);
        let error = |labels: Vec<Vec<f64>>, size| Dataset::new(inputs.clone(), labels, size, 2).unwrap_err();
        assert_eq!(error(vec![vec![1.0]], 2), DataError::Uneven { inputs: 2, labels: 1 });
        assert_eq!(error(vec![vec![0.0], vec![2.0]], 2), DataError::Class { row: 2, class: "2".to_owned(), most: 1 });
        let shape = DataError::Shape { row: 1, what: "an input", given: 2, wanted: 3 };
        assert_eq!(error(vec![vec![0.0], vec![1.0]], 3), shape);
        let nan = error(vec![vec![0.0, 1.0], vec![f64::NAN, 1.0]], 2);
        assert_eq!(nan, DataError::NotFinite { row: 2, what: "a label" });
    }

    #[test]
    fn a_split_is_a_partition() {
        let inputs: Vec<Vec<f64>> = (0..10).map(|i| vec![f64::from(i)]).collect();
        let data = Dataset::new(inputs.clone(), inputs, 1, 1).unwrap();
        let (train, test) = data.split(0.3, 1).unwrap();
        let mut all: Vec<i32> = train.inputs.iter().chain(&test.inputs).map(|x| x[0] as i32).collect();
        all.sort_unstable();
        assert_eq!((train.rows(), test.rows(), all), (7, 3, (0..10).collect()));
        assert!(data.split(0.01, 1).is_err() && data.split(0.99, 1).is_err());
    }
}
