//! Rows of text cells out of CSV, JSON lines and Parquet. A row that cannot be read is an error of its own; the rest is read.

use std::collections::HashMap;
use std::path::Path;

use allocert::text::quote;

use crate::cli::failure::Failure;
use crate::cli::file::read_text;

#[cfg(feature = "parquet")]
mod parquet;

/// The columns that a result needs.
pub(super) const COLUMNS: [&str; 5] = ["network", "allocation", "samples", "trials", "successes"];

/// The cells of a row by their column, or why there are none.
pub(super) type Cells = Result<HashMap<String, String>, String>;

/// Reads all rows of a file; its name tells what it is.
pub(super) fn read(path: &Path) -> Result<Vec<Cells>, Failure> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    let rows = match extension.as_deref() {
        Some("csv") => csv(path, &read_text(path)?),
        Some("jsonl" | "ndjson") => Ok(json_lines(&read_text(path)?)),
        #[cfg(feature = "parquet")]
        Some("parquet") => parquet::read(path),
        #[cfg(not(feature = "parquet"))]
        Some("parquet") => {
            Err(wrong(path, "this program was built without Parquet", "give the rows as CSV or JSON lines"))
        }
        _ => Err(wrong(path, "the name does not say what it is", "name it *.csv, *.jsonl or *.parquet")),
    }?;
    if rows.is_empty() {
        return Err(wrong(path, "there is no row", "give at least one result"));
    }
    Ok(rows)
}

fn wrong(path: &Path, what: &str, mend: &str) -> Failure {
    Failure::request(format!("{}: {what}\n  {mend}", path.display()))
}

/// Refuses a file without the columns that are needed (`samples` may be missing), and one that names a column twice.
fn complete<'a>(path: &Path, names: impl Iterator<Item = &'a str>) -> Result<(), Failure> {
    let names: Vec<&str> = names.collect();
    if let Some(twice) = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)) {
        let what = format!("two columns are named {}", quote(twice.1));
        return Err(wrong(path, &what, "give each column a name of its own"));
    }
    let missing: Vec<&str> = COLUMNS.into_iter().filter(|c| *c != "samples" && !names.contains(c)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mend = format!("the columns are {}", COLUMNS.join(", "));
    Err(wrong(path, &format!("there is no column {}", missing.join(", no column ")), &mend))
}

fn csv(path: &Path, text: &str) -> Result<Vec<Cells>, Failure> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let names = reader.headers().map_err(|e| wrong(path, &e.to_string(), "give CSV with a line of names"))?.clone();
    // Excel marks the start of its text files.
    let names: Vec<String> = names.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
    complete(path, names.iter().map(String::as_str))?;
    let row = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.map_err(|e| e.to_string())?;
        if record.len() != names.len() {
            return Err(format!("the row has {} cells for {} columns", record.len(), names.len()));
        }
        Ok(names.iter().zip(&record).map(|(name, text)| (name.clone(), cell(name, text))).collect())
    };
    Ok(reader.records().map(row).collect())
}

/// A cell's text; empty where it is one of the texts that Python and R write for a missing value. The allocation `none` is one.
fn cell(column: &str, text: &str) -> String {
    const MISSING: [&str; 9] = ["nan", "na", "n/a", "none", "null", "<na>", "nat", "#n/a", "-nan"];
    let text = text.trim();
    let is_allocation = column == "allocation" && text == "none";
    if MISSING.contains(&text.to_lowercase().as_str()) && !is_allocation { String::new() } else { text.to_owned() }
}

/// A JSON object whose names are all different, in order. (Python writes NaN, which JSON does not have.)
struct Object(Vec<(String, serde_json::Value)>);

impl<'de> serde::Deserialize<'de> for Object {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> serde::de::Visitor<'de> for Entries {
            type Value = Object;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut entries: Vec<(String, serde_json::Value)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, serde_json::Value>()? {
                    if entries.iter().any(|(known, _)| *known == name) {
                        return Err(serde::de::Error::custom(format!("{} is given twice", quote(&name))));
                    }
                    entries.push((name, value));
                }
                Ok(Object(entries))
            }
        }
        from.deserialize_map(Entries)
    }
}

fn json_lines(text: &str) -> Vec<Cells> {
    let value = |name: &str, value: serde_json::Value| match value {
        serde_json::Value::String(text) => cell(name, &text),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    };
    let row = |line: &str| {
        let line = without_nan(line);
        let Object(entries) = serde_json::from_str(&line).map_err(|e| format!("no JSON object: {e}"))?;
        Ok(entries.into_iter().map(|(name, v)| (name.clone(), value(&name, v))).collect())
    };
    text.trim_start_matches('\u{feff}').lines().filter(|line| !line.trim().is_empty()).map(row).collect()
}

/// A line of JSON as Python writes it, with `null` for each bare `NaN` outside strings.
fn without_nan(line: &str) -> String {
    let (mut out, mut rest, mut inside) = (String::with_capacity(line.len()), line, false);
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '\\' if inside => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            'N' if !inside && rest.starts_with("NaN") => {
                out.push_str("null");
                rest = &rest[3..];
                continue;
            }
            '"' => {
                inside = !inside;
                1
            }
            other => other.len_utf8(),
        };
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    out
}
