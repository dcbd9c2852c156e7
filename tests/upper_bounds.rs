//! What certificates prove is called proved without one: evidence and certificates read the same upper bounds.

use allocert::allocation::{Allocation, print};
use allocert::ask::settled;
use allocert::certificate::{of_rank, of_table};
use allocert::checker::{Verdict, check};
use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::reach::{Evidence, ScanOptions, Settings, rank, scan};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

const SETTINGS: Settings = Settings { seed: 1, error_log2: -100 };

/// Numbers below a bound.
fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    move |below| (random.next_u64() % below as u64) as usize
}

/// A small network of a family.
fn network(family: &str, draw: &mut impl FnMut(usize) -> usize) -> Network {
    let mut widths = |most: usize| {
        let widths: Vec<String> = (0..3 + draw(2)).map(|_| (1 + draw(most)).to_string()).collect();
        (widths.join(", "), ["", ", bias=True"][draw(2)])
    };
    let text = match family {
        "lrnn" => {
            let (q, n, p, t) = (1 + draw(2), 1 + draw(3), 1 + draw(2), 1 + draw(6));
            format!("lrnn({q}, {n}, {p}, {t}{})", ["", ", \"all\""][draw(2)])
        }
        "pnn" => {
            let (widths, bias) = widths(2);
            format!("pnn([{widths}], degree={}{bias})", 2 + draw(2))
        }
        _ => {
            let (widths, bias) = widths(3);
            format!("{family}([{widths}]{bias})")
        }
    };
    text.parse().unwrap()
}

/// Weights one by one, or whole rows and columns.
fn allocation(network: &Network, draw: &mut impl FnMut(usize) -> usize) -> Allocation {
    let (n, kind) = (network.weights(), draw(3));
    let frozen: Vec<bool> = (0..n).map(|_| draw(3) == 0).collect();
    let learns = |w: &usize| {
        let weight = network.layout().weight(*w);
        match kind {
            0 => frozen[*w],
            1 => !frozen[*w],
            _ => {
                !frozen[(weight.tensor.layer + weight.row) % n] || frozen[(7 * weight.tensor.layer + weight.column) % n]
            }
        }
    };
    Allocation::of(n, (0..n).filter(learns))
}

#[test]
fn what_its_certificate_proves_is_proved_without_it() {
    let mut draw = numbers(1);
    for family in ["lffn", "lrnn", "pnn", "relu"] {
        let (mut proved, mut valid, mut told) = (0, 0, 0);
        for _ in 0..100 {
            let network = network(family, &mut draw);
            let samples = [Samples::Functional, Samples::Count(1 + draw(4) as u64)][draw(2)];
            let allocation = allocation(&network, &mut draw);
            let answer = rank(&network, &allocation, samples, SETTINGS, &Control::unlimited()).unwrap();
            let is_proved = answer.evidence() == Evidence::Proved;
            let is_valid = of_rank(&answer).is_ok_and(|text| check(text.as_bytes()).verdict == Verdict::Valid);
            let text = print(network.layout(), &allocation);
            if is_valid && !is_proved {
                println!("{network}, {samples}: {text}: {:?} {:?}", answer.dim, answer.teacher);
            }
            // What is left needs polynomial coefficients: the certificate itself is looked at then.
            assert!(
                !is_valid || settled(answer.clone()).evidence() == Evidence::Proved,
                "{network}, {samples}: {text}"
            );
            (proved, valid) = (proved + usize::from(is_proved), valid + usize::from(is_valid));
            told += usize::from(answer.dim.value < allocation.size().min(answer.teacher.value));
        }
        println!("{family}: {proved} proved, {valid} certificates valid, {told} not told by counting");
        assert!(proved + 4 >= valid && valid >= 95 && told >= 3, "{family}: {proved}, {valid}, {told}");
    }
}

/// Tables whose certificates are valid.
#[test]
fn tables_are_proved_by_their_flats() {
    let (control, options) = (Control::unlimited(), ScanOptions::default());
    for (text, samples) in [
        ("lrnn(1, 2, 1, 5)", None),
        ("lrnn(1, 3, 1, 7)", None),
        ("lffn([2, 2, 2])", None),
        ("lffn([2, 3, 2])", Some(1)),
        ("pnn([2, 2, 1], 2)", None),
    ] {
        let (network, samples): (Network, _) =
            (text.parse().unwrap(), samples.map_or(Samples::Functional, Samples::Count));
        let answer = scan(&network, samples, &options, SETTINGS, &control).unwrap();
        assert_eq!(answer.evidence, Evidence::Proved, "{text}");
        let (certificate, _) = of_table(&network, samples, SETTINGS).unwrap();
        assert_eq!(check(certificate.as_bytes()).verdict, Verdict::Valid, "{text}");
    }
    // Where the dimension of all weights has no proof, the table has none.
    let network: Network = "pnn([2, 2, 1, 1], degree=2, bias=True)".parse().unwrap();
    let answer = scan(&network, Samples::Functional, &options, SETTINGS, &control).unwrap();
    assert!(matches!(answer.evidence, Evidence::Bounded { .. }));
}
