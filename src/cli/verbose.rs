//! `--verbose`: where the time went, by the spans of work that the libraries mark.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::span::{Attributes, Id};
use tracing::{Dispatch, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

/// Adds up the time in spans of one name, on all threads.
#[derive(Clone, Default)]
pub(super) struct Times {
    by_name: Arc<Mutex<BTreeMap<&'static str, Total>>>,
}

#[derive(Clone, Copy, Default)]
struct Total {
    spans: u64,
    /// With the spans inside.
    all: Duration,
    /// Without them.
    own: Duration,
}

/// The time in one span so far.
struct Busy {
    entered: Option<Instant>,
    all: Duration,
    inside: Duration,
}

impl Times {
    /// Listens to all spans from now on. A second listener in one process hears nothing.
    pub(super) fn listen() -> Self {
        let times = Times::default();
        // Refused only if something listens already.
        let _ = tracing::dispatcher::set_global_default(Dispatch::new(Registry::default().with(times.clone())));
        times
    }

    /// Writes a table to standard error, the longest first; nothing where no work was marked, as in a process that has left it to
    /// another one.
    pub(super) fn report(&self, whole: Duration) {
        if self.by_name.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            return;
        }
        // If standard error cannot be written, nobody reads it.
        let _ = std::io::stderr().write_all(self.table(whole).as_bytes());
    }

    fn table(&self, whole: Duration) -> String {
        let by_name = self.by_name.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut rows: Vec<(&str, Total)> = by_name.into_iter().collect();
        rows.sort_by_key(|(_, total)| std::cmp::Reverse(total.own));
        let mut text = format!("\nwhere the time went: {:.2} s in all\n", whole.as_secs_f64());
        text.push_str(&format!("{:<24} {:>10} {:>12} {:>12}\n", "work", "times", "s alone", "s with parts"));
        for (name, total) in rows {
            let (own, all) = (total.own.as_secs_f64(), total.all.as_secs_f64());
            text.push_str(&format!(
                "{name:<24} {:>10} {own:>12.3} {all:>12.3}\n",
                super::output::thousands(total.spans)
            ));
        }
        text.push_str("Seconds of all threads are added; a part on another thread counts by itself.\n");
        text
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Times {
    fn on_new_span(&self, _: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(Busy { entered: None, all: Duration::ZERO, inside: Duration::ZERO });
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(busy) = span.extensions_mut().get_mut::<Busy>()
        {
            busy.entered = Some(Instant::now());
        }
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut taken = Duration::ZERO;
        if let Some(busy) = span.extensions_mut().get_mut::<Busy>() {
            taken = busy.entered.take().map(|entered| entered.elapsed()).unwrap_or_default();
            busy.all += taken;
        }
        if let Some(around) = span.parent()
            && let Some(busy) = around.extensions_mut().get_mut::<Busy>()
        {
            busy.inside += taken;
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        if let Some(busy) = span.extensions().get::<Busy>() {
            let mut by_name = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
            let total = by_name.entry(span.name()).or_default();
            total.spans += 1;
            total.all += busy.all;
            total.own += busy.all.saturating_sub(busy.inside);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_taken_from_what_is_around_them() {
        let times = Times::default();
        tracing::subscriber::with_default(Registry::default().with(times.clone()), || {
            for _ in 0..3 {
                let _outer = tracing::info_span!("outer").entered();
                let _inner = tracing::info_span!("inner").entered();
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        let by_name = times.by_name.lock().unwrap();
        let (outer, inner) = (by_name["outer"], by_name["inner"]);
        assert_eq!((outer.spans, inner.spans), (3, 3));
        assert_eq!(inner.own, inner.all);
        assert!(inner.all >= Duration::from_millis(6) && outer.all >= inner.all);
        assert_eq!(outer.own, outer.all - inner.all);
        drop(by_name);
        assert!(times.table(Duration::from_secs(1)).contains("inner"));
    }
}
