//! What a run takes, said before it starts: one that cannot end within its limit is refused, with what would fit.
//!
//! Work is counted, not timed, so the same request is refused or not whatever else the machine does; only how long a unit of
//! work takes is a constant, measured on one machine. No result depends on an estimate.

use std::time::Duration;

use rug::Integer;

use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::reach::{OrbitCount, ScanOptions, Settings, scan_cost};

use super::failure::Failure;
use super::output::{plural, thousands};

/// A scan of fewer weights than this ends soon enough not to be estimated.
const FEWEST_WEIGHTS: usize = 36;
/// A thousand products of a prime field, with all that a count does around them, in nanoseconds of one thread.
const THOUSAND_PRODUCTS: u64 = 2_000;
/// An orbit, apart from what its group and its rank take.
const ORBIT: u64 = 2_500;
/// A look-up on the way to an image, in picoseconds.
const LOOK_UP: u64 = 1_500;
/// A run is refused if it is estimated to take so many times its limit: estimates may be wrong by as much.
const MARGIN: u32 = 2;
/// A run in pieces may be started again and again, but not for ever.
const LONGEST_IN_PIECES: Duration = Duration::from_secs(30 * 24 * 3600);

/// What a run is allowed to take.
#[derive(Clone, Copy, Debug)]
pub(super) enum Allowed {
    /// So long, in one go.
    Time(Duration),
    /// Any number of goes, as one of so many shards.
    Pieces(usize),
}

/// Refuses a scan that cannot end.
pub(super) fn scan(
    (network, samples): (&Network, Samples),
    options: &ScanOptions,
    settings: Settings,
    allowed: Allowed,
    control: &Control<'_>,
) -> Result<(), Failure> {
    let n = options.within.as_ref().map_or(network.weights(), |within| within.size());
    if n < FEWEST_WEIGHTS {
        return Ok(());
    }
    let time = |options: &ScanOptions| {
        let products = scan_cost(network, samples, options, settings, control)?;
        Ok::<Integer, Failure>(products * THOUSAND_PRODUCTS / 1_000 / rayon::current_num_threads() as u64)
    };
    let (limit, shards) = match allowed {
        Allowed::Time(limit) => (limit * MARGIN, 1),
        Allowed::Pieces(shards) => (LONGEST_IN_PIECES, shards as u64),
    };
    let limit_ns = Integer::from(limit.as_nanos());
    let all = time(options)?;
    if Integer::from(&all / shards) <= limit_ns {
        return Ok(());
    }
    let first = options.sizes.as_ref().map_or(0, |sizes| *sizes.start());
    let last = options.sizes.as_ref().map_or(n, |sizes| n.min(*sizes.end()));
    // The largest size that fits, by bisection.
    let (mut fits, mut too_many) = (None, last);
    while fits.map_or(first, |size| size + 1) < too_many {
        let middle = fits.map_or(first, |size: usize| size + 1).midpoint(too_many);
        let smaller = ScanOptions { sizes: Some(first..=middle), ..options.clone() };
        if time(&smaller)? * MARGIN <= limit_ns {
            fits = Some(middle);
        } else {
            too_many = middle;
        }
    }
    let fits = fits.map(|size| format!("--sizes {}, ", range(first, size))).unwrap_or_default();
    let nonetheless = match allowed {
        Allowed::Time(_) => {
            let seconds = &all / Integer::from(1_000_000_000) + 1u32;
            let pieces = "--resume DIR (and --shard 1/N on N machines) keeps what is finished";
            format!("give more time with --time-limit {}; {pieces}", seconds * MARGIN)
        }
        Allowed::Pieces(_) => "or more shards".to_owned(),
    };
    let (what, threads) = (format!("{network}: the count of 2^{n} allocations"), threads());
    Err(Failure::limit(format!(
        "{what} is estimated to take {} on {threads}, over the limit of {}\n  what fits: {fits}--within fewer weights, a smaller network\n  {nonetheless}",
        duration(&all),
        duration(&Integer::from(limit.as_nanos() / u128::from(if shards == 1 { MARGIN } else { 1 }))),
    )))
}

fn range(first: usize, last: usize) -> String {
    if first == 0 { format!("..{last}") } else { format!("{first}..{last}") }
}

/// Refuses a listing of orbits that cannot end.
pub(super) fn listing(
    (network, teacher): (&Network, usize),
    count: &OrbitCount,
    limit: Duration,
) -> Result<(), Failure> {
    let group = count.group();
    let (points, rank) = (group.points() as u64, teacher as u64);
    let images = group.order() * points.div_ceil(4) * LOOK_UP / 1_000;
    let each = ORBIT + images + rank * rank * points * THOUSAND_PRODUCTS / 1_000;
    let each = each / rayon::current_num_threads() as u64 + 1;
    let all = count.visited() * each;
    let limit_ns = Integer::from(limit.as_nanos());
    // Nothing is kept of a listing that is stopped: it has to fit.
    if all <= limit_ns {
        return Ok(());
    }
    let fits = count.largest_size_within(&Integer::from(&limit_ns / each));
    let fits = fits.map(|size| format!("--sizes ..{size}, ")).unwrap_or_default();
    let seconds = &all / Integer::from(1_000_000_000) + 1u32;
    Err(Failure::limit(format!(
        "{network}: {} orbits are estimated to take {} on {}, over the limit of {}\n  what fits: {fits}--within fewer weights, a smaller network\n  give more time with --time-limit {}",
        thousands(count.visited()),
        duration(&all),
        threads(),
        duration(&limit_ns),
        seconds * MARGIN,
    )))
}

fn threads() -> String {
    plural(rayon::current_num_threads() as u64, "thread")
}

/// A time in nanoseconds, roughly.
pub(super) fn duration(nanoseconds: &Integer) -> String {
    let seconds = Integer::from(nanoseconds / 1_000_000_000);
    let units: [(u64, &str); 4] = [(365 * 24 * 3600, "year"), (24 * 3600, "day"), (3600, "hour"), (60, "minute")];
    for (length, name) in units {
        if seconds >= 3 * length {
            let number = Integer::from(&seconds / length);
            if number > 1_000_000_000 {
                return format!("more than 10^9 {name}s");
            }
            return format!("{} {name}s", thousands(number));
        }
    }
    format!("{seconds} s")
}
