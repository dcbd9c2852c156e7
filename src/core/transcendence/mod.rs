//! Programs with exponentials, logarithms and square roots, evaluated modulo primes: by a theorem of Ax, exponentials of
//! independent arguments are independent variables.
//!
//! Let a program on m samples take exponentials E_i = exp(z_i) and logarithms ℓ_i = log(a_i), all samples together, in program
//! order, and let t be its weights and inputs. If the z_i and ℓ_i are linearly independent over the rationals modulo constants,
//! then t, the E_i and the ℓ_i are algebraically independent over the complex numbers (Ax, *On Schanuel's conjectures*, 1971). So
//! labels and Jacobian are rational functions of them, and the generic rank of the Jacobian is that at a random point modulo a
//! random prime with **a fresh random number for each exponential and each logarithm**; a minor that does not vanish there proves
//! the rank to be at least that.
//!
//! **The hypothesis** is checked by gradients. Let G have a row for each z_i and ℓ_i: its gradient in all of t, with ∂E = E·∂z and
//! ∂ℓ = ∂a/a, at enough points one after the other. If the rank of G modulo p is the number of rows, the arguments are
//! independent: in program order, a relation Σ c_j z_j = const among the first i would give a primitive integer vector that
//! annihilates G modulo p. For one sample and gradients by its inputs alone, the test settles any number of samples at once:
//! the derivative of a relation by the inputs of one sample only sees the arguments on that sample.
//!
//! **Where arguments are dependent**, z = c_0 + Σ c_b z_b with rational c_b over those before it, exp(z) is
//! e^c_0 · Π exp(z_b)^c_b, where exp(z_b)^(1/d) takes the place of the variable. For rational c_0 ≠ 0 the powers of e are powers of
//! one more variable (Lindemann). Coefficients are found modulo one prime and checked modulo others: a relation is then known
//! with a bound on the error, and so is what rests on it.
//!
//! **Square roots** are algebraic. At a point modulo p every radicand has to be a square; the inputs and exponentials of a sample
//! are drawn again until it is (of a radicand of weights, the weights; of a number, the prime). Signs may be chosen freely where
//! each root generates a field over those before it, which is shown by a *witness*: a point, modulo any prime, at which those
//! before it exist, and its radicand is no square. Without a witness nothing is said.
//! Real weights and inputs at which everything exists are looked for first (`real`).

mod echelon;
mod fractions;
mod places;
mod plan;
mod point;
mod real;

/// The theorem that dimensions of networks with exponentials or logarithms rest on.
pub const AX: &str = "Ax's theorem (On Schanuel's conjectures, 1971): exponentials of functions, each algebraic over the variables and the exponentials before it, that are linearly independent over the rationals modulo constants are algebraically independent over the variables";

pub use fractions::Height;
pub use plan::Plan;
pub use point::Point;

/// Why nothing is known of a program's exponentials, logarithms and square roots.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Obscure {
    /// No point was found where everything is defined.
    #[error(
        "no point modulo a prime was found at which all quotients and square roots exist, in {attempts} attempts\n  is something divided by zero, or the root of what is never a square?"
    )]
    NoPoint {
        /// How many points were tried.
        attempts: u64,
    },
    /// No real point was found where everything is defined.
    #[error(
        "no real weights and inputs were found at which all logarithms and square roots exist, at {points} points\n  does a radicand or the argument of a logarithm become positive only far from 0, or never?"
    )]
    NoRealPoint {
        /// How many points were tried.
        points: u64,
    },
    /// A square root that may be a rational function, or piecewise, of what comes before it.
    #[error(
        "the radicand of step {step} was a square at every point: it may depend on earlier roots, or be a square, and then the root is like |x|"
    )]
    DependentRoot {
        /// The step.
        step: usize,
    },
    /// A relation between arguments that cannot be used.
    #[error(
        "the arguments of the exponentials and logarithms depend on each other (step {step}) in a way that is not settled: {why}"
    )]
    Relation {
        /// The step whose argument depends on those before it.
        step: usize,
        /// Why the relation cannot be used.
        why: &'static str,
    },
    /// Too many exponentials for the joint check.
    #[error(
        "{arguments} exponentials and logarithms on all samples together, whose arguments depend on each other: checking them takes more than {limit} operations"
    )]
    TooMany {
        /// How many.
        arguments: usize,
        /// The most operations.
        limit: u64,
    },
}

#[cfg(test)]
mod tests;
