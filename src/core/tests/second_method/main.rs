//! Dimensions of networks with exponentials by a second method: Jacobians at random real points in more than 300 digits, whose
//! singular values leave a gap.
//!
//! Ranks are compared only where the gap has more than 50 digits; how many were compared, and how many are open, is counted and
//! asserted. `ALLOCERT_FUZZ=2000 cargo test --release --test second_method` takes so many programs.

mod passes;
mod reals;
mod roots;
mod treacherous;

use allocert_core::allocation::{Allocation, Layout};
use allocert_core::control::Control;
use allocert_core::network::{Network, Samples};
use allocert_core::program::Program;
use allocert_core::reach::{self, Evidence, Settings};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;

use passes::random_program;
use reals::real_rank;
use roots::roots;
use treacherous::treacherous;

const SETTINGS: Settings = Settings { seed: 1, error_log2: -60 };
/// Programs in an ordinary run.
const FEW: u64 = 250;

fn network(text: String, program: Program) -> Network {
    let layout = Layout::default().with("w", &[program.weights()], 1);
    let inputs = vec![program.inputs()];
    Network::program("fuzz", text, layout, program, inputs, Vec::new()).unwrap()
}

/// The dimension that is answered; nothing where it is open, with the reason.
fn answered(network: &Network, samples: Samples) -> Result<(usize, Evidence), String> {
    let all = Allocation::all(network.weights());
    match reach::rank(network, &all, samples, SETTINGS, &Control::unlimited()) {
        Ok(answer) if answer.evidence() == Evidence::Open => Err(format!("at least {}", answer.dim.value)),
        Ok(answer) => Ok((answer.dim.value, answer.evidence())),
        Err(error) => Err(error.to_string()),
    }
}

/// What came of a program.
#[derive(Debug)]
enum Case {
    /// Both agree; whether it is proved.
    Compared {
        proved: bool,
    },
    Open(String),
    Undefined,
    NoGap(String),
    Wrong(String),
}

fn case(seed: u64, roots: bool) -> Case {
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    let program = loop {
        if let Some(program) = random_program(&mut random, roots) {
            break program;
        }
    };
    let functional = random.next_u32() % 3 == 0;
    let count = 1 + (random.next_u64() % 5) as usize;
    let (samples, real) =
        if functional { (Samples::Functional, program.weights() + 1) } else { (Samples::Count(count as u64), count) };
    let network = network(format!("fuzz({seed})"), program.clone());
    let answer = answered(&network, samples);
    let (dim, evidence) = match answer {
        Ok(answer) => answer,
        Err(reason) => return Case::Open(reason),
    };
    match real_rank(&program, real, &mut random) {
        None => Case::Undefined,
        Some(Err(gap)) => Case::NoGap(gap),
        Some(Ok(rank)) if rank == dim => Case::Compared { proved: evidence == Evidence::Proved },
        Some(Ok(rank)) => Case::Wrong(format!("seed {seed} ({samples}): {dim} ({evidence}), real {rank}\n{program:?}")),
    }
}

/// How many programs came out how.
struct Tally {
    programs: u64,
    compared: u64,
    unproved: u64,
    open: u64,
    no_gap: Vec<String>,
}

/// Holds random programs against real Jacobians; none may be wrong.
fn tally(roots: bool) -> Tally {
    let programs = std::env::var("ALLOCERT_FUZZ").ok().and_then(|n| n.parse().ok()).unwrap_or(FEW).max(1);
    let cases: Vec<Case> = (0..programs).into_par_iter().map(|seed| case(seed, roots)).collect();
    let count = |is: fn(&Case) -> bool| cases.iter().filter(|case| is(case)).count() as u64;
    let compared = count(|case| matches!(case, Case::Compared { .. }));
    let unproved = count(|case| matches!(case, Case::Compared { proved: false }));
    let open = count(|case| matches!(case, Case::Open(_)));
    let undefined = count(|case| matches!(case, Case::Undefined));
    let of = |text: fn(&Case) -> Option<&String>| cases.iter().filter_map(text).collect::<Vec<&String>>();
    let no_gap = of(|case| if let Case::NoGap(gap) = case { Some(gap) } else { None });
    let wrong = of(|case| if let Case::Wrong(what) = case { Some(what) } else { None });
    println!(
        "{programs} programs: {compared} agree ({unproved} with a bound on the error), {open} open, {undefined} nowhere defined, {} without a gap, {} wrong",
        no_gap.len(),
        wrong.len()
    );
    let mut reasons = std::collections::BTreeMap::new();
    for case in &cases {
        if let Case::Open(reason) = case {
            let reason: String = reason.lines().skip(1).flat_map(str::chars).filter(|c| !c.is_ascii_digit()).collect();
            *reasons.entry(reason).or_insert(0) += 1;
        }
    }
    reasons.iter().for_each(|(reason, count)| println!("{count} open:{reason}"));
    assert!(wrong.is_empty(), "{wrong:#?}");
    let no_gap = no_gap.into_iter().cloned().collect();
    Tally { programs, compared, unproved, open, no_gap }
}

#[test]
fn random_programs_agree_with_real_jacobians() {
    let Tally { programs, compared, unproved, open, no_gap } = tally(false);
    assert!(compared * 10 >= programs * 7, "{compared} of {programs} were compared");
    assert!(open * 5 <= programs, "{open} of {programs} are open");
    assert!((compared - unproved) * 3 >= compared, "{unproved} of {compared} are not proved");
    assert!(no_gap.len() as u64 * 50 <= programs, "no gap: {no_gap:?}");
}

#[test]
fn random_programs_with_many_roots_agree_with_real_jacobians() {
    let Tally { programs, compared, .. } = tally(true);
    assert!(compared * 3 >= programs, "{compared} of {programs} were compared");
}

#[test]
fn programs_on_which_fresh_numbers_or_signs_are_wrong_come_out_right_or_open() {
    let mut right = Vec::new();
    for (name, program, samples, truth) in treacherous().into_iter().chain(roots()) {
        let mut random = ChaCha12Rng::seed_from_u64(7);
        let real = real_rank(&program, samples, &mut random).unwrap_or_else(|| panic!("{name}: undefined")).unwrap();
        assert!(truth.is_none_or(|truth| truth == real), "{name}: {real}");
        match answered(&network("fuzz(0)".to_owned(), program), Samples::Count(samples as u64)) {
            Ok((dim, evidence)) => {
                assert_eq!(dim, real, "{name} ({evidence})");
                right.push(name);
            }
            Err(reason) => println!("{name} is open: {reason}"),
        }
    }
    assert!(right.len() >= 22, "{right:?}");
}
