//! Where the weights of a network stand: its tensors, in canonical order.

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
    /// The position of its first weight.
    pub start: usize,
}

impl Tensor {
    /// The number of its weights.
    pub fn size(&self) -> usize {
        self.rows * self.columns
    }

    /// The positions of its weights, row by row.
    pub fn positions(&self) -> std::ops::Range<usize> {
        self.start..self.start + self.size()
    }

    /// The position of one weight.
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
    /// The position of its first weight.
    pub start: usize,
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
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Layout {
    tensors: Vec<Tensor>,
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
        let (name, axes, start) = (name.to_owned(), axes.to_vec(), self.weights());
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

    /// The number of weights, n.
    pub fn weights(&self) -> usize {
        self.tensors.last().map_or(0, |t| t.start + t.size())
    }

    /// The number of layers.
    pub fn layers(&self) -> usize {
        self.tensors.iter().map(|t| t.layer).max().unwrap_or(0)
    }

    /// The place of the weight at a position.
    ///
    /// # Panics
    /// If there is no such weight.
    pub fn weight(&self, position: usize) -> Weight<'_> {
        let after = self.tensors.partition_point(|t| t.start <= position);
        let tensor = &self.tensors[after - 1];
        let inside = position - tensor.start;
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
}
