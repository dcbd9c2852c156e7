//! The language of conditions in certificates: a small part of the claim language, without statements, so that a condition reads
//! as its author wrote it.
//!
//! ```text
//! a.dim == sum([min(c, net.widths[2]) for c in a.column_counts("W1")]) if a.size > 1 else a.free
//! ```
//!
//! Whole numbers, `True`, `False`, `None`, texts, lists, names, `x.attribute`, `x[i]`, calls, `[e for v in list if c]`, the signs
//! `+ - * // %`, one comparison (`== != < <= > >= in`), `not`, `and`, `or`, and `e if c else f`, with the precedence of Python.

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// A whole number.
    Number(i64),
    /// `True` or `False`.
    Truth(bool),
    /// `None`.
    Nothing,
    /// A text in double quotes.
    Text(String),
    /// A variable or a function.
    Name(String),
    /// `[e, f]`.
    List(Vec<Expression>),
    /// `[e for v in list if c]`: e, v, list, c.
    Each(Box<Expression>, String, Box<Expression>, Option<Box<Expression>>),
    /// `x.attribute`.
    Attribute(Box<Expression>, String),
    /// `x[i]`.
    Index(Box<Expression>, Box<Expression>),
    /// `f(e, …)`.
    Call(Box<Expression>, Vec<Expression>),
    /// `- e`.
    Minus(Box<Expression>),
    /// `not e`.
    Not(Box<Expression>),
    /// Two operands with a sign between.
    Operation(Box<Expression>, &'static str, Box<Expression>),
    /// `e if c else f`: c, e, f.
    Choice(Box<Expression>, Box<Expression>, Box<Expression>),
}

/// The signs, by precedence, the weakest first.
const SIGNS: [&[&str]; 5] =
    [&["or"], &["and"], &["==", "!=", "<=", ">=", "<", ">", "in"], &["+", "-"], &["*", "//", "%"]];
/// The place of comparisons among them; `not` stands before.
const COMPARISONS: usize = 2;
/// The deepest nesting.
const MOST_DEPTH: usize = 40;
/// The longest text, in bytes.
const MOST_BYTES: usize = 10_000;

/// Reads an expression.
///
/// # Errors
/// Other text, or one that is too long or nests too deeply.
pub fn parse(text: &str) -> Result<Expression, String> {
    if text.len() > MOST_BYTES {
        return Err(format!("over the limit of {MOST_BYTES} bytes for a condition"));
    }
    if !text.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
        return Err("a condition is one line of ASCII characters".to_owned());
    }
    let mut parser = Parser { tokens: tokens(text)?, next: 0, depth: 0 };
    let expression = parser.expression()?;
    if parser.next == parser.tokens.len() { Ok(expression) } else { Err(parser.unexpected()) }
}

/// The words, numbers, texts and signs of a text; a text keeps its opening quote.
fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start_matches(' ');
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => {
                let end = rest[1..].find(['"', '\\', '\n']).filter(|end| rest[1 + end..].starts_with('"'));
                1 + end.ok_or("a text without an end, or with a backslash")?
            }
            c if c.is_ascii_alphanumeric() || c == '_' => {
                rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            _ if ["==", "!=", "<=", ">=", "//"].iter().any(|sign| rest.starts_with(sign)) => 2,
            c if "+-*%<>()[],.".contains(c) => 1,
            c => return Err(format!("`{c}` is no part of a condition")),
        };
        tokens.push(rest[..length].to_owned());
        rest = rest[length + usize::from(first == '"')..].trim_start_matches(' ');
    }
    Ok(tokens)
}

struct Parser {
    tokens: Vec<String>,
    next: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &str {
        self.tokens.get(self.next).map_or("", String::as_str)
    }

    fn unexpected(&self) -> String {
        match self.peek() {
            "" => "a condition that ends too early".to_owned(),
            token => format!("`{}` is not expected here", token.chars().take(40).collect::<String>()),
        }
    }

    /// Takes a token if it is the next.
    fn take(&mut self, token: &str) -> bool {
        let found = self.peek() == token;
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.take(token) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn name(&mut self) -> Result<String, String> {
        const WORDS: [&str; 11] = ["if", "else", "for", "in", "and", "or", "not", "True", "False", "None", "lambda"];
        let token = self.peek().to_owned();
        let first = token.chars().next();
        if first.is_none_or(|c| !c.is_ascii_alphabetic() && c != '_') || WORDS.contains(&token.as_str()) {
            return Err(self.unexpected());
        }
        self.next += 1;
        Ok(token)
    }

    fn expression(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err("a condition that nests too deeply".to_owned());
        }
        let mut expression = self.operation(0)?;
        if self.take("if") {
            let condition = self.operation(0)?;
            self.expect("else")?;
            let otherwise = self.expression()?;
            expression = Expression::Choice(Box::new(condition), Box::new(expression), Box::new(otherwise));
        }
        self.depth -= 1;
        Ok(expression)
    }

