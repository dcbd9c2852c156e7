//! Points of networks with quotients, exponentials and logarithms: integers for weights, inputs, and, as Ax's theorem allows, for each
//! exponential and logarithm; and as many points as show that the theorem does.

use allocert_core::algebra::RowSpace;
use allocert_core::allocation::Allocation;
use allocert_core::network::{Network, Samples};
use allocert_core::number::{Field, PrimeField, Ring, Stream, generator};
use allocert_core::program::{Function, Operation, Program, Step, Values};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::RngCore;

use super::CannotCertify;
use super::engine::Engine;
use super::ground::Ground;
use allocert_format::Rule;

/// Where something is divided by zero, an input is drawn again so often.
const MOST_DRAWS: usize = 8;
/// So many further points may add nothing to what gradients show.
const MOST_QUIET: usize = 3;
/// The most exponentials and logarithms on all samples together whose gradients are looked at at once.
const MOST_ARGUMENTS: usize = 600;
/// More points are not written.
const MOST_POINTS: usize = 64;

/// Numbers for exponentials are up to this, so that few of them make a denominator zero, as −1 does for tanh.
const LARGE: u64 = 997;

/// Small integers without zero.
pub(super) struct Draw {
    random: ChaCha12Rng,
    bound: u64,
}

impl Draw {
    pub(super) fn new(seed: u64, stream: u64, bound: u64) -> Self {
        Draw { random: generator(seed, Stream::Certificates, stream), bound }
    }

    fn integers(&mut self, count: usize) -> Vec<i64> {
        (0..count).map(|_| self.integer(self.bound)).collect()
    }

    fn numbers(&mut self, count: usize) -> Vec<i64> {
        (0..count).map(|_| self.integer(self.bound.max(LARGE))).collect()
    }

    fn integer(&mut self, bound: u64) -> i64 {
        let draw = self.random.next_u64();
        let size = ((draw >> 1) % bound) as i64 + 1;
        if draw & 1 == 1 { -size } else { size }
    }
}

/// Numbers for everything, so far.
pub(super) struct Drawn {
    pub(super) weights: Vec<i64>,
    pub(super) inputs: Vec<Vec<i64>>,
    /// For exponentials and logarithms that depend on no input, and for the others on each input.
    shared: Vec<i64>,
    each: Vec<Vec<i64>>,
}

/// Where a program is evaluated.
#[derive(Debug)]
pub struct Place<'a> {
    /// The program of a network of one's own.
    pub(super) program: &'a Program,
    pub(super) field: PrimeField,
    /// For each step that takes an exponential or a logarithm, in order, whether it depends on an input.
    sees: Vec<(Step, bool)>,
}

/// Derivatives of the arguments of exponentials and logarithms by weights and by the entries of one input, in order.
type Gradients = Vec<Vec<u64>>;

impl<'a> Place<'a> {
    pub(super) fn of(network: &'a Network, field: PrimeField) -> Option<Self> {
        let program = network.own_program()?;
        let seeing = program.seeing();
        let function = |(at, operation): (usize, &Operation)| match operation {
            Operation::Apply(Function::Exp | Function::Log, _) => Some((program.step(at), seeing[at])),
            _ => None,
        };
        let sees = program.operations().iter().enumerate().filter_map(function).collect();
        Some(Place { program, field, sees })
    }

    fn own(&self) -> usize {
        self.sees.iter().filter(|(_, sees)| *sees).count()
    }

    /// Weights, and numbers that depend on no input.
    pub(super) fn begin(&self, draw: &mut Draw) -> Drawn {
        let weights = draw.integers(self.program.weights());
        let shared = draw.numbers(self.sees.len() - self.own());
        Drawn { weights, inputs: Vec::new(), shared, each: Vec::new() }
    }

    /// One more input, at which nothing is divided by zero, and the values of all steps there.
    pub(super) fn add_input(&self, at: &mut Drawn, draw: &mut Draw) -> Option<Values<u64>> {
        for _ in 0..MOST_DRAWS {
            let (input, numbers) = (draw.integers(self.program.inputs()), draw.numbers(self.own()));
            if let Some(values) = self.values(&at.weights, &input, (&at.shared, &numbers)) {
                at.inputs.push(input);
                at.each.push(numbers);
                return Some(values);
            }
        }
        None
    }

