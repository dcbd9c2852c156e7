//! Gröbner bases of equations at a point, found so that the same steps do for generic numbers: with each polynomial goes what monomials it
//! can have, whatever cancels, and all of these are reduced, also where their coefficient at the point is zero.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use allocert_core::number::{Field, PrimeField, Ring};

/// The exponents of the variables.
pub(super) type Powers = Vec<u16>;

/// More pairs are not looked at,
const MOST_PAIRS: usize = 3_000;
/// more polynomials not kept,
const MOST_POLYNOMIALS: usize = 600;
/// and longer ones given up.
const MOST_TERMS: usize = 1_200;
/// So much work is done on one system: terms of multiples that are added.
const MOST_WORK: usize = 1_000_000;

/// By degree; of equal ones the one with more of the last variables is smaller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Graded(pub(super) Powers);

impl Graded {
    pub(super) fn degree(&self) -> u32 {
        self.0.iter().map(|e| u32::from(*e)).sum()
    }

    pub(super) fn times(&self, other: &Self) -> Self {
        Graded(self.0.iter().zip(&other.0).map(|(a, b)| a + b).collect())
    }

    fn over(&self, other: &Self) -> Option<Self> {
        self.0.iter().zip(&other.0).map(|(a, b)| a.checked_sub(*b)).collect::<Option<_>>().map(Graded)
    }

    fn common_multiple(&self, other: &Self) -> Self {
        Graded(self.0.iter().zip(&other.0).map(|(a, b)| *a.max(b)).collect())
    }
}

impl Ord for Graded {
    fn cmp(&self, other: &Self) -> Ordering {
        let last = |a: &Self, b: &Self| a.0.iter().rev().cmp(b.0.iter().rev());
        self.degree().cmp(&other.degree()).then_with(|| last(other, self))
    }
}

impl PartialOrd for Graded {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What monomials a polynomial can have, and their coefficients at the point.
pub(super) type Formal = BTreeMap<Graded, u64>;

/// Multiples of polynomials, and as many monomials: their combination has the coefficient 1 at the first of these, 0 at the others.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) rows: Vec<(usize, Graded)>,
    pub(super) pivots: Vec<Graded>,
}

/// That the equations have so many solutions.
#[derive(Clone, Debug)]
pub(super) struct Reduction {
    pub(super) steps: Vec<Step>,
    pub(super) basis: Vec<Graded>,
    /// The products of a variable and one of the basis that are outside of it, each with what it is reduced to.
    pub(super) border: BTreeMap<Graded, Formal>,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// More cancels at the point than is seen to cancel in general.
    Obstructed,
    /// No finite number of solutions, or too much work.
    None,
}

struct Known {
    terms: Formal,
    lead: Graded,
    /// A later lead divides this one's.
    redundant: bool,
}

/// What becomes of pairs in which more cancels at the point than is seen to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pairs {
    /// There must be none.
    All,
    /// They are left out.
    Seen,
    /// They are taken as they are at the point: this proves nothing.
    AtThePoint,
}

struct Search<'a> {
    pairs: Pairs,
    field: &'a PrimeField,
    /// Equations first, then what steps give.
    all: Vec<Known>,
    equations: usize,
    steps: Vec<Step>,
    work: usize,
    obstructed: bool,
}

/// The reductions of all products of a variable with a monomial of the quotient's basis, if it is finite and generic equations
/// are seen to reduce alike; in the order by degrees in which variables have these weights. Where more cancels in a pair than is seen to, it is left out,
/// if the others give as few monomials as there are at the point.
pub(super) fn reduction(field: &PrimeField, equations: &[Formal], weights: &[u16]) -> Result<Reduction, Failure> {
    let by = |pairs: Pairs| weighted(field, equations.to_vec(), weights, pairs);
    match by(Pairs::All) {
        Err(Failure::Obstructed) => {}
        found => return found,
    }
    let found = by(Pairs::Seen).map_err(|_| Failure::Obstructed)?;
    let same = by(Pairs::AtThePoint).is_ok_and(|point| point.basis.len() == found.basis.len());
    if same { Ok(found) } else { Err(Failure::Obstructed) }
}

/// How many solutions the equations have at the point, with their multiplicities, if that is finite and found.
pub(super) fn solutions(field: &PrimeField, equations: &[Formal], weights: &[u16]) -> Option<usize> {
    weighted(field, equations.to_vec(), weights, Pairs::AtThePoint).ok().map(|found| found.basis.len())
}

