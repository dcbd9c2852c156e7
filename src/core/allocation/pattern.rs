//! Sets of weights in words: whole tensors, rows, columns, blocks, diagonals, and how these lie to each other.

use std::collections::BTreeMap;

use rug::Integer;

use super::{Allocation, Layout, Tensor};
use crate::text::plural_noun;

/// What part of a tensor a set has.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shape {
    /// All of it.
    Whole,
    /// So many rows; of a vector, so many entries.
    Rows(usize),
    /// So many columns.
    Columns(usize),
    /// The entries in so many rows and so many columns, neither all.
    Block(usize, usize),
    /// All entries of so many rows and of so many columns: all but a block.
    Cross(usize, usize),
    /// So many entries of the diagonal.
    Diagonal(usize),
    /// All but so many entries of the diagonal.
    AllButDiagonal(usize),
    /// So many entries, no two in a row or column.
    Scattered(usize),
    /// All but so many entries, no two in a row or column.
    AllButScattered(usize),
    /// Anything else: these entries.
    Entries(Vec<String>),
}

/// How two sets of indices lie to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bond {
    /// They are equal.
    Same,
    /// They have nothing in common.
    Other,
}

/// A set of weights, up to what symmetries exchange.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pattern {
    /// The parts, by the names of their tensors, in canonical order.
    pub parts: Vec<(String, Shape)>,
    /// Index sets (numbered in the order of the parts, rows before columns) that are bound to an earlier one in every image.
    pub bonds: Vec<(usize, usize, Bond)>,
}

/// A part with its indices.
struct Part<'a> {
    tensor: &'a Tensor,
    shape: Shape,
    /// The axes whose indices are chosen: rows or columns, how many there are, and which.
    axes: Vec<Axis>,
}

#[derive(Clone)]
struct Axis {
    name: &'static str,
    length: usize,
    chosen: Vec<usize>,
}

/// The places at which the weights of a set stand: where some are pinned or tied, these are not numbered like weights.
fn places(layout: &Layout, set: &Allocation) -> Allocation {
    let stands = |place: &usize| layout.weight_at(*place).is_some_and(|weight| set.contains(weight));
    Allocation::of(layout.places(), (0..layout.places()).filter(stands))
}

/// All parts of a set of places.
fn parts<'a>(layout: &'a Layout, set: &Allocation) -> Vec<Part<'a>> {
    let touched = layout.tensors().iter().filter(|t| t.positions().any(|p| set.contains(p)));
    touched.map(|tensor| part(tensor, set)).collect()
}

