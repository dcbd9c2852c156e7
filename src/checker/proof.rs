//! What has been proved so far.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use num_bigint::BigInt;
use num_rational::BigRational;

use super::budget::{Held, exceeded, hold, pay, spend};
use super::changed;
use super::ledger::Ledger;
use super::network::Network;
use super::number::{Dual, Modular, Number, rank};
use super::own;
use super::polynomial::Coefficient;
use super::{Carried, Context, Hole, Options, Standing};
use allocert_format::{Header, is_family, is_network_name, origins, sha256};

/// Why checking ends early.
#[derive(Debug)]
pub(super) enum Fault {
    Wrong(String),
    /// What a condition asks for is not known; never the end of checking.
    Unknown(String),
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
        /// For each input, the numbers of exponentials and logarithms in the order of the program.
        functions: Vec<Vec<Modular>>,
    },
    /// Exponentials and logarithms are independent variables on at most so many samples; nothing for any number.
    Independent(Option<usize>),
    AtLeast(Vec<usize>, usize),
    AtMost(Vec<usize>, usize),
    Dimension(Vec<usize>, usize),
    Spans(Vec<usize>, bool),
    /// The match probability is one of these: 0, 1 for anything between 0 and 1, or 2 for 1.
    Match(Vec<usize>, u8, u8),
    Instance(Vec<usize>, Rc<Instance>),
    /// An instance has a match with the allocation; whether it is one on all inputs.
    Solved(Vec<usize>, Rc<Instance>, bool),
    /// An instance has no match with the allocation; whether none near it has one.
    Unsolved(Vec<usize>, Rc<Instance>, bool),
    /// The dimensions of all allocations inside some weights.
    Table(Vec<usize>, Rc<Counts>),
    /// Those of a part of them.
    Branch(Rc<Branch>),
    /// Whether a condition holds.
    Condition(Rc<Evaluated>),
    /// Something that nothing else is inferred from.
    Other,
}

/// (size, dimension, number of allocations), in rising order.
pub(super) type Counts = [(usize, usize, u64)];

/// A student, a teacher and inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
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
            Fact::Point { weights, inputs, gates, functions } => {
                let numbers = inputs.iter().chain(functions).map(Vec::len).sum::<usize>();
                weights.len() + numbers + gates.iter().map(Vec::len).sum::<usize>()
            }
            Fact::Instance(set, instance) => {
                set.len() + 2 * instance.student.len() + instance.inputs.iter().map(Vec::len).sum::<usize>()
            }
            Fact::AtLeast(set, _) | Fact::AtMost(set, _) | Fact::Dimension(set, _) => set.len(),
            Fact::Spans(set, _) | Fact::Match(set, _, _) => set.len(),
            Fact::Solved(set, _, _) | Fact::Unsolved(set, _, _) => set.len(),
            Fact::Branch(branch) => branch.within.len() + 3 * branch.counts.len(),
            Fact::Table(set, counts) => set.len() + 3 * counts.len(),
            Fact::Independent(_) | Fact::Condition(_) | Fact::Other => 0,
        }
    }

    /// The bytes that these take.
    fn bytes(&self) -> u64 {
        let numbers = |list: &[BigRational]| list.iter().map(Coefficient::bytes).sum::<u64>();
        let rationals = match self {
            Fact::Instance(_, instance) => {
                let inputs = instance.inputs.iter().map(|x| 24 + numbers(x)).sum::<u64>();
                numbers(&instance.student) + numbers(&instance.teacher) + inputs
            }
            Fact::Point { inputs, gates, functions, .. } => 24 * (inputs.len() + gates.len() + functions.len()) as u64,
            _ => 0,
        };
        rationals + 8 * self.entries() as u64
    }
}

/// Sets, as bits, and their bounds.
pub(super) type Bounds = Rc<Vec<(u64, u32)>>;

/// A network and a number of samples, nothing when functional.
pub(super) type Subject = (String, Option<u64>);

/// A condition that was evaluated.
#[derive(Clone, Debug)]
pub(super) struct Evaluated {
    /// The weights that the allocations lie in, as written, and the hypothesis, if there are such; and the condition.
    pub(super) texts: (Option<String>, Option<String>, String),
    /// An allocation that fails it.
    pub(super) fails: Option<Vec<usize>>,
    /// For how many allocations the hypothesis is true; nothing if it could not be evaluated.
    pub(super) instances: Option<u64>,
}

