//! Counterexamples and scans as figures, each with what it shows in words.

use allocert_core::text::plural;
use allocert_record::{Counterexample, Scan, Verify};

use super::super::asked::{Asked, asked};
use super::super::figure::Figure;
use super::super::read::Results;
use super::digraph::digraph;
use super::named;
use super::prose::{code, plain};
use super::table::evidence;
use super::worded::worded;

/// No more counterexamples, and no more scans, are drawn.
const MOST_DRAWN: usize = 12;
/// No more dimensions that a condition asked for are listed.
const MOST_OBSERVED: usize = 4;
/// Longer texts of allocations are not repeated beside a drawing.
const LONGEST_ALLOCATION: usize = 240;

/// What the document draws, in its order, each alone with its network.
pub(super) fn figures(results: &Results) -> Vec<(String, Figure)> {
    let examples = counterexamples(&results.claims).take(MOST_DRAWN);
    let tensors = examples.flat_map(|(_, _, example)| {
        let title = |asked: &Asked<'_>| format!("{}: {}", example.network, short(asked));
        let all = asked(example);
        let drawn = drawings(example, &all);
        all.iter().map(title).zip(drawn.into_iter().map(Figure::with_key)).collect::<Vec<_>>()
    });
    let scans = results.scans.iter().filter_map(|scan| Some((scan.network.clone(), Figure::scan(scan)?)));
    tensors.chain(scans.take(MOST_DRAWN)).collect()
}

/// What was asked of a counterexample, each drawn as grids of its tensors; the first of a compartmental model beside the model itself.
fn drawings(example: &Counterexample, all: &[Asked<'_>]) -> Vec<Figure> {
    let grids = all.iter().map(|asked| Figure::tensors(&asked.diagram, asked.basis));
    let mut model = digraph(&example.network);
    grids
        .map(|grids| match model.take() {
            Some((model, columns)) => model.with(grids, columns, 2),
            None => grids,
        })
        .collect()
}

/// The claims with counterexamples, each with its place and the counterexample.
fn counterexamples(claims: &[Verify]) -> impl Iterator<Item = (usize, &Verify, &Counterexample)> {
    claims.iter().enumerate().filter_map(|(place, claim)| Some((place, claim, claim.counterexample.as_ref()?)))
}

/// The number of the figure that shows a claim's counterexample.
pub(super) fn figure_of(claims: &[Verify], place: usize) -> Option<usize> {
    counterexamples(claims).take(MOST_DRAWN).position(|(at, ..)| at == place).map(|index| index + 1)
}

/// The section of counterexamples.
pub(super) fn drawn(claims: &[Verify]) -> String {
    let found: Vec<_> = counterexamples(claims).collect();
    if found.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "\\section{{Counterexamples}}\\label{{counterexamples}}\nEach is the smallest that was found, and what a caption says of an error is about it alone, not about all instances of its claim. Tensors of weights are drawn as grids, rows downward. {}\n",
        legend(found.iter().take(MOST_DRAWN).map(|(.., example)| *example))
    );
    for (number, (place, claim, example)) in found.iter().take(MOST_DRAWN).enumerate() {
        text.push_str(&picture((number + 1, *place), (claims, claim), example));
    }
    if found.len() > MOST_DRAWN {
        text.push_str(&format!("\\par {} more are not drawn.\n", found.len() - MOST_DRAWN));
    }
    text
}

