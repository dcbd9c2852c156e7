//! What claims ask and how they are answered: networks at a number of samples, their dimensions computed when asked for,
//! once, and how surely all that was asked is known.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::outcome::{Counterexample, Subject};
use allocert_core::allocation::{Allocation, subsets};
use allocert_core::matching::{
    Estimate, Halt, Limits, MatchAnswer, MatchError, MatchOptions, Matcher, NoDegree, Stopped, Trials, Verdict,
};
use allocert_core::network::{Network, Samples};
use allocert_core::reach::{
    DRAWS, Dimension, Dimensions, Evidence, JacobianMatroid, Law, LawOptions, Obstruction, ReachError, ScanOptions,
    Settings, Table, law, scan,
};

/// Ranks of networks of at most this many weights are kept for every allocation.
const REMEMBERED: usize = 20;
/// So often is a network looked at of whose ranks no number of trials gives a bound.
const HOPELESS_TRIALS: usize = 2;
/// Stands for a rank that is not known yet.
const UNKNOWN: u8 = u8::MAX;

/// So many allocations whose dimensions were asked for are listed for each network.
const MOST_LISTED: usize = 4_096;

/// So many match probabilities are kept for other claims.
const MOST_ANSWERS: usize = 1 << 16;

/// A network, samples, allocation, trials, seed and error.
type MatchQuestion = (Network, Samples, Allocation, u64, u64, i64);

/// Match probabilities that some claim asked for: other claims about the same allocations, such as trends in another number,
/// get the same answer without deciding the same instances again. What a claim rests on is still counted claim by claim.
static ANSWERS: LazyLock<Mutex<HashMap<MatchQuestion, Arc<MatchAnswer>>>> = LazyLock::new(Mutex::default);

/// Everything that was asked while one claim was checked.
#[derive(Debug)]
pub(super) struct Session {
    settings: Settings,
    time_limit: Option<Duration>,
    start: Instant,
    lenses: Mutex<HashMap<(Network, Samples), Lens>>,
    /// How instances that were decided are known.
    decisions: Mutex<Vec<Evidence>>,
    observed: Option<Mutex<(Vec<Observation>, HashSet<Observation>)>>,
    /// The questions about matches, where what is asked is remembered.
    questions: Mutex<Vec<AskedMatch>>,
    /// The first limit that a question ran into.
    stopped: Mutex<Option<ReachError>>,
}

thread_local! {
    /// The session that answers what this thread asks. Networks outlive the session that they were built in (a file is
    /// loaded before its claims are checked); what is asked of them now belongs to the session of now.
    static CURRENT: RefCell<Option<Arc<Session>>> = const { RefCell::new(None) };
}

thread_local! {
    /// Whether this thread asks aside: the answers are used for a test, and nothing rests on them.
    static ASIDE: Cell<bool> = const { Cell::new(false) };
}

/// Runs something whose questions are not counted among those that an outcome rests on.
pub(super) fn aside<T>(run: impl FnOnce() -> T) -> T {
    let before = ASIDE.replace(true);
    let done = run();
    ASIDE.set(before);
    done
}

/// While it lives, its session answers what this thread asks.
pub(super) struct Entered(Option<Arc<Session>>);

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

/// So many allocations are searched for one of an extreme dimension.
const MOST_SEARCHED: usize = 1 << 18;

/// A question about matches that was asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AskedMatch {
    /// The network.
    pub network: Network,
    /// The samples.
    pub samples: Samples,
    /// The allocation.
    pub allocation: Allocation,
    /// So many instances are decided at the most.
    pub trials: u64,
    /// The seed that they are drawn with.
    pub seed: u64,
    /// The first of them that was decided to have no match.
    pub without_match: Option<u64>,
}

/// A dimension that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Observation {
    /// The network.
    pub network: Network,
    /// The samples.
    pub samples: Samples,
    /// The allocation.
    pub allocation: Allocation,
    /// The allocation in text.
    pub text: String,
    /// ρ_m(A).
    pub dim: usize,
}

