//! The lines of a certificate, version 1: one JSON object a line, a header first, then numbered steps, the last of which
//! is `end`. `docs/certificate-format.md` says what each rule states and why it follows.
//!
//! Both the engine and the checker read this file, and it is all that they share. A field that it does not name is an
//! error, so that nothing written by a later version is passed over.

pub mod expression;
mod hash;
mod names;

pub use hash::sha256;
pub use names::{Change, changes, is_family, is_network_name, is_tensor_name, origins};

use serde::{Deserialize, Serialize};

/// The name of the format.
pub const FORMAT: &str = "allocert-certificate";
/// The version that this program writes, and the only one that it reads.
pub const VERSION: u32 = 1;

/// The first line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// What the certificate is about: `rank`, `match`, `scan` or `claim`.
    pub about: String,
    /// The network that the steps are about; nothing if steps say so themselves.
    pub network: Option<String>,
    /// The number of generic inputs; nothing when functional.
    pub samples: Option<u64>,
    /// The allocation asked about, if it is about one.
    pub allocation: Option<String>,
    /// Nothing: statements are about any distribution with a density.
    pub ensemble: Option<String>,
    /// The seed of the engine; no proof rests on it.
    pub seed: u64,
}

/// A line after the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Counted from 1 without a gap.
    pub step: u64,
    /// What is stated, and by which rule.
    pub by: Rule,
}

/// Polynomials by their places, each with a monomial that it is multiplied with, and as many monomials.
pub type Combination = (Vec<(usize, String)>, Vec<String>);

