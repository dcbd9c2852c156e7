//! The text of a claim file: where each claim stands, and what its `holds` compares.

use starlark::codemap::Span;
use starlark::syntax::AstModule;
use starlark_syntax::syntax::ast::{ArgumentP, AstExpr, BinOp, Expr};

use super::invariance::{Reader, Requirement};

/// One call `claim(…)` in the text.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// The byte at which the call begins.
    pub begin: usize,
    /// The text of `holds`, if it is written out in the call.
    pub holds: Option<Holds>,
    /// What the claim's conditions ask of symmetries; nothing if it must be checked allocation by allocation.
    pub requirements: Option<Vec<Requirement>>,
}

/// A lambda given as `holds`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Holds {
    /// Its parameters, as written: `net, a`.
    pub parameters: String,
    /// Its body.
    pub body: String,
    /// Both sides and the sign between, if the body is a comparison.
    pub sides: Option<(String, &'static str, String)>,
}

/// Every call of `claim` in a file.
pub(super) fn calls(text: &str, ast: &AstModule) -> Vec<Call> {
    let mut calls = Vec::new();
    let reader = Reader::new(text, ast);
    ast.statement().visit_expr(|expr| visit(text, expr, &reader, &mut calls));
    calls
}

fn visit(text: &str, expr: &AstExpr, reader: &Reader<'_>, calls: &mut Vec<Call>) {
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
        let holds = named("holds").or_else(|| named("trend")).and_then(|value| holds(text, value));
        calls.push(Call { begin: expr.span.begin().get() as usize, holds, requirements });
    }
    expr.node.visit_expr(|inner| visit(text, inner, reader, calls));
}

fn holds(text: &str, value: &AstExpr) -> Option<Holds> {
    let Expr::Lambda(lambda) = &value.node else {
        return None;
    };
    let slice = |span: Span| balanced(text, span.begin().get() as usize, span.end().get() as usize);
    let parameters = lambda.params.iter().map(|p| slice(p.span)).collect::<Option<Vec<String>>>()?;
    let sides = match &lambda.body.node {
        Expr::Op(left, sign, right) => sign_text(*sign).and_then(|s| Some((slice(left.span)?, s, slice(right.span)?))),
        _ => None,
    };
    Some(Holds { parameters: parameters.join(", "), body: slice(lambda.body.span)?, sides })
}

/// A stretch of the text, grown over the brackets around it until as many open as close: the language's own spans leave
/// out parentheses at the ends of an expression.
pub(super) fn balanced(text: &str, mut begin: usize, mut end: usize) -> Option<String> {
    let (mut open, mut missing) = (0usize, 0usize);
    for c in text.get(begin..end)?.chars() {
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
        let calls = calls(text, &ast);
        assert_eq!(calls.len(), 2);
        assert_eq!(calls[0].begin, 6);
        let holds = calls[0].holds.clone().unwrap();
        assert_eq!(holds.parameters, "net, a");
        assert_eq!(holds.sides, Some(("a.dim".into(), "<=", "a.size + x".into())));
        assert_eq!(calls[1].holds, None);
        let text = "claim(holds = lambda net: (net.all - (1)).size + 1 < (2 + (3)))\n";
        let ast = AstModule::parse("t", text.to_owned(), &Dialect::Extended).unwrap();
        let holds = super::calls(text, &ast).remove(0).holds.unwrap();
        assert_eq!(holds.body, "(net.all - (1)).size + 1 < (2 + (3))");
        assert_eq!(holds.sides, Some(("(net.all - (1)).size + 1".into(), "<", "2 + (3)".into())));
    }
}
