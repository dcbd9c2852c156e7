//! Random programs with exponentials, logarithms and quotients, and lower bounds of them as whoever knows nothing of Ax's hypothesis
//! would state them: a number for each exponential, and any points that are said to show that this is right.

use allocert_checker::{Verdict, check};
use allocert_core::algebra::{Matrix, RowSpace};
use allocert_core::number::{Field, PrimeField, Ring};
use allocert_core::program::{Function, Operation, Program};
use allocert_core::transcendence::Plan;
use allocert_format::{FORMAT, Header, Rule, Step, VERSION, sha256};

use super::random::Random;

/// Steps as text.
struct Lines(Vec<String>);

impl Lines {
    fn push(&mut self, term: String) -> String {
        self.0.push(format!("s{} = {term}", self.0.len()));
        format!("s{}", self.0.len() - 1)
    }
}

/// Units of arguments that often are sums, differences and multiples of each other, with weights that read them out; if they have
/// exponentials, and no more steps are left out than the text says.
fn program(random: &mut Random) -> Option<Program> {
    let (inside, count, inputs) = (1 + random.below(2), 2 + random.below(3), random.below(3));
    let weights = inside + count + 1;
    let mut lines = Lines(Vec::new());
    let mut leaves: Vec<String> = (0..inside).map(|w| format!("w{w}")).collect();
    leaves.extend((0..inputs).map(|x| format!("x{x}")));
    let mut arguments = vec![lines.push(format!("{} * {}", random.of(&leaves), random.of(&leaves)))];
    for _ in 0..1 + random.below(4) {
        let (a, b) = (random.of(&arguments).clone(), random.of(&arguments).clone());
        let leaf = random.of(&leaves).clone();
        let number = ["-1", "-1", "1", "2", "0"][random.below(5)];
        let term = match random.below(8) {
            0 => format!("{a} + {b}"),
            1 => format!("{a} - {b}"),
            2 | 3 => format!("{number} * {a}"),
            4 => format!("{a} + {leaf}"),
            5 => format!("{a} * {leaf}"),
            6 => format!("{a} + 1"),
            _ => format!("{leaf} * {}", random.of(&leaves)),
        };
        arguments.push(lines.push(term));
    }
    let mut units = Vec::new();
    for _ in 0..count {
        let e = lines.push(format!("exp({})", random.of(&arguments)));
        let more = |lines: &mut Lines| lines.push(format!("{e} + 1"));
        let unit = match random.below(5) {
            0 => {
                let below = more(&mut lines);
                lines.push(format!("{e} / {below}"))
            }
            1 => {
                let sum = more(&mut lines);
                lines.push(format!("log({sum})"))
            }
            2 if !units.is_empty() => lines.push(format!("{e} * {}", random.of(&units))),
            _ => e,
        };
        if random.chance(4) {
            arguments.push(unit.clone());
        }
        units.push(unit);
    }
    // A weight for each unit, and one more that is added.
    let mut sum = format!("w{}", weights - 1);
    for (at, unit) in units.iter().enumerate() {
        let term = lines.push(format!("w{} * {unit}", inside + at));
        sum = lines.push(format!("{sum} + {term}"));
    }
    let text = lines.0.join("\n");
    let text = format!("program with {weights} weights and {inputs} inputs\n{text}\noutputs {sum}");
    let program: Program = text.parse().ok()?;
    let takes = |function| program.operations().iter().any(|o| matches!(o, Operation::Apply(f, _) if *f == function));
    (takes(Function::Exp) && program.constant_outputs().is_empty()).then_some(program)
}

/// A point with a number for each exponential and logarithm, and the Jacobian there.
fn point(program: &Program, samples: usize, random: &mut Random) -> Option<(Rule, Matrix<u64>)> {
    let field = PrimeField::new(PrimeField::MERSENNE_61).unwrap();
    let mut vector = |count: usize| (0..count).map(|_| random.below(1 << 20) as i64 + 1).collect::<Vec<i64>>();
    let (weights, seeing) = (vector(program.weights()), program.seeing());
    let takes = |o: &&Operation| matches!(o, Operation::Apply(..));
    let all = program.operations().iter().filter(takes).count();
    let own = program.operations().iter().zip(&seeing).filter(|(o, sees)| takes(o) && **sees).count();
    let mut functions = vec![vector(all - own)];
    let (mut inputs, mut rows) = (Vec::new(), Vec::new());
    let enter = |values: &[i64]| values.iter().map(|v| field.integer(*v)).collect::<Vec<u64>>();
    for _ in 0..samples {
        let (input, numbers) = (vector(program.inputs()), vector(own));
        let (mut shared, mut each) = (functions[0].iter(), numbers.iter());
        let values = program.evaluate_with(&field, &enter(&weights), &enter(&input), |step, operation, z| {
            let number = field.integer(*if seeing[step.index()] { each.next()? } else { shared.next()? });
            let log = matches!(operation, Operation::Apply(Function::Log, _));
            Some((number, if log { field.inverse(z)? } else { number }))
        })?;
        let part = program.jacobian(&field, &values);
        rows.extend((0..part.rows()).map(|row| part.row(row).to_vec()));
        inputs.push(input);
        functions.push(numbers);
    }
    Some((Rule::Point { weights, inputs, functions }, Matrix::from_rows(program.weights(), rows)))
}

