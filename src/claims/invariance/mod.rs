//! What a claim asks of a symmetry before one allocation may speak for all its images: read off the claim's text.
//!
//! The text is run on *kinds* instead of values. Let σ be a symmetry, and run the claim on A and, beside it, on σ(A). Then
//! - a value of kind `Same` is equal in both runs;
//! - of kind `Moved`, an allocation in the one run is its image under σ in the other;
//! - of kind `Bag`, a list holds in the one run what it holds in the other (or the images), perhaps in another order.
//!
//! Every rule of [`run`] keeps this true, so conditions, which are `Same`, take the same branches in both runs, and a result
//! that is `Same` is the claim's value for A and for σ(A). A rule that is true only of some symmetries adds a
//! [`Requirement`], which is looked at for each network and each symmetry. Whatever has no rule (an allocation's text, the
//! order of a list, a single weight, a match probability) makes the claim one that is checked allocation by allocation.
//!
//! Inside a comprehension over a bag nothing may be changed in place, since the order of the changes could show; so no
//! functions are handed on there, and no methods of structs are called. A lambda sees its surroundings as they are when it
//! is called, so what it mentions must be the same throughout. Floating point in a file with bags is not accepted: sums
//! depend on the order, and equal numbers may print differently.

use std::collections::{HashMap, HashSet};

use starlark::codemap::Span;
use starlark::syntax::AstModule;
use starlark_syntax::syntax::ast::{
    ArgumentP, AssignOp, AssignTargetP, AstArgument, AstAssignTarget, AstExpr, AstLiteral, AstNoPayload, AstParameter,
    AstStmt, BinOp, Clause, Expr, Stmt,
};
use starlark_syntax::syntax::uniplate::Visit;

use self::run::Run;

mod kind;
mod run;

/// What a symmetry must keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Requirement {
    /// Something about one tensor, or about every one where its name is not written out.
    Tensor(Option<Closed>, Keeps),
    /// A set of weights.
    Weights(Closed),
    /// Each layer.
    EachLayer,
    /// Layers go to layers.
    Layers,
    /// Tensors go to tensors, and with it rows to rows or columns to columns.
    Tensors(Keeps),
    /// It holds on every number of samples.
    AnySamples,
}

/// What is kept of a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeps {
    /// Its weights, as a set.
    Cells,
    /// Rows go to rows.
    Rows,
    /// Columns go to columns.
    Columns,
    /// Rows go to rows and columns to columns, or rows to columns and columns to rows.
    Lines,
}

/// An expression that depends on the network alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closed {
    /// What it calls the network.
    pub parameters: Vec<String>,
    /// As written.
    pub text: String,
}

/// A file, ready to be asked about its claims.
pub(super) struct Reader<'a> {
    text: &'a str,
    functions: HashMap<&'a str, (&'a [AstParameter], &'a AstStmt)>,
    /// Where each function stands.
    definitions: HashMap<&'a str, Span>,
    /// How often each name is given a value, anywhere in the file.
    bound: HashMap<String, usize>,
    /// The names that are given a value at the top of the file, outside of loops and branches.
    global: HashSet<String>,
    /// Whether a method may be anything, because structs are made somewhere.
    structs: bool,
    /// The functions that may return numbers in floating point.
    floating: HashSet<&'a str>,
    /// Whether there may be numbers in floating point outside the conditions of claims.
    floats: bool,
}

impl<'a> Reader<'a> {
    /// Looks over a file.
    pub(super) fn new(text: &'a str, ast: &'a AstModule) -> Self {
        let mut reader = Reader {
            text,
            functions: HashMap::new(),
            definitions: HashMap::new(),
            bound: HashMap::new(),
            global: HashSet::new(),
            structs: false,
            floating: HashSet::new(),
            floats: false,
        };
        let top = match &ast.statement().node {
            Stmt::Statements(all) => all.as_slice(),
            _ => std::slice::from_ref(ast.statement()),
        };
        for statement in top {
            match &statement.node {
                Stmt::Def(def) => {
                    reader.functions.insert(&def.name.node.ident, (&def.params, &def.body));
                    reader.definitions.insert(&def.name.node.ident, statement.span);
                    reader.global.insert(def.name.node.ident.clone());
                }
                Stmt::Assign(assign) => {
                    if let AssignTargetP::Identifier(name) = &assign.lhs.node {
                        reader.global.insert(name.node.ident.clone());
                    }
                }
                _ => {}
            }
        }
        reader.survey(Visit::Stmt(ast.statement()));
        // Functions that make floating point, and those that name such functions.
        loop {
            let bodies = reader.functions.iter().filter(|(name, _)| !reader.floating.contains(**name));
            let more = bodies.filter(|(_, (parameters, body))| {
                let mut defaults = false;
                parameters.iter().for_each(|p| p.visit_expr(|e| defaults |= reader.makes_float(&Visit::Expr(e))));
                defaults || reader.makes_float(&Visit::Stmt(body))
            });
            let more: Vec<&str> = more.map(|(name, _)| *name).collect();
            if more.is_empty() {
                break;
            }
            reader.floating.extend(more);
        }
        let outside = top.iter().filter(|statement| !matches!(statement.node, Stmt::Def(_)));
        reader.floats = outside.into_iter().any(|statement| reader.makes_float(&Visit::Stmt(statement)));
        reader
    }

