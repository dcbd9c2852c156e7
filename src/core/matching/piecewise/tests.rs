//! Laws about neighbourhoods and laws for probability 1 against instances that are decided exactly.

use rand_chacha::rand_core::RngCore;
use rug::Integer;

use crate::algebra::Limits;
use crate::allocation::Allocation;
use crate::control::Control;
use crate::matching::answer::Verdict;
use crate::matching::instance::Instance;
use crate::matching::shallow::Shallow;
use crate::matching::{Ensemble, MatchOptions, Matcher, Trials};
use crate::network::{Network, Samples};
use crate::number::{Dyadic, Dyadics, Ring, Stream, generator};
use crate::reach::Settings;

use super::{Bounds, bounds};

const NETWORKS: [(&str, u64); 6] = [
    ("relu([1, 2, 1])", 2),
    ("relu([2, 2, 1])", 2),
    ("relu([2, 2, 1])", 3),
    ("relu([1, 2, 1], bias=True)", 2),
    ("relu([1, 2, 1], bias=True)", 3),
    ("relu([2, 1, 2], bias=True)", 2),
];

fn allocations(shallow: &Shallow) -> impl Iterator<Item = Allocation> {
    let n = shallow.network.weights();
    (0..1u64 << n).map(move |bits| Allocation::of_low_bits(n, bits))
}

/// An instance of small whole numbers other than 0, among which coincidences are frequent.
fn whole(shallow: &Shallow, samples: u64, trial: u64) -> Instance {
    let mut instance = Instance::draw(&shallow.network, Samples::Count(samples), Ensemble::Gaussian, 1, trial);
    let mut random = generator(5, Stream::Instances, trial);
    let mut entry = |x: &mut Dyadic| {
        let size = 1 + i64::from(random.next_u32() % 3);
        *x = Dyadics.integer(if random.next_u32() & 1 == 0 { size } else { -size });
    };
    instance.student.iter_mut().chain(&mut instance.teacher).for_each(&mut entry);
    instance.inputs.iter_mut().flatten().for_each(&mut entry);
    instance
}

/// The same with every number changed by a millionth of itself at the most.
fn moved(instance: &Instance, turn: u64) -> Instance {
    let mut other = instance.clone();
    let mut random = generator(7, Stream::Instances, turn);
    let mut shift = |x: &mut Dyadic| {
        let part = i64::from(random.next_u32() % (1 << 21)) - (1 << 20);
        x.mantissa *= Integer::from((1i64 << 40) + part);
        x.exponent += 40;
    };
    other.student.iter_mut().chain(&mut other.teacher).for_each(&mut shift);
    other.inputs.iter_mut().flatten().for_each(&mut shift);
    other
}

/// What is proved of all instances near one holds of those near it, also where numbers coincide.
#[test]
fn what_is_proved_nearby_is_so_nearby() {
    let control = Control::unlimited();
    let (mut without, mut with, mut unproved) = (0, 0, 0);
    for (network, samples) in NETWORKS {
        let network: Network = network.parse().unwrap();
        let shallow = Shallow::of(&network);
        for (turn, allocation) in allocations(&shallow).enumerate() {
            for trial in 0..6 {
                let instance = match trial % 3 {
                    0 => Instance::draw(&network, Samples::Count(samples), Ensemble::Gaussian, 3, trial),
                    _ => whole(&shallow, samples, 100 * turn as u64 + trial),
                };
                let real = |instance: &Instance| shallow.decide(&allocation, instance, &control).map(|f| f.real);
                let here = real(&instance);
                let stays = shallow.stays_unmatched(&allocation, &instance, &control);
                let opens = shallow.has_open_match(&allocation, &instance, &control);
                assert!(!(stays && opens));
                unproved += u32::from(!stays && !opens);
                for near in (0..4).map(|k| moved(&instance, 10 * trial + k)) {
                    if stays {
                        assert_eq!(here, Ok(false), "{network} {samples} {allocation:?} {trial}");
                        assert_eq!(real(&near), Ok(false), "{network} {samples} {allocation:?} {trial}");
                        without += 1;
                    }
                    if opens {
                        assert_eq!(here, Ok(true), "{network} {samples} {allocation:?} {trial}");
                        assert_ne!(real(&near), Ok(false), "{network} {samples} {allocation:?} {trial}");
                        with += 1;
                    }
                }
            }
        }
    }
    println!("{without} {with} {unproved}");
    assert!(without > 300 && with > 300 && unproved > 100, "{without} {with} {unproved}");
}

