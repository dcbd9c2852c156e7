//! The rules: what each part of the language makes of kinds, and what it asks of symmetries.

use std::collections::HashSet;

use starlark_syntax::syntax::ast::{
    ArgumentP, AssignTargetP, AstArgument, AstAssignTarget, AstExpr, AstParameter, AstStmt, BinOp, Clause, Expr,
    ForClause, ParameterP, Stmt,
};

use super::kind::{Item, Kind, Names, NoRule, Ruled};
use super::{Closed, Keeps, Reader, Requirement};
use crate::source::balanced;

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

/// A condition under way.
pub(super) struct Run<'r, 'a> {
    reader: &'r Reader<'a>,
    requirements: Vec<Requirement>,
    /// The names that lambdas mention.
    captured: HashSet<String>,
    /// What is known where a turn of the innermost loop is left by `break` or `continue`.
    left: Vec<Names>,
    depth: usize,
    /// Inside a comprehension over a bag.
    in_bag: bool,
    /// Whether there may be numbers in floating point.
    floats: bool,
}

impl<'r, 'a> Run<'r, 'a> {
    /// A run that has asked for nothing yet.
    pub(super) fn new(reader: &'r Reader<'a>, floats: bool) -> Self {
        let (requirements, captured, left) = (Vec::new(), HashSet::new(), Vec::new());
        Run { reader, requirements, captured, left, depth: 0, in_bag: false, floats }
    }

    /// What was asked of symmetries, in the order of the text.
    pub(super) fn requirements(self) -> Vec<Requirement> {
        self.requirements
    }

    /// `holds` or `given`: a lambda, or the name of a function, of a network and an allocation.
    pub(super) fn condition(&mut self, function: &AstExpr) -> Ruled<()> {
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

    /// Whether what follows a statement is never reached.
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
                    let outer = std::mem::take(&mut self.left);
                    self.statement(&each.body, &mut turn, returned)?;
                    let left = std::mem::replace(&mut self.left, outer);
                    let before = names.clone();
                    merge(names, &turn)?;
                    left.iter().try_for_each(|early| merge(names, early))?;
                    if *names == before {
                        return Ok(false);
                    }
                }
            }
            Stmt::Break | Stmt::Continue => {
                self.left.push(names.clone());
                Ok(true)
            }
            Stmt::Pass => Ok(false),
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
