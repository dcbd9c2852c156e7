//! Data to fit to: the forms that they come in, and what is said of them.

#[path = "common/program.rs"]
mod program;

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use program::{Run, allocert, file, objects};

/// So many rows of two inputs, and a class: bytes, as MNIST has them.
const ROWS: usize = 40;

fn inputs() -> Vec<u8> {
    (0..ROWS).flat_map(|row| if row % 2 == 0 { [255, 0] } else { [0, 255 - row as u8] }).collect()
}

fn classes() -> Vec<u8> {
    (0..ROWS).map(|row| (row % 2) as u8).collect()
}

/// Bytes in IDX.
fn idx(shape: &[u32], numbers: &[u8]) -> Vec<u8> {
    let lengths = shape.iter().flat_map(|length| length.to_be_bytes());
    [0, 0, 8, shape.len() as u8].into_iter().chain(lengths).chain(numbers.iter().copied()).collect()
}

fn written(name: &str, bytes: &[u8]) -> PathBuf {
    let path = file(name, "");
    std::fs::write(&path, bytes).unwrap();
    path
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One array as NumPy writes it.
fn npy(kind: &str, shape: &str, bytes: &[u8]) -> Vec<u8> {
    let mut head = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    head.push_str(&" ".repeat((64 - (10 + head.len() + 1) % 64) % 64));
    head.push('\n');
    [b"\x93NUMPY\x01\x00", &(head.len() as u16).to_le_bytes()[..], head.as_bytes(), bytes].concat()
}

fn npz(arrays: &[(&str, Vec<u8>)]) -> PathBuf {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, array) in arrays {
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        archive.start_file(format!("{name}.npy"), options).unwrap();
        archive.write_all(array).unwrap();
    }
    written("data.npz", &archive.finish().unwrap().into_inner())
}

fn fitted(path: &Path, more: &[&str]) -> Run {
    let fixed = ["train", "lffn([2, 2])", "W1", "--data", path.to_str().unwrap(), "--epochs", "2", "--json"];
    allocert(&[&fixed, more].concat())
}

/// Images and classes in IDX, compressed or not, are the rows that a table has.
#[test]
fn mnist_comes_in_two_files_of_idx() {
    let rows = inputs().chunks(2).zip(classes()).map(|(x, y)| format!("{},{},{y}\n", x[0], x[1])).collect::<String>();
    let table = fitted(&file("data.csv", &rows), &["--scale", "255"]);
    assert_eq!((table.status, table.err.as_str()), (0, ""));
    let [images, labels] = [idx(&[ROWS as u32, 2, 1], &inputs()), idx(&[ROWS as u32], &classes())];
    for gzip in [false, true] {
        let write =
            |name: &str, bytes: &[u8]| if gzip { written(name, &compressed(bytes)) } else { written(name, bytes) };
        let [images, labels] = [write("train-images-idx3-ubyte", &images), write("train-labels-idx1-ubyte", &labels)];
        let labels = labels.to_str().unwrap();
        let run = fitted(&images, &["--labels", labels, "--scale", "255"]);
        assert_eq!((run.status, &run.out), (0, &table.out), "{}", run.err);
        // Bytes are not divided unasked, and that is said.
        let raw = fitted(&images, &["--labels", labels]);
        assert!(raw.err.starts_with("inputs go up to 255;") && raw.err.lines().count() == 1, "{}", raw.err);
        assert!(raw.status == 0 && raw.out != table.out);
        let alone = fitted(&images, &[]);
        assert!(alone.status == 2 && alone.err.contains("in another file\n  name it with --labels"), "{}", alone.err);
    }
    let short = fitted(&written("images", &images[..images.len() - 1]), &["--labels", "docs/data/digits.npz"]);
    assert!(short.status == 2 && short.err.contains("it ends too early"), "{}", short.err);
}

