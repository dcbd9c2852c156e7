//! Files that are whole or not there: written beside their place, synced, and moved. What is no regular file (a device, a pipe, our
//! own output) is opened and written as it is; a link stays, and leads to what was written.

use std::fs::{self, File, Metadata, Permissions};
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::failure::Failure;

/// Links that lead to links, and so on, are followed so far.
const MOST_LINKS: usize = 40;

/// Writes a file whole.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = Draft::create(path).and_then(|(draft, mut file)| {
        file.write_all(bytes)?;
        draft.put(&file)
    });
    written.map_err(|error| cannot_write(path, &error))
}

/// Writes a file of a folder that is our own: what is no regular file there, such as a pipe in which a writer would wait for a
/// reader, gives way to it.
pub(crate) fn replace_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if fs::symlink_metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        fs::remove_file(path).map_err(|error| cannot_write(path, &error))?;
    }
    write_whole(path, bytes)
}

/// A file on its way to its place.
pub(crate) struct Draft {
    /// Where it is written until it is complete, and its place; nothing if it is written as it is.
    moved: Option<(PathBuf, PathBuf)>,
}

impl Draft {
    /// Begins a file for this place.
    ///
    /// # Errors
    /// The place, or one beside it, cannot be written to.
    pub(crate) fn create(path: &Path) -> std::io::Result<(Self, File)> {
        let (path, mode) = match fs::metadata(path) {
            Ok(there) if there.is_file() || there.is_dir() => {
                if let Some(own) = own_output(&there) {
                    return Ok((Draft { moved: None }, own));
                }
                (fs::canonicalize(path)?, there.is_file().then(|| there.permissions()))
            }
            Ok(there) => {
                let open = || File::options().write(true).open(path);
                return Ok((Draft { moved: None }, own_output(&there).map_or_else(open, Ok)?));
            }
            Err(_) => (end_of_links(path)?, None),
        };
        let beside = beside(&path);
        let file = File::create_new(&beside)?;
        let draft = Draft { moved: Some((beside, path)) };
        mode.map_or(Ok(()), |mode: Permissions| file.set_permissions(mode))?;
        Ok((draft, file))
    }

    /// Puts the file, which is written, into its place, and syncs file and folder: after a power cut the place holds this file or
    /// what it held before.
    ///
    /// # Errors
    /// The file cannot be moved, or it or the folder cannot be synced.
    pub(crate) fn put(mut self, file: &File) -> std::io::Result<()> {
        let Some((beside, path)) = &self.moved else {
            return synced(file);
        };
        file.sync_all()?;
        fs::rename(beside, path)?;
        let path = path.clone();
        self.moved = None;
        sync_folder(above(&path))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some((beside, _)) = &self.moved {
            // What is left of the attempt is of no use; that it cannot be removed changes nothing: its name says what it is.
            let _ = fs::remove_file(beside);
        }
    }
}

/// Where a link leads that leads to nothing yet; the path itself if it is no link.
fn end_of_links(path: &Path) -> std::io::Result<PathBuf> {
    let mut end = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&end) {
            // From the folder that holds it.
            Ok(target) => end = above(&end).join(target),
            Err(_) => return Ok(end),
        }
    }
    Err(Error::new(ErrorKind::InvalidInput, "the links do not end"))
}

/// Our own output, if that is what is there: `/dev/stdout` stands for a file, too, to which what we print goes as well.
#[cfg(unix)]
fn own_output(there: &Metadata) -> Option<File> {
    use std::os::fd::AsFd;
    use std::os::unix::fs::MetadataExt;

    let (out, err) = (std::io::stdout(), std::io::stderr());
    [out.as_fd(), err.as_fd()].into_iter().find_map(|stream| {
        let file = File::from(stream.try_clone_to_owned().ok()?);
        let own = file.metadata().ok()?;
        ((own.dev(), own.ino()) == (there.dev(), there.ino())).then_some(file)
    })
}

/// Our own output, if that is what is there.
#[cfg(not(unix))]
fn own_output(_: &Metadata) -> Option<File> {
    None
}

/// Why a file cannot be written: the request names a wrong place (exit status 2), or there is no room (3).
pub(crate) fn cannot_write(path: &Path, error: &Error) -> Failure {
    use ErrorKind::{
        AlreadyExists, InvalidFilename, IsADirectory, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem,
    };
    let message = |mend: &str| format!("cannot write {}: {error}\n  {mend}", path.display());
    match error.kind() {
        NotFound | PermissionDenied | NotADirectory | IsADirectory | ReadOnlyFilesystem | InvalidFilename
        | AlreadyExists => Failure::request(message("name a place that you may write to")),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            Failure::limit(message("make room there, and repeat the command"))
        }
        ErrorKind::BrokenPipe => Failure::limit(message("who reads there has ended before all was written")),
        _ => Failure::limit(message("is the disk in order?")),
    }
}

/// Makes a folder, and those above it.
pub(crate) fn make_folder(path: &Path) -> Result<(), Failure> {
    let new: Vec<&Path> = path.ancestors().take_while(|p| !p.as_os_str().is_empty() && !p.exists()).collect();
    let made = fs::create_dir_all(path);
    made.and_then(|()| new.into_iter().try_for_each(|p| sync_folder(above(p)))).map_err(|e| cannot_write(path, &e))
}

/// Removes what processes that were killed have left of files in a folder in which no other process writes.
pub(super) fn remove_unfinished(folder: &Path) {
    let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let unfinished = |path: &PathBuf| path.file_name().is_some_and(|name| is_unfinished(&name.to_string_lossy()));
    for path in names.filter(unfinished) {
        // It is in nobody's way.
        let _ = fs::remove_file(path);
    }
}

/// Whether a file's name says that it is not finished.
pub(super) fn is_unfinished(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".part")
}

/// The folder that holds a file.
fn above(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes new names in a folder survive a power cut.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    // One may write to a folder that one may not open, and not every file system can sync one.
    File::open(folder).map_or(Ok(()), |folder| synced(&folder))
}

/// Syncs a file if it is one that can be.
fn synced(file: &File) -> std::io::Result<()> {
    file.sync_all().or_else(|error| match error.kind() {
        ErrorKind::InvalidInput | ErrorKind::Unsupported => Ok(()),
        _ => Err(error),
    })
}

/// A name in the same folder that no other process uses, not even one on another machine.
fn beside(path: &Path) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name: String = path.file_name().unwrap_or_default().to_string_lossy().chars().take(40).collect();
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let (process, next) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    path.with_file_name(format!(".{name}.{process}-{time}-{next}.part"))
}

/// Reads a text file.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|e| Failure::request(format!("cannot read {}: {e}\n  name a text file", path.display())))
}
