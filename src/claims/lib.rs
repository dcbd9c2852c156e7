//! The claim language: statements about networks and their allocations, checked exhaustively, smallest first.
//!
//! A claim file is Starlark, a deterministic dialect of Python without side effects. `claim(…)` states that a condition holds
//! for every network and every allocation given; checking evaluates it on all of them and reports the first, so smallest,
//! counterexample. A claim only asks; dimensions come from [`allocert_core::reach`].

#![allow(unsafe_code)] // The language's derive macros implement an unsafe marker trait; there is no other unsafe code.

mod changes;
mod check;
mod counterexample;
mod defined;
mod definitions;
mod error;
mod families;
mod file;
mod forward;
mod globals;
mod invariance;
mod late;
mod limits;
mod names;
mod native;
mod operators;
mod outcome;
mod reference;
mod rounding;
mod session;
mod slips;
mod source;
mod sweep;
mod tied;
mod unknown;
mod values;

pub use changes::{ChangeTextError, pinned, read_pin};
pub use check::{CheckOptions, Sampled, check, evidence_of_all, lost, sample};
pub use defined::Definition;
pub use definitions::{Definitions, network};
pub use error::ClaimError;
pub use families::{FAMILIES, Family};
pub use file::{Claim, LONGEST_LOADING, find, load, read};
pub use globals::Expect;
pub use outcome::{Checked, Counterexample, Outcome, Subject, Unsettled};
pub use reference::reference;
pub use session::{AskedMatch, Observation};
pub use source::Written;
