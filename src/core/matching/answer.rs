//! The answer to "with what probability can a random student match a random teacher?", and what it rests on.

use std::time::Duration;

use crate::allocation::Allocation;
use crate::control::{Control, Stopped};
use crate::network::{Network, Samples};
use crate::reach::{Dimension, Evidence, Settings};

use super::degree::{Degree, NoDegree};
use super::ensemble::Ensemble;
use super::exact::{Exact, Theorem};

/// What is known of a match probability MP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// MP = 0.
    Zero,
    /// MP = 1.
    One,
    /// 0 < MP < 1.
    Fractional,
    /// None of these.
    Undecided,
}

impl Verdict {
    /// `zero`, `one`, `fractional` or `undecided`.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Zero => "zero",
            Verdict::One => "one",
            Verdict::Fractional => "fractional",
            Verdict::Undecided => "undecided",
        }
    }
}

/// Whether a hypothesis of a law is known to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hypothesis {
    /// For a reason.
    Checked(&'static str),
    /// Except with probability at most 2 to this power.
    Bounded(i64),
    /// It usually holds, but was not checked.
    Likely,
}

impl Hypothesis {
    /// How it is known; that it usually holds is no evidence.
    pub fn evidence(self) -> Evidence {
        match self {
            Hypothesis::Checked(_) => Evidence::Proved,
            Hypothesis::Bounded(error_log2) => Evidence::within(error_log2),
            Hypothesis::Likely => Evidence::Open,
        }
    }
}

impl std::fmt::Display for Hypothesis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Hypothesis::Checked(reason) => write!(f, "checked ({reason})"),
            Hypothesis::Bounded(error_log2) => write!(f, "error ≤ 2^{error_log2}"),
            Hypothesis::Likely => write!(f, "likely"),
        }
    }
}

/// Why a smaller question has the same answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// Of a linear recurrent network with one input all of whose decoder learns, or with one output all of whose encoder does, nothing else
    /// matters than what of the recurrent matrix learns.
    Poles,
    /// One hidden unit, of whose outputs all but one at most are free: this row of the decoder is enough.
    State {
        /// The row.
        row: usize,
    },
    /// Above a hidden layer of one unit any scale will do, or just one: what is below decides.
    Below {
        /// The layer.
        layer: usize,
    },
    /// Below a hidden layer of one unit any scale will do: what is above decides.
    Above {
        /// The layer.
        layer: usize,
    },
    /// So many weights into an output learn that it takes any labels: the others decide.
    Output {
        /// The output.
        output: usize,
    },
}

impl std::fmt::Display for Reduction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reduction::Poles => write!(f, "law of poles"),
            Reduction::State { row } => write!(f, "bottleneck law, one hidden unit and row {row} of its decoder"),
            Reduction::Below { layer } => write!(f, "bottleneck law, below layer {layer}"),
            Reduction::Above { layer } => write!(f, "bottleneck law, above layer {layer}"),
            Reduction::Output { output } => write!(f, "output {output} takes any labels"),
        }
    }
}

