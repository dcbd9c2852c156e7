//! What came of checking a claim.

use std::path::PathBuf;
use std::time::Duration;

use allocert_core::allocation::Allocation;
use allocert_core::matching::Trend;
use allocert_core::network::{Network, Samples};
use allocert_core::reach::{Answer, Evidence, IntegerPoint};

use super::error::ClaimError;
use super::globals::Expect;
use super::session::{AskedMatch, Observation};
use super::source::Written;

/// The outcome of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds for every network and allocation it ranges over.
    Verified,
    /// It has a counterexample.
    Refuted,
    /// A trend is there, or samples support the statement.
    Supported,
    /// A trend is the other way round, or samples contradict the statement.
    Contradicted,
    /// It is not settled: expected to be open, stopped by a limit, or about nothing.
    Open,
}

impl Outcome {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Verified => "verified",
            Outcome::Refuted => "refuted",
            Outcome::Supported => "supported",
            Outcome::Contradicted => "contradicted",
            Outcome::Open => "open",
        }
    }
}

/// Why a check did not settle a claim.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsettled {
    /// The author says that the general statement is open; no counterexample was found.
    #[error("no counterexample among these; the general statement is open")]
    Conjecture,
    /// A trend that unclear pairs could turn.
    #[error("the pairs of allocations do not show a trend either way")]
    NoTrend,
    /// There is no network, or no allocation.
    #[error("there is nothing to check: no network, or no allocation, is in the ranges given")]
    Empty,
    /// `given` was never true.
    #[error("no instance satisfies the hypothesis, so nothing was checked")]
    Vacuous,
    /// There are more allocations than the limit.
    #[error("stopped by a limit: {allocations} allocations are more than {limit}")]
    TooMany {
        /// How many there are.
        allocations: String,
        /// The limit.
        limit: u64,
    },
    /// The time limit.
    #[error("stopped by a limit: {seconds} s for one claim")]
    TimeLimit {
        /// The limit.
        seconds: u64,
    },
    /// Something that the claim asks about is not known.
    #[error("not known for {instances} of the instances, such as {first}: {doubt}")]
    Undecided {
        /// For how many of them.
        instances: u64,
        /// The first of them.
        first: String,
        /// What is not known, and why.
        doubt: String,
        /// Whether a limit is the reason.
        is_limit: bool,
    },
    /// It rests on something that has no bound on its error.
    #[error("no counterexample that is known to be one; some dimension that it rests on has no bound on its error")]
    NoBound,
    /// A limit inside an evaluation.
    #[error("stopped by a limit: {0}")]
    Limit(String),
}

impl Unsettled {
    /// Whether a stated limit stopped the work.
    pub fn is_limit(&self) -> bool {
        match self {
            Unsettled::Conjecture | Unsettled::Vacuous | Unsettled::Empty | Unsettled::NoTrend | Unsettled::NoBound => {
                false
            }
            Unsettled::Undecided { is_limit, .. } => *is_limit,
            Unsettled::TooMany { .. } | Unsettled::TimeLimit { .. } | Unsettled::Limit(_) => true,
        }
    }
}

