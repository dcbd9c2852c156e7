//! The helper functions and tables that printed statements use, below the statements of their file.

use allocert_core::text::thousands;
use allocert_record::{Definition, Verify};

use super::prose::{code, lines};

/// What the claims of one file call, each once, with the claims that do; nothing where they call nothing. What stands in other files is
/// headed by their names, without the folder of this length that all share.
pub(super) fn helpers(claims: &[(usize, &Verify)], shared: usize) -> String {
    let mut found: Vec<(&Definition, Vec<usize>)> = Vec::new();
    for (number, claim) in claims {
        for definition in &claim.definitions {
            match found.iter_mut().find(|(other, _)| *other == definition) {
                Some((_, uses)) => uses.push(*number),
                None => found.push((definition, vec![*number])),
            }
        }
    }
    if found.is_empty() {
        return String::new();
    }
    let mut text = String::from("\\paragraph{What these statements call.}\\leavevmode\n");
    // Those of other files stand before what uses them.
    found.sort_by_key(|(definition, _)| definition.file.is_none());
    for (definition, uses) in found {
        let from = definition.file.as_ref().map_or_else(String::new, |file| format!(", in {}", code(&file[shared..])));
        text.push_str(&format!("\\allocertused{{{}{from}}}\n{}", users(&uses), lines(&definition.text)));
        if let Some(entries) = definition.entries {
            text.push_str(&format!(
                "\\allocertline{{0}}{{({} entries in all)}}\n",
                thousands(entries).replace(',', "\\,")
            ));
        }
    }
    text
}

/// The numbers of claims, a run of them by its ends: `Claims 1--3, 7`.
fn users(numbers: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            Some((_, last)) if *last == *number => {}
            _ => runs.push((*number, *number)),
        }
    }
    let one = |(first, last): &(usize, usize)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}--{last}"),
    };
    let runs: Vec<String> = runs.iter().map(one).collect();
    let word = if numbers.len() == 1 { "Claim" } else { "Claims" };
    format!("{word}~{}", runs.join(", "))
}

/// The length of the folder that all files lie in: where it is on this machine says nothing to a reader.
pub(super) fn shared_folder(files: &[&str]) -> usize {
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
    fn claims_are_named_by_runs_of_numbers() {
        assert_eq!(users(&[4]), "Claim~4");
        assert_eq!(users(&[1, 2, 3, 7]), "Claims~1--3, 7");
        assert_eq!(users(&[1, 2, 2]), "Claims~1, 2");
    }

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
