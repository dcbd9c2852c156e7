//! What `allocert verify` says of one claim.

use serde::{Deserialize, Serialize};

use allocert_claims::{Checked, Expect};
use allocert_core::allocation::print;
use allocert_core::matching::{self, Case};
use allocert_core::reach::{Answer, Evidence};

use super::again::check_again;
use super::diagram::{MOST_WEIGHTS, learnable_places};
use super::rank::named;
use super::{Diagram, Obstruction, Unmatched, commands};

/// What came of checking a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verify {
    /// Its name.
    pub claim: String,
    /// The file it stands in.
    pub file: String,
    /// The line it starts at.
    pub line: usize,
    /// What it says.
    pub statement: String,
    /// What its file says of itself at its top, up to the first full stop; nothing if it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// Its proof, Markdown with LaTeX mathematics.
    pub proof: Option<String>,
    /// The networks it ranges over with the fewest and with the most weights.
    pub range: Option<(String, String)>,
    /// The networks it ranges over, as its file has them; nothing where the file does not say it in so many words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub networks_written: Option<String>,
    /// These networks, each once, in order.
    #[serde(default)]
    pub networks_listed: Vec<String>,
    /// The allocations that it ranges over, as its file has them; nothing where it leaves them out, or does not say it in so many
    /// words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocations_written: Option<String>,
    /// `holds`, or `trend`, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<String>,
    /// The hypothesis, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// The helper functions and tables of its file, and of the files that it uses, that all of these use, in the order of the files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub definitions: Vec<Definition>,
    /// The outcome that its author expects.
    pub expect: String,
    /// `verified`, `refuted`, `supported`, `contradicted` or `open`.
    pub outcome: String,
    /// Whether that is what was expected.
    pub as_expected: bool,
    /// Why it is open, or could not be evaluated.
    pub reason: Option<String>,
    /// The networks covered.
    pub networks: usize,
    /// The allocations covered (networks, for a claim about networks).
    pub allocations: u64,
    /// Those for which its hypothesis is false.
    pub hypothesis_false: u64,
    /// Those that satisfy the hypothesis; nothing if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hypothesis_true: Option<u64>,
    /// Those for which it is not known whether the claim holds.
    #[serde(default)]
    pub undecided: u64,
    /// The number of evaluations of `holds`, each for an orbit; nothing if allocations were not grouped by symmetry.
    pub orbits: Option<u64>,
    /// `proved`, `bounded`, `statistical` or `open`; nothing if nothing was settled.
    pub evidence: Option<String>,
    /// An error has at most the probability 2^this; nothing when proved, or when there is no bound.
    pub error_log2: Option<i64>,
    /// The names of the rules by which its dimensions are known not to be larger, a theorem with its words behind a colon: `weights` and
    /// `labels` (there are no more of them), `gauge` (directions that change no label), `teacher` (all weights reach no more), `parts` (a bound by
    /// the parts of a polynomial network), `theorem`, `flats`, `formula`, `random points`, `patterns`; `count` of matching degrees, and `others`
    /// for those that were not looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// The theorems of others that dimensions of its networks rest on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub theorems: Vec<String>,
    /// The smallest counterexample.
    pub counterexample: Option<Counterexample>,
    /// What a trend is like.
    pub trend: Option<Trend>,
    /// The file with the certificate, if one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// What the checker said of it, if it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_verdict: Option<String>,
    /// The time it took.
    pub seconds: f64,
    /// The seed of all randomness; nothing in records of versions that did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Whether its own expressions could not be evaluated, or were stopped.
    #[serde(default)]
    pub failed: bool,
    /// Whether a stated limit kept it from being settled.
    #[serde(default)]
    pub stopped: bool,
    /// The command that checks it again.
    #[serde(default)]
    pub command: String,
    /// With `--train`: what trainers found in a sample of its allocations.
    #[serde(default)]
    pub trained: Option<Trained>,
}

/// A helper function, a table or another statement of a claim's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// The name that it defines.
    pub name: String,
    /// As it is written; the start of a long table.
    pub text: String,
    /// Of a table that is cut: the number of its entries, where they are written out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries: Option<usize>,
    /// The file that it stands in, if that is another one than the claim's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// Trainers on a sample of a claim's allocations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trained {
    /// The allocations in the sample.
    pub allocations: u64,
    /// Those whose label map is too large to train, or whose match probability cannot be asked for.
    pub skipped: u64,
    /// Students trained, by all trainers together.
    pub trials: u64,
    /// Those with a refined match.
    pub successes: u64,
    /// Matches that are there, and were missed.
    pub missed: u64,
    /// Matches where none can be.
    pub inconsistent: u64,
    /// The first allocation with one of these, as `network, samples: allocation`.
    pub first_inconsistent: Option<String>,
    /// Whether training and theory agree.
    pub consistent: bool,
}

