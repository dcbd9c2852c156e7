//! The exact core of allocert: which dimensions can a network reach, and with what probability does it match another one, when
//! only some of its weights (an *allocation*) may learn?
//!
//! The rooms, from the ground up: [`number`] and [`algebra`] compute exactly; [`allocation`] holds sets of weights;
//! [`program`] holds forward passes as lists of steps;
//! [`network`] holds networks, each with its label map and Jacobian; [`reach`] answers questions about reachable dimensions;
//! [`matching`] about the chance that a student matches a teacher.
#![deny(unsafe_code)]
#![warn(missing_docs, unreachable_pub)]

pub mod algebra;
pub mod allocation;
pub mod matching;
pub mod network;
pub mod number;
pub mod program;
pub mod reach;
pub mod text;
pub mod transcendence;
