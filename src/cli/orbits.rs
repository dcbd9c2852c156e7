//! `--orbits FILE`: one row an orbit, as Parquet, CSV or JSON lines, in the order of the enumeration.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde::Serialize;

use allocert::allocation::print;
use allocert::reach::{Row, Scan, list, listing_group};

use super::failure::Failure;

const SCHEMA: &str = "message orbits {
  required binary network (UTF8);
  optional int64 samples;
  required binary representative (UTF8);
  required int64 size;
  required int64 orbit_size;
  required int64 dim;
  required boolean spans;
}";

/// A row of the file.
#[derive(Serialize)]
struct Line<'a> {
    network: &'a str,
    samples: Option<u64>,
    representative: String,
    size: usize,
    orbit_size: u64,
    dim: usize,
    spans: bool,
}

/// The kinds of files.
enum Format {
    Parquet(SerializedFileWriter<File>),
    Csv(csv::Writer<BufWriter<File>>),
    Lines(BufWriter<File>),
}

/// Writes the orbits of a scan; how many there are. The file appears when it is complete.
pub(super) fn write(scan: &Scan, path: &Path) -> Result<u64, Failure> {
    let failed = |e: &dyn std::fmt::Display| Failure::limit(format!("{}: cannot be written: {e}", path.display()));
    let unknown = || {
        let mend = "end its name in .parquet, .csv or .jsonl";
        Failure::request(format!("{}: what kind of file is that?\n  {mend}", path.display()))
    };
    let kind = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_owned();
    if !["parquet", "csv", "jsonl"].contains(&kind.as_str()) {
        return Err(unknown());
    }
    let group = listing_group(scan)?;
    let partial = PathBuf::from(format!("{}.{}.partial", path.display(), std::process::id()));
    let file = File::create(&partial).map_err(|e| failed(&e))?;
    let written = written(scan, group, &kind, file).and_then(|orbits| {
        super::file::put_in_place(&partial, path).map_err(|e| failed(&e))?;
        Ok(orbits)
    });
    if written.is_err() {
        // Nothing half-written stays; if even that fails, its name says what it is.
        let _ = std::fs::remove_file(&partial);
    }
    written
}

fn written(scan: &Scan, group: allocert::reach::Group, kind: &str, file: File) -> Result<u64, Failure> {
    let mut format = match kind {
        "parquet" => Format::Parquet(parquet_writer(file)?),
        "csv" => Format::Csv(csv::Writer::from_writer(BufWriter::new(file))),
        _ => Format::Lines(BufWriter::new(file)),
    };
    let network = scan.network.to_string();
    let mut orbits = 0;
    list(scan, group, |rows| {
        orbits += rows.len() as u64;
        let lines: Vec<Line<'_>> = rows.iter().map(|row| line(scan, &network, row)).collect();
        portion(&mut format, &lines)
    })?;
    let file = match format {
        Format::Parquet(writer) => writer.into_inner().map_err(other)?,
        Format::Csv(writer) => writer.into_inner().map_err(|e| other(e.error()))?.into_inner().map_err(other)?,
        Format::Lines(writer) => writer.into_inner().map_err(other)?,
    };
    file.sync_all()?;
    Ok(orbits)
}

fn line<'a>(scan: &Scan, network: &'a str, row: &Row) -> Line<'a> {
    Line {
        network,
        samples: scan.samples.count(),
        representative: print(scan.network.layout(), &row.representative),
        size: row.representative.size(),
        orbit_size: row.length,
        dim: row.dim,
        spans: row.dim == scan.teacher.value,
    }
}

fn parquet_writer(file: File) -> Result<SerializedFileWriter<File>, Failure> {
    let schema = Arc::new(parse_message_type(SCHEMA).map_err(other)?);
    let compression = parquet::basic::Compression::SNAPPY;
    let properties = WriterProperties::builder().set_compression(compression).build();
    SerializedFileWriter::new(file, schema, Arc::new(properties)).map_err(other)
}

fn other(error: impl std::fmt::Display) -> Failure {
    Failure::from(std::io::Error::other(error.to_string()))
}

fn portion(format: &mut Format, lines: &[Line<'_>]) -> Result<(), Failure> {
    match format {
        Format::Csv(writer) => lines.iter().try_for_each(|line| writer.serialize(line)).map_err(other),
        Format::Lines(writer) => {
            for line in lines {
                serde_json::to_writer(&mut *writer, line).map_err(other)?;
                writer.write_all(b"\n")?;
            }
            Ok(())
        }
        Format::Parquet(writer) => row_group(writer, lines).map_err(other),
    }
}

/// The columns of some rows, in the order of the schema.
fn row_group(writer: &mut SerializedFileWriter<File>, lines: &[Line<'_>]) -> parquet::errors::Result<()> {
    let mut group = writer.next_row_group()?;
    let networks: Vec<ByteArray> = lines.iter().map(|l| ByteArray::from(l.network)).collect();
    column::<ByteArrayType>(&mut group, &networks, None)?;
    let known: Vec<i64> = lines.iter().filter_map(|l| l.samples).map(|m| m as i64).collect();
    let defined: Vec<i16> = lines.iter().map(|l| i16::from(l.samples.is_some())).collect();
    column::<Int64Type>(&mut group, &known, Some(&defined))?;
    let names: Vec<ByteArray> = lines.iter().map(|l| ByteArray::from(l.representative.as_str())).collect();
    column::<ByteArrayType>(&mut group, &names, None)?;
    let numbers: [fn(&Line<'_>) -> i64; 3] = [|l| l.size as i64, |l| l.orbit_size as i64, |l| l.dim as i64];
    for number in numbers {
        column::<Int64Type>(&mut group, &lines.iter().map(number).collect::<Vec<_>>(), None)?;
    }
    column::<BoolType>(&mut group, &lines.iter().map(|l| l.spans).collect::<Vec<_>>(), None)?;
    group.close()?;
    Ok(())
}

fn column<T: parquet::data_type::DataType>(
    group: &mut parquet::file::writer::SerializedRowGroupWriter<'_, File>,
    values: &[T::T],
    defined: Option<&[i16]>,
) -> parquet::errors::Result<()> {
    let Some(mut column) = group.next_column()? else {
        return Err(parquet::errors::ParquetError::General("the schema has no more columns".to_owned()));
    };
    column.typed::<T>().write_batch(values, defined, None)?;
    column.close()
}
