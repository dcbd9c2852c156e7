//! `net`: a network at a number of samples.

use allocative::Allocative;
use num_bigint::BigInt;
use starlark::environment::{Methods, MethodsBuilder};
use starlark::starlark_simple_value;
use starlark::values::dict::{AllocDict, UnpackDictEntries};
use starlark::values::list::AllocList;
use starlark::values::none::NoneOr;
use starlark::values::structs::AllocStruct;
use starlark::values::tuple::{AllocTuple, UnpackTuple};
use starlark::values::{Heap, NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, Value};
use starlark_derive::{starlark_module, starlark_value};

use super::rational::big;
use super::{AllocationValue, allocation_of, exact_number, failure, inexact, samples_of};
use crate::changes::{number_of, pinned, tied};
use crate::forward::integers;
use crate::session::Lens;
use allocert_core::allocation::{Allocation, Tensor};
use allocert_core::network::{Network, ShapeValue};
use allocert_core::reach::Kind;
use allocert_core::text::{nearest, quote};

/// A network at a number of samples.
#[derive(Debug, Clone, ProvidesStaticType, NoSerialize, StarlarkPagablePanic, Allocative)]
pub(crate) struct NetworkValue {
    #[allocative(skip)]
    lens: Lens,
}

starlark_simple_value!(NetworkValue);

impl std::fmt::Display for NetworkValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.lens.network())
    }
}

impl NetworkValue {
    pub(crate) fn new(lens: Lens) -> Self {
        NetworkValue { lens }
    }

    /// The network, as the session of now answers for it.
    pub(crate) fn lens(&self) -> Lens {
        self.lens.current()
    }

    fn value(&self, allocation: Allocation) -> AllocationValue {
        AllocationValue::new(self.lens(), allocation)
    }

    /// Another network, made from this one, on as many samples.
    fn changed(&self, network: Network) -> starlark::Result<NetworkValue> {
        let lens = self.lens();
        Ok(NetworkValue::new(lens.session().lens(&network, lens.samples())))
    }

    fn inside<'v>(&self, within: Option<Value<'v>>, heap: Heap<'v>) -> starlark::Result<Allocation> {
        match within {
            Some(given) => allocation_of(&self.lens(), given, heap),
            None => Ok(Allocation::all(self.lens.network().weights())),
        }
    }

    fn on_diagonal(&self, name: &str, wanted: bool) -> starlark::Result<AllocationValue> {
        let tensor = matrix(&self.lens, name)?;
        let cells = tensor.positions().filter(|p| {
            let inside = p - tensor.start;
            (inside / tensor.columns == inside % tensor.columns) == wanted
        });
        let cells = cells.filter_map(|place| self.lens.network().layout().weight_at(place));
        Ok(self.value(Allocation::of(self.lens.network().weights(), cells)))
    }
}

/// The tensor of that name, or an error that names the tensors there are.
pub(super) fn tensor<'a>(lens: &'a Lens, name: &str) -> starlark::Result<&'a Tensor> {
    let layout = lens.network().layout();
    layout.tensor(name).ok_or_else(|| {
        let names: Vec<&str> = layout.tensors().iter().map(|t| t.name.as_str()).collect();
        let near = nearest(name, &names).map(|n| format!("; did you mean {n}?")).unwrap_or_default();
        let known = names.join(", ");
        failure(format!("{} has no tensor {}{near} It has {known}.", lens.network(), quote(name)))
    })
}

/// The tensor of that name, if it has rows and columns.
pub(super) fn matrix<'a>(lens: &'a Lens, name: &str) -> starlark::Result<&'a Tensor> {
    let tensor = tensor(lens, name)?;
    if tensor.axes.len() <= 2 {
        return Ok(tensor);
    }
    let axes = tensor.axes.len();
    Err(failure(format!("{name} has {axes} axes\n  rows and columns are those of tensors with one axis or two")))
}

/// What a network of one's own says of its shape, as a value of the language.
fn shape_value<'v>(value: &ShapeValue, heap: Heap<'v>) -> Value<'v> {
    match value {
        ShapeValue::Integer(number) => heap.alloc(*number),
        ShapeValue::Truth(truth) => Value::new_bool(*truth),
        ShapeValue::Text(text) => heap.alloc(text.as_str()),
        ShapeValue::List(values) => heap.alloc(AllocList(values.iter().map(|value| shape_value(value, heap)))),
    }
}

starlark::methods_static!(NETWORK_METHODS = network_methods);

