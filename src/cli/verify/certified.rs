//! Certificates of claims, written (and checked) on a second thread while the next claim is looked at.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use allocert::certificate::OfClaim;
use allocert::checker::{Report, Verdict, check};
use allocert::claims::{Checked, Outcome};
use allocert::reach::Evidence;
use allocert::record::{Trained, Verify};

use crate::cli::certificate::save;
use crate::cli::failure::{Failure, unsettled};

/// A claim's result, and what came of its certificate.
pub(super) struct Certified {
    pub(super) checked: Checked,
    /// What trainers found, passed on.
    pub(super) trained: Option<Trained>,
    /// The file, and the checker's verdict if it was asked.
    pub(super) certificate: Option<(PathBuf, Option<Verdict>)>,
    /// Why the certificate proves no dimension, if it proves none.
    pub(super) proves_nothing: Option<String>,
}

impl Certified {
    /// What is said of the claim, with the seed of the run.
    pub(super) fn record(&self, seed: u64) -> Verify {
        let mut record = Verify { trained: self.trained.clone(), seed: Some(seed), ..Verify::of(&self.checked) };
        if let (Ok(_), Some(why)) = (&self.checked.outcome, &self.checked.unsettled) {
            record.reason = Some(unsettled(why));
        }
        if let Some((path, verdict)) = &self.certificate {
            record.certificate = Some(path.display().to_string());
            record.certificate_verdict = verdict.map(|v| v.name().to_owned());
        }
        record
    }
}

/// The second thread: results go in, and come out in the same order.
pub(super) struct Certifier {
    names: RefCell<BTreeSet<String>>,
    sender: Option<Sender<(String, Checked, Option<Trained>)>>,
    receiver: Receiver<Result<Certified, Failure>>,
    thread: Option<JoinHandle<()>>,
}

impl Certifier {
    /// Starts it, with what makes a claim's certificate; without a folder it hands results through.
    pub(super) fn start(
        folder: Option<PathBuf>,
        checks: bool,
        of_claim: impl Fn(&Checked) -> OfClaim + Send + 'static,
    ) -> Result<Self, Failure> {
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder).map_err(|error| {
                let place = folder.display();
                Failure::request(format!("--certificate {place}: {error}\n  give a folder, which is made if need be"))
            })?;
        }
        let (sender, inbox) = channel::<(String, Checked, Option<Trained>)>();
        let (outbox, receiver) = channel();
        let thread = std::thread::spawn(move || {
            for (name, checked, trained) in inbox {
                let done = match &folder {
                    Some(folder) => {
                        certify(folder, &name, checked, checks, &of_claim).map(|done| Certified { trained, ..done })
                    }
                    None => Ok(Certified { checked, trained, certificate: None, proves_nothing: None }),
                };
                if outbox.send(done).is_err() {
                    break;
                }
            }
        });
        Ok(Certifier { names: RefCell::default(), sender: Some(sender), receiver, thread: Some(thread) })
    }

    /// Hands a result in.
    pub(super) fn put(&self, checked: Checked, trained: Option<Trained>) {
        let name = unused_name(&mut self.names.borrow_mut(), &checked.claim);
        if let Some(sender) = &self.sender {
            // If the thread has ended, what it sent last says why.
            let _ = sender.send((name, checked, trained));
        }
    }

    /// Leaves out a claim, whose certificate keeps its name all the same.
    pub(super) fn skip(&self, claim: &str) {
        unused_name(&mut self.names.borrow_mut(), claim);
    }

    /// What is done so far.
    pub(super) fn take(&self) -> impl Iterator<Item = Result<Certified, Failure>> + '_ {
        self.receiver.try_iter()
    }

    /// Waits for the rest.
    pub(super) fn finish(mut self) -> Vec<Result<Certified, Failure>> {
        self.sender = None;
        let mut rest: Vec<_> = self.receiver.iter().collect();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            rest.push(Err(Failure::request(
                "a certificate could not be written: a defect of the program; please report it",
            )));
        }
        rest
    }
}

fn certify(
    folder: &Path,
    name: &str,
    mut checked: Checked,
    checks: bool,
    of_claim: &impl Fn(&Checked) -> OfClaim,
) -> Result<Certified, Failure> {
    let _span = tracing::info_span!("certificate").entered();
    let certificate = of_claim(&checked);
    let path = folder.join(format!("{name}.cert"));
    let proves_nothing = nothing(&certificate, &checked);
    save(&path, &certificate.text)?;
    if !checks {
        return Ok(Certified { checked, trained: None, certificate: Some((path, None)), proves_nothing });
    }
    let report = check(certificate.text.as_bytes());
    // What is over a limit is neither confirmed nor contradicted.
    let disagrees = matches!(report.verdict, Verdict::Invalid | Verdict::Refused { limit: false });
    if disagrees {
        return Err(disagreement(&path, &report));
    }
    // Nothing is called proved but what the checker confirmed.
    // What draws alone support stays so, whatever is proved of the dimensions.
    let on_draws = matches!(checked.outcome, Ok(Outcome::Supported | Outcome::Contradicted));
    let settled = checked.evidence.is_some() && checked.only_dimensions && !on_draws;
    if settled && report.is_whole() && certificate.is_whole() {
        checked.evidence = Some(Evidence::Proved);
        if let Some(counterexample) = &mut checked.counterexample {
            counterexample.evidence = Evidence::Proved;
        }
    } else if checked.evidence == Some(Evidence::Proved) {
        checked.evidence = Some(Evidence::Open);
    }
    Ok(Certified { checked, trained: None, certificate: Some((path, Some(report.verdict))), proves_nothing })
}

