//! An allocation drawn in text: its tensors as grids, learnable cells marked.

use super::{Allocation, Layout, Slice, Tensor};

/// Tensors wider or taller than this are cut, and say so.
const LARGEST: usize = 24;
/// Grids side by side stay within this many columns.
const LINE: usize = 76;

/// Draws the tensors side by side, `■` learnable, `·` frozen and `×` pinned; one with more than two axes as one grid for each place of the
/// axes before the last two. Lines end without spaces.
pub fn picture(layout: &Layout, allocation: &Allocation) -> String {
    let grids: Vec<Vec<String>> = layout.tensors().iter().flat_map(|t| grids(layout, t, allocation)).collect();
    let mut text = String::new();
    let mut row: Vec<&Vec<String>> = Vec::new();
    let mut wide = 0;
    for grid in &grids {
        if wide + width(grid) > LINE && !row.is_empty() {
            beside(&row, &mut text);
            row.clear();
            wide = 0;
        }
        wide += width(grid) + 3;
        row.push(grid);
    }
    beside(&row, &mut text);
    text
}

fn grids(layout: &Layout, tensor: &Tensor, allocation: &Allocation) -> Vec<Vec<String>> {
    let slices = tensor.slices();
    let mut grids: Vec<Vec<String>> =
        slices.iter().take(LARGEST).map(|s| grid(layout, s, tensor.columns, allocation)).collect();
    if slices.len() > LARGEST {
        grids.push(vec![format!("… {} slices of {} in all", slices.len(), tensor.name)]);
    }
    grids
}

fn grid(layout: &Layout, slice: &Slice, columns: usize, allocation: &Allocation) -> Vec<String> {
    let mut lines = vec![slice.name.clone()];
    for row in 0..slice.rows.min(LARGEST) {
        let cell = |column| {
            let weight = layout.weight_at(slice.start + row * columns + column);
            weight.map_or("×", |weight| if allocation.contains(weight) { "■" } else { "·" })
        };
        let cells: Vec<&str> = (0..columns.min(LARGEST)).map(cell).collect();
        lines.push(cells.join(" "));
    }
    if slice.rows > LARGEST || columns > LARGEST {
        lines.push(format!("… {} × {columns} in all", slice.rows));
    }
    lines
}

fn width(grid: &[String]) -> usize {
    grid.iter().map(|l| l.chars().count()).max().unwrap_or(0)
}

fn beside(grids: &[&Vec<String>], text: &mut String) {
    let height = grids.iter().map(|g| g.len()).max().unwrap_or(0);
    for line in 0..height {
        let mut whole = String::new();
        for grid in grids {
            let part = grid.get(line).map_or("", String::as_str);
            let padding = width(grid) + 3 - part.chars().count();
            whole.push_str(part);
            whole.extend(std::iter::repeat_n(' ', padding));
        }
        text.push_str(whole.trim_end());
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_grids_side_by_side() {
        let layout = Layout::default().matrix("W1", 2, 3, 1).vector("b1", 2, 1);
        let allocation = Allocation::of(8, [0, 5, 7]);
        let expected = "W1      b1\n■ · ·   ·\n· · ■   ■\n";
        assert_eq!(picture(&layout, &allocation), expected);
    }

    #[test]
    fn draws_more_axes_as_slices() {
        let layout = Layout::default().with("g", &[], 1).with("K", &[2, 1, 2, 2], 2);
        let expected = "g   K[0,0,:,:]   K[1,0,:,:]\n■   · ■          · ·\n    · ·          ■ ·\n";
        assert_eq!(picture(&layout, &Allocation::of(9, [0, 2, 7])), expected);
    }
}
