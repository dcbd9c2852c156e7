//! A report as text and as JSON.

use serde_json::json;

use super::{Report, Verdict};

/// Control characters, line breaks too, so that no text of a certificate looks like another line of the report.
fn visible(text: &str) -> String {
    let hidden =
        |c: char| c.is_control() || ('\u{200e}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
    text.chars().map(|c| if hidden(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}

impl Report {
    /// One line of JSON.
    pub fn json(&self, file: &str) -> String {
        let hole =
            |h: &super::Hole| json!({"step": h.step, "rule": h.rule, "reason": h.reason, "error_log2": h.error_log2});
        json!({
            "file": file,
            "verdict": self.verdict.name(),
            "step": self.step,
            "rule": self.rule,
            "reason": self.reason,
            "holes": self.holes.iter().map(hole).collect::<Vec<_>>(),
            "about": self.about,
            "statements": self.statements,
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
        if !self.about.is_empty() {
            text.push_str(&format!("\n  {}", visible(&self.about)));
        }
        for statement in self.statements.iter().take(20) {
            text.push_str(&format!("\n  {}", visible(statement)));
        }
        if self.statements.len() > 20 {
            text.push_str(&format!("\n  … {} statements in all", self.statements.len()));
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
