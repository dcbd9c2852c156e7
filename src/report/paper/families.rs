//! What the families of networks that come with the program compute, for readers who have never seen it.

/// A family: its name, how it is called, and its formula, in LaTeX.
struct Family {
    name: &'static str,
    call: &'static str,
    formula: &'static str,
}

/// Those that claims are about most come first.
const FAMILIES: [Family; 14] = [
    Family {
        name: "lffn",
        call: "lffn([d_0, ..., d_L], bias=False)",
        formula: "linear feedforward: $y = W_L \\cdots W_1 x$, $W_l \\in \\mathbb{R}^{d_l \\times d_{l-1}}$; with \\texttt{bias=True}, \
                  $b_l \\in \\mathbb{R}^{d_l}$ is added behind every $W_l$",
    },
    Family {
        name: "pnn",
        call: "pnn([d_0, ..., d_L], degree=r)",
        formula: "polynomial: $y = W_L\\, \\sigma(W_{L-1} \\cdots \\sigma(W_1 x))$, $W_l \\in \\mathbb{R}^{d_l \\times d_{l-1}}$, \
                  $\\sigma(z) = z^r$ entry by entry; a list gives the degree of each hidden layer",
    },
    Family {
        name: "relu",
        call: "relu([d_0, ..., d_L], bias=False)",
        formula: "the same shapes with $\\sigma(z) = \\max(z, 0)$; with \\texttt{bias=True}, $b_l \\in \\mathbb{R}^{d_l}$ is added behind every $W_l$",
    },
    Family {
        name: "mlp",
        call: "mlp([d_0, ..., d_L], activation, bias)",
        formula: "multilayer perceptron: the same shapes with $\\sigma$ by its name (\\texttt{tanh}, the logistic function \\texttt{sigmoid}, \
                  \\texttt{silu}: $z / (1 + e^{-z})$, \\texttt{softplus}: $\\log(1 + e^z)$, \\texttt{exp}, \\texttt{relu}, or $z^k$ by the number $k$); \
                  with biases, $b_l \\in \\mathbb{R}^{d_l}$ is added behind every $W_l$; by default there are none",
    },
    Family {
        name: "lrnn",
        call: "lrnn(q, n, p, T)",
        formula: "linear recurrent: $h_0 = 0$, $h_t = W h_{t-1} + B x_t$, $y = D h_T$ for an input $x_1, \\ldots, x_T \\in \\mathbb{R}^q$; \
                  $W \\in \\mathbb{R}^{n \\times n}$, $B \\in \\mathbb{R}^{n \\times q}$, $D \\in \\mathbb{R}^{p \\times n}$",
    },
    Family {
        name: "rnn",
        call: "rnn(q, n, p, T, activation)",
        formula: "recurrent: $h_0 = 0$, $h_t = \\sigma(W h_{t-1} + B x_t)$, $y = D h_T$, shapes as in \\texttt{lrnn}, $\\sigma$ as in \\texttt{mlp}",
    },
    Family {
        name: "lowrank_rnn",
        call: "lowrank_rnn(q, n, r, p, T)",
        formula: "the same with $W = M N$, $M \\in \\mathbb{R}^{n \\times r}$, $N \\in \\mathbb{R}^{r \\times n}$",
    },
    Family {
        name: "lora",
        call: "lora(d, r, L)",
        formula: "low-rank adapters: $y = (W_L + U_L V_L) \\cdots (W_1 + U_1 V_1) x$, $W_l \\in \\mathbb{R}^{d \\times d}$, \
                  $U_l \\in \\mathbb{R}^{d \\times r}$, $V_l \\in \\mathbb{R}^{r \\times d}$; for $L = 1$, the default, the tensors are called $W_0$, $U$, $V$",
    },
    Family {
        name: "conv",
        call: "conv([k_1, ..., k_L], strides=[s_1, ..., s_L], activation)",
        formula: "convolutions with filters $K_l \\in \\mathbb{R}^{k_l}$: $x_j \\mapsto \\sum_i K_{l,i}\\, x_{s_l j + i}$ in layer $l$, with an activation \
                  between layers (linear, or $z^k$); by default all strides are 1 and the activation is linear; the input is the shortest for which there is one output",
    },
    Family {
        name: "attention",
        call: "attention(d, a, l, tokens=t, kind)",
        formula: "self-attention with one head on tokens $x_1, \\ldots, x_t \\in \\mathbb{R}^d$: $x_i \\mapsto \\sum_j s_{ij} V x_j$, \
                  $s_{ij} = (Q x_i) \\cdot (K x_j)$ (lightning), or the softmax of these over $j$; $Q, K \\in \\mathbb{R}^{a \\times d}$, \
                  $V \\in \\mathbb{R}^{d \\times d}$, other ones in each of $l$ layers; by default one layer, three tokens, and lightning attention",
    },
    Family {
        name: "compartments",
        call: "compartments(n, edges, leaks, inputs, outputs)",
        formula: "a linear compartmental model $\\dot x = A x + u$ of compartments $0, \\ldots, n - 1$: the edge $(i, j)$ moves substance from $i$ to $j$ \
                  at its rate in $k$ times what is in $i$, a leak takes it out at its rate in \\texttt{leak}; the labels are the entries of \
                  $1, A, \\ldots, A^{2n-1}$ from inputs to outputs (its Markov parameters); by default there are no leaks, and compartment $0$ has the one input and the one output",
    },
    Family {
        name: "feedback",
        call: "feedback(n, m, p, label=\"poles\")",
        formula: "static output feedback: the closed loop $A + B K C$, $A \\in \\mathbb{R}^{n \\times n}$, $B \\in \\mathbb{R}^{n \\times m}$, \
                  $K \\in \\mathbb{R}^{m \\times p}$, $C \\in \\mathbb{R}^{p \\times n}$, by its poles, that is, by the traces of its powers $1, \\ldots, n$ \
                  (with another label, as a linear map)",
    },
    Family {
        name: "residual",
        call: "residual(d, k, blocks)",
        formula: "blocks $x \\mapsto x + B_l\\, \\sigma(A_l x)$, $A_l \\in \\mathbb{R}^{k \\times d}$, $B_l \\in \\mathbb{R}^{d \\times k}$, $\\sigma$ as in \\texttt{mlp}",
    },
    Family {
        name: "tied_autoencoder",
        call: "tied_autoencoder(d, k)",
        formula: "$y = W^{T} \\sigma(W x)$, $W \\in \\mathbb{R}^{k \\times d}$, $\\sigma$ as in \\texttt{mlp}",
    },
];

