//! Laws that reachable dimensions obey for every network: those of a matroid, of symmetry, and of number types.

mod common;

use std::collections::BTreeSet;

use allocert::allocation::Allocation;
use allocert::control::Control;
use allocert::network::{Network, Probe, Samples};
use allocert::number::{Duals, Floats, Integers, PrimeField, Rationals, Ring};
use allocert::reach::{IntegerPoint, JacobianMatroid};
use common::{allocation, network, samples};
use proptest::prelude::*;
use rug::Integer;

fn matroid(network: &Network, samples: Samples) -> JacobianMatroid {
    JacobianMatroid::new(network, samples, 11, &Control::unlimited()).unwrap()
}

/// Small integers as inputs and weights of a network.
fn entries(network: &Network, inputs: usize, seed: &[i64]) -> (Vec<i64>, Vec<Vec<i64>>) {
    let mut source = seed.iter().cycle().copied();
    let mut vector = |length: usize| (0..length).map(|_| source.next().unwrap()).collect::<Vec<i64>>();
    let weights = vector(network.weights());
    let inputs = (0..inputs).map(|_| vector(network.input_size())).collect();
    (weights, inputs)
}

fn enter<R: Ring>(ring: &R, values: &[i64]) -> Vec<R::Element> {
    values.iter().map(|v| ring.integer(*v)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_jacobian_is_the_derivative_of_the_labels(
        network in network(), seed in proptest::collection::vec(-5i64..6, 97)
    ) {
        // By dual numbers over the integers: a second way to differentiate, exact as well.
        let (weights, inputs) = entries(&network, 2, &seed);
        let all: Vec<Vec<Integer>> = inputs.iter().map(|x| enter(&Integers, x)).collect();
        let jacobian = network.jacobian(&Integers, &enter(&Integers, &weights), &all);
        let duals = Duals(Integers);
        let constant = |values: &[i64]| -> Vec<_> { values.iter().map(|v| duals.constant(Integer::from(*v))).collect() };
        let inputs: Vec<Vec<_>> = inputs.iter().map(|x| constant(x)).collect();
        for column in 0..network.weights() {
            let mut point = constant(&weights);
            point[column] = duals.variable(Integer::from(weights[column]));
            let slopes: Vec<Integer> = network.labels(&duals, &point, &inputs).into_iter().map(|l| l.slope).collect();
            let found: Vec<Integer> = (0..jacobian.rows()).map(|row| jacobian[(row, column)].clone()).collect();
            prop_assert_eq!(found, slopes);
        }
    }

    #[test]
    fn all_number_types_compute_the_same_labels(
        network in network(), seed in proptest::collection::vec(-3i64..4, 97)
    ) {
        let (weights, inputs) = entries(&network, 1, &seed);
        let field = PrimeField::new(PrimeField::MERSENNE_61).unwrap();
        let exact = network.labels(&Integers, &enter(&Integers, &weights), &[enter(&Integers, &inputs[0])]);
        let rational = network.labels(&Rationals, &enter(&Rationals, &weights), &[enter(&Rationals, &inputs[0])]);
        let modular = network.labels(&field, &enter(&field, &weights), &[enter(&field, &inputs[0])]);
        let floats = network.labels(&Floats, &enter(&Floats, &weights), &[enter(&Floats, &inputs[0])]);
        for (i, label) in exact.iter().enumerate() {
            prop_assert_eq!(rational[i].clone(), label.clone());
            prop_assert_eq!(modular[i], field.big_integer(label));
            prop_assert!((floats[i] - label.to_f64()).abs() <= 1e-9 * label.to_f64().abs());
        }
    }

    #[test]
    fn labels_obey_the_stated_degree_and_height(network in network()) {
        // Degree: scaling all weights and inputs by t scales a label's top part by t^degree, so at t = 2^200 the label's
        // size is that of its top degree. Height: the label at all ones is the sum of its coefficients.
        let ones = |n: usize| vec![Integer::from(1); n];
        let sums = network.labels(&Integers, &ones(network.weights()), &[ones(network.input_size())]);
        let large = |n: usize| vec![Integer::from(1) << 200u32; n];
        let scaled = network.labels(&Integers, &large(network.weights()), &[large(network.input_size())]);
        for (sum, label) in sums.iter().zip(&scaled) {
            prop_assert!(*sum <= Integer::from(1) << network.height_bits() as u32);
            let degree = u64::from(label.significant_bits() - 1) / 200;
            prop_assert!(degree <= network.degree(), "{} of degree {} > {}", network, degree, network.degree());
        }
    }

    #[test]
    fn gauge_directions_are_in_the_kernel(network in network(), samples in samples(), seed in proptest::collection::vec(-9i64..10, 97)) {
        let count = network.probe(samples).inputs();
        let (weights, inputs) = entries(&network, count, &seed);
        let weights = enter(&Rationals, &weights);
        let inputs: Vec<Vec<_>> = match network.probe(samples) {
            Probe::Generic(_) => inputs.iter().map(|x| enter(&Rationals, x)).collect(),
            Probe::Fixed(fixed) => fixed.iter().map(|x| enter(&Rationals, x)).collect(),
        };
        let jacobian = network.jacobian(&Rationals, &weights, &inputs);
        for direction in network.kernel_fields(&Rationals, &weights, &inputs) {
            let moved = (0..network.weights()).filter(|w| !Rationals.is_zero(&direction.direction[*w]));
            prop_assert!(Allocation::of(network.weights(), moved).is_subset(&direction.support));
            for row in 0..jacobian.rows() {
                let mut sum = Rationals.zero();
                jacobian.row(row).iter().zip(&direction.direction).for_each(|(j, v)| Rationals.add_product(&mut sum, j, v));
                prop_assert!(Rationals.is_zero(&sum), "{}", network);
            }
        }
    }

    #[test]
    fn dimensions_are_a_matroid_rank(network in network(), samples in samples(), a: u64, b: u64) {
        let m = matroid(&network, samples);
        let (a, b) = (allocation(&network, a), allocation(&network, b));
        let (rank_a, rank_b) = (m.rank(&a), m.rank(&b));
        let (meet, join) = (a.intersection(&b), a.union(&b));
        prop_assert!(rank_a <= a.size() && rank_a <= m.teacher_rank());
        prop_assert!(m.rank(&meet) <= rank_a && rank_a <= m.rank(&join), "monotone");
        prop_assert!(m.rank(&join) + m.rank(&meet) <= rank_a + rank_b, "submodular");
        for w in a.complement().iter().take(3) {
            let grown = m.rank(&a.clone().with(w));
            prop_assert!(grown == rank_a || grown == rank_a + 1, "unit increase");
        }
    }

    #[test]
    fn closures_bases_and_circuits_are_what_they_are_called(network in network(), samples in samples(), bits: u64) {
        let m = matroid(&network, samples);
        let a = allocation(&network, bits);
        let (closure, basis) = (m.closure(&a), m.basis(&a));
        prop_assert!(a.is_subset(&closure) && m.rank(&closure) == m.rank(&a));
        prop_assert!(closure.complement().iter().all(|w| m.rank(&closure.clone().with(w)) > m.rank(&closure)));
        prop_assert!(basis.is_subset(&a) && m.rank(&basis) == m.rank(&a) && basis.size() == m.rank(&a));
        match m.circuit(&a) {
            None => prop_assert_eq!(m.rank(&a), a.size()),
            Some(circuit) => {
                prop_assert!(circuit.is_subset(&a) && m.rank(&circuit) + 1 == circuit.size());
                prop_assert!(circuit.iter().all(|w| m.rank(&circuit.clone().without(w)) == circuit.size() - 1));
            }
        }
    }

    #[test]
    fn modular_and_rational_ranks_agree(network in network(), samples in samples(), bits: u64) {
        // A point with small integer entries at which the rational rank is the modular one is found among a few.
        let m = matroid(&network, samples);
        for bits in [bits, !bits, bits ^ bits.rotate_left(7)] {
            let a = allocation(&network, bits);
            let rank = m.rank(&a);
            let point = IntegerPoint::find(&network, samples, &a, rank, 5).expect("some small point is generic enough");
            prop_assert_eq!(point.rank, rank);
            prop_assert_eq!(IntegerPoint::find(&network, samples, &a, rank + 1, 5), None);
        }
    }

    #[test]
    fn permuting_units_inputs_and_outputs_changes_nothing(
        network in network(), samples in samples(), bits: u64, which in 0usize..5, from in 0usize..3, to in 0usize..3
    ) {
        let m = matroid(&network, samples);
        let a = allocation(&network, bits);
        let swapped = swap(&network, &a, which, from, to);
        prop_assert_eq!(m.rank(&a), m.rank(&swapped), "{} {:?} {:?}", network, a, swapped);
    }

    #[test]
    fn more_samples_never_lower_a_dimension_and_each_adds_less(network in network(), bits: u64) {
        let a = allocation(&network, bits);
        let at = |m: u64| matroid(&network, Samples::Count(m)).rank(&a);
        let ranks: Vec<usize> = (1..8).map(at).collect();
        let functional = matroid(&network, Samples::Functional).rank(&a);
        let steps: Vec<usize> = ranks.windows(2).map(|w| w[1].checked_sub(w[0]).expect("monotone")).collect();
        prop_assert!(steps.windows(2).all(|s| s[1] <= s[0]), "concave: {:?}", ranks);
        prop_assert!(ranks.iter().all(|r| *r <= functional));
        prop_assert_eq!(matroid(&network, Samples::Count(1000)).rank(&a), functional);
    }

    #[test]
    fn seeds_do_not_matter(network in network(), samples in samples(), bits: u64, seed: u64) {
        let a = allocation(&network, bits);
        let other = JacobianMatroid::new(&network, samples, seed, &Control::unlimited()).unwrap();
        prop_assert_eq!(matroid(&network, samples).rank(&a), other.rank(&a));
    }
}

/// Swaps two units of one axis (inputs, a hidden layer, outputs) in every tensor that has it.
fn swap(network: &Network, allocation: &Allocation, axis: usize, from: usize, to: usize) -> Allocation {
    let layout = network.layout();
    // The axis that the rows and columns of each tensor belong to.
    let axes = |name: &str| -> (usize, Option<usize>) {
        match (network.family(), name) {
            ("lrnn", "D") => (2, Some(1)),
            ("lrnn", "B") => (1, Some(0)),
            ("lrnn", _) => (1, Some(1)),
            (_, name) => {
                let layer: usize = name[1..].parse().unwrap();
                (layer, name.starts_with('W').then(|| layer - 1))
            }
        }
    };
    let lengths: BTreeSet<usize> = layout
        .tensors()
        .iter()
        .flat_map(|t| {
            let (rows, columns) = axes(&t.name);
            [(rows == axis).then_some(t.rows), (columns == Some(axis)).then_some(t.columns)]
        })
        .flatten()
        .collect();
    let Some(length) = lengths.first() else {
        return allocation.clone();
    };
    let (from, to) = (from % length, to % length);
    let swapped = |i: usize| {
        if i == from {
            to
        } else if i == to {
            from
        } else {
            i
        }
    };
    let moved = allocation.iter().map(|position| {
        let weight = layout.weight(position);
        let (rows, columns) = axes(&weight.tensor.name);
        let row = if rows == axis { swapped(weight.row) } else { weight.row };
        let column = if columns == Some(axis) { swapped(weight.column) } else { weight.column };
        weight.tensor.position(row, column)
    });
    Allocation::of(network.weights(), moved)
}
