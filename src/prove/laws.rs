//! Which law of the checker says that a match probability is below 1; `src/checker/rules/inertia.rs` and `tied.rs` there have the proofs.

use allocert_core::allocation::Allocation;
use allocert_core::network::{Network, Samples};

/// What is asked.
pub(super) struct Asked<'a> {
    pub(super) network: &'a Network,
    pub(super) samples: Samples,
    pub(super) allocation: &'a Allocation,
}

/// A law by its name; the allocation has to span.
pub(super) fn below_one(network: &Network, samples: Samples, allocation: &Allocation) -> Option<&'static str> {
    let asked = Asked { network, samples, allocation };
    let laws = [
        ("inertia", asked.inertia()),
        ("one unit", asked.one_unit()),
        ("two poles", asked.two_poles()),
        ("two outputs", asked.two_outputs()),
        ("odd steps", asked.odd_steps()),
        ("odd sums", asked.odd_sums()),
        ("terms", asked.terms()),
        ("seminorms", asked.seminorms()),
        ("complex poles", asked.complex_poles()),
        ("one label fewer", asked.one_label_fewer()),
        ("largest quotient", asked.largest_quotient()),
        ("two cubes", asked.two_cubes()),
    ];
    laws.into_iter().find(|(_, below)| *below == Some(true)).filter(|_| network.is_built_in()).map(|(law, _)| law)
}

