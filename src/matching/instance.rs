//! One student, one teacher, one set of inputs: is there a real match? Decided exactly.
//!
//! An allocation with as many weights as the teacher has dimensions gives a system with finitely many complex solutions, which
//! a [`Solver`] decides; what its decision rests on is said there. One with more weights has a whole
//! family of solutions, or none: then its surplus weights are held fixed, at the student's values first, so that a
//! basis is left to learn. A real solution of any such slice is a match. If no slice has one, the instance is
//! *undecided*, unless plain elimination shows that the equations contradict one another.

use rand_chacha::ChaCha12Rng;
use rug::Integer;

use crate::algebra::{Finding, Polynomial, Polynomials, Solver, Stopped, Undecided};
use crate::allocation::Allocation;
use crate::network::{Network, Probe, Samples};
use crate::number::{Dyadic, Dyadics, Integers, Ring};
use crate::reach::point::generator;

use super::ensemble::Ensemble;
use super::equations::{equation_ring, equations};

/// Random instances use the generator's streams from here on.
const STREAM: u64 = 1 << 40;

/// A student and a teacher, drawn independently, and inputs.
#[derive(Clone, Debug)]
pub struct Instance {
    /// All weights of the student; those that learn are where training would start.
    pub student: Vec<Dyadic>,
    /// All weights of the teacher.
    pub teacher: Vec<Dyadic>,
    /// The inputs.
    pub inputs: Vec<Vec<Dyadic>>,
    random: ChaCha12Rng,
    ensemble: Ensemble,
}

/// What was found out about an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Whether there is a real match.
    Decided(Finding),
    /// Why that is not known.
    Undecided(Undecided),
}

impl Instance {
    /// The instance of one trial; it depends on the seed and the trial only.
    pub fn draw(network: &Network, samples: Samples, ensemble: Ensemble, seed: u64, trial: u64) -> Self {
        let mut random = generator(seed, STREAM + trial);
        let student = ensemble.student(network.layout(), &mut random);
        let teacher = ensemble.teacher(network.layout(), &mut random);
        let inputs = match network.probe(samples) {
            Probe::Generic(count) => {
                let mut input = || (0..network.input_size()).map(|_| ensemble.number(&mut random)).collect();
                (0..count).map(|_| input()).collect()
            }
            Probe::Fixed(inputs) => {
                inputs.iter().map(|input| input.iter().map(|x| Dyadics.integer(*x)).collect()).collect()
            }
        };
        Instance { student, teacher, inputs, random, ensemble }
    }

    /// Decides whether this student can match this teacher with an allocation. `bases` are allocations inside it with as many
    /// weights as the teacher has dimensions; if they are not the allocation itself, at most `slices` systems are solved.
    pub fn decide(
        &self,
        network: &Network,
        allocation: &Allocation,
        bases: &[Allocation],
        slices: usize,
        solver: &Solver,
    ) -> Decision {
        let (degree, limit) = (network.degree(), solver.limits().degree);
        if degree > limit {
            return Decision::Undecided(Stopped::Degree { degree, limit }.into());
        }
        let labels = network.labels(&Dyadics, &self.teacher, &self.inputs);
        let question = Question { network, labels, inputs: &self.inputs, solver };
        if bases.contains(allocation) {
            return Decision::of(question.solve(allocation, &self.student));
        }
        match question.eliminate(allocation, &self.student) {
            Ok(finding) => Decision::Decided(finding),
            Err(reason) => self.slice(&question, allocation, bases, slices, reason),
        }
    }

    /// Looks for a real solution among slices; `reason` is why that is needed.
    fn slice(
        &self,
        question: &Question,
        allocation: &Allocation,
        bases: &[Allocation],
        slices: usize,
        reason: Undecided,
    ) -> Decision {
        let (mut random, mut reason) = (self.random.clone(), reason);
        for (slice, basis) in bases.iter().cycle().take(slices).enumerate() {
            let mut student = self.student.clone();
            if slice >= bases.len() {
                let surplus = allocation.difference(basis);
                surplus.iter().for_each(|w| student[w] = self.ensemble.weight(&mut random));
            }
            match question.solve(basis, &student) {
                Ok(finding) if finding.real => return Decision::Decided(Finding { complex: None, ..finding }),
                Ok(_) => {}
                Err(other) => reason = other,
            }
        }
        Decision::Undecided(reason)
    }
}

/// What a student has to match, and who decides.
struct Question<'a> {
    network: &'a Network,
    /// The teacher's.
    labels: Vec<Dyadic>,
    inputs: &'a [Vec<Dyadic>],
    solver: &'a Solver,
}

impl Question<'_> {
    fn solve(&self, allocation: &Allocation, student: &[Dyadic]) -> Result<Finding, Undecided> {
        let (ring, system) = self.system(allocation, student)?;
        self.solver.solve(&ring, &system)
    }

    /// By plain elimination only.
    fn eliminate(&self, allocation: &Allocation, student: &[Dyadic]) -> Result<Finding, Undecided> {
        let (ring, system) = self.system(allocation, student)?;
        self.solver.eliminate(&ring, &system)
    }

    /// The equations with integer coefficients.
    fn system(&self, allocation: &Allocation, student: &[Dyadic]) -> Result<System, Undecided> {
        let limits = self.solver.limits();
        let ring = equation_ring(Dyadics, self.network, allocation.size(), limits)?;
        let system = equations(&ring, self.network, allocation, student, self.inputs, &self.labels);
        let integral = Polynomials::new(Integers, *ring.monomials(), limits.terms);
        let outgrown = Stopped::Terms { terms: limits.terms, degree: ring.monomials().most_degree() };
        let system: Option<Vec<_>> = system.iter().map(|p| clear_denominators(&integral, p)).collect();
        Ok((integral, system.ok_or(outgrown)?))
    }
}

/// Equations and the ring that they live in.
type System = (Polynomials<Integers>, Vec<Polynomial<Integer>>);

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
