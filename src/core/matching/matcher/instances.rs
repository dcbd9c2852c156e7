//! The instances of an allocation, decided one by one, and those that were decided before.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::super::answer::Estimate;
use super::super::classify::KeptBasis;
use super::super::degree::Degree;
use super::super::estimate::{Search, estimate, first_without_match};
use super::super::instance::{Cut, Decision, Instance};
use super::super::laws::bases;
use super::super::search::search_without_match;
use super::super::witness::Proof;
use super::{Engine, FEW_SLICES, Kept, MatchOptions, Matcher};
use crate::algebra::Undecided;
use crate::allocation::Allocation;
use crate::control::Control;
use crate::network::Network;
use crate::reach::Evidence;

impl Matcher {
    /// Decides the instance of one trial, whatever the laws say.
    pub fn instance(
        &self,
        allocation: &Allocation,
        options: &MatchOptions,
        trial: u64,
        control: &Control<'_>,
    ) -> Decision {
        self.decide_instance(allocation, &self.cut(allocation, options), options, trial, control)
    }

    /// Decides these trials, as [`Matcher::decide`] does where no law settles the value; nothing where it was asked to stop before the
    /// end.
    pub fn decisions(
        &self,
        allocation: &Allocation,
        options: &MatchOptions,
        trials: Range<u64>,
        control: &Control<'_>,
    ) -> Option<Vec<Decision>> {
        let cut = self.cut(allocation, options);
        let one = |trial| {
            let decision = self.decide_instance(allocation, &cut, options, trial, control);
            control.stopped().is_none().then_some(decision)
        };
        trials.into_par_iter().map(one).collect()
    }

    /// The same matcher, that takes the decisions of the first trials of this allocation as they were made before, by
    /// [`Matcher::decisions`] with the same seed and options.
    #[must_use]
    pub fn with_decisions(self, allocation: Allocation, decisions: Vec<Decision>) -> Self {
        let kept = Kept { decisions: Some((allocation, decisions)), bases: HashMap::new() };
        Matcher { kept: Some(Arc::new(kept)), ..self }
    }

    /// The same matcher, whose [`classify`](Self::classify) takes what was found out about bases as it was, by
    /// [`look_at_bases`](Self::look_at_bases) with the same seed and options.
    #[must_use]
    pub fn with_bases(self, bases: impl IntoIterator<Item = KeptBasis>) -> Self {
        let bases = bases.into_iter().map(|basis| (basis.bits, basis)).collect();
        Matcher { kept: Some(Arc::new(Kept { decisions: None, bases })), ..self }
    }

    /// What was found out before about a basis.
    pub(in crate::matching) fn kept_basis(&self, basis: &Allocation) -> Option<KeptBasis> {
        let kept = self.kept.as_ref().filter(|kept| !kept.bases.is_empty())?;
        kept.bases.get(&basis.low_bits()).copied()
    }

    /// The instance of one trial, and a proof of what was decided about it; nothing if it is undecided, no proof is found, or
    /// the network has kinks.
    pub fn witness(&self, allocation: &Allocation, options: &MatchOptions, trial: u64) -> Option<(Instance, Proof)> {
        if self.teacher.is_some() {
            return None;
        }
        let polynomial = self.polynomial("a proof").ok()?;
        let cut = self.cut(allocation, options);
        let Decision::Decided(finding) = self.decide_instance(allocation, &cut, options, trial, &Control::unlimited())
        else {
            return None;
        };
        // The same student and teacher, whose labels are those of the network that is asked about.
        let (network, solver) = (self.network(), &polynomial.solver);
        let instance = Instance::draw(network, self.samples(), options.ensemble, self.settings.seed, trial);
        let proof = if finding.real {
            let whole = [allocation.clone()];
            let bases = if cut.bases.is_empty() { &whole } else { cut.bases.as_slice() };
            bases.iter().find_map(|basis| instance.prove_match(network, allocation, basis, solver))
        } else {
            instance.prove_absence(network, allocation, solver)
        };
        proof.map(|proof| (instance, proof))
    }

    /// Decides instances, whatever the laws say; where it is stopped, the estimate is that of the instances decided by then.
    pub fn estimate(&self, allocation: &Allocation, options: &MatchOptions, control: &Control<'_>) -> Estimate {
        let degree = match &self.engine {
            Engine::Polynomial(p) if allocation.size() == p.matroid.teacher_rank() => {
                self.degree(allocation, control).ok()
            }
            _ => None,
        };
        self.estimate_with(allocation, degree, options, control)
    }

    pub(super) fn estimate_with(
        &self,
        allocation: &Allocation,
        degree: Option<Degree>,
        options: &MatchOptions,
        control: &Control<'_>,
    ) -> Estimate {
        let _span = tracing::info_span!("instances").entered();
        let cut = self.cut(allocation, options);
        let kept = self.kept.as_ref().and_then(|kept| kept.decisions.as_ref()).filter(|kept| kept.0 == *allocation);
        let before = |trial| kept?.1.get(usize::try_from(trial).ok()?).copied();
        let new = |trial| self.decide_instance(allocation, &cut, options, trial, control);
        let decide = |trial| before(trial).unwrap_or_else(|| new(trial));
        let degree = degree.map(|d| d.value);
        let mut found = estimate(options.ensemble, options.trials, degree, decide, control);
        if let Engine::Polynomial(p) = &self.engine
            && allocation.size() > p.matroid.teacher_rank()
        {
            // Nearest points rest on the teacher's dimension.
            found.evidence = Evidence::all([found.evidence, p.matroid.teacher().evidence]);
        }
        found
    }

