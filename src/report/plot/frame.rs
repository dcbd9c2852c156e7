//! What all drawings share: the paper, the axes, the legend, the colours, and the text alternatives.
//!
//! Everything is drawn in the colours for light paper; a style sheet inside the drawing exchanges them where the reader prefers
//! dark. Series differ by their marks, too, so that colour alone never carries the meaning.

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use quick_xml::escape::escape;

/// The size of a drawing, in pixels.
const SIZE: (u32, u32) = (720, 480);
/// The height of a row of the legend.
const ROW: u32 = 22;
/// About how wide a character of the legend is.
const CHARACTER: usize = 7;
/// Series get these colours in turn (Okabe and Ito 2008, which most colour-blind readers can tell apart), each with its
/// counterpart on dark paper.
const COLOURS: [(RGBColor, &str); 6] = [
    (RGBColor(0, 114, 178), "#56B4E9"),
    (RGBColor(213, 94, 0), "#FF9A4D"),
    (RGBColor(0, 128, 96), "#2FD6A8"),
    (RGBColor(170, 60, 130), "#E79AC8"),
    (RGBColor(120, 94, 0), "#F0E442"),
    (RGBColor(64, 64, 64), "#BFBFBF"),
];
const INK: (RGBColor, &str) = (RGBColor(17, 24, 32), "#E6EAF0");
const FAINT: (RGBColor, &str) = (RGBColor(216, 220, 226), "#3A414C");
const PAPER: (&str, &str) = ("#FFFFFF", "#14181F");

/// One axis of a drawing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// What it measures, and in which unit.
    pub label: String,
    /// Its ends; nothing for what the data needs.
    pub range: Option<[f64; 2]>,
    /// Whether it counts something: then only whole numbers stand at it.
    pub whole: bool,
}

impl Axis {
    /// An axis as long as the data needs.
    pub fn fitting(label: &str) -> Self {
        Axis { label: label.to_owned(), ..Axis::default() }
    }

    /// The axis of a count, as long as the data needs.
    pub fn counting(label: &str) -> Self {
        Axis { label: label.to_owned(), range: None, whole: true }
    }

    /// How many numbers stand at it.
    fn labels(&self, [low, high]: [f64; 2]) -> usize {
        let steps = (high - low).floor();
        if self.whole && steps < 10.0 { steps as usize + 1 } else { 11 }
    }

    /// The axis of a probability: from 0 to 1.
    pub fn probability(label: &str) -> Self {
        Axis { label: label.to_owned(), range: Some([0.0, 1.0]), whole: false }
    }

    /// Its ends, a little beyond the data, never of length 0. Values that are no numbers do not count.
    fn ends(&self, values: impl Iterator<Item = f64>) -> [f64; 2] {
        let ends = values
            .filter(|v| v.is_finite())
            .fold(None, |ends: Option<[f64; 2]>, v| Some(ends.map_or([v, v], |[low, high]| [low.min(v), high.max(v)])));
        let [low, high] = self.range.or(ends).unwrap_or([0.0, 1.0]);
        let margin = if high > low { 0.04 * (high - low) } else { 0.5 + 0.1 * low.abs() };
        [low - margin, high + margin]
    }
}

/// The text and the axes of a drawing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// A short title, drawn above.
    pub title: String,
    /// What the drawing shows, for those who cannot see it: a sentence or two.
    pub description: String,
    /// To the right.
    pub x: Axis,
    /// Upwards.
    pub y: Axis,
}

/// Why there is no drawing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlotError {
    /// Not one point is a pair of numbers.
    #[error("there is nothing to draw: no point is a pair of finite numbers")]
    Nothing,
    /// The drawing library failed.
    #[error("the drawing failed: {0}")]
    Library(String),
}

/// A chart that drawings are put on.
pub(super) type Chart<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// How a series is told from others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pen(pub usize);

impl Pen {
    pub(super) fn colour(self) -> RGBColor {
        COLOURS[self.0 % COLOURS.len()].0
    }

    /// The outline of the mark around a centre: a disc, a square, a diamond, a triangle, and so on.
    pub(super) fn outline(self) -> Vec<(i32, i32)> {
        let star = |corners: usize, turn: f64| {
            let corner = move |i| std::f64::consts::TAU * i as f64 / corners as f64 + turn;
            let place = move |angle: f64| ((5.0 * angle.sin()).round() as i32, (-5.0 * angle.cos()).round() as i32);
            (0..corners).map(corner).map(place).collect()
        };
        let eighth = std::f64::consts::FRAC_PI_4;
        match self.0 % 5 {
            0 => star(12, 0.0),
            1 => star(4, eighth),
            2 => star(3, 0.0),
            3 => star(4, 0.0),
            _ => star(3, 4.0 * eighth),
        }
    }
}

