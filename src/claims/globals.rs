//! The functions of the claim language: networks, `claim`, ranges of allocations, and a few sums.

#![allow(clippy::too_many_arguments)] // `claim` takes many, all by name.

use std::cell::{Cell, RefCell};
use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock};

use allocative::Allocative;
use itertools::Itertools;
use starlark::any::ProvidesStaticType;
use starlark::codemap::FileSpan;
use starlark::environment::{Globals, GlobalsBuilder, LibraryExtension, Module};
use starlark::eval::Evaluator;
use starlark::starlark_simple_value;
use starlark::values::list_or_tuple::UnpackListOrTuple;
use starlark::values::none::NoneType;
use starlark::values::{Heap, NoSerialize, StarlarkPagablePanic, StarlarkValue, UnpackValue, Value};
use starlark_derive::{starlark_module, starlark_value};

use super::families;
use super::forward::{apply, forward_functions, integers};
use super::late::Watched;
use super::native::natives;
use super::operators::{orders, signs};
use super::session::Session;
use super::unknown::{Reading, once};
use super::values::{NetworkValue, Recording, Sign, TensorValue, computed, failure, recording_of};
use allocert_core::network::{Network, Samples, ShapeError};
use allocert_core::text::{nearest, quote};

/// What the functions of the language reach besides their arguments.
#[derive(ProvidesStaticType)]
pub(super) struct Host {
    pub session: Arc<Session>,
    pub claims: RefCell<Vec<Declared>>,
    /// The forward passes that are being recorded, the innermost last.
    pub recordings: RefCell<Vec<Recording>>,
    names: RefCell<HashSet<String>>,
    /// For each call of `claim`, by where it begins: names outside of functions that its functions may read.
    watched: HashMap<u32, Vec<Watched>>,
    /// Characters that fingerprints were made of.
    printed: Cell<usize>,
}

impl Host {
    pub(super) fn new(session: Arc<Session>) -> Self {
        Host {
            session,
            claims: RefCell::default(),
            recordings: RefCell::default(),
            names: RefCell::default(),
            watched: HashMap::new(),
            printed: Cell::new(0),
        }
    }

    /// With the names that claims may read.
    pub(super) fn watching(self, watched: HashMap<u32, Vec<Watched>>) -> Self {
        Host { watched, ..self }
    }

    /// The first name that a claim may read and whose value is another one than when the claim was stated, with the claim's place.
    pub(super) fn changed_since(&self, module: &Module<'_>) -> Option<(String, Option<FileSpan>)> {
        let claims = self.claims.borrow();
        let changed = |declared: &Declared| {
            let mut read = declared.read.iter();
            let changed = read.find(|seen| module.get(&seen.kept).is_none_or(|now| print_of(now).0 != seen.print))?;
            Some((changed.name.clone(), declared.place.clone()))
        };
        claims.iter().find_map(changed)
    }
}

/// Fingerprints of a file are made of so many characters: some seconds.
const MOST_PRINTED: usize = 1 << 28;

/// A fingerprint of a value: of its text, in which all that lists, dictionaries and structs hold stands. Also its length.
fn print_of(value: Value<'_>) -> (u64, usize) {
    let mut hasher = DefaultHasher::new();
    // What is not known has a text, too, on which nothing rests here.
    let (text, _) = once(Reading::Strict, || value.to_repr());
    (value.get_type(), &text).hash(&mut hasher);
    (hasher.finish(), text.len())
}

/// A value that a claim may read, as it was when the claim was stated.
pub(super) struct Seen {
    name: String,
    /// The name in the module whose value is to be the same.
    kept: String,
    print: u64,
}

/// The longest name of a claim.
const LONGEST_NAME: usize = 200;

