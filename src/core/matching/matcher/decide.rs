//! The verdict on an allocation: laws first, and what sampling shows where they are silent.

use super::super::answer::{Halt, MatchAnswer, Reason, Reduction, Verdict};
use super::super::bottleneck::{Parts, by_parts, of_either_sign};
use super::super::ensemble::Ensemble;
use super::super::exact::{Exact, Theorem, exact};
use super::super::instance::Instance;
use super::super::laws::{Ruling, boundedness, certain_match, evidence_of_fraction, normality};
use super::super::piecewise::{Bounds, bounds};
use super::super::shallow::Shallow;
use super::{Engine, MOST_AFFINE, MOST_TRIALS, MOST_WITNESSES, MatchError, MatchOptions, Matcher, Polynomial};
use crate::allocation::{Allocation, print};
use crate::control::Control;
use crate::number::Function;
use crate::reach::Evidence;

impl Matcher {
    /// The match probability of an allocation: by a law where one settles it, otherwise estimated.
    ///
    /// # Errors
    /// An allocation of another network, or one that instances cannot be decided for.
    pub fn decide(
        &self,
        allocation: &Allocation,
        options: &MatchOptions,
        control: &Control<'_>,
    ) -> Result<MatchAnswer, MatchError> {
        self.accept(allocation)?;
        let (dim, teacher) = (self.dim(allocation), self.teacher());
        // A rank is a proved lower bound: that A does not span needs its own bound from above, that it does the teacher's.
        let spans = if dim.value < teacher.value { dim.evidence } else { teacher.evidence };
        let mut answer = MatchAnswer {
            network: self.network().clone(),
            allocation: allocation.clone(),
            samples: self.samples(),
            ensemble: options.ensemble,
            taught_by: self.teacher.as_ref().map(|teacher| teacher.network.to_string()),
            taught_dim: self.teacher.as_ref().and_then(|teacher| teacher.dim).map(|dim| dim.value),
            dim,
            teacher,
            verdict: Verdict::Undecided,
            reason: Reason::SpecialEnsemble,
            evidence: spans,
            degree: None,
            exact: None,
            estimate: None,
            settings: self.settings,
        };
        if self.teacher.is_some() {
            self.ask_of_other_teacher(&mut answer, options, control)?;
            return Ok(answer);
        }
        if options.ensemble == Ensemble::Labels {
            self.ask_of_labels(&mut answer, options, control)?;
            return Ok(answer);
        }
        if allocation.size() == allocation.weights() {
            self.enter_copying(&mut answer, control);
            return Ok(answer);
        }
        if !options.ensemble.is_generic() {
            self.accept_inputs(options.ensemble)?;
            if matches!(self.engine, Engine::Analytic(_)) {
                answer.evidence = Evidence::Open;
                return Ok(answer);
            }
            let estimate = self.estimate(allocation, options, control);
            (answer.evidence, answer.estimate) = (estimate.of_value(), Some(estimate));
            return Ok(answer);
        }
        match &self.engine {
            Engine::Polynomial(p) => self.ask_laws(p, &mut answer, options, control),
            Engine::Analytic(_) => self.ask_analytic_laws(&mut answer),
            Engine::Piecewise { shallow, .. } => {
                // Half of the time is left for the instances of the estimate.
                let half = control.halved();
                let ruled = shallow.as_ref().and_then(|shallow| match bounds(shallow, allocation, self.samples) {
                    Bounds::Settled(verdict, reason) => Some((verdict, reason)),
                    Bounds::Between { positive, below_one } => {
                        let reason = self.by_instances((shallow, allocation), (positive, below_one), options, &half);
                        reason.map(|reason| (Verdict::Fractional, reason))
                    }
                });
                (answer.verdict, answer.reason) = ruled.unwrap_or((Verdict::Undecided, Reason::NoLawForKinks));
                answer.evidence = Evidence::Proved;
                if !matches!(answer.verdict, Verdict::Zero | Verdict::One) {
                    let cut_short = half.stopped();
                    let mut estimate = self.estimate_with(allocation, None, options, control);
                    if answer.verdict == Verdict::Undecided {
                        answer.evidence = estimate.of_value();
                        // With more time an instance might have settled it.
                        estimate.stopped = estimate.stopped.or(cut_short.map(|why| Halt::of(why, control)));
                    }
                    answer.estimate = Some(estimate);
                }
            }
        }
        Ok(answer)
    }

