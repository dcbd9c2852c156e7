//! The law of a network: against brute force on every allocation, and as the command says it.

#[path = "common/program.rs"]
mod program;

use allocert::allocation::Allocation;
use allocert::control::Control;
use allocert::network::{Network, Samples};
use allocert::reach::{Complete, JacobianMatroid, Law, LawOptions, Settings, law};
use serde::Deserialize;
use serde_json::Value;

use program::{allocert, file};

#[derive(Deserialize)]
struct Row {
    network: String,
    samples: Option<u64>,
    weights: usize,
    teacher_dim: usize,
    counts_size_dim_number: Vec<(usize, usize, u64)>,
}

fn found(network: &Network, samples: Samples) -> Law {
    let settings = Settings { seed: 1, error_log2: -60 };
    law(network, samples, &LawOptions::default(), settings, &Control::unlimited()).unwrap()
}

#[test]
fn the_formula_is_the_dimension_of_every_allocation() {
    let rows: Vec<Row> = serde_json::from_str(include_str!("data/rank-tables.json")).unwrap();
    for row in rows.into_iter().filter(|row| row.weights <= 15) {
        let network: Network = row.network.parse().unwrap();
        let samples = row.samples.map_or(Samples::Functional, Samples::Count);
        let law = found(&network, samples);
        assert!(!matches!(law.complete(), Complete::Open(_)));
        assert_eq!(law.dim.value, row.teacher_dim);
        let matroid = JacobianMatroid::new(&network, samples, 5, &Control::unlimited()).unwrap();
        let mut counts = std::collections::BTreeMap::new();
        for bits in 0..1u64 << row.weights {
            let set = Allocation::of_low_bits(row.weights, bits);
            let dim = law.value(&set);
            assert_eq!(dim, matroid.rank(&set), "{network}, {samples}: {set:?}");
            *counts.entry((set.size(), dim)).or_insert(0) += 1;
        }
        // And the table of the oracle.
        let counts: Vec<(usize, usize, u64)> = counts.into_iter().map(|((s, d), n)| (s, d, n)).collect();
        assert_eq!(counts, row.counts_size_dim_number, "{network}, {samples}");
    }
}

