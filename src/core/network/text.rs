//! Networks of the built-in families read from text such as `lffn([2, 2, 2], bias = True)`: literal arguments only. The claim
//! language reads the same calls, and computes their arguments.

use super::{Network, ShapeError};
use crate::text::{nearest, quote};

/// Why a text is not a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkTextError {
    /// The text is not a call with literal arguments.
    #[error(
        "{text}: a network is a call such as lffn([2, 2, 2]) with numbers, lists of numbers, True, False or strings\n  at character {at}: {found}"
    )]
    Syntax {
        /// What was given.
        text: String,
        /// The character, from 1.
        at: usize,
        /// What stands there.
        found: String,
    },
    /// No family of that name.
    #[error("there is no family {name}{}\n  the families are lffn, lrnn, pnn and relu", hint(suggestion))]
    Family {
        /// What was given.
        name: String,
        /// The nearest name.
        suggestion: Option<&'static str>,
    },
    /// An argument that the family does not take, or of another type, or one that is missing.
    #[error("{family}: {what}\n  write {usage}")]
    Argument {
        /// The family.
        family: &'static str,
        /// What is wrong.
        what: String,
        /// How the family is called.
        usage: &'static str,
    },
    /// A shape that there is not.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}

fn hint(suggestion: &Option<&'static str>) -> String {
    suggestion.map(|name| format!("; do you mean {name}?")).unwrap_or_default()
}

/// A literal argument.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Number(i64),
    Truth(bool),
    Word(String),
    List(Vec<i64>),
}

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn wrong(&self) -> NetworkTextError {
        let at = self.text.chars().count() - self.rest.chars().count() + 1;
        let found = if self.rest.is_empty() { "the end".to_owned() } else { quote(self.rest) };
        NetworkTextError::Syntax { text: quote(self.text), at, found }
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Whether this character comes next; it is taken.
    fn takes(&mut self, character: char) -> bool {
        self.skip_spaces();
        let rest = self.rest.strip_prefix(character);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expects(&mut self, character: char) -> Result<(), NetworkTextError> {
        if self.takes(character) { Ok(()) } else { Err(self.wrong()) }
    }

    fn run(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at(end);
        self.rest = rest;
        run
    }

    fn name(&mut self) -> Option<&'a str> {
        self.skip_spaces();
        let starts = self.rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        starts.then(|| self.run(|c| c.is_ascii_alphanumeric() || c == '_'))
    }

    fn number(&mut self) -> Result<i64, NetworkTextError> {
        self.skip_spaces();
        let before = self.rest;
        let sign = self.takes('-');
        let digits = self.run(|c| c.is_ascii_digit());
        let number = digits.parse::<i64>().ok().map(|n| if sign { -n } else { n });
        number.ok_or_else(|| Reader { text: self.text, rest: before }.wrong())
    }

    fn list(&mut self, end: char) -> Result<Value, NetworkTextError> {
        let mut numbers = Vec::new();
        while !self.takes(end) {
            numbers.push(self.number()?);
            if !self.takes(',') {
                self.expects(end)?;
                break;
            }
        }
        Ok(Value::List(numbers))
    }

    fn word(&mut self, quote: char) -> Result<Value, NetworkTextError> {
        let word = self.run(|c| c != quote && c != '\\').to_owned();
        self.expects(quote)?;
        Ok(Value::Word(word))
    }

    fn value(&mut self) -> Result<Value, NetworkTextError> {
        for (start, end) in [('[', ']'), ('(', ')')] {
            if self.takes(start) {
                return self.list(end);
            }
        }
        for quote in ['"', '\''] {
            if self.takes(quote) {
                return self.word(quote);
            }
        }
        let before = self.rest;
        match self.name() {
            Some("True") => Ok(Value::Truth(true)),
            Some("False") => Ok(Value::Truth(false)),
            Some(_) => Err(Reader { text: self.text, rest: before }.wrong()),
            None => self.number().map(Value::Number),
        }
    }

    /// The name before `=`, if one stands there.
    fn keyword(&mut self) -> Option<&'a str> {
        let before = self.rest;
        let name = self.name().filter(|_| self.takes('='));
        if name.is_none() {
            self.rest = before;
        }
        name
    }
}

/// The longest name of a network of one's own.
const LONGEST_NAME: usize = 100;
/// The longest call.
const LONGEST_CALL: usize = 10_000;
/// Lists in lists are not deeper.
const DEEPEST: usize = 16;

/// Whether a network of one's own may be called so: a plain identifier, and no built-in family's name in any case, so that
/// nothing that is said of it is taken for something else.
pub(super) fn is_own_name(name: &str) -> bool {
    let mut reader = Reader { text: name, rest: name };
    let whole = reader.name() == Some(name);
    whole && name.len() <= LONGEST_NAME && !Network::FAMILIES.iter().any(|family| name.eq_ignore_ascii_case(family))
}

