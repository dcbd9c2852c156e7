//! What a certificate says about one network at one number of samples.

use std::collections::{BTreeMap, BTreeSet};

use allocert_format::Rule;

use super::facts::{Bounds, Reason};
use super::instance::{Instance, Shown};
use super::network::{Network, Symmetry};
use super::polynomial::Polynomial;
use super::writing::Written;

/// A point.
#[derive(Clone, Default)]
pub(super) struct Point {
    pub(super) weights: Vec<i64>,
    pub(super) inputs: Vec<Vec<i64>>,
    /// Numbers for exponentials and logarithms: of those that depend on no input, then for each input of the others.
    pub(super) functions: Vec<Vec<i64>>,
}

/// Size, dimension, and how many allocations have them.
pub(super) type Counts = Vec<(usize, usize, u64)>;

/// More samples are not written.
const MOST_SAMPLES: u64 = 4_096;

/// What a step states, and what follows it.
pub(super) struct Answer {
    pub(super) step: u64,
    /// As certificates say it.
    pub(super) statement: String,
    /// Whether that is all that the step says.
    pub(super) whole: bool,
    pub(super) what: What,
}

pub(super) enum What {
    /// A dimension, with the point that shows it.
    Dimension { set: Vec<usize>, dim: usize, point: u64 },
    /// An upper bound.
    AtMost { set: Vec<usize>, k: usize, point: u64 },
    /// A lower bound, with the point that shows it.
    AtLeast { set: Vec<usize>, k: usize, point: u64 },
    /// All dimensions inside a set.
    Census { set: Vec<usize>, counts: Counts, point: u64 },
    /// From dimensions in other steps.
    Spans { set: Vec<usize>, spans: bool, from: (u64, u64) },
    /// Whether an instance has a match.
    Shown { set: Vec<usize>, instance: u64, shown: Shown },
}

impl What {
    pub(super) fn point(&self) -> Option<u64> {
        match self {
            What::Dimension { point, .. }
            | What::AtMost { point, .. }
            | What::AtLeast { point, .. }
            | What::Census { point, .. } => Some(*point),
            What::Spans { .. } | What::Shown { .. } => None,
        }
    }
}

/// The steps about one network.
pub(super) struct Section {
    pub(super) number: usize,
    pub(super) network: Network,
    /// The network as it is printed, and the samples.
    pub(super) subject: String,
    pub(super) samples: Option<u64>,
    pub(super) points: BTreeMap<u64, Point>,
    pub(super) bounds: Bounds,
    pub(super) symmetries: Vec<Symmetry>,
    /// The position of the bound that a step states.
    at_most: BTreeMap<u64, usize>,
    /// Minors: columns, and their points.
    at_least: BTreeMap<u64, (Vec<usize>, u64)>,
    /// Dimensions that are written: set, dimension, point.
    dimensions: BTreeMap<u64, (Vec<usize>, usize)>,
    /// The points of branches.
    branches: BTreeMap<u64, u64>,
    /// Steps that say that exponentials and logarithms are independent, and the points that they cite.
    pub(super) independent: BTreeMap<u64, Vec<u64>>,
    pub(super) instances: BTreeMap<u64, Instance>,
    pub(super) answers: Vec<Answer>,
    /// The steps that answer the certificate's question.
    asked: Vec<u64>,
}

impl Section {
    /// About a network and its number of samples, in words too.
    ///
    /// # Errors
    /// No samples, or more than are written.
    pub(super) fn open(
        number: usize,
        network: Network,
        subject: String,
        samples: Option<u64>,
        asked: &[u64],
    ) -> Result<Self, String> {
        if samples == Some(0) {
            return Err("nothing is stated on no samples".to_owned());
        }
        if samples.is_some_and(|m| m > MOST_SAMPLES) {
            return Err(format!("more than {MOST_SAMPLES} samples are not written"));
        }
        Ok(Section {
            number,
            network,
            subject,
            samples,
            points: BTreeMap::new(),
            bounds: Bounds::default(),
            symmetries: Vec::new(),
            at_most: BTreeMap::new(),
            at_least: BTreeMap::new(),
            dimensions: BTreeMap::new(),
            branches: BTreeMap::new(),
            independent: BTreeMap::new(),
            instances: BTreeMap::new(),
            answers: Vec::new(),
            asked: asked.to_vec(),
        })
    }

