//! `a`: an allocation of a network at a number of samples.

use allocative::Allocative;
use starlark::environment::{Methods, MethodsBuilder};
use starlark::starlark_simple_value;
use starlark::values::none::NoneOr;
use starlark::values::structs::AllocStruct;
use starlark::values::{Heap, NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, Value};
use starlark_derive::{starlark_module, starlark_value};

use super::decided::DecidedValue;
use super::matching::{MatchValue, degree_value};
use super::network::{matrix, tensor};
use super::number::UnknownNumber;
use super::{TRIALS, allocation_of, failure, samples_of};
use crate::session::Lens;
use crate::unknown::{Doubt, choose};
use allocert_core::allocation::{Allocation, Tensor, Weight, describe, print};
use allocert_core::reach::Obstruction;

/// An allocation of a network at a number of samples.
#[derive(Debug, Clone, ProvidesStaticType, NoSerialize, StarlarkPagablePanic, Allocative)]
pub(crate) struct AllocationValue {
    #[allocative(skip)]
    lens: Lens,
    #[allocative(skip)]
    allocation: Allocation,
}

starlark_simple_value!(AllocationValue);

impl std::fmt::Display for AllocationValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&print(self.lens.network().layout(), &self.allocation))
    }
}

impl AllocationValue {
    pub(crate) fn new(lens: Lens, allocation: Allocation) -> Self {
        AllocationValue { lens, allocation }
    }

    /// The network, as the session of now answers for it.
    pub(crate) fn lens(&self) -> Lens {
        self.lens.current()
    }

    pub(crate) fn allocation(&self) -> &Allocation {
        &self.allocation
    }

    fn with(&self, allocation: Allocation) -> Self {
        AllocationValue::new(self.lens(), allocation)
    }

    fn places(&self) -> impl Iterator<Item = Weight<'_>> {
        self.allocation.iter().map(|w| self.lens.network().layout().weight(w))
    }

    /// The learnable entries of a tensor, by row and column: a tied weight stands at several.
    fn cells<'t>(&'t self, tensor: &'t Tensor) -> impl Iterator<Item = (usize, usize)> + 't {
        let layout = self.lens.network().layout();
        let learns = |place: &usize| layout.weight_at(*place).is_some_and(|weight| self.allocation.contains(weight));
        let inside = tensor.positions().filter(learns).map(|place| place - tensor.start);
        inside.map(|inside| (inside / tensor.columns, inside % tensor.columns))
    }

    fn rows(&self, tensor: &Tensor) -> Vec<usize> {
        let mut counts = vec![0; tensor.rows];
        self.cells(tensor).for_each(|(row, _)| counts[row] += 1);
        counts
    }

    fn columns(&self, tensor: &Tensor) -> Vec<usize> {
        let mut counts = vec![0; tensor.columns];
        self.cells(tensor).for_each(|(_, column)| counts[column] += 1);
        counts
    }

    fn layers(&self) -> Vec<usize> {
        let layout = self.lens.network().layout();
        let mut counts = vec![0; layout.layers()];
        layout.tensors().iter().for_each(|tensor| counts[tensor.layer - 1] += self.cells(tensor).count());
        counts
    }

    /// Every allocation with one learnable weight moved to a frozen position, where the move is allowed.
    fn moved(&self, allowed: impl Fn(Weight<'_>, Weight<'_>) -> bool) -> Vec<Self> {
        let layout = self.lens.network().layout();
        let frozen = self.allocation.complement();
        let mut moved = Vec::new();
        for from in self.allocation.iter() {
            for to in frozen.iter().filter(|to| allowed(layout.weight(from), layout.weight(*to))) {
                moved.push(self.with(self.allocation.clone().without(from).with(to)));
            }
        }
        moved
    }

    fn matching(&self, trials: u64) -> starlark::Result<MatchValue> {
        let lens = self.lens();
        let answer = lens.matching(&self.allocation, trials).map_err(failure)?;
        Ok(MatchValue::new(lens, answer))
    }

    fn degree<'v>(&self, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let lens = self.lens();
        let degree = lens.matching_degree(&self.allocation).map_err(failure)?;
        Ok(degree_value(&lens, &self.allocation, degree, heap))
    }

    fn combined<'v>(
        &self,
        other: Value<'v>,
        heap: Heap<'v>,
        combine: impl Fn(&Allocation, &Allocation) -> Allocation,
    ) -> starlark::Result<Value<'v>> {
        let other = allocation_of(&self.lens(), other, heap)?;
        Ok(heap.alloc(self.with(combine(&self.allocation, &other))))
    }
}

starlark::methods_static!(ALLOCATION_METHODS = allocation_methods);

