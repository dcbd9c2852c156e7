//! One network at a number of samples: its dimensions and matches, computed when asked for, once, and how they are known.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use allocert_core::allocation::{Allocation, subsets};
use allocert_core::control::Stopped;
use allocert_core::matching::{
    Estimate, Halt, Limits, MatchAnswer, MatchError, MatchOptions, Matcher, NoDegree, Trials, Verdict,
};
use allocert_core::network::{Network, Samples};
use allocert_core::reach::{
    DRAWS, Dimension, Dimensions, Evidence, JacobianMatroid, Law, LawOptions, Obstruction, ReachError, ScanOptions,
    Settings, Table, law, scan,
};

use super::answers::Question;
use super::{ASIDE, AskedMatch, CURRENT, Observation, Session, lock};

/// Ranks of networks of at most this many weights are kept for every allocation.
const REMEMBERED: usize = 20;
/// So many dimensions that no simple bound proves are looked at one by one.
const MOST_ONE_BY_ONE: u64 = 4;
/// So often is a network looked at of whose ranks no number of trials gives a bound.
const HOPELESS_TRIALS: usize = 2;
/// Stands for a rank that is not known yet.
const UNKNOWN: u8 = u8::MAX;

/// So many allocations whose dimensions were asked for are listed for each network.
const MOST_LISTED: usize = 4_096;

/// So many allocations are searched for one of an extreme dimension.
const MOST_SEARCHED: usize = 1 << 18;

/// A network on a number of samples.
#[derive(Clone, Debug)]
pub(crate) struct Lens(Arc<View>);

#[derive(Debug)]
struct View {
    session: Arc<Session>,
    /// Which of all views of all sessions it is: two networks may have one name.
    number: u64,
    network: Network,
    samples: Samples,
    dimensions: OnceLock<Result<Dimensions, ReachError>>,
    matcher: OnceLock<Result<Matcher, MatchError>>,
    /// Match probabilities that were asked for, by allocation and the most trials.
    matches: Mutex<HashMap<(Allocation, u64), Arc<MatchAnswer>>>,
    /// Instances that were decided whatever the laws say, by allocation and number.
    decided: Mutex<HashMap<(Allocation, u64), Estimate>>,
    /// Matching degrees that were asked for.
    degrees: Mutex<HashMap<Allocation, Option<Result<usize, NoDegree>>>>,
    /// The rank of every allocation, by its bits; empty for large networks.
    known: OnceLock<Vec<AtomicU8>>,
    /// How many dimensions were asked for that are below every bound that is known at once,
    unproved: AtomicU64,
    /// the first of them,
    first_unproved: Mutex<Vec<(Allocation, usize)>>,
    /// the weights that the others have, of the first 64,
    others_unproved: AtomicU64,
    /// and whether better bounds prove them, if that was looked at when there were so many.
    proved: Mutex<Option<(u64, bool)>>,
    /// How many ranks were computed.
    asked: AtomicU64,
    /// The dimensions that were asked for; nothing if there are too many of them, or if more was asked than dimensions.
    listed: Mutex<Option<HashMap<Allocation, usize>>>,
    tables: Mutex<HashMap<Allocation, (Arc<Table>, Evidence)>>,
    law: Mutex<Option<Arc<Law>>>,
}

impl Lens {
    pub(super) fn new(session: &Arc<Session>, network: &Network, samples: Samples) -> Self {
        static VIEWS: AtomicU64 = AtomicU64::new(0);
        Lens(Arc::new(View {
            session: Arc::clone(session),
            number: VIEWS.fetch_add(1, Ordering::Relaxed),
            network: network.clone(),
            samples,
            dimensions: OnceLock::new(),
            matcher: OnceLock::new(),
            matches: Mutex::default(),
            decided: Mutex::default(),
            degrees: Mutex::default(),
            known: OnceLock::new(),
            unproved: AtomicU64::new(0),
            first_unproved: Mutex::default(),
            others_unproved: AtomicU64::new(0),
            proved: Mutex::default(),
            asked: AtomicU64::new(0),
            listed: Mutex::new(Some(HashMap::new())),
            tables: Mutex::default(),
            law: Mutex::default(),
        }))
    }

    /// Whether a dimension, a table or the law was asked for.
    pub(super) fn was_asked(&self) -> bool {
        self.0.dimensions.get().is_some() || !lock(&self.0.tables).is_empty() || lock(&self.0.law).is_some()
    }