fn part<'a>(tensor: &'a Tensor, set: &Allocation) -> Part<'a> {
    let (rows, columns) = (tensor.rows, tensor.columns);
    let inside = |r: usize, c: usize| set.contains(tensor.position(r, c));
    let in_row: Vec<usize> = (0..rows).map(|r| (0..columns).filter(|c| inside(r, *c)).count()).collect();
    let in_column: Vec<usize> = (0..columns).map(|c| (0..rows).filter(|r| inside(*r, c)).count()).collect();
    let size: usize = in_row.iter().sum();
    let of = |counts: &[usize], wanted: &dyn Fn(usize) -> bool| -> Vec<usize> {
        counts.iter().enumerate().filter(|(_, n)| wanted(**n)).map(|(i, _)| i).collect()
    };
    let axis = |name, length, chosen| Axis { name, length, chosen };
    let with = |shape, axes| Part { tensor, shape, axes };
    let both = |r: Vec<usize>, c: Vec<usize>| vec![axis("row", rows, r), axis("column", columns, c)];
    if size == rows * columns {
        return with(Shape::Whole, Vec::new());
    }
    let entries = || {
        let text = tensor.positions().filter(|p| set.contains(*p)).map(|p| tensor.weight_text(p - tensor.start));
        with(Shape::Entries(text.collect()), Vec::new())
    };
    if tensor.axes.len() > 2 {
        return entries();
    }
    let (some_rows, some_columns) = (of(&in_row, &|n| n > 0), of(&in_column, &|n| n > 0));
    let (full_rows, full_columns) = (of(&in_row, &|n| n == columns), of(&in_column, &|n| n == rows));
    let (a, b) = (some_rows.len(), some_columns.len());
    if size == full_rows.len() * columns {
        return with(Shape::Rows(a), vec![axis("row", rows, some_rows)]);
    }
    if size == full_columns.len() * rows {
        return with(Shape::Columns(b), vec![axis("column", columns, some_columns)]);
    }
    if size == a * b {
        return with(Shape::Block(a, b), both(some_rows, some_columns));
    }
    let (k, l) = (full_rows.len(), full_columns.len());
    let on_diagonal = |wanted: bool| {
        (0..rows).flat_map(|r| (0..columns).map(move |c| (r, c))).all(|(r, c)| r == c || inside(r, c) == wanted)
    };
    let missing = rows * columns - size;
    let square = rows == columns;
    if square && size == rows && on_diagonal(false) {
        return with(Shape::Diagonal(size), vec![axis("row", rows, some_rows)]);
    }
    if square && missing == rows && on_diagonal(true) {
        return with(Shape::AllButDiagonal(missing), Vec::new());
    }
    if missing > 1 && k + l > 0 && size == k * columns + l * rows - k * l {
        return with(Shape::Cross(k, l), both(full_rows, full_columns));
    }
    if in_row.iter().chain(&in_column).all(|n| *n <= 1) {
        return with(Shape::Scattered(size), both(some_rows, some_columns));
    }
    if in_row.iter().all(|n| n + 1 >= columns) && in_column.iter().all(|n| n + 1 >= rows) {
        let holes = (of(&in_row, &|n| n < columns), of(&in_column, &|n| n < rows));
        return with(Shape::AllButScattered(missing), both(holes.0, holes.1));
    }
    entries()
}

impl Shape {
    /// How many parts of this shape have the same index sets: entries without common rows and columns are matched.
    fn matchings(&self) -> u128 {
        match self {
            Shape::Scattered(k) | Shape::AllButScattered(k) => (1..=*k as u128).fold(1, u128::saturating_mul),
            _ => 1,
        }
    }

    /// The numbers in it.
    pub fn numbers(&self) -> Vec<usize> {
        match self {
            Shape::Rows(k) | Shape::Columns(k) | Shape::Scattered(k) | Shape::AllButScattered(k) => vec![*k],
            Shape::Diagonal(k) | Shape::AllButDiagonal(k) => vec![*k],
            Shape::Block(k, l) | Shape::Cross(k, l) => vec![*k, *l],
            Shape::Whole | Shape::Entries(_) => Vec::new(),
        }
    }
}

/// The parts of a set: the names of the tensors that it touches, in canonical order, and what it has of each.
pub fn shapes(layout: &Layout, set: &Allocation) -> Vec<(String, Shape)> {
    parts(layout, &places(layout, set)).into_iter().map(|part| (part.tensor.name.clone(), part.shape)).collect()
}

/// The patterns of some images of one set, each with the images that have it; nothing if the images are not all sets of these
/// patterns, so that words with an article would say too much.
pub fn patterns(layout: &Layout, images: &[Allocation]) -> Option<Vec<Pattern>> {
    let mut groups: BTreeMap<Vec<(String, Shape)>, Vec<Vec<Part<'_>>>> = BTreeMap::new();
    for image in images {
        let parts = parts(layout, &places(layout, image));
        let key = parts.iter().map(|p| (p.tensor.name.clone(), p.shape.clone())).collect();
        groups.entry(key).or_default().push(parts);
    }
    let mut found = Vec::new();
    for (parts, images) in groups {
        let (bonds, number) = bonds(&images);
        if number != images.len() as u128 {
            return None;
        }
        found.push(Pattern { parts, bonds });
    }
    Some(found)
}

