//! Exact dense linear algebra at the speed of the machine's floating-point matrix product.
//!
//! Residues modulo a prime p < 2^26 are kept as whole `f64` numbers of absolute value at most h = ⌊(p + 3)/2⌋. A product of two
//! is at most h², so a sum of up to [`Prime::terms`] of them stays below 2^53, where every whole number is an `f64` and
//! every sum and product of such numbers is exact, in whatever order and with or without fused multiplication. Matrices are
//! therefore multiplied by faer's `f64` product, and reduced modulo p only once in [`Prime::terms`] terms: 2,047 for the
//! largest prime below 2^22, 512 below 2^23, 127 below 2^24, 8 below 2^26. Nothing else here rounds.
//!
//! [`Echelon`] is the decomposition A = P·L·E, blocked and recursive, on all threads of rayon's pool; ranks, reduced echelon
//! forms, kernels, determinants and inverses follow from it. [`exact`] puts several primes together for the integers and the
//! rationals. Results do not depend on the number of threads.
#![deny(unsafe_code)]
#![warn(missing_docs, unreachable_pub)]

mod echelon;
pub mod exact;
mod matrix;
mod prime;
mod product;
mod triangle;

pub use echelon::{Echelon, Reduced};
pub use matrix::Matrix;
pub use prime::{Prime, is_prime};
