//! Reading a data set: CSV, or NumPy's `.npz` with the arrays `inputs` and `labels`.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use npyz::{DType, NpyFile, Order};

use allocert::network::Network;
use allocert::training::Dataset;

use super::failure::Failure;
use super::file::read_text;

/// The most numbers of one array.
const MOST_NUMBERS: u64 = 200_000_000;

/// Reads inputs and labels for a network.
pub(super) fn read(path: &Path, network: &Network) -> Result<Dataset, Failure> {
    let (inputs, outputs) = (network.input_size(), network.labels_per_input());
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    let (x, y) = match extension.as_deref() {
        Some("csv") => csv(path, &read_text(path)?, inputs, outputs)?,
        Some("npz") => npz(path)?,
        _ => return Err(wrong(path, "the name does not say what it is", "name it *.csv or *.npz")),
    };
    if x.is_empty() {
        return Err(wrong(path, "there is no row", "give inputs and labels, a row each"));
    }
    Dataset::new(x, y, inputs, outputs).map_err(|e| Failure::request(format!("{}: {e}", path.display())))
}

fn wrong(path: &Path, what: impl std::fmt::Display, mend: &str) -> Failure {
    Failure::request(format!("{}: {what}\n  {mend}", path.display()))
}

type Rows = Vec<Vec<f64>>;

/// First the inputs, then the labels: as many as the network has outputs, or one, a class from 0. A first line without a number
/// in it is a line of names.
fn csv(path: &Path, text: &str, inputs: usize, outputs: usize) -> Result<(Rows, Rows), Failure> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).from_reader(text.as_bytes());
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for (row, record) in (1..).zip(reader.records()) {
        let record = record.map_err(|e| wrong(path, e, "give lines of equal length"))?;
        let numbers: Vec<Option<f64>> = record.iter().map(|cell| cell.parse().ok()).collect();
        if row == 1 && numbers.iter().all(Option::is_none) {
            continue;
        }
        let all: Option<Vec<f64>> = numbers.iter().copied().collect();
        let Some(mut entries) = all else {
            let column = numbers.iter().position(Option::is_none).unwrap_or(0);
            let what = format!("line {row}, column {}: `{}` is not a number", column + 1, &record[column]);
            return Err(wrong(path, what, "leave out such lines, or columns"));
        };
        if entries.len() != inputs + outputs && entries.len() != inputs + 1 {
            let what = format!("line {row} has {} columns", entries.len());
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

fn npz(path: &Path) -> Result<(Rows, Rows), Failure> {
    let mend = "write it with numpy.savez_compressed(file, inputs=…, labels=…)";
    let file = File::open(path).map_err(|e| wrong(path, e, mend))?;
    let mut archive = zip::ZipArchive::new(file).map_err(|e| wrong(path, e, mend))?;
    let mut array = |name: &str| {
        let entry = archive.by_name(&format!("{name}.npy"));
        let entry = entry.map_err(|e| wrong(path, format!("the array {name}: {e}"), mend))?;
        rows(entry).map_err(|e| wrong(path, format!("the array {name}: {e}"), mend))
    };
    Ok((array("inputs")?, array("labels")?))
}

/// An array's rows along its first axis; the others are run together.
fn rows(reader: impl Read) -> Result<Rows, String> {
    let file = NpyFile::new(reader).map_err(|e| e.to_string())?;
    let (shape, order) = (file.shape().to_vec(), file.order());
    let size = shape.iter().try_fold(1u64, |size, n| size.checked_mul(*n));
    let Some(size) = size.filter(|s| *s <= MOST_NUMBERS) else {
        return Err(format!("its shape {shape:?} has more than {MOST_NUMBERS} numbers"));
    };
    let Some(count) = shape.first().map(|n| *n as usize) else {
        return Err("it is a single number".to_owned());
    };
    if order == Order::Fortran && shape.len() > 1 {
        return Err("it is in Fortran order: use numpy.ascontiguousarray".to_owned());
    }
    let numbers = numbers(file)?;
    if numbers.len() as u64 != size {
        return Err("it ends too early".to_owned());
    }
    let width = (size as usize).checked_div(count).unwrap_or(1).max(1);
    Ok(numbers.chunks(width).map(<[f64]>::to_vec).collect())
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
