//! Files that are whole or not there: written beside their place, synced, and moved.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::failure::Failure;

/// Writes a file whole.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let beside = beside(path);
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&beside, path)).map_err(|error| {
        // What is left of the attempt is of no use; that it cannot be removed changes nothing.
        let _ = fs::remove_file(&beside);
        let shown = path.display();
        match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::PermissionDenied => Failure::request(format!(
                "cannot write {shown}: {error}\n  name a file in a folder that you may write to"
            )),
            _ => Failure::limit(format!("cannot write {shown}: {error}\n  is the disk full?")),
        }
    })
}

/// Makes a folder, and those above it.
pub(crate) fn make_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(|error| {
        Failure::request(format!("{}: {error}\n  name a folder in a place that you may write to", path.display()))
    })
}

/// Refuses, before long work, a folder that is not there to write to.
pub(crate) fn existing_folder(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return Ok(());
    }
    Err(Failure::request(format!("{} is no folder\n  make it first", path.display())))
}

/// A name in the same folder that no other process uses.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.part", std::process::id()))
}

/// Reads a text file.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|e| Failure::request(format!("cannot read {}: {e}\n  name a text file", path.display())))
}
