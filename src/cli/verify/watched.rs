//! Claims under a last deadline. The language stops at its limits between its instructions, but not inside a single one,
//! such as a product of huge integers; what does not come back is left behind, and the run ends with what is finished.

use std::panic::resume_unwind;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::Builder;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use allocert::claims::{CheckOptions, Checked, Claim, Definitions, LONGEST_LOADING, check};
use allocert::control::Control;
use allocert::reach::Settings;

use crate::cli::failure::Failure;
use crate::cli::output::plural;

use super::contained::is_asked;

/// So much later than it has to, a single instruction may come back.
const GRACE: Duration = Duration::from_secs(10);
/// How often it is looked whether the program is asked to end.
const LOOK: Duration = Duration::from_millis(50);
/// The stack of a check: as deep as the main thread's, and more. It is reserved, not used.
const STACK: usize = 64 << 20;

/// Reads the claims of a file.
pub(super) fn loaded(definitions: &Definitions, path: &Path, settings: Settings) -> Result<Vec<Claim>, Failure> {
    let (own, definitions) = (path.to_owned(), definitions.clone());
    let done = in_time(LONGEST_LOADING, move || definitions.load(&own, settings))?;
    let late = || {
        let seconds = LONGEST_LOADING.as_secs();
        endless(
            &format!("{}: loading did not stop at its limit of {seconds} s", path.display()),
            "check the other files",
        )
    };
    let unfinished = || match is_asked() {
        true => Failure::interrupted("stopped: interrupted while files were loaded"),
        false => late(),
    };
    Ok(done.ok_or_else(unfinished)??)
}

/// Checks a claim, of which so many are finished. It has its time limit, as long again to look at a counterexample, and
/// the grace period.
pub(super) fn checked(
    claim: &Claim,
    options: &CheckOptions,
    bar: &ProgressBar,
    (number, finished, all): (usize, usize, usize),
) -> Result<Checked, Failure> {
    bar.reset();
    bar.set_prefix(format!("[{}/{all}] ", number + 1));
    bar.set_message(claim.name.clone());
    let (own, options, shown) = (claim.clone(), *options, bar.clone());
    let work = move || {
        let watcher = |done, all| {
            shown.set_length(all);
            shown.set_position(done);
        };
        check(&own, &options, &Control::unlimited().watched_by(&watcher))
    };
    let done = in_time(options.time_limit.saturating_mul(2), work)?;
    done.ok_or_else(|| {
        bar.finish_and_clear();
        if is_asked() {
            return Failure::interrupted(format!(
                "stopped: interrupted after {finished} of {}",
                plural(all as u64, "claim")
            ));
        }
        let (file, seconds) = (claim.file.display(), options.time_limit.as_secs());
        let what = format!("{file}:{}: {} did not stop at --time-limit {seconds} s", claim.line, claim.name);
        let mend = format!("finished: {finished} of {}; check the others with --only", plural(all as u64, "claim"));
        endless(&what, &mend)
    })
}

fn endless(what: &str, mend: &str) -> Failure {
    Failure::limit(format!(
        "stopped by a limit: {what}\n  a single instruction took too long: does it multiply huge integers?\n  {mend}"
    ))
}

/// Runs something on a thread of its own; nothing if it is still at it when the time and the grace period are over, or the program is
/// asked to end. The thread goes on then, until the program ends.
fn in_time<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<Option<T>, Failure> {
    let (sender, receiver) = channel();
    // If nobody waits any more, nobody wants the result.
    let run = move || drop(sender.send(work()));
    let thread = Builder::new().stack_size(STACK).spawn(run);
    let thread = thread.map_err(|error| Failure::limit(format!("no thread can be started: {error}")))?;
    let (begun, most) = (Instant::now(), limit.saturating_add(GRACE));
    loop {
        match receiver.recv_timeout(most.saturating_sub(begun.elapsed()).min(LOOK)) {
            Ok(done) => return Ok(Some(done)),
            Err(RecvTimeoutError::Timeout) if begun.elapsed() < most && !is_asked() => {}
            Err(RecvTimeoutError::Timeout) => return Ok(None),
            Err(RecvTimeoutError::Disconnected) => match thread.join() {
                Err(panic) => resume_unwind(panic),
                Ok(()) => return Ok(None),
            },
        }
    }
}
