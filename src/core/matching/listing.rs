//! Matching degree and verdict of one allocation of each orbit, size after size.
//!
//! What holds of an allocation holds of its images. Laws are asked about bases only; a larger allocation has match
//! probability 1 if one of its parts with one weight less has, whose canonical form is looked up among those of the size
//! before. Only these are remembered: a word for each orbit of one size.

use rayon::prelude::*;

use crate::allocation::Allocation;
use crate::control::Control;
use crate::reach::{Evidence, Group, ReachError, Row, Set};

use super::answer::Verdict;
use super::degree::{Degree, NoDegree};
use super::ensemble::Ensemble;
use super::exact::Theorem;
use super::instance::Decision;
use super::laws::{boundedness, chosen, evidence_of_fraction, is_affine, normality};
use super::matcher::{MatchError, MatchOptions, Matcher};

/// What is asked of each orbit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its matching degree.
    pub degree: bool,
    /// The verdict on its match probability.
    pub verdict: bool,
    /// So many instances of a basis are decided at the most, in search of one without a match.
    pub trials: u64,
}

/// Why there is no matching degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoBasis {
    /// The allocation does not span.
    NotSpanning,
    /// It spans, and has more weights than the teacher has dimensions.
    Surplus,
    /// It is a basis, and the degree could not be counted.
    Uncounted(NoDegree),
}

impl std::fmt::Display for NoBasis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NoBasis::NotSpanning => write!(f, "no basis: it does not span"),
            NoBasis::Surplus => write!(f, "no basis: more weights than dimensions"),
            NoBasis::Uncounted(reason) => write!(f, "{reason}"),
        }
    }
}

/// The law behind a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// The allocation does not span.
    ZeroPositive,
    /// A basis whose labels are affine in its weights.
    Affine,
    /// A basis of odd matching degree.
    OddDegree,
    /// A part of it has match probability 1.
    Monotone,
    /// A basis, and the instance of this trial has as many distinct complex solutions as its degree, none of them real.
    Fractional {
        /// The trial.
        trial: u64,
    },
    /// A theorem gives the probability.
    Exact(Theorem),
    /// None.
    None,
}

impl std::fmt::Display for Law {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Law::ZeroPositive => write!(f, "zero-positive law"),
            Law::Affine => write!(f, "affine 0-1 law"),
            Law::OddDegree => write!(f, "odd-degree law"),
            Law::Monotone => write!(f, "monotonicity"),
            Law::Fractional { trial } => write!(f, "fractional law, trial {trial}"),
            Law::Exact(theorem) => write!(f, "{theorem}"),
            Law::None => write!(f, "no law"),
        }
    }
}

/// What is known of the match probability of an orbit's allocations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruled {
    /// MP.
    pub verdict: Verdict,
    /// Why.
    pub law: Law,
    /// How it is known; open where the verdict is undecided.
    pub evidence: Evidence,
}

/// Where no law says anything.
const UNDECIDED: Ruled = Ruled { verdict: Verdict::Undecided, law: Law::None, evidence: Evidence::Open };

/// What was asked of an orbit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// Its matching degree.
    pub degree: Option<Result<Degree, NoBasis>>,
    /// The verdict.
    pub ruled: Option<Ruled>,
}

/// Answers for the orbits of one network's allocations, smallest first.
#[derive(Debug)]
pub struct OrbitMatcher<'a> {
    matcher: &'a Matcher,
    group: &'a Group,
    asked: Asked,
    size: usize,
    /// Those of match probability 1 of the size before, and of this one.
    before: Certain,
    now: Certain,
}

/// Representatives of orbits with match probability 1, in canonical order, as falling words; and how that is known.
type Certain = Vec<(Set, Evidence)>;

impl<'a> OrbitMatcher<'a> {
    /// Starts before the first size.
    ///
    /// # Errors
    /// A network with kinks.
    pub fn new(matcher: &'a Matcher, group: &'a Group, asked: Asked) -> Result<Self, MatchError> {
        matcher.counter("a matching degree")?;
        let (before, now) = (Certain::default(), Certain::default());
        Ok(OrbitMatcher { matcher, group, asked, size: 0, before, now })
    }

    /// The smallest size whose orbits must be shown for the answers to larger ones.
    pub fn least_size(&self) -> usize {
        if self.asked.verdict { self.matcher.teacher().value } else { usize::MAX }
    }

    /// Answers for some orbits of one size, in parallel. Every orbit of every size from [`least_size`](Self::least_size) on must
    /// be shown, in the order of the enumeration. Costs a matching degree for each basis that is not affine, and the
    /// instances of each basis of even degree.
    ///
    /// # Errors
    /// A dimension that is not the one found at other random points; being stopped, after which nothing more can be asked.
    pub fn answer(&mut self, size: usize, rows: &[Row], control: &Control<'_>) -> Result<Vec<Matched>, MatchError> {
        if size != self.size {
            self.size = size;
            self.before = std::mem::take(&mut self.now);
        }
        let one = |row| {
            control.check().map_err(ReachError::from)?;
            let answer = self.one(row, control)?;
            // What a stop left open is no answer.
            control.check().map_err(ReachError::from)?;
            Ok(answer)
        };
        let answers = rows.par_iter().map(one).collect::<Result<Vec<Matched>, MatchError>>()?;
        for (row, answer) in rows.iter().zip(&answers) {
            let certain = answer.ruled.filter(|r| r.verdict == Verdict::One);
            if let (Some(ruled), Some(set)) = (certain, self.group.set(&row.representative)) {
                self.now.push((set, ruled.evidence));
            }
        }
        Ok(answers)
    }

