//! What is proved of a network with quotients, exponentials and logarithms, as `FunctionsChecker.v` has it.

use std::collections::BTreeSet;

use allocert_format::Rule;

use super::facts::Reason;
use super::form::{Form, comment};
use super::polynomial::Polynomial;
use super::section::{Answer, Section, What};
use super::writing::Written;

impl Section {
    /// Why a rule has no proof for these networks, where others may have one.
    pub(super) fn has_proof(&self, rule: &Rule) -> Result<(), String> {
        let no = |what: &str| Err(format!("{what} of a network with quotients or exponentials has no proof in Coq"));
        match rule {
            Rule::Point { inputs, functions, .. } => {
                let lines = self.network.functions().unwrap_or_default();
                let count = |sees: bool| lines.iter().filter(|line| line.1 == sees).count();
                let fits = match functions.split_first() {
                    None => lines.is_empty(),
                    Some((blind, seeing)) => {
                        blind.len() == count(false)
                            && seeing.len() == inputs.len()
                            && seeing.iter().all(|numbers| numbers.len() == count(true))
                    }
                };
                if fits { Ok(()) } else { Err("the point has not so many numbers for exponentials".to_owned()) }
            }
            Rule::Independent { points } => match points.iter().find(|point| !self.points.contains_key(point)) {
                None => Ok(()),
                Some(point) => Err(format!("step {point} is no point of this network")),
            },
            Rule::Minor { .. }
            | Rule::Size { .. }
            | Rule::Kernel { .. }
            | Rule::Inclusion { .. }
            | Rule::Dimension { .. }
            | Rule::Spans { .. } => Ok(()),
            Rule::Labels { at_most, .. } => {
                let all = self.samples.map(|m| (m as usize).saturating_mul(self.network.labels()));
                if all.is_some_and(|all| all <= *at_most) { Ok(()) } else { no("a bound by fewer labels than all") }
            }
            Rule::Submodular { .. } => no("submodularity"),
            Rule::Symmetry { .. } => no("a symmetry"),
            Rule::Instance { .. } | Rule::Solution { .. } | Rule::Absence { .. } => no("an instance"),
            Rule::Branch { .. } | Rule::Count { unproved: 0, .. } => no("a count"),
            // Others have a reason of their own.
            _ => Ok(()),
        }
    }

    /// As for other networks.
    pub(super) fn finish_functions(mut self) -> Written {
        // `FunctionsChecker.v` looks for a bound of some set, also where the size of the whole is one.
        if self.bounds.known.iter().all(|bound| !bound.set.is_empty()) {
            self.bounds.push(Vec::new(), 0, Reason::Size);
        }
        let points: BTreeSet<u64> = self.answers.iter().filter_map(|a| a.what.point()).collect();
        let coq = self.coq_of_functions(&points);
        let plain = points.iter().map(|point| self.plain_of_functions(*point)).collect();
        let proved = self.answers.into_iter().map(|a| (a.step, a.whole, a.statement)).collect();
        Written { coq, plain, subject: self.subject, proved }
    }

    /// The network and the samples in Coq.
    fn about_functions(&self) -> String {
        let samples = self.samples.map_or("Functional".to_owned(), |m| format!("(Samples {m})"));
        format!("{} {samples}", self.network.term)
    }

    fn coq_of_functions(&self, points: &BTreeSet<u64>) -> String {
        let (number, form, shown) = (self.number, Form::Coq, self.shown());
        let mut text = format!("(** ** {} *)\n\n{}", comment(&self.subject), self.network.definition);
        for point in points.union(&shown) {
            let samples = form.list(self.samples_at(form, *point));
            text.push_str(&format!("Definition point_{number}_{point} : seq sample := {samples}.\n"));
        }
        let shown: Vec<String> = shown.iter().map(|point| format!("point_{number}_{point}")).collect();
        text.push_str(&format!(
            "Definition shown_{number} : seq sample := {}.\nDefinition bounds_{number} : seq (known * freason) := {}.\n\n",
            if shown.is_empty() { "[::]".to_owned() } else { shown.join(" ++ ") },
            self.bounds.term(form, 1, true),
        ));
        // An upper bound needs no independence.
        let least = |a: &&Answer| !matches!(a.what, What::AtMost { .. });
        let least: BTreeSet<u64> = self.answers.iter().filter(least).filter_map(|a| a.what.point()).collect();
        for point in points {
            let at = format!("{number}_{point}");
            text.push_str(&format!(
                "Definition C_{at} := FCertificate {} shown_{number} point_{at} bounds_{number}.\n",
                self.about_functions(),
            ));
            if least.contains(point) {
                text.push_str(&format!("Lemma checked_{at} : fcertificate_ok C_{at} = true. Proof. computed. Qed.\n"));
            }
            text.push('\n');
        }
        self.answers.iter().for_each(|answer| text.push_str(&self.theorem_of_functions(answer)));
        self.answers.iter().for_each(|a| text.push_str(&format!("Print Assumptions answer_{}.\n", a.step)));
        text
    }

