//! Jacobians of analytic networks: at points modulo primes at which exponentials are variables, on as many inputs as see all.

use std::sync::Arc;

use super::ReachError;
use super::matroid::{Most, Trial};
use crate::algebra::{Matrix, RowSpace};
use crate::control::{Control, Stopped};
use crate::network::{Network, Samples};
use crate::number::{PrimeField, Stream, generator};
use crate::program::Program;
use crate::transcendence::{Plan, Point};

/// Where an analytic network is evaluated.
#[derive(Clone, Debug)]
pub(super) struct Analytic {
    program: Arc<Program>,
    pub(super) plan: Arc<Plan>,
    /// The number of inputs.
    pub(super) inputs: usize,
    /// Whether that more inputs add no rank was seen at a point, where the last added none, and is not known beforehand.
    pub(super) saturated_at_a_point: bool,
}

impl Analytic {
    /// The plan for so many samples. Functional: for the first number of inputs of which the last adds no rank at a random point
    /// (ranks are concave in the number of inputs).
    ///
    /// # Errors
    /// [`ReachError::Obscure`], or being stopped.
    pub(super) fn new(
        network: &Network,
        program: &Program,
        samples: Samples,
        seed: u64,
        control: &Control<'_>,
    ) -> Result<Self, ReachError> {
        let program = Arc::new(program.clone());
        let all = network.probe_inputs(samples);
        let plan = |inputs: usize| {
            let plan = Plan::new(&program, inputs, seed);
            plan.map(Arc::new).map_err(|reason| ReachError::Obscure { network: network.to_string(), reason })
        };
        if samples != Samples::Functional {
            let (plan, inputs) = (plan(all)?, all);
            return Ok(Analytic { program, plan, inputs, saturated_at_a_point: false });
        }
        let mut inputs = (network.weights().div_ceil(network.labels_per_input()) + 1).min(all).max(1);
        loop {
            let whole = Analytic { program: program.clone(), plan: plan(inputs)?, inputs, saturated_at_a_point: false };
            let enough = whole.enough(network, seed, control)?;
            match enough {
                Some(enough) if enough < all => {
                    // Fewer inputs are a part of the same plan, but places are numbered anew.
                    return Ok(Analytic { plan: plan(enough)?, inputs: enough, saturated_at_a_point: true, ..whole });
                }
                _ if inputs == all => return Ok(whole),
                _ => inputs = inputs.saturating_mul(2).min(all),
            }
        }
    }

    /// After how many inputs, at a random point, the last has added no rank, or there is no more to add.
    fn enough(&self, network: &Network, seed: u64, control: &Control<'_>) -> Result<Option<usize>, ReachError> {
        let (field, point) = self
            .point(seed, Stream::Arguments, u64::from(u32::MAX))
            .map_err(|reason| ReachError::Obscure { network: network.to_string(), reason })?;
        let mut space = RowSpace::new(field, network.weights());
        for (index, values) in point.values.iter().enumerate() {
            control.check()?;
            let before = space.rank();
            let jacobian = self.program.jacobian(&field, values);
            for row in (0..jacobian.rows()).map(|row| jacobian.row(row)) {
                space.insert(row.to_vec());
            }
            if space.rank() == before || space.rank() == network.weights() {
                return Ok(Some(index + 1));
            }
        }
        Ok(None)
    }

    fn point(
        &self,
        seed: u64,
        stream: Stream,
        index: u64,
    ) -> Result<(PrimeField, Point), crate::transcendence::Obscure> {
        let mut random = generator(seed, stream, index);
        self.plan.point(&self.program, &mut random)
    }

    /// The row space of the Jacobian at a random point; nothing if no point was found.
    pub(super) fn trial(
        &self,
        seed: u64,
        trial: u64,
        most: usize,
        control: &Control<'_>,
    ) -> Result<Option<Trial>, Stopped> {
        let Ok((field, point)) = self.point(seed, Stream::Points, trial) else {
            return Ok(None);
        };
        let parts = point.values.iter().map(|values| self.program.jacobian(&field, values));
        let parts: Vec<Matrix<u64>> = parts.collect();
        let mut random = generator(seed, Stream::Kernels, trial);
        let most = Most { rank: most, stops: false };
        Trial::read(field, self.program.weights(), parts.into_iter(), most, &mut random, control).map(Some)
    }
}
