//! Names that have other values when a claim is checked than when it was stated. A function reads the names around it when it is
//! called, and the conditions of a claim are called once the whole file was read: in a loop, all claims would be checked with the
//! values of its last turn.
//!
//! What the functions of a claim read is followed through the file (`reads`): functions behind names, in lists and dictionaries,
//! made by other functions, handed over as arguments, and what these call. A value that is changed in place under a second name is
//! not seen.

mod reads;

use std::collections::{HashMap, HashSet};

use starlark::codemap::Span;
use starlark::syntax::AstModule;

use super::slips::Slip;
use allocert_core::text::quote;
use reads::{Claim, File, Found, Place, TOP, Variable};

/// What a file's text says of names that change.
pub(super) struct Read {
    /// The first name that a function of a claim reads and that is given another value later: by the next turn of a loop, or by a
    /// statement after the claim. Also `claim` under another name, since such claims could not be followed.
    pub slip: Option<Slip>,
    /// For each call of `claim`, by where it begins: the names outside of functions that it may read. What was changed in place shows
    /// when the values are compared with those at the call.
    pub watched: HashMap<u32, Vec<Watched>>,
}

/// A name outside of functions that a claim may read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Watched {
    /// The name.
    pub name: String,
    /// Whether it is the value at the time of the claim that is read, whatever the name means later: it was handed on.
    pub is_handed_on: bool,
}

/// Reads a file.
pub(super) fn read(ast: &AstModule) -> Read {
    let file = File::read(ast);
    let reached = |claim: &Claim| {
        let mut names: Vec<Watched> = Late { file: &file, claim }.reached().1;
        names.sort_unstable();
        (claim.place.at, names)
    };
    Read { slip: slip(&file), watched: file.claims.iter().map(reached).collect() }
}

/// The error about a value that a claim reads and that is another one by the time it is checked.
pub(super) fn message(name: &str) -> String {
    format!(
        "{} is given another value before the claim is checked, and functions read names when they are called\n  make the function where the value is a parameter: def holds(k): return lambda net, a: a.dim <= k",
        quote(name)
    )
}

fn slip(file: &File) -> Option<Slip> {
    if let Some(span) = file.other_uses_of_claim.first() {
        let message = "claim is used other than by a call\n  state each claim by claim(name = …, …)".to_owned();
        return Some(Slip { message, span: *span });
    }
    file.claims.iter().find_map(|claim| {
        let (name, span) = Late { file, claim }.reached().0?;
        Some(Slip { message: message(&name), span })
    })
}

/// What one claim reads.
struct Late<'a> {
    file: &'a File,
    claim: &'a Claim,
}

impl<'a> Late<'a> {
    /// The first name that changes, and where it is read; and the names outside of functions that are read or handed on.
    fn reached(&self) -> (Option<(String, Span)>, Vec<Watched>) {
        // Functions that are called when the claim is checked, those that were called when it was stated, and variables.
        let (mut later, mut before, mut variables) = (HashSet::new(), HashSet::new(), HashSet::new());
        let mut waiting: Vec<&'a Found> = vec![&self.claim.given];
        let (mut first, mut read_later) = (None, HashSet::new());
        while let Some(found) = waiting.pop() {
            for function in found.functions.iter().filter(|function| later.insert(**function)) {
                let function = &self.file.functions[*function];
                for (variable, span) in &function.reads {
                    if first.is_none() && self.changes(variable, function.created) {
                        first = Some((variable.name.clone(), *span));
                    }
                }
                let read = function.reads.iter().map(|(variable, _)| variable);
                read_later.extend(read.clone());
                waiting.extend(read.filter(|v| variables.insert(*v)).filter_map(|v| self.file.values.get(v)));
            }
            let held = found.names.iter().filter(|v| variables.insert(*v));
            waiting.extend(held.filter_map(|v| self.file.values.get(v)));
            // What a call returns is somewhere in the function that is called.
            let called = found.calls.iter().filter_map(|v| self.file.values.get(v)).flat_map(|held| &held.functions);
            let called = called.filter(|function| before.insert(**function));
            waiting.extend(called.map(|function| &self.file.functions[*function].body));
        }
        let outside = variables.into_iter().filter(|v: &&Variable| self.file.function_around(v.scope) == TOP);
        let watched = |v: &Variable| Watched { name: v.name.clone(), is_handed_on: !read_later.contains(v) };
        (first, outside.map(watched).collect())
    }