/// How a number goes along with the match probability, over pairs of allocations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    /// The allocations compared.
    pub cases: u64,
    /// Pairs in which the larger number has the larger probability.
    pub concordant: u64,
    /// Pairs in which it has the smaller one.
    pub discordant: u64,
    /// Pairs whose intervals overlap.
    pub unclear: u64,
    /// Pairs with different numbers and the same probability, which is known.
    pub tied: u64,
    /// Bounds on Goodman and Kruskal's gamma.
    pub gamma: Option<[f64; 2]>,
    /// (number, allocations, \[least, largest mean probability\])
    pub means: Vec<(i64, u64, [f64; 2])>,
    /// Pairs of (allocation, number, interval).
    pub exceptions: Vec<[(String, i64, [f64; 2]); 2]>,
}

/// An instance for which a claim is false.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counterexample {
    /// The network, as it is written.
    pub network: String,
    /// The number of generic inputs; nothing when functional.
    pub samples: Option<u64>,
    /// The allocation, for a claim about allocations.
    pub allocation: Option<String>,
    /// Its learnable weights.
    pub size: Option<usize>,
    /// Its reachable dimension.
    pub dim: Option<usize>,
    /// The teacher's dimension.
    pub teacher_dim: Option<usize>,
    /// Whether it spans.
    pub spans: Option<bool>,
    /// What was claimed, as written.
    pub claimed: Option<String>,
    /// The value of the left-hand side of a comparison.
    pub left: Option<String>,
    /// The sign between.
    pub sign: Option<String>,
    /// The value of the right-hand side.
    pub right: Option<String>,
    /// Every dimension that was asked for.
    pub dimensions: Vec<Observation>,
    /// A point at which the allocation's columns have their rank.
    pub point: Option<Point>,
    /// Of one about a small network as a whole: the places of a largest independent set of its weights, the first in canonical order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Vec<usize>>,
    /// `proved`, `bounded`, `statistical` or `open`.
    pub evidence: String,
    /// An error has at most the probability 2^this; nothing when proved, or when there is no bound.
    pub error_log2: Option<i64>,
    /// What shows it again, in one line of a shell.
    pub command: String,
    /// The same, a command each.
    #[serde(default)]
    pub commands: Vec<String>,
    /// A teacher without a matching student that the claim met there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmatched: Option<Unmatched>,
    /// How the network is drawn; nothing if it is too large for that.
    pub diagram: Option<Diagram>,
    /// Of an allocation that neither spans nor is independent: the connected flats that say why.
    #[serde(default)]
    pub obstructions: Vec<Obstruction>,
}

/// A dimension that a claim asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The network.
    pub network: String,
    /// The number of generic inputs; nothing when functional.
    pub samples: Option<u64>,
    /// The allocation.
    pub allocation: String,
    /// Its reachable dimension.
    pub dim: usize,
    /// The places of its weights among the entries of all tensors, where the counterexample has no allocation of its own and this is one of
    /// its network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learnable: Option<Vec<usize>>,
    /// Of these, where they are not independent: the places of a largest independent set, the first in canonical order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Vec<usize>>,
}

/// A point with small integer entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// All weights in canonical order.
    pub weights: Vec<i64>,
    /// The inputs; empty when labels are the coordinates of the network's function.
    pub inputs: Vec<Vec<i64>>,
    /// The rank of the allocation's columns there.
    pub rank: usize,
}

