//! Running the program as a user does.
#![allow(dead_code)] // Each test file uses a part of this.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What came of a run.
pub struct Run {
    pub status: i32,
    pub out: String,
    pub err: String,
}

/// Runs `allocert` with these arguments from the repository's folder.
pub fn allocert(arguments: &[&str]) -> Run {
    allocert_in(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

/// Runs `allocert` with these arguments from a folder.
pub fn allocert_in(folder: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_allocert"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
    Run { status: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// The JSON objects that a run wrote, one a line.
pub fn objects(run: &Run) -> Vec<serde_json::Value> {
    run.out.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// A file with this text in a fresh folder of the system's.
pub fn file(name: &str, text: &str) -> std::path::PathBuf {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let unique = format!("allocert-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(unique);
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    std::fs::File::create(&path).and_then(|mut f| f.write_all(text.as_bytes())).expect("a file");
    path
}

/// Runs `verify` on a claim file with this text.
pub fn verify(text: &str, more: &[&str]) -> Run {
    let path = file("claims.star", text);
    let mut arguments = vec!["verify", path.to_str().expect("a plain path")];
    arguments.extend(more);
    allocert(&arguments)
}
