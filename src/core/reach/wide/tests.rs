use super::super::{JacobianMatroid, Patterns};
use super::*;

const SETTINGS: Settings = Settings { seed: 5, error_log2: -100 };

fn polynomial() -> Vec<Network> {
    let networks = [
        Network::lffn(&[3, 2, 4], false),
        Network::lffn(&[2, 3, 3, 2], true),
        Network::lrnn(2, 3, 1, 4, false),
        Network::lrnn(1, 2, 2, 3, true),
        Network::pnn(&[3, 3, 2], 2, false),
        Network::pnn(&[2, 2, 2, 1], 3, true),
        Network::pnn_by_layer(&[2, 2, 2, 1], &[3, 2], false),
    ];
    networks.into_iter().map(Result::unwrap).chain(own()).collect()
}

/// Programs: a product of matrices, one without some weights, and one with powers.
fn own() -> Vec<Network> {
    let product = Network::lffn(&[3, 2, 3], false).unwrap();
    let pins = [(0, 0.into()), (4, 2.into()), (9, 0.into())];
    let powers = Network::pnn(&[2, 3, 2], 2, true).unwrap();
    vec![product.observe(&[0, 1, 2]).unwrap(), product.pin(&pins).unwrap(), powers.observe(&[1, 0]).unwrap()]
}

/// Against the Jacobian at a fresh point: it is annihilated, and the dimension is not above the bound that follows.
#[test]
fn gauge_directions_that_are_found_change_no_label() {
    let field = PrimeField::new((1 << 61) - 31).unwrap();
    let mut most = Vec::new();
    for network in own() {
        let matroid = JacobianMatroid::new(&network, Samples::Functional, 4, &Control::unlimited()).unwrap();
        let n = network.weights();
        for without in (0..n).map(Some).chain([None]) {
            let all = Allocation::all(n);
            let allocation = without.map_or(all.clone(), |weight| all.without(weight));
            let free = Control::unlimited();
            let columns = Columns::new(&network, Samples::Functional, &allocation, usize::MAX, 2, &free).unwrap();
            let (fields, evidence) = columns.tested_gauge(-100).unwrap();
            assert!(evidence.error_log2().is_none_or(|e| e <= -100) && evidence != Evidence::Open, "{evidence}");
            let mut random = generator(8, Stream::Rows, 1);
            let mut vector = |length: usize| (0..length).map(|_| field.random(&mut random)).collect::<Vec<u64>>();
            let (weights, inputs) = (vector(n), [vector(network.input_size()), vector(network.input_size())]);
            let jacobian = network.jacobian(&field, &weights, &inputs);
            for direction in fields.iter().map(|f| f.at(&field, &weights)) {
                assert!((0..jacobian.rows()).all(|row| field.dot(jacobian.row(row), &direction) == 0), "{network}");
            }
            let point = columns.point(0, true);
            let entries: Vec<_> = fields.iter().map(|f| f.entries(&point.field, &point.weights)).collect();
            let independent =
                independent_directions(&point.field, &allocation, &entries, &Control::unlimited()).unwrap();
            assert!(matroid.rank(&allocation) <= allocation.size() - independent, "{network}");
            if without.is_none() {
                most.push(independent);
            }
        }
    }
    // All mixings of two hidden units; pinned numbers leave their rescalings; and one for each unit with a power.
    assert_eq!((most[0], most[2]), (4, 3));
    assert!(most[1] < 4);
}

#[test]
fn rows_are_combinations_of_rows_of_the_jacobian() {
    let field = PrimeField::new(PrimeField::MERSENNE_61).unwrap();
    let relu = Network::relu(&[3, 4, 2, 2], true).unwrap();
    for network in polynomial().into_iter().chain([relu]) {
        let mut random = generator(3, Stream::Rows, 0);
        let mut vector = |length: usize| (0..length).map(|_| field.random(&mut random)).collect::<Vec<u64>>();
        let (weights, input) = (vector(network.weights()), vector(network.input_size()));
        let combination = vector(network.labels_per_input());
        let gates: Vec<bool> = (0..network.gates()).map(|g| g % 3 != 1).collect();
        let jacobian = network.gated_jacobian_at(&field, &weights, &input, &gates);
        let columns: Vec<usize> = (0..network.weights()).filter(|w| w % 4 != 2).collect();
        let row = Row { input: &input, gates: &gates, combination: &combination };
        let expected: Vec<u64> = columns
            .iter()
            .map(|c| field.dot(&(0..jacobian.rows()).map(|k| jacobian[(k, *c)]).collect::<Vec<_>>(), &combination))
            .collect();
        let pullback = network.pullback(&columns);
        assert_eq!(pullback.row(&field, &weights, &row), expected, "{network}");
    }
}

