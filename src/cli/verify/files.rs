//! The files beside a check: the earlier results it is compared with, the report, JUnit XML.

use std::path::PathBuf;

use allocert::record::Verify;
use allocert::report::{Changes, Results, compare, junit};

use crate::cli::failure::Failure;
use crate::cli::file::{cannot_write, make_folder, write_whole};
use crate::cli::output::{Colour, harmless, line, paint, plural, written};
use crate::cli::report;

use super::{Arguments, matches};

/// Before anything is checked: the earlier results, and that the others can be written.
pub(super) fn before(arguments: &Arguments) -> Result<Option<Vec<Verify>>, Failure> {
    arguments.report.as_deref().map(make_folder).transpose()?;
    if let Some(path) = &arguments.junit
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        // Only what names a folder makes folders.
        std::fs::metadata(folder.join(".")).map_err(|error| cannot_write(path, &error))?;
    }
    let earlier = |path: &PathBuf| {
        let mut results = Results::default();
        report::read(path, &mut results)?;
        let asked = |c: &Verify| arguments.only.as_ref().is_none_or(|only| matches(only, &c.claim));
        results.claims.retain(asked);
        Ok(results.claims)
    };
    arguments.baseline.as_ref().map(earlier).transpose()
}

/// After all is checked: writes them, and says what changed (on standard error, if standard output is for JSON).
pub(super) fn after(
    arguments: &Arguments,
    before: Option<Vec<Verify>>,
    claims: Vec<Verify>,
    json: bool,
) -> Result<Option<Changes>, Failure> {
    let changes = before.map(|before| compare(&before, &claims));
    if let Some(changes) = &changes {
        let text = shown(changes);
        if json { eprintln!("{text}") } else { line(&text)? }
    }
    if let Some(path) = &arguments.junit {
        write_whole(path, junit(&claims)?.as_bytes())?;
    }
    if let Some(folder) = &arguments.report {
        report::write(folder, &Results { claims, ..Results::default() })?;
        written(json, folder);
    }
    Ok(changes)
}

/// What changed, a line each.
fn shown(changes: &Changes) -> String {
    let mut text = String::from("\nsince the baseline\n");
    for (change, regression, claim, what) in &changes.list {
        let mark = if *regression { "!" } else { " " };
        let name = format!("{:<24}", change.name());
        let name = if *regression { paint(&name, Colour::Red, false) } else { name };
        text.push_str(&format!("{mark} {name} {}: {what}\n", harmless(claim)));
    }
    text.push_str(&format!("  {} the same", plural(changes.same, "claim")));
    text
}