    fn one(&self, row: &Row, control: &Control<'_>) -> Result<Matched, MatchError> {
        let Asked { degree, verdict, .. } = self.asked;
        let (dim, teacher) = (self.matcher.dim(&row.representative), self.matcher.teacher());
        if dim.value != row.dim {
            return Err(ReachError::Disagreement.into());
        }
        let of = |reason, verdict_, law, evidence| Matched {
            degree: degree.then_some(Err(reason)),
            ruled: verdict.then_some(Ruled { verdict: verdict_, law, evidence }),
        };
        if dim.value < teacher.value {
            return Ok(of(NoBasis::NotSpanning, Verdict::Zero, Law::ZeroPositive, dim.evidence));
        }
        if row.representative.size() == teacher.value {
            return self.basis(&row.representative, teacher.evidence, control);
        }
        if !verdict {
            return Ok(of(NoBasis::Surplus, Verdict::Undecided, Law::None, Evidence::Open));
        }
        if let Some(evidence) = self.certain_part(row) {
            return Ok(of(NoBasis::Surplus, Verdict::One, Law::Monotone, evidence));
        }
        let ruled = self.exact(&row.representative, teacher.evidence, control).unwrap_or(UNDECIDED);
        Ok(of(NoBasis::Surplus, ruled.verdict, ruled.law, ruled.evidence))
    }

    /// What a theorem says of an allocation that spans.
    fn exact(&self, allocation: &Allocation, spans: Evidence, control: &Control<'_>) -> Option<Ruled> {
        let exact = self.matcher.exact(allocation, Ensemble::Gaussian, control)?;
        let evidence = Evidence::all([exact.evidence, spans]);
        Some(Ruled { verdict: exact.verdict(), law: Law::Exact(exact.theorem), evidence })
    }

    /// How it is known, best of all parts with one weight less, that one of them has match probability 1.
    fn certain_part(&self, row: &Row) -> Option<Evidence> {
        let set = self.group.set(&row.representative)?;
        let bits = (0..u64::BITS).map(|place| 1 << place).filter(|bit| set & bit != 0);
        let known = bits.filter_map(|bit| {
            let part = self.group.canonical(set & !bit);
            let place = self.before.binary_search_by(|(known, _)| part.cmp(known)).ok()?;
            Some(self.before[place].1)
        });
        known.reduce(Evidence::better)
    }

    fn basis(&self, allocation: &Allocation, spans: Evidence, control: &Control<'_>) -> Result<Matched, MatchError> {
        let counter = &self.matcher.counter("a matching degree")?.under(control);
        let affine = is_affine(counter, allocation);
        let counted = if affine { Ok(Degree::ONE) } else { counter.degree(allocation) };
        let degree = self.asked.degree.then_some(counted.map_err(NoBasis::Uncounted));
        let ruled = self.asked.verdict.then(|| match counted {
            _ if affine => Ruled { verdict: Verdict::One, law: Law::Affine, evidence: spans },
            Ok(odd) if odd.value % 2 == 1 => {
                let evidence = Evidence::all([spans, odd.evidence]);
                Ruled { verdict: Verdict::One, law: Law::OddDegree, evidence }
            }
            counted => self.exact(allocation, spans, control).unwrap_or_else(|| match counted {
                Ok(even) => self.fractional(allocation, even, spans, control),
                Err(_) => UNDECIDED,
            }),
        });
        Ok(Matched { degree, ruled })
    }

    /// Looks for an instance without a match.
    fn fractional(&self, basis: &Allocation, degree: Degree, spans: Evidence, control: &Control<'_>) -> Ruled {
        let options = MatchOptions::default();
        let in_time = (0..self.asked.trials).take_while(|_| control.stopped().is_none());
        let witness =
            in_time.into_iter().find_map(|trial| match self.matcher.instance(basis, &options, trial, control) {
                Decision::Decided(found) if !found.real && found.complex == Some(degree.value) => Some((trial, found)),
                _ => None,
            });
        let Some((trial, found)) = witness else {
            return UNDECIDED;
        };
        let (network, samples) = self.matcher.solved();
        let normal = normality(network, samples, basis.size());
        let decided = found.error_log2.map_or(Evidence::Proved, Evidence::within);
        let decision = Evidence::all([spans, chosen(trial as usize + 1, [decided])]);
        let evidence = evidence_of_fraction(decision, normal, boundedness(Some(degree)));
        Ruled { verdict: Verdict::Fractional, law: Law::Fractional { trial }, evidence }
    }
}
