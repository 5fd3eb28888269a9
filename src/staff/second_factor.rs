//! 二段階認証: begun by oneself, confirmed with a code, with ten recovery codes on paper; taken off
//! by oneself with the password, or by the administrator when the telephone is lost.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::proof::{self, Factor};
use super::sessions::{self, Session};
use super::stage::{self, Stage};
use super::{notices, recovery, totp};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::{Read, Tx};
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Page, Result, Submitted, page, qr, refused, said};

pub async fn get(
    State(app): State<App>,
    Extension(session): Extension<Session>,
) -> Result<Response> {
    page(view(&app, &session, &Problems::default()).await?)
}

/// `POST /me/second-factor`: a new secret, which counts when a code was typed.
pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    begin(&mut tx, &app).await?;
    tx.commit().await?;
    Ok(Redirect::to("/me/second-factor").into_response())
}

/// `POST /me/second-factor/confirm`: the app and the server agree; the paper is shown once.
pub async fn confirm(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match confirmed(&app, &session.actor, &entry).await {
        Ok(codes) => page(paper(&app, &session, codes)),
        Err(Error::Refused(bad)) => refused(view(&app, &session, &bad).await?),
        Err(e) => Err(e),
    }
}

/// `POST /me/second-factor/codes`: new recovery codes; the old paper is worth nothing.
pub async fn codes(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&session.actor).await?;
    let account = session.actor.account_id.clone();
    let factor = proof::factor(&mut tx, &account).await?.ok_or(Error::NotFound)?;
    let codes = recovery::issue(&mut tx, &factor.id).await?;
    tx.commit().await?;
    page(paper(&app, &session, codes))
}

/// `POST /me/second-factor/remove`: from now on the password alone, unless the role needs more.
pub async fn remove_own(
    State(app): State<App>,
    actor: Actor,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    if !remove(&mut tx, &actor.account_id).await? {
        return Err(Error::NotFound);
    }
    stage::advance(&mut tx).await?;
    tx.commit().await?;
    Ok(Redirect::to("/me/second-factor").into_response())
}

pub fn form() -> Form {
    let code = Field::new("code", "アプリに出ている6桁の数字", Kind::Text(40)).required();
    Form::new("second-factor", "二段階認証を始める", vec![code])
}

/// The secret that will count when a code of it was typed.
pub async fn begin(tx: &mut Tx, app: &App) -> Result<Vec<u8>> {
    let actor = tx.actor.clone();
    let secret = totp::secret();
    let sealed = secret.and_then(|s| app.vault.seal(&actor.account_id, &s));
    let cannot = "二段階認証を始められませんでした。もう一度お試しください";
    let sealed = sealed.ok_or_else(|| Error::refused("", cannot))?;
    let id = Uuid::now_v7().to_string();
    tx.exec(
        "insert into second_factors (id, account_id, sealed, begun_at) values ($1, $2, $3, $4)",
        args![id, actor.account_id, sealed, actor.at],
    )
    .await?;
    tx.record(Event::new("begin", "second_factor", &id)).await?;
    Ok(secret.map(Vec::from).unwrap_or_default())
}

/// The secret that waits for its first code.
async fn begun(read: &mut Read, account: &str) -> Result<Option<Factor>> {
    let factor = read
        .maybe(
            "select id, account_id, sealed, confirmed_at from second_factors
             where account_id = $1 and confirmed_at is null and removed_at is null
             order by begun_at desc, id desc limit 1",
            args![account],
        )
        .await?;
    Ok(factor)
}

async fn confirmed(app: &App, actor: &Actor, entry: &Entry) -> Result<Vec<String>> {
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    let account = proof::known(&mut tx, &actor.account_id).await?;
    if account.is_stopped(actor.at) {
        return Err(Error::refused("code", proof::STOPPED));
    }
    let codes = take_up(&mut tx, app, v.text("code")).await?;
    if codes.is_none() {
        proof::count_failure(&mut tx, &account).await?;
    }
    tx.commit().await?;
    codes.ok_or_else(|| Error::refused("code", WRONG))
}

