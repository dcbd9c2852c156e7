//! Drawings from plain numbers, as SVG text: readable in light and dark, with a title and a description for those who cannot
//! see them. One file a kind of drawing.

mod frame;
mod heat_map;
mod lines;
mod scatter;

pub use frame::{Axis, Frame, PlotError};
pub use heat_map::{Square, heat_map};
pub use lines::{Line, Point, lines};
pub use scatter::{Cloud, Mark, scatter};