/// Dimensions from rows against those of the whole Jacobian, and what is proved of them against its bounds.
#[test]
fn dimensions_are_those_of_the_whole_jacobian() {
    for network in polynomial() {
        for samples in [Samples::Functional, Samples::Count(1), Samples::Count(2), Samples::Count(50)] {
            let matroid = JacobianMatroid::new(&network, samples, 1, &Control::unlimited()).unwrap();
            let n = network.weights();
            let mut random = generator(9, Stream::Rows, 0);
            for size in (0..=n).step_by(3).chain([n]) {
                let mut allocation = Allocation::none(n);
                while allocation.size() < size {
                    allocation.insert((random.next_u64() % n as u64) as usize);
                }
                let answer = rank(&network, &allocation, samples, SETTINGS, &Control::unlimited()).unwrap();
                assert_eq!(answer.dim.value, matroid.dim(&allocation).value, "{network} {samples} {size}");
                assert_eq!(answer.teacher.value, matroid.teacher().value, "{network} {samples}");
                let known = answer.evidence();
                assert!(known.error_log2().is_none_or(|e| e <= SETTINGS.error_log2), "{known}");
                assert_ne!(known, Evidence::Open);
            }
        }
    }
}

#[test]
fn small_and_large_primes_find_the_same() {
    for network in polynomial() {
        let (free, all) = (Control::unlimited(), Allocation::all(network.weights()));
        let columns = Columns::new(&network, Samples::Functional, &all, usize::MAX, 2, &free).unwrap();
        let small = columns.trial(0, usize::MAX).unwrap().rank();
        assert_eq!(columns.large_trial(1, usize::MAX).unwrap(), small, "{network}");
    }
}

#[test]
fn the_theorem_on_linear_networks_gives_the_rank_of_the_jacobian() {
    for widths in [&[2, 2][..], &[3, 1, 2], &[2, 3, 2], &[4, 2, 3], &[2, 3, 1, 4], &[3, 3, 3]] {
        for bias in [false, true] {
            let network = Network::lffn(widths, bias).unwrap();
            for samples in (1..7).map(Samples::Count).chain([Samples::Functional]) {
                let rank = JacobianMatroid::new(&network, samples, 1, &Control::unlimited()).unwrap().teacher_rank();
                assert_eq!(network.teacher_dimension(samples), Some(rank), "{network} {samples}");
            }
        }
    }
}

/// Ranks at random points are never larger than the bound, and rarely smaller.
#[test]
fn dimensions_of_polynomial_networks_are_bounded_by_those_of_their_parts() {
    let mut random = generator(5, Stream::Rows, 0);
    let mut up_to = |most: u64| (1 + random.next_u64() % most) as i64;
    let mut met = 0;
    for _ in 0..400 {
        let layers = 1 + up_to(4);
        let widths: Vec<i64> = (0..layers).map(|_| up_to(4)).collect();
        let exponents: Vec<i64> = (2..layers).map(|_| up_to(3)).collect();
        let network = Network::pnn_by_layer(&widths, &exponents, false).unwrap();
        let rank =
            JacobianMatroid::new(&network, Samples::Functional, 1, &Control::unlimited()).unwrap().teacher_rank();
        let bound = network.dimension_bound().unwrap();
        assert!(rank as u64 <= bound, "{network}: {rank} > {bound}");
        met += usize::from(rank as u64 == bound);
    }
    assert!(met >= 360, "{met}");
}

