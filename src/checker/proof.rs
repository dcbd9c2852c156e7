//! What has been proved so far.

use std::collections::HashMap;
use std::rc::Rc;

use num_bigint::BigInt;
use num_rational::BigRational;

use super::Hole;
use super::network::Network;
use super::number::{Dual, Modular, Number, spend};
use allocert_format::Header;

/// Why checking ends early.
#[derive(Debug)]
pub(super) enum Fault {
    Wrong(String),
    NotACertificate(String),
    Limit(String),
}

impl From<String> for Fault {
    fn from(reason: String) -> Self {
        Fault::Wrong(reason)
    }
}

/// A fault unless something holds.
pub(super) fn ensure(holds: bool, otherwise: &str) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault::Wrong(otherwise.to_owned())) }
}

/// What a step states.
#[derive(Clone, Debug)]
pub(super) enum Fact {
    Point {
        weights: Vec<Modular>,
        inputs: Vec<Vec<Modular>>,
        /// For each input, where the network has kinks.
        gates: Vec<Vec<bool>>,
    },
    AtLeast(Vec<usize>, usize),
    AtMost(Vec<usize>, usize),
    Dimension(Vec<usize>, usize),
    Spans(Vec<usize>, bool),
    Instance(Vec<usize>, Box<Instance>),
    /// No instance near some other has a match with the allocation.
    Absence(Vec<usize>),
    /// The dimensions of all allocations inside some weights.
    Table,
    /// Those of a part of them.
    Branch(Rc<Branch>),
    /// Something that nothing else is inferred from.
    Other,
}

/// A student, a teacher and inputs.
#[derive(Clone, Debug)]
pub(super) struct Instance {
    pub(super) student: Vec<BigRational>,
    pub(super) teacher: Vec<BigRational>,
    pub(super) inputs: Vec<Vec<BigRational>>,
}

/// The dimensions of all allocations inside some weights that contain some and avoid others, these as bits.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) within: Vec<usize>,
    pub(super) contained: u64,
    pub(super) avoided: u64,
    pub(super) counts: Vec<(usize, usize, u64)>,
    pub(super) open: u64,
    /// Whether they were derived here.
    pub(super) derived: bool,
}

impl Fact {
    /// How many numbers are remembered for it.
    fn entries(&self) -> usize {
        match self {
            Fact::Point { weights, inputs, gates } => {
                weights.len() + inputs.iter().map(Vec::len).chain(gates.iter().map(Vec::len)).sum::<usize>()
            }
            Fact::Instance(set, instance) => {
                set.len() + 2 * instance.student.len() + instance.inputs.iter().map(Vec::len).sum::<usize>()
            }
            Fact::AtLeast(set, _) | Fact::AtMost(set, _) | Fact::Dimension(set, _) => set.len(),
            Fact::Spans(set, _) | Fact::Absence(set) => set.len(),
            Fact::Branch(branch) => branch.within.len() + 3 * branch.counts.len(),
            Fact::Table | Fact::Other => 0,
        }
    }
}

/// Sets, as bits, and their bounds.
pub(super) type Bounds = Rc<Vec<(u64, u32)>>;

/// The state of checking.
pub(super) struct Proof {
    pub(super) header: Header,
    pub(super) network: Option<Network>,
    pub(super) samples: Option<u64>,
    network_text: String,
    /// What can be used: the facts about the present network.
    facts: HashMap<u64, Fact>,
    /// What every step so far has stated, in words.
    statements: HashMap<u64, String>,
    /// The size of all facts so far.
    entries: usize,
    dimensions: bool,
    /// Whether all branches of counts are derived, however many.
    pub(super) full: bool,
    /// The operations spent on branches.
    pub(super) branching: u64,
    /// Bounded sets inside some weights, as bits, while nothing is added to them.
    pub(super) images: Option<(Vec<usize>, Bounds)>,
    pub(super) holes: Vec<Hole>,
    pub(super) answer: Vec<String>,
}

/// More operations than this are not spent on one step: some seconds.
pub(super) const MOST_OPERATIONS: usize = 1 << 29;