/// A call of `claim(…)`. Its lambdas are kept in the module under the names that [`kept`] gives.
pub(super) struct Declared {
    pub name: String,
    pub statement: String,
    pub networks: Vec<Network>,
    pub expect: Expect,
    pub proof: Option<String>,
    pub source: Option<String>,
    pub parameters: usize,
    pub has_given: bool,
    pub is_trend: bool,
    pub place: Option<FileSpan>,
    /// What its functions may read.
    pub read: Vec<Seen>,
}

/// What a claim's author expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// No counterexample.
    Verified,
    /// A counterexample.
    Refuted,
    /// None found, and the general statement is not settled.
    Open,
    /// A trend that is there, or a statement that samples support: frequencies in it are read as the samples show them.
    Supported,
    /// A trend that is the other way round.
    Contradicted,
}

impl Expect {
    /// As in a claim file.
    pub fn name(self) -> &'static str {
        match self {
            Expect::Verified => "verified",
            Expect::Refuted => "refuted",
            Expect::Open => "open",
            Expect::Supported => "supported",
            Expect::Contradicted => "contradicted",
        }
    }
}

/// The argument name under which `holds` or `trend` is kept.
pub(super) const KEPT_CONDITION: &str = "holds";

/// The private name under which a claim's argument is kept in its module; no file can write it.
pub(super) fn kept(claim: usize, argument: &str) -> String {
    format!("_claim {claim} {argument}")
}

/// Which allocations a claim is about.
#[derive(Debug, Clone, ProvidesStaticType, NoSerialize, StarlarkPagablePanic, Allocative)]
pub(super) struct RangeValue {
    /// The weights that allocations lie in, in text; nothing means all.
    pub within: Option<String>,
    /// The sizes; nothing means all.
    pub sizes: Option<Vec<usize>>,
}

starlark_simple_value!(RangeValue);

impl std::fmt::Display for RangeValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.within {
            Some(within) => write!(f, "within({within:?})"),
            None => write!(f, "every()"),
        }
    }
}

#[starlark_value(type = "allocations")]
impl<'v> StarlarkValue<'v> for RangeValue {}

/// Everything that a claim file can use.
pub(super) fn globals() -> Globals {
    static GLOBALS: LazyLock<Globals> = LazyLock::new(|| families::add(builtins()).build());
    GLOBALS.clone()
}

/// What is written in Rust.
pub(super) fn builtins() -> GlobalsBuilder {
    GlobalsBuilder::extended_by(&[LibraryExtension::Map, LibraryExtension::Filter, LibraryExtension::StructType])
        .with(network_functions)
        .with(forward_functions)
        .with(claim_functions)
        .with(number_functions)
        .with(orders)
        .with(natives)
        .with(signs)
}

pub(super) fn host<'a>(eval: &Evaluator<'_, 'a, '_>) -> starlark::Result<&'a Host> {
    let host = eval.extra.and_then(|extra| extra.downcast_ref::<Host>());
    host.ok_or_else(|| failure("this function is not available here"))
}

fn network(eval: &Evaluator<'_, '_, '_>, built: Result<Network, ShapeError>) -> starlark::Result<NetworkValue> {
    let network = built.map_err(failure)?;
    Ok(NetworkValue::new(host(eval)?.session.lens(&network, Samples::Functional)))
}

