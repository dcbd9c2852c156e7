//! A sample of what a claim ranges over, for looking at it in another way than the claim does.

use itertools::Itertools;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::{CheckOptions, Claim, ClaimError, Range, Run, Session, Truth, explored, matroid_settings, with_evaluator};
use allocert_core::allocation::Allocation;
use allocert_core::control::Control;
use allocert_core::network::{Network, Samples};

/// For each allocation wanted, so many are looked at: a hypothesis may be true of few.
const CANDIDATES: usize = 32;

/// An allocation that a claim ranges over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sampled {
    /// The network.
    pub network: Network,
    /// The samples.
    pub samples: Samples,
    /// The allocation.
    pub allocation: Allocation,
}

/// Random allocations of a claim for which its hypothesis is true: of each network, at each number of samples, `each` of every
/// size, and of all of these at most `most`, evenly. Nothing for a claim about networks alone.
///
/// # Errors
/// The claim's own expressions fail, or are stopped by a limit.
pub fn sample(claim: &Claim, options: &CheckOptions, each: usize, most: usize) -> Result<Vec<Sampled>, ClaimError> {
    let session = Session::new(matroid_settings(options), Some(options.time_limit));
    let free = Control::unlimited();
    let run = Run::new(claim, options, session, &free);
    let mut random = ChaCha12Rng::seed_from_u64(options.settings.seed);
    let mut sampled = Vec::new();
    if claim.about_allocations {
        for network in claim.networks.iter().unique() {
            let lens = run.session.lens(network, Samples::Functional);
            for samples in run.samples(&lens)? {
                let lens = lens.at(samples);
                let drawn = draw(&run.range(&lens)?, each * CANDIDATES, &mut random);
                let kept = with_evaluator(claim, &run.session, |eval| {
                    let mut kept: Vec<Sampled> = Vec::new();
                    for allocation in drawn {
                        let of_size = |s: &&Sampled| s.allocation.size() == allocation.size();
                        if kept.iter().filter(of_size).count() >= each {
                            continue;
                        }
                        let fits = match &claim.given {
                            Some(given) => {
                                let asked = (&mut *eval, &lens, Some(&allocation));
                                explored("given", given, claim.reading(), asked, &run.session)? == Truth::Known(true)
                            }
                            None => true,
                        };
                        if fits {
                            kept.push(Sampled { network: network.clone(), samples, allocation });
                        }
                    }
                    Ok(kept)
                })?;
                sampled.extend(kept);
            }
        }
    }
    run.session.close();
    let count = sampled.len();
    let keep = |at: usize| count <= most || at * most / count != (at + 1) * most / count;
    Ok(sampled.into_iter().enumerate().filter(|(at, _)| keep(*at)).map(|(_, s)| s).collect())
}

/// Up to `each` allocations of every size, in random order.
fn draw(range: &Range, each: usize, random: &mut ChaCha12Rng) -> Vec<Allocation> {
    match range {
        Range::Network => Vec::new(),
        Range::Listed(list) => {
            let sizes = list.iter().map(Allocation::size).unique();
            let of = |size| list.iter().filter(move |a: &&Allocation| a.size() == size).cloned().collect::<Vec<_>>();
            sizes.flat_map(|size| shuffled(of(size), random).into_iter().take(each).collect::<Vec<_>>()).collect()
        }
        Range::Inside { within, sizes } => {
            let all: Vec<usize> = within.iter().collect();
            let mut drawn = Vec::new();
            for size in sizes {
                let of_size: Vec<Allocation> = (0..each)
                    .map(|_| {
                        let positions = shuffled(all.clone(), random).into_iter().take(*size);
                        Allocation::of(within.weights(), positions)
                    })
                    .collect();
                drawn.extend(of_size.into_iter().unique());
            }
            drawn
        }
    }
}

fn shuffled<T>(mut list: Vec<T>, random: &mut ChaCha12Rng) -> Vec<T> {
    for i in (1..list.len()).rev() {
        list.swap(i, (random.next_u64() % (i as u64 + 1)) as usize);
    }
    list
}

impl Claim {
    /// Whether the claim speaks about maximal, minimal or match probability, or about spanning, which decides it.
    pub fn speaks_of_matches(&self) -> bool {
        let holds = self.text.as_ref().map_or("", |t| t.body.as_str()).to_lowercase();
        let statement = self.statement.to_lowercase();
        let asks = [".match", ".decided", "maximal", "minimal", ".spans"].iter().any(|word| holds.contains(word));
        let says = ["match", "maximal", "minimal", "spans"].iter().any(|word| statement.contains(word));
        self.about_allocations && (asks || says)
    }
}
