//! The library of claims in `proofs/` comes out as its authors say.

#[path = "common/program.rs"]
mod program;

use program::{allocert, objects};

#[test]
fn every_claim_is_as_expected() {
    let run = allocert(&["verify", "proofs", "--json"]);
    let results = objects(&run);
    for result in &results {
        assert_eq!(result["as_expected"], true, "{result}");
        assert!(result["source"].is_string() || !result["statement"].as_str().unwrap().is_empty());
    }
    assert_eq!(run.status, 0, "{}", run.err);
    let outcomes = |name: &str| results.iter().filter(|r| r["outcome"] == name).count();
    assert!(outcomes("verified") >= 60 && outcomes("refuted") >= 10 && outcomes("open") >= 1);
    // Names are unique over all files, so that --only and other people's scripts can use them.
    let mut names: Vec<&str> = results.iter().map(|r| r["claim"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn the_naive_formula_for_an_interior_layer_falls_at_its_smallest_counterexample() {
    let run = allocert(&["verify", "proofs", "--json", "--only", "*naive*"]);
    let results = objects(&run);
    let found =
        results.iter().find(|r| r["counterexample"]["network"] == "lffn([2, 3, 3, 2])").expect("the naive formula");
    assert_eq!(found["counterexample"]["allocation"], "W2[0,0] W2[0,1] W2[1,2] W2[2,2]");
    assert_eq!(found["counterexample"]["dim"], 3);
}

/// The files in `proofs/published/` with what their claims came out as.
fn published() -> Vec<serde_json::Value> {
    let run = allocert(&["verify", "proofs/published", "--json"]);
    assert_eq!(run.status, 0, "{}", run.err);
    objects(&run)
}

#[test]
fn published_results_name_their_source_and_say_what_is_asked_here() {
    let results = published();
    let text = |result: &serde_json::Value, field: &str| result[field].as_str().unwrap_or_default().to_owned();
    let stated: Vec<_> = results.iter().filter(|r| !text(r, "source").starts_with("after ")).collect();
    let settled = stated.iter().filter(|r| r["outcome"] == "verified" && r["evidence"] != "statistical");
    assert!(settled.count() >= 60, "{} claims are published statements", stated.len());
    let located = stated.iter().filter(|r| !text(r, "source").starts_with("known from "));
    assert!(located.count() >= 50, "of {} published statements", stated.len());
    for result in &results {
        assert!(text(result, "claim").starts_with("published/"), "{result}");
        assert!(!text(result, "source").is_empty(), "{result}");
        // What no source claims is there to be refuted, or is open.
        let is_stated =
            !text(result, "source").starts_with("after ") && !text(result, "source").starts_with("known from ");
        assert_eq!(is_stated, text(result, "statement").contains("In the source"), "{result}");
    }
}

#[test]
fn every_file_of_published_results_is_in_their_table() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs/published");
    let table = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let mut files = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".star") {
            files += 1;
            assert!(table.contains(&format!("]({name})")), "{name} is not in proofs/published/README.md");
        }
    }
    assert!(files >= 15);
}