/// Why the verdict is what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Zero-positive law: the allocation does not span.
    NotSpanning,
    /// Affine 0-1 law: the labels are affine in the learnable weights, and the allocation spans.
    Affine,
    /// Monotonicity and the affine 0-1 law for this basis inside the allocation.
    AffineBasis(Allocation),
    /// Odd-degree law.
    OddDegree,
    /// Monotonicity and the odd-degree law for this basis inside the allocation.
    OddBasis(Allocation),
    /// Odd-section law: a generic affine subspace of the learnable weights has this odd number of complex students.
    OddSection(usize),
    /// Odd-slice law: where surplus weights are held, at 0, or as multiples of others, this odd number of complex students match.
    OddSlice {
        /// The surplus weights at 0.
        zeros: Allocation,
        /// Those that are multiples of others.
        multiples: Allocation,
        /// How many match.
        degree: usize,
    },
    /// Odd-limit law: where the learnable weights go to their limits by these powers, this odd number of complex students match, or a
    /// part of them that is odd in number.
    OddLimit {
        /// Of each learnable weight, in order: −1 to infinity, 1 to zero, 0 to neither.
        powers: Vec<i32>,
        /// How many match.
        degree: usize,
    },
    /// Zero-positive law and fractional law.
    Fractional {
        /// The trial whose instance has δ distinct complex solutions and no real one.
        trial: u64,
        /// That the closure of the teacher's labels is normal at the instance's labels.
        normal: Hypothesis,
        /// That δ is not larger than it was counted.
        bounded: Hypothesis,
    },
    /// Zero-positive law, and an instance without a match; of more weights than dimensions, so that the fractional law says
    /// nothing about the instances near it.
    WithoutMatch {
        /// The trial.
        trial: u64,
    },
    /// A theorem gives the value, or bounds of it.
    Exact(Theorem),
    /// A smaller question has the same answer, for this reason.
    Smaller {
        /// Why it has.
        law: Reduction,
        /// Weights, and of which network where it is another one.
        what: String,
        /// Why the answer to that is what it is.
        because: Box<Reason>,
    },
    /// The allocation spans, no law applies, and no instance that shows MP < 1 was decided.
    NoLaw,
    /// A network with kinks: free units, and biases or affine functions, are as many as the samples.
    Memorising,
    /// A network with kinks, one sample: every output has a free bias, or a free weight from a unit that can be made active.
    OneSample,
    /// A network with kinks: output biases lift what units of free incoming weights have to add above 0.
    Lifting,
    /// A network with kinks: one unit matches all labels of one sign, and another one leaves it only such.
    OneSigned,
    /// A network with kinks, one input and one output: a unit and a bias match all monotone labels, and a slope makes them so.
    Monotone,
    /// A network with kinks, one input and no biases: one unit takes one side of 0, and another one the other.
    TwoSides,
    /// A network with kinks: an output with a frozen bias sees no learnable weight.
    StrayBias,
    /// A network with kinks: on no pair of activation patterns the student reaches the dimensions of the teacher.
    Counting,
    /// A network with kinks: the instance of this trial has a match that persists nearby, and the student's labels may lie in
    /// a cone that the teacher's leave.
    InstanceAndCone {
        /// The trial.
        trial: u64,
    },
    /// A network with kinks: student and teacher may both be silent, and the student's labels may lie in a cone that the
    /// teacher's leave.
    SilenceAndCone,
    /// A network with kinks: the instance of one trial, and all near it, has a match, or the silence law says that some have; that of
    /// another one, and all near it, has none.
    Instances {
        /// The trial of the one with a match.
        matched: Option<u64>,
        /// The trial of the one without.
        unmatched: u64,
    },
    /// A network with kinks, and no law applies.
    NoLawForKinks,
    /// Exponentials, quotients or roots: the allocation spans, so the probability is positive, and no law says more.
    Positive,
    /// Exponentials, quotients or roots: whether the allocation spans has no bound on its error.
    OpenDimension,
    /// The ensemble has no density, or special teachers: the laws say nothing about it.
    SpecialEnsemble,
    /// A teacher of another network, of which no law says anything: instances are decided.
    OtherTeacher,
    /// A teacher of another network whose labels have more dimensions than the allocation reaches.
    FewerThanTeacher,
    /// Random labels: the allocation reaches fewer dimensions than there are labels, and so a set of measure zero of them.
    FewerThanLabels,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reason::NotSpanning => write!(f, "zero-positive law: the allocation does not span"),
            Reason::Affine => write!(f, "affine 0-1 law: it spans, and the labels are affine in its weights"),
            Reason::AffineBasis(_) => write!(f, "affine 0-1 law and monotonicity: it contains an affine basis"),
            Reason::OddDegree => write!(f, "odd-degree law"),
            Reason::OddBasis(_) => write!(f, "odd-degree law and monotonicity: it contains a basis of odd degree"),
            Reason::OddSection(degree) => {
                write!(
                    f,
                    "odd-section law: complex students on a generic plane in its weights are odd in number: {degree}"
                )
            }
            Reason::OddSlice { multiples, degree, .. } => {
                let held = if multiples.is_empty() { "0" } else { "multiples of others" };
                write!(f, "odd-slice law: complex students with surplus weights {held} are odd in number: {degree}")
            }
            Reason::OddLimit { degree, .. } => {
                write!(
                    f,
                    "odd-limit law: complex students in a limit of the surplus weights are odd in number: {degree}"
                )
            }
            Reason::Fractional { trial, normal, bounded } => write!(
                f,
                "fractional law: the instance of trial {trial} has no real match; labels normal: {normal}, degree bounded: {bounded}"
            ),
            Reason::WithoutMatch { trial } => write!(
                f,
                "it spans, and the instance of trial {trial} has no real match; likely those near it have none either"
            ),
            Reason::Exact(theorem) => write!(f, "{theorem}"),
            Reason::Smaller { law, what, because } => write!(f, "{law}: as of {what}, and that by this: {because}"),
            Reason::NoLaw => {
                write!(f, "it spans, but no law settles it and no instance proves that the value is below 1")
            }
            Reason::Memorising => write!(f, "memorising law: as many units (and biases) are free as there are samples"),
            Reason::OneSample => {
                write!(f, "law of one sample: every output has a free bias, or a free weight from a free unit")
            }
            Reason::Lifting => {
                write!(f, "lifting law: free biases lift what units with as many free incoming weights as samples add")
            }
            Reason::OneSigned => {
                write!(f, "law of one sign: a unit matches labels of one sign, and another one leaves only such")
            }
            Reason::Monotone => {
                write!(
                    f,
                    "law of monotone labels: a free unit and a bias match these, and a free slope leaves only such"
                )
            }
            Reason::TwoSides => write!(f, "law of two sides: one unit takes one side of 0, and another one the other"),
            Reason::StrayBias => write!(f, "stray bias: an output with a frozen bias sees no learnable weight"),
            Reason::Counting => {
                write!(f, "counting law: on no activation pattern the labels of a teacher can be reached")
            }
            Reason::InstanceAndCone { trial } => {
                write!(f, "above 0 by the instance of trial {trial}, whose match persists nearby; cone law: below 1")
            }
            Reason::SilenceAndCone => write!(f, "silence and cone laws: above 0, and below 1"),
            Reason::Instances { matched: None, unmatched } => {
                write!(
                    f,
                    "silence law: above 0; below 1 by the instance of trial {unmatched}, which has no match nearby either"
                )
            }
            Reason::Instances { matched: Some(trial), unmatched } => write!(
                f,
                "above 0 by the instance of trial {trial}, whose match persists nearby; below 1 by that of trial {unmatched}, which has no match nearby either"
            ),
            Reason::NoLawForKinks => write!(f, "no law for networks with kinks settles it"),
            Reason::Positive => {
                write!(f, "zero-positive law: it spans, so the probability is positive; whether it is 1 is open")
            }
            Reason::OpenDimension => write!(f, "whether it spans has no bound on its error"),
            Reason::SpecialEnsemble => write!(f, "the laws say nothing about this ensemble"),
            Reason::OtherTeacher => write!(f, "no law settles it for teachers of that network"),
            Reason::FewerThanTeacher => {
                write!(
                    f,
                    "fewer dimensions than the teacher's labels have: what it reaches has measure zero among these"
                )
            }
            Reason::FewerThanLabels => {
                write!(f, "fewer dimensions than labels: what it reaches has measure zero among all labels")
            }
        }
    }
}

