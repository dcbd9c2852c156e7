//! Designs of networks whose Jacobian is too large to be eliminated whole.

use rand_chacha::rand_core::RngCore;

use crate::algebra::RowSpace;
use crate::allocation::Allocation;
use crate::control::{Control, Stopped};
use crate::network::{Network, Probe, Samples};
use crate::number::{PrimeField, Ring, Stream, generator, random_prime};

use super::super::{Dimension, Evidence, ReachError, Reason, Settings, wide};
use super::{Design, Optimal, Rules, shuffle};

/// A network whose Jacobian is not known as a whole, and what is asked of it.
pub(super) struct Large<'a> {
    pub(super) network: &'a Network,
    pub(super) samples: Samples,
    pub(super) size: usize,
    pub(super) rules: &'a Rules,
    pub(super) alternatives: usize,
    pub(super) settings: Settings,
    pub(super) control: &'a Control<'a>,
}

impl Large<'_> {
    /// From a part of the Jacobian: as many columns as are needed, at as few random inputs as can tell them apart.
    pub(super) fn design(&self) -> Result<Design, ReachError> {
        let Large { network, samples, size, rules, settings, control, .. } = *self;
        let labels = network.labels_per_input();
        let all_inputs = match network.probe_inputs(samples) {
            0 => 1,
            count => count,
        };
        let mut random = generator(settings.seed, Stream::Designs, 0);
        let mut order: Vec<usize> = rules.ground.iter().collect();
        shuffle(&mut order, || random.next_u64());
        let too_large = |entries: usize| ReachError::JacobianTooLarge {
            network: network.to_string(),
            samples: samples.to_string(),
            rows: (entries / network.weights().max(1)) as u64,
            columns: network.weights() as u64,
            limit: MOST_ENTRIES as u64,
        };
        if rules.cap == usize::MAX && network.is_polynomial() {
            let found = self.choice(&order)?;
            let chosen = Allocation::of(network.weights(), found.iter().copied().take(size));
            let spare = found.get(size).copied();
            return Ok(self.with(chosen, spare));
        }
        let (mut inputs, mut columns) = ((size + SLACK).div_ceil(labels).min(all_inputs), 2 * size + SLACK);
        loop {
            columns = columns.min(order.len());
            let (part, whole) = (inputs * labels * columns, labels * network.weights());
            if part.max(whole).max(inputs * network.input_size()) > MOST_ENTRIES {
                return Err(too_large(part.max(whole)));
            }
            let part = Part::evaluate(network, samples, inputs, &order[..columns], settings.seed, control)?;
            let (chosen, spare) = part.choose(&order[..columns], size, rules, control)?;
            let last = inputs == all_inputs && columns == order.len();
            if chosen.size() == size || last {
                return Ok(self.with(chosen, spare));
            }
            (inputs, columns) = ((2 * inputs).min(all_inputs), 2 * columns);
        }
    }

    /// One independent weight more than are wanted, or all that there are, from more and more of an order.
    fn choice(&self, order: &[usize]) -> Result<Vec<usize>, ReachError> {
        let size = self.size;
        let mut columns = size + size / 8 + SLACK;
        loop {
            columns = columns.min(order.len());
            let found = wide::independent(
                self.network,
                self.samples,
                &order[..columns],
                size + 1,
                self.settings.seed,
                self.control,
            )?;
            if found.len() > size || columns == order.len() {
                return Ok(found);
            }
            columns += columns / 2;
        }
    }

    /// With these independent weights, filled up; and one more that is independent of them, if there is one.
    fn with(&self, mut chosen: Allocation, spare: Option<usize>) -> Design {
        let Large { network, samples, size, rules, alternatives, settings, .. } = *self;
        let rank = chosen.size();
        rules.fill(&mut chosen, size);
        let complete = rank == size;
        let (evidence, reason) =
            if complete { (Evidence::Proved, Reason::Size) } else { (Evidence::Open, Reason::RandomPoints) };
        // The weight that is independent of all chosen ones may take the place of any of them.
        let others = spare.filter(|_| rules.cap == usize::MAX).into_iter();
        let others = others.flat_map(|new| chosen.iter().map(move |out| (out, new)));
        let others = others.map(|(out, new)| chosen.clone().without(out).with(new)).take(alternatives).collect();
        let labels = network.labels_at(samples).and_then(|l| usize::try_from(l).ok()).unwrap_or(usize::MAX);
        Design {
            network: network.clone(),
            samples,
            allocation: chosen,
            dim: Dimension { value: rank, evidence, reason },
            teacher: None,
            teacher_at_least: rank + usize::from(spare.is_some()),
            lower: Evidence::Proved,
            optimal: if complete { Optimal::EveryWeight } else { Optimal::AtMost(size.min(labels)) },
            obstructions: Vec::new(),
            evidence: Evidence::Proved,
            alternatives: others,
            settings,
        }
    }
}

