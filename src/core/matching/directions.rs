//! One hidden layer of powers, y(x) = Σ_i c_i (w_i·x)^g with one output and no biases, on M ≥ 2 inputs x_j in general position: what large
//! weights, and sums of two powers, say of match probabilities. The book's theory, section 6, has the proofs.
//!
//! d inputs, h units. S_i are the learnable incoming weights of unit i, F_i its frozen ones; rec_i is |S_i|, and one more if c_i learns and F_i is not
//! empty: the dimension of the directions in which c_i^(1/g) w_i goes to infinity. A unit is *free* if F_i is empty, or if it has one element and
//! c_i learns: then c_i^(1/g) w_i is almost any vector (of any sign, for odd g; for even g, with a c_i of either sign). For a free unit, N with
//! Σ N_j x_j = 0 is what decides on d + 1 inputs.
//!
//! *Below 1, g odd.* A sum of two odd powers has the sign of the sum: u^g + v^g is (u + v) times something positive. So if no third unit learns,
//! the labels, less those of the other units, have the signs of s·x_j, s = c_0^(1/g) w_0 + c_1^(1/g) w_1. Those s that the student has fill a
//! space, affine or linear, of e = |S_0 ∪ S_1| + min(|F_0 ∩ F_1|, how many of c_0, c_1 learn) dimensions.
//!
//! - *Signs of two.* Let e < M. On e + 1 inputs s·x_j is in an affine hyperplane, φ·s = 1, or a linear one, φ·s = 0: the signs of −φ, or of φ, are not the
//!   student's. With two units and e < d the teacher's s is any vector, and e + 1 ≤ d inputs see all signs. With more, let h > e and let
//!   forms of degree g have e + 1 dimensions or more: then the teacher's labels on e + 1 inputs are any numbers.
//! - *Small labels.* Two units, e = d, q = rec_0 + rec_1 − d ≤ d − 1: the directions in which s stays and t = the difference goes to infinity
//!   have dimension q (take q = 1 if it is 0). On M ≥ d + q inputs there is a teacher with arbitrarily small labels at q of these, whose others force s to 0,
//!   so that t is large, and s·x_j is about y_j/t_j^(g−1): too many conditions.
//!
//! *Probability 1*, each for M ≤ d + 1 where nothing else is said:
//!
//! - g odd, two units, one free, rec ≥ 2 of the other one. Σ N_j (y_j − v_j^g)^(1/g) is continuous in the other one's v. Far out along v·x_j = const,
//!   all terms but the j-th cancel, and it has the sign of N_j y_j. These signs are not all the same, as the teacher's s* has Σ N_j s*·x_j = 0.
//! - g odd, one free, of two others a weight from the same input learns: the same function is odd in these two, far out.
//! - g even, d odd, one free, of another one two incoming weights learn, or one and its c; one of both c learns. Far out the same function is a form of
//!   the odd degree d (g − 1) in two variables, over even powers.
//! - *Three directions.* g even, one free, in three dimensions of directions another one goes to infinity, one of both c learns. Far out the same function is Σ N_j y_j/(θ·x'_j)^(g−1), the x'_j being the inputs of these directions. Near a θ at which
//!   two of the θ·x'_j are 0, which three dimensions have, these two terms are large, and of either sign on either side of a cone.
//! - *Parallel.* M ≤ 3 ≤ d, two units whose c learn, and at most one input from which both are frozen. The determinant of y and the two vectors of powers
//!   vanishes where w_0 and w_1 are parallel, with a derivative that does not, so that it vanishes on a manifold around there; at most of its points the
//!   vectors of powers are independent.
//! - g = 2 = d, one unit with all incoming weights, two others whose c learn: a plane of forms goes through both parts of the cone of squares.
//!
//! - *Products of two forms.* g = 2, d ≤ M ≤ 2d − 2, one free, S the learnable incoming weights of another one, whose c learns and |S| ≥ M − d, or the free one's c
//!   does and |S| > M − d. y_j = r(x_j) s(x_j) with r near 0 at M − d + 1 samples and s large there: such r are near a linear space of 2d − 1 − M dimensions, which is
//!   enough for the frozen weights.
//!
//! *Below 1, g even, M ≥ 2.* If only one unit has learnable weights, what it adds has the same sign on all samples, which what is missing does not have.
//!
//! *With a factor of both.* The same with a learnable factor of the output, g odd, two units. If c_0 learns, c_1 does as well; if F_0 is empty, c_1 does; otherwise
//! (v_0, v_1) is in a linear space of |S_0| + |S_1| + 1 dimensions, whose sums have e = |S_0 ∪ S_1| + min(|F_0 ∩ F_1|, 1): below 1 for e < d, e < M; and for e = d and
//! q = the difference of both, below 1 for M ≥ d + max(q, 1), q < d, and 1 for q ≥ 2, M ≤ d + 1.

use rug::Rational;

use crate::allocation::Allocation;
use crate::network::Network;
use crate::number::binomial;

