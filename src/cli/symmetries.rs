//! `allocert symmetries`: what can be done to the weights of a network without changing it.

use std::process::ExitCode;

use clap::Args;

use allocert::record::Symmetries;

use super::Common;
use super::failure::Failure;
use super::output::{beside, heading, json, line, plural};

const EXAMPLES: &str = "Examples:
  allocert symmetries 'lffn([2, 2, 2])'
  allocert symmetries 'pnn([2, 3, 1], 2)' --json";

/// So many permutations or directions are shown at the most; all are in the JSON.
const MOST_SHOWN: usize = 40;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The network, such as 'lffn([2, 2, 2])'.
    #[arg(value_name = "NET")]
    network: String,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let network = common.network(&arguments.network)?;
    let symmetries = Symmetries::of(&network).map_err(|error| Failure::limit(format!("{network}: {error}")))?;
    if common.json {
        json(&symmetries)?
    } else {
        line(&text(&symmetries))?
    }
    Ok(ExitCode::SUCCESS)
}

fn text(of: &Symmetries) -> String {
    let mut text = heading(&of.network, &plural(of.weights as u64, "weight")) + "\n\n";
    text.push_str("permutations of weights that change no dimension and no match probability\n");
    text.push_str("(generators; declared by the family, or found in its forward pass):\n");
    let permutations = of.permutations.iter().map(|p| {
        let condition = if p.least_samples > 1 {
            format!(", from {} on", plural(p.least_samples, "sample"))
        } else {
            String::new()
        };
        beside(4, &format!("{} ({}{condition})", p.name, p.origin))
    });
    listed(&mut text, permutations.collect());
    text.push_str(
        "\ngauge directions, along which no label changes, affine in the weights\n(those that were found):\n",
    );
    let known = |evidence: &str| if evidence == "proved" { "proved" } else { "open: it held at random points" };
    let gauge = of.gauge.iter().map(|d| beside(4, &format!("{} ({})", d.change, known(&d.evidence))));
    listed(&mut text, gauge.collect());
    text.push_str("\nweights that may all change their sign while no label does (generators, proved):\n");
    listed(&mut text, of.sign_changes.iter().map(|change| beside(4, &change.change)).collect());
    text.trim_end().to_owned()
}

fn listed(text: &mut String, lines: Vec<String>) {
    if lines.is_empty() {
        text.push_str("  none\n");
    }
    lines.iter().take(MOST_SHOWN).for_each(|line| text.push_str(&format!("  {line}\n")));
    if lines.len() > MOST_SHOWN {
        text.push_str(&format!("  and {} more (--json has all)\n", lines.len() - MOST_SHOWN));
    }
}