/// What a step has stated.
pub(super) struct Stated {
    pub(super) text: String,
    pub(super) subject: Option<Rc<Subject>>,
    /// Whether it is a dimension, or a table of them.
    pub(super) dimensions: bool,
    /// A condition that was evaluated.
    pub(super) condition: Option<Rc<Evaluated>>,
    /// The first step with a hole that it rests on.
    pub(super) hole: Option<u64>,
}

/// The state of checking.
#[derive(Default)]
pub(super) struct Proof {
    pub(super) header: Header,
    pub(super) network: Option<Rc<Network>>,
    /// Networks that are no families, by name: a name means one program in the whole certificate.
    carried: HashMap<String, (Rc<Network>, Carried)>,
    pub(super) samples: Option<u64>,
    subject: Option<Rc<Subject>>,
    /// What can be used: the facts about the present network.
    facts: HashMap<u64, Fact>,
    /// The memory of these.
    facts_held: Held,
    /// What every step so far has stated.
    stated: HashMap<u64, Stated>,
    texts_held: Held,
    ledger: Ledger,
    /// The first step with a hole that the present step rests on.
    rests_on: Cell<Option<u64>>,
    /// The size of all facts so far.
    entries: usize,
    pub(super) options: Options,
    /// The operations spent on branches.
    pub(super) branching: u64,
    /// Bounded sets inside some weights, as bits, while nothing is added to them.
    pub(super) images: Option<(Vec<usize>, Bounds, Option<u64>)>,
    pub(super) holes: Vec<Hole>,
    /// The steps that answer the question.
    pub(super) answer: Vec<u64>,
    /// The step with the claim, and what became of it.
    pub(super) claim: Option<(u64, Standing)>,
    /// What was asked to be shown.
    pub(super) shown: Vec<String>,
    /// Whether some step rests on Ax's theorem.
    pub(super) rests_on_ax: bool,
}

/// More operations than this are not spent on one step: some seconds.
pub(super) const MOST_OPERATIONS: usize = 1 << 29;

/// More numbers than this are not remembered.
const MOST_ENTRIES: usize = 1 << 24;

impl Proof {
    pub(super) fn new(header: Header, options: Options) -> Self {
        Proof { header, options, ..Proof::default() }
    }

    /// A step begins, which rests on nothing so far.
    pub(super) fn begin(&mut self) {
        self.rests_on.set(None);
    }

    /// From now on steps are about this network.
    pub(super) fn enter(&mut self, network: &str, samples: Option<u64>) -> Result<(), Fault> {
        ensure(samples != Some(0), "0 samples")?;
        self.leave();
        self.network = Some(self.find(network)?);
        self.samples = samples;
        self.subject = Some(Rc::new((network.to_owned(), samples)));
        Ok(())
    }

    /// The network of a name: one that was carried before, or that of a family.
    pub(super) fn find(&self, name: &str) -> Result<Rc<Network>, Fault> {
        let carried = self.carried.get(name).map(|(network, _)| Rc::clone(network));
        carried.map_or_else(|| Network::parse(name).map(Rc::new), Ok)
    }

    /// From now on this name means the network of this text.
    pub(super) fn carry(&mut self, name: String, text: String, hash: String) -> Result<(), Fault> {
        pay(16 * text.len() as u64)?;
        ensure(is_network_name(&name), "that is no name of a network of one's own, or looks like a family's")?;
        ensure(!self.carried.contains_key(&name), "two programs have this name")?;
        ensure(hash == sha256(text.as_bytes()), "the hash is that of another text")?;
        let network = Rc::new(own::parse(&text)?);
        self.called_right(&name, (&network, &text))?;
        if !self.texts_held.grow((2 * name.len() + text.len() + 200) as u64) {
            return Err(exceeded());
        }
        self.carried.insert(name.clone(), (network, Carried { network: name, text, sha256: hash }));
        Ok(())
    }