/// Why trials ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// The time was up.
    TimeLimit(Duration),
    /// Not one instance was decided, because of this limit.
    Limit(Stopped),
    /// So many instances in a thousand stay undecided, and more would not narrow the interval to half of it.
    Undecided(u32),
    /// Whoever asked does not want to wait longer.
    Request,
}

impl Halt {
    /// What this control's stop is for trials.
    pub(super) fn of(stopped: Stopped, control: &Control<'_>) -> Self {
        match stopped {
            Stopped::Time => Halt::TimeLimit(control.time_limit().unwrap_or_default()),
            Stopped::Asked => Halt::Request,
            limit => Halt::Limit(limit),
        }
    }

    /// Whether more time would have shown more.
    pub fn is_cut_short(self) -> bool {
        matches!(self, Halt::TimeLimit(_) | Halt::Request)
    }
}

impl std::fmt::Display for Halt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Halt::TimeLimit(limit) => write!(f, "the time limit of {} s", limit.as_secs_f64()),
            Halt::Limit(limit) => write!(f, "{limit}"),
            Halt::Undecided(permille) => write!(
                f,
                "the limit on undecided instances: {} % stay undecided, so that more would hardly narrow the interval",
                permille.div_ceil(10)
            ),
            Halt::Request => f.write_str("an interruption"),
        }
    }
}

/// What deciding random instances showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// How students, teachers and inputs were drawn.
    pub ensemble: Ensemble,
    /// How many instances were drawn.
    pub trials: u64,
    /// How many have a real match.
    pub matched: u64,
    /// How many have none.
    pub unmatched: u64,
    /// How many are neither; each counts as matched for the upper end of the interval, as unmatched for the lower.
    pub undecided: u64,
    /// The share of matched instances; nothing if some are undecided (those that can be decided are no random sample), or if
    /// none was drawn.
    pub probability: Option<f64>,
    /// The exact (Clopper-Pearson) 95 % interval, with undecided instances counted as unmatched for its lower end and as
    /// matched for its upper end.
    pub ci95: [f64; 2],
    /// How the decisions, taken together, are known.
    pub evidence: Evidence,
    /// The first instance with as many complex solutions as the matching degree, none of them real.
    pub without_match: Option<u64>,
    /// What ended the trials early.
    pub stopped: Option<Halt>,
}

