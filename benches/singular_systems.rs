//! Writes the benchmarks' systems as a Singular program that counts their solutions and times it; with the argument `ours`, does
//! the same itself: a Gröbner basis modulo one prime, and the dimension. See `benches/singular.sh`. With the argument `msolve` and a
//! folder, writes a file for each system, as msolve reads it. See `benches/peer_msolve.py`.

use std::time::Instant;

use allocert::algebra::{Groebner, Limits, Monomials, Polynomial, Polynomials, QuotientAlgebra};
use allocert::allocation::{Allocation, parse, subsets};
use allocert::control::Control;
use allocert::network::{Network, Probe, Samples};
use allocert::number::PrimeField;
use allocert::reach::JacobianMatroid;

/// Singular is fastest over small primes; ours are always above 2^60.
const PRIME: u64 = 32003;
/// The least of so many runs is said.
const RUNS: usize = 20;

/// Linear congruences: any numbers do.
struct Numbers(u64);

impl Numbers {
    fn list(&mut self, length: usize, field: &PrimeField) -> Vec<u64> {
        let mut next = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            field.enter(self.0 >> 33)
        };
        (0..length).map(|_| next()).collect()
    }
}

fn main() {
    let mode = std::env::args().nth(1);
    let group = match mode.as_deref() {
        Some("ours") => timed,
        Some("msolve") => files,
        _ => group,
    };
    if mode.is_none() {
        println!("system(\"--ticks-per-sec\", 1000000); int t; int d;");
    }
    let network = Network::lffn(&[2, 2, 2, 2], false).unwrap();
    let matroid = JacobianMatroid::new(&network, Samples::Functional, 1, &Control::unlimited()).unwrap();
    let spanning = subsets(&Allocation::all(12), 4).filter(|a| matroid.rank(a) == 4);
    group("lffn-2-2-2-2, all", &network, Samples::Functional, &spanning.collect::<Vec<_>>());
    for (network, samples, text) in [
        (Network::lrnn(1, 2, 1, 5, false), Samples::Count(2), "W[0,0] W[1,1]"),
        (Network::lrnn(1, 3, 1, 7, false), Samples::Functional, "D[0,0] B[0,0] W[0,0] W[1,1] W[1,2] W[2,1]"),
        (Network::pnn(&[2, 2, 2], 5, false), Samples::Functional, "W1 W2[0,:]"),
        (Network::lrnn(1, 4, 1, 7, false), Samples::Count(6), "B[0,0] B[2,0] W[0,0] W[0,2] W[2,1] W[2,2]"),
    ] {
        let network = network.unwrap();
        let allocation = parse(network.layout(), text).unwrap();
        group(&format!("{network} {text}"), &network, samples, &[allocation]);
    }
    if mode.is_none() {
        println!("quit;");
    }
}

/// The least time of some runs on some systems.
fn timed(name: &str, network: &Network, samples: Samples, allocations: &[Allocation]) {
    let prime = PrimeField::MERSENNE_61;
    let systems: Vec<_> = allocations.iter().map(|a| equations(prime, network, samples, a)).collect();
    let run = || {
        let begun = Instant::now();
        let solutions = systems.iter().map(|(ring, system)| {
            let basis = Groebner::of(ring, system, &Limits::default()).expect("the limits are far");
            QuotientAlgebra::of(&basis, &Limits::default()).expect("the limits are far").map_or(0, |q| q.dimension())
        });
        (solutions.sum::<usize>(), begun.elapsed().as_micros())
    };
    let (solutions, microseconds) = (0..RUNS).map(|_| run()).min_by_key(|(_, time)| *time).expect("some runs");
    println!("{name}: {solutions} solutions, {microseconds} microseconds");
}

