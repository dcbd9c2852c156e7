//! What a claim's file defines and the claim uses: its helper functions and tables, each with what these use in turn.

use std::borrow::Cow;
use std::collections::HashSet;

use starlark::codemap::Span;
use starlark::syntax::AstModule;
use starlark_syntax::syntax::ast::{
    ArgumentP, AssignTargetP, AstArgument, AstAssignTarget, AstExpr, AstNoPayload, AstParameter, AstStmt, Clause, Expr,
    Stmt,
};
use starlark_syntax::syntax::uniplate::Visit;

use super::source::slice;

/// Longer texts of values are cut: a table of so many characters is data.
const LONGEST_VALUE: usize = 1_500;

/// A helper function, a table or another statement at the top of a file, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The name that it defines; the first, if there are several.
    pub name: String,
    /// As it is written; the start of a long table.
    pub text: String,
    /// Of a table that is cut: the number of its entries.
    pub entries: Option<usize>,
    /// The file that it stands in, if that is another one than the claim's.
    pub file: Option<String>,
}

/// What stands at the top of a file.
#[derive(Clone, Debug)]
pub(super) struct Tops<'a> {
    text: Cow<'a, str>,
    tops: Vec<Top>,
    /// The name of a file that others use.
    file: Option<String>,
}

/// One statement.
#[derive(Clone, Debug)]
struct Top {
    /// The names that get a value by it, or a part of one.
    names: Vec<String>,
    /// The names from outside that it uses.
    uses: HashSet<String>,
    span: Span,
    /// The entries of a table that is written out.
    entries: Option<usize>,
    /// Whether it is code, a function or a loop: this is never cut.
    is_code: bool,
    /// Inside of a function, the names that mean something of its own there.
    inside: HashSet<String>,
}

impl<'a> Tops<'a> {
    /// Looks over a file.
    pub(super) fn new(text: &'a str, ast: &AstModule) -> Self {
        let statement = ast.statement();
        let all = match &statement.node {
            Stmt::Statements(all) => all.as_slice(),
            _ => std::slice::from_ref(statement),
        };
        Tops { text: Cow::Borrowed(text), tops: all.iter().filter_map(top).collect(), file: None }
    }

    /// The same, of a file that others use under this name.
    pub(super) fn of_file(self, name: &str) -> Tops<'static> {
        Tops { text: Cow::Owned(self.text.into_owned()), tops: self.tops, file: Some(name.to_owned()) }
    }

    /// What a call of `claim` uses of it, in the order of the file, behind what that uses of other files; `call` is where it
    /// stands. A name means what the file says; else what the last of the others says that has it.
    pub(super) fn used(&self, arguments: &[&AstExpr], call: Span, others: &[Tops<'_>]) -> Vec<Definition> {
        let mut wanted = HashSet::new();
        arguments.iter().for_each(|argument| wanted.extend(free(&Visit::Expr(argument))));
        let around = self.tops.iter().filter(|top| top.span.contains(call.begin()));
        around.for_each(|top| wanted.retain(|name| !top.inside.contains(name)));
        let mut files = vec![self.taken(&mut wanted)];
        for other in others.iter().rev() {
            files.push(other.taken(&mut wanted));
        }
        files.into_iter().rev().flatten().collect()
    }

    /// What gives the wanted names a value here, and what that uses in turn. Those names are wanted no longer; what else is used is.
    fn taken(&self, wanted: &mut HashSet<String>) -> Vec<Definition> {
        let mut is_used = vec![false; self.tops.len()];
        while let Some(next) = (0..self.tops.len()).find(|at| !is_used[*at] && self.tops[*at].gives(wanted)) {
            is_used[next] = true;
            wanted.extend(self.tops[next].uses.iter().cloned());
        }
        let used: Vec<&Top> =
            self.tops.iter().zip(is_used).filter_map(|(top, is_used)| is_used.then_some(top)).collect();
        used.iter().flat_map(|top| &top.names).for_each(|name| {
            wanted.remove(name);
        });
        used.into_iter().filter_map(|top| self.definition(top)).collect()
    }

    fn definition(&self, top: &Top) -> Option<Definition> {
        let file = self.file.clone();
        let text = slice(&self.text, top.span)?.trim_end().to_owned();
        let name = top.names.first()?.clone();
        match text.char_indices().nth(LONGEST_VALUE).filter(|_| !top.is_code) {
            None => Some(Definition { name, text, entries: None, file }),
            Some((end, _)) => {
                let whole = text[..end].rfind('\n').unwrap_or(end);
                Some(Definition { name, text: format!("{}\n…", &text[..whole]), entries: top.entries, file })
            }
        }
    }
}

