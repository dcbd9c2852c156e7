//! Going through a claim's range on one network: every allocation, or one of each orbit where symmetry lets it speak for
//! the others.

use starlark::environment::Module;
use starlark::eval::Evaluator;
use starlark::values::Value;

use super::check::Range;
use super::file::{Claim, parse};
use super::globals::{Host, globals};
use super::invariance::{Closed, Keeps, Requirement};
use super::limits::{MOST_TICKS, limit, on_deep_stack};
use super::session::Lens;
use super::unknown::{Reading, once};
use super::values::{NetworkValue, allocation_of};
use allocert_core::allocation::{Allocation, Layout, Tensor};
use allocert_core::control::Control;
use allocert_core::network::Symmetry;
use allocert_core::number::mixed;
use allocert_core::reach::{Group, Orbit, Orbits, ReachError};

/// An instance to evaluate, and for how many it stands.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The allocation; nothing for a claim about networks.
    pub allocation: Option<Allocation>,
    /// The number of allocations in its orbit.
    pub stands_for: u64,
    /// One of the others in its orbit, if the claim is evaluated there, too, as a test.
    pub image: Option<Allocation>,
}

/// The range of a claim on one network, size after size.
#[derive(Debug)]
pub(super) struct Sweep<'a> {
    range: &'a Range,
    orbits: Option<Orbits>,
    seed: u64,
}

/// Of each size, the first so many orbits are tested at an image,
const TESTED: usize = 4;
/// and of the others every so manyth.
const TESTED_OF: u64 = 16;

impl<'a> Sweep<'a> {
    /// Finds out which symmetries the claim and its range admit.
    pub(super) fn new(claim: &Claim, lens: &Lens, range: &'a Range) -> Self {
        let orbits = group(claim, lens, range).map(Orbits::new);
        Sweep { orbits, ..Sweep::one_by_one(lens, range) }
    }

    /// Uses no symmetry.
    pub(super) fn one_by_one(lens: &Lens, range: &'a Range) -> Self {
        Sweep { range, orbits: None, seed: lens.session().seed() }
    }

    /// Whether it goes by orbits.
    pub(super) fn by_orbits(&self) -> bool {
        self.orbits.is_some()
    }

    /// The instances of one size, in canonical order. Sizes must be asked for from the smallest up.
    ///
    /// # Errors
    /// If the orbits of a size do not prove to be complete.
    pub(super) fn of_size(
        &mut self,
        size: usize,
        control: &Control<'_>,
    ) -> Result<Box<dyn Iterator<Item = Item> + '_>, ReachError> {
        let Some(orbits) = &mut self.orbits else {
            let single = |allocation| Item { allocation, stands_for: 1, image: None };
            return Ok(Box::new(self.range.of_size(size).map(single)));
        };
        if !self.range.has_size(size) {
            return Ok(Box::new(std::iter::empty()));
        }
        while orbits.size() < size {
            orbits.advance(control)?;
        }
        let (orbits, seed) = (&*orbits, self.seed);
        Ok(Box::new(orbits.level().iter().enumerate().map(move |(place, orbit)| Item {
            allocation: Some(orbits.group().allocation(orbit.representative)),
            stands_for: orbits.length(orbit),
            image: image(orbits, orbit, place, seed),
        })))
    }
}

/// A random image of an orbit's representative that is another allocation, for a random part of the orbits.
fn image(orbits: &Orbits, orbit: &Orbit, place: usize, seed: u64) -> Option<Allocation> {
    let random = mixed(seed ^ mixed(orbit.representative));
    if orbits.length(orbit) < 2 || place >= TESTED && !random.is_multiple_of(TESTED_OF) {
        return None;
    }
    // At least half of the elements move the representative.
    let images = (0..64).map(|i| orbits.group().image(orbit.representative, mixed(random ^ i)));
    let mut others = images.filter(|image| *image != orbit.representative);
    others.next().map(|image| orbits.group().allocation(image))
}

/// Smaller sizes than those asked for are gone through, too; if they are so many times as many, orbits do not pay.
const MOST_DETOUR: u32 = 4;
/// Fewer allocations than this are checked one by one.
const FEWEST: u64 = 16;

/// The group that the claim and its range admit; nothing if it would do nothing.
fn group(claim: &Claim, lens: &Lens, range: &Range) -> Option<Group> {
    let requirements = claim.requirements.as_deref()?;
    let Range::Inside { within, sizes } = range else {
        return None;
    };
    let largest = *sizes.last()?;
    let (asked, all) = (range.number(u64::MAX), Range::up_to(within, largest).number(u64::MAX));
    if asked < FEWEST || asked * MOST_DETOUR < all || within.size() > allocert_core::reach::MOST_POINTS {
        return None;
    }
    let symmetries = admitted(claim, lens, requirements);
    let most = all.to_usize().unwrap_or(usize::MAX);
    let group = Group::of_order_at_most(most, within, &symmetries)?;
    (group.order() > 1).then_some(group)
}

