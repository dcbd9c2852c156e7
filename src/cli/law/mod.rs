//! `allocert law`: the dimensions of all allocations in one formula, and why.

mod family;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use clap::Args;

use allocert::allocation::picture;
use allocert::ask;
use allocert::certificate::of_law;
use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::reach::{self, Complete, LawOptions, law};
use allocert::record;

use super::certificate::save;
use super::failure::Failure;
use super::interrupt;
use super::output::{beside, hanging, heading, json, line, plural, thousands, wrapped_paragraph, written};
use super::{Common, Subject, error_bound, parse_allocation, settings};

const EXAMPLES: &str = "Examples:
  allocert law 'lffn([2, 2, 2])'
  allocert law 'lrnn(inputs=1, hidden=3, outputs=1, steps=7)' --json
  allocert law 'lffn([3, 3, 2])' --within W1 --all-samples
  allocert law 'lrnn(1, n, 1, 2 * n)' --over n=2..4 --claim siso.star

The cyclic flats of the network are the complete list of reasons why weights are
redundant: the dimension of an allocation A is the smallest of dim Z + |A ∖ Z|.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// The law at every number of samples, until more change nothing.
    #[arg(long, conflicts_with = "samples")]
    all_samples: bool,
    /// The law of a family: NET is an expression in these names, each of which runs through a range, both ends included. The law
    /// is fitted to these networks, and checked on some larger ones.
    #[arg(long, value_name = "N=2..5", value_delimiter = ',', value_parser = family::over, conflicts_with = "all_samples")]
    over: Vec<family::Over>,
    /// With --over: write the law as a claim file.
    #[arg(long, value_name = "FILE", requires = "over")]
    claim: Option<PathBuf>,
    /// Write a certificate of the dimensions of the flats and of all allocations, that `allocert check` confirms.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["within", "over", "all_samples"])]
    certificate: Option<PathBuf>,
    /// Only allocations inside these weights, such as 'W1'.
    #[arg(long, value_name = "ALLOC")]
    within: Option<String>,
    /// What is not proved is wrong with a probability of at most 2^K.
    #[arg(long, value_name = "K", default_value = "-100", allow_negative_numbers = true, value_parser = error_bound)]
    error_log2: i64,
    /// Stop after so many seconds; what was found by then is an upper bound.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, allow_negative_numbers = true, value_parser = crate::cli::whole_number)]
    time_limit: u64,
    /// Stop when there are more cyclic flats than this.
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = most_flats)]
    most_flats: usize,
}

fn most_flats(text: &str) -> Result<usize, String> {
    let number: usize = text.parse().map_err(|_| "give a whole number, such as 1000".to_owned())?;
    if (1..=1_000_000).contains(&number) { Ok(number) } else { Err("give a number from 1 to 1000000".to_owned()) }
}

/// No more drawings than this; --json has all flats.
const MOST_DRAWN: usize = 12;

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let stop = interrupt::flag();
    if !arguments.over.is_empty() {
        let request = family::Request {
            expression: &arguments.subject.network,
            over: &arguments.over,
            samples: arguments.subject.samples(),
            within: arguments.within.as_deref(),
            settings: settings(common, arguments.error_log2),
            claim: arguments.claim.as_deref(),
            json: common.json,
            member: &|text| common.pinned(text, &arguments.subject.pins),
            law: &|network, samples, stop| found(common, arguments, network, samples, stop),
        };
        return family::run(&request, &stop);
    }
    let network = arguments.subject.network(common)?;
    let found = |samples| found(common, arguments, &network, samples, &stop);
    let (mut samples, mut before) = (arguments.subject.samples(), None);
    if arguments.all_samples {
        samples = Samples::Count(1);
    }
    let functional = if arguments.all_samples { Some(found(Samples::Functional)?) } else { None };
    loop {
        let law = found(samples)?;
        let stopped = matches!(law.complete(), Complete::Open(_));
        let same = before.as_ref().is_some_and(|before| same_values(before, &law));
        if !same || common.json {
            show(common, arguments, law.clone(), &stop)?;
        } else if let Samples::Count(count) = samples {
            line(&format!("{network}, {}: the same\n", plural(count, "sample")))?;
        }
        if stopped {
            return Ok(ExitCode::from(3));
        }
        match (&functional, samples) {
            (Some(last), Samples::Count(count)) if !same_values(last, &law) => {
                samples = Samples::Count(count + 1);
                before = Some(law);
            }
            (Some(_), Samples::Count(count)) if !common.json => {
                let count = plural(count, "sample");
                line(&format!("from {count} on nothing changes: this is the functional law"))?;
                return Ok(ExitCode::SUCCESS);
            }
            _ => return Ok(ExitCode::SUCCESS),
        }
    }
}

