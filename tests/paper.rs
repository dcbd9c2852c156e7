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

#[test]
fn a_reader_finds_sources_helpers_and_the_drawn_allocation() {
    let folder = document("proofs/published/adapters.star");
    let tex = fs::read_to_string(folder.join("paper.tex")).unwrap();
    // The same work is listed once, and cited by claims; how it was read is a note.
    assert_eq!(tex.matches("2310.17513").count(), 1, "{tex}");
    assert!(tex.contains("\\bibitem{source-1} Zeng and Lee"), "{tex}");
    assert!(tex.matches("\\cite{source-1").count() > 4 && tex.contains("from a summary, and memory"), "{tex}");
    // The helpers that statements call are printed, once each.
    let definitions =
        &tex[tex.find("\\section{Definitions}").unwrap()..tex.find("\\section{Counterexamples}").unwrap()];
    for name in ["def reach", "def adapters", "def uneven"] {
        assert_eq!(definitions.matches(name).count(), 1, "{definitions}");
    }
    // The condition of the refuted claim asks for U and V of a network as a whole.
    let drawn = &tex[tex.find("\\section{Counterexamples}").unwrap()..tex.find("\\section{All allocations}").unwrap()];
    assert!(drawn.contains("Expected \\allocertcode{4}, found \\allocertcode{3} (proved)"), "{drawn}");
    let [black, white] = ["fill=black!100", "fill=black!0"].map(|fill| drawn.matches(fill).count());
    assert_eq!([black, white], [4, 4], "{drawn}");
}

#[test]
fn theorems_of_others_are_named_once_and_alike() {
    let rank = allocert(&["rank", "mlp([1, 1, 1], \"tanh\")", "all", "--json"]).out;
    let rank: serde_json::Value = serde_json::from_str(&rank).unwrap();
    assert_eq!(rank["theorems"], serde_json::json!([allocert::checker::AX]));
    let rank = allocert(&["rank", "lffn([1, 1, 1])", "all", "--json"]).out;
    assert!(rank.contains("\"theorems\":[]"), "{rank}");
    let tex = fs::read_to_string(document("proofs/published/smooth-activations.star").join("paper.tex")).unwrap();
    assert_eq!(tex.matches("Rests on Ax").count(), 1, "{tex}");
    assert!(tex.contains("proved$^{*}$"), "{tex}");
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
        assert!(!log.contains("undefined"), "{claims}: {log}");
        assert!(fs::metadata(folder.join("paper.pdf")).unwrap().len() > 10_000);
        let figures = compile("figures.tex");
        let log = String::from_utf8_lossy(&figures.stdout).into_owned();
        let pages = fs::read_to_string(folder.join("figures.tex")).unwrap().matches("\\allocertpage{\\begin").count();
        let all = if pages == 1 { "1 page".to_owned() } else { format!("{pages} pages") };
        assert!(figures.status.success() && log.contains(&format!("figures.pdf ({all},")), "{claims}: {log}");
    }
}
