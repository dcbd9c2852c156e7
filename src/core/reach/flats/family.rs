//! The law of a family of networks, from the laws of some members: flats of the same pattern are matched across sizes, and
//! their numbers and dimensions fitted as integer affine functions of the shape, or minima of two such.
//!
//! What is fitted is a conjecture: [`Family::check`] holds it against the law of any member.

use std::collections::BTreeMap;

use super::{Kind, Law};
use crate::allocation::{Layout, Pattern, Shape};

/// Factors of fitted functions are at most this large.
const MOST_FACTOR: i64 = 3;
/// A fit has at most so many features.
const MOST_FEATURES: usize = 5;

/// A member: its shape parameters and its law.
pub type Member = (Vec<i64>, Law);

/// A function Σ factor · feature + constant; the features are the shape parameters, or what `features` makes of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affine {
    /// One for each feature.
    pub factors: Vec<i64>,
    /// The constant.
    pub constant: i64,
}

/// The smallest of one or two affine functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit(pub Vec<Affine>);

/// The numbers of a pattern in each member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// One kind in each member, its numbers as functions of the shape.
    Fixed(Vec<Fit>),
    /// A kind for every number between two functions of the shape, both included.
    Ranging(Fit, Fit),
}

/// Flats of one pattern in all members of a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The patterns of one member, to speak of them.
    pub patterns: Vec<Pattern>,
    /// Their numbers.
    pub numbers: Numbers,
    /// The dimension; of a ranging number k also a function of k and of products with it.
    pub dim: Fit,
    /// The members that have such a flat.
    pub members: Vec<Vec<i64>>,
}

/// The fitted law of a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// What was matched and fitted.
    pub terms: Vec<Term>,
    /// Flats that have no pattern, or numbers or dimensions that no function fits: a member, and the flats in words.
    pub left: Vec<(Vec<i64>, String)>,
}

/// How a member disagrees with a fitted law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// A flat that the fitted law does not have, in words.
    pub unknown: Option<String>,
    /// A flat of the fitted law that the member does not have: its dimension, and the pattern of the fitted law.
    pub missing: Option<(i64, String)>,
}

