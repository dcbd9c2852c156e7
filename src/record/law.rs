//! What `allocert law` says.

use serde::{Deserialize, Serialize};

use allocert_core::allocation::{Allocation, print};
use allocert_core::reach::{self, Complete};
use allocert_core::text::plural;

/// The dimensions of all allocations in one formula.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Law {
    /// The network, as it is written.
    pub network: String,
    /// The number of generic inputs; nothing when functional.
    pub samples: Option<u64>,
    /// The number of all weights.
    pub weights: usize,
    /// The weights that the allocations lie in.
    pub within: String,
    /// D_m, or the dimension of `within`.
    pub teacher_dim: usize,
    /// The law as text.
    pub formula: String,
    /// What stands in it for an allocation, a flat, a component, and the coloops or what is no loop: letters that no tensor has.
    #[serde(default = "usual_letters")]
    pub letters: String,
    /// The law as LaTeX.
    pub latex: String,
    /// One flat of each orbit, smallest first; flats are inside one connected component, the bottom one is `loops`.
    pub flats: Vec<Flat>,
    /// The flats in words, orbits put together where that takes fewer words.
    pub kinds: Vec<Kind>,
    /// The number of all cyclic flats, the bottom one and unions over components included, in decimal.
    pub cyclic_flats: String,
    /// How the list of flats is known to be complete: `proved`, `counted` (which is bounded) or `likely` (which is open).
    pub complete: String,
    /// What stopped the search if it is `likely`: then the formula is an upper bound.
    pub limit: Option<String>,
    /// `proved` or `bounded`, for the whole formula; nothing if it is only an upper bound.
    pub evidence: Option<String>,
    /// An error has at most the probability 2^this; nothing when proved.
    pub error_log2: Option<i64>,
    /// What is known by theorem of the law of the network's family.
    #[serde(default)]
    pub theorem: Option<String>,
    /// Weights that add no dimension to any allocation.
    pub loops: String,
    /// Weights that add a dimension to every allocation without them.
    pub coloops: String,
    /// The connected components of more than one weight.
    pub components: Vec<String>,
    /// (size, smallest dimension, largest dimension); nothing if the search was stopped.
    pub sizes: Option<Vec<(usize, usize, usize)>>,
    /// When an allocation has the dimension of all weights: so many weights outside such sets.
    pub spans: Vec<String>,
    /// The number of smallest spanning allocations, in decimal; nothing if the search was stopped.
    pub smallest_spanning: Option<String>,
    /// The number of symmetries used.
    pub symmetries: u64,
    /// The seed of all randomness.
    pub seed: u64,
    /// How many random points were looked at.
    pub points: usize,
}

/// A cyclic flat, for all that symmetries make of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flat {
    /// Its weights, one at a time in canonical order.
    pub weights: String,
    /// In words.
    pub description: String,
    /// The number of its weights.
    pub size: usize,
    /// Its dimension.
    pub dim: usize,
    /// The number of its images.
    pub orbit: usize,
    /// Why its dimension is not larger.
    pub reason: String,
    /// `proved` or `bounded`.
    pub evidence: String,
    /// An error has at most the probability 2^this; nothing when proved.
    pub error_log2: Option<i64>,
}

/// Flats of one size and dimension that have a description in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kind {
    /// In words.
    pub description: String,
    /// Their size.
    pub size: usize,
    /// Their dimension.
    pub dim: usize,
    /// The number of them.
    pub number: usize,
    /// The orbits, by their places in `flats`, from 0.
    pub flats: Vec<usize>,
}

/// The words that scripts know.
fn as_before(complete: Complete) -> &'static str {
    match complete {
        Complete::Proved => "proved",
        Complete::Bounded => "counted",
        Complete::Open(_) => "likely",
    }
}

