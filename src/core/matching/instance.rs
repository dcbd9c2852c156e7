//! One student, one teacher, one set of inputs: is there a real match? Decided exactly.
//!
//! An allocation with as many weights as the teacher has dimensions gives a system with finitely many complex solutions, which
//! a [`Solver`] decides; what its decision rests on is said there. One with more weights has a whole
//! family of solutions, or none: then its surplus weights are held fixed, at the student's values first, so that a
//! basis is left to learn. A real solution of any such slice is a match. If no slice has one, the points that may be
//! nearest to some point decide, see [`super::critical`], where they are finitely many and within the limits; otherwise
//! the instance is *undecided*.

use rand_chacha::ChaCha12Rng;
use rug::{Integer, Rational};

use crate::algebra::{Finding, Polynomial, Polynomials, RealCount, Solver, Undecided};
use crate::allocation::Allocation;
use crate::control::Stopped;
use crate::network::{Network, Probe, Samples};
use crate::number::{Dyadic, Dyadics, Integers, Rationals, Ring};
use crate::number::{Stream, gaussian, generator};

use super::critical::critical_equations;
use super::ensemble::Ensemble;
use super::equations::{equation_ring, equations, equations_over};
use super::orthogonal::orthogonal_teacher;

/// Slices are given up when a limit has stopped so many of them.
const MOST_STOPPED: usize = 2;
/// The most products for the points that may be nearest: about half a second.
const MOST_WORK: u64 = 100_000_000;
/// Weights that are rounded are so to so many binary places.
const ROUNDED_BITS: u32 = 64;

/// A student and a teacher, drawn independently, and inputs.
#[derive(Clone, Debug)]
pub struct Instance {
    /// All weights of the student; those that learn are where training would start.
    pub student: Vec<Dyadic>,
    /// All weights of the teacher; none where labels are given in another way.
    pub teacher: Vec<Dyadic>,
    /// The inputs.
    pub inputs: Vec<Vec<Dyadic>>,
    /// The labels, where they are not those of `teacher`.
    pub given: Option<Wanted>,
    random: ChaCha12Rng,
    ensemble: Ensemble,
}

/// Labels that a student has to match, as [`Network::labels`] has them.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The labels times `over`.
    pub labels: Vec<Dyadic>,
    /// Positive; 1 where labels are dyadic numbers.
    pub over: Integer,
}

/// What was found out about an instance.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Whether there is a real match.
    Decided(Finding),
    /// Why that is not known.
    Undecided(Undecided),
}

/// How an allocation with more weights than the teacher has dimensions is cut down to so many.
#[derive(Clone, Debug)]
pub struct Cut {
    /// D_m.
    pub dimension: usize,
    /// Bases inside the allocation.
    pub bases: Vec<Allocation>,
    /// At most so many slices are solved.
    pub slices: usize,
}

impl Instance {
    /// The instance of one trial; it depends on the seed and the trial only.
    pub fn draw(network: &Network, samples: Samples, ensemble: Ensemble, seed: u64, trial: u64) -> Self {
        let mut random = generator(seed, Stream::Instances, trial);
        let layout = network.layout();
        let student = ensemble.student(layout, &mut random);
        let (mut teacher, mut rational) = (Vec::new(), None);
        match ensemble {
            Ensemble::Labels => {}
            Ensemble::Orthogonal => rational = Some(orthogonal_teacher(layout, &mut random)),
            _ => teacher = ensemble.teacher(layout, &mut random),
        }
        let inputs: Vec<Vec<Dyadic>> = match ensemble.probe(network, samples) {
            Probe::Generic(count) => {
                let of = ensemble.of_inputs(samples);
                let mut input = || (0..network.input_size()).map(|_| of.number(&mut random)).collect();
                (0..count).map(|_| input()).collect()
            }
            Probe::Fixed(inputs) => {
                inputs.iter().map(|input| input.iter().map(|x| Dyadics.integer(*x)).collect()).collect()
            }
        };
        let mut given = None;
        match rational {
            // Labels are known rounded only, with exponentials.
            Some(weights) if network.is_analytic() => teacher = weights.iter().map(rounded).collect(),
            Some(weights) => given = Some(Wanted::of_rational(network, &weights, &inputs)),
            None if ensemble == Ensemble::Labels => given = Some(Wanted::drawn(network, inputs.len(), &mut random)),
            None => {}
        }
        Instance { student, teacher, inputs, given, random, ensemble }
    }