impl Observation {
    /// Whether it is the dimension of a counterexample's own allocation at its own samples, which is told apart.
    pub fn is_of(&self, counterexample: &Counterexample) -> bool {
        Some(&self.allocation) == counterexample.allocation.as_ref()
            && self.samples == counterexample.samples
            && self.network == counterexample.network
    }
}

impl Session {
    /// A session whose every matroid may err with probability 2^`error_log2`.
    pub(super) fn new(settings: Settings, time_limit: Option<Duration>) -> Arc<Self> {
        Session::build(settings, time_limit, None)
    }

    /// A session that also remembers what was asked.
    pub(super) fn observing(settings: Settings, time_limit: Option<Duration>) -> Arc<Self> {
        Session::build(settings, time_limit, Some(Mutex::default()))
    }

    fn build(
        settings: Settings,
        time_limit: Option<Duration>,
        observed: Option<Mutex<(Vec<Observation>, HashSet<Observation>)>>,
    ) -> Arc<Self> {
        let (lenses, decisions) = (Mutex::default(), Mutex::default());
        Arc::new(Session {
            settings,
            time_limit,
            start: Instant::now(),
            lenses,
            decisions,
            observed,
            questions: Mutex::default(),
            stopped: Mutex::default(),
        })
    }

    /// What its random numbers follow from.
    pub(super) fn seed(&self) -> u64 {
        self.settings.seed
    }

    /// When its time is up.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.time_limit.and_then(|limit| self.start.checked_add(limit))
    }

    /// From now on this session answers what this thread asks.
    pub(super) fn enter(self: &Arc<Self>) -> Entered {
        Entered(CURRENT.replace(Some(Arc::clone(self))))
    }

    /// The first limit that a question ran into, if any did.
    pub(super) fn stopped(&self) -> Option<ReachError> {
        lock(&self.stopped).clone()
    }

    /// The networks, each at its numbers of samples, of which some dimension was asked for; in a fixed order.
    pub(super) fn subjects(&self) -> Vec<Subject> {
        let asked = |lens: &Lens| {
            lens.0.dimensions.get().is_some() || !lock(&lens.0.tables).is_empty() || lock(&lens.0.law).is_some()
        };
        let lenses = lock(&self.lenses);
        let subject = |((network, samples), lens): (&(Network, Samples), &Lens)| {
            let (network, samples, dimensions) = (network.clone(), *samples, lens.listed());
            Subject { network, samples, dimensions }
        };
        let mut subjects: Vec<Subject> = lenses.iter().filter(|(_, lens)| asked(lens)).map(subject).collect();
        subjects.sort_by_cached_key(|s| (s.network.weights(), s.network.to_string(), s.samples));
        subjects
    }

    /// Whether nothing but dimensions was asked for: nothing about matches, degrees or affine labels.
    pub(super) fn asked_only_dimensions(&self) -> bool {
        lock(&self.decisions).is_empty() && lock(&self.lenses).values().all(|lens| lens.0.matcher.get().is_none())
    }

    /// Forgets all networks, which hold on to the session and to large tables.
    pub(super) fn close(&self) {
        lock(&self.lenses).clear();
    }

    /// Remembers a limit.
    fn note<T>(&self, answer: Result<T, ReachError>) -> Result<T, ReachError> {
        if let Err(error) = &answer
            && error.is_limit()
        {
            lock(&self.stopped).get_or_insert(error.clone());
        }
        answer
    }

    /// The network as seen on so many samples; the same lens for the same question.
    pub(super) fn lens(self: &Arc<Self>, network: &Network, samples: Samples) -> Lens {
        let mut lenses = lock(&self.lenses);
        let fresh = || {
            let (session, network) = (Arc::clone(self), network.clone());
            let (unproved, asked) = (AtomicBool::new(false), AtomicU64::new(0));
            let listed = Mutex::new(Some(HashMap::new()));
            Lens(Arc::new(View {
                session,
                network,
                samples,
                dimensions: OnceLock::new(),
                matcher: OnceLock::new(),
                matches: Mutex::default(),
                decided: Mutex::default(),
                degrees: Mutex::default(),
                known: OnceLock::new(),
                unproved,
                asked,
                listed,
                tables: Mutex::default(),
                law: Mutex::default(),
            }))
        };
        lenses.entry((network.clone(), samples)).or_insert_with(fresh).clone()
    }

    /// How the decisions of some instances are known.
    fn rests_on(&self, evidence: Evidence) {
        let mut decisions = lock(&self.decisions);
        if evidence != Evidence::Proved && decisions.last() != Some(&Evidence::Statistical) {
            decisions.push(evidence);
        }
    }

    /// How all that was asked so far is known.
    pub(super) fn evidence(&self) -> Evidence {
        let lenses: Vec<Evidence> = lock(&self.lenses).values().map(Lens::evidence).collect();
        Evidence::all(lenses.into_iter().chain(lock(&self.decisions).iter().copied()))
    }

    /// The questions about matches, each once, in order.
    pub(super) fn questions(&self) -> Vec<AskedMatch> {
        lock(&self.questions).clone()
    }

    /// What was asked, each question once, in order.
    pub(super) fn observations(&self) -> Vec<Observation> {
        self.observed.as_ref().map(|o| lock(o).0.clone()).unwrap_or_default()
    }
}

