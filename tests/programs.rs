//! Networks of one's own, through the command line: forward passes in Starlark, their errors, and every command on them.

#[path = "common/program.rs"]
mod program;

use std::path::Path;

use program::{Run, allocert, file, objects, verify};

const ADAPTERS: &str = r#"
def adapter(d, r):
    def forward(x, W, U, V):
        return dot(W + dot(U, V), x)
    return network("adapter", forward, inputs = d, weights = {"W": (d, d), "U": (d, r), "V": (r, d)}, shape = {"d": d, "r": r})

def gated(steps):
    def forward(x, K, g):
        out = 1 - g
        for k in range(steps):
            out = out + g * K[k] * x[k] / 2
        return out
    return network("gated", forward, inputs = steps, weights = {"K": (steps,), "g": ()}, shape = {"steps": steps})

def cube():
    def forward(x, K):
        return einsum("ijk,j,k->i", K, x, x)
    return network("cube", forward, inputs = 2, weights = {"K": (2, 2, 2)}, shape = {})
"#;

fn adapters() -> String {
    file("adapters.star", ADAPTERS).to_str().expect("a plain path").to_owned()
}

/// Runs a command with the networks of `ADAPTERS`.
fn with_adapters(arguments: &[&str]) -> Run {
    let adapters = adapters();
    allocert(&[&["--use", &adapters], arguments].concat())
}

