//! The two forms that a certificate is written in.

/// A term of Coq; or words and numbers between spaces, every list after its length, which the extracted checker reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Coq,
    Plain,
}

impl Form {
    pub(super) fn list(self, items: impl IntoIterator<Item = String>) -> String {
        let items: Vec<String> = items.into_iter().collect();
        match self {
            Form::Plain => format!("{} {}", items.len(), items.join(" ")),
            Form::Coq if items.is_empty() => "[::]".to_owned(),
            Form::Coq => format!("[:: {}]", items.join("; ")),
        }
    }

    pub(super) fn numbers<N: ToString>(self, items: &[N]) -> String {
        self.list(items.iter().map(N::to_string))
    }

    pub(super) fn tuple(self, parts: &[String]) -> String {
        match self {
            Form::Coq => format!("({})", parts.join(", ")),
            Form::Plain => parts.join(" "),
        }
    }

    /// In a scope of Coq.
    pub(super) fn scoped(self, text: String, scope: &str) -> String {
        match self {
            Form::Coq => format!("{text}%{scope}"),
            Form::Plain => text,
        }
    }

    /// One of two words.
    pub(super) fn word(self, coq: &'static str, plain: &'static str) -> &'static str {
        match self {
            Form::Coq => coq,
            Form::Plain => plain,
        }
    }
}

/// A text inside a comment of Coq: nothing in it ends the comment, or begins a string or another comment.
pub(super) fn comment(text: &str) -> String {
    let shown = |c: char| match c {
        '*' => '×',
        '"' => '\'',
        c if c.is_control() => ' ',
        c => c,
    };
    text.chars().map(shown).collect()
}
