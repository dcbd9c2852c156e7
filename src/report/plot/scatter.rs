//! Points with intervals in both directions, and the diagonal that they are compared with.

use plotters::prelude::*;

use super::frame::{Chart, Frame, Pen, PlotError, library};

/// One point with its intervals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// To the right.
    pub x: f64,
    /// The interval for it, if there is one.
    pub x_interval: Option<[f64; 2]>,
    /// Upwards.
    pub y: f64,
    /// The interval for it, if there is one.
    pub y_interval: Option<[f64; 2]>,
}

/// Points of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Cloud {
    /// Their name in the legend.
    pub name: String,
    /// The points; those that are not finite are left out.
    pub marks: Vec<Mark>,
}

/// The points of some clouds (told apart by colour and mark), their intervals, and the line x = y.
///
/// # Errors
/// No point is finite.
pub fn scatter(frame: &Frame, clouds: &[Cloud]) -> Result<String, PlotError> {
    let finite = |m: &&Mark| m.x.is_finite() && m.y.is_finite();
    let marks: Vec<&Mark> = clouds.iter().flat_map(|c| c.marks.iter().filter(finite)).collect();
    if marks.is_empty() {
        return Err(PlotError::Nothing);
    }
    let x = marks.iter().flat_map(|m| m.x_interval.unwrap_or([m.x; 2]).into_iter().chain([m.x]));
    let y = marks.iter().flat_map(|m| m.y_interval.unwrap_or([m.y; 2]).into_iter().chain([m.y]));
    let names: Vec<&str> = clouds.iter().map(|c| c.name.as_str()).collect();
    frame.draw(&names, x, y, |chart| {
        diagonal(chart)?;
        for (series, cloud) in clouds.iter().enumerate() {
            cloud.marks.iter().filter(finite).try_for_each(|mark| draw(chart, Pen(series), mark))?;
        }
        Ok(())
    })
}

/// The line x = y, as far as both axes go.
fn diagonal(chart: &mut Chart<'_>) -> Result<(), PlotError> {
    let (x, y) = (chart.x_range(), chart.y_range());
    let (low, high) = (x.start.max(y.start), x.end.min(y.end));
    if low < high {
        let style = RGBColor(64, 64, 64).stroke_width(1);
        chart.draw_series([PathElement::new([(low, low), (high, high)], style)]).map_err(library)?;
    }
    Ok(())
}

fn draw(chart: &mut Chart<'_>, pen: Pen, mark: &Mark) -> Result<(), PlotError> {
    let style = pen.colour().mix(0.55).stroke_width(1);
    let across = mark.x_interval.map(|[low, high]| [(low, mark.y), (high, mark.y)]);
    let along = mark.y_interval.map(|[low, high]| [(mark.x, low), (mark.x, high)]);
    let bars = [across, along].into_iter().flatten().map(|ends| PathElement::new(ends, style));
    chart.draw_series(bars).map_err(library)?;
    let shape = EmptyElement::at((mark.x, mark.y)) + Polygon::new(pen.outline(), pen.colour().filled());
    chart.draw_series([shape]).map_err(library)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Axis;

    fn frame() -> Frame {
        Frame {
            title: "a < b & c".to_owned(),
            description: "One \"point\".".to_owned(),
            x: Axis::probability("x"),
            y: Axis::fitting("y"),
        }
    }

    #[test]
    fn a_drawing_is_well_formed_and_says_what_it_shows() {
        let mark = Mark { x: 0.5, x_interval: Some([0.4, 0.6]), y: 0.25, y_interval: None };
        let clouds = [
            Cloud { name: "first <1>".to_owned(), marks: vec![mark, Mark { y: f64::NAN, ..mark }] },
            Cloud { name: "second".to_owned(), marks: Vec::new() },
        ];
        let svg = scatter(&frame(), &clouds).unwrap();
        let mut reader = quick_xml::Reader::from_str(&svg);
        let mut elements = 0;
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Eof => break,
                _ => elements += 1,
            }
        }
        assert!(elements > 20);
        for part in
            ["<title>a &lt; b &amp; c</title>", "<desc>One &quot;point&quot;.</desc>", "prefers-color-scheme: dark"]
        {
            assert!(svg.contains(part), "{part}");
        }
        assert_eq!(svg, scatter(&frame(), &clouds).unwrap());
    }

    #[test]
    fn nothing_to_draw_is_said() {
        let mark = Mark { x: f64::INFINITY, x_interval: None, y: 0.0, y_interval: None };
        assert_eq!(scatter(&frame(), &[]), Err(PlotError::Nothing));
        let cloud = Cloud { name: String::new(), marks: vec![mark] };
        assert_eq!(scatter(&frame(), &[cloud]), Err(PlotError::Nothing));
    }
}
