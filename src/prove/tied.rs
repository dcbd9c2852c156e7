//! Which laws about few units apply; `src/checker/rules/tied.rs` has the proofs.

use std::collections::BTreeSet;

use rug::Integer;

use allocert_core::allocation::Allocation;
use allocert_core::network::{Network, Samples};

use super::laws::Asked;

/// The inputs from which a unit learns, and whether its outgoing weight does.
type Unit = (Vec<usize>, bool);

/// A law of the checker that says that a match probability is 1, beside those that the engine has a theorem for; `src/checker/rules/ends.rs` and `far.rs` have the proofs.
pub(super) fn certain(network: &Network, samples: Samples, allocation: &Allocation) -> Option<&'static str> {
    let asked = Asked { network, samples, allocation };
    let laws = [
        ("given poles", asked.given_poles()),
        ("two units", asked.two_units()),
        ("cubic", asked.cubic()),
        ("plane", asked.plane()),
        ("odd norm", asked.odd_norm()),
        ("two conics", asked.conics()),
        ("cubes", asked.cubes()),
        ("growing", asked.growing()),
    ];
    laws.into_iter().find(|(_, holds)| *holds == Some(true)).filter(|_| network.is_built_in()).map(|(law, _)| law)
}

impl Asked<'_> {
    fn given_poles(&self) -> Option<bool> {
        let ((_, inputs), outputs) = (self.two_hidden()?, self.network.shapes().outputs);
        let learns = |name: &str, i: usize, k: usize| self.learns(name, i, k) == Some(true);
        let decoder = inputs == 1 && (0..outputs).all(|k| learns("D", k, 0) && learns("D", k, 1));
        let encoder = outputs == 1 && (0..inputs).all(|m| learns("B", 0, m) && learns("B", 1, m));
        let beside = learns("W", 0, 1) || learns("W", 1, 0);
        Some((decoder || encoder) && beside && (learns("W", 0, 0) || learns("W", 1, 1)))
    }

    fn two_units(&self) -> Option<bool> {
        let shape = self.two_hidden()?.1 == 1 && self.network.shapes().outputs == 1;
        let learns = |name: &str, i: usize, k: usize| self.learns(name, i, k) == Some(true);
        let of = |i: usize, j: usize| learns("D", 0, i) && learns("B", j, 0) && learns("W", i, j);
        let apart = [(0, 1), (1, 0)].iter().any(|(i, j)| of(*i, *j));
        Some(shape && apart && learns("W", 0, 0) && learns("W", 1, 1))
    }

    fn cubic(&self) -> Option<bool> {
        let shapes = self.network.shapes();
        let shape = self.two_hidden()? == (4, 1) && shapes.outputs == 1 && shapes.readout == Some("last");
        let learns = |name: &str, i: usize, k: usize| self.learns(name, i, k) == Some(true);
        let of = |i: usize, j: usize| {
            let by_encoder = learns("W", i, j) && learns("B", i, 0);
            learns("W", j, j) && (by_encoder || learns("W", j, i) && learns("D", 0, i))
        };
        Some(shape && self.samples.count().is_some_and(|m| m <= 3) && (of(0, 1) || of(1, 0)))
    }

    /// The power of one hidden layer with one output and no biases, the number of inputs, and the units.
    fn units(&self) -> Option<(u32, usize, Vec<Unit>)> {
        let shapes = self.network.shapes();
        let widths = shapes.widths.filter(|_| shapes.bias == Some(false))?;
        let (&[d, h, 1], &[degree]) = (widths.as_slice(), self.network.exponents()?.as_slice()) else { return None };
        let learns = |w: usize| self.allocation.contains(w);
        let unit = |i: usize| ((0..d).filter(|k| learns(i * d + k)).collect(), learns(d * h + i));
        Some((degree, d, (0..h).map(unit).collect()))
    }

    /// Inputs and units of squares, and of each unit how many incoming weights are frozen, if its outgoing one learns.
    fn squares(&self) -> Option<(usize, usize, Vec<usize>)> {
        let (degree, d, units) = self.units()?;
        let frozen = units.iter().filter(|(_, factor)| *factor).map(|(inputs, _)| d - inputs.len()).collect();
        (degree == 2).then_some((d, units.len(), frozen))
    }

    fn conics(&self) -> Option<bool> {
        let ((degree, d, units), few) = (self.units()?, self.samples.count().is_some_and(|m| m <= 4));
        let free: Vec<&Vec<usize>> = units.iter().filter(|(_, factor)| *factor).map(|(inputs, _)| inputs).collect();
        let apart = |u: &[usize], v: &[usize]| u.iter().any(|k| v.iter().any(|l| k != l));
        let two = free.iter().enumerate().any(|(i, u)| free[..i].iter().any(|v| apart(u, v)));
        Some(degree == 2 && d == 3 && few && two)
    }

    fn cubes(&self) -> Option<bool> {
        let (degree, d, units) = self.units()?;
        let free = |(inputs, factor): &Unit| inputs.len() + usize::from(*factor) >= 2;
        let apart = |q: usize, r: usize| {
            let other = |k: &usize| units[r].1 || units[r].0.iter().any(|i| i != k);
            units[q].0.iter().any(other)
        };
        let rest = |p: usize| (0..units.len()).filter(move |unit| *unit != p);
        let two = |p: usize| rest(p).any(|q| rest(p).any(|r| r != q && apart(q, r)));
        Some(degree == 3 && d == 2 && (0..units.len()).any(|p| free(&units[p]) && two(p)))
    }

    fn growing(&self) -> Option<bool> {
        let ((degree, _, units), m) = (self.units()?, self.samples.count()?);
        let follows =
            |k: usize, (inputs, _): &(Vec<usize>, bool)| inputs.iter().filter(|i| **i != k).count() as u64 + 1 >= m;
        let grows = |u: usize| {
            let mut others = units.iter().enumerate().filter(|(v, _)| *v != u);
            units[u].1 && others.any(|(_, v)| units[u].0.iter().any(|k| follows(*k, v)))
        };
        Some(degree > 0 && degree % 2 == 0 && m >= 2 && (0..units.len()).any(grows))
    }

    fn plane(&self) -> Option<bool> {
        let (d, h, frozen) = self.squares()?;
        let few = |most: usize| frozen.iter().filter(|count| **count <= most).count();
        Some(d > 1 && (h == 2 || d == 2) && few(1) >= 1 && few(2) >= 2)
    }

    fn odd_norm(&self) -> Option<bool> {
        let (d, _, frozen) = self.squares()?;
        let few = self.samples.count().is_some_and(|m| m <= d as u64 + 1);
        Some(d > 1 && few && frozen.len() > 1 && frozen.iter().any(|count| *count <= 1))
    }

    pub(super) fn seminorms(&self) -> Option<bool> {
        let shapes = self.network.shapes();
        let (widths, degrees) = (shapes.widths.filter(|_| shapes.bias == Some(false))?, self.network.exponents()?);
        let (&[d, h, 1, _, ..], &[degree, ..]) = (widths.as_slice(), degrees.as_slice()) else { return None };
        let n = self.samples.count().and_then(|m| usize::try_from(m).ok()).map_or(d + 1, |m| m.min(d + 1));
        let held = (d * h..d * h + h).all(|w| !self.allocation.contains(w));
        let learn = |unit: usize| (unit * d..unit * d + d).filter(|w| self.allocation.contains(*w)).count();
        let fits = (0..h).all(|unit| learn(unit) < n) && (0..h).any(|unit| learn(unit) + 1 < n);
        let even = degree > 1 && degree % 2 == 0;
        Some(even && d > 1 && h > 1 && n > 1 && held && (fits || n == d + 1))
    }

    pub(super) fn inertia_below(&self) -> Option<bool> {
        let shapes = self.network.shapes();
        let (widths, degrees) = (shapes.widths.filter(|_| shapes.bias == Some(false))?, self.network.exponents()?);
        let (&[d, h, 1, _, ..], &[2, ref above @ ..]) = (widths.as_slice(), degrees.as_slice()) else { return None };
        let learns = |w: usize| self.allocation.contains(w);
        let held = (d * h + h..self.network.weights()).all(|w| !learns(w)) && above.iter().all(|g| g % 2 == 1);
        let factors = (d * h..d * h + h).filter(|w| learns(*w)).count();
        Some(held && self.at_least(d * (d + 1) / 2) && factors < h.min(d))
    }

    pub(super) fn terms(&self) -> Option<bool> {
        let shapes = self.network.shapes();
        let widths = shapes.widths.filter(|_| shapes.bias == Some(false))?;
        let (&[d, h, o], &[degree]) = (widths.as_slice(), self.network.exponents()?.as_slice()) else { return None };
        let unique = degree % 2 == 0 && (2..=d).contains(&h) && (degree >= 4 || degree == 2 && o >= 2);
        let monomials = Integer::from(degree as usize + d - 1).binomial(degree);
        let seen = self.samples.count().is_none_or(|m| monomials <= m);
        Some(unique && seen && (d * h..d * h + h * o).any(|w| !self.allocation.contains(w)))
    }

    fn frozen(&self, tensor: &str, row: usize, column: usize) -> bool {
        self.learns(tensor, row, column) == Some(false)
    }

    /// Whether labels determine all D Wᵗ B, t less than the number of steps.
    pub(super) fn is_determined(&self) -> Option<bool> {
        let (shapes, inputs) = (self.network.shapes(), self.network.layout().tensor("B")?.columns);
        Some(self.at_least(if shapes.readout == Some("last") { shapes.steps? * inputs } else { inputs }))
    }

    /// Steps, and entries of an input at a step, of a recurrent network with two hidden units.
    fn two_hidden(&self) -> Option<(usize, usize)> {
        let shapes = self.network.shapes();
        (shapes.hidden? == 2).then_some((shapes.steps?, self.network.layout().tensor("B")?.columns))
    }

    pub(super) fn complex_poles(&self) -> Option<bool> {
        let ((steps, inputs), outputs) = (self.two_hidden()?, self.network.shapes().outputs);
        let enough = self.is_determined()? && (steps >= 4 || steps == 3 && (inputs > 1 || outputs > 1));
        let leads_out = |unit: usize| (0..outputs).any(|k| self.frozen("D", k, unit));
        let leads_in = |unit: usize| (0..inputs).any(|m| self.frozen("B", unit, m));
        let tied = |j: usize| {
            let l = 1 - j;
            leads_out(j) && leads_in(j) && (self.frozen("W", j, j) || self.frozen("W", l, l))
                || leads_out(j) && leads_in(l) && self.frozen("W", l, j)
                || leads_in(j) && leads_out(l) && self.frozen("W", j, l)
        };
        Some(enough && (tied(0) || tied(1)))
    }

    pub(super) fn one_label_fewer(&self) -> Option<bool> {
        let (steps, inputs) = self.two_hidden()?;
        let both = |pair: [(usize, usize); 2]| pair.iter().all(|(i, k)| self.frozen("W", *i, *k));
        let held = both([(0, 0), (1, 1)]) || both([(0, 1), (1, 0)]);
        Some(held && self.at_least(steps * inputs - 1) && (steps >= 4 || steps == 3 && inputs > 1))
    }

    /// How many inputs there are, with the one of a bias; and for an output of one hidden layer without a learnable bias the units into which weights learn, and those whose weight to it does.
    fn moved(&self, output: usize) -> Option<(usize, BTreeSet<usize>, BTreeSet<usize>)> {
        let shapes = self.network.shapes();
        let (widths, bias) = (shapes.widths?, shapes.bias?);
        let &[inputs, units, _] = widths.as_slice() else { return None };
        let moved = (0..units).filter(|unit| self.into(1, *unit, inputs) > Some(0)).collect();
        let factors = (0..units).filter(|unit| self.learns("W2", output, *unit) == Some(true)).collect();
        let held = self.learns("b2", output, 0) != Some(true);
        (shapes.degree? > 1 && held).then_some((inputs + usize::from(bias), moved, factors))
    }

    pub(super) fn largest_quotient(&self) -> Option<bool> {
        let one = |k: usize| {
            self.moved(k).is_some_and(|(size, moved, factors)| {
                let apart = moved.len() == 1 && factors.len() == 1 && moved != factors;
                apart && size > 1 && self.at_least(size + 1)
            })
        };
        Some((0..self.network.shapes().outputs).any(one))
    }

    pub(super) fn two_cubes(&self) -> Option<bool> {
        let shapes = self.network.shapes();
        let more = shapes.degree? == 3 && shapes.widths?.get(1)? + usize::from(shapes.bias?) > 2;
        let two = |k: usize| {
            self.moved(k).is_some_and(|(size, moved, factors)| size == 2 && moved.union(&factors).count() <= 2)
        };
        Some(more && self.at_least(4) && (0..shapes.outputs).any(two))
    }
}