    /// Takes a step; why not, if it cannot be taken.
    pub(super) fn take(&mut self, step: u64, rule: &Rule) -> Result<(), String> {
        let unknown = |what: &str| format!("{what} is not known here");
        let not_read = || "a number or a polynomial is not of the known form".to_owned();
        let set = |of: &str| self.network.allocation(of).ok_or_else(|| unknown(of));
        if self.network.functions().is_some() {
            self.has_proof(rule)?;
        }
        match rule {
            Rule::Point { functions, .. } if !functions.is_empty() && self.network.functions().is_none() => {
                return Err("the network has no exponentials or logarithms".to_owned());
            }
            Rule::Point { weights, inputs, functions } => {
                let (weights, inputs, functions) = (weights.clone(), inputs.clone(), functions.clone());
                self.points.insert(step, Point { weights, inputs, functions });
            }
            Rule::Independent { points } if self.network.functions().is_some() => {
                self.independent.insert(step, points.clone());
            }
            Rule::Minor { of, at_least, rows, columns, point, independent } => {
                if let Some(step) = independent.filter(|step| !self.independent.contains_key(step)) {
                    return Err(left_out(step));
                }
                let (set, columns) = (set(of)?, set(columns)?);
                let inside = columns.iter().all(|c| set.binary_search(c).is_ok());
                if !inside || [rows.len(), columns.len()] != [*at_least; 2] {
                    return Err("the minor has not so many rows and columns of the allocation".to_owned());
                }
                self.at_least.insert(step, (columns, *point));
                if self.is_answer(step) {
                    let statement = format!("the dimension of {of} is at least {at_least}");
                    let what = What::AtLeast { set, k: *at_least, point: *point };
                    self.answers.push(Answer { step, statement, whole: true, what });
                }
            }
            Rule::Size { of, at_most } => self.bounded(step, of, *at_most, Reason::Size)?,
            Rule::Labels { of, at_most } => self.bounded(step, of, *at_most, Reason::Coordinates)?,
            Rule::Kernel { of, at_most, vectors, .. } => {
                let set = set(of)?;
                let vectors = vectors.iter().map(|v| self.vector(&set, v)).collect::<Option<Vec<_>>>();
                let vectors = vectors.ok_or_else(|| "a polynomial is not of the known form".to_owned())?;
                self.takes_vectors(&vectors)?;
                self.bounded(step, of, *at_most, Reason::Kernel(vectors))?;
            }
            Rule::Inclusion { of, at_most, from } => {
                let from = self.upper(*from)?;
                self.bounded(step, of, *at_most, Reason::Inclusion(from))?;
            }
            Rule::Submodular { of, at_most, from, meet } => {
                let (f, g) = (self.upper(from.0)?, self.upper(from.1)?);
                let common = match meet {
                    None => Vec::new(),
                    Some(meet) => self.at_least.get(meet).ok_or_else(|| unknown("the meet's minor"))?.0.clone(),
                };
                self.bounded(step, of, *at_most, Reason::Submodular(f, g, common))?;
            }
            Rule::Symmetry { of, at_most, from, swaps } => {
                let mut at = self.upper(*from)?;
                for (units, i, k) in swaps {
                    let swap = self.network.swap(units, *i, *k).ok_or_else(|| unknown(units))?;
                    let mut image: Vec<usize> = self.bounds.known[at].set.iter().map(|w| swap.images[*w]).collect();
                    image.sort_unstable();
                    self.symmetries.push(swap);
                    let reason = Reason::Image(at, self.symmetries.len() - 1);
                    at = self.bounds.push(image, *at_most, reason);
                }
                self.bounded(step, of, *at_most, Reason::Inclusion(at))?;
            }
            Rule::Dimension { of, dim, least, most } => self.dimension(step, (of, *dim), *least, *most)?,
            Rule::Spans { of, spans, from } => self.spans(step, of, *spans, *from)?,
            Rule::Branch { point, .. } => {
                self.branches.insert(step, *point);
            }
            Rule::Count { within, branches, counts, unproved: 0, .. } => self.count(step, within, counts, branches)?,
            Rule::Instance { student, teacher, inputs, .. } => {
                let instance = Instance::parse(student, teacher, inputs).ok_or_else(not_read)?;
                self.instances.insert(step, instance);
            }
            Rule::Solution { of, instance, polynomial, between, values } => {
                let given = self.instances.get(instance).ok_or_else(|| unknown("the instance"))?;
                let everywhere = self.samples != Some(given.inputs.len() as u64);
                let shown = Shown::solution(polynomial, between, values, everywhere).ok_or_else(not_read)?;
                let statement = format!("the instance of step {instance} has a real match with {of}");
                let what = What::Shown { set: set(of)?, instance: *instance, shown };
                self.answers.push(Answer { step, statement, whole: true, what });
            }
            Rule::Absence { of, instance, multipliers, form, polynomial, nearby } => {
                if !self.instances.contains_key(instance) {
                    return Err(unknown("the instance"));
                }
                if self.network.is_own() {
                    return Err("an instance of a network of one's own without a match has no proof in Coq".to_owned());
                }
                let read = |text: &String| Polynomial::parse(&self.network, text);
                let multipliers = multipliers.iter().map(read).collect::<Option<_>>().ok_or_else(not_read)?;
                let form = read(form).ok_or_else(not_read)?;
                let shown = Shown::absence(multipliers, form, polynomial).ok_or_else(not_read)?;
                let statement = format!("the instance of step {instance} has no real match with {of}");
                let what = What::Shown { set: set(of)?, instance: *instance, shown };
                self.answers.push(Answer { step, statement, whole: !nearby, what });
                if *nearby {
                    return Err("that no instance near it has a match has no proof in Coq".to_owned());
                }
            }
            Rule::Count { .. } => return Err("some of its dimensions are only probable".to_owned()),
            Rule::Gauge { .. } => return Err("gauge directions by name have no proof in Coq".to_owned()),
            Rule::Bound { name, .. } => return Err(format!("the bound `{name}` has no proof in Coq")),
            Rule::Random { .. } => return Err("it is only probable".to_owned()),
            _ => return Err("the rule has no proof in Coq".to_owned()),
        }
        Ok(())
    }