/// A network on a number of samples.
#[derive(Clone, Debug)]
pub(super) struct Lens(Arc<View>);

#[derive(Debug)]
struct View {
    session: Arc<Session>,
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
    /// Whether a dimension was asked for that is below every proved bound the session knows.
    unproved: AtomicBool,
    /// How many ranks were computed.
    asked: AtomicU64,
    /// The dimensions that were asked for; nothing if there are too many of them, or if more was asked than dimensions.
    listed: Mutex<Option<HashMap<Allocation, usize>>>,
    tables: Mutex<HashMap<Allocation, (Arc<Table>, Evidence)>>,
    law: Mutex<Option<Arc<Law>>>,
}

impl Lens {
    /// The same question to the session that answers this thread now.
    pub(super) fn current(&self) -> Lens {
        let other = CURRENT.with_borrow(|current| current.clone().filter(|c| !Arc::ptr_eq(c, &self.0.session)));
        other.map_or_else(|| self.clone(), |session| session.lens(&self.0.network, self.0.samples))
    }

    pub(super) fn network(&self) -> &Network {
        &self.0.network
    }

    pub(super) fn samples(&self) -> Samples {
        self.0.samples
    }

    /// The session that answers for it.
    pub(super) fn session(&self) -> Arc<Session> {
        Arc::clone(&self.0.session)
    }

    /// The same network on another number of samples.
    pub(super) fn at(&self, samples: Samples) -> Lens {
        self.0.session.lens(&self.0.network, samples)
    }

