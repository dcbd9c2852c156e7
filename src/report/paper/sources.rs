//! The bibliography of a document: what the `source` fields of claims name, each work once, apart from notes such as "from memory".

use allocert_record::Verify;

use super::prose::prose;

/// A work that claims come from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Work {
    /// What tells it from others: its arXiv number, its DOI, or its words.
    key: String,
    /// As the fullest mention of it reads.
    text: String,
}

/// What one claim says of its source: places among the works and among the notes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Mention {
    works: Vec<usize>,
    notes: Vec<usize>,
}

/// The sources of all claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sources {
    works: Vec<Work>,
    notes: Vec<String>,
    /// Of each claim, in order.
    mentions: Vec<Mention>,
}

impl Sources {
    /// Of these claims.
    pub(super) fn of(claims: &[Verify]) -> Self {
        let mut sources = Sources::default();
        for claim in claims {
            let mention = claim.source.as_deref().map(|source| sources.read(source)).unwrap_or_default();
            sources.mentions.push(mention);
        }
        sources
    }

    fn read(&mut self, source: &str) -> Mention {
        let (works, notes) = parts(source);
        let works = works.into_iter().map(|text| self.work(&text));
        let mut mention = Mention { works: works.collect(), notes: Vec::new() };
        let mut seen = Vec::new();
        mention.works.retain(|work| {
            let new = !seen.contains(work);
            seen.push(*work);
            new
        });
        for note in notes {
            let place = self.notes.iter().position(|known| *known == note);
            mention.notes.push(place.unwrap_or(self.notes.len()));
            place.is_none().then(|| self.notes.push(note));
        }
        mention
    }

    /// The place of a work; a new one if none before has its key.
    fn work(&mut self, text: &str) -> usize {
        let key = key(text);
        match self.works.iter_mut().enumerate().find(|(_, work)| work.key == key) {
            Some((place, work)) => {
                if text.len() > work.text.len() {
                    text.clone_into(&mut work.text);
                }
                place
            }
            None => {
                self.works.push(Work { key, text: text.to_owned() });
                self.works.len() - 1
            }
        }
    }

    /// What stands beside the claim at this place: numbers of works, and of notes above them.
    pub(super) fn cited(&self, claim: usize) -> String {
        let Some(Mention { works, notes }) = self.mentions.get(claim) else {
            return String::new();
        };
        let keys: Vec<String> = works.iter().map(|place| format!("source-{}", place + 1)).collect();
        let cite = if keys.is_empty() { String::new() } else { format!("\\cite{{{}}}", keys.join(",")) };
        let marks: Vec<String> = notes.iter().map(|place| (place + 1).to_string()).collect();
        let mark =
            if marks.is_empty() { String::new() } else { format!("\\,\\textsuperscript{{{}}}", marks.join(",")) };
        cite + &mark
    }

    /// The notes, each once, by their numbers.
    pub(super) fn notes(&self) -> String {
        if self.notes.is_empty() {
            return String::new();
        }
        let note = |(place, text): (usize, &String)| {
            format!("\\textsuperscript{{{}}}\\,{}", place + 1, prose(text.trim_end_matches('.')))
        };
        let notes: Vec<String> = self.notes.iter().enumerate().map(note).collect();
        format!("\\par\\noindent{{\\footnotesize Notes on sources. {}.\\par}}\n", notes.join(". "))
    }

    /// The works, an entry each.
    pub(super) fn entries(&self) -> String {
        let entry = |(place, work): (usize, &Work)| {
            format!("\\bibitem{{source-{}}} {}.\n", place + 1, prose(work.text.trim_end_matches('.')))
        };
        self.works.iter().enumerate().map(entry).collect()
    }
}

/// The works and the notes of a source, which semicolons separate. What begins with a small letter is a note, and so is what stands behind
/// the number of a work in an archive, or in brackets that say how it was read. A source of notes alone is a work.
fn parts(source: &str) -> (Vec<String>, Vec<String>) {
    let (mut works, mut notes) = (Vec::new(), Vec::new());
    let source = source.trim();
    let rest = source.strip_prefix("after ");
    if rest.is_some() {
        notes.push("after this source, not in it".to_owned());
    }
    for part in rest.unwrap_or(source).split(outside()).map(str::trim).filter(|part| !part.is_empty()) {
        if !works.is_empty() && is_note(part) {
            notes.push(part.to_owned());
            continue;
        }
        let end = number(part).map_or_else(|| words_end(part), |(_, end)| end);
        works.push(part[..end].trim().to_owned());
        let behind = part[end..].trim().trim_start_matches([',', ':', '.']).trim();
        let inside = behind.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
        let note = inside.filter(|text| !text.contains('(')).unwrap_or(behind);
        notes.extend((!note.is_empty()).then(|| note.split("; ").map(str::to_owned)).into_iter().flatten());
    }
    notes.dedup();
    (works, notes)
}

/// Semicolons outside of brackets.
fn outside() -> impl FnMut(char) -> bool {
    let mut depth = 0_usize;
    move |c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ';' && depth == 0
    }
}

/// Whether a part of a source behind its first one says something of it.
fn is_note(part: &str) -> bool {
    part.starts_with(|c: char| !c.is_uppercase())
}

