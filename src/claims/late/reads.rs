//! A claim file as scopes and functions, and what each of them reads and writes: enough to follow what a claim reads.

use std::collections::{BTreeSet, HashMap, HashSet};

use starlark::codemap::Span;
use starlark::syntax::AstModule;
use starlark_syntax::syntax::ast::{
    ArgumentP, AssignTargetP, AstArgument, AstAssignTarget, AstExpr, AstParameter, AstStmt, Clause, Expr, ForClause,
    ParameterP, Stmt,
};

/// The arguments of a claim that are called when it is checked.
const CALLED_LATER: [&str; 5] = ["holds", "trend", "given", "samples", "allocations"];

/// Methods that change a list, a dictionary or a set in place.
const CHANGING: [&str; 11] =
    ["append", "extend", "insert", "pop", "popitem", "remove", "clear", "update", "setdefault", "add", "discard"];

/// Functions of the language that return what they are given, or something that holds it; others keep nothing of it.
const HOLDING: [&str; 13] = [
    "dict",
    "list",
    "struct",
    "tuple",
    "zip",
    "enumerate",
    "reversed",
    "sorted",
    "filter",
    "map",
    "partial",
    "max",
    "min",
];

/// The scope of what stands outside of all functions.
pub(super) const TOP: usize = 0;

/// A variable: the scope that binds it, and its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Variable {
    pub scope: usize,
    pub name: String,
}

/// A place in the text: its position, the scope that it is in, and the innermost loop around it in its function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub at: u32,
    pub scope: usize,
    turn: Option<usize>,
}

/// What the value of an expression may hold: functions that are made in it, variables, and what functions return that it calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub functions: Vec<usize>,
    pub names: Vec<Variable>,
    pub calls: Vec<Variable>,
}

impl Found {
    fn extend(&mut self, other: Found) {
        self.functions.extend(other.functions);
        self.names.extend(other.names);
        self.calls.extend(other.calls);
    }
}

/// A function of the file.
#[derive(Debug)]
pub(super) struct Function {
    /// Where it is made.
    pub created: Place,
    /// The variables of scopes around it that it, or a function inside it, reads, and where.
    pub reads: Vec<(Variable, Span)>,
    /// What is made, held and called in it, whatever of that it returns.
    pub body: Found,
    scope: usize,
    parameters: Vec<String>,
}

/// A call of `claim`, and what those of its arguments hold that are called later.
#[derive(Debug)]
pub(super) struct Claim {
    pub place: Place,
    pub given: Found,
}

#[derive(Debug)]
struct Scope {
    parent: Option<usize>,
    names: BTreeSet<String>,
    /// The function whose scope it is; nothing for the file's own, and for that of a comprehension.
    function: Option<usize>,
}

/// A claim file.
#[derive(Debug, Default)]
pub(super) struct File {
    pub functions: Vec<Function>,
    pub claims: Vec<Claim>,
    /// Where a variable is given a value, or its value is changed in place.
    pub writes: HashMap<Variable, Vec<Place>>,
    /// What the values of a variable hold, of all that it is given.
    pub values: HashMap<Variable, Found>,
    /// Where `claim` stands without being called.
    pub other_uses_of_claim: Vec<Span>,
    scopes: Vec<Scope>,
    /// For each loop the one around it, if there is one in the same function.
    loops: Vec<Option<usize>>,
    /// Where a variable is read.
    mentions: HashMap<Variable, Vec<Place>>,
    /// Calls of what has a name, with what their arguments hold.
    calls: Vec<(Variable, Found)>,
}

impl File {
    /// Reads a whole file.
    pub fn read(ast: &AstModule) -> Self {
        let mut file = File::default();
        let mut names = BTreeSet::new();
        assigned(ast.statement(), &mut names);
        file.scopes.push(Scope { parent: None, names, function: None });
        file.statement(ast.statement(), (TOP, None), &mut Found::default());
        // Whatever is handed to a function may be any of its parameters.
        for (called, arguments) in std::mem::take(&mut file.calls) {
            let functions = file.values.get(&called).map(|held| held.functions.clone()).unwrap_or_default();
            for function in functions {
                let Function { scope, ref parameters, .. } = file.functions[function];
                for name in parameters.clone() {
                    file.values.entry(Variable { scope, name }).or_default().extend(arguments.clone());
                }
            }
        }
        file
    }