    /// Operands of so strong signs, with the signs between them.
    fn operation(&mut self, strength: usize) -> Result<Expression, String> {
        let Some(signs) = SIGNS.get(strength) else { return self.operand() };
        if strength == COMPARISONS && self.peek() == "not" {
            return self.negation();
        }
        let mut left = self.operation(strength + 1)?;
        while let Some(sign) = signs.iter().find(|sign| self.take(sign)) {
            let right = self.operation(strength + 1)?;
            left = Expression::Operation(Box::new(left), sign, Box::new(right));
            if strength == COMPARISONS {
                break;
            }
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Expression, String> {
        let mut negations = 0;
        while self.take("not") {
            negations += 1;
        }
        if negations > MOST_DEPTH {
            return Err("a condition that nests too deeply".to_owned());
        }
        let inner = self.operation(COMPARISONS)?;
        Ok((0..negations).fold(inner, |e, _| Expression::Not(Box::new(e))))
    }

    fn operand(&mut self) -> Result<Expression, String> {
        if self.take("-") {
            self.depth += 1;
            if self.depth > MOST_DEPTH {
                return Err("a condition that nests too deeply".to_owned());
            }
            let inner = self.operand()?;
            self.depth -= 1;
            return Ok(Expression::Minus(Box::new(inner)));
        }
        let mut operand = self.atom()?;
        for _ in 0..MOST_DEPTH {
            operand = if self.take(".") {
                Expression::Attribute(Box::new(operand), self.name()?)
            } else if self.take("(") {
                Expression::Call(Box::new(operand), self.list(")")?)
            } else if self.take("[") {
                let index = self.expression()?;
                self.expect("]")?;
                Expression::Index(Box::new(operand), Box::new(index))
            } else {
                return Ok(operand);
            };
        }
        Err("a condition that nests too deeply".to_owned())
    }

    fn atom(&mut self) -> Result<Expression, String> {
        let token = self.peek().to_owned();
        if let Some(text) = token.strip_prefix('"') {
            self.next += 1;
            return Ok(Expression::Text(text.to_owned()));
        }
        if token.starts_with(|c: char| c.is_ascii_digit()) {
            let plain = token.len() <= 15 && token.bytes().all(|b| b.is_ascii_digit());
            let number = plain.then(|| token.parse().ok()).flatten().ok_or_else(|| self.unexpected())?;
            self.next += 1;
            return Ok(Expression::Number(number));
        }
        match token.as_str() {
            "True" | "False" | "None" => {
                self.next += 1;
                Ok(if token == "None" { Expression::Nothing } else { Expression::Truth(token == "True") })
            }
            "(" => {
                self.next += 1;
                let inner = self.expression()?;
                self.expect(")")?;
                Ok(inner)
            }
            "[" => {
                self.next += 1;
                self.bracket()
            }
            _ => Ok(Expression::Name(self.name()?)),
        }
    }

    /// A list, or one of all that a list gives.
    fn bracket(&mut self) -> Result<Expression, String> {
        if self.take("]") {
            return Ok(Expression::List(Vec::new()));
        }
        let first = self.expression()?;
        if !self.take("for") {
            let mut list = vec![first];
            if self.take(",") {
                list.extend(self.list("]")?);
            } else {
                self.expect("]")?;
            }
            return Ok(Expression::List(list));
        }
        let variable = self.name()?;
        self.expect("in")?;
        let list = self.operation(0)?;
        let condition = if self.take("if") { Some(Box::new(self.operation(0)?)) } else { None };
        self.expect("]")?;
        Ok(Expression::Each(Box::new(first), variable, Box::new(list), condition))
    }

    /// Expressions up to a bracket, with commas between.
    fn list(&mut self, end: &str) -> Result<Vec<Expression>, String> {
        let mut list = Vec::new();
        while !self.take(end) {
            list.push(self.expression()?);
            if !self.take(",") {
                self.expect(end)?;
                break;
            }
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_bind_as_in_python() {
        let same = |a: &str, b: &str| assert_eq!(parse(a).unwrap(), parse(b).unwrap(), "{a}");
        same("1 + 2 * 3 - 4", "(1 + (2 * 3)) - 4");
        same("a or b and not c == d", "a or (b and (not (c == d)))");
        same("not a in b", "not (a in b)");
        same("not not not a", "not (not (not a))");
        same("-a.b[0] * c", "(-(a.b[0])) * c");
        same("x if y else z if u else v", "x if y else (z if u else v)");
        same("7 // 2 % 3", "(7 // 2) % 3");
        same("[x for x in l if x > 1]", "[(x) for x in (l) if (x > 1)]");
        same("f(a, b,)", "f(a,b)");
        same("[1,]", "[1]");
    }

    #[test]
    fn other_texts_are_errors() {
        let deep = "(".repeat(100) + "1" + &")".repeat(100);
        let not = "not ".repeat(41) + "x";
        let minus = "-".repeat(100) + "1";
        let long = "1 + ".repeat(5_000) + "1";
        let calls = "f".to_owned() + &"()".repeat(100);
        let wrong =
            ["", "1 2", "a <", "a < b < c", "a ** b", "lambda x: x", "a.", "\"x", "\"\\n\"", "1e3", "0x1", "f(a b)"];
        for text in wrong.into_iter().chain([
            deep.as_str(),
            &not,
            &minus,
            &long,
            &calls,
            "{}",
            "a = b",
            "if",
            "x.1",
            "[for x in y]",
            "a.dim\u{a0}== 1",
            "1 ==\n1",
        ]) {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
