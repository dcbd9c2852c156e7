//! At most k: |A| − k polynomial vectors v with J_A · v ≡ 0, independent at a point.
//!
//! Vectors that are independent at one point are independent as vectors of polynomials, so the kernel of J_A over the field of
//! rational functions has at least their number of dimensions. With `gauge` each v is a combination of gauge directions with
//! polynomial coefficients, which is in the kernel of J because they are; only that it moves no weight outside A is computed.
//! With `kernel` the identity is computed: the derivative of all labels along v is the zero polynomial in weights and inputs. For
//! functional dimensions the vectors do not depend on the inputs, and one input with variables as entries stands for all. At a kink,
//! what goes in is multiplied by a variable of its own: the identity holds on every activation pattern. Of quotients, exponentials and
//! logarithms, see [`identity`](super::super::identity): these bounds need no theorem of Ax.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational;

use super::super::gauge::direction;
use super::super::identity::changes_no_label;
use super::super::network::Network;

use super::super::budget::{exceeded, hold, pay};
use super::super::number::{Dual, Modular, Number, rank};
use super::super::polynomial::{Coefficient, Polynomial};
use super::super::proof::{Fault, Proof, ensure, limit};

type Vectors = [Vec<(String, String)>];
/// A vector: the weights that it moves, and how.
type Entries = BTreeMap<usize, Polynomial>;

/// Operations for one with polynomials.
const OPERATION: usize = 64;

/// What an entry of a vector counts for, in operations: 4 million of them are the most.
const ENTRY: usize = 128;

pub(super) fn gauge(
    proof: &mut Proof,
    step: u64,
    (of, k): (&str, usize),
    point: u64,
    vectors: &Vectors,
) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    let network = proof.network()?;
    few(vectors, &set, network)?;
    let mut sums = Vec::new();
    for vector in vectors {
        let mut sum = Entries::new();
        for (name, factor) in vector {
            let factor = coefficient(network, proof.samples, factor)?;
            for (weight, entry) in direction(network, proof.samples, name)? {
                add(&mut sum, weight, &entry.times(&factor));
            }
        }
        sums.push(sum);
    }
    conclude(proof, step, (of, set, k), point, sums)
}

pub(super) fn kernel(
    proof: &mut Proof,
    step: u64,
    (of, k): (&str, usize),
    point: u64,
    vectors: &Vectors,
) -> Result<(), Fault> {
    let set = proof.allocation(of)?;
    let network = proof.network()?;
    few(vectors, &set, network)?;
    let mut given = Vec::new();
    for vector in vectors {
        let mut moved = Entries::new();
        for (name, entry) in vector {
            let weight = network.weight(name).ok_or_else(|| Fault::Wrong(format!("`{name}` is not a weight")))?;
            add(&mut moved, weight, &coefficient(network, proof.samples, entry)?);
        }
        match network.program.is_integral() {
            _ if network.is_analytic() => of_analytic(network, proof.samples, &moved)?,
            true => of_polynomial::<BigInt>(network, proof.samples, &moved)?,
            false => of_polynomial::<BigRational>(network, proof.samples, &moved)?,
        }
        given.push(moved);
    }
    conclude(proof, step, (of, set, k), point, given)
}

/// A fault if a label of a network with quotients or exponentials changes along a vector. Inputs that no entry names are alike.
fn of_analytic(network: &Network, samples: Option<u64>, moved: &Entries) -> Result<(), Fault> {
    let (n, size) = (network.weights, network.input_size());
    let named = moved.values().any(|entry| entry.variables() > n);
    let count = if named { symbolic_inputs::<BigInt>(network, samples)?.len() } else { 1 };
    let program = &network.program;
    for sample in 0..count {
        let variables = (n + sample * size, n + count * size);
        match program.is_integral() && !program.divides_by_numbers() {
            true => changes_no_label::<BigInt>(program, moved, variables)?,
            false => changes_no_label::<BigRational>(program, moved, variables)?,
        }
    }
    Ok(())
}

