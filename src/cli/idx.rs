//! Arrays in IDX, the form in which MNIST comes: a type, the number of axes, their lengths, and the numbers, the highest byte first;
//! compressed by gzip or not.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use flate2::read::MultiGzDecoder;

/// What begins a file that gzip has compressed.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The numbers of an array, and the lengths of its axes, the last running fastest.
pub(super) struct Array {
    pub(super) shape: Vec<u64>,
    pub(super) numbers: Vec<f64>,
}

/// Reads an array of at most so many numbers.
///
/// # Errors
/// What is wrong, in words.
pub(super) fn read(path: &Path, most: u64) -> Result<Array, String> {
    let mut file = File::open(path).map_err(|e| e.to_string())?;
    let mut begin = [0; 2];
    let compressed = file.read_exact(&mut begin).is_ok() && begin == GZIP;
    file.rewind().map_err(|e| e.to_string())?;
    let file = BufReader::new(file);
    if compressed { array(MultiGzDecoder::new(file), most) } else { array(file, most) }
}

/// What is said of a file that ends before its last number.
pub(super) const TOO_SHORT: &str = "it ends too early";

fn array(mut reader: impl Read, most: u64) -> Result<Array, String> {
    let head = bytes::<4>(&mut reader)?;
    let [0, 0, kind, axes] = head else {
        return Err("it is not in IDX".to_owned());
    };
    if axes == 0 {
        return Err("it is not in IDX: it has no axis".to_owned());
    }
    let shape = (0..axes).map(|_| bytes(&mut reader).map(|length| u32::from_be_bytes(length).into()));
    let shape: Vec<u64> = shape.collect::<Result<_, _>>()?;
    let size = shape.iter().try_fold(1u64, |size, length| size.checked_mul(*length)).filter(|size| *size <= most);
    let size = size.ok_or_else(|| format!("its shape {shape:?} has more than {most} numbers"))?;
    macro_rules! read {
        ($type:ty) => {
            (0..size).map(|_| bytes(&mut reader).map(|b| <$type>::from_be_bytes(b) as f64)).collect::<Result<_, _>>()?
        };
    }
    let numbers = match kind {
        0x08 => read!(u8),
        0x09 => read!(i8),
        0x0b => read!(i16),
        0x0c => read!(i32),
        0x0d => read!(f32),
        0x0e => read!(f64),
        _ => return Err(format!("it has numbers of a type {kind:#04x}, which IDX does not have")),
    };
    match reader.read(&mut [0]) {
        Ok(0) => Ok(Array { shape, numbers }),
        Ok(_) => Err("it goes on after its last number".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn bytes<const N: usize>(reader: &mut impl Read) -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    match reader.read_exact(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err(TOO_SHORT.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_read_and_what_is_no_array_refused() {
        let read = |bytes: &[u8]| array(bytes, 9).map(|array| (array.shape, array.numbers));
        assert_eq!(read(&[0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 1, 7, 255]), Ok((vec![2, 1], vec![7.0, 255.0])));
        assert_eq!(read(&[0, 0, 9, 1, 0, 0, 0, 1, 255]), Ok((vec![1], vec![-1.0])));
        assert_eq!(read(&[0, 0, 11, 1, 0, 0, 0, 1, 1, 2]), Ok((vec![1], vec![258.0])));
        assert_eq!(read(&[0, 0, 12, 1, 0, 0, 0, 1, 255, 255, 255, 254]), Ok((vec![1], vec![-2.0])));
        assert_eq!(read(&[&[0, 0, 13, 1, 0, 0, 0, 1], &1.5f32.to_be_bytes()[..]].concat()), Ok((vec![1], vec![1.5])));
        assert_eq!(read(&[&[0, 0, 14, 1, 0, 0, 0, 1], &0.1f64.to_be_bytes()[..]].concat()), Ok((vec![1], vec![0.1])));
        for (bytes, said) in [
            (&[][..], "ends too early"),
            (&[0, 0, 8, 1, 0, 0, 0, 2, 7], "ends too early"),
            (&[0, 0, 8, 1, 0, 0, 0, 1, 7, 7], "goes on"),
            (&[0, 0, 10, 1, 0, 0, 0, 1, 7], "of a type 0x0a"),
            (&[0, 0, 8, 0, 7], "not in IDX"),
            (&[80, 75, 3, 4], "not in IDX"),
            (&[0, 0, 8, 1, 0, 0, 0, 10], "more than 9 numbers"),
            (&[0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255], "more than 9 numbers"),
        ] {
            assert!(read(bytes).is_err_and(|error| error.contains(said)), "{bytes:?}");
        }
    }
}
