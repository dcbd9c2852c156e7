//! Where the weights of a network stand: its tensors, in canonical order.

use std::sync::Arc;

use rug::Rational;

/// One tensor of weights, with any number of axes. It is read as a matrix, too: its last axis runs along the columns, all
/// others along the rows; a vector is one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// `W1`, `b1`, `D`, …
    pub name: String,
    /// The lengths of its axes, each at least 1; none of a single number.
    pub axes: Vec<usize>,
    /// The number of rows, at least 1.
    pub rows: usize,
    /// The number of columns, at least 1.
    pub columns: usize,
    /// The layer it belongs to, from 1.
    pub layer: usize,
    /// The place of its first entry. Places number the entries of all tensors; the weight at a place has the same number
    /// unless weights are pinned or tied, see [`Layout::at`].
    pub start: usize,
}

impl Tensor {
    /// The number of its entries.
    pub fn size(&self) -> usize {
        self.rows * self.columns
    }

    /// The places of its entries, row by row.
    pub fn positions(&self) -> std::ops::Range<usize> {
        self.start..self.start + self.size()
    }

    /// The place of one entry.
    pub fn position(&self, row: usize, column: usize) -> usize {
        self.start + row * self.columns + column
    }

    /// Whether it has one axis, as a bias vector: it is written with one index (`b1[0]`).
    pub fn is_vector(&self) -> bool {
        self.axes.len() == 1
    }

    /// Whether it has two axes.
    pub fn is_matrix(&self) -> bool {
        self.axes.len() == 2
    }

    /// Its matrices along the last two axes, in order: itself if it has at most two.
    pub fn slices(&self) -> Vec<Slice> {
        let Some(before) = self.axes.len().checked_sub(2).filter(|before| *before > 0) else {
            return vec![Slice { name: self.name.clone(), rows: self.rows, start: self.start }];
        };
        let rows = self.axes[before];
        let slice = |index: usize| {
            let first = self.weight_text(index * rows * self.columns);
            let indices: Vec<&str> = first[self.name.len() + 1..].split(',').take(before).collect();
            let name = format!("{}[{},:,:]", self.name, indices.join(","));
            Slice { name, rows, start: self.start + index * rows * self.columns }
        };
        (0..self.rows / rows).map(slice).collect()
    }

    /// One of its weights in text, by its place from 0 inside the tensor: `W1[0,1]`, `b1[0]`, `K[0,1,2]`, `g`.
    pub fn weight_text(&self, inside: usize) -> String {
        if self.axes.is_empty() {
            return self.name.clone();
        }
        let mut left = inside;
        let mut indices: Vec<String> = Vec::with_capacity(self.axes.len());
        for length in self.axes.iter().rev() {
            indices.push((left % length).to_string());
            left /= length;
        }
        indices.reverse();
        format!("{}[{}]", self.name, indices.join(","))
    }
}

/// A matrix inside a tensor of more axes, with as many columns as the tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// `K[0,:,:]`, or the name of a tensor that is a matrix itself.
    pub name: String,
    /// The number of rows.
    pub rows: usize,
    /// The place of its first entry.
    pub start: usize,
}

/// What stands at one place of a tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The weight at this position; a tied weight stands at several places.
    Weight(usize),
    /// A fixed number: not a weight.
    Pinned(Rational),
}

/// One weight by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight<'a> {
    /// The tensor that holds it.
    pub tensor: &'a Tensor,
    /// From 0, in the tensor read as a matrix.
    pub row: usize,
    /// From 0; 0 in a bias vector.
    pub column: usize,
}

impl std::fmt::Display for Weight<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.tensor.weight_text(self.row * self.tensor.columns + self.column))
    }
}

/// All tensors of a network. The *canonical order* of its weights is tensor by tensor, row by row.
///
/// Some entries may be *pinned* at a number, or *tied* to one weight: then there are fewer weights than places, and a weight is
/// known by its first place.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Layout {
    tensors: Vec<Tensor>,
    entries: Option<Arc<Entries>>,
}

/// The entries of all tensors where not each is a weight of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entries {
    at: Vec<Entry>,
    /// The first place of each weight, in order.
    first: Vec<usize>,
}

impl Layout {
    /// Appends a matrix.
    pub fn matrix(self, name: &str, rows: usize, columns: usize, layer: usize) -> Self {
        self.with(name, &[rows, columns], layer)
    }

    /// Appends a bias vector.
    pub fn vector(self, name: &str, rows: usize, layer: usize) -> Self {
        self.with(name, &[rows], layer)
    }

    /// Appends a tensor with axes of these lengths, each at least 1; with none, a single number.
    pub fn with(mut self, name: &str, axes: &[usize], layer: usize) -> Self {
        let (rows, columns) = match axes {
            [] => (1, 1),
            [rows] => (*rows, 1),
            [before @ .., columns] => (before.iter().product(), *columns),
        };
        let (name, axes, start) = (name.to_owned(), axes.to_vec(), self.places());
        debug_assert!(self.entries.is_none(), "tensors come before pinned and tied weights");
        self.tensors.push(Tensor { name, axes, rows, columns, layer, start });
        self
    }

