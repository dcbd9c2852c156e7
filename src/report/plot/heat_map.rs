//! Squares on a grid of whole numbers, the darker the more there is.

use plotters::prelude::*;

use super::frame::{Frame, Pen, PlotError, library};

/// One square.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Square {
    /// To the right.
    pub x: u32,
    /// Upwards.
    pub y: u32,
    /// How dark it is: from 0 (faint, but there) to 1.
    pub shade: f64,
}

/// Squares of side 1 around their centres.
///
/// # Errors
/// There is no square.
pub fn heat_map(frame: &Frame, squares: &[Square]) -> Result<String, PlotError> {
    if squares.is_empty() {
        return Err(PlotError::Nothing);
    }
    let edges = |middle: u32| [f64::from(middle) - 0.5, f64::from(middle) + 0.5];
    let x = squares.iter().flat_map(|s| edges(s.x));
    let y = squares.iter().flat_map(|s| edges(s.y));
    frame.draw(&[], x, y, |chart| {
        let square = |s: &Square| {
            let ([left, right], [low, high]) = (edges(s.x), edges(s.y));
            let shade = if s.shade.is_finite() { s.shade.clamp(0.0, 1.0) } else { 0.0 };
            Rectangle::new([(left, low), (right, high)], Pen(0).colour().mix(0.1 + 0.9 * shade).filled())
        };
        chart.draw_series(squares.iter().map(square)).map_err(library)?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_are_drawn_in_their_shades() {
        let square = |x, shade| Square { x, y: 1, shade };
        let svg = heat_map(&Frame::default(), &[square(0, 0.0), square(1, 1.0), square(2, f64::NAN)]).unwrap();
        assert_eq!(
            (svg.matches("opacity=\"0.1\"").count(), svg.matches("opacity=\"1\" fill=\"#0072B2\"").count()),
            (2, 1)
        );
        assert_eq!(heat_map(&Frame::default(), &[]), Err(PlotError::Nothing));
    }
}
