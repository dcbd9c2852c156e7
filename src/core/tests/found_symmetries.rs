//! Gauge directions and permutations that are found, against those that are declared, and against the theory.

use allocert_core::algebra::RowSpace;
use allocert_core::allocation::Allocation;
use allocert_core::control::Control;
use allocert_core::network::{AffineField, Network, Samples, Symmetry};
use allocert_core::number::{PrimeField, Ring};
use allocert_core::reach::{Evidence, Group, JacobianMatroid, Settings, rank};
use proptest::prelude::*;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;

const SETTINGS: Settings = Settings { seed: 11, error_log2: -40 };

fn field() -> PrimeField {
    PrimeField::new((1 << 61) - 1).unwrap()
}

fn vector(length: usize, random: &mut ChaCha12Rng) -> Vec<u64> {
    (0..length).map(|_| field().random(random)).collect()
}

/// The dimension of the span of fields at a generic point.
fn span(fields: &[Vec<u64>]) -> usize {
    let mut space = RowSpace::new(field(), fields.first().map_or(0, Vec::len));
    fields.iter().for_each(|f| {
        space.insert(f.clone());
    });
    space.rank()
}

/// The number of independent fields, as maps of the weights: at several points together.
fn independent(network: &Network, fields: &[AffineField]) -> usize {
    let mut random = ChaCha12Rng::seed_from_u64(5);
    let points: Vec<Vec<u64>> = (0..network.weights() + 2).map(|_| vector(network.weights(), &mut random)).collect();
    let long: Vec<Vec<u64>> = fields.iter().map(|f| points.iter().flat_map(|p| f.at(&field(), p)).collect()).collect();
    span(&long)
}

#[test]
fn gauge_algebras_have_the_dimensions_that_the_theory_says() {
    let lffn = |widths: &[i64]| Network::lffn(widths, false).unwrap();
    let lrnn = |steps| Network::lrnn(1, 2, 1, steps, false).unwrap();
    for (network, dimension) in [
        (lffn(&[2, 2, 2]), 4),
        (lffn(&[2, 3, 2]), 9),
        (lffn(&[2, 1, 2]), 1),
        (lffn(&[2, 2, 2, 2]), 8),
        // Larger where an end has width 1.
        (lffn(&[1, 2, 1]), 6),
        (lffn(&[2, 2, 1]), 6),
        (lffn(&[2, 3, 1]), 15),
        (lffn(&[2, 2, 2, 1]), 10),
        // And for short sequences.
        (lrnn(2), 8),
        (lrnn(5), 4),
        // The rescalings; the fibres have dimension 3.
        (Network::pnn(&[2, 2, 1], 2, false).unwrap(), 2),
        (Network::pnn(&[2, 3, 2], 3, false).unwrap(), 3),
        (Network::relu(&[2, 2, 1], true).unwrap(), 2),
    ] {
        let fields = network.affine_gauge().unwrap();
        assert!(fields.iter().all(|f| f.proved), "{network}");
        assert_eq!((fields.len(), independent(&network, &fields)), (dimension, dimension), "{network}");
    }
}

#[test]
fn found_gauges_contain_the_declared_ones_and_annihilate_jacobians() {
    let mut random = ChaCha12Rng::seed_from_u64(3);
    for network in [
        Network::lffn(&[2, 2, 3], false).unwrap(),
        Network::lffn(&[2, 2, 1], true).unwrap(),
        Network::lrnn(1, 2, 2, 4, false).unwrap(),
        Network::pnn(&[2, 2, 2], 2, true).unwrap(),
        // More weights: only what acts on axes is looked for.
        Network::lffn(&[4, 3, 4, 2], true).unwrap(),
        Network::lrnn(2, 4, 2, 5, true).unwrap(),
    ] {
        let fields = network.affine_gauge().unwrap();
        let weights = vector(network.weights(), &mut random);
        let inputs: Vec<Vec<u64>> = (0..3).map(|_| vector(network.input_size(), &mut random)).collect();
        let jacobian = network.jacobian(&field(), &weights, &inputs);
        let found: Vec<Vec<u64>> = fields.iter().map(|f| f.at(&field(), &weights)).collect();
        for direction in &found {
            assert!((0..jacobian.rows()).all(|row| field().dot(jacobian.row(row), direction) == 0), "{network}");
        }
        let declared = network.kernel_fields_by_name(&field(), &weights, &[]).into_iter().map(|(_, v)| v);
        let both: Vec<Vec<u64>> = found.iter().cloned().chain(declared).collect();
        assert_eq!(span(&both), span(&found), "{network}");
    }
}

