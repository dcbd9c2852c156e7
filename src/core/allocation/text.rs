//! Allocations as text, in NumPy's indexing: `W1[0,0] W1[:,1] W2[0,0:2] b1[1]`.
//!
//! Indices count from 0; negative ones from the end; slices are `start:stop:step` with the end excluded and, as in
//! NumPy, clipped to the tensor; but a slice that selects nothing is an error. A bare name is the whole tensor, `all` everything and `none` nothing; duplicates collapse.

use super::{Allocation, Entry, Layout, Selection, Tensor};
use crate::text::{nearest, quote};

/// What was wrong with an allocation's text, where, and the mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("in the allocation, at character {}, {}: {problem}\n  {mend}", .at + 1, quote(.item))]
pub struct TextError {
    /// The character (from 0) at which the bad item starts.
    pub at: usize,
    /// The item that cannot be read.
    pub item: String,
    /// What is wrong with it.
    pub problem: String,
    /// What would be right.
    pub mend: String,
}

/// Reads an allocation.
///
/// # Errors
/// An unknown tensor, an index out of range, or text that is not an index.
pub fn parse(layout: &Layout, text: &str) -> Result<Allocation, TextError> {
    let mut allocation = Allocation::none(layout.weights());
    for (at, item) in items(text) {
        let fail = |(problem, mend)| TextError { at, item: item.clone(), problem, mend };
        match item.as_str() {
            "all" => allocation = Allocation::all(layout.weights()),
            "none" => {}
            _ => select(layout, &item, &mut allocation).map_err(fail)?,
        }
    }
    Ok(allocation)
}

/// Writes an allocation: one weight at a time in canonical order, or `none`.
pub fn print(layout: &Layout, allocation: &Allocation) -> String {
    if allocation.is_empty() {
        return "none".to_owned();
    }
    let weights: Vec<String> = allocation.iter().map(|w| layout.weight(w).to_string()).collect();
    weights.join(" ")
}

type Fault = (String, String);

