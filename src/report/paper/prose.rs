//! Text for LaTeX in which nothing that users wrote is a command, but for formulas of known, harmless ones.

/// A name as code, which breaks only if it is long, and then behind a hyphen.
pub(super) fn identifier(text: &str) -> String {
    let breaks = if text.chars().count() > LONGEST_NAME { "{-}\\allowbreak{}" } else { "{-}" };
    let letters: String = text.chars().map(|c| if c == '-' { breaks.to_owned() } else { letter(c) }).collect();
    format!("{{\\ttfamily\\hyphenchar\\font=-1 {letters}}}")
}

/// Longer names do not fit the column of a table.
const LONGEST_NAME: usize = 35;

/// Text as code, which may break after punctuation, and inside of a name only behind a slash.
pub(super) fn code(text: &str) -> String {
    let mut out = String::from("\\allocertcode{");
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        out.push_str(&letter(c));
        // A sign such as == stays whole.
        if ",/(".contains(c) && letters.peek() != Some(&'=') {
            out.push_str("\\allowbreak{}");
        }
    }
    out.push('}');
    out
}

/// Code: of one line as [`code`], of several in paragraphs of their own, indented as they were, between which pages may break.
pub(super) fn listing(text: &str) -> String {
    if !text.contains('\n') {
        return code(text);
    }
    lines(text)
}

/// No page breaks inside of code of so many lines, and none after the first line of longer code.
const SHORT: usize = 12;

/// Code in paragraphs, one for each line.
pub(super) fn lines(text: &str) -> String {
    let mut out = String::from("\\par\n");
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    for (place, line) in lines.iter().enumerate() {
        let inside = line.trim_start();
        let indent = (line.len() - inside.len()) as f64 / 2.0;
        out.push_str(&format!("\\allocertline{{{indent}}}{{{}}}\n", code(inside)));
        let is_last = place + 1 == lines.len();
        if !is_last && (place == 0 || lines.len() <= SHORT) {
            out.push_str("\\nopagebreak\n");
        }
    }
    out
}

/// Text, with the formulas between dollars typeset that are of harmless commands, and what reads as mathematics outside of them.
pub(super) fn prose(text: &str) -> String {
    if !text.matches('$').count().is_multiple_of(2) {
        return plain(text);
    }
    let text = text.replace('\n', " ");
    let mut out = String::new();
    for (place, part) in text.split('$').enumerate() {
        if place % 2 == 0 {
            out.push_str(&scripts(part));
        } else if is_harmless(part) {
            out.push_str(&format!("${part}$"));
        } else {
            out.push_str(&code(part));
        }
    }
    out
}

/// Plain text in which powers and indices of single letters, digits and brackets, such as `d^2`, `k_i` and `2^(n - 1)`, and signs of
/// comparison are typeset. Names of several letters, as in `teacher_dim`, stay as they are.
fn scripts(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let (mut out, mut at) = (String::new(), 0);
    while let Some(c) = letters.get(at) {
        let sign = match (c, letters.get(at + 1)) {
            ('<', Some('=')) => Some("\\ensuremath{\\le}"),
            ('>', Some('=')) => Some("\\ensuremath{\\ge}"),
            ('!', Some('=')) => Some("\\ensuremath{\\ne}"),
            ('-', Some('>')) => Some("\\ensuremath{\\to}"),
            _ => None,
        };
        if let Some(sign) = sign {
            out.push_str(sign);
            at += 2;
            continue;
        }
        // A minus between numbers, brackets or single letters.
        let before = at >= 2 && letters[at - 1] == ' ' && {
            let alone = at < 3 || !letters[at - 3].is_alphabetic();
            letters[at - 2].is_ascii_digit()
                || ")!".contains(letters[at - 2])
                || letters[at - 2].is_ascii_alphabetic() && alone
        };
        if *c == '-' && before && letters.get(at + 1) == Some(&' ') {
            out.push_str("\\ensuremath{-}");
            at += 1;
            continue;
        }
        let joined = at > 0 && (letters[at - 1].is_alphanumeric() || letters[at - 1] == '_');
        let is_base = c.is_ascii_digit() || *c == ')' || c.is_ascii_alphabetic() && !joined;
        let script = letters.get(at + 1).filter(|sign| is_base && "^_".contains(**sign));
        match script.and_then(|sign| Some((sign, script_at(&letters, at + 2)?))) {
            Some((sign, (inside, end))) => {
                out.push_str(&format!("\\ensuremath{{{c}{sign}{{{inside}}}}}"));
                at = end;
            }
            None => {
                // In prose it is an apostrophe.
                out.push_str(&if *c == '\'' { "'".to_owned() } else { letter(*c) });
                at += 1;
            }
        }
    }
    out
}

