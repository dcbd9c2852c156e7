//! The command line of allocert.

mod cli;

#[global_allocator]
static MEMORY: cli::memory::Limited = cli::memory::Limited;

fn main() -> std::process::ExitCode {
    cli::run()
}