/// From now on the secret that waits counts; the recovery codes, or nothing if the code is wrong.
pub async fn take_up(tx: &mut Tx, app: &App, code: &str) -> Result<Option<Vec<String>>> {
    let actor = tx.actor.clone();
    let factor = begun(tx, &actor.account_id).await?.ok_or(Error::NotFound)?;
    if !proof::code(tx, app, &factor, code).await? {
        return Ok(None);
    }
    // An earlier one of the account, or a secret that was never confirmed, is over.
    remove_others(tx, &factor).await?;
    let sql = "update second_factors set confirmed_at = $2 where id = $1";
    tx.exec(sql, args![factor.id, actor.at]).await?;
    tx.record(Event::new("confirm", "second_factor", &factor.id)).await?;
    let codes = recovery::issue(tx, &factor.id).await?;
    stage::advance(tx).await?;
    Ok(Some(codes))
}

const WRONG: &str = "数字が違います。電話の時計が合っているか、アプリの「架け橋」（Kakehashi）の数字かを確かめて、いま出ている数字を入力してください";

async fn remove_others(tx: &mut Tx, factor: &Factor) -> Result<()> {
    let at = tx.actor.at;
    tx.exec(
        "update second_factors set removed_at = $3, removed_by = account_id
         where account_id = $1 and id <> $2 and removed_at is null",
        args![factor.account_id, factor.id, at],
    )
    .await?;
    Ok(())
}

/// Whether there was one. Sessions go on: the person is there.
async fn remove(tx: &mut Tx, account: &str) -> Result<bool> {
    let actor = tx.actor.clone();
    let done = tx
        .exec(
            "update second_factors set removed_at = $2, removed_by = $3
             where account_id = $1 and removed_at is null",
            args![account, actor.at, actor.account_id],
        )
        .await?;
    tx.record(Event::new("remove", "second_factor", account)).await?;
    Ok(done > 0)
}

/// By the administrator, when somebody lost telephone and paper: told at their next sign-in.
pub async fn reset(tx: &mut Tx, account: &str) -> Result<()> {
    if !remove(tx, account).await? {
        return Err(Error::refused("", "この人は、二段階認証を使っていません"));
    }
    notices::leave(tx, account, "factor_removed").await?;
    sessions::end_all(tx, account).await
}

fn paper(app: &App, session: &Session, codes: Vec<String>) -> Paper {
    let page = app.page(&session.actor, "回復コード", "").bare();
    let made = said::moment(&session.actor.at.to_string());
    Paper { page, codes, made }
}

async fn view(app: &App, session: &Session, bad: &Problems) -> Result<SecondFactor> {
    let actor = &session.actor;
    let mut read = app.read(actor).await?;
    let (login,): (String,) =
        read.one("select login from accounts where id = $1", args![actor.account_id]).await?;
    let factor = proof::factor(&mut read, &actor.account_id).await?;
    let left = match &factor {
        Some(f) => recovery::left(&mut read, &f.id).await?,
        None => 0,
    };
    let begun = begun(&mut read, &actor.account_id).await?;
    let secret = begun.and_then(|f| f.secret(app));
    let demo = app.config.demo;
    let must = session.stage == Stage::Factor;
    let page = app.page(actor, "二段階認証", "");
    Ok(SecondFactor {
        page: if must { page.bare() } else { page },
        must,
        needed: stage::is_required(&mut read, actor.role).await?,
        since: factor.and_then(|f| f.confirmed_at).map(|at| said::moment(&at)),
        left,
        picture: secret.as_deref().map(|s| qr::picture(&totp::uri(s, &login))),
        spelled: secret.as_deref().map(totp::spelled).unwrap_or_default(),
        code: secret.filter(|_| demo).map(|s| totp::code(&s, actor.at)).unwrap_or_default(),
        form: form().view(&Entry::default(), bad, &app.codes, &Options::new()),
    })
}

#[derive(Template)]
#[template(path = "staff/second_factor.html")]
struct SecondFactor {
    page: Page,
    /// Nothing else opens before.
    must: bool,
    needed: bool,
    since: Option<String>,
    left: i64,
    picture: Option<qr::Picture>,
    spelled: String,
    /// What the app would show, in the sample.
    code: String,
    form: FormView,
}

#[derive(Template)]
#[template(path = "staff/recovery.html")]
struct Paper {
    page: Page,
    codes: Vec<String>,
    made: String,
}
