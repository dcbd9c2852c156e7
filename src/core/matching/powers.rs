//! One hidden layer of powers, y_k(x) = Σ_i c_ki (w_i·x + b_i)^g: match probabilities by theorems, and instances with surplus
//! weights decided exactly.
//!
//! - *Terms.* Units with at most one frozen weight each: see [`super::terms`].
//! - *Inertia.* g = 2, one output, the units I learn all their incoming weights, n of them, the others none, out of d inputs. What
//!   I adds to the others' form are all forms with at most P positive and N negative squares, the signs of c_i for i in I:
//!   W^T C W restricted to a positive subspace of dimension p embeds it into one of C, and a form with fewer squares
//!   is W^T C W for rows of W that are its squares, scaled. A learnable c_i may take either sign, k of them. With no
//!   biases and every label seen, the form to be reached is one with N_0 = 2h − n squares of independent normal forms
//!   and symmetric independent factors, of rank min(d, N_0).
//!   - n = h ≤ d: its signs are the teacher's h coins, and the coins of the student must fit: their excess is a sum of
//!     2h − k coins between h − k and h.
//!   - n ≥ d: it has p positive squares with a probability π_p = π_{d−p} > 0, and is reached if p − k ≤ P_f ≤ p + n − d, P_f
//!     the heads of n − k coins. So the value lies between the least and the largest of these probabilities; they are
//!     all 1 for k ≥ d, and equal for d = 1.
//! - *Cone.* One input vector, g even: unit i adds t_i c_i with t_i ≥ 0 where an incoming weight learns. Outputs with a learnable
//!   bias or outgoing weight are matched by that; o others are left, and k such units. y* less what is frozen is a
//!   vector whose sign is symmetric given the c_i, which are independent, symmetric and in general position: it lies in
//!   their cone exactly if 0 is in the convex hull of its negative and the c_i, with probability P(Bin(k, 1/2) ≥ o) (Wendel
//!   1962). Inside the cone's interior all t_i may be positive, so learnable outgoing weights count. For odd g, t_i is any
//!   real number, and k ≥ o suffices.
//! - *Orthants.* One output, M inputs. A unit f with at least M learnable incoming weights has any activations ≥ 0 (any real ones, for
//!   odd g). With M − 1 and a frozen one, it has some of every direction, almost: an affine space beside 0 meets almost every
//!   line. That is as much if its factor learns. A learnable factor of another unit, or a learnable output bias, adds large
//!   numbers of any sign at all inputs. If f's own factor learns, and of another unit any incoming weight, then f takes the sign
//!   opposite to what that unit adds, whose activations
//!   grow without bounds at all inputs. So MP = 1.
//!
//! *Every label seen*: with as many inputs as there are monomials, or one more than dimensions: as many equations as
//! dimensions leave finitely many forms of the variety, and a further generic evaluation tells them apart.

use rug::{Integer, Rational};

use crate::algebra::{Constraint, Finding, Inertia, LinearSystem, RowSpace, Sign, Undecided};
use crate::allocation::Allocation;
use crate::network::Network;
use crate::number::binomial;
use crate::number::{Dyadic, Dyadics, PrimeField, Ring};

use super::directions::by_directions;
use super::exact::{Exact, Theorem, coins};
use super::indefinite::indefinite_share;
use super::instance::Instance;
use super::shallow::{Shallow, Unit};
use super::terms::by_terms;

/// Forms in more variables are left to others,
const MOST_VARIABLES: usize = 24;
/// and so are higher powers of dyadic numbers.
const MOST_DEGREE: u32 = 64;

/// A network with one hidden layer of powers.
#[derive(Clone, Debug)]
pub(super) struct Powers {
    shallow: Shallow,
    degree: u32,
}

impl Powers {
    /// Nothing if the network is another one.
    pub(super) fn of(network: &Network) -> Option<Self> {
        Some(Powers { degree: network.hidden_power()?, shallow: Shallow::of(network) })
    }

