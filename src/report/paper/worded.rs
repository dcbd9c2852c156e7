//! A network in words, for captions: `the polynomial network of widths 3, 2, 1 with squares`.

use super::prose::{code, plain};

/// In words where its family has some, and as code otherwise.
pub(super) fn worded(network: &str) -> String {
    in_words(network).unwrap_or_else(|| format!("the network {}", code(network)))
}

fn in_words(network: &str) -> Option<String> {
    let (family, arguments) = network.strip_suffix(')')?.split_once('(')?;
    let all = arguments_of(arguments);
    let named = |name: &str| all.iter().find(|(known, _)| *known == Some(name)).map(|(_, value)| *value);
    let at = |place: usize| all.get(place).filter(|(name, _)| name.is_none()).map(|(_, value)| *value);
    let widths = || list(at(0).or_else(|| named("widths"))?);
    let known = |names: &[&str]| all.iter().all(|(name, _)| name.is_none_or(|name| names.contains(&name)));
    let biases = if named("bias") == Some("True") { " and biases" } else { "" };
    let words = match family {
        "pnn" if known(&["widths", "degree"]) => {
            format!(
                "the polynomial network of widths {} with {}",
                widths()?,
                powers(at(1).or_else(|| named("degree"))?)?
            )
        }
        "lffn" if known(&["widths", "bias"]) => format!("the linear network of widths {}{}", widths()?, with(biases)),
        "relu" if known(&["widths", "bias"]) => format!("the ReLU network of widths {}{}", widths()?, with(biases)),
        "mlp" if known(&["widths", "activation", "bias"]) => {
            let activation = at(1).or_else(|| named("activation"))?;
            let activation = match activation.trim_matches('"') {
                "tanh" => "tanh".to_owned(),
                "sigmoid" => "the logistic function".to_owned(),
                "exp" => "the exponential function".to_owned(),
                name if name.parse::<u32>().is_ok() => powers(name)?,
                name => plain(name),
            };
            format!("the network of widths {} with {activation}{biases}", widths()?)
        }
        "lora" if known(&["d", "r", "layers"]) => {
            let (d, r) = (number(at(0).or_else(|| named("d"))?)?, number(at(1).or_else(|| named("r"))?)?);
            match at(2).or_else(|| named("layers")) {
                None => format!("an adapter of rank {r} on one layer of width {d}"),
                Some(layers) => format!("adapters of rank {r} on {} layers of width {d}", number(layers)?),
            }
        }
        "compartments" => {
            let model = Compartments::of(network)?;
            let leaks = match model.leaks.as_slice() {
                [] => "without a leak".to_owned(),
                [one] => format!("with a leak in {one}"),
                all => format!("with leaks in {}", enumerated(all)),
            };
            format!(
                "the model of {} compartments drawn here, {leaks}, with input in {} and output in {}",
                model.compartments,
                enumerated(&model.inputs),
                enumerated(&model.outputs)
            )
        }
        _ => return None,
    };
    Some(words)
}

/// `and biases` where nothing stands before it.
fn with(biases: &str) -> &'static str {
    if biases.is_empty() { "" } else { " with biases" }
}

/// A list of numbers, without its brackets.
fn list(text: &str) -> Option<String> {
    let inside = text.strip_prefix('[')?.strip_suffix(']')?;
    inside.chars().all(|c| c.is_ascii_digit() || c == ',' || c == ' ').then(|| inside.to_owned())
}

fn number(text: &str) -> Option<&str> {
    text.chars().all(|c| c.is_ascii_digit()).then_some(text)
}

/// What an activation of these degrees is called.
fn powers(degree: &str) -> Option<String> {
    let one = |degree: &str| match degree.trim() {
        "2" => "squares".to_owned(),
        "3" => "cubes".to_owned(),
        other => format!("powers of degree {other}"),
    };
    match list(degree) {
        Some(degrees) => Some(degrees.split(',').map(one).collect::<Vec<String>>().join(" and then ")),
        None => number(degree).map(one),
    }
}

