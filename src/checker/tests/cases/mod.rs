//! The certificates of `tests/certificates`, read from their files.

use std::path::{Path, PathBuf};

use allocert_format::{FORMAT, Header, Rule, Step, VERSION};

/// A certificate and what is expected of it.
pub struct Case {
    /// What the file calls it.
    pub name: String,
    /// The certificate.
    pub text: String,
    /// What the checker has to say.
    pub expected: String,
}

/// The files, in the order of their names.
pub fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/certificates");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "txt"));
    files.sort();
    files
}

/// `lffn([2, 2, 2]), 3 samples`.
fn subject(line: &str) -> Option<(String, Option<u64>)> {
    let (network, samples) = line.rsplit_once(", ")?;
    let samples = samples.strip_suffix(" samples").or_else(|| samples.strip_suffix(" sample"));
    Some((network.to_owned(), samples.map(|count| count.parse().unwrap())))
}

/// The seal of a claim in place of `SEAL`.
fn sealed(line: String) -> String {
    if !line.contains("\"SEAL\"") {
        return line;
    }
    let step: Step = serde_json::from_str(&line).unwrap();
    line.replace("SEAL", &step.by.seal().unwrap())
}

/// A case from its lines: the name, the network, steps, and what is expected.
fn case(lines: &[&str]) -> Case {
    let [name, subject_line, rest @ ..] = lines else { panic!("{lines:?}") };
    let start = rest.iter().position(|line| line.starts_with("=> ")).unwrap();
    let (steps, expected) = rest.split_at(start);
    let subject = subject(subject_line);
    let (network, samples) = subject.clone().unzip();
    let header = Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        about: if steps.iter().any(|line| line.contains("{\"claim\":")) { "claim" } else { "rank" }.to_owned(),
        network,
        samples: samples.flatten(),
        allocation: None,
        ensemble: None,
        seed: 1,
    };
    let head = serde_json::to_string(&header).unwrap();
    let mut written = vec![head.clone()];
    if let Some((network, samples)) = subject {
        written.push(serde_json::to_string(&Step { step: 1, by: Rule::Network { network, samples } }).unwrap());
    }
    for line in steps {
        let (number, rule) = line.split_once(' ').unwrap();
        written.push(sealed(format!("{{\"step\":{number},\"by\":{}}}", rule.replace("HEADER", &head))));
    }
    let ended = steps.last().is_some_and(|line| line.contains("{\"end\":"));
    if let (false, Some((_, statement))) = (ended, expected[0].split_once(": ")) {
        let steps = written.len() as u64;
        let statements = vec![statement.to_owned()];
        let by = Rule::End { steps, header, answer: vec![steps - 1], statements };
        written.push(serde_json::to_string(&Step { step: steps, by }).unwrap());
    }
    Case { name: name[2..].to_owned(), text: written.join("\n") + "\n", expected: expected.join("\n") }
}

/// All certificates of a file.
pub fn cases(path: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let starts: Vec<usize> = (0..lines.len()).filter(|i| lines[*i].starts_with("# ")).collect();
    let ends = starts.iter().skip(1).copied().chain([lines.len()]);
    let block = |(start, end): (&usize, usize)| {
        let kept: Vec<&str> = lines[*start..end].iter().copied().filter(|line| !line.is_empty()).collect();
        case(&kept)
    };
    starts.iter().zip(ends).map(block).collect()
}
