//! What is proved of one network, as text: of Coq, and for the checker extracted from it.

use std::collections::{BTreeMap, BTreeSet};

use super::form::{Form, comment};
use super::section::{Answer, Counts, Section, What};

impl Section {
    /// The network and the samples in Coq.
    fn about(&self) -> String {
        let samples = self.samples.map_or("Functional".to_owned(), |m| format!("(Samples {m})"));
        format!("({}) {samples}", self.network.term)
    }

    pub(super) fn coq(&self, points: &BTreeSet<u64>) -> String {
        let (number, form) = (self.number, Form::Coq);
        let mut text = format!(
            "(** ** {} *)\n\n{}Definition symmetries_{number} : seq symmetry := {}.\nDefinition bounds_{number} : seq (known * reason) := {}.\n\n",
            comment(&self.subject),
            self.network.definition,
            self.symmetry_list(form),
            self.bounds.term(form, self.symbolic(), false),
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
    pub(super) fn plain(&self, point: u64) -> String {
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
            self.bounds.term(form, self.symbolic(), false),
            form.list(answers),
        )
    }

    /// What the extracted checker reads about instances, which need no point and no bounds.
    pub(super) fn plain_instances(&self) -> Option<String> {
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
        let point = self.points.get(&point).cloned().unwrap_or_default();
        let inputs = form.list(point.inputs.iter().map(|x| form.numbers(x)));
        format!("{} {}", form.scoped(form.numbers(&point.weights), "ZZ"), form.scoped(inputs, "ZZ"))
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
