//! What a certificate may take: each of these is invalid, or refused for a limit that is named, in little memory and time.

use std::io::Write;
use std::process::{Command, Stdio};

use allocert_checker::{Limits, Options, Report, Verdict, check, check_with};
use allocert_format::{FORMAT, Header, Rule, Step, VERSION, sha256};

fn header(about: &str, network: &str, samples: Option<u64>) -> Header {
    Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        about: about.to_owned(),
        network: Some(network.to_owned()),
        samples,
        allocation: None,
        ensemble: None,
        seed: 1,
    }
}

/// A certificate about one network; these steps answer the question with these statements.
fn certificate(header: Header, steps: Vec<Rule>, answer: Vec<u64>, statements: &[&str]) -> String {
    let network = Rule::Network { network: header.network.clone().unwrap(), samples: header.samples };
    let mut steps: Vec<Rule> = std::iter::once(network).chain(steps).collect();
    let statements = statements.iter().map(|s| (*s).to_owned()).collect();
    steps.push(Rule::End { steps: steps.len() as u64 + 1, header: header.clone(), answer, statements });
    let lines = (1..).zip(steps).map(|(step, by)| serde_json::to_string(&Step { step, by }).unwrap());
    std::iter::once(serde_json::to_string(&header).unwrap()).chain(lines).map(|line| line + "\n").collect()
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|n| (*n).to_owned()).collect()
}

fn text(t: &str) -> String {
    t.to_owned()
}

/// The report, which is not an acceptance.
fn rejected(certificate: &str) -> Report {
    let report = check(certificate.as_bytes());
    assert!(matches!(report.verdict, Verdict::Invalid | Verdict::Refused { limit: true }), "{}", report.text(""));
    assert!(report.step.is_some() && report.reason.is_some());
    report
}

/// What the program says in 256 MiB of address space beside itself, and 10 s of a processor.
fn in_little_memory(certificate: &str, arguments: &str) -> (Option<i32>, String) {
    let program = env!("CARGO_BIN_EXE_allocert-check");
    let place = std::env::temp_dir().join(format!("allocert-check-{}-{:p}", std::process::id(), certificate));
    std::fs::File::create(&place).unwrap().write_all(certificate.as_bytes()).unwrap();
    let command =
        format!("ulimit -v {}; ulimit -t 10; exec '{program}' {arguments} '{}'", (256 + 16) << 10, place.display());
    let output = Command::new("sh").args(["-c", &command]).stderr(Stdio::piped()).output().unwrap();
    std::fs::remove_file(place).unwrap();
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), said)
}

/// t^a and t^b as the weights of one path: whatever the sum of exponents, nothing wraps.
#[test]
fn exponents_do_not_wrap() {
    let power = |k: usize| [vec![text("0"); k], vec![text("1")]].concat();
    for (a, b) in
        [(10_000, 55_536), (55_536, 10_000), (65_535, 1), (32_768, 32_768), (9_999, 2), (5_000, 5_001), (0, 65_536)]
    {
        let of = || text("W1 W2[0,0]");
        let instance = Rule::Instance {
            of: of(),
            trial: 0,
            student: texts(&["1", "1", "1"]),
            teacher: texts(&["1", "1", "0"]),
            inputs: vec![texts(&["1"])],
        };
        let solution = Rule::Solution {
            of: of(),
            instance: 2,
            polynomial: texts(&["0", "1"]),
            between: (text("-1"), text("1")),
            values: vec![power(a), power(b)],
        };
        let said = "the instance of step 2 has a real match with W1 W2[0,0]";
        let steps = vec![instance, solution];
        rejected(&certificate(header("match", "lffn([1, 1, 2])", Some(1)), steps, vec![3], &[said]));
    }
    // The same in polynomials of several variables.
    for power in ["W1[0,0]^65536", "W1[0,0]^4294967296", "W1[0,0]^10001", "W1[0,0]^+2", "W1[0,0]^02"] {
        let gauge =
            Rule::Gauge { of: text("all"), at_most: 1, point: 2, vectors: vec![vec![(text("G1[0,0]"), text(power))]] };
        let point = Rule::Point { weights: vec![2, 3], inputs: vec![], functions: vec![] };
        let said = "the dimension of all is at most 1";
        rejected(&certificate(header("rank", "lffn([1, 1, 1])", None), vec![point, gauge], vec![3], &[said]));
    }
}

/// Thousands of instances: numbers are charged for what they take.
#[test]
fn rational_numbers_are_not_eight_bytes() {
    let many = |count: usize, number: &str| {
        let numbers = || vec![text(number); 4096];
        let (student, teacher) = (numbers(), numbers());
        let instance = Rule::Instance { of: text("W1[0,0]"), trial: 0, student, teacher, inputs: vec![] };
        let size = Rule::Size { of: text("all"), at_most: 4096 };
        let steps = std::iter::once(size).chain(vec![instance; count]).collect();
        certificate(header("rank", "lffn([64, 64])", None), steps, vec![2], &["the dimension of all is at most 4096"])
    };
    for text in [many(1_500, "1"), many(500, "-123456789012345678901234567890/7")] {
        let (status, said) = in_little_memory(&text, "");
        assert_eq!(status, Some(3), "{said}");
        assert!(said.contains("refused") && said.contains("bytes of memory"), "{said}");
    }
}