fn weighted(field: &PrimeField, equations: Vec<Formal>, weights: &[u16], pairs: Pairs) -> Result<Reduction, Failure> {
    if weights.iter().all(|weight| *weight == 1) {
        return reduced(field, equations, weights, pairs);
    }
    // Each variable is a power of another one.
    let up = |m: &Graded| Graded(m.0.iter().zip(weights).map(|(e, weight)| e * weight).collect());
    let down = |m: &Graded| Graded(m.0.iter().zip(weights).map(|(e, weight)| e / weight).collect());
    let equations = equations.iter().map(|f| f.iter().map(|(m, c)| (up(m), *c)).collect()).collect();
    let Reduction { steps, basis, border } = reduced(field, equations, weights, pairs)?;
    let step = |step: &Step| Step {
        rows: step.rows.iter().map(|(row, by)| (*row, down(by))).collect(),
        pivots: step.pivots.iter().map(down).collect(),
    };
    let row = |(m, row): (Graded, Formal)| (down(&m), row.iter().map(|(m, c)| (down(m), *c)).collect());
    let border = border.into_iter().map(row).collect();
    Ok(Reduction { steps: steps.iter().map(step).collect(), basis: basis.iter().map(down).collect(), border })
}

fn reduced(field: &PrimeField, equations: Vec<Formal>, weights: &[u16], pairs: Pairs) -> Result<Reduction, Failure> {
    let count = equations.len();
    let mut search =
        Search { pairs, field, all: Vec::new(), equations: count, steps: Vec::new(), work: 0, obstructed: false };
    for terms in equations {
        let Some((lead, c)) = terms.last_key_value() else { return Err(Failure::None) };
        if field.is_zero(c) {
            return Err(Failure::None);
        }
        let lead = lead.clone();
        search.all.push(Known { terms, lead, redundant: false });
    }
    let done = search.complete();
    let failure = if search.obstructed { Failure::Obstructed } else { Failure::None };
    done.and_then(|()| search.borders(weights)).ok_or(failure)
}

