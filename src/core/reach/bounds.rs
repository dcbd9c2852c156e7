//! Upper bounds of dimensions that have an algebraic reason.

use crate::algebra::RowSpace;
use crate::allocation::Allocation;
use crate::network::{KernelField, Network};
use crate::number::PrimeField;

use super::point::ModularPoint;
use super::rank::Reason;

/// Kernel fields are used for proofs only while they have at most this many entries in all.
const MOST_FIELD_ENTRIES: u64 = 1 << 22;

/// What bounds the dimensions of one network at so many labels from above.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    labels: usize,
    field: PrimeField,
    /// Kernel fields at one point: as many as are known to exist identically, possibly dependent.
    fields: Vec<KernelField<u64>>,
    teacher: (usize, Reason),
}

impl Bounds {
    /// Evaluates kernel fields at a point.
    pub(super) fn at(network: &Network, labels: u64, point: &ModularPoint) -> Self {
        let mut bounds = Bounds::without_fields(network, labels, point.field);
        let n = network.weights();
        if !Bounds::looks_at_fields(network) {
            return bounds;
        }
        bounds.fields = network.kernel_fields(&point.field, &point.weights, &point.inputs);
        let free = n - bounds.independent_fields(&Allocation::all(n));
        // Of equal bounds, that of kernel fields is the more elementary one.
        let elementary =
            if bounds.teacher.1 == Reason::Parts { free <= bounds.teacher.0 } else { free < bounds.teacher.0 };
        if elementary {
            bounds.teacher = (free, Reason::KernelFields);
        }
        bounds
    }

    /// Those that need no point: the numbers of labels and of weights, and theorems on the family.
    pub(super) fn without_fields(network: &Network, labels: u64, field: PrimeField) -> Self {
        let n = network.weights();
        let labels = usize::try_from(labels).unwrap_or(usize::MAX);
        let mut teacher = if labels < n { (labels, Reason::Labels) } else { (n, Reason::Size) };
        if let Some(bound) = network.dimension_bound().and_then(|bound| usize::try_from(bound).ok())
            && bound < teacher.0
        {
            teacher = (bound, Reason::Parts);
        }
        Bounds { labels, field, fields: Vec::new(), teacher }
    }

    /// Whether there are kernel fields that were evaluated.
    pub(super) fn has_fields(&self) -> bool {
        !self.fields.is_empty()
    }

    /// Whether kernel fields of this network are few enough to be looked at.
    pub(super) fn looks_at_fields(network: &Network) -> bool {
        network.kernel_field_entries() <= MOST_FIELD_ENTRIES
    }

    /// Of the teacher dimension.
    pub(super) fn teacher(&self) -> (usize, Reason) {
        self.teacher
    }

    /// Of the dimension of an allocation, the smallest that has a reason; kernel fields are looked at only if `rank`, which is
    /// known to be reached, is below the others.
    pub(super) fn of(&self, allocation: &Allocation, rank: usize) -> (usize, Reason) {
        let (teacher, teacher_reason) = self.teacher;
        let reason = match teacher_reason {
            Reason::Labels => Reason::Labels,
            _ if allocation.size() == allocation.weights() => teacher_reason,
            _ => Reason::Teacher,
        };
        let size = (allocation.size(), Reason::Size);
        let bounds = [size, (self.labels, Reason::Labels), (teacher, reason)];
        let simple = bounds.into_iter().min_by_key(|(bound, _)| *bound).unwrap_or(size);
        if rank >= simple.0 {
            return simple;
        }
        let fields = (allocation.size() - self.independent_fields(allocation), Reason::KernelFields);
        if fields.0 < simple.0 { fields } else { simple }
    }

    /// How many of the kernel fields that move only these weights are independent.
    fn independent_fields(&self, allocation: &Allocation) -> usize {
        let mut space = RowSpace::new(self.field, allocation.weights());
        for field in self.fields.iter().filter(|f| f.support.is_subset(allocation)) {
            space.insert(field.direction.clone());
        }
        space.rank()
    }
}
