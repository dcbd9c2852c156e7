//! Why claim files and expressions cannot be used, in the words of whoever wrote them.

use std::path::PathBuf;

use starlark::codemap::Span;
use starlark::eval::Evaluator;
use starlark::syntax::AstModule;

use super::families::FAMILIES;
use super::limits::{nesting, on_deep_stack};
use super::session::Session;
use super::values::unknown_thing;
use allocert_core::control::Control;
use allocert_core::network::Network;
use allocert_core::reach::ReachError;
use allocert_core::text::{nearest, quote};

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

/// An error at a place of a file, as the language shows its own.
pub(super) fn located(error: starlark::Error, ast: &AstModule, span: Span) -> String {
    let place = ast.file_span(span);
    let mut error = error;
    error.set_span(span, &place.file);
    mended(&error.to_string())
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
const MENDS: [(&str, &str); 22] = [
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
    ("Variable `transpose` not found", "write x.T"),
    ("Variable `matmul` not found", "write a product of matrices as dot(a, b)"),
    ("Variable `np` not found", "NumPy's functions stand here without a prefix: dot, einsum, stack, concatenate, sum"),
    (
        "Variable `gelu` not found",
        "its error function is not among the functions here; silu, softplus and tanh are smooth ones",
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
        if let Some(told) = misused(line) {
            return told;
        }
        let mend = MENDS.iter().find(|(said, _)| line.starts_with("error: ") && line.contains(said));
        mend.map_or_else(|| line.to_owned(), |(_, mend)| format!("{line}\n  {mend}"))
    };
    // What is built in has no place in a file.
    let lines = message.lines().filter(|line| !line.starts_with("  File <builtin>, in "));
    let message = lines.map(line).collect::<Vec<_>>().join("\n");
    of_shipped(&message).unwrap_or_else(|| sentence_first(&message))
}

/// How the families that are built in are called; [`FAMILIES`] know of themselves.
const CALLS: [&str; 4] = [
    "lffn(widths, bias = False)",
    "lrnn(inputs, hidden, outputs, steps, readout = \"last\")",
    "pnn(widths, degree, bias = False)",
    "relu(widths, bias = False)",
];

/// A call of a family that lacks a parameter, or has one that is none: how it is called.
fn misused(line: &str) -> Option<String> {
    let said = line.strip_prefix("error: ")?;
    let (said, function) = said.split_once(" for call to ").or_else(|| said.split_once(" call to "))?;
    let name = function.trim_matches('`').rsplit('.').next()?;
    let usages = FAMILIES.iter().map(|family| family.usage()).chain(CALLS);
    let usage = usages.into_iter().find(|usage| usage.split('(').next() == Some(name))?;
    let mend = format!("write {usage}");
    if let Some(parameter) =
        said.strip_prefix("Missing parameter ").or_else(|| said.strip_prefix("Missing named-only parameter "))
    {
        return Some(format!("error: Missing parameter {parameter} for call to {name}\n  {mend}"));
    }
    let extra = said.strip_prefix("Found `")?.split('`').next()?;
    let known = usage.split_once('(')?.1.trim_end_matches(')').split(", ");
    let known: Vec<&str> = known.filter_map(|parameter| parameter.split(' ').next()).collect();
    let near = nearest(extra, &known).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    let is_named = said.ends_with(" extra named parameter(s)");
    is_named.then(|| format!("error: {name} has no parameter {}{near}\n  {mend}", quote(extra)))
}

/// A message of a family that is shipped: what it says, and the calls that led there, without lines of the program's own sources.
fn of_shipped(message: &str) -> Option<String> {
    let (message, _) = message.split_once("\n  --> families/")?;
    let (calls, said) = message.rsplit_once("error: ")?;
    let said = said.strip_prefix("fail: ").unwrap_or(said);
    let mut kept = false;
    let mut own: Vec<&str> = Vec::new();
    for line in calls.lines().skip(1) {
        if let Some(place) = line.strip_prefix("  * ") {
            kept = !place.starts_with("families/") && !place.starts_with('<');
        }
        if kept {
            own.push(line);
        }
    }
    let own = if own.is_empty() { String::new() } else { format!("\ncalled in this order\n{}", own.join("\n")) };
    Some(format!("error: {said}{own}"))
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
