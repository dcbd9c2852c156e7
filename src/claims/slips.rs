//! Slips that people make: comparisons of things that can never be equal, methods that are not called, names that do not
//! exist. Each is an error that says the mend, in place of a silent False.

use itertools::Itertools;
use rug::Rational;
use starlark::values::Value;
use starlark_syntax::syntax::ast::{
    ArgumentP, AssignOp, AssignTargetP, AstAssignTarget, AstExpr, AstLiteral, AstStmt, BinOp, Clause, Expr, Stmt,
};

use starlark::codemap::Span;
use starlark::syntax::AstModule;

use super::unknown::{Doubt, lose};
use super::values::{failure, is_undecided_verdict, is_verdict};
use allocert_core::network::Network;
use allocert_core::number::{decimal, shortest};
use allocert_core::text::{nearest, quote};

/// The kinds of values that comparisons tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Bool,
    Text,
    None,
    List,
    Tuple,
    Dict,
    Struct,
    Function,
    Method,
    Network,
    Allocation,
    Match,
    Other,
}

impl Kind {
    /// Of a value.
    pub(super) fn of(value: Value<'_>) -> Self {
        match value.get_type() {
            "int" | "float" | "rational" | "number that is not known" => Kind::Number,
            "bool" => Kind::Bool,
            "string" => Kind::Text,
            "NoneType" => Kind::None,
            "list" => Kind::List,
            "tuple" => Kind::Tuple,
            "dict" => Kind::Dict,
            "struct" | "decided" => Kind::Struct,
            "function" if is_method(value) => Kind::Method,
            "function" => Kind::Function,
            "network" => Kind::Network,
            "allocation" => Kind::Allocation,
            "match" => Kind::Match,
            _ => Kind::Other,
        }
    }

    /// Whether it is data without a meaning of its own.
    pub(super) fn is_plain(self) -> bool {
        !matches!(self, Kind::Function | Kind::Method | Kind::Network | Kind::Allocation | Kind::Match)
    }

    fn name(self, value: Value<'_>) -> String {
        match self {
            Kind::Number => "a number".to_owned(),
            Kind::Bool => "True or False".to_owned(),
            Kind::Text => "text".to_owned(),
            Kind::None => "None".to_owned(),
            Kind::List => "a list".to_owned(),
            Kind::Tuple => "a tuple".to_owned(),
            Kind::Dict => "a dictionary".to_owned(),
            Kind::Struct => "a struct".to_owned(),
            Kind::Function => "a function".to_owned(),
            Kind::Method => format!("the method {}, not called,", value.to_repr()),
            Kind::Network => "a network".to_owned(),
            Kind::Allocation => "an allocation".to_owned(),
            Kind::Match => "all that is known of a match probability".to_owned(),
            Kind::Other => format!("a value of type {}", value.get_type()),
        }
    }

    fn mend(self, value: Value<'_>) -> Option<String> {
        Some(match self {
            Kind::Method => format!("call it: write {}(…)", value.to_repr()),
            Kind::Function => "call it, with its arguments in brackets".to_owned(),
            Kind::Network => "compare its text (net.text), its kind (net.kind) or its shape (net.widths)".to_owned(),
            Kind::Allocation => {
                "compare its text (a.text), or with another allocation: net.allocation(\"W1[0,0]\")".to_owned()
            }
            Kind::Match => "compare its verdict (.verdict), its degree (.degree) or its probability".to_owned(),
            _ => return None,
        })
    }
}

/// Whether a function is one of our values' methods, which its name says.
fn is_method(value: Value<'_>) -> bool {
    let name = value.to_repr();
    value.parameters_spec().is_none() && (name == "dim" || METHODS.contains(&name.as_str()))
}

