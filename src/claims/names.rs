//! Names that a file may not give to something else.

use std::sync::Arc;

use starlark::codemap::Span;
use starlark::environment::FrozenModule;
use starlark::syntax::AstModule;
use starlark_syntax::syntax::ast::{AssignTargetP, AstAssignTarget, AstStmt, Stmt};

use super::families::FAMILIES;
use super::globals::globals;
use super::slips::Slip;
use allocert_core::network::Network;
use allocert_core::text::quote;

/// The name of a network family, of what claims range over, or of what a file that is used defines, given to something else:
/// whoever reads a claim relies on what these names mean, and so do the rules about symmetries. Other names of the language may
/// be given away: the reader sees how, and rules about them are off.
pub(super) fn rebound(ast: &AstModule, before: &[Arc<FrozenModule>]) -> Option<Slip> {
    let is_kept = |name: &str| ["claim", "every", "within"].contains(&name) || Network::FAMILIES.contains(&name);
    bound_at_the_top(ast).into_iter().find_map(|(name, span)| {
        let whose = if is_kept(&name) {
            "the language"
        } else if before.iter().any(|module| module.names().any(|known| known.as_str() == name)) {
            "a file that is used"
        } else {
            return None;
        };
        Some(Slip { message: format!("{} is a name of {whose}\n  give it another name", quote(&name)), span })
    })
}

/// A name of the language that a file which others use gives to something else: whoever reads a claim of those does not see it. The
/// families that are written in the language may be replaced.
pub(super) fn hidden(module: &FrozenModule) -> Option<String> {
    let is_shipped = |name: &str| FAMILIES.iter().any(|family| family.name == name);
    let globals = globals();
    let known = |name: &str| globals.names().any(|known| known.as_str() == name) && !is_shipped(name);
    module.names().map(|name| name.as_str().to_owned()).find(|name| known(name))
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
            Stmt::AssignModify(to, _, _) => target(to, found),
            Stmt::For(each) => target(&each.var, found),
            _ => {}
        }
        statement.node.visit_stmt(|inner| visit(inner, found));
    }
    let mut found = Vec::new();
    visit(ast.statement(), &mut found);
    found
}
