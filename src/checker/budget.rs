//! What checking one certificate takes: operations, bytes in use, and time. A thread checks one certificate at a time.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use super::proof::Fault;

/// What a certificate may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in use at any time, those of one line being read included.
    pub bytes: u64,
    /// Seconds, from the first line on; nothing for any number of them.
    pub seconds: Option<u64>,
    /// Operations, about those of a processor.
    pub operations: u64,
}

impl Limits {
    /// 256 MiB, 60 seconds, 2^33 operations.
    pub const STANDARD: Limits = Limits { bytes: 256 << 20, seconds: Some(60), operations: 1 << 33 };
}

impl Default for Limits {
    fn default() -> Self {
        Limits::STANDARD
    }
}

/// What reading a line of the longest kind takes, and the program itself.
const READING: u64 = 48 << 20;
/// The clock is looked at after so many operations.
const CLOCK: u64 = 1 << 18;

struct Budget {
    limits: Limits,
    started: Instant,
    operations: u64,
    looked: u64,
    bytes: u64,
    /// The first limit that was exceeded.
    over: Option<String>,
}

impl Budget {
    fn new(limits: Limits) -> Self {
        Budget { limits, started: Instant::now(), operations: 0, looked: 0, bytes: READING, over: None }
    }

    fn is_late(&mut self) -> bool {
        self.looked = self.operations;
        self.limits.seconds.is_some_and(|s| self.started.elapsed() > Duration::from_secs(s))
    }

    fn exceed(&mut self, limit: String) -> bool {
        self.over.get_or_insert(limit);
        false
    }
}

thread_local! {
    static BUDGET: RefCell<Budget> = RefCell::new(Budget::new(Limits::STANDARD));
}

/// A new certificate begins.
pub(super) fn begin(limits: Limits) {
    BUDGET.set(Budget::new(limits));
}

/// Takes operations; false if there are not so many, or a limit was exceeded before.
pub(super) fn spend(operations: u64) -> bool {
    BUDGET.with_borrow_mut(|budget| {
        budget.operations = budget.operations.saturating_add(operations);
        if budget.operations > budget.limits.operations {
            let most = budget.limits.operations;
            return budget.exceed(format!("over the limit of {most} operations for a certificate"));
        }
        if budget.operations - budget.looked > CLOCK && budget.is_late() {
            let most = budget.limits.seconds.unwrap_or_default();
            return budget.exceed(format!("over the limit of {most} seconds for a certificate"));
        }
        budget.over.is_none()
    })
}

/// The fault of the limit that was exceeded.
pub(super) fn exceeded() -> Fault {
    let over = BUDGET.with_borrow(|budget| budget.over.clone());
    Fault::Limit(over.unwrap_or_else(|| "a polynomial has too many terms, or too high a degree".to_owned()))
}

/// Takes operations, or says which limit was exceeded.
pub(super) fn pay(operations: u64) -> Result<(), Fault> {
    if spend(operations) { Ok(()) } else { Err(exceeded()) }
}

/// What an operation with numbers of so many bits takes beyond one with small ones: about that of a greatest common divisor.
pub(super) fn effort(bits: u64) -> u64 {
    let words = bits >> 6;
    words.saturating_mul(words).saturating_mul(64)
}

/// Bytes in use, given back when this is dropped.
#[derive(Debug, Default)]
pub(super) struct Held(u64);

impl Held {
    /// Takes more bytes; false if there are not so many.
    pub(super) fn grow(&mut self, bytes: u64) -> bool {
        self.0 = self.0.saturating_add(bytes);
        BUDGET.with_borrow_mut(|budget| {
            budget.bytes = budget.bytes.saturating_add(bytes);
            let most = budget.limits.bytes;
            if budget.bytes > most {
                return budget.exceed(format!("over the limit of {most} bytes of memory for a certificate"));
            }
            true
        })
    }
}

/// So many bytes, or the fault that there are not so many.
pub(super) fn hold(bytes: u64) -> Result<Held, Fault> {
    let mut held = Held::default();
    if held.grow(bytes) { Ok(held) } else { Err(exceeded()) }
}

impl Clone for Held {
    fn clone(&self) -> Self {
        let mut held = Held::default();
        held.grow(self.0);
        held
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // At the end of the thread there is nothing to give back to.
        let _ = BUDGET.try_with(|budget| {
            if let Ok(mut budget) = budget.try_borrow_mut() {
                budget.bytes = budget.bytes.saturating_sub(self.0);
            }
        });
    }
}
