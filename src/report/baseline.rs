//! What changed in claims since an earlier result: what a CI system warns of, and what it may celebrate.

use std::collections::BTreeMap;

use allocert_core::text::plural;
use allocert_record::Verify;

/// A claim is slower only if it takes so many times as long,
const SLOWER: f64 = 2.0;
/// and so many seconds longer: short times vary.
const SLOWER_SECONDS: f64 = 1.0;

/// One change of one claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It has a counterexample now.
    NewlyRefuted,
    /// Its outcome is another, and not the expected one any more.
    Worse,
    /// It was there.
    Missing,
    /// It rests on weaker evidence.
    EvidenceWeakened,
    /// Fewer networks or instances were checked.
    CoversLess,
    /// It takes much longer.
    Slower,
    /// It is verified now.
    NewlyVerified,
    /// Its outcome is another, as it is expected to be.
    Changed,
    /// It was not there.
    New,
}

impl Change {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Change::NewlyRefuted => "newly refuted",
            Change::Worse => "not as expected any more",
            Change::Missing => "missing",
            Change::EvidenceWeakened => "evidence weakened",
            Change::CoversLess => "covers less",
            Change::Slower => "slower",
            Change::NewlyVerified => "newly verified",
            Change::Changed => "changed",
            Change::New => "new",
        }
    }
}

/// Changes, with the claim's name and what changed in words; regressions first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// (change, whether it is a regression, claim, what changed)
    pub list: Vec<(Change, bool, String, String)>,
    /// The claims that are the same.
    pub same: usize,
}

impl Changes {
    /// Whether there is a change for the worse.
    pub fn has_regressions(&self) -> bool {
        self.list.iter().any(|(_, regression, ..)| *regression)
    }
}

/// Compares results with earlier ones. A claim is known by its file's last part and its name, so that a folder may move; if
/// it stands in either more than once, the last counts. Regressions are: newly refuted (unless that is expected), not as
/// expected any more, missing, evidence weakened, covers less. A slower claim is no regression: machines differ.
pub fn compare(before: &[Verify], now: &[Verify]) -> Changes {
    let key = |c: &Verify| (c.file.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(), c.claim.clone());
    let earlier: BTreeMap<_, &Verify> = before.iter().map(|c| (key(c), c)).collect();
    let present: BTreeMap<_, &Verify> = now.iter().map(|c| (key(c), c)).collect();
    let mut changes = Changes::default();
    for (key, c) in &present {
        let found = match earlier.get(key) {
            None => vec![(Change::New, !c.as_expected, format!("{}, expected {}", c.outcome, c.expect))],
            Some(old) => changes_of(old, c),
        };
        if found.is_empty() {
            changes.same += 1;
        }
        let named = found.into_iter().map(|(change, regression, what)| (change, regression, c.claim.clone(), what));
        changes.list.extend(named);
    }
    let missing = earlier.iter().filter(|(key, _)| !present.contains_key(*key));
    changes.list.extend(missing.map(|(_, c)| (Change::Missing, true, c.claim.clone(), format!("was {}", c.outcome))));
    changes.list.sort_by(|a, b| (!a.1, a.0, &a.2).cmp(&(!b.1, b.0, &b.2)));
    changes
}

fn changes_of(old: &Verify, new: &Verify) -> Vec<(Change, bool, String)> {
    let mut found = Vec::new();
    if old.outcome != new.outcome || old.as_expected != new.as_expected {
        let what = if old.outcome == new.outcome {
            format!("still {}, now expected {}", new.outcome, new.expect)
        } else {
            format!("{} → {}", old.outcome, new.outcome)
        };
        let change = match new.outcome.as_str() {
            "refuted" if old.outcome != "refuted" => Change::NewlyRefuted,
            _ if old.as_expected && !new.as_expected => Change::Worse,
            "verified" if old.outcome != "verified" => Change::NewlyVerified,
            _ => Change::Changed,
        };
        found.push((change, !new.as_expected, what));
    }
    if let (Some(before), Some(after)) = (strength(old), strength(new))
        && after > before
    {
        let shown = |c: &Verify| super::evidence(c.evidence.as_deref(), c.error_log2);
        found.push((Change::EvidenceWeakened, true, format!("{} → {}", shown(old), shown(new))));
    }
    // A counterexample ends a check early: then there is nothing to compare.
    let complete = |c: &Verify| ["verified", "open", "supported", "contradicted"].contains(&c.outcome.as_str());
    if complete(old) && complete(new) && (new.networks < old.networks || new.allocations < old.allocations) {
        let what = format!(
            "{} in {} → {} in {}",
            plural(old.allocations, "instance"),
            plural(old.networks, "network"),
            new.allocations,
            new.networks
        );
        found.push((Change::CoversLess, true, what));
    }
    if new.seconds > SLOWER * old.seconds && new.seconds > old.seconds + SLOWER_SECONDS {
        found.push((Change::Slower, false, format!("{:.2} s → {:.2} s", old.seconds, new.seconds)));
    }
    found
}

/// Evidence as a number, the weaker the larger; nothing if nothing was settled. Bounds beyond the usual 2^-20 are alike.
fn strength(c: &Verify) -> Option<i64> {
    match (c.evidence.as_deref()?, c.error_log2) {
        ("proved", _) => Some(i64::MIN),
        (_, Some(bound)) => Some(bound.max(-20)),
        (_, None) => Some(i64::MAX),
    }
}
