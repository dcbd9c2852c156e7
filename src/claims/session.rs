//! What claims ask and how they are answered: networks at a number of samples, their dimensions computed when asked for,
//! once, and how surely all that was asked is known.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crate::allocation::Allocation;
use crate::network::{Network, Samples};
use crate::reach::{Evidence, JacobianMatroid, ReachError, ScanOptions, Settings, Table, scan};

/// Ranks of networks of at most this many weights are kept for every allocation.
const REMEMBERED: usize = 20;
/// Stands for a rank that is not known yet.
const UNKNOWN: u8 = u8::MAX;

/// Everything that was asked while one claim was checked.
#[derive(Debug)]
pub(super) struct Session {
    settings: Settings,
    time_limit: Option<Duration>,
    lenses: Mutex<HashMap<(Network, Samples), Lens>>,
    /// How the tables that were counted are known.
    tables: Mutex<Vec<Evidence>>,
    observed: Option<Mutex<Vec<Observation>>>,
}

/// A dimension that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The network.
    pub network: String,
    /// The samples.
    pub samples: Samples,
    /// The allocation.
    pub allocation: Allocation,
    /// The allocation in text.
    pub text: String,
    /// ρ_m(A).
    pub dim: usize,
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

    fn build(settings: Settings, time_limit: Option<Duration>, observed: Option<Mutex<Vec<Observation>>>) -> Arc<Self> {
        let (lenses, tables) = (Mutex::default(), Mutex::default());
        Arc::new(Session { settings, time_limit, lenses, tables, observed })
    }

    /// The network as seen on so many samples; the same lens for the same question.
    pub(super) fn lens(self: &Arc<Self>, network: &Network, samples: Samples) -> Lens {
        let mut lenses = lock(&self.lenses);
        let fresh = || {
            let (session, network) = (Arc::clone(self), network.clone());
            let small = network.weights() <= REMEMBERED;
            let known =
                if small { (0..1 << network.weights()).map(|_| AtomicU8::new(UNKNOWN)).collect() } else { Vec::new() };
            let (matroid, unproved) = (OnceLock::new(), AtomicBool::new(false));
            Lens(Arc::new(View { session, network, samples, matroid, known, unproved, tables: Mutex::default() }))
        };
        lenses.entry((network.clone(), samples)).or_insert_with(fresh).clone()
    }

    /// How all that was asked so far is known.
    pub(super) fn evidence(&self) -> Evidence {
        let lenses: Vec<Evidence> = lock(&self.lenses).values().map(Lens::evidence).collect();
        Evidence::all(lenses.into_iter().chain(lock(&self.tables).iter().copied()))
    }

    /// What was asked, each question once, in order.
    pub(super) fn observations(&self) -> Vec<Observation> {
        self.observed.as_ref().map(|o| lock(o).clone()).unwrap_or_default()
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
    matroid: OnceLock<Result<JacobianMatroid, ReachError>>,
    /// The rank of every allocation, by its bits; empty for large networks.
    known: Vec<AtomicU8>,
    /// Whether a dimension was asked for that is below every proved bound the session knows.
    unproved: AtomicBool,
    tables: Mutex<HashMap<Allocation, Arc<Table>>>,
}

impl Lens {
    pub(super) fn network(&self) -> &Network {
        &self.0.network
    }

    pub(super) fn samples(&self) -> Samples {
        self.0.samples
    }

    /// The same network on another number of samples.
    pub(super) fn at(&self, samples: Samples) -> Lens {
        self.0.session.lens(&self.0.network, samples)
    }

    /// Another network on the same number of samples.
    pub(super) fn same(&self, other: &Lens) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.network == other.0.network && self.0.samples == other.0.samples)
    }

    /// The matroid, with as many trials as one set needs for the error allowed over all sets.
    pub(super) fn matroid(&self) -> Result<&JacobianMatroid, ReachError> {
        let View { network, samples, session, .. } = &*self.0;
        let build = || {
            let mut matroid = JacobianMatroid::new(network, *samples, session.settings.seed)?;
            let trials = matroid.trials_for_all(session.settings.error_log2)?;
            matroid.extend_to(trials);
            Ok(matroid)
        };
        self.0.matroid.get_or_init(build).as_ref().map_err(Clone::clone)
    }

    /// D_m.
    pub(super) fn teacher_dim(&self) -> Result<usize, ReachError> {
        let teacher = self.matroid()?.teacher();
        if teacher.evidence != Evidence::Proved {
            self.0.unproved.store(true, Ordering::Relaxed);
        }
        self.observe(&Allocation::all(self.0.network.weights()), teacher.value);
        Ok(teacher.value)
    }

    /// ρ_m(A).
    pub(super) fn dim(&self, allocation: &Allocation) -> Result<usize, ReachError> {
        let matroid = self.matroid()?;
        let remembered = self.0.known.get(allocation.low_bits() as usize);
        let known = remembered.map(|r| r.load(Ordering::Relaxed)).filter(|r| *r != UNKNOWN);
        let rank = known.map_or_else(|| matroid.rank(allocation), usize::from);
        if let (Some(slot), Ok(small)) = (remembered, u8::try_from(rank)) {
            slot.store(small, Ordering::Relaxed);
        }
        if rank < allocation.size() && rank < matroid.teacher_bound() {
            self.0.unproved.store(true, Ordering::Relaxed);
        }
        self.observe(allocation, rank);
        Ok(rank)
    }

    /// How many allocations inside `within` have each size and dimension.
    pub(super) fn table(&self, within: &Allocation) -> Result<Arc<Table>, ReachError> {
        let View { network, samples, session, tables, .. } = &*self.0;
        if let Some(table) = lock(tables).get(within) {
            return Ok(Arc::clone(table));
        }
        let options = ScanOptions { within: Some(within.clone()), sizes: None, time_limit: session.time_limit };
        let answer = scan(network, *samples, &options, session.settings, &|_, _| {})?;
        lock(&session.tables).push(answer.evidence);
        let table = Arc::new(answer.table);
        lock(tables).insert(within.clone(), Arc::clone(&table));
        Ok(table)
    }

    fn evidence(&self) -> Evidence {
        match self.0.matroid.get() {
            Some(Ok(matroid)) if self.0.unproved.load(Ordering::Relaxed) => {
                Evidence::Probabilistic { error_log2: matroid.error_for_all() }
            }
            _ => Evidence::Proved,
        }
    }

    fn observe(&self, allocation: &Allocation, dim: usize) {
        let Some(observed) = &self.0.session.observed else {
            return;
        };
        let all = allocation.size() == allocation.weights();
        let text = if all { "all".to_owned() } else { crate::allocation::print(self.0.network.layout(), allocation) };
        let (network, samples) = (self.0.network.to_string(), self.0.samples);
        let observation = Observation { network, samples, allocation: allocation.clone(), text, dim };
        let mut observed = lock(observed);
        if !observed.contains(&observation) {
            observed.push(observation);
        }
    }
}

/// A lock that outlives a panic elsewhere: what it guards is only ever added to.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
