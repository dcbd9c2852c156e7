//! Certificates as files of Coq, whose kernel then is what has to be trusted.
//!
//! [`export`] turns the text of a certificate into a file that imports the theory in `proofs/coq/`, states what the certificate states, and
//! proves it by computing with a checker that is proved correct there. Rules that have no proof in Coq are left out, and what rests on
//! them, too; the answer says which. Only the format of certificates is shared with the rest of the program.

mod facts;
mod form;
mod functions;
mod instance;
mod network;
mod polynomial;
mod recording;
mod section;
mod writing;

use std::collections::BTreeMap;

use allocert_format::{FORMAT, Header, Rule, Step, VERSION, changes, is_network_name, network_in_words, sha256};

use network::Network;
use recording::Recording;
use section::Section;

/// The files of the theory, in the order in which they are compiled: names and texts.
pub const THEORY: [(&str, &str); 16] = [
    ("Network.v", include_str!("theory/Network.v")),
    ("Families.v", include_str!("theory/Families.v")),
    ("Polynomials.v", include_str!("theory/Polynomials.v")),
    ("Recorded.v", include_str!("theory/Recorded.v")),
    ("Linear.v", include_str!("theory/Linear.v")),
    ("Checker.v", include_str!("theory/Checker.v")),
    ("Sound.v", include_str!("theory/Sound.v")),
    ("Answers.v", include_str!("theory/Answers.v")),
    ("Instances.v", include_str!("theory/Instances.v")),
    ("Certificate.v", include_str!("theory/Certificate.v")),
    ("Functions.v", include_str!("theory/Functions.v")),
    ("FunctionsRun.v", include_str!("theory/FunctionsRun.v")),
    ("FunctionsChecker.v", include_str!("theory/FunctionsChecker.v")),
    ("FunctionsSound.v", include_str!("theory/FunctionsSound.v")),
    ("FunctionsAnswers.v", include_str!("theory/FunctionsAnswers.v")),
    ("FunctionsCertificate.v", include_str!("theory/FunctionsCertificate.v")),
];
/// So many of them are about polynomial networks alone; the others rest on them.
const POLYNOMIAL: usize = 10;

/// A certificate in Coq.
#[derive(Clone, Debug)]
pub struct Export {
    /// The file.
    pub file: String,
    /// The same for the checker extracted from Coq to OCaml (`make -C proofs/coq extracted`), which is faster.
    pub plain: String,
    /// What it proves, as certificates say it, each after its network and number of samples.
    pub proved: Vec<String>,
    /// How many theorems it has; of each Coq has to say that it is closed under the global context.
    pub theorems: usize,
    /// What it does not prove.
    pub left_out: Vec<LeftOut>,
    /// Whether a network has quotients, exponentials or logarithms.
    functions: bool,
}

impl Export {
    /// The files of the theory that it rests on, in the order in which they are compiled.
    pub fn theory(&self) -> &'static [(&'static str, &'static str)] {
        if self.functions { &THEORY } else { &THEORY[..POLYNOMIAL] }
    }

    /// Whether all that the certificate answers is proved, but for what it says of a claim: of that, all dimensions are.
    pub fn is_whole(&self) -> bool {
        self.left_out.iter().all(|l| l.kind != Kind::Answer)
    }
}

/// A step without a proof in Coq.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its number.
    pub step: u64,
    /// Why.
    pub why: String,
    /// What it is to the certificate.
    pub kind: Kind,
}

