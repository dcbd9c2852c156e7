//! Why a command ends early, and the exit status that says so.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use allocert::allocation::TextError;
use allocert::claims::{ChangeTextError, ClaimError, Unsettled};
use allocert::control::Stopped;
use allocert::matching::MatchError;
use allocert::network::Samples;
use allocert::reach::ReachError;
use allocert::training::TrainingError;

use super::output::wrapped_paragraph;

/// A message for a person, and an exit status for a script.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    status: u8,
}

impl Failure {
    /// The request is wrong: exit status 2.
    pub(crate) fn request(message: impl Into<String>) -> Self {
        Failure { message: in_words(message.into()), status: 2 }
    }

    /// A stated limit stopped the work: exit status 3.
    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Failure { message: in_words(message.into()), status: 3 }
    }

    /// Ctrl-C ended it: exit status 130.
    pub(crate) fn interrupted(message: impl Into<String>) -> Self {
        Failure { message: message.into(), status: super::interrupt::STATUS }
    }

    /// Engine and checker disagree: exit status 1.
    pub(crate) fn disagreement(message: impl Into<String>) -> Self {
        Failure { message: message.into(), status: 1 }
    }

    /// The message.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The exit status.
    pub(crate) fn status(&self) -> u8 {
        self.status
    }

    /// Prints the message; the exit status.
    pub(crate) fn report(self) -> ExitCode {
        let title = super::output::paint("error: ", super::output::Colour::Red, true);
        let message = super::output::harmless(&self.message);
        // A file and a pipe get lines as they are, for programs that look for words in them.
        let message = if std::io::stderr().is_terminal() { in_lines(&message) } else { message };
        // If standard error cannot be written either, the exit status has to do.
        let _ = writeln!(std::io::stderr(), "{title}{message}");
        ExitCode::from(self.status)
    }
}

