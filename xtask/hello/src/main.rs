//! The smallest server of the same stack: what a request costs before the program does anything.
//! `cargo xtask bench web` measures it beside the real one.

use axum::Router;
use axum::routing::get;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let at = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8421".into());
    let socket = tokio::net::TcpListener::bind(at).await?;
    axum::serve(socket, Router::new().route("/", get(|| async { "Hello, World!" }))).await
}