/// `0, 1 and 2`.
fn enumerated(numbers: &[usize]) -> String {
    let words: Vec<String> = numbers.iter().map(usize::to_string).collect();
    match words.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => words.concat(),
    }
}

/// The arguments of a call, each with its name if it has one.
fn arguments_of(text: &str) -> Vec<(Option<&str>, &str)> {
    let (mut found, mut depth, mut begin) = (Vec::new(), 0_usize, 0);
    for (at, c) in text.char_indices().chain([(text.len(), ',')]) {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                found.push(&text[begin..at]);
                begin = (at + 1).min(text.len());
            }
            _ => {}
        }
    }
    let argument = |text: &'_ str| {
        text.split_once('=').is_some_and(|(name, _)| name.trim().chars().all(|c| c.is_alphanumeric() || c == '_'))
    };
    found
        .into_iter()
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| match text.split_once('=').filter(|_| argument(text)) {
            Some((name, value)) => (Some(name.trim()), value.trim()),
            None => (None, text),
        })
        .collect()
}

/// A linear compartmental model, as its name has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Compartments {
    pub(super) compartments: usize,
    pub(super) edges: Vec<(usize, usize)>,
    pub(super) leaks: Vec<usize>,
    pub(super) inputs: Vec<usize>,
    pub(super) outputs: Vec<usize>,
}

impl Compartments {
    /// Reads the name; nothing if it is another network's.
    pub(super) fn of(network: &str) -> Option<Self> {
        let arguments = arguments_of(network.strip_prefix("compartments(")?.strip_suffix(')')?);
        let named = |name: &str| arguments.iter().find(|(known, _)| *known == Some(name)).map(|(_, value)| *value);
        let numbers = |text: &str| -> Option<Vec<usize>> {
            let digits = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
            digits.map(|part| part.parse().ok()).collect()
        };
        let several = |name: &str| named(name).map_or(Some(Vec::new()), numbers);
        let edges = several("edges")?.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        let model = Compartments {
            compartments: named("n")?.parse().ok()?,
            edges,
            leaks: several("leaks")?,
            inputs: several("inputs")?,
            outputs: several("outputs")?,
        };
        Some(model).filter(Compartments::is_sound)
    }

    /// Whether there are a few compartments, and it names no others.
    fn is_sound(&self) -> bool {
        let ends = self.edges.iter().flat_map(|(from, to)| [from, to]);
        let mut all = ends.chain(&self.leaks).chain(&self.inputs).chain(&self.outputs);
        (1..=MOST_COMPARTMENTS).contains(&self.compartments) && all.all(|one| *one < self.compartments)
    }
}

/// Models of more compartments are not drawn.
const MOST_COMPARTMENTS: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_told_in_words_where_their_family_has_some() {
        for (network, words) in [
            ("pnn([3, 2, 1], degree=2)", "the polynomial network of widths 3, 2, 1 with squares"),
            (
                "pnn([2, 3, 2, 1], degree=[2, 3])",
                "the polynomial network of widths 2, 3, 2, 1 with squares and then cubes",
            ),
            ("lora(d=2, r=1)", "an adapter of rank 1 on one layer of width 2"),
            (
                "mlp(widths=[1, 1, 1], activation=\"exp\", bias=True)",
                "the network of widths 1, 1, 1 with the exponential function and biases",
            ),
            ("lffn([2, 2], bias=True)", "the linear network of widths 2, 2 with biases"),
            (
                "compartments(n=3, edges=[[0, 1], [1, 2], [2, 0]], leaks=[0, 1], inputs=[0], outputs=[2])",
                "the model of 3 compartments drawn here, with leaks in 0 and 1, with input in 0 and output in 2",
            ),
        ] {
            assert_eq!(worded(network), words);
        }
        for other in [
            "pnn([3, 2, 1], degree=2, more=1)",
            "segre(sizes=[2, 2], k=3)",
            "lffn([x])",
            "compartments(n=3, edges=[[0, 7]])",
            "x",
        ] {
            assert!(worded(other).starts_with("the network \\allocertcode{"), "{other}");
        }
    }
}
