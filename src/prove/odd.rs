//! That equations have an odd number of complex solutions, so that a match probability is 1: the weights that move, a point, and how all is
//! reduced to so many monomials there.

use std::collections::BTreeMap;

use rand_chacha::rand_core::RngCore;
use rug::Integer;

use allocert_core::allocation::{Allocation, subsets};
use allocert_core::network::{Network, Samples};
use allocert_core::number::{PrimeField, Ring, Stream, generator};

use super::exact::{Exact, Symbolic, combinations};
use super::formal::{Failure, Formal, Graded, Reduction, reduction};
use super::ground::{sum, text};
use super::identities::{Identities, Identity, value_at};
use super::polynomial::{Integral, Monomial, Polynomial};
use allocert_format::Rule;

/// So many systems are looked at, at most.
const MOST_SYSTEMS: usize = 40;
/// Longer steps are not written.
const MOST_BYTES: usize = 1 << 19;
/// Multiples by monomials of a higher degree are not combined.
const MOST_SHIFTS: usize = 2;
/// Terms in label maps.
const MOST_WRITTEN: u64 = 1 << 16;
/// Numbers at points are below this.
const BOUND: u64 = 1 << 16;

/// Where the equations of one part of a label stand: input, label, monomial in the entries of an input.
pub(super) type Key = (usize, usize, Vec<(u16, u16)>);

/// What a proof is looked for.
pub(super) struct Question<'a> {
    pub(super) network: &'a Network,
    pub(super) samples: Samples,
    pub(super) allocation: &'a Allocation,
    /// Weights that are looked at first.
    pub(super) basis: Option<&'a Allocation>,
    pub(super) seed: u64,
}

/// Numbers at a point.
pub(super) struct Point {
    pub(super) student: Vec<i64>,
    pub(super) teacher: Vec<i64>,
    pub(super) inputs: Vec<Vec<i64>>,
}

/// A system of equations to look at: on so many samples (nothing for all inputs), weights that move, and whether other learnable ones are 0.
pub(super) struct System {
    pub(super) samples: Option<u64>,
    pub(super) moving: Allocation,
    pub(super) zero: bool,
}