    /// The scope of the function that a scope is a part of, or that of the file.
    pub fn function_around(&self, mut scope: usize) -> usize {
        while self.scopes[scope].function.is_none()
            && let Some(parent) = self.scopes[scope].parent
        {
            scope = parent;
        }
        scope
    }

    /// The places in one function, or outside of all, at which what stands at a place is run: it is in a function that is
    /// called there, or that is called by one which is. None if that function is not around the place.
    pub fn run_at(&self, place: Place, owner: usize) -> Vec<Place> {
        let (mut found, mut waiting, mut seen) = (Vec::new(), vec![place], HashSet::new());
        while let Some(place) = waiting.pop() {
            let scope = self.function_around(place.scope);
            if scope == owner {
                found.push(place);
                continue;
            }
            let Some(function) = self.scopes[scope].function.filter(|function| seen.insert(*function)) else {
                continue;
            };
            let holds =
                |(variable, held): (&Variable, &Found)| held.functions.contains(&function).then(|| variable.clone());
            let names = self.values.iter().filter_map(holds);
            let mentions: Vec<Place> = names.filter_map(|name| self.mentions.get(&name)).flatten().copied().collect();
            match mentions.is_empty() {
                true => waiting.push(self.functions[function].created),
                false => waiting.extend(mentions),
            }
        }
        found
    }

    /// Whether a turn of one loop runs both places, which are in the same function.
    pub fn share_a_loop(&self, a: &Place, b: &Place) -> bool {
        let around = |place: &Place| std::iter::successors(place.turn, |turn| self.loops[*turn]);
        around(a).any(|turn| around(b).any(|other| other == turn))
    }

    fn statement(&mut self, statement: &AstStmt, (scope, turn): (usize, Option<usize>), found: &mut Found) {
        let here = Place { at: statement.span.begin().get(), scope, turn };
        match &statement.node {
            Stmt::Statements(_) => statement.node.visit_stmt(|inner| self.statement(inner, (scope, turn), found)),
            Stmt::If(condition, then) => {
                self.expression(condition, here, found);
                self.statement(then, (scope, turn), found);
            }
            Stmt::IfElse(condition, both) => {
                self.expression(condition, here, found);
                self.statement(&both.0, (scope, turn), found);
                self.statement(&both.1, (scope, turn), found);
            }
            Stmt::For(each) => {
                let over = self.apart(&each.over, here, found);
                let inside = Place { turn: Some(self.turn(turn)), ..here };
                self.bind(&each.var, &over, inside, found);
                self.statement(&each.body, (scope, inside.turn), found);
            }
            Stmt::Assign(assign) => {
                let value = self.apart(&assign.rhs, here, found);
                self.bind(&assign.lhs, &value, here, found);
            }
            Stmt::AssignModify(to, _, value) => {
                let value = self.apart(value, here, found);
                self.bind(to, &value, here, found);
            }
            Stmt::Def(def) => {
                let function = self.function(&def.params, here, found, |file, scope| {
                    let mut names = BTreeSet::new();
                    assigned(&def.body, &mut names);
                    file.scopes[scope].names.extend(names);
                    let mut body = Found::default();
                    file.statement(&def.body, (scope, None), &mut body);
                    body
                });
                let value = Found { functions: vec![function], ..Found::default() };
                found.functions.push(function);
                self.write(&def.name.node.ident, Some(&value), here);
            }
            _ => statement.visit_expr(|inner| self.expression(inner, here, found)),
        }
    }

