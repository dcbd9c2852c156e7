//! Certificates to files: written beside, flushed to the disk, then renamed, so that nothing half-written is left.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use super::failure::Failure;

/// Writes a certificate.
pub(super) fn save(path: &Path, text: &str) -> Result<(), Failure> {
    let written = write(path, text);
    written.map_err(|error| {
        let message =
            format!("cannot write the certificate {}: {error}\n  give a file in a folder that exists", path.display());
        if error.kind() == std::io::ErrorKind::StorageFull {
            Failure::limit(message)
        } else {
            Failure::request(message)
        }
    })
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or_else(|| std::io::Error::other("it is not the name of a file"))?;
    let beside = folder.join(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
    let done = (|| {
        let mut file = File::create(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    })();
    if done.is_err() {
        // What is left of it is of no use; that it cannot be removed either is no news.
        let _ = std::fs::remove_file(&beside);
    }
    done
}
