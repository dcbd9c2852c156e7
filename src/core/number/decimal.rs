//! Decimals such as `0.1`, as the exact numbers that they are.

use rug::{Integer, Rational};

/// More digits are not read, and no larger exponents.
const MOST_DIGITS: usize = 1_000;

/// The number that a decimal such as `-1.5e-3` means; nothing for other text, or for more than 1,000 digits.
pub fn decimal(text: &str) -> Option<Rational> {
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (sign, digits) = digits.strip_prefix('-').map_or((1, digits), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |digits: &str| digits.len() <= MOST_DIGITS && digits.bytes().all(|b| b.is_ascii_digit());
    let large = exponent.unsigned_abs() as usize > MOST_DIGITS;
    if whole.len() + part.len() == 0 || !plain(whole) || !plain(part) || large {
        return None;
    }
    let number = Rational::from(format!("{whole}{part}").parse::<Integer>().ok()?) * sign;
    let exponent = exponent - part.len() as i32;
    let power = Integer::from(Integer::u_pow_u(10, exponent.unsigned_abs()));
    Some(if exponent < 0 { number / power } else { number * power })
}

/// The shortest decimal that is read as this number; nothing for what is not finite.
pub fn shortest(number: f64) -> Option<Rational> {
    decimal(&format!("{number:e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_mean_what_is_written() {
        let read = |text: &str| decimal(text).map(|number| number.to_string());
        for (text, number) in [
            ("0.5", "1/2"),
            (".5", "1/2"),
            ("5.", "5"),
            ("1e-3", "1/1000"),
            ("-1.50E2", "-150"),
            ("9007199254740993.0", "9007199254740993"),
        ] {
            assert_eq!(read(text).as_deref(), Some(number), "{text}");
        }
        for text in ["", ".", "x", "1e", "inf", "NaN", "1e9999", "--1", "1_0"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn shortest_decimals_are_read_back() {
        for number in [0.1, 1e22, 5e-324, -0.3, 1.0 / 3.0, 0.1 + 0.2, 0.0, -0.0] {
            let exact = shortest(number).unwrap();
            // Within a unit in the last place.
            let about = Rational::from_f64(number).unwrap();
            assert!((about - exact).abs() <= Rational::from_f64(number.abs().next_up() - number.abs()).unwrap());
        }
        assert_eq!(shortest(0.1), Some(Rational::from((1, 10))));
        assert_eq!(shortest(0.1 + 0.2), decimal("0.30000000000000004"));
        assert_eq!(shortest(f64::INFINITY), None);
    }
}
