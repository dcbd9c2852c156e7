//! Random claims, each checked as the program likes (by orbits where it may) and allocation by allocation: no difference.
//!
//! `PAIRS=10000 cargo test --release --test claim_pairs` tries so many.

use std::path::Path;
use std::time::Duration;

use allocert::claims::{CheckOptions, Checked, check, read};
use allocert::control::Control;
use allocert::reach::Settings;

const SETTINGS: Settings = Settings { seed: 1, error_log2: -20 };

/// Numbers that follow from a seed (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ x >> 31) % bound as u64) as usize
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    /// A number, of an allocation `a` in a network `net`.
    fn number(&mut self, depth: usize, tensor: &str) -> String {
        if depth == 0 {
            return match self.below(9) {
                0 => self.below(5).to_string(),
                1 => "a.dim".to_owned(),
                2 => "a.size".to_owned(),
                3 => "a.closure.size".to_owned(),
                4 => "net.teacher_dim".to_owned(),
                5 => format!("a.tensor_count(\"{tensor}\")"),
                6 => format!("len(a & net.allocation(\"{tensor}\"))"),
                7 => "a.complement.dim".to_owned(),
                _ => format!("a.components(\"{tensor}\")"),
            };
        }
        let (x, y) = (self.number(depth - 1, tensor), self.number(depth - 1, tensor));
        match self.below(12) {
            0 => format!("({x} + {y})"),
            1 => format!("({x} - {y})"),
            2 => format!("({x} * {y} % 5)"),
            3 => format!("max({x}, {y})"),
            4 => format!("min([{x}, {y}])"),
            5 => format!("max(a.row_counts(\"{tensor}\") + [{x}])"),
            6 => format!("sorted(a.column_counts(\"{tensor}\"))[0]"),
            7 => format!("sum([{} for b in a.moves()])", self.of(&["b.dim", "b.dim % 2", "1 if b.free else 0"])),
            8 => format!("len([b for b in a.extensions() if b.dim > {x}])"),
            9 => format!("({x} if {} else {y})", self.truth(depth - 1, tensor)),
            10 => format!("max([0] + [b.dim for b in a.{}()])", self.of(&["deletions", "moves_within_tensors"])),
            _ => format!(
                "len(sorted([b.dim for b in a.moves_to_emptier_{}()]))",
                self.of(&["rows", "columns", "layers"])
            ),
        }
    }

    fn truth(&mut self, depth: usize, tensor: &str) -> String {
        if depth == 0 {
            let sign = self.of(&["==", "!=", "<", "<=", ">", ">="]);
            return format!("{} {sign} {}", self.number(0, tensor), self.number(0, tensor));
        }
        let (p, q) = (self.truth(depth - 1, tensor), self.truth(depth - 1, tensor));
        match self.below(20) {
            0 => format!("({p} and {q})"),
            1 => format!("({p} or {q})"),
            2 => format!("(not ({p}))"),
            3 => "a.spans".to_owned(),
            4 => "a.free".to_owned(),
            5 => format!("all([b.dim >= {} for b in a.extensions()])", self.below(4)),
            6 => format!("({} in a.row_counts(\"{tensor}\"))", self.below(3)),
            7 => format!("a.inside(\"{tensor}\")"),
            // What shows places through values that are equal and not the same.
            8 => format!("lists(a, \"{tensor}\")"),
            9 => format!("structs(a, \"{tensor}\")"),
            10 => format!("tuples(a, \"{tensor}\")"),
            11 => format!("keyed(a, \"{tensor}\")"),
            12 => format!("mixed(a, \"{tensor}\")"),
            // What is not known.
            13 => "a.decided(2).unmatched == 0".to_owned(),
            14 => "a.match_in(1).verdict != \"fractional\"".to_owned(),
            15 => "a.matching_degree == 1".to_owned(),
            16 => "a.match_in(2).probability > 0".to_owned(),
            _ => {
                let sign = self.of(&["==", "!=", "<", "<=", ">", ">="]);
                format!("{} {sign} {}", self.number(depth, tensor), self.number(depth - 1, tensor))
            }
        }
    }
}

