//! The claims as a table for a paper, in LaTeX with the package booktabs.

use allocert_core::text::thousands;

use super::outcome;
use super::read::Results;

/// A table of all claims, to be `\input` where `\usepackage{booktabs}` is in force; for many claims put it into a
/// `longtable`.
pub fn latex(results: &Results) -> String {
    let results = results.harmless();
    let mut text = String::from(
        "% Written by allocert. In the preamble: \\usepackage{booktabs}\n\\begin{tabular}{llrrl}\n\\toprule\nClaim & Outcome & Networks & Instances & Evidence \\\\\n\\midrule\n",
    );
    for c in &results.claims {
        let evidence = match (c.evidence.as_deref(), c.error_log2) {
            (None, _) => "--".to_owned(),
            (Some("proved"), _) => "proved".to_owned(),
            (Some(_), Some(bound)) => format!("error $\\le 2^{{{bound}}}$"),
            (Some(_), None) => "no bound".to_owned(),
        };
        let row = [
            format!("\\texttt{{{}}}", escape(&c.claim)),
            escape(outcome(c)),
            thousands(c.networks).replace(',', "\\,"),
            thousands(c.allocations).replace(',', "\\,"),
            evidence,
        ];
        text.push_str(&format!("{} \\\\\n", row.join(" & ")));
    }
    text.push_str("\\bottomrule\n\\end{tabular}\n");
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
