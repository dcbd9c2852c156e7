//! What the proofs about one network stand on: an integer point, with the Jacobian and the gauge directions there.

use std::sync::OnceLock;

use allocert_core::algebra::{Matrix, RowSpace};
use allocert_core::allocation::{Allocation, print};
use allocert_core::network::{NamedBounds, Network, Probe, Samples};
use allocert_core::number::{Degrees, PrimeField, Ring};
use allocert_core::number::{Stream, generator};
use rand_chacha::rand_core::RngCore;
use rug::Integer;

use super::engine::Engine;
use super::functions::{self, Draw, Drawn, Place};
use super::polynomial::Polynomial;
use allocert_format::Rule;

/// An input on the border between patterns is drawn again so often.
const MOST_REPEATS: usize = 32;
/// Inputs have so many times as many values as weights, to fall between kinks,
const FINE: u64 = 8;
/// and biases of deep layers are at most about so large.
const MOST_SCALE: u64 = 1 << 40;

/// A network at a number of samples, and an integer point.
pub(super) struct Ground<'e, E> {
    pub(super) engine: &'e E,
    pub(super) network: Network,
    pub(super) samples: Samples,
    pub(super) field: PrimeField,
    pub(super) weights: Vec<i64>,
    pub(super) inputs: Vec<Vec<i64>>,
    /// Numbers for exponentials and logarithms, as certificates list them.
    pub(super) functions: Vec<Vec<i64>>,
    /// Whether these are as many generic inputs as there are samples.
    pub(super) generic: bool,
    /// The Jacobian there, modulo the prime.
    jacobian: Matrix<u64>,
    /// The gauge directions there: names and entries.
    pub(super) gauge: Vec<(String, Vec<u64>)>,
    named: OnceLock<NamedBounds>,
}

impl<'e, E: Engine> Ground<'e, E> {
    /// Looks for a point with small entries at which these sets have these ranks; the best point found if none has them all.
    pub(super) fn find(
        engine: &'e E,
        network: &Network,
        samples: Samples,
        sets: &[(Allocation, usize)],
        seed: u64,
        first: u64,
    ) -> Option<Self> {
        let mut best: Option<(usize, Self)> = None;
        for attempt in 0..24 {
            let drawn = Ground::random(engine, network, samples, (seed, first + attempt), 9 + 9 * attempt);
            let Some(ground) = drawn else { continue };
            let missed = sets.iter().filter(|(set, rank)| ground.rank(set) < *rank).count();
            if missed == 0 && !ground.is_special(seed) {
                return Some(ground);
            }
            if best.as_ref().is_none_or(|(known, _)| missed < *known) {
                best = Some((missed, ground));
            }
        }
        best.map(|(_, ground)| ground)
    }

    /// Whether a gauge direction does not move a weight at the point that it moves elsewhere.
    fn is_special(&self, seed: u64) -> bool {
        if self.network.is_analytic() {
            return false;
        }
        let mut random = generator(seed, Stream::Certificates, 99);
        let mut vector = |length: usize| -> Vec<u64> {
            (0..length).map(|_| self.field.integer((random.next_u64() >> 2) as i64)).collect()
        };
        let at = vector(self.network.weights());
        let inputs = if self.generic { self.inputs.len() } else { 0 };
        let x: Vec<Vec<u64>> = (0..inputs).map(|_| vector(self.network.input_size())).collect();
        let elsewhere = self.engine.directions(&self.network, &self.field, &at, &x);
        let entries =
            |all: &[(String, Vec<u64>)]| all.iter().flat_map(|(_, entries)| entries.clone()).collect::<Vec<_>>();
        let (here, there) = (entries(&self.gauge), entries(&elsewhere));
        here.iter().zip(&there).any(|(here, there)| self.field.is_zero(here) && !self.field.is_zero(there))
    }

    /// A point with entries that are larger with each attempt.
    pub(super) fn wide(engine: &'e E, network: &Network, samples: Samples, seed: u64, attempt: u64) -> Option<Self> {
        Ground::random(engine, network, samples, (seed, 100 * attempt), 9 * 20u64.pow(attempt as u32))
    }

