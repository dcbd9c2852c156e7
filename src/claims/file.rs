//! Reading claim files, and single expressions of the same language.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use itertools::Itertools;
use starlark::codemap::{CodeMap, Span};
use starlark::environment::{FrozenModule, Module};
use starlark::eval::Evaluator;
use starlark::syntax::{AstModule, Dialect};
use starlark::values::{OwnedFrozenValue, Value};

use super::globals::{Declared, Expect, Host, KEPT_CONDITION, globals, kept};
use super::invariance::Requirement;
use super::limits::{MOST_BYTES, MOST_LOADING_TICKS, limit, nesting, on_deep_stack, too_deep};
use super::native::NATIVE_METHODS;
use super::operators::compute_by_function;
use super::session::Session;
use super::slips::{self, Slip};
use super::source::{Holds, Written, calls};
use super::unknown::{Reading, blind, once};
use super::values::{failure, unknown_thing};
use allocert_core::control::Control;
use allocert_core::network::Network;
use allocert_core::reach::{ReachError, Settings};
use allocert_core::text::quote;

/// Why a claim file, or an expression, cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// The file cannot be read.
    #[error(
        "{path}: {reason}\n  give a claim file (*.star) or a folder of them (without one, the folder proofs is read)",
        path = .path.display()
    )]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// A file of definitions that cannot be read.
    #[error("{path}: {reason}\n  give a file (*.star) that defines networks, each file by itself", path = .path.display())]
    NoDefinitions {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// A folder without claim files.
    #[error("{path}: no claim file (*.star) in this folder\n  write one: docs/claims.md shows how", path = .path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// A file over a limit.
    #[error("{path}: {what} is over the limit of {limit}\n  split the file", path = .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// What is too large.
        what: String,
        /// The limit.
        limit: u64,
    },
    /// The language found an error; the message holds the place, a caret, and often a suggestion.
    #[error("{message}")]
    Language {
        /// As the language renders it.
        message: String,
    },
    /// Too many calls and loop turns in one evaluation.
    #[error("{place}: stopped after {limit} calls and loop turns\n  does a loop run too long? Ask for less at a time")]
    TooLong {
        /// The file, or the claim.
        place: String,
        /// The limit.
        limit: u64,
    },
    /// An evaluation that took too much time.
    #[error(
        "{place}: stopped by the time limit\n  ask for less at a time, or give more time (loading a file may take 60 s)"
    )]
    TooSlow {
        /// The file, or the claim.
        place: String,
    },
    /// A value that cannot be looked into.
    #[error("{place}: {what}\n  build flatter lists and tuples")]
    Nested {
        /// The file, or the claim.
        place: String,
        /// What there is too much of.
        what: String,
    },
    /// Something that is not known is needed where a file is loaded, or to say what a claim ranges over.
    #[error("{place}: {doubt}\n  what is not known can only be asked for in holds and given")]
    NotKnown {
        /// The file, or the claim.
        place: String,
        /// What is not known.
        doubt: String,
    },
    /// A question about dimensions ran into a limit.
    #[error("{place}: {reason}")]
    Limit {
        /// The file, or the claim.
        place: String,
        /// The limit.
        reason: ReachError,
    },
    /// The expression is a network at a number of samples.
    #[error("{text} is a network at a number of samples\n  leave out at(), and give the number beside it")]
    HasSamples {
        /// What was given.
        text: String,
    },
    /// The expression calls something that is not known.
    #[error(
        "no network family is called {name}{near}\n  the families are {}, and those that allocert families lists; a file brings in your own",
        Network::FAMILIES.join(", ")
    )]
    NoFamily {
        /// What was called.
        name: String,
        /// The nearest family.
        near: String,
    },
    /// The expression is not a network.
    #[error(
        "{text} is not a network\n  write one as lffn([2, 2, 2]), lrnn(inputs=1, hidden=2, outputs=1, steps=5) or pnn([2, 3, 1], degree=2)"
    )]
    NotANetwork {
        /// What was given.
        text: String,
    },
}