    fn bounded(&mut self, step: u64, of: &str, at_most: usize, reason: Reason) -> Result<(), String> {
        let set = self.network.allocation(of).ok_or_else(|| format!("{of} is not known here"))?;
        if at_most > self.network.weights {
            return Err("the bound is above the number of weights".to_owned());
        }
        let at = self.bounds.push(set.clone(), at_most, reason);
        self.at_most.insert(step, at);
        if self.is_answer(step) {
            let statement = format!("the dimension of {of} is at most {at_most}");
            // Kernel vectors have to be independent at it; without a point the checker has zeros.
            let point = self.points.keys().next().copied().unwrap_or(0);
            self.answers.push(Answer { step, statement, whole: true, what: What::AtMost { set, k: at_most, point } });
        }
        Ok(())
    }

    fn is_answer(&self, step: u64) -> bool {
        self.asked.contains(&step)
    }

    fn upper(&self, step: u64) -> Result<usize, String> {
        self.at_most.get(&step).copied().ok_or_else(|| left_out(step))
    }

    fn vector(&self, set: &[usize], entries: &[(String, String)]) -> Option<Vec<Polynomial>> {
        let mut vector = vec![Polynomial::zero(); set.len()];
        for (name, entry) in entries {
            let place = set.binary_search(&self.network.weight(name)?).ok()?;
            vector[place] = Polynomial::parse(&self.network, entry)?;
        }
        Some(vector)
    }

    fn dimension(&mut self, step: u64, (of, dim): (&str, usize), least: u64, most: u64) -> Result<(), String> {
        let set = self.network.allocation(of).ok_or_else(|| format!("{of} is not known here"))?;
        let point = self.at_least.get(&least).ok_or("its lower bound is not a minor")?.1;
        if !self.bounds.imply(&set, dim) {
            return Err(left_out(most));
        }
        self.dimensions.insert(step, (set.clone(), dim));
        let statement = format!("the dimension of {of} is {dim}");
        self.answers.push(Answer { step, statement, whole: true, what: What::Dimension { set, dim, point } });
        Ok(())
    }

    fn spans(&mut self, step: u64, of: &str, spans: bool, from: (u64, u64)) -> Result<(), String> {
        let [one, all] = [from.0, from.1].map(|step| self.dimensions.get(&step));
        let ((set, dim), (_, teacher)) = one.zip(all).ok_or("a dimension that it rests on is left out")?;
        if spans != (dim == teacher) || dim > teacher {
            return Err("the dimensions say something else".to_owned());
        }
        let statement = format!("{of} {}", if spans { "spans" } else { "does not span" });
        self.answers.push(Answer { step, statement, whole: true, what: What::Spans { set: set.clone(), spans, from } });
        Ok(())
    }

    fn count(&mut self, step: u64, within: &str, counts: &Counts, branches: &[u64]) -> Result<(), String> {
        let set = self.network.allocation(within).ok_or_else(|| format!("{within} is not known here"))?;
        let point = *branches.first().and_then(|b| self.branches.get(b)).ok_or("a branch is not known here")?;
        let entries: Vec<String> = counts.iter().map(|(s, d, n)| format!("{n} of size {s} with {d}")).collect();
        let statement = format!("dimensions of all allocations inside {within}: {}", entries.join(", "));
        self.answers.push(Answer {
            step,
            statement,
            whole: true,
            what: What::Census { set, counts: counts.clone(), point },
        });
        Ok(())
    }

    /// The text of Coq and the plain one about this network, and what they prove: steps and statements as certificates have them.
    pub(super) fn finish(mut self) -> Written {
        if self.network.functions().is_some() {
            return self.finish_functions();
        }
        if self.answers.iter().any(|a| matches!(a.what, What::Census { .. })) {
            // Symmetries met before keep their places.
            self.symmetries.extend(self.network.symmetries(self.samples));
            self.bounds.close(&self.symmetries);
        }
        let points: BTreeSet<u64> = self.answers.iter().filter_map(|a| a.what.point()).collect();
        let coq = self.coq(&points);
        let plain = points.iter().map(|point| self.plain(*point)).chain(self.plain_instances()).collect();
        let proved = self.answers.into_iter().map(|a| (a.step, a.whole, a.statement)).collect();
        Written { coq, plain, subject: self.subject, proved }
    }
}

fn left_out(step: u64) -> String {
    format!("it rests on step {step}, which is left out")
}