/// Where a work ends of which no number says so: before brackets at its end that say how it was read.
fn words_end(part: &str) -> usize {
    let open = part.rfind(" (").filter(|_| part.ends_with(')'));
    let says_how = |at: &usize| {
        let words: Vec<&str> = part[*at..].split(|c: char| !c.is_alphanumeric()).collect();
        part[*at..].contains("looked up") || ["memory", "ours", "summary"].iter().any(|word| words.contains(word))
    };
    open.filter(says_how).unwrap_or(part.len())
}

/// The number of a work in an archive, as a part of the list of its marks, with the place where it ends: `, arXiv 1905.12207`, `doi 10.…`.
fn number(part: &str) -> Option<(String, usize)> {
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    for (mark, is_inside) in [
        (", arXiv ", &digits as &dyn Fn(char) -> bool),
        (", arXiv:", &digits),
        ("doi:", &|c: char| !c.is_whitespace() && c != ','),
        ("doi ", &|c: char| !c.is_whitespace() && c != ','),
        ("doi.org/", &|c: char| !c.is_whitespace() && c != ','),
    ] {
        let Some(at) = part.find(mark).map(|at| at + mark.len()) else { continue };
        let length: usize = part[at..].chars().take_while(|c| is_inside(*c)).map(char::len_utf8).sum();
        let mut found = part[at..at + length].trim_end_matches('.');
        // A bracket that was opened before the number is not the number's.
        while found.ends_with(')') && found.matches(')').count() > found.matches('(').count() {
            found = &found[..found.len() - 1];
        }
        let mut end = at + found.len();
        // The version of an article is no note, and no other article.
        let version: String = part[end..]
            .chars()
            .enumerate()
            .take_while(|(i, c)| if *i == 0 { *c == 'v' } else { c.is_ascii_digit() })
            .map(|(_, c)| c)
            .collect();
        if version.len() > 1 {
            end += version.len();
        }
        if found.contains('.') {
            return Some((found.to_lowercase(), end));
        }
    }
    None
}

fn key(text: &str) -> String {
    let words = || {
        let words: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        if words.is_empty() { text.to_owned() } else { words }
    };
    number(text).map_or_else(words, |(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn works_are_told_from_notes() {
        let read = |source: &str| {
            let (works, notes) = parts(source);
            (works.join(" | "), notes.join(" | "))
        };
        let pair = |works: &str, notes: &str| (works.to_owned(), notes.to_owned());
        assert_eq!(
            read("A and B, On nets, NeurIPS 2019, arXiv 1905.12207 (abstract looked up); bound from memory"),
            pair("A and B, On nets, NeurIPS 2019, arXiv 1905.12207", "abstract looked up | bound from memory")
        );
        assert_eq!(
            read("A, On nets, arXiv 1905.12207, Conjecture 12, as quoted in arXiv 2605.09609 (looked up)"),
            pair("A, On nets, arXiv 1905.12207", "Conjecture 12, as quoted in arXiv 2605.09609 (looked up)")
        );
        assert_eq!(read("Kalman 1971; Tether 1970; from memory"), pair("Kalman 1971 | Tether 1970", "from memory"));
        assert_eq!(read("A, Rank-2, Trans. AMS 349 (1997)"), pair("A, Rank-2, Trans. AMS 349 (1997)", ""));
        assert_eq!(
            read("A, On nets, arXiv 1905.12207 (looked up; ours)"),
            pair("A, On nets, arXiv 1905.12207", "looked up | ours")
        );
        assert_eq!(read("after A, arXiv 1905.12207"), pair("A, arXiv 1905.12207", "after this source, not in it"));
        assert_eq!(read("a talk in Leipzig"), pair("a talk in Leipzig", ""));
        assert_eq!(read("A, On nets, arXiv 1905.12207."), pair("A, On nets, arXiv 1905.12207", ""));
        assert_eq!(read("A, On nets, arXiv 1905.12207v2"), pair("A, On nets, arXiv 1905.12207v2", ""));
        assert_eq!(key("A, arXiv 1905.12207v2"), key("B, arXiv 1905.12207"));
        assert_eq!(key("A (doi:10.1/x)"), key("doi 10.1/x"));
        assert_eq!(read("A (Tours 1962)"), pair("A (Tours 1962)", ""));
        assert_ne!(key("?"), key("—"));
        assert_eq!(
            read("X 1979, as said in arXiv 1709.10013; values from memory").0,
            "X 1979, as said in arXiv 1709.10013"
        );
    }

    #[test]
    fn a_work_is_listed_once_under_its_longest_name() {
        let mut sources = Sources::default();
        let long = "A and B, On nets, arXiv 1905.12207";
        assert_eq!(sources.read("A and B, arXiv 1905.12207; from memory"), Mention { works: vec![0], notes: vec![0] });
        assert_eq!(sources.read(long), Mention { works: vec![0], notes: vec![] });
        assert_eq!(sources.read("C, doi 10.1000/ABC; from memory"), Mention { works: vec![1], notes: vec![0] });
        assert_eq!(sources.works[0].text, long);
        assert_eq!(sources.works.len(), 2);
        assert!(sources.entries().contains("\\bibitem{source-1} A and B, On nets"));
    }
}
