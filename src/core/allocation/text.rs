//! Allocations as text, in NumPy's indexing: `W1[0,0] W1[:,1] W2[0,0:2] b1[1]`.
//!
//! Indices count from 0; negative ones from the end; slices are `start:stop:step` with the end excluded and, as in
//! NumPy, clipped to the tensor. A bare name is the whole tensor, `all` everything and `none` nothing; duplicates collapse.

use super::{Allocation, Layout, Tensor};
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

/// Splits at spaces outside brackets; blanks inside brackets are dropped.
fn items(text: &str) -> Vec<(usize, String)> {
    let mut items: Vec<(usize, String)> = Vec::new();
    let (mut inside, mut fresh) = (false, true);
    for (at, c) in text.chars().enumerate() {
        if c.is_whitespace() {
            fresh |= !inside;
            continue;
        }
        if fresh {
            items.push((at, String::new()));
            fresh = false;
        }
        inside = (inside || c == '[') && c != ']';
        if let Some((_, item)) = items.last_mut() {
            item.push(c);
        }
    }
    items
}

fn select(layout: &Layout, item: &str, allocation: &mut Allocation) -> Result<(), Fault> {
    let (name, index) = match item.split_once('[') {
        None => (item, None),
        Some((name, rest)) => match rest.strip_suffix(']') {
            Some(inside) if !inside.contains(['[', ']']) => (name, Some(inside)),
            _ if rest.contains("],") => {
                return Err(("commas between weights".to_owned(), "put spaces there".to_owned()));
            }
            _ if rest.contains("][") => {
                return Err(("two pairs of brackets".to_owned(), "write W1[0,1] for row 0, column 1".to_owned()));
            }
            _ => return Err(unreadable()),
        },
    };
    let tensor = layout.tensor(name).ok_or_else(|| unknown_tensor(layout, name))?;
    let Some(index) = index else {
        tensor.positions().for_each(|p| allocation.insert(p));
        return Ok(());
    };
    let parts: Vec<&str> = index.split(',').collect();
    let most = if tensor.vector { 1 } else { 2 };
    if parts.len() > most {
        let shape = shape(tensor);
        let problem = format!("{} indices, but {name} has shape {shape}", parts.len());
        let mend = format!("write {}", example(tensor));
        return Err((problem, mend));
    }
    let rows = axis(parts[0], tensor.rows, "row", tensor)?;
    let columns = match parts.get(1) {
        Some(part) => axis(part, tensor.columns, "column", tensor)?,
        None => (0..tensor.columns).collect(),
    };
    for row in rows {
        for column in &columns {
            allocation.insert(tensor.position(row, *column));
        }
    }
    Ok(())
}

/// The positions that one index or slice selects.
fn axis(part: &str, length: usize, what: &str, tensor: &Tensor) -> Result<Vec<usize>, Fault> {
    let number = |text: &str| text.parse::<i64>().map_err(|_| unreadable());
    let optional = |text: &str| (!text.is_empty()).then(|| number(text)).transpose();
    let size = length as i64;
    if !part.contains(':') {
        let index = number(part)?;
        let found = if index < 0 { index.saturating_add(size) } else { index };
        if found < 0 || found >= size {
            let problem = format!("{what} {index} is out of range: {} has shape {}", tensor.name, shape(tensor));
            let mend = format!("{what}s run from 0 to {}", length - 1);
            return Err((problem, mend));
        }
        return Ok(vec![found as usize]);
    }
    let bounds: Vec<&str> = part.split(':').collect();
    if bounds.len() > 3 {
        return Err(unreadable());
    }
    let step = bounds.get(2).map_or(Ok(None), |t| optional(t))?.unwrap_or(1);
    if step <= 0 {
        let problem = format!("step {step} in a slice");
        return Err((problem, "a step is 1 or more".to_owned()));
    }
    let clip = |bound: i64| {
        let from_start = if bound < 0 { bound.saturating_add(size) } else { bound };
        from_start.clamp(0, size) as usize
    };
    let start = optional(bounds[0])?.map_or(0, clip);
    let stop = optional(bounds[1])?.map_or(length, clip);
    let step = usize::try_from(step).unwrap_or(usize::MAX);
    Ok((start..stop).step_by(step).collect())
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
    if tensor.vector { format!("({})", tensor.rows) } else { format!("({}, {})", tensor.rows, tensor.columns) }
}

fn example(tensor: &Tensor) -> String {
    if tensor.vector { format!("{}[0]", tensor.name) } else { format!("{}[0,0]", tensor.name) }
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
        assert_eq!(read("W1[0,2:1]"), [0; 0]);
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
        for text in ["W1[", "W1]", "W1[a,0]", "W1[]", "W1[1:2:3:4,0]", "[0]", "W1[[0]]", "W1[99999999999999999999,0]"] {
            assert!(parse(&layout(), text).is_err(), "{text}");
        }
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