impl Top {
    fn gives(&self, wanted: &HashSet<String>) -> bool {
        self.names.iter().any(|name| wanted.contains(name))
    }
}

/// A statement that gives names a value, or may change one; nothing for claims.
fn top(statement: &AstStmt) -> Option<Top> {
    let mut names = Vec::new();
    given(statement, &mut names);
    let uses = free(&Visit::Stmt(statement));
    let entries = match &statement.node {
        Stmt::Assign(assign) => match &assign.rhs.node {
            Expr::List(all) | Expr::Tuple(all) => Some(all.len()),
            Expr::Dict(all) => Some(all.len()),
            _ => None,
        },
        _ => None,
    };
    let mut inside = Vec::new();
    if matches!(statement.node, Stmt::Def(_)) {
        walk(&Visit::Stmt(statement), &mut HashSet::new(), &mut inside);
    }
    let is_code = matches!(statement.node, Stmt::Def(_) | Stmt::For(_) | Stmt::If(..) | Stmt::IfElse(..));
    let is_claim = !is_code && uses.contains("claim");
    let inside = inside.into_iter().collect();
    (!names.is_empty() && !is_claim).then(|| Top { names, uses, span: statement.span, entries, is_code, inside })
}

/// The names that a statement at the top of a file gives a value, or changes.
fn given(statement: &AstStmt, names: &mut Vec<String>) {
    match &statement.node {
        Stmt::Def(def) => names.push(def.name.node.ident.clone()),
        Stmt::Assign(assign) => targets(&assign.lhs, true, names),
        Stmt::AssignModify(target, ..) => targets(target, true, names),
        Stmt::Load(load) => names.extend(load.args.iter().map(|argument| argument.local.node.ident.clone())),
        // A method such as append, or a function, may change whatever stands in the call; a claim changes nothing.
        Stmt::Expression(expr) => {
            let uses = free(&Visit::Expr(expr));
            if !uses.contains("claim") {
                let mut uses: Vec<String> = uses.into_iter().collect();
                uses.sort();
                names.extend(uses);
            }
        }
        _ => {
            if let Stmt::For(each) = &statement.node {
                targets(&each.var, true, names);
            }
            Visit::Stmt(statement).visit_children(|child| {
                if let Visit::Stmt(inner) = child {
                    given(inner, names);
                }
            });
        }
    }
}

/// The names that are assigned to; with `whole`, those of which only a part is, too.
fn targets(target: &AstAssignTarget, whole: bool, names: &mut Vec<String>) {
    match &target.node {
        AssignTargetP::Identifier(name) => names.push(name.node.ident.clone()),
        AssignTargetP::Tuple(all) => all.iter().for_each(|inner| targets(inner, whole, names)),
        AssignTargetP::Index(pair) => base(&pair.0, whole, names),
        AssignTargetP::Dot(of, _) => base(of, whole, names),
    }
}

fn base(expr: &AstExpr, whole: bool, names: &mut Vec<String>) {
    match &expr.node {
        Expr::Identifier(name) if whole => names.push(name.node.ident.clone()),
        Expr::Dot(of, _) => base(of, whole, names),
        Expr::Index(pair) => base(&pair.0, whole, names),
        _ => {}
    }
}

/// The names that a part of a file uses and does not give a value itself.
fn free(part: &Visit<'_, AstNoPayload>) -> HashSet<String> {
    let (mut uses, mut bound) = (HashSet::new(), Vec::new());
    walk(part, &mut uses, &mut bound);
    bound.iter().for_each(|name| {
        uses.remove(name);
    });
    uses
}

fn walk(part: &Visit<'_, AstNoPayload>, uses: &mut HashSet<String>, bound: &mut Vec<String>) {
    let parameters = |all: &[AstParameter], bound: &mut Vec<String>| {
        bound.extend(all.iter().filter_map(|p| p.node.ident()).map(|name| name.node.ident.clone()));
    };
    match part {
        Visit::Stmt(statement) => match &statement.node {
            Stmt::Def(def) => parameters(&def.params, bound),
            Stmt::Assign(assign) => targets(&assign.lhs, false, bound),
            Stmt::AssignModify(target, ..) => targets(target, false, bound),
            Stmt::For(each) => targets(&each.var, false, bound),
            _ => {}
        },
        Visit::Expr(expr) => match &expr.node {
            Expr::Identifier(name) => {
                uses.insert(name.node.ident.clone());
            }
            Expr::Lambda(lambda) => parameters(&lambda.params, bound),
            Expr::ListComprehension(_, first, clauses) | Expr::DictComprehension(_, first, clauses) => {
                targets(&first.var, false, bound);
                for clause in clauses {
                    if let Clause::For(each) = clause {
                        targets(&each.var, false, bound);
                    }
                }
            }
            _ => {}
        },
    }
    part.visit_children(|child| walk(&child, uses, bound));
}

