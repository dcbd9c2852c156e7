//! For tests of laws: what one says of a network and an allocation that are written as text.

use super::exact::Exact;
use crate::allocation::{Allocation, parse};
use crate::network::{Network, Samples};

pub(super) fn asked(
    law: impl Fn((&Network, Samples), &Allocation) -> Option<Exact>,
    (network, learns, samples): (&str, &str, u64),
) -> Option<Exact> {
    let network: Network = network.parse().unwrap();
    let allocation = parse(network.layout(), learns).unwrap();
    law((&network, Samples::Count(samples)), &allocation)
}
