//! The words and signs that a document uses, defined before its first table.

use allocert_record::Verify;

use super::families::families;
use super::prose::code;

/// Words in which everything else is said.
const TERMS: &str = "\\begin{description}\\setlength{\\itemsep}{2pt}
\\item[Network, labels.] A network is a map $f(w, x)$ of weights $w \\in \\mathbb{R}^n$, the entries of named tensors, and of an input $x$; it is \
polynomial in $w$, piecewise polynomial (ReLU), or takes exponentials, logarithms and quotients as well. Its labels on $m$ inputs are all entries of the outputs on them. \
\\emph{Generic} values are all but those in some set of measure zero, the zeros of a polynomial that is not 0 if labels are polynomial. Inputs are generic, and where no number of inputs is given, there are so many that more of them add no dimension: then what is said is about the network as a function.
\\item[Allocation.] A set $A$ of weights, those that may learn. All other weights are \\emph{frozen}: they keep generic values. A weight that is \\emph{pinned} is a fixed \
number, such as 0 or 1, and no weight any more. Allocations are written as in NumPy, with indices from 0: \\texttt{W1[0,:] W2[1,1]}, and a tensor's name means all of it. \
A claim about a network as a whole is about the allocation of all its weights, unless it names another one.
\\item[Dimension.] The dimension of $A$ is the dimension of the set of labels that $A$ can reach, which is the rank of the columns $A$ of the Jacobian matrix of the labels \
at generic weights. Of a network with ReLU it depends on which units are on; the largest over all patterns of positive probability is meant, of which random ones are \
looked at: what they show is a lower bound.
\\item[Teacher.] The network itself with other generic weights. The teacher dimension $D$ is the dimension of all weights: that of the set of functions \
of the network, its functional space or neuromanifold, and, if labels are polynomial, of the Zariski closure of that set, its neurovariety. The network \\emph{fills} if $D$ is the dimension of the space of all labels of its kind, \
and is \\emph{defective} if $D$ is less than expected. A dimension is \\emph{lost} for every weight beyond $D$.
\\item[Student, to span, matching degree.] A student is the network with an allocation $A$, its frozen weights being generic and not the teacher's. $A$ \\emph{spans} if its dimension is \
$D$; it is \\emph{independent} if its dimension is its number of weights. If both hold, the \\emph{matching degree} is the number of complex choices of the weights $A$ with which the student \
has the labels of a generic teacher. A network is \\emph{identifiable} if, for generic weights, its function determines them but for the symmetries that all networks of its kind have, and \\emph{finitely identifiable} if that \
leaves finitely many, which networks \\texttt{pnn} and \\texttt{mlp} of degrees at least 2 are exactly if $D$ is the number of weights less that of hidden units (Usevich, Borsoi, D\\'erand and Clausel 2025, Proposition~10, without biases; with biases by the same argument). A model whose weights are rates is \\emph{generically locally identifiable} if generic rates are isolated among all rates with the same labels, which is so exactly if $D$ is \
the number of rates.
\\item[Matroid, circuit, dual.] The independent allocations of a network form a matroid on its weights, the rank of a set being its dimension; if labels are \\emph{observed} in part, those sets of labels are independent \
that take a set of values with as many dimensions as labels. A \\emph{circuit} is a smallest dependent set: it is dependent, and each set with one element less is not. In the \\emph{dual} matroid a set is independent if its complement still has the rank of the whole.
\\item[Expected dimension.] The number that a count of weights, symmetries and labels suggests: of polynomial networks the smaller of the number of weights less that of hidden \
units, and of the number of all labels of their kind; where a statement counts otherwise, it says so. Widths are \\emph{minimal filling} if the network fills, and with one hidden \
unit less in any layer it does not. The \\emph{activation degree threshold} is the least $r$ such that all degrees above $r$ give the expected dimension.
\\end{description}
";