    /// Where the function of that name is defined, if the name means nothing else anywhere.
    pub(super) fn definition(&self, name: &str) -> Option<Span> {
        self.function(name).and_then(|_| self.definitions.get(name).copied())
    }

    /// Whether the file gives the name of a function of the language to something else.
    pub(super) fn binds_functions(&self) -> bool {
        ["min", "max", "sum", "len", "all", "any", "sorted", "range", "within"]
            .iter()
            .any(|name| self.bound.contains_key(*name))
    }

    /// What these functions of a network and an allocation ask of symmetries; nothing if some part has no rule.
    pub(super) fn requirements(&self, functions: &[&AstExpr]) -> Option<Vec<Requirement>> {
        let floats = self.floats || functions.iter().any(|function| self.makes_float(&Visit::Expr(function)));
        let mut run = Run::new(self, floats);
        for function in functions {
            run.condition(function).ok()?;
        }
        let mut requirements = run.requirements();
        let mut kept: Vec<Requirement> = Vec::new();
        requirements.retain(|r| {
            !kept.contains(r) && {
                kept.push(r.clone());
                true
            }
        });
        Some(requirements)
    }

    fn survey(&mut self, visit: Visit<'_, AstNoPayload>) {
        match &visit {
            Visit::Stmt(statement) => match &statement.node {
                Stmt::Def(def) => {
                    self.bind(&def.name.node.ident);
                    self.bind_parameters(&def.params);
                }
                Stmt::Assign(assign) => self.bind_target(&assign.lhs),
                Stmt::AssignModify(target, _, _) => self.bind_target(target),
                Stmt::For(each) => self.bind_target(&each.var),
                _ => {}
            },
            Visit::Expr(expr) => match &expr.node {
                Expr::Lambda(lambda) => self.bind_parameters(&lambda.params),
                Expr::Identifier(name) => self.structs |= name.node.ident == "struct",
                Expr::ListComprehension(_, first, clauses) | Expr::DictComprehension(_, first, clauses) => {
                    self.bind_target(&first.var);
                    for clause in clauses {
                        if let Clause::For(each) = clause {
                            self.bind_target(&each.var);
                        }
                    }
                }
                _ => {}
            },
        }
        visit.visit_children(|child| self.survey(child));
    }

    /// Whether a part of the file makes numbers in floating point, or names a function that may. What claims' conditions
    /// compute stays in them, so these are left out.
    fn makes_float(&self, visit: &Visit<'_, AstNoPayload>) -> bool {
        if matches!(visit, Visit::Stmt(s) if matches!(&s.node, Stmt::AssignModify(_, AssignOp::Divide, _))) {
            return true;
        }
        if let Visit::Expr(expr) = visit {
            let function = |name: &str| self.floating.contains(name);
            if makes_float(expr) || matches!(&expr.node, Expr::Identifier(name) if function(&name.node.ident)) {
                return true;
            }
        }
        let conditions = if self.bound.contains_key("claim") { Vec::new() } else { conditions(visit) };
        let mut found = false;
        visit.visit_children(|child| {
            let condition = matches!(&child, Visit::Expr(expr) if conditions.iter().any(|c| std::ptr::eq(*c, *expr)));
            found |= !condition && self.makes_float(&child);
        });
        found
    }

    fn bind(&mut self, name: &str) {
        *self.bound.entry(name.to_owned()).or_insert(0) += 1;
    }

    fn bind_parameters(&mut self, parameters: &[AstParameter]) {
        let names = parameters.iter().filter_map(|p| p.node.ident());
        names.map(|name| name.node.ident.clone()).collect::<Vec<_>>().iter().for_each(|name| self.bind(name));
    }

    fn bind_target(&mut self, target: &AstAssignTarget) {
        match &target.node {
            AssignTargetP::Identifier(name) => self.bind(&name.node.ident),
            AssignTargetP::Tuple(all) => all.iter().for_each(|t| self.bind_target(t)),
            AssignTargetP::Index(_) | AssignTargetP::Dot(..) => {}
        }
    }

