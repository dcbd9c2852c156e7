//! Certificates to files.

use std::path::Path;

use super::failure::Failure;
use super::file::write_whole;

/// Writes a certificate.
pub(super) fn save(path: &Path, text: &str) -> Result<(), Failure> {
    write_whole(path, text.as_bytes())
}
