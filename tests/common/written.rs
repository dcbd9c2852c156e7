//! Certificates written step by step, true ones and false ones.

use allocert::certificate::format::{FORMAT, Header, Rule, Step, VERSION};

/// A certificate of these steps about one network; the last of them is the answer.
pub fn certificate(about: &str, network: &str, samples: Option<u64>, steps: Vec<Rule>, statement: &str) -> String {
    let header = Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        about: about.to_owned(),
        network: Some(network.to_owned()),
        samples,
        allocation: None,
        ensemble: None,
        seed: 1,
    };
    let first = Rule::Network { network: network.to_owned(), samples };
    let mut steps: Vec<Rule> = std::iter::once(first).chain(steps).collect();
    let (answer, count) = (steps.len() as u64, steps.len() as u64 + 1);
    let statements = vec![statement.to_owned()];
    steps.push(Rule::End { steps: count, header: header.clone(), answer: vec![answer], statements });
    let mut lines = vec![serde_json::to_string(&header).unwrap()];
    for (step, by) in steps.into_iter().enumerate() {
        lines.push(serde_json::to_string(&Step { step: step as u64 + 1, by }).unwrap());
    }
    lines.join("\n") + "\n"
}