    /// How the first instance is decided that has no match, and as many complex solutions as `degree` says; it is looked for
    /// one trial after the other, for as many as `options` ask for. Of allocations with surplus weights, few slices are
    /// looked at: these show matches only.
    ///
    /// # Errors
    /// What was seen instead.
    pub(in crate::matching) fn first_without_match(
        &self,
        allocation: &Allocation,
        degree: Option<usize>,
        options: &MatchOptions,
        control: &Control<'_>,
    ) -> Result<Evidence, Search> {
        let options = MatchOptions { slices: options.slices.min(FEW_SLICES), ..*options };
        let cut = self.cut(allocation, &options);
        let decide = |trial| self.decide_instance(allocation, &cut, &options, trial, control);
        first_without_match(options.trials, degree, control, decide)
    }

    /// How it is known that a basis has match probability below 1, where it is known that every instance with as many complex
    /// students as `degree` says and no real one shows that: by a search for a rare one.
    pub(in crate::matching) fn search_without_match(
        &self,
        basis: &Allocation,
        degree: usize,
        control: &Control<'_>,
    ) -> Option<Evidence> {
        let Engine::Polynomial(p) = &self.engine else {
            return None;
        };
        let solver = p.solver.under(control);
        search_without_match((&self.network, self.samples), basis, degree, &solver, (self.settings.seed, control))
    }

    fn decide_instance(
        &self,
        allocation: &Allocation,
        cut: &Cut,
        options: &MatchOptions,
        trial: u64,
        control: &Control<'_>,
    ) -> Decision {
        let (network, samples) = self.drawn(options.ensemble);
        let instance = match (&self.teacher, samples.count()) {
            (Some(teacher), Some(count)) => {
                let inputs = usize::try_from(count).unwrap_or(usize::MAX);
                Instance::draw_taught(network, &teacher.network, inputs, options.ensemble, (self.settings.seed, trial))
            }
            _ => Instance::draw(network, samples, options.ensemble, self.settings.seed, trial),
        };
        self.decide_drawn((allocation, cut), network, &instance, control)
    }

    fn decide_drawn(
        &self,
        (allocation, cut): (&Allocation, &Cut),
        network: &Network,
        instance: &Instance,
        control: &Control<'_>,
    ) -> Decision {
        match &self.engine {
            Engine::Polynomial(p) => {
                let powers = p.powers.as_ref().filter(|_| allocation.size() > cut.dimension);
                let quick = powers.and_then(|powers| powers.decide(allocation, instance, cut.dimension));
                let slow = || instance.decide(network, allocation, cut, &p.solver.under(control));
                quick.map_or_else(slow, Decision::of)
            }
            Engine::Piecewise { shallow: Some(shallow), .. } => {
                Decision::of(shallow.decide(allocation, instance, control))
            }
            Engine::Piecewise { shallow: None, .. } => Decision::Undecided(Undecided::Deep),
            Engine::Analytic(_) => Decision::Undecided(Undecided::NotPolynomial),
        }
    }

    /// The same, that decides instances by elimination only.
    #[cfg(test)]
    pub(in crate::matching) fn without_powers(&self) -> Self {
        let mut other = self.clone();
        if let Engine::Polynomial(p) = &mut other.engine {
            p.powers = None;
        }
        other
    }

    /// Whether this instance has a match, if elimination decides it.
    #[cfg(test)]
    pub(in crate::matching) fn eliminates(
        &self,
        allocation: &Allocation,
        instance: &Instance,
        options: &MatchOptions,
    ) -> Option<bool> {
        let (other, cut) = (self.without_powers(), self.cut(allocation, options));
        match other.decide_drawn((allocation, &cut), &self.network, instance, &Control::unlimited()) {
            Decision::Decided(finding) => Some(finding.real),
            Decision::Undecided(_) => None,
        }
    }

    /// Whether the instance of one trial has a match, if that is decided.
    #[cfg(test)]
    pub(in crate::matching) fn real(
        &self,
        allocation: &Allocation,
        options: &MatchOptions,
        trial: u64,
    ) -> Option<bool> {
        match self.instance(allocation, options, trial, &Control::unlimited()) {
            Decision::Decided(finding) => Some(finding.real),
            Decision::Undecided(_) => None,
        }
    }

    /// How an allocation with surplus weights is cut down.
    fn cut(&self, allocation: &Allocation, options: &MatchOptions) -> Cut {
        let (mut dimension, mut inside) = (allocation.size(), Vec::new());
        if let Engine::Polynomial(p) = &self.engine {
            dimension = p.matroid.teacher_rank();
            if allocation.size() > dimension {
                inside = bases(allocation, &p.matroid, options.bases).take(options.slices).collect();
                // An allocation that spans has a basis, wherever it stands in the list.
                if inside.is_empty() && p.matroid.rank(allocation) == dimension {
                    inside.push(p.matroid.basis(allocation));
                }
            }
        }
        Cut { dimension, bases: inside, slices: options.slices }
    }
}
