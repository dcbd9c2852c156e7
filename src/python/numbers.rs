//! Exact numbers between Python and the engine, as text.

use rug::Rational;

use crate::errors::Refusal;

/// `3` or `-1/2`, as the package writes Python's integers, fractions and floats (which are fractions, too).
pub(crate) fn rational(text: &str) -> Result<Rational, Refusal> {
    let number = |text: &str| text.parse::<rug::Integer>().ok();
    let (above, below) = text.split_once('/').unwrap_or((text, "1"));
    match (number(above), number(below).filter(|below| *below != 0)) {
        (Some(above), Some(below)) => Ok(Rational::from((above, below))),
        _ => Err(Refusal::request(format!("{text:?} is not an exact number\n  write an integer or a fraction"))),
    }
}
