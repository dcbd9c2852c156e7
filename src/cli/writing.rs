//! Files written whole or not at all.

use std::io::Write;
use std::path::Path;

use super::failure::Failure;

/// Writes a file beside its place, sees it to the disk, and moves it there: nobody ever finds half of it.
pub(super) fn whole(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.partial", std::process::id()));
    let beside = path.with_file_name(name);
    let written = std::fs::File::create(&beside).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    });
    written.map_err(|error| {
        // What cannot be written cannot always be removed either.
        let _ = std::fs::remove_file(&beside);
        failed(path, &error)
    })
}

/// Makes a folder, and those above it.
pub(super) fn folder(path: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path).map_err(|error| failed(path, &error))
}

/// A request that names an impossible place, or a disk that is full.
fn failed(path: &Path, error: &std::io::Error) -> Failure {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull, WriteZero};
    let message = format!("{}: {error}", path.display());
    if matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge | WriteZero) {
        Failure::limit(format!("{message}\n  make room, or choose another place"))
    } else {
        Failure::request(format!("{message}\n  choose a place that can be written to"))
    }
}
