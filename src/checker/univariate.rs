//! Polynomials in one variable with rational coefficients: lists, the constant first, the last not zero.

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::number::{effort, spend};
use super::polynomial::{Coefficient, MOST_DIGITS};
use super::proof::{Fault, ensure, too_large};

/// Polynomials of a higher degree are not read.
const MOST_DEGREE: usize = 256;

/// Reads numbers such as `-3/4`.
pub(super) fn rationals(texts: &[String]) -> Result<Vec<BigRational>, Fault> {
    texts.iter().map(|text| rational(text)).collect()
}

pub(super) fn rational(text: &str) -> Result<BigRational, Fault> {
    let known = text.bytes().all(|b| b.is_ascii_digit() || b == b'-' || b == b'/');
    pay(1, 4 * text.len() as u64)?;
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
        pay(2, value.bits() + at.bits() + c.bits())?;
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
            pay(2, factor.bits() + c.bits() + rest[shift + k].bits())?;
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
        let negative = |f: &Vec<BigRational>| f.last().map(|lead| lead.is_negative() != (left && f.len() % 2 == 0));
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
fn pay(operations: u64, bits: u64) -> Result<(), Fault> {
    if spend(effort(bits).saturating_add(256).saturating_mul(operations)) { Ok(()) } else { Err(too_large()) }
}