/// A file for each system in the folder that the second argument names, and a line that says which are of one group.
fn files(name: &str, network: &Network, samples: Samples, allocations: &[Allocation]) {
    let folder = std::path::PathBuf::from(std::env::args().nth(2).expect("name a folder"));
    let first = std::fs::read_dir(&folder).expect("name a folder that is there").count();
    let names: Vec<String> = (first..first + allocations.len()).map(|i| format!("{i:04}.ms")).collect();
    for (allocation, file) in allocations.iter().zip(&names) {
        let variables: Vec<String> = (0..allocation.size()).map(|i| format!("x{i}")).collect();
        let equations = system(network, samples, allocation).into_iter().filter(|e| e != "0");
        let plain = equations.collect::<Vec<_>>().join(",\n").replace("x(", "x").replace(")^", "^");
        let text = format!("{}\n{PRIME}\n{plain}\n", variables.join(","));
        std::fs::write(folder.join(file), text).expect("the folder can be written");
    }
    println!("{name}\t{}", names.join(" "));
}

/// One timing for some systems.
fn group(name: &str, network: &Network, samples: Samples, allocations: &[Allocation]) {
    let variables = allocations[0].size();
    println!("ring r = {PRIME}, (x(0..{})), dp; ideal G;", variables - 1);
    for (i, allocation) in allocations.iter().enumerate() {
        println!("ideal I{i} = {};", system(network, samples, allocation).join(",\n  "));
    }
    println!("t = rtimer; d = 0;");
    for i in 0..allocations.len() {
        println!("G = std(I{i}); d = d + vdim(G);");
    }
    println!("t = rtimer - t; \"{name}: \" + string(d) + \" solutions, \" + string(t) + \" microseconds\";");
}

/// The equations at some point, as text.
fn system(network: &Network, samples: Samples, allocation: &Allocation) -> Vec<String> {
    let (ring, equations) = equations(PRIME, network, samples, allocation);
    equations.iter().map(|p| show(&ring, p)).collect()
}

/// The equations at some point.
fn equations(
    prime: u64,
    network: &Network,
    samples: Samples,
    allocation: &Allocation,
) -> (Polynomials<'static, PrimeField>, Vec<Polynomial<u64>>) {
    let field = PrimeField::new(prime).unwrap();
    let ring = Polynomials::new(field, Monomials::new(allocation.size()).unwrap(), 1 << 20);
    let mut numbers = Numbers(1);
    let (student, teacher) = (numbers.list(network.weights(), &field), numbers.list(network.weights(), &field));
    let inputs: Vec<Vec<u64>> = match network.probe(samples) {
        Probe::Generic(count) => (0..count).map(|_| numbers.list(network.input_size(), &field)).collect(),
        Probe::Fixed(inputs) => inputs.iter().map(|x| x.iter().map(|e| field.enter(*e as u64)).collect()).collect(),
    };
    let learnable: Vec<usize> = allocation.iter().collect();
    let weight = |w: usize| match learnable.iter().position(|l| *l == w) {
        Some(variable) => ring.variable(variable),
        None => ring.constant(student[w]),
    };
    let weights: Vec<_> = (0..network.weights()).map(weight).collect();
    let constants = |all: &[u64]| all.iter().map(|c| ring.constant(*c)).collect::<Vec<_>>();
    let inputs: Vec<_> = inputs.iter().map(|x| constants(x)).collect();
    let labels = network.labels(&ring, &constants(&teacher), &inputs);
    let difference = |(f, y): (&Polynomial<u64>, &Polynomial<u64>)| allocert::number::Ring::sub(&ring, f, y);
    let equations = network.labels(&ring, &weights, &inputs).iter().zip(&labels).map(difference).collect();
    (ring, equations)
}

fn show(ring: &Polynomials<PrimeField>, p: &Polynomial<u64>) -> String {
    let term = |(m, c): &(allocert::algebra::Monomial, u64)| {
        let powers = (0..ring.monomials().variables()).map(|i| (i, ring.monomials().exponent(*m, i)));
        let powers: Vec<String> = powers.filter(|(_, e)| *e > 0).map(|(i, e)| format!("*x({i})^{e}")).collect();
        format!("{}{}", ring.coefficients().leave(*c), powers.concat())
    };
    let terms: Vec<String> = p.terms().unwrap_or_default().iter().map(term).collect();
    if terms.is_empty() { "0".to_owned() } else { terms.join("+") }
}
