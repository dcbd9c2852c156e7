//! Shapes of networks: reading them from what a user wrote, and their limits.

/// The largest number of weights a network may have.
pub const MOST_WEIGHTS: u64 = 1 << 26;
/// The largest degree of an activation, and the largest number of time steps.
pub(super) const MOST_DEGREE: i64 = 1_000_000;

/// Why a network cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// A number that must be at least 1 is not.
    #[error("{family}: {name} is {value}\n  {name} must be an integer of at least 1")]
    TooSmall {
        /// The constructor.
        family: &'static str,
        /// The argument.
        name: String,
        /// What was given.
        value: i64,
    },
    /// A list of widths without an input and an output.
    #[error(
        "{family}: widths has {given} of at least 2 entries\n  give at least the input and the output width, as in {family}([2, 2, 2]{more})"
    )]
    FewWidths {
        /// The constructor.
        family: &'static str,
        /// How many widths were given.
        given: usize,
        /// The arguments that follow the widths in an example.
        more: &'static str,
    },
    /// Another number of degrees than of hidden layers.
    #[error(
        "pnn: degree has {given} entries, and there are {hidden} hidden layers\n  give one degree, or one for each hidden layer, as in pnn([2, 2, 2, 1], [2, 3])"
    )]
    Degrees {
        /// How many degrees were given.
        given: usize,
        /// How many hidden layers there are.
        hidden: usize,
    },
    /// More than the program takes.
    #[error("{family}: {name} is {value}, over the limit of {limit}\n  take a smaller network")]
    TooLarge {
        /// The constructor.
        family: &'static str,
        /// What is too large.
        name: String,
        /// How large it is.
        value: String,
        /// The largest allowed.
        limit: u64,
    },
}

/// The numbers that describe a network's shape; what a family does not have is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shapes {
    /// d_0, …, d_L of a feedforward network.
    pub widths: Option<Vec<usize>>,
    /// Whether the layers have biases.
    pub bias: Option<bool>,
    /// The degree of the hidden activation, if all hidden layers have the same.
    pub degree: Option<u32>,
    /// The degrees of the hidden layers.
    pub degrees: Option<Vec<u32>>,
    /// The entries of one input vector.
    pub inputs: usize,
    /// The entries of one output vector.
    pub outputs: usize,
    /// The hidden units of a recurrent network.
    pub hidden: Option<usize>,
    /// The time steps of a recurrent network.
    pub steps: Option<usize>,
    /// `last` or `all`.
    pub readout: Option<&'static str>,
    /// What a network of one's own says of itself, by name.
    pub named: Vec<(String, ShapeValue)>,
}

/// A number, or something else, that describes the shape of a network of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ShapeValue {
    /// A number.
    Integer(i64),
    /// True or false.
    Truth(bool),
    /// A word.
    Text(String),
    /// Several.
    List(Vec<ShapeValue>),
}

/// A number of at least 1.
pub(super) fn positive(family: &'static str, name: &str, value: i64) -> Result<usize, ShapeError> {
    let too_small = || ShapeError::TooSmall { family, name: name.to_owned(), value };
    if value < 1 {
        return Err(too_small());
    }
    Ok(value as usize)
}

/// A number between 1 and [`MOST_DEGREE`].
pub(super) fn bounded(family: &'static str, name: &str, value: i64) -> Result<u32, ShapeError> {
    positive(family, name, value)?;
    within(family, name, value as u128, MOST_DEGREE as u64)?;
    Ok(value as u32)
}

/// Refuses what is over a limit.
pub(super) fn within(family: &'static str, name: &str, value: u128, limit: u64) -> Result<(), ShapeError> {
    if value <= u128::from(limit) {
        return Ok(());
    }
    Err(ShapeError::TooLarge { family, name: name.to_owned(), value: value.to_string(), limit })
}

/// Layer widths d_0, …, d_L, all at least 1, with no more weights than allowed.
pub(super) fn widths(
    family: &'static str,
    given: &[i64],
    bias: bool,
    more: &'static str,
) -> Result<Vec<usize>, ShapeError> {
    if given.len() < 2 {
        let given = given.len();
        return Err(ShapeError::FewWidths { family, given, more });
    }
    let widths = given.iter().enumerate();
    let widths: Vec<usize> =
        widths.map(|(i, d)| positive(family, &format!("widths[{i}]"), *d)).collect::<Result<_, _>>()?;
    let layer = |pair: &[usize]| (pair[0] as u128 + u128::from(bias)).saturating_mul(pair[1] as u128);
    let weights = widths.windows(2).fold(0u128, |sum, pair| sum.saturating_add(layer(pair)));
    within(family, "the number of weights", weights, MOST_WEIGHTS)?;
    Ok(widths)
}

/// `d_0 + … ` in the notation of the language: `[2, 3, 2]`.
pub(super) fn list(numbers: &[impl ToString]) -> String {
    let parts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    format!("[{}]", parts.join(", "))
}

/// ⌈log₂ value⌉, 0 for 0 and 1.
pub(super) fn bits(value: usize) -> u64 {
    u64::from(usize::BITS - value.saturating_sub(1).leading_zeros())
}
