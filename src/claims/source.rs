//! The text of a claim file: where each claim stands, and what its `holds` compares.

use starlark::codemap::Span;
use starlark::syntax::AstModule;
use starlark_syntax::syntax::ast::{ArgumentP, AstExpr, AstLiteral, AstParameter, AstStmt, BinOp, Expr, Stmt};

use super::defined::{Definition, Tops, asking};
use super::invariance::{Reader, Requirement};

/// One call `claim(…)` in the text.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// The byte at which the call begins.
    pub begin: usize,
    /// The byte behind it.
    pub end: usize,
    /// The text of `holds`, if it is written out in the call.
    pub holds: Option<Holds>,
    /// What is asked, as written.
    pub written: Written,
    /// What the claim's conditions ask of symmetries; nothing if it must be checked allocation by allocation.
    pub requirements: Option<Vec<Requirement>>,
}

/// What a claim asks, as it is written in its file; a function that is given by its name, as it is defined. Nothing where
/// the call does not hold it in so many words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The networks.
    pub networks: Option<String>,
    /// `holds`, or `trend`.
    pub holds: Option<String>,
    /// The hypothesis.
    pub given: Option<String>,
    /// The allocations; nothing if they are left out.
    pub allocations: Option<String>,
    /// What the file says of itself at its top, up to the first full stop.
    pub topic: Option<String>,
    /// What all of these use of the file, in its order.
    pub definitions: Vec<Definition>,
    /// Whether the functions of the language that have names of their own mean what they mean elsewhere: the file gives none of
    /// these names to something else.
    pub plain: bool,
}

/// A lambda given as `holds`, or a function of the file that does nothing but return a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Holds {
    /// Its parameters, as written: `net, a`.
    pub parameters: String,
    /// Its body.
    pub body: String,
    /// Both sides and the sign between, if the body is a comparison.
    pub sides: Option<(String, &'static str, String)>,
}

/// Every call of `claim` in a file that may use what the other files define, the last before those before it.
pub(super) fn calls(text: &str, ast: &AstModule, others: &[Tops<'_>]) -> Vec<Call> {
    let mut calls = Vec::new();
    let seen = Seen { reader: Reader::new(text, ast), tops: Tops::new(text, ast), others, file: ast.statement() };
    ast.statement().visit_expr(|expr| visit(text, expr, &seen, &mut calls));
    calls
}

/// What is known of a file whose calls are read.
struct Seen<'a> {
    reader: Reader<'a>,
    tops: Tops<'a>,
    others: &'a [Tops<'a>],
    file: &'a AstStmt,
}

fn visit(text: &str, expr: &AstExpr, seen: &Seen<'_>, calls: &mut Vec<Call>) {
    let reader = &seen.reader;
    if let Expr::Call(function, arguments) = &expr.node
        && let Expr::Identifier(name) = &function.node
        && name.node.ident == "claim"
    {
        let named = |wanted: &str| {
            arguments.args.iter().find_map(|argument| match &argument.node {
                ArgumentP::Named(name, value) if name.node == wanted => Some(value),
                _ => None,
            })
        };
        let plain = arguments.args.iter().all(|a| matches!(a.node, ArgumentP::Named(..)));
        let conditions: Vec<&AstExpr> = [named("given"), named("holds")].into_iter().flatten().collect();
        let requirements = (plain && named("holds").is_some()).then(|| reader.requirements(&conditions)).flatten();
        let condition = named("holds").or_else(|| named("trend"));
        let holds = condition.and_then(|value| holds(text, value, seen));
        let asked: Vec<&AstExpr> = asking(&arguments.args).collect();
        let written = Written {
            definitions: seen.tops.used(&asked, expr.span, seen.others),
            networks: named("networks").and_then(|value| slice(text, value.span)),
            holds: condition.and_then(|value| as_written(text, value, reader)),
            given: named("given").and_then(|value| as_written(text, value, reader)),
            allocations: named("allocations").map(|value| slice(text, value.span).unwrap_or_default()),
            plain: plain && !reader.binds_functions(),
            topic: topic(seen.file),
        };
        let (begin, end) = (expr.span.begin().get() as usize, expr.span.end().get() as usize);
        calls.push(Call { begin, end, holds, written, requirements });
    }
    expr.node.visit_expr(|inner| visit(text, inner, seen, calls));
}

/// The first sentence of the words that a file begins with, without its full stop.
fn topic(file: &AstStmt) -> Option<String> {
    let mut first = file;
    while let Stmt::Statements(all) = &first.node {
        first = all.first()?;
    }
    let Stmt::Expression(expr) = &first.node else {
        return None;
    };
    let Expr::Literal(AstLiteral::String(words)) = &expr.node else {
        return None;
    };
    let paragraph = words.node.trim().split("\n\n").next().unwrap_or_default();
    let words = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentence = words.split_once(". ").map_or(words.as_str(), |(sentence, _)| sentence);
    Some(sentence.trim_end_matches('.').to_owned()).filter(|sentence| !sentence.is_empty())
}