/// What a step without a proof in Coq is to its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One of its answers; in the certificate of a claim, any dimension.
    Answer,
    /// What it says of a claim beside dimensions: its condition, and what came of it. That is left to the checker in Rust.
    Claim,
    /// That a program is the network by whose name it is carried, where the name says what was pinned, tied or observed of
    /// another network. In Coq the program is in the statement, whatever it is called; the name is left to the checker in Rust.
    Name,
    /// What answers may rest on.
    Reason,
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
    /// The last step is missing, something follows it, or it does not fit the others.
    #[error("the certificate does not end with a last step that fits the others")]
    Cut,
    /// A program under a name that may not have it: one that is taken, or a family's; or it has another hash.
    #[error("step {0} gives a program to a name that is not free for it, or with another hash")]
    Program(u64),
    /// A step is about another network than the header names.
    #[error("step {step} is about {network}, or about other samples, and the first line names others")]
    OtherNetwork {
        /// The step.
        step: u64,
        /// Its network.
        network: String,
    },
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
    let header = header.filter(|h| h.format == FORMAT && h.version == VERSION).ok_or(NotExported::NotACertificate)?;
    let mut steps = Vec::new();
    for (number, line) in lines {
        steps.push(serde_json::from_str::<Step>(line).map_err(|_| NotExported::Line(number + 1))?);
    }
    let count = steps.len() as u64;
    let Some(Step { by: Rule::End { steps: stated, header: repeated, answer, statements }, .. }) = steps.pop() else {
        return Err(NotExported::Cut);
    };
    let numbered = steps.iter().map(|s| s.step).eq(1..count) && stated == count && repeated == header;
    let rising = !answer.is_empty() && answer.windows(2).all(|pair| pair[0] < pair[1]);
    if !numbered || !rising || answer.len() != statements.len() {
        return Err(NotExported::Cut);
    }
    let mut writer =
        Writer { answer, of_claim: header.about == "claim", names_one: header.network.is_some(), ..Writer::default() };
    for Step { step, by } in steps {
        match by {
            Rule::Program { name, text, sha256 } => writer.define(step, name, &text, sha256)?,
            Rule::Network { network, samples } => {
                let about = header.network.as_ref().is_none_or(|named| (named, header.samples) == (&network, samples));
                if !about {
                    return Err(NotExported::OtherNetwork { step, network });
                }
                writer.open(step, &network, samples);
            }
            Rule::End { .. } => return Err(NotExported::Cut),
            Rule::Claim { missing, .. } => {
                let no =
                    |(network, why): (String, String)| (Kind::Answer, format!("no dimensions of {network}: {why}"));
                missing.into_iter().for_each(|m| writer.left_out_as(step, no(m)));
                let outcome = "what came of the claim is left to `allocert check`".to_owned();
                writer.left_out_as(step, (Kind::Claim, outcome));
            }
            Rule::Condition { .. } => {
                let why = "the claim's condition is left to `allocert check`".to_owned();
                writer.left_out_as(step, (Kind::Claim, why));
            }
            rule => writer.take(step, &rule),
        }
    }
    writer.finish(&statements)
}

/// What comes before the certificate's own statements, of polynomial networks and of others.
const HEADS: [&str; 2] = [
    "(** A certificate of allocert. What is proved are the theorems `answer_…`; their definitions are in Network.v and Families.v.\n    Weights are named by their positions, from 0, tensor after tensor and row after row. *)\nFrom Allocert Require Import Certificate.\n\n",
    "(** A certificate of allocert. What is proved are the theorems `answer_…`; their definitions are in Network.v, Families.v and Functions.v.\n    Weights are named by their positions, from 0, tensor after tensor and row after row. *)\nFrom Allocert Require Import FunctionsCertificate.\n\n",
];

#[derive(Default)]
struct Writer {
    /// The steps that answer the certificate's question.
    answer: Vec<u64>,
    /// Whether it is the certificate of a claim, all dimensions in which count.
    of_claim: bool,
    /// Whether the first line names the one network that all is about.
    names_one: bool,
    text: String,
    plain: Vec<String>,
    sections: usize,
    section: Option<Section>,
    /// The programs by their names, each with its hash; or why it has no definition in Coq.
    programs: BTreeMap<String, (Result<Recording, String>, String)>,
    /// What steps state, and the network before it.
    proved: BTreeMap<u64, (String, String)>,
    /// What is proved of steps that state more.
    partly: Vec<String>,
    left_out: Vec<LeftOut>,
    /// Whether a network has quotients, exponentials or logarithms.
    functions: bool,
}

