//! What the proofs about one network stand on: an integer point, with the Jacobian and the gauge directions there.

use crate::algebra::{Matrix, Monomials, Polynomials, RowSpace};
use crate::allocation::{Allocation, print};
use crate::network::{Network, Probe, Samples};
use crate::number::{Integers, PrimeField, Ring};
use crate::reach::point::generator;
use rand_chacha::rand_core::RngCore;

use super::format::Rule;
use super::kernel::{Entry, Integral};

/// Random points for certificates use the generator's streams from here on.
const STREAM: u64 = 1 << 36;
/// Polynomials with more terms are not worked with.
const MOST_TERMS: usize = 20_000;

/// A network at a number of samples, and an integer point.
pub(super) struct Ground {
    pub(super) network: Network,
    pub(super) samples: Samples,
    pub(super) field: PrimeField,
    weights: Vec<i64>,
    inputs: Vec<Vec<i64>>,
    /// The Jacobian there, modulo the prime.
    jacobian: Matrix<u64>,
    /// The gauge directions there: names and entries.
    pub(super) gauge: Vec<(String, Vec<u64>)>,
}

impl Ground {
    /// Looks for a point with small entries at which these sets have these ranks; the best point found if none has them all.
    pub(super) fn find(
        network: &Network,
        samples: Samples,
        sets: &[(Allocation, usize)],
        seed: u64,
        first: u64,
    ) -> Option<Self> {
        let mut best: Option<(usize, Ground)> = None;
        for attempt in 0..24 {
            let ground = Ground::random(network, samples, seed, first + attempt, 9 + 9 * attempt)?;
            let missed = sets.iter().filter(|(set, rank)| ground.rank(set) < *rank).count();
            if missed == 0 {
                return Some(ground);
            }
            if best.as_ref().is_none_or(|(known, _)| missed < *known) {
                best = Some((missed, ground));
            }
        }
        best.map(|(_, ground)| ground)
    }

    fn random(network: &Network, samples: Samples, seed: u64, stream: u64, bound: u64) -> Option<Self> {
        let field = PrimeField::new(PrimeField::MERSENNE_61)?;
        let mut random = generator(seed, STREAM + stream);
        let mut vector = |length: usize| -> Vec<i64> {
            let entry = |draw: u64| ((draw >> 1) % bound) as i64 + 1;
            let signed = |draw: u64| if draw & 1 == 1 { -entry(draw) } else { entry(draw) };
            (0..length).map(|_| signed(random.next_u64())).collect()
        };
        let weights = vector(network.weights());
        let inputs = match network.probe(samples) {
            Probe::Fixed(inputs) => inputs,
            Probe::Generic(count) => (0..count).map(|_| vector(network.input_size())).collect(),
        };
        let enter = |values: &[i64]| values.iter().map(|v| field.integer(*v)).collect::<Vec<_>>();
        let (at, x) = (enter(&weights), inputs.iter().map(|x| enter(x)).collect::<Vec<_>>());
        let jacobian = network.jacobian(&field, &at, &x);
        let generic = matches!((samples, network.probe(samples)), (Samples::Count(_), Probe::Generic(_)));
        let gauge = network.kernel_fields_by_name(&field, &at, if generic { &x } else { &[] });
        Some(Ground { network: network.clone(), samples, field, weights, inputs, jacobian, gauge })
    }

    /// Whether vectors may contain the inputs: they are generic, and there are so many as samples.
    pub(super) fn has_generic_inputs(&self) -> bool {
        self.samples.count() == Some(self.inputs.len() as u64)
            && matches!(self.network.probe(self.samples), Probe::Generic(_))
    }

    /// The step that states the point.
    pub(super) fn rule(&self) -> Rule {
        Rule::Point { weights: self.weights.clone(), inputs: self.inputs.clone() }
    }

    /// The Jacobian at the point, modulo the prime.
    pub(super) fn jacobian(&self) -> &Matrix<u64> {
        &self.jacobian
    }