    fn expression(&mut self, expr: &AstExpr, around: Place, found: &mut Found) {
        let here = Place { at: expr.span.begin().get(), ..around };
        match &expr.node {
            Expr::Identifier(name) => match self.resolve(here.scope, &name.node.ident) {
                Some(variable) => {
                    self.mention(&variable, here, expr.span);
                    found.names.push(variable);
                }
                None if name.node.ident == "claim" => self.other_uses_of_claim.push(expr.span),
                None => {}
            },
            Expr::Lambda(lambda) => {
                let function = self.function(&lambda.params, here, found, |file, scope| {
                    let mut body = Found::default();
                    file.expression(&lambda.body, Place { scope, turn: None, ..here }, &mut body);
                    body
                });
                found.functions.push(function);
            }
            Expr::ListComprehension(value, first, clauses) => {
                let inside = self.comprehension(first, clauses, here, found);
                self.expression(value, inside, found);
            }
            Expr::DictComprehension(entry, first, clauses) => {
                let inside = self.comprehension(first, clauses, here, found);
                self.expression(&entry.0, inside, found);
                self.expression(&entry.1, inside, found);
            }
            Expr::Call(callee, arguments) => self.call(callee, &arguments.args, here, found),
            _ => expr.node.visit_expr(|inner| self.expression(inner, around, found)),
        }
    }

    fn call(&mut self, callee: &AstExpr, arguments: &[AstArgument], here: Place, found: &mut Found) {
        let name = match &callee.node {
            Expr::Identifier(name) => Some(name.node.ident.as_str()),
            _ => None,
        };
        let called = name.and_then(|name| self.resolve(here.scope, name));
        if name == Some("claim") && called.is_none() {
            let mut given = Found::default();
            for argument in arguments {
                let is_later = match &argument.node {
                    ArgumentP::Named(name, _) => CALLED_LATER.contains(&name.node.as_str()),
                    _ => true,
                };
                let held = self.apart(argument.node.expr(), here, found);
                if is_later {
                    given.extend(held);
                }
            }
            return self.claims.push(Claim { place: here, given });
        }
        let mut handed = Found::default();
        arguments.iter().for_each(|argument| self.expression(argument.node.expr(), here, &mut handed));
        if let Some(variable) = called {
            found.extend(handed.clone());
            self.mention(&variable, here, callee.span);
            found.calls.push(variable.clone());
            return self.calls.push((variable, handed));
        }
        if let Expr::Dot(owner, method) = &callee.node
            && let Some(owner) = owner_of(owner)
            && CHANGING.contains(&method.node.as_str())
        {
            self.write(owner, Some(&handed), here);
        }
        if name.is_none_or(|name| HOLDING.contains(&name)) {
            found.extend(handed);
        }
        if name.is_none() {
            self.expression(callee, here, found);
        }
    }

    /// An expression, with what it holds by itself; it is a part of another, too.
    fn apart(&mut self, expr: &AstExpr, around: Place, found: &mut Found) -> Found {
        let mut held = Found::default();
        self.expression(expr, around, &mut held);
        found.extend(held.clone());
        held
    }

    /// The scope and the loop of a comprehension, after its clauses.
    fn comprehension(&mut self, first: &ForClause, clauses: &[Clause], here: Place, found: &mut Found) -> Place {
        let mut names = BTreeSet::new();
        targets(&first.var, &mut names);
        for clause in clauses {
            if let Clause::For(each) = clause {
                targets(&each.var, &mut names);
            }
        }
        let scope = self.scopes.len();
        self.scopes.push(Scope { parent: Some(here.scope), names, function: None });
        let inside = Place { scope, turn: Some(self.turn(here.turn)), ..here };
        let over = self.apart(&first.over, here, found);
        self.bind(&first.var, &over, inside, found);
        for clause in clauses {
            match clause {
                Clause::For(each) => {
                    let over = self.apart(&each.over, inside, found);
                    self.bind(&each.var, &over, inside, found);
                }
                Clause::If(condition) => self.expression(condition, inside, found),
            }
        }
        inside
    }

