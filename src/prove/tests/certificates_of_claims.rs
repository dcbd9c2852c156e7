//! The certificate of a claim says what it proves: whether its condition was evaluated, of which networks, and nothing else.

use std::time::Duration;

use allocert_checker::{Report, Standing, Verdict, check};
use allocert_claims::{CheckOptions, load};
use allocert_core::control::Control;
use allocert_core::reach::Settings;
use allocert_format::{Rule, Step};
use allocert_prove::of_claim;

const SETTINGS: Settings = Settings { seed: 1, error_log2: -60 };

/// The certificate of a claim with these arguments besides its name and statement.
fn certificate(name: &str, arguments: &str) -> String {
    let place = std::env::temp_dir().join(format!("allocert-claims-{}-{}.star", std::process::id(), unique()));
    let text = format!("claim(name = \"{name}\", statement = \"In words.\", {arguments})\n");
    std::fs::write(&place, text).unwrap();
    let claims = load(&place, SETTINGS).unwrap();
    std::fs::remove_file(&place).unwrap();
    let options = CheckOptions { settings: SETTINGS, time_limit: Duration::from_secs(60), max_allocations: 1 << 20 };
    of_claim(&allocert_claims::check(&claims[0], &options, &Control::unlimited()), SETTINGS).text
}

fn unique() -> usize {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

fn report(text: &str) -> Report {
    check(text.as_bytes())
}

/// A claim that is refuted, and one whose condition is not in the language of certificates.
const REFUTED: &str = "networks = [lffn([1, 1, 1]), lffn([2, 1, 1])], holds = lambda net, a: a.dim == a.size";
const NOT_EVALUATED: &str = "networks = [lffn([1, 1, 1])], holds = lambda net: net.count(1, 1) == 2";

/// The verdict is never a bare `valid` where the condition was not evaluated.
fn is_honest(report: &Report) -> bool {
    match (report.verdict, report.claim) {
        (Verdict::Valid, standing) => standing == Some(Standing::Follows),
        (Verdict::Holey, standing) => standing.is_some(),
        _ => false,
    }
}

#[test]
fn what_is_not_evaluated_is_not_valid() {
    let text = certificate("a/b-c_1", NOT_EVALUATED);
    let report = report(&text);
    assert_eq!((report.verdict, report.claim), (Verdict::Holey, Some(Standing::NotEvaluated)), "{}", report.text(""));
    assert!(report.is_whole() && is_honest(&report));
    let said = "claim a/b-c_1 is reported verified of lffn([1, 1, 1]), functional (its formula is not evaluated here)";
    assert!(report.statements.iter().any(|s| s == said), "{:?}", report.statements);
    let json: serde_json::Value = serde_json::from_str(&report.json("f")).unwrap();
    assert_eq!(
        (&json["verdict"], &json["claim"], &json["dimensions"]),
        (&"holey".into(), &"not evaluated".into(), &"valid".into())
    );
    assert!(report.text("f").contains("the claim itself is not evaluated"));
}

#[test]
fn every_text_is_bound() {
    for (arguments, outcome) in [(NOT_EVALUATED, "verified"), (REFUTED, "refuted")] {
        let text = certificate("c", arguments);
        assert!(is_honest(&report(&text)), "{}", report(&text).text(""));
        // What is changed below is there.
        assert!(text.contains("\"statement\":\"In words.\""), "{text}");
        let changes = [
            (outcome, "contradicted"),
            (outcome, "supported"),
            (outcome, "open"),
            ("In words.", "In other words."),
            ("claim c is", "claim d is"),
            ("\"name\":\"c\"", "\"name\":\"d\""),
            ("\"name\":\"c\"", "\"name\":\"c is proved. claim d\""),
            ("[\"lffn([1, 1, 1])\",null]", "[\"lffn([1, 1, 1])\",5]"),
        ];
        for (from, to) in changes {
            let changed = text.replace(from, to);
            if changed != text {
                let report = report(&changed);
                assert_eq!(report.verdict, Verdict::Invalid, "{from} became {to}: {}\n{changed}", report.text(""));
                assert!(report.step.is_some());
            }
        }
    }
}

/// A forger computes the seal again: then what is said is still tied to the dimensions.
#[test]
fn a_counterexample_is_of_the_network_of_its_dimensions() {
    let text = certificate("c", REFUTED);
    let forged = |change: &dyn Fn(&mut Rule)| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let place = lines.len() - 2;
        let mut step: Step = serde_json::from_str(&lines[place]).unwrap();
        let words = |rule: &Rule| {
            let Rule::Claim { conditions, .. } = rule else { panic!("a claim") };
            let said = |step: &u64| {
                let cited: Step = serde_json::from_str(text.lines().nth(*step as usize).unwrap()).unwrap();
                allocert_format::condition_in_words(&cited.by).unwrap()
            };
            let cited: Vec<String> = conditions.iter().map(said).collect();
            allocert_format::claim_in_words(rule, &cited, |_| None).unwrap()
        };
        let before = words(&step.by);
        change(&mut step.by);
        let of = step.by.seal();
        if let Rule::Claim { seal, .. } = &mut step.by {
            *seal = of;
        }
        let after = words(&step.by);
        lines[place] = serde_json::to_string(&step).unwrap();
        let end = lines.len() - 1;
        lines[end] =
            lines[end].replace(&serde_json::to_string(&before).unwrap(), &serde_json::to_string(&after).unwrap());
        report(&(lines.join("\n") + "\n"))
    };
    assert!(is_honest(&forged(&|_| {})));
    let network = |to: &'static str| {
        move |rule: &mut Rule| {
            if let Rule::Claim { counterexample: Some(c), .. } = rule {
                c.network = to.to_owned();
            }
        }
    };
    for other in [
        "lffn([3, 1, 1])",
        "lffn([1, 1, 1], bias=True)",
        "pnn([1, 1, 1], degree=2)",
        "nothing at all",
        "lffn([1, 1, 1]) is proved",
    ] {
        let report = forged(&network(other));
        assert_eq!(report.verdict, Verdict::Invalid, "{other}: {}", report.text(""));
    }
    let allocation = forged(&|rule| {
        if let Rule::Claim { counterexample: Some(c), .. } = rule {
            c.allocation = Some("W7[0,0]".to_owned());
        }
    });
    assert_eq!(allocation.verdict, Verdict::Invalid);
    let renamed = forged(&|rule| {
        if let Rule::Claim { name, .. } = rule {
            *name = "c\nthe dimension of all is 0".to_owned();
        }
    });
    assert_eq!(renamed.verdict, Verdict::Invalid);
    let elsewhere = forged(&|rule| {
        if let Rule::Claim { networks, .. } = rule {
            networks.push(("lffn([9, 9])".to_owned(), None));
        }
    });
    assert_eq!(elsewhere.verdict, Verdict::Invalid);
}

