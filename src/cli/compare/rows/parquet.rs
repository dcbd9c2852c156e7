//! Rows out of Parquet.

use std::fs::File;
use std::path::Path;

use allocert::text::quote;
use parquet::basic::Compression;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use super::{Cells, cell, complete, wrong};
use crate::cli::failure::Failure;

/// No column chunk of a file of results is larger when it is read: a file that says so is damaged, or something else.
const MOST_CHUNK_BYTES: i64 = 1 << 30;
/// No file has more rows.
const MOST_ROWS: i64 = 10_000_000;

/// Reads Parquet. Its reader panics on some damaged files: what was damaged is said, and the program goes on to its end.
pub(super) fn read(path: &Path) -> Result<Vec<Cells>, Failure> {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let read = std::panic::catch_unwind(|| rows(path));
    std::panic::set_hook(usual);
    read.unwrap_or_else(|_| Err(wrong(path, "its pages do not fit together", "give a Parquet file that is whole")))
}

fn rows(path: &Path) -> Result<Vec<Cells>, Failure> {
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
