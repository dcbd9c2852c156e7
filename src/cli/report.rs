//! `allocert report`: a page, a text and a table from results of other commands; and `--report` of those commands.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use allocert::report::{Origin, Results, html, latex, markdown, paper, parse};

use super::Common;
use super::failure::Failure;
use super::file::{make_folder, write_whole};
use super::output::{harmless, json, line, thousands};

const EXAMPLES: &str = "Examples:
  allocert verify proofs/siso.star --report out
  allocert verify --json > results.jsonl
  allocert report results.jsonl --out out
  allocert report results.jsonl --paper paper

Results are what verify, scan, law, match, classify, train and rank write with
--json; of a folder, every *.json and *.jsonl in it. DIR gets index.html (one
page, nothing else needed), report.md (for a pull request), claims.tex (a table
for a paper) and results.jsonl.";

/// No file of results is larger.
const MOST_BYTES: u64 = 1 << 28;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Files of results, or folders of them.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// The folder to write to; made if it is not there. By default "report", unless --paper is given.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write a document for the appendix of a paper into this folder: paper.tex, which pdflatex compiles, with a table of
    /// the claims, their statements, counterexamples and scans drawn; run.bib, an entry for the run; and each drawing alone: as a
    /// page of figures.tex, and as SVG.
    #[arg(long, value_name = "DIR")]
    paper: Option<PathBuf>,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut results = Results::default();
    for path in &arguments.paths {
        for file in files(path)? {
            read(&file, &mut results)?;
        }
    }
    if results.is_empty() {
        return Err(Failure::request(
            "there is no result in these files\n  write some: allocert verify --json > results.jsonl",
        ));
    }
    if let Some(folder) = &arguments.paper {
        write_paper(folder, &results)?;
    }
    let out = match (&arguments.out, &arguments.paper) {
        (None, Some(_)) => None,
        (out, _) => Some(out.clone().unwrap_or_else(|| PathBuf::from("report"))),
    };
    if let Some(out) = &out {
        write(out, &results)?;
    }
    let main = match (&out, &arguments.paper) {
        (Some(out), _) => out.join("index.html"),
        (None, paper) => paper.clone().unwrap_or_default().join("paper.tex"),
    };
    let counts = [
        (results.claims.len(), "claim", "claims"),
        (results.scans.len(), "scan", "scans"),
        (results.laws.len(), "law", "laws"),
        (results.matches.len(), "match probability", "match probabilities"),
        (results.trainings.len(), "training", "trainings"),
        (results.ranks.len(), "dimension", "dimensions"),
        (results.classifications.len(), "table of verdicts", "tables of verdicts"),
    ];
    if common.json {
        let page = main.display().to_string();
        json(
            &serde_json::json!({ "page": page, "claims": counts[0].0, "scans": counts[1].0, "laws": counts[2].0, "matches": counts[3].0, "trainings": counts[4].0, "ranks": counts[5].0, "classifications": counts[6].0 }),
        )?;
    } else {
        let some = counts.iter().filter(|(number, ..)| *number > 0);
        let said =
            some.map(|(number, one, more)| format!("{} {}", thousands(number), if *number == 1 { one } else { more }));
        let parts: Vec<String> = said.collect();
        line(&format!("{}: {}", harmless(&main.display().to_string()), parts.join(", ")))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A file as it is; of a folder the results in it, in order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |error: std::io::Error| Failure::request(format!("{}: {error}", path.display()));
    let entries = std::fs::read_dir(path).map_err(unreadable)?;
    let mut found = entries.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    found.retain(|p| p.is_file() && p.extension().is_some_and(|e| e == "json" || e == "jsonl"));
    found.sort();
    if found.is_empty() {
        let place = path.display();
        return Err(Failure::request(format!(
            "{place}: no *.json and no *.jsonl is in this folder\n  write results with --json"
        )));
    }
    Ok(found)
}