/// The rules. `of` is an allocation; `from`, `least` and the like are numbers of earlier steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// What the name of a network that is no family means, in the whole certificate.
    Program {
        /// The name.
        name: String,
        /// Its tensors and its program, as lines.
        text: String,
        /// The SHA-256 of this text.
        sha256: String,
    },
    /// From here on the steps are about this network; earlier steps cannot be used any more.
    Network {
        /// The network.
        network: String,
        /// The number of generic inputs; nothing when functional.
        samples: Option<u64>,
    },
    /// An integer point.
    Point {
        /// All weights in canonical order.
        weights: Vec<i64>,
        /// So many inputs as there are samples; any number of them when functional.
        inputs: Vec<Vec<i64>>,
        /// Numbers for exponentials and logarithms, in the order of the program: a list for those that depend on no input, then a
        /// list for each input. Nothing for a program without any.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        functions: Vec<Vec<i64>>,
    },
    /// Exponentials and logarithms are algebraically independent variables: by Ax's theorem, since the gradients of their
    /// arguments are independent at some points.
    Independent {
        /// Steps with points, all of so many inputs.
        points: Vec<u64>,
    },
    /// At least k: a minor of the Jacobian that is not zero at a point.
    Minor {
        /// The allocation.
        of: String,
        /// k.
        at_least: usize,
        /// The step with the point.
        point: u64,
        /// k rows: label after label, input after input.
        rows: Vec<usize>,
        /// k columns, as an allocation inside `of`.
        columns: String,
        /// Of a network with exponentials or logarithms: the step that says that these are independent on so many inputs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        independent: Option<u64>,
    },
    /// At most k: there are no more weights.
    Size {
        /// The allocation.
        of: String,
        /// k.
        at_most: usize,
    },
    /// At most k: no more labels depend on these weights.
    Labels {
        /// The allocation.
        of: String,
        /// k.
        at_most: usize,
    },
    /// At most k: combinations of gauge directions that move no other weights, independent at a point.
    Gauge {
        /// The allocation.
        of: String,
        /// k.
        at_most: usize,
        /// The step with the point.
        point: u64,
        /// |of| − k vectors, each a list of gauge directions and their polynomial coefficients.
        vectors: Vec<Vec<(String, String)>>,
    },
    /// At most k: polynomial vectors v with J·v ≡ 0, independent at a point.
    Kernel {
        /// The allocation.
        of: String,
        /// k.
        at_most: usize,
        /// The step with the point.
        point: u64,
        /// |of| − k vectors, each a list of weights and polynomials.
        vectors: Vec<Vec<(String, String)>>,
    },
    /// At most k: a bound of the theory.
    Bound {
        /// The allocation.
        of: String,
        /// k.
        at_most: usize,
        /// Its name.
        name: String,
    },
    /// At most k: another set's bound, and the weights outside it.
    Inclusion {
        /// The allocation.
        of: String,
        /// k.
        at_most: usize,
        /// A step that bounds some set from above.
        from: u64,
    },
    /// At most k: ρ(F ∪ G) ≤ ρ(F) + ρ(G) − ρ(F ∩ G).
    Submodular {
        /// The union, F ∪ G.
        of: String,
        /// k.
        at_most: usize,
        /// Steps that bound F and G from above.
        from: (u64, u64),
        /// A step that bounds F ∩ G, or a set inside it, from below; nothing for 0.
        meet: Option<u64>,
    },
    /// At most k: an equivalent set's bound.
    Symmetry {
        /// The allocation.
        of: String,
        /// k.
        at_most: usize,
        /// A step that bounds the equivalent set from above.
        from: u64,
        /// Exchanges of two units of a layer that lead from that set to this one.
        swaps: Vec<(String, usize, usize)>,
    },
    /// At most k: no larger rank was found at random points. This is no proof: it leaves a hole.
    Random {
        /// The allocation.
        of: String,
        /// k.
        at_most: usize,
        /// It is wrong with a probability of at most 2 to this power; nothing if there is no such bound (networks with kinks).
        error_log2: Option<i64>,
        /// Which rule would be needed.
        missing: String,
    },
    /// Exactly k.
    Dimension {
        /// The allocation.
        of: String,
        /// k.
        dim: usize,
        /// A step with a lower bound.
        least: u64,
        /// A step with an upper bound.
        most: u64,
    },
    /// Whether an allocation spans.
    Spans {
        /// The allocation.
        of: String,
        /// Whether it reaches the teacher's dimension.
        spans: bool,
        /// Steps for the allocation and for all weights: dimensions, or the bounds that are enough.
        from: (u64, u64),
    },
    /// The dimensions of all allocations inside some weights, from points and all upper bounds stated so far.
    Table {
        /// The weights.
        within: String,
        /// Points whose ranks are lower bounds.
        points: Vec<u64>,
        /// (size, dimension, number of allocations), in rising order.
        counts: Vec<(usize, usize, u64)>,
        /// How many dimensions are known by random points only; this leaves a hole unless it is 0.
        unproved: u64,
        /// In that case, each is wrong with a probability of at most 2 to this power.
        error_log2: Option<i64>,
    },
    /// The dimensions of the allocations inside some weights that contain some and avoid others, from a point and all upper bounds
    /// stated so far.
    Branch {
        /// The weights that the count is about.
        within: String,
        /// All of these are learnable.
        contains: String,
        /// None of these is.
        avoids: String,
        /// The point whose ranks are lower bounds.
        point: u64,
        /// (size, dimension, number of allocations), in rising order.
        counts: Vec<(usize, usize, u64)>,
    },
    /// The dimensions of all allocations inside some weights: branches without common allocations that leave none out.
    Count {
        /// The weights.
        within: String,
        /// The steps with the branches.
        branches: Vec<u64>,
        /// (size, dimension, number of allocations), in rising order.
        counts: Vec<(usize, usize, u64)>,
        /// At most so many dimensions are known by random points only; this leaves a hole unless it is 0.
        unproved: u64,
        /// In that case, each is wrong with a probability of at most 2 to this power.
        error_log2: Option<i64>,
    },
    /// A match probability that a law settles.
    Match {
        /// The allocation.
        of: String,
        /// `zero`, `one`, or `open`, which states nothing and leaves a hole.
        verdict: String,
        /// `not spanning`, `affine`, `copying`, `rescaled teacher`, `odd degree`, or what is missing for a verdict.
        law: String,
        /// A step that says whether the allocation, or the basis inside it, spans.
        from: u64,
        /// A basis inside the allocation that the law is about; nothing for the allocation itself.
        basis: Option<String>,
        /// The matching degree of the basis, for the odd-degree law. It is not proved: this leaves a hole.
        degree: Option<u64>,
    },
    /// One student, one teacher and inputs; numbers are texts such as `-3/4`. Nothing is stated of it yet.
    Instance {
        /// The allocation that learns.
        of: String,
        /// Which random instance it is; no proof rests on it.
        trial: u64,
        /// All weights of the student in canonical order; those that learn do not matter.
        student: Vec<String>,
        /// All weights of the teacher.
        teacher: Vec<String>,
        /// At most so many inputs as there are samples; when functional, any number of them.
        inputs: Vec<Vec<String>>,
    },
    /// An instance has a real match: learnable weights that are polynomials in a real root of a polynomial.
    Solution {
        /// The allocation.
        of: String,
        /// The step with the instance.
        instance: u64,
        /// The polynomial: its coefficients, the constant first.
        polynomial: Vec<String>,
        /// Two numbers with the root between them: the polynomial's signs there differ.
        between: (String, String),
        /// A polynomial for each learnable weight, in canonical order.
        values: Vec<Vec<String>>,
    },
    /// An instance has no real match: a combination of its equations is a polynomial, in a form, without a real root.
    Absence {
        /// The allocation.
        of: String,
        /// The step with the instance.
        instance: u64,
        /// A polynomial in the learnable weights for each label.
        multipliers: Vec<String>,
        /// A polynomial in the learnable weights.
        form: String,
        /// What the combination is, in the form: its coefficients, the constant first.
        polynomial: Vec<String>,
        /// Whether no instance near this one has a match.
        nearby: bool,
    },
    /// A match probability above 0 and below 1.
    Fractional {
        /// The allocation.
        of: String,
        /// A step that says that it spans.
        spans: u64,
        /// A step that says that no instance near another has a match.
        absence: u64,
    },
    /// A match probability of 1: equations, as many as weights that move, have an odd number of complex solutions.
    Odd {
        /// The allocation.
        of: String,
        /// On so many samples, no fewer than asked for, there is a match; nothing for all inputs.
        samples: Option<u64>,
        /// The weights that move, inside `of`.
        moving: String,
        /// Polynomials in these for other weights of `of`; those that are left out stay where they are, like frozen ones.
        rest: Vec<(String, String)>,
        /// How learnable weights go to a limit: with these powers of a number ε that goes to 0; others stay.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        powers: Vec<(String, i32)>,
        /// All weights of a student.
        student: Vec<i64>,
        /// All weights of a teacher.
        teacher: Vec<i64>,
        /// As many inputs as samples.
        inputs: Vec<Vec<i64>>,
        /// Equations that follow from the others: the place of one, and polynomials q and p in `y0`, `y1`, … (what the others are about,
        /// by their places) with q · y = p.
        dependent: Vec<(usize, String, String)>,
        /// Combinations of the equations that are not left out, by their places among these, with polynomials in all weights, in
        /// entries `x0[1]` of inputs, and in `y0`, …: what cancels in them for all numbers is left out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        exact: Vec<Vec<(usize, String)>>,
        /// Combinations: polynomials so far (equations first, then those before, then these) with the monomials that they are multiplied with; and as many
        /// monomials, at the first of which the combination has the coefficient 1, and 0 at the others.
        steps: Vec<Combination>,
        /// Monomials that all others are reduced to, odd in number; the first is 1.
        basis: Vec<String>,
    },
    /// A match probability of 1, since parts of the network have it.
    Part {
        /// The allocation.
        of: String,
        /// Why the parts are enough: `bottleneck`, `samples`, `output` or `row`.
        law: String,
        /// The hidden layer that the network is cut at, or the output that is left out, or alone.
        at: usize,
        /// Which parts, and the steps that prove it of each; the first of these has number 2, as the part's name is step 1.
        parts: Vec<(String, Vec<Rule>)>,
    },
    /// A match probability above 0 and below 1: the allocation spans, and near an instance each match is a solution of equations that have finitely many
    /// complex ones and no real one.
    Unmatched {
        /// The allocation; all of it moves.
        of: String,
        /// The step that says that it spans.
        spans: u64,
        /// On so many samples, no more than asked for, there is no match; nothing for equations between functions.
        samples: Option<u64>,
        /// All weights of a student.
        student: Vec<i64>,
        /// All weights of a teacher.
        teacher: Vec<i64>,
        /// As many inputs as samples.
        inputs: Vec<Vec<i64>>,
        /// Combinations of the equations, as in [`Rule::Odd`].
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        exact: Vec<Vec<(usize, String)>>,
        /// Combinations, as in [`Rule::Odd`].
        steps: Vec<Combination>,
        /// Monomials that all others are reduced to; the first is 1.
        basis: Vec<String>,
        /// A linear form of the weights: no real number is its value at a match.
        form: String,
    },
    /// Whether a condition holds for the present network, or for allocations of it: it is evaluated from proved dimensions.
    Condition {
        /// All allocations inside these weights; nothing for a condition on the network.
        within: Option<String>,
        /// Points whose ranks are lower bounds of their dimensions; without them, they are those of steps before.
        points: Vec<u64>,
        /// A hypothesis, in the language of [`expression`].
        given: Option<String>,
        /// The condition, in the same language.
        holds: String,
        /// An allocation that does, and fails the condition; nothing if there is none. For a condition on the network, `none`.
        fails: Option<String>,
    },
    /// What came of a claim. What it says in words is not checked; that its condition has been evaluated, steps of
    /// [`Rule::Condition`] show, and where there are none, the outcome is what the engine reported.
    Claim {
        /// Its name.
        name: String,
        /// What it says.
        statement: String,
        /// `verified`, `refuted`, `supported`, `contradicted` or `open`.
        outcome: String,
        /// The counterexample, if it is refuted.
        counterexample: Option<Counterexample>,
        /// Tables of networks that were not written, for this reason.
        missing: Vec<(String, String)>,
        /// The networks that it is about, each with its number of samples.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        networks: Vec<(String, Option<u64>)>,
        /// The steps that evaluate its condition, one for each network.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        conditions: Vec<u64>,
        /// The seal of all this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seal: Option<String>,
    },
    /// The last step: how many steps there are, and the header once more.
    End {
        /// The number of steps, this one included.
        steps: u64,
        /// Repeats the first line.
        header: Header,
        /// The steps whose statements answer the question.
        answer: Vec<u64>,
        /// Repeats these statements.
        statements: Vec<String>,
    },
}

