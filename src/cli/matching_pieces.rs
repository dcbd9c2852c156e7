//! `match --resume DIR`: the instances of one match probability in pieces, decided once and kept.

use std::path::Path;

use allocert::allocation::{Allocation, parse, print};
use allocert::control::Control;
use allocert::matching::{Decision, MatchOptions, Matcher, Trials};
use allocert::network::{Network, Samples};
use allocert::reach::Settings;
use allocert::record::{Request, Run};

use super::Common;
use super::failure::Failure;
use super::output::bar;
use super::pieces::{Keeping, matcher};
use super::scan_pieces::{fingerprint, known_network};

/// So many instances are a piece.
const PIECE: u64 = 256;

/// One question about a match probability.
pub(super) struct Question {
    pub(super) network: Network,
    pub(super) allocation: Allocation,
    pub(super) samples: Samples,
    pub(super) options: MatchOptions,
    pub(super) settings: Settings,
    /// The seconds for the laws.
    pub(super) time_limit: u64,
}

impl Question {
    fn trials(&self) -> u64 {
        match self.options.trials {
            Trials::Fixed(most) | Trials::UpTo(most) | Trials::Precision { most, .. } => most,
        }
    }

    fn request(&self) -> Request {
        Request::Match {
            network: self.network.to_string(),
            program: fingerprint(&self.network),
            allocation: print(self.network.layout(), &self.allocation),
            samples: self.samples.count(),
            ensemble: self.options.ensemble.to_string(),
            trials: self.trials(),
            error_log2: self.settings.error_log2,
            time_limit: self.time_limit,
            seed: self.settings.seed,
        }
    }

    /// Decides the pieces that are not finished, and keeps them: what answers the question without deciding them again, or
    /// nothing where they are one shard's, which is said. `limited` is for the laws. Where a law settles the value, pieces are empty.
    pub(super) fn decided(
        &self,
        common: &Common,
        (keeping, folder): (&Keeping, &Path),
        (control, limited): (&Control<'_>, &Control<'_>),
    ) -> Result<Option<Matcher>, Failure> {
        let matcher = matcher(&self.network, self.samples, self.settings, &control.untimed())?;
        let look = MatchOptions { trials: Trials::Fixed(1), ..self.options };
        let settled = matcher.decide(&self.allocation, &look, limited)?.estimate.is_none();
        let pieces = usize::try_from(self.trials().div_ceil(PIECE)).unwrap_or(usize::MAX);
        let shown = bar("{bar:30} {pos}/{len} pieces of 256 instances, {eta} left");
        let texts = keeping.run(common, folder, (self.request(), pieces), &shown, |piece| {
            let first = piece as u64 * PIECE;
            let trials = first..self.trials().min(first + PIECE);
            let trials = if settled { first..first } else { trials };
            let decisions = matcher.decisions(&self.allocation, &self.options, trials, control);
            let text = decisions.map(|decisions| serde_json::to_string(&decisions).map_err(std::io::Error::other));
            Ok(text.transpose()?)
        })?;
        texts.map(|texts| self.with(matcher, &texts)).transpose()
    }

    /// The matcher that knows the decisions in these texts, in order, up to the first that is missing.
    fn with(&self, matcher: Matcher, texts: &[String]) -> Result<Matcher, Failure> {
        let mut decisions: Vec<Decision> = Vec::new();
        for text in texts {
            let damaged = |_| Failure::request("a piece is damaged\n  run its shard's command again");
            let piece: Vec<Decision> = serde_json::from_str(text).map_err(damaged)?;
            let whole = (decisions.len() as u64).is_multiple_of(PIECE);
            decisions.extend(piece.into_iter().filter(|_| whole));
        }
        Ok(matcher.with_decisions(self.allocation.clone(), decisions))
    }

    /// The question of a run, and the matcher that knows its decisions.
    pub(super) fn of(common: &Common, run: &Run, texts: &[String]) -> Result<(Self, Matcher), Failure> {
        let Request::Match { network, program, allocation, samples, ensemble, trials, error_log2, time_limit, seed } =
            &run.request
        else {
            return Err(Failure::request("these are no pieces of one match"));
        };
        let network = known_network(common, network, program.as_deref())?;
        let damaged = |error| Failure::request(format!("run.json is damaged: {error}\n  run it again"));
        let ensemble =
            ensemble.parse().map_err(|error: allocert::matching::UnknownEnsemble| damaged(error.to_string()))?;
        let samples = samples.map_or(Samples::Functional, Samples::Count);
        let settings = Settings { seed: *seed, error_log2: *error_log2 };
        let question = Question {
            allocation: parse(network.layout(), allocation)?,
            network,
            samples,
            options: MatchOptions { ensemble, trials: Trials::Fixed(*trials), ..MatchOptions::default() },
            settings,
            time_limit: *time_limit,
        };
        let matcher = matcher(&question.network, samples, settings, &Control::unlimited())?;
        let matcher = question.with(matcher, texts)?;
        Ok((question, matcher))
    }
}
