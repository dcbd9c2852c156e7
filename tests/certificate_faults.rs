//! Faults put into the engine on purpose: no certificate made with one is called valid unless what it states is true.

use allocert::algebra::{Matrix, RowSpace};
use allocert::allocation::Allocation;
use allocert::certificate::{CannotCertify, Engine, Sound, of_rank_by, of_table_by};
use allocert::checker::{Verdict, check};
use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::number::{Field, PrimeField, Ring};
use allocert::reach::{JacobianMatroid, ReachError, Settings, Trial, rank};

const SETTINGS: Settings = Settings { seed: 1, error_log2: -100 };

/// What is wrong with an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Ranks are computed modulo 3: they become too small.
    WrongPrime,
    /// The last column of the Jacobian is left out.
    SkippedColumn,
    /// The derivatives of the first label are shifted by one weight.
    OffByOneIndex,
    /// z^g is differentiated as if it were z^(g+1).
    OffByOneExponent,
    /// The derivative by the first weight is doubled, for the first label only.
    WrongFactor,
    /// Gauge directions lose their last entry.
    WrongDirection,
    /// Two weights are taken for equivalent that are not: orbits become too large.
    WrongOrbits,
    /// Only the ranks are wrong, not the Jacobians that proofs are made of: the last weight moves nothing.
    WrongRanks,
    /// The first hidden unit of a network with kinks is taken for active where it is not.
    WrongGates,
}

use Fault::*;

const FAULTS: [Fault; 8] =
    [WrongPrime, SkippedColumn, OffByOneIndex, OffByOneExponent, WrongFactor, WrongDirection, WrongOrbits, WrongRanks];

impl Fault {
    fn put_into<R: Ring>(self, ring: &R, jacobian: &mut Matrix<R::Element>) {
        let last = jacobian.columns() - 1;
        match self {
            SkippedColumn => (0..jacobian.rows()).for_each(|r| jacobian.row_mut(r)[last] = ring.zero()),
            OffByOneIndex => jacobian.row_mut(0).rotate_left(1),
            WrongFactor => {
                let entry = &mut jacobian.row_mut(0)[0];
                *entry = ring.add(entry, &entry.clone());
            }
            _ => {}
        }
    }
}

impl Engine for Fault {
    fn field(&self) -> Option<PrimeField> {
        if *self == WrongPrime { PrimeField::new(3) } else { Sound.field() }
    }

    fn jacobian<R: Ring>(
        &self,
        network: &Network,
        ring: &R,
        weights: &[R::Element],
        inputs: &[Vec<R::Element>],
    ) -> Matrix<R::Element> {
        let shapes = network.shapes();
        let mut jacobian = match (self, shapes.widths, shapes.degree) {
            (OffByOneExponent, Some(widths), Some(degree)) => {
                let widths: Vec<i64> = widths.iter().map(|d| *d as i64).collect();
                let other = Network::pnn(&widths, degree as i64 + 1, shapes.bias == Some(true)).unwrap();
                other.jacobian(ring, weights, inputs)
            }
            _ => network.jacobian(ring, weights, inputs),
        };
        self.put_into(ring, &mut jacobian);
        jacobian
    }

    fn gates(&self, network: &Network, weights: &[i64], input: &[i64]) -> Option<Vec<bool>> {
        let mut gates = Sound.gates(network, weights, input)?;
        if *self == WrongGates {
            gates[0] = !gates[0];
        }
        Some(gates)
    }

    fn gated_jacobian(
        &self,
        network: &Network,
        field: &PrimeField,
        weights: &[u64],
        at: (&[u64], &[bool]),
    ) -> Matrix<u64> {
        let mut jacobian = Sound.gated_jacobian(network, field, weights, at);
        self.put_into(field, &mut jacobian);
        jacobian
    }

    fn directions<R: Ring>(
        &self,
        network: &Network,
        ring: &R,
        weights: &[R::Element],
        inputs: &[Vec<R::Element>],
    ) -> Vec<(String, Vec<R::Element>)> {
        let mut directions = Sound.directions(network, ring, weights, inputs);
        if *self == WrongDirection {
            for (_, direction) in &mut directions {
                if let Some(entry) = direction.iter_mut().rfind(|e| !ring.is_zero(e)) {
                    *entry = ring.zero();
                }
            }
        }
        directions
    }

