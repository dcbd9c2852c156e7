//! By which rules it is known that dimensions are not larger: a letter each in tables, words in the entries of claims.

use allocert_record::Verify;

use super::prose::plain;

/// A rule: its name in records, its letter, what an entry calls it, and why it holds, in LaTeX.
const RULES: [(&str, &str, &str, &str); 13] = [
    ("weights", "W", "the number of weights", "an allocation has no more dimensions than weights"),
    (
        "labels",
        "L",
        "the number of labels, or of coefficients of labels",
        "an allocation has no more dimensions than there are labels that depend on it; where what is said is about functions, coefficients of the labels are counted, as \
         polynomials in the inputs",
    ),
    (
        "gauge",
        "G",
        "directions that change no label",
        "independent directions in the space of weights, known for all weights, along which no label changes, such as those that rescale a hidden unit or change \
         a basis: each takes a dimension away",
    ),
    ("teacher", "T", "the dimension of all weights", "no allocation has more dimensions than all weights together"),
    (
        "parts",
        "P",
        "the parts of the network",
        "the dimension of a polynomial network is at most that of its layers up to a hidden layer $k$, plus that of the layers behind it, less $d_k$, each bounded in turn by \
         all of these rules and by the numbers of forms",
    ),
    (
        "theorem",
        "N",
        "a theorem on such networks",
        "a theorem on networks of the kind, named in the entry of the claim; its proof comes with the program",
    ),
    (
        "flats",
        "F",
        "flats that it lies in",
        "the allocation lies in sets whose dimensions are bounded so, and is too large for them",
    ),
    ("formula", "A", "a formula for all shapes of the family", "a formula that is proved for all shapes of a family"),
    ("lower bound", "B", "nothing", "nothing bounds it from above"),
    (
        "random points",
        "R",
        "ranks at random points",
        "no proof: no larger rank occurred at random points modulo random primes, which is wrong with a probability that is bounded; then the evidence is an error",
    ),
    (
        "patterns",
        "S",
        "random activation patterns",
        "no proof: no larger rank occurred on the activation patterns that were drawn",
    ),
    (
        "count",
        "C",
        "a count of solutions",
        "matching degrees are counted: the solutions of the equations of a match with a random teacher modulo random primes, which is wrong with a probability that is bounded",
    ),
    (
        "others",
        "+",
        "and perhaps further rules, as not all allocations were looked through for this list",
        "of a network with many allocations at most a part of them, evenly spread, was looked through for these letters; dimensions of the others may be known by further rules",
    ),
];

/// What theorems say that records name in a few words.
const THEOREMS: [(&str, &str); 4] = [
    (
        "few states are seen through frozen outgoing weights",
        "the labels on $m$ inputs are one matrix of outgoing weights, applied to the $m$ states of the last hidden units ($m$ being at most the number of coefficients of their \
         functions): if the allocation moves $u$ of these units and learns outgoing weights of $v$ of them, it reaches at most $u m + (p - u) v$ of the $p m$ dimensions of $p$ outputs (with $p$ for $u$ and $m$ for $v$ if these are larger)",
    ),
    (
        "the labels are a matrix of low rank",
        "the $p \\times d$ matrix of a linear network has at most the rank $r$ of its narrowest layer, and such matrices have $r (d + p - r)$ dimensions",
    ),
    (
        "a form vanishes at all units",
        "where the $k$ units, as points, are fewer than the forms of a degree $h$ below the activation's $g$, some form of degree $h$ vanishes at all of them; its products with forms of degree $g - h$ \
         whose values at the units the outgoing weights annihilate are perpendicular, in the apolar pairing, to every tangent vector",
    ),
    (
        "four functions hold all labels",
        "with ReLU and one unit in each layer the labels on every pattern are functions of four numbers: the slope and the intercept of the part where all units are on, and the two values left and right of it",
    ),
];

/// A record's name of a rule, without the words of a theorem.
fn name(rule: &str) -> &str {
    rule.split_once(": ").map_or(rule, |(name, _)| name)
}

