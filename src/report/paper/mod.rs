//! A document for the appendix of a paper: what words mean, what was claimed, of which networks, what came out, and the counterexamples
//! drawn.
//!
//! It compiles with pdflatex and the packages amsmath, amssymb, array, booktabs, longtable and tikz alone. What users wrote is shown as text; of
//! their mathematics only formulas of known, harmless commands are typeset.

mod digraph;
mod families;
mod helpers;
mod pictures;
mod prose;
mod rules;
mod run;
mod source;
mod sources;
mod statements;
mod table;
mod terms;
mod worded;

use allocert_record::Verify;

use super::figure::Figure;
use super::read::Results;
use pictures::{drawn, figures, scanned};
use prose::{code, plain};
use run::{about, cited, entry, fingerprint, key, opening};
use sources::Sources;
use statements::statements;
use table::{tables, theorems};
use terms::terms;

pub(super) use table::of_claim;

/// The run that results come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The program's version.
    pub version: String,
    /// The commit that the program was built from, where that is known.
    pub commit: Option<String>,
    /// Where the program is to be had, where that is known.
    pub repository: Option<String>,
    /// The seed of all randomness; nothing where the results do not say it.
    pub seed: Option<u64>,
}

/// The files of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// `paper.tex`, complete.
    pub tex: String,
    /// `run.bib`: the run, to be cited.
    pub bib: String,
    /// `figures.tex`: the drawings, a page of its own size for each; nothing if there is none.
    pub figures: Option<String>,
    /// The same drawings as SVG, in the same order.
    pub svg: Vec<String>,
}

/// A compilable document about all claims, and an entry of BibTeX for the run.
pub fn paper(results: &Results, origin: &Origin) -> Paper {
    let results = results.harmless();
    let claims = &results.claims;
    let print = fingerprint(claims);
    let number = if claims.len() == 1 { "One claim".to_owned() } else { format!("{} claims", claims.len()) };
    let mut sources = Sources::of(claims);
    let theorems = theorems(claims, &mut sources);
    let mut tex = String::from(PREAMBLE);
    tex.push_str(&format!(
        "\\title{{{number} about networks and their learnable weights,\\\\ checked with allocert}}\\author{{}}\\date{{}}\\maketitle\n"
    ));
    tex.push_str(&opening(claims));
    tex.push_str(&terms(claims));
    tex.push_str(&format!("\\section{{Claims}}\\label{{claims}}\n{}\n", about(claims, origin, &print)));
    tex.push_str(&tables(claims, &sources));
    tex.push_str(&theorems);
    tex.push_str(&sources.notes());
    tex.push_str(&statements(claims, &sources));
    tex.push_str(&drawn(claims));
    tex.push_str(&scanned(&results.scans));
    tex.push_str(&format!(
        "\\begin{{thebibliography}}{{99}}\n{}\\bibitem{{{}}} {}\n\\end{{thebibliography}}\n{}\\end{{document}}\n",
        sources.entries(),
        key(&print),
        cited(claims, origin, &print),
        sources.signs()
    ));
    let figures = figures(&results);
    let figures: Vec<Figure> = figures.into_iter().map(|(network, figure)| figure.titled(&network)).collect();
    let pages = figures.iter().map(|figure| format!("\\allocertpage{{{}}}\n", figure.tikz(code, plain)));
    let pages: String = pages.collect();
    Paper {
        tex,
        bib: entry(claims, origin, &print),
        figures: (!figures.is_empty()).then(|| format!("{FIGURES}{pages}\\end{{document}}\n")),
        svg: figures.iter().map(Figure::svg).collect(),
    }
}

/// How the name of a claim is printed: without a folder that the names of all share.
fn named<'a>(claims: &[Verify], claim: &'a Verify) -> &'a str {
    let Some(first) = claims.first().and_then(|claim| claim.claim.split_once('/')).map(|(folder, _)| folder) else {
        return &claim.claim;
    };
    let inside = |claim: &'a str| claim.strip_prefix(first)?.strip_prefix('/');
    let is_shared = claims.len() > 1
        && claims.iter().all(|other| other.claim.strip_prefix(first).is_some_and(|rest| rest.starts_with('/')));
    inside(&claim.claim).filter(|_| is_shared).unwrap_or(&claim.claim)
}

