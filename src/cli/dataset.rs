//! Reading a data set: CSV, or NumPy's `.npz` with the arrays `inputs` and `labels`.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use npyz::{DType, NpyFile, Order};

use allocert::network::Network;
use allocert::text::quote;
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
    let mut array = |name: &str| {
        let entry = archive.by_name(&format!("{name}.npy"));
        let entry = entry.map_err(|e| wrong(path, format!("the array {name}: {e}"), mend))?;
        rows(entry).map_err(|e| wrong(path, format!("the array {name}: {e}"), mend))
    };
    Ok((array("inputs")?, array("labels")?))
}

/// An array's rows along its first axis; the others are run together.
fn rows(reader: impl Read) -> Result<Rows, String> {
    let file = NpyFile::new(BufReader::new(reader)).map_err(|e| e.to_string())?;
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
