//! What becomes of claims that are about one thing.
#![allow(dead_code)] // Each test file uses a part of this.

use serde_json::Value;

use super::program::{objects, verify};

/// The record of a claim.
pub fn check(before: &str, arguments: &str) -> Value {
    let run = verify(&format!("{before}\nclaim(name = \"t\", statement = \"s\", {arguments})\n"), &["--json"]);
    let mut all = objects(&run);
    assert_eq!(all.len(), 1, "{arguments}\n{}", run.err);
    all.remove(0)
}

/// All conditions in one run, in order, each with its outcome.
pub fn outcomes(before: &str, about: &str, conditions: &[&str]) -> Vec<String> {
    let claim = |(place, condition): (usize, &&str)| {
        format!("claim(name = \"t{place}\", statement = \"s\", {about}, holds = lambda net, a: {condition})\n")
    };
    let claims: String = conditions.iter().enumerate().map(claim).collect();
    let run = verify(&format!("{before}\n{claims}"), &["--json"]);
    let all = objects(&run);
    assert_eq!(all.len(), conditions.len(), "{}", run.err);
    all.iter().map(|record| record["outcome"].as_str().unwrap().to_owned()).collect()
}

/// All conditions have this outcome.
pub fn all_are(outcome: &str, before: &str, about: &str, conditions: &[&str]) {
    for (condition, got) in conditions.iter().zip(outcomes(before, about, conditions)) {
        assert_eq!(got, outcome, "{condition}");
    }
}

/// What is said of a file that is refused.
pub fn refused(claims: &str) -> String {
    let run = verify(claims, &[]);
    assert_eq!(run.status, 2, "{claims}\n{}{}", run.out, run.err);
    run.out + &run.err
}