    fn random(
        engine: &'e E,
        network: &Network,
        samples: Samples,
        (seed, stream): (u64, u64),
        bound: u64,
    ) -> Option<Self> {
        if network.is_analytic() {
            return Ground::of_analytic(engine, network, samples, (seed, stream), bound);
        }
        let field = engine.field()?;
        let mut random = generator(seed, Stream::Certificates, stream);
        let mut vector = |length: usize| -> Vec<i64> {
            let entry = |draw: u64| ((draw >> 1) % bound) as i64 + 1;
            let signed = |draw: u64| if draw & 1 == 1 { -entry(draw) } else { entry(draw) };
            (0..length).map(|_| signed(random.next_u64())).collect()
        };
        let weights = vector(network.weights());
        let (inputs, generic) = match (network.probe(samples), samples) {
            (Probe::Fixed(inputs), Samples::Count(m)) if inputs.len() as u64 > m => {
                ((0..m).map(|_| vector(network.input_size())).collect(), true)
            }
            (Probe::Fixed(inputs), _) => (inputs, false),
            (Probe::Generic(count), _) => {
                let inputs = (0..count).map(|_| vector(network.input_size())).collect();
                (inputs, samples.count() == Some(count as u64))
            }
        };
        let enter = |values: &[i64]| values.iter().map(|v| field.integer(*v)).collect::<Vec<_>>();
        let (at, x) = (enter(&weights), inputs.iter().map(|x| enter(x)).collect::<Vec<_>>());
        let jacobian = engine.jacobian(network, &field, &at, &x);
        let gauge = engine.directions(network, &field, &at, if generic { &x } else { &[] });
        let (network, functions, named) = (network.clone(), Vec::new(), OnceLock::new());
        Some(Ground { engine, network, samples, field, weights, inputs, functions, generic, jacobian, gauge, named })
    }

    /// A point of a network with quotients, exponentials or logarithms, with inputs until one adds no rank.
    fn of_analytic(
        engine: &'e E,
        network: &Network,
        samples: Samples,
        (seed, stream): (u64, u64),
        bound: u64,
    ) -> Option<Self> {
        let field = engine.field()?;
        let place = Place::of(network, field)?;
        let mut draw = Draw::new(seed, stream, bound);
        let mut at = place.begin(&mut draw);
        let mut space = RowSpace::new(field, network.weights());
        let mut rows: Vec<Vec<u64>> = Vec::new();
        for _ in 0..network.probe_inputs(samples) {
            let before = space.rank();
            let values = place.add_input(&mut at, &mut draw)?;
            let part = engine.jacobian_of_values(&place, &values);
            for row in (0..part.rows()).map(|row| part.row(row)) {
                space.insert(row.to_vec());
                rows.push(row.to_vec());
            }
            if space.rank() == before || space.rank() == network.weights() {
                break;
            }
        }
        let jacobian = Matrix::from_rows(network.weights(), rows);
        let enter = |values: &[i64]| values.iter().map(|v| field.integer(*v)).collect::<Vec<_>>();
        let gauge = engine.directions(network, &field, &enter(&at.weights), &[]);
        let (network, functions, named) = (network.clone(), place.lists(&at), OnceLock::new());
        let Drawn { weights, inputs, .. } = at;
        Some(Ground {
            engine,
            network,
            samples,
            field,
            weights,
            inputs,
            functions,
            generic: false,
            jacobian,
            gauge,
            named,
        })
    }

