//! Certificates of networks with exponentials, logarithms and quotients: lower bounds by Ax's theorem, whose hypothesis the checker
//! computes, and upper bounds by identities.

use std::path::Path;
use std::time::Duration;

use allocert::algebra::{Matrix, RowSpace};
use allocert::allocation::parse;
use allocert::certificate::format::{FORMAT, Header, Rule, Step, VERSION, sha256};
use allocert::certificate::{CannotCertify, of_claim, of_law, of_match, of_rank, of_table};
use allocert::checker::{Verdict, check};
use allocert::claims::{CheckOptions, check as check_claim, network, read};
use allocert::control::Control;
use allocert::coq::export;
use allocert::matching::{MatchOptions, Trials, decide};
use allocert::network::{Network, Samples};
use allocert::number::{Field, PrimeField, Ring};
use allocert::program::{Function, Operation, Program};
use allocert::reach::{LawOptions, Settings, law, rank};

const SETTINGS: Settings = Settings { seed: 1, error_log2: -100 };

fn net(text: &str) -> Network {
    network(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn certified(network: &Network, of: &str, samples: Samples) -> (usize, Result<String, CannotCertify>) {
    let set = parse(network.layout(), of).unwrap();
    let answer = rank(network, &set, samples, SETTINGS, &Control::unlimited()).unwrap();
    (answer.dim.value, of_rank(&answer))
}

/// The certificate of a dimension, which has to be valid.
fn valid(text: &str, of: &str, samples: Samples, dim: usize) -> String {
    let (found, certificate) = certified(&net(text), of, samples);
    let certificate = certificate.unwrap_or_else(|error| panic!("{text}: {error}"));
    let report = check(certificate.as_bytes());
    assert_eq!(report.verdict, Verdict::Valid, "{text}, {of}, {samples}: {}\n{certificate}", report.text(""));
    assert_eq!(found, dim, "{text}, {of}");
    let said = if of == "all" { 0 } else { 1 };
    assert!(report.statements[said].ends_with(&format!(" is {dim}")), "{text}, {of}: {:?}", report.statements);
    certificate
}

#[test]
fn the_dimensions_of_the_theory_are_certified() {
    // Full dimension: published for tanh; the others are the table of the theory, and numerical ranks of 400 bits.
    for (text, dim) in [
        ("mlp([2, 2, 1], \"tanh\")", 6),
        ("mlp([2, 3, 1], \"tanh\", bias = True)", 13),
        ("mlp([2, 2, 1], \"sigmoid\", bias = True)", 9),
        ("mlp([2, 2, 1], \"silu\")", 6),
        ("mlp([2, 2, 1], \"softplus\", bias = True)", 9),
        ("mlp([1, 2, 2, 1], \"softplus\", bias = True)", 13),
        ("mlp([3, 2, 2, 1], \"tanh\", bias = True)", 17),
        ("attention(2, 1, kind = \"softmax\")", 7),
        ("attention(3, 2, kind = \"softmax\")", 17),
        ("attention(3, 2, 2, kind = \"softmax\")", 25),
        ("attention(2, 1, 2, kind = \"softmax\")", 10),
    ] {
        let certificate = valid(text, "all", Samples::Functional, dim);
        let report = check(certificate.as_bytes());
        // The theorem is named, for people and for programs.
        assert!(report.text("").contains("\n  (rests on Ax's theorem"), "{}", report.text(""));
        let json: serde_json::Value = serde_json::from_str(&report.json("")).unwrap();
        assert!(json["theorems"][0].as_str().unwrap().contains("algebraically independent"), "{json}");
    }
}

/// The engine knows that exp(0) is 1, and so does the checker where a name says that weights are pinned.
#[test]
fn pruned_units_are_the_networks_that_they_are_called() {
    for (text, dim) in [
        ("mlp([2, 2, 1], \"tanh\").pin({\"W1[0,:]\": 0})", 3),
        ("mlp([2, 2, 1], \"sigmoid\", bias = True).pin({\"W1[0,:]\": 0, \"b1[0]\": 0})", 5),
    ] {
        let certificate = valid(text, "all", Samples::Functional, dim);
        let report = check(certificate.as_bytes());
        assert_eq!(report.verdict, Verdict::Valid, "{text}: {}", report.text(""));
    }
    let file = "claim(name = \"pruned\", statement = \"s\", networks = [mlp([2, 2, 1], \"tanh\"), mlp([2, 2, 1], \"tanh\").pin({\"W1[0,:]\": 0})], holds = lambda net: net.teacher_dim <= net.weights)\n";
    let claims = read(Path::new("pruned.star"), file.to_owned(), SETTINGS).unwrap();
    let options = CheckOptions { settings: SETTINGS, time_limit: Duration::from_secs(60), max_allocations: 1 << 20 };
    let checked = check_claim(&claims[0], &options, &Control::unlimited());
    let report = check(of_claim(&checked, SETTINGS).text.as_bytes());
    assert!(matches!(report.verdict, Verdict::Valid | Verdict::Holey), "{}", report.text(""));
    assert!(report.text("").contains("pin("), "{}", report.text(""));
}

#[test]
fn parts_of_networks_and_few_samples_are_certified() {
    // Queries and keys of one head: 2 a d − a² dimensions.
    valid("attention(2, 1, kind = \"softmax\")", "Q K", Samples::Functional, 3);
    valid("attention(3, 2, kind = \"softmax\")", "Q K", Samples::Functional, 8);
    valid("attention(3, 2, kind = \"softmax\")", "Q[0,:] V", Samples::Functional, 12);
    valid("mlp([2, 2, 1], \"tanh\")", "W1", Samples::Functional, 4);
    valid("mlp([2, 2, 1], \"tanh\", bias = True)", "all", Samples::Count(3), 3);
    valid("mlp([2, 2, 2], \"silu\")", "W1 W2[0,0]", Samples::Count(2), 4);
    // A quotient without exponentials rests on no theorem.
    let quotient =
        "network(\"f\", lambda x, a, b: a * x / (1 + b * b * x * x), inputs = (), weights = {\"a\": (), \"b\": ()})";
    let report = check(valid(quotient, "all", Samples::Functional, 2).as_bytes());
    assert!(report.theorems.is_empty() && !report.text("").contains("rests on"), "{}", report.text(""));
}

#[test]
fn what_does_not_span_matches_with_probability_zero() {
    let network = net("attention(2, 1, kind = \"softmax\")");
    let options = MatchOptions { trials: Trials::Fixed(20), ..MatchOptions::default() };
    let decided = |of: &str| {
        let set = parse(network.layout(), of).unwrap();
        decide(&network, &set, Samples::Functional, &options, SETTINGS, &Control::unlimited()).unwrap()
    };
    let report = check(of_match(&decided("Q K"), SETTINGS).unwrap().as_bytes());
    assert_eq!(report.verdict, Verdict::Valid, "{}", report.text(""));
    assert!(report.statements.last().unwrap().starts_with("the match probability of "), "{:?}", report.statements);
    assert!(report.statements.last().unwrap().ends_with(" is 0"), "{:?}", report.statements);
    assert_eq!(of_match(&decided("all"), SETTINGS), Err(CannotCertify::Analytic));
}

#[test]
fn what_has_no_rules_is_refused_in_words() {
    let functional = |text: &str| certified(&net(text), "all", Samples::Functional).1;
    // The scores of tokens of width 1 depend on each other; so do a unit and its mirror image.
    assert_eq!(functional("attention(1, 1, kind = \"softmax\")"), Err(CannotCertify::Dependent));
    let mirrored = "network(\"f\", lambda x, a, b, w: a * sigmoid(w * x) + b * sigmoid(-w * x), inputs = (), weights = {\"a\": (), \"b\": (), \"w\": ()})";
    assert_eq!(functional(mirrored), Err(CannotCertify::Dependent));
    let root = "network(\"f\", lambda x, a: sqrt(1 + a * a * x * x), inputs = (), weights = {\"a\": ()})";
    assert_eq!(functional(root), Err(CannotCertify::Roots));
    let tanh = net("mlp([1, 1, 1], \"tanh\")");
    assert_eq!(of_table(&tanh, Samples::Functional, SETTINGS).map(|_| ()), Err(CannotCertify::Analytic));
    let law = law(&tanh, Samples::Functional, &LawOptions::default(), SETTINGS, &Control::unlimited()).unwrap();
    assert_eq!(of_law(&law).map(|_| ()), Err(CannotCertify::Analytic));
    // What Coq has definitions of is written for it, whole.
    let exported = export(&functional("mlp([1, 1, 1], \"tanh\")").unwrap()).unwrap();
    assert!(exported.is_whole() && exported.theorems == 2 && exported.proved.len() == 2, "{}", exported.file);
}

/// The certificate with a step changed by a function.
fn with_step(certificate: &str, rule: &str, change: impl Fn(&mut serde_json::Value)) -> String {
    let key = format!("\"by\":{{\"{rule}\":");
    let changed = certificate.lines().map(|line| {
        if !line.contains(&key) {
            return line.to_owned();
        }
        let mut step: serde_json::Value = serde_json::from_str(line).unwrap();
        change(&mut step["by"][rule]);
        step.to_string()
    });
    let changed = changed.collect::<Vec<_>>().join("\n") + "\n";
    assert_ne!(changed, certificate);
    changed
}

#[test]
fn changed_steps_are_found_out() {
    let honest = valid("attention(2, 1, 2, kind = \"softmax\")", "all", Samples::Functional, 10);
    let invalid = |text: String, of: &str| {
        let report = check(text.as_bytes());
        assert_eq!(report.verdict, Verdict::Invalid, "{of}: {}", report.text(""));
    };
    for step in [serde_json::Value::Null, 1.into(), 3.into(), 99.into()] {
        invalid(with_step(&honest, "minor", |minor| minor["independent"] = step.clone()), "cited");
    }
    invalid(with_step(&honest, "point", |point| point["functions"][1][0] = 0.into()), "zero");
    invalid(with_step(&honest, "point", |point| point["functions"] = serde_json::json!([])), "no numbers");
    invalid(with_step(&honest, "point", |point| point["functions"][1][0] = serde_json::Value::Null), "no number");
    invalid(with_step(&honest, "independent", |step| step["points"] = serde_json::json!([])), "no points");
    // Each entry of each vector, with another sign.
    let vectors = {
        let line = honest.lines().find(|line| line.contains("\"kernel\"")).unwrap();
        let step: Step = serde_json::from_str(line).unwrap();
        let Rule::Kernel { vectors, .. } = step.by else { unreachable!() };
        vectors
    };
    let mut changed = 0;
    for (v, vector) in vectors.iter().enumerate() {
        for (e, (_, entry)) in vector.iter().enumerate() {
            assert!(!entry.contains(' '), "one term: {entry}");
            let other = entry.strip_prefix('-').map_or_else(|| format!("-{entry}"), str::to_owned);
            let text = with_step(&honest, "kernel", |kernel| kernel["vectors"][v][e][1] = other.clone().into());
            invalid(text, entry);
            changed += 1;
        }
    }
    assert!(changed > 20, "{changed}");
}

/// A program in the text of certificates, all of its weights in one tensor.
fn carried(program: &Program) -> String {
    let weights: String = (0..program.weights()).map(|w| format!(" w{w}")).collect();
    format!("tensor a[{}]{weights}\n{program}", program.weights())
}

/// A certificate of steps after those of a program and its network; the last one is the answer.
fn certificate(text: &str, samples: Option<u64>, steps: Vec<Rule>, statement: &str) -> String {
    let (format, about, name) = (FORMAT.to_owned(), "rank".to_owned(), "f()".to_owned());
    let network = Some(name.clone());
    let header =
        Header { format, version: VERSION, about, network, samples, allocation: None, ensemble: None, seed: 1 };
    let program = Rule::Program { name: name.clone(), text: text.to_owned(), sha256: sha256(text.as_bytes()) };
    let mut all = vec![program, Rule::Network { network: name, samples }];
    all.extend(steps);
    let (answer, count) = (vec![all.len() as u64], all.len() as u64 + 1);
    all.push(Rule::End { steps: count, header: header.clone(), answer, statements: vec![statement.to_owned()] });
    let line = |(at, by)| serde_json::to_string(&Step { step: at as u64 + 1, by }).unwrap();
    let mut lines = vec![serde_json::to_string(&header).unwrap()];
    lines.extend(all.into_iter().enumerate().map(line));
    lines.join("\n") + "\n"
}

/// A point at which each exponential and logarithm has a number of its own, on each sample where it depends on the input, and the
/// Jacobian there.
struct Naive {
    weights: Vec<i64>,
    inputs: Vec<Vec<i64>>,
    functions: Vec<Vec<i64>>,
    jacobian: Matrix<u64>,
}

impl Naive {
    fn new(program: &Program, samples: usize, seed: u64) -> Self {
        let field = PrimeField::new(PrimeField::MERSENNE_61).unwrap();
        let mut state = seed;
        let mut draw = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as i64 + 2
        };
        let mut vector = |count: usize| (0..count).map(|_| draw()).collect::<Vec<i64>>();
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
            });
            let part = program.jacobian(&field, &values.expect("nothing is divided by zero"));
            rows.extend((0..part.rows()).map(|row| part.row(row).to_vec()));
            inputs.push(input);
            functions.push(numbers);
        }
        let jacobian = Matrix::from_rows(program.weights(), rows);
        Naive { weights, inputs, functions, jacobian }
    }

    fn rule(&self) -> Rule {
        Rule::Point { weights: self.weights.clone(), inputs: self.inputs.clone(), functions: self.functions.clone() }
    }

    /// The largest minor that is not zero, as a step.
    fn minor(&self, point: u64, independent: Option<u64>) -> (usize, Rule) {
        let field = PrimeField::new(PrimeField::MERSENNE_61).unwrap();
        let mut space = RowSpace::new(field, self.jacobian.columns());
        let rows: Vec<usize> =
            (0..self.jacobian.rows()).filter(|row| space.insert(self.jacobian.row(*row).to_vec())).collect();
        let columns: Vec<String> = space.pivots().iter().map(|c| format!("a[{c}]")).collect();
        let (of, at_least, columns) = ("all".to_owned(), rows.len(), columns.join(" "));
        (at_least, Rule::Minor { of, at_least, point, rows, columns, independent })
    }
}

