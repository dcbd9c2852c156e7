use std::collections::BTreeMap;
use std::time::Duration;

use super::finder::satisfies_axioms;
use super::ground::Ground;
use super::search::Search;
use super::*;
use crate::number::{Stream, generator};

const SETTINGS: Settings = Settings { seed: 1, error_log2: -100 };

fn law_of(text: &str, samples: Samples) -> Law {
    let network: Network = text.parse().unwrap();
    law(&network, samples, &LawOptions::default(), SETTINGS, &Control::unlimited()).unwrap()
}

/// (size, dimension, number) of the flats, smallest first.
fn sorts(law: &Law) -> Vec<(usize, usize, usize)> {
    let mut sorts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (flat, dim) in law.images() {
        *sorts.entry((flat.size(), dim)).or_insert(0) += 1;
    }
    sorts.into_iter().map(|((size, dim), number)| (size, dim, number)).collect()
}

#[test]
fn flats_are_those_of_the_theory() {
    let all = |text: &str| sorts(&law_of(text, Samples::Functional));
    assert_eq!(all("lffn([2, 2, 2])"), [(4, 3, 8), (8, 4, 1)]);
    let kinds = law_of("lffn([2, 2, 2])", Samples::Functional).kinds();
    let words: Vec<(&str, usize)> = kinds.iter().map(|kind| (kind.description.as_str(), kind.number)).collect();
    let (first, second) = ("a row of W1 with a column of W2", "a column of W1 with a row of W2");
    assert_eq!(words, [(first, 4), (second, 4), ("all weights", 1)]);
    assert_eq!(all("lffn([2, 2, 2, 2])"), [(4, 3, 24), (12, 4, 1)]);
    assert_eq!(all("lffn([3, 3, 3])"), [(6, 5, 18), (8, 7, 81), (9, 7, 36), (10, 8, 81), (12, 8, 18), (18, 9, 1)]);
    assert_eq!(all("lrnn(1, 3, 1, 7)"), [(6, 3, 1), (6, 4, 1), (9, 5, 1), (12, 5, 1), (15, 6, 1)]);
    assert_eq!(all("lrnn(1, 4, 1, 9)"), [(8, 4, 1), (12, 6, 1), (16, 7, 1), (20, 7, 1), (24, 8, 1)]);
    for (text, number) in [
        ("lffn([3, 3, 2])", 64),
        ("lffn([2, 3, 3, 2])", 63),
        ("lrnn(1, 3, 2, 6)", 20),
        ("lrnn(2, 2, 2, 4)", 11),
        ("pnn([3, 3, 1], 2)", 10),
        ("pnn([3, 4, 1], 3)", 15),
    ] {
        let law = law_of(text, Samples::Functional);
        // With the empty one.
        assert_eq!(law.number(), number + 1, "{text}");
        assert!(!matches!(law.complete(), Complete::Open(_)) && law.evidence().error_log2().is_none_or(|e| e <= -100));
    }
}

#[test]
fn the_formula_is_the_rank_of_every_allocation() {
    for (text, samples) in [
        ("lffn([2, 2, 2])", Samples::Functional),
        ("lffn([2, 2, 2])", Samples::Count(1)),
        ("lffn([3, 2])", Samples::Count(2)),
        ("lffn([2, 2, 1], bias=True)", Samples::Functional),
        ("lrnn(1, 2, 2, 3)", Samples::Functional),
        ("lrnn(1, 2, 1, 5)", Samples::Count(2)),
        ("pnn([2, 2, 1], 2)", Samples::Functional),
        ("pnn([3, 1, 1], 1)", Samples::Functional),
    ] {
        let law = law_of(text, samples);
        let matroid = JacobianMatroid::new(&law.network, samples, 9, &Control::unlimited()).unwrap();
        let n = law.network.weights();
        for bits in 0..1 << n {
            let set = Allocation::of_low_bits(n, bits);
            let dim = matroid.rank(&set);
            assert_eq!(law.value(&set), dim, "{text}, {samples}: {set:?}");
            // What is missing is in the flats that are tight, and in the obstructions.
            assert_eq!(law.tight(&set).is_empty(), dim == set.size());
            let obstructions = matroid.obstructions(&set);
            let missing: usize = obstructions.iter().map(|o| o.inside.size() - o.dim).sum();
            assert_eq!(missing, set.size() - dim);
            let better = matroid.exchange(&set).map(|e| matroid.rank(&set.clone().without(e.out).with(e.new)));
            let expected = (dim < set.size() && dim < matroid.teacher_rank()).then_some(dim + 1);
            assert_eq!(better, expected, "{text}, {samples}: {set:?}");
        }
    }
}

