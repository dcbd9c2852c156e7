//! A document for the appendix of a paper: what was claimed, of which networks, what came out, and the counterexamples drawn.
//!
//! It compiles with pdflatex and the packages amsmath, booktabs, longtable and tikz alone. What users wrote is shown as text; of their
//! mathematics only formulas of known, harmless commands are typeset.

mod definitions;
mod pictures;
mod prose;
mod sources;

use allocert_core::text::{plural, thousands};
use allocert_record::Verify;

use super::figure::Figure;
use super::outcome;
use super::read::Results;
use definitions::definitions;
use pictures::{drawn, figure_of, figures, scanned};
use prose::{code, listing, plain, prose};
use sources::Sources;

/// No more networks are listed of a claim.
const MOST_LISTED: usize = 12;

/// A fingerprint that lines may break in.
fn broken(print: &str) -> String {
    let parts: Vec<&str> = (0..print.len()).step_by(4).filter_map(|at| print.get(at..at + 4)).collect();
    format!("\\texttt{{{}}}", parts.join("\\allowbreak "))
}

/// The run that results come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The program's version.
    pub version: String,
    /// The seed of all randomness; nothing where the results do not say it.
    pub seed: Option<u64>,
}

/// The files of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// `paper.tex`, complete.
    pub tex: String,
    /// `run.bib`: the run, to be cited.
    pub bib: String,
    /// `figures.tex`: the drawings, a page of its own size for each; nothing if there is none.
    pub figures: Option<String>,
    /// The same drawings as SVG, in the same order.
    pub svg: Vec<String>,
}

/// A compilable document about all claims, and an entry of BibTeX for the run.
pub fn paper(results: &Results, origin: &Origin) -> Paper {
    let results = results.harmless();
    let print = fingerprint(&results.claims);
    let mut tex = String::from(PREAMBLE);
    let claims =
        if results.claims.len() == 1 { "One claim".to_owned() } else { format!("{} claims", results.claims.len()) };
    tex.push_str(&format!(
        "\\title{{{claims} about allocations of learnable weights}}\\author{{}}\\date{{}}\\maketitle\n"
    ));
    tex.push_str(&format!("\\section{{Claims}}\n{}\n", about(&results.claims, origin, &print)));
    let sources = Sources::of(&results.claims);
    tex.push_str(&table(&results.claims, &sources));
    tex.push_str(&theorems(&results.claims));
    tex.push_str(&sources.notes());
    tex.push_str("\\section{Statements and networks}\n\\begin{description}\n");
    results.claims.iter().enumerate().for_each(|(place, claim)| tex.push_str(&stated(claim, &sources.cited(place))));
    tex.push_str("\\end{description}\n");
    tex.push_str(&definitions(&results.claims));
    tex.push_str(&drawn(&results.claims));
    tex.push_str(&scanned(&results.scans));
    tex.push_str(&format!(
        "\\begin{{thebibliography}}{{99}}\n{}\\bibitem{{{}}} {}\n\\end{{thebibliography}}\n\\end{{document}}\n",
        sources.entries(),
        key(&print),
        cited(&results.claims, origin, &print)
    ));
    let figures = figures(&results);
    let figures: Vec<Figure> = figures.into_iter().map(|(network, figure)| figure.titled(&network)).collect();
    let pages = figures.iter().map(|figure| format!("\\allocertpage{{{}}}\n", figure.tikz(code, plain)));
    let pages: String = pages.collect();
    Paper {
        tex,
        bib: entry(&results.claims, origin, &print),
        figures: (!figures.is_empty()).then(|| format!("{FIGURES}{pages}\\end{{document}}\n")),
        svg: figures.iter().map(Figure::svg).collect(),
    }
}

