//! Figures for papers: a counterexample as grids, a scan as a table of squares. Each is drawn once, and written as TikZ, which pdflatex
//! sets in the fonts of the paper around it, and as SVG.

mod svg;
mod tikz;

use allocert_core::text::thousands;
use allocert_record::{Diagram, Scan, Tensor};

/// Tensors with more rows or columns than this are cut.
const MOST_CELLS: usize = 24;
/// Scans of more sizes or dimensions than this are not drawn.
const MOST_SQUARES: usize = 40;
/// How black a weight is that learns without a new dimension, in percent.
const SURPLUS: i64 = 35;

/// Cells and words on a lattice; rows run downward.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    marks: Vec<Mark>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Mark {
    /// A square, so many percent black.
    Cell { column: i64, row: i64, shade: i64 },
    /// A cross through a square.
    Cross { column: i64, row: i64 },
    /// Words on the lower edge of a row, from the left edge of a column on.
    Code { column: i64, row: i64, text: String },
    /// A number in the middle of a cell, or a few small words; they may reach beyond it.
    Words { column: i64, row: i64, text: String },
    /// Words where code would stand.
    Label { column: i64, row: i64, text: String },
    /// A number in a circle.
    Node { at: Point, text: String },
    /// An arrow, bent towards a point.
    Arrow { from: Point, by: Point, to: Point, dashed: bool },
    /// Code around a point.
    Name { at: Point, text: String },
}

/// A point of the lattice between its cells: how far it is to the right of, and below, their corner, in hundredths of a cell.
pub(super) type Point = (i64, i64);

/// How far the circle of a node is from its middle, in hundredths of a cell.
pub(super) const RADIUS: i64 = 70;

impl Mark {
    /// Its column and row; of what stands between cells, those of the cell that it is in.
    fn place(&self) -> (i64, i64) {
        match self {
            Mark::Cell { column, row, .. }
            | Mark::Cross { column, row }
            | Mark::Code { column, row, .. }
            | Mark::Words { column, row, .. }
            | Mark::Label { column, row, .. } => (*column, *row),
            Mark::Node { at, .. } | Mark::Name { at, .. } | Mark::Arrow { from: at, .. } => {
                (at.0.div_euclid(100), at.1.div_euclid(100))
            }
        }
    }

    /// The same, so many columns to the right and so many rows down.
    fn moved(mut self, columns: i64, rows: i64) -> Self {
        let shift = |at: &mut Point| *at = (at.0 + 100 * columns, at.1 + 100 * rows);
        match &mut self {
            Mark::Cell { column, row, .. }
            | Mark::Cross { column, row }
            | Mark::Code { column, row, .. }
            | Mark::Words { column, row, .. }
            | Mark::Label { column, row, .. } => [*column, *row] = [*column + columns, *row + rows],
            Mark::Node { at, .. } | Mark::Name { at, .. } => shift(at),
            Mark::Arrow { from, by, to, .. } => [from, by, to].into_iter().for_each(shift),
        }
        self
    }
}

impl Figure {
    /// The tensors of a network beside each other; what may learn is black, but grey where it is not in the basis that is given, and what is
    /// pinned is crossed out.
    pub(super) fn tensors(diagram: &Diagram, basis: Option<&[usize]>) -> Self {
        let mut figure = Figure::default();
        let (mut start, mut left) = (0, 0);
        for tensor in &diagram.tensors {
            for (name, inside, rows) in tensor.slices().into_iter().take(MOST_CELLS) {
                figure.marks.push(Mark::Code { column: left as i64, row: -1, text: name });
                figure.grid((diagram, basis), tensor, (start + inside, left), rows);
                left += tensor.columns.min(MOST_CELLS) + 2;
            }
            start += tensor.rows * tensor.columns;
        }
        figure
    }

    /// One tensor, or a slice of it, whose first weight and left edge are given.
    fn grid(
        &mut self,
        (diagram, basis): (&Diagram, Option<&[usize]>),
        tensor: &Tensor,
        (first, left): (usize, usize),
        rows: usize,
    ) {
        for row in 0..rows.min(MOST_CELLS) {
            for column in 0..tensor.columns.min(MOST_CELLS) {
                let place = first + row * tensor.columns + column;
                let learns = diagram.learnable.binary_search(&place).is_ok();
                let adds = basis.is_none_or(|basis| basis.binary_search(&place).is_ok());
                let shade = if learns && adds { 100 } else { i64::from(learns) * SURPLUS };
                let (column, row) = ((left + column) as i64, row as i64);
                self.marks.push(Mark::Cell { column, row, shade });
                if diagram.pinned.binary_search(&place).is_ok() {
                    self.marks.push(Mark::Cross { column, row });
                }
            }
        }
    }

    /// A square for each size and dimension that occurs, the darker the more digits the number of its allocations has; nothing
    /// for an empty or a large table.
    pub(super) fn scan(scan: &Scan) -> Option<Self> {
        let sizes = scan.counts.iter().map(|c| c.0);
        let (least, most) = (sizes.clone().min()?, sizes.max()?);
        let highest = scan.counts.iter().map(|c| c.1).max()?;
        if most - least > MOST_SQUARES || highest > MOST_SQUARES {
            return None;
        }
        let digits = scan.counts.iter().map(|c| c.2.len()).max()?;
        let mut figure = Figure::default();
        for (size, dim, number) in &scan.counts {
            let (column, row) = ((size - least) as i64, (highest - dim) as i64);
            figure.marks.push(Mark::Cell { column, row, shade: (100 * number.len() / digits.max(1)) as i64 });
        }
        for dim in 0..=highest {
            figure.marks.push(Mark::Words { column: -1, row: (highest - dim) as i64, text: thousands(dim) });
        }
        for size in least..=most {
            let (column, row) = ((size - least) as i64, highest as i64 + 1);
            figure.marks.push(Mark::Words { column, row, text: thousands(size) });
        }
        let below = highest as i64 + 2;
        figure.marks.push(Mark::Label { column: 0, row: below, text: "learnable weights".to_owned() });
        figure.marks.push(Mark::Label { column: -1, row: -1, text: "reachable dimension".to_owned() });
        Some(figure)
    }