use super::exact::{Exact, Theorem};
use super::shallow::Shallow;

/// What of a unit learns.
#[derive(Clone, Debug)]
struct Learns {
    /// Which incoming weights.
    incoming: Vec<bool>,
    /// Its outgoing weight.
    factor: bool,
}

impl Learns {
    fn count(&self) -> usize {
        self.incoming.iter().filter(|yes| **yes).count()
    }

    fn frozen(&self) -> usize {
        self.incoming.len() - self.count()
    }

    fn anything(&self) -> bool {
        self.factor || self.count() > 0
    }

    fn is_free(&self) -> bool {
        self.frozen() == 0 || self.frozen() == 1 && self.factor
    }

    /// The dimension of the directions in which it goes to infinity.
    fn directions(&self) -> usize {
        self.count() + usize::from(self.factor && self.frozen() > 0)
    }

    /// From how many inputs neither weight learns.
    fn both_frozen(&self, other: &Self) -> usize {
        self.incoming.iter().zip(&other.incoming).filter(|(a, b)| !**a && !**b).count()
    }

    /// Whether both learn the weight from some input.
    fn meets(&self, other: &Self) -> bool {
        self.incoming.iter().zip(&other.incoming).any(|(a, b)| *a && *b)
    }

    /// The dimension of the sums of both.
    fn sums(&self, other: &Self) -> usize {
        let frozen = self.both_frozen(other);
        self.incoming.len() - frozen + frozen.min(usize::from(self.factor) + usize::from(other.factor))
    }
}

/// What is known of the match probability of an allocation that spans, on so many inputs.
pub(super) fn by_directions(shallow: &Shallow, degree: u32, allocation: &Allocation, inputs: usize) -> Option<Exact> {
    let biased = shallow.biases.is_some() || shallow.units.iter().any(|unit| unit.bias.is_some());
    let d = shallow.units.first()?.incoming.len();
    if shallow.outputs() != 1 || biased || degree < 2 || inputs < 2 || d < 2 || shallow.units.len() < 2 {
        return None;
    }
    let learns = |weight: &usize| allocation.contains(*weight);
    let units: Vec<Learns> = shallow
        .units
        .iter()
        .map(|u| Learns { incoming: u.incoming.iter().map(learns).collect(), factor: learns(&u.outgoing[0]) })
        .collect();
    of_units(&units, degree, (d, inputs))
}

/// What is known where these weights of each unit learn.
fn of_units(units: &[Learns], degree: u32, (d, inputs): (usize, usize)) -> Option<Exact> {
    let certain = is_certain(units, degree, (d, inputs)).map(certain);
    let one = || {
        let formula = three_directions(units, degree, (d, inputs))?;
        Some(Exact::of(Theorem::ThreeDirections, Rational::from(1), formula))
    };
    let alone = || one_unit(units, degree);
    certain.or_else(one).or_else(|| is_below_one(units, degree, (d, inputs)).map(below)).or_else(alone)
}

/// Why the match probability is 1 for an even power, if it is known by what is far away in three directions.
fn three_directions(units: &[Learns], degree: u32, (d, inputs): (usize, usize)) -> Option<String> {
    let places = 0..units.len();
    let mut pairs = places.clone().flat_map(|i| places.clone().map(move |k| (i, k))).filter(|(i, k)| i != k);
    let far = |(free, other): (usize, usize)| {
        let (f, o) = (&units[free], &units[other]);
        f.is_free() && o.directions() >= 3 && (f.factor || o.factor)
    };
    if !degree.is_multiple_of(2) || inputs > d + 1 {
        return None;
    }
    let (free, other) = pairs.find(|pair| far(*pair))?;
    Some(format!("unit {free} takes any direction, and unit {other} goes to infinity in three"))
}

/// Below 1 where one unit of an even power learns alone.
fn one_unit(units: &[Learns], degree: u32) -> Option<Exact> {
    let alone = degree.is_multiple_of(2) && units.iter().filter(|unit| unit.anything()).count() == 1;
    let formula = "one unit adds numbers of the same sign to all labels".to_owned();
    alone.then(|| Exact::between(Theorem::OneUnit, Rational::new(), Rational::from(1), formula))
}

fn certain(formula: String) -> Exact {
    Exact::of(Theorem::FarAway, Rational::from(1), formula)
}

fn below(formula: String) -> Exact {
    Exact::between(Theorem::OddSums, Rational::new(), Rational::from(1), formula)
}

