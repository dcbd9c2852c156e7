//! The document that `allocert report --paper` writes: it compiles, and holds what was claimed.

#[path = "common/program.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use program::{allocert, file};

/// Writes the document of all claims of a folder of the library.
fn document(of: &str) -> PathBuf {
    let run = allocert(&["verify", of, "--json"]);
    let results = file("results.jsonl", &run.out);
    let folder = results.with_file_name("paper");
    let text = |path: &Path| path.to_str().expect("a plain path").to_owned();
    let scan = file("scan.json", &allocert(&["scan", "lrnn(1, 2, 1, 5)", "--json"]).out);
    let report = allocert(&["report", &text(&results), &text(&scan), "--paper", &text(&folder)]);
    assert_eq!(report.status, 0, "{}", report.err);
    assert!(report.out.contains("paper.tex"), "{}", report.out);
    folder
}

const HOSTILE: &str = r##"
claim(
    name = "hostile_50%",
    statement = "\\input{/etc/passwd} $\\write18{ls}$ %% # & ~ ^ _ { } $a_b_c$ \u96ea \u03c1(A) \u2264 |A|, $\\rho(A) \\le |A|$",
    networks = [lffn([2, 2, 2])],
    expect = "refuted",
    holds = lambda net, a: a.dim == a.size and "\\end{document}" != "",
    source = "\\immediate\\write18{x}",
)
"##;

#[test]
fn a_document_says_what_was_claimed_and_by_which_run() {
    let folder = document("proofs/lffn-layers.star");
    let tex = fs::read_to_string(folder.join("paper.tex")).unwrap();
    let bib = fs::read_to_string(folder.join("run.bib")).unwrap();
    let rows = tex.lines().filter(|l| l.ends_with("\\\\") && l.contains(" & ")).count();
    assert!(rows > 20, "{rows} rows");
    assert!(tex.matches("\\begin{tikzpicture}").count() >= 1);
    assert!(tex.contains("\\filldraw") && tex.contains("\\emph{Networks:}"));
    assert!(bib.starts_with("@misc{allocert-run-") && bib.contains("seed 1") && bib.contains("BLAKE3"));
    // Every drawing is there alone, as a page of TikZ and as SVG.
    let figures = fs::read_to_string(folder.join("figures.tex")).unwrap();
    let drawn = tex.matches("\\begin{tikzpicture}").count();
    assert_eq!(figures.matches("\\begin{tikzpicture}").count(), drawn);
    for place in 1..=drawn {
        let svg = fs::read_to_string(folder.join(format!("figure-{place}.svg"))).unwrap();
        assert!(svg.starts_with("<svg xmlns=") && svg.contains("<rect "), "{svg}");
    }
    assert!(!folder.join(format!("figure-{}.svg", drawn + 1)).exists());
    assert!(tex.contains("\\section{All allocations}") && figures.contains("learnable weights"));
    // The fingerprint is the claims', not the outcomes' or the times'.
    let again = fs::read_to_string(document("proofs/lffn-layers.star").join("run.bib")).unwrap();
    assert_eq!(bib, again);
    assert_ne!(bib, fs::read_to_string(document("proofs/siso.star").join("run.bib")).unwrap());
}

/// The text between two marks.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let rest = &text[text.find(begin).unwrap_or_else(|| panic!("{begin}"))..];
    &rest[..rest.find(end).unwrap_or_else(|| panic!("{end}"))]
}

#[test]
fn a_reader_finds_sources_helpers_and_the_drawn_allocation() {
    let folder = document("proofs/published/adapters.star");
    let tex = fs::read_to_string(folder.join("paper.tex")).unwrap();
    // The same work is listed once, and cited by claims; how it was read is said once.
    assert_eq!(tex.matches("2310.17513").count(), 1, "{tex}");
    assert!(tex.contains("\\bibitem{source-1} Yuchen Zeng and Kangwook Lee, \\emph{The expressive"), "{tex}");
    assert!(tex.matches("\\cite{source-1").count() > 4, "{tex}");
    let said = ["but how others cite it", "are cited from memory", "says is given from memory"];
    assert_eq!(said.map(|words| tex.matches(words).count()), [1, 0, 0], "{tex}");
    // The helpers that statements call are printed, once each, below the statements of their file.
    let statements = between(&tex, "\\section{Statements", "\\section{Counterexamples}");
    let helpers = between(statements, "\\paragraph{What these statements call.}", "return network");
    for name in ["def reach", "def adapters", "def uneven"] {
        assert_eq!(helpers.matches(name).count(), 1, "{helpers}");
    }
    // The condition of the refuted claim asks for U and V of a network as a whole.
    let drawn = between(&tex, "\\section{Counterexamples}", "\\section{All allocations}");
    assert!(drawn.contains("The dimension of \\allocertcode{U V} is 3 (proved), and not 4 as claimed"), "{drawn}");
    assert!(drawn.contains("an adapter of rank 1 on one layer of width 2"), "{drawn}");
    // One of the four does not add a dimension.
    let shades = [100, 35, 0].map(|shade| drawn.matches(&format!("fill=black!{shade}]")).count());
    assert_eq!(shades, [3, 1, 4], "{drawn}");
}

