//! Lines over a common axis, each with a band around it.

use plotters::prelude::*;

use super::frame::{Frame, Pen, PlotError, library};

/// One point of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Upwards.
    pub y: f64,
    /// The ends of the band here, if there is one.
    pub band: Option<[f64; 2]>,
}

/// A line: its points from left to right.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its name in the legend.
    pub name: String,
    /// The points; those that are not finite are left out.
    pub points: Vec<Point>,
}

/// Lines, told apart by colour and mark, with their bands behind them.
///
/// # Errors
/// No point is finite.
pub fn lines(frame: &Frame, lines: &[Line]) -> Result<String, PlotError> {
    let finite = |p: &&Point| p.x.is_finite() && p.y.is_finite();
    let points: Vec<&Point> = lines.iter().flat_map(|l| l.points.iter().filter(finite)).collect();
    if points.is_empty() {
        return Err(PlotError::Nothing);
    }
    let x = points.iter().map(|p| p.x);
    let y = points.iter().flat_map(|p| p.band.unwrap_or([p.y; 2]).into_iter().chain([p.y]));
    let names: Vec<&str> = lines.iter().map(|l| l.name.as_str()).collect();
    frame.draw(&names, x, y, |chart| {
        for (series, line) in lines.iter().enumerate() {
            let points: Vec<&Point> = line.points.iter().filter(finite).collect();
            let edge = |end: usize| points.iter().filter_map(move |p| p.band.map(|band| (p.x, band[end])));
            let outline: Vec<(f64, f64)> = edge(0).chain(edge(1).collect::<Vec<_>>().into_iter().rev()).collect();
            if outline.len() > 2 {
                let fill = Pen(series).colour().mix(0.18).filled();
                chart.draw_series([Polygon::new(outline, fill)]).map_err(library)?;
            }
        }
        for (series, line) in lines.iter().enumerate() {
            let pen = Pen(series);
            let points = line.points.iter().filter(finite).map(|p| (p.x, p.y)).collect::<Vec<_>>();
            let path = PathElement::new(points.clone(), pen.colour().stroke_width(2));
            chart.draw_series([path]).map_err(library)?;
            let marks =
                points.iter().map(|p| EmptyElement::at(*p) + Polygon::new(pen.outline(), pen.colour().filled()));
            chart.draw_series(marks).map_err(library)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Axis;

    #[test]
    fn bands_and_lines_are_drawn() {
        let frame = Frame { x: Axis::fitting("weights"), y: Axis::probability("rate"), ..Frame::default() };
        let point = |x: f64| Point { x, y: 1.0 / x, band: Some([0.5 / x, 1.0]) };
        let line = Line { name: "one".to_owned(), points: (1..5).map(f64::from).map(point).collect() };
        let single = Line { name: "another".to_owned(), points: vec![point(1.0)] };
        let svg = super::lines(&frame, &[line, single]).unwrap();
        assert!(svg.contains("opacity=\"0.18\"") && svg.contains("<polyline"));
        assert_eq!(super::lines(&frame, &[]), Err(PlotError::Nothing));
    }
}
