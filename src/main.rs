//! The one program. Time and randomness enter here.

use std::process::ExitCode;

/// What a large file needed for a moment goes back to the machine; the system's own allocator keeps
/// most of it, and a server of 60 MiB stays one of 500.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let workers = kakehashi::store::workers();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(kakehashi::commands::run(
            std::env::args_os(),
            kakehashi::web::Clock::new(now),
        )),
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

/// The only place that reads the machine's clock.
#[expect(clippy::disallowed_methods)]
fn now() -> civil::Instant {
    civil::Instant::from_system(std::time::SystemTime::now())
}