impl Frame {
    /// Draws the axes, the names of the series (each with its own [`Pen`]) and what `draw` adds. `x` and `y` are all
    /// values that have to fit.
    pub(super) fn draw(
        &self,
        names: &[&str],
        x: impl Iterator<Item = f64>,
        y: impl Iterator<Item = f64>,
        draw: impl FnOnce(&mut Chart<'_>) -> Result<(), PlotError>,
    ) -> Result<String, PlotError> {
        let mut text = String::new();
        {
            let root = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
            let rows = legend_rows(names);
            let (head, body) = root.split_vertically(34 + ROW * rows.last().map_or(0, |r| r.1 + 1));
            self.head(&head, names, &rows)?;
            let ([left, right], [low, high]) = (self.x.ends(x), self.y.ends(y));
            let mut chart = ChartBuilder::on(&body)
                .margin(12)
                .x_label_area_size(46)
                .y_label_area_size(62)
                .build_cartesian_2d(left..right, low..high)
                .map_err(library)?;
            chart
                .configure_mesh()
                .x_labels(self.x.labels([left, right]))
                .y_labels(self.y.labels([low, high]))
                .light_line_style(TRANSPARENT)
                .bold_line_style(FAINT.0)
                .axis_style(INK.0)
                .label_style(("sans-serif", 14, &INK.0))
                .axis_desc_style(("sans-serif", 15, &INK.0))
                .x_desc(&self.x.label)
                .y_desc(&self.y.label)
                .x_label_formatter(&number)
                .y_label_formatter(&number)
                .draw()
                .map_err(library)?;
            draw(&mut chart)?;
            root.present().map_err(library)?;
        }
        Ok(self.dressed(&text))
    }

    fn head(
        &self,
        head: &DrawingArea<SVGBackend<'_>, Shift>,
        names: &[&str],
        rows: &[(i32, u32)],
    ) -> Result<(), PlotError> {
        let title = ("sans-serif", 18, FontStyle::Bold, &INK.0).into_text_style(head);
        head.draw(&Text::new(self.title.as_str(), (14, 10), title)).map_err(library)?;
        let style = ("sans-serif", 14, &INK.0).into_text_style(head);
        for (series, (name, (left, row))) in names.iter().zip(rows).enumerate() {
            let (pen, middle) = (Pen(series), 43 + (ROW * row) as i32);
            let outline = pen.outline().into_iter().map(|(x, y)| (left + x, middle + y)).collect::<Vec<_>>();
            head.draw(&Polygon::new(outline, pen.colour().filled())).map_err(library)?;
            head.draw(&Text::new(*name, (left + 12, middle - 7), style.clone())).map_err(library)?;
        }
        Ok(())
    }

    /// The drawing with its text alternatives, its paper and the colours for dark.
    fn dressed(&self, svg: &str) -> String {
        let (tag, content) = svg.split_once(">\n").unwrap_or((svg, ""));
        let (title, description) = (escape(&self.title), escape(&self.description));
        let exchanged = COLOURS.iter().chain([&INK, &FAINT]).map(|(light, dark)| {
            let light = format!("#{:02X}{:02X}{:02X}", light.0, light.1, light.2);
            format!(
                "    .allocert-plot [fill=\"{light}\"] {{ fill: {dark} }} .allocert-plot [stroke=\"{light}\"] {{ stroke: {dark} }}\n"
            )
        });
        let (width, height, (light, dark)) = (SIZE.0, SIZE.1, PAPER);
        format!(
            "{tag} class=\"allocert-plot\" role=\"img\" aria-label=\"{title}\">\n<title>{title}</title>\n<desc>{description}</desc>\n<style>\n  .allocert-plot .paper {{ fill: {light} }}\n  @media (prefers-color-scheme: dark) {{\n    .allocert-plot .paper {{ fill: {dark} }}\n{}  }}\n</style>\n<rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>\n{content}",
            exchanged.collect::<String>()
        )
    }
}

/// For each series, where its name starts and in which row of the legend.
fn legend_rows(names: &[&str]) -> Vec<(i32, u32)> {
    let (mut left, mut row) = (22, 0);
    let place = |name: &&str| {
        let width = 34 + CHARACTER * name.chars().count();
        if left > 22 && left + width > SIZE.0 as usize {
            (left, row) = (22, row + 1);
        }
        left += width;
        ((left - width) as i32, row)
    };
    names.iter().map(place).collect()
}

/// A number on an axis, with no more digits than it needs.
fn number(value: &f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    if rounded == 0.0 { "0".to_owned() } else { rounded.to_string() }
}

/// An error of the drawing library as ours.
pub(super) fn library(error: impl std::fmt::Display) -> PlotError {
    PlotError::Library(error.to_string())
}