    /// A function with these parameters, whose defaults are worked out where it is made.
    fn function(
        &mut self,
        parameters: &[AstParameter],
        created: Place,
        found: &mut Found,
        body: impl FnOnce(&mut File, usize) -> Found,
    ) -> usize {
        let mut names = Vec::new();
        for parameter in parameters {
            names.extend(parameter.node.ident().map(|name| name.node.ident.clone()));
            if let ParameterP::Normal(_, _, Some(default)) = &parameter.node {
                self.expression(default, created, found);
            }
        }
        let (scope, function) = (self.scopes.len(), self.functions.len());
        let own = names.iter().cloned().collect();
        self.scopes.push(Scope { parent: Some(created.scope), names: own, function: Some(function) });
        self.functions.push(Function {
            created,
            reads: Vec::new(),
            body: Found::default(),
            scope,
            parameters: names.clone(),
        });
        let inside = Place { scope, turn: None, ..created };
        names.iter().for_each(|name| self.write(name, None, inside));
        self.functions[function].body = body(self, scope);
        function
    }

    /// Gives a value to all that an assignment names.
    fn bind(&mut self, to: &AstAssignTarget, value: &Found, here: Place, found: &mut Found) {
        match &to.node {
            AssignTargetP::Identifier(name) => self.write(&name.node.ident, Some(value), here),
            AssignTargetP::Tuple(all) => all.iter().for_each(|one| self.bind(one, value, here, found)),
            // A list or a dictionary that is changed is another one afterwards.
            AssignTargetP::Index(place) => {
                if let Some(name) = owner_of(&place.0) {
                    self.write(name, Some(value), here);
                }
                self.expression(&place.1, here, found);
            }
            AssignTargetP::Dot(owner, _) => self.expression(owner, here, found),
        }
    }

    fn write(&mut self, name: &str, value: Option<&Found>, here: Place) {
        let Some(variable) = self.resolve(here.scope, name) else {
            return;
        };
        if let Some(value) = value {
            self.values.entry(variable.clone()).or_default().extend(value.clone());
        }
        self.writes.entry(variable).or_default().push(here);
    }

    /// Notes that a variable is read, by every function between it and the place.
    fn mention(&mut self, variable: &Variable, here: Place, span: Span) {
        let mut scope = here.scope;
        while scope != variable.scope {
            if let Some(function) = self.scopes[scope].function {
                self.functions[function].reads.push((variable.clone(), span));
            }
            let Some(parent) = self.scopes[scope].parent else { break };
            scope = parent;
        }
        self.mentions.entry(variable.clone()).or_default().push(here);
    }

    /// The variable that a name means in a scope; nothing for a name of the language.
    fn resolve(&self, scope: usize, name: &str) -> Option<Variable> {
        let around = std::iter::successors(Some(scope), |scope| self.scopes[*scope].parent);
        let scope = around.into_iter().find(|scope| self.scopes[*scope].names.contains(name))?;
        Some(Variable { scope, name: name.to_owned() })
    }

    fn turn(&mut self, around: Option<usize>) -> usize {
        self.loops.push(around);
        self.loops.len() - 1
    }
}

/// The name whose value holds what an expression of indices and attributes stands for.
fn owner_of(expr: &AstExpr) -> Option<&str> {
    match &expr.node {
        Expr::Identifier(name) => Some(&name.node.ident),
        Expr::Index(place) => owner_of(&place.0),
        Expr::Dot(owner, _) => owner_of(owner),
        _ => None,
    }
}

/// The names that an assignment binds.
fn targets(to: &AstAssignTarget, found: &mut BTreeSet<String>) {
    match &to.node {
        AssignTargetP::Identifier(name) => {
            found.insert(name.node.ident.clone());
        }
        AssignTargetP::Tuple(all) => all.iter().for_each(|one| targets(one, found)),
        AssignTargetP::Index(_) | AssignTargetP::Dot(..) => {}
    }
}

/// The names that statements bind in their own scope.
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
