//! That near some instance there is no match: small numbers at which the equations have finitely many solutions, none of them real, and steps that reduce all to
//! finitely many monomials, as they do for numbers nearby.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use itertools::Itertools;
use rug::Integer;

use allocert_core::algebra::{Limits, Monomial, Monomials, Polynomial, Polynomials, Primes, RowSpace, Solver};
use allocert_core::number::{Integers, PrimeField, Ring, Stream};

use super::exact::Exact;
use super::formal::{Failure, Formal, Graded, Reduction, reduction, solutions};
use super::ground::{sum, text};
use super::odd::{Key, Point, Question, System};
use super::polynomial::{Integral, Polynomial as Parts};
use allocert_format::Rule;

/// So long is looked for a proof, at most.
const MOST_TIME: Duration = Duration::from_secs(20);
/// So many instances are looked at,
const MOST_INSTANCES: u64 = 40;
/// so many of them without a match reduced,
const MOST_REDUCED: usize = 2;
/// and so many choices of equations tried.
const MOST_CHOICES: usize = 12;
/// More monomials make for numbers that are too long.
const MOST_BASIS: usize = 40;
/// Multiples by monomials of a higher degree are not combined.
const MOST_SHIFTS: usize = 2;
/// Entries of instances are at most this,
const BOUND: u64 = 4;
/// and the coefficients of forms below this.
const FORM: i64 = 11;
/// Longer steps are not written.
const MOST_BYTES: usize = 1 << 19;
/// Terms in label maps.
const MOST_WRITTEN: u64 = 1 << 16;
/// Where the random numbers of instances begin.
const DRAWS: u64 = 9_000;

