//! Match probabilities agree with measured values, and decisions with a second method.

use allocert::algebra::Limits;
use allocert::allocation::{Allocation, parse};
use allocert::matching::{
    Decision, Ensemble, Grounds, MatchOptions, Matcher, Reason, Trials, Verdict, confidence_interval,
};
use allocert::network::{Network, Samples};
use allocert::reach::{Evidence, Settings};

const SETTINGS: Settings = Settings { seed: 11, error_log2: -100 };

fn matcher(network: &Network, samples: Samples) -> Matcher {
    Matcher::new(network, samples, SETTINGS, Limits::default()).unwrap()
}

fn options(trials: u64) -> MatchOptions {
    MatchOptions { trials: Trials::Fixed(trials), ..MatchOptions::default() }
}

fn allocation(network: &Network, text: &str) -> Allocation {
    parse(network.layout(), text).unwrap()
}

#[test]
fn one_recurrent_weight_on_one_sample() {
    let network = Network::lrnn(1, 1, 1, 3, false).unwrap();
    let answer =
        matcher(&network, Samples::Count(1)).decide(&allocation(&network, "W"), &options(20_000), &|_, _| {}).unwrap();
    let estimate = answer.estimate.clone().unwrap();
    assert_eq!(answer.degree.unwrap().unwrap().value, 2);
    assert_eq!((answer.verdict, estimate.undecided, estimate.trials), (Verdict::Fractional, 0, 20_000));
    assert_eq!(answer.grounds, Grounds::Known(Evidence::Proved), "univariate, one label, an attained bound");
    let [low, high] = answer.ci95();
    assert!(low <= 0.6181 + 0.0005 && 0.6181 - 0.0005 <= high, "{low} to {high}");
    assert!(high - low < 0.015);
}

#[test]
fn the_diagonals_of_two_layers() {
    let network = Network::lffn(&[2, 2, 2], false).unwrap();
    let diagonal = allocation(&network, "W1[0,0] W1[1,1] W2[0,0] W2[1,1]");
    let answer = matcher(&network, Samples::Functional).decide(&diagonal, &options(20_000), &|_, _| {}).unwrap();
    let estimate = answer.estimate.clone().unwrap();
    assert_eq!(answer.degree.unwrap().unwrap().value, 2);
    assert_eq!((answer.verdict, estimate.undecided), (Verdict::Fractional, 0));
    let [low, high] = answer.ci95();
    assert!(low <= 0.8956 + 0.0005 && 0.8956 - 0.0005 <= high, "{low} to {high}");
}

#[test]
fn timing() {
    for (network, samples, text) in [
        (Network::lrnn(1, 1, 1, 3, false).unwrap(), Samples::Count(1), "W"),
        (Network::lffn(&[2, 2, 2], false).unwrap(), Samples::Functional, "W1[0,0] W1[1,1] W2[0,0] W2[1,1]"),
        (Network::lrnn(1, 2, 1, 4, false).unwrap(), Samples::Count(2), "W[0,0] W[1,1]"),
        (Network::lrnn(1, 2, 1, 4, false).unwrap(), Samples::Count(2), "W[0,1] W[1,0]"),
        (Network::lrnn(1, 2, 1, 5, false).unwrap(), Samples::Count(2), "W[0,0] W[1,1]"),
        (Network::lrnn(1, 2, 1, 5, false).unwrap(), Samples::Functional, "D[0,0] B[0,0] W[0,0] W[1,1]"),
        (Network::lffn(&[2, 2, 2], false).unwrap(), Samples::Functional, "W1 W2[0,0]"),
    ] {
        let start = std::time::Instant::now();
        let a = allocation(&network, text);
        let matcher = matcher(&network, samples);
        let estimate = matcher.estimate(&a, &options(1000), &|_, _| {});
        println!("{network} {samples} {text}: {:?} {:?} in {:?}", matcher.degree(&a), estimate, start.elapsed());
    }
}
