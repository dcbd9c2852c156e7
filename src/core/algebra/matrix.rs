//! Dense matrices over any element type, row by row.

/// A matrix; its elements stand row after row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix<E> {
    rows: usize,
    columns: usize,
    elements: Vec<E>,
}

impl<E: Clone> Matrix<E> {
    /// A matrix with every element the same.
    pub fn filled(rows: usize, columns: usize, element: E) -> Self {
        Matrix { rows, columns, elements: vec![element; rows * columns] }
    }

    /// A matrix from its rows.
    ///
    /// # Panics
    /// If a row has not `columns` elements.
    pub fn from_rows(columns: usize, rows: impl IntoIterator<Item = Vec<E>>) -> Self {
        let mut matrix = Matrix { rows: 0, columns, elements: Vec::new() };
        for row in rows {
            assert_eq!(row.len(), columns, "a row of another length");
            matrix.elements.extend(row);
            matrix.rows += 1;
        }
        matrix
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// One row.
    pub fn row(&self, row: usize) -> &[E] {
        &self.elements[row * self.columns..][..self.columns]
    }

    /// One row, to be changed.
    pub fn row_mut(&mut self, row: usize) -> &mut [E] {
        &mut self.elements[row * self.columns..][..self.columns]
    }

    /// The matrix of the chosen columns, in the order given.
    pub fn select_columns(&self, columns: &[usize]) -> Self {
        let rows = (0..self.rows).map(|r| {
            let row = self.row(r);
            columns.iter().map(|c| row[*c].clone()).collect()
        });
        Matrix::from_rows(columns.len(), rows)
    }
}

impl<E> std::ops::Index<(usize, usize)> for Matrix<E> {
    type Output = E;
    fn index(&self, (row, column): (usize, usize)) -> &E {
        &self.elements[row * self.columns + column]
    }
}

impl<E> std::ops::IndexMut<(usize, usize)> for Matrix<E> {
    fn index_mut(&mut self, (row, column): (usize, usize)) -> &mut E {
        &mut self.elements[row * self.columns + column]
    }
}
