//! Parquet of every codec is read, or refused with the codec's name.

#[path = "common/program.rs"]
mod program;
#[path = "common/results.rs"]
mod results;

use std::path::Path;

use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use serde_json::Value;

use program::{Run, allocert, file, objects};
use results::parquet;

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