impl Verify {
    /// Of a checked claim.
    pub fn of(checked: &Checked) -> Self {
        let reason = match &checked.outcome {
            Err(error) => Some(error.to_string()),
            Ok(_) => checked.unsettled.as_ref().map(ToString::to_string),
        };
        let outcome = match &checked.outcome {
            Ok(outcome) => outcome.name(),
            Err(_) => Expect::Open.name(),
        };
        Verify {
            claim: checked.claim.clone(),
            file: checked.file.display().to_string(),
            line: checked.line,
            statement: checked.statement.clone(),
            topic: checked.written.topic.clone(),
            source: checked.source.clone(),
            proof: checked.proof.clone(),
            range: checked.range.clone(),
            networks_written: checked.written.networks.clone(),
            networks_listed: checked.ranges_over.iter().map(ToString::to_string).collect(),
            allocations_written: checked.written.allocations.clone().filter(|text| !text.is_empty()),
            holds: checked.written.holds.clone(),
            given: checked.written.given.clone(),
            definitions: checked.written.definitions.iter().map(Definition::of).collect(),
            expect: checked.expect.name().to_owned(),
            outcome: outcome.to_owned(),
            as_expected: checked.is_expected(),
            reason,
            networks: checked.networks,
            allocations: checked.instances,
            hypothesis_false: checked.skipped,
            hypothesis_true: checked.written.given.as_ref().map(|_| checked.instances),
            undecided: checked.undecided,
            orbits: checked.orbits,
            evidence: checked.known().map(|e| e.name().to_owned()),
            error_log2: checked.known().and_then(Evidence::error_log2),
            rules: checked.rules.clone(),
            theorems: theorems(checked),
            counterexample: checked.counterexample.as_deref().map(|c| Counterexample::of(checked, c)),
            trend: checked.trend.as_ref().map(Trend::of),
            certificate: None,
            certificate_verdict: None,
            seconds: checked.time.as_secs_f64(),
            seed: None,
            failed: checked.outcome.is_err(),
            stopped: checked.is_stopped(),
            command: check_again(checked),
            trained: None,
        }
    }
}

fn theorems(checked: &Checked) -> Vec<String> {
    let mut all: Vec<String> = checked.ranges_over.iter().flat_map(named).collect();
    all.sort();
    all.dedup();
    all
}

impl Definition {
    fn of(definition: &allocert_claims::Definition) -> Self {
        let allocert_claims::Definition { name, text, entries, file } = definition.clone();
        Definition { name, text, entries, file }
    }
}

impl Trend {
    fn of(trend: &matching::Trend) -> Self {
        let case = |c: &Case| (c.allocation.clone(), c.predictor, c.interval);
        Trend {
            cases: trend.cases,
            concordant: trend.concordant,
            discordant: trend.discordant,
            unclear: trend.unclear,
            tied: trend.tied,
            gamma: trend.gamma,
            means: trend.means.clone(),
            exceptions: trend.exceptions.iter().map(|(small, large)| [case(small), case(large)]).collect(),
        }
    }
}

impl Counterexample {
    fn of(checked: &Checked, c: &allocert_claims::Counterexample) -> Self {
        let commands = commands(checked, c);
        let sides = c.sides.clone();
        let (left, sign, right) = sides.map_or((None, None, None), |(l, s, r)| (Some(l), Some(s.to_owned()), Some(r)));
        let basis_of = |o: &allocert_claims::Observation| {
            let known = c.bases.iter().find(|(allocation, _)| *allocation == o.allocation);
            known
                .filter(|_| o.network == c.network && o.samples == c.samples)
                .map(|(_, b)| learnable_places(&o.network, b))
        };
        let observation = |o: &allocert_claims::Observation| Observation {
            network: o.network.to_string(),
            samples: o.samples.count(),
            allocation: o.text.clone(),
            dim: o.dim,
            learnable: (c.allocation.is_none() && o.network == c.network && o.network.weights() <= MOST_WEIGHTS)
                .then(|| learnable_places(&o.network, &o.allocation)),
            basis: basis_of(o),
        };
        let point =
            c.point.as_ref().map(|p| Point { weights: p.weights.clone(), inputs: p.inputs.clone(), rank: p.rank });
        let obstructions = c.answer.iter().flat_map(|answer| &answer.obstructions);
        Counterexample {
            obstructions: obstructions.map(|o| Obstruction::of(c.network.layout(), o)).collect(),
            network: c.network.to_string(),
            samples: c.samples.count(),
            allocation: c.allocation.as_ref().map(|a| print(c.network.layout(), a)),
            size: c.allocation.as_ref().map(|a| a.size()),
            dim: c.answer.as_ref().map(|a| a.dim.value),
            teacher_dim: c.answer.as_ref().and_then(Answer::teacher_dim),
            spans: c.answer.as_ref().and_then(Answer::spans_if_known),
            claimed: c.claimed.clone(),
            left,
            sign,
            right,
            dimensions: c.observations.iter().map(observation).collect(),
            point,
            basis: c.basis.as_ref().map(|basis| learnable_places(&c.network, basis)),
            evidence: c.evidence.name().to_owned(),
            error_log2: c.evidence.error_log2(),
            command: commands.join("; "),
            commands,
            unmatched: Unmatched::of(c),
            diagram: Diagram::of(&c.network, c.allocation.as_ref()),
        }
    }
}
