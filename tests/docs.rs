//! What the documents show is what the program does: the consoles of README.md and of every `docs/**/*.md`, and the
//! reference of the claim language.
//!
//! Each document gets a fresh folder with every file that it shows (a ```` ```python ```` block whose first line is
//! `# file: NAME.star`) and a link to the repository's `proofs`. In this folder a shell runs each line of a
//! ```` ```console ```` block that starts with `$ allocert`, with the program just built first in the PATH. What it
//! writes, messages included, must be the lines below, up to the next `$` or the end of the block:
//! - `…` inside a line stands for anything on that line, and a line of only `…` for any lines;
//! - times such as `0.12s` are alike, with the blanks before them;
//! - an exit status other than 0 must be shown: the next line is `$ echo $?`, and below it the status.
//!
//! Lines that start with a name in [`NOT_RUN`] after the `$` are for the reader; anything else is an error.
#![cfg(unix)]

#[path = "common/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Programs whose lines are shown and not run.
const NOT_RUN: [&str; 6] = ["make", "git", "cd", "cargo", "sudo", "mdbook"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// README.md and every Markdown file below `docs/`, from the repository's folder.
fn documents() -> Vec<PathBuf> {
    let mut found = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found.iter().map(|path| path.strip_prefix(root()).unwrap().to_owned()).collect()
}

/// A fenced block: the language, the number of its first line, and its lines.
struct Block<'a> {
    language: &'a str,
    first: usize,
    lines: Vec<&'a str>,
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for (number, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), open.as_mut()) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(language), None) => open = Some(Block { language, first: number + 2, lines: Vec::new() }),
            (None, Some(block)) => block.lines.push(line),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// A line after `$ `, where it stands, and what the document shows below it.
struct Step<'a> {
    line: usize,
    command: &'a str,
    shown: Vec<&'a str>,
}

fn steps<'a>(block: &Block<'a>) -> Vec<Step<'a>> {
    let mut steps: Vec<Step<'a>> = Vec::new();
    for (i, line) in block.lines.iter().enumerate() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { line: block.first + i, command, shown: Vec::new() });
        } else if let Some(step) = steps.last_mut() {
            step.shown.push(line);
        } else {
            panic!("line {}: a console starts with a line `$ …`", block.first + i);
        }
    }
    steps
}

/// A fresh folder with the files that a document shows, and the repository's `proofs`.
fn folder(blocks: &[Block<'_>]) -> PathBuf {
    let folder = program::file("head.txt", "").parent().unwrap().to_owned();
    std::os::unix::fs::symlink(root().join("proofs"), folder.join("proofs")).unwrap();
    for block in blocks.iter().filter(|b| b.language == "python") {
        if let Some(name) = block.lines.first().and_then(|l| l.strip_prefix("# file: ")) {
            assert!(!name.contains('/'), "{name}: a file has a plain name");
            fs::write(folder.join(name), block.lines.join("\n") + "\n").unwrap();
        }
    }
    folder
}

/// What a shell writes for this line on both streams, and its exit status.
fn run(command: &str, folder: &Path) -> (String, i32) {
    let programs = Path::new(env!("CARGO_BIN_EXE_allocert")).parent().unwrap().to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([programs].into_iter().chain(std::env::split_paths(&others))).unwrap();
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("exec 2>&1\n{command}")).env("PATH", path);
    let done = shell.current_dir(folder).stdin(Stdio::null()).output().expect("there is a shell");
    (String::from_utf8(done.stdout).expect("the program writes UTF-8"), done.status.code().unwrap_or(-1))
}

/// A line with every time such as ` 0.12s` written as ` TIME`, and no blanks at its end.
fn timeless(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line.trim_end();
    while let Some(c) = rest.chars().next() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let word = out.ends_with(|c: char| c.is_alphanumeric() || "^-,.".contains(c));
        let time = c.is_ascii_digit() && !word && rest[digits..].starts_with('s');
        if time && !rest[digits + 1..].starts_with(char::is_alphanumeric) {
            out.truncate(out.trim_end().len());
            out.push_str(" TIME");
            rest = &rest[digits + 1..];
        } else {
            let taken = if c.is_ascii_digit() { digits } else { c.len_utf8() };
            out.push_str(&rest[..taken]);
            rest = &rest[taken..];
        }
    }
    out
}

/// Whether a text fits a pattern in which `…` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('…') {
        None => pattern == text,
        Some((start, more)) => text
            .strip_prefix(start)
            .is_some_and(|rest| (0..=rest.len()).any(|i| rest.is_char_boundary(i) && fits(more, &rest[i..]))),
    }
}

/// Whether lines fit patterns, of which one that is only `…` stands for any lines.
fn all_fit(patterns: &[String], lines: &[String]) -> bool {
    match patterns.split_first() {
        None => lines.is_empty(),
        Some((any, more)) if any == "…" => (0..=lines.len()).any(|i| all_fit(more, &lines[i..])),
        Some((pattern, more)) => lines.first().is_some_and(|l| fits(pattern, l)) && all_fit(more, &lines[1..]),
    }
}

fn without_times<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut lines: Vec<String> = lines.map(timeless).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// Whether a step shows an exit status; then it must be this one.
fn shows_status(step: Option<&Step<'_>>, status: i32) -> Result<bool, String> {
    let Some(step) = step.filter(|s| s.command == "echo $?") else {
        return Ok(false);
    };
    let shown = step.shown.join("\n");
    if shown.trim() == status.to_string() { Ok(true) } else { Err(format!("shown: {shown}\nthe status is {status}")) }
}