fn holds(text: &str, value: &AstExpr, seen: &Seen<'_>) -> Option<Holds> {
    let (parameters, body) = match &value.node {
        Expr::Lambda(lambda) => (&lambda.params, &*lambda.body),
        // A name that means one function of the file, and nothing else anywhere.
        Expr::Identifier(name) if seen.reader.definition(&name.node.ident).is_some() => {
            returned(seen.file, &name.node.ident)?
        }
        _ => return None,
    };
    let slice = |span: Span| slice(text, span);
    let parameters = parameters.iter().map(|p| slice(p.span)).collect::<Option<Vec<String>>>()?;
    let sides = match &body.node {
        Expr::Op(left, sign, right) => sign_text(*sign).and_then(|s| Some((slice(left.span)?, s, slice(right.span)?))),
        _ => None,
    };
    Some(Holds { parameters: parameters.join(", "), body: slice(body.span)?, sides })
}

/// The parameters of a function at the top of a file and what it returns, if it does nothing else.
fn returned<'a>(file: &'a AstStmt, name: &str) -> Option<(&'a Vec<AstParameter>, &'a AstExpr)> {
    let inside = |statement: &'a AstStmt| match &statement.node {
        Stmt::Statements(all) => all.as_slice(),
        _ => std::slice::from_ref(statement),
    };
    let def = inside(file).iter().find_map(|statement| match &statement.node {
        Stmt::Def(def) if def.name.node.ident == name => Some(def),
        _ => None,
    })?;
    let is_words = |s: &&AstStmt| matches!(&s.node, Stmt::Expression(e) if matches!(e.node, Expr::Literal(_)));
    let mut done = inside(&def.body).iter().filter(|s| !is_words(s));
    match (done.next().map(|s| &s.node), done.next()) {
        (Some(Stmt::Return(Some(value))), None) => Some((&def.params, value)),
        _ => None,
    }
}

/// The text of a span, with the brackets around it where these can be told.
pub(super) fn slice(text: &str, span: Span) -> Option<String> {
    let (begin, end) = (span.begin().get() as usize, span.end().get() as usize);
    balanced(text, begin, end).or_else(|| text.get(begin..end).map(str::to_owned))
}

/// A function as written: a lambda where it stands, another one where it is defined.
fn as_written(text: &str, value: &AstExpr, reader: &Reader<'_>) -> Option<String> {
    let defined = match &value.node {
        Expr::Identifier(name) => reader.definition(&name.node.ident),
        _ => None,
    };
    let written = slice(text, defined.unwrap_or(value.span))?;
    Some(dedent(written.trim_end()))
}

/// The text with the indentation of its continuation lines taken away.
pub(super) fn dedent(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let starts_at_margin = text.starts_with("def ");
    let shared = text.lines().skip(1).filter(|l| !l.trim().is_empty()).map(indent).min().unwrap_or(0);
    let shared = if starts_at_margin { 0 } else { shared };
    let line =
        |(i, line): (usize, &str)| if i == 0 { line.to_owned() } else { line.get(shared..).unwrap_or("").to_owned() };
    text.lines().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// A stretch of the text, grown over the brackets around it until as many open as close: the language's own spans leave
/// out parentheses at the ends of an expression.
pub(super) fn balanced(text: &str, mut begin: usize, mut end: usize) -> Option<String> {
    let (mut open, mut missing) = (0usize, 0usize);
    for c in code(text.get(begin..end)?) {
        match c {
            '(' => open += 1,
            ')' if open > 0 => open -= 1,
            ')' => missing += 1,
            _ => {}
        }
    }
    for _ in 0..missing {
        begin = text[..begin].trim_end().strip_suffix('(')?.len();
    }
    for _ in 0..open {
        end = text.len() - text[end..].trim_start().strip_prefix(')')?.len();
    }
    text.get(begin..end).map(str::to_owned)
}

/// The characters of a text outside of its strings and comments.
fn code(text: &str) -> impl Iterator<Item = char> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let next = rest.chars().next()?;
            let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| rest.starts_with(quote));
            rest = match (next, quote) {
                ('#', _) => rest.find('\n').map_or("", |end| &rest[end..]),
                (_, Some(quote)) => after_string(&rest[quote.len()..], quote),
                _ => {
                    rest = &rest[next.len_utf8()..];
                    return Some(next);
                }
            };
        }
    })
}

/// What stands behind a string that is open. What a backslash stands before does not end it, in raw strings too.
fn after_string<'a>(text: &'a str, quote: &str) -> &'a str {
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix(quote) {
            return behind;
        }
        rest = &rest[next.len_utf8()..];
        if next == '\\' {
            rest = rest.chars().next().map_or("", |escaped| &rest[escaped.len_utf8()..]);
        }
    }
    rest
}