    /// The match probability of an allocation on so many generic inputs, and whether draws are normal.
    pub(super) fn law(&self, allocation: &Allocation, inputs: usize, normal: bool) -> Option<Exact> {
        by_terms(&self.shallow, self.degree, allocation, inputs).or_else(|| match inputs {
            1 => self.cone(allocation),
            _ => self.orthants(allocation, inputs).or_else(|| self.forms(allocation, inputs, normal)),
        })
    }

    /// What large weights and signs of sums say.
    pub(super) fn by_directions(&self, allocation: &Allocation, inputs: usize) -> Option<Exact> {
        by_directions(&self.shallow, self.degree, allocation, inputs)
    }

    fn is_odd(&self) -> bool {
        self.degree % 2 == 1
    }

    fn cone(&self, allocation: &Allocation) -> Option<Exact> {
        let free = self.shallow.units.iter().filter(|u| !u.learns(allocation).is_empty()).count();
        let outgoing = |k: usize| self.shallow.units.iter().any(|u| allocation.contains(u.outgoing[k]));
        let bound = |k: &usize| !self.shallow.bias_learns(*k, allocation) && !outgoing(*k);
        let outputs = (0..self.shallow.outputs()).filter(bound).count();
        if free == 0 || free < outputs {
            return None; // linear equations, or it does not span
        }
        if self.is_odd() || outputs == 0 {
            let formula = format!("{free} units for {outputs} labels");
            let theorem = if self.is_odd() { Theorem::OddPowers } else { Theorem::Cone };
            return Some(Exact::of(theorem, Rational::from(1), formula));
        }
        let value = coins(free, outputs as i64..=free as i64);
        Some(Exact::of(Theorem::Cone, value, format!("P(Bin({free}, 1/2) >= {outputs})")))
    }

    /// One output, a unit with as many learnable incoming weights as there are inputs, and something of any sign.
    fn orthants(&self, allocation: &Allocation, inputs: usize) -> Option<Exact> {
        if self.shallow.outputs() != 1 {
            return None;
        }
        let units = &self.shallow.units;
        let factor = |u: &Unit| allocation.contains(u.outgoing[0]);
        let signed = |free: usize| {
            let other = |(place, u): (usize, &Unit)| {
                place != free && (factor(u) || factor(&units[free]) && !u.learns(allocation).is_empty())
            };
            self.is_odd() || self.shallow.bias_learns(0, allocation) || units.iter().enumerate().any(other)
        };
        let free = |unit: &Unit| {
            let learns = unit.learns(allocation).len();
            let frozen = unit.incoming.len() + usize::from(unit.bias.is_some()) - learns;
            learns >= inputs || learns + 1 == inputs && frozen > 0 && factor(unit)
        };
        let free = (0..units.len()).find(|f| free(&units[*f]) && signed(*f))?;
        let formula = format!("unit {free} takes any activations on {inputs} inputs");
        Some(Exact::of(Theorem::Orthants, Rational::from(1), formula))
    }

    /// Squares, one output, no biases, all labels seen.
    fn forms(&self, allocation: &Allocation, inputs: usize, normal: bool) -> Option<Exact> {
        if self.degree != 2 || self.shallow.outputs() != 1 || self.shallow.biases.is_some() {
            return None;
        }
        let (free, fixed) = self.units(allocation)?;
        let (n, h, d) = (free.len(), self.shallow.units.len(), free.first()?.incoming.len());
        if !determine_terms(&self.shallow, self.degree, inputs)
            || fixed.iter().any(|u| allocation.contains(u.outgoing[0]))
        {
            return None;
        }
        let k = free.iter().filter(|u| allocation.contains(u.outgoing[0])).count();
        if n == h && h <= d {
            let value = coins(2 * h - k, (h - k) as i64..=h as i64);
            let formula = match k {
                0 => format!("binom({}, {h}) / 4^{h}", 2 * h),
                _ => format!("P({} <= Bin({}, 1/2) <= {h})", h - k, 2 * h - k),
            };
            return Some(Exact::of(Theorem::Inertia, value, formula));
        }
        (n >= d).then(|| by_inertias((n, d, k), 2 * h - n, normal))
    }

