//! Exact algebra: linear algebra over any field, polynomials, Gröbner bases, real roots.

mod elimination;
mod groebner;
mod matrix;
mod monomial;
mod polynomial;
mod quotient;
mod univariate;

pub use elimination::{RowSpace, rank};
pub use groebner::{Groebner, Limits, Stopped};
pub use matrix::Matrix;
pub use monomial::{Monomial, Monomials};
pub use polynomial::{Polynomial, Polynomials, Term};
pub use quotient::QuotientAlgebra;
pub use univariate::is_squarefree;