/// The bonds that all images have, and how many sets with these bonds there are.
fn bonds(images: &[Vec<Part<'_>>]) -> (Vec<(usize, usize, Bond)>, u128) {
    let axes: Vec<Vec<&Axis>> = images.iter().map(|parts| parts.iter().flat_map(|p| &p.axes).collect()).collect();
    let (mut bonds, mut ways) = (Vec::new(), Vec::new());
    for (at, axis) in axes[0].iter().enumerate() {
        let always = |earlier: usize, bond: Bond| {
            axes[0][earlier].length == axis.length
                && axis.chosen.len() < axis.length
                && axes.iter().all(|image| {
                    let (a, b) = (&image[earlier].chosen, &image[at].chosen);
                    match bond {
                        Bond::Same => a == b,
                        Bond::Other => a.iter().all(|i| !b.contains(i)),
                    }
                })
        };
        // One image alone shows no bond but where there is no other choice.
        let same = (0..at).find(|e| always(*e, Bond::Same)).map(|e| (e, Bond::Same));
        let bond = same.or_else(|| (0..at).find(|e| always(*e, Bond::Other)).map(|e| (e, Bond::Other)));
        let choose = |n: usize| binomial(n, axis.chosen.len());
        ways.push(match bond {
            None => choose(axis.length),
            Some((_, Bond::Same)) => 1,
            Some((earlier, Bond::Other)) => choose(axis.length - axes[0][earlier].chosen.len()),
        });
        bonds.extend(bond.map(|(earlier, bond)| (earlier, at, bond)));
    }
    let matchings = images[0].iter().map(|part| part.shape.matchings());
    (bonds, ways.into_iter().chain(matchings).fold(1, u128::saturating_mul))
}

/// The binomial coefficient, or the largest number that is held.
fn binomial(n: usize, k: usize) -> u128 {
    if k > n { 0 } else { Integer::from(n).binomial(k as u32).to_u128().unwrap_or(u128::MAX) }
}

/// `a row of W1`: the part of a tensor in words, with these numbers; `bound` says how its index sets are bound to earlier ones.
fn phrase(name: &str, is_vector: bool, shape: &Shape, numbers: &[String], bound: &[Option<Bond>]) -> String {
    let bond = |place: usize| bound.get(place).copied().flatten();
    let number = |place: usize| numbers.get(place).map_or("", String::as_str);
    let some = |place: usize, noun: &str| match (number(place), bond(place)) {
        ("1", Some(Bond::Same)) => format!("the same {noun}"),
        (number, Some(Bond::Same)) => format!("the same {number} {noun}s"),
        ("1", Some(Bond::Other)) => format!("another {noun}"),
        (number, Some(Bond::Other)) => format!("{number} other {noun}s"),
        ("1", None) => format!("{} {noun}", if noun == "entry" { "an" } else { "a" }),
        (number, None) => format!("{number} {noun}s"),
    };
    let plural = |text: String| text.replace("entrys", "entries");
    let free = || bound.iter().all(Option::is_none);
    match shape {
        Shape::Whole => format!("all of {name}"),
        Shape::Rows(_) if is_vector => plural(format!("{} of {name}", some(0, "entry"))),
        Shape::Rows(_) => format!("{} of {name}", some(0, "row")),
        Shape::Columns(_) => format!("{} of {name}", some(0, "column")),
        Shape::Block(..) if (number(0), number(1)) == ("1", "1") && free() => format!("an entry of {name}"),
        Shape::Block(..) if numbers.iter().all(|n| n.parse::<usize>().is_ok()) && free() => {
            format!("a {} × {} block of {name}", number(0), number(1))
        }
        Shape::Block(..) => format!("the block of {} and {} of {name}", some(0, "row"), some(1, "column")),
        Shape::Cross(..) => format!("{} and {} of {name}", some(0, "row"), some(1, "column")),
        Shape::Diagonal(_) => format!("the diagonal of {name}"),
        Shape::AllButDiagonal(_) => format!("all but the diagonal of {name}"),
        Shape::Scattered(_) => format!("{} entries of {name}, no two in a row or column", number(0)),
        Shape::AllButScattered(_) if number(0) == "1" => format!("all but an entry of {name}"),
        Shape::AllButScattered(_) => format!("all but {} entries of {name}, no two in a row or column", number(0)),
        Shape::Entries(entries) => entries.join(" "),
    }
}

impl Pattern {
    /// In words: `a row of W1 with a column of W2`.
    pub fn words(&self, layout: &Layout) -> String {
        let numbers: Vec<String> = self.numbers().iter().map(usize::to_string).collect();
        self.words_with(layout, &numbers)
    }

    /// The same with other numbers in place of its own, such as `n − 1`, part by part.
    pub fn words_with(&self, layout: &Layout, numbers: &[String]) -> String {
        let (mut first, mut rest) = (0, numbers);
        let phrases = self.parts.iter().map(|(name, shape)| {
            let axes = axes_of(shape);
            let (own, others) = rest.split_at(shape.numbers().len().min(rest.len()));
            rest = others;
            let bound = |at: usize| self.bonds.iter().find(|(_, of, _)| *of == at).map(|(.., bond)| *bond);
            let bound: Vec<Option<Bond>> = (first..first + axes).map(bound).collect();
            first += axes;
            phrase(name, is_vector(layout, name), shape, own, &bound)
        });
        join(layout, phrases.collect(), self.parts.iter().map(|(name, shape)| (name.as_str(), shape)))
    }

    /// The same without its numbers: patterns of other sizes of a family that have the same are alike.
    pub fn skeleton(&self) -> Vec<(String, &'static str)> {
        self.parts.iter().map(|(name, shape)| (name.clone(), kind(shape))).collect()
    }

    /// The numbers, part by part.
    pub fn numbers(&self) -> Vec<usize> {
        self.parts.iter().flat_map(|(_, shape)| shape.numbers()).collect()
    }
}

fn kind(shape: &Shape) -> &'static str {
    match shape {
        Shape::Whole => "whole",
        Shape::Rows(_) => "rows",
        Shape::Columns(_) => "columns",
        Shape::Block(..) => "block",
        Shape::Cross(..) => "cross",
        Shape::Diagonal(_) => "diagonal",
        Shape::AllButDiagonal(_) => "all but the diagonal",
        Shape::Scattered(_) => "scattered",
        Shape::AllButScattered(_) => "all but scattered",
        Shape::Entries(_) => "entries",
    }
}

