//! A file of training results, as other programs write it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

/// A file of one result with this compression.
pub fn parquet(path: &Path, compression: Compression, samples: Option<f64>) -> PathBuf {
    groups(path, compression, samples, 1)
}

/// A file of so many groups of one result each.
pub fn groups(path: &Path, compression: Compression, samples: Option<f64>, groups: usize) -> PathBuf {
    let schema = "message results { required binary network (UTF8); required binary allocation (UTF8); \
                  optional double samples; required int64 trials; required int64 successes; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().set_compression(compression).build());
    let mut writer = SerializedFileWriter::new(File::create(path).unwrap(), schema, properties).unwrap();
    for _ in 0..groups {
        let mut group = writer.next_row_group().unwrap();
        for text in ["lffn([2, 2, 2])", "W1"] {
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<ByteArrayType>().write_batch(&[ByteArray::from(text)], None, None).unwrap();
            column.close().unwrap();
        }
        let mut column = group.next_column().unwrap().unwrap();
        let values: Vec<f64> = samples.into_iter().collect();
        column.typed::<DoubleType>().write_batch(&values, Some(&[values.len() as i16]), None).unwrap();
        column.close().unwrap();
        for number in [100i64, 100] {
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<Int64Type>().write_batch(&[number], None, None).unwrap();
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
    path.to_owned()
}
