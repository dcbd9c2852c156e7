//! Commands: parse, ask the library, show the answer.

mod batch;
mod certificate;
mod check;
mod classify;
mod classify_pieces;
mod compare;
mod completions;
mod coq;
mod curve;
mod dataset;
mod design;
mod estimate;
mod failure;
mod families;
mod file;
mod idx;
mod interrupt;
mod law;
mod man;
mod mask;
mod matching;
mod matching_pieces;
pub mod memory;
mod merge;
mod new;
mod obstruction;
mod orbits;
mod output;
mod pieces;
mod rank;
mod report;
mod resume;
mod scan;
mod scan_pieces;
mod survey;
mod symmetries;
mod table;
mod teacher;
mod train;
mod verbose;
mod verify;

use std::ffi::OsString;
use std::num::IntErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use allocert::allocation::{self, Allocation};
use allocert::claims::{Definitions, pinned, read_pin};
use allocert::network::{Network, Samples};
use allocert::reach::Settings;
use allocert::text::{nearest, quote};

use failure::Failure;

/// The seed that is used, and printed, when none is given.
const DEFAULT_SEED: u64 = 1;

const EXAMPLES: &str = "Examples:
  allocert verify proofs/
  allocert rank 'lffn([2, 2, 2])' 'W1[0,:] W2[:,1]'
  allocert scan 'lrnn(inputs=1, hidden=3, outputs=1, steps=7)'

Networks: lffn(widths, bias=False), pnn(widths, degree, bias=False),
          lrnn(inputs, hidden, outputs, steps, readout=\"last\"),
          relu(widths, bias=False), those that allocert families lists, and your
          own with --use FILE.star
Allocations, in NumPy's indexing: 'W1[0,0] W1[:,1] W2[0,0:2] b1[1]', a bare
          tensor name, 'all' or 'none'

Exit status: 0 success; 1 an outcome is not the expected one; 2 the request is
             wrong; 3 a stated limit stopped the work; 130 Ctrl-C did.";

/// A symbolic-numeric theorem checker: what a neural network can express when only some of its weights may learn.
#[derive(Parser)]
#[command(name = "allocert", version, after_help = EXAMPLES, max_term_width = 80)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command takes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options of every command")]
struct Common {
    /// Print JSON on standard output, and nothing else there.
    #[arg(long, global = true)]
    json: bool,
    /// All randomness follows from this seed, whatever the number of threads.
    #[arg(long, global = true, value_name = "N", default_value_t = DEFAULT_SEED, allow_negative_numbers = true, value_parser = whole_number)]
    seed: u64,
    /// The number of threads; all processors by default.
    #[arg(long, global = true, value_name = "N", allow_negative_numbers = true, value_parser = threads)]
    threads: Option<u16>,
    /// Stop with exit status 3 when more than so many MiB of memory are in use.
    #[arg(long, global = true, value_name = "MIB", default_value_t = 4096, allow_negative_numbers = true, value_parser = memory)]
    memory: u32,
    /// Also know the networks that this file defines (see docs/networks.md); may be given several times.
    #[arg(long = "use", global = true, value_name = "FILE.star")]
    definitions: Vec<PathBuf>,
    /// Say on standard error, at the end, where the time went.
    #[arg(long, short, global = true)]
    verbose: bool,
}

impl Common {
    /// What --use brings in.
    fn definitions(&self) -> Result<Definitions, Failure> {
        Ok(Definitions::read(&self.definitions)?)
    }

    /// The network of an expression. A literal call of a family is read without starting the claim language.
    fn network(&self, text: &str) -> Result<Network, Failure> {
        if self.definitions.is_empty()
            && let Ok(network) = text.parse()
        {
            return Ok(network);
        }
        Ok(self.definitions()?.network(text)?)
    }

    /// The network of an expression, with some of its weights pinned.
    fn pinned(&self, text: &str, pins: &Pins) -> Result<Network, Failure> {
        let network = self.network(text)?;
        let pins = pins.pin.iter().map(|pin| read_pin(pin)).collect::<Result<Vec<_>, _>>()?;
        if pins.is_empty() { Ok(network) } else { Ok(pinned(&network, &pins)?) }
    }
}

#[derive(Subcommand)]
enum Command {
    /// The reachable dimension of one allocation.
    Rank(rank::Arguments),
    /// How many of all allocations of each size have each reachable dimension.
    Scan(scan::Arguments),
    /// The dimensions of all allocations in one formula: the complete list of reasons why weights are redundant.
    Law(law::Arguments),
    /// With what probability a random student can match a random teacher.
    Match(matching::Arguments),
    /// A best allocation of so many weights, and why it cannot be bettered.
    Design(design::Arguments),
    /// Fit students to teachers by gradient methods; hold the success rate against the match probability.
    Train(train::Arguments),
    /// Every allocation of a small network by the verdict on its match probability.
    Classify(classify::Arguments),
    /// What leaves a network as it is: permutations of its weights, and gauge directions.
    Symmetries(symmetries::Arguments),
    /// Train every orbit of allocations of chosen sizes: a table, and drawings of it.
    Survey(survey::Arguments),
    /// Fit given data with more and more learnable weights, chosen in several ways.
    Curve(curve::Arguments),
    /// Hold training results from anywhere against the theory.
    Compare(compare::Arguments),
    /// Check claims about networks and allocations; refute the false ones by a smallest counterexample.
    Verify(verify::Arguments),
    /// Write a page to look at, a text for a pull request and a table for a paper from results.
    Report(report::Arguments),
    /// The families of networks that are written in the claim language, and their sources.
    Families(families::Arguments),
    /// Write a commented claim file to start from.
    New(new::Arguments),
    /// Join the shards of a run: of a scan, a verification, a batch or a survey.
    Merge(merge::Arguments),
    /// Check certificates with an arithmetic of its own.
    Check(check::Arguments),
    /// Turn a certificate into a file that Coq checks, and let it.
    Coq(coq::Arguments),
    /// Print a completion script for a shell.
    Completions(completions::Arguments),
    /// Print the manual page.
    Man(man::Arguments),
}

impl Command {
    /// Whether --resume would keep what is finished, and was not given.
    fn would_resume(&self) -> bool {
        match self {
            Command::Scan(arguments) => arguments.would_resume(),
            Command::Match(arguments) => arguments.would_resume(),
            Command::Classify(arguments) => arguments.would_resume(),
            Command::Survey(arguments) => arguments.would_resume(),
            _ => false,
        }
    }
}

/// What the program says when it is asked nothing.
const FIRST: &str = "\
allocert says exactly what a neural network can express when few weights learn.
Begin with:  allocert rank 'lffn([2, 2, 2])' 'W1[0,:] W2[:,0]'
Then: scan NET (every allocation), match NET ALLOC (the chance to match a
teacher), design NET --size R (a best allocation), verify (claims; the false
ones get a smallest counterexample), new NAME (a claim file to start from).
More: allocert --help, allocert COMMAND --help, and the book in docs/.";

/// The request names no command.
fn no_such_command(name: &str) -> Failure {
    let program = Cli::command();
    let known: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
    let near = nearest(name, &known).map(|n| format!("; did you mean {n}?")).unwrap_or_default();
    Failure::request(format!("there is no command {}{near}\n  the commands are {}", quote(name), known.join(", ")))
}

fn parsed(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let mut program = Cli::command();
    let matches = program.try_get_matches_from_mut(arguments)?;
    if let Some(message) = matches.subcommand_matches("train").and_then(train::without_data) {
        return Err(program.error(ErrorKind::MissingRequiredArgument, message));
    }
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut program))
}

