//! Reading a data set: CSV, NumPy's `.npz` with the arrays `inputs` and `labels` (or Keras's `x_train` and `y_train`), or two files in
//! IDX, as MNIST comes.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use npyz::{DType, NpyFile, Order};

use allocert::network::Network;
use allocert::text::quote;
use allocert::training::Dataset;

use super::failure::Failure;
use super::file::read_text;
use super::{idx, train};

/// The most numbers of one array.
const MOST_NUMBERS: u64 = 200_000_000;
/// Inputs beyond this are pointed out: steps of training are made for inputs near 1.
const LARGE: f64 = 10.0;
/// The names of inputs and labels in an archive: ours, and those of Keras.
const NAMES: [[&str; 2]; 2] = [["inputs", "labels"], ["x_train", "y_train"]];

/// What is said of a data set beside its file.
#[derive(Args, Clone, Debug)]
pub(super) struct Reading {
    /// The labels, where the file of --data has inputs alone (IDX, as MNIST comes; gzip is read).
    #[arg(long, value_name = "FILE", requires = "data")]
    labels: Option<PathBuf>,
    /// Divide all inputs by this, such as 255 where they are bytes (above 0, up to 1e9).
    #[arg(long, value_name = "S", requires = "data", value_parser = |t: &str| train::between(t, 0.0, 1e9))]
    scale: Option<f64>,
}

impl Reading {
    /// Reads inputs and labels for a network; says so where inputs are large.
    pub(super) fn read(&self, path: &Path, network: &Network) -> Result<Dataset, Failure> {
        let (inputs, outputs) = (network.input_size(), network.labels_per_input());
        is_there(path, "give a file of inputs and labels: *.csv, *.npz, or in IDX")?;
        self.labels.as_deref().map_or(Ok(()), |labels| is_there(labels, "give --labels a file in IDX"))?;
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        let (mut x, y) = match (extension.as_deref(), &self.labels) {
            (Some("csv" | "npz"), Some(_)) => {
                return Err(wrong(path, "the labels are in this file, beside the inputs", "leave out --labels"));
            }
            (Some("csv"), None) => csv(path, &read_text(path)?, inputs, outputs)?,
            (Some("npz"), None) => npz(path)?,
            (_, labels) => {
                let x = from_idx(path)?;
                let Some(labels) = labels else {
                    return Err(wrong(
                        path,
                        "inputs in IDX have their labels in another file",
                        "name it with --labels",
                    ));
                };
                let y = from_idx(labels)?;
                let width = |rows: &Rows| rows.first().map_or(0, Vec::len);
                if width(&x) != inputs && width(&y) == inputs {
                    return Err(wrong(
                        path,
                        "the inputs are in the file of the labels",
                        "exchange --data and --labels",
                    ));
                }
                (x, y)
            }
        };
        if x.is_empty() {
            return Err(wrong(path, "there is no row", "give inputs and labels, a row each"));
        }
        if let Some(scale) = self.scale {
            x.iter_mut().flatten().for_each(|entry| *entry /= scale);
        }
        let largest = x.iter().flatten().fold(0.0, |most: f64, entry| most.max(entry.abs()));
        if largest > LARGE && largest.is_finite() {
            // If standard error cannot be written, the result is the same.
            let _ = writeln!(
                std::io::stderr(),
                "inputs go up to {largest}; training goes better near 1: --scale {largest} divides them"
            );
        }
        Dataset::new(x, y, inputs, outputs).map_err(|e| Failure::request(format!("{}: {e}", path.display())))
    }
}

fn is_there(path: &Path, mend: &str) -> Result<(), Failure> {
    match std::fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(wrong(path, "it is a folder", mend)),
        Ok(_) => Ok(()),
        Err(error) => Err(wrong(path, error, mend)),
    }
}

fn from_idx(path: &Path) -> Result<Rows, Failure> {
    let mend = "give *.csv, *.npz, or a file in IDX such as train-images-idx3-ubyte.gz";
    let cut_off = |what: &str| if what == idx::TOO_SHORT { "it is cut off: fetch it again" } else { mend };
    let array = idx::read(path, MOST_NUMBERS).map_err(|what| wrong(path, &what, cut_off(&what)))?;
    Ok(in_rows(&array.shape, &array.numbers))
}

fn wrong(path: &Path, what: impl std::fmt::Display, mend: &str) -> Failure {
    Failure::request(format!("{}: {what}\n  {mend}", path.display()))
}

type Rows = Vec<Vec<f64>>;

/// First the inputs, then the labels: as many as the network has outputs, or one, a class from 0. A first line without a number
/// in it is a line of names.
fn csv(path: &Path, text: &str, inputs: usize, outputs: usize) -> Result<(Rows, Rows), Failure> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).from_reader(text.as_bytes());
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for (row, record) in (1..).zip(reader.records()) {
        let record = record.map_err(|e| wrong(path, e, "give lines of equal length"))?;
        // Empty lines are no rows, but they are lines of the file.
        let line = record.position().map_or(row, |position| line_of(text, position));
        let numbers: Vec<Option<f64>> = record.iter().map(|cell| cell.parse().ok()).collect();
        if row == 1 && is_head(path, &record, &numbers)? {
            continue;
        }
        let all: Option<Vec<f64>> = numbers.iter().copied().collect();
        let Some(mut entries) = all else {
            let column = numbers.iter().position(Option::is_none).unwrap_or(0);
            let what = format!("line {line}, column {}: {} is not a number", column + 1, quote(&record[column]));
            let mend = if row == 1 {
                "the first line may be names, or numbers, not both: give every column a name, or none"
            } else {
                "leave out such lines, or columns"
            };
            return Err(wrong(path, what, mend));
        };
        if entries.len() != inputs + outputs && entries.len() != inputs + 1 {
            let what = format!("line {line} has {} columns", entries.len());
            let mend = match outputs {
                1 => format!("the network needs {inputs} inputs, then 1 label"),
                _ => format!("the network needs {inputs} inputs, then {outputs} labels or a class"),
            };
            return Err(wrong(path, what, &mend));
        }
        y.push(entries.split_off(inputs));
        x.push(entries);
    }
    Ok((x, y))
}

