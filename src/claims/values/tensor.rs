//! Symbolic tensors: what a forward pass computes with. Every operation is [`Tensor`]'s; here are only the language's ways to
//! write it.

use std::sync::{Arc, Mutex, PoisonError};

use allocative::Allocative;
use allocert_core::allocation::Selection;
use allocert_core::program::{Elementwise, Index, Recorder, Tensor, TensorError, shape_text};
use starlark::environment::{Methods, MethodsBuilder};
use starlark::starlark_simple_value;
use starlark::values::list::ListRef;
use starlark::values::tuple::{AllocTuple, TupleRef};
use starlark::values::{Heap, NoSerialize, ProvidesStaticType, StarlarkPagablePanic, StarlarkValue, Value};
use starlark_derive::{starlark_module, starlark_value};

use super::rational::{exact_number, inexact};
use super::{failure, whole};

/// A forward pass that is being recorded; nothing is left in it when it is over.
#[derive(Clone, Debug)]
pub(crate) struct Recording(Arc<Mutex<Option<Recorder>>>);

impl Recording {
    pub(crate) fn new(recorder: Recorder) -> Self {
        Recording(Arc::new(Mutex::new(Some(recorder))))
    }

    /// Ends it.
    pub(crate) fn finish(&self) -> Option<Recorder> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Records an operation.
    pub(crate) fn tensor(
        &self,
        record: impl FnOnce(&mut Recorder) -> Result<Tensor, TensorError>,
    ) -> starlark::Result<TensorValue> {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recorder = guard.as_mut().ok_or_else(|| {
            failure("this tensor belongs to a forward pass that is over\n  use it only while its network is built")
        })?;
        let tensor = record(recorder).map_err(failure)?;
        Ok(TensorValue { recording: self.clone(), tensor: Arc::new(tensor) })
    }

    fn is(&self, other: &Recording) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// A tensor of a forward pass.
#[derive(Debug, Clone, ProvidesStaticType, NoSerialize, StarlarkPagablePanic, Allocative)]
pub(crate) struct TensorValue {
    #[allocative(skip)]
    recording: Recording,
    #[allocative(skip)]
    tensor: Arc<Tensor>,
}

starlark_simple_value!(TensorValue);

impl std::fmt::Display for TensorValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "tensor of shape {}", shape_text(self.tensor.shape()))
    }
}

impl TensorValue {
    pub(crate) fn tensor(&self) -> &Tensor {
        &self.tensor
    }

    fn moved(&self, tensor: Result<Tensor, TensorError>) -> starlark::Result<TensorValue> {
        Ok(TensorValue { recording: self.recording.clone(), tensor: Arc::new(tensor.map_err(failure)?) })
    }

    fn select<'v>(&self, parts: &[Index], heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(heap.alloc(self.moved(self.tensor.index(parts))?))
    }
}

/// The recording that some values belong to: that of the first tensor in them.
pub(crate) fn recording_of(values: &[Value<'_>]) -> Option<Recording> {
    values.iter().find_map(|value| match TensorValue::from_value(*value) {
        Some(tensor) => Some(tensor.recording.clone()),
        None => recording_of(items(*value)?),
    })
}

fn items<'v>(value: Value<'v>) -> Option<&'v [Value<'v>]> {
    ListRef::from_value(value).map(ListRef::content).or_else(|| TupleRef::from_value(value).map(TupleRef::content))
}

/// A value as a tensor: a tensor, an exact number, or lists of them.
pub(crate) fn tensor_of(recording: &Recording, value: Value<'_>) -> starlark::Result<TensorValue> {
    if let Some(tensor) = TensorValue::from_value(value) {
        if !tensor.recording.is(recording) {
            let mend = "use only the tensors that this forward pass is given";
            return Err(failure(format!("this tensor belongs to another forward pass\n  {mend}")));
        }
        return Ok(tensor.clone());
    }
    if let Some(number) = exact_number(value) {
        return recording.tensor(|recorder| Tensor::constant(recorder, Vec::new(), &[number]));
    }
    let Some(parts) = items(value) else {
        return Err(inexact(value));
    };
    if parts.is_empty() {
        return Err(failure("an empty list is no tensor\n  every axis has at least one entry"));
    }
    let parts = parts.iter().map(|part| tensor_of(recording, *part)).collect::<starlark::Result<Vec<_>>>()?;
    let parts: Vec<Tensor> = parts.into_iter().map(|part| (*part.tensor).clone()).collect();
    recording.tensor(|_| Tensor::stack(&parts, 0))
}

/// An operation between two values of which one is a tensor; nothing if neither is.
pub(crate) fn elementwise<'v>(
    operation: Elementwise,
    a: Value<'v>,
    b: Value<'v>,
) -> Option<starlark::Result<TensorValue>> {
    let recording = recording_of(&[a, b])?;
    let both = || Ok((tensor_of(&recording, a)?, tensor_of(&recording, b)?));
    let result = both().and_then(|(a, b): (TensorValue, TensorValue)| {
        recording.tensor(|recorder| Tensor::elementwise(recorder, operation, &a.tensor, &b.tensor))
    });
    Some(result)
}

