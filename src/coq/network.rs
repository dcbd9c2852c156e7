//! Networks as the definitions in Coq have them: their terms, their weights' positions, their symmetries.

use super::form::Form;
use super::recording::Recording;

/// A tensor: its entries are weights, or numbers that are pinned there.
pub(super) struct Tensor {
    pub(super) name: String,
    pub(super) axes: Vec<usize>,
    pub(super) entries: Vec<Option<usize>>,
}

impl Tensor {
    /// The lengths of its axes, of a family's matrix or vector.
    fn shape(&self) -> (usize, usize) {
        (self.axes[0], self.axes.get(1).copied().unwrap_or(1))
    }

    /// The weight at a row and a column of a family's tensor.
    fn at(&self, row: usize, column: usize) -> usize {
        self.entries[row * self.shape().1 + column].unwrap_or(0)
    }
}

enum Family {
    Layers {
        widths: Vec<usize>,
        bias: bool,
        linear: bool,
    },
    Recurrent {
        inputs: usize,
        hidden: usize,
        outputs: usize,
        steps: usize,
        every: bool,
    },
    /// A program that the certificate carries.
    Own {
        inputs: usize,
        labels: usize,
        /// With quotients, exponentials and logarithms: the lines of the latter, each with whether it depends on the input.
        functions: Option<Vec<(usize, bool)>>,
    },
}

/// A network that `Families.v` defines, or the certificate by its program.
pub(super) struct Network {
    /// What stands before the statements in Coq.
    pub(super) definition: String,
    /// Its term in Coq, and in the plain form.
    pub(super) term: String,
    pub(super) plain: String,
    pub(super) weights: usize,
    family: Family,
    tensors: Vec<Tensor>,
}

/// A permutation of weights that keeps all dimensions.
pub(super) struct Symmetry {
    /// Where each weight goes.
    pub(super) images: Vec<usize>,
    /// The same for entries of an input and for labels, if it keeps labels on any inputs; nothing if it only keeps the function's
    /// coordinates (transposition).
    pub(super) labels: Option<(Vec<usize>, Vec<usize>)>,
}

/// The most weights, and the most labels and entries of an input, that are written.
const MOST: usize = 4_096;

