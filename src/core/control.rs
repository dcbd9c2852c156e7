//! One way to watch, stop and limit what takes long: every long call takes a [`Control`], and says by [`Stopped`] what ended it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Whoever is told how much is done, of how much, from any thread.
type Watcher<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// What a long call looks at and tells: a flag that stops it, a time at which it ends, and whoever watches its progress.
///
/// It is a few references: a part of the work gets a copy with less time ([`narrowed`](Self::narrowed)), or with its own share of
/// the progress ([`watched_by`](Self::watched_by)). What is stopped gives what it has where half an answer is one, and an error that
/// says why otherwise. Without a limit, the answer does not depend on a `Control`.
///
/// Memory is not among the limits: it is counted for a process, not for a call.
///
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering};
/// use std::time::Duration;
/// use allocert_core::control::{Control, Stopped};
/// use allocert_core::network::{Network, Samples};
/// use allocert_core::reach::{ScanOptions, Settings, scan};
///
/// let network = Network::lffn(&[3, 3, 3], false)?;
/// let (options, settings) = (ScanOptions::default(), Settings { seed: 1, error_log2: -20 });
/// let stop = AtomicBool::new(false);
/// let watcher = |done: u64, all: u64| {
///     stop.fetch_or(2 * done >= all, Ordering::Relaxed); // half of it is enough
/// };
/// let control = Control::unlimited().within(Duration::from_secs(600)).stopped_by(&stop).watched_by(&watcher);
///
/// let error = scan(&network, Samples::Functional, &options, settings, &control).unwrap_err();
/// assert_eq!((error.stopped(), control.stopped()), (Some(Stopped::Asked), Some(Stopped::Asked)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct Control<'a> {
    stop: Option<&'a AtomicBool>,
    deadline: Option<Instant>,
    limit: Option<Duration>,
    watcher: Option<Watcher<'a>>,
    /// What says stop, too.
    outer: Option<&'a Control<'a>>,
}

impl<'a> Control<'a> {
    /// Nothing stops it, and nobody watches.
    pub const fn unlimited() -> Self {
        Control { stop: None, deadline: None, limit: None, watcher: None, outer: None }
    }

    /// The same, stopped when this flag is set, and not by one that was given before.
    #[must_use]
    pub fn stopped_by(self, stop: &'a AtomicBool) -> Self {
        Control { stop: Some(stop), outer: None, ..self }
    }

    /// The same, stopped when this flag is set, too.
    #[must_use]
    pub fn also_stopped_by(&'a self, stop: &'a AtomicBool) -> Control<'a> {
        Control { stop: Some(stop), outer: Some(self), ..*self }
    }

    /// The same for so long from now, if that is less than there was; the limit is what messages speak of.
    #[must_use]
    pub fn within(self, limit: Duration) -> Self {
        // A limit that no clock shows is none.
        let end = Instant::now().checked_add(limit);
        end.map_or(self, |end| Control { limit: Some(limit), ..self.until(end) })
    }

    /// The same until then, if that is earlier than it was.
    #[must_use]
    pub fn until(self, end: Instant) -> Self {
        Control { deadline: Some(self.deadline.map_or(end, |earlier| earlier.min(end))), ..self }
    }

    /// The same, watched by this function alone: it is told how much is done, of how much, from any thread.
    #[must_use]
    pub fn watched_by(self, watcher: &'a (dyn Fn(u64, u64) + Sync)) -> Self {
        Control { watcher: Some(watcher), ..self }
    }

    /// For a part of the work, whose own progress says nothing of the whole: until then, if that is earlier, and watched by
    /// nobody.
    #[must_use]
    pub fn narrowed(self, share: Option<Instant>) -> Self {
        let part = Control { watcher: None, ..self };
        share.map_or(part, |end| part.until(end))
    }

    /// For a search that is to leave half of the time to what comes after it.
    #[must_use]
    pub fn halved(self) -> Self {
        self.narrowed(self.time_left().map(|left| Instant::now() + left / 2))
    }

    /// For a short part that all the rest needs, and that is not to fail because the time is up: the same without a limit of time.
    #[must_use]
    pub fn untimed(self) -> Self {
        Control { deadline: None, limit: None, ..self }
    }

    /// What says stop, if anything does: a request before the time.
    pub fn stopped(&self) -> Option<Stopped> {
        if self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed)) {
            return Some(Stopped::Asked);
        }
        if let Some(why) = self.outer.and_then(Control::stopped) {
            return Some(why);
        }
        self.deadline.is_some_and(|end| Instant::now() >= end).then_some(Stopped::Time)
    }

    /// Goes on unless something says stop.
    ///
    /// # Errors
    /// What does: [`Stopped::Asked`] or [`Stopped::Time`].
    pub fn check(&self) -> Result<(), Stopped> {
        self.stopped().map_or(Ok(()), Err)
    }

    /// Tells whoever watches that so much is done of so much.
    pub fn advanced(&self, done: u64, of: u64) {
        if let Some(watcher) = self.watcher {
            watcher(done, of);
        }
    }

    /// When the time is up.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The limit of time that was given.
    pub fn time_limit(&self) -> Option<Duration> {
        self.limit
    }

    /// How much time is left.
    pub fn time_left(&self) -> Option<Duration> {
        self.deadline.map(|end| end.saturating_duration_since(Instant::now()))
    }
}

