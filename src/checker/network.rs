//! Networks as the checker understands them: their tensors, and their label maps as programs. A family's name means one program,
//! which is built here, and what theorems know of the family; of other networks only the program is known.

use std::collections::{BTreeSet, HashMap};

use super::budget::pay;
use super::number::{Dual, Exact, Modular, Number};
use super::program::{Function, Operand, Program, Step};
use super::proof::Fault;
use super::support::Support;

/// What theorems know a network as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// z_ℓ = W_ℓ a_{ℓ−1} + b_ℓ, a_ℓ = z_ℓ^degree for hidden layers, y = z_L: `lffn` (linear, of degree 1) and `pnn`.
    /// With kinks, `relu`: a_ℓ = max(z_ℓ, 0); on an activation pattern, z_ℓ where a gate is open and 0 elsewhere.
    Layers { widths: Vec<usize>, bias: bool, degree: u32, linear: bool, kinks: bool },
    /// h_t = W h_{t−1} + B x_t, h_0 = 0, y = D h_T, or D h_t at every step.
    Recurrent { inputs: usize, hidden: usize, outputs: usize, steps: usize, every: bool },
    /// None that theorems are about: what is not one of these, and `pnn` with several degrees.
    Other,
}

/// A tensor of weights. It is read as a matrix, too: the last axis runs along the columns, all others along the rows.
#[derive(Clone, Debug)]
pub(super) struct Tensor {
    pub(super) name: String,
    pub(super) axes: Vec<usize>,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) vector: bool,
    /// The place of its first entry among those of all tensors: the weight there, unless weights are pinned or tied.
    pub(super) start: usize,
}

impl Tensor {
    pub(super) fn new(name: String, axes: Vec<usize>, start: usize) -> Self {
        let columns = if axes.len() > 1 { axes[axes.len() - 1] } else { 1 };
        let (rows, vector) = (axes.iter().product::<usize>() / columns, axes.len() == 1);
        Tensor { name, axes, rows, columns, vector, start }
    }

    pub(super) fn places(&self) -> std::ops::Range<usize> {
        self.start..self.start + self.rows * self.columns
    }
}

/// The shape of a feedforward network of powers, or a linear one, without biases: its widths, and the degrees of its hidden layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    pub(super) widths: Vec<usize>,
    pub(super) degrees: Vec<u32>,
}

/// A network.
#[derive(Clone, Debug)]
pub(super) struct Network {
    pub(super) family: Family,
    /// Of a feedforward network without biases and kinks, with one degree or several.
    pub(super) chain: Option<Chain>,
    pub(super) tensors: Vec<Tensor>,
    /// Where each tensor stands.
    named: HashMap<String, usize>,
    /// The weight at each place of the tensors, where not each place has a weight of its own.
    pub(super) entries: Option<Vec<Option<usize>>>,
    /// Where each weight stands first, and the weights of each tensor, if so.
    first: Vec<usize>,
    inside: Vec<Vec<usize>>,
    pub(super) weights: usize,
    pub(super) program: Program,
    /// The same for networks with the same label map.
    pub(super) fingerprint: Vec<Modular>,
}

/// The most weights, and the most entries of an input, that are read.
const MOST_WEIGHTS: usize = 4_096;
const MOST_SIZE: usize = 4_096;

