//! By which rules the answers of a session are known: what bounds the dimensions that were asked for from above.

use std::collections::BTreeSet;

use allocert_core::allocation::Allocation;
use allocert_core::reach::{Dimensions, Reason};

use super::lens::Lens;
use super::{Session, lock};

/// So many allocations of one network are looked at, evenly among those that were asked for.
const MOST_LOOKED_AT: usize = 64;

/// The name of a count of the solutions of equations.
const COUNT: &str = "count";
/// Stands for dimensions that were not looked at.
const OTHERS: &str = "others";

impl Session {
    /// The names of the rules, sorted: those of [`Reason::name`], theorems each with its words behind a colon; `count` where matching
    /// degrees were asked for, and `others` where not every dimension was looked at.
    pub(crate) fn rules(&self) -> BTreeSet<String> {
        let here = lock(&self.lenses).values().flat_map(Lens::rules).collect::<BTreeSet<String>>();
        here.into_iter().chain(self.used.iter().flat_map(|used| used.rules())).collect()
    }
}

impl Lens {
    fn rules(&self) -> BTreeSet<String> {
        let mut rules = BTreeSet::new();
        if self.counted_degrees() {
            rules.insert(COUNT.to_owned());
        }
        let Some(dimensions) = self.known_dimensions() else {
            return rules;
        };
        let listed = self.listed();
        let allocations = listed.as_deref().unwrap_or_default();
        let step = allocations.len().div_ceil(MOST_LOOKED_AT).max(1);
        for (allocation, _) in allocations.iter().step_by(step) {
            add(dimensions, allocation, &mut rules);
        }
        if listed.is_none() || step > 1 {
            rules.insert(OTHERS.to_owned());
        }
        rules
    }
}

/// Adds the rule by which a dimension is known; where it is known from that of all weights, the rule of that, too.
fn add(dimensions: &Dimensions, allocation: &Allocation, rules: &mut BTreeSet<String>) {
    let is_all = allocation.size() == allocation.weights();
    let mut reason = if is_all { dimensions.teacher().reason } else { dimensions.dim(allocation).reason };
    if reason == Reason::Teacher {
        rules.insert(named(reason));
        reason = dimensions.teacher().reason;
    }
    rules.insert(named(reason));
}

fn named(reason: Reason) -> String {
    match reason {
        Reason::Named(words) => format!("{}: {words}", reason.name()),
        other => other.name().to_owned(),
    }
}
