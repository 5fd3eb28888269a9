//! The one program. Time and randomness enter here.

use std::process::ExitCode;

/// What a large file needed for a moment goes back to the machine; the system's own allocator keeps
/// most of it, and a server of 60 MiB stays one of 500.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    kakehashi::commands::run(std::env::args_os(), kakehashi::web::Clock::new(now)).await
}

/// The only place that reads the machine's clock.
#[expect(clippy::disallowed_methods)]
fn now() -> civil::Instant {
    civil::Instant::from_system(std::time::SystemTime::now())
}
