//! Work off Python's lock: on a thread of its own, watched for Ctrl-C, with its progress handed on.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Builder;
use std::time::Duration;

use pyo3::prelude::*;

use crate::errors::Refusal;

/// How often is looked for signals, and progress is handed on.
const LOOK: Duration = Duration::from_millis(50);
/// So long after Ctrl-C the work may end by itself; then it is left behind.
const GRACE: Duration = Duration::from_millis(500);
/// The stack of the work, as deep as a main thread's and more. It is reserved, not used.
const STACK: usize = 64 << 20;

/// What work looks at, and tells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Control {
    /// Set when the work is no longer wanted.
    pub(crate) stop: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
    all: Arc<AtomicU64>,
}

impl Control {
    /// So much is done of all.
    pub(crate) fn progress(&self, done: u64, all: u64) {
        self.all.store(all, Ordering::Relaxed);
        self.done.store(done, Ordering::Relaxed);
    }
}

/// Does the work while other Python threads run. `progress`, if there is one, is called with (done, all). On Ctrl-C the work is
/// told to stop, and `KeyboardInterrupt` is raised when it has, or is left behind.
pub(crate) fn run<T: Send + 'static>(
    py: Python<'_>,
    progress: Option<Py<PyAny>>,
    work: impl FnOnce(&Control) -> Result<T, Refusal> + Send + 'static,
) -> PyResult<T> {
    let control = Control::default();
    let (sender, receiver) = channel();
    let receiver = Mutex::new(receiver);
    let own = control.clone();
    // If nobody waits any more, nobody wants the result.
    let task = move || drop(sender.send(work(&own)));
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
        let seen = py.check_signals().and_then(|()| told(py, progress.as_ref(), &control));
        if let Err(interrupt) = seen {
            control.stop.store(true, Ordering::Relaxed);
            // Whatever it was, it is no longer wanted.
            drop(py.detach(|| received(&receiver, GRACE)));
            return Err(interrupt);
        }
    }
}

fn told(py: Python<'_>, progress: Option<&Py<PyAny>>, control: &Control) -> PyResult<()> {
    let (done, all) = (control.done.load(Ordering::Relaxed), control.all.load(Ordering::Relaxed));
    match progress.filter(|_| all > 0) {
        Some(progress) => progress.call1(py, (done, all)).map(drop),
        None => Ok(()),
    }
}

fn received<T>(receiver: &Mutex<Receiver<T>>, time: Duration) -> Result<T, RecvTimeoutError> {
    receiver.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(time)
}
