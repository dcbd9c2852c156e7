//! Small helpers for messages: quoting what a user wrote, large numbers, how many of something, and the nearest known name.

use strsim::levenshtein;

/// The user's text between backquotes, control characters escaped, cut when long.
pub fn quote(text: &str) -> String {
    let mut shown: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    if text.chars().count() > 60 {
        shown.push('…');
    }
    format!("`{}`", shown.replace("\\'", "'").replace("\\\"", "\""))
}

/// Control characters in what a user wrote, and those that turn the direction of text or stand for no character, made
/// visible; line breaks stay.
pub fn harmless(text: &str) -> String {
    let turns = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let none = |c: char| u32::from(c) & 0xfffe == 0xfffe;
    let hidden = |c: char| (c.is_control() && c != '\n') || turns(c) || none(c);
    let show = |c: char| if hidden(c) { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(show).collect()
}

/// `1234567` as `1,234,567`.
pub fn thousands(number: impl ToString) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 network`, `2 networks`: a number of what has a plural in -s.
pub fn plural(number: impl ToString, noun: &str) -> String {
    let number = number.to_string();
    format!("{} {}", thousands(&number), plural_noun(&number, noun))
}

/// `network` of one, `networks` of any other number: a noun that has a plural in -s.
pub fn plural_noun(number: impl ToString, noun: &str) -> String {
    if number.to_string() == "1" { noun.to_owned() } else { format!("{noun}s") }
}

/// The text as one word for a shell.
pub fn shell(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@,=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// The known name within two edits of `name`, if any; the nearest first, then the first.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let length = name.chars().count();
    let limit = if length <= 2 { 1 } else { 2 };
    known
        .iter()
        .filter(|k| k.chars().count().abs_diff(length) <= limit)
        .map(|k| (levenshtein(&name.to_lowercase(), &k.to_lowercase()), *k))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, k)| k)
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
    fn counts_one_in_the_singular() {
        assert_eq!(
            [0, 1, 2, 1000].map(|n| plural(n, "weight")),
            ["0 weights", "1 weight", "2 weights", "1,000 weights"]
        );
        assert_eq!([0, 1, 2].map(|n| plural_noun(n, "row")), ["rows", "row", "rows"]);
    }

    #[test]
    fn quotes_safely() {
        assert_eq!(quote("a\u{1b}[31m\n"), "`a\\u{1b}[31m\\n`");
        assert!(quote(&"x".repeat(1000)).chars().count() < 70);
    }
}