/// Networks.
#[starlark_module]
pub(super) fn network_functions(builder: &mut GlobalsBuilder) {
    /// A linear feedforward network y = W_L ⋯ W_1 x of widths d_0, …, d_L; with `bias`, affine layers.
    fn lffn(
        widths: UnpackListOrTuple<i64>,
        #[starlark(default = false)] bias: bool,
        eval: &mut Evaluator,
    ) -> starlark::Result<NetworkValue> {
        network(eval, Network::lffn(&widths.items, bias))
    }

    /// A linear recurrent network h_t = W h_{t−1} + B x_t, h_0 = 0, y = D h_T (readout `"last"`) or every D h_t (`"all"`).
    fn lrnn(
        inputs: i64,
        hidden: i64,
        outputs: i64,
        steps: i64,
        #[starlark(default = "last")] readout: &str,
        eval: &mut Evaluator,
    ) -> starlark::Result<NetworkValue> {
        let every = match readout {
            "last" => false,
            "all" => true,
            other => {
                return Err(failure(format!("lrnn: readout is {}\n  it must be \"last\" or \"all\"", quote(other))));
            }
        };
        network(eval, Network::lrnn(inputs, hidden, outputs, steps, every))
    }

    /// A network with hidden activation z ↦ z^degree, one degree or a list with one for each hidden layer, and linear output.
    fn pnn<'v>(
        widths: UnpackListOrTuple<i64>,
        degree: Value<'v>,
        #[starlark(default = false)] bias: bool,
        eval: &mut Evaluator,
    ) -> starlark::Result<NetworkValue> {
        let made = match UnpackListOrTuple::<i64>::unpack_value(degree)? {
            Some(degrees) => Network::pnn_by_layer(&widths.items, &degrees.items, bias),
            None => Network::pnn(&widths.items, i64::unpack_param(degree)?, bias),
        };
        network(eval, made)
    }

    /// Of widths, a network with hidden activation z ↦ max(z, 0) and linear output; its dimensions are the largest over random
    /// activation patterns. Of a tensor, max(z, 0) entry by entry.
    fn relu<'v>(
        widths: Value<'v>,
        #[starlark(default = false)] bias: bool,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let heap = eval.heap();
        if recording_of(&[widths]).is_some() {
            return Ok(heap.alloc(apply(eval, widths, |tensor, recorder| tensor.relu(recorder))?));
        }
        let widths = UnpackListOrTuple::<i64>::unpack_param(widths)?;
        Ok(heap.alloc(network(eval, Network::relu(&widths.items, bias))?))
    }
}

