//! The bibliography of a document: what the `source` fields of claims name, each work once, apart from where in it a statement stands, from
//! how it was read, and from notes.

use allocert_record::Verify;

use super::prose::prose;

/// A work that claims come from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Work {
    /// What tells it from others: its arXiv number, its DOI, or its words.
    key: String,
    /// As the fullest mention of it reads.
    text: String,
    read: Read,
}

/// How a work was read, as far as its mentions say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Read {
    /// Nothing is said against it.
    #[default]
    Whole,
    /// Its abstract or a summary alone.
    InPart,
    /// Not at all: it is cited from memory.
    FromMemory,
}

impl Read {
    /// What a note says, if it is one of these words and no other.
    fn of(note: &str) -> Option<Self> {
        match note {
            "looked up" => Some(Read::Whole),
            "abstract looked up" | "summary looked up" => Some(Read::InPart),
            "from memory" => Some(Read::FromMemory),
            _ => None,
        }
    }

    /// The sign at an entry.
    fn sign(self) -> &'static str {
        match self {
            Read::Whole | Read::InPart => "",
            Read::FromMemory => "\\,$^{\\dagger}$",
        }
    }
}

/// What one claim says of its source: places among the works, each with the part of it, and among the notes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Mention {
    /// Whether the statement is not the source's: it begins with "after".
    is_ours: bool,
    /// Whether what the source says is given from memory, though the source was looked up.
    is_recalled: bool,
    works: Vec<(usize, Option<String>)>,
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

/// Theorems of others that answers rest on, by how their names begin, with the works that they are cited from.
const THEOREMS: [(&str, &str); 1] =
    [("Ax's theorem", "James Ax, On Schanuel's conjectures, Annals of Mathematics 93 (1971), 252–268; from memory")];

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
        let Parts { is_ours, is_recalled, works, notes } = parts(source);
        let mut mention = Mention { is_ours, is_recalled, ..Mention::default() };
        for named in works {
            let place = self.work(&named);
            match mention.works.iter_mut().find(|(known, _)| *known == place) {
                Some((_, part)) => *part = part.take().or(named.part),
                None => mention.works.push((place, named.part)),
            }
        }
        for note in notes {
            let place = self.notes.iter().position(|known| *known == note);
            mention.notes.push(place.unwrap_or(self.notes.len()));
            place.is_none().then(|| self.notes.push(note));
        }
        mention.notes.sort_unstable();
        mention
    }

    /// The place of a work; a new one if none before has its key.
    fn work(&mut self, named: &Named) -> usize {
        let key = key(&named.text);
        match self.works.iter_mut().enumerate().find(|(_, work)| work.key == key) {
            Some((place, work)) => {
                if named.text.len() > work.text.len() {
                    work.text.clone_from(&named.text);
                }
                work.read = work.read.max(named.read);
                place
            }
            None => {
                self.works.push(Work { key, text: named.text.clone(), read: named.read });
                self.works.len() - 1
            }
        }
    }

    /// Where a theorem of others is cited from, as a citation; nothing if it is not known.
    pub(super) fn theorem(&mut self, name: &str) -> String {
        let Some((_, work)) = THEOREMS.iter().find(|(begin, _)| name.starts_with(begin)) else {
            return String::new();
        };
        let mention = self.read(work);
        cite(&mention, false)
    }

    /// Whether the claim at this place states what its source does not: it is ours, and its source is named for comparison.
    pub(super) fn is_ours(&self, claim: usize) -> bool {
        self.mentions.get(claim).is_some_and(|mention| mention.is_ours)
    }

    /// Whether the claim at this place names a source.
    pub(super) fn is_sourced(&self, claim: usize) -> bool {
        self.mentions.get(claim).is_some_and(|mention| !mention.works.is_empty())
    }

    /// What stands beside the claim at this place: numbers of works, and of notes above them; with the parts of the works, if wanted.
    pub(super) fn cited(&self, claim: usize, with_parts: bool) -> String {
        let Some(mention) = self.mentions.get(claim) else {
            return String::new();
        };
        let marks: Vec<String> = mention.notes.iter().map(|place| (place + 1).to_string()).collect();
        let mark =
            if marks.is_empty() { String::new() } else { format!("\\,\\textsuperscript{{{}}}", marks.join(",")) };
        let recalled = if mention.is_recalled { RECALLED } else { "" };
        cite(mention, with_parts) + recalled + &mark
    }

    /// The notes, each once, by their numbers, behind what the sign at citations means.
    pub(super) fn notes(&self) -> String {
        let recalled = if self.mentions.iter().any(|mention| mention.is_recalled) {
            format!(
                "\\par\\noindent{{\\footnotesize {RECALLED}What the source says is given from memory: see the end of the references.\\par}}\n"
            )
        } else {
            String::new()
        };
        recalled + &self.numbered()
    }

    fn numbered(&self) -> String {
        if self.notes.is_empty() {
            return String::new();
        }
        let note = |(place, text): (usize, &String)| {
            format!("\\textsuperscript{{{}}}\\,{}", place + 1, prose(text.trim_end_matches('.')))
        };
        let notes: Vec<String> = self.notes.iter().enumerate().map(note).collect();
        format!("\\par\\smallskip\\noindent{{\\footnotesize Notes on sources. {}.\\par}}\n", notes.join(". "))
    }

    /// The works, an entry each.
    pub(super) fn entries(&self) -> String {
        let entry = |(place, work): (usize, &Work)| {
            let text = prose(work.text.trim_end_matches('.'));
            format!("\\bibitem{{source-{}}} {text}.{}\n", place + 1, work.read.sign())
        };
        self.works.iter().enumerate().map(entry).collect()
    }

    /// What the signs at entries and at citations mean.
    pub(super) fn signs(&self) -> String {
        let has = |read: Read| self.works.iter().any(|work| work.read == read);
        let mut said = Vec::new();
        if has(Read::FromMemory) {
            said.push("Entries marked $^{\\dagger}$ are cited from memory.");
        }
        if has(Read::InPart) {
            said.push("Of the others, the abstract, the introduction or a summary was read for this list.");
        }
        if self.mentions.iter().any(|mention| mention.is_recalled) {
            said.push("Where a citation is marked $^{\\ddagger}$, the statement was not in what was read, and is given from memory.");
        }
        if said.is_empty() { String::new() } else { format!("\\noindent{{\\footnotesize {}\\par}}\n", said.join(" ")) }
    }
}