fn found(
    common: &Common,
    arguments: &Arguments,
    network: &Network,
    samples: Samples,
    stop: &AtomicBool,
) -> Result<reach::Law, Failure> {
    let within = arguments.within.as_ref().map(|text| parse_allocation(network, text)).transpose()?;
    let control = Control::unlimited().within(Duration::from_secs(arguments.time_limit)).stopped_by(stop);
    let options = LawOptions { within, most_flats: arguments.most_flats };
    Ok(law(network, samples, &options, settings(common, arguments.error_log2), &control)?)
}

/// Whether two laws have the same flats with the same dimensions, so that they give every allocation the same dimension.
fn same_values(one: &reach::Law, other: &reach::Law) -> bool {
    let flats = |law: &reach::Law| {
        let mut flats: Vec<_> = law.images().map(|(z, dim)| (z.clone(), dim)).collect();
        flats.sort();
        flats
    };
    (&one.loops, &one.coloops) == (&other.loops, &other.coloops) && flats(one) == flats(other)
}

/// Prints a law, the reasons of its flats looked for first.
fn show(common: &Common, arguments: &Arguments, mut law: reach::Law, stop: &AtomicBool) -> Result<(), Failure> {
    let control = Control::unlimited().stopped_by(stop);
    let answer = ask::law(&mut law, Duration::from_secs(arguments.time_limit), &control);
    if let Some(path) = &arguments.certificate {
        let (certificate, holes) = of_law(&law).map_err(|error| Failure::request(error.to_string()))?;
        save(path, &certificate)?;
        written(common.json, path);
        if !holes.sets.is_empty() {
            let sets = plural(holes.sets.len() as u64, "set");
            eprintln!("the certificate has holes: the dimension of {sets} is known by random points only");
        }
    }
    if common.json {
        json(&answer)?
    } else {
        line(&text(&law, &answer))?
    }
    Ok(())
}

fn text(law: &reach::Law, answer: &record::Law) -> String {
    let weights = if answer.within == "all" { law.network.weights() } else { law.within.size() };
    let inside = if answer.within == "all" { String::new() } else { " inside these".to_owned() };
    let [set, flat, ..] = answer.letters();
    let weights = plural(weights, "weight");
    let mut text =
        heading(&format!("{}, {}", law.network, law.samples), &format!("{weights}, dimension {}", answer.teacher_dim));
    text.push_str(&format!("\n\nFor every allocation {set}{inside}\n\n"));
    for row in answer.formula.lines() {
        text.push_str(&format!("  {}\n", formula_row(row.trim_end(), flat)));
    }
    text.push_str(&format!("\n{}\n", how_known(answer)));
    text.push_str(&flats(law, answer));
    if answer.kinds.iter().any(|kind| kind.description.starts_with("alike: ")) {
        text.push_str("\nalike: sets of one size and dimension without words in common; one is named\n");
    }
    text.push_str(&consequences(answer));
    text.push_str(&format!("\nseed {}", answer.seed));
    text
}

/// A row of the formula in lines of at most 80 characters: what its set is goes on to the right of the term.
fn formula_row(row: &str, flat: char) -> String {
    let set = [format!("{flat} ="), format!("{flat} one of")].iter().find_map(|begin| row.find(begin.as_str()));
    match set {
        Some(place) if row.chars().count() > 78 => {
            let title = 2 + row[..place].chars().count();
            format!("{}{}", &row[..place], beside(title, &row[place..]))
        }
        _ => row.to_owned(),
    }
}

/// How the empty allocation is written.
const NONE: &str = "none";

