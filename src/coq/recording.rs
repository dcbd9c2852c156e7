//! Programs that certificates carry, as `Recorded.v` has them; those with quotients, exponentials and logarithms as `Functions.v` has them.

use super::form::{Form, comment};
use super::network::{Tensor, digits};

/// A weight, an entry of the input, an earlier line, or a rational number.
enum Operand {
    Weight(usize),
    Input(usize),
    Line(usize),
    Number { sign: &'static str, numerator: String, denominator: String },
}

/// The lines of a program, with their text.
struct Line {
    text: String,
    kind: Kind,
    /// One or two.
    operands: Vec<Operand>,
    /// A bound on its degree in weights and inputs; with quotients, exponentials and logarithms, a measure of how large it may become.
    degree: u64,
    /// Whether it depends on the input.
    sees: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sum,
    Difference,
    Product,
    Quotient,
    Exp,
    Log,
}

impl Kind {
    /// Whether it is a line of `Recorded.v`; the others are in `Functions.v`.
    fn is_basic(self) -> bool {
        matches!(self, Kind::Sum | Kind::Difference | Kind::Product)
    }

    /// Its name in Coq, or in the plain form.
    fn name(self, form: Form) -> String {
        let name = format!("{self:?}");
        if form == Form::Plain { name.to_lowercase() } else { name }
    }
}

/// A program, and the tensors that its weights stand in.
pub(super) struct Recording {
    pub(super) weights: usize,
    pub(super) inputs: usize,
    tensors: Vec<String>,
    lines: Vec<Line>,
    outputs: Vec<Operand>,
}

/// Longer programs are not written.
const MOST_LINES: usize = 1 << 16;
/// Programs of larger degrees are not written: Coq would multiply out for hours.
const MOST_DEGREE: u64 = 1_024;
/// Longer constants are not written.
const MOST_DIGITS: usize = 10_000;

impl Recording {
    /// Reads tensors and a program.
    ///
    /// # Errors
    /// A line that is not known here.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.split('\n').peekable();
        let mut tensors = Vec::new();
        while let Some(line) = lines.next_if(|line| line.starts_with("tensor ")) {
            tensors.push(line.to_owned());
        }
        let wrong = |line: &str| format!("`{}` is not known in Coq", line.chars().take(60).collect::<String>());
        let head = lines.next().unwrap_or_default();
        let counts = head.strip_prefix("program with ").and_then(|rest| rest.strip_suffix(" inputs"));
        let counts = counts.and_then(|rest| rest.split_once(" weights and "));
        let (weights, inputs) =
            counts.and_then(|(weights, inputs)| digits(weights).zip(digits(inputs))).ok_or_else(|| wrong(head))?;
        let mut recording = Recording { weights, inputs, tensors, lines: Vec::new(), outputs: Vec::new() };
        for line in lines.by_ref() {
            if let Some(outputs) = line.strip_prefix("outputs ") {
                let outputs: Option<Vec<_>> = outputs.split(' ').map(|name| recording.operand(name)).collect();
                recording.outputs = outputs.ok_or_else(|| wrong(line))?;
                break;
            }
            let line = recording.line(line).ok_or_else(|| wrong(line))?;
            if line.degree > MOST_DEGREE {
                return Err(format!("its program has a degree above {MOST_DEGREE}"));
            }
            recording.lines.push(line);
        }
        let read: usize = recording.read_tensors().ok_or("a tensor is not known in Coq")?;
        let whole = !recording.outputs.is_empty() && lines.next().is_none() && read == weights && weights > 0;
        if whole { Ok(recording) } else { Err("its program is not whole".to_owned()) }
    }

    fn line(&self, text: &str) -> Option<Line> {
        let (name, term) = text.split_once(" = ")?;
        let next = name == format!("s{}", self.lines.len()) && self.lines.len() < MOST_LINES;
        let (kind, operands) = match term.strip_suffix(')').and_then(|call| call.split_once('(')) {
            Some(("exp", inside)) => (Kind::Exp, vec![self.operand(inside)?]),
            Some(("log", inside)) => (Kind::Log, vec![self.operand(inside)?]),
            Some(_) => return None,
            None => {
                let [a, sign, b] = term.split(' ').collect::<Vec<_>>().try_into().ok()?;
                let kind = match sign {
                    "+" => Kind::Sum,
                    "-" => Kind::Difference,
                    "*" => Kind::Product,
                    "/" => Kind::Quotient,
                    _ => return None,
                };
                (kind, vec![self.operand(a)?, self.operand(b)?])
            }
        };
        let degrees = operands.iter().map(|operand| self.degree(operand));
        let degree = match kind {
            Kind::Sum | Kind::Difference => degrees.max().unwrap_or(0),
            Kind::Product | Kind::Quotient => degrees.fold(0, u64::saturating_add),
            Kind::Exp | Kind::Log => 1,
        };
        let sees = operands.iter().any(|operand| match operand {
            Operand::Input(_) => true,
            Operand::Line(line) => self.lines[*line].sees,
            Operand::Weight(_) | Operand::Number { .. } => false,
        });
        next.then(|| Line { text: text.to_owned(), kind, operands, degree, sees })
    }

    /// Whether it has quotients, exponentials or logarithms: then `Functions.v` defines what it computes.
    pub(super) fn is_analytic(&self) -> bool {
        self.lines.iter().any(|line| !line.kind.is_basic())
    }

    /// The lines with exponentials and logarithms, each with whether it depends on the input.
    pub(super) fn functions(&self) -> Vec<(usize, bool)> {
        let of =
            |(place, line): (usize, &Line)| matches!(line.kind, Kind::Exp | Kind::Log).then_some((place, line.sees));
        self.lines.iter().enumerate().filter_map(of).collect()
    }

