//! What students have to match: teachers of their own network, or others.

use clap::Args;

use allocert::matching::Ensemble;
use allocert::network::Network;
use allocert::text::{nearest, quote};

use super::Common;
use super::failure::Failure;

/// How everything is drawn, and what is matched.
#[derive(Args, Clone, Debug)]
pub(super) struct Teaching {
    /// How student, teacher and inputs are drawn: gaussian, uniform, orthogonal (the teacher's matrices), sparse:PERCENT,
    /// low-rank:RANK or integer:BOUND.
    #[arg(long, value_name = "ENSEMBLE", default_value_t = Ensemble::Gaussian)]
    ensemble: Ensemble,
    /// Match another teacher than one of the same network: a network such as 'lffn([2, 1, 2])', orthogonal, or labels: normal
    /// numbers, one for each output on each of the --samples.
    #[arg(long, value_name = "TEACHER")]
    teacher: Option<String>,
}

/// A word that is neither a kind of teacher nor a network.
fn no_such_teacher(text: &str) -> Failure {
    let near = nearest(text, &["orthogonal", "labels"]).map(|near| format!("; did you mean {near}?"));
    let near = near.unwrap_or_default();
    let mend = "give orthogonal, labels or a network, such as 'lffn([2, 1, 2])'";
    Failure::request(format!("--teacher: there is no teacher {}{near}\n  {mend}", quote(text)))
}

impl Teaching {
    /// The ensemble, and the teacher's network where it is another one.
    pub(super) fn read(&self, common: &Common) -> Result<(Ensemble, Option<Network>), Failure> {
        let special = match self.teacher.as_deref() {
            Some("labels") => Ensemble::Labels,
            Some("orthogonal") => Ensemble::Orthogonal,
            Some(_) if self.ensemble == Ensemble::Labels => return Err(self.twice("labels have no teacher")),
            Some(text) => {
                let network = common.network(text).map_err(|error| match text.contains('(') {
                    true => error,
                    false => no_such_teacher(text),
                })?;
                return Ok((self.ensemble, Some(network)));
            }
            None => return Ok((self.ensemble, None)),
        };
        if self.ensemble != Ensemble::Gaussian && self.ensemble != special {
            return Err(self.twice("the teacher is drawn in one way"));
        }
        Ok((special, None))
    }

    fn twice(&self, why: &str) -> Failure {
        let teacher = self.teacher.as_deref().unwrap_or_default();
        Failure::request(format!("--teacher {teacher} --ensemble {}: {why}\n  leave out one of them", self.ensemble))
    }
}
