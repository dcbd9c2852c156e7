//! Symbolic tensors: what a forward pass in Python computes with. Every operation is the core's; the package gives them NumPy's
//! ways to be written.

use std::sync::{Arc, Mutex, PoisonError};

use allocert::allocation::Selection;
use allocert::program::{Elementwise, Index, Recorder, Smooth, Tensor, TensorError};
use pyo3::prelude::*;

use crate::errors::Refusal;
use crate::numbers::rational;

/// A forward pass that is being recorded; nothing is left in it when it is over.
#[derive(Clone, Debug)]
pub(crate) struct Tape(Arc<Mutex<Option<Recorder>>>);

impl Tape {
    pub(crate) fn new(recorder: Recorder) -> Self {
        Tape(Arc::new(Mutex::new(Some(recorder))))
    }

    /// Ends it.
    pub(crate) fn finish(&self) -> Recorder {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }

    fn tensor(&self, record: impl FnOnce(&mut Recorder) -> Result<Tensor, TensorError>) -> Result<PyTensor, Refusal> {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let over = "this tensor belongs to a forward pass that is over\n  use it only while its network is built";
        let recorder = guard.as_mut().ok_or_else(|| Refusal::request(over))?;
        Ok(PyTensor::new(self, record(recorder)?))
    }
}

/// A tensor of a forward pass.
#[pyclass(name = "Tensor", module = "allocert._native", frozen, from_py_object)]
#[derive(Clone, Debug)]
pub(crate) struct PyTensor {
    tape: Tape,
    tensor: Arc<Tensor>,
}

/// A part of an index: a place, a slice as (start, stop, step), or `new` or `rest`.
#[derive(FromPyObject)]
enum Part {
    At(i64),
    Slice((Option<i64>, Option<i64>, Option<i64>)),
    Word(String),
}

impl Part {
    fn index(self) -> Index {
        match self {
            Part::At(place) => Index::Axis(Selection::At(place)),
            Part::Slice((start, stop, step)) => Index::Axis(Selection::Slice { start, stop, step }),
            Part::Word(word) if word == "new" => Index::New,
            Part::Word(_) => Index::Rest,
        }
    }
}

impl PyTensor {
    pub(crate) fn new(tape: &Tape, tensor: Tensor) -> Self {
        PyTensor { tape: tape.clone(), tensor: Arc::new(tensor) }
    }

    pub(crate) fn tensor(&self) -> &Tensor {
        &self.tensor
    }

    /// Refuses a tensor of another forward pass.
    pub(crate) fn is_of(&self, tape: &Tape) -> Result<(), Refusal> {
        if Arc::ptr_eq(&self.tape.0, &tape.0) {
            return Ok(());
        }
        let mend = "use only the tensors that this forward pass is given";
        Err(Refusal::request(format!("this tensor belongs to another forward pass\n  {mend}")))
    }

    fn moved(&self, tensor: Result<Tensor, TensorError>) -> PyResult<PyTensor> {
        Ok(PyTensor::new(&self.tape, tensor.map_err(Refusal::from)?))
    }

    fn each(&self, record: impl FnOnce(&Tensor, &mut Recorder) -> Result<Tensor, TensorError>) -> PyResult<PyTensor> {
        Ok(self.tape.tensor(|recorder| record(&self.tensor, recorder))?)
    }
}

#[pymethods]
impl PyTensor {
    #[getter]
    fn shape(&self) -> Vec<usize> {
        self.tensor.shape().to_vec()
    }

    /// Constants, beside this tensor.
    fn constant(&self, shape: Vec<usize>, values: Vec<String>) -> PyResult<PyTensor> {
        let values = values.iter().map(|text| rational(text)).collect::<Result<Vec<_>, _>>()?;
        Ok(self.tape.tensor(|recorder| Tensor::constant(recorder, shape, &values))?)
    }

    /// `add`, `subtract`, `multiply` or `divide`.
    fn elementwise(&self, operation: &str, other: &PyTensor) -> PyResult<PyTensor> {
        other.is_of(&self.tape)?;
        let operation = match operation {
            "add" => Elementwise::Add,
            "subtract" => Elementwise::Sub,
            "multiply" => Elementwise::Mul,
            _ => Elementwise::Div,
        };
        self.each(|tensor, recorder| Tensor::elementwise(recorder, operation, tensor, &other.tensor))
    }