type Key = Vec<(Vec<(String, &'static str)>, String)>;

/// The patterns of a kind without their numbers; nothing if it has none.
fn key(kind: &Kind) -> Option<Key> {
    (!kind.patterns.is_empty())
        .then(|| kind.patterns.iter().map(|p| (p.skeleton(), format!("{:?}", p.bonds))).collect())
}

fn numbers(kind: &Kind) -> Vec<i64> {
    kind.patterns.iter().flat_map(Pattern::numbers).map(|n| n as i64).collect()
}

impl Affine {
    /// The value for these features.
    pub fn at(&self, features: &[i64]) -> i64 {
        self.constant + self.factors.iter().zip(features).map(|(a, x)| a * x).sum::<i64>()
    }

    /// `2n − 1`.
    pub fn text(&self, names: &[String]) -> String {
        let mut text = String::new();
        let terms = self.factors.iter().zip(names).filter(|(a, _)| **a != 0);
        for (factor, name) in terms {
            let sign = if *factor < 0 { "−" } else { "+" };
            let size = if factor.abs() == 1 { String::new() } else { factor.abs().to_string() };
            text.push_str(&if text.is_empty() && *factor > 0 {
                format!("{size}{name}")
            } else {
                format!(" {sign} {size}{name}")
            });
        }
        if self.constant != 0 || text.is_empty() {
            let sign = if self.constant < 0 { "−" } else { "+" };
            let number = self.constant.abs();
            text.push_str(&if text.is_empty() { self.constant.to_string() } else { format!(" {sign} {number}") });
        }
        text.trim().to_owned()
    }
}

impl Fit {
    /// The value for these features.
    pub fn at(&self, features: &[i64]) -> i64 {
        self.0.iter().map(|affine| affine.at(features)).min().unwrap_or(0)
    }

    /// `2n − 1`, or `min(n, m + 1)`.
    pub fn text(&self, names: &[String]) -> String {
        let texts: Vec<String> = self.0.iter().map(|affine| affine.text(names)).collect();
        match texts.as_slice() {
            [one] => one.clone(),
            _ => format!("min({})", texts.join(", ")),
        }
    }

    /// The simplest function with these values; nothing if no small one has them.
    fn of(values: &[(Vec<i64>, i64)]) -> Option<Fit> {
        let (first, _) = values.first()?;
        if first.len() > MOST_FEATURES {
            return None;
        }
        let mut factors = vec![Vec::new()];
        for _ in first {
            let next = factors
                .iter()
                .flat_map(|f: &Vec<i64>| (-MOST_FACTOR..=MOST_FACTOR).map(move |a| [f.as_slice(), &[a]].concat()));
            factors = next.collect();
        }
        factors.sort_by_key(|f| (f.iter().map(|a| a.abs()).sum::<i64>(), f.iter().filter(|a| **a < 0).count()));
        // Functions that are nowhere too small and somewhere right.
        let mut above: Vec<Affine> = Vec::new();
        for factors in factors {
            let shifted = |(x, y): &(Vec<i64>, i64)| y - Affine { factors: factors.clone(), constant: 0 }.at(x);
            let constant = values.iter().map(shifted).max()?;
            let affine = Affine { factors: factors.clone(), constant };
            if values.iter().all(|(x, y)| affine.at(x) == *y) {
                return Some(Fit(vec![affine]));
            }
            above.push(affine);
        }
        above.truncate(400);
        // Two functions are fitted only to more values than they have numbers.
        if values.len() < 2 * (first.len() + 1) {
            return None;
        }
        above.iter().enumerate().find_map(|(i, a)| {
            let pair = |b: &&Affine| values.iter().all(|(x, y)| a.at(x).min(b.at(x)) == *y);
            above[..i].iter().find(pair).map(|b| Fit(vec![b.clone(), a.clone()]))
        })
    }
}

/// The shape parameters, and a number with its products with them.
fn features(shape: &[i64], number: Option<i64>) -> Vec<i64> {
    let with = number.into_iter().flat_map(|k| std::iter::once(k).chain(shape.iter().map(move |x| k * x)));
    shape.iter().copied().chain(with).collect()
}

/// The names of `features`.
pub fn feature_names(names: &[String], ranging: bool) -> Vec<String> {
    let with = ranging.then(|| std::iter::once("k".to_owned()).chain(names.iter().map(|n| format!("k{n}"))));
    names.iter().cloned().chain(with.into_iter().flatten()).collect()
}

impl Family {
    /// Fits the laws of some members.
    pub fn fit(members: &[Member]) -> Self {
        let mut groups: BTreeMap<Key, Vec<(Vec<i64>, Kind)>> = BTreeMap::new();
        let mut left = Vec::new();
        for (shape, law) in members {
            for kind in law.kinds() {
                match key(&kind) {
                    Some(key) => groups.entry(key).or_default().push((shape.clone(), kind)),
                    None => left.push((shape.clone(), kind.description)),
                }
            }
        }
        let mut terms = Vec::new();
        for group in groups.into_values() {
            match Term::fit(&group) {
                Some(term) => terms.push(term),
                None => left.extend(group.into_iter().map(|(shape, kind)| (shape, kind.description))),
            }
        }
        Family { terms, left }
    }

    /// Whether the law of a member is that of the family.
    ///
    /// # Errors
    /// The first flat that only one of the two has.
    pub fn check(&self, shape: &[i64], law: &Law) -> Result<(), Disagreement> {
        let kinds = law.kinds();
        let mut known = vec![false; kinds.len()];
        for term in &self.terms {
            for (numbers_there, dim) in term.at(shape) {
                let same = |kind: &Kind| {
                    key(kind).is_some_and(|k| k == term.key())
                        && numbers(kind) == numbers_there
                        && kind.dim as i64 == dim
                };
                match kinds.iter().position(same) {
                    Some(place) => known[place] = true,
                    None if term.size(law.network.layout(), &numbers_there).is_some_and(|size| size <= dim) => {}
                    None => {
                        let words: Vec<String> = term.patterns.iter().map(|p| p.words(law.network.layout())).collect();
                        return Err(Disagreement { unknown: None, missing: Some((dim, words.join(", or "))) });
                    }
                }
            }
        }
        match known.iter().position(|known| !known) {
            Some(place) => Err(Disagreement { unknown: Some(kinds[place].description.clone()), missing: None }),
            None => Ok(()),
        }
    }
}

impl Term {
    fn key(&self) -> Key {
        self.patterns.iter().map(|p| (p.skeleton(), format!("{:?}", p.bonds))).collect()
    }

    /// The numbers and dimensions of its flats in a member.
    fn at(&self, shape: &[i64]) -> Vec<(Vec<i64>, i64)> {
        match &self.numbers {
            Numbers::Fixed(fits) => vec![(fits.iter().map(|fit| fit.at(shape)).collect(), self.dim.at(shape))],
            Numbers::Ranging(low, high) => {
                (low.at(shape)..=high.at(shape)).map(|k| (vec![k], self.dim.at(&features(shape, Some(k))))).collect()
            }
        }
    }

    /// How many weights the first of its patterns has with these numbers; nothing for single entries.
    fn size(&self, layout: &Layout, numbers: &[i64]) -> Option<i64> {
        let mut numbers = numbers.iter().copied();
        let mut sum = 0;
        for (name, shape) in &self.patterns.first()?.parts {
            let tensor = layout.tensor(name)?;
            let (rows, columns) = (tensor.rows as i64, tensor.columns as i64);
            let mut next = || numbers.next();
            sum += match shape {
                Shape::Whole => rows * columns,
                Shape::Rows(_) => next()? * columns,
                Shape::Columns(_) => next()? * rows,
                Shape::Block(..) => next()? * next()?,
                Shape::Cross(..) => {
                    let (k, l) = (next()?, next()?);
                    k * columns + l * rows - k * l
                }
                Shape::Diagonal(_) | Shape::Scattered(_) => next()?,
                Shape::AllButDiagonal(_) | Shape::AllButScattered(_) => rows * columns - next()?,
                Shape::Entries(_) => return None,
            };
        }
        Some(sum)
    }

    fn fit(group: &[(Vec<i64>, Kind)]) -> Option<Term> {
        let mut members: Vec<Vec<i64>> = group.iter().map(|(shape, _)| shape.clone()).collect();
        members.sort();
        members.dedup();
        let patterns = group.first()?.1.patterns.clone();
        let at = |number: &dyn Fn(&Kind) -> i64| -> Vec<(Vec<i64>, i64)> {
            group.iter().map(|(shape, kind)| (shape.clone(), number(kind))).collect()
        };
        if members.len() == group.len() {
            let count = numbers(&group[0].1).len();
            let fits = (0..count).map(|i| Fit::of(&at(&|kind| numbers(kind)[i]))).collect::<Option<Vec<_>>>()?;
            let dim = Fit::of(&at(&|kind| kind.dim as i64))?;
            return Some(Term { patterns, numbers: Numbers::Fixed(fits), dim, members });
        }
        // Several kinds in a member: those of one number that runs through an interval.
        let mut intervals: BTreeMap<Vec<i64>, Vec<i64>> = BTreeMap::new();
        for (shape, kind) in group {
            let [number] = numbers(kind)[..] else {
                return None;
            };
            intervals.entry(shape.clone()).or_default().push(number);
        }
        intervals.values_mut().for_each(|numbers| numbers.sort_unstable());
        let gapless = |all: &Vec<i64>| all.windows(2).all(|pair| pair[1] == pair[0] + 1);
        if !intervals.values().all(gapless) {
            return None;
        }
        let ends = |end: &dyn Fn(&Vec<i64>) -> Option<i64>| -> Option<Vec<(Vec<i64>, i64)>> {
            intervals.iter().map(|(shape, all)| Some((shape.clone(), end(all)?))).collect()
        };
        let (low, high) = (ends(&|all| all.first().copied())?, ends(&|all| all.last().copied())?);
        let dims: Vec<(Vec<i64>, i64)> = group
            .iter()
            .map(|(shape, kind)| (features(shape, numbers(kind).first().copied()), kind.dim as i64))
            .collect();
        let numbers = Numbers::Ranging(Fit::of(&low)?, Fit::of(&high)?);
        Some(Term { patterns, numbers, dim: Fit::of(&dims)?, members })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::Control;
    use crate::network::{Network, Samples};
    use crate::reach::{LawOptions, Settings, law};

    fn member(shape: &[i64], network: Network, samples: Samples) -> Member {
        let settings = Settings { seed: 1, error_log2: -60 };
        let found = law(&network, samples, &LawOptions::default(), settings, &Control::unlimited()).unwrap();
        (shape.to_vec(), found)
    }

    #[test]
    fn the_law_of_one_input_and_one_output_is_found() {
        let of = |n: i64| member(&[n], Network::lrnn(1, n, 1, 2 * n, false).unwrap(), Samples::Functional);
        let members: Vec<Member> = (2..=4).map(of).collect();
        let family = Family::fit(&members);
        assert!(family.left.is_empty(), "{:?}", family.left);
        let names = ["n".to_owned()];
        let mut dims: Vec<String> = family.terms.iter().map(|term| term.dim.text(&names)).collect();
        dims.sort();
        assert_eq!(dims, ["2n", "2n − 1", "2n − 1", "2n − 2", "n"]);
        for (shape, law) in members.iter().chain([&of(5)]) {
            assert_eq!(family.check(shape, law), Ok(()), "{shape:?}");
        }
        // A member of another family disagrees.
        let other = member(&[3], Network::lrnn(1, 3, 1, 4, false).unwrap(), Samples::Functional);
        assert!(family.check(&[3], &other.1).is_err());
    }

    #[test]
    fn rows_of_a_layer_are_found() {
        let of = |n: i64| member(&[n], Network::lffn(&[n + 1, n], false).unwrap(), Samples::Count(n as u64));
        let members: Vec<Member> = (2..=4).map(of).collect();
        let family = Family::fit(&members);
        let [term] = family.terms.as_slice() else {
            panic!("{family:?}");
        };
        assert_eq!((term.dim.text(&["n".to_owned()]), family.check(&[5], &of(5).1)), ("n".to_owned(), Ok(())));
    }

    #[test]
    fn minima_are_fitted() {
        let values: Vec<(Vec<i64>, i64)> = (1..=6).map(|x| (vec![x], (2 * x - 1).min(x + 2))).collect();
        assert_eq!(Fit::of(&values).unwrap().text(&["n".to_owned()]), "min(n + 2, 2n − 1)");
        let odd: Vec<(Vec<i64>, i64)> = (1..=6).map(|x| (vec![x], x * x)).collect();
        assert_eq!(Fit::of(&odd), None);
    }
}
