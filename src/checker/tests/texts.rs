//! The certificates of `tests/certificates`: each is called what its file says, for the reason that it says.

mod cases;

use std::collections::BTreeMap;

use allocert_checker::{Report, Verdict, check};
use allocert_format::Step;
use cases::{cases, files};

/// As the files write it.
fn said(report: &Report) -> String {
    match report.verdict {
        Verdict::Valid | Verdict::Holey => {
            let holes: String = report.holes.iter().map(|hole| format!("\n   {}", hole.reason)).collect();
            format!("=> {}: {}{holes}", report.verdict.name(), report.statements.join("; "))
        }
        Verdict::Invalid | Verdict::Refused { .. } => {
            let (step, reason) = (report.step.unwrap(), report.reason.as_deref().unwrap());
            format!("=> {} at step {step}: {reason}", report.verdict.name())
        }
    }
}

#[test]
fn each_text_is_called_what_its_file_says() {
    let mut wrong = Vec::new();
    for path in files() {
        for case in cases(&path) {
            let found = said(&check(case.text.as_bytes()));
            if found != case.expected {
                let file = path.file_name().unwrap().to_string_lossy().into_owned();
                wrong.push(format!(
                    "{file}: {}\n{}\n  expected {}\n  found    {found}",
                    case.name, case.text, case.expected
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every rule is the last one of a certificate that is accepted, and at fault in two or more that are not.
#[test]
fn every_rule_has_texts() {
    let mut accepted: BTreeMap<String, usize> = BTreeMap::new();
    let mut refused = accepted.clone();
    for case in files().iter().flat_map(|path| cases(path)) {
        let report = check(case.text.as_bytes());
        let steps: Vec<Step> = case.text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect();
        for step in steps {
            let rule = serde_json::to_value(&step.by).unwrap().as_object().unwrap().keys().next().unwrap().clone();
            let fault = report.step == Some(step.step) && report.verdict == Verdict::Invalid;
            *accepted.entry(rule.clone()).or_default() += usize::from(report.verdict != Verdict::Invalid);
            *refused.entry(rule).or_default() += usize::from(fault);
        }
    }
    for (rule, count) in accepted {
        assert!(count >= 1 && (refused[&rule] >= 2 || rule == "network"), "{rule}: {count}, {}", refused[&rule]);
    }
}
