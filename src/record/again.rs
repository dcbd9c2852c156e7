//! The commands that show a counterexample again, and an instance without a match written out exactly.

use serde::{Deserialize, Serialize};

use allocert_claims::{AskedMatch, Checked, Counterexample, Observation};
use allocert_core::allocation::print;
use allocert_core::matching::{Ensemble, Instance};
use allocert_core::network::Samples;
use allocert_core::number::Dyadic;
use allocert_core::text::shell;

/// More commands than these are left to the one that checks the claim again.
const MOST_COMMANDS: usize = 4;
/// Instances of more numbers are not written out.
const MOST_NUMBERS: usize = 400;

/// What shows a counterexample again: a command for each match probability and each dimension that the claim asked about there,
/// its own allocation first; and the check of the claim where there are none, or more than a few.
pub fn commands(checked: &Checked, counterexample: &Counterexample) -> Vec<String> {
    let is_own = |o: &&Observation| o.is_of(counterexample);
    let (own, others): (Vec<_>, Vec<_>) = counterexample.observations.iter().partition(is_own);
    // The teacher's dimension is shown beside every other one on the same inputs.
    let alone = |o: &&Observation| {
        let shown = |other: &Observation| (&other.network, other.samples) == (&o.network, o.samples);
        o.text != "all" || !counterexample.observations.iter().any(|other| other.text != "all" && shown(other))
    };
    let dimensions = own.into_iter().chain(others.into_iter().filter(alone)).map(of_dimension);
    let mut all: Vec<String> = counterexample.questions.iter().map(of_match).chain(dimensions).collect();
    if all.is_empty() || all.len() > MOST_COMMANDS {
        all.truncate(1);
        let file = checked.file.display().to_string();
        all.insert(0, format!("allocert verify {} --only {}", shell(&file), shell(&checked.claim)));
    }
    all
}

fn of_dimension(o: &Observation) -> String {
    format!("allocert rank {} {}{}", shell(&o.network.to_string()), shell(&o.text), on(o.samples))
}

fn of_match(q: &AskedMatch) -> String {
    let allocation = print(q.network.layout(), &q.allocation);
    format!(
        "allocert match {} {}{} --trials {} --seed {}",
        shell(&q.network.to_string()),
        shell(&allocation),
        on(q.samples),
        q.trials,
        q.seed
    )
}

fn on(samples: Samples) -> String {
    samples.count().map(|count| format!(" --samples {count}")).unwrap_or_default()
}

/// A student, a teacher that it cannot match, and the inputs, exactly: numbers are `numerator/2^exponent`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmatched {
    /// The network, as it is written.
    pub network: String,
    /// The number of generic inputs; nothing when functional.
    pub samples: Option<u64>,
    /// The allocation, one weight at a time in canonical order.
    pub allocation: String,
    /// The seed that it was drawn with.
    pub seed: u64,
    /// The trial.
    pub trial: u64,
    /// All weights of the student in canonical order; the learnable ones may take any values.
    pub student: Vec<String>,
    /// All weights of the teacher.
    pub teacher: Vec<String>,
    /// The inputs; where the answer is functional, those on which labels are the coordinates of the network's function.
    pub inputs: Vec<Vec<String>>,
}

impl Unmatched {
    /// The first instance without a match that a counterexample's questions met; nothing if there is none, or it is large.
    pub fn of(counterexample: &Counterexample) -> Option<Self> {
        counterexample.questions.iter().find_map(|q| Unmatched::in_question(q, q.without_match?))
    }

    fn in_question(q: &AskedMatch, trial: u64) -> Option<Self> {
        let Instance { student, teacher, inputs, .. } =
            Instance::draw(&q.network, q.samples, Ensemble::Gaussian, q.seed, trial);
        let numbers = student.len() + teacher.len() + inputs.iter().map(Vec::len).sum::<usize>();
        (numbers <= MOST_NUMBERS).then(|| Unmatched {
            network: q.network.to_string(),
            samples: q.samples.count(),
            allocation: print(q.network.layout(), &q.allocation),
            seed: q.seed,
            trial,
            student: texts(&student),
            teacher: texts(&teacher),
            inputs: inputs.iter().map(|input| texts(input)).collect(),
        })
    }

    /// It in lines, for a person.
    pub fn lines(&self) -> Vec<String> {
        let row = |name: &str, numbers: &[String]| format!("{name:<8} {}", numbers.join(" "));
        let rows = [row("student", &self.student), row("teacher", &self.teacher)];
        rows.into_iter().chain(self.inputs.iter().map(|input| row("input", input))).collect()
    }
}

/// Numbers as `numerator/2^exponent`, exactly.
pub(super) fn texts(numbers: &[Dyadic]) -> Vec<String> {
    numbers.iter().map(|x| format!("{}/2^{}", x.mantissa, x.exponent)).collect()
}
