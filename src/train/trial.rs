//! One trial: the student of one instance, trained from its own draw and from fresh ones, until there is a match.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::RngCore;
use rug::Integer;

use allocert_core::allocation::Allocation;
use allocert_core::matching::{Ensemble, Instance, taught_on};
use allocert_core::network::{Network, Samples};
use allocert_core::number::Dyadic;
use allocert_core::number::{Stream, generator};

use super::TrainingError;
use super::divergence::diverges;
use super::levenberg_marquardt::LevenbergMarquardt;
use super::objective::{Objective, Program};
use super::real::Reals;
use super::refinement::{Refined, Refinement, Refiner};
use super::stuck;
use super::trainer::{End, Method, Trainer, TrainerOptions};

/// Fresh draws are wider by these factors in turn: some matches are far away.
const WIDER: [f64; 4] = [1.0, 4.0, 16.0, 64.0];
/// A best loss below this, against 1 + Σ y², is followed further: it may go to 0.
const SMALL: f64 = 1e-3;
/// The steps of the stages of following; after each, the norm and the loss are looked at.
const STAGES: [u64; 5] = [500, 1_500, 4_000, 12_000, 24_000];

/// How a trial came out, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// The student matches as it was drawn, exactly; nothing was trained.
    Already,
    /// A refined match.
    Match,
    /// The loss goes to 0 while weights diverge.
    Approximate,
    /// The loss goes to 0 at a singular point: a match or not.
    Singular,
    /// Nothing may learn, and the student does not match as it was drawn.
    NothingToLearn,
    /// No start came to a match. How the best one ended; a candidate that did not survive refinement is named so.
    Failure(End),
}

impl Outcome {
    /// Whether it counts as a success.
    pub fn is_match(self) -> bool {
        matches!(self, Outcome::Already | Outcome::Match)
    }

    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Already => "already",
            Outcome::Match => "match",
            Outcome::Approximate => "approximate",
            Outcome::Singular => "singular",
            Outcome::NothingToLearn => "nothing-to-learn",
            Outcome::Failure(End::Candidate) => "no-match",
            Outcome::Failure(end) => end.name(),
        }
    }
}

/// A trial and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Its number.
    pub trial: u64,
    /// How it came out.
    pub outcome: Outcome,
    /// Starts that were needed, or made.
    pub starts: u32,
    /// Steps of all starts together.
    pub iterations: u64,
    /// The mean square of the residuals at the best end.
    pub loss: f64,
    /// The Euclidean norm of the learnable weights there.
    pub norm: f64,
    /// The bits that this end was computed with.
    pub precision: u32,
    /// The learnable weights there, in the allocation's order, as decimal numbers.
    pub weights: Vec<String>,
}

impl Trial {
    /// Ends where refinement ended.
    fn settle_refined(&mut self, refinement: Refinement) {
        self.outcome = match refinement.refined {
            Refined::Match => Outcome::Match,
            Refined::Approximate => Outcome::Approximate,
            Refined::Singular => Outcome::Singular,
            Refined::NoMatch => Outcome::Failure(End::Candidate),
        };
        self.loss = refinement.loss_log2.exp2();
        (self.norm, self.precision) = (refinement.norm, refinement.precision);
        self.weights = refinement.weights.iter().map(|w| w.to_string_radix(10, Some(40))).collect();
    }
}

/// How students are drawn and trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrialOptions {
    /// How students, teachers and inputs are drawn.
    pub ensemble: Ensemble,
    /// All randomness follows from it.
    pub seed: u64,
    /// The trainer.
    pub method: Method,
    /// Its options.
    pub trainer: TrainerOptions,
    /// After the student's own draw, so many fresh draws of the learnable weights are tried.
    pub restarts: u32,
    /// The standard deviation of fresh draws, above 0; of every four, one is 4 times
    /// as wide, one 16 times, and one 64 times.
    pub initial_scale: f64,
}

impl Default for TrialOptions {
    fn default() -> Self {
        TrialOptions {
            ensemble: Ensemble::Gaussian,
            seed: 1,
            method: Method::default(),
            trainer: TrainerOptions::default(),
            restarts: 63,
            initial_scale: 1.0,
        }
    }
}

/// One network, one allocation, and how its students are trained.
pub struct Training {
    network: Network,
    /// The teacher's, where it is another one.
    teacher: Option<Network>,
    samples: Samples,
    allocation: Allocation,
    options: TrialOptions,
    program: Program,
    trainer: Box<dyn Trainer>,
    patient: Box<dyn Trainer>,
}