/// Adds the results of a file.
pub(super) fn read(path: &Path, results: &mut Results) -> Result<(), Failure> {
    let place = path.display().to_string();
    let unreadable =
        |error: std::io::Error| Failure::request(format!("{place}: {error}\n  give what a command wrote with --json"));
    // Looked at first: opening a pipe would wait for its other end.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(unreadable(std::io::Error::other("not a regular file")));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Failure::limit(format!("{place}: over the limit of {MOST_BYTES} bytes\n  split the file")));
    }
    let text = String::from_utf8(bytes).map_err(|e| unreadable(std::io::Error::other(e)))?;
    parse(&place, &text, results).map_err(|error| Failure::request(error.to_string()))
}

/// Writes a report into a folder.
pub(super) fn write(folder: &Path, results: &Results) -> Result<(), Failure> {
    make_folder(folder)?;
    write_whole(&folder.join("results.jsonl"), lines(results)?.as_bytes())?;
    write_whole(&folder.join("report.md"), markdown(results).as_bytes())?;
    if !results.claims.is_empty() {
        write_whole(&folder.join("claims.tex"), latex(results).as_bytes())?;
    }
    write_whole(&folder.join("index.html"), html(&linked(folder, results)).as_bytes())
}

/// Writes a document about the claims, and the entry for the run.
fn write_paper(folder: &Path, results: &Results) -> Result<(), Failure> {
    if results.claims.is_empty() {
        return Err(Failure::request(
            "--paper needs claims, and there is none in these files\n  write some: allocert verify --json > results.jsonl",
        ));
    }
    let mut seeds: Vec<u64> = results.claims.iter().filter_map(|c| c.seed).collect();
    seeds.dedup();
    let seed = if let [seed] = seeds[..] { Some(seed) } else { None };
    // Whoever builds the program may say by this variable what it was built from; nothing is looked up, so that builds stay alike.
    let commit = option_env!("ALLOCERT_COMMIT").filter(|commit| !commit.is_empty()).map(str::to_owned);
    let repository = Some(env!("CARGO_PKG_REPOSITORY").to_owned()).filter(|url| !url.is_empty());
    let origin = Origin { version: env!("CARGO_PKG_VERSION").to_owned(), commit, repository, seed };
    let document = paper(results, &origin);
    make_folder(folder)?;
    write_whole(&folder.join("paper.tex"), document.tex.as_bytes())?;
    if let Some(figures) = &document.figures {
        write_whole(&folder.join("figures.tex"), figures.as_bytes())?;
    }
    for (place, svg) in document.svg.iter().enumerate() {
        write_whole(&folder.join(format!("figure-{}.svg", place + 1)), svg.as_bytes())?;
    }
    write_whole(&folder.join("run.bib"), document.bib.as_bytes())
}

/// The results with the paths of certificates as a page in this folder reaches them.
fn linked(folder: &Path, results: &Results) -> Results {
    let mut results = results.clone();
    let paths = results.claims.iter_mut().filter_map(|claim| claim.certificate.as_mut());
    for path in paths {
        if let Some(link) = relative(folder, Path::new(path)) {
            *path = link.display().to_string();
        }
    }
    results
}

/// The way from a folder to a file; nothing if one of them is not there.
fn relative(folder: &Path, file: &Path) -> Option<PathBuf> {
    let (folder, file) = (folder.canonicalize().ok()?, file.canonicalize().ok()?);
    let common = folder.components().zip(file.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(common).map(|_| "..");
    Some(up.map(PathBuf::from).chain(file.components().skip(common).map(|c| PathBuf::from(c.as_os_str()))).collect())
}

/// The results as JSON, one a line.
fn lines(results: &Results) -> Result<String, std::io::Error> {
    fn add(records: &[impl Serialize], text: &mut String) -> Result<(), std::io::Error> {
        for record in records {
            text.push_str(&serde_json::to_string(record)?);
            text.push('\n');
        }
        Ok(())
    }
    let mut text = String::new();
    add(&results.claims, &mut text)?;
    add(&results.scans, &mut text)?;
    add(&results.laws, &mut text)?;
    add(&results.classifications, &mut text)?;
    add(&results.matches, &mut text)?;
    add(&results.trainings, &mut text)?;
    add(&results.ranks, &mut text)?;
    Ok(text)
}
