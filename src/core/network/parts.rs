//! An upper bound of the dimension of a polynomial network without biases, from the dimensions of its parts.
//!
//! Let V(d_0, …, d_L) be the closure of the functions of these widths, z_k the pre-activations of layer k, a_k = z_k^{g_k}.
//! Over the complex numbers, where generic ranks are the same:
//! - There is a label for each form of degree g_1 ⋯ g_{L−1} in d_0 variables and each output.
//! - *Composition* (Kileel, Trager, Bruna 2019): dim V(d_0 … d_L) ≤ dim V(d_0 … d_k) + dim V(d_k … d_L) − d_k, since scaling the
//!   d_k entries of z_k, none of which is zero for generic weights, and the columns of W_{k+1} inversely moves no function.
//! - *Composition with few forms*: let h bound, for every z_k, how many forms of degree g_{k+1} ⋯ g_{m−1} in the entries of a_k
//!   are linearly independent as functions of the input. z_m consists of d_m of their combinations, so that for a given z_k the
//!   functions are among those of V(h, d_m, …, d_L), whatever the scales of z_k. As before, pairs of z_k and a function have
//!   dimension at most dim V(d_0 … d_k) + dim V(h, d_m … d_L), and d_k of it are the scales of z_k. With k = 0 there are no scales.
//! - *Few forms*: they are forms of degree e in d_0 variables, e that of a_k times their own. And if d_k = d_0 + 1, the entries of a_k,
//!   forms of degree δ in d_0 variables, satisfy an equation of degree δ^{d_0−1}: generic ones parametrise a hypersurface of at
//!   most that degree, some multiple of its equation has that degree, and that there is one is a closed condition. The
//!   multiples of it are zero.
//! - *Quadratic forms*: V(n, r, 1) with squares is that of the symmetric matrices of rank at most r, r n − r(r−1)/2 if r ≤ n.
//!
//! The bound is the least that follows from all of these.

use std::collections::HashMap;

/// What reaches this bounds nothing.
const ENDLESS: u64 = 1 << 40;
/// After so many parts, those that follow are bounded by the numbers of their weights.
const MOST_PARTS: usize = 1 << 12;

/// An upper bound of the dimension of the functions of a network of these widths, with these exponents of its hidden layers.
pub(super) fn dimension(widths: &[usize], exponents: &[u32]) -> u64 {
    let mut parts = Parts { widths, exponents, known: HashMap::new() };
    parts.dimension(widths[0] as u64, 0, widths.len() - 1)
}

struct Parts<'a> {
    widths: &'a [usize],
    exponents: &'a [u32],
    /// By the number of inputs, and the layers at which a part starts and ends.
    known: HashMap<(u64, usize, usize), u64>,
}

