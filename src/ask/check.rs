//! A certificate checked, and the names of families that are written in the claim language held against their programs.

use std::io::BufRead;

use allocert_checker::{Carried, Options, Report, Verdict, check_with};
use allocert_claims::{FAMILIES, network};
use allocert_prove::carried_text;

/// What the checker says. It builds the built-in families itself; of other names it knows the program that the certificate carries,
/// and nothing else. A program that is carried under the name of a shipped family (`attention(…)`) and is another one is refused here.
pub fn check(reader: impl BufRead, options: Options) -> Report {
    let report = check_with(reader, options);
    let Some(wrong) = report.programs.iter().find(|carried| is_another(carried)) else {
        return report;
    };
    let family = family_of(&wrong.network);
    let reason = format!("the program that is carried as {} is not that of the family {family}", wrong.network);
    Report { verdict: Verdict::Invalid, rule: Some("program"), reason: Some(reason), ..Report::default() }
}

fn family_of(name: &str) -> &str {
    name.split('(').next().unwrap_or_default()
}

fn is_another(carried: &Carried) -> bool {
    let shipped = FAMILIES.iter().any(|family| family.name == family_of(&carried.network));
    shipped && network(&carried.network).ok().and_then(|network| carried_text(&network)).as_ref() != Some(&carried.text)
}
