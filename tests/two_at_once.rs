//! Two callers in one process get what each would get alone: nothing is shared that one could see of the other.

use std::path::Path;
use std::sync::Barrier;
use std::time::Duration;

use allocert::allocation::{Allocation, parse};
use allocert::claims::{CheckOptions, check, read};
use allocert::control::Control;
use allocert::matching::{MatchOptions, Trials, decide};
use allocert::network::{Network, Samples};
use allocert::reach::{DesignOptions, LawOptions, ScanOptions, Settings, design, law, rank, scan};

const CLAIMS: [&str; 2] = [
    "claim(name = \"a\", statement = \"s\", networks = [lffn([2, 2, 2])], holds = lambda net, a: a.dim <= a.size)
claim(name = \"b\", statement = \"s\", networks = [lffn([2, 2, 2])], allocations = [\"W1[0,0] W1[1,1] W2[0,0] W2[1,1]\"],
    holds = lambda net, a: a.decided(5).matched == 5)",
    "claim(name = \"a\", statement = \"s\", networks = [lrnn(1, 2, 1, 5)], holds = lambda net, a: a.dim < 4)
claim(name = \"b\", statement = \"s\", networks = [pnn([2, 2, 1], 2)], holds = lambda net, a: a.match.verdict != \"one\")",
];

/// Every kind of question, with all that is answered.
fn everything(caller: usize) -> Vec<String> {
    let text = ["lffn([2, 3, 2])", "lrnn(1, 2, 1, 5)"][caller];
    let network: Network = text.parse().unwrap();
    let settings = Settings { seed: 1 + caller as u64, error_log2: -60 };
    let (learnable, samples) = (parse(network.layout(), ["W1", "W D"][caller]).unwrap(), Samples::Functional);
    let options = MatchOptions { trials: Trials::Fixed(5), ..MatchOptions::default() };
    let all = ScanOptions::default();
    let mut said = vec![
        format!("{:?}", rank(&network, &learnable, samples, settings, &Control::unlimited()).unwrap().dim),
        format!("{:?}", scan(&network, samples, &all, settings, &Control::unlimited()).unwrap().table),
        format!("{:?}", law(&network, samples, &LawOptions::default(), settings, &Control::unlimited()).unwrap().flats),
        format!(
            "{:?}",
            design(&network, samples, 4, &DesignOptions::default(), settings, &Control::unlimited())
                .unwrap()
                .allocation
        ),
        format!(
            "{:?}",
            decide(&network, &learnable, samples, &options, settings, &Control::unlimited()).unwrap().verdict
        ),
        format!(
            "{:?}",
            rank(&network, &Allocation::all(network.weights()), samples, settings, &Control::unlimited()).unwrap().dim
        ),
    ];
    let options = CheckOptions { settings, time_limit: Duration::from_secs(600), max_allocations: 1 << 20 };
    let claims = read(Path::new("mine.star"), CLAIMS[caller].to_owned(), settings).unwrap();
    said.extend(claims.iter().map(|claim| format!("{:?}", check(claim, &options, &Control::unlimited()).outcome)));
    said
}

#[test]
fn two_callers_do_not_see_each_other() {
    let alone = [everything(0), everything(1)];
    for _ in 0..3 {
        let together = Barrier::new(4);
        let answers: Vec<Vec<String>> = std::thread::scope(|scope| {
            let start = |caller: usize| {
                let together = &together;
                scope.spawn(move || {
                    together.wait();
                    everything(caller)
                })
            };
            let started: Vec<_> = [0, 1, 1, 0].into_iter().map(start).collect();
            started.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        for (answer, caller) in answers.iter().zip([0, 1, 1, 0]) {
            assert_eq!(answer, &alone[caller]);
        }
    }
}