impl Network {
    /// Reads `lffn([2, 2, 2], bias=True)`, `pnn([2, 2, 1], degree=2)`, `lrnn(inputs=1, hidden=2, outputs=1, steps=5, readout="all")`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.strip_suffix(')')?.split_once('(')?;
        let (family, term, plain) = match name {
            "lffn" | "pnn" => layers(name, rest)?,
            "lrnn" => recurrent(rest)?,
            _ => return None,
        };
        let mut network = Network { definition: String::new(), term, plain, weights: 0, family, tensors: Vec::new() };
        let shapes: Vec<(String, Vec<usize>)> = match &network.family {
            Family::Layers { widths, bias, .. } => {
                let layer = |l: usize| {
                    let matrix = (format!("W{l}"), vec![widths[l], widths[l - 1]]);
                    [matrix].into_iter().chain(bias.then(|| (format!("b{l}"), vec![widths[l]])))
                };
                (1..widths.len()).flat_map(layer).collect()
            }
            Family::Recurrent { inputs, hidden, outputs, .. } => vec![
                ("D".to_owned(), vec![*outputs, *hidden]),
                ("B".to_owned(), vec![*hidden, *inputs]),
                ("W".to_owned(), vec![*hidden, *hidden]),
            ],
            Family::Own { .. } => return None,
        };
        for (name, axes) in shapes {
            let start = network.weights;
            let size = axes.iter().try_fold(1, |size: usize, axis| size.checked_mul(*axis))?;
            network.weights = start.checked_add(size).filter(|n| *n <= MOST)?;
            network.tensors.push(Tensor { name, axes, entries: (start..network.weights).map(Some).collect() });
        }
        (network.input_size().max(network.labels()) <= MOST).then_some(network)
    }

    /// The network of a program, which is named by the section that it is defined in.
    pub(super) fn own(number: usize, recording: &Recording) -> Option<Self> {
        let functions = recording.is_analytic().then(|| recording.functions());
        let of = if functions.is_some() { "" } else { "recorded " };
        let family = Family::Own { inputs: recording.inputs, labels: recording.labels(), functions };
        let size = recording.weights.max(recording.inputs).max(recording.labels());
        (size <= MOST).then(|| Network {
            definition: recording.definition(&format!("network_{number}")),
            term: format!("{of}network_{number}"),
            plain: recording.plain(),
            weights: recording.weights,
            family,
            tensors: recording.tensors(),
        })
    }

    /// Whether the certificate carries its program.
    pub(super) fn is_own(&self) -> bool {
        matches!(self.family, Family::Own { .. })
    }

    /// Of a network with quotients, exponentials or logarithms: the lines of the latter, each with whether it depends on the input.
    pub(super) fn functions(&self) -> Option<&[(usize, bool)]> {
        match &self.family {
            Family::Own { functions, .. } => functions.as_deref(),
            Family::Layers { .. } | Family::Recurrent { .. } => None,
        }
    }

    /// Entries of one input.
    pub(super) fn input_size(&self) -> usize {
        match &self.family {
            Family::Layers { widths, .. } => widths[0],
            Family::Recurrent { inputs, steps, .. } => inputs.saturating_mul(*steps),
            Family::Own { inputs, .. } => *inputs,
        }
    }

    /// Labels of one input.
    pub(super) fn labels(&self) -> usize {
        match &self.family {
            Family::Layers { widths, .. } => widths[widths.len() - 1],
            Family::Recurrent { outputs, steps, every, .. } => outputs.saturating_mul(if *every { *steps } else { 1 }),
            Family::Own { labels, .. } => *labels,
        }
    }

    /// The position of `W1[0,1]`, `b1[0]` or `g`.
    pub(super) fn weight(&self, text: &str) -> Option<usize> {
        let (name, indices) = match text.strip_suffix(']') {
            Some(rest) => rest.split_once('[').map(|(name, list)| (name, list.split(',').collect()))?,
            None => (text, Vec::new()),
        };
        let tensor = self.tensors.iter().find(|t| t.name == name && t.axes.len() == indices.len())?;
        let mut place = 0;
        for (index, axis) in indices.into_iter().zip(&tensor.axes) {
            place = place * axis + digits(index).filter(|index| index < axis)?;
        }
        tensor.entries[place]
    }

    /// The positions of an allocation that names no weight twice, in rising order.
    pub(super) fn allocation(&self, text: &str) -> Option<Vec<usize>> {
        let mut weights = Vec::new();
        for item in text.split(' ').filter(|item| *item != "none") {
            match (item, self.tensors.iter().find(|t| t.name == item)) {
                ("all", _) => weights.extend(0..self.weights),
                (_, Some(tensor)) => weights.extend(tensor.entries.iter().flatten()),
                _ => weights.push(self.weight(item)?),
            }
        }
        weights.sort_unstable();
        weights.windows(2).all(|pair| pair[0] < pair[1]).then_some(weights)
    }

    /// Exchanges two units: `inputs`, `outputs`, `hidden` or, with layers, `layer 1`, ….
    pub(super) fn swap(&self, units: &str, i: usize, k: usize) -> Option<Symmetry> {
        let (count, rows, columns): (usize, Vec<String>, Vec<String>) = match &self.family {
            Family::Layers { widths, .. } => {
                let last = widths.len() - 1;
                let layer = match units {
                    "inputs" => 0,
                    "outputs" => last,
                    _ => digits(units.strip_prefix("layer ")?).filter(|l| (1..last).contains(l))?,
                };
                (widths[layer], vec![format!("W{layer}"), format!("b{layer}")], vec![format!("W{}", layer + 1)])
            }
            Family::Recurrent { inputs, hidden, outputs, .. } => {
                let names = |list: &[&str]| list.iter().map(|n| (*n).to_owned()).collect();
                match units {
                    "inputs" => (*inputs, vec![], names(&["B"])),
                    "outputs" => (*outputs, names(&["D"]), vec![]),
                    "hidden" => (*hidden, names(&["B", "W"]), names(&["D", "W"])),
                    _ => return None,
                }
            }
            Family::Own { .. } => return None,
        };
        if i >= count || k >= count {
            return None;
        }
        let exchanged = |unit: usize| match unit {
            _ if unit == i => k,
            _ if unit == k => i,
            _ => unit,
        };
        let images = self.images(|tensor, row, column| {
            let row = if rows.contains(&tensor.name) { exchanged(row) } else { row };
            let column = if columns.contains(&tensor.name) { exchanged(column) } else { column };
            tensor.at(row, column)
        });
        // Inputs and labels come in groups, one a step.
        let grouped = |moved: bool, size: usize| {
            let place = |e: usize| if moved { e / count * count + exchanged(e % count) } else { e };
            (0..size).map(place).collect()
        };
        let labels = (grouped(units == "inputs", self.input_size()), grouped(units == "outputs", self.labels()));
        Some(Symmetry { images, labels: Some(labels) })
    }

    fn images(&self, place: impl Fn(&Tensor, usize, usize) -> usize) -> Vec<usize> {
        let places = |t: &Tensor| {
            let (rows, columns) = t.shape();
            (0..rows).flat_map(|r| (0..columns).map(move |c| (r, c))).collect::<Vec<_>>()
        };
        self.tensors
            .iter()
            .flat_map(|t| places(t).into_iter().map(|(r, c)| place(t, r, c)).collect::<Vec<_>>())
            .collect()
    }

    /// W_ℓ and the transpose of W_{L+1−ℓ}, or D and that of B, change places.
    fn transposition(&self, samples: Option<u64>) -> Option<Symmetry> {
        let last = self.tensors.len().saturating_sub(1);
        let (partner, enough): (Vec<usize>, usize) = match &self.family {
            Family::Layers { widths, bias: false, linear: true } if widths.iter().eq(widths.iter().rev()) => {
                ((0..=last).rev().collect(), widths[0])
            }
            Family::Recurrent { inputs, outputs, every, .. } if inputs == outputs => {
                let enough = if *every { *inputs } else { self.input_size() };
                (vec![1, 0, 2], if *inputs == 1 { 1 } else { enough })
            }
            _ => return None,
        };
        samples.is_none_or(|m| m >= enough as u64).then(|| {
            let place = |t: &Tensor, row: usize, column: usize| {
                let at = self.tensors.iter().position(|other| other.name == t.name).unwrap_or(0);
                self.tensors[partner[at]].at(column, row)
            };
            let same = matches!(self.family, Family::Recurrent { inputs: 1, .. });
            let labels = same.then(|| ((0..self.input_size()).collect(), (0..self.labels()).collect()));
            Symmetry { images: self.images(place), labels }
        })
    }

    /// Exchanges of neighbouring units, and transposition where it holds.
    pub(super) fn symmetries(&self, samples: Option<u64>) -> Vec<Symmetry> {
        let hidden: Vec<String> = match &self.family {
            Family::Layers { widths, .. } => (1..widths.len() - 1).map(|l| format!("layer {l}")).collect(),
            Family::Recurrent { .. } => vec!["hidden".to_owned()],
            Family::Own { .. } => return Vec::new(),
        };
        let units = hidden.into_iter().chain(["inputs".to_owned(), "outputs".to_owned()]);
        let swaps = units.flat_map(|units| (0..).map_while(move |i| self.swap(&units, i, i + 1)));
        swaps.chain(self.transposition(samples)).collect()
    }
}

