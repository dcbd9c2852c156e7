//! Gröbner bases over word-size prime fields, in graded reverse lexicographic order: Buchberger's algorithm.
//!
//! Pairs are taken by the *true degree* of the combination of generators that they stand for, ties by their least common
//! multiple; Gebauer and Möller's criteria (1988) discard most of them. Every polynomial is kept with tails reduced, so
//! that polynomials stay about as short as the quotient algebra is large. Coefficients are 64-bit, terms 32 bytes.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use super::limits::Limits;
use super::monomial::{Monomial, Monomials};
use super::polynomial::{Polynomial, Polynomials, Term};
use super::replay::{Recipe, Recorder, Shifted, Start};
use crate::control::Stopped;
use crate::number::{Field, PrimeField, Ring};

/// The clock is looked at after so many products.
const LOOK: u64 = 1 << 12;
/// So many tests for divisibility take the time of a product.
const SCANNED: usize = 4;

/// A reduced Gröbner basis.
#[derive(Clone, Debug)]
pub struct Groebner {
    pub(super) field: PrimeField,
    pub(super) monomials: Monomials,
    /// Monic, by increasing leading monomial; each with its terms from the largest down.
    pub(super) elements: Vec<Vec<Term<u64>>>,
    cofactors: u32,
    fall: u32,
    work: u64,
}

impl Groebner {
    /// The reduced Gröbner basis of the ideal that some polynomials generate.
    ///
    /// # Errors
    /// A generator that outgrew its ring, an S-polynomial whose degree does not fit, or too much work.
    pub fn of(
        ring: &Polynomials<PrimeField>,
        generators: &[Polynomial<u64>],
        limits: &Limits<'_>,
    ) -> Result<Self, Stopped> {
        Buchberger::new(ring, limits, None).basis(generators).map(|(basis, _)| basis)
    }

    /// As [`Groebner::of`], and how it was computed; nothing of that if it takes too long to be written down.
    pub(super) fn recorded(
        ring: &Polynomials<PrimeField>,
        generators: &[Polynomial<u64>],
        limits: &Limits<'_>,
    ) -> Result<(Self, Option<Recipe>), Stopped> {
        Buchberger::new(ring, limits, Some(Recorder::default())).basis(generators)
    }

    /// The elements, by increasing leading monomial: monic, each with its terms from the largest down.
    pub fn elements(&self) -> &[Vec<Term<u64>>] {
        &self.elements
    }

    /// Whether the ideal contains 1.
    pub fn is_everything(&self) -> bool {
        self.elements.first().is_some_and(|e| e[0].0 == Monomial::ONE)
    }

    /// Every element is a combination Σ h_i f_i of the generators with all degrees deg h_i + deg f_i at most this.
    pub fn cofactor_degree(&self) -> u32 {
        self.cofactors
    }

    /// The largest degree of a leading monomial.
    pub fn lead_degree(&self) -> u32 {
        self.leads().map(|lead| self.monomials.degree(lead)).max().unwrap_or(0)
    }

    /// By how much those degrees exceed the degree of the element, at most; 0 means that the leading forms of the
    /// generators have only finitely many common zeros when the generators do: no solution lies at infinity.
    pub fn degree_fall(&self) -> u32 {
        self.fall
    }

    /// The number of products that it took.
    pub fn work(&self) -> u64 {
        self.work
    }

    /// The basis modulo another prime that the same computation brings there.
    pub(super) fn with(&self, field: PrimeField, elements: Vec<Vec<Term<u64>>>) -> Self {
        Groebner { field, elements, ..*self }
    }

    /// The leading monomials.
    pub(super) fn leads(&self) -> impl Iterator<Item = Monomial> + '_ {
        self.elements.iter().map(|e| e[0].0)
    }
}

/// What a pair stands for.
#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    Generator(usize, &'a [Term<u64>]),
    Elements(usize, usize),
    /// The tail of an element, once all elements are there.
    Tail(usize),
}

#[derive(Clone, Copy, Debug)]
struct Pair<'a> {
    source: Source<'a>,
    lcm: Monomial,
    /// The true degree.
    degree: u32,
}