    /// The value of a polynomial at the point, modulo the prime.
    pub(super) fn value(&self, ring: &Integral, polynomial: &Entry) -> u64 {
        let coordinates: Vec<i64> = self.weights.iter().chain(self.inputs.iter().flatten()).copied().collect();
        let mut sum = self.field.zero();
        for (m, c) in polynomial.terms().unwrap_or_default() {
            let powers = (0..ring.monomials().variables()).map(|v| (v, ring.monomials().exponent(*m, v)));
            let power = |(v, e): (usize, u32)| self.field.power(&self.field.integer(coordinates[v]), e);
            let product = powers.filter(|(_, e)| *e > 0).map(power);
            let product = product.fold(self.field.big_integer(c), |a, b| self.field.mul(&a, &b));
            sum = self.field.add(&sum, &product);
        }
        sum
    }

    /// The rank of some columns at the point.
    pub(super) fn rank(&self, set: &Allocation) -> usize {
        let columns: Vec<usize> = set.iter().collect();
        let part = self.jacobian.select_columns(&columns);
        crate::algebra::rank(&self.field, &part)
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
        let rows = self.jacobian.rows();
        let all = self.network.labels_at(self.samples)?;
        (rows as u64 == all).then(|| {
            let seen = |row: &usize| set.iter().any(|c| !self.field.is_zero(&self.jacobian[(*row, c)]));
            (0..rows).filter(seen).count()
        })
    }

    /// An allocation in the text of certificates.
    pub(super) fn text(&self, set: &Allocation) -> String {
        if set.size() == set.weights() { "all".to_owned() } else { print(self.network.layout(), set) }
    }

    /// Polynomials in the weights, and in the inputs if they are generic; nothing if there are too many variables.
    pub(super) fn ring(&self) -> Option<Integral> {
        let inputs = if self.has_generic_inputs() { self.inputs.len() * self.network.input_size() } else { 0 };
        let monomials = Monomials::new(self.network.weights() + inputs)?;
        Some(Polynomials::new(Integers, monomials, MOST_TERMS))
    }

    /// The weights as variables.
    pub(super) fn variables(&self, ring: &Integral) -> Vec<Entry> {
        (0..self.network.weights()).map(|w| ring.variable(w)).collect()
    }

    /// The inputs of the point, or variables if they are generic.
    pub(super) fn symbolic_inputs(&self, ring: &Integral) -> Vec<Vec<Entry>> {
        let (n, size) = (self.network.weights(), self.network.input_size());
        let entry = |sample: usize, i: usize| {
            if self.has_generic_inputs() {
                ring.variable(n + sample * size + i)
            } else {
                ring.integer(self.inputs[sample][i])
            }
        };
        (0..self.inputs.len()).map(|s| (0..size).map(|i| entry(s, i)).collect()).collect()
    }

    /// A polynomial in the text of certificates; nothing if it is not known.
    pub(super) fn polynomial(&self, ring: &Integral, polynomial: &Entry) -> Option<String> {
        let (n, size) = (self.network.weights(), self.network.input_size());
        let name = |v: usize| {
            if v < n {
                self.network.layout().weight(v).to_string()
            } else {
                format!("x{}[{}]", (v - n) / size, (v - n) % size)
            }
        };
        let mut text = String::new();
        for (m, c) in polynomial.terms()? {
            let powers = (0..ring.monomials().variables()).map(|v| (v, ring.monomials().exponent(*m, v)));
            let powers = powers.filter(|(_, e)| *e > 0);
            let powers = powers.map(|(v, e)| if e == 1 { name(v) } else { format!("{}^{e}", name(v)) });
            let size = c.clone().abs();
            let number = (size != 1).then(|| size.to_string());
            let mut factors: Vec<String> = number.into_iter().chain(powers).collect();
            if factors.is_empty() {
                factors.push("1".to_owned());
            }
            let negative = *c < 0;
            text.push_str(match (text.is_empty(), negative) {
                (true, true) => "-",
                (true, false) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            });
            text.push_str(&factors.join("*"));
        }
        Some(if text.is_empty() { "0".to_owned() } else { text })
    }
}
