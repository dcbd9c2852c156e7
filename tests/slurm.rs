//! A real Slurm of one node, private to this test: an array of 8 tasks, one killed and requeued, merges to the whole.
//!
//! Needs root, `munged`, `slurmctld` and `slurmd` (Debian: slurm-wlm and munge), and says so where it cannot run. With
//! `ALLOCERT_SLURM=required` it fails there.
#![cfg(target_os = "linux")]

#[path = "common/program.rs"]
mod program;

use std::fs::{self, File};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use program::{Run, allocert, file};

/// Nothing here takes so long, even on a slow machine.
const PATIENCE: Duration = Duration::from_secs(240);

/// The daemons, ended when this is dropped, and the folder with everything that they write.
struct Slurm {
    folder: PathBuf,
    daemons: Vec<Child>,
}

impl Slurm {
    /// Starts munged, slurmctld and slurmd; the reason if that cannot be done here.
    fn start() -> Result<Slurm, String> {
        let needed = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "sinfo", "scontrol", "scancel"];
        if let Some(missing) = needed.iter().find(|name| find(name).is_none()) {
            return Err(format!("{missing} is not installed (apt-get install slurm-wlm munge)"));
        }
        if fs::metadata("/proc/self").map_or(1, |m| m.uid()) != 0 {
            return Err("its daemons need root".to_owned());
        }
        let folder = file("nothing", "").with_file_name("slurm");
        for part in ["munge", "state", "spool", "work"] {
            fs::create_dir_all(folder.join(part)).map_err(|e| e.to_string())?;
        }
        let mut slurm = Slurm { folder, daemons: Vec::new() };
        slurm.configure().map_err(|e| e.to_string())?;
        let at = |part: &str| slurm.folder.join("munge").join(part).display().to_string();
        let (key, socket, pid, log, seed) = (at("key"), at("socket"), at("pid"), at("log"), at("seed"));
        slurm.daemon(
            "munged",
            &[
                "--foreground",
                &format!("--key-file={key}"),
                &format!("--socket={socket}"),
                &format!("--pid-file={pid}"),
                &format!("--log-file={log}"),
                &format!("--seed-file={seed}"),
            ],
        )?;
        slurm.until("munged", || Path::new(&socket).exists())?;
        let configuration = slurm.folder.join("slurm.conf").display().to_string();
        slurm.daemon("slurmctld", &["-D", "-f", &configuration])?;
        slurm.daemon("slurmd", &["-D", "-N", "n1", "-f", &configuration])?;
        let ready = || slurm.command("sinfo", &["--noheader", "--format=%t"]).out.trim() == "idle";
        slurm.until("the node", ready)?;
        Ok(slurm)
    }

    /// Writes the key of munge, and the configuration: all state here, free ports, no cgroups, no accounting.
    fn configure(&self) -> std::io::Result<()> {
        let mut key = [0; 64];
        std::io::Read::read_exact(&mut File::open("/dev/urandom")?, &mut key)?;
        let path = self.folder.join("munge/key");
        fs::write(&path, key)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        let name = fs::read_to_string("/proc/sys/kernel/hostname")?;
        let host = name.trim().split('.').next().unwrap_or_default();
        let ports = [TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?];
        let [control, node] = [ports[0].local_addr()?.port(), ports[1].local_addr()?.port()];
        let at = self.folder.display();
        fs::write(self.folder.join("plugstack.conf"), "")?;
        let text = format!(
            "ClusterName=private
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={control}
SlurmdPort={node}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={at}/munge/socket,cred_expire=5
StateSaveLocation={at}/state
SlurmdSpoolDir={at}/spool
SlurmctldPidFile={at}/slurmctld.pid
SlurmdPidFile={at}/slurmd.pid
PlugStackConfig={at}/plugstack.conf
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1
ReturnToService=2
MpiDefault=none
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN
PartitionName=main Nodes=n1 Default=YES State=UP
"
        );
        fs::write(self.folder.join("slurm.conf"), text)
    }

    fn daemon(&mut self, name: &str, arguments: &[&str]) -> Result<(), String> {
        let log = File::create(self.folder.join(format!("{name}.log"))).map_err(|e| e.to_string())?;
        let out = log.try_clone().map_err(|e| e.to_string())?;
        let child = Command::new(find(name).unwrap_or_default())
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(log)
            .spawn()
            .map_err(|e| format!("{name} does not start: {e}"))?;
        self.daemons.push(child);
        Ok(())
    }

    /// Waits for something; what the daemons have said if it does not come.
    fn until(&self, what: &str, come: impl Fn() -> bool) -> Result<(), String> {
        let start = Instant::now();
        while !come() {
            if start.elapsed() > PATIENCE {
                return Err(format!("{what} did not come\n{}", self.logs()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn logs(&self) -> String {
        let names = ["munged.log", "munge/log", "slurmctld.log", "slurmd.log"];
        let end = |name: &&str| {
            let text = fs::read_to_string(self.folder.join(name)).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            format!("{name}:\n{}\n", lines[lines.len().saturating_sub(12)..].join("\n"))
        };
        names.iter().map(end).collect()
    }

    /// Runs one of Slurm's commands as a user does, in the folder of the work.
    fn command(&self, name: &str, arguments: &[&str]) -> Run {
        let ours = Path::new(env!("CARGO_BIN_EXE_allocert")).parent().expect("the program lies in a folder");
        let output = Command::new(find(name).unwrap_or_default())
            .args(arguments)
            .current_dir(self.folder.join("work"))
            .env("SLURM_CONF", self.folder.join("slurm.conf"))
            .env("PATH", format!("{}:{}", ours.display(), std::env::var("PATH").unwrap_or_default()))
            .stdin(Stdio::null())
            .output()
            .expect("Slurm's command starts");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Run { status: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Submits the array script; the number of the job.
    fn submit(&self, arguments: &[&str]) -> String {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/cluster/array.sbatch");
        let run = self.command("sbatch", &[&["--parsable", script], arguments].concat());
        assert_eq!(run.status, 0, "{}{}", run.err, self.logs());
        run.out.trim().to_owned()
    }

    /// Waits for all tasks of a job.
    fn wait(&self, job: &str) {
        let none = || {
            let run = self.command("squeue", &["--noheader", "--jobs", job]);
            run.status == 0 && run.out.trim().is_empty()
        };
        self.until("the end of the job", none).unwrap();
    }

    fn shards(&self) -> Vec<String> {
        (1..=8).map(|i| self.folder.join(format!("work/shard-{i}")).display().to_string()).collect()
    }

    fn merge(&self, more: &[&str]) -> Run {
        let shards = self.shards();
        let names: Vec<&str> = shards.iter().map(String::as_str).collect();
        allocert(&[&["merge"], &names[..], more].concat())
    }
}

impl Drop for Slurm {
    fn drop(&mut self) {
        if self.daemons.len() > 1 {
            self.command("scancel", &["--user=root"]);
        }
        for process in processes(&self.folder.join("work")) {
            signal("-KILL", &process.to_string());
        }
        // The last started ends first; one that does not end is killed.
        for daemon in self.daemons.iter_mut().rev() {
            signal("-TERM", &daemon.id().to_string());
            let start = Instant::now();
            while matches!(daemon.try_wait(), Ok(None)) && start.elapsed() < Duration::from_secs(20) {
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A program on the path, or where Debian keeps daemons.
fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders.map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn signal(signal: &str, process: &str) {
    let _ = Command::new("kill").args([signal, process]).stderr(Stdio::null()).status();
}

/// The processes of allocert that work in a folder.
fn processes(folder: &Path) -> Vec<u32> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let here = |entry: &fs::DirEntry| fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == folder);
    let ours = |entry: &fs::DirEntry| {
        fs::read(entry.path().join("cmdline")).is_ok_and(|line| String::from_utf8_lossy(&line).contains("allocert"))
    };
    all.filter(|entry| here(entry) && ours(entry)).filter_map(|e| e.file_name().to_str()?.parse().ok()).collect()
}

/// The process of a task.
fn task(folder: &Path, number: usize) -> Option<u32> {
    let shard = format!("\0shard-{number}\0");
    let is = |id: &u32| {
        fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|line| String::from_utf8_lossy(&line).contains(&shard))
    };
    processes(folder).into_iter().find(is)
}

/// The number of a shard's finished pieces.
fn finished(shard: &str) -> usize {
    let names = fs::read_dir(shard).into_iter().flatten().flatten();
    names.filter(|e| e.file_name().to_string_lossy().starts_with("piece-")).count()
}

#[test]
fn an_array_of_eight_with_a_killed_task_merges_to_the_whole() {
    let slurm = match Slurm::start() {
        Ok(slurm) => slurm,
        Err(why) if std::env::var("ALLOCERT_SLURM").is_ok_and(|v| v == "required") => panic!("no Slurm: {why}"),
        Err(why) => {
            // Past the harness, which keeps what passing tests print to itself.
            let _ = writeln!(std::io::stderr(), "SKIPPED: the test of a job array on a real Slurm: {why}");
            return;
        }
    };
    let work = slurm.folder.join("work");
    let request = ["scan", "lrnn(1, 6, 1, 13)", "--sizes", "9", "--error-log2", "-50"];
    let job = slurm.submit(&request);
    // Task 5 is killed when it has finished something, and before it has finished everything.
    let fifth = slurm.shards()[4].clone();
    let victim = || (finished(&fifth) > 0).then(|| task(&work, 5)).flatten();
    slurm
        .until("a finished piece of task 5", || {
            victim().is_some_and(|id| {
                signal("-KILL", &id.to_string());
                true
            })
        })
        .unwrap();
    slurm.wait(&job);
    let unfinished = slurm.merge(&[]);
    assert_eq!(unfinished.status, 2, "{}", unfinished.out);
    assert!(unfinished.err.contains("shard 5/8 lacks"), "{}", unfinished.err);

    let before = finished(&fifth);
    let requeued = slurm.command("scontrol", &["requeue", &format!("{job}_5")]);
    assert_eq!(requeued.status, 0, "{}", requeued.err);
    slurm.wait(&job);
    assert!(before > 0 && finished(&fifth) > before);
    for json in [&[][..], &["--json"]] {
        let (whole, merged) = (allocert(&[&request[..], json].concat()), slurm.merge(json));
        assert_eq!((merged.status, merged.out), (0, whole.out), "{}{}", merged.err, slurm.logs());
    }

    // The same script for claims.
    for shard in slurm.shards() {
        fs::remove_dir_all(shard).unwrap();
    }
    let claims: String = (1..12)
        .map(|i| format!("claim(name = \"c{i}\", statement = \"s\", networks = [lffn([2, {}, 2])], holds = lambda net, a: a.dim <= a.size)\n", 1 + i % 3))
        .collect();
    let claims = file("claims.star", &claims);
    let request = ["verify", claims.to_str().expect("a plain path")];
    let job = slurm.submit(&request);
    slurm.wait(&job);
    let timeless = |run: Run| -> Vec<serde_json::Value> {
        assert_eq!(run.status, 0, "{}", run.err);
        let mut records = program::objects(&run);
        records.iter_mut().for_each(|record| record["seconds"] = 0.into());
        records
    };
    let whole = timeless(allocert(&[&request[..], &["--json"]].concat()));
    assert_eq!(timeless(slurm.merge(&["--json"])), whole);
    assert_eq!(whole.len(), 11);
}