/// Ranks of kernel vectors are charged.
#[test]
fn ranks_cost_what_they_take() {
    let hidden = 44usize;
    let network = format!("lrnn(inputs=1, hidden={hidden}, outputs=1, steps=1)");
    let names: Vec<String> = (0..hidden * hidden).map(|i| format!("W[{},{}]", i / hidden, i % hidden)).collect();
    let number = |i: usize| (i * i % 97 + 1).to_string();
    let mut vectors = vec![names.iter().enumerate().map(|(i, name)| (name.clone(), number(i))).collect::<Vec<_>>()];
    vectors.extend((1..names.len()).map(|i| vec![(names[0].clone(), number(i)), (names[i].clone(), number(i + 1))]));
    let kernel = Rule::Kernel { of: text("W"), at_most: 0, point: 2, vectors };
    let point = Rule::Point { weights: vec![1; hidden * hidden + 2 * hidden], inputs: vec![], functions: vec![] };
    let steps = std::iter::once(point).chain(vec![kernel; 15]).collect();
    let text = certificate(header("rank", &network, None), steps, vec![3], &["the dimension of W is at most 0"]);
    let (status, said) = in_little_memory(&text, "");
    assert_eq!(status, Some(3), "{said}");
    assert!(said.contains("operations"), "{said}");
}

/// A small certificate over the limits that are given says which.
#[test]
fn the_limit_is_named() {
    let size = Rule::Size { of: text("all"), at_most: 2 };
    let steps = vec![size; 1_000];
    let text =
        certificate(header("rank", "lffn([1, 1, 1])", None), steps, vec![2], &["the dimension of all is at most 2"]);
    let with = |limits: Limits| {
        let mut options = Options::default();
        options.limits = limits;
        check_with(text.as_bytes(), options)
    };
    assert_eq!(with(Limits::STANDARD).verdict, Verdict::Valid);
    assert_eq!(Limits::STANDARD, Limits { bytes: 256 << 20, seconds: Some(60), operations: 1 << 33 });
    let cases = [
        (Limits { bytes: (48 << 20) + 10_000, ..Limits::STANDARD }, "bytes of memory"),
        (Limits { operations: 10_000, ..Limits::STANDARD }, "operations"),
        (Limits { seconds: Some(0), ..Limits::STANDARD }, "0 seconds"),
    ];
    for (limits, named) in cases {
        let report = with(limits);
        assert_eq!(report.verdict, Verdict::Refused { limit: true }, "{named}: {}", report.text(""));
        assert!(report.reason.as_ref().unwrap().contains(named), "{:?}", report.reason);
    }
    let (status, said) = in_little_memory(&text, "--memory 48");
    assert_eq!(status, Some(3), "{said}");
    let (status, said) = in_little_memory(&text, "--memory 200 --seconds 10");
    assert_eq!(status, Some(0), "{said}");
    for wrong in ["--memory", "--memory x", "--seconds 0"] {
        assert_eq!(in_little_memory(&text, wrong).0, Some(2));
    }
}

/// A certificate about a network that is no family, with its program and these steps.
fn about_program(text: &str, steps: Vec<Rule>) -> String {
    let program = Rule::Program { name: "f()".to_owned(), text: text.to_owned(), sha256: sha256(text.as_bytes()) };
    let network = Rule::Network { network: "f()".to_owned(), samples: None };
    let header = Header { network: None, ..header("rank", "f()", None) };
    let mut steps: Vec<Rule> = [program, network].into_iter().chain(steps).collect();
    let (count, answer) = (steps.len() as u64, vec![steps.len() as u64]);
    steps.push(Rule::End { steps: count + 1, header: header.clone(), answer, statements: texts(&["x"]) });
    let lines = (1..).zip(steps).map(|(step, by)| serde_json::to_string(&Step { step, by }).unwrap());
    std::iter::once(serde_json::to_string(&header).unwrap()).chain(lines).map(|line| line + "\n").collect()
}

/// So many weights and inputs, these steps, and the last of them as the output.
fn program(size: usize, steps: &[String]) -> String {
    let weights: String = (0..size).map(|w| format!(" w{w}")).collect();
    let lines: String = steps.iter().enumerate().map(|(at, step)| format!("s{at} = {step}\n")).collect();
    let last = steps.len() - 1;
    format!("tensor a[{size}]{weights}\nprogram with {size} weights and {size} inputs\n{lines}outputs s{last}")
}

