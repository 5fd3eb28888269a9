//! `kakehashi serve`: the production entry. Migrations on start, the first administrator by a
//! one-time link, beyond this machine only with TLS or behind a proxy that does it.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;
use tokio::net::TcpListener;

use super::DataArgs;
use crate::access::Actor;
use crate::reports::Catalogue;
use crate::routes;
use crate::staff::{invitations, organisations};
use crate::store::Db;
use crate::web::{App, Clock, Config};

#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    data: DataArgs,
    /// 待ち受けるアドレス
    #[arg(long, value_name = "ADDR", env = "KAKEHASHI_LISTEN", default_value = "127.0.0.1:8420")]
    listen: SocketAddr,
    /// TLS の証明書 (PEM)
    #[arg(long, value_name = "FILE", env = "KAKEHASHI_TLS_CERT")]
    tls_cert: Option<PathBuf>,
    /// TLS の秘密鍵 (PEM)
    #[arg(long, value_name = "FILE", env = "KAKEHASHI_TLS_KEY")]
    tls_key: Option<PathBuf>,
    /// 前に置いたプロキシが TLS を受け持つ
    #[arg(long, env = "KAKEHASHI_BEHIND_PROXY", value_parser = BoolishValueParser::new())]
    behind_proxy: bool,
}

impl Serve {
    pub async fn run(self, clock: Clock) -> Result<(), String> {
        if self.tls_cert.is_some() != self.tls_key.is_some() {
            return Err("--tls-cert と --tls-key は、両方を指定してください。".into());
        }
        let tls = self.tls_cert.zip(self.tls_key);
        if !self.listen.ip().is_loopback() && tls.is_none() && !self.behind_proxy {
            return Err(format!(
                "{} はこの機械の外から見えます。--tls-cert と --tls-key を付けるか、TLS を受け持つ\
                 プロキシの後ろで --behind-proxy を付けて起動してください。",
                self.listen
            ));
        }
        let db = Db::connect(&self.data.url()?).await.map_err(|e| e.to_string())?;
        let system = Actor::system(clock.now(), "");
        let place = organisations::place(&db, &system).await.map_err(|e| e.to_string())?;
        let secure = tls.is_some() || self.behind_proxy;
        let config = Config { place, demo: false, secure, city: self.data.city.clone() };
        let app = App::new(db, clock, config)?;
        Catalogue::load(&app.codes, self.data.city.as_deref()).checked()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        first_administrator(&app, &format!("{scheme}://{}", self.listen)).await?;
        println!("{scheme}://{}", self.listen);
        match tls {
            Some((cert, key)) => listen_tls(app, self.listen, cert, key).await,
            None => listen(app, bind(self.listen).await?).await,
        }
    }
}

/// Takes the address, or says why not and what to do.
pub async fn bind(at: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(at).await.map_err(|e| match e.kind() {
        ErrorKind::AddrInUse => format!(
            "{at} はほかのプログラムが使っています。それを終えるか、--listen {}:{} のように別の番号を\
             付けてください。",
            at.ip(),
            at.port().wrapping_add(1)
        ),
        _ => format!("{at} で待ち受けられません: {e}"),
    })
}

/// Serves until Ctrl-C, then lets what is running finish.
pub async fn listen(app: App, socket: TcpListener) -> Result<(), String> {
    let stop = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    axum::serve(socket, routes::router(app))
        .with_graceful_shutdown(stop)
        .await
        .map_err(|e| e.to_string())
}

async fn listen_tls(app: App, at: SocketAddr, cert: PathBuf, key: PathBuf) -> Result<(), String> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = axum_server::tls_rustls::RustlsConfig::from_pem_file(cert, key)
        .await
        .map_err(|e| format!("証明書か鍵を読めません: {e}"))?;
    axum_server::bind_rustls(at, config)
        .serve(routes::router(app).into_make_service())
        .await
        .map_err(|e| e.to_string())
}

/// While nobody can sign in, the start prints a link that makes the first administrator, once.
async fn first_administrator(app: &App, base: &str) -> Result<(), String> {
    let token = invitations::first(app).await.map_err(|e| format!("{e:?}"))?;
    if let Some(token) = token {
        eprintln!(
            "最初の管理者を登録してください（一度だけ、7日以内）: {base}/invitations/{token}"
        );
    }
    Ok(())
}
