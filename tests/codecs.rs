//! Parquet of every codec is read, or refused with the codec's name.

#[path = "common/program.rs"]
mod program;
#[path = "common/results.rs"]
mod results;

use std::path::Path;

use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use serde_json::Value;

use program::{Run, allocert, file, objects};
use results::{groups, parquet};

fn compared(path: &Path) -> (Value, Run) {
    let run = allocert(&["compare", path.to_str().unwrap(), "--json"]);
    (objects(&run).remove(0), run)
}

#[test]
fn parquet_of_any_codec_is_read() {
    let (answer, run) = compared(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/zstd.parquet"));
    assert_eq!((run.status, answer["consistent"].as_u64(), answer["malformed"].as_u64()), (0, Some(1), Some(0)));
    for compression in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::ZSTD(ZstdLevel::default()),
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
    ] {
        for samples in [None, Some(f64::NAN), Some(2.0)] {
            let (answer, run) = compared(&parquet(&file("results.parquet", ""), compression, samples));
            assert_eq!((run.status, answer["consistent"].as_u64()), (0, Some(1)), "{compression}: {}", run.out);
            let read = answer["rows"][0]["samples"].as_u64();
            assert_eq!(read, samples.filter(|s| !s.is_nan()).map(|s| s as u64), "{compression}");
        }
    }
}

/// What stands before the damage is not taken for the whole.
#[test]
fn a_file_whose_end_is_damaged_is_not_read_in_part() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let path = groups(&file("groups.parquet", ""), Compression::UNCOMPRESSED, None, 2);
    let (answer, run) = compared(&path);
    assert_eq!((run.status, answer["consistent"].as_u64()), (0, Some(2)));
    let mut bytes = std::fs::read(&path).unwrap();
    let metadata = SerializedFileReader::new(std::fs::File::open(&path).unwrap()).unwrap().metadata().clone();
    for column in 0..5 {
        let (start, length) = metadata.row_group(1).column(column).byte_range();
        bytes[start as usize..(start + length) as usize].fill(0xff);
    }
    std::fs::write(&path, &bytes).unwrap();
    let run = allocert(&["compare", path.to_str().unwrap(), "--json"]);
    assert_eq!((run.status, run.out.as_str()), (2, ""), "{}", run.err);
    assert!(run.err.contains("give a Parquet file that is whole"), "{}", run.err);
}
