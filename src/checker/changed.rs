//! A network that is called by what was done to one of a family, such as `lffn([2, 2, 2]).pin({"W1[0,0]": 0})`, is that: what it
//! computes and where its weights stand is compared with the family's own program.
//!
//! Both programs are run at points that are drawn from the hash of the carried text, modulo 2^61 - 1; a kink is the same function of
//! residues in both. Whoever writes a program that differs knows these points only when it is written.

use num_bigint::BigInt;
use num_rational::BigRational;

use super::budget::pay;
use super::network::{Network, digits};
use super::number::{Modular, Number};
use super::proof::{Fault, ensure};
use super::univariate::rational;
use allocert_format::{Change, changes, is_family, sha256};

/// So many points are compared.
const POINTS: u32 = 4;

/// What became of a weight of the family's network: the first weight that it is tied to, perhaps itself, or a number.
type Fate = Result<usize, BigRational>;

/// A fault if the name says that the network is one of a family, changed, and it is another.
pub(super) fn check(name: &str, hash: &str, carried: &Network) -> Result<(), Fault> {
    let Some((base, changes)) = changes(name).filter(|(base, _)| is_family(base)) else { return Ok(()) };
    let base = Network::parse(base)?;
    let mut fates: Vec<Fate> = (0..base.weights).map(Ok).collect();
    let mut labels: Vec<usize> = (0..base.labels_per_input()).collect();
    for change in changes {
        pay(64 * (name.len() + fates.len()) as u64)?;
        apply(&base, &mut fates, &mut labels, change)?;
    }
    // Weights are numbered by where they stand first.
    let kept: Vec<usize> = (0..base.weights).filter(|weight| fates[*weight] == Ok(*weight)).collect();
    let entry = |fate: &Fate| fate.as_ref().ok().and_then(|first| kept.binary_search(first).ok());
    let entries: Vec<Option<usize>> = fates.iter().map(entry).collect();
    let own = carried.entries.clone().unwrap_or_else(|| (0..carried.weights).map(Some).collect());
    let tensors = |network: &Network| -> Vec<(String, Vec<usize>)> {
        network.tensors.iter().map(|tensor| (tensor.name.clone(), tensor.axes.clone())).collect()
    };
    let sizes = |network: &Network| (network.input_size(), network.weights);
    let alike = tensors(&base) == tensors(carried) && entries == own;
    let alike =
        alike && sizes(carried) == (base.input_size(), kept.len()) && carried.labels_per_input() == labels.len();
    ensure(alike, "its tensors are not those that its name says")?;
    for point in 0..POINTS {
        pay(64 * (base.operations() + carried.operations()) as u64)?;
        let drawn = |what: &str, index: usize| {
            let text = sha256(format!("{hash} {point} {what} {index}").as_bytes());
            Modular::of(&BigInt::from(u64::from_str_radix(&text[..16], 16).unwrap_or_default()))
        };
        let weights: Vec<Modular> = (0..kept.len()).map(|weight| drawn("weight", weight)).collect();
        let input: Vec<Modular> = (0..base.input_size()).map(|entry| drawn("input", entry)).collect();
        let value = |(fate, entry): (&Fate, &Option<usize>)| match (fate, entry) {
            (Err(number), _) => Modular::fraction(number),
            (_, entry) => entry.map_or(Modular::zero(), |weight| weights[weight]),
        };
        let all: Vec<Modular> = fates.iter().zip(&entries).map(value).collect();
        let all = base.program.run(&all, &input, Modular::lower_half);
        let shown: Vec<Modular> = labels.iter().map(|label| all[*label]).collect();
        let same = carried.program.run(&weights, &input, Modular::lower_half) == shown;
        ensure(same, "it does not compute what its name says")?;
    }
    Ok(())
}

fn apply(base: &Network, fates: &mut [Fate], labels: &mut Vec<usize>, change: Change<'_>) -> Result<(), Fault> {
    match change {
        Change::Pin(pins) => {
            for (weights, number) in pins {
                let number = rational(number)?;
                ensure(!Modular::of(number.denom()).is_zero(), "2^61 - 1 divides a denominator")?;
                become_one(base, fates, weights, Some(number))?;
            }
        }
        Change::Tie(groups) => {
            for weights in groups {
                become_one(base, fates, weights, None)?;
            }
        }
        Change::Observe(places) => {
            let place = |place: &str| digits(place).and_then(|place| labels.get(place).copied());
            let shown: Option<Vec<usize>> = places.into_iter().map(place).collect();
            *labels = shown.ok_or_else(|| Fault::Wrong("its name shows labels that there are not".to_owned()))?;
        }
    }
    Ok(())
}

/// The weights of a text, and all that are tied to them, become this number, or one weight.
fn become_one(base: &Network, fates: &mut [Fate], weights: &str, number: Option<BigRational>) -> Result<(), Fault> {
    let firsts = base.allocation(weights)?.into_iter().map(|weight| fates[weight].clone().ok());
    let pinned = || Fault::Wrong("its name changes a weight that is pinned".to_owned());
    let firsts = firsts.collect::<Option<Vec<usize>>>().ok_or_else(pinned)?;
    let least = firsts.iter().copied().min().unwrap_or_default();
    let fate = number.map_or(Ok(least), Err);
    let tied = |fate: &&mut Fate| matches!(fate, Ok(first) if firsts.contains(first));
    fates.iter_mut().filter(tied).for_each(|other| other.clone_from(&fate));
    Ok(())
}
