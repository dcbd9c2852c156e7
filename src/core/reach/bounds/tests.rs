use std::collections::BTreeMap;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::*;
use crate::control::Control;
use crate::network::Bound;
use crate::reach::{JacobianMatroid, Patterns};

/// Random networks of every family, on which no bound may be below the rank.
fn network(draw: &mut impl FnMut(usize) -> usize) -> Network {
    let text = match draw(4) {
        0 | 1 => {
            let (q, n, p, t) = (1 + draw(3), 1 + draw(4), 1 + draw(4), 1 + draw(7));
            format!("lrnn({q}, {n}, {p}, {t}{})", ["", ", \"all\""][draw(2)])
        }
        2 => {
            let (d, k, o, g) = (1 + draw(4), 1 + draw(6), 1 + draw(4), 2 + draw(3));
            format!("pnn([{d}, {k}, {o}], degree={g}{})", ["", ", bias=True"][draw(2)])
        }
        _ => {
            let widths: Vec<String> = (0..3 + draw(2)).map(|_| (1 + draw(3)).to_string()).collect();
            let kind = [("lffn", ""), ("lffn", ", bias=True"), ("pnn", ", degree=2")][draw(3)];
            format!("{}([{}]{})", kind.0, widths.join(", "), kind.1)
        }
    };
    text.parse().unwrap()
}

/// Single weights, rows, columns and whole tensors are in or out.
fn allocation(network: &Network, draw: &mut impl FnMut(usize) -> usize) -> Allocation {
    let mut inside = Vec::new();
    for tensor in network.layout().tensors() {
        let (kind, rows, columns) = (draw(7), 1 + draw(tensor.rows), 1 + draw(tensor.columns));
        for position in tensor.positions() {
            let place = ((position - tensor.start) / tensor.columns, (position - tensor.start) % tensor.columns);
            let learnable = match kind {
                0 => false,
                1 | 2 => true,
                3 => place.0 != place.1,
                4 => place.0 >= rows || place.1 >= columns,
                5 => place.0 < rows,
                _ => draw(4) > 0,
            };
            inside.extend(learnable.then_some(position));
        }
    }
    Allocation::of(network.weights(), inside)
}

#[test]
fn no_bound_is_below_the_rank() {
    let mut random = ChaCha12Rng::seed_from_u64(5);
    let mut draw = |below: usize| (random.next_u64() % below as u64) as usize;
    let mut attained: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    for _ in 0..4_000 {
        let network = network(&mut draw);
        let count = Samples::Count(1 + draw(8) as u64);
        for samples in [Samples::Functional, count] {
            let matroid = JacobianMatroid::new(&network, samples, 1, &Control::unlimited()).unwrap();
            let named = NamedBounds::new(&network, samples);
            for _ in 0..8 {
                let set = allocation(&network, &mut draw);
                let rank = matroid.rank(&set);
                for Bound { name, value: bound, .. } in named.all(&set) {
                    assert!(rank <= bound, "{network}, {samples}: {name} gives {bound}, not {rank}, for {set:?}");
                    let counts = attained.entry(name).or_default();
                    counts[0] += 1;
                    counts[1] += u64::from(bound < set.size());
                    counts[2] += u64::from(bound == rank && bound < set.size());
                }
            }
        }
    }
    // Each is attained where counting weights does not give the rank.
    for (name, [applied, told, attained]) in &attained {
        println!("{name}: {applied} times, {told} below the size, {attained} of these attained");
        assert!(*attained > 10, "{name}");
    }
    assert_eq!(attained.len(), 14);
}

/// With kinks the rank of every pattern stays below what is known of all of them.
#[test]
fn no_bound_is_below_the_rank_of_a_pattern() {
    let mut random = ChaCha12Rng::seed_from_u64(6);
    let mut draw = |below: usize| (random.next_u64() % below as u64) as usize;
    let mut attained: BTreeMap<&str, u64> = BTreeMap::new();
    for number in 0..300 {
        let network = match number % 3 {
            0 => format!("relu([1, {}, {}])", 1 + draw(4), 1 + draw(3)),
            1 => format!("relu([{}], bias=True)", vec!["1"; 2 + draw(3)].join(", ")),
            _ => format!("relu([{}, {}, {}], bias=True)", 1 + draw(2), 1 + draw(3), 1 + draw(3)),
        };
        let network: Network = network.parse().unwrap();
        let samples = [Samples::Functional, Samples::Count(1 + draw(4) as u64)][draw(2)];
        let patterns = Patterns::draw(&network, samples, 1, 40, &Control::unlimited()).unwrap();
        let named = NamedBounds::new(&network, samples);
        for _ in 0..6 {
            let set = allocation(&network, &mut draw);
            let ranks = patterns.distribution(&set).dims;
            let rank = ranks.last().map_or(0, |(rank, _)| *rank);
            let labels = named.labels(&set).map(|value| ("labels", value));
            let others = named.all(&set).into_iter().map(|bound| (bound.name, bound.value));
            for (name, bound) in others.chain(labels).chain([("least", patterns.upper(&set))]) {
                assert!(rank <= bound, "{network}, {samples}: {name} gives {bound}, not {rank}, for {set:?}");
                *attained.entry(name).or_default() += u64::from(bound == rank && bound < set.size());
            }
        }
    }
    println!("{attained:?}");
    assert!(attained.values().all(|number| *number > 10), "{attained:?}");
    assert_eq!(attained.len(), 5);
}

/// What `prove` says holds, also by labels and combinations of kernel fields.
#[test]
fn what_is_proved_is_the_rank() {
    let mut random = ChaCha12Rng::seed_from_u64(7);
    let mut draw = |below: usize| (random.next_u64() % below as u64) as usize;
    let (mut proved, mut of) = (0, 0);
    for _ in 0..1_000 {
        let network = network(&mut draw);
        for samples in [Samples::Functional, Samples::Count(1 + draw(8) as u64)] {
            let matroid = JacobianMatroid::new(&network, samples, 1, &Control::unlimited()).unwrap();
            for _ in 0..8 {
                let set = allocation(&network, &mut draw);
                let rank = matroid.rank(&set);
                let below = rank.checked_sub(1).is_some_and(|below| matroid.is_bounded(&set, below));
                assert!(!below, "{network}, {samples}: less than {rank} is proved of {set:?}");
                (proved, of) = (proved + u64::from(matroid.is_bounded(&set, rank)), of + 1);
            }
        }
    }
    println!("{proved} of {of}");
    assert!(100 * proved > 95 * of, "{proved} of {of}");
}

/// Matchings against all ways to choose.
#[test]
fn matchings_are_largest() {
    fn most(lists: &[Vec<usize>], taken: u32) -> usize {
        let Some((first, rest)) = lists.split_first() else { return 0 };
        let with =
            first.iter().filter(|other| taken >> **other & 1 == 0).map(|other| 1 + most(rest, taken | 1 << other));
        with.chain([most(rest, taken)]).max().unwrap_or(0)
    }
    let mut random = ChaCha12Rng::seed_from_u64(8);
    for _ in 0..300 {
        let mut list = || (0..6).filter(|_| random.next_u64() % 3 == 0).collect();
        let lists: Vec<Vec<usize>> = (0..6).map(|_| list()).collect();
        assert_eq!(matching(&lists, 6), most(&lists, 0), "{lists:?}");
    }
}
