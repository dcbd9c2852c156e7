//! Results read back: JSON objects, one after the other, of any commands.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use allocert_core::text::harmless;
use allocert_record::{Classify, Law, Match, Rank, Scan, Train, Verify};

/// Results of several commands, each kind in the order in which it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// Of `verify`.
    pub claims: Vec<Verify>,
    /// Of `scan`.
    pub scans: Vec<Scan>,
    /// Of `law`.
    pub laws: Vec<Law>,
    /// Of `classify`.
    pub classifications: Vec<Classify>,
    /// Of `match`.
    pub matches: Vec<Match>,
    /// Of `rank`.
    pub ranks: Vec<Rank>,
    /// Of `train`.
    pub trainings: Vec<Training>,
}

/// What a report needs of a result of `train`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// The network, as it is written.
    pub network: String,
    /// The allocation.
    pub allocation: String,
    /// The number of generic inputs; nothing when functional.
    pub samples: Option<u64>,
    /// The runs.
    pub trials: u64,
    /// Those that matched their teacher.
    pub successes: u64,
    /// Their share.
    pub success_rate: Option<f64>,
    /// A 95 % interval for it.
    pub ci95: [f64; 2],
    /// Runs whose loss tends to 0 while weights diverge.
    pub approximate: Option<u64>,
    /// The verdict of `match` on the same question.
    pub verdict_exact: Option<String>,
    /// The match probability by a law or a theorem, or else the share of matched instances; nothing where it is only enclosed, or
    /// instances are undecided.
    pub probability_exact: Option<f64>,
    /// Two numbers that a theorem proves it to lie between.
    #[serde(default)]
    pub enclosure_exact: Option<[f64; 2]>,
    /// A 95 % interval for it; nothing where a law or a theorem gives it.
    pub ci95_exact: Option<[f64; 2]>,
    /// Whether the runs are possible under that verdict.
    pub consistent: Option<bool>,
}

impl From<&Train> for Training {
    fn from(train: &Train) -> Self {
        Training {
            network: train.network.clone(),
            allocation: train.allocation.clone(),
            samples: train.samples,
            trials: train.trials,
            successes: train.successes,
            success_rate: train.success_rate,
            ci95: train.ci95,
            approximate: Some(train.approximate),
            verdict_exact: train.verdict_exact.clone(),
            probability_exact: train.probability_exact,
            enclosure_exact: train.enclosure_exact,
            ci95_exact: train.ci95_exact,
            consistent: train.consistent,
        }
    }
}

/// Why results cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Not JSON.
    #[error("{place}: result {number} is not JSON: {reason}\n  give what a command wrote with --json")]
    NotJson {
        /// The file.
        place: String,
        /// Which object, from 1.
        number: usize,
        /// What the reader says.
        reason: String,
    },
    /// JSON of something else.
    #[error(
        "{place}: result {number} is not a result of verify, scan, law, classify, match, train or rank: {reason}\n  give what one of these commands wrote with --json"
    )]
    NotAResult {
        /// The file.
        place: String,
        /// Which object, from 1.
        number: usize,
        /// What is missing.
        reason: String,
    },
}

/// Adds the JSON objects of a text to the results; `place` is only named in errors.
///
/// # Errors
/// See [`ReadError`]; what was read before the error stays.
pub fn parse(place: &str, text: &str, results: &mut Results) -> Result<(), ReadError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, value) in serde_json::Deserializer::from_str(text).into_iter::<Value>().enumerate() {
        let (place, number) = (place.to_owned(), index + 1);
        match value {
            Err(error) => return Err(ReadError::NotJson { place, number, reason: error.to_string() }),
            Ok(Value::Array(values)) => {
                for value in values {
                    add(value, results).map_err(|reason| ReadError::NotAResult {
                        place: place.clone(),
                        number,
                        reason,
                    })?;
                }
            }
            Ok(value) => add(value, results).map_err(|reason| ReadError::NotAResult { place, number, reason })?,
        }
    }
    Ok(())
}

/// Adds one object; kinds are told apart by a field that only they have.
fn add(value: Value, results: &mut Results) -> Result<(), String> {
    fn push<T: serde::de::DeserializeOwned>(value: Value, list: &mut Vec<T>) -> Result<(), String> {
        list.push(serde_json::from_value(value).map_err(|e| e.to_string())?);
        Ok(())
    }
    let has = |name: &str| value.get(name).is_some();
    if has("claim") {
        push(value, &mut results.claims)
    } else if has("counts") && has("degrees") {
        push(value, &mut results.classifications)
    } else if has("counts") {
        push(value, &mut results.scans)
    } else if has("flats") && has("formula") {
        push(value, &mut results.laws)
    } else if has("successes") {
        push(value, &mut results.trainings)
    } else if has("verdict") && has("matched") {
        push(value, &mut results.matches)
    } else if has("dim") && has("labels") {
        push(value, &mut results.ranks)
    } else {
        Err("a report is made of no others (it has none of the fields claim, counts, flats with formula, successes, verdict with matched, dim with labels)".to_owned())
    }
}

impl Results {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Results::default()
    }

    /// The same with control characters in every text made visible.
    pub(super) fn harmless(&self) -> Self {
        Results {
            claims: self.claims.iter().map(shown).collect(),
            scans: self.scans.iter().map(shown).collect(),
            laws: self.laws.iter().map(shown).collect(),
            classifications: self.classifications.iter().map(shown).collect(),
            matches: self.matches.iter().map(shown).collect(),
            ranks: self.ranks.iter().map(shown).collect(),
            trainings: self.trainings.iter().map(shown).collect(),
        }
    }
}

/// A record with control characters in every text made visible.
pub(super) fn shown<T: Clone + Serialize + serde::de::DeserializeOwned>(record: &T) -> T {
    fn walk(value: &mut Value) {
        match value {
            Value::String(text) => *text = harmless(text),
            Value::Array(values) => values.iter_mut().for_each(walk),
            Value::Object(fields) => fields.values_mut().for_each(walk),
            _ => {}
        }
    }
    let walked = serde_json::to_value(record).map(|mut value| {
        walk(&mut value);
        value
    });
    // A record that was written can be read.
    walked.and_then(serde_json::from_value).unwrap_or_else(|_| record.clone())
}