/// A number as it is printed.
pub(super) fn digits(text: &str) -> Option<usize> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

fn layers(name: &str, rest: &str) -> Option<(Family, String, String)> {
    let (list, rest) = rest.strip_prefix('[')?.split_once(']')?;
    let widths = list.split(", ").map(digits).collect::<Option<Vec<_>>>()?;
    let (rest, bias) = rest.strip_suffix(", bias=True").map_or((rest, false), |rest| (rest, true));
    if widths.len() < 2 || widths.contains(&0) {
        return None;
    }
    let degrees = match (name, rest.strip_prefix(", degree=")) {
        ("lffn", None) if rest.is_empty() => None,
        ("pnn", Some(given)) => match given.strip_prefix('[').and_then(|list| list.strip_suffix(']')) {
            Some("") if widths.len() == 2 => Some(Ok(Vec::new())),
            Some(list) => Some(Ok(list.split(", ").map(digits).collect::<Option<Vec<_>>>()?)),
            None => Some(Err(digits(given)?)),
        },
        _ => return None,
    };
    let positive = |degree: &usize| (1..=64).contains(degree);
    let fits = match &degrees {
        None => true,
        Some(Err(degree)) => positive(degree),
        Some(Ok(list)) => list.len() == widths.len() - 2 && list.iter().all(positive),
    };
    let term = |form: Form| match (&degrees, form.numbers(&widths)) {
        (None, list) => format!("lffn {list} {bias}"),
        (Some(Err(degree)), list) => format!("pnn {list} {degree} {bias}"),
        (Some(Ok(degrees)), list) => format!("pnn_degrees {list} {} {bias}", form.numbers(degrees)),
    };
    let (term, plain) = (term(Form::Coq), term(Form::Plain));
    fits.then(|| (Family::Layers { widths, bias, linear: name == "lffn" }, term, plain))
}

fn recurrent(rest: &str) -> Option<(Family, String, String)> {
    let (rest, every) = rest.strip_suffix(", readout=\"all\"").map_or((rest, false), |rest| (rest, true));
    let names = ["inputs=", "hidden=", "outputs=", "steps="];
    let parts: Vec<&str> = rest.split(", ").collect();
    if parts.len() != names.len() {
        return None;
    }
    let number = |(part, name): (&&str, &str)| digits(part.strip_prefix(name)?).filter(|n| *n > 0);
    let [inputs, hidden, outputs, steps] =
        parts.iter().zip(names).map(number).collect::<Option<Vec<_>>>()?.try_into().ok()?;
    let term = format!("lrnn {inputs} {hidden} {outputs} {steps} {every}");
    Some((Family::Recurrent { inputs, hidden, outputs, steps, every }, term.clone(), term))
}