    /// Whether a variable gets another value after the claim was stated, or, if it belongs to a function that has made the
    /// reader and is done by then, after the reader was made.
    fn changes(&self, variable: &Variable, created: Place) -> bool {
        let owner = self.file.function_around(variable.scope);
        let made = self.file.run_at(created, owner);
        let mut places = self.file.run_at(self.claim.place, owner);
        if places.is_empty() {
            places.clone_from(&made);
        }
        let writes = self.file.writes.get(variable).map_or(&[][..], Vec::as_slice);
        writes.iter().any(|write| {
            // What functions change outside of them shows in its value.
            let shows = owner == TOP && !variable.name.starts_with('_');
            let elsewhere = !shows && self.file.function_around(write.scope) != owner;
            let again = |place: &Place| self.file.share_a_loop(write, place) || writes.len() > 1 && write.at > place.at;
            // All functions that a loop makes read the values of its last turn.
            elsewhere || places.iter().any(again) || made.iter().any(|place| self.file.share_a_loop(write, place))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::dialect;
    use super::*;

    /// The message about a file with claims, of which only what is called later is written: `claim(…)` stands for a whole one.
    fn found(text: &str) -> Option<String> {
        let ast = AstModule::parse("test.star", text.to_owned(), &dialect()).unwrap();
        read(&ast).slip.map(|slip| slip.message.split(' ').next().unwrap_or_default().to_owned())
    }

    #[test]
    fn names_that_change_are_found_wherever_a_claim_reads_them() {
        let changing = [
            "for k in range(3):\n    claim(holds = lambda net, a: a.dim <= k)",
            "[claim(holds = lambda net, a: a.dim <= k) for k in range(3)]",
            "k = 1\nclaim(holds = lambda net, a: a.dim <= k)\nk = 2",
            "k = 1\nclaim(holds = lambda net, a: a.dim <= k)\nk += 2",
            // Behind names.
            "for k in range(3):\n    h = lambda net, a: a.dim <= k\n    claim(holds = h)",
            "for k in range(3):\n    def h(net, a):\n        return a.dim <= k\n    claim(holds = h)",
            "def h(net, a):\n    return a.dim <= k\nfor k in range(3):\n    claim(holds = h)",
            "def g(a):\n    return a.dim <= k\ndef h(net, a):\n    return g(a)\nfor k in range(3):\n    claim(holds = h)",
            "def g(a):\n    return a.dim <= k\nfor k in range(3):\n    claim(holds = lambda net, a: g(a))",
            "for k in range(3):\n    h = lambda net, a: a.dim <= k\n    g = h\n    claim(holds = g)",
            "def h(net, a):\n    return True\nclaim(holds = lambda net, a: h(net, a))\ndef h(net, a):\n    return False",
            // In lists, dictionaries and arguments.
            "for k in range(3):\n    d = {\"holds\": lambda net, a: a.dim <= k}\n    claim(**d)",
            "for k in range(3):\n    d = {}\n    d[\"holds\"] = lambda net, a: a.dim <= k\n    claim(**d)",
            "fs = []\nfor k in range(3):\n    fs.append(lambda net, a: a.dim <= k)\n    claim(holds = fs[-1])",
            "def state(h):\n    claim(holds = h)\nfor k in range(3):\n    state(lambda net, a: a.dim <= k)",
            "def state(h):\n    claim(holds = lambda net, a: h(net, a))\nfor k in range(3):\n    state(lambda net, a: a.dim <= k)",
            // Changed in place.
            "d = [0]\nfor k in range(3):\n    d[0] = k\n    claim(holds = lambda net, a: a.dim <= d[0])",
            "d = []\nfor k in range(3):\n    d.append(k)\n    claim(holds = lambda net, a: a.dim in d)",
            "d = []\nclaim(holds = lambda net, a: a.dim in d)\nd.append(1)",
            "d = {\"k\": [0]}\nfor k in range(3):\n    d[\"k\"][0] = k\n    claim(holds = lambda net, a: a.dim <= d[\"k\"][0])",
            "s = struct(ks = [])\nfor k in range(3):\n    s.ks.append(k)\n    claim(holds = lambda net, a: a.dim in s.ks)",
            // Made in a loop, whatever claims them.
            "T = {}\nfor k in range(3):\n    T[k] = lambda net, a: a.dim <= k\nclaim(holds = T[0])",
            "T = [lambda net, a: a.dim <= k for k in range(3)]\nclaim(holds = T[0])",
            "T = dict([(k, lambda net, a: a.dim <= k) for k in range(3)])\nclaim(holds = T[0])",
            "T = struct(f = [lambda net, a: a.dim <= k for k in range(3)])\nU = T\nclaim(holds = U.f[0])",
            // In functions, and by functions that are called in loops.
            "def state():\n    for k in range(3):\n        claim(holds = lambda net, a: a.dim <= k)\nstate()",
            "def state():\n    k = 1\n    claim(holds = lambda net, a: a.dim <= k)\n    k = 2\nstate()",
            "def state():\n    claim(holds = lambda net, a: a.dim <= k)\nfor k in range(3):\n    state()",
            "def state():\n    claim(holds = lambda net, a: a.dim <= k)\nk = 1\nstate()\nk = 2\nstate()",
            "def inner():\n    claim(holds = lambda net, a: a.dim <= k)\ndef state():\n    inner()\nfor k in range(3):\n    state()",
            "def make():\n    fs = []\n    for k in range(3):\n        fs.append(lambda net, a: a.dim <= k)\n    return fs\nclaim(holds = make()[0])",
            "def make(k):\n    f = lambda net, a: a.dim <= k\n    k += 1\n    return f\nclaim(holds = make(1))",
            // Other arguments that are called later.
            "for k in range(3):\n    claim(given = lambda net, a: a.size == k, holds = lambda net, a: True)",
            "for k in range(3):\n    claim(samples = lambda net: [k], holds = lambda net, a: True)",
        ];
        for text in changing {
            assert!(found(text).is_some(), "not found:\n{text}");
        }
        for text in ["c = claim\nc(holds = lambda net, a: True)", "[claim][0](holds = None)", "f(claim)"] {
            assert_eq!(found(text).as_deref(), Some("claim"), "{text}");
        }
    }

    #[test]
    fn names_that_stay_are_left_alone() {
        let staying = [
            "def h(k):\n    return lambda net, a: a.dim <= k\nfor k in range(3):\n    claim(holds = h(k))",
            "def h(k):\n    def holds(net, a):\n        return a.dim <= k\n    return holds\n[claim(holds = h(k)) for k in range(3)]",
            "for k in range(3):\n    claim(holds = lambda net, a, k = k: a.dim <= k)",
            "for k in range(3):\n    claim(name = str(k), networks = [n for n in nets(k)], holds = lambda net, a: a.dim <= 3)",
            "k = 1\nk = 2\nclaim(holds = lambda net, a: a.dim <= k)",
            "claim(holds = lambda net, a: g(a))\ndef g(a):\n    return a.dim <= 3",
            "ks = []\nfor k in range(3):\n    ks.append(k)\nclaim(holds = lambda net, a: a.dim in ks)",
            // Loops inside what is called later run when it is called.
            "def holds(net, a):\n    for k in range(3):\n        if len([b for b in a.moves() if b.dim <= k]) > 0:\n            return False\n    return True\nclaim(holds = holds)",
            "def holds(net, a):\n    for k in range(3):\n        xs = sorted(range(3), key = lambda x: x * k)\n    return True\nfor n in range(2):\n    claim(name = str(n), holds = holds)",
            "claim(holds = lambda net, a: all([b.dim <= k for k in range(3) for b in a.moves()]))",
            "def state(k):\n    claim(holds = lambda net, a: a.dim <= k)\nfor k in range(3):\n    state(k)",
            "def state(k):\n    m = 2 * k\n    claim(holds = lambda net, a: a.dim <= m)\nfor k in range(3):\n    state(k)",
            "for k in range(3):\n    claim(holds = lambda net, a: all([a.dim <= k for k in [1]]))",
            "N = [network(\"n\", lambda x, w: w * x * k) for k in range(3)]\nclaim(holds = lambda net, a: net in N)",
            "d = []\ndef more():\n    d.append(1)\nmore()\nclaim(holds = lambda net, a: a.dim in d)",
        ];
        for text in staying {
            assert_eq!(found(text), None, "found:\n{text}");
        }
    }
}