/// Whether a text is that name alone, or a call of it with plain literals: numbers, True, False, strings of printable ASCII
/// without quotes and backslashes, lists of these.
pub(super) fn is_own_call(name: &str, text: &str) -> bool {
    let Some(rest) = text.strip_prefix(name).filter(|_| text.len() <= LONGEST_CALL) else {
        return false;
    };
    let mut reader = Reader { text, rest };
    rest.is_empty() || rest.starts_with('(') && reader.plain_arguments() && reader.rest.is_empty()
}

impl Reader<'_> {
    fn plain_arguments(&mut self) -> bool {
        let mut first = true;
        self.takes('(');
        loop {
            if self.takes(')') {
                return true;
            }
            if !first && !self.takes(',') {
                return false;
            }
            first = false;
            self.keyword();
            if !self.plain(0) {
                return false;
            }
        }
    }

    /// Whether a plain literal comes next; it is taken.
    fn plain(&mut self, depth: usize) -> bool {
        if self.takes('[') {
            let mut first = true;
            loop {
                if self.takes(']') {
                    return true;
                }
                if depth == DEEPEST || !first && !self.takes(',') || !self.plain(depth + 1) {
                    return false;
                }
                first = false;
            }
        }
        if self.takes('"') {
            let printable = |c: char| c == ' ' || c.is_ascii_graphic() && c != '"' && c != '\\';
            self.run(printable);
            let closed = self.rest.starts_with('"');
            return closed && self.takes('"');
        }
        let before = self.rest;
        match self.name() {
            Some(name) => ["True", "False"].contains(&name),
            None => {
                self.rest = before;
                self.takes('-');
                !self.run(|c| c.is_ascii_digit()).is_empty()
            }
        }
    }
}

/// The arguments of a call, by name.
struct Arguments {
    family: &'static str,
    usage: &'static str,
    given: Vec<(&'static str, Value)>,
}

impl Arguments {
    fn wrong(&self, what: impl Into<String>) -> NetworkTextError {
        NetworkTextError::Argument { family: self.family, what: what.into(), usage: self.usage }
    }

    fn read(
        reader: &mut Reader,
        family: &'static str,
        usage: &'static str,
        names: &[&'static str],
    ) -> Result<Self, NetworkTextError> {
        let mut arguments = Arguments { family, usage, given: Vec::new() };
        let mut by_name = false;
        while !reader.takes(')') {
            let keyword = reader.keyword();
            by_name |= keyword.is_some();
            let name = match keyword {
                Some(keyword) => names
                    .iter()
                    .copied()
                    .find(|n| *n == keyword)
                    .ok_or_else(|| arguments.wrong(format!("there is no argument {}", quote(keyword))))?,
                None if by_name => return Err(arguments.wrong("an argument without a name follows one with a name")),
                None => names
                    .get(arguments.given.len())
                    .copied()
                    .ok_or_else(|| arguments.wrong(format!("more than {} arguments", names.len())))?,
            };
            let value = reader.value()?;
            if arguments.given.iter().any(|(given, _)| *given == name) {
                return Err(arguments.wrong(format!("{name} is given twice")));
            }
            arguments.given.push((name, value));
            if !reader.takes(',') {
                reader.expects(')')?;
                break;
            }
        }
        Ok(arguments)
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.given.iter().find(|(given, _)| *given == name).map(|(_, value)| value)
    }

    fn number(&self, name: &str) -> Result<i64, NetworkTextError> {
        match self.value(name) {
            Some(Value::Number(number)) => Ok(*number),
            Some(_) => Err(self.wrong(format!("{name} must be an integer"))),
            None => Err(self.wrong(format!("{name} is missing"))),
        }
    }

    fn widths(&self) -> Result<&[i64], NetworkTextError> {
        match self.value("widths") {
            Some(Value::List(numbers)) => Ok(numbers),
            Some(_) => Err(self.wrong("widths must be a list of integers")),
            None => Err(self.wrong("widths is missing")),
        }
    }

    fn bias(&self) -> Result<bool, NetworkTextError> {
        match self.value("bias") {
            Some(Value::Truth(truth)) => Ok(*truth),
            Some(_) => Err(self.wrong("bias must be True or False")),
            None => Ok(false),
        }
    }

    fn reads_every_step(&self) -> Result<bool, NetworkTextError> {
        match self.value("readout") {
            Some(Value::Word(word)) if word == "all" => Ok(true),
            Some(Value::Word(word)) if word == "last" => Ok(false),
            Some(_) => Err(self.wrong("readout must be \"last\" or \"all\"")),
            None => Ok(false),
        }
    }
}

fn call(family: &str, reader: &mut Reader) -> Result<Network, NetworkTextError> {
    match family {
        "lffn" => {
            let a = Arguments::read(reader, "lffn", "lffn([2, 2, 2], bias = False)", &["widths", "bias"])?;
            Ok(Network::lffn(a.widths()?, a.bias()?)?)
        }
        "lrnn" => {
            let usage = "lrnn(inputs = 1, hidden = 2, outputs = 1, steps = 5, readout = \"last\")";
            let names = ["inputs", "hidden", "outputs", "steps", "readout"];
            let a = Arguments::read(reader, "lrnn", usage, &names)?;
            let [inputs, hidden, outputs, steps] = ["inputs", "hidden", "outputs", "steps"].map(|name| a.number(name));
            Ok(Network::lrnn(inputs?, hidden?, outputs?, steps?, a.reads_every_step()?)?)
        }
        "pnn" => {
            let usage = "pnn([2, 2, 1], degree = 2, bias = False)";
            let a = Arguments::read(reader, "pnn", usage, &["widths", "degree", "bias"])?;
            match a.value("degree") {
                Some(Value::List(degrees)) => Ok(Network::pnn_by_layer(a.widths()?, degrees, a.bias()?)?),
                _ => Ok(Network::pnn(a.widths()?, a.number("degree")?, a.bias()?)?),
            }
        }
        "relu" => {
            let a = Arguments::read(reader, "relu", "relu([2, 2, 1], bias = False)", &["widths", "bias"])?;
            Ok(Network::relu(a.widths()?, a.bias()?)?)
        }
        other => Err(NetworkTextError::Family { name: quote(other), suggestion: nearest(other, &Network::FAMILIES) }),
    }
}

/// Reads what [`Network`]'s `Display` writes, and other literal calls of the families.
impl std::str::FromStr for Network {
    type Err = NetworkTextError;

