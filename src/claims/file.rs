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
use starlark::values::OwnedFrozenValue;

use super::definitions::Definitions;
use super::error::{ClaimError, guarded, language, located, stopped_or};
use super::globals::{Declared, Expect, Host, KEPT_CONDITION, globals, kept};
use super::invariance::Requirement;
use super::late;
use super::limits::{MOST_BYTES, MOST_LOADING_TICKS, limit, too_deep};
use super::names::rebound;
use super::operators::compute_by_function;
use super::rounding::{Marks, compares_natively, native_modification, unkept_decimal};
use super::session::Session;
use super::slips::{self, Slip};
use super::source::{Holds, Written, calls};
use super::unknown::{Reading, blind, once};
use super::values::failure;
use allocert_core::control::Control;
use allocert_core::network::Network;
use allocert_core::reach::Settings;
use allocert_core::text::quote;

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

    /// The networks with the fewest and with the most weights: of several the first, and the last.
    pub(super) fn range(&self) -> Option<(String, String)> {
        let smallest = self.networks.iter().min_by_key(|n| n.weights())?;
        let largest = self.networks.iter().max_by_key(|n| n.weights())?;
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
    read_after(path, text, settings, &Definitions::default())
}

/// The same, of a file that may use some definitions.
pub(super) fn read_after(
    path: &Path,
    text: String,
    settings: Settings,
    used: &Definitions,
) -> Result<Vec<Claim>, ClaimError> {
    if let Some((what, limit)) = too_deep(&text) {
        return Err(ClaimError::TooLarge { path: path.to_owned(), what, limit: limit as u64 });
    }
    guarded(&path.display().to_string(), || evaluate_file(path, text, settings, used))
}

fn evaluate_file(path: &Path, text: String, settings: Settings, used: &Definitions) -> Result<Vec<Claim>, ClaimError> {
    let _span = tracing::info_span!("reading a file of claims").entered();
    let shown = path.display().to_string();
    let ast = AstModule::parse(&shown, text.clone(), &dialect()).map_err(language)?;
    let calls = calls(&text, &ast, &used.tops);
    let (named, uncalled) = slips::read(&ast);
    let places = ast.clone();
    let at = |slip: &Slip| ClaimError::Language { message: located(failure(slip.message.clone()), &places, slip.span) };
    let warnings = old_names(&ast);
    let mut ast = ast;
    let late::Read { slip: late, watched } = late::read(&places);
    if let Some(slip) = with_operators(&mut ast, &text).or_else(|| rebound(&places, &used.modules)).or(late) {
        return Err(at(&slip));
    }
    let session = Session::loading(settings, Some(LONGEST_LOADING), used.loading.clone());
    let _entered = session.enter();
    let host = Host::new(Arc::clone(&session)).watching(watched);
    let module = Arc::new(evaluated(ast, &shown, &host, &used.modules)?);
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

/// A file as a module, with what some modules before it define.
pub(super) fn evaluated(
    ast: AstModule,
    shown: &str,
    host: &Host,
    before: &[Arc<FrozenModule>],
) -> Result<FrozenModule, ClaimError> {
    let limits = (MOST_LOADING_TICKS, Control::unlimited().within(LONGEST_LOADING));
    let marks = Marks::of(&ast, before);
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
            if let Some((name, place)) = host.changed_since(&module) {
                let mut error = failure(late::message(&name));
                if let Some(place) = place {
                    error.set_span(place.span, &place.file);
                }
                return Err(language(error));
            }
        }
        module.freeze().map_err(|e| ClaimError::Language { message: format!("{e:?}") })
    })
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
        is_blind: compares_natively(module),
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
/// slip, and so are a decimal that cannot be kept and what the language would round or let run over.
fn with_operators(ast: &mut AstModule, text: &str) -> Option<Slip> {
    let slip = slips::misnamed(ast).or_else(|| unkept_decimal(ast, text)).or_else(|| native_modification(ast));
    compute_by_function(ast);
    slip
}

/// Python-like, with f-strings and statements at the top level, without loading other files.
pub(super) fn dialect() -> Dialect {
    Dialect { enable_load: false, enable_load_reexport: false, enable_f_strings: true, ..Dialect::Extended }
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