/// A match probability.
#[derive(Clone, Debug)]
pub struct MatchAnswer {
    /// The network.
    pub network: Network,
    /// The allocation.
    pub allocation: Allocation,
    /// The samples.
    pub samples: Samples,
    /// How students, teachers and inputs are drawn.
    pub ensemble: Ensemble,
    /// The network of the teacher, where it is another one.
    pub taught_by: Option<String>,
    /// The dimension of its labels, a proved lower bound, where it is one number and could be computed.
    pub taught_dim: Option<usize>,
    /// ρ_m(A).
    pub dim: Dimension,
    /// D_m, of the student's network; of random labels, how many there are.
    pub teacher: Dimension,
    /// What is known.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// How the verdict is known; never by sampling for `zero` and `one`.
    pub evidence: Evidence,
    /// The matching degree, where the allocation is a basis; or why it is not known.
    pub degree: Option<Result<Degree, NoDegree>>,
    /// The value, or bounds of it, where a theorem gives them.
    pub exact: Option<Exact>,
    /// What sampling showed, where no law gives 0 or 1.
    pub estimate: Option<Estimate>,
    /// What was computed with.
    pub settings: Settings,
}

impl Estimate {
    /// How the value is known: by an interval, if it says anything.
    pub(super) fn of_value(&self) -> Evidence {
        if self.ci95 == [0.0, 1.0] { Evidence::Open } else { Evidence::Statistical }
    }
}

impl MatchAnswer {
    /// The verdicts that what is known leaves possible: one unless the verdict is undecided.
    pub fn possible(&self) -> &'static [Verdict] {
        use Verdict::{Fractional, One, Zero};
        match self.verdict {
            Zero => &[Zero],
            One => &[One],
            Fractional => &[Fractional],
            // It spans, so the zero-positive law leaves two.
            Verdict::Undecided if matches!(self.reason, Reason::NoLaw | Reason::Positive) => &[One, Fractional],
            Verdict::Undecided => &[Zero, One, Fractional],
        }
    }

    /// MP, where a law or a theorem gives a number, or where none says anything of it, its estimate. Nothing where a theorem
    /// encloses or bounds it, and where instances are undecided.
    pub fn probability(&self) -> Option<f64> {
        match (self.verdict, &self.exact) {
            (Verdict::Zero, _) => Some(0.0),
            (Verdict::One, _) => Some(1.0),
            (_, Some(exact)) => exact.value(),
            (_, None) => self.share(),
        }
    }

    /// The share of matched instances, if all were decided.
    pub fn share(&self) -> Option<f64> {
        self.estimate.as_ref().and_then(|e| e.probability)
    }

    /// What MP is known to lie in: one value, or the sharp enclosure of a theorem; a 95 % interval only where neither is there.
    pub fn range(&self) -> [f64; 2] {
        match (self.verdict, self.sharp()) {
            (Verdict::Zero, _) => [0.0, 0.0],
            (Verdict::One, _) => [1.0, 1.0],
            (_, Some(exact)) => exact.enclosure(),
            (_, None) => self.interval().unwrap_or_else(|| self.within([0.0, 1.0])),
        }
    }

    /// The 95 % interval of an estimate, within the bounds of a theorem; nothing where a law or a theorem says what the value is.
    pub fn interval(&self) -> Option<[f64; 2]> {
        self.estimate.as_ref().filter(|_| !self.is_given()).map(|e| self.within(e.ci95))
    }

    /// What of an interval lies within the bounds of a theorem; the bounds themselves if nothing does.
    pub fn within(&self, [low, high]: [f64; 2]) -> [f64; 2] {
        let Some([least, most]) = self.exact.as_ref().map(Exact::enclosure) else {
            return [low, high];
        };
        let both = [low.max(least), high.min(most)];
        if both[0] <= both[1] { both } else { [least, most] }
    }

    /// What ended the trials early, where these would have said more.
    pub fn stopped(&self) -> Option<Halt> {
        self.estimate.as_ref().filter(|_| !self.is_given()).and_then(|e| e.stopped)
    }

    /// What sampling showed beside a theorem that says the value, or bounds it.
    pub fn beside(&self) -> Option<&Estimate> {
        self.estimate.as_ref().filter(|_| self.exact.is_some())
    }

    /// What a theorem says of the value, if it is no mere bound.
    fn sharp(&self) -> Option<&Exact> {
        self.exact.as_ref().filter(|exact| exact.is_sharp())
    }

    /// Whether a law or a theorem says what MP is, so that no sample does.
    pub fn is_given(&self) -> bool {
        self.is_settled() || self.sharp().is_some()
    }

    /// Whether MP is known to be 0, or to be 1.
    pub fn is_settled(&self) -> bool {
        matches!(self.verdict, Verdict::Zero | Verdict::One)
    }
}
