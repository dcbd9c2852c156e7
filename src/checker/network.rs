//! Networks as the checker understands them: reading their text, their weights' names, and their label maps. Derivatives
//! come from evaluating a label map on dual numbers, so there is no Jacobian to get wrong.

use std::collections::HashMap;

use super::number::{Exact, Number};

/// The label map of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// z_ℓ = W_ℓ a_{ℓ−1} + b_ℓ, a_ℓ = z_ℓ^degree for hidden layers, y = z_L: `lffn` (linear, of degree 1) and `pnn`.
    /// With kinks, `relu`: a_ℓ = max(z_ℓ, 0); on an activation pattern, z_ℓ where a gate is open and 0 elsewhere.
    Layers { widths: Vec<usize>, bias: bool, degree: u32, linear: bool, kinks: bool },
    /// h_t = W h_{t−1} + B x_t, h_0 = 0, y = D h_T, or D h_t at every step.
    Recurrent { inputs: usize, hidden: usize, outputs: usize, steps: usize, every: bool },
}

/// A tensor of weights.
#[derive(Clone, Debug)]
pub(super) struct Tensor {
    pub(super) name: String,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) vector: bool,
    pub(super) start: usize,
}

/// A network.
#[derive(Clone, Debug)]
pub(super) struct Network {
    pub(super) family: Family,
    pub(super) tensors: Vec<Tensor>,
    /// Where each tensor stands.
    places: HashMap<String, usize>,
    pub(super) weights: usize,
}

/// The most weights, and the most entries of an input, that are read.
const MOST_WEIGHTS: usize = 4_096;
const MOST_SIZE: usize = 4_096;