/// Two tanh units without biases at x and −x, for three numbers x.
fn opposite_samples() -> String {
    let mut text = "program with 4 weights and 3 inputs".to_owned();
    let (mut next, mut outputs) = (0, String::new());
    let mut push = |text: &mut String, term: String| {
        text.push_str(&format!("\ns{next} = {term}"));
        next += 1;
        format!("s{}", next - 1)
    };
    for sample in 0..3 {
        for sign in [2, -2] {
            let units: Vec<String> = (0..2)
                .map(|unit| {
                    let z = push(&mut text, format!("w{unit} * x{sample}"));
                    let twice = push(&mut text, format!("{sign} * {z}"));
                    let e = push(&mut text, format!("exp({twice})"));
                    let (above, below) = (push(&mut text, format!("{e} - 1")), push(&mut text, format!("{e} + 1")));
                    let tanh = push(&mut text, format!("{above} / {below}"));
                    push(&mut text, format!("w{} * {tanh}", 2 + unit))
                })
                .collect();
            outputs += &format!(" {}", push(&mut text, format!("{} + {}", units[0], units[1])));
        }
    }
    format!("{text}\noutputs{outputs}")
}

/// Programs on which a number for each exponential gives too much: weights, inputs, steps, samples, what it gives, and the truth (the
/// table of the theory, where numerical ranks of high precision agree).
fn treacherous() -> Vec<(&'static str, &'static str, usize, usize, usize)> {
    let tanh = "s1 = 2 * s0\ns2 = exp(s1)\ns3 = s2 - 1\ns4 = s2 + 1\ns5 = s3 / s4\n";
    let opposite = format!(
        "program with 4 weights and 1 inputs\ns0 = w0 * x0\n{tanh}s6 = -1 * s0\ns7 = 2 * s6\ns8 = exp(s7)\ns9 = s8 - 1\ns10 = s8 + 1\ns11 = s9 / s10\ns12 = w1 * s5\ns13 = w2 * s11\ns14 = s12 + s13\ns15 = s14 + w3\noutputs s15"
    );
    let equal = format!(
        "program with 4 weights and 1 inputs\ns0 = w0 * x0\n{tanh}s6 = s0 + s0\ns7 = exp(s6)\ns8 = s7 - 1\ns9 = s7 + 1\ns10 = s8 / s9\ns11 = w1 * s5\ns12 = w2 * s10\ns13 = s11 + s12\ns14 = s13 + w3\noutputs s14"
    );
    let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    vec![
        ("opposite tied units", leak(opposite), 6, 4, 3),
        ("equal units written differently", leak(equal), 6, 4, 3),
        (
            "a unit beside its mirror image",
            "program with 5 weights and 1 inputs\ns0 = w0 * x0\ns1 = s0 + w1\ns2 = exp(s1)\ns3 = s2 + 1\ns4 = s2 / s3\ns5 = -1 * s1\ns6 = exp(s5)\ns7 = s6 + 1\ns8 = s6 / s7\ns9 = w2 * s4\ns10 = w3 * s8\ns11 = s9 + s10\ns12 = s11 + w4\noutputs s12",
            8,
            5,
            4,
        ),
        (
            "a product of exponentials beside that of the sum",
            "program with 4 weights and 1 inputs\ns0 = w0 * x0\ns1 = s0 + w1\ns2 = exp(s0)\ns3 = exp(w1)\ns4 = exp(s1)\ns5 = s2 * s3\ns6 = w2 * s5\ns7 = w3 * s4\ns8 = s6 + s7\noutputs s8",
            6,
            3,
            2,
        ),
        (
            "tanh(z / 2) beside the logistic function of z",
            "program with 4 weights and 1 inputs\ns0 = w0 * x0\ns1 = 1/2 * s0\ns2 = s1 + s1\ns3 = exp(s2)\ns4 = s3 - 1\ns5 = s3 + 1\ns6 = s4 / s5\ns7 = exp(s0)\ns8 = s7 + 1\ns9 = s7 / s8\ns10 = w1 * s6\ns11 = w2 * s9\ns12 = s10 + s11\ns13 = s12 + w3\noutputs s13",
            6,
            4,
            3,
        ),
        (
            "tied heads, one shifted",
            "program with 3 weights and 2 inputs\ns0 = w0 * x0\ns1 = w0 * x1\ns2 = s0 + w1\ns3 = s1 + w1\ns4 = exp(s0)\ns5 = exp(s1)\ns6 = exp(s2)\ns7 = exp(s3)\ns8 = s4 * x0\ns9 = s5 * x1\ns10 = s8 + s9\ns11 = s4 + s5\ns12 = s10 / s11\ns13 = s6 * x0\ns14 = s7 * x1\ns15 = s13 + s14\ns16 = s6 + s7\ns17 = s15 / s16\ns18 = s12 + s17\ns19 = w2 * s18\noutputs s19",
            6,
            2,
            2,
        ),
        (
            "exponentials of exponentials",
            "program with 5 weights and 1 inputs\ns0 = exp(w1)\ns1 = exp(w2)\ns2 = w1 + w2\ns3 = exp(s2)\ns4 = s0 * s1\ns5 = w0 * x0\ns6 = s5 * s4\ns7 = s5 * s3\ns8 = exp(s6)\ns9 = exp(s7)\ns10 = w3 * s8\ns11 = w4 * s9\ns12 = s10 + s11\noutputs s12",
            8,
            3,
            2,
        ),
        (
            "constants apart",
            "program with 3 weights and 1 inputs\ns0 = w0 * x0\ns1 = s0 + 1\ns2 = exp(s1)\ns3 = exp(s0)\ns4 = w1 * s2\ns5 = w2 * s3\ns6 = s4 + s5\noutputs s6",
            6,
            3,
            2,
        ),
        (
            "a pole that is none",
            "program with 2 weights and 1 inputs\ns0 = w0 * x0\ns1 = exp(s0)\ns2 = -1 * s0\ns3 = exp(s2)\ns4 = s1 * s3\ns5 = s4 - 1\ns6 = w0 * s5\ns7 = s6 + x0\ns8 = w1 / s7\noutputs s8",
            4,
            2,
            1,
        ),
        (
            "independent on one sample only",
            "program with 5 weights and 1 inputs\ns0 = w0 * x0\ns1 = s0 + w1\ns2 = s0 + w2\ns3 = exp(s1)\ns4 = exp(s2)\ns5 = w3 * s3\ns6 = w4 * s4\ns7 = s5 + s6\noutputs s7",
            7,
            3,
            2,
        ),
        (
            "the logarithm of a product",
            "program with 3 weights and 1 inputs\ns0 = exp(x0)\ns1 = s0 + 1\ns2 = s1 * s1\ns3 = log(s1)\ns4 = log(s2)\ns5 = w0 * s3\ns6 = w1 * s4\ns7 = s5 + s6\ns8 = s7 + w2\noutputs s8",
            6,
            3,
            2,
        ),
        ("samples x and -x", leak(opposite_samples()), 1, 4, 3),
    ]
}

