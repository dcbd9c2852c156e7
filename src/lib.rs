//! **allocert** settles questions about *allocations*, the choice of which weights of a neural network may learn: exactly,
//! and for every allocation of a small network.
//!
//! The rooms, from the ground up: [`number`] and [`algebra`] compute exactly; [`allocation`] holds sets of weights;
//! [`network`] holds the families of networks, each with its label map and Jacobian; [`reach`] answers questions about
//! reachable dimensions; [`matching`] about the chance that a student matches a teacher; [`claims`] lets people state what
//! they think is true of both, and checks it; [`record`] holds answers as data; [`plot`] draws numbers;
//! [`report`] shows records as pages and tables.
#![deny(unsafe_code)]
#![warn(missing_docs, unreachable_pub)]

pub mod algebra;
pub mod allocation;
pub mod certificate;
pub mod checker;
pub mod claims;
pub mod matching;
pub mod network;
pub mod number;
pub mod plot;
pub mod reach;
pub mod record;
pub mod report;
pub mod text;
pub mod training;
