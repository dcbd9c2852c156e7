//! `allocert law NET --over n=2..5`: the law of a family of networks, fitted to some members and checked on others.

use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use allocert::allocation::{Layout, Pattern, print};
use allocert::network::{Network, Samples};
use allocert::reach::{Disagreement, Family, Fit, Law, Member, Numbers, Settings, Term, feature_names};
use serde::Serialize;

use crate::cli::failure::Failure;
use crate::cli::file::write_whole;
use crate::cli::output::{beside, json, line, plural, wrapped, written};

/// More members are not looked at.
const MOST_MEMBERS: usize = 200;
/// Members of more weights are not used to check a fitted law, unless it was asked for.
const MOST_CHECKED: usize = 48;

/// The claim that a formula holds for every allocation is made of members of at most so many weights.
const MOST_VISITED: usize = 15;
/// That claim.
const FORMULA: &str = r#"
claim(
    name = "law/formula",
    statement = "The dimension of an allocation A is the smallest of |A| and dim Z + |A - Z| over the cyclic flats Z.",
    networks = [NETWORKS],
    holds = lambda net, a: a.dim == min([a.size] + [f.dim + min([(a - z).size for z in f.images]) for f in net.flats]),
)
"#;

/// A parameter and the values that it runs through.
#[derive(Clone, Debug)]
pub(super) struct Over {
    name: String,
    values: std::ops::RangeInclusive<i64>,
}

/// `n=2..5`, both ends included.
pub(super) fn over(text: &str) -> Result<Over, String> {
    let wrong = || "write n=2..5, both ends included".to_owned();
    let (name, range) = text.split_once('=').ok_or_else(wrong)?;
    let (first, last) = range.split_once("..").unwrap_or((range, range));
    let number = |text: &str| text.trim_start_matches('=').parse::<i64>().map_err(|_| wrong());
    let (first, last) = (number(first)?, number(last)?);
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name || name.starts_with(|c: char| c.is_ascii_digit()) || first > last {
        return Err(wrong());
    }
    Ok(Over { name: name.to_owned(), values: first..=last })
}

/// What to look for.
pub(super) struct Request<'a> {
    pub expression: &'a str,
    pub over: &'a [Over],
    pub samples: Samples,
    /// The weights inside of which allocations are meant, as asked for.
    pub within: Option<&'a str>,
    pub settings: Settings,
    pub claim: Option<&'a Path>,
    pub json: bool,
    pub member: &'a dyn Fn(&str) -> Result<Network, Failure>,
    pub law: &'a dyn Fn(&Network, Samples, &AtomicBool) -> Result<Law, Failure>,
}

/// What is said of a family.
#[derive(Serialize)]
struct Record {
    family: String,
    parameters: Vec<String>,
    within: String,
    fitted: Vec<Vec<i64>>,
    /// Whether the formula holds at every size that it was fitted to; otherwise it is the closest attempt, and no law.
    fits: bool,
    terms: Vec<TermRecord>,
    unmatched: Vec<(Vec<i64>, String)>,
    holds: Vec<Vec<i64>>,
    checked: Vec<Vec<i64>>,
    fails: Vec<(Vec<i64>, String)>,
    skipped: Vec<(Vec<i64>, String)>,
    /// The members, among those looked at, whose weights fall apart.
    parts: Vec<Parts>,
    seed: u64,
}

/// What a member's weights fall into besides one connected component.
#[derive(Serialize)]
struct Parts {
    member: Vec<i64>,
    components: usize,
    loops: String,
    coloops: String,
}

impl Parts {
    /// Nothing if all weights that are no coloops are one component: a formula need not speak of it.
    fn of(shape: &[i64], law: &Law) -> Option<Self> {
        if law.components.len() < 2 && law.loops.is_empty() {
            return None;
        }
        let [loops, coloops] = [&law.loops, &law.coloops].map(|set| print(law.network.layout(), set));
        Some(Parts { member: shape.to_vec(), components: law.components.len(), loops, coloops })
    }

    fn text(&self) -> String {
        let sets = [("loops", &self.loops), ("coloops", &self.coloops)].map(|(name, set)| match set.as_str() {
            "none" => String::new(),
            set => format!(", {name} {set}"),
        });
        format!("{}{}", plural(self.components as u64, "component"), sets.concat())
    }
}

#[derive(Serialize)]
struct TermRecord {
    description: String,
    numbers: Vec<String>,
    dim: String,
    members: Vec<Vec<i64>>,
}

