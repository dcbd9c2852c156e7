//! Networks made from others: weights pinned at numbers or tied together, only some labels observed. What it means is the core's;
//! here is how it is written.

use rug::Rational;

use allocert_core::allocation::{Allocation, TextError, parse};
use allocert_core::network::{ChangeError, Network};
use allocert_core::text::quote;

/// Why weights cannot be pinned or tied as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeTextError {
    /// Weights that cannot be read.
    #[error(transparent)]
    Weights(#[from] TextError),
    /// No weights.
    #[error("{} names no weight\n  name at least one, as in {example}", quote(text))]
    Nothing {
        /// What was given.
        text: String,
        /// What would do.
        example: &'static str,
    },
    /// Text that is not `WEIGHTS=NUMBER`.
    #[error(
        "{} cannot be read as weights and the number they are pinned at\n  write 'W1[0,:]=0', with an integer or a fraction such as 1/2",
        quote(text)
    )]
    Pin {
        /// What was given.
        text: String,
    },
    /// What the core refuses.
    #[error(transparent)]
    Change(#[from] ChangeError),
}

/// The network in which these weights, in text, are numbers.
///
/// # Errors
/// Weights that cannot be read, or that the core refuses.
pub fn pinned(network: &Network, pins: &[(String, Rational)]) -> Result<Network, ChangeTextError> {
    let mut all = Vec::new();
    for (text, number) in pins {
        let weights = some(network, text, "\"W1[0,:]\": 0")?;
        all.extend(weights.iter().map(|weight| (weight, number.clone())));
    }
    Ok(network.pin(&all)?)
}

/// `W1[0,:]=0`, as the command line has it.
///
/// # Errors
/// Text of another form.
pub fn read_pin(text: &str) -> Result<(String, Rational), ChangeTextError> {
    let wrong = || ChangeTextError::Pin { text: text.to_owned() };
    let (weights, number) = text.rsplit_once('=').ok_or_else(wrong)?;
    Ok((weights.trim().to_owned(), number_of(number).ok_or_else(wrong)?))
}

/// An integer or a fraction in text.
pub(super) fn number_of(text: &str) -> Option<Rational> {
    let text = text.trim();
    let (above, below) = text.split_once('/').unwrap_or((text, "1"));
    let plain = |part: &str| {
        let digits = part.trim().trim_start_matches('-');
        !digits.is_empty() && digits.len() <= 1_000 && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let number = |part: &str| plain(part).then(|| part.trim().parse::<rug::Integer>().ok()).flatten();
    let (above, below) = (number(above)?, number(below)?);
    (below != 0).then(|| Rational::from((above, below)))
}

/// The network in which the weights of each text are one weight.
pub(super) fn tied(network: &Network, groups: &[&str]) -> Result<Network, ChangeTextError> {
    let group = |text: &&str| Ok(some(network, text, "net.tie(\"W1[0,0] W1[1,1]\")")?.iter().collect());
    let groups = groups.iter().map(group).collect::<Result<Vec<Vec<usize>>, ChangeTextError>>()?;
    Ok(network.tie(&groups)?)
}

fn some(network: &Network, text: &str, example: &'static str) -> Result<Allocation, ChangeTextError> {
    let weights = parse(network.layout(), text)?;
    if weights.is_empty() {
        return Err(ChangeTextError::Nothing { text: text.to_owned(), example });
    }
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_read() {
        let read = |text: &str| read_pin(text).map(|(weights, number)| format!("{weights} {number}")).ok();
        assert_eq!(read("W1[0,:]=0"), Some("W1[0,:] 0".to_owned()));
        assert_eq!(read(" W1[0,1] W2 = -3/6 "), Some("W1[0,1] W2 -1/2".to_owned()));
        for text in ["W1", "W1=", "W1=x", "W1=1/0", "W1=0.5", "=1/", "W1=--1/2/3"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
