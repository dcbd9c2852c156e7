//! The theorem of Cayley and Hamilton for two hidden units, as combinations of equations: the Markov parameters H_k = D Wᵏ B have H_{k+2} = τ H_{k+1} − Δ H_k, so
//! that equations about these, multiplied with 1, −τ and Δ, leave linear equations for τ and Δ.

use std::collections::BTreeMap;

use rug::Integer;

use allocert_core::number::{PrimeField, Ring};

use super::exact::Exact;
use super::formal::{Formal, Graded};
use super::odd::{Key, Point, Question};
use super::polynomial::{Integral, Monomial, Polynomial};

impl Question<'_> {
    /// The combinations, of equations about labels at the last step.
    pub(super) fn recurrences(&self, field: &PrimeField, point: &Point, order: &[usize]) -> Option<Vec<Exact>> {
        let shapes = self.network.shapes();
        let (Some(2), Some(steps)) = (shapes.hidden, shapes.steps) else { return None };
        let before = self.network.labels_per_input() - shapes.outputs;
        let (n, size) = (self.network.weights(), self.network.input_size());
        let matrix = self.network.layout().tensor("W")?;
        let weight = |i: usize, j: usize| matrix.start + i * matrix.columns + j;
        let teacher: Vec<_> = point.teacher.iter().map(|v| Integral.integer(*v)).collect();
        let values: BTreeMap<Key, Integer> = self
            .parts(&teacher, &[])?
            .into_iter()
            .map(|(key, terms)| (key, terms.into_iter().map(|(_, c)| c).sum::<Integer>()))
            .collect();
        let places: BTreeMap<&Key, usize> = values.keys().enumerate().map(|(place, key)| (key, place)).collect();
        // τ and Δ as products of weights, with their signs in the combination, and which parameter they stand before.
        let products: [(usize, Vec<usize>, i64); 5] = [
            (2, Vec::new(), 1),
            (1, vec![weight(0, 0)], -1),
            (1, vec![weight(1, 1)], -1),
            (0, vec![weight(0, 0), weight(1, 1)], 1),
            (0, vec![weight(0, 1), weight(1, 0)], -1),
        ];
        let entries = size / steps;
        let mut all = Vec::new();
        for (label, entry) in (0..shapes.outputs).flat_map(|label| (0..entries).map(move |entry| (label, entry))) {
            let key = |k: usize| (0, before + label, vec![((n + (steps - 1 - k) * entries + entry) as u16, 1)]);
            for k in 0..steps.saturating_sub(2) {
                let (mut multipliers, mut row) = (Vec::new(), Formal::new());
                for (more, weights, sign) in &products {
                    let key = key(k + more);
                    let moves = |w: &&usize| order.contains(w);
                    let by = order.iter().map(|w| u16::from(weights.contains(w))).collect();
                    let (by, fixed) = (Graded(by), weights.iter().filter(|w| !moves(w)).copied().collect::<Vec<_>>());
                    let factors = fixed.iter().map(|w| Integer::from(point.student[*w])).product::<Integer>();
                    let value = field.big_integer(&(factors * values.get(&key)? * Integer::from(-sign)));
                    let sum = row.entry(by.clone()).or_insert(field.zero());
                    *sum = field.add(sum, &value);
                    let mut fixed: Vec<(u16, u16)> = fixed.iter().map(|w| (*w as u16, 1)).collect();
                    fixed.sort_unstable();
                    let factor = Polynomial::collect(vec![(Monomial::from_slice(&fixed), Integer::from(*sign))]);
                    multipliers.push((*places.get(&key)?, by, factor));
                }
                all.push(Exact { multipliers, row });
            }
        }
        Some(all)
    }
}