fn sign_text(sign: BinOp) -> Option<&'static str> {
    Some(match sign {
        BinOp::Equal => "==",
        BinOp::NotEqual => "!=",
        BinOp::Less => "<",
        BinOp::Greater => ">",
        BinOp::LessOrEqual => "<=",
        BinOp::GreaterOrEqual => ">=",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use starlark::syntax::Dialect;

    #[test]
    fn finds_claims_and_what_they_compare() {
        let text = "x = 1\nclaim(name = \"a\", holds = lambda net, a: a.dim <= (a.size + x))\n[claim(holds = f)]\n";
        let ast = AstModule::parse("t", text.to_owned(), &Dialect::Extended).unwrap();
        let calls = calls(text, &ast, &[]);
        assert_eq!(calls.len(), 2);
        assert_eq!(calls[0].begin, 6);
        let holds = calls[0].holds.clone().unwrap();
        assert_eq!(holds.parameters, "net, a");
        assert_eq!(holds.sides, Some(("a.dim".into(), "<=", "a.size + x".into())));
        assert_eq!(calls[1].holds, None);
        let text = "def f(net):\n    \"\"\"Words.\"\"\"\n    return net.all == 1\ndef g(net):\n    x = 1\n    return x\n[claim(holds = f), claim(holds = g)]\n";
        let ast = AstModule::parse("t", text.to_owned(), &Dialect::Extended).unwrap();
        let calls = super::calls(text, &ast, &[]);
        let holds = calls[0].holds.clone().unwrap();
        assert_eq!((holds.parameters.as_str(), holds.body.as_str()), ("net", "net.all == 1"));
        assert_eq!(holds.sides, Some(("net.all".into(), "==", "1".into())));
        assert_eq!(calls[1].holds, None);
        let text = "claim(holds = lambda net: (net.all - (1)).size + 1 < (2 + (3)))\n";
        let ast = AstModule::parse("t", text.to_owned(), &Dialect::Extended).unwrap();
        let holds = super::calls(text, &ast, &[]).remove(0).holds.unwrap();
        assert_eq!(holds.body, "(net.all - (1)).size + 1 < (2 + (3))");
        assert_eq!(holds.sides, Some(("(net.all - (1)).size + 1".into(), "<", "2 + (3)".into())));
    }

    #[test]
    fn says_what_is_asked_as_written() {
        let text = "def f(net, a):\n    return a.free\n\nclaim(networks = [lffn([d, 2]) for d in (1, 2)], holds = f,
    given = lambda net, a: (a.size > 1 and
        a.size < 3))\n";
        let ast = AstModule::parse("t", text.to_owned(), &Dialect::Extended).unwrap();
        let written = super::calls(text, &ast, &[]).remove(0).written;
        assert_eq!(written.networks.as_deref(), Some("[lffn([d, 2]) for d in (1, 2)]"));
        assert_eq!(written.holds.as_deref(), Some("def f(net, a):\n    return a.free"));
        assert_eq!(written.given.as_deref(), Some("lambda net, a: (a.size > 1 and\na.size < 3)"));
    }

    #[test]
    fn the_first_sentence_of_a_file_is_its_topic() {
        let topic = |text: &str| {
            let ast = AstModule::parse("t", text.to_owned(), &Dialect::Extended).unwrap();
            super::calls(text, &ast, &[]).remove(0).written.topic
        };
        assert_eq!(topic("\"\"\"Of A and\nB. More.\"\"\"\nclaim(holds = f)\n").as_deref(), Some("Of A and B"));
        assert_eq!(topic("\"\"\"Of e.g.5.\n\nMore.\"\"\"\nclaim(holds = f)\n").as_deref(), Some("Of e.g.5"));
        assert_eq!(topic("x = 1\nclaim(holds = f)\n"), None);
    }

    #[test]
    fn brackets_in_strings_and_comments_are_none() {
        for condition in [
            "lambda net, a: \"(\" != a.text and a.size == 0",
            "lambda net, a: a.text != ')))' and (a.size == 0)",
            "lambda net, a: a.text != r'\\'(' and (a.size == 0)",
            "lambda net, a: a.text not in (\"\"\"(\\\"\"(\"\"\", 'x') and a.size == 0",
            "lambda net, a: (a.size == 0 # (\nor a.size == 1)",
        ] {
            let text = format!("claim(networks = [], given = {condition}, holds = f)\n");
            let ast = AstModule::parse("t", text.clone(), &Dialect::Extended).unwrap();
            assert_eq!(super::calls(&text, &ast, &[]).remove(0).written.given.as_deref(), Some(condition));
        }
    }
}
