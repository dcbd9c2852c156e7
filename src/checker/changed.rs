//! A network that is called by what was done to another one, such as `lffn([2, 2, 2]).pin({"W1[0,0]": 0})`, is that: the program of
//! the other one, a family's or one that is carried, too, is run here on weights that are pinned, tied, or their own, and each label
//! that is shown has to have the same [form](super::form) as the output of the program that is carried. So they are the same by laws
//! of rings: no values are compared. Tensors have to be the same text.

use num_rational::BigRational;

use super::budget::{exceeded, pay};
use super::form::Form;
use super::network::{Network, Tensor, digits};
use super::number::{Modular, Number};
use super::proof::{Fault, ensure};
use super::univariate::rational;
use allocert_format::Change;

/// What became of a weight: the first weight that it is tied to, perhaps itself, or a number.
type Fate = Result<usize, BigRational>;

/// A network, and its text if it is carried.
pub(super) type Named<'a> = (&'a Network, Option<&'a str>);

/// A fault unless a network that is carried with this text is the first one, changed so.
pub(super) fn check(
    (base, base_text): Named<'_>,
    changes: Vec<Change<'_>>,
    (carried, text): (&Network, &str),
) -> Result<(), Fault> {
    let mut fates: Vec<Fate> = (0..base.weights).map(Ok).collect();
    let mut labels: Vec<usize> = (0..base.labels_per_input()).collect();
    for change in changes {
        apply(base, &mut fates, &mut labels, change)?;
    }
    // Weights are numbered by where they stand first.
    let kept: Vec<usize> = (0..base.weights).filter(|weight| fates[*weight] == Ok(*weight)).collect();
    let place = |first: &usize| kept.binary_search(first).unwrap_or_default();
    let entry = |weight: usize| match &fates[weight] {
        Ok(first) => format!("w{}", place(first)),
        Err(number) => number.to_string(),
    };
    pay(text.len() as u64)?;
    let tensors = base_text.map_or_else(|| tensors(base), str::to_owned);
    let lines = tensors.lines().take_while(|line| line.starts_with("tensor ")).map(|line| {
        let weight = |(at, word): (usize, &str)| word.strip_prefix('w').filter(|_| at > 1).and_then(digits);
        let word = |(at, word)| weight((at, word)).map_or_else(|| word.to_owned(), entry);
        line.split(' ').enumerate().map(word).collect::<Vec<_>>().join(" ") + "\n"
    });
    let rest = text.strip_prefix(&lines.collect::<String>());
    let sizes = |network: &Network| (network.input_size(), network.weights);
    let alike = rest.is_some_and(|rest| rest.starts_with("program "));
    let alike = alike && sizes(carried) == (base.input_size(), kept.len());
    ensure(alike && carried.labels_per_input() == labels.len(), "its tensors are not those that its name says")?;
    let variables = Form::variables(kept.len() + base.input_size());
    let (weights, input) = variables.split_at(kept.len());
    let value = |fate: &Fate| match fate {
        Ok(first) => weights[place(first)].clone(),
        Err(number) => Form::fraction(number),
    };
    let all: Vec<Form> = fates.iter().map(value).collect();
    // Functions of numbers have names in the same table.
    let of = |function, value: Form| match variables.first() {
        Some(variable) => Form::of(function, value.beside(variable)),
        None => Form::of(function, value),
    };
    let (known, own) = (base.program.run(&all, input, of), carried.program.run(weights, input, of));
    for (label, own) in labels.iter().zip(&own) {
        ensure(known[*label].is(own).ok_or_else(exceeded)?, "its program is not the one that its name says")?;
    }
    Ok(())
}

/// The tensors of a family's network as text.
fn tensors(network: &Network) -> String {
    let line = |tensor: &Tensor| {
        let axes: Vec<String> = tensor.axes.iter().map(usize::to_string).collect();
        let weights: String = tensor.places().map(|weight| format!(" w{weight}")).collect();
        format!("tensor {}[{}]{weights}\n", tensor.name, axes.join(","))
    };
    network.tensors.iter().map(line).collect()
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
