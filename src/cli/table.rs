//! A file with a table, written in portions as Parquet, CSV or JSON lines. The file appears when it is complete.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::ser::{SerializeMap, Serializer};

use super::failure::Failure;
use super::file::{Draft, cannot_write};

#[cfg_attr(feature = "parquet", path = "table/parquet.rs")]
#[cfg_attr(not(feature = "parquet"), path = "table/without_parquet.rs")]
mod parquet;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Truth,
}

/// A column.
#[derive(Clone, Copy, Debug)]
// Only Parquet has types.
#[cfg_attr(not(feature = "parquet"), allow(dead_code))]
pub(super) struct Column {
    pub name: &'static str,
    pub kind: Kind,
    /// Whether a row may have nothing there.
    pub optional: bool,
}

/// An entry, of the kind of its column.
#[derive(Clone, Debug)]
pub(super) enum Cell<'a> {
    Text(Cow<'a, str>),
    Number(i64),
    Truth(bool),
    Nothing,
}

impl<'a> Cell<'a> {
    /// A text that may be missing.
    pub(super) fn text(text: Option<impl Into<Cow<'a, str>>>) -> Self {
        text.map_or(Cell::Nothing, |text| Cell::Text(text.into()))
    }

    /// A number that may be missing.
    pub(super) fn number(number: Option<i64>) -> Self {
        number.map_or(Cell::Nothing, Cell::Number)
    }
}

/// The kind of a file, by the end of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Parquet,
    Csv,
    Lines,
}

impl Format {
    /// Of a file of this name.
    pub(super) fn of(path: &Path) -> Result<Self, Failure> {
        match path.extension().and_then(|e| e.to_str()) {
            Some("parquet") => Ok(Format::Parquet),
            Some("csv") => Ok(Format::Csv),
            Some("jsonl") => Ok(Format::Lines),
            _ => {
                let mend = "end its name in .parquet, .csv or .jsonl";
                Err(Failure::request(format!("{}: what kind of file is that?\n  {mend}", path.display())))
            }
        }
    }
}

/// A table on its way into a file.
pub(super) struct TableFile {
    path: PathBuf,
    draft: Draft,
    columns: Vec<Column>,
    writer: Option<Writer>,
}

enum Writer {
    Parquet(parquet::Writer),
    Csv(Box<csv::Writer<BufWriter<File>>>),
    Lines(BufWriter<File>),
}

impl TableFile {
    /// Starts a file beside its place.
    pub(super) fn create(path: &Path, columns: Vec<Column>) -> Result<Self, Failure> {
        let format = Format::of(path)?;
        let (draft, file) = Draft::create(path).map_err(|error| cannot_write(path, &error))?;
        let mut table = TableFile { path: path.to_owned(), draft, columns, writer: None };
        table.writer = Some(match format {
            Format::Parquet => Writer::Parquet(parquet::Writer::create(file, &table.columns)?),
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(BufWriter::new(file));
                writer.write_record(table.columns.iter().map(|c| c.name)).map_err(other)?;
                Writer::Csv(Box::new(writer))
            }
            Format::Lines => Writer::Lines(BufWriter::new(file)),
        });
        Ok(table)
    }

    /// Writes some rows.
    pub(super) fn write(&mut self, rows: &[Vec<Cell<'_>>]) -> Result<(), Failure> {
        match &mut self.writer {
            None => Ok(()),
            Some(Writer::Csv(writer)) => {
                { rows.iter().try_for_each(|row| writer.write_record(row.iter().map(csv_field).collect::<Vec<_>>())) }
                    .map_err(other)
            }
            Some(Writer::Lines(writer)) => {
                for row in rows {
                    serde_json::to_writer(&mut *writer, &Object(&self.columns, row)).map_err(other)?;
                    writer.write_all(b"\n")?;
                }
                Ok(())
            }
            Some(Writer::Parquet(writer)) => writer.write(&self.columns, rows),
        }
    }

    /// Puts the file into its place.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        let file = match self.writer.take() {
            None => return Ok(()),
            Some(Writer::Parquet(writer)) => writer.finish()?,
            Some(Writer::Csv(writer)) => {
                let inner = writer.into_inner().map_err(|e| other(e.error()))?;
                inner.into_inner().map_err(other)?
            }
            Some(Writer::Lines(writer)) => writer.into_inner().map_err(other)?,
        };
        self.draft.put(&file).map_err(|error| cannot_write(&self.path, &error))
    }
}

fn other(error: impl std::fmt::Display) -> Failure {
    Failure::from(std::io::Error::other(error.to_string()))
}

fn csv_field(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Text(text) => text.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Truth(truth) => truth.to_string(),
        Cell::Nothing => String::new(),
    }
}

/// A row as a JSON object, in the order of the columns.
struct Object<'a>(&'a [Column], &'a [Cell<'a>]);

impl serde::Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (column, cell) in self.0.iter().zip(self.1) {
            match cell {
                Cell::Text(text) => map.serialize_entry(column.name, text)?,
                Cell::Number(number) => map.serialize_entry(column.name, number)?,
                Cell::Truth(truth) => map.serialize_entry(column.name, truth)?,
                Cell::Nothing => map.serialize_entry(column.name, &())?,
            }
        }
        map.end()
    }
}
