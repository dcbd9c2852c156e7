//! Which allocations of small networks have no verdict: every shape of the polynomial families up to a number of weights, on
//! every number of samples up to the one after which more add nothing.
//!
//! By default shapes with few weights. `ALLOCERT_SURVEY=12` takes all with at most 12, and prints a line for each table that has
//! something open: hours; `ALLOCERT_SURVEY=9..10` those between. `ALLOCERT_SURVEY_SECONDS` is the time for each table, 20 by default, and
//! `ALLOCERT_SURVEY_NETWORKS` takes those networks only in whose text it stands.

use std::time::Duration;

use allocert::algebra::Limits;
use allocert::allocation::print;
use allocert::control::Control;
use allocert::matching::{Classification, MatchOptions, Matcher, Trials};
use allocert::network::{Network, Samples};
use allocert::reach::Settings;

/// So many weights by default: nothing is open there.
const FEW: usize = 5;

/// For each table, at most so many seconds.
const EACH: u64 = 20;

/// Lists of widths with at most so many weights, at least one hidden layer.
fn widths(most: usize) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = (1..=most).map(|d| vec![d]).collect();
    let (mut done, mut found) = (0, Vec::new());
    while done < all.len() {
        let last = all[done].clone();
        if last.len() > 2 {
            found.push(last.clone());
        }
        for next in 1..=most {
            let longer = [last.as_slice(), &[next]].concat();
            if weights(&longer) <= most {
                all.push(longer);
            }
        }
        done += 1;
    }
    found
}

fn weights(widths: &[usize]) -> usize {
    widths.windows(2).map(|pair| pair[0] * pair[1]).sum()
}

/// Every network with so many weights.
fn networks(least: usize, most: usize) -> Vec<String> {
    let mut all: Vec<(usize, String)> = Vec::new();
    for shape in widths(most) {
        all.push((weights(&shape), format!("lffn({shape:?})")));
        all.extend([2, 3].map(|degree| (weights(&shape), format!("pnn({shape:?}, degree={degree})"))));
    }
    for hidden in 1..=3 {
        for (inputs, outputs) in (1..most).flat_map(|inputs| (1..most).map(move |outputs| (inputs, outputs))) {
            for steps in 1..=2 * hidden + 1 {
                let n = hidden * (hidden + inputs + outputs);
                all.push((n, format!("lrnn({inputs}, {hidden}, {outputs}, {steps})")));
                if steps > 1 {
                    all.push((n, format!("lrnn({inputs}, {hidden}, {outputs}, {steps}, readout=\"all\")")));
                }
            }
        }
    }
    all.retain(|(n, _)| (least..=most).contains(n));
    all.sort();
    all.into_iter().map(|(_, text)| text).collect()
}

/// The tables of a network, for 1, 2, … samples and functional ones.
fn tables(text: &str) -> Vec<Classification> {
    let network: Network = text.parse().unwrap();
    let options = MatchOptions { trials: Trials::Fixed(100), ..MatchOptions::default() };
    let matcher =
        |samples| Matcher::new(&network, samples, Settings { seed: 1, error_log2: -100 }, Limits::default()).unwrap();
    let functional = matcher(Samples::Functional);
    let counted = (1..).map(|m| matcher(Samples::Count(m)));
    let less = counted.take_while(|at| at.teacher().value < functional.teacher().value);
    let all: Vec<Matcher> = less.chain([functional.clone()]).collect();
    let asked = std::env::var("ALLOCERT_SURVEY_SECONDS").ok();
    let each = Duration::from_secs(asked.map_or(EACH, |seconds| seconds.parse().unwrap()));
    all.iter().map(|at| at.classify(&options, &Control::unlimited().within(each)).unwrap()).collect()
}

#[test]
fn small_networks_have_nothing_open() {
    let asked = std::env::var("ALLOCERT_SURVEY").ok();
    let (least, most) = match asked.as_deref().map(|range| range.split_once("..").unwrap_or(("1", range))) {
        Some((least, most)) => (least.parse().unwrap(), most.parse().unwrap()),
        None => (1, FEW),
    };
    let (mut open, mut all, mut number) = (0, 0, 0);
    let part = std::env::var("ALLOCERT_SURVEY_NETWORKS").unwrap_or_default();
    for network in networks(least, most).into_iter().filter(|network| network.contains(&part)) {
        for table in tables(&network) {
            number += 1;
            all += 1u64 << table.network.weights();
            open += table.open_allocations();
            for one in &table.open {
                let text = print(table.network.layout(), &one.allocation);
                println!("{network}, {}: {} × {text}: {}", table.samples, one.images, one.why);
            }
        }
    }
    println!("{open} of {all} allocations without a verdict, in {number} tables");
    assert!(number > 0);
    if asked.is_none() {
        assert_eq!(open, 0);
    }
}
