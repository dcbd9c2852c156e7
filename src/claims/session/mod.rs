//! What claims ask and how they are answered: a session keeps everything that one claim asked, and how surely all of it is
//! known; a lens answers for one network at a number of samples.

mod answers;
mod lens;
mod rules;

pub(super) use lens::Lens;

use answers::Answers;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::outcome::{Counterexample, Subject};
use allocert_core::allocation::Allocation;
use allocert_core::control::Control;
use allocert_core::network::{Network, Samples};
use allocert_core::reach::{Evidence, ReachError, Settings};

/// Everything that was asked while one claim was checked.
#[derive(Debug)]
pub(super) struct Session {
    settings: Settings,
    control: Control<'static>,
    lenses: Mutex<HashMap<(Network, Samples), Lens>>,
    /// How instances that were decided are known.
    decisions: Mutex<Vec<Evidence>>,
    observed: Option<Mutex<(Vec<Observation>, HashSet<Observation>)>>,
    /// The questions about matches, where what is asked is remembered.
    questions: Mutex<Vec<AskedMatch>>,
    /// The first limit that a question ran into.
    stopped: Mutex<Option<ReachError>>,
    /// Whether a count of instances that were not decided was read: it depends on which instances were drawn.
    sampled: AtomicBool,
    /// Shared with the other claims of the file.
    answers: Arc<Answers>,
    /// Those of the files that this one's file uses, while they were loaded: what was worked out there may be read here.
    used: Vec<Arc<Session>>,
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
        Session::loading(settings, time_limit, Vec::new())
    }

    /// A session of a file while it is loaded, which may use what others worked out.
    pub(super) fn loading(settings: Settings, time_limit: Option<Duration>, used: Vec<Arc<Session>>) -> Arc<Self> {
        Session::build(settings, time_limit, None, (Arc::default(), used))
    }

    /// A session of another claim of the file that this one loads; it need not decide what some claim before it asked.
    pub(super) fn after(&self, settings: Settings, time_limit: Option<Duration>) -> Arc<Self> {
        Session::build(settings, time_limit, None, (Arc::clone(&self.answers), Vec::new()))
    }

    /// A session that also remembers what was asked.
    pub(super) fn observing(settings: Settings, time_limit: Option<Duration>) -> Arc<Self> {
        Session::build(settings, time_limit, Some(Mutex::default()), Default::default())
    }

    fn build(
        settings: Settings,
        time_limit: Option<Duration>,
        observed: Option<Mutex<(Vec<Observation>, HashSet<Observation>)>>,
        (answers, used): (Arc<Answers>, Vec<Arc<Session>>),
    ) -> Arc<Self> {
        let (lenses, decisions) = (Mutex::default(), Mutex::default());
        Arc::new(Session {
            settings,
            control: time_limit.map_or(Control::unlimited(), |limit| Control::unlimited().within(limit)),
            lenses,
            decisions,
            observed,
            questions: Mutex::default(),
            stopped: Mutex::default(),
            sampled: AtomicBool::new(false),
            answers,
            used,
        })
    }

    /// What its random numbers follow from.
    pub(super) fn seed(&self) -> u64 {
        self.settings.seed
    }

    /// What stops its questions.
    pub(super) fn control(&self) -> Control<'static> {
        self.control
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
        let lenses = lock(&self.lenses);
        let subject = |((network, samples), lens): (&(Network, Samples), &Lens)| {
            let (network, samples, dimensions) = (network.clone(), *samples, lens.listed());
            Subject { network, samples, dimensions }
        };
        let mut subjects: Vec<Subject> = lenses.iter().filter(|(_, lens)| lens.was_asked()).map(subject).collect();
        subjects.extend(self.used.iter().flat_map(|used| used.subjects()));
        subjects.sort_by_cached_key(|s| (s.network.weights(), s.network.to_string(), s.samples));
        subjects
    }

    /// Whether an outcome depends on which instances were drawn, although no number was read that is not known.
    pub(super) fn is_sampled(&self) -> bool {
        self.sampled.load(Ordering::Relaxed) || self.used.iter().any(|used| used.is_sampled())
    }

    /// Whether nothing but dimensions was asked for: nothing about matches, degrees or affine labels.
    pub(super) fn asked_only_dimensions(&self) -> bool {
        let here = || lock(&self.lenses).values().all(|lens| !lens.was_asked_about_matches());
        lock(&self.decisions).is_empty() && here() && self.used.iter().all(|used| used.asked_only_dimensions())
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
        lenses.entry((network.clone(), samples)).or_insert_with(|| Lens::new(self, network, samples)).clone()
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
        let lenses = lock(&self.lenses);
        // One that is not proved decides what is said of all: then nothing more is looked for.
        let all_proved = lenses.values().all(Lens::is_proved_after_all);
        let lenses: Vec<Evidence> = lenses.values().map(|lens| lens.evidence(all_proved)).collect();
        let decisions = lock(&self.decisions);
        let used = self.used.iter().map(|used| used.evidence());
        Evidence::all(lenses.into_iter().chain(decisions.iter().copied()).chain(used))
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

/// A lock that outlives a panic elsewhere: what it guards is only ever added to.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
