//! Certificates composed of random steps, and certificates with random changes: whatever the checker accepts is true, and
//! nothing that it accepts contradicts itself. Truth is the engine's, at random points modulo random primes.
//!
//! `ALLOCERT_FUZZ_SECONDS=3600 cargo test --release -p allocert-prove --test fuzz -- --ignored --nocapture` looks longer;
//! `ALLOCERT_FUZZ_SEED` begins elsewhere.

mod compose;
mod mutants;
mod programs;
mod random;
mod truth;

use std::time::{Duration, Instant};

use allocert_core::reach::Settings;

use compose::compose;
use mutants::mutate;

const SETTINGS: Settings = Settings { seed: 1, error_log2: -60 };

#[test]
fn composed_certificates_state_nothing_false_and_no_contradiction() {
    let (rounds, stated, open) = compose(1, |rounds| rounds < 400);
    assert!(rounds == 400 && stated > 2_000 && open > 20, "{rounds} certificates, {stated} statements, {open} open");
}

#[test]
fn mutants_state_nothing_false() {
    let (rounds, same) = mutate(1, |rounds| rounds < 20_000);
    assert!(same > 100 && same < rounds / 2, "{same} of {rounds} accepted");
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
#[ignore = "looks for ALLOCERT_FUZZ_SECONDS"]
fn for_long() {
    let (seconds, first) = (number("ALLOCERT_FUZZ_SECONDS", 60), number("ALLOCERT_FUZZ_SEED", 1_000));
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut certificates, mut statements, mut mutants, mut taken) = (0, 0, 0, 0);
    for seed in first.. {
        let (rounds, stated, _) = compose(seed, |rounds| rounds < 2_000 && Instant::now() < end);
        let (changed, same) = mutate(seed, |rounds| rounds < 100_000 && Instant::now() < end);
        (certificates, statements, mutants, taken) =
            (certificates + rounds, statements + stated, mutants + changed, taken + same);
        println!(
            "to seed {seed}: {certificates} composed, {statements} statements; {mutants} mutants, {taken} accepted"
        );
        if Instant::now() >= end {
            break;
        }
    }
}