    /// The units that learn all their incoming weights, and those that learn none; nothing if there are others.
    fn units(&self, allocation: &Allocation) -> Option<(Vec<&Unit>, Vec<&Unit>)> {
        let learns = |u: &&Unit| u.learns(allocation).len();
        let (free, others): (Vec<&Unit>, Vec<&Unit>) =
            self.shallow.units.iter().partition(|u| learns(u) == u.incoming.len() + usize::from(u.bias.is_some()));
        others.iter().all(|u| learns(u) == 0).then_some((free, others))
    }

    /// Decides an instance, if it is one of those that these theorems speak of; of an allocation with more weights than
    /// the teacher's dimension.
    pub(super) fn decide(
        &self,
        allocation: &Allocation,
        instance: &Instance,
        dimension: usize,
    ) -> Option<Result<Finding, Undecided>> {
        if instance.given.as_ref().is_some_and(|wanted| wanted.over != 1) {
            return None;
        }
        match instance.inputs.as_slice() {
            [input] => self.decide_cone(allocation, instance, input).map(|real| Ok(decided(real))),
            inputs => match self.decide_form(allocation, instance)? {
                true => Some(Ok(decided(true))),
                false if self.sees_all(inputs) => Some(Ok(decided(false))),
                // Another form may have the same labels, but not of a generic instance.
                false => (inputs.len() > dimension).then_some(Err(Undecided::Infinite)),
            },
        }
    }

    /// Whether the teacher's form less what is frozen has no more squares of either sign than the free units give it.
    fn decide_form(&self, allocation: &Allocation, instance: &Instance) -> Option<bool> {
        let (free, fixed) = self.units(allocation)?;
        let frozen = fixed.iter().all(|u| !allocation.contains(u.outgoing[0]));
        let d = free.first()?.learns(allocation).len();
        if self.degree != 2 || self.shallow.outputs() != 1 || d > MOST_VARIABLES || !frozen || instance.given.is_some()
        {
            return None;
        }
        if self.shallow.bias_learns(0, allocation) {
            return None;
        }
        let mut form = vec![vec![Dyadics.zero(); d]; d];
        self.shallow.units.iter().for_each(|u| add_square(&mut form, u, &instance.teacher, false));
        fixed.iter().for_each(|u| add_square(&mut form, u, &instance.student, true));
        if let Some(biases) = &self.shallow.biases {
            let shift = Dyadics.sub(&instance.teacher[biases[0]], &instance.student[biases[0]]);
            form[d - 1][d - 1] = Dyadics.add(&form[d - 1][d - 1], &shift);
        }
        let needed = Inertia::of(&whole(&form));
        let (learnable, given): (Vec<usize>, Vec<usize>) =
            free.iter().map(|u| u.outgoing[0]).partition(|w| allocation.contains(*w));
        let positive = given.iter().filter(|w| instance.student[**w].mantissa.is_positive()).count();
        let negative = given.iter().filter(|w| instance.student[**w].mantissa.is_negative()).count();
        let missing = needed.positive.saturating_sub(positive) + needed.negative.saturating_sub(negative);
        Some(missing <= learnable.len())
    }

