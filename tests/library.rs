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
