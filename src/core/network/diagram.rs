//! How a network is drawn: groups of units in columns from left to right, and which tensor joins which.

use crate::allocation::Layout;

/// Units side by side: the inputs, the units of a layer, the outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What it is called.
    pub name: String,
    /// The number of units, at least 1.
    pub units: usize,
    /// The column it stands in, from 0 on the left.
    pub column: usize,
}

/// The groups of a network and, for each tensor in canonical order, the groups that it leads from and to. A bias vector
/// leads from nowhere. Row i of a tensor belongs to unit i of the group that it leads to, column j to unit j of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagram {
    /// The groups, from left to right.
    pub groups: Vec<Group>,
    /// (from, to), one a tensor.
    pub wires: Vec<(Option<usize>, usize)>,
}

impl Diagram {
    /// Of layers one after the other: the matrix of layer ℓ leads from group ℓ − 1 to group ℓ.
    pub(super) fn layered(layout: &Layout) -> Self {
        let matrices = layout.tensors().iter().filter(|t| !t.is_vector());
        let widths = matrices.clone().take(1).map(|t| t.columns).chain(matrices.map(|t| t.rows));
        let last = layout.layers();
        let name = |layer| match layer {
            0 => "inputs".to_owned(),
            _ if layer == last => "outputs".to_owned(),
            _ if last == 2 => "hidden units".to_owned(),
            _ => format!("hidden layer {layer}"),
        };
        let group = |(column, units)| Group { name: name(column), units, column };
        let groups = widths.enumerate().map(group).collect();
        let wire = |t: &crate::allocation::Tensor| ((!t.is_vector()).then(|| t.layer - 1), t.layer);
        Diagram { groups, wires: layout.tensors().iter().map(wire).collect() }
    }
}