    fn is_language(&self, name: &str, among: &[&str]) -> bool {
        among.contains(&name) && !self.bound.contains_key(name)
    }

    fn function(&self, name: &str) -> Option<(&'a [AstParameter], &'a AstStmt)> {
        (self.bound.get(name) == Some(&1)).then(|| self.functions.get(name).copied()).flatten()
    }
}

/// The lambdas that a call of `claim` is given as conditions.
fn conditions<'e>(visit: &Visit<'e, AstNoPayload>) -> Vec<&'e AstExpr> {
    let Visit::Expr(expr) = visit else {
        return Vec::new();
    };
    let Expr::Call(function, arguments) = &expr.node else {
        return Vec::new();
    };
    if !matches!(&function.node, Expr::Identifier(name) if name.node.ident == "claim") {
        return Vec::new();
    }
    let condition = |argument: &'e AstArgument| match &argument.node {
        ArgumentP::Named(name, value) if ["holds", "trend", "given"].contains(&name.node.as_str()) => {
            matches!(value.node, Expr::Lambda(_)).then_some(value)
        }
        _ => None,
    };
    arguments.args.iter().filter_map(condition).collect()
}

fn makes_float(expr: &AstExpr) -> bool {
    match &expr.node {
        Expr::Literal(AstLiteral::Float(_)) | Expr::Op(_, BinOp::Divide, _) => true,
        Expr::Identifier(name) => ["float", "getattr"].contains(&name.node.ident.as_str()),
        Expr::Dot(_, name) => ["match", "match_in", "decided"].contains(&name.node.as_str()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::dialect;

    /// What a `holds` asks for, in a file with these lines before it.
    fn asked(before: &str, holds: &str) -> Option<Vec<Requirement>> {
        let text = format!("{before}\nclaim(holds = {holds})\n");
        let ast = AstModule::parse("t", text.clone(), &dialect()).unwrap();
        let reader = Reader::new(&text, &ast);
        let mut found = None;
        ast.statement().visit_expr(|expr| {
            if let Expr::Call(function, arguments) = &expr.node
                && matches!(&function.node, Expr::Identifier(name) if name.node.ident == "claim")
            {
                found = Some(reader.requirements(&[arguments.args[0].expr()]));
            }
        });
        found.unwrap()
    }

    #[test]
    fn what_does_not_depend_on_places_asks_for_nothing() {
        for holds in [
            "lambda net, a: a.dim <= min(a.size, net.teacher_dim)",
            "lambda net, a: all([b.dim >= a.dim for b in a.extensions() if b.free])",
            "lambda net, a: a.closure.closure == a.closure and a.inside(a.closure) and not a - a.closure",
            "lambda net, a: net.dim(a) == a.dim",
            "lambda net, a: sum([1 for b in a.moves() for c in b.deletions() if c.dim < b.dim]) == len(a.moves()) * 0",
        ] {
            assert_eq!(asked("", holds), Some(Vec::new()), "{holds}");
        }
        let helpers = "def f(net, a, k):\n    t = 0\n    for i in range(k):\n        t += i\n    if a.free:\n        return t\n    return a.dim\n";
        assert_eq!(asked(helpers, "lambda net, a: f(net, a, 3) <= max([f(net, b, 2) for b in a.moves()] + [7])"), None);
        assert_eq!(asked(helpers, "lambda net, a: f(net, a, 3) <= a.size"), Some(Vec::new()));
        assert_eq!(asked("def h(net, a):\n    return a.free\n", "h"), Some(Vec::new()));
    }

    #[test]
    fn what_is_named_must_be_kept() {
        let closed = |parameters: &[&str], text: &str| Closed {
            parameters: parameters.iter().map(|p| (*p).to_owned()).collect(),
            text: text.to_owned(),
        };
        let rows = Requirement::Tensor(Some(closed(&[], "\"W1\"")), Keeps::Rows);
        assert_eq!(
            asked("", "lambda net, a: a.dim == sum([min(c, 2) for c in a.row_counts(\"W1\")])"),
            Some(vec![rows])
        );
        let diagonal = Requirement::Weights(closed(&["n"], "n.diagonal(\"W\")"));
        assert_eq!(
            asked("def f(n, a):\n    return not (a & n.diagonal(\"W\"))\n", "lambda net, a: f(net, a)"),
            Some(vec![diagonal])
        );
        assert_eq!(asked("", "lambda net, a: a.at(2).dim <= a.dim"), Some(vec![Requirement::AnySamples]));
        let everything = Requirement::Weights(closed(&["net"], "net.at(1).everything"));
        assert_eq!(
            asked("", "lambda net, a: (net.at(1).everything & a).dim < 2"),
            Some(vec![Requirement::AnySamples, everything])
        );
        let every = Requirement::Tensor(None, Keeps::Cells);
        assert_eq!(asked("", "lambda net, a: all([a.tensor_count(t) >= 0 for t in [\"D\"]])"), Some(vec![every]));
    }

    #[test]
    fn what_depends_on_places_has_no_rule() {
        for (before, holds) in [
            ("", "lambda net, a: a.text != \"W1[0,0]\""),
            ("", "lambda net, a: a.weights == []"),
            ("", "lambda net, a: a.basis.free"),
            ("", "lambda net, a: str(a) == \"\""),
            ("", "lambda net, a: \"%s\" % a == \"\""),
            ("", "lambda net, a: f\"{a}\" == \"\""),
            ("", "lambda net, a: a.row_counts(\"W1\")[0] == 0"),
            ("", "lambda net, a: a.row_counts(\"W1\") == [0, 0]"),
            ("", "lambda net, a: [b.dim for b in a.moves()][0] == 1"),
            ("", "lambda net, a: sum([x * y for x, y in zip(a.row_counts(\"W1\"), [1, 2])]) == 0"),
            ("", "lambda net, a: sum([y for y in enumerate([b.dim for b in a.moves()])]) == 0"),
            ("", "lambda net, a: a.match.verdict == \"one\""),
            ("", "lambda net, a: sum([0.1 * b.dim for b in a.moves()]) > 0"),
            ("X = 1 / 2", "lambda net, a: sum([X * b.dim for b in a.moves()]) > 0"),
            ("", "lambda net, a: (lambda: a.text)() == \"\""),
            ("", "lambda net, a: any(map(lambda x: a.dim, [1]))"),
            // The order of changes in place shows.
            (
                "def f(l, x):\n    l.append(x)\n    return True\ndef g(net, a):\n    l = []\n    u = [f(l, b.dim) for b in a.moves()]\n    return l[0] == 1\n",
                "lambda net, a: g(net, a)",
            ),
            (
                "def g(net, a):\n    l = []\n    u = [l.append(b.dim) for b in a.moves()]\n    return l[0] == 1\n",
                "lambda net, a: g(net, a)",
            ),
            // A lambda's defaults, and what it sees when it is called.
            ("", "lambda net, a: (lambda x = a: x.text)() == \"\""),
            ("def g(net, a):\n    x = net.nothing\n    f = lambda: x.text\n    x = a\n    return f() == \"\"\n", "g"),
            ("def g(net, a):\n    f = lambda: x.text\n    x = a\n    return f() == \"\"\n", "g"),
            (
                "def g(net, a):\n    l = []\n    f = lambda x: l.append(x) or 0\n    u = [sorted([b.dim], key = f) for b in a.moves()]\n    return l[0] == 1\n",
                "g",
            ),
            (
                "def g(net, a):\n    l = []\n    s = struct(get = lambda x: l.append(x))\n    u = [s.get(b.dim) for b in a.moves()]\n    return l[0] == 1\n",
                "g",
            ),
            ("X = getattr(N, \"match\").low", "lambda net, a: sum([X * b.dim for b in a.moves()]) > 0"),
            (
                "def f(claim):\n    return claim(holds = lambda: 0.1)\nX = f(f)",
                "lambda net, a: sum([X * b.dim for b in a.moves()]) > 0",
            ),
            // What a name of the language means inside a function only.
            ("def f(str):\n    return str\n", "lambda net, a: a.inside(str(\"W1\"))"),
            // A name of the language with another meaning.
            ("def all(x):\n    return x[0]\n", "lambda net, a: all([b.free for b in a.moves()])"),
            ("sum = len", "lambda net, a: sum([b.dim for b in a.moves()]) == 0"),
            // Weights that depend on more than the network.
            ("def f(k):\n    return claim(holds = lambda net, a: True)\nk = \"W1\"\n", "lambda net, a: a.inside(k)"),
            // What a name stands for where a loop is left early.
            (
                "def f(net, a):\n    x = net.nothing\n    for i in [1]:\n        x = a\n        if i == 1:\n            break\n        x = net.nothing\n    return x.text == \"\"\n",
                "f",
            ),
            (
                "def f(net, a):\n    x = net.nothing\n    for i in [1]:\n        x = a\n        if i == 1:\n            continue\n        x = net.nothing\n    return x.text == \"\"\n",
                "f",
            ),
            ("def f(net, a):\n    for b in a.moves():\n        return b.free\n", "lambda net, a: f(net, a)"),
        ] {
            assert_eq!(asked(before, holds), None, "{before} {holds}");
        }
    }
}
