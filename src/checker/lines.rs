//! Reading a certificate line by line in bounded memory.

use std::io::{BufRead, Read};

/// The longest line, in bytes.
pub(super) const MOST_BYTES: u64 = 1 << 20;
/// The longest certificate, in bytes.
pub(super) const MOST_BYTES_IN_ALL: u64 = 1 << 28;
/// The most steps.
pub(super) const MOST_STEPS: u64 = 1 << 20;
/// The deepest nesting.
const MOST_DEPTH: usize = 16;

/// What reading a line came to.
pub(super) enum Line {
    Text(String),
    TooLong,
    /// Not ended by a line break, not UTF-8, or unreadable.
    Broken(String),
    End,
}

/// Reads one line.
pub(super) fn next(reader: &mut impl BufRead) -> Line {
    let mut bytes = Vec::new();
    if let Err(error) = reader.by_ref().take(MOST_BYTES + 1).read_until(b'\n', &mut bytes) {
        return Line::Broken(format!("it cannot be read: {error}"));
    }
    match bytes.pop() {
        None => Line::End,
        Some(b'\n') => match String::from_utf8(bytes) {
            Ok(text) => Line::Text(text),
            Err(_) => Line::Broken("a line is not UTF-8".to_owned()),
        },
        Some(_) if bytes.len() as u64 >= MOST_BYTES => Line::TooLong,
        Some(_) => Line::Broken("the last line is cut off".to_owned()),
    }
}

/// Whether brackets nest too deeply, told without recursion before anything is parsed.
pub(super) fn too_deep(text: &str) -> bool {
    let (mut depth, mut inside, mut escaped) = (0usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            b'[' | b'{' if !inside => depth += 1,
            b']' | b'}' if !inside => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MOST_DEPTH {
            return true;
        }
    }
    false
}
