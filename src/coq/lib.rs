//! Certificates as files of Coq, whose kernel then is what has to be trusted.
//!
//! [`export`] turns the text of a certificate into a file that imports the theory in `proofs/coq/`, states what the certificate states, and
//! proves it by computing with a checker that is proved correct there. Rules that have no proof in Coq are left out, and what rests on
//! them, too; the answer says which. Only the format of certificates is shared with the rest of the program.

mod facts;
mod form;
mod network;
mod polynomial;
mod section;

use std::collections::BTreeMap;

use allocert_format::{FORMAT, Header, Rule, Step, VERSION};

use section::Section;

/// The files of the theory, in the order in which they are compiled: names and texts.
pub const THEORY: [(&str, &str); 8] = [
    ("Network.v", include_str!("../../proofs/coq/Network.v")),
    ("Families.v", include_str!("../../proofs/coq/Families.v")),
    ("Polynomials.v", include_str!("../../proofs/coq/Polynomials.v")),
    ("Linear.v", include_str!("../../proofs/coq/Linear.v")),
    ("Checker.v", include_str!("../../proofs/coq/Checker.v")),
    ("Sound.v", include_str!("../../proofs/coq/Sound.v")),
    ("Answers.v", include_str!("../../proofs/coq/Answers.v")),
    ("Certificate.v", include_str!("../../proofs/coq/Certificate.v")),
];

/// A certificate in Coq.
#[derive(Clone, Debug)]
pub struct Export {
    /// The file.
    pub file: String,
    /// The same for the checker extracted from Coq to OCaml (`make -C proofs/coq extracted`), which is faster.
    pub plain: String,
    /// What it proves, as certificates say it.
    pub proved: Vec<String>,
    /// How many theorems it has; of each Coq has to say that it is closed under the global context.
    pub theorems: usize,
    /// What it does not prove.
    pub left_out: Vec<LeftOut>,
}

impl Export {
    /// Whether all that the certificate answers is proved.
    pub fn is_whole(&self) -> bool {
        self.left_out.iter().all(|l| !l.answers)
    }
}

/// A step without a proof in Coq.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its number.
    pub step: u64,
    /// Why.
    pub why: String,
    /// Whether it is one of the certificate's answers.
    pub answers: bool,
}

/// Why nothing is written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotExported {
    /// The text is no certificate of this version.
    #[error("it is not a certificate of version {VERSION}")]
    NotACertificate,
    /// A line cannot be read.
    #[error("line {0} is not a step of a certificate")]
    Line(usize),
    /// The last step is missing, or something follows it.
    #[error("the certificate does not end with its last step")]
    Cut,
    /// The certificate states of a step something else than the step says.
    #[error("the certificate states `{stated}` where step {step} says `{said}`")]
    Statement {
        /// The step.
        step: u64,
        /// What the last step says of it.
        stated: String,
        /// What it says.
        said: String,
    },
}

/// Writes a certificate as a file of Coq.
///
/// # Errors
/// Text that is not a whole certificate, or one whose last step misquotes another. Whether the proof is one is for Coq to say.
pub fn export(certificate: &str) -> Result<Export, NotExported> {
    let mut lines = certificate.lines().enumerate();
    let header = lines.next().and_then(|(_, line)| serde_json::from_str::<Header>(line).ok());
    header.filter(|h| h.format == FORMAT && h.version == VERSION).ok_or(NotExported::NotACertificate)?;
    let mut steps = Vec::new();
    for (number, line) in lines {
        steps.push(serde_json::from_str::<Step>(line).map_err(|_| NotExported::Line(number + 1))?);
    }
    let Some(Step { by: Rule::End { answer, statements, .. }, .. }) = steps.pop() else {
        return Err(NotExported::Cut);
    };
    let mut writer = Writer { answer, ..Writer::default() };
    for Step { step, by } in steps {
        match by {
            Rule::Network { network, samples } => writer.open(step, &network, samples),
            Rule::End { .. } => return Err(NotExported::Cut),
            rule => writer.take(step, &rule),
        }
    }
    writer.finish(&statements)
}

/// What comes before the certificate's own statements.
const HEAD: &str = "(** A certificate of allocert. What is proved are the theorems `answer_…`; their definitions are in Network.v and Families.v.\n    Weights are named by their positions, from 0, tensor after tensor and row after row. *)\nFrom Allocert Require Import Certificate.\n\n";

#[derive(Default)]
struct Writer {
    /// The steps that answer the certificate's question.
    answer: Vec<u64>,
    text: String,
    plain: Vec<String>,
    sections: usize,
    section: Option<Section>,
    proved: BTreeMap<u64, String>,
    left_out: Vec<LeftOut>,
}

impl Writer {
    fn open(&mut self, step: u64, network: &str, samples: Option<u64>) {
        self.close();
        self.sections += 1;
        self.section = Section::open(self.sections, network, samples, &self.answer);
        if self.section.is_none() {
            self.leave_out(step, format!("{network} has no definition in Coq"));
        }
    }

    fn take(&mut self, step: u64, rule: &Rule) {
        let taken = match &mut self.section {
            Some(section) => section.take(step, rule),
            None => Err("its network has no definition in Coq".to_owned()),
        };
        if let Err(why) = taken {
            self.leave_out(step, why);
        }
    }

    fn leave_out(&mut self, step: u64, why: String) {
        self.left_out.push(LeftOut { step, why, answers: false });
    }

    fn close(&mut self) {
        if let Some(section) = self.section.take() {
            let written = section.finish();
            self.text.push_str(&written.coq);
            self.plain.extend(written.plain);
            self.proved.extend(written.proved);
        }
    }

    fn finish(mut self, statements: &[String]) -> Result<Export, NotExported> {
        self.close();
        for (step, stated) in self.answer.iter().zip(statements) {
            // With several networks the last step says which.
            if let Some(said) = self.proved.get(step).filter(|said| !stated.ends_with(said.as_str())) {
                return Err(NotExported::Statement { step: *step, stated: stated.clone(), said: said.clone() });
            }
        }
        let answer = std::mem::take(&mut self.answer);
        let unsaid =
            answer.iter().filter(|a| !self.proved.contains_key(a) && self.left_out.iter().all(|l| l.step != **a));
        let unsaid: Vec<u64> = unsaid.copied().collect();
        unsaid.into_iter().for_each(|step| self.leave_out(step, "it states nothing in Coq".to_owned()));
        self.left_out.iter_mut().for_each(|l| l.answers = answer.contains(&l.step));
        let file = format!("{HEAD}{}", self.text);
        let theorems = self.proved.len();
        let plain = format!("allocert-plain 1 {}\n{}end\n", self.plain.len(), self.plain.concat());
        Ok(Export { file, plain, proved: self.proved.into_values().collect(), theorems, left_out: self.left_out })
    }
}