/// Claims and the allocations they are about.
#[starlark_module]
pub(super) fn claim_functions(builder: &mut GlobalsBuilder) {
    /// States a claim: `holds` must be true for every network and allocation given for which `given` is; or `trend`, a number
    /// read off an allocation, must go along with the match probability.
    fn claim<'v>(
        #[starlark(require = named)] name: &str,
        #[starlark(require = named)] statement: &str,
        #[starlark(require = named)] networks: UnpackListOrTuple<&'v NetworkValue>,
        #[starlark(require = named)] holds: Option<Value<'v>>,
        #[starlark(require = named)] trend: Option<Value<'v>>,
        #[starlark(require = named)] samples: Option<Value<'v>>,
        #[starlark(require = named)] allocations: Option<Value<'v>>,
        #[starlark(require = named)] given: Option<Value<'v>>,
        #[starlark(require = named)] expect: Option<&str>,
        #[starlark(require = named)] proof: Option<&str>,
        #[starlark(require = named)] source: Option<&str>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<NoneType> {
        let host = host(eval)?;
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            let rule = format!("a name has 1 to {LONGEST_NAME} characters and no control characters");
            return Err(failure(format!("the claim's name is {}\n  {rule}", quote(name))));
        }
        let (argument, condition) = match (holds, trend) {
            (Some(holds), None) => ("holds", holds),
            (None, Some(trend)) => ("trend", trend),
            _ => return Err(failure("a claim has either holds (true or false) or trend (a number)")),
        };
        let parameters = parameters(argument, condition)?;
        if trend.is_some() && parameters != 2 {
            return Err(failure("trend is about allocations: write lambda net, a: …"));
        }
        if let Some(given) = given
            && self::parameters("given", given)? != parameters
        {
            return Err(failure(format!("given and {argument} must take the same parameters")));
        }
        if parameters == 1 && allocations.is_some() {
            return Err(failure("holds takes no allocation, so allocations has no meaning: write lambda net, a: …"));
        }
        let expect =
            expectation(expect.unwrap_or(if trend.is_some() { "supported" } else { "verified" }), trend.is_some())?;
        if let Some(network) = networks.items.iter().find(|n| n.lens().samples() != Samples::Functional) {
            let samples = network.lens().samples();
            let message = "give the numbers of samples by samples = […], not by at()";
            return Err(failure(format!("networks holds {network} at {samples}\n  {message}")));
        }
        let index = host.claims.borrow().len();
        if !host.names.borrow_mut().insert(name.to_owned()) {
            return Err(failure(format!("there are two claims named {} in this file", quote(name))));
        }
        let arguments =
            [(KEPT_CONDITION, Some(condition)), ("samples", samples), ("allocations", allocations), ("given", given)];
        for (argument, value) in arguments {
            if let Some(value) = value {
                eval.module().set(&kept(index, argument), value);
            }
        }
        let place = eval.call_stack_top_location();
        let begin = place.as_ref().map(|place| place.span.begin().get());
        let watched = begin.and_then(|begin| host.watched.get(&begin)).into_iter().flatten();
        let see = |Watched { name, is_handed_on }: &Watched| {
            let value = eval.module().get(name)?;
            // No name in a file has spaces.
            let kept = if *is_handed_on { format!("claim {index} reads {name}") } else { name.clone() };
            if *is_handed_on {
                eval.module().set(&kept, value);
            }
            let (print, length) = print_of(value);
            host.printed.set(host.printed.get().saturating_add(length));
            if host.printed.get() > MOST_PRINTED {
                let message =
                    format!("the claims of this file read values of more than {MOST_PRINTED} characters in all");
                return Some(Err(failure(message + "\n  let them read smaller lists, or put them into several files")));
            }
            Some(Ok(Seen { name: name.clone(), kept, print }))
        };
        let read = watched.filter_map(see).collect::<starlark::Result<_>>()?;
        host.claims.borrow_mut().push(Declared {
            name: name.to_owned(),
            statement: statement.to_owned(),
            networks: networks.items.iter().map(|n| n.lens().network().clone()).collect(),
            expect,
            proof: proof.map(str::to_owned),
            source: source.map(str::to_owned),
            parameters,
            has_given: given.is_some(),
            is_trend: trend.is_some(),
            place,
            read,
        });
        Ok(NoneType)
    }

    /// Every allocation, or every one of the given sizes.
    fn every<'v>(
        #[starlark(require = named)] sizes: Option<Value<'v>>,
        heap: Heap<'v>,
    ) -> starlark::Result<RangeValue> {
        Ok(RangeValue { within: None, sizes: sizes.map(|s| whole_numbers(s, heap)).transpose()? })
    }

    /// Every allocation inside some weights (in text), or every one of the given sizes.
    fn within<'v>(
        #[starlark(require = pos)] weights: &str,
        #[starlark(require = named)] sizes: Option<Value<'v>>,
        heap: Heap<'v>,
    ) -> starlark::Result<RangeValue> {
        let sizes = sizes.map(|s| whole_numbers(s, heap)).transpose()?;
        Ok(RangeValue { within: Some(weights.to_owned()), sizes })
    }
}

fn parameters(argument: &str, function: Value<'_>) -> starlark::Result<usize> {
    match function.parameters_spec().map(|p| p.len()) {
        Some(count @ (1 | 2)) => Ok(count),
        Some(count) => {
            Err(failure(format!("{argument} takes {count} parameters: write lambda net, a: … or lambda net: …")))
        }
        None => {
            Err(failure(format!("{argument} is a {}, not a function: write lambda net, a: …", function.get_type())))
        }
    }
}

fn expectation(text: &str, is_trend: bool) -> starlark::Result<Expect> {
    let mut all = vec![Expect::Supported, Expect::Contradicted, Expect::Open];
    if !is_trend {
        all.splice(0..0, [Expect::Verified, Expect::Refuted]);
    }
    let names: Vec<&str> = all.iter().map(|e| e.name()).collect();
    all.into_iter().find(|e| e.name() == text).ok_or_else(|| {
        let near = nearest(text, &names).map(|n| format!("; did you mean \"{n}\"?")).unwrap_or_default();
        failure(format!(
            "expect is {}{near}\n  it must be {}",
            quote(text),
            names.iter().map(|name| format!("\"{name}\"")).join(", ")
        ))
    })
}

