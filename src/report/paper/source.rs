//! A `source` field read: the works that it names, where in them a statement stands, how they were read, and notes.

/// How a work was read, as far as its mentions say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Read {
    /// Nothing is said against it.
    #[default]
    Whole,
    /// Its abstract or a summary alone.
    InPart,
    /// How others cite it, and perhaps what they say of it: not the work itself.
    Citation,
    /// Not at all: it is cited from memory.
    FromMemory,
}

impl Read {
    /// What a note says, if it is one of these words and no other.
    fn of(note: &str) -> Option<Self> {
        match note {
            "looked up" => Some(Read::Whole),
            "abstract looked up" | "summary looked up" => Some(Read::InPart),
            "citation looked up" => Some(Read::Citation),
            "from memory" => Some(Read::FromMemory),
            _ => None,
        }
    }

    /// The sign at an entry.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Read::Whole | Read::InPart => "",
            Read::Citation => "\\,$^{\\circ}$",
            Read::FromMemory => "\\,$^{\\dagger}$",
        }
    }
}

/// Whose a statement is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Standing {
    /// The source's, where that was looked up.
    #[default]
    Stated,
    /// Known, and connected with the source; where it stands was not looked up. The field begins with "known from".
    Known,
    /// Ours; the source is named for comparison. The field begins with "after".
    Ours,
}

/// A work as a source names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) text: String,
    /// Where in it the statement stands.
    pub(super) part: Option<String>,
    pub(super) read: Read,
}

/// What a source says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) standing: Standing,
    pub(super) is_recalled: bool,
    pub(super) works: Vec<Named>,
    pub(super) notes: Vec<String>,
}

impl Parts {
    /// Takes in what is said of the last work.
    fn say(&mut self, said: &str) {
        if said == "statement from memory" {
            self.is_recalled = true;
            return;
        }
        match self.works.last_mut() {
            Some(work) if is_part(said) => {
                let before = work.part.take().map(|part| part + ", ");
                work.part = Some(before.unwrap_or_default() + said);
            }
            Some(work) => match Read::of(said) {
                Some(read) => work.read = work.read.max(read),
                None => self.notes.push(said.to_owned()),
            },
            None => self.notes.push(said.to_owned()),
        }
    }
}

/// What parts of works are called.
const KINDS: [&str; 10] =
    ["Theorem", "Conjecture", "Example", "Proposition", "Lemma", "Corollary", "Section", "Chapter", "Table", "Remark"];

/// Whether it is a place in a work: `Theorem 3.1`.
fn is_part(said: &str) -> bool {
    let number = KINDS.iter().find_map(|kind| said.strip_prefix(kind)?.strip_prefix(' '));
    number.is_some_and(|n| {
        !n.is_empty()
            && n.chars().all(|c| c.is_ascii_alphanumeric() || ".()".contains(c))
            && n.chars().any(|c| c.is_ascii_digit())
    })
}

/// The works and the notes of a source, which semicolons separate. What begins with a small letter is a note, and so is what stands behind
/// the number of a work in an archive, or in brackets that say how it was read. A source of notes alone is a work.
pub(super) fn parts(source: &str) -> Parts {
    let source = source.trim();
    let begins = [("after ", Standing::Ours), ("known from ", Standing::Known)];
    let begun = begins.iter().find_map(|(begin, standing)| Some((source.strip_prefix(begin)?, *standing)));
    let (rest, standing) = begun.unwrap_or((source, Standing::Stated));
    let mut parts = Parts { standing, ..Parts::default() };
    for part in rest.split(outside()).map(str::trim).filter(|part| !part.is_empty()) {
        if !parts.works.is_empty() && (is_note(part) || is_part(part)) {
            parts.say(part);
            continue;
        }
        let end = number(part).map_or_else(|| words_end(part), |(_, end)| year_end(part, end));
        parts.works.push(Named { text: part[..end].trim().to_owned(), ..Named::default() });
        let behind = part[end..].trim().trim_start_matches([',', ':', '.']).trim();
        let inside = behind.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
        let note = inside.filter(|text| !text.contains('(')).unwrap_or(behind);
        note.split("; ").filter(|said| !said.is_empty()).for_each(|said| parts.say(said));
    }
    parts.notes.dedup();
    parts
}