    /// Whether the other is the same network on the same number of samples.
    pub(super) fn same(&self, other: &Lens) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.network == other.0.network && self.0.samples == other.0.samples)
    }

    /// What knows dimensions: a matroid with as many trials as are needed for the error allowed over all allocations (where
    /// there are too many of these, over up to 2^32 that are asked about), or random activation patterns.
    fn dimensions(&self) -> Result<&Dimensions, ReachError> {
        let View { network, samples, session, .. } = &*self.0;
        let build = || {
            let mut dimensions = Dimensions::new(network, *samples, session.settings.seed, DRAWS)?;
            if let Dimensions::Matroid(matroid) = &mut dimensions {
                let error = session.settings.error_log2;
                let trials = || matroid.trials_for_all(error).or_else(|_| matroid.trials_for_one(error - 32));
                // Where no number of trials gives a bound, only what is proved is answered.
                let trials = if matroid.chance().is_hopeless() { HOPELESS_TRIALS } else { trials()? };
                matroid.extend_to(trials);
            }
            Ok(dimensions)
        };
        session.note(self.0.dimensions.get_or_init(build).as_ref().map_err(Clone::clone))
    }

    /// The one matroid of a polynomial label map; a network with kinks has none. Dimensions are asked of it that are not listed.
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
    fn listed(&self) -> Option<Vec<(Allocation, usize)>> {
        let mut listed: Vec<_> = lock(&self.0.listed).as_ref()?.iter().map(|(a, dim)| (a.clone(), *dim)).collect();
        listed.sort_by_cached_key(|(a, _)| (a.size(), a.clone()));
        Some(listed)
    }

    /// Refuses what only matroids have.
    pub(super) fn is_matroid(&self) -> Result<(), ReachError> {
        self.dimensions()?.matroid().map(|_| ())
    }

    /// The number of scalar labels.
    pub(super) fn labels(&self) -> Result<u64, ReachError> {
        Ok(self.dimensions()?.labels())
    }

    /// D_m.
    pub(super) fn teacher_dim(&self) -> Result<usize, ReachError> {
        let teacher = self.dimensions()?.teacher();
        self.is_not_open(teacher)?;
        if ASIDE.get() {
            return Ok(teacher.value);
        }
        if teacher.evidence != Evidence::Proved {
            self.0.unproved.store(true, Ordering::Relaxed);
        }
        let all = Allocation::all(self.0.network.weights());
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
    pub(super) fn dim(&self, allocation: &Allocation) -> Result<usize, ReachError> {
        let dimensions = self.dimensions()?;
        let ranks = self.0.known.get_or_init(|| unknown_ranks(allocation.weights()));
        let remembered = ranks.get(allocation.low_bits() as usize);
        let known = remembered.map(|r| r.load(Ordering::Relaxed)).filter(|r| *r != UNKNOWN);
        let rank = known.map_or_else(|| dimensions.rank(allocation), usize::from);
        let hopeless = dimensions.matroid().is_ok_and(|matroid| matroid.chance().is_hopeless());
        if hopeless {
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
            self.0.unproved.store(true, Ordering::Relaxed);
        }
        self.observe(allocation, rank);
        Ok(rank)
    }

    /// What is known of a match probability, with so many instances where no law settles it.
    pub(super) fn matching(&self, allocation: &Allocation, trials: u64) -> Result<Arc<MatchAnswer>, MatchError> {
        let key = (allocation.clone(), trials);
        if let Some(answer) = lock(&self.0.matches).get(&key) {
            return Ok(Arc::clone(answer));
        }
        let matcher = self.matcher()?;
        let question = (
            self.0.network.clone(),
            self.0.samples,
            allocation.clone(),
            trials,
            matcher.settings().seed,
            matcher.settings().error_log2,
        );
        let known = lock(&ANSWERS).get(&question).cloned();
        let answer = match known {
            Some(answer) => answer,
            None => {
                let answer = Arc::new(matcher.decide(allocation, &self.options(trials), &|_, _| {})?);
                let stopped = answer.estimate.as_ref().and_then(|e| e.stopped.map(|halt| (halt, e.trials)));
                self.in_time(stopped, trials)?;
                let whole = stopped.is_none();
                let mut answers = lock(&ANSWERS);
                if whole && answers.len() < MOST_ANSWERS {
                    answers.insert(question, Arc::clone(&answer));
                }
                answer
            }
        };
        lock(&self.0.matches).insert(key, Arc::clone(&answer));
        self.observe_match(allocation, trials, answer.estimate.as_ref().and_then(|e| e.without_match));
        Ok(answer)
    }

    /// Notes that the value or the interval of a match probability is used: a frequency has no bound on its error.
    pub(super) fn rests_on_value(&self, answer: &MatchAnswer) {
        if !matches!(answer.verdict, Verdict::Zero | Verdict::One) {
            self.rests_on_frequency();
        }
    }

    /// Notes that a frequency is used.
    pub(super) fn rests_on_frequency(&self) {
        self.rests_on(Evidence::Statistical);
    }

    /// Notes how something is known that is used.
    pub(super) fn rests_on(&self, evidence: Evidence) {
        self.0.session.rests_on(evidence);
    }

    /// Whether a law gives a match probability of 0 or 1.
    pub(super) fn is_settled(&self, allocation: &Allocation) -> Result<bool, MatchError> {
        let answer = self.matching(allocation, 0)?;
        Ok(matches!(answer.verdict, Verdict::Zero | Verdict::One))
    }

    /// A name for something about an allocation, the same for the same thing.
    pub(super) fn about(&self, allocation: &Allocation, what: &str) -> String {
        format!("{} {} {:?} {what}", self.0.network, self.0.samples, allocation)
    }

    /// An allocation, for a message.
    pub(super) fn in_words(&self, allocation: &Allocation) -> String {
        let text = allocert_core::allocation::print(self.0.network.layout(), allocation);
        format!("{text} of {} ({})", self.0.network, self.0.samples)
    }

    /// So many instances decided, whatever the laws say.
    pub(super) fn decided(&self, allocation: &Allocation, trials: u64) -> Result<Estimate, MatchError> {
        let key = (allocation.clone(), trials);
        if let Some(estimate) = lock(&self.0.decided).get(&key) {
            return Ok(estimate.clone());
        }
        let estimate = self.matcher()?.estimate(allocation, &self.options(trials), &|_, _| {});
        self.in_time(estimate.stopped.map(|halt| (halt, estimate.trials)), trials)?;
        self.0.session.rests_on(estimate.evidence);
        lock(&self.0.decided).insert(key, estimate.clone());
        self.observe_match(allocation, trials, estimate.without_match);
        Ok(estimate)
    }

    /// The matching degree, or why it is not known; nothing if the allocation is no basis.
    pub(super) fn matching_degree(
        &self,
        allocation: &Allocation,
    ) -> Result<Option<Result<usize, NoDegree>>, MatchError> {
        if let Some(degree) = lock(&self.0.degrees).get(allocation) {
            return Ok(*degree);
        }
        // Asked for here, so that what rests on the dimension counts.
        let is_basis = allocation.size() == self.teacher_dim()? && self.dim(allocation)? == allocation.size();
        let degree = if is_basis {
            let degree = self.matcher()?.degree_until(allocation, self.0.session.deadline());
            if degree == Err(NoDegree::Stopped(Stopped::Time)) {
                self.late(0, 1)?;
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

    /// Whether all labels are affine in the learnable weights: exact.
    pub(super) fn is_affine(&self, allocation: &Allocation) -> Result<bool, MatchError> {
        self.matcher()?.is_affine(allocation)
    }

    /// Into how many parts without a common learnable weight the equations of a match fall: exact.
    pub(super) fn subsystems(&self, allocation: &Allocation) -> Result<usize, MatchError> {
        self.matcher()?.subsystems(allocation)
    }

    fn options(&self, trials: u64) -> MatchOptions {
        let time_limit = self.0.session.deadline().map(|d| d.saturating_duration_since(Instant::now()));
        MatchOptions { trials: Trials::Fixed(trials), time_limit, ..MatchOptions::default() }
    }

    /// What the time limit cut short, after so many trials, is no answer: more time might show something else.
    fn in_time(&self, stopped: Option<(Halt, u64)>, trials: u64) -> Result<(), ReachError> {
        match stopped {
            Some((Halt::TimeLimit(_), done)) => self.late(done as usize, trials as usize),
            _ => Ok(()),
        }
    }

    fn late(&self, done: usize, parts: usize) -> Result<(), ReachError> {
        let seconds = self.0.session.time_limit.map_or(0, |limit| limit.as_secs());
        self.0.session.note(Err(ReachError::TimeLimit { seconds, done, parts, counted: None }))
    }

    fn matcher(&self) -> Result<&Matcher, MatchError> {
        let View { network, samples, session, .. } = &*self.0;
        let settings = Settings { error_log2: session.settings.error_log2.min(-60), ..session.settings };
        let build = || Matcher::new(network, *samples, settings, Limits::default());
        self.0.matcher.get_or_init(build).as_ref().map_err(Clone::clone)
    }

    /// A circuit inside an allocation, if it is dependent.
    pub(super) fn circuit(&self, allocation: &Allocation) -> Result<Option<Allocation>, ReachError> {
        let circuit = self.matroid()?.circuit(allocation);
        self.rests_on_ranks(allocation, circuit.is_some());
        Ok(circuit)
    }

    /// The first basis inside an allocation.
    pub(super) fn basis(&self, allocation: &Allocation) -> Result<Allocation, ReachError> {
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
            self.0.unproved.store(true, Ordering::Relaxed);
        }
    }

    /// How many allocations inside `within` have each size and dimension.
    pub(super) fn table(&self, within: &Allocation) -> Result<Arc<Table>, ReachError> {
        let View { network, samples, session, tables, .. } = &*self.0;
        if !ASIDE.get() {
            *lock(&self.0.listed) = None;
        }
        if let Some((table, _)) = lock(tables).get(within) {
            return Ok(Arc::clone(table));
        }
        // Whole seconds, rounded up: the limit is shown as it was given.
        let left = session.deadline().map(|d| d.saturating_duration_since(Instant::now()));
        let time_limit = left.map(|left| Duration::from_secs(left.as_secs() + 1));
        let options = ScanOptions { within: Some(within.clone()), sizes: None, time_limit };
        let answer = session.note(scan(network, *samples, &options, session.settings, &|_, _| {}))?;
        let table = Arc::new(answer.table);
        lock(tables).insert(within.clone(), (Arc::clone(&table), answer.evidence));
        Ok(table)
    }

    /// The dimensions of all allocations in one formula.
    pub(super) fn law(&self) -> Result<Arc<Law>, ReachError> {
        *lock(&self.0.listed) = None;
        if let Some(known) = lock(&self.0.law).as_ref() {
            return Ok(Arc::clone(known));
        }
        let View { network, samples, session, .. } = &*self.0;
        let options = LawOptions { time_limit: session.time_limit, ..LawOptions::default() };
        let found = law(network, *samples, &options, session.settings, &AtomicBool::new(false));
        let found = Arc::new(session.note(found.and_then(Law::whole))?);
        *lock(&self.0.law) = Some(Arc::clone(&found));
        Ok(found)
    }

    /// The connected flats that say why an allocation has fewer dimensions than weights.
    pub(super) fn obstructions(&self, allocation: &Allocation) -> Result<Vec<Obstruction>, ReachError> {
        let found = self.matroid()?.obstructions(allocation);
        // It is as sure as these dimensions.
        for set in std::iter::once(allocation).chain(found.iter().map(|o| &o.flat)) {
            self.dim(set)?;
        }
        Ok(found)
    }

    fn evidence(&self) -> Evidence {
        let law = lock(&self.0.law).as_ref().map(|law| law.evidence());
        let tables: Vec<Evidence> = lock(&self.0.tables).values().map(|(_, evidence)| *evidence).collect();
        let matches = lock(&self.0.matches);
        let matches = matches.values().flat_map(|m| [Some(m.evidence), m.estimate.as_ref().map(|e| e.evidence)]);
        Evidence::all(tables.into_iter().chain(matches.flatten()).chain(law).chain([self.evidence_of_ranks()]))
    }

    fn evidence_of_ranks(&self) -> Evidence {
        match self.0.dimensions.get() {
            Some(Ok(Dimensions::Patterns(_))) if self.0.unproved.load(Ordering::Relaxed) => Evidence::Statistical,
            Some(Ok(Dimensions::Matroid(matroid))) => {
                let asked = self.0.asked.load(Ordering::Relaxed).saturating_add(1);
                matroid.evidence_of(asked, self.0.unproved.load(Ordering::Relaxed))
            }
            _ => Evidence::Proved,
        }
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
    pub(super) fn observe_witness(&self, within: &Allocation, size: usize, dim: usize) {
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

/// A lock that outlives a panic elsewhere: what it guards is only ever added to.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
