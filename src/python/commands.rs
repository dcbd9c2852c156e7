//! The command line, started from Python.

use std::process::ExitCode;

use pyo3::prelude::*;

pub(crate) fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(run_command, module)?)
}

/// Runs a command with these arguments, the program's name first; its exit status.
#[pyfunction]
fn run_command(py: Python<'_>, arguments: Vec<String>) -> u8 {
    let done = py.detach(|| allocert::cli::run_with(arguments));
    (0..=u8::MAX).find(|status| ExitCode::from(*status) == done).unwrap_or(1)
}
