//! Bounds for recurrent networks from the theory of linear systems. Their proofs stand in the checker and in
//! `docs/certificate-format.md`.

use super::Subject;

/// The layers of the encoder B, the recurrent matrix W and the decoder D.
const LAYERS: [usize; 3] = [1, 2, 3];

/// A set of weights of a recurrent network with n hidden units and T steps, by the matrices that they lie in.
#[derive(Debug)]
pub(super) struct System {
    n: usize,
    t: usize,
    /// Inputs and outputs, as many as what is frozen shows.
    q: usize,
    p: usize,
    /// The labels at step 1 if no learnable weight moves them.
    first: usize,
    /// So many coefficients of the characteristic polynomial move at most.
    moved: usize,
    b: Places,
    w: Places,
    d: Places,
    every: bool,
    /// Labels of one output, each step that is read out; endless for functional dimensions.
    shown: usize,
}

/// How many learnable weights of a matrix lie in each of its rows and columns.
#[derive(Debug, Default)]
struct Places {
    rows: Vec<usize>,
    columns: Vec<usize>,
    /// Which entries of the matrix are learnable, row by row.
    learns: Vec<bool>,
    count: usize,
    has_diagonal: bool,
}

impl Places {
    fn new(rows: usize, columns: usize) -> Self {
        let learns = vec![false; rows * columns];
        Places { rows: vec![0; rows], columns: vec![0; columns], learns, ..Places::default() }
    }

    fn insert(&mut self, row: usize, column: usize) {
        self.learns[row * self.columns.len() + column] = true;
        self.rows[row] += 1;
        self.columns[column] += 1;
        self.count += 1;
        self.has_diagonal |= row == column;
    }

    fn is_frozen(&self, row: usize, column: usize) -> bool {
        !self.learns[row * self.columns.len() + column]
    }

    /// In how many columns some weight is learnable,
    fn columns_learned(&self) -> usize {
        self.columns.iter().filter(|learned| **learned > 0).count()
    }

    /// how many weights of a column are frozen,
    fn frozen_in_column(&self, column: usize) -> usize {
        self.rows.len() - self.columns[column]
    }

    /// and in how many rows and columns some weight is.
    fn frozen_lines(&self) -> (usize, usize) {
        let frozen = |learned: &[usize], all: usize| learned.iter().filter(|learned| **learned < all).count();
        (frozen(&self.rows, self.columns.len()), frozen(&self.columns, self.rows.len()))
    }
}

impl System {
    fn of(subject: &Subject<'_>) -> Option<Self> {
        let shapes = &subject.known.shapes;
        let (n, t) = (shapes.hidden?, shapes.steps?);
        let mut matrices = [Places::new(n, shapes.inputs), Places::new(n, n), Places::new(shapes.outputs, n)];
        for place in subject.places() {
            let matrix = LAYERS.iter().position(|layer| *layer == place.layer)?;
            matrices[matrix].insert(place.row, place.column);
        }
        let [b, w, d] = matrices;
        // What is frozen shows no more than n outputs or inputs.
        let p = if d.count == 0 { n.min(shapes.outputs) } else { shapes.outputs };
        let q = if b.count == 0 { n.min(shapes.inputs) } else { shapes.inputs };
        // With W alone the first Markov parameter does not move.
        let first = if d.count + b.count == 0 { p * q } else { 0 };
        let moved = w.count.min(if w.has_diagonal { n } else { n - 1 });
        let every = shapes.readout == Some("all");
        let labels = |m: u64| usize::try_from(m).ok()?.checked_mul(if every { t } else { 1 });
        let shown = subject.known.samples.count().map_or(Some(usize::MAX), labels).unwrap_or(usize::MAX);
        Some(System { n, t, q, p, first, moved, b, w, d, every, shown })
    }

    fn poles(&self, p: usize) -> usize {
        self.n * (p + self.q) - self.n + self.moved - self.first
    }

    fn realization(&self, p: usize) -> usize {
        let parts = |a: usize| balanced(self.n, self.q).map(move |b| self.t.min(a + b));
        balanced(self.n, p).flat_map(parts).sum::<usize>() - self.first
    }
}

impl Subject<'_> {
    /// The set as that of a recurrent network; nothing of another network.
    fn system(&self) -> Option<&System> {
        self.system.get_or_init(|| System::of(self)).as_ref()
    }

    /// The samples, if dimensions are not functional.
    fn samples(&self) -> Option<usize> {
        self.known.samples.count().map(|m| usize::try_from(m).unwrap_or(usize::MAX))
    }
}

/// Linear systems up to a change of their states, along which the characteristic polynomial moves.
pub(super) fn poles(subject: &Subject<'_>) -> Option<usize> {
    subject.system().map(|system| system.poles(system.p))
}