#[derive(Clone, Debug)]
struct Element {
    lead: Monomial,
    /// The terms after the leading one, whose coefficient is 1.
    tail: Vec<Term<u64>>,
    degree: u32,
    /// Whether a later element's leading monomial divides this one's.
    superseded: bool,
}

/// So many elements whose leading monomial divides a monomial are compared.
const CANDIDATES: usize = 3;
/// So many monomials are remembered.
const REMEMBERED: usize = 1 << 16;

/// The first elements whose leading monomial divides a monomial, as far as they were looked for.
#[derive(Clone, Copy, Debug, Default)]
struct Fitting {
    found: [u32; CANDIDATES],
    count: u8,
    /// So many elements were looked at.
    scanned: u32,
}

struct Buchberger<'a> {
    field: PrimeField,
    monomials: Monomials,
    elements: Vec<Element>,
    /// The leading monomials of the elements, close together: most of the time of a long computation is looking through them.
    leads: Vec<Monomial>,
    /// What was found when a monomial was looked for before. An element is never taken away, so the search goes on from there.
    fitting: FxHashMap<Monomial, Fitting>,
    queue: Vec<Pair<'a>>,
    /// What is being reduced, and the room for the next step; kept to save allocations.
    current: Vec<Term<u64>>,
    next: Vec<Term<u64>>,
    /// The monomials that the reduction cleared and the elements that did, where a recorder asks for them.
    steps: Vec<(Monomial, usize)>,
    recorder: Option<Recorder>,
    work: u64,
    /// The clock is looked at when there was this much work.
    next_look: u64,
    limits: Limits<'a>,
}

impl<'a> Buchberger<'a> {
    fn new(ring: &Polynomials<PrimeField>, limits: &Limits<'a>, recorder: Option<Recorder>) -> Self {
        Buchberger {
            field: *ring.coefficients(),
            monomials: *ring.monomials(),
            elements: Vec::new(),
            leads: Vec::new(),
            fitting: FxHashMap::default(),
            queue: Vec::new(),
            current: Vec::new(),
            next: Vec::new(),
            steps: Vec::new(),
            recorder,
            work: 0,
            next_look: 0,
            limits: *limits,
        }
    }

    fn outgrown(&self) -> Stopped {
        Stopped::Terms { terms: self.limits.terms, degree: self.monomials.most_degree() }
    }

    fn basis(mut self, generators: &'a [Polynomial<u64>]) -> Result<(Groebner, Option<Recipe>), Stopped> {
        for (index, generator) in generators.iter().enumerate() {
            let terms = generator.terms().ok_or(self.outgrown())?;
            if let Some((lead, _)) = terms.first() {
                let degree = self.monomials.degree(*lead);
                let source = Source::Generator(index, terms);
                self.queue.push(Pair { source, lcm: *lead, degree });
            }
        }
        self.run()?;
        self.finish()
    }

    fn run(&mut self) -> Result<(), Stopped> {
        while let Some(pair) = self.take_pair() {
            self.limits.control.check()?;
            self.start(&pair);
            let mut degree = pair.degree;
            let mut tail = self.reduce(&mut degree, None)?;
            self.record(&pair, &tail);
            if tail.is_empty() {
                continue;
            }
            let (lead, coefficient) = tail.remove(0);
            if let Some(inverse) = self.field.inverse(&coefficient) {
                tail.iter_mut().for_each(|t| t.1 = self.field.mul(&t.1, &inverse));
            }
            if lead == Monomial::ONE {
                self.queue.clear();
            }
            self.insert(Element { lead, tail, degree, superseded: false })?;
        }
        Ok(())
    }