impl Question<'_> {
    /// The step that says that the probability is above 0 and below 1, if there is a proof; `spans` is the step that says that the allocation spans.
    pub(super) fn refute(&self, spans: u64) -> Option<Rule> {
        if !self.network.is_built_in() || !self.network.is_polynomial() {
            return None;
        }
        let order: Vec<usize> = self.allocation.iter().collect();
        let samples = self.few()?;
        let equations = self.keys(samples)?;
        let (mut left, mut draw, started) = (MOST_REDUCED, 0, Instant::now());
        let late = || started.elapsed() > MOST_TIME || self.control.stopped().is_some();
        while left > 0 && draw < MOST_INSTANCES && !late() {
            draw += 1;
            let point = self.point_below(samples, BOUND + draw / 16, DRAWS + draw);
            // A coefficient that happens to be 0 would be missed.
            let found = self.has_match(&point, &order, None);
            if found != Some((equations, false)) {
                continue;
            }
            left -= 1;
            if let Some(rule) = self.reduced_at(spans, samples, point, &order) {
                return Some(rule);
            }
        }
        None
    }

    /// On how many inputs student and teacher are to agree; nothing for the function, also where samples determine it.
    fn few(&self) -> Option<Option<u64>> {
        let Some(m) = self.samples.count() else { return Some(None) };
        Integral::begin(MOST_WRITTEN);
        let point = self.point(None);
        let weights: Vec<_> = point.teacher.iter().map(|v| Integral.integer(*v)).collect();
        let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
        self.parts(&weights, &[])?.into_keys().for_each(|(_, label, _)| *counts.entry(label).or_default() += 1);
        Some(Some(m).filter(|m| counts.values().any(|count| count > m)))
    }

    /// Whether an instance has a match, or some of its equations a real solution, if that is found out.
    fn has_match(&self, point: &Point, order: &[usize], kept: Option<&[usize]>) -> Option<(usize, bool)> {
        Integral::begin(MOST_WRITTEN);
        let learnable = |w: usize| self.allocation.contains(w);
        let value = |w: usize| if learnable(w) { Parts::variable(w) } else { Integral.integer(point.student[w]) };
        let student: Vec<_> = (0..self.network.weights()).map(value).collect();
        let teacher: Vec<_> = point.teacher.iter().map(|v| Integral.integer(*v)).collect();
        let limits = Limits { work: 5_000_000, ..Limits::default() }.under(&self.control);
        let ring = Polynomials::new(Integers, Monomials::new(order.len())?, limits.terms);
        let mut all: BTreeMap<Key, Vec<(Monomial, Integer)>> = BTreeMap::new();
        for (key, terms) in self.parts(&teacher, &point.inputs)? {
            all.entry(key).or_default().extend(terms.into_iter().map(|(_, c)| (Monomial::ONE, -c)));
        }
        for (key, terms) in self.parts(&student, &point.inputs)? {
            for (m, c) in terms {
                let mut monomial = Monomial::ONE;
                for (w, e) in m {
                    let variable = ring.monomials().variable(order.iter().position(|o| *o == usize::from(w))?);
                    for _ in 0..e {
                        monomial = ring.monomials().product(monomial, variable)?;
                    }
                }
                all.entry(key.clone()).or_default().push((monomial, c));
            }
        }
        let equations = all.len();
        let taken = all.into_values().enumerate().filter(|(k, _)| kept.is_none_or(|kept| kept.contains(k)));
        let system: Vec<Polynomial<Integer>> = taken.map(|(_, terms)| ring.collect(terms)).collect();
        let primes = Primes::new(self.seed, Stream::Primes.at(0), limits.primes);
        let finding = Solver::new(primes, limits, -60).solve(&ring, &system).ok()?;
        Some((equations, finding.real))
    }

    /// The step about an instance without a match, if all of its equations, or some, are reduced.
    fn reduced_at(&self, spans: u64, samples: Option<u64>, point: Point, order: &[usize]) -> Option<Rule> {
        let field = PrimeField::mersenne_61();
        let system = System { samples, moving: self.allocation.clone(), zero: false, powers: BTreeMap::new() };
        let backwards: Vec<usize> = order.iter().rev().copied().collect();
        for order in [order, backwards.as_slice()] {
            let all = self.equations(&field, &system, &point, order)?;
            // Labels at several steps say the same.
            let distinct: Vec<usize> = (0..all.len()).filter(|k| !all[k + 1..].contains(&all[*k])).collect();
            let some = distinct.iter().copied().combinations(order.len().min(distinct.len())).take(MOST_CHOICES);
            let whole = (samples.is_none() && distinct.len() > order.len()).then(|| distinct.clone());
            for kept in whole.into_iter().chain(some) {
                if self.control.stopped().is_some() {
                    return None;
                }
                let some: Vec<Formal> = kept.iter().map(|k| all[*k].clone()).collect();
                let left_out: Vec<usize> = (0..all.len()).filter(|k| !kept.contains(k)).collect();
                let parts = (some, kept.as_slice(), left_out.as_slice());
                let Some((exact, found, used)) = self.reduce_some(&field, &system, &point, parts, order) else {
                    continue;
                };
                let part = (kept.len() < all.len()).then_some(kept.as_slice());
                if found.basis.len() > MOST_BASIS
                    || part.is_some_and(|_| self.has_match(&point, order, part).is_none_or(|(_, real)| real))
                {
                    continue;
                }
                if let Some(form) = cyclic(&field, &found, order.len()) {
                    let places = (kept.as_slice(), used, all.len());
                    let found = (exact.as_slice(), &found, form.as_slice());
                    return self.step(spans, samples, point, found, (order, places));
                }
            }
        }
        None
    }

    /// Some equations reduced, with combinations in which more cancels if these are needed, in place of the last equations where that is easier; and how many of the equations are used.
    fn reduce_some(
        &self,
        field: &PrimeField,
        system: &System,
        point: &Point,
        (some, kept, left_out): (Vec<Formal>, &[usize], &[usize]),
        order: &[usize],
    ) -> Option<(Vec<Exact>, Reduction, usize)> {
        // The multipliers of these are about all equations: those of some are taken.
        let mut known = Vec::new();
        if system.samples.is_none() {
            for mut exact in self.recurrences(field, point, order).unwrap_or_default() {
                let place = |(k, _, _): &mut (usize, Graded, Parts)| {
                    kept.iter().position(|at| at == k).map(|at| *k = at).is_some()
                };
                if exact.multipliers.iter_mut().all(place) {
                    known.push(exact);
                }
            }
        }
        let with = |exact: &[Exact], used: usize| {
            let more = exact.iter().map(|exact| exact.row.clone());
            reduction(field, &some[..used].iter().cloned().chain(more).collect::<Vec<_>>(), &vec![1; order.len()])
        };
        let (mut tried, mut exact, mut used) = (with(&known, some.len()), known.clone(), some.len());
        for degree in 1..=MOST_SHIFTS {
            if !matches!(tried, Err(Failure::Obstructed)) {
                break;
            }
            let found = self.exact(field, system, point, (&some, left_out), (order, degree, false)).unwrap_or_default();
            if !found.is_empty() {
                exact = known.iter().cloned().chain(found).collect();
                let (few, weights) = (order.len().saturating_sub(exact.len()).max(1), vec![1; order.len()]);
                let more = |exact: &[Exact]| exact.iter().map(|exact| exact.row.clone()).collect::<Vec<Formal>>();
                for count in (few..=some.len()).rev() {
                    (tried, used) = (with(&exact, count), count);
                    let Ok(found) = &tried else { continue };
                    // Fewer equations must not have more solutions.
                    let all = || solutions(field, &[some.clone(), more(&exact)].concat(), &weights);
                    if count == some.len() || all() == Some(found.basis.len()) {
                        break;
                    }
                    tried = Err(Failure::Obstructed);
                }
                tried = tried.map_err(|_| Failure::Obstructed);
            }
        }
        let found = tried.ok()?;
        Some((exact, found, used))
    }

    fn step(
        &self,
        spans: u64,
        samples: Option<u64>,
        point: Point,
        (exact, found, form): (&[Exact], &Reduction, &[i64]),
        (order, (kept, used, all)): (&[usize], (&[usize], usize, usize)),
    ) -> Option<Rule> {
        let name = |w: usize| self.network.layout().weight(w).to_string();
        let monomial = |m: &Graded| {
            let powers = order.iter().zip(&m.0).filter(|(_, e)| **e > 0).map(|(w, e)| (name(*w), u32::from(*e)));
            sum([(powers.collect(), &Integer::from(1))])
        };
        // The certificate numbers all equations.
        let kept_or_all = |k: usize| kept.get(k).copied().unwrap_or(k);
        let place = |row: usize| if row < used { kept[row] } else { row - used + all };
        let step = |step: &super::formal::Step| {
            let rows = step.rows.iter().map(|(row, by)| (place(*row), monomial(by))).collect();
            (rows, step.pivots.iter().map(monomial).collect())
        };
        let combination = |exact: &Exact| -> Option<Vec<(usize, String)>> {
            let text = |(k, by, c): &(usize, Graded, Parts)| {
                Some((kept_or_all(*k), self.multiplier(samples, (by, order), c)?))
            };
            exact.multipliers.iter().map(text).collect()
        };
        let coefficients: Vec<Integer> = form.iter().map(|c| Integer::from(*c)).collect();
        let form = order.iter().zip(&coefficients).map(|(w, c)| (vec![(name(*w), 1)], c));
        let Point { student, teacher, inputs } = point;
        let rule = Rule::Unmatched {
            of: text(self.network, self.allocation),
            spans,
            samples,
            student,
            teacher,
            inputs,
            exact: exact.iter().map(combination).collect::<Option<_>>()?,
            steps: found.steps.iter().map(step).collect(),
            basis: found.basis.iter().map(monomial).collect(),
            form: sum(form),
        };
        serde_json::to_string(&rule).is_ok_and(|text| text.len() <= MOST_BYTES).then_some(rule)
    }
}

