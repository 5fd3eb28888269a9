//! The one program. Time and randomness enter here.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    kakehashi::commands::run(std::env::args_os(), kakehashi::web::Clock::new(now)).await
}

/// The only place that reads the machine's clock.
#[expect(clippy::disallowed_methods)]
fn now() -> civil::Instant {
    civil::Instant::from_system(std::time::SystemTime::now())
}
