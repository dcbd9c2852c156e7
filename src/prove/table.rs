//! Certificates of the dimensions of all allocations of a network: by branches of a matroid, or by a table over patterns.

use allocert_core::network::{Network, Samples};
use allocert_core::reach::Settings;

use super::count::MOST_VISITED;
use super::engine::{Engine, Sound};
use super::writer::Writer;
use super::{CannotCertify, count, patterns};
use allocert_format::{FORMAT, Header, VERSION};

/// All allocations of networks with kinks are looked at one by one, so these have at most so many weights.
pub const MOST_WEIGHTS: usize = 15;

/// What a table leaves unproved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holes {
    /// Dimensions that are known by random points only.
    pub dimensions: u64,
    /// All dimensions.
    pub of: u64,
    /// The sets whose bounds are missing.
    pub sets: Vec<String>,
}

/// Writes the certificate of the dimensions of all allocations of a network: of so many weights that at most 2^27 independent
/// sets are visited, or with kinks of at most [`MOST_WEIGHTS`]. Costs minutes at most, mostly below a second.
///
/// # Errors
/// A larger network, one whose Jacobian is over a limit, or no integer points that show the ranks.
pub fn of_table(network: &Network, samples: Samples, settings: Settings) -> Result<(String, Holes), CannotCertify> {
    of_table_by(&Sound, network, samples, settings)
}

/// The same, from what another engine says.
///
/// # Errors
/// As [`of_table`]; and what that engine says may not fit together.
pub fn of_table_by(
    engine: &impl Engine,
    network: &Network,
    samples: Samples,
    settings: Settings,
) -> Result<(String, Holes), CannotCertify> {
    let header = Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        about: "scan".to_owned(),
        network: Some(network.to_string()),
        samples: samples.count(),
        allocation: None,
        ensemble: None,
        seed: settings.seed,
    };
    let mut writer = Writer::new(header);
    let (step, holes) = all_dimensions(&mut writer, engine, network, samples, settings, MOST_VISITED)?;
    Ok((writer.end(vec![step]), holes))
}

/// Writes the steps that prove the dimensions of all allocations; the last one's number.
pub(super) fn all_dimensions(
    writer: &mut Writer,
    engine: &impl Engine,
    network: &Network,
    samples: Samples,
    settings: Settings,
    visited: u64,
) -> Result<(u64, Holes), CannotCertify> {
    if network.is_polynomial() {
        return count::all_dimensions(writer, engine, network, samples, settings, visited);
    }
    patterns::all_dimensions(writer, engine, network, samples, settings)
}
