//! `--mask FILE.npz`: an allocation as boolean arrays that are named as the tensors, of their shapes.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use npyz::{NpyFile, Order};

use allocert::allocation::Allocation;
use allocert::network::Network;
use allocert::text::{nearest, quote};

use super::failure::Failure;

/// Reads an allocation; tensors that have no array in the file do not learn.
pub(super) fn read(path: &Path, network: &Network) -> Result<Allocation, Failure> {
    let wrong = |what: String| {
        let mend = "write it with numpy.savez(file, W1=…): boolean arrays named as the tensors, of their shapes";
        Failure::request(format!("{}: {what}\n  {mend}", path.display()))
    };
    let file = File::open(path).map_err(|e| wrong(e.to_string()))?;
    let mut archive = zip::ZipArchive::new(file).map_err(|e| wrong(e.to_string()))?;
    let tensors = network.layout().tensors();
    let names: Vec<&str> = tensors.iter().map(|t| t.name.as_str()).collect();
    let mut allocation = Allocation::none(network.weights());
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|e| wrong(e.to_string()))?;
        let name = entry.name().map_err(|e| wrong(e.to_string()))?.trim_end_matches(".npy").to_owned();
        let Some(tensor) = tensors.iter().find(|t| t.name == name) else {
            let near = nearest(&name, &names).map(|n| format!("; did you mean {n}?")).unwrap_or_default();
            return Err(wrong(format!("{network} has no tensor {}{near}", quote(&name))));
        };
        let learnable = booleans(entry, &tensor.axes).map_err(|what| wrong(format!("the array {name}: {what}")))?;
        let places = tensor.positions().zip(learnable).filter(|(_, learns)| *learns);
        places.filter_map(|(place, _)| network.layout().weight_at(place)).for_each(|weight| allocation.insert(weight));
    }
    Ok(allocation)
}

/// The entries of a boolean array of this shape, the last axis running fastest.
fn booleans(reader: impl Read, shape: &[usize]) -> Result<Vec<bool>, String> {
    let file = NpyFile::new(BufReader::new(reader)).map_err(|e| e.to_string())?;
    let (found, order) = (file.shape().to_vec(), file.order());
    if !found.iter().copied().eq(shape.iter().map(|n| *n as u64)) {
        return Err(format!("its shape is {found:?}, and the tensor's {shape:?}"));
    }
    let entries = file.into_vec::<bool>().map_err(|_| "it is not boolean".to_owned())?;
    if entries.len() != shape.iter().product::<usize>() {
        return Err("it ends too early".to_owned());
    }
    Ok(if order == Order::Fortran { transposed(&entries, shape) } else { entries })
}

/// From the first axis running fastest to the last.
fn transposed(entries: &[bool], shape: &[usize]) -> Vec<bool> {
    let place = |mut at: usize| {
        let mut index = vec![0; shape.len()];
        for (axis, size) in shape.iter().enumerate().rev() {
            index[axis] = at % size;
            at /= size;
        }
        index.iter().zip(shape).rev().fold(0, |place, (i, size)| place * size + i)
    };
    (0..entries.len()).map(|at| entries[place(at)]).collect()
}
