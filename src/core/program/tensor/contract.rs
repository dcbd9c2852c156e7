//! Products of matrices, and Einstein's sums.

use std::collections::BTreeMap;

use super::arithmetic::joined;
use super::{MOST_ENTRIES, Tensor, TensorError, entries_of, strides, walk};
use crate::program::Recorder;

/// The most products in one Einstein sum.
const MOST_PRODUCTS: usize = 1 << 24;

impl Tensor {
    /// NumPy's `matmul`: rows by columns of the last two axes, axes before them broadcast; a vector on the left is a row, on the
    /// right a column, and its axis is gone from the product.
    ///
    /// # Errors
    /// A tensor without axes, lengths that differ, or a step that cannot be recorded.
    pub fn dot(recorder: &mut Recorder, a: &Tensor, b: &Tensor) -> Result<Tensor, TensorError> {
        if a.axes() == 0 || b.axes() == 0 {
            let problem = "a tensor of shape () is one number";
            return Err(TensorError::pair("dot", (&a.shape, &b.shape), problem, "a product with one number is a * b"));
        }
        let (left, right) = (Matrices::rows(a), Matrices::columns(b));
        if left.columns != right.rows {
            let problem = format!("{} columns of the first against {} rows of the second", left.columns, right.rows);
            return Err(TensorError::pair("dot", (&a.shape, &b.shape), problem, mend(a, b)));
        }
        let batch = joined(&left.batch, &right.batch).ok_or_else(|| {
            let problem = "the axes before the last two do not broadcast";
            TensorError::pair("dot", (&a.shape, &b.shape), problem, "einsum says which axes go together")
        })?;
        let shape = [&batch[..], &left.kept_row, &right.kept_column].concat();
        let size = entries_of("dot", &shape)?;
        within(size.saturating_mul(left.columns))?;
        let mut entries = Vec::with_capacity(size);
        let (of_left, of_right) = (left.batch_strides(&batch), right.batch_strides(&batch));
        for (at_left, at_right) in walk(&batch, &of_left).zip(walk(&batch, &of_right)) {
            for (row, column) in (0..left.rows).flat_map(|r| (0..right.columns).map(move |c| (r, c))) {
                let factors = (0..left.columns).map(|k| {
                    let x = a.entries[at_left + row * left.columns + k];
                    [x, b.entries[at_right + k * right.columns + column]]
                });
                entries.push(sum_of_products(recorder, factors)?);
            }
        }
        Ok(Tensor { shape, entries })
    }

    /// Einstein's sum as NumPy writes it: `"ij,jk->ik"`. Without `->`, the letters that stand once are kept, in the order of the
    /// alphabet.
    ///
    /// # Errors
    /// Subscripts that cannot be read or do not belong to the tensors, lengths that differ, or a step that cannot be recorded.
    pub fn einsum(recorder: &mut Recorder, subscripts: &str, tensors: &[&Tensor]) -> Result<Tensor, TensorError> {
        let (inputs, output) = read(subscripts)?;
        if inputs.len() != tensors.len() {
            let problem = format!("`{subscripts}` is about {} tensors, and {} are given", inputs.len(), tensors.len());
            return Err(TensorError::argument("einsum", problem, "separate the subscripts of each tensor by a comma"));
        }
        let lengths = lengths(subscripts, &inputs, tensors)?;
        let summed: Vec<char> = lengths.keys().copied().filter(|letter| !output.contains(letter)).collect();
        let shape_of = |letters: &[char]| letters.iter().map(|l| lengths[l]).collect::<Vec<usize>>();
        let (shape, over) = (shape_of(&output), shape_of(&summed));
        let size = entries_of("einsum", &shape)?;
        let terms = over.iter().fold(1usize, |product, length| product.saturating_mul(*length));
        within(size.saturating_mul(terms).saturating_mul(tensors.len()))?;
        let steps_along = |letters: &[char]| -> Vec<Vec<usize>> {
            let of = |(input, tensor): (&Vec<char>, &&Tensor)| {
                let own = strides(&tensor.shape);
                let along = |letter: &char| input.iter().zip(&own).filter(|(i, _)| *i == letter).map(|(_, s)| s).sum();
                letters.iter().map(along).collect()
            };
            inputs.iter().zip(tensors).map(of).collect()
        };
        let (kept_strides, summed_strides) = (steps_along(&output), steps_along(&summed));
        let places = |shape: &[usize], along: &[Vec<usize>]| -> Vec<Vec<usize>> {
            let walks: Vec<Vec<usize>> = along.iter().map(|s| walk(shape, s).collect()).collect();
            (0..shape.iter().product()).map(|place| walks.iter().map(|w| w[place]).collect()).collect()
        };
        let (starts, offsets) = (places(&shape, &kept_strides), places(&over, &summed_strides));
        let entry = |start: &Vec<usize>| {
            let terms = offsets.iter().map(|offset| {
                let factors = tensors.iter().zip(start.iter().zip(offset));
                factors.map(|(tensor, (start, offset))| tensor.entries[start + offset]).collect::<Vec<_>>()
            });
            sum_of_products(recorder, terms)
        };
        let entries = starts.iter().map(entry).collect::<Result<_, _>>()?;
        Ok(Tensor { shape, entries })
    }
}