/// Why a certificate proves no dimension: none was asked for, or what the claim rests on cannot be written.
fn nothing(certificate: &OfClaim, checked: &Checked) -> Option<String> {
    let shown = checked.counterexample.as_ref().is_some_and(|c| c.answer.is_some() || !c.observations.is_empty());
    if certificate.tables + certificate.listed > 0 || shown {
        return None;
    }
    let missing = certificate.missing.first().map(|(network, why)| format!("{network}: {why}"));
    Some(missing.unwrap_or_else(|| "no dimension was asked for".to_owned()))
}

/// The engine's certificate stays where it is; the checker's report is put beside it.
fn disagreement(path: &Path, report: &Report) -> Failure {
    let beside = path.with_extension("report.json");
    let name = path.display().to_string();
    let saved = match save(&beside, &report.json(&name)) {
        Ok(()) => format!("the checker's report is in {}", beside.display()),
        Err(_) => "the checker's report could not be written".to_owned(),
    };
    let reason = report.reason.as_deref().unwrap_or_default();
    let step = report.step.unwrap_or_default();
    Failure::disagreement(format!(
        "engine and checker disagree: {name}, step {step}: {reason}\n  {saved}; this is a defect of the program: please report it"
    ))
}

/// A file name for a claim that no other claim of this run has.
fn unused_name(names: &mut BTreeSet<String>, claim: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '_' };
    let name: String = claim.chars().map(plain).take(100).collect();
    let numbered = (2..).map(|i| format!("{name}-{i}"));
    let unused = std::iter::once(name.clone()).chain(numbered).find(|n| !names.contains(n)).unwrap_or(name);
    names.insert(unused.clone());
    unused
}

#[cfg(test)]
mod tests {
    use allocert::control::Control;
    use std::time::Duration;

    use allocert::certificate::of_claim;
    use allocert::claims::{CheckOptions, load};
    use allocert::reach::Settings;

    use super::*;

    const SETTINGS: Settings = Settings { seed: 1, error_log2: -40 };

    /// Two claims go through the certifier; whatever of their certificates `doctor` changes was reported by a faulty engine.
    fn run(name: &str, doctor: fn(String) -> String) -> (PathBuf, Vec<Result<Certified, Failure>>) {
        let folder = std::env::temp_dir().join(format!("allocert-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("claims.star");
        let claim = |name: &str| {
            format!(
                "claim(name = \"{name}\", statement = \"s\", networks = [lffn([2, 2, 2])], holds = lambda net, a: a.dim <= 4)\n"
            )
        };
        std::fs::write(&file, claim("first") + &claim("second")).unwrap();
        let of_claim = move |checked: &Checked| {
            let certificate = of_claim(checked, SETTINGS);
            OfClaim { text: doctor(certificate.text), ..certificate }
        };
        let certifier = Certifier::start(Some(folder.clone()), true, of_claim).unwrap();
        let options =
            CheckOptions { settings: SETTINGS, time_limit: Duration::from_secs(60), max_allocations: 1 << 20 };
        for claim in load(&file, SETTINGS).unwrap() {
            certifier.put(allocert::claims::check(&claim, &options, &Control::unlimited()), None);
        }
        (folder, certifier.finish())
    }

    #[test]
    fn what_the_checker_confirms_is_proved() {
        let (folder, done) = run("confirmed", |text| text);
        for certified in done {
            let certified = certified.ok().unwrap();
            assert_eq!(certified.checked.evidence, Some(Evidence::Proved));
            assert_eq!(certified.certificate.unwrap().1, Some(Verdict::Valid));
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_disagreement_stops_the_run_and_saves_both_sides() {
        // An engine that counts one allocation of dimension 4 too many.
        let (folder, done) = run("doctored", |text| text.replace(",[8,4,1]]", ",[8,4,2]]"));
        assert!(done.iter().all(Result::is_err) && !done.is_empty());
        let certificate = std::fs::read_to_string(folder.join("first.cert")).unwrap();
        assert!(certificate.contains("[8,4,2]") && certificate.ends_with("}\n"));
        let report: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(folder.join("first.report.json")).unwrap()).unwrap();
        assert_eq!((&report["verdict"], &report["rule"]), (&"invalid".into(), &"branch".into()), "{report}");
        assert_eq!(report["reason"], "the numbers do not add up to the binomials");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