impl Training {
    /// Compiles the label map for the allocation. With kinks *functional* stands for a number of inputs ([`Network::matched_on`]).
    ///
    /// # Errors
    /// See [`TrainingError`].
    pub fn new(
        network: &Network,
        samples: Samples,
        allocation: &Allocation,
        options: TrialOptions,
    ) -> Result<Self, TrainingError> {
        let samples = network.matched_on(samples);
        if options.ensemble == Ensemble::Labels && samples == Samples::Functional {
            return Err(TrainingError::LabelsOfAllInputs { network: network.to_string() });
        }
        let program = Program::on_draws(network, samples, allocation, options.ensemble)?;
        let (network, allocation) = (network.clone(), allocation.clone());
        let trainer = options.method.trainer(&options.trainer);
        let patient = options.method.patient(&options.trainer);
        Ok(Training { network, teacher: None, samples, allocation, options, program, trainer, patient })
    }

    /// The same for teachers of another network, if one is given, on the inputs of [`taught_on`].
    ///
    /// # Errors
    /// See [`TrainingError`].
    pub fn taught(
        network: &Network,
        teacher: Option<&Network>,
        samples: Samples,
        allocation: &Allocation,
        options: TrialOptions,
    ) -> Result<Self, TrainingError> {
        let Some(teacher) = teacher else {
            return Training::new(network, samples, allocation, options);
        };
        let samples = taught_on(network, teacher, samples)?;
        let training = Training::new(network, samples, allocation, options)?;
        // The inputs are so many generic ones, as for random labels.
        let program = Program::on_draws(network, samples, allocation, Ensemble::Labels)?;
        Ok(Training { teacher: Some(teacher.clone()), program, ..training })
    }

    /// The teacher's network, where it is another one.
    pub fn teacher(&self) -> Option<&Network> {
        self.teacher.as_ref()
    }

