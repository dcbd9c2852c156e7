//! The results as Markdown, for a pull request: what a reviewer looks at first, the rest folded away.

use allocert_core::text::{plural, thousands};
use allocert_record::Verify;

use super::read::Results;
use super::{evidence, of_claim, of_match, outcome, probability, samples, seconds};

/// The report as Markdown (GitHub's).
pub fn markdown(results: &Results) -> String {
    let results = results.harmless();
    let mut text = String::from("# allocert report\n");
    if !results.claims.is_empty() {
        text.push_str(&claims(&results.claims));
    }
    for s in &results.scans {
        let known = evidence(Some(&s.evidence), s.error_log2);
        text.push_str(&format!(
            "\n## {}, {}\n\nAll allocations inside {}; teacher dimension {}; {known}.\n\n| size | dimension | allocations |\n|---:|---:|---:|\n",
            code(&s.network),
            samples(s.samples),
            code(&s.within),
            s.teacher_dim
        ));
        for (size, dim, number) in &s.counts {
            text.push_str(&format!("| {size} | {dim} | {} |\n", plain(&thousands(number))));
        }
    }
    for l in &results.laws {
        let known = evidence(l.evidence.as_deref(), l.error_log2);
        let flat = l.letters()[1];
        let (network, flats) = (code(&l.network), plain(&thousands(&l.cyclic_flats)));
        let stopped = l.limit.as_ref().map_or_else(String::new, |limit| {
            format!("Stopped by {}: the formula is an upper bound, and sets may be missing. ", plain(limit))
        });
        text.push_str(&format!(
            "\n## The law of {network}, {}\n\n{stopped}{flats} cyclic flats; {known}.\n\n| dim {flat} | weights | sets | {flat} |\n|---:|---:|---:|---|\n",
            samples(l.samples)
        ));
        for kind in &l.kinds {
            let words = plain(&kind.description);
            text.push_str(&format!("| {} | {} | {} | {words} |\n", kind.dim, kind.size, kind.number));
        }
    }
    for c in &results.classifications {
        let known = evidence(Some(&c.evidence), c.error_log2);
        text.push_str(&format!(
            "\n## The verdicts of {}, {}\n\nHow many allocations of each size; teacher dimension {}; {known}.\n\n| size | zero | one | fractional | undecided |\n|---:|---:|---:|---:|---:|\n",
            code(&c.network),
            samples(c.samples),
            c.teacher_dim
        ));
        for (size, counts) in c.counts.iter().enumerate() {
            let counts = counts.map(|number| plain(&thousands(number)));
            text.push_str(&format!("| {size} | {} |\n", counts.join(" | ")));
        }
    }
    if !results.matches.is_empty() {
        text.push_str("\n## Match probabilities\n\n| network | allocation | samples | verdict | probability | evidence |\n|---|---|---|---|---|---|\n");
        for m in &results.matches {
            let (network, allocation) = (code(&m.network), code(&m.allocation));
            let row = format!(
                "| {network} | {allocation} | {} | {} | {} | {} |\n",
                samples(m.samples),
                plain(&m.verdict),
                probability(m),
                of_match(m)
            );
            text.push_str(&row);
        }
    }
    if !results.trainings.is_empty() {
        text.push_str(
            "\n## Training\n\n| network | allocation | samples | runs | matched |\n|---|---|---|---:|---:|\n",
        );
        for t in &results.trainings {
            let (network, allocation) = (code(&t.network), code(&t.allocation));
            text.push_str(&format!(
                "| {network} | {allocation} | {} | {} | {} |\n",
                samples(t.samples),
                t.trials,
                t.successes
            ));
        }
    }
    if !results.ranks.is_empty() {
        text.push_str("\n## Reachable dimensions\n\n| network | allocation | samples | dimension | teacher | evidence |\n|---|---|---|---:|---:|---|\n");
        for r in &results.ranks {
            let (network, allocation) = (code(&r.network), code(&r.allocation));
            let known = evidence(Some(&r.evidence), r.error_log2);
            text.push_str(&format!(
                "| {network} | {allocation} | {} | {} | {} | {known} |\n",
                samples(r.samples),
                r.dim,
                r.teacher_text()
            ));
        }
        let mut theorems: Vec<&str> =
            results.ranks.iter().flat_map(|r| r.theorems.iter().map(String::as_str)).collect();
        theorems.sort_unstable();
        theorems.dedup();
        theorems.iter().for_each(|theorem| text.push_str(&format!("\nRests on {}.\n", plain(theorem))));
    }
    text
}