    /// `exp`, `log`, `sqrt`, `tanh`, `sigmoid`, `silu`, `softplus`, `relu` or `negative`.
    fn apply(&self, function: &str) -> PyResult<PyTensor> {
        let smooth = match function {
            "exp" => Smooth::Exp,
            "log" => Smooth::Log,
            "sqrt" => Smooth::Sqrt,
            "tanh" => Smooth::Tanh,
            "sigmoid" => Smooth::Sigmoid,
            "silu" => Smooth::Silu,
            "softplus" => Smooth::Softplus,
            "relu" => return self.each(Tensor::relu),
            "negative" => return self.each(Tensor::negative),
            _ => return Err(Refusal::unsupported(format!("there is no function {function}")).into()),
        };
        self.each(|tensor, recorder| tensor.smooth(recorder, smooth))
    }

    fn power(&self, exponent: i64) -> PyResult<PyTensor> {
        self.each(|tensor, recorder| tensor.power(recorder, exponent))
    }

    #[pyo3(signature = (axes=None))]
    fn sum(&self, axes: Option<Vec<i64>>) -> PyResult<PyTensor> {
        self.each(|tensor, recorder| tensor.sum(recorder, axes.as_deref()))
    }

    fn transpose(&self) -> PyTensor {
        PyTensor::new(&self.tape, self.tensor.transpose())
    }

    fn reshape(&self, lengths: Vec<i64>) -> PyResult<PyTensor> {
        self.moved(self.tensor.reshape(&lengths))
    }

    fn index(&self, parts: Vec<Part>) -> PyResult<PyTensor> {
        let parts: Vec<Index> = parts.into_iter().map(Part::index).collect();
        self.moved(self.tensor.index(&parts))
    }

    fn softmax(&self, axis: i64) -> PyResult<PyTensor> {
        self.each(|tensor, recorder| tensor.softmax(recorder, axis))
    }

    fn rms_norm(&self, axis: i64, epsilon: &str) -> PyResult<PyTensor> {
        let epsilon = rational(epsilon)?;
        self.each(|tensor, recorder| tensor.rms_norm(recorder, axis, &epsilon))
    }

    fn layer_norm(&self, axis: i64, epsilon: &str) -> PyResult<PyTensor> {
        let epsilon = rational(epsilon)?;
        self.each(|tensor, recorder| tensor.layer_norm(recorder, axis, &epsilon))
    }

    fn dot(&self, other: &PyTensor) -> PyResult<PyTensor> {
        other.is_of(&self.tape)?;
        self.each(|tensor, recorder| Tensor::dot(recorder, tensor, &other.tensor))
    }

    fn convolve(&self, kernel: &PyTensor, stride: Vec<i64>, padding: Vec<i64>) -> PyResult<PyTensor> {
        kernel.is_of(&self.tape)?;
        self.each(|tensor, recorder| Tensor::convolve(recorder, tensor, &kernel.tensor, &stride, &padding))
    }
}

/// The tensors of some arguments, all of one forward pass.
fn together(tensors: &[PyTensor]) -> Result<(Tape, Vec<Tensor>), Refusal> {
    let first = tensors.first().ok_or_else(|| Refusal::shape("no tensors\n  give at least one"))?;
    tensors.iter().try_for_each(|tensor| tensor.is_of(&first.tape))?;
    Ok((first.tape.clone(), tensors.iter().map(|tensor| (*tensor.tensor).clone()).collect()))
}

#[pyfunction]
fn concat(tensors: Vec<PyTensor>, axis: i64) -> PyResult<PyTensor> {
    let (tape, tensors) = together(&tensors)?;
    Ok(tape.tensor(|_| Tensor::concat(&tensors, axis))?)
}

#[pyfunction]
fn stack(tensors: Vec<PyTensor>, axis: i64) -> PyResult<PyTensor> {
    let (tape, tensors) = together(&tensors)?;
    Ok(tape.tensor(|_| Tensor::stack(&tensors, axis))?)
}

#[pyfunction]
fn einsum(subscripts: &str, tensors: Vec<PyTensor>) -> PyResult<PyTensor> {
    let (tape, tensors) = together(&tensors)?;
    let tensors: Vec<&Tensor> = tensors.iter().collect();
    Ok(tape.tensor(|recorder| Tensor::einsum(recorder, subscripts, &tensors))?)
}

pub(crate) fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(concat, module)?)?;
    module.add_function(wrap_pyfunction!(stack, module)?)?;
    module.add_function(wrap_pyfunction!(einsum, module)?)
}