    /// A fault if a network's name says that it is another one, changed, and it is not; or what another's name says of it.
    fn called_right(&self, name: &str, (network, text): (&Network, &str)) -> Result<(), Fault> {
        // One that was changed in between may be carried, too.
        for (at, (base, made)) in origins(name).into_iter().enumerate() {
            if at == 0 && is_family(base) {
                changed::check((&Network::parse(base)?, None), made, (network, text))?;
            } else if let Some((base, carried)) = self.carried.get(base) {
                changed::check((base, Some(&carried.text)), made, (network, text))?;
            }
        }
        for (other, (changed, carried)) in &self.carried {
            pay(other.len() as u64)?;
            if let Some((_, made)) = origins(other).into_iter().find(|(base, _)| *base == name) {
                changed::check((network, Some(text)), made, (changed, &carried.text))?;
            }
        }
        Ok(())
    }

    /// The networks that are no families, in the order of their names.
    pub(super) fn all_carried(&self) -> Vec<Carried> {
        let mut all: Vec<Carried> = self.carried.values().map(|(_, carried)| carried.clone()).collect();
        all.sort_by(|a, b| a.network.cmp(&b.network));
        all
    }

    /// A network and its samples in words; with the beginning of its hash if it is no family.
    pub(super) fn in_words(&self, (network, samples): &Subject) -> String {
        allocert_format::network_in_words(network, self.hash(network), *samples)
    }

    /// The hash of a network's program, if it is carried.
    pub(super) fn hash(&self, network: &str) -> Option<&str> {
        self.carried.get(network).map(|(_, carried)| carried.sha256.as_str())
    }

    /// From now on steps are about no network.
    pub(super) fn leave(&mut self) {
        (self.network, self.subject, self.images) = (None, None, None);
        self.facts.clear();
        self.facts_held = Held::default();
    }

    pub(super) fn network(&self) -> Result<&Network, Fault> {
        self.known().map(Rc::as_ref)
    }

    pub(super) fn known(&self) -> Result<&Rc<Network>, Fault> {
        self.network.as_ref().ok_or_else(|| Fault::Wrong("no network has been named".to_owned()))
    }

    pub(super) fn allocation(&self, text: &str) -> Result<Vec<usize>, Fault> {
        pay(8 * text.len() as u64)?;
        Ok(self.network()?.allocation(text)?)
    }

    /// Remembers what a step states; a contradiction to what was stated before is a fault.
    pub(super) fn state(&mut self, step: u64, fact: Fact, text: String) -> Result<(), Fault> {
        self.entries += fact.entries();
        if self.entries > MOST_ENTRIES {
            return Err(Fault::Limit(format!("over the limit of {MOST_ENTRIES} weights named in all steps together")));
        }
        if !self.facts_held.grow(200 + fact.bytes()) || !self.texts_held.grow(100 + text.len() as u64) {
            return Err(exceeded());
        }
        if let Some(network) = &self.network {
            self.ledger.add(step, (network, self.samples), &fact)?;
        }
        let dimensions = matches!(fact, Fact::Dimension(..) | Fact::Table(..));
        if !matches!(fact, Fact::Branch(_)) {
            self.images = None;
        }
        let condition = if let Fact::Condition(evaluated) = &fact { Some(Rc::clone(evaluated)) } else { None };
        let (subject, hole) = (self.subject.clone(), self.rests_on.get());
        self.stated.insert(step, Stated { text, subject, dimensions, condition, hole });
        self.facts.insert(step, fact);
        Ok(())
    }

    /// States that a set has at most `k` dimensions. A bound above the number of weights says nothing, and sums of such
    /// bounds could overflow, so it is an error.
    pub(super) fn bounded(&mut self, step: u64, (of, set, k): (&str, Vec<usize>, usize)) -> Result<(), Fault> {
        ensure(k <= self.network()?.weights, "the bound is above the number of weights")?;
        self.state(step, Fact::AtMost(set, k), format!("the dimension of {of} is at most {k}"))
    }

    /// Notes that the present step, and what follows from it, rests on something that is not proved.
    pub(super) fn hole(
        &mut self,
        step: u64,
        rule: &'static str,
        reason: String,
        error_log2: Option<i64>,
    ) -> Result<(), Fault> {
        self.rests_on.set(self.rests_on.get().or(Some(step)));
        self.lack(step, rule, reason, error_log2)
    }

