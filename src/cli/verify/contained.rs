//! Claims in a process of their own, so that what ends it takes no other claim along.
//!
//! A claim file can do what no limit inside the language stops: nest a value so deeply that looking into it overflows the
//! stack, fill the memory, multiply huge integers in a single instruction. So `verify` starts itself once more and watches.
//! The child writes into a journal which claim it begins, and the record of each that is finished. If it ends otherwise than it
//! should, or does not come back in time, the claim that it was at is open, with the reason, and a new child goes on with the
//! others. Ctrl-C is for the parent, which hands it on: at the first the child shows what is finished, at the second it ends.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use allocert::claims::{Checked, Claim};
use allocert::record::Verify;

use crate::cli::failure::Failure;
use crate::cli::interrupt::{self, STATUS};
use crate::cli::memory;

/// Where a child finds its journal.
const JOURNAL: &str = "ALLOCERT_JOURNAL";
/// The exit status of a child that is out of memory.
const OUT_OF_MEMORY: u8 = 117;
/// So much later than its time limit a claim may end.
const GRACE: Duration = Duration::from_millis(1_500);
/// How often the watcher looks.
const LOOK: Duration = Duration::from_millis(10);

/// A line of the journal.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Entry {
    /// The claim of this number is looked at from now on.
    Begin(usize),
    /// Nothing that has a time limit is under way.
    Idle,
    /// The next claim in order is finished: its record, and its text where that is shown at the end.
    Done(Box<Finished>),
    /// The claim of this number ended a child, for this reason, after so many seconds.
    Lost(usize, String, f64),
}

/// A claim that is finished.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Finished {
    pub(super) record: Verify,
    /// What is shown of it at the end.
    pub(super) detail: Option<String>,
}

/// What a child knows of the children before it, and writes for those after it.
#[derive(Debug, Default)]
pub(super) struct Journal {
    file: RefCell<Option<File>>,
    /// What is finished, in order.
    pub(super) finished: Vec<Finished>,
    lost: Vec<(usize, Lost)>,
    /// Whether an earlier child has shown the head of the table.
    pub(super) is_begun: bool,
}

impl Journal {
    /// That of this process, if it is a child.
    pub(super) fn of_this_process() -> Result<Option<Self>, Failure> {
        let Some(path) = std::env::var_os(JOURNAL).map(PathBuf::from) else {
            return Ok(None);
        };
        memory::set_exit_status(OUT_OF_MEMORY);
        // A terminal sends Ctrl-C to both.
        let _ = interrupt::counted();
        std::thread::spawn(listens_to_its_parent);
        let mut journal = Journal { is_begun: false, ..Journal::default() };
        for entry in entries(&std::fs::read_to_string(&path)?) {
            journal.is_begun = true;
            match entry {
                Entry::Done(finished) => journal.finished.push(*finished),
                Entry::Lost(number, reason, seconds) => {
                    let time = Duration::try_from_secs_f64(seconds).unwrap_or_default();
                    journal.lost.push((number, Lost { reason, time }));
                }
                Entry::Begin(_) | Entry::Idle => {}
            }
        }
        journal.file = RefCell::new(Some(OpenOptions::new().append(true).open(&path)?));
        journal.write(&Entry::Idle)?;
        Ok(Some(journal))
    }

    /// A claim is looked at from now on; why it is not, if it ended an earlier child.
    pub(super) fn begin(&self, number: usize) -> Result<Option<&Lost>, Failure> {
        if let Some((_, lost)) = self.lost.iter().find(|(place, _)| *place == number) {
            return Ok(Some(lost));
        }
        self.write(&Entry::Begin(number)).map(|()| None)
    }

    /// Nothing that has a time limit is under way.
    pub(super) fn idle(&self) -> Result<(), Failure> {
        self.write(&Entry::Idle)
    }

    /// The next claim in order is finished.
    pub(super) fn done(&self, finished: &Finished) -> Result<(), Failure> {
        self.write(&Entry::Done(Box::new(finished.clone())))
    }

    fn write(&self, entry: &Entry) -> Result<(), Failure> {
        if let Some(file) = self.file.borrow_mut().as_mut() {
            let line = serde_json::to_string(entry).map_err(std::io::Error::other)? + "\n";
            file.write_all(line.as_bytes())?;
        }
        Ok(())
    }
}

/// How a claim ended the process that it was checked in.
#[derive(Clone, Debug)]
pub(super) struct Lost {
    reason: String,
    time: Duration,
}

impl Lost {
    /// What is left of the claim.
    pub(super) fn of(&self, claim: &Claim) -> Checked {
        allocert::claims::lost(claim, &self.reason, self.time)
    }
}

