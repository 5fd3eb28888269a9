//! The one program. Time and randomness enter here.

use std::process::ExitCode;
use std::time::Duration;

/// What a large file needed for a moment goes back to the machine; the system's own allocator keeps
/// most of it, and a server of 60 MiB stays one of 500.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long work beside the desk may still run at the end. What it has not committed by then it has
/// not done.
const LAST_WORK: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    // Memory comes and goes in pages of 4 KB: of one of 2 MB a few bytes keep the whole.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    let workers = kakehashi::store::workers();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build();
    match runtime {
        Ok(runtime) => {
            let clock = kakehashi::web::Clock::new(now);
            let done = runtime.block_on(kakehashi::commands::run(std::env::args_os(), clock));
            runtime.shutdown_timeout(LAST_WORK);
            done
        }
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