/// What is frozen, in words: then the bound `poles` is below the parameters of a minimal system.
pub(super) fn frozen(subject: &Subject<'_>) -> &'static str {
    let Some(System { w, b, d, .. }) = subject.system() else {
        return "the poles";
    };
    let (poles, trace) = (w.count == 0, w.count > 0 && !w.has_diagonal);
    match (poles, trace, d.count + b.count == 0) {
        (true, _, true) => "the poles and the first label D B are frozen",
        (true, _, false) => "the poles are frozen",
        (false, true, true) => "the trace of W and the first label D B are frozen",
        (false, true, false) => "the trace of W is frozen",
        (false, false, true) => "the first label D B is frozen",
        (false, false, false) => "a minimal system has no more parameters",
    }
}

/// The Markov parameters that determine the others.
pub(super) fn realization(subject: &Subject<'_>) -> Option<usize> {
    subject.system().map(|system| system.realization(system.p))
}

/// All but rows of D, columns of B and a block of W.
pub(super) fn blocks(subject: &Subject<'_>) -> Option<usize> {
    let System { n, b, w, d, .. } = subject.system()?;
    let (a, b) = (n.saturating_sub(d.frozen_lines().0), n.saturating_sub(b.frozen_lines().1));
    let (k, c) = w.frozen_lines();
    let commuting = if [a, b, k, c] == [*n; 4] { *n } else { 0 };
    Some(subject.set.size() - directions((k, a), (b, c)).max(commuting))
}

/// More outputs than hidden units: those beyond follow from the states.
pub(super) fn surplus(subject: &Subject<'_>) -> Option<usize> {
    let system = subject.system()?;
    let System { n, p, q, t, shown, .. } = *system;
    (p > n).then(|| {
        let states = system.d.columns_learned().min(t * q).min(shown);
        let first_rows = n.saturating_mul(shown).min(system.poles(n)).min(system.realization(n));
        first_rows + (p - n) * states
    })
}

/// Outputs at every step: the later ones of each follow.
pub(super) fn observer(subject: &Subject<'_>) -> Option<usize> {
    let System { n, p, q, shown, every, .. } = *subject.system()?;
    subject.samples().filter(|_| every)?;
    let one = shown.min(n + q * (n / p));
    Some((n % p).saturating_mul(shown).saturating_add((p - n % p) * one))
}

/// Each output, or hidden unit if D is frozen, moves in a span of rows of states and inputs, at each step that is read out.
pub(super) fn signals(subject: &Subject<'_>) -> Option<usize> {
    let System { n, t, b, w, d, every, .. } = subject.system()?;
    let (m, q, outputs) = (subject.samples()?, subject.known.shapes.inputs, subject.known.shapes.outputs);
    let (c, u) = (b.columns_learned(), w.columns_learned());
    let first = if *every { 1 } else { *t };
    // A matrix without learnable weights has none in a row beyond its own, either.
    let read = |row: usize| d.rows.get(row).copied().unwrap_or(0);
    let span = |states: bool, row: usize, step: usize| {
        let (own, near) = if states { (b.rows[row], w.rows[row]) } else { (c, u) };
        let before = if step > 1 { q.min(near + c) + (step - 2) * q.min(u + c) } else { 0 };
        m.min(read(row) + own + before)
    };
    let total = |states, rows: usize| -> usize {
        (0..rows).map(|row| (first..=*t).map(|step| span(states, row, step)).sum::<usize>()).sum()
    };
    let outputs = total(false, outputs);
    Some(if d.count == 0 { outputs.min(total(true, *n)) } else { outputs })
}

/// Directions that move the states along one vector only: along a unit, or where all outputs with frozen weights do not see it.
pub(super) fn unit(subject: &Subject<'_>) -> Option<usize> {
    let System { n, t, b, w, d, every, .. } = subject.system()?;
    let (n, t, size) = (*n, *t, subject.set.size());
    let (inputs, outputs) = (subject.known.shapes.inputs, subject.known.shapes.outputs);
    let m = subject.samples().filter(|_| n > 1 && t > 1)?.min(size);
    let beyond = |unknowns: [usize; 2]| unknowns[0].saturating_sub(m * t).max(unknowns[1].saturating_sub(m * (t - 1)));
    // Unknowns of a column of W and D: of all of them, and of those that leave the states before the last as they are.
    let along = |i: usize| {
        let mut unknowns = [b.rows[i], 0];
        for j in 0..n {
            let (own, seen) = (w.is_frozen(i, j), d.frozen_in_column(j) > 0);
            let others = w.frozen_in_column(j) > usize::from(own) || *every && seen;
            let read = usize::from(!every && !seen);
            unknowns[0] += read + 2 - usize::from(own) - usize::from(others);
            unknowns[1] += read + 1 - usize::from(own);
        }
        beyond(unknowns)
    };
    let mut most = (0..n).map(along).max()?;
    if d.frozen_lines().0 < n.min(outputs) {
        let free = (0..inputs).filter(|j| b.frozen_in_column(*j) == 0).count();
        let frozen = (0..n).map(|j| w.frozen_in_column(j));
        let read = if *every { 0 } else { n };
        let unknowns = frozen.fold([free + read, read], |[moving, still], f| {
            [moving + 2usize.saturating_sub(f), still + usize::from(f == 0)]
        });
        most = most.max(beyond(unknowns));
    }
    Some(size - most)
}

/// The number of solutions M of A_1 M P_1 = A_2 M P_2 with generic k × a and b × c pencils.
fn directions((k, a): (usize, usize), (b, c): (usize, usize)) -> usize {
    let pairs = |low: (usize, usize), high: (usize, usize)| -> usize {
        balanced(low.0, low.1).flat_map(|e| balanced(high.0, high.1).map(move |h| h.saturating_sub(e))).sum()
    };
    if a == 0 || b == 0 {
        0
    } else if k < a && c > b {
        pairs((k, a - k), (b, c - b))
    } else if k > a && c < b {
        pairs((c, b - c), (a, k - a))
    } else {
        (a * b).saturating_sub(k * c)
    }
}

/// The balanced partition of a number.
fn balanced(number: usize, parts: usize) -> impl Iterator<Item = usize> {
    (0..parts).map(move |part| number / parts + usize::from(part < number % parts))
}