    /// The pair of the least true degree, and among these the least multiple.
    fn take_pair(&mut self) -> Option<Pair<'a>> {
        let order = |a: &Pair, b: &Pair| a.degree.cmp(&b.degree).then(self.monomials.compare(a.lcm, b.lcm));
        let best = (0..self.queue.len()).min_by(|i, j| order(&self.queue[*i], &self.queue[*j]))?;
        Some(self.queue.swap_remove(best))
    }

    /// Puts a generator or an S-polynomial in place to be reduced.
    fn start(&mut self, pair: &Pair<'a>) {
        self.current.clear();
        match pair.source {
            Source::Generator(_, terms) => self.current.extend_from_slice(terms),
            Source::Tail(at) => self.current.extend_from_slice(&self.elements[at].tail),
            Source::Elements(i, j) => {
                let (first, second) = (&self.elements[i], &self.elements[j]);
                let shift = self.monomials.quotient(pair.lcm, first.lead);
                self.current.extend(first.tail.iter().map(|(m, c)| (self.monomials.shift(*m, shift), *c)));
                let shift = self.monomials.quotient(pair.lcm, second.lead);
                let one = self.field.one();
                subtract(&self.field, &self.monomials, &self.current, one, shift, &second.tail, &mut self.next);
                std::mem::swap(&mut self.current, &mut self.next);
            }
        }
    }

    /// The normal form of `current` by the elements, but for the element `except`, if one is given; `degree` is kept true.
    fn reduce(&mut self, degree: &mut u32, except: Option<usize>) -> Result<Vec<Term<u64>>, Stopped> {
        let mut done = Vec::new();
        let mut at = 0;
        self.steps.clear();
        while let Some((m, c)) = self.current.get(at).copied() {
            // Looking for a reducer costs more than reducing where there are many elements.
            self.work += (self.elements.len() / SCANNED) as u64;
            self.look()?;
            let reducer = match except {
                None => self.reducer(m),
                Some(except) => self.reducer_but(m, except),
            };
            let Some(by) = reducer else {
                done.push((m, c));
                at += 1;
                continue;
            };
            if self.recorder.is_some() {
                self.steps.push((m, by));
            }
            let reducer = &self.elements[by];
            let shift = self.monomials.quotient(m, reducer.lead);
            *degree = (*degree).max(self.monomials.degree(shift) + reducer.degree);
            let rest = &self.current[at + 1..];
            subtract(&self.field, &self.monomials, rest, c, shift, &reducer.tail, &mut self.next);
            self.work += (rest.len() + reducer.tail.len() + 1) as u64;
            std::mem::swap(&mut self.current, &mut self.next);
            at = 0;
            if self.current.len() > self.limits.terms {
                return Err(self.outgrown());
            }
        }
        Ok(done)
    }

    /// Looks at the work, and now and then at the clock.
    fn look(&mut self) -> Result<(), Stopped> {
        if self.work < self.next_look && self.work <= self.limits.work {
            return Ok(());
        }
        self.next_look = self.work + LOOK;
        self.limits.allow(self.work)
    }

    /// An element that is not superseded and whose leading monomial divides `m`: the shortest of the first few.
    fn reducer(&mut self, m: Monomial) -> Option<usize> {
        if self.fitting.len() == REMEMBERED {
            self.fitting.clear();
        }
        let fitting = self.fitting.entry(m).or_default();
        let (mut kept, mut count) = ([0; CANDIDATES], 0);
        for at in &fitting.found[..usize::from(fitting.count)] {
            if !self.elements[*at as usize].superseded {
                kept[count] = *at;
                count += 1;
            }
        }
        let mut scanned = fitting.scanned as usize;
        while count < CANDIDATES && scanned < self.leads.len() {
            if self.monomials.divides(self.leads[scanned], m) && !self.elements[scanned].superseded {
                kept[count] = scanned as u32;
                count += 1;
            }
            scanned += 1;
        }
        *fitting = Fitting { found: kept, count: count as u8, scanned: scanned as u32 };
        kept[..count].iter().map(|at| *at as usize).min_by_key(|at| self.elements[*at].tail.len())
    }

    /// As [`reducer`](Self::reducer), of the elements but one, without looking anything up.
    fn reducer_but(&self, m: Monomial, except: usize) -> Option<usize> {
        let fits = |(i, e): &(usize, &Element)| !e.superseded && *i != except && self.monomials.divides(e.lead, m);
        let candidates = self.elements.iter().enumerate().filter(fits);
        candidates.take(CANDIDATES).min_by_key(|(_, e)| e.tail.len()).map(|(i, _)| i)
    }

    /// Adds an element and its pairs, by Gebauer and Möller's criteria.
    fn insert(&mut self, element: Element) -> Result<(), Stopped> {
        let (monomials, lead) = (self.monomials, element.lead);
        let fresh = self.new_pairs(&element)?;
        let lcm_with = |i: usize| monomials.least_common_multiple(self.elements[i].lead, lead);
        self.queue.retain(|pair| match pair.source {
            Source::Generator(..) | Source::Tail(_) => true,
            Source::Elements(i, j) => {
                let covered = monomials.divides(lead, pair.lcm);
                !covered || lcm_with(i) == Some(pair.lcm) || lcm_with(j) == Some(pair.lcm)
            }
        });
        self.queue.extend(fresh);
        for known in &mut self.elements {
            known.superseded |= monomials.divides(lead, known.lead);
        }
        self.leads.push(element.lead);
        self.elements.push(element);
        Ok(())
    }

    /// The pairs of a new element with those before it that no criterion discards.
    fn new_pairs(&self, element: &Element) -> Result<Vec<Pair<'a>>, Stopped> {
        let (monomials, last) = (&self.monomials, self.elements.len());
        let mut candidates: Vec<(Pair<'a>, bool)> = Vec::new();
        for (i, known) in self.elements.iter().enumerate().filter(|(_, e)| !e.superseded) {
            let coprime = monomials.coprime(known.lead, element.lead);
            let lcm = match monomials.least_common_multiple(known.lead, element.lead) {
                Some(lcm) => lcm,
                None if coprime => continue,
                None => return Err(self.outgrown()),
            };
            let lift = |e: &Element| monomials.degree(lcm) - monomials.degree(e.lead) + e.degree;
            let degree = lift(known).max(lift(element));
            candidates.push((Pair { source: Source::Elements(i, last), lcm, degree }, coprime));
        }
        // Of equal multiples one suffices, a coprime one if there is one; multiples of others are not needed.
        candidates.sort_by(|(a, p), (b, q)| monomials.compare(a.lcm, b.lcm).then(q.cmp(p)));
        candidates.dedup_by_key(|(pair, _)| pair.lcm);
        let needed = |at: usize| {
            let lcm = candidates[at].0.lcm;
            !candidates[..at].iter().any(|(other, _)| monomials.divides(other.lcm, lcm))
        };
        let kept = (0..candidates.len()).filter(|at| !candidates[*at].1 && needed(*at));
        Ok(kept.map(|at| candidates[at].0).collect())
    }

    /// Writes the last reduction down, which began with this.
    fn record(&mut self, pair: &Pair<'a>, result: &[Term<u64>]) {
        let shifted = |element: usize, lcm: Monomial| {
            let Element { lead, tail, .. } = &self.elements[element];
            Shifted { element, shift: self.monomials.quotient(lcm, *lead), tail }
        };
        let Some(recorder) = &mut self.recorder else {
            return;
        };
        let start = match pair.source {
            Source::Generator(index, terms) => Start::Generator(index, terms),
            Source::Elements(i, j) => Start::Elements([shifted(i, pair.lcm), shifted(j, pair.lcm)]),
            Source::Tail(at) => Start::Tail(shifted(at, pair.lcm)),
        };
        let steps = self.steps.iter().map(|(m, by)| (*m, shifted(*by, *m)));
        recorder.reduction(&self.monomials, start, steps, result);
        if recorder.is_full() {
            self.recorder = None;
        }
    }

    /// Leaves out what is superseded and reduces the tails by all others.
    fn finish(mut self) -> Result<(Groebner, Option<Recipe>), Stopped> {
        let monomials = self.monomials;
        let mut kept: Vec<usize> = (0..self.elements.len()).filter(|at| !self.elements[*at].superseded).collect();
        kept.sort_by(|a, b| monomials.compare(self.elements[*a].lead, self.elements[*b].lead));
        self.elements = kept.iter().map(|at| self.elements[*at].clone()).collect();
        for at in 0..self.elements.len() {
            let Element { lead: lcm, mut degree, .. } = self.elements[at];
            let pair = Pair { source: Source::Tail(at), lcm, degree };
            self.start(&pair);
            let tail = self.reduce(&mut degree, Some(at))?;
            self.record(&pair, &tail);
            self.elements[at].tail = tail;
            self.elements[at].degree = degree;
        }
        let fall = |e: &Element| e.degree - monomials.degree(e.lead);
        let one = self.field.one();
        let basis = Groebner {
            field: self.field,
            monomials,
            cofactors: self.elements.iter().map(|e| e.degree).max().unwrap_or(0),
            work: self.work,
            fall: self.elements.iter().map(fall).max().unwrap_or(0),
            elements: self
                .elements
                .into_iter()
                .map(|e| std::iter::once((e.lead, one)).chain(e.tail).collect())
                .collect(),
        };
        let recipe = self.recorder.map(|recorder| recorder.recipe(kept, &basis));
        Ok((basis, recipe))
    }
}