    /// Notes that something is not proved, and not stated either.
    pub(super) fn lack(
        &mut self,
        step: u64,
        rule: &'static str,
        reason: String,
        error_log2: Option<i64>,
    ) -> Result<(), Fault> {
        if !self.texts_held.grow(100 + reason.len() as u64) {
            return Err(exceeded());
        }
        self.holes.push(Hole { step, rule, reason, error_log2 });
        Ok(())
    }

    /// The first hole that a step rests on.
    pub(super) fn hole_of(&self, step: u64) -> Option<u64> {
        self.stated.get(&step).and_then(|stated| stated.hole)
    }

    /// The present step rests on this hole, too, if there is one.
    pub(super) fn rest_on(&self, hole: Option<u64>) {
        self.rests_on.set(self.rests_on.get().into_iter().chain(hole).min());
    }

    pub(super) fn fact(&self, step: u64) -> Result<&Fact, Fault> {
        self.rest_on(self.hole_of(step));
        self.facts
            .get(&step)
            .ok_or_else(|| Fault::Wrong(format!("step {step} does not stand before this one, or states nothing")))
    }

    /// What a step states.
    pub(super) fn stated(&self, step: u64) -> Result<&Stated, Fault> {
        self.rest_on(self.hole_of(step));
        // A branch, with no text, answers nothing.
        let stated = self.stated.get(&step).filter(|stated| !stated.text.is_empty());
        stated.ok_or_else(|| Fault::Wrong(format!("step {step} states nothing")))
    }

    /// What a step states, in words. Where a certificate is about several networks, each statement names its own.
    pub(super) fn statement(&self, step: u64) -> Result<String, Fault> {
        let stated = self.stated(step)?;
        let subject = stated.subject.as_ref().filter(|_| self.header.network.is_none());
        Ok(subject.map_or_else(String::new, |s| format!("{}: ", self.in_words(s))) + &stated.text)
    }

    /// A statement that answers the question.
    pub(super) fn answered(&self, step: u64) -> (String, Context) {
        let stated = self.stated.get(&step);
        let network =
            stated.and_then(|stated| stated.subject.as_deref()).map_or_else(String::new, |s| self.in_words(s));
        let hole = stated.and_then(|stated| stated.hole);
        (self.statement(step).unwrap_or_default(), Context { network, hole })
    }

    /// The networks whose dimensions were stated.
    pub(super) fn subjects(&self) -> impl Iterator<Item = &Subject> {
        self.stated.values().filter(|stated| stated.dimensions).filter_map(|stated| stated.subject.as_deref())
    }

    /// All upper bounds, each with its step.
    pub(super) fn upper_bounds(&self) -> impl Iterator<Item = (u64, &[usize], usize)> {
        self.facts.iter().filter_map(|(step, fact)| match fact {
            Fact::AtMost(set, k) | Fact::Dimension(set, k) => Some((*step, set.as_slice(), *k)),
            _ => None,
        })
    }

    /// All dimensions that were stated.
    pub(super) fn dimensions(&self) -> impl Iterator<Item = (&[usize], usize)> {
        self.facts.values().filter_map(|fact| match fact {
            Fact::Dimension(set, k) => Some((set.as_slice(), *k)),
            _ => None,
        })
    }

    /// Keeps a text that was asked for, with the network that it is about.
    pub(super) fn show(&mut self, text: String) -> Result<(), Fault> {
        if !self.texts_held.grow(200 + text.len() as u64) {
            return Err(exceeded());
        }
        let subject = self.subject.as_deref().map_or_else(String::new, |s| self.in_words(s));
        self.shown.push(format!("{subject}: {text}"));
        Ok(())
    }

    /// The points of the present network.
    pub(super) fn points(&self) -> Vec<u64> {
        let points = self.facts.iter().filter(|(_, fact)| matches!(fact, Fact::Point { .. }));
        let mut points: Vec<u64> = points.map(|(step, _)| *step).collect();
        points.sort_unstable();
        points
    }