/// Some columns of the Jacobian at some random inputs.
struct Part {
    field: PrimeField,
    /// A vector for each column.
    columns: Vec<Vec<u64>>,
}

impl Part {
    fn evaluate(
        network: &Network,
        samples: Samples,
        inputs: usize,
        columns: &[usize],
        seed: u64,
        control: &Control<'_>,
    ) -> Result<Self, Stopped> {
        let mut random = generator(seed, Stream::Designs, 1);
        let field = random_prime(&mut random);
        let weights: Vec<u64> = (0..network.weights()).map(|_| field.random(&mut random)).collect();
        // Where all inputs are taken, the ones that see everything; otherwise random ones, which see as much as so few can.
        let given: Vec<Vec<u64>> = match network.probe(samples) {
            Probe::Fixed(fixed) if fixed.len() <= inputs => {
                fixed.iter().map(|x| x.iter().map(|e| field.integer(*e)).collect()).collect()
            }
            _ => (0..inputs).map(|_| (0..network.input_size()).map(|_| field.random(&mut random)).collect()).collect(),
        };
        let mut vectors = vec![Vec::with_capacity(inputs * network.labels_per_input()); columns.len()];
        for input in &given {
            control.check()?;
            let rows = network.jacobian_at(&field, &weights, input);
            for (vector, column) in vectors.iter_mut().zip(columns) {
                vector.extend((0..rows.rows()).map(|row| rows[(row, *column)]));
            }
        }
        Ok(Part { field, columns: vectors })
    }

    /// Independent columns in this order, at most `size` and as the rules allow; and one more that is independent of them.
    fn choose(
        &self,
        order: &[usize],
        size: usize,
        rules: &Rules,
        control: &Control<'_>,
    ) -> Result<(Allocation, Option<usize>), Stopped> {
        let mut chosen = Allocation::none(rules.rows.len());
        let mut counts = rules.counts(std::iter::empty());
        let mut space = RowSpace::new(self.field, self.columns.first().map_or(0, Vec::len));
        for (vector, &weight) in self.columns.iter().zip(order) {
            control.check()?;
            let full = space.rank() == size;
            let row = rules.rows[weight];
            if (full || counts[row] < rules.cap) && space.insert(vector.clone()) {
                if full {
                    return Ok((chosen, Some(weight)));
                }
                chosen.insert(weight);
                counts[row] += 1;
            }
        }
        Ok((chosen, None))
    }
}

/// The most entries of a part of a Jacobian.
const MOST_ENTRIES: usize = 1 << 26;

/// A part of a Jacobian has so many rows and columns more than are needed.
const SLACK: usize = 24;

#[cfg(test)]
mod tests {
    use super::super::super::JacobianMatroid;
    use super::super::DesignOptions;
    use super::*;

    #[test]
    fn a_part_of_the_jacobian_gives_what_the_whole_gives() {
        let settings = Settings { seed: 3, error_log2: -100 };
        let networks = [
            (Network::lffn(&[6, 5, 4], false), Samples::Functional),
            (Network::lffn(&[6, 2, 4], false), Samples::Functional),
            (Network::lffn(&[6, 5, 4], false), Samples::Count(2)),
            (Network::pnn(&[4, 4, 2], 2, false), Samples::Functional),
            (Network::lrnn(1, 3, 1, 9, false), Samples::Functional),
        ];
        for (network, samples) in networks {
            let network = network.unwrap();
            let matroid = JacobianMatroid::new(&network, samples, 1, &Control::unlimited()).unwrap();
            for size in 0..=network.weights() {
                for cap in [None, Some(2)] {
                    let rules = Rules::of(&network, &DesignOptions { per_row: cap, ..DesignOptions::default() });
                    if size > rules.most() {
                        continue;
                    }
                    let (network, rules, control) = (&network, &rules, &Control::unlimited());
                    let found =
                        Large { network, samples, size, rules, alternatives: 3, settings, control }.design().unwrap();
                    assert_eq!((found.allocation.size(), matroid.rank(&found.allocation)), (size, found.dim.value));
                    assert!(rules.counts(found.allocation.iter()).into_iter().all(|c| c <= rules.cap));
                    assert!(found.teacher_at_least <= matroid.teacher_rank());
                    if cap.is_none() {
                        assert_eq!(found.dim.value, size.min(matroid.teacher_rank()), "{network} {size}");
                    }
                    assert!(found.alternatives.iter().all(|a| matroid.rank(a) == found.dim.value && a.size() == size));
                }
            }
        }
    }
}
