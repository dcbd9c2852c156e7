//! Reachable dimensions: the generic Jacobian matroid of a network, its ranks, and how surely they are known.
//!
//! Ranks are computed at random points modulo random primes. A rank found there is *proved* as a lower bound: it shows
//! a minor that is not the zero polynomial. As an upper bound it is proved only with an algebraic reason
//! ([`Reason`]); otherwise it is wrong with a probability that [`Chance`] bounds.
//!
//! A network with kinks has such a matroid on each activation pattern; [`Patterns`] draws patterns, and a dimension is the
//! largest over them. [`Dimensions`] is either.

mod analytic;
mod bounds;
mod chance;
mod count;
mod design;
mod dimensions;
mod flats;
mod fold;
mod listing;
mod matroid;
mod orbits;
mod patterns;
mod pieces;
pub mod point;
mod rank;
mod scan;
mod scan_patterns;
mod symmetry;
mod wide;

pub(crate) use chance::missed_minor_log2;
pub use chance::{Chance, Evidence};
pub use count::Table;
pub use count::count_all;
pub use design::{Design, DesignOptions, Optimal, design};
pub use dimensions::Dimensions;
pub use flats::{Affine, Disagreement, Family, Fit, Member, Numbers, Term, feature_names};
pub use flats::{Complete, Exchange, Flat, Kind, Law, LawOptions, Obstruction, law};
pub use listing::{OrbitCount, Row, list};
pub use matroid::{JacobianMatroid, Trial};
pub use orbits::{Orbit, Orbits};
pub use patterns::{DRAWS, Distribution, Patterns};
pub use pieces::{PieceResult, Pieces};
pub use point::IntegerPoint;
pub use rank::{Answer, Dimension, Ranks, Reason, Settings, rank, theorems};
pub use scan::{Partial, Scan, ScanOptions, scan, scan_cost};
pub use scan_patterns::Drawn;
pub use symmetry::{Group, MOST_ELEMENTS, MOST_POINTS, Set};

use std::time::Duration;

use crate::control::Stopped;
use crate::network::Samples;
use crate::transcendence::Obscure;