#[test]
fn words_families_and_signs_are_defined_before_they_are_used() {
    let tex = fs::read_to_string(document("proofs/published/convolutions.star").join("paper.tex")).unwrap();
    let defined = between(&tex, "\\section{Definitions}", "\\section{Claims}");
    for word in ["Allocation", "Dimension", "Teacher", "span", "matching degree", "pinned", "labels"] {
        assert!(defined.contains(word), "{word}");
    }
    assert!(defined.contains("$K_l \\in \\mathbb{R}^{k_l}$") && !defined.contains("compartmental"), "{defined}");
    assert!(defined.contains("a.matching") && !defined.contains("net.pin"), "{defined}");
    assert!(between(&tex, "\\section{Statements", "\\end{document}").contains("\\emph{Allocations:}"), "{tex}");
    // Every family that comes with the program has a definition.
    let families =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/paper/families.rs")).unwrap();
    let shipped = allocert::claims::FAMILIES.iter().map(|family| family.name).filter(|name| *name != "activate");
    for name in shipped.chain(allocert::network::Network::FAMILIES) {
        assert!(families.contains(&format!("name: \"{name}\"")), "{name}");
    }
}

#[test]
fn what_no_source_claims_stands_in_a_table_of_its_own() {
    let tex = fs::read_to_string(document("proofs/published/relu-dimension.star").join("paper.tex")).unwrap();
    let ours = between(&tex, "\\caption{Statements of this program", "\\end{longtable}");
    assert_eq!(ours.matches("& refuted, Fig.~1 & 3 & 3 & proved & G").count(), 1, "{ours}");
    assert_eq!(ours.matches("& verified & 3 & 3 & proved & G").count(), 1, "{ours}");
    assert!(tex.contains("\\emph{Compare}") && !tex.contains("Known results"), "{tex}");
    // What is known without its place has one of its own.
    let tex = fs::read_to_string(document("proofs/published/matrix-completion.star").join("paper.tex")).unwrap();
    let known = between(&tex, "\\caption{Known results", "\\end{longtable}");
    assert!(known.matches("& verified &").count() == 4 && tex.contains("\\emph{Known from}"), "{known}");
    // Where no claim is of this program alone there is one table.
    let tex = fs::read_to_string(document("proofs/lffn-layers.star").join("paper.tex")).unwrap();
    assert_eq!([tex.matches("\\endfirsthead").count(), tex.matches("\\caption{Statements of").count()], [1, 0]);
    assert!(tex.contains("\\emph{Why it is open:}"), "{tex}");
}

#[test]
fn helpers_of_files_that_are_used_are_printed_with_their_file() {
    let helper = file("helpers.star", "UNIT = 1\ndef bound(net):\n    return net.weights + UNIT\n");
    let claims = file(
        "claims.star",
        "claim(name = \"a\", statement = \"s\", networks = [lffn([1, 1])], holds = lambda net: net.teacher_dim < bound(net))\n",
    );
    let [used, path] = [&helper, &claims].map(|path| path.to_str().unwrap().to_owned());
    let run = allocert(&["verify", &path, "--use", &used, "--json"]);
    let results = file("results.jsonl", &run.out);
    let folder = results.with_file_name("paper");
    let report = allocert(&["report", results.to_str().unwrap(), "--paper", folder.to_str().unwrap()]);
    assert_eq!(report.status, 0, "{}", report.err);
    let tex = fs::read_to_string(folder.join("paper.tex")).unwrap();
    let code = tex.replace("\\allowbreak{}", "");
    assert!(code.contains("def bound(net)") && code.contains("UNIT = 1"), "{tex}");
    assert!(code.contains(", in \\allocertcode{") && code.contains("helpers.star}}"), "{tex}");
}

