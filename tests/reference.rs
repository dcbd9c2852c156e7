//! docs/reference.md is what the program says of its claim language. `UPDATE=1 cargo test --test reference` writes it anew.

use std::path::PathBuf;

#[test]
fn the_reference_is_written_from_the_code() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/reference.md");
    let now = allocert::claims::reference();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == now, "docs/reference.md is not up to date: UPDATE=1 cargo test --test reference");
    // Nothing is without an explanation.
    for line in now.lines().filter(|l| l.starts_with("- `")) {
        assert!(line.split_once("`: ").is_some_and(|(_, what)| what.len() > 3), "{line}");
    }
}
