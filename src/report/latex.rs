//! The claims as a table for a paper, in LaTeX with the package booktabs.

use allocert_core::text::{plural, thousands};

use super::outcome;
use super::paper::of_claim;
use super::read::Results;

/// A table of all claims, to be `\input` where `\usepackage{booktabs}` is in force; for many claims put it into a
/// `longtable`.
pub fn latex(results: &Results) -> String {
    let results = results.harmless();
    let mut text = String::from(
        "% Written by allocert. In the preamble: \\usepackage{booktabs}\n\\begin{tabular}{llrrl}\n\\toprule\nClaim & Outcome & Networks & Instances & Evidence \\\\\n\\midrule\n",
    );
    for c in &results.claims {
        let row = [
            format!("\\texttt{{{}}}", escape(&c.claim)),
            escape(outcome(c)),
            thousands(c.networks).replace(',', "\\,"),
            thousands(c.allocations).replace(',', "\\,"),
            of_claim(c),
        ];
        text.push_str(&format!("{} \\\\\n", row.join(" & ")));
    }
    text.push_str("\\bottomrule\n\\end{tabular}\n");
    text.push_str(&asked(&results));
    text
}

/// What each claim ranges over and asks, as written, to be put into an appendix.
fn asked(results: &Results) -> String {
    let mut text = String::from("\n% What was checked, for an appendix.\n\\begin{description}\n");
    let verbatim = |text: &str| format!("\\texttt{{{}}}", escape(text));
    for c in &results.claims {
        let networks = c.networks_written.clone().unwrap_or_else(|| c.networks_listed.join(", "));
        text.push_str(&format!("\\item[{}] networks {}", verbatim(&c.claim), verbatim(&networks)));
        if c.networks_written.is_some() {
            let number = c.networks_listed.len();
            text.push_str(&format!(" ({} in all)", thousands(number).replace(',', "\\,")));
        }
        if let Some(given) = &c.given {
            text.push_str(&format!("; given {}", verbatim(given)));
        }
        if let Some(holds) = &c.holds {
            text.push_str(&format!("; asks {}", verbatim(holds)));
        }
        let satisfy = if c.hypothesis_true.is_some() { " that satisfy the hypothesis" } else { "" };
        text.push_str(&format!("; {}{satisfy}.\n", plural(c.allocations, "instance").replace(',', "\\,")));
    }
    text.push_str("\\end{description}\n");
    text
}

/// Text in which no character has a meaning for LaTeX; what is not ASCII stays as it is.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '{' | '}' | '$' | '&' | '#' | '%' | '_' => out.extend(['\\', c]),
            // Ligatures such as ?` and << are broken up.
            '<' => out.push_str("\\textless{}"),
            '>' => out.push_str("\\textgreater{}"),
            '`' => out.push_str("\\textasciigrave{}"),
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_user_wrote_is_a_command() {
        assert_eq!(escape("\\input{x} 50% a_b"), "\\textbackslash{}input\\{x\\} 50\\% a\\_b");
    }
}
