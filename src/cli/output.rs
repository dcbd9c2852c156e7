//! Writing to the terminal: lines, colours, numbers, a progress bar.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

pub(crate) use allocert::text::{harmless, plural, thousands};

/// Writes a line to standard output.
pub(crate) fn line(text: &str) -> std::io::Result<()> {
    super::interrupt::answered();
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Says on standard error where a file was written, or a folder; not beside JSON.
pub(crate) fn written(json: bool, path: &Path) {
    if !json {
        // If standard error cannot be written, the file is there nevertheless.
        let _ = writeln!(stderr(), "written to {}", harmless(&path.display().to_string()));
    }
}

/// Writes a value as one line of JSON.
pub(crate) fn json(value: &impl Serialize) -> std::io::Result<()> {
    line(&serde_json::to_string(value).map_err(std::io::Error::other)?)
}

/// The colours in use.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Colour {
    Red,
    Green,
    Yellow,
    Bold,
    Dim,
}

/// Text in a colour, if the stream is a terminal and `NO_COLOR` is not set.
pub(crate) fn paint(text: &str, colour: Colour, on_stderr: bool) -> String {
    let terminal = if on_stderr { stderr().is_terminal() } else { stdout().is_terminal() };
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    if !terminal || unwanted || std::env::var_os("TERM").is_some_and(|t| t == "dumb") {
        return text.to_owned();
    }
    let code = match colour {
        Colour::Red => 31,
        Colour::Green => 32,
        Colour::Yellow => 33,
        Colour::Bold => 1,
        Colour::Dim => 2,
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// `3 of 8 weights may learn`.
pub(crate) fn learnable(size: usize, weights: usize) -> String {
    format!("{} of {} may learn", thousands(size), plural(weights, "weight"))
}

/// A paragraph to the right of a title of so many characters, in lines of at most 80.
pub(crate) fn beside(title: usize, text: &str) -> String {
    wrapped_paragraph(text, 80 - title).replace('\n', &format!("\n{}", " ".repeat(title)))
}

/// A text in lines of at most 80 characters, those after the first two spaces in.
pub(crate) fn hanging(text: &str) -> String {
    if text.chars().count() <= 80 {
        return text.to_owned();
    }
    wrapped_paragraph(text, 78).replace('\n', "\n  ")
}

/// What is said of a subject, in a line, or below it where that would be longer than 80 characters.
pub(crate) fn heading(subject: &str, said: &str) -> String {
    let line = format!("{subject}: {said}");
    if line.chars().count() <= 80 { line } else { format!("{}\n  {said}", hanging(&format!("{subject}:"))) }
}

/// Two ends that something is proved to lie between, in six digits, rounded outward.
pub(crate) fn outward([low, high]: [f64; 2]) -> String {
    format!("{:.6} to {:.6}", (low * 1e6).floor() / 1e6, (high * 1e6).ceil() / 1e6)
}

/// A short time.
pub(crate) fn seconds(time: Duration) -> String {
    let s = time.as_secs_f64();
    if s < 9.95 { format!("{s:.2}s") } else { format!("{s:.0}s") }
}

/// A bar on standard error, drawn only if that is a terminal.
pub(crate) fn bar(template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr_with_hz(8));
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    if !stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar
}

/// Paragraphs (between blank lines) broken at spaces into lines of at most 76 characters; longer words stay whole.
pub(crate) fn wrapped(text: &str) -> String {
    let paragraphs: Vec<String> = text.split("\n\n").map(|p| wrapped_paragraph(p, 76)).collect();
    paragraphs.join("\n\n")
}

/// A paragraph broken at spaces into lines of at most `width` characters; longer words stay whole.
pub(crate) fn wrapped_paragraph(text: &str, width: usize) -> String {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines.join("\n")
}
