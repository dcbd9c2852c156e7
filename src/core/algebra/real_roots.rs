//! Real roots of polynomials with integer coefficients, counted exactly by Descartes' rule of signs and bisection.
//!
//! Polynomials are lists of coefficients, the constant first, the last not zero. On an interval that is mapped to
//! (0, ∞), the number of sign changes of the coefficients exceeds the number of roots by an even number (Descartes); 0 and 1
//! are therefore exact, and for polynomials without multiple roots bisection ends there (Vincent, Obreshkoff).

use std::cmp::Ordering;
use std::convert::Infallible;

use rug::ops::NegAssign;
use rug::{Integer, Rational};

use super::limits::Limits;
use super::univariate::{self, is_squarefree};
use crate::control::Stopped;
use crate::number::PrimeField;

/// Roots that are written down are known to so many binary digits behind the point.
const ROOT_BITS: u32 = 20;

/// How many distinct real roots a polynomial has. Costs degree² additions for each interval that is looked at.
///
/// # Panics
/// If the polynomial is zero.
pub fn count_real_roots(f: &[Integer]) -> usize {
    let Ok(all) = count(f, usize::MAX, &unhurried);
    all
}

/// There is always time left.
pub(super) fn unhurried() -> Result<(), Infallible> {
    Ok(())
}

/// Whether a polynomial has a real root: as [`count_real_roots`], but stops at the first.
///
/// # Panics
/// If the polynomial is zero.
pub fn has_real_root(f: &[Integer]) -> bool {
    let Ok(found) = find_real_root(f, &unhurried);
    found
}

/// As [`has_real_root`], until something says stop.
///
/// # Errors
/// What says stop.
///
/// # Panics
/// If the polynomial is zero.
pub(super) fn has_real_root_in_time(f: &[Integer], limits: &Limits) -> Result<bool, Stopped> {
    find_real_root(f, &|| limits.control.check())
}

/// As [`has_real_root_in_time`], for a polynomial without multiple roots.
///
/// # Errors
/// What says stop.
///
/// # Panics
/// If the polynomial is zero.
pub(super) fn has_simple_real_root(f: Vec<Integer>, limits: &Limits) -> Result<bool, Stopped> {
    match has_certain_root(&f) {
        Some(root) => Ok(root),
        None => Ok(count_simple(f, 1, &|| limits.control.check())? > 0),
    }
}

fn find_real_root<E>(f: &[Integer], go_on: &impl Fn() -> Result<(), E>) -> Result<bool, E> {
    match has_certain_root(f) {
        Some(root) => Ok(root),
        None => Ok(count(f, 1, go_on)? > 0),
    }
}

/// Whether there is a real root, where that is seen at once.
fn has_certain_root(f: &[Integer]) -> Option<bool> {
    let (Some(first), Some(last)) = (f.first(), f.last()) else {
        panic!("the zero polynomial");
    };
    // An odd degree, or a sign at 0 that differs from the sign far out.
    if f.len().is_multiple_of(2) || first.is_zero() || is_negative(first) != is_negative(last) {
        return Some(true);
    }
    match f {
        [_] => Some(false),
        [c, b, a] => Some(!is_negative(&discriminant(a, b, c))),
        _ => None,
    }
}

/// b² − 4ac.
fn discriminant(a: &Integer, b: &Integer, c: &Integer) -> Integer {
    Integer::from(b.square_ref()) - (Integer::from(a * c) << 2)
}

/// The polynomial with the same roots, all simple: f / gcd(f, f′), primitive.
///
/// # Errors
/// Those of `go_on`, which is asked now and then.
pub(super) fn squarefree_part<E>(f: &[Integer], go_on: &impl Fn() -> Result<(), E>) -> Result<Vec<Integer>, E> {
    let simple = match f {
        [] | [_] | [_, _] => true,
        [c, b, a] => !a.is_zero() && !discriminant(a, b, c).is_zero(),
        _ => {
            // Distinct roots modulo one prime are distinct roots.
            let field = PrimeField::mersenne_61();
            let image: Vec<u64> = f.iter().map(|c| field.big_integer(c)).collect();
            image.last().is_some_and(|c| *c != 0) && is_squarefree(&field, &image)
        }
    };
    if simple {
        return Ok(f.to_vec());
    }
    let common = greatest_common_divisor(f.to_vec(), derivative(f), go_on)?;
    Ok(divide(f, &common))
}

/// A greatest common divisor, primitive; of the zero polynomial and another, the other.
///
/// # Errors
/// Those of `go_on`, which is asked now and then.
pub(super) fn greatest_common_divisor<E>(
    mut a: Vec<Integer>,
    mut b: Vec<Integer>,
    go_on: &impl Fn() -> Result<(), E>,
) -> Result<Vec<Integer>, E> {
    if coprime_modulo_a_prime(&a, &b) {
        return Ok(vec![Integer::from(1)]);
    }
    while !b.is_empty() {
        go_on()?;
        let rest = primitive(pseudo_remainder(a, &b));
        a = b;
        b = rest;
    }
    Ok(primitive(a))
}

