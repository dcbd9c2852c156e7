//! A figure as TikZ, in the fonts of the document around it.

use super::{Figure, Mark, Point, RADIUS, hundredths};

/// So many columns of large cells fit a page.
const WIDE: i64 = 28;

impl Figure {
    /// As a `tikzpicture`; `code` and `plain` make text harmless for LaTeX.
    pub(in super::super) fn tikz(&self, code: impl Fn(&str) -> String, plain: impl Fn(&str) -> String) -> String {
        let side = self.side();
        let mut text = format!("\\begin{{tikzpicture}}[x={side}mm,y={side}mm,baseline=(current bounding box.north)]\n");
        for mark in &self.marks {
            text.push_str(&match mark {
                Mark::Cell { column, row, shade } => {
                    format!("\\filldraw[draw=gray,fill=black!{shade}] ({column},{}) rectangle +(1,-1);\n", -row)
                }
                Mark::Cross { column, row } => {
                    let y = -row;
                    format!("\\draw ({column},{y}) -- +(1,-1) ({column},{}) -- +(1,1);\n", y - 1)
                }
                Mark::Code { column, row, text } => {
                    format!("\\node[anchor=south west,inner sep=1pt] at ({column},{}) {{{}}};\n", -row - 1, code(text))
                }
                Mark::Words { column, row, text } => {
                    format!("\\node at ({},{}) {{\\scriptsize {}}};\n", half(*column), half(-row - 1), plain(text))
                }
                Mark::Label { column, row, text } => {
                    let (y, words) = (-row - 1, plain(text));
                    format!("\\node[anchor=south west,inner sep=1pt] at ({column},{y}) {{\\footnotesize {words}}};\n")
                }
                Mark::Node { at, text } => {
                    let (radius, words) = (hundredths(RADIUS), plain(text));
                    format!("\\draw[thick] {} circle[radius={radius}] node {{{words}}};\n", upward(*at))
                }
                Mark::Arrow { from, by, to, dashed } => {
                    let style = if *dashed { ",densely dashed" } else { "" };
                    let [from, by, to] = [from, by, to].map(|point| upward(*point));
                    format!("\\draw[->,>=stealth,thick{style}] {from} .. controls {by} .. {to};\n")
                }
                Mark::Name { at, text } => format!("\\node[inner sep=1pt] at {} {{{}}};\n", upward(*at), code(text)),
            });
        }
        text.push_str("\\end{tikzpicture}\n");
        text
    }

    /// The side of a cell of TikZ in millimetres: smaller where many stand beside each other.
    fn side(&self) -> &'static str {
        let columns = self.marks.iter().map(|mark| mark.place().0).max().unwrap_or(0);
        if columns > WIDE { "3.4" } else { "5" }
    }
}

/// n + 1/2.
fn half(n: i64) -> String {
    if n < 0 { format!("-{}.5", -n - 1) } else { format!("{n}.5") }
}

/// A point in TikZ, whose second axis points upward.
fn upward((right, down): Point) -> String {
    format!("({},{})", hundredths(right), hundredths(-down))
}
