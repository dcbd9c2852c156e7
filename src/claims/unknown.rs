//! What is not known, and how a condition is evaluated that touches it.
//!
//! A verdict may be undecided, a count may be a frequency, a limit may have stopped a degree. A condition that reads such a
//! thing is evaluated once for each way in which it could be: wherever the evaluation depends on it (a comparison, a truth
//! value, a verdict), the run takes one of the possible ways, and the condition is evaluated again until all ways were taken.
//! If they all come to the same, that is the condition's value, whatever the truth is; otherwise the value is *unknown*. So
//! `True or …`, `… and False` and `verdict != "zero"` of an allocation that spans are known, in whatever order, through
//! whatever variables, containers, functions and conditionals, because each single run sees plain values only.
//!
//! Where the ways are too many to go through (an unknown number as a key, as text, as an index), the run is *lost* and the
//! condition is unknown.
//!
//! What is read twice in a run is the same both times: choices are remembered by what they are about.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::values::{failure, is_ours};

/// Why something is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Doubt {
    /// In words, such as "the verdict on W1 is undecided after 50 instances".
    pub text: String,
    /// Whether a limit is the reason, so that a larger limit may help.
    pub is_limit: bool,
}

/// How a condition reads frequencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// As what they are: not known.
    Strict,
    /// As the samples show them; what comes of it is statistical.
    Samples,
}

/// A truth value, or why it is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    /// True or false, whatever is not known.
    Known(bool),
    /// It depends on what is not known.
    Unknown(Doubt),
}

/// More ways than this are not gone through.
const MOST_RUNS: usize = 64;

/// One run, or several that differ in what is not known.
#[derive(Debug)]
struct Ways {
    reading: Reading,
    /// Whether there may be more runs than one.
    many: bool,
    /// For each choice of this run: the way taken, and how many there are.
    choices: Vec<(usize, usize)>,
    /// How many choices this run has made so far.
    made: usize,
    /// What the choices of this run were about.
    remembered: HashMap<String, usize>,
    /// The first thing that some choice was about.
    doubt: Option<Doubt>,
    /// Why this run shows nothing.
    lost: Option<Doubt>,
    /// An unknown number that this run has met: an error may come from it.
    met: Option<Doubt>,
}

thread_local! {
    /// The evaluation of this thread.
    static WAYS: RefCell<Option<Ways>> = const { RefCell::new(None) };
}

/// Puts back what was there when it goes, also in a panic.
struct Outer(Option<Ways>);

impl Drop for Outer {
    fn drop(&mut self) {
        WAYS.set(self.0.take());
    }
}

impl Ways {
    fn new(reading: Reading, many: bool) -> Self {
        let (choices, remembered) = (Vec::new(), HashMap::new());
        Ways { reading, many, choices, made: 0, remembered, doubt: None, lost: None, met: None }
    }

    /// Goes on to the next way; false if all were taken.
    fn advance(&mut self) -> bool {
        self.choices.truncate(self.made);
        self.made = 0;
        self.remembered.clear();
        while let Some((way, ways)) = self.choices.pop() {
            if way + 1 < ways {
                self.choices.push((way + 1, ways));
                return true;
            }
        }
        false
    }
}

/// How frequencies are read now.
pub(super) fn reading() -> Reading {
    WAYS.with_borrow(|ways| ways.as_ref().map_or(Reading::Strict, |w| w.reading))
}

/// Whether all ways are gone through, and not just one.
pub(super) fn explores() -> bool {
    WAYS.with_borrow(|ways| ways.as_ref().is_some_and(|w| w.many))
}

/// Takes one of so many ways that `about` may be; always the same one in one run.
pub(super) fn choose(about: &str, ways: usize, doubt: impl FnOnce() -> Doubt) -> usize {
    if ways < 2 {
        return 0;
    }
    let way = WAYS.with_borrow_mut(|current| {
        let current = current.as_mut().filter(|c| c.many)?;
        if let Some(way) = current.remembered.get(about) {
            return Some(*way);
        }
        if current.made == current.choices.len() {
            current.choices.push((0, ways));
        }
        let (way, _) = current.choices[current.made];
        current.made += 1;
        current.remembered.insert(about.to_owned(), way);
        Some(way)
    });
    match way {
        Some(way) => {
            WAYS.with_borrow_mut(|current| {
                if let Some(current) = current
                    && current.doubt.is_none()
                {
                    current.doubt = Some(doubt());
                }
            });
            way
        }
        None => {
            lose(doubt());
            0
        }
    }
}

/// This run shows nothing: it needs a value that is not known.
pub(super) fn lose(doubt: Doubt) {
    WAYS.with_borrow_mut(|ways| {
        if let Some(ways) = ways {
            ways.lost.get_or_insert(doubt);
        }
    });
}

/// As [`lose`], with the error that ends the run.
pub(super) fn lost(doubt: Doubt) -> starlark::Error {
    let error = failure(format!("{}\n  what is not known cannot be used here", doubt.text));
    lose(doubt);
    error
}

thread_local! {
    /// Whether numbers are compared in a way that knows nothing of what is not known.
    static BLIND: Cell<bool> = const { Cell::new(false) };
}

