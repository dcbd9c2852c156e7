//! `classify --resume DIR`: what is found out about each basis of a network, in pieces, done once and kept.

use std::path::Path;

use allocert::control::Control;
use allocert::matching::{KeptBasis, MatchOptions, Matcher, Trials};
use allocert::network::{Network, Samples};
use allocert::reach::Settings;
use allocert::record::{Request, Run};

use super::Common;
use super::failure::Failure;
use super::output::bar;
use super::pieces::{Keeping, matcher};
use super::scan_pieces::{fingerprint, known_network};

/// So many orbits of bases are a piece.
const PIECE: usize = 16;

/// A network whose allocations are all asked about.
pub(super) struct Question {
    pub(super) network: Network,
    pub(super) samples: Samples,
    pub(super) options: MatchOptions,
    /// The instances that the options have.
    pub(super) trials: u64,
    pub(super) settings: Settings,
    /// The seconds for what follows from the bases.
    pub(super) time_limit: u64,
}

impl Question {
    fn request(&self) -> Request {
        Request::Classify {
            network: self.network.to_string(),
            program: fingerprint(&self.network),
            samples: self.samples.count(),
            trials: self.trials,
            error_log2: self.settings.error_log2,
            time_limit: self.time_limit,
            seed: self.settings.seed,
        }
    }

    /// Looks at the bases of pieces that are not finished, and keeps what is found: the matcher that knows it, or nothing where
    /// the pieces are one shard's, which is said.
    pub(super) fn looked(
        &self,
        common: &Common,
        (keeping, folder): (&Keeping, &Path),
        control: &Control<'_>,
    ) -> Result<Option<Matcher>, Failure> {
        let matcher = matcher(&self.network, self.samples, self.settings, control)?;
        let bases = matcher.bases(&self.options, control)?;
        let pieces: Vec<_> = bases.chunks(PIECE).collect();
        let shown = bar("{bar:30} {pos}/{len} pieces of 16 bases, {eta} left");
        let texts = keeping.run(common, folder, (self.request(), pieces.len()), &shown, |piece| {
            let found = matcher.look_at_bases(pieces[piece], &self.options, control)?;
            let text = found.map(|found| serde_json::to_string(&found).map_err(std::io::Error::other));
            Ok(text.transpose()?)
        })?;
        texts.map(|texts| with(matcher, &texts)).transpose()
    }

    /// The question of a run, and the matcher that knows what its pieces found.
    pub(super) fn of(common: &Common, run: &Run, texts: &[String]) -> Result<(Self, Matcher), Failure> {
        let Request::Classify { network, program, samples, trials, error_log2, time_limit, seed } = &run.request else {
            return Err(Failure::request("these are no pieces of a classification"));
        };
        let samples = samples.map_or(Samples::Functional, Samples::Count);
        let settings = Settings { seed: *seed, error_log2: *error_log2 };
        let question = Question {
            network: known_network(common, network, program.as_deref())?,
            samples,
            options: MatchOptions { trials: Trials::Fixed(*trials), ..MatchOptions::default() },
            trials: *trials,
            settings,
            time_limit: *time_limit,
        };
        let matcher = with(matcher(&question.network, samples, settings, &Control::unlimited())?, texts)?;
        Ok((question, matcher))
    }
}

/// The matcher that knows what these texts say.
fn with(matcher: Matcher, texts: &[String]) -> Result<Matcher, Failure> {
    let mut bases: Vec<KeptBasis> = Vec::new();
    for text in texts {
        let damaged = |_| Failure::request("a piece is damaged\n  run its shard's command again");
        let piece: Vec<KeptBasis> = serde_json::from_str(text).map_err(damaged)?;
        bases.extend(piece);
    }
    Ok(matcher.with_bases(bases))
}
