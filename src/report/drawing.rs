//! A network drawn as layers, and its tensors as grids; the weights that may learn stand out.

use allocert_record::{Counterexample, Diagram, Group, Tensor};

use super::prose::escape;

/// Groups of more units than this are not drawn.
const MOST_UNITS: usize = 12;
/// Networks of more weights than this are shown as grids only.
const MOST_LINES: usize = 400;
/// The most rows and columns of a grid.
const MOST_CELLS: usize = 24;
/// Between the units of a group, and between columns of groups, in pixels.
const STEP: usize = 34;
const GAP: usize = 190;
const MARGIN: usize = 60;
const TOP: usize = 34;

/// The layers as SVG with a text alternative; nothing if the network is too large, has no layers, or the diagram is not sound.
pub(super) fn layers(of: &Counterexample) -> Option<String> {
    let diagram = of.diagram.as_ref().filter(|d| is_sound(d))?;
    // Of a forward pass of one's own, no units are known.
    if diagram.tensors.iter().all(|t| t.from.is_none()) {
        return None;
    }
    let small = diagram.groups.iter().all(|g| g.units <= MOST_UNITS);
    let weights: usize = diagram.tensors.iter().map(|t| t.rows * t.columns).sum();
    if !small || weights > MOST_LINES {
        return None;
    }
    let places = Places::of(&diagram.groups);
    let mut frozen = String::new();
    let mut learnable = String::new();
    let mut start = 0;
    for tensor in &diagram.tensors {
        for cell in 0..tensor.rows * tensor.columns {
            let (row, column) = (cell / tensor.columns, cell % tensor.columns);
            let (x2, y2) = places.unit(tensor.to, row);
            // A bias comes from above its unit.
            let (x1, y1) = tensor.from.map_or((x2 - 16, y2 - 16), |from| places.unit(from, column));
            let line = format!("M{x1} {y1}L{x2} {y2}");
            if diagram.learnable.binary_search(&(start + cell)).is_ok() {
                let name = escape(&weight_name(tensor, row, column));
                learnable.push_str(&format!("<path class=\"learn\" d=\"{line}\"><title>{name}</title></path>"));
            } else {
                frozen.push_str(&line);
            }
        }
        start += tensor.rows * tensor.columns;
    }
    let mut units = String::new();
    let mut names = String::new();
    for (index, group) in diagram.groups.iter().enumerate() {
        for unit in 0..group.units {
            let (x, y) = places.unit(index, unit);
            units.push_str(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"9\"/>"));
        }
        let (x, y) = places.unit(index, 0);
        names.push_str(&format!("<text x=\"{x}\" y=\"{}\">{}</text>", y - 20, escape(&group.name)));
    }
    let title = format!("{} drawn as layers", escape(&of.network));
    let described = match &of.allocation {
        Some(allocation) => format!("Learnable: {}. All other weights are frozen.", escape(allocation)),
        None => "The claim is about the network as a whole.".to_owned(),
    };
    let (width, height) = (places.width, places.height);
    Some(format!(
        "<svg class=\"layers\" role=\"img\" viewBox=\"0 0 {width} {height}\" style=\"max-width:{width}px\">\
         <title>{title}</title><desc>{described}</desc><path class=\"frozen\" d=\"{frozen}\"/>{learnable}{units}{names}</svg>"
    ))
}

/// Where units stand.
struct Places {
    /// Of each group: x, and y of its first unit.
    starts: Vec<(usize, usize)>,
    width: usize,
    height: usize,
}

impl Places {
    fn of(groups: &[Group]) -> Self {
        let columns = groups.iter().map(|g| g.column).max().unwrap_or(0) + 1;
        // Groups in one column stand below each other, with room for a name between.
        let mut used = vec![0; columns];
        let mut starts = Vec::new();
        for group in groups {
            starts.push((MARGIN + group.column * GAP, TOP + used[group.column]));
            used[group.column] += group.units * STEP + STEP;
        }
        let tallest = used.iter().max().copied().unwrap_or(0);
        for (start, group) in starts.iter_mut().zip(groups) {
            start.1 += (tallest - used[group.column]) / 2;
        }
        Places { starts, width: 2 * MARGIN + (columns - 1) * GAP, height: TOP + tallest - STEP }
    }

    fn unit(&self, group: usize, unit: usize) -> (usize, usize) {
        let (x, y) = self.starts[group];
        (x, y + unit * STEP)
    }
}

/// Every number in it is in range: it may come from a file.
fn is_sound(diagram: &Diagram) -> bool {
    let units = |group: usize| diagram.groups.get(group).map(|g| g.units);
    let joined = |t: &Tensor| {
        let from = t.from.map_or(Some(t.columns), units);
        units(t.to) == Some(t.rows) && from == Some(t.columns) && t.columns >= 1
    };
    let sorted = diagram.learnable.windows(2).all(|pair| pair[0] < pair[1]);
    diagram.groups.len() <= 64
        && diagram.groups.iter().all(|g| g.column < 64 && g.units <= 4096)
        && diagram.tensors.iter().all(joined)
        && sorted
}

/// The tensors as tables; with a point, its values stand in them.
pub(super) fn grids(of: &Counterexample) -> String {
    let Some(diagram) = of.diagram.as_ref().filter(|d| is_sound(d)) else {
        return String::new();
    };
    let weights: usize = diagram.tensors.iter().map(|t| t.rows * t.columns).sum();
    let values = of.point.as_ref().map(|p| &p.weights).filter(|values| values.len() == weights);
    let mut html = String::new();
    let mut start = 0;
    let slices = diagram.tensors.iter().flat_map(|tensor| {
        let first = start;
        start += tensor.rows * tensor.columns;
        tensor.slices().into_iter().take(MOST_CELLS).map(move |slice| (tensor, first, slice))
    });
    for (tensor, first, (name, inside, rows)) in slices {
        let (start, rows, columns) = (first + inside, rows.min(MOST_CELLS), tensor.columns.min(MOST_CELLS));
        html.push_str(&format!("<table class=\"grid\"><caption>{}</caption>", escape(&name)));
        for row in 0..rows {
            html.push_str("<tr>");
            for column in 0..columns {
                let position = start + row * tensor.columns + column;
                let learns = diagram.learnable.binary_search(&position).is_ok();
                let value = values.map(|v| v[position].to_string().replace('-', "−"));
                let shown = value.unwrap_or_else(|| if learns { "■" } else { "·" }.to_owned());
                html.push_str(if learns { "<td class=\"on\">" } else { "<td>" });
                html.push_str(&shown);
                html.push_str("</td>");
            }
            html.push_str("</tr>");
        }
        html.push_str("</table>");
    }
    if let Some(program) = &diagram.program {
        let program = escape(program);
        html.push_str(&format!("<details><summary>The forward pass</summary><pre>{program}</pre></details>"));
    }
    html
}

fn weight_name(tensor: &Tensor, row: usize, column: usize) -> String {
    match tensor.from {
        Some(_) => format!("{}[{row},{column}]", tensor.name),
        None => format!("{}[{row}]", tensor.name),
    }
}
