//! Where the weights of a network stand: its tensors, in canonical order.

/// One tensor of weights: a matrix, or a bias vector (a matrix with one column).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// `W1`, `b1`, `D`, …
    pub name: String,
    /// The number of rows, at least 1.
    pub rows: usize,
    /// The number of columns, at least 1; a bias vector has one.
    pub columns: usize,
    /// The layer it belongs to, from 1.
    pub layer: usize,
    /// Whether it is written with one index (`b1[0]`) rather than two.
    pub vector: bool,
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
}

/// One weight by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight<'a> {
    /// The tensor that holds it.
    pub tensor: &'a Tensor,
    /// From 0.
    pub row: usize,
    /// From 0; 0 in a bias vector.
    pub column: usize,
}

impl std::fmt::Display for Weight<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, row, column) = (&self.tensor.name, self.row, self.column);
        if self.tensor.vector { write!(f, "{name}[{row}]") } else { write!(f, "{name}[{row},{column}]") }
    }
}

/// All tensors of a network. The *canonical order* of its weights is tensor by tensor, row by row.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Layout {
    tensors: Vec<Tensor>,
}

impl Layout {
    /// Appends a matrix.
    pub fn matrix(mut self, name: &str, rows: usize, columns: usize, layer: usize) -> Self {
        self.push(name, rows, columns, layer, false);
        self
    }

    /// Appends a bias vector.
    pub fn vector(mut self, name: &str, rows: usize, layer: usize) -> Self {
        self.push(name, rows, 1, layer, true);
        self
    }

    fn push(&mut self, name: &str, rows: usize, columns: usize, layer: usize, vector: bool) {
        let start = self.weights();
        let name = name.to_owned();
        self.tensors.push(Tensor { name, rows, columns, layer, vector, start });
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