impl Law {
    /// Of a law, the reasons of its flats where there are better ones than its own, and what a theorem says of its family.
    pub fn of(law: &reach::Law, reasons: &[Option<String>], theorem: Option<&str>) -> Self {
        let layout = law.network.layout();
        let text = |set: &Allocation| print(layout, set);
        let everything = law.within.size() == law.network.weights();
        let kinds: Vec<Kind> = law.kinds().into_iter().map(Kind::of).collect();
        let evidence = law.evidence();
        let complete = law.complete();
        let known = !matches!(complete, Complete::Open(_));
        let flats = law.flats.iter().enumerate().map(|(place, flat)| {
            let own = || flat.dim.reason.to_string().replace("a non-zero minor; ", "");
            Flat {
                weights: text(&flat.weights),
                description: allocert_core::allocation::describe_all(layout, &flat.images),
                size: flat.weights.size(),
                dim: flat.dim.value,
                orbit: flat.images.len(),
                reason: reasons.get(place).cloned().flatten().unwrap_or_else(own),
                evidence: word(flat.dim.evidence),
                error_log2: flat.dim.evidence.error_log2(),
            }
        });
        let dim = law.dim.value;
        let letters = free_letters(&layout.tensors().iter().map(|t| t.name.as_str()).collect::<Vec<_>>());
        Law {
            network: law.network.to_string(),
            samples: law.samples.count(),
            weights: law.network.weights(),
            within: if everything { "all".to_owned() } else { text(&law.within) },
            teacher_dim: dim,
            formula: formula(law, &kinds, &Plain, letters),
            latex: formula(law, &kinds, &Latex, letters),
            letters: letters.iter().collect(),
            flats: flats.collect(),
            cyclic_flats: law.number().to_string(),
            complete: as_before(complete).to_owned(),
            limit: complete.limit(),
            evidence: known.then(|| word(evidence)),
            error_log2: evidence.error_log2().filter(|_| known),
            theorem: theorem.map(str::to_owned),
            loops: text(&law.loops),
            coloops: text(&law.coloops),
            components: law.components.iter().map(text).collect(),
            sizes: law.table.as_ref().map(|table| {
                let ends = |size| Some((size, table.ranks(size).next()?, table.ranks(size).last()?));
                (0..=law.within.size()).filter_map(ends).collect()
            }),
            spans: spans(law, &kinds),
            smallest_spanning: law.table.as_ref().map(|table| table.number(dim, dim).to_string()),
            kinds,
            symmetries: law.symmetries,
            seed: law.settings.seed,
            points: law.trials,
        }
    }
}

impl Law {
    /// What stands in the formula for an allocation, a flat, a component, and the coloops.
    pub fn letters(&self) -> [char; 4] {
        let mut own = self.letters.chars();
        ['A', 'Z', 'C', 'F'].map(|usual| own.next().unwrap_or(usual))
    }
}

/// `proved` or `bounded`.
fn word(evidence: reach::Evidence) -> String {
    evidence.name().to_owned()
}

impl Kind {
    fn of(kind: reach::Kind) -> Self {
        let reach::Kind { description, size, dim, flats, number, .. } = kind;
        Kind { description, size, dim, number, flats }
    }
}

/// The letters of a formula: an allocation, a flat, a component, the coloops.
type Letters = [char; 4];

fn usual_letters() -> String {
    "AZCF".to_owned()
}

/// The first letters of each kind that are no tensor's name.
fn free_letters(tensors: &[&str]) -> Letters {
    let is_free = |letter: &char| !tensors.contains(&letter.to_string().as_str());
    ["ASLP", "ZYXT", "CKJQ", "FGHI"].map(|choice| {
        let first = choice.chars().next().unwrap_or('A');
        choice.chars().find(is_free).unwrap_or(first)
    })
}

/// How a formula is written.
trait Script {
    /// `3 + |A ∖ Z|`.
    fn outside(&self, dim: usize, letters: Letters) -> String;
    fn begin(&self, inside: &str) -> String;
    fn end(&self) -> &'static str;
    /// A term, and what its Z is.
    fn line(&self, term: &str, sets: &str) -> String;
    fn one_of(&self, number: usize, flat: char) -> String;
}

struct Plain;

impl Script for Plain {
    fn outside(&self, dim: usize, [set, flat, ..]: Letters) -> String {
        if dim == 0 { format!("|{set} ∖ {flat}|") } else { format!("{dim} + |{set} ∖ {flat}|") }
    }

    fn begin(&self, inside: &str) -> String {
        inside.to_owned()
    }

    fn end(&self) -> &'static str {
        ""
    }

    fn line(&self, term: &str, sets: &str) -> String {
        if sets.is_empty() { format!("\n  {term}") } else { format!("\n  {term:<14} {sets}") }
    }

    fn one_of(&self, number: usize, flat: char) -> String {
        if number == 1 { format!("{flat} = ") } else { format!("{flat} one of {number}: ") }
    }
}

struct Latex;

impl Script for Latex {
    fn outside(&self, dim: usize, [set, flat, ..]: Letters) -> String {
        if dim == 0 { format!(r"|{set}\setminus {flat}|") } else { format!(r"{dim}+|{set}\setminus {flat}|") }
    }