    /// Whether only one quadratic form has given values at these inputs.
    fn sees_all(&self, inputs: &[Vec<Dyadic>]) -> bool {
        let field = PrimeField::mersenne_61();
        let rows = whole(&inputs.iter().map(|input| self.extended(input)).collect::<Vec<_>>());
        let d = rows.first().map_or(0, Vec::len);
        let mut space = RowSpace::new(field, d * (d + 1) / 2);
        for row in &rows {
            let x: Vec<u64> = row.iter().map(|x| field.big_integer(x)).collect();
            let products = (0..d).flat_map(|a| (0..=a).map(move |b| (a, b)));
            space.insert(products.map(|(a, b)| field.mul(&x[a], &x[b])).collect());
        }
        // Integer rows are independent if they are so modulo a prime.
        space.rank() == d * (d + 1) / 2
    }

    /// An input, and 1 for a bias.
    fn extended(&self, input: &[Dyadic]) -> Vec<Dyadic> {
        let bias = self.shallow.biases.as_ref().map(|_| Dyadics.one());
        input.iter().cloned().chain(bias).collect()
    }

    /// One input: linear equations in what each unit adds, which for an even power is not negative.
    fn decide_cone(&self, allocation: &Allocation, instance: &Instance, input: &[Dyadic]) -> Option<bool> {
        if self.degree > MOST_DEGREE {
            return None;
        }
        let x = self.extended(input);
        let (mut columns, mut bounded): (Vec<Vec<Dyadic>>, Vec<bool>) = (Vec::new(), Vec::new());
        let labels = instance.wanted(&self.shallow.network).labels;
        let mut constants: Vec<Dyadic> = labels.iter().map(|y| Dyadics.sub(&Dyadics.zero(), y)).collect();
        let unit_vector = |k: usize, value: Dyadic| {
            let mut column = vec![Dyadics.zero(); labels.len()];
            column[k] = value;
            column
        };
        for unit in &self.shallow.units {
            let moves = unit.learns(allocation).iter().any(|place| !Dyadics.is_zero(&x[*place]));
            if moves && unit.outgoing.iter().any(|w| allocation.contains(*w)) {
                return None;
            }
            if moves {
                columns.push(unit.outgoing.iter().map(|w| instance.student[*w].clone()).collect());
                bounded.push(!self.is_odd());
                continue;
            }
            let activation = self.activation(unit, &instance.student, &x);
            for (k, w) in unit.outgoing.iter().enumerate() {
                if allocation.contains(*w) {
                    columns.push(unit_vector(k, activation.clone()));
                    bounded.push(false);
                } else {
                    Dyadics.add_product(&mut constants[k], &instance.student[*w], &activation);
                }
            }
        }
        for (k, bias) in self.shallow.biases.iter().flatten().enumerate() {
            if allocation.contains(*bias) {
                columns.push(unit_vector(k, Dyadics.one()));
                bounded.push(false);
            } else {
                constants[k] = Dyadics.add(&constants[k], &instance.student[*bias]);
            }
        }
        Some(system(&columns, &bounded, &constants).is_feasible())
    }

    /// (w·x + b)^g.
    fn activation(&self, unit: &Unit, weights: &[Dyadic], x: &[Dyadic]) -> Dyadic {
        let mut sum = Dyadics.zero();
        let incoming = unit.incoming.iter().chain(&unit.bias);
        incoming.zip(x).for_each(|(w, x)| Dyadics.add_product(&mut sum, &weights[*w], x));
        (0..self.degree).fold(Dyadics.one(), |power, _| Dyadics.mul(&power, &sum))
    }
}

/// Whether so many generic inputs determine the function of a network without biases.
pub(super) fn determine_terms(shallow: &Shallow, degree: u32, inputs: usize) -> bool {
    let Some(d) = shallow.units.first().map(|unit| unit.incoming.len()) else {
        return false;
    };
    let monomials = binomial(d + degree as usize - 1, d - 1);
    // Scaling a unit changes no label, so there are no more dimensions than weights less units.
    inputs > shallow.units.len() * (d + shallow.outputs() - 1) || monomials <= inputs
}

