//! Dimensions of one network, each proved from below and from above.

use allocert_core::allocation::Allocation;
use allocert_core::reach::JacobianMatroid;

use super::CannotCertify;
use super::engine::Engine;
use super::functions;
use super::ground::Ground;
use super::upper::upper;
use super::writer::Writer;
use allocert_format::Rule;

/// After so many dimensions of single allocations without a proof, none is looked for.
const MOST_UNPROVED: usize = 3;

/// The steps about one network.
pub(super) struct Section<'a, E> {
    writer: &'a mut Writer,
    ground: &'a Ground<'a, E>,
    matroid: &'a JacobianMatroid,
    /// The step with the point.
    pub(super) point: u64,
    /// The step that says that exponentials and logarithms are independent, if there are any.
    independent: Option<u64>,
    /// Where nothing better is found, a dimension is wrong with a probability of at most 2 to this power.
    error_log2: i64,
    /// The teacher's upper bound: its step and value.
    teacher: Option<(u64, usize)>,
    /// The bounds so far: sets, bounds, and steps.
    bounds: Vec<(Allocation, usize, u64)>,
    /// Sets whose bounds are only probable.
    pub(super) unproved: Vec<String>,
}

impl<'a, E: Engine> Section<'a, E> {
    /// Names the network and states the point.
    ///
    /// # Errors
    /// A network that no certificate carries, or whose exponentials are not shown to be independent.
    pub(super) fn open(
        writer: &'a mut Writer,
        ground: &'a Ground<'a, E>,
        matroid: &'a JacobianMatroid,
        error_log2: i64,
    ) -> Result<Self, CannotCertify> {
        writer.open(&ground.network, ground.samples)?;
        let point = writer.step(ground.rule());
        let independent = match functions::further_points(ground)? {
            None => None,
            Some(further) => {
                let points = std::iter::once(point).chain(further.into_iter().map(|rule| writer.step(rule))).collect();
                Some(writer.step(Rule::Independent { points }))
            }
        };
        let (teacher, bounds, unproved) = (None, Vec::new(), Vec::new());
        Ok(Section { writer, ground, matroid, point, independent, error_log2, teacher, bounds, unproved })
    }

    /// States a dimension, its two bounds before it; the step.
    pub(super) fn dimension(&mut self, set: &Allocation, dim: usize) -> Result<u64, CannotCertify> {
        let of = self.ground.text(set);
        let (rows, columns) = self.ground.minor(set);
        if rows.len() != dim {
            return Err(CannotCertify::Point);
        }
        let columns = self.ground.text(&columns);
        let (point, independent) = (self.point, self.independent);
        let minor = Rule::Minor { of: of.clone(), at_least: dim, point, rows, columns, independent };
        let least = self.writer.step(minor);
        let most = self.at_most(set, dim);
        if set.size() == set.weights() {
            self.teacher = Some((most, dim));
        }
        Ok(self.writer.step(Rule::Dimension { of, dim, least, most }))
    }

    /// States that a set has at most so many dimensions, if only by random points; the step.
    fn at_most(&mut self, set: &Allocation, k: usize) -> u64 {
        if let Some(step) = self.proved_at_most(set, k) {
            return step;
        }
        let (of, missing) = (self.text(set), "no polynomial kernel vectors".to_owned());
        self.unproved.push(of.clone());
        self.writer.step(Rule::Random { of, at_most: k, error_log2: Some(self.error_log2), missing })
    }

    /// States that a set has at most so many dimensions; the step, if there is a proof.
    pub(super) fn proved_at_most(&mut self, set: &Allocation, k: usize) -> Option<u64> {
        let of = self.text(set);
        if let Some((from, _)) = self.teacher.filter(|(_, bound)| *bound <= k && set.size() > k) {
            return Some(self.writer.step(Rule::Inclusion { of, at_most: k, from }));
        }
        let enough = |(other, bound, _): &&(Allocation, usize, u64)| bound + set.difference(other).size() <= k;
        if let Some((_, _, from)) = self.bounds.iter().find(enough) {
            return Some(self.writer.step(Rule::Inclusion { of, at_most: k, from: *from }));
        }
        if self.unproved.len() >= MOST_UNPROVED {
            return None;
        }
        // Coloops add one each; the rest is a union of circuits.
        let core = self.core(set, k);
        let bound = k - (set.size() - core.size());
        let rule = upper(self.ground, &core, bound, self.point).or_else(|| self.of_closure(&core, bound))?;
        let from = self.writer.step(rule);
        if core.size() > bound {
            self.bounds.push((core.clone(), bound, from));
        }
        Some(if core == *set { from } else { self.writer.step(Rule::Inclusion { of, at_most: k, from }) })
    }

    /// Writes any other step; its number.
    pub(super) fn step(&mut self, rule: Rule) -> u64 {
        self.writer.step(rule)
    }

    /// A set in the text of certificates.
    pub(super) fn text(&self, set: &Allocation) -> String {
        self.ground.text(set)
    }

    /// A bound of the whole closure bounds the set, too, and may need simpler vectors.
    fn of_closure(&mut self, core: &Allocation, bound: usize) -> Option<Rule> {
        let closure = self.matroid.closure(core);
        if closure == *core {
            return None;
        }
        let from = self.writer.step(upper(self.ground, &closure, bound, self.point)?);
        self.bounds.push((closure, bound, from));
        Some(Rule::Inclusion { of: self.ground.text(core), at_most: bound, from })
    }

    /// The set without its coloops.
    fn core(&self, set: &Allocation, k: usize) -> Allocation {
        let needed = |w: &usize| self.matroid.rank(&set.clone().without(*w)) < k;
        let coloops: Vec<usize> = set.iter().filter(needed).collect();
        coloops.into_iter().fold(set.clone(), Allocation::without)
    }
}
