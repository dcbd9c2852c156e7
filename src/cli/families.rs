//! `allocert families`: the families that are written in the claim language.

use std::process::ExitCode;

use clap::Args;

use allocert::claims::{FAMILIES, Family};
use allocert::network::Network;
use allocert::text::{nearest, quote};

use super::Common;
use super::failure::Failure;
use super::output::{beside, json, line};

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  allocert families
  allocert families lora > my-lora.star
  allocert rank 'lora(4, 1)' 'U V'")]
pub(super) struct Arguments {
    /// The family whose source is printed; left out, all are listed.
    name: Option<String>,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    match &arguments.name {
        Some(name) => show(common, name)?,
        None => list(common)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn show(common: &Common, name: &str) -> Result<(), Failure> {
    let family = FAMILIES.iter().find(|f| f.name == name).ok_or_else(|| unknown(name))?;
    if common.json { json(&described(family, true)) } else { line(family.source.trim_end()) }?;
    Ok(())
}

fn list(common: &Common) -> Result<(), Failure> {
    for family in FAMILIES {
        if common.json {
            json(&described(family, false))?;
        } else {
            line(&format!("{}\n    {}", family.usage(), beside(4, family.about())))?;
        }
    }
    Ok(())
}

fn described(family: &Family, source: bool) -> serde_json::Value {
    let mut fields = serde_json::json!({"name": family.name, "usage": family.usage(), "about": family.about()});
    if source {
        fields["source"] = family.source.into();
    }
    fields
}

fn unknown(name: &str) -> Failure {
    let known: Vec<&str> = FAMILIES.iter().map(|f| f.name).collect();
    let near = nearest(name, &known).map(|n| format!("; did you mean {n}?")).unwrap_or_default();
    let built_in = Network::FAMILIES.join(", ");
    Failure::request(format!(
        "there is no family {} in the claim language{near}\n  there are {}; {built_in} are built in",
        quote(name),
        known.join(", ")
    ))
}
