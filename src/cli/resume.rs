//! `--resume DIR`: a folder with a file for each finished piece of a run, so that the run may be killed at any moment.
//!
//! `run.json` says which run it is. A piece's file is there whole or not at all; its second line is a checksum of the run
//! and of the first line, which is the result. A process holds a lock on `lock` while it works in the folder; the system
//! takes it back when the process ends, however it ends.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use allocert::record::Run;

use super::failure::Failure;
use super::file::{is_unfinished, make_folder, remove_unfinished, replace_whole, write_whole};

/// No run has more pieces.
const MOST_PIECES: usize = 1 << 20;
/// What says which run a folder belongs to.
const RUN: &str = "run.json";
/// What a working process holds a lock on.
const LOCK: &str = "lock";

/// The folder of a run.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    run: Run,
    /// Held while the run goes on; nothing when the folder is only read, or cannot be locked.
    _lock: Option<File>,
}

/// A piece's file that is not what was written.
#[derive(Debug)]
pub(super) struct Damaged(pub PathBuf);

impl Folder {
    /// Makes the folder of a run, or opens it if it is this run's and no other process works in it.
    pub(super) fn open(path: &Path, run: Run) -> Result<Self, Failure> {
        if run.pieces > MOST_PIECES {
            return Err(Failure::limit(format!("{} pieces are over the limit of {MOST_PIECES}", run.pieces)));
        }
        make_folder(path)?;
        let name = path.join(RUN);
        if !name.exists() {
            empty(path)?;
        }
        let lock = lock(path)?;
        if lock.is_some() {
            remove_unfinished(path);
        }
        if name.exists() {
            let found = Folder::existing(path)?.run;
            if found != run {
                let message = format!(
                    "{}: holds another run: {}\n  repeat that request, or name another folder",
                    path.display(),
                    difference(&found, &run)
                );
                return Err(Failure::request(message));
            }
        } else {
            write_whole(&name, format!("{}\n", text(&run)?).as_bytes())?;
        }
        Ok(Folder { path: path.to_owned(), run, _lock: lock })
    }

    /// Opens the folder of some run.
    pub(super) fn existing(path: &Path) -> Result<Self, Failure> {
        let name = path.join(RUN);
        let unreadable = |why: String| {
            let mend = "name a folder that --resume has made";
            Failure::request(format!("{}: {why}\n  {mend}", name.display()))
        };
        let text = read_plain(&name).map_err(|error| unreadable(error.to_string()))?;
        let run: Run = serde_json::from_str(&text).map_err(|error| unreadable(format!("is damaged: {error}")))?;
        let (i, n) = run.shard;
        if run.pieces > MOST_PIECES {
            return Err(unreadable(format!("is damaged: {} pieces", run.pieces)));
        }
        if i < 1 || i > n {
            return Err(unreadable(format!("is damaged: there is no shard {i}/{n}")));
        }
        Ok(Folder { path: path.to_owned(), run, _lock: None })
    }

    /// The run.
    pub(super) fn run(&self) -> &Run {
        &self.run
    }

    /// The folder's name.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A finished piece's result; nothing if it is not finished.
    pub(super) fn read(&self, piece: usize) -> Result<Option<String>, Damaged> {
        let name = self.name(piece);
        let text = match read_plain(&name) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(_) => return Err(Damaged(name)),
        };
        let whole = text.split_once('\n').is_some_and(|(result, sum)| sum == self.seal(piece, result));
        if whole { Ok(text.lines().next().map(str::to_owned)) } else { Err(Damaged(name)) }
    }

    /// As [`read`](Self::read); a damaged file is said, and then counts as not there.
    pub(super) fn read_or_say(&self, piece: usize) -> Option<String> {
        self.read(piece).unwrap_or_else(|Damaged(name)| {
            eprintln!("{}: damaged, so this piece is done again", name.display());
            None
        })
    }

    /// Keeps a finished piece's result, a line.
    pub(super) fn write(&self, piece: usize, result: &str) -> Result<(), Failure> {
        replace_whole(&self.name(piece), format!("{result}\n{}", self.seal(piece, result)).as_bytes())
    }

    /// The pieces of this folder that are not finished, or damaged.
    pub(super) fn open_pieces(&self) -> Vec<usize> {
        self.run.own().filter(|piece| !matches!(self.read(*piece), Ok(Some(_)))).collect()
    }

    fn name(&self, piece: usize) -> PathBuf {
        self.path.join(format!("piece-{piece:05}"))
    }

    /// The last line of a piece's file. Shards of one run have the same.
    fn seal(&self, piece: usize, result: &str) -> String {
        let run = Run { shard: (1, 1), ..self.run.clone() };
        let of = serde_json::to_string(&run).unwrap_or_default();
        format!("blake3 {}\n", checksum(&format!("{of}\n{piece}\n{result}")))
    }
}