    /// A theorem of Coq, its statement in words before it.
    fn theorem_of_functions(&self, answer: &Answer) -> String {
        let (form, step, about, number) = (Form::Coq, answer.step, self.about_functions(), self.number);
        let computed = |name: &str, set: &[usize], k: &usize, point: u64| {
            let (set, at) = (form.numbers(set), format!("{number}_{point}"));
            let lemma = format!("Lemma computed_{step} : {name}_ok C_{at} {set} {k} = true. Proof. computed. Qed.\n");
            (format!("{name} {about} {set} {k}"), lemma, format!("{name}_checked checked_{at} computed_{step}"))
        };
        let (theorem, lemma, proof) = match &answer.what {
            What::Dimension { set, dim, point } => computed("fdimension", set, dim, *point),
            What::AtLeast { set, k, point } => computed("fat_least", set, k, *point),
            What::AtMost { set, k, point } => {
                let (theorem, lemma, _) = computed("fat_most", set, k, *point);
                let upper =
                    format!("Lemma upper_{step} : fupper_ok C_{number}_{point} = true. Proof. computed. Qed.\n");
                (theorem, upper + &lemma, format!("fat_most_checked upper_{step} computed_{step}"))
            }
            What::Spans { set, spans, from } => {
                let n = self.network.weights;
                let theorem = format!("fspans {about} {n} {}", form.numbers(set));
                let (one, all) = (format!("answer_{}", from.0), format!("answer_{}", from.1));
                match spans {
                    true => (theorem, String::new(), format!("fspans_checked (n := {n}) {one} {all}")),
                    false => (
                        format!("~ {theorem}"),
                        String::new(),
                        format!("not_fspans_checked (n := {n}) {one} {all} erefl"),
                    ),
                }
            }
            // `has_proof` takes none of these.
            What::Census { .. } | What::Shown { .. } => return String::new(),
        };
        let statement = comment(&answer.statement);
        format!("(** {statement} *)\n{lemma}Theorem answer_{step} : {theorem}.\nProof. exact ({proof}). Qed.\n\n")
    }

    /// What the extracted checker reads about a point.
    fn plain_of_functions(&self, point: u64) -> String {
        let form = Form::Plain;
        let samples = self.samples.map_or("functional".to_owned(), |m| format!("samples {m}"));
        let answer = |answer: &Answer| match &answer.what {
            What::Dimension { set, dim, point: p } if *p == point => {
                Some(format!("\n  dimension {} {dim}", form.numbers(set)))
            }
            What::AtLeast { set, k, point: p } if *p == point => {
                Some(format!("\n  at_least {} {k}", form.numbers(set)))
            }
            What::AtMost { set, k, point: p } if *p == point => Some(format!("\n  at_most {} {k}", form.numbers(set))),
            _ => None,
        };
        format!(
            "{} {samples}\n{}\n{}\n{}\n{}\n",
            self.network.plain,
            form.list(self.shown().into_iter().flat_map(|point| self.samples_at(form, point))),
            form.list(self.samples_at(form, point)),
            self.bounds.term(form, 1, true),
            form.list(self.answers.iter().filter_map(answer)),
        )
    }

    /// The points at which exponentials are seen to be independent.
    fn shown(&self) -> BTreeSet<u64> {
        self.independent.values().flatten().copied().collect()
    }

    /// A point, input after input: on so many samples, the first again in place of missing ones. Nothing without a point.
    fn samples_at(&self, form: Form, point: u64) -> Vec<String> {
        let Some(point) = self.points.get(&point) else { return Vec::new() };
        let lines = self.network.functions().unwrap_or_default();
        let integer = |number: &i64| match form {
            Form::Coq if *number < 0 => format!("({number})"),
            _ => number.to_string(),
        };
        let sample = |(s, input): (usize, &Vec<i64>)| {
            let of = |sees: bool| {
                let numbers = point.functions.get(if sees { s + 1 } else { 0 });
                let at = lines.iter().filter(move |line| line.1 == sees).map(|line| line.0);
                at.zip(numbers.into_iter().flatten())
            };
            let numbers = of(false)
                .chain(of(true))
                .map(|(line, number)| form.tuple(&[line.to_string(), form.scoped(integer(number), "ZZ")]));
            format!(
                "\n  {}{} {} {}",
                form.word("Sample ", ""),
                form.scoped(form.numbers(&point.weights), "ZZ"),
                form.scoped(form.numbers(input), "ZZ"),
                form.list(numbers),
            )
        };
        // Kernel vectors are looked at where there are no inputs, too.
        let none = [Vec::new()];
        let inputs = if point.inputs.is_empty() { &none[..] } else { &point.inputs[..] };
        let mut samples: Vec<String> = inputs.iter().enumerate().map(sample).collect();
        if let (Some(m), Some(first)) = (self.samples, samples.first().cloned()) {
            samples.resize((m as usize).max(samples.len()), first);
        }
        samples
    }

    /// Whether a vector's entries are polynomials in weights alone, as `FunctionsChecker.v` takes them.
    pub(super) fn takes_vectors(&self, vectors: &[Vec<Polynomial>]) -> Result<(), String> {
        if self.network.functions().is_none() || vectors.iter().flatten().all(Polynomial::of_weights) {
            return Ok(());
        }
        Err("kernel vectors of a network with quotients or exponentials that depend on the input have no proof in Coq"
            .to_owned())
    }
}
