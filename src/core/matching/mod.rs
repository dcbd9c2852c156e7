//! Match probabilities: decided where a law settles them, otherwise estimated from exactly decided instances.
//!
//! A [`Matcher`] answers questions about one network. `zero` and `one` come from the laws only; random instances are each
//! decided exactly, and give an interval, and where they show an instance without a match, `fractional`. Networks with
//! kinks have laws and decisions of their own, in `piecewise`.

mod answer;
#[cfg(test)]
mod asked;
mod bottleneck;
mod choose;
mod classify;
#[cfg(test)]
mod consistency;
mod critical;
mod deep;
mod degeneration;
mod degree;
#[cfg(test)]
mod diagonals;
mod directions;
mod ensemble;
mod equations;
mod estimate;
mod exact;
mod indefinite;
mod instance;
mod interval;
mod laws;
mod listing;
mod matcher;
mod maximal;
mod orthogonal;
mod pairs;
mod piecewise;
mod planes;
mod poles;
mod powers;
mod quartics;
mod search;
mod shallow;
mod signs;
mod slices;
mod teacher;
mod terms;
mod tied;
mod trend;
mod witness;
#[cfg(test)]
mod zonoid;

pub use crate::algebra::Limits;
pub use answer::{Estimate, Halt, Hypothesis, MatchAnswer, Reason, Reduction, Verdict};
pub use choose::{Matching, choose};
pub use classify::{Classification, KeptBasis, MOST_CLASSIFIED, Open, Orbit, Why};
pub use degree::{Degree, DegreeCounter, NoDegree};
pub use ensemble::{Ensemble, UnknownEnsemble};
pub use estimate::{Search, Trials};
pub use exact::{Exact, Theorem};
pub use instance::{Cut, Decision, Instance, Wanted};
pub use interval::{binomial_tails, confidence_interval, interval_with_tails};
pub use listing::{Asked, Law, Matched, NoBasis, OrbitMatcher, Ruled};
pub use matcher::{MatchError, MatchOptions, Matcher, decide};
pub use maximal::{Maximal, MaximalTable, maximal};
pub use teacher::{TeacherError, taught_on};
pub use trend::{Case, Trend};
pub use witness::Proof;
