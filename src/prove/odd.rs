//! That equations have an odd number of complex solutions, so that a match probability is 1: the weights that move, a point, and how all is
//! reduced to so many monomials there.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use rand_chacha::rand_core::RngCore;
use rug::Integer;

use allocert_core::allocation::{Allocation, subsets};
use allocert_core::control::Control;
use allocert_core::network::{Network, Samples};
use allocert_core::number::{PrimeField, Ring, Stream, generator};

use super::exact::{Exact, Symbolic, combinations, of_pairs};
use super::formal::{Formal, Graded, Reduction, reduction};
use super::ground::{sum, text};
use super::identities::{Identities, Identity, value_at};
use super::polynomial::{Integral, Monomial, Polynomial};
use allocert_format::Rule;

/// So many systems are looked at, at most,
const MOST_SYSTEMS: usize = 60;
/// for so long.
const MOST_TIME: Duration = Duration::from_secs(9);
/// So many orders of monomials are tried.
const MOST_ORDERS: usize = 12;
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
    /// The powers by which learnable weights go to a limit, in their order, if they do.
    pub(super) limit: Option<&'a [i32]>,
    pub(super) seed: u64,
    /// Until when.
    pub(super) control: Control<'a>,
}

/// Numbers at a point.
pub(super) struct Point {
    pub(super) student: Vec<i64>,
    pub(super) teacher: Vec<i64>,
    pub(super) inputs: Vec<Vec<i64>>,
}

/// A system of equations to look at: on so many samples (nothing for all inputs), weights that move, whether other learnable ones are 0, and
/// the powers by which learnable weights go to a limit.
pub(super) struct System {
    pub(super) samples: Option<u64>,
    pub(super) moving: Allocation,
    pub(super) zero: bool,
    pub(super) powers: BTreeMap<usize, i32>,
}

/// What came of looking at a system.
enum Found {
    /// An odd number of solutions.
    Odd(Box<Rule>),
    /// An even one.
    Even,
    /// No proof.
    Nothing,
}

/// What is tried with a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effort {
    /// Orders of monomials.
    Orders,
    /// Combinations of equations in which more cancels than their number makes sure of.
    Equations,
    /// Such combinations of their multiples,
    Multiples,
    /// of two of them at a time.
    Pairs,
}

impl System {
    /// The power that goes with a monomial.
    fn order(&self, m: &Monomial) -> i64 {
        let of =
            |(v, e): &(u16, u16)| i64::from(self.powers.get(&usize::from(*v)).copied().unwrap_or(0)) * i64::from(*e);
        m.iter().map(of).sum()
    }

    /// The terms of least order.
    fn at_limit(&self, mut terms: Vec<(Monomial, Integer)>) -> Vec<(Monomial, Integer)> {
        if !self.powers.is_empty() {
            let least = terms.iter().map(|(m, _)| self.order(m)).min();
            terms.retain(|(m, _)| Some(self.order(m)) == least);
        }
        terms
    }
}