    /// Why a probability is a fraction: by laws on one side at the most, and by instances of which those nearby are as they are.
    fn by_instances(
        &self,
        (shallow, allocation): (&Shallow, &Allocation),
        (positive, below_one): (bool, bool),
        options: &MatchOptions,
        control: &Control<'_>,
    ) -> Option<Reason> {
        let matched = || self.trial_with_open_match((shallow, allocation), options, control);
        if below_one {
            return matched().map(|trial| Reason::InstanceAndCone { trial });
        }
        let unmatched = self.trial_without_match_nearby((shallow, allocation), options, &control.halved())?;
        let matched = if positive { None } else { Some(matched()?) };
        Some(Reason::Instances { matched, unmatched })
    }

    /// The first of some trials whose instance has a match that persists nearby.
    pub(in super::super) fn trial_with_open_match(
        &self,
        (shallow, allocation): (&Shallow, &Allocation),
        options: &MatchOptions,
        control: &Control<'_>,
    ) -> Option<u64> {
        let draw = |trial| Instance::draw(&self.network, self.samples, options.ensemble, self.settings.seed, trial);
        let mut trials = (0..MOST_WITNESSES).take_while(|_| control.stopped().is_none());
        trials.find(|trial| shallow.has_open_match(allocation, &draw(*trial), control))
    }

    /// The first of some trials for whose instance, and all near it, it is proved that there is no match.
    pub(in super::super) fn trial_without_match_nearby(
        &self,
        (shallow, allocation): (&Shallow, &Allocation),
        options: &MatchOptions,
        control: &Control<'_>,
    ) -> Option<u64> {
        let draw = |trial| Instance::draw(&self.network, self.samples, options.ensemble, self.settings.seed, trial);
        let is_without =
            |instance: &Instance| shallow.decide(allocation, instance, control).is_ok_and(|finding| !finding.real);
        let trials = 0..options.trials.most().min(MOST_TRIALS);
        let unmatched = trials.take_while(|_| control.stopped().is_none()).map(|trial| (trial, draw(trial)));
        let mut few = unmatched.filter(|(_, instance)| is_without(instance)).take(MOST_WITNESSES as usize);
        few.find(|(_, instance)| shallow.stays_unmatched(allocation, instance, control)).map(|(trial, _)| trial)
    }

    /// The zero-positive law, and the affine 0-1 law where labels are seen to be affine: on the connected space of all weights and
    /// inputs, or, with exponentials and quotients alone, in a field of rational functions in independent variables. What contains such an
    /// allocation matches with it, its other weights left as they are drawn (monotonicity).
    pub(super) fn ask_analytic_laws(&self, answer: &mut MatchAnswer) {
        let connected = self.network.own_program().is_some_and(|program| {
            let is_rational = !program.takes(Function::Log) && !program.takes(Function::Sqrt);
            is_rational || program.is_defined_everywhere()
        });
        let affine = || self.network.own_program().is_some_and(|program| program.is_affine_in(&answer.allocation));
        let (verdict, reason) = match (answer.evidence, answer.dim.value < answer.teacher.value) {
            (Evidence::Open, _) => (Verdict::Undecided, Reason::OpenDimension),
            (_, true) => (Verdict::Zero, Reason::NotSpanning),
            (_, false) if connected && affine() => (Verdict::One, Reason::Affine),
            (_, false) if connected => match self.affine_basis(&answer.allocation, answer.teacher.value) {
                Some(basis) => (Verdict::One, Reason::AffineBasis(basis)),
                None => (Verdict::Undecided, Reason::Positive),
            },
            (_, false) => (Verdict::Undecided, Reason::Positive),
        };
        if verdict == Verdict::Undecided {
            answer.evidence = Evidence::Open;
        }
        (answer.verdict, answer.reason) = (verdict, reason);
    }

