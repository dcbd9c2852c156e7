//! Why a command ends early, and the exit status that says so.

use std::io::Write;
use std::process::ExitCode;

use allocert::allocation::TextError;
use allocert::claims::{ChangeTextError, ClaimError, Unsettled};
use allocert::control::Stopped;
use allocert::matching::MatchError;
use allocert::reach::ReachError;
use allocert::training::TrainingError;

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
        // If standard error cannot be written either, the exit status has to do.
        let _ = writeln!(std::io::stderr(), "{title}{}", super::output::harmless(&self.message));
        ExitCode::from(self.status)
    }
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
        ReachError::TooManyDraws { .. } => "--draws".to_owned(),
        ReachError::TooManyWeights { .. } => "--within".to_owned(),
        ReachError::ErrorTooSmall { possible, .. } if *possible < 0 => format!("--error-log2 {possible}"),
        ReachError::ErrorTooSmall { .. } => "--within, --sizes".to_owned(),
        ReachError::StoppedCount { why: Stopped::Time, .. } => "--time-limit, --within, --sizes".to_owned(),
        ReachError::Stopped(Stopped::Time) => "--time-limit".to_owned(),
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
            _ => Failure::request(error.to_string()),
        }
    }
}

impl From<TrainingError> for Failure {
    fn from(error: TrainingError) -> Self {
        if error.is_limit() { Failure::limit(error.to_string()) } else { Failure::request(error.to_string()) }
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
    use super::in_words;

    #[test]
    fn messages_have_words_for_numbers_of_the_system() {
        let all = "a.star: No such file or directory (os error 2)\n  give one";
        assert_eq!(in_words(all.to_owned()), "a.star: No such file or directory\n  give one");
        assert_eq!(in_words("as it is (os error".to_owned()), "as it is (os error");
    }
}
