//! Answers as data: the JSON fields of each command, written by the command line and read back by reports.
//!
//! A record holds what a script may rely on, in the words of the interface; fields are added, never renamed. It computes
//! nothing: everything in it is in the answer that it is made of.

mod again;
mod classify;
mod compare;
mod design;
mod diagram;
mod fit;
mod law;
mod matching;
mod rank;
mod run;
mod scan;
mod survey;
mod symmetries;
mod train;
mod verify;

pub use again::{Unmatched, commands};
pub use classify::{Classify, ClassifyMaximal, MaximalRow};
pub use compare::{Compare, CompareRow};
pub use design::{Alternative, Design};
pub use diagram::{Diagram, Group, Tensor};
pub use fit::DataFit;
pub use law::{Flat, Kind, Law};
pub use matching::{Match, Sampled, TrainedStudents};
pub use rank::{Exchange, Obstruction, Rank};
pub use run::{Request, Run};
pub use scan::{Drawn, Scan, Symmetry};
pub use survey::SurveyRow;
pub use symmetries::{Direction, Permutation, SignChange, Symmetries, SymmetriesError};
pub use train::{Replay, Train, TrialRun};
pub use verify::{Counterexample, Definition, Observation, Point, Trained, Trend, Verify};