/// Pages of the size of what is on them, by the packages that the document has.
const FIGURES: &str = "% Written by allocert: the figures of paper.tex, a page for each. pdflatex figures.tex
\\documentclass[10pt]{article}
\\usepackage[T1]{fontenc}
\\usepackage[utf8]{inputenc}
\\IfFileExists{lmodern.sty}{\\usepackage{lmodern}}{}
\\usepackage{amsmath,amssymb,tikz}
\\providecommand{\\allocertcode}[1]{{\\footnotesize\\ttfamily #1}}
\\newcommand{\\allocertpage}[1]{\\setbox0=\\hbox{\\kern2mm\\vbox{\\kern2mm\\hbox{#1}\\kern2mm}\\kern2mm}%
  \\pdfpagewidth=\\wd0 \\pdfpageheight=\\dimexpr\\ht0+\\dp0\\relax \\hoffset=-1in \\voffset=-1in \\shipout\\box0 }
\\begin{document}
";

const PREAMBLE: &str = "% Written by allocert. Compile three times, for the cross-references: pdflatex paper.tex
\\documentclass[10pt]{article}
\\usepackage[T1]{fontenc}
\\usepackage[utf8]{inputenc}
\\IfFileExists{lmodern.sty}{\\usepackage{lmodern}}{}
\\usepackage[margin=23mm]{geometry}
\\usepackage{amsmath,amssymb,array,booktabs,longtable,tikz}
\\DeclareRobustCommand{\\allocertcode}[1]{{\\footnotesize\\ttfamily\\frenchspacing\\hyphenchar\\font=-1 \\sloppy #1}}
\\providecommand{\\allocertline}[2]{{\\footnotesize\\ttfamily\\advance\\leftskip by #1em\\advance\\leftskip by 3em
  \\rightskip=0pt plus 6em\\parindent=-2em\\parskip=0pt\\indent #2\\par}}
\\providecommand{\\allocertused}[1]{\\par\\medskip\\noindent{\\footnotesize\\emph{Used by #1:}\\par}\\nopagebreak}
\\providecommand{\\allocertkey}[1]{\\tikz\\filldraw[draw=gray,fill=black!#1] (0,0) rectangle (3mm,3mm);}
\\providecommand{\\allocertpinned}{\\tikz{\\draw[gray] (0,0) rectangle (3mm,3mm); \\draw (0,0) -- (3mm,3mm) (0,3mm) -- (3mm,0);}}
\\makeatletter\\providecommand{\\allocertcaption}[1]{\\def\\@captype{figure}\\caption{#1}}
\\providecommand{\\allocertfile}[1]{{\\footnotesize\\noindent File #1.\\par}\\nobreak\\smallskip\\nobreak\\@afterheading}\\makeatother
\\emergencystretch=3em
\\begin{document}
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_all_names_share_is_left_out() {
        let claim = |name: &str| Verify { claim: name.to_owned(), ..blank() };
        let names = |all: &[&str]| {
            let claims: Vec<Verify> = all.iter().map(|name| claim(name)).collect();
            claims.iter().map(|claim| named(&claims, claim).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&["a/b", "a/c/d"]), ["b", "c/d"]);
        assert_eq!(names(&["a/b", "ab/c"]), ["a/b", "ab/c"]);
        assert_eq!(names(&["a/b", "a"]), ["a/b", "a"]);
        assert_eq!(names(&["a/b"]), ["a/b"]);
    }

    fn blank() -> Verify {
        let fields = "{\"claim\": \"\", \"file\": \"\", \"line\": 0, \"statement\": \"\", \"expect\": \"verified\", \"outcome\": \"verified\", \
             \"as_expected\": true, \"networks\": 0, \"allocations\": 0, \"hypothesis_false\": 0, \"seconds\": 0}";
        serde_json::from_str(fields).unwrap()
    }
}