#[test]
fn gauge_directions_inside_an_allocation_are_those_that_stay_inside() {
    let field = PrimeField::new(PrimeField::MERSENNE_61).unwrap();
    for network in polynomial().into_iter().filter(|n| n.is_built_in() && n.family() != "lrnn") {
        let n = network.weights();
        let mut random = generator(3, Stream::Rows, 0);
        let weights: Vec<u64> = (0..n).map(|_| field.random(&mut random)).collect();
        let everything = network.gauge_inside(&field, &weights, &Allocation::all(n));
        let dense = |sparse: &Vec<(usize, u64)>| {
            let mut direction = vec![0; n];
            sparse.iter().for_each(|(w, e)| direction[*w] = *e);
            direction
        };
        let known = network.kernel_fields(&field, &weights, &vec![vec![1; network.input_size()]; n]);
        assert!(everything.iter().all(|d| known.iter().any(|k| k.direction == dense(d))), "{network}");
        let without = Allocation::all(n).without(0);
        let inside = network.gauge_inside(&field, &weights, &without);
        let expected = everything.iter().filter(|d| d.iter().all(|(w, _)| *w != 0)).count();
        assert_eq!(inside.len(), expected, "{network}");
        assert!(expected < everything.len());
    }
}

#[test]
fn dimensions_on_patterns_are_reached_by_patterns_that_were_drawn() {
    for (widths, bias) in [(&[2, 3, 1][..], true), (&[3, 2, 2], true), (&[2, 3, 2], false)] {
        let network = Network::relu(widths, bias).unwrap();
        let patterns = Patterns::draw(&network, Samples::Functional, 1, 300, &Control::unlimited()).unwrap();
        let all = Allocation::all(network.weights());
        let answer = rank(&network, &all, Samples::Functional, SETTINGS, &Control::unlimited()).unwrap();
        assert!(answer.dim.value <= patterns.upper(&all));
        assert_eq!(answer.dim.value, patterns.rank(&all), "{network}");
    }
}

#[test]
fn networks_of_practical_size_are_answered() {
    let network = Network::lffn(&[784, 128, 10], false).unwrap();
    let n = network.weights();
    let allocation = Allocation::of(n, (0..784).chain(128 * 784..n));
    let answer = rank(&network, &allocation, Samples::Functional, SETTINGS, &Control::unlimited()).unwrap();
    // W2 alone moves the product by 10 × 128 dimensions; row 0 of W1 adds what is not in the row space of W1.
    assert_eq!((answer.dim.value, answer.dim.evidence), (1280 + 784 - 128, Evidence::Proved));
    assert_eq!((answer.teacher.value, answer.teacher.evidence), (10 * (784 + 10 - 10), Evidence::Proved));
    assert_eq!(answer.spans_if_known(), Some(false));
}

/// Of each kind, one too large for the dimension of all weights: what has as many dimensions as there are labels spans.
#[test]
fn what_reaches_every_label_spans_in_large_networks_too() {
    let power = Network::pnn(&[100, 64, 10], 2, false).unwrap();
    let pinned = power.pin(&[(0, 1.into())]).unwrap();
    for (network, size) in [(Network::relu(&[100, 50, 10], false).unwrap(), 500), (power, 640), (pinned, 640)] {
        let (n, outputs) = (network.weights(), network.labels_per_input());
        assert!(n > MOST_TEACHER_WEIGHTS);
        let last = Allocation::of(n, n - size..n);
        for (set, samples, spans) in [(&last, 3, true), (&last.complement(), 3, true), (&last, 100, false)] {
            let answer = rank(&network, set, Samples::Count(samples), SETTINGS, &Control::unlimited()).unwrap();
            let labels = samples as usize * outputs;
            assert_eq!(answer.dim.value == labels, spans, "{network} {samples}");
            assert_eq!(answer.spans_if_known(), Some(spans), "{network} {samples}");
            if spans {
                let teacher = (answer.teacher_dim(), answer.teacher.evidence, answer.teacher.reason);
                assert_eq!(teacher, (Some(labels), Evidence::Proved, Reason::Labels), "{network}");
            }
        }
    }
}
