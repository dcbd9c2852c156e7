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
            // Tests are no part of a room.
            if path.file_stem().is_some_and(|stem| stem == "tests") {
                continue;
            }
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

/// A table in ARCHITECTURE.md, by the head of its first column: a name, and what it may use.
fn allowed(head: &str) -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let start = text.find(&format!("| {head} | may use |")).expect("the table");
    let rows = text[start..].lines().skip(2).take_while(|l| l.starts_with("| `"));
    let table: BTreeMap<_, _> = rows
        .map(|row| {
            let cells: Vec<&str> = row.split('|').collect();
            (names(cells[1]).remove(0), names(cells[2]))
        })
        .collect();
    assert!(!table.is_empty());
    table
}

/// The names after `crate::` in some code, comments left out, groups in braces taken apart.
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

/// The dependencies of a crate that are crates of the house, without those of its tests; and all of them.
fn dependencies(name: &str) -> (Vec<String>, Vec<String>) {
    let manifest = fs::read_to_string(root().join("src").join(name).join("Cargo.toml")).unwrap();
    let sections = manifest.split("\n[").find(|s| s.starts_with("dependencies]")).unwrap_or_default().to_owned();
    let lines = sections.lines().skip(1).filter(|l| !l.trim().is_empty() && !l.starts_with('#'));
    let all: Vec<String> = lines.map(|l| l.split(['.', ' ', '=']).next().unwrap_or_default().to_owned()).collect();
    let ours = all.iter().filter_map(|d| d.strip_prefix("allocert-")).map(str::to_owned).collect();
    (ours, all)
}

#[test]
fn every_crate_is_in_the_table_and_uses_what_it_says() {
    let table = allowed("crate");
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let known = ["lib.rs", "main.rs", "cli", "python"].contains(&name.as_str()) || table.contains_key(&name);
        assert!(known, "{name} is not in ARCHITECTURE.md");
    }
    for (name, below) in table {
        let (mut ours, _) = dependencies(&name);
        ours.sort();
        assert_eq!(ours, below, "what {name} uses and what ARCHITECTURE.md says");
    }
}

#[test]
fn rooms_use_only_what_is_below_them() {
    let table = allowed("room");
    for entry in fs::read_dir(root().join("src/core")).unwrap() {
        let name = entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
        let known = ["lib", "Cargo", "tests"].contains(&name.as_str()) || table.contains_key(&name);
        assert!(known, "core/{name} is not in ARCHITECTURE.md");
    }
    for (room, below) in table {
        for (path, code) in sources(&format!("core/{room}")) {
            for name in used(&code) {
                assert!(name == room || below.contains(&name), "{} reaches for {name}", path.display());
            }
        }
    }
}

#[test]
fn the_exact_rooms_use_no_floating_point() {
    for room in
        ["core/algebra", "core/allocation", "core/network", "core/program", "core/reach", "prove", "claims", "checker"]
    {
        for (path, code) in sources(room) {
            for word in ["f64", "f32", "Floats", "_f64("] {
                assert!(!code.contains(word), "{} uses {word}", path.display());
            }
        }
    }
}

#[test]
fn only_the_command_line_prints() {
    for room in ["ask", "core", "dense", "claims", "coq", "train", "prove", "record", "report", "python"] {
        let library = |path: &Path| !path.components().any(|part| part.as_os_str() == "benches");
        for (path, code) in sources(room).into_iter().filter(|(path, _)| library(path)) {
            for word in ["println!", "eprintln!", " print!(", "std::io::stdout", "indicatif", "clap"] {
                assert!(!code.contains(word), "{} uses {word}", path.display());
            }
        }
    }
}

#[test]
fn families_are_told_apart_in_one_place() {
    for room in ["core/reach", "core/matching", "claims", "cli", "ask", "python", "core/allocation", "core/algebra"] {
        for (path, code) in sources(room) {
            assert!(
                !["Kind::Lffn", "Kind::Lrnn", "Kind::Pnn", "Kind::Relu", "Kind::Program"]
                    .iter()
                    .any(|k| code.contains(k)),
                "{} tells families apart",
                path.display()
            );
        }
    }
    for (path, code) in sources("core/network") {
        let tells =
            ["Kind::Lffn", "Kind::Lrnn", "Kind::Pnn", "Kind::Relu", "Kind::Program"].iter().any(|k| code.contains(k));
        assert!(!tells || path.ends_with("network/mod.rs"), "{} tells families apart", path.display());
    }
}

#[test]
fn unsafe_code_stands_where_the_house_says() {
    let rooms = ["core", "dense", "claims", "coq", "train", "prove", "record", "report", "checker", "format", "cli"];
    for room in rooms.into_iter().chain(["ask", "python"]) {
        for (path, code) in sources(room) {
            let found = code.contains("unsafe {") || code.contains("unsafe fn") || code.contains("unsafe impl");
            assert!(!found || path.ends_with("cli/memory.rs"), "{} has unsafe code", path.display());
        }
    }
}

/// Cargo packs the folder of a crate, and no file beside it.
#[test]
fn a_packed_crate_has_all_that_it_includes() {
    let rooms = ["core", "dense", "claims", "coq", "train", "prove", "record", "report", "checker", "format", "ask"];
    for (path, code) in rooms.into_iter().flat_map(sources) {
        assert!(!code.contains("include_str!(\"../"), "{} includes a file outside its crate", path.display());
    }
}

#[test]
fn the_package_for_python_has_the_version_of_the_house() {
    let version = |manifest: &str| {
        let text = fs::read_to_string(root().join(manifest)).unwrap();
        text.lines().find(|line| line.starts_with("version = ")).map(str::to_owned)
    };
    assert_eq!(version("src/python/Cargo.toml"), version("Cargo.toml"));
    assert!(version("Cargo.toml").is_some());
}

#[test]
fn the_checker_shares_nothing_but_the_format() {
    let (_, all) = dependencies("checker");
    assert_eq!(all, ["allocert-format", "num-bigint", "num-rational", "num-traits", "serde", "serde_json"]);
    let (_, format) = dependencies("format");
    assert_eq!(format, ["serde"]);
    let mut lines = 0;
    for (path, code) in sources("checker") {
        let counted = |l: &&str| !l.trim().is_empty() && !l.trim_start().starts_with("//");
        lines += code.lines().filter(counted).count();
        for word in ["#[path", "include!", "unsafe"] {
            assert!(!code.contains(word), "{} has {word}", path.display());
        }
    }
    assert!(lines <= 7_300, "the checker has {lines} lines: too many for an hour");
}

/// The options of the command line that string literals of some code name; comments and tests left out.
fn options_named(code: &str) -> Vec<String> {
    let lines = code.lines().filter(|l| !l.trim_start().starts_with("//"));
    let code: String = lines.collect::<Vec<_>>().join("\n");
    let named = code.split('"').skip(1).step_by(2).flat_map(|literal| literal.split([' ', '(', '\n']));
    let is_option =
        |word: &str| word.strip_prefix("--").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
    named.filter(|word| is_option(word)).map(str::to_owned).collect()
}

#[test]
fn the_libraries_do_not_know_the_options_of_the_command_line() {
    assert_eq!(
        options_named("let x = \"draw fewer (--draws)\"; // \"--seed\"\n// \"--json\"\n"),
        ["--draws)", "--seed"]
    );
    for room in ["ask", "claims", "coq", "core", "dense", "format", "prove", "train"] {
        for (path, code) in sources(room) {
            assert_eq!(options_named(&code), [""; 0], "{}", path.display());
        }
    }
}