    fn values(&self, weights: &[i64], input: &[i64], (shared, own): (&[i64], &[i64])) -> Option<Values<u64>> {
        let field = self.field;
        let enter = |values: &[i64]| values.iter().map(|v| field.integer(*v)).collect::<Vec<u64>>();
        let (mut shared, mut own, mut sees) = (shared.iter(), own.iter(), self.sees.iter());
        self.program.evaluate_with(&field, &enter(weights), &enter(input), |_, operation, operand| {
            let number = if sees.next()?.1 { own.next()? } else { shared.next()? };
            let number = field.integer(*number);
            match operation {
                Operation::Apply(Function::Exp, _) => Some((number, number)),
                Operation::Apply(Function::Log, _) => Some((number, field.inverse(operand)?)),
                _ => None,
            }
        })
    }

    /// The numbers as certificates list them.
    pub(super) fn lists(&self, at: &Drawn) -> Vec<Vec<i64>> {
        if self.sees.is_empty() {
            return Vec::new();
        }
        std::iter::once(&at.shared).chain(&at.each).cloned().collect()
    }

    fn gradients(&self, values: &Values<u64>) -> Gradients {
        let (program, everything) = (self.program, vec![true; self.program.operations().len()]);
        let gradient = |(step, _): &(Step, bool)| {
            let Operation::Apply(function, operand) = program.operation(*step) else { return Vec::new() };
            let log = *function == Function::Log;
            let seed = if log { self.field.inverse(values.of(*operand)).unwrap_or(0) } else { self.field.one() };
            let mut adjoints = program.backwards(&self.field, values, &[(*operand, seed)], &everything);
            adjoints.truncate(program.weights() + program.inputs());
            adjoints
        };
        self.sees.iter().map(gradient).collect()
    }

    /// Those of the arguments that depend on inputs, or of the others, by the entries of the inputs, or by the weights.
    fn part(&self, gradients: &Gradients, seeing: bool) -> Vec<Vec<u64>> {
        let n = self.program.weights();
        let rows = self.sees.iter().zip(gradients).filter(|((_, sees), _)| *sees == seeing);
        rows.map(|(_, row)| if seeing { row[n..].to_vec() } else { row[..n].to_vec() }).collect()
    }
}

/// How many labels, on all samples, depend on a set.
pub(super) fn labels(network: &Network, samples: Samples, set: &Allocation) -> Option<usize> {
    let (program, samples) = (network.own_program()?, samples.count()?);
    let mut moves: Vec<bool> = Vec::with_capacity(program.operations().len());
    for operation in program.operations() {
        let own = matches!(operation, Operation::Weight(w) if set.contains(*w as usize));
        moves.push(own || operation.operands().any(|operand| moves[operand.index()]));
    }
    let each = program.outputs().iter().filter(|output| moves[output.index()]).count();
    each.checked_mul(usize::try_from(samples).ok()?)
}

/// Rows that grow.
struct Rows {
    field: PrimeField,
    rows: Vec<Vec<u64>>,
}

impl Rows {
    /// Appends entries to all rows; their rank now.
    fn extend(&mut self, more: Vec<Vec<u64>>) -> usize {
        if self.rows.is_empty() {
            self.rows = vec![Vec::new(); more.len()];
        }
        self.rows.iter_mut().zip(more).for_each(|(row, more)| row.extend(more));
        let mut space = RowSpace::new(self.field, self.rows.first().map_or(0, Vec::len));
        self.rows.iter().for_each(|row| {
            space.insert(row.clone());
        });
        space.rank()
    }
}