impl Writer {
    fn define(&mut self, step: u64, name: String, text: &str, hash: String) -> Result<(), NotExported> {
        if !is_network_name(&name) || self.programs.contains_key(&name) || sha256(text.as_bytes()) != hash {
            return Err(NotExported::Program(step));
        }
        if changes(&name).is_some_and(|(_, made)| !made.is_empty()) {
            let why = format!("that the program that is carried is {name} is left to `allocert check`");
            self.left_out_as(step, (Kind::Name, why));
        }
        self.programs.insert(name, (Recording::parse(text), hash));
        Ok(())
    }

    fn open(&mut self, step: u64, name: &str, samples: Option<u64>) {
        self.close();
        self.sections += 1;
        let unknown = || format!("{name} has no definition in Coq");
        let (network, hash) = match self.programs.get(name) {
            None => (Network::parse(name).ok_or_else(unknown), None),
            Some((Ok(program), hash)) => {
                (Network::own(self.sections, program).ok_or_else(unknown), Some(hash.as_str()))
            }
            Some((Err(why), _)) => (Err(format!("{}: {why}", unknown())), None),
        };
        let subject = network_in_words(name, hash, samples);
        self.functions |= network.as_ref().is_ok_and(|network| network.functions().is_some());
        match network.and_then(|network| Section::open(self.sections, network, subject, samples, &self.answer)) {
            Ok(section) => self.section = Some(section),
            Err(why) => self.left_out_as(step, (if self.of_claim { Kind::Answer } else { Kind::Reason }, why)),
        }
    }

    fn take(&mut self, step: u64, rule: &Rule) {
        let taken = match &mut self.section {
            Some(section) => section.take(step, rule),
            None => Err("its network has no definition in Coq".to_owned()),
        };
        if let Err(why) = taken {
            let dimensions =
                matches!(rule, Rule::Dimension { .. } | Rule::Spans { .. } | Rule::Count { .. } | Rule::Table { .. });
            let kind = if self.of_claim && dimensions { Kind::Answer } else { Kind::Reason };
            self.left_out_as(step, (kind, why));
        }
    }

    fn left_out_as(&mut self, step: u64, (kind, why): (Kind, String)) {
        self.left_out.push(LeftOut { step, why, kind });
    }

    fn close(&mut self) {
        if let Some(section) = self.section.take() {
            let written = section.finish();
            self.text.push_str(&written.coq);
            self.plain.extend(written.plain);
            for (step, whole, statement) in written.proved {
                if whole {
                    self.proved.insert(step, (written.subject.clone(), statement));
                } else {
                    self.partly.push(format!("{}: {statement}", written.subject));
                }
            }
        }
    }

    fn finish(mut self, statements: &[String]) -> Result<Export, NotExported> {
        self.close();
        for (step, stated) in self.answer.iter().zip(statements) {
            let Some((subject, said)) = self.proved.get(step) else { continue };
            // With several networks the last step says which.
            let whole = format!("{subject}: {said}");
            if stated != said && *stated != whole {
                let said = if self.names_one { said.clone() } else { whole };
                return Err(NotExported::Statement { step: *step, stated: stated.clone(), said });
            }
        }
        let answer = std::mem::take(&mut self.answer);
        for left in self.left_out.iter_mut().filter(|l| l.kind == Kind::Reason && answer.contains(&l.step)) {
            left.kind = Kind::Answer;
        }
        let unsaid = |step: &&u64| !self.proved.contains_key(step) && self.left_out.iter().all(|l| l.step != **step);
        let unsaid: Vec<u64> = answer.iter().filter(unsaid).copied().collect();
        let nothing = || (Kind::Answer, "it states nothing in Coq".to_owned());
        unsaid.into_iter().for_each(|step| self.left_out_as(step, nothing()));
        let file = format!("{}{}", HEADS[usize::from(self.functions)], self.text);
        let theorems = self.proved.len() + self.partly.len();
        let plain = format!("allocert-plain 1 {}\n{}end\n", self.plain.len(), self.plain.concat());
        let proved = self.proved.into_values().map(|(subject, statement)| format!("{subject}: {statement}"));
        let proved = proved.chain(self.partly).collect();
        Ok(Export { file, plain, proved, theorems, left_out: self.left_out, functions: self.functions })
    }
}

