//! Which allocations a counterexample is drawn with: its own; of one about a network as a whole, those whose dimensions the claim asked for.

use std::borrow::Cow;

use allocert_record::{Counterexample, Diagram};

/// No more allocations are drawn of one counterexample.
const MOST_ASKED: usize = 3;

/// A network with the weights that may learn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked<'a> {
    /// The diagram, with these weights as the learnable ones.
    pub diagram: Cow<'a, Diagram>,
    /// The allocation in text; `all` where the claim asked for no other.
    pub allocation: &'a str,
    /// Its reachable dimension, where it was asked for.
    pub dim: Option<usize>,
    /// Where they are not independent: the places of a largest independent set, if it is known.
    pub basis: Option<&'a [usize]>,
}

/// What is drawn of a counterexample; nothing if its network is too large for that.
pub(super) fn asked(of: &Counterexample) -> Vec<Asked<'_>> {
    let Some(diagram) = &of.diagram else {
        return Vec::new();
    };
    if let Some(allocation) = &of.allocation {
        return vec![Asked { diagram: Cow::Borrowed(diagram), allocation, dim: of.dim, basis: None }];
    }
    let mut found: Vec<Asked<'_>> = Vec::new();
    for observation in of.dimensions.iter().filter(|o| o.network == of.network && o.allocation != "all") {
        if let Some(learnable) = &observation.learnable
            && !found.iter().any(|known| known.allocation == observation.allocation)
        {
            let diagram = Cow::Owned(Diagram { learnable: learnable.clone(), ..diagram.clone() });
            let (allocation, dim) = (&observation.allocation, Some(observation.dim));
            found.push(Asked { diagram, allocation, dim, basis: observation.basis.as_deref() });
        }
    }
    found.truncate(MOST_ASKED);
    if found.is_empty() {
        let places: usize = diagram.tensors.iter().map(|t| t.rows.saturating_mul(t.columns)).sum();
        let learnable: Vec<usize> = (0..places).filter(|place| !diagram.pinned.contains(place)).collect();
        let dim = teacher_dim(of);
        let basis = of.basis.as_deref().filter(|basis| basis.len() < learnable.len());
        let diagram = Cow::Owned(Diagram { learnable, ..diagram.clone() });
        found.push(Asked { diagram, allocation: "all", dim, basis });
    }
    found
}

/// The dimension of all weights, wherever the counterexample has it.
pub(super) fn teacher_dim(of: &Counterexample) -> Option<usize> {
    let all =
        || of.dimensions.iter().find(|o| o.network == of.network && o.samples == of.samples && o.allocation == "all");
    of.teacher_dim.or_else(|| all().map(|o| o.dim))
}