/// A fault if a label changes along a vector.
fn of_polynomial<C: Coefficient>(network: &Network, samples: Option<u64>, moved: &Entries) -> Result<(), Fault> {
    let inputs = symbolic_inputs::<C>(network, samples)?;
    let slope = |w: usize| moved.get(&w).map_or_else(Polynomial::zero, Polynomial::over);
    let along: Vec<_> = (0..network.weights).map(|w| Dual(Polynomial::<C>::variable(w), slope(w))).collect();
    limit(network.operations().saturating_mul(OPERATION * inputs.len()))?;
    let mut gates = (network.weights + inputs.len() * network.input_size()..).map(Polynomial::<C>::variable);
    for input in &inputs {
        // A gate does not change with the weights.
        let gate = |_, z: Dual<Polynomial<C>>| gates.next().map_or(z.clone(), |g| Dual(g.times(&z.0), g.times(&z.1)));
        for Dual(_, slope) in network.program.run(&along, input, gate) {
            vanishes(&slope, "a vector is not in the kernel: a label changes along it")?;
        }
    }
    Ok(())
}

fn conclude(
    proof: &mut Proof,
    step: u64,
    (of, set, k): (&str, Vec<usize>, usize),
    point: u64,
    vectors: Vec<Entries>,
) -> Result<(), Fault> {
    ensure(vectors.len().saturating_add(k) >= set.len(), "there are too few vectors")?;
    let (weights, inputs) = proof.point(point)?;
    let values: Vec<Modular> = weights.iter().chain(inputs.iter().flatten()).copied().collect();
    // An entry that became too large would count as zero below, and the vectors could seem independent.
    if vectors.iter().flat_map(Entries::values).any(|entry| entry.is_zero().is_none()) {
        return Err(exceeded());
    }
    let known = vectors.iter().flat_map(Entries::values).all(|entry| entry.variables() <= values.len());
    ensure(known, "the point has too few inputs")?;
    let _held = hold((8 * vectors.len() * set.len()) as u64)?;
    let mut rows = Vec::new();
    for vector in &vectors {
        for (weight, entry) in vector {
            pay(128 * entry.len() as u64)?;
            if set.binary_search(weight).is_err() {
                vanishes(entry, "a vector moves a weight outside the allocation")?;
            }
        }
        rows.push(set.iter().map(|w| vector.get(w).map_or(Modular::zero(), |entry| entry.at(&values))).collect());
    }
    ensure(rank(rows) == vectors.len(), "the vectors are not independent at the point")?;
    proof.bounded(step, (of, set, k))
}

fn add(entries: &mut Entries, weight: usize, more: &Polynomial) {
    let entry = entries.entry(weight).or_insert_with(Polynomial::zero);
    *entry = entry.plus(more);
}

fn vanishes<C: Coefficient>(polynomial: &Polynomial<C>, otherwise: &str) -> Result<(), Fault> {
    match polynomial.is_zero() {
        Some(zero) => ensure(zero, otherwise),
        None => Err(exceeded()),
    }
}

/// Refuses more vectors than the set has weights: they are never independent, and would only take memory.
fn few(vectors: &Vectors, set: &[usize], network: &Network) -> Result<(), Fault> {
    ensure(vectors.len() <= set.len(), "there are more vectors than weights")?;
    // The rank of their values, by elimination.
    limit(vectors.len().saturating_pow(2).saturating_mul(set.len()))?;
    limit(vectors.len().saturating_mul(network.weights).saturating_mul(ENTRY))
}

/// A polynomial in the weights and, for so many samples, the entries `x0[0]`, `x0[1]`, `x1[0]`, … of the inputs.
fn coefficient(network: &Network, samples: Option<u64>, text: &str) -> Result<Polynomial, Fault> {
    let size = network.input_size();
    let input = |name: &str| {
        let (sample, entry) = name.strip_prefix('x')?.strip_suffix(']')?.split_once('[')?;
        let number = |text| super::super::network::digits(text);
        let (sample, entry) = number(sample).zip(number(entry))?;
        let known = samples.is_some_and(|m| (sample as u64) < m) && entry < size;
        known.then(|| network.weights + sample * size + entry)
    };
    Ok(Polynomial::parse(text, |name| network.weight(name).or_else(|| input(name)))?)
}

/// Inputs whose entries are variables: one for each sample, or one for functional dimensions.
fn symbolic_inputs<C: Coefficient>(
    network: &Network,
    samples: Option<u64>,
) -> Result<Vec<Vec<Dual<Polynomial<C>>>>, Fault> {
    const MOST_VARIABLES: u64 = 10_000;
    let (count, size) = (samples.unwrap_or(1), network.input_size());
    if count.saturating_mul(size as u64) > MOST_VARIABLES {
        return Err(Fault::Limit(format!("over the limit of {MOST_VARIABLES} variables")));
    }
    let variable = |i: usize| Dual(Polynomial::variable(network.weights + i), Polynomial::zero());
    Ok((0..count as usize).map(|s| (s * size..(s + 1) * size).map(variable).collect()).collect())
}
