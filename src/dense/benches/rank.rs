//! The rank of a random 2000 × 2000 matrix modulo a prime beside faer's own floating-point LU of that size, and beside
//! python-flint at a small prime and at a large one where `python3` has it: least times of a few runs, taken in turn, and their
//! ratios.
//!
//!     RAYON_NUM_THREADS=1 cargo bench -p allocert-dense        # faer's LU takes one thread here, python-flint too

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use allocert_dense::{Echelon, Matrix, Prime};

const RUNS: usize = 5;

/// Ranks by python-flint: the seconds that each prime takes at best.
const FLINT: &str = "
import random, sys, time
import flint
n = int(sys.argv[1])
for p in (8388593, 2**61 - 1):
    matrix = flint.nmod_mat(n, n, [random.randrange(p) for _ in range(n * n)], p)
    times = []
    for _ in range(2):
        start = time.perf_counter()
        assert matrix.rank() == n
        times.append(time.perf_counter() - start)
    print(min(times))
";

fn main() {
    let n: usize = std::env::args().skip(1).find_map(|a| a.parse().ok()).unwrap_or(2000);
    let Some(prime) = Prime::new(8_388_593) else { return };
    let mut state = 88_172_645_463_325_252u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        ((state >> 20) % 8_388_593) as u32
    };
    let matrix = Matrix::from_fn(prime, n, n, |_, _| next());
    let real = faer::Mat::<f64>::from_fn(n, n, |i, j| f64::from(matrix.get(i, j)) / 8e6 - 0.5);
    let (mut ours, mut faers) = (Duration::MAX, Duration::MAX);
    for _ in 0..RUNS {
        let copy = matrix.clone();
        let start = Instant::now();
        let rank = Echelon::of(copy).rank();
        ours = ours.min(start.elapsed());
        assert_eq!(rank, n, "a random matrix is regular");
        let start = Instant::now();
        black_box(real.partial_piv_lu());
        faers = faers.min(start.elapsed());
    }
    let ratio = |a: f64, b: f64| a / b;
    println!("n = {n}, {} thread(s)", rayon::current_num_threads());
    println!("rank modulo 8388593       {:8.1} ms", ours.as_secs_f64() * 1e3);
    println!(
        "faer's LU                 {:8.1} ms   ours / faer {:.2}",
        faers.as_secs_f64() * 1e3,
        ratio(ours.as_secs_f64(), faers.as_secs_f64())
    );
    let flint = Command::new("python3").args(["-c", FLINT, &n.to_string()]).output();
    let text = flint.ok().filter(|o| o.status.success()).map(|o| String::from_utf8_lossy(&o.stdout).into_owned());
    let Some(text) = text else { return println!("python3 has no python-flint: not compared") };
    for (p, seconds) in ["8388593", "2^61 - 1"].iter().zip(text.lines().filter_map(|l| l.parse::<f64>().ok())) {
        let factor = ratio(seconds, ours.as_secs_f64());
        println!("python-flint, {p:<10}  {:8.1} ms   flint / ours {factor:.2}", seconds * 1e3);
    }
}
