//! What a network of one's own may be called in a certificate, so that nothing that is stated of it reads as a statement about
//! another network: an identifier that is no built-in family's, perhaps with plain literals in brackets; and after it, or after a
//! call of a built-in family, what was pinned, tied or observed.

/// The built-in families: a call of one means that family.
const FAMILIES: [&str; 4] = ["lffn", "lrnn", "pnn", "relu"];
/// The longest text of a network.
const LONGEST: usize = 10_000;
/// Lists in lists are not deeper.
const DEEPEST: usize = 16;

/// Words of statements are no names of tensors, so that no list of weights reads as a statement.
const WORDS: [&str; 27] = [
    "all",
    "allocation",
    "allocations",
    "and",
    "at",
    "claim",
    "dimension",
    "does",
    "for",
    "functional",
    "if",
    "in",
    "inside",
    "is",
    "least",
    "most",
    "none",
    "not",
    "of",
    "open",
    "or",
    "refuted",
    "spans",
    "the",
    "verified",
    "with",
    "without",
];

/// What was done to a network, as the network that came of it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// Weights in text, and the number that each is pinned at.
    Pin(Vec<(&'a str, &'a str)>),
    /// Weights in text: those of one text are one weight.
    Tie(Vec<&'a str>),
    /// The places of the labels that are shown.
    Observe(Vec<&'a str>),
}

/// Whether a network that is no family may have this name.
pub fn is_network_name(name: &str) -> bool {
    changes(name).is_some_and(|(base, changes)| !is_family(base) || !changes.is_empty())
}

/// Whether a tensor of a program that is carried may have this name: a word of letters, digits, `_` and dots that is no word of
/// statements, no attribute of the allocation `a` that conditions speak of, and no input of polynomials (`x0`).
pub fn is_tensor_name(name: &str) -> bool {
    let word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    let letter = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let input = name.strip_prefix('x').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
    word && letter && !input && !name.starts_with("a.") && !WORDS.contains(&name)
}

/// Whether a network's name, without what was changed, is that of a built-in family, in any case.
pub fn is_family(base: &str) -> bool {
    let head = base.split('(').next().unwrap_or_default();
    FAMILIES.iter().any(|family| head.eq_ignore_ascii_case(family))
}

/// The network that was changed, and how, in order; nothing if the text is no name of a network.
pub fn changes(name: &str) -> Option<(&str, Vec<Change<'_>>)> {
    if name.len() > LONGEST {
        return None;
    }
    let mut reader = Reader { rest: name };
    reader.identifier()?;
    if reader.rest.starts_with('(') {
        reader.arguments()?;
    }
    let base = &name[..name.len() - reader.rest.len()];
    let mut changes = Vec::new();
    while !reader.rest.is_empty() {
        changes.push(reader.change()?);
    }
    Some((base, changes))
}

/// The networks that the name says were changed, each with how, in order: from the first one to the last but one of the changes.
pub fn origins(name: &str) -> Vec<(&str, Vec<Change<'_>>)> {
    let Some((base, all)) = changes(name) else {
        return Vec::new();
    };
    let mut reader = Reader { rest: &name[base.len()..] };
    let mut ends = vec![base.len()];
    while !reader.rest.is_empty() && reader.change().is_some() {
        ends.push(name.len() - reader.rest.len());
    }
    let origin = |(done, end): (usize, &usize)| (&name[..*end], all.clone().split_off(done));
    ends.iter().take(all.len()).enumerate().map(origin).collect()
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn takes(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    fn run(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let (run, rest) = self.rest.split_at(self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len()));
        self.rest = rest;
        run
    }

    fn identifier(&mut self) -> Option<&'a str> {
        let starts = self.rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        starts.then(|| self.run(|c| c.is_ascii_alphanumeric() || c == '_'))
    }

    /// Items of a list, the opening bracket of which was taken.
    fn items<T>(&mut self, end: &str, item: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut items = Vec::new();
        while self.takes(end).is_none() {
            if !items.is_empty() && self.takes(", ").is_none() {
                self.takes(",")?;
            }
            items.push(item(self)?);
        }
        Some(items)
    }

    /// `(d=4, kind="tanh")`: plain literals, with names or without.
    fn arguments(&mut self) -> Option<()> {
        self.takes("(")?;
        let argument = |reader: &mut Self| {
            let before = reader.rest;
            if reader.identifier().and_then(|_| reader.takes("=")).is_none() {
                reader.rest = before;
            }
            reader.literal(0)
        };
        self.items(")", argument).map(|_| ())
    }

    fn literal(&mut self, depth: usize) -> Option<()> {
        if self.takes("[").is_some() {
            let deep = depth < DEEPEST;
            return deep.then(|| self.items("]", |reader| reader.literal(depth + 1)))?.map(|_| ());
        }
        if self.rest.starts_with('"') {
            return self.string().map(|_| ());
        }
        self.takes("True").or_else(|| self.takes("False")).or_else(|| self.integer().map(|_| ()))
    }

    fn string(&mut self) -> Option<&'a str> {
        self.takes("\"")?;
        let inside = self.run(|c| c == ' ' || c.is_ascii_graphic() && c != '"' && c != '\\');
        self.takes("\"")?;
        Some(inside)
    }

    fn integer(&mut self) -> Option<&'a str> {
        let before = self.rest;
        let _ = self.takes("-");
        let digits = self.run(|c| c.is_ascii_digit());
        (!digits.is_empty()).then(|| &before[..before.len() - self.rest.len()])
    }

    fn change(&mut self) -> Option<Change<'a>> {
        if self.takes(".pin({").is_some() {
            let pin = |reader: &mut Self| {
                let weights = reader.string()?;
                reader.takes(": ")?;
                Some((weights, if reader.rest.starts_with('"') { reader.string()? } else { reader.integer()? }))
            };
            let pins = self.items("}", pin)?;
            self.takes(")")?;
            return Some(Change::Pin(pins));
        }
        if self.takes(".tie(").is_some() {
            return self.items(")", Self::string).map(Change::Tie);
        }
        self.takes(".observe([")?;
        let labels = self.items("]", Self::integer)?;
        self.takes(")")?;
        Some(Change::Observe(labels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_statements_are_no_tensors() {
        for name in ["W", "W1", "q_proj.weight", "x", "x_in", "at_", "a", "a0.weight"] {
            assert!(is_tensor_name(name), "{name}");
        }
        for name in ["with", "without", "is", "all", "and", "a.free", "x0", "x12", "1W", "W 1", "W\u{3164}", ""] {
            assert!(!is_tensor_name(name), "{name}");
        }
    }

    #[test]
    fn names_read_as_nothing_else() {
        for name in [
            "toy",
            "toy()",
            "lora(d=4, r=1)",
            "toy(kind=\"tanh\", d=[1, [2, -3]], b=True)",
            "toy.tie(\"W1[0,0] W1[1,1]\", \"W2\")",
            "lffn([2, 2, 2]).pin({\"W1[0,0]\": 0, \"W1[0,1]\": \"1/2\"})",
            "lffn([2, 2, 2], bias=True).observe([0, 2]).pin({\"W1[0,0]\": -1})",
            "lrnn(inputs=1, hidden=2, outputs=1, steps=5, readout=\"all\").observe([0])",
        ] {
            assert!(is_network_name(name), "{name}");
        }
        for name in [
            "",
            "lffn",
            "LFFN",
            "lffn([2, 2, 2])",
            "lffn ([2, 2, 2])",
            "LFFN([2, 2, 2])",
            "lffn([2, 2, 2]).pin",
            "lffn([2, 2, 2]).pin(",
            "lffn([2, 2, 2]).pinned({})",
            "x, functional; lffn([2, 2, 2])",
            "lffn([2, 2, 2]), functional; lffn([3, 3, 3]).pin({})",
            "all networks lffn, lrnn, pnn, relu; also of toy",
            "is proved",
            "lffn\u{301}([2, 2, 2])",
            "l\u{217f}ffn([2, 2, 2])",
            "\u{ff4c}ffn([2, 2, 2])",
            "toy(a=\"ä\")",
            "toy(a=b)",
            "toy(1",
            "toy(d=4) ",
            "toy(\"x\\\"\")",
        ] {
            assert!(!is_network_name(name), "{name}");
        }
        let name = "lffn([2, 2, 2]).pin({\"W1[0,0]\": 0, \"W1[1,0]\": \"-1/2\"}).tie(\"W2\", \"W1\").observe([1, 0])";
        let made = vec![
            Change::Pin(vec![("W1[0,0]", "0"), ("W1[1,0]", "-1/2")]),
            Change::Tie(vec!["W2", "W1"]),
            Change::Observe(vec!["1", "0"]),
        ];
        assert_eq!(changes(name), Some(("lffn([2, 2, 2])", made)));
        assert_eq!(changes("toy(d=4)"), Some(("toy(d=4)", Vec::new())));
    }
}
