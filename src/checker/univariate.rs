//! Polynomials in one variable with rational coefficients: lists, the constant first, the last not zero.

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::budget::{effort, pay};
use super::polynomial::{Coefficient, MOST_DIGITS};
use super::proof::{Fault, ensure};

/// Polynomials of a higher degree are not read.
const MOST_DEGREE: usize = 256;

/// Reads numbers such as `-3/4`.
pub(super) fn rationals(texts: &[String]) -> Result<Vec<BigRational>, Fault> {
    texts.iter().map(|text| rational(text)).collect()
}

pub(super) fn rational(text: &str) -> Result<BigRational, Fault> {
    let known = text.bytes().all(|b| b.is_ascii_digit() || b == b'-' || b == b'/');
    cost(1, 4 * text.len() as u64)?;
    let number = Some(text).filter(|t| known && t.len() <= 2 * MOST_DIGITS).and_then(|t| t.parse().ok());
    number.ok_or_else(|| {
        Fault::Wrong(format!("`{}` is not a rational number", text.chars().take(40).collect::<String>()))
    })
}

/// Reads a polynomial, which is not zero.
pub(super) fn polynomial(texts: &[String]) -> Result<Vec<BigRational>, Fault> {
    ensure(texts.len() <= MOST_DEGREE + 1, "the polynomial has too large a degree")?;
    let f = trimmed(rationals(texts)?);
    ensure(!f.is_empty(), "the polynomial is zero")?;
    Ok(f)
}

/// The value at a number.
pub(super) fn value(f: &[BigRational], at: &BigRational) -> Result<BigRational, Fault> {
    let mut value = BigRational::zero();
    for c in f.iter().rev() {
        cost(2, value.bits() + at.bits() + c.bits())?;
        value = value * at + c;
    }
    Ok(value)
}

/// The remainder of a division by a polynomial that is not zero.
pub(super) fn remainder(a: Vec<BigRational>, by: &[BigRational]) -> Result<Vec<BigRational>, Fault> {
    let mut rest = trimmed(a);
    while rest.len() >= by.len() {
        let shift = rest.len() - by.len();
        let factor = &rest[rest.len() - 1] / &by[by.len() - 1];
        for (k, c) in by.iter().enumerate() {
            cost(2, factor.bits() + c.bits() + rest[shift + k].bits())?;
            rest[shift + k] -= &factor * c;
        }
        rest = trimmed(rest);
    }
    Ok(rest)
}

/// How many distinct real roots a polynomial has that is not zero: Sturm's theorem, from one end of the line to the other.
pub(super) fn count_real_roots(f: &[BigRational]) -> Result<usize, Fault> {
    let slope = f.iter().enumerate().skip(1).map(|(k, c)| c * BigRational::from_integer(k.into())).collect();
    let mut chain = vec![f.to_vec(), slope];
    while let [.., a, b] = chain.as_slice()
        && !b.is_empty()
    {
        let rest = remainder(a.clone(), b)?;
        // A positive factor changes no sign, and keeps numbers small.
        let scale = rest.last().map(|lead| -lead.abs());
        chain.push(rest.iter().map(|c| c / scale.as_ref().unwrap_or(c)).collect());
    }
    let changes = |left: bool| {
        let negative =
            |f: &Vec<BigRational>| f.last().map(|lead| lead.is_negative() != (left && f.len().is_multiple_of(2)));
        let signs: Vec<bool> = chain.iter().filter_map(negative).collect();
        signs.windows(2).filter(|pair| pair[0] != pair[1]).count()
    };
    Ok(changes(true) - changes(false))
}

fn trimmed(mut f: Vec<BigRational>) -> Vec<BigRational> {
    f.truncate(f.iter().rposition(|c| !c.is_zero()).map_or(0, |last| last + 1));
    f
}

/// Accounts for so many operations with numbers of so many bits.
fn cost(operations: u64, bits: u64) -> Result<(), Fault> {
    pay(effort(bits).saturating_add(256).saturating_mul(operations))
}

