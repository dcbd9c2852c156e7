//! Certificates: every answer written down as a proof that others can check.
//!
//! The format is in [`mod@format`]; [`of_rank`] and its like write it. Nothing here decides whether a proof is good: that is for the
//! checker, which shares only the format.

mod cayley;
mod claim;
mod condition;
mod count;
mod engine;
mod exact;
mod formal;
pub use allocert_format as format;
mod functions;
mod ground;
mod identities;
mod instance;
mod kernel;
mod law;
mod laws;
mod matching;
mod odd;
mod own;
mod part;
mod pattern_bounds;
mod patterns;
mod polynomial;
mod rank;
mod section;
mod symmetry;
mod table;
mod tied;
mod unmatched;
mod upper;
mod writer;

pub use claim::{OfClaim, of_claim, of_claim_by};
pub use engine::{Elementary, Engine, Sound};
pub use functions::Place;
pub use law::{of_law, reasons_of_law, theorem_of_law};
pub use matching::{of_match, of_match_within};
pub use rank::{of_rank, of_rank_by};
use section::Section;

pub use own::carried_text;
pub use table::{Holes, MOST_WEIGHTS, of_table, of_table_by};
pub use writer::statement;

/// Why no certificate can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CannotCertify {
    /// No point with small integer entries shows the rank.
    #[error("no point with small integer entries shows the dimension\n  try another seed")]
    Point,
    /// All allocations of so many weights are too many.
    #[error("all allocations of {weights} weights are too many for a certificate, over the limit of {limit}")]
    TooManyWeights {
        /// The weights.
        weights: usize,
        /// The most weights.
        limit: usize,
    },
    /// Too many independent sets would have to be visited.
    #[error(
        "all allocations of {weights} weights have too many independent sets for a certificate, over the limit of {limit}"
    )]
    TooManySets {
        /// The weights.
        weights: usize,
        /// The most independent sets.
        limit: u64,
    },
    /// Matches of a network with kinks: its labels are not polynomial, and no rule knows its laws.
    #[error(
        "no certificate can be written of a match probability of a ReLU network: its labels are not polynomial\n  ask for no certificate, or take rank for the dimensions"
    )]
    Piecewise,
    /// Random labels, or another network, in place of a teacher: no rule is about them.
    #[error(
        "certificates speak of teachers of the same network, not of random labels or others\n  ask for no certificate, or take rank for the dimensions"
    )]
    OtherTeacher,
    /// A network with exponentials or quotients, where more is asked for than single dimensions and what does not span.
    #[error(
        "of a network with exponentials, logarithms or quotients only dimensions of single allocations can be certified\n  take rank, or ask for no certificate"
    )]
    Analytic,
    /// A network with square roots, or logarithms of what may not be positive.
    #[error(
        "no certificate can be written of a network with square roots, or with logarithms of what is not seen to be positive\n  ask for no certificate"
    )]
    Roots,
    /// Exponentials or logarithms whose arguments depend on each other, or are not shown to be independent.
    #[error(
        "no certificate can be written: the arguments of the exponentials are not shown to be independent, as Ax's theorem asks\n  ask for no certificate"
    )]
    Dependent,
    /// A network of one's own with kinks and with constants that are no integers.
    #[error(
        "no certificate can be written of a network of one's own with relu and constants that are no integers\n  ask for no certificate, or multiply the constants"
    )]
    FractionsAndKinks,
    /// A name that could be taken for another network's.
    #[error(
        "no certificate can be written of a network with this name: it has invisible characters, or looks like lffn, lrnn, pnn or relu\n  give network(...) another name"
    )]
    Name,
    /// A tensor is called by a word of statements.
    #[error(
        "no certificate can be written of a network with a tensor that is called by a word of statements, such as `with`\n  give the tensor another name"
    )]
    TensorName,
    /// Two networks of one name with different programs.
    #[error(
        "no certificate can be written of two networks with one name and different programs\n  give network(...) a shape that tells them apart"
    )]
    TwoPrograms,
    /// A program over the limit.
    #[error(
        "the network's program has {bytes} bytes as text; a certificate carries at most {limit}\n  take a smaller network"
    )]
    LongProgram {
        /// Its length.
        bytes: usize,
        /// The most.
        limit: usize,
    },
    /// Integer points show more than the activation patterns that were drawn.
    #[error(
        "integer points show a larger dimension than the activation patterns drawn\n  try more draws, or another seed"
    )]
    Draws,
    /// The Jacobian is over a limit.
    #[error("the Jacobian is over a limit\n  take fewer samples or a smaller network")]
    Jacobian,
    /// Random points disagree.
    #[error("random points modulo random primes disagree\n  try another seed")]
    Trials,
}
