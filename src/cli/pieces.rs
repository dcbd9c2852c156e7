//! `--resume DIR` and `--shard I/N` of batches and surveys: a piece after the other, each kept when it is finished.

use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::ProgressBar;

use allocert::control::Control;
use allocert::matching::{Limits, Matcher};
use allocert::network::{Network, Samples};
use allocert::reach::Settings;
use allocert::record::{Request, Run};

use super::failure::Failure;
use super::resume::{Folder, shard};
use super::{Common, scan};

/// What answers the questions of a run in pieces.
pub(super) fn matcher(
    network: &Network,
    samples: Samples,
    settings: Settings,
    control: &Control<'_>,
) -> Result<Matcher, Failure> {
    Ok(Matcher::new(network, samples, settings, Limits::default().under(control))?)
}

/// Where finished pieces are kept, and which pieces are asked for.
#[derive(Args, Clone, Debug)]
pub(super) struct Keeping {
    /// Keep finished pieces (of a batch, a list, a survey, of one match or classification) in this folder, and go on from those that are there.
    #[arg(long, value_name = "DIR")]
    pub(super) resume: Option<PathBuf>,
    /// Only this shard of the pieces, such as 3/8; `merge` joins the folders of all.
    #[arg(long, value_name = "I/N", value_parser = shard, requires = "resume")]
    shard: Option<(usize, usize)>,
}

impl Keeping {
    /// Refuses a folder where there is one question only; `pieces` are what there would have to be.
    pub(super) fn refuse(&self, pieces: &str) -> Result<(), Failure> {
        match &self.resume {
            Some(_) => Err(Failure::request(format!(
                "--resume keeps the pieces of {pieces}, and there is one question only\n  leave out --resume, or give {pieces}"
            ))),
            None => Ok(()),
        }
    }

    /// Does the pieces that are not finished, and keeps them in the folder `path`: the results of all in order, or nothing where they are those of one shard of
    /// several, which is said. `do_piece` gives the result of a piece, a line, or nothing where it was stopped before the end. The bar is
    /// of pieces, and begins at those that are there.
    ///
    /// # Errors
    /// The folder is not this run's, a piece fails, or the run was interrupted.
    pub(super) fn run(
        &self,
        common: &Common,
        path: &Path,
        (request, pieces): (Request, usize),
        bar: &ProgressBar,
        mut do_piece: impl FnMut(usize) -> Result<Option<String>, Failure>,
    ) -> Result<Option<Vec<String>>, Failure> {
        let shard = self.shard.unwrap_or((1, 1));
        let run = Run { version: env!("CARGO_PKG_VERSION").to_owned(), request, pieces, shard };
        let folder = Folder::open(path, run)?;
        let own: Vec<usize> = folder.run().own().collect();
        let open: Vec<usize> = own.iter().copied().filter(|piece| folder.read_or_say(*piece).is_none()).collect();
        let all = own.len();
        bar.set_length(all as u64);
        for (place, piece) in open.iter().enumerate() {
            let done = all - open.len() + place;
            bar.set_position(done as u64);
            let result = do_piece(*piece);
            let Some(result) = result.inspect_err(|_| bar.finish_and_clear())? else {
                let shown = path.display();
                bar.finish_and_clear();
                return Err(Failure::interrupted(format!(
                    "interrupted after {done} of {all} pieces, which are kept in {shown}\n  the same command goes on from there"
                )));
            };
            folder.write(*piece, &result)?;
        }
        bar.finish_and_clear();
        if shard.1 > 1 {
            return scan::shard_text(common, folder.run(), path).map(|_| None);
        }
        let results: Vec<String> = own.iter().filter_map(|piece| folder.read_or_say(*piece)).collect();
        if results.len() < own.len() {
            return Err(Failure::limit("something else changed the folder\n  the same command goes on from there"));
        }
        Ok(Some(results))
    }
}