/// Whether a common factor is excluded by one prime that keeps a leading coefficient.
fn coprime_modulo_a_prime(a: &[Integer], b: &[Integer]) -> bool {
    let field = PrimeField::mersenne_61();
    let image = |f: &[Integer]| f.iter().map(|c| field.big_integer(c)).collect::<Vec<u64>>();
    let (a, b) = (image(a), image(b));
    a.last().is_some_and(|c| *c != 0) && univariate::greatest_common_divisor(&field, a, b).len() == 1
}

/// Two close numbers between which a polynomial without multiple roots has a root, or that are both the same root; nothing
/// if it has no real root.
pub(super) fn real_root(f: &[Integer]) -> Option<(Rational, Rational)> {
    let sign = |x: &Rational| f.iter().rev().fold(Rational::new(), |v, c| v * x + c).cmp0();
    let exponent = root_bound(f).max(1);
    let mut whole = f.to_vec();
    // From (−2^e, 2^e) to (0, 1): x = 2^(e+1) · y − 2^e.
    scale(&mut whole, exponent);
    shift_by(&mut whole, -1);
    scale(&mut whole, 1);
    let place = |k: &Integer, depth: i64| {
        (Rational::from(k) << (exponent + 1 - depth) as i32) - (Rational::from(1) << exponent as i32)
    };
    let mut intervals = vec![(whole, Integer::new(), 0)];
    while let Some((mut f, k, depth)) = intervals.pop() {
        if f[0].is_zero() {
            let root = place(&k, depth);
            return Some((root.clone(), root));
        }
        match sign_changes(&outside_in(&f)) {
            0 => continue,
            1 => return Some(closer((place(&k, depth), place(&Integer::from(&k + 1), depth)), sign)),
            _ => {
                scale(&mut f, -1);
                let mut right = f.clone();
                shift_by(&mut right, 1);
                let k = k << 1;
                intervals.extend([(right, Integer::from(&k + 1), depth + 1), (f, k, depth + 1)]);
            }
        }
    }
    None
}

/// Halves an interval around a simple root, whose ends may be roots, until it is short.
fn closer((mut low, mut high): (Rational, Rational), sign: impl Fn(&Rational) -> Ordering) -> (Rational, Rational) {
    if sign(&high) == Ordering::Equal {
        return (high.clone(), high);
    }
    let width = Rational::from(1) >> ROOT_BITS;
    while Rational::from(&high - &low) > width {
        let middle = Rational::from(&low + &high) >> 1;
        match sign(&middle) {
            Ordering::Equal => return (middle.clone(), middle),
            s if s == sign(&low) => low = middle,
            _ => high = middle,
        }
    }
    (low, high)
}

/// At most `enough` of the distinct real roots.
fn count<E>(f: &[Integer], enough: usize, go_on: &impl Fn() -> Result<(), E>) -> Result<usize, E> {
    assert!(!f.is_empty(), "the zero polynomial");
    let zeros = f.iter().take_while(|c| c.is_zero()).count();
    let found = usize::from(zeros > 0);
    if found >= enough {
        return Ok(found);
    }
    Ok(found + count_simple(squarefree_part(&f[zeros..], go_on)?, enough - found, go_on)?)
}

/// At most `enough` of the real roots of a polynomial without multiple roots that does not vanish at 0.
fn count_simple<E>(f: Vec<Integer>, enough: usize, go_on: &impl Fn() -> Result<(), E>) -> Result<usize, E> {
    let mut found = count_positive(f.clone(), enough, go_on)?;
    if found < enough {
        let mirror = f.into_iter().enumerate().map(|(k, c)| if k % 2 == 1 { -c } else { c });
        found += count_positive(mirror.collect(), enough - found, go_on)?;
    }
    Ok(found)
}

/// At most `enough` of the positive roots of a polynomial without multiple roots that does not vanish at 0.
fn count_positive<E>(mut f: Vec<Integer>, enough: usize, go_on: &impl Fn() -> Result<(), E>) -> Result<usize, E> {
    match sign_changes(&f) {
        0 => return Ok(0),
        1 => return Ok(1),
        _ => {}
    }
    let exponent = root_bound(&f);
    scale(&mut f, exponent);
    let mut found = 0;
    let mut intervals = vec![f];
    while let Some(mut f) = intervals.pop() {
        go_on()?;
        match sign_changes(&outside_in(&f)) {
            0 => continue,
            1 => found += 1,
            _ => {
                scale(&mut f, -1);
                let mut right = f.clone();
                shift_by(&mut right, 1);
                if right[0].is_zero() {
                    found += 1;
                    right.remove(0);
                }
                intervals.extend([right, f]);
            }
        }
        if found >= enough {
            break;
        }
    }
    Ok(found)
}