#[cfg(test)]
mod tests {
    use super::form::Form;
    use super::network::Network;
    use super::polynomial::Polynomial;
    use super::*;

    const HEADER: &str = r#"{"format":"allocert-certificate","version":1,"about":"rank","network":"lffn([1, 1, 1])","samples":null,"allocation":"all","ensemble":null,"seed":1}"#;

    /// A certificate of these steps, the last of which is its answer.
    fn certificate(network: &str, steps: &[&str], statement: &str) -> String {
        let first = format!(r#"{{"network":{{"network":"{network}","samples":null}}}}"#);
        let (answer, count) = (steps.len() + 1, steps.len() + 2);
        let end = format!(
            r#"{{"end":{{"steps":{count},"header":{HEADER},"answer":[{answer}],"statements":["{statement}"]}}}}"#
        );
        let rules = [first.as_str()].into_iter().chain(steps.iter().copied()).chain([end.as_str()]);
        let lines = rules.enumerate().map(|(i, rule)| format!("\n{{\"step\":{},\"by\":{rule}}}", i + 1));
        format!("{HEADER}{}\n", lines.collect::<String>())
    }

    #[test]
    fn terms_stand_in_the_order_of_the_checker() {
        let network = Network::parse("lffn([2, 1, 1])").unwrap();
        let term = |text: &str, form| Polynomial::parse(&network, text).unwrap().term(form, 1);
        // Lexicographic, the largest first: exponents of W1[0,0], then x0[0], then W1[0,1], ….
        let text = "3 - W2[0,0] + 2*W1[0,1]*W1[0,0] + x0[0] + W1[0,0]^2";
        assert_eq!(term(text, Form::Plain), "5 1 2 0 0 2 2 0 2 1 1 1 -1 1 4 3 0 ");
        let coq = "[:: (1, [:: w 0; w 0]); (2, [:: w 0; w 1]); (1, [:: x 1 0 0]); (-1, [:: w 2]); (3, [::])]%ZZ";
        assert_eq!(term(text, Form::Coq), coq);
        assert_eq!(term("0", Form::Coq), "[::]%ZZ");
        for wrong in ["W3[0,0]", "W1[0,0]^-1", "x0[2]", "1.5", "", "W1[0,0] *) Axiom"] {
            assert!(Polynomial::parse(&network, wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn symmetries_are_permutations() {
        for text in [
            "lffn([2, 3, 2])",
            "lffn([2, 2, 2], bias=True)",
            "pnn([3, 2, 1], degree=2)",
            "lrnn(inputs=2, hidden=3, outputs=2, steps=2, readout=\"all\")",
        ] {
            let network = Network::parse(text).unwrap();
            let symmetries = network.symmetries(None);
            assert!(symmetries.len() >= 3, "{text}");
            for symmetry in symmetries {
                let (inputs, labels) = symmetry.labels.unwrap_or_default();
                for mut list in [symmetry.images, inputs, labels] {
                    let length = list.len();
                    list.sort_unstable();
                    assert!(list.into_iter().eq(0..length), "{text}");
                }
            }
        }
        for text in
            ["relu([2, 2, 1])", "lffn([2])", "lffn([2, 0])", "pnn([1, 1, 1], degree=[2, 2])", "lffn([9999, 9999])"]
        {
            assert!(Network::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn programs_are_written_line_by_line() {
        let text = "tensor a[2] w0 1/2\ntensor g w1\nprogram with 2 weights and 1 inputs\ns0 = w0 * x0\ns1 = -2/3 * w1\ns2 = s0 - s1\noutputs s2 w1";
        let network = Network::own(1, &Recording::parse(text).unwrap()).unwrap();
        assert_eq!((network.weight("a[0]"), network.weight("a[1]"), network.weight("g")), (Some(0), None, Some(1)));
        assert_eq!(network.allocation("a g"), Some(vec![0, 1]));
        assert!(
            network.definition.contains("Product (Q (-2) 3) (W 1); (* s1 = -2/3 × w1 *)"),
            "{}",
            network.definition
        );
        assert_eq!(
            network.plain.replace("\n  ", "|"),
            "recorded 3 |product w 0 x 0 |product q -2 3 w 1 |difference line 0 line 1|2 line 2 w 1"
        );
        for (right, wrong) in [
            ("s1 = ", "s2 = "),
            ("s0 - s1", "s0 - s2"),
            ("s0 - s1", "relu(s0)"),
            ("2/3", "2/0"),
            ("x0", "x1"),
            ("w1\nprogram", "w2\nprogram"),
            ("tensor g", "tensor a"),
            ("tensor g", "tensor x1"),
            ("outputs", "output"),
            ("s2 w1", "s2 w1\n"),
            ("2 weights", "3 weights"),
        ] {
            assert!(text.contains(right) && Recording::parse(&text.replace(right, wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_of_networks_end_no_comment() {
        assert_eq!(form::comment("a *) Axiom \"(* b"), "a ×) Axiom '(× b");
    }

    #[test]
    fn what_has_no_proof_is_left_out_with_all_that_rests_on_it() {
        let bound = r#"{"bound":{"of":"all","at_most":1,"name":"low rank"}}"#;
        let from = r#"{"inclusion":{"of":"W1","at_most":1,"from":2}}"#;
        let written =
            export(&certificate("lffn([1, 1, 1])", &[bound, from], "the dimension of W1 is at most 1")).unwrap();
        assert_eq!((written.theorems, written.is_whole()), (0, false));
        let why: Vec<&str> = written.left_out.iter().map(|l| l.why.as_str()).collect();
        assert_eq!(why, ["the bound `low rank` has no proof in Coq", "it rests on step 2, which is left out"]);
        let size = r#"{"size":{"of":"W1","at_most":1}}"#;
        let written = export(&certificate("lffn([1, 1, 1])", &[size], "the dimension of W1 is at most 1")).unwrap();
        assert!(
            written.is_whole() && written.file.contains(": at_most (lffn [:: 1; 1; 1] false) Functional [:: 0] 1.")
        );
    }

    #[test]
    fn a_misquoted_or_cut_certificate_is_refused() {
        let size = r#"{"size":{"of":"W1","at_most":1}}"#;
        let good = certificate("lffn([1, 1, 1])", &[size], "the dimension of W1 is at most 1");
        assert!(export(&good).is_ok());
        let misquoted =
            good.replace("[\"the dimension of W1 is at most 1\"]", "[\"the dimension of W1 is at most 0\"]");
        assert!(matches!(export(&misquoted), Err(NotExported::Statement { .. })));
        let denied = good.replace("[\"the dim", "[\"it is false that the dim");
        assert!(matches!(export(&denied), Err(NotExported::Statement { .. })), "{denied}");
        let other = good.replace(
            "\"network\":\"lffn([1, 1, 1])\",\"samples\":null,\"alloc",
            "\"network\":\"lffn([9, 9])\",\"samples\":null,\"alloc",
        );
        assert!(matches!(export(&other), Err(NotExported::OtherNetwork { step: 1, .. })), "{other}");
        let cut: Vec<&str> = good.lines().take(3).collect();
        assert_eq!(export(&cut.join("\n")).unwrap_err(), NotExported::Cut);
        assert_eq!(export(&good.replace("\"steps\":3", "\"steps\":4")).unwrap_err(), NotExported::Cut);
        assert_eq!(export("{}").unwrap_err(), NotExported::NotACertificate);
    }
}