/// A tensor read as matrices, one for each place of the axes before the last two.
struct Matrices {
    batch: Vec<usize>,
    rows: usize,
    columns: usize,
    /// The axis of the rows in a product: none of a vector.
    kept_row: Vec<usize>,
    /// The axis of the columns in a product.
    kept_column: Vec<usize>,
}

impl Matrices {
    fn rows(tensor: &Tensor) -> Self {
        match *tensor.shape.as_slice() {
            [columns] => Matrices { batch: vec![], rows: 1, columns, kept_row: vec![], kept_column: vec![columns] },
            _ => Matrices::of(tensor),
        }
    }

    fn columns(tensor: &Tensor) -> Self {
        match *tensor.shape.as_slice() {
            [rows] => Matrices { batch: vec![], rows, columns: 1, kept_row: vec![rows], kept_column: vec![] },
            _ => Matrices::of(tensor),
        }
    }

    fn of(tensor: &Tensor) -> Self {
        let (batch, last) = tensor.shape.split_at(tensor.shape.len().saturating_sub(2));
        let (rows, columns) = (last[0], last[1]);
        Matrices { batch: batch.to_vec(), rows, columns, kept_row: vec![rows], kept_column: vec![columns] }
    }

    fn batch_strides(&self, batch: &[usize]) -> Vec<usize> {
        let own = strides(&self.batch).into_iter().zip(&self.batch);
        let own = own.map(|(stride, length)| if *length == 1 { 0 } else { stride * self.rows * self.columns });
        std::iter::repeat_n(0, batch.len() - self.batch.len()).chain(own).collect()
    }
}

/// What would fit, of what is often meant.
fn mend(a: &Tensor, b: &Tensor) -> String {
    let reversed = |t: &Tensor| Tensor { shape: t.shape.iter().rev().copied().collect(), entries: Vec::new() };
    let fits = |x: &Tensor, y: &Tensor| Matrices::rows(x).columns == Matrices::columns(y).rows;
    let (a_t, b_t) = (reversed(a), reversed(b));
    if b.axes() == 2 && fits(a, &b_t) {
        "dot(a, b.T) fits".to_owned()
    } else if a.axes() == 2 && fits(&a_t, b) {
        "dot(a.T, b) fits".to_owned()
    } else if fits(b, a) {
        "dot(b, a) fits".to_owned()
    } else {
        "the last axis of the first must be as long as the last but one (or the only one) of the second".to_owned()
    }
}

