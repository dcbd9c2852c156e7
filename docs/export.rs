//! `make book`: the pages of `docs/SUMMARY.md` as HTML in a folder, with the pictures beside them.

use std::path::Path;
use std::process::ExitCode;

use allocert::report::book;

fn main() -> ExitCode {
    let out = std::env::args().nth(1).unwrap_or_else(|| "target/book".to_owned());
    match export(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").as_path(), Path::new(&out)) {
        Ok(pages) => {
            println!("{out}/index.html: {pages} pages");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes the book; the number of pages.
fn export(docs: &Path, out: &Path) -> Result<usize, Box<dyn std::error::Error>> {
    let summary = std::fs::read_to_string(docs.join("SUMMARY.md"))?;
    let pages = book("allocert", &summary, |file| std::fs::read_to_string(docs.join(file)).ok())?;
    std::fs::create_dir_all(out)?;
    for page in &pages {
        std::fs::write(out.join(&page.file), &page.html)?;
    }
    copy_pictures(docs, docs, out)?;
    Ok(pages.len())
}

/// Copies what pages show and offer besides text.
fn copy_pictures(from: &Path, docs: &Path, out: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        if path.is_dir() {
            copy_pictures(&path, docs, out)?;
        } else if path.extension().is_none_or(|e| e != "md" && e != "toml" && e != "rs") {
            let place = out.join(path.strip_prefix(docs).map_err(std::io::Error::other)?);
            std::fs::create_dir_all(place.parent().unwrap_or(out))?;
            std::fs::copy(&path, place)?;
        }
    }
    Ok(())
}