/// More numbers than this are not remembered: about 128 MB.
const MOST_ENTRIES: usize = 1 << 24;

impl Proof {
    pub(super) fn new(header: Header, full: bool) -> Self {
        Proof {
            header,
            full,
            branching: 0,
            images: None,
            network: None,
            samples: None,
            network_text: String::new(),
            facts: HashMap::new(),
            statements: HashMap::new(),
            entries: 0,
            dimensions: false,
            holes: Vec::new(),
            answer: Vec::new(),
        }
    }

    /// From now on steps are about this network.
    pub(super) fn enter(&mut self, network: &str, samples: Option<u64>) -> Result<(), Fault> {
        ensure(samples != Some(0), "0 samples")?;
        self.network = Some(Network::parse(network)?);
        self.samples = samples;
        self.network_text = network.to_owned();
        self.facts.clear();
        self.images = None;
        Ok(())
    }

    /// From now on steps are about no network.
    pub(super) fn leave(&mut self) {
        self.network = None;
        self.facts.clear();
        self.images = None;
    }

    /// The network and the samples in words.
    pub(super) fn subject(&self) -> String {
        match (&self.network, self.samples) {
            (None, _) => String::new(),
            (Some(_), None) => format!("{}, functional", self.network_text),
            (Some(_), Some(1)) => format!("{}, 1 sample", self.network_text),
            (Some(_), Some(m)) => format!("{}, {m} samples", self.network_text),
        }
    }

    pub(super) fn network(&self) -> Result<&Network, Fault> {
        self.network.as_ref().ok_or_else(|| Fault::Wrong("no network has been named".to_owned()))
    }

    pub(super) fn allocation(&self, text: &str) -> Result<Vec<usize>, Fault> {
        Ok(self.network()?.allocation(text)?)
    }

    /// Remembers what a step states.
    pub(super) fn state(&mut self, step: u64, fact: Fact, statement: String) -> Result<(), Fault> {
        self.entries += fact.entries();
        if self.entries > MOST_ENTRIES {
            return Err(Fault::Limit(format!("over the limit of {MOST_ENTRIES} weights named in all steps together")));
        }
        // Where a certificate is about several networks, each statement names its own.
        let several = self.header.network.is_none() && self.network.is_some();
        let statement = if several { format!("{}: {statement}", self.subject()) } else { statement };
        self.dimensions |= matches!(fact, Fact::Dimension(..) | Fact::Table);
        // A branch answers nothing; only a count says what was not derived.
        if !matches!(fact, Fact::Branch(_)) {
            self.images = None;
            self.statements.insert(step, statement);
        }
        self.facts.insert(step, fact);
        Ok(())
    }

    /// States that a set has at most `k` dimensions. A bound above the number of weights says nothing, and sums of such
    /// bounds could overflow, so it is an error.
    pub(super) fn bounded(&mut self, step: u64, (of, set, k): (&str, Vec<usize>, usize)) -> Result<(), Fault> {
        ensure(k <= self.network()?.weights, "the bound is above the number of weights")?;
        self.state(step, Fact::AtMost(set, k), format!("the dimension of {of} is at most {k}"))
    }

    pub(super) fn hole(&mut self, step: u64, rule: &'static str, reason: String, error_log2: Option<i64>) {
        self.holes.push(Hole { step, rule, reason, error_log2 });
    }

    pub(super) fn fact(&self, step: u64) -> Result<&Fact, Fault> {
        self.facts
            .get(&step)
            .ok_or_else(|| Fault::Wrong(format!("step {step} does not stand before this one, or states nothing")))
    }

    /// What a step states, in words.
    pub(super) fn statement(&self, step: u64) -> Result<&str, Fault> {
        let found = self.statements.get(&step).map(String::as_str);
        found.ok_or_else(|| Fault::Wrong(format!("step {step} states nothing")))
    }

    /// All upper bounds.
    pub(super) fn upper_bounds(&self) -> impl Iterator<Item = (&[usize], usize)> {
        self.facts.values().filter_map(|fact| match fact {
            Fact::AtMost(set, k) | Fact::Dimension(set, k) => Some((set.as_slice(), *k)),
            _ => None,
        })
    }

