//! The exact core of allocert: which dimensions can a network reach, and with what probability does it match another one, when
//! only some of its weights (an *allocation*) may learn?
//!
//! # The reachable dimension of one allocation
//!
//! A network is read from text or made by a constructor; an allocation is read against its [`allocation::Layout`], which knows
//! the tensors. The answer carries its evidence: proved, or an error of at most a stated power of 2.
//!
//! ```
//! use allocert_core::allocation;
//! use allocert_core::control::Control;
//! use allocert_core::network::{Network, Samples};
//! use allocert_core::reach::{Evidence, Settings, rank};
//!
//! let network: Network = "lffn([2, 2, 2])".parse()?;
//! let row_and_column = allocation::parse(network.layout(), "W1[0,:] W2[:,0]")?;
//! let settings = Settings { seed: 1, error_log2: -100 };
//! let answer = rank(&network, &row_and_column, Samples::Functional, settings, &Control::unlimited())?;
//!
//! assert_eq!(answer.dim.value, 3); // of 4 learnable weights
//! assert_eq!(answer.dim.evidence, Evidence::Proved);
//! assert!(!answer.spans());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! With the feature `faer` large matrices are eliminated by floating-point matrix products, exactly; without it the crate builds in
//! half the time, and finds the same dimensions; bounds on errors may be others, since other primes are drawn.
//!
//! # All allocations
//!
//! [`reach::scan`] counts them by size and dimension without visiting them; [`reach::law`] finds the one formula that they obey,
//! with the reasons why weights are redundant.
//!
//! ```
//! use std::time::Duration;
//! use allocert_core::control::Control;
//! use allocert_core::network::{Network, Samples};
//! use allocert_core::reach::{LawOptions, ScanOptions, Settings, law, scan};
//!
//! let network = Network::lrnn(1, 3, 1, 7, false)?;
//! let settings = Settings { seed: 1, error_log2: -20 };
//! let control = Control::unlimited().within(Duration::from_secs(600));
//! let counted = scan(&network, Samples::Functional, &ScanOptions::default(), settings, &control)?;
//! assert_eq!(counted.table.entries().map(|(_size, _dim, number)| number).sum::<rug::Integer>(), 1 << 15);
//!
//! let law = law(&network, Samples::Functional, &LawOptions::default(), settings, &control)?;
//! assert_eq!(law.flats.len(), 5);
//! assert!(law.whole().is_ok(), "no limit stopped it");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A best choice
//!
//! [`reach::design`] returns an allocation of a size with the largest dimension, and why none is better.
//!
//! ```
//! use allocert_core::control::Control;
//! use allocert_core::network::{Network, Samples};
//! use allocert_core::reach::{DesignOptions, Optimal, Settings, design};
//!
//! let network = Network::lffn(&[3, 3, 2], false)?;
//! let settings = Settings { seed: 1, error_log2: -100 };
//! let best = design(&network, Samples::Functional, 6, &DesignOptions::default(), settings, &Control::unlimited())?;
//! assert_eq!((best.dim.value, best.optimal), (6, Optimal::EveryWeight));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Whether a random student matches a random teacher
//!
//! [`matching::decide`] looks for a law first, then decides random instances exactly. What stays undecided is never counted as a
//! match or as none.
//!
//! ```
//! use allocert_core::allocation;
//! use allocert_core::control::Control;
//! use allocert_core::matching::{MatchOptions, Verdict, decide};
//! use allocert_core::network::{Network, Samples};
//! use allocert_core::reach::Settings;
//!
//! let network = Network::lffn(&[2, 2, 2], false)?;
//! let layer = allocation::parse(network.layout(), "W1")?;
//! let settings = Settings { seed: 1, error_log2: -100 };
//! let (options, control) = (MatchOptions::default(), Control::unlimited());
//! let answer = decide(&network, &layer, Samples::Functional, &options, settings, &control)?;
//! assert_eq!(answer.verdict, Verdict::One);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The rooms
//!
//! From the ground up: [`number`] and [`algebra`] compute exactly; [`allocation`] holds sets of weights; [`program`] holds forward
//! passes as lists of steps, and [`transcendence`] says when their exponentials are independent; [`network`] holds networks, each
//! with its label map and Jacobian; [`reach`] answers questions about reachable dimensions; [`matching`] about the chance that a
//! student matches a teacher. Integers and rationals of any size are those of [`rug`], which is exported here.
//!
//! Long calls take a [`control::Control`]: a flag that stops them, a limit of time, and whoever watches. They use the thread pool of rayon that they are called in, and no answer
//! depends on the number of threads. Nothing here prints, exits, or reads the environment.
#![deny(unsafe_code)]
#![warn(missing_docs, unreachable_pub)]

pub use rug;

pub mod algebra;
pub mod allocation;
pub mod control;
pub mod matching;
pub mod network;
pub mod number;
pub mod program;
pub mod reach;
pub mod text;
pub mod transcendence;