#[test]
fn a_found_gauge_proves_a_dimension() {
    // Without its third output: two weights without effect, and the mixing of the hidden units.
    let own = Network::lffn(&[3, 2, 3], false).unwrap().observe(&[0, 1]).unwrap();
    let answer = rank(&own, &Allocation::all(12), Samples::Functional, SETTINGS, &Control::unlimited()).unwrap();
    assert_eq!((answer.teacher.value, answer.teacher.evidence), (6, Evidence::Proved));
}

fn order(network: &Network, symmetries: &[Symmetry]) -> u64 {
    Group::acting_on(&Allocation::all(network.weights()), symmetries).unwrap().order()
}

#[test]
fn automorphisms_generate_what_is_declared_but_for_transposition() {
    for (network, expected) in [
        (Network::lffn(&[2, 3, 2], false).unwrap(), 2 * 6 * 2),
        (Network::lffn(&[2, 2, 2], true).unwrap(), 8),
        (Network::pnn(&[3, 3, 1], 2, false).unwrap(), 36),
        (Network::lrnn(2, 3, 1, 5, false).unwrap(), 12),
        (Network::relu(&[2, 3, 1], true).unwrap(), 12),
    ] {
        let found = network.found_symmetries().unwrap();
        assert_eq!(order(&network, &found), expected, "{network}");
        let declared = network.symmetries(Samples::Count(1));
        let both: Vec<Symmetry> = found.iter().cloned().chain(declared).collect();
        assert_eq!(order(&network, &both), expected, "{network}");
    }
}

#[test]
fn found_symmetries_keep_ranks() {
    let own = Network::lffn(&[2, 3, 2], false).unwrap().pin(&[(0, 0.into()), (3, 0.into())]).unwrap();
    let symmetries = own.symmetries(Samples::Functional);
    assert!(!symmetries.is_empty());
    let dim = |a: &Allocation| rank(&own, a, Samples::Functional, SETTINGS, &Control::unlimited()).unwrap().dim.value;
    for symmetry in &symmetries {
        for bits in (0..1u64 << own.weights()).step_by(13) {
            let allocation = Allocation::of_low_bits(own.weights(), bits);
            let image = Allocation::of(own.weights(), allocation.iter().map(|w| symmetry.images[w]));
            assert_eq!(dim(&allocation), dim(&image), "{}", symmetry.name);
        }
    }
}

