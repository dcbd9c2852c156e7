//! What a claim asks of a symmetry before one allocation may speak for all its images: read off the claim's text.
//!
//! The text is run on *kinds* instead of values. Let σ be a symmetry, and run the claim on A and, beside it, on σ(A). Then
//! - a value of kind `Same` is equal in both runs;
//! - of kind `Moved`, an allocation in the one run is its image under σ in the other;
//! - of kind `Bag`, a list holds in the one run what it holds in the other (or the images), perhaps in another order.
//!
//! Every rule below keeps this true, so conditions, which are `Same`, take the same branches in both runs, and a result
//! that is `Same` is the claim's value for A and for σ(A). A rule that is true only of some symmetries adds a
//! [`Requirement`], which is looked at for each network and each symmetry. Whatever has no rule (an allocation's text, the
//! order of a list, a single weight, a match probability) makes the claim one that is checked allocation by allocation.
//!
//! Inside a comprehension over a bag nothing may be changed in place, since the order of the changes could show; so no
//! functions are handed on there, and no methods of structs are called. A lambda sees its surroundings as they are when it
//! is called, so what it mentions must be the same throughout. Floating point in a file with bags is not accepted: sums
//! depend on the order, and equal numbers may print differently.

use std::collections::{HashMap, HashSet};

use starlark::syntax::AstModule;
use starlark_syntax::syntax::ast::{
    ArgumentP, AssignOp, AssignTargetP, AstArgument, AstAssignTarget, AstExpr, AstLiteral, AstNoPayload, AstParameter,
    AstStmt, BinOp, Clause, Expr, ForClause, ParameterP, Stmt,
};
use starlark_syntax::syntax::uniplate::Visit;

use super::source::balanced;

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The network itself.
    Net,
    Same,
    Moved,
    Bag(Item),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Same,
    Moved,
}

/// There is no rule for it.
#[derive(Clone, Copy, Debug)]
struct NoRule;

type Ruled<T> = Result<T, NoRule>;

impl Kind {
    fn is_same(self) -> bool {
        matches!(self, Kind::Same | Kind::Net)
    }

    fn item(self) -> Ruled<Item> {
        match self {
            Kind::Net | Kind::Same => Ok(Item::Same),
            Kind::Moved => Ok(Item::Moved),
            Kind::Bag(_) => Err(NoRule),
        }
    }

    /// A value that is of the one kind or of the other, the same one in both runs.
    fn or(self, other: Kind) -> Ruled<Kind> {
        match (self, other) {
            (a, b) if a == b => Ok(a),
            (a, b) if a.is_same() && b.is_same() => Ok(Kind::Same),
            (Kind::Same, Kind::Bag(Item::Same)) | (Kind::Bag(Item::Same), Kind::Same) => Ok(Kind::Bag(Item::Same)),
            _ => Err(NoRule),
        }
    }
}

impl From<Item> for Kind {
    fn from(item: Item) -> Self {
        match item {
            Item::Same => Kind::Same,
            Item::Moved => Kind::Moved,
        }
    }
}

type Names = HashMap<String, Kind>;

