//! Degrees and heights of programs, by propagation: upper bounds for coefficients of either sign.

use super::Program;
use crate::number::{Degrees, Norms, Ring};

impl Program {
    /// An upper bound of the total degree of a label in weights and inputs, saturating; where there are kinks, on each
    /// activation pattern.
    pub fn degree(&self) -> u64 {
        let degrees = self.bounded(&Degrees, Some(1), Some(1));
        degrees.into_iter().flatten().max().unwrap_or(0)
    }

    /// An upper bound of log₂ of the sum of the absolute values of a label's coefficients, saturating; where there are
    /// kinks, on each activation pattern.
    pub fn height_bits(&self) -> u64 {
        let norms = self.bounded(&Norms, Norms.one(), Norms.one());
        norms.into_iter().map(|norm| norm.log2()).max().unwrap_or(0)
    }

    /// The degree of a label in the inputs alone, at most.
    pub fn degree_in_inputs(&self) -> u64 {
        let degrees = self.bounded(&Degrees, Some(0), Some(1));
        degrees.into_iter().flatten().max().unwrap_or(0)
    }

    /// Whether some output may have a part that looks at no input: labels at the input 0, unless they are seen to be 0.
    pub fn has_constant_part(&self) -> bool {
        let degrees = self.bounded(&Degrees, Some(0), None);
        degrees.iter().any(Option::is_some)
    }

    /// The outputs over a ring of bounds, with all units active.
    fn bounded<R: Ring>(&self, ring: &R, weight: R::Element, input: R::Element) -> Vec<R::Element> {
        let (weights, inputs) = (vec![weight; self.weights], vec![input; self.inputs]);
        let values = self.evaluate_gated(ring, &weights, &inputs, |_, z| Some((z.clone(), ring.one())));
        values.map_or(Vec::new(), |values| self.outputs.iter().map(|o| values.of(*o).clone()).collect())
    }
}