/// What stands in brackets behind a tensor: an integer, a tuple of indices, or NumPy's text.
fn index_of(index: Value<'_>) -> starlark::Result<Vec<Index>> {
    if let Some(text) = index.unpack_str() {
        return Index::read(text).map_err(failure);
    }
    if let Some(parts) = TupleRef::from_value(index) {
        let parts = parts.content().iter().map(|part| index_of(*part)).collect::<starlark::Result<Vec<_>>>()?;
        return Ok(parts.concat());
    }
    if index.is_none() {
        return Ok(vec![Index::New]);
    }
    let mend = "write x[0], x[1:3], x[(0, 1)], or NumPy's text, as in x[\":,0\"]";
    let wrong = || failure(format!("a {} is not an index\n  {mend}", index.get_type()));
    Ok(vec![Index::Axis(Selection::At(whole(index).ok_or_else(wrong)?))])
}

starlark::methods_static!(TENSOR_METHODS = tensor_methods);

#[starlark_value(type = "tensor")]
impl<'v> StarlarkValue<'v> for TensorValue {
    fn get_methods() -> Option<&'static Methods> {
        Some(TENSOR_METHODS.methods())
    }

    fn equals(&self, _other: Value<'v>) -> starlark::Result<bool> {
        Err(failure("tensors have no values while a forward pass is recorded\n  compare shapes, or numbers"))
    }

    fn to_bool(&self) -> bool {
        true
    }

    fn length(&self) -> starlark::Result<i32> {
        let length = self.tensor.length().map_err(failure)?;
        i32::try_from(length).map_err(failure)
    }

    fn iterate_collect(&self, heap: Heap<'v>) -> starlark::Result<Vec<Value<'v>>> {
        let parts = self.tensor.parts().map_err(failure)?;
        parts.into_iter().map(|part| Ok(heap.alloc(self.moved(Ok(part))?))).collect()
    }

    fn at(&self, index: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.select(&index_of(index)?, heap)
    }

    fn slice(
        &self,
        start: Option<Value<'v>>,
        stop: Option<Value<'v>>,
        step: Option<Value<'v>>,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        let bound = |value: Option<Value<'v>>| match value.filter(|v| !v.is_none()) {
            Some(value) => whole(value).map(Some).ok_or_else(|| failure(format!("{value} is not an integer"))),
            None => Ok(None),
        };
        let slice = Selection::Slice { start: bound(start)?, stop: bound(stop)?, step: bound(step)? };
        self.select(&[Index::Axis(slice)], heap)
    }

    fn plus(&self, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(heap.alloc(self.clone()))
    }

    fn minus(&self, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(heap.alloc(self.recording.tensor(|recorder| self.tensor.negative(recorder))?))
    }

    fn add(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        Some(self.with(Elementwise::Add, other, heap))
    }

    fn radd(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        Some(self.after(Elementwise::Add, other, heap))
    }

    fn mul(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        Some(self.with(Elementwise::Mul, other, heap))
    }

    fn rmul(&self, other: Value<'v>, heap: Heap<'v>) -> Option<starlark::Result<Value<'v>>> {
        Some(self.after(Elementwise::Mul, other, heap))
    }

    fn sub(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.with(Elementwise::Sub, other, heap)
    }

    fn div(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self.with(Elementwise::Div, other, heap)
    }
}

impl TensorValue {
    fn with<'v>(&self, operation: Elementwise, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let other = tensor_of(&self.recording, other)?;
        let (a, b) = (&self.tensor, &other.tensor);
        Ok(heap.alloc(self.recording.tensor(|recorder| Tensor::elementwise(recorder, operation, a, b))?))
    }

    fn after<'v>(&self, operation: Elementwise, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let other = tensor_of(&self.recording, other)?;
        let (a, b) = (&other.tensor, &self.tensor);
        Ok(heap.alloc(self.recording.tensor(|recorder| Tensor::elementwise(recorder, operation, a, b))?))
    }
}

/// The attributes and methods of a tensor, as in NumPy.
#[starlark_module]
fn tensor_methods(builder: &mut MethodsBuilder) {
    /// The axes in reverse order.
    #[starlark(attribute)]
    fn T(this: &TensorValue) -> starlark::Result<TensorValue> {
        this.moved(Ok(this.tensor.transpose()))
    }

    /// The lengths of the axes, a tuple.
    #[starlark(attribute)]
    fn shape<'v>(this: &TensorValue, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(heap.alloc(AllocTuple(this.tensor.shape().iter().copied())))
    }

    /// The number of axes.
    #[starlark(attribute)]
    fn ndim(this: &TensorValue) -> starlark::Result<usize> {
        Ok(this.tensor.axes())
    }

    /// The number of entries.
    #[starlark(attribute)]
    fn size(this: &TensorValue) -> starlark::Result<usize> {
        Ok(this.tensor.entries().len())
    }

    /// NumPy's `matmul`: rows by columns.
    fn dot<'v>(this: &TensorValue, #[starlark(require = pos)] other: Value<'v>) -> starlark::Result<TensorValue> {
        let other = tensor_of(&this.recording, other)?;
        this.recording.tensor(|recorder| Tensor::dot(recorder, &this.tensor, &other.tensor))
    }
}