    fn degree(&self, operand: &Operand) -> u64 {
        match operand {
            Operand::Weight(_) | Operand::Input(_) => 1,
            Operand::Line(line) => self.lines[*line].degree,
            Operand::Number { .. } => 0,
        }
    }

    fn operand(&self, name: &str) -> Option<Operand> {
        let among = |rest: &str, count: usize| digits(rest).filter(|index| *index < count);
        match name.split_at_checked(1)? {
            ("w", rest) => among(rest, self.weights).map(Operand::Weight),
            ("x", rest) => among(rest, self.inputs).map(Operand::Input),
            ("s", rest) => among(rest, self.lines.len()).map(Operand::Line),
            _ => {
                let (sign, number) = name.strip_prefix('-').map_or(("", name), |number| ("-", number));
                let (numerator, denominator) = number.split_once('/').unwrap_or((number, "1"));
                let plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                let known = plain(numerator) && plain(denominator) && name.len() <= MOST_DIGITS;
                let (numerator, denominator) = (numerator.to_owned(), denominator.to_owned());
                (known && denominator.bytes().any(|b| b != b'0')).then_some(Operand::Number {
                    sign,
                    numerator,
                    denominator,
                })
            }
        }
    }

    /// The number of weights in the tensors, if all lines are tensors, no two of one name, and weights are numbered by where they stand first.
    fn read_tensors(&self) -> Option<usize> {
        let mut known = 0;
        let mut names = Vec::new();
        for line in &self.tensors {
            let tensor = tensor(line)?;
            for weight in tensor.entries.iter().flatten() {
                known = if *weight <= known { known.max(weight + 1) } else { return None };
            }
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
            let input = tensor.name.strip_prefix('x').is_some_and(|rest| digits(rest).is_some());
            let begins = tensor.name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            if !begins || input || !tensor.name.chars().all(word) || ["all", "none"].contains(&tensor.name.as_str()) {
                return None;
            }
            names.push(tensor.name);
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        (names.len() == count).then_some(known)
    }

    pub(super) fn tensors(&self) -> Vec<Tensor> {
        self.tensors.iter().filter_map(|line| tensor(line)).collect()
    }

    pub(super) fn labels(&self) -> usize {
        self.outputs.len()
    }

    /// The definition in Coq, each line beside the text of the certificate.
    pub(super) fn definition(&self, name: &str) -> String {
        let form = Form::Coq;
        let operand = |o: &Operand| o.term(form);
        let mut text = String::new();
        self.tensors.iter().for_each(|line| text.push_str(&format!("(* {} *)\n", comment(line))));
        let analytic = self.is_analytic();
        let (of, make) = if analytic { ("fprogram", "FProgram") } else { ("recording", "Recording") };
        text.push_str(&format!("Definition {name} : {of} := {make} [::"));
        for (place, line) in self.lines.iter().enumerate() {
            let end = if place + 1 < self.lines.len() { ";" } else { "" };
            let operands: Vec<String> = line.operands.iter().map(operand).collect();
            let term = format!("{} {}", line.kind.name(form), operands.join(" "));
            let term = if analytic && line.kind.is_basic() { format!("Basic ({term})") } else { term };
            text.push_str(&format!("\n  {term}{end} (* {} *)", comment(&line.text)));
        }
        text.push_str(&format!("]\n  {}.\n", form.list(self.outputs.iter().map(operand))));
        text
    }

    /// The same in the plain form.
    pub(super) fn plain(&self) -> String {
        let form = Form::Plain;
        let line = |line: &Line| {
            let operands: Vec<String> = line.operands.iter().map(|o| o.term(form)).collect();
            format!("\n  {} {}", line.kind.name(form), operands.join(" "))
        };
        let outputs = form.list(self.outputs.iter().map(|o| o.term(form)));
        let of = if self.is_analytic() { "functions" } else { "recorded" };
        format!("{of} {}\n  {outputs}", form.list(self.lines.iter().map(line)))
    }
}

impl Operand {
    fn term(&self, form: Form) -> String {
        match (self, form) {
            (Operand::Weight(i), Form::Coq) => format!("(W {i})"),
            (Operand::Input(e), Form::Coq) => format!("(X {e})"),
            (Operand::Line(k), Form::Coq) => format!("(Line {k})"),
            (Operand::Number { sign, numerator, denominator }, Form::Coq) => {
                format!("(Q ({sign}{numerator}) {denominator})")
            }
            (Operand::Weight(i), Form::Plain) => format!("w {i}"),
            (Operand::Input(e), Form::Plain) => format!("x {e}"),
            (Operand::Line(k), Form::Plain) => format!("line {k}"),
            (Operand::Number { sign, numerator, denominator }, Form::Plain) => {
                format!("q {sign}{numerator} {denominator}")
            }
        }
    }
}

/// Reads `tensor U[2,1] w0 1/2`.
fn tensor(line: &str) -> Option<Tensor> {
    let mut words = line.split(' ').skip(1);
    let head = words.next()?;
    let (name, axes) = match head.strip_suffix(']') {
        None => (head, Vec::new()),
        Some(rest) => {
            let (name, axes) = rest.split_once('[')?;
            (name, axes.split(',').map(digits).collect::<Option<Vec<_>>>()?)
        }
    };
    let size = axes.iter().try_fold(1, |size: usize, axis| size.checked_mul(*axis))?;
    let entry = |word: &str| match word.strip_prefix('w') {
        Some(weight) => digits(weight).map(Some),
        None => Some(None),
    };
    let entries = words.map(entry).collect::<Option<Vec<_>>>()?;
    (entries.len() == size && size > 0).then(|| Tensor { name: name.to_owned(), axes, entries })
}
