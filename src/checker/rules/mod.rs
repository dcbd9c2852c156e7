//! The rules, one file each. Every file says what its rule states and why that follows.

mod bounds;
mod claim;
mod conclusion;
mod condition;
mod count;
mod end;
mod ends;
mod far;
mod independent;
mod inertia;
mod instance;
mod kernel;
mod kinks;
mod matching;
mod minor;
mod odd;
mod part;
mod powers;
mod random;
mod signs;
mod systems;
mod table;
mod tied;
mod transport;
mod unmatched;

use super::proof::{Fault, Proof, ensure};
use allocert_format::Rule;

/// Whether a rule holds on each activation pattern of a network with kinks, and so for the largest dimension. Where labels are
/// not polynomial, no law of matches holds, and the largest of several rank functions is not submodular.
fn holds_on_patterns(rule: &Rule) -> bool {
    let all = "program network point minor size labels gauge kernel inclusion symmetry random dimension spans table";
    match rule {
        Rule::Bound { name, .. } => ["outputs", "signs", "chain"].contains(&name.as_str()),
        Rule::Condition { .. } | Rule::Claim { .. } | Rule::End { .. } => true,
        _ => all.split(' ').any(|name| name == rule.name()),
    }
}

/// Whether a rule holds for networks with quotients, exponentials and logarithms. Their dimensions are ranks of one matroid, and an
/// allocation that does not span matches with probability 0; but lower bounds from points need independent exponentials, which only
/// `minor` asks for, and all else is about polynomials.
fn holds_for_analytic(rule: &Rule) -> bool {
    let all = "program network point independent minor size labels kernel inclusion submodular random dimension spans \
               claim end";
    match rule {
        Rule::Condition { points, .. } => points.is_empty(),
        Rule::Match { law, .. } => law == "not spanning",
        _ => all.split(' ').any(|name| name == rule.name()),
    }
}

/// Checks a step and remembers what it states.
pub(super) fn apply(proof: &mut Proof, step: u64, rule: Rule) -> Result<(), Fault> {
    let kinks = proof.network.as_ref().is_some_and(|network| network.has_kinks());
    ensure(!kinks || holds_on_patterns(&rule), "the rule does not hold for ReLU networks: labels are not polynomial")?;
    let analytic = proof.network.as_ref().is_some_and(|network| network.is_analytic());
    ensure(
        !analytic || holds_for_analytic(&rule),
        "the rule does not hold for networks with quotients or exponentials",
    )?;
    match rule {
        Rule::Program { name, text, sha256 } => proof.carry(name, text, sha256),
        Rule::Network { network, samples } => {
            let same = proof.header.network.as_ref().is_none_or(|n| *n == network && proof.header.samples == samples);
            ensure(same, "the header names another network or other samples")?;
            proof.enter(&network, samples)
        }
        Rule::Point { weights, inputs, functions } => minor::point(proof, step, (&weights, &inputs), &functions),
        Rule::Independent { points } => independent::independent(proof, step, &points),
        Rule::Minor { of, at_least, point, rows, columns, independent } => {
            minor::minor(proof, step, (&of, at_least), (point, independent), &rows, &columns)
        }
        Rule::Size { of, at_most } => bounds::size(proof, step, &of, at_most),
        Rule::Labels { of, at_most } => bounds::labels(proof, step, &of, at_most),
        Rule::Gauge { of, at_most, point, vectors } => kernel::gauge(proof, step, (&of, at_most), point, &vectors),
        Rule::Kernel { of, at_most, point, vectors } => kernel::kernel(proof, step, (&of, at_most), point, &vectors),
        Rule::Bound { of, at_most, name } => bounds::named(proof, step, (&of, at_most), &name),
        Rule::Inclusion { of, at_most, from } => transport::inclusion(proof, step, (&of, at_most), from),
        Rule::Submodular { of, at_most, from, meet } => transport::submodular(proof, step, (&of, at_most), from, meet),
        Rule::Symmetry { of, at_most, from, swaps } => transport::symmetry(proof, step, (&of, at_most), from, &swaps),
        Rule::Random { of, at_most, error_log2, missing } => {
            random::random(proof, step, (&of, at_most), error_log2, &missing)
        }
        Rule::Dimension { of, dim, least, most } => conclusion::dimension(proof, step, (&of, dim), least, most),
        Rule::Spans { of, spans, from } => conclusion::spans(proof, step, (&of, spans), from),
        Rule::Table { within, points, counts, unproved, error_log2 } => {
            table::table(proof, step, (&within, &points), &counts, (unproved, error_log2))
        }
        Rule::Branch { within, contains, avoids, point, counts } => {
            count::branch(proof, step, (&within, &contains, &avoids), point, &counts)
        }
        Rule::Count { within, branches, counts, unproved, error_log2 } => {
            count::count(proof, step, &within, &branches, &counts, (unproved, error_log2))
        }
        rule @ Rule::Condition { .. } => condition::condition(proof, step, &rule),
        rule @ Rule::Claim { .. } => claim::claim(proof, step, &rule),
        Rule::Match { of, verdict, law, from, basis, degree } => {
            matching::matching(proof, step, (&of, &verdict, &law), from, basis.as_deref(), degree)
        }
        Rule::Instance { of, trial: _, student, teacher, inputs } => {
            instance::instance(proof, step, &of, (&student, &teacher, &inputs))
        }
        Rule::Solution { of, instance, polynomial, between, values } => {
            instance::solution(proof, step, (&of, instance), (&polynomial, &between), &values)
        }
        Rule::Absence { of, instance, multipliers, form, polynomial, nearby } => {
            instance::absence(proof, step, (&of, instance), (&multipliers, &form, &polynomial), nearby)
        }
        rule @ Rule::Odd { .. } => odd::odd(proof, step, &rule),
        Rule::Part { of, law, at, parts } => part::part(proof, step, (&of, &law, at), parts),
        rule @ Rule::Unmatched { .. } => unmatched::unmatched(proof, step, &rule),
        Rule::Fractional { of, spans, absence } => instance::fractional(proof, step, &of, (spans, absence)),
        Rule::End { steps, header, answer, statements } => end::end(proof, step, steps, &header, &answer, statements),
    }
}