fn axes_of(shape: &Shape) -> usize {
    match shape {
        Shape::Whole | Shape::AllButDiagonal(_) | Shape::Entries(_) => 0,
        Shape::Rows(_) | Shape::Columns(_) | Shape::Diagonal(_) => 1,
        Shape::Block(..) | Shape::Cross(..) | Shape::Scattered(_) | Shape::AllButScattered(_) => 2,
    }
}

fn is_vector(layout: &Layout, name: &str) -> bool {
    layout.tensor(name).is_some_and(|t| t.columns == 1 || t.axes.len() < 2)
}

/// `all of D and B with a row of W`, or `all weights`.
fn join<'a>(layout: &Layout, phrases: Vec<String>, parts: impl Iterator<Item = (&'a str, &'a Shape)>) -> String {
    let whole: Vec<bool> = parts.map(|(_, shape)| *shape == Shape::Whole).collect();
    if whole.len() == layout.tensors().len() && whole.iter().all(|w| *w) {
        return "all weights".to_owned();
    }
    let names: Vec<&str> =
        phrases.iter().zip(&whole).filter(|(_, w)| **w).map(|(p, _)| p.trim_start_matches("all of ")).collect();
    let all = match names.as_slice() {
        [] => None,
        [one] => Some(format!("all of {one}")),
        [first @ .., last] => Some(format!("all of {} and {last}", first.join(", "))),
    };
    let others = phrases.iter().zip(&whole).filter(|(_, w)| !**w).map(|(p, _)| p.clone());
    all.into_iter().chain(others).collect::<Vec<_>>().join(" with ")
}

