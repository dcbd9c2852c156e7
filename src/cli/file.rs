//! Files that are whole or not there: written beside their place, synced, and moved.

use std::fs::{self, File};
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::failure::Failure;

/// Writes a file whole.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let beside = beside(path);
    let written = File::create_new(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| put_in_place(&beside, path)).map_err(|error| {
        // What is left of the attempt is of no use; that it cannot be removed changes nothing.
        let _ = fs::remove_file(&beside);
        cannot_write(path, &error)
    })
}

/// Moves a file, written and synced, to its place in the same folder, and syncs the folder: after a power cut the place
/// holds this file or what it held before.
///
/// # Errors
/// The file cannot be moved, or the folder cannot be synced.
pub(crate) fn put_in_place(beside: &Path, path: &Path) -> std::io::Result<()> {
    fs::rename(beside, path)?;
    sync_folder(above(path))
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
    let Ok(open) = File::open(folder) else {
        return Ok(());
    };
    open.sync_all().or_else(|error| match error.kind() {
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