/// The letters of a claim's rules, in the order of the table above.
pub(super) fn letters(claim: &Verify) -> String {
    let has = |wanted: &str| claim.rules.iter().any(|rule| name(rule) == wanted);
    let letters: Vec<&str> = RULES.iter().filter(|rule| has(rule.0)).map(|rule| rule.1).collect();
    letters.join("\\,\\allowbreak{}")
}

/// The rules of a claim in words; nothing where records do not have them.
pub(super) fn in_words(claim: &Verify) -> String {
    let words = RULES.iter().flat_map(|(wanted, _, words, _)| {
        claim.rules.iter().filter(move |rule| name(rule) == *wanted).map(move |rule| match rule.split_once(": ") {
            Some((_, why)) => format!("a theorem ({})", plain(why)),
            None => (*words).to_owned(),
        })
    });
    words.collect::<Vec<String>>().join("; ")
}

/// The theorems that occur, as far as there is a sentence for them.
fn theorems(claims: &[Verify]) -> String {
    let occurs = |words: &str| {
        claims
            .iter()
            .flat_map(|claim| &claim.rules)
            .any(|rule| rule.split_once(": ").is_some_and(|(_, why)| why == words))
    };
    let said = THEOREMS.iter().filter(|theorem| occurs(theorem.0));
    let said: Vec<String> = said.map(|(words, says)| format!("\\emph{{{}}}: {says}", plain(words))).collect();
    if said.is_empty() { String::new() } else { format!(". They are: {}", said.join("; ")) }
}

/// What the letters mean that occur; nothing if none does.
pub(super) fn legend(claims: &[Verify]) -> String {
    let occurs = |wanted: &str| claims.iter().any(|claim| claim.rules.iter().any(|rule| name(rule) == wanted));
    let rules: Vec<String> = RULES
        .iter()
        .filter(|rule| occurs(rule.0))
        .map(|(name, letter, _, why)| match *name {
            "theorem" => format!("\\item[{letter}] {why}{}.\n", theorems(claims)),
            _ => format!("\\item[{letter}] {why}.\n"),
        })
        .collect();
    if rules.is_empty() {
        return String::new();
    }
    format!(
        "\n\\emph{{How dimensions are known.}} From below, by a minor of the Jacobian matrix that is not zero at one point (where arguments of exponentials depend on each other, as in a softmax, the relations among them \
         may have to be found modulo a random prime, and the evidence may then be an error). From above, by the rules below; a claim's row and entry name all that were needed. An upper bound that is the very statement of a claim, or a part of it, \
         does not test it: of an equality what is then tested is that the dimension is reached, and of an inequality nothing but that the program agrees with itself, which the entry says.\n\
         \\begin{{description}}\\setlength{{\\itemsep}}{{0pt}}\\setlength{{\\parskip}}{{0pt}}\n{}\\end{{description}}\n",
        rules.concat()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_have_one_letter_each_and_theorems_their_words() {
        let mut letters: Vec<&str> = RULES.iter().map(|rule| rule.1).collect();
        letters.sort_unstable();
        letters.dedup();
        assert_eq!(letters.len(), RULES.len());
        let fields = "{\"claim\": \"\", \"file\": \"\", \"line\": 0, \"statement\": \"\", \"expect\": \"verified\", \"outcome\": \"verified\", \
             \"as_expected\": true, \"networks\": 0, \"allocations\": 0, \"hypothesis_false\": 0, \"seconds\": 0, \
             \"rules\": [\"gauge\", \"theorem: a form vanishes\", \"weights\"]}";
        let claim: Verify = serde_json::from_str(fields).unwrap();
        assert_eq!(super::letters(&claim), "W\\,\\allowbreak{}G\\,\\allowbreak{}N");
        assert_eq!(
            in_words(&claim),
            "the number of weights; directions that change no label; a theorem (a form vanishes)"
        );
        let legend = legend(&[claim]);
        assert_eq!(legend.matches("\\item[").count(), 3, "{legend}");
        assert_eq!(super::legend(&[]), "");
    }
}
