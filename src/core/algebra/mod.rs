//! Exact algebra: linear algebra over any field, linear inequalities, polynomials, Gröbner bases, real roots.

mod arrangement;
mod basis;
mod elimination;
mod groebner;
mod inertia;
mod lifting;
mod linear_system;
mod matrix;
mod minor;
mod monomial;
mod parametrization;
mod polynomial;
mod presolve;
mod quotient;
mod real_roots;
mod real_solutions;
mod reduced;
mod refutation;
mod univariate;

pub use arrangement::{AffineForm, cells};
pub use basis::{Basis, first_basis};
pub use elimination::{RowSpace, rank};
pub use groebner::{Groebner, Limits};
pub use inertia::Inertia;
pub use lifting::{Primes, rational_of};
pub use linear_system::{Constraint, Feasibility, LinearSystem, Sign};
pub use matrix::Matrix;
pub use minor::minor;
pub use monomial::{Monomial, Monomials};
pub use parametrization::Parametrization;
pub use polynomial::{Polynomial, Polynomials, Term};
pub use quotient::QuotientAlgebra;
pub use real_roots::{count_real_roots, has_real_root};
pub use real_solutions::{Finding, RealCount, Solver, Undecided};
pub use refutation::Refutation;
pub use univariate::is_squarefree;