    fn symmetries(&self, network: &Network, samples: Samples) -> Vec<Vec<usize>> {
        let mut symmetries = Sound.symmetries(network, samples);
        if *self == WrongOrbits {
            let n = network.weights();
            let mut swap: Vec<usize> = (0..n).collect();
            swap.swap(0, n - 1);
            symmetries.push(swap);
        }
        symmetries
    }

    /// The ranks that these Jacobians have: at other points than the engine's, which does no harm.
    fn matroid(
        &self,
        network: &Network,
        samples: Samples,
        seed: u64,
        error_log2: Option<i64>,
    ) -> Result<JacobianMatroid, ReachError> {
        let sound = Sound.matroid(network, samples, seed, error_log2)?;
        let (n, field) = (network.weights(), self.field().unwrap());
        let mut state = seed;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            field.integer((state >> 33) as i64)
        };
        let mut vector = |length: usize| (0..length).map(|_| random()).collect::<Vec<u64>>();
        let inputs = samples.count().map_or(n as u64, |m| m.min(n as u64));
        let weights = vector(n);
        let inputs: Vec<Vec<u64>> = (0..inputs).map(|_| vector(network.input_size())).collect();
        let fault = if *self == WrongRanks { SkippedColumn } else { *self };
        let jacobian = fault.jacobian(network, &field, &weights, &inputs);
        let mut space = RowSpace::new(field, n);
        (0..jacobian.rows()).for_each(|row| _ = space.insert(jacobian.row(row).to_vec()));
        let trial = Trial { field, is_saturated: true, rows: Matrix::from_rows(n, space.rows().iter().cloned()) };
        Ok(sound.with_trials(vec![trial]))
    }
}

fn network(text: &str) -> Network {
    allocert::claims::network(text).unwrap()
}

/// How faulty engines fared.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// The maker found no certificate.
    failed: usize,
    holey: usize,
    invalid: usize,
    /// What was stated is true all the same.
    harmless: usize,
}

impl Tally {
    /// Counts a certificate; it may be valid only if the sound one states the same.
    fn count(&mut self, fault: Fault, faulty: Result<String, CannotCertify>, sound: &str) {
        let Ok(text) = faulty else {
            self.failed += 1;
            return;
        };
        let report = check(text.as_bytes());
        match report.verdict {
            Verdict::Valid => {
                let truth = check(sound.as_bytes()).statements;
                assert_eq!(report.statements, truth, "{fault:?} is called valid: {text}");
                self.harmless += 1;
            }
            Verdict::Holey => self.holey += 1,
            Verdict::Invalid => self.invalid += 1,
            Verdict::Refused { .. } => panic!("{fault:?}: {}", report.text("")),
        }
    }
}

/// Tables and ranks of small networks of each family: every fault is found out, and none makes the checker confirm a
/// falsehood.
#[test]
fn no_fault_of_the_engine_passes_the_checker() {
    let networks = [
        ("lffn([2, 2, 2])", None),
        ("lffn([2, 1, 2])", None),
        ("lffn([2, 2, 1], bias=True)", Some(2)),
        ("lffn([1, 2, 2])", Some(1)),
        ("lrnn(1, 2, 1, 4)", None),
        ("lrnn(1, 2, 1, 3)", Some(2)),
        ("pnn([2, 2, 1], degree=2)", None),
        ("pnn([2, 2, 2], degree=2)", None),
        ("pnn([2, 2, 1], degree=2)", Some(2)),
        ("pnn([3, 2, 1], degree=2)", None),
        // Programs that certificates carry.
        ("lffn([2, 2, 2]).pin({\"W1[0,1]\": \"1/2\"})", None),
        ("pnn([2, 2, 1], degree=2).tie(\"W1[0,0] W1[1,1]\")", Some(2)),
        ("lora(2, 1)", None),
        ("conv([3, 2], strides = [2, 1])", None),
    ];
    for fault in FAULTS {
        let (mut tables, mut ranks) = (Tally::default(), Tally::default());
        for (text, samples) in networks {
            let (net, samples) = (network(text), samples.map_or(Samples::Functional, Samples::Count));
            let (sound, _) = of_table_by(&Sound, &net, samples, SETTINGS).unwrap();
            let faulty = of_table_by(&fault, &net, samples, SETTINGS).map(|(text, _)| text);
            tables.count(fault, faulty, &sound);
            let matroid = fault.matroid(&net, samples, 1, None).unwrap();
            for bits in (0..1u32 << net.weights()).step_by(7) {
                let n = net.weights();
                let set = Allocation::of(n, (0..n).filter(|w| bits >> w & 1 == 1));
                let honest = rank(&net, &set, samples, SETTINGS, &Control::unlimited()).unwrap();
                let sound = of_rank_by(&Sound, &honest).unwrap();
                let mut answer = honest;
                (answer.dim.value, answer.teacher.value) = (matroid.rank(&set), matroid.rank(&Allocation::all(n)));
                ranks.count(fault, of_rank_by(&fault, &answer), &sound);
            }
        }
        // The maker takes its proofs from Jacobians of its own, so that it does not get as far where only ranks are wrong.
        let caught = if fault == WrongRanks { tables.failed + ranks.failed } else { tables.invalid + ranks.invalid };
        assert!(caught > 0, "{fault:?}: tables {tables:?}, ranks {ranks:?}");
    }
}