#[test]
fn a_search_mends_its_list() {
    let network: Network = "lffn([2, 3, 2])".parse().unwrap();
    let matroid = JacobianMatroid::new(&network, Samples::Functional, 1, &Control::unlimited()).unwrap();
    let trial = &matroid.trials()[0];
    let ground = Ground::new(trial.field, &trial.rows);
    let all = Allocation::all(12);
    let group = Group::acting_on(&all, &network.symmetries(Samples::Functional)).unwrap();
    let free = Control::unlimited();
    let mut sampled = Search::new(&ground, &group, ground.all(), 1_000, &free);
    sampled.whole().unwrap();
    let before = sampled.flats.clone();
    sampled.sample(40, &mut generator(1, Stream::Bases, 0)).unwrap();
    let mut mended = Search::new(&ground, &group, ground.all(), 1_000, &free);
    mended.mend().unwrap();
    assert_eq!(mended.flats, sampled.flats);
    assert!(before.len() == 1 && mended.flats.len() > 10);
    assert!(satisfies_axioms(&mended.flats, ground.all()));
    // Without one of them the axioms, or the sums, tell.
    let sum = mended.sum().unwrap();
    for missing in mended.flats.clone().into_keys() {
        let mut short = Search::new(&ground, &group, ground.all(), 1_000, &free);
        short.flats = mended.flats.clone();
        short.flats.remove(&missing);
        assert!(short.sum().unwrap() > sum);
        short.mend().unwrap();
        assert_eq!(short.flats, mended.flats);
    }
}

#[test]
fn what_stops_a_search_is_said() {
    let network: Network = "lffn([3, 3, 3])".parse().unwrap();
    let stopped = |most_flats: usize, control: &Control<'_>| {
        law(&network, Samples::Functional, &LawOptions { within: None, most_flats }, SETTINGS, control).unwrap()
    };
    let few = stopped(20, &Control::unlimited());
    assert_eq!(few.complete(), Complete::Open(Stopped::Flats { limit: 20 }));
    let late = stopped(1_000, &Control::unlimited().within(Duration::ZERO));
    assert_eq!(late.complete(), Complete::Open(Stopped::Time));
    assert!(few.table.is_none());
    // What there is bounds the dimensions.
    let matroid = JacobianMatroid::new(&network, Samples::Functional, 1, &Control::unlimited()).unwrap();
    for bits in (0..1 << 18).step_by(997) {
        let set = Allocation::of_low_bits(18, bits);
        assert!(few.value(&set) >= matroid.rank(&set));
    }
}

#[test]
fn loops_and_components_are_told() {
    // Of a single layer each weight adds its own dimension.
    let free = law_of("lffn([2, 2])", Samples::Functional);
    assert_eq!((free.coloops.size(), free.flats.len(), free.number()), (4, 0, Integer::from(1)));
    // At two samples each row of three weights is a component of rank 2.
    let rows = law_of("lffn([3, 2])", Samples::Count(2));
    assert_eq!((rows.components.len(), sorts(&rows), rows.number()), (2, vec![(3, 2, 2)], Integer::from(4)));
    assert_eq!(rows.flats[0].images.len(), 2);
    // A recurrent network of one step does not see W.
    let one = law_of("lrnn(1, 2, 1, 1)", Samples::Functional);
    assert_eq!(one.loops, Allocation::of(8, 4..8));
    assert_eq!(one.value(&Allocation::all(8)), 1);
}