fn json(arguments: &[&str]) -> Value {
    let run = allocert(arguments);
    assert_eq!(run.status, 0, "{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn law_has_the_fields_of_the_interface() {
    let law = json(&["law", "lffn([2, 2, 2])", "--json"]);
    assert_eq!(
        (&law["network"], &law["samples"], &law["weights"]),
        (&"lffn([2, 2, 2])".into(), &Value::Null, &8.into())
    );
    assert_eq!(
        (&law["teacher_dim"], &law["complete"], &law["error_log2"]),
        (&4.into(), &"proved".into(), &Value::Null)
    );
    let flats = law["flats"].as_array().unwrap();
    let orbits: u64 = flats.iter().map(|flat| flat["orbit"].as_u64().unwrap()).sum();
    assert_eq!(orbits, 9);
    for flat in flats {
        for field in ["weights", "description", "size", "dim", "orbit", "reason", "evidence"] {
            assert!(!flat[field].is_null(), "{field}");
        }
        assert_eq!(flat["evidence"], "proved");
    }
    let kinds: Vec<&str> =
        law["kinds"].as_array().unwrap().iter().filter_map(|kind| kind["description"].as_str()).collect();
    assert_eq!(kinds, ["a row of W1 with a column of W2", "a column of W1 with a row of W2", "all weights"]);
    assert_eq!(law["smallest_spanning"], "62");
}

#[test]
fn the_law_is_proved_where_all_bounds_are() {
    for network in ["lrnn(1,3,1,7)", "lffn([3,3,2])", "lffn([2,2,2,2])", "pnn([3,3,1],2)", "lrnn(1,3,2,6)"] {
        let law = json(&["law", network, "--json"]);
        assert_eq!(law["complete"], "proved", "{network}");
    }
}

#[test]
fn a_law_without_flats_says_whether_there_are_loops() {
    let said = |network: &str| program::allocert(&["law", network]).out;
    assert!(said("lffn([1, 1])").contains("proved: no weight is redundant"), "{}", said("lffn([1, 1])"));
}

#[test]
fn a_search_that_is_stopped_says_so() {
    let run = allocert(&["law", "lffn([3, 3, 3])", "--most-flats", "20"]);
    assert_eq!(run.status, 3);
    assert!(run.out.contains("stopped by the limit of 20 cyclic flats") && run.out.contains("ρ(A) ≤"), "{}", run.out);
}

#[test]
fn a_family_is_fitted_and_checked_on_sizes_that_were_not_used() {
    let claims = file("family.star", "");
    let path = claims.to_str().unwrap();
    let run = allocert(&["law", "lrnn(1, n, 1, 2 * n)", "--over", "n=2..4", "--claim", path, "--json"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let family: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((family["holds"].as_array().unwrap().len(), &family["checked"]), (4, &serde_json::json!([[5]])));
    let dims: Vec<&str> = family["terms"].as_array().unwrap().iter().filter_map(|term| term["dim"].as_str()).collect();
    assert!(["n", "2n − 2", "2n − 1", "2n"].iter().all(|dim| dims.contains(dim)), "{dims:?}");
    let verified = allocert(&["verify", path]);
    assert_eq!(verified.status, 0, "{}", verified.out);
    // With T = 4 throughout there is no such law.
    let run = allocert(&["law", "lrnn(1, n, 1, 4)", "--over", "n=1..3"]);
    assert!(run.status == 1 && run.out.contains("fails at"), "{}", run.out);
}

#[test]
fn what_fits_no_range_is_no_law() {
    let run = allocert(&["law", "lffn([n,2,2])", "--over", "n=1..3"]);
    assert!(run.status == 1 && run.out.starts_with("no law was found that fits n = 1, 2, 3\n"), "{}", run.out);
    assert!(run.out.contains("closest attempt: ρ(A) = ") && run.out.contains("Small sizes"), "{}", run.out);
    assert!(!run.out.contains("For every allocation") && !run.out.contains("a fitted law"), "{}", run.out);
    assert!(run.out.contains("n − 1 columns of W1 with a row of W2\n"), "{}", run.out);
    let record: Value =
        serde_json::from_str(&allocert(&["law", "lffn([n,2,2])", "--over", "n=1..3", "--json"]).out).unwrap();
    assert_eq!(record["fits"], false);
    let without = allocert(&["law", "lffn([n,2,2])", "--over", "n=3..5"]);
    assert!(without.status == 0 && without.out.starts_with("lffn([n,2,2]) over n\n\nFor every"), "{}", without.out);
}

#[test]
fn rank_names_what_is_in_the_way() {
    let run = allocert(&["rank", "lffn([2, 2, 2])", "W1[0,:] W2[:,1]"]);
    assert!(run.out.contains("row 0 of W1 with column 1 of W2"), "{}", run.out);
    let rank = json(&["rank", "lffn([2, 2, 2])", "W1[0,:] W2[:,1]", "--json"]);
    assert_eq!((&rank["obstructions"][0]["dim"], &rank["exchange"]["dim"]), (&3.into(), &4.into()));
    let run = allocert(&["rank", "lffn([3, 3, 2])", "W1[0,0] W1[1,0] W1[2,1] W1[2,2]", "--all-samples"]);
    assert!(run.out.contains("free") && run.status == 0, "{}", run.out);
}

/// The networks of docs/laws.md, by family.
fn networks() -> Vec<(&'static str, Vec<String>)> {
    let one_hidden = itertools::iproduct!(1..=3, 1..=3, 1..=3).map(|(a, b, c)| format!("lffn([{a}, {b}, {c}])"));
    let deep = [
        "2, 2, 2, 2",
        "1, 2, 2, 1",
        "2, 1, 2, 2",
        "2, 2, 1, 2",
        "2, 3, 2, 2",
        "2, 3, 3, 2",
        "1, 2, 2, 2, 1",
        "2, 1, 2, 1, 2",
        "2, 2, 2, 2, 2",
    ];
    let biases = ["1, 2, 1", "2, 2, 1", "1, 2, 2", "2, 1, 2", "2, 2, 2"];
    let single = (1..=4).map(|n| format!("lrnn(1, {n}, 1, {})", 2 * n));
    let short = (1..=5).map(|t| format!("lrnn(1, 3, 1, {t})"));
    let several = ["1, 1, 2, 2", "1, 2, 2, 4", "1, 2, 3, 4", "2, 2, 2, 4", "1, 3, 2, 6", "1, 3, 3, 6", "2, 3, 2, 6"];
    let powers =
        ["2, 2, 1], 2", "3, 2, 1], 2", "3, 3, 1], 2", "2, 3, 1], 3", "3, 4, 1], 3", "2, 2, 2], 2", "2, 2, 1, 1], 2"];
    let convolutions = [
        "[2, 2]",
        "[3, 2]",
        "[2, 2, 2]",
        "[3, 2, 2]",
        "[2, 3], strides = [2, 1]",
        "[3, 3, 2], strides = [2, 2, 1]",
        "[2, 2], activation = 2",
    ];
    let attention = ["1, 1", "2, 1", "2, 2", "3, 1", "2, 1, kind = \"softmax\"", "2, 2, kind = \"softmax\""];
    let adapters = ["lora(2, 1)", "lora(3, 1)", "lora(2, 1, layers = 2)"];
    let shared = [
        "residual(2, 1, blocks = 1)",
        "residual(2, 1)",
        "tied_autoencoder(3, 2)",
        "tied_autoencoder(4, 2)",
        "tied_autoencoder(4, 3)",
        "lowrank_rnn(1, 2, 1, 1, 4)",
        "lowrank_rnn(1, 3, 1, 1, 6)",
    ];
    let smooth = ["[1, 2, 1], \"tanh\", True", "[2, 2, 1], \"tanh\", True", "[2, 2, 2], \"tanh\""];
    let text = |begin: &'static str, end: &'static str| move |middle: &str| format!("{begin}{middle}{end}");
    vec![
        ("Linear networks with one hidden layer", one_hidden.collect()),
        ("Deeper linear networks", deep.into_iter().map(text("lffn([", "])")).collect()),
        ("Linear networks with biases", biases.into_iter().map(text("lffn([", "], bias = True)")).collect()),
        ("Recurrent networks with one input and one output, T = 2n", single.collect()),
        ("The same with n = 3 and few steps", short.collect()),
        ("Recurrent networks with several inputs or outputs", several.into_iter().map(text("lrnn(", ")")).collect()),
        ("Polynomial networks", powers.into_iter().map(text("pnn([", ")")).collect()),
        ("Convolutions", convolutions.into_iter().map(text("conv(", ")")).collect()),
        ("Attention", attention.into_iter().map(text("attention(", ")")).collect()),
        ("Adapters", adapters.into_iter().map(str::to_owned).collect()),
        ("Residual blocks, tied weights and recurrence of low rank", shared.into_iter().map(str::to_owned).collect()),
        ("Perceptrons with tanh", smooth.into_iter().map(text("mlp(", ")")).collect()),
    ]
}

/// One row of a table: a law in words.
fn row(text: &str) -> String {
    let law = json(&["law", text, "--json"]);
    let kinds = law["kinds"].as_array().unwrap().iter().map(|kind| {
        let number = kind["number"].as_u64().unwrap();
        let number = if number == 1 { String::new() } else { format!(" ({number})") };
        format!("{}: {}{number}", kind["dim"], kind["description"].as_str().unwrap())
    });
    let mut words: Vec<String> = kinds.collect();
    if words.is_empty() {
        words.push("every weight that is no loop adds a dimension".to_owned());
    }
    if law["components"].as_array().unwrap().len() > 1 {
        words.insert(0, "in each component:".to_owned());
    }
    for (name, what) in [("loops", "loops"), ("coloops", "coloops")] {
        let found = law[name].as_str().unwrap();
        if !found.is_empty() {
            words.push(format!("{what}: {found}"));
        }
    }
    let [weights, dim, flats] = ["weights", "teacher_dim", "cyclic_flats"].map(|f| law[f].to_string().replace('"', ""));
    format!(
        "| `{text}` | {weights} | {dim} | {flats} | {} | {} |\n",
        words.join("<br>"),
        law["evidence"].as_str().unwrap()
    )
}

const INTRODUCTION: &str = "# Laws of small networks

How many dimensions does each allocation of a network reach? A row answers that for all allocations of its network at once, by the few
sets of weights in which weights can be redundant. In `lffn([2, 2, 2])`, for instance, four weights have dimension 4 unless all of them lie in a row of
`W1` and a column of `W2`, or in a column of `W1` and a row of `W2`: these have dimension 3. Larger tables: [all allocations](orbits.md); one
network of your own: `allocert law NET`.

For every allocation $A$ of a network, the reachable dimension $\\rho(A)$ is the smallest of $|A|$ and of
$\\dim Z+|A\\setminus Z|$ over the sets $Z$ in its row: these are the cyclic flats of the Jacobian matroid, each with its
dimension, and in brackets how many there are if there are several. A network whose matroid falls into components has such a minimum for each of
them, and a coloop adds 1. All labels are functional. $\\rho(E)$ is the teacher's dimension; the number of cyclic flats counts the empty one (or the
loops). The words are in the [glossary](glossary.md).

`proved` means that every dimension in the row is proved, and that the list is complete: the sum of the formula over all allocations
equals the sum of their ranks. `bounded` means the same with a bound of $2^{-100}$ on the error of some dimension. `allocert law NET` draws
the sets and gives their reasons.

*Alike* are sets of one size and dimension for which there are no common words: the first is named, with their number in brackets.

Made by the program: `UPDATE=1 cargo test --release --test law` writes this page anew, and the test compares it.
";

/// Families whose law is fitted: an expression, and its parameters.
const FAMILIES: [(&str, &str); 4] = [
    ("lrnn(1, n, 1, 2 * n)", "n=2..4"),
    ("lffn([n, n])", "n=2..4"),
    ("lffn([2, n, 2])", "n=2..4"),
    ("pnn([n, 1, 1], 2)", "n=2..4"),
];

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (title, networks) in networks() {
        page.push_str(&format!(
            "\n## {title}\n\n| network | weights | $\\rho(E)$ | flats | dimension: set (number) | known |\n"
        ));
        page.push_str("|---|---:|---:|---:|---|---|\n");
        networks.iter().for_each(|text| page.push_str(&row(text)));
    }
    page.push_str("\n## Laws of families\n\nFitted to some sizes and checked at others, so conjectures beyond these; the first is a theorem\n([the theory](theory.md), 4.4).\n");
    for (text, over) in FAMILIES {
        let run = allocert(&["law", text, "--over", over]);
        page.push_str(&format!("\n```text\n{}\n```\n", run.out.trim_end()));
    }
    page
}

#[test]
fn the_page_of_laws_is_what_the_program_finds() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/laws.md");
    let now = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == now, "docs/laws.md is not up to date: UPDATE=1 cargo test --release --test law");
}