/// Signs of conditions, as they are searched for in their text, with what they mean in LaTeX.
const SIGNS: [(&str, &str, &str); 26] = [
    (".teacher_dim", "net.teacher_dim", "the teacher dimension $D$"),
    (".dim(", "net.dim(\"U V\")", "the dimension of an allocation"),
    (".dim ", "a.dim", "the dimension of the allocation"),
    (".size", "a.size", "the number of its weights"),
    (".matching_degree", "a.matching_degree", "its matching degree"),
    (".spans", "a.spans", "whether it spans"),
    (".free", "a.free", "whether it is independent"),
    (
        ".match.",
        "a.match",
        "its match probability, the probability that a student with generic frozen weights has the labels of a generic teacher",
    ),
    (
        ".components(",
        "a.components(\"W\")",
        "the number of connected components of the graph on rows and columns of $W$ with an edge for each weight of the allocation",
    ),
    (".weights", "net.weights", "the number of weights $n$"),
    (".widths", "net.widths", "the widths $d_0, \\ldots, d_L$"),
    (
        ".inputs",
        "net.inputs",
        "the number of entries of an input, $d_0$; of a recurrent network, of the input at one step, $q$",
    ),
    (".outputs", "net.outputs", "the number of labels on one input, $d_L$"),
    (".layers", "net.layers", "the number of layers, which is that of matrices"),
    (".degree", "net.degree", "the degree of the activation"),
    (".hidden", "net.hidden", "the hidden units of a recurrent network"),
    (".steps", "net.steps", "its steps"),
    (
        ".shape[",
        "net.shape[\"d\"]",
        "what the network was made with under this name: its $d$, for instance, or \\texttt{states}, \\texttt{inputs} and \\texttt{outputs} ($n$, $m$, $p$) of \\texttt{feedback}, \\texttt{filters} and \\texttt{strides} of \\texttt{conv}; \\texttt{net.d} is the same as \\texttt{net.shape[\"d\"]}",
    ),
    (".tensors", "net.tensors", "its weight tensors, each with its name"),
    (".text", "net.text", "how the network is written"),
    (".everything", "net.everything", "the allocation of all weights"),
    (".allocation(", "net.allocation(\"U V\")", "the allocation that is written so"),
    (
        ".diagonal(",
        "net.diagonal(\"W\")",
        "the diagonal of $W$ as an allocation; \\texttt{\\&} and \\texttt{-} are intersection and difference",
    ),
    (".pin(", "net.pin({...})", "the network with these weights pinned to these numbers"),
    ("within(", "within(\"W\")", "all allocations inside $W$"),
    (".observe(", "net.observe([...])", "the network of which only these labels are seen"),
];

/// The section of definitions.
pub(super) fn terms(claims: &[Verify]) -> String {
    let written = asked(claims);
    let networks = claims.iter().flat_map(|claim| claim.networks_listed.iter().map(String::as_str));
    let families = families(networks, code);
    let signs: Vec<String> = SIGNS
        .iter()
        .filter(|(sought, ..)| written.contains(sought))
        .map(|(_, sign, meaning)| format!("{} & {meaning} \\\\\n", code(sign)))
        .collect();
    let signs = if signs.is_empty() {
        String::new()
    } else {
        format!(
            "\\paragraph{{Signs in conditions.}} Conditions are functions of a network \\texttt{{net}} and, where they are about allocations, of an allocation \\texttt{{a}}, in \
             Starlark, a small dialect of Python; whole numbers are exact, and functions such as \\texttt{{sum}}, \\texttt{{all}} and \\texttt{{binomial}} are built in, those on tensors such as \\texttt{{dot}} (matrix product), \\texttt{{einsum}} and \\texttt{{stack}} NumPy's.\n\n\
             \\begin{{longtable}}[l]{{@{{}}lp{{0.66\\textwidth}}@{{}}}}\n{}\\end{{longtable}}\\addtocounter{{table}}{{-1}}\n",
            signs.concat()
        )
    };
    format!("\\section{{Definitions}}\\label{{definitions}}\n{TERMS}{families}{signs}")
}

/// All code of the claims, so that a sign in it can be found; a space stands behind each word.
fn asked(claims: &[Verify]) -> String {
    let mut text = String::new();
    for claim in claims {
        let own = [&claim.networks_written, &claim.allocations_written, &claim.given, &claim.holds];
        let helpers = claim.definitions.iter().map(|definition| &definition.text);
        for part in own.into_iter().flatten().chain(helpers) {
            text.push_str(part);
            text.push('\n');
        }
    }
    text
}
