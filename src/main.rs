//! The command line of allocert.

#[global_allocator]
static MEMORY: allocert::cli::memory::Limited = allocert::cli::memory::Limited;

fn main() -> std::process::ExitCode {
    allocert::cli::run()
}