/// Programs that square, that keep large values alive, that have many tensors, or are entered again and again.
#[test]
fn programs_cost_what_they_take() {
    let squares: Vec<String> =
        std::iter::once(text("w0 * x0")).chain((0..20_000).map(|s| format!("s{s} * s{s}"))).collect();
    let mut alive = vec![text("w0 * x0")];
    for i in 1..60 {
        alive.push(format!("w{i} * x{i}"));
        alive.push(format!("s{} + s{}", alive.len() - 2, alive.len() - 1));
    }
    let square = alive.len();
    alive.push(format!("s{} * s{}", square - 1, square - 1));
    alive.extend((0..15_000).map(|i| format!("s{square} + {i}")));
    let mut sum = square + 1;
    for i in square + 2..square + 15_001 {
        alive.push(format!("s{sum} + s{i}"));
        sum = alive.len() - 1;
    }
    let pinned = format!(
        "tensor b[16000]{}\ntensor a w0\nprogram with 1 weights and 1 inputs\ns0 = w0 * x0\noutputs s0",
        " 1".repeat(16_000)
    );
    let labels = || vec![Rule::Labels { of: text("all"), at_most: 0 }];
    let kernel = |size: usize| {
        let vectors = vec![vec![(text("a[0]"), text("1"))]];
        let point = Rule::Point { weights: vec![1; size], inputs: vec![], functions: vec![] };
        vec![point, Rule::Kernel { of: text("all"), at_most: size - 1, point: 3, vectors }]
    };
    let many = vec![text("b"); 8_000].join(" ");
    let again = || (0..50_000).map(|_| Rule::Network { network: text("f()"), samples: None }).collect();
    let cases = [
        about_program(&program(1, &squares), labels()),
        about_program(&program(1, &squares), kernel(1)),
        about_program(&program(60, &alive), labels()),
        about_program(&program(60, &alive), kernel(60)),
        about_program(&pinned, (0..200).map(|_| Rule::Size { of: many.clone(), at_most: 1 }).collect()),
        about_program(&program(1, &squares), again()),
    ];
    for (number, case) in cases.iter().enumerate() {
        let report = rejected(case);
        let (status, said) = in_little_memory(case, "");
        assert!(matches!(status, Some(1 | 3)), "{number}: {status:?} {said} {:?}", report.reason);
    }
    // Too long a program, and one whose tensors have too many places.
    for (text, limit) in [
        (pinned.replace("16000", "17000").replace(&" 1".repeat(16_000), &" 1".repeat(17_000)), "entries of tensors"),
        (program(5_000, &[text("w0 * x0")]), "weights"),
    ] {
        let report = rejected(&about_program(&text, labels()));
        assert!(report.reason.as_deref().is_some_and(|reason| reason.contains(limit)), "{report:?}");
    }
    // An unrolled family of more than a million steps.
    let long =
        certificate(header("rank", "lrnn(inputs=1, hidden=60, outputs=1, steps=4000)", None), vec![], vec![1], &["x"]);
    assert!(rejected(&long).reason.is_some_and(|reason| reason.contains("steps of a program")));
}

/// Multiples of an equation, no two of which have a monomial in common, fill the memory before anything is eliminated.
#[test]
fn combinations_of_many_rows_are_refused_in_little_memory() {
    let weights: Vec<String> = (0..6).map(|i| format!("W1[0,{i}]")).collect();
    let rows = 4_000;
    let many = |w: &str| (1..=rows).map(|e| format!("{w}^{e}")).collect::<Vec<String>>();
    let odd = Rule::Odd {
        of: weights.join(" "),
        samples: Some(6),
        moving: weights.join(" "),
        rest: Vec::new(),
        powers: vec![],
        student: vec![1; 7],
        teacher: (1..8).collect(),
        inputs: (0..6).map(|i| (0..6).map(|j| 1 + (i * j * 7 + i + j) % 11).collect()).collect(),
        dependent: Vec::new(),
        exact: Vec::new(),
        steps: vec![(many(&weights[0]).into_iter().map(|by| (0, by)).collect(), many(&weights[1]))],
        basis: texts(&["1"]),
    };
    let header =
        Header { allocation: Some(weights.join(" ")), ..header("match", "pnn([6, 1, 1], degree=12)", Some(6)) };
    let statement = format!("the match probability of {} is 1", weights.join(" "));
    let (status, said) = in_little_memory(&certificate(header, vec![odd], vec![2], &[&statement]), "");
    assert_eq!(status, Some(3), "{said}");
    assert!(said.contains("limit"), "{said}");
}

#[test]
fn statements_about_an_ensemble_are_not_read() {
    let answer = |ensemble: Option<&str>| {
        let header = Header { ensemble: ensemble.map(str::to_owned), ..header("rank", "lffn([1, 1, 1])", Some(1)) };
        let none = Rule::Labels { of: text("all"), at_most: 1 };
        check(certificate(header, vec![none], vec![2], &["the dimension of all is at most 1"]).as_bytes())
    };
    let wrong = |report: &Report| report.reason.as_ref().is_some_and(|why| why.contains("ensemble"));
    assert!(!wrong(&answer(None)));
    for ensemble in ["labels", "gaussian", "nonsense"] {
        assert!(wrong(&answer(Some(ensemble))));
        assert!(matches!(answer(Some(ensemble)).verdict, Verdict::Invalid));
    }
}
