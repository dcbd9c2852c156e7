//! A linear compartmental model as a drawing: compartments, the edges between them with the names of their rates, leaks, input and output.

use super::super::figure::{Figure, Point, RADIUS};
use super::worded::Compartments;

/// How far the compartments are from the middle of the drawing, in hundredths of a cell.
const AWAY: f64 = 320.0;
/// How long the arrows are that come from outside or go there.
const OUTER: f64 = 180.0;
/// How far a name is from the arrow that it names.
const BESIDE: f64 = 50.0;
/// The drawing reaches so many cells to each side of its middle.
const REACH: i64 = 7;

/// The drawing, and how many columns it takes; nothing if the network is another one.
pub(super) fn digraph(network: &str) -> Option<(Figure, i64)> {
    let model = Compartments::of(network)?;
    let mut figure = Figure::default();
    let angle = |place: usize| 90.0 - 360.0 * place as f64 / model.compartments as f64;
    let middles: Vec<Place> = (0..model.compartments).map(|place| MIDDLE.towards(angle(place), AWAY)).collect();
    for (place, middle) in middles.iter().enumerate() {
        figure.node(middle.point(), place.to_string());
    }
    for (rate, &(from, to)) in model.edges.iter().enumerate() {
        let (from, to) = (middles[from], middles[to]);
        // An edge bends to its left, so that the one back does not lie on it.
        let side = from.direction(to) + 90.0;
        let by = from.between(to).towards(side, 0.2 * from.distance(to));
        let ends = [(from, by), (to, by)].map(|(end, by)| end.towards(end.direction(by), RADIUS as f64).point());
        figure.arrow([ends[0], by.point(), ends[1]], false);
        let name = format!("k[{rate}]");
        // The middle of the curve is three quarters of the way to where it bends.
        let half = from.between(to).between(by).between(by);
        figure.name(half.towards(side, BESIDE + room(&name, side)).point(), name);
    }
    // What comes in points straight at its compartment, leaks go out to the left of it, and what is seen to the right.
    let mut outer = |place: usize, turned: f64, inward: bool, dashed: bool, name: String| {
        let towards = |far: f64| middles[place].towards(angle(place) + turned, RADIUS as f64 + far);
        let [near, far] = [towards(0.0), towards(OUTER)].map(Place::point);
        let [from, to] = if inward { [far, near] } else { [near, far] };
        figure.arrow([from, towards(OUTER / 2.0).point(), to], dashed);
        figure.name(towards(OUTER + BESIDE + room(&name, angle(place) + turned)).point(), name);
    };
    for (rate, place) in model.leaks.iter().enumerate() {
        outer(*place, 40.0, false, false, format!("leak[{rate}]"));
    }
    for place in &model.inputs {
        outer(*place, 0.0, true, false, "in".to_owned());
    }
    for place in &model.outputs {
        outer(*place, -40.0, false, true, "out".to_owned());
    }
    Some((Figure::default().with(figure, REACH, REACH - 1), 2 * REACH + 2))
}

/// How much farther away the middle of a name is in a direction, for a name is wider than high.
fn room(name: &str, degrees: f64) -> f64 {
    20.0 * name.len() as f64 * degrees.to_radians().cos().abs()
}

/// A place of the drawing, to the right of its middle and above it, in hundredths of a cell.
#[derive(Clone, Copy)]
struct Place(f64, f64);

const MIDDLE: Place = Place(0.0, 0.0);

impl Place {
    fn towards(self, degrees: f64, far: f64) -> Self {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        Place(self.0 + far * cosine, self.1 + far * sine)
    }

    fn between(self, other: Self) -> Self {
        Place((self.0 + other.0) / 2.0, (self.1 + other.1) / 2.0)
    }

    fn distance(self, other: Self) -> f64 {
        (other.0 - self.0).hypot(other.1 - self.1)
    }

    fn direction(self, other: Self) -> f64 {
        (other.1 - self.1).atan2(other.0 - self.0).to_degrees()
    }

    fn point(self) -> Point {
        (self.0.round() as i64, -self.1.round() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::digraph;

    #[test]
    fn compartments_are_drawn_with_their_edges_and_leaks() {
        let network = "compartments(n=3, edges=[[0, 1], [1, 2]], leaks=[1], inputs=[0], outputs=[2])";
        let (figure, _) = digraph(network).unwrap();
        let (tikz, svg) = (figure.tikz(str::to_owned, str::to_owned), figure.svg());
        assert_eq!([tikz.matches(" circle[").count(), svg.matches("<circle ").count()], [3, 3], "{tikz}");
        // Two edges, a leak, an input, an output, each with its tip.
        assert_eq!([tikz.matches("\\draw[->").count(), svg.matches("<path ").count()], [5, 10], "{tikz}");
        for name in ["k[0]", "k[1]", "leak[0]", "in", "out"] {
            assert!(tikz.contains(&format!("{{{name}}}")) && svg.contains(&format!(">{name}<")), "{tikz}");
        }
        assert_eq!([tikz.matches("dashed").count(), svg.matches("dasharray").count()], [1, 1]);
        assert_eq!(digraph("lffn([2, 2])"), None);
    }
}