/// Refuses more products than a sum may have.
fn within(products: usize) -> Result<(), TensorError> {
    if products <= MOST_PRODUCTS {
        return Ok(());
    }
    let problem = format!("more than {MOST_PRODUCTS} products");
    Err(TensorError::argument("a product of tensors", problem, "take smaller tensors, or two of them at a time"))
}

fn sum_of_products<I: IntoIterator<Item = crate::program::Step>>(
    recorder: &mut Recorder,
    terms: impl Iterator<Item = I>,
) -> Result<crate::program::Step, TensorError> {
    let mut sum = None;
    for factors in terms {
        let mut product = None;
        for factor in factors {
            product = Some(match product {
                Some(product) => recorder.mul(product, factor)?,
                None => factor,
            });
        }
        sum = match (sum, product) {
            (Some(sum), Some(product)) => Some(recorder.add(sum, product)?),
            (sum, product) => product.or(sum),
        };
    }
    Ok(sum.map_or_else(|| recorder.constant(0.into()), Ok)?)
}

/// The subscripts of each tensor, and of the result.
fn read(subscripts: &str) -> Result<(Vec<Vec<char>>, Vec<char>), TensorError> {
    let wrong =
        |problem: String| TensorError::argument("einsum", problem, "write letters, one an axis, as in \"ij,jk->ik\"");
    let plain: String = subscripts.chars().filter(|c| !c.is_whitespace()).collect();
    let (left, right) = match plain.split_once("->") {
        Some((left, right)) => (left, Some(right)),
        None => (plain.as_str(), None),
    };
    let letters = |part: &str| -> Result<Vec<char>, TensorError> {
        match part.chars().find(|c| !c.is_ascii_alphabetic()) {
            Some(other) => Err(wrong(format!("`{subscripts}` has {other:?} where a letter should be"))),
            None => Ok(part.chars().collect()),
        }
    };
    let inputs = left.split(',').map(letters).collect::<Result<Vec<_>, _>>()?;
    let mut times: BTreeMap<char, usize> = BTreeMap::new();
    inputs.iter().flatten().for_each(|letter| *times.entry(*letter).or_default() += 1);
    let output = match right {
        Some(right) => letters(right)?,
        None => times.iter().filter(|(_, times)| **times == 1).map(|(letter, _)| *letter).collect(),
    };
    if let Some(unknown) = output.iter().find(|letter| !times.contains_key(letter)) {
        return Err(wrong(format!("`{subscripts}` keeps {unknown}, which is an axis of no tensor")));
    }
    if let Some(twice) = output.iter().find(|letter| output.iter().filter(|l| l == letter).count() > 1) {
        return Err(wrong(format!("`{subscripts}` keeps {twice} twice")));
    }
    Ok((inputs, output))
}

/// The length that each letter stands for.
fn lengths(subscripts: &str, inputs: &[Vec<char>], tensors: &[&Tensor]) -> Result<BTreeMap<char, usize>, TensorError> {
    let mut lengths: BTreeMap<char, (usize, usize)> = BTreeMap::new();
    for (index, (input, tensor)) in inputs.iter().zip(tensors).enumerate() {
        if input.len() != tensor.axes() {
            let written: String = input.iter().collect();
            let problem = format!("`{written}` has {} letters for {} axes", input.len(), tensor.axes());
            return Err(TensorError::shape("einsum", &tensor.shape, problem, "write one letter an axis"));
        }
        for (letter, length) in input.iter().zip(&tensor.shape) {
            let (known, first) = *lengths.entry(*letter).or_insert((*length, index));
            if known != *length {
                let problem = format!("{letter} of `{subscripts}` is {known} in one place and {length} in another");
                let mend = "axes with the same letter have the same length; does a transpose fit?";
                return Err(TensorError::pair("einsum", (&tensors[first].shape, &tensor.shape), problem, mend));
            }
        }
    }
    debug_assert!(tensors.iter().all(|t| t.entries.len() <= MOST_ENTRIES));
    Ok(lengths.into_iter().map(|(letter, (length, _))| (letter, length)).collect())
}
