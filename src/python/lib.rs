//! allocert for Python: the extension module `allocert._native` under the package in `allocert/`.
//!
//! It converts, lets other Python threads run while the engine works, and asks the same rooms as the command line. Answers leave
//! it as the JSON of their records, so that they are those of the commands.
#![deny(unsafe_code)]
#![warn(missing_docs, unreachable_pub)]

mod allocation;
mod commands;
mod errors;
mod network;
mod numbers;
mod questions;
mod tensor;
mod work;

use pyo3::prelude::*;

/// Counts memory, so that the commands can keep to their limit; questions from Python have none.
#[global_allocator]
static MEMORY: ::allocert::cli::memory::Limited = ::allocert::cli::memory::Limited;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<network::PyNetwork>()?;
    module.add_class::<allocation::PyAllocation>()?;
    module.add_class::<tensor::PyTensor>()?;
    commands::add(module)?;
    questions::add(module)?;
    tensor::add(module)
}
