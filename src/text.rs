//! Small helpers for messages: quoting what a user wrote, and the nearest known name.

/// The user's text between backquotes, control characters escaped, cut when long.
pub fn quote(text: &str) -> String {
    let mut shown: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    if text.chars().count() > 60 {
        shown.push('…');
    }
    format!("`{}`", shown.replace("\\'", "'").replace("\\\"", "\""))
}

/// The known name within two edits of `name`, if any; the nearest first, then the first.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let limit = if name.chars().count() <= 2 { 1 } else { 2 };
    known
        .iter()
        .map(|k| (edits(&name.to_lowercase(), &k.to_lowercase()), *k))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, k)| k)
}

/// Levenshtein's distance, row by row.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(100).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_nearest_name() {
        assert_eq!(nearest("w1", &["W1", "W2"]), Some("W1"));
        assert_eq!(nearest("lfnn", &["lffn", "lrnn"]), Some("lffn"));
        assert_eq!(nearest("elephant", &["lffn", "lrnn"]), None);
    }

    #[test]
    fn quotes_safely() {
        assert_eq!(quote("a\u{1b}[31m\n"), "`a\\u{1b}[31m\\n`");
        assert!(quote(&"x".repeat(1000)).chars().count() < 70);
    }
}