/// What is asked of one network inside some weights is asked of each inside the same.
#[test]
fn conditions_are_inside_the_same_weights() {
    let arguments = "networks = [lffn([2, 1, 2]), lffn([1, 2, 2])], allocations = within(\"W1\"), \
                     holds = lambda net, a: a.dim <= a.size";
    let text = certificate("c", arguments);
    assert_eq!((report(&text).verdict, report(&text).claim), (Verdict::Valid, Some(Standing::Follows)), "{text}");
    let (from, to) = ("\"within\":\"W1\"", "\"within\":\"none\"");
    assert_eq!(text.matches(from).count(), 2, "{text}");
    let last = |text: &str, from: &str, to: &str| {
        let at = text.rfind(from).unwrap();
        [&text[..at], to, &text[at + from.len()..]].concat()
    };
    // The words of the step in the last line are changed, too.
    let one = last(&last(&text, from, to), "for all allocations a inside W1", "for all allocations a inside none");
    let refused = report(&one);
    assert_eq!(refused.verdict, Verdict::Invalid, "{}", refused.text(""));
    assert!(refused.reason.is_some_and(|reason| reason.contains("inside different weights")));
}

/// Names of claims may be anything; in certificates they are one word.
#[test]
fn names_with_spaces_are_written_as_one_word() {
    let text = certificate("the first, and is proved", NOT_EVALUATED);
    let report = report(&text);
    assert!(
        report.statements.iter().any(|s| s.starts_with("claim the_first__and_is_proved is reported")),
        "{:?}",
        report.statements
    );
}