/// A certificate of these steps about a program, on any number of samples; the last of them is the answer.
fn written(program: &Program, steps: Vec<Rule>, statement: String) -> String {
    let entries: String = (0..program.weights()).map(|w| format!(" w{w}")).collect();
    let (name, text) = ("f()".to_owned(), format!("tensor a[{}]{entries}\n{program}", program.weights()));
    let mut all = vec![
        Rule::Program { name: name.clone(), sha256: sha256(text.as_bytes()), text },
        Rule::Network { network: name.clone(), samples: None },
    ];
    all.extend(steps);
    let (answer, steps) = (vec![all.len() as u64], all.len() as u64 + 1);
    let header = Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        about: "rank".to_owned(),
        network: Some(name),
        seed: 1,
        ..Header::default()
    };
    all.push(Rule::End { steps, header: header.clone(), answer, statements: vec![statement] });
    let mut lines = vec![serde_json::to_string(&header).unwrap()];
    let step = |(at, by)| serde_json::to_string(&Step { step: at as u64 + 1, by }).unwrap();
    lines.extend(all.into_iter().enumerate().map(step));
    lines.join("\n") + "\n"
}

/// A certificate of a lower bound, by a minor at the first point, where all points are cited.
fn certificate(program: &Program, points: Vec<Rule>, jacobian: &Matrix<u64>) -> (usize, String) {
    let field = PrimeField::new(PrimeField::MERSENNE_61).unwrap();
    let mut space = RowSpace::new(field, jacobian.columns());
    let rows: Vec<usize> = (0..jacobian.rows()).filter(|row| space.insert(jacobian.row(*row).to_vec())).collect();
    let columns: Vec<String> = space.pivots().iter().map(|c| format!("a[{c}]")).collect();
    let columns = if rows.is_empty() { "none".to_owned() } else { columns.join(" ") };
    let (k, cited) = (rows.len(), (3..3 + points.len() as u64).collect::<Vec<u64>>());
    let independent = Some(3 + points.len() as u64);
    let mut steps = points;
    steps.push(Rule::Independent { points: cited });
    steps.push(Rule::Minor { of: "all".to_owned(), at_least: k, point: 3, rows, columns, independent });
    (k, written(program, steps, format!("the dimension of all is at least {k}")))
}

/// A change of a weight: by a multiple of another, or by a number.
type Change = (usize, Option<usize>, i64);

/// Directions in which one or two weights change.
fn direction(weights: usize, random: &mut Random) -> Vec<Change> {
    let mut change = |factor: i64| {
        let from = random.below(weights + 1);
        (random.below(weights), (from < weights).then_some(from), factor)
    };
    let first = change(1);
    let second = change([1, -1, 2][first.0 % 3]);
    let third = change(-1);
    let many = [vec![first], vec![first, second], vec![first, second, third]];
    let mut chosen = many[third.0 % 3].clone();
    chosen.dedup_by_key(|change| change.0);
    let mut seen = Vec::new();
    chosen.retain(|(w, ..)| !seen.contains(w) && (seen.push(*w), true).1);
    chosen
}