impl Search<'_> {
    /// Buchberger's algorithm.
    fn complete(&mut self) -> Option<()> {
        let mut pairs: BTreeSet<(Graded, usize, usize)> = BTreeSet::new();
        let queue = |all: &[Known], pairs: &mut BTreeSet<_>, new: usize| {
            for old in (0..new).filter(|old| !all[*old].redundant) {
                let (a, b) = (&all[old].lead, &all[new].lead);
                let lcm = a.common_multiple(b);
                if lcm != a.times(b) {
                    pairs.insert((lcm, old, new));
                }
            }
        };
        (0..self.equations).for_each(|new| queue(&self.all, &mut pairs, new));
        for _ in 0..MOST_PAIRS {
            let Some((lcm, a, b)) = pairs.pop_first() else { return Some(()) };
            let by = |k: usize| lcm.over(&self.all[k].lead).map(|by| (k, by));
            let rows = vec![by(a)?, by(b)?];
            let Some(lead) = self.reduce(rows, lcm)? else { continue };
            let new = self.all.len() - 1;
            if new > MOST_POLYNOMIALS {
                return None;
            }
            if lead.degree() == 0 {
                return None;
            }
            // The pairs with those that it makes redundant are looked at, too.
            queue(&self.all, &mut pairs, new);
            self.all[..new].iter_mut().for_each(|old| old.redundant |= old.lead.over(&lead).is_some());
        }
        None
    }

    /// The difference of two multiples with the same leading monomial, or one multiple, reduced; its leading monomial, if something is
    /// left. Of one multiple only what comes after its leading monomial is reduced.
    fn reduce(&mut self, rows: Vec<(usize, Graded)>, first: Graded) -> Option<Option<Graded>> {
        let mut step = Step { rows: Vec::new(), pivots: Vec::new() };
        let mut open = Formal::new();
        let (single, mut done) = (rows.len() == 1, Formal::new());
        for (k, (row, by)) in rows.into_iter().enumerate() {
            let lead = self.all[row].terms.get(&self.all[row].lead).copied()?;
            let inverse = self.field.inverse(&lead)?;
            let factor = if k == 0 { inverse } else { self.field.sub(&0, &inverse) };
            self.add(&mut open, (row, &by), factor)?;
            step.rows.push((row, by));
        }
        step.pivots.push(first.clone());
        open.remove(&first);
        while let Some((m, c)) = open.pop_last() {
            let divides = |k: &usize| !self.all[*k].redundant && m.over(&self.all[*k].lead).is_some();
            let Some(row) = (0..self.all.len()).find(divides) else {
                done.insert(m, c);
                continue;
            };
            let by = m.over(&self.all[row].lead)?;
            let lead = self.all[row].terms.get(&self.all[row].lead).copied()?;
            let factor = self.field.sub(&0, &self.field.mul(&c, &self.field.inverse(&lead)?));
            self.add(&mut open, (row, &by), factor)?;
            open.remove(&m);
            step.rows.push((row, by));
            step.pivots.push(m);
            if open.len() + done.len() > MOST_TERMS {
                return None;
            }
        }
        let lead = if single {
            done.insert(first.clone(), self.field.one());
            first
        } else {
            if self.pairs == Pairs::AtThePoint {
                done.retain(|_, c| *c != 0);
            }
            let Some((lead, c)) = done.iter().rev().find(|(_, c)| **c != 0) else { return Some(None) };
            // A larger monomial might be there for other numbers.
            if done.last_key_value().map(|(m, _)| m) != Some(lead) {
                self.obstructed = true;
                return (self.pairs == Pairs::Seen).then_some(None);
            }
            let (lead, inverse) = (lead.clone(), self.field.inverse(c)?);
            done.values_mut().for_each(|c| *c = self.field.mul(c, &inverse));
            step.pivots.insert(0, lead.clone());
            lead
        };
        self.steps.push(step);
        self.all.push(Known { terms: done, lead: lead.clone(), redundant: single });
        Some(Some(lead))
    }

    fn add(&mut self, to: &mut Formal, (row, by): (usize, &Graded), factor: u64) -> Option<()> {
        self.work += self.all[row].terms.len();
        for (m, c) in &self.all[row].terms {
            let entry = to.entry(m.times(by)).or_insert(0);
            *entry = self.field.add(entry, &self.field.mul(c, &factor));
        }
        (self.work <= MOST_WORK).then_some(())
    }

    fn borders(mut self, weights: &[u16]) -> Option<Reduction> {
        let variables = weights.len();
        let leads: Vec<Graded> = self.all.iter().filter(|k| !k.redundant).map(|k| k.lead.clone()).collect();
        // Finite: a power of each variable leads.
        let power = |v: usize| leads.iter().any(|m| m.0.iter().enumerate().all(|(w, e)| w == v || *e == 0));
        if !(0..variables).all(power) {
            return None;
        }
        let standard = |m: &Graded| !leads.iter().any(|lead| m.over(lead).is_some());
        let variable = |v: usize| Graded((0..variables).map(|w| if w == v { weights[w] } else { 0 }).collect());
        let mut basis: BTreeSet<Graded> = BTreeSet::new();
        let mut open = vec![Graded(vec![0; variables])];
        while let Some(m) = open.pop() {
            if standard(&m) && basis.insert(m.clone()) {
                open.extend((0..variables).map(|v| m.times(&variable(v))));
            }
        }
        if basis.len() > MOST_TERMS || basis.is_empty() {
            return None;
        }
        let products = basis.iter().flat_map(|m| (0..variables).map(|v| m.times(&variable(v))).collect::<Vec<_>>());
        let border: BTreeSet<Graded> = products.filter(|m| !basis.contains(m)).collect();
        let from = self.steps.len();
        let mut rows = BTreeMap::new();
        for m in &border {
            let row = (0..self.all.len()).find(|k| !self.all[*k].redundant && m.over(&self.all[*k].lead).is_some())?;
            let by = m.over(&self.all[row].lead)?;
            self.reduce(vec![(row, by)], m.clone())?;
            rows.insert(m.clone(), self.all.last()?.terms.clone());
        }
        let basis = basis.into_iter().collect();
        Some(Reduction { steps: self.needed(from), basis, border: rows })
    }

    /// The steps that those from some place on rest on.
    fn needed(&self, from: usize) -> Vec<Step> {
        let mut needed = vec![false; self.steps.len()];
        needed[from..].fill(true);
        (from..self.steps.len()).for_each(|k| self.mark(k, &mut needed));
        let mut places: BTreeMap<usize, usize> = (0..self.equations).map(|k| (k, k)).collect();
        for k in (0..needed.len()).filter(|k| needed[*k]) {
            let next = places.len();
            places.insert(self.equations + k, next);
        }
        let kept = self.steps.iter().zip(&needed).filter(|(_, needed)| **needed).map(|(step, _)| step);
        let moved = |step: &Step| Step {
            rows: step.rows.iter().map(|(row, by)| (places[row], by.clone())).collect(),
            pivots: step.pivots.clone(),
        };
        kept.map(moved).collect()
    }

    fn mark(&self, step: usize, needed: &mut [bool]) {
        let mut open = vec![step];
        while let Some(step) = open.pop() {
            for (row, _) in &self.steps[step].rows {
                if let Some(before) = row.checked_sub(self.equations)
                    && !needed[before]
                {
                    needed[before] = true;
                    open.push(before);
                }
            }
        }
    }
}
