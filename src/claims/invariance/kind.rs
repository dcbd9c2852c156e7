//! The kinds of value that a claim's text is run on: what two runs, on A and on σ(A), have in common.

use std::collections::HashMap;

/// What is known of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The network itself.
    Net,
    /// Equal in both runs.
    Same,
    /// An allocation, and its image in the other run.
    Moved,
    /// A list whose order may differ.
    Bag(Item),
}

/// What is known of the members of a bag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// Those of the one list are those of the other.
    Same,
    /// Those of the one list are the images of those of the other.
    Moved,
}

/// There is no rule for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoRule;

/// A value, unless some part has no rule.
pub(super) type Ruled<T> = Result<T, NoRule>;

impl Kind {
    /// Whether both runs have the same value.
    pub(super) fn is_same(self) -> bool {
        matches!(self, Kind::Same | Kind::Net)
    }

    /// What it is as a member of a bag; a bag in a bag has no rule.
    pub(super) fn item(self) -> Ruled<Item> {
        match self {
            Kind::Net | Kind::Same => Ok(Item::Same),
            Kind::Moved => Ok(Item::Moved),
            Kind::Bag(_) => Err(NoRule),
        }
    }

    /// A value that is of the one kind or of the other, the same one in both runs.
    pub(super) fn or(self, other: Kind) -> Ruled<Kind> {
        match (self, other) {
            (a, b) if a == b => Ok(a),
            (a, b) if a.is_same() && b.is_same() => Ok(Kind::Same),
            (Kind::Same, Kind::Bag(Item::Same)) | (Kind::Bag(Item::Same), Kind::Same) => Ok(Kind::Bag(Item::Same)),
            _ => Err(NoRule),
        }
    }
}

impl From<Item> for Kind {
    fn from(item: Item) -> Self {
        match item {
            Item::Same => Kind::Same,
            Item::Moved => Kind::Moved,
        }
    }
}

/// The names in sight.
pub(super) type Names = HashMap<String, Kind>;