impl Rule {
    /// Its name, as the line of a step has it.
    pub fn name(&self) -> &'static str {
        match self {
            Rule::Program { .. } => "program",
            Rule::Network { .. } => "network",
            Rule::Point { .. } => "point",
            Rule::Independent { .. } => "independent",
            Rule::Minor { .. } => "minor",
            Rule::Size { .. } => "size",
            Rule::Labels { .. } => "labels",
            Rule::Gauge { .. } => "gauge",
            Rule::Kernel { .. } => "kernel",
            Rule::Bound { .. } => "bound",
            Rule::Inclusion { .. } => "inclusion",
            Rule::Submodular { .. } => "submodular",
            Rule::Symmetry { .. } => "symmetry",
            Rule::Random { .. } => "random",
            Rule::Dimension { .. } => "dimension",
            Rule::Spans { .. } => "spans",
            Rule::Table { .. } => "table",
            Rule::Branch { .. } => "branch",
            Rule::Count { .. } => "count",
            Rule::Match { .. } => "match",
            Rule::Instance { .. } => "instance",
            Rule::Solution { .. } => "solution",
            Rule::Absence { .. } => "absence",
            Rule::Fractional { .. } => "fractional",
            Rule::Odd { .. } => "odd",
            Rule::Part { .. } => "part",
            Rule::Unmatched { .. } => "unmatched",
            Rule::Condition { .. } => "condition",
            Rule::Claim { .. } => "claim",
            Rule::End { .. } => "end",
        }
    }

    /// The seal of a claim: 64 bits of its name, words, outcome, networks, counterexample and conditions, so that a text that
    /// was changed is noticed. (It is no signature: whoever changes a text on purpose can compute it again.)
    pub fn seal(&self) -> Option<String> {
        let Rule::Claim { name, statement, outcome, counterexample, missing, networks, conditions, .. } = self else {
            return None;
        };
        let mut texts = vec![name.clone(), statement.clone(), outcome.clone()];
        let count = |samples: &Option<u64>| samples.map_or_else(|| "functional".to_owned(), |m| m.to_string());
        texts.extend(networks.iter().flat_map(|(network, samples)| [network.clone(), count(samples)]));
        texts.extend(conditions.iter().map(u64::to_string));
        texts.extend(missing.iter().flat_map(|(network, reason)| [network.clone(), reason.clone()]));
        if let Some(c) = counterexample {
            texts.extend([c.network.clone(), count(&c.samples)]);
            texts.extend(c.allocation.clone());
            texts.extend(c.dimensions.iter().map(u64::to_string));
            texts.extend(c.claimed.clone());
            texts.extend(c.sides.iter().flat_map(|(left, sign, right)| [left.clone(), sign.clone(), right.clone()]));
        }
        // FNV-1a, of each text with its length before it.
        let bytes = texts.iter().flat_map(|text| (text.len() as u64).to_le_bytes().into_iter().chain(text.bytes()));
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        Some(format!("{hash:016x}"))
    }
}

