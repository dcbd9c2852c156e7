//! What stands for Parquet in a program that is built without it.

use std::convert::Infallible;
use std::fs::File;

use super::{Cell, Column};
use crate::cli::failure::Failure;

/// There is none.
pub(super) struct Writer(Infallible);

impl Writer {
    pub(super) fn create(_: File, _: &[Column]) -> Result<Self, Failure> {
        Err(Failure::request("this program was built without Parquet\n  end the file's name in .csv or .jsonl"))
    }

    pub(super) fn write(&mut self, _: &[Column], _: &[Vec<Cell<'_>>]) -> Result<(), Failure> {
        match self.0 {}
    }

    pub(super) fn finish(self) -> Result<File, Failure> {
        match self.0 {}
    }
}