fn dim(arguments: &[&str]) -> u64 {
    let run = with_adapters(&[&["rank", "--json"], arguments].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    objects(&run)[0]["dim"].as_u64().expect("a dimension")
}

#[test]
fn the_rank_of_ones_own_network() {
    // The adapters of rank r alone reach r (2 d - r).
    assert_eq!(dim(&["adapter(4, 1)", "U V"]), 7);
    assert_eq!(dim(&["adapter(4, 2)", "U V"]), 12);
    assert_eq!(dim(&["adapter(3, 1)", "all"]), 9);
    // x enters as x_j x_k: K[i,0,1] and K[i,1,0] count once.
    assert_eq!(dim(&["cube()", "K[0]"]), 3);
    assert_eq!(dim(&["cube()", "K[0,0,1] K[0,1,0]"]), 1);
    assert_eq!(dim(&["gated(3)", "g"]), 1);
    assert_eq!(dim(&["gated(3)", "all"]), 4);
    assert_eq!(dim(&["gated(3)", "g K[:2]", "--samples", "2"]), 2);
}

#[test]
fn every_command_takes_ones_own_network() {
    let net = "adapter(2, 1)";
    let scan = with_adapters(&["scan", net, "--json"]);
    assert_eq!(scan.status, 0, "{}", scan.err);
    let scan = &objects(&scan)[0];
    assert_eq!((scan["network"].as_str(), scan["teacher_dim"].as_u64()), (Some("adapter(d=2, r=1)"), Some(4)));
    for command in [
        &["match", net, "U[0,0] V[0,1]", "--samples", "2", "--trials", "20"][..],
        &["train", net, "W", "--samples", "3", "--trials", "3"],
        &["classify", net, "--samples", "2", "--trials", "4"],
        &["design", net, "--size", "3"],
        &["scan", net, "--sizes", "1..2", "--within", "U V"],
        &["survey", net, "--sizes", "1", "--samples", "2"],
    ] {
        let run = with_adapters(command);
        assert!(run.status <= 1, "{command:?}: {} {}", run.status, run.err);
        assert!(
            ["adapter(d=2, r=1)", "U[", "3 orbits"].iter().any(|what| run.out.contains(what)),
            "{command:?}: {}",
            run.out
        );
    }
    let orbits = file("orbits.parquet", "");
    let run = with_adapters(&["scan", net, "--orbits", orbits.to_str().unwrap()]);
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(std::fs::metadata(&orbits).unwrap().len() > 100);
}

#[test]
fn shards_of_ones_own_network_merge_to_the_whole() {
    let adapters = adapters();
    let whole = allocert(&["scan", "adapter(2, 1)", "--use", &adapters, "--json"]);
    let folders = [1, 2].map(|_| file("nothing", "").with_file_name("run"));
    for (i, folder) in folders.iter().enumerate() {
        let shard = format!("{}/2", i + 1);
        let folder = folder.to_str().unwrap();
        let run = allocert(&["scan", "adapter(2, 1)", "--use", &adapters, "--resume", folder, "--shard", &shard]);
        assert_eq!(run.status, 0, "{}", run.err);
    }
    let [a, b] = folders.each_ref().map(|f| f.to_str().unwrap());
    let merged = allocert(&["merge", a, b, "--use", &adapters, "--json"]);
    assert_eq!((merged.status, merged.out, merged.err), (whole.status, whole.out, whole.err));
    let without = allocert(&["merge", a, b]);
    assert_eq!(without.status, 2);
    assert!(without.err.contains("--use"), "{}", without.err);
}

/// What is said about a network with this forward pass.
fn said(forward: &str, weights: &str) -> String {
    let text = format!("def forward({forward}\nnet = network(\"net\", forward, inputs = 3, weights = {weights})\n");
    let path = file("wrong.star", &text);
    let run = allocert(&["rank", "--use", path.to_str().unwrap(), "net", "all"]);
    assert_eq!(run.status, 2, "{}{}", run.out, run.err);
    run.err
}

#[test]
fn errors_in_a_forward_pass_point_into_the_file() {
    for (forward, weights, place, what) in [
        (
            "x, W):\n    y = dot(W, x)\n    return y + W",
            "{\"W\": (2, 3)}",
            "wrong.star:3:12",
            "shapes (2,) and (2, 3) do not fit",
        ),
        (
            "x, W):\n    return dot(W, x)",
            "{\"W\": (3, 2)}",
            "wrong.star:2:12",
            "shapes (3, 2) and (3,) do not fit: 2 columns of the first against 3 rows of the second\n  dot(a.T, b) fits",
        ),
        ("x, W):\n    return W[5] * x", "{\"W\": (3,)}", "wrong.star:2:12", "5 is out of range on axis 0"),
        ("x, W):\n    return W[0, 1] * x", "{\"W\": (3, 3)}", "wrong.star:2:12", "x[(0, 1)]"),
        (
            "x, W):\n    return 0.5 * W * x",
            "{\"W\": (3,)}",
            "wrong.star:2:12",
            "0.5 is a float, which is not exact\n  write 1/3 as rational(1, 3)",
        ),
        ("x, W):\n    return power(W, -1) * x", "{\"W\": (3,)}", "wrong.star:2:12", "write 1 / power(a, 1)"),
        (
            "x, W, V):\n    return W * x",
            "{\"W\": (3,), \"V\": (2,)}",
            "wrong.star:3:7",
            "no output depends on V[0], V[1]",
        ),
        ("x, W):\n    return W - W", "{\"W\": (3,)}", "wrong.star:3:7", "no output depends on W"),
        ("x, V, W):\n    return V * W * x", "{\"W\": (3,), \"V\": (3,)}", "wrong.star:3:7", "write forward(x, W, V)"),
        ("x, W):\n    y = W * x", "{\"W\": (3,)}", "wrong.star:3:7", "forward returns nothing"),
        (
            "x):\n    return x",
            "{\"W\": (3,)}",
            "wrong.star:3:7",
            "forward takes 1 parameters, and is called with the input and 1 tensors",
        ),
        ("x, W):\n    return x @ W", "{\"W\": (3,)}", "wrong.star:2:14", "write a product of matrices as dot(a, b)"),
        ("x):\n    return x", "{}", "wrong.star:3:7", "at least one tensor of weights"),
        ("x, W):\n    return W * x if W == x else x", "{\"W\": (3,)}", "wrong.star:2:", "tensors have no values"),
    ] {
        let error = said(forward, weights);
        assert!(error.contains(place) && error.contains(what), "{forward}: {error}");
    }
}

#[test]
fn files_that_cannot_be_used_are_refused() {
    let run = allocert(&["rank", "--use", "nowhere.star", "f(1)", "all"]);
    assert!(run.status == 2 && run.err.contains("nowhere.star"), "{}", run.err);
    let run = with_adapters(&["rank", "adaptor(2, 1)", "all"]);
    assert!(run.status == 2 && run.err.contains("did you mean adapter?"), "{}", run.err);
    let stash = "kept = []\ndef forward(x, W):\n    kept.append(W)\n    return W * x\n\
                 a = network(\"a\", forward, inputs = 1, weights = {\"W\": (1,)})\n\
                 b = network(\"b\", lambda x, W: kept[0] * W, inputs = 1, weights = {\"W\": (1,)})\n";
    let path = file("stash.star", stash);
    let run = allocert(&["rank", "--use", path.to_str().unwrap(), "b", "all"]);
    assert!(run.status == 2 && run.err.contains("belongs to"), "{}", run.err);
    let endless = "def forward(x, W):\n    for i in range(100000000):\n        x = x * W\n    return x\n\
                   a = network(\"a\", forward, inputs = 1, weights = {\"W\": (1,)})\n";
    let path = file("endless.star", endless);
    let run = allocert(&["rank", "--use", path.to_str().unwrap(), "a", "all"]);
    assert!(run.status == 3 && run.err.contains("stopped"), "{} {}", run.status, run.err);
}

#[test]
fn claims_are_about_ones_own_networks() {
    let claim = r#"
claim(
    name = "adapters",
    statement = "The adapters alone reach r (2 d - r).",
    networks = [adapter(d, r) for d in [2, 3] for r in [1, 2]],
    holds = lambda net: net.dim("U V") == net.r * (2 * net.d - net.r) and net.shape["d"] == net.d and net.kind == "adapter",
)
claim(
    name = "wrong",
    statement = "No adapter is lost.",
    networks = [adapter(2, 1)],
    expect = "refuted",
    holds = lambda net, a: a.dim == a.size,
)
"#;
    let run = verify(&format!("{ADAPTERS}{claim}"), &["--json"]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let outcomes: Vec<_> = objects(&run).iter().filter_map(|o| o["outcome"].as_str().map(str::to_owned)).collect();
    assert!(outcomes.iter().any(|o| o == "verified") && outcomes.iter().any(|o| o == "refuted"), "{outcomes:?}");
}

#[test]
fn claims_may_use_what_another_file_defines() {
    let claim = "claim(name = \"a\", statement = \"s\", networks = [adapter(3, 1)], holds = lambda net: net.dim(\"U V\") == 5)\n";
    let path = file("claims.star", claim);
    let run = with_adapters(&["verify", path.to_str().unwrap()]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    let without = allocert(&["verify", path.to_str().unwrap()]);
    assert!(without.status == 2 && without.err.contains("adapter"), "{}", without.err);
}

#[test]
fn weights_are_pinned_tied_and_labels_observed() {
    // One unit is pinned out: products of rank 1.
    let pinned = ["rank", "--json", "lffn([2, 2, 2])", "all", "--pin", "W1[0,:]=0", "--pin", "W2[0,0]=1/2"];
    let run = allocert(&pinned);
    assert_eq!(run.status, 0, "{}", run.err);
    let record = &objects(&run)[0];
    assert_eq!((record["size"].as_u64(), record["dim"].as_u64()), (Some(5), Some(3)));
    let text = record["network"].as_str().unwrap();
    assert_eq!(text, "lffn([2, 2, 2]).pin({\"W1[0,0]\": 0, \"W1[0,1]\": 0, \"W2[0,0]\": \"1/2\"})");
    assert_eq!(allocert(&["rank", "--json", text, "all"]).out, run.out);
    // Symmetric matrices of rank 1, and one row of a product.
    let tied = "lffn([3, 1, 3]).tie(\"W1[0,0] W2[0,0]\", \"W1[0,1] W2[1,0]\", \"W1[0,2] W2[2,0]\")";
    assert_eq!(dim(&[tied, "all"]), 3);
    assert_eq!(dim(&["lffn([3, 2, 3]).observe([1])", "all"]), 3);
    for (pin, said) in [
        ("W1[0,:]", "W1[0,:]=0"),
        ("W1[0,:]=0.5", "a fraction such as 1/2"),
        ("W3=0", "no tensor `W3`"),
        ("none=0", "names no weight"),
    ] {
        let run = allocert(&["rank", "lffn([2, 2, 2])", "all", "--pin", pin]);
        assert!(run.status == 2 && run.err.contains(said), "{pin}: {}", run.err);
    }
}

#[test]
fn the_families_are_listed_with_their_sources() {
    let list = allocert(&["families"]);
    assert_eq!(list.status, 0);
    for (family, call) in [
        ("mlp", "mlp([2, 3, 1], 2, bias = True)"),
        ("rnn", "rnn(1, 2, 1, 5)"),
        ("conv", "conv([(2, 2), (2, 1)], strides = [1, (2, 1)], channels = [1, 2, 1])"),
        ("attention", "attention(2, 1)"),
        ("lora", "lora(3, 1)"),
        ("residual", "residual(3, 1, activation = 2)"),
        ("lowrank_rnn", "lowrank_rnn(1, 3, 1, 1, 4)"),
        ("tied_autoencoder", "tied_autoencoder(3, 2)"),
        ("compartments", "compartments(3, [(0, 1), (1, 0), (1, 2)], leaks = [0], outputs = [0, 1])"),
        ("feedback", "feedback(2, 1, 1, label = \"poles\")"),
    ] {
        assert!(list.out.contains(&format!("{family}(")), "{family}: {}", list.out);
        let source = allocert(&["families", family]);
        assert!(source.status == 0 && source.out.contains(&format!("def {family}(")), "{family}");
        // The source is all there is: as a file of one's own it gives the same network.
        let own = file("own.star", &source.out);
        let shipped = allocert(&["rank", call, "all", "--json"]);
        assert_eq!(shipped.status, 0, "{call}: {}", shipped.err);
        let copied = allocert(&["rank", "--use", own.to_str().unwrap(), call, "all", "--json"]);
        assert_eq!((shipped.status, &shipped.out), (copied.status, &copied.out), "{call}");
        // The network's text reads back.
        let text = objects(&shipped)[0]["network"].as_str().unwrap().to_owned();
        let again = allocert(&["rank", &text, "all", "--json"]);
        assert_eq!(again.out, shipped.out, "{text}");
    }
    let unknown = allocert(&["families", "lorra"]);
    assert!(unknown.status == 2 && unknown.err.contains("did you mean lora?"), "{}", unknown.err);
    assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/programs.star").exists());
}

/// Two networks whose labels are so near to a constant that they look equal when they are rounded, or that are no numbers.
const SATURATED: &str = "
def plain():
    def forward(x, w, u):
        return tanh(40*w*w + 400)*x + tanh(40*u*u + 400)*x*x
    return network(\"plain\", forward, inputs = (1,), weights = {\"w\": (1,), \"u\": (1,)})

def towering():
    def forward(x, w, v):
        return exp(exp(exp(exp(4 + x*x*0 + w*w)))) + v*x
    return network(\"towering\", forward, inputs = (), weights = {\"w\": (), \"v\": ()})
";

#[test]
fn what_looks_equal_up_to_rounding_is_no_match_and_refutes_nothing() {
    let path = file("saturated.star", SATURATED).to_str().unwrap().to_owned();
    for network in ["plain()", "towering()"] {
        let run = allocert(&["train", network, "w", "--use", &path, "--samples", "2", "--trials", "10", "--json"]);
        let answer = objects(&run).remove(0);
        let text = answer.to_string();
        assert_eq!(answer["consistent"], true, "{text}");
        assert!(answer["outcomes"]["already"].is_null() || answer["outcomes"]["already"] == 0, "{text}");
    }
}

#[test]
fn symmetries_know_definitions_of_ones_own() {
    let path = file("mine.star", "def mine(n):\n    return lffn([n, n, 1])\n").to_str().unwrap().to_owned();
    let run = allocert(&["symmetries", "mine(2)", "--use", &path]);
    assert!(run.status == 0 && run.out.contains("W1[0,0]"), "{}{}", run.out, run.err);
    // More candidates than are looked at all at once: rescalings are found all the same.
    let run = allocert(&["symmetries", "lffn([14, 14, 14])", "--json"]);
    assert!(!objects(&run)[0]["gauge"].as_array().unwrap().is_empty(), "{}", run.err);
}

/// Networks with exponentials and roots: what is asked of instances elsewhere is a law here, or open.
#[test]
fn laws_of_analytic_networks() {
    const ANALYTIC: &str = r#"
def tower(k):
    def forward(x, a, b, c):
        z = exp((a * a * b + b * b * b * a) * x)
        for _ in range(k):
            z = z * z + x
        return c * z
    return network("tower", forward, inputs = (), weights = {"a": (), "b": (), "c": ()}, shape = {"k": k})

def root(k):
    def forward(x, a, c):
        return c * sqrt(a * x + k)
    return network("root", forward, inputs = (), weights = {"a": (), "c": ()}, shape = {"k": k})
"#;
    let path = file("analytic.star", ANALYTIC);
    let answer = |network: &str, allocation: &str, samples: &str| {
        let options = ["match", "--use", path.to_str().unwrap(), network, allocation, "--samples", samples, "--json"];
        let run = allocert(&options);
        assert_eq!(run.status, 0, "{}", run.err);
        let found = objects(&run).remove(0);
        let text = |field: &str| found[field].as_str().expect("a text").to_owned();
        (text("verdict"), text("reason"), text("evidence"))
    };
    let is = |found: (String, String, String), verdict: &str, reason: &str, evidence: &str| {
        let fits = found.0 == verdict && found.1.contains(reason) && found.2 == evidence;
        assert!(fits, "{found:?}, not {verdict}, {reason}, {evidence}");
    };
    // a and b enter as one number.
    is(answer("tower(3)", "a b", "3"), "zero", "does not span", "bounded");
    // With a degree beyond all primes nothing bounds the error of a dimension that is smaller than the number of weights.
    is(answer("tower(70)", "a b", "3"), "undecided", "no bound on its error", "open");
    is(answer("tower(70)", "a c", "2"), "undecided", "whether it is 1 is open", "open");
    is(answer("tower(70)", "all", "2"), "one", "copy the teacher", "proved");
    is(answer("tower(2)", "c", "1"), "one", "affine 0-1 law", "proved");
    is(answer("tower(2)", "a", "1"), "undecided", "whether it is 1 is open", "open");
    // Where a root is not defined everywhere, the affine law does not apply.
    is(answer("root(2)", "c", "1"), "undecided", "whether it is 1 is open", "open");
}