/// One set in words, with its indices: `row 0 of W1 with column 1 of W2`.
pub fn describe(layout: &Layout, set: &Allocation) -> String {
    let set = &places(layout, set);
    let parts = parts(layout, set);
    let listed = |axis: &Axis| {
        let indices: Vec<String> = axis.chosen.iter().map(usize::to_string).collect();
        let indices = match indices.as_slice() {
            [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
            _ => indices.concat(),
        };
        format!("{} {indices}", plural_noun(axis.chosen.len(), axis.name))
    };
    let phrases = parts.iter().map(|part| {
        let (name, axes) = (&part.tensor.name, &part.axes);
        let cells = || {
            let cells = part.tensor.positions().filter(|p| set.contains(*p));
            cells.map(|p| part.tensor.weight_text(p - part.tensor.start)).collect::<Vec<_>>().join(" ")
        };
        let few = part.tensor.positions().filter(|p| set.contains(*p)).count() == 1;
        match &part.shape {
            Shape::Rows(_) | Shape::Columns(_) | Shape::Block(..) | Shape::Scattered(_) if few => cells(),
            Shape::Rows(_) if is_vector(layout, name) => cells(),
            Shape::Rows(_) | Shape::Columns(_) => format!("{} of {name}", listed(&axes[0])),
            Shape::Block(..) => format!("the block of {} and {} of {name}", listed(&axes[0]), listed(&axes[1])),
            Shape::Cross(..) => format!("{} and {} of {name}", listed(&axes[0]), listed(&axes[1])),
            Shape::Scattered(_) | Shape::Entries(_) => cells(),
            Shape::AllButScattered(_) => {
                let holes = part.tensor.positions().filter(|p| !set.contains(*p));
                let holes: Vec<String> = holes.map(|p| part.tensor.weight_text(p - part.tensor.start)).collect();
                format!("all of {name} but {}", holes.join(" "))
            }
            shape => phrase(name, is_vector(layout, name), shape, &[], &[]),
        }
    });
    join(layout, phrases.collect(), parts.iter().map(|p| (p.tensor.name.as_str(), &p.shape)))
}

/// The images of one set in words: `a row of W1 with a column of W2`, several patterns joined by `or`; one of them with its indices
/// where no words name them all.
pub fn describe_all(layout: &Layout, images: &[Allocation]) -> String {
    let named = patterns(layout, images).filter(|all| {
        !all.iter().any(|p| images.len() > 1 && p.parts.iter().any(|(_, shape)| matches!(shape, Shape::Entries(_))))
    });
    match (named, images) {
        (Some(patterns), _) => {
            let words: Vec<String> = patterns.iter().map(|p| p.words(layout)).collect();
            words.join(", or ")
        }
        (None, [first, ..]) => format!("alike: {}", describe(layout, first)),
        (None, []) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Entry;
    use super::*;

    fn layout() -> Layout {
        Layout::default().matrix("W1", 2, 3, 1).vector("b1", 2, 1).matrix("W2", 3, 3, 2)
    }

    fn set(text: &str) -> Allocation {
        super::super::parse(&layout(), text).unwrap()
    }

    #[test]
    fn sets_are_described_with_their_indices() {
        for (text, words) in [
            ("all", "all weights"),
            ("W1 W2", "all of W1 and W2"),
            ("W1[0,:] W2[:,1] W2[:,2]", "row 0 of W1 with columns 1 and 2 of W2"),
            ("W1 b1[0]", "all of W1 with b1[0]"),
            ("W2[0:2,1:3]", "the block of rows 0 and 1 and columns 1 and 2 of W2"),
            ("W2[0,0] W2[1,1] W2[2,2]", "the diagonal of W2"),
            ("W2[0,1] W2[0,2] W2[1,0] W2[1,2] W2[2,0] W2[2,1]", "all but the diagonal of W2"),
            ("W2[0,:] W2[:,0]", "row 0 and column 0 of W2"),
            ("W2[0,1] W2[1,0]", "W2[0,1] W2[1,0]"),
            ("W2[0,0] W2[0,1] W2[1,1]", "W2[0,0] W2[0,1] W2[1,1]"),
        ] {
            assert_eq!(describe(&layout(), &set(text)), words);
        }
    }

    #[test]
    fn patterns_take_other_numbers() {
        let pattern = |parts: &[(&str, Shape)]| Pattern {
            parts: parts.iter().map(|(name, shape)| ((*name).to_owned(), shape.clone())).collect(),
            bonds: vec![(0, 1, Bond::Same)],
        };
        let words = |parts: &[(&str, Shape)], numbers: &[&str]| {
            let numbers: Vec<String> = numbers.iter().map(|n| (*n).to_owned()).collect();
            pattern(parts).words_with(&layout(), &numbers)
        };
        let two = [("W1", Shape::Columns(1)), ("W2", Shape::Rows(1))];
        assert_eq!(words(&two, &["n − 1", "1"]), "n − 1 columns of W1 with the same row of W2");
        assert_eq!(words(&two, &["1", "k"]), "a column of W1 with the same k rows of W2");
        assert_eq!(pattern(&two).words(&layout()), "a column of W1 with the same row of W2");
        let block = Pattern { parts: vec![("W2".to_owned(), Shape::Block(1, 2))], bonds: Vec::new() };
        assert_eq!(block.words(&layout()), "a 1 × 2 block of W2");
        let numbers = ["n".to_owned(), "1".to_owned()];
        assert_eq!(block.words_with(&layout(), &numbers), "the block of n rows and a column of W2");
    }

    #[test]
    fn weights_are_named_by_where_they_stand() {
        // W1[0,:] is pinned, and W2[0,0] is W2[1,1].
        let (pinned, new) = layout().with_entries(|weight| match weight {
            0..3 => Entry::Pinned(0.into()),
            12 => Entry::Weight(8),
            other => Entry::Weight(other),
        });
        let set = |places: &[usize]| Allocation::of(pinned.weights(), places.iter().map(|p| new[*p].unwrap()));
        assert_eq!(describe(&pinned, &set(&[3, 4, 5])), "row 1 of W1");
        assert_eq!(describe(&pinned, &set(&[6])), "b1[0]");
        assert_eq!(describe(&pinned, &set(&[8])), "W2[0,0] W2[1,1]");
    }

    #[test]
    fn images_are_named_only_if_they_are_all_of_their_kind() {
        let rows: Vec<Allocation> = ["W2[0,:]", "W2[1,:]", "W2[2,:]"].map(set).into();
        assert_eq!(describe_all(&layout(), &rows), "a row of W2");
        assert_eq!(describe_all(&layout(), &rows[1..]), "alike: row 1 of W2");
        assert_eq!(describe_all(&layout(), &rows[1..2]), "alike: row 1 of W2");
        let same: Vec<Allocation> = (0..3).map(|i| set(&format!("W2[{i},:] W2[:,{i}]"))).collect();
        assert_eq!(describe_all(&layout(), &same), "a row and the same column of W2");
        let bias: Vec<Allocation> = [(0, 1), (1, 0)].map(|(i, j)| set(&format!("W1[{i},:] b1[{j}]"))).into();
        assert_eq!(describe_all(&layout(), &bias), "a row of W1 with another entry of b1");
        let mixed: Vec<Allocation> = ["W2[0,:]", "W2[:,0]", "W2[1,:]", "W2[:,1]", "W2[2,:]", "W2[:,2]"].map(set).into();
        assert_eq!(describe_all(&layout(), &mixed), "a row of W2, or a column of W2");
    }
}