impl Parts<'_> {
    /// Of the part from layer `start` to layer `end` with so many inputs in the place of the width of `start`.
    fn dimension(&mut self, inputs: u64, start: usize, end: usize) -> u64 {
        if let Some(known) = self.known.get(&(inputs, start, end)) {
            return *known;
        }
        let mut least = self.weights(inputs, start, end);
        if end > start + 1 && self.known.len() < MOST_PARTS {
            least = least.min(self.quadratic_forms(inputs, start, end));
            for middle in start..end {
                least = least.min(self.through(inputs, start, middle, end));
            }
        }
        self.known.insert((inputs, start, end), least);
        least
    }

    /// By composition at a layer.
    fn through(&mut self, inputs: u64, start: usize, middle: usize, end: usize) -> u64 {
        let mut before = 0;
        if middle > start {
            before = self.dimension(inputs, start, middle).saturating_sub(self.width(middle));
        }
        let first = if middle > start { middle } else { start + 1 };
        let bounds = (first..end).map(|layer| {
            let few = self.forms(inputs, start, middle, layer);
            if few >= ENDLESS { ENDLESS } else { before.saturating_add(self.dimension(few, layer, end)) }
        });
        bounds.min().unwrap_or(ENDLESS)
    }

    /// How many forms in the activations of layer `middle`, or in the inputs if it is the first, are independent at most, of the
    /// degree with which they enter the pre-activations of layer `layer` + 1.
    fn forms(&self, inputs: u64, start: usize, middle: usize, layer: usize) -> u64 {
        let (inner, outer) = (self.degree(start, middle), self.degree(middle, layer));
        let of_inputs = forms(inputs, inner.saturating_mul(outer));
        if middle == start {
            return of_inputs;
        }
        let variables = self.width(middle);
        let mut of_activations = forms(variables, outer);
        if variables == inputs + 1 && of_activations < ENDLESS {
            let equation = u32::try_from(inputs - 1).map_or(u64::MAX, |power| inner.saturating_pow(power));
            of_activations -= outer.checked_sub(equation).map_or(0, |rest| forms(variables, rest));
        }
        of_inputs.min(of_activations)
    }

    /// Of symmetric matrices of bounded rank.
    fn quadratic_forms(&self, inputs: u64, start: usize, end: usize) -> u64 {
        let rank = self.width(start + 1);
        let quadratic = end == start + 2 && self.exponents[start] == 2 && self.width(end) == 1 && rank <= inputs;
        if quadratic { rank.saturating_mul(inputs) - rank * (rank - 1) / 2 } else { ENDLESS }
    }

    /// The number of weights.
    fn weights(&self, inputs: u64, start: usize, end: usize) -> u64 {
        let first = inputs.saturating_mul(self.width(start + 1));
        let others = self.widths[start + 1..=end].windows(2).map(|pair| pair[0] as u64 * pair[1] as u64);
        others.fold(first, u64::saturating_add)
    }

    fn width(&self, layer: usize) -> u64 {
        self.widths[layer] as u64
    }

    /// Of the activations of layer `to` in those of layer `from`.
    fn degree(&self, from: usize, to: usize) -> u64 {
        self.exponents[from..to].iter().fold(1, |degree, exponent| degree.saturating_mul(u64::from(*exponent)))
    }
}

/// The number of monomials of a degree in so many variables, at least one; `ENDLESS` if it is not smaller.
fn forms(variables: u64, degree: u64) -> u64 {
    let (few, many) = ((variables - 1).min(degree), (variables - 1).max(degree));
    // binomial(few + many, few), growing one factor at a time
    let mut count = 1u128;
    for i in 1..=few {
        count = count * (u128::from(many) + u128::from(i)) / u128::from(i);
        if count >= u128::from(ENDLESS) {
            return ENDLESS;
        }
    }
    count as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published dimensions (MFA_PNNs of Dao and others) of networks whose dimension is below the numbers of labels and of
    /// weights less the scales of hidden units, all with squares.
    #[test]
    fn published_dimensions_are_met() {
        for (widths, published) in [
            (&[2, 5, 3, 26, 25, 24, 10, 9, 4, 2][..], 417),
            (&[3, 4, 20, 40, 33, 30, 9, 1], 2058),
            (&[2, 8, 3, 6, 7, 3], 48),
            (&[2, 15, 14, 3, 15, 14, 13, 2], 100),
            (&[2, 6, 8, 5, 6, 8, 5, 2, 1], 128),
            (&[3, 3, 24, 38, 30, 2, 1], 95),
            (&[3, 15, 15, 9, 3, 1], 132),
            (&[2, 10, 17, 2, 20, 20, 3], 23),
        ] {
            assert_eq!(dimension(widths, &vec![2; widths.len() - 2]), published, "{widths:?}");
        }
    }

    #[test]
    fn numbers_of_forms_are_binomial_coefficients() {
        assert_eq!((forms(1, 9), forms(2, 9), forms(3, 4), forms(4, 0)), (1, 10, 15, 1));
        assert_eq!((forms(40, 80), forms(2, u64::MAX)), (ENDLESS, ENDLESS));
        // Binomial coefficients by addition.
        for (n, d) in [(2, 3), (4, 5), (7, 2)] {
            assert_eq!(forms(n, d), forms(n - 1, d) + forms(n, d - 1));
        }
    }
}