/// Refuses a folder with anything in it but what a run that was killed as it began may have left.
fn empty(path: &Path) -> Result<(), Failure> {
    let shown = path.display();
    let unreadable = |e: std::io::Error| Failure::request(format!("{shown}: {e}\n  name a folder that you may read"));
    let names = fs::read_dir(path).map_err(unreadable)?.filter_map(Result::ok);
    let mut others = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    match others.find(|name| name != LOCK && name != RUN && !is_unfinished(name)) {
        Some(other) => {
            let message = format!("{shown}: holds {other}, and is not the folder of a run\n  name an empty folder");
            Err(Failure::request(message))
        }
        None => Ok(()),
    }
}

/// Locks a folder; nothing if the file system has no locks, or the folder cannot be written to. Without a lock two
/// processes may do the same piece, but neither spoils the other's.
fn lock(path: &Path) -> Result<Option<File>, Failure> {
    let Ok(file) = File::options().create(true).truncate(false).write(true).open(path.join(LOCK)) else {
        return Ok(None);
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(Failure::request(format!(
            "{}: another process works in this folder\n  let it end, or name another folder",
            path.display()
        ))),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// The text of a regular file: reading a pipe would wait for its other end.
fn read_plain(name: &Path) -> std::io::Result<String> {
    if !fs::metadata(name)?.is_file() {
        return Err(std::io::Error::other("not a regular file"));
    }
    fs::read_to_string(name)
}

/// A checksum of some text: 128 bits of BLAKE3, which nobody can aim at.
pub(super) fn checksum(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..32].to_owned()
}

fn text(run: &Run) -> Result<String, Failure> {
    serde_json::to_string(run).map_err(|error| Failure::from(std::io::Error::other(error)))
}

/// In what two runs differ, in words.
pub(super) fn difference(found: &Run, asked: &Run) -> String {
    let fields = |run: &Run| match serde_json::to_value(run) {
        Ok(serde_json::Value::Object(mut all)) => {
            let request = all.remove("request");
            if let Some(serde_json::Value::Object(request)) = request {
                all.extend(request);
            }
            all
        }
        _ => serde_json::Map::new(),
    };
    let (found, asked) = (fields(found), fields(asked));
    let missing = serde_json::Value::Null;
    let differing = found.keys().chain(asked.keys().filter(|key| !found.contains_key(*key)));
    let pairs = differing.map(|key| (key, found.get(key).unwrap_or(&missing), asked.get(key).unwrap_or(&missing)));
    let short = |value: &serde_json::Value| {
        let text = value.to_string();
        if text.len() > 60 { None } else { Some(text) }
    };
    let words = pairs.filter(|(_, found, asked)| found != asked).map(|(key, found, asked)| {
        match (short(found), short(asked)) {
            (Some(found), Some(asked)) => format!("{key} {found}, not {asked}"),
            _ => format!("other {key}"),
        }
    });
    words.collect::<Vec<_>>().join("; ")
}

/// `I/N`, both from 1.
pub(super) fn shard(text: &str) -> Result<(usize, usize), String> {
    let wrong = || "write I/N with 1 <= I <= N, such as 3/8".to_owned();
    let (i, n) = text.split_once('/').ok_or_else(wrong)?;
    let (i, n): (usize, usize) = (i.parse().map_err(|_| wrong())?, n.parse().map_err(|_| wrong())?);
    if 1 <= i && i <= n { Ok((i, n)) } else { Err(wrong()) }
}