/// The error of a comparison of two values that can never be equal.
pub(super) fn never_equal(a: Value<'_>, one: Kind, b: Value<'_>, other: Kind) -> Option<starlark::Error> {
    let alike = match (one, other) {
        (Kind::Match | Kind::Method, _) | (_, Kind::Match | Kind::Method) => false,
        (Kind::None, kind) | (kind, Kind::None) => {
            kind.is_plain() || kind == Kind::Allocation || kind == Kind::Function
        }
        // What is named or given: "linear" or a function.
        (Kind::Function, Kind::Text) | (Kind::Text, Kind::Function) => true,
        (Kind::Other, Kind::Other) => a.get_type() == b.get_type(),
        (one, other) => one == other,
    };
    if alike {
        return None;
    }
    let mend = one.mend(a).or_else(|| other.mend(b)).unwrap_or_else(|| match (one, other) {
        (Kind::Bool, Kind::Number) | (Kind::Number, Kind::Bool) => {
            "True is not 1 here: leave the comparison out, or write int(…)".to_owned()
        }
        (Kind::List, Kind::Tuple) | (Kind::Tuple, Kind::List) => "write both with [ ], or both with ( )".to_owned(),
        (Kind::Text, Kind::Number) | (Kind::Number, Kind::Text) => "write the number without quotes".to_owned(),
        _ => "compare values of one type".to_owned(),
    });
    let (one, other) = (one.name(a), other.name(b));
    Some(failure(format!("{one} is compared with {other}: these are never equal\n  {mend}")))
}

/// The error of a question about order that has no answer.
pub(super) fn never_ordered(a: Value<'_>, b: Value<'_>, sign: &str) -> Option<starlark::Error> {
    let (one, other) = (Kind::of(a), Kind::of(b));
    let mend = match (one, other) {
        (Kind::Allocation, Kind::Allocation) => "write a.inside(b), or compare a.size or a.dim".to_owned(),
        (Kind::None, kind) | (kind, Kind::None) if kind.is_plain() => {
            "one of them is None: ask first whether it is, as in x == None or x < 3".to_owned()
        }
        _ => one
            .mend(a)
            .or_else(|| other.mend(b))
            .or_else(|| (one != other).then(|| "compare numbers with numbers, text with text".to_owned()))?,
    };
    let (one, other) = (one.name(a), other.name(b));
    Some(failure(format!("{one} {sign} {other}: these have no order\n  {mend}")))
}

/// The verdicts, as they are written.
const VERDICTS: [&str; 4] = ["zero", "one", "fractional", "undecided"];

/// Refuses the comparison of a verdict with text that is none.
pub(super) fn check_verdict<'v>(a: Value<'v>, b: Value<'v>) -> starlark::Result<()> {
    for (verdict, other) in [(a, b), (b, a)] {
        if !is_verdict(verdict) {
            continue;
        }
        let Some(other) = other.unpack_str() else {
            continue;
        };
        let by_instances = is_undecided_verdict(verdict) || verdict.unpack_str() == Some("fractional");
        if other == "undecided" && by_instances {
            // What these instances leave undecided, or decide, others may decide or leave undecided: it depends on the seed.
            lose(Doubt {
                text: "whether a verdict is decided depends on the instances drawn".to_owned(),
                is_limit: false,
            });
        }
        no_such("verdict", other, &VERDICTS)?;
    }
    Ok(())
}

fn no_such(what: &str, name: &str, known: &[&str]) -> starlark::Result<()> {
    if known.contains(&name) {
        return Ok(());
    }
    Err(failure(said(what, name, known)))
}

fn said(what: &str, name: &str, known: &[&str]) -> String {
    let near = nearest(name, known).map(|n| format!("; did you mean {n:?}?")).unwrap_or_default();
    let known: Vec<String> = known.iter().map(|k| format!("{k:?}")).collect();
    format!("there is no {what} {}{near}\n  there are {}", quote(name), known.join(", "))
}

/// A text that is compared with an attribute that has few values.
#[derive(Clone, Debug)]
pub(super) struct Named {
    attribute: String,
    name: String,
    /// Where it stands.
    pub span: Span,
}

