//! The odd-slice law: where surplus weights are 0, or multiples of others, an odd number of complex students is left.
//!
//! Let an allocation span with more weights than the teacher has dimensions D. D of its weights *adapt*, each other one is held at a
//! generic number, or at 0, or is a generic multiple of one that adapts. *If for generic students, multiples, teachers and inputs the
//! complex students of this kind that match are odd in number, and distinct, then MP = 1.* Proof. For real draws the equations are
//! real, so those that are not real come in pairs, and one is real: a student of the allocation. ∎ Generic affine slices, of the odd-section
//! law, have one number of students; on special ones, as these are, some go to infinity, and its parity may change.

use itertools::Itertools;

use crate::algebra::{Polynomial, Polynomials};
use crate::allocation::{Allocation, subsets};
use crate::number::Ring;

/// What a surplus weight is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Surplus {
    Generic,
    Zero,
    /// A generic multiple of the adapting weight of this place.
    Multiple(usize),
}

/// A slice through the students of an allocation, of as many dimensions as the teacher has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Slice {
    /// The weights that adapt.
    pub adapting: Allocation,
    /// What each other learnable weight is, in order.
    surplus: Vec<(usize, Surplus)>,
}

impl Slice {
    /// The surplus weights at 0. Those that are neither 0 nor multiples of others are generic numbers, as the frozen ones are.
    pub(super) fn zeros(&self) -> Allocation {
        self.those(|surplus| *surplus == Surplus::Zero)
    }

    /// The surplus weights that are multiples of others.
    pub(super) fn multiples(&self) -> Allocation {
        self.those(|surplus| matches!(surplus, Surplus::Multiple(_)))
    }

    fn those(&self, which: impl Fn(&Surplus) -> bool) -> Allocation {
        let places = self.surplus.iter().filter(|(_, surplus)| which(surplus)).map(|(weight, _)| *weight);
        Allocation::of(self.adapting.weights(), places)
    }

    /// All weights on the slice, as polynomials in those that adapt; a student's own entries are the numbers and the multiples.
    pub(super) fn weights<R: Ring>(
        &self,
        ring: &Polynomials<R>,
        student: &[R::Element],
    ) -> Vec<Polynomial<R::Element>> {
        let mut weights: Vec<_> = student.iter().map(|value| ring.constant(value.clone())).collect();
        self.adapting.iter().enumerate().for_each(|(place, weight)| weights[weight] = ring.variable(place));
        for (weight, surplus) in &self.surplus {
            match surplus {
                Surplus::Generic => {}
                Surplus::Zero => weights[*weight] = ring.zero(),
                Surplus::Multiple(place) => weights[*weight] = ring.mul(&weights[*weight], &ring.variable(*place)),
            }
        }
        weights
    }
}

/// The slices on which all surplus weights are 0.
pub(super) fn coordinate_slices(allocation: &Allocation, dimension: usize) -> impl Iterator<Item = Slice> + '_ {
    subsets(allocation, dimension).map(|adapting| {
        let surplus = allocation.difference(&adapting).iter().map(|weight| (weight, Surplus::Zero)).collect();
        Slice { adapting, surplus }
    })
}