    /// The tensors, in canonical order.
    pub fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }

    /// The tensor of that name.
    pub fn tensor(&self, name: &str) -> Option<&Tensor> {
        self.tensors.iter().find(|t| t.name == name)
    }

    /// The number of entries of all tensors.
    pub fn places(&self) -> usize {
        self.tensors.last().map_or(0, |t| t.start + t.size())
    }

    /// The number of weights, n.
    pub fn weights(&self) -> usize {
        self.entries.as_ref().map_or_else(|| self.places(), |entries| entries.first.len())
    }

    /// Whether each entry is a weight of its own.
    pub fn is_full(&self) -> bool {
        self.entries.is_none()
    }

    /// What stands at a place.
    ///
    /// # Panics
    /// If there is no such place.
    pub fn at(&self, place: usize) -> Entry {
        self.entries.as_ref().map_or(Entry::Weight(place), |entries| entries.at[place].clone())
    }

    /// The weight at a place; nothing where a number is pinned.
    ///
    /// # Panics
    /// If there is no such place.
    pub fn weight_at(&self, place: usize) -> Option<usize> {
        match self.entries.as_ref().map(|entries| &entries.at[place]) {
            None => Some(place),
            Some(Entry::Weight(weight)) => Some(*weight),
            Some(Entry::Pinned(_)) => None,
        }
    }

    /// The first place of a weight.
    ///
    /// # Panics
    /// If there is no such weight.
    pub fn place(&self, weight: usize) -> usize {
        self.entries.as_ref().map_or(weight, |entries| entries.first[weight])
    }

    /// The weights of a tensor, in canonical order.
    pub fn weights_in(&self, tensor: &Tensor) -> Vec<usize> {
        let mut weights: Vec<usize> = tensor.positions().filter_map(|place| self.weight_at(place)).collect();
        weights.sort_unstable();
        weights.dedup();
        weights
    }

    /// The same tensors, where `image` says what becomes of each weight: a number, or a weight that stands for several. Weights
    /// are numbered anew, by their first places; gives the new position of each weight that is not pinned.
    pub fn with_entries(&self, image: impl Fn(usize) -> Entry) -> (Layout, Vec<Option<usize>>) {
        let images: Vec<Entry> = (0..self.weights()).map(image).collect();
        let mut numbers: Vec<Option<usize>> = vec![None; self.weights()];
        let mut first = Vec::new();
        let mut at = Vec::with_capacity(self.places());
        for place in 0..self.places() {
            let entry = match self.at(place) {
                Entry::Weight(weight) => images[weight].clone(),
                pinned @ Entry::Pinned(_) => pinned,
            };
            at.push(match entry {
                Entry::Weight(old) => Entry::Weight(*numbers[old].get_or_insert_with(|| {
                    first.push(place);
                    first.len() - 1
                })),
                pinned @ Entry::Pinned(_) => pinned,
            });
        }
        let new = |image: &Entry| match image {
            Entry::Weight(old) => numbers[*old],
            Entry::Pinned(_) => None,
        };
        let positions = images.iter().map(new).collect();
        (Layout { tensors: self.tensors.clone(), entries: Some(Arc::new(Entries { at, first })) }, positions)
    }

    /// The number of layers.
    pub fn layers(&self) -> usize {
        self.tensors.iter().map(|t| t.layer).max().unwrap_or(0)
    }

    /// The tensor, row and column of the weight at a position; of a tied weight, where it stands first.
    ///
    /// # Panics
    /// If there is no such weight.
    pub fn weight(&self, position: usize) -> Weight<'_> {
        let place = self.place(position);
        let after = self.tensors.partition_point(|t| t.start <= place);
        let tensor = &self.tensors[after - 1];
        let inside = place - tensor.start;
        Weight { tensor, row: inside / tensor.columns, column: inside % tensor.columns }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_of_any_number_of_axes_are_written() {
        let layout =
            Layout::default().with("g", &[], 1).vector("b", 2, 1).matrix("W", 2, 3, 2).with("K", &[2, 1, 2], 3);
        let text: Vec<String> = (0..layout.weights()).map(|w| layout.weight(w).to_string()).collect();
        let expected = "g b[0] b[1] W[0,0] W[0,1] W[0,2] W[1,0] W[1,1] W[1,2] K[0,0,0] K[0,0,1] K[1,0,0] K[1,0,1]";
        assert_eq!(text.join(" "), expected);
        let kernel = layout.tensor("K").unwrap();
        assert_eq!((kernel.rows, kernel.columns, kernel.size()), (2, 2, 4));
    }

    #[test]
    fn pinned_entries_are_no_weights_and_tied_ones_are_one() {
        let layout = Layout::default().matrix("W", 2, 2, 1).vector("b", 2, 1);
        // W[0,1] is 0, W[1,0] is W[0,0], b[0] is W[1,1].
        let image = |w| match w {
            1 => Entry::Pinned(Rational::new()),
            2 => Entry::Weight(0),
            4 => Entry::Weight(3),
            w => Entry::Weight(w),
        };
        let (changed, positions) = layout.with_entries(image);
        assert_eq!(positions, [Some(0), None, Some(0), Some(1), Some(1), Some(2)]);
        let text: Vec<String> = (0..changed.weights()).map(|w| changed.weight(w).to_string()).collect();
        assert_eq!(text, ["W[0,0]", "W[1,1]", "b[1]"]);
        let at: Vec<Option<usize>> = (0..changed.places()).map(|place| changed.weight_at(place)).collect();
        assert_eq!(at, [Some(0), None, Some(0), Some(1), Some(1), Some(2)]);
        assert_eq!(changed.weights_in(&changed.tensors()[1]), [1, 2]);
        // Once more: b[1] is 1/2.
        let half = Entry::Pinned(Rational::from((1, 2)));
        let (again, positions) = changed.with_entries(|w| if w == 2 { half.clone() } else { Entry::Weight(w) });
        assert_eq!((again.weights(), positions), (2, vec![Some(0), Some(1), None]));
        assert_eq!((again.at(5), again.at(1)), (half, Entry::Pinned(Rational::new())));
    }
}