    fn from_str(text: &str) -> Result<Self, NetworkTextError> {
        let mut reader = Reader { text, rest: text };
        let family = reader.name().ok_or_else(|| Reader { text, rest: text }.wrong())?;
        reader.expects('(')?;
        let network = call(family, &mut reader)?;
        reader.skip_spaces();
        if reader.rest.is_empty() { Ok(network) } else { Err(reader.wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_written() {
        for text in [
            "lffn([2, 2, 2])",
            "lffn([2, 2, 2], bias=True)",
            "lrnn(inputs=1, hidden=2, outputs=1, steps=5)",
            "lrnn(inputs=1, hidden=2, outputs=1, steps=5, readout=\"all\")",
            "pnn([2, 2, 1], degree=3)",
            "pnn([2, 2, 2, 1], degree=[2, 3])",
            "relu([2, 2, 1])",
        ] {
            assert_eq!(text.parse::<Network>().map(|n| n.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("lrnn(1, 2, 1, 5)".parse(), Network::lrnn(1, 2, 1, 5, false).map_err(Into::into));
        assert_eq!(" pnn( (2,1,1,) , 2 ) ".parse(), Network::pnn(&[2, 1, 1], 2, false).map_err(Into::into));
    }

    #[test]
    fn names_of_ones_own_are_no_familys() {
        for name in ["toy", "_x", "lffn2", "my_lffn", "A1"] {
            assert!(is_own_name(name), "{name}");
        }
        for name in [
            "",
            "lffn",
            "LFFN",
            "ReLU",
            "lffn ",
            " lffn",
            "lffn([2, 2, 2])",
            "a b",
            "1a",
            "lffn.pin",
            "ℓffn",
            "l\u{217f}ffn",
            "x, functional; lffn([2, 2, 2])",
            "is proved",
        ] {
            assert!(!is_own_name(name), "{name}");
        }
    }

    #[test]
    fn calls_of_ones_own_have_plain_literals() {
        for text in ["toy", "toy()", "toy(d=4, r=1)", "toy(0)", "toy(a=\"tanh\", b=[1, [-2], True], c=False)"] {
            assert!(is_own_call("toy", text), "{text}");
        }
        for text in [
            "toy ",
            "toys",
            "toy(d=4).pin({})",
            "toy(d=4",
            "toy(d=4))",
            "toy(a=\"\\\"\")",
            "toy(a=\"ä\")",
            "toy(a=b)",
            "toy(x, functional; lffn(2)=1)",
            "toy(1), functional; lffn([2, 2, 2])",
            "lffn([2, 2, 2])",
        ] {
            assert!(!is_own_call("toy", text), "{text}");
        }
        assert!(!is_own_call("toy", &format!("toy({}1{})", "[".repeat(40), "]".repeat(40))));
    }

    #[test]
    fn says_where_and_what_is_wrong() {
        for (text, said) in [
            ("", "at character 1: the end"),
            ("lffn", "at character 5: the end"),
            ("lffn([2, x])", "at character 10: `x])`"),
            ("lffn([2, 2]) + 1", "at character 14: `+ 1`"),
            ("lfnn([2, 2])", "do you mean lffn?"),
            ("lffn()", "widths is missing"),
            ("lffn([2, 2], depth=3)", "there is no argument `depth`"),
            ("lffn([2, 2], widths=[1, 1])", "widths is given twice"),
            ("lffn([2, 2], True, 1)", "more than 2 arguments"),
            ("lffn([99999999999999999999])", "at character 7"),
            ("lrnn(1, 2, 1, 5, readout=\"some\")", "readout must be"),
            ("pnn([2, 0, 1], 2)", "widths[1] is 0"),
            ("pnn([2, 2, 1], [2, 3])", "degree has 2 entries, and there are 1 hidden layers"),
            ("pnn([2, 2, 2, 1], [2, 0])", "degree[1] is 0"),
        ] {
            let error = text.parse::<Network>().expect_err(text).to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
