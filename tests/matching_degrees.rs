//! Matching degrees agree with figures computed by another program, row by row.

use allocert::algebra::Limits;
use allocert::allocation::{Allocation, parse, print, subsets};
use allocert::control::Control;
use allocert::matching::DegreeCounter;
use allocert::network::{Network, Samples};
use allocert::reach::{Evidence, JacobianMatroid};

const SEED: u64 = 7;

/// The networks of the table, by the names it gives them.
fn network(name: &str) -> Network {
    match name {
        "lffn([2, 2, 2])" => Network::lffn(&[2, 2, 2], false),
        "lrnn(inputs=1, hidden=2, outputs=1, steps=5)" => Network::lrnn(1, 2, 1, 5, false),
        "lrnn(inputs=1, hidden=2, outputs=1, steps=4)" => Network::lrnn(1, 2, 1, 4, false),
        "lrnn(inputs=1, hidden=1, outputs=1, steps=4)" => Network::lrnn(1, 1, 1, 4, false),
        other => panic!("a network that the test does not know: {other}"),
    }
    .unwrap()
}

#[test]
fn every_row_of_the_table() {
    let table: serde_json::Value = serde_json::from_str(include_str!("data/learning-degrees.json")).unwrap();
    let mut rows = 0;
    for entry in table.as_array().unwrap() {
        let network = network(entry["network"].as_str().unwrap());
        let samples = entry["samples"].as_u64().map_or(Samples::Functional, Samples::Count);
        let counter = DegreeCounter::new(&network, samples, SEED, Limits::default());
        let matroid = JacobianMatroid::new(&network, samples, SEED, &Control::unlimited()).unwrap();
        assert_eq!(entry["teacher_dim"].as_u64().unwrap() as usize, matroid.teacher_rank());
        let mut listed = Vec::new();
        for row in entry["degrees"].as_array().unwrap() {
            let allocation = parse(network.layout(), row[0].as_str().unwrap()).unwrap();
            let degree = counter.degree(&allocation).unwrap();
            assert_eq!(degree.value as u64, row[1].as_u64().unwrap(), "{network}, {}", row[0]);
            listed.push(allocation);
            rows += 1;
        }
        // The table lists exactly the allocations that span.
        let all = subsets(&Allocation::all(network.weights()), matroid.teacher_rank());
        let spanning: Vec<_> = all.filter(|a| matroid.rank(a) == matroid.teacher_rank()).collect();
        listed.sort();
        let show = |all: &[Allocation]| all.iter().map(|a| print(network.layout(), a)).collect::<Vec<_>>();
        assert_eq!(show(&listed), show(&spanning));
    }
    assert_eq!(rows, 62 + 46 + 28 + 3);
}

#[test]
fn degrees_do_not_depend_on_the_seed() {
    let network = Network::lffn(&[2, 2, 2, 2], false).unwrap();
    let matroid = JacobianMatroid::new(&network, Samples::Functional, SEED, &Control::unlimited()).unwrap();
    let counters = [1, 2].map(|seed| DegreeCounter::new(&network, Samples::Functional, seed, Limits::default()));
    let spanning = subsets(&Allocation::all(12), 4).filter(|a| matroid.rank(a) == 4);
    let mut number = 0;
    for allocation in spanning {
        let [a, b] = [0, 1].map(|i: usize| counters[i].degree(&allocation).unwrap());
        assert_eq!(a, b);
        number += 1;
    }
    assert_eq!(number, 471);
}

/// y = W_2 W_1 has rank one, so that its four labels have three dimensions. With three weights learnable, the frozen one
/// fixes the scale of its factor, and all others follow: one solution, found only if the right-hand side is a teacher's.
#[test]
fn more_labels_than_dimensions() {
    let network = Network::lffn(&[2, 1, 2], false).unwrap();
    let counter = DegreeCounter::new(&network, Samples::Functional, SEED, Limits::default());
    for allocation in subsets(&Allocation::all(4), 3) {
        assert_eq!(counter.degree(&allocation).unwrap().value, 1);
    }
}

/// F is a polynomial of degree d in one weight, without a critical point at a generic teacher's label.
#[test]
fn one_weight_and_one_label_have_the_degree_of_the_label() {
    for steps in 2..12 {
        let network = Network::lrnn(1, 3, 1, steps, false).unwrap();
        let counter = DegreeCounter::new(&network, Samples::Count(1), SEED, Limits::default());
        let diagonal = parse(network.layout(), "W[1,1]").unwrap();
        let degree = counter.degree(&diagonal).unwrap();
        assert_eq!((degree.value as i64, degree.evidence), (steps - 1, Evidence::Proved));
    }
}
