//! Why weights are redundant, in words.

use allocert::record::Obstruction;

use super::output::wrapped_paragraph;

/// A paragraph for each flat, to the right of a title of so many characters: how many of the `size` weights asked about lie
/// in it, and its dimension.
pub(super) fn obstructions(all: &[Obstruction], size: usize, title: usize) -> String {
    let mut text = String::new();
    for (place, obstruction) in all.iter().enumerate() {
        let number = if obstruction.size == size { format!("all {size}") } else { obstruction.size.to_string() };
        let dimensions = match obstruction.dim {
            0 => "no dimension".to_owned(),
            1 => "only 1 dimension".to_owned(),
            more => format!("only {more} dimensions"),
        };
        let weights = if obstruction.size == 1 { "weight is" } else { "weights are" };
        let reason = format!("{number} {weights} in {}, which has {dimensions}", obstruction.description);
        let begin = if place == 0 { "because" } else { "and" };
        let indent = format!("\n{}", " ".repeat(title));
        text.push_str(&format!("{begin:<title$}{}\n", wrapped_paragraph(&reason, 80 - title).replace('\n', &indent)));
    }
    text
}
