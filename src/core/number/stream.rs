//! Streams of random numbers by purpose: what is drawn for one purpose never repeats what was drawn for another.

use std::ops::Range;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;

/// What random numbers are for. Each purpose has streams of its own, numbered from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stream {
    /// Points at which Jacobians are evaluated.
    Points,
    /// Points at which matching degrees are counted.
    Degrees,
    /// Primes that exact solutions are lifted from.
    Primes,
    /// Factors of kernel directions.
    Kernels,
    /// Weights and inputs whose activation pattern is looked at.
    PatternDraws,
    /// Points of certificates.
    Certificates,
    /// Points at which instances of networks with kinks are counted.
    PatternCounts,
    /// Sections of sets of students by random affine spaces.
    Sections,
    /// Student, teacher and inputs of a random instance.
    Instances,
    /// The start of a fit to given data, and its mini-batches.
    Fits,
    /// Which rows of given data are for testing.
    Splits,
    /// Fresh draws of training.
    Training,
    /// Which of equally good weights a design takes, and the point it is looked for at.
    Designs,
    /// Points on activation patterns.
    PatternPoints,
    /// Walks that estimate the cost of a count.
    Costs,
    /// Points at which the arguments of exponentials are looked at.
    Arguments,
    /// Points, inputs and combinations of labels at which single rows of Jacobians are evaluated.
    Rows,
    /// Small integer points that are shown to a person.
    Shown,
    /// Random bases in which cyclic flats are looked for.
    Bases,
    /// Points at which directions that seem to change no label are tested.
    Gauge,
    /// Points at which labels are looked at for being affine.
    Differences,
}

impl Stream {
    /// All purposes.
    pub const ALL: [Stream; 21] = [
        Stream::Points,
        Stream::Degrees,
        Stream::Primes,
        Stream::Kernels,
        Stream::PatternDraws,
        Stream::Certificates,
        Stream::PatternCounts,
        Stream::Sections,
        Stream::Instances,
        Stream::Fits,
        Stream::Splits,
        Stream::Training,
        Stream::Designs,
        Stream::PatternPoints,
        Stream::Costs,
        Stream::Arguments,
        Stream::Rows,
        Stream::Shown,
        Stream::Bases,
        Stream::Gauge,
        Stream::Differences,
    ];

    /// The generator's streams that belong to a purpose.
    fn range(self) -> Range<u64> {
        let power = |k: u32| 1 << k..1 << (k + 1);
        match self {
            Stream::Points => 0..1 << 32,
            Stream::Degrees => power(32),
            Stream::Primes => power(33),
            Stream::Kernels => power(34),
            Stream::PatternDraws => power(35),
            Stream::Certificates => power(36),
            Stream::PatternCounts => power(37),
            Stream::Sections => power(38),
            Stream::Instances => 1 << 40..(1 << 41) - 3,
            Stream::Fits => (1 << 41) - 3..(1 << 41) - 1,
            Stream::Splits => (1 << 41) - 1..1 << 41,
            Stream::Training => power(41),
            Stream::Designs => power(42),
            Stream::PatternPoints => power(43),
            Stream::Costs => power(44),
            Stream::Arguments => power(45),
            Stream::Bases => power(46),
            Stream::Rows => power(47),
            Stream::Gauge => power(48),
            Stream::Differences => power(49),
            Stream::Shown => u64::MAX..u64::MAX,
        }
    }

    /// The number of a stream of this purpose in the generator.
    pub fn at(self, index: u64) -> u64 {
        self.range().start.saturating_add(index)
    }
}

/// The same numbers for the same seed, purpose and index on every machine.
pub fn generator(seed: u64, stream: Stream, index: u64) -> ChaCha12Rng {
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    random.set_stream(stream.at(index));
    random
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_share_no_stream() {
        for (i, one) in Stream::ALL.iter().enumerate() {
            for other in &Stream::ALL[..i] {
                let (a, b) = (one.range(), other.range());
                assert!(a.end <= b.start || b.end <= a.start, "{one:?} and {other:?}");
                assert_ne!(one.at(0), other.at(0), "{one:?} and {other:?}");
            }
        }
    }
}