impl std::fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Control { stop, deadline, limit, watcher, outer } = self;
        let mut shown = f.debug_struct("Control");
        shown.field("stop", stop).field("deadline", deadline).field("limit", limit);
        shown.field("watched", &watcher.is_some()).field("outer", outer).finish()
    }
}

/// What stopped a computation before its end: whoever may, the time, or one of the limits on what it may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Stopped {
    /// A request to stop.
    #[error("a request to stop")]
    Asked,
    /// The time.
    #[error("the time that there was")]
    Time,
    /// Too many variables.
    #[error("a system in {variables} variables, over the limit of {limit}")]
    Variables {
        /// How many there are.
        variables: usize,
        /// The most that are allowed.
        limit: usize,
    },
    /// A label map of too large a degree.
    #[error("labels of degree {degree}, over the limit of {limit}")]
    Degree {
        /// The degree in weights and inputs.
        degree: u64,
        /// The largest that is allowed.
        limit: u64,
    },
    /// A polynomial of too many terms or too large a degree.
    #[error("a polynomial with more than {terms} terms, or of a degree over {degree}")]
    Terms {
        /// The most terms.
        terms: usize,
        /// The largest degree.
        degree: u32,
    },
    /// Too many solutions.
    #[error("more than {limit} complex solutions")]
    Dimension {
        /// The largest dimension of the quotient algebra.
        limit: usize,
    },
    /// Too many activation patterns of learnable units.
    #[error("more than {limit} combinations of activation patterns")]
    Cells {
        /// The most combinations for one instance.
        limit: usize,
    },
    /// Too much work.
    #[error("more than {limit} products in a prime field")]
    Work {
        /// The limit.
        limit: u64,
    },
    /// Numbers too long.
    #[error("an answer that {limit} primes do not determine")]
    Primes {
        /// The most primes.
        limit: usize,
    },
    /// Too many cyclic flats.
    #[error("the limit of {limit} cyclic flats")]
    Flats {
        /// The most flats of a law.
        limit: usize,
    },
    /// A sum over all allocations that would take too long.
    #[error("the limit of steps for a sum over all allocations")]
    Steps,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_has_no_more_time_and_is_watched_by_nobody() {
        let told = std::sync::atomic::AtomicU64::new(0);
        let watcher = |done: u64, _: u64| told.store(done, Ordering::Relaxed);
        let hour = Duration::from_secs(3600);
        let control = Control::unlimited().within(hour).watched_by(&watcher);
        control.narrowed(None).advanced(1, 2);
        assert_eq!(told.load(Ordering::Relaxed), 0);
        control.advanced(1, 2);
        assert_eq!(told.load(Ordering::Relaxed), 1);
        let (end, now) = (control.deadline().unwrap(), Instant::now());
        assert_eq!(control.until(end + hour).deadline(), Some(end));
        assert_eq!(control.within(2 * hour).deadline(), Some(end));
        let part = control.narrowed(Some(now));
        assert_eq!((part.stopped(), part.time_limit()), (Some(Stopped::Time), Some(hour)));
        assert_eq!((control.stopped(), part.time_left()), (None, Some(Duration::ZERO)));
    }

    #[test]
    fn a_request_comes_before_the_time() {
        let stop = AtomicBool::new(false);
        let control = Control::unlimited().within(Duration::ZERO).stopped_by(&stop);
        assert_eq!(control.check(), Err(Stopped::Time));
        stop.store(true, Ordering::Relaxed);
        assert_eq!(control.check(), Err(Stopped::Asked));
        let (never, other) = (AtomicBool::new(false), AtomicBool::new(true));
        let outer = Control::unlimited().stopped_by(&never);
        assert_eq!(outer.also_stopped_by(&other).check(), Err(Stopped::Asked));
        assert_eq!((outer.check(), control.also_stopped_by(&never).check()), (Ok(()), Err(Stopped::Asked)));
        assert_eq!(Control::unlimited().within(Duration::MAX).stopped(), None);
        assert_eq!(Control::unlimited().within(Duration::ZERO).untimed().stopped(), None);
    }
}
