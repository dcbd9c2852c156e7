//! How a network is drawn, with the weights that may learn: what a picture needs and nothing else.

use serde::{Deserialize, Serialize};

use allocert_core::allocation::{Allocation, Layout};
use allocert_core::network::{self, Network};

/// Networks of more weights are not drawn.
pub(super) const MOST_WEIGHTS: usize = 1_024;
/// Forward passes of more steps are not written out.
const MOST_STEPS: usize = 1_000;

/// Groups of units in columns, and the tensors between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagram {
    /// The groups, from left to right.
    pub groups: Vec<Group>,
    /// The tensors, in canonical order.
    pub tensors: Vec<Tensor>,
    /// The places of the learnable weights among the entries of all tensors.
    pub learnable: Vec<usize>,
    /// The places of entries that are fixed numbers and no weights.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pinned: Vec<usize>,
    /// The forward pass of a network that is not built in, a step a line, if it is short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
}

/// Units side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// What it is called.
    pub name: String,
    /// The number of units.
    pub units: usize,
    /// The column it stands in, from 0 on the left.
    pub column: usize,
}

/// A tensor of weights, row by row in canonical order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// Its rows: one for each unit of the group that it leads to.
    pub rows: usize,
    /// Its columns: one for each unit of the group that it leads from.
    pub columns: usize,
    /// The lengths of its axes, if there are more than two: all but the last run along the rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub axes: Vec<usize>,
    /// The group that it leads from; nothing for a bias vector.
    pub from: Option<usize>,
    /// The group that it leads to.
    pub to: usize,
}

impl Tensor {
    /// Its matrices along the last two axes, each with a name, the place of its first entry inside the tensor, and its rows.
    pub fn slices(&self) -> Vec<(String, usize, usize)> {
        let whole = || vec![(self.name.clone(), 0, self.rows)];
        let sound = self.axes.iter().try_fold(1usize, |size, length| size.checked_mul(*length));
        if self.axes.len() < 3
            || sound.is_none_or(|size| size == 0 || Some(size) != self.rows.checked_mul(self.columns))
        {
            return whole();
        }
        let layout = Layout::default().with(&self.name, &self.axes, 1);
        let slices = layout.tensors().iter().flat_map(allocert_core::allocation::Tensor::slices);
        slices.map(|slice| (slice.name, slice.start, slice.rows)).collect()
    }
}

/// Where learnable weights stand: tied ones at several places.
pub(super) fn learnable_places(network: &Network, learnable: &Allocation) -> Vec<usize> {
    let layout = network.layout();
    (0..layout.places()).filter(|place| layout.weight_at(*place).is_some_and(|w| learnable.contains(w))).collect()
}

impl Diagram {
    /// Of a network; nothing if it has more than 1,024 weights.
    pub fn of(network: &Network, learnable: Option<&Allocation>) -> Option<Self> {
        if network.weights() > MOST_WEIGHTS {
            return None;
        }
        let diagram = network.diagram();
        let group = |g: network::Group| Group { name: g.name, units: g.units, column: g.column };
        let wired = network.layout().tensors().iter().zip(&diagram.wires);
        let tensor = |(t, (from, to)): (&allocert_core::allocation::Tensor, &(Option<usize>, usize))| Tensor {
            name: t.name.clone(),
            rows: t.rows,
            columns: t.columns,
            axes: if t.axes.len() > 2 { t.axes.clone() } else { Vec::new() },
            from: *from,
            to: *to,
        };
        let short = network.own_program().filter(|program| program.operations().len() <= MOST_STEPS);
        Some(Diagram {
            program: short.map(ToString::to_string),
            tensors: wired.map(tensor).collect(),
            groups: diagram.groups.into_iter().map(group).collect(),
            learnable: learnable.map(|a| learnable_places(network, a)).unwrap_or_default(),
            pinned: (0..network.layout().places()).filter(|at| network.layout().weight_at(*at).is_none()).collect(),
        })
    }
}