/// What is known of the match probability of two units of odd power whose output is multiplied with a learnable factor.
pub(super) fn by_scaled_directions(network: &Network, allocation: &Allocation, inputs: usize) -> Option<Exact> {
    let (exponents, shapes) = (network.exponents()?, network.shapes());
    let widths = shapes.widths.filter(|_| shapes.bias == Some(false))?;
    let (&[d, 2, 1, 1], &[degree, 1]) = (widths.as_slice(), exponents.as_slice()) else {
        return None;
    };
    let learns = |weight: usize| allocation.contains(weight);
    if d < 2 || inputs < 2 || degree < 2 || degree.is_multiple_of(2) || !learns(2 * d + 2) {
        return None;
    }
    let unit = |i: usize| Learns { incoming: (0..d).map(|k| learns(i * d + k)).collect(), factor: learns(2 * d + i) };
    let mut units = [unit(0), unit(1)];
    if units.iter().any(|unit| unit.factor) {
        units.iter_mut().for_each(|unit| unit.factor = true);
    } else if let Some(place) = units.iter().position(|unit| unit.frozen() == 0) {
        units[1 - place].factor = true;
    } else {
        let (all, frozen) = (units[0].count() + units[1].count() + 1, units[0].both_frozen(&units[1]));
        return by_dimensions(all, d - frozen + frozen.min(1), (d, inputs));
    }
    of_units(&units, degree, (d, inputs))
}

/// Of two units of odd power whose directions are a linear space of so many dimensions, and their sums one of so many.
fn by_dimensions(all: usize, sums: usize, (d, inputs): (usize, usize)) -> Option<Exact> {
    let along = all - sums;
    if sums < d {
        return (inputs > sums).then(|| below(signs_of_a_sum(sums + 1)));
    }
    if along >= 2 && inputs <= d + 1 {
        return Some(certain("a function of the difference of two units has both signs far away".to_owned()));
    }
    let enough = d + along.max(1);
    (along < d && inputs >= enough).then(|| below(small_labels(enough)))
}

/// Why the match probability is 1, if it is known to be.
fn is_certain(units: &[Learns], degree: u32, (d, inputs): (usize, usize)) -> Option<String> {
    let places = 0..units.len();
    let pairs = || places.clone().flat_map(|i| places.clone().map(move |k| (i, k))).filter(|(i, k)| i != k);
    let parallel = |(i, k): (usize, usize)| units[i].factor && units[k].factor && units[i].both_frozen(&units[k]) <= 1;
    if inputs <= 3 && d >= 3 && pairs().any(parallel) {
        return Some("a determinant changes sign where two units are parallel".to_owned());
    }
    let factors = |except: usize| places.clone().filter(|i| *i != except && units[*i].factor).count();
    if degree == 2 && d == 2 && places.clone().any(|i| units[i].frozen() == 0 && factors(i) >= 2) {
        return Some("a plane of forms goes through both parts of the cone of squares".to_owned());
    }
    let split = |(free, other): (usize, usize)| {
        let (f, o) = (&units[free], &units[other]);
        // What is said of d samples holds of fewer.
        let more = inputs.max(d) - d;
        f.is_free() && (o.factor && o.count() >= more || f.factor && o.count() > more)
    };
    let squares = degree == 2 && inputs <= 2 * d - 2;
    if let Some((free, _)) = pairs().find(|pair| squares && split(*pair)) {
        return Some(format!("unit {free} takes any direction, and labels are products of two linear forms"));
    }
    if inputs > d + 1 {
        return None;
    }
    let far = |(free, other): (usize, usize)| {
        let (f, o) = (&units[free], &units[other]);
        let odd = degree % 2 == 1;
        let two = odd && units.len() == 2 && o.directions() >= 2;
        let three = odd && places.clone().any(|third| third != free && third != other && units[third].meets(o));
        let plane = o.count() >= 2 || o.count() == 1 && o.factor;
        let even = !odd && d % 2 == 1 && plane && (f.factor || o.factor);
        f.is_free() && (two || three || even)
    };
    let (free, _) = pairs().find(|pair| far(*pair))?;
    Some(format!("unit {free} takes any direction, and a function has both signs far away"))
}

/// Why the match probability is below 1, if it is known to be.
fn is_below_one(units: &[Learns], degree: u32, (d, inputs): (usize, usize)) -> Option<String> {
    if degree.is_multiple_of(2) {
        return None;
    }
    let h = units.len();
    let (mut pair, others): (Vec<&Learns>, Vec<&Learns>) = units.iter().partition(|unit| unit.anything());
    pair.extend(others);
    let (first, second) = (pair[0], pair[1]);
    if pair[2..].iter().any(|unit| unit.anything()) {
        return None;
    }
    let sums = first.sums(second);
    let forms = binomial(d + degree as usize - 1, degree as usize);
    let all_labels = h > 2 && h > sums && forms > sums;
    let all_signs = h == 2 && sums < d;
    if inputs > sums && (all_labels || all_signs) {
        return Some(signs_of_a_sum(sums + 1));
    }
    let along = (first.directions() + second.directions()).saturating_sub(d);
    let enough = d + along.max(1);
    (h == 2 && sums == d && along < d && inputs >= enough).then(|| small_labels(enough))
}

fn signs_of_a_sum(inputs: usize) -> String {
    format!("signs of a sum of two odd powers on {inputs} inputs")
}

fn small_labels(inputs: usize) -> String {
    format!("small labels of two odd powers on {inputs} inputs")
}

#[cfg(test)]
mod tests;