/// Runs a step and compares; `next` is the step after it in its block.
fn check(step: &Step<'_>, next: Option<&Step<'_>>, folder: &Path) -> Result<(), String> {
    let name = step.command.split(' ').next().unwrap_or_default();
    if NOT_RUN.contains(&name) || step.command == "echo $?" {
        return Ok(());
    }
    if !name.starts_with("allocert") {
        return Err(format!("{name} is neither the program nor one of {NOT_RUN:?}"));
    }
    let (written, status) = run(step.command, folder);
    let (patterns, lines) = (without_times(step.shown.iter().copied()), without_times(written.lines()));
    if !all_fit(&patterns, &lines) {
        return Err(format!("--- shown\n{}\n--- written\n{written}", step.shown.join("\n")));
    }
    if !shows_status(next, status)? && status != 0 {
        return Err(format!("the exit status is {status}: show it by a line `$ echo $?`"));
    }
    Ok(())
}

#[test]
fn every_console_shows_what_happens() {
    let mut wrong = Vec::new();
    let mut ran = 0;
    for document in documents() {
        let text = read(&document);
        let blocks = blocks(&text);
        let folder = folder(&blocks);
        for block in blocks.iter().filter(|b| b.language == "console") {
            let steps = steps(block);
            ran += steps.len();
            for (i, step) in steps.iter().enumerate() {
                if let Err(why) = check(step, steps.get(i + 1), &folder) {
                    wrong.push(format!("{}:{}: $ {}\n{why}", document.display(), step.line, step.command));
                }
            }
        }
        fs::remove_dir_all(folder).unwrap();
    }
    assert!(wrong.is_empty(), "{} of {ran} lines:\n\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(ran >= 10, "only {ran} lines were found");
}

#[test]
fn patterns_and_times() {
    assert_eq!(timeless("verified  x   3   2^-49   0.02s"), "verified  x   3   2^-49 TIME");
    assert_eq!(timeless("80 instances in 12s; seed 1 "), "80 instances in TIME; seed 1");
    assert_eq!(timeless("a1s 2sets 3 s"), "a1s 2sets 3 s");
    assert!(fits("a … c", "a b c") && fits("…", "") && !fits("a…c", "ab"));
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(all_fit(&lines("a\n…\nd"), &lines("a\nb\nc\nd")) && all_fit(&lines("…\na"), &lines("a")));
    assert!(!all_fit(&lines("a\n…\nd"), &lines("a\nb")) && !all_fit(&lines("a"), &lines("a\nb")));
}

/// The functions of the blocks `#[starlark_module]` of a file: methods and functions as `name(`, attributes as `name`.
fn defined(file: &str) -> BTreeSet<String> {
    let text = read(file);
    let modules = text.split("#[starlark_module]\n").skip(1).map(|m| m.split("\n}\n").next().unwrap_or_default());
    let mut names = BTreeSet::new();
    for module in modules {
        let mut attribute = false;
        for line in module.lines() {
            if let Some(function) = line.strip_prefix("    fn ").map(|f| f.trim_start_matches("r#")) {
                let name = identifier(function);
                names.insert(if attribute { name.to_owned() } else { format!("{name}(") });
                attribute = false;
            }
            attribute |= line.trim() == "#[starlark(attribute)]";
        }
    }
    names
}

/// The parameters of `claim`: all are given by name.
fn claim_parameters() -> BTreeSet<String> {
    let text = read("src/claims/globals.rs");
    let (_, claim) = text.split_once("    fn claim<").expect("there is a function claim");
    let (parameters, _) = claim.split_once("    ) ->").expect("it has parameters");
    let named = parameters.lines().filter_map(|l| l.trim().strip_prefix("#[starlark(require = named"));
    named.map(|l| identifier(l.split_once(")] ").expect("a parameter").1).to_owned()).collect()
}

fn identifier(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// The name that a text starts with, and `(` if it is called.
fn called(text: &str) -> String {
    let name = identifier(text);
    let bracket = if text[name.len()..].starts_with('(') { "(" } else { "" };
    format!("{name}{bracket}")
}

/// What the tables of a section of the reference define in their first column, after `prefix`.
fn documented(section: &str, prefix: &str) -> BTreeSet<String> {
    let text = read("docs/claims.md");
    let (_, section) = text.split_once(&format!("\n## {section}\n")).expect("there is this section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let start = format!("| `{prefix}");
    let cells = section.lines().filter_map(|l| l.strip_prefix(&start));
    cells.map(called).collect()
}

#[test]
fn the_reference_is_complete_and_names_nothing_else() {
    let pairs = [
        ("Functions", "", defined("src/claims/globals.rs")),
        ("Arguments of `claim`", "", claim_parameters()),
        ("Networks: `net`", "net.", defined("src/claims/values/network.rs")),
        ("Allocations: `a`", "a.", defined("src/claims/values/allocation.rs")),
    ];
    for (section, prefix, code) in pairs {
        let text = documented(section, prefix);
        let missing: Vec<_> = code.difference(&text).collect();
        let invented: Vec<_> = text.difference(&code).collect();
        assert!(!code.is_empty(), "{section}: nothing was found in the code");
        assert!(missing.is_empty() && invented.is_empty(), "{section}: missing {missing:?}, invented {invented:?}");
    }
}