pub(super) fn run(request: &Request<'_>, stop: &AtomicBool) -> Result<ExitCode, Failure> {
    let names: Vec<String> = request.over.iter().map(|over| over.name.clone()).collect();
    let ranges: Vec<Vec<i64>> = request.over.iter().map(|over| over.values.clone().collect()).collect();
    let number = ranges.iter().fold(1usize, |all, range| all.saturating_mul(range.len()));
    if number > MOST_MEMBERS {
        let text =
            format!("--over asks for {number} networks, over the limit of {MOST_MEMBERS}\n  give shorter ranges");
        return Err(Failure::request(text));
    }
    if request.claim.is_some() && request.within.is_some() {
        let text = "--claim writes claims about all weights, and --within asks about some\n  leave one of them out";
        return Err(Failure::request(text));
    }
    let mut members: Vec<Member> = Vec::new();
    for shape in points(&ranges) {
        let law = (request.law)(&request.member(&shape)?, request.samples, stop)?.whole()?;
        members.push((shape, law));
    }
    let family = Family::fit(&members);
    let mut record = Record::of(request, &names, &members, &family);
    for (shape, law) in &members {
        record.hold(&family, shape, law);
    }
    record.fits = record.fails.is_empty() && record.unmatched.is_empty();
    for shape in beyond(request.over, &ranges) {
        match request.unfitted(&shape, stop) {
            Ok(law) => {
                record.checked.push(shape.clone());
                record.hold(&family, &shape, &law);
            }
            Err(reason) => record.skipped.push((shape, reason)),
        }
    }
    if let Some(path) = request.claim {
        write_whole(path, claim(request, &names, &record, &members).as_bytes())?;
        written(request.json, path);
    }
    if request.json {
        json(&record)?
    } else {
        line(&record.text(&names))?
    }
    let whole = record.fails.is_empty() && record.unmatched.is_empty();
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

impl Request<'_> {
    /// The expression with values for its parameters.
    fn member(&self, shape: &[i64]) -> Result<Network, Failure> {
        let names: Vec<&str> = self.over.iter().map(|over| over.name.as_str()).collect();
        let values: Vec<String> = shape.iter().map(i64::to_string).collect();
        let text = format!("(lambda {}: {})({})", names.join(", "), self.expression, values.join(", "));
        (self.member)(&text)
    }

    /// The law of a member that was not asked for; nothing, and why, if it is large.
    fn unfitted(&self, shape: &[i64], stop: &AtomicBool) -> Result<Law, String> {
        let network = self.member(shape).map_err(|_| "there is no such network".to_owned())?;
        if network.weights() > MOST_CHECKED {
            return Err(format!("{}, over {MOST_CHECKED}", plural(network.weights(), "weight")));
        }
        let law = (self.law)(&network, self.samples, stop).map_err(|_| "its law was not found".to_owned())?;
        law.whole().map_err(|_| "its law was not found in time".to_owned())
    }
}

/// All shapes, the first parameter running slowest.
fn points(ranges: &[Vec<i64>]) -> Vec<Vec<i64>> {
    ranges.iter().fold(vec![Vec::new()], |all: Vec<Vec<i64>>, range| {
        all.iter().flat_map(|shape| range.iter().map(move |x| [shape.as_slice(), &[*x]].concat())).collect()
    })
}

/// Shapes outside the ranges: each parameter one larger than its last value, the others at their first, and all at once.
fn beyond(over: &[Over], ranges: &[Vec<i64>]) -> Vec<Vec<i64>> {
    let low: Vec<i64> = ranges.iter().map(|range| range[0]).collect();
    let mut shapes: Vec<Vec<i64>> = Vec::new();
    for (place, parameter) in over.iter().enumerate() {
        let mut shape = low.clone();
        shape[place] = parameter.values.end() + 1;
        shapes.push(shape);
    }
    let all = over.iter().map(|parameter| parameter.values.end() + 1).collect();
    if !shapes.contains(&all) {
        shapes.push(all);
    }
    shapes
}

