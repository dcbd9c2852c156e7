//! What `allocert compare` says.

use serde::{Deserialize, Serialize};

use allocert_core::allocation::print;
use allocert_train::{Judged, Reported};

/// A file of training results, held against the theory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compare {
    /// The file.
    pub file: String,
    /// All findings together are wrong with about this probability at most, if every result is independent.
    pub level: f64,
    /// The interval of a row, where it has one, is wrong with at most this probability; an interval of level 1 minus it.
    #[serde(default)]
    pub interval_error: f64,
    /// The rows that contradict the theory.
    pub contradictions: u64,
    /// The rows that show a gap.
    pub gaps: u64,
    /// The rows that do neither.
    pub consistent: u64,
    /// The rows that cannot be judged.
    pub malformed: u64,
    /// What ended it before the last row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// The seed.
    pub seed: u64,
    /// Every row that was judged, in order.
    pub rows: Vec<CompareRow>,
}

/// A row and what is said of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CompareRow {
    /// Its number: the first row of data is 1.
    pub row: u64,
    /// `contradiction`, `gap`, `consistent` or `malformed`.
    pub finding: String,
    /// The column that is malformed.
    pub column: Option<String>,
    /// Why it is malformed.
    pub reason: Option<String>,
    /// The network, as it is written.
    pub network: Option<String>,
    /// The allocation, one weight at a time in canonical order.
    pub allocation: Option<String>,
    /// The number of generic inputs; nothing when functional.
    pub samples: Option<u64>,
    /// The students trained.
    pub trials: Option<u64>,
    /// Those that matched.
    pub successes: Option<u64>,
    /// `zero`, `one`, `fractional` or `undecided`.
    pub verdict_exact: Option<String>,
    /// The law that settles it.
    pub law: Option<String>,
    /// How it is known.
    pub evidence: Option<String>,
    /// The match probability, where a law or a theorem gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Two numbers that the match probability is proved to lie between, where a theorem gives no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enclosure: Option<[f64; 2]>,
    /// An interval for the match probability at half the level of one row, from random instances; absent where it is proved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    /// The limit that ended the instances early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// The chance of so many successes or more at its upper end.
    pub at_least: Option<f64>,
    /// The chance of so many successes or fewer at its lower end.
    pub at_most: Option<f64>,
}

impl CompareRow {
    /// A row that cannot be judged.
    pub fn malformed(row: u64, column: &str, reason: &str) -> Self {
        let (column, reason) = (Some(column.to_owned()), Some(reason.to_owned()));
        CompareRow { row, finding: "malformed".to_owned(), column, reason, ..CompareRow::default() }
    }

    /// A row that was judged.
    pub fn of(row: u64, reported: &Reported, judged: &Judged) -> Self {
        CompareRow {
            row,
            finding: judged.finding.name().to_owned(),
            column: None,
            reason: None,
            network: Some(reported.network.to_string()),
            allocation: Some(print(reported.network.layout(), &reported.allocation)),
            samples: judged.answer.samples.count(),
            trials: Some(reported.trials),
            successes: Some(reported.successes),
            verdict_exact: Some(judged.answer.verdict.name().to_owned()),
            law: Some(judged.answer.reason.to_string()),
            evidence: Some(judged.answer.evidence.name().to_owned()),
            probability: judged.probability(),
            enclosure: (judged.is_given() && judged.probability().is_none()).then_some(judged.interval),
            interval: (!judged.is_given()).then_some(judged.interval),
            stopped: judged.answer.estimate.as_ref().and_then(|e| e.stopped).map(|halt| halt.to_string()),
            at_least: Some(judged.at_least),
            at_most: Some(judged.at_most),
        }
    }
}

impl Compare {
    /// How many rows have this finding.
    pub fn count(rows: &[CompareRow], finding: &str) -> u64 {
        rows.iter().filter(|r| r.finding == finding).count() as u64
    }
}