/// What the cells mean, as far as they occur.
fn legend<'a>(examples: impl Iterator<Item = &'a Counterexample>) -> String {
    let all: Vec<Asked<'a>> = examples.flat_map(asked).collect();
    let has = |test: fn(&Asked<'_>) -> bool| all.iter().any(test);
    let cells = |a: &Asked<'_>| a.diagram.tensors.iter().map(|t| t.rows.saturating_mul(t.columns)).sum::<usize>();
    let depends = |a: &Asked<'_>| a.basis.is_none() && a.dim.is_some_and(|dim| dim < a.diagram.learnable.len());
    let is_frozen = all.iter().any(|a| cells(a) > a.diagram.learnable.len() + a.diagram.pinned.len());
    let mut said = vec!["\\allocertkey{100}~learnable"];
    if has(|a| a.basis.is_some()) {
        said.push(
            "\\allocertkey{35}~learnable, too, but without a new dimension: the black ones are a largest independent set, as many as the dimension",
        );
    }
    if has(|a| a.basis.is_some()) && all.iter().any(depends) {
        said.push("where no such set is drawn, because with ReLU it depends on the units that are on, all learnable weights are black");
    }
    if is_frozen {
        said.push("\\allocertkey{0}~frozen at a generic value");
    }
    if has(|a| !a.diagram.pinned.is_empty()) {
        said.push("\\allocertpinned~pinned to a number, no weight");
    }
    format!("{}.", said.join("; "))
}

/// A counterexample: the tensors as grids, and below them what is true there.
fn picture((figure, place): (usize, usize), (claims, claim): (&[Verify], &Verify), example: &Counterexample) -> String {
    let all = asked(example);
    let mut text = String::from("\\par\\bigskip\\noindent\\begin{minipage}{\\textwidth}\\centering\n");
    for figure in drawings(example, &all) {
        text.push_str(&figure.tikz(code, plain));
    }
    if all.is_empty() {
        text.push_str("(The network is too large to be drawn.)\n");
    }
    let samples = example.samples.map_or_else(String::new, |m| format!(" on {}", plural(m, "generic sample")));
    text.push_str(&format!(
        "\\allocertcaption{{Against Claim~{} (\\texttt{{{}}}): {}{samples}. {}. {}}}\\label{{figure-{figure}}}\n\\end{{minipage}}\n",
        place + 1,
        plain(named(claims, claim)),
        worded(&example.network),
        found(example),
        learns(&all)
    ));
    text
}

/// What the condition asks for, and what is so.
fn found(example: &Counterexample) -> String {
    let known = evidence(Some(&example.evidence), example.error_log2);
    let (Some(left), Some(sign), Some(right)) = (&example.left, &example.sign, &example.right) else {
        return format!("The condition is false there ({known}){}", observed(example));
    };
    let claimed = example.claimed.as_deref().unwrap_or_default();
    let what = claimed.split_once(sign.as_str()).map_or("", |(left, _)| left.trim());
    let subject = if what == "net.teacher_dim" {
        "The teacher dimension is".to_owned()
    } else if let Some(allocation) = what.strip_prefix("net.dim(\"").and_then(|rest| rest.strip_suffix("\")")) {
        format!("The dimension of {} is", code(allocation))
    } else {
        "The left-hand side of the condition is".to_owned()
    };
    match sign.as_str() {
        "==" => format!("{subject} {} ({known}), and not {} as claimed", plain(left), plain(right)),
        sign => format!("{subject} {} ({known}), and not {} {} as claimed", plain(left), sign_word(sign), plain(right)),
    }
}

/// What is learnable in each of the grids.
fn learns(all: &[Asked<'_>]) -> String {
    let each = all.iter().map(|asked| {
        let learnable = asked.diagram.learnable.len();
        let dim = asked.dim.map_or_else(String::new, |dim| format!(", of dimension {dim}"));
        if asked.allocation == "all" {
            format!("all {}{dim}", plural(learnable, "weight"))
        } else {
            format!("{}{dim}", code(&short(asked)))
        }
    });
    let each: Vec<String> = each.collect();
    if each.is_empty() { String::new() } else { format!("Learnable: {}.", each.join("; ")) }
}

/// The dimensions that a condition asked for which is no comparison.
fn observed(example: &Counterexample) -> String {
    let each = example.dimensions.iter().take(MOST_OBSERVED).map(|o| {
        let of =
            if o.allocation == "all" { "all weights of".to_owned() } else { format!("{} in", code(&o.allocation)) };
        let samples = o.samples.filter(|_| o.samples != example.samples);
        let samples = samples.map_or_else(String::new, |m| format!(" on {}", plural(m, "sample")));
        format!("{of} {}{samples} have dimension {}", code(&o.network), o.dim)
    });
    let each: Vec<String> = each.collect();
    let more = example.dimensions.len().saturating_sub(MOST_OBSERVED);
    let more = if more > 0 { format!("; and {more} more were asked for") } else { String::new() };
    if each.is_empty() { String::new() } else { format!(": {}{more}", each.join("; ")) }
}

fn sign_word(sign: &str) -> &'static str {
    match sign {
        "!=" => "other than",
        "<=" => "of at most",
        ">=" => "of at least",
        "<" => "below",
        _ => "above",
    }
}

/// The allocation, or how many weights it has.
fn short(asked: &Asked<'_>) -> String {
    let places: usize = asked.diagram.tensors.iter().map(|t| t.rows.saturating_mul(t.columns)).sum();
    match asked.allocation {
        "" => "none".to_owned(),
        "all" => "all weights".to_owned(),
        long if long.len() > LONGEST_ALLOCATION => format!("{} of {places} weights", asked.diagram.learnable.len()),
        allocation => allocation.to_owned(),
    }
}

/// How many allocations of each size have each dimension, drawn.
pub(super) fn scanned(scans: &[Scan]) -> String {
    let drawn = scans.iter().filter_map(|scan| Some((scan, Figure::scan(scan)?))).take(MOST_DRAWN);
    let pictures: Vec<String> = drawn
        .map(|(scan, figure)| {
            let network = code(&scan.network);
            let known = evidence(Some(&scan.evidence), scan.error_log2);
            let picture = figure.tikz(code, plain);
            format!("\\par\\medskip\\noindent {network} ({known}):\\par\\smallskip\\noindent\n{picture}")
        })
        .collect();
    if pictures.is_empty() {
        return String::new();
    }
    let about =
        "A square for each size and dimension that occurs, the darker the more digits the number of allocations has.";
    format!("\\section{{All allocations}}\n{about}\n{}", pictures.concat())
}