/// Where an allocation of several words was given without quotes, and the shell made an argument of each: the mend.
fn unquoted(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    let Some(ContextValue::String(extra)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let command = arguments.get(1)?.to_str().filter(|name| ["rank", "match", "train"].contains(name));
    if error.kind() != ErrorKind::UnknownArgument || extra.starts_with('-') || command.is_none() {
        return None;
    }
    Some(format!("put the allocation in one pair of quotes, such as 'W1[0,:] {extra}'"))
}

/// Runs the program.
pub fn run() -> ExitCode {
    run_with(std::env::args_os())
}

/// Runs the program with these arguments, its name first.
pub fn run_with(arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    let cli = match parsed(&arguments) {
        Ok(cli) => cli,
        Err(mut error) => {
            if let Some(tip) = unquoted(&error, &arguments) {
                error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
            }
            // If neither stream can be written, the exit status has to do.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    memory::set_limit(cli.common.memory as usize);
    if let Some(threads) = cli.common.threads
        && let Err(error) = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global()
    {
        return Failure::request(format!("--threads {threads}: {error}\n  give fewer threads")).report();
    }
    let Some(command) = &cli.command else {
        return output::line(FIRST).map_err(Failure::from).map_or_else(Failure::report, |()| ExitCode::SUCCESS);
    };
    let begun = Instant::now();
    let times = cli.common.verbose.then(verbose::Times::listen);
    let done = match command {
        Command::Rank(arguments) => rank::run(&cli.common, arguments),
        Command::Scan(arguments) => scan::run(&cli.common, arguments),
        Command::Law(arguments) => law::run(&cli.common, arguments),
        Command::Match(arguments) => matching::run(&cli.common, arguments),
        Command::Design(arguments) => design::run(&cli.common, arguments),
        Command::Train(arguments) => train::run(&cli.common, arguments),
        Command::Classify(arguments) => classify::run(&cli.common, arguments),
        Command::Compare(arguments) => compare::run(&cli.common, arguments),
        Command::Symmetries(arguments) => symmetries::run(&cli.common, arguments),
        Command::Survey(arguments) => survey::run(&cli.common, arguments),
        Command::Curve(arguments) => curve::run(&cli.common, arguments),
        Command::Verify(arguments) => verify::run(&cli.common, arguments),
        Command::Report(arguments) => report::run(&cli.common, arguments),
        Command::Families(arguments) => families::run(&cli.common, arguments),
        Command::New(arguments) => new::run(&cli.common, arguments),
        Command::Merge(arguments) => merge::run(&cli.common, arguments),
        Command::Check(arguments) => check::run(&cli.common, arguments),
        Command::Coq(arguments) => coq::run(&cli.common, arguments),
        Command::Completions(arguments) => completions::run(arguments),
        Command::Man(arguments) => man::run(arguments),
    };
    let status = done.unwrap_or_else(|failure| failure.report());
    if let Some(times) = times {
        times.report(begun.elapsed());
    }
    interrupt::at_the_end(status, command.would_resume())
}

/// Weights that are numbers.
#[derive(Args, Clone, Debug)]
struct Pins {
    /// These weights are this number, and weights no longer, as 'W1[0,:]=0' or 'g=1/2'; may be given several times.
    #[arg(long, value_name = "WEIGHTS=NUMBER")]
    pin: Vec<String>,
}

/// A network and the number of inputs to take labels on.
#[derive(Args, Clone, Debug)]
struct Subject {
    /// The network, such as 'lffn([2, 2, 2])'.
    #[arg(value_name = "NET")]
    network: String,
    /// The number of generic inputs; without it, so many that more add nothing (functional).
    #[arg(long, value_name = "M", allow_negative_numbers = true, value_parser = at_least_one)]
    samples: Option<u64>,
    #[command(flatten)]
    pins: Pins,
}

impl Subject {
    fn network(&self, common: &Common) -> Result<Network, Failure> {
        common.pinned(&self.network, &self.pins)
    }

    fn samples(&self) -> Samples {
        self.samples.map_or(Samples::Functional, Samples::Count)
    }
}

/// Other ways to give an allocation than as an argument.
#[derive(Args, Clone, Debug)]
struct AllocationFiles {
    /// Read the allocation from this text file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["allocation", "mask"])]
    allocation_file: Option<PathBuf>,
    /// Read the allocation from boolean arrays named as the tensors, made by numpy.savez.
    #[arg(long, value_name = "FILE.npz", conflicts_with = "allocation")]
    mask: Option<PathBuf>,
}

impl AllocationFiles {
    /// The allocation as it is given: as text, in a text file, or as a mask.
    fn allocation(&self, network: &Network, text: Option<&str>) -> Result<Allocation, Failure> {
        match (text, &self.allocation_file, &self.mask) {
            (Some(text), _, _) => parse_allocation(network, text),
            (_, Some(path), _) => parse_allocation(network, &file::read_text(path)?),
            (_, _, Some(path)) => mask::read(path, network),
            _ => {
                Err(Failure::request("no allocation is given\n  give one, such as 'W1[0,:]', or all for every weight"))
            }
        }
    }
}

fn parse_allocation(network: &Network, text: &str) -> Result<Allocation, Failure> {
    Ok(allocation::parse(network.layout(), text)?)
}

/// A whole number from 0 on.
fn whole_number(text: &str) -> Result<u64, String> {
    match text.parse::<u64>() {
        Ok(number) => Ok(number),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => Err(format!("give at most {}", u64::MAX)),
        Err(_) => Err("give a whole number, at least 0".to_owned()),
    }
}

fn threads(text: &str) -> Result<u16, String> {
    let number = text.parse().ok().filter(|number| (1..=256).contains(number));
    number.ok_or_else(|| "give a number of threads, from 1 to 256".to_owned())
}

fn memory(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| *number >= 64);
    number.ok_or_else(|| format!("give a number of MiB, from 64 to {}", u32::MAX))
}

/// A whole number from 1 on.
fn at_least_one(text: &str) -> Result<u64, String> {
    match text.parse::<u64>() {
        Ok(number) if number > 0 => Ok(number),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => Err(format!("give at most {}", u64::MAX)),
        _ => Err("give a whole number, at least 1".to_owned()),
    }
}

/// A bound on the probability of error, as a negative power of 2.
fn error_bound(text: &str) -> Result<i64, String> {
    let bound: i64 = text.parse().map_err(|_| "give a negative integer, such as -100 for 2^-100".to_owned())?;
    if (-4000..0).contains(&bound) { Ok(bound) } else { Err("give an integer from -4000 to -1".to_owned()) }
}

fn settings(common: &Common, error_log2: i64) -> Settings {
    Settings { seed: common.seed, error_log2 }
}