/// `out = a − factor · shift · b`; all sorted from the largest monomial down.
fn subtract(
    field: &PrimeField,
    monomials: &Monomials,
    a: &[Term<u64>],
    factor: u64,
    shift: Monomial,
    b: &[Term<u64>],
    out: &mut Vec<Term<u64>>,
) {
    out.clear();
    out.reserve(a.len() + b.len());
    let factor = field.neg(&factor);
    let mut i = 0;
    for (m, c) in b {
        let m = monomials.shift(*m, shift);
        let product = field.mul(c, &factor);
        while i < a.len() && monomials.compare(a[i].0, m) == Ordering::Greater {
            out.push(a[i]);
            i += 1;
        }
        match a.get(i) {
            Some((same, value)) if *same == m => {
                let sum = field.add(value, &product);
                if sum != 0 {
                    out.push((m, sum));
                }
                i += 1;
            }
            _ => out.push((m, product)),
        }
    }
    out.extend_from_slice(&a[i..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algebra::QuotientAlgebra;
    use proptest::prelude::*;

    fn field() -> PrimeField {
        PrimeField::new(PrimeField::MERSENNE_61).unwrap()
    }

    fn ring(variables: usize) -> Polynomials<'static, PrimeField> {
        Polynomials::new(field(), Monomials::new(variables).unwrap(), 10_000)
    }

    /// All polynomials of a degree have so many coefficients; this one has the given ones.
    fn dense(
        ring: &Polynomials<PrimeField>,
        degree: u32,
        coefficients: &mut impl Iterator<Item = i64>,
    ) -> Polynomial<u64> {
        let monomials = ring.monomials();
        let mut all = vec![Monomial::ONE];
        for _ in 0..degree {
            let times = |m: &Monomial| {
                (0..monomials.variables()).map(|i| monomials.variable(i)).map(|v| (*m, v)).collect::<Vec<_>>()
            };
            let larger: Vec<_> = all.iter().flat_map(times).filter_map(|(m, v)| monomials.product(m, v)).collect();
            all.extend(larger);
            all.sort_by(|a, b| monomials.compare(*a, *b));
            all.dedup();
        }
        ring.collect(
            all.into_iter().map(|m| (m, field().integer(coefficients.next().unwrap_or(1)))).collect::<Vec<_>>(),
        )
    }

    /// Buchberger's test: every S-polynomial of the basis, and every generator, reduces to zero by plain division.
    fn is_a_basis(ring: &Polynomials<PrimeField>, basis: &Groebner, generators: &[Polynomial<u64>]) -> bool {
        let monomials = ring.monomials();
        let polynomials: Vec<_> = basis.elements().iter().map(|e| ring.collect(e.iter().copied())).collect();
        let remainder = |mut p: Polynomial<u64>| {
            while let Some((m, c)) = p.terms().unwrap().first().copied() {
                let Some(i) = polynomials.iter().position(|g| monomials.divides(g.terms().unwrap()[0].0, m)) else {
                    return false;
                };
                let lead = polynomials[i].terms().unwrap()[0].0;
                p = ring.sub(&p, &ring.times_term(&polynomials[i], &(monomials.quotient(m, lead), c)));
            }
            true
        };
        let s_polynomial = |a: &Polynomial<u64>, b: &Polynomial<u64>| {
            let (x, y) = (a.terms().unwrap()[0].0, b.terms().unwrap()[0].0);
            let lcm = monomials.least_common_multiple(x, y).unwrap();
            let lift = |p, m| ring.times_term(p, &(monomials.quotient(lcm, m), field().one()));
            ring.sub(&lift(a, x), &lift(b, y))
        };
        let pairs = (0..polynomials.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
        let mut all = pairs.map(|(i, j)| s_polynomial(&polynomials[i], &polynomials[j])).chain(generators.to_vec());
        all.all(remainder)
    }

    proptest! {
        /// Elements come one by one, some superseded by later ones; in between, monomials are asked for, again and again.
        #[test]
        fn what_is_remembered_of_a_search_is_what_a_search_finds(
            leads in proptest::collection::vec((0u32..4, 0u32..4, 0u32..4, 0usize..6), 1..20),
            asked in proptest::collection::vec((0u32..6, 0u32..6, 0u32..6), 1..8),
        ) {
            let ring = ring(3);
            let monomials = *ring.monomials();
            let monomial = |exponents: [u32; 3]| {
                let powers = exponents.iter().enumerate().flat_map(|(i, e)| (0..*e).map(move |_| i));
                powers.fold(Monomial::ONE, |m, i| monomials.product(m, monomials.variable(i)).unwrap())
            };
            let mut search = Buchberger::new(&ring, &Limits::default(), None);
            for (x, y, z, tail) in leads {
                let lead = monomial([x, y, z]);
                let tail = vec![(Monomial::ONE, 1); tail];
                search.insert(Element { lead, tail, degree: 20, superseded: false }).unwrap();
                for (x, y, z) in &asked {
                    let m = monomial([*x, *y, *z]);
                    let found = search.reducer(m);
                    prop_assert_eq!(found, search.reducer_but(m, usize::MAX));
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn dense_systems_have_as_many_solutions_as_bezout_says(
            variables in 1usize..4, degrees in proptest::collection::vec(1u32..4, 3),
            coefficients in proptest::collection::vec(-1_000_000_000i64..1_000_000_000, 80)
        ) {
            let (ring, mut coefficients) = (ring(variables), coefficients.into_iter().map(|c| 2 * c + 1));
            let system: Vec<_> = degrees[..variables].iter().map(|d| dense(&ring, *d, &mut coefficients)).collect();
            let basis = Groebner::of(&ring, &system, &Limits::default()).unwrap();
            prop_assert!(is_a_basis(&ring, &basis, &system));
            prop_assert_eq!(basis.degree_fall(), 0);
            let quotient = QuotientAlgebra::of(&basis, &Limits::default()).unwrap().unwrap();
            prop_assert_eq!(quotient.dimension() as u32, degrees[..variables].iter().product::<u32>());
        }

        #[test]
        fn sparse_and_degenerate_systems_have_bases_too(
            shape in proptest::collection::vec((0usize..3, 0usize..3, 0usize..3, -3i64..4), 4..16), count in 2usize..5
        ) {
            let ring = ring(3);
            let term = |(a, b, c, k): &(usize, usize, usize, i64)| {
                let power = |i, e: usize| ring.power(&ring.variable(i), e as u64);
                ring.mul(&ring.mul(&power(0, *a), &power(1, *b)), &ring.mul(&power(2, *c), &ring.integer(*k)))
            };
            let polynomial = |terms: &[(usize, usize, usize, i64)]| terms.iter().fold(ring.zero(), |p, t| ring.add(&p, &term(t)));
            let system: Vec<_> = shape.chunks(shape.len().div_ceil(count)).map(polynomial).collect();
            let basis = Groebner::of(&ring, &system, &Limits::default()).unwrap();
            prop_assert!(is_a_basis(&ring, &basis, &system));
            let leads: Vec<_> = basis.leads().collect();
            for (i, e) in basis.elements().iter().enumerate() {
                let divided = |m: &Monomial, j: usize| ring.monomials().divides(leads[j], *m);
                prop_assert!(!e.iter().any(|(m, _)| (0..leads.len()).any(|j| j != i && divided(m, j))));
            }
        }
    }

    #[test]
    fn says_which_limit_stopped_it() {
        let ring = ring(3);
        let mut coefficients = (1..).map(|i: i64| i * i * i % 1009);
        let system: Vec<_> = (0..3).map(|_| dense(&ring, 3, &mut coefficients)).collect();
        let limits = Limits { work: 100, ..Limits::default() };
        assert_eq!(Groebner::of(&ring, &system, &limits).unwrap_err(), Stopped::Work { limit: 100 });
    }
}
