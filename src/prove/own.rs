//! Networks that are no family, as certificates carry them: their tensors and their program as text.

use allocert_core::allocation::Entry;
use allocert_core::network::Network;
use allocert_core::program::{Function, Program};
use allocert_format::{Rule, is_network_name, is_tensor_name, sha256};

use super::CannotCertify;

/// Longer programs are not written: a line of a certificate has at most 2^20 bytes.
const MOST_BYTES: usize = 900_000;

/// Whether certificates have rules for the functions that a network takes.
///
/// # Errors
/// Square roots, or logarithms of what may not be positive.
pub(super) fn has_rules(network: &Network) -> Result<(), CannotCertify> {
    let Some(program) = network.own_program() else { return Ok(()) };
    let logarithms = program.takes(Function::Log) && !program.is_defined_everywhere();
    if program.takes(Function::Sqrt) || logarithms { Err(CannotCertify::Roots) } else { Ok(()) }
}

/// The step that says what the name of a network means; nothing for a built-in one, whose program the checker builds itself.
///
/// # Errors
/// A network with square roots, or whose name or program no certificate carries.
pub(super) fn program(network: &Network) -> Result<Option<Rule>, CannotCertify> {
    let Some(program) = network.own_program() else { return Ok(None) };
    let name = network.to_string();
    has_rules(network)?;
    if network.gates() > 0 && !program.is_integral() {
        return Err(CannotCertify::FractionsAndKinks);
    }
    if !is_network_name(&name) {
        return Err(CannotCertify::Name);
    }
    if network.layout().tensors().iter().any(|tensor| !is_tensor_name(&tensor.name)) {
        return Err(CannotCertify::TensorName);
    }
    let text = text(network, program);
    if text.len() > MOST_BYTES {
        return Err(CannotCertify::LongProgram { bytes: text.len(), limit: MOST_BYTES });
    }
    let sha256 = sha256(text.as_bytes());
    Ok(Some(Rule::Program { name, text, sha256 }))
}

/// What a certificate carries of a network that is no built-in family: its tensors and its program; nothing of a family.
pub fn carried_text(network: &Network) -> Option<String> {
    network.own_program().map(|program| text(network, program))
}

fn text(network: &Network, program: &Program) -> String {
    tensors(network) + &program.to_string()
}

/// A line for each tensor: its axes, and its entries.
fn tensors(network: &Network) -> String {
    let layout = network.layout();
    let line = |tensor: &allocert_core::allocation::Tensor| {
        let axes: Vec<String> = tensor.axes.iter().map(usize::to_string).collect();
        let axes = if axes.is_empty() { String::new() } else { format!("[{}]", axes.join(",")) };
        let entry = |place: usize| match layout.at(place) {
            Entry::Weight(weight) => format!(" w{weight}"),
            Entry::Pinned(value) => format!(" {value}"),
        };
        let entries: String = tensor.positions().map(entry).collect();
        format!("tensor {}{axes}{entries}\n", tensor.name)
    };
    layout.tensors().iter().map(line).collect()
}
