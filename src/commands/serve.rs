//! `kakehashi serve`: the production entry. Migrations on start, the first administrator by a
//! one-time link, beyond this machine only with TLS or behind a proxy that does it.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;
use tokio::net::TcpListener;

use super::DataArgs;
use super::listen::listen;
use crate::access::Actor;
use crate::clients::search;
use crate::reports::Catalogue;
use crate::sample;
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
        let demo = sample::is_marked(&db, &system).await.map_err(|e| e.to_string())?;
        admit(self.listen, demo)?;
        let config = Config {
            place,
            demo,
            secure,
            forwarded: self.behind_proxy,
            city: self.data.city.clone(),
            seals: Some(self.data.seals()),
            keys: Some(self.data.keys()),
        };
        self.data.keep_reserve(&db);
        let app = App::new(db, clock, config)?;
        complete(&app.db, system).await?;
        Catalogue::load(&app.codes, self.data.city.as_deref()).checked()?;
        crate::programmes::load(&app.config)?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        crate::staff::code_pages::load(&app).await.map_err(super::say)?;
        first_administrator(&app, &format!("{scheme}://{}", self.listen)).await?;
        println!("{scheme}://{}", self.listen);
        listen(app, bind(self.listen).await?, tls).await
    }
}

/// An empty index of names is filled before anybody searches. One that was left half filled is
/// looked for while the first pages are answered: with a hundred thousand people that takes longer
/// than everything else a start does.
async fn complete(db: &Db, system: Actor) -> Result<(), String> {
    let db = db.clone();
    if search::is_empty(&db, &system).await.map_err(super::say)? {
        return search::complete(&db, &system).await.map_err(super::say);
    }
    tokio::spawn(async move {
        if let Err(e) = search::complete(&db, &system).await {
            eprintln!("error: search: {}", super::say(e));
        }
    });
    Ok(())
}

/// The sample's passwords are public: it is served to this machine only, and says what it is.
fn admit(listen: SocketAddr, demo: bool) -> Result<(), String> {
    if demo && !listen.ip().is_loopback() {
        return Err(
            "このデータベースは架空の見本です。パスワードが公開されているので、この機械の外には\
                 出せません。本番には --data で別のフォルダを指定してください。"
                .into(),
        );
    }
    if demo {
        eprintln!("このデータベースは架空の見本です。本番のデータを入れないでください。");
    }
    Ok(())
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