/// The result of checking one claim.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Its name.
    pub claim: String,
    /// Its file.
    pub file: PathBuf,
    /// The files that its file may use, in order.
    pub used: Vec<PathBuf>,
    /// The line it starts at.
    pub line: usize,
    /// What it says.
    pub statement: String,
    /// Its source, if given.
    pub source: Option<String>,
    /// Its proof in Markdown, if given.
    pub proof: Option<String>,
    /// What it asks, as written.
    pub written: Written,
    /// The networks it ranges over, each once, in the order given.
    pub ranges_over: Vec<Network>,
    /// The networks it ranges over with the fewest and with the most weights.
    pub range: Option<(String, String)>,
    /// What its author expects.
    pub expect: Expect,
    /// What came out, or the error that the claim's own expressions made.
    pub outcome: Result<Outcome, ClaimError>,
    /// Why it is open.
    pub unsettled: Option<Unsettled>,
    /// The networks (each at its numbers of samples) that were checked whole or in part.
    pub networks: usize,
    /// The allocations (or networks, for a claim about networks) that satisfy `given` and for which it is known whether `holds`
    /// is true, there or at an image.
    pub instances: u64,
    /// Those for which `given` was false.
    pub skipped: u64,
    /// Those for which it is not known whether the claim holds, because something that it asks about is not known.
    pub undecided: u64,
    /// How many evaluations of `holds` that took; nothing if every allocation was evaluated. Each is of the first allocation of an
    /// orbit for which it stands (or, on a network whose symmetries the claim does not admit, of a single one).
    pub orbits: Option<u64>,
    /// How what was asked about the instances is known; nothing if none was settled. Of the outcome it is [`Checked::known`].
    pub evidence: Option<Evidence>,
    /// The names of the rules by which it is known that dimensions are not larger, sorted; a theorem has its words behind a colon. `count`
    /// stands for matching degrees, `others` for dimensions that were not looked at.
    pub rules: Vec<String>,
    /// The smallest counterexample.
    pub counterexample: Option<Box<Counterexample>>,
    /// What its file should be told about, such as old names, each with its place.
    pub warnings: Vec<String>,
    /// What a trend is like.
    pub trend: Option<Trend>,
    /// The networks, each at a number of samples, whose dimensions were asked for.
    pub subjects: Vec<Subject>,
    /// The networks, each at a number of samples, of which instances were looked at, in that order.
    pub visited: Vec<(Network, Samples)>,
    /// Whether the outcome rests on their dimensions alone.
    pub only_dimensions: bool,
    /// The time it took.
    pub time: Duration,
}

/// A network at a number of samples, and what a claim asked about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The network.
    pub network: Network,
    /// The samples.
    pub samples: Samples,
    /// The allocations whose dimensions were asked for; nothing if they are many, or if more was asked about the network.
    pub dimensions: Option<Vec<(Allocation, usize)>>,
}

impl Checked {
    /// How the outcome is known; nothing if no instance was settled. An open one is not, however surely each instance holds that
    /// was looked at.
    pub fn known(&self) -> Option<Evidence> {
        let is_open = matches!(self.outcome, Ok(Outcome::Open));
        self.evidence.map(|evidence| if is_open { Evidence::Open } else { evidence })
    }

    /// Whether the outcome is the one expected.
    pub fn is_expected(&self) -> bool {
        let settled = |why: &Unsettled| {
            let undecided = matches!(why, Unsettled::Undecided { is_limit: false, .. });
            matches!(why, Unsettled::Conjecture | Unsettled::NoTrend) || undecided
        };
        let as_named = self.outcome.as_ref().is_ok_and(|outcome| outcome.name() == self.expect.name());
        as_named && self.unsettled.as_ref().is_none_or(settled)
    }

    /// Whether a stated limit kept the claim from being settled.
    pub fn is_stopped(&self) -> bool {
        self.unsettled.as_ref().is_some_and(Unsettled::is_limit)
            || self.outcome.as_ref().is_err_and(ClaimError::is_limit)
    }
}

/// An instance for which a claim's `holds` is false.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// The network.
    pub network: Network,
    /// The samples.
    pub samples: Samples,
    /// The allocation, for a claim about allocations.
    pub allocation: Option<Allocation>,
    /// What was claimed, as written.
    pub claimed: Option<String>,
    /// The values of both sides, with the sign between as written, if it is a comparison.
    pub sides: Option<(String, &'static str, String)>,
    /// The dimension of the allocation and the teacher's, asked anew with a smaller error.
    pub answer: Option<Answer>,
    /// An integer point at which the allocation's columns have that rank.
    pub point: Option<IntegerPoint>,
    /// Of one about a network as a whole: the first largest independent set of its weights, for a small network without kinks. That it is
    /// independent is proved; that it is largest is as sure as the teacher's dimension.
    pub basis: Option<Allocation>,
    /// The same of other allocations of the network that are not independent, as far as they were asked for: each with its first basis.
    pub bases: Vec<(Allocation, Allocation)>,
    /// Every dimension that was asked for.
    pub observations: Vec<Observation>,
    /// Every question about matches that was asked.
    pub questions: Vec<AskedMatch>,
    /// How all of that is known.
    pub evidence: Evidence,
}