    /// An upper bound that rests on a hole may be false: it is refused if a point shows more.
    pub(super) fn refute_at(&self, point: u64, set: &[usize], k: usize) -> Result<(), Fault> {
        // With exponentials whose independence is not shown, a point shows what they would do if they were.
        let samples = self.point(point)?.1.len();
        let covers = |fact: &Fact| matches!(fact, Fact::Independent(most) if most.is_none_or(|most| samples <= most));
        if !self.network()?.program.functions().is_empty() && !self.facts.values().any(covers) {
            return Ok(());
        }
        limit(set.len().saturating_mul(set.len()).saturating_mul(self.labels_at(point)?))?;
        ensure(rank(self.columns(point, set)?) <= k, &format!("the point of step {point} shows a larger dimension"))
    }

    /// How many labels there are at a point.
    pub(super) fn labels_at(&self, point: u64) -> Result<usize, Fault> {
        Ok(self.point(point)?.1.len().saturating_mul(self.network()?.labels_per_input()))
    }

    pub(super) fn point(&self, step: u64) -> Result<(&[Modular], &[Vec<Modular>]), Fault> {
        match self.fact(step)? {
            Fact::Point { weights, inputs, .. } => Ok((weights, inputs)),
            _ => Err(Fault::Wrong(format!("step {step} is not a point"))),
        }
    }

    /// A fault unless a step says that exponentials and logarithms are independent on so many samples. From here on the proof rests
    /// on Ax's theorem.
    pub(super) fn ensure_independent(&mut self, step: Option<u64>, samples: usize) -> Result<(), Fault> {
        if self.network()?.program.functions().is_empty() {
            return ensure(step.is_none(), "the network has no exponentials or logarithms");
        }
        let step = step.ok_or_else(|| Fault::Wrong("no step says that the exponentials are independent".to_owned()))?;
        match self.fact(step)? {
            Fact::Independent(most) => {
                ensure(most.is_none_or(|most| samples <= most), &format!("step {step} is about fewer samples"))?;
            }
            _ => return Err(Fault::Wrong(format!("step {step} does not say that exponentials are independent"))),
        }
        self.rests_on_ax = true;
        Ok(())
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
    pub(super) fn instance(&self, step: u64, set: &[usize]) -> Result<&Rc<Instance>, Fault> {
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
        let Fact::Point { gates, functions, .. } = self.fact(point)? else { return Ok(Vec::new()) };
        let pairs = columns.len().saturating_mul(inputs.len());
        limit(pairs.saturating_mul(network.operations()).saturating_mul(3))?;
        let entries = pairs.saturating_mul(network.labels_per_input()) + inputs.len() * (16 + network.input_size());
        let _held = hold(16 * entries as u64)?;
        let inputs: Vec<Vec<Dual<Modular>>> = inputs.iter().map(|x| fixed(x)).collect();
        let mut moved = fixed(weights);
        let labels = |moved: &[Dual<Modular>], at: usize| match functions.get(at) {
            None => Some(network.gated(moved, &inputs[at], gates.get(at).map_or(&[][..], Vec::as_slice))),
            Some(numbers) => network.with_functions(moved, &inputs[at], numbers, |_| {}),
        };
        let column = |column: &usize| {
            moved[*column].1 = Modular::one();
            let all: Option<Vec<_>> = (0..inputs.len()).map(|at| labels(&moved, at)).collect();
            moved[*column].1 = Modular::zero();
            let all =
                all.ok_or_else(|| Fault::Wrong(format!("the labels are not defined at the point of step {point}")))?;
            Ok(all.into_iter().flatten().map(|label| label.1).collect())
        };
        columns.iter().map(column).collect()
    }
}

/// Numbers that do not change.
pub(super) fn fixed(values: &[Modular]) -> Vec<Dual<Modular>> {
    values.iter().map(|value| Dual(*value, Modular::zero())).collect()
}

/// Takes the operations of a step, or says which limit is exceeded.
pub(super) fn limit(operations: usize) -> Result<(), Fault> {
    if operations > MOST_OPERATIONS {
        return Err(Fault::Limit(format!("over the limit of {MOST_OPERATIONS} operations for a step")));
    }
    if spend(operations as u64) { Ok(()) } else { Err(exceeded()) }
}

pub(super) fn modular(values: &[i64]) -> Vec<Modular> {
    values.iter().map(|v| Modular::of(&BigInt::from(*v))).collect()
}

/// Whether one rising list is inside another.
pub(super) fn is_subset(a: &[usize], b: &[usize]) -> bool {
    a.iter().all(|w| b.binary_search(w).is_ok())
}
