//! Match probabilities: decided where a law settles them, otherwise estimated from exactly decided instances.

mod degree;
mod equations;

pub use degree::{Degree, DegreeCounter, DegreeEvidence, NoDegree};