    /// Whether some step has stated a dimension, or a table of them.
    pub(super) fn has_dimensions(&self) -> bool {
        self.dimensions
    }

    pub(super) fn point(&self, step: u64) -> Result<(&[Modular], &[Vec<Modular>]), Fault> {
        match self.fact(step)? {
            Fact::Point { weights, inputs, .. } => Ok((weights, inputs)),
            _ => Err(Fault::Wrong(format!("step {step} is not a point"))),
        }
    }

    /// The set that a step bounds from above, and the bound.
    pub(super) fn at_most(&self, step: u64) -> Result<(&[usize], usize), Fault> {
        match self.fact(step)? {
            Fact::AtMost(set, k) | Fact::Dimension(set, k) => Ok((set, *k)),
            _ => Err(Fault::Wrong(format!("step {step} is not an upper bound"))),
        }
    }

    /// The set that a step bounds from below, and the bound.
    pub(super) fn at_least(&self, step: u64) -> Result<(&[usize], usize), Fault> {
        match self.fact(step)? {
            Fact::AtLeast(set, k) | Fact::Dimension(set, k) => Ok((set, *k)),
            _ => Err(Fault::Wrong(format!("step {step} is not a lower bound"))),
        }
    }

    /// The instance of a step that is about a set.
    pub(super) fn instance(&self, step: u64, set: &[usize]) -> Result<&Instance, Fault> {
        match self.fact(step)? {
            Fact::Instance(about, instance) if about == set => Ok(instance),
            _ => Err(Fault::Wrong(format!("step {step} is not an instance for this allocation"))),
        }
    }

    /// The branch of a step.
    pub(super) fn branch(&self, step: u64) -> Result<&Branch, Fault> {
        match self.fact(step)? {
            Fact::Branch(branch) => Ok(branch),
            _ => Err(Fault::Wrong(format!("step {step} is not a branch"))),
        }
    }

    /// Some columns of the Jacobian at a point, each as long as there are labels.
    pub(super) fn columns(&self, point: u64, columns: &[usize]) -> Result<Vec<Vec<Modular>>, Fault> {
        let network = self.network()?;
        let (weights, inputs) = self.point(point)?;
        let Fact::Point { gates, .. } = self.fact(point)? else { return Ok(Vec::new()) };
        let gates = gates.iter().map(Vec::as_slice).chain(std::iter::repeat(&[][..]));
        let operations = 3 * columns.len().saturating_mul(inputs.len()).saturating_mul(network.operations());
        limit(operations)?;
        let input = |x: &Vec<Modular>| x.iter().map(|x| Dual(*x, Modular::zero())).collect::<Vec<_>>();
        let inputs: Vec<Vec<Dual<Modular>>> = inputs.iter().map(input).collect();
        let mut moved: Vec<Dual<Modular>> = weights.iter().map(|w| Dual(*w, Modular::zero())).collect();
        let column = |column: &usize| {
            moved[*column].1 = Modular::one();
            let each = inputs.iter().zip(gates.clone());
            let labels = each.flat_map(|(x, gates)| network.gated(&moved, x, gates)).map(|label| label.1).collect();
            moved[*column].1 = Modular::zero();
            labels
        };
        Ok(columns.iter().map(column).collect())
    }
}

/// Refuses too much work.
pub(super) fn limit(operations: usize) -> Result<(), Fault> {
    if operations <= MOST_OPERATIONS && spend(operations as u64) {
        return Ok(());
    }
    Err(Fault::Limit(format!("over the limit of {MOST_OPERATIONS} operations a step, or of those for a certificate")))
}

pub(super) fn too_large() -> Fault {
    Fault::Limit("a polynomial has too many terms, or too large numbers".to_owned())
}

pub(super) fn modular(values: &[i64]) -> Vec<Modular> {
    values.iter().map(|v| Modular::of(&BigInt::from(*v))).collect()
}

/// Whether one rising list is inside another.
pub(super) fn is_subset(a: &[usize], b: &[usize]) -> bool {
    a.iter().all(|w| b.binary_search(w).is_ok())
}
