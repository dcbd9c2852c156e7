//! How many fits a second the trainers make, on one thread. `benches/peer_scipy.py` times SciPy on the same kind of instances.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use allocert::allocation::parse;
use allocert::matching::{Ensemble, Instance};
use allocert::network::{Network, Samples};
use allocert::number::Floats;
use allocert::training::{End, Method, Program, TrainerOptions};

/// One fit each of 1,000 instances, from the student's own draw; the share that comes to a small loss is printed.
fn fits(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("1000-fits");
    group.throughput(Throughput::Elements(1_000)).sample_size(20);
    for (name, network, samples, text) in [
        (
            "lffn-2-2-2-diagonal",
            Network::lffn(&[2, 2, 2], false),
            Samples::Functional,
            "W1[0,0] W1[1,1] W2[0,0] W2[1,1]",
        ),
        ("lrnn-1-2-1", Network::lrnn(1, 2, 1, 4, false), Samples::Functional, "D[0,0] B[1,0] W[0,0] W[1,1]"),
    ] {
        let network = network.unwrap();
        let allocation = parse(network.layout(), text).unwrap();
        let program = Program::new(&network, samples, &allocation).unwrap();
        let instances: Vec<_> = (0..1_000).map(|trial| instance(&network, samples, trial)).collect();
        for method in Method::ALL {
            let trainer = method.trainer(&TrainerOptions::default());
            let mut objective = program.objective();
            let mut fit = || {
                let mut found = 0;
                for (student, inputs, labels) in &instances {
                    objective.load(student, inputs, labels);
                    let mut weights: Vec<f64> = program.learnable().iter().map(|w| student[*w]).collect();
                    found += u32::from(trainer.train(&mut objective, &mut weights).end == End::Candidate);
                }
                found
            };
            println!("{name}, {method}: {} of 1000 single starts succeed", fit());
            if method == Method::LevenbergMarquardt {
                group.bench_function(format!("{name}/{method}"), |bencher| bencher.iter(&mut fit));
            }
        }
    }
}

/// All weights of a student, the inputs, and a teacher's labels.
fn instance(network: &Network, samples: Samples, trial: u64) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let instance = Instance::draw(network, samples, Ensemble::Gaussian, 1, trial);
    let floats = |numbers: &[allocert::number::Dyadic]| {
        numbers.iter().map(|x| allocert::training::Reals { precision: 53 }.dyadic(x).to_f64()).collect::<Vec<f64>>()
    };
    let inputs: Vec<Vec<f64>> = instance.inputs.iter().map(|input| floats(input)).collect();
    let labels = network.labels(&Floats, &floats(&instance.teacher), &inputs);
    (floats(&instance.student), inputs.concat(), labels)
}

criterion_group!(benches, fits);
criterion_main!(benches);