#[test]
fn a_network_as_a_whole_is_drawn_with_an_independent_set_and_what_it_lacks() {
    let claims = "
def required(net): return net.teacher_dim == net.weights
claim(name = \"a\", statement = \"s\", networks = [lffn([1, 2, 1]).pin({\"W1[0,0]\": 1})], expect = \"refuted\", holds = required)
";
    let folder = document(file("claims.star", claims).to_str().unwrap());
    let tex = fs::read_to_string(folder.join("paper.tex")).unwrap();
    let drawn = between(&tex, "\\section{Counterexamples}", "\\section{All allocations}");
    // The number that a function of the file requires is given, too.
    assert!(drawn.contains(" is 1 (proved), and not 3 as claimed"), "{drawn}");
    let [dark, grey, white] = [100, 35, 0].map(|shade| drawn.matches(&format!("fill=black!{shade}]")).count());
    assert_eq!([dark, grey, white, drawn.matches("\\draw (").count()], [1, 2, 1, 1], "{drawn}");
    assert!(drawn.contains("\\allocertpinned") && drawn.contains("\\allocertkey{35}"), "{drawn}");
}

#[test]
fn theorems_of_others_are_named_once_and_alike() {
    let rank = allocert(&["rank", "mlp([1, 1, 1], \"tanh\")", "all", "--json"]).out;
    let rank: serde_json::Value = serde_json::from_str(&rank).unwrap();
    assert_eq!(rank["theorems"], serde_json::json!([allocert::checker::AX]));
    let rank = allocert(&["rank", "lffn([1, 1, 1])", "all", "--json"]).out;
    assert!(rank.contains("\"theorems\":[]"), "{rank}");
    let tex = fs::read_to_string(document("proofs/published/smooth-activations.star").join("paper.tex")).unwrap();
    assert_eq!(tex.matches("Rests on a consequence of Ax").count(), 1, "{tex}");
    // The sign stands in the table and in the entry.
    assert!(
        tex.contains("& proved\\,\\textsuperscript{*} &")
            && tex.contains("their answers are proved\\,\\textsuperscript{*}.)"),
        "{tex}"
    );
}

#[test]
fn a_document_without_claims_is_refused() {
    let run = allocert(&["rank", "lffn([2, 2])", "W1", "--json"]);
    let results = file("rank.json", &run.out);
    let report = allocert(&["report", results.to_str().unwrap(), "--paper", "never"]);
    assert_eq!(report.status, 2);
    assert!(report.err.contains("needs claims"), "{}", report.err);
}

#[test]
fn pdflatex_compiles_it_and_what_a_stranger_wrote_is_text() {
    if !Command::new("pdflatex").arg("--version").output().is_ok_and(|o| o.status.success()) {
        eprintln!(
            "SKIPPED: pdflatex. Please run:  sudo apt-get install texlive-latex-base texlive-latex-recommended texlive-pictures"
        );
        return;
    }
    let hostile = file("hostile.star", HOSTILE);
    for claims in ["proofs/lffn-layers.star", "proofs/published", hostile.to_str().unwrap()] {
        let folder = document(claims);
        if claims == "proofs/published" {
            // Nothing that was not looked up is said to be a source's, and every claim says how its dimensions are known.
            let tex = fs::read_to_string(folder.join("paper.tex")).unwrap();
            assert_eq!(tex.matches("\\ddagger").count(), 0);
            // Every formula is set as one: none has a command that is not known to be harmless.
            let statements =
                tex.lines().filter(|line| line.starts_with("\\item[")).flat_map(|line| line.split("\\par{").next());
            let code: Vec<&str> = statements.filter(|statement| statement.contains("\\textbackslash")).collect();
            assert!(code.is_empty(), "{code:?}");
            // Each theorem that an entry names has a sentence in the list of rules.
            let named: Vec<&str> =
                tex.split("a theorem (").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)).collect();
            assert!(named.len() >= 4, "{named:?}");
            assert!(named.iter().all(|words| tex.contains(&format!("\\emph{{{words}}}: "))), "{named:?}");
            let entries = tex.lines().filter(|line| line.starts_with("\\item[") && line.contains("\\ttfamily")).count();
            assert!(entries >= 100, "{entries}");
            assert_eq!(tex.matches("\\emph{Known by:}").count(), entries);
        }
        let compile = |document: &str| {
            let mut latex = Command::new("pdflatex");
            latex
                .args(["-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", document])
                .current_dir(&folder);
            latex.output().expect("pdflatex starts")
        };
        let (first, second) = (compile("paper.tex"), compile("paper.tex"));
        let log = String::from_utf8_lossy(&second.stdout).into_owned();
        assert!(first.status.success() && second.status.success(), "{claims}: {log}");
        assert!(!log.contains("undefined") && !log.contains("Overfull"), "{claims}: {log}");
        assert!(fs::metadata(folder.join("paper.pdf")).unwrap().len() > 10_000);
        let figures = compile("figures.tex");
        let log = String::from_utf8_lossy(&figures.stdout).into_owned();
        let pages = fs::read_to_string(folder.join("figures.tex")).unwrap().matches("\\allocertpage{\\begin").count();
        let all = if pages == 1 { "1 page".to_owned() } else { format!("{pages} pages") };
        assert!(figures.status.success() && log.contains(&format!("figures.pdf ({all},")), "{claims}: {log}");
    }
}