impl Record {
    fn of(request: &Request<'_>, names: &[String], members: &[Member], family: &Family) -> Self {
        let term = |term: &Term| {
            let layout =
                members.iter().find(|(shape, _)| term.members.contains(shape)).map(|(_, law)| law.network.layout());
            let (numbers, range) = match &term.numbers {
                Numbers::Fixed(fits) => (fits.iter().map(|fit| fit.text(names)).collect(), None),
                Numbers::Ranging(low, high) => {
                    (vec!["k".to_owned()], Some(format!("k = {} … {}", low.text(names), high.text(names))))
                }
            };
            let dim = Fit::text(&term.dim, &feature_names(names, range.is_some()));
            let words = layout.map(|layout| in_words(&term.patterns, layout, &numbers)).unwrap_or_default();
            let description = range.iter().fold(words, |words, range| format!("{words}, {range}"));
            TermRecord { description, numbers: range.map_or(numbers, |r| vec![r]), dim, members: term.members.clone() }
        };
        Record {
            family: request.expression.to_owned(),
            parameters: names.to_vec(),
            within: request.within.unwrap_or("all").to_owned(),
            fitted: members.iter().map(|(shape, _)| shape.clone()).collect(),
            fits: true,
            terms: family.terms.iter().map(term).collect(),
            unmatched: family.left.clone(),
            holds: Vec::new(),
            checked: Vec::new(),
            fails: Vec::new(),
            skipped: Vec::new(),
            parts: Vec::new(),
            seed: request.settings.seed,
        }
    }

    /// Holds the fitted law against that of a member.
    fn hold(&mut self, family: &Family, shape: &[i64], law: &Law) {
        self.parts.extend(Parts::of(shape, law));
        match family.check(shape, law) {
            Ok(()) => self.holds.push(shape.to_vec()),
            Err(Disagreement { unknown, missing }) => {
                let unknown = unknown.map(|words| format!("it has {words}, which the fitted law does not have"));
                let missing = missing.map(|(dim, words)| format!("it lacks dimension {dim} for what is like: {words}"));
                self.fails.push((shape.to_vec(), unknown.or(missing).unwrap_or_default()));
            }
        }
    }

    /// What the formula is: a law as far as it was looked at, one of the sizes fitted only, or none.
    fn heading(&self, names: &[String]) -> String {
        let fitted = sizes(names, &self.fitted);
        if self.fits && self.fails.is_empty() {
            return String::new();
        }
        if self.fits {
            let fails: Vec<Vec<i64>> = self.fails.iter().map(|(shape, _)| shape.clone()).collect();
            return wrapped(&format!("fits {fitted}, and fails at {}: no law of the family", sizes(names, &fails)));
        }
        let smallest = wrapped(
            "Small sizes may have flats that the others do not have; then a range without them (such as from 2 on) can have a law.",
        );
        format!("no law was found that fits {fitted}\n\n{smallest}")
    }

    fn text(&self, names: &[String]) -> String {
        let list = |shapes: &[Vec<i64>]| {
            let shapes: Vec<String> = shapes.iter().map(|shape| at(names, shape)).collect();
            if shapes.is_empty() { "none".to_owned() } else { beside(12, &shapes.join(", ")) }
        };
        let at = |shape: &[i64]| at(names, shape);
        let free = self.terms.is_empty() && self.unmatched.is_empty();
        let formula = match (self.parts.is_empty(), free) {
            (true, true) => "|A|".to_owned(),
            (true, false) => "the smallest of |A| and dim Z + |A ∖ Z| for\n".to_owned(),
            (false, true) => "the number of coloops in A".to_owned(),
            (false, false) => "the number of coloops in A + Σ of\n  the smallest of |A ∩ C| and dim Z + |A ∩ C ∖ Z| for Z inside C\n  over the connected components C\n".to_owned(),
        };
        let heading = self.heading(names);
        let inside = if self.within == "all" { String::new() } else { format!(" inside {}", self.within) };
        let said = if self.fits {
            format!("For every allocation A{inside}, ρ(A)")
        } else {
            "closest attempt: ρ(A)".to_owned()
        };
        let over = format!("{} over {}", self.family, names.join(", "));
        let first = if self.fits { [over, heading] } else { [heading, over] };
        let mut text: String = first.iter().filter(|part| !part.is_empty()).map(|part| format!("{part}\n\n")).collect();
        text.push_str(&format!("{said} = {formula}\n"));
        for term in &self.terms {
            text.push_str(&format!("  dim {:<14} {}\n", term.dim, beside(21, &term.description)));
        }
        text.push_str(&format!("\nfitted to   {}\n", list(&self.fitted)));
        text.push_str(&format!("checked at  {}\n", list(&self.checked)));
        text.push_str(&format!("holds at    {}\n", list(&self.holds)));
        for parts in &self.parts {
            text.push_str(&format!(
                "parts       {}\n",
                beside(12, &format!("{}: {}", at(&parts.member), parts.text()))
            ));
        }
        for (shape, reason) in &self.fails {
            text.push_str(&format!("fails at    {}\n", beside(12, &format!("{}: {reason}", at(shape)))));
        }
        for (shape, description) in &self.unmatched {
            text.push_str(&format!("no pattern  {}\n", beside(12, &format!("{}: {description}", at(shape)))));
        }
        for (shape, reason) in &self.skipped {
            text.push_str(&format!("not checked {}\n", beside(12, &format!("{}: {reason}", at(shape)))));
        }
        let of = if self.fits { "a fitted law is a conjecture beyond the sizes where it was checked; " } else { "" };
        text.push_str(&format!("\n{of}seed {}", self.seed));
        text
    }
}

