//! The rooms of ARCHITECTURE.md depend on each other only as it says.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file of a room, tests inside cut off.
fn sources(room: &str) -> Vec<(PathBuf, String)> {
    let (folder, file) = (root().join("src").join(room), root().join(format!("src/{room}.rs")));
    let mut paths = if file.exists() { vec![file] } else { Vec::new() };
    let mut folders = if folder.is_dir() { vec![folder] } else { Vec::new() };
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                paths.push(path);
            }
        }
    }
    assert!(!paths.is_empty(), "there is no room {room}");
    let code = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
    };
    paths.into_iter().map(|path| (path.clone(), code(&path))).collect()
}

/// The table in ARCHITECTURE.md: a room, and what it may use.
fn allowed() -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let rows = text.lines().filter(|l| l.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').collect();
        (names(cells[1]).remove(0), names(cells[2]))
    })
    .collect()
}

/// The rooms named after `crate::` or `allocert::` in some code, comments left out.
fn used(code: &str) -> Vec<String> {
    let lines = code.lines().filter(|l| !l.trim_start().starts_with("//"));
    let code: String = lines.collect::<Vec<_>>().join("\n");
    let mut used = Vec::new();
    for start in code.match_indices("crate::").map(|(at, found)| at + found.len()) {
        let rest = &code[start..];
        let names = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default().to_owned(),
            None => rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned(),
        };
        used.extend(names.split(',').map(|n| n.trim().split(':').next().unwrap_or_default().to_owned()));
    }
    used
}

#[test]
fn every_room_is_in_the_table() {
    let table = allowed();
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let name = entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(
            ["lib", "main"].contains(&name.as_str()) || table.contains_key(&name),
            "{name} is not in ARCHITECTURE.md"
        );
    }
}

#[test]
fn rooms_use_only_what_is_below_them() {
    for (room, below) in allowed().into_iter().filter(|(room, _)| room != "cli") {
        for (path, code) in sources(&room) {
            for name in used(&code) {
                assert!(name == room || below.contains(&name), "{} reaches for {name}", path.display());
            }
        }
    }
}

#[test]
fn the_exact_rooms_use_no_floating_point() {
    for room in ["algebra", "allocation", "network", "reach", "claims"] {
        for (path, code) in sources(room) {
            for word in ["f64", "f32", "Floats", "_f64("] {
                assert!(!code.contains(word), "{} uses {word}", path.display());
            }
        }
    }
}

#[test]
fn only_the_command_line_prints() {
    for room in ["text", "number", "algebra", "allocation", "network", "reach", "claims"] {
        for (path, code) in sources(room) {
            for word in ["println!", "eprintln!", "print!(", "std::io::stdout", "indicatif", "clap"] {
                assert!(!code.contains(word), "{} uses {word}", path.display());
            }
        }
    }
}

#[test]
fn families_are_told_apart_in_one_place() {
    for room in ["reach", "matching", "claims", "cli", "allocation", "algebra"] {
        for (path, code) in sources(room) {
            assert!(
                !["Kind::Lffn", "Kind::Lrnn", "Kind::Pnn", "Kind::Relu"].iter().any(|k| code.contains(k)),
                "{} tells families apart",
                path.display()
            );
        }
    }
    for (path, code) in sources("network") {
        let tells = ["Kind::Lffn", "Kind::Lrnn", "Kind::Pnn", "Kind::Relu"].iter().any(|k| code.contains(k));
        assert!(!tells || path.ends_with("network/mod.rs"), "{} tells families apart", path.display());
    }
}

#[test]
fn unsafe_code_stands_where_the_house_says() {
    for room in ["text", "number", "algebra", "allocation", "network", "reach", "claims", "cli"] {
        for (path, code) in sources(room) {
            let found = code.contains("unsafe {") || code.contains("unsafe fn") || code.contains("unsafe impl");
            assert!(!found || path.ends_with("cli/memory.rs"), "{} has unsafe code", path.display());
        }
    }
}

/// The crates that a `use` or a path in some code begins with.
fn crates(code: &str) -> Vec<String> {
    let lines = code.lines().map(str::trim_start).filter(|l| !l.starts_with("//"));
    let code: String = lines.collect::<Vec<_>>().join("\n");
    let paths = code.match_indices("::").filter_map(|(at, _)| {
        let before = &code[..at];
        let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |i| i + 1);
        // Only the first part of a path can be a crate.
        (!before[..start].ends_with("::") && start < at).then(|| before[start..].to_owned())
    });
    let small = |name: &String| name.starts_with(|c: char| c.is_ascii_lowercase());
    paths.filter(small).collect()
}

#[test]
fn the_checker_shares_nothing_but_the_format() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let dependencies = manifest.lines().filter_map(|l| l.split_once(" = ").or_else(|| l.split_once('.')));
    let known: Vec<String> = dependencies.map(|(name, _)| name.trim().replace('-', "_")).collect();
    let allowed = ["num_bigint", "num_traits", "num_rational", "serde", "serde_json"];
    let mut lines = 0;
    for (path, code) in sources("checker") {
        let counted = |l: &&str| !l.trim().is_empty() && !l.trim_start().starts_with("//");
        lines += code.lines().filter(counted).count();
        for name in crates(&code) {
            let foreign =
                name == "crate" || name == "allocert" || (known.contains(&name) && !allowed.contains(&name.as_str()));
            assert!(!foreign, "{} reaches for {name}", path.display());
        }
        for word in ["extern crate", "rug", "faer", "unsafe"] {
            assert!(!code.contains(word), "{} has {word}", path.display());
        }
        // Files outside the room come in by their path only: the format.
        for line in code.lines().filter(|l| l.contains("#[path")) {
            let known = ["#[path = \"../certificate/format.rs\"]", "#[path = \"mod.rs\"]"];
            assert!(known.contains(&line.trim()), "{} includes {line}", path.display());
        }
        assert!(!code.contains("include!"), "{} includes a file", path.display());
    }
    let format = fs::read_to_string(root().join("src/certificate/format.rs")).unwrap();
    assert!(crates(&format).iter().all(|name| name == "serde"), "the format uses {:?}", crates(&format));
    assert!(lines <= 2_900, "the checker has {lines} lines: too many for an hour");
}

#[test]
fn only_the_command_line_calls_the_checker() {
    for room in ["certificate", "claims", "matching", "reach", "record"] {
        for (path, code) in sources(room) {
            assert!(!code.contains("checker::"), "{} calls the checker", path.display());
        }
    }
}