    /// A point of a network with kinks, with factors up to a bound; weights of some attempts are mostly positive. Biases are as
    /// large as what they are added to. Inputs on the border between patterns are drawn again, or left out.
    pub(super) fn on_pattern(
        engine: &'e E,
        network: &Network,
        samples: Samples,
        (seed, attempt): (u64, u64),
        bound: u64,
    ) -> Option<Self> {
        let field = engine.field()?;
        let mut random = generator(seed, Stream::Certificates, attempt);
        let mut entry = |bound: u64, negative: u64| {
            let draw = random.next_u64();
            let size = ((draw >> 3) % bound) as i64 + 1;
            if draw & 7 < negative { -size } else { size }
        };
        let weight = |w: usize| {
            let tensor = network.layout().weight(w).tensor;
            let scale = if tensor.is_vector() {
                FINE * bound.saturating_pow(tensor.layer.saturating_sub(1) as u32).min(MOST_SCALE)
            } else {
                1
            };
            entry(bound, [4, 2, 1][attempt as usize % 3]) * scale as i64
        };
        let weights: Vec<i64> = (0..network.weights()).map(weight).collect();
        let drawn = network.probe_inputs(samples);
        let (mut inputs, mut gates) = (Vec::new(), Vec::new());
        for _ in 0..drawn {
            let found = (0..MOST_REPEATS).find_map(|_| {
                let input: Vec<i64> = (0..network.input_size()).map(|_| entry(FINE * bound, 4)).collect();
                Some((engine.gates(network, &weights, &input)?, input))
            });
            if let Some((found, input)) = found {
                gates.push(found);
                inputs.push(input);
            }
        }
        let generic = inputs.len() == drawn && samples.count() == Some(drawn as u64);
        let enter = |values: &[i64]| values.iter().map(|v| field.integer(*v)).collect::<Vec<_>>();
        let (at, x) = (enter(&weights), inputs.iter().map(|x| enter(x)).collect::<Vec<_>>());
        let parts = x.iter().zip(&gates).map(|(x, gates)| engine.gated_jacobian(network, &field, &at, (x, gates)));
        let rows = parts.flat_map(|part| (0..part.rows()).map(|r| part.row(r).to_vec()).collect::<Vec<_>>());
        let jacobian = Matrix::from_rows(network.weights(), rows);
        let gauge = engine.directions(network, &field, &at, if generic { &x } else { &[] });
        let (network, functions, named) = (network.clone(), Vec::new(), OnceLock::new());
        Some(Ground { engine, network, samples, field, weights, inputs, functions, generic, jacobian, gauge, named })
    }

    /// The bounds of the theory.
    pub(super) fn named(&self) -> &NamedBounds {
        self.named.get_or_init(|| NamedBounds::new(&self.network, self.samples))
    }

    /// The step that states the point.
    pub(super) fn rule(&self) -> Rule {
        Rule::Point { weights: self.weights.clone(), inputs: self.inputs.clone(), functions: self.functions.clone() }
    }

    /// The Jacobian at the point, modulo the prime.
    pub(super) fn jacobian(&self) -> &Matrix<u64> {
        &self.jacobian
    }

    /// Rows that span the same space, as many as the rank.
    pub(super) fn echelon(&self) -> Matrix<u64> {
        let space = RowSpace::of(self.field, &self.jacobian);
        Matrix::from_rows(self.jacobian.columns(), space.rows().iter().cloned())
    }

    /// The value of a polynomial at the point, modulo the prime.
    pub(super) fn value(&self, polynomial: &Polynomial) -> u64 {
        let (n, size) = (self.weights.len(), self.network.input_size());
        let coordinate = |v: usize| if v < n { self.weights[v] } else { self.inputs[(v - n) / size][(v - n) % size] };
        let mut sum = self.field.zero();
        for (m, c) in polynomial.terms().unwrap_or_default() {
            let power =
                |(v, e): &(u16, u16)| self.field.power(&self.field.integer(coordinate(usize::from(*v))), u64::from(*e));
            let product = m.iter().map(power).fold(self.field.big_integer(c), |a, b| self.field.mul(&a, &b));
            sum = self.field.add(&sum, &product);
        }
        sum
    }

    /// The rank of some columns at the point.
    pub(super) fn rank(&self, set: &Allocation) -> usize {
        let columns: Vec<usize> = set.iter().collect();
        let part = self.jacobian.select_columns(&columns);
        allocert_core::algebra::rank(&self.field, &part)
    }

