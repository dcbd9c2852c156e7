//! Ctrl-C: the first asks for the partial result, the second ends the program; so does a while in which nothing looked at the first.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use super::failure::Failure;

/// Whether Ctrl-C asked for a partial result.
static ASKED: AtomicBool = AtomicBool::new(false);

/// Whether a result is being shown: it is not cut off.
static ANSWERED: AtomicBool = AtomicBool::new(false);

/// The exit status of what Ctrl-C ended.
pub(crate) const STATUS: u8 = 130;

/// So long after Ctrl-C the program ends, whatever it is at: one long step may not look at the flag. Files are written whole, or not at all.
const PATIENCE: Duration = Duration::from_secs(10);

/// Ends the program after a while, unless it has ended by then.
fn end_later() {
    std::thread::spawn(|| {
        std::thread::sleep(PATIENCE);
        if ANSWERED.load(Ordering::Relaxed) {
            return;
        }
        // If standard error cannot be written, the exit status has to do.
        let _ = writeln!(
            std::io::stderr(),
            "interrupted: no partial result within 10 seconds\n  what --resume keeps is kept; a --time-limit ends with a result"
        );
        std::process::exit(STATUS.into());
    });
}

/// Says that something is being shown; what comes after Ctrl-C is the result.
pub(crate) fn answered() {
    ANSWERED.store(ASKED.load(Ordering::Relaxed), Ordering::Relaxed);
}

/// A flag that Ctrl-C sets. Without a handler (which a system may refuse), Ctrl-C ends the program as ever.
pub(crate) fn flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&flag);
    // If there is a handler already, it stays.
    let _ = ctrlc::set_handler(move || {
        ASKED.store(true, Ordering::Relaxed);
        if set.swap(true, Ordering::Relaxed) {
            std::process::exit(STATUS.into());
        }
        end_later();
    });
    flag
}

/// How often Ctrl-C was pressed, for whoever looks at that often and ends in time.
pub(crate) fn counted() -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let more = Arc::clone(&count);
    // As for a flag.
    let _ = ctrlc::set_handler(move || {
        more.fetch_add(1, Ordering::Relaxed);
    });
    count
}

/// The exit status of a command at its end: what Ctrl-C stopped has its own, and it is said how to go on, `resumes` if --resume would have
/// kept what was finished.
pub(crate) fn at_the_end(status: ExitCode, resumes: bool) -> ExitCode {
    let [limit, own] = [3, STATUS].map(ExitCode::from);
    if !ASKED.load(Ordering::Relaxed) || status != limit && status != own {
        return status;
    }
    let said = match (resumes, status == limit) {
        (true, _) => "interrupted; with --resume DIR the next run goes on where this one ended",
        (false, true) => "interrupted: what was finished by then is shown",
        (false, false) => return own,
    };
    // If standard error cannot be written, the exit status has to do.
    let _ = writeln!(std::io::stderr(), "{said}");
    own
}

/// The exit status, or the one of an interruption.
pub(crate) fn status(stop: &AtomicBool, status: u8) -> ExitCode {
    ExitCode::from(if stop.load(Ordering::Relaxed) { STATUS } else { status })
}

/// A failure that is an interruption if there was one.
pub(crate) fn failure(stop: &AtomicBool, failure: impl Into<Failure>) -> Failure {
    let failure = failure.into();
    if stop.load(Ordering::Relaxed) { Failure::interrupted(failure.message()) } else { failure }
}
