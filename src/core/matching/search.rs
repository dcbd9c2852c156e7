//! A search for an instance without a match where random ones are rare: from small whole numbers, some drawn anew at each step, to
//! instances with fewer real students.
//!
//! Where the closure of the teachers' labels is all of the space of labels, and δ is bounded from above, an instance with δ distinct
//! complex students and no real one has neighbours of the same kind, whatever it was drawn from: so MP < 1 for draws whose
//! density is positive there, as normal ones are everywhere.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::RngCore;

use crate::algebra::{RealCount, Solver};
use crate::allocation::Allocation;
use crate::control::Control;
use crate::network::{Network, Probe, Samples};
use crate::number::{Dyadic, Stream, generator};
use crate::reach::Evidence;

use super::ensemble::Ensemble;
use super::instance::Instance;
use super::laws::chosen;

/// Entries are whole numbers up to this in absolute value.
const BOUND: u32 = 6;
/// So many steps at the most,
const MOST_STEPS: usize = 300;
/// beyond the trials that anyone asks for.
const FAR: u64 = 1 << 39;
/// The most products for one instance.
const MOST_WORK: u64 = 1 << 26;

/// How it is known that an instance has as many complex students as `degree` says, and no real one, if one is found.
pub(super) fn search_without_match(
    (network, samples): (&Network, Samples),
    basis: &Allocation,
    degree: usize,
    solver: &Solver<'_>,
    (seed, control): (u64, &Control<'_>),
) -> Option<Evidence> {
    let solver = solver.with_work(MOST_WORK);
    let mut random = generator(seed, Stream::Instances, FAR);
    let mut best = Instance::draw(network, samples, Ensemble::Gaussian, seed, FAR);
    let mut least = usize::MAX;
    for step in 1..=MOST_STEPS {
        if control.stopped().is_some() {
            return None;
        }
        let mut next = best.clone();
        redraw(&mut next, network, samples, least == usize::MAX, &mut random);
        let Ok(RealCount { real, complex, error_log2 }) = next.count_students(network, basis, &solver) else {
            continue;
        };
        if complex != Some(degree) {
            continue;
        }
        if real == 0 {
            return Some(chosen(step, [error_log2.map_or(Evidence::Proved, Evidence::within)]));
        }
        if real <= least {
            (best, least) = (next, real);
        }
    }
    None
}

/// Draws all entries anew, or about a quarter of them.
fn redraw(instance: &mut Instance, network: &Network, samples: Samples, all: bool, random: &mut ChaCha12Rng) {
    let ensemble = Ensemble::Integer { bound: BOUND };
    let mut draw = |entry: &mut Dyadic| {
        if all || random.next_u32().is_multiple_of(4) {
            *entry = ensemble.number(random);
        }
    };
    instance.student.iter_mut().chain(&mut instance.teacher).for_each(&mut draw);
    if matches!(network.probe(samples), Probe::Generic(_)) {
        instance.inputs.iter_mut().flatten().for_each(&mut draw);
    }
}
