//! The commands that show a counterexample again, and an instance without a match written out exactly.

use std::cell::OnceCell;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use allocert_claims::{AskedMatch, Checked, Counterexample, Definitions, Observation};
use allocert_core::allocation::print;
use allocert_core::matching::{Ensemble, Instance};
use allocert_core::network::{Network, Samples};
use allocert_core::number::Dyadic;
use allocert_core::text::shell;

/// More commands than these are left to the one that checks the claim again.
const MOST_COMMANDS: usize = 4;
/// Instances of more numbers are not written out.
const MOST_NUMBERS: usize = 400;

/// The command that checks a claim again.
pub fn check_again(checked: &Checked) -> String {
    let file = shell(&checked.file.display().to_string());
    format!("allocert verify{} {file} --only {}", uses(&checked.used), shell(&checked.claim))
}

/// What shows a counterexample again: a command for each match probability and each dimension that the claim asked about there,
/// its own allocation first; and the check of the claim where there are none, or more than a few. The check alone where the text
/// of a network does not lead to it again.
pub fn commands(checked: &Checked, counterexample: &Counterexample) -> Vec<String> {
    let is_own = |o: &&Observation| o.is_of(counterexample);
    let (own, others): (Vec<_>, Vec<_>) = counterexample.observations.iter().partition(is_own);
    // The teacher's dimension is shown beside every other one on the same inputs.
    let alone = |o: &&Observation| {
        let shown = |other: &Observation| (&other.network, other.samples) == (&o.network, o.samples);
        o.text != "all" || !counterexample.observations.iter().any(|other| other.text != "all" && shown(other))
    };
    let dimensions = own.into_iter().chain(others.into_iter().filter(alone)).map(Asked::Dimension);
    let all: Vec<Asked<'_>> = counterexample.questions.iter().map(Asked::Match).chain(dimensions).collect();
    let few = !all.is_empty() && all.len() <= MOST_COMMANDS;
    let shown = &all[..if few { all.len() } else { all.len().min(1) }];
    let sources = Sources::of(checked);
    let check = (!few).then(|| check_again(checked));
    let shown: Option<Vec<String>> = shown.iter().map(|asked| asked.command(&sources)).collect();
    match shown {
        Some(shown) => check.into_iter().chain(shown).collect(),
        None => vec![check_again(checked)],
    }
}

/// Files as options.
fn uses(files: &[PathBuf]) -> String {
    files.iter().map(|file| format!(" --use {}", shell(&file.display().to_string()))).collect()
}

/// Where the command line may have the networks of a claim from: nowhere else than the program itself, the files that the claim's
/// file may use, or these and that file; whichever comes first.
struct Sources {
    all: Vec<(Vec<PathBuf>, OnceCell<Option<Definitions>>)>,
}

impl Sources {
    fn of(checked: &Checked) -> Self {
        let with_own = [checked.used.as_slice(), std::slice::from_ref(&checked.file)].concat();
        let all = [Vec::new(), checked.used.clone(), with_own];
        Sources { all: all.into_iter().map(|files| (files, OnceCell::new())).collect() }
    }

    /// The options with which the text of a network is evaluated to the same network again; nothing if there are none.
    fn options(&self, network: &Network) -> Option<String> {
        let text = network.to_string();
        self.all.iter().find_map(|(files, definitions)| {
            let definitions = definitions.get_or_init(|| Definitions::read(files).ok()).as_ref()?;
            definitions.network(&text).is_ok_and(|again| again == *network).then(|| uses(files))
        })
    }
}

/// What a claim asked about.
enum Asked<'a> {
    Match(&'a AskedMatch),
    Dimension(&'a Observation),
}

impl Asked<'_> {
    /// The command that asks it again.
    fn command(&self, sources: &Sources) -> Option<String> {
        match self {
            Asked::Dimension(o) => {
                let (uses, network) = (sources.options(&o.network)?, shell(&o.network.to_string()));
                Some(format!("allocert rank{uses} {network} {}{}", shell(&o.text), on(o.samples)))
            }
            Asked::Match(q) => {
                let (uses, network) = (sources.options(&q.network)?, shell(&q.network.to_string()));
                let allocation = shell(&print(q.network.layout(), &q.allocation));
                let (on, trials, seed) = (on(q.samples), q.trials, q.seed);
                Some(format!("allocert match{uses} {network} {allocation}{on} --trials {trials} --seed {seed}"))
            }
        }
    }
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
