//! Networks: from expressions of the claim language, from recorded forward passes, and changed ones.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use allocert::allocation::{Allocation, parse};
use allocert::claims::Definitions;
use allocert::network::{Network, Samples, ShapeValue};
use allocert::program::Signature;
use pyo3::prelude::*;

use crate::allocation::{PyAllocation, fits, tensor};
use crate::errors::Refusal;
use crate::numbers::rational;
use crate::tensor::{PyTensor, Tape};
use crate::work::run;

/// A network.
#[pyclass(name = "Network", module = "allocert", frozen)]
#[derive(Clone, Debug)]
pub(crate) struct PyNetwork(pub(crate) Network);

#[pymethods]
impl PyNetwork {
    /// From an expression such as `lffn([2, 2, 2])`; `use_files` are files that define other networks.
    #[staticmethod]
    fn read(py: Python<'_>, text: String, use_files: Vec<PathBuf>) -> PyResult<Self> {
        run(py, None, move |_| Ok(PyNetwork(Definitions::read(&use_files)?.network(&text)?)))
    }

    /// From a forward pass: `forward` is called once, with the input and the weights as symbolic tensors.
    #[staticmethod]
    fn record(
        py: Python<'_>,
        name: String,
        inputs: Vec<usize>,
        weights: Vec<(String, Vec<usize>)>,
        forward: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let signature = Signature::new(inputs, weights).map_err(Refusal::from)?;
        let begun = signature.begin().map_err(Refusal::from)?;
        let tape = Tape::new(begun.recorder);
        let input = PyTensor::new(&tape, begun.input);
        let weights: Vec<PyTensor> = begun.weights.into_iter().map(|tensor| PyTensor::new(&tape, tensor)).collect();
        let output = forward.call1((input, weights));
        let recorder = tape.finish();
        let output = output?.extract::<PyTensor>()?;
        output.is_of(&tape)?;
        run(py, None, move |_| {
            let program = signature.finish(recorder, output.tensor())?;
            let (layout, input) = (signature.layout(), signature.input().to_vec());
            let shape: Vec<(String, ShapeValue)> = Vec::new();
            Ok(PyNetwork(Network::program(&name, name.clone(), layout, program, input, shape)?))
        })
    }

    /// How it is written.
    #[getter]
    fn text(&self) -> String {
        self.0.to_string()
    }

    /// `lffn`, …, or the name of a network of one's own.
    #[getter]
    fn family(&self) -> String {
        self.0.family().to_owned()
    }

    /// The number of weights.
    #[getter]
    fn weights(&self) -> usize {
        self.0.weights()
    }

    /// The name and the shape of each tensor, in canonical order.
    #[getter]
    fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        self.0.layout().tensors().iter().map(|t| (t.name.clone(), t.axes.clone())).collect()
    }

    /// The shape of one input.
    #[getter]
    fn inputs(&self) -> Vec<usize> {
        self.0.input_shape()
    }

    /// The number of labels of one input.
    #[getter]
    fn labels(&self) -> usize {
        self.0.labels_per_input()
    }

    /// `polynomial`, `kinks` or `analytic`.
    #[getter]
    fn kind(&self) -> &'static str {
        match (self.0.is_polynomial(), self.0.is_analytic()) {
            (true, _) => "polynomial",
            (_, true) => "analytic",
            _ => "kinks",
        }
    }

    /// The number of inputs that stand for as many as one likes.
    #[getter]
    fn functional_inputs(&self) -> usize {
        self.0.probe_inputs(Samples::Functional)
    }

    /// The forward pass as a list of steps, if the network is one's own.
    #[getter]
    fn program(&self) -> Option<String> {
        self.0.own_program().map(ToString::to_string)
    }

    /// The allocation of a text.
    fn read_allocation(&self, text: &str) -> PyResult<PyAllocation> {
        let set = parse(self.0.layout(), text).map_err(Refusal::from)?;
        Ok(PyAllocation::new(&self.0, set))
    }

    /// The allocation of these positions.
    fn select(&self, positions: Vec<usize>) -> PyResult<PyAllocation> {
        let weights = self.0.weights();
        if let Some(position) = positions.iter().find(|position| **position >= weights) {
            let mend = format!("positions run from 0 to {}", weights - 1);
            return Err(Refusal::mask(format!("there is no weight {position} in {}\n  {mend}", self.0)).into());
        }
        Ok(PyAllocation::new(&self.0, Allocation::of(weights, positions)))
    }

    /// The allocation of the entries whose byte is not 0, for each tensor named; the others do not learn.
    fn masked(&self, masks: Vec<(String, Vec<u8>)>) -> PyResult<PyAllocation> {
        let mut set = Allocation::none(self.0.weights());
        for (name, mask) in masks {
            for place in self.places(&name, &mask)? {
                if let Some(weight) = self.0.layout().weight_at(place) {
                    set.insert(weight);
                }
            }
        }
        Ok(PyAllocation::new(&self.0, set))
    }

    /// The network in which the weights of each allocation are a number, given as text.
    fn pin(&self, py: Python<'_>, pins: Vec<(PyRef<'_, PyAllocation>, String)>) -> PyResult<Self> {
        let mut all = Vec::new();
        for (allocation, number) in pins {
            fits(&self.0, &allocation)?;
            let number = rational(&number)?;
            all.extend(allocation.set.iter().map(|weight| (weight, number.clone())));
        }
        let network = self.0.clone();
        run(py, None, move |_| Ok(PyNetwork(network.pin(&all)?)))
    }

    /// The network in which the weights of each allocation are one weight.
    fn tie(&self, py: Python<'_>, groups: Vec<PyRef<'_, PyAllocation>>) -> PyResult<Self> {
        groups.iter().try_for_each(|group| fits(&self.0, group))?;
        let groups: Vec<Vec<usize>> = groups.iter().map(|group| group.set.iter().collect()).collect();
        let network = self.0.clone();
        run(py, None, move |_| Ok(PyNetwork(network.tie(&groups)?)))
    }

    /// The network that shows only these of its labels.
    fn observe(&self, py: Python<'_>, labels: Vec<usize>) -> PyResult<Self> {
        let network = self.0.clone();
        run(py, None, move |_| Ok(PyNetwork(network.observe(&labels)?)))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<PyNetwork>().is_ok_and(|other| other.get().0 == self.0)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        hasher.finish()
    }
}

impl PyNetwork {
    /// The places of a tensor's entries whose byte is not 0.
    fn places(&self, name: &str, mask: &[u8]) -> Result<Vec<usize>, Refusal> {
        let tensor = tensor(&self.0, name)?;
        if mask.len() != tensor.size() {
            let (given, size) = (mask.len(), tensor.size());
            return Err(Refusal::mask(format!("the mask of {name} has {given} entries, and the tensor {size}")));
        }
        Ok(tensor.positions().zip(mask).filter(|(_, learns)| **learns != 0).map(|(place, _)| place).collect())
    }
}
