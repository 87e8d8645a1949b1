//! The `guidepost` command; everything it does is in the library.

use std::process::ExitCode;

/// Parsing and rendering make many small values on many threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    guidepost::cli::run()
}