/// Pages of the size of what is on them, by the packages that the document has.
const FIGURES: &str = "% Written by allocert: the figures of paper.tex, a page for each. pdflatex figures.tex
\\documentclass[10pt]{article}
\\usepackage[T1]{fontenc}
\\usepackage[utf8]{inputenc}
\\IfFileExists{lmodern.sty}{\\usepackage{lmodern}}{}
\\usepackage{amsmath,amssymb,tikz}
\\providecommand{\\allocertcode}[1]{{\\footnotesize\\ttfamily #1}}
\\newcommand{\\allocertpage}[1]{\\setbox0=\\hbox{#1}%
  \\pdfpagewidth=\\wd0 \\pdfpageheight=\\dimexpr\\ht0+\\dp0\\relax \\hoffset=-1in \\voffset=-1in \\shipout\\box0 }
\\begin{document}
";

const PREAMBLE: &str = "% Written by allocert. Compile twice: pdflatex paper.tex
\\documentclass[10pt]{article}
\\usepackage[T1]{fontenc}
\\usepackage[utf8]{inputenc}
\\IfFileExists{lmodern.sty}{\\usepackage{lmodern}}{}
\\usepackage[margin=25mm]{geometry}
\\usepackage{amsmath,amssymb,booktabs,longtable,tikz}
\\providecommand{\\allocertcode}[1]{{\\footnotesize\\ttfamily\\frenchspacing\\hyphenchar\\font=`\\- \\sloppy #1}}
\\providecommand{\\allocertline}[2]{{\\footnotesize\\ttfamily\\advance\\leftskip by #1em\\advance\\leftskip by 3em
  \\rightskip=0pt plus 6em\\parindent=-2em\\parskip=0pt\\indent #2\\par}}
\\providecommand{\\allocertused}[1]{\\par\\medskip\\noindent{\\footnotesize\\emph{Used by #1:}\\par}\\nopagebreak}
\\emergencystretch=3em
\\begin{document}
";

/// What identifies the claims: BLAKE3 of name, statement, hypothesis, condition, networks and definitions of each, in order.
fn fingerprint(claims: &[Verify]) -> String {
    let mut hash = blake3::Hasher::new();
    for claim in claims {
        let parts = [Some(&claim.claim), Some(&claim.statement), claim.given.as_ref(), claim.holds.as_ref()];
        let definitions = claim.definitions.iter().map(|definition| Some(&definition.text));
        for part in parts.into_iter().chain(claim.networks_listed.iter().map(Some)).chain(definitions) {
            hash.update(part.map_or("", String::as_str).as_bytes());
            hash.update(b"\n");
        }
    }
    hash.finalize().to_hex().as_str()[..32].to_owned()
}

fn seed(origin: &Origin) -> String {
    origin.seed.map_or_else(|| "seed not stated".to_owned(), |seed| format!("seed {seed}"))
}

fn about(claims: &[Verify], origin: &Origin, print: &str) -> String {
    let instances = claims.iter().map(|c| c.allocations).sum::<u64>();
    let outcomes = ["verified", "refuted", "supported", "contradicted", "open", "error"].map(|name| {
        let number = claims.iter().filter(|claim| outcome(claim) == name).count();
        (number > 0).then(|| format!("{number} {name}"))
    });
    let outcomes: Vec<String> = outcomes.into_iter().flatten().collect();
    format!(
        "{}, {}, were checked with allocert {} ({})~\\cite{{{}}}: {}; their fingerprint is {}. \
         ``Verified'' means: for every network and allocation that is listed, and no others. Evidence is \\emph{{proved}}, or a bound on \
         the probability that any answer behind the claim is wrong, or \\emph{{statistical}}.\n",
        plural(claims.len(), "claim"),
        plural(instances, "instance").replace(',', "\\,"),
        plain(&origin.version),
        seed(origin),
        key(print),
        outcomes.join(", "),
        broken(print)
    )
}

/// What the run is cited by.
fn key(print: &str) -> String {
    format!("allocert-run-{}", &print[..8])
}

fn cited(claims: &[Verify], origin: &Origin, print: &str) -> String {
    format!(
        "The allocert maintainers. \\emph{{allocert}}, version {}: a run of {} ({}; BLAKE3 of the claims {}).",
        plain(&origin.version),
        plural(claims.len(), "claim"),
        seed(origin),
        broken(print)
    )
}

fn entry(claims: &[Verify], origin: &Origin, print: &str) -> String {
    format!(
        "@misc{{{},\n  title = {{allocert: a run of {}}},\n  author = {{{{The allocert maintainers}}}},\n  \
         note = {{Version {}, {}, BLAKE3 of the claims {print}}},\n}}\n",
        key(print),
        plural(claims.len(), "claim"),
        plain(&origin.version),
        seed(origin)
    )
}

fn table(claims: &[Verify], sources: &Sources) -> String {
    let mut text = String::from(
        "\\setlength{\\tabcolsep}{4pt}\\begin{longtable}{@{}p{0.34\\textwidth}p{0.13\\textwidth}lrrl@{}}\n\\toprule\nClaim & Source & Outcome & Networks & Instances & \
         Evidence \\\\\n\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n",
    );
    for (place, claim) in claims.iter().enumerate() {
        let figure = figure_of(claims, place).map_or_else(String::new, |number| format!(", Fig.~{number}"));
        let row = [
            code(&claim.claim),
            sources.cited(place),
            plain(outcome(claim)) + &figure,
            thousands(claim.networks).replace(',', "\\,"),
            thousands(claim.allocations).replace(',', "\\,"),
            of_claim(claim) + if claim.theorems.is_empty() || claim.failed { "" } else { "$^{*}$" },
        ];
        text.push_str(&format!("{} \\\\\n", row.join(" & ")));
    }
    text.push_str("\\end{longtable}\n");
    text
}

/// What answers rest on besides their own proofs.
fn theorems(claims: &[Verify]) -> String {
    let mut all: Vec<&str> = claims.iter().flat_map(|claim| claim.theorems.iter().map(String::as_str)).collect();
    all.sort_unstable();
    all.dedup();
    let each = all
        .into_iter()
        .map(|theorem| format!("\\par\\noindent{{\\footnotesize $^{{*}}$Rests on {}.\\par}}\n", plain(theorem)));
    each.collect()
}

/// How a claim's outcome is known, for LaTeX; nothing is said of one that could not be evaluated.
pub(super) fn of_claim(claim: &Verify) -> String {
    if claim.failed { "--".to_owned() } else { evidence(claim.evidence.as_deref(), claim.error_log2) }
}

/// How an answer is known, for LaTeX.
pub(super) fn evidence(name: Option<&str>, error_log2: Option<i64>) -> String {
    match (name, error_log2) {
        (Some("bounded"), Some(bound)) => format!("error $\\le 2^{{{bound}}}$"),
        (Some(name @ ("proved" | "statistical" | "open")), _) => name.to_owned(),
        _ => "open".to_owned(),
    }
}

/// A claim in words: its statement, its source as it is cited, what it ranges over and asks.
fn stated(claim: &Verify, source: &str) -> String {
    let mut text = format!("\\item[{}] {}", code(&claim.claim), prose(&claim.statement));
    if !source.is_empty() {
        text.push_str(&format!(" \\emph{{Source:}}~{source}."));
    }
    // A name alone says nothing, unless it is defined below.
    let is_name = |text: &String| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_defined = |name: &str| claim.definitions.iter().any(|definition| definition.name == name);
    let networks = match claim.networks_written.as_ref().filter(|written| !is_name(written) || is_defined(written)) {
        Some(written) => written.clone(),
        None if claim.networks_listed.len() <= MOST_LISTED => claim.networks_listed.join(", "),
        None => {
            let [few, last] =
                [&claim.networks_listed[..MOST_LISTED - 1], &claim.networks_listed[claim.networks_listed.len() - 1..]];
            format!("{}, …, {}", few.join(", "), last.join(""))
        }
    };
    text.push_str(&format!("\\par{{\\raggedright\\emph{{Networks:}} {}", code(&networks)));
    if claim.networks_written.is_some() {
        text.push_str(&format!(" ({} in all)", thousands(claim.networks_listed.len())));
    }
    for (word, written) in [("Given", &claim.given), ("Asks", &claim.holds)] {
        if let Some(written) = written {
            let name = function(written).filter(|name| is_defined(name));
            text.push_str(&format!("; \\emph{{{word}:}} {}", name.map_or_else(|| listing(written), code)));
        }
    }
    text.push_str("\\par}\n");
    text
}

/// The name of a function that is written out as a definition.
fn function(written: &str) -> Option<&str> {
    written.strip_prefix("def ").and_then(|rest| rest.split_once('(')).map(|(name, _)| name.trim())
}
