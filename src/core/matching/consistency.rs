//! Theorems beside what does not know of them: degrees, affine labels, and instances that elimination decides.

use super::instance::Instance;
use super::laws::certain_match;
use super::{Ensemble, Limits, MatchOptions, Matcher};
use crate::allocation::{Allocation, subsets};
use crate::control::Control;
use crate::network::{Network, Samples};
use crate::reach::{Evidence, Settings};

/// Of every allocation of some networks: where a theorem says that the value is below 1, no basis is affine or of odd degree, and no plane; where it says 1, no instance is without a match.
#[test]
fn theorems_contradict_neither_degrees_nor_instances() {
    let free = Control::unlimited();
    let limits = Limits { work: 1 << 20, ..Limits::default() };
    let options = MatchOptions::default();
    let (mut below, mut certain) = (0, 0);
    for (text, most) in [
        ("lrnn(1, 2, 1, 3)", 2),
        ("lrnn(1, 2, 1, 4)", 3),
        ("lrnn(1, 2, 1, 5)", 3),
        ("lrnn(1, 2, 2, 3)", 2),
        ("lrnn(2, 2, 1, 3)", 5),
        ("lrnn(1, 2, 2, 4)", 2),
        ("pnn([2, 2, 1, 1], degree=2)", 3),
        ("pnn([2, 2, 1, 1], degree=[2, 1])", 3),
        ("pnn([2, 2, 2], degree=3)", 2),
        ("pnn([2, 1, 1, 1], degree=2)", 2),
    ] {
        let network: Network = text.parse().unwrap();
        let n = network.weights();
        let settings = Settings { seed: 25, error_log2: -60 };
        for samples in (1..=most).map(Samples::Count).chain([Samples::Functional]) {
            let matcher = Matcher::new(&network, samples, settings, limits).unwrap();
            let (matroid, counter) = (matcher.matroid("").unwrap(), matcher.counter("").unwrap().with_work(1 << 14));
            for allocation in (1..n).flat_map(|size| subsets(&Allocation::all(n), size).collect::<Vec<_>>()) {
                if matcher.dim(&allocation).value < matcher.teacher().value {
                    continue;
                }
                let Some(exact) = matcher.exact(&allocation, Ensemble::Gaussian, &free) else { continue };
                if exact.high < 1 || exact.low < exact.high {
                    let found = certain_match(&allocation, matroid, &counter, Evidence::Proved, 10).certain;
                    assert!(found.is_none(), "{text} {allocation:?}, {samples}: {exact:?}, {found:?}");
                    below += 1;
                } else {
                    for trial in 0..3 {
                        let drawn = Instance::draw(&network, samples, Ensemble::Gaussian, settings.seed, trial);
                        let found = matcher.eliminates(&allocation, &drawn, &options);
                        assert!(found != Some(false), "{text} {allocation:?}, {samples}: {exact:?}, {trial}");
                        certain += u32::from(found.is_some());
                    }
                }
            }
        }
    }
    assert!(below > 300 && certain > 1_000, "{below} below 1, {certain} instances of what is 1");
}