/// The number of times that consecutive coefficients differ in sign, zeros left out.
fn sign_changes(f: &[Integer]) -> usize {
    let signs: Vec<bool> = f.iter().filter(|c| !c.is_zero()).map(is_negative).collect();
    signs.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

/// An e with all roots below 2^e in absolute value: Fujiwara's bound, 2 · max |a_{n−k} / a_n|^{1/k}.
fn root_bound(f: &[Integer]) -> i64 {
    let degree = f.len() - 1;
    let lead = i64::from(f[degree].significant_bits());
    let one = |(i, c): (usize, &Integer)| {
        let k = (degree - i) as i64;
        let bits = i64::from(c.significant_bits()) - lead + 1;
        bits.div_euclid(k) + i64::from(bits.rem_euclid(k) != 0)
    };
    let coefficients = f[..degree].iter().enumerate().filter(|(_, c)| !c.is_zero());
    1 + coefficients.map(one).max().unwrap_or(0)
}

/// Replaces f(x) by f(2^exponent · x), times a power of 2 that keeps it integral.
fn scale(f: &mut [Integer], exponent: i64) {
    let (step, degree) = (exponent.unsigned_abs() as u32, f.len() as u32 - 1);
    for (k, c) in f.iter_mut().enumerate() {
        let times = if exponent >= 0 { k as u32 } else { degree - k as u32 };
        *c <<= step * times;
    }
}

/// Replaces f(x) by f(x + by), for 1 or −1.
fn shift_by(f: &mut [Integer], by: i32) {
    let degree = f.len() - 1;
    for i in 0..degree {
        for k in (i..degree).rev() {
            let (low, high) = f.split_at_mut(k + 1);
            if by < 0 { low[k] -= &high[0] } else { low[k] += &high[0] }
        }
    }
}

/// (1 + x)^n · f(1 / (1 + x)): its positive roots are the roots of f between 0 and 1.
fn outside_in(f: &[Integer]) -> Vec<Integer> {
    let mut reversed: Vec<Integer> = f.iter().rev().cloned().collect();
    shift_by(&mut reversed, 1);
    reversed
}

fn derivative(f: &[Integer]) -> Vec<Integer> {
    f.iter().enumerate().skip(1).map(|(k, c)| Integer::from(c * k as u32)).collect()
}

/// The remainder of a multiple of `a` by `b`, by cross-multiplication.
fn pseudo_remainder(mut a: Vec<Integer>, b: &[Integer]) -> Vec<Integer> {
    let Some(lead) = b.last() else {
        return a;
    };
    while a.len() >= b.len() {
        let Some(top) = a.pop() else {
            break;
        };
        let shift = a.len() + 1 - b.len();
        a.iter_mut().for_each(|c| *c *= lead);
        for (k, c) in b[..b.len() - 1].iter().enumerate() {
            a[shift + k] -= Integer::from(&top * c);
        }
        while a.last().is_some_and(Integer::is_zero) {
            a.pop();
        }
    }
    a
}

/// The quotient of `a` by a divisor of it over the rationals, primitive.
fn divide(a: &[Integer], b: &[Integer]) -> Vec<Integer> {
    let Some(lead) = b.last() else {
        return a.to_vec();
    };
    let mut rest = a.to_vec();
    let mut quotient = vec![Integer::new(); (a.len() + 1).saturating_sub(b.len())];
    for shift in (0..quotient.len()).rev() {
        let top = rest[shift + b.len() - 1].clone();
        rest.iter_mut().chain(quotient.iter_mut()).for_each(|c| *c *= lead);
        for (k, c) in b.iter().enumerate() {
            rest[shift + k] -= Integer::from(&top * c);
        }
        quotient[shift] = top;
    }
    primitive(quotient)
}

/// Divides by the greatest common divisor of the coefficients.
pub(super) fn primitive(mut f: Vec<Integer>) -> Vec<Integer> {
    let mut content = Integer::new();
    for c in f.iter().rev() {
        content.gcd_mut(c);
        if content == 1 {
            return f;
        }
    }
    if content.is_zero() {
        return f;
    }
    if f.last().is_some_and(is_negative) {
        content.neg_assign();
    }
    f.iter_mut().for_each(|c| c.div_exact_mut(&content));
    f
}

fn is_negative(c: &Integer) -> bool {
    *c < 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn product(a: &[Integer], b: &[Integer]) -> Vec<Integer> {
        let mut c = vec![Integer::new(); a.len() + b.len() - 1];
        for (i, x) in a.iter().enumerate() {
            for (j, y) in b.iter().enumerate() {
                c[i + j] += Integer::from(x * y);
            }
        }
        c
    }

    fn integers(f: &[i64]) -> Vec<Integer> {
        f.iter().map(|c| Integer::from(*c)).collect()
    }

    proptest! {
        #[test]
        fn products_of_known_factors(
            linear in proptest::collection::vec((-40i64..40, 1i64..9), 0..5),
            quadratic in proptest::collection::vec((-9i64..10, 1i64..60, 1i64..5), 0..4), repeat in 1usize..3
        ) {
            let mut roots: Vec<(i64, i64)> = linear.iter().map(|(p, q)| {
                let g = Integer::from(*p).gcd(&Integer::from(*q)).to_i64().unwrap();
                (p / g, q / g)
            }).collect();
            roots.sort();
            roots.dedup();
            // q·x − p, and a·(x − b)² + c
            let lines = linear.iter().map(|(p, q)| integers(&[-p, *q]));
            let hills = quadratic.iter().map(|(b, c, a)| integers(&[a * b * b + c, -2 * a * b, *a]));
            let once = lines.chain(hills).fold(integers(&[-3]), |f, g| product(&f, &g));
            let f = (1..repeat).fold(once.clone(), |f, _| product(&f, &once));
            prop_assert_eq!(count_real_roots(&f), roots.len());
            prop_assert_eq!(has_real_root(&f), !roots.is_empty());
        }

        #[test]
        fn agrees_with_the_discriminant(a in -9i64..10, b in -9i64..10, c in -9i64..10) {
            prop_assume!(a != 0);
            let discriminant = b * b - 4 * a * c;
            prop_assert_eq!(count_real_roots(&integers(&[c, b, a])) as i64, 1 + discriminant.signum());
        }

        /// Sturm's theorem, written without thought of speed, on any polynomial.
        #[test]
        fn agrees_with_sturm(f in proptest::collection::vec(-30i64..31, 1..9)) {
            let mut f = integers(&f);
            while f.last().is_some_and(Integer::is_zero) {
                f.pop();
            }
            prop_assume!(!f.is_empty());
            prop_assert_eq!(count_real_roots(&f), sturm(&f));
        }
    }

    fn sturm(f: &[Integer]) -> usize {
        let rational = |f: &[Integer]| f.iter().map(|c| Rational::from(c.clone())).collect::<Vec<_>>();
        let mut chain = vec![rational(f), rational(&derivative(f))];
        while !chain[chain.len() - 1].is_empty() {
            let (mut a, b) = (chain[chain.len() - 2].clone(), chain[chain.len() - 1].clone());
            while a.len() >= b.len() {
                let factor = Rational::from(&a[a.len() - 1] / &b[b.len() - 1]);
                let shift = a.len() - b.len();
                for (k, c) in b.iter().enumerate() {
                    a[shift + k] -= Rational::from(&factor * c);
                }
                a.pop();
                while a.last().is_some_and(|c| c.is_zero()) {
                    a.pop();
                }
            }
            chain.push(a.into_iter().map(|c| -c).collect());
        }
        chain.pop();
        let changes = |minus: bool| {
            let sign = |f: &Vec<Rational>| (f[f.len() - 1] < 0) != (minus && f.len().is_multiple_of(2));
            chain.windows(2).filter(|pair| sign(&pair[0]) != sign(&pair[1])).count()
        };
        changes(true) - changes(false)
    }

    proptest! {
        #[test]
        fn a_root_lies_where_it_is_said(f in proptest::collection::vec(-30i64..31, 2..9), close in 0u32..3) {
            let mut f = integers(&f);
            // Roots far out, and close to each other.
            scale(&mut f, 7 * i64::from(close) - 7);
            while f.last().is_some_and(Integer::is_zero) {
                f.pop();
            }
            prop_assume!(f.len() > 1);
            let Ok(f) = squarefree_part(&f, &unhurried);
            let sign = |x: &Rational| f.iter().rev().fold(Rational::new(), |v, c| v * x + c).cmp0() as i32;
            match real_root(&f) {
                None => prop_assert_eq!(count_real_roots(&f), 0),
                Some((low, high)) => {
                    prop_assert!(count_real_roots(&f) > 0);
                    prop_assert!(low <= high && sign(&low) * sign(&high) <= 0);
                    prop_assert!(low < high || sign(&low) == 0);
                    prop_assert!(Rational::from(&high - &low) <= Rational::from(1) >> ROOT_BITS);
                }
            }
        }
    }

    #[test]
    fn tells_close_roots_apart() {
        // Mignotte: x^7 − 2(1000x − 1)^2 has two roots within about 10^-10 of 1/1000.
        let mut f = integers(&[-2, 4000, -2_000_000, 0, 0, 0, 0, 1]);
        assert_eq!(count_real_roots(&f), 3);
        f[7] = Integer::from(-1);
        assert_eq!(count_real_roots(&f), 1);
    }
}
