//! Linear recurrent networks with one input, all of whose decoder learns: what else matters is which entries of the recurrent matrix learn.
//!
//! Let there be one input, any number of outputs, steps and samples, and labels at the last step or at all. Let all of D learn. *Then, for
//! generic student and teacher and inputs, the student matches exactly if some real W that it can have, and some sequence H_0, H_1, … that
//! follows the recurrence of the characteristic polynomial of W, have the teacher's labels: these are linear in the Markov parameters
//! H_t = D Wᵗ B, t < T.* For T ≥ 2n on samples that determine the transfer function, H is the teacher's, and the condition is
//! that W has the teacher's characteristic polynomial.
//!
//! - A match has such a W and H, by Cayley and Hamilton.
//! - Let there be some, W with a minimal polynomial of degree n. Almost every vector B is cyclic for it: B, W B, …, Wⁿ⁻¹ B are a basis, so
//!   that one D gives the first n of H, and the others follow by the recurrence. What W there are does not depend on the frozen
//!   entries of B, so for almost all of these it is so (Fubini), whatever values the learnable ones are held at.
//! - If there are some, then there are some whose W has a minimal polynomial of degree n. Let Φ take the learnable entries of W and the first
//!   n of H, or T if these are fewer, to labels. If its image has fewer dimensions than the teacher's labels, almost no teacher is matched.
//!   Otherwise let the teacher be generic, so that its labels y are no critical value of Φ, nor of Φ on any piece of a
//!   stratification into manifolds of the set Z of those W with a minimal polynomial of smaller degree (Sard: such values have fewer dimensions
//!   than the variety of labels). Z is a proper algebraic subset, as a generic W of the student has distinct eigenvalues. So Φ⁻¹(y) is a
//!   manifold, of more dimensions than its part over Z, which so contains no neighbourhood of any of its points.
//!
//! So the match probability of A ⊇ D is that of D and the learnable entries of W alone. By transposition the same holds of one output,
//! any number of inputs, and B in place of D; and with one input and one output, since the condition names neither of them, the two
//! probabilities are one. All follow of every ensemble whose weights and inputs have a joint density. (Inverse eigenvalue problems by
//! which entries may vary: M. Chu and G. Golub, Acta Numerica 11, 2002. That a cyclic vector takes any decoder up: observer and
//! controller forms, T. Kailath, Linear Systems, 1980, 2.3.)

use crate::allocation::Allocation;
use crate::network::{Network, SingleEnded};

/// The law for one network.
#[derive(Clone, Debug)]
pub(super) struct Poles {
    ends: SingleEnded,
}

impl Poles {
    /// Nothing for networks that the law is not about.
    pub(super) fn of(network: &Network) -> Option<Self> {
        network.single_ended().map(|ends| Poles { ends })
    }

