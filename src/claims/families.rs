//! Families of networks written in the claim language itself, and shipped with the program. A new one is a file in `families/`
//! and its line here.

use starlark::environment::{FrozenModule, GlobalsBuilder, Module};
use starlark::eval::Evaluator;

use super::file::parse;
use super::globals::builtins;

/// A family of networks in the claim language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// As networks call it.
    pub name: &'static str,
    /// Its source, a module with a line about it at its head.
    pub source: &'static str,
}

macro_rules! families {
    ($($name:literal),* $(,)?) => {
        &[$(Family { name: $name, source: include_str!(concat!("families/", $name, ".star")) }),*]
    };
}

/// The families that come with the program. Each may use those before it.
pub const FAMILIES: &[Family] = families![
    "activate",
    "attention",
    "compartments",
    "conv",
    "feedback",
    "lora",
    "lowrank_rnn",
    "mlp",
    "residual",
    "rnn",
    "tied_autoencoder",
];

impl Family {
    /// The line about it.
    pub fn about(&self) -> &'static str {
        self.source.trim_start_matches('"').split("\"\"\"").next().unwrap_or_default()
    }

    /// How it is called: `lora(d, r, layers = 1)`.
    pub fn usage(&self) -> &'static str {
        let call = self.source.split("\ndef ").nth(1).unwrap_or_default();
        call.split(":\n").next().unwrap_or_default()
    }
}

/// Adds the families to what a claim file can use.
pub(super) fn add(mut builder: GlobalsBuilder) -> GlobalsBuilder {
    let mut before: Vec<FrozenModule> = Vec::new();
    for family in FAMILIES {
        let module = module(family, &before);
        if let Ok(value) = module.get(family.name) {
            builder.set(family.name, value);
        }
        before.push(module);
    }
    builder
}

/// A family as a module.
///
/// # Panics
/// If its source is not well-formed, which a test excludes.
fn module(family: &Family, before: &[FrozenModule]) -> FrozenModule {
    Module::with_temp_heap(|module| {
        before.iter().for_each(|other| module.import_public_symbols(other));
        let ast = parse(&format!("families/{}.star", family.name), family.source.to_owned()).expect("a family's text");
        Evaluator::new(&module).eval_module(ast, &builtins().build()).expect("a family's module");
        module.freeze().expect("a family's module")
    })
}
