//! Tables as Parquet.

use std::fs::File;
use std::sync::Arc;

use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::{Cell, Column, Kind, other};
use crate::cli::failure::Failure;

/// A file on its way.
pub(super) struct Writer(Box<SerializedFileWriter<File>>);

impl Writer {
    /// Starts a file.
    pub(super) fn create(file: File, columns: &[Column]) -> Result<Self, Failure> {
        let field = |column: &Column| {
            let need = if column.optional { "optional" } else { "required" };
            match column.kind {
                Kind::Text => format!("{need} binary {} (UTF8);", column.name),
                Kind::Number => format!("{need} int64 {};", column.name),
                Kind::Truth => format!("{need} boolean {};", column.name),
            }
        };
        let fields: Vec<String> = columns.iter().map(field).collect();
        let schema = parse_message_type(&format!("message table {{ {} }}", fields.join(" "))).map_err(other)?;
        let compression = parquet::basic::Compression::SNAPPY;
        let properties = WriterProperties::builder().set_compression(compression).build();
        let writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties)).map_err(other)?;
        Ok(Writer(Box::new(writer)))
    }

    /// Writes some rows.
    pub(super) fn write(&mut self, columns: &[Column], rows: &[Vec<Cell<'_>>]) -> Result<(), Failure> {
        row_group(&mut self.0, columns, rows).map_err(other)
    }

    /// Ends the file.
    pub(super) fn finish(self) -> Result<File, Failure> {
        self.0.into_inner().map_err(other)
    }
}

/// Some rows, column by column.
fn row_group(
    writer: &mut SerializedFileWriter<File>,
    columns: &[Column],
    rows: &[Vec<Cell<'_>>],
) -> parquet::errors::Result<()> {
    let mut group = writer.next_row_group()?;
    for (place, column) in columns.iter().enumerate() {
        let cells = || rows.iter().filter_map(|row| row.get(place));
        let defined: Vec<i16> = cells().map(|cell| i16::from(!matches!(cell, Cell::Nothing))).collect();
        let defined = column.optional.then_some(defined.as_slice());
        match column.kind {
            Kind::Text => {
                let text = |cell: &Cell<'_>| {
                    if let Cell::Text(text) = cell { Some(ByteArray::from(text.as_ref())) } else { None }
                };
                values::<ByteArrayType>(&mut group, &cells().filter_map(text).collect::<Vec<_>>(), defined)?;
            }
            Kind::Number => {
                let number = |cell: &Cell<'_>| if let Cell::Number(number) = cell { Some(*number) } else { None };
                values::<Int64Type>(&mut group, &cells().filter_map(number).collect::<Vec<_>>(), defined)?;
            }
            Kind::Truth => {
                let truth = |cell: &Cell<'_>| if let Cell::Truth(truth) = cell { Some(*truth) } else { None };
                values::<BoolType>(&mut group, &cells().filter_map(truth).collect::<Vec<_>>(), defined)?;
            }
        }
    }
    group.close()?;
    Ok(())
}

fn values<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    values: &[T::T],
    defined: Option<&[i16]>,
) -> parquet::errors::Result<()> {
    let Some(mut column) = group.next_column()? else {
        return Err(parquet::errors::ParquetError::General("the schema has no more columns".to_owned()));
    };
    column.typed::<T>().write_batch(values, defined, None)?;
    column.close()
}
