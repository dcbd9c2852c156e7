//! A figure as SVG, which stands alone.

use super::super::prose::escape;
use super::{Figure, Mark, Point, RADIUS, hundredths};

/// The side of a cell of SVG, in pixels.
const SIDE: i64 = 14;

impl Figure {
    /// As SVG that stands alone, in the fonts of LaTeX where they are there.
    #[must_use]
    pub fn svg(&self) -> String {
        let mut body = String::new();
        let [mut left, mut top, mut right, mut bottom] = [i64::MAX, i64::MAX, 0, 0];
        for mark in &self.marks {
            let (column, row) = mark.place();
            let (mut x, y) = (column * SIDE, row * SIDE);
            let (width, shown) = match mark {
                Mark::Cell { shade, .. } => {
                    let grey = 255 - 255 * shade / 100;
                    let fill = format!("#{grey:02x}{grey:02x}{grey:02x}");
                    let shape = format!("x=\"{x}\" y=\"{y}\" width=\"{SIDE}\" height=\"{SIDE}\"");
                    (SIDE, format!("<rect {shape} fill=\"{fill}\" stroke=\"#808080\"/>\n"))
                }
                Mark::Cross { .. } => {
                    let [right, below] = [x + SIDE, y + SIDE];
                    (
                        SIDE,
                        format!("<path d=\"M{x} {y}L{right} {below}M{x} {below}L{right} {y}\" stroke=\"#000000\"/>\n"),
                    )
                }
                Mark::Code { text, .. } => {
                    let style = "font-family=\"'Latin Modern Mono', 'CMU Typewriter Text', monospace\"";
                    (7 * text.chars().count() as i64, words(x, y + SIDE - 3, style, text))
                }
                Mark::Words { text, .. } => {
                    let (centre, reach) = (x + SIDE / 2, 6 * text.chars().count() as i64);
                    x = centre - reach.max(SIDE) / 2;
                    (reach.max(SIDE), words(centre, y + SIDE - 3, "text-anchor=\"middle\" font-size=\"10\"", text))
                }
                Mark::Label { text, .. } => (6 * text.chars().count() as i64, words(x, y + SIDE - 3, "", text)),
                Mark::Node { at, text } => {
                    let ((cx, cy), r) = (pixels(*at), RADIUS * SIDE / 100);
                    x = cx - r;
                    [top, bottom] = [top.min(cy - r), bottom.max(cy + r)];
                    let circle =
                        format!("<circle cx=\"{cx}\" cy=\"{cy}\" r=\"{r}\" fill=\"none\" stroke=\"#000000\"/>\n");
                    (2 * r, circle + &words(cx, cy + 4, "text-anchor=\"middle\"", text))
                }
                Mark::Arrow { from, by, to, dashed } => {
                    let ends = [pixels(*from), pixels(*to)];
                    x = ends[0].0.min(ends[1].0);
                    [top, bottom] =
                        ends.iter().fold([top, bottom], |[top, bottom], end| [top.min(end.1), bottom.max(end.1)]);
                    (ends[0].0.max(ends[1].0) - x, arrow([*from, *by, *to], *dashed))
                }
                Mark::Name { at, text } => {
                    let ((cx, cy), reach) = (pixels(*at), 7 * text.chars().count() as i64);
                    x = cx - reach / 2;
                    [top, bottom] = [top.min(cy - 7), bottom.max(cy + 8)];
                    let style =
                        "text-anchor=\"middle\" font-family=\"'Latin Modern Mono', 'CMU Typewriter Text', monospace\"";
                    (reach, words(cx, cy + 4, style, text))
                }
            };
            [left, top] = [left.min(x), top.min(y)];
            [right, bottom] = [right.max(x + width), bottom.max(y + SIDE)];
            body.push_str(&shown);
        }
        let (left, top) = (left.min(right) - 3, top.min(bottom) - 3);
        let (width, height) = (right - left + 3, bottom - top + 3);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"{left} {top} {width} {height}\" font-family=\"'Latin Modern Roman', 'CMU Serif', serif\" font-size=\"11\">\n\
             {body}</svg>\n"
        )
    }
}

/// A point of SVG.
fn pixels((right, down): Point) -> (i64, i64) {
    ((right * SIDE).div_euclid(100), (down * SIDE).div_euclid(100))
}

/// A bent arrow, and its tip as a triangle, in SVG.
fn arrow([from, by, to]: [Point; 3], dashed: bool) -> String {
    let at = |(right, down): Point| format!("{} {}", hundredths(right * SIDE), hundredths(down * SIDE));
    let (along, down) = ((to.0 - by.0) as f64, (to.1 - by.1) as f64);
    let length = along.hypot(down).max(1.0);
    // So far back from the tip, and so far aside.
    let corner = |back: f64, aside: f64| {
        let part = |end: i64, forth: f64, across: f64| end + ((across * aside - forth * back) / length).round() as i64;
        (part(to.0, along, -down), part(to.1, down, along))
    };
    let tip = format!("M{}L{}L{}Z", at(to), at(corner(45.0, 18.0)), at(corner(45.0, -18.0)));
    let style = if dashed { " stroke-dasharray=\"3 2\"" } else { "" };
    let line = format!("M{}C{} {} {}", at(from), at(by), at(by), at(to));
    format!("<path d=\"{line}\" fill=\"none\" stroke=\"#000000\"{style}/>\n<path d=\"{tip}\"/>\n")
}

fn words(x: i64, y: i64, style: &str, text: &str) -> String {
    format!("<text x=\"{x}\" y=\"{y}\" {style}>{}</text>\n", escape(text))
}