/// How the formula is known.
fn how_known(answer: &record::Law) -> String {
    let number = plural(answer.flats.iter().map(|flat| flat.orbit as u64).sum::<u64>(), "set");
    let orbits = plural(answer.flats.len() as u64, "orbit");
    let symmetries = if answer.symmetries == 1 { "symmetry" } else { "symmetries" };
    let flat = answer.letters()[1];
    let list = format!("{number} {flat} in {orbits} under {} {symmetries}", thousands(answer.symmetries));
    let sums = "the sum of the formula over all allocations equals the sum of their ranks";
    let redundant = if answer.loops == NONE { "no weight is redundant" } else { "only loops are redundant" };
    let is_open = answer.evidence.as_deref() == Some("open");
    let sentence = match (answer.limit.as_deref(), answer.error_log2) {
        (None, None) if is_open => format!("open: {list}; {sums}, but these ranks are not known to be dimensions."),
        (Some(limit), _) => format!(
            "stopped by {limit}: {list} found by then. The formula is an upper bound; it may be too large where a set is missing."
        ),
        (None, None) if answer.flats.is_empty() => format!("proved: {redundant}; {sums}."),
        (None, None) => format!("proved: {list}; {sums}, and every dim {flat} is proved."),
        (None, Some(bound)) if answer.flats.is_empty() => format!("error ≤ 2^{bound}: {redundant}; {sums}."),
        (None, Some(bound)) => {
            format!("error ≤ 2^{bound}: {list}; {sums}, and what is not proved of dim {flat} has this error.")
        }
    };
    wrapped_paragraph(&sentence, 76)
}

/// Each kind of flat, drawn, with its reason.
fn flats(law: &reach::Law, answer: &record::Law) -> String {
    let mut text = String::new();
    for kind in answer.kinds.iter().take(MOST_DRAWN) {
        let Some((flat, record)) = kind.flats.first().map(|place| (&law.flats[*place], &answer.flats[*place])) else {
            continue;
        };
        let number = if kind.number == 1 { String::new() } else { format!(" ({} of them)", kind.number) };
        let weights = plural(kind.size, "weight");
        let head = format!("dim {} of {weights}: {}{number}", kind.dim, kind.description);
        text.push_str(&format!("\n{}\n", hanging(&head)));
        if law.network.weights() <= 400 {
            picture(law.network.layout(), &flat.weights).lines().for_each(|l| text.push_str(&format!("    {l}\n")));
        }
        let evidence = match record.error_log2 {
            Some(bound) => format!("error ≤ 2^{bound}"),
            None => record.evidence.clone(),
        };
        let because = wrapped_paragraph(&format!("{evidence}: {}", record.reason), 72).replace('\n', "\n    ");
        text.push_str(&format!("    {because}\n"));
    }
    if answer.kinds.len() > MOST_DRAWN {
        text.push_str(&format!("\n… {} more kinds (all with --json)\n", answer.kinds.len() - MOST_DRAWN));
    }
    text
}

/// What follows from the law.
fn consequences(answer: &record::Law) -> String {
    let mut text = String::new();
    let mut entry = |title: &str, value: &str| {
        let value = wrapped_paragraph(value, 60).replace('\n', "\n                  ");
        text.push_str(&format!("\n{title:<18}{value}"));
    };
    if !answer.spans.is_empty() {
        entry("it spans with", &answer.spans.join("; "));
    }
    if let Some(number) = &answer.smallest_spanning {
        let [number, weights] = [plural(number, "allocation"), plural(answer.teacher_dim, "weight")];
        entry("smallest spanning", &format!("{number} of {weights}"));
    }
    if let Some(sizes) = &answer.sizes {
        let uneven = sizes.iter().filter(|(_, least, most)| least < most);
        let uneven: Vec<String> = uneven.map(|(size, least, most)| format!("{size}: {least} to {most}")).collect();
        let all = "every allocation of a size has the same dimension".to_owned();
        entry("dim by size", &if uneven.is_empty() { all } else { uneven.join(", ") });
    }
    if let Some(theorem) = &answer.theorem {
        entry("theorem", theorem);
    }
    entry("loops", &answer.loops);
    entry("coloops", &answer.coloops);
    entry("components", &answer.components.len().to_string());
    text.push('\n');
    text
}
