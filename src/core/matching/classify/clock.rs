//! How the time of a classification is shared.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::super::estimate::Search;
use crate::algebra::Undecided;
use crate::control::{Control, Stopped};

/// The time that there is: two quarters for degrees of bases, one for instances of these, one for sections and instances of others.
#[derive(Clone, Copy)]
pub(super) struct Clock<'a> {
    start: Instant,
    pub(super) control: &'a Control<'a>,
    /// Whether a search was cut short.
    cut: &'a AtomicBool,
}

impl<'a> Clock<'a> {
    pub(super) fn start(control: &'a Control<'a>, cut: &'a AtomicBool) -> Self {
        Clock { start: Instant::now(), control, cut }
    }

    /// Notes that a search for instances which ended without success was cut short by time.
    pub(super) fn note(self, share: &Control<'_>, seen: &Search) {
        let cut = [Stopped::Time, Stopped::Asked].map(|stopped| Some(Undecided::Stopped(stopped)));
        let in_time = seen.stopped.is_none() && !cut.contains(&seen.reason);
        if !in_time {
            self.cut.store(true, Ordering::Relaxed);
        }
        self.note_end(share);
    }

    /// Notes that a search which ended without success has no time left.
    pub(super) fn note_end(self, share: &Control<'_>) {
        if share.stopped().is_some() {
            self.cut.store(true, Ordering::Relaxed);
        }
    }

    /// What says stop after so many quarters of the time.
    pub(super) fn stopped(self, quarters: u32) -> Option<Stopped> {
        self.after(quarters).stopped()
    }

    /// Until so many quarters of the time are over.
    pub(super) fn after(self, quarters: u32) -> Control<'a> {
        let limit = self.control.deadline().map(|end| end.saturating_duration_since(self.start));
        self.control.narrowed(limit.map(|limit| self.start + limit / 4 * quarters))
    }

    /// One of so many equal parts of the time until so many quarters of it are over.
    pub(super) fn part(self, quarters: u32, parts: u32) -> Control<'a> {
        let until = self.after(quarters);
        self.control.narrowed(until.time_left().map(|left| Instant::now() + left / parts.max(1)))
    }

    /// For one of so many tasks that share the threads and the time left.
    pub(super) fn share(self, tasks: u64) -> Control<'a> {
        self.share_of(4, tasks)
    }

    /// The same of the time until so many quarters of it are over.
    pub(super) fn share_of(self, quarters: u32, tasks: u64) -> Control<'a> {
        let rounds = tasks.div_ceil(rayon::current_num_threads() as u64).max(1);
        let rounds = u32::try_from(rounds).unwrap_or(u32::MAX);
        self.control.narrowed(self.after(quarters).time_left().map(|left| Instant::now() + left / rounds))
    }
}
