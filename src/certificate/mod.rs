//! Certificates: every answer written down as a proof that others can check.
//!
//! The format is in [`format`]; each rule has a writer. Nothing here decides whether a proof is good: that is for the checker.

pub mod format;