impl ClaimError {
    /// Whether a stated limit stopped the work.
    pub fn is_limit(&self) -> bool {
        matches!(
            self,
            ClaimError::TooLong { .. }
                | ClaimError::TooSlow { .. }
                | ClaimError::TooLarge { .. }
                | ClaimError::Nested { .. }
                | ClaimError::Limit { .. }
        )
    }
}

/// A claim, read and ready to be checked.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its name, unique in its file.
    pub name: String,
    /// The file it stands in.
    pub file: PathBuf,
    /// The files that its file may use, in order.
    pub used: Vec<PathBuf>,
    /// The line it starts at, from 1.
    pub line: usize,
    /// What it says, for people.
    pub statement: String,
    /// What its author expects.
    pub expect: Expect,
    /// A proof in Markdown, if one is given.
    pub proof: Option<String>,
    /// Where it comes from, if that is said.
    pub source: Option<String>,
    /// The networks, as given.
    pub(super) networks: Vec<Network>,
    pub(super) holds: OwnedFrozenValue,
    pub(super) given: Option<OwnedFrozenValue>,
    pub(super) samples: Option<OwnedFrozenValue>,
    pub(super) allocations: Option<OwnedFrozenValue>,
    /// Whether the claim states a trend, so that `holds` returns a number.
    pub(super) is_trend: bool,
    /// Whether `holds` takes an allocation besides the network.
    pub(super) about_allocations: bool,
    pub(super) text: Option<Holds>,
    /// What is asked, as written.
    pub(super) written: Written,
    /// What its file should be told about, such as old names.
    pub(super) warnings: Vec<String>,
    /// What is wrong with its text, so that it is not evaluated.
    pub(super) slip: Option<ClaimError>,
    /// What its conditions ask of symmetries; nothing if it must be checked allocation by allocation.
    pub(super) requirements: Option<Vec<Requirement>>,
    /// Whether its file compares by methods that know nothing of what is not known.
    pub(super) is_blind: bool,
    pub(super) module: Arc<FrozenModule>,
    /// What was asked while the file was loaded: the claim may rest on it.
    pub(super) loading: Arc<Session>,
}

impl Claim {
    /// The networks that it ranges over, each once, in the order given.
    pub fn networks(&self) -> Vec<Network> {
        self.networks.iter().unique().cloned().collect()
    }

    /// How it reads frequencies: where its author expects that samples support it, as they show them.
    pub(super) fn reading(&self) -> Reading {
        let samples = self.is_trend || matches!(self.expect, Expect::Supported | Expect::Contradicted);
        if samples { Reading::Samples } else { Reading::Strict }
    }

    /// What its file should be told about, such as old names, each with its place.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What it asks, as written.
    pub fn written(&self) -> &Written {
        &self.written
    }

    /// The networks with the fewest and with the most weights, the first of them each.
    pub(super) fn range(&self) -> Option<(String, String)> {
        let smallest = self.networks.iter().min_by_key(|n| n.weights())?;
        let largest = self.networks.iter().rev().max_by_key(|n| n.weights())?;
        Some((smallest.to_string(), largest.to_string()))
    }
}

/// Finds claim files: a file as it is, of a folder every `*.star` below it, in order of their names.
///
/// # Errors
/// A path that cannot be read, or a folder without claim files.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ClaimError> {
    let mut found: Vec<PathBuf> = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = found.len();
            walk(path, &mut found)?;
            if found.len() == before {
                return Err(ClaimError::Empty { path: path.clone() });
            }
        } else {
            found.push(path.clone());
        }
    }
    // A file that is named twice is read once.
    Ok(found.into_iter().unique_by(|path| path.canonicalize().unwrap_or_else(|_| path.clone())).collect())
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), ClaimError> {
    let unreadable = |e: std::io::Error| ClaimError::Unreadable { path: folder.to_owned(), reason: e.to_string() };
    let entries = std::fs::read_dir(folder).map_err(unreadable)?;
    let mut entries = entries.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() && !entry.is_symlink() {
            walk(&entry, found)?;
        } else if entry.extension().is_some_and(|e| e == "star") && (entry.is_file() || !entry.exists()) {
            found.push(entry);
        }
    }
    Ok(())
}