    /// As many rows and columns as the rank, whose minor is not zero.
    pub(super) fn minor(&self, set: &Allocation) -> (Vec<usize>, Allocation) {
        let all: Vec<usize> = set.iter().collect();
        let mut space = RowSpace::new(self.field, all.len());
        let part = self.jacobian.select_columns(&all);
        let rows: Vec<usize> = (0..part.rows()).filter(|r| space.insert(part.row(*r).to_vec())).collect();
        let columns = space.pivots().iter().map(|c| all[*c]);
        (rows, Allocation::of(set.weights(), columns))
    }

    /// How many labels depend on a set identically, counted where the coordinates of the network's function are read off
    /// directly; nothing where they are not.
    pub(super) fn labels(&self, set: &Allocation) -> Option<usize> {
        if self.network.is_analytic() {
            return functions::labels(&self.network, self.samples, set);
        }
        let rows = self.jacobian.rows();
        let labels = |samples| self.network.labels_at(samples);
        let all = labels(Samples::Functional)?.min(labels(self.samples)?);
        (rows as u64 == all).then(|| {
            // Entries of the Jacobian at the point may be zero by accident; degrees are not.
            let weights: Vec<_> = (0..set.weights()).map(|w| Some(u64::from(set.contains(w)))).collect();
            let bound = |x: &i64| (self.generic || *x != 0).then_some(0);
            let inputs: Vec<Vec<_>> = self.inputs.iter().map(|x| x.iter().map(bound).collect()).collect();
            let degrees = self.network.labels(&Degrees, &weights, &inputs);
            degrees.into_iter().flatten().filter(|d| *d > 0).count()
        })
    }

    /// An allocation in the text of certificates.
    pub(super) fn text(&self, set: &Allocation) -> String {
        text(&self.network, set)
    }

    /// The weights as variables.
    pub(super) fn variables(&self) -> Vec<Polynomial> {
        (0..self.network.weights()).map(Polynomial::variable).collect()
    }

    /// So many inputs whose entries are variables.
    pub(super) fn symbolic_inputs(&self, count: usize) -> Vec<Vec<Polynomial>> {
        let (n, size) = (self.network.weights(), self.network.input_size());
        (0..count).map(|s| (0..size).map(|i| Polynomial::variable(n + s * size + i)).collect()).collect()
    }

    /// The number of inputs of the point.
    pub(super) fn inputs(&self) -> usize {
        self.inputs.len()
    }

    /// A polynomial in the text of certificates; nothing if it is not known.
    pub(super) fn polynomial(&self, polynomial: &Polynomial) -> Option<String> {
        let (n, size) = (self.weights.len(), self.network.input_size());
        let name = |v: usize| {
            if v < n {
                self.network.layout().weight(v).to_string()
            } else {
                format!("x{}[{}]", (v - n) / size, (v - n) % size)
            }
        };
        let power = |(v, e): &(u16, u16)| (name(usize::from(*v)), u32::from(*e));
        Some(sum(polynomial.terms()?.iter().map(|(m, c)| (m.iter().map(power).collect(), c))))
    }
}

/// An allocation in the text of certificates.
pub(super) fn text(network: &Network, set: &Allocation) -> String {
    if set.size() == set.weights() { "all".to_owned() } else { print(network.layout(), set) }
}

/// Terms, each a list of powers and a coefficient, in the text of certificates.
pub(super) fn sum<'a>(terms: impl IntoIterator<Item = (Vec<(String, u32)>, &'a Integer)>) -> String {
    let mut text = String::new();
    for (powers, c) in terms {
        let power = |(name, e): (String, u32)| if e == 1 { name } else { format!("{name}^{e}") };
        let size = c.clone().abs();
        let number = (size != 1 || powers.is_empty()).then(|| size.to_string());
        let factors: Vec<String> = number.into_iter().chain(powers.into_iter().map(power)).collect();
        text.push_str(match (text.is_empty(), *c < 0) {
            (true, true) => "-",
            (true, false) => "",
            (false, true) => " - ",
            (false, false) => " + ",
        });
        text.push_str(&factors.join("*"));
    }
    if text.is_empty() { "0".to_owned() } else { text }
}