impl AllocationValue {
    /// The error of a comparison with an allocation of another network.
    pub(crate) fn of_another_network(&self, other: &AllocationValue) -> Option<starlark::Error> {
        let [one, other] = [self, other].map(|a| a.lens.network());
        (one != other).then(|| {
            failure(format!(
                "an allocation of {one} is compared with one of {other}: these are never equal\n  compare allocations of one network"
            ))
        })
    }
}

#[starlark_value(type = "allocation")]
impl<'v> StarlarkValue<'v> for AllocationValue {
    fn get_methods() -> Option<&'static Methods> {
        Some(ALLOCATION_METHODS.methods())
    }

    fn to_bool(&self) -> bool {
        !self.allocation.is_empty()
    }

    fn length(&self) -> starlark::Result<i32> {
        Ok(self.allocation.size() as i32)
    }

    fn equals(&self, other: Value<'v>) -> starlark::Result<bool> {
        let same = |o: &AllocationValue| self.lens.network() == o.lens.network() && self.allocation == o.allocation;
        Ok(AllocationValue::from_value(other).is_some_and(same))
    }

    fn bit_or(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.combined(other, heap, Allocation::union)
    }

    fn bit_and(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.combined(other, heap, Allocation::intersection)
    }

    fn sub(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.combined(other, heap, Allocation::difference)
    }
}