impl Network {
    /// Reads `lffn([2, 2, 2], bias=True)`, `relu([2, 2, 1])`, `pnn([2, 2, 1], degree=2)`, `lrnn(inputs=1, hidden=2, outputs=1, steps=5)`.
    ///
    /// # Errors
    /// Other text, or a network over the limits.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let known = || format!("`{}` is not a network", text.chars().take(60).collect::<String>());
        let (name, rest) = text.split_once('(').ok_or_else(known)?;
        let rest = rest.strip_suffix(')').ok_or_else(known)?;
        let family = match name {
            "lffn" | "pnn" | "relu" => layers(name, rest),
            "lrnn" => recurrent(rest),
            _ => None,
        };
        let family = family.ok_or_else(known)?;
        let mut tensors: Vec<Tensor> = Vec::new();
        let mut push = |name: String, rows: usize, columns: usize, vector: bool| {
            let start = tensors.last().map_or(0, |t: &Tensor| t.start + t.rows * t.columns);
            tensors.push(Tensor { name, rows, columns, vector, start });
        };
        match &family {
            Family::Layers { widths, bias, .. } => {
                for layer in 1..widths.len() {
                    push(format!("W{layer}"), widths[layer], widths[layer - 1], false);
                    if *bias {
                        push(format!("b{layer}"), widths[layer], 1, true);
                    }
                }
            }
            Family::Recurrent { inputs, hidden, outputs, .. } => {
                push("D".to_owned(), *outputs, *hidden, false);
                push("B".to_owned(), *hidden, *inputs, false);
                push("W".to_owned(), *hidden, *hidden, false);
            }
        }
        let weights = tensors.last().map_or(0, |t| t.start + t.rows * t.columns);
        let places = tensors.iter().enumerate().map(|(i, t)| (t.name.clone(), i)).collect();
        let network = Network { family, tensors, places, weights };
        let size = network.input_size().max(network.labels_per_input());
        if weights > MOST_WEIGHTS || size > MOST_SIZE {
            return Err(format!("over the limit of {MOST_WEIGHTS} weights or {MOST_SIZE} entries of an input"));
        }
        Ok(network)
    }

    pub(super) fn tensor(&self, name: &str) -> Option<&Tensor> {
        self.places.get(name).map(|place| &self.tensors[*place])
    }

    /// The position of a weight of a tensor that is known to exist.
    pub(super) fn at(&self, name: &str, row: usize, column: usize) -> usize {
        self.tensor(name).map_or(usize::MAX, |t| t.start + row * t.columns + column)
    }

    /// `W1[0,1]` or `b1[0]`.
    pub(super) fn name(&self, weight: usize) -> String {
        self.tensors.iter().rfind(|t| t.start <= weight).map_or_else(String::new, |t| {
            let (row, column) = ((weight - t.start) / t.columns, (weight - t.start) % t.columns);
            if t.vector { format!("{}[{row}]", t.name) } else { format!("{}[{row},{column}]", t.name) }
        })
    }

    /// The position of `W1[0,1]` or `b1[0]`.
    pub(super) fn weight(&self, text: &str) -> Option<usize> {
        let (name, index) = text.strip_suffix(']')?.split_once('[')?;
        let tensor = self.tensor(name)?;
        let (row, column) = if tensor.vector { (index, "0") } else { index.split_once(',')? };
        let (row, column) = (digits(row)?, digits(column)?);
        (row < tensor.rows && column < tensor.columns).then(|| tensor.start + row * tensor.columns + column)
    }

    /// The weights of `W1[0,1] b1[0]`, a bare tensor name, `all` or `none`, in rising order.
    ///
    /// # Errors
    /// Anything else, and a weight twice.
    pub(super) fn allocation(&self, text: &str) -> Result<Vec<usize>, String> {
        if text == "none" {
            return Ok(Vec::new());
        }
        let mut weights = Vec::new();
        for item in text.split(' ') {
            if item == "all" {
                weights.extend(0..self.weights);
            } else if let Some(tensor) = self.tensor(item) {
                weights.extend(tensor.start..tensor.start + tensor.rows * tensor.columns);
            } else {
                let item_shown: String = item.chars().take(40).collect();
                weights
                    .push(self.weight(item).ok_or_else(|| format!("`{item_shown}` is not a weight of the network"))?);
            }
            if weights.len() > 2 * MOST_WEIGHTS {
                return Err("an allocation with too many items".to_owned());
            }
        }
        let count = weights.len();
        weights.sort_unstable();
        weights.dedup();
        if weights.len() < count { Err("an allocation that names a weight twice".to_owned()) } else { Ok(weights) }
    }

    /// The entries of one input.
    pub(super) fn input_size(&self) -> usize {
        match &self.family {
            Family::Layers { widths, .. } => widths[0],
            Family::Recurrent { inputs, steps, .. } => inputs.saturating_mul(*steps),
        }
    }

    /// The labels of one input.
    pub(super) fn labels_per_input(&self) -> usize {
        match &self.family {
            Family::Layers { widths, .. } => widths[widths.len() - 1],
            Family::Recurrent { outputs, steps, every, .. } => outputs.saturating_mul(if *every { *steps } else { 1 }),
        }
    }

    /// Whether hidden units have kinks: labels are polynomial on each activation pattern only.
    pub(super) fn has_kinks(&self) -> bool {
        matches!(self.family, Family::Layers { kinks: true, .. })
    }

    /// The labels of one input, of a network without kinks.
    pub(super) fn labels<N: Number>(&self, weights: &[N], input: &[N]) -> Vec<N> {
        assert!(!self.has_kinks(), "labels of a network with kinks need gates");
        self.gated(weights, input, &[])
    }

    /// The labels of one input; with kinks, those of the pattern with these gates, one for each hidden unit, layer after layer.
    pub(super) fn gated<N: Number>(&self, weights: &[N], input: &[N], gates: &[bool]) -> Vec<N> {
        let degree = if let Family::Layers { degree, .. } = &self.family { *degree } else { 1 };
        let (kinks, mut gates) = (self.has_kinks(), gates.iter());
        self.activated(weights, input, |z| match degree {
            1 if kinks && gates.next() != Some(&true) => N::zero(),
            1 => z,
            _ => z.power(degree),
        })
    }

    /// The exact signs of all pre-activations of hidden units at an input; nothing if one has more than 127 bits.
    pub(super) fn signs(&self, weights: &[i64], input: &[i64]) -> Option<Vec<i128>> {
        let exact = |values: &[i64]| values.iter().map(|v| Exact(Some(i128::from(*v)))).collect::<Vec<_>>();
        let mut signs = Vec::new();
        self.activated(&exact(weights), &exact(input), |z| {
            signs.push(z.0.map(i128::signum));
            Exact(z.0.map(|z| z.max(0)))
        });
        signs.into_iter().collect()
    }

    fn activated<N: Number>(&self, weights: &[N], input: &[N], mut activation: impl FnMut(N) -> N) -> Vec<N> {
        let product = |tensor: &Tensor, x: &[N]| -> Vec<N> {
            let row = |r: usize| {
                let entries = x.iter().enumerate();
                N::sum(entries.map(|(c, x)| weights[tensor.start + r * tensor.columns + c].times(x)))
            };
            (0..tensor.rows).map(row).collect()
        };
        let plus = |a: Vec<N>, b: &[N]| -> Vec<N> { a.iter().zip(b).map(|(a, b)| a.plus(b)).collect() };
        match &self.family {
            Family::Layers { widths, bias, .. } => {
                let mut a = input.to_vec();
                for layer in 1..widths.len() {
                    let place = (layer - 1) * if *bias { 2 } else { 1 };
                    a = product(&self.tensors[place], &a);
                    if *bias {
                        a = plus(a, &weights[self.tensors[place + 1].start..][..widths[layer]]);
                    }
                    if layer + 1 < widths.len() {
                        a = a.into_iter().map(&mut activation).collect();
                    }
                }
                a
            }
            Family::Recurrent { inputs, hidden, steps, every, .. } => {
                let [d, b, w] = [0, 1, 2].map(|i| &self.tensors[i]);
                let mut state = vec![N::zero(); *hidden];
                let mut labels = Vec::new();
                for (t, x) in input.chunks(*inputs).enumerate() {
                    state = plus(product(w, &state), &product(b, x));
                    if *every || t + 1 == *steps {
                        labels.extend(product(d, &state));
                    }
                }
                labels
            }
        }
    }

    /// How many operations the labels of one input take, about.
    pub(super) fn operations(&self) -> usize {
        match &self.family {
            Family::Layers { .. } => self.weights,
            Family::Recurrent { steps, .. } => self.weights.saturating_mul(*steps),
        }
    }

    /// How many labels depend on some of these weights: the labels of `samples` inputs, or the coordinates of the network's
    /// function if they are fewer (whose dimension no number of samples exceeds).
    pub(super) fn labels_of(&self, allocation: &[usize], samples: Option<u64>) -> u128 {
        let coordinates = self.count_labels(allocation, None);
        samples.map_or(coordinates, |_| coordinates.min(self.count_labels(allocation, samples)))
    }

    fn count_labels(&self, allocation: &[usize], samples: Option<u64>) -> u128 {
        // The place of a weight: tensor, row and column.
        let place = |w: &usize| {
            let tensor = self.tensors.iter().rposition(|t| t.start <= *w).unwrap_or(0);
            let t = &self.tensors[tensor];
            (t, (w - t.start) / t.columns, (w - t.start) % t.columns)
        };
        let places: Vec<(&Tensor, usize, usize)> = allocation.iter().map(place).collect();
        let last = |t: &Tensor| match &self.family {
            Family::Layers { widths, .. } => t.name[1..] == (widths.len() - 1).to_string(),
            Family::Recurrent { .. } => t.name == "D",
        };
        // Outputs that depend on them: all, or the rows of the last layer that they lie in.
        let outputs: Vec<usize> = match &self.family {
            Family::Layers { widths, .. } => (0..widths[widths.len() - 1]).collect(),
            Family::Recurrent { outputs, .. } => (0..*outputs).collect(),
        };
        let of_output = |k: usize| places.iter().filter(|(t, row, _)| !last(t) || *row == k).collect::<Vec<_>>();
        let mut count: u128 = 0;
        for k in outputs {
            let seen = of_output(k);
            let more: u128 = match (&self.family, samples) {
                (_, _) if seen.is_empty() => 0,
                (Family::Layers { .. }, Some(m)) => u128::from(m),
                (Family::Recurrent { steps, every: true, .. }, Some(m)) => {
                    // The first step does not see W.
                    let later = seen.iter().all(|(t, _, _)| t.name == "W");
                    (*steps as u128 - u128::from(later)) * u128::from(m)
                }
                (Family::Recurrent { steps, .. }, Some(m)) => {
                    let nothing = *steps == 1 && seen.iter().all(|(t, _, _)| t.name == "W");
                    if nothing { 0 } else { u128::from(m) }
                }
                // f(1) and f(−1) determine the function of one input without biases; other functions have no coordinates.
                (Family::Layers { widths, bias: false, kinks: true, .. }, None) if widths[0] == 1 => 2,
                (Family::Layers { kinks: true, .. }, None) => 1 << 64,
                (Family::Layers { widths, bias, degree, .. }, None) => {
                    // Monomials in the inputs (and 1): all but those without a column of the first layer that is seen.
                    let columns = widths[0] + usize::from(*bias);
                    let first = |(t, _, column): &&&(&Tensor, usize, usize)| t.name == "W1" && *column < widths[0];
                    let biases = |(t, _, _): &&&(&Tensor, usize, usize)| t.vector && (*degree == 1 || t.name == "b1");
                    let narrow = seen.iter().filter(|w| first(w) || (*degree == 1 && biases(w))).count() == seen.len();
                    let mut columns_seen: Vec<usize> =
                        seen.iter().map(|(t, _, column)| if t.vector { widths[0] } else { *column }).collect();
                    columns_seen.sort_unstable();
                    columns_seen.dedup();
                    let total = monomials(columns, widths.len() - 2, *degree);
                    let unseen =
                        if narrow { monomials(columns - columns_seen.len(), widths.len() - 2, *degree) } else { 0 };
                    if total == u128::MAX { total } else { total - unseen }
                }
                (Family::Recurrent { inputs, steps, .. }, None) => {
                    // D W^s B: row k of D moves all columns, W those with s > 0, and B its own.
                    let any = |name: &str| seen.iter().any(|(t, _, _)| t.name == name);
                    let mut columns: Vec<usize> =
                        seen.iter().filter(|(t, _, _)| t.name == "B").map(|(_, _, column)| *column).collect();
                    columns.sort_unstable();
                    columns.dedup();
                    let first = if any("D") { *inputs } else { columns.len() };
                    let later = if any("D") || any("W") { *inputs } else { columns.len() };
                    first as u128 + (*steps as u128 - 1) * later as u128
                }
            };
            count = count.saturating_add(more);
        }
        count
    }
}