impl Question<'_> {
    /// The step, if there is a proof.
    pub(super) fn prove(&self) -> Option<Rule> {
        if !self.network.is_built_in() || !self.network.is_polynomial() {
            return None;
        }
        let (field, started) = (PrimeField::mersenne_61(), Instant::now());
        let mut all = Vec::new();
        for samples in self.counts() {
            let identities = match samples {
                None => self.identities(&field).map(|identities| identities.all),
                Some(_) => Some(Vec::new()),
            };
            // What is too long for all inputs may not be for some.
            let (Some(equations), Some(identities)) = (self.keys(samples), identities) else { continue };
            let r = equations - identities.len();
            if r <= self.allocation.size() {
                all.push((self.systems(samples, r), r, samples, identities));
            }
        }
        let late = || started.elapsed() > MOST_TIME || self.control.stopped().is_some();
        let mut even = BTreeSet::new();
        let mut look = |effort: Effort| {
            let systems =
                all.iter().flat_map(|(systems, _, _, identities)| systems.iter().map(move |s| (s, identities)));
            for (place, (system, identities)) in systems.take(MOST_SYSTEMS).enumerate() {
                if late() {
                    return None;
                }
                if even.contains(&place) {
                    continue;
                }
                match self.look(&field, system, identities, effort) {
                    Found::Odd(rule) => return Some(*rule),
                    Found::Even => _ = even.insert(place),
                    Found::Nothing => {}
                }
            }
            None
        };
        let limits = || {
            let long = || started.elapsed() > MOST_TIME / 3 || self.control.stopped().is_some();
            all.iter().find_map(|(_, r, samples, identities)| {
                let mut limits = self.limits(*samples, *r).take_while(|_| !long());
                limits.find_map(|system| match self.look(&field, &system, identities, Effort::Orders) {
                    Found::Odd(rule) => Some(*rule),
                    _ => None,
                })
            })
        };
        let first = look(Effort::Orders).or_else(|| look(Effort::Equations));
        first.or_else(limits).or_else(|| look(Effort::Multiples)).or_else(|| look(Effort::Pairs))
    }

    /// The systems of so many equations to look at first.
    fn systems(&self, samples: Option<u64>, r: usize) -> Vec<System> {
        let some = || subsets(self.allocation, r).take(MOST_SYSTEMS / 2);
        let first = self.basis.filter(|basis| basis.size() == r).cloned();
        let surplus = self.allocation.size() > r;
        let powers: BTreeMap<usize, i32> = self.limit.map_or_else(BTreeMap::new, |powers| {
            self.allocation.iter().zip(powers).map(|(w, a)| (w, *a)).filter(|(_, a)| *a != 0).collect()
        });
        let system = |moving, zero, powers| System { samples, moving, zero, powers };
        let goes = |moving: &Allocation| surplus && powers.keys().any(|w| !moving.contains(*w));
        let limit = some().filter(goes).map(|moving| system(moving, false, powers.clone()));
        let held = first.into_iter().chain(some()).map(|moving| system(moving, false, BTreeMap::new()));
        let zero = some().filter(|_| surplus).map(|moving| system(moving, true, BTreeMap::new()));
        limit.chain(held).chain(zero).collect()
    }

    /// Limits in which one or two of the learnable weights go to 0 or to infinity, one of them a surplus one.
    fn limits(&self, samples: Option<u64>, r: usize) -> impl Iterator<Item = System> + '_ {
        let surplus = self.allocation.size() > r;
        let going = (1..=2).filter(move |_| surplus).flat_map(|count| subsets(self.allocation, count));
        let powers = going.flat_map(|going| {
            let signs = 0..1u32 << going.size();
            let power = |k: usize, signs: u32| if signs >> k & 1 == 0 { -1 } else { 1 };
            let all = signs.map(|signs| going.iter().enumerate().map(|(k, w)| (w, power(k, signs))).collect());
            all.collect::<Vec<BTreeMap<usize, i32>>>()
        });
        powers.flat_map(move |powers| {
            let moving = subsets(self.allocation, r).filter(|c| powers.keys().any(|w| !c.contains(*w)));
            let system = |moving| System { samples, moving, zero: false, powers: powers.clone() };
            moving.map(system).collect::<Vec<System>>()
        })
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

    fn look(&self, field: &PrimeField, system: &System, identities: &[Identity], effort: Effort) -> Found {
        let point = self.point(system.samples);
        let variables: Vec<usize> = system.moving.iter().collect();
        let Some(kept) = self.kept(field, system, &point, (&variables, identities)) else { return Found::Nothing };
        let left: Vec<usize> = identities.iter().map(|identity| identity.place).collect();
        let degrees = match effort {
            Effort::Orders => 0..=0,
            Effort::Equations => 0..=0,
            Effort::Multiples => 1..=MOST_SHIFTS,
            Effort::Pairs => 1..=1,
        };
        for degree in degrees {
            let exact = match effort {
                Effort::Orders => Vec::new(),
                _ => {
                    let pairs = effort == Effort::Pairs;
                    self.exact(field, system, &point, (&kept, &left), (&variables, degree, pairs)).unwrap_or_default()
                }
            };
            if exact.is_empty() && effort != Effort::Orders {
                continue;
            }
            for (order, weights) in orders(&variables).take(MOST_ORDERS) {
                let places: Vec<usize> = order.iter().filter_map(|w| variables.iter().position(|v| v == w)).collect();
                let moved = |row: &Formal| -> Formal {
                    row.iter().map(|(m, c)| (Graded(places.iter().map(|k| m.0[*k]).collect()), *c)).collect()
                };
                let all: Vec<Formal> = kept.iter().chain(exact.iter().map(|exact| &exact.row)).map(moved).collect();
                match reduction(field, &all, &weights) {
                    Ok(found) if found.basis.len() % 2 == 1 => {
                        let parts = (exact.as_slice(), &found);
                        let rule = self.rule((system, point, identities), parts, (&order, &variables));
                        return rule.map_or(Found::Nothing, |rule| Found::Odd(Box::new(rule)));
                    }
                    Ok(_) => return Found::Even,
                    Err(_) => {}
                }
            }
        }
        Found::Nothing
    }

    /// The equations that are not left out, at a point.
    fn kept(
        &self,
        field: &PrimeField,
        system: &System,
        point: &Point,
        (order, identities): (&[usize], &[Identity]),
    ) -> Option<Vec<Formal>> {
        let equations = self.equations(field, system, point, order)?;
        let kept = equations.into_iter().enumerate().filter(|(k, _)| identities.iter().all(|i| i.place != *k));
        let kept: Vec<Formal> = kept.map(|(_, equation)| equation).collect();
        (kept.len() == order.len()).then_some(kept)
    }

    /// Where the variables of the teacher's labels begin: after weights and inputs.
    fn labels_from(&self, samples: Option<u64>) -> usize {
        self.network.weights() + self.network.input_size() * samples.unwrap_or(1).max(1) as usize
    }

    /// Combinations of equations, or of two at a time, in which more cancels for all parameters than their number makes sure of.
    pub(super) fn exact(
        &self,
        field: &PrimeField,
        system: &System,
        point: &Point,
        (kept, left): (&[Formal], &[usize]),
        (order, degree, pairs): (&[usize], usize, bool),
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
        let taken: Vec<Symbolic> = taken.map(|(_, terms)| symbolic(system.at_limit(terms))).collect();
        let at = |polynomial: &Polynomial| value_at(field, polynomial, &values);
        let search = if pairs { of_pairs } else { combinations };
        search(field, (kept, &taken), (order.len(), degree), &at)
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
            _ if system.powers.contains_key(&w) => Polynomial::variable(w),
            (true, _) => Polynomial::variable(w),
            (_, true) => Integral.zero(),
            _ => Integral.integer(point.student[w]),
        };
        let student: Vec<_> = (0..self.network.weights()).map(value).collect();
        let teacher: Vec<_> = point.teacher.iter().map(|v| Integral.integer(*v)).collect();
        let mut all: BTreeMap<Key, Vec<(Monomial, Integer)>> = BTreeMap::new();
        for (key, terms) in self.parts(&teacher, &point.inputs)? {
            let value = terms.into_iter().map(|(_, c)| c).sum::<Integer>();
            all.insert(key, vec![(Monomial::new(), -value)]);
        }
        for (key, terms) in self.parts(&student, &point.inputs)? {
            all.get_mut(&key)?.extend(terms);
        }
        let formal = |terms: Vec<(Monomial, Integer)>| {
            let mut equation = Formal::new();
            for (m, c) in system.at_limit(terms) {
                let stays = m.iter().filter(|(v, _)| !order.contains(&usize::from(*v)));
                let value = stays.fold(field.big_integer(&c), |c, (v, e)| {
                    let weight = field.integer(point.student[usize::from(*v)]);
                    (0..*e).fold(c, |c, _| field.mul(&c, &weight))
                });
                let entry = equation.entry(graded(&m, order)).or_insert(field.zero());
                *entry = field.add(entry, &value);
            }
            equation
        };
        Some(all.into_values().map(formal).collect())
    }

    /// The step; steps and basis have the monomials of one order of weights, exact combinations those of another one.
    fn rule(
        &self,
        (system, point, identities): (&System, Point, &[Identity]),
        (exact, found): (&[Exact], &Reduction),
        (order, exact_order): (&[usize], &[usize]),
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
            let text = |(k, by, c): &(usize, Graded, Polynomial)| {
                Some((*k, self.multiplier(system.samples, (by, exact_order), c)?))
            };
            exact.multipliers.iter().map(text).collect()
        };
        let rest = self.allocation.difference(&system.moving);
        let Point { student, teacher, inputs } = point;
        let rule = Rule::Odd {
            of: text(self.network, self.allocation),
            samples: system.samples,
            moving: text(self.network, &system.moving),
            rest: rest.iter().filter(|_| system.zero).map(|w| (name(w), "0".to_owned())).collect(),
            powers: system.powers.iter().map(|(w, a)| (name(*w), *a)).collect(),
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

/// Orders of variables, each with weights of degrees: as they stand and the other way round, turned, and with one variable that counts twice, or for many.
fn orders(variables: &[usize]) -> impl Iterator<Item = (Vec<usize>, Vec<u16>)> + '_ {
    let count = variables.len();
    let turned = move |by: usize, back: bool| -> Vec<usize> {
        let order = (0..count).map(|k| variables[(k + by) % count]);
        if back { order.rev().collect() } else { order.collect() }
    };
    let plain = [false, true].into_iter().map(move |back| (turned(0, back), vec![1; count]));
    let heavy = (0..count).flat_map(move |by| [(false, 2), (true, 2)].map(|(back, weight)| (by, back, weight)));
    let heavy = heavy.map(move |(by, back, weight)| {
        let order = turned(by, back);
        let weights = (0..count).map(|k| if k == 0 { weight } else { 1 }).collect();
        (order, weights)
    });
    plain.chain(heavy).chain((1..count).map(move |by| (turned(by, false), vec![1; count])))
}