/// A power or an index that begins at a place, with its end: letters and digits, or what is in brackets. Nothing of both kinds, one
/// after the other, and nothing that goes on as a name.
fn script_at(letters: &[char], begin: usize) -> Option<(String, usize)> {
    let rest = &letters[begin.min(letters.len())..];
    let (inside, end): (String, usize) = if rest.first() == Some(&'(') {
        let length = rest.iter().position(|c| *c == ')')?;
        (rest[1..length].iter().collect(), begin + length + 1)
    } else {
        let sign = usize::from(rest.first() == Some(&'-'));
        let length = sign + rest[sign..].iter().take_while(|c| c.is_ascii_alphanumeric()).count();
        (rest[..length].iter().collect(), begin + length)
    };
    let simple = |c: char| c.is_ascii_alphanumeric() || " +-*/,".contains(c);
    let goes_on = letters.get(end).is_some_and(|c| "^_".contains(*c) || c.is_alphanumeric());
    let is_script = inside.chars().any(|c| c.is_ascii_alphanumeric()) && inside.chars().all(simple) && !goes_on;
    is_script.then_some((inside, end))
}

/// Commands of formulas that are typeset; all others are shown as they are written.
const COMMANDS: [&str; 44] = [
    "det",
    "tilde",
    "rho",
    "le",
    "ge",
    "ne",
    "in",
    "sum",
    "min",
    "max",
    "cup",
    "cap",
    "setminus",
    "subset",
    "alpha",
    "beta",
    "gamma",
    "delta",
    "theta",
    "lambda",
    "mu",
    "nu",
    "sigma",
    "cdots",
    "ldots",
    "cdot",
    "times",
    "mathbb",
    "mathrm",
    "frac",
    "binom",
    "dim",
    "to",
    "emptyset",
    "lfloor",
    "rfloor",
    "lceil",
    "rceil",
    "partial",
    "quad",
    "prod",
    "varepsilon",
    "operatorname",
    "sqrt",
];

fn is_harmless(formula: &str) -> bool {
    let mut depth = 0_i32;
    for c in formula.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if depth < 0 || !c.is_ascii() || "%#&~\"".contains(c) || c.is_control() {
            return false;
        }
    }
    let known = |rest: &str| {
        let name: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
        if name.is_empty() { rest.starts_with([',', ';', '!', ' ']) } else { COMMANDS.contains(&name.as_str()) }
    };
    // Two scripts in a row, or one of nothing, are errors of LaTeX.
    let scripts =
        |f: &str| !f.ends_with(['^', '_', '\\']) && !["^^", "__", "_^", "^_", "^}", "_}"].iter().any(|s| f.contains(s));
    depth == 0
        && !formula.trim().is_empty()
        && scripts(formula)
        && twice(formula)
        && formula.split('\\').skip(1).all(known)
}

/// Whether no base has two scripts of one kind that are plain, such as `a_b_c`.
fn twice(formula: &str) -> bool {
    let mut last = ' ';
    for c in formula.chars() {
        if "_^".contains(c) {
            if last == c {
                return false;
            }
            last = c;
        } else if !(c.is_ascii_alphanumeric() || "{}\\".contains(c)) {
            last = ' ';
        }
    }
    true
}

/// Text in which no character has a meaning for LaTeX.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(letter).collect()
}