/// More networks than this are only counted.
const MOST_NETWORKS: usize = 40;

fn claims(claims: &[Verify]) -> String {
    let unexpected: Vec<&Verify> = claims.iter().filter(|c| !c.as_expected).collect();
    let all = plural(claims.len(), "claim");
    let mut text = match unexpected.len() {
        0 => format!("\n**{all}, all as expected.**\n"),
        n => format!("\n**{all}, {n} not as expected.**\n"),
    };
    for c in &unexpected {
        text.push_str(&format!("\n- {} is **{}**, expected {}\n", code(&c.claim), outcome(c), plain(&c.expect)));
        if let Some(x) = &c.counterexample {
            let allocation = x.allocation.as_ref().map(|a| format!(", {}", code(a))).unwrap_or_default();
            text.push_str(&format!(
                "  - counterexample: {}{allocation}\n  - show it again: {}\n",
                code(&x.network),
                code(&x.command)
            ));
            if let Some(u) = &x.unmatched {
                let lines = u.lines().iter().map(|line| code(line)).collect::<Vec<_>>().join(", ");
                text.push_str(&format!("  - the teacher of trial {} has no student: {lines}\n", u.trial));
            }
        }
        if let Some(reason) = &c.reason {
            text.push_str(&format!("  - {}\n", code(reason)));
        }
    }
    text.push_str("\n<details><summary>All claims</summary>\n\n| outcome | claim | networks | instances | evidence | time |\n|---|---|---:|---:|---|---:|\n");
    for c in claims {
        let (networks, instances) = (thousands(c.networks), thousands(c.allocations));
        let known = of_claim(c);
        text.push_str(&format!(
            "| {} | {} | {networks} | {instances} | {known} | {} |\n",
            plain(outcome(c)),
            code(&c.claim),
            seconds(c.seconds)
        ));
    }
    text.push_str("\n</details>\n\n<details><summary>What was checked</summary>\n");
    claims.iter().for_each(|c| text.push_str(&checked(c)));
    text.push_str("\n</details>\n");
    text
}

/// The networks, the condition and the hypothesis of a claim, as written.
fn checked(c: &Verify) -> String {
    let mut text = format!("\n- {}\n", code(&c.claim));
    let mut add = |name: &str, what: &str| text.push_str(&format!("  - {name}: {what}\n"));
    let listed: Vec<String> = c.networks_listed.iter().take(MOST_NETWORKS).map(|n| code(n)).collect();
    let more = c.networks_listed.len() - listed.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    if let Some(networks) = &c.networks_written {
        add("networks as written", &code(networks));
    }
    if !listed.is_empty() {
        add("networks", &format!("{}{more}", listed.join(", ")));
    }
    if let Some(holds) = &c.holds {
        add("asks", &code(holds));
    }
    if let Some(given) = &c.given {
        add("given", &code(given));
    }
    let satisfy = if c.hypothesis_true.is_some() { " that satisfy the hypothesis" } else { "" };
    let unknown =
        if c.undecided > 0 { format!("; not known for {} more", thousands(c.undecided)) } else { String::new() };
    add("instances", &format!("{}{satisfy}{unknown}", thousands(c.allocations)));
    text
}

/// Text as code, with as many backquotes around it as it needs, in one line and in one cell of a table.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ").replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if text.trim().is_empty() {
        "(none)".to_owned()
    } else if text.starts_with('`') || text.ends_with('`') {
        format!("{fence} {text} {fence}")
    } else {
        format!("{fence}{text}{fence}")
    }
}

/// A word that a record holds and that ought to be plain.
fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric() || ",-. ".contains(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_holds_anything() {
        assert_eq!(code("a|b\nc"), "`a\\|b c`");
        assert_eq!(code("`x` <b>"), "`` `x` <b> ``");
        assert_eq!(code(""), "(none)");
        assert_eq!(plain("<b>refuted</b>"), "brefutedb");
    }
}
