//! Work off Python's lock: on a thread of its own, watched for Ctrl-C, with its progress handed on.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Builder;
use std::time::Duration;

use allocert::control::Control;
use pyo3::prelude::*;

use crate::errors::Refusal;

/// How often is looked for signals, and progress is handed on.
const LOOK: Duration = Duration::from_millis(50);
/// So long after Ctrl-C the work may end by itself; then it is left behind.
const GRACE: Duration = Duration::from_millis(500);
/// The stack of the work, as deep as a main thread's and more. It is reserved, not used.
const STACK: usize = 64 << 20;

/// What work looks at, and how far it is.
#[derive(Debug, Default)]
struct Watched {
    /// Set when the work is no longer wanted.
    stop: AtomicBool,
    done: AtomicU64,
    all: AtomicU64,
}

/// Does the work while other Python threads run. `progress`, if there is one, is called with (done, all). On Ctrl-C the work is
/// told to stop, and `KeyboardInterrupt` is raised when it has, or is left behind.
pub(crate) fn run<T: Send + 'static>(
    py: Python<'_>,
    progress: Option<Py<PyAny>>,
    work: impl FnOnce(&Control<'_>) -> Result<T, Refusal> + Send + 'static,
) -> PyResult<T> {
    let watched = Arc::new(Watched::default());
    let (sender, receiver) = channel();
    let receiver = Mutex::new(receiver);
    let own = Arc::clone(&watched);
    let task = move || {
        let watcher = |done: u64, all: u64| {
            own.all.store(all, Ordering::Relaxed);
            own.done.store(done, Ordering::Relaxed);
        };
        let done = work(&Control::unlimited().stopped_by(&own.stop).watched_by(&watcher));
        // If nobody waits any more, nobody wants the result.
        drop(sender.send(done));
    };
    let spawned = Builder::new().name("allocert".to_owned()).stack_size(STACK).spawn(task);
    spawned.map_err(|error| Refusal::limit(format!("no thread can be started: {error}")))?;
    loop {
        match py.detach(|| received(&receiver, LOOK)) {
            Ok(done) => return Ok(done?),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Refusal::request("a defect of the program ended the work\n  please report the call").into());
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        let seen = py.check_signals().and_then(|()| told(py, progress.as_ref(), &watched));
        if let Err(interrupt) = seen {
            watched.stop.store(true, Ordering::Relaxed);
            // Whatever it was, it is no longer wanted.
            drop(py.detach(|| received(&receiver, GRACE)));
            return Err(interrupt);
        }
    }
}

fn told(py: Python<'_>, progress: Option<&Py<PyAny>>, watched: &Watched) -> PyResult<()> {
    let (done, all) = (watched.done.load(Ordering::Relaxed), watched.all.load(Ordering::Relaxed));
    match progress.filter(|_| all > 0) {
        Some(progress) => progress.call1(py, (done, all)).map(drop),
        None => Ok(()),
    }
}

fn received<T>(receiver: &Mutex<Receiver<T>>, time: Duration) -> Result<T, RecvTimeoutError> {
    receiver.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(time)
}