/// The same for networks with kinks: their gates may be wrong, too.
#[test]
fn no_fault_of_the_engine_passes_the_checker_for_relu_networks() {
    let networks = [
        ("relu([2, 2, 1])", None),
        ("relu([2, 2, 2])", Some(2)),
        ("relu([1, 2, 1], bias=True)", None),
        ("relu([1, 2, 2], bias=True)", Some(3)),
        ("relu([1, 3, 2])", None),
        ("relu([1, 1, 1, 1], bias=True)", None),
        ("mlp([2, 2, 1], \"relu\")", None),
        ("relu([1, 2, 1], bias=True).pin({\"b2[0]\": 0})", Some(2)),
    ];
    for fault in [WrongPrime, SkippedColumn, OffByOneIndex, WrongFactor, WrongDirection, WrongOrbits, WrongGates] {
        let mut tally = Tally::default();
        for (text, samples) in networks {
            let (net, samples) = (network(text), samples.map_or(Samples::Functional, Samples::Count));
            let (sound, _) = of_table_by(&Sound, &net, samples, SETTINGS).unwrap();
            let faulty = of_table_by(&fault, &net, samples, SETTINGS).map(|(text, _)| text);
            tally.count(fault, faulty, &sound);
            let all = Allocation::all(net.weights());
            let honest = rank(&net, &all, samples, SETTINGS, &Control::unlimited()).unwrap();
            let sound = of_rank_by(&Sound, &honest).unwrap();
            tally.count(fault, of_rank_by(&fault, &honest), &sound);
        }
        assert!(tally.failed + tally.invalid > 0, "{fault:?}: {tally:?}");
    }
}

/// An engine that reports another number than it found.
#[test]
fn a_wrong_dimension_is_not_proved() {
    let net = network("lffn([2, 3, 3, 2])");
    let set = allocert::allocation::parse(net.layout(), "W2[0,0] W2[0,1] W2[1,2] W2[2,2]").unwrap();
    let honest = rank(&net, &set, Samples::Functional, SETTINGS, &Control::unlimited()).unwrap();
    assert_eq!((honest.dim.value, honest.teacher.value), (3, 4));
    for (dim, teacher) in [(2, 4), (4, 4), (3, 3), (3, 5), (4, 5)] {
        let mut answer = honest.clone();
        (answer.dim.value, answer.teacher.value) = (dim, teacher);
        let caught = of_rank_by(&Sound, &answer).map(|text| check(text.as_bytes()).verdict);
        assert!(!matches!(caught, Ok(Verdict::Valid | Verdict::Holey)), "{dim}, {teacher}: {caught:?}");
    }
}

/// The Jacobian of the engine without its faults passes the same way.
#[test]
fn the_same_way_without_a_fault_is_valid() {
    let net = network("pnn([2, 2, 1], degree=2)");
    let (text, holes) = of_table_by(&Sound, &net, Samples::Functional, SETTINGS).unwrap();
    assert_eq!((holes.dimensions, check(text.as_bytes()).verdict), (0, Verdict::Valid));
    // A composite modulus is no field: there is none to be wrong about.
    assert!([9, 15, (1 << 61) + 1, 4_294_967_297].into_iter().all(|composite| PrimeField::new(composite).is_none()));
    assert!(PrimeField::new(3).is_some_and(|f| f.inverse(&f.integer(2)).is_some()));
}
