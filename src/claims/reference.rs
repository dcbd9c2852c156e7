//! The reference of the claim language, written from the documentation of the code itself.

use starlark::docs::{DocFunction, DocItem, DocMember, DocParam, DocString, DocType};
use starlark::environment::{Globals, GlobalsBuilder};

use super::families::FAMILIES;
use super::forward::forward_functions;
use super::globals::{claim_functions, network_functions, number_functions};
use super::values::{AllocationValue, NetworkValue, TensorValue};

const HEAD: &str = "# Reference of the claim language

Written by the program from its own documentation, so that it is complete and names nothing else; a test compares. The
language is [Starlark](https://github.com/bazelbuild/starlark/blob/master/spec.md), a dialect of Python, with `map`, `filter`, `struct` and
f-strings, and without `load`. [Writing a claim](claims.md) is the guide, with examples.
";

/// The reference as Markdown.
pub fn reference() -> String {
    let mut text = HEAD.to_owned();
    let functions = |build: fn(&mut GlobalsBuilder)| GlobalsBuilder::new().with(build).build();
    section(&mut text, "Networks", "", globals(&functions(network_functions)));
    text.push_str("\n## Families in the claim language\n\n");
    for family in FAMILIES {
        text.push_str(&format!("- `{}`: {}\n", family.usage(), family.about()));
    }
    section(&mut text, "Networks of one's own, and what they compute with", "", globals(&functions(forward_functions)));
    let tensor = members(DocType::from_starlark_value::<TensorValue>());
    section(&mut text, "What a tensor has: `x`", "x.", tensor);
    section(&mut text, "Claims, and the allocations they are about", "", globals(&functions(claim_functions)));
    section(&mut text, "Numbers", "", globals(&functions(number_functions)));
    let network = members(DocType::from_starlark_value::<NetworkValue>());
    section(&mut text, "What a network has: `net`", "net.", network);
    let allocation = members(DocType::from_starlark_value::<AllocationValue>());
    section(&mut text, "What an allocation has: `a`", "a.", allocation);
    text
}

fn globals(globals: &Globals) -> Vec<(String, DocMember)> {
    let items = globals.documentation().members.into_iter();
    let members = items.filter_map(|(name, item)| match item {
        DocItem::Member(member) => Some((name, member)),
        DocItem::Module(_) | DocItem::Type(_) => None,
    });
    members.collect()
}

fn members(of: DocType) -> Vec<(String, DocMember)> {
    of.members.into_iter().collect()
}

/// A heading, and a line for each member in alphabetical order.
fn section(text: &mut String, title: &str, prefix: &str, mut members: Vec<(String, DocMember)>) {
    members.sort_by(|a, b| a.0.cmp(&b.0));
    text.push_str(&format!("\n## {title}\n\n"));
    for (name, member) in members {
        let (signature, docs) = match &member {
            DocMember::Property(property) => (name, &property.docs),
            DocMember::Function(function) => (signature(&name, function), &function.docs),
        };
        text.push_str(&format!("- `{prefix}{signature}`: {}\n", described(docs.as_ref())));
    }
}

/// `name(first, second = 3, *, named)`.
fn signature(name: &str, function: &DocFunction) -> String {
    let shown = |p: &DocParam| match &p.default_value {
        Some(value) => format!("{} = {value}", p.name),
        None => p.name.clone(),
    };
    let params = &function.params;
    let mut all: Vec<String> = params.pos_only.iter().chain(&params.pos_or_named).map(shown).collect();
    all.extend(params.args.iter().map(|p| format!("*{}", p.name)));
    if !params.named_only.is_empty() && params.args.is_none() {
        all.push("*".to_owned());
    }
    all.extend(params.named_only.iter().map(shown));
    format!("{name}({})", all.join(", "))
}

fn described(docs: Option<&DocString>) -> String {
    let Some(docs) = docs else {
        return String::new();
    };
    let whole = docs.details.iter().fold(docs.summary.clone(), |text, more| format!("{text} {more}"));
    whole.split_whitespace().collect::<Vec<_>>().join(" ")
}