impl Network {
    /// Reads `lffn([2, 2, 2], bias=True)`, `relu([2, 2, 1])`, `pnn([2, 2, 1], degree=2)`, `lrnn(inputs=1, hidden=2, outputs=1, steps=5)`.
    ///
    /// # Errors
    /// Other text, or a network over the limits.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let known = || Fault::Wrong(format!("`{}` is not a network", text.chars().take(60).collect::<String>()));
        let (name, rest) = text.split_once('(').ok_or_else(known)?;
        let rest = rest.strip_suffix(')').ok_or_else(known)?;
        let read = match name {
            "lffn" | "pnn" | "relu" => layers(name, rest),
            "lrnn" => recurrent(rest),
            _ => None,
        };
        read.ok_or_else(known)?.network()
    }

    /// A network that is no family, of which only the program is known.
    ///
    /// # Errors
    /// Tensors of one name, or a network over the limits.
    pub(super) fn own(tensors: Vec<Tensor>, entries: Vec<Option<usize>>, program: Program) -> Result<Self, Fault> {
        let full = entries.iter().enumerate().all(|(place, entry)| *entry == Some(place));
        Network::new(Family::Other, tensors, (!full).then_some(entries), program)
    }

    fn new(
        family: Family,
        tensors: Vec<Tensor>,
        entries: Option<Vec<Option<usize>>>,
        program: Program,
    ) -> Result<Self, Fault> {
        let size = program.inputs.max(program.labels());
        if program.weights > MOST_WEIGHTS || size > MOST_SIZE {
            return Err(over_the_limit());
        }
        let named: HashMap<String, usize> = tensors.iter().enumerate().map(|(i, t)| (t.name.clone(), i)).collect();
        super::proof::ensure(named.len() == tensors.len(), "two tensors have one name")?;
        let mut first = Vec::new();
        for (place, entry) in entries.iter().flatten().enumerate() {
            if *entry == Some(first.len()) {
                first.push(place);
            }
        }
        let weights_at = |entries: &Vec<Option<usize>>| {
            let of = |tensor: &Tensor| entries[tensor.places()].iter().flatten().copied().collect::<BTreeSet<usize>>();
            tensors.iter().map(|tensor| of(tensor).into_iter().collect()).collect()
        };
        let inside = entries.as_ref().map_or_else(Vec::new, weights_at);
        let (weights, fingerprint) = (program.weights, program.fingerprint()?);
        Ok(Network { family, chain: None, tensors, named, entries, first, inside, weights, program, fingerprint })
    }

    pub(super) fn tensor(&self, name: &str) -> Option<&Tensor> {
        self.named.get(name).map(|place| &self.tensors[*place])
    }

    fn weight_at(&self, place: usize) -> Option<usize> {
        self.entries.as_ref().map_or(Some(place), |entries| entries[place])
    }

    /// The position of a weight of a family's tensor that is known to exist.
    pub(super) fn at(&self, name: &str, row: usize, column: usize) -> usize {
        self.tensor(name).map_or(usize::MAX, |t| t.start + row * t.columns + column)
    }

    /// `W1[0,1]`, `b1[0]` or `g`: where the weight stands first.
    pub(super) fn name(&self, weight: usize) -> String {
        let place = if self.entries.is_some() { self.first[weight] } else { weight };
        let after = self.tensors.partition_point(|t| t.start <= place);
        let tensor = &self.tensors[after - 1];
        let mut left = place - tensor.start;
        let mut indices = Vec::new();
        for length in tensor.axes.iter().rev() {
            indices.insert(0, (left % length).to_string());
            left /= length;
        }
        if indices.is_empty() { tensor.name.clone() } else { format!("{}[{}]", tensor.name, indices.join(",")) }
    }

    /// The position of `W1[0,1]`, `b1[0]` or `g`.
    pub(super) fn weight(&self, text: &str) -> Option<usize> {
        let Some((name, indices)) = text.strip_suffix(']').and_then(|text| text.split_once('[')) else {
            let tensor = self.tensor(text).filter(|tensor| tensor.axes.is_empty())?;
            return self.weight_at(tensor.start);
        };
        let tensor = self.tensor(name)?;
        let indices: Vec<usize> = indices.split(',').map(digits).collect::<Option<_>>()?;
        let inside =
            indices.len() == tensor.axes.len() && indices.iter().zip(&tensor.axes).all(|(i, length)| i < length);
        let place = indices.iter().zip(&tensor.axes).fold(0, |place, (i, length)| place * length + i);
        if inside { self.weight_at(tensor.start + place) } else { None }
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
        for (items, item) in text.split(' ').enumerate() {
            if item == "all" {
                weights.extend(0..self.weights);
            } else if let Some(place) = self.named.get(item).filter(|place| !self.tensors[**place].axes.is_empty()) {
                match self.inside.get(*place) {
                    Some(inside) => weights.extend(inside),
                    None => weights.extend(self.tensors[*place].places()),
                }
            } else {
                let item_shown: String = item.chars().take(40).collect();
                weights
                    .push(self.weight(item).ok_or_else(|| format!("`{item_shown}` is not a weight of the network"))?);
            }
            if weights.len().max(items) > 2 * MOST_WEIGHTS {
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
        self.program.inputs
    }

    /// The labels of one input.
    pub(super) fn labels_per_input(&self) -> usize {
        self.program.labels()
    }

    /// Whether hidden units have kinks: labels are polynomial on each activation pattern only.
    pub(super) fn has_kinks(&self) -> bool {
        self.program.gates() > 0
    }

    /// Whether it divides, or takes exponentials or logarithms.
    pub(super) fn is_analytic(&self) -> bool {
        self.program.is_analytic()
    }

    /// The labels of one input, of a polynomial network.
    pub(super) fn labels<N: Number>(&self, weights: &[N], input: &[N]) -> Vec<N> {
        assert!(!self.has_kinks(), "labels of a network with kinks need gates");
        self.gated(weights, input, &[])
    }

    /// The labels of one input; with kinks, those of the pattern with these gates, one for each hidden unit, layer after layer.
    pub(super) fn gated<N: Number>(&self, weights: &[N], input: &[N], gates: &[bool]) -> Vec<N> {
        assert!(!self.is_analytic(), "labels of a network with exponentials need numbers for them");
        let mut gates = gates.iter();
        self.program.run(weights, input, |_, z| if gates.next() == Some(&true) { z } else { N::zero() })
    }

    /// The labels of one input modulo the prime, with numbers for the exponentials and logarithms in their order; `seen` gets how each
    /// argument changes (of a logarithm, its value). Nothing where something is divided by zero.
    pub(super) fn with_functions(
        &self,
        weights: &[Dual<Modular>],
        input: &[Dual<Modular>],
        numbers: &[Modular],
        mut seen: impl FnMut(Modular),
    ) -> Option<Vec<Dual<Modular>>> {
        let (mut numbers, mut defined) = (numbers.iter(), true);
        let labels = self.program.run(weights, input, |function, Dual(value, slope)| {
            let inverse = if function == Function::Exp { Modular::one() } else { value.inverse() };
            defined &= !inverse.is_zero();
            if function == Function::Inverse {
                return Dual(inverse, slope.times(&inverse.times(&inverse)).scaled(-1));
            }
            let Some(number) = numbers.next().copied() else {
                defined = false;
                return Dual::zero();
            };
            let change = slope.times(&inverse);
            seen(change);
            Dual(number, if function == Function::Exp { number.times(&change) } else { change })
        });
        defined.then_some(labels)
    }

    /// The exact signs of all pre-activations of hidden units at an input; nothing if one has more than 127 bits.
    pub(super) fn signs(&self, weights: &[i64], input: &[i64]) -> Option<Vec<i128>> {
        let exact = |values: &[i64]| values.iter().map(|v| Exact(Some(i128::from(*v)))).collect::<Vec<_>>();
        let mut signs = Vec::new();
        self.program.run(&exact(weights), &exact(input), |_, z| {
            signs.push(z.0.map(i128::signum));
            Exact(z.0.map(|z| z.max(0)))
        });
        signs.into_iter().collect()
    }

    /// How many operations the labels of one input take, about.
    pub(super) fn operations(&self) -> usize {
        self.program.operations()
    }

    /// How many labels depend on some of these weights: the labels of `samples` inputs, or the coordinates of the network's
    /// function if they are fewer (whose dimension no number of samples exceeds).
    ///
    /// # Errors
    /// The budget is spent.
    pub(super) fn labels_of(&self, allocation: &[usize], samples: Option<u64>) -> Result<u128, Fault> {
        if self.family == Family::Other {
            return Support::labels_of(&self.program, allocation, samples);
        }
        let coordinates = self.count_labels(allocation, None);
        Ok(samples.map_or(coordinates, |_| coordinates.min(self.count_labels(allocation, samples))))
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
            Family::Other => false,
        };
        // Outputs that depend on them: all, or the rows of the last layer that they lie in.
        let outputs: Vec<usize> = match &self.family {
            Family::Layers { widths, .. } => (0..widths[widths.len() - 1]).collect(),
            Family::Recurrent { outputs, .. } => (0..*outputs).collect(),
            Family::Other => Vec::new(),
        };
        let of_output = |k: usize| places.iter().filter(|(t, row, _)| !last(t) || *row == k).collect::<Vec<_>>();
        let mut count: u128 = 0;
        for k in outputs {
            let seen = of_output(k);
            let more: u128 = match (&self.family, samples) {
                (_, _) if seen.is_empty() => 0,
                (Family::Other, _) => u128::from(u64::MAX),
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

fn over_the_limit() -> Fault {
    Fault::Limit(format!("over the limit of {MOST_WEIGHTS} weights or {MOST_SIZE} entries of an input"))
}

/// A family as it is written.
enum Written {
    /// The degrees of hidden layers, 1 with kinks.
    Layers {
        widths: Vec<usize>,
        bias: bool,
        degrees: Vec<u32>,
        linear: bool,
        kinks: bool,
    },
    Recurrent {
        inputs: usize,
        hidden: usize,
        outputs: usize,
        steps: usize,
        every: bool,
    },
}

fn layers(name: &str, text: &str) -> Option<Written> {
    let (list, rest) = text.strip_prefix('[')?.split_once(']')?;
    let widths: Vec<usize> = list.split(", ").map(positive).collect::<Option<_>>()?;
    let (rest, bias) = rest.strip_suffix(", bias=True").map_or((rest, false), |rest| (rest, true));
    let hidden = widths.len().checked_sub(2)?;
    let degrees = match (name, rest.strip_prefix(", degree=")) {
        ("pnn", Some(degree)) => degrees(degree, hidden)?,
        ("lffn" | "relu", None) if rest.is_empty() => vec![1; hidden],
        _ => return None,
    };
    let few = widths.iter().all(|d| *d <= MOST_WEIGHTS) && widths.len() <= MOST_WEIGHTS;
    let kinks = name == "relu" && hidden > 0;
    few.then_some(Written::Layers { widths, bias, degrees, linear: name == "lffn", kinks })
}

/// `2`, or `[2, 3]` where hidden layers have different degrees.
fn degrees(text: &str, hidden: usize) -> Option<Vec<u32>> {
    let degree = |text: &str| u32::try_from(positive(text)?).ok();
    let Some(list) = text.strip_prefix('[') else { return Some(vec![degree(text)?; hidden.max(1)]) };
    let degrees: Vec<u32> = list.strip_suffix(']')?.split(", ").map(degree).collect::<Option<_>>()?;
    (degrees.len() == hidden && degrees.iter().any(|d| *d != degrees[0])).then_some(degrees)
}

fn recurrent(text: &str) -> Option<Written> {
    let (text, every) = text.strip_suffix(", readout=\"all\"").map_or((text, false), |rest| (rest, true));
    let parts: Vec<&str> = text.split(", ").collect();
    let [inputs, hidden, outputs, steps] = parts.as_slice() else {
        return None;
    };
    let value =
        |part: &str, name: &str| positive(part.strip_prefix(name)?.strip_prefix('=')?).filter(|v| *v <= MOST_SIZE);
    Some(Written::Recurrent {
        inputs: value(inputs, "inputs")?,
        hidden: value(hidden, "hidden")?,
        outputs: value(outputs, "outputs")?,
        steps: value(steps, "steps")?,
        every,
    })
}

impl Written {
    fn tensors(&self) -> Vec<Tensor> {
        let mut tensors: Vec<Tensor> = Vec::new();
        let mut push = |name: String, axes: Vec<usize>| {
            let start = tensors.last().map_or(0, |t: &Tensor| t.places().end);
            tensors.push(Tensor::new(name, axes, start));
        };
        match self {
            Written::Layers { widths, bias, .. } => {
                for layer in 1..widths.len() {
                    push(format!("W{layer}"), vec![widths[layer], widths[layer - 1]]);
                    if *bias {
                        push(format!("b{layer}"), vec![widths[layer]]);
                    }
                }
            }
            Written::Recurrent { inputs, hidden, outputs, .. } => {
                push("D".to_owned(), vec![*outputs, *hidden]);
                push("B".to_owned(), vec![*hidden, *inputs]);
                push("W".to_owned(), vec![*hidden, *hidden]);
            }
        }
        tensors
    }

    /// The one program that the name means, and what theorems know it as.
    fn network(self) -> Result<Network, Fault> {
        let tensors = self.tensors();
        let weights = tensors.last().map_or(0, |t| t.places().end);
        let inputs = match &self {
            Written::Layers { widths, .. } => widths[0],
            Written::Recurrent { inputs, steps, .. } => inputs.saturating_mul(*steps),
        };
        if weights > MOST_WEIGHTS || inputs > MOST_SIZE {
            return Err(over_the_limit());
        }
        pay(weights as u64)?;
        let mut program = Program::new(weights, inputs);
        let x: Vec<Operand> = (0..inputs as u32).map(Operand::Input).collect();
        let mut chain = None;
        let (family, outputs) = match self {
            Written::Layers { widths, bias, degrees, linear, kinks } => {
                let outputs = layered(&mut program, &tensors, x, &degrees, kinks)?;
                let degree = degrees.first().copied().unwrap_or(1);
                let one = degrees.iter().all(|d| *d == degree);
                let of_hidden = degrees.into_iter().take(widths.len() - 2).collect();
                chain = (!bias && !kinks).then(|| Chain { widths: widths.clone(), degrees: of_hidden });
                let family = Family::Layers { widths, bias, degree, linear, kinks };
                (if one { family } else { Family::Other }, outputs)
            }
            Written::Recurrent { inputs, hidden, outputs, steps, every } => {
                let labels = unrolled(&mut program, &tensors, &x, steps, every)?;
                (Family::Recurrent { inputs, hidden, outputs, steps, every }, labels)
            }
        };
        Ok(Network { chain, ..Network::new(family, tensors, None, program.finish(outputs))? })
    }
}

/// A tensor times a vector, and a vector that is added.
fn affine(
    program: &mut Program,
    tensor: &Tensor,
    x: &[Operand],
    more: Option<&[Operand]>,
) -> Result<Vec<Operand>, Fault> {
    let entry = |row: usize, column: usize| Operand::Weight((tensor.start + row * tensor.columns + column) as u32);
    let row = |row: usize| {
        let pairs = x.iter().enumerate().map(|(column, x)| (entry(row, column), *x));
        program.dot(pairs, more.map(|more| more[row]))
    };
    (0..tensor.rows).map(row).collect()
}

fn layered(
    program: &mut Program,
    tensors: &[Tensor],
    mut a: Vec<Operand>,
    degrees: &[u32],
    kinks: bool,
) -> Result<Vec<Operand>, Fault> {
    let mut degrees = degrees.iter();
    let mut tensors = tensors.iter().peekable();
    while let Some(matrix) = tensors.next() {
        let bias = tensors.next_if(|tensor| tensor.vector);
        let bias: Option<Vec<Operand>> = bias.map(|b| b.places().map(|w| Operand::Weight(w as u32)).collect());
        a = affine(program, matrix, &a, bias.as_deref())?;
        if tensors.peek().is_some() {
            let degree = *degrees.next().unwrap_or(&1);
            let activation =
                |z| if kinks { program.push(Step::Of(Function::Relu, z)) } else { program.power(z, degree) };
            a = a.into_iter().map(activation).collect::<Result<_, _>>()?;
        }
    }
    Ok(a)
}

fn unrolled(
    program: &mut Program,
    tensors: &[Tensor],
    x: &[Operand],
    steps: usize,
    every: bool,
) -> Result<Vec<Operand>, Fault> {
    let [d, b, w] = tensors else { return Ok(Vec::new()) };
    let (mut state, mut labels): (Option<Vec<Operand>>, Vec<Operand>) = (None, Vec::new());
    for (t, x) in x.chunks(b.columns).enumerate() {
        let kept = state.map(|state| affine(program, w, &state, None)).transpose()?;
        let next = affine(program, b, x, kept.as_deref())?;
        if every || t + 1 == steps {
            labels.extend(affine(program, d, &next, None)?);
        }
        state = Some(next);
    }
    Ok(labels)
}