/// Patterns in words, with these numbers in place of their own.
fn in_words(patterns: &[Pattern], layout: &Layout, numbers: &[String]) -> String {
    let mut rest = numbers;
    let words = patterns.iter().map(|pattern| {
        let (own, others) = rest.split_at(pattern.numbers().len().min(rest.len()));
        rest = others;
        pattern.words_with(layout, own)
    });
    words.collect::<Vec<_>>().join(", or ")
}

/// `n=2 m=3`.
fn at(names: &[String], shape: &[i64]) -> String {
    let parts: Vec<String> = names.iter().zip(shape).map(|(name, x)| format!("{name}={x}")).collect();
    parts.join(" ")
}

/// `n = 1, 2, 3`, or `n=1 m=1, n=1 m=2`.
fn sizes(names: &[String], shapes: &[Vec<i64>]) -> String {
    match names {
        [name] => {
            let values: Vec<String> = shapes.iter().flatten().map(i64::to_string).collect();
            format!("{name} = {}", values.join(", "))
        }
        _ => shapes.iter().map(|shape| at(names, shape)).collect::<Vec<_>>().join(", "),
    }
}

/// A claim file: the flats of each member, in words, with their dimensions as the family's law gives them.
fn claim(request: &Request<'_>, names: &[String], record: &Record, members: &[Member]) -> String {
    let parameters = names.join(", ");
    let ranges = names.iter().zip(request.over).map(|(name, over)| {
        let last = over.values.end() + 1;
        format!("for {name} in range({}, {last})", over.values.start())
    });
    let ranges = ranges.collect::<Vec<_>>().join(" ");
    let mut rows = String::new();
    for (shape, law) in members {
        let kinds =
            law.kinds().into_iter().map(|kind| format!("(\"{}\", {}, {})", kind.description, kind.dim, kind.number));
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        let shape = shape.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        rows.push_str(&format!("    ({shape},): [{kinds}],\n"));
    }
    let small = |law: &Law| law.components.len() == 1 && law.loops.is_empty() && law.network.weights() <= MOST_VISITED;
    let small: Vec<String> =
        members.iter().filter(|(_, law)| small(law)).map(|(_, law)| law.network.to_string()).collect();
    let formula = if small.is_empty() { String::new() } else { FORMULA.replace("NETWORKS", &small.join(", ")) };
    let terms = record.terms.iter().map(|term| format!("dim {}: {}", term.dim, term.description));
    let terms = terms.collect::<Vec<_>>().join("\n");
    let fails: String =
        record.fails.iter().map(|(shape, why)| format!("\n\nIt FAILS at {}: {why}.", at(names, shape))).collect();
    let said = if record.fits {
        format!("The law of {}, found by `allocert law --over`.\n\nThe dimension", request.expression)
    } else {
        format!(
            "The flats of {}. No law was found that fits {}; the closest attempt is: the dimension",
            request.expression,
            sizes(names, &record.fitted)
        )
    };
    let rule = match record.parts.is_empty() {
        true => "is the smallest of |A| and dim Z + |A - Z| for these sets Z",
        false => {
            "is the number of coloops in A and, for each connected component C, the\nsmallest of |A and C| and dim Z + |A and C - Z| for these sets Z inside C"
        }
    };
    format!(
        "\"\"\"{said} of an allocation A {rule}:\n\n{terms}{fails}\n\"\"\"\n\n\
def family({parameters}):\n    return {family}\n\nSIZES = {{family({parameters}).text: ({parameters},) {ranges}}}\n\n\
# In words, the dimension, and how many there are.\nFLATS = {{\n{rows}}}\n\n\
claim(\n    name = \"law/flats\",\n    statement = \"The cyclic flats of {family} are those listed.\",\n    networks = [family({parameters}) {ranges}],\n    \
holds = lambda net: [(f.description, f.dim, f.number) for f in net.flats] == FLATS[SIZES[net.text]],\n)\n\n\
{formula}",
        family = request.expression,
    )
}