/// n free units, k of them with learnable factors, have to reach a form in d variables with so many squares.
fn by_inertias((n, d, k): (usize, usize, usize), squares: usize, normal: bool) -> Exact {
    let reach = |p: i64| coins(n - k, p - k as i64..=p + (n - d) as i64);
    let all: Vec<Rational> = (0..=d as i64).map(reach).collect();
    if let ([definite, indefinite, _], 3, true) = (all.as_slice(), squares, normal)
        && definite != indefinite
    {
        let rise = Rational::from(indefinite - definite);
        let mut ends = indefinite_share().map(|share| (&rise * share) + definite);
        ends.sort();
        let [low, high] = ends;
        let formula =
            format!("{definite} + {rise} * the probability that three random squares in two variables are indefinite");
        return Exact::between(Theorem::Inertia, low, high, formula);
    }
    let low = all.iter().min().cloned().unwrap_or_default();
    let high = all.iter().max().cloned().unwrap_or_default();
    let coins = format!("P(p - {k} <= Bin({}, 1/2) <= p + {})", n - k, n - d);
    let formula = format!(
        "sum over p of {coins} times the probability that {squares} squares in {d} variables, with random factors, have p positive eigenvalues"
    );
    Exact::between(Theorem::Inertia, low, high, formula)
}

fn decided(real: bool) -> Finding {
    Finding { real, complex: None, error_log2: None }
}

/// Adds c (w·x + b)² of a unit to a form in x and 1, or takes it away.
fn add_square(form: &mut [Vec<Dyadic>], unit: &Unit, weights: &[Dyadic], away: bool) {
    let line: Vec<&Dyadic> = unit.incoming.iter().chain(&unit.bias).map(|w| &weights[*w]).collect();
    let factor = &weights[unit.outgoing[0]];
    let factor = if away { Dyadics.sub(&Dyadics.zero(), factor) } else { factor.clone() };
    for (row, a) in form.iter_mut().zip(&line) {
        let scaled = Dyadics.mul(&factor, a);
        row.iter_mut().zip(&line).for_each(|(entry, b)| Dyadics.add_product(entry, &scaled, b));
    }
}

/// A matrix times a power of 2 that makes it integral.
fn whole(matrix: &[Vec<Dyadic>]) -> Vec<Vec<Integer>> {
    let exponent = matrix.iter().flatten().map(|x| x.exponent).max().unwrap_or(0);
    matrix.iter().map(|row| row.iter().map(|x| x.over(exponent)).collect()).collect()
}