/// Helpers whose value depends on the order in which equal values come.
const HELPERS: &str = "
def lists(a, tensor):
    first, second = [0], [0]
    m = max([first if c == 0 else second for c in a.row_counts(tensor)])
    m.append(1)
    return len(first) == 1

def structs(a, tensor):
    first, second = struct(x = 1, y = 2), struct(y = 2, x = 1)
    m = min([first if c == 0 else second for c in a.column_counts(tensor)])
    return str(m) == str(first)

def tuples(a, tensor):
    first, second = (0, [0]), (0, [0])
    m = sorted([first if c == 0 else second for c in a.row_counts(tensor)])[0]
    m[1].append(1)
    return len(first[1]) == 1

def keyed(a, tensor):
    m = sorted([str(c) for c in a.row_counts(tensor)], key = lambda c: 0)[0]
    return m == \"0\"

def mixed(a, tensor):
    return str(max([1.0 if c == 0 else 1 for c in a.row_counts(tensor)])) == \"1\"

";

fn checked(text: &str) -> Checked {
    let claim = read(Path::new("t.star"), text.to_owned(), SETTINGS).unwrap().remove(0);
    let options = CheckOptions { settings: SETTINGS, time_limit: Duration::from_secs(600), max_allocations: 1 << 20 };
    check(&claim, &options, &Control::unlimited())
}

/// What an outcome says, but for how it was reached.
fn said(checked: &Checked) -> String {
    let outcome = match &checked.outcome {
        Ok(outcome) => outcome.name().to_owned(),
        // The texts of errors differ in their places.
        Err(_) => "error".to_owned(),
    };
    let at = checked.counterexample.as_ref().map(|c| (c.network.to_string(), c.samples, c.allocation.clone()));
    // Up to a counterexample, orbits are counted in another order.
    let counts = at.is_none().then_some((checked.instances, checked.skipped, checked.undecided));
    format!("{outcome} {at:?} {counts:?}")
}

#[test]
fn orbits_and_single_allocations_agree_on_random_claims() {
    let pairs = std::env::var("PAIRS").ok().and_then(|n| n.parse().ok()).unwrap_or(150);
    let networks = [
        ("lffn([2, 2, 2])", "W1"),
        ("lffn([2, 2, 1])", "W1"),
        ("lrnn(1, 2, 1, 4)", "W"),
        ("pnn([2, 2, 1], 2)", "W1"),
        ("lffn([1, 3, 1])", "W2"),
        ("lrnn(1, 2, 1, 2)", "D"),
    ];
    let (mut by_orbits, mut open) = (0, 0);
    for seed in 0..pairs {
        let mut random = Random(seed);
        let (network, tensor) = networks[random.below(networks.len())];
        let depth = 1 + random.below(3);
        let condition = random.truth(depth, tensor);
        let given = if random.below(3) == 0 {
            format!("given = lambda net, a: {},", random.truth(1, tensor))
        } else {
            String::new()
        };
        let samples = random.of(&["", "samples = 2,", "samples = [1, None],"]);
        let claim = |holds: &str| {
            format!(
                "{HELPERS}claim(name = \"t\", statement = \"\", networks = [{network}], {samples} {given}
    holds = lambda net, a: {holds})\n"
            )
        };
        let free = checked(&claim(&condition));
        let every = checked(&claim(&format!("a.text != \"\" and ({condition})")));
        assert_eq!(every.orbits, None);
        assert_eq!(said(&free), said(&every), "pair {seed}: {network} {samples} {given} {condition}");
        by_orbits += usize::from(free.orbits.is_some());
        open += usize::from(free.undecided > 0);
    }
    println!("{pairs} pairs: {by_orbits} by orbits, {open} with undecided instances");
    assert!(by_orbits * 10 > pairs as usize && open > 0, "{by_orbits} by orbits, {open} open of {pairs}");
}