/// The sign of what is given from memory, behind a citation.
const RECALLED: &str = "$^{\\ddagger}$";

/// A citation of the works of a mention; with their parts, each work by itself where one has a part.
fn cite(mention: &Mention, with_parts: bool) -> String {
    let name = |place: &usize| format!("source-{}", place + 1);
    if mention.works.is_empty() {
        return String::new();
    }
    if with_parts && mention.works.iter().any(|(_, part)| part.is_some()) {
        let each = mention.works.iter().map(|(place, part)| match part {
            Some(part) => format!("\\cite[{}]{{{}}}", prose(part).replace(']', "{]}"), name(place)),
            None => format!("\\cite{{{}}}", name(place)),
        });
        return each.collect::<Vec<String>>().join(", ");
    }
    let names: Vec<String> = mention.works.iter().map(|(place, _)| name(place)).collect();
    format!("\\cite{{{}}}", names.join(","))
}

/// A work as a source names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Named {
    text: String,
    /// Where in it the statement stands.
    part: Option<String>,
    read: Read,
}

/// What a source says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Parts {
    is_ours: bool,
    is_recalled: bool,
    works: Vec<Named>,
    notes: Vec<String>,
}

impl Parts {
    /// Takes in what is said of the last work.
    fn say(&mut self, said: &str) {
        if said == "statement from memory" {
            self.is_recalled = true;
            return;
        }
        match self.works.last_mut() {
            Some(work) if is_part(said) => work.part = Some(said.to_owned()),
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
fn parts(source: &str) -> Parts {
    let source = source.trim();
    let rest = source.strip_prefix("after ");
    let mut parts = Parts { is_ours: rest.is_some(), ..Parts::default() };
    for part in rest.unwrap_or(source).split(outside()).map(str::trim).filter(|part| !part.is_empty()) {
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
        assert!(parts("after A, Nets").is_ours && !parts("A, Nets").is_ours);
    }

    #[test]
    fn a_work_is_listed_once_under_its_longest_name() {
        let mut sources = Sources::default();
        let long = "A and B, On nets, arXiv 1905.12207";
        let mention = |works: &[usize], notes: &[usize]| Mention {
            works: works.iter().map(|place| (*place, None)).collect(),
            notes: notes.to_vec(),
            ..Mention::default()
        };
        assert_eq!(sources.read("A and B, arXiv 1905.12207; values from memory"), mention(&[0], &[0]));
        assert_eq!(sources.read(long), mention(&[0], &[]));
        assert_eq!(sources.read("C, doi 10.1000/ABC; a; values from memory"), mention(&[1], &[0, 1]));
        assert_eq!(sources.works[0].text, long);
        assert_eq!(sources.works.len(), 2);
        assert!(sources.entries().contains("\\bibitem{source-1} A and B, On nets"));
        assert_eq!(sources.signs(), "");
        sources.read("A and B, arXiv 1905.12207; Theorem 2; from memory");
        assert!(sources.entries().contains("1905.12207.\\,$^{\\dagger}$"), "{}", sources.entries());
        assert!(sources.signs().contains("from memory") && !sources.signs().contains("ddagger"));
        assert_eq!(sources.works.len(), 2);
        assert_eq!(sources.theorem("Ax's theorem (1971)"), "\\cite{source-3}");
        assert_eq!(sources.theorem("another"), "");
    }
}
