//! A real Slurm of one node, private to this test: an array of 8 tasks, one killed and requeued, merges to the whole.
//!
//! Needs root, `munged`, `slurmctld` and `slurmd` (Debian: slurm-wlm, munge), and says so if it cannot run. With
//! `ALLOCERT_SLURM=required` it fails then.
#![cfg(unix)]

#[path = "common/program.rs"]
mod program;

use std::fs::{self, File};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use program::{allocert, file};

/// Nothing here takes so long, even on a slow machine.
const PATIENCE: Duration = Duration::from_secs(240);

/// The daemons, stopped when this is dropped, and the folder with everything that they write.
struct Slurm {
    folder: PathBuf,
    daemons: Vec<Child>,
}

impl Slurm {
    /// Starts munged, slurmctld and slurmd; the reason if that cannot be done here.
    fn start() -> Result<Slurm, String> {
        let programs = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel"];
        if let Some(missing) = programs.iter().find(|name| program(name).is_none()) {
            return Err(format!("{missing} is not installed (Debian: apt-get install slurm-wlm munge)"));
        }
        if fs::metadata("/proc/self").map(|m| m.uid())
            != Ok(0).map_err(|_: ()| std::io::Error::other("")).ok().map(Ok).unwrap()
        {
            return Err("the daemons need root".to_owned());
        }
        todo!()
    }
}