impl Question<'_> {
    /// The step, if there is a proof.
    pub(super) fn prove(&self) -> Option<Rule> {
        if !self.network.is_built_in() || !self.network.is_polynomial() {
            return None;
        }
        let field = PrimeField::mersenne_61();
        let mut left = MOST_SYSTEMS;
        for samples in self.counts() {
            let equations = self.keys(samples)?;
            let identities = match samples {
                None => self.identities(&field)?,
                Some(_) => Identities::default(),
            };
            let r = equations - identities.all.len();
            if r > self.allocation.size() {
                continue;
            }
            let first = self.basis.filter(|basis| basis.size() == r).cloned();
            let held = first.into_iter().chain(subsets(self.allocation, r).take(MOST_SYSTEMS / 2)).map(|c| (c, false));
            let surplus = self.allocation.size() > r;
            let zero = subsets(self.allocation, r).take(MOST_SYSTEMS / 2).filter(|_| surplus).map(|c| (c, true));
            for (moving, zero) in held.chain(zero) {
                if left == 0 {
                    return None;
                }
                left -= 1;
                let system = System { samples, moving, zero };
                if let Some(rule) = self.look(&field, &system, &identities.all) {
                    return Some(rule);
                }
            }
        }
        None
    }

    /// The numbers of samples whose matches prove those on so many: as many and more, and all inputs.
    fn counts(&self) -> Vec<Option<u64>> {
        let each = self.network.labels_per_input() as u64;
        let from = self.samples.count().unwrap_or(u64::MAX);
        let enough = self.allocation.size() as u64 / each.max(1);
        (from..=enough).map(Some).chain([None]).collect()
    }

    pub(super) fn point(&self, samples: Option<u64>) -> Point {
        self.point_below(samples, BOUND, 7_000 + samples.unwrap_or(0))
    }

    /// A point with entries from −bound to bound, none of them 0.
    pub(super) fn point_below(&self, samples: Option<u64>, bound: u64, draw: u64) -> Point {
        let mut random = generator(self.seed, Stream::Certificates, draw);
        let mut vector = |length: usize| -> Vec<i64> {
            let mut entry = || {
                let draw = random.next_u64();
                let size = ((draw >> 1) % bound) as i64 + 1;
                if draw & 1 == 1 { -size } else { size }
            };
            (0..length).map(|_| entry()).collect()
        };
        let n = self.network.weights();
        let (student, teacher) = (vector(n), vector(n));
        let inputs = (0..samples.unwrap_or(0)).map(|_| vector(self.network.input_size())).collect();
        Point { student, teacher, inputs }
    }

    /// The labels' parts by key, of weights that are polynomials.
    pub(super) fn parts(
        &self,
        weights: &[Polynomial],
        inputs: &[Vec<i64>],
    ) -> Option<BTreeMap<Key, Vec<(Monomial, Integer)>>> {
        let n = self.network.weights();
        let number = |values: &Vec<i64>| values.iter().map(|v| Integral.integer(*v)).collect::<Vec<_>>();
        let inputs = match inputs {
            [] => vec![(n..n + self.network.input_size()).map(Polynomial::variable).collect()],
            _ => inputs.iter().map(number).collect(),
        };
        let each = self.network.labels_per_input();
        let mut parts: BTreeMap<Key, Vec<(Monomial, Integer)>> = BTreeMap::new();
        for (place, label) in self.network.labels(&Integral, weights, &inputs).iter().enumerate() {
            for (m, c) in label.terms()? {
                let (x, rest): (Vec<_>, Vec<_>) = m.iter().copied().partition(|(v, _)| usize::from(*v) >= n);
                let key = (place / each, place % each, x);
                parts.entry(key).or_default().push((rest.into_iter().collect(), c.clone()));
            }
        }
        Some(parts)
    }

    /// How many equations there are.
    pub(super) fn keys(&self, samples: Option<u64>) -> Option<usize> {
        let each = self.network.labels_per_input();
        match samples {
            Some(m) => Some(usize::try_from(m).ok()? * each),
            None => {
                Integral::begin(MOST_WRITTEN);
                let point = self.point(None);
                let weights: Vec<_> = point.teacher.iter().map(|v| Integral.integer(*v)).collect();
                Some(self.parts(&weights, &[])?.len())
            }
        }
    }

    /// What coefficients of the function follow from which others.
    fn identities(&self, field: &PrimeField) -> Option<Identities> {
        Integral::begin(MOST_WRITTEN);
        let weights: Vec<_> = (0..self.network.weights()).map(Polynomial::variable).collect();
        let parts = self.parts(&weights, &[])?;
        let parts: Vec<Polynomial> = parts.into_values().map(Polynomial::collect).collect();
        Identities::find(field, &parts, self.network.weights(), self.seed)
    }

    fn look(&self, field: &PrimeField, system: &System, identities: &[Identity]) -> Option<Rule> {
        let point = self.point(system.samples);
        let variables: Vec<usize> = system.moving.iter().collect();
        for order in [variables.clone(), variables.iter().rev().copied().collect()] {
            let equations = self.equations(field, system, &point, &order)?;
            let kept = equations.into_iter().enumerate().filter(|(k, _)| identities.iter().all(|i| i.place != *k));
            let kept: Vec<Formal> = kept.map(|(_, equation)| equation).collect();
            if kept.len() != order.len() {
                return None;
            }
            let left: Vec<usize> = identities.iter().map(|identity| identity.place).collect();
            let mut tried = reduction(field, kept.clone(), order.len());
            let mut exact = Vec::new();
            for degree in 1..=MOST_SHIFTS {
                if !matches!(tried, Err(Failure::Obstructed)) {
                    break;
                }
                exact = self.exact(field, system, &point, (&kept, &left), (&order, degree)).unwrap_or_default();
                if !exact.is_empty() {
                    let more = exact.iter().map(|exact| exact.row.clone());
                    tried = reduction(field, kept.iter().cloned().chain(more).collect(), order.len());
                }
            }
            match tried {
                Ok(found) if found.basis.len() % 2 == 1 => {
                    return self.rule(system, point, identities, (&exact, &found), &order);
                }
                Ok(_) | Err(Failure::None) => return None,
                Err(Failure::Obstructed) => {}
            }
        }
        None
    }

    /// Where the variables of the teacher's labels begin: after weights and inputs.
    fn labels_from(&self, samples: Option<u64>) -> usize {
        self.network.weights() + self.network.input_size() * samples.unwrap_or(1).max(1) as usize
    }

    /// Combinations of equations in which more cancels for all parameters than their number makes sure of.
    pub(super) fn exact(
        &self,
        field: &PrimeField,
        system: &System,
        point: &Point,
        (kept, left): (&[Formal], &[usize]),
        (order, degree): (&[usize], usize),
    ) -> Option<Vec<Exact>> {
        Integral::begin(MOST_WRITTEN);
        let (n, size, labels) = (self.network.weights(), self.network.input_size(), self.labels_from(system.samples));
        let value = |w: usize| {
            let given = system.zero && self.allocation.contains(w) && !system.moving.contains(w);
            if given { Integral.zero() } else { Polynomial::variable(w) }
        };
        let weights: Vec<Polynomial> = (0..n).map(value).collect();
        let teacher: Vec<_> = point.teacher.iter().map(|v| Integral.integer(*v)).collect();
        let mut values: Vec<u64> = point.student.iter().map(|v| field.integer(*v)).collect();
        values.extend(point.inputs.iter().flatten().map(|v| field.integer(*v)));
        values.resize(labels, field.zero());
        let known = self.parts(&teacher, &point.inputs)?;
        let mut all: BTreeMap<Key, Vec<(Monomial, Integer)>> = BTreeMap::new();
        for (k, (key, terms)) in known.into_iter().enumerate() {
            let y = terms.iter().map(|(_, c)| c).sum::<Integer>();
            values.push(field.big_integer(&y));
            all.insert(key, vec![(Monomial::from_slice(&[((labels + k) as u16, 1)]), Integer::from(-1))]);
        }
        if system.samples.is_none() {
            for (key, terms) in self.parts(&weights, &[])? {
                all.get_mut(&key)?.extend(terms);
            }
        } else {
            for at in 0..point.inputs.len() {
                let input = (0..size).map(|i| Polynomial::variable(n + at * size + i)).collect();
                for (label, part) in self.network.labels(&Integral, &weights, &[input]).iter().enumerate() {
                    all.get_mut(&(at, label, Vec::new()))?.extend(part.terms()?.iter().cloned());
                }
            }
        }
        let symbolic = |terms: Vec<(Monomial, Integer)>| {
            let mut parts = Symbolic::new();
            for (m, c) in terms {
                let moves = graded(&m, order);
                let rest = m.iter().copied().filter(|(v, _)| !order.contains(&usize::from(*v))).collect();
                parts.entry(moves).or_default().push((rest, c));
            }
            parts
        };
        let taken = all.into_values().enumerate().filter(|(k, _)| !left.contains(k));
        let taken: Vec<Symbolic> = taken.map(|(_, terms)| symbolic(terms)).collect();
        let at = |polynomial: &Polynomial| value_at(field, polynomial, &values);
        combinations(field, (kept, &taken), (order.len(), degree), &at)
    }

    /// A polynomial in all parameters, times a monomial in the weights that move, as certificates write it.
    pub(super) fn multiplier(
        &self,
        samples: Option<u64>,
        (by, order): (&Graded, &[usize]),
        polynomial: &Polynomial,
    ) -> Option<String> {
        let (n, size, labels) = (self.network.weights(), self.network.input_size(), self.labels_from(samples));
        let name = |v: usize| match v {
            v if v < n => self.network.layout().weight(v).to_string(),
            v if v < labels => format!("x{}[{}]", (v - n) / size, (v - n) % size),
            v => format!("y{}", v - labels),
        };
        let moves = || order.iter().zip(&by.0).filter(|(_, e)| **e > 0).map(|(w, e)| (name(*w), u32::from(*e)));
        let term =
            |m: &Monomial| moves().chain(m.iter().map(|(v, e)| (name(usize::from(*v)), u32::from(*e)))).collect();
        Some(sum(polynomial.terms()?.iter().map(|(m, c)| (term(m), c))))
    }

    /// The equations at a point, in these variables.
    pub(super) fn equations(
        &self,
        field: &PrimeField,
        system: &System,
        point: &Point,
        order: &[usize],
    ) -> Option<Vec<Formal>> {
        Integral::begin(MOST_WRITTEN);
        let value = |w: usize| match (system.moving.contains(w), system.zero && self.allocation.contains(w)) {
            (true, _) => Polynomial::variable(w),
            (_, true) => Integral.zero(),
            _ => Integral.integer(point.student[w]),
        };
        let student: Vec<_> = (0..self.network.weights()).map(value).collect();
        let teacher: Vec<_> = point.teacher.iter().map(|v| Integral.integer(*v)).collect();
        let none = || Graded(vec![0; order.len()]);
        let mut all: BTreeMap<Key, Formal> = BTreeMap::new();
        for (key, terms) in self.parts(&teacher, &point.inputs)? {
            let value = terms.iter().map(|(_, c)| c).sum::<Integer>();
            all.insert(key, Formal::from([(none(), field.sub(&field.zero(), &field.big_integer(&value)))]));
        }
        for (key, terms) in self.parts(&student, &point.inputs)? {
            let equation = all.get_mut(&key)?;
            for (m, c) in terms {
                let entry = equation.entry(graded(&m, order)).or_insert(field.zero());
                *entry = field.add(entry, &field.big_integer(&c));
            }
        }
        Some(all.into_values().collect())
    }

    fn rule(
        &self,
        system: &System,
        point: Point,
        identities: &[Identity],
        (exact, found): (&[Exact], &Reduction),
        order: &[usize],
    ) -> Option<Rule> {
        let name = |w: usize| self.network.layout().weight(w).to_string();
        let monomial = |m: &Graded| {
            let powers = order.iter().zip(&m.0).filter(|(_, e)| **e > 0).map(|(w, e)| (name(*w), u32::from(*e)));
            sum([(powers.collect(), &Integer::from(1))])
        };
        let step = |step: &super::formal::Step| {
            let rows = step.rows.iter().map(|(row, by)| (*row, monomial(by))).collect();
            (rows, step.pivots.iter().map(monomial).collect())
        };
        let combination = |exact: &Exact| -> Option<Vec<(usize, String)>> {
            let text =
                |(k, by, c): &(usize, Graded, Polynomial)| Some((*k, self.multiplier(system.samples, (by, order), c)?));
            exact.multipliers.iter().map(text).collect()
        };
        let rest = self.allocation.difference(&system.moving);
        let Point { student, teacher, inputs } = point;
        let rule = Rule::Odd {
            of: text(self.network, self.allocation),
            samples: system.samples,
            moving: text(self.network, &system.moving),
            rest: rest.iter().filter(|_| system.zero).map(|w| (name(w), "0".to_owned())).collect(),
            student,
            teacher,
            inputs,
            dependent: identities.iter().map(Identity::text).collect(),
            exact: exact.iter().map(combination).collect::<Option<_>>()?,
            steps: found.steps.iter().map(step).collect(),
            basis: found.basis.iter().map(monomial).collect(),
        };
        serde_json::to_string(&rule).is_ok_and(|text| text.len() <= MOST_BYTES).then_some(rule)
    }
}

/// What a monomial has of the weights that move, in this order.
pub(super) fn graded(m: &Monomial, order: &[usize]) -> Graded {
    let exponent = |w: &usize| m.iter().find(|(v, _)| usize::from(*v) == *w).map_or(0, |(_, e)| *e);
    Graded(order.iter().map(exponent).collect())
}
