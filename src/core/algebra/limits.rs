//! What a computation with polynomials may cost.

use crate::control::{Control, Stopped};

/// What a computation may cost. Work is counted, so that a run that nothing else stops does so at the same place everywhere.
#[derive(Clone, Copy, Debug)]
pub struct Limits<'a> {
    /// The most variables of a system.
    pub variables: usize,
    /// The largest total degree of a label map, which the length of the numbers grows with.
    pub degree: u64,
    /// The most terms of a polynomial.
    pub terms: usize,
    /// The largest dimension of a quotient algebra.
    pub dimension: usize,
    /// The most products in prime fields for one system, over all its primes.
    pub work: u64,
    /// The most primes for one reconstruction.
    pub primes: usize,
    /// What says stop, whatever is left; by default nothing.
    pub control: Control<'a>,
}

impl Default for Limits<'_> {
    /// Systems that take up to some ten seconds.
    fn default() -> Self {
        Limits {
            variables: 24,
            degree: 2_000,
            terms: 20_000,
            dimension: 1_000,
            work: 2_000_000_000,
            primes: 2_000,
            control: Control::unlimited(),
        }
    }
}

impl<'a> Limits<'a> {
    /// The same, where this says stop.
    #[must_use]
    pub fn under(self, control: &Control<'a>) -> Self {
        Limits { control: control.narrowed(None), ..self }
    }

    /// The same, where nothing says stop.
    #[must_use]
    pub fn alone(self) -> Limits<'static> {
        let Limits { variables, degree, terms, dimension, work, primes, control: _ } = self;
        Limits { variables, degree, terms, dimension, work, primes, control: Control::unlimited() }
    }

    /// Whether there may be more than so much work.
    ///
    /// # Errors
    /// [`Stopped::Work`], or what says stop.
    pub(super) fn allow(&self, work: u64) -> Result<(), Stopped> {
        if work > self.work { Err(Stopped::Work { limit: self.work }) } else { self.control.check() }
    }
}