/// Reads the claims of a file, in order.
///
/// # Errors
/// See [`ClaimError`].
pub fn load(path: &Path, settings: Settings) -> Result<Vec<Claim>, ClaimError> {
    read(path, text_of(path)?, settings)
}

/// The text of a file in the language.
pub(super) fn text_of(path: &Path) -> Result<String, ClaimError> {
    let unreadable = |e: std::io::Error| ClaimError::Unreadable { path: path.to_owned(), reason: e.to_string() };
    // Looked at first: opening a pipe would wait for its other end.
    let found = std::fs::metadata(path).map_err(unreadable)?;
    if !found.is_file() {
        let reason = if found.is_dir() { "it is a folder" } else { "not a regular file" };
        return Err(ClaimError::Unreadable { path: path.to_owned(), reason: reason.to_owned() });
    }
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(MOST_BYTES + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > MOST_BYTES {
        let what = "its length in bytes".to_owned();
        return Err(ClaimError::TooLarge { path: path.to_owned(), what, limit: MOST_BYTES });
    }
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Reads claims from text; `path` is only shown. Dimensions that the file asks for while it is loaded are computed with
/// the settings.
///
/// # Errors
/// See [`ClaimError`].
pub fn read(path: &Path, text: String, settings: Settings) -> Result<Vec<Claim>, ClaimError> {
    read_after(path, text, settings, &[])
}

/// The same, with what some modules before it define.
pub(super) fn read_after(
    path: &Path,
    text: String,
    settings: Settings,
    before: &[Arc<FrozenModule>],
) -> Result<Vec<Claim>, ClaimError> {
    if let Some((what, limit)) = too_deep(&text) {
        return Err(ClaimError::TooLarge { path: path.to_owned(), what, limit: limit as u64 });
    }
    guarded(&path.display().to_string(), || evaluate_file(path, text, settings, before))
}

fn evaluate_file(
    path: &Path,
    text: String,
    settings: Settings,
    before: &[Arc<FrozenModule>],
) -> Result<Vec<Claim>, ClaimError> {
    let shown = path.display().to_string();
    let ast = AstModule::parse(&shown, text.clone(), &dialect()).map_err(language)?;
    let calls = calls(&text, &ast);
    let (named, uncalled) = slips::read(&ast);
    let places = ast.clone();
    let at = |slip: &Slip| ClaimError::Language { message: located(failure(slip.message.clone()), &places, slip.span) };
    let warnings = old_names(&ast);
    let mut ast = ast;
    if let Some(slip) = with_operators(&mut ast, &text).or_else(|| rebound(&places, before)) {
        return Err(at(&slip));
    }
    let session = Session::new(settings, Some(LONGEST_LOADING));
    let _entered = session.enter();
    let host = Host::new(Arc::clone(&session));
    let module = Arc::new(evaluated(ast, &shown, &host, before)?);
    let declared = host.claims.into_inner();
    let here = ast_file(&places);
    if let Some(other) = declared.iter().find(|d| d.place.as_ref().is_none_or(|place| place.file != here)) {
        let message = format!(
            "{shown}: the claim {} is stated by a function of a file that is used: what it asks would not be seen here\n  call claim in this file",
            quote(&other.name)
        );
        return Err(ClaimError::Language { message });
    }
    let networks: Vec<Network> = declared.iter().flat_map(|d| d.networks.iter().cloned()).unique().collect();
    let mut slips = slips::strangers(&named, &networks);
    slips.extend(uncalled);
    let inside =
        |call: &super::source::Call, slip: &Slip| (call.begin..call.end).contains(&(slip.span.begin().get() as usize));
    // A slip in a claim is that claim's; elsewhere it is the file's.
    if let Some(slip) = slips.iter().find(|slip| !calls.iter().any(|call| inside(call, slip))) {
        return Err(at(slip));
    }
    let kept = |(i, d): (usize, Declared)| {
        let begin = d.place.as_ref().map(|p| p.span.begin().get() as usize);
        let call = calls.iter().find(|c| Some(c.begin) == begin);
        let slip = call.and_then(|call| slips.iter().find(|slip| inside(call, slip))).map(at);
        Ok(Claim { slip, warnings: warnings.clone(), ..claim(path, i, d, (&module, &session), &calls)? })
    };
    declared.into_iter().enumerate().map(kept).collect()
}

/// Which file it is.
fn ast_file(ast: &AstModule) -> CodeMap {
    ast.file_span(Span::default()).file
}

/// The name of a network family, of what claims range over, or of what a file that is used defines, given to something else:
/// whoever reads a claim relies on what these names mean, and so do the rules about symmetries. Other names of the language may
/// be given away: the reader sees how, and rules about them are off.
fn rebound(ast: &AstModule, before: &[Arc<FrozenModule>]) -> Option<Slip> {
    let is_kept = |name: &str| ["claim", "every", "within"].contains(&name) || Network::FAMILIES.contains(&name);
    slips::bound_at_the_top(ast).into_iter().find_map(|(name, span)| {
        let whose = if is_kept(&name) {
            "the language"
        } else if before.iter().any(|module| module.names().any(|known| known.as_str() == name)) {
            "a file that is used"
        } else {
            return None;
        };
        Some(Slip { message: format!("{} is a name of {whose}\n  give it another name", quote(&name)), span })
    })
}

/// A file as a module, with what some modules before it define.
pub(super) fn evaluated(
    ast: AstModule,
    shown: &str,
    host: &Host,
    before: &[Arc<FrozenModule>],
) -> Result<FrozenModule, ClaimError> {
    let limits = (MOST_LOADING_TICKS, Control::unlimited().within(LONGEST_LOADING));
    let marks = Marks::of(&ast).and_before(before);
    marks.fit(&ast, shown)?;
    Module::with_temp_heap(|module| {
        marks.set(&module);
        {
            before.iter().for_each(|other| module.import_public_symbols(other));
            let mut eval = Evaluator::new(&module);
            eval.extra = Some(host);
            limit(&mut eval, limits.0, limits.1).map_err(language)?;
            // What is kept outlives the run that met it, so that no claim would know that it is not known.
            let (done, doubt) = blind(true, || once(Reading::Strict, || eval.eval_module(ast, &globals())));
            if let Some(doubt) = doubt {
                return Err(ClaimError::NotKnown { place: shown.to_owned(), doubt: doubt.text });
            }
            done.map_err(|e| stopped_or(&eval, limits, &host.session, shown, e))?;
        }
        module.freeze().map_err(|e| ClaimError::Language { message: format!("{e:?}") })
    })
}

/// What a module says of itself, and of those that it may use, under private names.
#[derive(Clone, Copy, Default)]
struct Marks {
    /// A method of lists compares by the language's own rules.
    natively: bool,
    /// Decimals are written.
    decimals: bool,
    /// The language itself adds or multiplies.
    rounds: bool,
}

impl Marks {
    const NATIVELY: &str = "_compares natively";
    const DECIMALS: &str = "_has decimals";
    const ROUNDS: &str = "_rounds";

    /// Of a file by itself.
    fn of(ast: &AstModule) -> Self {
        Marks {
            natively: NATIVE_METHODS.iter().any(|method| !slips::attributes(ast, method).is_empty()),
            decimals: slips::has_decimals(ast),
            rounds: slips::roundings(ast).1.is_some(),
        }
    }

    /// With those of the modules that it may use.
    fn and_before(self, before: &[Arc<FrozenModule>]) -> Self {
        let any = |own: bool, name: &str| own || before.iter().any(|m| m.get_any_visibility(name).is_ok());
        Marks {
            natively: any(self.natively, Marks::NATIVELY),
            decimals: any(self.decimals, Marks::DECIMALS),
            rounds: any(self.rounds, Marks::ROUNDS),
        }
    }

    fn set(self, module: &Module<'_>) {
        let all = [(self.natively, Marks::NATIVELY), (self.decimals, Marks::DECIMALS), (self.rounds, Marks::ROUNDS)];
        all.iter().filter(|(is, _)| *is).for_each(|(_, name)| module.set(name, Value::new_bool(true)));
    }

    /// Where there are decimals, in this file or another one, the language computes with no number and compares none by itself: it
    /// rounds.
    fn fit(self, ast: &AstModule, shown: &str) -> Result<(), ClaimError> {
        if !self.decimals || !self.natively && !self.rounds {
            return Ok(());
        }
        let own = slips::roundings(ast).1;
        let message = match own {
            Some(slip) => located(failure(format!("{} (there are decimals)", slip.message)), ast, slip.span),
            None if self.rounds => format!(
                "{shown}: a file that is used has x += y or its like, and decimals are used with it: the language would round\n  write x = x + y there"
            ),
            None => format!(
                "{shown}: list.index and list.remove compare by the language's own rules, which round, and there are decimals\n  compare by ==, in a loop"
            ),
        };
        Err(ClaimError::Language { message })
    }
}

fn claim(
    path: &Path,
    index: usize,
    declared: Declared,
    (module, loading): (&Arc<FrozenModule>, &Arc<Session>),
    calls: &[super::source::Call],
) -> Result<Claim, ClaimError> {
    let argument = |name: &str| module.get_any_visibility(&kept(index, name)).ok().map(|(value, _)| value);
    let begin = declared.place.as_ref().map(|p| p.span.begin().get() as usize);
    let line = declared.place.as_ref().map_or(0, |p| p.resolve_span().begin.line + 1);
    let call = calls.iter().find(|c| Some(c.begin) == begin);
    let Some(holds) = argument(KEPT_CONDITION) else {
        return Err(ClaimError::Language { message: format!("{}: the claim was not kept", declared.name) });
    };
    Ok(Claim {
        file: path.to_owned(),
        used: Vec::new(),
        line,
        holds,
        given: if declared.has_given { argument("given") } else { None },
        samples: argument("samples"),
        allocations: argument("allocations"),
        is_trend: declared.is_trend,
        about_allocations: declared.parameters == 2,
        text: call.and_then(|c| c.holds.clone()),
        written: call.map(|c| c.written.clone()).unwrap_or_default(),
        warnings: Vec::new(),
        slip: None,
        requirements: call.and_then(|c| c.requirements.clone()),
        is_blind: module.get_any_visibility(Marks::NATIVELY).is_ok(),
        module: Arc::clone(module),
        loading: Arc::clone(loading),
        name: declared.name,
        statement: declared.statement,
        networks: declared.networks,
        expect: declared.expect,
        proof: declared.proof,
        source: declared.source,
    })
}

/// The longest time to load a file.
pub const LONGEST_LOADING: Duration = Duration::from_secs(60);

/// Text as the language reads it, ready to be evaluated.
pub(super) fn parse(place: &str, text: String) -> starlark::Result<AstModule> {
    let mut ast = AstModule::parse(place, text.clone(), &dialect())?;
    if let Some(slip) = with_operators(&mut ast, &text) {
        let mut error = failure(slip.message);
        error.set_span(slip.span, &ast.file_span(slip.span).file);
        return Err(error);
    }
    Ok(ast)
}

/// Comparisons and arithmetic are ours: exact, and with a meaning for tensors on the right. An argument that no claim has is a
/// slip, and so are a decimal that cannot be kept and a quotient that the language would round.
fn with_operators(ast: &mut AstModule, text: &str) -> Option<Slip> {
    let slip = slips::misnamed(ast).or_else(|| slips::unkept_decimal(ast, text)).or_else(|| slips::roundings(ast).0);
    compute_by_function(ast);
    slip
}

/// Python-like, with f-strings and statements at the top level, without loading other files.
pub(super) fn dialect() -> Dialect {
    Dialect { enable_load: false, enable_load_reexport: false, enable_f_strings: true, ..Dialect::Extended }
}

/// An error at a place of a file, as the language shows its own.
fn located(error: starlark::Error, ast: &AstModule, span: Span) -> String {
    let place = ast.file_span(span);
    let mut error = error;
    error.set_span(span, &place.file);
    mended(&error.to_string())
}

/// The places where a file uses names that are no longer the right ones.
fn old_names(ast: &AstModule) -> Vec<String> {
    let spans = slips::attributes(ast, "learning_degree");
    let warn = |span| {
        let place = ast.file_span(span);
        format!("{place}: learning_degree is now called matching_degree")
    };
    spans.into_iter().map(warn).collect()
}

pub(super) fn language(error: starlark::Error) -> ClaimError {
    let message = mended(&error.to_string());
    let lines: Vec<&str> = message.lines().collect();
    if lines.len() <= 2 * SHOWN_LINES {
        return ClaimError::Language { message };
    }
    // A deep traceback: its beginning and its end tell all.
    let (first, last) = (&lines[..SHOWN_LINES], &lines[lines.len() - SHOWN_LINES..]);
    let left_out = format!("  … {} lines left out …", lines.len() - 2 * SHOWN_LINES);
    let message = [first, &[left_out.as_str()], last].concat().join("\n");
    ClaimError::Language { message }
}

/// What the language says, and how to mend it.
const MENDS: [(&str, &str); 18] = [
    ("cannot use reserved keyword `while`", "the language has no while: use for … in range(…)"),
    ("call stack overflow", "does a function call itself without an end?"),
    ("Integer value is too big to fit in", "is a list or a range too long? Give a smaller integer"),
    ("comparisons are not associative", "write a < b and b < c in place of a < b < c"),
    ("unexpected symbol '**'", "the language has no powers: write x * x, a loop, or power(x, 3) of a tensor"),
    ("invalid input `@`", "write a product of matrices as dot(a, b)"),
    (
        "Operation `[,]` not supported on type `tensor`",
        "write x[(0, 1)], or NumPy's text, as in x[\"0,1\"] or x[\":,0\"]",
    ),
    ("tabs are not allowed", "indent by spaces"),
    ("expected `list[network] | tuple[network, ...]`, actual `network", "write networks = [ … ], with the brackets"),
    ("extra positional argument(s) for call to lffn", "write the widths as a list, as in lffn([2, 2, 2])"),
    ("unexpected keyword 'for'", "a comprehension stands in brackets: all([x for x in …])"),
    ("unexpected symbol ','", "is a bracket missing? There are no set literals: write a list, [1, 2]"),
    (
        "Variable `print` not found",
        "claims print nothing: to see a value, let holds fail and look at both sides of a comparison",
    ),
    (
        "Variable `set` not found",
        "the language has no sets: write a list, or a dictionary with the members as its keys",
    ),
    ("Operation `(iter)` not supported on type `int`", "write a list: sizes = [3]"),
    ("is not callable", "is something called that is not a method? Leave the brackets out"),
    ("Missing positional parameter", "does the claim speak about allocations? Then holds is lambda net, a: …"),
    ("Parse error: unexpected", "is a comma or a bracket missing before this place?"),
];

/// The language's message with a mend below its first line: what is wrong and where first, then the calls that led there, if there are
/// several.
fn mended(message: &str) -> String {
    let message =
        message.replacen("Traceback (most recent call last):\n  File <builtin>, in <module>\nerror: ", "error: ", 1);
    let line = |line: &str| {
        let unfit = line.strip_prefix("error: Error unpacking value for parameter `").and_then(|l| l.split_once('`'));
        if let Some((parameter, _)) = unfit {
            return format!(
                "error: {parameter} has an integer out of range\n  give a smaller one, or one that is not negative"
            );
        }
        let mend = MENDS.iter().find(|(said, _)| line.starts_with("error: ") && line.contains(said));
        mend.map_or_else(|| line.to_owned(), |(_, mend)| format!("{line}\n  {mend}"))
    };
    // What is built in has no place in a file.
    let lines = message.lines().filter(|line| !line.starts_with("  File <builtin>, in "));
    sentence_first(&lines.map(line).collect::<Vec<_>>().join("\n"))
}

/// A message whose traceback comes after it; that of a single call says no more than the place.
fn sentence_first(message: &str) -> String {
    let Some((calls, said)) =
        message.strip_prefix("Traceback (most recent call last):\n").and_then(|rest| rest.split_once("\nerror: "))
    else {
        return message.to_owned();
    };
    let said = format!("error: {}", said.trim_end());
    if calls.lines().filter(|line| line.starts_with("  * ")).count() < 2 {
        return said;
    }
    format!("{said}\ncalled in this order\n{calls}")
}

/// Of a long message so many lines are shown from its beginning and its end.
const SHOWN_LINES: usize = 12;

/// In a single line of text the place is enough.
pub(super) fn without_traceback(error: ClaimError) -> ClaimError {
    match error {
        ClaimError::Language { message } => {
            let start = message.find("error:").unwrap_or(0);
            ClaimError::Language { message: message[start..].to_owned() }
        }
        other => other,
    }
}

/// The error of an evaluation, told apart from the limits.
pub(super) fn stopped_or(
    eval: &Evaluator<'_, '_, '_>,
    (ticks, control): (u64, Control<'_>),
    session: &Session,
    place: &str,
    error: starlark::Error,
) -> ClaimError {
    if let Some(reason) = session.stopped() {
        return ClaimError::Limit { place: place.to_owned(), reason };
    }
    if let Some(doubt) = unknown_thing(&error) {
        return ClaimError::NotKnown { place: place.to_owned(), doubt };
    }
    if let Some(what) = nesting(&error) {
        return ClaimError::Nested { place: place.to_owned(), what };
    }
    // The limit ends an evaluation a little after it is passed.
    if eval.get_total_tick_count() >= ticks {
        ClaimError::TooLong { place: place.to_owned(), limit: ticks }
    } else if control.stopped().is_some() {
        ClaimError::TooSlow { place: place.to_owned() }
    } else {
        language(error)
    }
}

/// Parses and evaluates text on a deep stack; a panic inside the language becomes an error.
pub(super) fn guarded<T: Send>(
    place: &str,
    run: impl FnOnce() -> Result<T, ClaimError> + Send,
) -> Result<T, ClaimError> {
    match on_deep_stack(run) {
        Ok(Ok(done)) => done,
        Ok(Err(_)) => Err(crashed(place)),
        Err(error) => Err(ClaimError::Language { message: format!("{place}: no thread can be started: {error}") }),
    }
}

/// Evaluates what is compiled already; a panic inside the language becomes an error.
pub(super) fn caught<T>(place: &str, run: impl FnOnce() -> Result<T, ClaimError>) -> Result<T, ClaimError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or_else(|_| Err(crashed(place)))
}

fn crashed(place: &str) -> ClaimError {
    let message =
        format!("{place}: the evaluation failed inside the language\n  does a list or a string grow too large?");
    ClaimError::Language { message }
}