/// The whole lines of a journal; a line that was cut off is nothing.
fn entries(text: &str) -> Vec<Entry> {
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Set in a child that has been asked to come to an end.
static ASKED: AtomicBool = AtomicBool::new(false);

/// Whether the parent has asked this process to come to an end.
pub(super) fn is_asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// Notes what the parent asks for; ends this process when it has ended, whose end of the standard input is closed then.
fn listens_to_its_parent() {
    while matches!(std::io::stdin().read(&mut [0]), Ok(1)) {
        ASKED.store(true, Ordering::Relaxed);
    }
    std::process::exit(STATUS.into());
}

/// Runs this command in a child, and in another one for what is left whenever that ends otherwise than it should.
pub(super) fn supervise(time_limit: Duration) -> Result<ExitCode, Failure> {
    let (journal, asked) = (Temporary::new()?, interrupt::counted());
    let mut lost: Vec<usize> = Vec::new();
    loop {
        let mut child = start(&journal.0)?;
        let mut watch = Watch::new(&journal.0)?;
        let end = watch.until_its_end(&mut child, time_limit, &asked)?;
        if asked.load(Ordering::Relaxed) > 0 {
            return Ok(ExitCode::from(STATUS));
        }
        let reason = match end {
            End::Late => {
                let seconds = time_limit.as_secs();
                format!("--time-limit {seconds} s, inside a single instruction: does it multiply huge integers?")
            }
            End::Status(status) => match status.code() {
                Some(code) if code != i32::from(OUT_OF_MEMORY) => {
                    return Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)));
                }
                Some(_) => "out of the memory that --memory allows: does it build a very large list?".to_owned(),
                None => format!("the evaluation crashed ({status}): is a value nested very deeply?"),
            },
        };
        let number = watch.begun.filter(|number| !lost.contains(number));
        let Some(number) = number else {
            return Err(Failure::limit(format!(
                "stopped by a limit: {reason}\n  no claim was under way: is it a file that is loaded? Check the files one by one"
            )));
        };
        lost.push(number);
        append(&journal.0, &Entry::Lost(number, reason, watch.since.elapsed().as_secs_f64()))?;
    }
}

fn start(journal: &Path) -> Result<Child, Failure> {
    let mut command = Command::new(program()?);
    command.args(std::env::args_os().skip(1)).env(JOURNAL, journal).stdin(Stdio::piped());
    Ok(command.spawn()?)
}

/// This program, by the name that it was called by where that is a whole path: the interpreter of a virtual environment of Python is a
/// link, and finds its packages by that name.
fn program() -> std::io::Result<PathBuf> {
    let real = std::env::current_exe()?;
    let called = std::env::args_os().next().map(PathBuf::from);
    let is_this = |path: &PathBuf| path.is_absolute() && path.canonicalize().is_ok_and(|path| path == real);
    Ok(called.filter(is_this).unwrap_or(real))
}

fn append(path: &Path, entry: &Entry) -> Result<(), Failure> {
    let line = serde_json::to_string(entry).map_err(std::io::Error::other)?;
    // A line that was cut off ends here.
    OpenOptions::new().append(true).open(path)?.write_all(format!("\n{line}\n").as_bytes())?;
    Ok(())
}

/// How a child ended.
enum End {
    Status(ExitStatus),
    /// It was at a claim for longer than it may be.
    Late,
}

/// What is known of a child by its journal.
struct Watch {
    file: File,
    rest: String,
    begun: Option<usize>,
    since: Instant,
}

impl Watch {
    fn new(path: &Path) -> Result<Self, Failure> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Watch { file, rest: String::new(), begun: None, since: Instant::now() })
    }

    fn until_its_end(&mut self, child: &mut Child, time_limit: Duration, asked: &AtomicUsize) -> Result<End, Failure> {
        let mut told = false;
        loop {
            let status = child.try_wait()?;
            if asked.load(Ordering::Relaxed) > 0 && !told {
                told = true;
                // If it has ended by now, it has no use for it.
                let _ = child.stdin.as_mut().map(|stdin| stdin.write_all(&[1]));
            }
            if asked.load(Ordering::Relaxed) > 1 && status.is_none() {
                child.kill()?;
                return Ok(End::Status(child.wait()?));
            }
            self.read()?;
            if let Some(status) = status {
                return Ok(End::Status(status));
            }
            let most = time_limit.saturating_add(GRACE);
            if self.begun.is_some() && self.since.elapsed() > most {
                child.kill()?;
                child.wait()?;
                self.read()?;
                return Ok(End::Late);
            }
            std::thread::sleep(LOOK);
        }
    }

    /// What was written since the last look.
    fn read(&mut self) -> Result<(), Failure> {
        self.file.read_to_string(&mut self.rest)?;
        while let Some(end) = self.rest.find('\n') {
            let line: String = self.rest.drain(..=end).collect();
            match serde_json::from_str(line.trim()) {
                Ok(Entry::Begin(number)) => (self.begun, self.since) = (Some(number), Instant::now()),
                Ok(Entry::Idle) => self.begun = None,
                _ => {}
            }
        }
        Ok(())
    }
}

/// A file that goes when it is no longer needed.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Result<Self, Failure> {
        let folder = std::env::temp_dir();
        for number in 0..1_000 {
            let path = folder.join(format!("allocert-{}-{number}.journal", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(_) => return Ok(Temporary(path)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Failure::limit(format!("{}: a thousand journals of other runs are here", folder.display())))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = std::fs::remove_file(&self.0);
    }
}