#[starlark_value(type = "network")]
impl<'v> StarlarkValue<'v> for NetworkValue {
    fn get_methods() -> Option<&'static Methods> {
        Some(NETWORK_METHODS.methods())
    }

    fn get_attr(&self, name: &str, heap: Heap<'v>) -> Option<Value<'v>> {
        let named = self.lens.network().shapes().named;
        named.iter().find(|(known, _)| known == name).map(|(_, value)| shape_value(value, heap))
    }

    fn dir_attr(&self) -> Vec<String> {
        self.lens.network().shapes().named.into_iter().map(|(name, _)| name).collect()
    }

    fn equals(&self, other: Value<'v>) -> starlark::Result<bool> {
        Ok(NetworkValue::from_value(other).is_some_and(|o| self.lens.same(&o.lens)))
    }
}

/// The attributes and methods of `net`.
#[starlark_module]
fn network_methods(builder: &mut MethodsBuilder) {
    /// `"lffn"`, `"lrnn"`, `"pnn"` or `"relu"`; of a network of one's own, its name.
    #[starlark(attribute)]
    fn kind(this: &NetworkValue) -> starlark::Result<String> {
        Ok(this.lens.network().family().to_owned())
    }

    /// The widths d_0, …, d_L of a feedforward network; `None` for a recurrent one.
    #[starlark(attribute)]
    fn widths(this: &NetworkValue) -> starlark::Result<NoneOr<Vec<usize>>> {
        Ok(NoneOr::from_option(this.lens.network().shapes().widths))
    }

    /// Whether the layers have biases; `None` for a recurrent network.
    #[starlark(attribute)]
    fn bias(this: &NetworkValue) -> starlark::Result<NoneOr<bool>> {
        Ok(NoneOr::from_option(this.lens.network().shapes().bias))
    }

    /// The degree of the hidden activation of a polynomial network, else `None`.
    #[starlark(attribute)]
    fn degree(this: &NetworkValue) -> starlark::Result<NoneOr<u32>> {
        Ok(NoneOr::from_option(this.lens.network().shapes().degree))
    }

    /// The entries of one input vector.
    #[starlark(attribute)]
    fn inputs(this: &NetworkValue) -> starlark::Result<usize> {
        Ok(this.lens.network().shapes().inputs)
    }

    /// The entries of one output vector.
    #[starlark(attribute)]
    fn outputs(this: &NetworkValue) -> starlark::Result<usize> {
        Ok(this.lens.network().shapes().outputs)
    }

    /// The hidden units of a recurrent network, else `None`.
    #[starlark(attribute)]
    fn hidden(this: &NetworkValue) -> starlark::Result<NoneOr<usize>> {
        Ok(NoneOr::from_option(this.lens.network().shapes().hidden))
    }

    /// The time steps of a recurrent network, else `None`.
    #[starlark(attribute)]
    fn steps(this: &NetworkValue) -> starlark::Result<NoneOr<usize>> {
        Ok(NoneOr::from_option(this.lens.network().shapes().steps))
    }

    /// `"last"` or `"all"` for a recurrent network, else `None`.
    #[starlark(attribute)]
    fn readout(this: &NetworkValue) -> starlark::Result<NoneOr<&'static str>> {
        Ok(NoneOr::from_option(this.lens.network().shapes().readout))
    }

    /// What a network of one's own says of its shape: a dictionary. Each entry is an attribute of the network, too, if no other has
    /// that name.
    #[starlark(attribute)]
    fn shape<'v>(this: &NetworkValue, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let named = this.lens.network().shapes().named;
        Ok(heap.alloc(AllocDict(named.iter().map(|(name, value)| (name.as_str(), shape_value(value, heap))))))
    }

    /// The number of layers; a recurrent network has three: B, W and D.
    #[starlark(attribute)]
    fn layers(this: &NetworkValue) -> starlark::Result<usize> {
        Ok(this.lens.network().layout().layers())
    }

    /// The number of weights.
    #[starlark(attribute)]
    fn weights(this: &NetworkValue) -> starlark::Result<usize> {
        Ok(this.lens.network().weights())
    }

    /// The number of samples, or `None` when functional.
    #[starlark(attribute)]
    fn samples(this: &NetworkValue) -> starlark::Result<NoneOr<u64>> {
        Ok(NoneOr::from_option(this.lens.samples().count()))
    }

    /// The number of scalar labels.
    #[starlark(attribute)]
    fn labels(this: &NetworkValue) -> starlark::Result<u64> {
        this.lens().labels().map_err(failure)
    }

    /// The teacher dimension ρ_m(E).
    #[starlark(attribute)]
    fn teacher_dim(this: &NetworkValue) -> starlark::Result<usize> {
        this.lens().teacher_dim().map_err(failure)
    }

    /// The network in text.
    #[starlark(attribute)]
    fn text(this: &NetworkValue) -> starlark::Result<String> {
        Ok(this.to_string())
    }

    /// The tensors in canonical order, each with `name`, `shape`, `rows`, `cols`, `layer` and `size`. With more than two axes, the
    /// last one runs along the columns.
    #[starlark(attribute)]
    fn tensors<'v>(this: &NetworkValue, heap: Heap<'v>) -> starlark::Result<Vec<Value<'v>>> {
        let describe = |t: &Tensor| {
            heap.alloc(AllocStruct([
                ("name", heap.alloc(t.name.as_str())),
                ("shape", heap.alloc(AllocTuple(t.axes.iter().copied()))),
                ("rows", heap.alloc(t.rows)),
                ("cols", heap.alloc(t.columns)),
                ("layer", heap.alloc(t.layer)),
                ("size", heap.alloc(t.size())),
            ]))
        };
        Ok(this.lens.network().layout().tensors().iter().map(describe).collect())
    }

    /// The allocation of all weights.
    #[starlark(attribute)]
    fn everything(this: &NetworkValue) -> starlark::Result<AllocationValue> {
        Ok(this.value(Allocation::all(this.lens.network().weights())))
    }

    /// The allocation of no weights.
    #[starlark(attribute)]
    fn nothing(this: &NetworkValue) -> starlark::Result<AllocationValue> {
        Ok(this.value(Allocation::none(this.lens.network().weights())))
    }

    /// The same network at another number of samples (`None`: functional).
    fn at<'v>(this: &NetworkValue, #[starlark(require = pos)] samples: Value<'v>) -> starlark::Result<NetworkValue> {
        Ok(NetworkValue::new(this.lens().at(samples_of(samples)?)))
    }

    /// The network in which some weights are numbers, and weights no longer: `net.pin({"W1[0,:]": 0, "W2[1,1]": 1})`. A number is an
    /// integer, a fraction `rational(1, 2)`, or its text.
    fn pin<'v>(
        this: &NetworkValue,
        #[starlark(require = pos)] weights: UnpackDictEntries<String, Value<'v>>,
    ) -> starlark::Result<NetworkValue> {
        let number = |value: Value<'v>| match value.unpack_str() {
            Some(text) => number_of(text).ok_or_else(|| failure(format!("{} is not a number", quote(text)))),
            None => exact_number(value).ok_or_else(|| inexact(value)),
        };
        let pins = weights.entries.into_iter().map(|(weights, value)| Ok((weights, number(value)?)));
        let pins = pins.collect::<starlark::Result<Vec<_>>>()?;
        this.changed(pinned(this.lens.network(), &pins).map_err(failure)?)
    }

    /// The network in which the weights of each text are one weight: `net.tie("W1[0,0] W1[1,1]", "W2")`.
    fn tie<'v>(this: &NetworkValue, #[starlark(args)] groups: UnpackTuple<&'v str>) -> starlark::Result<NetworkValue> {
        this.changed(tied(this.lens.network(), &groups.items).map_err(failure)?)
    }

    /// The network that shows only some of its labels, by their places from 0 among the labels of one input: `net.observe([0, 2])`.
    fn observe<'v>(
        this: &NetworkValue,
        #[starlark(require = pos)] labels: Value<'v>,
    ) -> starlark::Result<NetworkValue> {
        let place = |label: i64| usize::try_from(label).map_err(|_| failure("labels are counted from 0"));
        let labels = integers("observe", labels)?.into_iter().map(place).collect::<starlark::Result<Vec<_>>>()?;
        this.changed(this.lens.network().observe(&labels).map_err(failure)?)
    }

    /// The reachable dimension of an allocation, given as text or as an allocation.
    fn dim<'v>(
        this: &NetworkValue,
        #[starlark(require = pos)] allocation: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<usize> {
        let lens = this.lens();
        let allocation = allocation_of(&lens, allocation, heap)?;
        lens.dim(&allocation).map_err(failure)
    }

    /// The allocation that a text such as `"W1[0,:] D"` describes, or the union of a list of weights, texts and allocations.
    fn allocation<'v>(
        this: &NetworkValue,
        #[starlark(require = pos)] text: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<AllocationValue> {
        Ok(this.value(allocation_of(&this.lens(), text, heap)?))
    }

    /// The diagonal cells of a tensor.
    fn diagonal(this: &NetworkValue, #[starlark(require = pos)] tensor: &str) -> starlark::Result<AllocationValue> {
        this.on_diagonal(tensor, true)
    }

    /// The cells of a tensor off its diagonal.
    fn offdiagonal(this: &NetworkValue, #[starlark(require = pos)] tensor: &str) -> starlark::Result<AllocationValue> {
        this.on_diagonal(tensor, false)
    }

    /// The law: the cyclic flats inside one connected component (the bottom one, the loops, left out), each kind with
    /// `description`, `size`, `dim`, `number`, `weights` (the first of them) and `images` (all of them). The dimension of `a` is
    /// the smallest of `a.size` and `f.dim + (a - z).size` over all `f` and all `z` in `f.images`, in a connected network.
    #[starlark(attribute)]
    fn flats<'v>(this: &NetworkValue, heap: Heap<'v>) -> starlark::Result<Vec<Value<'v>>> {
        let law = this.lens().law().map_err(failure)?;
        let kind = |kind: Kind| {
            let images = kind.flats.iter().flat_map(|place| &law.flats[*place].images);
            let mut images: Vec<Allocation> = images.cloned().collect();
            images.sort();
            let first = images.first().cloned().unwrap_or_else(|| Allocation::none(law.network.weights()));
            let images: Vec<Value<'v>> = images.into_iter().map(|z| heap.alloc(this.value(z))).collect();
            heap.alloc(AllocStruct([
                ("description", heap.alloc(kind.description)),
                ("size", heap.alloc(kind.size)),
                ("dim", heap.alloc(kind.dim)),
                ("number", heap.alloc(kind.number)),
                ("weights", heap.alloc(this.value(first))),
                ("images", heap.alloc(images)),
            ]))
        };
        Ok(law.kinds().into_iter().map(kind).collect())
    }

    /// The weights that add no dimension to any allocation.
    #[starlark(attribute)]
    fn loops(this: &NetworkValue) -> starlark::Result<AllocationValue> {
        Ok(this.value(this.lens().law().map_err(failure)?.loops.clone()))
    }

    /// The connected components of more than one weight.
    #[starlark(attribute)]
    fn components(this: &NetworkValue) -> starlark::Result<Vec<AllocationValue>> {
        let law = this.lens().law().map_err(failure)?;
        Ok(law.components.iter().map(|component| this.value(component.clone())).collect())
    }

    /// How many of all allocations inside `within` have each size and dimension: a list of `(size, dim, number)`.
    fn counts<'v>(this: &NetworkValue, within: Option<Value<'v>>, heap: Heap<'v>) -> starlark::Result<Vec<Value<'v>>> {
        let table = this.lens().table(&this.inside(within, heap)?).map_err(failure)?;
        let entry = |(size, dim, number): (usize, usize, &rug::Integer)| heap.alloc((size, dim, big(number)));
        Ok(table.entries().map(entry).collect())
    }

    /// How many allocations of one size inside `within` have one dimension.
    fn count<'v>(
        this: &NetworkValue,
        size: usize,
        dim: usize,
        within: Option<Value<'v>>,
        heap: Heap<'v>,
    ) -> starlark::Result<BigInt> {
        let table = this.lens().table(&this.inside(within, heap)?).map_err(failure)?;
        Ok(big(&table.number(size, dim)))
    }

    /// The largest dimension of the allocations of one size inside `within`.
    fn max_dim<'v>(
        this: &NetworkValue,
        size: usize,
        within: Option<Value<'v>>,
        heap: Heap<'v>,
    ) -> starlark::Result<usize> {
        let within = this.inside(within, heap)?;
        let dim = this.lens().table(&within).map_err(failure)?.ranks(size).last();
        let dim = dim.ok_or_else(|| nothing_of_size(size))?;
        this.lens().observe_witness(&within, size, dim);
        Ok(dim)
    }

    /// The smallest dimension of the allocations of one size inside `within`.
    fn min_dim<'v>(
        this: &NetworkValue,
        size: usize,
        within: Option<Value<'v>>,
        heap: Heap<'v>,
    ) -> starlark::Result<usize> {
        let within = this.inside(within, heap)?;
        let dim = this.lens().table(&within).map_err(failure)?.ranks(size).next();
        let dim = dim.ok_or_else(|| nothing_of_size(size))?;
        this.lens().observe_witness(&within, size, dim);
        Ok(dim)
    }
}

fn nothing_of_size(size: usize) -> starlark::Error {
    failure(format!("there is no allocation of size {size} inside these weights"))
}