/// A place of a file where something is wrong.
pub(super) struct Slip {
    /// What, and the mend.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// What a file compares with text, and methods in it that stand where a truth value does and are not called.
pub(super) fn read(ast: &AstModule) -> (Vec<Named>, Vec<Slip>) {
    let mut found = Found::default();
    ast.statement().visit_stmt(|s| found.statement(s));
    found.statement_itself(ast.statement());
    ast.statement().visit_expr(|e| found.expression(e));
    let Found { named, methods, fields } = found;
    let methods = methods.into_iter().filter(|(name, _)| !fields.contains(name));
    let slip = |(name, span): (String, Span)| Slip {
        message: format!("{name} is a method that is not called, so this is always true\n  call it: write {name}(…)"),
        span,
    };
    (named, methods.map(slip).collect())
}

/// Where a file reads an attribute of that name.
pub(super) fn attributes(ast: &AstModule, name: &str) -> Vec<Span> {
    fn visit(expr: &AstExpr, name: &str, found: &mut Vec<Span>) {
        if let Expr::Dot(_, attribute) = &expr.node
            && attribute.node == name
        {
            found.push(attribute.span);
        }
        expr.node.visit_expr(|inner| visit(inner, name, found));
    }
    let mut found = Vec::new();
    ast.statement().visit_expr(|expr| visit(expr, name, &mut found));
    found
}

/// The names that a file gives a value outside of functions, and where.
pub(super) fn bound_at_the_top(ast: &AstModule) -> Vec<(String, Span)> {
    fn target(to: &AstAssignTarget, found: &mut Vec<(String, Span)>) {
        match &to.node {
            AssignTargetP::Identifier(name) => found.push((name.node.ident.clone(), to.span)),
            AssignTargetP::Tuple(all) => all.iter().for_each(|one| target(one, found)),
            _ => {}
        }
    }
    fn visit(statement: &AstStmt, found: &mut Vec<(String, Span)>) {
        match &statement.node {
            Stmt::Def(def) => return found.push((def.name.node.ident.clone(), def.name.span)),
            Stmt::Assign(assign) => target(&assign.lhs, found),
            Stmt::For(each) => target(&each.var, found),
            _ => {}
        }
        statement.node.visit_stmt(|inner| visit(inner, found));
    }
    let mut found = Vec::new();
    visit(ast.statement(), &mut found);
    found
}

/// The decimals that are written in a file, as they are kept (nothing for what is too large), and where.
fn decimals(ast: &AstModule) -> Vec<(Option<Rational>, Span)> {
    fn visit(expr: &AstExpr, found: &mut Vec<(Option<Rational>, Span)>) {
        if let Expr::Literal(AstLiteral::Float(number)) = &expr.node {
            found.push((shortest(number.node), expr.span));
        }
        expr.node.visit_expr(|inner| visit(inner, found));
    }
    let mut found = Vec::new();
    ast.statement().visit_expr(|expr| visit(expr, &mut found));
    found
}

/// Whether decimals are written in a file.
pub(super) fn has_decimals(ast: &AstModule) -> bool {
    !decimals(ast).is_empty()
}

/// A decimal with more digits than are kept, or one that is too large.
pub(super) fn unkept_decimal(ast: &AstModule, text: &str) -> Option<Slip> {
    decimals(ast).into_iter().find_map(|(kept, span)| {
        let as_written = text.get(span.begin().get() as usize..span.end().get() as usize);
        let meant = as_written.and_then(decimal);
        if meant.is_some() && meant == kept {
            return None;
        }
        let what = if kept.is_some() { "has more digits than are kept" } else { "is too large" };
        let shown = quote(as_written.unwrap_or_default());
        Some(Slip { message: format!("{shown} {what}\n  write an integer, or a fraction as in 1 / 3"), span })
    })
}

/// The arguments of `claim`.
const ARGUMENTS: [&str; 11] =
    ["name", "statement", "networks", "holds", "trend", "samples", "allocations", "given", "expect", "proof", "source"];

/// An argument that `claim` does not have.
pub(super) fn misnamed(ast: &AstModule) -> Option<Slip> {
    fn visit(expr: &AstExpr, found: &mut Option<Slip>) {
        if let Expr::Call(function, arguments) = &expr.node
            && is_name(function, "claim")
        {
            for argument in &arguments.args {
                if let ArgumentP::Named(name, _) = &argument.node
                    && !ARGUMENTS.contains(&name.node.as_str())
                {
                    let mend = match nearest(&name.node, &ARGUMENTS) {
                        Some(near) => format!("did you mean {near}?"),
                        None => format!("it has {}", ARGUMENTS.join(", ")),
                    };
                    let message = format!("claim has no argument {}\n  {mend}", quote(&name.node));
                    found.get_or_insert(Slip { message, span: name.span });
                }
            }
        }
        expr.node.visit_expr(|inner| visit(inner, found));
    }
    let mut found = None;
    ast.statement().visit_expr(|expr| visit(expr, &mut found));
    found
}

/// What a file lets the language compute by itself, in floating point: `x /= y`, which always gives such a number, and `x += y` and
/// its like, which do where one of both is one. A list or text that is added is no number.
pub(super) fn roundings(ast: &AstModule) -> (Option<Slip>, Option<Slip>) {
    fn visit(stmt: &AstStmt, found: &mut (Option<Slip>, Option<Slip>)) {
        if let Stmt::AssignModify(_, operation, value) = &stmt.node {
            let sign = operation.to_string().trim().trim_end_matches('=').to_owned();
            let message = format!(
                "{sign}= is computed by the language itself, which rounds numbers that are no integers\n  write x = x {sign} y"
            );
            let slip = Slip { message, span: stmt.span };
            match (operation, &value.node) {
                (AssignOp::Divide, _) => drop(found.0.get_or_insert(slip)),
                (
                    _,
                    Expr::List(_) | Expr::ListComprehension(..) | Expr::Tuple(_) | Expr::Dict(_) | Expr::FString(_),
                ) => {}
                (_, Expr::Literal(AstLiteral::String(_))) => {}
                _ => drop(found.1.get_or_insert(slip)),
            }
        }
        stmt.node.visit_stmt(|inner| visit(inner, found));
    }
    let mut found = (None, None);
    visit(ast.statement(), &mut found);
    found
}

/// Which names are those of something that no network of a file has.
pub(super) fn strangers(named: &[Named], networks: &[Network]) -> Vec<Slip> {
    let strange = |n: &Named| {
        let (what, known): (&str, Vec<&str>) = match n.attribute.as_str() {
            "verdict" => ("verdict", VERDICTS.to_vec()),
            "readout" => ("readout", vec!["last", "all"]),
            "kind" => {
                let families = networks.iter().map(|net| net.family());
                ("family", Network::FAMILIES.into_iter().chain(families).unique().collect())
            }
            _ => {
                let names = networks.iter().flat_map(|net| net.layout().tensors()).map(|t| t.name.as_str());
                let mut names: Vec<&str> = names.collect();
                names.sort_unstable();
                names.dedup();
                ("tensor", names)
            }
        };
        let strange = !known.is_empty() && !known.contains(&n.name.as_str());
        strange.then(|| Slip { message: said(what, &n.name, &known), span: n.span })
    };
    named.iter().filter_map(strange).collect()
}

#[derive(Default)]
struct Found {
    named: Vec<Named>,
    methods: Vec<(String, Span)>,
    /// The fields of the file's own structs.
    fields: Vec<String>,
}

/// Methods of networks and allocations that no attribute is named like.
const METHODS: [&str; 25] = [
    "at",
    "decided",
    "inside",
    "extensions",
    "deletions",
    "moves",
    "moves_within_tensors",
    "moves_to_emptier_rows",
    "moves_to_emptier_columns",
    "moves_to_emptier_layers",
    "match_in",
    "tensor_count",
    "row_counts",
    "column_counts",
    "components",
    "allocation",
    "diagonal",
    "offdiagonal",
    "counts",
    "count",
    "max_dim",
    "min_dim",
    "pin",
    "tie",
    "observe",
];

impl Found {
    fn statement(&mut self, statement: &AstStmt) {
        self.statement_itself(statement);
        statement.visit_stmt(|s| self.statement(s));
    }

