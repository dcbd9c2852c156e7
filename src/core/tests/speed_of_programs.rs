//! How long programs take: measurements, not run by default.
//! `cargo test --release --workspace --test speed_of_programs -- --ignored --nocapture`

use std::time::Instant;

use allocert_core::allocation::{Allocation, Layout};
use allocert_core::network::{Network, Samples};
use allocert_core::number::PrimeField;
use allocert_core::program::{Recorder, Step};
use allocert_core::reach::{Settings, rank};

type Matrix = Vec<Vec<Step>>;

fn weights(recorder: &mut Recorder, next: &mut usize, rows: usize, columns: usize) -> Matrix {
    let mut entry = || {
        *next += 1;
        recorder.weight(*next - 1).unwrap()
    };
    (0..rows).map(|_| (0..columns).map(|_| entry()).collect()).collect()
}

fn dot(recorder: &mut Recorder, a: &Matrix, b: &Matrix) -> Matrix {
    let mut entry = |i: usize, j: usize| {
        let mut sum = recorder.mul(a[i][0], b[0][j]).unwrap();
        for k in 1..b.len() {
            let product = recorder.mul(a[i][k], b[k][j]).unwrap();
            sum = recorder.add(sum, product).unwrap();
        }
        sum
    };
    (0..a.len()).map(|i| (0..b[0].len()).map(|j| entry(i, j)).collect()).collect()
}

fn plus(recorder: &mut Recorder, a: &Matrix, b: &Matrix) -> Matrix {
    let row = |(a, b): (&Vec<Step>, &Vec<Step>)| a.iter().zip(b).map(|(x, y)| recorder.add(*x, *y).unwrap()).collect();
    a.iter().zip(b).map(row).collect()
}

fn transposed(a: &Matrix) -> Matrix {
    (0..a[0].len()).map(|j| a.iter().map(|row| row[j]).collect()).collect()
}

#[test]
#[ignore = "a measurement"]
fn a_million_steps_are_recorded_and_differentiated() {
    let (layers, width) = (10, 224);
    let start = Instant::now();
    let mut recorder = Recorder::new();
    let mut next = 0;
    let mut x: Matrix = (0..width).map(|i| vec![recorder.input(i).unwrap()]).collect();
    for _ in 0..layers {
        let w = weights(&mut recorder, &mut next, width, width);
        x = dot(&mut recorder, &w, &x);
    }
    let steps = recorder.steps();
    let program = recorder.finish(vec![x[0][0]], width, next).unwrap();
    let recorded = start.elapsed();
    let field = PrimeField::new(PrimeField::MERSENNE_61).unwrap();
    let point = |n: u64| (0..n).map(|i| field.enter(i * i + 3)).collect::<Vec<u64>>();
    let values = program.evaluate(&field, &point(next as u64), &point(width as u64)).unwrap();
    let gradient = program.jacobian(&field, &values);
    assert_eq!(gradient.columns(), next);
    println!("{steps} steps: recorded in {recorded:?}, with the gradient {:?}", start.elapsed());
}

#[test]
#[ignore = "a measurement"]
fn a_transformer_like_block_has_its_rank() {
    let (d, tokens, hidden) = (8, 4, 16);
    let start = Instant::now();
    let mut recorder = Recorder::new();
    let mut next = 0;
    let x: Matrix = (0..d).map(|i| (0..tokens).map(|t| recorder.input(i * tokens + t).unwrap()).collect()).collect();
    let mut layout = Layout::default();
    let [q, k, v, o] = ["Q", "K", "V", "O"].map(|name| {
        layout = std::mem::take(&mut layout).matrix(name, d, d, 1);
        weights(&mut recorder, &mut next, d, d)
    });
    let (queries, keys) = (dot(&mut recorder, &q, &x), dot(&mut recorder, &k, &x));
    let scores = dot(&mut recorder, &transposed(&keys), &queries);
    let values = dot(&mut recorder, &v, &x);
    let mixed = dot(&mut recorder, &values, &scores);
    let update = dot(&mut recorder, &o, &mixed);
    let y = plus(&mut recorder, &x, &update);
    layout = layout.matrix("W1", hidden, d, 2).matrix("W2", d, hidden, 3);
    let w1 = weights(&mut recorder, &mut next, hidden, d);
    let w2 = weights(&mut recorder, &mut next, d, hidden);
    let inner = dot(&mut recorder, &w1, &y);
    let squares: Matrix = inner.iter().map(|row| row.iter().map(|z| recorder.mul(*z, *z).unwrap()).collect()).collect();
    let update = dot(&mut recorder, &w2, &squares);
    let out = plus(&mut recorder, &y, &update);
    let outputs = out.into_iter().flatten().collect();
    let program = recorder.finish(outputs, d * tokens, next).unwrap();
    let steps = program.operations().len();
    let network =
        Network::program("block", "block()".to_owned(), layout, program, vec![d, tokens], Vec::new()).unwrap();
    let settings = Settings { seed: 1, error_log2: -40 };
    let answer = rank(&network, &Allocation::all(next), Samples::Functional, settings).unwrap();
    println!("{next} weights, {steps} steps: dimension {} in {:?}", answer.teacher.value, start.elapsed());
    println!("{:?}, {} points", answer.teacher.evidence, answer.trials);
}
