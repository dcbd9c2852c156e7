//! Exactly orthogonal rational matrices, at random.
//!
//! A product of reflections (G. Stewart 1980): let x be standard normal in m dimensions, s the sign of its first entry, and
//! v = x + s |x| e. The reflection H along v takes e to −s x / |x|, so that −s H e is uniform on the sphere; and with a uniform matrix Q of
//! m − 1 dimensions, H (−s ⊕ Q) is uniform on the orthogonal group. Here |x| is rounded to an integer multiple of the unit of x, about
//! 2^−20: v is then another vector nearby, and the reflection along it, I − 2 v vᵀ / vᵀv, as exact as along any rational vector. So
//! matrices are orthogonal exactly, and uniform up to that rounding. Of a matrix that is not square only the columns that there are
//! are made, or rows.

use rand_chacha::ChaCha12Rng;
use rug::{Integer, Rational};

use crate::allocation::Layout;
use crate::number::{Dyadic, gaussian};

/// A teacher's weights: every matrix has orthonormal rows or columns, entries of vectors are standard normal. Of entries that are tied
/// the first counts.
pub(super) fn orthogonal_teacher(layout: &Layout, random: &mut ChaCha12Rng) -> Vec<Rational> {
    let mut entries: Vec<Rational> = Vec::new();
    for tensor in layout.tensors() {
        if tensor.axes.len() < 2 {
            entries.extend((0..tensor.rows).map(|_| gaussian(random).rational()));
        } else {
            entries.extend(semi_orthogonal(tensor.rows, tensor.columns, random));
        }
    }
    (0..layout.weights()).map(|weight| entries[layout.place(weight)].clone()).collect()
}

/// A matrix with orthonormal rows, or columns if these are fewer, row by row.
fn semi_orthogonal(rows: usize, columns: usize, random: &mut ChaCha12Rng) -> Vec<Rational> {
    let frame = frame(rows.max(columns), rows.min(columns), random);
    let entry = |row: usize, column: usize| match rows >= columns {
        true => frame[column][row].clone(),
        false => frame[row][column].clone(),
    };
    (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))).map(|(r, c)| entry(r, c)).collect()
}

/// So many orthonormal vectors in so many dimensions.
fn frame(dimensions: usize, vectors: usize, random: &mut ChaCha12Rng) -> Vec<Vec<Rational>> {
    let draws: Vec<Vec<Integer>> = (0..vectors).map(|j| normal_vector(dimensions - j, random)).collect();
    let mut frame: Vec<Vec<Rational>> = Vec::new();
    for mut direction in draws.into_iter().rev() {
        let negative = direction[0].is_negative();
        let mut first = vec![Rational::new(); direction.len()];
        frame.iter_mut().for_each(|vector| vector.insert(0, Rational::new()));
        if direction.len() == 1 {
            first[0] = Rational::from(if negative { -1 } else { 1 });
        } else {
            first[0] = Rational::from(if negative { 1 } else { -1 });
            let norm = direction.iter().fold(Integer::new(), |sum, x| sum + Integer::from(x * x)).sqrt();
            if negative { direction[0] -= norm } else { direction[0] += norm }
        }
        frame.insert(0, first);
        if direction.len() > 1 {
            frame.iter_mut().for_each(|vector| reflect(vector, &direction));
        }
    }
    frame
}

/// x − 2 (v·x) / (v·v) v.
fn reflect(x: &mut [Rational], v: &[Integer]) {
    let dot = x.iter().zip(v).fold(Rational::new(), |sum, (x, v)| sum + Rational::from(x * v));
    let square = v.iter().fold(Integer::new(), |sum, v| sum + Integer::from(v * v));
    let factor = dot * 2 / square;
    x.iter_mut().zip(v).for_each(|(x, v)| *x -= Rational::from(&factor * v));
}

/// Standard normal numbers over one power of two; none is 0.
fn normal_vector(entries: usize, random: &mut ChaCha12Rng) -> Vec<Integer> {
    let numbers: Vec<Dyadic> = (0..entries).map(|_| gaussian(random)).collect();
    let most = numbers.iter().map(|x| x.exponent).max().unwrap_or(0);
    numbers.iter().map(|x| x.over(most)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{Stream, generator};

    fn gram(vectors: &[Vec<Rational>]) -> Vec<Vec<Rational>> {
        let dot = |a: &[Rational], b: &[Rational]| {
            a.iter().zip(b).fold(Rational::new(), |sum, (x, y)| sum + Rational::from(x * y))
        };
        vectors.iter().map(|a| vectors.iter().map(|b| dot(a, b)).collect()).collect()
    }

    #[test]
    fn frames_are_orthonormal_exactly() {
        let mut random = generator(3, Stream::Instances, 0);
        for (dimensions, vectors) in [(1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (3, 3), (5, 5)] {
            let found = frame(dimensions, vectors, &mut random);
            let one = |i, j| Rational::from(i32::from(i == j));
            let identity: Vec<Vec<Rational>> =
                (0..vectors).map(|i| (0..vectors).map(|j| one(i, j)).collect()).collect();
            assert!(found.iter().all(|v| v.len() == dimensions));
            assert_eq!(gram(&found), identity, "{dimensions} {vectors}");
        }
        let wide = semi_orthogonal(2, 3, &mut random);
        assert_eq!(gram(&[wide[..3].to_vec(), wide[3..].to_vec()])[0][1], 0);
    }

    /// Means, second moments, and a fourth one that tells the uniform distribution from others with these: for n dimensions E o_11 = 0,
    /// E o_11² = 1/n, E o_11² o_22² = (n + 1) / ((n − 1) n (n + 2)) (Weingarten calculus); and both determinants are as likely.
    #[test]
    fn frames_have_the_moments_of_the_uniform_distribution() {
        let (n, draws) = (3, 4_000);
        let mut random = generator(5, Stream::Instances, 0);
        let mut sums = vec![[0.0; 2]; n * n];
        let (mut mixed, mut positive) = (0.0, 0);
        for _ in 0..draws {
            let o: Vec<f64> = frame(n, n, &mut random).iter().flatten().map(Rational::to_f64).collect();
            o.iter().zip(&mut sums).for_each(|(x, s)| *s = [s[0] + x, s[1] + x * x]);
            mixed += o[0] * o[0] * o[4] * o[4];
            let minor = |a: usize, b: usize| o[3 + a] * o[6 + b] - o[3 + b] * o[6 + a];
            positive += u32::from(o[0] * minor(1, 2) - o[1] * minor(0, 2) + o[2] * minor(0, 1) > 0.0);
        }
        let mean = |sum: f64| sum / f64::from(draws);
        // Five standard errors: those of a mean are √(1/3 / 4,000), of a square √(4/45 / 4,000).
        for [first, second] in sums {
            assert!(mean(first).abs() < 0.046 && (mean(second) - 1.0 / 3.0).abs() < 0.024, "{first} {second}");
        }
        assert!((mean(mixed) - 4.0 / 30.0).abs() < 0.013, "{}", mean(mixed));
        assert!((mean(f64::from(positive)) - 0.5).abs() < 0.04, "{positive}");
    }
}