/// Where a member's weights are not one component, or some are loops, the formula is a sum over components.
#[test]
fn the_law_of_a_family_that_falls_apart_is_a_sum() {
    for (family, over, part) in [
        ("pnn([n,2,2],2)", "n=2..3", "n=2: 2 components"),
        ("lrnn(1,n,1,1)", "n=1..3", "n=1: 1 component, loops W[0,0]"),
    ] {
        let run = allocert(&["law", family, "--over", over]);
        assert_eq!(run.status, 0, "{}", run.err);
        assert!(run.out.contains("over the connected components C") && run.out.contains(part), "{}", run.out);
    }
    let run = allocert(&["law", "lffn([3,n,2])", "--over", "n=3..4", "--within", "W1"]);
    assert!(run.out.contains("For every allocation A inside W1") && run.out.contains("3 components"), "{}", run.out);
    let run = allocert(&["law", "lffn([3,n,2])", "--over", "n=3..4", "--within", "W1", "--claim", "never.star"]);
    assert!(run.status == 2 && run.err.contains("leave one of them out"), "{}", run.err);
    // A loop is outside of every set, and spans nothing.
    let run = allocert(&["law", "lrnn(1,3,1,1)"]);
    assert!(run.out.contains("at least 1 weight (loops not counted)"), "{}", run.out);
}