    /// The decoder, or the encoder, and the learnable entries of the recurrent matrix, which have the match probability of the allocation,
    /// if it has all of the decoder or all of the encoder.
    pub(super) fn core(&self, allocation: &Allocation) -> Option<Allocation> {
        let SingleEnded { matrix, decoder, encoder } = &self.ends;
        let learns = |weights: &&Vec<usize>| weights.iter().all(|w| allocation.contains(*w));
        let end = decoder.iter().chain(encoder).find(learns)?;
        // Of one input and one output, the decoder's stands for both.
        let end = decoder.as_ref().filter(|_| encoder.is_some()).unwrap_or(end);
        let matrix = matrix.iter().filter(|w| allocation.contains(**w));
        Some(Allocation::of(allocation.weights(), matrix.chain(end).copied()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::subsets;
    use crate::matching::{Limits, MatchOptions, Matcher};
    use crate::network::Samples;
    use crate::reach::Settings;

    /// Instance by instance, as one trial draws the same frozen weights and teacher whatever learns: elimination, which knows nothing of
    /// the law, never finds a match with surplus weights where the core has none, nor none where it has one.
    #[test]
    fn instances_match_as_their_cores_do() {
        let (mut agree, mut without) = (0, 0);
        for (text, samples, trials) in [
            ("lrnn(1, 2, 1, 4)", Samples::Functional, 12),
            ("lrnn(1, 2, 1, 4)", Samples::Count(2), 30),
            ("lrnn(1, 2, 1, 4)", Samples::Count(3), 12),
            ("lrnn(1, 2, 1, 3)", Samples::Count(2), 20),
            ("lrnn(1, 2, 1, 3)", Samples::Functional, 12),
            ("lrnn(1, 2, 1, 3, readout=\"all\")", Samples::Count(1), 12),
            ("lrnn(2, 1, 1, 3)", Samples::Count(2), 40),
            ("lrnn(1, 1, 2, 3)", Samples::Count(1), 40),
            ("lrnn(1, 2, 2, 2)", Samples::Count(1), 8),
            ("lrnn(2, 2, 1, 2)", Samples::Count(2), 8),
        ] {
            let network: Network = text.parse().unwrap();
            let settings = Settings { seed: 3, error_log2: -60 };
            let limits = Limits { work: 1 << 22, ..Limits::default() };
            let matcher = Matcher::new(&network, samples, settings, limits).unwrap();
            let poles = Poles::of(&network).unwrap();
            let options = MatchOptions { bases: 30, slices: 4, ..MatchOptions::default() };
            let (n, dimension) = (network.weights(), matcher.teacher().value);
            let mut here = 0;
            for allocation in (dimension..n).flat_map(|size| subsets(&Allocation::all(n), size).collect::<Vec<_>>()) {
                let Some(core) = poles.core(&allocation).filter(|core| *core != allocation) else {
                    continue;
                };
                let spans = matcher.dim(&allocation).value == dimension;
                assert_eq!(spans, matcher.dim(&core).value == dimension, "{text} {samples} {allocation:?}");
                if !spans || core.size() > dimension + 1 {
                    continue;
                }
                for trial in 0..trials {
                    let both = (matcher.real(&core, &options, trial), matcher.real(&allocation, &options, trial));
                    if let (Some(few), Some(many)) = both {
                        assert_eq!(few, many, "{text} {samples} {allocation:?}, trial {trial}");
                        here += 1;
                        without += u32::from(!few);
                    }
                }
            }
            agree += here;
        }
        assert!(agree > 2_000 && without > 100, "{agree} instances, {without} without a match");
    }

    #[test]
    fn the_law_is_about_one_input_or_one_output() {
        let core = |text: &str, learns: &str| {
            let network: Network = text.parse().unwrap();
            let allocation = crate::allocation::parse(network.layout(), learns).unwrap();
            let core = Poles::of(&network)?.core(&allocation)?;
            Some(crate::allocation::print(network.layout(), &core))
        };
        let of = |text: &str| Some(text.to_owned());
        assert_eq!(core("lrnn(1, 2, 1, 4)", "D B[0,0] W[0,1]"), of("D[0,0] D[0,1] W[0,1]"));
        assert_eq!(core("lrnn(1, 2, 1, 4)", "D[0,0] B W[0,1]"), of("D[0,0] D[0,1] W[0,1]"));
        assert_eq!(core("lrnn(1, 2, 1, 4)", "D[0,0] B[0,0] W"), None);
        assert_eq!(core("lrnn(1, 1, 2, 3)", "D B W"), of("D[0,0] D[1,0] W[0,0]"));
        assert_eq!(core("lrnn(1, 1, 2, 3)", "D[0,0] B W"), None);
        assert_eq!(core("lrnn(2, 1, 1, 3)", "D B W"), of("B[0,0] B[0,1] W[0,0]"));
        assert_eq!(core("lrnn(2, 1, 2, 3)", "D B"), None);
        assert_eq!(core("lffn([1, 2, 1])", "W1 W2"), None);
    }
}