/// Where a work ends that ends at a number of an archive, or behind a year in brackets after it.
fn year_end(part: &str, end: usize) -> usize {
    let year = part[end..].strip_prefix(" (").and_then(|rest| rest.split_once(')')).map(|(year, _)| year);
    match year {
        Some(year) if year.len() == 4 && year.chars().all(|c| c.is_ascii_digit()) => {
            end + " (".len() + year.len() + ")".len()
        }
        _ => end,
    }
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

/// What tells a work from others.
pub(super) fn key(text: &str) -> String {
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
            let Parts { works, notes, .. } = parts(source);
            let works: Vec<String> = works.into_iter().map(|work| work.text).collect();
            (works.join(" | "), notes.join(" | "))
        };
        let pair = |works: &str, notes: &str| (works.to_owned(), notes.to_owned());
        assert_eq!(
            read("A and B, On nets, NeurIPS 2019, arXiv 1905.12207 (abstract looked up); bound from memory"),
            pair("A and B, On nets, NeurIPS 2019, arXiv 1905.12207", "bound from memory")
        );
        assert_eq!(
            read("A, On nets, arXiv 1905.12207, Conjecture 12, as quoted in arXiv 2605.09609 (looked up)"),
            pair("A, On nets, arXiv 1905.12207", "Conjecture 12, as quoted in arXiv 2605.09609 (looked up)")
        );
        assert_eq!(read("Kalman 1971; Tether 1970; a remark"), pair("Kalman 1971 | Tether 1970", "a remark"));
        assert_eq!(read("A, Rank-2, Trans. AMS 349 (1997)"), pair("A, Rank-2, Trans. AMS 349 (1997)", ""));
        assert_eq!(read("A, On nets, arXiv 1905.12207 (2019)"), pair("A, On nets, arXiv 1905.12207 (2019)", ""));
        assert_eq!(
            read("A, On nets, arXiv 1905.12207 (looked up; ours)"),
            pair("A, On nets, arXiv 1905.12207", "ours")
        );
        assert_eq!(read("after A, arXiv 1905.12207"), pair("A, arXiv 1905.12207", ""));
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
    fn how_and_where_a_work_was_read_is_said_of_that_work() {
        let of = |source: &str| {
            let works = parts(source).works.into_iter();
            works.map(|work| (work.text, work.part, work.read)).collect::<Vec<_>>()
        };
        let work = |text: &str, part: Option<&str>, read| (text.to_owned(), part.map(str::to_owned), read);
        assert_eq!(
            of(
                "A, On nets, arXiv 1905.12207; abstract looked up; Theorem 3.1(b); B, Nets, 1980; from memory; C, Books"
            ),
            [
                work("A, On nets, arXiv 1905.12207", Some("Theorem 3.1(b)"), Read::InPart),
                work("B, Nets, 1980", None, Read::FromMemory),
                work("C, Books", None, Read::Whole),
            ]
        );
        let recalled = parts("A, On nets; abstract looked up; statement from memory");
        assert!(recalled.is_recalled && recalled.works[0].read == Read::InPart && recalled.notes.is_empty());
        // A work whose title begins so is a work.
        assert_eq!(of("A, Nets; Theorem provers at work").len(), 2);
        let standings = ["A, Nets", "known from A, Nets", "after A, Nets"].map(|source| parts(source).standing);
        assert_eq!(standings, [Standing::Stated, Standing::Known, Standing::Ours]);
        assert_eq!(parts("known from A, Nets").works[0].text, "A, Nets");
    }
}
