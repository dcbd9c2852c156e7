//! A report as text and as JSON.

use serde_json::json;

use super::{Report, Standing, Verdict};

/// So many lines of a program are shown.
const MOST_LINES: usize = 40;

/// Control characters, line breaks too, so that no text of a certificate looks like another line of the report.
fn visible(text: &str) -> String {
    let unseen = ['\u{200b}'..='\u{202e}', '\u{2060}'..='\u{206f}', '\u{fff9}'..='\u{fffb}', '\u{e0000}'..='\u{e007f}'];
    let alone = ['\u{ad}', '\u{34f}', '\u{61c}', '\u{feff}'];
    let hidden = |c: char| c.is_control() || alone.contains(&c) || unseen.iter().any(|range| range.contains(&c));
    text.chars().map(|c| if hidden(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}

impl Report {
    /// One line of JSON.
    pub fn json(&self, file: &str) -> String {
        let hole =
            |h: &super::Hole| json!({"step": h.step, "rule": h.rule, "reason": h.reason, "error_log2": h.error_log2});
        let context = |c: &super::Context| json!({"network": c.network, "proved": c.hole.is_none(), "hole": c.hole});
        let program = |p: &super::Carried| json!({"network": p.network, "sha256": p.sha256, "program": p.text});
        let dimensions = if self.is_whole() { "valid" } else { "holey" };
        json!({
            "file": file,
            "verdict": self.verdict.name(),
            "step": self.step,
            "rule": self.rule,
            "reason": self.reason,
            "holes": self.holes.iter().map(hole).collect::<Vec<_>>(),
            "about": self.about,
            "statements": self.statements,
            "contexts": self.contexts.iter().map(context).collect::<Vec<_>>(),
            "claim": self.claim.map(Standing::name),
            "dimensions": self.claim.map(|_| dimensions),
            "programs": self.programs.iter().map(program).collect::<Vec<_>>(),
            "shown": self.shown,
            "theorems": self.theorems,
        })
        .to_string()
    }

    /// For a person; control characters from the file are made visible.
    pub fn text(&self, file: &str) -> String {
        let mut text = format!("{}: {}", visible(file), self.verdict.name());
        let place = |step: u64, rule: Option<&str>| match rule {
            Some(rule) => format!("step {step}, {rule}"),
            None if step == 0 => "the header".to_owned(),
            None => format!("step {step}"),
        };
        if self.verdict != Verdict::Valid && self.verdict != Verdict::Holey {
            let reason = self.reason.as_deref().unwrap_or_default();
            text.push_str(&format!(
                " ({}: {reason})",
                place(self.step.unwrap_or(0), self.rule),
                reason = visible(reason)
            ));
        }
        if self.claim == Some(Standing::NotEvaluated) {
            let dimensions =
                if self.is_whole() { "all dimensions are proved" } else { "some dimensions are not proved" };
            text.push_str(&format!(" ({dimensions}; the claim itself is not evaluated)"));
        }
        if !self.about.is_empty() {
            text.push_str(&format!("\n  {}", visible(&self.about)));
        }
        for (statement, context) in self.statements.iter().zip(&self.contexts).take(20) {
            let rests = |hole| format!(" (not proved: rests on the hole at step {hole})");
            let rests = context.hole.map_or_else(String::new, rests);
            text.push_str(&format!("\n  {}{rests}", visible(statement)));
        }
        if self.statements.len() > 20 {
            text.push_str(&format!("\n  … {} statements in all", self.statements.len()));
        }
        for theorem in &self.theorems {
            text.push_str(&format!("\n  (rests on {theorem})"));
        }
        for carried in &self.programs {
            text.push_str(&format!(
                "\n  what is called {} here is this program, SHA-256 {}:",
                visible(&carried.network),
                carried.sha256
            ));
            let lines: Vec<&str> = carried.text.lines().collect();
            lines.iter().take(MOST_LINES).for_each(|line| text.push_str(&format!("\n    {}", visible(line))));
            if lines.len() > MOST_LINES {
                text.push_str(&format!("\n    … {} lines in all; --json has them", lines.len()));
            }
        }
        for shown in &self.shown {
            text.push_str(&format!("\n  {}", visible(shown)));
        }
        for hole in self.holes.iter().take(20) {
            let error = hole.error_log2.map_or(String::new(), |e| format!(", error at most 2^{e}"));
            text.push_str(&format!(
                "\n  hole at {}: {}{error}",
                place(hole.step, Some(hole.rule)),
                visible(&hole.reason)
            ));
        }
        if self.holes.len() > 20 {
            text.push_str(&format!("\n  … {} holes in all", self.holes.len()));
        }
        text
    }
}