/// A character as pdflatex with T1 fonts prints it; an unknown one by its number.
fn letter(c: char) -> String {
    let symbol = |name: &str| format!("\\ensuremath{{\\{name}}}");
    match c {
        '\\' => "\\textbackslash{}".to_owned(),
        '~' => "\\textasciitilde{}".to_owned(),
        '^' => "\\textasciicircum{}".to_owned(),
        '{' | '}' | '$' | '&' | '#' | '%' | '_' => format!("\\{c}"),
        '<' => "\\textless{}".to_owned(),
        '>' => "\\textgreater{}".to_owned(),
        '`' => "\\textasciigrave{}".to_owned(),
        '"' => "\\textquotedbl{}".to_owned(),
        '\'' => "\\textquotesingle{}".to_owned(),
        '-' => "{-}".to_owned(),
        '\n' => " ".to_owned(),
        ' '..='~' => c.to_string(),
        'À'..='ÿ' if c != '×' && c != '÷' => c.to_string(),
        '≤' => symbol("le"),
        '≥' => symbol("ge"),
        '≠' => symbol("ne"),
        '×' => symbol("times"),
        '·' => symbol("cdot"),
        '⋯' | '…' => symbol("ldots"),
        '∈' => symbol("in"),
        '∪' => symbol("cup"),
        '∖' => symbol("setminus"),
        'ρ' => symbol("rho"),
        'δ' => symbol("delta"),
        'σ' => symbol("sigma"),
        'θ' => symbol("theta"),
        'Σ' => symbol("Sigma"),
        '−' => symbol("mathord{-}"),
        '→' => symbol("to"),
        '–' => "--".to_owned(),
        '—' => "---".to_owned(),
        '“' => "``".to_owned(),
        '”' => "''".to_owned(),
        '‘' => "`".to_owned(),
        '’' => "'".to_owned(),
        '²' => "\\ensuremath{^2}".to_owned(),
        other => format!("[U+{:04X}]", u32::from(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_formulas_are_typeset() {
        for good in ["n \\le 3", "a_i^2", "\\sum_i a_i", "\\rho(A)=\\min(|A|,2n)", "x_{i+1}"] {
            assert!(is_harmless(good), "{good}");
        }
        for bad in [
            "\\input{x}",
            "\\write18{ls}",
            "a%b",
            "{a",
            "a}",
            "a_",
            "a_b_c",
            "a^^b",
            "\\",
            "\\def\\x{}",
            "é",
            "",
            "\\rho\\\\x",
        ] {
            assert!(!is_harmless(bad), "{bad}");
            assert!(!prose(&format!("so ${bad}$.")).contains("\\input{x}"), "{bad}");
        }
        assert_eq!(prose("it costs $5 or 6"), "it costs \\$5 or 6");
    }

    #[test]
    fn powers_and_indices_are_typeset() {
        let d = |script: &str| format!("\\ensuremath{{d{script}}}");
        assert_eq!(scripts("D = d^2 or d_i"), format!("D = {} or {}", d("^{2}"), d("_{i}")));
        assert_eq!(scripts("2^(n - 1)"), "\\ensuremath{2^{n - 1}}");
        assert_eq!(scripts("2 d - a, well - known"), "2 d \\ensuremath{-} a, well {-} known");
        assert_eq!(scripts("2n - 1 of a source's"), "2n \\ensuremath{-} 1 of a source's");
        assert_eq!(scripts("k_10, k >= 3"), "\\ensuremath{k_{10}}, k \\ensuremath{\\ge} 3");
        for name in ["teacher_dim", "a_b_c", "x^", "d^\\input", "x_(a", "snake_case_1", "a_i^2"] {
            assert_eq!(scripts(name), plain(name), "{name}");
        }
    }

    #[test]
    fn code_of_several_lines_keeps_them() {
        let two = listing("def f(a):\n    return a");
        assert_eq!(two.matches("\\allocertline{").count(), 2, "{two}");
        assert!(two.contains("\\allocertline{2}{"), "{two}");
        assert_eq!(listing("a + b"), code("a + b"));
    }

    #[test]
    fn nothing_a_user_wrote_is_a_command() {
        assert_eq!(plain("\\input{x} 50% a_b"), "\\textbackslash{}input\\{x\\} 50\\% a\\_b");
        assert_eq!(plain("雪 é"), "[U+96EA] é");
    }
}