/// The coefficients of a form whose powers, fewer than there are monomials in the basis, are independent: then it takes a real value at real solutions only.
fn cyclic(field: &PrimeField, found: &Reduction, variables: usize) -> Option<Vec<i64>> {
    let b = found.basis.len();
    let places: BTreeMap<&Graded, usize> = found.basis.iter().enumerate().map(|(k, m)| (m, k)).collect();
    let unit = |v: usize| Graded((0..variables).map(|w| u16::from(w == v)).collect());
    let mut images = Vec::new();
    for v in 0..variables {
        for m in &found.basis {
            let (m, mut image) = (m.times(&unit(v)), vec![field.zero(); b]);
            match places.get(&m) {
                Some(place) => image[*place] = field.one(),
                None => {
                    for (n, c) in found.border.get(&m)?.iter().filter(|(n, _)| **n != m) {
                        image[*places.get(n)?] = field.sub(&field.zero(), c);
                    }
                }
            }
            images.push(image);
        }
    }
    let is_cyclic = |form: &[i64]| {
        let (mut space, mut power) = (RowSpace::new(*field, b), vec![field.zero(); b]);
        power[*places.get(&Graded(vec![0; variables]))?] = field.one();
        for _ in 0..b {
            if !space.insert(power.clone()) {
                return None;
            }
            let mut next = vec![field.zero(); b];
            for (v, a) in form.iter().enumerate() {
                for (k, c) in power.iter().enumerate().filter(|(_, c)| !field.is_zero(c)) {
                    let factor = field.mul(c, &field.integer(*a));
                    for (entry, i) in next.iter_mut().zip(&images[v * b + k]) {
                        *entry = field.add(entry, &field.mul(&factor, i));
                    }
                }
            }
            power = next;
        }
        Some(())
    };
    let unit = |at: usize| (0..variables).map(|v| i64::from(v == at)).collect::<Vec<i64>>();
    let mixed = |k: i64| (0..variables as i64).map(|v| (v * v * k + 3 * v + k) % FORM - 5).collect::<Vec<i64>>();
    let forms = (0..variables).map(unit).chain((1..=FORM).map(mixed));
    forms.into_iter().find(|form| is_cyclic(form).is_some())
}