#[test]
fn archives_have_our_names_or_those_of_keras() {
    let shape = format!("({ROWS}, 2)");
    let [x, y] = [npy("|u1", &shape, &inputs()), npy("|u1", &format!("({ROWS},)"), &classes())];
    let ours = fitted(&npz(&[("inputs", x.clone()), ("labels", y.clone())]), &["--scale", "255"]);
    assert_eq!((ours.status, ours.err.as_str()), (0, ""));
    let keras = npz(&[("x_test", x.clone()), ("x_train", x.clone()), ("y_train", y.clone()), ("y_test", y.clone())]);
    assert_eq!(fitted(&keras, &["--scale", "255"]).out, ours.out);
    let other = fitted(&npz(&[("images", x.clone()), ("labels", y.clone())]), &[]);
    let said = "the arrays inputs and labels, or x_train and y_train, are not both there: it has images, labels\n";
    assert!(other.status == 2 && other.err.contains(said), "{}", other.err);
    let twice = fitted(&npz(&[("inputs", x), ("labels", y)]), &["--labels", "labels"]);
    assert_eq!(twice.status, 2, "{}", twice.out);
}

/// An option that would have no effect is refused, with data and without.
#[test]
fn options_without_effect_are_refused() {
    let data = file("data.csv", &"1,2,3\n-1,1,0\n2,-1,1\n".repeat(20));
    let data = data.to_str().unwrap();
    let train = |more: &[&str]| allocert(&[&["train", "lffn([2, 1])", "W1"], more].concat());
    for (option, value) in [
        ("--ensemble", "uniform"),
        ("--teacher", "labels"),
        ("--report", "report"),
        ("--trials", "9"),
        ("--restarts", "1"),
        ("--iterations", "9"),
        ("--tolerance", "0.01"),
        ("--save", "."),
        ("--error-log2", "-9"),
        ("--samples", "2"),
    ] {
        let run = train(&["--data", data, option, value]);
        assert_eq!(run.status, 2, "{option}: {}", run.out);
        assert!(run.err.contains("cannot be used with") && run.err.contains(option), "{}", run.err);
    }
    for (option, value) in
        [("--epochs", "2"), ("--batch", "2"), ("--test-share", "0.5"), ("--labels", "file"), ("--scale", "2")]
    {
        let run = train(&[option, value, "--trials", "1"]);
        assert_eq!(run.status, 2, "{option}: {}", run.out);
        assert!(run.err.contains("--data <FILE>"), "{}", run.err);
        let run = train(&["--data", data, option, value]);
        assert!(!run.err.contains("unexpected argument"), "{option}: {}", run.err);
    }
}

/// The dimension that stands beside a fit is that of `rank`.
#[test]
fn a_fit_says_the_dimension() {
    let rank = objects(&allocert(&["rank", "lffn([64, 9, 10])", "W2", "--json"])).remove(0);
    let fixed = ["train", "lffn([64, 9, 10])", "W2", "--data", "docs/data/digits.npz", "--epochs", "1"];
    let fit = objects(&allocert(&[&fixed[..], &["--json"]].concat())).remove(0);
    for key in ["dim", "teacher_dim", "labels", "dim_evidence"] {
        assert_eq!(fit[key], rank[key], "{key}");
    }
    assert_eq!((&fit["dim"], &fit["dim_evidence"]), (&90.into(), &"proved".into()));
    let text = allocert(&fixed).out;
    assert!(text.contains("\ndimension    90 of the network's 585 on generic inputs (proved)\n"), "{text}");
    assert!(text.contains("\nloss         the mean squared error, over rows and outputs\n"), "{text}");
    // What takes longer than a second is asked for by its command.
    let large = ["train", "relu([64, 200, 10])", "all", "--data", "docs/data/digits.npz", "--epochs", "1"];
    let text = allocert(&large).out;
    let said = "\ndimension    at most its 14,800 learnable weights; not found in a second:\n             allocert rank 'relu([64, 200, 10])' 'all'\n";
    assert!(text.contains(said), "{text}");
}