/// A file, ready to be asked about its claims.
pub(super) struct Reader<'a> {
    text: &'a str,
    functions: HashMap<&'a str, (&'a [AstParameter], &'a AstStmt)>,
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

    /// What these functions of a network and an allocation ask of symmetries; nothing if some part has no rule.
    pub(super) fn requirements(&self, functions: &[&AstExpr]) -> Option<Vec<Requirement>> {
        let floats = self.floats || functions.iter().any(|function| self.makes_float(&Visit::Expr(function)));
        let (requirements, captured) = (Vec::new(), HashSet::new());
        let mut run = Run { reader: self, requirements, captured, depth: 0, in_bag: false, floats };
        for function in functions {
            run.condition(function).ok()?;
        }
        let mut requirements = run.requirements;
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

/// The deepest calls that are followed.
const DEEPEST: usize = 12;
/// Functions of the language that look at the members of a list, not at their order.
const SYMMETRIC: [&str; 7] = ["all", "any", "len", "max", "min", "sorted", "sum"];
/// Functions of the language that change nothing in place.
const PURE: [&str; 27] = [
    "abs",
    "all",
    "any",
    "balanced",
    "binomial",
    "bool",
    "dict",
    "enumerate",
    "int",
    "len",
    "lffn",
    "list",
    "lrnn",
    "majorises",
    "max",
    "min",
    "pnn",
    "range",
    "repr",
    "reversed",
    "sorted",
    "str",
    "struct",
    "sum",
    "tuple",
    "type",
    "zip",
];
/// Methods that change nothing in place.
const PURE_METHODS: [&str; 24] = [
    "allocation",
    "at",
    "column_counts",
    "components",
    "count",
    "counts",
    "deletions",
    "diagonal",
    "dim",
    "endswith",
    "extensions",
    "format",
    "get",
    "inside",
    "items",
    "join",
    "keys",
    "max_dim",
    "min_dim",
    "offdiagonal",
    "replace",
    "row_counts",
    "startswith",
    "tensor_count",
];

struct Run<'r, 'a> {
    reader: &'r Reader<'a>,
    requirements: Vec<Requirement>,
    /// The names that lambdas mention.
    captured: HashSet<String>,
    depth: usize,
    /// Inside a comprehension over a bag.
    in_bag: bool,
    /// Whether there may be numbers in floating point.
    floats: bool,
}

impl Run<'_, '_> {
    /// `holds` or `given`: a lambda, or the name of a function, of a network and an allocation.
    fn condition(&mut self, function: &AstExpr) -> Ruled<()> {
        let given = [Kind::Net, Kind::Moved];
        let kind = match &function.node {
            Expr::Lambda(lambda) => {
                let mut names = named(&lambda.params, &given)?;
                self.expr(&lambda.body, &mut names)?
            }
            Expr::Identifier(name) => self.call(&name.node.ident, &given)?,
            _ => return Err(NoRule),
        };
        if kind.is_same() { Ok(()) } else { Err(NoRule) }
    }

    /// A call of one of the file's own functions.
    fn call(&mut self, name: &str, given: &[Kind]) -> Ruled<Kind> {
        let (parameters, body) = self.reader.function(name).ok_or(NoRule)?;
        if self.depth == DEEPEST {
            return Err(NoRule);
        }
        self.depth += 1;
        let mut names = named(parameters, given)?;
        let mut returned = None;
        let ends = self.statement(body, &mut names, &mut returned)?;
        self.depth -= 1;
        match returned {
            // At its end a function returns None.
            Some(kind) if !ends => kind.or(Kind::Same),
            Some(kind) => Ok(kind),
            None => Ok(Kind::Same),
        }
    }

    /// Whether a statement always returns.
    fn statement(&mut self, statement: &AstStmt, names: &mut Names, returned: &mut Option<Kind>) -> Ruled<bool> {
        match &statement.node {
            Stmt::Statements(all) => {
                for statement in all {
                    if self.statement(statement, names, returned)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Stmt::Return(value) => {
                let kind = value.as_ref().map_or(Ok(Kind::Same), |value| self.expr(value, names))?;
                *returned = Some(returned.map_or(Ok(kind), |before| before.or(kind))?);
                Ok(true)
            }
            Stmt::Expression(expr) => self.expr(expr, names).map(|_| false),
            Stmt::Assign(assign) => {
                let kind = self.expr(&assign.rhs, names)?;
                self.assign(&assign.lhs, kind, names)?;
                Ok(false)
            }
            Stmt::AssignModify(target, _, value) => {
                let AssignTargetP::Identifier(name) = &target.node else {
                    return Err(NoRule);
                };
                let before = names.get(&name.node.ident).copied().unwrap_or(Kind::Same);
                let value = self.expr(value, names)?;
                // It may change a list in place.
                if self.in_bag || !before.is_same() || !value.is_same() {
                    return Err(NoRule);
                }
                names.insert(name.node.ident.clone(), Kind::Same);
                Ok(false)
            }
            Stmt::If(condition, then) => {
                self.expr(condition, names)?;
                let mut other = names.clone();
                self.statement(then, &mut other, returned)?;
                merge(names, &other)?;
                Ok(false)
            }
            Stmt::IfElse(condition, branches) => {
                self.expr(condition, names)?;
                let mut other = names.clone();
                let first = self.statement(&branches.0, names, returned)?;
                let second = self.statement(&branches.1, &mut other, returned)?;
                merge(names, &other)?;
                Ok(first && second)
            }
            Stmt::For(each) => {
                if !self.expr(&each.over, names)?.is_same() {
                    return Err(NoRule);
                }
                // Until what is known at the beginning of a turn no longer changes.
                loop {
                    let mut turn = names.clone();
                    self.assign(&each.var, Kind::Same, &mut turn)?;
                    self.statement(&each.body, &mut turn, returned)?;
                    let before = names.clone();
                    merge(names, &turn)?;
                    if *names == before {
                        return Ok(false);
                    }
                }
            }
            Stmt::Pass | Stmt::Break | Stmt::Continue => Ok(false),
            Stmt::Def(_) | Stmt::Load(_) => Err(NoRule),
        }
    }

    fn assign(&mut self, target: &AstAssignTarget, kind: Kind, names: &mut Names) -> Ruled<()> {
        match &target.node {
            // A lambda that was made before would see the new value.
            AssignTargetP::Identifier(name) if !kind.is_same() && self.captured.contains(&name.node.ident) => {
                Err(NoRule)
            }
            AssignTargetP::Identifier(name) => {
                names.insert(name.node.ident.clone(), kind);
                Ok(())
            }
            AssignTargetP::Tuple(all) if kind.is_same() => {
                all.iter().try_for_each(|target| self.assign(target, Kind::Same, names))
            }
            AssignTargetP::Index(place) if kind.is_same() && !self.in_bag => {
                self.all_same([&place.0, &place.1], names).map(|_| ())
            }
            _ => Err(NoRule),
        }
    }

    fn all_same<'e>(&mut self, all: impl IntoIterator<Item = &'e AstExpr>, names: &mut Names) -> Ruled<Kind> {
        for expr in all {
            if !self.expr(expr, names)?.is_same() {
                return Err(NoRule);
            }
        }
        Ok(Kind::Same)
    }

    fn expr(&mut self, expr: &AstExpr, names: &mut Names) -> Ruled<Kind> {
        match &expr.node {
            Expr::Literal(_) => Ok(Kind::Same),
            // What is not local does not depend on the allocation.
            Expr::Identifier(name) => Ok(names.get(&name.node.ident).copied().unwrap_or(Kind::Same)),
            Expr::Tuple(all) | Expr::List(all) => self.all_same(all, names),
            Expr::Dict(pairs) => {
                let parts: Vec<&AstExpr> = pairs.iter().flat_map(|(key, value)| [key, value]).collect();
                self.all_same(parts, names)
            }
            // Whether an allocation or a list is empty is the same in both runs.
            Expr::Not(inner) => self.expr(inner, names).map(|_| Kind::Same),
            Expr::Minus(inner) | Expr::Plus(inner) | Expr::BitNot(inner) => self.all_same([&**inner], names),
            Expr::If(parts) => {
                self.expr(&parts.0, names)?;
                let (yes, no) = (self.expr(&parts.1, names)?, self.expr(&parts.2, names)?);
                yes.or(no)
            }
            Expr::Op(left, op, right) => self.operation(left, *op, right, names),
            Expr::Index(parts) => self.all_same([&parts.0, &parts.1], names),
            Expr::Index2(parts) => self.all_same([&parts.0, &parts.1, &parts.2], names),
            Expr::Slice(list, start, stop, step) => {
                let bounds = [start, stop, step].into_iter().flatten().map(|bound| &**bound);
                self.all_same([&**list].into_iter().chain(bounds), names)
            }
            Expr::FString(string) => self.all_same(&string.node.expressions, names),
            Expr::ListComprehension(value, first, clauses) => self.comprehension(value, first, clauses, names),
            Expr::DictComprehension(pair, first, clauses) => {
                let key = self.comprehension(&pair.0, first, clauses, names)?;
                let value = self.comprehension(&pair.1, first, clauses, names)?;
                if key.is_same() && value.is_same() { Ok(Kind::Same) } else { Err(NoRule) }
            }
            Expr::Dot(object, name) => {
                let kind = self.expr(object, names)?;
                self.attribute(kind, &name.node)
            }
            Expr::Call(function, arguments) => match &function.node {
                Expr::Dot(object, method) => self.method(object, &method.node, &arguments.args, names),
                Expr::Identifier(name) if !names.contains_key(&name.node.ident) => {
                    self.function(&name.node.ident, &arguments.args, names)
                }
                _ if self.in_bag => Err(NoRule),
                _ => self.all_same([&**function].into_iter().chain(arguments.args.iter().map(|a| a.expr())), names),
            },
            Expr::Lambda(_) => {
                // Called by others with who knows what: neither its defaults nor its body must reach anything that is not
                // the same, now or when it is called.
                let mut mentioned = Vec::new();
                identifiers(expr, &mut mentioned);
                let moved = |name: &String| names.get(name).is_some_and(|kind| !kind.is_same());
                if self.in_bag || mentioned.iter().any(moved) {
                    return Err(NoRule);
                }
                self.captured.extend(mentioned);
                Ok(Kind::Same)
            }
        }
    }

    fn operation(&mut self, left: &AstExpr, op: BinOp, right: &AstExpr, names: &mut Names) -> Ruled<Kind> {
        let (a, b) = (self.expr(left, names)?, self.expr(right, names)?);
        match (a, op, b) {
            (_, BinOp::And | BinOp::Or, _) => a.or(b),
            (a, _, b) if a.is_same() && b.is_same() => Ok(Kind::Same),
            (Kind::Moved, BinOp::Equal | BinOp::NotEqual, Kind::Moved) => Ok(Kind::Same),
            (Kind::Moved, BinOp::BitOr | BinOp::BitAnd | BinOp::Subtract, Kind::Moved) => Ok(Kind::Moved),
            (Kind::Moved, BinOp::BitOr | BinOp::BitAnd | BinOp::Subtract, _) if b.is_same() => {
                self.fixed(right, names).map(|_| Kind::Moved)
            }
            (_, BinOp::BitOr | BinOp::BitAnd | BinOp::Subtract, Kind::Moved) if a.is_same() => {
                // The result is at the number of samples of what stands on the left.
                self.require(Requirement::AnySamples);
                self.fixed(left, names).map(|_| Kind::Moved)
            }
            (Kind::Bag(Item::Same), BinOp::Add, Kind::Bag(Item::Same) | Kind::Same)
            | (Kind::Same, BinOp::Add, Kind::Bag(Item::Same)) => Ok(Kind::Bag(Item::Same)),
            (_, BinOp::In | BinOp::NotIn, Kind::Bag(Item::Same)) if a.is_same() => Ok(Kind::Same),
            _ => Err(NoRule),
        }
    }

    fn comprehension(&mut self, value: &AstExpr, first: &ForClause, clauses: &[Clause], names: &Names) -> Ruled<Kind> {
        let (mut names, outside) = (names.clone(), self.in_bag);
        let mut any_bag = self.over(first, &mut names)?;
        for clause in clauses {
            match clause {
                Clause::For(each) => any_bag |= self.over(each, &mut names)?,
                Clause::If(condition) => {
                    self.expr(condition, &mut names)?;
                }
            }
        }
        let item = self.expr(value, &mut names)?.item()?;
        self.in_bag = outside;
        Ok(if any_bag || item == Item::Moved { Kind::Bag(item) } else { Kind::Same })
    }

    /// Binds a comprehension's variable; whether it runs over a bag.
    fn over(&mut self, each: &ForClause, names: &mut Names) -> Ruled<bool> {
        match self.expr(&each.over, names)? {
            Kind::Bag(item) if !self.floats => {
                self.in_bag = true;
                self.assign(&each.var, item.into(), names)?;
                Ok(true)
            }
            Kind::Same => self.assign(&each.var, Kind::Same, names).map(|_| false),
            _ => Err(NoRule),
        }
    }

    fn attribute(&mut self, object: Kind, name: &str) -> Ruled<Kind> {
        match (object, name) {
            (Kind::Net | Kind::Same, _) => Ok(Kind::Same),
            (Kind::Moved, "size" | "dim" | "spans" | "free") => Ok(Kind::Same),
            (Kind::Moved, "closure" | "complement") => Ok(Kind::Moved),
            (Kind::Moved, "tensor_counts" | "tensors") => {
                self.require(Requirement::Tensor(None, Keeps::Cells));
                Ok(Kind::Same)
            }
            (Kind::Moved, "layer_counts") => {
                self.require(Requirement::EachLayer);
                Ok(Kind::Same)
            }
            _ => Err(NoRule),
        }
    }

    fn method(&mut self, object: &AstExpr, name: &str, arguments: &[AstArgument], names: &mut Names) -> Ruled<Kind> {
        let kind = self.expr(object, names)?;
        let given: Vec<Kind> = arguments.iter().map(|a| self.expr(a.expr(), names)).collect::<Ruled<_>>()?;
        let first = arguments.first().map(|a| a.expr());
        match (kind, name, given.as_slice()) {
            (Kind::Net, "dim", [Kind::Moved]) => Ok(Kind::Same),
            (Kind::Net, "allocation", [Kind::Moved]) => Ok(Kind::Moved),
            (Kind::Net | Kind::Same, _, all) if all.iter().all(|k| k.is_same()) => {
                let pure = PURE_METHODS.contains(&name) && (kind == Kind::Net || !self.reader.structs);
                if self.in_bag && !pure { Err(NoRule) } else { Ok(Kind::Same) }
            }
            (Kind::Moved, "tensor_count", [k]) if k.is_same() => self.tensor(first, Keeps::Cells, Kind::Same, names),
            (Kind::Moved, "row_counts", [k]) if k.is_same() => self.counts(first, Keeps::Rows, names),
            (Kind::Moved, "column_counts", [k]) if k.is_same() => self.counts(first, Keeps::Columns, names),
            (Kind::Moved, "components", [k]) if k.is_same() => self.tensor(first, Keeps::Lines, Kind::Same, names),
            (Kind::Moved, "at", [k]) if k.is_same() => {
                self.require(Requirement::AnySamples);
                Ok(Kind::Moved)
            }
            (Kind::Moved, "inside", [Kind::Moved]) => Ok(Kind::Same),
            (Kind::Moved, "inside", [k]) if k.is_same() => self.fixed(first.ok_or(NoRule)?, names).map(|_| Kind::Same),
            (Kind::Moved, "extensions" | "deletions" | "moves", []) => Ok(Kind::Bag(Item::Moved)),
            (Kind::Moved, "moves_within_tensors", []) => self.moves(Requirement::Tensors(Keeps::Cells)),
            (Kind::Moved, "moves_to_emptier_rows", []) => self.moves(Requirement::Tensors(Keeps::Rows)),
            (Kind::Moved, "moves_to_emptier_columns", []) => self.moves(Requirement::Tensors(Keeps::Columns)),
            (Kind::Moved, "moves_to_emptier_layers", []) => self.moves(Requirement::Layers),
            _ => Err(NoRule),
        }
    }

    fn moves(&mut self, requirement: Requirement) -> Ruled<Kind> {
        self.require(requirement);
        Ok(Kind::Bag(Item::Moved))
    }

    fn counts(&mut self, name: Option<&AstExpr>, keeps: Keeps, names: &Names) -> Ruled<Kind> {
        self.tensor(name, keeps, Kind::Bag(Item::Same), names)
    }

    fn tensor(&mut self, name: Option<&AstExpr>, keeps: Keeps, kind: Kind, names: &Names) -> Ruled<Kind> {
        let closed = name.and_then(|name| self.closed(name, names));
        self.require(Requirement::Tensor(closed, keeps));
        Ok(kind)
    }

    /// A function that is called by its name.
    fn function(&mut self, name: &str, arguments: &[AstArgument], names: &mut Names) -> Ruled<Kind> {
        let given: Vec<Kind> = arguments.iter().map(|a| self.expr(a.expr(), names)).collect::<Ruled<_>>()?;
        let positional = arguments.iter().all(|a| matches!(a.node, ArgumentP::Positional(_)));
        let same = given.iter().all(|k| k.is_same());
        if self.reader.function(name).is_some() && positional && (!same || self.in_bag) {
            return self.call(name, &given);
        }
        // A named argument may be a function that is called back, in the order of the bag.
        if same && (!self.in_bag || positional && self.reader.is_language(name, &PURE)) {
            return Ok(Kind::Same);
        }
        match given.as_slice() {
            [Kind::Moved] if self.reader.is_language(name, &["len", "bool"]) && positional => Ok(Kind::Same),
            [Kind::Bag(_)] if self.reader.is_language(name, &["len"]) && positional => Ok(Kind::Same),
            [Kind::Bag(Item::Same)] if self.reader.is_language(name, &SYMMETRIC) && positional => self.exact(),
            [a, b] if self.reader.is_language(name, &["majorises"]) && positional => {
                let counts = |k: &Kind| k.is_same() || *k == Kind::Bag(Item::Same);
                if counts(a) && counts(b) { self.exact() } else { Err(NoRule) }
            }
            _ => Err(NoRule),
        }
    }

    /// A result that does not depend on the order, because no floating point is in it.
    fn exact(&self) -> Ruled<Kind> {
        if self.floats { Err(NoRule) } else { Ok(Kind::Same) }
    }

    /// A set of weights that a symmetry must keep.
    fn fixed(&mut self, expr: &AstExpr, names: &Names) -> Ruled<()> {
        let closed = self.closed(expr, names).ok_or(NoRule)?;
        self.require(Requirement::Weights(closed));
        Ok(())
    }

    /// An expression as written, if it depends on the network alone.
    fn closed(&self, expr: &AstExpr, names: &Names) -> Option<Closed> {
        let mut used: Vec<String> = Vec::new();
        identifiers(expr, &mut used);
        let (mut parameters, reader) = (Vec::new(), self.reader);
        for name in used {
            match names.get(&name) {
                Some(Kind::Net) if !parameters.contains(&name) => parameters.push(name),
                Some(Kind::Net) => {}
                Some(_) => return None,
                // It could mean another value here than at the top of the file.
                None if reader.bound.get(&name).is_some_and(|times| *times > 1) => return None,
                None if reader.bound.contains_key(&name) && !reader.global.contains(&name) => return None,
                None => {}
            }
        }
        let (begin, end) = (expr.span.begin().get() as usize, expr.span.end().get() as usize);
        Some(Closed { parameters, text: balanced(reader.text, begin, end)? })
    }

    fn require(&mut self, requirement: Requirement) {
        self.requirements.push(requirement);
    }
}

/// The parameters of a function, called with positional arguments; others have their defaults.
fn named(parameters: &[AstParameter], given: &[Kind]) -> Ruled<Names> {
    let mut names = Names::new();
    for (i, parameter) in parameters.iter().enumerate() {
        let ParameterP::Normal(name, _, default) = &parameter.node else {
            return Err(NoRule);
        };
        let kind = match given.get(i) {
            Some(kind) => *kind,
            None if default.is_some() => Kind::Same,
            None => return Err(NoRule),
        };
        names.insert(name.node.ident.clone(), kind);
    }
    if given.len() > parameters.len() { Err(NoRule) } else { Ok(names) }
}

/// What is known after one of two branches. A name that only one of them has is not read after the other.
fn merge(names: &mut Names, other: &Names) -> Ruled<()> {
    for (name, kind) in other {
        let merged = names.get(name).map_or(Ok(*kind), |before| before.or(*kind))?;
        names.insert(name.clone(), merged);
    }
    Ok(())
}

fn identifiers(expr: &AstExpr, used: &mut Vec<String>) {
    if let Expr::Identifier(name) = &expr.node {
        used.push(name.node.ident.clone());
    }
    expr.node.visit_expr(|inner| identifiers(inner, used));
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
    use crate::claims::file::dialect;

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
            ("def f(net, a):\n    for b in a.moves():\n        return b.free\n", "lambda net, a: f(net, a)"),
        ] {
            assert_eq!(asked(before, holds), None, "{before} {holds}");
        }
    }
}
