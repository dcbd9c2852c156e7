//! Ways to choose which weights may learn, from widespread to concentrated, for networks too large to look at every choice.

use std::str::FromStr;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;

use allocert_core::allocation::Allocation;
use allocert_core::network::Network;
use allocert_core::text::quote;

use super::data::shuffle;

/// A way to choose so many weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Strategy {
    /// As evenly as possible over all units: one incoming weight of each unit after the other.
    Even,
    /// Uniformly at random among all weights.
    Random,
    /// Whole units: all incoming weights of one unit after the other, in random order.
    Units,
    /// At random in the layer nearest to the inputs, then in the next one.
    FirstLayers,
    /// At random in the layer nearest to the outputs, then in the one before.
    LastLayers,
}

/// A name of no strategy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no strategy {}\n  choose even, random, units, first-layers or last-layers", quote(.0))]
pub struct UnknownStrategy(String);

impl Strategy {
    /// All, the most widespread first.
    pub const ALL: [Strategy; 5] =
        [Strategy::Even, Strategy::Random, Strategy::Units, Strategy::FirstLayers, Strategy::LastLayers];

    /// The name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::Even => "even",
            Strategy::Random => "random",
            Strategy::Units => "units",
            Strategy::FirstLayers => "first-layers",
            Strategy::LastLayers => "last-layers",
        }
    }

    /// Chooses `size` weights of a network, or all if it has fewer. Larger choices of the same seed contain smaller ones.
    pub fn choose(self, network: &Network, size: usize, seed: u64) -> Allocation {
        let layout = network.layout();
        let mut order: Vec<usize> = (0..network.weights()).collect();
        shuffle(&mut order, &mut ChaCha12Rng::seed_from_u64(seed));
        let unit = |w: usize| {
            let weight = layout.weight(w);
            (weight.tensor.layer, weight.row)
        };
        match self {
            Strategy::Random => {}
            Strategy::Even | Strategy::Units => {
                // The place of a weight among those of its unit, and of its unit among the units.
                let mut units: Vec<(usize, usize)> = Vec::new();
                let mut places = vec![(0, 0); network.weights()];
                let mut counts: Vec<usize> = Vec::new();
                for w in &order {
                    let at = units.iter().position(|u| *u == unit(*w)).unwrap_or_else(|| {
                        units.push(unit(*w));
                        counts.push(0);
                        units.len() - 1
                    });
                    places[*w] = (counts[at], at);
                    counts[at] += 1;
                }
                if self == Strategy::Even {
                    order.sort_by_key(|w| places[*w]);
                } else {
                    order.sort_by_key(|w| (places[*w].1, places[*w].0));
                }
            }
            Strategy::FirstLayers => order.sort_by_key(|w| unit(*w).0),
            Strategy::LastLayers => order.sort_by_key(|w| std::cmp::Reverse(unit(*w).0)),
        }
        Allocation::of(network.weights(), order.into_iter().take(size))
    }
}

impl std::fmt::Display for Strategy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Strategy {
    type Err = UnknownStrategy;

    fn from_str(text: &str) -> Result<Self, UnknownStrategy> {
        let found = Strategy::ALL.into_iter().find(|s| s.name() == text);
        found.ok_or_else(|| UnknownStrategy(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows_touched;

    #[test]
    fn strategies_differ_in_spread_and_are_nested() {
        let network = Network::lffn(&[6, 4, 3], false).unwrap();
        for strategy in Strategy::ALL {
            let chosen: Vec<Allocation> = [0, 7, 12, 36, 99].map(|r| strategy.choose(&network, r, 5)).to_vec();
            assert_eq!(chosen.iter().map(Allocation::size).collect::<Vec<_>>(), [0, 7, 12, 36, 36]);
            assert!(chosen.windows(2).all(|pair| pair[0].is_subset(&pair[1])), "{strategy}");
            assert_eq!(strategy.name().parse(), Ok(strategy));
        }
        let rows = |s: Strategy| rows_touched(&network, &s.choose(&network, 7, 5));
        assert!(rows(Strategy::Even) == 7 && rows(Strategy::Units) <= 3);
        let layers = |s: Strategy| s.choose(&network, 7, 5).iter().map(|w| usize::from(w >= 24)).sum::<usize>();
        assert_eq!((layers(Strategy::FirstLayers), layers(Strategy::LastLayers)), (0, 7));
    }
}