    /// Whether anything about matches or degrees was asked for.
    pub(super) fn was_asked_about_matches(&self) -> bool {
        self.0.matcher.get().is_some()
    }

    /// The same question to the session that answers this thread now.
    pub(crate) fn current(&self) -> Lens {
        let other = CURRENT.with_borrow(|current| current.clone().filter(|c| !Arc::ptr_eq(c, &self.0.session)));
        other.map_or_else(|| self.clone(), |session| session.lens(&self.0.network, self.0.samples))
    }

    pub(crate) fn network(&self) -> &Network {
        &self.0.network
    }

    pub(crate) fn samples(&self) -> Samples {
        self.0.samples
    }

    /// The session that answers for it.
    pub(crate) fn session(&self) -> Arc<Session> {
        Arc::clone(&self.0.session)
    }

    /// The same network on another number of samples.
    pub(crate) fn at(&self, samples: Samples) -> Lens {
        self.0.session.lens(&self.0.network, samples)
    }

    /// Whether the other is the same network on the same number of samples.
    pub(crate) fn same(&self, other: &Lens) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.network == other.0.network && self.0.samples == other.0.samples)
    }

    /// What knows dimensions: a matroid with as many trials as are needed for the error allowed over all allocations (where
    /// there are too many of these, over up to 2^32 that are asked about), or random activation patterns.
    fn dimensions(&self) -> Result<&Dimensions, ReachError> {
        let View { network, samples, session, .. } = &*self.0;
        let build = || {
            let mut dimensions = Dimensions::new(network, *samples, session.settings.seed, DRAWS, &session.control())?;
            if let Dimensions::Matroid(matroid) = &mut dimensions {
                let error = session.settings.error_log2;
                let trials = || matroid.trials_for_all(error).or_else(|_| matroid.trials_for_one(error - 32));
                // Where no number of trials gives a bound, only what is proved is answered.
                let trials = if matroid.chance().is_hopeless() { HOPELESS_TRIALS } else { trials()? };
                matroid.extend_to(trials, &session.control())?;
            }
            Ok(dimensions)
        };
        session.note(self.0.dimensions.get_or_init(build).as_ref().map_err(Clone::clone))
    }

    /// The one matroid of a label map without kinks; a network with kinks has none. Dimensions are asked of it that are not listed.
    fn matroid(&self) -> Result<&JacobianMatroid, ReachError> {
        if !ASIDE.get() {
            *lock(&self.0.listed) = None;
        }
        self.dimensions()?.matroid()
    }

    /// Lists a dimension that was asked for.
    fn list(&self, allocation: &Allocation, dim: usize) {
        let mut listed = lock(&self.0.listed);
        if let Some(known) = listed.as_mut() {
            known.insert(allocation.clone(), dim);
            if known.len() > MOST_LISTED {
                *listed = None;
            }
        }
    }

    /// All dimensions that were asked for, small allocations first; nothing if they are not known.
    pub(super) fn listed(&self) -> Option<Vec<(Allocation, usize)>> {
        let mut listed: Vec<_> = lock(&self.0.listed).as_ref()?.iter().map(|(a, dim)| (a.clone(), *dim)).collect();
        listed.sort_by_cached_key(|(a, _)| (a.size(), a.clone()));
        Some(listed)
    }

    /// What knows its dimensions, if one was asked for.
    pub(super) fn known_dimensions(&self) -> Option<&Dimensions> {
        self.0.dimensions.get().and_then(|known| known.as_ref().ok())
    }

    /// Whether solutions were counted.
    pub(super) fn counted_degrees(&self) -> bool {
        lock(&self.0.degrees).values().any(|degree| matches!(degree, Some(Ok(_))))
    }

    /// Refuses what only matroids have.
    pub(crate) fn is_matroid(&self) -> Result<(), ReachError> {
        self.dimensions()?.matroid().map(|_| ())
    }

    /// The number of scalar labels.
    pub(crate) fn labels(&self) -> Result<u64, ReachError> {
        Ok(self.dimensions()?.labels())
    }

    /// D_m.
    pub(crate) fn teacher_dim(&self) -> Result<usize, ReachError> {
        let teacher = self.dimensions()?.teacher();
        self.is_not_open(teacher)?;
        if ASIDE.get() {
            return Ok(teacher.value);
        }
        let all = Allocation::all(self.0.network.weights());
        if teacher.evidence != Evidence::Proved {
            self.is_unproved(&all, teacher.value);
        }
        self.list(&all, teacher.value);
        self.observe(&all, teacher.value);
        Ok(teacher.value)
    }

    /// Refuses a dimension that nothing is known of but a lower bound.
    fn is_not_open(&self, dimension: Dimension) -> Result<(), ReachError> {
        if dimension.evidence != Evidence::Open {
            return Ok(());
        }
        let (network, least) = (self.0.network.to_string(), dimension.value);
        self.0.session.note(Err(ReachError::OpenDimension { network, least }))
    }

    /// ρ_m(A).
    pub(crate) fn dim(&self, allocation: &Allocation) -> Result<usize, ReachError> {
        let dimensions = self.dimensions()?;
        let ranks = self.0.known.get_or_init(|| unknown_ranks(allocation.weights()));
        let remembered = ranks.get(allocation.low_bits() as usize);
        let known = remembered.map(|r| r.load(Ordering::Relaxed)).filter(|r| *r != UNKNOWN);
        let rank = known.map_or_else(|| dimensions.rank(allocation), usize::from);
        let hopeless = dimensions.matroid().is_ok_and(|matroid| matroid.chance().is_hopeless());
        if hopeless && known.is_none() {
            self.is_not_open(dimensions.dim(allocation))?;
        }
        if ASIDE.get() {
            return Ok(rank);
        }
        let small = u8::try_from(rank).unwrap_or(UNKNOWN);
        // Two threads may compute the same rank; it counts once.
        if remembered.is_none_or(|slot| slot.swap(small, Ordering::Relaxed) == UNKNOWN) {
            self.0.asked.fetch_add(1, Ordering::Relaxed);
            self.list(allocation, rank);
        }
        if !hopeless && rank < allocation.size() && rank < dimensions.quick_upper(allocation) {
            self.is_unproved(allocation, rank);
        }
        self.observe(allocation, rank);
        Ok(rank)
    }

    /// What is known of a match probability, with so many instances where no law settles it.
    pub(crate) fn matching(&self, allocation: &Allocation, trials: u64) -> Result<Arc<MatchAnswer>, MatchError> {
        let key = (allocation.clone(), trials);
        if let Some(answer) = lock(&self.0.matches).get(&key) {
            return Ok(Arc::clone(answer));
        }
        let matcher = self.matcher()?;
        let Settings { seed, error_log2 } = matcher.settings();
        let (network, allocation_asked) = (self.0.network.clone(), allocation.clone());
        let question =
            Question { network, samples: self.0.samples, allocation: allocation_asked, trials, seed, error_log2 };
        let answer = self.0.session.answers.get_or_find(question, || {
            let answer = matcher.decide(allocation, &options(trials), &self.0.session.control())?;
            self.in_time(answer.estimate.as_ref().and_then(|e| e.stopped.map(|halt| (halt, e.trials))), trials)?;
            Ok::<_, MatchError>(answer)
        })?;
        lock(&self.0.matches).insert(key, Arc::clone(&answer));
        self.observe_match(allocation, trials, answer.estimate.as_ref().and_then(|e| e.without_match));
        Ok(answer)
    }

    /// Notes that the value or the interval of a match probability is used: a frequency has no bound on its error.
    pub(crate) fn rests_on_value(&self, answer: &MatchAnswer) {
        if !answer.is_given() {
            self.rests_on_frequency();
        }
    }

    /// Notes that a frequency is used.
    pub(crate) fn rests_on_frequency(&self) {
        self.rests_on(Evidence::Statistical);
    }

    /// Notes that a count of instances that were not decided is used: others might be decided if others were drawn.
    pub(crate) fn rests_on_draw(&self) {
        self.who_asks(|session| session.sampled.store(true, Ordering::Relaxed));
        self.rests_on_frequency();
    }

    /// Notes how something is known that is used.
    pub(crate) fn rests_on(&self, evidence: Evidence) {
        self.who_asks(|session| session.rests_on(evidence));
    }

    /// Tells the session that it belongs to, and the one that answers this thread now: a file may keep an answer that a claim reads.
    fn who_asks(&self, tell: impl Fn(&Session)) {
        tell(&self.0.session);
        if let Some(now) = CURRENT.with_borrow(Clone::clone).filter(|now| !Arc::ptr_eq(now, &self.0.session)) {
            tell(&now);
        }
    }

    /// The verdict, if a law gives a match probability of 0 or 1.
    pub(crate) fn settled(&self, allocation: &Allocation) -> Result<Option<Verdict>, MatchError> {
        let answer = self.matching(allocation, 0)?;
        Ok(Some(answer.verdict).filter(|verdict| matches!(verdict, Verdict::Zero | Verdict::One)))
    }

    /// A name for something about an allocation, the same for the same thing. Names are ordered by what they say, and only two
    /// networks of one name by when they were met first.
    pub(crate) fn about(&self, allocation: &Allocation, what: &str) -> String {
        let View { network, samples, number, .. } = &*self.0;
        format!("{network} {samples:?} {allocation:?} {what} {number}")
    }

    /// An allocation, for a message.
    pub(crate) fn in_words(&self, allocation: &Allocation) -> String {
        let text = allocert_core::allocation::print(self.0.network.layout(), allocation);
        format!("{text} of {} ({})", self.0.network, self.0.samples)
    }

    /// So many instances decided, whatever the laws say.
    pub(crate) fn decided(&self, allocation: &Allocation, trials: u64) -> Result<Estimate, MatchError> {
        let key = (allocation.clone(), trials);
        if let Some(estimate) = lock(&self.0.decided).get(&key) {
            return Ok(estimate.clone());
        }
        let estimate = self.matcher()?.estimate(allocation, &options(trials), &self.0.session.control());
        self.in_time(estimate.stopped.map(|halt| (halt, estimate.trials)), trials)?;
        self.0.session.rests_on(estimate.evidence);
        lock(&self.0.decided).insert(key, estimate.clone());
        self.observe_match(allocation, trials, estimate.without_match);
        Ok(estimate)
    }

    /// The matching degree, or why it is not known; nothing if the allocation is no basis.
    pub(crate) fn matching_degree(
        &self,
        allocation: &Allocation,
    ) -> Result<Option<Result<usize, NoDegree>>, MatchError> {
        if let Some(degree) = lock(&self.0.degrees).get(allocation) {
            return Ok(*degree);
        }
        // Asked for here, so that what rests on the dimension counts.
        let is_basis = allocation.size() == self.teacher_dim()? && self.dim(allocation)? == allocation.size();
        let degree = if is_basis {
            let degree = self.matcher()?.degree(allocation, &self.0.session.control());
            if let Err(NoDegree::Stopped(why @ (Stopped::Time | Stopped::Asked))) = degree {
                self.late(why, 0, 1)?;
            }
            Some(degree)
        } else {
            None
        };
        if let Some(Ok(degree)) = degree {
            self.rests_on(degree.evidence);
        }
        let value = degree.map(|known| known.map(|d| d.value));
        lock(&self.0.degrees).insert(allocation.clone(), value);
        Ok(value)
    }

    /// Whether all labels are affine in the learnable weights, where it is known.
    pub(crate) fn is_affine(&self, allocation: &Allocation) -> Result<Option<bool>, MatchError> {
        self.matcher()?.is_affine(allocation)
    }

    /// Into how many parts without a common learnable weight the equations of a match fall: exact, or not known.
    pub(crate) fn subsystems(&self, allocation: &Allocation) -> Result<Option<usize>, MatchError> {
        self.matcher()?.subsystems(allocation)
    }

    /// What the time limit or a request cut short, after so many trials, is no answer: more time might show something else.
    fn in_time(&self, stopped: Option<(Halt, u64)>, trials: u64) -> Result<(), ReachError> {
        match stopped {
            Some((Halt::TimeLimit(_), done)) => self.late(Stopped::Time, done as usize, trials as usize),
            Some((Halt::Request, done)) => self.late(Stopped::Asked, done as usize, trials as usize),
            _ => Ok(()),
        }
    }

    fn late(&self, why: Stopped, done: usize, parts: usize) -> Result<(), ReachError> {
        let limit = self.0.session.control().time_limit();
        self.0.session.note(Err(ReachError::StoppedCount { why, limit, done, parts, counted: None }))
    }

    fn matcher(&self) -> Result<&Matcher, MatchError> {
        let View { network, samples, session, .. } = &*self.0;
        let settings = Settings { error_log2: session.settings.error_log2.min(-60), ..session.settings };
        if *samples == Samples::Functional && !network.has_one_matroid() {
            return Err(MatchError::WholeFunction { network: network.to_string() });
        }
        let build = || Matcher::new(network, *samples, settings, Limits::default().under(&session.control()));
        self.0.matcher.get_or_init(build).as_ref().map_err(Clone::clone)
    }

    /// A circuit inside an allocation, if it is dependent.
    pub(crate) fn circuit(&self, allocation: &Allocation) -> Result<Option<Allocation>, ReachError> {
        let circuit = self.matroid()?.circuit(allocation);
        self.rests_on_ranks(allocation, circuit.is_some());
        Ok(circuit)
    }

    /// The first basis inside an allocation.
    pub(crate) fn basis(&self, allocation: &Allocation) -> Result<Allocation, ReachError> {
        let basis = self.matroid()?.basis(allocation);
        self.rests_on_ranks(allocation, basis != *allocation);
        Ok(basis)
    }

    /// An answer for which about one rank for each weight was computed, and that is unproved if some set was taken for
    /// dependent.
    fn rests_on_ranks(&self, allocation: &Allocation, dependent: bool) {
        if ASIDE.get() {
            return;
        }
        self.0.asked.fetch_add(allocation.size() as u64 + 1, Ordering::Relaxed);
        if dependent {
            self.0.others_unproved.fetch_or(allocation.low_bits(), Ordering::Relaxed);
            self.0.unproved.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many allocations inside `within` have each size and dimension.
    pub(crate) fn table(&self, within: &Allocation) -> Result<Arc<Table>, ReachError> {
        let View { network, samples, session, tables, .. } = &*self.0;
        if !ASIDE.get() {
            *lock(&self.0.listed) = None;
        }
        if let Some((table, _)) = lock(tables).get(within) {
            return Ok(Arc::clone(table));
        }
        let options = ScanOptions { within: Some(within.clone()), ..ScanOptions::default() };
        let answer = session.note(scan(network, *samples, &options, session.settings, &session.control()))?;
        let table = Arc::new(answer.table);
        lock(tables).insert(within.clone(), (Arc::clone(&table), answer.evidence));
        Ok(table)
    }

    /// The dimensions of all allocations in one formula.
    pub(crate) fn law(&self) -> Result<Arc<Law>, ReachError> {
        *lock(&self.0.listed) = None;
        if let Some(known) = lock(&self.0.law).as_ref() {
            return Ok(Arc::clone(known));
        }
        let View { network, samples, session, .. } = &*self.0;
        let found = law(network, *samples, &LawOptions::default(), session.settings, &session.control());
        let found = Arc::new(session.note(found.and_then(Law::whole))?);
        *lock(&self.0.law) = Some(Arc::clone(&found));
        Ok(found)
    }

    /// The connected flats that say why an allocation has fewer dimensions than weights.
    pub(crate) fn obstructions(&self, allocation: &Allocation) -> Result<Vec<Obstruction>, ReachError> {
        let found = self.matroid()?.obstructions(allocation);
        // It is as sure as these dimensions.
        for set in std::iter::once(allocation).chain(found.iter().map(|o| &o.flat)) {
            self.dim(set)?;
        }
        Ok(found)
    }

    /// How all that was asked is known; `all_proved` says that better bounds prove all dimensions of the session.
    pub(super) fn evidence(&self, all_proved: bool) -> Evidence {
        let law = lock(&self.0.law).as_ref().map(|law| law.evidence());
        let tables: Vec<Evidence> = lock(&self.0.tables).values().map(|(_, evidence)| *evidence).collect();
        let matches = lock(&self.0.matches);
        let matches = matches.values().flat_map(|m| [Some(m.evidence), m.estimate.as_ref().map(|e| e.evidence)]);
        Evidence::all(
            tables.into_iter().chain(matches.flatten()).chain(law).chain([self.evidence_of_ranks(all_proved)]),
        )
    }

    fn evidence_of_ranks(&self, all_proved: bool) -> Evidence {
        let unproved = self.0.unproved.load(Ordering::Relaxed);
        match self.0.dimensions.get() {
            Some(Ok(Dimensions::Patterns(_))) if unproved > 0 => Evidence::Statistical,
            Some(Ok(Dimensions::Matroid(matroid))) => {
                let asked = self.0.asked.load(Ordering::Relaxed).saturating_add(1);
                matroid.evidence_of(asked, unproved > 0 && !all_proved)
            }
            _ => Evidence::Proved,
        }
    }

    /// Remembers a dimension of which no bound is known at once: the first few, and of the others which weights they are about.
    fn is_unproved(&self, allocation: &Allocation, dim: usize) {
        if self.0.unproved.load(Ordering::Relaxed) <= MOST_ONE_BY_ONE {
            let mut first = lock(&self.0.first_unproved);
            if first.iter().any(|(known, _)| known == allocation) {
                return;
            }
            if (first.len() as u64) < MOST_ONE_BY_ONE {
                first.push((allocation.clone(), dim));
                self.0.unproved.fetch_add(1, Ordering::Relaxed);
                return;
            }
        }
        let bits = allocation.low_bits();
        if self.0.others_unproved.load(Ordering::Relaxed) & bits != bits {
            self.0.others_unproved.fetch_or(bits, Ordering::Relaxed);
        }
        self.0.unproved.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether bounds of the theory prove the dimensions that no simple bound proves: few of them one by one, many by those of the flats.
    pub(super) fn is_proved_after_all(&self) -> bool {
        let unproved = self.0.unproved.load(Ordering::Relaxed);
        let Some(Ok(Dimensions::Matroid(matroid))) = self.0.dimensions.get() else {
            return unproved == 0;
        };
        if unproved == 0 {
            return true;
        }
        let mut known = lock(&self.0.proved);
        if let Some((_, proved)) = known.filter(|(then, _)| *then == unproved) {
            return proved;
        }
        let first = lock(&self.0.first_unproved);
        let (n, others) = (self.0.network.weights(), self.0.others_unproved.load(Ordering::Relaxed));
        let within = if n <= 64 { Allocation::of_low_bits(n, others) } else { Allocation::none(n) };
        let few = first.len() as u64 == unproved;
        let by_flats = || n <= 64 && matroid.is_proved_within(&within, None, &self.0.session.control());
        let mut outside = first.iter().filter(|(allocation, _)| few || !allocation.is_subset(&within));
        let proved = (few || by_flats()) && outside.all(|(allocation, dim)| matroid.is_bounded(allocation, *dim));
        *known = Some((unproved, proved));
        proved
    }

    /// Remembers a question about matches, if what is asked is remembered.
    fn observe_match(&self, allocation: &Allocation, trials: u64, without_match: Option<u64>) {
        let View { network, samples, session, .. } = &*self.0;
        if session.observed.is_none() {
            return;
        }
        let (network, allocation, seed) = (network.clone(), allocation.clone(), session.settings.seed);
        let question = AskedMatch { network, samples: *samples, allocation, trials, seed, without_match };
        let mut questions = lock(&session.questions);
        if !questions.contains(&question) {
            questions.push(question);
        }
    }

    /// Remembers the first allocation of a size inside some weights that has a dimension, if what is asked is remembered.
    pub(crate) fn observe_witness(&self, within: &Allocation, size: usize, dim: usize) {
        if self.0.session.observed.is_none() {
            return;
        }
        let Ok(dimensions) = self.dimensions() else {
            return;
        };
        let found = subsets(within, size).take(MOST_SEARCHED).find(|a| dimensions.rank(a) == dim);
        if let Some(witness) = found {
            self.observe(&witness, dim);
        }
    }

    fn observe(&self, allocation: &Allocation, dim: usize) {
        let Some(observed) = &self.0.session.observed else {
            return;
        };
        let all = allocation.size() == allocation.weights();
        let text =
            if all { "all".to_owned() } else { allocert_core::allocation::print(self.0.network.layout(), allocation) };
        let (network, samples) = (self.0.network.clone(), self.0.samples);
        let observation = Observation { network, samples, allocation: allocation.clone(), text, dim };
        let mut observed = lock(observed);
        if observed.1.insert(observation.clone()) {
            observed.0.push(observation);
        }
    }
}

/// A place for the rank of every allocation of a network, if it is small.
fn unknown_ranks(weights: usize) -> Vec<AtomicU8> {
    let allocations = if weights <= REMEMBERED { 1 << weights } else { 0 };
    (0..allocations).map(|_| AtomicU8::new(UNKNOWN)).collect()
}

/// So many instances where no law settles a match probability.
fn options(trials: u64) -> MatchOptions {
    MatchOptions { trials: Trials::Fixed(trials), ..MatchOptions::default() }
}