/// Splits at spaces outside brackets. Blanks inside brackets are dropped, but for one where a number ends and another begins: joined,
/// `1 1` would be eleven.
fn items(text: &str) -> Vec<(usize, String)> {
    let mut items: Vec<(usize, String)> = Vec::new();
    let (mut inside, mut fresh, mut blank) = (false, true, false);
    for (at, c) in text.chars().enumerate() {
        if c.is_whitespace() {
            fresh |= !inside;
            blank = true;
            continue;
        }
        if fresh {
            items.push((at, String::new()));
            fresh = false;
        }
        inside = (inside || c == '[') && c != ']';
        if let Some((_, item)) = items.last_mut() {
            if std::mem::take(&mut blank) && item.ends_with(is_digit) && (is_digit(c) || c == '-') {
                item.push(' ');
            }
            item.push(c);
        }
    }
    items
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn select(layout: &Layout, item: &str, allocation: &mut Allocation) -> Result<(), Fault> {
    let commas = || ("commas between weights".to_owned(), "put spaces there".to_owned());
    let (name, index) = match item.split_once('[') {
        None if item.contains(',') => return Err(commas()),
        None => (item, None),
        Some((name, rest)) => match rest.strip_suffix(']') {
            Some(inside) if !inside.contains(['[', ']']) => (name, Some(inside)),
            _ if rest.contains("],") => return Err(commas()),
            _ if rest.contains("][") => {
                return Err(("two pairs of brackets".to_owned(), "write W1[0,1] for row 0, column 1".to_owned()));
            }
            _ => return Err(unreadable()),
        },
    };
    if name.is_empty() {
        let problem = "a space before the bracket, or no tensor".to_owned();
        return Err((problem, "write W1[0,1], with the tensor's name right before it".to_owned()));
    }
    let tensor = layout.tensor(name).ok_or_else(|| unknown_tensor(layout, name))?;
    if item.contains(' ') {
        return Err(unseparated(tensor, item, index.unwrap_or_default()));
    }
    let places: Vec<usize> = match index {
        None => tensor.positions().collect(),
        Some(index) => inside(tensor, index)?.into_iter().map(|place| tensor.start + place).collect(),
    };
    let weights: Vec<usize> = places.iter().filter_map(|place| layout.weight_at(*place)).collect();
    if weights.is_empty() {
        let value = places.first().map(|place| layout.at(*place));
        let at = match value {
            Some(Entry::Pinned(value)) if places.len() == 1 => format!("is pinned at {value}"),
            _ => "has pinned entries only".to_owned(),
        };
        return Err((format!("{item} {at}: no weight"), "choose weights that are not pinned".to_owned()));
    }
    weights.into_iter().for_each(|weight| allocation.insert(weight));
    Ok(())
}

/// The places inside a tensor that an index such as `0,:` selects; axes that are not named are whole, `...` stands for as many
/// as are left.
fn inside(tensor: &Tensor, index: &str) -> Result<Vec<usize>, Fault> {
    let parts: Vec<&str> = index.split(',').collect();
    let (axes, name) = (tensor.axes.len(), &tensor.name);
    let rest = parts.iter().position(|part| *part == "...");
    let named = parts.len() - usize::from(rest.is_some());
    if named > axes || axes == 0 {
        let problem = format!("{} indices, but {name} has shape {}", parts.len(), shape(tensor));
        return Err((problem, format!("write {}", tensor.weight_text(0))));
    }
    let before = rest.unwrap_or(parts.len());
    let whole = std::iter::repeat_n(":", axes - named);
    let after = parts.iter().copied().skip(before + usize::from(rest.is_some()));
    let mut places = vec![0];
    for (axis, part) in parts[..before].iter().copied().chain(whole).chain(after).enumerate() {
        let along = along(part, axis, tensor)?;
        let length = tensor.axes[axis];
        places = places.iter().flat_map(|place| along.iter().map(move |a| place * length + a)).collect();
    }
    Ok(places)
}

/// The places that one index or slice selects along an axis.
fn along(part: &str, axis: usize, tensor: &Tensor) -> Result<Vec<usize>, Fault> {
    let length = tensor.axes[axis];
    let selection = Selection::read(part).ok_or_else(unreadable)?;
    if let Selection::Slice { step: Some(step @ ..=0), .. } = selection {
        return Err((format!("step {step} in a slice"), "a step is 1 or more".to_owned()));
    }
    let what = match (axis, tensor.axes.len()) {
        (0, 1 | 2) => "row".to_owned(),
        (1, 2) => "column".to_owned(),
        _ => "index".to_owned(),
    };
    let on = if tensor.axes.len() > 2 { format!(" on axis {axis}") } else { String::new() };
    let plural = if what == "index" { "indices".to_owned() } else { format!("{what}s") };
    let (name, shape, last) = (&tensor.name, shape(tensor), length.saturating_sub(1));
    match selection.places(length) {
        None => {
            let problem = format!("{what} {part}{on} is out of range: {name} has shape {shape}");
            Err((problem, format!("{plural}{on} run from 0 to {last}")))
        }
        Some(places) if places.is_empty() => {
            let problem = format!("the slice {part} selects no {what}{on}: {name} has shape {shape}");
            Err((problem, format!("{plural}{on} run from 0 to {last}, and the end of a slice is left out")))
        }
        Some(places) => Ok(places),
    }
}

/// Two numbers with nothing between them: what might have been meant, where it selects something.
fn unseparated(tensor: &Tensor, item: &str, index: &str) -> Fault {
    let meant = [",", ":"].into_iter().find(|mark| inside(tensor, &index.replace(' ', mark)).is_ok());
    let example = meant.map_or_else(|| tensor.weight_text(0), |mark| item.replace(' ', mark));
    ("a comma or a colon is missing".to_owned(), format!("write {example}"))
}

fn unreadable() -> Fault {
    let problem = "cannot be read as a selection of weights".to_owned();
    let mend = "write W1[0,1], W1[0,:], W1[:,1], W1[0:2,1], b1[0], W1, all or none".to_owned();
    (problem, mend)
}

fn unknown_tensor(layout: &Layout, name: &str) -> Fault {
    let names: Vec<&str> = layout.tensors().iter().map(|t| t.name.as_str()).collect();
    let problem = match nearest(name, &names) {
        Some(near) => format!("no tensor {}; did you mean {near}?", quote(name)),
        None => format!("no tensor {}", quote(name)),
    };
    let mut known: Vec<String> = layout.tensors().iter().take(12).map(|t| format!("{} {}", t.name, shape(t))).collect();
    if names.len() > known.len() {
        known.push("…".to_owned());
    }
    (problem, format!("this network has {}", known.join(", ")))
}

fn shape(tensor: &Tensor) -> String {
    let lengths: Vec<String> = tensor.axes.iter().map(usize::to_string).collect();
    format!("({})", lengths.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn layout() -> Layout {
        Layout::default().matrix("W1", 2, 3, 1).vector("b1", 2, 1).matrix("W2", 1, 2, 2)
    }

    fn read(text: &str) -> Vec<usize> {
        parse(&layout(), text).unwrap().iter().collect()
    }

    fn fault(text: &str) -> String {
        parse(&layout(), text).unwrap_err().to_string()
    }

    #[test]
    fn reads_numpy_indexing() {
        assert_eq!(read("W1[0,0]"), [0]);
        assert_eq!(read("W1[:,1] b1[1]"), [1, 4, 7]);
        assert_eq!(read("W1[1]"), [3, 4, 5]);
        assert_eq!(read("W1[-1, -1]"), [5]);
        assert_eq!(read("W1[0,0:2]  W1[0, 0:99]"), [0, 1, 2]);
        assert_eq!(read("W1[0,::2]"), [0, 2]);
        assert_eq!(read("b1 b1[0] b1"), [6, 7]);
        assert_eq!(read("all").len(), 10);
        assert_eq!(read(" none "), [0; 0]);
        assert_eq!(read(""), [0; 0]);
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        assert!(fault("W1[0,0] w2").contains("at character 9, `w2`: no tensor `w2`; did you mean W2?"));
        assert!(fault("W1[2,0]").contains("row 2 is out of range: W1 has shape (2, 3)"));
        assert!(fault("W1[0,-4]").contains("columns run from 0 to 2"));
        assert!(fault("b1[0,0]").contains("2 indices, but b1 has shape (2)"));
        assert!(fault("W1[0,0,0]").contains("write W1[0,0]"));
        assert!(fault("W1[::0,0]").contains("step 0"));
        assert!(fault("W1[5:9,0]").contains("the slice 5:9 selects no row: W1 has shape (2, 3)"));
        assert!(fault("W1[0,2:1]").contains("the slice 2:1 selects no column"));
        for text in ["W1[0,0],W1[1,1]", "W1[0,0], W1[1,1]", "W1, W2", "W1,W2", ","] {
            assert!(fault(text).contains("put spaces there"), "{text}");
        }
        for text in ["W1[", "W1]", "W1[a,0]", "W1[]", "W1[1:2:3:4,0]", "[0]", "W1[[0]]", "W1[99999999999999999999,0]"] {
            assert!(parse(&layout(), text).is_err(), "{text}");
        }
    }

    /// Joined, they would be other numbers: row 11, W1[0,11], row 0, the rows before 10.
    #[test]
    fn numbers_are_not_joined() {
        for (text, mend) in [
            ("W1[1 1]", "write W1[1,1]"),
            ("b1[0] W1[0 0]", "write W1[0,0]"),
            ("b1[0 1]", "write b1[0:1]"),
            ("W1[0, 1 1]", "write W1[0,0]"),
            ("W1[0, 1 2]", "write W1[0,1:2]"),
            ("W1[0:1 0,0]", "write W1[0,0]"),
            ("W1[0 -1]", "write W1[0,-1]"),
        ] {
            let said = format!("a comma or a colon is missing\n  {mend}");
            assert!(parse(&layout(), text).is_err_and(|e| e.to_string().ends_with(&said)), "{text}");
        }
        assert_eq!(read("W1[ 1 , - 1 ] W1[ 0 : 1 , 0 ]"), [0, 5]);
    }

    #[test]
    fn reads_any_number_of_axes() {
        let layout = Layout::default().with("g", &[], 1).with("K", &[2, 2, 3], 2);
        let read = |text: &str| parse(&layout, text).map(|a| a.iter().collect::<Vec<_>>()).map_err(|e| e.to_string());
        assert_eq!(read("g"), Ok(vec![0]));
        assert_eq!(read("K[1,0,2]"), Ok(vec![9]));
        assert_eq!(read("K[0]"), Ok(vec![1, 2, 3, 4, 5, 6]));
        assert_eq!(read("K[:, -1, ::2]"), Ok(vec![4, 6, 10, 12]));
        assert_eq!(read("K[..., 1]"), Ok(vec![2, 5, 8, 11]));
        assert_eq!(read("K[1,...,0]"), Ok(vec![7, 10]));
        for (text, said) in [
            ("K[0,2,0]", "index 2 on axis 1 is out of range: K has shape (2, 2, 3)"),
            ("K[0,0,0,0]", "4 indices, but K has shape (2, 2, 3)\n  write K[0,0,0]"),
            ("g[0]", "1 indices, but g has shape ()\n  write g"),
            ("K[...,...]", "cannot be read"),
        ] {
            assert!(read(text).is_err_and(|e| e.contains(said)), "{text}: {:?}", read(text));
        }
        assert_eq!(print(&layout, &Allocation::of(13, [0, 9])), "g K[1,0,2]");
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(bits in 0usize..1024) {
            let layout = layout();
            let positions = (0..10).filter(|w| bits >> w & 1 == 1);
            let allocation = Allocation::of(10, positions);
            prop_assert_eq!(parse(&layout, &print(&layout, &allocation)).unwrap(), allocation);
        }

        #[test]
        fn hostile_text_is_refused_without_panic(text in "\\PC{0,40}") {
            let _ = parse(&layout(), &text);
        }
    }
}