/// Σ (column · variable) + constant = 0, with some variables not negative.
fn system(columns: &[Vec<Dyadic>], bounded: &[bool], constants: &[Dyadic]) -> LinearSystem {
    let equation = |k: usize| {
        let row: Vec<Dyadic> = columns.iter().map(|c| c[k].clone()).chain([constants[k].clone()]).collect();
        let mut coefficients = whole(&[row]).remove(0);
        let constant = coefficients.pop().unwrap_or_default();
        Constraint { coefficients, constant, sign: Sign::Zero }
    };
    let bound = |v: usize| {
        let coefficients = (0..columns.len()).map(|u| Integer::from(u == v)).collect();
        Constraint { coefficients, constant: Integer::new(), sign: Sign::NonNegative }
    };
    let bounds = (0..columns.len()).filter(|v| bounded[*v]).map(bound);
    LinearSystem { variables: columns.len(), constraints: (0..constants.len()).map(equation).chain(bounds).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocation::parse;
    use crate::control::Control;
    use crate::matching::exact::exact;
    use crate::matching::{Ensemble, MatchOptions, Matcher, Trials, Verdict};
    use crate::network::Samples;
    use crate::reach::Settings;

    const SETTINGS: Settings = Settings { seed: 1, error_log2: -100 };

    /// Signs of a student's and a teacher's units, all equally likely: a match exactly if, after a choice of the learnable
    /// signs, both have as many positive ones.
    fn by_counting_signs(h: usize, k: usize) -> Rational {
        let matches = |student: u32, teacher: u32| {
            let free = (1u32 << k) - 1;
            (0..=free).any(|choice| ((student & !free) | choice).count_ones() == teacher.count_ones())
        };
        let pairs = (0..1u32 << h).flat_map(|s| (0..1u32 << h).map(move |t| (s, t)));
        let found = pairs.filter(|(s, t)| matches(*s, *t)).count();
        Rational::from((found, 1u64 << (2 * h)))
    }

    fn law(network: &str, text: &str, samples: Samples) -> Option<Exact> {
        let network: Network = network.parse().unwrap();
        let allocation = parse(network.layout(), text).unwrap();
        let matcher = Matcher::new(&network, samples, SETTINGS, crate::matching::Limits::default()).unwrap();
        assert_eq!(matcher.dim(&allocation).value, matcher.teacher().value, "{network} {text}");
        exact(&network, Powers::of(&network).as_ref(), &allocation, samples, Ensemble::Gaussian)
    }

    #[test]
    fn signs_fit_as_often_as_counting_them_says() {
        for (h, d, degree) in [(1, 2, 2), (2, 2, 2), (2, 3, 2), (2, 4, 2), (3, 3, 2), (2, 2, 4), (3, 4, 2)] {
            for k in 0..=h {
                let mut text = "W1".to_owned();
                (0..k).for_each(|i| text.push_str(&format!(" W2[0,{i}]")));
                let exact = law(&format!("pnn([{d}, {h}, 1], degree={degree})"), &text, Samples::Functional).unwrap();
                assert_eq!(exact.low, by_counting_signs(h, k), "{h} units, {d} inputs, {k} free: {exact:?}");
                assert_eq!(exact.low, exact.high);
            }
        }
    }

    /// (network, allocation, samples): what a theorem says lies in the interval of instances decided one by one.
    #[test]
    fn theorems_agree_with_instances() {
        let functional = Samples::Functional;
        for (network, text, samples, number) in [
            ("pnn([3, 2, 1], degree=2)", "W1", functional, Some("3/8")),
            ("pnn([4, 2, 1], degree=2)", "W1", functional, Some("3/8")),
            ("pnn([2, 3, 1], degree=2)", "W1", functional, None),
            ("pnn([2, 3, 1], degree=2)", "W1 W2[0,1]", functional, None),
            ("pnn([2, 3, 1], degree=2)", "W1[0:2,:]", functional, None),
            ("pnn([2, 4, 1], degree=2)", "W1[1:4,:] W2[0,2]", functional, None),
            ("pnn([2, 3, 1], degree=2)", "W1 W2[0,0:2]", functional, Some("1")),
            ("pnn([3, 4, 1], degree=2)", "W1", functional, None),
            ("pnn([1, 3, 2], degree=2)", "W1", functional, Some("1/2")),
            ("pnn([1, 4, 3], degree=4)", "W1", functional, Some("5/16")),
            ("pnn([1, 4, 3], degree=2)", "W1[0:3,0] W2[1,3]", functional, Some("1/2")),
            ("pnn([2, 3, 2], degree=2)", "W1[:,0] W1[1,1]", Samples::Count(1), Some("1/2")),
            ("pnn([2, 3, 2], degree=2, bias=True)", "W1[0,:] b1[1] W1[2,0] b2[0]", Samples::Count(1), Some("7/8")),
            ("pnn([2, 2, 1], degree=3)", "W1", functional, Some("1")),
            ("pnn([2, 2, 1], degree=3)", "W1[0,0] W1[1,:] W2[0,0]", functional, Some("1")),
            ("pnn([2, 2, 2], degree=2)", "W1[0,0] W1[1,1] W2", functional, Some("1")),
            ("pnn([2, 2, 2], degree=2)", "W1 W2[1,:]", functional, Some("3/8")),
            ("pnn([2, 2, 2], degree=2)", "W1 W2[0,0] W2[1,1]", functional, Some("7/16")),
            ("pnn([2, 2, 2], degree=2)", "W1[:,0] W1[0,1] W2[:,1] W2[0,0]", functional, Some("3/4")),
            ("pnn([2, 1, 1], degree=4)", "W1", functional, Some("1/2")),
            ("pnn([2, 2, 1], degree=3)", "W1[1,:]", Samples::Count(2), Some("1")),
        ] {
            let exact = law(network, text, samples).unwrap_or_else(|| panic!("{network} {text}"));
            assert_eq!(exact.number.as_deref(), number, "{network} {text}");
            let network: Network = network.parse().unwrap();
            let allocation = parse(network.layout(), text).unwrap();
            let settings = Settings { seed: 5, ..SETTINGS };
            let matcher = Matcher::new(&network, samples, settings, crate::matching::Limits::default()).unwrap();
            let quick = network.hidden_power() == Some(2) && network.shapes().outputs == 1 || samples != functional;
            let most = if quick { 4_000 } else { 150 };
            let options = MatchOptions { trials: Trials::Fixed(most), ..MatchOptions::default() };
            let answer = matcher.decide(&allocation, &options, &Control::unlimited()).unwrap();
            assert_eq!(answer.verdict, exact.verdict(), "{network} {text}");
            let estimate = matcher.estimate(&allocation, &options, &Control::unlimited());
            assert_eq!(estimate.undecided, 0, "{network} {text}");
            // Three times the half-width: a wrong theorem is further off, a right one inside for every seed.
            let [low, high] = estimate.ci95;
            let (middle, reach) = ((low + high) / 2.0, 1.5 * (high - low));
            let [from, to] = exact.enclosure();
            assert!(from <= middle + reach && middle - reach <= to, "{network} {text}: {exact:?}, {low} to {high}");
            if exact.verdict() == Verdict::Fractional {
                assert!(estimate.matched > 0 && estimate.unmatched > 0, "{network} {text}");
            }
        }
    }

    /// A second method on bases and surplus: what Gröbner bases decide, inertia and cones decide alike.
    #[test]
    fn inertia_and_elimination_decide_alike() {
        let mut seen = [0, 0];
        for (network, text, samples) in [
            ("pnn([1, 2, 1], degree=2)", "W1", Samples::Functional),
            ("pnn([1, 2, 1], degree=2, bias=True)", "W1 b1", Samples::Functional),
            ("pnn([2, 1, 1], degree=2)", "W1", Samples::Functional),
            ("pnn([2, 2, 1], degree=2)", "W1", Samples::Functional),
            ("pnn([2, 3, 1], degree=2)", "W1[0:2,:]", Samples::Functional),
            ("pnn([1, 3, 2], degree=2)", "W1[0:2,:] W2[1,2]", Samples::Functional),
            ("pnn([2, 2, 2], degree=2)", "W1[:,1]", Samples::Count(1)),
        ] {
            let network: Network = network.parse().unwrap();
            let allocation = parse(network.layout(), text).unwrap();
            let powers = Powers::of(&network).unwrap();
            let matcher = Matcher::new(&network, samples, SETTINGS, crate::matching::Limits::default()).unwrap();
            let options = MatchOptions::default();
            let (dimension, mut here) = (matcher.teacher().value, 0);
            for trial in 0..60 {
                let instance = Instance::draw(&network, samples, options.ensemble, SETTINGS.seed, trial);
                let Some(Ok(quick)) = powers.decide(&allocation, &instance, dimension) else { continue };
                let Some(slow) = matcher.without_powers().real(&allocation, &options, trial) else { continue };
                assert_eq!(quick.real, slow, "{network} {text} {trial}");
                seen[usize::from(slow)] += 1;
                here += 1;
            }
            assert!(here > 20, "{network} {text}: {here} decided both ways");
        }
        assert!(seen.iter().all(|n| *n > 40), "{seen:?}");
    }
}
