//! The command line of allocert.

fn main() {}
