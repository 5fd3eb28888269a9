//! The socket: connections are counted, whoever sends or takes nothing is cut off, and the end is
//! orderly: what runs may finish for a moment.

use std::future::{Ready, ready};
use std::io::{Error, ErrorKind, Result};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready as until};
use std::time::Duration;

use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Handle, Server};
use hyper_util::rt::TokioTimer;
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;

use super::say;
use crate::audit::Keeper;
use crate::routes;
use crate::store::{Db, Reserve};
use crate::web::App;

/// A browser keeps a few open; beyond that the newest is turned away.
const CONNECTIONS: usize = 1_000;
/// From the first byte of a request to the end of its head.
const HEAD: Duration = Duration::from_secs(15);
/// As long as somebody may take nothing of an answer.
const STALLED: Duration = Duration::from_secs(30);
/// How long requests may still run when the server is told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// Serves until Ctrl-C or SIGTERM. The chains are sealed at the beginning, every hour and at the
/// end. `tls`: certificate and key.
pub async fn listen(
    app: App,
    socket: TcpListener,
    tls: Option<(PathBuf, PathBuf)>,
) -> std::result::Result<(), String> {
    let keeper = Keeper::start(&app).await.map_err(say)?;
    tokio::spawn(forget(app.db.clone()));
    tokio::spawn(tidy_up(app.db.clone()));
    tokio::spawn(make_room(app.db.reserve.clone()));
    let handle = Handle::new();
    let told = handle.clone();
    tokio::spawn(async move {
        stopped().await;
        told.graceful_shutdown(Some(LAST_REQUESTS));
    });
    let socket = socket.into_std().map_err(|e| e.to_string())?;
    let server = axum_server::from_tcp(socket).map_err(|e| e.to_string())?.handle(handle);
    let pages = routes::router(app);
    let pages = pages.into_make_service_with_connect_info::<SocketAddr>();
    let door = Door(Arc::new(Semaphore::new(CONNECTIONS)));
    let served = match tls {
        None => patient(server.acceptor(door)).serve(pages).await,
        Some((cert, key)) => {
            let _ = rustls::crypto::ring::default_provider().install_default();
            let config = RustlsConfig::from_pem_file(cert, key).await;
            let config = config.map_err(|e| format!("証明書か鍵を読めません: {e}"))?;
            let door = RustlsAcceptor::new(config).acceptor(door);
            patient(server.acceptor(door)).serve(pages).await
        }
    };
    keeper.end().await.map_err(say)?;
    served.map_err(|e| e.to_string())
}

fn patient<A>(mut server: Server<SocketAddr, A>) -> Server<SocketAddr, A> {
    let timer = TokioTimer::new();
    server.http_builder().http1().timer(timer).header_read_timeout(HEAD);
    server
}

/// Commands and other servers change the same database without telling this one: an account
/// that was stopped there ends here within these seconds.
const ELSEWHERE: Duration = Duration::from_secs(2);

async fn forget(db: Db) {
    loop {
        tokio::time::sleep(ELSEWHERE).await;
        db.forget();
    }
}

/// Between two looks at whether nobody writes.
const LULL: Duration = Duration::from_secs(5);

async fn tidy_up(db: Db) {
    loop {
        tokio::time::sleep(LULL).await;
        db.tidy_up();
    }
}

/// Between two looks at whether a full disk has room again.
const ROOM: Duration = Duration::from_secs(5);

async fn make_room(reserve: Reserve) {
    loop {
        tokio::time::sleep(ROOM).await;
        if reserve.is_given_up() {
            let reserve = reserve.clone();
            let _ = tokio::task::spawn_blocking(move || reserve.take_back()).await;
        }
    }
}

async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
}

/// Counts who comes in.
#[derive(Clone)]
struct Door(Arc<Semaphore>);

impl<S> Accept<TcpStream, S> for Door {
    type Stream = Guest<TcpStream>;
    type Service = S;
    type Future = Ready<Result<(Self::Stream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let place = self.0.clone().try_acquire_owned();
        let place = place.map_err(|_| Error::from(ErrorKind::ConnectionRefused));
        let entered = place.and_then(|place| {
            stream.set_nodelay(true)?;
            Ok((Guest { stream, stalled: None, _place: place }, service))
        });
        ready(entered)
    }
}

/// A connection that is given up when nobody takes what is sent.
struct Guest<S> {
    stream: S,
    /// Runs while the other side takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
    _place: OwnedSemaphorePermit,
}

impl<S> Guest<S> {
    fn in_time<T>(&mut self, cx: &mut Context<'_>, done: Poll<Result<T>>) -> Poll<Result<T>> {
        if done.is_ready() {
            self.stalled = None;
            return done;
        }
        let new = || Box::pin(tokio::time::sleep(STALLED));
        until!(self.stalled.get_or_insert_with(new).as_mut().poll(cx));
        Poll::Ready(Err(ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guest<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guest<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.in_time(cx, done)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let done = Pin::new(&mut self.stream).poll_flush(cx);
        self.in_time(cx, done)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let done = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.in_time(cx, done)
    }
}