/// Monomials of degree g^hidden in so many variables; the largest number if there are very many.
pub(super) fn monomials(variables: usize, hidden: usize, degree: u32) -> u128 {
    if variables == 0 {
        return 0;
    }
    let power = (0..hidden).try_fold(1u128, |d, _| d.checked_mul(u128::from(degree)).filter(|d| *d < 1 << 40));
    let Some(power) = power else {
        return if variables == 1 { 1 } else { u128::MAX };
    };
    let step = |count: u128, i: u128| Some(count.checked_mul(power.checked_add(i)?)? / i);
    (1..variables as u128).try_fold(1, step).unwrap_or(u128::MAX)
}

/// A number of a few digits, in the one way to write it.
pub(super) fn digits(text: &str) -> Option<usize> {
    let plain = !text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    let plain = plain && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten()
}

fn positive(text: &str) -> Option<usize> {
    digits(text).filter(|n| *n > 0)
}

fn layers(name: &str, text: &str) -> Option<Family> {
    let (list, rest) = text.strip_prefix('[')?.split_once(']')?;
    let widths: Vec<usize> = list.split(", ").map(positive).collect::<Option<_>>()?;
    let (rest, bias) = rest.strip_suffix(", bias=True").map_or((rest, false), |rest| (rest, true));
    let degree = match (name, rest.strip_prefix(", degree=")) {
        ("pnn", Some(degree)) => u32::try_from(positive(degree)?).ok()?,
        ("lffn" | "relu", None) if rest.is_empty() => 1,
        _ => return None,
    };
    let few = widths.len() >= 2 && widths.iter().all(|d| *d <= MOST_WEIGHTS) && widths.len() <= MOST_WEIGHTS;
    let kinks = name == "relu" && widths.len() > 2;
    few.then_some(Family::Layers { widths, bias, degree, linear: name == "lffn", kinks })
}

fn recurrent(text: &str) -> Option<Family> {
    let (text, every) = text.strip_suffix(", readout=\"all\"").map_or((text, false), |rest| (rest, true));
    let parts: Vec<&str> = text.split(", ").collect();
    let [inputs, hidden, outputs, steps] = parts.as_slice() else {
        return None;
    };
    let value =
        |part: &str, name: &str| positive(part.strip_prefix(name)?.strip_prefix('=')?).filter(|v| *v <= MOST_SIZE);
    Some(Family::Recurrent {
        inputs: value(inputs, "inputs")?,
        hidden: value(hidden, "hidden")?,
        outputs: value(outputs, "outputs")?,
        steps: value(steps, "steps")?,
        every,
    })
}