/// The slices on which some surplus weights are multiples of others.
pub(super) fn slices_of_multiples(allocation: &Allocation, dimension: usize) -> impl Iterator<Item = Slice> + '_ {
    let multiples = (0..dimension).map(Surplus::Multiple);
    let each: Vec<Surplus> = [Surplus::Generic, Surplus::Zero].into_iter().chain(multiples).collect();
    let count = allocation.size().saturating_sub(dimension);
    let choices = std::iter::repeat_n(each, count).multi_cartesian_product();
    let choices = choices.filter(|all| all.iter().any(|one| matches!(one, Surplus::Multiple(_))));
    choices.flat_map(move |choice| {
        subsets(allocation, dimension).map(move |adapting| {
            let surplus = allocation.difference(&adapting).iter().zip(choice.iter().copied()).collect();
            Slice { adapting, surplus }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algebra::{Limits, Monomials};
    use crate::control::Control;
    use crate::matching::degree::DegreeCounter;
    use crate::matching::laws::{Tries, odd_part};
    use crate::matching::{MatchOptions, Matcher, Trials, Verdict};
    use crate::network::{Network, Samples};
    use crate::number::PrimeField;
    use crate::reach::Settings;

    fn ring(variables: usize) -> Polynomials<'static, PrimeField> {
        let field = PrimeField::new(PrimeField::MERSENNE_61).unwrap();
        Polynomials::new(field, Monomials::new(variables).unwrap(), 100)
    }

    /// All choices of what adapts and of what the other weights are, each once.
    #[test]
    fn every_slice_is_there_once() {
        let allocation = Allocation::of(6, [0, 2, 3, 5]);
        let zero: Vec<Slice> = coordinate_slices(&allocation, 2).collect();
        let multiples: Vec<Slice> = slices_of_multiples(&allocation, 2).collect();
        // Pairs that adapt; of two others, each one of two multiples, a number and 0, but not both of the last two kinds.
        assert_eq!([zero.len(), multiples.len()], [6, 6 * (16 - 4)]);
        for slice in zero.iter().chain(&multiples) {
            assert_eq!(slice.adapting.size(), 2);
            assert!(slice.adapting.difference(&allocation).is_empty());
            assert_eq!(slice.surplus.len(), 2);
            assert!(slice.zeros().size() + slice.multiples().size() <= 2);
        }
        assert!(multiples.iter().all_unique() && multiples.iter().all(|slice| !slice.multiples().is_empty()));
        assert_eq!(slices_of_multiples(&allocation, 4).count(), 0);
    }

    #[test]
    fn weights_on_a_slice() {
        let ring = ring(2);
        let slice = Slice {
            adapting: Allocation::of(5, [1, 4]),
            surplus: vec![(0, Surplus::Multiple(1)), (2, Surplus::Zero), (3, Surplus::Generic)],
        };
        let weights = slice.weights(&ring, &[10, 11, 12, 13, 14]);
        let multiple = ring.mul(&ring.constant(10), &ring.variable(1));
        assert_eq!(weights, [multiple, ring.variable(0), ring.zero(), ring.constant(13), ring.variable(1)]);
    }

    /// No slice, section or limit has an odd number of students where the probability is known to be below 1 otherwise.
    #[test]
    fn nothing_is_odd_where_some_teachers_have_no_match() {
        let mut asked = 0;
        for (text, samples) in [
            ("pnn([2, 2, 1], degree=2)", Samples::Count(1)),
            ("pnn([2, 2, 1], degree=2)", Samples::Functional),
            ("pnn([1, 2, 2], degree=2)", Samples::Functional),
            ("lrnn(1, 2, 1, 4)", Samples::Functional),
            ("lrnn(1, 1, 3, 3)", Samples::Count(1)),
            ("lffn([2, 2, 2])", Samples::Functional),
        ] {
            let network: Network = text.parse().unwrap();
            let matcher =
                Matcher::new(&network, samples, Settings { seed: 3, error_log2: -60 }, Limits::default()).unwrap();
            let options = MatchOptions { trials: Trials::Fixed(50), ..MatchOptions::default() };
            let table = matcher.classify(&options, &Control::unlimited()).unwrap();
            let counter = DegreeCounter::new(&network, samples, 3, Limits::default());
            let teacher = table.teacher.value;
            for bits in 0u32..1 << network.weights() {
                let learns = (0..network.weights()).filter(|w| bits >> w & 1 == 1);
                let allocation = Allocation::of(network.weights(), learns);
                if allocation.size() > teacher && table.verdict(&allocation) == Verdict::Fractional {
                    let odd = odd_part(&counter, &allocation, teacher, &mut Tries::default());
                    assert!(odd.is_none(), "{text}, {samples}, {allocation:?}");
                    asked += 1;
                }
            }
        }
        assert!(asked > 30, "{asked}");
    }
}
