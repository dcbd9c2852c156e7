//! Questions that take more than one room to answer, as they are asked from the command line and from Python: each gives the same
//! record to whoever asks.
#![deny(unsafe_code)]
#![warn(missing_docs, unreachable_pub)]

mod beside;
mod check;
mod law;
mod rank;
mod train;

pub use beside::trained_beside;
pub use check::check;
pub use law::law;
pub use rank::{MOST_PROVED, rank, rank_record, reason, settled};
pub use train::train;
