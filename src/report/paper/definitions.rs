//! The helper functions and tables that printed statements use, each once, by the files that they stand in.

use allocert_core::text::thousands;
use allocert_record::{Definition, Verify};

use super::prose::{code, lines, plain};

/// The section; nothing where no claim uses any.
pub(super) fn definitions(claims: &[Verify]) -> String {
    let mut files: Vec<(&str, Vec<(&Definition, usize)>)> = Vec::new();
    for claim in claims {
        for definition in &claim.definitions {
            let place = files.iter().position(|(file, _)| *file == claim.file);
            let place = place.unwrap_or_else(|| {
                files.push((&claim.file, Vec::new()));
                files.len() - 1
            });
            let known = &mut files[place].1;
            match known.iter_mut().find(|(other, _)| *other == definition) {
                Some((_, uses)) => *uses += 1,
                None => known.push((definition, 1)),
            }
        }
    }
    if files.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "\\section{Definitions}\nWhat the statements above call, as it stands in the files of the claims. Families such as \\texttt{lffn} and \
         functions such as \\texttt{sum} are the program's own.\n",
    );
    let shared = shared_folder(&files.iter().map(|(file, _)| *file).collect::<Vec<_>>());
    for (file, all) in &files {
        text.push_str(&format!("\\subsection*{{{}}}\n", code(&file[shared..])));
        for (definition, uses) in all {
            let used = if *uses == 1 { "one claim".to_owned() } else { format!("{uses} claims") };
            text.push_str(&format!("\\allocertused{{{}}}\n{}", plain(&used), lines(&definition.text)));
            if let Some(entries) = definition.entries {
                text.push_str(&format!(
                    "\\allocertline{{0}}{{({} entries in all)}}\n",
                    thousands(entries).replace(',', "\\,")
                ));
            }
        }
    }
    text
}

/// The length of the folder that all files lie in: where it is on this machine says nothing to a reader.
fn shared_folder(files: &[&str]) -> usize {
    let folder = |file: &str| file.rfind('/').map_or(0, |at| at + 1);
    let Some((first, others)) = files.split_first() else {
        return 0;
    };
    let mut shared = folder(first);
    for other in others {
        while !other.starts_with(&first[..shared]) {
            shared = folder(first[..shared].trim_end_matches('/'));
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_the_folder_that_all_lie_in() {
        for (files, names) in [
            (&["/a/b/c.star"][..], &["c.star"][..]),
            (&["/a/b/c.star", "/a/d/e.star"], &["b/c.star", "d/e.star"]),
            (&["c.star", "/a/b.star"], &["c.star", "/a/b.star"]),
            (&["a/b.star", "ab/b.star"], &["a/b.star", "ab/b.star"]),
            (&["x/é/b.star", "x/è/b.star"], &["é/b.star", "è/b.star"]),
            (&["//b.star", "//c.star"], &["b.star", "c.star"]),
        ] {
            let shared = shared_folder(files);
            assert_eq!(files.iter().map(|file| &file[shared..]).collect::<Vec<_>>(), names);
        }
    }
}
