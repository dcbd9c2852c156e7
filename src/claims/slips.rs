//! Slips that people make: comparisons of things that can never be equal, methods that are not called, names that do not
//! exist. Each is an error that says the mend, in place of a silent False.

use itertools::Itertools;
use starlark::values::Value;
use starlark_syntax::syntax::ast::{ArgumentP, AstExpr, AstLiteral, AstStmt, BinOp, Clause, Expr, Stmt};

use starlark::codemap::Span;
use starlark::syntax::AstModule;

use super::unknown::{Doubt, lose};
use super::values::{failure, is_undecided_verdict, is_verdict};
use allocert_core::network::Network;

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
    let mut found = Vec::new();
    each_expression(ast, &mut |expr| match &expr.node {
        Expr::Dot(_, attribute) if attribute.node == name => found.push(attribute.span),
        _ => {}
    });
    found
}

/// Looks at every expression of a file, those inside others too.
pub(super) fn each_expression(ast: &AstModule, see: &mut dyn FnMut(&AstExpr)) {
    fn visit(expr: &AstExpr, see: &mut dyn FnMut(&AstExpr)) {
        see(expr);
        expr.node.visit_expr(|inner| visit(inner, see));
    }
    ast.statement().visit_expr(|expr| visit(expr, see));
}

/// The arguments of `claim`.
const ARGUMENTS: [&str; 11] =
    ["name", "statement", "networks", "holds", "trend", "samples", "allocations", "given", "expect", "proof", "source"];

/// An argument that `claim` does not have.
pub(super) fn misnamed(ast: &AstModule) -> Option<Slip> {
    let mut found = None;
    each_expression(ast, &mut |expr| {
        let Expr::Call(function, arguments) = &expr.node else { return };
        if !is_name(function, "claim") {
            return;
        }
        for argument in &arguments.args {
            let ArgumentP::Named(name, _) = &argument.node else { continue };
            if ARGUMENTS.contains(&name.node.as_str()) {
                continue;
            }
            let mend = match nearest(&name.node, &ARGUMENTS) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("it has {}", ARGUMENTS.join(", ")),
            };
            let message = format!("claim has no argument {}\n  {mend}", quote(&name.node));
            found.get_or_insert(Slip { message, span: name.span });
        }
    });
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