fn whole_numbers<'v>(values: Value<'v>, heap: Heap<'v>) -> starlark::Result<Vec<usize>> {
    let number = |v: Value<'v>| {
        let number = v.unpack_i32().and_then(|n| usize::try_from(n).ok());
        number.ok_or_else(|| failure(format!("{v} is not a size: sizes are integers from 0")))
    };
    let written = || failure(format!("sizes is {values}\n  write a list: sizes = [{values}]"));
    values.iterate(heap).map_err(|_| written())?.map(number).collect()
}

/// Sums, binomial coefficients and partitions.
#[starlark_module]
pub(super) fn number_functions(builder: &mut GlobalsBuilder) {
    /// The sum of a list of integers; of a tensor, the sum of its entries, or the sums along an axis or several.
    fn sum<'v>(
        #[starlark(require = pos)] numbers: Value<'v>,
        axis: Option<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let heap = eval.heap();
        if TensorValue::from_value(numbers).is_some() || axis.is_some() {
            let axes = axis.filter(|a| !a.is_none()).map(|a| integers("sum: axis", a)).transpose()?;
            return Ok(heap.alloc(apply(eval, numbers, |tensor, recorder| tensor.sum(recorder, axes.as_deref()))?));
        }
        let mut total = heap.alloc(0);
        for number in numbers.iterate(heap)? {
            total = computed(Sign::Plus, total, number, heap).unwrap_or_else(|| total.add(number, heap))?;
        }
        Ok(total)
    }

    /// The binomial coefficient; 0 unless 0 ≤ k ≤ n.
    fn binomial(
        #[starlark(require = pos)] n: i64,
        #[starlark(require = pos)] k: i64,
    ) -> starlark::Result<num_bigint::BigInt> {
        if k < 0 || k > n {
            return Ok(0.into());
        }
        if n > 10_000 {
            return Err(failure(format!("binomial({n}, {k}): n must be at most 10000")));
        }
        let k = k.min(n - k);
        Ok((0..k).fold(num_bigint::BigInt::from(1), |c, i| c * (n - i) / (i + 1)))
    }

    /// The balanced partition of n into k parts, largest first: `balanced(5, 3)` is `[2, 2, 1]`.
    fn balanced(#[starlark(require = pos)] n: i64, #[starlark(require = pos)] k: i64) -> starlark::Result<Vec<i64>> {
        if n < 0 || !(1..=10_000).contains(&k) {
            return Err(failure(format!("balanced({n}, {k}): n must be at least 0 and k from 1 to 10000")));
        }
        Ok((0..k).map(|i| n / k + i64::from(i < n % k)).collect())
    }

    /// Whether the counts `x` majorise the counts `y`: the same sum, and every sum of the largest ones at least as large.
    fn majorises(
        #[starlark(require = pos)] x: UnpackListOrTuple<i64>,
        #[starlark(require = pos)] y: UnpackListOrTuple<i64>,
    ) -> starlark::Result<bool> {
        let sums = |counts: &[i64]| {
            let largest_first = counts.iter().sorted().rev();
            largest_first
                .scan(0i128, |sum, c| {
                    *sum += i128::from(*c);
                    Some(*sum)
                })
                .collect_vec()
        };
        let (x, y) = (sums(&x.items), sums(&y.items));
        let (last_x, last_y) = (x.last().copied().unwrap_or(0), y.last().copied().unwrap_or(0));
        let pairs = (0..x.len().max(y.len()))
            .map(|i| (x.get(i).copied().unwrap_or(last_x), y.get(i).copied().unwrap_or(last_y)));
        Ok(last_x == last_y && pairs.into_iter().all(|(a, b)| a >= b))
    }
}