/// The attributes and methods of `a`.
#[starlark_module]
fn allocation_methods(builder: &mut MethodsBuilder) {
    /// The number of learnable weights, r; also `len(a)`.
    #[starlark(attribute)]
    fn size(this: &AllocationValue) -> starlark::Result<usize> {
        Ok(this.allocation.size())
    }

    /// The reachable dimension ρ_m(a).
    #[starlark(attribute)]
    fn dim(this: &AllocationValue) -> starlark::Result<usize> {
        this.lens().dim(&this.allocation).map_err(failure)
    }

    /// Whether the reachable dimension is the teacher's.
    #[starlark(attribute)]
    fn spans(this: &AllocationValue) -> starlark::Result<bool> {
        Ok(this.lens().dim(&this.allocation).map_err(failure)? == this.lens().teacher_dim().map_err(failure)?)
    }

    /// Whether the allocation is independent: its dimension is its size.
    #[starlark(attribute)]
    fn free(this: &AllocationValue) -> starlark::Result<bool> {
        Ok(this.lens().dim(&this.allocation).map_err(failure)? == this.allocation.size())
    }

    /// The allocation in text, one weight at a time.
    #[starlark(attribute)]
    fn text(this: &AllocationValue) -> starlark::Result<String> {
        Ok(this.to_string())
    }

    /// The learnable weights, each with `tensor`, `row`, `col`, `layer` and `text`.
    #[starlark(attribute)]
    fn weights<'v>(this: &AllocationValue, heap: Heap<'v>) -> starlark::Result<Vec<Value<'v>>> {
        let describe = |w: Weight<'_>| {
            heap.alloc(AllocStruct([
                ("tensor", heap.alloc(w.tensor.name.as_str())),
                ("row", heap.alloc(w.row)),
                ("col", heap.alloc(w.column)),
                ("layer", heap.alloc(w.tensor.layer)),
                ("text", heap.alloc(w.to_string())),
            ]))
        };
        Ok(this.places().map(describe).collect())
    }

    /// The names of the tensors that hold learnable weights, in canonical order.
    #[starlark(attribute)]
    fn tensors(this: &AllocationValue) -> starlark::Result<Vec<String>> {
        let layout = this.lens.network().layout();
        let learns = |t: &&Tensor| layout.weights_in(t).iter().any(|w| this.allocation.contains(*w));
        let touched = layout.tensors().iter().filter(learns);
        Ok(touched.map(|t| t.name.clone()).collect())
    }

    /// The number of learnable entries of each layer, from layer 1 (a recurrent network: B, W, D). An entry holds a weight; a tied
    /// weight is at several, and all of them count, here and in the other counts by tensor, row and column.
    #[starlark(attribute)]
    fn layer_counts(this: &AllocationValue) -> starlark::Result<Vec<usize>> {
        Ok(this.layers())
    }

    /// The number of learnable entries of each tensor, in canonical order.
    #[starlark(attribute)]
    fn tensor_counts(this: &AllocationValue) -> starlark::Result<Vec<usize>> {
        let layout = this.lens.network().layout();
        Ok(layout.tensors().iter().map(|tensor| this.cells(tensor).count()).collect())
    }

    /// The largest allocation of the same dimension that contains this one.
    #[starlark(attribute)]
    fn closure(this: &AllocationValue) -> starlark::Result<AllocationValue> {
        let lens = this.lens();
        lens.is_matroid().map_err(failure)?;
        let rank = lens.dim(&this.allocation).map_err(failure)?;
        let mut closure = this.allocation.clone();
        for weight in this.allocation.complement().iter() {
            if lens.dim(&this.allocation.clone().with(weight)).map_err(failure)? == rank {
                closure.insert(weight);
            }
        }
        Ok(this.with(closure))
    }

    /// A circuit (a smallest dependent allocation) inside, or `None` if the allocation is independent.
    #[starlark(attribute)]
    fn circuit(this: &AllocationValue) -> starlark::Result<NoneOr<AllocationValue>> {
        let circuit = this.lens().circuit(&this.allocation).map_err(failure)?;
        Ok(NoneOr::from_option(circuit.map(|c| this.with(c))))
    }

    /// The first basis inside, in canonical order: an independent allocation of the same dimension.
    #[starlark(attribute)]
    fn basis(this: &AllocationValue) -> starlark::Result<AllocationValue> {
        Ok(this.with(this.lens().basis(&this.allocation).map_err(failure)?))
    }

    /// Why it has fewer dimensions than weights: connected flats, smallest first, each with `weights`, `size`, `dim`, `inside`
    /// (the weights of the allocation in it, more than `dim`) and `description`. None for an independent allocation.
    #[starlark(attribute)]
    fn obstructions<'v>(this: &AllocationValue, heap: Heap<'v>) -> starlark::Result<Vec<Value<'v>>> {
        let found = this.lens().obstructions(&this.allocation).map_err(failure)?;
        let layout = this.lens.network().layout();
        let value = |o: Obstruction| {
            heap.alloc(AllocStruct([
                ("description", heap.alloc(describe(layout, &o.flat))),
                ("size", heap.alloc(o.flat.size())),
                ("dim", heap.alloc(o.dim)),
                ("inside", heap.alloc(this.with(o.inside))),
                ("weights", heap.alloc(this.with(o.flat))),
            ]))
        };
        Ok(found.into_iter().map(value).collect())
    }

    /// The match probability, by a law or from 1,000 decided instances: a value with `verdict` (`"zero"`, `"one"` or
    /// `"fractional"`), `reason`, `degree` (or `None`), `probability`, `low` and `high` (a 95 % interval), `trials`, `matched`,
    /// `unmatched` and `undecided`. What no law settles is not known, and makes a condition that depends on it undecided.
    #[starlark(attribute)]
    fn r#match(this: &AllocationValue) -> starlark::Result<MatchValue> {
        this.matching(TRIALS)
    }

    /// Whether every label is affine in the learnable weights.
    #[starlark(attribute)]
    fn affine(this: &AllocationValue) -> starlark::Result<bool> {
        let lens = this.lens();
        if let Some(known) = lens.is_affine(&this.allocation).map_err(failure)? {
            return Ok(known);
        }
        let doubt = || {
            let allocation = lens.in_words(&this.allocation);
            let text = format!("whether terms of a larger degree cancel in the labels on {allocation} is not decided");
            Doubt { text, is_limit: false }
        };
        Ok(choose(&lens.about(&this.allocation, "affine"), 2, doubt) == 1)
    }

    /// The matching degree δ: how many complex students match a generic teacher; `None` unless the allocation spans with as
    /// many weights as the teacher has dimensions. It is counted at random points; where a limit stops the count, or the network is
    /// not polynomial, it is not known.
    #[starlark(attribute)]
    fn matching_degree<'v>(this: &AllocationValue, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        this.degree(heap)
    }

    /// The old name of `matching_degree`; a warning says so.
    #[starlark(attribute)]
    fn learning_degree<'v>(this: &AllocationValue, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        this.degree(heap)
    }

    /// Into how many parts without a common learnable weight the equations of a match fall.
    #[starlark(attribute)]
    fn subsystems<'v>(this: &AllocationValue, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let lens = this.lens();
        if let Some(known) = lens.subsystems(&this.allocation).map_err(failure)? {
            return Ok(heap.alloc(known));
        }
        let allocation = lens.in_words(&this.allocation);
        let text = format!("which labels of {allocation} some weight occurs in is not decided: terms may cancel");
        let most = i64::try_from(this.allocation.size()).ok();
        let about = lens.about(&this.allocation, "subsystems");
        Ok(UnknownNumber::between(about, Doubt { text, is_limit: false }, Some(0), most).alloc(heap))
    }

    /// The frozen weights.
    #[starlark(attribute)]
    fn complement(this: &AllocationValue) -> starlark::Result<AllocationValue> {
        Ok(this.with(this.allocation.complement()))
    }

    /// The match probability as in `match`, from so many decided instances where no law settles it.
    fn match_in(this: &AllocationValue, #[starlark(require = pos)] trials: u64) -> starlark::Result<MatchValue> {
        this.matching(trials)
    }

    /// So many random instances decided whatever the laws say, with `matched`, `unmatched` and `undecided`. Where no law gives
    /// the probability 0 or 1, `matched` and `unmatched` are frequencies, so they are not known, and what is claimed of `undecided`
    /// is supported or contradicted.
    fn decided(this: &AllocationValue, #[starlark(require = pos)] trials: u64) -> starlark::Result<DecidedValue> {
        let lens = this.lens();
        let estimate = lens.decided(&this.allocation, trials).map_err(failure)?;
        let settled = lens.settled(&this.allocation).map_err(failure)?;
        Ok(DecidedValue::new(lens, this.allocation.clone(), estimate, settled))
    }

    /// The number of learnable entries of one tensor.
    fn tensor_count(this: &AllocationValue, #[starlark(require = pos)] name: &str) -> starlark::Result<usize> {
        Ok(this.rows(tensor(&this.lens, name)?).iter().sum())
    }

    /// The number of learnable entries in each row of a tensor.
    fn row_counts(this: &AllocationValue, #[starlark(require = pos)] name: &str) -> starlark::Result<Vec<usize>> {
        Ok(this.rows(matrix(&this.lens, name)?))
    }

    /// The number of learnable entries in each column of a tensor.
    fn column_counts(this: &AllocationValue, #[starlark(require = pos)] name: &str) -> starlark::Result<Vec<usize>> {
        Ok(this.columns(matrix(&this.lens, name)?))
    }

    /// The number of connected components of the bipartite graph that has the tensor's rows and columns as nodes and its
    /// learnable entries as edges.
    fn components(this: &AllocationValue, #[starlark(require = pos)] name: &str) -> starlark::Result<usize> {
        let tensor = matrix(&this.lens, name)?;
        let mut part: Vec<usize> = (0..tensor.rows + tensor.columns).collect();
        for (row, column) in this.cells(tensor) {
            let (a, b) = (part[row], part[tensor.rows + column]);
            part.iter_mut().filter(|p| **p == b).for_each(|p| *p = a);
        }
        part.sort_unstable();
        part.dedup();
        Ok(part.len())
    }

    /// The same allocation at another number of samples (`None`: functional).
    fn at<'v>(
        this: &AllocationValue,
        #[starlark(require = pos)] samples: Value<'v>,
    ) -> starlark::Result<AllocationValue> {
        Ok(AllocationValue::new(this.lens().at(samples_of(samples)?), this.allocation.clone()))
    }

    /// Whether all its weights are in another allocation (or text).
    fn inside<'v>(
        this: &AllocationValue,
        #[starlark(require = pos)] other: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<bool> {
        Ok(this.allocation.is_subset(&allocation_of(&this.lens(), other, heap)?))
    }

    /// Every allocation with one weight more.
    fn extensions(this: &AllocationValue) -> starlark::Result<Vec<AllocationValue>> {
        let frozen = this.allocation.complement();
        Ok(frozen.iter().map(|w| this.with(this.allocation.clone().with(w))).collect())
    }

    /// Every allocation with one weight less.
    fn deletions(this: &AllocationValue) -> starlark::Result<Vec<AllocationValue>> {
        Ok(this.allocation.iter().map(|w| this.with(this.allocation.clone().without(w))).collect())
    }

    /// Every allocation with one learnable weight moved to any frozen position.
    fn moves(this: &AllocationValue) -> starlark::Result<Vec<AllocationValue>> {
        Ok(this.moved(|_, _| true))
    }

    /// Every allocation with one learnable weight moved inside its own tensor.
    fn moves_within_tensors(this: &AllocationValue) -> starlark::Result<Vec<AllocationValue>> {
        Ok(this.moved(|from, to| from.tensor == to.tensor))
    }

    /// Every allocation with one learnable weight moved, inside its tensor, to a row with strictly fewer than its own.
    fn moves_to_emptier_rows(this: &AllocationValue) -> starlark::Result<Vec<AllocationValue>> {
        Ok(this.moved(|from, to| {
            let rows = this.rows(from.tensor);
            from.tensor == to.tensor && rows[to.row] < rows[from.row]
        }))
    }

    /// Every allocation with one learnable weight moved, inside its tensor, to a column with strictly fewer than its own.
    fn moves_to_emptier_columns(this: &AllocationValue) -> starlark::Result<Vec<AllocationValue>> {
        Ok(this.moved(|from, to| {
            let columns = this.columns(from.tensor);
            from.tensor == to.tensor && columns[to.column] < columns[from.column]
        }))
    }

    /// Every allocation with one learnable weight moved to another layer that has strictly fewer than its own.
    fn moves_to_emptier_layers(this: &AllocationValue) -> starlark::Result<Vec<AllocationValue>> {
        let layers = this.layers();
        Ok(this.moved(|from, to| layers[to.tensor.layer - 1] < layers[from.tensor.layer - 1]))
    }
}
