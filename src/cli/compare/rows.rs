//! Rows of text cells out of CSV, JSON lines and Parquet. A row that cannot be read is an error of its own; the rest is read.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

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

/// Refuses a file without the columns that are needed; `samples` may be missing.
fn complete<'a>(path: &Path, names: impl Iterator<Item = &'a str>) -> Result<(), Failure> {
    let names: Vec<&str> = names.collect();
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
    complete(path, names.iter())?;
    let row = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.map_err(|e| e.to_string())?;
        if record.len() != names.len() {
            return Err(format!("the row has {} cells for {} columns", record.len(), names.len()));
        }
        Ok(names.iter().zip(&record).map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect())
    };
    Ok(reader.records().map(row).collect())
}

fn json_lines(text: &str) -> Vec<Cells> {
    let cell = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    };
    let row = |line: &str| {
        let object: serde_json::Map<_, _> = serde_json::from_str(line).map_err(|e| format!("no JSON object: {e}"))?;
        Ok(object.into_iter().map(|(name, value)| (name, cell(value))).collect())
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(row).collect()
}

fn parquet(path: &Path) -> Result<Vec<Cells>, Failure> {
    let broken = |e: &dyn std::fmt::Display| wrong(path, &e.to_string(), "give a Parquet file");
    let file = File::open(path).map_err(|e| broken(&e))?;
    let reader = SerializedFileReader::new(file).map_err(|e| broken(&e))?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    complete(path, schema.columns().iter().map(|c| c.name()))?;
    let cell = |field: &Field| match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Double(x) if x.fract() == 0.0 => format!("{x:.0}"),
        Field::Float(x) if x.fract() == 0.0 => format!("{x:.0}"),
        other => other.to_string(),
    };
    let row = |row: Result<parquet::record::Row, parquet::errors::ParquetError>| {
        let row = row.map_err(|e| e.to_string())?;
        Ok(row.get_column_iter().map(|(name, field)| (name.clone(), cell(field))).collect())
    };
    Ok(reader.get_row_iter(None).map_err(|e| broken(&e))?.map(row).collect())
}