/// Points that show, beside that of the ground, that all exponentials and logarithms are independent on its inputs; nothing where
/// there are none.
///
/// # Errors
/// [`CannotCertify::Dependent`].
pub(super) fn further_points<E: Engine>(ground: &Ground<'_, E>) -> Result<Option<Vec<Rule>>, CannotCertify> {
    let Some(place) = Place::of(&ground.network, ground.field).filter(|place| !place.sees.is_empty()) else {
        return Ok(None);
    };
    let mut values = Vec::new();
    for (input, own) in ground.inputs.iter().zip(ground.functions.iter().skip(1)) {
        values.push(place.values(&ground.weights, input, (&ground.functions[0], own)).ok_or(CannotCertify::Point)?);
    }
    let first: Vec<Gradients> = values.iter().map(|values| place.gradients(values)).collect();
    if let Some(points) = one_by_one(&place, &first) {
        return Ok(Some(points));
    }
    jointly(&place, &first).map(Some).ok_or(CannotCertify::Dependent)
}

/// Points of one input each, with which gradients by the inputs alone show it for any number of samples.
fn one_by_one(place: &Place<'_>, first: &[Gradients]) -> Option<Vec<Rule>> {
    let field = place.field;
    if first.is_empty() {
        return None;
    }
    let mut rows = [true, false].map(|seeing| (seeing, Rows { field, rows: Vec::new() }));
    let mut extend = |gradients: &[Gradients]| {
        let mut on_one = |gradients: &Gradients| -> usize {
            rows.iter_mut().map(|(seeing, rows)| rows.extend(place.part(gradients, *seeing))).sum()
        };
        gradients.iter().map(&mut on_one).last().unwrap_or(0)
    };
    let rank = extend(first);
    until_independent(place, (1, 1 << 32), (rank, place.sees.len()), extend)
}

/// Points of as many inputs as the first, with which gradients by everything show it on so many samples.
fn jointly(place: &Place<'_>, first: &[Gradients]) -> Option<Vec<Rule>> {
    let samples = first.len();
    let all = place.sees.len() - place.own() + samples * place.own();
    if all > MOST_ARGUMENTS {
        return None;
    }
    let mut rows = Rows { field: place.field, rows: Vec::new() };
    let mut extend = |gradients: &[Gradients]| rows.extend(joint(place, gradients));
    let rank = extend(first);
    until_independent(place, (samples, 1 << 33), (rank, all), extend)
}

/// Points of so many inputs, until the gradients there have brought the rank up to that of all; nothing if some in a row bring nothing.
fn until_independent(
    place: &Place<'_>,
    (samples, stream): (usize, u64),
    (mut rank, all): (usize, usize),
    mut extend: impl FnMut(&[Gradients]) -> usize,
) -> Option<Vec<Rule>> {
    let (mut points, mut quiet) = (Vec::new(), 0);
    let mut draw = Draw::new(0, stream, 99);
    while rank < all && quiet < MOST_QUIET && points.len() < MOST_POINTS {
        let mut at = place.begin(&mut draw);
        let drawn: Option<Vec<Gradients>> =
            (0..samples).map(|_| Some(place.gradients(&place.add_input(&mut at, &mut draw)?))).collect();
        let next = extend(&drawn?);
        quiet = if next > rank { 0 } else { quiet + 1 };
        rank = next;
        points.push(point(place, &at));
    }
    (rank == all).then_some(points)
}

/// The gradients on all samples by everything: a row for each argument on each sample, one for those that depend on no input.
fn joint(place: &Place<'_>, gradients: &[Gradients]) -> Vec<Vec<u64>> {
    let (n, d, samples) = (place.program.weights(), place.program.inputs(), gradients.len());
    let row = |slot: usize, sample: usize| {
        let gradient = &gradients[sample][slot];
        let mut row = vec![0; n + samples * d];
        row[..n].copy_from_slice(&gradient[..n]);
        row[n + sample * d..n + (sample + 1) * d].copy_from_slice(&gradient[n..]);
        row
    };
    let slots = place.sees.iter().enumerate();
    slots
        .flat_map(|(slot, (_, sees))| (0..if *sees { samples } else { 1 }).map(move |sample| row(slot, sample)))
        .collect()
}

fn point(place: &Place<'_>, at: &Drawn) -> Rule {
    Rule::Point { weights: at.weights.clone(), inputs: at.inputs.clone(), functions: place.lists(at) }
}
