//! What a certificate says about one network at one number of samples.

use std::collections::{BTreeMap, BTreeSet};

use allocert_format::Rule;

use super::facts::{Bounds, Reason};
use super::form::{Form, comment};
use super::instance::{Instance, Shown};
use super::network::{Network, Symmetry};
use super::polynomial::Polynomial;

/// A point: weights, and inputs.
type Point = (Vec<i64>, Vec<Vec<i64>>);

/// Size, dimension, and how many allocations have them.
type Counts = Vec<(usize, usize, u64)>;

/// More samples are not written.
const MOST_SAMPLES: u64 = 4_096;

/// What a step states, and what follows it.
struct Answer {
    step: u64,
    /// As certificates say it.
    statement: String,
    /// Whether that is all that the step says.
    whole: bool,
    what: What,
}

enum What {
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
    fn point(&self) -> Option<u64> {
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
    number: usize,
    network: Network,
    /// The network as it is printed, and the samples.
    subject: String,
    samples: Option<u64>,
    points: BTreeMap<u64, Point>,
    bounds: Bounds,
    symmetries: Vec<Symmetry>,
    /// The position of the bound that a step states.
    at_most: BTreeMap<u64, usize>,
    /// Minors: columns, and their points.
    at_least: BTreeMap<u64, (Vec<usize>, u64)>,
    /// Dimensions that are written: set, dimension, point.
    dimensions: BTreeMap<u64, (Vec<usize>, usize)>,
    /// The points of branches.
    branches: BTreeMap<u64, u64>,
    instances: BTreeMap<u64, Instance>,
    answers: Vec<Answer>,
    /// The steps that answer the certificate's question.
    asked: Vec<u64>,
}

impl Section {
    /// About a network and its number of samples, in words too.
    ///
    /// # Errors
    /// More samples than are written.
    pub(super) fn open(
        number: usize,
        network: Network,
        subject: String,
        samples: Option<u64>,
        asked: &[u64],
    ) -> Result<Self, String> {
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
        match rule {
            Rule::Point { functions, .. } if !functions.is_empty() => {
                return Err("exponentials and logarithms have no definition in Coq".to_owned());
            }
            Rule::Point { weights, inputs, .. } => {
                self.points.insert(step, (weights.clone(), inputs.clone()));
            }
            Rule::Minor { of, at_least, rows, columns, point, independent: None } => {
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
        self.at_most.get(&step).copied().ok_or_else(|| format!("it rests on step {step}, which is left out"))
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
            return Err(format!("it rests on step {most}, which is left out"));
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

    /// The network and the samples in Coq.
    fn about(&self) -> String {
        let samples = self.samples.map_or("Functional".to_owned(), |m| format!("(Samples {m})"));
        format!("({}) {samples}", self.network.term)
    }

    fn coq(&self, points: &BTreeSet<u64>) -> String {
        let (number, form) = (self.number, Form::Coq);
        let mut text = format!(
            "(** ** {} *)\n\n{}Definition symmetries_{number} : seq symmetry := {}.\nDefinition bounds_{number} : seq (known * reason) := {}.\n\n",
            comment(&self.subject),
            self.network.definition,
            self.symmetry_list(form),
            self.bounds.term(form, self.symbolic()),
        );
        for point in points {
            text.push_str(&format!(
                "Definition C_{number}_{point} := Certificate {}\n  {} symmetries_{number} bounds_{number}.\nLemma checked_{number}_{point} : certificate_ok C_{number}_{point} = true. Proof. computed. Qed.\n\n",
                self.about(),
                self.point(form, *point),
            ));
            let dimensions = self.dimensions_at(form, *point);
            if !dimensions.is_empty() {
                text.push_str(&format!(
                    "Definition dimensions_{number}_{point} : seq known := {}.\nLemma computed_{number}_{point} : dimensions_ok C_{number}_{point} (iota 0 {}) dimensions_{number}_{point} = true. Proof. computed. Qed.\n\n",
                    form.list(dimensions),
                    self.network.weights,
                ));
            }
        }
        for (step, instance) in &self.instances {
            let term = instance.term(form);
            text.push_str(&format!("Definition instance_{number}_{step} := {term}.\n\n"));
        }
        self.answers.iter().for_each(|answer| text.push_str(&self.theorem(answer)));
        self.answers.iter().for_each(|a| text.push_str(&format!("Print Assumptions answer_{}.\n", a.step)));
        text
    }

    /// A theorem of Coq, its statement in words before it.
    fn theorem(&self, answer: &Answer) -> String {
        let (form, step, about) = (Form::Coq, answer.step, self.about());
        let computed = |check: &str, rule: &str, of: &str, point: u64| {
            let number = self.number;
            let lemma =
                format!("Lemma computed_{step} : {check} C_{number}_{point} {of} = true. Proof. computed. Qed.\n");
            // A lower bound needs no upper ones.
            let checked = if rule == "at_least" { String::new() } else { format!(" checked_{number}_{point}") };
            (lemma, format!("{rule}_checked{checked} computed_{step}"))
        };
        let (theorem, (lemma, proof)) = match &answer.what {
            What::Dimension { set, dim, point } => {
                let of = |a: &&Answer| matches!(a.what, What::Dimension { point: p, .. } if p == *point);
                let place = self.answers.iter().filter(of).take_while(|a| a.step != step).count();
                let at = format!("{}_{point}", self.number);
                let proof = format!("dimensions_checked checked_{at} {place} computed_{at} erefl");
                (format!("dimension {about} {} {dim}", form.numbers(set)), (String::new(), proof))
            }
            What::AtMost { set, k, point } => {
                let of = format!("{} {k}", form.numbers(set));
                (format!("at_most {about} {of}"), computed("at_most_ok", "at_most", &of, *point))
            }
            What::AtLeast { set, k, point } => {
                let of = format!("{} {k}", form.numbers(set));
                (format!("at_least {about} {of}"), computed("at_least_ok", "at_least", &of, *point))
            }
            What::Census { set, counts, point } => {
                let all = set.len() == self.network.weights;
                let list = if all { format!("(iota 0 {})", set.len()) } else { form.numbers(set) };
                let of = format!("{list} {}", table(form, counts));
                (format!("census {about} {of}"), computed("count_ok", "census", &of, *point))
            }
            What::Spans { set, spans, from } => {
                let theorem = format!("spans {about} {} {}", self.network.weights, form.numbers(set));
                let (one, all, n) = (format!("answer_{}", from.0), format!("answer_{}", from.1), self.network.weights);
                let proof = match spans {
                    true => format!("spans_checked (n := {n}) {one} {all}"),
                    false => format!("not_spans_checked (n := {n}) {one} {all} erefl"),
                };
                (if *spans { theorem } else { format!("~ {theorem}") }, (String::new(), proof))
            }
            What::Shown { set, instance, shown } => {
                let [states, check, sound, _] = shown.names();
                let of = format!("({}) {} instance_{}_{instance}", self.network.term, form.numbers(set), self.number);
                let term = shown.term(form);
                let lemma = format!("Lemma computed_{step} : {check} {of}\n  ({term}) = true. Proof. computed. Qed.\n");
                (format!("{states} {of}"), (lemma, format!("{sound} computed_{step}")))
            }
        };
        let statement = comment(&answer.statement);
        format!("(** {statement} *)\n{lemma}Theorem answer_{step} : {theorem}.\nProof. exact ({proof}). Qed.\n\n")
    }

    /// The dimensions that the point shows, each with its set.
    fn dimensions_at(&self, form: Form, at: u64) -> Vec<String> {
        let dimension = |answer: &Answer| match &answer.what {
            What::Dimension { set, dim, point } if *point == at => {
                Some(format!("\n  {}", form.tuple(&[form.numbers(set), dim.to_string()])))
            }
            _ => None,
        };
        self.answers.iter().filter_map(dimension).collect()
    }

    /// What the extracted checker reads about a point.
    fn plain(&self, point: u64) -> String {
        let form = Form::Plain;
        let samples = self.samples.map_or("functional".to_owned(), |m| format!("samples {m}"));
        let answer = |answer: &Answer| match &answer.what {
            What::Census { set, counts, .. } => {
                Some(format!("\n  census {} {}", form.numbers(set), table(form, counts)))
            }
            What::AtMost { set, k, .. } => Some(format!("\n  at_most {} {k}", form.numbers(set))),
            What::AtLeast { set, k, .. } => Some(format!("\n  at_least {} {k}", form.numbers(set))),
            What::Spans { .. } | What::Dimension { .. } | What::Shown { .. } => None,
        };
        let dimensions = self.dimensions_at(form, point);
        let all: Vec<usize> = (0..self.network.weights).collect();
        let dimensions = (!dimensions.is_empty())
            .then(|| format!("\n  dimensions {} {}", form.numbers(&all), form.list(dimensions)));
        let others = self.answers.iter().filter(|a| a.what.point() == Some(point)).filter_map(answer);
        let answers = dimensions.into_iter().chain(others);
        format!(
            "{} {samples}\n{}\n{}\n{}\n{}\n",
            self.network.plain,
            self.point(form, point),
            self.symmetry_list(form),
            self.bounds.term(form, self.symbolic()),
            form.list(answers),
        )
    }

    /// What the extracted checker reads about instances, which need no point and no bounds.
    fn plain_instances(&self) -> Option<String> {
        let form = Form::Plain;
        let answer = |answer: &Answer| match &answer.what {
            What::Shown { set, instance, shown } => {
                let [.., word] = shown.names();
                let instance = self.instances.get(instance)?.term(form);
                Some(format!("\n  {word} {} {instance} {}", form.numbers(set), shown.term(form)))
            }
            _ => None,
        };
        let answers: Vec<String> = self.answers.iter().filter_map(answer).collect();
        let nothing = "\n0\n0\n0\n0";
        (!answers.is_empty()).then(|| format!("{} functional{nothing}\n{}\n", self.network.plain, form.list(answers)))
    }

    /// The number of samples that variables of inputs are numbered with.
    fn symbolic(&self) -> usize {
        self.samples.map_or(1, |m| m as usize)
    }

    fn point(&self, form: Form, point: u64) -> String {
        let (weights, inputs) = self.points.get(&point).cloned().unwrap_or_default();
        let inputs = form.list(inputs.iter().map(|x| form.numbers(x)));
        format!("{} {}", form.scoped(form.numbers(&weights), "ZZ"), form.scoped(inputs, "ZZ"))
    }

    fn symmetry_list(&self, form: Form) -> String {
        // What keeps coordinates only stands last, and is never named.
        let kept = self.symmetries.iter().filter_map(|s| Some((&s.images, s.labels.as_ref()?)));
        form.list(kept.map(|(images, (inputs, labels))| {
            let lists = [form.numbers(images), form.numbers(inputs), form.numbers(labels)];
            format!("{}{}", form.word("Symmetry ", ""), lists.join(" "))
        }))
    }
}

/// A network in both forms, and what is proved of it.
pub(super) struct Written {
    pub(super) coq: String,
    pub(super) plain: Vec<String>,
    pub(super) subject: String,
    /// Steps, whether that is all that they state, and the statements.
    pub(super) proved: Vec<(u64, bool, String)>,
}

/// The table: a row for each dimension, an entry for each size.
fn table(form: Form, counts: &Counts) -> String {
    let mut rows: BTreeMap<usize, BTreeMap<usize, u64>> = BTreeMap::new();
    for (size, dim, number) in counts.iter().filter(|(.., number)| *number > 0) {
        rows.entry(*dim).or_default().insert(*size, *number);
    }
    let row = |dim: usize| {
        let entries = rows.get(&dim).cloned().unwrap_or_default();
        let last = entries.keys().next_back().map_or(0, |size| size + 1);
        (0..last).map(|size| entries.get(&size).copied().unwrap_or(0)).collect::<Vec<u64>>()
    };
    let last = rows.keys().next_back().map_or(0, |dim| dim + 1);
    form.scoped(form.list((0..last).map(|dim| form.numbers(&row(dim)))), "num")
}
