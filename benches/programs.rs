//! How fast programs are: recorded, differentiated, ranked; and the families as programs beside their special evaluators.
//!
//! ```text
//! cargo bench --bench programs
//! ```
//!
//! `benches/README.md` holds the figures and the ratios.

use std::hint::black_box;

use allocert::allocation::{Allocation, Layout};
use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::number::{PrimeField, Ring};
use allocert::program::{Elementwise, Program, Recorder, Tensor};
use allocert::reach::{Settings, rank};
use criterion::{Criterion, criterion_group, criterion_main};

const SETTINGS: Settings = Settings { seed: 1, error_log2: -40 };

/// A forward pass that is being recorded.
#[derive(Default)]
struct Pass {
    recorder: Recorder,
    layout: Layout,
}

impl Pass {
    fn input(&mut self, shape: &[usize]) -> Tensor {
        let size = shape.iter().product();
        let entries = (0..size).map(|i| self.recorder.input(i).expect("few inputs")).collect();
        Tensor::new(shape.to_vec(), entries).expect("a tensor")
    }

    fn weights(&mut self, name: &str, rows: usize, columns: usize) -> Tensor {
        let start = self.layout.weights();
        self.layout = std::mem::take(&mut self.layout).matrix(name, rows, columns, 1);
        let entries = (start..start + rows * columns).map(|i| self.recorder.weight(i).expect("few weights"));
        Tensor::new(vec![rows, columns], entries.collect()).expect("a tensor")
    }

    fn dot(&mut self, a: &Tensor, b: &Tensor) -> Tensor {
        Tensor::dot(&mut self.recorder, a, b).expect("shapes that fit")
    }

    fn sum(&mut self, a: &Tensor, b: &Tensor) -> Tensor {
        Tensor::elementwise(&mut self.recorder, Elementwise::Add, a, b).expect("shapes that fit")
    }

    fn finish(self, outputs: &Tensor, inputs: usize) -> Program {
        let weights = self.layout.weights();
        self.recorder.finish(outputs.entries().to_vec(), inputs, weights).expect("a program")
    }
}

fn field() -> PrimeField {
    PrimeField::new(PrimeField::MERSENNE_61).expect("a prime")
}

fn numbers(length: usize) -> Vec<u64> {
    let field = field();
    (0..length as u64).map(|i| field.enter(i * i + 3)).collect()
}

/// Ten linear layers of width 224, of which one output is looked at: about a million steps.
fn deep() -> Program {
    let (layers, width) = (10, 224);
    let mut pass = Pass::default();
    let mut x = pass.input(&[width]);
    for layer in 0..layers {
        let w = pass.weights(&format!("W{layer}"), width, width);
        x = pass.dot(&w, &x);
    }
    let first = Tensor::scalar(x.entries()[0]);
    pass.finish(&first, width)
}

/// A block of lightning attention and squares in width 8 on 4 tokens, with residuals.
fn block() -> Network {
    let (d, tokens, hidden) = (8, 4, 16);
    let mut pass = Pass::default();
    let x = pass.input(&[d, tokens]);
    let [q, k, v, o] = ["Q", "K", "V", "O"].map(|name| pass.weights(name, d, d));
    let (queries, keys, values) = (pass.dot(&q, &x), pass.dot(&k, &x), pass.dot(&v, &x));
    let scores = pass.dot(&keys.transpose(), &queries);
    let mixed = pass.dot(&values, &scores);
    let update = pass.dot(&o, &mixed);
    let y = pass.sum(&x, &update);
    let (w1, w2) = (pass.weights("W1", hidden, d), pass.weights("W2", d, hidden));
    let inner = pass.dot(&w1, &y);
    let squares = inner.power(&mut pass.recorder, 2).expect("a square");
    let update = pass.dot(&w2, &squares);
    let out = pass.sum(&y, &update);
    let layout = pass.layout.clone();
    let program = pass.finish(&out, d * tokens);
    Network::program("block", "block()".to_owned(), layout, program, vec![d, tokens], Vec::new()).expect("a network")
}

fn large_programs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("program");
    group.sample_size(10);
    let program = deep();
    assert!(program.operations().len() > 1_000_000 - 20_000, "{}", program.operations().len());
    group.bench_function("a million steps recorded", |bench| bench.iter(deep));
    let (weights, input) = (numbers(program.weights()), numbers(program.inputs()));
    group.bench_function("a million steps evaluated and differentiated", |bench| {
        bench.iter(|| {
            let values = program.evaluate(&field(), &weights, &input).expect("no kinks");
            assert_eq!(program.jacobian(&field(), &values).columns(), program.weights());
        });
    });
    group.bench_function("a block of width 8 with 4 tokens, recorded and ranked", |bench| {
        bench.iter(|| {
            let network = block();
            let all = Allocation::all(network.weights());
            let answer = rank(&network, &all, Samples::Functional, SETTINGS, &Control::unlimited()).expect("a rank");
            // 512 weights; 8·8 mixings of Q with K, 8·8 of V with O, the scale of one pair against the other's, and 16 rescalings
            // of hidden units change nothing.
            assert_eq!(answer.dim.value, 512 - 64 - 64 - 1 - 16);
        });
    });
    group.finish();
}

fn families(criterion: &mut Criterion) {
    let networks = [
        Network::lffn(&[20, 30, 30, 10], false),
        Network::lrnn(2, 12, 2, 12, false),
        Network::pnn(&[20, 30, 10], 3, false),
        Network::relu(&[20, 30, 10], true),
    ];
    let mut group = criterion.benchmark_group("jacobian");
    for network in networks.map(|network| network.expect("a network")) {
        let (weights, input) = (numbers(network.weights()), numbers(network.input_size()));
        let gates = vec![true; network.gates()];
        let program = network.to_program().expect("a short program");
        let gate = |_: usize, z: &u64| Some((*z, field().one()));
        let by_program = || {
            let values = program.evaluate_gated(&field(), &weights, &input, gate).expect("a value");
            program.jacobian(&field(), &values)
        };
        assert_eq!(by_program(), network.gated_jacobian_at(&field(), &weights, &input, &gates));
        group.bench_function(format!("{network}, its own"), |bench| {
            bench.iter(|| black_box(network.gated_jacobian_at(&field(), &weights, &input, &gates)));
        });
        group.bench_function(format!("{network}, as a program"), |bench| bench.iter(|| black_box(by_program())));
    }
    group.finish();
}

criterion_group!(programs, large_programs, families);
criterion_main!(programs);
