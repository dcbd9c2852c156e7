//! Inputs at which labels are taken, and combinations of the labels.

/// How many generic inputs the labels are taken on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Samples {
    /// So many generic inputs, at least 1.
    Count(u64),
    /// So many that more add no rank.
    Functional,
}

impl Samples {
    /// The number, or nothing when functional (as in JSON).
    pub fn count(self) -> Option<u64> {
        match self {
            Samples::Count(count) => Some(count),
            Samples::Functional => None,
        }
    }
}

impl std::fmt::Display for Samples {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Samples::Count(1) => write!(f, "1 sample"),
            Samples::Count(count) => write!(f, "{count} samples"),
            Samples::Functional => f.write_str("functional"),
        }
    }
}

/// The inputs at which labels are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Generic inputs: their entries are variables like the weights.
    Generic(usize),
    /// Fixed integer inputs that see all that any inputs can see.
    Fixed(Vec<Vec<i64>>),
}

impl Probe {
    /// The number of inputs.
    pub fn inputs(&self) -> usize {
        match self {
            Probe::Generic(count) => *count,
            Probe::Fixed(inputs) => inputs.len(),
        }
    }
}

/// A combination of the labels of one input: a row of the Jacobian, or a sum of multiples of rows.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a, E> {
    /// The input.
    pub input: &'a [E],
    /// Which units with a kink are active; none for a polynomial label map.
    pub gates: &'a [bool],
    /// A factor for each label.
    pub combination: &'a [E],
}