#[cfg(test)]
mod tests {
    use super::super::budget::{Limits, begin};
    use super::*;
    use num_traits::One;
    use proptest::prelude::*;

    fn integers(f: &[i64]) -> Vec<BigRational> {
        f.iter().map(|c| BigRational::from_integer((*c).into())).collect()
    }

    fn product(a: &[i64], b: &[i64]) -> Vec<i64> {
        let mut c = vec![0; a.len() + b.len() - 1];
        for (i, x) in a.iter().enumerate() {
            b.iter().enumerate().for_each(|(j, y)| c[i + j] += x * y);
        }
        c
    }

    /// Changes of sign, and zeros, at multiples of 1/64 between −64 and 64.
    fn scan(f: &[BigRational]) -> usize {
        let at = |k: i64| value(f, &BigRational::new(k.into(), 64.into())).unwrap();
        let signs: Vec<i32> = (-4096..=4096)
            .map(|k| {
                if at(k).is_zero() {
                    0
                } else if at(k).is_positive() {
                    1
                } else {
                    -1
                }
            })
            .collect();
        signs.iter().filter(|s| **s == 0).count() + signs.windows(2).filter(|s| s[0] * s[1] < 0).count()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        /// (3x − a) for thirds, which no step of the scan hits and which are far apart, and x² + b.
        #[test]
        fn sturm_agrees_with_a_dense_scan(roots in proptest::collection::btree_set(-60i64..60, 0..5), hills in proptest::collection::vec(1i64..9, 0..3), twice in any::<bool>()) {
            begin(Limits::STANDARD);
            let lines = roots.iter().map(|a| vec![-a, 3]);
            let lines: Vec<_> = lines.collect();
            let f = lines.iter().cloned().chain(hills.iter().map(|b| vec![*b, 0, 1])).fold(vec![-2], |f, g| product(&f, &g));
            prop_assert_eq!(scan(&integers(&f)), roots.len());
            prop_assert_eq!(count_real_roots(&integers(&f)).unwrap(), roots.len());
            // Multiple roots are counted once.
            let f = if twice { lines.iter().fold(f, |f, g| product(&f, g)) } else { f };
            prop_assert_eq!(count_real_roots(&integers(&f)).unwrap(), roots.len());
        }

        #[test]
        fn sturm_finds_what_a_scan_sees(f in proptest::collection::vec(-9i64..10, 1..8)) {
            begin(Limits::STANDARD);
            let f = trimmed(integers(&f));
            prop_assume!(!f.is_empty());
            prop_assert!(count_real_roots(&f).unwrap() >= scan(&f));
        }

        #[test]
        fn remainders_are_remainders(a in proptest::collection::vec(-9i64..10, 0..7), b in proptest::collection::vec(-9i64..10, 1..5), c in proptest::collection::vec(-9i64..10, 0..3)) {
            begin(Limits::STANDARD);
            let by = trimmed(integers(&b));
            prop_assume!(!by.is_empty() && c.len() < by.len());
            // a · b + c leaves c.
            let mut sum = if a.is_empty() { Vec::new() } else { product(&a, &b) };
            sum.resize(sum.len().max(c.len()), 0);
            c.iter().enumerate().for_each(|(k, c)| sum[k] += c);
            prop_assert_eq!(remainder(integers(&sum), &by).unwrap(), trimmed(integers(&c)));
        }
    }

    #[test]
    fn constants_and_lines() {
        begin(Limits::STANDARD);
        assert_eq!(count_real_roots(&integers(&[-3])).unwrap(), 0);
        assert_eq!(count_real_roots(&integers(&[-3, 2])).unwrap(), 1);
        assert_eq!(rational("-6/4").unwrap(), BigRational::new((-3).into(), 2.into()));
        assert!(rational("1/0").is_err() && rational("").is_err() && rational("+1").is_err());
        assert_eq!(value(&integers(&[1, 2, 3]), &BigRational::one()).unwrap(), integers(&[6])[0]);
    }
}