    /// With a circle around a number.
    pub(super) fn node(&mut self, at: Point, text: String) {
        self.marks.push(Mark::Node { at, text });
    }

    /// With an arrow between two points, bent towards a third.
    pub(super) fn arrow(&mut self, [from, by, to]: [Point; 3], dashed: bool) {
        self.marks.push(Mark::Arrow { from, by, to, dashed });
    }

    /// With code around a point.
    pub(super) fn name(&mut self, at: Point, text: String) {
        self.marks.push(Mark::Name { at, text });
    }

    /// With another figure so many columns to the right of it and so many rows down.
    #[must_use]
    pub(super) fn with(mut self, other: Figure, columns: i64, rows: i64) -> Self {
        self.marks.extend(other.marks.into_iter().map(|mark| mark.moved(columns, rows)));
        self
    }

    /// With what its cells mean below it, as far as they occur, for a figure of tensors that stands alone.
    #[must_use]
    pub(super) fn with_key(mut self) -> Self {
        let bottom = self.marks.iter().map(|mark| mark.place().1).max().unwrap_or(0);
        let has = |wanted: i64| self.marks.iter().any(|m| matches!(m, Mark::Cell { shade, .. } if *shade == wanted));
        let crossed = self.marks.iter().any(|mark| matches!(mark, Mark::Cross { .. }));
        let all = [
            (100, if has(SURPLUS) { "learnable, in a largest independent set" } else { "learnable" }),
            (SURPLUS, "learnable, dependent on these"),
            (0, if crossed { "frozen, or pinned (crossed out)" } else { "frozen" }),
        ];
        let mut row = bottom + 2;
        for (shade, words) in all.into_iter().filter(|(shade, _)| has(*shade)).collect::<Vec<_>>() {
            self.marks.push(Mark::Cell { column: 0, row, shade });
            self.marks.push(Mark::Label { column: 2, row, text: words.to_owned() });
            row += 2;
        }
        self
    }

    /// With its network's name above it, for a figure that stands alone.
    #[must_use]
    pub(super) fn titled(mut self, network: &str) -> Self {
        let places = self.marks.iter().map(Mark::place);
        let (column, row) = places.fold((0, 0), |(left, top), (column, row)| (left.min(column), top.min(row)));
        self.marks.insert(0, Mark::Code { column, row: row - 1, text: network.to_owned() });
        self
    }
}

/// A number of hundredths as a decimal number.
fn hundredths(n: i64) -> String {
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", n.abs() / 100, n.abs() % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure() -> Figure {
        let cell = |column, shade| Mark::Cell { column, row: 0, shade };
        let code = Mark::Code { column: 0, row: -1, text: "W<1".to_owned() };
        Figure { marks: vec![code, cell(0, 100), cell(1, 0), Mark::Words { column: 1, row: 2, text: "3".to_owned() }] }
    }

    #[test]
    fn what_learns_what_adds_nothing_and_what_is_pinned_are_told_apart() {
        let tensor = Tensor { name: "W".to_owned(), rows: 1, columns: 4, axes: Vec::new(), from: Some(0), to: 1 };
        let diagram = Diagram {
            groups: Vec::new(),
            tensors: vec![tensor],
            learnable: vec![0, 1],
            pinned: vec![3],
            program: None,
        };
        let shades = |basis: Option<&[usize]>| {
            let tikz = Figure::tensors(&diagram, basis).tikz(str::to_owned, str::to_owned);
            let cells: Vec<String> =
                tikz.lines().filter_map(|l| Some(l.split_once("black!")?.1.split_once(']')?.0.to_owned())).collect();
            (cells.join(" "), tikz.matches("\\draw (3,0) -- +(1,-1)").count())
        };
        assert_eq!(shades(None), ("100 100 0 0".to_owned(), 1));
        assert_eq!(shades(Some(&[1])), ("35 100 0 0".to_owned(), 1));
        assert_eq!(Figure::tensors(&diagram, None).svg().matches("<path ").count(), 1);
    }

    #[test]
    fn both_forms_draw_the_same_marks() {
        let (tikz, svg) = (figure().tikz(str::to_owned, str::to_owned), figure().svg());
        assert_eq!([tikz.matches("\\filldraw").count(), svg.matches("<rect ").count()], [2, 2]);
        assert_eq!([tikz.matches("\\node").count(), svg.matches("<text ").count()], [2, 2]);
        assert!(tikz.contains("at (0,0) {W<1}") && tikz.contains("fill=black!100] (0,0)"), "{tikz}");
        assert!(tikz.contains("at (1.5,-2.5) {\\scriptsize 3}"), "{tikz}");
        assert!(
            svg.contains("W&lt;1") && svg.contains("fill=\"#000000\"") && svg.contains("fill=\"#ffffff\""),
            "{svg}"
        );
        // Nothing is drawn outside the picture.
        assert!(svg.contains("viewBox=\"-3 -17 "), "{svg}");
    }
}