/// Runs something that compares numbers in a way that knows nothing of what is not known: every run that meets an unknown number
/// is lost.
pub(super) fn blind<T>(is_blind: bool, run: impl FnOnce() -> T) -> T {
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            BLIND.set(self.0);
        }
    }
    let _before = Before(BLIND.replace(is_blind));
    run()
}

/// Notes that the run has met an unknown number.
pub(super) fn meet(doubt: &Doubt) {
    if BLIND.get() {
        lose(doubt.clone());
    }
    WAYS.with_borrow_mut(|ways| {
        if let Some(ways) = ways
            && ways.met.is_none()
        {
            ways.met = Some(doubt.clone());
        }
    });
}

/// Evaluates something once, and says whether it needed what is not known.
pub(super) fn once<T>(reading: Reading, run: impl FnOnce() -> T) -> (T, Option<Doubt>) {
    let _outer = Outer(WAYS.replace(Some(Ways::new(reading, false))));
    let done = run();
    let ways = WAYS.take();
    (done, ways.and_then(|w| w.lost))
}

/// Evaluates a condition in all ways that what is not known could be. `is_limit` tells the limits that end everything.
///
/// # Errors
/// Limits, slips, and the errors of a condition that reads nothing unknown.
pub(super) fn explore<E>(
    reading: Reading,
    eval: &mut E,
    mut run: impl FnMut(&mut E) -> starlark::Result<bool>,
    is_limit: impl Fn(&E, &starlark::Error) -> bool,
) -> starlark::Result<Truth> {
    let _outer = Outer(WAYS.replace(Some(Ways::new(reading, true))));
    let mut found: Option<bool> = None;
    for _ in 0..MOST_RUNS {
        let done = run(eval);
        // Nothing else takes it away while the condition runs.
        let Some(mut ways) = WAYS.take() else {
            return done.map(Truth::Known);
        };
        if let Err(error) = &done
            && is_limit(eval, error)
        {
            return done.map(Truth::Known);
        }
        if let Some(doubt) = ways.lost {
            return Ok(Truth::Unknown(doubt));
        }
        let value = match done {
            Ok(value) => value,
            Err(error) if is_ours(&error) => return Err(error),
            Err(error) => match ways.met.or(ways.doubt) {
                Some(doubt) => return Ok(Truth::Unknown(doubt)),
                None => return Err(error),
            },
        };
        if found.is_some_and(|before| before != value)
            && let Some(doubt) = ways.doubt
        {
            return Ok(Truth::Unknown(doubt));
        }
        found = Some(value);
        if !ways.advance() {
            return Ok(Truth::Known(value));
        }
        WAYS.set(Some(ways));
    }
    let doubt = WAYS.take().and_then(|ways| ways.doubt);
    let text = "it depends on too many things that are not known".to_owned();
    Ok(Truth::Unknown(doubt.unwrap_or(Doubt { text, is_limit: true })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubt() -> Doubt {
        Doubt { text: "x".to_owned(), is_limit: false }
    }

    fn explored(run: impl FnMut() -> bool) -> Truth {
        let mut run = run;
        explore(Reading::Strict, &mut (), |()| Ok(run()), |(), _| false).unwrap()
    }

    #[test]
    fn what_does_not_depend_on_the_unknown_is_known() {
        let either = |about: &str| choose(about, 2, doubt) == 1;
        assert_eq!(explored(|| either("p")), Truth::Unknown(doubt()));
        let (yes, no) = (std::hint::black_box(true), std::hint::black_box(false));
        assert_eq!(explored(|| either("p") && no), Truth::Known(false));
        assert_eq!(explored(|| either("p") || yes), Truth::Known(true));
        // The same question has the same answer in one run.
        assert_eq!(explored(|| either("p") || !either("p")), Truth::Known(true));
        assert_eq!(explored(|| either("p") || !either("q")), Truth::Unknown(doubt()));
        assert_eq!(explored(|| choose("v", 3, doubt) < 3), Truth::Known(true));
        // Too many ways.
        assert!(matches!(explored(|| (0..9).all(|i| choose(&i.to_string(), 2, doubt) < 2)), Truth::Unknown(_)));
        assert_eq!(explored(|| (0..5).all(|i| choose(&i.to_string(), 2, doubt) < 2)), Truth::Known(true));
    }

    #[test]
    fn a_lost_run_shows_nothing() {
        let run = || {
            lose(doubt());
            true
        };
        assert_eq!(explored(run), Truth::Unknown(doubt()));
        assert_eq!(once(Reading::Strict, || choose("p", 2, doubt)), (0, Some(doubt())));
        assert_eq!(once(Reading::Strict, || 5), (5, None));
    }

    #[test]
    fn errors_in_the_dark_are_unknown_and_others_are_errors() {
        let languages = || Err(starlark::Error::new_value(std::fmt::Error));
        let explored = |run: &dyn Fn() -> starlark::Result<bool>, limit: bool| {
            explore(Reading::Strict, &mut (), |()| run(), |(), _| limit)
        };
        assert!(explored(&languages, false).is_err());
        let dark = || {
            meet(&doubt());
            languages()
        };
        assert_eq!(explored(&dark, false).unwrap(), Truth::Unknown(doubt()));
        assert!(explored(&dark, true).is_err());
        let slip = || {
            meet(&doubt());
            Err(failure("no"))
        };
        assert!(explored(&slip, false).is_err());
    }
}