/// Networks of no family: some weights pinned, at 0 or at 2, two tied, perhaps a label left out.
fn changed(which: usize, pins: &[(u8, bool)], tied: (u8, u8), observed: bool) -> Network {
    let family = match which {
        0 => Network::lffn(&[2, 3, 2], false),
        1 => Network::lffn(&[2, 2, 2, 2], true),
        2 => Network::pnn(&[2, 3, 2], 2, false),
        _ => Network::lrnn(1, 2, 2, 3, false),
    };
    let network = family.unwrap();
    let observed = if observed { network.observe(&[0]).unwrap_or(network) } else { network };
    let number = |zero: bool| rug::Rational::from(if zero { 0 } else { 2 });
    let mut at: Vec<(usize, rug::Rational)> = Vec::new();
    for (weight, zero) in pins.iter().map(|(w, zero)| (usize::from(*w) % observed.weights(), *zero)) {
        if at.iter().all(|(known, _)| *known != weight) {
            at.push((weight, number(zero)));
        }
    }
    let pinned = observed.pin(&at).unwrap_or(observed);
    let pair = [tied.0, tied.1].map(|w| usize::from(w) % pinned.weights());
    if pair[0] == pair[1] { pinned } else { pinned.tie(&[pair.to_vec()]).unwrap_or(pinned) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_is_found_of_changed_networks_holds(
        which in 0usize..4, pins in proptest::collection::vec(any::<(u8, bool)>(), 0..4), tied: (u8, u8), observed: bool, bits: u64
    ) {
        let network = changed(which, &pins, tied, observed);
        let n = network.weights();
        let matroid = JacobianMatroid::new(&network, Samples::Functional, 2, &Control::unlimited()).unwrap();
        for symmetry in network.found_symmetries().unwrap() {
            let allocation = Allocation::of_low_bits(n, bits & ((1 << n) - 1));
            let image = Allocation::of(n, allocation.iter().map(|w| symmetry.images[w]));
            prop_assert_eq!(matroid.rank(&allocation), matroid.rank(&image), "{} of {}", symmetry.name, &network);
        }
        let mut random = ChaCha12Rng::seed_from_u64(bits);
        let (weights, input) = (vector(n, &mut random), vector(network.input_size(), &mut random));
        let jacobian = network.jacobian(&field(), &weights, &[input]);
        let fields = network.affine_gauge().unwrap();
        for direction in fields.iter().map(|f| f.at(&field(), &weights)) {
            prop_assert!((0..jacobian.rows()).all(|row| field().dot(jacobian.row(row), &direction) == 0), "{}", &network);
        }
        let at_point: Vec<Vec<u64>> = fields.iter().map(|f| f.at(&field(), &weights)).collect();
        prop_assert!(matroid.teacher_rank() + span(&at_point) <= n, "{}", &network);
    }
}

/// For the four families the found space contains the declared one, and is larger where an end has width 1 or the sequence is
/// short, and nowhere else.
#[test]
fn found_gauges_are_larger_exactly_where_the_theory_says() {
    let lffn = |widths: &[i64]| Network::lffn(widths, false).unwrap();
    for (network, larger) in [
        (lffn(&[2, 2, 2]), false),
        (lffn(&[3, 2, 2]), false),
        (lffn(&[2, 2, 1]), true),
        (lffn(&[1, 2, 2]), true),
        (lffn(&[1, 3, 1]), true),
        (Network::lrnn(1, 2, 1, 2, false).unwrap(), true),
        (Network::lrnn(1, 2, 1, 5, false).unwrap(), false),
        (Network::pnn(&[2, 3, 2], 2, false).unwrap(), false),
        (Network::pnn(&[2, 2, 1], 3, true).unwrap(), false),
        (Network::relu(&[2, 3, 2], true).unwrap(), false),
        (Network::relu(&[2, 2, 2, 1], false).unwrap(), false),
    ] {
        let mut random = ChaCha12Rng::seed_from_u64(6);
        let points: Vec<Vec<u64>> =
            (0..network.weights() + 2).map(|_| vector(network.weights(), &mut random)).collect();
        let along = |at: &dyn Fn(&[u64]) -> Vec<Vec<u64>>| -> Vec<Vec<u64>> {
            let each: Vec<Vec<Vec<u64>>> = points.iter().map(|p| at(p)).collect();
            (0..each[0].len()).map(|f| each.iter().flat_map(|fields| fields[f].clone()).collect()).collect()
        };
        let fields = network.affine_gauge().unwrap();
        let found = along(&|p| fields.iter().map(|f| f.at(&field(), p)).collect());
        let declared =
            along(&|p| network.kernel_fields_by_name(&field(), p, &[]).into_iter().map(|(_, v)| v).collect());
        let both: Vec<Vec<u64>> = found.iter().chain(&declared).cloned().collect();
        assert_eq!(span(&both), span(&found), "{network}: a declared direction was not found");
        assert_eq!(span(&found) > span(&declared), larger, "{network}: {} against {}", span(&found), span(&declared));
    }
}

#[test]
fn symmetries_are_said_in_words() {
    let network = Network::lffn(&[2, 2, 2], false).unwrap();
    let found = network.found_symmetries().unwrap();
    let names: Vec<&str> = found.iter().map(|s| s.name.as_str()).collect();
    let expected = ["W2[0,:] and W2[1,:]", "W1[:,0] and W1[:,1]", "W1[0,:] and W1[1,:], W2[:,0] and W2[:,1]"];
    assert_eq!(names, expected);
    // The places of a number in a product are no order.
    let narrow = Network::lffn(&[1, 2, 1], false).unwrap().found_symmetries().unwrap();
    assert!(narrow.iter().any(|s| s.name == "W1[1,0] and W2[0,1]"));
    let chain = Network::lffn(&[1, 1, 1], false).unwrap();
    let text = chain.affine_gauge().unwrap()[0].text(chain.layout());
    assert!(text.contains("W1[0,0] by ") && text.contains("W2[0,0] by "), "{text}");
}
