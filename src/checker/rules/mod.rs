//! The rules, one file each. Every file says what its rule states and why that follows.

mod bounds;
mod claim;
mod conclusion;
mod condition;
mod count;
mod end;
mod instance;
mod kernel;
mod kinks;
mod matching;
mod minor;
mod powers;
mod random;
mod systems;
mod table;
mod transport;

use super::proof::{Fault, Proof, ensure};
use allocert_format::Rule;

/// The name of a rule.
pub(super) fn name(rule: &Rule) -> &'static str {
    match rule {
        Rule::Program { .. } => "program",
        Rule::Network { .. } => "network",
        Rule::Point { .. } => "point",
        Rule::Minor { .. } => "minor",
        Rule::Size { .. } => "size",
        Rule::Labels { .. } => "labels",
        Rule::Gauge { .. } => "gauge",
        Rule::Kernel { .. } => "kernel",
        Rule::Bound { .. } => "bound",
        Rule::Inclusion { .. } => "inclusion",
        Rule::Submodular { .. } => "submodular",
        Rule::Symmetry { .. } => "symmetry",
        Rule::Random { .. } => "random",
        Rule::Dimension { .. } => "dimension",
        Rule::Spans { .. } => "spans",
        Rule::Table { .. } => "table",
        Rule::Branch { .. } => "branch",
        Rule::Count { .. } => "count",
        Rule::Match { .. } => "match",
        Rule::Instance { .. } => "instance",
        Rule::Solution { .. } => "solution",
        Rule::Absence { .. } => "absence",
        Rule::Fractional { .. } => "fractional",
        Rule::Condition { .. } => "condition",
        Rule::Claim { .. } => "claim",
        Rule::End { .. } => "end",
    }
}

/// Whether a rule holds on each activation pattern of a network with kinks, and so for the largest dimension. Where labels are
/// not polynomial, no law of matches holds, and the largest of several rank functions is not submodular.
fn holds_on_patterns(rule: &Rule) -> bool {
    match rule {
        Rule::Program { .. } => true,
        Rule::Network { .. } | Rule::Point { .. } | Rule::Minor { .. } | Rule::Size { .. } | Rule::Labels { .. } => {
            true
        }
        Rule::Gauge { .. }
        | Rule::Kernel { .. }
        | Rule::Inclusion { .. }
        | Rule::Symmetry { .. }
        | Rule::Random { .. } => true,
        Rule::Dimension { .. } | Rule::Spans { .. } | Rule::Table { .. } => true,
        Rule::Condition { .. } | Rule::Claim { .. } | Rule::End { .. } => true,
        Rule::Bound { name, .. } => ["outputs", "signs", "chain"].contains(&name.as_str()),
        _ => false,
    }
}

/// Checks a step and remembers what it states.
pub(super) fn apply(proof: &mut Proof, step: u64, rule: Rule) -> Result<(), Fault> {
    let kinks = proof.network.as_ref().is_some_and(|network| network.has_kinks());
    ensure(!kinks || holds_on_patterns(&rule), "the rule does not hold for ReLU networks: labels are not polynomial")?;
    match rule {
        Rule::Program { name, text, sha256 } => proof.carry(name, text, sha256),
        Rule::Network { network, samples } => {
            let same = proof.header.network.as_ref().is_none_or(|n| *n == network && proof.header.samples == samples);
            ensure(same, "the header names another network or other samples")?;
            proof.enter(&network, samples)
        }
        Rule::Point { weights, inputs } => minor::point(proof, step, &weights, &inputs),
        Rule::Minor { of, at_least, point, rows, columns } => {
            minor::minor(proof, step, (&of, at_least), point, &rows, &columns)
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
        Rule::Fractional { of, spans, absence } => instance::fractional(proof, step, &of, (spans, absence)),
        Rule::End { steps, header, answer, statements } => end::end(proof, step, steps, &header, &answer, statements),
    }
}