/// The line that a record stands on: its position is before the empty lines above it.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let rest = text.as_bytes().get(position.byte() as usize..).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).filter(|byte| **byte == b'\n');
    position.line() + empty.count() as u64
}

/// Whether the first line names the columns. A name may be given once, and none may be missing: an index column that crept in
/// has none. A line that counts 0, 1, 2, … is refused: pandas writes it where columns have no names, and it may be a row.
fn is_head(path: &Path, record: &csv::StringRecord, numbers: &[Option<f64>]) -> Result<bool, Failure> {
    let counts = record.len() > 1 && record.iter().enumerate().all(|(column, cell)| cell == column.to_string());
    if counts {
        let what = "the first line counts 0, 1, …: names of columns, as pandas writes them, or a row?";
        return Err(wrong(
            path,
            what,
            "leave it out (in pandas: to_csv(…, header=False)), or put a line of names before it",
        ));
    }
    let names: Vec<&str> = record.iter().collect();
    if numbers.iter().any(Option::is_some) {
        return Ok(false);
    }
    // The second is what pandas calls a column that it read without a name.
    if let Some(column) = names.iter().position(|name| name.is_empty() || name.starts_with("Unnamed: ")) {
        let what = format!("column {} has no name: it looks like an index that was written along", column + 1);
        return Err(wrong(path, what, "leave that column out (in pandas: to_csv(…, index=False)), or name it"));
    }
    if let Some((_, twice)) = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)) {
        return Err(wrong(
            path,
            format!("two columns are named {}", quote(twice)),
            "give each column a name of its own",
        ));
    }
    Ok(true)
}

fn npz(path: &Path) -> Result<(Rows, Rows), Failure> {
    let mend = "write it with numpy.savez_compressed(file, inputs=…, labels=…)";
    let file = File::open(path).map_err(|e| wrong(path, e, mend))?;
    let mut archive = zip::ZipArchive::new(file).map_err(|e| wrong(path, e, mend))?;
    let names = archive.file_names().filter_map(Result::ok);
    let all: Vec<String> = names.map(|name| name.trim_end_matches(".npy").to_owned()).collect();
    let has = |names: &[&str; 2]| names.iter().all(|name| all.iter().any(|known| known == name));
    let Some(names) = NAMES.into_iter().find(has) else {
        let all = if all.is_empty() { "nothing".to_owned() } else { all.join(", ") };
        let what = format!("the arrays inputs and labels, or x_train and y_train, are not both there: it has {all}");
        return Err(wrong(path, what, mend));
    };
    let mut array = |name: &str| {
        let entry = archive.by_name(&format!("{name}.npy"));
        let entry = entry.map_err(|e| wrong(path, format!("the array {name}: {e}"), mend))?;
        rows(entry).map_err(|e| wrong(path, format!("the array {name}: {e}"), mend))
    };
    Ok((array(names[0])?, array(names[1])?))
}

/// Rows along the first axis; the others are run together.
fn in_rows(shape: &[u64], numbers: &[f64]) -> Rows {
    let count = shape.first().map_or(1, |n| *n as usize);
    let width = numbers.len().checked_div(count).unwrap_or(1).max(1);
    numbers.chunks(width).map(<[f64]>::to_vec).collect()
}

/// An array's rows.
fn rows(reader: impl Read) -> Result<Rows, String> {
    let file = NpyFile::new(BufReader::new(reader)).map_err(|e| e.to_string())?;
    let (shape, order) = (file.shape().to_vec(), file.order());
    let size = shape.iter().try_fold(1u64, |size, n| size.checked_mul(*n));
    let Some(size) = size.filter(|s| *s <= MOST_NUMBERS) else {
        return Err(format!("its shape {shape:?} has more than {MOST_NUMBERS} numbers"));
    };
    if shape.is_empty() {
        return Err("it is a single number".to_owned());
    }
    if order == Order::Fortran && shape.len() > 1 {
        return Err("it is in Fortran order: use numpy.ascontiguousarray".to_owned());
    }
    let numbers = numbers(file)?;
    if numbers.len() as u64 != size {
        return Err("it ends too early".to_owned());
    }
    Ok(in_rows(&shape, &numbers))
}

fn numbers(file: NpyFile<impl Read>) -> Result<Vec<f64>, String> {
    let kind = match file.dtype() {
        DType::Plain(kind) => kind.to_string(),
        _ => return Err("it is a record array".to_owned()),
    };
    macro_rules! read {
        ($type:ty) => {
            file.into_vec::<$type>().map_err(|e| e.to_string())?.into_iter().map(|x| x as f64).collect()
        };
    }
    Ok(match kind.trim_start_matches(['<', '>', '|', '=']) {
        "f8" => read!(f64),
        "f4" => read!(f32),
        "i8" => read!(i64),
        "i4" => read!(i32),
        "i2" => read!(i16),
        "i1" => read!(i8),
        "u8" => read!(u64),
        "u4" => read!(u32),
        "u2" => read!(u16),
        "u1" => read!(u8),
        _ => return Err(format!("its type {kind} is no number: use float64, float32 or integers")),
    })
}