/// The name of a network's family, as it is written: `pnn` of `pnn([2, 2, 1], degree=3)`.
fn family(network: &str) -> &str {
    network.split('(').next().unwrap_or_default()
}

/// The families of these networks as a list; nothing if none comes with the program. Others are named.
pub(super) fn families<'a>(networks: impl Iterator<Item = &'a str>, code: impl Fn(&str) -> String) -> String {
    let mut names: Vec<&str> = networks.map(family).collect();
    names.sort_unstable();
    names.dedup();
    let known: Vec<&Family> = FAMILIES.iter().filter(|family| names.contains(&family.name)).collect();
    let mut text = String::new();
    if !known.is_empty() {
        text.push_str(
            "\\paragraph{Families of networks.} Entries of an input are $x$, labels are the entries of $y$.\n\\begin{itemize}\\setlength{\\itemsep}{1pt}\\raggedright\n",
        );
        for Family { call, formula, .. } in known {
            text.push_str(&format!("\\item {}: {formula}.\n", code(call)));
        }
        text.push_str("\\end{itemize}\n");
    }
    let others: Vec<String> = names
        .iter()
        .filter(|name| !name.is_empty() && !FAMILIES.iter().any(|family| family.name == **name))
        .map(|name| code(name))
        .collect();
    if !others.is_empty() {
        let (the, are, them) =
            if others.len() == 1 { ("The other network", "is", "it") } else { ("Other networks", "are", "them") };
        text.push_str(&format!(
            "\n{the} ({}) {are} given by the forward pass, printed below the claims that use {them}: a function from an input \
             and named weight tensors to the labels.\n",
            others.join(", ")
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_defined_where_they_occur() {
        let networks = ["pnn([2, 2], degree=2)", "mine(d=2)", "pnn([3, 2], degree=2)"];
        let text = families(networks.into_iter(), str::to_owned);
        assert_eq!(text.matches("\\item ").count(), 1, "{text}");
        assert!(text.contains("The other network (mine) is given"), "{text}");
        assert_eq!(families(std::iter::empty(), str::to_owned), "");
    }
}
