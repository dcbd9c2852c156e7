//! Allocations: text, positions, boolean arrays.

use std::hash::{DefaultHasher, Hash, Hasher};

use allocert::allocation::{Allocation, Tensor, describe, picture, print};
use allocert::network::Network;
use allocert::text::{nearest, quote};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::Refusal;
use crate::network::PyNetwork;

/// Which weights of a network may learn: a set, with `|`, `&`, `-` and `~`.
///
/// ```text
/// >>> import allocert
/// >>> net = allocert.lffn([2, 2])
/// >>> chosen = net.allocation("W1[0,:]")
/// >>> chosen.size, chosen.indices, chosen.text, 3 in chosen
/// (2, [0, 1], 'W1[0,0] W1[0,1]', False)
/// >>> (~chosen).text, (chosen | net.allocation({3})).size
/// ('W1[1,0] W1[1,1]', 3)
///
/// ```
#[pyclass(name = "Allocation", module = "allocert", frozen)]
#[derive(Clone, Debug)]
pub(crate) struct PyAllocation {
    pub(crate) network: Network,
    pub(crate) set: Allocation,
}

impl PyAllocation {
    pub(crate) fn new(network: &Network, set: Allocation) -> Self {
        PyAllocation { network: network.clone(), set }
    }

    fn combined(&self, other: &Self, with: fn(&Allocation, &Allocation) -> Allocation) -> Result<Self, Refusal> {
        fits(&self.network, other)?;
        Ok(PyAllocation::new(&self.network, with(&self.set, &other.set)))
    }
}

/// Refuses an allocation of a network with other tensors.
pub(crate) fn fits(network: &Network, allocation: &PyAllocation) -> Result<(), Refusal> {
    if network == &allocation.network || network.layout() == allocation.network.layout() {
        return Ok(());
    }
    Err(Refusal::mask(format!(
        "an allocation of {}, for {network}\n  take one of this network: net.allocation(…)",
        allocation.network
    )))
}

#[pymethods]
impl PyAllocation {
    /// The network.
    #[getter]
    fn network(&self) -> PyNetwork {
        PyNetwork(self.network.clone())
    }

    /// The number of learnable weights.
    #[getter]
    fn size(&self) -> usize {
        self.set.size()
    }

    /// One weight at a time, in canonical order; or `none`.
    #[getter]
    fn text(&self) -> String {
        print(self.network.layout(), &self.set)
    }

    /// In words, as few as may be.
    #[getter]
    fn description(&self) -> String {
        describe(self.network.layout(), &self.set)
    }

    /// The positions of the learnable weights, in canonical order from 0.
    #[getter]
    fn indices(&self) -> Vec<usize> {
        self.set.iter().collect()
    }

    /// A drawing in characters.
    fn picture(&self) -> String {
        picture(self.network.layout(), &self.set)
    }

    /// For each tensor its name, its shape and a byte for each of its entries, the last axis running fastest: 1 where the weight
    /// learns, otherwise 0.
    fn bytes<'py>(&self, py: Python<'py>) -> Vec<(String, Vec<usize>, Bound<'py, PyBytes>)> {
        let layout = self.network.layout();
        let learns = |place| layout.weight_at(place).is_some_and(|weight| self.set.contains(weight));
        let mask = |tensor: &Tensor| tensor.positions().map(|place| u8::from(learns(place))).collect::<Vec<u8>>();
        let tensors = layout.tensors().iter();
        tensors.map(|t| (t.name.clone(), t.axes.clone(), PyBytes::new(py, &mask(t)))).collect()
    }

    fn __len__(&self) -> usize {
        self.set.size()
    }

    fn __contains__(&self, weight: usize) -> bool {
        self.set.contains(weight)
    }

    fn __str__(&self) -> String {
        self.text()
    }

    fn __repr__(&self) -> String {
        let (size, weights) = (self.set.size(), self.set.weights());
        let text = if size <= 16 { self.text() } else { self.description() };
        format!("<{size} of {weights} weights of {}: {text}>", self.network)
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<PyAllocation>().is_ok_and(|other| {
            let other = other.get();
            self.set == other.set && self.network.layout() == other.network.layout()
        })
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.set.hash(&mut hasher);
        hasher.finish()
    }

    fn __or__(&self, other: &Self) -> PyResult<Self> {
        Ok(self.combined(other, Allocation::union)?)
    }

    fn __and__(&self, other: &Self) -> PyResult<Self> {
        Ok(self.combined(other, Allocation::intersection)?)
    }

    fn __sub__(&self, other: &Self) -> PyResult<Self> {
        Ok(self.combined(other, Allocation::difference)?)
    }

    fn __invert__(&self) -> Self {
        PyAllocation::new(&self.network, self.set.complement())
    }

    fn __bool__(&self) -> PyResult<bool> {
        let message = "an allocation is not true or false\n  ask for its size";
        Err(PyTypeError::new_err(message))
    }
}

/// The tensor of a name.
pub(crate) fn tensor<'a>(network: &'a Network, name: &str) -> Result<&'a Tensor, Refusal> {
    let layout = network.layout();
    layout.tensor(name).ok_or_else(|| {
        let names: Vec<&str> = layout.tensors().iter().map(|t| t.name.as_str()).collect();
        let near = nearest(name, &names).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        let mut known: Vec<String> =
            layout.tensors().iter().take(12).map(|t| format!("{} {:?}", t.name, t.axes)).collect();
        if names.len() > known.len() {
            known.push("…".to_owned());
        }
        let known = known.join(", ").replace('[', "(").replace(']', ")");
        Refusal::mask(format!("{network} has no tensor {}{near}\n  it has {known}", quote(name)))
    })
}
