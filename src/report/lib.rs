//! Reports: results as a page to look at, a text for a pull request, a table for a paper, a file for a CI system; and what
//! changed since an earlier result. This room reads records and computes no answers.
//!
//! Everything that a user wrote is shown as text: it is escaped for the format that it goes into, and control characters
//! are made visible before.

mod asked;
mod baseline;
mod book;
mod drawing;
mod figure;
mod junit;
mod latex;
mod markdown;
mod page;
mod paper;
pub mod plot;
mod plots;
mod prose;
mod read;

pub use baseline::{Change, Changes, compare};
pub use book::{BookError, BookPage, Seen, book, seen};
pub use figure::Figure;
pub use junit::junit;
pub use latex::latex;
pub use markdown::markdown;
pub use page::html;
pub use paper::{Origin, Paper, paper};
pub use read::{ReadError, Results, Training, parse};

use allocert_record::{Match, Verify};

/// How a claim's result is named: its outcome, or `error` if it could not be evaluated.
fn outcome(claim: &Verify) -> &str {
    if claim.failed { "error" } else { &claim.outcome }
}

/// How a claim's outcome is known; nothing is said of one that could not be evaluated.
fn of_claim(claim: &Verify) -> String {
    if claim.failed { "–".to_owned() } else { evidence(claim.evidence.as_deref(), claim.error_log2) }
}

/// How an answer is known, in a few characters.
fn evidence(name: Option<&str>, error_log2: Option<i64>) -> String {
    match (name, error_log2) {
        (Some("bounded"), Some(bound)) => format!("error ≤ 2{}", superscript(bound)),
        (Some(name @ ("proved" | "statistical" | "open")), _) => name.to_owned(),
        // Nothing is known; or another version wrote the record, and what it meant is not known.
        _ => "open".to_owned(),
    }
}

/// What is known of a match probability: its value where a law or a theorem gives it, or the ends that a theorem gives;
/// otherwise a 95 % interval, with the share of matched instances before it where all are decided.
fn probability(m: &Match) -> String {
    // Beside an interval, the ends of a theorem are mere bounds.
    match (m.verdict.as_str(), &m.probability_exact, m.enclosure.filter(|_| m.ci95.is_none())) {
        ("zero", ..) => return "0".to_owned(),
        ("one", ..) => return "1".to_owned(),
        (_, Some(number), Some([low, _])) => return format!("{number} ({low:.4})"),
        (_, Some(number), None) => return number.clone(),
        (_, None, Some([low, high])) => {
            return format!("{:.6} to {:.6}", (low * 1e6).floor() / 1e6, (high * 1e6).ceil() / 1e6);
        }
        (_, None, None) => {}
    }
    match (m.probability, m.ci95) {
        (Some(p), Some([low, high])) => format!("{p:.4} (95 %: {low:.4} to {high:.4})"),
        (None, Some([low, high])) => format!("{low:.4} to {high:.4} (95 %)"),
        (_, None) => "not known".to_owned(),
    }
}

/// How an answer about a match probability is known: the verdict, where a law gives that and only random instances the value.
fn of_match(m: &Match) -> String {
    let known = evidence(Some(&m.evidence), m.error_log2);
    let sampled = m.ci95.is_some() && m.evidence != "statistical" && m.evidence != "open";
    if sampled { format!("verdict {known}, value statistical") } else { known }
}

/// Where a match probability is drawn, and the ends of what is known of it: a law or a theorem first, then instances.
fn drawn(
    verdict: Option<&str>,
    enclosure: Option<[f64; 2]>,
    probability: Option<f64>,
    ci95: Option<[f64; 2]>,
) -> Option<(f64, Option<[f64; 2]>)> {
    let within_bounds = enclosure.and(ci95).map(|[low, high]| f64::midpoint(low, high));
    match (verdict, enclosure.filter(|_| ci95.is_none())) {
        (Some("zero"), _) => Some((0.0, None)),
        (Some("one"), _) => Some((1.0, None)),
        (_, Some([low, high])) => Some((f64::midpoint(low, high), Some([low, high]))),
        (_, None) => probability.or(within_bounds).map(|p| (p, ci95)),
    }
}

/// A whole number as an exponent.
fn superscript(number: i64) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let high = |c: char| c.to_digit(10).map_or('⁻', |d| DIGITS[d as usize]);
    number.to_string().chars().map(high).collect()
}

/// A text whose powers of 2, such as `2^-84`, are printed as those of evidence.
fn powers(text: &str) -> String {
    let mut parts = text.split("2^");
    let mut printed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| c != '-' && !c.is_ascii_digit()).unwrap_or(part.len());
        match part[..end].parse() {
            Ok(exponent) => printed.push_str(&format!("2{}{}", superscript(exponent), &part[end..])),
            Err(_) => printed.push_str(&format!("2^{part}")),
        }
    }
    printed
}

/// The number of generic inputs in words.
fn samples(count: Option<u64>) -> String {
    match count {
        None => "functional".to_owned(),
        Some(1) => "1 sample".to_owned(),
        Some(count) => format!("{count} samples"),
    }
}

/// A short time.
fn seconds(time: f64) -> String {
    if time < 9.95 { format!("{time:.2} s") } else { format!("{time:.0} s") }
}

#[cfg(test)]
mod tests {
    use super::powers;

    #[test]
    fn powers_of_two_are_printed_alike() {
        assert_eq!(powers("degree bounded: error ≤ 2^-84, 2^10 sets"), "degree bounded: error ≤ 2⁻⁸⁴, 2¹⁰ sets");
        assert_eq!(powers("2^n and 2^-"), "2^n and 2^-");
    }
}