/// Why a question about dimensions cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReachError {
    /// The label map is not polynomial.
    #[error(
        "{network}: its label map has kinks, so its allocations do not form one matroid (no circuit, basis, closure or degree)\n  use rank, scan or match (in claims: dim, spans, free, counts or match): these are answered over activation patterns"
    )]
    NotOneMatroid {
        /// The network.
        network: String,
    },
    /// What an analytic network computes is not understood modulo primes.
    #[error("{network}: its dimensions are open\n  {reason}")]
    Obscure {
        /// The network.
        network: String,
        /// Why.
        reason: Obscure,
    },
    /// The question is answered for polynomial networks only.
    #[error(
        "{network}: {what} of a network with exponentials, quotients or roots is not answered\n  ask for dimensions"
    )]
    OnlyPolynomial {
        /// The network.
        network: String,
        /// What was asked for.
        what: &'static str,
    },
    /// A rank that nothing bounds from above.
    #[error(
        "{network}: a dimension of at least {least} is open\n  ranks at random points have no bound on their error there, and nothing else shows that it is not larger"
    )]
    OpenDimension {
        /// The network.
        network: String,
        /// The rank that was found.
        least: usize,
    },
    /// Drawing activation patterns would take too long.
    #[error(
        "{network} ({samples}): {draws} activation patterns take about {products} products, over the limit of {limit}\n  draw fewer, {}", smaller(.samples)
    )]
    TooManyDraws {
        /// The network.
        network: String,
        /// The samples, as text.
        samples: String,
        /// The draws asked for.
        draws: u64,
        /// The products.
        products: u64,
        /// The most that are allowed.
        limit: u64,
    },
    /// Every random draw of weights and inputs was on a border between activation patterns.
    #[error(
        "{network}: none of {draws} random draws shows an activation pattern: something under relu is always 0\n  leave it out of the forward pass"
    )]
    NoPattern {
        /// The network.
        network: String,
        /// The draws.
        draws: u64,
    },
    /// The Jacobian would not fit the stated limit.
    #[error(
        "{network} ({samples}): its Jacobian has {rows} × {columns} entries, over the limit of {limit}\n  {}", smaller(.samples)
    )]
    JacobianTooLarge {
        /// The network.
        network: String,
        /// The samples, as text.
        samples: String,
        /// Its rows.
        rows: u64,
        /// Its columns.
        columns: u64,
        /// The most entries that are allowed.
        limit: u64,
    },
    /// The Jacobian or its elimination would take too long.
    #[error(
        "{network} ({samples}): its Jacobian and elimination take about {products} products, over the limit of {limit}\n  {}", smaller(.samples)
    )]
    TooMuchWork {
        /// The network.
        network: String,
        /// The samples, as text.
        samples: String,
        /// The products.
        products: u64,
        /// The most that are allowed.
        limit: u64,
    },
    /// More labels than a machine word counts.
    #[error("{network}: the number of labels at {samples} samples does not fit 64 bits\n  take fewer samples")]
    TooManyLabels {
        /// The network.
        network: String,
        /// The number of samples.
        samples: u64,
    },
    /// Zero samples.
    #[error("samples is 0\n  give at least 1 sample, or leave it out for the functional dimension")]
    NoSamples,
    /// Sizes that no allocation has.
    #[error("there is no allocation of {least} weights or more inside {weights} weights\n  ask for smaller sizes")]
    NoSuchSizes {
        /// The smallest size asked for.
        least: usize,
        /// The weights to choose from.
        weights: usize,
    },
    /// Fewer weights may be chosen than are asked for.
    #[error("{asked} weights are asked for, and {allowed} may be chosen\n  ask for fewer, or allow more")]
    TooFewWeights {
        /// How many are asked for.
        asked: usize,
        /// How many the constraints allow.
        allowed: usize,
    },
    /// The inputs alone would not fit the stated limit.
    #[error(
        "{network} ({samples}): {inputs} inputs of {entries} entries each are over the limit of {limit} entries\n  {}", smaller(.samples)
    )]
    InputsTooLarge {
        /// The network.
        network: String,
        /// The samples, as text.
        samples: String,
        /// The inputs.
        inputs: u64,
        /// The entries of one input.
        entries: u64,
        /// The most entries that are allowed.
        limit: u64,
    },
    /// Too many weights to count over.
    #[error("allocations inside {weights} weights, over the limit of {limit}\n  choose among fewer")]
    TooManyWeights {
        /// The weights to choose from.
        weights: usize,
        /// The most that are allowed.
        limit: usize,
    },
    /// The bound on the error cannot be reached.
    #[error("an error of at most 2^{asked} cannot be reached for {}\n  {}", question(*.weights), reachable(*.possible))]
    ErrorTooSmall {
        /// The weights, if the question is about all allocations of them.
        weights: Option<usize>,
        /// What was asked for.
        asked: i64,
        /// What is possible.
        possible: i64,
    },
    /// A count that was stopped.
    #[error("{}", stopped_count(*.why, *.limit, percent(*.done, *.parts)))]
    StoppedCount {
        /// By what.
        why: Stopped,
        /// The limit of time that there was.
        limit: Option<Duration>,
        /// How much was done,
        done: usize,
        /// of so much.
        parts: usize,
        /// What was counted by then.
        counted: Option<Box<Partial>>,
    },
    /// What was stopped before there was any answer.
    #[error("{}", stopped(*.0))]
    Stopped(#[from] Stopped),
    /// More orbits of one size than are held at a time.
    #[error(
        "up to {orbits} orbits of one size, over the limit of {limit}\n  list those inside fewer weights, or of fewer sizes{}",
        .fits.map(|size| format!("; sizes up to {size} fit")).unwrap_or_default()
    )]
    TooManyOrbits {
        /// The most of one size.
        orbits: String,
        /// The limit.
        limit: u64,
        /// The largest size up to which they can be listed.
        fits: Option<usize>,
    },
    /// A listing that was stopped.
    #[error("stopped after {orbits} of {all} orbits")]
    StoppedListing {
        /// The orbits gone through.
        orbits: u64,
        /// All of them.
        all: String,
    },
    /// An enumeration up to symmetry that does not prove itself complete.
    #[error(
        "the orbits of size {size} hold {found} allocations, not {all}; this is a defect of the program\n  please report the command"
    )]
    Incomplete {
        /// The size.
        size: usize,
        /// How many allocations were found.
        found: String,
        /// How many there are.
        all: String,
    },
    /// A law that was asked for whole, and was stopped.
    #[error("the law of {network} was stopped by {limit}: its list of flats may lack some\n  {mend}")]
    StoppedLaw {
        /// The network.
        network: String,
        /// What stopped it.
        limit: String,
        /// What may help.
        mend: &'static str,
    },
    /// Pieces of a count that are not those of this request.
    #[error("the pieces do not fit this request: one is missing, or has entries that no count has\n  count them again")]
    PiecesDoNotFit,
    /// Pieces of a count that do not add up.
    #[error("the pieces hold {found} allocations of size {size}, not {all}\n  one of them is wrong: count them again")]
    WrongTotal {
        /// The size.
        size: usize,
        /// How many allocations were found.
        found: String,
        /// How many there are.
        all: String,
    },
    /// Two independent counts disagreed more often than chance allows.
    #[error(
        "counts at independent random points keep disagreeing; this is a defect of the program\n  please report the command"
    )]
    Disagreement,
}