/// A network and its samples in words; of a network that is no family with the beginning of the hash of its program.
pub fn network_in_words(network: &str, hash: Option<&str>, samples: Option<u64>) -> String {
    let program = hash.map_or_else(String::new, |hash| format!(" (program {})", hash.get(..16).unwrap_or(hash)));
    match samples {
        None => format!("{network}{program}, functional"),
        Some(1) => format!("{network}{program}, 1 sample"),
        Some(m) => format!("{network}{program}, {m} samples"),
    }
}

/// Networks, each with its number of samples, in words: all of them, or the first and the last of many. `hash` is that of a
/// network's program, if it is carried.
pub fn networks_in_words<'a>(networks: &[(String, Option<u64>)], hash: impl Fn(&str) -> Option<&'a str>) -> String {
    let one = |(network, samples): &(String, Option<u64>)| network_in_words(network, hash(network), *samples);
    match networks {
        [] => "no network".to_owned(),
        [first, .., last] if networks.len() > 6 => {
            format!("{} networks, the first of them {} and the last {}", networks.len(), one(first), one(last))
        }
        few => few.iter().map(one).collect::<Vec<_>>().join("; "),
    }
}

/// Whether a text can be the name of a claim in a certificate: letters, digits and `-_./+:`, so that it looks like no statement.
pub fn is_name(text: &str) -> bool {
    // Of other alphabets there are letters that look like spaces, commas and full stops.
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./+:".contains(c);
    !text.is_empty() && text.len() <= 200 && text.chars().all(plain)
}

