//! Single instances: that one has a real match, that another has none, and what follows for the match probability.

use rug::{Integer, Rational};

use allocert_core::algebra::{Parametrization, Polynomials, Refutation};
use allocert_core::allocation::Allocation;
use allocert_core::control::Control;
use allocert_core::matching::{Decision, Estimate, Instance, MatchOptions, Matcher, Proof};
use allocert_core::network::Network;
use allocert_core::number::{Dyadic, Integers};

use super::ground::sum;
use super::{Engine, Section};
use allocert_format::Rule;

/// So many instances are looked at for one with a match and one without.
const MOST_TRIALS: u64 = 64;
/// So many of either kind, at most, are tried to be proved.
const MOST_PROOFS: u64 = 3;
/// Steps longer than this, in bytes, are not written: their numbers would take the checker over its limits.
const MOST_BYTES: usize = 1 << 15;
/// Of a match so many, over how often its polynomials are multiplied with each other.
const MOST_OF_A_MATCH: usize = 48_000;

/// The instances of a certificate: the steps that state something.
#[derive(Clone, Debug, Default)]
pub(super) struct Instances {
    /// That one has a match, and that one has none.
    pub(super) stated: Vec<u64>,
    /// That none near it has one, either: what makes the match probability smaller than 1.
    pub(super) nearby: Option<u64>,
}

impl Instances {
    /// Proves one instance with a match and one without, the earliest for which that succeeds.
    pub(super) fn prove(
        section: &mut Section<'_, impl Engine>,
        matcher: &Matcher,
        (allocation, estimate): (&Allocation, &Estimate),
        control: &Control<'_>,
    ) -> Self {
        let options = MatchOptions { ensemble: estimate.ensemble, ..MatchOptions::default() };
        let mut instances = Instances::default();
        // How many proofs of a match, and of the lack of one, may still be tried.
        let mut left = [estimate.matched, estimate.unmatched].map(|count| count.min(MOST_PROOFS));
        let first = estimate.trials.min(MOST_TRIALS);
        for trial in (0..first).chain(estimate.without_match.filter(|trial| *trial >= first)) {
            if left == [0; 2] || control.stopped().is_some() {
                break;
            }
            let kind = match matcher.instance(allocation, &options, trial, control) {
                Decision::Decided(finding) => usize::from(!finding.real),
                Decision::Undecided(_) => continue,
            };
            if left[kind] == 0 {
                continue;
            }
            left[kind] -= 1;
            if let Some((instance, proof)) = matcher.witness(allocation, &options, trial)
                && instances.state(section, matcher, allocation, (trial, &instance), &proof)
            {
                left[kind] = 0;
            }
        }
        instances
    }

    /// Writes an instance and its proof, if they are short enough.
    fn state(
        &mut self,
        section: &mut Section<'_, impl Engine>,
        matcher: &Matcher,
        allocation: &Allocation,
        (trial, instance): (u64, &Instance),
        proof: &Proof,
    ) -> bool {
        // A step about all inputs at once needs no more inputs than there are samples.
        // The equations of a refutation are those of labels without fractions.
        let whole = matcher.network().label_scales().iter().all(|scale| *scale == 1);
        if !whole && matches!(proof, Proof::NoMatch(..)) {
            return false;
        }
        let few = matcher.samples().count().is_none_or(|m| instance.inputs.len() as u64 <= m);
        let of = section.text(allocation);
        let list = |values: &[Dyadic]| values.iter().map(dyadic).collect::<Vec<_>>();
        let stated = Rule::Instance {
            of: of.clone(),
            trial,
            student: list(&instance.student),
            teacher: list(&instance.teacher),
            inputs: instance.inputs.iter().map(|x| list(x)).collect(),
        };
        let rule = |at: u64| match proof {
            Proof::Match(found) => solution(of.clone(), at, found),
            Proof::NoMatch(refutation, ring) => {
                absence(of.clone(), at, (matcher.network(), allocation), refutation, ring)
            }
        };
        let network = matcher.network();
        let powers = network.exponents().map_or(1, |degrees| degrees.iter().map(|g| *g as usize).product());
        let factors = powers.max(network.shapes().steps.unwrap_or(1));
        let long = |rule: &Rule| {
            let solution = matches!(rule, Rule::Solution { .. });
            let most = if solution { MOST_BYTES.min(MOST_OF_A_MATCH / factors) } else { MOST_BYTES };
            serde_json::to_string(rule).is_ok_and(|text| text.len() > most)
        };
        if !few || long(&stated) || long(&rule(0)) {
            return false;
        }
        let at = section.step(stated);
        let step = section.step(rule(at));
        self.stated.push(step);
        if matches!(proof, Proof::NoMatch(Refutation { nearby: true, .. }, _)) {
            self.nearby = Some(step);
        }
        true
    }
}

fn dyadic(value: &Dyadic) -> String {
    value.rational().to_string()
}

fn solution(of: String, instance: u64, found: &Parametrization) -> Rule {
    let list = |values: &[Rational]| values.iter().map(Rational::to_string).collect::<Vec<_>>();
    Rule::Solution {
        of,
        instance,
        polynomial: found.polynomial.iter().map(Integer::to_string).collect(),
        between: (found.between.0.to_string(), found.between.1.to_string()),
        values: found.values.iter().map(|g| list(g)).collect(),
    }
}

fn absence(
    of: String,
    instance: u64,
    (network, allocation): (&Network, &Allocation),
    refutation: &Refutation,
    ring: &Polynomials<Integers>,
) -> Rule {
    let names: Vec<String> = allocation.iter().map(|w| network.layout().weight(w).to_string()).collect();
    let powers = |m| {
        let powers = names.iter().enumerate().map(|(i, name)| (name.clone(), ring.monomials().exponent(m, i)));
        powers.filter(|(_, e)| *e > 0).collect::<Vec<_>>()
    };
    let terms = refutation.multipliers.iter().map(|c| c.terms().unwrap_or_default());
    let form: Vec<Integer> = refutation.form.iter().map(|a| Integer::from(*a)).collect();
    let form = names.iter().zip(&form).filter(|(_, a)| !a.is_zero()).map(|(name, a)| (vec![(name.clone(), 1)], a));
    Rule::Absence {
        of,
        instance,
        multipliers: terms.map(|t| sum(t.iter().map(|(m, c)| (powers(*m), c)))).collect(),
        form: sum(form),
        polynomial: refutation.polynomial.iter().map(Integer::to_string).collect(),
        nearby: refutation.nearby,
    }
}