    /// The same with a teacher of another network, on so many generic inputs.
    pub fn draw_taught(
        network: &Network,
        teacher: &Network,
        inputs: usize,
        ensemble: Ensemble,
        (seed, trial): (u64, u64),
    ) -> Self {
        let mut random = generator(seed, Stream::Instances, trial);
        let student = ensemble.student(network.layout(), &mut random);
        let rational = (ensemble == Ensemble::Orthogonal).then(|| orthogonal_teacher(teacher.layout(), &mut random));
        let dyadic = if rational.is_none() { ensemble.teacher(teacher.layout(), &mut random) } else { Vec::new() };
        let mut input = || (0..network.input_size()).map(|_| ensemble.number(&mut random)).collect();
        let inputs: Vec<Vec<Dyadic>> = (0..inputs).map(|_| input()).collect();
        let labels = match &rational {
            Some(weights) => Wanted::of_rational(teacher, weights, &inputs),
            None => Wanted { labels: teacher.labels(&Dyadics, &dyadic, &inputs), over: Integer::from(1) },
        };
        let given = Some(labels.rescaled(&teacher.label_scales(), &network.label_scales()));
        Instance { student, teacher: Vec::new(), inputs, given, random, ensemble }
    }

    /// The labels that the student has to match.
    pub fn wanted(&self, network: &Network) -> Wanted {
        let of_teacher =
            || Wanted { labels: network.labels(&Dyadics, &self.teacher, &self.inputs), over: Integer::from(1) };
        self.given.clone().unwrap_or_else(of_teacher)
    }

    /// Decides whether this student can match this teacher with an allocation.
    pub fn decide(&self, network: &Network, allocation: &Allocation, cut: &Cut, solver: &Solver) -> Decision {
        let (degree, limit) = (network.degree(), solver.limits().degree);
        if degree > limit {
            return Decision::Undecided(Stopped::Degree { degree, limit }.into());
        }
        let question = Question { network, wanted: self.wanted(network), inputs: &self.inputs, solver };
        if allocation.size() <= cut.dimension {
            return Decision::of(question.solve(allocation, &self.student));
        }
        let settled = question.eliminate(allocation, &self.student);
        let settled = settled.or_else(|reason| self.slice(&question, allocation, cut, reason));
        if cut.bases.is_empty() {
            return Decision::of(settled); // it does not span: the minors vanish everywhere
        }
        Decision::of(settled.or_else(|reason| {
            let nearest = question.solve_for_nearest(allocation, &self.student, cut.dimension);
            nearest.unwrap_or(Err(reason))
        }))
    }

    /// How many real students match, of an allocation with as many weights as the teacher has dimensions.
    ///
    /// # Errors
    /// See [`Undecided`].
    pub(super) fn count_students(
        &self,
        network: &Network,
        allocation: &Allocation,
        solver: &Solver,
    ) -> Result<RealCount, Undecided> {
        let question = Question { network, wanted: self.wanted(network), inputs: &self.inputs, solver };
        let (ring, system) = question.system(allocation, &self.student)?;
        solver.count(&ring, &system)
    }

    /// Looks for a real solution among slices; `reason` is why that is needed.
    fn slice(
        &self,
        question: &Question,
        allocation: &Allocation,
        cut: &Cut,
        reason: Undecided,
    ) -> Result<Finding, Undecided> {
        let (mut random, mut reason, mut stopped) = (self.random.clone(), reason, 0);
        for (slice, basis) in cut.bases.iter().cycle().take(cut.slices).enumerate() {
            let mut student = self.student.clone();
            if slice >= cut.bases.len() {
                let surplus = allocation.difference(basis);
                surplus.iter().for_each(|w| student[w] = self.ensemble.weight(&mut random));
            }
            match question.solve(basis, &student) {
                Ok(finding) if finding.real => return Ok(Finding { complex: None, ..finding }),
                Ok(_) => {}
                Err(other) => {
                    reason = other;
                    stopped += usize::from(matches!(other, Undecided::Stopped(_)));
                }
            }
            if stopped == MOST_STOPPED {
                break;
            }
        }
        Err(reason)
    }
}

impl Wanted {
    /// The labels of a teacher of rational weights.
    fn of_rational(network: &Network, weights: &[Rational], inputs: &[Vec<Dyadic>]) -> Self {
        let inputs: Vec<Vec<Rational>> =
            inputs.iter().map(|input| input.iter().map(Dyadic::rational).collect()).collect();
        let labels = network.labels(&Rationals, weights, &inputs);
        let over = labels.iter().fold(Integer::from(1), |common, y| common.lcm(y.denom()));
        let whole = |y: &Rational| Integer::from(y.numer() * &over) / y.denom();
        Wanted { labels: labels.iter().map(|y| Dyadic { mantissa: whole(y), exponent: 0 }).collect(), over }
    }

    /// The same labels, as a network has them that multiplies its labels by other numbers.
    fn rescaled(self, from: &[Integer], to: &[Integer]) -> Self {
        let common = from.iter().fold(Integer::from(1), |common, scale| common.lcm(scale));
        let factors: Vec<Integer> = from.iter().zip(to).map(|(from, to)| Integer::from(&common / from) * to).collect();
        let multiplied = |(y, factor): (Dyadic, &Integer)| Dyadic { mantissa: y.mantissa * factor, ..y };
        let labels = self.labels.into_iter().zip(factors.iter().cycle()).map(multiplied).collect();
        Wanted { labels, over: self.over * common }
    }