/// The arguments of a call of `claim` that say what is asked, and of what.
pub(super) fn asking(arguments: &[AstArgument]) -> impl Iterator<Item = &AstExpr> {
    arguments.iter().filter_map(|argument| match &argument.node {
        ArgumentP::Named(name, value) => {
            let words = ["name", "statement", "source", "proof", "expect"];
            (!words.contains(&name.node.as_str())).then_some(value)
        }
        ArgumentP::Positional(value) | ArgumentP::Args(value) | ArgumentP::KwArgs(value) => Some(value),
    })
}

#[cfg(test)]
mod tests {
    use starlark::syntax::AstModule;

    use super::Tops;
    use crate::file::dialect;
    use crate::source::calls;

    fn names(text: &str) -> Vec<String> {
        let ast = AstModule::parse("t", text.to_owned(), &dialect()).unwrap();
        calls(text, &ast, &[]).remove(0).written.definitions.iter().map(|d| d.name.clone()).collect()
    }

    #[test]
    fn what_a_claim_uses_is_found_however_far_away_and_nothing_else() {
        let text = "
unused = 1
def inner(cells): return cells + BASE
BASE = 7
def outer(net): return inner(net.size)
cells = 5
TABLE = {}
for k in range(3):
    TABLE[k] = BASE
NETWORKS = [lffn([d, 2]) for d in (1, 2)]
claim(statement = unused, networks = NETWORKS, holds = lambda net, a: outer(net) + TABLE[1] > 0)
";
        // `cells` is a parameter where it is used.
        assert_eq!(names(text), ["inner", "BASE", "outer", "TABLE", "k", "NETWORKS"]);
        assert_eq!(names("def f(net): return True\nclaim(networks = [], holds = f)\n"), ["f"]);
        assert_eq!(names("f = 1\nclaim(name = f, networks = [], holds = lambda f: f)\n"), [""; 0]);
        // Whatever may change a table is shown; what a function calls by the same name is not what is outside.
        let changed = "T = {1: []}\nT[1].append(5)\ndef fill(t): t[2] = 1\nfill(T)\nclaim(networks = [], holds = lambda net, a: T[1] == a)\n";
        assert_eq!(names(changed), ["T", "T", "fill", "T"]);
        let shadowed =
            "nets = [1]\ndef make(nets):\n    claim(networks = nets, holds = lambda net, a: True)\nmake([2])\n";
        assert_eq!(names(shadowed), [""; 0]);
        let looped =
            "T = []\nfor k in (1, 2):\n    T.append(k)\n    claim(networks = T, holds = lambda net, a: a.size > k)\n";
        assert_eq!(names(looped), ["T", "k"]);
    }

    #[test]
    fn what_other_files_define_is_found_in_the_last_that_has_it() {
        let parsed = |text: &str| AstModule::parse("t", text.to_owned(), &dialect()).unwrap();
        let tops = |name: &str, text: &str| Tops::new(text, &parsed(text)).of_file(name);
        let others = [
            tops("a", "BASE = 1\ndef f(x): return x + BASE\ndef g(x): return f(x)\n"),
            tops("b", "BASE = 2\ndef f(x): return x - BASE\n"),
        ];
        let text = "def h(net): return g(net.dim) + f(1)\nclaim(networks = [], holds = lambda net: h(net) > 0)\n";
        let written = calls(text, &parsed(text), &others).remove(0).written;
        let found: Vec<(Option<&str>, &str)> =
            written.definitions.iter().map(|d| (d.file.as_deref(), d.name.as_str())).collect();
        assert_eq!(
            found,
            [
                (Some("a"), "BASE"),
                (Some("a"), "f"),
                (Some("a"), "g"),
                (Some("b"), "BASE"),
                (Some("b"), "f"),
                (None, "h")
            ]
        );
    }

    #[test]
    fn long_tables_are_cut_and_counted() {
        let table: Vec<String> = (0..400).map(|k| format!("    [{k}, {k}],")).collect();
        let text = format!("T = [\n{}\n]\nclaim(networks = T, holds = f)\n", table.join("\n"));
        let ast = AstModule::parse("t", text.clone(), &dialect()).unwrap();
        let definition = calls(&text, &ast, &[]).remove(0).written.definitions.remove(0);
        assert_eq!(definition.entries, Some(400));
        assert!(definition.text.len() < 1_600 && definition.text.ends_with("],\n…"), "{}", definition.text);
    }
}
