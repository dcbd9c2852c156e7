//! Certificates composed of random steps, and certificates with random changes: whatever the checker accepts is true, and
//! nothing that it accepts contradicts itself. Truth is the engine's, at random points modulo random primes.
//!
//! `ALLOCERT_FUZZ_SECONDS=3600 cargo test --release -p allocert-prove --test fuzz -- --nocapture` looks for so long instead of at so
//! many; `ALLOCERT_FUZZ_SEED` begins elsewhere.

mod compose;
mod exponentials;
mod mutants;
mod programs;
mod random;
mod truth;

use std::time::{Duration, Instant};

use allocert_core::reach::Settings;

use compose::compose;
use exponentials::{lower_bounds, upper_bounds};
use mutants::mutate;

const SETTINGS: Settings = Settings { seed: 1, error_log2: -60 };

/// A number from the surroundings, if it is given.
fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

fn seed() -> u64 {
    number("ALLOCERT_FUZZ_SEED").unwrap_or(1)
}

/// Whether to go on after so many: as long as the surroundings say, otherwise up to a number.
fn goes_on(most: usize) -> impl Fn(usize) -> bool {
    let end = number("ALLOCERT_FUZZ_SECONDS").map(|seconds| Instant::now() + Duration::from_secs(seconds));
    move |done| end.map_or(done < most, |end| Instant::now() < end)
}

#[test]
fn composed_certificates_state_nothing_false_and_no_contradiction() {
    let (rounds, stated, open) = compose(seed(), goes_on(400));
    println!("{rounds} composed certificates, {stated} statements, {open} of them open");
    assert!(rounds >= 400 && stated > 5 * rounds && open * 20 > rounds, "{rounds}, {stated}, {open}");
}

#[test]
fn mutants_state_nothing_false() {
    let (rounds, same) = mutate(seed(), goes_on(20_000));
    println!("{rounds} mutants, {same} accepted");
    assert!(rounds >= 20_000 && same * 200 > rounds && same * 2 < rounds, "{same} of {rounds} accepted");
}

#[test]
fn numbers_for_dependent_exponentials_prove_nothing() {
    let (rounds, accepted, wrong) = lower_bounds(seed(), goes_on(3_000));
    println!("{rounds} lower bounds of programs with exponentials, {accepted} accepted; {wrong} too large");
    assert!(rounds >= 3_000 && accepted * 5 > rounds && wrong * 100 > rounds, "{rounds}, {accepted}, {wrong}");
}

#[test]
fn vectors_are_accepted_where_nothing_changes_and_nowhere_else() {
    let (rounds, accepted) = upper_bounds(seed(), goes_on(3_000));
    println!("{rounds} upper bounds of programs with exponentials, {accepted} accepted");
    assert!(rounds >= 3_000 && accepted * 20 > rounds && accepted * 2 < rounds, "{rounds}, {accepted}");
}
