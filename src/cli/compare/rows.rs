//! Rows of text cells out of CSV, JSON lines and Parquet. A row that cannot be read is an error of its own; the rest is read.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use allocert::text::quote;
use parquet::basic::Compression;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use crate::cli::failure::Failure;
use crate::cli::file::read_text;

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
        Some("parquet") => parquet(path),
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

/// No column chunk of a file of results is larger when it is read: a file that says so is damaged, or something else.
const MOST_CHUNK_BYTES: i64 = 1 << 30;
/// No file has more rows.
const MOST_ROWS: i64 = 10_000_000;

/// Reads Parquet. Its reader panics on some damaged files: what was damaged is said, and the program goes on to its end.
fn parquet(path: &Path) -> Result<Vec<Cells>, Failure> {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let read = std::panic::catch_unwind(|| parquet_rows(path));
    std::panic::set_hook(usual);
    read.unwrap_or_else(|_| Err(wrong(path, "its pages do not fit together", "give a Parquet file that is whole")))
}

fn parquet_rows(path: &Path) -> Result<Vec<Cells>, Failure> {
    let broken = |e: &dyn std::fmt::Display| wrong(path, &e.to_string(), "give a Parquet file that is whole");
    let file = File::open(path).map_err(|e| broken(&e))?;
    let reader = SerializedFileReader::new(file).map_err(|e| broken(&e))?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    complete(path, schema.columns().iter().map(|c| c.name()))?;
    accept(path, reader.metadata())?;
    let value = |name: &str, field: &Field| match field {
        Field::Null => String::new(),
        Field::Str(text) => cell(name, text),
        Field::Double(x) if x.is_nan() => String::new(),
        Field::Float(x) if x.is_nan() => String::new(),
        Field::Double(x) if x.fract() == 0.0 => format!("{x:.0}"),
        Field::Float(x) if x.fract() == 0.0 => format!("{x:.0}"),
        other => other.to_string(),
    };
    let mut rows = Vec::new();
    // After an error the iterator may give the same error for ever: the first ends it.
    for row in reader.get_row_iter(None).map_err(|e| broken(&e))? {
        let row = row.map_err(|e| broken(&format!("row {}: {e}", rows.len() + 1)))?;
        rows.push(Ok(row.get_column_iter().map(|(name, field)| (name.clone(), value(name, field))).collect()));
    }
    Ok(rows)
}

/// Refuses what cannot be decompressed, and sizes that no file of results has.
fn accept(path: &Path, metadata: &ParquetMetaData) -> Result<(), Failure> {
    let rows = metadata.file_metadata().num_rows();
    if !(0..=MOST_ROWS).contains(&rows) {
        return Err(wrong(path, &format!("it says that it has {rows} rows"), "give a Parquet file that is whole"));
    }
    for chunk in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        if let Compression::LZO = chunk.compression() {
            let name = quote(chunk.column_descr().name());
            let what = format!("column {name} is compressed with LZO, which cannot be read here");
            return Err(wrong(path, &what, "write it with snappy, zstd, gzip, lz4, brotli or no compression"));
        }
        let sizes = [chunk.uncompressed_size(), chunk.compressed_size(), chunk.num_values()];
        if sizes.iter().any(|size| !(0..=MOST_CHUNK_BYTES).contains(size)) {
            return Err(wrong(
                path,
                "it says that a column has an impossible size",
                "give a Parquet file that is whole",
            ));
        }
    }
    Ok(())
}