    fn statement_itself(&mut self, statement: &AstStmt) {
        match &statement.node {
            Stmt::If(condition, _) => self.truth(condition),
            Stmt::IfElse(condition, _) => self.truth(condition),
            Stmt::Expression(expr) => self.truth(expr),
            _ => {}
        }
    }

    fn expression(&mut self, expr: &AstExpr) {
        match &expr.node {
            Expr::Op(left, BinOp::Equal | BinOp::NotEqual, right) => {
                self.compared(left, right);
                self.compared(right, left);
            }
            Expr::Op(left, BinOp::In | BinOp::NotIn, right) => {
                self.compared(left, right);
                // `"tanh" in net.kind` looks for a part of a text.
                if !is_text(right) {
                    self.compared(right, left);
                }
            }
            Expr::Op(left, BinOp::And | BinOp::Or, right) => {
                self.truth(left);
                self.truth(right);
            }
            Expr::Not(inner) => self.truth(inner),
            Expr::If(parts) => self.truth(&parts.0),
            Expr::ListComprehension(_, _, clauses) | Expr::DictComprehension(_, _, clauses) => {
                for clause in clauses {
                    if let Clause::If(condition) = clause {
                        self.truth(condition);
                    }
                }
            }
            Expr::Call(function, arguments) if is_name(function, "struct") => {
                for argument in &arguments.args {
                    if let ArgumentP::Named(name, _) = &argument.node {
                        self.fields.push(name.node.clone());
                    }
                }
            }
            _ => {}
        }
        expr.node.visit_expr(|inner| self.expression(inner));
    }

