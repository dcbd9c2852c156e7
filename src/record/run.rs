//! What a folder of finished pieces belongs to.

use serde::{Deserialize, Serialize};

/// A run whose pieces are kept in a folder: `run.json` there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The version of the program: pieces of another may be cut otherwise.
    pub version: String,
    /// What is asked.
    pub request: Request,
    /// The number of all pieces, of all shards together.
    pub pieces: usize,
    /// (i, n): the folder is for the pieces p with p mod n = i − 1; the whole is (1, 1).
    pub shard: (usize, usize),
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "lowercase")]
pub enum Request {
    /// `allocert scan`
    Scan {
        /// The network, as it is written.
        network: String,
        /// A checksum of the forward pass, of a network that is not built in: another file may define the same name otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        program: Option<String>,
        /// The number of generic inputs; nothing when functional.
        samples: Option<u64>,
        /// The weights that the allocations lie in; nothing means all.
        within: Option<String>,
        /// The first and the last size; nothing means all.
        sizes: Option<(usize, usize)>,
        /// The bound on the error.
        error_log2: i64,
        /// The seed.
        seed: u64,
    },
    /// `allocert verify`
    Verify {
        /// The files, each with a checksum of its text.
        files: Vec<(String, String)>,
        /// The names of the claims, in order: one piece each.
        claims: Vec<String>,
        /// The bound on the error of one claim.
        error_log2: i64,
        /// The seconds for one claim.
        time_limit: u64,
        /// The most allocations of one claim.
        max_allocations: u64,
        /// Whether trainers run on a sample of each claim's allocations.
        #[serde(default)]
        train: bool,
        /// The folder for certificates.
        #[serde(default)]
        certificate: Option<String>,
        /// Whether they are checked.
        #[serde(default)]
        check: bool,
        /// The seed.
        seed: u64,
    },
    /// `allocert rank --batch`
    Batch {
        /// The network, as it is written.
        network: String,
        /// A checksum of its forward pass, of a network that is not built in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        program: Option<String>,
        /// The number of lines with a question, and a checksum of them.
        lines: (usize, String),
        /// The number of generic inputs where a line gives none; nothing when functional.
        samples: Option<u64>,
        /// The activation patterns drawn for a network with kinks.
        draws: u64,
        /// The bound on the error.
        error_log2: i64,
        /// The seed.
        seed: u64,
    },
    /// `allocert rank --networks`
    Networks {
        /// The number of lines with a question, and a checksum of them.
        lines: (usize, String),
        /// A checksum of the forward passes of networks that are not built in.
        programs: String,
        /// The number of generic inputs where a line gives none; nothing when functional.
        samples: Option<u64>,
        /// The activation patterns drawn for a network with kinks.
        draws: u64,
        /// The bound on the error.
        error_log2: i64,
        /// The seed.
        seed: u64,
    },
    /// `allocert match --batch`, `allocert classify --batch`
    Matches {
        /// The network, as it is written.
        network: String,
        /// A checksum of its forward pass, of a network that is not built in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        program: Option<String>,
        /// The number of lines with a question, and a checksum of them.
        lines: (usize, String),
        /// The number of generic inputs where a line gives none; nothing when functional.
        samples: Option<u64>,
        /// How students, teachers and inputs are drawn.
        ensemble: String,
        /// How many instances are decided.
        trials: String,
        /// The bound on the error.
        error_log2: i64,
        /// The seconds for one line.
        time_limit: u64,
        /// The seed.
        seed: u64,
    },
    /// `allocert match`
    Match {
        /// The network, as it is written.
        network: String,
        /// A checksum of its forward pass, of a network that is not built in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        program: Option<String>,
        /// The learnable weights.
        allocation: String,
        /// The number of generic inputs; nothing when functional.
        samples: Option<u64>,
        /// How students, teachers and inputs are drawn.
        ensemble: String,
        /// How many instances are decided.
        trials: u64,
        /// The bound on the error.
        error_log2: i64,
        /// The seconds for the laws.
        time_limit: u64,
        /// The seed.
        seed: u64,
    },
    /// `allocert classify`
    Classify {
        /// The network, as it is written.
        network: String,
        /// A checksum of its forward pass, of a network that is not built in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        program: Option<String>,
        /// The number of generic inputs; nothing when functional.
        samples: Option<u64>,
        /// How many instances are decided for what no law settles.
        trials: u64,
        /// The bound on the error.
        error_log2: i64,
        /// The seconds for what follows from the bases.
        time_limit: u64,
        /// The seed.
        seed: u64,
    },
    /// `allocert survey`
    Survey {
        /// The network, as it is written.
        network: String,
        /// A checksum of its forward pass, of a network that is not built in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        program: Option<String>,
        /// The first and the last size.
        sizes: (usize, usize),
        /// The numbers of generic inputs, each or nothing when functional.
        samples: Vec<Option<u64>>,
        /// Students and teachers for each orbit.
        trials: u64,
        /// The trainers.
        trainers: Vec<String>,
        /// Restarts of Levenberg-Marquardt, and of the others.
        restarts: (u32, u32),
        /// The bound on the error.
        error_log2: i64,
        /// The seed.
        seed: u64,
    },
}

impl Run {
    /// Whether a piece is this shard's.
    pub fn has(&self, piece: usize) -> bool {
        piece % self.shard.1.max(1) + 1 == self.shard.0
    }

    /// The seed of what is asked.
    pub fn seed(&self) -> u64 {
        match self.request {
            Request::Scan { seed, .. }
            | Request::Verify { seed, .. }
            | Request::Batch { seed, .. }
            | Request::Networks { seed, .. }
            | Request::Matches { seed, .. }
            | Request::Match { seed, .. }
            | Request::Classify { seed, .. }
            | Request::Survey { seed, .. } => seed,
        }
    }

    /// This shard's pieces.
    pub fn own(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.pieces).filter(|piece| self.has(*piece))
    }
}
