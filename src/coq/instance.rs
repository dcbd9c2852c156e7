//! Single instances and what is shown of them, as `Instances.v` has them.

use super::form::Form;
use super::polynomial::Polynomial;

/// A rational number, as texts of its numerator and its denominator.
pub(super) struct Rational(String, String);

impl Rational {
    /// Reads `-3/4` or `2`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (above, below) = text.split_once('/').unwrap_or((text, "1"));
        let number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let fits =
            number(above.strip_prefix('-').unwrap_or(above)) && number(below) && below.bytes().any(|b| b != b'0');
        fits.then(|| Rational(above.to_owned(), below.to_owned()))
    }

    pub(super) fn all(texts: &[String]) -> Option<Vec<Self>> {
        texts.iter().map(|text| Rational::parse(text)).collect()
    }

    fn term(&self, form: Form) -> String {
        match form {
            Form::Coq => format!("r ({}) {}", self.0, self.1),
            Form::Plain => format!("{} {}", self.0, self.1),
        }
    }
}

fn list(form: Form, numbers: &[Rational]) -> String {
    form.list(numbers.iter().map(|number| number.term(form)))
}

fn lists(form: Form, all: &[Vec<Rational>]) -> String {
    form.list(all.iter().map(|numbers| list(form, numbers)))
}

/// A student, a teacher, and inputs.
pub(super) struct Instance {
    pub(super) student: Vec<Rational>,
    pub(super) teacher: Vec<Rational>,
    pub(super) inputs: Vec<Vec<Rational>>,
}

impl Instance {
    pub(super) fn parse(student: &[String], teacher: &[String], inputs: &[Vec<String>]) -> Option<Self> {
        let inputs = inputs.iter().map(|x| Rational::all(x)).collect::<Option<_>>()?;
        Some(Instance { student: Rational::all(student)?, teacher: Rational::all(teacher)?, inputs })
    }

    pub(super) fn term(&self, form: Form) -> String {
        let parts = [list(form, &self.student), list(form, &self.teacher), lists(form, &self.inputs)];
        format!("{}{}", form.word("Instance\n  ", ""), parts.join("\n  "))
    }
}

/// Why an instance has a match, or none.
pub(super) enum Shown {
    /// A root of a polynomial, between two numbers, in which the learnable weights are polynomials.
    Solution {
        polynomial: Vec<Rational>,
        between: (Rational, Rational),
        values: Vec<Vec<Rational>>,
        /// On any inputs, not only on those of the instance.
        everywhere: bool,
    },
    /// A combination of the equations is a polynomial, in a form, without a root; its coefficients are integers.
    Absence { multipliers: Vec<Polynomial>, form: Polynomial, polynomial: Vec<String> },
}

impl Shown {
    pub(super) fn solution(
        polynomial: &[String],
        between: &(String, String),
        values: &[Vec<String>],
        everywhere: bool,
    ) -> Option<Self> {
        Some(Shown::Solution {
            polynomial: Rational::all(polynomial)?,
            between: (Rational::parse(&between.0)?, Rational::parse(&between.1)?),
            values: values.iter().map(|value| Rational::all(value)).collect::<Option<_>>()?,
            everywhere,
        })
    }

    pub(super) fn absence(multipliers: Vec<Polynomial>, form: Polynomial, polynomial: &[String]) -> Option<Self> {
        let integral = |text: &String| Rational::parse(text).filter(|number| number.1 == "1").map(|number| number.0);
        let polynomial = polynomial.iter().map(integral).collect::<Option<_>>()?;
        Some(Shown::Absence { multipliers, form, polynomial })
    }

    /// What is stated, what is computed, and the theorem about it; the last is the word of the plain form.
    pub(super) fn names(&self) -> [&'static str; 4] {
        match self {
            Shown::Solution { everywhere: false, .. } => ["matched", "solution_ok", "solution_sound", "match"],
            Shown::Solution { everywhere: true, .. } => {
                ["matched_everywhere", "solution_everywhere_ok", "solution_everywhere_sound", "match_everywhere"]
            }
            Shown::Absence { .. } => ["unmatched", "absence_ok", "absence_sound", "no_match"],
        }
    }

    pub(super) fn term(&self, form: Form) -> String {
        match self {
            Shown::Solution { polynomial, between, values, .. } => {
                let (low, high) = (between.0.term(form), between.1.term(form));
                let between = match form {
                    Form::Coq => format!("({low}) ({high})"),
                    Form::Plain => format!("{low} {high}"),
                };
                format!("{}{} {between} {}", form.word("Solution ", ""), list(form, polynomial), lists(form, values))
            }
            Shown::Absence { multipliers, form: of, polynomial } => {
                let multipliers = form.list(multipliers.iter().map(|c| c.term(form, 1)));
                let polynomial = form.scoped(form.list(polynomial.iter().cloned()), "ZZ");
                format!("{}{multipliers} {} {polynomial}", form.word("Absence ", ""), of.term(form, 1))
            }
        }
    }
}
