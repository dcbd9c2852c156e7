//! Names that have other values when a claim is checked than when it was stated. A function reads the names around it when it is
//! called, and the conditions of a claim are called once the whole file was read: in a loop, all claims would be checked with the
//! values of its last turn.

use std::collections::BTreeSet;

use starlark::codemap::Span;
use starlark::syntax::AstModule;
use starlark_syntax::syntax::ast::{AssignTargetP, AstAssignTarget, AstExpr, AstStmt, Clause, Expr, Stmt};

use super::names::bound_at_the_top;
use super::slips::Slip;
use allocert_core::text::quote;

/// The first name that a function written in a call of `claim` reads and that is given another value later: by the next turn of a
/// loop around the call, or at the top level after it.
pub(super) fn changed_later(ast: &AstModule) -> Option<Slip> {
    let top = bound_at_the_top(ast);
    let mut reader = Reader { top: &top, turning: Vec::new(), found: None };
    reader.statement(ast.statement());
    reader.found
}

struct Reader<'a> {
    /// What the file binds outside of functions, and where.
    top: &'a [(String, Span)],
    /// The names that loops around bind anew in each turn.
    turning: Vec<BTreeSet<String>>,
    found: Option<Slip>,
}

impl Reader<'_> {
    fn statement(&mut self, statement: &AstStmt) {
        if let Stmt::For(each) = &statement.node {
            let mut names = BTreeSet::new();
            targets(&each.var, &mut names);
            assigned(&each.body, &mut names);
            self.turning.push(names);
            self.statement(&each.body);
            self.turning.pop();
            return;
        }
        if let Stmt::Def(def) = &statement.node {
            return self.statement(&def.body);
        }
        let nested = matches!(&statement.node, Stmt::Statements(_) | Stmt::If(..) | Stmt::IfElse(..));
        match nested {
            true => statement.node.visit_stmt(|inner| self.statement(inner)),
            false => statement.visit_expr(|inner| self.expression(inner)),
        }
    }

    fn expression(&mut self, expr: &AstExpr) {
        match &expr.node {
            Expr::ListComprehension(_, first, clauses) | Expr::DictComprehension(_, first, clauses) => {
                let mut names = BTreeSet::new();
                targets(&first.var, &mut names);
                for clause in clauses {
                    if let Clause::For(each) = clause {
                        targets(&each.var, &mut names);
                    }
                }
                self.turning.push(names);
                expr.node.visit_expr(|inner| self.expression(inner));
                self.turning.pop();
            }
            Expr::Call(function, arguments) if is_claim(function) => {
                let stated = expr.span;
                arguments.args.iter().for_each(|argument| self.functions(argument.node.expr(), stated));
            }
            _ => expr.node.visit_expr(|inner| self.expression(inner)),
        }
    }

    /// Looks at the functions that are written in an argument of a claim.
    fn functions(&mut self, expr: &AstExpr, stated: Span) {
        let Expr::Lambda(lambda) = &expr.node else {
            return expr.node.visit_expr(|inner| self.functions(inner, stated));
        };
        let mut own = BTreeSet::new();
        for parameter in &lambda.params {
            own.extend(parameter.node.ident().map(|name| name.node.ident.clone()));
        }
        let mut read = Vec::new();
        names(&lambda.body, &mut own, &mut read);
        for (name, span) in read.into_iter().filter(|(name, _)| !own.contains(name)) {
            let again = |(other, place): &&(String, Span)| *other == name && place.begin() > stated.begin();
            let rebound = self.top.iter().filter(|(other, _)| *other == name).count() > 1;
            if self.turning.iter().any(|turn| turn.contains(&name)) || rebound && self.top.iter().any(|b| again(&b)) {
                let message = format!(
                    "{} is given another value before the claim is checked, and functions read names when they are called\n  make the function where the value is a parameter: def holds(k): return lambda net, a: a.dim <= k",
                    quote(&name)
                );
                self.found.get_or_insert(Slip { message, span });
            }
        }
    }
}

fn is_claim(function: &AstExpr) -> bool {
    matches!(&function.node, Expr::Identifier(name) if name.node.ident == "claim")
}

/// The names that an expression reads, and those that it binds itself.
fn names(expr: &AstExpr, own: &mut BTreeSet<String>, read: &mut Vec<(String, Span)>) {
    match &expr.node {
        Expr::Identifier(name) => read.push((name.node.ident.clone(), expr.span)),
        Expr::Lambda(lambda) => {
            for parameter in &lambda.params {
                own.extend(parameter.node.ident().map(|name| name.node.ident.clone()));
            }
        }
        Expr::ListComprehension(_, first, clauses) | Expr::DictComprehension(_, first, clauses) => {
            targets(&first.var, own);
            for clause in clauses {
                if let Clause::For(each) = clause {
                    targets(&each.var, own);
                }
            }
        }
        _ => {}
    }
    expr.node.visit_expr(|inner| names(inner, own, read));
}

/// The names that an assignment binds.
fn targets(to: &AstAssignTarget, found: &mut BTreeSet<String>) {
    match &to.node {
        AssignTargetP::Identifier(name) => {
            found.insert(name.node.ident.clone());
        }
        AssignTargetP::Tuple(all) => all.iter().for_each(|one| targets(one, found)),
        // A list or a dictionary that is changed is another one afterwards.
        AssignTargetP::Index(place) => {
            if let Expr::Identifier(name) = &place.0.node {
                found.insert(name.node.ident.clone());
            }
        }
        AssignTargetP::Dot(..) => {}
    }
}

/// The names that statements bind.
fn assigned(statement: &AstStmt, found: &mut BTreeSet<String>) {
    match &statement.node {
        Stmt::Assign(assign) => targets(&assign.lhs, found),
        Stmt::AssignModify(to, _, _) => targets(to, found),
        Stmt::For(each) => targets(&each.var, found),
        Stmt::Def(def) => {
            found.insert(def.name.node.ident.clone());
            return;
        }
        _ => {}
    }
    statement.node.visit_stmt(|inner| assigned(inner, found));
}