/// The symmetries that meet all requirements.
fn admitted(claim: &Claim, lens: &Lens, requirements: &[Requirement]) -> Vec<Symmetry> {
    let layout = lens.network().layout();
    let mut symmetries = lens.network().symmetries(lens.samples());
    for requirement in requirements {
        if symmetries.is_empty() {
            break;
        }
        match requirement {
            // Tensors, rows and layers count entries. Where those are pinned or tied, a symmetry maps weights, which are others.
            Requirement::Tensors(_) | Requirement::Tensor(..) | Requirement::EachLayer | Requirement::Layers
                if !layout.is_full() =>
            {
                symmetries.clear();
            }
            Requirement::AnySamples => symmetries.retain(|s| s.least <= 1),
            Requirement::EachLayer => symmetries.retain(|s| layers(layout, s).is_some_and(|to| to.is_sorted())),
            Requirement::Layers => symmetries.retain(|s| layers(layout, s).is_some()),
            Requirement::Tensors(keeps) => {
                let all = layout.tensors();
                symmetries
                    .retain(|s| all.iter().all(|t| target(layout, s, t).is_some_and(|to| keep(s, t, to, *keeps))));
            }
            Requirement::Tensor(None, keeps) => {
                symmetries.retain(|s| layout.tensors().iter().all(|t| keep(s, t, t, *keeps)));
            }
            Requirement::Tensor(Some(name), keeps) => {
                let name = value(claim, lens, name).and_then(|v| v.text);
                let tensor = name.and_then(|name| layout.tensor(&name));
                symmetries.retain(|s| tensor.is_some_and(|t| keep(s, t, t, *keeps)));
            }
            Requirement::Weights(weights) => {
                let weights = value(claim, lens, weights).and_then(|v| v.allocation);
                let kept = |s: &Symmetry, a: &Allocation| a.iter().all(|w| a.contains(s.images[w]));
                symmetries.retain(|s| weights.as_ref().is_some_and(|a| kept(s, a)));
            }
        }
    }
    symmetries
}

/// The layer that each layer goes to, from 1; nothing if one is torn apart.
fn layers(layout: &Layout, symmetry: &Symmetry) -> Option<Vec<usize>> {
    let mut to = vec![0; layout.layers()];
    for (from, image) in symmetry.images.iter().enumerate() {
        let (from, image) = (layout.weight(from).tensor.layer, layout.weight(*image).tensor.layer);
        if to[from - 1] == 0 {
            to[from - 1] = image;
        } else if to[from - 1] != image {
            return None;
        }
    }
    Some(to)
}

/// The tensor that a tensor's first weight goes to.
fn target<'l>(layout: &'l Layout, symmetry: &Symmetry, tensor: &Tensor) -> Option<&'l Tensor> {
    symmetry.images.get(tensor.start).map(|image| layout.weight(*image).tensor)
}

/// Whether a symmetry maps a tensor onto another, and keeps its rows or columns as asked.
fn keep(symmetry: &Symmetry, from: &Tensor, to: &Tensor, keeps: Keeps) -> bool {
    let inside = from.positions().all(|w| to.positions().contains(&symmetry.images[w]));
    // Whether the line of an image (its row or column) follows from the line of the weight.
    let follows = |line: fn(&Tensor, usize) -> usize, image_line: fn(&Tensor, usize) -> usize| {
        let mut lines = vec![None; from.rows.max(from.columns)];
        from.positions().all(|w| {
            let image = image_line(to, symmetry.images[w]);
            *lines[line(from, w)].get_or_insert(image) == image
        })
    };
    let row: fn(&Tensor, usize) -> usize = |t, w| (w - t.start) / t.columns;
    let column: fn(&Tensor, usize) -> usize = |t, w| (w - t.start) % t.columns;
    inside
        && from.size() == to.size()
        && match keeps {
            Keeps::Cells => true,
            Keeps::Rows => from.rows == to.rows && follows(row, row),
            Keeps::Columns => from.columns == to.columns && follows(column, column),
            Keeps::Lines => {
                let straight = from.rows == to.rows && follows(row, row) && follows(column, column);
                straight || (from.rows == to.columns && follows(row, column) && follows(column, row))
            }
        }
}

/// What an expression that depends on the network alone means.
struct Meaning {
    text: Option<String>,
    allocation: Option<Allocation>,
}

/// Evaluates such an expression with the names of the claim's file; nothing if that fails.
fn value(claim: &Claim, lens: &Lens, closed: &Closed) -> Option<Meaning> {
    on_deep_stack(|| evaluate(claim, lens, closed)).ok()?.ok()?
}

fn evaluate(claim: &Claim, lens: &Lens, closed: &Closed) -> Option<Meaning> {
    let source = format!("(lambda {}: ({}\n))", closed.parameters.join(", "), closed.text);
    let ast = parse("<symmetry>", source).ok()?;
    let session = lens.session();
    let _entered = session.enter();
    let host = Host::new(session);
    Module::with_temp_heap(|module| {
        module.import_public_symbols(&claim.module);
        let mut eval = Evaluator::new(&module);
        eval.extra = Some(&host);
        limit(&mut eval, MOST_TICKS, host.session.control()).ok()?;
        let function = eval.eval_module(ast, &globals()).ok()?;
        let heap = module.heap();
        let network = |_: &String| heap.alloc(NetworkValue::new(lens.clone()));
        let networks: Vec<Value<'_>> = closed.parameters.iter().map(network).collect();
        let (value, doubt) = once(Reading::Strict, || eval.eval_function(function, &networks, &[]));
        let value = value.ok().filter(|_| doubt.is_none())?;
        let allocation = allocation_of(lens, value, heap).ok();
        Some(Meaning { text: value.unpack_str().map(str::to_owned), allocation })
    })
}