#[test]
fn naive_numbers_prove_nothing() {
    for (name, program, samples, naive, truth) in treacherous() {
        let parsed: Program = program.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
        let text = carried(&parsed);
        let points: Vec<Naive> = (1..9).map(|seed| Naive::new(&parsed, samples, seed)).collect();
        let (k, _) = points[0].minor(3, None);
        assert!(k == naive && naive >= truth, "{name}: {k}");
        let one: Vec<Naive> = (20..60).map(|seed| Naive::new(&parsed, 1, seed)).collect();
        let several = Naive::new(&parsed, samples + 1, 77);
        // Independence from the point itself, from several like it, from many of one sample, or from none.
        let ways: Vec<(Vec<Rule>, Vec<u64>)> = vec![
            (vec![], vec![3]),
            (points[1..].iter().map(Naive::rule).collect(), (3..11).collect()),
            (one.iter().map(Naive::rule).collect(), (4..44).collect()),
            (one[..1].iter().map(Naive::rule).collect(), vec![4]),
            (one[..2].iter().map(Naive::rule).collect(), vec![3, 4, 5]),
            (vec![several.rule()], vec![4]),
        ];
        let statement = format!("the dimension of all is at least {k}");
        for (more, cited) in ways {
            let step = 4 + more.len() as u64;
            let mut steps = vec![points[0].rule()];
            steps.extend(more);
            steps.push(Rule::Independent { points: cited });
            steps.push(points[0].minor(3, Some(step)).1);
            let report = check(certificate(&text, None, steps, &statement).as_bytes());
            assert_eq!(report.verdict, Verdict::Invalid, "{name}: {}", report.text(""));
            let reason = report.reason.unwrap();
            let known = ["do not show", "fewer samples", "different numbers of inputs"];
            assert!(known.iter().any(|known| reason.contains(known)), "{name}: {reason}");
        }
        // Without such a step nothing is proved.
        for cited in [None, Some(3), Some(1), Some(9)] {
            let steps = vec![points[0].rule(), points[0].minor(3, cited).1];
            let report = check(certificate(&text, None, steps, &statement).as_bytes());
            assert_eq!(report.verdict, Verdict::Invalid, "{name}: {}", report.text(""));
        }
    }
}