    fn begin(&self, inside: &str) -> String {
        let text = inside.replace('ρ', r"\rho ").replace('Σ', r"\sum ").replace('∩', r"\cap ");
        let words = |text: &str| if text.is_empty() { String::new() } else { format!(r"\text{{{text}}}") };
        let text = match text.split_once("the smallest of") {
            Some((before, after)) => {
                let sum = before.split_once("over the ");
                let before =
                    sum.map_or(before.to_owned(), |(sum, over)| format!("{sum}{}", words(&format!("over the {over}"))));
                format!(r"{before}\min {}", words(after))
            }
            None => text,
        };
        format!(r"\[{} \begin{{cases}}", text.trim())
    }

    fn end(&self) -> &'static str {
        r"\end{cases}\]"
    }

    fn line(&self, term: &str, sets: &str) -> String {
        let sets: String =
            sets.chars().map(|c| if "_&%#".contains(c) { format!("\\{c}") } else { c.to_string() }).collect();
        let sets = sets.replace('×', r"\(\times\)");
        if sets.is_empty() { format!(r" {term}\\") } else { format!(r" {term}&\text{{{sets}}}\\") }
    }

    fn one_of(&self, number: usize, flat: char) -> String {
        if number == 1 { format!("{flat}: ") } else { format!("{flat} one of {number}: ") }
    }
}

/// The law in one formula.
fn formula(law: &reach::Law, kinds: &[Kind], script: &dyn Script, letters: Letters) -> String {
    let [a, _, c, f] = letters;
    let sign = if matches!(law.complete(), Complete::Open(_)) { "≤" } else { "=" };
    let parts = law.components.len();
    let free = law.coloops.size();
    let begin = match (parts, free) {
        (0, _) if free == law.within.size() => return script.begin(&format!("ρ({a}) {sign} |{a}|")) + script.end(),
        (0, _) => {
            return script.begin(&format!("ρ({a}) {sign} |{a} ∩ {f}|"))
                + &script.line(&format!("{f}:"), "the weights that are no loops")
                + script.end();
        }
        (1, 0) if law.loops.is_empty() => format!("ρ({a}) {sign} the smallest of"),
        (1, 0) => format!("ρ({a}) {sign} the smallest of (loops left out of {a})"),
        (1, _) => format!("ρ({a}) {sign} |{a} ∩ {f}| + the smallest of ({a} without {f} and loops)"),
        (_, 0) => format!("ρ({a}) {sign} Σ over the {parts} components {c} of the smallest of ({a} inside {c})"),
        (_, _) => {
            format!("ρ({a}) {sign} |{a} ∩ {f}| + Σ over the {parts} components {c} of the smallest of ({a} inside {c})")
        }
    };
    let mut text = script.begin(&begin);
    text.push_str(&script.line(&format!("|{a}|"), ""));
    for kind in kinds {
        let whole = parts == 1 && kind.size == law.components[0].size();
        let term = if whole { kind.dim.to_string() } else { script.outside(kind.dim, letters) };
        let sets = if whole {
            String::new()
        } else {
            format!("{}{}", script.one_of(kind.number, letters[1]), kind.description)
        };
        text.push_str(&script.line(&term, &sets));
    }
    if free > 0 {
        text.push_str(&script.line(&format!("{f}:"), "the weights that each add a dimension (coloops)"));
    }
    text + script.end()
}

/// What an allocation needs to have the dimension of all weights.
fn spans(law: &reach::Law, kinds: &[Kind]) -> Vec<String> {
    if matches!(law.complete(), Complete::Open(_)) {
        return Vec::new();
    }
    // Loops count nowhere, though they are outside of sets, too.
    let of = if law.loops.is_empty() { "" } else { " (loops not counted)" };
    let mut needed = vec![format!("at least {}{of}", plural(law.dim.value, "weight"))];
    if !law.coloops.is_empty() {
        needed.push("every coloop".to_owned());
    }
    let parts = law.components.len();
    for kind in kinds {
        let Some(first) = kind.flats.first().map(|place| &law.flats[*place]) else {
            continue;
        };
        let Some(component) = law.components.iter().find(|component| first.weights.is_subset(component)) else {
            continue;
        };
        let whole = law.flats.iter().find(|flat| flat.images.contains(component)).map_or(0, |flat| flat.dim.value);
        let missing = whole - kind.dim;
        if missing > 0 {
            let place = if parts == 1 { String::new() } else { " of the component".to_owned() };
            needed.push(format!("at least {}{of}{place} outside {}", plural(missing, "weight"), each(kind)));
        } else if parts > 1 {
            needed.push(format!("at least {} of {}", plural(kind.dim, "weight"), each(kind)));
        }
    }
    needed
}

fn each(kind: &Kind) -> String {
    if kind.number == 1 { kind.description.clone() } else { format!("each set that is {}", kind.description) }
}
