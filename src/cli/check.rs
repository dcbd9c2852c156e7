//! `allocert check`: checks certificates, like the program `allocert-check`.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use allocert::ask;
use allocert::checker::{Limits, Options};

use super::Common;
use super::failure::Failure;
use super::output::line;

const EXAMPLES: &str = "Examples:
  allocert rank 'lffn([2, 2, 2])' 'W1' --certificate rank.cert
  allocert check rank.cert

Exit status: 0 all valid; 1 one is invalid or holey; 2 one cannot be read or is
             no certificate of this version; 3 one is over a stated limit.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Certificates.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Derive all branches of large counts again, not a sample of them; may take long.
    #[arg(long)]
    full: bool,
    /// Show the students, teachers and inputs that statements are about, in full.
    #[arg(long)]
    instances: bool,
    /// Show the dimension of each allocation that a statement counts.
    #[arg(long)]
    allocations: bool,
    /// The most seconds for a certificate; with --full any number unless given.
    #[arg(long, value_name = "S", value_parser = super::at_least_one)]
    seconds: Option<u64>,
}

impl Arguments {
    fn options(&self) -> Options {
        let mut options = Options::default();
        options.full = self.full;
        options.instances = self.instances;
        options.allocations = self.allocations;
        options.limits.seconds = self.seconds.or(if self.full { None } else { Limits::STANDARD.seconds });
        options
    }
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut status = 0;
    for path in &arguments.files {
        let name = path.display().to_string();
        if path.is_dir() {
            return Err(Failure::request(format!(
                "{name} is a folder\n  name the certificates in it, such as {name}/*.cert"
            )));
        }
        let file = File::open(path)
            .map_err(|error| Failure::request(format!("{name}: {error}\n  give a certificate that exists")))?;
        let reader = BufReader::new(file);
        let report = ask::check(reader, arguments.options());
        line(&if common.json { report.json(&name) } else { report.text(&name) })?;
        // A wrong request weighs more than a rejected certificate, and that more than a limit.
        let weight = |s: u8| [0, 2, 3, 1][usize::from(s.min(3))];
        status = std::cmp::max_by_key(status, report.verdict.status(), |s| weight(*s));
    }
    Ok(ExitCode::from(status))
}
