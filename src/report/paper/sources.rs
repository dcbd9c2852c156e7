//! The bibliography of a document: what the `source` fields of claims name, each work once, apart from where in it a statement stands, from
//! how it was read, and from notes.

use allocert_record::Verify;

use super::prose::prose;
use super::source::{Named, Parts, Read, Standing, key, parts};

/// A work that claims come from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Work {
    /// What tells it from others: its arXiv number, its DOI, or its words.
    key: String,
    /// As the fullest mention of it reads.
    text: String,
    read: Read,
}

/// What one claim says of its source: places among the works, each with the part of it, and among the notes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Mention {
    standing: Standing,
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
const THEOREMS: [(&str, &str); 1] = [(
    "Ax's theorem",
    "James Ax, “On Schanuel's conjectures”, Annals of Mathematics 93 (1971), 252–268; citation looked up",
)];

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
        let Parts { standing, is_recalled, works, notes } = parts(source);
        let mut mention = Mention { standing, is_recalled, ..Mention::default() };
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

    /// Whose the statement of the claim at this place is.
    pub(super) fn standing(&self, claim: usize) -> Standing {
        self.mentions.get(claim).map(|mention| mention.standing).unwrap_or_default()
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
        let marks: Vec<String> = mention.notes.iter().map(|place| letter(*place)).collect();
        let mark =
            if marks.is_empty() { String::new() } else { format!("\\,\\textsuperscript{{{}}}", marks.join(",")) };
        let recalled = if self.recalls(mention) { RECALLED } else { "" };
        cite(mention, with_parts) + recalled + &mark
    }

    /// Whether what a statement's source says is given from memory: it is said so, or no work that it names was seen.
    fn recalls(&self, mention: &Mention) -> bool {
        let unseen = |(place, _): &(usize, Option<String>)| self.works[*place].read == Read::FromMemory;
        let is_unseen = !mention.works.is_empty() && mention.works.iter().all(unseen);
        mention.standing == Standing::Stated && (mention.is_recalled || is_unseen)
    }

    /// The notes, each once, by their letters, behind what the sign at citations means.
    pub(super) fn notes(&self) -> String {
        let recalled = if self.mentions.iter().any(|mention| self.recalls(mention)) {
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
            format!("\\textsuperscript{{{}}}\\,{}", letter(place), prose(text.trim_end_matches('.')))
        };
        let notes: Vec<String> = self.notes.iter().enumerate().map(note).collect();
        format!("\\par\\smallskip\\noindent{{\\footnotesize\\sloppy Notes on sources. {}.\\par}}\n", notes.join(". "))
    }

    /// The works, an entry each.
    pub(super) fn entries(&self) -> String {
        let entry = |(place, work): (usize, &Work)| {
            let text = titled(work.text.trim_end_matches('.'));
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
        if has(Read::Citation) {
            said.push("Of entries marked $^{\\circ}$ not the work itself was seen, but how others cite it, and what they say of it.");
        }
        if has(Read::InPart) {
            said.push("Of the others, at least the abstract, the introduction or a summary was read for this list.");
        }
        if self.mentions.iter().any(|mention| self.recalls(mention)) {
            said.push("Where a citation is marked $^{\\ddagger}$, the statement was not in what was read, and is given from memory.");
        }
        if said.is_empty() { String::new() } else { format!("\\noindent{{\\footnotesize {}\\par}}\n", said.join(" ")) }
    }
}

/// A letter for a note: numbers would look like exponents.
fn letter(place: usize) -> String {
    let last = char::from(b'a' + u8::try_from(place % 26).unwrap_or(0));
    if place < 26 { last.to_string() } else { format!("{}{last}", letter(place / 26 - 1)) }
}

/// A work with its title, which stands between quotation marks, in italics.
fn titled(text: &str) -> String {
    match text.split_once('“').and_then(|(before, rest)| Some((before, rest.split_once('”')?))) {
        Some((before, (title, behind))) => format!("{}\\emph{{{}}}{}", prose(before), prose(title), prose(behind)),
        None => prose(text),
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

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!([0, 25, 26, 52].map(letter).join(" "), "a z aa ba");
        assert_eq!(titled("A, “On nets”, 5"), "A, \\emph{On nets}, 5");
        assert_eq!(titled("A, “On nets"), "A, ``On nets");
    }
}