/// What makes a question smaller: fewer samples, or a number of samples where none was named.
pub(crate) fn smaller(samples: &str) -> &'static str {
    if samples == Samples::Functional.to_string() {
        "ask of a few samples, or of a smaller network"
    } else {
        "take fewer samples or a smaller network"
    }
}

/// What stopped a count, and what may help.
fn stopped_count(why: Stopped, limit: Option<Duration>, percent: usize) -> String {
    match (why, limit) {
        (Stopped::Time, limit) => format!(
            "stopped by the time limit of {} s, after about {percent} % of the count\n  give more time, or count inside fewer weights or fewer sizes",
            limit.unwrap_or_default().as_secs()
        ),
        (why, _) => format!("{} after about {percent} % of the count", stopped(why)),
    }
}

/// What stopped a question.
fn stopped(why: Stopped) -> String {
    match why {
        Stopped::Asked => "interrupted".to_owned(),
        Stopped::Time => "stopped by the time limit\n  give more time, or ask about a smaller network".to_owned(),
        other => format!("stopped by {other}"),
    }
}

/// A share in per cent, not 100 before the end.
fn percent(done: usize, parts: usize) -> usize {
    (done as u128 * 100 / parts.max(1) as u128) as usize
}

/// What a bound cannot be reached for.
fn question(weights: Option<usize>) -> String {
    weights.map_or_else(|| "this question".to_owned(), |n| format!("all 2^{n} allocations together"))
}

/// The mend for an error bound that is too small.
fn reachable(possible: i64) -> String {
    if possible < 0 {
        format!("ask for at most 2^{possible}, which can")
    } else {
        "no bound can: ask about fewer allocations, a smaller network or a lower degree".to_owned()
    }
}

impl ReachError {
    /// What stopped the work, if whoever watched it did, or the time.
    pub fn stopped(&self) -> Option<Stopped> {
        match self {
            ReachError::StoppedCount { why, .. } | ReachError::Stopped(why) => Some(*why),
            _ => None,
        }
    }

    /// Whether the question is too large for one way of answering it, so that another may be tried.
    fn is_too_large(&self) -> bool {
        self.is_limit() && self.stopped().is_none()
    }

    /// Whether a stated limit stopped the work, rather than a wrong request.
    pub fn is_limit(&self) -> bool {
        matches!(
            self,
            ReachError::StoppedCount { .. }
                | ReachError::Stopped(_)
                | ReachError::OpenDimension { .. }
                | ReachError::InputsTooLarge { .. }
                | ReachError::TooMuchWork { .. }
                | ReachError::TooManyDraws { .. }
                | ReachError::JacobianTooLarge { .. }
                | ReachError::TooManyWeights { .. }
                | ReachError::TooManyOrbits { .. }
                | ReachError::StoppedListing { .. }
                | ReachError::StoppedLaw { .. }
        )
    }
}
