//! Exact linear algebra over any field.

mod elimination;
mod matrix;

pub use elimination::{RowSpace, rank};
pub use matrix::Matrix;
