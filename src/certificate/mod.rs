//! Certificates: every answer written down as a proof that others can check.
//!
//! The format is in [`format`]; [`of_rank`] and its like write it. Nothing here decides whether a proof is good: that is for the
//! checker, which shares only the format.

pub mod format;
mod ground;
mod kernel;
mod rank;
mod section;
mod upper;
mod writer;

pub use rank::of_rank;
use section::Section;

/// Why no certificate can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotCertify {
    /// No point with small integer entries shows the rank.
    #[error("no point with small integer entries shows the dimension\n  try another --seed")]
    Point,
}