    /// Weights inside an allocation that reach so many dimensions, as many as they are, and in which the labels are seen to be affine.
    fn affine_basis(&self, allocation: &Allocation, dimension: usize) -> Option<Allocation> {
        let (Engine::Analytic(matroid), Some(program)) = (&self.engine, self.network.own_program()) else {
            return None;
        };
        let sets = program.affine_sets(allocation, MOST_AFFINE);
        let spanning = sets.iter().find(|set| set.size() >= dimension && matroid.rank(set) == dimension)?;
        Some(matroid.basis(spanning)).filter(|basis| basis.size() == dimension)
    }

    /// The laws for polynomial label maps, and what sampling shows where they give neither 0 nor 1; the laws have half of the
    /// time.
    fn ask_laws(
        &self,
        polynomial: &Polynomial,
        answer: &mut MatchAnswer,
        options: &MatchOptions,
        control: &Control<'_>,
    ) {
        let Polynomial { matroid, counter, .. } = polynomial;
        let half = control.halved();
        let counter = &counter.under(&half);
        if answer.dim.value < answer.teacher.value {
            (answer.verdict, answer.reason) = (Verdict::Zero, Reason::NotSpanning);
            return;
        }
        answer.exact = self.exact(&answer.allocation, options.ensemble, &half);
        if answer.exact.as_ref().is_some_and(|exact| exact.verdict() == Verdict::Fractional) {
            let is_basis = answer.allocation.size() == answer.teacher.value;
            answer.degree = is_basis.then(|| counter.degree(&answer.allocation));
            self.sample(answer, options, control);
            self.enter_exact(answer);
            return;
        }
        let ruling = certain_match(&answer.allocation, matroid, counter, answer.evidence, options.bases);
        let Ruling { certain, degree } = ruling;
        answer.degree = degree;
        match certain {
            Some((reason, evidence)) if answer.exact.as_ref().is_some_and(|e| is_better(e, &reason, evidence)) => {
                self.enter_exact(answer);
            }
            Some((reason, evidence)) => {
                (answer.verdict, answer.reason, answer.evidence) = (Verdict::One, reason, evidence);
            }
            None if answer.exact.is_some() => self.enter_exact(answer),
            None if self.ask_smaller(answer, options, control) => {}
            None => {
                let cut_short = half.stopped();
                self.sample(answer, options, control);
                if let (Some(why), Some(estimate)) = (cut_short, &mut answer.estimate) {
                    // With more time a law might have settled it.
                    estimate.stopped = estimate.stopped.or(Some(Halt::of(why, control)));
                }
            }
        }
    }

    /// Asks about fewer weights, or a part of the network, where that has the same answer; false if nothing is known by that.
    fn ask_smaller(&self, answer: &mut MatchAnswer, options: &MatchOptions, control: &Control<'_>) -> bool {
        let allocation = &answer.allocation;
        let core = self.poles().and_then(|poles| poles.core(allocation)).filter(|core| core.size() < allocation.size());
        let (law, found, known, equal) = if let Some(core) = core {
            (Reduction::Poles, self.decide(&core, options, control), Evidence::Proved, true)
        } else if let Some(part) = self.reduced(allocation, options.ensemble, control) {
            let found = part.matcher.decide(&part.allocation, options, control);
            (part.law, found, part.evidence, part.equal)
        } else {
            return false;
        };
        let Ok(found) = found else {
            return false;
        };
        // What spans has not probability 0.
        if found.verdict == Verdict::Zero || found.verdict == Verdict::Undecided && !equal {
            return false;
        }
        if equal {
            let exact = found.exact.map(|exact| Exact { evidence: Evidence::all([exact.evidence, known]), ..exact });
            (answer.exact, answer.estimate) = (exact, found.estimate);
        } else if found.verdict == Verdict::Fractional {
            self.sample(answer, options, control);
        }
        if found.verdict == Verdict::Undecided {
            (answer.verdict, answer.reason, answer.evidence) = (found.verdict, found.reason, found.evidence);
            return true;
        }
        let text = print(found.network.layout(), &found.allocation);
        let what = match law {
            Reduction::Poles => text,
            Reduction::State { .. } | Reduction::Below { .. } | Reduction::Above { .. } | Reduction::Output { .. } => {
                format!("{text} of {}, {}", found.network, found.samples)
            }
        };
        answer.verdict = found.verdict;
        answer.reason = Reason::Smaller { law, what, because: Box::new(found.reason) };
        answer.evidence = Evidence::all([answer.teacher.evidence, known, found.evidence]);
        true
    }