/// A message in lines of at most 80 characters, what is broken two spaces further in; the first line follows a title of 7 characters.
/// What shows a place in a file stays as it is.
fn in_lines(message: &str) -> String {
    if message.contains("\n  --> ") || message.contains("\n --> ") || message.contains("\ncalled in this order") {
        return message.to_owned();
    }
    let lines = message.lines().enumerate().map(|(number, line)| {
        let title = if number == 0 { 7 } else { 0 };
        if title + line.chars().count() <= 80 {
            return line.to_owned();
        }
        let indent = " ".repeat(line.len() - line.trim_start().len());
        let inside = format!("\n{indent}  ");
        format!("{indent}{}", wrapped_paragraph(line, 78 - title - indent.len()).replace('\n', &inside))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A message without the number that the operating system's errors have beside their words.
fn in_words(message: String) -> String {
    let number = message.split_once(" (os error ").and_then(|(before, rest)| Some((before, rest.split_once(')')?)));
    match number {
        Some((before, (_, after))) => format!("{before}{after}"),
        None => message,
    }
}

impl From<ReachError> for Failure {
    fn from(error: ReachError) -> Self {
        if error == ReachError::Stopped(Stopped::Asked) {
            return Failure::interrupted("interrupted before there was an answer\n  ask again, or about fewer weights");
        }
        let message = match options(&error) {
            Some(options) => format!("{error} ({options})"),
            None => error.to_string(),
        };
        if error.is_limit() { Failure::limit(message) } else { Failure::request(message) }
    }
}

/// The options of the command line that mend what the library says in words.
fn options(error: &ReachError) -> Option<String> {
    Some(match error {
        ReachError::TooManyDraws { samples, .. } if *samples == Samples::Functional.to_string() => {
            "--draws, --samples 20".to_owned()
        }
        ReachError::TooManyDraws { .. } => "--draws".to_owned(),
        ReachError::TooManyWeights { .. } => "--within".to_owned(),
        ReachError::ErrorTooSmall { possible, .. } if *possible < 0 => format!("--error-log2 {possible}"),
        ReachError::ErrorTooSmall { .. } => "--within, --sizes".to_owned(),
        ReachError::StoppedCount { why: Stopped::Time, .. } => "--time-limit, --within, --sizes".to_owned(),
        ReachError::Stopped(Stopped::Time) => "--time-limit".to_owned(),
        ReachError::JacobianTooLarge { samples, .. }
        | ReachError::TooMuchWork { samples, .. }
        | ReachError::InputsTooLarge { samples, .. }
            if *samples == Samples::Functional.to_string() =>
        {
            "--samples 20".to_owned()
        }
        ReachError::TooManyOrbits { fits: Some(size), .. } => format!("--within, --sizes ..{size}"),
        ReachError::TooManyOrbits { fits: None, .. } => "--within, --sizes".to_owned(),
        _ => return None,
    })
}

impl From<ClaimError> for Failure {
    fn from(error: ClaimError) -> Self {
        let text = error.to_string();
        // The language starts its own messages with "error: ".
        let text = text.strip_prefix("error: ").unwrap_or(&text);
        let option = match &error {
            ClaimError::TooSlow { .. } => Some("--time-limit"),
            ClaimError::HasSamples { .. } => Some("--samples"),
            ClaimError::NoFamily { .. } => Some("--use FILE.star"),
            _ => None,
        };
        let message = option.map_or_else(|| text.to_owned(), |option| format!("{text} ({option})"));
        if error.is_limit() { Failure::limit(message) } else { Failure::request(message) }
    }
}

/// Why a claim is not settled, in terms of the options of the command line.
pub(super) fn unsettled(why: &Unsettled) -> String {
    match why {
        Unsettled::TooMany { allocations, limit } => {
            format!("stopped by a limit: {allocations} allocations are more than --max-allocations {limit}")
        }
        Unsettled::TimeLimit { seconds } => format!("stopped by a limit: --time-limit {seconds} s"),
        why => why.to_string(),
    }
}

impl From<MatchError> for Failure {
    fn from(error: MatchError) -> Self {
        match error {
            MatchError::Reach(error) => error.into(),
            MatchError::TooManyWeights { .. } => Failure::limit(error.to_string()),
            MatchError::TooManyPatterns { .. } => Failure::limit(format!("{error} (--draws)")),
            _ => Failure::request(error.to_string()),
        }
    }
}

impl From<TrainingError> for Failure {
    fn from(error: TrainingError) -> Self {
        let message = match &error {
            TrainingError::TooLarge { samples: Some(Samples::Functional), .. } => format!("{error} (--samples 20)"),
            error => error.to_string(),
        };
        if error.is_limit() { Failure::limit(message) } else { Failure::request(message) }
    }
}

impl From<ChangeTextError> for Failure {
    fn from(error: ChangeTextError) -> Self {
        Failure::request(error.to_string())
    }
}

impl From<TextError> for Failure {
    fn from(error: TextError) -> Self {
        Failure::request(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            // Whoever read the output has seen enough.
            std::process::exit(0);
        }
        Failure::limit(format!("cannot write the result: {error}\n  is the disk full?"))
    }
}

#[cfg(test)]
mod tests {
    use super::{in_lines, in_words};

    #[test]
    fn messages_have_words_for_numbers_of_the_system() {
        let all = "a.star: No such file or directory (os error 2)\n  give one";
        assert_eq!(in_words(all.to_owned()), "a.star: No such file or directory\n  give one");
        assert_eq!(in_words("as it is (os error".to_owned()), "as it is (os error");
    }

    #[test]
    fn messages_fit_in_80_columns_but_for_places_in_files() {
        let long = "relu([784, 64, 10]) (functional): its Jacobian has 50820 × 50816 entries, over the limit of 268435456\n  \
                    ask of a few samples, or of a smaller network, or of one that is not as wide (--samples 20)";
        let lines = in_lines(long);
        let first = lines.lines().next().map(|line| line.chars().count() + 7);
        assert!(first.is_some_and(|first| (60..=80).contains(&first)), "{lines}");
        assert!(lines.lines().all(|line| line.chars().count() <= 80), "{lines}");
        assert!(lines.contains("\n  entries, over the limit of 268435456\n  ask"), "{lines}");
        assert_eq!(lines.split_whitespace().collect::<Vec<_>>(), long.split_whitespace().collect::<Vec<_>>());
        let place = format!("no such name\n --> <network>:1:1\n  |\n1 | {}\n", "x".repeat(99));
        assert_eq!(in_lines(&place), place);
    }
}