impl Asked<'_> {
    pub(super) fn learns(&self, tensor: &str, row: usize, column: usize) -> Option<bool> {
        let tensor = self.network.layout().tensor(tensor)?;
        Some(self.allocation.contains(tensor.start + row * tensor.columns + column))
    }

    pub(super) fn at_least(&self, samples: usize) -> bool {
        self.samples.count().is_none_or(|m| m >= samples as u64)
    }

    /// How many weights into a unit learn, its bias among them.
    pub(super) fn into(&self, layer: usize, unit: usize, from: usize) -> Option<usize> {
        let incoming = (0..from).map(|c| self.learns(&format!("W{layer}"), unit, c));
        let bias = self.learns(&format!("b{layer}"), unit, 0).unwrap_or(false);
        Some(incoming.collect::<Option<Vec<bool>>>()?.into_iter().filter(|l| *l).count() + usize::from(bias))
    }

    fn inertia(&self) -> Option<bool> {
        if self.inertia_below() == Some(true) {
            return Some(true);
        }
        let shapes = self.network.shapes();
        let (widths, bias) = (shapes.widths?, shapes.bias?);
        let (&[inputs, units, outputs], deeper) = widths.split_first_chunk::<3>()?;
        let (more, size) = (usize::from(bias), inputs + usize::from(bias));
        let rank = (units + more).min(size);
        let fewer = |k: usize, than: usize| self.into(2, k, units).is_some_and(|learn| learn < than);
        Some(match (shapes.degree?, deeper) {
            (2, []) => self.at_least(size * (size + 1) / 2) && (0..outputs).any(|k| fewer(k, rank)),
            (2, _) => self.samples.count().is_none() && !bias && outputs == 1 && fewer(0, rank / 2),
            _ => false,
        })
    }

    fn one_unit(&self) -> Option<bool> {
        let shapes = self.network.shapes();
        let (widths, bias, degree) = (shapes.widths?, shapes.bias?, shapes.degree?);
        let &[inputs, units, outputs] = widths.as_slice() else { return None };
        let wide = (units > 1 || bias) && inputs + usize::from(bias) > 1;
        let moved: Vec<usize> = (0..units).filter(|unit| self.into(1, *unit, inputs) > Some(0)).collect();
        let one = |k: usize| {
            let outgoing = (0..units).filter(|unit| self.learns("W2", k, *unit) == Some(true));
            let all: Vec<usize> = outgoing.chain(moved.iter().copied()).collect();
            all.windows(2).all(|pair| pair[0] == pair[1]) && self.learns("b2", k, 0) != Some(true)
        };
        Some(degree > 1 && degree % 2 == 0 && wide && self.at_least(2) && (0..outputs).any(one))
    }

    fn two_poles(&self) -> Option<bool> {
        let shapes = self.network.shapes();
        let (hidden, steps) = (shapes.hidden?, shapes.steps?);
        let frozen = hidden == 2 && !self.learns("W", 0, 1)? && !self.learns("W", 1, 0)?;
        Some(frozen && steps >= 4 && self.is_determined()?)
    }

    fn two_outputs(&self) -> Option<bool> {
        let shapes = self.network.shapes();
        let (widths, bias, degree) = (shapes.widths?, shapes.bias?, shapes.degree?);
        let &[inputs, 2, outputs] = widths.as_slice() else { return None };
        let frozen = |k: &usize| (0..2).any(|unit| self.learns("W2", *k, unit) == Some(false));
        let even = degree > 1 && degree % 2 == 0;
        Some(even && !bias && inputs > 1 && self.at_least(2) && (0..outputs).filter(frozen).count() >= 2)
    }

    fn odd_steps(&self) -> Option<bool> {
        let shapes = self.network.shapes();
        let (Some(1), 1, Some("last"), steps) = (shapes.hidden, shapes.outputs, shapes.readout, shapes.steps?) else {
            return None;
        };
        let inputs = self.network.layout().tensor("B")?.columns;
        let learn = (0..inputs).filter(|k| self.learns("B", 0, *k) == Some(true)).count();
        let seen = learn + usize::from(self.learns("D", 0, 0)?);
        Some(steps >= 3 && steps % 2 == 1 && seen < inputs && self.at_least(seen + 1))
    }

    fn odd_sums(&self) -> Option<bool> {
        let shapes = self.network.shapes();
        Some((0..*shapes.widths?.last()?).any(|output| self.odd_sums_at(output) == Some(true)))
    }

    /// The same of one output.
    fn odd_sums_at(&self, output: usize) -> Option<bool> {
        let shapes = self.network.shapes();
        let (widths, bias, degree) = (shapes.widths?, shapes.bias?, shapes.degree?);
        let &[inputs, units, ref above @ .., _] = widths.as_slice() else { return None };
        if bias || degree < 3 || degree % 2 == 0 || above.iter().any(|width| *width != 1) {
            return None;
        }
        let last = above.len() + 2;
        let row = |layer: usize| if layer == last { output } else { 0 };
        let mut factor = (3..=last).any(|layer| self.learns(&format!("W{layer}"), row(layer), 0) == Some(true));
        let incoming = |unit: usize, k: usize| self.learns("W1", unit, k) == Some(true);
        let outgoing = |unit: usize| self.learns("W2", row(2), unit) == Some(true);
        let moved = |unit: &usize| outgoing(*unit) || (0..inputs).any(|k| incoming(*unit, k));
        let order = (0..units).filter(moved).chain((0..units).filter(|unit| !moved(unit)));
        let order: Vec<usize> = order.collect();
        let (&[a, b], others) = order.split_first_chunk::<2>()?;
        let frozen = !factor;
        if others.iter().any(|unit| factor || moved(unit)) {
            return None;
        }
        let learn = [a, b].map(|unit| (0..inputs).filter(|k| incoming(unit, *k)).count());
        let mut free = [a, b].map(outgoing);
        if factor && free.contains(&true) {
            (free, factor) = ([true; 2], false);
        } else if factor && learn.contains(&inputs) {
            (free, factor) = ([learn[0] != inputs, learn[0] == inputs], false);
        }
        let joint = (0..inputs).filter(|k| incoming(a, *k) || incoming(b, *k)).count();
        let scales = if factor { 1 } else { free.iter().filter(|c| **c).count() };
        let e = joint + (inputs - joint).min(scales);
        let far = |i: usize| learn[i] + usize::from(free[i] && learn[i] < inputs);
        let far = if factor { learn[0] + learn[1] + 1 } else { far(0) + far(1) };
        let q = far.saturating_sub(inputs).max(1);
        // Forms in two variables have degree + 1 dimensions, those in more have more.
        let forms = if inputs > 1 { degree as usize + 1 } else { 1 };
        let signs = self.at_least(e + 1) && (units == 2 && e < inputs || frozen && units > e && forms > e);
        Some(signs || units == 2 && e == inputs && q < inputs && self.at_least(inputs + q))
    }
}
