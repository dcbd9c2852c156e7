//! Linear recurrent networks with one input and one output, all of whose decoder learns: what else matters is which entries of the
//! recurrent matrix learn.
//!
//! Let labels be at the last of T ≥ 2n steps, on as many samples as determine the transfer function, so that a match is one of the
//! numbers D Wᵗ B, t < T. Let all of D learn. *Then, for generic student and teacher (W*, B*, D*), the student matches exactly if
//! some real W that it can have has the characteristic polynomial of W\*.*
//!
//! - A match has such a W: by Cayley and Hamilton, the teacher's numbers follow the recurrence of the student's characteristic
//!   polynomial, which for T ≥ 2n is a linear system for its coefficients. Its matrix is the teacher's Hankel matrix of n rows, which is
//!   invertible as generic teachers are minimal, so it has one solution, and W\*'s coefficients are one.
//! - Let W be such a matrix, chosen before B is. Its eigenvalues are distinct, as the teacher's are, so all vectors B but those of some
//!   proper subspaces are cyclic: B, W B, …, Wⁿ⁻¹ B are a basis, and one D gives them the teacher's first n numbers. The others follow by
//!   the recurrence. Where there is a W at all, almost all B are so (Fubini, over the frozen entries of B and, where some learn,
//!   any values of these).
//!
//! So the match probability of A ⊇ D is that of D and the learnable entries of W alone. By transposition the same holds of B in place of
//! D, and since the condition names neither of them, the two probabilities are one. Both follow of every ensemble
//! whose weights have a joint density. (Inverse eigenvalue problems by which entries may vary: M. Chu and G. Golub, Acta Numerica
//! 11, 2002. That a cyclic vector takes any decoder up: observer and controller forms, T. Kailath, Linear Systems, 1980, 2.3.)

use crate::allocation::Allocation;
use crate::network::{Network, Probe, Recurrence, Samples};

/// The law for one network.
#[derive(Clone, Debug)]
pub(super) struct Poles {
    recurrence: Recurrence,
}

impl Poles {
    /// Nothing for networks and samples that the law is not about.
    pub(super) fn of(network: &Network, samples: Samples) -> Option<Self> {
        let determined = matches!(network.probe(samples), Probe::Fixed(_));
        let recurrence = network.single_recurrence().filter(|_| determined)?;
        Some(Poles { recurrence })
    }

    /// The decoder and the learnable entries of the recurrent matrix, which have the match probability of the allocation, if it has all
    /// of the decoder or all of the encoder.
    pub(super) fn core(&self, allocation: &Allocation) -> Option<Allocation> {
        let learns = |weights: &[usize]| weights.iter().all(|w| allocation.contains(*w));
        let Recurrence { diagonal, others, encoder, decoder } = &self.recurrence;
        if !learns(decoder) && !learns(encoder) {
            return None;
        }
        let matrix = diagonal.iter().chain(others).copied().filter(|w| allocation.contains(*w));
        Some(Allocation::of(allocation.weights(), matrix.chain(decoder.iter().copied())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::subsets;
    use crate::matching::{Limits, MatchOptions, Matcher};
    use crate::reach::Settings;

    /// Instance by instance, as one trial draws the same frozen weights and teacher whatever learns: elimination, which knows nothing of
    /// the law, never finds a match with surplus weights where the core has none, nor none where it has one.
    #[test]
    fn instances_match_as_their_cores_do() {
        let (mut agree, mut without) = (0, 0);
        let network: Network = "lrnn(1, 2, 1, 4)".parse().unwrap();
        let settings = Settings { seed: 3, error_log2: -60 };
        let matcher = Matcher::new(&network, Samples::Functional, settings, Limits::default()).unwrap();
        let poles = Poles::of(&network, Samples::Functional).unwrap();
        let options = MatchOptions::default();
        for size in 4..8 {
            for allocation in subsets(&Allocation::all(8), size) {
                let Some(core) = poles.core(&allocation).filter(|core| *core != allocation && core.size() == 4) else {
                    continue;
                };
                for trial in 0..12 {
                    let both = (matcher.real(&core, &options, trial), matcher.real(&allocation, &options, trial));
                    if let (Some(few), Some(many)) = both {
                        assert_eq!(few, many, "{allocation:?}, trial {trial}");
                        agree += 1;
                        without += u32::from(!few);
                    }
                }
            }
        }
        assert!(agree > 200 && without > 0, "{agree} instances, {without} without a match");
    }

    #[test]
    fn the_law_is_about_enough_steps_and_samples() {
        let about = |text: &str, samples| Poles::of(&text.parse().unwrap(), samples).is_some();
        assert!(about("lrnn(1, 3, 1, 6)", Samples::Functional));
        assert!(!about("lrnn(1, 3, 1, 5)", Samples::Functional));
        assert!(!about("lrnn(1, 3, 1, 6)", Samples::Count(5)));
        assert!(!about("lrnn(2, 3, 1, 6)", Samples::Functional));
        assert!(!about("lrnn(1, 3, 1, 6, readout=\"all\")", Samples::Functional));
    }
}