/// No instance contradicts a law; each of the laws for probability 1 speaks.
#[test]
fn no_instance_contradicts_a_law_for_kinks() {
    let control = Control::unlimited();
    let mut seen = std::collections::BTreeMap::<String, u64>::new();
    for (network, samples) in NETWORKS.into_iter().chain([
        ("relu([2, 2, 2])", 1),
        ("relu([2, 2, 2], bias=True)", 2),
        ("relu([1, 2, 1], bias=True)", 4),
        ("relu([1, 3, 1])", 3),
        ("relu([3, 2, 1])", 3),
    ]) {
        let network: Network = network.parse().unwrap();
        let shallow = Shallow::of(&network);
        for allocation in allocations(&shallow).filter(|a| a.size() < a.weights()) {
            let Bounds::Settled(verdict, reason) = bounds(&shallow, &allocation, Samples::Count(samples)) else {
                continue;
            };
            let wrong = match verdict {
                Verdict::One => false,
                Verdict::Zero => true,
                _ => continue,
            };
            for trial in 0..40 {
                let instance = Instance::draw(&network, Samples::Count(samples), Ensemble::Gaussian, 9, trial);
                let real = shallow.decide(&allocation, &instance, &control).map(|f| f.real);
                assert_ne!(real, Ok(wrong), "{network} {samples} {allocation:?} {trial} {reason}");
                *seen.entry(reason.to_string()).or_default() += u64::from(real.is_ok());
            }
        }
    }
    println!("{seen:?}");
    assert!(seen.len() == 8 && seen.values().all(|n| *n > 30), "{seen:?}");
}

/// A verdict is that of the single question, or one where this says nothing; bounds pass the right way.
#[test]
fn a_classification_agrees_with_single_questions() {
    let settings = Settings { seed: 1, error_log2: -60 };
    let options = MatchOptions { trials: Trials::Fixed(60), ..MatchOptions::default() };
    for (network, samples, expected) in [
        ("relu([1, 2, 1])", 2, [0, 3, 13, 0]),
        ("relu([2, 2, 1])", 2, [0, 15, 49, 0]),
        ("relu([1, 2, 1], bias=True)", 1, [1, 103, 24, 0]),
    ] {
        let network: Network = network.parse().unwrap();
        let matcher = Matcher::new(&network, Samples::Count(samples), settings, Limits::default()).unwrap();
        let found = matcher.classify(&options, &Control::unlimited()).unwrap();
        let sums = found.counts().iter().fold([0; 4], |sum, row| std::array::from_fn(|i| sum[i] + row[i]));
        assert_eq!(sums, expected, "{network}");
        let orbits = found.orbits.as_ref().unwrap();
        assert_eq!(orbits.iter().map(|o| o.images).sum::<u64>(), 1 << network.weights());
        for orbit in orbits {
            let single = matcher.decide(&orbit.allocation, &options, &Control::unlimited()).unwrap();
            assert!(single.verdict == orbit.verdict || single.verdict == Verdict::Undecided, "{network} {orbit:?}");
            assert_eq!(found.verdict(&orbit.allocation), orbit.verdict);
            let known = matches!(orbit.verdict, Verdict::Zero | Verdict::One);
            assert_eq!((orbit.range[0] == orbit.range[1], orbit.estimate.is_none()), (known, known), "{orbit:?}");
            for weight in (0..network.weights()).filter(|w| !orbit.allocation.contains(*w)) {
                let mut larger = orbit.allocation.clone();
                larger.insert(weight);
                let both = (orbit.verdict, found.verdict(&larger));
                assert!(both.1 == Verdict::One || both.0 != Verdict::One, "{network} {both:?}");
                assert!(both.1 != Verdict::Zero || both.0 == Verdict::Zero, "{network} {both:?}");
            }
        }
    }
}