    /// What a theorem says of the match probability of an allocation that spans.
    pub(in super::super) fn exact(
        &self,
        allocation: &Allocation,
        ensemble: Ensemble,
        control: &Control<'_>,
    ) -> Option<Exact> {
        match &self.engine {
            Engine::Polynomial(p) => self.exact_by(&p.parts, allocation, ensemble, control),
            _ => None,
        }
    }

    /// The same, where so much is known of parts of the network.
    pub(super) fn exact_by(
        &self,
        parts: &Parts,
        allocation: &Allocation,
        ensemble: Ensemble,
        control: &Control<'_>,
    ) -> Option<Exact> {
        let _span = tracing::info_span!("theorem about a value").entered();
        let Engine::Polynomial(p) = &self.engine else {
            return None;
        };
        exact(&self.network, p.powers.as_ref(), allocation, self.samples, ensemble)
            .or_else(|| of_either_sign((&self.network, self.samples), allocation))
            .or_else(|| by_parts((&self.network, self.samples), parts, allocation, ensemble, self.settings, control))
    }

    /// A student whose weights all learn copies the teacher, whatever is drawn.
    fn enter_copying(&self, answer: &mut MatchAnswer, control: &Control<'_>) {
        let is_basis = answer.allocation.size() == answer.teacher.value;
        if let (true, Engine::Polynomial(p)) = (is_basis, &self.engine) {
            answer.degree = Some(p.counter.under(control).degree(&answer.allocation));
        }
        let copy = Exact::of(Theorem::Copying, 1.into(), "the student is the teacher".to_owned());
        answer.exact = Some(copy);
        self.enter_exact(answer);
    }

    /// Enters the verdict that follows from the value.
    fn enter_exact(&self, answer: &mut MatchAnswer) {
        if let Some(exact) = &answer.exact {
            (answer.verdict, answer.reason) = (exact.verdict(), Reason::Exact(exact.theorem));
            // Above 0 by the zero-positive law.
            let positive = if exact.low == 0 { answer.teacher.evidence } else { Evidence::Proved };
            answer.evidence = Evidence::all([exact.evidence, positive]);
        }
    }

    /// Fills in what sampling shows where no law gives 0 or 1.
    pub(super) fn sample(&self, answer: &mut MatchAnswer, options: &MatchOptions, control: &Control<'_>) {
        let degree = answer.degree.and_then(Result::ok);
        let estimate = self.estimate_with(&answer.allocation, degree, options, control);
        (answer.verdict, answer.reason, answer.evidence) = (Verdict::Undecided, Reason::NoLaw, estimate.of_value());
        let is_basis = answer.allocation.size() == answer.teacher.value;
        let witness = estimate.without_match.filter(|_| degree.is_some() || !is_basis);
        if let Some(trial) = witness.filter(|_| !is_basis) {
            (answer.verdict, answer.reason) = (Verdict::Fractional, Reason::WithoutMatch { trial });
            answer.evidence = Evidence::Statistical;
        } else if let Some(trial) = witness {
            let normal = normality(&self.network, self.samples, answer.teacher.value);
            let bounded = boundedness(degree);
            answer.verdict = Verdict::Fractional;
            answer.reason = Reason::Fractional { trial, normal, bounded };
            let spans = Evidence::all([answer.teacher.evidence, estimate.evidence]);
            answer.evidence = evidence_of_fraction(spans, normal, bounded);
        }
        answer.estimate = Some(estimate);
    }
}

/// Whether what a theorem says is known better than a law, or as well, and without a degree that has to be counted.
fn is_better(exact: &Exact, law: &Reason, evidence: Evidence) -> bool {
    let counted = !matches!(law, Reason::Affine | Reason::AffineBasis(_));
    let better = evidence.better(exact.evidence) != evidence;
    better || counted && exact.evidence == evidence
}