    /// Standard normal labels; those of a network with fractions are multiplied as its own are.
    fn drawn(network: &Network, inputs: usize, random: &mut ChaCha12Rng) -> Self {
        let scales = network.label_scales();
        let label = |scale: &Integer| {
            let Dyadic { mantissa, exponent } = gaussian(random);
            Dyadic { mantissa: mantissa * scale, exponent }
        };
        let all = (0..inputs).flat_map(|_| scales.iter());
        Wanted { labels: all.map(label).collect(), over: Integer::from(1) }
    }
}

/// A number near this one.
fn rounded(number: &Rational) -> Dyadic {
    let scaled = Integer::from(number.numer() << ROUNDED_BITS);
    Dyadic { mantissa: scaled / number.denom(), exponent: ROUNDED_BITS }
}

/// What a student has to match, and who decides.
struct Question<'a> {
    network: &'a Network,
    wanted: Wanted,
    inputs: &'a [Vec<Dyadic>],
    solver: &'a Solver<'a>,
}

impl<'a> Question<'a> {
    fn solve(&self, allocation: &Allocation, student: &[Dyadic]) -> Result<Finding, Undecided> {
        let (ring, system) = self.system(allocation, student)?;
        self.solver.solve(&ring, &system)
    }

    /// By plain elimination only.
    fn eliminate(&self, allocation: &Allocation, student: &[Dyadic]) -> Result<Finding, Undecided> {
        let (ring, system) = self.system(allocation, student)?;
        self.solver.eliminate(&ring, &system)
    }

    /// By the points that may be the nearest to some point; nothing if that is too much.
    fn solve_for_nearest(
        &self,
        allocation: &Allocation,
        student: &[Dyadic],
        dimension: usize,
    ) -> Option<Result<Finding, Undecided>> {
        let ring = self.ring(allocation).ok()?;
        let solver = self.solver.with_work(MOST_WORK);
        let more = critical_equations(&ring, self.network, allocation, student, self.inputs, dimension)?;
        let mut system = self.equations(&ring, allocation, student);
        system.extend(more);
        let found = self.integral(&ring, &system).and_then(|(ring, system)| solver.solve(&ring, &system));
        Some(found.map(|finding| Finding { complex: None, ..finding }))
    }

    fn ring(&self, allocation: &Allocation) -> Result<Polynomials<'a, Dyadics>, Stopped> {
        equation_ring(Dyadics, self.network, allocation.size(), self.solver.limits())
    }

    /// The equations with integer coefficients.
    fn system(&self, allocation: &Allocation, student: &[Dyadic]) -> Result<System<'a>, Undecided> {
        let ring = self.ring(allocation)?;
        let system = self.equations(&ring, allocation, student);
        self.integral(&ring, &system)
    }

    fn equations(
        &self,
        ring: &Polynomials<Dyadics>,
        allocation: &Allocation,
        student: &[Dyadic],
    ) -> Vec<Polynomial<Dyadic>> {
        let Wanted { labels, over } = &self.wanted;
        if *over == 1 {
            return equations(ring, self.network, allocation, student, self.inputs, labels);
        }
        let over = Dyadic { mantissa: over.clone(), exponent: 0 };
        equations_over(ring, self.network, allocation, student, self.inputs, (labels, &over))
    }

    fn integral(&self, ring: &Polynomials<Dyadics>, system: &[Polynomial<Dyadic>]) -> Result<System<'a>, Undecided> {
        let limits = self.solver.limits();
        limits.control.check()?;
        let integral = Polynomials::new(Integers, *ring.monomials(), limits.terms).under(&limits.control);
        let outgrown = Stopped::Terms { terms: limits.terms, degree: ring.monomials().most_degree() };
        let system: Option<Vec<_>> = system.iter().map(|p| clear_denominators(&integral, p)).collect();
        Ok((integral, system.ok_or(outgrown)?))
    }
}

/// Equations and the ring that they live in.
type System<'a> = (Polynomials<'a, Integers>, Vec<Polynomial<Integer>>);

impl Decision {
    pub(super) fn of(found: Result<Finding, Undecided>) -> Self {
        found.map_or_else(Decision::Undecided, Decision::Decided)
    }
}

/// A polynomial times the least common denominator of its coefficients; nothing if it outgrew its ring.
pub(super) fn clear_denominators(ring: &Polynomials<Integers>, p: &Polynomial<Dyadic>) -> Option<Polynomial<Integer>> {
    let terms = p.terms()?;
    let most = terms.iter().map(|(_, c)| c.exponent).max().unwrap_or(0);
    let over: Vec<Integer> = terms.iter().map(|(_, c)| c.over(most)).collect();
    let common = over.iter().filter_map(|c| c.find_one(0)).min().unwrap_or(0).min(most);
    Some(ring.collect(terms.iter().zip(over).map(|((m, _), c)| (*m, c >> common))))
}
