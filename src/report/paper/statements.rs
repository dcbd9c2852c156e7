//! What each claim says, of which networks, and what was evaluated, by the files that they stand in.

use allocert_core::text::thousands;
use allocert_record::Verify;

use super::super::outcome;
use super::helpers::{helpers, shared_folder};
use super::named;
use super::prose::{code, identifier, listing, plain, prose};
use super::rules::in_words;
use super::source::Standing;
use super::sources::Sources;
use super::table::{of_claim, star};

/// No more networks are listed of a claim.
const MOST_LISTED: usize = 12;

/// The section, with a part for each file.
pub(super) fn statements(claims: &[Verify], sources: &Sources) -> String {
    let mut files: Vec<(&str, Vec<(usize, &Verify)>)> = Vec::new();
    for (place, claim) in claims.iter().enumerate() {
        match files.iter_mut().find(|(file, _)| *file == claim.file) {
            Some((_, inside)) => inside.push((place + 1, claim)),
            None => files.push((&claim.file, vec![(place + 1, claim)])),
        }
    }
    let used = claims.iter().flat_map(|claim| claim.definitions.iter().filter_map(|d| d.file.as_deref()));
    let shared = shared_folder(&files.iter().map(|(file, _)| *file).chain(used).collect::<Vec<_>>());
    let mut text = String::from(
        "\\section{Statements, networks, and what was evaluated}\\label{statements}\nBy topic, which is by file. A name means what its file defines: helper functions stand below the \
         claims of each file. ``All'' allocations are meant where none are listed and the condition takes one.\n",
    );
    for (file, inside) in &files {
        text.push_str(&format!("{}\\begin{{description}}\n", heading(inside, &file[shared..])));
        for (number, claim) in inside {
            text.push_str(&stated(claims, claim, *number, sources));
        }
        text.push_str(&format!("\\end{{description}}\n{}", helpers(inside, shared)));
    }
    text
}

/// The heading of a file's part: what it says of itself, with its name in small print.
fn heading(inside: &[(usize, &Verify)], file: &str) -> String {
    match inside.iter().find_map(|(_, claim)| claim.topic.as_ref()) {
        Some(topic) => {
            format!("\\subsection{{{}}}\n\\allocertfile{{{}}}\n", prose(topic), code(file))
        }
        None => format!("\\subsection{{{}}}\n", code(file)),
    }
}

/// A claim in words: its statement, its source as it is cited, what it ranges over and asks.
fn stated(claims: &[Verify], claim: &Verify, number: usize, sources: &Sources) -> String {
    let outcome = plain(outcome(claim));
    let known = of_claim(claim);
    let known = match (outcome.as_str(), known.as_str()) {
        ("open", "open") => outcome,
        ("refuted", "proved") => "refuted; the counterexample is proved".to_owned(),
        // What is proved are the answers for these networks, not the statement in general.
        (_, "proved") => format!("{outcome} for these networks; their answers are proved"),
        _ => format!("{outcome}; {known}"),
    };
    let (name, star) = (identifier(named(claims, claim)), star(claim));
    let mut text = format!(
        "\\item[{number}. {{\\footnotesize {name}}}] ({known}{star}.) {}",
        prose(&numbered(&claim.statement, claims))
    );
    let source = sources.cited(number - 1, true);
    if !source.is_empty() {
        let word = match sources.standing(number - 1) {
            Standing::Stated => "Source:",
            Standing::Known => "Known from",
            Standing::Ours => "Compare",
        };
        text.push_str(&format!(" \\emph{{{word}}}~{source}."));
    }
    if let Some(reason) = &claim.reason {
        text.push_str(&format!(" \\emph{{Why it is {}:}} {}.", plain(super::super::outcome(claim)), prose(reason)));
    }
    let rules = in_words(claim);
    if !rules.is_empty() {
        text.push_str(&format!(" \\emph{{Known by:}} {rules}."));
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
    text.push_str(&format!("\\par{{\\raggedright\\emph{{Networks:}} {}", code(&closed(&networks))));
    if claim.networks_written.is_some() {
        text.push_str(&format!(" ({} in all)", thousands(claim.networks_listed.len())));
    }
    for (word, written) in
        [("Allocations", &claim.allocations_written), ("Given", &claim.given), ("Asks", &claim.holds)]
    {
        if let Some(written) = written {
            let name = function(written).filter(|name| is_defined(name));
            text.push_str(&format!("; \\emph{{{word}:}} {}", name.map_or_else(|| listing(written), code)));
        }
    }
    text.push_str("\\par}\n");
    text
}

/// A text in which other claims, called by their names without the folder, have their numbers. Names of one hyphen may be words, and stay.
fn numbered(text: &str, claims: &[Verify]) -> String {
    let inside = |c: char| c.is_alphanumeric() || "-_/".contains(c);
    let number = |word: &str| {
        let is_name = word.matches('-').count() > 1;
        let named = |claim: &Verify| claim.claim.rsplit('/').next() == Some(word);
        claims.iter().position(named).filter(|_| is_name).map(|place| format!("Claim {}", place + 1))
    };
    let (mut out, mut rest) = (String::new(), text);
    while let Some(start) = rest.find(inside) {
        let end = rest[start..].find(|c| !inside(c)).map_or(rest.len(), |length| start + length);
        out.push_str(&rest[..start]);
        out.push_str(&number(&rest[start..end]).unwrap_or_else(|| rest[start..end].to_owned()));
        rest = &rest[end..];
    }
    out + rest
}

/// Code on one line: brackets stand at what is inside of them.
fn closed(code: &str) -> String {
    let line = code.split_whitespace().collect::<Vec<_>>().join(" ");
    ["[ ", "( "].iter().fold(line, |line, open| line.replace(open, open.trim_end()))
}

/// The name of a function that is written out as a definition.
fn function(written: &str) -> Option<&str> {
    written.strip_prefix("def ").and_then(|rest| rest.split_once('(')).map(|(name, _)| name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_that_a_statement_calls_by_name_have_their_numbers() {
        let named = |name: &str| -> Verify {
            let fields = "\"file\": \"\", \"line\": 0, \"statement\": \"\", \"expect\": \"verified\", \"outcome\": \"verified\", \
                \"as_expected\": true, \"networks\": 0, \"allocations\": 0, \"hypothesis_false\": 0, \"seconds\": 0";
            serde_json::from_str(&format!("{{\"claim\": \"{name}\", {fields}}}")).unwrap()
        };
        let claims = [named("a/low-rank"), named("a/with-two-leaks")];
        assert_eq!(numbered("See with-two-leaks.", &claims), "See Claim 2.");
        assert_eq!(numbered("A low-rank (not-with-two-leaks) é", &claims), "A low-rank (not-with-two-leaks) é");
        assert_eq!(numbered("with-two-leaks", &claims), "Claim 2");
    }
}
