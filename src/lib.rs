//! **allocert** settles questions about *allocations*, the choice of which weights of a neural network may learn: exactly,
//! and for every allocation of a small network.
//!
//! This package is the command line, in `cli`; as a library it is a front door to the crates behind it. The exact ones are in
//! `allocert-core`: [`number`] and [`algebra`] compute exactly; [`allocation`] holds sets of weights; [`network`] holds
//! networks, each with its label map and Jacobian; [`reach`] answers questions about reachable dimensions; [`matching`] about
//! the chance that a student matches a teacher. [`claims`] lets people state what they think is true of both, and checks it;
//! [`certificate`] writes answers down as proofs, [`checker`] checks them, and [`coq`]
//! turns them into files that Coq checks; [`training`] trains; [`ask`] holds questions that take several of these; [`record`] holds answers as
//! data; [`report`] shows records as pages and tables, with the drawings of [`plot`].
//!
//! How each question is asked is on the front page of `allocert-core`. An answer becomes a certificate, and the checker, which
//! shares nothing with the engine but the format, confirms it:
//!
//! ```
//! use allocert::control::Control;
//! use allocert::network::{Network, Samples};
//! use allocert::{allocation, certificate, checker, reach};
//!
//! let network: Network = "lffn([2, 2, 2])".parse()?;
//! let learnable = allocation::parse(network.layout(), "W1[0,:] W2[:,0]")?;
//! let settings = reach::Settings { seed: 1, error_log2: -100 };
//! let answer = reach::rank(&network, &learnable, Samples::Functional, settings, &Control::unlimited())?;
//!
//! let written = certificate::of_rank(&answer)?;
//! assert_eq!(checker::check(written.as_bytes()).verdict, checker::Verdict::Valid);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(unsafe_code)]
#![warn(missing_docs, unreachable_pub)]

// The command line names the crates by this door, like any other program.
extern crate self as allocert;

#[doc(hidden)]
pub mod cli;

pub use allocert_ask as ask;
pub use allocert_checker as checker;
pub use allocert_claims as claims;
pub use allocert_coq as coq;
pub use allocert_core::{algebra, allocation, control, matching, network, number, program, reach, text};
pub use allocert_prove as certificate;
pub use allocert_record as record;
pub use allocert_report as report;
pub use allocert_report::plot;
pub use allocert_train as training;