/// Upper bounds by one vector each: how many there were, and how many of these were accepted. Those are accepted, and no others, along
/// which nothing changes where all exponentials and logarithms are variables.
pub fn upper_bounds(seed: u64, goes_on: impl Fn(usize) -> bool) -> (usize, usize) {
    let field = PrimeField::new(PrimeField::MERSENNE_61).unwrap();
    let mut random = Random::from(seed);
    let (mut rounds, mut accepted) = (0, 0);
    while goes_on(rounds) {
        let Some(program) = program(&mut random) else { continue };
        let points = (0..2).map(|_| point(&program, 2, &mut random)).collect::<Option<Vec<(Rule, Matrix<u64>)>>>();
        let Some(points) = points else { continue };
        let n = program.weights();
        for _ in 0..400 {
            let direction = direction(n, &mut random);
            let at = |weights: &[i64], (_, from, factor): &Change| {
                let factor = field.integer(*factor);
                from.map_or(factor, |from| field.mul(&factor, &field.integer(weights[from])))
            };
            let along = |(rule, jacobian): &(Rule, Matrix<u64>)| {
                let Rule::Point { weights, .. } = rule else { return false };
                let entry = |row: &[u64], c: &Change| field.mul(&row[c.0], &at(weights, c));
                let slope = |row: &[u64]| direction.iter().fold(0, |sum, c| field.add(&sum, &entry(row, c)));
                (0..jacobian.rows()).all(|row| slope(jacobian.row(row)) == 0)
            };
            let zero = points.iter().all(along);
            let unseen = |c: &Change| points.iter().all(|(_, j)| (0..j.rows()).all(|row| j.row(row)[c.0] == 0));
            if direction.iter().any(unseen) || !zero && !random.chance(100) {
                continue; // no label sees the weight, or one of many that are wrong
            }
            let entry = |(w, from, factor): &Change| {
                let from = from.map_or(String::new(), |from| format!("*a[{from}]"));
                (format!("a[{w}]"), format!("{factor}{from}"))
            };
            let kernel = Rule::Kernel {
                of: "all".to_owned(),
                at_most: n - 1,
                point: 3,
                vectors: vec![direction.iter().map(entry).collect()],
            };
            let statement = format!("the dimension of all is at most {}", n - 1);
            let text = written(&program, vec![points[0].0.clone(), kernel], statement);
            let report = check(text.as_bytes());
            rounds += 1;
            accepted += usize::from(zero);
            assert_eq!(report.verdict == Verdict::Valid, zero, "seed {seed}: {}\n{text}", report.text(""));
        }
    }
    (rounds, accepted)
}

/// Looks at certificates of random programs: how many, how many were accepted, and how many had too large a number.
pub fn lower_bounds(seed: u64, goes_on: impl Fn(usize) -> bool) -> (usize, usize, usize) {
    let mut random = Random::from(seed);
    let (mut rounds, mut accepted, mut wrong) = (0, 0, 0);
    while goes_on(rounds) {
        let Some(program) = program(&mut random) else { continue };
        let samples = 1 + random.below(7);
        let further = random.below(9);
        let one_by_one = random.chance(2);
        let Some((first, jacobian)) = point(&program, samples, &mut random) else { continue };
        let more = (0..further).map(|_| point(&program, if one_by_one { 1 } else { samples }, &mut random));
        let Some(more) = more.map(|p| Some(p?.0)).collect::<Option<Vec<Rule>>>() else { continue };
        let (k, text) = certificate(&program, std::iter::once(first).chain(more).collect(), &jacobian);
        rounds += 1;
        let report = check(text.as_bytes());
        // What the engine says, where exponentials that depend on others are written in these.
        let plan = Plan::new(&program, samples, 5).ok();
        let at = plan.as_ref().and_then(|plan| {
            Some((plan, plan.point(&program, &mut rand_chacha::rand_core::SeedableRng::seed_from_u64(11)).ok()?))
        });
        let truth = at.map(|(plan, (field, at))| {
            let part = |values| program.jacobian(&field, values);
            let parts: Vec<Matrix<u64>> = at.values.iter().map(part).collect();
            let rows = parts.iter().flat_map(|part| (0..part.rows()).map(|row| part.row(row).to_vec()));
            let rows: Vec<Vec<u64>> = rows.collect();
            (allocert_core::algebra::rank(&field, &Matrix::from_rows(program.weights(), rows)), plan.relations())
        });
        wrong += usize::from(truth.is_some_and(|(rank, _)| k > rank));
        if report.verdict == Verdict::Valid {
            accepted += 1;
            // Nothing is said to be independent that is not.
            assert!(
                truth.is_none_or(|(rank, relations)| k <= rank && relations == 0),
                "seed {seed}: {truth:?}\n{text}"
            );
        } else {
            assert_eq!(report.verdict, Verdict::Invalid, "seed {seed}: {}\n{text}", report.text(""));
            // With enough points of as many samples each, what is independent is seen to be.
            let enough = further == 8 && !one_by_one;
            let seen = report.reason.as_deref().is_some_and(|reason| reason.contains("do not show"));
            assert!(!enough || !seen || truth.is_none_or(|(_, relations)| relations > 0), "seed {seed}: {text}");
        }
    }
    (rounds, accepted, wrong)
}
