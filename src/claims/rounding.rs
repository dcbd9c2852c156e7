//! Where the language would round by itself, or compare rounded numbers: decimals stay numbers in floating point, with which only our
//! functions compute, exactly.

use std::sync::Arc;

use rug::Rational;
use starlark::codemap::Span;
use starlark::environment::{FrozenModule, Module};
use starlark::syntax::AstModule;
use starlark::values::Value;
use starlark_syntax::syntax::ast::{
    AssignOp, AssignTargetP, AstAssignTarget, AstExpr, AstLiteral, AstStmt, BinOp, Expr, Stmt,
};

use super::error::{ClaimError, located};
use super::native::NATIVE_METHODS;
use super::slips::{Slip, attributes, each_expression};
use super::values::failure;
use allocert_core::number::{decimal, shortest};
use allocert_core::text::quote;

/// From here on not every integer is a number in floating point.
const FIRST_GAP: u64 = 1 << 53;

/// What a file is marked with under a private name, and whether it is.
type Mark = (&'static str, fn(&AstModule) -> bool);

/// A method of lists compares by the language's own rules.
const NATIVELY: Mark =
    ("_compares natively", |ast| NATIVE_METHODS.iter().any(|name| !attributes(ast, name).is_empty()));
/// The language itself adds or multiplies.
const ROUNDS: Mark = ("_rounds", |ast| rounded(ast).is_some());
/// The language itself looks for keys.
const LOOKS_UP: Mark = ("_looks up", looks_up);
/// The language itself makes text of values.
const TEXTS: Mark = ("_makes text", makes_text);
/// Decimals are written.
const DECIMALS: Mark = ("_has decimals", |ast| !decimals(ast).is_empty());
/// Decimals are written that an integer other than they is rounded to.
const LARGE: Mark = ("_has large decimals", has_large_decimals);
/// Decimals are written that have more digits than the language's own text of them.
const LONG: Mark = ("_has long decimals", has_long_decimals);

/// What a module says of itself, and of those that it may use.
#[derive(Clone)]
pub(super) struct Marks(Vec<&'static str>);

impl Marks {
    /// Of a file that may use some modules, with theirs.
    pub(super) fn of(ast: &AstModule, before: &[Arc<FrozenModule>]) -> Self {
        let is = |(name, own): &Mark| own(ast) || before.iter().any(|module| is_marked(module, name));
        let all = [NATIVELY, ROUNDS, LOOKS_UP, TEXTS, DECIMALS, LARGE, LONG];
        Marks(all.into_iter().filter(is).map(|(name, _)| name).collect())
    }

    pub(super) fn set(&self, module: &Module<'_>) {
        self.0.iter().for_each(|name| module.set(name, Value::new_bool(true)));
    }

    fn has(&self, mark: Mark) -> bool {
        self.0.contains(&mark.0)
    }

    /// Refuses a file where there are decimals, in it or in one that it uses, and the language computes or compares by itself: it rounds.
    pub(super) fn fit(&self, ast: &AstModule, shown: &str) -> Result<(), ClaimError> {
        let message = if self.has(DECIMALS) && self.has(ROUNDS) {
            match rounded(ast) {
                Some(slip) => located(failure(format!("{} (there are decimals)", slip.message)), ast, slip.span),
                None => format!(
                    "{shown}: a file that is used has x += y or its like, and decimals are used with it: the language would round\n  write x = x + y there"
                ),
            }
        } else if self.has(DECIMALS) && self.has(NATIVELY) {
            format!(
                "{shown}: list.index and list.remove compare by the language's own rules, which round, and there are decimals\n  compare by ==, in a loop"
            )
        } else if self.has(LARGE) && self.has(LOOKS_UP) {
            format!(
                "{shown}: keys of dictionaries are found by the language's own rules, which round, and there are decimals from 2^53 on\n  write integers"
            )
        } else if self.has(LONG) && self.has(TEXTS) {
            format!(
                "{shown}: text of numbers shows {TEXT_DIGITS} digits of a decimal, and there are decimals of more\n  write fractions as in 1 / 3, or compare numbers in place of text"
            )
        } else {
            return Ok(());
        };
        Err(ClaimError::Language { message })
    }
}

/// Whether a module, or one that it may use, compares by the language's own methods.
pub(super) fn compares_natively(module: &FrozenModule) -> bool {
    is_marked(module, NATIVELY.0)
}

fn is_marked(module: &FrozenModule, name: &str) -> bool {
    module.get_any_visibility(name).is_ok()
}

/// The decimals that are written in a file, as they are kept (nothing for what is too large), and where.
fn decimals(ast: &AstModule) -> Vec<(Option<Rational>, Span)> {
    let mut found = Vec::new();
    each_expression(ast, &mut |expr| {
        if let Expr::Literal(AstLiteral::Float(number)) = &expr.node {
            found.push((shortest(number.node), expr.span));
        }
    });
    found
}

fn has_large_decimals(ast: &AstModule) -> bool {
    decimals(ast).iter().any(|(kept, _)| kept.as_ref().is_none_or(|number| *number >= FIRST_GAP))
}

/// The digits of a decimal that the language's own text of it shows.
const TEXT_DIGITS: usize = 7;

fn has_long_decimals(ast: &AstModule) -> bool {
    decimals(ast).iter().any(|(kept, _)| kept.as_ref().is_none_or(|number| digits(number) > TEXT_DIGITS))
}

/// The significant digits of a decimal.
fn digits(number: &Rational) -> usize {
    let mut whole = number.clone();
    while *whole.denom() != 1 {
        whole *= 10;
    }
    whole.numer().to_string().trim_start_matches('-').trim_end_matches('0').len()
}

/// Whether a file may look for a key, or find two of a dictionary's keys to be one.
fn looks_up(ast: &AstModule) -> bool {
    let mut found = ["get", "pop", "setdefault", "update"].iter().any(|method| !attributes(ast, method).is_empty());
    each_expression(ast, &mut |expr| {
        found |= match &expr.node {
            Expr::Index(_) | Expr::DictComprehension(..) | Expr::Op(_, BinOp::BitOr, _) => true,
            Expr::Dict(entries) => entries.len() > 1,
            Expr::Identifier(name) => name.node.ident == "dict",
            _ => false,
        };
    });
    found || sets_keys(ast.statement())
}

/// Whether a statement, or one inside it, assigns to a place, or joins with `|=`.
fn sets_keys(statement: &AstStmt) -> bool {
    let mut found = match &statement.node {
        Stmt::Assign(assign) => is_place(&assign.lhs),
        Stmt::AssignModify(to, operation, _) => is_place(to) || matches!(operation, AssignOp::BitOr),
        _ => false,
    };
    statement.node.visit_stmt(|inner| found |= sets_keys(inner));
    found
}

fn is_place(to: &AstAssignTarget) -> bool {
    match &to.node {
        AssignTargetP::Index(_) => true,
        AssignTargetP::Tuple(all) => all.iter().any(is_place),
        _ => false,
    }
}

/// Whether a file may make text of numbers.
fn makes_text(ast: &AstModule) -> bool {
    let mut found = !attributes(ast, "format").is_empty();
    each_expression(ast, &mut |expr| {
        found |= match &expr.node {
            Expr::FString(_) => true,
            // The sign is a function of this name by now.
            Expr::Identifier(name) => ["str", "repr", "%"].contains(&name.node.ident.as_str()),
            _ => false,
        };
    });
    found
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

/// A quotient `x /= y`, which the language rounds whatever its numbers are, or a shift `x <<= y`, of which it keeps 32 bits.
pub(super) fn native_modification(ast: &AstModule) -> Option<Slip> {
    modified(ast, |sign, _| matches!(sign, AssignOp::Divide | AssignOp::LeftShift | AssignOp::RightShift))
}

/// `x += y` and its like, which the language rounds if one of both is a number in floating point. A list or text that is added is
/// no number.
fn rounded(ast: &AstModule) -> Option<Slip> {
    let may_be_number = |value: &AstExpr| {
        !matches!(
            &value.node,
            Expr::List(_)
                | Expr::ListComprehension(..)
                | Expr::Tuple(_)
                | Expr::Dict(_)
                | Expr::FString(_)
                | Expr::Literal(AstLiteral::String(_))
        )
    };
    modified(ast, |sign, value| !matches!(sign, AssignOp::Divide) && may_be_number(value))
}

/// The first statement that modifies a variable in that way.
fn modified(ast: &AstModule, is: impl Fn(&AssignOp, &AstExpr) -> bool) -> Option<Slip> {
    fn visit(stmt: &AstStmt, is: &dyn Fn(&AssignOp, &AstExpr) -> bool, found: &mut Option<Slip>) {
        if let Stmt::AssignModify(_, operation, value) = &stmt.node
            && found.is_none()
            && is(operation, value)
        {
            let sign = operation.to_string().trim().trim_end_matches('=').to_owned();
            let message = format!("{sign}= is computed by the language itself, which rounds\n  write x = x {sign} y");
            *found = Some(Slip { message, span: stmt.span });
        }
        stmt.node.visit_stmt(|inner| visit(inner, is, found));
    }
    let mut found = None;
    visit(ast.statement(), &is, &mut found);
    found
}
