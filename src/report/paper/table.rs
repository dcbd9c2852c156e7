//! The claims as tables: those of sources, what else is known, and those that are ours.

use allocert_core::text::thousands;
use allocert_record::Verify;

use super::super::outcome;
use super::named;
use super::pictures::figure_of;
use super::prose::{identifier, plain};
use super::rules::letters;
use super::source::Standing;
use super::sources::Sources;

/// All claims by their numbers, in a table for each standing of a statement.
pub(super) fn tables(claims: &[Verify], sources: &Sources) -> String {
    let of = |standing| (0..claims.len()).filter(|place| sources.standing(*place) == standing).collect::<Vec<usize>>();
    let (stated, known, ours) = (of(Standing::Stated), of(Standing::Known), of(Standing::Ours));
    let sourced = stated.iter().any(|place| sources.is_sourced(*place));
    let mut text = String::from("\\setlength{\\tabcolsep}{3pt}\\setlength{\\LTcapwidth}{\\textwidth}\n");
    if !stated.is_empty() {
        let about = if sourced {
            "Statements of the sources, in the form in which they were tested here. Where an entry says that a part is ours, that part is not the source's"
        } else {
            "The claims"
        };
        text.push_str(&table(claims, &stated, sources, ("Source", about)));
    }
    if !known.is_empty() {
        let about = "Known results. The work that is named proves them, or says that they are known; where in it they stand was not looked up";
        text.push_str(&table(claims, &known, sources, ("Known from", about)));
    }
    if !ours.is_empty() {
        let about = "Statements of this program. The work that is named is where the idea comes from, or what the statement is near to; it is not said that the statement stands there. Those that are refuted \
                     are generalisations that are easily believed, tested for contrast; that they fail says nothing against the work";
        text.push_str(&table(claims, &ours, sources, ("Compare", about)));
    }
    text
}

/// A table of the claims at these places.
fn table(claims: &[Verify], places: &[usize], sources: &Sources, (source, about): (&str, &str)) -> String {
    let head = format!("& Claim & {source} & Outcome & Networks & Instances & Evidence & Known by \\\\\n\\midrule\n");
    // The column of works is narrow where none is named.
    let wide = if places.iter().any(|place| sources.is_sourced(*place)) { "0.1" } else { "0.06" };
    let mut text = format!(
        "{{\\small\n\\begin{{longtable}}{{@{{}}r>{{\\raggedright\\arraybackslash}}p{{0.29\\textwidth}}>{{\\raggedright\\arraybackslash}}p{{{wide}\\textwidth}}lrrl>{{\\raggedright\\arraybackslash}}p{{0.095\\textwidth}}@{{}}}}\n\\caption{{{about}.}}\\\\\n\\toprule\n\
         {head}\\endfirsthead\n\\toprule\n{head}\\endhead\n\\bottomrule\n\\endfoot\n"
    );
    for place in places {
        let claim = &claims[*place];
        let figure = figure_of(claims, *place).map_or_else(String::new, |number| format!(", Fig.~{number}"));
        let row = [
            (place + 1).to_string(),
            format!("{{\\scriptsize {}}}", identifier(named(claims, claim))),
            sources.cited(*place, false),
            plain(outcome(claim)) + &figure,
            number(claim.networks_listed.len().max(claim.networks)),
            number(claim.allocations),
            of_claim(claim) + star(claim),
            letters(claim),
        ];
        text.push_str(&format!("{} \\\\\n", row.join(" & ")));
    }
    text.push_str("\\end{longtable}}\n");
    text
}

/// A number with thin spaces.
pub(super) fn number(number: impl std::fmt::Display) -> String {
    thousands(number).replace(',', "\\,")
}

/// The sign of a claim that rests on a theorem of others.
pub(super) fn star(claim: &Verify) -> &'static str {
    if claim.theorems.is_empty() || claim.failed { "" } else { "\\,\\textsuperscript{*}" }
}

/// How Ax's theorem is used where a network takes logarithms.
const LOGARITHMS: &str = " So are logarithms, as in softplus, together with them: of a logarithm it is the value, not the argument, that enters the linear independence.";

/// What answers rest on besides their own proofs.
pub(super) fn theorems(claims: &[Verify], sources: &mut Sources) -> String {
    let mut all: Vec<&str> = claims.iter().flat_map(|claim| claim.theorems.iter().map(String::as_str)).collect();
    all.sort_unstable();
    all.dedup();
    let each = all.into_iter().map(|theorem| {
        let cite = sources.theorem(theorem);
        let cite = if cite.is_empty() { cite } else { format!("~{cite}") };
        // The name of the theorem speaks of exponentials; logarithms are taken by the same theorem.
        let (consequence, logarithms) =
            if theorem.starts_with("Ax's theorem") { ("a consequence of ", LOGARITHMS) } else { ("", "") };
        format!(
            "\\par\\noindent{{\\footnotesize $^{{*}}$Rests on {consequence}{}{cite}.{logarithms}\\par}}\n",
            super::prose::prose(theorem)
        )
    });
    each.collect()
}

/// How a claim's outcome is known, for LaTeX; nothing is said of one that could not be evaluated.
pub(in super::super) fn of_claim(claim: &Verify) -> String {
    if claim.failed { "--".to_owned() } else { evidence(claim.evidence.as_deref(), claim.error_log2) }
}

/// How an answer is known, for LaTeX.
pub(super) fn evidence(name: Option<&str>, error_log2: Option<i64>) -> String {
    match (name, error_log2) {
        (Some("bounded"), Some(bound)) => format!("error $\\le 2^{{{bound}}}$"),
        (Some(name @ ("proved" | "statistical" | "open")), _) => name.to_owned(),
        _ => "open".to_owned(),
    }
}