/// What the step of a condition states.
pub fn condition_in_words(rule: &Rule) -> Option<String> {
    let Rule::Condition { within, given, holds, fails, .. } = rule else {
        return None;
    };
    let about = match (within, fails) {
        (None, None) => "for this network".to_owned(),
        (None, Some(_)) => "not for this network".to_owned(),
        (Some(within), None) => format!("for all allocations a inside {within}"),
        (Some(_), Some(fails)) => format!("not for a = {fails}"),
    };
    let hypothesis = given.as_ref().map_or_else(String::new, |given| format!(" with {given}"));
    Some(format!("{about}{hypothesis}: {holds}"))
}

/// What a claim's step states, where the conditions that it cites state these texts, of which each is repeated once. `hash` is as
/// for [`networks_in_words`].
pub fn claim_in_words<'a>(
    rule: &Rule,
    cited: &[String],
    hash: impl Fn(&str) -> Option<&'a str> + Copy,
) -> Option<String> {
    let Rule::Claim { name, outcome, counterexample, networks, conditions, .. } = rule else {
        return None;
    };
    let of = if networks.is_empty() { String::new() } else { format!(" of {}", networks_in_words(networks, hash)) };
    let because = counterexample.as_ref().map_or(String::new(), |c| {
        let allocation = c.allocation.as_deref().map_or(String::new(), |a| format!(", {a}"));
        format!(", by {}{allocation}", networks_in_words(&[(c.network.clone(), c.samples)], hash))
    });
    Some(if conditions.is_empty() {
        format!("claim {name} is reported {outcome}{of}{because} (its formula is not evaluated here)")
    } else {
        let mut said: Vec<&str> = Vec::new();
        for text in cited {
            if !said.contains(&text.as_str()) {
                said.push(text);
            }
        }
        format!("claim {name} is {outcome}{of}{because}, as its condition says of them: {}", said.join("; "))
    })
}

/// A claim's counterexample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counterexample {
    /// The network.
    pub network: String,
    /// The number of generic inputs; nothing when functional.
    pub samples: Option<u64>,
    /// The allocation, if the claim is about allocations.
    pub allocation: Option<String>,
    /// The dimensions that were asked for: earlier steps about them.
    pub dimensions: Vec<u64>,
    /// What was claimed, as written.
    pub claimed: Option<String>,
    /// The values of both sides of a comparison, with the sign between.
    pub sides: Option<(String, String, String)>,
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names_of_claims_look_like_no_statements() {
        assert!(is_name("rank/one-layer.2:a+b_c"));
        // A letter that looks like a space, and one that looks like a comma.
        for name in ["", "c is proved", "x\u{3164}is\u{3164}verified", "a\u{a4f9}b", "b\u{fc}cher"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