    /// An expression whose truth is asked for.
    fn truth(&mut self, expr: &AstExpr) {
        if let Expr::Dot(_, name) = &expr.node
            && METHODS.contains(&name.node.as_str())
        {
            self.methods.push((name.node.clone(), expr.span));
        }
    }

    /// An attribute with few values, and the texts that it is compared with.
    fn compared(&mut self, one: &AstExpr, other: &AstExpr) {
        let Some(attribute) = attribute(one) else {
            return;
        };
        let mut texts = Vec::new();
        match &other.node {
            Expr::List(all) | Expr::Tuple(all) => texts.extend(all.iter()),
            _ => texts.push(other),
        }
        for text in texts {
            if let Expr::Literal(AstLiteral::String(name)) = &text.node {
                let (attribute, name) = (attribute.to_owned(), name.node.clone());
                self.named.push(Named { attribute, name, span: text.span });
            }
        }
    }
}

fn is_name(expr: &AstExpr, name: &str) -> bool {
    matches!(&expr.node, Expr::Identifier(n) if n.node.ident == name)
}

/// Whether an expression reads an attribute that is a text.
fn is_text(expr: &AstExpr) -> bool {
    matches!(&expr.node, Expr::Dot(_, name) if ["verdict", "readout", "kind", "tensor"].contains(&name.node.as_str()))
}

/// The attribute that an expression reads, or a list of which it makes.
fn attribute(expr: &AstExpr) -> Option<&'static str> {
    const ATTRIBUTES: [&str; 5] = ["verdict", "readout", "kind", "tensor", "tensors"];
    match &expr.node {
        Expr::Dot(_, name) => ATTRIBUTES.into_iter().find(|a| *a == name.node),
        Expr::ListComprehension(value, _, _) => attribute(value),
        _ => None,
    }
}