    /// What one thread evaluates with.
    pub fn objective(&self) -> Objective<'_> {
        self.program.objective()
    }

    /// The instance of a trial: the one that a [`allocert_core::matching::Matcher`] with this seed decides.
    pub fn instance(&self, trial: u64) -> Instance {
        let TrialOptions { ensemble, seed, .. } = self.options;
        match (&self.teacher, self.samples.count()) {
            (Some(teacher), Some(count)) => {
                let inputs = usize::try_from(count).unwrap_or(usize::MAX);
                Instance::draw_taught(&self.network, teacher, inputs, ensemble, (seed, trial))
            }
            _ => Instance::draw(&self.network, self.samples, ensemble, seed, trial),
        }
    }

    /// Trains the student of one trial. It depends on the options and the trial only.
    pub fn trial(&self, objective: &mut Objective<'_>, trial: u64) -> Trial {
        self.train(objective, &self.instance(trial), trial)
    }

    /// Trains the student of an instance.
    pub fn train(&self, objective: &mut Objective<'_>, instance: &Instance, trial: u64) -> Trial {
        let refiner = Refiner::new(&self.network, &self.allocation, instance);
        let own: Vec<f64> = self.program.learnable().iter().map(|w| float(&instance.student[*w])).collect();
        let still = |outcome| Trial {
            trial,
            outcome,
            starts: 0,
            iterations: 0,
            loss: 0.0,
            norm: norm(&own),
            precision: 53,
            weights: own.iter().map(f64::to_string).collect(),
        };
        if refiner.matches_already() {
            return still(Outcome::Already);
        }
        if !refiner.is_finite() {
            return still(Outcome::Failure(End::NotFinite));
        }
        let floats = |numbers: &[Dyadic]| numbers.iter().map(float).collect::<Vec<f64>>();
        let inputs: Vec<Vec<f64>> = instance.inputs.iter().map(|input| floats(input)).collect();
        let student = floats(&instance.student);
        let scales: Vec<f64> = self.network.label_scales().iter().map(Integer::to_f64).collect();
        let targets = floats(refiner.labels()).into_iter().zip(scales.iter().cycle()).map(|(y, scale)| y / scale);
        objective.load(&student, &inputs.concat(), &targets.collect::<Vec<f64>>());
        let labels = self.program.labels().max(1) as f64;
        if own.is_empty() {
            return Trial { loss: objective.evaluate(&own) / labels, ..still(Outcome::NothingToLearn) };
        }
        let mut random = generator(self.options.seed, Stream::Training, trial);
        let mut best: Option<Trial> = None;
        let mut iterations = 0;
        let mut closest = (f64::INFINITY, Vec::new());
        for start in 0..=self.options.restarts {
            let mut weights = own.clone();
            if start > 0 {
                let scale = self.options.initial_scale * WIDER[start as usize % WIDER.len()];
                weights.iter_mut().for_each(|w| *w = scale * normal(&mut random));
            }
            let trainer = if start % 2 == 0 { &self.trainer } else { &self.patient };
            let run = trainer.train(objective, &mut weights);
            let end = stuck::reason(run.end, (&self.network, &inputs), objective, &student, &weights);
            iterations += run.iterations;
            let mut done = Trial {
                trial,
                outcome: Outcome::Failure(end),
                starts: start + 1,
                iterations,
                loss: run.loss / labels,
                norm: norm(&weights),
                precision: 53,
                weights: Vec::new(),
            };
            if run.end == End::Candidate {
                done.settle_refined(refiner.refine(&weights));
            } else {
                done.weights = weights.iter().map(f64::to_string).collect();
            }
            if run.loss < closest.0 {
                closest = (run.loss, weights);
            }
            let better = best.as_ref().is_none_or(|b| {
                let rank = |t: &Trial| match t.outcome {
                    Outcome::Failure(_) => Outcome::Failure(End::Candidate),
                    outcome => outcome,
                };
                (rank(&done), done.loss) < (rank(b), b.loss) || b.loss.is_nan()
            });
            if better {
                best = Some(done);
            }
            if best.as_ref().is_some_and(|b| b.outcome.is_match()) {
                break;
            }
        }
        if let Some(failed) = best.as_mut().filter(|b| matches!(b.outcome, Outcome::Failure(_)))
            && closest.0 < SMALL * objective.scale()
        {
            let (loss, weights, diverges) = follow(objective, closest);
            let refined = refiner.refine(&weights);
            if refined.refined == Refined::Match {
                failed.settle_refined(refined);
            } else if diverges {
                failed.outcome = Outcome::Approximate;
                (failed.loss, failed.norm) = (loss / labels, norm(&weights));
                failed.weights = weights.iter().map(f64::to_string).collect();
            }
        }
        let starts = self.options.restarts + 1;
        let settle = |b: Trial| {
            let starts = if b.outcome.is_match() { b.starts } else { starts };
            Trial { starts, iterations, ..b }
        };
        best.map_or_else(|| still(Outcome::NothingToLearn), settle)
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The samples.
    pub fn samples(&self) -> Samples {
        self.samples
    }

    /// The allocation.
    pub fn allocation(&self) -> &Allocation {
        &self.allocation
    }

    /// The options.
    pub fn options(&self) -> &TrialOptions {
        &self.options
    }
}

/// Follows a run that came close: where its loss ends, and its weights, and whether they diverge. What has come to rest does
/// not: its loss ends above 0.
fn follow(objective: &mut Objective<'_>, (mut loss, mut weights): (f64, Vec<f64>)) -> (f64, Vec<f64>, bool) {
    let point = |loss: f64, weights: &[f64]| (norm(weights).log2(), 0.5 * loss.log2());
    let (mut run, mut rests) = (vec![point(loss, &weights)], false);
    for iterations in STAGES {
        let before = loss;
        let follow = LevenbergMarquardt { iterations, tolerance: 1e-12, patience: u64::MAX };
        loss = follow.train(objective, &mut weights).loss;
        run.push(point(loss, &weights));
        rests = loss >= 0.9 * before;
        if rests {
            break;
        }
    }
    let diverges = !rests && diverges(&run);
    (loss, weights, diverges)
}

fn float(number: &Dyadic) -> f64 {
    Reals { precision: 53 }.dyadic(number).to_f64()
}

fn norm(weights: &[f64]) -> f64 {
    // An empty sum of floats is -0.
    weights.iter().fold(0.0, |sum, w| sum + w * w).sqrt()
}

/// A standard normal number (Marsaglia's polar method).
pub(super) fn normal(random: &mut ChaCha12Rng) -> f64 {
    let mut uniform = || (random.next_u64() >> 11) as f64 / (1u64 << 52) as f64 - 1.0;
    loop {
        let (x, y) = (uniform(), uniform());
        let square = x * x + y * y;
        if square > 0.0 && square < 1.0 {
            return x * (-2.0 * square.ln() / square).sqrt();
        }
    }
}
